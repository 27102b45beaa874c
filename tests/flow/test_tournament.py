"""The tournament of gradient steps: brackets, cost, all orders as the reference, and what it cannot say."""

import re
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
import torch
from problems import random_quadratic, slope, two_tasks
from torch.func import grad, jacrev
from torch.utils.flop_counter import FlopCounterMode

from manytasks import flow
from manytasks.flow.least_forgetting import forgetting_steps
from manytasks.subsets import MOST


def cubic_tasks(T=5, p=6, seed=1):
    """Losses θᵀHθ/2 − bᵀθ + Σ c (aᵀθ)³/6: smooth, not quadratic."""
    losses = []
    for t in range(T):
        _, _, quadratic = random_quadratic(p, seed=100 * seed + t)
        generator = torch.Generator().manual_seed(1000 * seed + t)
        a = torch.randn(p, generator=generator, dtype=torch.float64) / p**0.5
        losses.append(lambda theta, q=quadratic, a=a: q(theta) + (a @ theta) ** 3 / 6)
    return losses, torch.linspace(-1, 1, p, dtype=torch.float64)


def dense_costs(losses, theta, objective=None):
    """The definition, with whole Hessians."""
    g = torch.stack([grad(loss)(theta) for loss in losses])
    along = g.mean(0) if objective is None else grad(objective)(theta)
    return torch.stack([torch.stack([gs @ jacrev(grad(loss))(theta) @ along for loss in losses]) for gs in g])


@pytest.mark.parametrize("criterion", ["squared", "cross-entropy"])
def test_costs_equal_their_definition(criterion):
    losses, theta = two_tasks("tanh", criterion, seed=1)
    (target, _), _ = two_tasks("softplus", criterion, seed=2)
    for objective in (None, target):
        found = flow.order_costs(losses, theta, objective)
        torch.testing.assert_close(found, dense_costs(losses, theta, objective), rtol=1e-11, atol=1e-13)


