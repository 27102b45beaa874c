"""A table is a union: no call makes it lose rows unasked, and a fresh clone goes on where it stands."""

import gc
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import frictionless
import pandas as pd
import pytest
import torch
from toy_sweep import Toy, cell_of, fresh_clone, rows, run, toy_sweep

from manytasks.cli import main
from manytasks.deep import load_results, plan_sweep
from manytasks.deep.sweeps import registry
from manytasks.deep.sweeps.package import write_package


@pytest.fixture
def toy(monkeypatch):
    return Toy().register(monkeypatch)


@pytest.fixture
def whole(toy, tmp_path):
    """A finished table: three cells of two rows."""
    out = tmp_path / "whole"
    assert run(out).rows == (0, 6)
    toy.calls.clear()
    return out


def table(out):
    return (out / "toy-smoke.csv").read_bytes()


@pytest.mark.parametrize(
    ("changes", "after", "computed"),
    [
        ({"width": (1,)}, 6, []),  # a part of the grid is there already
        ({"seeds": (0,)}, 6, []),
        ({"width": (8,)}, 8, [8]),
        ({"seeds": (1, 2)}, 9, [1, 2, 3]),
        ({"rate": 0.2}, 12, [1, 2, 3]),
        ({"note": "y"}, 12, [1, 2, 3]),
    ],
)
def test_other_settings_stand_beside_the_grid(toy, whole, changes, after, computed):
    before = rows(whole)
    result = run(whole, changes=changes)
    assert (result.rows, result.finished) == ((6, after), result.total)
    assert toy.calls == computed
    assert len(rows(whole)) == after
    assert all(row in rows(whole) for row in before)
    assert run(whole).rows == (after, after)
    assert toy.calls == computed


def test_a_changed_grid_may_have_a_folder_of_its_own(toy, whole, tmp_path):
    before = table(whole)
    assert run(tmp_path / "other", changes={"width": (8,)}).rows == (0, 2)
    assert table(whole) == before


@pytest.mark.parametrize("options", [{"time_limit": 0}, {"shard": (0, 3)}, {}])
def test_a_fresh_clone_has_finished_cells(toy, whole, options):
    before = table(whole)
    result = run(fresh_clone(whole), **options)
    assert (result.finished, result.rows, toy.calls) == (3, (6, 6), [])
    assert table(whole) == before


@pytest.mark.parametrize("ledger", [True, False], ids=["with its provenance", "without"])
def test_a_fresh_clone_of_a_part_goes_on(toy, tmp_path, ledger):
    whole = table(run(tmp_path / "whole").table.parent)
    out = tmp_path / "part"
    assert run(out, time_limit=0).rows == (0, 2)
    fresh_clone(out)
    if not ledger:
        (out / "toy-smoke.json").unlink()
    toy.calls.clear()
    assert [row["there"] for row in plan_sweep("toy", "smoke", "cpu", out=out)] == [True, False, False]
    assert [run(out, time_limit=0).rows, run(out).rows] == [(2, 4), (4, 6)]
    assert toy.calls == [2, 3]
    assert table(out) == whole


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), RuntimeError("no memory")])
def test_a_cell_that_fails_costs_nothing(toy, whole, trouble):
    before = rows(fresh_clone(whole))
    toy.trouble = {8: trouble}
    with pytest.raises(type(trouble)):
        run(whole, changes={"width": (7, 8, 9)})
    assert rows(whole)[:6] == before
    assert [row["width"] for row in rows(whole)] == [*"112233", "7", "7"]
    toy.trouble = {}
    assert run(whole, changes={"width": (7, 8, 9)}).rows == (8, 12)


def damage_header(path):
    path.write_text(path.read_text().splitlines(keepends=True)[0])


def damage_all(path):
    path.write_text("")


def damage_bytes(count):
    return lambda path: path.write_bytes(path.read_bytes()[:-count])


def damage_number(path):
    path.write_text(path.read_text().replace("0.0", "0.1"))


