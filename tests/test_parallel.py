"""Long files come first, and what reads the smoke book after what gives it time to be built."""

import re
from pathlib import Path

import parallel
import pytest

pytest_plugins = "pytester"


@pytest.fixture
def run(pytester):
    pytester.makepyfile(parallel=Path(parallel.__file__).read_text(encoding="utf-8"))
    pytester.makeconftest("pytest_plugins = ['parallel']")
    pytester.makeini("[pytest]\nmarkers = book")
    return pytester.runpytest_subprocess


def test_what_builds_comes_before_what_reads_and_both_before_the_rest(run, pytester):
    quick, builds = "def test(): pass\n", "import pytest\n@pytest.mark.book\ndef test(): pass\n"
    reads = "import pytest\n@pytest.fixture\ndef smoke(): pass\n@pytest.mark.book\ndef test(smoke): pass\n"
    pytester.makepyfile(test_a=quick, test_b=reads, test_c=builds, test_smoke_book=reads, test_d=quick)
    lines = run("-v", "-p", "no:xdist").outlines
    order = [found[1] for line in lines if (found := re.match(r"test_(\w+)\.py::test PASSED", line))]
    assert order == ["smoke_book", "c", "b", "a", "d"]
