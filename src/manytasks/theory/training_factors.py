"""What training of any length does to one fit: four averages over the mean spectrum."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.readers import numbers, short
from manytasks.theory.domain import LARGEST_COUNT, parameter_counts
from manytasks.theory.fit import bias_share, noise_factor, spread_factor
from manytasks.theory.training_rule import Filter, Rule, training_rule
from manytasks.theory.wishart_spectrum import wishart_spectrum

CHUNK = 2**20  # values of the filter at once


class TrainingFactors(NamedTuple):
    r"""The factors of ``training_error``; each has the shape of p, then that of the lengths."""

    first: Any
    r""":math:`\gamma_1 = E \operatorname{tr} g / p`: what is left of the way, on average."""
    second: Any
    r""":math:`\gamma_2 = E \operatorname{tr} g^2 / p`: what is left of its square."""
    noise: Any
    r""":math:`a = E \operatorname{Tr} K^2/s`: excess risk per unit of label noise."""
    spread: Any
    """v: excess risk per unit of task spread."""


def training_factors(
    N: Any, p: Any, time: Any = None, *, rate: Any = None, steps: Any = None, ridge: Any = None
) -> TrainingFactors:
    r"""Return what training of any length does to the fit of N samples with p parameters.

    Ours. Training multiplies the distance to the data's solution, along an eigenvector of
    :math:`S = XX^\top` with eigenvalue s, by :math:`g(s)`, with :math:`K = 1 - g`:

    .. math:: g = e^{-ts/N} \;(\text{flow}), \qquad (1 - \eta s/N)^k \;(\text{descent}), \qquad
        \frac{\lambda}{s + \lambda} \;(\text{ridge}),

    .. math:: \gamma_1 &= \tfrac1p E\operatorname{tr} g, \quad \gamma_2 = \tfrac1p E\operatorname{tr} g^2,
        \quad a = E\operatorname{Tr}\frac{K^2}{s}, \\
        v &= \frac{N}{N-1}\Big[\frac{(Np-2)\,a + 4E\operatorname{Tr}KK' + 2E\operatorname{Tr}K^2}{p(N+2)}
        - \frac{E\operatorname{Tr}K^2}{Np}\Big].

    The averages are taken with ``wishart_spectrum``: exact where the smaller of N and p is at most 128.

    Args:
        N: number of samples, at least 0, or an array of such numbers.
        p: number of parameters, at least 1, or an array that broadcasts with N.
        time: time of gradient flow on the mean of squares :math:`\|X^\top w - y\|^2/(2N)`, or an array;
            inf is training to the end.
        rate: learning rate of gradient descent on that loss; with ``steps``. Beyond
            :math:`2N/(\sqrt N + \sqrt p)^2` it diverges, and so do the factors.
        steps: number of steps, or an array.
        ridge: λ of :math:`\|X^\top w - y\|^2 + \lambda\|w - w_0\|^2`, or an array; 0 is training to the end.

    Returns:
        Four arrays of shape ``(*broadcast shape of N and p, *shape of the lengths)``. To the end they are
        the factors of ``multitask_error``; the spread factor of a single sample, which has no spread, is 0.

    Raises:
        ValueError: if a number is outside its range, not exactly one rule is given, or descent leaves the
            floats.

    Example:
        >>> from manytasks import theory
        >>> factors = theory.training_factors(10, 20, time=[0.0, 1.0, float("inf")])
        >>> factors.first.round(3), factors.noise.round(3)
        (array([1.   , 0.639, 0.5  ]), array([0.   , 0.317, 1.111]))
        >>> round(float(factors.spread[1] / factors.noise[1]), 4)  # label noise that the spread is worth
        0.9932
    """
    samples = numbers(N, "N")
    if not np.all((samples >= 0) & (samples <= LARGEST_COUNT) & (samples == np.floor(samples))):
        raise ValueError(f"N must be a whole number of at least 0; got {short(N)}")
    widths = parameter_counts(p, symbols=False)
    try:
        samples, widths = np.broadcast_arrays(samples, widths)
    except ValueError as error:
        raise ValueError(f"N and p must broadcast; got shapes {np.shape(N)} and {np.shape(p)}") from error
    return factors_of(samples, widths, training_rule(time, rate, steps, ridge))


def factors_of(N: np.ndarray, p: np.ndarray, rule: Rule) -> TrainingFactors:
    """Return ``training_factors`` of numbers that were read.

    Args:
        N: numbers of samples.
        p: numbers of parameters, of the same shape.
        rule: how long is trained.

    Returns:
        The four factors.

    Raises:
        ValueError: if descent leaves the floats.
    """
    lengths = rule.strength.ravel()
    rows, flat = (N.ravel(), p.ravel()), Rule(rule.kind, lengths, rule.rate)
    traces = np.zeros((4, N.size, lengths.size))
    finite = np.flatnonzero(~flat.to_the_end)
    seen = np.flatnonzero(rows[0] > 0)
    if finite.size and seen.size:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            found = _traces(rows[0][seen], rows[1][seen], Rule(rule.kind, lengths[finite], rule.rate))
        if not np.all(np.isfinite(found)):
            raise ValueError("rate and steps must leave numbers that a float can hold: descent diverges")
        traces[:, seen[:, None], finite] = found
    samples, width = rows[0][:, None], rows[1][:, None]
    factors = from_traces(samples, width, *traces)
    end = np.broadcast_to(flat.to_the_end, traces.shape[1:])
    if end.any():
        last = (bias_share, bias_share, noise_factor, spread_factor)
        factors = TrainingFactors(
            *(np.where(end, of(samples, width), part) for of, part in zip(last, factors, strict=True))
        )
    spread = np.where(samples < 2, 0.0, factors.spread)
    shape = (*N.shape, *rule.strength.shape)
    return TrainingFactors(*(part.reshape(shape)[()] for part in (*factors[:3], spread)))


def with_task_axis(factors: TrainingFactors) -> TrainingFactors:
    """Give factors a last axis, which broadcasts with the tasks.

    Args:
        factors: arrays of one shape, or numbers.

    Returns:
        The same with one more axis.
    """
    return TrainingFactors(*(np.asarray(part)[..., None] for part in factors))


def from_traces(N: Any, p: Any, learned: Any, square: Any, noise: Any, sloped: Any) -> TrainingFactors:
    r"""Return the factors that belong to four mean traces; symbols pass.

    Args:
        N: number of samples; below 2 the spread factor is no number of meaning.
        p: number of parameters.
        learned: :math:`E\operatorname{Tr}K`.
        square: :math:`E\operatorname{Tr}K^2`.
        noise: :math:`E\operatorname{Tr}K^2/s`.
        sloped: :math:`E\operatorname{Tr}KK'`.

    Returns:
        The four factors.
    """
    others = np.maximum(N - 1, 1) if isinstance(N, np.ndarray) else N - 1
    pairs = ((N * p - 2) * noise + 4 * sloped + 2 * square) / (p * (N + 2))
    singles = square / (np.maximum(N, 1) if isinstance(N, np.ndarray) else N) / p
    return TrainingFactors(
        first=1 - learned / p,
        second=1 - (2 * learned - square) / p,
        noise=noise,
        spread=N * (pairs - singles) / others,
    )


def mean_traces(weights: np.ndarray, filtered: Filter) -> tuple[Any, Any, Any, Any]:
    r"""Average :math:`K, K^2, K^2/s, KK'` over a spectrum.

    Args:
        weights: (..., nodes) weights.
        filtered: the filter at the nodes, (..., lengths, nodes).

    Returns:
        Four arrays of shape (..., lengths).
    """
    K, gain, slope = filtered

    def over(values: np.ndarray) -> np.ndarray:
        return (values @ weights[..., None])[..., 0]

    return over(K), over(K * K), over(K * gain), over(K * slope)


def _traces(N: np.ndarray, p: np.ndarray, rule: Rule) -> np.ndarray:
    spectrum = wishart_spectrum(np.minimum(N, p), np.maximum(N, p))
    nodes = spectrum.nodes.shape[1]
    found = np.empty((4, N.size, rule.strength.size))
    columns = max(1, min(rule.strength.size, CHUNK // nodes))
    rows = max(1, CHUNK // (nodes * columns))
    for i in range(0, N.size, rows):
        for j in range(0, rule.strength.size, columns):
            here, there = slice(i, i + rows), slice(j, j + columns)
            filtered = rule.filter(
                spectrum.nodes[here, None], N[here, None, None], rule.strength[there, None]
            )
            found[:, here, there] = mean_traces(spectrum.weights[here], filtered)
    return found
