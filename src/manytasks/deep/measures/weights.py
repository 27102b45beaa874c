"""Compare the weights of two networks, number by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from manytasks.flow.parameters import P


def weight_distance(theta_a: P, theta_b: P) -> torch.Tensor:
    r"""Return the squared Euclidean distance between two sets of weights.

    The task distance of Paper A, :math:`d_{ab} = \|w_a^* - w_b^*\|^2`, taken literally for networks. It is
    not a function of the two functions: exchanging hidden units of one network changes it.

    Args:
        theta_a: a floating tensor, or a dictionary of them.
        theta_b: of the same form.

    Returns:
        A number of at least 0; 0 if and only if the weights are equal.

    Example:
        >>> weight_distance(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 6.0]))
        tensor(25.)
    """
    return (_vector(theta_a) - _vector(theta_b)).square().sum()


def weight_cosine(theta_a: P, theta_b: P, start: P | None = None) -> torch.Tensor:
    r"""Return the cosine between the weights of two networks, seen from zero or from where both started.

    The inner product of Figure 4 of Paper A, divided by the norms. Two networks that start at the same point
    share most of it, whatever their tasks; seen from there the cosine compares what training has added:

    .. math:: \frac{\langle\theta_a-\theta_0,\,\theta_b-\theta_0\rangle}
              {\|\theta_a-\theta_0\|\,\|\theta_b-\theta_0\|}.

    Args:
        theta_a: a floating tensor, or a dictionary of them; not equal to ``start``, where no angle exists.
        theta_b: of the same form.
        start: of the same form; zero if left out.

    Returns:
        A number in [-1, 1].

    Example:
        >>> a, b, start = torch.tensor([2.0, 1.0]), torch.tensor([2.0, -1.0]), torch.tensor([2.0, 0.0])
        >>> weight_cosine(a, b), weight_cosine(a, b, start)
        (tensor(0.6000), tensor(-1.))
    """
    a, b = _vector(theta_a), _vector(theta_b)
    if start is not None:
        a, b = a - _vector(start), b - _vector(start)
    return a @ b / (a.norm() * b.norm())


def _vector(theta: P) -> torch.Tensor:
    from manytasks.flow.parameters import pack  # loads SymPy: slow, and seldom needed

    return pack(theta)[0]
