"""Forgetting: so many of all directions move as there are new samples."""

from __future__ import annotations

from typing import Any

import sympy as sp

from manytasks.pictures.controls import Slider, Switch, even
from manytasks.pictures.marks import Mark, Panel, label, mark
from manytasks.pictures.picture import Picture
from manytasks.pictures.words import Template
from manytasks.tasks import Tasks
from manytasks.theory.forgetting import forgetting as forgotten
from manytasks.theory.replay import replay_error, unseen_share

NEW, KEPT, NOISE2 = 10, 5, 0.05
NARROW = 30
ROW, CELL, TOP = 40, 8, 30  # cells in a row, their size, where they begin
LEFT, UNIT = 66, 112  # where bars begin, pixels per unit of error


def forgetting() -> Picture:
    r"""Draw a narrow and a wide model that learn a second task.

    Paper A's replay theorem for two tasks of length one. Of the p - m directions that the buffer leaves
    free, n move.

    Returns:
        The picture. Its values are the error on task 1 ``before`` and ``after`` task 2, the forgetting
        ``F`` and the ``share`` of free directions that move, of the narrow (``narrow_F``) and the wide
        model (``wide_F``).

    Example:
        >>> picture = forgetting()
        >>> [round(picture.at(cosine=0, buffer=m)["narrow_F"], 3) for m in (0, 1)]
        [0.462, 0.675]
    """
    cosine = Slider("cosine", "likeness of the tasks (cosine)", even(-0.5, 1, 0.05), 0)
    buffer = Switch("buffer", f"keep {KEPT} old samples in a buffer")
    wide = Slider("wide", "directions of the wide model", even(40, 400, 10), 300)
    values: dict[str, Any] = {}
    for name, p in (("narrow", sp.Integer(NARROW)), ("wide", wide.symbol)):
        m = KEPT * buffer.symbol
        tasks = Tasks([[1, cosine.symbol], [cosine.symbol, 1]])
        errors = replay_error(tasks, NEW, [m, m], p, sp.Float(NOISE2), regime="over")
        values |= {
            f"{name}_before": errors[0, 0],
            f"{name}_after": errors[1, 0],
            f"{name}_F": forgotten(errors),
            f"{name}_share": 1 - unseen_share(NEW + m, m, p, "over"),
        }
    return Picture(
        name="forgetting",
        controls=(cosine, buffer, wide),
        panels=(
            Panel(
                "A narrow model",
                f"{NARROW} cells, {NEW} of them overwritten; bars for the error on task 1 before and after "
                f"task 2.",
                strip(sp.Integer(NARROW), buffer.symbol, values, "narrow"),
            ),
            Panel(
                "A wide model",
                f"Many rows of cells, {NEW} cells overwritten; bars for the error on task 1 before and after "
                f"task 2.",
                strip(wide.symbol, buffer.symbol, values, "wide"),
            ),
        ),
        readout=Template(
            "The new samples move <b>{.0}\u202f%</b> of what is free in the narrow model, <b>{.0}\u202f%</b> "
            "in the "
            "wide one. Task 1 {gets better|is forgotten}: <b>{+.2}</b> and <b>{+.2}</b>.",
            (
                100 * values["narrow_share"],
                100 * values["wide_share"],
                sp.Piecewise((1, values["narrow_F"] > 0), (0, True)),
                values["narrow_F"],
                values["wide_F"],
            ),
        ),
        values=values,
        caption="Switch the buffer on at cosine 0: it makes things worse. Then move the cosine to 1: the "
        "second "
        "task teaches the first, and the buffer helps.",
        fold=f"Both tasks have {NEW} samples, labels have noise of variance {NOISE2}, and a model that knows "
        f"nothing "
        "errs by 1. The wide model forgets less, and it knew less. Directions are random, those drawn stand "
        "for "
        "any; errors are exact expectations.",
    )


def strip(p: Any, buffer: sp.Symbol, values: dict[str, Any], name: str) -> list[Mark]:
    """Draw the directions of a model as cells, and its error on task 1 as bars.

    Args:
        p: number of directions.
        buffer: whether there is a buffer.
        values: the errors.
        name: whose.

    Returns:
        The marks.
    """
    rows, pinned = sp.floor(p / sp.Integer(ROW)), KEPT * buffer
    grid = "".join(f"M{CELL * i} {TOP}v100" for i in range(ROW + 2))
    grid += "".join(f"M0 {TOP + CELL * i}h340" for i in range(13))
    before, after, F = (values[f"{name}_{key}"] for key in ("before", "after", "F"))

    def bar(y: int, look: str, error: Any, words: str) -> list[Mark]:
        return [
            mark("rect", look, x=str(LEFT), y=str(y), height="24", width=UNIT * error),
            label(LEFT - 8, y + 17, words, "right"),
            label(LEFT + UNIT * error + 6, y + 17, Template("{.2}", (error,)), "strong"),
        ]

    return [
        label(10, 20, Template("{.0} directions", (p,)), "strong"),
        mark("rect", "dot grey pale", x="10", y=str(TOP), width=str(ROW * CELL), height=rows * CELL),
        mark(
            "rect",
            "dot grey pale",
            x="10",
            y=TOP + rows * CELL,
            width=(p - rows * ROW) * CELL,
            height=str(CELL),
        ),
        mark("rect", "dot orange", x=10 + pinned * CELL, y=str(TOP), width=str(NEW * CELL), height=str(CELL)),
        mark("rect", "dot blue", x="10", y=str(TOP), width=pinned * CELL, height=str(CELL)),
        mark("path", "cut", d=grid, transform="translate(10 0)"),
        mark("rect", "dot orange", x="10", y="140", width="10", height="10"),
        label(26, 150, f"{NEW} overwritten by task 2"),
        mark("rect", "dot blue", x="196", y="140", width="10", height="10", opacity=buffer),
        label(212, 150, f"{KEPT} kept as they are", opacity=buffer),
        label(10, 182, "error on task 1"),
        mark("path", "line thin dashed", d=f"M{LEFT + UNIT} 186v66"),
        *bar(192, "dot grey", before, "before"),
        *bar(222, "dot orange", after, "after"),
        label(LEFT + UNIT, 266, "knows nothing", "soft middle"),
        label(
            10,
            290,
            Template("{gains|forgets} {+.2}", (sp.Piecewise((1, F > 0), (0, True)), F)),
            "strong",
        ),
    ]
