"""Tasks that nobody made: pupils in schools. Which ridge is best, and does the theory for p < N hold?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from manytasks import Tasks, theory
from manytasks.deep.data.collection import sums
from manytasks.deep.data.schools import SCHOOLS, load_schools
from manytasks.deep.sweeps.settings import real, whole, word
from manytasks.deep.sweeps.sweep import Row, Settings, Sweep
from manytasks.streams import stream

INPUTS = 6
ABSENT = 1e-9  # share of the largest eigenvalue below which a direction counts as absent
SPARE = 8  # pupils of a school that are left for the test


@lru_cache
def pupils(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Load inputs, targets and schools.

    Args:
        name: "exam" or "hsb82".

    Returns:
        (n, 6) inputs, a constant 1 first; (n,) targets of mean 0 and variance 1; (n,) schools from 0 on.
        Exam: reading test at entry, its square, sex, and the test times school average and school type.
        High School & Beyond: family status, its mean in the school, sex, minority, sector of the school.
    """
    table = load_schools(name)
    if name == "exam":
        test = table["standLRT"]
        girl, mixed = table["sex"] == "F", table["type"] == "Mxd"
        columns = [test, test**2, girl, test * table["schavg"], test * mixed]
        target = table["normexam"]
    else:
        yes = {"sx": "Female", "minrty": "Yes", "sector": "Catholic"}
        columns = [table["ses"], table["meanses"], *(table[column] == value for column, value in yes.items())]
        target = table["mAch"]
    x = np.stack([np.ones(len(table)), *(column.astype(float) for column in columns)], axis=1)
    return x, ((target - target.mean()) / target.std()).to_numpy(), pd.factorize(table["school"])[0]


class Moments(NamedTuple):
    """What the theory is told.

    Attributes:
        whitening: (p, p) matrix that makes the mean of the inputs' squares the identity.
        noise: variance of what a school's own fit leaves.
        spread: V, by how much more one fit for all leaves.
    """

    whitening: np.ndarray
    noise: float
    spread: float

    @property
    def best_ridge(self) -> float:
        """The ridge towards the common fit that the theory likes best, p times noise over spread."""
        return len(self.whitening) * self.noise / max(self.spread, 1e-12)


def moments(x: np.ndarray, y: np.ndarray, school: np.ndarray) -> Moments:
    r"""Measure noise and spread of tasks.

    One fit for all leaves :math:`\sigma^2 + V`, since dissimilarity acts as label noise; a fit for each
    leaves :math:`\sigma^2`. Both are corrected for the parameters that were fitted.

    Args:
        x: (n, p) inputs.
        y: (n,) targets.
        school: (n,) tasks.

    Returns:
        What the theory is told.

    Example:
        >>> rng, school = np.random.default_rng(1), np.repeat(np.arange(500), 20)
        >>> w, x = rng.standard_normal((500, 3)) * 0.5, rng.standard_normal((10_000, 3))
        >>> found = moments(x, (x * w[school]).sum(1) + 0.4 * rng.standard_normal(10_000), school)
        >>> round(found.noise, 2), round(found.spread, 1)
        (0.16, 0.8)
    """
    whitening = np.linalg.inv(np.linalg.cholesky(x.T @ x / len(x))).T
    z = x @ whitening
    common = np.square(y - z @ (z.T @ y / len(y))).sum() / (len(y) - z.shape[1])
    own = free = 0.0
    for each in np.unique(school):
        rows = school == each
        w, _, rank, _ = np.linalg.lstsq(z[rows], y[rows], rcond=ABSENT)
        own += np.square(y[rows] - z[rows] @ w).sum()
        free += rows.sum() - rank
    return Moments(whitening, float(own / free), float(common - own / free))


