"""Does label noise change what width does to forgetting?"""

from __future__ import annotations

from manytasks.deep.sweeps import replay_width
from manytasks.deep.sweeps.sweep import Settings, Sweep

BOOK: Settings = replay_width.BOOK | {
    "scenario": ("task",),
    "memories": (5,),
    "noises": (0.0, 0.1, 0.2),
}
SMOKE: Settings = BOOK | {"width": (4, 32), "seeds": (0,), "steps": 20}
PAPER: Settings = replay_width.PAPER | {"scenario": ("task",), "memories": (50,), "noises": (0.0, 0.1, 0.2)}
SWEEP = Sweep(
    "replay-noise",
    "Does label noise change what width does to forgetting?",
    ("scenario", "width"),
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    replay_width.measure,
    replay_width.flops,
)
