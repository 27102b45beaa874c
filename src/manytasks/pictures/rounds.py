"""What one more round of rehearsal changes: from revisiting the buffer after to fitting all together."""

from __future__ import annotations

import numpy as np

from manytasks.pictures.axes import log_axes
from manytasks.pictures.controls import Slider, growing
from manytasks.pictures.fits import trace
from manytasks.pictures.marks import Frame, Panel, label, mark
from manytasks.pictures.picture import Picture, Recipe
from manytasks.pictures.words import Table, Template
from manytasks.tasks import Tasks
from manytasks.theory import rehearsal_rounds

EACH, KEPT, COSINE, NOISE = 20, 10, 0.5, 0.25  # new and stored samples, label-noise variance
JOINT = EACH + KEPT
LONG, FEW, FAR, MANY = 4000, JOINT + 2, 2 * JOINT, 8 * JOINT
SIZE = (268, 244, 44, 12)


def rounds() -> Picture:
    """Draw the error of every number of weights, and that of two models, as more rounds are made.

    Ours, exact: ``theory.rehearsal_rounds``.

    Returns:
        The picture. Its values are ``near``, the mean error of two tasks next to the joint threshold, and
        ``far``, at twice its weights.

    Example:
        >>> picture = rounds()
        >>> picture.at(r=1)["near"] < 1.2 < 12 < picture.at(r=4000)["near"]
        True
    """
    pair = Tasks.equiangular(2, COSINE)
    slider = Slider("r", "rounds r", sorted({round(r) for r in growing(1, LONG, 30, 2, 3, 4)}), 1)
    turns = np.array(slider.stops)
    widths = np.unique(np.geomspace(FEW, MANY, 70).round().astype(int))
    errors, end = (
        rehearsal_rounds(pair, EACH, KEPT, widths, NOISE, r).mean(axis=-1) for r in (turns, np.inf)
    )
    near, far = (errors[list(widths).index(p)] for p in (FEW, widths[np.searchsorted(widths, FAR)]))
    at_far = int(widths[np.searchsorted(widths, FAR)])

    frame = Frame(np.log10(FEW), np.log10(MANY), np.log10(0.8), np.log10(16), *SIZE)
    walked = Frame(0, np.log10(LONG), np.log10(0.8), np.log10(16), *SIZE)

    def curve(values: np.ndarray) -> str:
        return trace(frame, zip(np.log10(widths), np.log10(values), strict=True))

    heights = {np.log10(error): error for error in (1, 2, 5, 10)}
    seen = [
        *log_axes(frame, (FEW, FAR, MANY), "weights p →", heights),
        mark("path", "line thin grey", d=curve(end)),
        mark("path", "line blue", d=Template("{}", (Table("r", tuple(map(curve, errors.T))),))),
    ]
    after = log_axes(walked, (1, 100, LONG), "rounds r →", heights)
    for values, colour, weights in ((near, "red", FEW), (far, "blue", at_far)):
        walk = tuple(zip(np.log10(turns), np.log10(values), strict=True))
        cx, cy = (
            [f"{pixel:.1f}" for pixel in each]
            for each in zip(*(walked.at(*place) for place in walk), strict=True)
        )
        after += [
            mark("path", f"line {colour}", d=trace(walked, walk)),
            mark(
                "circle",
                f"dot {colour}",
                cx=Template("{}", (Table("r", tuple(cx)),)),
                cy=Template("{}", (Table("r", tuple(cy)),)),
                r="5",
            ),
            label(
                walked.x(np.log10(100)) + 4,
                walked.y(np.log10(values[turns >= 100][0])) - 12,
                f"p = {weights}",
                f"{colour} right",
            ),
        ]
    return Picture(
        name="rounds",
        controls=(slider,),
        panels=(
            Panel(
                "The error of every model",
                "Mean error of two tasks against the number of weights: after one round a flat curve; with "
                f"more rounds it rises at {JOINT} weights until it meets the grey curve of the joint fit.",
                seen,
            ),
            Panel(
                "Two models on their way",
                f"Error against rounds: at {FEW} weights it climbs for thousands of rounds, at {at_far} "
                "weights it has arrived after a few.",
                after,
            ),
        ),
        readout=Template(
            f"After <b>{{g}}</b> rounds the mean error at p = {FEW}, by the threshold, is <b>{{.2}}</b>; "
            f"at p = {at_far} it is <b>{{.3}}</b>.",
            (
                Table("r", tuple(turns.tolist())),
                Table("r", tuple(near.tolist())),
                Table("r", tuple(far.tolist())),
            ),
        ),
        values={"near": Table("r", tuple(near.tolist())), "far": Table("r", tuple(far.tolist()))},
        caption="Drag the rounds. One round is rehearsing after; with more of them the error climbs to that "
        "of fitting together, fast where the model is large, slowly next to the threshold.",
        fold=f"Two tasks with cosine {COSINE:g}, {EACH} samples each, {KEPT} of the first stored, "
        f"σ² = {NOISE:g}. A round fits the new samples, then the stored ones. Grey: fitted together. In the "
        f"second panel red is {FEW} weights, blue {at_far}. All curves are exact expectations; single data "
        "sets scatter around them.",
        recipes=[
            Recipe("after", {"r": 1}),
            Recipe("a few rounds", {"r": 4}),
            Recipe("nearly together", {"r": LONG}),
        ],
    )
