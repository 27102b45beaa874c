"""A page is made of this tree and nothing else: no setting of the machine changes it, and no second run."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from miniature import HEADER, miniature

pytestmark = pytest.mark.book
# What a page can show: a figure, an explorer, an error estimate with a badge, the order of a set.
SHOWN = """# %% [markdown]
# # What does a page show?

# %% tags=["parameters"]
seed = 1

# %%
import matplotlib as mpl
import matplotlib.pyplot as plt
from bokeh.models import ColumnDataSource

from manytasks import evidence, figures, interactive

import warnings

%matplotlib inline
warnings.warn("careful")
fig, ax = plt.subplots()
ax.plot([1, 2])
figures.show(fig, name="curve", caption="A line.", alt="a line that rises")
interactive.load("")

# %%
for name in ("first", "second"):
    data = ColumnDataSource({"x": [1], "y": [1]})
    drawing = interactive.canvas("x", "y")
    drawing.line("x", "y", source=data)
    interactive.show(
        [interactive.Slider("n", "n", 1, 3, 2)],
        [interactive.Plot("A line", drawing)],
        sources={"data": data},
        update="return {values: [], words: ''};",
        name=name,
        caption="A line.",
        alt="a line that can move",
    )

# %%
evidence.record("O.0", "count", "errors", 0, "<", 1, n=seed)
print({"a", "b", "c"})
"""
# What the page can know about the machine.
AROUND = """
# %%
import os, sys
import manytasks

print(manytasks.__file__, sys.executable, __debug__, sys.flags.utf8_mode, globals().get("INJECTED"))
print({key: mpl.rcParams[key] for key in ("axes.grid", "figure.dpi", "axes.spines.top")})
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    tree = miniature(tmp_path_factory.mktemp("same") / "tree")
    (tree / "notebooks/welcome.py").write_text(HEADER + SHOWN + AROUND)
    return tree


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """All that may steer Python and its tools on a machine, each with a trap in it."""
    trap = tmp_path_factory.mktemp("hostile")
    start = "INJECTED = 42\n"
    files = {
        "other/manytasks/__init__.py": "raise ImportError('this is another checkout')",
        ".ipython/profile_default/startup/trap.py": start,
        "startup.py": start,
        "kernels/kernels/python3/kernel.json": json.dumps(
            {"argv": ["/bin/false", "{connection_file}"], "display_name": "trap", "language": "python"}
        ),
        ".config/matplotlib/matplotlibrc": "axes.grid: True\nfigure.dpi: 33\n",
        "matplotlibrc": "axes.grid: True\nfigure.dpi: 33\n",
        ("x" * 100) + "/file": "",
    }
    for name, text in files.items():
        (trap / name).parent.mkdir(parents=True, exist_ok=True)
        (trap / name).write_text(text)
    return {
        "HOME": str(trap),
        "PYTHONPATH": str(trap / "other"),
        "PYTHONOPTIMIZE": "1",
        "PYTHONSTARTUP": str(trap / "startup.py"),
        "PYTHONHASHSEED": "7",
        "IPYTHONDIR": str(trap / ".ipython"),
        "JUPYTER_PATH": str(trap / "kernels"),
        "MATPLOTLIBRC": str(trap / "matplotlibrc"),
        "MPLCONFIGDIR": str(trap / ".config/matplotlib"),
        "XDG_CONFIG_HOME": str(trap / ".config"),
        "TMPDIR": str(trap / ("x" * 100)),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "ATEN_CPU_CAPABILITY": "default",  # another processor, for torch
    }


@pytest.fixture(scope="module")
def run(tree, tmp_path_factory):
    """A function that runs the notebook and returns it."""
    folder = tmp_path_factory.mktemp("runs")

    def run(name, **more):
        output = folder / f"{name}.ipynb"
        command = [sys.executable, "workflow/execute.py", "notebooks/welcome.py", str(output), '{"seed": 2}']
        done = subprocess.run(
            command, cwd=tree, env=os.environ | more, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return nbformat.read(output, as_version=4)

    return run


@pytest.fixture(scope="module")
def first(run):
    return run("first")


def test_a_forked_kernel_makes_the_same_page(first, run, tree, monkeypatch):
    import forks
    from environment import environment

    monkeypatch.setattr(forks, "__file__", str(tree / "workflow/forks.py"))
    notebook = tree / "notebooks/welcome.py"
    with forks.answering([notebook, notebook], environment()) as more:
        assert list(more) == [forks.ADDRESS]
        assert run("forked", **more).cells == first.cells


def test_two_runs_differ_in_nothing_but_their_time(first, run, hostile):
    # The second in surroundings that would change it if they could.
    second = run("second", **hostile)
    times = [page.metadata.papermill.pop("duration") for page in (first, second)]
    assert min(times) > 0
    assert all(page.metadata.papermill.pop("end_time") for page in (first, second))
    assert len({page.metadata.manytasks.pop("seal") for page in (first, second)}) == 2
    plain, emulated = (page.metadata.manytasks.pop("machine") for page in (first, second))
    assert emulated == plain | {"instructions": "ATEN_CPU_CAPABILITY=default"}
    assert first == second
    assert [cell.id for cell in first.cells] == [f"cell-{i}" for i in range(len(first.cells))]
    assert "cell-3:10: UserWarning: careful" in json.dumps(first)
    assert "partial" not in json.dumps(first.metadata)


def test_a_page_is_made_of_this_tree_in_an_environment_of_its_own(first, tree):
    around, style = first.cells[-1].outputs[0].text.splitlines()
    package = tree / "src/manytasks/__init__.py"
    assert around == f"{package} {sys.executable} True 1 None"
    assert style == "{'axes.grid': False, 'figure.dpi': 100.0, 'axes.spines.top': False}"


def test_the_ids_of_an_explorer_come_from_its_name(first):
    pages = [
        "".join(each.data["text/html"])
        for cell in first.cells
        for each in cell.get("outputs", [])
        if "data" in each
    ]
    for name in ("first", "second"):
        (page,) = [page for page in pages if f'id="figure-{name}"' in page]
        assert f'<div id="canvas-{name}-0"' in page
        assert page.count(f"canvas-{name}-0") >= 2  # the script finds its place
