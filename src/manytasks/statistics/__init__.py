"""One statistic per file, SciPy under our names. Units are independent; what shares a seed is one unit."""

from manytasks.statistics.extremes import highest, lowest
from manytasks.statistics.gaps import rms_interval
from manytasks.statistics.intervals import (
    Interval,
    difference_interval,
    geometric_interval,
    mean_interval,
    median_interval,
    share_interval,
)
from manytasks.statistics.margins import MarginTest, margin_noticed, margin_test, units_needed
from manytasks.statistics.peaks import Peak, peak
from manytasks.statistics.ranks import rank_correlation
from manytasks.statistics.resampling import bootstrap_interval
from manytasks.statistics.scores import critical_t, critical_z, noticed, z_scores
from manytasks.statistics.slopes import limit_slope, log_slope, weighted_log_slope

__all__ = [
    "Interval",
    "MarginTest",
    "Peak",
    "bootstrap_interval",
    "critical_t",
    "critical_z",
    "difference_interval",
    "geometric_interval",
    "highest",
    "limit_slope",
    "log_slope",
    "lowest",
    "margin_noticed",
    "margin_test",
    "mean_interval",
    "median_interval",
    "noticed",
    "peak",
    "rank_correlation",
    "rms_interval",
    "share_interval",
    "units_needed",
    "weighted_log_slope",
    "z_scores",
]
