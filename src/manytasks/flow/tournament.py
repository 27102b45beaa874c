"""The order of gradient steps: what each pair costs, and the order that costs least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from manytasks.flow.arguments import check_functions, check_theta
from manytasks.flow.parameters import Loss, P, check_rates, descent_field, pack
from manytasks.readers import count, numbers, short
from manytasks.subsets import MOST, best_sequence, improved, members_of

LARGEST_COST = 1e100  # its square is still a float


class Tournament(NamedTuple):
    """The order that costs least, and how far the pairs agree with any order at all."""

    order: tuple[int, ...]
    """Permutation of 0, ..., T-1."""
    value: float
    r"""Sum of :math:`M_{st}` over all s before t: the objective's order effect over h²."""
    exact: bool
    """Whether no other order costs less; if not, no move of a single task makes it less."""
    cyclic_share: float
    """Share of the squared pair differences that no score of single tasks explains: 0 means sort them."""


def order_costs(losses: Sequence[Loss[P]], theta: P, objective: Loss[P] | None = None) -> Tensor:
    r"""Return what it costs an objective that the step on task s comes before the step on task t.

    The tournament of Sweeney (ICML 2026), with the bracket criterion of Rukhovich et al. (2025). One step
    of rate h on each task, in any order, changes an objective F by terms without order and

    .. math:: h^2 \sum_{s \text{ before } t} M_{st} + O(h^3), \qquad
        M_{st} = \langle g_s, H_t \nabla F\rangle .

    A swap of s and t is worth :math:`M_{st} - M_{ts} = \langle \nabla F, [g_s, g_t]\rangle`, along the
    ``lie_bracket``. All pairs together take T gradients, T Hessian-vector products and a product of two
    matrices; every loss is evaluated once.

    Args:
        losses: T scalar torch functions of the parameters, twice differentiable at ``theta``.
        theta: a tensor or a dictionary of tensors, floating, of one dtype and device.
        objective: F, such as a validation loss: one gradient more. The mean of the losses if left out.

    Returns:
        (T, T) tensor, row s before column t. Its diagonal is part of every order.

    Raises:
        ValueError: if there is no loss, or parameters are mixed in dtype or device.

    Example:
        >>> a, b = (lambda t: t[0] ** 2 / 2), (lambda t: (t[0] + t[1]) ** 2 / 2)
        >>> order_costs([a, b], torch.tensor([1.0, 2.0]))
        tensor([[ 2.0000,  3.5000],
                [ 6.0000, 21.0000]])
    """
    check_rates(None, losses)
    check_theta(theta)
    if objective is not None:
        check_functions(objective, "objective")
    vector, unpack = pack(theta)
    fields = [descent_field(loss, unpack, -1.0) for loss in losses]
    held = [torch.func.vjp(field, vector)[:2] for field in fields]
    g = torch.stack([one for one, _ in held])
    along = g.mean(dim=0) if objective is None else descent_field(objective, unpack, -1.0)(vector)
    # Hessians are symmetric: pulling back is multiplying.
    return g @ torch.stack([pull_back(along)[0] for _, pull_back in held]).T


def best_order(costs: Any) -> Tournament:
    r"""Return the order that costs least: the solution of a linear ordering problem.

    The cost of an order is :math:`\sum_{s \text{ before } t} M_{st}`. Up to 16 tasks all orders are compared,
    by dynamic programming over sets; beyond, tasks sorted by their mean advantage are moved one at a
    time. The cyclic share is :math:`\|R\|^2/\|C\|^2` with :math:`C = M - M^\top` and
    :math:`R_{st} = C_{st} - (\varphi_s - \varphi_t)`, :math:`\varphi` the row means of C. If it is 0, rising
    :math:`\varphi` is optimal.

    Args:
        costs: (T, T) matrix M, of ``order_costs`` or measured; the diagonal is not read.

    Returns:
        Order, its cost, whether it is the least of all, cyclic share. Of orders that are equal, rounding
        decides.

    Raises:
        ValueError: if the matrix is not square, or a cost is not finite or beyond 1e100.

    Example:
        >>> best_order([[0, 1, 0], [0, 0, 1], [2, 0, 0]])
        Tournament(order=(0, 2, 1), value=1.0, exact=True, cyclic_share=0.888...)
    """
    M = read_costs(costs)
    np.fill_diagonal(M, 0.0)
    T = len(M)
    C = M - M.T
    mean = C.mean(axis=1)
    rest = C - (mean[:, None] - mean)
    size = float((C**2).sum())
    if T <= MOST:
        order = tuple(best_sequence(members_of(T) @ M))
    else:
        order = improved(tuple(np.argsort(mean, kind="stable").tolist()), lambda tried: order_cost(M, tried))
    share = float((rest**2).sum()) / size if size else 0.0
    return Tournament(order, order_cost(M, order), T <= MOST, share)


def order_cost(costs: np.ndarray, order: Sequence[int]) -> float:
    """Return the sum of the costs of all pairs, the earlier task first.

    Args:
        costs: (T, T) matrix, row before column.
        order: permutation of 0, ..., T-1.

    Returns:
        The sum above the diagonal, after rows and columns were put in order.

    Raises:
        ValueError: if the order is no permutation, or the costs are no square matrix.

    Example:
        >>> order_cost(np.array([[0.0, 1.0], [5.0, 0.0]]), (1, 0))
        5.0
    """
    M = read_costs(costs)
    places = [count(place, "a place of the order", most=len(M) - 1) for place in order]
    if sorted(places) != list(range(len(M))):
        raise ValueError(f"order must be a permutation of 0 to {len(M) - 1}; got {short(order)}")
    return float(np.triu(M[np.ix_(places, places)], 1).sum())


def read_costs(costs: Any) -> np.ndarray:
    """Read a square matrix of costs.

    Args:
        costs: nested sequences, an array or a tensor.

    Returns:
        (T, T) array of its own.

    Raises:
        ValueError: if it is no such matrix.

    Example:
        >>> read_costs([[0, 1]])
        Traceback (most recent call last):
        ...
        ValueError: costs must have shape (T, T), T at least 1, and be at most 1e+100 in size; got (1, 2)
    """
    M = np.array(numbers(costs, "costs"))
    square = M.ndim == 2 and M.shape[0] == M.shape[1] and M.size > 0
    if not square or not np.all(np.abs(M) <= LARGEST_COST):
        allowed = f"T at least 1, and be at most {LARGEST_COST:g} in size"
        raise ValueError(f"costs must have shape (T, T), {allowed}; got {M.shape}")
    return M
