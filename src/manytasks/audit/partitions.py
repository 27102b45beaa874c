"""Which tasks share a model: the best partition for every number of models, by formula."""

from __future__ import annotations

import numpy as np

from manytasks.theory.pooled_error import Forms

EXACT = 10  # tasks up to which all 2^T − 1 groups are looked at


class Sums:
    r"""Everything that the predicted error of a group depends on, as sums over its members.

    With the counts n of the members and 1 their indicator, :math:`P = n^\top B_1 n`,
    :math:`Q = n^\top B_2 n`, :math:`R = 1^\top B_1 n`: two groups are merged by adding. P, Q and R of all
    pairs stand in one (T, T, 3K) array, so that what is read together lies together, and those of the groups
    themselves in another, (T, 3K). On shared rows every count is taken as 1.

    Args:
        forms: at K values of the effective ridge.
        counts: (T,) degrees of freedom of each task's rows.
        shared: whether every task was measured on the same rows.
    """

    def __init__(self, forms: Forms, counts: np.ndarray, *, shared: bool):
        weight = np.ones(len(counts)) if shared else counts.astype(float)
        self.df1, self.df2 = forms.df1, forms.df2
        self.rows = float(counts[0]) if shared else None
        self.K = len(forms.df1)
        self.pairs = np.empty((len(weight), len(weight), 3 * self.K))
        for i, own in enumerate(weight):  # row by row, which a cache can hold
            first, second = forms.first[:, i].T, forms.second[:, i].T
            both, one = (own * weight)[:, None], (own + weight)[:, None] / 2  # R: both orders are summed
            np.concatenate([first * both, second * both, first * one], axis=1, out=self.pairs[i])
        everyone = np.arange(len(weight))
        self.groups = self.pairs[everyone, everyone]
        self.noise = forms.moments.copy()
        self.size, self.weight = np.ones(len(counts)), weight
        self.own = np.diagonal(forms.moments).copy()
        self.weighted = self.own * weight

    def value(
        self, size: np.ndarray, weight: np.ndarray, forms: np.ndarray, own: np.ndarray, target: np.ndarray
    ) -> np.ndarray:
        """Return the sum of the members' predicted errors at each group's best ridge.

        Args:
            size: (G,) numbers of members.
            weight: (G,) sums of counts.
            forms: (G, 3K) sums of the first form and of the second, both sides weighted, and of the first
                with one side weighted.
            own: (G,) sums of the members' second moments.
            target: (G,) second moment of the pooled target: Σ n_j τ_j, or Σ E y_i y_j on shared rows.

        Returns:
            (G,) array.
        """
        P, Q, R = (forms[:, k * self.K : (k + 1) * self.K] for k in range(3))
        size, weight, own, target = (each[:, None] for each in (size, weight, own, target))
        square = Q / weight**2
        mean = own - 2 * R / weight + size * square
        if self.rows is None:
            N, fitted = weight, target / weight - 2 * P / weight**2 + square
        else:
            N, fitted = np.full_like(weight, self.rows), target / weight**2 - 2 * P / weight**2 + square
        reached = (self.df1 <= N) & (self.df2 < N)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = mean + size * (self.df2 / (N - self.df2)) * fitted
        return np.where(reached, error, np.inf).min(axis=1)

    def of_groups(self, members: np.ndarray) -> np.ndarray:
        """Return the value of any groups.

        Args:
            members: (G, T) array of 0 and 1.

        Returns:
            (G,) array.
        """
        m = members.astype(float)
        forms = np.einsum("gi,ijk,gj->gk", m, self.pairs, m, optimize=True)
        target = np.einsum("gi,ij,gj->g", m, self.noise, m, optimize=True) if self.rows else m @ self.weighted
        return self.value(m @ self.size, m @ self.weight, forms, m @ self.own, target)

    def alone(self, groups: list[int] | None = None) -> np.ndarray:
        """Return the value of groups as they stand.

        Args:
            groups: their numbers; all of them if None.

        Returns:
            One number per group.
        """
        g = np.arange(len(self.size)) if groups is None else np.asarray(groups)
        target = self.noise[g, g] if self.rows else self.weighted[g]
        return self.value(self.size[g], self.weight[g], self.groups[g], self.own[g], target)

    def merged(self, t: int, others: np.ndarray) -> np.ndarray:
        """Return the value of one group joined with each of others.

        Args:
            t: the group.
            others: (G,) numbers of the others.

        Returns:
            (G,) array.
        """
        forms = self.pairs[t, others]
        forms *= 2
        forms += self.groups[others]
        forms += self.groups[t]
        target = self.weighted[others] + self.weighted[t]
        if self.rows:
            target = self.noise[others, others] + self.noise[t, t] + 2 * self.noise[t, others]
        size, weight, own = (each[others] + each[t] for each in (self.size, self.weight, self.own))
        return self.value(size, weight, forms, own, target)

    def merge(self, keep: int, gone: int, alive: np.ndarray) -> None:
        """Merge two groups into the first of them.

        Args:
            keep: number of the group that becomes both.
            gone: number of the other, which must not be asked for again.
            alive: numbers of all groups that may be, keep included.
        """
        row = self.pairs[keep] + self.pairs[gone]
        self.groups[keep] += self.groups[gone] + 2 * self.pairs[keep, gone]
        self.pairs[keep] = row
        self.pairs[alive, keep] = row[alive]  # both sides are the same
        self.noise[keep] += self.noise[gone]
        self.noise[:, keep] += self.noise[:, gone]
        for vector in (self.size, self.weight, self.own, self.weighted):
            vector[keep] += vector[gone]


