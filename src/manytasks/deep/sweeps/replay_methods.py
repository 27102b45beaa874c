"""Which samples should a replay buffer keep, random ones, a reservoir or herded ones?"""

from __future__ import annotations

from manytasks.deep.sweeps import replay_budget
from manytasks.deep.sweeps.sweep import Settings, Sweep

METHODS = ("random", "reservoir", "herding")
BOOK: Settings = replay_budget.BOOK | {
    "stored": ("float32",),  # one price for all streams
    "budget": (64_000,),
    "method": METHODS,
    "share": (0.2, 0.5, 0.8),
    "seeds": tuple(range(10)),
}
SMOKE: Settings = BOOK | {"share": (0.5,), "seeds": (0,), "steps": 5}
PAPER: Settings = replay_budget.PAPER | {
    "stored": ("float32",),
    "budget": (1_000_000,),
    "method": METHODS,
    "share": (0.2, 0.5, 0.8),
    "seeds": tuple(range(10)),
}
SWEEP = Sweep(
    "replay-methods",
    "Which samples should a replay buffer keep: random ones, a reservoir or herded ones?",
    replay_budget.SWEEP.axes,
    {"smoke": SMOKE, "book": BOOK, "paper": PAPER},
    replay_budget.measure,
    replay_budget.flops,
    replay_budget.SWEEP.settings,
)
