"""The command line: `manytasks predict | audit | sweep | data | claims`.

It uses nothing beyond the standard library, and every command imports only what it needs: a sweep must run on
a cluster node that has Python, torch, NumPy, pandas and scikit-learn.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from manytasks.cli import audit, claims, data, predict, sweep
from manytasks.cli.parser import Parser, Version, joined

COMMANDS = {
    "predict": (predict, "evaluate a closed form at your own numbers"),
    "audit": (audit, "say which tasks of a table should train together"),
    "sweep": (sweep, "train the networks of a sweep and write its table"),
    "data": (data, "list, fetch, check or show the data sets and backbones"),
    "claims": (claims, "print every claim and its verdict"),
}


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
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # what a terminal cannot print is no reason to stop
    options = _parser().parse_args(joined(sys.argv[1:] if arguments is None else arguments))
    try:
        code = int(options.run(options) or 0)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("manytasks: interrupted; what was finished is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        code, what = _answer(error)
        print(f"manytasks: {what}", file=sys.stderr)
    return code


def _answer(error: Exception) -> tuple[int, str]:
    """Say in one line what stopped a command.

    Returns:
        Exit code, and the line.
    """
    words = " ".join(str(error).split())
    if isinstance(error, ValueError):
        return 2, str(error)
    if isinstance(error, OSError):
        return 1, f"{error.filename}: {error.strerror}" if error.filename else words
    if isinstance(error, MemoryError | OverflowError):
        return 2, f"these numbers are too large for this machine: {words or type(error).__name__}"
    if isinstance(error, ImportError | RuntimeError):
        return 1, words
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{place.filename}, line {place.lineno}"
    return 1, f"a mistake of the package, which nobody should see: {type(error).__name__}: {words} ({where})"


def _parser() -> Parser:
    parser = Parser(prog="manytasks", description="What happens when one model learns many tasks.")
    parser.add_argument("--version", action=Version, help="print version and commit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, help_text) in COMMANDS.items():
        module.add(commands.add_parser(name, help=help_text))
    return parser
