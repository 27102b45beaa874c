"""Build the book: check what it is made of, let one build at a time into the tree, hand over to Snakemake."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from check import faults, machine
from counts import at_least_one
from environment import FAULT, ROOT, environment
from forks import answering
from plan import clear, html_folder, oldest, plan

from manytasks import cores
from manytasks.evidence import Failure

MARK = "fault: "  # what a step's faults begin with


class OneLine(argparse.ArgumentParser):
    """A parser that answers a wrong argument with one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to learn what is right."""
        self.exit(2, f"{self.prog}: {message}; --help shows what there is\n")


def arguments(profiles: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = OneLine(description=__doc__, allow_abbrev=False)
    parser.add_argument("--profile", default="book", help=f"one of {', '.join(profiles)}")
    parser.add_argument(
        "--jobs", type=at_least_one, default=cores.allowed(), help="notebooks that run at the same time"
    )
    parser.add_argument(
        "snakemake", nargs="*", help="files to make instead of the book; after --, options of Snakemake"
    )
    options = parser.parse_args()
    if options.profile not in profiles:
        parser.exit(2, f"unknown profile {options.profile!r}; choose one of {', '.join(profiles)}\n")
    return options


def main() -> int:
    """Run Snakemake under a lock that dies with this process, and say where the book is and what is wrong."""
    options = arguments(sorted(path.stem for path in (ROOT / "config").glob("*.yml")))
    os.chdir(ROOT)
    work = Path("build") / options.profile
    try:
        for folder in ("build", work, work / "notebooks", ".snakemake"):
            Path(folder).mkdir(exist_ok=True)
        lock = open("build/.lock", "w")  # noqa: SIM115 - held until the process ends, however it ends
        wait_for(lock)
        if wrong := faults(options.profile):
            print("the book was not built:", *wrong, sep="\n", file=sys.stderr)
            return 1
        planned = plan(options.profile)
        for notebook in clear(options.profile, planned):
            print(f"{notebook} was changed by hand; it is made again", file=sys.stderr)
        there = {name for name in planned["chapters"] if executed(work, name).exists()}
        keep(work / "plan.json", json.dumps(planned))
    except OSError as error:
        print(f"cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except ValueError as error:
        print("the book was not built:", error, sep="\n", file=sys.stderr)
        return 1

    # BLAS threads and parallel notebooks would compete for the same cores.
    settings = environment() | {"OMP_NUM_THREADS": "1", FAULT: MARK}
    command = [sys.executable, "-m", "snakemake", "--cores", str(options.jobs), "--config"]
    command += [f"profile={options.profile}", "--nolock", "--rerun-incomplete", "--keep-going"]
    command += ["--rerun-triggers", "mtime", "--profile", "none", "--workflow-profile", "none"]
    command += ["--quiet", "rules", "host", "--show-failed-logs", *options.snakemake]
    missing = [Path(f"notebooks/{name}.py") for name in planned["chapters"] if name not in there]
    with answering(missing, settings) as more:
        code, said = run(command, settings | more)
    if code:
        said = said or list(machine()) or ["what failed is named above"]
        print("the book was not built:", *said, sep="\n", file=sys.stderr)
        return code
    wrong = found_by(work)
    print(whence(work, list(planned["chapters"]), there), flush=True)
    if (work / "rendered.json").exists():
        end = ", with faults:" if wrong else ""
        print(f"the book is at {html_folder(options.profile)}/index.html{end}", flush=True)
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


def executed(work: Path, chapter: str) -> Path:
    """Return where the executed notebook of a chapter is."""
    return work / f"notebooks/{chapter}.ipynb"


def whence(work: Path, chapters: list[str], there: set[str]) -> str:
    """Say how many chapters were there before this build, since when, and how many have run in it."""
    kept = [executed(work, name) for name in chapters if name in there]
    ran = [name for name in chapters if name not in there and executed(work, name).exists()]
    day = oldest(kept)
    since = f" (oldest {day.day} {day:%B %Y})" if day else ""
    return f"{len(chapters)} chapters: {len(kept)} from the cache{since}, {len(ran)} run"


def run(command: list[str], settings: dict[str, str]) -> tuple[int, list[str]]:
    """Run Snakemake, and return its status and the faults that its steps named."""
    said = []
    with subprocess.Popen(
        command,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as snakemake:
        for line in snakemake.stdout or ():
            print(line, end="", flush=True)
            if line.startswith(MARK):
                said.append(line.removeprefix(MARK).rstrip())
    return snakemake.returncode, said


def keep(path: Path, text: str) -> None:
    """Write a file, unless it says so already."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def wait_for(lock: TextIO) -> None:
    """Take the tree for this build."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another build is running in this tree; waiting for it to finish", file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)


def found_by(work: Path) -> list[str]:
    """Return what the steps of a build found wrong with the book, the worst last."""
    lines = []
    if (rendered := work / "rendered.json").is_file():
        lines += json.loads(rendered.read_text(encoding="utf-8"))["warnings"]
    if (judged := work / "faults.json").is_file():
        faults = json.loads(judged.read_text(encoding="utf-8"))
        if faults["changed"]:
            lines += faults["changed"].values()
            lines += ["If the new verdict is right, write it into src/manytasks/claims.yml and say why."]
        lines += [str(Failure(**failure)) for failure in faults["failures"]]
    return lines


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; what was finished is kept")
