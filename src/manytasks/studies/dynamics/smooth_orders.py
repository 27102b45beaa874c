"""Smooth losses that are not quadratic, and one pass of gradient steps over them in every order at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from manytasks import flow
from manytasks.flow.least_forgetting import forgetting_steps, order_forgetting
from manytasks.streams import Seed, stream


class CubicTasks(NamedTuple):
    r"""T losses :math:`\frac12\theta^\top H\theta - b^\top\theta + \frac16 (a^\top\theta)^3` and a start."""

    H: np.ndarray
    """(T, size, size) positive semidefinite matrices."""
    b: np.ndarray
    """(T, size) linear terms."""
    a: np.ndarray
    """(T, size) directions of the cubic terms."""
    theta: np.ndarray
    """(size,) where every order starts."""

    def losses(self) -> list[Callable[[Tensor], Tensor]]:
        """Return the losses as torch functions, for ``flow.order_costs``.

        Returns:
            T scalar functions of a (size,) tensor.
        """
        H, b, a = (torch.as_tensor(each) for each in (self.H, self.b, self.a))

        def loss(t: int) -> Callable[[Tensor], Tensor]:
            return lambda at: at @ H[t] @ at / 2 - b[t] @ at + (a[t] @ at) ** 3 / 6

        return [loss(t) for t in range(len(b))]

    def one_pass(self, orders: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
        """Take one step on every task, in every order.

        Args:
            orders: (orders, T) permutations.
            rate: of a step.

        Returns:
            (orders,) mean loss at the end; and forgetting, summed over the tasks.
        """
        at, own = np.tile(self.theta, (len(orders), 1)), np.zeros(len(orders))
        for t in np.asarray(orders).T:
            H, a = self.H[t], self.a[t]
            along = np.sum(a * at, axis=1)[:, None]
            at = at - rate * (np.einsum("oij,oj->oi", H, at) - self.b[t] + along**2 / 2 * a)
            own += self._values(at)[np.arange(len(orders)), t]
        end = self._values(at)
        return end.mean(axis=1), end.sum(axis=1) - own

    def _values(self, points: np.ndarray) -> np.ndarray:
        square = np.einsum("oi,tij,oj->ot", points, self.H, points, optimize=True) / 2
        return np.asarray(square - points @ self.b.T + (points @ self.a.T) ** 3 / 6)


def cubic_tasks(T: int, size: int, seed: Seed) -> CubicTasks:
    """Draw losses whose Hessians have nothing to do with each other.

    Args:
        T: number of tasks.
        size: number of parameters.
        seed: of everything that is drawn.

    Returns:
        The losses.

    Example:
        >>> tasks = cubic_tasks(T=2, size=3, seed=1)
        >>> loss, forgotten = tasks.one_pass(np.array([[0, 1], [1, 0]]), rate=0.01)
        >>> bool(abs(loss[0] - loss[1]) < 1e-2)
        True
    """
    rng = stream(seed)
    roots = rng.standard_normal((T, size, size)) / np.sqrt(size)
    b, a = rng.standard_normal((2, T, size)) / 2
    return CubicTasks(roots @ roots.transpose(0, 2, 1), b, a, np.linspace(-1, 1, size))


class Comparison(NamedTuple):
    """Predicted and measured, for every order: mean loss first, then forgetting."""

    tables: np.ndarray
    """(2, orders) what the tournament and the triples say, over h²."""
    measured: np.ndarray
    """(rates, 2, orders) what one pass leads to."""
    unexplained: np.ndarray
    """(rates, 2) spread over the orders of what h² times the table leaves."""


def compare(tasks: CubicTasks, orders: np.ndarray, rates: np.ndarray) -> Comparison:
    """Predict all orders at the start, and take them.

    Args:
        tasks: the losses.
        orders: (orders, T) permutations.
        rates: of a step, one a pass.

    Returns:
        Both, and what is left.

    Example:
        >>> found = compare(cubic_tasks(2, 3, seed=1), np.array([[0, 1], [1, 0]]), np.array([0.02, 0.01]))
        >>> found.tables.shape, found.measured.shape, found.unexplained.shape
        ((2, 2), (2, 2, 2), (2, 2))
    """
    theta = torch.as_tensor(tasks.theta)
    costs = flow.order_costs(tasks.losses(), theta).numpy()
    steps = forgetting_steps(flow.forgetting_products(tasks.losses(), theta).numpy())
    tables = np.array(
        [
            [flow.order_cost(costs, order) for order in orders],
            [order_forgetting(steps, order) for order in orders],
        ]
    )
    measured = np.array([tasks.one_pass(orders, rate) for rate in rates])
    rest = measured - np.asarray(rates)[:, None, None] ** 2 * tables
    return Comparison(tables, measured, np.ptp(rest, axis=-1))
