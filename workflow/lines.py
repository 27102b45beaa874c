"""Count the lines of every chapter by kind, and hold them against the page law: `python workflow/lines.py`.

Non-blank lines. A code cell is hidden if it is tagged hide-input, hide-cell, remove-input or remove-cell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import jupytext

HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
LONGEST_HIDDEN_CELL = 40
LONGEST_DEFINITION = 6


@dataclass
class Lines:
    """What one chapter is made of."""

    prose: int = 0
    shown: int = 0
    hidden: int = 0
    parameters: int = 0
    long_cells: list[int] = field(default_factory=list)  # lengths of hidden cells above the law
    definitions: list[str] = field(default_factory=list)  # functions above the law, and classes

    @property
    def total(self) -> int:
        """Lines of every kind."""
        return self.prose + self.shown + self.hidden + self.parameters

    @property
    def share_of_prose(self) -> float:
        """Prose among all lines."""
        return self.prose / self.total


def count(chapter: Path) -> Lines:
    """Count one chapter."""
    lines = Lines()
    for cell in jupytext.read(chapter).cells:
        length = sum(bool(line.strip()) for line in cell.source.splitlines())
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type != "code":
            lines.prose += len(cell.source.splitlines())  # as in the file, where an empty line is a "#"
        elif "parameters" in tags:
            lines.parameters += length
        elif tags & HIDDEN:
            lines.hidden += length
            lines.long_cells += [length] if length > LONGEST_HIDDEN_CELL else []
        else:
            lines.shown += length
        if cell.cell_type == "code":
            lines.definitions += _too_long(cell.source)
    return lines


def chapters(root: Path = Path("notebooks")) -> Iterator[tuple[str, Lines]]:
    """Count all chapters, longest first."""
    counted = {
        str(path.relative_to(root).with_suffix("")): count(path) for path in sorted(root.rglob("*.py"))
    }
    yield from sorted(counted.items(), key=lambda item: -item[1].total)


def _too_long(source: str) -> list[str]:
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
        or (isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_DEFINITION)
    ]


def main() -> None:
    """Print the table and its sums."""
    rows = list(chapters())
    print(
        f"{'chapter':34}{'lines':>7}{'prose':>8}{'shown':>7}{'hidden':>8}{'cells > 40':>14}{'long def':>10}"
    )
    for name, lines in rows:
        cells = f"{len(lines.long_cells)} ({max(lines.long_cells)})" if lines.long_cells else "0"
        print(
            f"{name:34}{lines.total:>7,}{lines.share_of_prose:>8.0%}{lines.shown:>7,}{lines.hidden:>8,}"
            f"{cells:>14}{len(lines.definitions):>10}"
        )
    kinds = [kind.name for kind in fields(Lines) if kind.type == "int"]
    sums = {kind: sum(getattr(lines, kind) for _, lines in rows) for kind in kinds}
    total = sum(sums.values())
    print(
        f"{len(rows)} chapters, {total:,} lines:",
        ", ".join(f"{k} {v:,} ({v / total:.0%})" for k, v in sums.items()),
    )


if __name__ == "__main__":
    main()
