"""Sweeps end with the same table however often they are stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from manytasks.deep import find_sweep, load_results, plan_sweep, run_sweep, sweep_names
from manytasks.deep.data import load_dataset
from manytasks.deep.sweeps import limits, registry
from manytasks.deep.sweeps.joint import joint_rows
from manytasks.deep.sweeps.random_features import minimum_norm_fit, random_features
from manytasks.deep.sweeps.sequence import Learner, sequence_rows
from manytasks.deep.sweeps.sweep import Sweep
from manytasks.deep.sweeps.table import read_table, write_table
from manytasks.deep.tasks import permuted_pixels


@pytest.fixture
def toy(monkeypatch):
    """A sweep of four cells that counts how often each is measured and stops where it is told to."""
    calls: list[int] = []
    stop_at: list[int] = []

    def measure(settings, device):
        calls.append(settings["a"])
        if settings["a"] in stop_at:
            raise KeyboardInterrupt
        for seed in settings["seeds"]:
            yield {"seed": seed, "value": settings["a"] / 3 + seed if settings["a"] != 3 else float("nan")}

    profiles = {"smoke": {"a": (1, 2, 3, 4), "seeds": (0, 1), "note": "x"}}
    sweep = Sweep("toy", "?", ("a",), profiles, measure, lambda settings: float(settings["a"]))
    monkeypatch.setitem(registry.SWEEPS, "toy", sweep)
    return calls, stop_at


def toy_run(out: Path, **options):
    return run_sweep("toy", "smoke", "cpu", out, progress=False, **options)


def test_every_row_names_every_setting(toy, tmp_path):
    result = toy_run(tmp_path)
    assert (result.finished, result.total, result.table) == (4, 4, tmp_path / "toy-smoke.csv")
    table = pd.read_csv(result.table)
    columns = ["sweep", "profile", "device", "torch", "a", "note", "seed", "value"]
    assert list(table.columns) == columns
    assert table.a.tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert table.value.isna().tolist() == [a == 3 for a in table.a]
    assert table.value[1] == pytest.approx(1 / 3 + 1, rel=1e-6)


def test_interrupted_and_uninterrupted_tables_are_equal(toy, tmp_path):
    calls, stop_at = toy
    whole = toy_run(tmp_path / "whole").table.read_bytes()
    calls.clear()
    stop_at.append(3)
    with pytest.raises(KeyboardInterrupt):
        toy_run(tmp_path / "stopped")
    table = tmp_path / "stopped" / "toy-smoke.csv"
    assert whole.startswith(table.read_bytes())
    stop_at.clear()
    assert toy_run(tmp_path / "stopped").table.read_bytes() == whole
    assert calls == [1, 2, 3, 3, 4]  # only the running cell was lost


def test_provenance_stands_beside_the_table(toy, tmp_path):
    beside = toy_run(tmp_path).table.with_suffix(".json")
    made = json.loads(beside.read_text())
    assert made["cells"] == 4
    assert made["begun"] <= made["ended"]
    assert 0 <= made["seconds"] < 60
    assert made["torch"] == [torch.__version__]
    (commit,) = made["commit"]
    assert re.fullmatch(r"[0-9a-f]{40}\+?|unknown", commit)
    toy_run(tmp_path)  # nothing left to do, nothing new to say
    assert json.loads(beside.read_text()) == made


def test_shards_make_the_same_table(toy, tmp_path):
    whole = toy_run(tmp_path / "whole").table.read_bytes()
    finished = [toy_run(tmp_path / "parts", shard=(i, 3)).finished for i in (2, 0, 1)]
    assert finished == [1, 3, 4]
    assert (tmp_path / "parts" / "toy-smoke.csv").read_bytes() == whole
    with pytest.raises(ValueError, match=r"^shard must be \(i, n\) with 0 <= i < n; got \(3, 3\)$"):
        toy_run(tmp_path, shard=(3, 3))


def test_time_limit_stops_between_cells_and_the_first_always_runs(toy, tmp_path):
    calls, _ = toy
    assert toy_run(tmp_path, time_limit=0.0).finished == 1
    assert toy_run(tmp_path, time_limit=0.0).finished == 2
    assert toy_run(tmp_path, time_limit="1h").finished == 4
    assert calls == [1, 2, 3, 4]


def test_without_resume_everything_is_computed_anew(toy, tmp_path):
    calls, _ = toy
    toy_run(tmp_path)
    toy_run(tmp_path, resume=False)
    assert calls == [1, 2, 3, 4] * 2


def test_changed_settings_are_computed_anew(toy, tmp_path, monkeypatch):
    calls, _ = toy
    toy_run(tmp_path)
    monkeypatch.setitem(registry.SWEEPS["toy"].profiles["smoke"], "note", "y")
    toy_run(tmp_path)
    assert calls == [1, 2, 3, 4] * 2


def test_changes_stand_in_for_settings(toy, tmp_path):
    table = pd.read_csv(toy_run(tmp_path, changes={"a": (2, 7), "note": "z"}).table)
    assert table.a.tolist() == [2, 2, 7, 7]
    assert set(table.note) == {"z"}
    with pytest.raises(ValueError, match=r"^toy has no setting depth, wide$"):
        toy_run(tmp_path, changes={"wide": 1, "depth": 2})
    with pytest.raises(ValueError, match=r"^a is an axis and needs a tuple of values; got 3$"):
        toy_run(tmp_path, changes={"a": 3})


def test_another_data_set_can_stand_in(tmp_path):
    changes = {"dataset": "digits", "tasks": 5, "components": 16, "width": (4,)}
    table = pd.read_csv(
        run_sweep("multitask-width", "smoke", "cpu", tmp_path, progress=False, changes=changes).table
    )
    assert set(table["dataset"]) == {"digits"}
    assert sorted(table["task"].unique()) == list(range(5))
    assert table["test_loss"].notna().all()


@pytest.mark.third(3)
def test_killed_sweep_resumes_to_the_same_table(tmp_path):
    """kill -9 in the middle of a real sweep, as soon as its first cell is on the disk."""
    out = tmp_path / "killed"
    code = (
        "from manytasks.deep import run_sweep;"
        f"run_sweep('random-features', 'smoke', 'cpu', {str(out)!r}, progress=False)"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    deadline = time.monotonic() + 60
    while not list(out.glob(".cells/*/*/*.csv")) and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (out / "random-features-smoke.csv").exists()
    left = len(list(out.glob(".cells/*/*/*.csv")))
    assert 1 <= left < 3
    tables = [
        run_sweep("random-features", "smoke", "cpu", folder, progress=False).table
        for folder in (out, tmp_path / "whole")
    ]
    assert tables[0].read_bytes() == tables[1].read_bytes()


# What a cluster node with torch, NumPy, pandas and scikit-learn lacks of all that the package can use.
ABSENT = ("tqdm", "matplotlib", "seaborn", "yaml", "torchjd", "transformers", "safetensors", "PIL", "IPython")
BARE_NODE = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.mark.third(3)
def test_sweeps_run_on_a_bare_node(tmp_path):
    code = BARE_NODE + "from manytasks.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["sweep", "random-features", "--profile", "smoke", "--device", "cpu", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"3 of 3 cells are in {tmp_path}/random-features-smoke.csv")


def test_naming_the_sweeps_does_not_load_sympy():
    code = "import sys; from manytasks import deep; deep.sweep_names(); print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", sweep_names())
def test_every_sweep_has_three_profiles_and_one_name(name):
    sweep = find_sweep(name)
    assert sweep.name == name
    assert list(sweep.profiles) == ["smoke", "book", "paper"]
    for profile in sweep.profiles:
        cells = sweep.cells(profile)
        assert not any(isinstance(cell[axis], tuple) for cell in cells for axis in sweep.axes)
        rows = plan_sweep(name, profile, "cpu")
        assert len(rows) == len(cells)
        assert all(row["flops"] > 0 and row["seconds"] > 0 for row in rows)
    sizes = [sum(row["flops"] for row in plan_sweep(name, profile, "cpu")) for profile in sweep.profiles]
    assert sizes == sorted(sizes)


def test_unknown_names_are_refused():
    message = f"no sweep 'width'; the sweeps are {', '.join(sweep_names())}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        run_sweep("width")
    with pytest.raises(ValueError, match=r"^profile must be one of smoke, book, paper; got 'huge'$"):
        plan_sweep("depth", "huge")


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90), ("9m", 540), ("1.5h", 5400), ("7", 7), (3, 3), (None, None)]
)
def test_durations_are_read(text, value):
    assert limits.seconds(text) == value


def test_other_durations_are_refused():
    with pytest.raises(ValueError, match=r"^time limit must look like 90s, 9m or 2h; got 'soon'$"):
        limits.seconds("soon")


def test_tables_are_whole_or_absent(tmp_path):
    path = tmp_path / "table.csv"
    write_table(path, [{"a": 1, "b": 2.0}])
    assert read_table(path) == [{"a": "1", "b": "2"}]
    message = f"{path}: a row has the columns ['a'], the first ['a', 'b']"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        write_table(path, [{"a": 1, "b": 2}, {"a": 3}])
    with pytest.raises(ValueError, match=r"would be empty: a cell must have at least one row$"):
        write_table(path, [])
    assert read_table(path) == [{"a": "1", "b": "2"}]
    assert list(tmp_path.iterdir()) == [path]


def test_missing_result_says_how_to_make_it(tmp_path):
    message = (
        f"{tmp_path}/depth-paper.csv is not there; "
        f"make it with manytasks sweep depth --profile paper --out {tmp_path}"
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_results("depth", "paper", tmp_path)


JOINT = {
    "width": 8,
    "depth": 1,
    "steps": 30,
    "batch": 20,
    "rate": 0.05,
    "scenario": "domain",
    "noises": (0.0, 0.3),
}


@pytest.fixture(scope="module")
def streams():
    digits = load_dataset("digits")
    return {seed: permuted_pixels(digits, T=3, per_class=5, fraction=1.0, seed=seed) for seed in (0, 1)}


def test_joint_rows_pair_methods_by_task(streams):
    table = pd.DataFrame(joint_rows(streams, JOINT, torch.device("cpu")))
    assert len(table) == 2 * 2 * 2 * 3
    wide = table.pivot(index=["seed", "noise", "task"], columns="method", values="test_loss")
    assert wide.notna().all().all()
    assert wide.shape == (12, 2)


def test_another_seed_or_noise_in_the_cell_changes_no_number(streams):
    whole = pd.DataFrame(joint_rows(streams, JOINT, torch.device("cpu")))
    alone = pd.DataFrame(joint_rows({1: streams[1]}, JOINT | {"noises": (0.3,)}, torch.device("cpu")))
    same = whole[(whole.seed == 1) & (whole.noise == 0.3)].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone, rtol=1e-3, atol=1e-4)


def test_replay_rows_cover_the_lower_triangle_and_a_full_buffer_remembers(streams):
    settings = JOINT | {"steps": 60, "width": 32}
    learners = [Learner(seed, memory, 0.0) for seed in (0, 1) for memory in (0, 5)]
    table = pd.DataFrame(sequence_rows(streams, learners, settings, torch.device("cpu")))
    assert len(table) == len(learners) * 6
    assert (table.task <= table.after).all()
    last = table[(table.after == 2) & (table.task < 2)].groupby("memory").train_error.mean()
    assert last[5] < last[0] - 0.2
    first = table[table.after == 0].groupby(["seed", "task"]).test_loss.nunique()
    assert (first == 1).all()  # a buffer cannot matter before there is one


def test_minimum_norm_fit_is_the_pseudo_inverse():
    rng = np.random.default_rng(0)
    for shape in ((5, 9), (9, 5)):
        a, b = rng.standard_normal(shape), rng.standard_normal((shape[0], 2))
        np.testing.assert_allclose(minimum_norm_fit(a, b), np.linalg.pinv(a) @ b, rtol=1e-10)


def test_more_random_features_keep_the_earlier_ones():
    x = np.random.default_rng(0).standard_normal((4, 6))
    few, many = random_features(x, 3, seed=1), random_features(x, 7, seed=1)
    np.testing.assert_allclose(few * np.sqrt(3), many[:, :3] * np.sqrt(7), rtol=1e-13)


def test_an_unknown_device_is_refused_before_any_work(tmp_path):
    with pytest.raises(ValueError, match=re.escape("device must be auto, cpu or cuda; got 'tpu'")):
        run_sweep("random-features", "smoke", "tpu", tmp_path, progress=False)
