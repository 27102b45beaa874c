"""What the linear model says of the declared differences between schedules of rehearsal, exactly."""

from __future__ import annotations

import numpy as np

from manytasks import Tasks, theory

TASKS, NOISE_VAR, WIDE, ROUNDS = 3, 0.5, 2400, 4


def linear_differences(samples: int, memory: int, near: int, far: int) -> dict[str, float]:
    """Return the differences that were declared for networks, for three linear tasks of norm 1.

    Args:
        samples: n, of each task.
        memory: m, of each task.
        near: number of parameters not far above the threshold, against which 2,400 are held.
        far: number of parameters of all other differences.

    Returns:
        By the declaration's name, as ``schedules.declared_differences`` has them; excess risk.

    Example:
        >>> found = linear_differences(100, 50, 300, 600)
        >>> [round(found[name], 2) for name in ("old tasks gain", "the newest task pays")]
        [0.11, -0.06]
    """

    def gain(cosine: float, noise_var: float, p: int) -> np.ndarray:
        """What together errs more than after, task by task.

        Returns:
            (T,) array.
        """
        tasks = Tasks.equiangular(TASKS, cosine)
        return np.asarray(-theory.rehearsal_effect(tasks, samples, memory, p, noise_var))

    unrelated, equal = gain(0, 0, far), gain(1, 0, far)
    turns = theory.rehearsal_rounds(Tasks.equiangular(TASKS, 0), samples, memory, far, 0, [1, ROUNDS])
    of_noise = [gain(cosine, NOISE_VAR, far) - gain(cosine, 0, far) for cosine in (0, 1)]
    return {
        "dissimilar tasks with wrong labels: after errs less": float(gain(0, NOISE_VAR, far).mean()),
        "old tasks gain": float(unrelated[:-1].mean()),
        "the newest task pays": float(-unrelated[-1]),
        "dissimilar tasks speak for after": float(unrelated.mean() - equal.mean()),
        "wrong labels speak for after": float(np.mean(of_noise)),
        "the newest task pays less in wide networks": float(gain(0, 0, WIDE)[-1] - gain(0, 0, near)[-1]),
        "turns give the newest task back": float(turns[0, -1] - turns[1, -1]),
    }
