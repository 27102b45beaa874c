"""What listings of code weigh: Pygments names every word and blank, also those that no style sets apart."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
OF_CLASS = re.compile(r"(.*\.highlight) \.(\w+)")
COLOUR = re.compile(r"(?<![-\w])color: *([^;\s]+)")


def plain(sheet: str) -> frozenset[str]:
    """Return the classes that look like the text around them, in every theme.

    Args:
        sheet: Pygments' style sheet, with a colour for ``.highlight`` in each theme.
    """
    base: dict[str, str] = {}
    said: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for selectors, style in RULE.findall(COMMENT.sub("", sheet)):
        for selector in map(str.strip, selectors.split(",")):
            if found := OF_CLASS.fullmatch(selector):
                said[found[2]].append((found[1], style.strip().rstrip(";")))
            elif selector.endswith(".highlight") and (colour := COLOUR.search(style)):
                base[selector] = colour[1]
    same = {theme: f"color: {colour}" for theme, colour in base.items()}
    return frozenset(name for name, rules in said.items() if all(same.get(at) == how for at, how in rules))


def bare(page: str, classes: frozenset[str]) -> str:
    """Take the names of a page's listings away from words and blanks that need none.

    Args:
        page: its HTML.
        classes: that look like the text around them.
    """
    if not classes:
        return page
    span = re.compile(rf'<span class="(?:{"|".join(sorted(classes))})">([^<]*)</span>')
    return re.sub(r"<pre>.*?</pre>", lambda listing: span.sub(r"\1", listing[0]), page, flags=re.DOTALL)


def classes_of(folder: Path) -> frozenset[str]:
    """Read the plain classes out of a rendered book; none where it has no style for code.

    Args:
        folder: of the rendered book.
    """
    sheet = folder / "_static" / "pygments.css"
    return plain(sheet.read_text(encoding="utf-8")) if sheet.exists() else frozenset()
