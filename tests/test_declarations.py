"""Declarations say what decides, fit the sweeps they speak of, and are older than the tables."""

import re
import subprocess
from dataclasses import astuple
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from messages import whole

from manytasks.declarations import declarations, parse
from manytasks.deep import find_sweep
from manytasks.evidence import decide, recording, registry
from manytasks.levels import level
from manytasks.statistics import difference_interval, mean_interval

ROOT = Path(__file__).resolve().parents[1]
FILE = "src/manytasks/declarations.yml"
NAMES = list(declarations())
# Columns of a table that a setting of another name holds, and those that it makes itself.
SETTINGS = {"noise": "noises", "memory": "memories", "strength": "strengths", "ridge": "ridges"}
SETTINGS |= {"schedule": "schedules", "anchor": "anchors"}


def possible(sweep, column):
    """The values that a column can have in the table of a sweep's book profile."""
    settings = find_sweep(sweep).profiles["book"]
    if column == "after":
        return range(settings["tasks"])
    if column == "method" and "methods" in settings:
        return settings["methods"]
    if column == "method" and "method" not in settings:
        return ("multi-task", "single-task")
    if column == "fraction" and "fraction" not in settings:
        return settings["fractions"]
    return settings[SETTINGS.get(column, column)]


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """Let every test record on a page of its own."""
    monkeypatch.setattr(recording, "_recorded", {})


@pytest.mark.parametrize("name", NAMES)
def test_a_declaration_fits_its_sweep(name):
    declared = declarations()[name]
    assert declared.claim in registry()
    for sweep in filter(None, (declared.sweep, declared.beside)):
        assert set(declared.choose + declared.judge) == set(possible(sweep, "seeds"))
        for column, values in declared.rows.items():
            assert set(values) <= set(possible(sweep, column)), column


@pytest.mark.parametrize("name", NAMES)
def test_a_declaration_spends_its_share_of_the_books_error_rate(name):
    declared = declarations()[name]
    assert declared.level == pytest.approx(level(declared.claim, declared.check), rel=1e-9)


def test_every_sweep_on_the_papers_data_whose_claims_are_listed_is_declared():
    declared = {entry.sweep for entry in declarations().values()}
    assert {"multitask-width-cifar100", "similarity-cifar100", "similarity-mnist"} <= declared
    assert {"depth-cifar100", "replay-width-cifar100", "replay-budget-cifar100"} <= declared


ENTRY = {
    "claim": "A.F2",
    "check": "x",
    "sweep": "depth-cifar100",
    "rows": "{}",
    "measure": "loss",
    "statistic": "rise of {measure}",
    "sign": '">"',
    "limit": "0",
    "level": "1.0e-5",
    "choose": "0-1",
    "judge": "2-9",
    "holds": "a",
    "fails": "b",
    "otherwise": "c",
}


def written(**changes):
    entry = {key: value for key, value in (ENTRY | changes).items() if value is not None}
    return "declarations:\n- " + "\n  ".join(f"{key}: {value}" for key, value in entry.items()) + "\n"


def test_words_become_numbers():
    (entry,) = parse(written(statistic="'rise of {measure}'")).values()
    assert (entry.statistic, entry.choose, entry.judge) == ("rise of loss", (0, 1), tuple(range(2, 10)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"holds": None}, "declaration 'A.F2, x' lacks holds"),
        ({"hold": "a"}, "declaration 'A.F2, x' has the unknown key hold"),
        ({"judge": "2,3"}, "declaration 'A.F2, x': seeds must be none or like 2-39; got '2,3'"),
        ({"judge": "9-2"}, "declaration 'A.F2, x': seeds must be none or like 2-39; got '9-2'"),
        (
            {"judge": "1-2"},
            "A.F2, x: at least 2 seeds must judge, and none that chose; got [1, 2] beside [0, 1]",
        ),
        (
            {"sign": '"="'},
            "A.F2, x: sign must be one of > < <>, measure one of loss error cosine; got = and loss",
        ),
        (
            {"sign": '"<>"', "fails": "the interval is narrow"},
            "A.F2, x: fails must name a margin, as in 'within .05 of 0'; got 'the interval is narrow'",
        ),
        ({"level": "0.05"}, "A.F2, x: level must be a part of the book's 0.01; got 0.05"),
    ],
)
def test_a_wrong_entry_is_named(changes, message):
    changes = {"statistic": "rise", **changes}
    with pytest.raises(ValueError, match=whole(message)):
        parse(written(**changes))


def test_an_entry_that_comes_twice_is_refused():
    once = written(statistic="rise")
    with pytest.raises(ValueError, match=whole("declaration 'A.F2, x' comes twice")):
        parse(once + once.partition("\n")[2])


