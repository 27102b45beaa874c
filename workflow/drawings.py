"""What Matplotlib's drawings weigh on a page: letters once a page, two decimals, styles once a group."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache

DRAWING = re.compile(r'<svg(?=[^>]*\sversion="1\.1")[^>]*>.*?</svg>', re.DOTALL)
# Letters, paths in the units of their font, and markers, each defined in a drawing where it first occurs.
LETTER = re.compile(
    r'<path id="(?P<name>[^"]+)"(?P<path>(?: d="[^"]*")?)'
    r'(?P<more> transform="scale\([^)]*\)"| style="[^"]*")/>'
)
# Many markers of one kind, one after the other, and what they may say together: what is handed down.
MARKERS = re.compile(
    r'<use href="([^"]+)" x="[^"]*" y="[^"]*" style="([^"]*)"/>'
    r'(?:<use href="\1" x="[^"]*" y="[^"]*" style="\2"/>)+'
)
INHERITED = re.compile(r"(?: ?(?:fill|stroke)(?:-[a-z]+)?: [^;]+;?)*")
MOVED = re.compile(r'(<use href="[^"]+") transform="translate\(([^ )]+) ([^ )]+)\)"/>')
CALL = re.compile(r'\s(?:xlink:)?href="#([^"]+)"')
CALLED = re.compile(r'href="#([^"]+)"|url\(#([^)]+)\)')
NAME = re.compile(r'\sid="([^"]+)"')
BETWEEN_TAGS = re.compile(r"(?<=>)\s+(?=<)")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
PATH = re.compile(r'(?<=\sd=")[^"]*')
STEP = re.compile(r"([MLQCz])([^MLQCz]*)")
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
    drawing = PATH.sub(lambda path: short(path[0]), drawing)
    drawing = PLACES.sub(lambda places: _rounded(places[0]), drawing)
    return MOVED.sub(r'\1 x="\2" y="\3"/>', MARKERS.sub(_together, drawing))


def _together(markers: re.Match[str]) -> str:
    style = f' style="{markers[2]}"'
    if not INHERITED.fullmatch(markers[2]):
        return markers[0]
    return f"<g{style}>{markers[0].replace(style, '')}</g>"


def short(path: str) -> str:
    """Write a path as steps in hundredths of a point: the same points in half the bytes.

    Args:
        path: what stands in ``d``, in Matplotlib's words: places, each command with its letter.
    """
    written, before = "", ""
    at = start = (0, 0)
    for letter, numbers in STEP.findall(path):
        hundredths = [round(100 * float(number)) for number in numbers.split()]
        points = list(zip(hundredths[::2], hundredths[1::2], strict=True))
        origin = (0, 0) if letter == "M" else at
        steps = [number - origin[i] for point in points for i, number in enumerate(point)]
        name = letter if letter in "Mz" else letter.lower()
        words = "".join(f" {_number(step)}" for step in steps).replace(" -", "-")
        written += words if name == before != "M" else name + words.removeprefix(" ")
        at = points[-1] if points else start
        start = at if letter == "M" else start
        before = name
    return written


@cache
def _number(hundredths: int) -> str:
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0(?=\.)", r"\1", text)


@cache  # a few hundred letters stand in all drawings
def _letter(path: str) -> str:
    return PATH.sub(lambda found: short(found[0]), path)  # of a blank there is none


def _sharing(letters: dict[str, str], renamed: dict[str, str]) -> Callable[[re.Match[str]], str]:
    def move(letter: re.Match[str]) -> str:
        path = _letter(letter["path"])
        name = "g" + hashlib.sha256(f"{path} {letter['more']}".encode()).hexdigest()[:8]
        letters[name] = f'<path id="{name}"{path}{letter["more"]}/>'
        renamed[letter["name"]] = name
        return ""

    return move


def _rounded(numbers: str) -> str:
    return LONG.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip(".") or "0", numbers)
