"""A picture that moves, written once: Python draws its still, SymPy prints the JavaScript that moves it."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sympy as sp

from manytasks.interactive.formulas import expression, javascript
from manytasks.pictures.controls import Handle, Slider, Switch
from manytasks.pictures.marks import Mark, Panel, color
from manytasks.pictures.words import Table, Template, fill

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Output:
    """HTML of an output, with words for those who read the notebook without it."""

    markup: str
    words: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.markup, "text/plain": self.words}


@dataclass(frozen=True)
class Recipe:
    """A button that moves the controls to where there is something to see.

    Attributes:
        words: what is on it.
        setting: where the controls go; those that it does not name stay.
        panel: a small drawing on it.
    """

    words: str
    setting: Mapping[str, float]
    panel: Panel | None = None


class Steps(dict[sp.Symbol, sp.Expr]):
    """Results on the way, computed first and once, so that SymPy need not carry their formulas along."""

    def add(self, name: str, result: Any) -> sp.Symbol:
        """Give a result a name.

        Args:
            name: no control has it.
            result: expression in the controls and in earlier results.

        Returns:
            What stands for it in later expressions.
        """
        symbol = sp.Symbol(name, real=True)
        self[symbol] = expression(result, name)
        return symbol


@dataclass(frozen=True)
class Picture:
    """Drawings that follow their controls, with a sentence that says what they show now.

    Attributes:
        name: unique kebab-case name; the anchor is ``figure-<name>``.
        controls: what the reader moves; *play* sweeps the first.
        panels: what follows.
        readout: what is said about it.
        values: the numbers behind it by name, expressions in the controls or tables; tests read them.
        caption: what to do and to see; HTML.
        fold: what an exact reader asks, behind a click; HTML.
        handles: points of the drawings that can be moved.
        recipes: buttons.
        steps: results on the way.
    """

    name: str
    controls: Sequence[Slider | Switch]
    panels: Sequence[Panel]
    readout: Template
    values: Mapping[str, Any]
    caption: str
    fold: str
    handles: Sequence[Handle] = ()
    recipes: Sequence[Recipe] = ()
    steps: Steps = field(default_factory=Steps)

    @property
    def symbols(self) -> list[sp.Symbol]:
        """All that the reader moves, as symbols."""
        coordinates = [symbol for handle in self.handles for symbol in handle.symbols]
        return [control.symbol for control in self.controls] + coordinates

    @property
    def start(self) -> dict[str, float]:
        """Where everything stands at first, by name."""
        numbers = [control.start for control in self.controls]
        numbers += [place for handle in self.handles for place in handle.start]
        return dict(zip(map(str, self.symbols), numbers, strict=True))

    @cached_property
    def _plan(self) -> _Plan:
        return _Plan(self)

    def at(self, **setting: float) -> dict[str, Any]:
        """Compute the numbers behind the picture, as the page does.

        Args:
            setting: what differs from the start.

        Returns:
            Its values, by name.
        """
        return self._plan.values(self.start | setting)

    def still(self, **setting: float) -> list[str]:
        """Draw the picture without moving it.

        Args:
            setting: what differs from the start.

        Returns:
            Markup of each drawing.
        """
        return self._plan.drawings(self.start | setting)

    def markup(self) -> str:
        """Return the HTML of the figure, complete without JavaScript, and the script that moves it."""
        plan, name = self._plan, self.name
        drawings = self.still()
        small = iter(drawings[len(self.panels) :])
        buttons = "".join(
            f'<button type="button" data-set="{html.escape(json.dumps(recipe.setting))}">'
            f"{next(small) if recipe.panel else ''}<span>{html.escape(recipe.words)}</span></button>"
            for recipe in self.recipes
        )
        drawn = any(recipe.panel for recipe in self.recipes)
        above, below = (buttons, "") if drawn else ("", buttons)
        controls = "".join(control.markup(name) for control in self.controls)
        said = fill(self.readout.parts, plan.numbers(self.readout, self.start))
        return (
            f'<figure class="picture" id="figure-{name}">'
            + (f'<div class="recipes drawn">{above}</div>' if drawn else "")
            + f'<div class="row">{"".join(drawings[: len(self.panels)])}</div>'
            f'<div class="controls" hidden>{controls}'
            f'<div class="recipes"><button type="button" class="play">Play</button>'
            f'<button type="button" class="reset">Reset</button>{below}</div></div>'
            f'<p class="readout" role="status">{said}</p>'
            '<noscript><p class="readout">Without JavaScript this picture stands still.</p></noscript>'
            f"<figcaption><b>Do:</b> {self.caption}"
            f"<details><summary>To be exact</summary>{self.fold}</details></figcaption></figure>"
            f"<script>manytasks.picture({json.dumps(name)}, {plan.script}, "
            f"{json.dumps(plan.wiring)});</script>"
        )

    def show(self) -> None:
        """Put the picture into the page."""
        from IPython.display import display

        said = fill(self.readout.parts, self._plan.numbers(self.readout, self.start))
        display(Output(self.markup(), f"[picture {self.name}] {said}"))


def load() -> None:
    """Put into the page, once and before its first picture, what all pictures share."""
    from IPython.display import display

    style, script = ((HERE / f"picture.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    display(Output(f"<style>{style}</style><script>{script}</script>", "[style and script of the pictures]"))


class _Plan:
    """Every number of a picture in one list, and which attribute takes which of them."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.expressions: list[sp.Expr] = []
        self.tables: list[Table] = []
        self.slots: list[dict[str, Any]] = []
        self.panels = [*picture.panels, *(each.panel for each in picture.recipes if each.panel)]
        self.known: dict[Any, Any] = {}
        self.shapes = [[self.attributes(each) for each in panel.marks] for panel in self.panels]
        self.readout = self.sources(picture.readout)
        self.exposed = {key: self.source(value) for key, value in picture.values.items()}
        self.names = [*picture.symbols, *picture.steps]
        self.on_the_way = [
            sp.lambdify(self.names[: len(picture.symbols) + i], step, "math")
            for i, step in enumerate(picture.steps.values())
        ]
        self.compute = sp.lambdify(self.names, self.expressions, "math", cse=True)

    def source(self, number: Any) -> Any:
        """Return where a number comes from: its place in the list, or slider and table."""
        if isinstance(number, Table):
            if number not in self.tables:
                self.tables.append(number)
            return [number.slider, self.tables.index(number)]
        value = expression(number, "a number of a picture")
        if value not in self.known:
            self.known[value] = len(self.expressions)
            self.expressions.append(value)
        return self.known[value]

    def sources(self, template: Template) -> list[Any]:
        return [self.source(number) for number in template.numbers]

    def attributes(self, shape: Mark) -> list[tuple[str, Template, list[Any]]]:
        """Return name, template and sources of everything in a shape that may move."""
        found = []
        for key, value in [*shape.values.items(), ("", shape.words)]:
            if isinstance(value, str):
                template = Template(value.replace("{", "").replace("}", ""))
            else:
                template = value if isinstance(value, Template) else Template("{}", (value,))
            found.append((key, template, self.sources(template)))
        return found

    def look_up(
        self, sources: Sequence[Any], setting: Mapping[str, float], computed: Sequence[Any]
    ) -> list[Any]:
        found = []
        stops = {control.name: list(control.stops) for control in self.picture.controls}
        for source in sources:
            if isinstance(source, int):
                found.append(computed[source])
            else:
                slider, table = source
                found.append(self.tables[table].entries[stops[slider].index(setting[slider])])
        return found

    def evaluate(self, setting: Mapping[str, float]) -> Sequence[Any]:
        numbers = [setting[str(symbol)] for symbol in self.picture.symbols]
        for step in self.on_the_way:
            numbers.append(step(*numbers))
        return self.compute(*numbers)

    def values(self, setting: Mapping[str, float]) -> dict[str, Any]:
        found = self.look_up(list(self.exposed.values()), setting, self.evaluate(setting))
        return dict(zip(self.exposed, found, strict=True))

    def numbers(self, template: Template, setting: Mapping[str, float]) -> list[Any]:
        return self.look_up(self.sources(template), setting, self.evaluate(setting))

    def drawings(self, setting: Mapping[str, float]) -> list[str]:
        computed, moving, drawn = self.evaluate(setting), 0, []
        self.slots.clear()
        for k, (panel, shapes) in enumerate(zip(self.panels, self.shapes, strict=True)):
            prefix, markup = f"{self.picture.name}-{k}", []
            for shape, attributes in zip(panel.marks, shapes, strict=True):
                said, text = [], ""
                moves = any(sources and self.moves(sources) for _, _, sources in attributes)
                for key, template, sources in attributes:
                    filled = fill(template.parts, self.look_up(sources, setting, computed))
                    if key:
                        said.append(f'{key}="{html.escape(filled, quote=True)}"')
                    else:
                        text = html.escape(filled)
                    if self.moves(sources):
                        self.slots.append(
                            {"to": moving, "key": key, "parts": template.parts, "from": sources}
                        )
                if moves:
                    said.append(f'data-moves="{moving}"')
                    moving += 1
                if "arrow" in shape.look.split():
                    said.append(f'marker-end="url(#{prefix}-{color(shape)})"')
                if shape.handle:
                    said.append(f'data-handle="{shape.handle}" tabindex="0" role="button"')
                look = f' class="{shape.look}"' if shape.look else ""
                markup.append(f"<{shape.tag}{look} {' '.join(said)}>{text}</{shape.tag}>")
            drawn.append(panel.markup(prefix, markup))
        return drawn

    def moves(self, sources: Sequence[Any]) -> bool:
        """Tell whether something that the reader moves changes one of these numbers.

        Returns:
            True if so.
        """
        return any(not isinstance(each, int) or self.expressions[each].free_symbols for each in sources)

    @property
    def script(self) -> str:
        """Return JavaScript functions: those of the results on the way, and last that of all numbers."""
        start, steps = len(self.picture.symbols), self.picture.steps
        printed = [
            javascript("", self.names[: start + i], {"all": [step]}) for i, step in enumerate(steps.values())
        ]
        return f"[{', '.join([*printed, javascript('', self.names, {'all': self.expressions})])}]"

    @property
    def wiring(self) -> dict[str, Any]:
        """Return what ``picture.js`` needs to know besides the numbers."""
        picture = self.picture
        controls = [
            {"name": each.name, "stops": list(each.stops), "start": each.start, "unit": each.unit}
            for each in picture.controls
        ]
        handles = [
            {
                "name": each.name,
                "start": list(each.start),
                "step": each.step,
                "origin": [each.frame.x(0), each.frame.y(0)],
                "scale": list(each.frame.scale),
                "range": each.range,
            }
            for each in picture.handles
        ]
        return {
            "controls": controls,
            "handles": handles,
            "slots": self.slots,
            "readout": {"parts": picture.readout.parts, "from": self.readout},
            "values": self.exposed,
            "tables": [list(each.entries) for each in self.tables],
        }
