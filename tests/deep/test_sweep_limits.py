"""What a sweep refuses before its first cell, what it says of cells that failed, and who computes what."""

import json
import math
import os
import re
import subprocess
import sys
import threading
import time
from fractions import Fraction

import numpy as np
import pytest
import torch
from messages import whole
from toy_sweep import Toy, rows, run, toy_sweep

from manytasks.cli import main
from manytasks.deep import find_sweep, plan_sweep, run_sweep, sweep_names
from manytasks.deep.sweeps import claims, registry
from manytasks.deep.sweeps.cells import read_cell
from manytasks.deep.sweeps.limits import seconds
from manytasks.deep.sweeps.settings import COMMON
from manytasks.readers import short


@pytest.fixture
def toy(monkeypatch):
    return Toy().register(monkeypatch)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": ()}, "width needs a tuple of values; got ()"),
        ({"width": 3}, "width is an axis and needs a tuple of values; got 3"),
        ({"width": [3]}, "width is an axis and needs a tuple of values; got [3]"),
        ({"width": (1, 1)}, "width must not name a value twice; got (1, 1)"),
        (
            {"width": (1, 1.0, True)},
            "every value of width must be a whole number of at least 1; got (1, 1.0, True)",
        ),
        ({"width": ("a",)}, "every value of width must be a whole number of at least 1; got ('a',)"),
        ({"width": (0,)}, "every value of width must be a whole number of at least 1; got (0,)"),
        ({"width": (8, [9])}, "every value of width must be a whole number of at least 1; got (8, [9])"),
        ({"width": (10**400, -1)}, None),
        ({"width": (None,)}, None),
        ({"seeds": 0}, "seeds needs a tuple of values; got 0"),
        ({"seeds": {"a": 1}}, "seeds needs a tuple of values; got {'a': 1}"),
        ({"seeds": (0.5,)}, None),
        ({"rate": math.nan}, "rate must be a number above 0; got nan"),
        ({"rate": math.inf}, None),
        ({"rate": None}, "rate must be a number above 0; got None"),
        ({"rate": True}, None),
        ({"rate": "0.1"}, None),
        ({"rate": (0.1,)}, None),
        ({"rate": 0}, None),
        ({"note": ""}, "note must be a word; got ''"),
        ({"note": 1}, None),
        ({"rate": 10**400}, None),
        ({"rate": 0.10000000001}, "rate must have at most 7 digits, as tables write it; got 0.10000000001"),
        ({"note": "a\0b"}, None),
        ({"note": "a\nb"}, r"note must be a word; got 'a\nb'"),
        ({"depth": 1, "breadth": 2}, "toy has no setting breadth, depth"),
        ({1: 2}, "toy has no setting 1"),
    ],
)
def test_settings_are_refused_before_the_first_cell(toy, tmp_path, changes, message):
    for call in (run, lambda out, **options: plan_sweep("toy", "smoke", "cpu", out=out, **options)):
        with pytest.raises(
            ValueError, match=whole(message) if message else str(next(iter(changes)))
        ) as caught:
            call(tmp_path / "out", changes=changes)
        assert "\n" not in str(caught.value)
    assert toy.calls == []
    assert not (tmp_path / "out").exists()


def test_numbers_of_every_kind_are_read(toy, tmp_path):
    run(tmp_path, changes={"width": tuple(np.arange(1, 3)), "rate": Fraction(1, 10), "seeds": (np.int8(0),)})
    assert run(tmp_path, changes={"width": (1, 2), "rate": np.float64(0.1), "seeds": (0,)}).finished == 2
    assert toy.calls == [1, 2]


@pytest.mark.parametrize("name", sweep_names())
def test_every_sweep_declares_its_settings_and_keeps_to_them(name):
    sweep = find_sweep(name)
    for profile, settings in sweep.profiles.items():
        assert settings.keys() <= COMMON.keys() | sweep.settings.keys()
        assert sweep.cells(profile)
        assert sweep.varied(profile)["seeds"] == "seed"
    assert sweep.settings.keys() <= sweep.profiles["book"].keys()


