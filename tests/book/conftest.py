"""The smoke book, built once for a test run in a copy of the tree, and a browser to read it with."""

import fcntl
import re

import pytest
from browser import NONE, chromium, sandboxed
from copies import build, copy_tree

PROGRESS = re.compile(r"\[\w{3} |Finished jobid|\d+ of \d+ steps|Execute \d+ jobs|Select jobs")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A request that wants to leave is seen, and does not leave.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, worker_id):
    """A copy of the tree after its smoke build, the build's status and words; parallel workers share one."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    target, report = shared / "tree", shared / "build.log"
    with open(shared / "build.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not report.exists():
            done = build(copy_tree(target))
            report.write_text(f"{done.returncode}\n{done.stdout}", encoding="utf-8")
    code, output = report.read_text(encoding="utf-8").split("\n", 1)
    return target, int(code), "\n".join(line for line in output.splitlines() if not PROGRESS.match(line))


@pytest.fixture(scope="session")
def tree(smoke):
    """The tree with its smoke book, whole or with the marks of what failed."""
    target, _, _ = smoke
    if not (target / "build/html-smoke/index.html").exists():
        pytest.skip("no book: see test_the_smoke_book_is_built")
    return target


@pytest.fixture(scope="session")
def html(tree):
    """The folder of the rendered pages."""
    return tree / "build" / "html-smoke"


@pytest.fixture(scope="session")
def program():
    """The browser that is there."""
    try:
        return chromium() or pytest.skip(NONE)
    except ValueError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def browser(program):
    """Chromium with an empty profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=program, args=FLAGS, chromium_sandbox=sandboxed(program)
        )
        yield launched
        launched.close()
