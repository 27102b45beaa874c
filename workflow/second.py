"""Let a second renderer read every page: `second.py [PROFILE]`, after `build.py`.

What Jupyter Book was given is handed to mystmd, with its contents from `_toc.yml` and its title from
`_config.yml`. What only Sphinx knows is written in the words of both first. mystmd runs on Node; where there
is none, or no network to install it from, this step is skipped and says so.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
from ast import literal_eval
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import environment
import yaml
from dependencies import text

from manytasks import strict_yaml

MYST = "mystmd@1.8.3"
NODE = Path("build/node")  # where mystmd is installed
RECORD = "application/papermill.record/text/plain"
FAULT = re.compile(r"⛔|[Nn]ot found|No target|did not resolve")
ANCHOR = re.compile(r'No target for internal reference "#([^"]+)"')
# A template that renders nothing: pages are read, checked and linked, and none is asked of the network.
TEMPLATE = {"myst": "v1", "title": "none", "build": {"install": "true", "start": "true"}}

GLUE = re.compile(r"\{glue:text\}`([^`:]+)(?::([^`]*))?`")
DOC = re.compile(r"\{doc\}`(?:([^`<]*?)\s*<([^`>]+)>|([^`]+))`")
BUTTON = re.compile(r"```\{button-ref\} (\S+)\n(?::[^\n]*\n)*(.*?)\n```", re.DOTALL)
REFERENCE = re.compile(r"```\{eval-rst\}\n\.\. auto\w+:: (\S+)\n.*?```", re.DOTALL)
GLOSSARY = re.compile(r"```\{glossary\}\n.*?\n```", re.DOTALL)


def main(profile: str = "book") -> None:
    """Stage the pages, let mystmd read them, and say what it found.

    Raises:
        ValueError: if there is no book, or mystmd found a fault; it names the first ones.
    """
    os.chdir(environment.ROOT)
    source, target = Path("build") / profile / "source", Path("build") / profile / "second"
    if not source.is_dir():
        raise ValueError(f"there are no pages in {source}; `make book PROFILE={profile}` builds them")
    program = myst()
    if isinstance(program, str):
        print(f"second renderer: skipped, {program}", flush=True)
        return
    stage(source, target)
    command = [str(program.resolve()), "build", "--site"]
    done = subprocess.run(
        command, cwd=target, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    known = drawn(source)
    lines = [line.strip() for line in done.stdout.splitlines() if not known & set(ANCHOR.findall(line))]
    faults = [line for line in lines if FAULT.search(line)]
    warnings = sum("⚠" in line for line in lines) - sum("⚠" in line for line in faults)
    read = len(list((target / "_build/site/content").glob("*.json")))
    if done.returncode or faults:
        more = [f"and {len(faults) - 20} more"] if len(faults) > 20 else []
        raise ValueError("\n".join([*(faults[:20] or lines[-5:]), *more]))
    print(f"second renderer ({MYST}): {read} pages, 0 errors, {warnings} warnings", flush=True)


def drawn(source: Path) -> set[str]:
    """Return the anchors inside of outputs: figures and badges, which mystmd takes as they are."""
    return {
        anchor for path in source.rglob("*.ipynb") for anchor in re.findall(r'id=\\?"([^"\\]+)', text(path))
    }


def myst() -> Path | str:
    """Return the program, installed if that is possible; else why there is none."""
    program = NODE / "node_modules/.bin/myst"
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "there is no Node here (nodejs.org)"
    if not program.exists():
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(NODE), MYST]
        NODE.mkdir(parents=True, exist_ok=True)
        if subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        ).returncode:
            return f"npm could not install {MYST}"
    return program


def stage(source: Path, target: Path) -> None:
    """Write the pages for the second renderer."""
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        name = PurePosixPath(path.relative_to(source).as_posix())
        if path.suffix == ".ipynb":
            place.write_text(json.dumps(notebook(json.loads(text(path)), name, source)), encoding="utf-8")
        elif path.suffix == ".md":
            place.write_text(translate(text(path), name, source, {}), encoding="utf-8")
        elif name.name not in ("_toc.yml", "_config.yml"):
            shutil.copy(path, place)
    (target / "template").mkdir()
    (target / "template/template.yml").write_text(yaml.safe_dump(TEMPLATE))
    staged = yaml.safe_dump(project(source), sort_keys=False, allow_unicode=True)
    (target / "myst.yml").write_text(staged, encoding="utf-8")


def project(source: Path) -> dict[str, Any]:
    """Return the configuration of mystmd: contents as in ``_toc.yml``, the rest as in ``_config.yml``."""
    contents, settings = (strict_yaml.load(text(source / name), name) for name in ("_toc.yml", "_config.yml"))

    def files(pages: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{"file": with_suffix(page["file"], source)} for page in pages]

    toc: list[dict[str, Any]] = files([{"file": contents["root"]}])
    toc += files(contents.get("chapters", []))
    for part in contents.get("parts", []):
        toc.append({"title": part["caption"], "children": files(part["chapters"])})
    return {
        "version": 1,
        "project": {
            "title": settings["title"],
            "authors": [{"name": settings["author"]}],
            "bibliography": settings["bibtex_bibfiles"],
            "toc": toc,
        },
        "site": {"title": settings["title"], "template": "./template"},
    }


def with_suffix(page: str, source: Path) -> str:
    """Return a page with the suffix of its file.

    Raises:
        ValueError: if there is no such page.
    """
    for suffix in (".ipynb", ".md"):
        if (source / f"{page}{suffix}").is_file():
            return f"{page}{suffix}"
    raise ValueError(f"{source} has no page {page}")


def notebook(content: dict[str, Any], name: PurePosixPath, source: Path) -> dict[str, Any]:
    """Return a notebook whose words both renderers read; numbers in them are those that it has computed."""
    outputs = [output for cell in content["cells"] for output in cell.get("outputs", [])]
    facts = {
        output["metadata"]["scrapbook"]["name"]: literal_eval("".join(output["data"][RECORD]))
        for output in outputs
        if RECORD in output.get("data", {}) and "scrapbook" in output.get("metadata", {})
    }
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = translate("".join(cell["source"]), name, source, facts)
    return content


def translate(words: str, name: PurePosixPath, source: Path, facts: Mapping[str, Any]) -> str:
    """Return the words of a page without what only Sphinx knows.

    Args:
        words: text in MyST.
        name: of the page, below ``source``.
        source: folder of all pages.
        facts: what ``{glue:text}`` quotes.
    """

    def link(target: str, said: str) -> str:
        page = os.path.normpath(name.parent / target) if not target.startswith("/") else target[1:]
        return f"[{said}]({os.path.relpath(with_suffix(page, source), name.parent)})"

    replaced: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
        (GLUE, lambda found: format(facts[found[1]], found[2] or "")),
        (BUTTON, lambda found: link(found[1], found[2].strip())),
        (DOC, lambda found: link(found[2] or found[3], found[1] or "")),
        (REFERENCE, lambda found: reference(found[1])),
        (GLOSSARY, lambda found: re.sub(r"(?<=\n)(\S.*\n)  (?=\S)", r"\1: ", found[0])),
    ]
    for pattern, change in replaced:
        words = pattern.sub(change, words)
    return words


def reference(name: str) -> str:
    """Return the first sentences of what a module or class documents, a line each."""
    module, _, last = name.rpartition(".")
    described = importlib.import_module(module) if module else None
    described = getattr(described, last, None) or importlib.import_module(name)
    members = getattr(described, "__all__", None) or [each for each in vars(described) if each[0] != "_"]
    found = [(each, inspect.getdoc(getattr(described, each))) for each in members]
    lines = [f"* `{each}`: {said.splitlines()[0].replace('`', '')}" for each, said in found if said]
    return "\n".join(lines)


if __name__ == "__main__":
    environment.step(main)
