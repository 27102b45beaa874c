"""The picture of training length shows the package's numbers, and what its caption promises."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.pictures import training

PICTURE = training()
STOPS = PICTURE.controls[0].stops


@pytest.mark.parametrize("t", STOPS[::7])
def test_numbers_are_those_of_the_package(t):
    pair, found = Tasks.equiangular(2, 0.5), PICTURE.at(t=t)
    assert found["error"] == pytest.approx(theory.training_error(pair, 20, 40, 0.25, t).mean(), rel=1e-12)
    path = theory.training_path(pair, 20, 100, 0.1, [float("inf"), t])
    assert found["forgetting"] == pytest.approx(path[1, 0] - path[0, 0], rel=1e-9)


def test_the_peak_grows_and_forgetting_dips():
    errors = [PICTURE.at(t=t)["error"] for t in STOPS if t >= 2]
    assert np.all(np.diff(errors) > 0)
    lost = [PICTURE.at(t=t)["forgetting"] for t in STOPS]
    assert min(lost) < -0.02
    assert lost[0] < 0 < lost[-1]


@pytest.mark.parametrize("recipe", PICTURE.recipes, ids=lambda recipe: recipe.words)
def test_recipes_stand_at_stops(recipe):
    assert recipe.setting["t"] in STOPS
