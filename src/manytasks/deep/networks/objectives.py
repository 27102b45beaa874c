"""Losses of several tasks for many networks at once, each network one vector: what the calculus works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.func import vmap

from manytasks.deep.witness import INITIAL, passing
from manytasks.streams import seed_sequence

if TYPE_CHECKING:  # it comes with SymPy, which takes a second to load
    from manytasks.flow import Network


def draw_vectors(network: Network, seeds: Sequence[int]) -> Tensor:
    """Draw initial parameters, one row per seed, from the seed's own stream of weights.

    Args:
        network: its shape.
        seeds: seeds of the runs.

    Returns:
        (M, P) float64.

    Example:
        >>> from manytasks.flow import Network
        >>> draw_vectors(Network((2, 1)), seeds=(0, 1)).shape
        torch.Size([2, 3])
    """
    rows = []
    for seed in seeds:
        state = seed_sequence(seed, "weights").generate_state(1)
        rows.append(passing(seed, INITIAL, network.initial(int(state[0]))))
    return torch.stack(rows)


def task_gradients(network: Network, theta: Tensor, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    r"""Compute loss :math:`L_i` and gradient :math:`g_i` of every task, for every member.

    Args:
        network: shape of the members.
        theta: (M, P) a member per row.
        x: (M, T, n, inputs) samples of each task.
        labels: (M, T, n) their classes.

    Returns:
        (M, T) mean cross-entropies and (M, T, P) gradients.

    Example:
        >>> from manytasks.flow import Network
        >>> two, x, labels = Network((1, 2)), torch.ones(1, 3, 1, 1), torch.zeros(1, 3, 1, dtype=torch.long)
        >>> task_gradients(two, torch.zeros(1, 4), x, labels)[0]
        tensor([[0.6931, 0.6931, 0.6931]])
    """
    copies = _copy_per_task(theta, x)
    values = _losses(network, copies, x, labels)
    (gradients,) = torch.autograd.grad(values.sum(), copies)
    return values.detach().view(x.shape[:2]), gradients.view(*x.shape[:2], -1)


def curvature_products(
    network: Network, theta: Tensor, x: Tensor, labels: Tensor, directions: Tensor
) -> Tensor:
    r"""Compute :math:`\sum_i H_i v_i`: the gradient of any product of task gradients, without a Hessian.

    With :math:`S = \sum_i g_i` the directions :math:`v_i = S - g_i` give
    :math:`\nabla \sum_{i<j} \langle g_i, g_j\rangle`, and :math:`v_i = S` gives
    :math:`\nabla \tfrac12 \|S\|^2`.

    Args:
        network: shape of the members.
        theta: (M, P) a member per row.
        x: (M, T, n, inputs) samples of each task.
        labels: (M, T, n) their classes.
        directions: (M, T, P), :math:`v_i` of each member.

    Returns:
        (M, P).

    Example:
        >>> from manytasks.flow import Network
        >>> two, x, labels = Network((1, 2)), torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long)
        >>> curvature_products(two, torch.zeros(1, 4), x, labels, torch.ones(1, 1, 4))
        tensor([[0., 0., 0., 0.]])
    """
    copies = _copy_per_task(theta, x)
    (g,) = torch.autograd.grad(_losses(network, copies, x, labels).sum(), copies, create_graph=True)
    (products,) = torch.autograd.grad(g, copies, directions.flatten(0, 1))
    return products.view(directions.shape).sum(1)


def sharpness(network: Network, theta: Tensor, x: Tensor, labels: Tensor, rounds: int = 40) -> Tensor:
    """Estimate the largest curvature of the sum of the task losses by power iteration.

    Args:
        network: shape of the members.
        theta: (M, P) a member per row.
        x: (M, T, n, inputs) samples of each task.
        labels: (M, T, n) their classes.
        rounds: Hessian-vector products; the estimate is a Rayleigh quotient, hence never too high.

    Returns:
        (M,) curvatures, of the largest size and either sign.

    Example:
        >>> from manytasks.flow import Network
        >>> linear = Network((1, 2))
        >>> x, labels = torch.ones(1, 1, 4, 1), torch.zeros(1, 1, 4, dtype=torch.long)
        >>> sharpness(linear, torch.zeros(1, 4), x, labels)
        tensor([1.])
    """
    direction = torch.linspace(-1, 2, theta.shape[1], dtype=theta.dtype, device=theta.device).sin()
    direction = direction.expand_as(theta)
    curvature = torch.zeros(len(theta), dtype=theta.dtype, device=theta.device)
    for _ in range(rounds):
        direction = direction / direction.norm(dim=1, keepdim=True)
        every_task = direction[:, None].expand(-1, x.shape[1], -1)
        product = curvature_products(network, theta, x, labels, every_task)
        curvature = (direction * product).sum(1)
        direction = product
    return curvature


def task_errors(network: Network, theta: Tensor, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Measure mean loss and share of wrong answers of every member on every task.

    Args:
        network: shape of the members.
        theta: (M, P) a member per row.
        x: (M, T, n, inputs) samples of each task.
        labels: (M, T, n) their classes.

    Returns:
        (M, T) mean cross-entropies and (M, T) error rates, both NaN where outputs are not finite.

    Example:
        >>> from manytasks.flow import Network
        >>> two, x = Network((1, 2)), torch.ones(1, 1, 2, 1)
        >>> task_errors(two, torch.zeros(1, 4), x, torch.tensor([[[0, 1]]]))[1]
        tensor([[0.5000]])
    """
    outputs = vmap(network)(_copy_per_task(theta, x).detach(), x.flatten(0, 1)).view(*labels.shape, -1)
    loss = _cross_entropies(outputs, labels)
    finite = outputs.isfinite().flatten(2).all(2)
    measured = (loss, (outputs.argmax(-1) != labels).to(theta.dtype))
    nan = torch.tensor(torch.nan, dtype=theta.dtype, device=theta.device)
    mean_loss, wrong = (torch.where(finite, value.mean(-1), nan) for value in measured)
    return mean_loss, wrong


def _copy_per_task(theta: Tensor, x: Tensor) -> Tensor:
    """Give every task its own copy of the parameters: then one backward pass finds all task gradients.

    Returns:
        (M T, P).
    """
    return theta.detach().repeat_interleave(x.shape[1], 0).requires_grad_()


def _losses(network: Network, copies: Tensor, x: Tensor, labels: Tensor) -> Tensor:
    outputs = vmap(network)(copies, x.flatten(0, 1))
    return _cross_entropies(outputs, labels.flatten(0, 1)).mean(-1)


def _cross_entropies(outputs: Tensor, labels: Tensor) -> Tensor:
    flat = torch.nn.functional.cross_entropy(outputs.flatten(0, -2), labels.flatten(), reduction="none")
    return flat.view(labels.shape)
