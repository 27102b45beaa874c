"""What search engines and whoever gets a link see of a page: one title, one description, one viewport."""

from __future__ import annotations

import html
import re

SHORTEST = 60  # a paragraph that is shorter is taken together with the next
LONGEST = 300  # characters of a description; what comes after is cut off by those who show it
VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
HEAD, ARTICLE = re.compile(r"<head[^>]*>"), re.compile(r"<article[^>]*>")
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
# Mathematics of one line as plain text; what is left of it after that has no macros.
FRACTION = re.compile(r"\\[td]?frac\s*(\w|\{[^{}]*\})\s*(\w|\{[^{}]*\})")
PLAIN = {
    r"\nabla": "∇",
    r"\langle": "⟨",
    r"\rangle": "⟩",
    r"\sigma": "σ",
    r"\rho": "ρ",
    r"\le": "≤",
    r"\ge": "≥",
    r"\times": "×",
    r"\to": "→",
    r"\approx": "≈",
}

# What a browser keeps from a page (in private, or from the disk) is remembered until the page is left: themes
# and tools ask for it without a doubt, and stop with an error.
MEMORY = """<script>for (const name of ["localStorage", "sessionStorage"]) try { window[name]; } catch {
  const kept = new Map(), of = {getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => kept.delete(key), clear: () => kept.clear(),
    setItem: (key, value) => kept.set(key, String(value))};
  try { Object.defineProperty(window, name, {value: of}); } catch {}
}</script>
"""
NO_SCRIPT = """<noscript><p class="noscript">Without JavaScript the formulas of this page are shown as they
are written, between \\( and \\).</p></noscript>
"""


def complete(page: str, site: str) -> str:
    """Give a rendered page the head that it should have.

    Args:
        page: HTML of the page.
        site: title of the book.

    Returns:
        The page with one viewport, a title that says nothing twice, a description, and tags for previews.
    """
    found = TITLE.search(page)
    title = html.unescape(found[1]) if found else site
    own = title.split(" — ")[0]
    page = TITLE.sub(
        lambda _: f"<title>{html.escape(own if own == site else title, quote=False)}</title>", page, count=1
    )
    words = description(page) or site
    tags = {
        'name="viewport"': "width=device-width, initial-scale=1",
        'name="description"': words,
        'property="og:title"': own,
        'property="og:description"': words,
        'property="og:site_name"': site,
        'property="og:type"': "article",
        'name="twitter:card"': "summary",
    }
    head = "".join(f'<meta {key} content="{html.escape(value)}">\n' for key, value in tags.items())
    page = VIEWPORT.sub("", page).replace("</head>", f"{head}</head>", 1)
    if 'class="math' in page:
        page = ARTICLE.sub(lambda start: f"{start[0]}\n{NO_SCRIPT}", page, count=1)
    return HEAD.sub(lambda start: f"{start[0]}\n{MEMORY}", page, count=1)


def description(page: str) -> str:
    """Return the first words of a page, whole sentences if they fit.

    Args:
        page: HTML of the page.

    Returns:
        At most ``LONGEST`` characters of its first paragraphs; empty if it has none.
    """
    article, text = page.partition("<article")[2].partition("</article>")[0], ""
    for paragraph in PARAGRAPH.findall(article):
        text = f"{text} {plain(paragraph)}".strip()
        if len(text) >= SHORTEST:
            break
    if len(text) <= LONGEST:
        return text
    whole = re.match(rf"(.{{{SHORTEST},{LONGEST}}}[.?!])\s", text)
    return whole[1] if whole else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def plain(markup: str) -> str:
    """Return the words of markup, its mathematics as text.

    Args:
        markup: HTML.

    Returns:
        One line.
    """
    text = html.unescape(re.sub(r"<[^>]+>", "", markup))
    text = re.sub(r"\\[()]", "", text).replace(r"\|", "‖")
    text = FRACTION.sub(lambda found: f"{found[1].strip('{}')}/{found[2].strip('{}')}", text)
    for macro, sign in PLAIN.items():
        text = re.sub(re.escape(macro) + r"(?![a-zA-Z])", sign, text)
    return " ".join(re.sub(r"\\[a-zA-Z,;!]+|[{}$]", "", text).replace("^2", "²").split())


def entrance(landing: str, site: str) -> str:
    """Return the page at the root, which leads to the landing page.

    Args:
        landing: its address.
        site: title of the book.

    Returns:
        A whole page, for browsers that do not follow on their own as well.
    """
    title = html.escape(site)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<title>{title}</title>\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Refresh" content="0; url={landing}">\n<link rel="canonical" href="{landing}">\n'
        f'</head><body><p><a href="{landing}">{title}</a></p></body></html>\n'
    )
