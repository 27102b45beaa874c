"""Gather a build's evidence, compare it with the committed verdicts: `judge.py NOTEBOOKS OUTPUT.json`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from manytasks import evidence


def main(notebooks: Path, output: Path) -> int:
    """Write the evidence, or name every claim whose verdict changed."""
    try:
        found = evidence.gather(path for path in notebooks.rglob("*.ipynb") if path.suffixes == [".ipynb"])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if differences := evidence.changed(found):
        print(*differences, sep="\n", file=sys.stderr)
        print(
            "If the new verdict is right, write it into src/manytasks/claims.yml and say why.",
            file=sys.stderr,
        )
        return 1
    try:
        output.write_text(json.dumps([asdict(row) for row in found], indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        print(f"cannot write {output}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
