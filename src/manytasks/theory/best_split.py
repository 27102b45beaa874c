"""One budget for parameters and stored samples: the exact best way to split it (Paper A, open question 1)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from manytasks.readers import choice, has_symbols, real
from manytasks.tasks import Tasks
from manytasks.theory.domain import LARGEST_COUNT, noise_variance, sample_counts
from manytasks.theory.forgetting import average_error, forgetting
from manytasks.theory.replay import Start, check_start, error_matrix

Objective = Literal["error", "forgetting"]
Kind = Literal["interior", "all model", "all buffer"]

CHUNK = 4096  # splits compared at once: their error matrices stay in the cache
TIE = 1e-12  # of the objective; smaller differences are rounding, which another processor does differently


class Split(NamedTuple):
    """The best split of a budget.

    Attributes:
        p: number of parameters, a whole number.
        memory: samples kept of each past task, a whole number.
        value: the objective there, equal to that of ``replay_error(tasks, samples, memory, p, ...)``.
        kind: "all model" (memory = 0), "all buffer" (memory as large as samples and budget allow), or
            "interior".
    """

    p: int
    memory: int
    value: float
    kind: Kind


def best_split(
    tasks: Tasks,
    samples: Any,
    noise_var: float,
    budget: float,
    parameter_cost: float = 1,
    sample_cost: float = 1,
    objective: Objective = "error",
    start: Start = "warm",
) -> Split:
    r"""Return the number of parameters and of stored samples that make the most of a budget.

    Ours; open question 1 of Paper A. Every past task keeps m samples, so that while the last of T tasks is
    learned the buffer holds (T-1) m of them, and

    .. math:: B \ge a\,p + b\,(T-1)\,m .

    Splits are whole: m = 0, 1, ... and for each m as many parameters as the rest of the budget buys (less
    than the price of one is left over). All of them are compared: of ten tasks, 100,000 splits take half a
    second of a core and a million, four.

    Args:
        tasks: the T >= 2 tasks (one task has no past to store), in the order in which they are learned.
        samples: number of samples of each task, one whole number or T of them. m is at most the smallest,
            because every task keeps as many.
        noise_var: label-noise variance σ², at least 0.
        budget: what can be spent, B. It must buy as many parameters as the tasks have dimensions.
        parameter_cost: price a > 0 of a parameter. Prices are read as the decimal numbers they are printed
            as: 0.1 is a tenth.
        sample_cost: price b >= 0 of a stored sample.
        objective: "error" (``average_error``) or "forgetting" of ``replay_error``. Splits where it is
            infinite or undefined are left out: learning a task infinitely badly is no way not to forget it.
        start: "warm" or "scratch", as in ``replay_error``.

    Returns:
        The split with the smallest objective; of splits that are equal to rounding (1e-12 of the objective),
        the one with the smallest buffer.

    Raises:
        ValueError: if an argument is outside its range, or no split has a finite objective.

    Example:
        >>> from manytasks import Tasks, theory
        >>> tasks = Tasks.equiangular(T=5, cosine=0.7)
        >>> split = theory.best_split(tasks, samples=50, noise_var=0.1, budget=1000, sample_cost=2)
        >>> split.p, split.memory, round(split.value, 4), split.kind
        (784, 27, 0.8979, 'interior')
    """
    n = sample_counts(tasks, samples, symbols=False)
    sigma2 = noise_variance(noise_var, symbols=False)
    if has_symbols(tasks.gram):
        raise ValueError("tasks must be numbers: splits are compared")
    check_start(start)
    choice(objective, "objective", get_args(Objective))
    if tasks.T < 2:
        raise ValueError("a buffer needs at least 2 tasks; got 1")
    parameters, step = _prices(tasks, budget, parameter_cost, sample_cost)
    least = int(np.linalg.matrix_rank(tasks.gram, hermitian=True)) or 1
    if parameters < least:
        raise ValueError(f"the budget must buy at least {least} parameters; got {float(parameters):.3g}")
    most = int(n.min())
    if step > 0:
        most = min(most, floor((parameters - least) / step))
    read = average_error if objective == "error" else forgetting

    def values(p: np.ndarray, memory: np.ndarray) -> Any:
        buffers = np.broadcast_to(memory[:, None], (len(memory), tasks.T)).astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return read(error_matrix(tasks, n, buffers, p[:, None].astype(float), sigma2, start))

    common = parameters.denominator * step.denominator
    whole, price = int(parameters * common), int(step * common)  # whole numbers of any size: floors are exact
    bought = np.array([(whole - price * m) // common for m in range(most + 1)])
    memories = np.arange(most + 1)
    chunks = range(0, most + 1, CHUNK)
    found = np.concatenate([values(bought[k : k + CHUNK], memories[k : k + CHUNK]) for k in chunks])
    found[~np.isfinite(found)] = np.inf
    smallest = found.min()
    if smallest == np.inf:
        raise ValueError(f"no split of the budget has a finite {objective}")
    memory = int(np.argmax(found <= smallest + TIE * abs(smallest)))
    kind: Kind = "all model" if memory == 0 else "all buffer" if memory == most else "interior"
    return Split(int(bought[memory]), memory, float(found[memory]), kind)


def _prices(
    tasks: Tasks, budget: float, parameter_cost: float, sample_cost: float
) -> tuple[Fraction, Fraction]:
    real(parameter_cost, "parameter_cost", low=0, above=True)
    price = _decimal(parameter_cost, "parameter_cost")
    parameters = _decimal(budget, "budget") / price
    if parameters > LARGEST_COUNT:
        raise ValueError(f"the budget must buy at most {LARGEST_COUNT:g} parameters; it buys more")
    return parameters, _decimal(sample_cost, "sample_cost") * (tasks.T - 1) / price


def _decimal(value: Any, name: str) -> Fraction:
    """Read a price as the decimal number that is printed: 0.1 is a tenth.

    Returns:
        The exact number.
    """
    found = real(value, name, low=0)
    return Fraction(str(value if isinstance(value, int | float | Fraction | Decimal) else found))
