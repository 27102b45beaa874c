"""What the fast tests run with is read from pyproject.toml, and each Python is found where it is."""

import subprocess
import sys
from pathlib import Path

import pytest
import versions
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def test_the_oldest_python_gets_the_lowest_versions_and_the_newest_those_of_the_lock():
    (_, oldest, low), (_, newest, locked) = versions.environments()
    assert f">={oldest}" == versions.PROJECT["requires-python"]
    assert int(newest.partition(".")[2]) > int(oldest.partition(".")[2])
    needed = {Requirement(line).name for line in versions.PROJECT["dependencies"]} - {"torch"}
    assert {Requirement(line).name for line in low} == needed | set(versions.TOOLS)
    declared = {Requirement(line).name: Requirement(line) for line in versions.PROJECT["dependencies"]}
    for pin in map(Requirement, low):
        (exact,) = pin.specifier
        lowest = declared.get(pin.name, pin).specifier
        assert exact.operator == "=="
        assert lowest.contains(exact.version)
    assert locked[0] == "--constraint"
    pins = (ROOT / locked[1]).read_text().splitlines()
    assert "--hash" not in " ".join(pins)
    assert {Requirement(pin).name for pin in pins} > needed | set(versions.TOOLS)
    assert set(locked[2:]) == needed | set(versions.TOOLS)


def test_the_tests_named_are_there():
    assert [name for name in versions.TESTS if not (ROOT / "tests" / name).exists()] == []


def python(path, version):
    """A program that answers as a Python of that version does, and as a broken one without."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n" if version else "#!/bin/sh\nexit 127\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing on its path and a pyenv without versions."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def test_this_python_comes_first(machine):
    own = "{}.{}".format(*sys.version_info)
    python(machine / "bin" / f"python{own}", own)
    assert versions.interpreter(own) == sys.executable


def test_a_python_on_the_path_comes_before_one_of_pyenv(machine):
    kept = python(machine / "pyenv/versions/3.99.1/bin/python", "3.99")
    assert versions.interpreter("3.99") == kept
    python(machine / "bin/python3.99", "")  # the shim of a pyenv that does not offer this version
    assert versions.interpreter("3.99") == kept
    python(machine / "bin/python3.99", "3.99")
    assert versions.interpreter("3.99") == "python3.99"


def test_a_python_that_is_not_there_is_said_to_be_missing(machine, monkeypatch, capsys):
    monkeypatch.setattr(versions, "environments", lambda: [("the versions of the lock", "3.99", [])])
    assert versions.main([]) == 0
    assert capsys.readouterr().out == "no Python 3.99 here: not tested with the versions of the lock\n"


def test_what_cannot_be_installed_fails_in_one_line(tmp_path):
    script = Path(versions.__file__)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nclassifiers = ["Programming Language :: Python :: 3.11", "P :: Python :: 3.12"]\n'
        'dependencies = ["no-such-package-of-manytasks>=1"]\noptional-dependencies = {test = ["pytest>=8"]}\n'
    )
    for name in ("requirements.lock", "requirements-test.lock"):
        (tmp_path / name).touch()
    monkeypatched = {"PIP_NO_INDEX": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=monkeypatched, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "no-such-package-of-manytasks" in done.stderr.splitlines()[-1]
