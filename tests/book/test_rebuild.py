"""Only what changed runs again; a kill, a failing cell or a second build costs nothing that was finished."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
import yaml
from bs4 import BeautifulSoup
from copies import NOTHING, ROOT, build, outputs
from miniature import CHAPTERS, configure, miniature, runs, source

pytestmark = pytest.mark.book
VERDICTS = "build/smoke/evidence.json"  # a build up to here runs and judges notebooks, and renders nothing
ONCE = dict.fromkeys(CHAPTERS, 1)
# What gives a process a network of its own, in which there is nothing; empty where that is not allowed.
ALONE = ["unshare", "--map-root-user", "--net"]
if shutil.which("unshare") is None or subprocess.run([*ALONE, "true"], capture_output=True).returncode:
    ALONE = []
PATIENCE = 300  # seconds; other work may keep the machine busy


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A miniature with its book, as a build that knows its public repository makes it; without a network."""
    tree = miniature(tmp_path_factory.mktemp("rendered") / "tree")
    done = build(tree, MANYTASKS_REPOSITORY="https://github.com/someone/manytasks", wrapper=ALONE)
    assert done.returncode == 0, done.stdout
    return tree


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    tree = miniature(tmp_path_factory.mktemp("judged") / "it's a tree")
    done = build(tree, VERDICTS)
    assert done.returncode == 0, done.stdout
    return tree


@pytest.fixture
def finished(judged, tmp_path):
    """A miniature whose notebooks have run and been judged, for one test to change."""
    return shutil.copytree(judged, tmp_path / "tree")


def test_a_build_needs_no_network(rendered):
    if not ALONE:
        pytest.skip("needs a machine whose users may have a network of their own (unshare)")
    call = "import socket; socket.create_connection(('127.0.0.1', 1))"
    done = subprocess.run([*ALONE, sys.executable, "-c", call], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in done.stderr  # not even to itself
    assert (rendered / "build/html-smoke/index.html").is_file()


def start(tree, log, *options):
    """Start a build in the background; its output goes to a file."""
    command = [sys.executable, "workflow/build.py", "--profile", "smoke", "--jobs", "3", VERDICTS, *options]
    with open(log, "w") as stream:
        return subprocess.Popen(command, cwd=tree, stdout=stream, stderr=subprocess.STDOUT)


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE} s for {what}"
        time.sleep(0.05)


def test_editing_a_notebook_runs_it_alone_and_renders(rendered):
    notebook = rendered / "notebooks/part/beta.py"
    before, earlier = outputs(rendered), runs(rendered)
    notebook.write_text(source("part/beta").replace("Does part/beta hold?", "Does it, after an edit?"))
    done = build(rendered, MANYTASKS_REPOSITORY="https://github.com/someone/manytasks")
    assert done.returncode == 0, done.stdout
    assert runs(rendered) == earlier | {"part/beta": earlier["part/beta"] + 1}
    changed = {
        path.relative_to(rendered).as_posix()
        for path, at in outputs(rendered).items()
        if before.get(path) != at
    }
    assert {name for name in changed if name.startswith("build/smoke/notebooks/")} == {
        "build/smoke/notebooks/part/beta.ipynb"
    }
    page = (rendered / "build/html-smoke/notebooks/part/beta.html").read_text(encoding="utf-8")
    assert "Does it, after an edit?" in page


