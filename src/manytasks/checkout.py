"""Which commit this is, for tables and pages that say where they come from."""

from __future__ import annotations

import os
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
        # GIT_DIR and its like, which git sets for its hooks, would name another checkout.
        plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(command, env=plain, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", *paths) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
