"""What the build decides before it runs anything: what belongs to the book, and what depends on what."""

import ast
import doctest
import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from manytasks.checkout import commit

ROOT = Path(__file__).parents[1]


@pytest.fixture
def workflow(monkeypatch):
    """The workflow's scripts import each other by name, as they do when Snakemake runs them."""
    monkeypatch.syspath_prepend(ROOT / "workflow")
    monkeypatch.chdir(ROOT)
    yield
    for name in ("build", "check", "dependencies", "environment", "pages", "plan", "render"):
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


def test_a_notebook_depends_on_what_is_kept_beside_a_table_that_it_trains_again(project):
    from dependencies import data_files

    Path("data/widths-book.prints.json").touch()
    notebook = project / "notebook.py"
    notebook.write_text("load_results('widths', 'book')\n")
    assert data_files(notebook) == ["data/widths-book.csv"]
    notebook.write_text("load_results('widths'); deep.agree_with_table(\n    'widths', 'narrow')\n")
    assert data_files(notebook) == ["data/widths-book.csv", "data/widths-book.prints.json"]


def test_what_cannot_be_parsed_depends_on_the_whole_package(project):
    from dependencies import package_sources

    notebook = project / "notebook.py"
    notebook.write_text("from package import formulas\nthis is no Python\n")
    everything = sorted(map(str, Path("src").rglob("*.py")))
    assert package_sources(notebook) == everything
    notebook.write_text("from package import formulas\n")
    (project / "src/package/constants.py").write_text("x =")
    assert package_sources(notebook) == everything


def test_lines_for_ipython_hide_no_import(project):
    from dependencies import package_sources

    notebook = project / "notebook.py"
    notebook.write_text(
        "%matplotlib inline\nif True:\n    !ls\n    %time 1\n    from package import formulas\n"
    )
    assert "src/package/constants.py" in package_sources(notebook)


@pytest.fixture
def planned(project, monkeypatch):
    """A function that returns the digests of a book of two chapters in the project."""
    import plan

    files = {
        "_toc.yml": "root: notebooks/a\nchapters:\n- file: notebooks/part/b\n- file: book/page\n",
        "_config.yml": "",
        "config/smoke.yml": "part/b: {n: 2}",
        "notebooks/a.py": "from package import formulas\nload_results('widths')\n",
        "notebooks/part/b.py": "import numpy\n",
        "book/page.md": "# Page\n",
        "requirements.lock": "numpy==2\n",
        "src/manytasks/levels.yml": "a: {x: 1}\npart/b: {y: 1}\n",
        "src/manytasks/claims.yml": "[]",
        "src/package/weights.npz": "",
        "workflow/execute.py": "",
        "workflow/judge.py": "",
        "workflow/render.py": "",
        "workflow/environment.py": "",
    }
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    monkeypatch.delenv("MANYTASKS_REPOSITORY", raising=False)

    def digests():
        made = plan.plan("smoke")
        return {name: chapter["digest"] for name, chapter in made.pop("chapters").items()} | made

    return digests


BOOK = {"book"}
JUDGED = {"verdicts"} | BOOK
ALL = {"a", "part/b"} | JUDGED


@pytest.mark.parametrize(
    ("file", "text", "again"),
    [
        ("notebooks/part/b.py", "import scipy\n", {"part/b"} | JUDGED),
        ("src/package/constants.py", "x = 1\n", {"a"} | JUDGED),
        ("src/package/weights.npz", "1", {"a"} | JUDGED),
        ("src/package/unused.py", "x = 1\n", BOOK),
        ("data/widths-book.csv", "n\n1\n", {"a"} | JUDGED),
        ("requirements.lock", "numpy==3\n", ALL),
        ("workflow/execute.py", "1", ALL),
        ("workflow/environment.py", "1", ALL),
        ("workflow/reading.py", "1", ALL),
        ("workflow/judge.py", "1", JUDGED),
        ("workflow/render.py", "1", BOOK),
        ("config/smoke.yml", "part/b: {n: 3}", {"part/b"} | JUDGED),
        ("src/manytasks/levels.yml", "a: {x: 2}\npart/b: {y: 1}\n", {"a"} | JUDGED),
        ("src/manytasks/claims.yml", "[1]", JUDGED),
        ("book/page.md", "# Other\n", BOOK),
        ("book/new.md", "# New\n", BOOK),
        ("_config.yml", "title: x", BOOK),
        ("data/replication.csv", "1", BOOK),
    ],
)
def test_content_decides_what_is_made_again_and_dates_do_not(file, text, again, planned):
    before = planned()
    if Path(file).exists():
        Path(file).touch()
    assert planned() == before
    Path(file).write_text(text)
    os.utime(file, (0, 0))
    assert {name for name, digest in planned().items() if before[name] != digest} == again


