"""What counts as the same on another processor."""

import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from manytasks.evidence import Evidence

ROOT = Path(__file__).parents[1]
ROW = asdict(Evidence("A.T1", "simulation", "largest |z|", 2.5, "<", 4.0, "9 cells", "holds"))


@pytest.fixture
def travel(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    import travel

    yield travel
    for name in ("travel", "cells", "processors"):
        sys.modules.pop(name, None)


def test_numbers_may_differ_by_rounding_and_not_by_more(travel):
    assert travel.differences([ROW], [ROW | {"value": 2.5 * (1 + 9e-5)}]) == []
    assert travel.differences([ROW], [ROW | {"value": 2.5 * (1 + 2e-4)}]) == [
        "A.T1, simulation: value 2.5 became 2.5005"
    ]
    assert travel.differences([ROW], [ROW | {"limit": 3.9}]) == ["A.T1, simulation: limit 4 became 3.9"]


def test_verdicts_are_equal(travel):
    assert travel.differences([ROW], [ROW | {"verdict": "holds when p > N"}]) == [
        "A.T1, simulation: 'holds' became 'holds when p > N'"
    ]


def test_both_have_the_same_checks(travel):
    assert travel.differences([ROW], []) == ["A.T1, simulation: only in one of the two"]
    assert travel.differences([], [ROW]) == ["A.T1, simulation: only in one of the two"]


def test_zero_is_not_almost_zero(travel):
    assert travel.differences([ROW | {"value": 0.0}], [ROW | {"value": 1e-16}]) != []


def test_what_may_move_has_a_reason_and_is_recorded_by_a_chapter(travel):
    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("notebooks/*/*.py"))
    for (claim, check), reason in travel.MAY_MOVE.items():
        assert f'"{claim}"' in text
        assert f'"{check}"' in text
        assert len(reason.split()) > 3
        row = ROW | {"claim": claim, "check": check}
        assert travel.differences([row], [row | {"value": 9.0}]) == []
        assert travel.differences([row], [row | {"verdict": "fails"}]) != []
