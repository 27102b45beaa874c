"""A cell that is trained again: a correct program agrees on every processor, and faults are noticed."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from shutil import copy

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from rotation import todays

from manytasks.checks import CheckFailed
from manytasks.deep import agree_with_table, run_sweep
from manytasks.deep.networks import training
from manytasks.deep.sweeps import registry, replay_width, sequence
from manytasks.deep.sweeps.checked import CHECKED, Checked, Margin
from manytasks.deep.sweeps.prints import write_prints
from manytasks.deep.sweeps.retrain import compare_end, read_prints
from manytasks.deep.sweeps.sweep import Sweep
from manytasks.deep.sweeps.trial import Trial
from manytasks.deep.tasks import replay, splits
from manytasks.deep.witness import INITIAL, moving, watched
from manytasks.statistics import margin_test, units_needed

ROOT = Path(__file__).parents[2]
CELLS = [(name, which) for name, cells in CHECKED.items() for which in cells]
SMALL = replay_width.BOOK | {
    "tasks": 3,
    "per_class": 8,
    "scenario": ("domain",),
    "width": (4, 6),
    "memories": (2,),
    "noises": (0.2,),
    "seeds": (0, 1, 2),
    "steps": 30,
    "batch": 20,
}


CELL = Checked({"scenario": "domain", "width": 4}, ("seed",), ("after", "task"))
TOY = Sweep(
    "toy",
    "?",
    ("scenario", "width"),
    {"book": SMALL},
    replay_width.measure,
    replay_width.flops,
)
TOY_CELLS = {"digits": CELL, "mean": replace(CELL, margin=Margin("test_error", size=0.02, matters=0.3))}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The table of small networks, and what is kept beside it."""
    folder = tmp_path_factory.mktemp("table")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(registry.SWEEPS, "toy", TOY)
        patch.setitem(CHECKED, "toy", TOY_CELLS)
        run_sweep("toy", "book", "cpu", folder, progress=False)
        write_prints("toy", out=folder, moves=10)
    return folder


@pytest.fixture
def folder(made, monkeypatch, tmp_path):
    monkeypatch.setitem(registry.SWEEPS, "toy", replace(TOY, profiles={"book": dict(SMALL)}))
    monkeypatch.setitem(CHECKED, "toy", TOY_CELLS)
    for path in made.glob("toy-book.*"):
        copy(path, tmp_path)
    return tmp_path


def agree(folder, which="digits"):
    return agree_with_table("toy", which, out=folder)


def test_what_agrees_says_what_was_compared(folder):
    agreement = agree(folder)
    assert len(agreement.rows) == 3 * 6
    assert re.fullmatch(
        r"Trained again \(scenario domain; width 4; seeds 0, 1, 2\): rows, labels, batches and initial "
        r"weights are those of the table, \d+ fingerprints\. 3 of 3 networks return every digit of the "
        r"table, to 1e-05 of a measure's size\. One is enough; a correct program shows none with probability "
        r"0\.0008\.",
        str(agreement),
    )
    assert re.fullmatch(
        r".*\. After 10 steps per task the mean losses differ by 0 of their size, allowed is 0\.0003\. "
        r"At the end the mean test error of 3 networks differs by [+-]0\.0000, allowed is 0\.020, a margin "
        r"of 0\.02 at level 0\.001; a difference of 0\.020 is noticed with probability 0\.9\.",
        str(agree(folder, "mean")),
    )


def test_a_cell_that_ends_with_it_says_it_on_the_page(folder):
    agreement = agree(folder)
    said, _ = DisplayFormatter().format(agreement)
    assert said == {"text/markdown": agreement.words, "text/plain": agreement.words}


def wrong_seed(monkeypatch):
    stream = sequence.stream
    monkeypatch.setattr(sequence, "stream", lambda seed, *names: stream(seed + 1, *names))


def wrong_rows(monkeypatch):
    stream = splits.stream
    monkeypatch.setattr(splits, "stream", lambda seed, *names: stream(seed, *names, "other"))


def wrong_labels(monkeypatch):
    noisy = sequence.noisy_labels
    monkeypatch.setattr(sequence, "noisy_labels", lambda *a: np.roll(noisy(*a), 1))


def wrong_buffer(monkeypatch):
    chosen = replay.random_buffer
    monkeypatch.setattr(
        replay, "random_buffer", lambda labels, *a: len(labels) - 1 - chosen(labels, *a)[::-1]
    )


def wrong_batches(monkeypatch):
    drawn = training.np.tile
    monkeypatch.setattr(training.np, "tile", lambda order, reps: drawn(order, reps)[:, ::-1])