@pytest.mark.parametrize(
    "words",
    [
        "depth --set dataset=nope",
        "depth --set width=[8,[9]]",
        "depth --set width=8",
        "depth --set depth=[-1]",
        "depth --set batch=0",
        "layers --set private=[x]",
        "random-features --set tasks=99",
        'random-features --set seeds={"a":1}',
        "random-features --set noises=[1.5]",
        "similarity --set dataset=cifar100",
        "replay-budget --set stored=[uint9]",
        "replay-budget --set stream=[digits+resnet51]",
        "conflict-remedies --set methods=[total]",
        "bracket-forgetting --set loss=[hinge]",
        "depth --set width=[8] --set width=[9]",
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_the_command_line_refuses_settings_in_one_line(words, dry, tmp_path, capsys):
    code = main(
        ["sweep", *words.split(), "--profile", "smoke", "--device", "cpu", "--out", str(tmp_path), *dry]
    )
    error = capsys.readouterr().err
    assert (code, error.count("\n")) == (2, 1)
    assert words.split("--set ")[-1].partition("=")[0] in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--shard 4/4", "shard must be (i, n) with 0 <= i < n; got (4, 4)"),
        ("--shard 0/0", "shard must be (i, n) with 0 <= i < n; got (0, 0)"),
        ("--time-limit 1e999", "time limit must look like 90s, 9m or 2h; got '1e999'"),
    ],
)
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_dry_run_refuses_what_the_run_would(words, message, dry, tmp_path, capsys):
    code = main(["sweep", "depth", *words.split(), "--device", "cpu", "--out", str(tmp_path), *dry])
    assert (code, capsys.readouterr().err) == (2, f"manytasks: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_a_shard_lists_its_cells(tmp_path, capsys):
    def listed(*words):
        main(
            [
                "sweep",
                "depth",
                "--profile",
                "smoke",
                "--device",
                "cpu",
                "--out",
                str(tmp_path),
                *words,
                "--dry-run",
            ]
        )
        return [line.partition(", flops")[0] for line in capsys.readouterr().out.splitlines()[:-1]]

    assert listed("--shard", "1/3") == listed()[1::3] != []


@pytest.mark.parametrize(
    ("limit", "value"),
    [("1h30m", 5400), ("1m30s", 90), ("0.5m", 30), (" 7 ", 7), (np.float32(2), 2), (0, 0), ("1h1m1", 3661)],
)
def test_time_limits_are_read(limit, value):
    assert seconds(limit) == value


@pytest.mark.parametrize(
    "limit",
    [-5, "-5", True, math.nan, math.inf, "٣s", "9" * 400, "5 m", "1e3", "", "s", "30m1h", [1], "1,5h"],
)
def test_other_time_limits_are_refused(toy, limit, tmp_path):
    with pytest.raises(
        ValueError, match=whole(f"time limit must look like 90s, 9m or 2h; got {short(limit)}")
    ):
        run(tmp_path, time_limit=limit)
    assert toy.calls == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"changes": 5}, "changes must be settings by name; got 5"),
        ({"name": ["toy"]}, "no sweep ['toy']; the sweeps are"),
        ({"profile": ["smoke"]}, "profile must be one of smoke; got ['smoke']"),
        ({"out": ""}, "out must name a folder; got ''"),
        ({"out": None}, "out must name a folder; got None"),
        ({"out": 5}, "out must name a folder; got 5"),
        ({"out": b"x"}, "out must name a folder; got b'x'"),
        ({"out": "a\0b"}, r"out must name a folder; got 'a\x00b'"),
        ({"others": ["keep"]}, "others must be anew or keep; got ['keep']"),
    ],
)
def test_other_arguments_are_refused_by_name(toy, arguments, message, tmp_path):
    usual = {"name": "toy", "profile": "smoke", "device": "cpu", "out": tmp_path, "progress": False}
    with pytest.raises(ValueError, match="^" + re.escape(message)) as caught:
        run_sweep(**(usual | arguments))
    assert "\n" not in str(caught.value)
    assert toy.calls == []


