"""Two tasks on one small smooth network whose parameters are one vector, for many members at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import grad, vmap

from manytasks.deep.data import Dataset
from manytasks.deep.tasks import Samples, TaskStream, permuted_pixels

if TYPE_CHECKING:
    from manytasks.flow import Network

Problem: TypeAlias = dict[str, Tensor]  # x: (n, inputs), targets: (n, classes) one-hot, head: (1,)
ProblemLoss: TypeAlias = Callable[[Tensor, Problem], Tensor]
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross-entropy": F.cross_entropy,
    "mse": lambda outputs, targets: (outputs - targets).square().sum(-1).mean() / 2,
}
HEADS = {"task": (0, 1), "domain": (0, 0)}  # scenario to the head of each of the two tasks


def permuted_pair(
    dataset: Dataset, per_class: int, fraction: float, seed: int
) -> tuple[Problem, Problem, Problem]:
    """Make two tasks of which only the second follows the similarity dial.

    Task 1 sees the images as they are; task 2 has other images of the same classes with a fraction of their
    pixels permuted. The inputs of a task are centred by its own training mean, as the linear theory has
    them, and brought to a mean square of one.

    Args:
        dataset: its classes are those of both tasks.
        per_class: training samples per class and task.
        fraction: share of the pixels of task 2 that are permuted, in [0, 1].
        seed: seed of the run; it draws samples and permutation.

    Returns:
        Training samples of task 1 and of task 2 and test samples of task 1, float64, not yet with a head.

    Example:
        >>> from manytasks.deep.data import load_dataset
        >>> first, second, test = permuted_pair(load_dataset("digits"), 3, 0.5, seed=1)
        >>> first["x"].shape, second["targets"].shape, test["x"].shape
        (torch.Size([30, 64]), torch.Size([30, 10]), torch.Size([596, 64]))
    """
    still, moved = (permuted_pixels(dataset, 2, per_class, dial, seed) for dial in (0.0, fraction))
    return (
        _centred(still, still.train[0]),
        _centred(moved, moved.train[1]),
        _centred(still, still.test[0]),
    )


def stack_problems(problems: Sequence[Problem], heads: Sequence[int], device: torch.device) -> Problem:
    """Put the problems of all members side by side.

    Args:
        problems: one per member, of equal shape.
        heads: the head of each.
        device: where to put them.

    Returns:
        One problem with an axis of members in front.
    """
    stacked = {name: torch.stack([one[name] for one in problems]) for name in ("x", "targets")}
    return {name: value.to(device) for name, value in stacked.items()} | {
        "head": torch.tensor(heads, device=device)[:, None]
    }


def problem_outputs(network: Network, theta: Tensor, problem: Problem) -> Tensor:
    """Return the outputs of the head that a problem uses.

    Args:
        network: its outputs are those of two heads, one after the other.
        theta: (P,) parameters of one member.
        problem: of one member.

    Returns:
        (n, classes) outputs.
    """
    both = network(theta, problem["x"]).unflatten(-1, (2, network.widths[-1] // 2))
    return both.index_select(-2, problem["head"]).squeeze(-2)


def problem_loss(network: Network, loss: str) -> ProblemLoss:
    """Return the mean loss of one member on a problem, as a smooth function of its parameters.

    Args:
        network: see ``problem_outputs``.
        loss: "cross-entropy", or "mse": half the squared distance to one-hot targets, as in the linear model.

    Returns:
        A function of parameters and problem; ``torch.func.vmap`` runs it for all members.

    Raises:
        ValueError: if the loss is unknown.
    """
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}; got {loss!r}")
    return lambda theta, problem: LOSSES[loss](problem_outputs(network, theta, problem), problem["targets"])


def problem_error(network: Network, theta: Tensor, problem: Problem) -> Tensor:
    """Return the share of wrong answers of one member.

    Args:
        network: see ``problem_outputs``.
        theta: (P,) parameters.
        problem: samples.

    Returns:
        A scalar; NaN where an output is not finite.
    """
    outputs = problem_outputs(network, theta, problem)
    wrong = (outputs.argmax(-1) != problem["targets"].argmax(-1)).to(outputs.dtype).mean()
    return torch.where(outputs.isfinite().all(), wrong, torch.nan)


def descend_members(
    loss: ProblemLoss, theta: Tensor, problem: Problem, rate: float, steps: int, momentum: float = 0.0
) -> Tensor:
    r"""Descend the loss of every member on all of its samples.

    Nesterov momentum: :math:`v \leftarrow \mu v + g`, :math:`\theta \leftarrow \theta - h (g + \mu v)`;
    :math:`\mu = 0` is plain gradient descent. A member that diverges turns NaN alone.

    Args:
        loss: of one member.
        theta: (M, P) parameters; they are not changed.
        problem: with an axis of members.
        rate: h, positive.
        steps: at least 0.
        momentum: μ in [0, 1).

    Returns:
        (M, P) parameters after the last step.

    Example:
        >>> bowl = lambda theta, problem: theta.square().sum() / 2
        >>> descend_members(bowl, torch.ones(1, 1), {"x": torch.zeros(1)}, rate=0.5, steps=2)
        tensor([[0.2500]])
    """
    slope, velocity = vmap(grad(loss)), torch.zeros_like(theta)
    for _ in range(steps):
        g = slope(theta, problem)
        velocity = momentum * velocity + g
        theta = theta - rate * (g + momentum * velocity)
    return theta


def _centred(stream: TaskStream, samples: Samples) -> Problem:
    train = stream.features[stream.train[samples.task].rows].astype(float)
    mean = train.mean(axis=0)
    x = (stream.features[samples.rows] - mean) / np.sqrt(np.square(train - mean).mean())
    targets = np.eye(stream.classes)[samples.labels]
    return {"x": torch.from_numpy(x), "targets": torch.from_numpy(targets)}
