"""Run one chapter with other numbers: `run.py CHAPTER [NAME=VALUE ...]`, or list the numbers it takes.

The result is a page of its own in `build/run`, which no build judges.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from check import parameter_faults, parameters_cell
from dependencies import chapters, listed, text
from environment import ROOT, environment, step
from plan import sections

from manytasks.parameters import Parameter, read

FOLDER = Path("build/run")
REFERENCES = "book/bibliography"  # the page to which citations lead


def main(*words: str) -> None:
    """List what a chapter takes, or run it with what was given and render its page.

    Raises:
        ValueError: if the chapter is unknown or does not take a value; nothing has run then.
    """
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("chapter", help="such as replay/harm")
    parser.add_argument("values", nargs="*", metavar="NAME=VALUE")
    parser.add_argument(
        "--profile", default="book", help="numbers that are not given come from config/NAME.yml"
    )
    options = parser.parse_args(words)
    os.chdir(ROOT)
    chapter = known_chapter(options.chapter)
    stated = parameters_of(chapter)
    own = {"profile": options.profile} | profile_values(options.profile).get(chapter, {})
    if not options.values:
        print(*listing(chapter, stated, own), sep="\n")
        return
    given = read_values(chapter, stated, options.values)
    work = FOLDER / chapter.replace("/", ".")
    changes = {f"{name} = {value!r}": own.get(name, stated[name].default) for name, value in given.items()}
    print(f"running {chapter} with {', '.join(changes)}", flush=True)
    failed = execute(chapter, own | given, work)
    page = render(chapter, work, [f"`{change}` instead of `{was!r}`" for change, was in changes.items()])
    if not failed:
        print(*(f"{line}\n" for line in differing(work, chapter, options.profile)), sep="", end="")
    print(f"{failed}\n" * bool(failed) + f"the page is at {page}", flush=True)
    sys.exit(int(bool(failed)))


def known_chapter(name: str) -> str:
    """Return a chapter as the contents name it; any path to its source will do.

    Raises:
        ValueError: if there is none of the name; it names those that are like it.
    """
    asked = name.removeprefix("notebooks/").removesuffix(".py")
    there = chapters()
    if asked in there:
        return asked
    near = difflib.get_close_matches(asked, there, 3, 0.4) or there
    raise ValueError(f"CHAPTER must be a chapter of the book; got {name!r}. Did you mean {', '.join(near)}?")


def profile_values(profile: str) -> dict[str, dict[str, Any]]:
    """Return what a profile sets, by chapter.

    Raises:
        ValueError: if there is no such profile.
    """
    there = sorted(path.stem for path in Path("config").glob("*.yml"))
    if profile not in there:
        raise ValueError(f"unknown profile {profile!r}; choose one of {', '.join(there)}")
    return sections(profile)


def parameters_of(chapter: str) -> dict[str, Parameter]:
    """Return the parameters that a chapter states, without the profile, which ``--profile`` chooses.

    Raises:
        ValueError: if it has no cell that states them.
    """
    cell = parameters_cell(text(Path(f"notebooks/{chapter}.py")))
    if cell is None:
        raise ValueError(f"notebooks/{chapter}.py has no cell with the tag 'parameters'")
    return {name: parameter for name, parameter in read(cell).items() if name != "profile"}


def listing(chapter: str, stated: dict[str, Parameter], own: dict[str, Any]) -> list[str]:
    """Return a line for each parameter: its value, what it may be, what it means; and how to change one."""
    title = re.search(r"^# # (.*)$", text(Path(f"notebooks/{chapter}.py")), re.MULTILINE)
    rows = [
        (name, shown(own.get(name, each.default)), each.allowed, each.meaning)
        for name, each in stated.items()
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    lines = ["  ".join(part.ljust(w) for part, w in zip(row, [*widths, 0], strict=True)) for row in rows]
    example = f"{rows[-1][0]}={rows[-1][1]}" if rows else ""
    return [
        f"{chapter}: {title[1] if title else ''}",
        *(f"  {line.rstrip()}" for line in lines),
        f"make run CHAPTER={chapter} '{example}'",
    ]


def shown(value: Any) -> str:
    """Return a value as it is typed on the command line."""
    return value if isinstance(value, str) else repr(value)


def read_values(chapter: str, stated: dict[str, Parameter], words: list[str]) -> dict[str, Any]:
    """Return values by name from words such as ``T=5``, each read by its parameter's type.

    Raises:
        ValueError: with a line for each word that the chapter does not take.
    """
    faults, values = [], {}
    for word in words:
        name, sign, said = word.partition("=")
        if not sign:
            faults.append(f"what changes must read NAME=VALUE; got {word!r}")
        elif name == "profile":
            faults.append("the profile is chosen with PROFILE=, not with profile=")
        elif name in values:
            faults.append(f"{name} is given twice")
        else:
            values[name] = value_of(stated[name].default, said) if name in stated else said
    faults += parameter_faults(Path(f"notebooks/{chapter}.py"), values)
    if faults:
        raise ValueError("\n".join(faults))
    return values


def value_of(default: Any, said: str) -> Any:
    """Return what a text says, in the type of a default where it can be; the text itself where it cannot."""
    if isinstance(default, str):
        return said
    try:
        value = ast.literal_eval(said.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return said
    if isinstance(default, list | tuple):
        return type(default)(value if isinstance(value, list | tuple) else [value])
    return value


def execute(chapter: str, parameters: dict[str, Any], work: Path) -> str:
    """Run the chapter into the folder; return what made it fail, or nothing."""
    output = work / f"source/notebooks/{chapter}.ipynb"
    shutil.rmtree(work, ignore_errors=True)
    command = [sys.executable, "workflow/execute.py", f"notebooks/{chapter}.py", str(output)]
    settings = environment() | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, json.dumps(parameters)], env=settings, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode and not output.is_file():
        raise ValueError(done.stderr.strip())
    return done.stderr.strip() if done.returncode else ""


def render(chapter: str, work: Path, changes: list[str]) -> Path:
    """Render the chapter alone, with the book's style; links to other chapters are plain words there."""
    import yaml
    from finish import finish
    from outputs import add_links
    from render import sphinx, with_banner

    source = work / "source"
    notebook = source / f"notebooks/{chapter}.ipynb"
    banner = (
        f"**Run with other numbers than the book:** {', '.join(changes)}. "
        "Nothing on this page counts in the book, and links to other chapters are plain words."
    )
    notebook.write_bytes(with_banner(notebook.read_bytes(), banner))
    shutil.copytree("book", source / "book", ignore=shutil.ignore_patterns("*.md", "*.jinja"))
    shutil.copy("_config.yml", source)
    pages: dict[str, Any] = {"format": "jb-book", "root": f"notebooks/{chapter}"}
    if REFERENCES in listed():
        shutil.copy(f"{REFERENCES}.md", source / "book")
        pages["chapters"] = [{"file": REFERENCES}]
    (source / "_toc.yml").write_text(yaml.safe_dump(pages, sort_keys=False))
    sphinx(source, work)  # its warnings are about links that lead out of the page
    html = work / "_build/html"
    finish(html, f"notebooks/{chapter}.html", yaml.safe_load(Path("_config.yml").read_text())["title"])
    add_links(html, source / "notebooks")
    return html / f"notebooks/{chapter}.html"


def differing(work: Path, chapter: str, profile: str) -> list[str]:
    """Return a line for each check that decides otherwise than in the last build of the profile."""
    from manytasks.evidence import gather

    built = Path(f"build/{profile}/evidence.json")
    there = json.loads(text(built)) if built.is_file() else []
    before = {(row["claim"], row["check"]): row["verdict"] for row in there if row["notebook"] == chapter}
    found = gather([work / f"source/notebooks/{chapter}.ipynb"])
    return [
        f"claim {row.claim}, {row.check}: {row.verdict}; in the book {before[row.claim, row.check]}"
        for row in found
        if row.verdict != before.get((row.claim, row.check), row.verdict)
    ]


if __name__ == "__main__":
    step(main)
