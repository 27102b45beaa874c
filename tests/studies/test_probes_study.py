"""Linear probes against least squares written out, and pixels that are permuted alike."""

from dataclasses import replace

import numpy as np
import pytest

from manytasks.deep import load_dataset
from manytasks.deep.data import pixels
from manytasks.deep.tasks import class_split
from manytasks.streams import stream
from manytasks.studies.networks.probes import permuted_probes, probe, probes

SETTING = {"T": 5, "per_class": 10, "seed": 3}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


def views(dataset):
    return pixels(dataset.train_images), pixels(dataset.test_images)


def written_out(dataset, train, test):
    """Ridge regression on -1 and 1 with a free intercept, by the normal equations."""
    shares = []
    tasks = class_split(dataset, SETTING["T"], SETTING["per_class"], SETTING["seed"], train, test)
    for fit, check in zip(tasks.train, tasks.test, strict=True):
        x, y = tasks.features[fit.rows].astype(float), 2.0 * fit.labels - 1
        scale = np.where(x.std(0) > 0, x.std(0), 1)
        z = (x - x.mean(0)) / scale
        weights = np.linalg.solve(z.T @ z + np.eye(z.shape[1]), z.T @ (y - y.mean()))
        answers = (tasks.features[check.rows] - x.mean(0)) / scale @ weights + y.mean() > 0
        shares.append(np.mean(answers == check.labels))
    return shares


def test_a_probe_is_least_squares_with_a_ridge(digits):
    found = probe(digits, *views(digits), **SETTING)
    np.testing.assert_allclose(found, written_out(digits, *views(digits)))
    assert len(set(found)) > 1


def test_features_that_are_the_class_are_read_and_others_are_guessed(digits):
    known = (np.eye(10)[labels] for labels in (digits.train_labels, digits.test_labels))
    np.testing.assert_array_equal(probe(digits, *known, **SETTING), 1)
    rng = np.random.default_rng(1)
    unknown = (rng.standard_normal((len(x), 3)) for x in (digits.train_labels, digits.test_labels))
    guessed = probe(digits, *unknown, **SETTING).mean()
    assert abs(guessed - 0.5) < 4 * 0.5 / np.sqrt(len(digits.test_labels)) + 0.05


def test_several_numbers_are_columns(digits):
    found = probes(digits, *views(digits), T=5, per_class=[2, 10], seed=3)
    np.testing.assert_array_equal(found[:, 1], probe(digits, *views(digits), **SETTING))
    assert found[:, 0].mean() < found[:, 1].mean()


def test_whole_images_are_read_alike_when_their_pixels_are_permuted(digits):
    found = permuted_probes(digits, pixels, **SETTING, components=16)
    np.testing.assert_allclose(found.network, probe(digits, *views(digits), **SETTING), atol=0.01)
    np.testing.assert_allclose(found.components[0], found.components[1], atol=0.01)


def test_a_network_sees_the_permuted_images(digits):
    """One pixel of the permuted images is another pixel of the images themselves."""
    order = stream(SETTING["seed"], "pixels").permutation(64)
    found = permuted_probes(digits, lambda images: pixels(images)[:, [5, 20]], **SETTING, components=4)
    alone = [pixels(images)[:, order[[5, 20]]] for images in (digits.train_images, digits.test_images)]
    np.testing.assert_array_equal(found.network, probe(digits, *alone, **SETTING))
    still = [pixels(images)[:, [5, 20]] for images in (digits.train_images, digits.test_images)]
    assert np.any(found.network != probe(digits, *still, **SETTING))


def test_components_are_of_the_training_images(digits):
    """By the singular values of the centred images, an independent route; whitening does not matter here."""
    found = permuted_probes(digits, pixels, **SETTING, components=6)
    train, test = views(digits)
    directions = np.linalg.svd(train - train.mean(0), full_matrices=False)[2][:6].T
    rotated = [(each - train.mean(0)) @ directions for each in (train, test)]
    np.testing.assert_allclose(found.components[0], probe(digits, *rotated, **SETTING), atol=0.01)


def test_tasks_must_share_the_classes(digits):
    odd = replace(digits, name="odd")
    with pytest.raises(ValueError, match=r"^T must divide the 10 classes of odd; got 3$"):
        probe(odd, *views(odd), T=3, per_class=2, seed=1)
