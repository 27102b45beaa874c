"""What linear theory says about a budget of bytes: a parameter is one number of it, a sample several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from manytasks import Tasks, theory
from manytasks.streams import stream
from manytasks.studies.linear.budget_phases import KINDS

PARAMETER_BYTES = 4
LARGE = 200_000  # parameters of a large budget


def advised_share(cosine: float, tasks: int, samples: int, money: float, price: float) -> float:
    """Return the share of the bytes that the exact linear optimum puts into the buffer.

    Args:
        cosine: common cosine of the tasks, at most 1.
        tasks: their number, at least 2.
        samples: of each task.
        money: bytes of model and buffer.
        price: bytes of a stored sample.

    Returns:
        Share in [0, 1], by ``theory.best_split`` without noise.

    Example:
        >>> [round(advised_share(cosine, 5, 500, 64_000, 257), 2) for cosine in (0.0, 0.6)]
        [0.0, 1.0]
    """
    split = theory.best_split(
        Tasks.equiangular(tasks, cosine),
        samples,
        0.0,
        money / PARAMETER_BYTES,
        sample_cost=price / PARAMETER_BYTES,
    )
    return float(split.memory * price * (tasks - 1) / money)


def error_along(
    cosine: float, tasks: int, samples: int, money: float, price: float, shares: Sequence[float]
) -> np.ndarray:
    """Return the exact error of the linear model along a line of constant bytes.

    Args:
        cosine: common cosine of the tasks, at most 1.
        tasks: their number, at least 2.
        samples: of each task; a buffer holds no more.
        money: bytes of model and buffer.
        price: bytes of a stored sample.
        shares: shares of the bytes that the buffer may take.

    Returns:
        Excess risk after the last task, mean over tasks, without noise; nan where the rest of the bytes holds
        fewer parameters than there are tasks.

    Example:
        >>> error_along(0.6, 5, 50, 64_000, 257, [0.0, 0.5, 1.0]).round(3)
        array([0.994, 0.989, 0.974])
    """
    wanted = np.floor(np.array(shares) * money / (price * (tasks - 1)))
    memory = np.minimum(wanted, samples).astype(int)
    parameters = ((money - memory * price * (tasks - 1)) // PARAMETER_BYTES).astype(int)
    problem = Tasks.equiangular(tasks, cosine)
    return np.array(
        [
            theory.average_error(theory.replay_error(problem, samples, int(m), int(p), 0.0))
            if p >= tasks
            else np.nan
            for m, p in zip(memory, parameters, strict=True)
        ]
    )


def cost_of_advice(
    lost: pd.DataFrame,
    prices: Mapping[tuple[str, str], float],
    tasks: int,
    samples: int,
    cosines: Sequence[float],
) -> pd.DataFrame:
    """Return what networks lose at the share that linear theory advises.

    Args:
        lost: error above the best of its line: one row per ``stream``, ``stored`` and ``budget``, one column
            per share. Between measured shares it is interpolated.
        prices: bytes of a sample, by stream and way to store it.
        tasks: number of tasks, at least 2.
        samples: of each task.
        cosines: what the linear tasks may be taken to have in common.

    Returns:
        Rows of ``lost``, one column per cosine.

    Example:
        >>> names = ["stream", "stored", "budget"]
        >>> lines = pd.MultiIndex.from_tuples([("glyphs", "float32", 64_000)], names=names)
        >>> lost = pd.DataFrame([[0.2, 0.0, 0.3]], index=lines, columns=[0.0, 0.5, 1.0])
        >>> cost_of_advice(lost, {("glyphs", "float32"): 257}, 5, 500, [0.0, 0.6]).round(2).iloc[0].to_dict()
        {0.0: 0.2, 0.6: 0.3}
    """
    shares = lost.columns.to_numpy(dtype=float)
    advice: dict[tuple[float, float, float], float] = {}
    found = []
    for (name, stored, money), row in zip(lost.index, lost.to_numpy(), strict=True):
        for cosine in cosines:
            key = (cosine, money, prices[name, stored])
            if key not in advice:
                advice[key] = advised_share(cosine, tasks, samples, *key[1:])
            found.append(np.interp(advice[key], shares, row))
    return pd.DataFrame(np.reshape(found, (len(lost), -1)), index=lost.index, columns=list(cosines))


def price_moves(problems: int, seed: int) -> list[int]:
    """Say where the exact optimum of random problems goes when samples cost four times as much.

    Args:
        problems: number of problems with a large budget: 2 to 5 tasks of a common cosine, 10 samples each.
        seed: of the problems.

    Returns:
        Steps among ``KINDS``, one a problem: negative where a dearer sample moves a budget to parameters.

    Example:
        >>> set(price_moves(5, seed=1)) <= {0, 1, 2}
        True
    """
    rng, moves = stream(seed, "problems"), []
    for _ in range(problems):
        tasks = Tasks.equiangular(int(rng.integers(2, 6)), rng.uniform(0, 1))
        noise_var, cheap = rng.uniform(0, 0.3), float(rng.choice([0.25, 0.5, 1.0, 2.0]))
        before, after = (
            KINDS.index(theory.best_split(tasks, 10, noise_var, LARGE, sample_cost=price).kind)
            for price in (cheap, 4 * cheap)
        )
        moves.append(after - before)
    return moves
