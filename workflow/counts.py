"""How many jobs run side by side, as a command line says it."""

from __future__ import annotations

import argparse


def at_least_one(text: str) -> int:
    """Read a number of jobs that is at least 1.

    Raises:
        argparse.ArgumentTypeError: if it is no whole number of at least 1: with none, a build would wait.
    """
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1; got {text!r}")
    return number
