"""What goes wrong on a reader's machine ends in one clear line, not in a traceback."""

import html
import json
import resource
import shutil
import subprocess
import sys

import nbformat
import pytest
from copies import ROOT, build
from miniature import CHAPTERS, HEADER, configure, miniature, source

pytestmark = pytest.mark.book
PARAMETERS = "profile, seed, noise, wait"
SEED = "parameter 'seed' must be int like its default 1"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return miniature(tmp_path_factory.mktemp("faults") / "tree")


@pytest.fixture
def tree(pristine, tmp_path):
    """A miniature for one test to break."""
    return shutil.copytree(pristine, tmp_path / "tree", ignore=shutil.ignore_patterns("build", "runs.log"))


def script(tree, name, *arguments, **more):
    """Run a step of the workflow; it must say its one line on standard error and nothing else."""
    command = [sys.executable, f"workflow/{name}.py", *map(str, arguments)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, **more)
    return done.returncode, done.stderr


def execute(tree, output, parameters=None, notebook="notebooks/welcome.py", **more):
    return script(tree, "execute", notebook, output, json.dumps(parameters or {}), **more)


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({"sede": 2}, f"unknown parameter 'sede'; its parameters are {PARAMETERS}"),
        ({"seed": "2"}, "parameter 'seed' must be int like its default 1; got '2'"),
        ({"seed": 2.0}, "parameter 'seed' must be int like its default 1; got 2.0"),
        ({"seed": True}, "parameter 'seed' must be int like its default 1; got True"),
        ({"noise": "low"}, "parameter 'noise' must be float like its default 0.5; got 'low'"),
        ({"wait": 3}, "parameter 'wait' must be str like its default ''; got 3"),
    ],
)
def test_wrong_parameters(parameters, fault, pristine, tmp_path):
    output = tmp_path / "notebooks" / "welcome.ipynb"
    assert execute(pristine, output, parameters) == (1, f"notebooks/welcome.py: {fault}\n")
    assert not output.parent.exists()


def test_a_whole_number_will_do_for_a_fraction_and_a_script_needs_no_header(pristine, tmp_path):
    bare = tmp_path / "welcome.py"
    bare.write_text(source("welcome").removeprefix(HEADER))
    output = tmp_path / "notebooks" / "welcome.ipynb"
    code, message = execute(pristine, output, {"noise": 1}, notebook=bare)
    assert code == 0, message
    assert [path.name for path in output.parent.iterdir()] == ["welcome.ipynb"]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault", "shown"),
    [
        ("bare", ' tags=["parameters"]', "", ": no cell is tagged 'parameters'", ""),
        (
            "twice",
            "# %%\nimport",
            '# %% tags=["parameters"]\nimport',
            ": 2 cells are tagged 'parameters'",
            "",
        ),
        (
            "julia",
            "name: python3",
            "name: julia-1.9",
            ": no Jupyter kernel is called 'julia-1.9'; chapters run in 'python3'",
            "",
        ),
        ("grammar", "import time", "import", ", cell 3: SyntaxError: ", "Cell In[3], line 1\n    import\n"),
        ("end", "import time", "raise SystemExit(0)", ", cell 3: SystemExit: 0", ""),
        ("death", "import time", "import os; os._exit(9)", ", cell 3: the kernel died (out of memory?)", ""),
    ],
)
def test_a_chapter_that_cannot_run_is_a_page_that_says_so(name, old, new, fault, shown, pristine, tmp_path):
    notebook, output = tmp_path / "notebooks" / f"{name}.py", tmp_path / f"{name}.ipynb"
    notebook.parent.mkdir()
    notebook.write_text(source("welcome").replace(old, new, 1))
    code, message = execute(pristine, output, notebook=notebook)
    assert (code, message.count("\n")) == (1, 1)
    assert message.startswith(f"{notebook}{fault}")
    page = nbformat.read(output, as_version=4)
    nbformat.validate(page)
    failure = page.metadata.manytasks.failure
    assert failure.claims == ["O.0"]
    assert (
        message == f"{notebook}{'' if failure.cell is None else f', cell {failure.cell}'}: {failure.error}\n"
    )
    assert page.cells[0].source.startswith("# ")
    told = page.cells[-1].outputs[-1]
    assert told.output_type == "display_data"
    assert f"<code>{html.escape(failure.error)}</code>" in told.data["text/html"]
    assert html.escape(shown) in told.data["text/html"]
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == [output.name]


