"""Networks: data sets, task streams, ensembles trained as one, and every sweep of Paper A."""

from manytasks.deep.data import Dataset, contact_sheet, describe_datasets, load_dataset

__all__ = ["Dataset", "contact_sheet", "describe_datasets", "load_dataset"]