@pytest.mark.third
def test_a_chapter_with_other_numbers_has_a_page_that_no_build_judges(rendered):
    before = outputs(rendered)
    command = [sys.executable, "workflow/run.py", "part/beta", "seed=7", "--profile", "smoke"]
    done = subprocess.run(command, cwd=rendered, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    page = rendered / done.stdout.splitlines()[-1].removeprefix("the page is at ")
    words = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article.get_text()
    assert "Run with other numbers than the book: seed = 7 instead of 1." in words
    changed = {path for path, at in outputs(rendered).items() if before.get(path) != at}
    assert [path for path in changed if not path.is_relative_to(rendered / "build/run")] == []


def test_launch_buttons_lead_to_notebooks_that_are_published(rendered):
    for name in CHAPTERS:
        page = BeautifulSoup(
            (rendered / f"build/html-smoke/notebooks/{name}.html").read_text(encoding="utf-8"), "html.parser"
        )
        links = [link["href"] for link in page.select(".dropdown-launch-buttons a[href]")]
        sites = [urlsplit(link).netloc for link in links]
        assert sites == ["mybinder.org", "colab.research.google.com"]
        branch = "/github/someone/manytasks/blob/executed/"
        assert urlsplit(links[1]).path == f"{branch}notebooks/{name}.ipynb"
        link = urlsplit(links[0])
        assert link.path == "/v2/gh/someone/manytasks/executed"
        (opened,) = parse_qs(link.query)["urlpath"]
        # .github/workflows/book.yml publishes build/book/launch/notebooks as notebooks on that branch.
        opened = rendered / "build/smoke/launch" / opened.removeprefix("lab/tree/")
        assert "someone/manytasks" in opened.read_text(encoding="utf-8")
        assert "git clone" not in page.article.get_text()


@pytest.mark.parametrize(
    ("edited", "rerun"),
    [("src/manytasks/figures.py", {"part/alpha"}), ("src/manytasks/deep/sweeps/run.py", set())],
)
def test_a_source_that_changed_under_an_old_date_runs_exactly_the_notebooks_that_use_it(
    edited, rerun, finished
):
    source = finished / edited
    with open(source, "a") as file:
        file.write("\n# edited\n")
    os.utime(source, (0, 0))
    for path in (finished / "notebooks").rglob("*.py"):
        path.touch()
    done = build(finished, VERDICTS)
    assert done.returncode == 0, done.stdout
    assert runs(finished) == {name: 2 if name in rerun else 1 for name in CHAPTERS}


def continuous():
    """What the job "build" of the workflow does: its commands, and what it keeps for the next run."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    kept = {
        step["uses"].partition("@")[0]: step["with"] for step in steps if "/cache/" in step.get("uses", "")
    }
    first = next(i for i, step in enumerate(steps) if step.get("run", "").startswith("make book"))
    assert "cache/restore" in steps[first - 1]["uses"]
    assert any("cache/save" in step.get("uses", "") for step in steps[first:])
    return steps[first]["run"].split(), kept["actions/cache/restore"], kept["actions/cache/save"]


def cache_key(template, tree, commit):
    """Fill in a key of the cache as GitHub does."""
    lock = (tree / re.search(r"hashFiles\('(.*?)'\)", template)[1]).read_bytes()
    values = {"runner.os": "Linux", "github.sha": commit, "hashFiles": hashlib.sha256(lock).hexdigest()}
    return re.sub(r"\$\{\{ ([\w.]+).*? \}\}", lambda found: values[found[1]], template)


@pytest.mark.third(3)
def test_a_run_of_continuous_integration_with_the_cache_of_another_runs_what_was_edited(tmp_path):
    """The steps and keys are those of the workflow; its profile is book, which the miniature has not."""
    command, restore, save = continuous()
    assert command == ["make", "book"]  # which calls what `build` calls below
    store = {}

    def run(name, commit, edited=""):
        clone = miniature(tmp_path / name)
        notebook = clone / "notebooks/part/beta.py"
        notebook.write_text(source("part/beta").replace("Does part/beta hold?", edited or "Does it hold?"))
        prefix = cache_key(restore["restore-keys"], clone, commit)
        place = save["path"].replace("/book/", "/smoke/")
        for kept in (store[key] for key in store if key.startswith(prefix)):
            shutil.copytree(kept, clone / restore["path"].replace("/book/", "/smoke/"))
        done = build(clone, VERDICTS)
        assert done.returncode == 0, done.stdout
        key = cache_key(save["key"], clone, commit)
        store[key] = shutil.copytree(clone / place, tmp_path / f"cache-{name}")
        return runs(clone), done.stdout.splitlines()[-1]

    first, said = run("first", "c0ffee")
    assert (first, said) == (ONCE, "3 chapters: 0 from the cache, 3 run")
    second, said = run("second", "decaf0", "Does it, after an edit?")
    assert second == {"part/beta": 1}
    assert re.fullmatch(r"3 chapters: 2 from the cache \(oldest \d+ \w+ 20\d\d\), 1 run", said)
    assert len(store) == 2  # each commit saves its own


def test_a_chapter_that_leaves_the_contents_is_no_longer_judged(finished):
    toc = finished / "_toc.yml"
    toc.write_text(toc.read_text().replace("- file: notebooks/part/beta\n", ""))
    done = build(finished, VERDICTS)
    assert done.returncode == 1
    assert "claim O.2: claims.yml says 'holds', the notebooks say 'untested' (It holds.)\n" in done.stdout
    assert "O.2" not in (finished / VERDICTS).read_text()
    assert not (finished / "build/smoke/notebooks/part/beta.ipynb").exists()
    assert runs(finished) == ONCE


def test_a_damaged_notebook_is_made_again(finished):
    damaged = finished / "build/smoke/notebooks/part/beta.ipynb"
    damaged.write_text(damaged.read_text()[:-20])
    done = build(finished, VERDICTS)
    assert done.returncode == 0, done.stdout
    assert runs(finished) == ONCE | {"part/beta": 2}


def test_changing_a_parameter_runs_its_notebook_alone(finished):
    configure(finished, part_beta={"seed": 2})
    done = build(finished, VERDICTS)
    assert done.returncode == 0, done.stdout
    assert runs(finished) == ONCE | {"part/beta": 2}


def test_editing_a_table_runs_the_notebooks_that_name_it(finished):
    (finished / "data/counts.csv").write_text("n\n1\n")
    notebook = finished / "notebooks/part/beta.py"
    notebook.write_text(notebook.read_text() + "\n# %%\nPath('data/counts.csv').read_text()\n")
    assert build(finished, VERDICTS).returncode == 0
    assert runs(finished) == ONCE | {"part/beta": 2}
    (finished / "data/counts.csv").write_text("n\n2\n")
    assert build(finished, VERDICTS).returncode == 0
    assert runs(finished) == ONCE | {"part/beta": 3}


def test_after_a_kill_finished_notebooks_do_not_run_again(tmp_path):
    tree = miniature(tmp_path / "tree")
    configure(tree, part_beta={"wait": "go"})
    log = tmp_path / "log"
    first = start(tree, log)
    wait_until(lambda: "2 of 4 steps" in log.read_text() and runs(tree) == ONCE, "two notebooks to finish")
    family = [*psutil.Process(first.pid).children(recursive=True), psutil.Process(first.pid)]
    for process in family:
        process.kill()
    first.wait()
    psutil.wait_procs(family)
    (tree / "go").touch()
    done = build(tree, VERDICTS)
    assert done.returncode == 0, done.stdout
    assert runs(tree) == ONCE | {"part/beta": 2}
    assert not list(tree.glob("build/smoke/**/*.partial.*"))


def command(process):
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:  # a step of the build that has ended since, or nearly
        return []


def started(process):
    return "ipykernel_launcher" in command(process)


def forked(process):
    family = process, process.parent()  # itself, and what it was forked from
    return all(any(word.endswith("forks.py") for word in command(each)) for each in family)


@pytest.mark.parametrize(("is_kernel", "ran"), [(forked, 2), (started, 0)])
def test_kernels_do_not_outlive_a_killed_build(finished, tmp_path, is_kernel, ran):
    # One chapter alone starts a kernel; several have one forked. What ran before runs again with other code.
    for name in CHAPTERS[:ran]:
        path = finished / f"notebooks/{name}.py"
        path.write_text(path.read_text() + "\n1 + 1\n")
    configure(finished, part_beta={"wait": "never"})
    once = runs(finished)["part/beta"]
    first = start(finished, tmp_path / "log")
    wait_until(lambda: runs(finished)["part/beta"] > once, "the notebook to start")
    family = psutil.Process(first.pid).children(recursive=True)
    kernels = [process for process in family if is_kernel(process)]
    assert kernels
    for process in family:
        if process not in kernels:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    first.kill()
    first.wait()
    assert psutil.wait_procs(kernels, timeout=PATIENCE)[1] == []


def test_two_builds_at_once_wait_for_each_other(tmp_path):
    tree = miniature(tmp_path / "tree")
    configure(tree, part_beta={"wait": "go"})
    logs = tmp_path / "first", tmp_path / "second"
    first = start(tree, logs[0])
    wait_until(lambda: (tree / "runs.log").exists() and "part/beta" in runs(tree), "the first build to run")
    second = start(tree, logs[1])
    waiting = "another build is running in this tree; waiting for it to finish\n"
    wait_until(lambda: waiting in logs[1].read_text(), "the second build to wait")
    assert second.poll() is None
    (tree / "go").touch()
    assert (first.wait(PATIENCE), second.wait(PATIENCE)) == (0, 0)
    assert runs(tree) == ONCE
    assert NOTHING in logs[1].read_text()
