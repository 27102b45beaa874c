"""How much should every task count for one of them? By formula, and only if held-out rows agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import solve
from scipy.optimize import nnls

from manytasks.audit.blocks import is_large
from manytasks.audit.estimate import forms
from manytasks.audit.heldout import FOLDS, Fits, split
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples
from manytasks.readers import count
from manytasks.streams import Seed
from manytasks.theory.pooled_error import Forms

MOST_WEIGHTED = 200  # tasks: a quadratic programme of so many unknowns is solved some hundred times
ROUNDS = 4  # of the programme, whose costs depend on its solution
CAP = 0.95  # of the largest share a task can have, which no finite weight reaches
SUMS_HELD = 2**24  # numbers in the second moments of all tasks up to which they are held


class Weights(NamedTuple):
    """How much a row of every task counts for one task.

    Errors are shares of the targets' mean variance, on rows that nothing had seen.

    Attributes:
        task: number of the task that is served.
        weights: (T,) what a row of each task counts, in rows of the task itself (of the one that counts most
            if the task's own rows do not count).
        shares: (T,) shares of the tasks in what the fit aims at; they add up to 1.
        ridge: λ that belongs to these weights, for features and targets centred task by task.
        weighted: error with weights.
        grouped: error of the model of its group.
        pooled: error of one model for all tasks.
        alone: error of a model of its own.
        gain: least of these three, less the error with weights.
        gain_error: its standard error, over rows.
    """

    task: int
    weights: np.ndarray
    shares: np.ndarray
    ridge: float
    weighted: float
    grouped: float
    pooled: float
    alone: float
    gain: float
    gain_error: float

    @property
    def advised(self) -> bool:
        """Whether weights earn their noise: the gain is more than one standard error."""
        return self.gain > self.gain_error


def weigh(
    samples: Samples,
    tasks: Sequence[int],
    seed: Seed = 0,
    *,
    groups: np.ndarray | None = None,
    scale: bool = True,
    progress: bool = False,
) -> list[Weights]:
    """Find the weights that serve each of some tasks best, and test them on held-out rows.

    For every effective ridge the formula of ``theory.weighted_ridge_error``, fed with estimates, gives shares
    (``best_shares``). The ridge, and whether weights are worth it at all, is for five folds of held-out rows
    to say; the forms are estimated again in each. Without that guard estimated weights do worse than pooling
    below about twice as many rows as features.

    Args:
        samples: of at most ``MOST_WEIGHTED`` tasks with at least 8 rows each.
        tasks: numbers of the tasks to be served.
        seed: of the folds; the same folds as those of ``held_out``.
        groups: (T,) groups that share a model, which weights must beat; none if None.
        scale: whether features are divided by their standard deviation.
        progress: whether a bar appears when it takes long.

    Returns:
        One entry per task that is served.

    Raises:
        ValueError: if there are more tasks than that, or a number is no task's.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> rng = np.random.default_rng(1)
        >>> task, X = np.repeat([0, 1, 2], 60), rng.standard_normal((180, 20))
        >>> y = np.where(task == 2, X[:, 0], X[:, 1]) + 0.5 * rng.standard_normal(180)
        >>> [found] = weigh(from_arrays(X, y, task), [0])
        >>> found.advised, (found.weights > 0.3).tolist()
        (True, [True, True, False])
    """
    T = len(samples.y)
    if T > MOST_WEIGHTED:
        raise ValueError(f"weights are for up to {MOST_WEIGHTED} tasks; got {T:,}")
    tasks = [count(task, "task", most=T - 1) for task in tasks]
    if is_large(samples):
        raise ValueError("weights are for tables of up to 67 million numbers; this one is larger")
    if scale:
        samples = samples.scaled()
    if samples.shared:
        samples = samples.standardized()
    unit = float(np.mean([y.var(ddof=1) for y in samples.y]))
    folds = [split(len(y), seed, 0 if samples.shared else t) for t, y in enumerate(samples.y)]
    everyone = np.arange(T)
    kinds = ("weighted", "grouped", "pooled", "alone")
    group = np.arange(T) if groups is None else np.asarray(groups)
    errors: dict[tuple[int, str], np.ndarray] = {}
    parts = [(fold, task) for fold in range(FOLDS) for task in tasks]
    for fold, task in steps(parts, "weights", progress):
        if task == tasks[0]:
            train = samples.rows([rows != fold for rows in folds])
            test = samples.rows([rows == fold for rows in folds])
            estimated, fits, sums = projected(forms(train)), Fits(train, test), Sums(train)
        fitted = sums.fits(estimated, best_shares(estimated, train.counts - 1, task, train.shared))
        found = (
            np.square(fits.target[task][:, None] - fits.test[task] @ fitted),
            fits.errors(members := np.flatnonzero(group == group[task]))[members.tolist().index(task)],
            fits.errors(everyone)[task],
            fits.errors(np.array([task]))[0],
        )
        for kind, error in zip(kinds, found, strict=True):
            whole = errors.setdefault((task, kind), np.empty((len(samples.y[task]), error.shape[1])))
            whole[folds[task] == fold] = error
    estimated, sums = projected(forms(samples)), Sums(samples)
    results = []
    for task in tasks:
        at = {kind: int(errors[task, kind].mean(axis=0).argmin()) for kind in kinds}
        rows = {kind: errors[task, kind][:, at[kind]] / unit for kind in kinds}
        rival = min(kinds[1:], key=lambda kind: float(rows[kind].mean()))
        change = rows[rival] - rows["weighted"]
        shares = best_shares(estimated, samples.counts - 1, task, samples.shared)
        k = at["weighted"]
        if not np.isfinite(shares[k]).all():  # more rows can reach less far only by rounding
            k = int(np.flatnonzero(np.isfinite(shares).all(axis=1))[0])
        weights, ridge = weights_of(estimated, shares, k, sums.n, samples.shared)
        row = weights[task] if weights[task] > 1e-3 * weights.max() else weights.max()
        results.append(
            Weights(
                task,
                weights / row,
                shares[k],
                float(ridge / row),
                float(rows["weighted"].mean()),
                float(rows["grouped"].mean()),
                float(rows["pooled"].mean()),
                float(rows["alone"].mean()),
                float(change.mean()),
                float(change.std(ddof=1) / np.sqrt(len(change))),
            )
        )
    return results


def projected(estimated: Forms) -> Forms:
    """Replace estimated forms by the nearest that are forms of something: without negative eigenvalues.

    Unbiased estimates may have some, and then a quadratic programme over them has no least value.

    Args:
        estimated: forms of T tasks.

    Returns:
        Forms whose first and second are positive semidefinite.

    Example:
        >>> found = np.array([[[1.0, 2.0], [2.0, 1.0]]])
        >>> one = np.ones(1)
        >>> projected(Forms(one, found, found, np.eye(2), one, one)).first
        array([[[1.5, 1.5],
                [1.5, 1.5]]])
    """

    def nearest(form: np.ndarray) -> np.ndarray:
        eigenvalues, basis = np.linalg.eigh((form + form.swapaxes(1, 2)) / 2)
        return (basis * np.maximum(eigenvalues, 0.0)[:, None]) @ basis.swapaxes(1, 2)

    return estimated._replace(first=nearest(estimated.first), second=nearest(estimated.second))


def best_shares(estimated: Forms, counts: np.ndarray, task: int, shared: bool = False) -> np.ndarray:
    r"""Return the shares that serve a task best, for every effective ridge.

    Ours: the least value of ``theory.weighted_ridge_error`` over the shares
    :math:`\pi`, which are at least 0 and add up to 1. With
    :math:`c_j = \mathrm{df}_2\,m_j / (n_j (1 - \mathrm{df}_2/N_{\mathrm{eff}}))` held fast it is a quadratic
    programme, :math:`\min \pi^\top (B_2 + \operatorname{diag} c)\,\pi - 2\,\pi^\top B_1 e_i`, solved a few
    times over. On shared rows nothing has to be held.

    Args:
        estimated: forms of T tasks without negative eigenvalues (``projected``).
        counts: (T,) degrees of freedom of the tasks' rows.
        task: number i of the task that is served.
        shared: whether all tasks were measured on the same rows.

    Returns:
        (K, T) array; nan where the rows cannot reach the ridge.

    Example:
        >>> from manytasks.theory import population_forms
        >>> w = np.array([[1.0, 0.0], [0.9, 0.1], [-1.0, 0.0]])
        >>> shares = best_shares(population_forms([1.0, 1.0], w, 2.0, [0.1]), np.full(3, 20), task=0)
        >>> shares.round(1)
        array([[0.5, 0.5, 0. ]])
    """
    K, T = len(estimated.kappa), len(counts)
    tau, found = np.diagonal(estimated.moments), np.full((K, T), np.nan)
    for k in range(K):
        B1, B2, df1, df2 = (
            each[k] for each in (estimated.first, estimated.second, estimated.df1, estimated.df2)
        )
        if shared:
            if df1 < counts[0] * CAP:
                factor = df2 / (counts[0] - df2)
                costs = B2 + factor * (estimated.moments - 2 * B1 + B2)
                found[k] = simplex_programme(costs, B1[:, task])
            continue
        cap = CAP * counts / df1
        if cap.sum() < 1:
            continue
        shares = counts / counts.sum()
        for _ in range(ROUNDS):
            own = np.maximum(tau - 2 * B1 @ shares + shares @ B2 @ shares, 1e-6 * tau)
            left = 1 - df2 * (np.square(shares) / counts).sum()
            shares = capped(simplex_programme(B2 + np.diag(df2 * own / (counts * left)), B1[:, task]), cap)
        found[k] = shares
    return found


def simplex_programme(Q: np.ndarray, q: np.ndarray) -> np.ndarray:
    r"""Minimise :math:`\pi^\top Q \pi - 2 q^\top \pi` over shares: numbers of at least 0 with sum 1.

    On the simplex the value is :math:`\pi^\top H \pi` less a constant, with
    :math:`H = Q - q 1^\top - 1 q^\top + q^\top Q^{-1} q\, 1 1^\top`, and a form is least there in the
    direction in which :math:`u^\top H u + (1^\top u - 1)^2` is least over :math:`u \ge 0`.

    Args:
        Q: (T, T) positive semidefinite array; a trace of it is added to the diagonal.
        q: (T,) array.

    Returns:
        (T,) array.

    Example:
        >>> simplex_programme(np.eye(2), np.array([0.5, 0.0])).round(6)
        array([0.75, 0.25])
    """
    T = len(q)
    eigenvalues, basis = np.linalg.eigh((Q + Q.T) / 2)
    root = np.sqrt(np.maximum(eigenvalues, 1e-10 * max(float(eigenvalues[-1]), 1e-300)))
    half = root[:, None] * basis.T  # its square is Q
    scale = root[-1]
    A = (half - (basis.T @ q / root)[:, None]) / scale
    u, _ = nnls(np.vstack([A, np.ones(T)]), np.append(np.zeros(T), 1.0))
    return u / u.sum()


def capped(shares: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Cut shares at a cap and give what is cut to the others.

    Args:
        shares: (T,) shares.
        cap: (T,) largest ones, of sum at least 1.

    Returns:
        (T,) shares.

    Example:
        >>> capped(np.array([0.8, 0.2, 0.0]), np.array([0.5, 0.4, 0.4])).round(2)
        array([0.5, 0.4, 0.1])
    """
    found = np.minimum(shares, cap)
    for _ in range(len(shares)):
        short = 1 - found.sum()
        if short < 1e-12:
            break
        room = cap - found
        wish = np.where(room > 0, found, 0.0)
        wish = wish if wish.sum() > 0 else room
        found = np.minimum(found + short * wish / wish.sum(), cap)
    return found / found.sum()


def weights_of(
    estimated: Forms, shares: np.ndarray, k: int, n: np.ndarray, shared: bool
) -> tuple[np.ndarray, float]:
    r"""Read weights and ridge off shares: :math:`\omega_j = \pi_j / (n_j - \pi_j\,\mathrm{df}_1)`, λ = κ.

    Args:
        estimated: forms.
        shares: (K, T) shares.
        k: number of the ridge.
        n: (T,) degrees of freedom.
        shared: whether rows are shared; weights are then the shares.

    Returns:
        (T,) weights, and λ.
    """
    if shared:
        return shares[k], float(estimated.kappa[k] * (n[0] - estimated.df1[k]))
    return shares[k] / (n - shares[k] * estimated.df1[k]), float(estimated.kappa[k])


class Sums:
    """Second moments of every task, from which any weighted fit is made.

    Args:
        samples: rows to fit; each task is centred by its own means.
    """

    def __init__(self, samples: Samples):
        self.shared, self.n = samples.shared, samples.counts - 1
        parts = samples.X[:1] if samples.shared else samples.X
        self.X = [X - X.mean(axis=0) for X in parts]
        self.y = [y - y.mean() for y in samples.y]
        p = self.X[0].shape[1]
        held = p <= sum(map(len, self.X)) and len(self.X) * p**2 <= SUMS_HELD
        self.gram = np.stack([X.T @ X for X in self.X]) if held else None
        self.cross = np.stack([self.X[0 if self.shared else t].T @ y for t, y in enumerate(self.y)])

    def fits(self, estimated: Forms, shares: np.ndarray) -> np.ndarray:
        """Fit with the weights of every ridge.

        Args:
            estimated: forms.
            shares: (K, T) shares.

        Returns:
            (p, K) parameters; infinite where a ridge cannot be reached.
        """
        found = np.full((self.cross.shape[1], len(shares)), np.inf)
        for k in np.flatnonzero(np.isfinite(shares).all(axis=1)).tolist():
            weights, ridge = weights_of(estimated, shares, k, self.n, self.shared)
            found[:, k] = self.fit(weights, ridge)
        return found

    def fit(self, weights: np.ndarray, ridge: float) -> np.ndarray:
        """Fit once.

        Args:
            weights: (T,) weights of the tasks.
            ridge: λ, positive.

        Returns:
            (p,) parameters.
        """
        per_block = np.ones(1) if self.shared else weights
        if self.gram is not None:
            gram = np.tensordot(per_block, self.gram, axes=1)
            gram[np.diag_indices(len(gram))] += ridge
            return solve(gram, weights @ self.cross, assume_a="pos")
        roots = np.sqrt(per_block)
        rows = np.concatenate([root * X for root, X in zip(roots, self.X, strict=True)])
        if len(rows) >= rows.shape[1]:
            gram = rows.T @ rows
            gram[np.diag_indices(len(gram))] += ridge
            return solve(gram, weights @ self.cross, assume_a="pos")
        if self.shared:
            target = weights @ np.stack(self.y)
        else:
            target = np.concatenate([root * y for root, y in zip(roots, self.y, strict=True)])
        gram = rows @ rows.T
        gram[np.diag_indices(len(gram))] += ridge
        return rows.T @ solve(gram, target, assume_a="pos")