def path(forms: Forms, counts: np.ndarray, *, shared: bool = False) -> list[np.ndarray]:
    """Return the best partition into 1, 2, ..., T groups that the formula finds.

    Up to ``EXACT`` tasks it is the best of all; beyond, groups are merged two by two, by the largest
    predicted gain. The best over all numbers of groups is no honest choice: each prediction is without bias,
    the least of many is not. Rows that were held out choose the number (``heldout``).

    Args:
        forms: of T tasks.
        counts: (T,) degrees of freedom of each task's rows: rows less 1, for the mean.
        shared: whether every task was measured on the same rows.

    Returns:
        T arrays (T,) of group numbers; entry G − 1 has G groups, numbered by first appearance.

    Example:
        >>> from manytasks.theory import population_forms
        >>> w = np.array([[1.0, 0.0], [0.0, 1.0], [0.9, 0.1]])
        >>> forms = population_forms([1.0, 1.0], w, 0.1, np.geomspace(0.01, 1, 5))
        >>> [labels.tolist() for labels in path(forms, np.array([20, 20, 20]))]
        [[0, 0, 0], [0, 1, 0], [0, 1, 2]]
    """
    sums = Sums(forms, np.asarray(counts), shared=shared)
    find = exact if len(counts) <= EXACT else tree
    return find(sums)


def exact(sums: Sums) -> list[np.ndarray]:
    """Search all partitions.

    Args:
        sums: of the tasks.

    Returns:
        As ``path``.
    """
    return best_partitions(sums.of_groups(all_groups(len(sums.size))))[0]


def all_groups(T: int) -> np.ndarray:
    """Return every group of some tasks.

    Args:
        T: number of tasks.

    Returns:
        (2^T − 1, T) array of 0 and 1; row g has the binary digits of g + 1.

    Example:
        >>> all_groups(2)
        array([[1, 0],
               [0, 1],
               [1, 1]])
    """
    return np.arange(1, 2**T)[:, None] >> np.arange(T) & 1


