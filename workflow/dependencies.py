"""Which notebooks the book has and what each depends on, so that only what changed runs again."""

from __future__ import annotations

import json
import re
from modulefinder import ModuleFinder
from os.path import relpath
from pathlib import Path


def toc_pages(folder: str, toc: Path = Path("_toc.yml")) -> list[str]:
    """Return the pages of a folder that the table of contents lists, without the folder, in its order."""
    return re.findall(rf"(?:root|file): {folder}/(\S+)", toc.read_text(encoding="utf-8"))


def chapters(toc: Path = Path("_toc.yml")) -> list[str]:
    """Return the notebooks that the table of contents lists, as "part/name", in its order."""
    return toc_pages("notebooks", toc)


def package_sources(notebook: Path, source: Path = Path("src")) -> list[str]:
    """Return the files of the package that a notebook imports, directly or not (py:percent is plain Python).

    Looking only inside ``source`` keeps NumPy and the like out; they are pinned.
    """
    finder = ModuleFinder(path=[str(source)])
    finder.run_script(str(notebook))
    modules = [module for name, module in finder.modules.items() if name != "__main__"]
    return sorted(relpath(path) for module in modules if (path := getattr(module, "__file__", None)))


def remembered_sources(
    notebooks: list[Path], memory: Path, source: Path = Path("src")
) -> dict[str, list[str]]:
    """Return ``package_sources`` of every notebook, from the file ``memory`` while no source has changed.

    Following the imports takes most of a second; a call that finds nothing to do should not.
    """
    files = sorted([*notebooks, *source.rglob("*.py")])
    stamp = [[str(file), file.stat().st_mtime_ns] for file in files]
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        if known["stamp"] == stamp:
            return known["sources"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not there, or written by a killed build: made anew below
    sources = {str(notebook): package_sources(notebook, source) for notebook in notebooks}
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps({"stamp": stamp, "sources": sources}), encoding="utf-8")
    return sources


def data_files(notebook: Path, data: Path = Path("data")) -> list[str]:
    """Return the committed tables that a notebook reads.

    These are all profiles of the sweeps that it loads by name, and the files it names as ``data/<name>.csv``.
    """
    text = notebook.read_text(encoding="utf-8")
    sweeps = re.findall(r"load_results\(\s*['\"]([\w-]+)['\"]", text)
    tables = {path for name in sweeps for path in data.glob(f"{name}-*.csv")}
    tables |= {data / name for name in re.findall(r"data/([\w.-]+\.csv)", text) if (data / name).exists()}
    return sorted(map(str, tables))
