"""Figures with sliders that live in the static page: Bokeh draws, SymPy writes the formulas in JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

# Bokeh paints on a canvas, where CSS currentColor means nothing: hand the page's text colour to axes and
# legends, again whenever the reader switches between light and dark.
FOLLOW_THEME = """
(function follow() {
  const documents = window.Bokeh ? window.Bokeh.documents : [];
  if (documents.length === 0) { setTimeout(follow, 50); return; }
  const paint = () => {
    const ink = getComputedStyle(document.body).color;
    for (const doc of documents) for (const model of doc._all_models.values()) {
      if (model.type === "LinearAxis" || model.type === "LogAxis") model.setv({
        axis_label_text_color: ink, major_label_text_color: ink, axis_line_color: ink,
        major_tick_line_color: ink, minor_tick_line_color: ink });
      if (model.type === "Legend") model.setv({ label_text_color: ink });
      if (model.type === "Title") model.setv({ text_color: ink });
    }
  };
  paint();
  new MutationObserver(paint).observe(document.documentElement,
    { attributes: true, attributeFilter: ["data-theme"] });
})();
"""


def javascript(name: str, arguments: Sequence[sp.Symbol], results: Mapping[str, Any]) -> str:
    """Print expressions as one JavaScript function, common parts computed once.

    Args:
        name: name of the function.
        arguments: its arguments, in order.
        results: expressions by name, in the arguments.

    Returns:
        Source of a function that returns an object with one number per name.

    Raises:
        ValueError: if an expression contains a symbol that is no argument.

    Example:
        >>> n, p = sp.symbols("n p")
        >>> print(javascript("bias", [n, p], {"share": 1 - n / p}))
        function bias(n, p) {
          return {share: -n/p + 1};
        }
    """
    free = set().union(*(sp.sympify(result).free_symbols for result in results.values())) - set(arguments)
    if free:
        raise ValueError(
            f"{name} needs values for {', '.join(sorted(map(str, free)))}; they are no arguments"
        )
    common, reduced = sp.cse(list(results.values()), symbols=sp.numbered_symbols("common_"))
    lines = [f"  const {symbol} = {sp.jscode(value)};" for symbol, value in common]
    fields = ", ".join(f"{key}: {sp.jscode(value)}" for key, value in zip(results, reduced, strict=True))
    signature = f"function {name}({', '.join(map(str, arguments))}) {{"
    return "\n".join([signature, *lines, f"  return {{{fields}}};", "}"])


def show(layout: Any, *, script: str, name: str, caption: str, alt: str) -> None:
    """Show a Bokeh layout in the page, with everything it needs: it works offline and in JupyterLab.

    Args:
        layout: Bokeh model with its callbacks in JavaScript.
        script: JavaScript that runs before the figure appears, such as the formulas its callbacks call.
        name: unique kebab-case name; the anchor is ``figure-<name>``.
        caption: what to try and what to see; ``$...$`` is mathematics.
        alt: what it shows, for those who do not see it.
    """
    from bokeh.embed import components
    from bokeh.resources import Resources
    from IPython.display import display

    from manytasks.figures import Panels

    library = Resources(mode="inline", components=["bokeh", "bokeh-widgets"]).render_js()
    start, drawing = components(layout)
    markup = f"<script>{script}</script>{library}{drawing}{start}<script>{FOLLOW_THEME}</script>"
    display(Panels((markup,), name, caption, alt, role="group"))
