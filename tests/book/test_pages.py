"""The book as a reader meets it: opened from disk in Chromium, and every link and picture followed."""

import functools
import gzip
import http.server
import io
import json
import os
import threading
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote, urlsplit

import licences
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from drawings import slim
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from reader import AXE, INSPECT, Findings, read
from rotation import todays

from manytasks import drawn, evidence
from manytasks.claims import judged_in

pytestmark = pytest.mark.book
KINDS = [field.name for field in fields(Findings) if field.name not in {"formulas", "axe"}]


@pytest.fixture(scope="module")
def pages(html):
    """Every page of the book, parsed, by its path below the book's folder."""
    return {
        path.relative_to(html).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(html.rglob("*.html"))
        if "_static" not in path.parts
    }


@pytest.fixture(scope="module")
def findings(html, pages, browser):
    """What the browser found on the day's third of the pages that are more than a redirection."""
    shown = [name for name, page in pages.items() if not page.find("meta", {"http-equiv": "Refresh"})]
    return {name: read(browser, (html / name).as_uri()) for name in todays(shown)}


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_has(kind, findings):
    wrong = {name: found for name, page in findings.items() if (found := getattr(page, kind))}
    assert wrong == {}


def pale_words():
    """Return a drawing of two pale words: one stands on a dark shape, the other on nothing."""
    figure, written = Figure(figsize=(2, 0.5)), io.StringIO()
    figure.add_artist(Rectangle((0, 0), 0.5, 1, color="#333333"))
    for x, color in ((0.25, "#eeeeee"), (0.75, "#dddddd")):
        figure.text(x, 0.5, "word", color=color, ha="center", va="center")
    figure.savefig(written, format="svg", transparent=True)
    return written.getvalue().partition("<svg")[2].join(["<svg", ""])


def test_each_kind_of_fault_is_found(tmp_path, browser):
    # Without this, the tests above could pass because the reader is blind.
    page = tmp_path / "faults.html"
    faults = """<!doctype html><html data-theme="light"><meta charset="utf-8"><body>
        <script>
          console.error("a script complains");
          matchMedia("(prefers-color-scheme: dark)").onchange = () => {
            document.documentElement.dataset.theme = "dark";
          };
        </script>
        <img src="https://example.org/far.png"><img src="missing.png">
        <span class="math">\\(x\\)</span><mjx-merror>Undefined</mjx-merror>
        <p>See {prf:ref}`somewhere` and $x$.</p>
        <p style="color: #999; background: #fff">faint on white</p>
        <p style="color: rgba(255, 255, 255, .2); background: #000">faint on black</p>
        <figure id="drawn">DRAWING</figure>
        <div style="width: 500px">wide</div></body></html>"""
    page.write_text(slim(faults.replace("DRAWING", pale_words())), encoding="utf-8")
    found = read(browser, page.as_uri())
    assert "a script complains" in found.console
    assert found.leaving == ["https://example.org/far.png"]
    assert {failure.rpartition(": ")[0] for failure in found.failed} == {
        "https://example.org/far.png",
        (tmp_path / "missing.png").as_uri(),
    }
    assert found.mathematics == ["error in mjx-merror", r"not rendered: \(x\)"]
    assert found.raw == ["span.math: \\(x\\)", "p: See {prf:ref}`somewhere` and $x$."]
    assert list(found.faint_by_day.values()) == [
        "2.85 < 4.5: faint on white",
        "1.66 < 4.5: faint on black",
        "1.36 < 3: label in drawn",
    ]
    assert found.faint_by_night == found.faint_by_day
    assert found.sideways == ["118 px too wide"]


@pytest.mark.skipif(not AXE, reason="needs axe-core: name its axe.min.js in AXE")
def test_no_page_breaks_a_serious_rule_of_access(findings):
    assert {name: found.axe for name, found in findings.items() if found.axe} == {}


