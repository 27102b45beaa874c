"""What a chapter's numbers depend on: comments change nothing; code and tables rename the result."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def cells(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    monkeypatch.chdir(ROOT)
    import cells

    yield cells
    for name in ("cells", "dependencies", "plan", "environment"):
        sys.modules.pop(name, None)


SOURCE = '''"""Adds."""

# %% [markdown]
# # Title
def add(a, b):
    """Return the sum."""
    return a + b  # as it says
'''


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("# # Title", "# # Another title", True),
        ('"""Adds."""', '"""Adds two numbers.\n\nAnd no more.\n"""', True),
        ("  # as it says", "", True),
        ("    return", "\n    return", True),
        ("a + b", "a - b", False),
        ("def add", "x = '''# no comment'''\ndef add", False),
    ],
)
def test_only_code_counts(cells, tmp_path, old, new, same):
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text(SOURCE)
    second.write_text(SOURCE.replace(old, new))
    assert SOURCE.replace(old, new) != SOURCE
    assert (cells._code(first) == cells._code(second)) == same


def test_a_hash_in_a_text_is_no_comment(cells, tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x = '#1'  # one\n")
    assert cells._code(path) == "x = '#1'"


def test_results_have_a_name_for_every_content_parameter_and_environment(cells, tmp_path, monkeypatch):
    cell = cells.Cell("welcome", {"seed": 1})
    others = [
        cells.Cell("welcome", {"seed": 2}),
        cells.Cell("welcome", {"seed": 1}, {"OMP_NUM_THREADS": "2"}),
    ]
    names = {each.file(tmp_path) for each in (cell, *others)}
    assert cell.file(tmp_path) == cells.Cell("welcome", {"seed": 1}).file(tmp_path)
    monkeypatch.setattr(cells, "chapter_content", lambda chapter: "other")
    names.add(cell.file(tmp_path))
    monkeypatch.setattr(cells, "version", lambda package: "9.9")
    names.add(cell.file(tmp_path))
    assert len(names) == 5


CHAPTERS = [
    "%matplotlib inline\nimport sympy as sp\nfrom manytasks import simulate\n",
    "import (",
    "import nowhere\n",
]
LOADED = """
import os, sys, cells
os.environ["MPLBACKEND"] = "agg"
cells.preload([cells.KEEPING, *sys.argv[1:]])
print(*[name for name in ("manytasks.simulate", "matplotlib", "sympy", "torch") if name in sys.modules])
"""


def test_what_chapters_import_is_read_from_their_cells(cells):
    from forks import imports

    assert imports(CHAPTERS) == [("sympy", ""), ("manytasks", "simulate"), ("nowhere", "")]


def test_forks_inherit_what_their_chapters_import_and_no_more():
    command = [sys.executable, "-c", LOADED, *CHAPTERS]
    done = subprocess.run(command, cwd=ROOT / "workflow", capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["manytasks.simulate", "sympy", "torch"]
