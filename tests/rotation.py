"""Slow tests take turns: those marked ``third`` run in three groups, one a day, and the run says which.

A test that goes through many things may instead take a third of them a day (``todays``).

``THIRD=2`` runs the second group today, ``THIRD=all`` (`make test-all`) runs all of them.
"""

import os
from datetime import UTC, datetime
from zlib import crc32

import pytest

ALLOWED = ("1", "2", "3", "all")


def pytest_configure():
    # Into the environment: parallel workers that start before and after midnight must agree.
    today = datetime.now(UTC).toordinal() % 3 + 1
    third = os.environ.setdefault("THIRD", str(today))
    if third not in ALLOWED:
        raise pytest.UsageError(f"THIRD must be one of {', '.join(ALLOWED)}; got {third!r}")


def pytest_report_header():
    third = os.environ["THIRD"]
    if third == "all":
        return "rotation: every third"
    return f"rotation: third {third} of 3 (THIRD={third} repeats this choice, THIRD=all runs all three)"


def pytest_collection_modifyitems(items):
    for item in items:
        if marker := item.get_closest_marker("third"):
            turn = str(turn_of(item.nodeid, *marker.args))
            if os.environ["THIRD"] not in {turn, "all"}:
                item.add_marker(pytest.mark.skip(reason=f"rests: runs in third {turn} of 3"))


def todays(things):
    """Every third thing of a list, from another one on each day; all of them in a run of all."""
    third = os.environ["THIRD"]
    return things if third == "all" else things[int(third) - 1 :: 3]


def turn_of(nodeid, group=None):
    """The group that a test names, or one drawn from its name: the same alone and among others."""
    if group is None:
        return crc32(nodeid.encode()) % 3 + 1
    if group not in {1, 2, 3}:
        raise pytest.UsageError(f"{nodeid}: the group of third must be 1, 2 or 3; got {group!r}")
    return group