@pytest.mark.skipif(not AXE, reason="needs axe-core: name its axe.min.js in AXE")
def test_a_rule_of_access_that_is_broken_is_found(tmp_path, browser):
    page = tmp_path / "mute.html"
    page.write_text(
        """<!doctype html><html lang="en" data-theme="dark"><title>Mute</title><main><h1>Mute</h1>
        <img src="data:,"><button></button></main></html>""",
        encoding="utf-8",
    )
    rules = {line.partition(":")[0] for line in read(browser, page.as_uri()).axe}
    assert rules >= {"image-alt", "button-name"}


WRONG = """<!doctype html><meta charset="utf-8"><body style="width: 600px"><article>
  <p>They *help* a lot , by 1e-05.</p>
  <div class="output stderr"><pre>Warning: careful</pre></div>
  <div class="tag_injected-parameters"><div class="cell_input">seed = 1</div></div>
  <div class="cell_input">evidence.record("A.T1")</div>
  <div class="output text_plain"><pre>[1, 2]</pre></div>
  <p>Long: <div class="math" style="overflow-x: auto"><mjx-container>
    <mjx-math style="display: inline-block; width: 700px">x</mjx-math></mjx-container></div></p>
  <p>Cut: <span class="math" style="display: inline-flex; overflow: hidden; max-width: 100%"><mjx-container>
    <mjx-math style="display: inline-block; width: 800px">y</mjx-math></mjx-container></span></p>
  <p id="one">a</p><svg><g id="one"></g></svg>
  <div style="height: 1300px"></div>
  <figure id="late"><svg></svg><figcaption>Left: error. The black line is theory.</figcaption></figure>
  <figure class="panels" id="even"><div class="row" style="display: flex"><div style="width: 90px">
    </div><div style="width: 90px"></div></div></figure>
  <figure class="panels" id="uneven"><div class="row" style="display: flex"><div style="width: 90px">
    </div><div style="width: 180px"></div></div></figure>
</article></body>"""


