"""Data sets: three that need no download, the others read from files of the reader."""

from manytasks.deep.data.catalogue import NAMES, contact_sheet, describe_datasets, load_dataset
from manytasks.deep.data.dataset import Dataset, draw_images, pixels

__all__ = ["NAMES", "Dataset", "contact_sheet", "describe_datasets", "draw_images", "load_dataset", "pixels"]
