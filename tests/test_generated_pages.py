"""Pages that a build makes of itself take words and numbers from the executed notebooks, or fail by name."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from messages import whole

from manytasks import replication
from manytasks.changed import earlier
from manytasks.claims import judged_in, registry
from manytasks.evidence import Evidence, Failure
from manytasks.figures import Panels, _svg

ROOT = Path(__file__).parents[1]
ROW = Evidence(
    "A.T1", "simulation", "largest |z|", 2.5, "<", 4.0, "9 cells", "holds", "part/chapter", "smoke"
)


@pytest.fixture
def pages(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    import pages

    yield pages
    sys.modules.pop("pages", None)


@pytest.fixture
def facts(pages, tmp_path):
    """What a build of one notebook with one figure of two panels knows."""
    drawn = [plt.figure(figsize=(1, 1)) for _ in range(2)]
    panels = Panels(tuple(_svg(each, f"curve-{i}") for i, each in enumerate(drawn)), "curve", "A.", "a curve")
    plt.close("all")
    output = nbformat.v4.new_output("display_data", panels._repr_mimebundle_()[0])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    path = tmp_path / "part" / "chapter.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook | {"metadata": {"papermill": {"duration": 1.25}}}))
    return pages.build_facts([ROW], tmp_path, [path], "smoke")


def fill(pages, facts, folder, text):
    (folder / "page.md.jinja").write_text(text)
    return pages.generated_pages(folder, ["page"], facts)[Path("book/page.md")]


def test_words_and_numbers_come_from_the_build(pages, facts, tmp_path):
    text = (
        "{{ profile }} {{ count.holds }} {{ seconds['part/chapter'] }} {{ claims['A.T2'].kind }} "
        "{{ claims['A.T1'].verdict }} {{ claims['A.T1'].number('simulation', '%.2f') }}"
    )
    assert fill(pages, facts, tmp_path, text) == "smoke 1 1.25 untested holds 2.50"
    assert list(facts["claims"]) == list(registry())


def test_a_figure_is_found_by_name_and_leads_to_its_page(pages, facts, tmp_path):
    first, second = (fill(pages, facts, tmp_path, f"{{{{ figure('curve', {i}) }}}}") for i in (0, 1))
    assert first.startswith('<a href="../notebooks/part/chapter.html#figure-curve"><div class="panel"')
    assert first.count("<svg") == second.count("<svg") == 1
    assert 'aria-label="a curve"' in second


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{ figure('curves') }}", "no chapter has a figure 'curves'; there are curve"),
        (
            "{{ claims['A.T1'].number('z', '%d') }}",
            "claim A.T1 has no check 'z'; its checks are 'simulation'",
        ),
        ("{{ claims['A.T2'].number('z', '%d') }}", "claim A.T2 has no check 'z'; its checks are none"),
    ],
)
def test_what_no_notebook_provides_is_named(text, fault, pages, facts, tmp_path):
    with pytest.raises(ValueError, match=whole(f"book/page.md.jinja: {fault}")):
        fill(pages, facts, tmp_path, text)


def test_a_misspelt_name_fails(pages, facts, tmp_path):
    with pytest.raises(ValueError, match=whole("book/page.md.jinja: 'profil' is undefined")):
        fill(pages, facts, tmp_path, "{{ profil }}")


def test_a_page_without_a_template_is_left_alone(pages, facts, tmp_path):
    assert pages.generated_pages(tmp_path, ["reading"], facts) == {}


def test_every_claim_has_its_card_and_every_check_its_link(pages, facts):
    page = pages.generated_pages(ROOT / "book", ["claims"], facts)[Path("book/claims.md")]
    assert [page.count(f'<section class="claim" id="{name}">') for name in registry()] == [1] * len(
        registry()
    )
    assert page.count('<a href="../notebooks/part/chapter.html#evidence-a-t1-simulation">simulation</a>') == 1
    kinds = [claim.kind for claim in registry().values()]
    asked, todo = kinds.count("open question"), kinds.count("first experiment") + kinds.count("next check")
    stated = len(kinds) - asked - todo
    assert f"* Of {stated} statements: 1 hold, {stated - 1} untested.\n" in page
    assert f"* Of {asked} open questions of the papers: {asked} untested.\n" in page
    assert f"* Of {todo} experiments and checks that they ask for: {todo} untested.\n" in page


@pytest.mark.parametrize(
    ("claim", "verdict", "words"),
    [
        ("A.T1", "holds when p > N", "holds when p > N"),
        ("A.Q1", "holds", "answered"),
        ("A.Q1", "holds when p > N", "answered in part: so it is when p > N"),
        ("B.Q2", "fails", "answered: {}"),
        ("A.Q2", "open", "not decided"),
        ("A.E1", "holds", "done"),
        ("A.C3", "holds when p > N", "done; what it shows holds when p > N"),
        ("B.E3", "fails", "done; it shows the contrary: {}"),
        ("A.C2", "open", "done; it does not decide"),
        ("A.C2", "untested", "untested"),
    ],
)
def test_a_question_is_answered_and_an_experiment_is_done(pages, claim, verdict, words):
    entry = registry()[claim]
    assert pages.Judged(entry, verdict, []).words == words.format(entry.instead)


def test_the_claims_page_says_what_changed_on_the_papers_data_and_why(pages, tmp_path):
    """A verdict of this build beside the earlier one; a reason only where they differ."""

    def rows(verdict):
        evidence = [replace(ROW, claim="A.N2", verdict=verdict)]
        facts = pages.build_facts(evidence, tmp_path, [], "smoke")
        page = pages.generated_pages(ROOT / "book", ["claims"], facts)[Path("book/claims.md")]
        table = page.partition("## What changed on the papers' own data")[2].partition("\n## ")[0]
        return {row[0].partition(">")[2].partition("<")[0]: row[1:] for row in cells(table)}

    failing = rows("fails")
    assert list(failing) == list(earlier())
    before, now, changed, because = failing["A.N2"]
    assert (before, changed) == ("holds", "yes")
    assert ">fails<" in now
    assert because.startswith(earlier()["A.N2"].because)
    assert because.endswith("([chapter](../notebooks/networks/similarity.ipynb))")
    assert rows("holds")["A.N2"][2:] == ["no", ""]
    assert failing["A.N3"][2:] == ["–", ""]  # nothing has judged it


def cells(text):
    """The cells of a Markdown table, row by row, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_table_of_a_sweep_is_beside_a_figure_with_its_seeds(pages, facts):
    page = pages.generated_pages(ROOT / "book", ["beside"], facts)[Path("book/beside.md")]
    made = {row[0].strip("`"): row for row in cells(page) if row[0].startswith("`")}
    tables = pages.committed_tables()
    assert set(made) == {name.removesuffix("-book") for name in tables if name.endswith("-book")}
    for name, (_, on, rows, _, seeds, *_) in made.items():
        assert on
        assert rows == f"{tables[f'{name}-book']['provenance']['rows']:,}"
        assert int(seeds) == tables[f"{name}-book"]["seeds"] > 0


