"""What `make variations` tries on a chapter, and what it says about the outcome."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from manytasks.evidence import Evidence
from manytasks.parameters import read

ROOT = Path(__file__).parents[1]
HELD = Evidence("A.T1", "simulation", "largest |z|", 2.5, "<", 4.0, "9 cells", "holds")
MECHANISM = Evidence("A.M1", "peak", "rise", 2.5, "<", 4.0, "9 cells", "holds")


@pytest.fixture
def variations(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    monkeypatch.chdir(ROOT)
    import variations

    yield variations
    for name in ("variations", "cells", "dependencies"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("line", "tried"),
    [
        ("n = 50  # samples [5 to 200]", [25, 100, 5, 200]),
        ("n = 50  # samples [40 to 60]", [40, 60]),
        ("n = 5  # draws [2 to 100000]", [2, 10]),
        ("share = 0.5  # of the budget [0 to 1]", [0.25, 1.0, 0.0]),
        ("cosine = 0.0  # of two tasks [-1 to 1]", [1.0, -1.0]),
        ("widths = (4, 16)  # of the networks [4 to 20]", [[4, 8], [8, 20]]),
        ('data = "glyphs"  # images [any of "glyphs", "digits"]', ["digits"]),
        ("memories = (0, 5)  # in the table [any of 0, 5, 15]", [[0], [5], [15]]),
        ("again = True", [False]),
        ("title = 'Errors'", []),
    ],
)
def test_values_are_half_twice_and_the_ends_of_the_stated_range(variations, line, tried):
    (parameter,) = read(line).values()
    assert variations.moved(parameter, parameter.default) == tried
    assert not any(parameter.fault(value) for value in tried)


def test_every_parameter_of_every_chapter_is_tried_beside_what_the_profile_sets(variations):
    for chapter, own in variations.profile_parameters("smoke").items():
        tried = list(variations.variations(chapter, "smoke", [2, 3, 4], []))
        values = {name: own.get(name, p.default) for name, p in variations.stated(chapter).items()}
        numbers = {name for name, value in values.items() if isinstance(value, int | float)}
        assert numbers <= {name for name, _ in tried}, chapter
        assert all(values[name] != value for name, value in tried)


@pytest.mark.parametrize(
    ("found", "fine", "words"),
    [
        ([HELD], True, "same verdicts"),
        ([asdict(HELD) | {"verdict": "open"}], True, "same verdicts"),
        ([asdict(HELD) | {"verdict": "fails"}], False, "other verdict: A.T1 fails"),
        ([HELD, asdict(MECHANISM) | {"verdict": "fails"}], True, "other verdict: A.M1 fails"),
    ],
)
def test_a_theorem_may_be_left_open_and_may_not_fail(variations, found, fine, words):
    rows = [row if isinstance(row, dict) else asdict(row) for row in found]
    reference = {"evidence": [asdict(HELD), asdict(MECHANISM)], "stopped": "", "ended": False}
    assert variations.outcome(reference | {"evidence": rows}, reference) == (fine, words)


def test_a_chapter_that_stops_is_wrong_in_its_own_words(variations):
    stopped = {"evidence": [], "stopped": "cell 4: ValueError: n must be …", "ended": False}
    assert variations.outcome(stopped, stopped) == (False, "cell 4: ValueError: n must be …")
    assert variations.outcome(None, stopped) == (False, "did not run")


def test_a_run_that_was_ended_for_its_time_is_no_fault(variations):
    slow = {"evidence": [], "stopped": "no end in 120 s of a processor", "ended": True}
    assert variations.outcome(slow, slow) == (True, "no end in 120 s of a processor")


def test_two_variations_of_the_day_run_to_their_end(variations, tmp_path):
    # All of them: `make variations`. Which are today's follows from the date alone.
    day = datetime.now(UTC).toordinal()
    own = variations.profile_parameters("smoke")
    every = [(c, *change) for c in own for change in variations.variations(c, "smoke", [2, 3, 4], [])]
    changes = Random(day).sample(every, 2)
    today = [((c, name, x), variations.Cell(c, own[c] | {name: x})) for c, name, x in changes]
    assert (
        variations.run_jobs([variations.Job("today", tuple(cell for _, cell in today))], tmp_path, 300, 1)
        == 0
    )
    said = [(change, *variations.outcome(cell.result(tmp_path), None)) for change, cell in today]
    assert [(change, words) for change, fine, words in said if not fine] == []
