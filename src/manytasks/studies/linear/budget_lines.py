"""Parameters against stored samples along a budget: the rule for large budgets, tried on random problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from manytasks import theory
from manytasks.streams import Seed, stream
from manytasks.studies.linear.replay_readings import Readings, readings
from manytasks.tasks import Tasks


def large_budget_slope(T: Any, cosine: Any, noise_var: Any, step: Any) -> Any:
    """Return the sign with which the error of a large model runs along its budget line; ours, claim O.5.

    T tasks of norm 1 with one cosine and equal counts, warm start. Symbols pass through.

    Args:
        T: number of tasks, at least 2.
        cosine: of every two tasks.
        noise_var: label-noise variance σ².
        step: parameters given up for one more sample of every past task, s = (T - 1) b/a.

    Returns:
        A positive multiple of the slope in m: negative where all samples should be stored.

    Example:
        >>> [round(large_budget_slope(5, cosine, 0.1, 8), 2) for cosine in (0.5, 0.9)]
        [1.4, -6.6]
    """
    d = 2 * (1 - cosine)
    stored = (T - 1) * (d * (2 - 1 / T) + 3 * noise_var - 1) / 2
    return stored + step * (d * (T - 1) / T + noise_var - 1)


def along_line(
    tasks: Tasks, samples: int, noise_var: float, budget: int, step: int, memories: Sequence[int]
) -> Readings:
    """Return error and forgetting along a budget line, p = budget - step m; warm start.

    Args:
        tasks: the T tasks in their order.
        samples: of each task.
        noise_var: label-noise variance σ².
        budget: in parameters.
        step: parameters given up for one more sample of every past task.
        memories: samples kept of each task.

    Returns:
        Two arrays, one number for each m.

    Example:
        >>> along_line(Tasks.equiangular(3, 0.7), 10, 0.1, 120, 4, [0, 10]).error.round(3)
        array([0.887, 0.882])
    """
    found = [readings(tasks, samples, m, budget - step * m, noise_var) for m in memories]
    return Readings(*(np.array(each) for each in zip(*found, strict=True)))


def brute_force_gap(problems: int, seed: Seed) -> float:
    """Compare ``theory.best_split`` with every whole split of random problems.

    Three tasks in two dimensions, alike or not, both prices, both objectives and both starts.

    Args:
        problems: how many are drawn.
        seed: of the draws.

    Returns:
        Largest distance to the least of all values, relative to it or to 1.

    Example:
        >>> brute_force_gap(3, seed=1) < 1e-9
        True
    """
    rng, gaps = stream(seed), []
    for _ in range(problems):
        tasks = Tasks.from_vectors(rng.choice([0, 1, 3]) + rng.standard_normal((3, 2)))
        samples = int(rng.integers(5, 40))
        a, b = rng.choice([1, 2, 3], size=2).tolist()
        money = int(rng.integers(40, 500))
        objective = rng.choice(["error", "forgetting"])
        start = rng.choice(["warm", "scratch"])
        noise_var = rng.choice([0.02, 0.5])
        widths = {m: (money - 2 * b * m) // a for m in range(samples + 1)}
        values = [
            getattr(readings(tasks, samples, m, p, noise_var, start), objective)
            for m, p in widths.items()
            if p >= 2
        ]
        found = theory.best_split(tasks, samples, noise_var, money, a, b, objective, start)
        least = min(value for value in values if np.isfinite(value))
        gaps.append(abs(found.value - least) / max(1, abs(least)))
    return float(max(gaps))


def law_exceptions(problems: int, samples: int, seed: Seed) -> int:
    """Try the rule for large budgets, a thousand parameters a sample, away from its frontier.

    Args:
        problems: how many are drawn.
        samples: n of each task.
        seed: of the draws.

    Returns:
        Problems in which the error does not run to the end that the rule names.

    Example:
        >>> law_exceptions(5, 30, seed=1)
        0
    """
    rng, tried, wrong = stream(seed), 0, 0
    while tried < problems:
        T, cosine, noise_var = int(rng.integers(2, 6)), rng.uniform(0, 1), rng.uniform(0, 0.4)
        price = int(rng.integers(1, 4))
        slope = large_budget_slope(T, cosine, noise_var, price * (T - 1))
        if abs(slope) < 0.05 * T * price:
            continue
        tasks, memories = Tasks.equiangular(T, cosine), (0, samples // 2, samples)
        line = along_line(tasks, samples, noise_var, 1000 * T * samples, price * (T - 1), memories)
        tried += 1
        wrong += not np.all(np.sign(np.diff(line.error)) == np.sign(slope))
    return int(wrong)


class RuleLosses(NamedTuple):
    """What is lost against the best split, as a share of its error; one number a problem."""

    rule: np.ndarray
    """By the end that the rule names."""
    worse: np.ndarray
    """By the worse of the two ends."""


def rule_losses(problems: int, samples: int, seed: Seed) -> RuleLosses:
    """Follow the rule for large budgets on moderate ones: at least twice as many parameters as samples.

    Args:
        problems: how many are drawn.
        samples: n of each task.
        seed: of the draws.

    Returns:
        Losses.

    Example:
        >>> found = rule_losses(5, 30, seed=1)
        >>> bool((found.worse >= found.rule).all() and found.rule.min() > -1e-12)
        True
    """
    rng, losses, worse = stream(seed), [], []
    for _ in range(problems):
        T, cosine, noise_var = int(rng.integers(2, 6)), rng.uniform(0, 1), rng.uniform(0, 0.4)
        tasks, price = Tasks.equiangular(T, cosine), int(rng.integers(1, 4))
        money = int(T * samples * rng.uniform(2, 10) + price * (T - 1) * samples)
        best = theory.best_split(tasks, samples, noise_var, money, sample_cost=price).value
        ends = along_line(tasks, samples, noise_var, money, price * (T - 1), (0, samples)).error
        stores = large_budget_slope(T, cosine, noise_var, price * (T - 1)) < 0
        losses.append(ends[int(stores)] / best - 1)
        worse.append(ends.max() / best - 1)
    return RuleLosses(np.array(losses), np.array(worse))
