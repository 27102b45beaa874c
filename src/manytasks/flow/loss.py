"""Modified losses: the part of the modified field that is a gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from manytasks.flow.arguments import check_rate, check_theta
from manytasks.flow.parameters import Loss, P, check_rates, descent_field, pack
from manytasks.readers import short


def modified_loss(
    losses: Sequence[Loss[P]], h: float, rates: Sequence[float] | None = None, together: bool = False
) -> Callable[[P], Tensor]:
    r"""Return the loss that gradient descent implicitly minimises, to first order in the rate.

    Descended together, Eq. (6) of Paper B, with :math:`g_i = \nabla L_i`:

    .. math:: \tilde L &= \sum_i a_i L_i + \tfrac h4 \Bigl\| \sum_i a_i g_i \Bigr\|^2 \\
        &= \sum_i a_i L_i + \tfrac h4 \sum_i a_i^2 \|g_i\|^2
        + \tfrac h2 \sum_{i<j} a_i a_j \langle g_i, g_j \rangle .

    A private parameter enters one loss only, so that the last sum runs over shared parameters. One after the
    other, Eq. (8) of Paper B: the same without the last sum; the modified field then is
    :math:`-\nabla \tilde L` plus a Lie bracket, which is the gradient of no loss.

    There is no argument for the order. The next term of the modified field of :math:`L` is a gradient
    field only where H commutes with its derivative along g (for instance if L is quadratic).

    Args:
        losses: scalar torch functions of the parameters.
        h: rate of a step.
        rates: :math:`a_i`, the rate or weight of each loss relative to h, all 1 if left out.
        together: whether one step descends the weighted sum, or each loss has its own step.

    Returns:
        A function from parameters to a scalar, differentiable once more than it differentiates.

    Raises:
        ValueError: if there is no loss, a number is not finite or the lengths differ.

    Example:
        >>> a, b = (lambda t: t[0] ** 2 / 2), (lambda t: (t[0] - 1) ** 2 / 2)
        >>> theta = torch.tensor([0.5])
        >>> modified_loss([a, b], h=0.4)(theta), modified_loss([a, b], h=0.4, together=True)(theta)
        (tensor(0.3000), tensor(0.2500))
    """
    weights, step = check_rates(rates, losses), check_rate(h)
    if not isinstance(together, bool):
        raise ValueError(f"together must be True or False; got {short(together)}")

    def loss(theta: P) -> Tensor:
        check_theta(theta)
        vector, unpack = pack(theta)
        pairs = list(zip(losses, weights, strict=True))
        plain = torch.stack([a * one(theta) for one, a in pairs]).sum()
        g = torch.stack([descent_field(one, unpack, a)(vector) for one, a in pairs])
        flatness = g.sum(0).square().sum() if together else g.square().sum()
        return plain + step / 4 * flatness

    return loss
