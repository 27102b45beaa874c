"""A bar for whoever waits: it appears when a step takes more than two seconds, and leaves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Step = TypeVar("Step")
PATIENCE = 2.0  # seconds without a bar


def steps(items: Iterable[Step], what: str, shown: bool, total: int | None = None) -> Iterator[Step]:
    """Pass items on, with a bar on the standard error stream if that is a terminal.

    Args:
        items: what is worked on, one after the other.
        what: is being done, in two words.
        shown: whether a bar may appear at all.
        total: number of items, if they have no length.

    Yields:
        The items.

    Example:
        >>> list(steps([1, 2], "squares", shown=False))
        [1, 2]
    """
    yield from tqdm(
        items,
        desc=what,
        total=total,
        delay=PATIENCE,
        leave=False,
        disable=None if shown else True,
        unit="step",
    )
