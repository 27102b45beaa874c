"""What is kept beside a table of each checked cell: fingerprints, first steps, and what rounding does.

``python -m manytasks.deep.sweeps.prints [NAME ...]`` writes ``<table>.prints.json``; nobody edits it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from manytasks.deep.sweeps.checked import CHECKED
from manytasks.deep.sweeps.provenance import cell_provenance
from manytasks.deep.sweeps.retrain import compare_end, first_steps, returns
from manytasks.deep.sweeps.table import write_json
from manytasks.deep.sweeps.trial import Trial
from manytasks.deep.witness import Fingerprints, moving
from manytasks.streams import stream

MOVES = 20  # times that a cell is trained with initial weights moved by the rounding of its arithmetic


def write_prints(name: str, profile: str = "book", out: str | Path | None = None, moves: int = MOVES) -> Path:
    """Write what ``agree_with_table`` needs of every checked cell of a sweep.

    Args:
        name: a sweep with checked cells.
        profile: of the table.
        out: folder of the table; without it the ``data`` folder of the checkout.
        moves: how often a cell is trained with moved initial weights.

    Returns:
        Path of the file.

    Raises:
        CheckFailed: if a table is not what the code computes, or rounding alone would too often say so.
    """
    cells = {}
    for which in CHECKED[name]:
        trial, prints = Trial.of(name, which, profile, out), Fingerprints()
        both = trial.beside(trial.train(prints))
        kept: dict[str, Any] = {"fingerprints": {str(seed): prints.of(seed) for seed in trial.seeds}}
        if trial.checked.margin:
            kept["first steps"] = first_steps(trial)
        else:
            kept["rounding"] = {"moves": moves, "strayed": count_strays(trial, moves)}
        compare_end(trial, both, kept)
        cells[which] = kept | {"made": cell_provenance(torch.device("cpu"), 0.0)}
    write_json(trial.prints, cells)
    return trial.prints


def count_strays(trial: Trial, moves: int) -> dict[str, int]:
    """Do what another processor's rounding would do: move all initial weights by the last digit, and train.

    Args:
        trial: the cell.
        moves: how often.

    Returns:
        For every seed, how often none of its networks returned the digits of the table.
    """
    strays = dict.fromkeys(map(str, trial.seeds), 0)
    for move in range(moves):
        watcher = moving(stream(0, "moves", move), trial.checked.rounding)
        networks = returns(trial, trial.beside(trial.train(watcher)))
        for seed in trial.seeds:
            strays[str(seed)] += not networks[networks.index.get_level_values("seed") == seed].any()
    return strays


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="sweeps; without any, all that have checked cells")
    parser.add_argument("--profile", default="book", help="of the tables")
    parser.add_argument("--moves", type=int, default=MOVES, help="trainings with moved initial weights")
    options = parser.parse_args()
    for each in options.names or CHECKED:
        print(write_prints(each, options.profile, moves=options.moves))
