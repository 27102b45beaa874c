"""Many draws: in chunks with streams of their own, shared out among threads, the same for any number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from manytasks import cores
from manytasks.readers import count
from manytasks.streams import Seed, seed_sequence, stream

# Numbers drawn at once. Small enough to stay near the cache and to share out among threads; it fixes which
# stream draws which trial, and a chunk is always drawn whole, so results depend neither on the number of
# threads nor on `trials`.
CHUNK = 2**19
MOST_NUMBERS = 2**31  # of one draw: 16 GB
MOST_TRIALS = 10**9  # hours of the smallest problem
MOST_DRAWS = 1024  # in one chunk, so that a few trials of a small problem stay cheap

Draw = Callable[[np.random.Generator, int, int, int], np.ndarray]


def draw_in_chunks(
    draw: Draw, widths: Sequence[int], numbers: Callable[[int], int], trials: int, seed: Seed
) -> np.ndarray:
    """Draw a quantity many times at each of some widths.

    Args:
        draw: takes a generator, the size of a chunk, how many of its trials are wanted (the first ones) and
            the width; returns an array with a row for each wanted trial. It draws the whole chunk.
        widths: whole numbers, repetitions allowed.
        numbers: how many random numbers one trial takes at a width.
        trials: number of trials, at least 1.
        seed: whole number >= 0, or a tuple of one and names. Chunk c of width p has the stream
            ``(seed, "data", p, c)``, so the widths are independent.

    Returns:
        Array of shape ``(trials, len(widths), ...)``.

    Raises:
        ValueError: if a draw would not fit into memory, or trials or seed are outside their range.

    Example:
        >>> def normals(rng, size, wanted, width):
        ...     return rng.standard_normal((size, width)).mean(axis=1)[:wanted]
        >>> draw_in_chunks(normals, [4, 400], lambda width: width, trials=1000, seed=1).std(axis=0).round(2)
        array([0.48, 0.05])
    """
    trials = whole_trials(trials)
    for width in widths:
        if numbers(width) > MOST_NUMBERS:
            raise ValueError(
                f"p and samples must leave at most {MOST_NUMBERS:.1e} numbers to draw at once; "
                f"p = {width} takes {numbers(width):.1e} (method='reduced', where there is one, needs few)"
            )
    seed_sequence(seed)  # which refuses what is no seed before any thread starts

    def chunk(width: int, size: int, begin: int) -> np.ndarray:
        return draw(stream(seed, "data", width, begin // size), size, min(size, trials - begin), width)

    jobs, threads = {}, cores.allowed()
    with (
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(threads) if threads > 1 else nullcontext() as pool,
    ):
        run = pool.map if pool else map
        for width in dict.fromkeys(widths):
            size = int(min(MOST_DRAWS, max(1, CHUNK // max(1, numbers(width)))))
            jobs[width] = run(partial(chunk, width, size), range(0, trials, size))
        drawn = {width: np.concatenate(list(parts)) for width, parts in jobs.items()}
    return np.stack([drawn[width] for width in widths], axis=1)


def whole_trials(trials: int) -> int:
    """Return the number of trials.

    Args:
        trials: whole number of at least 1.

    Returns:
        The same number as an ``int``.

    Raises:
        ValueError: if it is anything else.
    """
    return count(trials, "trials", least=1, most=MOST_TRIALS)
