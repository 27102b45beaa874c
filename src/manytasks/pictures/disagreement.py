"""Tasks as arrows: how far they are from their mean, one model sees as noise in the labels."""

from __future__ import annotations

import sympy as sp

from manytasks.pictures.controls import Slider, Switch, even
from manytasks.pictures.marks import Frame, Mark, Panel, area, dot, label, line, mark
from manytasks.pictures.picture import Picture, Steps
from manytasks.pictures.words import Template
from manytasks.streams import stream
from manytasks.tasks import Tasks
from manytasks.theory.fit import noise_factor
from manytasks.theory.multitask import effective_noise

COLORS = ("blue", "orange", "green", "purple", "grey")
EACH, WEIGHTS = 20, 110


def disagreement(seed: int = 1) -> Picture:
    r"""Draw five tasks of length one, their mean, and the labels of their samples.

    Ours. Around what the mean task predicts, labels scatter with variance :math:`\sigma^2 + V`, where V is
    the spread of the tasks; the price of fitting that scatter is ``noise_factor`` times ``effective_noise``.
    With the switch on the tasks are five copies of their mean, and the label noise is
    :math:`\sigma^2 + (1 - 1/p)V`.

    Args:
        seed: of the run.

    Returns:
        The picture. Its values are ``V``, ``scatter`` and ``price``.

    Example:
        >>> [round(float(disagreement().at(fan=fan)["V"]), 4) for fan in (0, 40, 90, 180)]
        [0.0, 0.0595, 0.2734, 0.7669]
    """
    fan = Slider("fan", "how much the tasks disagree", even(0, 240, 5), 90, "°")
    sigma = Slider("sigma", "noise σ of the labels", even(0, 1, 0.05), 0.3)
    alike = Switch("alike", "five equal tasks, and noise instead")
    T, N = len(COLORS), len(COLORS) * EACH
    steps, own = Steps(), []
    for i in range(T):
        turned = fan.symbol * sp.pi / 180 * (sp.Rational(i, T - 1) - sp.Rational(1, 2))
        own.append([steps.add(f"w{i}_x", sp.cos(turned)), steps.add(f"w{i}_y", sp.sin(turned))])
    # The fan is symmetric, so the mean arrow points to the right.
    mean = [steps.add("mean", sum(w[0] for w in own) / T), sp.Integer(0)]
    keep = 1 - alike.symbol
    arrows = [
        [steps.add(f"a{i}_{axis}", m + keep * (x - m)) for axis, x, m in zip("xy", w, mean, strict=True)]
        for i, w in enumerate(own)
    ]
    V = 1 - mean[0] ** 2
    noise2 = steps.add("noise2", sigma.symbol**2 + alike.symbol * (1 - sp.Rational(1, WEIGHTS)) * V)
    gram = [[sum(x * y for x, y in zip(a, b, strict=True)) for b in arrows] for a in arrows]
    told = effective_noise(Tasks(gram), EACH, sp.Integer(WEIGHTS), noise2, regime="over")
    price = noise_factor(N, sp.Integer(WEIGHTS), "over") * told
    spread = steps.add("spread", V * keep**2)
    scatter, noise = steps.add("scatter", sp.sqrt(noise2 + spread)), steps.add("noise", sp.sqrt(noise2))

    left = Frame(-1.1, 1.3, -1.06, 1.06)
    agree = sp.Piecewise((0, spread < 1e-9), (1, True))
    fanned = [
        *(line(left, f"arrow {color}", (0, 0), w) for color, w in zip(COLORS, arrows, strict=True)),
        line(left, "arrow thick ink", (0, 0), mean),
        *(line(left, "arrow red", mean, w, opacity=agree) for w in arrows),
        label(left.x(0) - 10, left.y(0) + 5, "mean", "strong right"),
        label(8, 20, "arrows of five tasks", "soft"),
        label(8, 292, Template("spread V = {.2}", (spread,)), "strong"),
    ]

    right = Frame(-3, 3, -3.6, 3.6)
    rng = stream(seed, "labels of five tasks")
    x, draws = rng.standard_normal((N, 2)).round(2), rng.standard_normal(N).round(2)
    dots = []
    for i, (along, aside) in enumerate(x):
        task = arrows[i // EACH]
        told_by = along * task[0] + aside * task[1] + draws[i] * noise
        dots.append(dot(right, f"dot {COLORS[i // EACH]}", (along * mean[0], told_by), 3))

    def band(look: str, half: sp.Expr) -> Mark:
        return area(right, look, [(-4, half - 4), (4, half + 4), (4, 4 - half), (-4, -4 - half)])

    labels = [
        band("area red", scatter),
        band("area grey", noise),
        line(right, "line thin", (-4, -4), (4, 4)),
        *dots,
        mark("rect", "area red", x="8", y="9", width="16", height="13"),
        label(30, 20, Template("noise and disagreement: ± {.2}", (scatter,))),
        mark("rect", "area grey", x="8", y="30", width="16", height="13"),
        label(30, 41, Template("noise: ± {.2}", (noise,))),
        label(332, 292, "what the mean predicts →", "soft right"),
        label(8, 292, "label ↑", "soft"),
    ]
    return Picture(
        name="disagreement",
        controls=(fan, sigma, alike),
        panels=(
            Panel(
                "Five tasks, one mean",
                "Five arrows fan out from one point; a thick arrow is their mean, and short arrows lead from "
                "its "
                "tip to theirs.",
                fanned,
            ),
            Panel(
                "What the model is told",
                "Labels against what the mean arrow predicts, scattered around a diagonal in two bands: "
                "noise, "
                "and noise with disagreement.",
                labels,
            ),
        ),
        readout=Template(
            "Labels scatter by √(σ² + V) = <b>{.2}</b> around the mean. Fitting that scatter with "
            + f"{WEIGHTS} weights and {N} samples costs <b>{{.3}}</b>.",
            (scatter, price),
        ),
        steps=steps,
        values={"V": V, "scatter": scatter, "price": price},
        caption="Open the fan, then tick the box. The five tasks become one, the noise grows instead, and "
        "the "
        "price of fitting the scatter does not change in any digit.",
        fold="The price is noise · N / (p − N − 1), where a spread V counts as noise of variance (1 − 1/p) "
        "V: with "
        f"p = {WEIGHTS} weights a little less than V. It is a part of the error. The rest, what lies outside "
        f"the "
        "samples and how far every task is from the mean, differs between the two cases.",
    )
