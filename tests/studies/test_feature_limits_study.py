"""Where the ridge equivalent fails, on data in which the failure is known; answers and layers for images."""

import numpy as np
import pytest

from manytasks.studies.features.feature_limits import (
    heavy_tails,
    moments_from_others,
    predictions_from_few,
    rare_directions,
)
from manytasks.studies.features.image_populations import relu_populations, trained_population
from manytasks.studies.features.image_tasks import (
    Images,
    glyph_images,
    one_vs_rest,
    permuted_views,
    random_relu,
)
from manytasks.studies.features.populations import population_of
from manytasks.studies.features.trained_layer import trained_layer


def gaussian(M=400, p=20, seed=3):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((M, p))
    return X, X[:, :2] + 0.5 * rng.standard_normal((M, 2))


def test_common_directions_are_predicted_and_rare_ones_are_not():
    X, y = gaussian()
    common = rare_directions(population_of([X], y), 60, draws=8, seed=1)
    assert common.shape == (8,)
    assert abs(common.mean() - 1) < 0.2
    rare = np.hstack([X, np.zeros((400, 1))])
    rare[:40, 20] = np.tile([0.01, -0.01], 20)  # who has seen these relies on them where they are large
    rare[40:42, 20] = [1.0, -1.0]
    assert rare_directions(population_of([rare], y), 60, draws=8, seed=1).mean() > 3


@pytest.mark.statistical
def test_random_lengths_multiply_the_noise_by_their_own_factor():
    """Above the threshold the noise term grows by ν/(ν − 2), the bias stays; 6 standard errors."""
    p, N, degrees = 60, 30, (4, 1000)
    drawn = heavy_tails(degrees, p, N, trials=400, seed=1)
    bias, noise = 1 - N / p, N / (p - N)
    error = drawn.std(axis=0, ddof=1) / 20
    for j, factor in enumerate((2.0, 1000 / 998)):
        expected = (bias + factor * N / (p - N - 1)) / (bias + noise)
        assert abs(drawn[:, j].mean() - expected) < 6 * error[j]
    assert drawn[:, 0].mean() - drawn[:, 1].mean() > 6 * error.max()


def test_moments_of_few_images_take_noise_for_signal():
    """Answers that are noise, a fit that is zero: what M images show of a signal adds p/M to what is left."""
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((4000, 16)), rng.standard_normal((4000, 2))
    options = {"splits": 40, "draws": 1, "seed": 1}
    rows = moments_from_others({"toy": (X, y)}, (2, 50), (40, 60), [1e9], **options)
    assert rows.columns.tolist() == ["images_a_feature", "samples", "ridge", "gap"]
    assert rows.samples.tolist() == [40, 60, 40, 60]
    for row in rows.itertuples():
        M = 16 * row.images_a_feature
        told = 16 / M + (M - 1 - 16) / (M - 16)  # what passes for signal, and what is left
        assert abs(row.gap - abs(1 / told - 1)) < (0.06 if row.images_a_feature == 2 else 0.03)


def test_with_all_images_the_prediction_is_that_of_the_population():
    X, y = gaussian()
    table = predictions_from_few(X, y, [50, 400], 30, [0.0, 2.0], seed=1)
    whole = population_of([X], y)
    np.testing.assert_allclose(table.loc[400], [whole.predicted(30, ridge) for ridge in (0.0, 2.0)])
    assert abs(table.loc[50, 2.0] / table.loc[400, 2.0] - 1) > 0.01


def test_a_share_of_the_answers_is_wrong():
    labels = np.arange(5000) % 10
    clean = one_vs_rest(labels, 0.0, "toy", seed=1)
    np.testing.assert_allclose(clean.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(clean.std(axis=0), 1)
    assert set(labels[clean[:, 1] > 0]) == {8}
    noisy = one_vs_rest(labels, 0.2, "toy", seed=1)
    said = (noisy[:, 1] > 0)[labels == 8].mean()
    assert abs(said - 0.8) < 0.06  # 500 labels: three standard errors
    assert set(labels[(noisy[:, 1] > 0)]) == set(range(10))
    assert not (
        one_vs_rest(labels, 1.0, "toy", seed=1)[labels == 8, 1] > 0
    ).any()  # replaced by *another* one


def test_a_random_layer_does_not_depend_on_brightness_or_contrast():
    rows = np.random.default_rng(1).random((50, 8))
    features = random_relu(rows, 300, seed=1)
    np.testing.assert_allclose(random_relu(3 * rows + 1, 300, seed=1), features)
    assert features.min() == 0
    np.testing.assert_allclose(np.square(features).mean(), 0.5, rtol=0.15)  # half of a standard normal square


def test_each_task_sees_the_same_pixels_elsewhere():
    rows = np.arange(40.0).reshape(2, 20)
    views = permuted_views(rows, 3, seed=1)
    np.testing.assert_array_equal(views[0], rows)
    for view in views[1:]:
        np.testing.assert_array_equal(np.sort(view, axis=1), rows)
        moved = view[0] != rows[0]
        assert 0 < moved.sum() <= 10
        np.testing.assert_array_equal(view[1] - view[0], 20.0)  # one order for all images
    assert (views[1] != views[2]).any()


def test_a_trained_layer_sees_what_a_random_one_does_not():
    glyphs = glyph_images(20, "KL")
    errors = []
    for steps in (0, 60):
        hidden = np.maximum(glyphs.rows @ trained_layer(glyphs, 4, seed=1, steps=steps), 0)
        design = np.hstack([hidden, np.ones((40, 1))])
        y = 2.0 * glyphs.labels - 1
        errors.append(np.square(y - design @ np.linalg.lstsq(design, y, rcond=None)[0]).mean())
    assert errors[1] < 0.7 * errors[0]


def test_the_variants_differ_in_labels_or_views():
    images = Images(np.random.default_rng(1).random((80, 12)), np.arange(80) % 10)
    clean, noisy, permuted = relu_populations(images, "toy", 6, seed=1).values()
    np.testing.assert_allclose(clean.views[0], noisy.views[0])
    assert (clean.targets != noisy.targets).any()
    np.testing.assert_allclose(clean.targets, permuted.targets)
    assert len(permuted.views) == 3
    trained = trained_population(glyph_images(3, "389"), np.eye(9), 5, seed=1, steps=2)
    assert trained.views[0].shape[0] == 9


def test_each_data_set_is_split_by_its_own_name():
    X, y = gaussian()
    options = {"splits": 2, "draws": 1, "seed": 1}
    both = moments_from_others({"a": (X, y), "b": (X, y)}, (2,), (40,), [1.0], **options)
    alone = moments_from_others({"b": (X, y)}, (2,), (40,), [1.0], **options)
    assert both.gap[1] == alone.gap[0]
    assert both.gap[0] != both.gap[1]
