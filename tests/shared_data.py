"""Real data that developers and CI have beside the checkout; a test that needs it says so by name."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def find(name: str) -> Path | None:
    """The first folder of ``MANYTASKS_DATA``, or ``../shared/data``, that holds this file."""
    listed = os.environ.get("MANYTASKS_DATA", "").split(os.pathsep)
    folders = [Path(folder).expanduser() for folder in listed if folder] + [ROOT.parent / "shared" / "data"]
    return next((folder for folder in folders if (folder / name).exists()), None)


def folder(name: str) -> Path:
    """The folder that holds a file; without it the test that asks is skipped, and says what it lacks."""
    found = find(name)
    if found is None:
        pytest.skip(f"needs {name} of shared/data")
    return found