def test_the_interval_is_that_of_the_judging_seeds_at_the_level_of_the_record():
    declared = declarations()["O.24, Exam, price of the predicted ridge"]
    rng = np.random.default_rng(1)
    units = pd.Series(rng.standard_normal(200), index=rng.permutation(200))
    judged = units.loc[list(range(100, 200))]
    expected = mean_interval(judged, 1 - 1e-5)
    assert declared.interval(units) == expected
    split = mean_interval(judged, 1 - 1e-5 / 3)
    worst = declared.interval(units, units + 1, units - 1)  # it must be below the limit: highest ends count
    np.testing.assert_allclose([worst.low, worst.value, worst.high], np.add(astuple(split), 1)[[1, 0, 2]])
    with pytest.raises(ValueError, match=f"^{declared}: seed 150 must be there once; there are "):
        declared.interval(units.drop(150))
    with pytest.raises(ValueError, match=f"^{declared}: seed 150 must be there once; there are "):
        declared.interval(pd.concat([units, units.loc[[150]]]))


EITHER = [name for name in NAMES if declarations()[name].sign == "<>"]


def test_the_margin_is_the_one_of_the_words():
    found = {name: declarations()[name].margin for name in NAMES if declarations()[name].margin is not None}
    assert found == {
        "A.Q2, CIFAR-100, functions against gradients at the optima within a dial": 0.05,
        "A.K7, best share, CIFAR-100 against permuted MNIST": 0.1,
        "A.K8, glyphs, the height of the peak differs with depth": 0.05,
    }
    assert list(found) == EITHER


def seeds(mean, spread, name=None):
    """Units of 20 seeds whose mean is exact."""
    return pd.Series(mean + spread * np.tile([-1.0, 1.0], 10), name=name)


@pytest.mark.parametrize(
    ("units", "verdict", "named"),
    [
        ([seeds(0.0, 0.02, "a"), seeds(0.0, 0.03, "b")], "fails", []),
        ([seeds(0.0, 0.02, "a"), seeds(0.0, 0.5, "b")], "open", []),
        ([seeds(0.0, 0.5, "a"), seeds(-0.5, 0.1, "b")], "holds", ["b"]),
        ([seeds(0.3, 0.1, "a"), seeds(-0.5, 0.1, "b"), seeds(0.0, 0.5, "c")], "holds", ["a", "b"]),
    ],
)
@pytest.mark.parametrize("name", EITHER)
def test_on_either_side_of_the_limit_one_unit_is_enough_and_all_must_fail(
    name, units, verdict, named, capsys
):
    """Two sides do not cancel; each has its part of the level; an open one keeps all from failing."""
    declared = declarations()[name]
    found = decide(name, *units, statistic="difference", n="20 seeds")
    apart = f" (leaves out 0: {', '.join(named)})" if named else ""
    assert f"{name}: {verdict} (difference{apart}: " in capsys.readouterr().out
    share = level(declared.claim, declared.check) / len(units)
    assert found in [mean_interval(each.loc[list(declared.judge)], 1 - share) for each in units]
    assert declared.apart(*units) == named


def test_two_samples_are_compared_by_their_means():
    declared = declarations()["A.K7, best share, CIFAR-100 against permuted MNIST"]
    one, other = seeds(0.5, 0.1, "a"), seeds(0.2, 0.3)
    found = declared.interval((one, other), among=6)
    assert found == difference_interval(one, other, 1 - level(declared.claim, declared.check) / 6)
    with pytest.raises(ValueError, match=f"^{declared}: seed 3 must be there once; there are "):
        declared.interval((one, other.drop(3)))


def git(*words):
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


@cache
def committed(commit):
    """The declarations as a commit has them."""
    return parse(git("show", f"{commit}:{FILE}"))


def declared_at(name):
    """The commit since which a declaration reads as it does now, or None if it is not committed."""
    since = None
    for commit in (git("log", "--format=%H", "--", FILE) or "").split():  # newest first
        if committed(commit).get(name) != declarations()[name]:
            break
        since = commit
    return since


def test_declarations_are_older_than_their_tables():
    """In time: before its first cell; in history: an ancestor of the commit that first has its provenance.

    A table that was made anew, with more seeds, has a provenance younger than its file.
    """
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("needs the whole history of the repository")
    pairs = {(name, entry.sweep) for name, entry in declarations().items()}
    pairs |= {(name, entry.beside) for name, entry in declarations().items() if entry.beside}
    since = {name: declared_at(name) for name, _ in pairs}
    for name, sweep in sorted(pairs):
        table = f"data/{sweep}-book.json"
        first = (git("log", "--diff-filter=A", "--format=%H", "--", table) or "").split()
        if not first:
            continue  # not run yet
        assert since[name], f"{name} has changed since it was last committed, and {table} is there already"
        assert git("merge-base", "--is-ancestor", since[name], first[-1]) is not None, (
            f"{name} is declared in {since[name][:7]}, not before {table} came with {first[-1][:7]}"
        )
        begun = re.search(r'"begun": "([^"]+)"', (ROOT / table).read_text(encoding="utf-8"))
        declared = datetime.fromisoformat(git("show", "-s", "--format=%cI", since[name]))
        assert declared <= datetime.fromisoformat(begun[1]), f"{table} was begun before {name} was declared"


def test_the_comparison_of_dates_can_fail():
    """A declaration that reads otherwise today is not older than anything."""
    name = NAMES[0]
    if declared_at(name) is None:
        pytest.skip("needs the declarations to be committed")
    now = declarations()[name]
    try:
        declarations()[name] = parse(written(statistic="rise"))["A.F2, x"]
        assert declared_at(name) is None
    finally:
        declarations()[name] = now
