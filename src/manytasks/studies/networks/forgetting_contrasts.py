"""What is compared of learners within a seed: wide against narrow, with a buffer against without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from manytasks.studies.networks.forgetting import change, saved

LOST = {"loss": "forgotten_loss", "accuracy": "forgotten_error"}


@dataclass(frozen=True)
class Contrasts:
    """Differences by seed between learners of two widths.

    Args:
        learners: of ``by_learner``, indexed by "scenario" ("task": a head per task, "domain": one head),
            "memory" (0 included), "width" and "seed".
        narrow: a width.
        wide: another.

    Example:
        >>> axes = {"scenario": ["domain"], "memory": [0, 5], "width": [8, 64], "seed": [0]}
        >>> index = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
        >>> lost = [4.0, 2.0, 3.0, 1.0]
        >>> table = pd.DataFrame({"forgotten_loss": lost, "forgotten_error": lost}, index)
        >>> found = Contrasts(table, 8, 64)
        >>> found.wider["forgotten_loss"]["domain", 5].tolist(), found.share_of_narrow("domain", 0).tolist()
        ([-2.0], [0.5])
    """

    learners: pd.DataFrame
    narrow: int
    wide: int

    @cached_property
    def wider(self) -> pd.DataFrame:
        """All measures of the wide learner minus those of the narrow one."""
        return change(self.learners, "width", self.narrow, self.wide)

    def by_measure(self, scenario: str, buffers: Sequence[int]) -> dict[str, list[pd.Series]]:
        """Return what the wide learner forgets more, beside each of several buffers.

        Args:
            scenario: "task" or "domain".
            buffers: samples a class.

        Returns:
            By "loss" and "accuracy", a series for each buffer.
        """
        return {word: [self.wider[lost][scenario, m] for m in buffers] for word, lost in LOST.items()}

    def by_buffer(self, scenario: str, buffers: Sequence[int]) -> dict[int, list[pd.Series]]:
        """Return the same by buffer, a series for loss and one for accuracy.

        Args:
            scenario: "task" or "domain".
            buffers: samples a class.

        Returns:
            By buffer.
        """
        return {m: [self.wider[lost][scenario, m] for lost in LOST.values()] for m in buffers}

    def helped(self, kept: int, widths: Sequence[int]) -> dict[tuple[str, str], list[pd.Series]]:
        """Return what a learner forgets more with a buffer than without: negative where it helps.

        Args:
            kept: samples a class of the buffer.
            widths: of the learners.

        Returns:
            By scenario and "loss" or "accuracy", a series for each width.
        """
        with_buffer = change(self.learners, "memory", 0, kept)
        scenarios = with_buffer.index.unique("scenario")[::-1]
        return {
            (str(scenario), word): [with_buffer[lost][scenario, k] for k in widths]
            for word, lost in LOST.items()
            for scenario in scenarios
        }

    def savings(self, scenario: str, kept: int) -> dict[str, pd.Series]:
        """Return how much more a buffer saves in a wide learner, in size and as a share.

        Args:
            scenario: "task" or "domain".
            kept: samples a class of the buffer.

        Returns:
            By "loss", "accuracy", "a share of loss" and "a share of accuracy".
        """
        lost = self.learners.loc[scenario]
        return {
            kind + word: change(saved(lost[each], kept, bool(kind)), "width", self.narrow, self.wide)
            for kind in ("", "a share of ")
            for word, each in LOST.items()
        }

    def share_of_narrow(self, scenario: str, memory: int) -> pd.Series:
        """Return the loss that the wide learner forgets, as a share of what the narrow one does.

        Args:
            scenario: "task" or "domain".
            memory: samples a class of the buffer.

        Returns:
            By seed.
        """
        lost = self.learners["forgotten_loss"][scenario, memory].unstack("width")
        return lost[self.wide] / lost[self.narrow]
