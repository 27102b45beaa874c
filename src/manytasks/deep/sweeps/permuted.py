"""Permuted-pixel tasks of every seed as tensors of equal shape, ready for networks that are vectors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from manytasks.deep.data import load_dataset
from manytasks.deep.networks import batch_order
from manytasks.deep.sweeps.sweep import Settings
from manytasks.deep.tasks import permuted_pixels
from manytasks.streams import stream

INPUTS = {"digits": 64, "mnist": 784}
CLASSES = 10


class Batch(NamedTuple):
    """Samples of every member and task: ``x`` is (M, T, n, inputs), ``labels`` is (M, T, n)."""

    x: Tensor
    labels: Tensor

    def take(self, rows: Tensor) -> Batch:
        """Keep some samples of every task.

        Args:
            rows: (M, T, k) positions.

        Returns:
            k samples per member and task.
        """
        x = self.x.gather(2, rows[..., None].expand(*rows.shape, self.x.shape[-1]))
        return Batch(x, self.labels.gather(2, rows))

    def pooled(self) -> Batch:
        """Join the samples of all tasks: tasks of equal size have their mean loss as the pool's loss.

        Returns:
            The same members with one task.
        """
        return Batch(self.x.flatten(1, 2)[:, None], self.labels.flatten(1, 2)[:, None])

    def repeat(self, times: int) -> Batch:
        """Repeat all members, as a block.

        Args:
            times: how often.

        Returns:
            ``times * M`` members.
        """
        return Batch(self.x.repeat(times, 1, 1, 1), self.labels.repeat(times, 1, 1))


def permuted_batches(settings: Settings, device: torch.device) -> tuple[Batch, Batch]:
    """Load the training and the test samples of all seeds of a cell.

    Args:
        settings: ``dataset``, ``tasks``, ``per_class``, ``fraction``, ``seeds``.
        device: where to put them.

    Returns:
        Training and test samples, a member per seed.

    Example:
        >>> settings = {"dataset": "digits", "tasks": 2, "per_class": 3, "fraction": 1.0, "seeds": (0, 1)}
        >>> permuted_batches(settings, torch.device("cpu"))[0].x.shape
        torch.Size([2, 2, 30, 64])
    """
    dataset = load_dataset(settings["dataset"])
    parts: dict[str, list[Batch]] = {"train": [], "test": []}
    for seed in settings["seeds"]:
        tasks = permuted_pixels(dataset, settings["tasks"], settings["per_class"], settings["fraction"], seed)
        for part, members in parts.items():
            samples = getattr(tasks, part)
            x = torch.from_numpy(np.stack([tasks.features[one.rows] for one in samples]))
            members.append(Batch(x, torch.from_numpy(np.stack([one.labels for one in samples]))))
    train, test = (
        Batch(*(torch.stack(values).to(device) for values in zip(*parts[part], strict=True)))
        for part in ("train", "test")
    )
    return train, test


def batch_rows(settings: Settings, samples: int, device: torch.device) -> Tensor:
    """Draw the batches of every seed and task; all methods of a seed see the same ones.

    Args:
        settings: ``seeds``, ``tasks``, ``steps``, ``batch``.
        samples: training samples of a task.
        device: where to put them.

    Returns:
        (steps, M, T, batch) positions.
    """
    steps, batch = settings["steps"], settings["batch"]
    orders = [
        [batch_order(samples, steps, batch, stream(seed, "batches", t)) for t in range(settings["tasks"])]
        for seed in settings["seeds"]
    ]
    return torch.from_numpy(np.array(orders)).permute(2, 0, 1, 3).to(device)
