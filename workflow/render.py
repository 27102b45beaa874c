"""Render executed notebooks and prose pages with Jupyter Book: `render.py PROFILE DIGEST`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from badges import one_badge
from browser import chromium
from card import add_card
from dependencies import chapters, listed, toc_pages
from environment import step
from finish import finish
from launch import BRANCH, COLAB, in_colab, prepare
from licences import all_texts
from outputs import add_links
from pages import build_facts, fill, generated_pages
from pdf import print_page
from plan import html_folder
from previews import add_previews

from manytasks.evidence import Evidence, Failure

# The program jupyter-book, without a grammar that takes two seconds to compile (see environment.py). Which
# plug-ins the installed packages have it reads once, and not at every citation.
JUPYTER_BOOK = """
import functools, sys
sys.modules["rfc3987_syntax"] = None
import pybtex.plugin
pybtex.plugin.entry_points = functools.cache(pybtex.plugin.entry_points)
from jupyter_book.cli.main import main
main()
"""
WARNING = re.compile(r"\b(WARNING|ERROR|CRITICAL|SEVERE)\b")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def stage(profile: str, source: Path) -> list[str]:
    """Assemble what Jupyter Book reads. Unchanged files keep their time, so Sphinx skips their pages.

    Returns:
        One line for each generated page that could not be made; the page says so too.
    """
    built = Path("build") / profile
    wanted = {Path(name): Path(name).read_bytes() for name in ("_config.yml", "_toc.yml")}
    book = [path for path in Path("book").rglob("*") if path.is_file() and path.suffix != ".jinja"]
    wanted |= {path: path.read_bytes() for path in book}
    executed = sorted(built / f"notebooks/{name}.ipynb" for name in chapters())
    wanted |= {path.relative_to(built): one_badge(path.read_bytes()) for path in executed}
    faults = read_json(built / "faults.json")
    failures = [Failure(**failure) for failure in faults["failures"]]
    evidence = [Evidence(**row) for row in read_json(built / "evidence.json")]
    facts = {"pdf": chromium() is not None} | build_facts(
        evidence, built / "notebooks", executed, profile, failures, faults["changed"]
    )
    wrong = []
    for page in toc_pages("book"):
        try:
            pages = generated_pages(Path("book"), [page], facts)
        except ValueError as error:
            wrong.append(str(error))
            pages = {Path(f"book/{page}.md"): f"# This page could not be made\n\n```\n{error}\n```\n"}
        wanted |= {path: text.encode() for path, text in pages.items()}
    if failures or faults["changed"]:
        landing = Path(f"{listed()[0]}.ipynb")
        wanted[landing] = with_banner(wanted[landing], fill(Path("book"), "banner.jinja", facts))
    wanted[Path("_config.yml")] = configuration(wanted[Path("_config.yml")].decode()).encode()

    for path in [path for path in source.rglob("*") if path.is_file()]:
        if path.relative_to(source) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = source / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return wrong


def with_banner(notebook: bytes, banner: str) -> bytes:
    """Put a banner below the first cell of a notebook, which has the title."""
    content = json.loads(notebook)
    content["cells"].insert(1, {"cell_type": "markdown", "id": "banner", "metadata": {}, "source": banner})
    return json.dumps(content).encode()


def read_json(path: Path) -> Any:
    """Return what `judge.py` wrote; a damaged file raises a ValueError that says what to do."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"{path} is not a readable evidence file ({type(error).__name__}: {error}); "
            "delete it and run `make book` again"
        ) from error


def configuration(text: str) -> str:
    """Add launch buttons if the build knows its public repository; one that leads nowhere is worse than none.

    The workflow publishes executed notebooks on the branch ``executed``, where Binder and Colab find them.
    """
    repository = os.environ.get("MANYTASKS_REPOSITORY")
    if not repository:
        return text
    settings = yaml.safe_load(text)
    settings["repository"] = {"url": repository, "branch": BRANCH, "path_to_book": ""}
    settings["launch_buttons"] = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    if in_colab(repository):
        settings["launch_buttons"]["colab_url"] = COLAB
    settings["html"] |= {"use_repository_button": True, "use_issues_button": True}
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def sphinx(source: Path, work: Path) -> list[str]:
    """Render what was staged, as far as it can be rendered.

    Returns:
        The warnings.

    Raises:
        RuntimeError: if there are no pages; it holds Sphinx's last words about it.
    """
    # Sphinx reads only pages that changed and repeats no warning: after one, everything is read again.
    clean = work / "_build" / "clean"
    if not clean.exists():
        shutil.rmtree(work / "_build", ignore_errors=True)
    clean.unlink(missing_ok=True)
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(source), "--path-output", str(work)]
    command += ["-n", "-W", "--keep-going", "-q"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = COLOURS.sub("", done.stdout).splitlines()
    warnings = [line.replace(f"{source.resolve()}/", "") for line in lines if WARNING.search(line)]
    if done.returncode and not warnings:
        print(*lines, sep="\n")
        said = [line for line in lines if re.search(r"\w(Error|Exception)\b", line)] or lines or ["no word"]
        raise RuntimeError(f"Sphinx rendered no book: {said[-1]}")
    if not warnings:
        clean.touch()
    return warnings


def main(profile: str, digest: str) -> None:
    """Build into a scratch folder and put the result in place only when it is whole."""
    work = Path("build") / profile
    source = work / "source"
    rendered, target = work / "_build" / "html", Path(html_folder(profile))
    if repository := os.environ.get("MANYTASKS_REPOSITORY"):
        prepare(work / "notebooks", work / "launch/notebooks", repository)
    wrong = stage(profile, source) + sphinx(source, work)
    if (summary := rendered / "book" / "summary.html").is_file() and (browser := chromium()):
        try:
            print_page(summary, summary.with_suffix(".pdf"), browser)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            wrong.append(str(error))
    (rendered / "_static/licences.txt").write_text(all_texts(), encoding="utf-8")
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(rendered, fresh)
    title = yaml.safe_load(Path("_config.yml").read_text())["title"]
    finish(fresh, f"{listed()[0]}.html", title)
    add_card(fresh, title, os.environ.get("MANYTASKS_REPOSITORY", ""))
    add_links(fresh, work / "notebooks")
    add_previews(fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)
    report = json.dumps({"digest": digest, "warnings": wrong}, indent=1)
    (work / "rendered.json").write_text(report, encoding="utf-8")


if __name__ == "__main__":
    step(main)
