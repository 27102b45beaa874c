"""What fits on frozen features do with label noise: by how much the test error rises, and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from manytasks.deep.sweeps.random_features import minimum_norm_fit
from manytasks.statistics import z_scores
from manytasks.streams import Seed, stream
from manytasks.studies.networks.frozen_features import FrozenDraw, frozen_draw
from manytasks.theory.fit import noise_factor


def amplification(draw: FrozenDraw) -> float:
    r"""Return what one unit of label noise costs, :math:`B = \operatorname{tr}(\Phi^{+\top} C\,\Phi^+)`.

    Args:
        draw: features; C is the second moment of the test samples.

    Returns:
        B, for the least-squares or the minimum-norm fit.

    Example:
        >>> draw = FrozenDraw(2 * np.eye(3), np.eye(3), np.zeros((3, 1)), np.zeros((3, 1)))
        >>> amplification(draw)
        0.25
    """
    train, test = draw.train, draw.test
    if train.shape[1] < len(train):
        contributions = train @ np.linalg.solve(train.T @ train, test.T)
    else:
        contributions = np.linalg.solve(train @ train.T, train @ test.T)
    return float(np.square(contributions).sum(0).mean())


def linear_amplification(N: int, widths: ArrayLike) -> np.ndarray:
    """Return what linear theory says of it: N/(p - N - 1) above the threshold, p/(N - p - 1) below.

    Args:
        N: number of samples of all tasks.
        widths: numbers p of features.

    Returns:
        One number for each; infinite beside the threshold.

    Example:
        >>> linear_amplification(300, [200, 602])
        array([2.02020202, 0.99667774])
    """
    return np.asarray(noise_factor(N, np.asarray(widths)))


def amplifications(
    tasks: int, samples: int, widths: Sequence[int], widest: int, *, draws: int, seed: Seed
) -> np.ndarray:
    """Measure it at several widths, half of the pixels permuted.

    Args:
        tasks: number of tasks.
        samples: of each task.
        widths: numbers of features.
        widest: width of the layer whose first features these are.
        draws: of tasks and layers.
        seed: of the run, and a name: draw r is (seed, r).

    Returns:
        (draws, widths) array.
    """
    found = []
    for r in range(draws):
        draw = frozen_draw(tasks, samples, 0.5, widest, seed=(seed, r))
        found.append([amplification(draw.first(int(p))) for p in widths])
    return np.array(found)


def noise_rises(draw: FrozenDraw, noise_draws: int, *, seed: Seed) -> np.ndarray:
    """Fit one set of features to labels with many draws of Gaussian noise.

    Args:
        draw: features; the first class counts.
        noise_draws: number of draws, of variance 1.
        seed: of the noise.

    Returns:
        (noise_draws,) rises of the test error; their mean is ``amplification``.
    """
    z = stream(seed, "label noise", draw.train.shape[1]).standard_normal((len(draw.train), noise_draws))
    fitted = draw.test @ minimum_norm_fit(draw.train, np.column_stack([draw.labels[:, :1], z]))
    bias, change = fitted[:, :1] - draw.truth[:, :1], fitted[:, 1:]
    return (np.square(bias + change) - np.square(bias)).mean(0)


def noise_scores(
    draw: FrozenDraw, widths: Sequence[int], factors: Sequence[float], noise_draws: int, *, seed: Seed
) -> np.ndarray:
    """Hold the mean rise of the test error against what it should be, and against wrong values.

    Args:
        draw: features and labels.
        widths: numbers of features; the first so many count.
        factors: of ``amplification``; 1 is the identity.
        noise_draws: at each width.
        seed: of the noise.

    Returns:
        (factors, widths) standard scores.
    """
    found = []
    for p in widths:
        few = draw.first(p)
        rises, expected = noise_rises(few, noise_draws, seed=seed), amplification(few)
        found.append([float(z_scores(rises, factor * expected)) for factor in factors])
    return np.transpose(found)


def participation(features: np.ndarray) -> float:
    r"""Count the directions of features, :math:`(\operatorname{tr} C)^2 / \operatorname{tr} C^2`.

    Args:
        features: (M, p) array; C is its second moment.

    Returns:
        1 to p; p for C proportional to the identity.

    Example:
        >>> participation(np.eye(4)), participation(np.ones((4, 4)))
        (4.0, 1.0)
    """
    narrow = features.astype(np.float32)  # 4,096 features: half of the memory
    second = narrow.T @ narrow
    return float(np.trace(second) ** 2 / np.square(second).sum())
