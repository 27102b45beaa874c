"""What no chapter may do: check without words, add to a seed, take a normal quantile for few draws.

And the law of `workflow/lines.py`: no hidden cell over 40 lines, no function over 6, no class, at most
500 lines, 35 % of them prose. A page beyond it has a ceiling here, which may only fall.
"""

import ast
from pathlib import Path

import jupytext
import pytest
from lines import count

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
CHAPTERS = sorted(NOTEBOOKS.rglob("*.py"))


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


LONGEST_PAGE, LEAST_PROSE, MOST_HIDDEN = 500, 0.35, 6_000
DERIVES = {"bridge/similar-noise": ["left_and_right"]}  # shown: an exact sum over all features, by definition
LONG = {
    "bridge/bracket-moments": 576,
    "bridge/real-features": 568,
    "bridge/training-length": 545,
    "bridge/universality": 556,
    "dynamics/bracket": 635,
    "dynamics/forgetting": 531,
    "dynamics/remedies": 537,
    "multitask/many-tasks": 565,
    "multitask/transfer": 677,
    "networks/megabyte": 536,
    "networks/similarity": 680,
    "replay/buffer": 688,
    "replay/rehearse": 651,
}
TALKS_LITTLE = {
    "bridge/real-features": 0.31,
    "bridge/universality": 0.29,
    "dynamics/bracket": 0.33,
    "dynamics/explore-flows": 0.2,
    "dynamics/forgetting": 0.34,
    "dynamics/modified-equation": 0.26,
    "multitask/explore": 0.17,
    "networks/lengths": 0.28,
    "networks/megabyte": 0.33,
    "networks/random-features": 0.33,
    "networks/schedules": 0.32,
    "networks/small-data": 0.24,
    "replay/budget": 0.32,
    "replay/explore-replay": 0.17,
    "replay/which-order": 0.32,
}
HIDDEN_NOW = 7904


def name_of(chapter):
    return chapter.relative_to(NOTEBOOKS).with_suffix("").as_posix()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name_of)
def test_a_page_hides_no_long_code(chapter):
    lines = count(chapter)
    assert lines.long_cells == [], (
        "lines of hidden cells: what measures belongs into studies, what draws into page"
    )
    derives = DERIVES.get(name_of(chapter), [])
    assert lines.definitions == derives, "a function of more than a few lines has its tests in src"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=name_of)
def test_a_page_is_short_and_talks(chapter):
    lines, name = count(chapter), name_of(chapter)
    assert lines.total <= LONG.get(name, LONGEST_PAGE)
    assert round(lines.share_of_prose, 2) >= TALKS_LITTLE.get(name, LEAST_PROSE)


def test_ceilings_fall_with_what_they_hold_down():
    pages = {name_of(chapter): count(chapter) for chapter in CHAPTERS}
    assert {name: pages[name].total for name in LONG} == LONG, "lower the ceiling; at 500 it goes"
    assert min(LONG.values(), default=LONGEST_PAGE + 1) > LONGEST_PAGE
    prose = {name: round(pages[name].share_of_prose, 2) for name in TALKS_LITTLE}
    assert prose == TALKS_LITTLE, "raise the floor; at 35 % it goes"
    assert max(TALKS_LITTLE.values(), default=0) < LEAST_PROSE
    assert sum(lines.hidden for lines in pages.values()) <= max(HIDDEN_NOW, MOST_HIDDEN)
