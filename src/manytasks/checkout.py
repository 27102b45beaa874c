"""Which commit this is, for tables and pages that say where they come from."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def commit(paths: Iterable[str] = ("src", "notebooks", "data", "config")) -> str:
    """Name the commit of the checkout that this package lies in.

    Args:
        paths: files and folders of the checkout that can change the result.

    Returns:
        Its hash, with "+" if one of the paths differs from it; "unknown" without git.
    """

    def git(*words: str) -> str:
        command = ["git", "-C", str(ROOT), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", *paths) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
