"""What the formulas accept: whole sample counts, p >= 1, a variance that is not negative; or symbols."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from manytasks.tasks import Tasks

Regime = Literal["over", "under"] | None


def is_symbolic(*values: Any) -> bool:
    """Tell whether any value holds SymPy expressions (or other objects) instead of numbers.

    Returns:
        True if at least one value has no numeric dtype.
    """
    return any(np.asarray(value).dtype == object for value in values)


def sample_counts(tasks: Tasks, samples: Any, name: str = "samples", *, axes: bool = False) -> np.ndarray:
    """Return one sample count per task.

    Args:
        tasks: the T tasks.
        samples: whole number >= 0 for all tasks, or T of them; symbols pass.
        name: how the error message calls the argument.
        axes: whether (..., T), many sets of counts, is allowed.

    Returns:
        (T,) or (..., T) array of floats (counts beyond 2**53 do not occur), or of symbols.

    Raises:
        ValueError: if the length is not T, or a count is negative or not whole.
    """
    counts = _array(samples)
    if (counts.ndim > 1 and not axes) or (counts.ndim and counts.shape[-1] != tasks.T):
        raise ValueError(f"{name} must be one number or {tasks.T}, one per task; got shape {counts.shape}")
    counts = np.broadcast_to(counts, counts.shape or (tasks.T,))
    if is_symbolic(counts):
        return counts
    if not np.all((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts)):
        raise ValueError(f"{name} must be whole numbers of at least 0; got {samples}")
    return counts.astype(float)


def parameter_counts(p: Any) -> np.ndarray:
    """Return p as an array.

    Args:
        p: whole number >= 1 (a model without parameters has nothing to fit), or an array; symbols pass.

    Returns:
        Array of floats with the shape of ``p``, or of symbols.

    Raises:
        ValueError: if an entry is below 1 or not whole.
    """
    p = _array(p)
    if is_symbolic(p):
        return p
    if not np.all((p >= 1) & (p == np.floor(p)) & np.isfinite(p)):
        raise ValueError(f"p must be a whole number of at least 1 parameter; got {p}")
    return p.astype(float)


def noise_variance(noise_var: Any) -> Any:
    """Return the label-noise variance.

    Args:
        noise_var: finite number >= 0, or a symbol.

    Returns:
        The same value.

    Raises:
        ValueError: if it is negative, infinite, not a number or not a scalar.
    """
    if np.ndim(noise_var) != 0:
        raise ValueError(f"noise_var must be one number, the variance σ²; got shape {np.shape(noise_var)}")
    if not is_symbolic(noise_var) and not 0 <= noise_var < np.inf:
        raise ValueError(f"noise_var must be a variance, finite and at least 0; got {noise_var}")
    return noise_var


def noise_variances(noise_var: ArrayLike, T: int) -> np.ndarray:
    """Return one label-noise variance per task.

    Args:
        noise_var: one number or T of them, finite and at least 0.
        T: number of tasks.

    Returns:
        (T,) array.

    Raises:
        ValueError: if a number is outside its range or there are not T.
    """
    noise = np.asarray(noise_var, dtype=float)
    if noise.ndim and noise.shape != (T,):
        raise ValueError(f"noise_var must be one number or {T}, one per task; got shape {noise.shape}")
    if not np.all((noise >= 0) & np.isfinite(noise)):
        raise ValueError(f"noise_var must be variances, finite and at least 0; got {noise_var!r}")
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
    if regime not in (None, "over", "under"):
        raise ValueError(f"regime must be 'over' (p >= N), 'under' (p < N) or None; got {regime!r}")
    if regime is None and is_symbolic(*values):
        raise ValueError("p and N cannot be compared when one is a symbol: say regime='over' or 'under'")


def _array(value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype == object and all(isinstance(item, int) for item in array.flat):
        return array.astype(float)  # whole numbers beyond 64 bits, which NumPy keeps as objects
    return array
