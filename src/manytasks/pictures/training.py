"""What a little more training changes: the peak that grows, and the forgetting that first is none."""

from __future__ import annotations

import numpy as np

from manytasks.pictures.axes import log_axes
from manytasks.pictures.controls import Slider, growing
from manytasks.pictures.fits import trace
from manytasks.pictures.marks import Frame, Panel, line, mark
from manytasks.pictures.picture import Picture, Recipe
from manytasks.pictures.words import Table, Template
from manytasks.tasks import Tasks
from manytasks.theory import training_error, training_path

N, COSINE, NOISE = 40, 0.5, 0.25  # samples of both tasks together, label-noise variance
EACH, WEIGHTS, QUIET = 20, 100, 0.1  # one task after the other
SHORT, LONG, FEW, MANY = 0.01, 1000, 5, 320
SIZE = (268, 244, 44, 12)


def training() -> Picture:
    """Draw the error of every number of weights, and the forgetting of a first task, as training goes on.

    Ours. Both are exact: ``theory.training_error`` and ``theory.training_path``.

    Returns:
        The picture. Its values are ``error``, at p = N, and ``forgetting``.

    Example:
        >>> picture = training()
        >>> picture.at(t=1)["error"] < 1 < picture.at(t=1000)["error"]
        True
    """
    pair = Tasks.equiangular(2, COSINE)
    slider = Slider("t", "training time t", growing(SHORT, LONG, 36, 0.1, 1, 10, 100), 1)
    times = np.array(slider.stops)
    widths = np.unique(np.geomspace(FEW, MANY, 70).round().astype(int))
    widths = np.union1d(widths, N + np.arange(-3, 4))
    errors = training_error(pair, N // 2, widths, NOISE, times).mean(axis=-1)
    end = training_error(pair, N // 2, widths, NOISE, np.inf).mean(axis=-1)
    at_peak = errors[list(widths).index(N)]
    both = np.stack([np.full(times.shape, np.inf), times], axis=1)
    path = training_path(pair, EACH, WEIGHTS, QUIET, both)
    forgotten = path[:, 1, 0] - path[:, 0, 0]

    frame = Frame(np.log10(FEW), np.log10(MANY), np.log10(0.3), np.log10(12), *SIZE)
    after = Frame(np.log10(SHORT), np.log10(LONG), -0.04, 0.07, *SIZE)

    def curve(values: np.ndarray) -> str:
        height = np.where(np.log10(values) > frame.top, np.inf, np.log10(values))
        return trace(frame, zip(np.log10(widths), height, strict=True))

    walk = tuple(zip(np.log10(times), forgotten, strict=True))
    cx, cy = (
        [f"{pixel:.1f}" for pixel in each] for each in zip(*(after.at(*at) for at in walk), strict=True)
    )
    seen = [
        *log_axes(frame, (FEW, N, MANY), "weights p →", {np.log10(error): error for error in (1, 10)}),
        line(frame, "line thin dashed pale", (np.log10(N), frame.bottom), (np.log10(N), frame.top)),
        mark("path", "line thin grey", d=curve(end)),
        mark("path", "line red", d=Template("{}", (Table("t", tuple(map(curve, errors.T))),))),
    ]
    lost = [
        *log_axes(after, (SHORT, 1, LONG), "time of task 2 →", {0: 0, 0.05: 0.05}),
        line(after, "line thin dashed pale", (after.left, 0), (after.right, 0)),
        mark("path", "line blue", d=trace(after, walk)),
        mark(
            "circle",
            "dot blue",
            cx=Template("{}", (Table("t", tuple(cx)),)),
            cy=Template("{}", (Table("t", tuple(cy)),)),
            r="5",
        ),
    ]
    dip = float(times[forgotten.argmin()])
    return Picture(
        name="training",
        controls=(slider,),
        panels=(
            Panel(
                "Two tasks together: the error",
                f"Error against the number of weights: a red curve without a peak early, which grows one at "
                f"{N} weights until it meets the grey curve of the end.",
                seen,
            ),
            Panel(
                "Then one more: what task 1 loses",
                "Forgetting of task 1 against the training time of task 2: it dips below zero, then rises "
                "above it.",
                lost,
            ),
        ),
        readout=Template(
            f"After time <b>{{g}}</b> the error at p = N = {N} is <b>{{.2}}</b>, at the end it is infinite. "
            "A second task that is trained so long changes the error of the one before by <b>{+.3}</b>.",
            (
                Table("t", tuple(times.tolist())),
                Table("t", tuple(at_peak.tolist())),
                Table("t", tuple(forgotten.tolist())),
            ),
        ),
        values={
            "error": Table("t", tuple(at_peak.tolist())),
            "forgetting": Table("t", tuple(forgotten.tolist())),
        },
        caption="Press play. In a the peak grows out of nothing; in b the second task first "
        "helps the one before.",
        fold=f"(a) gradient flow from zero on {N} samples of two tasks with cosine {COSINE}, "
        f"σ² = {NOISE}; grey: trained to the end. (b) task 1 was learned to the end from {EACH} samples, "
        f"then task 2 for time t, with {WEIGHTS} weights and σ² = {QUIET}. All curves are exact "
        "expectations; single data sets scatter around them.",
        recipes=[
            Recipe("a first step", {"t": 0.01}),
            Recipe("the dip", {"t": dip}),
            Recipe("long training", {"t": LONG}),
        ],
    )
