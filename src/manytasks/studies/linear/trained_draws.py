"""Draws of training in the linear model beside their theorem: three rules, two orders, other features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from manytasks import simulate, theory
from manytasks.simulate.direct import excess_risk
from manytasks.simulate.features import standardized
from manytasks.simulate.training import trained
from manytasks.streams import Seed, stream
from manytasks.tasks import Tasks
from manytasks.theory.training_rule import Rule


class Compared(NamedTuple):
    """Draws of many errors, and their exact means."""

    drawn: np.ndarray
    """(trials, errors)."""
    expected: np.ndarray
    """(errors,)."""


def errors_by_rule(
    tasks: Tasks,
    samples: int,
    widths: Sequence[int],
    noise_var: float,
    rules: Mapping[str, Mapping[str, Any]],
    anchor: Sequence[float],
    trials: int,
    seed: Seed,
) -> Compared:
    """Draw the errors of one fit to pooled data by several ways of training; ours, claim O.16.

    Args:
        tasks: the T tasks.
        samples: n, of each task.
        widths: numbers of parameters.
        noise_var: label-noise variance.
        rules: by name, the arguments of ``training_error`` that say how it is trained and for how long.
        anchor: where training starts: multiples of the tasks.
        trials: data sets of each rule and width.
        seed: of the draws; each rule has a stream of its name.

    Returns:
        Errors by rule, width, length and task.

    Example:
        >>> pair, rules = Tasks.equiangular(2, 0.5), {"flow": {"time": [0.5, 1.0]}}
        >>> errors_by_rule(pair, 4, [3, 9], 0.1, rules, [0.5, 0.0], trials=10, seed=1).drawn.shape
        (10, 8)
    """
    drawn, expected = [], []
    for name, rule in rules.items():
        setting: dict[str, Any] = {**rule, "anchor": anchor}
        draws = simulate.training_error(
            tasks, samples, widths, noise_var, **setting, trials=trials, seed=(seed, "lengths", name)
        )
        drawn.append(draws.reshape(trials, -1))
        expected.append(theory.training_error(tasks, samples, widths, noise_var, **setting).ravel())
    return Compared(np.concatenate(drawn, axis=1), np.concatenate(expected))


def errors_by_order(
    tasks: Tasks,
    samples: int,
    widths: Sequence[int],
    noise_var: float,
    times: Sequence[float],
    trials: int,
    seed: Seed,
) -> Compared:
    """Draw the errors of two tasks learned one after the other, and what the other order changes; claim O.18.

    Args:
        tasks: two tasks.
        samples: n, of each task.
        widths: numbers of parameters.
        noise_var: label-noise variance.
        times: of gradient flow, the same for both tasks.
        trials: data sets of each time and width.
        seed: of the draws; both orders take the same.

    Returns:
        By time: errors by width and task, then differences of the two orders by width and task.

    Example:
        >>> pair = Tasks.equiangular(2, 0.5)
        >>> errors_by_order(pair, 4, [3, 9], 0.1, [0.5], trials=10, seed=1).expected.round(2)
        array([ 0.55,  0.45,  0.71,  0.64,  0.11, -0.11,  0.07, -0.07])
    """
    turned = Tasks(tasks.gram[::-1, ::-1])
    drawn, expected = [], []
    for time in times:
        one, other = (
            simulate.training_path(
                some, samples, widths, noise_var, time, trials=trials,
                seed=(seed, "orders", round(10 * time)),
            )[..., 1, :]
            for some in (tasks, turned)
        )  # fmt: skip
        drawn.append(np.concatenate([one, one - other[..., ::-1]], axis=1).reshape(trials, -1))
        path = theory.training_path(tasks, samples, widths, noise_var, time)[:, 1]
        effect = theory.order_effect(tasks, samples, widths, noise_var, time)
        expected.append(np.concatenate([path, effect]).ravel())
    return Compared(np.concatenate(drawn, axis=1), np.concatenate(expected))


def drawn_spread(
    law: str, direction: np.ndarray, samples: int, time: float, trials: int, rng: np.random.Generator
) -> float:
    r"""Draw the spread factor v of features of any law.

    Two opposed tasks without noise isolate it: their mean is zero, so the mean error is
    :math:`\|w^*\|^2 + v \|w^*\|^2`.

    Args:
        law: of the features.
        direction: (p,) optimal parameters of one task, of length 1; the other's are opposite.
        samples: n, of each task.
        time: of gradient flow from zero.
        trials: data sets.
        rng: random generator.

    Returns:
        The mean error less 1.

    Example:
        >>> rng = stream(1, "spread")
        >>> drawn = drawn_spread("gaussian", np.eye(4)[0], samples=10, time=0.3, trials=4000, rng=rng)
        >>> round(drawn / float(theory.training_factors(20, 4, 0.3).spread), 2)
        0.99
    """
    p = len(direction)
    X = standardized(law, rng, (trials, p, 2 * samples))
    y = np.repeat([1.0, -1.0], samples) * np.einsum("tpn,p->tn", X, direction)
    w = trained(X, y, np.zeros(X.shape[:2]), Rule("flow", np.array(time)))
    return float(excess_risk(w, np.stack([direction, -direction])).mean(axis=1).mean() - 1)


def spread_ratios(
    laws: Sequence[str], direction: np.ndarray, samples: int, time: float, trials: int, seed: Seed, name: str
) -> list[float]:
    """Compare drawn spread factors with the formula for Gaussian features.

    Args:
        laws: of the features.
        direction: as of ``drawn_spread``.
        samples: n, of each of two tasks.
        time: of gradient flow.
        trials: data sets of each law.
        seed: of the draws.
        name: of the direction, part of the stream.

    Returns:
        Drawn over formula, by law.
    """
    formula = float(theory.training_factors(2 * samples, len(direction), time).spread)
    streams = {law: stream(seed, "law", law, name) for law in laws}
    return [
        drawn_spread(law, direction, samples, time, trials, rng) / formula for law, rng in streams.items()
    ]
