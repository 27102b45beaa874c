"""Put explorable figures into a static page: everything they need is inline, nothing is fetched."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from manytasks.interactive.controls import Choice, Slider
from manytasks.interactive.plots import Plot, drawn_words, without_tex
from manytasks.interactive.static import text

UNIQUE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # ids that Bokeh draws anew in every run


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
    style, program = text("explore.css"), text("explore.js")
    markup = f"<style>{style}</style>{library}<script>{program}\n{formulas}</script>"
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
    recipes: Mapping[str, Mapping[str, float | str]] = MappingProxyType({}),
) -> None:
    """Show plots that follow their controls; they work offline, from the disk and in JupyterLab.

    Args:
        controls: what the reader moves; the page lays them out.
        plots: what follows, side by side where there is room.
        sources: the Bokeh models that change, by the name the script knows them by. What is called
            ``<name>_before`` takes the data of ``<name>`` when a move begins, and keeps them until the next.
        update: body of a JavaScript function of ``setting`` (the controls' values by name), ``models`` (the
            sources) and ``before`` (the values before the last move, if there was one). It changes the models
            and returns ``{values, words}``: the numbers behind the drawing, and the HTML of the readout; and,
            if it likes, ``stops``: by the name of a slider with a logarithmic scale, the values that catch it
            by what they are called.
        name: unique kebab-case name; the anchor is ``figure-<name>``.
        caption: what to see; ``$...$`` is mathematics.
        alt: what it shows, for those who do not see it.
        recipes: settings worth a look, by the words on their button; what a setting leaves out stands as at
            the start.

    Raises:
        ValueError: if a recipe names no control; if a word that is drawn, or stands in a title, a legend or a
            control, is TeX.
    """
    from bokeh.embed import components
    from IPython.display import display

    from manytasks.figures import Panels

    known = {control.name for control in controls}
    if unknown := sorted({key for setting in recipes.values() for key in setting} - known):
        raise ValueError(f"the explorer {name!r} has no control {unknown[0]!r} for a recipe to set")
    for words in _plain_words(controls, plots):
        without_tex(words, f"the explorer {name!r}")
    start, *canvases = _named(name, *components([plot.drawing for plot in plots]))
    ids = json.dumps({key: model.id for key, model in sources.items()})
    inputs = "".join(control.markup(name) for control in controls)
    buttons = "".join(
        f'<button type="button" data-recipe="{html.escape(json.dumps(dict(setting)))}">'
        f"{html.escape(words)}</button>"
        for words, setting in recipes.items()
    )
    drawings = "".join(plot.markup(canvas) for plot, canvas in zip(plots, canvases, strict=True))
    markup = (
        f'<div class="explore"><div class="controls">{inputs}</div>'
        f'<div class="recipes"><button type="button" data-recipe="{{}}">Reset</button>{buttons}</div>'
        '<p class="readout" role="status" aria-live="polite"><noscript>Without JavaScript nothing can move '
        f'here.</noscript></p><div class="plots">{drawings}</div></div>{start}'
        f"<script>manytasks.start({json.dumps(name)}, {ids}, "
        f"(setting, models, before) => {{{update}}});</script>"
    )
    display(Panels((markup,), name, caption, alt, role="group"))


def _plain_words(controls: Sequence[Slider | Choice], plots: Sequence[Plot]) -> Iterator[str]:
    """Yield all words of an explorer that nobody typesets.

    Yields:
        Labels and options of the controls; titles, legends and drawn words of the plots.
    """
    for control in controls:
        yield control.label
        yield from getattr(control, "options", {}).values()
    for plot in plots:
        yield plot.title
        yield from (mark.words for mark in plot.legend)
        yield from drawn_words(plot.drawing)


def _named(name: str, script: str, canvases: Sequence[str]) -> list[str]:
    """Give script and canvases ids that come from the figure's name: the same run makes the same page.

    Returns:
        The script, then the canvases.
    """
    ids = {UNIQUE.findall(canvas)[0]: f"canvas-{name}-{i}" for i, canvas in enumerate(canvases)}
    return [
        UNIQUE.sub(lambda drawn: ids.get(drawn[0], f"document-{name}"), text) for text in (script, *canvases)
    ]
