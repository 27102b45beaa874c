"""Render executed notebooks and prose pages with Jupyter Book: `render.py PROFILE`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from browser import chromium
from build import html_folder
from dependencies import toc_pages
from jinja2 import TemplateError
from pages import build_facts, generated_pages
from pdf import print_page

from manytasks.evidence import Evidence

# What the pages load of the 24 MB that the offline extension copies: the program, its fonts, TeX packages.
MATHJAX_KEPT = ("tex-chtml.js", "output/chtml/fonts", "input/tex/extensions")


def stage(profile: str, source: Path) -> None:
    """Assemble what Jupyter Book reads. Unchanged files keep their time, so Sphinx skips their pages."""
    built = Path("build") / profile
    wanted = {Path(name): Path(name).read_bytes() for name in ("_config.yml", "_toc.yml")}
    book = [path for path in Path("book").rglob("*") if path.is_file() and path.suffix != ".jinja"]
    wanted |= {path: path.read_bytes() for path in book}
    executed = sorted(path for path in (built / "notebooks").rglob("*.ipynb") if path.suffixes == [".ipynb"])
    wanted |= {path.relative_to(built): path.read_bytes() for path in executed}
    facts = {"pdf": chromium() is not None} | build_facts(
        read_evidence(built / "evidence.json"), built / "notebooks", executed, profile
    )
    pages = generated_pages(Path("book"), toc_pages("book"), facts)
    wanted |= {path: text.encode() for path, text in pages.items()}
    wanted[Path("_config.yml")] = configuration(wanted[Path("_config.yml")].decode()).encode()

    for path in [path for path in source.rglob("*") if path.is_file()]:
        if path.relative_to(source) not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = source / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def read_evidence(path: Path) -> list[Evidence]:
    """Return what `judge.py` wrote; a damaged file raises a ValueError that says what to do."""
    try:
        return [Evidence(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
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
    settings["repository"] = {"url": repository, "branch": "executed", "path_to_book": ""}
    settings["launch_buttons"] = {"notebook_interface": "jupyterlab", "binderhub_url": "https://mybinder.org"}
    settings["html"] |= {"use_repository_button": True, "use_issues_button": True}
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def main(profile: str) -> int:
    """Build into a scratch folder and put the result in place only when it is whole."""
    work = Path("build") / profile
    source = work / "source"
    try:
        stage(profile, source)
    except (ValueError, TemplateError) as error:
        print(error, file=sys.stderr)
        return 1
    program = Path(sys.executable).with_name("jupyter-book")
    command = [str(program), "build", str(source), "--path-output", str(work)]
    command += ["-n", "-W", "--keep-going", "-q"]
    if code := subprocess.run(command, check=False).returncode:
        return code
    rendered, target = work / "_build" / "html", Path(html_folder(profile))
    mathjax = rendered / "_static" / "mathjax"
    for path in [path for path in mathjax.rglob("*") if path.is_file()]:
        if not str(path.relative_to(mathjax)).startswith(MATHJAX_KEPT):
            path.unlink()
    if (summary := rendered / "book" / "summary.html").is_file() and (browser := chromium()):
        try:
            print_page(summary, summary.with_suffix(".pdf"), browser)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(error, file=sys.stderr)
            return 1
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(rendered, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