def test_python_and_what_the_machine_has_are_content_too(planned, monkeypatch):
    import plan

    before = planned()

    def again():
        return {name for name, digest in planned().items() if before[name] != digest}

    monkeypatch.setenv("MANYTASKS_REPOSITORY", "https://github.com/someone/manytasks")
    assert again() == BOOK
    monkeypatch.delenv("MANYTASKS_REPOSITORY")
    monkeypatch.setattr(plan, "chromium", lambda: "/a/new/browser")
    assert again() == BOOK
    monkeypatch.setattr(plan.platform, "python_version", lambda: "3.99.0")
    assert again() == ALL


def test_only_what_is_finished_stays(project):
    from plan import clear
    from seal import OPEN, sealed

    def write(name, content):
        path = Path("build/smoke") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def notebook(name, digest, **more):
        made = {"digest": digest, "seal": OPEN} | more
        content = sealed(json.dumps({"cells": [], "metadata": {"manytasks": made}}).encode())
        return write(f"notebooks/{name}.ipynb", content.decode())

    def book():
        Path("build/html-smoke").mkdir(exist_ok=True)
        Path("build/html-smoke/index.html").touch()
        write("evidence.json", "[]")
        return write("faults.json", '{"digest": "2"}'), write("rendered.json", '{"digest": "3"}')

    planned = {"chapters": {"a": {"digest": "1"}, "part/b": {"digest": "1"}}, "verdicts": "2", "book": "3"}
    good = [notebook("a", "1"), notebook("part/b", "1"), *book()]
    clear("smoke", planned)
    assert [path.exists() for path in good] == [True] * 4
    Path("build/html-smoke/index.html").unlink()
    clear("smoke", planned)
    assert [path.exists() for path in good] == [True, True, True, False]
    book()
    clear("smoke", planned | {"book": "4"})
    assert [path.exists() for path in good] == [True, True, True, False]
    book()
    clear("smoke", planned | {"verdicts": "3"})
    assert [path.exists() for path in good] == [True, True, False, False]
    for stale in [
        lambda: notebook("part/b", "0"),
        lambda: notebook("part/b", "1", failure={}),
        lambda: write("notebooks/part/b.ipynb", '{"metadata": {"manytasks"'),
        lambda: write("notebooks/part/b.ipynb", "[]"),
    ]:
        stale(), book()
        clear("smoke", planned)
        assert [path.exists() for path in good] == [True, False, False, False]
        assert not Path("build/smoke/evidence.json").exists()
    notebook("part/b", "1"), book()
    gone = [notebook("part/c", "1"), write("notebooks/a.1.partial.ipynb", "{}")]
    clear("smoke", planned)
    assert clear("smoke", planned) == []
    assert [path.exists() for path in good + gone] == [True] * 4 + [False] * 2
    good[1].write_text(good[1].read_text().replace('"cells": []', '"cells": [{}]'))
    assert clear("smoke", planned) == [good[1]]
    assert [path.exists() for path in good] == [True, False, False, False]
    notebook("part/b", "1", seal="")
    assert clear("smoke", planned) == [good[1]]


