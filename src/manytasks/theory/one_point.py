"""The mean density of eigenvalues of real Gaussian matrices, from orthonormal functions on panels.

Adler, Forrester, Nagao and van Moerbeke (2000) reduce the skew-orthogonal polynomials of real ensembles to
the orthogonal ones of the complex ensemble beside them. What Wishart and Jacobi matrices share stands here.
"""

from __future__ import annotations

from functools import cache

import numpy as np

PANEL = 16  # Gauss-Legendre nodes in a panel
GRADED = 4  # panels that shrink towards the lower end, each a quarter of the next: long training looks there
REACH = 9.0  # standard deviations beyond the edges, which are left with probability exp(-REACH²/2)


def panels_for(r: float) -> int:
    """Say how many panels resolve the 2r waves of the squares, to rounding.

    Args:
        r: largest number of eigenvalues.

    Returns:
        A whole number of panels, beside the graded ones.
    """
    return int(7 + np.ceil(r / 2.5))


def panel_edges(start: np.ndarray, end: np.ndarray, panels: int) -> np.ndarray:
    """Return where panels begin and end.

    Args:
        start: (rows,) lower ends.
        end: (rows,) upper ends.
        panels: how many of equal length, the lowest of which is graded.

    Returns:
        Array of shape (rows, panels + GRADED + 1).
    """
    start, end = start[:, None], end[:, None]
    even = start + (end - start) * np.linspace(0, 1, panels + 1)
    graded = start + (even[:, 1:2] - start) * 0.25 ** np.arange(GRADED, 0, -1)
    return np.concatenate([start, graded, even[:, 1:]], axis=1)


def panel_nodes(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights of a quadrature on panels.

    Args:
        edges: (rows, panels + 1) ends.

    Returns:
        Two arrays of shape (rows, panels * PANEL).
    """
    unit, unit_weights, _ = _rule()
    half = np.diff(edges, axis=1)[..., None] / 2
    y = (edges[:, :-1, None] + half * (1 + unit)).reshape(len(edges), -1)
    return y, (half * unit_weights).reshape(len(edges), -1)


def density_weights(
    r: np.ndarray,
    edges: np.ndarray,
    root: np.ndarray,
    functions: tuple[np.ndarray, np.ndarray, np.ndarray],
    factor: np.ndarray,
) -> np.ndarray:
    r"""Return the weights of the mean spectrum at the nodes of panels.

    The variable y of the panels has :math:`dx = 2h\,dy`, and the density is

    .. math:: \rho = \sum_{k<r-1} \varphi_k^2 + \frac{c\,\varphi_{r-1}}{h}
        \Big[\int^x - \frac12 \int\Big] \frac{\varphi_{r-2}}{h}\,du
        + [r \text{ odd}]\; \frac{\varphi_{r-1}}{h} \Big/ \int \frac{\varphi_{r-1}}{h}\,du .

    Args:
        r: (rows,) numbers of eigenvalues.
        edges: (rows, panels + 1) ends of the panels.
        root: h at the nodes, (rows, nodes).
        functions: :math:`\varphi_{r-2}`, :math:`\varphi_{r-1}` and the sum of squares at the nodes.
        factor: (rows,) constants c.

    Returns:
        Array of shape (rows, nodes).
    """
    below, now, squares = functions
    _, unit_weights, antiderivative = _rule()
    half = np.diff(edges, axis=1)[..., None] / 2
    steps = (half * unit_weights).reshape(len(r), -1)
    inside = 2 * below.reshape(len(r), -1, PANEL)
    within = half * (inside @ antiderivative.T)
    whole = (half[..., 0] * (inside @ unit_weights)).cumsum(axis=1)
    before = np.concatenate([np.zeros((len(r), 1)), whole[:, :-1]], axis=1)
    integral = (within + before[..., None] - whole[:, -1, None, None] / 2).reshape(len(r), -1)
    density = squares + factor[:, None] * now * integral / root
    odd = r % 2 == 1
    last = 2 * (now[odd] * steps[odd]).sum(axis=1, keepdims=True)
    density[odd] += now[odd] / (root[odd] * last)
    return density * 2 * root * steps


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
