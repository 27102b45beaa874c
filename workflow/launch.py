"""Notebooks that begin in Colab: a first cell, folded away, fetches the book and the versions of the lock.

Binder needs none of it, for it reads ``environment.yml``; the pages of the book do not show it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BRANCH = "executed"  # where the workflow publishes the notebooks, beside the environment
COLAB = "https://colab.research.google.com"
INSTALL = """#@title In Colab, run this first: it fetches the book and installs what it was made with
import os
import sys

if "google.colab" in sys.modules and not os.path.isdir("/content/book"):
    !git clone --quiet --depth 1 --branch {branch} {repository} /content/book
    %cd /content/book
    %pip install --quiet --no-deps --requirement requirements.lock --requirement requirements-gpu.lock
    %pip install --quiet --no-deps .
"""


def in_colab(repository: str) -> bool:
    """Return whether Colab opens notebooks of a repository: it knows GitHub only."""
    return repository.startswith("https://github.com/")


def with_install(notebook: bytes, repository: str) -> bytes:
    """Return an executed notebook with the cell for Colab at its beginning."""
    content = json.loads(notebook)
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["remove-cell"]},
        "outputs": [],
        "source": INSTALL.format(branch=BRANCH, repository=repository.rstrip("/")),
    }
    content["cells"].insert(0, cell)
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def prepare(notebooks: Path, target: Path, repository: str) -> None:
    """Write what the launch buttons open, at the same paths below another folder."""
    for path in sorted(notebooks.rglob("*.ipynb")):
        place = target / path.relative_to(notebooks)
        place.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        place.write_bytes(with_install(content, repository) if in_colab(repository) else content)
