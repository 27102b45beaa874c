"""Two axes whose places are logarithms, with a number at each marked place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from manytasks.pictures.marks import Frame, Mark, label, line


def log_axes(frame: Frame, marked: Sequence[float], words: str, heights: Mapping[float, float]) -> list[Mark]:
    """Draw the axes of a panel: the one below counts in decades.

    Args:
        frame: its left and right ends are logarithms to base 10.
        marked: numbers that stand below the axis.
        words: what is measured along it.
        heights: numbers that stand beside the other axis, by the place in the frame where they stand.

    Returns:
        Lines and labels.

    Example:
        >>> frame = Frame(0, 1, 0, 1, 268, 244, 44, 12)
        >>> [each.words for each in log_axes(frame, (1, 10), "weights p", {0.5: 3})]
        ['', '', '1', '10', '3', 'weights p']
    """
    return [
        line(frame, "line thin", (frame.left, frame.bottom), (frame.right, frame.bottom)),
        line(frame, "line thin", (frame.left, frame.bottom), (frame.left, frame.top)),
        *(
            label(frame.x(np.log10(each)), frame.y(frame.bottom) + 18, f"{each:g}", "middle")
            for each in marked
        ),
        *(label(38, frame.y(place) + 5, f"{each:g}", "right") for place, each in heights.items()),
        label(frame.x(frame.right), 296, words, "soft right"),
    ]
