"""The symbolic engine against known terms, and against a derivation that uses no Lie algebra."""

import re
from itertools import pairwise, product

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from manytasks.flow import euler_series, modified_series
from manytasks.flow.lie import baker_campbell_hausdorff, lyndon_brackets
from manytasks.flow.trees import bracket, combine, derivative, latex, node, size

f, g = node(1), node(2)
HALF = sp.Rational(1, 2)


def trees_of_size(n, colours):
    if n == 1:
        return {node(c) for c in colours}
    grown = {t for small in trees_of_size(n - 1, colours) for t in derivative({node(1): 1}, {small: 1})}
    return grown | {
        t for s in trees_of_size(n - 1, colours) for c in colours for t in derivative({node(c): 1}, {s: 1})
    }


def fields(max_size=3):
    trees = sorted(t for n in range(1, max_size + 1) for t in trees_of_size(n, (1, 2)))
    return st.dictionaries(st.sampled_from(trees), st.integers(-3, 3).filter(bool), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(fields(), fields(), fields())
def test_bracket_of_trees_satisfies_antisymmetry_and_the_jacobi_identity(a, b, c):
    assert combine((1, bracket(a, b)), (1, bracket(b, a))) == {}
    cyclic = (bracket(a, bracket(b, c)), bracket(b, bracket(c, a)), bracket(c, bracket(a, b)))
    assert combine(*((1, term) for term in cyclic)) == {}


@settings(max_examples=60, deadline=None)
@given(fields(), fields(), fields())
def test_derivative_is_a_pre_lie_product(a, b, c):
    def associator(x, y):  # x ▷ (y ▷ c) − (x ▷ y) ▷ c = c''(x, y), symmetric in x and y
        return combine((1, derivative(x, derivative(y, c))), (-1, derivative(derivative(x, y), c)))

    assert associator(a, b) == associator(b, a)


def test_one_task_gives_implicit_gradient_regularization_and_the_known_next_term():
    series = modified_series(1, 2)
    assert series.differentials[0] == {f: 1}
    assert series.differentials[1] == {node(1, f): -HALF}  # −(h/4) ∇‖∇L‖² with f = −∇L
    assert series.differentials[2] == {
        node(1, f, f): sp.Rational(1, 12),
        node(1, node(1, f)): sp.Rational(1, 3),
    }


def test_two_losses_descended_together_give_equation_6():
    """(α f + β g)'(α f + β g) by linearity of one loss in α and β: squares and the mixed term."""
    a, b = sp.symbols("alpha beta")
    together = {f: a, g: b}
    order_h = combine((-HALF, derivative(together, together)))
    flatness = {node(1, f): -HALF * a**2, node(2, g): -HALF * b**2}
    conflict = combine(
        (-HALF * a * b, derivative({f: 1}, {g: 1})), (-HALF * a * b, derivative({g: 1}, {f: 1}))
    )
    difference = combine((1, order_h), (-1, flatness), (-1, conflict))
    assert all(sp.expand(c) == 0 for c in difference.values())


def test_two_losses_in_turn_give_equation_8():
    series = modified_series(2, 1)
    flatness = {node(1, f): -HALF, node(2, g): -HALF}
    assert series.differentials[1] == combine((1, flatness), (HALF, bracket({f: 1}, {g: 1})))
    assert series.brackets[1] == {(1, 1): 1, (2, 1): 1, ((1, 0), (2, 0)): HALF}


def test_next_order_for_two_tasks():
    one, two = {f: 1}, {g: 1}
    f_f, g_g = {node(1, f): 1}, {node(2, g): 1}
    twelfth = sp.Rational(1, 12)
    single = [
        combine((twelfth, {node(i, node(i), node(i)): 1}), (4 * twelfth, {node(i, node(i, node(i))): 1}))
        for i in (1, 2)
    ]
    expected = combine(
        (1, single[0]),
        (1, single[1]),
        (-HALF * HALF, bracket(f_f, two)),
        (-HALF * HALF, bracket(one, g_g)),
        (twelfth, bracket(one, bracket(one, two))),
        (twelfth, bracket(two, bracket(two, one))),
    )
    assert modified_series(2, 2).differentials[2] == expected


def steps_by_taylor(n_tasks, order):
    """Derive the same field without brackets: match the Taylor series of the flow and of the steps.

    A step with field f_i turns the displacement d into d + h f_i(θ + d), whose Taylor series grafts the
    parts of d onto f_i; the flow's displacement is Σ D^(k−1) f̃ / k!.
    """
    displacement = [{} for _ in range(order + 2)]  # by power of h
    for i in range(1, n_tasks + 1):
        added = [{} for _ in range(order + 2)]
        for parts in range(order + 1):
            for powers in product(range(1, order + 2), repeat=parts):
                if 1 + sum(powers) <= order + 1:
                    for chosen in product(*(displacement[p].items() for p in powers)):
                        c = sp.prod([x for _, x in chosen]) / sp.factorial(parts)
                        tree = node(i, *(t for t, _ in chosen))
                        added[1 + sum(powers)] = combine(
                            (1, added[1 + sum(powers)]), (c, {tree: sp.Integer(1)})
                        )
        displacement = [combine((1, d), (1, e)) for d, e in zip(displacement, added, strict=True)]
    modified = []
    for k in range(order + 1):
        rest = [(1, displacement[k + 1])]
        for n in range(2, k + 2):
            for powers in product(range(k), repeat=n):
                if sum(powers) + n == k + 1:
                    term = modified[powers[0]]
                    for p in powers[1:]:
                        term = derivative(modified[p], term)
                    rest.append((-1 / sp.factorial(n), term))
        modified.append(combine(*rest))
    return modified


@pytest.mark.parametrize(("n_tasks", "order"), [(1, 4), (2, 3), (3, 2)])
def test_series_equals_a_derivation_by_taylor_expansion(n_tasks, order):
    assert list(modified_series(n_tasks, order).differentials) == steps_by_taylor(n_tasks, order)


def test_repeating_the_round_changes_nothing_but_the_time():
    """Two rounds are the same flow for twice the time: the schedule 1 2 1 2 has twice the field of 1 2."""
    once, twice = modified_series(2, 3), modified_series(2, 3, schedule=[1, 2, 1, 2])
    for a, b in zip(once.differentials, twice.differentials, strict=True):
        assert b == combine((2, a))


def test_palindromic_order_removes_every_bracket_of_order_h():
    palindrome = modified_series(2, 1, rates=[HALF, 1, HALF], schedule=[1, 2, 1])
    assert palindrome.differentials[1] == {node(1, f): -HALF * HALF, node(2, g): -HALF}
    assert any(not isinstance(item[0], int) for item in modified_series(2, 1).brackets[1])


def test_rates_are_those_of_rescaled_losses():
    a, b = sp.symbols("a b")
    series, plain = modified_series(2, 3, rates=[a, b]), modified_series(2, 3)
    for with_rates, without in zip(series.differentials, plain.differentials, strict=True):
        for tree, c in without.items():
            ones = latex(tree, {1: "1", 2: "2"})
            assert sp.expand(with_rates[tree] - c * a ** ones.count("1") * b ** ones.count("2")) == 0


@pytest.mark.parametrize(("n_tasks", "order"), [(1, 5), (2, 4), (3, 3)])
def test_power_of_h_is_one_less_than_the_number_of_fields(n_tasks, order):
    for k, field in enumerate(modified_series(n_tasks, order).differentials):
        assert {size(tree) for tree in field} == {k + 1}


def test_logarithm_of_commuting_steps_is_their_sum():
    merged = {}
    for word, c in baker_campbell_hausdorff(2, 4).items():
        if all(k == 0 for _, k in word):
            ones = tuple(1 for _ in word)
            merged[ones] = merged.get(ones, 0) + c
    assert {word: c for word, c in merged.items() if c} == {(1,): 2}


def test_lyndon_brackets_expand_to_the_lie_polynomial_they_came_from():
    def expand(item):
        if isinstance(item[0], int):
            return {(item,): 1}
        total = {}
        for (a, x), (b, y) in product(expand(item[0]).items(), expand(item[1]).items()):
            total[a + b] = total.get(a + b, 0) + x * y
            total[b + a] = total.get(b + a, 0) - x * y
        return total

    words = baker_campbell_hausdorff(3, 4)
    total = {}
    for item, c in lyndon_brackets(words).items():
        for word, x in expand(item).items():
            total[word] = total.get(word, 0) + c * x
    assert {word: c for word, c in total.items() if c} == words


def test_euler_series_is_one_step_of_the_round():
    for k, field in enumerate(euler_series(4)):
        assert field == modified_series(1, 4).differentials[k]


def test_typesetting_names_tasks_only_if_there_are_several():
    assert "f_{" not in modified_series(1, 3).latex()
    two = modified_series(2, 2).latex()
    assert r"\frac{\left[f_{1},f_{2}\right]}{2}" in two
    assert "f_{2}''(f_{1},\\,f_{1})" in modified_series(2, 2).latex(expanded=True)
    assert modified_series(2, 2)._repr_latex_().startswith("$$\n")


def test_no_line_of_a_typeset_series_has_more_than_three_terms():
    lines = modified_series(1, 4).latex().splitlines()
    terms = [line.count(r"\frac") for line in lines]
    assert sum(terms) == 1 + 2 + 3 + 9
    assert max(terms) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_tasks": 0, "order": 1}, "n_tasks must be a whole number of at least 1; got 0"),
        ({"n_tasks": 1, "order": -1}, "order must be a whole number of at least 0; got -1"),
        ({"n_tasks": 2, "order": 1, "schedule": [1, 3]}, "schedule must name tasks from 1 to 2; got [1, 3]"),
        ({"n_tasks": 2, "order": 1, "rates": [1]}, "rates must have one entry for each of 2 steps; got 1"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        modified_series(**arguments)


def test_a_missing_power_is_named():
    with pytest.raises(ValueError, match=r"^k must be a power of h from 0 to 2; got 3$"):
        modified_series(2, 2).term(3)


def test_growing_order_keeps_lower_terms():
    series = [modified_series(2, order) for order in range(4)]
    for low, high in pairwise(series):
        assert high.differentials[: low.order + 1] == low.differentials


def test_evaluation_on_linear_fields_is_the_product_of_matrices():
    x, y = variables = sp.symbols("x y")
    A, B = sp.Matrix([[1, 2], [0, 3]]), sp.Matrix([[1, 0], [5, 1]])
    point = sp.Matrix(variables)
    found = modified_series(2, 1).evaluate(1, [A * point, B * point], variables)
    assert sp.simplify(found - (-A * A - B * B + B * A - A * B) * point / 2) == sp.zeros(2, 1)
    with pytest.raises(ValueError, match=r"^fields must have one entry for each of 2 tasks; got 1$"):
        modified_series(2, 1).evaluate(1, [[x, y]], variables)


def test_evaluation_takes_directions_as_constants():
    """In one variable f''(f, f)/12 + f'f'f/3 are ordinary products."""
    x = sp.Symbol("x")
    u = sp.Function("u")(x)
    (found,) = modified_series(1, 2).evaluate(2, [[u]], [x])
    assert sp.expand(found.doit() - u.diff(x, 2) * u**2 / 12 - u.diff(x) ** 2 * u / 3) == 0
