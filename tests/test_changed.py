"""What was judged before the papers' own data is on record, with a reason where the verdict has changed."""

import subprocess
from functools import cache
from pathlib import Path

import pytest
from messages import whole

from manytasks import changed
from manytasks.changed import Earlier, earlier
from manytasks.claims import UNTESTED, registry
from manytasks.declarations import declarations
from manytasks.strict_yaml import load

ROOT = Path(__file__).resolve().parents[1]
FILE = "src/manytasks/claims.yml"


def test_every_claim_that_a_declaration_decides_has_a_row_in_the_order_of_the_claims_page():
    decided = {entry.claim for entry in declarations().values()}
    assert list(earlier()) == [name for name in registry() if name in decided]


@pytest.mark.parametrize("row", earlier().values(), ids=earlier())
def test_a_reason_is_given_exactly_where_the_verdict_is_another_one(row):
    now = registry()[row.id].verdict
    assert bool(row.because) == (row.before != now), f"{row.id}: before {row.before!r}, now {now!r}"
    assert "|" not in row.before + row.because  # they stand in the cells of a table
    assert "\n" not in row.before + row.because


@cache
def verdicts_ever():
    """Every verdict that claims.yml has had, by claim; None without the whole history."""

    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)

    if git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        return None
    commits = git("log", "--format=%H", "--", FILE).stdout.split()
    rows = [row for commit in commits for row in load(git("show", f"{commit}:{FILE}").stdout, commit)]
    return {name: {row.get("verdict", UNTESTED) for row in rows if row["id"] == name} for name in registry()}


@pytest.mark.parametrize("row", earlier().values(), ids=earlier())
def test_the_earlier_verdict_is_one_that_was_committed(row):
    ever = verdicts_ever()
    if ever is None:
        pytest.skip("needs the whole history of the repository")
    assert row.before in ever[row.id] | {UNTESTED}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: A.N2}", "changed.yml, row 1: the keys are id, before and perhaps because; got id"),
        (
            "- {id: A.N2, before: holds, why: x}",
            "changed.yml, row 1: the keys are id, before and perhaps because; got id, before, why",
        ),
        (
            "- {id: A.N2, before: holds}\n- {id: A.N2, before: fails}",
            "changed.yml, row 2: A.N2 has a row already",
        ),
    ],
)
def test_a_wrong_row_is_named(text, message, tmp_path, monkeypatch):
    (tmp_path / "changed.yml").write_text(text)
    monkeypatch.setattr(changed, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=whole(message)):
        earlier()


def test_a_right_row_is_read(tmp_path, monkeypatch):
    (tmp_path / "changed.yml").write_text("- {id: A.N2, before: holds, because: of x}")
    monkeypatch.setattr(changed, "files", lambda package: tmp_path)
    assert earlier() == {"A.N2": Earlier("A.N2", "holds", "of x")}
