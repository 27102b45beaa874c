"""One visual language: figures that follow the page's colours, scale to a phone and say what they show."""

from __future__ import annotations

import difflib
import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from manytasks import drawn
from manytasks.readers import short
from manytasks.statistics import Interval, mean_interval

# Okabe and Ito's palette, safe for colour-blind readers, dimmed so that it reads on white and on black.
COLORS = {
    "blue": "#2a8bc6",
    "orange": "#ce8300",
    "green": "#1a9e77",
    "red": "#d5602a",
    "purple": "#b86a98",
    "yellow": "#a3951c",
    "grey": "#808890",
}
KEY = "manytasks_figure"  # where an output's metadata keeps name and numbers of a figure
READ = "read"  # the numbers of a figure, from what it draws
# Stands for the colour of the page's text: it becomes CSS currentColor, so one figure serves light and dark.
INK = "#010203"

STYLE: dict[str, Any] = {
    "figure.figsize": (5.0, 3.6),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.labelsize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=list(COLORS.values())),
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "font.size": 11,
    "lines.linewidth": 2.0,
    "svg.fonttype": "path",
    "image.cmap": "cividis",
}
# As in Pandoc, a sign of money opens nothing: no blank inside of the two, no digit after the second.
MATHEMATICS = re.compile(r"\$(?=\S)([^$]+?)(?<=\S)\$(?!\d)")
mpl.rcdefaults()  # what a machine's own matplotlibrc sets has no place in the book
plt.rcParams.update(STYLE)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Panels:
    """Figures that belong together under one caption; they stand side by side, or stacked on a phone."""

    svgs: tuple[str, ...]
    name: str
    caption: str
    alt: str
    role: str = "img"  # "group" when there is something to operate inside
    numbers: str = ""  # as CSV
    why: str = "they follow what the reader sets"  # there are none

    def __str__(self) -> str:
        return f"[figure {self.name}] {self.caption}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        label = html.escape(self.alt, quote=True)
        drawings = "".join(
            f'<div class="panel" role="{self.role}" aria-label="{label}">{svg}</div>' for svg in self.svgs
        )
        # MathJax reads \( \) in outputs; authors write $ $ as everywhere else in the book.
        caption = MATHEMATICS.sub(r"\\(\1\\)", html.escape(self.caption, quote=False))
        markup = (
            f'<figure class="panels" id="figure-{self.name}">'
            f'<div class="row">{drawings}</div>'
            f'<figcaption class="tex2jax_process">{caption}</figcaption></figure>'
        )
        kept = (
            {"name": self.name, "csv": self.numbers} if self.numbers else {"name": self.name, "why": self.why}
        )
        return {"text/html": markup, "text/plain": str(self)}, {KEY: kept}


