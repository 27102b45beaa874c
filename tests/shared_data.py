"""Real data that developers and CI have beside the checkout; a test that needs it says so by name."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LISTED = os.environ.get("MANYTASKS_DATA", "").split(os.pathsep)  # before a test hides it
FOLDERS = [Path(listed).expanduser() for listed in LISTED if listed] + [ROOT.parent / "shared" / "data"]


def folder(name: str) -> Path:
    """The folder that holds a file; without it the test that asks is skipped, and says what it lacks."""
    found = next((folder for folder in FOLDERS if (folder / name).exists()), None)
    if found is None:
        pytest.skip(f"needs {name} of shared/data")
    return found
