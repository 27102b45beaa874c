"""Linear theory on real tasks: what its sweeps compute, on problems whose answer is known."""

import numpy as np
import pytest
import shared_data
from messages import whole

from manytasks.deep.data.cifar100 import names
from manytasks.deep.sweeps import ridge_equivalent, schools
from manytasks.deep.sweeps.ridge_equivalent import deal, one_vs_rest, predictions, ridge_path
from manytasks.deep.sweeps.schools import INPUTS, SchoolFits, moments, pupils, shares, squared_error
from manytasks.simulate.ridge import ridge_fit


@pytest.mark.parametrize("N", [5, 8, 20])
@pytest.mark.parametrize("ridge", [0.0, 0.1, 10.0])
def test_a_path_of_ridges_is_every_ridge_alone(N, ridge):
    rng = np.random.default_rng(N)
    A, y = rng.standard_normal((N, 8)), rng.standard_normal(N)
    got = ridge_path(A, y, (0.5, ridge))[:, 1]
    np.testing.assert_allclose(got, ridge_fit(A.T[None], y[None], ridge)[0], rtol=1e-7)


def test_an_image_that_is_there_twice_leaves_the_minimum_norm_fit_finite():
    A = np.random.default_rng(1).standard_normal((4, 8))
    twice = ridge_path(A[[0, 1, 2, 3, 3]], np.array([1.0, 2, 3, 4, 4]), (0.0,))
    np.testing.assert_allclose(twice, ridge_path(A, np.array([1.0, 2, 3, 4]), (0.0,)), rtol=1e-8)


def test_relatives_share_a_superclass_and_a_mixed_deal_has_ten():
    superclasses = names()[1]
    for seed in range(10):
        relatives, mixed = deal("superclass", 3, seed), deal("mixed", 3, seed)
        assert len(set(relatives)) == len(set(mixed)) == 10
        assert np.bincount(superclasses[relatives]).tolist().count(5) == 2
        assert len(set(superclasses[relatives[:3]])) == 1
        assert len(set(superclasses[mixed])) == 10
    with pytest.raises(ValueError, match=whole("tasks of one superclass must be at most 5; got 6")):
        deal("superclass", 6, 1)


def test_targets_have_mean_0_and_variance_1_over_ten_equal_classes():
    labels = np.repeat(np.arange(10), 7)
    targets = one_vs_rest(labels, np.array([2, 5]))
    np.testing.assert_allclose([targets.mean(0), targets.var(0)], [[0, 0], [1, 1]], atol=1e-12)


def test_theory_is_told_nothing_of_the_test_images_and_knows_what_it_is_told(monkeypatch):
    """Without samples the prediction is the variance of the targets: floor and signal are all there is."""
    monkeypatch.setenv("MANYTASKS_DATA", str(shared_data.folder("cifar100/features.npz")))
    ridge_equivalent.components.cache_clear()
    images = ridge_equivalent.draw_images(ridge_equivalent.BOOK | {"grouping": "mixed"}, 1)
    assert images.train.shape == (5000, 256)
    assert images.test.shape == (1000, 256)
    np.testing.assert_allclose(np.cov(images.train.T, bias=True), np.diag(images.eigenvalues), atol=1e-9)
    none = predictions(images, 1, 1e12)
    np.testing.assert_allclose(none, 1, atol=0.05)


def gaussian_schools(seed, T=300, n=12, spread=0.5, noise=0.3):
    """Schools whose inputs are Gaussian and whose spread and noise are known."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(T), n)
    w = 1.0 + rng.standard_normal((T, INPUTS)) * np.sqrt(spread / INPUTS)
    x = rng.standard_normal((T * n, INPUTS)) @ np.triu(np.ones((INPUTS, INPUTS)))
    z = x @ np.linalg.inv(np.triu(np.ones((INPUTS, INPUTS))))
    y = (z * w[school]).sum(1) + np.sqrt(noise) * rng.standard_normal(T * n)
    return x, y, school, w


@pytest.mark.statistical
def test_noise_and_spread_are_found_in_any_coordinates():
    """20 problems of 300 schools; Student's t at 1e-3 for both numbers. A spread wrong by 10 % is noticed."""
    found = np.array([moments(*gaussian_schools(seed)[:3])[1:] for seed in range(20)])
    t = (found.mean(0) - [0.3, 0.5]) / (found.std(0, ddof=1) / np.sqrt(20))
    assert np.abs(t).max() < 4.2
    assert 0.05 / (found[:, 1].std(ddof=1) / np.sqrt(20)) > 6


