"""Two samples and two or three weights: the picture draws the package's fit."""

import math

import numpy as np
import pytest

from manytasks.pictures import crossing
from manytasks.simulate.direct import fit_by_qr
from manytasks.theory.fit import noise_factor

PICTURE = crossing()


def package_fit(angle, sigma, third):
    phi = math.radians(angle)
    X = np.array([[1, math.cos(phi)], [0, math.sin(phi)], [0, third]])
    return fit_by_qr(X[None], np.array([[0.0, sigma]]))[0]


@pytest.mark.parametrize("angle", PICTURE.controls[0].stops[::9])
@pytest.mark.parametrize("third", [0, 0.3, 1])
def test_the_nearest_model_is_the_minimum_norm_fit(angle, third):
    seen = PICTURE.at(angle=angle, sigma=0.3, third=third)
    w = package_fit(angle, 0.3, third)
    assert [seen["w1"], seen["w2"], seen["w3"]] == pytest.approx(w, abs=1e-12)
    assert seen["distance"] == pytest.approx(np.linalg.norm(w))
    assert seen["two"] == pytest.approx(np.linalg.norm(package_fit(angle, 0.3, 0.0)))


@pytest.mark.parametrize(
    ("setting", "distance"),
    [((60, 0), 0.3464), ((20, 0), 0.8771), ((5, 0), 3.4421), ((5, 0.3), 0.9603), ((5, 1), 0.2989)],
)
def test_distances_known_beforehand(setting, distance):
    seen = PICTURE.at(angle=setting[0], sigma=0.3, third=setting[1])
    assert round(seen["distance"], 4) == distance


def test_the_average_that_the_fold_tells_falls_with_every_weight_beyond_three():
    assert np.isinf(noise_factor(2, np.array([2, 3]))).all()
    assert noise_factor(2, np.array([4, 5, 6, 20])).round(2).tolist() == [2, 1, 0.67, 0.12]
    assert "∞, ∞, 2, 1, 0.667, 0.118 times σ²" in PICTURE.fold
