"""What Sphinx and its theme write that stands between a page and a reader without a mouse or without eyes."""

from __future__ import annotations

import re

# A label that hides the words of what it labels; the words say more.
HIDING = re.compile(r'(<summary) aria-label="Toggle hidden content"')
SEARCH = re.compile(
    r'(<button class="btn search-button-field[^>]*?) aria-label="Search"(.*?</button>)', re.DOTALL
)
# The same name for every box of its kind; nothing leads there.
BOX = re.compile(r' id="(?:proof|exercise|solution)-content"')
# A list that has no items in the sense of the standard.
CITATIONS = re.compile(r'(<div) role="list"( class="citation-list")')


def accessible(page: str) -> str:
    """Mend a rendered page.

    Args:
        page: its HTML.

    Returns:
        The page whose folds and search are called what they say, with every id once.

    Example:
        >>> accessible('<summary aria-label="Toggle hidden content"><span>Code, 7 lines</span></summary>')
        '<summary><span>Code, 7 lines</span></summary>'
    """
    page = HIDING.sub(r"\1", page)
    page = SEARCH.sub(r"\1\2", page)
    page = BOX.sub("", page)
    return CITATIONS.sub(r"\1\2", page)
