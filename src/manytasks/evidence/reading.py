"""Evidence and failures, read back out of executed notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manytasks.evidence.badge import KEY, Evidence

FAILED = "failure"  # where the metadata of a notebook that stopped says so


@dataclass(frozen=True)
class Failure:
    """A chapter that stopped before its end, and the claims that nobody judges therefore.

    Attributes:
        chapter: its notebook, without folder and suffix.
        cell: number of the cell that stopped it, from 0; None if it did not come to run.
        error: kind and message of the error, in one line.
        claims: ids of the claims it would have judged.
    """

    chapter: str
    cell: int | None
    error: str
    claims: tuple[str, ...]

    def __str__(self) -> str:
        where = "" if self.cell is None else f", cell {self.cell}"
        return f"notebooks/{self.chapter}.py{where}: {self.error}"


def gather(notebooks: Iterable[Path]) -> list[Evidence]:
    """Read the evidence out of executed notebooks.

    Args:
        notebooks: paths of executed .ipynb files below a folder called "notebooks".

    Returns:
        Evidence in page order, each with the notebook (without suffix) and profile it came from. A chapter
        that failed gives none: what it recorded before is not all that it had to say.

    Raises:
        ValueError: if a file is not a readable notebook; it names the file and what to do.
    """
    found = []
    for path in sorted(notebooks):
        with _readable(path):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            name = _chapter(path)
            parameters = notebook["metadata"].get("papermill", {}).get("parameters", {})
            outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", [])]
            rows = [Evidence(**o["metadata"][KEY]) for o in outputs if KEY in o.get("metadata", {})]
            if _failure(notebook):
                continue
        profile = parameters.get("profile", "as committed")
        found += [replace(row, notebook=name, profile=profile) for row in rows]
    return found


def failures(notebooks: Iterable[Path]) -> list[Failure]:
    """Name the chapters that stopped before their end.

    Args:
        notebooks: paths of executed .ipynb files below a folder called "notebooks".

    Returns:
        One failure for each, in the order of their names.

    Raises:
        ValueError: if a file is not a readable notebook; it names the file and what to do.
    """
    found = []
    for path in sorted(notebooks):
        with _readable(path):
            if failure := _failure(json.loads(path.read_text(encoding="utf-8"))):
                claims = tuple(failure["claims"])
                found.append(Failure(_chapter(path), failure["cell"], failure["error"], claims))
    return found


def _chapter(path: Path) -> str:
    return "/".join(path.with_suffix("").parts[path.parts.index("notebooks") + 1 :])


def _failure(notebook: dict[str, Any]) -> dict[str, Any] | None:
    return notebook["metadata"].get("manytasks", {}).get(FAILED)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ValueError(f"{path} is missing; run `make book`") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path} is not a readable executed notebook ({type(error).__name__}: {error}); "
            "delete it and run `make book` again"
        ) from error
