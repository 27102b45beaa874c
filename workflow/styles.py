"""Style sheets without the rules that no page of the book can use: themes bring thousands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import tinycss2

ATTRIBUTE = re.compile(r'\b(?:class|id)="([^"]*)"')
SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)
WORD = re.compile(r"[A-Za-z_][\w-]*")
NAME = re.compile(r"[.#]((?:\\.|[\w-])+)")
GROUPS = ("media", "supports", "layer", "container")


def lean(folder: Path) -> None:
    """Drop from the style sheets of a book what none of its pages can use.

    A selector goes if it asks for a class or an id that stands in no page and, as a word, in no script.

    Args:
        folder: of the rendered book.
    """
    known = names(folder)
    for path in folder.rglob("*.css"):
        path.write_text(purged(path.read_text(encoding="utf-8"), known), encoding="utf-8")


def names(folder: Path) -> set[str]:
    """Return every class and id that a page has, or that a script may give it.

    Args:
        folder: of the rendered book.
    """
    found: set[str] = set()
    for path in folder.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        found.update(word for value in ATTRIBUTE.findall(page) for word in value.split())
        found.update(word for script in SCRIPT.findall(page) for word in WORD.findall(script))
    for path in folder.rglob("*.js"):
        found.update(WORD.findall(path.read_text(encoding="utf-8")))
    return found


def purged(sheet: str, known: set[str]) -> str:
    """Return a style sheet without rules that need other classes and ids.

    Args:
        sheet: its text.
        known: names that may occur.

    Returns:
        The rules that are left, in their order; notices of licences (comments that begin with !) stay.
    """
    return "".join(_purged(tinycss2.parse_stylesheet(sheet), known))


def _purged(rules: Iterable[tinycss2.ast.Node], known: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "comment":
            if rule.value.startswith("!"):
                yield rule.serialize()
        elif rule.type == "qualified-rule":
            selectors = [each for each in _selectors(rule.prelude) if _possible(each, known)]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS and rule.content is not None:
            inner = "".join(_purged(tinycss2.parse_rule_list(rule.content), known))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type != "whitespace":
            yield rule.serialize()


def _selectors(prelude: list[tinycss2.ast.Node]) -> list[str]:
    """Split at commas outside brackets, which the parser keeps together."""
    parts: list[list[tinycss2.ast.Node]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def _possible(selector: str, known: set[str]) -> bool:
    # What stands in parentheses, as in :not(.this) and :is(.this, .that), need not be there.
    while (bare := re.sub(r"\([^()]*\)", "", selector)) != selector:
        selector = bare
    return all(name.replace("\\", "") in known for name in NAME.findall(re.sub(r"\[[^\]]*\]", "", selector)))
