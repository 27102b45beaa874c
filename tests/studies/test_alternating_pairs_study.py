"""Pairs in turn against each alone, sums over orders against their sets, a sweep whose changes are known."""

import numpy as np
import pandas as pd
import pytest
import torch

from manytasks import flow, page
from manytasks.statistics import Interval, mean_interval
from manytasks.studies.dynamics.alternating_pairs import NETWORK, Alternation, alternate_pairs
from manytasks.studies.dynamics.alternation import EVERY, Alternated, half_a_step
from manytasks.studies.dynamics.conflict_remedies import METHODS
from manytasks.studies.dynamics.order_sums import order_sums
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts
from manytasks.studies.dynamics.random_sums import RATE, RandomSums, random_sums
from manytasks.studies.dynamics.remedies_sweep import EXPLICIT, INSIDE, KEPT, RemediesSweep
from manytasks.studies.dynamics.small_pairs import Pairs


def test_each_pair_learns_as_it_would_alone():
    found = alternate_pairs(2, 2 * EVERY, 0.1, seed=3)
    data = found.begin.data
    losses = [NETWORK.squared_loss(data[f"x{i}"][1], data[f"y{i}"][1]) for i in (1, 2)]

    def learned(rates, order, k):
        end = flow.descend([losses[i] for i in order], found.begin.theta[1], 0.1, k, rates)
        return float(losses[0](end))

    together = flow.descend([lambda t: losses[0](t) + losses[1](t)], found.begin.theta[1], 0.1, EVERY)
    for reading, k in enumerate((EVERY, 2 * EVERY)):
        turn = learned([1, 1], [0, 1], k)
        mirror = learned([0.5, 1, 0.5], [0, 1, 0], k)
        np.testing.assert_allclose(found.in_turn["1, 2"].loss[reading, 1], turn)
        if reading == 0:
            lost = found.forgotten["1, 2"][0, 1]
            np.testing.assert_allclose(lost, turn - float(losses[0](together)), atol=1e-12)
    np.testing.assert_allclose(found.saved[1], turn - mirror, atol=1e-12)
    assert found.rounds.tolist() == [EVERY, 2 * EVERY]


def test_readings_of_an_alternation():
    begin = Pairs(lambda data: [lambda t: 3 * t[0], lambda t: t[0]], torch.zeros(3, 1), {})
    runs = {
        "1, 2": Alternated(np.array([[9.0, 9, 9], [1, 2, 3]]), begin.theta),
        "½1, 2, ½1": Alternated(np.array([[0.0, 0, 0], [0.5, 0.2, 0]]), begin.theta),
    }
    together = Alternated(np.array([[8.0, 8, 8], [1, 1, 1]]), begin.theta)
    found = Alternation(begin, 0.2, together, runs)
    assert found.excess["1, 2"] == mean_interval([0.0, 1.0, 2.0])
    np.testing.assert_allclose(found.saved, [0.5, 1.8, 3])
    assert half_a_step(begin, 0.2) == pytest.approx(0.9)
    assert found.saved_in_half_steps == pytest.approx(2.0)


def test_sums_of_random_tasks_are_those_of_each_set():
    network = flow.Network((2, 2, 1))
    found, generator = random_sums(network, 3, 4, 2, seed=4), generator_of(4, "five tasks")
    closer = []
    for row, here in zip(found.relative, starts(network, 2, 4, "five tasks"), strict=True):
        tasks = [network.squared_loss(normal(generator, 4, 2), normal(generator, 4, 1)) for _ in range(3)]
        alone = order_sums(tasks, here, RATE)
        np.testing.assert_allclose(row, alone.relative)
        closer.append(alone.closer)
    assert found.closer == pytest.approx(np.median(closer))
    known = RandomSums(np.array([[0.5, 1.5], [0.7, 1.3]]), 0.1)
    assert known.shortest == mean_interval([0.5, 0.7])


@pytest.fixture(scope="module")
def sweep():
    """Every method's loss is that of plain descent times a known number; two settings, three seeds."""
    rows = []
    factors = {("sum", 0.0): 1.0} | {which: 1 + k / 10 for k, which in enumerate(METHODS.values(), 1)}
    for (method, penalty), factor in factors.items():
        for tasks, fraction in ((4, 1.0), (2, 0.0)):
            for seed in range(3):
                for step in (50, 100):
                    loss = (1 + seed) * 100 / step * (factor**tasks if step == 100 else 1)
                    rows.append((tasks, fraction, step, seed, penalty, method, loss, loss**2))
    columns = ["tasks", "fraction", "step", "seed", "penalty", "method", "train_loss", "test_loss"]
    return RemediesSweep.of(pd.DataFrame(rows, columns=columns))


def test_changes_of_a_sweep_are_those_that_were_put_in(sweep):
    assert sweep.cells == [(2, 0.0), (4, 1.0)]
    for k, name in enumerate(METHODS, 1):
        for cell in sweep.cells:
            expected = cell[0] * np.log(1 + k / 10)
            change = sweep.change(cell, name, "train_loss")
            np.testing.assert_allclose([change.value, change.low, change.high], expected)
            np.testing.assert_allclose(sweep.change(cell, name, "test_loss").value, 2 * expected)


def test_what_is_asked_of_a_sweep(sweep):
    kept = np.log(1 + (list(METHODS).index(KEPT) + 1) / 10)
    lengths = sweep.equal_lengths(0.9)
    assert lengths[["T", "measure"]].to_numpy().tolist() == [
        [2, "train_loss"], [4, "train_loss"], [2, "test_loss"], [4, "test_loss"]
    ]  # fmt: skip
    np.testing.assert_allclose([one.value for one in lengths.change], kept * np.array([2, 4, 4, 8]))
    assert set(sweep.explicit()) == {(cell, name) for cell in sweep.cells for name in EXPLICIT}
    last = sweep.explicit()[(4, 1.0), EXPLICIT[-1]].value
    assert last == pytest.approx(8 * np.log(1 + (list(METHODS).index(EXPLICIT[-1]) + 1) / 10))
    # Plain descent halves its loss when rounds double: the exponent of its curve is −1.
    for cell, worth in sweep.worth_as_rate().items():
        assert worth == pytest.approx(np.expm1(-kept * cell[0]))


def test_levels_widen_intervals_of_a_sweep(sweep):
    logs = sweep.logs + np.array([0.0, 0.1, -0.2])[:, None]
    spread = RemediesSweep(sweep.table, logs, sweep.cells)
    wide, narrow = (spread.change((2, 0.0), KEPT, "train_loss", level) for level in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert spread.explicit(0.5)[(2, 0.0), EXPLICIT[0]].high < spread.explicit()[(2, 0.0), EXPLICIT[0]].high
    assert spread.equal_lengths(0.5).change[0] == narrow


def test_only_methods_that_one_axis_can_show_are_shown():
    assert set(METHODS) - set(INSIDE) == {"PCGrad", "UPGrad", "CAGrad", "λ = −5h/2"}


def test_logarithms_in_percent():
    change = Interval(np.log(1.1), np.log(0.5), np.log(3))
    found = page.in_percent(change)
    np.testing.assert_allclose([found.value, found.low, found.high], [10, -50, 200])
    assert page.percent(change, "+.0f") == "+10 (−50 to +200) %"
