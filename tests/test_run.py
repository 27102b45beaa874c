"""`make run` says what a chapter takes, and refuses what it does not take before anything runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import run

from manytasks.parameters import read

ROOT = Path(__file__).parents[1]
CELL = (
    'n = 50  # samples [5 to 200]\nrate = 0.5  # [0 to 1]\ndata = "glyphs"  # [any of "glyphs", "digits"]\n'
)
CELL += "loud = False\nwidths = (4, 8)  # [1 to 512]\nrates = [0.1]\n"


def call(*words):
    command = [sys.executable, "workflow/run.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("n", " 7", 7),
        ("n", "1_0", 10),
        ("rate", "1", 1),
        ("rate", "1e-3", 0.001),
        ("data", "digits", "digits"),
        ("loud", "True", True),
        ("widths", "(4, 8)", (4, 8)),
        ("widths", "4, 8", (4, 8)),
        ("widths", "[16]", (16,)),
        ("widths", "16", (16,)),
        ("rates", "(0.5, 1)", [0.5, 1]),
    ],
)
def test_text_is_read_by_the_type_of_the_parameter(name, said, value):
    parameter = read(CELL)[name]
    found = run.value_of(parameter.default, said)
    assert (found, type(found)) == (value, type(value))
    assert parameter.fault(found) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("n", "5.5"),
        ("n", "1000"),
        ("n", "True"),
        ("n", ""),
        ("n", "9" * 5000),
        ("n", "__import__('os').getpid()"),
        ("rate", "nan"),
        ("rate", "1e999"),
        ("data", "'digits'"),
        ("loud", "1"),
        ("widths", "(4, 0)"),
        ("widths", "(" * 500),
    ],
)
def test_other_text_is_refused(name, said):
    parameter = read(CELL)[name]
    assert parameter.fault(run.value_of(parameter.default, said)) != ""


def test_a_chapter_alone_lists_what_it_takes_with_the_numbers_of_the_profile():
    for profile, problems in (("book", 2000), ("smoke", 200)):
        said = call("replay/harm", "--profile", profile)
        assert (said.returncode, said.stderr) == (0, "")
        assert said.stdout.startswith("replay/harm: When does replay hurt?\n")
        row = rf"^  problems +{problems} +20 to 10000 +random problems for the exact condition$"
        assert re.search(row, said.stdout, re.MULTILINE)
        assert "profile" not in said.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["harm"], "CHAPTER must be a chapter of the book; got 'harm'. Did you mean replay/harm?"),
        (["replay/harm", "T=50"], "notebooks/replay/harm.py: parameter 'T' must be 2 to 20; got 50"),
        (["replay/harm", "T"], "what changes must read NAME=VALUE; got 'T'"),
        (["replay/harm", "t=5"], "notebooks/replay/harm.py: unknown parameter 't'; its parameters are "),
        (["replay/harm", "T=5", "T=6"], "T is given twice"),
        (["replay/harm", "profile=paper"], "the profile is chosen with PROFILE=, not with profile="),
        (["replay/harm", "--profile", "x"], "unknown profile 'x'; choose one of book, paper, smoke"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line_within_a_second(words, message):
    before = os.times()
    said = call(*words)
    after = os.times()
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert said.stderr.startswith(message)
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1
