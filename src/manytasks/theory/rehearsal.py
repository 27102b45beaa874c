"""Rehearse together, or after, or in turns: what the schedule of a buffer changes in the last error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from manytasks.readers import numbers, short
from manytasks.tasks import Tasks
from manytasks.theory.buffer_span import span_error
from manytasks.theory.domain import Regime, numeric_problem, sample_counts
from manytasks.theory.jacobi_spectrum import LARGEST, jacobi_spectrum
from manytasks.theory.multitask import total
from manytasks.theory.random_projection import projection_moments
from manytasks.theory.replay import check_memory, replay_error


class Traces(NamedTuple):
    r"""Mean traces of what r rounds leave, over the squared cosines C between the spans of two fits.

    With :math:`h(C) = (C^{2r} - 2C^r)/(1-C)`.
    """

    h: Any
    """Of h, at most 0."""
    Ch: Any
    """Of C h, at most 0."""
    both: Any
    """Of :math:`C^{2r} - 2C^r`, at most 0."""
    once: Any
    """Of :math:`C^r`, at least 0."""


def rehearsal_effect(
    tasks: Tasks, samples: Any, memory: Any, p: Any, noise_var: Any, *, regime: Regime = None
) -> Any:
    r"""Return how much worse the last error is if the buffer is revisited after every task, not with it.

    Ours. The last rows of ``replay_error`` with ``rehearsal="sequential"`` and ``"concurrent"``, subtracted;
    negative where rehearsing after is better. For large models

    .. math:: p^2 \,(E_{\mathrm{seq}} - E_{\mathrm{con}})[T,i] \to
        -2 \sum_t (n_t - m_t \mathbf 1[t<T])\, \bar M_t\, (\langle w_t^*, w_t^* - w_i^*\rangle + \sigma^2) .

    Args:
        tasks: the T tasks, in the order in which they are learned.
        samples: number of samples n_t of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, as in ``replay_error``.
        p: number of parameters, more than a task or the buffer has samples, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: "over" where an argument is a symbol.

    Returns:
        Array of shape ``(*p.shape, T)``; minus infinity where only the joint fit errs infinitely, nan where
        both do.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import Tasks, theory
        >>> theory.rehearsal_effect(Tasks.equiangular(2, 0.5), 20, 10, [30, 60, 200], 0.1).round(4)
        array([[   -inf,    -inf],
               [-0.1617, -0.095 ],
               [-0.0076, -0.0023]])
    """
    after, together = (
        replay_error(tasks, samples, memory, p, noise_var, rehearsal=way, regime=regime)[..., -1, :]
        for way in ("sequential", "concurrent")
    )
    with np.errstate(invalid="ignore"):
        return after - together


def rehearsal_rounds(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: Any,
    noise_var: Any,
    rounds: Any,
    together: Sequence[int] = (),
) -> np.ndarray:
    r"""Return the last error if new samples and buffer are fitted in turns, r times.

    Ours. Up to task T-1 the buffer is fitted together with every task. Then the n new samples, with the c
    stored samples of the tasks ``together``, take turns with the whole buffer of M samples, of which k are
    not among those c. With :math:`P = p - c` and the ``Traces`` of the squared cosines between the spans of
    the n and of the k samples in P dimensions, exactly

    .. math:: E_r[i] - E_{\mathrm{con}}[i] ={}& \frac{\sigma^2 + S_T(C)}{P-n-1} E\operatorname{tr} h_r \\
        &+ \frac{S_T(M) - S_T(C)}{k} E\operatorname{tr} C h_r \\
        &+ \frac{E[T{-}1,T] - S_T(M)}{P-k} E\operatorname{tr}(C^{2r} - 2C^r) \\
        &+ \frac{2\langle g, h_i\rangle}{P-k} E\operatorname{tr} C^r,

    .. math:: 2\langle g, h_i\rangle = (E[T{-}1,T] - S_T(M)) + (E[T{-}1,i] - S_i(M)) - (1 - M/p)\,d_{iT} .

    One round rehearses after; many end at the joint fit, at the rate of the largest cosine, which is 1 at
    the threshold :math:`p = N_T`.

    Args:
        tasks: the T tasks, in the order in which they are learned.
        samples: number of samples n_t of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, one whole number or T of them.
        p: number of parameters, more than N_t + 1 for every t, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        rounds: whole number of rounds, at least 1, or inf; or an array of them.
        together: tasks before the last, from 0, whose stored samples are fitted with the new ones.

    Returns:
        Array of shape ``(*p.shape, *rounds.shape, T)``.

    Raises:
        ValueError: if an argument is outside its range, or the smaller of n and k exceeds 128.

    Example:
        >>> from manytasks import Tasks, theory
        >>> problem = {"samples": (8, 7), "memory": 6, "p": 22, "noise_var": 0.4}
        >>> turns = [1, 3, float("inf")]
        >>> theory.rehearsal_rounds(Tasks.equiangular(2, 0.5), **problem, rounds=turns).round(4)
        array([[1.0488, 1.1521],
               [1.2979, 1.335 ],
               [1.6132, 1.6189]])
    """
    tasks, n, widths, sigma2 = numeric_problem(tasks, samples, p, noise_var)
    m = sample_counts(tasks, memory, "memory", symbols=False)
    check_memory(n, m)
    turns, joined = _read_rounds(rounds), _read_together(together, tasks.T)
    most = (n + np.cumsum(m) - m).max()
    if np.any(widths <= most + 1):
        raise ValueError(f"rounds need p > N_t + 1 = {most + 1:.0f} for every t; got p = {short(p)}")
    path = replay_error(tasks, n, m, widths, sigma2)
    buffer = np.where(np.arange(tasks.T) < tasks.T - 1, m, 0)
    with_new = np.where(joined, buffer, 0)
    last = np.broadcast_to(path[..., -1, None, :], (*widths.shape, turns.size, tasks.T))
    k = (buffer - with_new).sum()
    if min(k, n[-1]) > LARGEST:
        raise ValueError(
            f"the samples of the last task or those it takes turns with must be at most {LARGEST}; "
            f"got {n[-1]:.0f} and, by memory, {k:.0f}"
        )
    if k and n[-1]:
        wide = widths[..., None, None]
        traces = round_traces(n[-1], k, wide - with_new.sum(), turns.ravel()[:, None])
        before = path[..., -2, None, :]
        last = last + rounds_change(tasks.distances2, before, buffer, with_new, n[-1], wide, sigma2, traces)
    return last.reshape(*widths.shape, *turns.shape, tasks.T)


def round_traces(n: Any, k: Any, P: Any, rounds: Any) -> Traces:
    """Return the mean traces for two random spans.

    Args:
        n: dimension of one span, at least 1.
        k: dimension of the other, at least 1.
        P: dimension of the space, more than n + k + 1.
        rounds: number of rounds, at least 1; its axes broadcast with those of P.

    Returns:
        The traces, of the broadcast shape.

    Example:
        >>> after = round_traces(5, 3, 20, 1.0)
        >>> round(float(after.once), 9), round(float(after.h), 9)  # kn/P and -kn/P - kn/(P-k-n-1)
        (0.75, -2.113636364)
    """
    x, weights = jacobi_spectrum(n, k, P)
    with np.errstate(under="ignore"):
        power = x ** np.asarray(rounds)[..., None]
    both = power**2 - 2 * power
    h = both / (1 - x)
    return Traces(*((weights * each).sum(axis=-1) for each in (h, x * h, both, power)))


def one_round(n: Any, k: Any, P: Any) -> Traces:
    r"""Return the traces of one round in closed form, from the first two moments; symbols pass.

    With :math:`e_1 = nk/P`, :math:`e_2 = (x+y)k + yk^2` (``projection_moments``) and
    :math:`I = E\operatorname{tr} C/(1-C) = nk/(P-n-k-1)`.

    Args:
        n: dimension of one span.
        k: dimension of the other.
        P: dimension of the space, more than n + k + 1.

    Returns:
        The same as ``round_traces(n, k, P, 1)``.

    Example:
        >>> [round(trace, 9) for trace in one_round(5, 3, 20)]
        [-2.113636364, -0.906100478, -1.207535885, 0.75]
    """
    along, across = projection_moments(n, P)
    first, second, odds = n * k / P, along * k + across * k**2, n * k / (P - n - k - 1)
    return Traces(-(odds + first), -(odds - first + second), second - 2 * first, first)


def rounds_change(
    distances2: Any,
    before: Any,
    buffer: Any,
    with_new: Any,
    n: Any,
    p: Any,
    sigma2: Any,
    traces: Traces,
    regime: Regime = None,
) -> Any:
    """Return what fitting in turns adds to the error of the joint fit; exact numbers pass.

    Args:
        distances2: (T, T) squared distances of the tasks; the last is being learned.
        before: (..., T) errors of the parameters before, which interpolate the buffer.
        buffer: (T,) stored samples of the tasks before the last.
        with_new: (T,) those of them that are fitted with the new samples.
        n: number of new samples.
        p: number of parameters, with a trailing axis of length 1.
        sigma2: label-noise variance.
        traces: of the squared cosines between ``n`` and the other stored samples, given those in
            ``with_new``.
        regime: "over" for exact numbers.

    Returns:
        (..., T) array.
    """
    M, c = total(buffer), total(with_new)
    k, P = M - c, p - c
    stored = span_error(distances2, buffer, p, sigma2, regime)
    joined = span_error(distances2, with_new, p, sigma2, regime)
    free = before - stored  # errors outside the span of the buffer
    to_learn, disagree = free[..., -1:], stored[..., -1:] - joined[..., -1:]
    cross = to_learn + free - (1 - M / p) * distances2[-1]
    return (
        (sigma2 + joined[..., -1:]) / (P - n - 1) * traces.h
        + disagree / k * traces.Ch
        + to_learn / (P - k) * traces.both
        + cross / (P - k) * traces.once
    )


def _read_rounds(rounds: Any) -> np.ndarray:
    """Read how often fits take turns.

    Returns:
        Array of whole numbers of at least 1, or inf.

    Raises:
        ValueError: if a number is anything else.
    """
    turns = numbers(rounds, "rounds")
    with np.errstate(invalid="ignore"):
        if not np.all((turns >= 1) & (turns == np.floor(turns))):
            raise ValueError(f"rounds must be whole numbers of at least 1, or inf; got {short(rounds)}")
    return turns


def _read_together(together: Sequence[int], T: int) -> np.ndarray:
    """Read which tasks' stored samples are fitted with the new ones.

    Returns:
        (T,) truth values.

    Raises:
        ValueError: if a number is not that of a task before the last.
    """
    named = numbers(together, "together")
    if named.ndim != 1 or not np.all(np.isin(named, np.arange(T - 1))):
        raise ValueError(
            f"together must be a list of tasks before the last, whole numbers from 0 to {T - 2}; "
            f"got {short(together)}"
        )
    return np.isin(np.arange(T), named)
