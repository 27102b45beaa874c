"""The smoke book is built, once for all tests that read it, and building it again costs nothing."""

import os

import pytest
from copies import NOTHING, build, outputs

pytestmark = pytest.mark.book


def test_the_smoke_book_is_built(smoke):
    _, code, said = smoke
    if code != 0:
        pytest.fail(f"the smoke book was not built whole:\n{said}", pytrace=False)


@pytest.fixture
def whole(smoke):
    """The tree with a book that lacks nothing."""
    tree, code, _ = smoke
    return tree if code == 0 else pytest.skip("no whole book: see test_the_smoke_book_is_built")


def test_a_second_build_of_the_book_does_nothing(whole):
    before = outputs(whole)
    done = build(whole)
    assert done.returncode == 0
    assert NOTHING in done.stdout
    assert done.stdout.endswith("the book is at build/html-smoke/index.html\n")
    assert outputs(whole) == before


def test_a_second_build_needs_less_than_four_seconds(whole):
    # Seconds of processor: about what it takes on an idle machine, whatever else keeps this one busy.
    assert any(seconds_of_a_build(whole) < 4 for _ in range(3))


def seconds_of_a_build(tree):
    before = os.times()
    build(tree)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system
