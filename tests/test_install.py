"""`make` leaves a whole environment, whatever it finds in its place and however this machine's pip is set."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
# Stand for Python: they write down how they are called, and with which of pip's variables.
PYTHON = """#!/bin/sh
case "$*" in *venv*) echo "$@" >>log; mkdir -p .venv/bin; cp whole .venv/bin/python;; esac
"""
WHOLE = """#!/bin/sh
case "$*" in "-m pip install"*) echo "install $PIP_USER $PIP_TARGET" >>log;; esac
"""
HALF = """#!/bin/sh
echo "No module named pip" >&2; exit 1
"""
NEW = "-m venv --clear .venv"
INSTALLED = ["install 0", "install 0"]


@pytest.fixture
def folder(tmp_path):
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    for name, text in {"python": PYTHON, "whole": WHOLE, "half": HALF}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


@make
@pytest.mark.parametrize(
    ("found", "done"), [(None, [NEW, *INSTALLED]), ("half", [NEW, *INSTALLED]), ("whole", INSTALLED)]
)
def test_an_environment_without_pip_is_made_anew(found, done, folder):
    if found:
        (folder / ".venv/bin").mkdir(parents=True)
        shutil.copy(folder / found, folder / ".venv/bin/python")
    environment = os.environ | {"PIP_USER": "1", "PIP_TARGET": "/elsewhere"}
    command = ["make", "--silent", "PYTHON=./python", ".venv/.ready"]
    made = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    assert [line.strip() for line in (folder / "log").read_text().splitlines()] == done


@make
def test_every_target_runs_this_tree_s_package(folder):
    command = folder / ".venv/bin/manytasks"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\necho "$PYTHONPATH,$PYTHONNOUSERSITE,$PYTHONOPTIMIZE,$@"\n')
    command.chmod(0o755)
    environment = os.environ | {"PYTHONPATH": "/another/checkout", "PYTHONOPTIMIZE": "1"}
    called = ["make", "--silent", "-o", ".venv/.ready", "claims"]
    done = subprocess.run(called, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"{folder}/src,1,,claims --profile book\n", "")
