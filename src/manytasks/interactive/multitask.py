"""Many tasks at once in JavaScript: the package's three factors on symbols, for tasks that are all alike."""

from __future__ import annotations

from typing import Literal

import sympy as sp

from manytasks.interactive.formulas import javascript
from manytasks.interactive.static import text
from manytasks.symbolic import differing
from manytasks.tasks import Tasks
from manytasks.theory.fit import bias_share, noise_factor, spread_factor
from manytasks.theory.multitask import multitask_terms
from manytasks.theory.transfer import transfer_terms

ARGUMENTS = T, n, p, rho, sigma2 = sp.symbols("T n p rho sigma2", positive=True)
Side = Literal["over", "under"]
REGIMES: tuple[Side, ...] = ("over", "under")
# A task alone has fewer samples than all together, so p cannot lie below its threshold and above theirs.
SIDES: tuple[tuple[Side, Side], ...] = (("over", "over"), ("under", "over"), ("under", "under"))


def pooled_terms(regime: Side) -> dict[str, sp.Expr]:
    r"""Return the three terms of the pooled error of T tasks of length 1, any two with the same cosine.

    The mean task is equally far from all of them, and their spread is :math:`V = (1 - \rho)(T-1)/T`.

    Args:
        regime: "over" if :math:`p \ge N`, "under" if :math:`p \le N`.

    Returns:
        ``dissimilarity``, ``norm`` and ``noise``, expressions in T, n, p, rho and sigma2.

    Example:
        >>> pooled_terms("over")["norm"]
        -T*n/p + 1
    """
    return {"dissimilarity": _dissimilarity(1 - rho, regime), **_fit(T * n, regime)}


def alone_terms(regime: Side) -> dict[str, sp.Expr]:
    """Return the terms of the error of a task alone.

    Args:
        regime: "over" if p is at least n, "under" if it is at most n.

    Returns:
        ``norm`` and ``noise``.
    """
    return _fit(n, regime)


def gain_terms(together: Side, alone: Side) -> dict[str, sp.Expr]:
    """Return the three terms of knowledge transfer, for the same tasks.

    Args:
        together: on which side of the threshold of all samples p lies, "over" or "under".
        alone: on which side of that of one task.

    Returns:
        ``K1``, ``K2`` and ``K3``.
    """
    one, many = alone_terms(alone), pooled_terms(together)
    return {
        "K1": _dissimilarity(rho, together),
        "K2": one["norm"] - many["norm"] - _dissimilarity(1, together),
        "K3": one["noise"] - many["noise"],
    }


def differing_terms(tasks: int) -> int:
    """Compare all terms with those of the package, for one number of tasks, on both sides of the threshold.

    Args:
        tasks: number of tasks, at least 2.

    Returns:
        How many differ; 0 if all are the same expressions.
    """
    gram = sp.Matrix(tasks, tasks, lambda i, j: 1 if i == j else rho)
    setting, count = (Tasks(gram.tolist()), n, p, sigma2), 0
    for regime in REGIMES:
        for ours, package in (
            (pooled_terms(regime), multitask_terms(*setting, regime=regime)),
            (gain_terms(regime, regime), transfer_terms(*setting, regime=regime)),
        ):
            found = [sp.sympify(term).subs(T, tasks) for term in ours.values()]
            count += differing(found, [sp.sympify(term) for term in package.values()])
    return count


def multitask_formulas() -> str:
    """Print what the two explorers of many tasks at once compute.

    Returns:
        JavaScript: a function for each side of the thresholds, and what chooses among them and draws.
    """
    printed = [javascript(f"pooled_{regime}", ARGUMENTS, pooled_terms(regime)) for regime in REGIMES]
    printed += [javascript(f"alone_{regime}", ARGUMENTS, alone_terms(regime)) for regime in REGIMES]
    printed += [javascript(f"transfer_{a}_{b}", ARGUMENTS, gain_terms(a, b)) for a, b in SIDES]
    return "\n".join([*printed, text("multitask.js")])


def _dissimilarity(amount: sp.Expr | int, regime: Side) -> sp.Expr:
    """Return what tasks whose squared distances are all twice the amount add to the pooled error."""
    share, spread = bias_share(T * n, p, regime), amount * (T - 1) / T
    return (1 - share) * spread + spread_factor(T * n, p, regime) * spread


def _fit(N: sp.Expr, regime: Side) -> dict[str, sp.Expr]:
    """Return norm and noise term of one fit to N samples."""
    return {"norm": bias_share(N, p, regime) + 0 * p, "noise": noise_factor(N, p, regime) * sigma2}
