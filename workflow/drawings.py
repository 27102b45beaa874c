"""What Matplotlib's drawings weigh on a page: letters once a page, two decimals, no idle names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

DRAWING = re.compile(r'<svg(?=[^>]*\sversion="1\.1")[^>]*>.*?</svg>', re.DOTALL)
# Letters are paths in the units of their font, defined in each drawing where they first occur.
LETTER = re.compile(
    r'<path id="(?P<name>[^"]+)"(?P<path>(?: d="[^"]*")?)(?P<scale> transform="scale\([^)]*\)")/>'
)
CALL = re.compile(r'\s(?:xlink:)?href="#([^"]+)"')
CALLED = re.compile(r'href="#([^"]+)"|url\(#([^)]+)\)')
NAME = re.compile(r'\sid="([^"]+)"')
BETWEEN_TAGS = re.compile(r"(?<=>)\s+(?=<)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
PATH = re.compile(r'(?<=\sd=")[^"]*')
PLACES = re.compile(r'(?<=\s[xy]=")[^"]*|(?<=translate\()[^)]*')
LONG = re.compile(r"-?\d+\.\d{3,}")  # a hundredth of a point is finer than any screen or printer
SHEET = '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>{}</defs></svg>'


def slim(page: str) -> str:
    """Make the drawings of a page lighter without a visible change.

    Args:
        page: its HTML.

    Returns:
        The page, with a sheet of the letters that its drawings share before the end of its body. Names of
        letters are digests of their paths: the same on every page, so that pages can be bound together.
    """
    letters: dict[str, str] = {}
    page = DRAWING.sub(lambda drawing: _slim(drawing[0], letters), page)
    if not letters:
        return page
    sheet = SHEET.format("".join(letters.values()))
    return page.replace("</body>", f"{sheet}</body>", 1)


def _slim(drawing: str, letters: dict[str, str]) -> str:
    drawing = BETWEEN_TAGS.sub("", COMMENT.sub("", drawing))
    renamed: dict[str, str] = {}
    drawing = LETTER.sub(_sharing(letters, renamed), drawing).replace("<defs></defs>", "")
    drawing = CALL.sub(lambda call: f' href="#{renamed.get(call[1], call[1])}"', drawing)
    called = {name for pair in CALLED.findall(drawing) for name in pair}
    drawing = NAME.sub(lambda name: name[0] if name[1] in called else "", drawing)
    drawing = PATH.sub(lambda path: " ".join(_rounded(path[0]).split()), drawing)
    return PLACES.sub(lambda places: _rounded(places[0]), drawing)


def _sharing(letters: dict[str, str], renamed: dict[str, str]) -> Callable[[re.Match[str]], str]:
    def move(letter: re.Match[str]) -> str:
        path = " ".join(letter["path"].split())  # of a blank there is none
        name = "glyph-" + hashlib.sha256(f"{path} {letter['scale']}".encode()).hexdigest()[:8]
        letters[name] = f'<path id="{name}" {path}{letter["scale"]}/>'
        renamed[letter["name"]] = name
        return ""

    return move


def _rounded(numbers: str) -> str:
    return LONG.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip(".") or "0", numbers)
