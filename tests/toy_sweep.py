"""A sweep of three cells and six rows that counts how often each cell is measured, and fails on request."""

import csv
import shutil

from manytasks.deep import run_sweep
from manytasks.deep.sweeps import registry
from manytasks.deep.sweeps.sweep import Sweep

PROFILES = {"smoke": {"width": (1, 2, 3), "seeds": (0, 1), "rate": 0.1, "note": "x"}}


class Toy:
    """The toy sweep: ``calls`` are the widths measured, ``trouble`` maps a width to what happens there."""

    def __init__(self):
        self.calls, self.trouble, self.extra, self.scale = [], {}, {}, 1.0

    def measure(self, settings, device):
        width = settings["width"]
        self.calls.append(width)
        if width in self.trouble:
            raise self.trouble[width]
        for seed in settings["seeds"]:
            loss = self.scale * settings["rate"] * (width + seed / 3) / 7
            yield {"seed": seed, "loss": loss} | self.extra.get(width, {})

    def register(self, monkeypatch):
        sweep = Sweep(
            "toy", "?", ("width",), PROFILES, self.measure, lambda settings: float(settings["width"])
        )
        monkeypatch.setitem(registry.SWEEPS, "toy", sweep)
        return self


def toy_sweep(measure):
    return Sweep("toy", "?", ("width",), PROFILES, measure, lambda settings: float(settings["width"]))


def run(out, **options):
    return run_sweep("toy", "smoke", "cpu", out, progress=False, **options)


def rows(out):
    with (out / "toy-smoke.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def fresh_clone(out):
    """What git leaves of a folder: table and provenance, no cells."""
    shutil.rmtree(out / ".cells")
    return out


def cell_of(out, width):
    """The cell file of a width."""
    for path in sorted((out / ".cells" / "toy" / "smoke").glob("*.csv")):
        with path.open(newline="") as file:
            if next(csv.DictReader(file))["width"] == str(width):
                return path
    raise AssertionError(f"no cell of width {width}")
