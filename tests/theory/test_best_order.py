"""The swap law and the exact search, in fractions: against a transcribed recursion and all orders."""

import re
from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
import sympy as sp

from manytasks import Tasks, theory
from manytasks.theory.best_order import MOST_TASKS, known_weight

EXAMPLE = [[-4, 0, -2], [1, 1, -2], [2, -2, -4], [-1, -4, -4]]


def distances(W):
    return [[sum(Fraction(a - b) ** 2 for a, b in zip(v, w, strict=True)) for w in W] for v in W]


def whole(p):
    """A whole number as a fraction, so that it divides exactly; a symbol as it is."""
    return Fraction(p) if isinstance(p, int) else p


def in_span(d, counts, p, noise):
    """Mean over tasks of the pooled error in the span of the data, transcribed from its definition."""
    N, T, p = sum(counts), len(d), whole(p)
    if N == 0:
        return Fraction(0)
    share = [Fraction(c, N) for c in counts]
    spread = sum(share[j] * share[k] * d[j][k] for j in range(T) for k in range(T)) / 2
    central = [sum(share[j] * d[i][j] for j in range(T)) - spread for i in range(T)]
    return N / p * sum(central) / T + N / (p - N - 1) * ((p - 1) / p * spread + noise)


def error(W, order, n, m, p, noise=Fraction(0)):
    """Mean error after all tasks with a warm start, p > N + 1; n and m by task."""
    d, T, p = distances(W), len(W), whole(p)
    G, learned = Fraction(sum(a * a for w in W for a in w), T), []
    for t in order:
        buffer = [m[s] if s in learned else 0 for s in range(T)]
        counts = [n[s] if s == t else buffer[s] for s in range(T)]
        free = (p - sum(counts)) / (p - sum(buffer))
        G = in_span(d, counts, p, noise) + free * (G - in_span(d, buffer, p, noise))
        learned.append(t)
    return G


def random_problem(rng, T):
    n = int(rng.integers(1, 7))
    m = int(rng.integers(0, n + 1))
    p = (T - 1) * m + n + 2 + int(rng.integers(0, 12))
    return rng.integers(-4, 5, (T, 3)).tolist(), n, m, p, Fraction(int(rng.integers(0, 5)), 4)


def law(W, order, place, n, m, p):
    """The stated change of the error when the tasks at a place and the next one are swapped."""
    d, T = distances(W), len(W)
    mean = [sum(row) / T for row in d]
    a, b, known = order[place], order[place + 1], order[:place]
    q = Fraction(p - (place + 1) * m)
    later = Fraction(1)
    for t in range(place + 2, T):
        later *= 1 - Fraction(n, p - t * m)
    apart = sum(d[j][a] - d[j][b] for j in known)
    return (
        -later * n * (n - m) / (p * q) * (mean[a] - mean[b] + known_weight(n, m, Fraction(p), place) * apart)
    )


def test_the_transcription_is_the_package():
    rng = np.random.default_rng(1)
    for _ in range(20):
        T = int(rng.integers(1, 6))
        W, n, m, p, noise = random_problem(rng, T)
        order = rng.permutation(T).tolist()
        (value,) = theory.order_values(Tasks.from_vectors(W), n, m, p, float(noise), [order])
        assert value == pytest.approx(float(error(W, order, [n] * T, [m] * T, p, noise)), rel=1e-11)


def test_swap_law_in_fractions():
    """80 problems with 2 to 6 tasks, every place: equal, not close."""
    rng = np.random.default_rng(2)
    seen = 0
    for _ in range(80):
        T = int(rng.integers(2, 7))
        W, n, m, p, noise = random_problem(rng, T)
        order = tuple(rng.permutation(T).tolist())
        for place in range(T - 1):
            swapped = list(order)
            swapped[place : place + 2] = swapped[place : place + 2][::-1]
            counts = [n] * T, [m] * T
            change = error(W, order, *counts, p, noise) - error(W, swapped, *counts, p, noise)
            assert change == law(W, order, place, n, m, p)
            seen += change != 0
    assert seen > 100


def test_a_weight_that_is_wrong_by_three_per_cent_is_seen():
    change = error(EXAMPLE, (0, 2, 3, 1), [3] * 4, [2] * 4, 12) - error(
        EXAMPLE, (0, 3, 2, 1), [3] * 4, [2] * 4, 12
    )
    assert change == law(EXAMPLE, (0, 2, 3, 1), 1, 3, 2, 12)
    d, mean = distances(EXAMPLE), [sum(row) / 4 for row in distances(EXAMPLE)]
    weight = Fraction(103, 100) * known_weight(3, 2, Fraction(12), 1)
    later = 1 - Fraction(3, 12 - 3 * 2)
    wrong = -later * 3 * Fraction(1, 12 * 8) * (mean[2] - mean[3] + weight * (d[0][2] - d[0][3]))
    assert change != wrong


