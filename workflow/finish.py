"""What a rendered book still needs, page by page: heads, names of folds, numbers, links to the glossary."""

from __future__ import annotations

from pathlib import Path

from access import accessible
from drawings import slim
from heads import complete, entrance
from listings import bare, classes_of
from numbering import numbered
from rasters import lossless
from signs import few
from styles import lean
from terms import glossary, linked
from typography import joined, typeset
from weight import icons, light, shared, shed, without_outputs


def finish(folder: Path, landing: str, site: str) -> None:
    """Finish every page of a rendered book, and give the book its entrance.

    Args:
        folder: of the rendered book.
        landing: address of the landing page.
        site: title of the book.
    """
    words = folder / "book" / "glossary.html"
    terms = glossary(words.read_text(encoding="utf-8")) if words.exists() else {}
    drawings, unmarked = icons(folder), classes_of(folder)
    for path in sorted(folder.rglob("*.html")):
        if "_static" in path.parts:
            continue
        page = slim(lossless(accessible(bare(path.read_text(encoding="utf-8"), unmarked))))
        page = light(page, drawings, searches=path.name == "search.html")
        above = "../" * len(path.relative_to(folder).parent.parts)
        page = shared(page, folder, above)
        if path.is_relative_to(folder / "notebooks"):
            page = numbered(linked(page, terms, f"{above}book/glossary.html"))
        path.write_text(complete(joined(typeset(page)), site), encoding="utf-8")
    for notebook in (folder / "_sources").rglob("*.ipynb"):
        without_outputs(notebook)
    shed(folder)
    (folder / "index.html").write_text(entrance(landing, site), encoding="utf-8")
    lean(folder)
    few(folder)
