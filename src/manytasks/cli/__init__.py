"""The command line: `manytasks predict | audit | sweep | data | claims`.

It uses nothing beyond the standard library, and every command imports only what it needs: a sweep must run on
a cluster node that has Python, torch, NumPy, pandas and scikit-learn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from manytasks.cli import audit, claims, data, predict, sweep

COMMANDS = {
    "predict": (predict, "evaluate a closed form at your own numbers"),
    "audit": (audit, "say which tasks of a table should train together"),
    "sweep": (sweep, "train the networks of a sweep and write its table"),
    "data": (data, "list, fetch, check or show the data sets and backbones"),
    "claims": (claims, "print every claim and its verdict"),
}


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with one line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words of the command line; those of the process if None.

    Returns:
        Exit code: 0 if all is well, 1 if the command could not finish, 2 for a wrong argument.

    Example:
        >>> main("predict multitask --tasks 10 --cosine .9 --samples 50 --p 1000 --noise-var .1".split())
        excess risk       0.735291
        G1 dissimilarity  0.135090
        G2 norm           0.500000
        G3 label noise    0.100200
        effective noise   0.189910
        0
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ValueError as error:
        print(f"manytasks: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"manytasks: {what}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("manytasks: interrupted; what was finished is kept", file=sys.stderr)
        return 130


def _parser() -> Parser:
    parser = Parser(prog="manytasks", description="What happens when one model learns many tasks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, help_text) in COMMANDS.items():
        module.add(commands.add_parser(name, help=help_text))
    return parser
