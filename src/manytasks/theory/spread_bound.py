"""How far dissimilarity is from label noise, for Gaussian features of any covariance."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import count, real
from manytasks.theory.domain import LARGEST_COUNT
from manytasks.theory.effective_ridge import check_spectrum


class SpreadBound(NamedTuple):
    """Limits of the spread factor less the noise factor, v - a, for tasks that differ in any direction."""

    low: float
    high: float


def spread_excess(N: Any, noise: Any, seen: Any, stretch: Any) -> Any:
    r"""Return by how much a unit of task spread costs more than a unit of label noise, v - a.

    Ours; exact for Gaussian features of any covariance and every ridge. For tasks that differ along u, a unit
    vector of the whitened features,

    .. math:: v - a = \frac{(N-2)(\mathrm{seen} - a) + N\,\mathrm{stretch}}{(N-1)(N+2)}.

    *Proof.* Let :math:`r = G^\top u` hold what the samples (columns of :math:`X = \Sigma^{1/2} G`) are
    along u, and :math:`M = X^\top Q \Sigma Q X`. By exchangeability
    :math:`v = E\,[N \sum_a r_a^2 M_{aa} - r^\top M r]/(N-1)`. Rotating the samples changes no law and turns
    :math:`r_a^2 M_{aa}` into its mean over a sphere,
    :math:`(|r|^2 \operatorname{tr} M + 2 r^\top M r)/(N(N+2))`. Gaussian integration by parts says
    :math:`E |r|^2 \operatorname{tr} M = N a + E\, r \cdot \nabla_r \operatorname{tr} M`.

    Args:
        N: number of samples, at least 2; symbols pass.
        noise: the noise factor :math:`a = E \operatorname{tr} M`.
        seen: :math:`E\, r^\top M r`, the mean square of what the fit makes of a task u of length 1.
        stretch: :math:`E\, r \cdot \nabla_r \operatorname{tr} M`, the growth of a when samples, but not the
            risk, are stretched along u.

    Returns:
        The excess.

    Example:
        >>> from fractions import Fraction  # minimum norm, Σ = I, N = 4, p = 9: a = 1, v - a = -a/p
        >>> spread_excess(4, 1, Fraction(4, 9), Fraction(-2, 9))
        Fraction(-1, 9)
    """
    return ((N - 2) * (seen - noise) + N * stretch) / ((N - 1) * (N + 2))


def spread_bound(
    eigenvalues: ArrayLike, N: int, ridge: float, noise_factor: float | None = None
) -> SpreadBound:
    r"""Bound by how much dissimilarity differs from label noise, for any covariance and any tasks.

    Ours; proved for Gaussian features. With :math:`\alpha = N \|\Sigma\| / \lambda` and the noise factor a

    .. math:: -\frac{(N-2)\,a + \frac54 \alpha^{3/2}}{(N-1)(N+2)} \;\le\; v - a \;\le\;
        \frac{(N-2) (\frac\alpha4 - a) + \frac54 \alpha^{3/2}}{(N-1)(N+2)} ,

    which is O(1/N) where :math:`\lambda` grows with N. So the dissimilarity of tasks with spread V costs
    what label noise of variance V costs, up to V times these limits.

    *Proof.* In ``spread_excess`` seen lies between 0 and :math:`\alpha/4`, because
    :math:`\|QX\|^2 \le 1/(4\lambda)` and :math:`E |r|^2 = N`. With :math:`B = \Sigma^{1/2} Q \Sigma^{1/2}`,
    :math:`W = G^\top B` and :math:`H = I - WG`, which lies between 0 and I,
    :math:`r \cdot \nabla_r \operatorname{tr} M = 2 r^\top (H W B u - M W u)`, where
    :math:`\|B\| \le \alpha/N` and :math:`\|M\| = \|W\|^2 \le \alpha/(4N)`: at most
    :math:`2 |r| (\frac12 + \frac18) (\alpha/N)^{3/2}`.

    Args:
        eigenvalues: (p,) eigenvalues of :math:`\Sigma`, at least 0.
        N: number of samples of all tasks, at least 2: one sample has no spread.
        ridge: λ, above 0; without ridge no such bound holds for all covariances.
        noise_factor: a, if it is known; otherwise it may be anything from 0 to
            :math:`\min(N\|\Sigma\|, \operatorname{tr}\Sigma)/(4\lambda)`.

    Returns:
        Both limits of v - a.

    Raises:
        ValueError: if an argument is outside its range.

    Example:
        >>> from manytasks import theory
        >>> bound = theory.spread_bound(np.ones(50), 100, ridge=100.0)
        >>> round(bound.low, 4), round(bound.high, 4)
        (-0.0013, 0.0026)
        >>> factors = theory.training_factors(100, 50, ridge=100.0)  # exact, for Σ = I
        >>> round(float(factors.spread - factors.noise), 4)
        0.0012
    """
    s = check_spectrum(eigenvalues)
    N, ridge = count(N, "N", least=2, most=int(LARGEST_COUNT)), real(ridge, "ridge", low=0, above=True)
    told = None if noise_factor is None else real(noise_factor, "noise_factor", low=0)
    with np.errstate(over="ignore"):  # next to no ridge nothing is bounded
        alpha = N * s.max() / ridge
        least, most = (0.0, min(alpha, s.sum() / ridge) / 4) if told is None else (told, told)
        stretch = 1.25 * alpha * np.sqrt(alpha) / N
        low, high = spread_excess(N, most, 0.0, -stretch), spread_excess(N, least, alpha / 4, stretch)
    return SpreadBound(float(low), float(high))
