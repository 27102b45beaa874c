"""Evidence: recorded in a cell, read back from executed notebooks, combined into verdicts."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
import sympy as sp
from messages import whole

from manytasks import claims, evidence
from manytasks.claims import Claim, judged_in, registry
from manytasks.evidence import (
    KEY,
    UNJUDGED,
    Assumed,
    Evidence,
    Failure,
    changed,
    failures,
    gather,
    judging,
    outcome,
    record,
    recording,
    verdicts,
)
from manytasks.statistics import Interval

ROW = Evidence("A.T1", "simulation", "largest |z|", 2.5, "<", 3.5, "4000 draws", "holds")
CHECK = ("A.T1", "simulation", "largest |z|")
N = "4000 draws"


FAILURE = Failure("multitask/many-tasks", 7, "ValueError: no", ("A.T1", "A.T2"))


def write_notebook(path, rows, parameters=None, failure=None):
    outputs = [
        {"output_type": "display_data", "data": {"text/plain": str(r)}, "metadata": {KEY: asdict(r)}}
        for r in rows
    ]
    cells = [
        {"cell_type": "markdown", "source": "No outputs here."},
        {"cell_type": "code", "outputs": [{"output_type": "stream", "text": "no data"}, *outputs]},
    ]
    metadata = {"papermill": {"parameters": parameters}} if parameters else {}
    metadata["manytasks"] = {"failure": failure} if failure else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": metadata}), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """Let every test record on a page of its own."""
    monkeypatch.setattr(recording, "_recorded", {})


@pytest.mark.parametrize(
    ("value", "sign", "limit", "expected"),
    [
        (2.5, "<", 3.5, "holds"),
        (3.5, "<", 3.5, "fails"),
        (3.5, "<=", 3.5, "holds"),
        (3.6, "<=", 3.5, "fails"),
        (2.5, ">", 3.5, "fails"),
        (3.5, ">", 3.5, "fails"),
        (3.5, ">=", 3.5, "holds"),
        (3.4, ">=", 3.5, "fails"),
        (3, "==", 3, "holds"),
        (np.int64(3), "==", 4, "fails"),
        (sp.Rational(1, 3), "==", sp.Rational(1, 3), "holds"),
        (Interval(2, 1, 3), "<", 3.5, "holds"),
        (Interval(2, 1, 3), "<", 3.0, "open"),
        (Interval(2, 1, 3), "<=", 3.0, "holds"),
        (Interval(2, 1, 3), "<", 1.0, "fails"),
        (Interval(2, 1, 3), ">", 1.0, "open"),
        (Interval(2, 1, 3), ">=", 1.0, "holds"),
        (Interval(2, 1, 3), ">", 3.0, "fails"),
        (Interval(2, 1, 3), ">", 2.0, "open"),
    ],
)
def test_a_comparison_follows_from_sign_and_ends(value, sign, limit, expected):
    assert outcome(value, sign, limit) == expected


@pytest.mark.parametrize(
    ("value", "verdict", "words"),
    [
        (Interval(3, 2.5, 4), "holds", "3 (2.5 to 4) leaves out 2"),
        (Interval(1, 0, 1.9), "holds", "1 (0 to 1.9) leaves out 2"),
        (
            Interval(2.2, 2.1, 2.3),
            "holds",
            "2.2 (2.1 to 2.3) leaves out 2",
        ),  # also within the margin: a side is known
        (Interval(2.1, 1.5, 2.5), "fails", "2.1 (1.5 to 2.5) within 0.5 of 2"),
        (Interval(2.1, 1.4, 2.5), "open", "2.1 (1.4 to 2.5) neither leaves out 2 nor lies within 0.5 of 2"),
        (Interval(2.1, 1.5, 2.6), "open", "2.1 (1.5 to 2.6) neither leaves out 2 nor lies within 0.5 of 2"),
        (
            Interval(2.5, 2, 2.5),
            "fails",
            "2.5 (2 to 2.5) within 0.5 of 2",
        ),  # an end on the limit leaves nothing out
        (2.0, "fails", "2 within 0.5 of 2"),
    ],
)
def test_either_side_of_a_limit(value, verdict, words, capsys):
    """It holds where the limit is left out, fails where all lies within the margin, and is open otherwise."""
    assert outcome(value, "<>", 2, 0.5) == verdict
    record(*CHECK, value, "<>", 2, n=N, margin=0.5)
    assert capsys.readouterr().out == f"A.T1, simulation: {verdict} (largest |z|: {words}, n = {N})\n"


@pytest.mark.parametrize(
    ("sign", "margin", "message"),
    [
        ("<>", None, "<> needs a margin, and no other sign has one; got <> and None"),
        ("<", 0.5, "<> needs a margin, and no other sign has one; got < and 0.5"),
        ("<>", 0.0, "margin must be positive; got 0"),
        ("<>", float("nan"), "margin must be finite; got nan"),
    ],
)
def test_a_margin_belongs_to_either_side(sign, margin, message):
    with pytest.raises(ValueError, match=whole(message)):
        outcome(1.0, sign, 2, margin)


@pytest.mark.parametrize("value", [2.5, 4.5, Interval(1, 0.5, 2), Interval(9, 8, 12)])
@pytest.mark.parametrize("sign", ["<", "<="])
def test_a_sign_turned_around_changes_the_verdict(value, sign):
    turned = {"<": ">=", "<=": ">"}[sign]
    assert {outcome(value, sign, 3.5), outcome(value, turned, 3.5)} == {"holds", "fails"}


BEYOND = "outside the condition: 9, which misses the limit"


@pytest.mark.parametrize(
    ("value", "when", "verdict", "words"),
    [
        (2.5, None, "holds", "2.5 < 3.5, n = 4000 draws"),
        (4.5, None, "fails", "4.5 not < 3.5, n = 4000 draws"),
        (Interval(3, 2, 4), None, "open", "3 (2 to 4) not surely < 3.5, n = 4000 draws"),
        (
            2.5,
            Assumed("p > N"),
            "holds when p > N",
            f"2.5 < 3.5, n = {N}; condition assumed, not tried outside",
        ),
        (4.5, Assumed("p > N"), "fails", f"4.5 not < 3.5, n = {N}; condition assumed, not tried outside"),
        (2.5, evidence.Tested("p > N", 2.5, 9), "holds when p > N", f"2.5 < 3.5, n = {N}; {BEYOND}"),
        (4.5, evidence.Tested("p > N", 4.5, 9), "fails", f"4.5 not < 3.5, n = {N}; {BEYOND}"),
        (
            2.5,
            evidence.Tested("p > N", 2.5, 3.0),
            "holds",
            f"2.5 < 3.5, n = {N}; outside the condition: 3, which meets the limit too",
        ),
        (
            2.5,
            evidence.Tested("p > N", 2.5, Interval(3, 2, 4)),
            "holds when p > N",
            f"2.5 < 3.5, n = {N}; outside the condition: 3 (2 to 4), undecided",
        ),
    ],
)
def test_a_record_computes_its_verdict(value, when, verdict, words, capsys):
    record(*CHECK, value, "<", 3.5, n=N, when=when)
    assert capsys.readouterr().out == f"A.T1, simulation: {verdict} (largest |z|: {words})\n"


def test_what_cannot_be_compared_is_open(capsys):
    name = "A.Q3, CIFAR-100, five layers peak higher than two, clean labels"
    units = pd.Series(1.0 + np.arange(12) / 100, index=range(12))
    assert evidence.decide(name, units, None, statistic="rise", n="6 widths") is None
    said = f"{name}: open (numbers there are for the rise: 1 not ≥ 2, n = 6 widths, error rate 2e-05)\n"
    assert capsys.readouterr().out == said
    recording._recorded.clear()
    assert evidence.decide(name, units, statistic="rise", n="6 widths").low > 0
    assert f"{name}: holds (rise: 1.06 (" in capsys.readouterr().out


def test_nothing_stays_open_that_can_be_compared():
    message = whole("A.T1, simulation: 2 of 2 are there; only what lacks some stays open")
    with pytest.raises(ValueError, match=message):
        recording.leave_open("A.T1", "simulation", "peaks", found=2, least=2, n=N)
    with pytest.raises(
        ValueError, match=whole("A.T1, simulation: n is empty; say how much data is behind the number")
    ):
        recording.leave_open("A.T1", "simulation", "peaks", found=0, least=1, n="")


def test_a_record_says_what_it_can_see(capsys):
    record(*CHECK, 2.5, "<", 3.5, n=N, seeds=10, level=1e-4, detects="errors wrong by 2 %")
    assert (
        "n = 4000 draws, 10 seeds, error rate 1e-04, would notice errors wrong by 2 %)"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((float("nan"), "<", 3.5), {}, "value must be finite; got nan"),
        ((2.5, "<", float("inf")), {}, "limit must be finite; got inf"),
        ((np.ones(3), "<", 3.5), {}, "value must be one number; got [1. 1. 1.]"),
        (
            (Interval(np.ones(2), np.ones(2), np.ones(2)), "<", 3.5),
            {},
            "low must be one number; got [1. 1.]",
        ),
        ((Interval(9, 1, 3), "<", 3.5), {}, "an interval must contain its value; got 9 and 1 to 3"),
        ((True, "<", 3.5), {}, "value must be one number; got True, which holds truth values"),
        ((2.5, "=<", 3.5), {}, "sign must be one of < <= > >= == <>; got '=<'"),
        ((3.0, "==", 3), {}, "== compares whole and exact numbers only; got 3.0 and 3"),
        ((2.5, "<", 3.5), {"n": " "}, "A.T1, simulation: n is empty; say how much data is behind the number"),
        ((2.5, "<", 3.5), {"n": 0}, "A.T1, simulation: n is empty; say how much data is behind the number"),
        (
            (2.5, "<", 3.5),
            {"when": "p > N"},
            "A.T1, simulation: when must be what evidence.tested returns, or evidence.Assumed; got 'p > N'",
        ),
        *[
            (
                (2.5, "<", 3.5),
                {"when": Assumed(words)},
                f"A.T1, simulation: a condition must be one line of words; got {words!r}",
            )
            for words in ("", " ", ";", "p > N\n\n# no", 3)
        ],
        ((2.5, "<", 3.5), {"n": "9\n\n9"}, "A.T1: n must be one line of text; got '9\\n\\n9'"),
        (
            (2.5, "<", 3.5),
            {"detects": "a\rb"},
            "A.T1, simulation: detects must be one line of text; got 'a\\rb'",
        ),
        ((2.5, "<", 3.5), {"seeds": 0}, "seeds must be a whole number of at least 1; got 0"),
        ((2.5, "<", 3.5), {"seeds": True}, "seeds must be one number; got True, which holds truth values"),
        ((2.5, "<", 3.5), {"level": 1.5}, "level must be in (0, 1]; got 1.5"),
        (
            (2.5, "<", 3.5),
            {"when": evidence.Tested("p > N", 2.4, 9)},
            "A.T1, simulation: the value must be the one inside of 'p > N', 2.4; got 2.5",
        ),
    ],
)
def test_a_record_that_says_nothing_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=whole(message)):
        record(*CHECK, *arguments, **{"n": N} | options)


def test_a_page_records_a_check_once():
    record(*CHECK, 2.5, "<", 3.5, n=N)
    record("A.T2", "simulation", "largest |z|", 2.5, "<", 3.5, n=N)
    message = (
        "A.T1, simulation: recorded already on this page; give each check a name of its own "
        "(after editing the cell: restart the kernel)"
    )
    with pytest.raises(ValueError, match=whole(message)):
        record(*CHECK, 2.6, "<", 3.5, n=N)


@pytest.mark.parametrize("names", [("a b", "a-b"), ("α", "β"), ("A b", "a b"), ("n = 5", "n < 5")])
def test_two_checks_have_two_anchors(names):
    first, second = names
    record("A.T1", first, "largest |z|", 2.5, "<", 3.5, n=N)
    message = f"^A.T1: the checks {second!r} and {first!r} would have one anchor, evidence-a-t1"
    with pytest.raises(ValueError, match=message):
        record("A.T1", second, "largest |z|", 2.5, "<", 3.5, n=N)
    record("A.T2", second, "largest |z|", 2.5, "<", 3.5, n=N)


@pytest.mark.parametrize("check", ["a\n\nb", "a\x85b", 3, None])
def test_the_name_of_a_check_is_one_line(check):
    with pytest.raises(ValueError, match=whole(f"A.T1: check must be one line of text; got {check!r}")):
        record("A.T1", check, "largest |z|", 2.5, "<", 3.5, n=N)


def test_a_cell_may_run_again_but_no_other_may_record_its_check(monkeypatch):
    cells = iter([(1, "record(1)"), (1, "record(1)"), (2, "record(1)"), (2, "record(1)"), (3, "record(2)")])
    monkeypatch.setattr(recording, "running_cell", lambda: next(cells))
    record(*CHECK, 2.5, "<", 3.5, n=N)
    record(*CHECK, 2.5, "<", 3.5, n=N)
    with pytest.raises(ValueError, match="recorded already on this page"):
        record(*CHECK, 2.5, "<", 3.5, n=N)


def test_a_condition_is_tried_on_both_sides():
    cells = pd.DataFrame({"ratio": [0.5, 0.8, 2.0, 4.0], "error": [0.9, 0.5, 0.2, 0.1]})
    found = evidence.tested(cells, "ratio > 1", lambda rows: rows.error.max())
    assert found == evidence.Tested("ratio > 1", 0.2, 0.9)
    assert evidence.tested(cells, "ratio > 1", len, "p > N") == evidence.Tested("p > N", 2, 2)
    message = "'ratio > {}' must be tested on both sides; {} cells lie inside, {} outside"
    for bound, inside, outside in ((0, 4, 0), (5, 0, 4)):
        with pytest.raises(ValueError, match=whole(message.format(bound, inside, outside))):
            evidence.tested(cells, f"ratio > {bound}", len)


def test_a_record_that_asked_for_its_error_rate_shows_it(capsys):
    record("A.T2", "simulation", "largest |z|", 2.5, "<", 3.5, n=N)
    share = evidence.level("A.E2", "linear model")
    record("A.E2", "linear model", "largest |z|", 2.5, "<", 3.5, n=N)
    before, after = capsys.readouterr().out.splitlines()
    assert before.endswith("n = 4000 draws)")
    assert after.endswith(f"n = 4000 draws, error rate {share:.0e})")
    assert f"error rate {share:.0e}" in replace(ROW, level=share)._repr_mimebundle_()[0]["text/html"]


def test_unknown_claim_is_refused_with_the_nearest_ids():
    message = "claim 'A.T9' is not in claims.yml; the nearest ids are "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}A\\.T\\d, [AB]\\.\\w+, [AB]\\.\\w+$"):
        record("A.T9", "simulation", "largest |z|", 2.5, "<", 3.5, n=N)


def test_badge_links_to_the_claim_and_can_be_linked_to():
    row = replace(ROW, check="p > N & p < N", statistic="<z>")
    bundle, metadata = row._repr_mimebundle_()
    assert row.anchor == "evidence-a-t1-p-n-p-n"
    assert f'id="{row.anchor}"' in bundle["text/html"]
    assert 'href="../../book/claims.html#A.T1"' in bundle["text/html"]
    assert "p &gt; N &amp; p &lt; N" in bundle["text/html"]
    assert "&lt;z&gt;" in bundle["text/html"]
    assert bundle["text/plain"] == str(row)
    assert Evidence(**json.loads(json.dumps(metadata[KEY]))) == row


@pytest.mark.parametrize(
    ("verdict", "css"),
    [
        ("holds", "holds"),
        ("holds when p > N", "conditional"),
        ("fails", "fails"),
        ("open", "open"),
        ("untested", "untested"),
        (UNJUDGED, "unjudged"),
    ],
)
def test_every_verdict_has_a_colour(verdict, css):
    assert evidence.verdict_class(verdict) == css
    assert f'class="evidence {css}"' in replace(ROW, verdict=verdict)._repr_mimebundle_()[0]["text/html"]


def test_evidence_is_read_back_from_executed_notebooks(tmp_path):
    other = replace(ROW, claim="A.T2", verdict="fails")
    late = write_notebook(tmp_path / "notebooks/replay/buffer.ipynb", [other], {"profile": "smoke"})
    early = write_notebook(tmp_path / "notebooks/multitask/many-tasks.ipynb", [ROW, ROW])
    found = gather([late, early])
    assert found == [
        replace(ROW, notebook="multitask/many-tasks", profile="as committed"),
        replace(ROW, notebook="multitask/many-tasks", profile="as committed"),
        replace(other, notebook="replay/buffer", profile="smoke"),
    ]


def test_a_chapter_that_failed_gives_its_failure_and_no_evidence(tmp_path):
    failure = {"cell": 7, "error": "ValueError: no", "claims": ["A.T1", "A.T2"]}
    failed = write_notebook(tmp_path / "notebooks/multitask/many-tasks.ipynb", [ROW], failure=failure)
    whole = write_notebook(tmp_path / "notebooks/replay/buffer.ipynb", [ROW])
    assert failures([whole, failed]) == [FAILURE]
    assert [row.notebook for row in gather([whole, failed])] == ["replay/buffer"]
    assert str(FAILURE) == "notebooks/multitask/many-tasks.py, cell 7: ValueError: no"
    assert str(replace(FAILURE, cell=None)) == "notebooks/multitask/many-tasks.py: ValueError: no"


def test_what_a_failed_chapter_judges_has_no_verdict_and_none_that_changed():
    rows = [ROW, replace(ROW, claim="A.T2", verdict="fails"), replace(ROW, claim="A.T3")]
    assert verdicts(rows, [FAILURE]) == {"A.T1": UNJUDGED, "A.T2": UNJUDGED, "A.T3": "holds"}
    assert changed(rows, [FAILURE]).keys() == changed(rows).keys() - {"A.T1", "A.T2"}
    assert "A.T2" in changed(rows)


def test_what_a_chapter_judges_is_read_from_its_code():
    code = """for name in ("B.T1", 'B.T2'): evidence.record(name, "A.T9 is A.T1", …)"""
    assert judged_in("nowhere", code) == ["B.T1", "B.T2"]
    (here,) = {claim.chapter for claim in registry().values() if claim.id == "A.T1"}
    assert "A.T1" in judged_in(here, "")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        ('{"cells": []}', "KeyError: 'metadata'"),
        ("[]", "TypeError: list indices must be integers or slices, not str"),
        ('{"cells": [3], "metadata": {}}', "AttributeError: 'int' object has no attribute 'get'"),
    ],
)
def test_unreadable_notebook_is_named_with_its_remedy(tmp_path, text, cause):
    path = tmp_path / "notebooks" / "multitask" / "broken.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    message = f"{path} is not a readable executed notebook ({cause}); delete it and run `make book` again"
    with pytest.raises(ValueError, match=whole(message)):
        gather([path])


def test_a_notebook_that_is_not_there_is_no_damaged_one(tmp_path):
    path = tmp_path / "notebooks" / "gone.ipynb"
    with pytest.raises(ValueError, match=whole(f"{path} is missing; run `make book`")):
        gather([path])


def test_evidence_of_another_shape_is_unreadable_too(tmp_path):
    path = write_notebook(tmp_path / "notebooks/multitask/old.ipynb", [ROW])
    path.write_text(path.read_text().replace('"limit"', '"threshold"'))
    with pytest.raises(
        ValueError, match=r"old\.ipynb is not a readable executed notebook \(TypeError: .*'threshold'"
    ):
        gather([path])


@pytest.mark.parametrize(
    ("parts", "combined"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "holds when p > N"], "holds when p > N"),
        (["holds when p > N", "holds when T = 2", "holds when p > N"], "holds when p > N; T = 2"),
        (["holds when x; y", "holds when y"], "holds when x; y"),
        (["holds when y", "holds when x; y"], "holds when y; x"),
        (["holds when x when y;", "holds"], "holds when x when y"),
        (["holds", "open"], "open"),
        (["holds when p > N", "open"], "open"),
        (["open", "fails", "holds"], "fails"),
    ],
)
def test_checks_combine_to_the_weakest_verdict(parts, combined):
    rows = [replace(ROW, verdict=part) for part in parts]
    other = replace(ROW, claim="B.T1", verdict="holds")
    assert verdicts([*rows, other]) == {"A.T1": combined, "B.T1": "holds"}


def test_no_evidence_no_verdict():
    assert verdicts([]) == {}


def test_changed_verdicts_are_named(monkeypatch):
    committed = {"A": "holds", "B": "holds", "C": "untested", "D": "fails", "E": "untested"}
    rows = [Claim(i, f"Statement {i}.", "theorem", "Ours", "x/y", "how", v) for i, v in committed.items()]
    monkeypatch.setattr(judging, "registry", lambda: {row.id: row for row in rows})
    found = [replace(ROW, claim=i, verdict=v) for i, v in [("A", "holds"), ("B", "fails"), ("C", "holds")]]
    assert changed(found) == {
        "B": "claim B: claims.yml says 'holds', the notebooks say 'fails' (Statement B.)",
        "C": "claim C: claims.yml says 'untested', the notebooks say 'holds' (Statement C.)",
        "D": "claim D: claims.yml says 'fails', the notebooks say 'untested' (Statement D.)",
    }


def test_whatever_fails_says_in_a_few_words_what_is_true_instead():
    for claim in registry().values():
        assert bool(claim.instead) == (claim.verdict == "fails"), claim.id
        assert len(claim.instead.split()) <= 6, claim.id


def test_every_claim_has_a_few_words_of_its_own():
    shorts = [claim.short for claim in registry().values()]
    assert len(set(shorts)) == len(shorts)
    assert {short for short in shorts if not 2 <= len(short.split()) <= 8} == set()


GOOD = {
    "id": "A.T1",
    "statement": "It holds.",
    "kind": "theorem",
    "source": "Paper A, Theorem 1",
    "chapter": "a/b",
    "how": "counting",
}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("text", "row 2: a claim must be a mapping of keys; got 'text'"),
        (GOOD, "uses the id 'A.T1' twice"),
        (
            GOOD | {"verdit": "holds"},
            "row 2 (A.T1): unknown key 'verdit'; "
            "the keys are id, statement, kind, source, chapter, how, verdict, instead, short",
        ),
        ({"id": "A.T2"}, "row 2 (A.T2): the key 'statement' is missing"),
        ({"statement": "It holds."}, "row 2 (without an id): the key 'id' is missing"),
        (GOOD | {"verdict": True}, "row 2 (A.T1): verdict must be one line of text; got True"),
        (GOOD | {"id": 1.0}, "row 2 (1.0): id must be one line of text; got 1.0"),
        (
            GOOD | {"statement": "One.\n\nTwo."},
            r"row 2 (A.T1): statement must be one line of text; got 'One.\n\nTwo.'",
        ),
        (
            GOOD | {"id": 'A"><b>'},
            """row 2 (A"><b>): id must be A, B or O, a dot and a short name; got 'A"><b>'""",
        ),
        (
            GOOD | {"source": "paper A"},
            "row 2 (A.T1): source must begin with Paper A, Paper B or Ours; got 'paper A'",
        ),
        (
            GOOD | {"kind": "guess"},
            f"row 2 (A.T1): kind must be one of {', '.join(claims.KINDS)}; got 'guess'",
        ),
        (
            GOOD | {"verdict": "hold"},
            "row 2 (A.T1): verdict must be holds, holds when …, fails, open or untested; got 'hold'",
        ),
    ],
)
def test_a_row_that_is_no_claim_is_named(row, fault, monkeypatch, tmp_path):
    (tmp_path / "claims.yml").write_text(json.dumps([GOOD, row]))
    monkeypatch.setattr(claims, "files", lambda package: tmp_path)
    separator = " " if fault.startswith("uses") else ", "
    with pytest.raises(ValueError, match=whole(f"claims.yml{separator}{fault}")):
        registry()


def test_provenance_says_what_is_needed_to_get_the_same_numbers(capsys):
    evidence.provenance("smoke", 7)
    line = capsys.readouterr().out
    versions = ", ".join(rf"{name} \S+" for name in ("manytasks", "numpy", "scipy", "sympy", "torch"))
    assert re.fullmatch(
        r"Profile smoke, seed 7, \d+ seconds; "
        r"commit (([0-9a-f]{10}) \(swh:1:rev:\2[0-9a-f]{30}\)|[0-9a-f]{10}\+|unknown); "
        rf"Python 3\.\d+\.\d+, {versions}\.\n",
        line,
    )
