"""The pooled ridge error of features with finitely many values, by enumeration, in exact arithmetic.

Everything is written out as the theorem states it; nothing of the package is used.
"""

from fractions import Fraction
from itertools import permutations, product

import numpy as np

METRIC = np.array([[Fraction(3, 2), Fraction(0)], [Fraction(0), Fraction(1, 2)]])


def exact(rows):
    """Array of fractions."""
    return np.array([[Fraction(entry) for entry in row] for row in rows], dtype=object)


def all_signs(p, N):
    """Every (p, N) matrix of signs, columns independent."""
    return [exact(np.reshape(signs, (p, N)).tolist()) for signs in product((-1, 1), repeat=p * N)]


def all_orders(columns):
    """The same columns in every order: exchangeable, neither independent nor centred."""
    return [exact(np.transpose(order).tolist()) for order in permutations(columns)]


def inverse(A):
    """Inverse of a 2 x 2 matrix."""
    (a, b), (c, d) = A
    return np.array([[d, -b], [-c, a]], dtype=object) / (a * d - b * c)


def mean(parts):
    """Mean of equally likely matrices or numbers."""
    parts = list(parts)
    return sum(parts[1:], parts[0]) / Fraction(len(parts))


def resolvent(X, ridge):
    return inverse(X @ X.T + ridge * exact(np.eye(len(X), dtype=int)))


def direct_error(laws, metric, w, task, noise_var, ridge):
    """E L_i for every task: fit each data set, average, noise by its covariance."""
    errors = []
    for X in laws:
        fit = resolvent(X, ridge) @ X
        clean = fit @ np.array([X[:, a] @ w[j] for a, j in enumerate(task)], dtype=object)
        noise = noise_var * np.trace(metric @ fit @ fit.T)
        errors.append(np.array([(clean - v) @ metric @ (clean - v) + noise for v in w], dtype=object))
    return mean(errors)


def pair_moments(laws, metric, ridge):
    """C₁ and C₂: samples 1 and 2 are as good as any."""
    own, other = [], []
    for X in laws:
        Q = resolvent(X, ridge)
        first, second = (np.outer(X[:, a], X[:, a]) for a in (0, 1))
        own.append(first @ Q @ metric @ Q @ first)
        other.append(first @ Q @ metric @ Q @ second)
    return mean(own), mean(other)


def theorem(laws, metric, w, task, noise_var, ridge):
    """The right side: everything but the last term belongs to one task, the mean task."""
    N = len(task)
    counts = [Fraction(task.count(j)) for j in range(len(w))]
    middle = sum(n * v for n, v in zip(counts, w, strict=True)) / N
    Q = [resolvent(X, ridge) for X in laws]
    bias = ridge**2 * middle @ mean(q @ metric @ q for q in Q) @ middle
    noise = noise_var * mean(np.trace(metric @ q @ X @ X.T @ q) for q, X in zip(Q, laws, strict=True))
    own, other = pair_moments(laws, metric, ridge)
    spread = sum(n * (v - middle) @ (own - other) @ (v - middle) for n, v in zip(counts, w, strict=True))
    cross = [2 * ridge * (v - middle) @ metric @ mean(Q) @ middle for v in w]
    away = [(v - middle) @ metric @ (v - middle) for v in w]
    return np.array([bias + c + d + noise + spread for c, d in zip(cross, away, strict=True)], dtype=object)
