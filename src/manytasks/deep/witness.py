"""What a run draws passes through here, so that somebody may watch: fingerprint it, or move it a little.

The places that draw call ``passing``; without a watcher the value goes through untouched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import numpy as np

from manytasks.streams import Seed

Value = TypeVar("Value")
Watcher = Callable[[Seed, str, Any], Any]  # of seed, name and value; what it returns is used
INITIAL = "initial weights"
_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def passing(seed: Seed, what: str, value: Value) -> Value:
    """Let a value that was drawn pass.

    Args:
        seed: seed of the run.
        what: its name in a few words, such as "labels of task 3".
        value: an array, or a dictionary of arrays.

    Returns:
        The value; what the watcher makes of it if there is one.

    Example:
        >>> passing(0, "labels of task 3", np.array([1, 0]))
        array([1, 0])
    """
    watch = _watcher.get()
    return value if watch is None else watch(seed, what, value)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Show everything that passes to a watcher, in this thread and as long as the context lasts.

    Args:
        watcher: called with seed, name and value; returns the value to use.

    Example:
        >>> with watched(lambda seed, what, value: value + 1):
        ...     passing(0, "number", 1)
        2
    """
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def drawn_by(generator: np.random.Generator) -> int:
    """Return the seed of a run from one of its streams.

    Args:
        generator: made by ``manytasks.streams.stream``.

    Returns:
        The seed, without the names.

    Example:
        >>> from manytasks.streams import stream
        >>> drawn_by(stream(7, "batches", 3))
        7
    """
    return int(generator.bit_generator.seed_seq.entropy)  # type: ignore[attr-defined]


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of type, shape and numbers.

    Floats count in single precision: whether a processor multiplies and adds in one rounding or in two may
    change the last bit of a draw, and nothing else.

    Args:
        value: an array (of NumPy or torch), or a dictionary of arrays.

    Returns:
        16 hexadecimal digits.

    Example:
        >>> fingerprint(np.array([1, 2])) == fingerprint(np.array([2, 1]))
        False
    """
    parts = value if isinstance(value, dict) else {"": value}
    digest = hashlib.sha256()
    for name, part in parts.items():
        array = np.asarray(part)
        kind = array.dtype.newbyteorder("<") if array.dtype.kind != "f" else np.dtype("<f4")
        digest.update(f"{name} {kind.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array.astype(kind)).tobytes())
    return digest.hexdigest()[:16]


class Fingerprints:
    """Watch a run and keep fingerprints, by seed and name; what passes twice counts once, in any order.

    Example:
        >>> prints = Fingerprints()
        >>> with watched(prints):
        ...     _ = passing(0, "labels of task 3", np.array([1, 0]))
        >>> prints.of(0)
        {'labels of task 3': 'd67df08d58ad8724'}
    """

    def __init__(self) -> None:
        self._seen: dict[Seed, dict[str, set[str]]] = {}

    def __call__(self, seed: Seed, what: str, value: Any) -> Any:
        """Keep the fingerprint.

        Returns:
            The value, as it is.
        """
        self._seen.setdefault(seed, {}).setdefault(what, set()).add(fingerprint(value))
        return value

    def of(self, seed: Seed) -> dict[str, str]:
        """Return the fingerprints of a seed.

        Args:
            seed: of the run.

        Returns:
            16 hexadecimal digits by name.
        """
        return {what: _joined(prints) for what, prints in sorted(self._seen.get(seed, {}).items())}


def _joined(prints: set[str]) -> str:
    return hashlib.sha256(" ".join(sorted(prints)).encode()).hexdigest()[:16]


def moving(generator: np.random.Generator, by: float) -> Watcher:
    """Make a watcher that moves initial weights a little: what another processor's rounding does.

    Args:
        generator: draws the moves.
        by: relative size of a move, such as 1e-7, the rounding of single precision.

    Returns:
        A watcher.

    Example:
        >>> with watched(moving(np.random.default_rng(1), by=1e-7)):
        ...     moved = passing(0, INITIAL, np.ones(3))
        >>> bool(0 < abs(moved - 1).max() < 1e-6)
        True
    """

    def moved(value: Any) -> Any:
        return value * (1 + by * generator.standard_normal(value.shape).astype(_kind(value)))

    def watch(seed: Seed, what: str, value: Any) -> Any:
        if what != INITIAL:
            return value
        return (
            {name: moved(part) for name, part in value.items()} if isinstance(value, dict) else moved(value)
        )

    return watch


def _kind(value: Any) -> Any:
    return np.asarray(value).dtype
