"""The condition for harm and its size: right formulas pass, wrong ones are counted, draws agree."""

import numpy as np

from manytasks import theory
from manytasks.statistics import critical_z, z_scores
from manytasks.streams import stream
from manytasks.studies.linear.buffer_problems import drawn_effects, try_condition
from manytasks.studies.linear.replay_readings import buffer_effect
from manytasks.tasks import Tasks


def stated(p, n_1, n_2, m, norm2, d, noise_var):
    """Return the effect as the chapter's theorem has it."""
    N = m + n_2
    known = d / (p * (p - N - 1)) - (p - n_1) * norm2 / (p**2 * (p - m))
    known -= n_1 * noise_var / (p * (p - m) * (p - n_1 - 1))
    again = N / (p - N - 1) - n_2 / (p - n_2 - 1) - (p - N) * m / ((p - m) * (p - m - 1))
    return m * n_2 * known + noise_var * again


def test_the_theorem_has_no_exception_and_its_size_is_exact():
    found = try_condition(stated, 150, seed=1)
    assert found.exceptions == 0
    assert found.gap < 1e-10


def test_a_formula_that_is_off_by_a_percent_is_seen():
    found = try_condition(lambda *setting: 1.01 * stated(*setting), 150, seed=1)
    assert found.exceptions == 0  # the condition does not use the formula
    assert 1e-5 < found.gap


def test_the_last_sample_is_judged_by_the_theorem_twice():
    rng, turns = stream(15), 0
    for _ in range(60):
        a, b = rng.integers(2, 60, size=2)
        m = int(rng.integers(1, a + 1))
        p = int(max(a, b + m) + 2 + rng.integers(0, 300))
        tasks = Tasks.from_vectors(rng.standard_normal((2, 3)))
        rng.uniform()
        sizes = (tasks.norms2[0], tasks.distances2[0, 1], 0.0)
        whole, before = (stated(p, a, b, kept, *sizes) for kept in (m, m - 1))
        turns += m > 2 and (whole > before) != (whole > 0)
    assert try_condition(stated, 60, seed=15).turns == turns == 2


def test_expected_effects_are_those_of_the_study_in_order():
    found = drawn_effects([(0.2, 60), (0.9, 90)], 3, 10, 5, 0.1, trials=2, seed=1)
    for i, (cosine, p) in enumerate([(0.2, 60), (0.9, 90)]):
        tasks = Tasks.equiangular(3, cosine)
        np.testing.assert_allclose(found.expected[2 * i : 2 * i + 2], buffer_effect(tasks, 10, 5, p, 0.1))
        without = theory.average_error(theory.replay_error(tasks, 10, 0, p, 0.1))
        np.testing.assert_allclose(found.sizes[2 * i : 2 * i + 2], without)


def test_draws_are_where_the_theorem_has_them():
    """At error rate 1e-6; an effect half as large again would be seen."""
    found = drawn_effects([(0.1, 60), (0.95, 60)], 3, 10, 5, 0.1, trials=1500, seed=3)
    limit = critical_z(4, 1e-6, draws=1500)
    assert np.abs(z_scores(found.drawn, found.expected, skewed=True)).max() < limit
    assert np.abs(z_scores(found.drawn, 1.5 * found.expected, skewed=True)).max() > limit
