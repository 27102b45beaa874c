"""A run ends with the files that took most seconds of a processor: their child processes and fixtures too."""

import re
from pathlib import Path

import seconds

pytest_plugins = "pytester"
SPEND = """
import subprocess, sys, time
import pytest

CODE = "import time\\nwhile time.process_time() < {child}: pass"

@pytest.fixture(scope="module")
def made():
    end = time.process_time() + {fixture}
    while time.process_time() < end: pass

def test(made):
    subprocess.run([sys.executable, "-S", "-c", CODE], check=True)
    time.sleep({asleep})
"""


def test_the_end_names_the_files_that_take_most_and_sleep_takes_nothing(pytester):
    pytester.makepyfile(seconds=Path(seconds.__file__).read_text(encoding="utf-8"))
    pytester.makeconftest("pytest_plugins = ['seconds']")
    pytester.makepyfile(
        test_child=SPEND.format(child=0.8, fixture=0, asleep=0),
        test_fixture=SPEND.format(child=0, fixture=1.7, asleep=0),
        test_sleep=SPEND.format(child=0, fixture=0, asleep=2),
    )
    said = pytester.runpytest_subprocess("-n", "2").stdout.str()
    total = float(re.search(r"= (\d+) seconds of processor in all", said)[1])
    rows = {name: float(number) for number, name in re.findall(r"^ +(\d+) s  test_(\w+)\.py$", said, re.M)}
    assert list(rows) == ["fixture", "child", "sleep"]
    assert rows["sleep"] < 1 <= rows["child"]
    assert rows["fixture"] >= 2
    assert total >= 3  # loading Python and collecting included
