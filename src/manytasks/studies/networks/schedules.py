"""What a schedule of rehearsal costs old tasks and the newest, on networks."""

from __future__ import annotations

from typing import Literal

import pandas as pd

Which = Literal["all", "old", "newest"]
KEYS = ["loss", "fraction", "noise", "width", "seed"]


def difference(
    rows: pd.DataFrame, schedule: str, other: str, which: Which = "all", measure: str = "test_error"
) -> pd.Series:
    """Return what one schedule errs more than another, network by network.

    Args:
        rows: the sweep over schedules, one row per network, schedule and task.
        schedule: of the minuend.
        other: of the subtrahend.
        which: tasks to average over; "old" are all but the newest.
        measure: column.

    Returns:
        Differences by loss, fraction, noise, width and seed.

    Example:
        >>> rows = pd.DataFrame({"task": [0, 1] * 2, "schedule": ["after"] * 2 + ["together"] * 2,
        ...     "test_error": [0.1, 0.5, 0.2, 0.3], "loss": "mse", "fraction": 1.0, "noise": 0.0, "width": 8,
        ...     "seed": 0})
        >>> [difference(rows, "after", "together", which).round(2).item() for which in ("old", "newest")]
        [-0.1, 0.2]
    """
    last = rows["task"].max()
    part = {"all": rows, "old": rows[rows["task"] < last], "newest": rows[rows["task"] == last]}[which]
    mean = part.groupby([*KEYS, "schedule"])[measure].mean().unstack("schedule")
    return mean[schedule] - mean[other]


def by_loss(differences: pd.Series) -> dict[str, pd.Series]:
    """Average over all but the seed, for each loss alone.

    Args:
        differences: of ``difference``, or a part of it.

    Returns:
        Loss to means by seed.
    """
    return {str(loss): each.groupby("seed").mean() for loss, each in differences.groupby("loss", sort=False)}


def at(differences: pd.Series, **places: float) -> pd.Series:
    """Take the differences at a place of some axes.

    Args:
        differences: of ``difference``.
        **places: value by axis.

    Returns:
        Those differences, by what is left.
    """
    return differences.xs(tuple(places.values()), level=tuple(places))


def declared_differences(rows: pd.DataFrame) -> dict[str, tuple[str, pd.Series]]:
    """Compute what was declared before the table was made, every line as positive.

    Args:
        rows: the sweep over schedules.

    Returns:
        By the declaration's name: the statistic in words, and its differences, network by network.

    Example:
        >>> rows = pd.DataFrame(
        ...     {"loss": "mse", "fraction": f, "noise": n, "width": w, "seed": 0, "task": t, "schedule": s,
        ...      "test_error": 0.1 + (0.05 if s == "after" and t == 1 else 0.0)}
        ...     for f in (0.0, 1.0) for n in (0.0, 0.2) for w in (8, 128) for t in (0, 1)
        ...     for s in ("together", "after", "4 rounds")
        ... )
        >>> words, pays = declared_differences(rows)["the newest task pays"]
        >>> words, pays.round(2).tolist()
        ('after minus together, newest task', [0.05, 0.05])
    """
    newest, old, mean = (difference(rows, "after", "together", which) for which in ("newest", "old", "all"))
    turned = difference(rows, "after", "4 rounds", "newest")
    unrelated = {"fraction": 1.0, "noise": 0.0}
    pays = at(newest, **unrelated)
    return {
        "dissimilar tasks with wrong labels: after errs less": (
            "together minus after, mean of all tasks",
            -at(mean, fraction=1.0, noise=0.2),
        ),
        "old tasks gain": ("together minus after, old tasks", -at(old, **unrelated)),
        "the newest task pays": ("after minus together, newest task", pays),
        "dissimilar tasks speak for after": (
            "together minus after, unrelated tasks less equal ones",
            at(mean, fraction=0.0, noise=0.0) - at(mean, **unrelated),
        ),
        "wrong labels speak for after": (
            "together minus after, wrong labels less clean ones",
            at(mean, noise=0.0) - at(mean, noise=0.2),
        ),
        "the newest task pays less in wide networks": (
            "what the newest task pays, width 8 less width 128",
            at(pays, width=8) - at(pays, width=128),
        ),
        "turns give the newest task back": ("after minus 4 rounds, newest task", at(turned, **unrelated)),
    }
