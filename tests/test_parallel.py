"""Workers side by side run every test, long files first, and let a test that measures time be alone."""

import re
from pathlib import Path

import parallel
import pytest

pytest_plugins = "pytester"
TESTS = """
import time
import pytest

def spend(name, seconds):
    with open("times", "a") as file:
        begin = time.monotonic()
        time.sleep(seconds)
        file.write(f"{{name}} {{begin}} {{time.monotonic()}}\\n")

{mark}
def test_one(): spend("measured", 0.5)

@pytest.mark.parametrize("n", range(9))
def test_many(n): spend("other", 0.1)
"""


@pytest.fixture
def run(pytester):
    # A copy, for its locks are its files: this test holds those of the run that it belongs to.
    pytester.makepyfile(parallel=Path(parallel.__file__).read_text(encoding="utf-8"))
    pytester.makeconftest("pytest_plugins = ['parallel']")
    pytester.makeini("[pytest]\nmarkers = alone book")
    return pytester.runpytest_subprocess


@pytest.mark.third
@pytest.mark.parametrize("mark", ["@pytest.mark.alone", ""], ids=["alone", "beside others"])
def test_no_test_overlaps_with_one_that_is_alone(run, pytester, mark):
    pytester.makepyfile(TESTS.format(mark=mark))
    run("-n", "2", "-p", "no:cacheprovider").assert_outcomes(passed=10)
    rows = [line.split() for line in (pytester.path / "times").read_text().splitlines()]
    ((begin, end),) = [map(float, times) for name, *times in rows if name == "measured"]
    others = [(float(b), float(e)) for name, b, e in rows if name == "other"]
    assert len(others) == 9
    beside = [times for times in others if times[0] < end and times[1] > begin]
    assert bool(beside) == (mark == "")  # without the mark the neighbour does not wait, so this test can fail


def test_what_builds_comes_before_what_reads_and_both_before_the_rest(run, pytester):
    quick, builds = "def test(): pass\n", "import pytest\n@pytest.mark.book\ndef test(): pass\n"
    reads = "import pytest\n@pytest.fixture\ndef smoke(): pass\n@pytest.mark.book\ndef test(smoke): pass\n"
    pytester.makepyfile(test_a=quick, test_b=reads, test_c=builds, test_smoke_book=reads, test_d=quick)
    lines = run("-v", "-p", "no:xdist").outlines
    order = [found[1] for line in lines if (found := re.match(r"test_(\w+)\.py::test PASSED", line))]
    assert order == ["smoke_book", "c", "b", "a", "d"]
