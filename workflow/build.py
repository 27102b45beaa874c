"""Build the book: check the profile, let one build at a time into the tree, hand over to Snakemake."""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def html_folder(profile: str) -> str:
    """Return where a profile's book goes, so that a quick look never overwrites the real one."""
    return "build/html" if profile == "book" else f"build/html-{profile}"


def main() -> int:
    """Run Snakemake under a lock that dies with this process, and say where the book is."""
    profiles = sorted(path.stem for path in (ROOT / "config").glob("*.yml"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="book", help=f"one of {', '.join(profiles)}")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="notebooks that run at the same time"
    )
    options, snakemake_options = parser.parse_known_args()
    if options.profile not in profiles:
        print(f"unknown profile {options.profile!r}; choose one of {', '.join(profiles)}", file=sys.stderr)
        return 2

    os.chdir(ROOT)
    try:
        Path("build").mkdir(exist_ok=True)
        lock = open("build/.lock", "w")  # noqa: SIM115 - held until the process ends, however it ends
    except OSError as error:
        print(f"cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("another build is running in this tree; waiting for it to finish", file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)
    for leftover in Path("build").rglob("*.partial.ipynb"):  # of a build that was killed
        leftover.unlink()

    command = [sys.executable, "-m", "snakemake", "--cores", str(options.jobs), "--config"]
    command += [f"profile={options.profile}", "--nolock", "--rerun-incomplete", "--keep-going"]
    command += ["--quiet", "rules", "host", "--show-failed-logs", *snakemake_options]
    # BLAS threads and parallel notebooks would compete for the same cores.
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    code = subprocess.run(command, env=environment, check=False).returncode
    if code == 0:
        print(f"the book is at {html_folder(options.profile)}/index.html")
    else:
        print("the book was not built; what failed is named above", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
