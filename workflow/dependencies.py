"""Which notebooks the book has and what each depends on, so that only what changed runs again."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterable
from modulefinder import ModuleFinder
from os.path import relpath
from pathlib import Path
from typing import Any

import environment  # noqa: F401 - manytasks is this tree's

from manytasks import strict_yaml

TOC = Path("_toc.yml")
# A new verdict, reason or level of another chapter runs none again.
JUDGED = ("claims.yml", "changed.yml", "history.yml", "levels.yml")


def text(path: Path) -> str:
    """Return what a file says.

    Raises:
        ValueError: if it is no text in UTF-8; it names the file.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8: {error}") from None


def listed(toc: Path = TOC) -> list[str]:
    """Return the pages that the table of contents lists, in its order.

    Raises:
        ValueError: if it is no table of contents; it names the line.
    """

    def pages(node: Any) -> Iterable[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("root", "file"):
                    yield str(value)
                else:
                    yield from pages(value)
        elif isinstance(node, list):
            for each in node:
                yield from pages(each)

    return list(pages(strict_yaml.load(text(toc), str(toc))))


def toc_pages(folder: str, toc: Path = TOC) -> list[str]:
    """Return the listed pages of a folder, without the folder."""
    return [page.removeprefix(f"{folder}/") for page in listed(toc) if page.startswith(f"{folder}/")]


def chapters(toc: Path = TOC) -> list[str]:
    """Return the notebooks that the table of contents lists, as "part/name", in its order."""
    return toc_pages("notebooks", toc)


def python(notebook: str) -> str:
    """Return a notebook as plain Python: IPython's own lines, which import nothing, become comments."""
    return re.sub(r"^(\s*)[%!]", r"\1#", notebook, flags=re.MULTILINE)


def package_sources(notebook: Path, source: Path = Path("src")) -> list[str]:
    """Return the files of the package that a notebook imports, directly or not.

    Looking only inside ``source`` keeps NumPy and the like out; they are pinned. What cannot be parsed, the
    notebook or a module, may import anything: it depends on the whole package and fails when it runs.
    """
    finder = ModuleFinder(path=[str(source)])
    code = io.StringIO(python(text(notebook)))
    try:
        finder.load_module("__main__", code, str(notebook), ("", "r", 1))  # type: ignore[arg-type]
    except (SyntaxError, ValueError):
        return sorted(map(relpath, source.rglob("*.py")))
    modules = [module for name, module in finder.modules.items() if name != "__main__"]
    return sorted({relpath(path) for module in modules if (path := getattr(module, "__file__", None))})


def data_beside(sources: list[str]) -> list[str]:
    """Return the data that lie beside modules of the package: pictures, weights, lists."""
    files = [path for folder in {Path(source).parent for source in sources} for path in folder.iterdir()]
    return sorted(
        str(path) for path in files if path.is_file() and path.suffix != ".py" and path.name not in JUDGED
    )


def remembered_sources(
    notebooks: list[Path], memory: Path, source: Path = Path("src")
) -> dict[str, list[str]]:
    """Return ``package_sources`` of every notebook, from the file ``memory`` while no source has changed.

    Following the imports takes most of a second; a call that finds nothing to do should not.
    """
    stamp = digest([__file__, *notebooks, *source.rglob("*.py")])
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

    These are all profiles of the sweeps that it loads by name, the files it names as ``data/<name>.csv``, and
    what is kept beside the tables of the sweeps that it trains again.
    """
    words = text(notebook)
    sweeps = re.findall(r"load_results\(\s*['\"]([\w-]+)['\"]", words)
    tables = {path for name in sweeps for path in data.glob(f"{name}-*.csv*")}
    again = re.findall(r"agree_with_table\(\s*['\"]([\w-]+)['\"]", words)
    tables |= {path for name in again for path in data.glob(f"{name}-*.prints.json")}
    tables |= {data / name for name in re.findall(r"data/([\w.-]+\.csv)", words) if (data / name).exists()}
    return sorted(map(str, tables))


def digest(files: Iterable[str | Path], *facts: Any) -> str:
    """Return one number for the contents of files, whatever their dates, and for what else counts."""
    contents = {str(file): _content(Path(file)) for file in files}
    return hashlib.sha256(json.dumps([contents, facts], sort_keys=True).encode()).hexdigest()


def _content(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
