"""How the command line reads words: whole names, each once, numbers of one form, mistakes in one line."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn

from manytasks.readers import short

NUMBER = re.compile(r"(?i:[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?|inf|nan))", re.ASCII)
LONGEST_WHOLE = 1000  # digits; no formula takes more than 300, and Python reads no more than 4300


class Parser(argparse.ArgumentParser):
    """A parser that guesses nothing and answers a mistake with one line."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"allow_abbrev": False} | options))
        for name in (None, "store"):
            self.register("action", name, Once)

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where help is, and exit with code 2."""
        message = " ".join(message.split())
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse words; one that is no option is refused with the nearest that is.

        Returns:
            What was read, and no other word.
        """
        read, left = super().parse_known_args(args, namespace)
        if left:
            name = left[0].partition("=")[0]
            near = difflib.get_close_matches(name, self._option_string_actions, n=1, cutoff=0.5)
            self.error(f"there is no {short(left[0])}" + (f"; the nearest is {near[0]}" if near else ""))
        return read, left


class Once(argparse.Action):
    """Store a value; an option that is given twice has no value."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        """Store it.

        Raises:
            argparse.ArgumentError: if there is one already.
        """
        given = vars(namespace).setdefault("given", set())
        if option_string is not None and self.dest in given:
            raise argparse.ArgumentError(self, "is there twice")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class Version(argparse.Action):
    """Print version and commit, and exit."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        """Print them."""
        from manytasks.checkout import commit

        try:
            number = version("manytasks")
        except PackageNotFoundError:  # on the path, not installed
            number = "of no version"
        print(f"manytasks {number}, commit {commit(['src'])}")
        parser.exit()


def joined(words: Sequence[str]) -> list[str]:
    """Join an option and the negative number behind it, which argparse would take for an option.

    Args:
        words: of the command line.

    Returns:
        The words, with ``--cosine=-1e-3`` for ``--cosine -1e-3``.

    Example:
        >>> joined(["predict", "--cosine", "-1e-3", "--p", "5"])
        ['predict', '--cosine=-1e-3', '--p', '5']
    """
    result: list[str] = []
    for word in words:
        option = bool(result) and result[-1].startswith("--") and "=" not in result[-1] and result[-1] != "--"
        if option and word.startswith("-") and NUMBER.fullmatch(word):
            result[-1] += f"={word}"
        else:
            result.append(word)
    return result


def whole(text: str) -> int:
    """Read a whole number.

    Args:
        text: a word of the command line.

    Returns:
        The number.

    Raises:
        argparse.ArgumentTypeError: if it is none.

    Example:
        >>> whole("50")
        50
    """
    if not re.fullmatch(rf"[-+]?[0-9]{{1,{LONGEST_WHOLE}}}", text):
        raise argparse.ArgumentTypeError(f"must be a whole number; got {short(text)}")
    return int(text)


def real(text: str) -> float:
    """Read a number.

    Args:
        text: a word of the command line.

    Returns:
        The number; whoever uses it refuses nan and infinite ones by name.

    Raises:
        argparse.ArgumentTypeError: if it is none.

    Example:
        >>> real("-1e-3")
        -0.001
    """
    if not NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be a number; got {short(text)}")
    return float(text)


def shown(value: float, digits: int = 6) -> str:
    """Write a number for a table.

    Args:
        value: any number.
        digits: decimals of a number of usual size.

    Returns:
        At most a dozen characters: what is so large or so small that decimals do not show it has a power of
        ten.

    Example:
        >>> shown(0.735291), shown(2.5e100), shown(1e-9), shown(0.0)
        ('0.735291', '2.5e+100', '1e-09', '0.000000')
    """
    text = f"{value:.{digits}f}"
    lost = value != 0 and float(text) == 0
    return f"{value:.6g}" if lost or len(text) > digits + 10 else text
