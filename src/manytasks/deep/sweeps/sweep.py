"""A sweep as data: one grid at three scales, and the function that measures one cell of it."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import torch

from manytasks.deep.sweeps.settings import Setting, declared, read_setting
from manytasks.readers import short

Profile = Literal["smoke", "book", "paper"]
Settings = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Sweep:
    """Declare a sweep.

    Args:
        name: as on the command line.
        question: what it is for, in one line.
        axes: settings that make the cells; a cell is what is computed, stored and resumed as one.
        profiles: settings of each profile. An axis holds a tuple of values, one cell for each combination;
            any other tuple is varied inside a cell, by members of one stack.
        measure: rows of one cell, from its settings and a device.
        flops: floating-point operations of one cell, from its settings.
        settings: what its own settings may be, and where they are narrower than ``settings.COMMON``.
    """

    name: str
    question: str
    axes: tuple[str, ...]
    profiles: dict[str, Settings]
    measure: Callable[[Settings, torch.device], Iterator[Row]]
    flops: Callable[[Settings], float]
    settings: dict[str, Setting] = field(default_factory=dict)

    def cells(self, profile: str, changes: Settings | None = None) -> list[Settings]:
        """Return the settings of every cell.

        Args:
            profile: "smoke", "book" or "paper".
            changes: settings to use instead of the profile's.

        Returns:
            One dictionary per combination of the axes, the first axis slowest.

        Raises:
            ValueError: if the sweep has no such profile or setting, or a setting is not what it may be.
        """
        usual = self.usual(profile)
        if not isinstance(changes, dict | None):
            raise ValueError(f"changes must be settings by name; got {short(changes)}")
        settings = usual | (changes or {})
        if unknown := settings.keys() - usual.keys():
            raise ValueError(f"{self.name} has no setting {', '.join(sorted(map(str, unknown)))}")
        for axis in self.axes:
            if not isinstance(settings[axis], tuple):
                raise ValueError(
                    f"{axis} is an axis and needs a tuple of values; got {short(settings[axis])}"
                )
        settings = {
            name: read_setting(name, value, usual[name], self.settings) for name, value in settings.items()
        }
        combinations = itertools.product(*(settings[axis] for axis in self.axes))
        return [settings | dict(zip(self.axes, values, strict=True)) for values in combinations]

    def usual(self, profile: str) -> Settings:
        """Return the settings of a profile.

        Args:
            profile: "smoke", "book" or "paper".

        Returns:
            Values by name; axes and what varies inside a cell are tuples.

        Raises:
            ValueError: if the sweep has no such profile.
        """
        if not isinstance(profile, str) or profile not in self.profiles:
            raise ValueError(f"profile must be one of {', '.join(self.profiles)}; got {short(profile)}")
        return self.profiles[profile]

    def constants(self, profile: str) -> tuple[str, ...]:
        """Name the settings that are one value in a cell: they are columns of the table.

        Args:
            profile: "smoke", "book" or "paper".

        Returns:
            Names, in the order of the profile.
        """
        usual = self.usual(profile)
        return tuple(name for name in usual if name in self.axes or not isinstance(usual[name], tuple))

    def varied(self, profile: str) -> dict[str, str]:
        """Name the settings that are varied inside a cell, and the columns that tell their values.

        Args:
            profile: "smoke", "book" or "paper".

        Returns:
            Column by setting.
        """
        constants, usual = self.constants(profile), self.usual(profile)
        return {
            name: declared(name, value, self.settings).column or name.removesuffix("s")
            for name, value in usual.items()
            if name not in constants
        }


def fingerprint(cell: Settings) -> str:
    """Return a short name for the settings of a cell.

    Args:
        cell: settings; numbers, strings and tuples of them.

    Returns:
        12 hexadecimal digits; equal settings have equal names, changed settings are computed anew.

    Example:
        >>> fingerprint({"width": 4}) == fingerprint({"width": 8})
        False
    """
    return hashlib.sha256(json.dumps(cell, sort_keys=True).encode()).hexdigest()[:12]
