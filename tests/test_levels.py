"""The book spends 1 % in all: one table, and every statistical record takes its own share."""

import ast
import math
import re
from pathlib import Path

import pytest

from manytasks.evidence import registry
from manytasks.levels import BOOK, level, levels


def test_the_shares_of_all_records_and_the_reserve_add_up_to_the_books_level():
    assert BOOK == 0.01
    assert math.fsum(share for records in levels().values() for share in records.values()) == pytest.approx(
        BOOK, rel=1e-12
    )


def test_every_share_is_a_positive_part_of_it():
    assert all(0 < share < BOOK for records in levels().values() for share in records.values())


def test_shares_belong_to_registered_claims_and_no_record_has_two():
    records = [name for chapter, shares in levels().items() if chapter != "reserve" for name in shares]
    assert {name.split(", ")[0] for name in records} <= set(registry())
    assert len(records) == len(set(records))


def test_a_record_without_a_share_is_refused_with_the_nearest():
    message = "levels.yml has no share for 'A.T1, simulatoin'; the nearest are A.T1, simulation"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        level("A.T1", "simulatoin")


CHAPTERS = sorted(Path(__file__).parents[1].joinpath("notebooks").rglob("*.py"))
NAMES = {"alpha", "level", "share", "confidence"}  # what a page calls an error rate
TAKES = {  # which argument of a function is one
    "critical_z": 1,
    "critical_t": 2,
    "isf": 0,
    "ppf": 0,
    "mean_interval": 1,
    "difference_interval": 2,
    "geometric_interval": 1,
    "median_interval": 1,
    "share_interval": 2,
    "rms_interval": 2,
    "weighted_log_slope": 3,
    "record": 99,
}
BARS = {0.05, 0.95}  # of a figure; they decide nothing


def typed(node, bars=frozenset()):
    """Say whether an expression is a number that somebody typed, divided or not."""
    if isinstance(node, ast.BinOp):
        return typed(node.left, bars)
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value not in bars


def typed_levels(source):
    """Return the lines of a page that type an error rate instead of asking for the share of their record."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            wrong = bool(names & NAMES) and typed(node.value)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).rsplit(".", 1)[-1]
            place = TAKES.get(name)
            given = [] if place is None else node.args[place : place + 1]
            given += [word.value for word in node.keywords if place is not None and word.arg in NAMES]
            wrong = any(typed(argument, BARS) for argument in given)
        else:
            continue
        if wrong:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_chapter_types_a_level(chapter):
    assert typed_levels(chapter.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "alpha = 0.01",
        "alpha = 1e-4",
        "level = 0.05 / 12",
        "critical_z(z.size, 0.01)",
        "critical_t(3, 7, alpha=0.01)",
        "norm.isf(0.01 / (len(widths) - 2))",
        "student.isf(0.01 / 3, 7)",
        "statistics.share_interval(3, 7, level=0.99)",
        "evidence.record('A.T1', 'x', 'z', 1, '<', 2, n=3, level=0.01)",
    ],
)
def test_a_typed_level_is_seen(source):
    assert typed_levels(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        'alpha = evidence.level("A.T1", "simulation")',
        "critical_z(z.size, alpha / 3)",
        "share = evidence.level('O.6', 'x') / 4",
        "bar = critical_z(1, 0.05, trials)  # a figure's",
        "mean_interval(draws, 1 - 2 * alpha)",
        "ax.plot(x, y, alpha=0.3)",
        "cosine = 0.2",
    ],
)
def test_a_share_and_the_bars_of_a_figure_are_allowed(source):
    assert typed_levels(source) == []
