"""Run the fast tests on the oldest Python with the lowest versions that are allowed, and on the newest.

Their environments lie in build/versions and hold all but torch. Called with names of tests, it runs those.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environment  # noqa: F401 - manytasks is this tree's

from manytasks import cores

TESTS = ("theory", "statistics", "test_streams.py", "test_tasks.py", "test_checks.py", "test_parameters.py")
TOOLS = ("hypothesis", "pytest", "pytest-xdist")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]


def supported() -> list[str]:
    """Return the versions of Python that the classifiers name, oldest first."""
    minors = [re.fullmatch(r".* :: Python :: 3\.(\d+)", name) for name in PROJECT["classifiers"]]
    return [f"3.{minor}" for minor in sorted(int(found[1]) for found in minors if found)]


def lower_bounds() -> dict[str, str]:
    """Return name and lowest version of what the tests need; torch has one version, and needs none here."""
    tools = [line for line in PROJECT["optional-dependencies"]["test"] if line.startswith(TOOLS)]
    return dict(line.split(">=") for line in [*PROJECT["dependencies"], *tools] if ">=" in line)


def interpreter(version: str) -> str | None:
    """Return a Python of that version: this one, one on the path, or one of pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for program in (sys.executable, f"python{version}", *pyenv.glob(f"{version}.*/bin/python")):
        ask = [str(program), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        try:
            answer = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
        except OSError:
            continue
        if answer.strip() == version:
            return str(program)
    return None


def pins() -> Path:
    """Write the pins of the locks without their hashes, which pip would ask of everything else, too."""
    locks = [
        Path(name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-test.lock")
    ]
    path = Path("build/versions/pins.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    found = re.findall(r"^([a-z].*?) \\$", "\n".join(locks), re.MULTILINE)
    path.write_text("\n".join(found) + "\n", encoding="utf-8")
    return path


def environments() -> Iterator[tuple[str, str, list[str]]]:
    """Yield what each environment is for, the version of its Python, and what pip installs."""
    oldest, *_, newest = supported()
    bounds = lower_bounds()
    yield "the lowest versions", oldest, [f"{name}=={bound}" for name, bound in bounds.items()]
    yield "the versions of the lock", newest, ["--constraint", str(pins()), *bounds]


def python_of(folder: Path, python: str, packages: list[str]) -> Path:
    """Return the Python of an environment with these packages, made if it is not there."""
    own = folder / "bin/python"
    if not own.exists():
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(own), "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--no-compile", *packages], check=True)
    return own


def main(tests: list[str]) -> int:
    """Run the tests in each environment; say which had to be left out."""
    failed, there = 0, {}
    with ThreadPoolExecutor() as pool:  # each pip keeps one core busy
        for what, version, packages in environments():
            if python := interpreter(version):
                folder = Path("build/versions") / version
                there[f"Python {version} with {what}"] = pool.submit(python_of, folder, python, packages)
            else:
                print(f"no Python {version} here: not tested with {what}", flush=True)
    for title, own in there.items():
        print(title, flush=True)
        command = [
            str(own.result()),
            "-m",
            "pytest",
            "-q",
            "-n",
            str(cores.allowed()),
            *(tests or [f"tests/{name}" for name in TESTS]),
        ]
        settings = os.environ | {"PYTHONPATH": "src", "OMP_NUM_THREADS": "1"}
        settings.pop("PYTHONDONTWRITEBYTECODE", None)  # pip has compiled nothing; once is enough
        failed |= subprocess.run(command, env=settings, check=False).returncode
    return failed


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(map(str, error.cmd))} failed")
