"""The ridge equivalent on trial: one fit for several questions about CIFAR-100, predicted and measured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from manytasks import theory
from manytasks.deep.data.cifar100 import FEATURES, load_cifar100_features, names
from manytasks.deep.data.collection import read_arrays, sums
from manytasks.deep.data.official import data_folders
from manytasks.deep.sweeps.settings import real, whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.later import Later
from manytasks.streams import Seed, stream

RidgeCV = Later("sklearn.linear_model", "RidgeCV")
CLASSES = 10  # whose images a run sees
ABSENT = 1e-9  # share of the largest eigenvalue below which a direction counts as absent


class Images(NamedTuple):
    """What a run knows: features and targets of training and test images, and what theory is told."""

    train: np.ndarray
    targets: np.ndarray
    test: np.ndarray
    test_targets: np.ndarray
    eigenvalues: np.ndarray
    coefficients: np.ndarray
    floor: np.ndarray


@lru_cache(maxsize=1)
def components(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Load principal components of CIFAR-100 at their own scale: the first ones vary most.

    Args:
        count: components, 1 to 256.

    Returns:
        (50000, count) features and (50000,) fine labels of training images, then those of the 10,000 test
        images; over all training images a feature has variance 1 on average.
    """
    dataset, train, test = load_cifar100_features(data_folders(), count)
    variance = read_arrays("cifar100/features.npz", data_folders())["variance"][:count].astype(float)
    scale = np.sqrt(variance / variance.mean())
    return train * scale, dataset.train_labels, test * scale, dataset.test_labels


def deal(grouping: str, tasks: int, seed: Seed) -> np.ndarray:
    """Choose ten classes; the first of them are asked for, one a task.

    Args:
        grouping: "superclass" takes all classes of two superclasses, so that the tasks ask for relatives;
            "mixed" takes one class of each of ten superclasses.
        tasks: number of tasks, for "superclass" at most 5.
        seed: of the run.

    Returns:
        (10,) fine classes, those of the tasks first.

    Raises:
        ValueError: if one superclass does not have so many classes.

    Example:
        >>> [len(set(names()[1][deal(grouping, 3, 1)])) for grouping in ("superclass", "mixed")]
        [2, 10]
    """
    superclasses, rng = names()[1], stream(seed, "classes", grouping)
    if grouping == "mixed":
        chosen = rng.permutation(superclasses.max() + 1)[:CLASSES]
        return np.array([rng.choice(np.flatnonzero(superclasses == each)) for each in chosen])
    if tasks > CLASSES // 2:
        raise ValueError(f"tasks of one superclass must be at most {CLASSES // 2}; got {tasks}")
    chosen = rng.permutation(superclasses.max() + 1)[:2]
    return np.concatenate([rng.permutation(np.flatnonzero(superclasses == each)) for each in chosen])


