"""Task streams, label noise and buffers, and that no draw moves another."""

import numpy as np
import pytest
from scipy import stats

from manytasks.deep.data import Dataset, draw_images, load_dataset, pixels
from manytasks.deep.data.glyph_masters import draw_masters, load_masters
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.deep.tasks import (
    class_split,
    herding_buffer,
    noisy_labels,
    permuted_pixels,
    random_buffer,
    reservoir_buffer,
    superclass_split,
)


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


def test_committed_glyphs_are_the_fonts_glyphs():
    """The file is not typed in: the fonts draw it again, but for a FreeType that rounds edges otherwise."""
    difference = load_masters().astype(int) - draw_masters()
    assert np.abs(difference).mean() < 1


def test_more_glyphs_keep_the_earlier_ones():
    few, many = load_glyphs(2, 1, "Aé"[:1]), load_glyphs(5, 1, "ZA")
    np.testing.assert_array_equal(few.train_images, many.train_images[5:7])


def test_train_and_test_glyphs_differ():
    glyphs = load_glyphs(3, 3, "A")
    distance = np.abs(glyphs.train_images[:, None].astype(int) - glyphs.test_images[None]).mean((2, 3, 4))
    assert distance.min() > 5


def test_unknown_character_is_refused():
    with pytest.raises(ValueError, match=r"^no master glyph for \['é'\]; the characters are 0123"):
        load_glyphs(1, 1, "Aé")
    with pytest.raises(
        ValueError, match=r"^at least 1 training and 1 test image per class is needed; got 0 and 1$"
    ):
        load_glyphs(0, 1)


def test_class_split_deals_out_every_class_once(digits):
    tasks = class_split(digits, T=5, per_class=20, seed=3)
    everything = np.concatenate([digits.train_labels, digits.test_labels])
    seen = []
    for train, test in zip(tasks.train, tasks.test, strict=True):
        classes = [np.unique(everything[train.rows[train.labels == k]]) for k in range(2)]
        assert [len(c) for c in classes] == [1, 1]
        assert [np.unique(everything[test.rows[test.labels == k]]) for k in range(2)] == classes
        assert test.rows.min() >= len(digits.train_labels) > train.rows.max()
        assert np.bincount(train.labels).tolist() == [20, 20]
        seen += [int(c[0]) for c in classes]
    assert sorted(seen) == list(range(10))
    assert sum(test.size for test in tasks.test) == len(digits.test_labels)


@pytest.mark.parametrize("fraction", [0.0, 0.25, 1.0])
def test_permuted_pixels_move_just_a_fraction(digits, fraction):
    tasks = permuted_pixels(digits, T=3, per_class=5, fraction=fraction, seed=1)
    whole = np.concatenate([pixels(digits.train_images), pixels(digits.test_images)])
    for task in range(3):
        view = tasks.features[task * len(whole) : (task + 1) * len(whole)]
        np.testing.assert_array_equal(np.sort(view, axis=1), np.sort(whole, axis=1))
        unmoved = (view == whole).all(0).mean()
        assert unmoved >= 1 - fraction
        assert (unmoved == 1) == (fraction == 0)


def test_fraction_does_not_move_the_samples(digits):
    rows = [
        np.concatenate([t.rows for t in permuted_pixels(digits, 3, 5, fraction, seed=1).train])
        for fraction in (0.0, 0.5)
    ]
    np.testing.assert_array_equal(*rows)


def test_tasks_and_seeds_draw_different_samples(digits):
    one, two = (permuted_pixels(digits, 10, 11, 0.0, seed) for seed in (1, 2))
    assert len(set(np.concatenate([t.rows for t in one.train]) % 1797)) == 10 * 10 * 11
    assert set(one.train[0].rows) != set(two.train[0].rows)


def test_scenarios_give_labels_and_heads(digits):
    tasks = class_split(digits, T=5, per_class=2, seed=3)
    samples = tasks.train[3]
    for scenario, label, head in (("task", [0, 1], 3), ("domain", [0, 1], 0), ("class", [6, 7], 0)):
        labels, heads = tasks.targets(samples, scenario)
        assert np.unique(labels).tolist() == label
        assert np.unique(heads).tolist() == [head]
    with pytest.raises(ValueError, match=r"^scenario must be one of task, domain, class; got 'joint'$"):
        tasks.outputs("joint")


