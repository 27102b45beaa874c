"""When to stop: the training time of least error, beside the ridge of least error."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from manytasks.tasks import Tasks
from manytasks.theory.domain import numeric_problem
from manytasks.theory.fit import bias_share, noise_factor, spread_factor, times
from manytasks.theory.training_error import geometry
from manytasks.theory.training_factors import from_traces, mean_traces
from manytasks.theory.training_rule import LONGEST_TIME, Rule
from manytasks.theory.wishart_spectrum import Spectrum, wishart_spectrum

GRID = 64  # strengths among which the minimum is looked for
HALVINGS = 48
ROWS = 16  # widths at once


class Stopping(NamedTuple):
    """The best training time and the best ridge; each has the shape of p."""

    time: Any
    """Time of gradient flow, inf where training should go to the end."""
    value: Any
    """Mean error over the tasks, each with its share of the samples, at that time."""
    ridge: Any
    """The best λ, 0 where training should go to the end, inf where it should not begin."""
    ridge_value: Any
    """The same mean error at that ridge."""


def best_stopping(tasks: Tasks, samples: Any, p: Any, noise_var: Any, anchor: Any = None) -> Stopping:
    r"""Return when gradient flow on pooled data should stop, and the ridge that does as well or better.

    Ours. The mean of ``training_error`` over tasks, each with the share :math:`\pi_i = n_i/N` it has in the
    data, is :math:`V + \gamma_2\beta^2 + a\sigma^2 + vV` with :math:`\beta = \|\bar w - w_0\|`. For one
    task, or equal ones, it is a sum over the spectrum of :math:`g^2\beta^2/p + (1-g)^2\sigma^2/s`, least at
    the ridge

    .. math:: \lambda^* = p\,\sigma^2/\beta^2 ,

    so that no training length is better than ridge; and the best time is at most :math:`N/\lambda^*`.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them, at least one in all.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        anchor: (T,) coefficients of the start in the tasks; zero by default.

    Returns:
        Best time, its error, best ridge, its error. Where nothing is noisy, neither labels nor the choice
        of the task, the time is inf; where the start is the mean task it is 0.

    Raises:
        ValueError: if an argument is outside its range, or there are no samples.

    Example:
        >>> from manytasks import Tasks, theory
        >>> best = theory.best_stopping(Tasks([[1.0]]), 10, p=20, noise_var=0.25)
        >>> best.time.round(4), best.value.round(4), best.ridge, best.ridge_value.round(4)
        (np.float64(1.1317), np.float64(0.6492), np.float64(5.0), np.float64(0.6445))
    """
    tasks, n, widths, sigma2 = numeric_problem(tasks, samples, p, noise_var)
    place, N = geometry(tasks, n, anchor), n.sum()
    if N == 0:
        raise ValueError("samples must be at least 1 in all, for there is nothing to stop otherwise")
    each = widths.ravel()
    cost = _Cost(float(N), float(place.mean2), sigma2, float(place.spread))
    if cost.start2 == 0:
        found = [np.zeros(each.size), np.full(each.size, cost.spread)]
        found += [np.full(each.size, np.inf), found[1]]
    elif sigma2 + cost.spread == 0:
        found = [np.full(each.size, np.inf), cost.start2 * np.maximum(0, 1 - N / each)]
        found += [np.zeros(each.size), found[1]]
    else:
        chunks = [_search(cost, each[i : i + ROWS]) for i in range(0, each.size, ROWS)]
        found = list(np.concatenate(chunks, axis=1)) if chunks else [each] * 4
    return Stopping(*(np.asarray(part, dtype=float).reshape(widths.shape)[()] for part in found))


class _Cost(NamedTuple):
    N: float
    start2: float
    noise_var: float
    spread: float

    def of(
        self, kind: Literal["flow", "ridge"], strength: np.ndarray, spectrum: Spectrum, p: np.ndarray
    ) -> np.ndarray:
        """Return the mean error for strengths of shape (widths, lengths).

        Returns:
            Array of that shape.
        """
        filtered = Rule(kind, strength).filter(spectrum.nodes[:, None], self.N, strength[..., None])
        factors = from_traces(np.asarray(self.N), p[:, None], *mean_traces(spectrum.weights, filtered))
        noisy = factors.noise * self.noise_var + (factors.spread * self.spread if self.N > 1 else 0.0)
        return self.spread + factors.second * self.start2 + noisy

    def at_the_end(self, p: np.ndarray) -> np.ndarray:
        """Return the mean error of the interpolator.

        Returns:
            (widths,) array.
        """
        spread = times(spread_factor(self.N, p), self.spread)
        return (
            self.spread
            + bias_share(self.N, p) * self.start2
            + times(noise_factor(self.N, p), self.noise_var)
            + spread
        )


def _search(cost: _Cost, p: np.ndarray) -> np.ndarray:
    """Find the best time and the best ridge.

    Returns:
        Array (4, widths).
    """
    spectrum = wishart_spectrum(np.minimum(cost.N, p), np.maximum(cost.N, p))
    scale = np.clip(p * (cost.noise_var + cost.spread) / cost.start2, 1 / LONGEST_TIME, LONGEST_TIME)
    fastest = np.square(np.sqrt(cost.N) + np.sqrt(p))
    latest = np.minimum(1e3 * cost.N / scale, LONGEST_TIME)
    earliest = np.minimum(1e-3 * cost.N / np.maximum(scale, fastest), latest / 2)
    time, value = _least(cost, "flow", earliest, latest, spectrum, p)
    low, high = np.maximum(scale * 1e-4, 1e-300), np.minimum(scale * 1e4, LONGEST_TIME * 1e4)
    ridge, ridge_value = _least(cost, "ridge", low, high, spectrum, p)
    if cost.spread == 0:
        ridge = p * cost.noise_var / cost.start2
        ridge_value = cost.of("ridge", ridge[:, None], spectrum, p)[:, 0]
    end = cost.at_the_end(p)  # which is better where a spread hurts less than it helps: N = 2, p = 1
    time, ridge = np.where(end < value, np.inf, time), np.where(end < ridge_value, 0.0, ridge)
    return np.stack([time, np.minimum(value, end), ridge, np.minimum(ridge_value, end)])


def _least(
    cost: _Cost,
    kind: Literal["flow", "ridge"],
    low: np.ndarray,
    high: np.ndarray,
    spectrum: Spectrum,
    p: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the minimum on a grid, then the zero of the derivative beside it.

    Returns:
        Strength and value, each (widths,).
    """
    rows = np.arange(len(p))
    grid = np.linspace(np.log(low), np.log(high), GRID, axis=-1)
    with np.errstate(under="ignore"):
        best = cost.of(kind, np.exp(grid), spectrum, p).argmin(axis=-1)
        left, right = grid[rows, np.maximum(best - 1, 0)], grid[rows, np.minimum(best + 1, GRID - 1)]
        for _ in range(HALVINGS):
            middle = (left + right) / 2
            rising = _slope(cost, kind, np.exp(middle), spectrum, p) > 0
            left, right = np.where(rising, left, middle), np.where(rising, middle, right)
        strength = np.exp((left + right) / 2)
        return strength, cost.of(kind, strength[:, None], spectrum, p)[:, 0]


def _slope(
    cost: _Cost, kind: Literal["flow", "ridge"], strength: np.ndarray, spectrum: Spectrum, p: np.ndarray
) -> np.ndarray:
    """Return the derivative in the logarithm of the strength, by a step into the complex plane.

    Returns:
        (widths,) array, exact to rounding.
    """
    step = 1e-20
    return cost.of(kind, (strength * (1 + 1j * step))[:, None], spectrum, p)[:, 0].imag / step
