"""What a draw of errors costs: how many random numbers a reduced data set takes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from manytasks.simulate.reduced import pooled_errors
from manytasks.streams import stream
from manytasks.tasks import Tasks


class _Counter:
    """A random generator that counts the numbers it draws."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.generator, self.numbers = generator, 0

    def __getattr__(self, law: str) -> Any:
        def draw(*arguments: Any, **options: Any) -> Any:
            drawn = getattr(self.generator, law)(*arguments, **options)
            self.numbers += np.size(drawn)
            return drawn

        return draw


def numbers_drawn(tasks: Tasks, samples: int, p: int, noise_var: float, seed: Any) -> int:
    """Count the random numbers of one reduced data set; ours, claim O.12.

    Args:
        tasks: the T tasks, which span r dimensions.
        samples: n, of each task, at least 1.
        p: number of parameters, at least T.
        noise_var: label-noise variance, at least 0.
        seed: of the draw; it does not change the count.

    Returns:
        How many numbers were drawn: for n at least r, and |p - nT| above 2(r + 1), the same on one side of
        the threshold for all n and p.

    Example:
        >>> pair = Tasks.chain(2, cosine=0.5)
        >>> [numbers_drawn(pair, n, 100 * n, noise_var=0.1, seed=1) for n in (10, 10_000)]
        [16, 16]
    """
    counter = _Counter(stream(seed, "count"))
    span = tasks.vectors(tasks.T)
    span = span[:, np.any(span != 0, axis=0)]
    rng = cast(np.random.Generator, counter)
    pooled_errors(rng, 1, span, np.full(tasks.T, samples), p, noise_var)
    return counter.numbers
