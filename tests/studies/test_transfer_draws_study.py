"""Drawn transfers stand beside the theorem in one order, and terms only where the theorem has them."""

import numpy as np

from manytasks import Tasks, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.transfer_draws import Setting, transfer_draws

PAIR = Tasks.equiangular(2, 0.5)


def test_columns_are_transfers_by_width_and_task_then_terms_above_the_threshold():
    uneven = Setting(Tasks.from_vectors([[1.0, 0.0], [0.5, 2.0]]), [5, 8], 0.2)
    widths = np.array([3, 11, 15, 50])  # between the mean count and N, next to N, and beyond
    found = transfer_draws({"uneven": uneven, "pair": Setting(PAIR, 3, 0.1)}, widths, trials=4, seed=1)
    K = theory.knowledge_transfer(uneven.tasks, uneven.samples, widths, 0.2)
    terms = theory.transfer_terms(uneven.tasks, uneven.samples, widths[2:], 0.2)
    errors = theory.multitask_error(uneven.tasks, uneven.samples, widths, 0.2)
    assert found.drawn.shape == (4, (4 * 2 + 2 * 3) + (4 * 2 + 3 * 3))
    np.testing.assert_allclose(found.expected[:8], K.ravel())
    np.testing.assert_allclose(found.expected[8:14], np.concatenate(list(terms.values())))
    np.testing.assert_allclose(found.sizes[:8], errors.ravel())
    np.testing.assert_allclose(found.sizes[8:14], found.expected[8:14])


def test_terms_of_a_draw_add_up_to_a_mean_transfer_in_expectation():
    """At error rate 1e-6: every column of 2,000 draws is where the theorem has it; a 10 % error is seen."""
    found = transfer_draws({"pair": Setting(PAIR, 6, 0.1)}, np.array([40]), trials=2000, seed=2)
    z = np.abs(z_scores(found.drawn, found.expected, skewed=True))
    limit = critical_z(z.size, 1e-6, draws=2000)
    assert z.max() < limit
    assert np.abs(z_scores(found.drawn, 1.1 * found.expected, skewed=True)).max() > limit
    np.testing.assert_allclose(found.expected[2:].sum(), found.expected[:2].mean())
