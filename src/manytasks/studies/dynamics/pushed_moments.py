"""Does the bracket term push away from an earlier task? One round with and without it, at several moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.func import grad, vmap

from manytasks import flow
from manytasks.statistics import Interval, share_interval
from manytasks.studies.dynamics.first_steps import bracket_push
from manytasks.studies.dynamics.forgotten_pairs import FIRST_RATE, Forgotten
from manytasks.studies.dynamics.second_task import descend_pairs
from manytasks.studies.dynamics.similar_pairs import NETWORK, task_loss
from manytasks.studies.dynamics.small_pairs import stacked


@dataclass(frozen=True)
class Pushes:
    """What the bracket term does in one round; (moments, pairs) each."""

    moments: list[str]
    added: np.ndarray  # to the loss of task 1
    part: np.ndarray  # the size of that over the size of what the whole round changes
    leading: np.ndarray  # what theory says it adds, to leading order

    def harmed(self, level: float = 0.95) -> list[Interval]:
        """Return the share of pairs in which the term raises the loss of task 1, at each moment.

        Args:
            level: probability with which each interval covers.

        Returns:
            Shares with exact intervals.
        """
        return [share_interval(int((row > 0).sum()), len(row), level) for row in self.added]

    def least_harmed(self, alpha: float, at_minimum: bool) -> Interval:
        """Return that share at the exact minimum, or at the moment before at which it is least.

        Args:
            alpha: probability with which any of the lower ends errs, shared out among the moments.
            at_minimum: whether the last row is read, or all others.

        Returns:
            The interval with the least lower end.
        """
        rows = slice(-1, None) if at_minimum else slice(-1)
        harmed = self.harmed(1 - 2 * alpha / len(self.moments[rows]))[rows]
        return min(harmed, key=lambda found: float(found.low))

    @property
    def right_sign(self) -> float:
        """The share of pairs and of the first two moments where theory's sign is the one seen."""
        return float((np.sign(self.leading[:2]) == np.sign(self.added[:2])).mean())


def push_while_learning(pairs: Forgotten, moments: Sequence[int], rate: float) -> Pushes:
    r"""Follow one round at the start of task 1, on the way, at its end, and at an exact minimum.

    The minimum is the end, with the outputs of the network there as the targets of task 1.

    Args:
        pairs: that have been learned.
        moments: numbers of steps on task 1: 0, those on the way, and that of the end.
        rate: of the round.

    Returns:
        One row per moment, the minimum last.

    Example:
        >>> from manytasks.studies.dynamics.forgotten_pairs import forget
        >>> pushes = push_while_learning(forget(2, 5, [1], 0.02, seed=1), [0, 2, 5], 0.05)
        >>> pushes.moments, bool((pushes.added[-1] > 0).all())
        (['start', '2 steps', '5 steps', 'exact\nminimum'], True)
    """
    drawn, after = pairs.drawn, pairs.after
    kept = descend_pairs(drawn.start, drawn.data, task_loss("x1", "y1"), FIRST_RATE, moments[:-1])
    own = {**after.data, "y1": vmap(NETWORK)(after.theta, after.data["x1"])}
    places = [*(drawn.at(kept[k]) for k in moments[:-1]), after, replace(after, data=own)]
    names = ["start", *(f"{k} steps" for k in moments[1:]), "exact\nminimum"]
    push = bracket_push(stacked(places), rate)
    each = (one.reshape(len(places), -1) for one in (push.added, push.share, push.leading))
    return Pushes(names, *each)


def helped_by_the_bracket() -> float:
    r"""Return :math:`\langle g_1, [g_1, g_2]\rangle` where both gradients are 1 and the later task is flat.

    Returns:
        -1: the bracket term lowers the loss of the earlier task.

    Example:
        >>> helped_by_the_bracket()
        -1.0
    """
    losses = (lambda t: t @ t / 2, lambda t: t.sum())
    one = torch.ones(1, dtype=torch.float64)
    return float(grad(losses[0])(one) @ flow.lie_bracket(*losses, one))
