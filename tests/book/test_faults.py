"""What goes wrong on a reader's machine ends in one clear line, not in a traceback."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from copies import ROOT, build, environment
from miniature import configure, miniature, source

pytestmark = pytest.mark.book
PARAMETERS = "profile, seed, noise, wait"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return miniature(tmp_path_factory.mktemp("faults") / "tree")


def script(tree, name, *arguments, **more):
    """Run a step of the workflow; it must say its one line on standard error and nothing else."""
    command = [sys.executable, f"workflow/{name}.py", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=tree, env=environment(tree), capture_output=True, text=True, check=False, **more
    )
    return done.returncode, done.stderr


def execute(tree, output, parameters=None, notebook="notebooks/welcome.py", **more):
    return script(tree, "execute", notebook, output, json.dumps(parameters or {}), **more)


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({"sede": 2}, f"unknown parameter 'sede'; its parameters are {PARAMETERS}"),
        ({"seed": "2"}, "parameter 'seed' must be int like its default 1; got '2'"),
        ({"seed": 2.0}, "parameter 'seed' must be int like its default 1; got 2.0"),
        ({"seed": True}, "parameter 'seed' must be int like its default 1; got True"),
        ({"noise": "low"}, "parameter 'noise' must be float like its default 0.5; got 'low'"),
        ({"wait": 3}, "parameter 'wait' must be str like its default ''; got 3"),
    ],
)
def test_wrong_parameters(parameters, fault, pristine, tmp_path):
    output = tmp_path / "notebooks" / "welcome.ipynb"
    assert execute(pristine, output, parameters) == (1, f"notebooks/welcome.py: {fault}\n")
    assert not output.parent.exists()


def test_a_whole_number_will_do_for_a_fraction(pristine, tmp_path):
    output = tmp_path / "notebooks" / "welcome.ipynb"
    code, message = execute(pristine, output, {"noise": 1})
    assert code == 0, message
    assert [path.name for path in output.parent.iterdir()] == ["welcome.ipynb"]


def test_no_cell_with_parameters(pristine, tmp_path):
    notebook = tmp_path / "bare.py"
    notebook.write_text(source("welcome").replace(' tags=["parameters"]', ""))
    message = f"{notebook}: no cell is tagged 'parameters'\n"
    assert execute(pristine, tmp_path / "bare.ipynb", notebook=notebook) == (1, message)


def test_a_missing_kernel(pristine, tmp_path):
    notebook = tmp_path / "julia.py"
    notebook.write_text(source("welcome").replace("name: python3", "name: julia-1.9"))
    message = f"{notebook}: no Jupyter kernel is called 'julia-1.9'; `jupyter kernelspec list` shows all\n"
    assert execute(pristine, tmp_path / "julia.ipynb", notebook=notebook) == (1, message)
    assert [path.name for path in tmp_path.iterdir()] == ["julia.py"]


def test_a_file_in_the_place_of_a_folder(pristine, tmp_path):
    blocked = tmp_path / "notebooks"
    blocked.touch()
    message = f"notebooks/welcome.py: cannot write {blocked}: File exists\n"
    assert execute(pristine, blocked / "welcome.ipynb") == (1, message)


def test_a_full_disk_while_a_notebook_is_written(pristine, tmp_path):
    notebook = tmp_path / "long.py"
    notebook.write_text(source("welcome") + '\n# %%\nprint("x" * 200_000)\n')
    output = tmp_path / "notebooks" / "long.ipynb"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    code, message = execute(pristine, output, notebook=notebook, preexec_fn=limit)
    assert code == 1
    partial = output.with_name("long")
    assert message.startswith(f"{notebook}: cannot write {partial}.")
    assert message.endswith(".partial.ipynb: File too large\n")
    assert message.count("\n") == 1
    assert list(output.parent.iterdir()) == []


def test_a_full_disk_while_evidence_is_written(tmp_path):
    tree = miniature(tmp_path / "tree")
    claims = tree / "src/manytasks/claims.yml"
    claims.write_text(claims.read_text().replace("verdict: holds", "verdict: untested"))
    fault = script(tree, "judge", tree / "notebooks", "/dev/full")
    assert fault == (1, "cannot write /dev/full: No space left on device\n")


def test_a_corrupt_executed_notebook(pristine, tmp_path):
    corrupt = tmp_path / "notebooks" / "welcome.ipynb"
    corrupt.parent.mkdir()
    corrupt.write_text('{"cells": [')
    message = (
        f"{corrupt} is not a readable executed notebook "
        "(JSONDecodeError: Expecting value: line 1 column 12 (char 11)); "
        "delete it and run `make book` again\n"
    )
    assert script(pristine, "judge", corrupt.parent, tmp_path / "evidence.json") == (1, message)


def test_a_corrupt_evidence_file(tmp_path):
    tree = miniature(tmp_path / "tree")
    evidence = tree / "build/smoke/evidence.json"
    evidence.parent.mkdir(parents=True)
    evidence.write_text('[{"claim": "O.0"')
    message = (
        "build/smoke/evidence.json is not a readable evidence file "
        "(JSONDecodeError: Expecting ',' delimiter: line 1 column 17 (char 16)); "
        "delete it and run `make book` again\n"
    )
    assert script(tree, "render", "smoke") == (1, message)


def test_an_unknown_profile():
    fault = script(ROOT, "build", "--profile", "smok")
    assert fault == (2, "unknown profile 'smok'; choose one of book, paper, smoke\n")


def test_a_section_without_a_notebook(tmp_path):
    tree = miniature(tmp_path / "tree")
    configure(tree, part_gamma={"seed": 2}, part_delta={})
    done = build(tree)
    assert done.returncode == 1
    assert done.stdout.endswith(
        "config/smoke.yml has sections without a notebook: part/delta, part/gamma\n"
        "the book was not built; what failed is named above\n"
    )
    assert "Traceback" not in done.stdout


def test_a_file_in_the_place_of_the_build_folder(tmp_path):
    tree = miniature(tmp_path / "tree")
    Path(tree / "build").touch()
    done = build(tree)
    assert (done.returncode, done.stdout) == (1, "cannot write build: File exists\n")
