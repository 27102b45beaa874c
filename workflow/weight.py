"""What a page loads: the icons that it shows, the parts of MathJax that it needs, what pages share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import nbformat

ICON = re.compile(r'<i class="([^"]*\bfa[srb]?\b[^"]*|[^"]*\bfa-solid\b[^"]*)"([^>]*)></i>')
NAME = re.compile(r"\bfa-(?!solid\b|regular\b|brands\b|lg\b|fw\b)([a-z0-9-]+)")
PROGRAM = re.compile(r'\s*<script[^>]*src="[^"]*/fontawesome\.js[^"]*"[^>]*></script>')
SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')
# A third of MathJax in one file is a menu that the book turns off. _config.yml lists the parts it needs.
MATHJAX = re.compile(r"mathjax/tex-chtml\.js(?=[?\"])")
MATHJAX_PARTS = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "input/tex/extensions",
    "output/chtml.js",
    "output/chtml/fonts",
    "a11y/assistive-mml.js",
)
INLINE = re.compile(r'<script(?: type="text/javascript")?>(.*?)</script>', re.DOTALL)
LONG = 100_000  # bytes of a program that is worth a file of its own
# Maps for debuggers, words of Bootstrap in other languages, the icons' program, and a
# template of the theme that names it.
UNUSED = ("**/*.map", "_static/locales/**/*", "_static/scripts/fontawesome.js*")
TEMPLATE = "_static/webpack-macros.html"


def icons(folder: Path) -> Mapping[str, tuple[str, str]]:
    """Read the drawings of all icons out of the program that would draw them.

    Args:
        folder: of the rendered book.

    Returns:
        Size and path by name, of the solid kind; empty if there is no such program.
    """
    program = folder / "_static" / "scripts" / "fontawesome.js"
    return _drawings(program.read_text(encoding="utf-8")) if program.exists() else {}


@cache
def _drawings(program: str) -> Mapping[str, tuple[str, str]]:
    # The solid kind comes last.
    entry = re.compile(r'[{,]"?([a-z0-9-]+)"?:\[(\d+,\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]')
    return {name: (size.replace(",", " "), path) for name, size, path in entry.findall(program)}


def light(page: str, drawings: Mapping[str, tuple[str, str]], searches: bool) -> str:
    """Draw the icons of a page, and leave out the programs that it then does not need.

    Args:
        page: its HTML.
        drawings: size and path of icons by name.
        searches: whether it is the page that searches.

    Returns:
        The page; the program of the icons stays if one of them is unknown.
    """
    if not searches:
        page = SEARCH.sub("", page)
    page = MATHJAX.sub("mathjax/startup.js", page)
    used = {name for classes, _ in ICON.findall(page) for name in NAME.findall(classes)}
    if not used <= set(drawings):
        return page

    def drawn(icon: re.Match[str]) -> str:
        size, path = drawings[NAME.findall(icon[1])[0]]
        classes = " ".join(icon[1].split())
        return (
            f'<svg class="svg-inline--fa {classes}"{icon[2]} viewBox="0 0 {size}" aria-hidden="true">'
            f'<path fill="currentColor" d="{path}"></path></svg>'
        )

    return PROGRAM.sub("", ICON.sub(drawn, page))


def shared(page: str, folder: Path, above: str) -> str:
    """Move long programs out of a page into files that other pages share.

    Args:
        page: its HTML.
        folder: of the rendered book.
        above: relative address of that folder from the page.

    Returns:
        The page, which loads ``_static/shared/….js`` in their places.
    """

    def moved(script: re.Match[str]) -> str:
        if len(script[1]) < LONG:
            return script[0]
        name = f"_static/shared/{hashlib.sha256(script[1].encode()).hexdigest()[:12]}.js"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script[1], encoding="utf-8")
        return f'<script src="{above}{name}"></script>'

    return INLINE.sub(moved, page)


def without_outputs(notebook: Path) -> None:
    """Empty the outputs of a notebook that is there to be taken away and run: the page shows them.

    Args:
        notebook: written over.
    """
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(content, notebook)


def shed(folder: Path) -> None:
    """Delete what no page loads.

    Args:
        folder: of the rendered book.
    """
    (folder / TEMPLATE).unlink(missing_ok=True)
    mathjax = folder / "_static" / "mathjax"
    for path in [path for path in mathjax.rglob("*") if path.is_file()]:
        if not path.relative_to(mathjax).as_posix().startswith(MATHJAX_PARTS):
            path.unlink()
    needed = any(PROGRAM.search(path.read_text(encoding="utf-8")) for path in folder.glob("**/*.html"))
    for pattern in UNUSED:
        for path in folder.glob(pattern):
            if path.is_file() and not (needed and "fontawesome.js" in path.name):
                path.unlink()
    for path in sorted((path for path in (folder / "_static").rglob("*") if path.is_dir()), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
