"""Figures are numbered by chapter and in the order in which a page shows them."""

from __future__ import annotations

import itertools
import re

CHAPTER = re.compile(r'<h1>\s*<span class="section-number">(\d+)\.')
CAPTION = re.compile(r'<figcaption class="tex2jax_process">')


def numbered(page: str) -> str:
    """Put its number in front of every caption.

    Args:
        page: HTML of the page.

    Returns:
        The page, with "Figure 3.2." where a chapter has a number and "Figure 2." where it has none.
    """
    found, count = CHAPTER.search(page), itertools.count(1)
    chapter = f"{found[1]}." if found else ""
    return CAPTION.sub(lambda caption: f"{caption[0]}<strong>Figure {chapter}{next(count)}.</strong> ", page)
