"""What must be right before anything runs: all faults of contents, profile, claims and machine at once."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import environment
from dependencies import TOC, chapters, listed, text
from plan import sections

from manytasks import strict_yaml
from manytasks.claims import registry
from manytasks.parameters import read

ROOM = 100e6  # bytes that a build of a few pages needs already, most of them for the scripts of the theme
REPOSITORY = re.compile(r"https://[\w.-]+(:\d+)?/[\w.-]+/[\w.-]+/?")


def faults(profile: str) -> list[str]:
    """Return one line for each fault; a build with none may still meet others, but not these."""
    found: list[str] = []
    if wrong := environment.foreign():
        found.append(wrong)
    found += attempt(contents)
    if not found:
        found += attempt(lambda: configuration(profile))
    found += attempt(claims) + attempt(machine)
    return found


def attempt(look: Callable[[], Iterator[str]]) -> list[str]:
    """Return what a check finds; what stops it from looking is its finding."""
    found = []
    try:
        for fault in look():
            found.append(fault)
    except OSError as error:
        found.append(f"cannot read {error.filename}: {error.strerror}")
    except ValueError as error:
        found.append(str(error))
    return found


def contents() -> Iterator[str]:
    """Look at the table of contents: each page is there, and there once."""
    toc = strict_yaml.load(text(TOC), str(TOC))
    if not isinstance(toc, dict) or not toc.get("root"):
        yield "_toc.yml must name the first page of the book, root: notebooks/..."
    pages = listed()
    for page in dict.fromkeys(pages):
        forms = [f"{page}.py"] if page.startswith("notebooks/") else [f"{page}.md", f"{page}.md.jinja"]
        if not any(Path(form).is_file() for form in forms):
            yield f"_toc.yml names {page}, and there is no {forms[0]}"
        if pages.count(page) > 1:
            yield f"_toc.yml names {page} {pages.count(page)} times"


def configuration(profile: str) -> Iterator[str]:
    """Look at the profile: its sections are chapters, and their parameters are what the chapters take."""
    path, names = f"config/{profile}.yml", chapters()
    set_there = sections(profile)
    if unknown := sorted(set(set_there) - set(names)):
        yield f"{path} has sections without a notebook: {', '.join(unknown)}"
    for name in names:
        parameters = {"profile": profile} | set_there.get(name, {})
        for fault in parameter_faults(Path(f"notebooks/{name}.py"), parameters):
            yield f"{path}: {fault}"


def parameter_faults(notebook: Path, parameters: dict[str, Any]) -> list[str]:
    """Compare parameters with what the notebook's parameters cell allows.

    A cell that is not there or cannot be read is the notebook's own fault; it shows when the notebook runs.
    """
    cell = parameters_cell(text(notebook))
    try:
        known = read(cell) if parameters and cell is not None else None
    except (SyntaxError, ValueError):
        known = None
    if known is None:
        return []
    found = []
    for name, value in parameters.items():
        if name not in known:
            found.append(f"{notebook}: unknown parameter {name!r}; its parameters are {', '.join(known)}")
        elif fault := known[name].fault(value):
            found.append(f"{notebook}: parameter {name!r} {fault}")
    return found


def parameters_cell(notebook: str) -> str | None:
    """Return the source of the cell with the tag "parameters" in a py:percent notebook, if it has one."""
    found = re.search(
        r"^# %%[^\n]*\btags=\[[^\n]*\"parameters\"[^\n]*\n(.*?)(?=^# %%|\Z)",
        notebook,
        re.MULTILINE | re.DOTALL,
    )
    return found and found[1]


def claims() -> Iterator[str]:
    """Look at the registry of claims."""
    registry()
    yield from ()


def machine() -> Iterator[str]:
    """Look at what the build finds around it."""
    repository = os.environ.get("MANYTASKS_REPOSITORY")
    if repository and not REPOSITORY.fullmatch(repository):
        yield f"MANYTASKS_REPOSITORY must look like https://github.com/owner/name; got {repository!r}"
    if (free := shutil.disk_usage("build").free) < ROOM:
        yield (
            f"cannot write build: No space left on device ({free / 1e6:.0f} MB are free, "
            f"a build needs at least {ROOM / 1e6:.0f} MB)"
        )