def test_the_claims_page_states_the_level_and_what_replicated(pages, tmp_path, monkeypatch):
    row = {"claim": "A.T1", "chapter": "multitask/many-tasks", "check": "simulation", "verdict": "holds"}
    rows = [row | {"seed": str(s), "value": str(s)} for s in range(1, 21)]
    found = replication.replicated(rows, {}, {"A.T1": "holds"})
    content = {name: pages.chapter_content(name) for name in pages.chapters()}
    content["multitask/many-tasks"] = "of another commit"
    origin = {"profile": "book", "commit": ["0123456789abcdef"], "content": content}
    monkeypatch.setattr(pages, "load_replication", lambda: (found, origin))
    text = pages.generated_pages(ROOT / "book", ["claims"], pages.build_facts([ROW], tmp_path, [], "smoke"))
    page = text[Path("book/claims.md")]
    assert "With probability 1 %, all claims together." in page
    assert "20 seeds: 1 claims come out as committed for every seed" in page
    assert (
        "probability of at least 0.861 for a seed, one that is the\nsame in 19 of 20 at least 0.784" in page
    )
    assert "of the book profile at commit 0123456789.\n" in page
    assert "Changed since: [multitask/many-tasks](../notebooks/multitask/many-tasks.ipynb).\n" in page
    assert '<p class="how">Drawn again: the same in 20 of 20 seeds (probability at least 0.861).</p>' in page


