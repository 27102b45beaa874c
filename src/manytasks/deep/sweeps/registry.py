"""Every sweep by name."""

from __future__ import annotations

from manytasks.deep.sweeps import (
    bracket_forgetting,
    cifar100,
    conflict_remedies,
    depth,
    gradient_regularization,
    layers,
    mnist,
    multitask_width,
    random_features,
    rehearsal_schedule,
    replay_budget,
    replay_methods,
    replay_noise,
    replay_width,
    resnet_width,
    ridge_equivalent,
    schools,
    similarity,
    similarity_measures,
    training_length,
)
from manytasks.deep.sweeps.sweep import Sweep
from manytasks.readers import short

OWN_DATA = tuple(
    module.SWEEP
    for module in (
        multitask_width,
        similarity,
        similarity_measures,
        layers,
        conflict_remedies,
        depth,
        resnet_width,
        gradient_regularization,
        replay_width,
        replay_noise,
        replay_budget,
        replay_methods,
        random_features,
        bracket_forgetting,
        rehearsal_schedule,
        training_length,
    )
)
# On the papers' data and other real data, which must be there.
REAL_DATA = (*cifar100.SWEEPS, *mnist.SWEEPS, ridge_equivalent.SWEEP, *schools.SWEEPS)
SWEEPS: dict[str, Sweep] = {sweep.name: sweep for sweep in (*OWN_DATA, *REAL_DATA)}


def sweep_names() -> tuple[str, ...]:
    """Return the names of all sweeps.

    Returns:
        Names, in the order of the book.
    """
    return tuple(SWEEPS)


def find_sweep(name: str) -> Sweep:
    """Return a sweep by name.

    Args:
        name: one of ``sweep_names()``.

    Returns:
        The sweep.

    Raises:
        ValueError: if there is no such sweep.

    Example:
        >>> find_sweep("replay-width").axes
        ('scenario', 'width')
    """
    if not isinstance(name, str) or name not in SWEEPS:
        raise ValueError(f"no sweep {short(name)}; the sweeps are {', '.join(SWEEPS)}")
    return SWEEPS[name]
