"""Fonts of icons with the signs that style sheets call for: dozens of thousands."""

from __future__ import annotations

import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OWN = re.compile("[\ue000-\uf8ff]")  # signs that belong to no language
ESCAPED = re.compile(r"\\([ef][0-9a-f]{3})\b")
SOURCES = re.compile(
    r'url\(([^()]*fontawesome[^()]*)\.woff2\)\s*format\("woff2"\)(?:,\s*url\([^()]*\.ttf\)\s*format\("truetype"\))?'
)


def few(folder: Path) -> None:
    """Put fonts with the signs that are called for in the place of whole ones.

    Args:
        folder: of the rendered book, whose style sheets name ``….woff2`` beside the ``….ttf`` that is read.
    """
    sheets = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.css")}
    text = "".join(sheets.values()) + "".join(
        path.read_text(encoding="utf-8") for path in folder.rglob("*.html")
    )
    called = {ord(sign) for sign in OWN.findall(text)} | {int(sign, 16) for sign in ESCAPED.findall(text)}
    for path in (folder / "_static" / "vendor" / "fontawesome").rglob("*.ttf"):
        font = TTFont(path, recalcTimestamp=False)
        there = called & set(font.getBestCmap())
        smaller = subset.Subsetter(subset.Options(layout_features=[], notdef_outline=True))
        smaller.populate(unicodes=there)
        smaller.subset(font)
        font.flavor = "woff"  # of the newer form there is no writer without a compiler
        font.save(path.with_suffix(".woff"))
        path.unlink()
        path.with_suffix(".woff2").unlink(missing_ok=True)
    for path, sheet in sheets.items():
        changed = SOURCES.sub(r'url(\1.woff) format("woff")', sheet)
        if changed != sheet:
            path.write_text(changed, encoding="utf-8")
