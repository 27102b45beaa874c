"""Replication: what the same chapters say for other seeds, claim by claim."""

import json
import math
import re

import pandas as pd
import pytest
from replicate import same as alike

from manytasks.evidence import registry
from manytasks.replication import (
    NOT_JUDGED,
    TABLE,
    Replicated,
    least_probability,
    load_replication,
    replicated,
    summary,
)

THEN = {claim.id: claim.verdict for claim in registry().values()}
assert THEN["A.T1"] == "holds"  # what the rows below are compared with


def row(seed, verdict="holds", claim="A.T1", chapter="multitask/many-tasks", check="simulation", value=None):
    value = str(seed) if value is None else value
    seed = str(seed)
    return {
        "claim": claim,
        "chapter": chapter,
        "check": check,
        "seed": seed,
        "verdict": verdict,
        "value": value,
    }


def test_verdicts_are_counted_against_the_committed_one():
    found = replicated([row(1), row(2), row(3, "fails"), row(4, "open")], {}, THEN)["A.T1"]
    assert (found.same, len(found.verdicts), found.kind) == (2, 4, "fewer")
    least = f"probability at least {least_probability(2, 4):.3f}"
    assert str(found) == f"the same in 2 of 4 seeds ({least}); seed 3: fails, seed 4: open"


def test_all_checks_of_a_claim_are_combined_seed_by_seed():
    rows = [row(s, check=c) for s in (1, 2) for c in ("simulation", "derivation")]
    assert replicated([*rows, row(2, "fails", check="third")], {}, THEN)["A.T1"].verdicts == {
        1: "holds",
        2: "fails",
    }


def test_a_chapter_that_stopped_judges_nothing_for_that_seed():
    rows = [row(1), row(2), row(3, "cell 12: AssertionError: no", claim="", check="", value="nan")]
    found = replicated(rows, {}, THEN)["A.T1"]
    assert found.verdicts == {1: "holds", 2: "holds", 3: NOT_JUDGED}


def test_a_chapter_that_always_stops_judges_nothing_at_all():
    rows = [row(s, "cell 1: ValueError: no", claim="", check="", value="nan") for s in (1, 2)]
    found = replicated(rows, {}, THEN)
    assert found["A.T1"].verdicts == {1: NOT_JUDGED, 2: NOT_JUDGED}


def test_chapters_that_draw_nothing_are_recognised_and_say_so_once():
    still = [row(s, value="1", chapter="networks/networks-peak") for s in (1, 2)]
    tables = {"networks/networks-peak": [3, 10]}
    assert str(replicated(still, tables, THEN)["A.T1"]) == "rests on tables of 3 and 10 seeds"
    assert str(replicated(still, {}, THEN)["A.T1"]) == "nothing is drawn"
    drawn = [row(s) for s in (1, 2, 3)]
    both = replicated([*drawn, *still], tables, THEN)["A.T1"]
    assert both.verdicts == {1: "holds", 2: "holds", 3: "holds"}
    assert str(both).endswith("; beside tables of 3 and 10 seeds")


def test_a_failing_chapter_without_draws_fails_the_claim_for_every_seed():
    still = [row(s, "fails", value="1", chapter="networks/networks-peak") for s in (1, 2)]
    assert replicated([row(1), row(2), row(3), *still], {}, THEN)["A.T1"].same == 0


def test_a_seed_counts_once_every_chapter_that_draws_has_run_it():
    rows = [row(s) for s in (1, 2, 3)] + [row(s, chapter="multitask/one-task") for s in (1, 2)]
    assert list(replicated(rows, {}, THEN)["A.T1"].verdicts) == [1, 2]


@pytest.mark.parametrize(("same", "kind"), [(20, "always"), (19, "mostly"), (18, "fewer")])
def test_nineteen_of_twenty_is_enough(same, kind):
    verdicts = {seed: "holds" if seed <= same else "open" for seed in range(1, 21)}
    assert Replicated("A.T1", "holds", verdicts, ()).kind == kind


def test_the_bound_is_the_probability_that_would_do_as_well_in_one_replication_of_twenty():
    for same in (20, 19, 15):
        p = least_probability(same, 20)
        as_well = sum(math.comb(20, k) * p**k * (1 - p) ** (20 - k) for k in range(same, 21))
        assert as_well == pytest.approx(0.05, rel=1e-9)


def test_the_summary_counts_every_claim_once():
    found = {
        name: Replicated(name, "holds", verdicts, ())
        for name, verdicts in (
            ("a", {1: "holds", 2: "holds"}),
            ("b", {1: "holds", 2: "fails"}),
            ("c", {}),
        )
    }
    assert summary(found) == (
        "2 seeds: 1 claims come out as committed for every seed, 0 more for at least 95 % of them, "
        "1 for fewer; behind 1 nothing is drawn."
    )


def test_a_damaged_table_is_named_with_its_remedy(tmp_path):
    table = tmp_path / "replication.csv"
    table.write_text("claim,seed\nA.T1,1\n")
    table.with_suffix(".json").write_text("{}")
    with pytest.raises(ValueError, match=f"^{re.escape(str(table))} is not a readable table of replications"):
        load_replication(table)


@pytest.mark.skipif(not TABLE.is_file(), reason="needs a committed replication")
def test_the_committed_table_is_small_and_names_its_origin():
    table, origin = pd.read_csv(TABLE), json.loads(TABLE.with_suffix(".json").read_text())
    assert TABLE.stat().st_size < 1_000_000
    assert list(table) == ["claim", "chapter", "check", "seed", "verdict", "value", "limit"]
    assert {"commit", "device", "numpy", "torch", "seconds", "profile", "content"} <= set(origin)
    assert set(table.claim.dropna()) <= set(registry())
    assert not table.duplicated(["claim", "chapter", "check", "seed"]).any()


def test_a_verdict_that_changed_since_is_counted_as_it_was():
    rows = [row(1, "open"), row(2, "open")]
    found = replicated(rows, {}, {"A.T1": "open"})["A.T1"]
    assert (found.same, found.kind) == (2, "always")
    assert str(found).startswith('before the verdict changed from "open": the same in 2 of 2 seeds')
    assert "A.T1" not in replicated(rows, {}, {})  # newer than the replication


def said(value, limit=0.0, **other):
    return row(1, value=value) | {"limit": limit} | other


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ([said(1.23456789)], [said("1.234568")]),  # the table has seven digits
        ([said(4e-16, 1e-9)], [said("2e-16", "1e-09")]),  # zero but for rounding
        ([said(1.0), said(2.0, check="b")], [said(2.0, check="b"), said(1.0)]),
        ([said(float("nan"), float("nan"))], [said("nan", "nan")]),
    ],
)
def test_rows_that_say_the_same(now, then):
    assert alike(now, then)


@pytest.mark.parametrize(
    "then",
    [
        [said(1.00001)],
        [said(1.0, 0.1)],
        [said(1.0, verdict="fails")],
        [said(1.0, check="another")],
        [said(float("nan"))],
        [said(1.0), said(2.0, check="b")],
        [],
    ],
)
def test_rows_that_do_not(then):
    assert not alike([said(1.0)], then)