def test_a_file_in_the_place_of_a_folder(pristine, tmp_path):
    blocked = tmp_path / "notebooks"
    blocked.touch()
    message = f"cannot write {blocked}: File exists\n"
    assert execute(pristine, blocked / "welcome.ipynb") == (1, message)


def test_a_full_disk_while_a_notebook_is_written(pristine, tmp_path):
    notebook = tmp_path / "long.py"
    notebook.write_text(source("welcome") + '\n# %%\nprint("x" * 200_000)\n')
    output = tmp_path / "notebooks" / "long.ipynb"

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    code, message = execute(pristine, output, notebook=notebook, preexec_fn=limit)
    assert code == 1
    partial = output.with_name("long")
    assert message.startswith(f"cannot write {partial}.")
    assert message.endswith(".partial.ipynb: File too large\n")
    assert message.count("\n") == 1
    assert list(output.parent.iterdir()) == []


def test_a_full_disk_while_evidence_is_written(pristine, tmp_path):
    fault = script(pristine, "judge", "/dev/full", tmp_path / "faults.json", "digest")
    assert fault == (1, "cannot write /dev/full: No space left on device\n")


def test_a_corrupt_executed_notebook(pristine, tmp_path):
    corrupt = tmp_path / "notebooks" / "welcome.ipynb"
    corrupt.parent.mkdir()
    corrupt.write_text('{"cells": [')
    message = (
        f"{corrupt} is not a readable executed notebook "
        "(JSONDecodeError: Expecting value: line 1 column 12 (char 11)); "
        "delete it and run `make book` again\n"
    )
    outputs = tmp_path / "evidence.json", tmp_path / "faults.json"
    assert script(pristine, "judge", *outputs, "digest", corrupt) == (1, message)


def test_a_corrupt_evidence_file(tree):
    evidence = tree / "build/smoke/evidence.json"
    evidence.parent.mkdir(parents=True)
    for name in CHAPTERS:
        notebook = tree / f"build/smoke/notebooks/{name}.ipynb"
        notebook.parent.mkdir(exist_ok=True)
        notebook.write_text('{"cells": []}')
    (evidence.parent / "faults.json").write_text('{"failures": [], "changed": {}}')
    evidence.write_text('[{"claim": "O.0"')
    message = (
        "build/smoke/evidence.json is not a readable evidence file "
        "(JSONDecodeError: Expecting ',' delimiter: line 1 column 17 (char 16)); "
        "delete it and run `make book` again\n"
    )
    assert script(tree, "render", "smoke", "digest") == (1, message)


def test_an_unknown_profile():
    fault = script(ROOT, "build", "--profile", "smok")
    assert fault == (2, "unknown profile 'smok'; choose one of book, paper, smoke\n")


NOT_BUILT = "the book was not built:\n"


def refused(tree, **more):
    """What a build says that starts nothing."""
    done = build(tree, **more)
    assert done.returncode == 1
    assert done.stdout.startswith(NOT_BUILT), done.stdout
    assert not (tree / "runs.log").exists()
    return done.stdout.removeprefix(NOT_BUILT)


def test_sections_without_a_notebook(tree):
    configure(tree, part_gamma={"seed": 2}, part_delta={})
    assert refused(tree) == "config/smoke.yml has sections without a notebook: part/delta, part/gamma\n"


