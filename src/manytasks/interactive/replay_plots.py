"""What the two explorers of replay draw: error matrices, curves against p, the budget line."""

from __future__ import annotations

from typing import Any

from manytasks.figures import COLORS
from manytasks.interactive.curves import curves
from manytasks.interactive.plots import BEFORE, PALE, Mark, Plot, canvas

WARM, SCRATCH = Mark("warm", "blue"), Mark("scratch", "orange", "dashed")
BELOW, ABOVE = Mark("below 1", "blue", "box"), Mark("above 1: worse than knowing nothing", "red", "box")


def error_matrix(name: str, title: str, T: int) -> tuple[Plot, dict[str, Any]]:
    """Make a plot of the errors on every task after every task.

    Args:
        name: what the page's script calls its cells.
        title: one line above it.
        T: how many tasks there are at first.

    Returns:
        The plot, and what moves in it: the cells, and the reach of both axes.
    """
    from bokeh.models import ColumnDataSource, Range1d, SingleIntervalTicker

    cells = ColumnDataSource({key: [] for key in ("task", "after", "fill", "edge", "words", "ink")})
    reach = {"x_range": Range1d(start=0.5, end=T + 0.5), "y_range": Range1d(start=T + 0.5, end=0.5)}
    drawing = canvas("error on task", "after task", height=260, **reach)
    at: dict[str, Any] = {"x": "task", "y": "after", "source": cells}
    drawing.rect(**at, width=0.94, height=0.94, fill_color="fill", line_color=None)
    drawing.rect(**at, width=0.8, height=0.8, fill_color=None, line_color="edge", line_width=2)
    words = {"text_align": "center", "text_baseline": "middle", "text_font_size": "12px"}
    drawing.text(**at, text="words", text_color="ink", **words)
    drawing.grid.visible = False
    drawing.axis.ticker = SingleIntervalTicker(interval=1, num_minor_ticks=0)
    drawing.axis.axis_line_alpha = 0
    models = {name: cells, f"{name}_x": reach["x_range"], f"{name}_y": reach["y_range"]}
    return Plot(title, drawing, [BELOW, ABOVE], square=True), models


def replay_plots(T: int) -> tuple[list[Plot], dict[str, Any]]:
    """Make the four plots of replay.

    Args:
        T: how many tasks there are at first.

    Returns:
        The plots, and what moves in them by the names that ``explore_replay`` knows.
    """
    lines = {"warm": WARM, "scratch": SCRATCH}
    common: dict[str, Any] = {"reach": (2, 5000), "height": 260, "square": True, "thick": ["warm", "scratch"]}
    made = [
        error_matrix("warm", "Warm start", T),
        error_matrix("scratch", "From scratch", T),
        curves(
            "Mean error after the last task",
            "error G",
            lines,
            name="error",
            y_axis_type="log",
            y_range=(0.01, 100),
            **common,
        ),
        curves("Forgetting", "forgetting F", lines, name="forgetting", y_range=(-1, 2), **common),
    ]
    return [plot for plot, _ in made], {key: model for _, models in made for key, model in models.items()}


def budget_plots() -> tuple[list[Plot], dict[str, Any]]:
    """Make the two plots of the budget line.

    Returns:
        The plots, and what moves in them by the names that ``explore_budget`` knows.
    """
    from bokeh.models import ColumnDataSource, CustomJSTickFormatter, Range1d

    columns = ("m", "error", "forgetting")
    lines, before = (ColumnDataSource({column: [] for column in columns}) for _ in range(2))
    lines.tags = [0, 0]  # the budget, and what one more stored sample takes of it
    code = "const [budget, step] = line.tags; return Number.isInteger(tick) && tick >= 0 "
    code += "? `${tick}\\np ${budget - step * tick}` : ''"
    labels = CustomJSTickFormatter(args={"line": lines}, code=code)
    models, plots = {"lines": lines, "lines_before": before, "x": Range1d(start=-0.5, end=1.5)}, []
    for name, label, color in (("error", "error G", "red"), ("forgetting", "forgetting F", "blue")):
        best, height = ColumnDataSource({"m": [], "value": []}), Range1d(start=0, end=2)
        models |= {f"{name}_best": best, f"{name}_y": height}
        drawing = canvas("kept of each task m, parameters p", label, x_range=models["x"], y_range=height)
        drawing.line("m", name, source=before, color=COLORS[color], line_width=2, line_alpha=PALE)
        drawing.line("m", name, source=lines, color=COLORS[color], line_width=2)
        drawing.scatter("m", name, source=lines, color=COLORS[color], size=5)
        style = {
            "line_color": COLORS[color],
            "fill_color": COLORS[color],
            "fill_alpha": 0.35,
            "line_width": 2,
        }
        drawing.scatter("m", "value", source=best, marker="diamond", size=22, **style)
        drawing.xaxis.formatter = labels
        legend = [Mark("every whole split", color), Mark("the best", color, "diamond"), BEFORE]
        plots.append(Plot(f"{name.capitalize()} along the budget line", drawing, legend, square=True))
    return plots, models
