"""Large tables, read once: covariances of blocks of rows, which are independent of each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from manytasks.audit.estimate import Resolvents, grid_of, resolvents, second_moments
from manytasks.audit.heldout import few_levels
from manytasks.audit.partitions import Sums, path
from manytasks.audit.progress import steps
from manytasks.audit.samples import Samples
from manytasks.streams import Seed, stream
from manytasks.theory.pooled_error import Forms, pooled_error

BLOCKS = 16
SPLITS = 4  # of the blocks into halves, each used both ways
SEEN = 20  # rows per feature behind the covariance
LARGE = 2**26  # numbers in a table from which it is read once
THREADS = 2
FAR = 100.0  # mean over standard deviation from which 32 bits are too few


class Blocks(NamedTuple):
    """What one pass over a table keeps.

    Attributes:
        covariances: (T, BLOCKS, r) covariances of features and target, block by block, in the pooled basis.
        rule: metrics on the grid of ridges.
        moments: (T, T) diagonal, variances of the targets.
        counts: (T,) degrees of freedom of the tasks' rows.
        variances: (T, BLOCKS) variances of the targets, block by block.
    """

    covariances: np.ndarray
    rule: Resolvents
    moments: np.ndarray
    counts: np.ndarray
    variances: np.ndarray

    def forms(self, chosen: np.ndarray) -> Forms:
        r"""Estimate the forms from some blocks.

        Ours in this use. With block covariances :math:`\hat\beta_k` the mean of
        :math:`\hat\beta_k^\top A \hat\beta_l` over :math:`k \ne l` is unbiased for every law, as blocks share
        no row; neither do they with the rows behind A, which therefore needs no correction.

        Args:
            chosen: numbers of at least 2 blocks.

        Returns:
            Forms at every ridge of the grid.
        """
        beta = self.covariances[:, chosen]
        K, mean = beta.shape[1], beta.mean(axis=1)
        whole = np.square(beta.sum(axis=1)) - np.square(beta).sum(axis=1)

        def estimate(metrics: np.ndarray) -> np.ndarray:
            found = np.stack([(mean * metric) @ mean.T for metric in metrics.T])
            diagonal = np.arange(len(mean))
            found[:, diagonal, diagonal] = metrics.T @ whole.T / (K * (K - 1))
            return found

        rule = self.rule
        return Forms(
            rule.kappa, estimate(rule.first), estimate(rule.second), self.moments, rule.df1, rule.df2
        )


def is_large(samples: Samples) -> bool:
    """Tell whether a table is read once, instead of fitted fold by fold.

    Args:
        samples: of any size.

    Returns:
        True if it has many numbers, and many more rows in every task than blocks and features need.
    """
    p = len(samples.features)
    enough = samples.counts.min() >= max(4 * BLOCKS, p)
    return not samples.shared and bool(samples.counts.sum() * p > LARGE and enough)


def read_once(samples: Samples, seed: Seed, *, scale: bool = True, progress: bool = False) -> Blocks:
    """Pass over a table once.

    Rows are dealt into blocks at random, for a table may be sorted by anything. The rows behind the pooled
    covariance, ``SEEN`` per feature or a quarter of each task, are kept out of the blocks.

    Args:
        samples: of T tasks on rows of their own; features may lie in a file.
        seed: of the dealing.
        scale: whether features are divided by their standard deviation.
        progress: whether a bar appears when it takes long.

    Returns:
        What the audit needs.

    Example:
        >>> from manytasks.audit.samples import from_arrays
        >>> X = np.random.default_rng(1).standard_normal((4000, 3))
        >>> once = read_once(from_arrays(X, 2 * X[:, 0], np.arange(4000) % 2), seed=1)
        >>> once.forms(np.arange(16)).first.shape  # of every ridge and pair of tasks
        (24, 2, 2)
    """
    T, p = len(samples.y), len(samples.features)
    each = np.minimum(-(-SEEN * p // T), samples.counts // 4)
    deals, seen = [], []
    for t, n in enumerate(samples.counts):
        order = stream(seed, "blocks", t).permutation(n)
        deals.append(order[each[t] :])
        rows = np.asarray(samples.X[t][np.sort(order[: each[t]])], dtype=float)
        seen.append(rows - rows.mean(axis=0))
    pooled = np.concatenate(seen)
    N = len(pooled) - T
    S = pooled.T @ pooled
    spread = np.sqrt(np.diagonal(S) / N) if scale else np.ones(p)
    spread[spread == 0] = 1.0
    eigenvalues, basis = np.linalg.eigh(S / np.outer(spread, spread))
    kept = eigenvalues > eigenvalues[-1] * 1e-12 * p
    basis = basis[:, kept] / spread[:, None]
    centre = np.asarray(samples.X[0][:1000], dtype=float).mean(axis=0)
    far = bool(np.any(np.abs(centre) > FAR * spread))

    def one(t: int) -> tuple[np.ndarray, list[float]]:
        y, deal = samples.y[t], deals[t]
        block = np.arange(len(deal)) % BLOCKS
        X = samples.X[t]
        if far:
            X = np.asarray(X, dtype=float) - centre
        target = np.zeros((BLOCKS, len(y)), dtype=X.dtype if X.dtype.kind == "f" else float)
        for k in range(BLOCKS):
            rows = deal[block == k]
            target[k, rows] = (y[rows] - y[rows].mean()) / (len(rows) - 1)
        variances = [y[deal[block == k]].var(ddof=1) for k in range(BLOCKS)]
        return (target @ X).astype(float) @ basis, variances

    with ThreadPoolExecutor(THREADS) as pool:
        covariances, variances = zip(*steps(pool.map(one, range(T)), "reading", progress, T), strict=True)
    rule = resolvents(eigenvalues[kept], N, grid=grid_of(T), samples_seen=False)
    moments = second_moments(samples)
    return Blocks(np.stack(covariances), rule, moments, samples.counts - 1, np.array(variances))


def judged_halves(once: Blocks, seed: Seed) -> tuple[np.ndarray, np.ndarray]:
    """Judge the path of one half of the blocks by the forms of the other.

    Args:
        once: what one pass kept.
        seed: of the splits.

    Returns:
        (L,) numbers of groups, and (2 SPLITS, L) mean predicted errors.
    """
    T = len(once.counts)
    levels, curve = few_levels(T), []
    for split in range(SPLITS):
        order = stream(seed, "halves", split).permutation(BLOCKS)
        halves = [once.forms(part) for part in (order[: BLOCKS // 2], order[BLOCKS // 2 :])]
        for lays, judges in (halves, halves[::-1]):
            partitions = path(lays, once.counts)
            sums = Sums(judges, once.counts, shared=False)
            curve.append([sums.of_groups(_members(partitions[level - 1])).sum() / T for level in levels])
    return levels, np.array(curve)


def errors_by_task(forms: Forms, counts: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Predict the error of every task in its group, each group at its best ridge.

    Args:
        forms: of T tasks.
        counts: (T,) degrees of freedom.
        labels: (T,) group numbers.

    Returns:
        (T,) array.
    """
    found = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        error = pooled_error(forms.of(members), counts[members])
        found[members] = error[error.sum(axis=1).argmin()]
    return found


def _members(labels: np.ndarray) -> np.ndarray:
    return (labels[None] == np.unique(labels)[:, None]).astype(int)
