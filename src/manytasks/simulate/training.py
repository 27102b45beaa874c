"""Fits that were trained for any length, drawn: one decomposition of the data serves every length."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.simulate.direct import QR_BAND, draw_data, excess_risk
from manytasks.simulate.errors import task_span
from manytasks.simulate.problem import drawn_problem
from manytasks.simulate.runner import draw_in_chunks
from manytasks.streams import Seed
from manytasks.tasks import Tasks
from manytasks.theory.training_error import training_error as exact_error
from manytasks.theory.training_path import read_anchors
from manytasks.theory.training_path import training_path as exact_path
from manytasks.theory.training_rule import Rule, training_lengths, training_rule


class Decomposition(NamedTuple):
    """Pooled data by the eigenvectors u of S = XX' that the samples see, r of them."""

    values: np.ndarray
    """(trials, r) eigenvalues s."""
    vectors: np.ndarray
    """(trials, p, r) eigenvectors."""
    labels: np.ndarray
    """(trials, r) products u'Xy."""


def training_error(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    time: Any = None,
    *,
    rate: Any = None,
    steps: Any = None,
    ridge: Any = None,
    anchor: Any = None,
    trials: int,
    seed: Seed,
) -> np.ndarray:
    """Draw the excess risk on every task of one fit that was trained for any length.

    Mirrors ``theory.training_error``. All lengths see the same data.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        time: time of gradient flow, or an array; inf is training to the end.
        rate: learning rate of gradient descent; with ``steps``.
        steps: number of steps, or an array.
        ridge: λ of a ridge towards the start, or an array.
        anchor: (T,) coefficients of the start in the tasks; zero by default.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Array of shape ``(trials, *p.shape, *shape of the lengths, T)``; its mean over trials estimates
        ``theory.training_error``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate, theory
        >>> problem = (Tasks.equiangular(2, 0.5), 10, 15, 0.1, [0.3, 3.0])
        >>> simulate.training_error(*problem, trials=2000, seed=1).mean(axis=0)[:, 0].round(2)
        array([0.73, 0.58])
        >>> theory.training_error(*problem)[:, 0].round(2)
        array([0.73, 0.58])
    """
    lengths = {"time": time, "rate": rate, "steps": steps, "ridge": ridge}
    exact_error(tasks, samples, p, noise_var, anchor=anchor, **lengths)  # refuses what the theory refuses
    rule = training_rule(**lengths)
    tasks, n, widths, noise_var = drawn_problem(tasks, samples, p, noise_var)
    a = task_span(tasks, widths)
    start = np.zeros(a.shape[1]) if anchor is None else np.asarray(anchor, dtype=float) @ a
    flat = Rule(rule.kind, rule.strength.ravel(), rule.rate)

    def errors(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        X, y = (part[:wanted] for part in draw_data(rng, size, a - start, n, width, noise_var))
        return _errors_of(decompose(X, y), a - start, flat, n.sum())

    drawn = draw_in_chunks(errors, widths.ravel().tolist(), lambda p: p * int(n.sum() + 1), trials, seed)
    return drawn.reshape(len(drawn), *widths.shape, *rule.strength.shape, tasks.T)


def training_path(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    times: Any,
    anchors: Any = 1.0,
    *,
    trials: int,
    seed: Seed,
) -> np.ndarray:
    """Draw the error matrix of tasks that are trained one after another, each for its own time.

    Mirrors ``theory.training_path``.

    Args:
        tasks: the T tasks, in the order in which they are trained.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        times: training time of each task, one number for all or T of them; inf is to the end.
        anchors: multiple of the previous parameters from which a task starts, one number or T of them.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.

    Returns:
        Array of shape ``(trials, *p.shape, T, T)``; its mean over trials estimates ``theory.training_path``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate, theory
        >>> problem = (Tasks.equiangular(2, 0.5), 10, 20, 0.1, [2.0, 0.5])
        >>> simulate.training_path(*problem, trials=2000, seed=1).mean(axis=0).round(2)
        array([[0.58, 1.01],
               [0.62, 0.67]])
        >>> theory.training_path(*problem).round(2)
        array([[0.58, 1.01],
               [0.62, 0.66]])
    """
    exact_path(tasks, samples, p, noise_var, times, anchors)  # refuses what the theory refuses
    tasks, n, widths, noise_var = drawn_problem(tasks, samples, p, noise_var)
    lengths = training_lengths(times, "times")
    if lengths.ndim > 1:
        raise ValueError(f"times must be one number or {tasks.T} to be drawn; got shape {lengths.shape}")
    each, starts = np.broadcast_to(lengths, tasks.T), read_anchors(anchors, tasks.T)
    a = task_span(tasks, widths)
    ends = np.cumsum(n).astype(int)

    def errors(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        X, y = (part[:wanted] for part in draw_data(rng, size, a, n, width, noise_var))
        w, path = np.zeros((len(X), width)), []
        for t, (begin, end) in enumerate(zip(ends - n.astype(int), ends, strict=True)):
            if t:
                w = starts[t] * w
            w = w + trained(X[..., begin:end], y[:, begin:end], w, Rule("flow", each[t]))
            path.append(excess_risk(w, a))
        return np.stack(path, axis=1)

    drawn = draw_in_chunks(errors, widths.ravel().tolist(), lambda p: p * int(n.sum() + 1), trials, seed)
    return drawn.reshape(len(drawn), *widths.shape, tasks.T, tasks.T)


def trained(X: np.ndarray, y: np.ndarray, start: np.ndarray, rule: Rule) -> np.ndarray:
    """Return how far training moves from a start.

    Args:
        X: (trials, p, N) features.
        y: (trials, N) labels.
        start: (trials, p) parameters.
        rule: how long is trained, one length.

    Returns:
        (trials, p) difference to the start; zero where there are no samples.
    """
    if X.shape[2] == 0:
        return np.zeros_like(start)
    data = decompose(X, y - (start[:, None] @ X)[:, 0])
    moved = gains(data, Rule(rule.kind, rule.strength.ravel(), rule.rate), X.shape[2])[:, 0] * data.labels
    return (data.vectors @ moved[..., None])[..., 0]


def decompose(X: np.ndarray, y: np.ndarray) -> Decomposition:
    """Return the eigenvectors of S = XX', by the smaller of its two Gram matrices.

    Close to the threshold the square root of the condition number is kept by a singular value decomposition.

    Args:
        X: (trials, p, N) features.
        y: (trials, N) labels.

    Returns:
        The decomposition, of rank min(p, N).
    """
    p, N = X.shape[1:]
    if abs(p - N) < QR_BAND:
        U, s, Vt = np.linalg.svd(X, full_matrices=False)
        return Decomposition(s * s, U, s * (Vt @ y[..., None])[..., 0])
    Xt = X.swapaxes(1, 2)
    if p < N:
        values, U = np.linalg.eigh(X @ Xt)
    else:
        values, V = np.linalg.eigh(Xt @ X)
        U = X @ (V / np.sqrt(values)[:, None])
    return Decomposition(values, U, (U.swapaxes(1, 2) @ (X @ y[..., None]))[..., 0])


def gains(data: Decomposition, rule: Rule, N: float) -> np.ndarray:
    """Return by what training multiplies the labels along every eigenvector.

    Args:
        data: the decomposition.
        rule: lengths, a list of them.
        N: samples in the mean of the loss.

    Returns:
        (trials, lengths, r) array, K(s)/s.
    """
    values = data.values[:, None]
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        gain = rule.filter(values, N, rule.strength[:, None]).gain
    return np.where(rule.to_the_end[:, None], 1 / values, gain)


def _errors_of(data: Decomposition, a: np.ndarray, rule: Rule, N: float) -> np.ndarray:
    """Return the squared distances to tasks of fits from zero, for every length.

    Returns:
        (trials, lengths, T) array.
    """
    away = np.square(a).sum(axis=1)
    if data.values.shape[1] == 0:
        return np.broadcast_to(away, (len(data.values), rule.strength.size, len(a)))
    moved = gains(data, rule, N) * data.labels[:, None]  # (trials, lengths, r)
    along = a @ data.vectors[:, : a.shape[1]]  # (trials, T, r)
    return np.square(moved).sum(axis=-1)[..., None] - 2 * moved @ along.swapaxes(1, 2) + away
