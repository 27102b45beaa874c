"""Run chapters as cells of an experiment: other parameters, other seeds, another processor.

A cell is one chapter with its parameters, run in a forked shell of a process that has loaded everything once.
What it found is kept under the hash of all it depends on, so whatever is killed goes on where it stopped and
nothing runs twice. `cells.py PLAN.json JOB` runs the cells of one job; `run_jobs` runs all jobs of a plan.
"""

from __future__ import annotations

import ast
import io
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dependencies import chapters, data_beside, data_files, digest, remembered_sources, text
from environment import ROOT, environment
from forks import preload
from plan import sections

from manytasks import strict_yaml

ASLEEP = 20  # a run may take so many times longer than its processor seconds: the machine may be busy
KEEPING = "import shell, manytasks.deep.sweeps.provenance"  # what runs a cell and keeps its result
VERSIONS = ("numpy", "scipy", "torch")  # another version may give other numbers


@dataclass(frozen=True)
class Cell:
    """One run of a chapter, with parameters and environment variables beside its own."""

    chapter: str
    parameters: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)

    def file(self, store: Path) -> Path:
        """Return where the result is kept; another name for every other content, parameter or environment."""
        versions = {name: version(name) for name in VERSIONS}
        key = digest([], chapter_content(self.chapter), versions, self.parameters, self.environment)
        return store / self.chapter / f"{key[:16]}.json"

    def result(self, store: Path) -> dict[str, Any] | None:
        """Return what the cell found, or None if it has not run."""
        try:
            return json.loads(self.file(store).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def finished(self, store: Path) -> bool:
        """Say whether the cell ran to its end or to its own error; one ended from outside runs again."""
        found = self.result(store)
        return found is not None and not found["ended"]


@dataclass(frozen=True)
class Job:
    """Cells that one process runs one after the other; all have the same environment."""

    name: str
    cells: tuple[Cell, ...]


def chapter_names(notebooks: Iterable[str]) -> list[str]:
    """Return "part/name" for each "notebooks/part/name.py"; all chapters of the book if there is none."""
    folder = ROOT / "notebooks"
    return [str(Path(path).resolve().relative_to(folder).with_suffix("")) for path in notebooks] or chapters()


def profile_parameters(profile: str) -> dict[str, dict[str, Any]]:
    """Return what a profile sets, by chapter; every chapter has a row."""
    set_there = sections(profile)
    return {name: {"profile": profile} | set_there.get(name, {}) for name in chapters()}


@cache
def chapter_content(chapter: str) -> str:
    """Return the hash of what a chapter's numbers depend on: code without its comments, tables, levels."""
    notebooks = [Path(f"notebooks/{name}.py") for name in chapters()]
    sources = remembered_sources(notebooks, Path("build/sources.json"))[f"notebooks/{chapter}.py"]
    levels = strict_yaml.load(text(Path("src/manytasks/levels.yml")), "levels.yml")
    code = {path: _code(Path(path)) for path in [f"notebooks/{chapter}.py", *sources]}
    data = [*data_beside(sources), *data_files(Path(f"notebooks/{chapter}.py"))]
    return digest(data, code, levels.get(chapter))


def _code(path: Path) -> str:
    """Return a module's code: comments, docstrings and empty lines do not change a number."""
    return _without_words(text(path))


@cache  # most modules are part of most chapters
def _without_words(source: str) -> str:
    """Return lines and not the syntax tree, which every version of Python writes otherwise."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        kinds = ast.Module | ast.ClassDef | ast.FunctionDef
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            first, last = node.body[0].lineno, node.body[0].end_lineno or 0
            lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def run_here(cells: Iterable[Cell], store: Path, limit: int) -> None:
    """Run cells one after the other, each in a fork of this process, ``limit`` processor seconds at most."""
    cells = [cell for cell in cells if not cell.finished(store)]
    os.environ.setdefault("MPLBACKEND", "agg")
    preload([KEEPING, *(text(Path(f"notebooks/{cell.chapter}.py")) for cell in cells)])
    for cell in cells:
        target, begun = cell.file(store), time.monotonic()
        if cell.finished(store):  # by another process, meanwhile
            continue
        print(f"running {cell.chapter} {dict(cell.parameters)}", file=sys.stderr)
        child = multiprocessing.get_context("fork").Process(target=_run_and_keep, args=(cell, store, limit))
        child.start()
        child.join(ASLEEP * limit)
        if child.is_alive():
            child.kill()
            child.join()
        if child.exitcode:
            slow = child.exitcode in (-signal.SIGXCPU, -signal.SIGKILL)
            what = f"no end in {limit} s of a processor" if slow else f"ended by {child.exitcode}"
            _keep(target, cell, [], what, time.monotonic() - begun, ended=True)


def _run_and_keep(cell: Cell, store: Path, limit: int) -> None:
    from shell import execute

    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 10))
    target, begun = cell.file(store), time.monotonic()
    rows, stopped = execute(cell.chapter, cell.parameters)
    chapter_content.cache_clear()
    changed = cell.file(store) != target
    stopped = "its sources changed while it ran" if changed else stopped
    _keep(target, cell, rows, stopped, time.monotonic() - begun, ended=changed)


def _keep(
    target: Path, cell: Cell, rows: list[Any], stopped: str, seconds: float, ended: bool = False
) -> None:
    """Write a result; one whose run was ended from outside is tried again the next time."""
    import torch

    from manytasks.deep.sweeps.provenance import cell_provenance
    from manytasks.deep.sweeps.table import write_json

    found = {"evidence": rows, "stopped": stopped, "ended": ended}
    write_json(target, asdict(cell) | found | cell_provenance(torch.device("cpu"), seconds))


def run_jobs(
    jobs: list[Job],
    store: Path,
    limit: int,
    cores: int,
    executor: str = "local",
    options: Iterable[str] = (),
) -> int:
    """Run the cells of all jobs that have no result yet; several jobs go through Snakemake.

    Returns:
        Exit code; cells that stop with an error of their own are results and do not count.
    """
    missing = [Job(job.name, tuple(cell for cell in job.cells if not cell.finished(store))) for job in jobs]
    missing = [job for job in missing if job.cells]
    if not missing:
        return 0
    plan = store / f"plan-{os.getpid()}.json"
    store.mkdir(parents=True, exist_ok=True)
    plan.write_text(
        json.dumps({"store": str(store), "limit": limit, "jobs": [asdict(job) for job in missing]})
    )
    if len(missing) == 1:
        command = [sys.executable, __file__, str(plan), missing[0].name]
    else:
        command = [sys.executable, "-m", "snakemake", "--snakefile", "workflow/cells.smk", "--nolock"]
        command += ["--keep-going", "--rerun-incomplete", "--quiet", "rules", "host", "--executor", executor]
        command += ["--cores", str(cores), "--jobs", str(cores), *options, "--config", f"plan={plan}"]
    try:
        return subprocess.run(command, env=environment() | {"OMP_NUM_THREADS": "1"}, check=False).returncode
    finally:
        plan.unlink()


def read_job(plan: Mapping[str, Any], name: str) -> Job:
    """Return a job of a plan file."""
    (job,) = (job for job in plan["jobs"] if job["name"] == name)
    return Job(name, tuple(Cell(**cell) for cell in job["cells"]))


def main(plan_file: Path, name: str) -> None:
    """Run one job of a plan, in its environment: some variables are read when a library is loaded."""
    plan = json.loads(plan_file.read_text(encoding="utf-8"))
    job = read_job(plan, name)
    wanted = dict(job.cells[0].environment)
    if any(os.environ.get(key) != value for key, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | wanted)
    run_here(job.cells, Path(plan["store"]), plan["limit"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
