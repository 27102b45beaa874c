"""Widths per second of the theorem for every training length, against the average over drawn data."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from manytasks import Tasks, theory

N, TIME, DRAWS = 50, 1.0, 100


def by_drawing(widths: np.ndarray) -> None:
    """Baseline: the traces of drawn Gram matrices, 100 draws a width, which leave an error of about 1 %."""
    rng = np.random.default_rng(0)
    for p in widths.tolist():
        X = rng.standard_normal((DRAWS, p, N))
        s = np.linalg.eigvalsh(X.swapaxes(1, 2) @ X if p >= N else X @ X.swapaxes(1, 2))
        learned = -np.expm1(-TIME * s / N)
        (learned**2 / s).sum(axis=1).mean()


def seconds(run: Callable[[np.ndarray], object], widths: np.ndarray, repeats: int) -> float:
    """Best processor time a width."""
    run(widths[:2])
    found = []
    for _ in range(repeats):
        start = time.process_time()
        run(widths)
        found.append((time.process_time() - start) / len(widths))
    return min(found)


def main() -> None:
    tasks = Tasks.equiangular(T=5, cosine=0.5)
    many = np.arange(1, 1001)
    exact = seconds(lambda p: theory.training_error(tasks, N // 5, p, 0.1, TIME), many, 3)
    drawn = seconds(by_drawing, many[99::200], 2)
    print(f"training_error: {drawn / exact:,.0f}x the widths per second of {DRAWS} draws each")
    print(f"training_error, 1,000 widths at N={N}: {1000 * exact:.2f} of the second it may take")
    long = np.geomspace(0.01, 100, 30)
    all_times = seconds(lambda p: theory.training_error(tasks, N // 5, p, 0.1, long), many, 1)
    print(f"30 training lengths at once: {all_times / exact:.1f}x the time of one")


if __name__ == "__main__":
    main()
