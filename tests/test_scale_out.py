"""A sweep's shards are jobs of a workflow: a cluster's queue and this machine make the same table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from manytasks.deep import run_sweep

ROOT = Path(__file__).parents[1]
# A queue in four lines: note the job, start it, answer with its number and do not wait for it.
QUEUE = """#!/bin/sh
echo "$1" >> {log}
sh "$1" > /dev/null 2>&1 &
echo $!
"""


def sweep(out, *options):
    command = [sys.executable, "-m", "snakemake", "--snakefile", "workflow/sweeps.smk", "--nolock", *options]
    command += ["--config", "names=random-features", "profile=smoke", "device=cpu", f"out={out}", "shards=2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The table that one process makes."""
    out = tmp_path_factory.mktemp("one")
    return run_sweep("random-features", "smoke", "cpu", out, progress=False).table.read_bytes()


@pytest.mark.third(1)
def test_jobs_of_a_cluster_make_the_table_of_one_process(table, tmp_path):
    queue, log, out = tmp_path / "queue.sh", tmp_path / "queued", tmp_path / "out"
    queue.write_text(QUEUE.format(log=log))
    queue.chmod(0o755)
    submit = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", str(queue), "--jobs", "2"]
    done = sweep(out, *submit)
    assert done.returncode == 0, done.stderr
    assert len(log.read_text().splitlines()) == 2  # both shards went through the queue, nothing else did
    assert (out / "random-features-smoke.csv").read_bytes() == table
    assert list(out.rglob("*.done")) == []


@pytest.mark.third(2)
def test_a_shard_that_was_killed_is_taken_up_where_it_stopped(table, tmp_path):
    out = tmp_path / "it's mine"
    made = run_sweep("random-features", "smoke", "cpu", out, progress=False, shard=(0, 2))
    assert made.finished < made.total
    kept = {cell: cell.stat().st_mtime_ns for cell in out.glob(".cells/*/*/*.csv")}
    done = sweep(out, "--cores", "2")
    assert done.returncode == 0, done.stderr
    assert (out / "random-features-smoke.csv").read_bytes() == table
    assert {cell: cell.stat().st_mtime_ns for cell in kept} == kept
