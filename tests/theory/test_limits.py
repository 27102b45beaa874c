"""Special cases whose answers are known without the theorem, and the infinities, exactly where they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import assert_same
from samplers import checked, noise_vars, problems, quarters, tasks, widths

from manytasks import Tasks, theory

FAR = Tasks.from_vectors([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
EQUAL = Tasks(np.full((3, 3), 4.0))
WIDTHS = np.arange(1, 41)


@checked
@given(norm=quarters, n=st.integers(0, 60), p=widths, noise_var=noise_vars)
def test_one_task_together_is_one_task_alone(norm, n, p, noise_var):
    one = Tasks([[norm**2]])
    assert_same(theory.multitask_error(one, n, p, noise_var), theory.single_task_error(one, n, p, noise_var))
    assert theory.knowledge_transfer(one, n, p, noise_var) == 0


@checked
@given(norm=quarters, n=st.lists(st.integers(0, 15), min_size=3, max_size=3), p=widths, noise_var=noise_vars)
def test_equal_tasks_are_one_task_with_all_samples(norm, n, p, noise_var):
    equal, one = Tasks(np.full((3, 3), norm**2)), Tasks([[norm**2]])
    expected = np.repeat(theory.single_task_error(one, sum(n), p, noise_var), 3)
    assert_same(theory.multitask_error(equal, n, p, noise_var), expected)
    assert theory.effective_noise(equal, n, p, noise_var) == noise_var


@checked
@given(some=tasks(), noise_var=noise_vars, n=st.integers(0, 15))
def test_infinitely_wide_models_learn_nothing(some, noise_var, n):
    for function in (theory.multitask_error, theory.single_task_error):
        errors = function(some, n, [10**6, 10**9, 10**12], noise_var)
        distance = np.abs(errors - some.norms2).max(axis=-1)  # falls like N/p
        bound = 2 * some.T * n * (5 * some.norms2.max() + noise_var) / [1e6, 1e9, 1e12]
        assert np.all(distance <= bound + 1e-14 * some.norms2.max())


def test_infinitely_many_samples_give_the_mean_task():
    mean = np.array([0.0, 1.0])
    expected = np.square(np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]]) - mean).sum(axis=1)
    errors = theory.multitask_error(FAR, 10**11, 7, 0.5)
    np.testing.assert_allclose(errors, expected, rtol=1e-9)


@checked
@given(some=tasks(), p=widths, noise_var=noise_vars)
def test_without_samples_the_fit_is_zero(some, p, noise_var):
    for function in (theory.multitask_error, theory.single_task_error):
        assert_same(function(some, 0, p, noise_var), some.norms2)
    assert np.all(theory.knowledge_transfer(some, 0, p, noise_var) == 0)


@checked
@given(problem=problems())
def test_a_task_without_samples_changes_nothing_for_the_others(problem):
    some, n, p, noise_var = problem
    if some.T == 1:
        return
    n = n.copy()
    n[-1] = 0
    fewer = Tasks(some.gram[:-1, :-1])
    assert_same(
        theory.multitask_error(some, n, p, noise_var)[:-1],
        theory.multitask_error(fewer, n[:-1], p, noise_var),
        1 + some.gram.max(),
    )


@checked
@given(problem=problems())
def test_a_task_split_in_two_is_the_same_task(problem):
    some, n, p, noise_var = problem
    order = [*range(some.T), 0]
    twice = Tasks(some.gram[np.ix_(order, order)])
    split = np.append(n, n[0] // 2)
    split[0] -= n[0] // 2
    expected = theory.multitask_error(some, n, p, noise_var)[order]
    assert_same(theory.multitask_error(twice, split, p, noise_var), expected, 1 + some.gram.max())


@pytest.mark.parametrize(("tasks_", "noise_var"), [(FAR, 0.0), (FAR, 0.1), (EQUAL, 0.1)])
def test_infinite_within_one_of_the_threshold_and_nowhere_else(tasks_, noise_var):
    """Positive effective noise: from dissimilarity, from label noise, or from both."""
    errors = theory.multitask_error(tasks_, [4, 6, 10], WIDTHS, noise_var)
    np.testing.assert_array_equal(np.isinf(errors), np.repeat((abs(WIDTHS - 20) <= 1)[:, None], 3, axis=1))
    assert not np.isnan(errors).any()


def test_alone_each_task_is_infinite_at_its_own_threshold():
    n = np.array([4, 6, 10])
    errors = theory.single_task_error(FAR, n, WIDTHS, 0.1)
    np.testing.assert_array_equal(np.isinf(errors), abs(WIDTHS[:, None] - n) <= 1)
    assert np.isfinite(theory.single_task_error(FAR, n, WIDTHS, 0.0)).all()


def test_no_peak_and_no_jump_without_effective_noise():
    """Paper A's break condition: equal tasks, clean labels. The error is then continuous across p = N."""
    errors = theory.multitask_error(EQUAL, [4, 6, 10], WIDTHS, 0.0)
    expected = 4.0 * np.maximum(0, 1 - 20 / WIDTHS)
    assert_same(errors, np.repeat(expected[:, None], 3, axis=1))
    one_sided = theory.multitask_error(FAR, [0, 20, 0], WIDTHS, 0.0)  # one task owns all samples: no spread
    assert np.isfinite(one_sided).all()


