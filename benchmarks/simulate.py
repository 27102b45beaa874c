"""Trials per second of the simulators, against the plain loop that the papers' reproducers write."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
import torch

from manytasks import Tasks, simulate


def plain_loop(tasks: Tasks, n: int, p: int, trials: int) -> None:
    """Baseline: float32 torch, one trial after another, an explicit inverse."""
    W = torch.tensor(tasks.vectors(p), dtype=torch.float32)
    for _ in range(trials):
        X = torch.randn(p, n * tasks.T)
        y = torch.cat([X[:, t * n : (t + 1) * n].T @ W[t] for t in range(tasks.T)])
        w = X @ (X.T @ X).inverse() @ y
        (w - W).square().sum(dim=1)


def seconds_per_trial(run: Callable[[int], object], trials: int, repeats: int = 3) -> float:
    run(max(1, trials // 10))  # warm up threads and caches
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run(trials)
        times.append((time.perf_counter() - start) / trials)
    return min(times)


def flop_rate() -> float:
    """Measured float64 operations per second of this machine's matrix product, all cores."""
    A = np.random.default_rng(0).standard_normal((2000, 2000))
    return 2 * 2000**3 / seconds_per_trial(lambda k: [A @ A for _ in range(k)], 3)


def main() -> None:
    tasks = Tasks.equiangular(T=10, cosine=0.5)

    def direct(p: int, n: int) -> Callable[[int], object]:
        return lambda k: simulate.multitask_error(tasks, n, p, 0.1, trials=k, seed=1)

    def reduced(p: int, n: int) -> Callable[[int], object]:
        return lambda k: simulate.multitask_error(tasks, n, p, 0.1, trials=k, seed=1, method="reduced")

    p, n, N = 1000, 50, 500
    plain = seconds_per_trial(lambda k: plain_loop(tasks, n, p, k), 30)
    ours = seconds_per_trial(direct(p, n), 100)
    flops = p * N**2 + N**3 / 3 + 4 * p * N  # Gram matrix by symmetry, Cholesky, two products with a vector
    bound = flops / flop_rate()
    print(f"cores: {os.cpu_count()}; ratios are trials per second against the plain float32 loop")
    print(f"direct,  p={p}, N={N}, float64: {plain / ours:.1f}x the plain loop")
    print(f"direct,  p={p}, N={N}: {ours / bound:.2f}x the time of its floating-point bound")

    p = 50_000
    plain = seconds_per_trial(lambda k: plain_loop(tasks, n, p, k), 2, repeats=2)
    ours = seconds_per_trial(reduced(p, n), 20_000)
    print(f"reduced, p={p}, N={N}: {plain / ours:,.0f}x the plain loop")
    small = seconds_per_trial(reduced(600, n), 20_000)
    print(f"reduced, p={p} against p=600: {ours / small:.2f}x the time (1 = independent of p)")


if __name__ == "__main__":
    main()
