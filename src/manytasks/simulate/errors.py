"""Draws of every error of ``theory``: direct from data, or exactly in distribution from small statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np

from manytasks.readers import choice, short
from manytasks.simulate import direct, reduced
from manytasks.simulate.problem import drawn_problem
from manytasks.simulate.runner import draw_in_chunks
from manytasks.streams import Seed
from manytasks.tasks import Tasks
from manytasks.theory.domain import check_tasks

Method = Literal["direct", "reduced"]


def multitask_error(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
    method: Method = "direct",
) -> np.ndarray:
    """Draw the excess risk on every task of one fit to the pooled data of all.

    Mirrors ``theory.multitask_error``, Paper A's main theorem.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.
        method: "direct" draws features and fits them; "reduced" draws from (T+1)-dimensional statistics
            with the same distribution, at a cost that does not depend on samples and p.

    Returns:
        Array of shape ``(trials, *p.shape, T)``; its mean over trials estimates ``theory.multitask_error``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate, theory
        >>> tasks = Tasks.chain(T=2, cosine=-0.5)
        >>> draws = simulate.multitask_error(tasks, 20, 100, 0.1, trials=4000, seed=1, method="reduced")
        >>> draws.mean(axis=0).round(2), theory.multitask_error(tasks, 20, 100, 0.1).round(2)
        (array([1.47, 1.47]), array([1.47, 1.47]))
    """
    return _draw(direct.pooled_errors, tasks, samples, p, noise_var, trials, seed, method)


def single_task_error(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
    method: Method = "direct",
) -> np.ndarray:
    """Draw the excess risk of every task when each is fitted alone.

    Mirrors ``theory.single_task_error``. "direct" draws the data of ``multitask_error`` with the same seed.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.
        method: "direct" or "reduced", as in ``multitask_error``.

    Returns:
        Array of shape ``(trials, *p.shape, T)``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate
        >>> simulate.single_task_error(Tasks.chain(2, 0.0), 5, 20, 0.0, trials=3, seed=1).shape
        (3, 2)
    """
    if choice(method, "method", get_args(Method)) == "direct":
        return _draw(direct.separate_errors, tasks, samples, p, noise_var, trials, seed, method)
    tasks, n, _, _ = drawn_problem(tasks, samples, p, noise_var)
    alone = [
        _draw(direct.pooled_errors, Tasks([[norm2]]), n_i, p, noise_var, trials, (seed, "task", i), method)
        for i, (norm2, n_i) in enumerate(zip(tasks.norms2, n, strict=True))
    ]
    return np.concatenate(alone, axis=-1)


def knowledge_transfer(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
    method: Method = "direct",
) -> np.ndarray:
    """Draw what every task gains from the pooled fit; both fits see the same data.

    Mirrors ``theory.knowledge_transfer``.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.
        method: only "direct": the reduced statistics of the two fits are not drawn together.

    Returns:
        Array of shape ``(trials, *p.shape, T)``.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate
        >>> simulate.knowledge_transfer(Tasks.chain(2, 1.0), 5, 20, 0.0, trials=500, seed=1).mean().round(1)
        np.float64(0.2)
    """
    if not isinstance(method, str) or method != "direct":
        raise ValueError(f"paired fits share their data, so method must be 'direct'; got {short(method)}")
    return _draw(direct.transfers, tasks, samples, p, noise_var, trials, seed, method)


def multitask_terms(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
    method: Method = "direct",
) -> dict[str, np.ndarray]:
    """Draw the terms G1, G2, G3 by switching the other causes off, on the same features.

    Mirrors ``theory.multitask_terms``: errors are linear in the Gram matrix and σ² on average.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least the rank of the tasks, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.
        method: "direct" or "reduced", as in ``multitask_error``.

    Returns:
        Dictionary of arrays of shape ``(trials, *p.shape)``, averaged over tasks.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate
        >>> draws = simulate.multitask_terms(Tasks.chain(2, 1.0), 5, 20, 0.0, trials=3, seed=1)
        >>> bool(abs(draws["G1"]).max() < 1e-12), draws["G3"].max()  # equal tasks, clean labels
        (True, np.float64(0.0))
    """
    tasks, n, _, noise_var = drawn_problem(tasks, samples, p, noise_var)
    options: dict[str, Any] = {"trials": trials, "seed": seed, "method": method}
    nothing = Tasks(np.zeros_like(tasks.gram))
    agreeing = [Tasks(np.full_like(tasks.gram, norm2)) for norm2 in tasks.norms2]
    norm = np.mean(
        [multitask_error(same, n, p, 0.0, **options)[..., i] for i, same in enumerate(agreeing)], axis=0
    )
    return {
        "G1": multitask_error(tasks, n, p, 0.0, **options).mean(axis=-1) - norm,
        "G2": norm,
        "G3": multitask_error(nothing, n, p, noise_var, **options).mean(axis=-1),
    }


def transfer_terms(
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    *,
    trials: int,
    seed: Seed,
    method: Method = "direct",
) -> dict[str, np.ndarray]:
    """Draw the terms K1, K2, K3 by switching the other causes off, on the same features.

    Mirrors ``theory.transfer_terms``: K2 is the transfer between orthogonal tasks without noise, K3 that of
    pure noise, K1 what the inner products add.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least T (orthogonal tasks need T dimensions), or an array.
        noise_var: label-noise variance σ², at least 0.
        trials: number of independent data sets, at least 1.
        seed: whole number >= 0, or a tuple of one and names.
        method: only "direct", as in ``knowledge_transfer``.

    Returns:
        Dictionary of arrays of shape ``(trials, *p.shape)``, averaged over tasks.

    Raises:
        ValueError: if an argument is outside its range, or R^p cannot hold the tasks.

    Example:
        >>> from manytasks import Tasks, simulate
        >>> draws = simulate.transfer_terms(Tasks.chain(2, 0.0), 5, 20, 0.0, trials=3, seed=1)
        >>> draws["K1"].max(), draws["K3"].max()  # orthogonal tasks, clean labels
        (np.float64(0.0), np.float64(0.0))
    """
    options: dict[str, Any] = {"trials": trials, "seed": seed, "method": method}
    check_tasks(tasks)
    orthogonal = Tasks(np.diag(tasks.norms2))
    nothing = Tasks(np.zeros_like(tasks.gram))
    norms = knowledge_transfer(orthogonal, samples, p, 0.0, **options).mean(axis=-1)
    return {
        "K1": knowledge_transfer(tasks, samples, p, 0.0, **options).mean(axis=-1) - norms,
        "K2": norms,
        "K3": knowledge_transfer(nothing, samples, p, noise_var, **options).mean(axis=-1),
    }


def _draw(
    draw_direct: Callable[..., np.ndarray],
    tasks: Tasks,
    samples: Any,
    p: Any,
    noise_var: float,
    trials: int,
    seed: Seed,
    method: str,
) -> np.ndarray:
    tasks, n, widths, noise_var = drawn_problem(tasks, samples, p, noise_var)
    choice(method, "method", get_args(Method))
    span = task_span(tasks, widths)
    draw = draw_direct if method == "direct" else reduced.pooled_errors

    def numbers(width: int) -> int:
        return width * int(n.sum() + 1) if method == "direct" else tasks.T * (span.shape[1] + 1) ** 2

    def errors(rng: np.random.Generator, size: int, wanted: int, width: int) -> np.ndarray:
        return draw(rng, size, span, n, width, noise_var)[:wanted]

    drawn = draw_in_chunks(errors, widths.ravel().tolist(), numbers, trials, seed)
    return drawn.reshape(len(drawn), *widths.shape, tasks.T)


def task_span(tasks: Tasks, p: np.ndarray) -> np.ndarray:
    """Return the tasks in coordinates of their own span.

    Args:
        tasks: the T tasks.
        p: numbers of parameters that must hold them.

    Returns:
        (T, r) array, r the rank of the tasks.

    Raises:
        ValueError: if R^p cannot hold the tasks for the smallest p.
    """
    tasks.vectors(min(int(p.min()), tasks.T))  # which raises
    span = tasks.vectors(tasks.T)
    return span[:, np.any(span != 0, axis=0)]
