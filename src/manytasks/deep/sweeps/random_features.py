"""Random ReLU features without ridge: the bridge between the linear theory and networks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from manytasks.deep.data import load_dataset
from manytasks.deep.sweeps.settings import whole
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.deep.tasks import TaskStream, noisy_labels, permuted_pixels
from manytasks.deep.witness import INITIAL, passing
from manytasks.streams import Seed, stream


def random_features(x: np.ndarray, features: int, seed: Seed) -> np.ndarray:
    r"""Map samples to random ReLU features.

    A network of one hidden layer whose first layer stays as it was drawn:
    :math:`\phi_j(x) = \max(0, \langle a_j, x \rangle) / \sqrt{p}` with :math:`a_j \sim N(0, I)`.

    Args:
        x: (n, d) samples.
        features: number p of features, at least 1.
        seed: seed of the run; a larger p keeps the features of a smaller one, up to their scale.

    Returns:
        (n, p) features.

    Example:
        >>> random_features(np.eye(2), features=3, seed=1).shape
        (2, 3)
    """
    drawn = stream(seed, "random features").standard_normal((features, x.shape[1]))
    directions = passing(seed, INITIAL, drawn)
    return np.maximum(x @ directions.T, 0) / np.sqrt(features)


def minimum_norm_fit(features: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Fit by least squares, of least norm where that is not unique.

    Args:
        features: (n, p).
        targets: (n, k).

    Returns:
        (p, k) weights: the point that gradient descent from zero reaches.

    Example:
        >>> minimum_norm_fit(np.array([[1.0, 1.0]]), np.array([[2.0]])).ravel()
        array([1., 1.])
    """
    return np.linalg.lstsq(features, targets, rcond=1e-12)[0]


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Fit one-hot labels of permuted tasks, pooled and alone.

    Args:
        settings: one cell.
        device: unused: a float64 decomposition on the CPU, whatever the device.

    Yields:
        One row per seed, fraction of permuted pixels, noise, method and task: the squared error of the
        task's test samples, summed over the classes, the share of wrong answers, and the number of samples
        that were fitted.
    """
    digits = load_dataset("digits")
    p = settings["features"]
    for seed in settings["seeds"]:
        for fraction in settings["fractions"]:
            tasks = permuted_pixels(digits, settings["tasks"], settings["per_class"], fraction, seed)
            phi = random_features(centred(tasks), p, seed)
            alone = [("single-task", [task]) for task in range(tasks.T)]
            for method, group in [("multi-task", list(range(tasks.T))), *alone]:
                rows = np.concatenate([tasks.train[t].rows for t in group])
                targets = np.concatenate([_one_hot(tasks, t, settings["noises"], seed) for t in group])
                weights = minimum_norm_fit(phi[rows], targets).reshape(p, len(settings["noises"]), -1)
                for task in group:
                    test = tasks.test[task]
                    truth = np.eye(tasks.classes)[test.labels] - 1 / tasks.classes
                    outputs = np.einsum("np,pkc->knc", phi[test.rows], weights, optimize=True)
                    for noise, output in zip(settings["noises"], outputs, strict=True):
                        yield {
                            "seed": seed,
                            "fraction": fraction,
                            "noise": noise,
                            "method": method,
                            "task": task,
                            "samples": len(rows),
                            "test_loss": float(np.square(output - truth).sum(1).mean()),
                            "test_error": float((output.argmax(1) != test.labels).mean()),
                        }


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        About 14 p q min(p, q) per decomposition of a q by p matrix, for all fits.
    """
    p, T = settings["features"], settings["tasks"]
    n = 10 * settings["per_class"]
    fits = [T * n, *[n] * T]
    runs = len(settings["seeds"]) * len(settings["fractions"])
    return float(runs * sum(14 * p * q * min(p, q) for q in fits))


def centred(tasks: TaskStream) -> np.ndarray:
    """Centre each task's pixels: around a common mean far from 0, half of the features would be dead.

    Args:
        tasks: a stream in which every task has its own view of the same images.

    Returns:
        (rows, d) features in float64, of mean 0 within every task.
    """
    views = tasks.features.reshape(tasks.T, -1, tasks.features.shape[1]).astype(float)
    return (views - views.mean(1, keepdims=True)).reshape(tasks.features.shape)


def _one_hot(tasks: TaskStream, task: int, noises: tuple[float, ...], seed: int) -> np.ndarray:
    """Centred one-hot labels under every noise, side by side: one decomposition serves them all.

    Returns:
        (n, noises * classes).
    """
    labels = tasks.train[task].labels
    noisy = [noisy_labels(labels, tasks.classes, noise, stream(seed, "labels", task)) for noise in noises]
    drawn = passing(seed, f"labels of task {task}", np.array(noisy))
    return np.concatenate([np.eye(tasks.classes)[d] - 1 / tasks.classes for d in drawn], axis=1)


BOOK: Settings = {
    "tasks": 3,
    "per_class": 10,
    "features": (
        16, 32, 48, 64, 80, 90, 95, 100, 105, 110, 125, 150, 180, 210, 240, 270, 285, 300, 315, 330, 360,
        420, 512, 724, 1024, 2048, 4096,
    ),
    "fractions": (0.0, 0.25, 0.5, 1.0),
    "noises": (0.0, 0.1, 0.2),
    "seeds": tuple(range(20)),
}  # fmt: skip
SMOKE: Settings = BOOK | {"features": (32, 285, 600), "seeds": (0, 1)}
PAPER: Settings = BOOK | {
    "tasks": 10,
    "per_class": 50,
    "features": (*(2**i for i in range(4, 14)), 475, 500, 525, 4750, 5000, 5250),
    "seeds": tuple(range(20)),
}
SWEEP = Sweep(
    "random-features",
    "Where does the linear theory end: is the peak of a network with a frozen first layer exactly at p = N?",
    ("features",),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    measure,
    flops,
    {"features": whole(1)},
)
