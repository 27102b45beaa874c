"""The order of gradient steps that forgets least, which no table of pairs can tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from manytasks.flow.arguments import check_theta
from manytasks.flow.parameters import Loss, P, check_rates, descent_field, pack
from manytasks.flow.tournament import LARGEST_COST
from manytasks.readers import numbers
from manytasks.subsets import MOST, best_sequence, members_of


class LeastForgetting(NamedTuple):
    """The order that forgets least to second order in the rate."""

    order: tuple[int, ...]
    """Permutation of 0, ..., T-1."""
    value: float
    """Its forgetting, summed over the tasks, less what all orders share, over h²."""


def forgetting_products(losses: Sequence[Loss[P]], theta: P) -> Tensor:
    r"""Return all :math:`\langle g_s, H_i g_t\rangle`: what forgetting depends on to second order.

    It takes T gradients and T² Hessian-vector products, T times as many as ``order_costs``.

    Args:
        losses: T scalar torch functions of the parameters, twice differentiable at ``theta``.
        theta: a tensor or a dictionary of tensors, floating, of one dtype and device.

    Returns:
        (T, T, T) tensor [i, s, t], symmetric in s and t.

    Raises:
        ValueError: if there is no loss, or parameters are mixed in dtype or device.

    Example:
        >>> a, b = (lambda t: t[0] ** 2 / 2), (lambda t: (t[0] + t[1]) ** 2 / 2)
        >>> forgetting_products([a, b], torch.tensor([1.0, 2.0]))[1]
        tensor([[ 1.,  6.],
                [ 6., 36.]])
    """
    check_rates(None, losses)
    check_theta(theta)
    vector, unpack = pack(theta)
    fields = [descent_field(loss, unpack, -1.0) for loss in losses]
    held = [torch.func.vjp(field, vector)[:2] for field in fields]
    g = torch.stack([one for one, _ in held])
    return torch.stack([g @ torch.stack([pull_back(one)[0] for one in g]).T for _, pull_back in held])


def forgetting_steps(products: np.ndarray) -> np.ndarray:
    r"""Return what learning task i after the tasks S and before all others adds to forgetting, over h².

    Ours. The loss of task i at the end, minus its loss after its own step, is
    :math:`-h \sum_{t \text{ after } i} \langle g_i, g_t\rangle`, whose sum over i has no order, and at h²,
    summed,

    .. math:: \sum_i \big[ A^\top H_i B + \tfrac12 A^\top H_i A + \hat B^\top H_i \hat B \big],

    with the sums of gradients :math:`\hat B` before i, :math:`B = \hat B + g_i`, and A after i.

    Args:
        products: (T, T, T) array of ``forgetting_products``.

    Returns:
        (2**T, T) array, for the sets of ``members_of``.

    Example:
        >>> forgetting_steps(np.ones((1, 1, 1)))
        array([[0.],
               [1.]])
    """
    before = members_of(len(products)).astype(float)
    steps = np.empty(before.shape)
    for i, H in enumerate(products):
        until = before.copy()
        until[:, i] = 1.0
        after = 1.0 - until
        steps[:, i] = np.einsum("ks,st,kt->k", after, H, until + after / 2, optimize=True)
        steps[:, i] += np.einsum("ks,st,kt->k", before, H, before, optimize=True)
    return steps


def least_forgetting(products: Any) -> LeastForgetting:
    """Return the order that forgets least to second order in the rate, exactly, by a search over sets.

    Ours. Each term of ``forgetting_steps`` is about a task and the set before it: not about pairs, so that no
    tournament and no score decides, but the same dynamic programme does.

    Args:
        products: (T, T, T) array of ``forgetting_products``, for at most 16 tasks.

    Returns:
        The order and its value. Of orders that are equal, rounding decides.

    Raises:
        ValueError: if the array is not a cube of at most 16 tasks, or an entry is not finite or beyond 1e100.

    Example:
        >>> a, b = (lambda t: t[0] ** 2 / 2), (lambda t: (t[0] + t[1]) ** 2 / 2)
        >>> least_forgetting(forgetting_products([a, b], torch.tensor([1.0, 2.0])))
        LeastForgetting(order=(0, 1), value=8.5)
    """
    Q = numbers(products, "products")
    cube = Q.ndim == 3 and len(set(Q.shape)) == 1 and 1 <= len(Q) <= MOST
    if not cube or not np.all(np.abs(Q) <= LARGEST_COST):
        allowed = f"T from 1 to {MOST}, and be at most {LARGEST_COST:g} in size"
        raise ValueError(f"products must have shape (T, T, T), {allowed}; got {Q.shape}")
    steps = forgetting_steps(Q)
    order = tuple(best_sequence(steps))
    return LeastForgetting(order, order_forgetting(steps, order))


def order_forgetting(steps: np.ndarray, order: Sequence[int]) -> float:
    """Return what an order forgets to second order, over h².

    Args:
        steps: (2**T, T) array of ``forgetting_steps``.
        order: permutation of 0, ..., T-1.

    Returns:
        The sum of its steps.

    Example:
        >>> order_forgetting(np.array([[1.0, 9.0], [9.0, 2.0], [9.0, 9.0], [9.0, 9.0]]), (0, 1))
        3.0
    """
    learned, value = 0, 0.0
    for task in order:
        value += float(steps[learned, task])
        learned |= 1 << task
    return value
