"""All images of a data set as a population: what the theory is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manytasks import theory
from manytasks.tasks import Tasks

ABSENT = 1e-9  # share of the largest eigenvalue below which a direction counts as absent


@dataclass(frozen=True, eq=False)
class Population:
    """Features of all images in the eigenbasis of their covariance, and the best linear predictors.

    Attributes:
        views: (M, p) features, one for all tasks or one a task; the mean eigenvalue is 1.
        targets: (M, T) answers.
        eigenvalues: (p,) of the covariance, positive.
        coefficients: (T, p) least-squares vectors of the tasks; (1, p) if each task has a view of its own:
            the theory then knows one task, the mixture of all.
        unexplained: variance that no linear function explains, one number for each of them.
    """

    views: tuple[np.ndarray, ...]
    targets: np.ndarray
    eigenvalues: np.ndarray
    coefficients: np.ndarray
    unexplained: np.ndarray

    def predicted(self, N: int, ridge: float) -> float:
        """Predict the test error of one ridge fit to N samples of all tasks.

        Args:
            N: samples of all tasks, T times a whole number.
            ridge: penalty, at least 0.

        Returns:
            Mean over tasks, with the unexplained part.
        """
        return self._mean(theory.ridge_error(self.eigenvalues, self.coefficients, *self._told(N), ridge))

    def isotropic(self, N: int, ridge: float = 0.0) -> float:
        """Predict the same for i.i.d. Gaussian features that carry the same signal and noise.

        Args:
            N: samples of all tasks, T times a whole number.
            ridge: penalty, at least 0; without, the exact formula of Paper A.

        Returns:
            Mean over tasks, with the unexplained part.
        """
        s, w = self.eigenvalues, self.coefficients
        if ridge:
            return self._mean(theory.ridge_error(np.ones(len(s)), w * np.sqrt(s), *self._told(N), ridge))
        samples, noise = self._told(N)
        return self._mean(theory.multitask_error(Tasks(w * s @ w.T), samples, len(s), noise))

    def leverage(self) -> float:
        """Return the largest share that one image has of the variance of one direction.

        Returns:
            A number in (0, 1].
        """
        squares = [np.square(view) for view in self.views]
        return max(float((each.max(axis=0) / each.sum(axis=0)).max()) for each in squares)

    def _told(self, N: int) -> tuple[int, float]:
        return N // len(self.coefficients), float(self.unexplained.mean())

    def _mean(self, risk: np.ndarray) -> float:
        return float((risk + self.unexplained).mean())


def population_of(
    views: Sequence[np.ndarray], targets: np.ndarray, known: np.ndarray | None = None
) -> Population:
    """Measure covariance, least-squares vectors and what they leave unexplained.

    Args:
        views: (M, features) arrays, one for all tasks or one a task.
        targets: (M, T) answers.
        known: numbers of the images from which all this is measured, for one view; all if None.

    Returns:
        The population; features of all M images, whatever was known.

    Raises:
        ValueError: if there is neither one view nor one a task, or images are chosen from several views.

    Example:
        >>> square = np.array([[1.0, 2.0], [1.0, -2.0], [-1.0, 2.0], [-1.0, -2.0]])
        >>> told = population_of([square], square.sum(axis=1, keepdims=True))
        >>> told.eigenvalues.round(6).tolist(), float(told.unexplained[0].round(6))
        ([0.4, 1.6], 0.0)
    """
    tasks = targets.shape[1]
    if len(views) not in (1, tasks) or (known is not None and len(views) > 1):
        raise ValueError(
            f"{tasks} tasks have one view, of which images can be chosen, or {tasks}; got {len(views)}"
        )
    if len(views) == 1:
        seen, y = (views[0], targets) if known is None else (views[0][known], targets[known])
    else:  # one mixture of the tasks, one target
        seen, y = np.concatenate(views), targets.T.reshape(-1, 1)
    centre = seen.mean(axis=0)
    s, U = np.linalg.eigh(np.cov(seen.T, bias=True))
    s, U = s[s > ABSENT * s[-1]], U[:, s > ABSENT * s[-1]]
    scale = np.sqrt(s.mean())
    s = s / scale**2
    inside, y = (seen - centre) @ U / scale, y - y.mean(axis=0)
    w = (inside.T @ y / len(y) / s[:, None]).T
    unexplained = np.square(y - inside @ w.T).sum(0) / max(len(y) - len(s), 1)
    return Population(tuple((view - centre) @ U / scale for view in views), targets, s, w, unexplained)