def test_a_swap_is_the_bracket_along_the_objective():
    losses, theta = cubic_tasks()
    M = flow.order_costs(losses, theta)
    along = torch.stack([grad(loss)(theta) for loss in losses]).mean(0)
    for s in range(5):
        for t in range(5):
            bracket = along @ flow.lie_bracket(losses[s], losses[t], theta)
            torch.testing.assert_close(M[s, t] - M[t, s], bracket, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("given", [False, True])
def test_it_takes_t_gradients_and_t_products(given):
    """Multiplications, exactly: T times those of one gradient with one product, the table, and ∇F."""

    def multiplications(call):
        with FlopCounterMode(display=False) as counter:
            call()
        return counter.get_total_flops() // 2

    samples, (inputs, hidden, outputs) = 10, (7, 5, 3)
    network = flow.Network((inputs, hidden, outputs))
    rng = torch.Generator().manual_seed(1)
    x = torch.randn(9, samples, inputs, generator=rng, dtype=torch.float64)
    y = torch.randn(9, samples, outputs, generator=rng, dtype=torch.float64)
    calls = [0] * 9

    def counted(i):
        loss = network.squared_loss(x[i], y[i])

        def evaluate(theta):
            calls[i] += 1
            return loss(theta)

        return evaluate

    losses, theta = [counted(i) for i in range(9)], network.initial(seed=1)
    one = multiplications(lambda: grad(losses[0])(theta))
    both = multiplications(lambda: torch.func.vjp(grad(losses[0]), theta)[1](theta))
    assert one == samples * (2 * inputs * hidden + 3 * hidden * outputs)
    for T in (2, 4, 8):
        calls[:] = [0] * 9
        objective = losses[8] if given else None
        work = multiplications(lambda T=T, F=objective: flow.order_costs(losses[:T], theta, F))
        assert calls[:T] == [1] * T
        assert work == T * both + T * T * network.size + given * one
    forgetting = multiplications(lambda: flow.forgetting_products(losses[:4], theta))
    assert forgetting == 4 * one + 16 * (both - one) + 4 * 16 * network.size


def realised(losses, theta, h, read):
    return np.array([read(order, h) for order in permutations(range(len(losses)))])


def end_loss(losses, theta):
    def read(order, h):
        end = flow.descend([losses[k] for k in order], theta, h)
        return float(torch.stack([loss(end) for loss in losses]).mean())

    return read


def forgotten(losses, theta):
    def read(order, h):
        points = [theta]
        for k in order:
            points.append(flow.descend([losses[k]], points[-1], h))
        return float(sum(losses[k](points[-1]) - losses[k](points[i + 1]) for i, k in enumerate(order)))

    return read


ORDERS = list(permutations(range(5)))
RATES = [0.008, 0.004, 0.002, 0.001]


def predicted_error(losses, theta):
    M = flow.order_costs(losses, theta).numpy()
    return np.array([flow.order_cost(M, order) for order in ORDERS]), flow.best_order(M)


def predicted_forgetting(losses, theta):
    Q = flow.forgetting_products(losses, theta)
    steps = forgetting_steps(Q.numpy())
    values = [sum(steps[sum(1 << s for s in o[:i]), o[i]] for i in range(5)) for o in ORDERS]
    return np.array(values), flow.least_forgetting(Q)


@pytest.mark.parametrize(
    ("predict", "measure"), [(predicted_error, end_loss), (predicted_forgetting, forgotten)]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_orders_follow_the_prediction_to_third_order(predict, measure, seed):
    """Of all 120 orders the largest departure falls like h³; with a term that is wrong by 3 % like h²."""
    losses, theta = cubic_tasks(seed=seed)
    values, best = predict(losses, theta)
    gaps = {1.0: [], 1.03: []}
    for h in RATES:
        real = realised(losses, theta, h, measure(losses, theta))
        for factor, found in gaps.items():
            rest = real - factor * h**2 * values
            found.append(float(np.abs(rest - rest.mean()).max()))
    assert slope(RATES, gaps[1.0]) == pytest.approx(3, abs=0.15)
    assert slope(RATES[2:], gaps[1.03][2:]) < 2.7
    assert ORDERS[int(real.argmin())] == best.order
    assert best.value == pytest.approx(values.min(), rel=1e-12)


def test_a_second_pass_backwards_leaves_the_third_order():
    losses, theta = cubic_tasks(seed=2)
    spreads = {}
    for name, orders in (("once", lambda o: o), ("palindrome", lambda o: o + o[::-1])):
        read = end_loss(losses, theta)
        spreads[name] = [float(np.ptp([read(orders(o), h) for o in ORDERS[::6]])) for h in RATES]
    assert slope(RATES, spreads["once"]) == pytest.approx(2, abs=0.2)
    assert slope(RATES, spreads["palindrome"]) == pytest.approx(3, abs=0.25)


def brute(M):
    T = len(M)
    return min(sum(M[o[i]][o[j]] for i in range(T) for j in range(i + 1, T)) for o in permutations(range(T)))


@pytest.mark.parametrize("T", [1, 2, 3, 5, 6])
def test_the_search_equals_all_orders_in_fractions(T):
    rng = np.random.default_rng(T)
    for _ in range(6):
        M = [[Fraction(int(c), 8) for c in row] for row in rng.integers(-40, 40, (T, T))]
        found = flow.best_order(M)
        assert found.exact
        assert Fraction(found.value) == brute(M)
        cost = sum(M[found.order[i]][found.order[j]] for i in range(T) for j in range(i + 1, T))
        assert cost == brute(M)


def test_scores_alone_are_sorted_and_leave_no_cycle():
    """Common Hessian shape α_t H: rising κ/α (Smith's rule) is optimal; equal Hessians leave no residue."""
    rng = np.random.default_rng(3)
    for trial in range(30):
        alpha = rng.uniform(0.2, 3, 6)
        kappa = rng.standard_normal(6)
        M = np.outer(kappa, alpha)
        smith = tuple(np.argsort(kappa / alpha).tolist())
        assert flow.best_order(M).value == pytest.approx(flow.order_cost(M, smith), rel=1e-12), trial
        equal = flow.best_order(np.outer(kappa, np.ones(6)))
        assert equal.order == tuple(np.argsort(kappa).tolist())
        assert equal.cyclic_share == pytest.approx(0, abs=1e-28)


def test_with_equal_hessians_the_gradient_nearest_to_the_mean_goes_last():
    H, _, _ = random_quadratic(6, seed=5)
    generator = torch.Generator().manual_seed(2)
    places = torch.randn(5, 6, generator=generator, dtype=torch.float64)
    losses = [lambda t, w=w: (t - w) @ H @ (t - w) / 2 for w in places]
    theta = torch.zeros(6, dtype=torch.float64)
    found = flow.best_order(flow.order_costs(losses, theta))
    g = torch.stack([grad(loss)(theta) for loss in losses])
    assert found.order == tuple(torch.argsort(g @ H @ g.mean(0)).tolist())
    assert found.cyclic_share < 1e-24


def test_a_cycle_is_all_share_and_equal_tasks_have_none():
    cycle = [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]
    assert flow.best_order(cycle).cyclic_share == pytest.approx(1)
    losses, theta = cubic_tasks(T=2)
    same = flow.order_costs([losses[0]] * 3, theta)
    torch.testing.assert_close(same, same[0, 0].expand(3, 3), rtol=1e-12, atol=1e-13)
    assert same[0, 0] > 1
    assert flow.best_order(same).cyclic_share == 0.0
    flat = flow.best_order(np.ones((3, 3)))
    assert (flat.cyclic_share, flat.value) == (0.0, 3.0)
    nothing = flow.order_costs([*losses, lambda t: 0.0 * t.sum()], theta)
    assert nothing[2].abs().max() == nothing[:, 2].abs().max() == 0


def test_random_hessians_make_cycles():
    """Share of sets of six tasks with a cycle of three: around two thirds, never none."""
    cyclic = 0
    for seed in range(40):
        losses = [random_quadratic(6, seed=10 * seed + t)[2] for t in range(6)]
        M = flow.order_costs(losses, torch.ones(6, dtype=torch.float64)).numpy()
        wins = (M - M.T) < 0
        cyclic += any(wins[a, b] and wins[b, c] and wins[c, a] for a, b, c in permutations(range(6), 3))
    assert 8 <= cyclic < 40


def test_beyond_sixteen_tasks_no_move_helps():
    rng = np.random.default_rng(9)
    M = rng.standard_normal((MOST + 1, MOST + 1))
    found = flow.best_order(M)
    assert not found.exact
    for i, j in rng.integers(MOST + 1, size=(60, 2)):
        rest = [k for k in found.order if k != found.order[i]]
        assert flow.order_cost(M, (*rest[:j], found.order[i], *rest[j:])) >= found.value - 1e-12
    chain = np.triu(np.ones((MOST + 1, MOST + 1)), 1)
    assert flow.best_order(chain).order == tuple(range(MOST, -1, -1))


def test_dictionaries_and_vectors_agree():
    (a, b), theta = two_tasks("tanh", "squared", seed=1)
    parts = {"first": theta[:6].reshape(2, 3), "rest": theta[6:]}
    whole = [lambda t, f=f: f(torch.cat([t["first"].reshape(-1), t["rest"]])) for f in (a, b)]
    torch.testing.assert_close(flow.order_costs(whole, parts), flow.order_costs([a, b], theta))


def test_costs_can_be_mapped_over_many_networks():
    losses, theta = two_tasks("tanh", "squared", seed=3)
    many = torch.stack([theta, 2 * theta])
    mapped = torch.func.vmap(lambda t: flow.order_costs(losses, t))(many)
    for row, at in zip(mapped, many, strict=True):
        torch.testing.assert_close(row, flow.order_costs(losses, at), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: flow.order_costs([], torch.ones(2)), "losses must hold at least one loss; got none"),
        (
            lambda: flow.best_order([[0, np.inf], [0, 0]]),
            "costs must have shape (T, T), T at least 1, and be at most 1e+100 in size; got (2, 2)",
        ),
        (lambda: flow.best_order("ab"), "costs must be numbers; got 'ab', which holds text"),
        (
            lambda: flow.least_forgetting(np.zeros((2, 2))),
            "products must have shape (T, T, T), T from 1 to 16, and be at most 1e+100 in size; got (2, 2)",
        ),
    ],
)
def test_impossible_input(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


def test_pairs_cannot_tell_what_is_forgotten():
    """For a table of pairs a swap of neighbours would be worth the same whatever came before; it is not."""
    losses, theta = cubic_tasks(seed=1)
    steps = forgetting_steps(flow.forgetting_products(losses, theta).numpy())

    def value(order):
        return sum(steps[sum(1 << s for s in order[:i]), order[i]] for i in range(5))

    worth = [value((*a, 0, 1, *b)) - value((*a, 1, 0, *b)) for a, b in (((), (2, 3, 4)), ((2,), (3, 4)))]
    assert abs(worth[0] - worth[1]) > 0.05 * max(map(abs, worth))
