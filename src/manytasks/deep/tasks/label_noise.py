"""Label noise that stays inside a task."""

from __future__ import annotations

import numpy as np


def noisy_labels(
    labels: np.ndarray, classes: int, fraction: float, generator: np.random.Generator
) -> np.ndarray:
    """Replace a fraction of the labels by another label of the same task.

    Drawn over the classes of all T tasks instead, as in the released research code, a wrong label would also
    move its sample to another task with probability about 1 - 1/T, and noise could not be told from task
    mixing.

    Args:
        labels: (n,) labels within one task, 0 to ``classes - 1``.
        classes: classes of the task, at least 2 (one class has no other label).
        fraction: expected share of wrong labels, in [0, 1].
        generator: its draws do not depend on the fraction: the wrong labels of a smaller fraction are
            among those of a larger one.

    Returns:
        (n,) labels; each is wrong with probability ``fraction``, and then uniform over the others.

    Raises:
        ValueError: if the fraction is not in [0, 1] or there is one class only.

    Example:
        >>> clean = np.zeros(1000, int)
        >>> noisy = noisy_labels(clean, classes=10, fraction=0.2, generator=np.random.default_rng(1))
        >>> int((noisy != clean).sum())
        188
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be in [0, 1]; got {fraction}")
    if classes < 2:
        raise ValueError(f"label noise needs at least 2 classes in a task; got {classes}")
    wrong = generator.random(len(labels)) < fraction
    other = (labels + generator.integers(1, classes, len(labels))) % classes
    return np.where(wrong, other, labels)
