"""Networks: data sets, task streams, ensembles trained as one, and the sweeps over them."""

from manytasks.deep.data import Dataset, contact_sheet, describe_datasets, load_dataset
from manytasks.deep.sweeps import (
    Agreement,
    SweepResult,
    agree_with_table,
    find_sweep,
    load_results,
    merge_folders,
    plan_sweep,
    run_sweep,
    sweep_names,
)

__all__ = [
    "Agreement",
    "Dataset",
    "SweepResult",
    "agree_with_table",
    "contact_sheet",
    "describe_datasets",
    "find_sweep",
    "load_dataset",
    "load_results",
    "merge_folders",
    "plan_sweep",
    "run_sweep",
    "sweep_names",
]
