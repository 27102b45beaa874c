"""The sweeps on the papers' own data: what they train on, where that data are there."""

import numpy as np
import pandas as pd
import pytest
import shared_data
from messages import whole

from manytasks.deep import find_sweep, run_sweep, sweep_names
from manytasks.deep.data.cifar100 import names
from manytasks.deep.sweeps import cifar100, feature_pairs, multitask_width
from manytasks.deep.sweeps.feature_pairs import DIALS, feature_pair
from manytasks.deep.sweeps.frozen import frozen_features, load_once
from manytasks.deep.sweeps.registry import OWN_DATA

NEEDS = {"cifar100": "cifar100/features.npz", "mnist": "mnist", "schools": "schools/exam.csv"}
REAL = [name for name in sweep_names() if name not in {sweep.name for sweep in OWN_DATA}]


@pytest.mark.parametrize("name", REAL)
def test_a_sweep_on_real_data_runs_and_names_its_data(name, tmp_path, monkeypatch):
    source = next(source for source in NEEDS if source in name)
    monkeypatch.setenv("MANYTASKS_DATA", str(shared_data.folder(NEEDS[source])))
    cell = find_sweep(name).cells("smoke")[-1]
    one = {axis: (cell[axis],) for axis in find_sweep(name).axes}
    result = run_sweep(name, "smoke", "cpu", tmp_path, progress=False, changes=one)
    table = pd.read_csv(result.table, dtype={"data": str})
    assert result.finished == result.total == 1
    assert set(table["data"]) == {cell["data"]}
    risks = table.filter(regex="loss|test_error")
    assert not risks.empty
    assert risks.notna().all(axis=None)


@pytest.mark.parametrize("name", ["similarity-cifar100", "replay-budget-mnist"])
def test_without_the_data_a_sweep_stops_with_one_line_before_any_work(name, tmp_path, no_data):
    frozen_features.cache_clear()
    load_once.cache_clear()
    with pytest.raises(FileNotFoundError, match=r"is missing \(.*\); (get it with|add the folder)"):
        run_sweep(name, "smoke", "cpu", tmp_path, progress=False)


def test_seeds_deal_the_classes_anew_and_train_on_official_training_images():
    folder = shared_data.folder("cifar100/features.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MANYTASKS_DATA", str(folder))
        streams = multitask_width.streams(cifar100.PEAK_BOOK | {"width": 8, "seeds": (0, 1)})
    for tasks in streams.values():
        assert (tasks.T, tasks.classes, tasks.features.shape) == (10, 10, (60_000, 64))
        assert all(part.rows.max() < 50_000 and part.size == 200 for part in tasks.train)
        assert all(part.rows.min() >= 50_000 and part.size == 1000 for part in tasks.test)
    first, second = (set(streams[seed].train[0].rows) for seed in (0, 1))
    assert not first <= second


def test_superclasses_are_those_of_cifar100():
    fine, coarse = names()
    insects = [name for name, group in zip(fine, coarse, strict=True) if group == coarse[fine.index("bee")]]
    assert insects == ["bee", "beetle", "butterfly", "caterpillar", "cockroach"]
    assert np.bincount(coarse).tolist() == [5] * 20


@pytest.fixture(scope="module")
def pairs():
    """Pairs of tasks by dial and strength, of one seed."""
    folder = shared_data.folder("cifar100/features.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MANYTASKS_DATA", str(folder))
        return {(dial, s): feature_pair(dial, s, 10, 1) for dial in DIALS for s in (0.0, 0.6, 1.0)}


def test_at_strength_zero_all_dials_are_one_pair(pairs):
    first = pairs["pixels", 0.0]
    assert first.features.shape == (2 * (5 * 10 + 5 * 100), 64)
    assert not set(map(bytes, first.features[first.train[0].rows])) & set(
        map(bytes, first.features[first.train[1].rows])
    )
    for dial in DIALS:
        np.testing.assert_array_equal(pairs[dial, 0.0].features, first.features)
        np.testing.assert_array_equal(pairs[dial, 0.0].train[1].labels, first.train[1].labels)


def test_each_dial_changes_what_it_says(pairs):
    still = pairs["pixels", 0.0]

    def rows(pair, task):
        return pair.features[pair.test[task].rows]

    for (dial, strength), pair in pairs.items():
        np.testing.assert_array_equal(rows(pair, 0), rows(still, 0))
        assert pair.features.shape == still.features.shape  # what ``layers`` stacks
        same_images = (rows(pair, 1) == rows(still, 1)).all(1).reshape(5, 100).all(1)
        same_labels = (pair.test[1].labels == still.test[1].labels).reshape(5, 100).all(1)
        changed = round(5 * strength)
        if dial == "pixels":
            moved = (rows(pair, 1) != rows(still, 1)).any(0).sum()
            assert moved <= round(64 * strength)
            np.testing.assert_array_equal(np.sort(rows(pair, 1)), np.sort(rows(still, 1)))
        elif dial == "labels":
            assert same_images.all()
            assert same_labels.sum() == 5 - changed
        else:
            assert same_labels.all()
            assert same_images.tolist() == [False] * changed + [True] * (5 - changed)


def test_siblings_are_of_the_same_superclass_and_strangers_of_another():
    superclasses = names()[1]
    for seed in range(20):
        first, siblings, strangers = (superclasses[group] for group in feature_pairs._classes(seed))
        np.testing.assert_array_equal(first, siblings)
        assert not set(first) & set(strangers)
        assert len(set(first)) == 5
    assert all(set(a) != set(b) for a, b in [feature_pairs._classes(3)[:2]])


def test_impossible_pairs_are_refused(monkeypatch):
    monkeypatch.setenv("MANYTASKS_DATA", str(shared_data.folder("cifar100/features.npz")))
    message = "dial of cifar100+lite0-96 must be one of pixels, labels, superclass, classes; got 'rotation'"
    with pytest.raises(ValueError, match=whole(message)):
        feature_pair("rotation", 1.0, 10, 0)
    with pytest.raises(ValueError, match=r"^strength must be in \[0, 1\]; got 2$"):
        feature_pair("labels", 2, 10, 0)
    with pytest.raises(ValueError, match=r"^per_class must be in 1..250; got 251$"):
        feature_pair("labels", 1.0, 251, 0)
