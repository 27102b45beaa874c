"""What the formulas accept: whole sample counts, p >= 1, a variance that is not negative; or symbols."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from manytasks.readers import has_symbols, numbers, short
from manytasks.tasks import Tasks

Regime = Literal["over", "under"] | None

LARGEST_COUNT = 1e60  # beyond it the products of the formulas leave the floats


def is_symbolic(*values: Any) -> bool:
    """Tell whether any value is computed with as SymPy expressions, not as floats.

    Returns:
        True if at least one value has no numeric dtype.
    """
    return any(np.asarray(value).dtype == object for value in values)


def check_tasks(tasks: Any) -> Tasks:
    """Check that tasks are given as ``Tasks``.

    Args:
        tasks: what was given.

    Returns:
        The same object.

    Raises:
        ValueError: if it is anything else.
    """
    if not isinstance(tasks, Tasks):
        raise ValueError(
            f"tasks must be Tasks, which Tasks.from_vectors or Tasks.equiangular make; got {short(tasks)}"
        )
    return tasks


def sample_counts(
    tasks: Tasks, samples: Any, name: str = "samples", *, axes: bool = False, symbols: bool = True
) -> np.ndarray:
    """Return one sample count per task: ``counts_of`` for as many tasks as there are.

    Args:
        tasks: the T tasks.
        samples: whole number >= 0 for all tasks, or T of them.
        name: how the error message calls the argument.
        axes: whether (..., T), many sets of counts, is allowed.
        symbols: whether symbols pass.

    Returns:
        (T,) or (..., T) array.

    Raises:
        ValueError: if the length is not T, or a count is negative or not whole.
    """
    return counts_of(check_tasks(tasks).T, samples, name, axes=axes, symbols=symbols)


def counts_of(
    T: int, samples: Any, name: str = "samples", *, axes: bool = False, symbols: bool = False
) -> np.ndarray:
    """Return one sample count per task.

    Args:
        T: number of tasks.
        samples: whole number >= 0 for all tasks, or T of them.
        name: how the error message calls the argument.
        axes: whether (..., T), many sets of counts, is allowed.
        symbols: whether symbols pass.

    Returns:
        (T,) or (..., T) array of floats (counts beyond 2**53 do not occur), or of symbols.

    Raises:
        ValueError: if the length is not T, or a count is negative or not whole.
    """
    counts = numbers(samples, name, symbols=symbols)
    if (counts.ndim > 1 and not axes) or (counts.ndim and counts.shape[-1] != T):
        raise ValueError(f"{name} must be one number or {T}, one per task; got shape {counts.shape}")
    if not np.all(_whole(counts, least=0)):
        raise ValueError(f"{name} must be whole numbers of at least 0; got {short(samples)}")
    return np.broadcast_to(counts, counts.shape or (T,))


def parameter_counts(p: Any, *, symbols: bool = True) -> np.ndarray:
    """Return p as an array.

    Args:
        p: whole number >= 1 (a model without parameters has nothing to fit), or an array.
        symbols: whether symbols pass.

    Returns:
        Array of floats with the shape of ``p``, or of symbols.

    Raises:
        ValueError: if an entry is below 1 or not whole.
    """
    counts = numbers(p, "p", symbols=symbols)
    if not np.all(_whole(counts, least=1)):
        raise ValueError(f"p must be a whole number of at least 1 parameter; got {short(p)}")
    return counts


def noise_variance(noise_var: Any, *, symbols: bool = True) -> Any:
    """Return the label-noise variance.

    Args:
        noise_var: finite number >= 0, or a symbol.
        symbols: whether a symbol passes.

    Returns:
        It as a float, or the symbol.

    Raises:
        ValueError: if it is negative, infinite, not a number or not a scalar.
    """
    variance = numbers(noise_var, "noise_var", symbols=symbols)
    if variance.ndim != 0:
        raise ValueError(f"noise_var must be one number, the variance σ²; got shape {variance.shape}")
    if not has_symbols(variance) and not 0 <= float(variance) < np.inf:
        raise ValueError(f"noise_var must be a variance, finite and at least 0; got {short(noise_var)}")
    return variance[()]


def noise_variances(noise_var: Any, T: int) -> np.ndarray:
    """Return one label-noise variance per task.

    Args:
        noise_var: one number or T of them, finite and at least 0.
        T: number of tasks.

    Returns:
        (T,) array.

    Raises:
        ValueError: if a number is outside its range or there are not T.
    """
    noise = numbers(noise_var, "noise_var")
    if noise.ndim and noise.shape != (T,):
        raise ValueError(f"noise_var must be one number or {T}, one per task; got shape {noise.shape}")
    if not np.all((noise >= 0) & np.isfinite(noise)):
        raise ValueError(f"noise_var must be variances, finite and at least 0; got {short(noise_var)}")
    return np.broadcast_to(noise, T)


def check_regime(regime: Regime, *values: Any) -> None:
    """Check that the side of the threshold is known.

    Args:
        regime: "over" (p >= N), "under" (p < N), or None to compare p with N. With numbers it forces that
            side's expression, which continues it analytically beyond the threshold.
        values: the numbers or symbols that would have to be compared.

    Raises:
        ValueError: if ``regime`` is another word, or None although a value is a symbol.
    """
    if not (regime is None or (isinstance(regime, str) and regime in ("over", "under"))):
        raise ValueError(f"regime must be 'over' (p >= N), 'under' (p < N) or None; got {short(regime)}")
    if regime is None and has_symbols(*values):
        raise ValueError("p and N cannot be compared when one is a symbol: say regime='over' or 'under'")


def settled(tasks: Tasks, *values: Any, exact: bool) -> tuple[Any, ...]:
    """Return arguments that are computed with in one way: as floats, or as SymPy expressions.

    Exact numbers are worth their price beside symbols, where they keep a derivation exact. Without any
    symbol, and where p must be compared with N, they are numbers like others.

    Args:
        tasks: the T tasks.
        values: what the readers above returned.
        exact: whether expressions may stay: the side of the threshold is known without comparing.

    Returns:
        The tasks and the values.
    """
    if exact and has_symbols(tasks.gram, *values):
        return (tasks, *values)
    if is_symbolic(tasks.gram) and not has_symbols(tasks.gram, *values):
        tasks = Tasks(tasks.gram.astype(float))
    return (tasks, *(value if has_symbols(value) else np.asarray(value, dtype=float)[()] for value in values))


def problem(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any, regime: Regime
) -> tuple[Tasks, Any, Any, Any]:
    """Read the arguments that most formulas share.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.
        regime: side of the threshold, needed only when p or a sample count is a symbol.

    Returns:
        Tasks, (T,) counts, array p, variance; as floats, or exact beside symbols if ``regime`` is known.

    Raises:
        ValueError: if an argument is outside its range.
    """
    n, widths, sigma2 = sample_counts(tasks, samples), parameter_counts(p), noise_variance(noise_var)
    check_regime(regime, n, widths)
    return settled(tasks, n, widths, sigma2, exact=regime is not None)


def numeric_problem(
    tasks: Tasks, samples: Any, p: Any, noise_var: Any
) -> tuple[Tasks, np.ndarray, np.ndarray, float]:
    """Read the arguments of a formula that no symbol can pass.

    Args:
        tasks: the T tasks.
        samples: number of samples of each task, one whole number or T of them.
        p: number of parameters, at least 1, or an array of such numbers.
        noise_var: label-noise variance σ², at least 0.

    Returns:
        Tasks, (T,) counts, array p, variance, as floats.

    Raises:
        ValueError: if an argument is outside its range, or a symbol.
    """
    n, widths = sample_counts(tasks, samples, symbols=False), parameter_counts(p, symbols=False)
    sigma2 = noise_variance(noise_var, symbols=False)
    tasks, n, widths, sigma2 = settled(tasks, n, widths, sigma2, exact=False)
    return tasks, n, np.asarray(widths), sigma2


def _whole(counts: np.ndarray, least: int) -> np.ndarray:
    """Say which counts are whole and large enough; of a symbol that cannot be said.

    Returns:
        Array of truth values with the shape of ``counts``.
    """
    if counts.dtype == object:
        known = [float(least) if has_symbols(item) else float(item) for item in counts.flat]
        counts = np.array(known).reshape(counts.shape)
    with np.errstate(invalid="ignore"):
        return (counts >= least) & (counts == np.floor(counts)) & (counts <= LARGEST_COUNT)
