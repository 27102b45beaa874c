"""Bind the rendered book into one PDF: `bind.py [PROFILE]`, after `build.py`.

Chromium prints every page of the contents. Then the pages are joined, numbered and given bookmarks, and
links from one page to another lead to their place in the file. The same book is the same bytes again.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urljoin

import environment
from browser import NONE, chromium, sandboxed
from dependencies import TOC, listed, text
from heads import plain
from plan import html_folder
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, Fit, NameObject, StreamObject

from manytasks import strict_yaml

A4 = (703, 1047)  # what is left of a sheet inside the margins of manytasks.css, in pixels
PREPARE = Path(__file__).with_name("bind.js")
STYLE = Path(__file__).with_name("bind.css")
FLAGS = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
SECTION = re.compile(r'<section[^>]*? id="([^"]+)"[^>]*>(?:<span[^>]*></span>)*\s*<h2>(.*?)</h2>', re.DOTALL)
BLANK = 500  # bytes; what draws less is a white sheet, or has few words
RESOURCE = re.compile(rb"/([A-Z]\d+)\b")  # a name in what draws a sheet; its text is hexadecimal
CONTENTS = "contents"  # the page that lists the others; it is made here


@dataclass
class Page:
    """One page of the book: what the contents call it, and what others link to."""

    name: str
    part: str
    title: str
    sections: list[tuple[str, str]]  # anchor and heading
    anchors: set[str] = field(default_factory=set)
    first: int = 0  # its first sheet in the file
    sheets: int = 0


def main(profile: str = "book") -> None:
    """Print, join, and say where the file is.

    Raises:
        ValueError: if there is no book, or no browser to print it.
    """
    os.chdir(environment.ROOT)
    folder = Path(html_folder(profile)).resolve()
    if not (folder / "index.html").is_file():
        raise ValueError(
            f"there is no book in {html_folder(profile)}; `make book PROFILE={profile}` builds it"
        )
    browser = chromium()
    if browser is None:
        raise ValueError(NONE)
    target = Path("build") / f"manytasks{'' if profile == 'book' else f'-{profile}'}.pdf"
    title = strict_yaml.load(text(Path("_config.yml")), "_config.yml")["title"]
    pages = read_pages(folder)
    with TemporaryDirectory() as scratch:
        sheets = print_pages(browser, folder, pages, Path(scratch), title)
        join(sheets, pages, folder, title, target)
    count = sum(page.sheets for page in pages)
    print(f"the book is on {count} sheets in {target}", flush=True)


def parts() -> list[tuple[str, list[str]]]:
    """Return the captions of the contents, each with its pages; the landing page opens the first."""
    toc = strict_yaml.load(text(TOC), str(TOC))
    groups = toc.get("parts") or [{"caption": toc.get("caption", "The book"), "chapters": toc["chapters"]}]
    found = [(group["caption"], [each["file"] for each in group["chapters"]]) for group in groups]
    found[0][1].insert(0, listed()[0])
    return found


def read_pages(folder: Path) -> list[Page]:
    """Return the pages in the order of the contents, with the anchors to which any of them links."""
    pages, links = [], []
    for part, names in parts():
        for name in names:
            content = text(folder / f"{name}.html")
            title = re.search(r"<title>(.*?)(?: — .*?)?</title>", content, re.DOTALL)
            article = content.partition("<article")[2].partition("</article>")[0]
            sections = [(anchor, plain(heading).rstrip("#")) for anchor, heading in SECTION.findall(article)]
            pages.append(Page(name, part, html.unescape(title[1]) if title else name, sections))
            base = (folder / f"{name}.html").as_uri()
            links += [urljoin(base, html.unescape(link)) for link in re.findall(r'href="([^"]+)"', article)]
    there = {(folder / f"{page.name}.html").as_uri(): page for page in pages}
    for page in pages:
        page.anchors |= {anchor for anchor, _ in page.sections}
    for link in links:
        address, _, anchor = link.partition("#")
        if anchor and address in there:
            there[address].anchors.add(unquote(anchor))
    return pages


def print_pages(
    program: str, folder: Path, pages: list[Page], scratch: Path, title: str
) -> dict[str, PdfReader]:
    """Print every page, and the contents once it is known which sheet each begins on."""
    from playwright.sync_api import sync_playwright

    printed = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, chromium_sandbox=sandboxed(program)
        )
        context = browser.new_context(color_scheme="light", viewport={"width": A4[0], "height": A4[1]})

        def sheets_of(file: Path, address: str, known: dict[str, Any]) -> PdfReader:
            tab = context.new_page()
            tab.emulate_media(media="print", color_scheme="light")
            tab.goto(address, wait_until="load", timeout=120_000)
            tab.evaluate("async () => { await window.MathJax?.startup.promise; await document.fonts.ready; }")
            tab.add_style_tag(content=STYLE.read_text(encoding="utf-8"))
            tab.evaluate(PREPARE.read_text(encoding="utf-8"), known)
            tab.pdf(path=file, prefer_css_page_size=True, print_background=True)
            tab.close()
            return PdfReader(file)

        for page in pages:
            known = {"name": page.name, "title": page.title, "anchors": sorted(page.anchors)}
            file = scratch / f"{page.name.replace('/', '.')}.pdf"
            printed[page.name] = sheets_of(file, (folder / f"{page.name}.html").as_uri(), known)
            page.sheets = drawn(printed[page.name])
        for _ in range(2):  # how long the contents are is known when they have been printed
            before = drawn(printed[CONTENTS]) if CONTENTS in printed else 1
            number(pages, before)
            file = scratch / f"{CONTENTS}.html"
            file.write_text(contents(pages, folder, title), encoding="utf-8")
            known = {"name": CONTENTS, "title": "", "anchors": []}
            printed[CONTENTS] = sheets_of(file.with_suffix(".pdf"), file.as_uri(), known)
        browser.close()
    return printed


def drawn(reader: PdfReader) -> int:
    """Return the number of sheets less those at the end on which nothing is drawn: a margin went there."""
    filled = [i for i, sheet in enumerate(reader.pages) if has_ink(sheet)]
    return max(filled, default=0) + 1


def has_ink(sheet: Any) -> bool:
    """Return whether there is more on a sheet than its white background."""
    content = sheet.get_contents()
    return content is not None and (len(content.get_data()) > BLANK or bool(sheet.extract_text().strip()))


def number(pages: list[Page], before: int) -> None:
    """Let every page begin where the one before it ends."""
    for page in pages:
        page.first, before = before, before + page.sheets


def contents(pages: list[Page], folder: Path, title: str) -> str:
    """Return the first sheets: title, parts, pages, and the numbers of their sheets."""
    lines, part = [], ""
    for page in pages:
        if page.part != part:
            part = page.part
            lines.append(f"<h2>{html.escape(part)}</h2>")
        address = (folder / f"{page.name}.html").as_uri()
        lines.append(
            f'<p><a href="{address}">{html.escape(page.title)}</a><i></i><b>{page.first + 1}</b></p>'
        )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<body class="contents"><h1>{html.escape(title)}</h1>'
        "<p>Every page of the book. Code that a click opens there is left out here, solutions are open, "
        f"and what moves there stands still.</p>{''.join(lines)}</body></html>"
    )


def join(sheets: dict[str, PdfReader], pages: list[Page], folder: Path, title: str, target: Path) -> None:
    """Write one file of the printed pages, with numbers, bookmarks and links that stay inside."""
    writer = PdfWriter()
    links, places = [], {}
    order = [(CONTENTS, 0), *((page.name, page.first) for page in pages)]
    for name, first in order:
        reader = sheets[name]
        for anchor, place in reader.named_destinations.items():
            at = reader.get_destination_page_number(place)
            places[name, unquote(anchor.lstrip("/"))] = (first + (at or 0), float(place.top or 0))
        for i, sheet in enumerate(reader.pages[: drawn(reader)]):
            links += [(first + i, *link) for link in links_of(sheet, name, folder)]
            added = writer.add_page(sheet)
            added.pop("/Annots", None)
            added.pop("/StructParents", None)
            add_number(writer, added, first + i + 1)
    name_resources(writer)
    starts = dict(order)
    for sheet_number, rectangle, (name, anchor), address in links:
        if name in starts:
            at, top = places.get((name, anchor), (starts[name], A4[1]))
            link = Link(rect=rectangle, target_page_index=at, fit=Fit.xyz(left=0, top=top))
        elif address:
            link = Link(rect=rectangle, url=address)
        else:
            continue
        writer.add_annotation(sheet_number, link)
    part, above = "", None
    for page in pages:
        if page.part != part:
            part = page.part
            above = writer.add_outline_item(title=part, page_number=page.first, is_open=False)
        chapter = writer.add_outline_item(
            title=page.title, page_number=page.first, parent=above, is_open=False
        )
        for anchor, heading in page.sections:
            at, top = places.get((page.name, anchor), (page.first, A4[1]))
            fit = Fit.xyz(left=0, top=top)
            writer.add_outline_item(title=heading, page_number=at, parent=chapter, fit=fit)
    writer.compress_identical_objects()
    writer.metadata = {
        "/Title": title,
        "/Producer": "Chromium and pypdf",
    }  # no date: the same book, the same file
    writer.page_mode = "/UseOutlines"
    partial = target.with_suffix(".partial.pdf")
    writer.write(partial)
    partial.replace(target)


def links_of(sheet: Any, name: str, folder: Path) -> Iterator[tuple[Any, tuple[str, str], str]]:
    """Yield rectangle, page and anchor, and address of each link on a sheet; only one of the two is set."""
    for reference in sheet.get("/Annots") or ():
        annotation = reference.get_object()
        rectangle = tuple(float(side) for side in annotation["/Rect"])
        action = annotation["/A"].get_object() if "/A" in annotation else {}
        address = str(action.get("/URI", ""))
        if "/Dest" in annotation:
            if abs(rectangle[2] - rectangle[0]) > 2:  # smaller are those of bind.js
                yield rectangle, (name, unquote(str(annotation["/Dest"]).lstrip("/"))), ""
        elif address.startswith(base := f"{folder.as_uri()}/"):
            page, _, anchor = address.removeprefix(base).partition("#")
            yield rectangle, (page.removesuffix(".html"), unquote(anchor)), ""
        elif address.startswith("http"):
            yield rectangle, ("", ""), address


def name_resources(writer: PdfWriter) -> None:
    """Name what sheets draw with in the order in which they do.

    Chromium counts fonts, images and states over the whole page; whether it has decoded an image once or
    twice moves every number after it.
    """
    for sheet in writer.pages:
        content = sheet["/Contents"].get_object()
        rename(sheet, [each.get_object() for each in content] if isinstance(content, list) else [content])
    for form in writer._objects:
        if isinstance(form, StreamObject) and "/Resources" in form:
            rename(form, [form])


def rename(owner: Any, streams: list[Any]) -> None:
    """Rename the resources of a sheet or a form in the streams that draw it, and where they are listed."""
    order = dict.fromkeys(name for each in streams for name in RESOURCE.findall(each.get_data()))
    names = {old: b"%b%d" % (old[:1], i) for i, old in enumerate(order)}
    resources = DictionaryObject(owner["/Resources"].get_object())
    for kind, entry in list(resources.items()):
        if isinstance(there := entry.get_object(), DictionaryObject):
            kept = {name: there.raw_get(name) for name in there if not RESOURCE.fullmatch(name.encode())}
            for old, new in names.items():
                if (name := f"/{old.decode()}") in there:
                    kept[NameObject(f"/{new.decode()}")] = there.raw_get(name)
            resources[NameObject(kind)] = DictionaryObject(kept)
    owner[NameObject("/Resources")] = resources
    for each in streams:
        each.set_data(RESOURCE.sub(lambda found: b"/" + names[found[1]], each.get_data()))


def add_number(writer: PdfWriter, sheet: Any, number: int) -> None:
    """Write the number of a sheet below its text."""
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    resources = DictionaryObject(sheet["/Resources"].get_object())
    sheet[NameObject("/Resources")] = resources
    fonts = DictionaryObject(resources.get("/Font", DictionaryObject()).get_object())
    fonts[NameObject("/Number")] = font
    resources[NameObject("/Font")] = fonts
    begin, end = DecodedStreamObject(), DecodedStreamObject()
    begin.set_data(b"q\n")
    middle = float(sheet.mediabox.width) / 2 - 2.5 * len(str(number))
    end.set_data(f"Q\nBT /Number 9 Tf 0.3 g {middle:.2f} 14 Td ({number}) Tj ET\n".encode())
    drawn = sheet.get("/Contents")
    drawn = list(drawn) if isinstance(drawn, ArrayObject) else [sheet.raw_get("/Contents")]
    sheet[NameObject("/Contents")] = ArrayObject([writer._add_object(begin), *drawn, writer._add_object(end)])


if __name__ == "__main__":
    environment.step(main)
