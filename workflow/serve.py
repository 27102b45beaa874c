"""Open the book in the browser and rebuild it whenever a source changes."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from livereload import Server
from plan import html_folder

SOURCES = (
    "notebooks/**/*.py",
    "book/**/*",
    "src/**/*.py",
    "src/**/*.yml",
    "config/*.yml",
    "_config.yml",
    "_toc.yml",
)


def main() -> None:
    """Build once, then watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="book")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()

    def build() -> None:
        command = [sys.executable, str(Path(__file__).with_name("build.py")), "--profile", options.profile]
        subprocess.run(command, check=False)  # a broken page is reported, and the server goes on

    build()
    server = Server()
    for pattern in SOURCES:
        server.watch(pattern, build, delay=1)
    server.serve(root=html_folder(options.profile), port=options.port, open_url_delay=1)


if __name__ == "__main__":
    main()
