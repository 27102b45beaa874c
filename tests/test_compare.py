"""A build beside the reference: what is the same, what differs, and what cannot be compared."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import compare
import machine
import processors
import pytest
from compare import Comparison, beside, eaten

from manytasks.evidence import Evidence

ROOT = Path(__file__).parents[1]
ROW = Evidence(
    "A.T1", "simulation", "largest |z|", 2.0, "<", 4.0, "9 cells", "holds", "part/chapter", "smoke"
)
ALONE = replace(ROW, check="alone")
EXACT = replace(ROW, sign="==", value=0.0, limit=0.0)
SHARE = replace(ROW, sign=">", value=0.6, low=0.5, high=0.7, limit=0.4)
APART = replace(ROW, sign="<>", value=0.3, low=0.2, high=0.4, limit=0.0, margin=0.1)
OPEN = replace(SHARE, value=0.45, low=0.3, high=0.6, verdict="open")


@pytest.mark.parametrize(
    ("there", "here", "share"),
    [
        (ROW, ROW, 0),
        (ROW, replace(ROW, value=2.5), 0.25),
        (ROW, replace(ROW, limit=3.0), 0.5),
        (EXACT, replace(EXACT, value=1.0), math.inf),
        (replace(EXACT, value=3.0, verdict="fails"), replace(EXACT, value=4.0, verdict="fails"), math.inf),
        (SHARE, replace(SHARE, low=0.45), 0.5),  # the end of the interval is 0.1 away, its middle 0.2
        (APART, replace(APART, low=0.15), 0.5),  # a tenth more and it would be within the margin
        (OPEN, replace(OPEN, high=0.5), 1),
        (replace(ROW, value=math.nan), replace(ROW, value=math.nan), 0),
        (replace(ROW, value=math.nan), ROW, math.inf),
        (replace(ROW, value=math.inf), replace(ROW, value=math.inf), 0),
        (ROW, replace(ROW, value=math.inf), math.inf),
        (SHARE, replace(SHARE, low=None, high=None), math.inf),
        (replace(ROW, value=4.0), replace(ROW, value=4.1), math.inf),  # on the limit there is no margin
    ],
)
def test_a_difference_is_measured_by_the_distance_from_the_limit(there, here, share):
    assert eaten(here, there) == pytest.approx(share)


def comparison(here, there):
    here_is = {"python": "3.13.1", "instructions": "all"}
    return Comparison("smoke", here_is, {"python": "3.11.7"}, beside(here, there))


@pytest.mark.parametrize(
    ("here", "there", "kind", "status"),
    [
        ([replace(ROW, value=3.0)], [ROW], "same", 0),
        ([replace(ROW, value=3.1)], [ROW], "another number", 0),
        ([replace(ROW, value=4.5, verdict="fails")], [ROW], "another verdict", 1),
        ([replace(ROW, verdict="holds when p > N")], [ROW], "another verdict", 1),
        ([ROW], [], "only here", 0),
        ([], [ROW], "only there", 1),
    ],
)
def test_each_kind_has_its_status(here, there, kind, status):
    found = comparison(here, there)
    assert {name for name, number in found.counts.items() if number} == {kind}
    assert found.status == status


def test_the_worst_comes_first_and_the_terminal_says_how_much_of_a_margin_is_gone():
    there = [ROW, replace(ROW, check="turned"), ALONE]
    here = [
        replace(ROW, value=3.5),
        replace(ROW, check="new"),
        replace(ROW, check="turned", value=5, verdict="fails"),
    ]
    found = comparison(here, there)
    assert [each.row.check for each in found.differ] == ["turned", "alone", "simulation", "new"]
    words = compare.told(found)
    assert "another number: A.T1, simulation (part/chapter); 75% of its margin" in words
    assert "3.13.1" in words
    assert "only there: A.T1, alone (part/chapter)\n  here   missing" in words
    assert [row["kind"] for row in json.loads(compare.as_json(found))["differ"]] == [
        "another verdict",
        "only there",
        "another number",
        "only here",
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A place with a reference and a build of the smoke profile."""
    monkeypatch.chdir(tmp_path)
    compare.write_reference("smoke", [ROW])
    build = tmp_path / "build/smoke/evidence.json"
    build.parent.mkdir(parents=True)
    build.write_text(json.dumps([asdict(ROW)]))
    return tmp_path


