"""Combine the gradients of several tasks without conflict, from their inner products alone."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor


def pcgrad_weights(gram: Tensor, order: Tensor) -> Tensor:
    r"""Weigh gradients as PCGrad does: take from each what points against another.

    Yu et al. (2020), Algorithm 1. Each :math:`v = g_i` in turn becomes
    :math:`v - \min(0, \langle v, g_j\rangle)\, g_j / \|g_j\|^2` for every other j, and the results are added.

    Args:
        gram: (..., T, T) inner products of the gradients of T tasks; one of length zero conflicts with
            nobody.
        order: (..., T) permutation in which the others are visited; with two tasks it does not matter.

    Returns:
        (..., T) weights of the gradients, at least 1; all 1 where no two tasks conflict.

    Example:
        >>> pcgrad_weights(torch.tensor([[1.0, -0.5], [-0.5, 1.0]]), torch.tensor([0, 1]))
        tensor([1.5000, 1.5000])
    """
    T = gram.shape[-1]
    parts = torch.eye(T, dtype=gram.dtype, device=gram.device).expand(gram.shape).clone()  # a row per task
    diagonal = gram.diagonal(dim1=-2, dim2=-1)
    for k in range(T):
        j = order[..., k, None]
        row = gram.gather(-2, j[..., None].expand(*j.shape, T))
        against = (parts * row).sum(-1).clamp(max=0)  # never so for j itself
        square = diagonal.gather(-1, j)
        removed = torch.where(square > 0, against / square, 0)
        parts = parts - removed[..., None] * torch.nn.functional.one_hot(j, T)
    return parts.sum(-2)


def upgrad_weights(gram: Tensor) -> Tensor:
    r"""Weigh gradients as UPGrad does: project each onto the cone in which no task loses, and add.

    Quinton and Rey (2024); TorchJD's ``UPGrad`` with the preference 1 for each task. The projection of
    :math:`g_i` is :math:`\sum_j v_j g_j` with the v that solves

    .. math:: \min_v v^\top G v \quad\text{subject to}\quad v \ge e_i .

    Its solution is stationary on the set of its free entries, which we find by trying all :math:`2^T` sets:
    every trial is made feasible, and the lowest value wins.

    Args:
        gram: (..., T, T) inner products G of the gradients; T is small, as the cost grows like 2 to the T.

    Returns:
        (..., T) weights, at least 1; all 1 where no two tasks conflict. With two tasks PCGrad's.

    Example:
        >>> upgrad_weights(torch.tensor([[1.0, -0.5], [-0.5, 1.0]]))
        tensor([1.5000, 1.5000])
    """
    T = gram.shape[-1]
    start = torch.eye(T, dtype=gram.dtype, device=gram.device).expand(gram.shape)  # a row per task
    best, lowest = start, _squares(gram, start)
    for free in _subsets(T):
        block = gram[..., free, :][..., free]
        moved, _ = torch.linalg.solve_ex(block, -gram[..., free, :])  # a column per task
        trial = start.clone()
        trial[..., free] += moved.mT.nan_to_num(0.0, 0.0, 0.0).clamp(min=0)
        value = _squares(gram, trial)
        better = value < lowest
        best = torch.where(better[..., None], trial, best)
        lowest = torch.where(better, value, lowest)
    return best.sum(-2)


def cagrad_weights(gram: Tensor, c: float) -> Tensor:
    r"""Weigh gradients as CAGrad does: near the mean, the direction that helps the worst task most.

    Liu et al. (2021), Algorithm 1; TorchJD's ``CAGrad`` times T. With the mean gradient :math:`g_0` and
    :math:`g_w = \sum_i w_i g_i` the direction is :math:`g_0 + c\|g_0\|\, g_w / \|g_w\|` for the w that solves

    .. math:: \min_{w \ge 0,\; 1^\top w = 1} \langle g_w, g_0 \rangle + c \|g_0\| \|g_w\| .

    On a face of the simplex with Gram matrix G and :math:`b_i = \langle g_i, g_0\rangle` the stationary
    point is :math:`w = (\mu\, G^{-1}1 - G^{-1}b) / \sqrt D`, where :math:`\mu = (\beta + \sqrt D)/\alpha`,
    :math:`D = \beta^2 - \alpha(b^\top G^{-1}b - c^2\|g_0\|^2)`, :math:`\alpha = 1^\top G^{-1}1` and
    :math:`\beta = 1^\top G^{-1}b`. We try all faces, and the lowest value wins.

    Args:
        gram: (..., T, T) inner products of the gradients; T is small, as the cost grows like 2 to the T. A
            task whose gradient is zero conflicts with nobody, as it neither gains nor loses: w leaves it out.
        c: radius of the ball around the mean, in [0, 1): from 1 on it may be best to stand still.

    Returns:
        (..., T) weights of the gradients; all 1 if c is 0.

    Raises:
        ValueError: if c is outside its range.

    Example:
        >>> cagrad_weights(torch.tensor([[1.0, -0.5], [-0.5, 4.0]]), c=0.5)
        tensor([2., 1.])
    """
    if not 0 <= c < 1:
        raise ValueError(f"c must be in [0, 1); got {c}")
    T = gram.shape[-1]
    b = gram.mean(-1)
    radius = c * b.mean(-1).clamp(min=0).sqrt()
    best = torch.zeros_like(b)
    lowest = torch.full_like(radius, torch.inf)
    stands = gram.diagonal(dim1=-2, dim2=-1) == 0
    for face in _subsets(T):
        block, ones = gram[..., face, :][..., face], torch.ones_like(b[..., face])
        solved, _ = torch.linalg.solve_ex(block, torch.stack([ones, b[..., face]], -1))
        p, q = solved.unbind(-1)
        alpha, beta, gamma = p.sum(-1), q.sum(-1), (b[..., face] * q).sum(-1)
        root = (beta**2 - alpha * (gamma - radius**2)).sqrt()  # NaN where the face has no such point
        w = ((((beta + root) / alpha)[..., None] * p - q) / root[..., None]).clamp(min=0)
        w = (w / w.sum(-1, keepdim=True)).nan_to_num(1 / len(face), 1 / len(face))
        trial = torch.zeros_like(b)
        trial[..., face] = w
        value = (trial * b).sum(-1) + radius * _squares(gram, trial).sqrt()
        better = (value < lowest) & ~stands[..., face].any(-1)
        best = torch.where(better[..., None], trial, best)
        lowest = torch.where(better, value, lowest)
    length = _squares(gram, best).sqrt()
    pull = torch.where(length > 0, radius / length, 0)
    return 1 + T * pull[..., None] * best


def _squares(gram: Tensor, weights: Tensor) -> Tensor:
    """Return the squared length of a combination of gradients, or of each row of several.

    Returns:
        One number per combination, never below zero.
    """
    rows = weights if weights.dim() == gram.dim() else weights[..., None, :]
    squares = ((rows @ gram) * rows).sum(-1).clamp(min=0)
    return squares if weights.dim() == gram.dim() else squares[..., 0]


def _subsets(T: int) -> list[list[int]]:
    return [list(kept) for size in range(1, T + 1) for kept in combinations(range(T), size)]
