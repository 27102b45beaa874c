"""A chapter is read in another order than it runs in: answer and figure first, bookkeeping folded.

A code cell tagged ``lead`` draws the figure that shows the answer. Its first figure goes up, below the
sentences that open the chapter; the cell stays where its numbers are, and says where the figure went.
"""

from __future__ import annotations

import re
from typing import Any

from nbformat.v4 import new_code_cell, new_output

LEAD = "lead"
COMPUTED_BELOW = "# Computed by the cells below."
DRAWN_LATER = "# Drawn further down, where its numbers are."  # a cell without a source is not rendered
FIGURE = re.compile(r'<figure class="panels[^>]* id="(figure-[a-z0-9-]+)"')
SECTION = re.compile(r"^##+ ", re.MULTILINE)
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
BOOKKEEPING = re.compile(r"\b(evidence\.\w+|deep\.agree_with_table)\(")


def fold(notebook: Any) -> None:
    """Fold what no reader needs at first, parameters and bookkeeping; every fold says what is in it."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.setdefault("tags", [])
        if not FOLDED & set(tags) and ("parameters" in tags or BOOKKEEPING.search(cell.source)):
            tags.append("hide-input")
        if FOLDED & set(tags):
            cell.outputs = [output for output in cell.get("outputs", []) if not echo(output)]
        if "hide-input" in tags or "hide-cell" in tags:
            lines = sum(bool(line.strip()) for line in cell.source.splitlines())
            size = f"{lines} line" if lines == 1 else f"{lines} lines"
            what = "The numbers of this page" if "parameters" in tags else "Code"
            prompts = {"code_prompt_show": f"{what}, {size}", "code_prompt_hide": f"Hide {what.lower()}"}
            cell.metadata["mystnb"] = prompts


def echo(output: Any) -> bool:
    """Say whether an output is what IPython prints of a last line; below a fold it says nothing."""
    return output.output_type == "execute_result" and set(output.data) == {"text/plain"}


def lead(notebook: Any) -> None:
    """Move the figure of the cell tagged ``lead``, with scripts that it needs, up to the end of the opening.

    One that is drawn in the opening stays there.

    Raises:
        ValueError: if that cell draws no figure, or several cells are tagged.
    """
    tagged = [cell for cell in notebook.cells if LEAD in cell.metadata.get("tags", [])]
    if not tagged:
        return
    if len(tagged) > 1:
        raise ValueError(f"{len(tagged)} cells are tagged '{LEAD}'; one figure comes first")
    drawn = [output for output in tagged[0].get("outputs", []) if FIGURE.search(markup(output))]
    if not drawn:
        raise ValueError(f"the cell tagged '{LEAD}' draws no figure")
    if notebook.cells.index(tagged[0]) < first_section(notebook.cells):
        return
    outputs, figure = tagged[0].outputs, drawn[0]
    before = [output for output in outputs[: outputs.index(figure)] if "<script" in markup(output)]
    (name,) = FIGURE.findall(markup(figure))[:1]
    moved = said_where(name)
    tagged[0].outputs = [moved if each is figure else each for each in outputs if each not in before]
    shown = new_code_cell(DRAWN_LATER, metadata={"tags": ["remove-input"]}, outputs=[*before, figure])
    notebook.cells.insert(first_section(notebook.cells), shown)


def answer_first(notebook: Any) -> None:
    """Let sentences and figures of the opening follow the title; the code that computes them comes after.

    It keeps a word of where its figures stand. A page without sections stays as it is.
    """
    end = first_section(notebook.cells)
    if end == len(notebook.cells) or notebook.cells[0].cell_type != "markdown":
        return
    told, code = [], []
    for cell in notebook.cells[1:end]:
        if cell.cell_type == "markdown" or cell.source == DRAWN_LATER:
            told.append(cell)
            continue
        if cell.outputs:
            tags = {"tags": ["remove-input"]}
            told.append(new_code_cell(COMPUTED_BELOW, metadata=tags, outputs=cell.outputs))
            drawn = [name for output in cell.outputs for name in FIGURE.findall(markup(output))]
            cell.outputs = [said_where(name, hidden=True) for name in drawn]
        code.append(cell)
    notebook.cells[1:end] = told + code


def first_section(cells: list[Any]) -> int:
    """Return the place of the first cell with a heading below the title; the end if there is none."""
    titled = (
        i for i, cell in enumerate(cells) if cell.cell_type == "markdown" and SECTION.search(cell.source)
    )
    return next(titled, len(cells))


def markup(output: Any) -> str:
    """Return the HTML of an output; empty if it has none."""
    return "".join(output.get("data", {}).get("text/html", ""))


def said_where(anchor: str, hidden: bool = False) -> Any:
    """Return what takes the place of a figure that went up; hidden where the figure stands right above."""
    words = "The figure stands at the head of this page"
    link = f'<p class="moved"{" hidden" * hidden}><a href="#{anchor}">{words}</a>.</p>'
    return new_output("display_data", {"text/html": link, "text/plain": f"{words}."})