def test_a_reference_gives_back_what_was_written(folder):
    made, rows = compare.read_reference("smoke")
    assert [replace(row, profile="smoke") for row in rows] == [ROW]
    assert set(made) == {"date", "commit", *compare.machine()}
    assert compare.main("smoke", reference=False, for_programs=False) == 0


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("data/reference/smoke.json", None, "there is no reference data/reference/smoke.json; "),
        ("data/reference/smoke.json", "", "data/reference/smoke.json is damaged (JSONDecodeError: "),
        ("data/reference/smoke.json", "[]", "data/reference/smoke.json is damaged (TypeError: "),
        ("data/reference/smoke.json", '{"profile": "book", "rows": []}', "is of the profile 'book'"),
        (
            "data/reference/smoke.json",
            json.dumps({"profile": "smoke", "rows": [asdict(replace(ROW, claim="Z.9"))]}),
            "is of another registry: it judges Z.9",
        ),
        ("build/smoke/evidence.json", None, "there is no build/smoke/evidence.json; run `make book` first"),
        ("build/smoke/evidence.json", "{", "build/smoke/evidence.json is damaged (JSONDecodeError); "),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_status_2(name, text, message, folder, capsys):
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    assert compare.main("smoke", reference=False, for_programs=False) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert message in said.err


def test_the_switches_are_those_that_make_another_processor_of_this_one():
    assert set(machine.SWITCHES) == {*processors.OLD, *processors.AVX2, processors.DISABLE}


def test_a_comparison_says_what_the_libraries_were_told_when_the_chapters_ran(folder, capsys, monkeypatch):
    for name in machine.SWITCHES:
        monkeypatch.delenv(name, raising=False)
    assert machine.instructions() == "all the processor has"
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    assert compare.main("smoke", reference=False, for_programs=False) == 0
    assert "  instructions  OPENBLAS_CORETYPE=Nehalem" in capsys.readouterr().out
    notebooks = folder / "build/smoke/notebooks/part"
    notebooks.mkdir(parents=True)
    for name, here in (("a", machine.computing()), ("b", {"instructions": "all", "processor": "P"})):
        said = json.dumps({"metadata": {"manytasks": {"machine": here}}})
        (notebooks / f"{name}.ipynb").write_text(said)
    (notebooks / "old.ipynb").write_text('{"metadata": {"manytasks": {}}}')
    (notebooks / "cut.ipynb").write_text('{"metadata": {')
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    compare.main("smoke", reference=False, for_programs=False)
    said = capsys.readouterr().out
    assert "  instructions  OPENBLAS_CORETYPE=Nehalem (1 of 4); all (1 of 4)  " in said


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"digest": "old"}, "build/smoke was not made of these sources; run `make book` first\n"),
        (
            {"changed": {"A.T1": "another"}},
            "build/smoke has failures or verdicts that changed; it is no reference\n",
        ),
        ({}, ""),
    ],
)
def test_a_reference_is_a_whole_build_of_these_sources(faults, message, folder, capsys, monkeypatch):
    monkeypatch.setattr("plan.plan", lambda profile: {"verdicts": "of today"})
    whole = {"digest": "of today", "failures": [], "changed": {}}
    (folder / "build/smoke/faults.json").write_text(json.dumps(whole | faults))
    path = folder / "data/reference/smoke.json"
    path.unlink()
    assert compare.main("smoke", reference=True, for_programs=False) == (2 if message else 0)
    assert path.exists() != bool(message)
    assert capsys.readouterr().err == message or not message


@pytest.fixture
def page(monkeypatch):
    """A function that fills the page of a comparison."""
    from pages import fill

    monkeypatch.chdir(ROOT)
    return lambda same: fill(Path("book"), "same.md.jinja", {"same": same})


def test_the_page_shows_one_planted_difference(page):
    there = [ROW, replace(ROW, check="other")]
    text = page(comparison([replace(ROW, value=3.5), there[1]], there))
    assert "1 of 2 checks come out the same here as on the machine of the reference, and no verdict" in text
    assert "| python | 3.13.1 | 3.11.7 |" in text
    assert "| instructions | all | not recorded |" in text
    assert text.count("<tr><td>") == 1
    assert '<a href="../notebooks/part/chapter.html#evidence-a-t1-simulation">A.T1, simulation</a>' in text
    assert "<td>75 %</td>" in text


def test_the_page_is_there_without_a_reference(page):
    assert "This build cannot be compared: there is no &lt;b&gt;." in page("there is no <b>")


def test_the_line_of_provenance_leads_there():
    from outputs import with_comparison

    line = '<p class="provenance">Profile smoke; commit 1a2b.</p>'
    linked = 'commit 1a2b. <a href="../book/same.html">The same elsewhere?</a></p>'
    page = with_comparison(f"<p>Text.</p>{line}", "../", {})
    assert page == "<p>Text.</p>" + line.replace("commit 1a2b.</p>", linked)
    other = '<p class="provenance">Drawn.</p><p>commit</p>'
    assert with_comparison(other, "../", {}) == other


def test_the_line_of_provenance_says_when_the_page_ran_and_by_which_key():
    from outputs import with_comparison

    made = {
        "papermill": {"end_time": "2026-11-03T23:59:00+00:00"},
        "manytasks": {"digest": "0123456789abcdef"},
    }
    page = with_comparison('<p class="provenance">Profile smoke; commit 1a.</p>', "../", made)
    assert "commit 1a. Ran on 3 November 2026, key 0123456789. <a " in page
