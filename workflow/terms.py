"""Where a chapter first uses a word of the glossary, the word leads there and tells its meaning on hover."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from heads import plain

ENTRY = re.compile(r'<dt id="(term-[^"]+)">(.*?)<(?:a|/dt).*?<dd>\s*<p>(.*?)</p>', re.DOTALL)
PARAGRAPH = re.compile(r"<(p|li)>.*?</\1>", re.DOTALL)
PLACED = re.compile(r"(<(a|code|strong|em|cite)\b.*?</\2>|\\\(.*?\\\)|<[^>]*>)", re.DOTALL)
# Words that mean something else outside the glossary, too.
COMMON = {"budget", "claim", "filter", "ours", "profile", "verdict", "forgetting", "ridge", "flatness"}
LONGEST = 240  # characters of a meaning on hover


def glossary(page: str) -> dict[str, tuple[str, str]]:
    """Read the rendered glossary.

    Args:
        page: its HTML.

    Returns:
        Anchor and meaning by term; one in two parts, "kurtosis, excess", in the order in which it is spoken.
    """
    found = {}
    for anchor, term, meaning in ENTRY.findall(page):
        name = re.sub(r"\s*\(.*?\)", "", plain(term))
        name = " ".join(reversed(name.split(", ")))
        said = plain(meaning)
        found[name] = anchor, said if len(said) <= LONGEST else said[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
    return found


def linked(page: str, terms: dict[str, tuple[str, str]], address: str) -> str:
    """Link the first use of each term in the sentences of a page.

    Args:
        page: its HTML.
        terms: anchor and meaning by term.
        address: of the glossary, from this page.

    Returns:
        The page.

    Example:
        >>> linked("<p>A null risk.</p>", {"null risk": ("term-null-risk", "Risk of zero.")}, "g.html")
        '<p>A <a class="term" href="g.html#term-null-risk" title="Risk of zero.">null risk</a>.</p>'
    """
    left = {name.lower(): entry for name, entry in terms.items() if name.lower() not in COMMON}
    if not left:
        return page

    def in_paragraph(paragraph: re.Match[str]) -> str:
        parts = PLACED.split(paragraph[0])
        parts[0::3] = [_first_uses(part, left, address) for part in parts[0::3]]
        del parts[2::3]
        return "".join(parts)

    head, tag, article = page.partition("<article")
    return head + tag + PARAGRAPH.sub(in_paragraph, article) if tag else PARAGRAPH.sub(in_paragraph, page)


def _first_uses(text: str, left: dict[str, tuple[str, str]], address: str) -> str:
    if not left or not text.strip():
        return text

    def link(found: re.Match[str]) -> str:
        entry = left.pop(found[1].lower(), None)
        if entry is None:
            return found[0]
        return f'<a class="term" href="{address}#{entry[0]}" title="{html.escape(entry[1])}">{found[0]}</a>'

    return _any_of(tuple(left)).sub(link, text)


@lru_cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])({longest_first})(?=s?(?![\w-]))", re.IGNORECASE)