@pytest.mark.parametrize("m", [0, 2])
def test_with_many_parameters_pairs_decide_and_then_triples(m):
    """Five tasks in whole numbers, every place, p a symbol: both leading coefficients are equal."""
    W, order, n, T = [*EXAMPLE, [3, 1, 0]], [2, 0, 4, 1, 3], 3, 5
    d, x = distances(W), sp.Symbol("x", positive=True)  # x = 1/p
    p, mean, triples = 1 / x, [sum(row) / T for row in d], 0
    whole_error = error(W, order, [n] * T, [m] * T, p)
    for k in range(T - 1):
        a, b = order[k], order[k + 1]
        swapped = [*order[:k], b, a, *order[k + 2 :]]
        change = whole_error - error(W, swapped, [n] * T, [m] * T, p)
        up, down = (sp.Poly(part, x) for part in sp.fraction(sp.cancel(change / x**2)))
        apart, known = mean[a] - mean[b], m * sum(d[j][a] - d[j][b] for j in order[:k])
        third = ((k + 1) * m - (T - k - 2) * n) * apart + known
        pair, triple = (-n * (n - m) * sp.Rational(one.numerator, one.denominator) for one in (apart, third))
        rest = up - sp.Poly(pair + triple * x, x) * down
        assert down.eval(0) != 0
        assert rest.coeff_monomial(1) == 0
        assert rest.coeff_monomial(x) == 0
        triples += triple != 0
    assert triples == T - 1 - (m == 0)  # a table of pairs would have none; with m = 0 the last place has none


def test_weights_of_the_check_values_and_their_sign():
    weights = [known_weight(3, 2, Fraction(12), k) for k in (0, 1, 2)]
    assert weights == [Fraction(43, 108), Fraction(13, 21), Fraction(13, 10)]
    for n in range(1, 9):
        for m in range(n + 1):
            for q in range(n + 2, n + 30):
                weight = known_weight(n, m, Fraction(q + m), 0)
                assert weight > 0 if m else weight == 0
    assert known_weight(5, 3, Fraction(10**9), 0) * 10**9 / 3 == pytest.approx(1, abs=1e-7)


def test_the_counter_example_to_central_last():
    """Four tasks in whole numbers whose best order does not end with the most central one."""
    values = {order: error(EXAMPLE, order, [3] * 4, [2] * 4, 12) for order in permutations(range(4))}
    d = distances(EXAMPLE)
    assert [sum(row) / 4 for row in d] == [Fraction(x, 4) for x in (99, 73, 71, 75)]
    assert min(values, key=values.get) == (0, 2, 3, 1)
    assert values[0, 2, 3, 1] == Fraction(366481, 6720)
    central = {order: value for order, value in values.items() if order[-1] == 2}
    assert min(central.values()) == central[0, 3, 1, 2] == Fraction(122161, 2240)


def sorted_by_distance(W):
    d = distances(W)
    return tuple(sorted(range(len(W)), key=lambda t: -sum(d[t])))


def test_up_to_three_tasks_falling_distance_is_best_and_the_last_two_places_always_fall():
    rng = np.random.default_rng(3)
    for _ in range(30):
        T = int(rng.integers(2, 6))
        W, n, m, p, noise = random_problem(rng, T)
        values = {o: error(W, o, [n] * T, [m] * T, p, noise) for o in permutations(range(T))}
        d = [sum(row) for row in distances(W)]
        if T <= 3:
            assert values[sorted_by_distance(W)] == min(values.values())
        if m == n:
            assert len(set(values.values())) == 1
        for order, value in values.items():
            swapped = (*order[:-2], order[-1], order[-2])
            if m < n and d[order[-2]] > d[order[-1]]:
                assert value < values[swapped]


def sufficient(W, n, m, p):
    """Whether the gaps of the mean distances exceed all that known tasks could add."""
    d, T = distances(W), len(W)
    mean = [sum(row) / T for row in d]
    weight = max((known_weight(n, m, Fraction(p), k) for k in range(1, T - 2)), default=0)
    return all(
        mean[a] - mean[b] > weight * sum(max(0, d[j][b] - d[j][a]) for j in range(T) if j not in (a, b))
        for a in range(T)
        for b in range(T)
        if mean[a] > mean[b]
    )