@pytest.mark.parametrize("again", ["table there", "table gone"])
@pytest.mark.parametrize(
    "damage", [damage_header, damage_all, damage_bytes(2), damage_bytes(7), damage_bytes(30), damage_number]
)
def test_a_damaged_cell_is_named_and_computed_anew(toy, whole, damage, again, capsys):
    before, path = table(whole), cell_of(whole, 2)
    if again == "table gone":
        (whole / "toy-smoke.csv").unlink()
    content = path.read_bytes()
    damage(path)
    assert path.read_bytes() != content
    result = run(whole)
    assert (result.finished, toy.calls) == (3, [2])
    assert table(whole) == before
    assert capsys.readouterr().err.count(str(path)) == 1
    assert str(path) in result.notes[0]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"rows": 2, "sha256": "0"}', "date", "varied"])
def test_a_damaged_sidecar_of_a_cell_is_named(toy, whole, content):
    path = cell_of(whole, 2).with_suffix(".json")
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | {content: 1}) if content in said else content)
    before = table(whole)
    result = run(whole)
    assert (result.finished, toy.calls, table(whole)) == (3, [2], before)
    assert path.stem in result.notes[0]


def test_all_cells_damaged(toy, whole):
    before = table(whole)
    for path in whole.glob(".cells/*/*/*.csv"):
        path.write_text("")
    assert run(whole).finished == 3
    assert toy.calls == [1, 2, 3]
    assert table(whole) == before


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (damage_bytes(2), "its last line has no end; was the file cut short?"),
        (damage_bytes(12), "was the file cut short, or merged by hand?"),
        (damage_all, "is not a table: it is empty"),
        (lambda path: path.write_text(path.read_text() + "<<<<<<< HEAD\n"), "'<<<<<<< HEAD'"),
        (lambda path: path.write_text("version https://git-lfs\noid sha256:0\n"), "'oid sha256:0'"),
        (lambda path: path.write_text(path.read_text().replace("toy", "yot")), "is not a table of sweep toy"),
        (lambda path: path.write_text(path.read_text().replace(",", ";")), "is not a table of sweep toy"),
        (lambda path: path.write_text("a,a\n1,2\n"), "a column is there twice"),
        (lambda path: path.write_bytes("sweep,profile\n".encode("utf-16")), "it is not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_kept(toy, whole, damage, message):
    path = whole / "toy-smoke.csv"
    damage(path)
    content = path.read_bytes()
    for read in (run, lambda out: load_results("toy", "smoke", out)):
        with pytest.raises(ValueError, match=r"^\S*toy-smoke.csv") as caught:
            read(whole)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == content
    assert toy.calls == []


def test_rows_that_somebody_edited_are_named_and_computed_anew(toy, whole):
    before = table(fresh_clone(whole))
    path = whole / "toy-smoke.csv"
    path.write_bytes(before.replace(b"0.02857143", b"0.01857143"))  # a loss of width 2
    with pytest.raises(
        ValueError, match=r"has 2 of 3 cells of the smoke grid; go on with manytasks sweep toy"
    ):
        load_results("toy", "smoke", whole)
    assert run(whole, changes={"width": (9,)}).rows == (6, 8)  # another cell does not make it good
    result = run(whole)
    assert (result.finished, toy.calls) == (3, [9, 2])
    assert "width=2 are not those that were written" in result.notes[0]
    assert table(whole).startswith(before)


def test_computed_anew_in_part_is_new_and_old(toy, whole):
    before = rows(whole)
    toy.scale, toy.trouble = 2.0, {2: RuntimeError("no memory")}
    with pytest.raises(RuntimeError):
        run(whole, resume=False)
    assert rows(whole)[2:] == before[2:]
    assert rows(whole)[0] != before[0]
    toy.trouble = {}
    run(whole, resume=False)
    assert all(row not in before for row in rows(whole))


def test_a_cell_with_one_more_column_blocks_nobody(toy, whole):
    toy.extra = {2: {"error": 0.5}}
    assert run(whole, resume=False, shard=(1, 3)).rows == (6, 6)
    assert [row["error"] for row in rows(whole)] == ["", "", "0.5", "0.5", "", ""]
    assert run(whole).rows == (6, 6)
    assert run(fresh_clone(whole), changes={"width": (9,)}).rows == (6, 8)
    assert toy.calls == [2, 9]
    toy.extra = {}
    assert run(whole, resume=False).rows == (8, 8)


def test_a_table_that_would_lose_rows_is_not_written(toy, whole):
    """The sweep now makes fewer rows of a seed than the table has."""
    before = table(whole)
    calls = toy.calls

    def fewer(settings, device):
        calls.append(settings["width"])
        yield {"seed": settings["seeds"][0], "loss": 1.0}

    def more(settings, device):
        for row in list(fewer(settings, device)):
            yield from (row, row | {"loss": 2.0})

    registry.SWEEPS["toy"] = toy_sweep(more)
    assert run(whole, changes={"seeds": (0,), "width": (2,)}, resume=False).rows == (6, 7)
    registry.SWEEPS["toy"] = toy_sweep(fewer)
    grown = table(whole)
    for _ in range(2):  # the second call has the cell already, and says so again
        with pytest.raises(ValueError, match=r"would lose 1 of the 3 rows of width=2.*--replace") as caught:
            run(whole, changes={"seeds": (0,), "width": (2,)})
        assert "\n" not in str(caught.value)
        assert table(whole) == grown != before
    assert run(whole, changes={"seeds": (0,), "width": (2,)}, replace=True).rows == (7, 5)
    assert run(whole, changes={"seeds": (0,), "width": (2,)}).rows == (5, 5)


def test_replace_makes_a_cell_what_this_call_makes_it(toy, whole):
    assert run(whole, changes={"seeds": (0,)}, replace=True).rows == (6, 3)
    assert {row["seed"] for row in rows(whole)} == {"0"}
    assert run(whole, changes={"rate": 0.2}, replace=True).rows == (3, 9)  # other constants, other rows
    with pytest.raises(ValueError, match="has 0 of 3 cells"):
        load_results("toy", "smoke", whole)
    run(whole)
    assert len(load_results("toy", "smoke", whole)) == 6


def test_seeds_may_be_added_in_pieces_in_any_order(toy, tmp_path):
    for name, pieces in {"one": [(2,), (0, 1), (3,)], "other": [(3,), (2,), (0, 1)]}.items():
        for seeds in pieces:
            run(tmp_path / name, changes={"seeds": seeds})
    assert table(tmp_path / "one") == table(tmp_path / "other")
    assert len(load_results("toy", "smoke", tmp_path / "one")) == 6  # the profile's seeds, no more
    assert len(load_results("toy", "smoke", tmp_path / "one", changes={"seeds": (0, 1, 2, 3)})) == 12
    toy.calls.clear()
    assert run(fresh_clone(tmp_path / "one"), changes={"seeds": (3, 0)}).rows == (12, 12)
    assert toy.calls == []


# SIGTERM is what a queue sends first, SIGKILL what follows: rows before, after, and after the next call.
INTERRUPTED = """
import signal, sys, time, pathlib
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a shell ignores it
from manytasks import cli
from manytasks.deep.sweeps import registry
import toy_sweep
class Slow(toy_sweep.Toy):
    def measure(self, settings, device):
        yield from super().measure(settings, device)
        if settings["width"] >= 12:
            pathlib.Path(sys.argv[1], "here").touch()
            time.sleep(60)
slow = Slow()
registry.SWEEPS["toy"] = toy_sweep.toy_sweep(slow.measure)
words = "sweep toy --profile smoke --device cpu --set width=[10,11,12,13] --out".split()
sys.exit(cli.main([*words, sys.argv[1]]))
"""


@pytest.mark.parametrize(
    ("sent", "code", "after"), [(signal.SIGTERM, 130, 10), (signal.SIGINT, 130, 10), (signal.SIGKILL, -9, 6)]
)
def test_rows_before_and_after_an_interrupted_run(toy, whole, sent, code, after):
    fresh_clone(whole)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(whole)], env=environment, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not (whole / "here").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(rows(whole)) == 6
    process.send_signal(sent)
    errors = process.communicate(timeout=120)[1]
    assert process.returncode == code
    assert "Traceback" not in errors
    assert len(rows(whole)) == after
    assert run(whole, changes={"width": (10, 11)}).rows == (after, 10)
    assert toy.calls == []  # what was finished is kept
    assert run(whole, changes={"width": (10, 11, 12, 13)}).rows == (10, 14)
    assert toy.calls == [12, 13]


