"""The sweeps on the papers' own data: what they train on, where that data are there."""

import numpy as np
import pandas as pd
import pytest
import shared_data

from manytasks.deep import find_sweep, run_sweep, sweep_names
from manytasks.deep.data.cifar100 import names
from manytasks.deep.sweeps import cifar100, multitask_width
from manytasks.deep.sweeps.frozen import frozen_features, load_once
from manytasks.deep.sweeps.registry import OWN_DATA

NEEDS = {"cifar100": "cifar100/features.npz", "mnist": "mnist"}
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
    assert table.test_loss.notna().all()


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
