"""Two steps that do not commute: a parallelogram that fails to close."""

from __future__ import annotations

from typing import Any

import sympy as sp

from manytasks.pictures.controls import Handle, Slider, even, growing
from manytasks.pictures.marks import Frame, Mark, Panel, dot, label, line, mark
from manytasks.pictures.picture import Picture, Recipe, Steps
from manytasks.pictures.words import Template

STIFF = 3  # larger curvature of each bowl; the smaller is 1
PLANE = Frame(-2.38, 2.38, -2.1, 2.1)
WIDTH, HEIGHT = 340, 300
FILLED = (250, 210)  # pixels that the parallelogram fills
BAR = 90  # pixels that the scale bar may have


def orders() -> Picture:
    r"""Draw a gradient step on task 1 and one on task 2, in both orders.

    Paper B. For quadratic losses the two ends differ by exactly :math:`h^2[g_1, g_2]` with the Lie bracket
    :math:`[g_1, g_2] = H_2 g_1 - H_1 g_2`, as ``flow.lie_bracket`` computes it.

    Returns:
        The picture. Its values are the ends ``one_two`` and ``two_one``, the ``gap`` between them, the
        ``bracket``, each with its coordinates (``gap_x``), and their lengths.

    Example:
        >>> seen = orders().at(h=0.3)
        >>> round(seen["gap"], 4), round(seen["bracket"], 4)
        (0.5283, 5.8704)
    """
    h = Slider("h", "length h of a step", growing(0.02, 0.6, 50, 0.15, 0.3), 0.3)
    angle = Slider("angle", "angle between the valleys", even(0, 90, 5), 40, "°")
    points = (
        Handle("s", "start", PLANE, (1.2, 1.3)),
        Handle("c1", "best for task 1", PLANE, (-0.5, 0.0)),
        Handle("c2", "best for task 2", PLANE, (0.5, 0.0)),
    )
    s, *centres = (sp.Matrix(point.symbols) for point in points)
    a = angle.symbol * sp.pi / 180
    turn = sp.Matrix([[sp.cos(a), -sp.sin(a)], [sp.sin(a), sp.cos(a)]])
    A = [V * sp.diag(STIFF, 1) * V.T for V in (sp.eye(2), turn)]

    def gradient(i: int, at: sp.Matrix) -> sp.Matrix:
        return A[i] * (at - centres[i])

    def step(i: int, at: sp.Matrix) -> sp.Matrix:
        return at - h.symbol * gradient(i, at)

    steps = Steps()

    def named(name: str, place: sp.Matrix) -> sp.Matrix:
        return sp.Matrix([steps.add(f"{name}_{axis}", each) for axis, each in zip("xy", place, strict=True)])

    first, second = named("first", step(0, s)), named("second", step(1, s))
    one_two, two_one = named("one_two", step(1, first)), named("two_one", step(0, second))
    gap, bracket = named("gap", one_two - two_one), A[1] * gradient(0, s) - A[0] * gradient(1, s)
    path = {"start": s, "first": first, "second": second, "one_two": one_two, "two_one": two_one}
    length = steps.add("length", sp.sqrt(gap.dot(gap)))
    values: dict[str, Any] = {"gap": length, "bracket": sp.sqrt(bracket.dot(bracket))}
    for name, place in {"one_two": one_two, "two_one": two_one, "gap": gap, "bracket": bracket}.items():
        values |= {f"{name}_x": place[0], f"{name}_y": place[1]}
    return Picture(
        name="orders",
        controls=(h, angle),
        panels=(
            Panel(
                "Two valleys and a start: drag them",
                "Level lines of the losses of two tasks, and two paths of two steps each from one start.",
                plane(points, angle.symbol, path),
            ),
            Panel(
                "The steps, enlarged",
                "A parallelogram of four steps that does not close: a gap is left between its two ends.",
                enlarged(path, length, steps),
            ),
        ),
        readout=Template(
            "With steps of length h = {.2} the two orders end <b>{.3}</b> apart: h² times <b>{.2}</b>, the "
            "length of "
            "the Lie bracket.",
            (h.symbol, length, values["bracket"]),
        ),
        values=values,
        steps=steps,
        caption="Drag the start or the two best places, by hand or with the arrow keys. Halve h: the gap "
        "becomes a "
        "quarter. Let the valleys have the same place and direction: the gap closes.",
        fold="The slope of a task is its gradient, g₁ or g₂; a step goes down by h times it. A step changes "
        "the other "
        "task's slope by its curvature, H₁ or H₂, and the Lie bracket [g₁, g₂] = H₂g₁ − H₁g₂ is the "
        "difference of "
        "the two changes. For the bowls drawn here the gap is exactly h²[g₁, g₂]; for others there are "
        "smaller terms.",
        handles=points,
        recipes=(
            Recipe("Same valley", {"angle": 0, "c1_x": 0, "c1_y": 0, "c2_x": 0, "c2_y": 0}),
            Recipe("Small steps", {"h": 0.02}),
        ),
    )


