"""Continual learning with replay: the exact error after every task, on every task, for any p."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

import numpy as np

from manytasks.readers import choice, has_symbols, short
from manytasks.tasks import Tasks
from manytasks.theory.buffer_span import least_squares_error_in_span, span_error
from manytasks.theory.domain import (
    Regime,
    check_regime,
    is_symbolic,
    noise_variance,
    parameter_counts,
    sample_counts,
    settled,
)
from manytasks.theory.fit import bias_share, times
from manytasks.theory.multitask import total
from manytasks.theory.sequential import sequential_matrix

Start = Literal["warm", "scratch"]
Rehearsal = Literal["concurrent", "sequential"]


def replay_error(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: Any,
    noise_var: Any,
    start: Start = "warm",
    *,
    rehearsal: Rehearsal = "concurrent",
    regime: Regime = None,
) -> Any:
    r"""Return the expected excess risk on task i after learning task t with a replay buffer.

    Paper A's replay theorem for p > N_t+1; ours below and across the thresholds. Task t is fitted on all of
    its n_t samples and the first m_s samples of every earlier task s: counts
    :math:`c_t = (m_1, \dots, m_{t-1}, n_t, 0, \dots)`, :math:`N_t` in total, :math:`\bar M_t` of them from
    the buffer. Let :math:`S_i(c)` be the part of ``multitask_error`` that lies in the span of the data.

    * ``start="scratch"`` fits from zero: :math:`E[t,i] = \max(0, 1 - N_t/p)\,\|w_i^*\|^2 + S_i(c_t)`.
    * ``start="warm"`` moves the previous parameters as little as possible. From :math:`E[0,i] = \|w_i^*\|^2`

    .. math:: E[t,i] = S_i(c_t) + \frac{\max(0, p - N_t)}{p - \bar M_t}\,\big(E[t-1,i] - R_i\big),

    where :math:`R_i`, the part of the previous error in the span of the buffer, is :math:`S_i(m)` when the
    previous fit interpolated, and ``least_squares_error_in_span`` when it was least squares (p < N_{t-1}).

    With ``rehearsal="sequential"`` task t is fitted alone, nearest to the previous parameters, and then they
    move to the nearest point that fits the buffer (ours at this generality, ``sequential_matrix``; the
    question is from arXiv 2506.00205). It needs :math:`p > n_t` and :math:`p > \bar M_t` only, and is finite
    at :math:`p = N_t`.

    Args:
        tasks: the T tasks, in the order in which they are learned.
        samples: number of samples n_t of each task, one whole number or T of them.
        memory: number of samples m_s of each task that stay in the buffer, one whole number or T of them;
            at most ``samples``, because the buffer holds samples that were seen. The last is never used.
            An array of shape (..., T) holds many buffers; its other axes broadcast with p.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        start: "warm" (from the previous solution) or "scratch" (from zero).
        rehearsal: "concurrent" (new samples and buffer fitted together) or "sequential" (the buffer after
            the new samples; warm starts only).
        regime: side of every threshold, needed only when p or a count is a symbol.

    Returns:
        Array of shape ``(*p.shape, T, T)``, or with the axes of p and ``memory`` broadcast: [after task t, on
        task i]. Infinite where abs(p - N_t) <= 1 and the effective noise is positive, and after that until a
        step below its threshold forgets it; sequential: where p is n_t + 1 or the buffer + 1, and after that.
        With ``memory=samples`` the last row is ``multitask_error``; ``memory=0`` is fine-tuning.

    Raises:
        ValueError: if an argument is outside its range, memory exceeds samples, or sequential rehearsal is
            asked for from scratch or with too few parameters.

    Example:
        >>> from manytasks import Tasks, theory
        >>> problem = {"samples": 50, "memory": 20, "p": 200, "noise_var": 0.1}
        >>> theory.replay_error(Tasks.chain(3, 0.5), **problem).round(3)
        array([[0.784, 1.034, 1.159],
               [0.901, 0.859, 1.213],
               [1.215, 1.062, 1.102]])
        >>> theory.replay_error(Tasks.chain(3, 0.5), **problem, rehearsal="sequential")[2].round(3)
        array([1.017, 0.9  , 0.992])
    """
    n, m = sample_counts(tasks, samples), sample_counts(tasks, memory, "memory", axes=True)
    check_memory(n, m)
    check_start(start)
    check_rehearsal(rehearsal, start)
    p, sigma2 = parameter_counts(p), noise_variance(noise_var)
    check_regime(regime, n, m, p)
    if rehearsal == "sequential":
        check_sequential(n, m, p, regime)
    tasks, n, m, p, sigma2 = settled(tasks, n, m, p, sigma2, exact=regime is not None)
    if rehearsal == "sequential":
        return sequential_matrix(tasks.gram, n, m, np.asarray(p)[..., None], sigma2, regime)
    return error_matrix(tasks, n, m, np.asarray(p)[..., None], sigma2, start, regime)


def check_memory(n: Any, m: Any) -> None:
    """Check that the buffer holds samples that were seen.

    Args:
        n: (T,) sample counts.
        m: (..., T) how many of them the buffer keeps; symbols pass.

    Raises:
        ValueError: if a task keeps more than it has.
    """
    if has_symbols(n, m):
        return
    n, m = np.asarray(n, dtype=float), np.asarray(m, dtype=float)
    if np.any(m > n):
        first = np.argwhere(m > n)[0]
        task = int(first[-1])
        raise ValueError(
            f"memory must be at most samples: task {task + 1} has {n[task]:.0f} "
            f"and would keep {m[tuple(first)]:.0f}"
        )


def check_start(start: Start) -> None:
    """Check the name of the starting point.

    Args:
        start: where every fit starts.

    Raises:
        ValueError: if it is neither "warm" nor "scratch".
    """
    choice(start, "start", get_args(Start))


def check_rehearsal(rehearsal: Rehearsal, start: Start) -> None:
    """Check how the buffer is rehearsed.

    Args:
        rehearsal: with the new samples, or after them.
        start: where every fit starts.

    Raises:
        ValueError: if it is neither "concurrent" nor "sequential", or sequential from scratch, where the
            second fit would undo the first.
    """
    choice(rehearsal, "rehearsal", get_args(Rehearsal))
    if rehearsal == "sequential" and start != "warm":
        raise ValueError(f"rehearsal='sequential' needs start='warm'; got {short(start)}")


def check_sequential(n: Any, m: Any, p: Any, regime: Regime) -> None:
    """Check that p is more than every fit of sequential rehearsal has samples.

    Args:
        n: (T,) sample counts.
        m: (..., T) buffer counts.
        p: parameter counts, whose axes broadcast with those before the last of ``m``.
        regime: side of the thresholds.

    Raises:
        ValueError: if a fit has p samples or more, or ``regime`` says so.
    """
    if regime == "under":
        raise ValueError("rehearsal='sequential' has a formula above its thresholds only: say regime='over'")
    if regime == "over" or has_symbols(n, m, p):
        return
    kept = np.asarray(m, dtype=float)[..., :-1].sum(axis=-1)  # the buffer of the last step is the largest
    most = np.maximum(np.asarray(n, dtype=float).max(), kept)
    widths, most = np.broadcast_arrays(np.asarray(p, dtype=float), most)
    if np.any(widths <= most):
        first = np.argmax((widths <= most).ravel())
        raise ValueError(
            "rehearsal='sequential' needs more parameters than a task or the buffer has samples: "
            f"p > {most.flat[first]:.0f}; got p = {widths.flat[first]:.0f}"
        )


def error_matrix(
    tasks: Tasks, n: Any, m: Any, p: Any, sigma2: Any, start: Start, regime: Regime = None
) -> Any:
    """Return ``replay_error`` for checked arguments.

    Returns:
        Array of shape (..., T, T), for m of shape (..., T) and p with a trailing axis of length 1.
    """
    setting = (tasks.norms2, tasks.distances2, n, m, p, sigma2, start, regime)
    return np.stack(list(errors_after_each(*setting)), axis=-2)


def errors_after_each(
    norms2: Any, distances2: Any, n: Any, m: Any, p: Any, sigma2: Any, start: Start, regime: Regime = None
) -> Iterator[Any]:
    """Yield the rows of ``error_matrix``, also for many problems at once: leading axes broadcast.

    Args:
        norms2: (..., T) squared norms of the tasks, in the order in which they are learned.
        distances2: (..., T, T) squared distances between them.
        n: (..., T) sample counts.
        m: (..., T) how many of them the buffer keeps.
        p: parameter counts with a trailing axis of length 1.
        sigma2: label-noise variance.
        start: where every fit starts.
        regime: side of every threshold, or None.

    Yields:
        (..., T) error on every task after the next one was learned.
    """
    error, counts = norms2 + 0 * p, 0 * n
    T = n.shape[-1]
    for t in range(T):
        previous, buffer = counts, np.where(np.arange(T) < t, m, 0 * m)
        counts = np.where(np.arange(T) == t, n, buffer)
        fitted = span_error(distances2, counts, p, sigma2, regime)
        if start == "scratch":
            error = bias_share(total(counts), p, regime) * norms2 + fitted
        else:
            N, M = total(counts), total(buffer)
            share = unseen_share(N, M, p, regime)
            error = fitted + unseen_error(distances2, error, share, previous, buffer, p, sigma2, regime)
        yield error


def unseen_share(N: Any, M: Any, p: Any, regime: Regime = None) -> Any:
    """Return the share (p - N)/(p - M) of what M buffered samples leave free that N samples still do.

    Returns:
        Array with the shape of p, 0 below the threshold.
    """
    if regime == "over":
        return 1 - (N - M) / (p - M)
    if regime == "under":
        return 0 * p
    free = np.maximum(p - M, 1)  # where p > N the first is at least 1, elsewhere the share is 0
    return np.where(p > N, (p - N) / free, 0.0)


def unseen_error(
    distances2: Any,
    error: Any,
    share: Any,
    previous: Any,
    buffer: Any,
    p: Any,
    sigma2: Any,
    regime: Regime = None,
) -> Any:
    """Return the part of the error that a warm start keeps, outside the span of the data.

    Args:
        distances2: (T, T) squared distances between tasks.
        error: (..., T) error of the previous parameters.
        share: share of the space outside the buffer that stays outside the new data.
        previous: (..., T) counts of the previous fit.
        buffer: (..., T) counts of the buffer, at most ``previous``.
        p: array of parameter counts with a trailing axis of length 1.
        sigma2: label-noise variance.
        regime: side of every threshold, or None.

    Returns:
        Array of the broadcast shape, (..., T).
    """
    seen = span_error(distances2, buffer, p, sigma2, regime)
    if regime is not None:
        return share * (error - seen)
    least_squares = (p < total(previous)) & (share > 0)
    if np.any(least_squares):
        with np.errstate(divide="ignore", invalid="ignore"):  # elsewhere it has no value, and is not used
            exact = least_squares_error_in_span(distances2, previous, buffer, p, sigma2)
        seen = np.where(least_squares, exact, seen)
    # Infinite before and in the buffer: nothing new was learned, for one new sample leaves share = 0.
    if is_symbolic(error, seen):
        return share * (error - seen)
    with np.errstate(invalid="ignore"):
        outside = np.where(np.isinf(seen), error, error - seen)
    return times(outside, share)
