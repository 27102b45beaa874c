"""Which cells of the tables are trained again on a page; ``agree_with_table`` does it.

A cell is chosen so that it costs seconds and that, if rounding allows it, some network returns its digits.
"""

from __future__ import annotations

from dataclasses import dataclass

from manytasks.deep.sweeps.sweep import Settings


@dataclass(frozen=True)
class Margin:
    """Say how far a mean over networks may be from the table's: for cells whose training amplifies rounding.

    Args:
        column: what is compared.
        size: a difference that changes nothing.
        matters: a difference that would change a verdict; whoever cannot notice it says how many networks
            could.
    """

    column: str
    size: float
    matters: float


@dataclass(frozen=True)
class Checked:
    """Name a cell and what of it is trained.

    Args:
        cell: a value for every axis, and what is trained of everything that varies inside the cell.
        network: columns that name a network, the seed among them.
        rows: columns that name the rows of a network.
        rounding: relative rounding of the arithmetic that trains it.
        margin: for a cell in which no network can return the digits of the table; otherwise one has to.
    """

    cell: Settings
    network: tuple[str, ...]
    rows: tuple[str, ...] = ()
    rounding: float = 1e-7
    margin: Margin | None = None


# By sweep and name. Networks on glyphs have rounded inputs (a warp, an eigenvector), and cannot return.
CHECKED: dict[str, dict[str, Checked]] = {
    "multitask-width": {
        "a network per task": Checked(
            {"width": 2, "noises": (0.4,), "methods": ("single-task",), "seeds": (0, 1)},
            ("seed", "task"),
            ("noise", "method"),
            margin=Margin("test_error", size=0.02, matters=0.05),
        ),
    },
    "similarity": {
        "unrelated tasks": Checked(
            {
                "fraction": 1.0,
                "width": 8,
                "noises": (0.0, 0.2),
                "methods": ("multi-task",),
                "seeds": (0, 1, 2),
            },
            ("seed", "noise"),
            ("method", "task"),
        ),
    },
    "similarity-measures": {
        "labels renamed": Checked(
            {"dataset": "digits", "dial": "labels", "width": 16, "strengths": (1.0,)},
            ("seed",),
            ("strength",),
        ),
    },
    "replay-width": {
        "one shared head": Checked(
            {"scenario": "domain", "width": 4, "memories": (0, 5), "seeds": (0, 1, 2)},
            ("seed", "memory"),
            ("after", "task"),
        ),
        "a head per task": Checked(
            {"scenario": "task", "width": 16, "memories": (5,), "seeds": (0, 1, 2)},
            ("seed",),
            ("memory", "after", "task"),
            margin=Margin("test_error", size=0.02, matters=0.05),
        ),
    },
    "replay-budget": {
        "all for the buffer": Checked(
            {"stream": "digits", "stored": "uint8", "budget": 128_000, "method": "random", "share": 1.0},
            ("seed",),
            ("after", "task"),
        ),
    },
    "random-features": {
        "half permuted": Checked(
            {"features": 180, "fractions": (0.5,), "seeds": tuple(range(8))},
            ("seed",),
            ("fraction", "noise", "method", "task"),
            rounding=1e-15,
        ),
    },
    "gradient-regularization": {
        "no penalty": Checked(
            {"tasks": 1, "rate": 0.8, "penalties": (0.0,), "levels": (0.5,), "horizon": 30.0},
            ("seed",),
            ("penalty", "level", "task"),
            rounding=1e-15,
        ),
    },
    "bracket-forgetting": {
        "unrelated tasks": Checked(
            {
                "loss": "cross-entropy",
                "width": 8,
                "scenarios": ("task",),
                "fractions": (1.0,),
                "seeds": (0, 1),
            },
            ("seed",),
            ("scenario", "fraction", "run"),
            rounding=1e-15,
        ),
    },
    "rehearsal-schedule": {
        "rehearsed after": Checked(
            {"loss": "mse", "memory": 5, "width": 8, "schedules": ("after",), "seeds": (0, 1)},
            ("seed", "fraction", "noise"),
            ("schedule", "task"),
            margin=Margin("test_error", size=0.02, matters=0.05),
        ),
    },
    "training-length": {
        # From the first weights, so that task 1 need not be learned to its end.
        "begun": Checked(
            {
                "loss": "mse",
                "width": 8,
                "anchors": (0.0,),
                "times": tuple(2.0**power for power in range(-5, 4)),
                "seeds": (0, 1, 2),
            },
            ("seed",),
            ("fraction", "noise", "learned", "anchor", "time"),
        ),
    },
}
