"""What the second renderer is given says the same in words that it knows."""

import json
import re
from pathlib import PurePosixPath

import pytest
import second
import yaml

PAGE = PurePosixPath("notebooks/part/a.ipynb")
TOC = "root: notebooks/part/a\nparts:\n- caption: One\n  chapters:\n  - file: book/b\n"


@pytest.fixture
def source(tmp_path):
    for name in ("notebooks/part/a.ipynb", "notebooks/part/c.ipynb", "book/b.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "_config.yml").write_text("title: T\nauthor: A\nbibtex_bibfiles: [x.bib]\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("see {doc}`c`, {doc}`the other <../../book/b>`", "see [](c.ipynb), [the other](../../book/b.md)"),
        ("{glue:text}`n` of {glue:text}`x:.2f`", "ten of 0.13"),
        ("```{button-ref} c\n:color: primary\nOne\n```", "[One](c.ipynb)"),
        (
            "```{glossary}\nterm\n  Its meaning,\n  in two lines.\n\nother\n  More.\n```",
            "```{glossary}\nterm\n: Its meaning,\n  in two lines.\n\nother\n: More.\n```",
        ),
        ("{prf:ref}`thm` and {cite}`key` and $x$", "{prf:ref}`thm` and {cite}`key` and $x$"),
    ],
)
def test_what_only_sphinx_knows_is_said_in_the_words_of_both(words, wanted, source):
    assert second.translate(words, PAGE, source, {"n": "ten", "x": 0.126}) == wanted


def test_a_page_that_is_not_there_is_named(source):
    with pytest.raises(ValueError, match=r"has no page notebooks/part/nowhere$"):
        second.translate("{doc}`nowhere`", PAGE, source, {})


def test_the_reference_has_a_line_for_each_public_name():
    lines = second.translate(
        "```{eval-rst}\n.. automodule:: manytasks.checks\n   :members:\n```", PAGE, PAGE, {}
    ).splitlines()
    assert any(line.startswith("* `require`: ") for line in lines)
    assert "eval-rst" not in "".join(lines)


def test_numbers_come_from_the_notebook(source):
    data = {second.RECORD: "0.5"}
    output = {"output_type": "display_data", "metadata": {"scrapbook": {"name": "x"}}, "data": data}
    cells = [
        {"cell_type": "code", "source": "1", "outputs": [output]},
        {"cell_type": "markdown", "source": ["It is ", "{glue:text}`x:.1f`."]},
    ]
    assert second.notebook({"cells": cells}, PAGE, source)["cells"][1]["source"] == "It is 0.5."


def test_there_is_one_table_of_contents(source):
    found = second.project(source)["project"]
    assert found["toc"] == [
        {"file": "notebooks/part/a.ipynb"},
        {"title": "One", "children": [{"file": "book/b.md"}]},
    ]
    assert (found["title"], found["bibliography"]) == ("T", ["x.bib"])


@pytest.fixture
def tree(source, tmp_path_factory, monkeypatch):
    """A tree whose pages are staged, and in which mystmd is a script."""
    tree = tmp_path_factory.mktemp("tree")
    (tree / "build/smoke").mkdir(parents=True)
    monkeypatch.chdir(tree)
    monkeypatch.setattr(second.environment, "ROOT", tree)
    anchor = {"cell_type": "code", "source": "", "outputs": [{"html": '<p id="figure-x">'}]}
    (source / "notebooks/part/a.ipynb").write_text(json.dumps({"cells": [anchor]}))
    (source / "notebooks/part/c.ipynb").write_text(json.dumps({"cells": []}))
    source.rename(tree / "build/smoke/source")
    return tree


def says(tree, monkeypatch, *lines):
    program = tree / "myst"
    program.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines))
    program.chmod(0o755)
    monkeypatch.setattr(second, "myst", lambda: program)


def test_anchors_inside_of_outputs_are_no_fault_and_warnings_are_counted(tree, monkeypatch, capsys):
    inside = '⚠️  a.ipynb No target for internal reference "#figure-x" was found.'
    says(tree, monkeypatch, inside, "⚠️  b.md a matter of style")
    second.main("smoke")
    assert capsys.readouterr().out == f"second renderer ({second.MYST}): 0 pages, 0 errors, 1 warnings\n"
    assert yaml.safe_load((tree / "build/smoke/second/myst.yml").read_text())["version"] == 1


@pytest.mark.parametrize(
    "fault",
    [
        "⛔️ book/b.md:3 unknown role: nothing",
        "⚠️  book/b.md Cross reference target was not found: thm-x",
        '⚠️  a.ipynb No target for internal reference "#figure-y" was found.',
    ],
)
def test_a_fault_names_the_page(fault, tree, monkeypatch):
    says(tree, monkeypatch, fault)
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}$"):
        second.main("smoke")


def test_without_node_the_step_is_skipped_and_says_so(tree, monkeypatch, capsys):
    monkeypatch.setattr(second.shutil, "which", lambda _: None)
    second.main("smoke")
    assert capsys.readouterr().out == "second renderer: skipped, there is no Node here (nodejs.org)\n"
