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
case "$*" in
  "-m pip install"*) shift 5; echo "$PIP_USER $PIP_TARGET $@" >>log;;
  *nvidia*) test -e asks;;  # whether torch asks for the GPU packages
esac
"""
HALF = """#!/bin/sh
echo "No module named pip" >&2; exit 1
"""
NEW = "-m venv --clear .venv"
HASHED = "0  --no-compile --require-hashes --no-deps -r requirements"
OURS = "0  --no-deps --no-build-isolation --editable ."
INSTALLED = [f"{HASHED}-cpu.lock", f"{HASHED}.lock", OURS]


@pytest.fixture
def folder(tmp_path):
    shutil.copy(MAKEFILE, tmp_path)
    shutil.copy(MAKEFILE.with_name("postBuild"), tmp_path)
    for name in (
        *(f"requirements{name}.lock" for name in ("", "-cpu", "-gpu", "-test", "-lab")),
        "pyproject.toml",
    ):
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


def call(folder, *command, **more):
    done = subprocess.run(
        command, cwd=folder, env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [line.strip() for line in (folder / "log").read_text().splitlines()]


@make
def test_the_gpu_packages_come_where_torch_asks_for_them(folder):
    (folder / "asks").touch()
    done = call(folder, "make", "--silent", "PYTHON=./python", ".venv/.ready")
    assert done == [NEW, *INSTALLED[:2], f"{HASHED}-gpu.lock", OURS]


@make
@pytest.mark.parametrize("name", ["test", "lab"])
def test_tests_and_lab_have_a_lock_of_their_own(name, folder):
    done = call(folder, "make", "--silent", "PYTHON=./python", f".venv/.{name}")
    assert done == [NEW, *INSTALLED, f"{HASHED}-{name}.lock"]


@make
def test_a_wrong_hash_ends_the_installation(folder):
    """pip says what is wrong; nothing is called ready."""
    (folder / "whole").write_text(
        WHOLE.replace("esac", '  esac\ncase "$*" in *requirements.lock) exit 1;; esac')
    )
    command = ["make", "--silent", "PYTHON=./python", ".venv/.ready"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not (folder / ".venv/.ready").exists()


@make
def test_binder_and_conda_install_into_the_environment_that_is_active(folder):
    (folder / "active").mkdir()
    shutil.copy(folder / "whole", folder / "active/python")
    for _ in range(2):  # the second time as well
        path = f"{folder / 'active'}{os.pathsep}{os.environ['PATH']}"
        done = call(folder, "sh", "postBuild", PATH=path, MAKEFLAGS="--silent")
    assert done == 2 * INSTALLED
