"""The mean density of the eigenvalues of a Gaussian Gram matrix, exact at any size, as nodes and weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammaln

from manytasks.readers import numbers, short
from manytasks.theory.domain import LARGEST_COUNT
from manytasks.theory.one_point import (
    GRADED,
    PANEL,
    REACH,
    density_weights,
    panel_edges,
    panel_nodes,
    panels_for,
)

LARGEST_EXACT = 128  # eigenvalues whose exact density is summed; beyond it the corrected limit law is used
LARGEST_DEGREES = 1e6  # where both agree to 1e-10
LIMIT_NODES = 512
ROWS = 32  # spectra at once, few enough to stay in the cache
STIRLING_FROM = 50.0  # where log Γ is better read from its series than subtracted


class Spectrum(NamedTuple):
    r"""Nodes :math:`x` and weights :math:`w` with :math:`E \operatorname{Tr} f(S) = \sum w f(x)`."""

    nodes: np.ndarray
    weights: np.ndarray


def wishart_spectrum(r: Any, q: Any) -> Spectrum:
    r"""Return the mean density of the r non-zero eigenvalues of a Gram matrix of Gaussian samples.

    S is :math:`X X^\top` with standard normal entries, r the smaller and q the larger side of X. For r up to
    128 the density is exact: with the Laguerre functions :math:`\varphi_k` orthonormal on
    :math:`x^{q-r} e^{-x}`

    .. math:: \rho(x) ={}& \sum_{k<r-1} \varphi_k^2 + \frac{\sqrt{(r-1)(q-1)}}{2\sqrt x}\,\varphi_{r-1}(x)
        \Big[\int_0^x - \frac12 \int_0^\infty\Big] \frac{\varphi_{r-2}(u)}{\sqrt u}\,du \\
        &+ [r \text{ odd}]\; \frac{\varphi_{r-1}(x)}{\sqrt x} \Big/ \int_0^\infty
        \frac{\varphi_{r-1}(u)}{\sqrt u}\,du .

    Beyond r = 128 or q = 10⁶ it is the law of Marchenko and Pastur with the correction of order 1 that
    matrices of real numbers have. That has the means of Tr S and Tr S² exactly and others to order 1/q²;
    within a few of r = q it is wrong by percents for functions that look below the smallest eigenvalue.

    Args:
        r: number of eigenvalues, at least 1, or an array of such numbers.
        q: the other side of X, at least r; broadcasts with r.

    Returns:
        Two arrays of shape ``(*broadcast shape, nodes)``. Weights are exact to about 1e-12 of r.

    Raises:
        ValueError: if a number is not whole or outside its range.

    Example:
        >>> from manytasks import theory
        >>> x, weights = theory.wishart_spectrum(r=3, q=8)
        >>> [round(float((weights * x**k).sum()), 9) for k in (0, 1, 2, -1)]  # r, rq, rq(q+r+1), r/(q-r-1)
        [3.0, 24.0, 288.0, 0.75]
    """
    few, many = np.broadcast_arrays(whole_sizes(r, "r"), whole_sizes(q, "q"))
    if np.any(many < few):
        raise ValueError(f"q must be at least r, the smaller side; got {short(q)} for r = {short(r)}")
    shape = few.shape
    few, many = few.ravel(), many.ravel()
    exact = (few <= LARGEST_EXACT) & (many <= LARGEST_DEGREES)
    panels = panels_for(few[exact].max(initial=1))
    size = max((panels + GRADED) * PANEL, 0 if exact.all() else LIMIT_NODES)
    nodes, weights = np.ones((few.size, size)), np.zeros((few.size, size))
    order = np.flatnonzero(exact)[np.argsort(-few[exact], kind="stable")]  # those that stop early come last
    for begin in range(0, order.size, ROWS):
        rows = order[begin : begin + ROWS]
        found = _exact(few[rows], many[rows], panels)
        nodes[rows, : found.nodes.shape[1]], weights[rows, : found.nodes.shape[1]] = found
    if not exact.all():
        rows = np.flatnonzero(~exact)
        nodes[rows, :LIMIT_NODES], weights[rows, :LIMIT_NODES] = _corrected_limit(few[rows], many[rows])
    return Spectrum(nodes.reshape(*shape, size), weights.reshape(*shape, size))


def whole_sizes(value: Any, name: str) -> np.ndarray:
    """Read numbers of rows or columns.

    Args:
        value: a whole number of at least 1, or an array.
        name: how the error message calls the argument.

    Returns:
        Array of floats.

    Raises:
        ValueError: if a number is not whole or outside its range.
    """
    found = numbers(value, name)
    if not np.all((found >= 1) & (found <= LARGEST_COUNT) & (found == np.floor(found))):
        raise ValueError(f"{name} must be a whole number of at least 1; got {short(value)}")
    return found


def _exact(r: np.ndarray, q: np.ndarray, panels: int) -> Spectrum:
    """Sum the exact densities of spectra, sorted by falling r, on panels in √x.

    Returns:
        Arrays of shape (rows, nodes).
    """
    low, high = np.sqrt(q) - np.sqrt(r), np.sqrt(q) + np.sqrt(r)
    # Beyond its edges the density falls as a Gaussian in √x, and faster at the scale of Tracy and Widom.
    above = np.minimum(REACH, REACH * np.cbrt(1 / np.sqrt(r) + 1 / np.sqrt(q)))
    edges = panel_edges(np.maximum(low - REACH, 0), high + above, panels)
    y, _ = panel_nodes(edges)
    x = y * y
    functions = _laguerre(r, (q - r)[:, None], x)
    return Spectrum(x, density_weights(r, edges, y, functions, np.sqrt((r - 1) * (q - 1)) / 2))


def _laguerre(r: np.ndarray, a: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return the last two Laguerre functions of every row, and the sum of the squares before the last.

    Args:
        r: (rows,) how many functions, falling.
        a: (rows, 1) order.
        x: (rows, nodes) where.

    Returns:
        :math:`\varphi_{r-2}` (0 for r = 1), :math:`\varphi_{r-1}` and the sum, each of the shape of x.
    """
    now, below, squares = np.exp(_log_first(a, x)), np.zeros_like(x), np.zeros_like(x)
    shifted, fresh = x - a, np.empty_like(x)
    for k in range(int(r[0]) - 1):
        on = int(np.searchsorted(-r, -(k + 1), side="left"))  # rows with more than k + 1 functions
        order = a[:on]
        new, old, older = fresh[:on], now[:on], below[:on]
        np.multiply(old, old, out=new)
        squares[:on] += new
        np.subtract(shifted[:on], 2 * k + 1, out=new)
        new *= old
        older *= np.sqrt(k * (k + order))
        new -= older
        new /= np.sqrt((k + 1) * (k + 1 + order))
        older[:] = old
        old[:] = new
    return below, now, squares


