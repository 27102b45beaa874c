"""Run one Jupytext notebook with papermill: `execute.py SOURCE.py OUTPUT.ipynb '{"parameter": value}'`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from manytasks.parameters import read


def check_parameters(source: Path, notebook: Any, parameters: dict[str, Any]) -> None:
    """Exit with one line if a parameter is unknown to the notebook or not what its parameters cell allows."""
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not cells:
        sys.exit(f"{source}: no cell is tagged 'parameters'")
    try:
        known = read(cells[0].source)
    except (SyntaxError, ValueError) as error:
        sys.exit(f"{source}: {error}")
    for name, value in parameters.items():
        if name not in known:
            sys.exit(f"{source}: unknown parameter {name!r}; its parameters are {', '.join(known)}")
        if fault := known[name].fault(value):
            sys.exit(f"{source}: parameter {name!r} {fault}")


def main(source: Path, output: Path, parameters: dict[str, Any]) -> None:
    """Convert, execute and move into place; a notebook that fails is kept beside the finished ones."""
    notebook = jupytext.read(source)
    check_parameters(source, notebook, parameters)
    # A name of its own for every run: whoever is killed leaves no half-written output behind.
    partial = output.with_name(f"{output.stem}.{os.getpid()}.partial.ipynb")
    failed = output.with_name(f"{output.stem}.failed.ipynb")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        jupytext.write(notebook, partial)
        with TemporaryDirectory() as sockets:  # sockets that no other user and no other kernel can reach
            channel = {"transport": "ipc", "connection_file": f"{sockets}/kernel.json"}
            papermill.execute_notebook(
                partial,
                partial,
                parameters,
                cwd=Path.cwd(),
                progress_bar=False,
                config=Config({"KernelManager": channel}),
            )
        partial.replace(output)
        failed.unlink(missing_ok=True)
    except PapermillExecutionError as error:
        partial.replace(failed)
        sys.exit(
            f"{source}, cell {error.cell_index}: {error.ename}: {error.evalue}\n"
            f"  the notebook up to there is kept in {failed}"
        )
    except NoSuchKernel as error:
        sys.exit(f"{source}: no Jupyter kernel is called {error.name!r}; `jupyter kernelspec list` shows all")
    except OSError as error:
        sys.exit(f"{source}: cannot write {error.filename or partial}: {error.strerror}")
    finally:
        if partial.exists():  # asked first: where a file stands in the folder's place, unlink raises
            partial.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
