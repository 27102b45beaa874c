"""Lines of constant bytes as tables give them, prices of samples, what a dearer sample moves."""

import numpy as np
import pandas as pd
import pytest

from manytasks import theory
from manytasks.deep.sweeps.replay_budget import TABLE_1, model_bytes
from manytasks.studies.linear import linear_budgets
from manytasks.studies.linear.linear_budgets import price_moves
from manytasks.studies.networks.byte_lines import (
    LINE,
    bought,
    flat_bottoms,
    given_up,
    own_against,
    read_lines,
)
from manytasks.studies.networks.byte_prices import official_pairs, sample_prices

FINAL = {
    (64, 0): (0.4, 0.2, 0.3),
    (64, 1): (0.2, 0.4, 0.7),
    (128, 0): (0.1, 0.3, 0.6),
    (128, 1): (0.5, 0.3, 0.2),
}
SHARES = (0.0, 0.5, 1.0)


def rows():
    return pd.DataFrame(
        {
            "stream": "toy",
            "stored": "uint8",
            "budget": budget,
            "share": share,
            "seed": seed,
            "after": after,
            "task": task,
            "test_loss": 1.0,
            "test_error": error + (0.1 if task else -0.1) if after else 0.05,
            "train_error": 0.0,
            "width": round(100 * (1 - share)),
            "memory": share * budget,
        }
        for (budget, seed), errors in FINAL.items()
        for share, error in zip(SHARES, errors, strict=True)
        for after, task in ((0, 0), (1, 0), (1, 1))
    )


def test_a_line_loses_against_the_best_of_its_means():
    lines = read_lines(rows())
    assert lines.error.index.names == [*LINE, "seed"]
    for (budget, seed), errors in FINAL.items():
        np.testing.assert_allclose(lines.error.loc["toy", "uint8", budget, seed], errors)
        assert lines.own.loc["toy", "uint8", budget, seed] == SHARES[np.argmin(errors)]
    np.testing.assert_allclose(lines.mean.loc["toy", "uint8", 64], [0.3, 0.3, 0.5])
    np.testing.assert_allclose(lines.lost.loc["toy", "uint8", 128], [0.0, 0.0, 0.1])
    forgotten = lines.learners.forgotten_error.loc["toy", "uint8", 64, 0.5, 0]
    np.testing.assert_allclose(forgotten, 0.2 - 0.1 - 0.05)  # of the first task, from 0.05 on


def test_what_a_division_buys_is_read_once():
    table = bought(rows())
    assert len(table) == 6
    assert table.loc["toy", "uint8", 128, 0.5].tolist() == [50, 64]


def test_a_sample_costs_its_image_or_its_numbers():
    prices = sample_prices(pd.DataFrame({"components": [64]}), ["digits", "glyphs", "cifar100+lite0-96"])
    assert prices["digits", "uint8"] == 64 + 1
    assert prices["digits", "float32"] == 4 * 64 + 1
    assert prices["glyphs", "float32"] == 4 * 64 + 1
    assert prices["cifar100+lite0-96", "uint8"] == 32 * 32 * 3 + 1


def test_the_pairs_of_the_paper_share_one_memory_as_they_are_counted_there():
    pairs = official_pairs()
    assert pairs.groupby("data_set").size().to_dict() == dict.fromkeys(TABLE_1, 6)
    for name, rows_ in pairs.groupby("data_set"):
        assert rows_.pair.tolist() == [1, 2, 3, 4, 5, 6]
        assert np.ptp(rows_.counted) < 0.01 * rows_.counted.max()
        assert (np.diff(rows_.stored) < 0).all()
        assert rows_.stored.iloc[-1] < 0.2 * rows_.stored.iloc[0], name
    first = pairs[pairs.pair == 1].set_index("data_set")
    np.testing.assert_array_equal(first.counted, first.stored)  # without a buffer there is nothing to count
    kept, width = TABLE_1["cub200"][5]
    network = pairs.query("data_set == 'cub200' and pair == 6").stored.item() - kept * 200 * (4 * 768 + 1)
    layers = width * 768 + width * width * 2 + 200 * width  # three layers and the head, without biases
    assert 0 < network / 4 / layers - 1 < 0.04


