"""Two samples, two weights: two lines, and where they cross is the only model that fits both."""

from __future__ import annotations

from typing import Any

import sympy as sp

from manytasks.page.numbers import number
from manytasks.pictures.controls import Slider, even, growing
from manytasks.pictures.marks import Frame, Panel, dot, label, line, mark
from manytasks.pictures.picture import Picture, Recipe
from manytasks.pictures.words import Template
from manytasks.theory.fit import noise_factor

FAR = 20  # longer than any line that is seen
WEIGHTS = (2, 3, 4, 5, 6, 20)


def crossing(angle_start: float = 10, sigma_start: float = 0.3, third_start: float = 0.3) -> Picture:
    r"""Draw the fit of two samples by two weights, and by three.

    The truth is zero. The first sample has the features (1, 0, 0) and the label 0, the second
    :math:`(\cos\varphi, \sin\varphi, t)` and the label :math:`\sigma`, all of it error. The nearest model
    that fits both is :math:`X(X^\top X)^{-1}y`; two weights are t = 0.

    Args:
        angle_start: angle between the samples in degrees, 1 to 90.
        sigma_start: error of the second label, 0 to 1.
        third_start: what a third weight sees of the second sample, 0 to 1.

    Returns:
        The picture. Its value ``distance`` is :math:`\sigma / \sqrt{\sin^2\varphi + t^2}`.

    Example:
        >>> round(crossing().at(angle=20, sigma=0.3, third=0)["distance"], 4)
        0.8771
    """
    angle = Slider("angle", "angle between the samples", growing(1, 90, 70, 5, 10, 20, 60), angle_start, "°")
    sigma = Slider("sigma", "error σ of the second label", even(0, 1, 0.05), sigma_start)
    third = Slider("third", "what a third weight sees", even(0, 1, 0.05), third_start)
    phi, s, t = angle.symbol * sp.pi / 180, sigma.symbol, third.symbol
    X = sp.Matrix([[1, sp.cos(phi)], [0, sp.sin(phi)], [0, t]])
    gram = (X.T * X).applyfunc(sp.trigsimp)
    w = X * gram.inv() * sp.Matrix([0, s])
    w = w.applyfunc(sp.simplify)
    distance, two = s / sp.sqrt(sp.sin(phi) ** 2 + t**2), s / sp.sin(phi)

    front = Frame(-2.9, 3.9, -1.3, 4.7)
    side = Frame(-2.1, 4.7, -1.3, 4.7)
    along, across = (-sp.sin(phi), sp.cos(phi)), (sp.cos(phi), sp.sin(phi))

    def second(shift: Any, far: Any) -> list[Any]:
        """Return a place on the line of sample 2, whose label is wrong by so much."""
        return [shift * a + far * b for a, b in zip(across, along, strict=True)]

    many = ", ".join(map(str, WEIGHTS))
    averages = ", ".join(number(noise_factor(2, p)) for p in WEIGHTS)
    name = second(s, -sp.Rational(7, 10))
    out_of_sight = sp.Piecewise((1, two > front.top - 0.15), (0, True))
    radius = sp.Rational(13, 10)
    arc = (front.x(0), front.y(radius), *[radius * front.scale[0]] * 2, *front.at(*second(0, radius)))
    seen = [
        line(front, "line blue", (0, -FAR), (0, FAR)),
        line(front, "line orange thin dashed", second(0, -FAR), second(0, FAR)),
        line(front, "line orange", second(s, -FAR), second(s, FAR)),
        mark("path", "line thin", d=Template("M {} {} A {} {} 0 0 0 {} {}", arc)),
        line(front, "line red thick", (0, 0), (0, w[1])),
        dot(front, "ring red", (0, two), 6, opacity=1 - out_of_sight),
        mark("path", "dot red", d=f"M {front.x(0):.1f} 3 l 9 15 h -18 z", opacity=out_of_sight),
        label(
            front.x(0) + 12,
            sp.Max(front.y(two) - 8, 18),
            Template("two weights: {.2} off", (two,)),
            "strong",
        ),
        dot(front, "dot red", (w[0], w[1]), 6),
        dot(front, "dot green", (0, 0), 6),
        label(front.x(0) - 12, front.y(0) + 5, "truth", "right"),
        label(front.x(0) - 8, 270, "sample 1", "soft right"),
        label(front.x(name[0]) + 9, front.y(name[1]) - 4, "sample 2", "soft"),
        label(332, 292, "first weight →", "soft right"),
    ]
    foot = (w[2], w[1])
    beside = [
        line(side, "line orange", (-FAR * sp.sin(phi), two + FAR * t), (FAR * sp.sin(phi), two - FAR * t)),
        line(side, "line red thick", (0, 0), foot),
        dot(side, "ring red", (0, two), 6),
        label(side.x(0) - 12, sp.Max(side.y(two) + 4, 18), "two weights", "right"),
        dot(side, "dot red", foot, 6),
        dot(side, "dot green", (0, 0), 6),
        label(side.x(0) - 12, side.y(0) + 16, "truth", "right"),
        label(side.x(foot[0]) + 12, side.y(foot[1]) + 4, Template("three: {.2} off", (distance,)), "strong"),
        label(332, 292, "third weight →", "soft right"),
    ]
    return Picture(
        name="crossing",
        controls=(angle, sigma, third),
        panels=(
            Panel(
                "From the front: two weights",
                "A vertical and a slanted line, the models that fit sample 1 and those that fit sample 2. "
                "They "
                "cross above the truth, and farther above the smaller the angle between them.",
                seen,
            ),
            Panel(
                "From the side: the third weight",
                "With three weights the models that fit both samples form a line. A red segment joins the "
                "truth "
                "to its nearest point.",
                beside,
            ),
        ),
        readout=Template(
            "Samples <b>{.0}°</b> apart, a label wrong by {.2}: two weights are off by <b>{.2}</b>, "
            "three by <b>{.2}</b>.",
            (angle.symbol, s, two, distance),
        ),
        values={"two": two, "distance": distance, "w1": w[0], "w2": w[1], "w3": w[2]},
        caption="Make the angle small. The ring, the only model with two weights, runs away; the red dot, "
        "the "
        "nearest one with three, stays. Dashed: the line of sample 2, were its label right.",
        fold="The truth is drawn at zero, so the model nearest to zero, which training finds, is also the "
        "nearest "
        "to the truth; what is lost of a truth elsewhere is told in the chapter. Two samples are one "
        "example: on "
        f"average over random pairs the squared distance with {many} weights is {averages} times σ². Three "
        "weights are typically good already, but now and then very bad.",
        recipes=(
            Recipe("Nearly alike", {"angle": 5}),
            Recipe("No third weight", {"third": 0}),
        ),
    )
