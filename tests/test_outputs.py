"""Under every figure stands a line: numbers, code, drawing, citation."""

import json
from pathlib import Path

import outputs
from bs4 import BeautifulSoup

FOLDED = """<div class="cell tag_hide-input docutils container"><details class="hide above-input">
<div class="cell_input docutils container">code of {name}</div></details>"""
FIGURE = """<div class="cell_output">{drawn}</div></div>"""
DRAWN = (
    '<figure class="panels" id="figure-{name}"><div class="row">'
    '<div class="panel" role="img"><svg></svg></div>'
    '<div class="panel" role="img"><svg></svg></div></div>'
    '<figcaption class="c"><strong>Figure 3.2.</strong> Seen.</figcaption></figure>'
)
TITLE = "<title>3. Who &amp; why? — One model</title>"
PROVENANCE = '<p class="provenance">Profile smoke; commit 1a2b3c (swh:1:rev:1a2b3c9); Python.</p>'
MOVED = '<p class="moved"><a href="#figure-{name}">The figure stands above</a>.</p>'
NAME = Path("notebooks/part/name.html")


def figure(name, csv="panel", why="", drawings=2):
    return outputs.Figure(name, csv, why, drawings)


def linked(page, *figures):
    return BeautifulSoup(
        outputs.with_links(TITLE + page + PROVENANCE, NAME, {each.name: each for each in figures}),
        "html.parser",
    )


def test_a_figure_leads_to_its_numbers_its_code_and_its_citation():
    drawn = "".join(DRAWN.format(name=name) for name in ("first", "second"))
    page = linked(FOLDED.format(name="both") + FIGURE.format(drawn=drawn), figure("first"), figure("second"))
    for name in ("first", "second"):
        line = page.select_one(f"#figure-{name} > figcaption > .carries")
        numbers, code = line.select("a")
        assert numbers["href"] == f"../../_static/figures/{name}.csv"
        assert page.select_one(code["href"]).get_text() == "code of both"
        assert [button.get_text() for button in line.select("button")] == ["SVG a", "SVG b"]
        assert [button["data-drawing"] for button in line.select("button")] == ["0", "1"]
        cite = line.select_one("details > span").get_text()
        assert cite.startswith(f"Figure 3.2 (“{name}”). In “3. Who & why?”, One model, many tasks: ")
        assert cite.endswith(", commit 1a2b3c, swh:1:rev:1a2b3c9.")
    assert len(page.select("[id]")) == len({tag["id"] for tag in page.select("[id]")})


def test_the_code_of_a_figure_that_went_up_is_where_it_was_drawn():
    up = '<div class="cell tag_remove-input docutils container">' + FIGURE.format(
        drawn=DRAWN.format(name="led")
    )
    other = FOLDED.format(name="other") + FIGURE.format(drawn="")
    down = FOLDED.format(name="led") + FIGURE.format(drawn=MOVED.format(name="led"))
    page = linked(up + other + down, figure("led", drawings=1))
    _, code = page.select("#figure-led .carries a")
    assert page.select_one(code["href"]).get_text() == "code of led"
    assert page.select_one("#figure-led button").get_text() == "SVG"


def test_a_figure_without_numbers_says_why_and_one_without_code_has_no_link():
    page = linked(
        FIGURE.format(drawn=DRAWN.format(name="sketch")), figure("sketch", "", "it moves & turns", 0)
    )
    line = page.select_one("#figure-sketch .carries")
    assert line.select("a, button") == []
    assert line.span.get_text() == "no numbers: it moves & turns"


def test_files_and_links_come_from_the_executed_notebooks(tmp_path):
    markup = DRAWN.format(name="curve")
    kept = {outputs.KEY: {"name": "curve", "csv": "x,y\n1,2"}}
    output = {"data": {"text/html": [markup]}, "metadata": kept}
    notebook = tmp_path / "executed/part/name.ipynb"
    notebook.parent.mkdir(parents=True)
    notebook.write_text(json.dumps({"cells": [{"outputs": [output, {"name": "stdout"}]}, {}]}))
    page = tmp_path / "html" / NAME
    page.parent.mkdir(parents=True)
    page.write_text(FOLDED.format(name="curve") + FIGURE.format(drawn=markup) + PROVENANCE)
    outputs.add_links(tmp_path / "html", tmp_path / "executed")
    assert (tmp_path / "html/_static/figures/curve.csv").read_text() == "x,y\n1,2\n"
    text = page.read_text()
    assert text.count("carries") == 1
    assert "same.html" not in text  # a chapter alone
