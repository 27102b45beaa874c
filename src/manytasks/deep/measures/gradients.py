"""Compare the directions in which two tasks pull the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from manytasks.flow.parameters import Loss, P


def gradient_cosine(loss_a: Loss[P], loss_b: Loss[P], theta: P) -> torch.Tensor:
    r"""Return the cosine between the gradients of two losses at one point.

    Paper B's measure of conflict, :math:`\langle g_a, g_b\rangle`, divided by the norms. For Paper A's linear
    model at :math:`w = 0` it is the cosine between :math:`w_a^*` and :math:`w_b^*`.

    Args:
        loss_a: a scalar torch function of the parameters.
        loss_b: another.
        theta: a floating tensor or a dictionary of them; no minimum of either loss, where no angle exists.

    Returns:
        A number in [-1, 1].

    Example:
        >>> loss_a, loss_b = (lambda w, t=t: (w - t).square().sum() for t in torch.eye(2))
        >>> start, between = torch.zeros(2), torch.ones(2) / 2
        >>> [round(float(gradient_cosine(loss_a, loss_b, at)), 4) for at in (start, between)]
        [0.0, -1.0]
    """
    from manytasks.flow.parameters import descent_field, pack  # loads SymPy: slow, and seldom needed

    vector, unpack = pack(theta)
    a, b = (descent_field(loss, unpack)(vector) for loss in (loss_a, loss_b))
    return a @ b / (a.norm() * b.norm())


def bracket_norm(loss_a: Loss[P], loss_b: Loss[P], theta: P) -> torch.Tensor:
    r"""Return the norm of the Lie bracket of two gradient fields at one point.

    The size of the conflict term of Eq. (8) of Paper B, :math:`\|H_b g_a - H_a g_b\|`. For Paper A's linear
    model with :math:`L_i = \tfrac12\|w - w_i^*\|^2` it is :math:`\|w_a^* - w_b^*\|` at every :math:`w`.

    Args:
        loss_a: a twice differentiable scalar torch function of the parameters.
        loss_b: another.
        theta: a floating tensor or a dictionary of them.

    Returns:
        A number of at least 0; 0 if the two losses are equal.

    Example:
        >>> loss_a, loss_b = (lambda w, t=t: (w - t).square().sum() / 2 for t in 2 * torch.eye(2))
        >>> bracket_norm(loss_a, loss_b, torch.tensor([5.0, 7.0])) / 8**0.5
        tensor(1.)
    """
    from manytasks.flow import lie_bracket
    from manytasks.flow.parameters import pack

    return pack(lie_bracket(loss_a, loss_b, theta))[0].norm()
