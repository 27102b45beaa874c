"""Many laws of features on both sides of the threshold: what is measured, and three formulas for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from manytasks.simulate.features import excess_kurtosis
from manytasks.streams import Seed
from manytasks.studies.features.feature_laws import LENGTHS, law_factor, law_features
from manytasks.studies.features.universality import (
    QUANTITIES,
    measured_errors,
    next_order_error,
    predicted_errors,
)
from manytasks.studies.linear.similar_noise import Drawn, drawn_mean
from manytasks.tasks import Tasks

POOLED = QUANTITIES.index("pooled")


class Side(NamedTuple):
    """What is drawn on one side of the threshold."""

    samples: int
    """Of each task."""
    memory: int
    """Buffer of each task."""
    trials: int
    """Data sets of each law."""


@dataclass(frozen=True, eq=False)
class LawSurvey:
    """Errors for many laws of features, measured and predicted.

    Attributes:
        tasks: what is learned.
        noise_var: label-noise variance.
        p: number of features.
        sides: by name.
        drawn: by law and side, (trials, 5) errors in the order of ``QUANTITIES``.
        formula: by side, (5,) errors for Gaussian features.
        factors: by law, what random lengths multiply the label noise by above the threshold.
    """

    tasks: Tasks
    noise_var: float
    p: int
    sides: Mapping[str, Side]
    drawn: Mapping[tuple[str, str], np.ndarray]
    formula: Mapping[str, np.ndarray]
    factors: Mapping[str, float]

    def ruled(self, law: str, side: str) -> np.ndarray:
        """Return the formula for Gaussian features with the label noise that the lengths of a law make.

        Args:
            law: of the features.
            side: above the threshold.

        Returns:
            (5,) errors.
        """
        samples, memory, _ = self.sides[side]
        noise = self.factors[law] * self.noise_var
        return predicted_errors(self.tasks, samples, noise, memory, self.p)

    def rule_gaps(self, laws: Sequence[str], side: str) -> Drawn:
        """Measure how far errors are off the length rule.

        Args:
            laws: which ones.
            side: above the threshold.

        Returns:
            (laws, 5) relative gaps and their standard errors.
        """
        found = [drawn_mean(self.drawn[law, side] / self.ruled(law, side)) for law in laws]
        return Drawn(np.array([each.mean - 1 for each in found]), np.array([each.error for each in found]))

    def pooled_ratios(self) -> dict[tuple[str, str, str], Drawn]:
        """Divide the pooled error by each formula that is made for its law and side.

        Returns:
            By law, side and formula: "Gaussian formula" everywhere, "length rule" above the threshold, "with
            γ at order 1/p" below it, where entries are independent and have a kurtosis.
        """
        laws = list(self.factors)
        formulas = {
            (law, side, "Gaussian formula"): self.formula[side][POOLED] for law in laws for side in self.sides
        }
        for side, (samples, _, _) in self.sides.items():
            if self.tasks.T * samples < self.p:
                formulas |= {(law, side, "length rule"): self.ruled(law, side)[POOLED] for law in laws}
                continue
            problem = (self.tasks, samples, self.noise_var, self.p)
            formulas |= {
                (law, side, "with γ at order 1/p"): next_order_error(*problem, law)
                for law in laws
                if law not in LENGTHS and np.isfinite(excess_kurtosis(law))
            }
        return {key: drawn_mean(self.drawn[key[:2]][:, POOLED] / formulas[key]) for key in formulas}

    def distances(self) -> pd.DataFrame:
        """Say how far mean errors are off the Gaussian formula, in units of the error of a task alone.

        Returns:
            One row a law, one column a pair of side and quantity.
        """
        columns = pd.MultiIndex.from_product([self.sides, QUANTITIES])
        rows = {
            law: np.concatenate(
                [(self.drawn[law, side].mean(axis=0) - told) / told[0] for side, told in self.formula.items()]
            )
            for law in self.factors
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def survey(
    laws: Sequence[str], tasks: Tasks, sides: Mapping[str, Side], noise_var: float, p: int, *, seed: Seed
) -> LawSurvey:
    """Draw features of every law on every side, fit them, and measure the factors of their lengths.

    Args:
        laws: as ``law_features`` takes them.
        tasks: the T tasks.
        sides: by name; the length factor is measured for the samples of the first.
        noise_var: label-noise variance.
        p: number of features.
        seed: of the run; factors come from draws that nothing else is made of.

    Returns:
        All of it.

    Example:
        >>> sides = {"above": Side(2, 1, 50)}
        >>> found = survey(["gaussian"], Tasks.equiangular(2, 0.4), sides, 1.0, 12, seed=1)
        >>> found.drawn["gaussian", "above"].shape, round(found.factors["gaussian"], 1)
        ((50, 5), 1.0)
    """
    first, drawn = next(iter(sides.values())), {}
    for side, (samples, memory, trials) in sides.items():
        for law in laws:
            X = law_features(law, p, tasks.T * samples, trials, seed=(seed, "features", law, side))
            drawn[law, side] = measured_errors(X, tasks, noise_var, memory, seed=seed)
    formula = {
        side: predicted_errors(tasks, samples, noise_var, memory, p)
        for side, (samples, memory, _) in sides.items()
    }
    factors = {
        law: law_factor(law, p, tasks.T * first.samples, first.trials, seed=(seed, "lengths", law))
        for law in laws
    }
    return LawSurvey(tasks, noise_var, p, sides, drawn, formula, factors)
