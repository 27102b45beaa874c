"""Records of draws against a formula: whether all their means are where the formula has them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.evidence.recording import record
from manytasks.levels import level
from manytasks.statistics import critical_z, noticed, z_scores


class Agreement(NamedTuple):
    """What a record of draws against a formula rests on."""

    largest: float
    """Largest |z| of all means."""
    critical: float
    """What a correct formula exceeds with the record's error rate."""
    means: int
    """Number of means."""
    level: float
    """Error rate of the record."""


def agree(
    claim: str,
    check: str,
    draws: ArrayLike,
    expected: Any,
    *,
    what: str = "errors",
    over: str = "data sets",
    sizes: Any = None,
) -> Agreement:
    """Record that means of draws are what a formula says, at the level of the record.

    Args:
        claim: id of a registered claim.
        check: name of the check, with a share in ``levels.yml``.
        draws: (n, ...) independent draws, one a row, n >= 50; they may lean to one side.
        expected: the formula's values, which broadcast to the shape of a row.
        what: what a mean is of, in the plural.
        over: what is drawn, in the plural; whatever else should be said of it.
        sizes: what a departure is relative to; the expected values if not given.

    Returns:
        The largest score, its limit, how many share the error rate, and the rate.

    Raises:
        ValueError: as ``z_scores``, ``noticed``, ``level`` and ``record`` do.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> found = agree("A.T1", "simulation", rng.normal(10, 1, size=(4000, 3)), 10.0)
        A.T1, simulation: holds (largest |z|: 1.75 < 4.21, n = 3 errors × 4,000 data sets, error rate 8e-05,
        would notice errors wrong by 1%)
        >>> found.means, found.largest < found.critical
        (3, True)
    """
    z = np.abs(z_scores(draws, expected, skewed=True))
    trials, share = len(np.asarray(draws)), level(claim, check)
    critical = critical_z(z.size, share, draws=trials)
    wrong = noticed(draws, expected if sizes is None else sizes, critical)
    record(
        claim,
        check,
        "largest |z|",
        z.max(),
        "<",
        critical,
        n=f"{z.size} {what} × {trials:,} {over}",
        detects=f"{what} wrong by {wrong:.0%}",
    )
    return Agreement(float(z.max()), critical, z.size, share)
