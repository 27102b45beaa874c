"""The order of tasks when the buffer is fitted after each new task: an exact recursion, in fractions."""

from fractions import Fraction

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.simulate.replay_path import data_in_span
from manytasks.statistics import critical_z, z_scores
from manytasks.streams import stream
from manytasks.studies.linear.linear_orders import drawn_order

EQUAL_NORMS = [[3, 4], [4, -3], [-5, 0], [0, 5], [-3, 4]]


def spread(k, p):
    """How a projection on k random directions of p mixes them: E P_ij P_kl has y off the diagonal."""
    return Fraction(k * (p - k), (p - 1) * p * (p + 2))


def along(k, p):
    return Fraction(k, p) - (p + 1) * spread(k, p)


def stored_error(d, i, m, before, p, noise):
    """Error on task i in the span of m samples of each of the tasks before."""
    N = m * len(before)
    if N == 0:
        return Fraction(0)
    apart = Fraction(sum(d[a][b] for a in before for b in before), 2 * len(before) ** 2)
    central = Fraction(sum(d[i][a] for a in before), len(before)) - apart
    return Fraction(N, p) * central + Fraction(N, p - N - 1) * (Fraction(p - 1, p) * apart + noise)


def error_after(W, n, m, p, noise=Fraction(0)):
    """Mean error after the last task: each new task is fitted, then all of the buffer."""
    T = len(W)
    gram = [[sum(Fraction(a) * b for a, b in zip(v, w, strict=True)) for w in W] for v in W]
    d = [[gram[i][i] + gram[j][j] - 2 * gram[i][j] for j in range(T)] for i in range(T)]
    x, q = [gram[i][i] for i in range(T)], [Fraction(0)] * T
    mu, nu = [Fraction(0)] * T, [Fraction(0)] * T
    for t in range(T):
        M, k = m * t, m
        R, y, fresh = p - M, spread(n, p), n * noise / (p - n - 1)
        e1 = Fraction(k * M, p)
        e2 = along(k, p) * M**2 + 2 * spread(k, p) * M
        f = (along(k, p) + spread(k, p)) * M + spread(k, p) * M**2
        h, P = n - k, p - k
        eta = spread(h, P)
        a = Fraction(P - h, P) - P * eta
        A_M = (a * (e1 - f) + eta * (M * e1 - e2)) / M if M else Fraction(0)
        A_R = (a * f + eta * (e1 * (R - k) + e2)) / R
        tau, b = Fraction(k, R), (k - e1 * Fraction(p - n, P)) / R
        new_x, new_q = [], []
        for i in range(T):
            S = stored_error(d, i, m, range(t), p, noise)
            # ⟨u, w_t − w_i⟩ for the mean error u, whole and in the span of the buffer
            u = sum(mu[s] * (gram[s][t] - gram[s][i]) for s in range(T)) - gram[i][t] + gram[i][i]
            uQ = sum(nu[s] * (gram[s][t] - gram[s][i]) for s in range(T))
            uQ -= Fraction(M, p) * (gram[i][t] - gram[i][i])
            gone = (Fraction(p - n, p) - p * y) * q[i] + y * M * x[i]
            gone += Fraction(M, p) * (Fraction(n, p) * d[i][t] + fresh) + 2 * y * (p * uQ - M * u)
            new_x.append(S + Fraction(p - n, p) * x[i] + Fraction(n, p) * d[i][t] + fresh - gone)
            v = A_M * q[i] + A_R * (x[i] - q[i])
            v += d[i][t] * (Fraction(M, p) * A_M + Fraction(R, p) * (2 * b - tau + A_R))
            v += 2 * (-A_M * uQ + (tau - b - A_R) * (u - uQ))
            label = noise + noise * k / (p - k - 1)
            v += noise * Fraction(R, p) * Fraction(k, p - k - 1) + label * Fraction(h, P - h - 1) * e1 / P
            new_q.append(S + v)
        x, q = new_x, new_q
        for s in range(t):
            free = mu[s] - nu[s]
            mu[s] = Fraction(m, p) + Fraction(p - n, p) * free
            nu[s] = Fraction(m, p) + (tau - b) * free
        mu[t], nu[t] = Fraction(n, p) * Fraction(R, p), b * Fraction(R, p)
    return sum(x) / T


def limit(W, n, m):
    """What exchanging the last two tasks is worth, times p², for many parameters."""
    T = len(W)
    D = [Fraction(sum((a - b) ** 2 for w in W for a, b in zip(v, w, strict=True)), T) for v in W]
    return -(D[-2] - D[-1]) * (n**2 - 2 * m * n - (T - 2) * m**2)


@pytest.mark.parametrize("T", [2, 3, 5])
@pytest.mark.parametrize(("n", "m"), [(7, 0), (7, 2), (7, 3), (7, 5), (7, 7)])
@pytest.mark.parametrize("noise", [Fraction(0), Fraction(3)])
def test_the_law_is_the_limit_of_the_recursion(T, n, m, noise):
    """At p = 10⁸ equal to 1e-4; the law with 3 % more buffer is not."""
    W, p = EQUAL_NORMS[:T], 10**8
    swapped = [*W[:-2], W[-1], W[-2]]
    worth = p**2 * (error_after(W, n, m, p, noise) - error_after(swapped, n, m, p, noise))
    assert limit(W, n, m) != 0 or T == 2
    assert float(worth) == pytest.approx(float(limit(W, n, m)), rel=1e-4, abs=1e-2)
    if m and limit(W, n, m):
        assert float(worth) != pytest.approx(float(limit(W, n, m * 1.03)), rel=1e-4, abs=1e-2)


def test_the_sign_turns_at_the_ratio_of_the_claim():
    """m/n just below and above 1/(1 + √(T−1)), T = 5: a third."""
    p, n = 10**7, 3000
    for m, sign in ((980, -1), (1020, 1)):
        assert np.sign(float(limit(EQUAL_NORMS, n, m))) == sign * np.sign(difference())
        swapped = [*EQUAL_NORMS[:-2], EQUAL_NORMS[-1], EQUAL_NORMS[-2]]
        worth = error_after(EQUAL_NORMS, n, m, p) - error_after(swapped, n, m, p)
        assert np.sign(float(worth)) == sign * np.sign(difference())


def difference():
    """D of the last but one task minus D of the last."""
    W = np.array(EQUAL_NORMS)
    D = ((W[:, None] - W) ** 2).sum(axis=(1, 2))
    return D[-2] - D[-1]


@pytest.mark.statistical
def test_draws_follow_the_recursion():
    """Two settings of three tasks; error rate 1e-4. The error of rehearsing together does not pass."""
    drawn, expected, together = [], [], []
    for m, p in ((2, 30), (4, 40)):
        W = np.array(EQUAL_NORMS[:3], dtype=float) / 5
        X, y = data_in_span(stream(1, "rehearsed after", m), 3000, W, np.full(3, 5), p, 0.25)
        drawn.append(drawn_order(X, y, W, (0, 1, 2), 5, m, "after"))
        scaled = [[Fraction(c, 5) for c in row] for row in EQUAL_NORMS[:3]]
        expected.append(float(error_after(scaled, 5, m, p, Fraction(1, 4))))
        together.append(theory.average_error(theory.replay_error(Tasks.from_vectors(W), 5, m, p, 0.25)))
    z, wrong = (
        np.abs(z_scores(np.array(drawn).T, np.array(value), skewed=True)) for value in (expected, together)
    )
    assert z.max() < critical_z(z.size, 1e-4, draws=3000) < wrong.max()
