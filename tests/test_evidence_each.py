"""Of comparisons declared together, those that hold are named, by the words of the declaration."""

import pandas as pd
import pytest

from manytasks.evidence import decide_each, recording

MANY = "A.N3, CIFAR-100, wide networks forget less, a head per task, in loss"  # below 0; fails if none holds
LINES = "A.Tab1, permuted MNIST, the best share lies inside, one head"  # above 0; fails if one fails


@pytest.fixture(autouse=True)
def a_page_of_its_own(monkeypatch):
    monkeypatch.setattr(recording, "_recorded", {})


def units(mean):
    return pd.Series([mean - 0.01, mean + 0.01] * 10)


def verdict(name, series, capsys):
    named = decide_each(name, series, statistic="change", n="20 seeds", words="it is {}")
    return named, capsys.readouterr().out.partition(": ")[2].partition(" (change")[0]


@pytest.mark.parametrize(
    ("means", "named", "expected"),
    [
        ([-1, -2, -1], [0, 1, 2], "holds"),
        ([-1, 0, -1], [0, 2], "holds when it is 0 or 2"),
        ([-1, 1, 1], [0], "holds when it is 0"),
        ([0, 1, 0], [], "fails"),
        ([0, 0, 0], [], "open"),
    ],
)
def test_some_that_hold_are_named_and_none_may_fail(means, named, expected, capsys):
    series = {key: units(mean) for key, mean in enumerate(means)}
    assert verdict(MANY, series, capsys) == (named, expected)


@pytest.mark.parametrize(
    ("means", "named", "expected"),
    [
        ([(1, 2), (1, 1)], [0, 1], "holds"),
        ([(1, 2), (1, 0)], [0], "holds when it is 0"),
        ([(1, 2), (1, -1)], [0], "fails"),
        ([(1, 0), (0, 1)], [], "open"),
        ([(1, 0), (1, -1)], [], "fails"),
    ],
)
def test_a_line_needs_both_ends_and_one_line_that_fails_makes_all_fail(means, named, expected, capsys):
    series = {key: [units(mean) for mean in ends] for key, ends in enumerate(means)}
    assert verdict(LINES, series, capsys) == (named, expected)


def test_one_that_only_touches_the_limit_does_not_fail(capsys):
    zero = pd.Series([0.0] * 20)
    assert verdict(LINES, {0: units(1), 1: [units(1), zero]}, capsys) == ([0], "holds when it is 0")


def test_seeds_that_chose_do_not_count(capsys):
    late = pd.Series([-9.0] * 4 + [1.0, 1.1] * 8)
    assert verdict(LINES, {0: late}, capsys) == ([0], "holds")


def test_a_sign_without_a_side_is_refused():
    name = "A.K7, best share, CIFAR-100 against permuted MNIST"
    with pytest.raises(ValueError, match=rf"^{name}: each comparison must have one side; its sign is <>$"):
        decide_each(name, {0: units(1)}, statistic="gap", n="20 seeds", words="it is {}")


@pytest.mark.parametrize(
    ("series", "named", "expected"),
    [
        ({0: units(-1), 1: None}, [0], "holds when it is 0"),
        ({0: units(1), 1: None}, [], "fails"),
        ({0: None, 1: None}, [], "open"),
    ],
)
def test_what_cannot_be_computed_stays_open(series, named, expected, capsys):
    found = decide_each(MANY, series, statistic="change", n="20 seeds", words="it is {}")
    assert found == named
    assert capsys.readouterr().out.partition(": ")[2].startswith(f"{expected} (")
