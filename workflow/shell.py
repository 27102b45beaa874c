"""Run a chapter's cells in a shell of this process: as in a notebook, without a kernel to start."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import jupytext
from check import parameter_faults
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from manytasks.evidence import KEY


class Shell(InteractiveShell):
    """A shell that leaves errors to its caller."""

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Print nothing."""


def execute(chapter: str, parameters: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """Run a chapter's cells in a shell of this process.

    Returns:
        The evidence it recorded, and what stopped it: empty, or the cell's number and its error in one line.
    """
    source = Path(f"notebooks/{chapter}.py")
    notebook = jupytext.read(source)
    if faults := parameter_faults(source, dict(parameters)):
        return [], faults[0]
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    after = next(i for i, tag in enumerate(tags) if "parameters" in tag) + 1
    injected = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())  # as papermill does
    notebook.cells.insert(after, new_code_cell(injected))
    shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.display_pub = CapturingDisplayPublisher()
    stopped = ""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            outcome = shell.run_cell(cell.source, store_history=True)
            if error := outcome.error_before_exec or outcome.error_in_exec:
                stopped = f"cell {number}: {type(error).__name__}: {error}".splitlines()[0]
                break
    published = [output["metadata"] for output in shell.display_pub.outputs]
    rows = [metadata[KEY] for metadata in published if KEY in metadata]
    return [row | {"notebook": chapter, "profile": parameters.get("profile", "")} for row in rows], stopped