@pytest.mark.parametrize("others", ["anew", "keep"])
def test_another_version_of_torch_is_said_and_not_mixed_unasked(toy, tmp_path, monkeypatch, others, capsys):
    with monkeypatch.context() as patch:
        patch.setattr(torch, "__version__", "9.9")
        assert run(tmp_path, time_limit=0).rows == (0, 2)
    result = run(tmp_path, others=others)
    line = "1 of 3 cells were made by cpu, torch 9.9, here it is cpu, torch"
    assert line in capsys.readouterr().err
    assert line in result.notes[0]
    assert result.finished == 3
    made = [row["torch"] for row in rows(tmp_path)]
    if others == "anew":
        assert (toy.calls, made.count("9.9"), len(made)) == ([1, 1, 2, 3], 2, 8)  # the old rows stay
        frame = load_results("toy", "smoke", tmp_path)
        assert set(frame["torch"]) == {torch.__version__}
    else:
        assert (toy.calls, made.count("9.9"), len(made)) == ([1, 2, 3], 2, 6)
        frame = load_results("toy", "smoke", tmp_path)
        assert frame["torch"].nunique() == 2
    assert len(frame) == 6
    assert run(tmp_path, others=others).rows == (len(made), len(made))


def test_a_grid_that_two_versions_made_must_be_named(toy, tmp_path, monkeypatch):
    run(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(torch, "__version__", "9.9")
        assert run(tmp_path).rows == (6, 12)
    with pytest.raises(
        ValueError, match=r"holds the grid 2 times; name one of device='cpu', torch='2.*'9\.9'$"
    ):
        load_results("toy", "smoke", tmp_path)
    assert set(load_results("toy", "smoke", tmp_path, torch="9.9")["torch"].astype(str)) == {"9.9"}
    with pytest.raises(ValueError, match="has 0 of 3 cells"):
        load_results("toy", "smoke", tmp_path, device="cuda")


class Other(Toy):
    def measure(self, settings, device):
        yield from super().measure(settings, device)
        self.calls.append("other code")


@pytest.mark.parametrize("clone", [False, True])
def test_other_code_is_said_and_not_mixed_unasked(toy, tmp_path, monkeypatch, clone):
    assert run(tmp_path, time_limit=0).notes == ()
    if clone:
        fresh_clone(tmp_path)
    other = Other().register(monkeypatch)
    for others, there in (("anew", 0), ("keep", 1)):  # the dry run says what the run will do
        plan = plan_sweep("toy", "smoke", "cpu", out=tmp_path, others=others)
        assert sum(row["there"] for row in plan) == there
    assert "1 of 3 cells were made by other code" in run(tmp_path, others="keep", shard=(2, 3)).notes[0]
    assert other.calls == [3, "other code"]
    result = run(tmp_path)
    assert "1 of 3 cells were made by other code" in result.notes[0]
    assert other.calls == [3, "other code", 1, "other code", 2, "other code"]
    assert (result.finished, len(rows(tmp_path))) == (3, 6)
    assert run(tmp_path).notes == ()


def test_the_sidecar_tells_the_making_of_each_cell(toy, whole):
    beside = json.loads((whole / "toy-smoke.json").read_text())
    ledger = beside["ledger"]
    assert (beside["cells"], len(ledger)) == (3, 3)
    for entry in ledger.values():
        (made,) = entry["made"]
        assert entry["rows"] == 2
        assert made["varied"] == {"seeds": ["0", "1"]}
        assert {"date", "seconds", "commit", "code", "device", "python", "numpy", "torch"} <= made.keys()
    assert beside["code"] == [made["code"]]


def test_what_stands_beside_a_table_already_is_kept(toy, whole):
    """An older summary without a ledger, and what others write there."""
    path = fresh_clone(whole) / "toy-smoke.json"
    summary = {"begun": "2020-01-01T00:00:00+00:00", "ended": "2020-01-02T00:00:00+00:00", "seconds": 5.0}
    summary |= {"cells": 3, "commit": ["a" * 40], "torch": ["1.0"], "fingerprints": {"labels": "0"}}
    path.write_text(json.dumps(summary))
    assert run(whole, changes={"width": (8,)}).rows == (6, 8)
    beside = json.loads(path.read_text())
    assert (beside["begun"], beside["cells"], beside["fingerprints"]) == (
        summary["begun"],
        4,
        {"labels": "0"},
    )
    assert beside["torch"] == ["1.0", torch.__version__]
    assert beside["seconds"] >= 5
    again = path.read_bytes()
    run(whole)
    assert path.read_bytes() == again


def test_a_chapter_judges_a_whole_table_only(toy, tmp_path):
    run(tmp_path, time_limit=0)
    line = (
        f"{tmp_path}/toy-smoke.csv has 1 of 3 cells of the smoke grid; "
        f"go on with manytasks sweep toy --profile smoke --out {tmp_path}"
    )
    with pytest.raises(ValueError, match="has 1 of 3") as caught:
        load_results("toy", "smoke", tmp_path)
    assert str(caught.value) == line
    run(tmp_path, changes={"width": (9,), "seeds": (0, 1, 2)})
    run(tmp_path)
    assert load_results("toy", "smoke", tmp_path).width.tolist() == [1, 1, 2, 2, 3, 3]
    for name in ("../../etc/hosts", "", "TOY"):
        with pytest.raises(ValueError, match=r"^no sweep '"):
            load_results(name)


def merge(*words):
    return main(["sweep", "merge", *map(str, words)])


def test_two_folders_become_one(toy, tmp_path, capsys):
    one, two, out = (tmp_path / name for name in ("one", "two", "out"))
    run(one, shard=(0, 3))
    run(two, shard=(1, 3))
    run(two, shard=(2, 3))
    (two / "toy-smoke.csv").unlink()  # a killed process leaves cells alone
    (two / "notes.csv").write_text("a,b\n1,2\n")
    assert merge(one, two, "--out", out) == 0
    assert capsys.readouterr().out == f"{out}/toy-smoke.csv: 3 of 3 cells, rows 0 -> 6\n"
    run(tmp_path / "whole")
    assert table(out) == table(tmp_path / "whole")
    toy.calls.clear()
    assert run(fresh_clone(out)).finished == 3
    assert toy.calls == []
    assert json.loads((out / "toy-smoke.json").read_text())["cells"] == 3
    assert merge(one, "--out", out) == 0
    assert capsys.readouterr().out == f"{out}/toy-smoke.csv: 3 of 3 cells, rows 6 -> 6\n"


def test_a_table_of_two_machines_is_whole_and_in_the_order_of_its_grid(toy, tmp_path, monkeypatch, capsys):
    here, there = tmp_path / "here", tmp_path / "there"
    run(here, shard=(1, 3))
    with monkeypatch.context() as patch:
        patch.setattr(torch, "__version__", "1.0")
        run(there, shard=(0, 3))
        run(there, shard=(2, 3))
    assert merge(here, there, "--out", tmp_path) == 0
    assert capsys.readouterr().out == f"{tmp_path}/toy-smoke.csv: 3 of 3 cells, rows 0 -> 6\n"
    assert [row["width"] for row in rows(tmp_path)] == ["1", "1", "2", "2", "3", "3"]


def test_folders_that_contradict_each_other_are_not_merged_unasked(toy, tmp_path, capsys):
    one, two = tmp_path / "one", tmp_path / "two"
    run(one)
    toy.scale = 2.0
    run(two)
    before = table(one)
    assert merge(two, "--out", one) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "3 cells differ" in error
    assert "width=1" in error
    assert "--replace" in error
    assert table(one) == before
    assert merge(two, "--out", one, "--replace") == 0
    assert table(one) == table(two)


def test_a_folder_takes_in_its_own_cells_and_names_damaged_ones(toy, tmp_path, capsys):
    run(tmp_path / "whole")
    out = tmp_path / "killed"
    run(out)
    (out / "toy-smoke.csv").unlink()
    (out / "toy-smoke.json").unlink()
    for path in out.glob(".cells/*/*/*.json"):
        path.write_text(path.read_text().replace('"merged": true', '"merged": false'))
    torn = cell_of(out, 2)
    torn.write_text("")
    assert merge(out, "--out", out) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{out}/toy-smoke.csv: 2 of 3 cells, rows 0 -> 4\n"
    assert printed.err == f"{torn} is not a table: it is empty; left out\n"
    assert merge(out, "--out", out) == 0
    assert capsys.readouterr().out == f"{out}/toy-smoke.csv: 2 of 3 cells, rows 4 -> 4\n"
    run(out)
    assert table(out) == table(tmp_path / "whole")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"ledger": []}', '{"ledger": {"a": 1}}', '{"ledger": {"a": {"made": [{"date": 1}]}}}'],
)
def test_a_damaged_sidecar_of_a_table_is_named_and_kept(toy, whole, content):
    path = whole / "toy-smoke.json"
    path.write_text(content)
    for read in (run, lambda out: load_results("toy", "smoke", out)):
        with pytest.raises(ValueError, match=r"toy-smoke\.json is damaged") as caught:
            read(whole)
        assert "\n" not in str(caught.value)
    assert path.read_text() == content


