"""A sweep knows its code: what can change a number counts, words and what it never reaches do not."""

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from manytasks.deep import find_sweep, sweep_names
from manytasks.deep.sweeps import random_features
from manytasks.deep.sweeps.code import code_digest

PACKAGE = Path(random_features.__file__).parents[2]

SOURCE = '''
from dataclasses import dataclass
from functools import lru_cache

RATE = 0.1
LAYERS = (1, 2)
UNUSED = 3
LOSSES = {"mse": lambda x: x * x}

@dataclass(frozen=True)
class Recipe:
    """Says how."""

    steps: int = 5

    def length(self):
        return self.steps * RATE

HOW = Recipe()

@lru_cache
def helper(x):
    """Helps."""
    return x + 1  # one

def other(x):
    return x - 1

def measure(x):
    from manytasks.temporary_more import far
    return helper(x) * HOW.length() * len(LAYERS) + far(x) + LOSSES["mse"](x)
'''
MORE = "def far(x):\n    return x\n"
CHANGES_NOTHING = {
    "a comment": ("# one", "# 1"),
    "a docstring": ('"""Helps."""', '"""It helps, as all do."""'),
    "no docstring": ('    """Says how."""\n\n', ""),
    "layout": ("return x + 1", "return (x +\n        1)"),
    "a constant that is not read": ("UNUSED = 3", "UNUSED = 4"),
    "a function that is not called": ("return x - 1", "return x - 2"),
    "order": ("RATE = 0.1\nLAYERS = (1, 2)", "LAYERS = (1, 2)\nRATE = 0.1"),
}
CHANGES_NUMBERS = {
    "the function": ("far(x) +", "far(x) -"),
    "a function that it calls": ("return x + 1", "return x + 2"),
    "a constant in a method": ("RATE = 0.1", "RATE = 0.2"),
    "the order of values": ("LAYERS = (1, 2)", "LAYERS = (2, 1)"),
    "a default of a class": ("steps: int = 5", "steps: int = 6"),
    "a value of an instance": ("HOW = Recipe()", "HOW = Recipe(7)"),
    "a method": ("self.steps * RATE", "self.steps + RATE"),
    "a lambda in a table": ("x * x}", "x * x * x}"),
}


@pytest.fixture
def digest(tmp_path, monkeypatch):
    count = iter(range(100))

    def load(name, text):
        path = tmp_path / f"{name}_{next(count)}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(f"manytasks.{name}", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, f"manytasks.{name}", module)
        spec.loader.exec_module(module)
        return module

    def digest(source=SOURCE, more=MORE):
        load("temporary_more", more)
        return code_digest(load("temporary", source).measure)

    return digest


@pytest.mark.parametrize("change", CHANGES_NOTHING)
def test_what_cannot_change_a_number_does_not_count(digest, change):
    old, new = CHANGES_NOTHING[change]
    assert SOURCE.replace(old, new) != SOURCE
    assert digest(SOURCE.replace(old, new)) == digest()


@pytest.mark.parametrize("change", CHANGES_NUMBERS)
def test_what_can_change_a_number_counts(digest, change):
    old, new = CHANGES_NUMBERS[change]
    assert SOURCE.replace(old, new) != SOURCE
    assert digest(SOURCE.replace(old, new)) != digest()


def test_what_is_imported_inside_a_function_counts(digest):
    assert digest(more=MORE.replace("return x", "return -x")) != digest()


def test_a_function_typed_at_a_prompt_has_no_digest():
    scope = {"__name__": "__main__"}
    exec("def measure(settings, device):\n    return []", scope)
    assert code_digest(scope["measure"]) == ""
    assert code_digest(partial(random_features.measure, device=None)) == ""


def test_a_sweep_reaches_what_it_trains_with(monkeypatch):
    before = code_digest(random_features.measure)
    monkeypatch.setattr(random_features, "minimum_norm_fit", lambda features, targets: None)
    code_digest.cache_clear()
    assert code_digest(random_features.measure) != before
    code_digest.cache_clear()


def test_every_sweep_has_a_digest_and_they_differ_with_the_code():
    digests = {find_sweep(name).measure: code_digest(find_sweep(name).measure) for name in sweep_names()}
    assert all(digests.values())
    assert len(set(digests.values())) == len(digests)


def test_where_the_package_lies_does_not_count(tmp_path):
    """A table of one checkout has to be known in every other."""
    shutil.copytree(PACKAGE, tmp_path / "manytasks", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "from manytasks.deep import find_sweep, sweep_names\n"
        "from manytasks.deep.sweeps.code import code_digest\n"
        "print(*(code_digest(find_sweep(name).measure) for name in sweep_names()))"
    )
    found = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for folder in (PACKAGE.parent, tmp_path)
    ]
    assert found[0] == found[1]
    assert len(found[0].split()) == len(sweep_names())
