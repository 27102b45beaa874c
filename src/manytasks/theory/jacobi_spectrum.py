"""The mean density of the squared cosines between two random subspaces, exact, as nodes and weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from manytasks.readers import short
from manytasks.theory.one_point import (
    GRADED,
    PANEL,
    REACH,
    density_weights,
    panel_edges,
    panel_nodes,
    panels_for,
)
from manytasks.theory.wishart_spectrum import Spectrum, whole_sizes

LARGEST = 128  # cosines; more would take nodes and seconds that no use here asks for
LARGEST_DIMENSION = 1e9


def jacobi_spectrum(n: Any, k: Any, p: Any) -> Spectrum:
    r"""Return the mean density of the squared cosines between two random subspaces.

    The :math:`r = \min(n, k)` positive eigenvalues of the product of the projections on the spans of n and of
    k samples in p dimensions, as one meets them when two tasks are fitted in turn. The formula is that of
    ``wishart_spectrum`` with the Jacobi functions, orthonormal for :math:`x^a (1-x)^b` on [0, 1] with
    :math:`a = |n-k|` and :math:`b = p-n-k`; :math:`\sqrt{x(1-x)}` takes the place of :math:`\sqrt x`, and
    the constant is
    :math:`\frac12 (2r-2+a+b)\,b_{r-1}` with the recurrence coefficient

    .. math:: b_j = \sqrt{\frac{j(j+a)(j+b)(j+a+b)}{s^2(s^2-1)}}, \qquad s = 2j+a+b .

    Args:
        n: dimension of one span, at least 1, or an array of such numbers.
        k: dimension of the other; the smaller of the two at most 128.
        p: dimension of the space, at least n + k (otherwise the spans meet) and at most 10⁹.

    Returns:
        Nodes and weights of shape ``(*broadcast shape, nodes)``, with
        :math:`E \operatorname{tr} f(C) = \sum w f(x)`; exact to 1e-10 of r up to p = 10⁶, to 1e-7 at 10⁹.

    Raises:
        ValueError: if a number is not whole or outside its range.

    Example:
        >>> from manytasks import theory
        >>> x, weights = theory.jacobi_spectrum(n=5, k=3, p=20)
        >>> [round(float((weights * f).sum()), 9) for f in (1, x, x / (1 - x))]  # r, kn/p, kn/(p-n-k-1)
        [3.0, 0.75, 1.363636364]
    """
    one, other, space = np.broadcast_arrays(whole_sizes(n, "n"), whole_sizes(k, "k"), whole_sizes(p, "p"))
    if np.any(np.minimum(one, other) > LARGEST):
        raise ValueError(f"n or k must be at most {LARGEST}; got {short(n)} and {short(k)}")
    if np.any(space < one + other) or np.any(space > LARGEST_DIMENSION):
        raise ValueError(
            f"p must be at least n + k and at most {LARGEST_DIMENSION:g}; "
            f"got p = {short(p)}, n = {short(n)}, k = {short(k)}"
        )
    shape, rows = one.shape, zip(one.ravel(), other.ravel(), space.ravel(), strict=True)
    panels = panels_for(np.minimum(one, other).max(initial=1))
    size = (panels + GRADED) * PANEL
    found = [_one_row(float(n), float(k), float(p), panels) for n, k, p in rows]
    nodes = np.array([each.nodes for each in found]).reshape(*shape, size)
    return Spectrum(nodes, np.array([each.weights for each in found]).reshape(*shape, size))


def _one_row(n: float, k: float, p: float, panels: int) -> Spectrum:
    r, a, b = min(n, k), abs(n - k), p - n - k
    angles = np.arcsin(np.sqrt([n / p, k / p]))
    beyond = REACH / np.sqrt(p)  # of an angle
    low, high = max(abs(angles[0] - angles[1]) - beyond, 0.0), min(angles.sum() + beyond, np.pi / 2)
    edges = panel_edges(np.array([low]), np.array([high]), panels)
    angle, steps = panel_nodes(edges)
    x, rest = np.sin(angle) ** 2, np.cos(angle) ** 2
    weight = a * np.log(x) + b * np.log(rest)
    now = np.exp((weight - weight.max()) / 2)
    root = np.sin(angle) * np.cos(angle)
    now /= np.sqrt((now**2 * 2 * root * steps).sum())
    below, squares = np.zeros_like(now), np.zeros_like(now)
    for j in range(int(r) - 1):
        squares += now**2
        ahead = (x - _middle(j, a, b)) * now - _side(j, a, b) * below
        below, now = now, ahead / _side(j + 1, a, b)
    factor = np.array([(2 * r - 2 + a + b) * _side(r - 1, a, b) / 2])
    weights = density_weights(np.array([r]), edges, root, (below, now, squares), factor)
    return Spectrum(x[0], weights[0])


def _middle(j: float, a: float, b: float) -> float:
    """Return the diagonal coefficient of the recurrence.

    Returns:
        A number in (0, 1).
    """
    s = 2 * j + a + b
    return 0.5 + (a - b) / (2 * (s + 2)) if j == 0 else 0.5 + (a - b) * (a + b) / (2 * s * (s + 2))


def _side(j: float, a: float, b: float) -> float:
    """Return the off-diagonal coefficient of the recurrence.

    Returns:
        A number of at least 0.
    """
    if j == 0:
        return 0.0
    s = 2 * j + a + b
    return float(np.sqrt(j * (j + a) / s**2 * ((j + b) * (j + a + b) / ((s - 1) * (s + 1)))))