@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        ("welcome: [1, 2]", ": section welcome must name parameters; got [1, 2]"),
        ("[1, 2]", " must name chapters and their parameters; got list"),
        ("welcome:\n  seed: {1", ", line 2: did not find expected ',' or '}'"),
        ("welcome: {seed: 1}\nwelcome: {}", ", line 2: the key 'welcome' stands there twice"),
        ("welcome: {seed: 1, seed: 2}", ", line 1: the key 'seed' stands there twice"),
        (
            "welcome: {noise: .nan, seed: yes}\npart/beta: {seed: 2020-01-01}",
            ": notebooks/welcome.py: parameter 'noise' must be finite; got nan\n"
            f"config/smoke.yml: notebooks/welcome.py: {SEED}; got True\n"
            f"config/smoke.yml: notebooks/part/beta.py: {SEED}; got datetime.date(2020, 1, 1)",
        ),
    ],
)
def test_a_profile_that_chapters_cannot_take_is_refused_first(profile, fault, tree):
    (tree / "config/smoke.yml").write_text(profile)
    assert refused(tree) == f"config/smoke.yml{fault}\n"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "notebooks/part/alpha",
            "notebooks/part/gamma",
            "_toc.yml names notebooks/part/gamma, and there is no notebooks/part/gamma.py",
        ),
        (
            "notebooks/part/alpha",
            "notebooks/part/alpha.py",
            "_toc.yml names notebooks/part/alpha.py, and there is no notebooks/part/alpha.py.py",
        ),
        ("book/claims", "book/claim", "_toc.yml names book/claim, and there is no book/claim.md"),
        ("part/beta", "part/alpha", "_toc.yml names notebooks/part/alpha 2 times"),
        (
            "root: notebooks/welcome\n",
            "",
            "_toc.yml must name the first page of the book, root: notebooks/...",
        ),
        ("chapters:", "chapters: [", "_toc.yml, line 4: did not find expected node content"),
    ],
)
def test_contents_that_name_what_is_not_there(old, new, fault, tree):
    toc = tree / "_toc.yml"
    toc.write_text(toc.read_text().replace(old, new))
    assert refused(tree) == f"{fault}\n"


def test_contents_may_be_quoted(tree):
    toc = tree / "_toc.yml"
    toc.write_text(
        toc.read_text().replace("notebooks/part/alpha", "'notebooks/part/alpha'") + "- file: nowhere\n"
    )
    assert refused(tree) == "_toc.yml names nowhere, and there is no nowhere.md\n"


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ("id: O.0", "claims.yml must be a list of claims; got dict"),
        ("- verdit", "claims.yml, row 1: a claim must be a mapping of keys; got 'verdit'"),
    ],
)
def test_a_registry_that_is_none(claims, fault, tree):
    (tree / "src/manytasks/claims.yml").write_text(claims)
    assert refused(tree) == f"{fault}\n"


def test_all_faults_are_told_at_once(tree):
    configure(tree, part_gamma={})
    (tree / "src/manytasks/claims.yml").write_text("")
    assert refused(tree, MANYTASKS_REPOSITORY="javascript:alert(1)//github.com/a/b").splitlines() == [
        "config/smoke.yml has sections without a notebook: part/gamma",
        "claims.yml must be a list of claims; got NoneType",
        "MANYTASKS_REPOSITORY must look like https://github.com/owner/name; "
        "got 'javascript:alert(1)//github.com/a/b'",
    ]


@pytest.mark.parametrize("blocked", ["build", ".snakemake"])
def test_a_file_in_the_place_of_a_folder_of_the_build(blocked, tree):
    (tree / blocked).touch()
    done = build(tree)
    assert (done.returncode, done.stdout) == (1, f"cannot write {blocked}: File exists\n")


@pytest.mark.parametrize("words", ["--jbs 3", "--prof smoke", "--jobs three", "--jobs 0", "--jobs -3"])
def test_a_wrong_option_gets_one_line(words):
    code, message = script(ROOT, "build", *words.split())
    assert (code, message.count("\n")) == (2, 1)
    assert words.split()[-1 if "--jobs" in words else 0] in message
