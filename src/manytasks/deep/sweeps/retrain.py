"""Train a cell of a committed table again and compare: is the table what the code computes?

Three things are compared, each as exactly as every processor can have it.

1. What is drawn: rows, labels, buffers, order of the batches, initial weights; by fingerprint, seed by seed.
2. The end, digit by digit. Training amplifies rounding: sooner or later a sample crosses the kink of a ReLU,
   and from there on a network goes its own way. Some never meet that. One that returns all its digits proves
   that nothing else has changed; that all of them stray has a probability, which is measured.
3. Where no network can return, because its inputs are rounded already, the first steps, in which rounding has
   had no time to grow; and then the mean over networks, against a margin.

What is needed for it stands beside the table; ``manytasks.deep.sweeps.prints`` writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from manytasks.deep.sweeps.checked import Margin
from manytasks.deep.sweeps.trial import AGAIN, Trial
from manytasks.deep.witness import Fingerprints

LEVEL = 1e-3  # probability with which a correct program on any processor fails at most
DIGITS = 1e-5  # relative difference at which a network still returns its digits; the table has seven
SMALL = 0.1  # what is smaller is compared as if it were this large: its rounding is that of larger numbers
STEPS = 10  # per task, for the first steps
# Largest relative difference of a mean loss after them. Seen on five emulated processors: up to 2e-5; a rate
# wrong by a tenth, or momentum 0.9 instead of 0.95, moves the checked cells by 8e-4 to 4e-3.
FIRST_STEPS = 3e-4
LOSSES = ("train_loss", "test_loss")


@dataclass(frozen=True, eq=False)
class Agreement:
    """What came of training a cell again; as text, sentences for a page.

    Args:
        rows: what was measured again.
        words: what was compared, with numbers and limits.
    """

    rows: pd.DataFrame
    words: str

    def __str__(self) -> str:
        """Return the words.

        Returns:
            Sentences.
        """
        return self.words

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.words  # a cell that ends with it says it on the page


def agree_with_table(
    name: str, which: str, profile: str = "book", out: str | Path | None = None
) -> Agreement:
    """Train a cell again and stop if the table is not what the code computes.

    Args:
        name: a sweep of ``sweep_names()``.
        which: one of its checked cells.
        profile: of the table.
        out: folder of the table; without it the ``data`` folder of the checkout.

    Returns:
        The rows measured again, and what was compared.

    Raises:
        ValueError: if the sweep has no such cell, or nothing is kept of it beside the table.
        CheckFailed: naming the cell, what differs, the number, its limit and the processor.

    Example:
        >>> agree_with_table("random-features", "nothing")
        Traceback (most recent call last):
        ...
        ValueError: random-features has no checked cell 'nothing'; its checked cells: half permuted
    """
    trial, prints = Trial.of(name, which, profile, out), Fingerprints()
    kept = read_prints(trial)
    rows = trial.train(prints)
    both = trial.beside(rows)
    words = [_compare_draws(trial, prints, kept["fingerprints"])]
    if "first steps" in kept:
        words.append(_compare_first_steps(trial, kept["first steps"]))
    words.append(compare_end(trial, both, kept))
    return Agreement(rows, " ".join(words))


def compare_end(trial: Trial, both: pd.DataFrame, kept: dict[str, Any]) -> str:
    """Compare what was measured at the end of training.

    Args:
        trial: the cell.
        both: rows of the table, and beside them those measured again.
        kept: beside the table: ``rounding``.

    Returns:
        What was compared.

    Raises:
        CheckFailed: if the table is not what the code computes.
    """
    if trial.checked.margin:
        return _compare_mean(trial, both, trial.checked.margin)
    return _compare_digits(trial, both, kept["rounding"])


def returns(trial: Trial, both: pd.DataFrame) -> pd.Series:
    """Say which networks return the digits of the table in all their measures.

    Args:
        trial: the cell.
        both: rows of the table, and beside them those measured again.

    Returns:
        True or False for each network.
    """
    return departures(trial, both) <= DIGITS


def departures(trial: Trial, both: pd.DataFrame) -> pd.Series:
    """Return how far each network is from the table.

    Args:
        trial: the cell.
        both: rows of the table, and beside them those measured again.

    Returns:
        Largest relative difference over its rows and measures; infinite where one of the two is no number.
    """
    largest = pd.Series(0.0, index=both.index)
    for column in both.select_dtypes("number").filter(regex=f"{AGAIN}$"):
        old, new = both[column.removesuffix(AGAIN)], both[column]
        apart = (new - old).abs() / np.maximum(old.abs(), SMALL)
        largest = np.maximum(largest, apart.fillna(np.inf).where(new.notna() | old.notna(), 0.0))
    return largest.groupby([both[name] for name in trial.checked.network]).max()


def first_steps(trial: Trial) -> dict[str, float]:
    """Train a few steps only: rounding has no time to grow, and a rate that is wrong by a tenth shows.

    Args:
        trial: the cell.

    Returns:
        Geometric mean of each loss over all rows; single rows vary ten times more.
    """
    few = {name: STEPS for name in trial.settings if name in ("steps", "first_steps")}
    rows = trial.train(None, **few)
    return {loss: float(np.exp(np.log(rows[loss]).mean())) for loss in LOSSES}


def read_prints(trial: Trial) -> dict[str, Any]:
    """Read what is kept of a cell beside its table.

    Args:
        trial: the cell.

    Returns:
        ``fingerprints`` by seed and name; ``rounding``, or ``first steps``.

    Raises:
        ValueError: if there is nothing; the message holds the command that writes it.
    """
    path = trial.prints
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if trial.which not in kept:
        raise ValueError(
            f"{path} holds nothing of {trial.which!r}; make it with "
            f"python -m manytasks.deep.sweeps.prints {trial.sweep.name} --profile {trial.profile}"
        )
    return dict(kept[trial.which])


def _compare_draws(trial: Trial, prints: Fingerprints, kept: dict[str, dict[str, str]]) -> str:
    count = 0
    for seed in trial.seeds:
        new, old = prints.of(seed), kept.get(str(seed), {})
        for what in sorted(new.keys() | old.keys()):
            if new.get(what) != old.get(what):
                trial.fail(
                    f"{what}, seed {seed}: the fingerprint is {new.get(what)} instead of {old.get(what)}, "
                    "and what is drawn is the same on every processor"
                )
        count += len(new)
    return (
        f"Trained again ({trial.cell}): rows, labels, batches and initial weights are those of the table, "
        f"{count} fingerprints."
    )


def _compare_digits(trial: Trial, both: pd.DataFrame, rounding: dict[str, Any]) -> str:
    apart = departures(trial, both)
    count = int((apart <= DIGITS).sum())
    strays = np.array([rounding["strayed"][str(seed)] for seed in trial.seeds])
    alarm = float(np.prod((strays + 1) / (rounding["moves"] + 1)))
    if not count:
        trial.fail(
            f"none of {len(apart)} networks returns the digits of the table: the nearest differs by "
            f"{apart.min():.2g} of a measure's size, allowed is {DIGITS:g}. Rounding alone does that to a "
            f"correct program with probability {alarm:.1g}"
        )
    if alarm > LEVEL:
        trial.fail(
            f"rounding alone leads every network away from the table with probability {alarm:.1g}, allowed "
            f"is {LEVEL:g}; take a cell of fewer steps, or more seeds"
        )
    others = f" (rounding led the others away, up to {apart.max():.1g})" if count < len(apart) else ""
    return (
        f"{count} of {len(apart)} networks return every digit of the table, to {DIGITS:g} of a measure's "
        f"size{others}. One is enough; a correct program shows none with probability {alarm:.1g}."
    )


def _compare_first_steps(trial: Trial, kept: dict[str, float]) -> str:
    new = first_steps(trial)
    apart = {loss: new[loss] / kept[loss] - 1 for loss in LOSSES}
    for loss, difference in apart.items():
        if not abs(difference) <= FIRST_STEPS:
            words = loss.replace("_", " ")
            trial.fail(
                f"after {STEPS} steps per task the mean {words} is {new[loss]:.6g} instead of "
                f"{kept[loss]:.6g}, a relative difference of {difference:+.1g}; allowed is {FIRST_STEPS:g}"
            )
    largest = max(map(abs, apart.values()))
    return (
        f"After {STEPS} steps per task the mean losses differ by {largest:.1g} of their size, allowed is "
        f"{FIRST_STEPS:g}."
    )


def _compare_mean(trial: Trial, both: pd.DataFrame, margin: Margin) -> str:
    from manytasks.statistics import margin_noticed, margin_test, units_needed  # no sweep waits for SciPy

    differences = both[margin.column + AGAIN] - both[margin.column]
    units = differences.groupby([both[name] for name in trial.checked.network]).mean()
    test = margin_test(units, margin.size, LEVEL)
    column = margin.column.replace("_", " ")
    result = f"the mean {column} of {len(units)} networks differs by {test.mean:+.4f}"
    allowed = f"allowed is {test.limit:.3f}, a margin of {margin.size:g} at level {LEVEL:g}"
    if test.beyond:
        trial.fail(f"{result}, {allowed}")
    deviation = float(units.std(ddof=1))
    noticed = margin_noticed(deviation, len(units), margin.size, LEVEL)
    words = f"At the end {result}, {allowed}; a difference of {noticed:.3f} is noticed with probability 0.9"
    if noticed <= margin.matters:
        return f"{words}."
    needed = units_needed(deviation, margin.size, margin.matters, LEVEL) or "too many"
    return f"{words}. To notice {margin.matters:g}, which would matter, takes {needed} networks."