def test_impossible_streams_are_refused(digits):
    with pytest.raises(ValueError, match=r"^T must divide the 10 classes of digits; got 3$"):
        class_split(digits, T=3, per_class=1, seed=1)
    with pytest.raises(ValueError, match=r"^per_class must be in 1..\d+, all that class \d has; got 500$"):
        class_split(digits, T=2, per_class=500, seed=1)
    with pytest.raises(ValueError, match=r"^fraction must be in \[0, 1\]; got 1.5$"):
        permuted_pixels(digits, T=2, per_class=1, fraction=1.5, seed=1)


@pytest.mark.statistical
def test_noise_has_its_rate_and_is_uniform_over_the_other_labels():
    """Two tests at alpha = 1e-4 each on fixed draws: a rate off by 3 % of itself fails the first."""
    n, classes, rate = 200_000, 10, 0.2
    labels = np.random.default_rng(0).integers(classes, size=n)
    noisy = noisy_labels(labels, classes, rate, np.random.default_rng(1))
    wrong = noisy != labels
    z = (wrong.mean() - rate) / np.sqrt(rate * (1 - rate) / n)
    limit = stats.norm.isf(0.5e-4)
    assert abs(z) < limit
    assert 0.03 * rate / np.sqrt(rate * (1 - rate) / n) - limit > stats.norm.isf(0.01)  # power 99 %
    shifts = np.bincount((noisy - labels)[wrong] % classes, minlength=classes)[1:]
    assert stats.chisquare(shifts).pvalue > 1e-4


def test_wrong_labels_are_nested():
    labels = np.zeros(500, int)
    low, high = (noisy_labels(labels, 10, rate, np.random.default_rng(1)) for rate in (0.1, 0.3))
    np.testing.assert_array_equal(high[low != 0], low[low != 0])
    with pytest.raises(ValueError, match=r"^fraction must be in \[0, 1\]; got -0.1$"):
        noisy_labels(labels, 10, -0.1, np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"^label noise needs at least 2 classes in a task; got 1$"):
        noisy_labels(labels, 1, 0.1, np.random.default_rng(1))


def test_random_buffers_are_balanced_and_nested():
    labels = np.repeat(np.arange(4), [10, 3, 10, 10])
    small, large = (random_buffer(labels, m, np.random.default_rng(1)) for m in (2, 5))
    assert np.bincount(labels[small]).tolist() == [2, 2, 2, 2]
    assert np.bincount(labels[large]).tolist() == [5, 3, 5, 5]
    assert set(small) < set(large)
    assert random_buffer(labels, 0, np.random.default_rng(1)).size == 0


@pytest.mark.statistical
def test_reservoir_keeps_every_position_equally_often():
    """One chi-squared test at alpha = 1e-4 on fixed draws; keeping the first sample 3 % too often fails."""
    total, capacity, trials = 12, 4, 40_000
    counts = np.zeros(total)
    rng = np.random.default_rng(5)
    for _ in range(trials):
        counts[reservoir_buffer(total, capacity, rng)] += 1
    share = capacity / total
    variance = trials * share * (1 - share) * total / (total - 1)  # positions exclude one another
    limit = stats.chi2.isf(1e-4, total - 1)
    assert ((counts - trials * share) ** 2 / variance).sum() < limit
    off = counts.copy()
    off[0] += 0.06 * trials * share  # twice the 3 %: the draw itself may lie the other way
    assert ((off - trials * share) ** 2 / variance).sum() > limit


def test_herding_follows_the_class_mean_better_than_chance():
    rng = np.random.default_rng(0)
    features, labels = rng.standard_normal((300, 8)), np.repeat(np.arange(3), 100)

    def distance(kept):
        return sum(
            np.linalg.norm(features[kept][labels[kept] == c].mean(0) - features[labels == c].mean(0))
            for c in range(3)
        )

    herded = herding_buffer(features, labels, 6)
    assert np.bincount(labels[herded]).tolist() == [6, 6, 6]
    assert distance(herded) < min(distance(random_buffer(labels, 6, rng)) for _ in range(200))
    nearest = herding_buffer(features, labels, 1)
    means = np.array([features[labels == c].mean(0) for c in range(3)])
    expected = [100 * c + np.linalg.norm(features[labels == c] - means[c], axis=1).argmin() for c in range(3)]
    assert nearest.tolist() == expected


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: random_buffer(np.zeros(3, int), -1, np.random.default_rng(0)),
            "per_class must be at least 0; got -1",
        ),
        (
            lambda: herding_buffer(np.zeros((3, 1)), np.zeros(3, int), -1),
            "per_class must be at least 0; got -1",
        ),
        (
            lambda: reservoir_buffer(3, -1, np.random.default_rng(0)),
            "total and capacity must be at least 0; got 3 and -1",
        ),
    ],
)
def test_negative_buffers_are_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()