def wrong_pixels(monkeypatch):
    monkeypatch.setattr(splits, "round", lambda share: int(share) // 2, raising=False)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (wrong_rows, "order of the pixels of task 0"),
        (wrong_labels, "labels of task 0"),
        (wrong_buffer, "buffer of task 0"),
        (wrong_batches, "order of the batches"),
        (wrong_pixels, "order of the pixels of task 0"),
    ],
)
def test_a_wrong_draw_is_named(folder, monkeypatch, fault, named):
    fault(monkeypatch)
    with pytest.raises(
        CheckFailed,
        match=rf"^toy-book\.csv, digits \(scenario domain; width 4; seeds 0, 1, 2\): {named}, seed 0: the "
        r"fingerprint is "
        r"[0-9a-f]{16} instead of [0-9a-f]{16}, and what is drawn is the same on every processor\. This is .*"
        r"\. If the code was changed on purpose, .* python -m manytasks\.deep\.sweeps\.prints toy "
        r"--profile book\. If not, this is a fault\.$",
    ):
        agree(folder)


def test_streams_of_another_seed_are_noticed(folder, monkeypatch):
    wrong_seed(monkeypatch)
    with pytest.raises(CheckFailed, match=r"seed \d: the fingerprint is"):
        agree(folder)


def test_initial_weights_are_named(folder):
    def other(seed, what, value):
        return {name: -part for name, part in value.items()} if what == INITIAL else value

    trial = Trial.of("toy", "digits", out=folder)
    with watched(other):  # what passes to the fingerprints has not passed this one: the end notices
        rows = trial.train()
    assert not np.allclose(rows.test_loss, trial.table.test_loss, rtol=1e-3)


def wrong_momentum(monkeypatch):
    defaults = training.Recipe.__init__.__defaults__
    monkeypatch.setattr(training.Recipe.__init__, "__defaults__", (0.9, *defaults[1:]))


def wrong_rate(monkeypatch):
    rate = training.Recipe.rate_at
    monkeypatch.setattr(training.Recipe, "rate_at", lambda recipe, step: 1.1 * rate(recipe, step))


def wrong_schedule(monkeypatch):
    monkeypatch.setattr(training.Recipe, "rate_at", lambda recipe, step: recipe.rate)


def wrong_samples(monkeypatch):
    """The network learns other labels than were drawn: no fingerprint sees that."""
    join = sequence.Pool.join

    def shifted(pools):
        pool = join(pools)
        return sequence.Pool(pool.rows, np.roll(pool.labels, 1), pool.heads)

    monkeypatch.setattr(sequence.Pool, "join", shifted)


