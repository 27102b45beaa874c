"""What must be true of every error for any tasks, counts, width and noise."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from properties import (
    assert_linear,
    assert_permutation_equivariant,
    assert_same,
    assert_scales_quadratically,
)
from samplers import checked, problems, tasks, widths

from manytasks import Tasks, theory

ERRORS = [theory.single_task_error, theory.multitask_error]
PER_TASK = [*ERRORS, theory.knowledge_transfer]
ALL = [*PER_TASK, theory.effective_noise]


@pytest.mark.parametrize("function", PER_TASK)
@checked
@given(problem=problems())
def test_permutation_equivariance(function, problem):
    assert_permutation_equivariant(function, *problem)


@pytest.mark.parametrize("function", ALL)
@checked
@given(problem=problems(), factor=st.sampled_from([0.1, 3.0, 1e4]))
def test_quadratic_scaling(function, problem, factor):
    assert_scales_quadratically(function, *problem, factor)


@pytest.mark.parametrize("function", ERRORS)
@checked
@given(problem=problems())
def test_errors_are_never_negative_and_grow_with_the_noise(function, problem):
    some, n, p, noise_var = problem
    errors = function(some, n, p, noise_var)
    assert np.all(errors >= 0)
    assert np.all(function(some, n, p, noise_var + 0.5) >= errors)


@pytest.mark.parametrize("function", ALL)
@checked
@given(
    first=tasks(T=st.just(3)),
    second=tasks(T=st.just(3)),
    n=st.lists(st.integers(0, 15), min_size=3, max_size=3),
    p=widths,
    weights=st.tuples(st.sampled_from([0.5, 2.0]), st.sampled_from([0.25, 4.0])),
)
def test_linearity_in_gram_matrix_and_noise(function, first, second, n, p, weights):
    assume(all(abs(p - N) > 1 for N in (*n, sum(n))))  # at a threshold every error is 0 or infinite
    assert_linear(function, first, second, n, p, (0.3, 0.05), weights)


@checked
@given(problem=problems())
def test_terms_sum_to_the_mean_error_and_the_mean_transfer(problem):
    some, n, p, _ = problem
    assert_same(
        sum(theory.multitask_terms(*problem).values()),
        theory.multitask_error(*problem).mean(axis=-1),
        1 + some.gram.max(),
    )
    transfer = np.array(list(theory.transfer_terms(*problem).values()))
    if np.isfinite(transfer).all():
        mean = theory.knowledge_transfer(*problem).mean(axis=-1)
        assert_same(transfer.sum(), mean, 1 + some.gram.max())
    else:
        assert min(abs(p - N) for N in (*n, n.sum())) <= 1


@checked
@given(problem=problems())
def test_label_noise_adds_the_same_amount_to_every_task(problem):
    """That amount is what pure noise, without any task to learn, costs."""
    some, n, p, noise_var = problem
    noisy, clean = theory.multitask_error(*problem), theory.multitask_error(some, n, p, 0.0)
    with np.errstate(invalid="ignore"):
        added = (noisy - clean)[np.isfinite(noisy)]
    if added.size:
        assert_same(added, added.max(), 1 + some.gram.max())
        noise_alone = theory.multitask_error(Tasks(0 * some.gram), n, p, noise_var)
        assert_same(noise_alone, added.max(), 1 + some.gram.max())


@checked
@given(some=tasks(), n=st.integers(0, 9), ps=st.lists(widths, min_size=1, max_size=4))
def test_an_array_of_p_is_every_p_at_once(some, n, ps):
    for function in PER_TASK:
        together = function(some, n, np.array([ps, ps]), 0.1)
        assert together.shape == (2, len(ps), some.T)
        for row, p in zip(together[0], ps, strict=True):
            np.testing.assert_array_equal(row, function(some, n, p, 0.1))
    for function in (theory.multitask_terms, theory.transfer_terms):
        together = function(some, n, ps, 0.1)
        for name, values in together.items():
            np.testing.assert_array_equal(values, [function(some, n, p, 0.1)[name] for p in ps])


@checked
@given(some=tasks(), n=st.integers(1, 9), p=widths)
def test_one_count_is_that_count_for_every_task(some, n, p):
    for function in PER_TASK:
        np.testing.assert_array_equal(function(some, n, p, 0.1), function(some, [n] * some.T, p, 0.1))