def _log_first(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    r"""Return the logarithm of :math:`\varphi_0 = \sqrt{x^a e^{-x}/a!}`, also where a is large.

    Returns:
        Array of the shape of x.
    """
    large = np.maximum(a, STIRLING_FROM)
    off = (x - large) / large
    series = np.log(2 * np.pi * large) / 2 + 1 / (12 * large) - 1 / (360 * large**3) + 1 / (1260 * large**5)
    near = large * (np.log1p(off) - off) - series
    return np.where(a >= STIRLING_FROM, near, a * np.log(x) - x - gammaln(a + 1)) / 2


def _corrected_limit(r: np.ndarray, q: np.ndarray) -> Spectrum:
    """Return Marchenko and Pastur's law with the correction of order 1, on a grid of angles.

    Returns:
        Arrays of shape (rows, LIMIT_NODES).
    """
    angle = np.linspace(0, np.pi, LIMIT_NODES)
    step = np.full(LIMIT_NODES, np.pi / (LIMIT_NODES - 1))
    step[[0, -1]] /= 2
    r, q = r[:, None], q[:, None]
    root = np.sqrt(q * r)
    x = np.square(np.sqrt(q) - np.sqrt(r)) + 4 * root * np.square(np.cos(angle / 2))
    x = np.maximum(x, np.finfo(float).tiny)
    at_zero = (q == r) & (angle == angle[-1])  # sin²/x has the limit 1/r there
    law = np.where(at_zero, 1 / r, np.square(np.sin(angle)) / np.where(at_zero, 1, x))
    weights = (2 * q * r / np.pi * law - 1 / (2 * np.pi)) * step
    weights[:, [0, -1]] += 0.25
    return Spectrum(x, weights)
