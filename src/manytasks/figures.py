"""One visual language: figures that follow the page's colours, scale to a phone and say what they show."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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

    def __str__(self) -> str:
        return f"[figure {self.name}] {self.caption}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
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
        return {"text/html": markup, "text/plain": str(self)}


def show(figure: Figure | Sequence[Figure], *, name: str, caption: str, alt: str) -> None:
    """Show one figure, or several side by side, as inline vector graphics, and close them.

    Args:
        figure: a Matplotlib figure or a sequence of them, each about 5 x 3.6 inches.
        name: unique kebab-case name; the figure's anchor is ``figure-<name>``.
        caption: what to see, formatted from the run's parameters; ``$...$`` is mathematics.
        alt: what the picture shows, for those who do not see it.

    Raises:
        ValueError: if there is no figure, name is not kebab-case, or caption or alt is empty.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"name must be kebab-case, such as 'error-against-width'; got {short(name)}")
    if not all(isinstance(words, str) and words.strip() for words in (caption, alt)):
        raise ValueError(f"figure {name!r} needs a caption and an alt text")
    drawn = list(figure) if isinstance(figure, list | tuple) else [figure]
    if not drawn or not all(isinstance(each, Figure) for each in drawn):
        raise ValueError(f"figure {name!r} needs a Matplotlib figure or several; got {short(figure)}")
    figures = cast(list[Figure], drawn)
    svgs = tuple(_svg(each, f"{name}-{i}") for i, each in enumerate(figures))
    for each in figures:
        plt.close(each)

    from IPython.display import display

    display(Panels(svgs, name, caption, alt))


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


def band(
    ax: Axes, x: Iterable[float], draws: np.ndarray, *, color: str, label: str = "", level: float = 0.95
) -> Interval:
    """Draw the mean of draws with its interval of Student's t; where they are fewer than 5, the draws too.

    Args:
        ax: axes to draw on.
        x: positions, one per column of ``draws``.
        draws: (trials, len(x)) array, at least 2 trials.
        color: a value of ``COLORS``.
        label: legend entry.
        level: probability with which each interval covers.

    Returns:
        What was drawn.
    """
    x, drawn = list(x), mean_interval(draws, level)
    lengths = np.array([drawn.value - drawn.low, drawn.high - drawn.value])
    ax.errorbar(x, drawn.value, lengths, fmt="o", markersize=4, color=color, label=label, capsize=2)
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
