"""Gather a build's evidence and compare it with the committed verdicts.

``judge.py EVIDENCE.json FAULTS.json DIGEST NOTEBOOK.ipynb …``
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from environment import step

from manytasks import evidence


def main(output: str, faults: str, digest: str, *notebooks: str) -> None:
    """Write the evidence, and beside it which chapters failed and which verdicts changed."""
    paths = [Path(name) for name in notebooks]
    found, failures = evidence.gather(paths), evidence.failures(paths)
    changed = evidence.changed(found, failures)
    write(output, [asdict(row) for row in found])
    write(faults, {"digest": digest, "failures": [asdict(each) for each in failures], "changed": changed})


def write(path: str, content: Any) -> None:
    """Write JSON that people can read."""
    try:
        Path(path).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error


if __name__ == "__main__":
    step(main)
