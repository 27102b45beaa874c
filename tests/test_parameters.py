"""Parameters cells: what they state is read, and other values are refused with one line."""

from pathlib import Path

import pytest
from check import parameters_cell
from messages import whole

from manytasks import parameters
from manytasks.readers import short

CELL = """
profile = "book"
seed = 1
n = 50  # samples per task [5 to 200]
noise = 0.1  # variance σ² of the labels [0 to 1e3]
widths = (4, 8)  # hidden units [1 to 512]
data = "glyphs"  # images [any of "glyphs", "digits"]
settings = [  # activation and head
    ("tanh", 1),
    ("relu", 2),
]  # [any of "tanh", "relu", 1, 2]
x, y = 1.2, -1.3  # where it starts [-2 to 2]
exact = True
"""


def test_a_cell_is_read_as_it_stands():
    read = parameters.read(CELL)
    assert list(read) == ["profile", "seed", "n", "noise", "widths", "data", "settings", "x", "y", "exact"]
    assert [read[name].default for name in ("n", "widths", "y")] == [50, (4, 8), -1.3]
    assert read["noise"].meaning == "variance σ² of the labels"
    assert (read["noise"].low, read["noise"].high, read["noise"].allowed) == (0, 1000, "0 to 1e3")
    assert read["data"].choices == ("glyphs", "digits")
    assert read["exact"].allowed == "finite"


DEFAULT = "the default of n must be a number, a text, a truth value or some of them; got "
TAKEN = {
    "n": [5, 200],
    "noise": [0, 0.5, 1000],
    "widths": [(1,), [4, 512], 10 * [1]],
    "settings": [[["relu", 2]]],
    "data": ["digits"],
    "x": [-2.0, 2],
    "profile": ["paper"],
    "seed": [0, 4294967295],
}
REFUSED = [
    ("n", 4, "must be 5 to 200; got 4"),
    ("n", 201, "must be 5 to 200; got 201"),
    ("n", 50.0, "must be int like its default 50; got 50.0"),
    ("n", True, "must be int like its default 50; got True"),
    ("noise", -1.0, "must be 0 to 1e3; got -1.0"),
    ("noise", float("nan"), "must be 0 to 1e3; got nan"),
    ("widths", (4, 513), "must be 1 to 512; got 513"),
    *[
        ("widths", value, f"must be tuple like its default (4, 8); got {short(value)}")
        for value in (4, "48", ["a"], [None], [[1]], [4.5], [True], {4: 8})
    ],
    ("widths", (), "must have 1 to 10 members; got 0"),
    ("widths", 11 * [4], "must have 1 to 10 members; got 11"),
    *[
        (
            "settings",
            value,
            f"must be list like its default [('tanh', 1), ('relu', 2)]; got {value!r}",
        )
        for value in ([["tanh"]], ["tanh", 1], [["tanh", "relu"]], [["tanh", 1, 2]], [[]])
    ],
    ("settings", [], "must have 1 to 10 members; got 0"),
    ("data", "mnist", 'must be any of "glyphs", "digits"; got \'mnist\''),
    ("settings", [["softplus", 1]], 'must be any of "tanh", "relu", 1, 2; got \'softplus\''),
    ("x", float("inf"), "must be -2 to 2; got inf"),
    ("seed", -1, "must be 0 to 4294967295; got -1"),
    ("seed", 10**400, f"must be 0 to 4294967295; got {short(10**400)}"),
    ("noise", None, "must be float like its default 0.1; got None"),
    ("exact", 1, "must be bool like its default True; got 1"),
]


def test_values_in_range_are_taken_up_to_both_ends():
    read = parameters.read(CELL)
    assert [(name, value) for name in TAKEN for value in TAKEN[name] if read[name].fault(value)] == []


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_other_values_are_refused(name, value, message):
    assert parameters.read(CELL)[name].fault(value) == message
    values = {key: parameter.default for key, parameter in parameters.read(CELL).items()}
    with pytest.raises(ValueError, match=whole(f"{name} {message}")):
        parameters.check(["import numpy", CELL, "1 + 1"], values | {name: value})


def test_the_last_cell_with_ranges_counts():
    changed = CELL.replace("[5 to 200]", "[5 to 100]")
    values = {key: parameter.default for key, parameter in parameters.read(CELL).items()}
    parameters.check(["", CELL], values | {"n": 200})
    with pytest.raises(ValueError, match=whole("n must be 5 to 100; got 200")):
        parameters.check(["", CELL, changed, "n = 200"], values | {"n": 200})


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("n = 3  # [5 to 9]", "the default of n must be 5 to 9; got 3"),
        ("n = 3  # [over 2]", "the range of n must read [low to high] or [any of a, b]; got [over 2]"),
        ("n = 3  # [1 to many]", "the range of n must read [low to high] or [any of a, b]; got [1 to many]"),
        ("n = 2 * 3", "a parameters cell assigns literals and does nothing else; got 'n = 2 * 3'"),
        ("import os", "a parameters cell assigns literals and does nothing else; got 'import os'"),
        ("n = None", f"{DEFAULT}None"),
        ("n = 1j", f"{DEFAULT}1j"),
        ("n = {1: 2}", f"{DEFAULT}{{1: 2}}"),
        ("n = ()", f"{DEFAULT}()"),
        ("n = (1, None)  # [1 to 2]", f"{DEFAULT}(1, None)"),
        ("a, b = (1, 2, 3)", "a, b are 2 names for 3 values"),
        ("n = 3  # [1 to 2", "the range of n must stand in brackets at the end; got '# [1 to 2'"),
        ("n += 1", "a parameters cell assigns literals and does nothing else; got 'n += 1'"),
    ],
)  # fmt: skip
def test_a_cell_that_says_something_else_is_refused(cell, message):
    with pytest.raises(ValueError, match=whole(message)):
        parameters.read(cell)


def test_a_range_may_stand_inside_of_a_long_assignment():
    cell = "n = (\n    100  # draws below the threshold [2 to 400]\n)"
    assert parameters.read(cell)["n"].allowed == "2 to 400"


CHAPTERS = sorted(Path("notebooks").rglob("*.py"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_number_of_a_chapter_has_a_range(chapter):
    """Or its page could be asked for what it cannot compute, and would say so after a minute."""
    cell = parameters_cell(chapter.read_text(encoding="utf-8"))
    numbers = {
        name: parameter.allowed
        for name, parameter in parameters.read(cell).items()
        if isinstance(parameter.default, int | float | list | tuple)
        and not isinstance(parameter.default, bool)
    }
    assert numbers
    assert [name for name, allowed in numbers.items() if allowed == "finite"] == []
