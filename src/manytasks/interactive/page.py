"""Put explorable figures into a static page: everything they need is inline, nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from manytasks.interactive.controls import Choice, Slider
from manytasks.interactive.plots import Plot

STYLE = """
.explore .controls { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .4rem 2rem; }
.explore .control { display: grid; grid-template-columns: 1fr auto; align-items: center; }
.explore .control label { margin: 0; font-size: .95rem; }
.explore input, .explore select { accent-color: #2a8bc6; font: inherit; font-size: .95rem; margin: 0; }
.explore input[type=range] { grid-column: 1 / -1; width: 100%; height: 2rem; touch-action: pan-y; cursor: pointer; }
.explore input[type=number], .explore select { color: inherit; background: transparent; padding: .1rem .3rem;
  border: 1px solid #808890; border-radius: .3rem; }
.explore input[type=number] { width: 5.5rem; text-align: right; }
.explore select { grid-column: 1 / -1; width: 100%; height: 2.2rem; }
html[data-theme=dark] .explore input { color-scheme: dark; }
.explore select option { color: #111; background: #fff; }
.explore input:focus-visible, .explore select:focus-visible { outline: 3px solid #2a8bc6; outline-offset: 1px; }
.explore .readout { margin: .8rem 0; padding: .6rem .8rem; border-left: .35rem solid #2a8bc6; min-height: 3.4em;
  font-variant-numeric: tabular-nums; }
.explore .plots { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; }
.explore .plot { flex: 1 1 19rem; min-width: 0; max-width: 100%; }
.explore .plot.square { flex-basis: 16rem; }
@media (max-width: 40rem) {  /* label, slider and box in one row, so that the plot is seen while a finger moves */
  .explore .controls { gap: 0; }
  .explore .control { grid-template-columns: 6.8rem 1fr 4.4rem; gap: .5rem; }
  .explore .control label { line-height: 1.15; }
  .explore input[type=range] { grid-column: 2; grid-row: 1; height: 2.5rem; }
  .explore input[type=number] { grid-column: 3; width: 100%; }
  .explore select { grid-column: 2 / -1; }
  .explore .readout { min-height: 7.5em; font-size: .95rem; line-height: 1.4; }
}
.explore .canvas { pointer-events: none; }  /* nothing to grab: a finger on it scrolls the page */
.explore .title { font-weight: 600; }
.explore .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: 0; margin: .2rem 0 0;
  font-size: .9rem; }
.explore .legend li { margin: 0; }
.explore .legend span { display: inline-block; vertical-align: middle; margin-right: .4rem; width: 1.5rem;
  border-top: 3px solid; }
.explore .legend span.dashed { border-top-style: dashed; }
.explore .legend span.dotted { border-top-style: dotted; }
.explore .legend span.dot { border: 0; width: .7rem; height: .7rem; border-radius: 50%; }
.explore .legend span.diamond { border: 0; width: .65rem; height: .65rem; transform: rotate(45deg); }
.explore .legend span.box { border: 0; width: 1rem; height: .8rem; }
"""

RUNTIME = """
window.manytasks = {
  figures: {},

  // Whole numbers of parameters, evenly spread on a logarithmic axis and dense at every threshold.
  widths(most, thresholds, count = 240) {
    const all = new Set();
    for (let k = 0; k <= count; k++) all.add(Math.round(2 * Math.pow(most / 2, k / count)));
    for (const N of thresholds) for (let k = -4; k <= 4; k++) if (N + k >= 2 && N + k <= most) all.add(N + k);
    return [...all].sort((a, b) => a - b);
  },

  // Columns for Bokeh. What is infinite or undefined leaves a gap.
  columns(names, rows) {
    return Object.fromEntries(names.map((name) =>
      [name, Float64Array.from(rows, (row) => Number.isFinite(row[name]) ? row[name] : NaN)]));
  },

  ink: () => getComputedStyle(document.body).color,

  text(x) {
    if (Number.isFinite(x)) return (x === 0 ? "0" : x.toPrecision(4)).replace("-", "−");
    return x > 0 ? "∞" : x < 0 ? "−∞" : "undefined";
  },

  // Bokeh paints on a canvas, where CSS currentColor means nothing: hand it the page's text colour.
  paint(doc) {
    const ink = this.ink();
    for (const model of doc._all_models.values()) if (model.type === "LinearAxis" || model.type === "LogAxis")
      model.setv({ axis_label_text_color: ink, major_label_text_color: ink, axis_line_color: ink,
        major_tick_line_color: ink });
  },

  start(name, ids, update) {
    const ready = window.Bokeh && Bokeh.documents.find((d) => Object.values(ids).every((i) => d.get_model_by_id(i)));
    if (!ready) { setTimeout(() => this.start(name, ids, update), 30); return; }
    const models = Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, ready.get_model_by_id(id)]));
    const box = document.getElementById("figure-" + name), readout = box.querySelector(".readout");
    const figure = this.figures[name] = { setting: {}, values: {}, models };
    const draw = () => { const { values, words } = update(figure.setting, models);
      figure.values = values; readout.innerHTML = words; };
    for (const input of box.querySelectorAll("[data-name]")) {
      const key = input.dataset.name, twins = [...box.querySelectorAll(`[data-name="${key}"]`)];
      const read = (e) => e.tagName === "SELECT" ? e.value : e.valueAsNumber;
      figure.setting[key] = read(input);
      input.addEventListener("input", () => {
        if (!input.checkValidity() || input.value === "") return;  // half-typed
        figure.setting[key] = read(input);
        for (const twin of twins) if (twin !== input) twin.value = input.value;
        draw();
      });
      input.addEventListener("change", () => { if (input.tagName !== "SELECT") input.value = figure.setting[key]; });
    }
    const all = () => { this.paint(ready); draw(); };
    all();
    new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  },
};
"""


@dataclass(frozen=True)
class Markup:
    """HTML of an output, with words for those who read the notebook without it."""

    markup: str
    words: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.markup, "text/plain": self.words}


def load(formulas: str) -> None:
    """Put into the page, once and before its first figure, what all its figures share.

    Args:
        formulas: JavaScript functions, printed by ``javascript``.
    """
    from bokeh.resources import Resources
    from IPython.display import display

    library = Resources(mode="inline", components=["bokeh"], log_level="warn").render_js()
    markup = f"<style>{STYLE}</style>{library}<script>{RUNTIME}\n{formulas}</script>"
    display(Markup(markup, "[formulas and BokehJS of this page's figures]"))


def show(
    controls: Sequence[Slider | Choice],
    plots: Sequence[Plot],
    *,
    sources: Mapping[str, Any],
    update: str,
    name: str,
    caption: str,
    alt: str,
) -> None:
    """Show plots that follow their controls; they work offline, from the disk and in JupyterLab.

    Args:
        controls: what the reader moves; the page lays them out.
        plots: what follows, side by side where there is room.
        sources: the Bokeh models that change, by the name the script knows them by.
        update: body of a JavaScript function of ``setting`` (the controls' values by name) and ``models``
            (the sources). It changes the models and returns ``{values, words}``: the numbers behind the
            drawing, and the HTML of the readout.
        name: unique kebab-case name; the anchor is ``figure-<name>``.
        caption: what to see; ``$...$`` is mathematics.
        alt: what it shows, for those who do not see it.
    """
    from bokeh.embed import components
    from IPython.display import display

    from manytasks.figures import Panels

    start, canvases = components([plot.drawing for plot in plots])
    ids = json.dumps({key: model.id for key, model in sources.items()})
    inputs = "".join(control.markup(name) for control in controls)
    drawings = "".join(plot.markup(canvas) for plot, canvas in zip(plots, canvases, strict=True))
    markup = (
        f'<div class="explore"><div class="controls">{inputs}</div>'
        '<p class="readout" role="status" aria-live="polite"><noscript>Without JavaScript nothing can move '
        f'here.</noscript></p><div class="plots">{drawings}</div></div>{start}'
        f"<script>manytasks.start({json.dumps(name)}, {ids}, (setting, models) => {{{update}}});</script>"
    )
    display(Panels((markup,), name, caption, alt, role="group"))
