"""Who predicts forgetting: the bracket or cheaper measures, after few steps and after many?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from manytasks.statistics import Interval
from manytasks.streams import Seed, stream
from manytasks.studies.dynamics.forgotten_pairs import Forgotten
from manytasks.studies.dynamics.ranked_pairs import lead, ranked

PREDICTORS = ("bracket", "along", "g2", "loss2")  # of those that ``second_task.predictors`` names
SHOWN, JUDGED = 1000, 40_000  # resamples behind intervals in figures, and behind those that decide


def rank_correlations(pairs: Forgotten, seed: Seed) -> pd.DataFrame:
    """Rank pairs by each predictor as they forget, in training and in test loss.

    Args:
        pairs: that have been learned, read after 1 and after 10 steps on task 2.
        seed: whole number >= 0, or a part of one.

    Returns:
        Spearman's correlations with 95 % bootstrap intervals: one row per predictor, one column per target.

    Example:
        >>> from manytasks.studies.dynamics.forgotten_pairs import forget
        >>> found = rank_correlations(forget(4, 5, [1, 10, 30], 0.02, seed=1), seed=1)
        >>> list(found.columns)
        ['training, 1 step', 'training, 30 steps', 'test, 10 steps', 'test, 30 steps']
        >>> found.loc["along", "training, 1 step"].value
        1.0
    """
    picks, last = _picks(pairs, seed, SHOWN, "bootstrap"), pairs.last
    targets = {
        "training, 1 step": pairs.training[1],
        f"training, {last} steps": pairs.training[last],
        "test, 10 steps": pairs.test[10],
        f"test, {last} steps": pairs.test[last],
    }
    return pd.DataFrame(
        {
            name: {one: ranked(pairs.found[one], target, picks) for one in PREDICTORS}
            for name, target in targets.items()
        }
    )


def ranks_by_steps(pairs: Forgotten, predictor: str, seed: Seed, tail: float) -> pd.DataFrame:
    """Rank pairs by one predictor as they forget in training loss, after one step and after the last.

    Args:
        pairs: 12 or more that have been learned: resamples of few can hold one pair only.
        predictor: one of ``PREDICTORS``.
        seed: whole number >= 0, or a part of one.
        tail: probability beyond each end of an interval, in (0, 0.5).

    Returns:
        Columns "steps" and "found", the correlation.

    Example:
        >>> from manytasks.studies.dynamics.forgotten_pairs import forget
        >>> found = ranks_by_steps(forget(12, 5, [1, 30], 0.02, seed=1), "along", 1, 0.025)
        >>> found.steps.tolist(), round(found.found[0].value, 2)
        ([1, 30], 0.67)
    """
    picks = _picks(pairs, seed, JUDGED, "bootstrap", "limits")
    rows = [(k, ranked(pairs.found[predictor], pairs.training[k], picks, tail)) for k in _ends(pairs)]
    return pd.DataFrame(rows, columns=["steps", "found"])


def leads_by_steps(pairs: Forgotten, rival: np.ndarray, seed: Seed, tail: float) -> pd.DataFrame:
    """Ask by how much the bracket ranks pairs better than a rival, after one step and after the last.

    Args:
        pairs: that have been learned.
        rival: (pairs,) numbers.
        seed: whole number >= 0, or a part of one.
        tail: probability beyond each end of an interval, in (0, 0.5).

    Returns:
        Columns "steps" and "found", the difference of the correlations with forgetting in training loss.

    Example:
        >>> from manytasks.studies.dynamics.forgotten_pairs import forget
        >>> pairs = forget(12, 5, [1, 30], 0.02, seed=1)
        >>> leads_by_steps(pairs, pairs.found["bracket"], 1, 0.025).found[0]
        Interval(value=0.0, low=np.float64(0.0), high=np.float64(0.0))
    """
    picks = _picks(pairs, seed, JUDGED, "bootstrap", "limits")
    rows = [(k, lead(pairs.found["bracket"], rival, pairs.training[k], picks, tail)) for k in _ends(pairs)]
    return pd.DataFrame(rows, columns=["steps", "found"])


def lead_of_the_gap(pairs: Forgotten, seed: Seed) -> Interval:
    """Ask by how much the loss of task 2 ranks pairs better than the bracket, in the long run.

    Args:
        pairs: that have been learned.
        seed: whole number >= 0, or a part of one.

    Returns:
        Difference of the correlations with training forgetting after the last step, with its 99 % interval.

    Example:
        >>> from manytasks.studies.dynamics.forgotten_pairs import forget
        >>> ahead = lead_of_the_gap(forget(12, 5, [1, 30], 0.02, seed=1), seed=1)
        >>> bool(ahead.low <= ahead.value <= ahead.high)
        True
    """
    picks = _picks(pairs, seed, JUDGED, "bootstrap", "limits")
    found = pairs.found
    return lead(found["loss2"], found["bracket"], pairs.training[pairs.last], picks, 0.005)


def _picks(pairs: Forgotten, seed: Seed, resamples: int, *names: str) -> np.ndarray:
    count = len(pairs.after)
    return stream(seed, *names).integers(0, count, (resamples, count))


def _ends(pairs: Forgotten) -> tuple[int, int]:
    return 1, pairs.last
