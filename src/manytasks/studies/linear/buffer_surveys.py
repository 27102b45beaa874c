"""Where a buffer helps tasks of one similarity: tables over cosines, buffers and starts, beside the laws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pandas as pd

from manytasks.studies.linear.equal_similarity import EqualSimilarity
from manytasks.studies.linear.replay_readings import STARTS


def rises_beside(
    world: EqualSimilarity, gaps: Sequence[float], memory: int, widths: np.ndarray
) -> pd.DataFrame:
    """Count steps up in p at which forgetting rises, for cosines beside the one that later tasks ask for.

    Args:
        world: equally similar tasks.
        gaps: of the cosine to ``world.improves_above``.
        memory: samples kept of each task.
        widths: growing numbers of parameters.

    Returns:
        A row per gap: ``gap``, ``dissimilar`` (below it), ``rises`` (share of the steps).

    Example:
        >>> world = EqualSimilarity(2, 20, 0.0)
        >>> rises_beside(world, [-0.5, 0.4], 0, np.array([100, 200, 400])).rises.tolist()
        [0.0, 1.0]
    """
    cosines = [world.improves_above + gap for gap in gaps]
    rises = [world.rises(cosine, memory, widths) for cosine in cosines]
    return pd.DataFrame({"gap": gaps, "dissimilar": np.less(gaps, 0), "rises": rises})


def changes_beside(
    world: EqualSimilarity, cosines: Iterable[float], memories: Sequence[int], p: int
) -> pd.DataFrame:
    """Say by how much a buffer raises forgetting, for cosines on both sides of the law of large models.

    Args:
        world: equally similar tasks.
        cosines: of every two tasks.
        memories: samples kept of each task.
        p: number of parameters.

    Returns:
        A row per cosine and buffer: ``similar`` (above ``world.remembers_above``) and ``change``.

    Example:
        >>> world = EqualSimilarity(10, 50, 0.1)
        >>> (changes_beside(world, [0.0, 1.0], [25], 10**6).change < 0).tolist()
        [False, True]
    """
    rows = [
        (cosine > world.remembers_above, float(world.effect(cosine, memory, p).forgetting))
        for cosine in cosines
        for memory in memories
    ]
    return pd.DataFrame(rows, columns=["similar", "change"])


def both_by_start(world: EqualSimilarity, cosines: Iterable[float], memory: int, p: int) -> pd.DataFrame:
    """Say at which cosines a buffer and a larger model both lower forgetting.

    Args:
        world: equally similar tasks.
        cosines: of every two tasks.
        memory: samples kept of each task.
        p: number of parameters; the larger model has twice as many.

    Returns:
        A row per start and cosine: ``start``, ``cosine`` and ``both``.

    Example:
        >>> both_by_start(EqualSimilarity(10, 50, 0.1), [0.6], 25, 10**6).both.tolist()
        [False, True]
    """
    pairs = product(STARTS, cosines)
    rows = [(start, cosine, world.both_help(cosine, memory, p, start)) for start, cosine in pairs]
    return pd.DataFrame(rows, columns=["start", "cosine", "both"])


def ratios_at_threshold(
    world: EqualSimilarity, memories: Sequence[int], widths: Sequence[int]
) -> pd.DataFrame:
    """Divide the error of equal tasks with a buffer by that without, beside its last threshold and elsewhere.

    Args:
        world: equally similar tasks.
        memories: samples kept of each task.
        widths: other numbers of parameters.

    Returns:
        Rows ``memory``, ``p``, ``at_threshold``, ``ratio``: first every buffer two parameters beyond its last
        threshold, then every buffer at the other widths.

    Example:
        >>> found = ratios_at_threshold(EqualSimilarity(3, 10, 0.1), [2], [1000])
        >>> found.p.tolist(), (found.ratio > 1).tolist()
        ([16, 1000], [True, False])
    """
    places = [(m, world.last_threshold(m) + 2, True) for m in memories]
    places += [(m, p, False) for m in memories for p in widths]
    found = pd.DataFrame(places, columns=["memory", "p", "at_threshold"])
    found["ratio"] = [
        float(world.readings(1.0, m, p).error / world.readings(1.0, 0, p).error) for m, p, _ in places
    ]
    return found


def against_law(world: EqualSimilarity, memories: Sequence[int], p: int, beside: float) -> pd.DataFrame:
    """Compare the sign of a buffer's effect on the error, on both sides of the law, with the law's.

    Args:
        world: equally similar tasks.
        memories: samples kept of each task.
        p: number of parameters.
        beside: distance of the cosines from the law.

    Returns:
        A row per start, side and buffer: ``wrong``, whether the buffer does not help above, or harm below.

    Example:
        >>> found = against_law(EqualSimilarity(10, 50, 0.1), [25], 10**6, 0.01)
        >>> len(found), int(found.wrong.sum())
        (4, 0)
    """
    rows = [
        (start, side, m, np.sign(world.effect(world.helps_above(start) + beside * side, m, p, start).error))
        for start in STARTS
        for side in (-1, 1)
        for m in memories
    ]
    found = pd.DataFrame(rows, columns=["start", "side", "memory", "sign"])
    return found.assign(wrong=found["sign"] != -found["side"])
