"""The script for one GPU, rehearsed on the CPU: every stage, a limit in the middle, no card, no data."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import shared_data

ROOT = Path(__file__).resolve().parents[1]


def start(out, *options, **environment):
    """Run the script as on a machine where nothing is installed."""
    command = ["bash", str(ROOT / "benchmarks" / "gpu.sh"), "--out", str(out), *options]
    environment = os.environ | {"PYTHON": sys.executable, "OMP_NUM_THREADS": "1"} | environment
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=out.parent
    )


def written(out, name):
    return json.loads((out / f"{name}.json").read_text())


@pytest.mark.third
def test_all_stages_run_on_a_cpu(tmp_path):
    folder = shared_data.folder("cifar100/features.npz")
    out = tmp_path / "out"
    done = start(out, "--device", "cpu", "--scale", "tiny", "--budget", "5m", MANYTASKS_DATA=str(folder))
    assert done.returncode == 0, done.stderr
    summary = written(out, "benchmarks")
    assert {check["holds"] for check in summary["checks"]} <= {True, None}
    assert summary["checks"][-1]["says"] == "104 files are those we know"
    assert {"times research", "share of products"} <= {key for rate in summary["rates"] for key in rate}
    made = [cell for cell in summary["cells"] if "rows" in cell]
    assert len(made) >= 3
    for cell in made:
        table = pd.read_csv(out / "tables" / f"{cell['sweep']}-smoke.csv")
        assert table.test_loss.notna().all()
    for name in ("machine", "checks", "rates", "cells"):
        assert written(out, name) == summary[name]
    assert sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) < 20e6


def test_a_limit_in_the_middle_ends_cleanly(tmp_path):
    out = tmp_path / "out"
    begun = time.monotonic()
    done = start(out, "--device", "cpu", "--scale", "tiny", "--budget", "22s")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begun < 60
    assert not any("rows" in cell for cell in written(out, "benchmarks")["cells"])


def test_without_a_card_it_says_so(tmp_path):
    out = tmp_path / "out"
    done = start(out, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "no CUDA device here: nothing was measured (--device cpu --scale tiny rehearses)\n"
    assert written(out, "machine")["device"].startswith("cpu")


def test_without_data_cells_are_left_out_with_the_reason(tmp_path, monkeypatch, no_data):
    from manytasks.deep.sweeps.frozen import frozen_features

    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "gpu")
    import checks
    import paper_cells

    frozen_features.cache_clear()
    fast = [{"what": "", "value": 1e12, "unit": "FLOP/s", "width": 8, "flops": 1, "members": 1}]
    (cell,) = paper_cells.cells("cpu", True, fast, tmp_path, time.time() + 100)
    assert "is missing" in cell["left out"]
    assert checks._data()["says"].endswith("; no cell can run")
    assert list(tmp_path.rglob("*.csv")) == []


def test_cells_begin_only_if_they_fit(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "gpu")
    import paper_cells

    slow = [{"what": "", "value": 1e3, "unit": "FLOP/s", "width": 8, "flops": 1, "members": 1}]
    left = list(paper_cells.cells("cpu", True, slow, tmp_path, time.time() + 100))
    assert len(left) > 8
    assert all(cell["left out"].startswith("would take ") for cell in left)
