"""Task streams: which samples and labels each task sees, and what is kept of it."""

from manytasks.deep.tasks.label_noise import noisy_labels
from manytasks.deep.tasks.replay import (
    BufferMethod,
    herding_buffer,
    random_buffer,
    replay_buffers,
    reservoir_buffer,
)
from manytasks.deep.tasks.splits import class_split, permuted_pixels, rotated_images, superclass_split
from manytasks.deep.tasks.stream import Samples, Scenario, TaskStream

__all__ = [
    "BufferMethod",
    "Samples",
    "Scenario",
    "TaskStream",
    "class_split",
    "herding_buffer",
    "noisy_labels",
    "permuted_pixels",
    "random_buffer",
    "replay_buffers",
    "reservoir_buffer",
    "rotated_images",
    "superclass_split",
]