def test_the_sufficient_condition_is_met_often_enough_and_never_wrong():
    rng = np.random.default_rng(4)
    met = failed = 0
    for _ in range(200):
        W, n, m, p, _ = random_problem(rng, 4)
        values = {o: error(W, o, [n] * 4, [m] * 4, p) for o in permutations(range(4))}
        least, d = min(values.values()), [sum(row) for row in distances(W)]
        falling = [
            o for o in values if all(d[a] >= d[b] for a, b in pairwise(o))
        ]  # several where some are equal
        best = least in [values[o] for o in falling]
        if sufficient(W, n, m, p):
            met += 1
            assert best
        failed += not best
    assert met > 30
    assert failed > 3  # the condition is not empty: without it, sorting may be wrong


@pytest.mark.parametrize("start", ["warm", "scratch"])
def test_the_search_equals_all_orders(start):
    """Unequal counts and buffers included."""
    rng = np.random.default_rng(5)
    for T in (1, 2, 3, 4, 5, 6):
        n = rng.integers(2, 7, T)
        m = rng.integers(0, n + 1)
        p = int(n.max() + m.sum() + 2 + rng.integers(0, 9))
        tasks = Tasks.from_vectors(rng.standard_normal((T, 3)))
        best = theory.best_order(tasks, n, m, p, 0.3, start=start)
        values = theory.order_values(tasks, n, m, p, 0.3, permutations(range(T)), start=start)
        assert best.exact
        assert best.value == pytest.approx(values.min(), rel=1e-12)
        assert best.value == theory.order_values(tasks, n, m, p, 0.3, [best.order], start=start)[0]


def test_ten_tasks_are_searched_and_beat_the_order_that_is_moved():
    rng = np.random.default_rng(6)
    tasks = Tasks.from_vectors(rng.standard_normal((10, 3)))
    best = theory.best_order(tasks, 4, 2, 40, 0.1)
    greedy = theory.greedy_order(tasks, 4, 2, 40, 0.1)
    assert best.exact
    assert best.value <= theory.order_values(tasks, 4, 2, 40, 0.1, [greedy])[0] * (1 + 1e-12)


def test_where_the_search_does_not_apply_it_says_so():
    few = Tasks.from_vectors(np.random.default_rng(7).standard_normal((4, 3)))
    forgetting = theory.best_order(few, 4, 2, 30, 0.1, "forgetting")
    values = theory.order_values(few, 4, 2, 30, 0.1, permutations(range(4)), "forgetting")
    assert forgetting.exact
    assert forgetting.value == values.min()
    near = theory.best_order(few, 4, 2, 11, 0.1)  # p = N + 1 at the last step
    assert near.exact
    many = Tasks.from_vectors(np.random.default_rng(8).standard_normal((8, 3)))
    assert not theory.best_order(many, 4, 2, 60, 0.1, "forgetting").exact
    assert MOST_TASKS == 14


def test_index_says_who_goes_first():
    tasks = Tasks.from_vectors(EXAMPLE)
    for known in ((), (0,), (3,), (1, 3)):
        index = theory.order_index(tasks, 3, 2, 12, known)
        assert np.flatnonzero(np.isnan(index)).tolist() == sorted(known)
        rest = [t for t in range(4) if t not in known]
        for a in rest:
            for b in set(rest) - {a}:
                others = tuple(t for t in rest if t not in (a, b))
                order, swapped = (*known, a, b, *others), (*known, b, a, *others)
                better = error(EXAMPLE, order, [3] * 4, [2] * 4, 12) < error(
                    EXAMPLE, swapped, [3] * 4, [2] * 4, 12
                )
                assert (index[a] > index[b]) == better
    no_buffer = theory.order_index(tasks, 3, 0, 12, [0])
    np.testing.assert_allclose(no_buffer[1:], tasks.distances2.mean(axis=0)[1:])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"known": [0, 1, 2]}, "known must be a list of at most 2 tasks; got [0, 1, 2]"),
        ({"known": [1, 1]}, "known must be different tasks; got [1, 1]"),
        ({"memory": 4}, "memory must be at most samples; got 4 of 3"),
        ({"p": 6}, "p must be a whole number of at least 7; got 6"),
    ],
)
def test_impossible_input(change, message):
    arguments = {"samples": 3, "memory": 2, "p": 12, "known": []} | change
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        theory.order_index(Tasks.from_vectors(EXAMPLE), **arguments)
