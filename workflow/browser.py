"""The browser that prints the summary, and Firefox: tests read with both, `browser.py` installs them."""

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

FOXES = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")
NO_FIREFOX = "needs Firefox: install one (apt-get install firefox-esr) or name it in FIREFOX"
APT = ["apt-get", "-qq", "-o", "Acquire::http::Timeout=20"]

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


@cache
def firefox_program() -> str | None:
    """Return the Firefox that ``FIREFOX`` names, or the first that starts; None where that is none."""
    names = [named] if (named := os.environ.get("FIREFOX")) else FOXES
    return next((path for path in map(shutil.which, names) if path and starts(path, "Firefox")), None)


def candidates() -> Iterator[str]:
    """Yield the programs that are there, in the order in which they are tried."""
    yield from filter(None, map(shutil.which, PROGRAMS))
    own = subprocess.run([sys.executable, "-c", DOWNLOADED], capture_output=True, text=True, check=False)
    yield from filter(None, [shutil.which(own.stdout.strip())])


def starts(program: str, family: str = "Chrom|Edge") -> bool:
    """Return whether a program is of the family and runs; a downloaded one may lack a library."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and re.search(family, done.stdout) is not None


@cache
def sandboxed(program: str) -> bool:
    """Return whether a browser can run in its sandbox here, which it then does.

    Chromium refuses it to root, who would not be confined by it; and a container, or a system without name
    spaces for users, may have none to give. There is no way to ask but to try.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return False
    trial = [program, "--headless", "--disable-gpu", "--no-first-run", "--dump-dom", "about:blank"]
    try:
        return subprocess.run(trial, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def ways_to_install() -> Iterator[list[list[str]]]:
    """Yield the commands of each way that is open here: the system's packages, Playwright's own download."""
    if by_apt():
        yield [[*APT, "update"], [*APT, "install", "-y", "chromium"]]
    root = ["--with-deps"] if os.geteuid() == 0 else []
    yield [[sys.executable, "-m", "playwright", "install", "chromium", *root]]


def by_apt() -> bool:
    """Return whether packages of Debian can be installed."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def main() -> int:
    """Install the browsers that are not there; say so if that was not possible."""
    try:
        done = chromium() is not None or install_chromium()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if not done:
        print(NONE, file=sys.stderr)
    if firefox_program() is None and by_apt():
        install = [*APT, "install", "-y", "firefox-esr"]
        _ = run([install]) or run([[*APT, "update"], install])
        firefox_program.cache_clear()
    return 0


def install_chromium() -> bool:
    """Try one way after the other; return whether one worked."""
    for commands in ways_to_install():
        run(commands)
        chromium.cache_clear()
        if chromium():
            return True
    return False


def run(commands: list[list[str]]) -> bool:
    """Call one command after the other, as long as they succeed; return whether all did."""
    for command in commands:
        print("no browser yet:", *command, flush=True)
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
