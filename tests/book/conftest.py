"""The smoke book, built once for a test run in a copy of the tree, and a browser to read it with."""

import fcntl
import os
import re
import shutil

import pytest
from copies import build, copy_tree

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PROGRESS = re.compile(r"\[\w{3} |Finished jobid|\d+ of \d+ steps|Execute \d+ jobs|Select jobs")
FLAGS = [
    "--no-sandbox",
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
def tree(tmp_path_factory, worker_id):
    """A copy of the tree with its smoke book built; parallel workers share one."""
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
    if code != "0":
        faults = [line for line in output.splitlines() if not PROGRESS.match(line)]
        pytest.fail("the smoke book was not built:\n" + "\n".join(faults), pytrace=False)
    return target


@pytest.fixture(scope="session")
def html(tree):
    """The folder of the rendered pages."""
    return tree / "build" / "html-smoke"


@pytest.fixture(scope="session")
def browser():
    """Chromium with an empty profile of its own."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.fail("no Chromium found; install it (apt-get install chromium) or name one in CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()
