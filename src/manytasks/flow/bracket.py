"""The Lie bracket of two loss gradients, without a Hessian."""

from __future__ import annotations

import torch

from manytasks.flow.parameters import Loss, P, pack


def lie_bracket(loss_a: Loss[P], loss_b: Loss[P], theta: P) -> P:
    r"""Compute the Lie bracket of the gradient fields of two losses.

    The conflict term of Eq. (8) of Paper B. With :math:`g = \nabla L` and :math:`H = \nabla^2 L`

    .. math:: [g_a, g_b] = H_b g_a - H_a g_b = [f_a, f_b], \qquad f = -g,

    The Hessians are symmetric, so that both products are vector-Jacobian products and one reverse pass
    through the two gradients gives their difference. In multiplications of a network, relative to the
    gradient of one loss, a layer that reads the data costs 4 and every later layer 6 (of which 2 are the
    gradients): at most 5 if the first layer takes half of a gradient's work, 6 in the limit of depth.
    Under ``torch.no_grad()`` no graph is kept for a further derivative.

    The losses must be twice differentiable where they are evaluated. For ReLU networks the gradient jumps
    on kinks; torch differentiates the smooth piece :math:`\theta` lies in, which gives the bracket of that
    piece and does not see the jumps.

    Args:
        loss_a: :math:`L_a`, a scalar torch function of the parameters; a closure over a minibatch will do.
        loss_b: :math:`L_b`.
        theta: a tensor or a dictionary of tensors, floating, of one dtype and device.

    Returns:
        The bracket at ``theta``, of the same form; swapping the losses flips its sign.

    Raises:
        ValueError: if parameters are mixed in dtype or device.

    Example:
        >>> lie_bracket(lambda t: t[0] ** 2 / 2, lambda t: (t[0] + t[1]) ** 2 / 2, torch.tensor([1.0, 2.0]))
        tensor([-2.,  1.])
    """
    vector, unpack = pack(theta)
    g_a = torch.func.grad(lambda at: loss_a(unpack(at)))
    g_b = torch.func.grad(lambda at: loss_b(unpack(at)))
    (value_a, value_b), pull_back = torch.func.vjp(lambda at: (g_a(at), g_b(at)), vector)[:2]
    (difference,) = pull_back((-value_b, value_a))
    return unpack(difference)
