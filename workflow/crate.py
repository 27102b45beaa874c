"""Describe the archive for machines: RO-Crate 1.1, a run per chapter (profile Process Run Crate 0.5)."""

from __future__ import annotations

import json
import mimetypes
import subprocess
from pathlib import Path
from typing import Any

from dependencies import data_files

from manytasks import strict_yaml

BASE = "https://w3id.org/ro/crate/1.1"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
}
LICENCES = ("https://spdx.org/licenses/MIT", "https://creativecommons.org/licenses/by/4.0/")


def crate(files: dict[str, Path], runs: list[tuple[str, str]]) -> dict[str, Any]:
    """Describe files and runs.

    Args:
        files: every file of the archive, by its place there.
        runs: chapters, and where their executed notebooks are in the archive.

    Returns:
        The graph: the archive, its files, and for each chapter an action with script, tables, parameters and
        result. Whatever is said stands in the files; the archive is as old as its youngest notebook.
    """
    citation = strict_yaml.load(Path("CITATION.cff").read_text(encoding="utf-8"), "CITATION.cff")
    actions, values = [], []
    for chapter, place in runs:
        action, given = run(chapter, place, files)
        actions.append(action)
        values += given
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": citation["title"],
        "description": citation["message"],
        "version": str(citation["version"]),
        "author": one([link(f"#author-{i}") for i, _ in enumerate(citation["authors"])]),
        "publisher": link("#author-0"),
        "license": [link(licence) for licence in LICENCES],
        "datePublished": max(action["endTime"] for action in actions),
        "conformsTo": one([link(profile) for profile in PROFILES]),
        "hasPart": [link(name) for name in sorted(files)],
        "mentions": one([link(action["@id"]) for action in actions]),
        "citation": one([link(work["url"]) for work in citation["references"]]),
    }
    if names := identifiers():
        root["identifier"] = names
    people = [
        {"@id": f"#author-{i}", "@type": "Organization", "name": author["name"]}
        for i, author in enumerate(citation["authors"])
    ]
    papers = [
        {"@id": work["url"], "@type": "ScholarlyArticle", "name": work["title"]}
        for work in citation["references"]
    ]
    profiles = [
        {"@id": address, "@type": "CreativeWork", "name": name, "version": address.rpartition("/")[2]}
        for address, name in PROFILES.items()
    ]
    licences = [{"@id": licence, "@type": "CreativeWork", "name": licence} for licence in LICENCES]
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": link(BASE),
        "about": link("./"),
    }
    scripts = {f"notebooks/{chapter}.py" for chapter, _ in runs}
    parts = [
        part(name, files[name]) | (program(citation) if name in scripts else {}) for name in sorted(files)
    ]
    graph = [descriptor, root, *people, *papers, *profiles, *licences, *actions, *values, *parts]
    return {"@context": f"{BASE}/context", "@graph": graph}


def run(chapter: str, place: str, files: dict[str, Path]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the action that made an executed notebook, and the parameters that it was given."""
    said = json.loads(files[place].read_text(encoding="utf-8"))["metadata"]["papermill"]
    script = f"notebooks/{chapter}.py"
    values = [
        {
            "@id": f"#{chapter}/{name}",
            "@type": "PropertyValue",
            "name": name,
            "value": value if isinstance(value, str | int | float) else json.dumps(value),
        }
        for name, value in said["parameters"].items()
    ]
    tables = [name for name in data_files(Path(script)) if name in files]
    action = {
        "@id": f"#run-{chapter}",
        "@type": "CreateAction",
        "name": f"Run of {script}",
        "description": f"{script}, run from its first cell to its last with the parameters named here",
        "agent": link("#author-0"),
        "instrument": link(script),
        "object": one([link(each) for each in [*tables, *(value["@id"] for value in values)]]),
        "result": link(place),
        "endTime": said["end_time"],
        "actionStatus": link("http://schema.org/CompletedActionStatus"),
    }
    return action, values


def part(name: str, path: Path) -> dict[str, Any]:
    """Return what is said of a file; its kind is what Python knows of its name, on every machine alike."""
    kind = mimetypes.MimeTypes().guess_type(name)[0] or "application/octet-stream"
    size = str(path.stat().st_size)
    return {"@id": name, "@type": "File", "name": name, "contentSize": size, "encodingFormat": kind}


def program(citation: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a script besides."""
    return {"@type": ["File", "SoftwareSourceCode"], "version": str(citation["version"])}


def one(values: list[Any]) -> Any:
    """Return a list as RO-Crate wants it: without brackets where it has one member."""
    return values[0] if len(values) == 1 else values


def identifiers() -> list[str]:
    """Return the identifiers of commit and tree in Software Heritage; none if something is changed."""
    if git("status", "--porcelain", "--untracked-files=no") != "":
        return []
    return [f"swh:1:rev:{git('rev-parse', 'HEAD')}", f"swh:1:dir:{git('rev-parse', 'HEAD^{tree}')}"]


def git(*words: str) -> str | None:
    """Return what git says; None if it refuses."""
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return None if done.returncode else done.stdout.strip()


def link(name: str) -> dict[str, str]:
    """Return a reference to an entity of the graph."""
    return {"@id": name}
