"""Sweeps: one grid each, at three scales, resumable cell by cell."""

from manytasks.deep.sweeps.registry import find_sweep, sweep_names
from manytasks.deep.sweeps.results import load_results
from manytasks.deep.sweeps.run import SweepResult, plan_sweep, run_sweep
from manytasks.deep.sweeps.sweep import Sweep

__all__ = ["Sweep", "SweepResult", "find_sweep", "load_results", "plan_sweep", "run_sweep", "sweep_names"]