@lru_cache(maxsize=100_000)
def shares(p: int, samples: int, ridge: float) -> tuple[float, float]:
    """Predict one task's own ridge fit, per unit of its squared length and per unit of noise.

    Args:
        p: parameters, with covariance 1.
        samples: of the task.
        ridge: penalty.

    Returns:
        Two factors; the risk is their sum with length and noise as weights.

    Example:
        >>> round(shares(6, 0, 1.0)[0], 2), round(shares(6, 60, 1e-9)[1], 3)
        (1.0, 0.111)
    """
    flat, unit = np.ones(p), np.eye(1, p)
    return (
        float(theory.ridge_error(flat, unit, samples, 0.0, ridge)[0]),
        float(theory.ridge_error(flat, 0 * unit, samples, 1.0, ridge)[0]),
    )


def measure_ridge(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Hold out a third of each school; fit all pupils together, each school alone, and what lies between.

    Args:
        settings: one cell.
        device: unused.

    Yields:
        One row per split and ridge: squared error of the pupils held out for one ridge fit to all schools,
        for each school's own ridge fit, and for each school's ridge fit towards the common one, with its
        prediction; then the ridge that the theory likes best, and the error there.
    """
    x, y, school = pupils(settings["dataset"])
    for seed in settings["seeds"]:
        order = stream(seed, "split", settings["dataset"]).permutation(len(y))
        place = pd.Series(order).groupby(school[order]).cumcount().to_numpy()
        held = np.zeros(len(y), bool)
        held[order] = place < np.bincount(school)[school[order]] // 3
        told = moments(x[~held], y[~held], school[~held])
        z = x @ told.whitening
        fits, test = SchoolFits(z[~held], y[~held], school[~held]), (z[held], y[held], school[held])
        at_best = squared_error(fits.towards(fits.common, told.best_ridge), *test)
        counts = np.bincount(school[~held])[school[held]]
        for ridge in settings["ridges"]:
            pooled = np.tile(fits.common * len(fits.y) / (len(fits.y) + ridge), (fits.T, 1))
            factors = np.array([shares(INPUTS, int(n), ridge) for n in counts]).mean(0)
            yield {
                "seed": seed,
                "ridge": ridge,
                "pooled_loss": squared_error(pooled, *test),
                "school_loss": squared_error(fits.towards(np.zeros(INPUTS), ridge), *test),
                "shared_loss": squared_error(fits.towards(fits.common, ridge), *test),
                "shared_predicted": float(told.noise + factors @ (told.spread, told.noise)),
                "best_ridge": told.best_ridge,
                "best_ridge_loss": at_best,
            }


def squared_error(weights: np.ndarray, z: np.ndarray, y: np.ndarray, school: np.ndarray) -> float:
    """Measure what the schools' fits miss.

    Args:
        weights: (schools, p).
        z: (n, p) inputs.
        y: (n,) targets.
        school: (n,) whose fit answers.

    Returns:
        Mean squared error.

    Example:
        >>> squared_error(np.array([[1.0], [2.0]]), np.ones((2, 1)), np.array([1.0, 0.0]), np.array([0, 1]))
        2.0
    """
    return float(np.square(y - (z * weights[school]).sum(1)).mean())


class SchoolFits:
    """Ridge fits of every school from one decomposition each.

    Args:
        z: (n, p) inputs whose mean square is the identity.
        y: (n,) targets.
        school: (n,) schools from 0 on.
    """

    def __init__(self, z: np.ndarray, y: np.ndarray, school: np.ndarray) -> None:
        self.y, self.T, p = y, int(school.max()) + 1, z.shape[1]
        self.common = z.T @ y / len(y)
        self.gram, self.sums = np.zeros((self.T, p, p)), np.zeros((self.T, p))
        np.add.at(self.gram, school, z[:, :, None] * z[:, None, :])
        np.add.at(self.sums, school, z * y[:, None])

    def towards(self, centre: np.ndarray, ridge: float) -> np.ndarray:
        """Fit every school by ridge on its distance from a point.

        Args:
            centre: (p,) where a school without pupils would be.
            ridge: penalty, positive.

        Returns:
            (schools, p) weights.
        """
        rest = self.sums - self.gram @ centre
        return centre + np.linalg.solve(self.gram + ridge * np.eye(len(centre)), rest[..., None])[..., 0]


def measure_few(settings: Settings, device: torch.device) -> Iterator[Row]:
    """Fit few pupils of few schools together by least squares; half of the schools tell the theory about it.

    Args:
        settings: one cell; ``per_school`` pupils of each of ``tasks`` schools.
        device: unused.

    Yields:
        One row per seed: squared error of the other pupils of those schools, mean over schools and ``draws``
        training sets, and its prediction from noise and spread of the schools that do not take part.
    """
    x, y, school = pupils(settings["dataset"])
    T, n = settings["tasks"], settings["per_school"]
    sizes = np.bincount(school)
    for seed in settings["seeds"]:
        order = stream(seed, "halves", settings["dataset"]).permutation(len(sizes))
        known = np.isin(school, order[: len(sizes) // 2])
        told = moments(x[known], y[known], school[known])
        others = order[len(sizes) // 2 :]
        others = others[sizes[others] >= n + SPARE]
        risk = 0.0
        for r in range(settings["draws"]):
            rng = stream(seed, "pupils", settings["dataset"], T, n, r)
            groups = [rng.permutation(np.flatnonzero(school == each)) for each in rng.permutation(others)[:T]]
            train = np.concatenate([group[:n] for group in groups])
            w = np.linalg.lstsq(x[train], y[train], rcond=ABSENT)[0]
            left = [np.square(y[group[n:]] - x[group[n:]] @ w).mean() for group in groups]
            risk += float(np.mean(left)) / settings["draws"]
        tasks = Tasks.equiangular(T, 0.0, np.sqrt(max(told.spread, 0.0)))
        expected = told.noise + theory.multitask_error(tasks, n, INPUTS, told.noise)[0]
        yield {"seed": seed, "schools": len(others), "pooled_loss": risk, "pooled_predicted": float(expected)}


def ridge_flops(settings: Settings) -> float:
    """Count the operations of a cell of ``measure_ridge``.

    Args:
        settings: one cell.

    Returns:
        Those of the fits of 100 schools, roughly.
    """
    return float(len(settings["seeds"]) * len(settings["ridges"]) * 100 * 2 * INPUTS**3)


def few_flops(settings: Settings) -> float:
    """Count the operations of a cell of ``measure_few``.

    Args:
        settings: one cell.

    Returns:
        Those of least squares.
    """
    N = settings["tasks"] * settings["per_school"]
    return float(len(settings["seeds"]) * settings["draws"] * 14 * N * INPUTS**2)


DATA: Settings = {
    "data": sums()["schools/exam.csv"].digest.removeprefix("sha256:")[:6]
    + sums()["schools/hsb82.csv"].digest.removeprefix("sha256:")[:6],
    "dataset": SCHOOLS,
}
RIDGE_BOOK: Settings = DATA | {
    "ridges": (1e-6, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4),  # the first stands for none
    "seeds": tuple(range(200)),
}
RIDGE = Sweep(
    "ridge-schools",
    "One fit for all schools, one for each, or something between: does the theory find the best?",
    ("dataset",),
    {
        "smoke": RIDGE_BOOK | {"seeds": tuple(range(4))},
        "book": RIDGE_BOOK,
        "paper": RIDGE_BOOK | {"seeds": tuple(range(1000))},
    },
    measure_ridge,
    ridge_flops,
    {"dataset": word(SCHOOLS), "ridges": real(0, column="ridge", above=True)},
)
FEW_BOOK: Settings = DATA | {
    "tasks": (6, 12, 24),
    "per_school": (3, 5, 8, 16),
    "seeds": tuple(range(20)),
    "draws": 200,
}
FEW = Sweep(
    "few-pupils-schools",
    "Does the formula for fewer parameters than samples predict one fit to few pupils of few schools?",
    ("dataset", "tasks", "per_school"),
    {
        "smoke": FEW_BOOK | {"tasks": (6, 12), "per_school": (3, 8), "seeds": (0, 1), "draws": 5},
        "book": FEW_BOOK,
        "paper": FEW_BOOK | {"draws": 2000},
    },
    measure_few,
    few_flops,
    {"dataset": word(SCHOOLS), "draws": whole(1), "per_school": whole(1, 40)},
)
SWEEPS = (RIDGE, FEW)