def test_one_parameter_averages_the_tasks_and_stays_finite():
    """p = 1: w = Σ x_k² w_k / Σ x_k², Dirichlet(1/2) weights; variance 2V/(N+2), at the threshold too."""
    line = Tasks.from_vectors([[1.0], [-2.0]])
    for n in ([1, 1], [1, 2], [2, 3], [5, 40]):
        N = sum(n)
        weights = np.array(n) / N
        mean = weights @ [1.0, -2.0]
        V = weights @ (np.array([1.0, -2.0]) - mean) ** 2
        expected = (np.array([1.0, -2.0]) - mean) ** 2 + 2 * V / (N + 2)
        assert_same(theory.multitask_error(line, n, 1, 0.0), expected)
    assert np.isinf(theory.multitask_error(line, [1, 1], 1, 0.1)).all()
    assert_same(theory.multitask_error(line, [1, 0], 1, 0.0), [0.0, 9.0])


def test_transfer_is_infinite_with_the_sign_of_the_worse_fit():
    tasks_ = Tasks.equiangular(2, 0.5)
    transfer = theory.knowledge_transfer(tasks_, [10, 20], [10, 20, 30], 0.1)
    assert transfer[0, 0] == np.inf  # alone the first task is at its threshold
    assert transfer[1, 1] == np.inf
    assert np.all(transfer[2] == -np.inf)  # together they are at theirs
    assert np.isnan(theory.knowledge_transfer(tasks_, [1, 1], 2, 0.1)).all()  # both at once
    assert theory.knowledge_transfer(tasks_, [0, 20], 20, 0.1)[1] == 0  # the same fit, infinite or not


def test_dissimilarity_and_noise_approach_the_same_peak():
    """Near the threshold of a large fit one unit of spread costs what one unit of label noise costs."""
    tasks_ = Tasks.equiangular(2, -1.0)  # V = 1
    for p in (9_990, 10_010):
        added = theory.effective_noise(tasks_, 5_000, p, 0.3) - 0.3
        np.testing.assert_allclose(added, 1.0, atol=2e-3)


def test_formula_below_the_rank_of_the_tasks_is_linear_extension():
    """No vectors with this Gram matrix exist in R^2; the formula, linear in Γ, is defined all the same."""
    spread_out = Tasks(np.eye(4))
    parts = [Tasks(np.diag(row)) for row in np.eye(4)]
    total = sum(theory.multitask_error(part, 5, 2, 0.0) for part in parts)
    assert_same(theory.multitask_error(spread_out, 5, 2, 0.0), total)
    assert "vectors with that Gram matrix exist in R^p when p is at least its rank" in " ".join(
        theory.multitask_error.__doc__.split()
    )


@pytest.mark.parametrize("p", [1, 2, 4, 5, 6, 9])
def test_one_task_gains_nothing_even_where_its_error_is_infinite(p):
    terms = theory.transfer_terms(Tasks.equiangular(1, 1.0), 5, p, 2.25)
    assert {name: float(term) for name, term in terms.items()} == {"K1": 0.0, "K2": 0.0, "K3": 0.0}
