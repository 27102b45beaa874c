"""Named random streams: what a name draws never depends on what any other name drew."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import torch


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator that belongs to a name.

    Ours. Data, label noise, initialisation and batch order each have a name, so that width, depth or
    method can change without moving the data, and no two seeds share a stream.

    Args:
        seed: seed of the run, at least 0 (a SeedSequence takes no negative entropy).
        names: what the numbers are for, for instance ``("labels", 3)``.

    Returns:
        A generator that is the same for the same seed and names, and independent of every other.

    Raises:
        ValueError: if the seed is negative or no name is given.

    Example:
        >>> float(stream(1, "data").random()) == float(stream(1, "data").random())
        True
        >>> float(stream(1, "data").random()) == float(stream(1, "labels").random())
        False
    """
    if seed < 0:
        raise ValueError(f"seed must be at least 0; got {seed}")
    if not names:
        raise ValueError("a stream needs at least one name; got none")
    key = tuple(crc32(f"{type(name).__name__}:{name}".encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def torch_stream(seed: int, *names: str | int, device: torch.device | str = "cpu") -> torch.Generator:
    """Return the torch generator that belongs to a name.

    Args:
        seed: seed of the run, at least 0.
        names: what the numbers are for.
        device: where the numbers are drawn. A GPU draws other numbers than a CPU from the same state.

    Returns:
        A generator seeded from ``stream(seed, *names)``.

    Example:
        >>> torch_stream(1, "warp").initial_seed() == torch_stream(1, "warp").initial_seed()
        True
    """
    generator = torch.Generator(device=device)
    generator.manual_seed(int(stream(seed, *names).integers(2**63)))
    return generator
