"""Draws of the replay error matrix: direct from the data, or in the span of the data."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from manytasks.simulate.direct import draw_data
from manytasks.simulate.errors import CHUNK, MOST_DRAWS, Method
from manytasks.simulate.replay_path import data_in_span, path_errors
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks
from manytasks.theory.domain import noise_variance, parameter_counts, sample_counts
from manytasks.theory.replay import Start, check_memory, check_start


def replay_error(
    tasks: Tasks,
    samples: Any,
    memory: Any,
    p: Any,
    noise_var: float,
    start: Start = "warm",
    *,
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
    n, m = sample_counts(tasks, samples), sample_counts(tasks, memory, "memory")
    check_memory(n, m)
    check_start(start)
    p, sigma2 = parameter_counts(p).astype(int), noise_variance(noise_var)
    if int(trials) != trials or trials < 1:
        raise ValueError(f"trials must be a whole number of at least 1; got {trials}")
    if method not in ("direct", "reduced"):
        raise ValueError(f"method must be 'direct' or 'reduced'; got {method!r}")

    tasks.vectors(min(int(p.min()), tasks.T))  # raises if the smallest p cannot hold the tasks
    span = tasks.vectors(tasks.T)
    span = span[:, np.any(span != 0, axis=0)]
    draw = draw_data if method == "direct" else data_in_span
    results = {width: np.empty((trials, tasks.T, tasks.T)) for width in np.unique(p).tolist()}

    def fill(width: int, begin: int, size: int) -> None:
        rng = stream(seed, "data", width, begin // size)
        X, y = draw(rng, size, span, n, width, sigma2)  # a whole chunk, however many trials are asked for
        count = min(size, trials - begin)
        results[width][begin : begin + count] = path_errors(X[:count], y[:count], span, n, m, start)

    jobs = []
    for width in results:
        rows = width if method == "direct" else min(width, span.shape[1] + int(n.sum()))
        size = min(MOST_DRAWS, max(1, CHUNK // (rows * (int(n.sum()) + 1))))
        jobs += list(product([width], range(0, trials, size), [size]))
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(fill, *job) for job in jobs]:
            done.result()
    return np.stack([results[width] for width in p.ravel().tolist()], axis=1).reshape(
        trials, *p.shape, tasks.T, tasks.T
    )
