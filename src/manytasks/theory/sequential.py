"""Rehearse after: fit the new task, then move to the nearest point that fits the buffer; for T tasks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from manytasks.theory.buffer_span import span_error
from manytasks.theory.domain import Regime, is_symbolic
from manytasks.theory.fit import noise_factor, times
from manytasks.theory.multitask import total
from manytasks.theory.random_projection import projection_moments


class Path(NamedTuple):
    """What a step needs to know of the one before; every array has the axes (..., T)."""

    error: Any
    """x_i, the mean of ‖w - w_i*‖²."""
    seen: Any
    """q_i, the mean of ‖Q(w - w_i*)‖², Q the projection on the span of the buffer of the next step."""
    mean: Any
    """μ_s, coefficients of the mean of w in the tasks."""
    mean_seen: Any
    """ν_s, coefficients of the mean of Qw."""


def sequential_matrix(gram: Any, n: Any, m: Any, p: Any, sigma2: Any, regime: Regime = None) -> Any:
    """Return ``replay_error`` with ``rehearsal="sequential"`` for checked arguments.

    Args:
        gram: (T, T) Gram matrix of the tasks.
        n: (T,) sample counts.
        m: (..., T) buffer counts.
        p: parameter counts with a trailing axis of length 1, more than every n_t and every buffer.
        sigma2: label-noise variance.
        regime: "over" where symbols, fractions or other exact numbers are to pass.

    Returns:
        Array of shape (..., T, T).
    """
    T = len(gram)
    norms2 = gram.diagonal()
    nothing = 0 * m + 0 * p
    path = Path(norms2 + nothing, nothing, nothing, nothing)
    errors, endless = [], False
    with np.errstate(invalid="ignore"):
        for t in range(T):
            buffer = np.where(np.arange(T) < t, m, 0 * m)
            path = next_path(path, gram, t, n[t], m[..., t : t + 1], buffer, p, sigma2, regime)
            # What a step adds is infinite, or minus that much: later steps see only a part of the space.
            if not is_symbolic(path.error):
                endless = endless | ~np.isfinite(path.error)
            errors.append(path.error if is_symbolic(path.error) else np.where(endless, np.inf, path.error))
    return np.stack(errors, axis=-2)


def next_path(
    path: Path, gram: Any, t: int, n: Any, k: Any, buffer: Any, p: Any, sigma2: Any, regime: Regime
) -> Path:
    r"""Fit task t, revisit the buffer, and prepare the span of the next one, which gets k of n samples.

    Let Q project on the span of the buffer's M samples. What is wrong after the step has two parts: that in
    the span, of mean square :math:`S_i`, and :math:`I-Q` times what is wrong after the new task alone.

    Args:
        path: the state before; symbols and fractions pass with ``regime="over"``.
        gram: (T, T) Gram matrix of the tasks.
        t: which task is fitted.
        n: its number of samples.
        k: how many of them the next buffer gets, with the axis of the tasks.
        buffer: (..., T) counts of the buffer that is revisited.
        p: parameter counts with a trailing axis of length 1.
        sigma2: label-noise variance.
        regime: "over", or None for floats.

    Returns:
        The state after the step.
    """
    M, N1 = total(buffer), times(noise_factor(n, p, regime), sigma2)
    norms2 = gram.diagonal()
    distances2 = norms2[:, None] + norms2 - 2 * gram
    d, R = distances2[t], p - M
    fitted = span_error(distances2, buffer, p, sigma2, regime)

    def along(coefficients: Any, share: Any) -> Any:
        """⟨Σ_s c_s w_s* − share · w_i*, w_t* − w_i*⟩.

        Returns:
            (..., T) array.
        """
        inner = coefficients @ gram
        return inner[..., t : t + 1] - inner - share * (gram[t] - norms2)

    apart, apart_seen = along(path.mean, 1), along(path.mean_seen, M / p)
    y = projection_moments(n, p).across
    overwritten = (
        ((p - n) / p - p * y) * path.seen
        + y * M * path.error
        + M / p * (n / p * d + N1)
        + 2 * y * (p * apart_seen - M * apart)
    )
    error = fitted + (1 - n / p) * path.error + n / p * d + N1 - overwritten

    # The span of the next buffer: that of this one, and k of the new samples; h others were fitted with them.
    h, P = n - k, p - k
    y_k, y_h = projection_moments(k, p), projection_moments(h, P).across
    # With P' the projection on the k samples, over M: E tr P'Q, E (tr P'Q)² and E tr (P'Q)².
    once, squared, twice = k / p, (y_k.along - y_k.across) * M + 2 * y_k.across, y_k.along + y_k.across * M
    kept = (P - h) / P - P * y_h
    inside = kept * (once - twice) + y_h * (M * once - squared)
    outside = M * (kept * twice + y_h * (once * (R - k) + squared)) / R
    tau, b = k / R, (k - M * once * (p - n) / P) / R
    k_noise = times(noise_factor(k, p, regime), sigma2)
    shifted = M / p * inside + R / p * (2 * b - tau + outside)
    new = (
        inside * path.seen
        + outside * (path.error - path.seen)
        + d * shifted
        + 2 * (-inside * apart_seen + (tau - b - outside) * (apart - apart_seen))
        + R / p * k_noise
        + times(noise_factor(h, P, regime), (sigma2 + k_noise) * M * once / P)
    )
    stored, is_new = buffer / p, np.arange(len(gram)) == t
    gone = path.mean - path.mean_seen
    mean = stored + (1 - n / p) * gone + np.where(is_new, n / p * (R / p), 0)
    mean_seen = stored + (tau - b) * gone + np.where(is_new, b * R / p, 0)
    return Path(error, fitted + new, mean, mean_seen)