@pytest.mark.parametrize("shard", [(0, 0), (2, 2), (-1, 2), (0.5, 2), ("0", "2"), (0,), 3, None, (False, 2)])
def test_impossible_shards_are_refused(toy, shard, tmp_path):
    message = f"shard must be (i, n) with 0 <= i < n; got {shard}"
    with pytest.raises(ValueError, match=whole(message)):
        run(tmp_path, shard=shard)


@pytest.mark.parametrize("shard", ["²/³", "٠/٢", "0/2/3", "0", "/", "-1/2", "0/ 2"])
def test_other_writings_of_a_shard_are_refused(toy, shard, capsys):
    assert main(["sweep", "toy", "--profile", "smoke", "--shard=" + shard]) == 2
    assert capsys.readouterr().err == f"manytasks: shard must look like 0/4; got {shard!r}\n"


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("cuda:x", "device must be auto, cpu or cuda; got 'cuda:x'"),
        ("cpu:1", "device must be auto, cpu or cuda; got 'cpu:1'"),
        ("", "device must be auto, cpu or cuda; got ''"),
        (None, "device must be auto, cpu or cuda; got None"),
        ("cuda:99", f"device cuda:99 is not here: torch {torch.__version__} sees"),
    ],
)
def test_devices_are_refused_in_one_line(toy, device, message, tmp_path):
    with pytest.raises(ValueError, match=r"^device ") as caught:
        run_sweep("toy", "smoke", device, tmp_path, progress=False)
    assert str(caught.value).startswith(message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without a GPU")
def test_a_gpu_that_is_not_here_is_refused_in_one_line(capsys):
    assert main(["sweep", "depth", "--device", "cuda", "--out", "nowhere"]) == 2
    expected = f"manytasks: device cuda is not here: torch {torch.__version__} sees 0 GPUs\n"
    assert capsys.readouterr().err == expected


def folder(path):
    path.mkdir(parents=True)


def file(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")


def pipe(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("place", "make", "message"),
    [
        ("out", file, "a sweep needs a folder of this name"),
        ("out/.cells", file, "a sweep needs a folder of this name"),
        ("out/.cells/toy/smoke", file, "a sweep needs a folder of this name"),
        ("out/toy-smoke.csv", folder, "a folder is in the place of the table"),
        ("out/toy-smoke.csv", pipe, "is not a file but a pipe"),
        ("out/toy-smoke.json", pipe, "is not a file but a pipe"),
    ],
)
def test_what_is_in_the_way_is_named_before_the_first_cell(toy, tmp_path, place, make, message, capsys):
    make(tmp_path / place)
    words = ["sweep", "toy", "--profile", "smoke", "--device", "cpu", "--out", str(tmp_path / "out")]
    assert main(words) == (2 if make is pipe else 1)
    said = capsys.readouterr().err
    assert said == f"manytasks: {tmp_path / place}{' ' if make is pipe else ': '}{message}\n"
    assert toy.calls == []
    assert not list(tmp_path.rglob(".toy*"))


def nothing_is_finite(settings, device):
    for seed in settings["seeds"]:
        yield {"seed": seed, "loss": math.inf if settings["width"] == 3 else math.nan, "steps": 1}


def test_cells_that_are_not_finite_are_kept_and_named(toy, monkeypatch, tmp_path, capsys):
    def some(settings, device):
        toy.calls.append(settings["width"])
        measure = nothing_is_finite if settings["width"] > 1 else Toy().measure
        return measure(settings, device)

    monkeypatch.setitem(registry.SWEEPS, "toy", toy_sweep(some))
    result = run(tmp_path)
    assert result.not_finite == ("width=2", "width=3")
    assert (result.finished, len(rows(tmp_path))) == (3, 6)
    words = ["sweep", "toy", "--profile", "smoke", "--device", "cpu", "--out", str(tmp_path)]
    assert main(words) == 0
    assert capsys.readouterr().err.endswith("2 cells are not finite: width=2; width=3\n")
    assert main([*words, "--strict"]) == 1
    assert toy.calls == [1, 2, 3]
    monkeypatch.setitem(registry.SWEEPS, "toy", toy_sweep(toy.measure))
    assert main([*words, "--strict", "--others", "keep", "--retry"]) == 0
    assert toy.calls == [1, 2, 3, 2, 3]
    assert run(tmp_path, others="keep").not_finite == ()


TOGETHER = """
import sys, time
from pathlib import Path
from manytasks.deep import run_sweep
from manytasks.deep.sweeps import registry
import toy_sweep
log = Path(sys.argv[2])
class Slow(toy_sweep.Toy):
    def measure(self, settings, device):
        with log.open("a") as file:
            file.write(f"{settings['width']}\\n")
        time.sleep(float(sys.argv[3]))
        yield from super().measure(settings, device)
registry.SWEEPS["toy"] = toy_sweep.toy_sweep(Slow().measure)
result = run_sweep("toy", "smoke", "cpu", sys.argv[1], progress=False)
print(result.finished, result.rows[1])
"""


def start(out, log, pause):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", TOGETHER, str(out), str(log), str(pause)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


@pytest.mark.third(1)
def test_processes_that_share_a_folder_share_the_cells(toy, tmp_path):
    log = tmp_path / "log"
    processes = [start(tmp_path / "out", log, 1.0) for _ in range(3)]
    said = [process.communicate(timeout=200)[0] for process in processes]
    assert said == ["3 6\n"] * 3
    assert sorted(log.read_text().split()) == ["1", "2", "3"]  # each once, by whoever came first
    assert run(tmp_path / "whole").table.read_bytes() == (tmp_path / "out" / "toy-smoke.csv").read_bytes()


@pytest.mark.third(2)
def test_a_cell_whose_process_was_killed_is_computed_by_another(toy, tmp_path):
    log, out = tmp_path / "log", tmp_path / "out"
    first = start(out, log, 100)
    wait_for(log.exists)
    (busy,) = out.glob(".cells/toy/smoke/*.lock")  # of the cell it computes
    with claims.claimed(busy) as ours:
        assert not ours
    second = start(out, log, 0.01)
    wait_for(lambda: len(log.read_text().split()) == 3)  # the second does all others, then waits
    time.sleep(0.5)
    assert second.poll() is None
    first.kill()
    first.communicate()
    assert first.returncode == -9
    assert second.communicate(timeout=100)[0] == "3 6\n"
    assert log.read_text().split() == ["1", "2", "3", "1"]


def test_a_time_limit_ends_the_wait_for_others(toy, tmp_path, capsys):
    run(tmp_path, time_limit=0)
    path = sorted(tmp_path.glob(".cells/toy/smoke/*.csv"))[0]
    path.with_suffix(".json").unlink()  # damaged: to be computed anew, but somebody has it
    with claims.claimed(path):
        assert run(tmp_path, time_limit=1).finished == 2
    assert capsys.readouterr().err.count("waiting for 1 cells that other processes compute\n") == 1
    assert toy.calls == [1, 2, 3]
    assert run(tmp_path).finished == 3


def test_a_long_wait_for_the_table_is_said(toy, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(claims, "PATIENCE", 0.1)
    run(tmp_path, time_limit=0)
    thread = threading.Thread(target=run, args=(tmp_path,))
    with claims.claimed(tmp_path / ".cells" / "toy" / "smoke" / "table"):
        thread.start()
        time.sleep(1)
        assert thread.is_alive()
    thread.join()
    assert "table.lock, which another process holds\n" in capsys.readouterr().err
    assert len(rows(tmp_path)) == 6


def test_sigterm_is_left_to_others_outside_the_main_thread(toy, tmp_path):
    found = []
    thread = threading.Thread(target=lambda: found.append(run(tmp_path)))
    thread.start()
    thread.join()
    assert found[0].finished == 3


def test_cells_carry_rows_and_digest(toy, tmp_path):
    run(tmp_path)
    for path in tmp_path.glob(".cells/toy/smoke/*.csv"):
        said = json.loads(path.with_suffix(".json").read_text())
        assert (said["rows"], len(said["sha256"]), said["merged"]) == (2, 16, True)
        assert len(read_cell(path).block.rows) == 2


def test_files_have_the_rights_that_the_umask_leaves(toy, tmp_path):
    before = os.umask(0o077)
    try:
        run(tmp_path)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("toy-smoke.*")} == {0o600}
