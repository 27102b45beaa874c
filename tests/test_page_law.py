"""What no chapter may do: check without words, add to a seed, take a normal quantile for a few draws."""

import ast
from pathlib import Path

import jupytext
import pytest

CHAPTERS = sorted(Path(__file__).parents[1].joinpath("notebooks").rglob("*.py"))


def code_of(chapter):
    cells = jupytext.read(chapter).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def is_seed(node):
    return isinstance(node, ast.Name) and node.id == "seed"


def offences(source):
    """Return one line for each thing that a chapter may not do."""
    found = []
    for node in ast.walk(ast.parse(source)):
        where = f"line {getattr(node, 'lineno', 0)} of its code"
        if isinstance(node, ast.Assert):
            found.append(f"{where}: a bare assert says nothing; use manytasks.checks")
        if isinstance(node, ast.BinOp) and (is_seed(node.left) or is_seed(node.right)):
            found.append(f"{where}: arithmetic on seed; give the stream a name: (seed, 'name', i)")
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("default_rng", "manual_seed")):
            arguments = " ".join(ast.unparse(argument) for argument in node.args)
            if not node.args or "stream_number" not in arguments:
                found.append(f"{where}: a generator without a name; use manytasks.streams")
        if isinstance(node, ast.Constant) and node.value == 1.96:
            found.append(f"{where}: 1.96 covers too seldom for few draws; use manytasks.statistics")
    return found


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_law_of_a_page(chapter):
    assert offences(code_of(chapter)) == []


@pytest.mark.parametrize(
    "source",
    [
        "assert x < 1",
        "simulate.error(tasks, seed=seed + 3)",
        "network.initial(1000 * seed + i)",
        "np.random.default_rng(3)",
        "torch.Generator().manual_seed(seed)",
        "half = 1.96 * error",
    ],
)
def test_the_law_sees_what_it_forbids(source):
    assert offences(source)


def test_the_law_allows_what_it_recommends():
    source = 'torch.Generator().manual_seed(stream_number(seed, "tasks")); f(seed=(seed, "opposed", i + 1))'
    assert offences(source) == []
