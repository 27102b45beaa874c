"""What keeps two workers busy and out of each other's way.

Long files come first, and files that read the smoke book after others that give it time to be built.
A test marked ``alone``, because it measures time, has the machine to itself: the other workers finish their
test and wait. What they wait for are locks on two files of this folder, which every worker can find.
"""

import os
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_SH, LOCK_UN, flock
from pathlib import Path

import hypothesis
import pytest

DOOR, ROOM = Path(__file__), Path(__file__).with_name("conftest.py")
hypothesis.settings.register_profile("beside others", deadline=None)  # a neighbour may take the processor
hypothesis.settings.load_profile("beside others")


def pytest_collection_modifyitems(items):
    places = {}
    for item in items:
        places[item.path] = min(place(item), places.get(item.path, place(item)))
    items.sort(key=lambda item: places[item.path])  # stable: files and their tests keep their order otherwise


def place(item):
    """Who builds the smoke book, who builds other books, who reads the smoke book, and all the rest."""
    names = getattr(item, "fixturenames", ())
    if item.path.name == "test_smoke_book.py":
        return 0
    return 2 if "smoke" in names else 1 if item.get_closest_marker("book") else 3


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with room(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def room(alone):
    """Hold the room, alone or with others; who waits to be alone holds the door, so that nobody comes in."""
    with open(DOOR) as door, open(ROOM) as held:
        flock(door, LOCK_EX if alone else LOCK_SH)
        flock(held, LOCK_EX if alone else LOCK_SH)
        if not alone:
            flock(door, LOCK_UN)
        yield
