"""The history of a verdict begins where all were examined, has no gap, gives reasons and ends where it is."""

import subprocess
from pathlib import Path

import pytest

from manytasks import history
from manytasks.claims import UNTESTED, registry
from manytasks.history import Change
from manytasks.strict_yaml import load

ROOT, FILE, SINCE = Path(__file__).resolve().parents[1], "src/manytasks/claims.yml", "6bf50d6"


def test_the_last_change_of_each_claim_is_its_verdict():
    assert {name: rows[-1].after for name, rows in history.history().items()} == {
        name: registry()[name].verdict for name in history.history()
    }
    assert all(row.why and row.before != row.after for rows in history.history().values() for row in rows)


def test_every_claim_whose_verdict_is_another_than_when_all_were_examined_has_a_history():
    shown = subprocess.run(
        ["git", "-C", str(ROOT), "show", f"{SINCE}:{FILE}"], capture_output=True, text=True, check=False
    )
    if shown.returncode:
        pytest.skip("needs the whole history of the repository")
    then = {row["id"]: row.get("verdict", UNTESTED) for row in load(shown.stdout, FILE)}
    tested = {name: verdict for name, verdict in then.items() if verdict != UNTESTED}
    found = history.history()
    another = {name for name, verdict in tested.items() if registry()[name].verdict != verdict}
    assert len(another) > 20
    assert another <= set(found)
    assert {name: found[name][0].before for name in another} == {name: tested[name] for name in another}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: A.N2}", "history.yml, row 1: keys must be id, date, before, after, why; got id"),
        (
            "- {id: A.N2, date: 2026-11-27, before: holds, after: open, why: x}\n"
            "- {id: A.N2, date: 2026-11-28, before: fails, after: holds, why: y}",
            "history.yml, row 2: A.N2 does not go on where it was",
        ),
    ],
)
def test_a_row_that_cannot_be_meant_is_named(text, message, monkeypatch, tmp_path):
    (tmp_path / "history.yml").write_text(text)
    monkeypatch.setattr(history, "files", lambda name: tmp_path)
    with pytest.raises(ValueError, match=f"^{message}$"):
        history.history()


def test_a_change_reads_as_a_line():
    change = Change("A.N2", "2026-11-27", "holds", "open", "Seeds are units")
    assert str(change) == "2026-11-27: holds → open. Seeds are units"
