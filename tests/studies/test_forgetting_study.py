"""Learners' error matrices become rows, and rows move along an axis."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.networks.forgetting import (
    by_learner,
    change,
    saved,
    savings,
)

KEYS = ["memory", "width", "seed"]


def rows():
    """Three tasks; error .1 when learned, .1 x width more after every later task; a buffer halves that."""
    return pd.DataFrame(
        {
            "memory": memory,
            "width": width,
            "seed": seed,
            "after": after,
            "task": task,
            "test_error": 0.1 + 0.1 * width * (after - task) / (1 + (memory > 0)),
            "test_loss": 1.0 + width * (after - task) + seed,
            "train_error": 0.02 * task + 0.5 * (after > task),
        }
        for memory in (0, 5)
        for width in (1, 2, 4)
        for seed in (0, 1)
        for after in range(3)
        for task in range(after + 1)
    )


def test_a_learner_forgets_what_its_earlier_tasks_lose():
    found = by_learner(rows().sample(frac=1, random_state=1), KEYS)
    assert found.index.names == KEYS
    for (memory, width, seed), row in found.iterrows():
        lost = 0.1 * width * (2 + 1) / 2 / (1 + (memory > 0))
        np.testing.assert_allclose(row.forgotten_error, lost)
        np.testing.assert_allclose(row.final_error, 0.1 + lost * 2 / 3)
        np.testing.assert_allclose(row.forgotten_loss, width * 1.5)
        np.testing.assert_allclose(row.final_loss, 1 + width + seed)
        np.testing.assert_allclose(row.learned_error, 0.1)
        np.testing.assert_allclose(row.unfitted, 0.02)


@pytest.mark.parametrize("lost", [{"after": 2, "task": 0}, {"after": 1, "task": 1}])
def test_a_learner_that_lacks_a_task_is_refused(lost):
    table = rows()
    gone = (table[["after", "task"]] == pd.Series(lost)).all(axis=1) & (table["width"] == 2)
    with pytest.raises(ValueError, match=r"^a learner of memory, width, seed lacks one of 3 tasks"):
        by_learner(table[~gone], KEYS)


def test_changes_and_savings_are_within_a_learner():
    forgotten = by_learner(rows(), KEYS)["forgotten_error"]
    np.testing.assert_allclose(change(forgotten, "width", 1, 4).xs(0, level="memory"), 0.45)
    np.testing.assert_allclose(saved(forgotten, 5).xs(4, level="width"), 0.3)
    np.testing.assert_allclose(saved(forgotten, 5, share=True), 0.5)


def test_savings_are_those_of_each_buffer_and_learner():
    table = rows()
    larger = table[table["memory"] == 5].assign(
        memory=50, test_error=lambda part: 0.1 + (part.test_error - 0.1) / 2
    )
    forgotten = by_learner(pd.concat([table, larger]), KEYS)["forgotten_error"]
    found = savings(forgotten, [5, 50]).set_index(["kind", "memory", "width", "seed"])["saved"]
    assert len(found) == 2 * 2 * 3 * 2
    np.testing.assert_allclose(found["loss", 5], saved(forgotten, 5))
    np.testing.assert_allclose(found["loss", 50].xs(4, level="width"), 0.45)
    np.testing.assert_allclose(found["share", 5], 0.5)
    np.testing.assert_allclose(found["share", 50], 0.75)
