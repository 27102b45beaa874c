"""What the book adds to the rendered outputs of its notebooks: links that only the whole book can have.

Under every figure stands one line: its numbers, the code that drew it, the drawing, and how to cite it. The
pages are changed and not the notebooks, which readers download as they were executed.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import environment  # noqa: F401 - manytasks is this tree's

from manytasks.figures import KEY

PROVENANCE = re.compile(r'(<p class="provenance">(?:(?!</p>).)*commit(?:(?!</p>).)*)</p>', re.DOTALL)
COMMIT = re.compile(r'<p class="provenance">[^<]*commit ([0-9a-z]+\+?)(?: \((swh:[^)]+)\))?')
FIGURE = re.compile(r'<figure class="panels" id="figure-([a-z0-9-]+)">.*?(?=</figcaption>)', re.DOTALL)
TITLE = re.compile(r"<title>(.*?)(?: (?:—|&#8212;) .*?)?</title>", re.DOTALL)
NUMBER = re.compile(r"<strong>(Figure [\d.]*\d)\.</strong>")
CELL, CODE = '<div class="cell ', '<div class="cell_input'
DRAWING = re.compile(r'<div class="panel"[^>]*><svg')
FOLDER = Path("_static/figures")
BOOK = "One model, many tasks: an executable companion to arXiv 2408.16939 and 2311.00235"


@dataclass(frozen=True)
class Figure:
    """A figure of a notebook: its name, its numbers as CSV or why there are none, and its drawings."""

    name: str
    csv: str
    why: str
    drawings: int


def figures(notebook: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the figures of an executed notebook."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if kept := output.get("metadata", {}).get(KEY):
                drawings = len(DRAWING.findall("".join(output["data"]["text/html"])))
                yield Figure(kept["name"], kept.get("csv", ""), kept.get("why", ""), drawings)


def with_links(page: str, name: Path, drawn: dict[str, Figure]) -> str:
    """Return a rendered chapter with its links.

    Args:
        page: HTML.
        name: its path in the book, such as ``notebooks/part/name.html``.
        drawn: the book's figures by name.
    """
    root = "../" * (len(name.parts) - 1)
    commit = ", ".join(filter(None, found.groups())) if (found := COMMIT.search(page)) else "unknown"
    titles = TITLE.findall(page)
    place = f"In “{html.unescape(titles[0]) if titles else name.stem}”, {BOOK}, commit {commit}."
    called: dict[int, str] = {}  # where code begins that is linked to, and its id
    added = {}
    for match in FIGURE.finditer(page):
        if match[1] in drawn:
            code = _code(page, match[1], match.start())
            anchor = called.setdefault(code, f"code-{match[1]}") if code else ""
            number = NUMBER.search(match[0])
            cite = f"{number[1] if number else 'Figure'} (“{match[1]}”). {place}"
            added[match.end()] = _line(drawn[match[1]], root, anchor, cite)
    added |= {code + len("<div"): f' id="{anchor}"' for code, anchor in called.items()}
    for at in sorted(added, reverse=True):
        page = page[:at] + added[at] + page[at:]
    return page


def with_comparison(page: str, root: str, metadata: Mapping[str, Any]) -> str:
    """Return a rendered chapter whose line of provenance says when it ran, and leads to other machines.

    Args:
        page: HTML.
        root: way from the page to the book's folder.
        metadata: of the executed notebook.
    """
    link = f'{ran(metadata)} <a href="{root}book/same.html">The same elsewhere?</a></p>'
    return PROVENANCE.sub(rf"\1{link}", page)


def ran(metadata: Mapping[str, Any]) -> str:
    """Say on which day a notebook ran, and by which key a build knows that it need not run again."""
    end, key = metadata.get("papermill", {}).get("end_time"), metadata.get("manytasks", {}).get("digest")
    if not end or not key:
        return ""
    day = datetime.fromisoformat(end)
    return f" Ran on {day.day} {day:%B %Y}, key {key[:10]}."


def _code(page: str, figure: str, at: int) -> int:
    """Return where the code that drew a figure begins; 0 if the page does not show it.

    Args:
        page: HTML.
        figure: its name.
        at: where it stands. One that went up has left word in the cell that drew it.
    """
    word = re.search(rf'<p class="moved"(?: hidden)?><a href="#figure-{figure}">', page)
    at = word.start() if word else at
    cell = page.rfind(CELL, 0, at)
    return max(0, page.find(CODE, cell, at)) if cell >= 0 else 0


def _line(figure: Figure, root: str, code: str, cite: str) -> str:
    """Return the links under a caption."""
    links = [f"<span>no numbers: {html.escape(figure.why)}</span>"]
    if figure.csv:
        links = [f'<a href="{root}{FOLDER.as_posix()}/{figure.name}.csv" download>numbers (CSV)</a>']
    links += [f'<a href="#{code}">code</a>'] if code else []
    for k in range(figure.drawings):
        letter = f" {chr(ord('a') + k)}" if figure.drawings > 1 else ""
        links += [f'<button type="button" data-drawing="{k}">SVG{letter}</button>']
    links += [f"<details><summary>cite</summary><span>{html.escape(cite)}</span></details>"]
    return f'<span class="carries">{" ".join(links)}</span>'


def add_links(book: Path, notebooks: Path) -> None:
    """Give every chapter of a rendered book its links, and the book the files that they lead to.

    Args:
        book: folder of the rendered book.
        notebooks: folder of the executed notebooks.
    """
    executed = {
        path.relative_to(notebooks).with_suffix(".html"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(notebooks.rglob("*.ipynb"))
    }
    drawn = {figure.name: figure for notebook in executed.values() for figure in figures(notebook)}
    (book / FOLDER).mkdir(parents=True, exist_ok=True)
    for figure in drawn.values():
        if figure.csv:
            (book / FOLDER / f"{figure.name}.csv").write_text(figure.csv + "\n", encoding="utf-8")
    for chapter, notebook in executed.items():
        path = book / "notebooks" / chapter
        if not path.exists():
            continue
        page = with_links(path.read_text(encoding="utf-8"), path.relative_to(book), drawn)
        if (book / "book/same.html").exists():  # a chapter alone has no other page
            page = with_comparison(page, "../" * len(chapter.parts), notebook.get("metadata", {}))
        path.write_text(page, encoding="utf-8")
