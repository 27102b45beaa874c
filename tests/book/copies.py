"""Copies of the tree to build in, so that no test touches the checkout's own `build` folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTHING = "Nothing to be done (all requested files are present and up to date)."  # what Snakemake says
# All that a build reads. Nothing else (ignored files, the environment, earlier builds) may be needed.
READ_BY_A_BUILD = (
    "LICENSES",
    "Snakefile",
    "_config.yml",
    "_toc.yml",
    "book",
    "config",
    "data",
    "notebooks",
    "requirements.lock",
    "src",
    "workflow",
)


def copy_tree(target: Path) -> Path:
    """Copy what a build reads, as a fresh clone has it."""
    target.mkdir(parents=True)
    generated = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.ipynb", ".ipynb_checkpoints")
    for name in READ_BY_A_BUILD:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=generated)
        else:
            shutil.copy2(source, target / name)
    return target


def build(
    tree: Path, *options: str, timeout: float = 1500, wrapper: Sequence[str] = (), **more: str
) -> subprocess.CompletedProcess[str]:
    """Call what `make book PROFILE=smoke` calls, with both streams in ``stdout``; a wrapper runs it."""
    command = [*wrapper, sys.executable, "workflow/build.py", "--profile", "smoke", *options]
    return subprocess.run(
        command,
        cwd=tree,
        env=os.environ | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )


def outputs(tree: Path) -> dict[Path, int]:
    """Return the times of change of all that a build writes."""
    return {
        path: path.stat().st_mtime_ns
        for path in tree.glob("build/**/*")
        if path.is_file() and path.name != ".lock"
    }
