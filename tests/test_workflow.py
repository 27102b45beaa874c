"""What the build decides before it runs anything: what belongs to the book, and what depends on what."""

import doctest
import os
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture
def workflow(monkeypatch):
    """The workflow's scripts import each other by name, as they do when Snakemake runs them."""
    monkeypatch.syspath_prepend(ROOT / "workflow")
    monkeypatch.chdir(ROOT)
    yield
    for name in ("build", "dependencies", "pages", "render"):
        sys.modules.pop(name, None)


@pytest.fixture
def project(workflow, tmp_path, monkeypatch):
    """A package of three modules in an empty folder."""
    package = tmp_path / "src" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "formulas.py").write_text("import numpy\nfrom package import constants\n")
    (package / "constants.py").touch()
    (package / "unused.py").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "widths-book.csv").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_notebook_depends_on_what_it_imports_also_indirectly_and_late(project):
    from dependencies import package_sources

    notebook = project / "notebook.py"
    notebook.write_text("def draw():\n    from package import formulas\n")
    expected = [f"src/package/{name}.py" for name in ("__init__", "constants", "formulas")]
    assert package_sources(notebook) == expected


def test_dependencies_are_remembered_until_a_source_changes(project, monkeypatch):
    import dependencies

    notebook, memory = Path("notebook.py"), Path("build/sources.json")
    notebook.write_text("from package import formulas\n")
    known = dependencies.remembered_sources([notebook], memory)
    assert known == {"notebook.py": dependencies.package_sources(notebook)}
    monkeypatch.setattr(dependencies, "package_sources", lambda *_: ["read again"])
    assert dependencies.remembered_sources([notebook], memory) == known
    Path("src/package/formulas.py").write_text("import numpy\n")
    assert dependencies.remembered_sources([notebook], memory) == {"notebook.py": ["read again"]}
    memory.write_text("{")
    assert dependencies.remembered_sources([notebook], memory) == {"notebook.py": ["read again"]}


def test_a_notebook_without_the_package_depends_on_none_of_it(project):
    from dependencies import package_sources

    notebook = project / "notebook.py"
    notebook.write_text("import numpy\n")
    assert package_sources(notebook) == []


def test_a_notebook_depends_on_the_tables_that_it_names(project):
    from dependencies import data_files

    notebook = project / "notebook.py"
    notebook.write_text("# data/widths-book.csv twice: data/widths-book.csv; data/not-there.csv\n")
    assert data_files(notebook) == ["data/widths-book.csv"]


def test_a_notebook_depends_on_every_profile_of_the_sweeps_that_it_loads(project):
    from dependencies import data_files

    Path("data/widths-paper.csv").touch()
    Path("data/depths-book.csv").touch()
    notebook = project / "notebook.py"
    notebook.write_text("load_results('widths', 'book'); load_results(\n 'widths'); load_results('absent')\n")
    assert data_files(notebook) == ["data/widths-book.csv", "data/widths-paper.csv"]


def test_only_notebooks_of_the_table_of_contents_are_chapters(project):
    from dependencies import chapters

    toc = project / "_toc.yml"
    toc.write_text("root: notebooks/welcome\nchapters:\n- file: book/reading\n- file: notebooks/a/b\n")
    assert chapters(toc) == ["welcome", "a/b"]


def test_a_quick_look_does_not_overwrite_the_book(workflow):
    from build import html_folder

    assert [html_folder(name) for name in ("book", "smoke")] == ["build/html", "build/html-smoke"]


def test_without_a_repository_the_configuration_stays_as_it_is(workflow, monkeypatch):
    from render import configuration

    monkeypatch.delenv("MANYTASKS_REPOSITORY", raising=False)
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert configuration(text) == text


def test_a_repository_adds_buttons_and_changes_nothing_else(workflow, monkeypatch):
    from render import configuration

    monkeypatch.setenv("MANYTASKS_REPOSITORY", "https://github.com/someone/manytasks")
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    before, after = yaml.safe_load(text), yaml.safe_load(configuration(text))
    assert after.pop("repository") == {
        "url": "https://github.com/someone/manytasks",
        "branch": "executed",
        "path_to_book": "",
    }
    assert after.pop("launch_buttons") == {
        "notebook_interface": "jupyterlab",
        "binderhub_url": "https://mybinder.org",
    }
    buttons = {name: after["html"].pop(name) for name in ("use_repository_button", "use_issues_button")}
    assert buttons == {"use_repository_button": True, "use_issues_button": True}
    del before["launch_buttons"]
    for name in buttons:
        del before["html"][name]
    assert after == before


def test_the_examples_of_how_to_read_this_book_are_true():
    # Here and not by --doctest-glob: of all pages only this one has examples.
    page = ROOT / "book" / "reading.md"
    result = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
    assert result.attempted >= 8


def test_every_make_target_is_explained_where_people_look():
    targets = [
        line.partition(":")[0]
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if ":" in line and "## " in line and line[0].islower()
    ]
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert {"book", "test", "lint", "bench", "serve", "clean", "help"} <= set(targets)
    assert [name for name in targets if name != "help" and f"`make {name}`" not in guide] == []


def test_continuous_integration_can_be_started():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
