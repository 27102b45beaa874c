"""Sweeps: one grid each, at three scales, resumable cell by cell."""

from manytasks.deep.sweeps.merge import merge_folders
from manytasks.deep.sweeps.plan import plan_sweep
from manytasks.deep.sweeps.registry import find_sweep, sweep_names
from manytasks.deep.sweeps.results import load_results
from manytasks.deep.sweeps.retrain import Agreement, agree_with_table
from manytasks.deep.sweeps.run import SweepResult, run_sweep
from manytasks.deep.sweeps.sweep import Sweep

__all__ = [
    "Agreement",
    "Sweep",
    "SweepResult",
    "agree_with_table",
    "find_sweep",
    "load_results",
    "merge_folders",
    "plan_sweep",
    "run_sweep",
    "sweep_names",
]
