"""The modified vector field of a round of gradient steps, evaluated on torch losses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import torch
from torch import Tensor

from manytasks.flow.arguments import check_rate, check_theta
from manytasks.flow.parameters import Loss, P, VectorField, check_rates, descent_field, pack
from manytasks.flow.series import modified_series
from manytasks.flow.trees import Tree
from manytasks.readers import count

Branches: TypeAlias = tuple[int, tuple[Tree, ...]]  # colour of a root and what hangs on it


def modified_field(
    losses: Sequence[Loss[P]], h: float, order: int, rates: Sequence[float] | None = None
) -> Callable[[P], P]:
    r"""Return the field whose flow for time h is one round of gradient steps, up to a power of h.

    Eq. (8) of Paper B is order 1 with two losses; higher orders are ours. After one round, flow and steps
    differ by :math:`O(h^{order + 2})`. The elementary differentials of :func:`modified_series` are evaluated
    by nested vector-Jacobian products, which is what Jacobian-vector products are for a gradient field, all
    derivatives of a loss being symmetric: no derivative tensor is formed.

    The losses must have order + 1 continuous derivatives. On a ReLU network the field is that of the linear
    piece :math:`\theta` lies in, and the flow is close to the steps only until one of them crosses a kink.

    Args:
        losses: scalar torch functions of the parameters, in the order their steps are taken. Losses that
            are descended together count as one: pass their sum.
        h: rate of a step; any sign.
        order: highest power of h, at least 0; 0 is the gradient flow of the sum of the losses.
        rates: rate of each step relative to h, all 1 if left out.

    Returns:
        A function from parameters to a vector of the same form.

    Raises:
        ValueError: if there is no loss, the order is negative, a number is not finite or the lengths differ.

    Example:
        >>> quadratic = lambda t: (t**2).sum() / 2
        >>> modified_field([quadratic], h=0.1, order=2)(torch.tensor([1.0], dtype=torch.float64))
        tensor([-1.0533], dtype=torch.float64)
    """
    weights, step = check_rates(rates, losses), check_rate(h)
    coefficients = _coefficients(len(losses), count(order, "order"))

    def field(theta: P) -> P:
        check_theta(theta)
        vector, unpack = pack(theta)
        fields = [descent_field(loss, unpack, rate) for loss, rate in zip(losses, weights, strict=True)]
        return unpack(_evaluate(coefficients, fields, step, vector))

    return field


@cache
def _coefficients(n_tasks: int, order: int) -> tuple[tuple[Tree, float, int], ...]:
    series = modified_series(n_tasks, order)
    return tuple(
        (tree, float(c), k) for k, terms in enumerate(series.differentials) for tree, c in terms.items()
    )


def _evaluate(
    coefficients: tuple[tuple[Tree, float, int], ...], fields: list[VectorField], h: float, vector: Tensor
) -> Tensor:
    linear: dict[Branches, tuple[Tensor, VectorField]] = {}

    def linearised(colour: int, held: tuple[Tree, ...]) -> tuple[Tensor, VectorField]:
        """Return the differential with all directions but the last, and the map that takes the last."""
        key = colour, held
        if key not in linear:
            field = fields[colour - 1]
            for branch in held:
                field = _along(field, value(branch))
            value_here, pull_back = torch.func.vjp(field, vector)[:2]
            linear[key] = value_here, lambda direction: pull_back(direction)[0]
        return linear[key]

    @cache
    def value(tree: Tree) -> Tensor:
        colour, branches = tree
        if not branches:
            return linearised(colour, ())[0]
        return linearised(colour, branches[:-1])[1](value(branches[-1]))

    total = torch.zeros_like(vector)
    last: dict[Branches, Tensor] = defaultdict(lambda: torch.zeros_like(vector))
    for (colour, branches), c, k in coefficients:
        if (
            branches
        ):  # a differential is linear in its last direction: one product for all that share the rest
            key = colour, branches[:-1]
            last[key] = last[key] + c * h**k * value(branches[-1])
        else:
            total = total + c * h**k * value((colour, branches))
    for (colour, held), direction in last.items():
        total = total + linearised(colour, held)[1](direction)
    return total


def _along(field: VectorField, direction: Tensor) -> VectorField:
    return lambda at: torch.func.vjp(field, at)[1](direction)[0]
