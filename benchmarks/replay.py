"""Trials per second of the replay simulator, against the plain loop that the papers' reproducers write.

And orders per second of ``order_values``, against one exact error matrix after another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np

from manytasks import Tasks, simulate, theory


def plain_loop(tasks: Tasks, n: int, m: int, p: int, trials: int) -> None:
    """Baseline: NumPy, one trial and one task after another, a linear solve per task on p features."""
    rng = np.random.default_rng(0)
    W = tasks.vectors(p)
    for _ in range(trials):
        w, X, y = np.zeros(p), np.empty((p, 0)), np.empty(0)
        for w_true in W:
            X_new = rng.standard_normal((p, n))
            y_new = X_new.T @ w_true + np.sqrt(0.1) * rng.standard_normal(n)
            X_t, y_t = np.concatenate([X, X_new], axis=1), np.concatenate([y, y_new])
            w = w + X_t @ np.linalg.solve(X_t.T @ X_t, y_t - X_t.T @ w)
            np.square(w - W).sum(axis=1)
            X, y = np.concatenate([X, X_new[:, :m]], axis=1), np.concatenate([y, y_new[:m]])


def seconds_per_trial(run: Callable[[int], object], trials: int, repeats: int) -> float:
    run(max(1, trials // 10))  # warm up threads and caches
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(trials)
        times.append((time.perf_counter() - start) / trials)
    return min(times)


def one_order_after_another(tasks: Tasks, orders: list[tuple[int, ...]]) -> None:
    """Baseline: the error matrix of every order by itself."""
    for k in map(list, orders):
        theory.average_error(theory.replay_error(Tasks(tasks.gram[np.ix_(k, k)]), 50, 20, 2000, 0.1))


def compare_orders(T: int) -> None:
    """Print how much the orders of a round of ``greedy_order`` gain from being computed at once."""
    rng = np.random.default_rng(0)
    tasks = Tasks.from_vectors(rng.standard_normal((T, T)))
    orders = [tuple(rng.permutation(T).tolist()) for _ in range(T**2)]
    at_once = seconds_per_trial(
        lambda k: theory.order_values(tasks, 50, 20, 2000, 0.1, orders[:k]), T**2, repeats=3
    )
    plain = seconds_per_trial(lambda k: one_order_after_another(tasks, orders[:k]), 20, repeats=3)
    print(f"orders of {T} tasks at once: {plain / at_once:.0f}x one after another")


def main() -> None:
    tasks, n, p = Tasks.chain(T=10, cosine=0.5), 50, 50_000

    def reduced(m: int, p: int) -> Callable[[int], object]:
        return lambda k: simulate.replay_error(tasks, n, m, p, 0.1, trials=k, seed=1, method="reduced")

    print(f"cores: {os.cpu_count()}; T=10, n={n}; ratios are trials per second against the plain loop")
    for m in (0, 25, 50):
        ours = seconds_per_trial(reduced(m, p), 40, repeats=3)
        plain = seconds_per_trial(lambda k, m=m: plain_loop(tasks, n, m, p, k), 1, repeats=2)
        small = seconds_per_trial(reduced(m, 600), 40, repeats=3)
        print(f"reduced, p={p}, m={m}: {plain / ours:.0f}x the plain loop, {ours / small:.2f}x p=600's time")
    for T in (10, 20, 30):
        compare_orders(T)


if __name__ == "__main__":
    main()
