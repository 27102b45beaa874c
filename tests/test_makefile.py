"""What is given to make arrives whole at the program that it calls."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Call make with programs that print their arguments, one a line, and the third that they see."""
    for name in ("python", "manytasks"):
        (tmp_path / name).write_text('#!/bin/sh\nprintf \'%s\\n\' "$@" "third $THIRD"\n')
        (tmp_path / name).chmod(0o755)
    for name in ("ready", "tests", "lab"):
        (tmp_path / name).touch()

    for name in ("THIRD", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS"):  # `make test OPTIONS=…` hands its own on
        monkeypatch.delenv(name, raising=False)

    def make(*words):
        command = [
            "make",
            "-C",
            ROOT,
            "--no-print-directory",
            "-o",
            tmp_path / "ready",
            "-o",
            tmp_path / "tests",
        ]
        settings = [f"BIN={tmp_path}", f"READY={tmp_path / 'ready'}", f"TESTS={tmp_path / 'tests'}", "JOBS=3"]
        done = subprocess.run([*command, *settings, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return make


@pytest.mark.parametrize(
    "value", ["book", "my data", "a b; echo X", "it's", 'the "book"', "a$(nothing)b `id`"]
)
def test_a_profile_and_a_folder_are_one_word_each(make, value):
    arrives = value.replace("$(nothing)", "")  # make's own syntax
    assert make("book", f"PROFILE={value}") == [
        "workflow/build.py",
        "--profile",
        arrives,
        "--jobs",
        "3",
        "third ",
    ]
    assert make("claims", f"PROFILE={value}") == ["claims", "--profile", arrives, "third "]
    said = make("sweep", f"PROFILE={value}", f"OUT={value}", f"DEVICE={value}", f"NAME={value}")
    assert {f"{name}={arrives}" for name in ("profile", "out", "device", "names")} <= set(said)


def test_without_a_name_all_sweeps_are_named(make):
    (names,) = [line for line in make("sweep") if line.startswith("names=")]
    assert names.startswith("names=sweep list ")  # what stands in for `manytasks sweep list` says


def test_all_thirds_are_the_same_tests_with_one_variable(make):
    said = make("test", "OPTIONS=-x -k name")
    assert said[0] == "workflow/browser.py"
    assert said[-4:] == ["-x", "-k", "name", "third "]
    assert make("test-all", "OPTIONS=-x -k name") == [line.replace("third ", "third all") for line in said]


def test_what_is_set_on_the_command_line_is_a_parameter_of_the_chapter(make):
    said = make("run", "CHAPTER=replay/harm", "T=5", "sizes=(4, 8)", "data=a `id`;ls", "PROFILE=smoke")
    assert said[:5] == ["workflow/run.py", "--profile", "smoke", "--", "replay/harm"]
    assert sorted(said[5:-1]) == ["T=5", "data=a `id`;ls", "sizes=(4, 8)"]
    assert make("run", "CHAPTER=a b")[4:-1] == ["a b"]
