"""The formulas as they stand on paper, term by term, in exact fractions: slow, long and hard to get wrong."""

from fractions import Fraction


def exact(values):
    return [exact(v) if isinstance(v, list) else Fraction(v) for v in values]


def distance2(gram, i, j):
    return gram[i][i] + gram[j][j] - 2 * gram[i][j]


def single_task(gram, n, p, sigma2, i):
    if p > n[i] + 1:
        return (1 - Fraction(n[i], p)) * gram[i][i] + n[i] * sigma2 / (p - n[i] - 1)
    assert p < n[i] - 1
    return p * sigma2 / (n[i] - p - 1)


def pairs(gram, n):
    T = len(gram)
    return sum(n[j] * n[k] * distance2(gram, j, k) for j in range(T) for k in range(T))


def terms_above(gram, n, p, sigma2, i):
    """The three groups of Paper A's main theorem for task i: dissimilarity, norm, noise; p > N+1."""
    N, T = sum(n), len(gram)
    assert p > N + 1
    dissimilarity = sum(Fraction(n[j], p) * distance2(gram, i, j) for j in range(T))
    dissimilarity += Fraction(1, 2 * p * (p - N - 1)) * pairs(gram, n)
    return dissimilarity, (1 - Fraction(N, p)) * gram[i][i], N * sigma2 / (p - N - 1)


def terms_below(gram, n, p, sigma2, i):
    """The same below the threshold, p < N-1."""
    N, T = sum(n), len(gram)
    assert p < N - 1
    c1 = Fraction((N - 2) * (p + 2), N * (N + 2) * (N - p - 1))
    c2 = (1 - N * c1) / (N * (N - 1))
    D = pairs(gram, n) / 2
    dissimilarity = sum(Fraction(n[j], N) * distance2(gram, i, j) for j in range(T)) - c2 * D
    return dissimilarity, Fraction(0), p * sigma2 / (N - p - 1)


def terms(gram, n, p, sigma2, i):
    return (terms_above if p > sum(n) + 1 else terms_below)(gram, n, p, sigma2, i)


def multitask(gram, n, p, sigma2, i):
    return sum(terms(gram, n, p, sigma2, i))


def transfer_terms(gram, n, p, sigma2):
    """K1, K2, K3 by switching on one group of inputs at a time; errors are linear in all of them."""
    T = len(gram)
    cross = [[gram[i][j] * (i != j) for j in range(T)] for i in range(T)]
    norms = [[gram[i][j] * (i == j) for j in range(T)] for i in range(T)]
    nothing = [[Fraction(0)] * T for _ in range(T)]
    inputs = {"K1": (cross, 0), "K2": (norms, 0), "K3": (nothing, sigma2)}
    return {
        name: sum(single_task(g, n, p, s, i) - multitask(g, n, p, s, i) for i in range(T)) / T
        for name, (g, s) in inputs.items()
    }