def test_the_papers_figures_stand_beside_verdicts_and_tables_of_this_build(pages, tmp_path, monkeypatch):
    made = {"rows": 16800, "cells": 14, "seconds": 1234.5, "ended": "2026-11-27T18:00:00+00:00"}
    names = ("multitask-width-cifar100-book", "depth-book", "similarity-mnist-book")
    how = (made, {"rows": 7}, made | {"cells still to be made": 25})
    resources = [
        {"name": name, "path": f"{name}.csv", "provenance": provenance}
        for name, provenance in zip(names, how, strict=True)
    ]
    monkeypatch.setattr(pages, "load_replication", lambda: ({}, {}))
    (tmp_path / "data").mkdir()
    (tmp_path / "data/datapackage.json").write_text(json.dumps({"resources": resources}))
    for name in names:
        (tmp_path / f"data/{name}.csv").write_text("seed,task\n0,0\n0,1\n4,0\n")
    monkeypatch.chdir(tmp_path)
    row = Evidence("A.F2", "CIFAR-100", "rise", 0.5, ">", 1, "9 seeds", "fails", "part/chapter", "smoke")
    facts = pages.build_facts([row], tmp_path, [], "smoke")
    page = pages.generated_pages(ROOT / "book", ["beside"], facts)[Path("book/beside.md")]
    assert "| `multitask-width-cifar100` | CIFAR-100 | 16,800 | 14 | 2 | 1,234 | 2026-11-27 |" in page
    assert "| `depth` | glyphs | 7 | – | 2 | – | – |" in page
    assert "| 14 of 39 |" in page
    assert "Not whole yet, and nothing below rests on: `similarity-mnist`." in page
    assert "Not run yet, and nothing below rests on it: `depth-cifar100` (CIFAR-100)." in page
    assert page.count('A.F2</a> <span class="verdict fails">fails</span></strong> The width sweeps') == 2
    titles = [line for line in page.splitlines() if line.startswith("## ")]
    assert len(titles) == 10
    assert {link.split("`")[1].split("/")[-1] for link in page.split("{doc}")[1:]} >= {
        "many-tasks", "buffer", "networks-peak", "similarity", "networks-forget", "megabyte", "real-tasks",
    }  # fmt: skip


def test_every_judged_claim_says_what_would_overturn_it(pages, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "load_replication", lambda: ({}, {}))
    facts = pages.build_facts([ROW], tmp_path, [], "smoke")
    page = pages.generated_pages(ROOT / "book", ["claims"], facts)[Path("book/claims.md")]
    assert page.count('<p class="how">Overturned if its check, simulation, found ') == 1
    assert page.count("Overturned") == 1


def test_the_cost_page_shows_what_a_card_measured_if_one_did(pages, tmp_path, monkeypatch):
    def page():
        facts = pages.build_facts([ROW], ROOT / "notebooks", [], "smoke")
        return pages.generated_pages(ROOT / "book", ["cost"], facts)[Path("book/cost.md")]

    monkeypatch.setattr(pages, "load_replication", lambda: ({}, {}))
    monkeypatch.chdir(tmp_path)
    assert "GPU" not in page()
    rate = {"what": "a stack", "value": 51800.0, "low": 47900, "high": 68100, "unit": "steps/s"}
    wide = rate | {"value": 3.63e13, "low": 3.48e13, "high": 5.34e13, "unit": "FLOP/s"}
    card = {
        "date": "2026-11-27",
        "machine": {"device": "a card", "torch": "2.11.0"},
        "checks": [{"name": "two runs", "says": "equal to the bit", "holds": None}],
        "rates": [rate | {"times research": 266.7}, rate | {"share of products": 0.704}, wide],
    }
    (tmp_path / "data").mkdir()
    (tmp_path / "data/gpu.json").write_text(json.dumps(card))
    text = page()
    assert "This is what a card said on 2026-11-27 (torch 2.11.0)." in text
    assert "| two runs | equal to the bit |" in text
    assert "| 51,800 steps/s | 47,900 to 68,100 | 267 times the research loop |" in text
    assert "| 36.3 TFLOP/s | 34.8 to 53.4 |" in text
    assert "| 70 % of the card's own products |" in text
    assert text.count("| a stack |") == 3


def test_a_book_that_nobody_replicated_says_so(pages, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "load_replication", lambda: ({}, {}))
    facts = pages.build_facts([ROW], tmp_path, [], "smoke")
    page = pages.generated_pages(ROOT / "book", ["claims"], facts)[Path("book/claims.md")]
    assert "Nobody has drawn everything again yet: `make replicate SEEDS=20` does." in page
    assert "Drawn again" not in page


def test_every_page_is_made_even_if_every_chapter_failed(pages, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    failures = [
        Failure(
            name, 3, "ValueError: no", tuple(judged_in(name, Path(f"notebooks/{name}.py").read_text("utf-8")))
        )
        for name in pages.chapters()
    ]
    facts = {"pdf": True} | pages.build_facts([], tmp_path, [], "smoke", failures)
    assert facts["count"] == {"unjudged": len(registry())}
    names = [path.name.removesuffix(".md.jinja") for path in (ROOT / "book").glob("*.md.jinja")]
    made = pages.generated_pages(ROOT / "book", names, facts)
    assert len(made) == len(names) > 0
    for name in ("summary", "questions-a", "questions-b"):
        assert "not available: the chapter failed" in made[Path(f"book/{name}.md")]

    cards = made[Path("book/claims.md")].partition("## Paper A")[2]
    assert cards.count("not judged: the chapter failed") == len(registry())
