"""Budget lines: the rule against exact ends, the search against every split, and what the rule costs."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.studies.linear import budget_lines
from manytasks.studies.linear.budget_lines import (
    along_line,
    brute_force_gap,
    large_budget_slope,
    law_exceptions,
    rule_losses,
)


@pytest.mark.parametrize("T", [2, 4])
@pytest.mark.parametrize(("cosine", "noise_var"), [(0.2, 0.0), (0.9, 0.0), (0.9, 0.4), (0.7, 0.1)])
def test_the_slope_is_that_of_huge_budgets(T, cosine, noise_var):
    n, step, budget = 10, 2 * (T - 1), 10**7
    line = along_line(Tasks.equiangular(T, cosine), n, noise_var, budget, step, range(n + 1)).error
    slope = large_budget_slope(T, cosine, noise_var, step)
    # n T times the bracket over p², which is the change of the error with one more sample.
    np.testing.assert_allclose(np.diff(line) * budget**2 / (n * T), slope, rtol=1e-2, atol=0.02)


def test_a_line_gives_up_parameters_for_samples():
    tasks = Tasks.equiangular(3, 0.6)
    found = along_line(tasks, 10, 0.1, 200, 4, [0, 3, 10])
    for k, (m, p) in enumerate([(0, 200), (3, 188), (10, 160)]):
        errors = theory.replay_error(tasks, 10, m, p, 0.1)
        assert found.error[k] == pytest.approx(theory.average_error(errors))
        assert found.forgetting[k] == pytest.approx(theory.forgetting(errors))


def test_the_search_finds_the_best_of_all_splits_and_a_worse_one_is_seen(monkeypatch):
    assert brute_force_gap(5, seed=1) < 1e-9
    best_split = theory.best_split

    def second_best(*setting):
        return best_split(*setting)._replace(value=1.01 * best_split(*setting).value)

    monkeypatch.setattr(budget_lines.theory, "best_split", second_best)
    assert brute_force_gap(5, seed=1) > 1e-3


def test_the_rule_has_no_exception_for_large_budgets_and_its_opposite_nothing_else(monkeypatch):
    assert law_exceptions(12, 20, seed=1) == 0
    monkeypatch.setattr(budget_lines, "large_budget_slope", lambda *setting: -large_budget_slope(*setting))
    assert law_exceptions(12, 20, seed=1) == 12


def test_the_rule_loses_little_and_never_more_than_the_worse_end(monkeypatch):
    found = rule_losses(25, 20, seed=1)
    assert found.rule.min() > -1e-12
    assert np.all(found.rule <= found.worse)
    assert found.rule.mean() < 0.3 * found.worse.mean()
    monkeypatch.setattr(budget_lines, "large_budget_slope", lambda *setting: -large_budget_slope(*setting))
    opposite = rule_losses(25, 20, seed=1)
    np.testing.assert_array_equal(opposite.worse, found.worse)
    assert opposite.rule.mean() > 2 * found.rule.mean()
