"""What a page loads: the ten icons that it shows, not a program with two thousand, and no search index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ICON = re.compile(r'<i class="([^"]*\bfa[srb]?\b[^"]*|[^"]*\bfa-solid\b[^"]*)"([^>]*)></i>')
NAME = re.compile(r"\bfa-(?!solid\b|regular\b|brands\b|lg\b|fw\b)([a-z0-9-]+)")
PROGRAM = re.compile(r'\s*<script[^>]*src="[^"]*/fontawesome\.js[^"]*"[^>]*></script>')
SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')
# Maps for debuggers, words of Bootstrap in other languages, older forms of fonts, and the icons' program.
UNUSED = ("**/*.map", "_static/locales/**/*", "_static/vendor/**/*.ttf", "_static/scripts/fontawesome.js*")


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


def shed(folder: Path) -> None:
    """Delete what no page loads.

    Args:
        folder: of the rendered book.
    """
    needed = any(PROGRAM.search(path.read_text(encoding="utf-8")) for path in folder.glob("**/*.html"))
    for pattern in UNUSED:
        for path in folder.glob(pattern):
            if path.is_file() and not (needed and "fontawesome.js" in path.name):
                path.unlink()
