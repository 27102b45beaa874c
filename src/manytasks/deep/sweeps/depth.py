"""What does depth do to the peak and to transfer? Open question 3 of Paper A."""

from __future__ import annotations

from manytasks.deep.sweeps import multitask_width
from manytasks.deep.sweeps.sweep import Settings, Sweep

BOOK: Settings = multitask_width.BOOK | {
    "depth": (1, 2, 3, 5),
    "width": (3, 6, 12, 24, 64),
    "noises": (0.2,),
    "steps": 800,
}
SMOKE: Settings = BOOK | {"depth": (0, 2), "width": (4, 16), "seeds": (0,), "steps": 40}
PAPER: Settings = multitask_width.PAPER | {"depth": (0, 1, 2, 3, 4, 5)}
SWEEP = Sweep(
    "depth",
    "What does depth do to the peak and to knowledge transfer?",
    ("depth", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    multitask_width.measure,
    multitask_width.flops,
    multitask_width.SWEEP.settings,
)