def test_fits_reach_from_every_schools_own_to_the_common_one():
    x, y, school, _ = gaussian_schools(1, T=5)
    z = x @ moments(x, y, school).whitening
    fits = SchoolFits(z, y, school)
    common = np.linalg.lstsq(z, y, rcond=None)[0]
    np.testing.assert_allclose(fits.towards(fits.common, 1e12), np.tile(common, (5, 1)), rtol=1e-6)
    own = np.linalg.lstsq(z[school == 3], y[school == 3], rcond=None)[0]
    np.testing.assert_allclose(fits.towards(fits.common, 1e-9)[3], own, rtol=1e-6)
    direct = ridge_fit(z[school == 2].T[None], y[None, school == 2], 7.0)[0]
    np.testing.assert_allclose(fits.towards(np.zeros(INPUTS), 7.0)[2], direct, rtol=1e-9)


def test_the_ridge_that_theory_likes_best_is_the_minimum_of_its_curve():
    ridges = np.geomspace(0.1, 100, 400)
    curve = [np.dot(shares(INPUTS, 12, float(ridge)), (0.5, 0.3)) for ridge in ridges]
    assert ridges[np.argmin(curve)] == pytest.approx(INPUTS * 0.3 / 0.5, rel=0.02)


def test_on_gaussian_schools_the_ridge_it_likes_best_is_nearly_the_best():
    x, y, school, w = gaussian_schools(2)
    told = moments(x, y, school)
    z = x @ told.whitening
    fits, truth = SchoolFits(z, y, school), w @ np.linalg.cholesky(np.eye(INPUTS))
    fresh = np.random.default_rng(3).standard_normal((200, INPUTS)) @ np.triu(np.ones((INPUTS, INPUTS)))
    plain = fresh @ np.linalg.inv(np.triu(np.ones((INPUTS, INPUTS))))

    def risk(ridge):
        outputs = (fresh @ told.whitening) @ fits.towards(fits.common, ridge).T
        return np.square(outputs - plain @ truth.T).mean()

    best = min(map(risk, np.geomspace(0.1, 300, 60)))
    assert risk(told.best_ridge) < 1.02 * best
    assert risk(10 * told.best_ridge) > 1.05 * best


@pytest.mark.parametrize("name", ["exam", "hsb82"])
def test_pupils_have_six_inputs_and_standard_targets(name, monkeypatch):
    monkeypatch.setenv("MANYTASKS_DATA", str(shared_data.folder("schools/exam.csv")))
    x, y, school = pupils(name)
    assert x.shape == (len(y), INPUTS)
    assert (x[:, 0] == 1).all()
    assert np.linalg.matrix_rank(x) == INPUTS
    assert y.mean() == pytest.approx(0, abs=1e-12)
    assert sorted(set(school)) == list(range({"exam": 65, "hsb82": 160}[name]))


def test_a_third_of_each_school_is_held_out_and_the_common_fit_is_least_squares(monkeypatch):
    monkeypatch.setenv("MANYTASKS_DATA", str(shared_data.folder("schools/exam.csv")))
    cell = schools.RIDGE_BOOK | {"dataset": "exam", "seeds": (0,), "ridges": (1e-6, 1e9)}
    none, much = schools.measure_ridge(cell, None)
    x, y, school = pupils("exam")
    variance = squared_error(np.zeros((65, INPUTS)), x, y, school)
    assert none["pooled_loss"] == pytest.approx(much["shared_loss"], rel=1e-6)
    assert much["school_loss"] == pytest.approx(variance, rel=0.1)
    assert none["pooled_loss"] < 0.8 * variance
