"""Every byte of a budget is accounted for as it is stored, and every kind of buffer holds as many samples."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from messages import whole

from manytasks.deep import find_sweep
from manytasks.deep.data import Dataset, load_dataset
from manytasks.deep.networks import MLP, Architecture, draw_weights
from manytasks.deep.sweeps import replay_width
from manytasks.deep.sweeps.replay_budget import (
    BOOK,
    TABLE_1,
    divide,
    measure,
    model_bytes,
    sample_bytes,
)
from manytasks.deep.sweeps.replay_width import task_streams
from manytasks.deep.tasks import herding_buffer, permuted_pixels, random_buffer, replay_buffers

METHODS = ("random", "reservoir", "herding")
LINES = list(itertools.product(BOOK["stream"], BOOK["stored"], BOOK["budget"]))


def settings(stream="digits", stored="uint8", budget=32_000, share=0.4, **others):
    line = {"stream": stream, "stored": stored, "budget": budget, "share": share, "method": "random"}
    return BOOK | line | others


@pytest.fixture(scope="module")
def tasks():
    return permuted_pixels(load_dataset("digits"), T=4, per_class=12, fraction=1.0, seed=1)


@pytest.mark.parametrize(("stream", "stored", "budget"), LINES)
def test_a_line_spends_its_budget_and_no_more(stream, stored, budget):
    line = [settings(stream, stored, budget, share) for share in BOOK["share"]]
    divisions = [divide(cell) for cell in line]
    free = budget - model_bytes(line[0], BOOK["least_width"])
    one_each = sample_bytes(line[0]) * (BOOK["tasks"] - 1)
    for cell, division in zip(line, divisions, strict=True):
        assert division.model_bytes == model_bytes(cell, division.width)
        assert division.model_bytes + division.buffer_bytes <= budget
        assert model_bytes(cell, division.width + 1) + division.buffer_bytes > budget
        assert 0 <= cell["share"] * free - division.buffer_bytes < one_each + 1e-6
        assert division.buffer_bytes == pytest.approx(division.memory * 10 * one_each)
    assert divisions[0].memory == 0
    for earlier, later in itertools.pairwise(divisions):
        assert later.memory >= earlier.memory
        assert later.width <= earlier.width


def test_a_buffer_holds_no_more_than_all_samples():
    division = divide(settings(budget=1_000_000, share=1.0))
    assert division.memory == BOOK["per_class"]
    assert division.buffer_bytes == 65 * 4 * 500


@pytest.mark.parametrize("stream", BOOK["stream"])
def test_bytes_are_those_of_a_network_in_memory(stream):
    heads = 1 if stream.endswith("shared") else BOOK["tasks"]
    shape = Architecture(64, 7, BOOK["depth"], heads, 10)
    state = MLP(shape, draw_weights(shape, np.random.default_rng(0))).state_dict()
    stored = [x for name, x in state.items() if not name.endswith("num_batches_tracked")]
    assert model_bytes(settings(stream), 7) == sum(x.element_size() * x.nelement() for x in stored)


@pytest.mark.parametrize("dataset", ["digits", "glyphs"])
def test_bytes_are_those_of_a_sample_in_memory(dataset):
    few = settings(dataset, images=2, test_images=1, per_class=2, seeds=(0,))
    image = load_dataset(dataset).train_images[0]
    assert sample_bytes(few) == image.nbytes + np.uint8(0).nbytes
    features = task_streams(dataset, few)[0].features[0]
    assert features.dtype == np.float32
    assert sample_bytes(few | {"stored": "float32"}) == features.nbytes + np.uint8(0).nbytes


@pytest.mark.parametrize(
    ("dataset", "numbers", "inputs", "classes"),
    [
        ("cifar100", 32 * 32 * 3, 512, 100),
        ("cub200", 224 * 224 * 3, 768, 200),
        ("imagenet-r", 224 * 224 * 3, 768, 200),
    ],
)
def test_table_1_is_six_equal_steps_of_one_memory_in_the_papers_accounting(dataset, numbers, inputs, classes):
    """8 bytes a stored number and 100 classes; 4 bytes a parameter, hidden biases among them."""
    memory, width = np.array(TABLE_1[dataset], float).T
    parameters = 2 * width**2 + (inputs + classes + 9) * width + classes
    buffer = memory * 100 * numbers * 8
    np.testing.assert_allclose(np.diff(buffer), buffer[-1] / 5)
    free = buffer[-1]
    least = 4 * (2 * width[-1] ** 2 + (inputs + classes + 9) * width[-1] + classes)
    one_wider = 4 * (4 * width + 2 + inputs + classes + 9)
    spent = 4 * parameters + buffer
    assert np.all(np.abs(spent - free - np.where(memory < memory[-1], 0, least)) <= least + one_wider)
    assert [divide(settings(dataset, "table-1", share=k / 5)).width for k in range(6)] == width.tolist()
    assert [divide(settings(dataset, "table-1", share=k / 5)).memory for k in range(6)] == memory.tolist()


def test_impossible_divisions_are_refused():
    with pytest.raises(
        ValueError, match=whole("a network of width 4 takes 2,344 bytes; the budget is 2,000")
    ):
        divide(settings(budget=2_000))
    with pytest.raises(ValueError, match=whole("stored must be uint8, float32 or table-1; got 'jpeg'")):
        divide(settings(stored="jpeg"))


@pytest.mark.parametrize("memory", [0, 0.4, 1, 2.5, 12])
def test_all_buffers_hold_as_many_samples_in_the_end(tasks, memory):
    sizes = {m: sum(map(len, replay_buffers(tasks, 3, memory, m, seed=1))) for m in METHODS}
    assert set(sizes.values()) == {round(memory * 10) * 3}


def test_a_reservoir_is_full_early_and_only_ever_forgets_or_takes_new_samples(tasks):
    buffers = [replay_buffers(tasks, after, 3, "reservoir", seed=1) for after in range(4)]
    assert [len(b) for b in buffers] == [0, 1, 2, 3]
    assert [sum(map(len, b)) for b in buffers] == [0, 90, 90, 90]
    for earlier, later in itertools.pairwise(buffers):
        for before, now in zip(earlier, later, strict=False):
            assert set(now) <= set(before)


@pytest.mark.parametrize("method", METHODS)
def test_buffers_are_distinct_positions_of_their_task(tasks, method):
    for past, kept in enumerate(replay_buffers(tasks, 3, 2.5, method, seed=1)):
        assert len(set(kept)) == len(kept)
        assert 0 <= kept.min() <= kept.max() < tasks.train[past].size
    other = replay_buffers(tasks, 3, 2.5, method, seed=2)
    same = all(map(np.array_equal, other, replay_buffers(tasks, 3, 2.5, method, seed=1)))
    assert same == (method == "herding")  # it draws nothing


def test_an_unknown_buffer_is_refused(tasks):
    message = "method must be one of random, reservoir, herding; got 'ring'"
    with pytest.raises(ValueError, match=whole(message)):
        replay_buffers(tasks, 1, 2, "ring", seed=1)


def test_broken_numbers_of_samples_are_balanced_and_nested():
    labels = np.repeat(np.arange(10), 6)
    features = np.random.default_rng(0).standard_normal((60, 3))
    for keep in (
        lambda m: random_buffer(labels, m, np.random.default_rng(1)),
        lambda m: herding_buffer(features, labels, m),
    ):
        small, middle, large = keep(2), keep(2.3), keep(3)
        assert np.sort(np.bincount(labels[middle])).tolist() == [2] * 7 + [3] * 3
        assert set(small) < set(middle) < set(large)


def test_the_kind_of_buffer_matters_only_where_there_is_one():
    quick = {"seeds": (0,), "steps": 10, "tasks": 3, "per_class": 20}
    device = torch.device("cpu")
    for share, distinct in ((0.0, 1), (0.6, 3)):
        tables = [
            pd.DataFrame(measure(settings(share=share, **quick) | {"method": method}, device))
            for method in METHODS
        ]
        assert len({tuple(table.test_loss) for table in tables}) == distinct
        first = [table[table.after == 0].test_loss.tolist() for table in tables]
        assert first[0] == first[1] == first[2]  # before the second task there is no buffer
        assert (tables[0].model_bytes + tables[0].buffer_bytes <= 32_000).all()


def test_a_pair_of_table_1_runs_on_a_backbones_features(monkeypatch):
    """Ten tasks of twenty classes; the pair and the size of the features pass through."""
    rng = np.random.default_rng(0)
    images, labels = np.zeros((1000, 1, 1, 1), np.uint8), np.repeat(np.arange(200), 5)
    birds = Dataset("cub200", images, labels, images, labels, tuple(map(str, range(200))))
    asked = []

    def features(name, components, train, test):
        asked.append(name)
        return birds, *(rng.standard_normal((1000, 768), dtype=np.float32) for _ in range(2))

    monkeypatch.setattr(replay_width, "frozen_features", features)
    cell = settings("cub200+vit-b16", "table-1", share=1.0, seeds=(0,), tasks=2, per_class=5, steps=2)
    table = pd.DataFrame(measure(cell, torch.device("cpu")))
    assert asked == ["cub200+vit-b16"]
    assert (table.width[0], table.memory[0]) == TABLE_1["cub200"][-1][::-1]
    assert table.buffer_bytes[0] == 5 * 20 * (768 * 4 + 1)
    assert table.parameters[0] == 2 * 16**2 + (768 + 6 + 2 * 20) * 16 + 2 * 20


def test_both_sweeps_measure_the_same_cells():
    budget, methods = find_sweep("replay-budget"), find_sweep("replay-methods")
    assert methods.measure is budget.measure
    for profile in budget.profiles:
        seen = {cell["method"] for cell in methods.cells(profile)}
        assert seen == set(METHODS)