def plane(points: tuple[Handle, ...], degrees: sp.Symbol, path: dict[str, sp.Matrix]) -> list[Mark]:
    """Draw level lines, the paths, and the points that can be moved.

    Args:
        points: start and the two minima.
        degrees: angle of the second valley.
        path: places by name.

    Returns:
        The marks.
    """
    colors = ("ink", "blue", "orange")
    drawn = []
    for point, color, turned in zip(points[1:], colors[1:], (0, -degrees), strict=True):
        x, y = PLANE.at(*point.symbols)
        for radius in (0.5, 1, 1.5):
            tall = radius * PLANE.scale[0]
            drawn.append(
                mark(
                    "ellipse",
                    f"line thin pale {color}",
                    cx=x,
                    cy=y,
                    rx=f"{tall / STIFF**0.5:.2f}",
                    ry=f"{tall:.2f}",
                    transform=Template("rotate({} {} {})", (turned, x, y)),
                )
            )
    for look, corner, end in (("", "first", "one_two"), (" dashed", "second", "two_one")):
        one, two = ("blue", "orange") if corner == "first" else ("orange", "blue")
        drawn += [
            line(PLANE, f"line {one}{look}", path["start"], path[corner]),
            line(PLANE, f"line {two}{look}", path[corner], path[end]),
        ]
    drawn.append(line(PLANE, "line red thick", path["two_one"], path["one_two"]))
    for point, color in zip(points, colors, strict=True):
        said = Template(f"{point.label}, at {{.1}}, {{.1}}; arrow keys move it", point.symbols)
        x, y = PLANE.at(*point.symbols)
        words = {"ink": "start", "blue": "task 1", "orange": "task 2"}[color]
        far = 40 if color == "ink" else HEIGHT - 32  # beyond it the word is above
        drawn += [
            label(
                sp.Min(sp.Max(x, 28), WIDTH - 28),
                sp.Piecewise((y - 15, y > far), (y + 26, True)),
                words,
                "middle",
            ),
            dot(PLANE, f"ring {color}", point.symbols, 10, handle=point.name, aria_label=said),
        ]
    return drawn


def enlarged(path: dict[str, sp.Matrix], gap: sp.Expr, steps: Steps) -> list[Mark]:
    """Draw the four steps as large as the frame allows, with a scale bar.

    Args:
        path: places by name.
        gap: distance of the two ends.
        steps: where results on the way are added.

    Returns:
        The marks.
    """
    low, high = ([kind(*(place[i] for place in path.values())) for i in (0, 1)] for kind in (sp.Min, sp.Max))
    size = [sp.Max(b - a, 1e-6) for a, b in zip(low, high, strict=True)]
    scale = steps.add("scale", sp.Min(FILLED[0] / size[0], FILLED[1] / size[1]))
    longest = steps.add("longest", BAR / scale)
    power = steps.add("power", 10 ** sp.floor(sp.log(longest, 10)))
    bar = power * sp.Piecewise((5, longest > 5 * power), (2, longest > 2 * power), (1, True))
    at = {
        name: (
            WIDTH / 2 + scale * (place[0] - (low[0] + high[0]) / 2),
            HEIGHT / 2 - 12 - scale * (place[1] - (low[1] + high[1]) / 2),
        )
        for name, place in path.items()
    }

    def join(look: str, start: str, end: str, **more: Any) -> Mark:
        (x1, y1), (x2, y2) = at[start], at[end]
        return mark("line", look, x1=x1, y1=y1, x2=x2, y2=y2, **more)

    def name(place: str, words: str) -> Mark:
        x, y = at[place]
        beyond = sp.Piecewise((y + 20, y > HEIGHT / 2 - 12), (y - 9, True))
        return label(sp.Min(sp.Max(x, 44), WIDTH - 44), beyond, words, "middle")

    open_ = sp.Piecewise((0, gap < 1e-9), (1, True))
    return [
        join("arrow blue", "start", "first"),
        join("arrow orange", "first", "one_two"),
        join("arrow orange dashed", "start", "second"),
        join("arrow blue dashed", "second", "two_one"),
        join("line red thick", "two_one", "one_two", opacity=open_),
        mark("circle", "dot ink", cx=at["start"][0], cy=at["start"][1], r="5"),
        name("start", "start"),
        name("first", "task 1 first"),
        name("second", "task 2 first"),
        mark("path", "line red thick", d="M10 288h20"),
        label(36, 293, Template("gap {.3}", (gap,)), "strong"),
        mark("path", "line", d=Template(f"M{WIDTH - 10} 288h{{}}", (-bar * scale,))),
        label(WIDTH - 16 - bar * scale, 293, Template("{g}", (bar,)), "soft right"),
    ]
