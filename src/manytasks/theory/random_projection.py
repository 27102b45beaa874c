"""Second moments of the projection on a few random directions."""

from __future__ import annotations

from typing import Any, NamedTuple

from manytasks.theory.domain import is_symbolic


class Moments(NamedTuple):
    """What a projection P on random directions makes of symmetric A: E PAP = along · A + across · tr(A) I."""

    along: Any
    across: Any


def projection_moments(k: Any, p: Any) -> Moments:
    r"""Return the second moments of the projection on k random directions.

    Known; for k = 1 they are the fourth moments of a sphere. With
    :math:`E P_{ij} P_{kl} = x\,\delta_{ij}\delta_{kl} + y(\delta_{ik}\delta_{jl} + \delta_{il}\delta_{jk})`,

    .. math:: y = \frac{k(p-k)}{(p-1)\,p\,(p+2)}, \qquad x = \frac kp - (p+1)\,y .

    Args:
        k: number of directions, 0 to p; a symbol passes.
        p: dimension of the space, at least 1.

    Returns:
        ``along``, x + y, and ``across``, y, of the broadcast shape.

    Example:
        >>> moments = projection_moments(1, 3)  # one direction u: E u_1^4 = 1/5 and E u_1^2 u_2^2 = 1/15
        >>> round(moments.along + moments.across, 3), round(moments.across, 3)
        (0.2, 0.067)
    """
    one = 0 if is_symbolic(k, p) else p == 1  # a line has one direction: P is fixed and y is 0
    across = k * (p - k) / ((p - 1 + one) * p * (p + 2))
    return Moments(k / p - p * across, across)
