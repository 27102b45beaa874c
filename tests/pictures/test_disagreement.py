"""What scatters the labels is the spread of the package's tasks, and its price is the package's."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.pictures.disagreement import EACH, WEIGHTS, disagreement
from manytasks.theory.fit import noise_factor

PICTURE = disagreement()


def arrows(degrees):
    angles = np.deg2rad(degrees) * (np.arange(5) / 4 - 0.5)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.mark.parametrize(
    ("fan", "V", "price"), [(0, 0, 1.0), (40, 0.0595, 1.655), (90, 0.2734, 4.010), (180, 0.7669, 9.443)]
)
def test_numbers_known_beforehand(fan, V, price):
    seen = PICTURE.at(fan=fan, sigma=0.3)
    assert seen["V"] == pytest.approx(V, abs=6e-5)
    assert seen["price"] == pytest.approx(price, abs=6e-4)


@pytest.mark.parametrize("fan", [0, 35, 110, 240])
@pytest.mark.parametrize("sigma", [0, 0.3, 1])
def test_spread_and_price_are_those_of_the_package(fan, sigma):
    w, seen = arrows(fan), PICTURE.at(fan=fan, sigma=sigma)
    noise = theory.effective_noise(Tasks.from_vectors(w), EACH, WEIGHTS, sigma**2)
    assert seen["price"] == pytest.approx(float(noise_factor(100, WEIGHTS) * noise), abs=1e-12)
    # Around what the mean predicts a label varies by x · (w - mean) + noise, x of variance 1.
    V = np.square(w - w.mean(axis=0)).sum(axis=1).mean()
    assert seen["V"] == pytest.approx(V, abs=1e-12)
    assert seen["scatter"] == pytest.approx(np.sqrt(sigma**2 + V), abs=1e-9)


@pytest.mark.parametrize("fan", [0, 90, 200])
def test_noise_instead_of_disagreement_costs_the_same(fan):
    one, other = (PICTURE.at(fan=fan, alike=switch) for switch in (0, 1))
    assert other["price"] == pytest.approx(one["price"], rel=1e-12)
    assert (other["scatter"] < one["scatter"]) == (fan > 0)
