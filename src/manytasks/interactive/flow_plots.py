"""What the explorer of two flows draws: the paths, the gap beside its law, and the ratio of the two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from manytasks.figures import COLORS
from manytasks.interactive.plots import BEFORE, PALE, Mark, Plot, canvas
from manytasks.interactive.static import text

FIRST, SECOND, GAP, LAW = (COLORS[color] for color in ("blue", "orange", "red", "purple"))
PLANE = {"sizing_mode": "scale_width", "width": 320, "height": 320}
PLANE |= {"min_border_left": 58, "min_border_bottom": 58, "min_border_right": 12, "min_border_top": 12}


def flow_plots() -> tuple[list[Plot], dict[str, Any]]:
    """Make the three plots of two flows.

    Returns:
        The plots, and what moves in them by the names that ``explore_flows`` knows.
    """
    made = [_paths(), _arrows(), _ratio()]
    return [plot for plot, _ in made], {key: model for _, models in made for key, model in models.items()}


def _paths() -> tuple[Plot, dict[str, Any]]:
    from bokeh.models import ColumnDataSource

    drawing, models = canvas("θ₁", "θ₂", x_range=(-2.4, 2.4), y_range=(-2.4, 2.4), **PLANE), {}
    styles: dict[str, dict[str, Any]] = {
        f"rings_{task}": {"color": color, "line_alpha": 0.45, "line_width": 1}
        for task, color in ((1, FIRST), (2, SECOND))
    }
    for name, dash in (("one_two", "solid"), ("two_one", "dashed")):
        for task, color in ((1, FIRST), (2, SECOND)):
            styles[f"{name}_{task}"] = {"color": color, "line_width": 3, "line_dash": dash}
    styles["gap"] = {"color": GAP, "line_width": 3}
    for name, style in styles.items():
        if not name.startswith("rings"):
            models[f"{name}_before"] = _line(drawing, **style | {"line_alpha": PALE})
    for name, style in styles.items():
        models[name] = _line(drawing, **style)
    models["spots"] = ColumnDataSource({"x": [], "y": [], "fill": [], "line": []}, tags=[GAP])
    ends = {"size": 9, "fill_color": "fill", "line_color": "line", "line_width": 2}
    drawing.scatter("x", "y", source=models["spots"], **ends)
    legend = [Mark("flow of task 1", "blue"), Mark("flow of task 2", "orange")]
    legend += [Mark("first 2, then 1", "grey", "dashed"), Mark("gap", "red"), BEFORE]
    return Plot("Two orders, one parallelogram?", drawing, legend, square=True), models


def _arrows() -> tuple[Plot, dict[str, Any]]:
    from bokeh.models import Range1d
    from bokeh.models.annotations.arrows import Arrow, NormalHead

    reach = Range1d(start=-1, end=1)
    drawing = canvas("θ₁ from the end of 2, 1", "θ₂", x_range=reach, y_range=reach, **PLANE)
    models: dict[str, Any] = {"reach": reach}
    for name, color, dash, width in (("gap", GAP, "solid", 4), ("law", LAW, "dashed", 2)):
        head = NormalHead(size=12, fill_color=color, line_color=color)
        ends: dict[str, Any] = dict.fromkeys(("x_start", "y_start", "x_end", "y_end"), 0)
        style: dict[str, Any] = {"line_color": color, "line_width": width, "line_dash": dash}
        models[f"{name}_arrow"] = Arrow(end=head, **ends, **style)
        drawing.add_layout(models[f"{name}_arrow"])
    legend = [Mark("end of 1, 2 seen from the end of 2, 1", "red"), Mark("h²[g₁, g₂]", "purple", "dashed")]
    return Plot("The gap, magnified", drawing, legend, square=True), models


def _ratio() -> tuple[Plot, dict[str, Any]]:
    from bokeh.models import ColumnDataSource, FixedTicker
    from bokeh.models.annotations.geometry import Span

    axes = {"x_axis_type": "log", "x_range": (0.001, 1), "y_range": (0, 1.5)}
    drawing = canvas("time h of each flow", "gap / h²‖[g₁, g₂]‖", height=240, **axes)
    drawing.xaxis.ticker = FixedTicker(ticks=[0.001, 0.01, 0.1, 1])
    drawing.add_layout(Span(location=1, dimension="width", line_color=COLORS["grey"], line_dash="dotted"))
    models = {"ratio_before": _line(drawing, color=GAP, line_width=2, line_alpha=PALE)}
    models["ratio"] = _line(drawing, color=GAP, line_width=2.5)
    models["dot"] = ColumnDataSource({"x": [], "y": []})
    drawing.scatter("x", "y", source=models["dot"], size=11, color=GAP)
    legend = [Mark("length of the gap over that of h²[g₁, g₂]", "red"), Mark("your h", "red", "dot"), BEFORE]
    return Plot("Is the gap the bracket?", drawing, legend), models


def _line(drawing: Any, **style: Any) -> Any:
    """Add a line that the page computes.

    Returns:
        Its points.
    """
    from bokeh.models import ColumnDataSource

    data = ColumnDataSource({"x": [], "y": []})
    drawing.line("x", "y", source=data, **style)
    return data


def flow_formulas(printed: Iterable[str]) -> str:
    """Add to printed formulas what computes and draws with them.

    Args:
        printed: the JavaScript functions ``flow_1``, ``flow_2``, ``orders``, ``ring_1`` and ``ring_2``.

    Returns:
        JavaScript source.
    """
    return "\n".join([*printed, text("flows.js")])