FAULTS = [wrong_momentum, wrong_rate, wrong_schedule, wrong_samples]


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_training_loses_every_digit(folder, monkeypatch, fault):
    fault(monkeypatch)
    with pytest.raises(
        CheckFailed,
        match=r": none of 3 networks returns the digits of the table: the nearest differs by \S+ of a "
        r"measure's size, allowed is 1e-05\. Rounding alone does that to a correct program with "
        r"probability 0\.0008\.",
    ):
        agree(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_training_shows_in_the_first_steps(folder, monkeypatch, fault):
    fault(monkeypatch)
    with pytest.raises(
        CheckFailed,
        match=r": after 10 steps per task the mean train loss is \S+ instead of \S+, a relative difference "
        r"of [+-]\S+; allowed is 0\.0003\.",
    ):
        agree(folder, "mean")


def test_a_table_of_other_settings_is_refused_before_training(folder, monkeypatch):
    monkeypatch.setitem(registry.SWEEPS["toy"].profiles["book"], "rate", 0.03)
    with pytest.raises(ValueError, match=r"toy-book\.csv has 0 of 2 cells of the book grid; go on with "):
        agree(folder)


def test_a_table_of_other_numbers_is_noticed(folder):
    table = pd.read_csv(folder / "toy-book.csv")
    table["test_loss"] *= 1 + 1e-4
    table["test_error"] += 0.05
    table.to_csv(folder / "toy-book.csv", index=False)
    (folder / "toy-book.json").unlink()  # with the digests, by which the edit would be seen at once
    with pytest.raises(CheckFailed, match=r"none of 3 networks returns the digits of the table: the nearest"):
        agree(folder)
    with pytest.raises(
        CheckFailed,
        match=r": the mean test error of 3 networks differs by -0\.0500, allowed is 0\.020, a margin",
    ):
        agree(folder, "mean")


def test_rows_that_the_table_lacks_are_counted(folder, monkeypatch):
    keys = ("memory", "after", "task")
    wider = replace(CELL, cell=CELL.cell | {"memories": (2, 3)}, rows=keys)
    monkeypatch.setitem(CHECKED, "toy", TOY_CELLS | {"digits": wider})
    with pytest.raises(CheckFailed, match=r": 36 rows were measured, the table has 18 of them\. "):
        agree(folder)


def test_one_network_with_its_digits_is_enough_and_the_others_are_told(folder):
    """What rounding does on another processor, on purpose: two of three networks go elsewhere."""

    def two_stray(seed, what, value):
        shaken = moving(np.random.default_rng(seed), 1e-3)(seed, what, value)
        return value if seed == 1 else shaken

    trial = Trial.of("toy", "digits", out=folder)
    with watched(two_stray):
        rows = trial.train()
    words = compare_end(trial, trial.beside(rows), read_prints(trial))
    assert re.match(
        r"1 of 3 networks return every digit of the table, to 1e-05 of a measure's size "
        r"\(rounding led the others away, up to \S+\)\. ",
        words,
    )


def test_a_cell_that_rounding_takes_too_often_is_refused(folder, monkeypatch):
    path = folder / "toy-book.prints.json"
    kept = json.loads(path.read_text())
    kept["digits"]["rounding"]["strayed"] = {"0": 9, "1": 9, "2": 3}
    path.write_text(json.dumps(kept))
    with pytest.raises(
        CheckFailed,
        match=r"rounding alone leads every network away from the table with probability 0\.3, allowed is "
        r"0\.001; take a cell of fewer steps, or more seeds",
    ):
        agree(folder)


def test_what_is_not_kept_is_refused_before_training(folder):
    (folder / "toy-book.prints.json").unlink()
    with pytest.raises(
        ValueError,
        match=r"toy-book\.prints\.json holds nothing of 'digits'; make it with "
        r"python -m manytasks\.deep\.sweeps\.prints toy --profile book$",
    ):
        agree(folder)
    with pytest.raises(ValueError, match=r"^toy has no checked cell 'x'; its checked cells: digits, mean$"):
        agree(folder, "x")


def test_fingerprints_do_not_depend_on_how_networks_are_stacked(folder, monkeypatch):
    monkeypatch.setattr(sequence, "members_per_stack", lambda *a: 1)
    agree(folder)


@pytest.mark.statistical
def test_a_correct_program_fails_the_margin_as_seldom_as_it_says():
    """Error rate 1e-3: 4,000 tests at level 0.05 of a mean on the margin fail at most 249 times."""
    draws = np.random.default_rng(1).normal(0.02, 0.01, size=(4000, 5))
    beyond = sum(margin_test(row, 0.02, 0.05).beyond for row in draws)
    assert beyond < 249


@pytest.mark.statistical
def test_a_difference_that_is_said_to_be_noticed_is():
    """Error rate 1e-3: of 4,000 differences of the size that 90 % must notice, at least 3,541 are."""
    units = units_needed(0.01, 0.02, 0.05, 0.05)
    draws = np.random.default_rng(2).normal(0.05, 0.01, size=(4000, units))
    assert sum(margin_test(row, 0.02, 0.05).beyond for row in draws) > 3541
    fewer = np.random.default_rng(3).normal(0.05, 0.01, size=(4000, units - 1))
    assert sum(margin_test(row, 0.02, 0.05).beyond for row in fewer) < 3541


@pytest.mark.parametrize(("name", "which"), CELLS)
def test_every_checked_cell_is_kept_beside_its_table_and_checked_on_a_page(name, which):
    trial = Trial.of(name, which)
    kept = json.loads(trial.prints.read_text())
    assert set(kept) == set(CHECKED[name])
    assert set(kept[which]["fingerprints"]) == set(map(str, trial.seeds))
    pages = "".join(path.read_text() for path in (ROOT / "notebooks").rglob("*.py"))
    assert re.search(rf'agree_with_table\(\s*"{name}",\s*"{which}"\s*\)', pages)


@pytest.fixture(scope="module")
def known():
    """Environments of the processors that this machine can stand for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "workflow"))
        from processors import processors

        yield processors()


AGREE = (
    "from manytasks.deep import agree_with_table\nfor cell in {}: print(agree_with_table(*cell), flush=True)"
)


@pytest.mark.parametrize("processor", ["old", "avx2", "native, 2 threads", "old, 2 threads"])
def test_every_checked_cell_agrees_on_other_processors(known, processor):
    """A third of the cells a day, in one process. On this machine's processor the book checks all of them."""
    if processor not in known:
        pytest.skip(f"needs a machine that can stand for the processor {processor!r}")
    command = [sys.executable, "-W", "error", "-c", AGREE.format(todays(CELLS))]
    done = subprocess.run(command, env=os.environ | known[processor], capture_output=True, text=True)
    said = done.stdout.splitlines()
    assert done.returncode == 0, f"{todays(CELLS)[len(said)]}: {done.stderr[-3000:]}"
    assert len(said) == len(todays(CELLS))
    assert all(line.startswith("Trained again (") for line in said)
