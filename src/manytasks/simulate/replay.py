"""Draws of the replay error matrix: direct from the data, or in the span of the data."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from manytasks.readers import choice, count, short
from manytasks.simulate.direct import draw_data
from manytasks.simulate.errors import Method, task_span
from manytasks.simulate.problem import drawn_counts, drawn_problem
from manytasks.simulate.replay_path import data_in_span, path_errors
from manytasks.simulate.runner import draw_in_chunks
from manytasks.streams import Seed
from manytasks.tasks import Tasks
from manytasks.theory.replay import Rehearsal, Start, check_memory, check_rehearsal, check_start

MOST_ROUNDS = 10_000  # of which each fits twice


def replay_error(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: Any,
    noise_var: float,
    start: Start = "warm",
    *,
    rehearsal: Rehearsal = "concurrent",
    rounds: int = 1,
    trials: int,
    seed: Seed,
    method: Method = "direct",
) -> np.ndarray:
    """Draw the excess risk on every task after every task, learned one after another with a buffer.

    Mirrors ``theory.replay_error``, Paper A's replay theorem. All steps of a trial share their data: what
    the buffer holds was fitted before.

    Args:
        tasks: the T tasks, in the order in which they are learned.
        samples: number of samples of each task, one whole number or T of them.
        memory: number of samples of each task that stay in the buffer, its first ones; at most ``samples``.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        start: "warm" (from the previous solution) or "scratch" (from zero).
        rehearsal: "concurrent" (new samples and buffer fitted together) or "sequential" (the buffer after
            the new samples; warm starts only). Where a fit has p samples or more it is least squares.
        rounds: how often sequential rehearsal fits the new samples and the buffer in turns, at least 1; for
            two tasks the last row is that of ``theory.rehearsal_rounds``.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.
        method: "direct" draws p features a sample; "reduced" draws features of the same distribution in the
            span of the data, at a cost that does not depend on p.

    Returns:
        Array of shape ``(trials, *p.shape, T, T)``: [.., after task t, on task i]; its mean over trials
        estimates ``theory.replay_error``.

    Raises:
        ValueError: if an argument is outside its range, memory exceeds samples, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate, theory
        >>> tasks = Tasks.chain(T=2, cosine=0.5)
        >>> draws = simulate.replay_error(tasks, 20, 10, 100, 0.1, trials=1000, seed=1, method="reduced")
        >>> error = draws.mean(axis=0) - theory.replay_error(tasks, 20, 10, 100, 0.1)
        >>> draws.shape, bool(abs(error).max() < 0.02)
        ((1000, 2, 2), True)
    """
    tasks, n, widths, sigma2 = drawn_problem(tasks, samples, p, noise_var)
    m = drawn_counts(tasks.T, memory, "memory")
    check_memory(n, m)
    check_start(start)
    check_rehearsal(rehearsal, start)
    turns = count(rounds, "rounds", least=1, most=MOST_ROUNDS)
    if turns > 1 and rehearsal != "sequential":
        raise ValueError(f"rounds={turns} need rehearsal='sequential'; got {short(rehearsal)}")
    choice(method, "method", get_args(Method))
    span, N = task_span(tasks, widths), int(n.sum())
    draw = draw_data if method == "direct" else data_in_span

    def numbers(width: int) -> int:
        rows = width if method == "direct" else min(width, span.shape[1] + N)
        return rows * (N + 1)

    def errors(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        X, y = draw(rng, size, span, n, width, sigma2)
        return path_errors(X[:wanted], y[:wanted], span, n, m, start, rehearsal, turns)

    drawn = draw_in_chunks(errors, widths.ravel().tolist(), numbers, trials, seed)
    return drawn.reshape(len(drawn), *widths.shape, tasks.T, tasks.T)
