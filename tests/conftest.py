"""Fixtures of the tests of data sets."""

import pytest

from manytasks.deep.data import official


@pytest.fixture
def no_data(monkeypatch, tmp_path):
    """No folder of the machine's own is searched."""
    monkeypatch.delenv("MANYTASKS_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(official, "SYSTEM", {})