def best_partitions(values: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the partition of least value for every number of groups, by dynamic programming over sets.

    Args:
        values: (2^T − 1,) value of every group, in the order of ``all_groups``; a partition has their sum.

    Returns:
        T partitions as ``path`` has them, and their (T,) values.

    Example:
        >>> found, value = best_partitions(np.array([1.0, 1.0, 3.0]))
        >>> [labels.tolist() for labels in found], value.tolist()
        ([[0, 0], [0, 1]], [3.0, 2.0])
    """
    T = (len(values) + 1).bit_length() - 1
    value = np.concatenate([[0.0], values])
    best = np.full((T + 1, 2**T), np.inf)  # by number of groups and set
    best[0, 0] = 0.0
    last = np.zeros((T + 1, 2**T), dtype=int)  # the group of the set's lowest task
    for whole in range(1, 2**T):
        low = whole & -whole
        rest = whole ^ low
        bits = [1 << b for b in range(T) if rest >> b & 1]
        inside = np.zeros(1, dtype=int)
        for bit in bits:
            inside = np.concatenate([inside, inside | bit])
        group = inside | low
        total = value[group] + best[:-1, whole ^ group]
        choice = total.argmin(axis=1)
        best[1:, whole] = np.take_along_axis(total, choice[:, None], axis=1)[:, 0]
        last[1:, whole] = group[choice]
    found = []
    for groups in range(1, T + 1):
        labels, left = np.zeros(T, dtype=int), 2**T - 1
        for label, still in enumerate(range(groups, 0, -1)):
            group = last[still, left]
            labels[(group >> np.arange(T) & 1).astype(bool)] = label
            left ^= group
        found.append(labels)
    return found, best[1:, 2**T - 1]


def tree(sums: Sums) -> list[np.ndarray]:
    """Merge the two groups that gain most, until one is left.

    Args:
        sums: of the tasks; its arrays are overwritten.

    Returns:
        As ``path``.
    """
    T = len(sums.size)
    labels = np.arange(T)
    alive = np.ones(T, dtype=bool)
    values = sums.alone()
    gains = np.full((T, T), -np.inf)
    for t in range(T - 1):
        later = np.arange(t + 1, T)
        gains[t, later] = gains[later, t] = values[t] + values[later] - sums.merged(t, later)
    partner = gains.argmax(axis=1)  # of every group; a merge changes few of them
    best = gains[np.arange(T), partner]
    found = [ordered(labels)]
    for _ in range(T - 1):
        first = int(best.argmax())
        keep, gone = sorted((first, int(partner[first])))
        alive[gone] = False
        others = np.flatnonzero(alive)
        sums.merge(keep, gone, others)
        labels[labels == gone] = keep
        gains[gone], gains[:, gone], best[gone] = -np.inf, -np.inf, -np.inf
        values[keep] = sums.alone([keep])[0]
        new = values[keep] + values[others] - sums.merged(keep, others)
        new[others == keep] = -np.inf
        gains[keep, others] = gains[others, keep] = new
        nearer = (new > best[others]) | ((new == best[others]) & (keep < partner[others]))
        best[others[nearer]], partner[others[nearer]] = new[nearer], keep
        lost = others[~nearer & ((partner[others] == keep) | (partner[others] == gone))]
        lost = np.append(lost, keep)
        partner[lost] = gains[lost].argmax(axis=1)
        best[lost] = gains[lost, partner[lost]]
        found.append(ordered(labels))
    return found[::-1]


def largest_first(labels: np.ndarray) -> np.ndarray:
    """Number groups by size, the largest first; of the same size by first appearance.

    Args:
        labels: (T,) labels of groups.

    Returns:
        (T,) numbers from 0.

    Example:
        >>> largest_first(np.array([7, 3, 3, 5]))
        array([1, 0, 0, 2])
    """
    code = ordered(labels)
    return np.argsort(np.argsort(-np.bincount(code), kind="stable"))[code]


def ordered(labels: np.ndarray) -> np.ndarray:
    """Number groups by first appearance.

    Args:
        labels: (T,) labels of groups.

    Returns:
        (T,) numbers from 0.

    Example:
        >>> ordered(np.array([7, 3, 7]))
        array([0, 1, 0])
    """
    _, first, code = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[code]
