"""A look before one follows: every page carries what its links to other pages of the book lead to.

Claims, theorems, equations, terms, references and captions of figures lie in one template at the end of the
page, without ids and links; ``manytasks.js`` shows them on hover, focus or a first tap. What a link on the
same page leads to it takes from the page.
"""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from urllib.parse import unquote

LARGEST = 30_000  # bytes on a page
TARGET = re.compile(
    r'<(?P<tag>section|div|dt|figure) (?=[^>]*class="(?:claim|citation|proof|math|panels)|id="term-)'
    r'[^>]*\bid="(?P<id>[^"]+)"[^>]*>'
)
ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
LINK = re.compile(r'<a (?![^>]*headerlink)[^>]*\bhref="([^":#]+\.html)#([^"]+)"')
HEADER = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)
UNWANTED = re.compile(r'</?a\b[^>]*>|\s(?:id|name|aria-labelledby|title|role)="[^"]*"')
BARE = ("genindex.html", "search.html", "py-modindex.html", "prf-prf.html")


def targets(page: str) -> dict[str, str]:
    """Return what a page has to show, by id."""
    found = {}
    for match in TARGET.finditer(page):
        whole = element(page, match.start(), match["tag"])
        if match["tag"] == "dt":
            after = page.find("<dd>", match.end())
            whole = f"<strong>{inner(whole)}</strong>{inner(element(page, after, 'dd'))}"
        elif match["tag"] == "figure":
            caption = whole.find("<figcaption")
            whole = f'<div class="tex2jax_process">{inner(element(whole, caption, "figcaption"))}</div>'
            whole = re.sub(r'<span class="carries">.*', "</div>", whole, flags=re.DOTALL)
        elif match["tag"] == "section":  # of a claim the heading and the statement
            end = whole.find("</p>", whole.find("</h3>"))
            whole = (
                inner(whole[:end] + "</p></section>")
                .replace("<h3>", "<p><strong>")
                .replace("</h3>", "</strong></p>")
            )
        found[html.unescape(match["id"])] = UNWANTED.sub("", HEADER.sub("", whole)).strip()
    return found


def element(page: str, at: int, tag: str) -> str:
    """Return the element that begins at a place, with all that is in it."""
    depth = 0
    for match in re.compile(rf"<(/?){tag}\b").finditer(page, at):
        depth += -1 if match[1] else 1
        if depth == 0:
            return page[at : page.index(">", match.start()) + 1]
    return page[at:]


def inner(markup: str) -> str:
    """Return an element's content."""
    return markup[markup.index(">") + 1 : markup.rindex("<")]


def with_previews(page: str, name: str, shown: dict[str, dict[str, str]]) -> str:
    """Return a page with the template of what its links lead to; what comes late on a full page is left out.

    Args:
        page: HTML.
        name: its path in the book.
        shown: what every page has to show.
    """
    found: dict[str, str] = {}
    article = ARTICLE.search(page)
    for path, anchor in LINK.findall(article[0]) if article else ():
        target = os.path.normpath(os.path.join(os.path.dirname(name), path))
        preview = shown.get(target, {}).get(unquote(html.unescape(anchor)))
        if preview and target != name:
            found.setdefault(f"{path}#{anchor}", f'<div data-for="{path}#{anchor}">{preview}</div>')
    kept, size = [], 0
    for preview in found.values():
        if size + len(preview.encode()) < LARGEST:
            kept.append(preview)
            size += len(preview.encode())
    return (
        page.replace("</body>", f'<template id="previews">{"".join(kept)}</template></body>', 1)
        if kept
        else page
    )


def add_previews(book: Path) -> None:
    """Give every page of a rendered book its previews."""
    paths = [
        path for path in sorted(book.rglob("*.html")) if not path.relative_to(book).parts[0].startswith("_")
    ]
    pages = {path.relative_to(book).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    shown = {name: targets(page) for name, page in pages.items()}
    for name, page in pages.items():
        if name not in BARE:
            (book / name).write_text(with_previews(page, name, shown), encoding="utf-8")