def test_the_key_of_a_chapter_holds_all_that_turns_it_into_an_executed_one(workflow):
    from plan import EXECUTION, TOOLS

    tree = ast.parse((ROOT / "workflow/execute.py").read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    own = {f"workflow/{name}.py" for name in imported if (ROOT / f"workflow/{name}.py").is_file()}
    assert own | {"workflow/execute.py"} == {*EXECUTION, "workflow/environment.py", "workflow/check.py"}
    assert "workflow/environment.py" in TOOLS


def test_a_full_disk_is_told_before_anything_runs(project, monkeypatch):
    import check

    Path("build").mkdir()
    monkeypatch.delenv("MANYTASKS_REPOSITORY", raising=False)
    assert list(check.machine()) == []
    monkeypatch.setattr(check.shutil, "disk_usage", lambda _: SimpleNamespace(free=15e6))
    (fault,) = check.machine()
    assert fault == (
        "cannot write build: No space left on device (15 MB are free, a build needs at least 100 MB)"
    )


STEERING = (
    "PYTHONOPTIMIZE",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "IPYTHONDIR",
    "JUPYTER_PATH",
    "JUPYTER_PLATFORM_DIRS",
)
STEERING += (
    "MPLBACKEND",
    "MATPLOTLIBRC",
    "BOKEH_RESOURCES",
    "SNAKEMAKE_PROFILE",
    "SPHINXOPTS",
    "DOCUTILSCONFIG",
)
STEERING += (
    "GIT_DIR",
    "SYMPY_USE_CACHE",
    "SYMPY_GROUND_TYPES",
    "TORCH_LOGS",
    "TORCHDYNAMO_DISABLE",
    "PIP_TARGET",
)
STEERING += ("SCIPY_ARRAY_API", "PANDAS_COPY_ON_WRITE", "XDG_CONFIG_HOME", "COLUMNS", "ANYTHING_ELSE")
NEEDED = (
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "HTTPS_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "CUDA_VISIBLE_DEVICES",
)
NEEDED += (
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "NPY_DISABLE_CPU_FEATURES",
    "SLURM_JOB_ID",
    "SBATCH_PARTITION",
)
NEEDED += (
    "MANYTASKS_DATA",
    "MANYTASKS_REPOSITORY",
    "CHROMIUM",
    "HF_HOME",
    "XDG_CACHE_HOME",
    "LD_LIBRARY_PATH",
)


def test_a_step_sees_what_it_may_know_and_nothing_that_steers(workflow, monkeypatch):
    import environment

    for name in (*STEERING, *NEEDED):
        monkeypatch.setenv(name, "theirs")
    seen = environment.environment()
    assert [name for name in STEERING if seen.get(name) == "theirs"] == []
    assert [name for name in NEEDED if seen.get(name) != "theirs"] == []
    monkeypatch.setenv("MANYTASKS_ENVIRONMENT", "ANYTHING_ELSE, GIT_DIR,JUPYTER_PATH")
    asked = environment.environment()
    assert asked["ANYTHING_ELSE"] == asked["GIT_DIR"] == "theirs"
    assert asked["JUPYTER_PATH"] == seen["JUPYTER_PATH"]


def test_a_commit_is_that_of_this_checkout_whatever_git_is_doing(monkeypatch, tmp_path):
    here = commit()
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    assert commit() == here


def test_a_package_from_elsewhere_is_refused(workflow, tmp_path, monkeypatch):
    import environment

    assert environment.foreign() == ""
    monkeypatch.setattr(environment, "SOURCE", tmp_path)
    assert environment.foreign() == (
        f"manytasks must be the package in {tmp_path}; Python finds {ROOT / 'src/manytasks/__init__.py'}"
    )


def test_only_notebooks_of_the_table_of_contents_are_chapters(project):
    from dependencies import chapters

    toc = project / "_toc.yml"
    toc.write_text("root: notebooks/welcome\nchapters:\n- file: book/reading\n- file: notebooks/a/b\n")
    assert chapters(toc) == ["welcome", "a/b"]


def test_a_quick_look_does_not_overwrite_the_book(workflow):
    from plan import html_folder

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
        "colab_url": "https://colab.research.google.com",
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
