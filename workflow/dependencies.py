"""Which notebooks the book has and what each depends on, so that only what changed runs again."""

from __future__ import annotations

import re
from modulefinder import ModuleFinder
from os.path import relpath
from pathlib import Path


def chapters(toc: Path = Path("_toc.yml")) -> list[str]:
    """Return the notebooks that the table of contents lists, as "part/name", in its order."""
    return re.findall(r"(?:root|file): notebooks/(\S+)", toc.read_text(encoding="utf-8"))


def package_sources(notebook: Path, source: Path = Path("src")) -> list[str]:
    """Return the files of the package that a notebook imports, directly or not (py:percent is plain Python).

    Looking only inside ``source`` keeps NumPy and the like out; they are pinned.
    """
    finder = ModuleFinder(path=[str(source)])
    finder.run_script(str(notebook))
    modules = [module for name, module in finder.modules.items() if name != "__main__"]
    return sorted(relpath(path) for module in modules if (path := getattr(module, "__file__", None)))


def data_files(notebook: Path, data: Path = Path("data")) -> list[str]:
    """Return the committed tables whose names (``data/<name>.csv``) a notebook's text contains."""
    names = re.findall(r"data/([\w.-]+\.csv)", notebook.read_text(encoding="utf-8"))
    return sorted(str(data / name) for name in set(names) if (data / name).exists())