def test_the_network_of_a_pair_is_as_large_as_the_sweep_counts_it():
    """Three hidden layers with BatchNorm, a head a task: the sweep's own count on features of CIFAR-100."""
    settings = {
        "stream": "cifar100+lite0-96",
        "stored": "float32",
        "components": 512,
        "depth": 3,
        "tasks": 10,
    }
    width = TABLE_1["cifar100"][0][1]
    counted = official_pairs().query("data_set == 'cifar100' and pair == 1").stored.item()
    assert abs(counted / model_bytes(settings, width) - 1) < 0.01


def test_a_dearer_sample_never_moves_a_linear_budget_to_parameters(monkeypatch):
    """The theorem; the same count of an optimum that does what common sense says is negative."""
    moves = price_moves(25, seed=1)
    assert len(moves) == 25
    assert min(moves) == 0
    assert max(moves) == 2

    asked = []

    class Sensible:
        @staticmethod
        def best_split(tasks, samples, noise_var, budget, *, sample_cost):
            assert budget == linear_budgets.LARGE
            asked.append(sample_cost)
            kind = "all buffer" if sample_cost <= 2 else "all model"
            return theory.best_split(tasks, samples, noise_var, 100)._replace(kind=kind)

    monkeypatch.setattr(linear_budgets, "theory", Sensible)
    assert set(price_moves(25, seed=1)) == {0, -2}
    assert set(np.divide(asked[1::2], asked[::2])) == {4}


def test_problems_are_those_of_the_seed():
    assert price_moves(8, seed=1) == price_moves(8, seed=1)
    assert any(price_moves(12, seed=1) != price_moves(12, seed=other) for other in (2, 3, 4))


@pytest.mark.parametrize("missing", ["task", "share"])
def test_tables_that_lack_something_are_refused(missing):
    table = rows()
    with pytest.raises((ValueError, KeyError)):
        read_lines(
            table[(table.after == 0) | (table.task == 0)]
            if missing == "task"
            else table.drop(columns="share")
        )


def test_a_flat_bottom_reaches_from_the_lowest_good_share_to_the_highest():
    lost = pd.DataFrame([[0.0, 0.02, 0.01], [0.005, 0.0, 0.3]], columns=[0.0, 0.5, 1.0], index=["a", "b"])
    found = flat_bottoms(lost, 0.01)
    assert found.loc["a"].tolist() == [0.0, 0.0, 1.0]  # what lies between does not count
    assert found.loc["b"].tolist() == [0.5, 0.0, 0.5]


def test_what_forgets_least_is_priced_at_the_share_where_it_forgets_least():
    table = rows()
    learned_badly = (table.share == 1.0) & (table.after == 0)
    table.loc[learned_badly, "test_error"] = 0.95  # so that least is forgotten at share 1
    lines = read_lines(table)
    found = given_up(lines)
    assert found.index.equals(lines.lost.index)
    for line, cost in found.items():
        assert cost == lines.lost.loc[line, 1.0]
    assert found.max() > 0


def test_lines_of_two_streams_are_paired_by_how_they_store_and_by_budget():
    two = pd.concat([rows(), rows().assign(stream="other", share=lambda table: 1 - table.share)])
    own = read_lines(two).own
    pairs = own_against(own, "toy", "other")
    assert [one.name for one, _ in pairs] == ["uint8, 0 kB", "uint8, 0 kB"]
    for (one, other), budget in zip(pairs, (64, 128), strict=True):
        assert one.to_dict() == own.loc["toy", "uint8", budget].to_dict()
        assert other.to_dict() == {seed: 1 - share for seed, share in one.items()}
