"""The problems on which simulators are tested: every shape of data that the reduction treats differently.

For a fit of N samples with p parameters the excess risk has moments up to order (|p - N| + 1) / 2 only
(``test_tails.py``): within 1 of the threshold its mean is infinite, within 3 its variance. A z-test needs
two moments and a few more to be near normal, so means and variances are tested on ``LIGHT`` cells
(|p - N| >= 10, five moments), distributions on all.
"""

from functools import cache

import numpy as np

from manytasks import Tasks, simulate

CHAIN = Tasks.chain(3, -0.5)
UNEQUAL = Tasks.from_vectors([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])  # three tasks of rank two
EQUAL = Tasks(np.full((3, 3), 2.0))
ZERO = Tasks(np.zeros((2, 2)))
ONE_ZERO = Tasks([[0.0, 0.0], [0.0, 2.0]])
FIVE = Tasks.equiangular(5, 0.2)

LIGHT = {
    "p < N": (CHAIN, (4, 6, 10), 9, 0.3),
    "p > N + T": (CHAIN, (4, 6, 10), 34, 0.3),
    "rank below T, no noise": (UNEQUAL, (5, 5, 5), 40, 0.0),
    "rank below T, p < N": (UNEQUAL, (15, 20, 25), 30, 1.0),
    "equal tasks": (EQUAL, (4, 4, 4), 30, 0.3),
    "zero tasks": (ZERO, (6, 6), 24, 0.5),
    "one zero task without samples": (ONE_ZERO, (0, 12), 24, 0.1),
    "n_j < T": (FIVE, (1, 2, 1, 0, 3), 25, 0.2),
    "n_j < T, p < N": (FIVE, (1, 2, 40, 0, 3), 16, 0.2),
    "N < rank": (FIVE, (1, 0, 1, 0, 0), 16, 0.2),
    "p = rank": (CHAIN, (5, 5, 6), 3, 0.3),
    "p = rank + 1": (UNEQUAL, (5, 5, 6), 3, 0.3),
    "p = 1": (Tasks.from_vectors([[1.0], [-2.0]]), (7, 8), 1, 0.1),
}
HEAVY = {
    "p = N": (CHAIN, (3, 4, 5), 12, 0.3),
    "p = N - 1": (CHAIN, (3, 4, 5), 11, 0.3),
    "p = N + 1": (CHAIN, (3, 4, 5), 13, 0.3),
    "N < p < N + T": (CHAIN, (3, 4, 5), 14, 0.0),
    "p = N, n_j < T": (FIVE, (2, 1, 0, 2, 2), 7, 0.0),
    "p = N - 2, rank below T": (UNEQUAL, (3, 4, 5), 10, 0.0),
    "p = N = rank": (CHAIN, (1, 1, 1), 3, 0.1),
    "p = N + 1, N < rank": (FIVE, (2, 0, 1, 0, 1), 5, 0.1),
    "p = N, zero tasks": (ZERO, (3, 3), 6, 0.5),
    "p = N = 1": (Tasks([[1.0]]), 1, 1, 0.5),
}


@cache
def draws(name, method, trials, function="multitask_error"):
    """Draws of one cell, the same for every test that asks; the two methods never share a seed."""
    tasks, samples, p, noise_var = (LIGHT | HEAVY)[name]
    seed = {"direct": 11, "reduced": 12}[method]
    draw = getattr(simulate, function)
    return draw(tasks, samples, p, noise_var, trials=trials, seed=seed, method=method)
