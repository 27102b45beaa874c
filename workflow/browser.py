"""The browser that prints the summary and that tests read the book with. `browser.py` installs one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
NONE = (
    "no Chromium, Chrome or Edge starts here: install one (apt-get install chromium) or name it in CHROMIUM"
)


# In a process of its own: a program that reads pages with Playwright already cannot start it again.
DOWNLOADED = """from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)"""


@cache
def chromium() -> str | None:
    """Return the browser that ``CHROMIUM`` names, else the first that starts: on the path, or downloaded.

    Raises:
        ValueError: if ``CHROMIUM`` names none.
    """
    name = os.environ.get("CHROMIUM")
    if not name:
        return next(filter(starts, candidates()), None)
    program = shutil.which(name)
    if program is None or not starts(program):
        raise ValueError(f"CHROMIUM must name a Chromium, Chrome or Edge that starts; got {name!r}")
    return program


def candidates() -> Iterator[str]:
    """Yield the programs that are there, in the order in which they are tried."""
    yield from filter(None, map(shutil.which, PROGRAMS))
    own = subprocess.run([sys.executable, "-c", DOWNLOADED], capture_output=True, text=True, check=False)
    yield from filter(None, [shutil.which(own.stdout.strip())])


def starts(program: str) -> bool:
    """Return whether a program is of Chromium's family and runs; a downloaded one may lack a library."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and re.search("Chrom|Edge", done.stdout) is not None


def ways_to_install() -> Iterator[list[list[str]]]:
    """Yield the commands of each way that is open here: the system's packages, Playwright's own download."""
    root = os.geteuid() == 0
    if root and shutil.which("apt-get"):
        apt = ["apt-get", "-qq", "-o", "Acquire::http::Timeout=20"]
        yield [[*apt, "update"], [*apt, "install", "-y", "chromium"]]
    yield [[sys.executable, "-m", "playwright", "install", "chromium", *(["--with-deps"] if root else [])]]


def main() -> int:
    """Install a browser if there is none; say so if that was not possible."""
    try:
        if chromium():
            return 0
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for commands in ways_to_install():
        for command in commands:
            print("no browser yet:", *command, flush=True)
            if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
                break
        chromium.cache_clear()
        if chromium():
            return 0
    print(NONE, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
