"""What a build has to make, and of what: every output carries the digest of all that went into it.

An output is finished if it is readable, did not fail and carries today's digest; everything else is made
again. Content decides, not dates: a source that comes back with its old date counts, one that was only
touched does not.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from browser import chromium
from dependencies import chapters, data_beside, data_files, digest, remembered_sources, text
from seal import unbroken

from manytasks import strict_yaml

TOOLS = ("requirements.lock", "workflow/environment.py")  # every step works with them
# What turns a notebook into an executed one; `check` only refuses.
EXECUTION = tuple(
    f"workflow/{name}.py" for name in ("execute", "forks", "kernels", "machine", "reading", "seal")
)
LISTED = ("data/datapackage.json", "data/gpu.json")  # what pages show: the tables, and what a GPU measured


def html_folder(profile: str) -> str:
    """Return where a profile's book goes, so that a quick look never overwrites the real one."""
    return "build/html" if profile == "book" else f"build/html-{profile}"


def sections(profile: str) -> dict[str, dict[str, Any]]:
    """Return what a profile sets, by chapter.

    Raises:
        ValueError: if its file is no mapping of chapters to parameters; it names file and line.
    """
    path = Path(f"config/{profile}.yml")
    found = strict_yaml.load(text(path), str(path)) or {}
    if not isinstance(found, dict):
        raise ValueError(f"{path} must name chapters and their parameters; got {type(found).__name__}")
    for chapter, values in found.items():
        if not isinstance(values, dict | None):
            raise ValueError(f"{path}: section {chapter} must name parameters; got {values!r}")
    return {str(chapter): values or {} for chapter, values in found.items()}


def plan(profile: str) -> dict[str, Any]:
    """Return ``chapters``, parameters and digest by name, and the digests of ``verdicts`` and ``book``."""
    notebooks = {name: Path(f"notebooks/{name}.py") for name in chapters()}
    sources = remembered_sources(list(notebooks.values()), Path("build/sources.json"))
    levels = strict_yaml.load(text(Path("src/manytasks/levels.yml")), "levels.yml")
    set_there, planned = sections(profile), {}
    for name, notebook in notebooks.items():
        parameters = {"profile": profile} | set_there.get(name, {})
        code = [str(notebook), *sources[str(notebook)], *TOOLS, *EXECUTION]
        data = [*data_beside(sources[str(notebook)]), *data_files(notebook)]
        made_of = digest([*code, *data], platform.python_version(), parameters, levels.get(name))
        planned[name] = {"parameters": parameters, "digest": made_of}
    judged = sorted(map(str, Path("src/manytasks/evidence").glob("*.py")))
    registry = ["src/manytasks/claims.py", "src/manytasks/claims.yml", *judged]
    verdicts = digest([*registry, *TOOLS, "workflow/judge.py"], planned)
    pages = [path for path in Path("book").rglob("*") if path.is_file()]
    shown = [*Path("src").rglob("*.py"), *Path("workflow").glob("*.py")]  # the reference shows the package
    shown += [Path("src/manytasks/changed.yml"), Path("src/manytasks/history.yml")]
    replication = sorted([*Path("data").glob("replication.*"), *Path("data/reference").glob("*.json")])
    tables = [Path(name) for name in LISTED if Path(name).exists()]
    tables += sorted(Path("LICENSES").glob("*.txt"))
    around = os.environ.get("MANYTASKS_REPOSITORY"), chromium()
    book = digest([*pages, *shown, *replication, *tables, "_config.yml", "_toc.yml"], verdicts, *around)
    return {"chapters": planned, "verdicts": verdicts, "book": book}


def clear(profile: str, planned: dict[str, Any]) -> list[Path]:
    """Delete what is not finished, what has changed since, and what the book no longer has.

    Returns:
        The notebooks among it that were made of what they would be made of now, but changed by hand since.
    """
    folder = Path("build") / profile
    notebooks = {
        folder / f"notebooks/{name}.ipynb": chapter["digest"] for name, chapter in planned["chapters"].items()
    }
    by_hand = []
    for path in sorted((folder / "notebooks").rglob("*.ipynb")):
        as_planned = finished(path, notebooks.get(path))
        if as_planned and not untouched(path):
            by_hand.append(path)
        if not as_planned or path in by_hand:
            path.unlink()
    faults, rendered = folder / "faults.json", folder / "rendered.json"
    # Snakemake does not miss a notebook while there is all that was made of it.
    if not all(path.exists() for path in notebooks) or not finished(faults, planned["verdicts"]):
        faults.unlink(missing_ok=True)
        (folder / "evidence.json").unlink(missing_ok=True)
    index = Path(html_folder(profile)) / "index.html"
    if not (faults.exists() and index.exists() and finished(rendered, planned["book"])):
        rendered.unlink(missing_ok=True)
    return by_hand


def finished(path: Path, made_of: str | None) -> bool:
    """Return whether an output is whole, did not fail and was made of what it would be made of now."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        carried = content.get("metadata", content).get("manytasks", content)
        return carried["digest"] == made_of and "failure" not in carried
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def untouched(notebook: Path) -> bool:
    """Return whether nobody has changed an executed notebook since it was written."""
    content = notebook.read_bytes()
    return unbroken(content, json.loads(content)["metadata"]["manytasks"].get("seal", ""))


def oldest(notebooks: Iterable[Path]) -> date | None:
    """Return the day on which the first of the executed notebooks ran; None if there is none."""
    ended = [
        json.loads(path.read_text(encoding="utf-8"))["metadata"]["papermill"]["end_time"]
        for path in notebooks
    ]
    return min(map(datetime.fromisoformat, ended)).date() if ended else None