def one_vs_rest(labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the answers to "is it this class?" as numbers of mean 0 and variance 1 over all ten classes.

    Args:
        labels: (n,) fine classes.
        classes: (T,) what each task asks for.

    Returns:
        (n, T): 3 for yes, -1/3 for no.

    Example:
        >>> one_vs_rest(np.array([4, 7]), np.array([7])).ravel().round(2).tolist()
        [-0.33, 3.0]
    """
    share = 1 / CLASSES
    return ((labels[:, None] == classes) - share) / np.sqrt(share * (1 - share))


def draw_images(settings: Settings, seed: Seed) -> Images:
    """Deal classes and measure what the theory is told, on training images only.

    Args:
        settings: one cell.
        seed: of the run.

    Returns:
        Features in the eigenbasis of their covariance, targets, and the three things that theory is told:
        eigenvalues, the tasks' best linear predictors, and the variance that no linear function explains.
    """
    train, labels, test, test_labels = components(settings["components"])
    classes = deal(settings["grouping"], settings["tasks"], seed)
    asked = classes[: settings["tasks"]]
    mine, theirs = np.isin(labels, classes), np.isin(test_labels, classes)
    train, test = train[mine], test[theirs]
    Y, test_Y = one_vs_rest(labels[mine], asked), one_vs_rest(test_labels[theirs], asked)
    centre = train.mean(0)
    s, U = np.linalg.eigh(np.cov(train.T, bias=True))
    kept = s > ABSENT * s[-1]
    s, Z, test_Z = s[kept], (train - centre) @ U[:, kept], (test - centre) @ U[:, kept]
    # By ridge, with the penalty that leave-one-out likes best: least squares would take noise for signal.
    penalties = np.geomspace(1e-2, 1e5, 29) * s.mean()
    w = RidgeCV(penalties, alpha_per_target=True, fit_intercept=False).fit(Z, Y).coef_
    left = Y - Z @ (Z.T @ Y / (len(Z) * s[:, None]))  # of least squares, whose degrees of freedom are known
    return Images(Z, Y, test_Z, test_Y, s, w, np.square(left).sum(0) / (len(Z) - len(s) - 1))


def ridge_path(A: np.ndarray, y: np.ndarray, ridges: tuple[float, ...]) -> np.ndarray:
    """Fit by ridge with several penalties at the price of one decomposition.

    Args:
        A: (N, p) features.
        y: (N,) targets.
        ridges: penalties, at least 0; 0 is the minimum-norm or least-squares fit.

    Returns:
        (p, ridges) weights.

    Example:
        >>> A, y = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 1.0]]), np.array([1.0, 0.0, 2.0])
        >>> direct = np.linalg.solve(A.T @ A + 0.5 * np.eye(2), A.T @ y)
        >>> np.allclose(ridge_path(A, y, (0.5,))[:, 0], direct)
        True
    """
    wide = len(A) < A.shape[1]
    values, vectors = np.linalg.eigh(A @ A.T if wide else A.T @ A)
    kept = values > ABSENT * values[-1]  # an image that is there twice adds no direction
    vectors, y = vectors[:, kept], y if wide else A.T @ y
    fitted = vectors @ ((vectors.T @ y)[:, None] / (values[kept, None] + np.array(ridges)))
    return A.T @ fitted if wide else fitted


def measure(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Fit several tasks together and each alone, and predict both.

    Args:
        settings: one cell; ``samples`` is the number N of all tasks, each has its share of them.
        device: unused: decompositions on the CPU, whatever the device.

    Yields:
        One row per seed and ridge: test error (squared, mean over tasks and ``draws`` training sets) of one
        fit to the pooled samples and of a fit per task, each with its prediction, and the mean floor.
    """
    T, N, ridges = settings["tasks"], settings["samples"], settings["ridges"]
    for seed in settings["seeds"]:
        images = draw_images(settings, seed)
        together, alone = np.zeros((2, len(ridges)))
        for r in range(settings["draws"]):
            order = stream(seed, "training set", settings["grouping"], N, r).permutation(len(images.train))
            parts = order[: N // T * T].reshape(T, -1)
            A = images.train[parts]
            y = np.stack([images.targets[rows, t] for t, rows in enumerate(parts)])
            pooled = ridge_path(A.reshape(-1, A.shape[2]), y.ravel(), ridges)
            for t in range(T):
                truth = images.test_targets[:, t, None]
                for total, weights in ((together, pooled), (alone, ridge_path(A[t], y[t], ridges))):
                    total += np.square(truth - images.test @ weights).mean(0) / T / settings["draws"]
        for ridge, measured in zip(ridges, zip(together, alone, strict=True), strict=True):
            expected = predictions(images, N // T, ridge)
            yield {
                "seed": seed,
                "ridge": ridge,
                "together_loss": float(measured[0]),
                "together_predicted": expected[0],
                "alone_loss": float(measured[1]),
                "alone_predicted": expected[1],
                "floor": float(images.floor.mean()),
            }


def predictions(images: Images, samples: int, ridge: float) -> tuple[float, float]:
    """Predict the test error of one fit for all tasks, and of a fit for each.

    Args:
        images: what the theory is told.
        samples: of each task.
        ridge: penalty.

    Returns:
        Both, mean over tasks, with the part that no linear function explains.
    """
    s, w, floor = images.eigenvalues, images.coefficients, images.floor
    together = theory.ridge_error(s, w, samples, floor.mean(), ridge).mean()
    alone = [
        theory.ridge_error(s, own[None], samples, noise, ridge)[0]
        for own, noise in zip(w, floor, strict=True)
    ]
    return float(together + floor.mean()), float(np.mean(alone) + floor.mean())


def flops(settings: Settings) -> float:
    """Count the operations of a cell.

    Args:
        settings: one cell.

    Returns:
        Gram matrix and decomposition of the pooled fit and of each task's own.
    """
    p, T, N = settings["components"], settings["tasks"], settings["samples"]
    fits = [N, *[N // T] * T]
    runs = len(settings["seeds"]) * settings["draws"]
    return float(runs * sum(2 * p * n * min(p, n) + 9 * min(p, n) ** 3 for n in fits))


BOOK: Settings = {
    "dataset": FEATURES,
    "data": sums()["cifar100/features.npz"].digest.removeprefix("sha256:")[:12],
    "components": 256,
    "tasks": 3,
    "grouping": ("superclass", "mixed"),
    "samples": (30, 60, 120, 240, 480, 720, 1200, 2400, 4800),
    "ridges": (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5),
    "seeds": tuple(range(20)),
    "draws": 10,
}
SWEEP = Sweep(
    "ridge-equivalent-cifar100",
    "Does the ridge equivalent predict test error, transfer and best ridge on features of CIFAR-100?",
    ("grouping", "samples"),
    {
        "smoke": BOOK | {"samples": (60, 600), "ridges": (0.0, 100.0), "seeds": (0, 1), "draws": 2},
        "book": BOOK,
        "paper": BOOK | {"draws": 100},
    },
    measure,
    flops,
    {
        "dataset": word((FEATURES,)),
        "grouping": word(("superclass", "mixed")),
        "samples": whole(3, 5000),
        "ridges": real(0, column="ridge"),
        "draws": whole(1),
    },
)
