"""Seconds of processor of the audit, as a ratio to the least anybody could do: read every number once."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from manytasks import audit
from manytasks.audit.crossvalidated import cross_validated


def seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def clusters(T: int, n: int, p: int, dtype: type, groups: int = 4) -> audit.Samples:
    """T tasks in clear groups, with n rows and p features each."""
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((groups, p)) / np.sqrt(p)
    W = centres[np.arange(T) % groups] + 0.1 * rng.standard_normal((T, p)) / np.sqrt(p)
    X = rng.standard_normal((T * n, p), dtype=np.float32).astype(dtype, copy=False)
    y = np.einsum("tnp,tp->tn", X.reshape(T, n, p), W, optimize=True).ravel()
    return audit.from_arrays(X, y + rng.standard_normal(T * n), np.repeat(np.arange(T), n))


@threadpool_limits.wrap(limits=1)  # threads that wait in a circle would count as work
def main() -> None:
    T, n, p = 100, 10_000, 1_000
    samples = clusters(T, n, p, np.float32)
    least = seconds(lambda: [X.sum() for X in samples.X])
    found: list[audit.Audit] = []
    ours = seconds(lambda: found.append(audit.audit(samples)))
    print(
        f"{T} tasks x {n:,} rows x {p:,} features: {ours:.1f} s, {ours / least:.0f}x one sum of all numbers"
    )
    print(f"  groups found: {len(found[0].groups)} of 4")

    many = clusters(1_000, 20, 10, np.float64)
    least = seconds(lambda: audit.forms(many))
    ours = seconds(lambda: found.append(audit.audit(many)))
    print(f"1,000 tasks x 20 rows x 10 features: {ours:.1f} s, {ours / least:.0f}x one estimate of the forms")
    print(f"  groups found: {len(found[1].groups)} of 4")

    small = clusters(8, 60, 30, np.float64, groups=2)
    ratio = seconds(lambda: cross_validated(small, 1)) / seconds(lambda: audit.groups_of(small))
    print(f"8 tasks x 60 rows x 30 features: cross-validation of every group takes {ratio:.0f}x the time")


if __name__ == "__main__":
    main()
