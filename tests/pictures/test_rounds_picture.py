"""The picture of rounds shows the package's numbers, and what its caption promises."""

import numpy as np
import pytest

from manytasks import Tasks, theory
from manytasks.pictures import rounds

PICTURE = rounds()
STOPS = PICTURE.controls[0].stops


@pytest.mark.parametrize("r", STOPS[::6])
def test_numbers_are_those_of_the_package(r):
    exact = theory.rehearsal_rounds(Tasks.equiangular(2, 0.5), 20, 10, 32, 0.25, r).mean()
    assert PICTURE.at(r=r)["near"] == pytest.approx(exact, rel=1e-12)


def test_the_error_climbs_to_that_of_fitting_together_sooner_in_the_larger_model():
    near, far = ([PICTURE.at(r=r)[place] for r in STOPS] for place in ("near", "far"))
    assert np.all(np.diff(near) > 0)
    joint = theory.rehearsal_rounds(Tasks.equiangular(2, 0.5), 20, 10, 32, 0.25, np.inf).mean()
    assert near[-1] < joint
    half = [
        values.index(next(v for v in values if v > (values[0] + values[-1]) / 2)) for values in (near, far)
    ]
    assert half[0] > half[1]


@pytest.mark.parametrize("recipe", PICTURE.recipes, ids=lambda recipe: recipe.words)
def test_recipes_stand_at_stops(recipe):
    assert recipe.setting["r"] in STOPS