def test_nothing_to_merge_is_said(toy, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "nowhere"):
        assert merge(tmp_path / folder, "--out", tmp_path) == 2
        assert capsys.readouterr().err == (
            f"manytasks: {tmp_path / folder} holds no table and no cell of a sweep\n"
        )
    assert merge("--out", tmp_path) == 2
    assert "sweep merge needs folders" in capsys.readouterr().err


def test_rows_are_counted_where_one_sees_them(toy, whole, capsys):
    shutil.rmtree(whole)
    words = ["sweep", "toy", "--profile", "smoke", "--device", "cpu", "--out", str(whole)]
    assert main([*words, "--time-limit", "0"]) == 0
    assert f"1 of 3 cells are in {whole}/toy-smoke.csv, rows 0 -> 2 (" in capsys.readouterr().out
    assert main([*words, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert "1 of 3 cells are there already" in printed
    assert printed.splitlines()[0].endswith("there")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # frictionless leaves it open
def test_a_table_too_large_for_a_repository_is_packed_and_stays_so(toy, tmp_path, monkeypatch):
    plain = run(tmp_path / "plain").table
    monkeypatch.setattr("manytasks.deep.sweeps.store.LARGEST", plain.stat().st_size - 1)
    out = tmp_path / "packed"
    assert run(out, shard=(0, 3)).table.name == "toy-smoke.csv"  # small still
    packed = run(out).table
    assert packed.name == "toy-smoke.csv.gz"
    assert not (out / "toy-smoke.csv").exists()
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    pd.testing.assert_frame_equal(
        load_results("toy", "smoke", out), load_results("toy", "smoke", plain.parent)
    )
    before = packed.read_bytes()
    toy.calls.clear()
    fresh_clone(out)
    monkeypatch.setattr("manytasks.deep.sweeps.store.LARGEST", 10**9)
    assert (run(out).rows, toy.calls, packed.read_bytes()) == ((6, 6), [], before)
    assert run(out, changes={"width": (8,)}).rows == (6, 8)
    assert [path.name for path in out.glob("*.csv*")] == ["toy-smoke.csv.gz"]
    assert frictionless.validate(write_package(out)).flatten(["type", "message"]) == []
    gc.collect()


def test_a_packed_table_that_was_cut_is_named(toy, whole):
    packed = whole / "toy-smoke.csv.gz"
    packed.write_bytes(gzip.compress(table(whole))[:-9])
    (whole / "toy-smoke.csv").unlink()
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(packed))} cannot be unpacked; was the file cut short"
    ):
        run(whole)
