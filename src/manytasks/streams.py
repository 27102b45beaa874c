"""Named random streams: one seed, as many independent generators as there are things to draw."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from manytasks.readers import count, short

# Whoever takes a seed takes a part of one as well: (1, "opposed", 3) is a part of seed 1 that no other name
# and no other seed shares. Sums are shared: seed + 3 is what the next seed calls seed + 2.
Seed = int | tuple[Any, ...]


def seed_sequence(seed: Seed, *names: str | int) -> np.random.SeedSequence:
    """Return the seed sequence that belongs to a name.

    Args:
        seed: whole number >= 0, the only seed of a run; or a tuple of it and names, which come first.
        names: what is drawn ("data", "label noise", ...) and of which (whole numbers >= 0).

    Returns:
        A seed sequence independent of that of every other (seed, names).

    Raises:
        ValueError: if the seed or a number is negative, not whole or no number.

    Example:
        >>> int(seed_sequence(1, "data", 3).generate_state(1)[0])
        1481893375
        >>> int(seed_sequence((1, "data"), 3).generate_state(1)[0])
        1481893375
    """
    while isinstance(seed, tuple):
        names = (*seed[1:], *names)
        seed = seed[0]
    try:
        key = [crc32(name.encode()) if isinstance(name, str) else count(name, "name") for name in names]
        return np.random.SeedSequence(count(seed, "seed"), spawn_key=key)
    except ValueError as error:
        given = short((seed, *names))
        raise ValueError(
            f"a seed and its stream numbers must be whole and at least 0; got {given}"
        ) from error


def stream(seed: Seed, *names: str | int) -> np.random.Generator:
    """Return the random generator that belongs to a name, so that adding a draw never shifts another.

    Args:
        seed: whole number >= 0, the only seed of a run; or a tuple of it and names, which come first.
        names: what is drawn ("data", "label noise", ...) and of which (whole numbers >= 0).

    Returns:
        A generator independent of that of every other (seed, names). SFC64 is NumPy's fastest.

    Example:
        >>> stream(1, "data").integers(100, size=3)
        array([ 3, 76,  7])
        >>> stream(1, "label noise").integers(100, size=3)
        array([94, 65, 16])
    """
    return np.random.Generator(np.random.SFC64(seed_sequence(seed, *names)))


def stream_number(seed: Seed, *names: str | int) -> int:
    """Return the number that belongs to a name, for generators that take nothing but a number (torch's).

    Args:
        seed: whole number >= 0, the only seed of a run; or a tuple of it and names, which come first.
        names: what is drawn ("data", "label noise", ...) and of which (whole numbers >= 0).

    Returns:
        A whole number below ``2**63``; two names share one with probability 1e-19.

    Example:
        >>> stream_number(1, "weights", 0) == stream_number((1, "weights"), 0) < 2**63
        True
    """
    return int(seed_sequence(seed, *names).generate_state(1, np.uint64)[0] >> 1)
