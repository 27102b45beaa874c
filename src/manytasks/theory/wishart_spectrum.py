"""The mean density of the eigenvalues of a Gaussian Gram matrix, exact at any size, as nodes and weights."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammaln

from manytasks.readers import numbers, short
from manytasks.theory.domain import LARGEST_COUNT

LARGEST_EXACT = 128  # eigenvalues whose exact density is summed; beyond it the corrected limit law is used
LARGEST_DEGREES = 1e6  # where both agree to 1e-10
PANEL = 16  # Gauss-Legendre nodes in a panel
GRADED = 4  # panels that shrink towards zero, each a quarter of the next: long training looks there
REACH = 9.0  # standard deviations beyond the edges: √x leaves them with probability exp(-REACH²/2)
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

    .. math:: \rho(x) = \sum_{k<r-1} \varphi_k^2 + \frac{\sqrt{(r-1)(q-1)}}{2\sqrt x}\,\varphi_{r-1}(x)
        \Big[\int_0^x - \frac12 \int_0^\infty\Big] \frac{\varphi_{r-2}(u)}{\sqrt u}\,du
        + [r \text{ odd}]\; \frac{\varphi_{r-1}(x)}{\sqrt x} \Big/ \int_0^\infty
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
    few, many = np.broadcast_arrays(_counts(r, "r"), _counts(q, "q"))
    if np.any(many < few):
        raise ValueError(f"q must be at least r, the smaller side; got {short(q)} for r = {short(r)}")
    shape = few.shape
    few, many = few.ravel(), many.ravel()
    exact = (few <= LARGEST_EXACT) & (many <= LARGEST_DEGREES)
    panels = _panels(few[exact].max(initial=1))
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


def _counts(value: Any, name: str) -> np.ndarray:
    found = numbers(value, name)
    if not np.all((found >= 1) & (found <= LARGEST_COUNT) & (found == np.floor(found))):
        raise ValueError(f"{name} must be a whole number of at least 1; got {short(value)}")
    return found


def _panels(r: float) -> int:
    """Say how many panels resolve the 2r waves of the squares.

    Returns:
        A whole number of panels of ``PANEL`` nodes.
    """
    return int(7 + np.ceil(r / 2.5))


@cache
def _rule() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return nodes and weights on [-1, 1], and the matrix that integrates from -1 to every node.

    Returns:
        Arrays of shape (m,), (m,) and (m, m).
    """
    nodes, weights = np.polynomial.legendre.leggauss(PANEL)
    orders = np.arange(PANEL)
    values = np.polynomial.legendre.legvander(nodes, PANEL)  # (m, m + 1)
    # ∫ P_k from -1 is (P_{k+1} - P_{k-1})/(2k+1), and P_0 integrates to 1 + x.
    integrals = np.empty((PANEL, PANEL))
    integrals[:, 0] = 1 + nodes
    integrals[:, 1:] = (values[:, 2:] - values[:, :-2]) / (2 * orders[1:] + 1)
    projection = (orders[:, None] + 0.5) * values[:, :PANEL].T * weights
    return nodes, weights, integrals @ projection


def _exact(r: np.ndarray, q: np.ndarray, panels: int) -> Spectrum:
    """Sum the exact densities of spectra, sorted by falling r, on panels in √x.

    Returns:
        Arrays of shape (rows, nodes).
    """
    unit, unit_weights, antiderivative = _rule()
    edges = _edges(r, q, panels)
    half = np.diff(edges, axis=1)[..., None] / 2
    y = (edges[:, :-1, None] + half * (1 + unit)).reshape(len(r), -1)
    steps = (half * unit_weights).reshape(len(r), -1)
    a, x = (q - r)[:, None], y * y
    below, now, squares = _laguerre(r, a, x)

    odd = r % 2 == 1
    inside = 2 * below.reshape(len(r), -1, PANEL)  # ∫ u^(-1/2) φ du = ∫ 2 φ dy
    within = half * (inside @ antiderivative.T)
    whole = (half[..., 0] * (inside @ unit_weights)).cumsum(axis=1)
    before = np.concatenate([np.zeros((len(r), 1)), whole[:, :-1]], axis=1)
    integral = (within + before[..., None] - whole[:, -1, None, None] / 2).reshape(len(r), -1)
    density = squares + np.sqrt((r - 1) * (q - 1))[:, None] / 2 * now * integral / y
    last = 2 * (now[odd] * steps[odd]).sum(axis=1, keepdims=True)
    density[odd] += now[odd] / (y[odd] * last)
    return Spectrum(x, density * 2 * y * steps)


def _edges(r: np.ndarray, q: np.ndarray, panels: int) -> np.ndarray:
    """Return where the panels begin and end, in √x.

    Returns:
        Array of shape (rows, panels + GRADED + 1).
    """
    low, high = np.sqrt(q) - np.sqrt(r), np.sqrt(q) + np.sqrt(r)
    # Beyond its edges the density falls as a Gaussian in √x, and faster at the scale of Tracy and Widom.
    above = np.minimum(REACH, REACH * np.cbrt(1 / np.sqrt(r) + 1 / np.sqrt(q)))
    start, end = np.maximum(low - REACH, 0)[:, None], (high + above)[:, None]
    even = start + (end - start) * np.linspace(0, 1, panels + 1)
    graded = start + (even[:, 1:2] - start) * 0.25 ** np.arange(GRADED, 0, -1)
    return np.concatenate([start, graded, even[:, 1:]], axis=1)


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