@pytest.fixture(scope="module")
def families():
    """Twelve classes in four superclasses of three; an image says its class, and its number."""
    labels = np.repeat(np.arange(12), 5)
    images = (np.arange(60) + 100 * labels % 256).astype(np.uint8).reshape(-1, 1, 1, 1)
    names = tuple(map(str, range(12)))
    return Dataset("families", images, labels, images, labels, names), np.arange(12) % 4


def superclass_tasks(families, fraction, seed=1):
    dataset, superclasses = families
    features = np.arange(60.0)[:, None]
    return superclass_split(dataset, superclasses, 2, fraction, seed, features, features)


def test_every_task_has_a_class_of_each_superclass(families):
    dataset, superclasses = families
    tasks = superclass_tasks(families, 0.0)
    assert (tasks.T, tasks.classes) == (3, 4)
    seen = []
    for train, test in zip(tasks.train, tasks.test, strict=True):
        fine = dataset.train_labels[train.rows]
        np.testing.assert_array_equal(superclasses[fine], train.labels)
        np.testing.assert_array_equal(np.unique(dataset.test_labels[test.rows - 60]), np.unique(fine))
        assert test.size == 4 * 5
        seen += sorted(set(fine))
    assert sorted(seen) == list(range(12))


def test_the_dial_exchanges_names_and_leaves_images_alone(families):
    kept, half, whole_dial = (superclass_tasks(families, fraction) for fraction in (0.0, 0.5, 1.0))
    for task in range(3):
        for tasks in (half, whole_dial):
            np.testing.assert_array_equal(tasks.train[task].rows, kept.train[task].rows)
            assert np.bincount(tasks.train[task].labels).tolist() == [2] * 4
        assert len(set(half.train[task].labels[half.train[task].labels != kept.train[task].labels])) in (0, 2)
        renamed = dict(zip(kept.train[task].labels, whole_dial.train[task].labels, strict=True))
        tested = [renamed[label] for label in kept.test[task].labels]
        np.testing.assert_array_equal(tested, whole_dial.test[task].labels)
    names = {tuple(superclass_tasks(families, 1.0, seed).train[0].labels) for seed in range(9)}
    assert len(names) > 3


def test_impossible_superclasses_are_refused(families):
    dataset, superclasses = families
    features = np.zeros((60, 1))
    message = r"^superclasses must have the same number of classes; they have \[4, 3, 3, 2\]$"
    with pytest.raises(ValueError, match=message):
        superclass_split(
            dataset, np.minimum(superclasses, 3) * (np.arange(12) != 11), 2, 0.0, 1, features, features
        )
    with pytest.raises(ValueError, match=r"^fraction must be in \[0, 1\]; got 2$"):
        superclass_split(dataset, superclasses, 2, 2, 1, features, features)


def test_a_compact_stream_says_the_same_with_fewer_rows(digits):
    tasks = class_split(digits, T=5, per_class=3, seed=1)
    short = tasks.compact()
    assert len(short.features) == 10 * 3 + len(digits.test_labels)
    for part in ("train", "test"):
        for one, other in zip(getattr(tasks, part), getattr(short, part), strict=True):
            np.testing.assert_array_equal(tasks.features[one.rows], short.features[other.rows])
            np.testing.assert_array_equal(one.labels, other.labels)


def test_drawn_images_are_nested_and_tested_on_the_same(digits):
    few, many, other = (draw_images(digits, n, 4, seed) for n, seed in ((3, 1), (9, 1), (3, 2)))
    assert np.bincount(few.train_labels).tolist() == [3] * 10
    assert np.bincount(few.test_labels).tolist() == [4] * 10
    rows = [{image.tobytes() for image in part.train_images} for part in (few, many, other)]
    assert rows[0] < rows[1]
    assert not rows[0] <= rows[2]
    np.testing.assert_array_equal(few.test_images, other.test_images)
    with pytest.raises(ValueError, match=r"^train images per class must be in 1..\d+; got 500$"):
        draw_images(digits, 500, 4, 1)
