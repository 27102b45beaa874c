"""Phases of the best split: maps against the exact search, kinds by hand, and order along the cosine."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear.budget_phases import (
    KINDS,
    astray,
    best_memory,
    kinds_along,
    phase,
    phases_by_budget,
    phases_by_noise,
)

BUDGETS = np.array([20, 60, 130, 400])


@pytest.mark.parametrize("cosine", [0.0, 0.7, 0.95])
def test_one_call_for_many_budgets_is_the_exact_search(cosine):
    tasks = Tasks.equiangular(3, cosine)
    found, most = best_memory(tasks, 10, 0.1, BUDGETS, 4)
    for budget, m, largest in zip(BUDGETS, found, most, strict=True):
        split = theory.best_split(tasks, 10, 0.1, int(budget), sample_cost=2)
        error = theory.average_error(theory.replay_error(tasks, 10, int(m), int(budget - 4 * m), 0.1))
        assert error == pytest.approx(split.value, rel=1e-9)
        assert largest == min(10, (budget - 3) // 4)


def test_equal_tasks_need_one_parameter_only():
    _, most = best_memory(Tasks.equiangular(3, 1.0), 10, 0.1, np.array([13]), 4)
    assert most[0] == 3


def test_kinds_by_hand():
    np.testing.assert_array_equal(phase(np.array([0, 0, 4, 9]), np.array([0, 9, 9, 9])), [0, 0, 1, 2])


def test_maps_agree_with_the_search_cell_by_cell():
    cosines, noises = np.array([0.1, 0.6, 0.95]), np.array([0.0, 0.1, 0.4])
    by_budget = phases_by_budget(3, 10, 0.1, cosines, BUDGETS, 4)
    by_noise = phases_by_noise(3, 10, 130, cosines, noises, 4)
    assert by_budget.shape == (3, 4)
    for row, cosine in enumerate(cosines):
        for column, budget in enumerate(BUDGETS):
            kind = theory.best_split(Tasks.equiangular(3, cosine), 10, 0.1, int(budget), sample_cost=2).kind
            assert KINDS[by_budget[row, column]] == kind
        for column, noise_var in enumerate(noises):
            kind = theory.best_split(Tasks.equiangular(3, cosine), 10, noise_var, 130, sample_cost=2).kind
            assert KINDS[by_noise[row, column]] == kind
    assert len(np.unique(by_budget)) == 3  # all kinds are seen
    assert len(np.unique(by_noise)) == 3


def test_kinds_along_ask_for_what_is_to_be_least():
    cosines = np.linspace(0, 1, 6)
    for objective in ("error", "forgetting"):
        found = kinds_along(3, 10, 0.1, 130, cosines, 2, objective)
        for kind, cosine in zip(found, cosines, strict=True):
            split = theory.best_split(
                Tasks.equiangular(3, cosine), 10, 0.1, 130, sample_cost=2, objective=objective
            )
            assert KINDS[kind] == split.kind
    assert kinds_along(3, 10, 0.1, 130, cosines, 40, "error").tolist() != found.tolist()


@pytest.mark.parametrize(
    ("kinds", "steps"),
    [
        ([0, 0, 1, 2], 0),
        ([0, 2, 2], 0),
        ([0, 1, 0, 2], 1),
        ([1, 2], 1),
        ([0, 1], 1),
        ([0, 2, 1, 0, 2], 2),
        ([1, 0, 2, 1], 4),
    ],
)
def test_steps_astray_are_counted(kinds, steps):
    assert astray(np.array(kinds)) == steps
