"""One model for many tasks: how far it errs, at the reader's own size and likeness of the tasks."""

from __future__ import annotations

import numpy as np
import sympy as sp

from manytasks.interactive.multitask import ARGUMENTS, Side, pooled_terms
from manytasks.pictures.axes import log_axes
from manytasks.pictures.controls import Slider, even
from manytasks.pictures.marks import Frame, Mark, Panel, label, line, mark
from manytasks.pictures.picture import Picture, Steps
from manytasks.pictures.words import Template

LEAST, MOST = 0.001, 60  # errors that are shown
HEIGHTS = (0.01, 0.1, 1, 10)


def pooled(T: int = 10, n: int = 50, noise_var: float = 0.01, cosine_start: float = 0.8) -> Picture:
    r"""Draw the error of one model for tasks of length 1 that are all alike, against its size.

    Paper A's theorem on many tasks, the sum of ``interactive.pooled_terms``.

    Args:
        T: number of tasks, at least 2.
        n: samples of each task, at least 10.
        noise_var: label-noise variance, positive.
        cosine_start: cosine of any two tasks at first, a multiple of 0.05 between 0 and 1.

    Returns:
        The picture. Its value ``error`` is the pooled error at ``p`` and ``cosine``.

    Example:
        >>> round(pooled().at(p=1000, cosine=0.8)["error"], 3)
        0.78
    """
    N = T * n
    p = Slider("p", "parameters p", sizes(N), min(sizes(N), key=lambda size: abs(size - 1.3 * N)))
    cosine = Slider("cosine", "likeness of the tasks (cosine)", even(0, 1, 0.05), cosine_start)

    def error(side: Side, size: sp.Expr) -> sp.Expr:
        known = dict(zip(ARGUMENTS, (T, n, size, cosine.symbol, sp.Float(noise_var)), strict=True))
        return sum(pooled_terms(side).values()).subs(known)

    over, under = (error(side, p.symbol) for side in ("over", "under"))
    steps = Steps()
    here = steps.add("error", sp.Piecewise((over, p.symbol > N), (under, True)))
    left, right, bottom, top = (float(np.log10(each)) for each in (p.stops[0], p.stops[-1], LEAST, MOST))
    frame = Frame(left, right, bottom, top, 284, 244, 44, 12)

    def curve(side: Side, end: float) -> Mark:
        places = N + np.sign(end - N) * np.geomspace(1.01, abs(end - N), 60)  # dense where it is steep
        numbers = [
            pixel
            for place in places
            for pixel in frame.at(np.log10(place), sp.log(error(side, sp.Float(place)), 10))
        ]
        return mark("polyline", "line red thick", points=Template(" ".join(["{},{}"] * 60), tuple(numbers)))

    wall, decades = np.log10(N), [10**k for k in range(1, 7) if p.stops[0] <= 10**k <= p.stops[-1]]
    height = sp.Max(frame.y(sp.log(here, 10)), 8)
    seen = [
        *log_axes(frame, decades, "parameters p", {float(np.log10(each)): each for each in HEIGHTS}),
        line(frame, "line grey thin dashed", (wall, bottom), (wall, top)),
        curve("under", p.stops[0]),
        curve("over", p.stops[-1]),
        mark("circle", "dot red", cx=frame.x(sp.log(p.symbol, 10)), cy=height, r="7"),
        label(frame.x(wall) + 8, 26, f"p = N = {N:,} samples", "soft"),
    ]
    return Picture(
        name="pooled",
        controls=(p, cosine),
        panels=(
            Panel(
                "One model for all tasks: its error",
                "A curve of the error against the number of parameters, with a peak where they are as many "
                "as samples, and a dot at the number that is chosen.",
                seen,
            ),
        ),
        readout=Template(
            f"With <b>{{.0}}</b> parameters and a cosine of <b>{{.2}}</b> one model for {T} tasks errs by "
            "<b>{g}</b>: {less|more} than one that knows nothing, which errs by 1.",
            (p.symbol, cosine.symbol, here, sp.Piecewise((1, here > 1), (0, True))),
        ),
        values={"error": here},
        caption="Pull p through the dashed line, then make the tasks alike and do it again.",
        fold=f"{T} tasks of length 1, the same cosine between every two, {n} samples each with label noise "
        f"of variance {noise_var:g}; the expected error of the least-squares fit, or beyond N of the "
        "smallest one that fits all samples. At p = N it is infinite.",
        steps=steps,
    )


def sizes(N: int) -> list[int]:
    """Return sizes at nearly equal ratios on both sides of N, none where the error is infinite.

    Args:
        N: number of samples.

    Returns:
        From about N/8 to 40 N, growing, of two digits each beside those next to N.

    Example:
        >>> [size for size in sizes(500) if 460 < size < 550]
        [490, 498, 502, 530]
    """
    rounded = {int(float(f"{x:.2g}")) for x in np.geomspace(max(2, N // 8), 40 * N, 90)} | {N - 2, N + 2}
    return sorted(size for size in rounded if abs(size - N) > 1)
