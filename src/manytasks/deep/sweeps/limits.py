"""Where and how long a sweep may run: devices, durations, and the signal that ends it."""

from __future__ import annotations

import math
import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Real
from pathlib import Path
from typing import Any

import torch

from manytasks.readers import short

UNITS = {"h": 3600, "m": 60, "s": 1}
DURATION = re.compile(r"(?=[0-9])" + "".join(rf"(?:([0-9]+(?:\.[0-9]+)?){unit})?" for unit in UNITS))


def seconds(duration: str | float | None) -> float | None:
    """Read a duration.

    Args:
        duration: a number of seconds, at least 0, or a text such as "90s", "9m", "1.5h" or "1h30m"; None is
            no limit.

    Returns:
        Seconds, or None.

    Raises:
        ValueError: if it is no duration.

    Example:
        >>> seconds("9m"), seconds("1h30m")
        (540.0, 5400.0)
    """
    if duration is None:
        return None
    value = math.nan
    if isinstance(duration, Real) and not isinstance(duration, bool):
        value = float(duration)
    elif isinstance(duration, str):
        text = duration.strip()
        match = DURATION.fullmatch(text + "s" if text[-1:].isdecimal() else text)
        if match is not None:
            parts = zip(match.groups(), UNITS.values(), strict=True)
            value = sum(float(number) * unit for number, unit in parts if number)
    if not 0 <= value < math.inf:
        raise ValueError(f"time limit must look like 90s, 9m or 2h; got {short(duration)}")
    return value


def find_device(name: str) -> torch.device:
    """Find the device of a name.

    Args:
        name: "auto" (a GPU if there is one), "cpu", "cuda", or "cuda:1" for the second GPU.

    Returns:
        The device.

    Raises:
        ValueError: if the name is another, or this machine has no such device.

    Example:
        >>> find_device("cpu")
        device(type='cpu')
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cpu":
        return torch.device(name)
    match = re.fullmatch(r"cuda(?::([0-9]{1,3}))?", str(name))
    if match is None:
        raise ValueError(f"device must be auto, cpu or cuda; got {short(name)}")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(match[1] or 0) >= there:
        raise ValueError(f"device {name} is not here: torch {torch.__version__} sees {there} GPUs")
    return torch.device(name)


def folder(place: Any, name: str) -> Path:
    """Read the path of a folder, which need not be there.

    Args:
        place: text or path.
        name: how the error message calls it.

    Returns:
        The path.

    Raises:
        ValueError: if it is neither, empty, or no path can be called so.

    Example:
        >>> folder("", "out")
        Traceback (most recent call last):
        ...
        ValueError: out must name a folder; got ''
    """
    text = os.fspath(place) if isinstance(place, str | os.PathLike) else None
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise ValueError(f"{name} must name a folder; got {short(place)}")
    return Path(text)


@contextmanager
def terminated_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM, which every queue sends before it kills, end the work like Ctrl-C.

    Yields:
        Nothing. Whoever handles the signal already, or runs in another thread, is left alone.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