def test_what_the_reader_of_a_page_looks_for_is_found(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.set_content(WRONG)
        found = page.evaluate(
            INSPECT, ["late", "stray", "prose", "places", "twice", "uneven", "wide", "lost"]
        )
    finally:
        page.close()
    assert found["uneven"] == ["uneven: panels 90, 180 px wide"]
    assert found["prose"] == [
        "stars: They *help* a lot , by 1e-05.",
        "a number as computers write it: They *help* a lot , by 1e-05",
        "a space before a stop: They *help* a lot , ",
    ]
    assert [line.partition(":")[0] for line in found["stray"]] == [
        "stderr",
        "the cell that papermill injected",
        "open bookkeeping",
        "raw output",
    ]
    assert [line.rpartition(": ")[2] for line in found["wide"]] == ["100 px", "200 px"]
    assert [line.rpartition(": ")[2] for line in found["lost"]] == ["200 px"]
    assert found["places"] == ["late: Left: error. The black li"]
    assert found["twice"] == ["one: 2 times"]
    assert found["late"][0].startswith("the first figure begins 2")


@pytest.fixture(scope="module")
def site(html):
    """The same folder as a web server publishes it."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=html)
    ) as server:
        server.handle_error = lambda *_: None  # the browser hangs up on what it no longer needs
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("page", "formulas"), [("notebooks/welcome.html", 0), ("book/notation.html", 100)])
def test_published_pages_read_like_those_on_disk(page, formulas, site, browser):
    found = read(browser, f"{site}/{page}")
    assert {kind: seen for kind in KINDS if (seen := getattr(found, kind))} == {}
    assert found.formulas >= formulas


@pytest.mark.parametrize("origin", ["disk", "web"])
def test_search_finds_a_term_in_its_chapter(origin, html, site, browser):
    root = html.as_uri() if origin == "disk" else site
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.goto(f"{root}/search.html?q=replay+buffer")
        page.locator("#search-results li a").first.wait_for(timeout=60_000)
        page.wait_for_timeout(200)  # excerpts are fetched behind the results
        found = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.href)")
    finally:
        page.close()
    assert any("/book/glossary.html" in address for address in found)
    assert errors == []  # from the disk nothing may be fetched, and nothing is


def test_every_internal_link_leads_somewhere(html, pages):
    anchors = {name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages.items()}
    dead = []
    for name, page in pages.items():
        refresh = [
            tag["content"].partition("url=")[2] for tag in page.find_all("meta", {"http-equiv": "Refresh"})
        ]
        tags = page.find_all(["a", "link", "script", "img", "source", "iframe"])
        for address in refresh + [tag[key] for tag in tags for key in ("href", "src") if tag.get(key)]:
            link = urlsplit(address)
            if link.scheme or link.netloc:
                continue
            target = os.path.normpath(Path(name).parent / unquote(link.path)) if link.path else name
            if not (html / target).is_file():
                dead.append(f"{name}: {address}")
            elif link.fragment and unquote(link.fragment) not in anchors.get(target, ()):
                dead.append(f"{name}: {address} (no such place on the page)")
    assert dead == []


def test_every_figure_carries_its_numbers(html, pages):
    """What a figure shows can be had, cited and drawn again; explorers and pictures say why not."""
    count = 0
    for name, page in pages.items():
        for line in page.select("figure.panels .carries"):
            figure, count = line.find_parent("figure"), count + 1
            assert line.select_one("details > summary").get_text() == "cite", figure["id"]
            if not (numbers := line.select_one("a[download]")):
                assert line.span.get_text().startswith("no numbers: "), figure["id"]
                continue
            assert len(line.select("button")) == len(figure.select(".panel > svg")) > 0
            assert line.select_one("a[href^='#code-']") is not None, figure["id"]
            table = html / Path(name).parent / numbers["href"]
            assert len(gzip.compress(table.read_bytes())) <= 1.01 * drawn.LARGEST, figure["id"]
            assert len(pd.read_csv(table, comment="#")) > 0
    assert count == sum(
        len(page.select("figure.panels")) for name, page in pages.items() if "notebooks/" in name
    )


def test_what_is_of_others_stands_on_the_page_with_its_licence(html, pages):
    carried = {name: [part.name for part in licences.whose(name)] for name in licences.carried(html)}
    assert [name for name, parts in carried.items() if len(parts) != 1] == []
    there = {name for (name,) in carried.values()}
    assert there == {part.name for part in licences.PARTS}
    listed = [row.td.get_text() for row in pages["book/licence.html"].select("table tbody tr") if row.td]
    assert there <= set(listed)
    text = (html / "_static/licences.txt").read_text(encoding="utf-8")
    assert text == licences.all_texts()


def test_nothing_is_loaded_from_elsewhere(pages):
    # The browser sees only what is asked for at once; this also finds what a click would load.
    far = [
        f"{name}: {tag.get('src') or tag.get('href')}"
        for name, page in pages.items()
        for tag in page.find_all(["script", "img", "iframe", "source", "link"])
        if urlsplit(tag.get("src") or tag.get("href") or "").netloc and "canonical" not in tag.get("rel", [])
    ]
    assert far == []


def test_every_page_says_once_what_it_is_about(pages):
    wrong = []
    for name, page in pages.items():
        if page.find("meta", {"http-equiv": "Refresh"}):
            continue
        if len(page.find_all("meta", {"name": "viewport"})) != 1 or len(page.find_all("title")) < 1:
            wrong.append(f"{name}: one viewport and a title are needed")
        for tag in ({"name": "description"}, {"property": "og:title"}, {"property": "og:description"}):
            said = [each["content"] for each in page.find_all("meta", tag)]
            if len(said) != 1 or not said[0] or "\\" in said[0]:
                wrong.append(f"{name}: {tag} says {said}")
    assert wrong == []


def test_the_site_is_light(html):
    sizes = {path: path.stat().st_size for path in html.rglob("*") if path.is_file()}
    assert sum(sizes.values()) < 25e6
    assert max(size for path, size in sizes.items() if path.suffix == ".html") < 1e6


def test_ids_are_unique_on_each_page(pages):
    twice = {}
    for name, page in pages.items():
        ids = [tag["id"] for tag in page.find_all(id=True)]
        if repeated := {each for each in ids if ids.count(each) > 1}:
            twice[name] = repeated
    assert twice == {}


def test_every_picture_says_what_it_shows(pages):
    mute = []
    for name, page in pages.items():
        for picture in page.find_all(["img", "svg"]) + page.select("[role=img], .panel"):
            described = picture.find_parent(attrs={"role": ["img", "group"]}) or picture
            text = described.get("alt") or described.get("aria-label") or ""
            if not text and picture.select("[aria-label], [alt]"):
                continue  # a panel whose picture speaks for itself, and is looked at itself
            unseen = described.get("aria-hidden") == "true" or "display: none" in described.get("style", "")
            if not unseen and len(text.split()) < 3:
                mute.append(f"{name}: {str(picture)[:100]}")
        for figure in page.find_all("figure"):
            if not figure.select("img, svg, .panel") or not figure.find("figcaption"):
                mute.append(f"{name}: figure {figure.get('id')} has no picture or no caption")
    assert mute == []


def test_every_claim_has_its_row_and_its_evidence_a_badge(tree, pages):
    page = pages["book/claims.html"]
    rows = {row["id"]: row for row in page.select("section.claim")}
    assert list(rows) == list(evidence.registry())
    found = json.loads((tree / "build" / "smoke" / "evidence.json").read_text(encoding="utf-8"))
    links = [link for row in rows.values() for link in row.select("li a")]
    assert len(links) == len(found) > 0
    for link in links:
        path, _, anchor = link["href"].removeprefix("../").partition("#")
        check = pages[path].find(id=anchor)
        badge = check if "evidence" in check["class"] else pages[path].select_one(check.a["href"])
        assert "evidence" in badge["class"]
        claim = badge.find("a")
        assert claim["href"] == f"../../book/claims.html#{link.find_parent('section')['id']}"


def test_a_claim_has_one_badge_on_a_page(pages):
    for name, page in pages.items():
        claims = [badge.a.text for badge in page.select(".cell_output .evidence")]
        assert len(claims) == len(set(claims)), name


def test_what_a_failed_chapter_would_owe_is_all_that_it_judges(tree):
    rows = json.loads((tree / "build" / "smoke" / "evidence.json").read_text(encoding="utf-8"))
    for chapter in {row["notebook"] for row in rows}:
        source = (tree / "notebooks" / f"{chapter}.py").read_text(encoding="utf-8")
        recorded = {row["claim"] for row in rows if row["notebook"] == chapter}
        assert recorded <= set(judged_in(chapter, source)), chapter


def test_downloads_are_the_executed_notebooks_without_their_outputs(tree, html, pages):
    executed = tree / "build" / "smoke" / "notebooks"
    offered = {}
    for name, page in pages.items():
        if link := page.select_one("a.btn-download-source-button[href$='.ipynb']"):
            offered[name] = html / Path(name).parent / link["href"]
    assert set(offered) == {
        f"notebooks/{path.relative_to(executed).with_suffix('.html').as_posix()}"
        for path in executed.rglob("*.ipynb")
    }
    for name, path in offered.items():
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        ran = nbformat.read((tree / "build" / "smoke" / name).with_suffix(".ipynb"), as_version=4)
        assert [cell.source for cell in notebook.cells] == [cell.source for cell in ran.cells]
        assert any(cell.get("outputs") for cell in ran.cells)
        assert not any(cell.get("outputs") for cell in notebook.cells)


def test_no_launch_button_without_a_repository_to_launch(pages):
    buttons = [name for name, page in pages.items() if page.select(".btn-launch, .dropdown-launch-buttons")]
    assert buttons == []
