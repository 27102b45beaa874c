"""How the tests run: by turns, side by side, none of them silently not, and without this machine's data."""

import pytest

pytest_plugins = ["rotation", "skips", "parallel", "seconds"]
collect_ignore = ["conftest.py", "book/conftest.py"]  # no doctests there, and one name for two modules


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """No folder of the machine's own is searched for data sets."""
    from manytasks.deep.data import official  # here: the tests of theory run without torch

    monkeypatch.delenv("MANYTASKS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(official, "SYSTEM", {})
