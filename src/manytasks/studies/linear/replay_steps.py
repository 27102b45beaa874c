"""What a step up in model or buffer does to forgetting: by leading terms of large models, and exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from manytasks import theory
from manytasks.studies.linear.equal_similarity import EqualSimilarity
from manytasks.studies.linear.replay_readings import STARTS
from manytasks.tasks import Tasks
from manytasks.theory.replay import Start


def last_growth(world: EqualSimilarity, cosine: float, memory: int, widths: np.ndarray) -> float:
    """Return the largest p/N at which a step up in p raises the size of forgetting, warm start.

    Args:
        world: equally similar tasks; N is the number of all their samples.
        cosine: of every two tasks.
        memory: samples kept of each task.
        widths: growing numbers of parameters.

    Returns:
        p/N after the step; 0 if no step raises it.

    Example:
        >>> world = EqualSimilarity(3, 10, 0.0)
        >>> widths = 30 * np.array([2, 4, 8, 16, 32])
        >>> [last_growth(world, cosine, 0, widths) for cosine in (0.0, 0.55)]
        [0.0, 8.0]
    """
    size = np.abs(world.readings(cosine, memory, widths).forgetting)
    return float(widths[1:][np.diff(size) > 0].max(initial=0) / (world.T * world.samples))


def leading_terms(world: EqualSimilarity, memory: int, cosine: float) -> dict[tuple[Start, str], float]:
    """Return what a step up in p, or in the buffer, does to the forgetting of a large model.

    Ours, to leading order: with d = 2 - 2 cosine, the sums over all pairs of the two-task terms.

    Args:
        world: equally similar tasks.
        memory: samples kept of each task, from which a step is taken.
        cosine: of every two tasks.

    Returns:
        By start and letter ("p" or "m"), a positive multiple of the change; its sign is what counts.

    Example:
        >>> terms = leading_terms(EqualSimilarity(10, 50, 0.1), 25, 0.9)
        >>> {key: round(term, 2) for key, term in terms.items()}
        {('warm', 'p'): 0.7, ('warm', 'm'): -0.33, ('scratch', 'm'): -3.7, ('scratch', 'p'): 1.65}
    """
    d, noise_var = 2 - 2 * cosine, world.noise_var
    stored = world.T / 2 * (d + noise_var - 1) - d
    return {
        ("warm", "p"): -(d + noise_var - 1),
        ("warm", "m"): d * (2 - 3 / (2 * world.T - 1)) + 3 * noise_var - 1,
        ("scratch", "m"): stored,
        ("scratch", "p"): -(world.samples * d + memory * stored) / world.samples,
    }


def steps(
    world: EqualSimilarity, memory: int, cosines: Sequence[float], ratios: Sequence[int]
) -> pd.DataFrame:
    """Take one step up in p, by a tenth, and one in the buffer, by one sample of each task.

    Args:
        world: equally similar tasks.
        memory: samples kept of each task before the step, fewer than there are.
        cosines: of every two tasks.
        ratios: p over all samples N, in rising order.

    Returns:
        One row for each start, cosine and ``letter`` ("p" or "m"): ``leads``, the leading term, and
        ``changes``, those of forgetting at every ratio.

    Example:
        >>> found = steps(EqualSimilarity(10, 50, 0.1), 25, [0.0], [1000])
        >>> [(row.letter, bool(row.changes[0] > 0), row.leads > 0) for row in found.itertuples()][:2]
        [('p', False, False), ('m', True, True)]
    """
    p, rows = world.T * world.samples * np.asarray(ratios), []
    for start in STARTS:
        for cosine in cosines:
            at, wider, fuller = (
                world.readings(cosine, m, size, start).forgetting
                for m, size in ((memory, p), (memory, p + p // 10), (memory + 1, p))
            )
            leads = leading_terms(world, memory, cosine)
            for letter, change in (("p", wider - at), ("m", fuller - at)):
                rows.append((start, cosine, letter, leads[start, letter], change))
    return pd.DataFrame(rows, columns=["start", "cosine", "letter", "leads", "changes"])


def share_slope(tasks: Tasks, samples: int, memory: int, p: int, noise_var: float, start: Start) -> float:
    """Return the exponent of p in the share of forgetting that a buffer changes, |F2/F1|, from p to 2 p.

    Args:
        tasks: the T tasks in their order.
        samples: of each task.
        memory: how many stay, at least 1.
        p: number of parameters.
        noise_var: label-noise variance σ².
        start: "warm" or "scratch".

    Returns:
        -1 for large p from a warm start, 0 from scratch.

    Example:
        >>> [round(share_slope(Tasks.chain(3, 0.5), 20, 5, 10**5, 0.1, start), 2) for start in STARTS]
        [-1.0, 0.0]
    """
    terms = theory.forgetting_terms(tasks, samples, memory, p * np.array([1, 2]), noise_var, start)
    narrow, wide = np.log2(np.abs(terms["F2"] / terms["F1"]))
    return float(wide - narrow)


def memory_slopes(rate: Callable[..., np.ndarray], samples: int) -> pd.DataFrame:
    """Compare the sign of an exact derivative of F2 in the buffer with that of its leading term; two tasks.

    Args:
        rate: derivative of F2 in m as a function of (p, m, d, σ²), for tasks of norm 1 from a warm start.
        samples: n of each task, N = 2n.

    Returns:
        One row a setting: ``ratio`` p/N (1.2 to 100), ``memory``, ``distance2``, ``noise_var``; ``bracket``,
        d + 3σ² - 1, which to leading order has the sign of the derivative; and ``falls``, whether F2 falls.

    Example:
        >>> found = memory_slopes(lambda p, m, d, v: d + 3 * v - 1, 10)
        >>> len(found), bool((found["falls"] == (found["bracket"] < 0)).all())
        (6750, True)
    """
    axes = {
        "ratio": np.array([1.2, 2, 5, 20, 100]),
        "memory": np.linspace(0, samples, 6),
        "distance2": np.linspace(0.05, 4, 25),
        "noise_var": np.linspace(0, 0.5, 9),
    }
    found = pd.MultiIndex.from_product(axes.values(), names=list(axes)).to_frame(index=False)
    ratio, memory, d, noise_var = (found[name].to_numpy() for name in axes)
    found["bracket"] = d + 3 * noise_var - 1
    found["falls"] = rate(2 * samples * ratio, memory, d, noise_var) < 0
    return found
