"""The best split of a budget against brute force over every whole split, its limits and its domain."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manytasks import Tasks, theory

PRICES = st.sampled_from([1, 2, 3, 0.5, 0.3, 7, 2.5])


def brute_force(tasks, samples, noise_var, budget, parameter_cost, sample_cost, objective, start):
    """Look at every m: return {m: (p, value)} where the value is finite."""
    read = theory.average_error if objective == "error" else theory.forgetting
    a, b, B = (Fraction(str(number)) for number in (parameter_cost, sample_cost, budget))
    values = {}
    for m in range(int(np.min(samples)) + 1):
        p = (B - b * (tasks.T - 1) * m) // a
        if p < max(np.linalg.matrix_rank(tasks.gram), 1):
            break
        value = read(theory.replay_error(tasks, samples, m, int(p), noise_var, start))
        if np.isfinite(value):
            values[m] = (int(p), float(value))
    return values


@st.composite
def problems(draw, largest):
    T = draw(st.integers(2, 3))
    W = np.random.default_rng(draw(st.integers(0, 10**6))).standard_normal((T, draw(st.integers(1, 3))))
    W = draw(st.sampled_from([0.0, 1.0, 5.0])) + draw(st.sampled_from([0.0, 0.2, 1.0])) * W
    samples = draw(st.lists(st.integers(0, largest), min_size=T, max_size=T))
    noise_var, budget = draw(st.sampled_from([0.0, 0.05, 1.0])), draw(st.integers(30, 8 * largest))
    objective = draw(st.sampled_from(["error", "forgetting"]))
    start = draw(st.sampled_from(["warm", "scratch"]))
    return Tasks.from_vectors(W), samples, noise_var, budget, draw(PRICES), draw(PRICES), objective, start


def assert_is_the_best(problem):
    tasks, _, _, budget, parameter_cost, sample_cost, objective, _ = problem
    values = brute_force(*problem)
    if not values:
        with pytest.raises(ValueError, match=f"^no split of the budget has a finite {objective}$"):
            theory.best_split(*problem)
        return
    split = theory.best_split(*problem)
    smallest = min(value for _, value in values.values())
    assert split.value == pytest.approx(smallest, rel=1e-11, abs=1e-13)
    assert values[split.memory] == (split.p, pytest.approx(split.value, rel=1e-11, abs=1e-13))
    bought = split.p * parameter_cost + sample_cost * (tasks.T - 1) * split.memory
    assert bought <= budget + 1e-9
    assert bought + parameter_cost > budget - 1e-9


@given(problems(largest=10))
@settings(max_examples=500, deadline=None)
def test_brute_force_agrees(problem):
    assert_is_the_best(problem)


@given(problems(largest=400))
@settings(max_examples=40, deadline=None)
def test_brute_force_agrees_on_long_lines(problem):
    """Hundreds of splits, where the best one is seldom at an end."""
    assert_is_the_best(problem)


def test_kinds():
    """Orthogonal tasks want no buffer, equal tasks want all of it, and between the two lies the rest."""
    kinds = [
        theory.best_split(Tasks.equiangular(5, cosine), 50, 0.1, 1000, sample_cost=2).kind
        for cosine in (0.0, 0.7, 1.0)
    ]
    assert kinds == ["all model", "interior", "all buffer"]


def test_a_budget_for_the_model_only_is_all_model():
    split = theory.best_split(Tasks([[1.0, 1.0], [1.0, 1.0]]), 50, 0.1, 4.5, sample_cost=10)
    assert (split.p, split.memory, split.kind) == (4, 0, "all model")


def test_free_samples_still_hurt_opposed_tasks():
    split = theory.best_split(Tasks.chain(3, -0.5), 50, 0.1, budget=1000, sample_cost=0)
    assert (split.p, split.memory) == (1000, 0)


def test_of_equal_splits_the_smallest_buffer_wins():
    """With one task's data doubled by equal tasks and nothing to pay, more buffer changes nothing."""
    split = theory.best_split(Tasks(np.zeros((3, 3))), 50, 0.0, budget=1000, sample_cost=0)
    assert (split.memory, split.value) == (0, 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": 1.5}, "the budget must buy at least 2 parameters; got 1.5"),
        ({"budget": np.inf}, "budget must be finite and at least 0; got inf"),
        ({"parameter_cost": 0}, "parameter_cost must be finite and above 0; got 0"),
        ({"sample_cost": -1}, "sample_cost must be finite and at least 0; got -1"),
        ({"objective": "loss"}, "objective must be 'error' or 'forgetting'; got 'loss'"),
        ({"start": "cold"}, "start must be 'warm' or 'scratch'; got 'cold'"),
        ({"tasks": Tasks([[1.0]])}, "a buffer needs at least 2 tasks; got 1"),
        ({"budget": 20, "samples": 20, "sample_cost": 30}, "no split of the budget has a finite error"),
    ],
)
def test_impossible_input(change, message):
    arguments = {"tasks": Tasks.chain(2, 0.5), "samples": 20, "noise_var": 0.1, "budget": 100} | change
    with pytest.raises(ValueError, match=f"^{message}$"):
        theory.best_split(**arguments)
