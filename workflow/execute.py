"""Run one Jupytext notebook: `execute.py SOURCE.py OUTPUT.ipynb '{"parameter": value}' [DIGEST]`.

A notebook that fails is written up to the cell that failed, with the error in the place of its output.
"""

from __future__ import annotations

import html
import json
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import environment
import jupytext
import nbformat
from check import parameter_faults
from forks import ADDRESS, private_folder
from jupyter_client.kernelspec import NoSuchKernel
from kernels import OwnKernel
from machine import computing
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from papermill.translators import translate_parameters
from reading import answer_first, fold, lead
from seal import OPEN, sealed

from manytasks.claims import judged_in
from manytasks.evidence import FAILED

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Stopped(Exception):
    """The chapter does not reach its end."""

    def __init__(self, error: str, cell: int | None = None, shown: str = "") -> None:
        super().__init__(" ".join(error.split()))
        self.cell, self.shown = cell, shown


def insert(parameters: dict[str, Any], notebook: Any) -> None:
    """Put a cell that sets the parameters after the one that explains them.

    Raises:
        Stopped: if the notebook has no such cell, or several.
    """
    tagged = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        cells = f"{len(tagged)} cells are" if tagged else "no cell is"
        raise Stopped(f"{cells} tagged 'parameters'")
    text = translate_parameters("python3", "python", parameters, "Parameters")
    cell = nbformat.v4.new_code_cell(text, metadata={"tags": ["injected-parameters", "remove-input"]})
    notebook.cells.insert(tagged[0] + 1, cell)


def run(notebook: Any) -> None:
    """Run the cells of a notebook where they stand.

    Raises:
        Stopped: if one of them fails, or there is no kernel to run them.
    """
    at: list[int] = []
    with private_folder() as folder:
        settings = environment.environment() | {"IPYTHONDIR": folder}
        settings.pop(ADDRESS, None)
        try:
            kernel = OwnKernel(
                kernel_name=notebook.metadata["kernelspec"].get("name", "python3"),
                transport="ipc",
                connection_file=f"{folder}/kernel.json",
            )
            client = NotebookClient(
                notebook,
                km=kernel,
                timeout=None,
                record_timing=False,
                on_cell_start=lambda cell, cell_index: at.append(cell_index),
            )
            client.execute(env=settings, cwd=str(Path.cwd()), cleanup_kc=True)
        except CellExecutionError as error:
            said = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
            raise Stopped(said, at[-1], frame(error.traceback)) from None
        except NoSuchKernel as error:
            raise Stopped(f"no Jupyter kernel is called {error.name!r}; chapters run in 'python3'") from None
        except RuntimeError as error:  # nbclient's way to say that a kernel died
            raise Stopped(
                "the kernel died (out of memory?)" if at else str(error), at[-1] if at else None
            ) from None


def arrange(notebook: Any) -> None:
    """Bring the notebook into the order of reading.

    Raises:
        Stopped: if its tags ask for a figure that is not there.
    """
    try:
        lead(notebook)
    except ValueError as error:
        raise Stopped(str(error)) from None
    answer_first(notebook)


def frame(traceback: str) -> str:
    """Return where in its cell the error arose, without the way through the libraries."""
    plain = COLOURS.sub("", traceback)
    found = re.search(r"^ *Cell In\[\d+\].*?(?=\n\n|\n(?:File|Cell) |\Z)", plain, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def stop(notebook: Any, stopped: Stopped) -> None:
    """Cut a notebook off after the cell that failed, and put the error in the place of its output."""
    shown = notebook.cells[: 1 if stopped.cell is None else stopped.cell + 1]
    rest = len(notebook.cells) - len(shown)
    where = f"<pre>{html.escape(stopped.shown)}</pre>" if stopped.shown else ""
    missing = f"<p>{rest} of its {len(notebook.cells)} cells did not run.</p>" if rest else ""
    markup = (
        '<div class="failure" id="failure" role="alert"><p><strong>This chapter failed here:</strong> '
        f"<code>{html.escape(str(stopped))}</code></p>{where}{missing}</div>"
    )
    output = nbformat.v4.new_output("display_data", {"text/html": markup, "text/plain": str(stopped)})
    if not shown or shown[-1].cell_type != "code":
        shown.append(nbformat.v4.new_code_cell())
    failed = shown[-1]
    failed.metadata["tags"] = []  # none that hides what is to be seen
    failed.outputs = [each for each in failed.outputs if each.output_type != "error"] + [output]
    notebook.cells = shown


def number_cells(notebook: Any) -> None:
    """Let cells be called the same in every run: their ids, and the files that warnings name."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                # From the beginning of a word: tried at every letter, a long word would take for ever.
                output.text = re.sub(r"(?<!\S)\S*/ipykernel_\d+/\d+\.py", f"cell-{number}", output.text)


def write(notebook: Any, output: Path) -> None:
    """Write a notebook that appears complete or not at all."""
    # A name of its own for every run: whoever is killed leaves no half-written output behind.
    partial = output.with_name(f"{output.stem}.{os.getpid()}.partial.ipynb")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(sealed(f"{nbformat.writes(notebook)}\n".encode()))
        partial.replace(output)
    except OSError as error:
        raise OSError(error.errno, error.strerror, error.filename or str(partial)) from error
    finally:
        if partial.exists():  # asked first: where a file stands in the folder's place, unlink raises
            partial.unlink()


def main(name: str, output: str, given: str = "{}", digest: str = "") -> None:
    """Convert, execute and write; all that a notebook says of its run stands in its metadata."""
    source, parameters = Path(name), json.loads(given)
    if faults := parameter_faults(source, parameters):
        raise ValueError("\n".join(faults))
    started = time.perf_counter()
    notebook = jupytext.read(source)
    notebook.metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
    made: dict[str, Any] = {"digest": digest, "seal": OPEN, "machine": computing()}
    fault = ""
    try:
        insert(parameters, notebook)
        run(notebook)
        arrange(notebook)
    except Stopped as stopped:
        stop(notebook, stopped)
        chapter = source.with_suffix("").as_posix().rpartition("notebooks/")[2]
        claims = judged_in(chapter, source.read_text(encoding="utf-8"))
        made[FAILED] = {"cell": stopped.cell, "error": str(stopped), "claims": claims}
        fault = f"{source}{'' if stopped.cell is None else f', cell {stopped.cell}'}: {stopped}"
    fold(notebook)
    number_cells(notebook)
    notebook.metadata["papermill"] = {
        "parameters": parameters,
        "duration": time.perf_counter() - started,
        "end_time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    notebook.metadata["manytasks"] = made
    write(notebook, Path(output))
    if fault:
        raise ValueError(fault)


if __name__ == "__main__":
    environment.step(main)