def show(
    figure: Figure | Sequence[Figure],
    *,
    name: str,
    caption: str,
    alt: str,
    data: Any = READ,
    why: str = "",
) -> None:
    """Show one figure, or several side by side, as inline vector graphics with their numbers; close them.

    Args:
        figure: a Matplotlib figure or a sequence of them, each about 5 x 3.6 inches.
        name: unique kebab-case name; the figure's anchor is ``figure-<name>``.
        caption: what to see, formatted from the run's parameters; ``$...$`` is mathematics.
        alt: what the picture shows, for those who do not see it.
        data: the numbers behind it, as columns by name; without it they are read from what is drawn. None if
            there are none to give.
        why: a reason, then.

    Raises:
        ValueError: if there is no figure, name is not kebab-case, caption or alt is empty, or there are no
            numbers and no reason.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"name must be kebab-case, such as 'error-against-width'; got {short(name)}")
    if not all(isinstance(words, str) and words.strip() for words in (caption, alt)):
        raise ValueError(f"figure {name!r} needs a caption and an alt text")
    given = list(figure) if isinstance(figure, list | tuple) else [figure]
    if not given or not all(isinstance(each, Figure) for each in given):
        raise ValueError(f"figure {name!r} needs a Matplotlib figure or several; got {short(figure)}")
    pictures = cast(list[Figure], given)
    svgs = tuple(_svg(each, f"{name}-{i}") for i, each in enumerate(pictures))
    numbers = _numbers(pictures, name, data, why)
    for each in pictures:
        plt.close(each)

    from IPython.display import display

    display(Panels(svgs, name, caption, alt, numbers=numbers, why=why))


def _numbers(pictures: Sequence[Figure], name: str, data: Any, why: str) -> str:
    """Return the numbers of a figure as CSV.

    Returns:
        Nothing if there are none for a reason.

    Raises:
        ValueError: if there are none without a reason, or a reason without need.
    """
    if data is None and not why.strip():
        raise ValueError(f"figure {name!r} has no numbers: say why")
    if data is not None and why:
        raise ValueError(f"figure {name!r} has numbers: why is for data=None")
    if data is None:
        return ""
    try:
        found = drawn.numbers(pictures) if data is READ else drawn.given(data)
    except drawn.Unreadable as error:
        raise ValueError(f"figure {name!r}: {error}; give data=, or data=None and why=") from None
    if not found:
        raise ValueError(f"figure {name!r} draws no numbers; give data=, or data=None and why=")
    return found


def load(name: str, book: str | Path = "build/html") -> Any:
    """Read the numbers behind a figure of a built book, to draw one's own run over them.

    Args:
        name: of the figure, as in its anchor ``figure-<name>``.
        book: folder of the built book.

    Returns:
        A DataFrame: panel, series, x, y, low, high, or what the figure's page gave instead.

    Raises:
        ValueError: if the book has no numbers under that name; it lists near ones.
    """
    import pandas as pd

    folder = Path(book) / "_static/figures"
    path = folder / f"{name}.csv"
    if not path.is_file():
        names = sorted(each.stem for each in folder.glob("*.csv"))
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.3)
        there = (
            f"the nearest are {', '.join(near)}" if near else f"there are {len(names)} figures in {folder}"
        )
        raise ValueError(f"{book} has no numbers of a figure {name!r}; {there}")
    return pd.read_csv(path, comment="#")


def draw_over(ax: Axes, rows: Any) -> None:
    """Draw loaded numbers over a panel: thin dashed lines in the colour of the text, one for each series.

    Args:
        ax: axes that show one's own run.
        rows: of one panel of what ``load`` returned.
    """
    for series, points in rows.groupby("series", sort=False):
        ax.plot(points.x, points.y, "--", color=INK, alpha=0.5, linewidth=1, label=f"{series}, the book's")


def threshold(ax: Axes, at: float, label: str = "$p = N$") -> None:
    """Mark an interpolation threshold with a dashed vertical line.

    Args:
        ax: axes to draw on; call it after the data, so that the limits are known.
        at: position on the x axis.
        label: what to write beside the line.
    """
    ax.axvline(at, color=INK, alpha=0.5, linestyle="--", linewidth=1)
    ax.annotate(
        label, (at, 1), xycoords=("data", "axes fraction"), xytext=(4, -10), textcoords="offset points"
    )


def name_lines(ax: Axes) -> None:
    """Write the label of every line at its right end, in its colour, instead of a legend.

    Names that would overlap are moved apart, together as little as the sum of squares allows; a thin line
    leads from a moved one to its end.

    Args:
        ax: axes with a few lines that are apart at their right ends, with labels; call it last, so that the
            limits are known.

    Raises:
        ValueError: if no line has a label, or what has one is no line.
    """
    handles, names = ax.get_legend_handles_labels()
    lines = [handle[0] if isinstance(handle, ErrorbarContainer) else handle for handle in handles]
    if not lines or not all(isinstance(line, Line2D) for line in lines):
        raise ValueError(f"a name at its end takes lines with labels; got {short(names)}")
    cast(Figure, ax.figure).draw_without_rendering()  # what is below tells where things are
    to_axes = ax.transData - ax.transAxes
    ends = []
    for line in cast(list[Line2D], lines):
        points = np.column_stack(line.get_data(orig=False)).astype(float)
        places = to_axes.transform(points[np.isfinite(points).all(axis=1)])
        inside = places[((places >= -1e-9) & (places <= 1 + 1e-9)).all(axis=1)]
        # What is nowhere in the picture is named at the edge behind which it is.
        seen = inside if len(inside) else np.nan_to_num(places).clip(0, 1) if len(places) else [[1, 0]]
        ends.append(max(seen, key=itemgetter(0)))
    x, y = np.transpose(ends)
    order = np.argsort(y, kind="stable")
    height = 1.25 * mpl.rcParams["font.size"] * ax.figure.dpi / 72 / ax.bbox.height  # of a row of words
    rows = height * np.arange(len(order))
    moved = isotonic_regression(y[order] - rows).x + rows
    for i, at in zip(order, moved, strict=True):
        color = lines[i].get_color()
        leader = {"arrowstyle": "-", "color": color, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 1}
        ax.annotate(
            names[i],
            (x[i], y[i]),
            xycoords="axes fraction",
            xytext=(1.02, at),
            color=color,
            va="center",
            annotation_clip=False,
            arrowprops=leader if abs(at - y[i]) > 0.3 * height or x[i] < 0.9 else None,
        )


def band(
    ax: Axes,
    x: Iterable[float],
    draws: ArrayLike,
    *,
    color: str,
    label: str = "",
    level: float = 0.95,
    line: str = "",
    **style: Any,
) -> Interval:
    """Draw the mean of draws with its interval of Student's t; where they are fewer than 5, the draws too.

    Args:
        ax: axes to draw on.
        x: positions, one per column of ``draws``.
        draws: (trials, len(x)) array, at least 2 trials.
        color: a value of ``COLORS``.
        label: legend entry.
        level: probability with which each interval covers.
        line: style of a thin line through the means, such as "--"; none if empty.
        style: of the markers, as ``Axes.errorbar`` takes it.

    Returns:
        What was drawn.
    """
    x, draws = list(x), np.asarray(draws)
    drawn = mean_interval(draws, level)
    lengths = np.array([drawn.value - drawn.low, drawn.high - drawn.value])
    if line:
        ax.plot(x, drawn.value, line, color=color, linewidth=1.2)
    look: dict[str, Any] = {"fmt": "o", "markersize": 4, "capsize": 2} | style
    ax.errorbar(x, drawn.value, lengths, color=color, label=label, **look)
    if len(draws) < 5:
        ax.plot(x, np.transpose(draws), "_", color=color, markersize=6, alpha=0.6)
    return drawn


def _svg(figure: Figure, salt: str) -> str:
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": salt}):  # same figure, same bytes
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|\bhref="#|url\(#)', rf"\g<1>{salt}-", svg)  # unique on the page
    return re.sub(
        r'(<svg[^>]*?) width="[^"]*"',
        r"\1",
        re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1),
        count=1,
    )
