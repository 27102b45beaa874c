"""Flows and iterates: what the modified equation is compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from manytasks.flow.arguments import check_functions, check_rate, check_theta
from manytasks.flow.parameters import Loss, P, check_rates, descent_field, pack
from manytasks.readers import count, numbers, real, short

# The solver controls its local error in float64; below the rounding error of the caller's dtype the field is
# noise, and asking for more would only make the steps tiny.
FINEST = 1e-12
ROUNDING_UNITS = 50
MOST_STEPS = 100_000  # evaluations of a field


def descend(
    losses: Sequence[Loss[P]], theta: P, h: float, rounds: int = 1, rates: Sequence[float] | None = None
) -> P:
    r"""Take rounds of gradient steps, :math:`\theta \leftarrow \theta - a_i h \nabla L_i(\theta)`, in turn.

    Args:
        losses: scalar torch functions of the parameters, in the order their steps are taken.
        theta: starting point.
        h: rate of a step.
        rounds: how often the list is gone through, at least 0.
        rates: :math:`a_i`, rate of each step relative to h, all 1 if left out.

    Returns:
        The parameters after the last step.

    Raises:
        ValueError: if there is no loss, the lengths differ or a number is outside its range.

    Example:
        >>> descend([lambda t: (t**2).sum() / 2], torch.tensor([1.0]), h=0.5, rounds=2)
        tensor([0.2500])
    """
    weights, step = check_rates(rates, losses), check_rate(h)
    check_theta(theta)
    vector, unpack = pack(theta)
    fields = [descent_field(loss, unpack, a) for loss, a in zip(losses, weights, strict=True)]
    for _ in range(count(rounds, "rounds")):
        for field in fields:
            vector = vector + step * field(vector)
    return unpack(vector)


def trajectory(field: Callable[[P], P], theta: P, times: Sequence[float]) -> list[P]:
    r"""Solve :math:`\dot\theta = F(\theta)` and return the solution at given times.

    SciPy's eighth-order Dormand–Prince method with relative and absolute tolerance 1e-12, or 50 units of
    rounding of the caller's dtype if that is coarser. The state is kept in float64; the field is evaluated
    in the caller's dtype and on the caller's device.

    Args:
        field: F, from parameters to a vector of the same form.
        theta: value at time 0.
        times: increasing, none negative: the solver runs forward only.

    Returns:
        One set of parameters for each time.

    Raises:
        ValueError: if times are negative, infinite or out of order, or the field returns another form.
        RuntimeError: if the solver gives up, as it does when the solution blows up; or after 100,000
            evaluations of the field, some ten seconds for a small network.

    Example:
        >>> growth = lambda t: t
        >>> [float(x) for x in trajectory(growth, torch.ones(1, dtype=torch.float64), [0, 1])]
        [1.0, 2.71828...]
    """
    at = numbers(times, "times")
    finite = at.ndim == 1 and at.size > 0 and bool(np.all(np.isfinite(at)))
    if not finite or at[0] < 0 or np.any(np.diff(at) <= 0):
        raise ValueError(f"times must be finite, at least 0 and increase; got {short(times)}")
    check_functions(field, "field")
    check_theta(theta)
    vector, unpack = pack(theta)
    tolerance = max(FINEST, ROUNDING_UNITS * torch.finfo(vector.dtype).eps)

    def restore(state: np.ndarray) -> P:
        return unpack(torch.as_tensor(state.copy(), dtype=vector.dtype, device=vector.device))

    asked = 0

    def right_hand_side(time: float, state: np.ndarray) -> np.ndarray:
        nonlocal asked
        asked += 1
        if asked > MOST_STEPS:
            raise RuntimeError(
                f"no solution up to time {at[-1]:g}: {MOST_STEPS} evaluations of the field "
                f"led to time {time:.3g}"
            )
        direction = field(restore(state))
        check_theta(direction, "what field returns")
        flat = pack(direction)[0]
        if flat.shape != vector.shape:
            raise ValueError(
                f"field must return as many numbers as there are parameters, {vector.numel()}; "
                f"it returned {flat.numel()}"
            )
        return _numpy(flat)

    start = _numpy(vector)
    if at[-1] == 0:
        return [restore(start) for _ in at]
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # a first step that overflows is rejected and shortened
        solution = solve_ivp(
            right_hand_side,
            (0.0, at[-1]),
            start,
            method="DOP853",
            t_eval=at
            if at.size > 1
            else None,  # to look between its steps costs the solver three evaluations
            first_step=at[at > 0][0],  # one step is often enough: the flow of a round is short
            rtol=tolerance,
            atol=tolerance,
        )
    if not solution.success:
        raise RuntimeError(f"no solution up to time {at[-1]:g}: {solution.message}")
    return [restore(state) for state in solution.y.T[-at.size :]]


def integrate(field: Callable[[P], P], theta: P, duration: float) -> P:
    r"""Follow the flow of a field for a while: the reference that gradient steps are compared with.

    Args:
        field: from parameters to a vector of the same form.
        theta: starting point.
        duration: at least 0. One round of gradient steps with rate h takes the time h.

    Returns:
        The end point, to the tolerance of :func:`trajectory`.

    Raises:
        ValueError: if the duration is negative or infinite.
        RuntimeError: if the solver gives up.

    Example:
        >>> end = integrate(lambda t: -t, torch.ones(2, dtype=torch.float64), duration=1.0)
        >>> bool(torch.all(torch.abs(end - np.exp(-1)) < 1e-12))
        True
    """
    return trajectory(field, theta, [real(duration, "duration", low=0)])[-1]


def _numpy(vector: Tensor) -> np.ndarray:
    return vector.detach().to(device="cpu", dtype=torch.float64).numpy()
