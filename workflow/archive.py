"""Put all that a book is into one zip: `archive.py [PROFILE]`, after `build.py`. Same book, same bytes.

Sources, lock, tables, executed notebooks, evidence, pages, the PDF if there is one, checksums, a description
that machines read (`crate.py`), and what Sphinx alone needs to render the pages again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import environment
from crate import crate
from dependencies import chapters
from plan import html_folder
from render import JUPYTER_BOOK

SUMS = "SHA256SUMS"
CRATE = "ro-crate-metadata.json"
DAY = (1980, 1, 1, 0, 0, 0)  # the date of every entry; when a chapter ran stands in its notebook
# Where a build of this tree, and not its sources, is in the archive.
EXECUTED, PAGES, SPHINX, PAPER, EVIDENCE = "executed", "html", "sphinx", "manytasks.pdf", "evidence.json"


def main(profile: str = "book") -> None:
    """Write the zip, and say where it is and what its digest is.

    Raises:
        ValueError: if there is no whole book, or the checkout is not one of git.
    """
    os.chdir(environment.ROOT)
    work, html = Path("build") / profile, Path(html_folder(profile))
    if not (work / "rendered.json").is_file() or not (html / "index.html").is_file():
        raise ValueError(f"there is no book in {html}; `make book PROFILE={profile}` builds it")
    name = "manytasks" if profile == "book" else f"manytasks-{profile}"
    with TemporaryDirectory() as scratch:
        files = {path: Path(path) for path in sources()}
        files |= built(work, html, Path("build") / f"{name}.pdf")
        files |= {f"{SPHINX}/conf.py": configuration(work / "source", Path(scratch))}
        described = crate(files, [(chapter, f"{EXECUTED}/{chapter}.ipynb") for chapter in chapters()])
        target = Path("build") / f"{name}.zip"
        pack(files, {CRATE: json.dumps(described, indent=1, ensure_ascii=False) + "\n"}, target)
    print(f"{target}: {hashlib.sha256(target.read_bytes()).hexdigest()}", flush=True)


def sources() -> list[str]:
    """Return the files that git knows and that are there.

    Raises:
        ValueError: if this is no checkout of git.
    """
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"the sources are those that git knows, and it says: {done.stderr.strip()}")
    return [name for name in done.stdout.split("\0") if name and Path(name).is_file()]


def built(work: Path, html: Path, paper: Path) -> dict[str, Path]:
    """Return what a build made, by its place in the archive."""
    folders = {EXECUTED: work / "notebooks", SPHINX: work / "source", PAGES: html}
    files = {
        f"{place}/{path.relative_to(folder).as_posix()}": path
        for place, folder in folders.items()
        for path in folder.rglob("*")
        if path.is_file()
    }
    files[EVIDENCE] = work / "evidence.json"
    return files | ({PAPER: paper} if paper.is_file() else {})


def configuration(source: Path, scratch: Path) -> Path:
    """Return the configuration of Sphinx that Jupyter Book makes of its own.

    Raises:
        RuntimeError: if it makes none; it holds its last words.
    """
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(source / name, scratch)
    command = [sys.executable, "-c", JUPYTER_BOOK, "config", "sphinx", str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (made := scratch / "conf.py").is_file():
        raise RuntimeError(f"Jupyter Book made no conf.py: {done.stderr.strip()[-300:]}")
    return made


def pack(files: dict[str, Path], texts: dict[str, str], target: Path) -> None:
    """Write a zip that depends on names, contents and rights to run, on nothing else; it appears whole."""
    partial = target.with_name(f"{target.name}.partial")
    sums = []
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content, mode in contents(files, texts):
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
            archive.writestr(entry(name, mode), content)
        archive.writestr(entry(SUMS, 0o644), "".join(sums))
    partial.replace(target)


def contents(files: dict[str, Path], texts: dict[str, str]) -> Iterator[tuple[str, bytes, int]]:
    """Yield name, content and mode of every entry, in the order of their names."""
    for name in sorted(files | dict.fromkeys(texts)):
        if name in texts:
            yield name, texts[name].encode(), 0o644
        else:
            runs = os.access(files[name], os.X_OK)
            yield name, files[name].read_bytes(), 0o755 if runs else 0o644


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    """Return an entry of the same day on every machine."""
    info = zipfile.ZipInfo(f"manytasks/{name}", DAY)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, mode << 16
    return info


if __name__ == "__main__":
    environment.step(main)
