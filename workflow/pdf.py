"""Print a page to PDF with Chromium, if there is one; the book does without where there is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

from browser import sandboxed


def print_page(page: Path, target: Path, browser: str) -> None:
    """Print a rendered page with its print style sheet.

    Raises:
        RuntimeError: if the browser makes no PDF; it holds the browser's last words.
    """
    command = [browser, "--headless", "--disable-gpu", "--no-first-run"]
    command += [] if sandboxed(browser) else ["--no-sandbox"]
    command += [
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    # The page is drawn once its formulas are, on a clock that does not wait for the machine.
    command += ["--virtual-time-budget=20000", "--no-pdf-header-footer", f"--print-to-pdf={target}"]
    done = subprocess.run(
        [*command, page.resolve().as_uri()], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode or not target.is_file():
        raise RuntimeError(f"{browser} printed no {target.name}: {done.stderr.strip()[-300:]}")
