"""Errors before and after the second task are those of the package's replay theorem."""

import pytest

from manytasks import Tasks, theory
from manytasks.pictures.forgetting import KEPT, NARROW, NEW, NOISE2, forgetting

PICTURE = forgetting()


@pytest.mark.parametrize(
    ("cosine", "buffer", "narrow", "wide"),
    [
        (0, 0, 0.462, 0.036),
        (0, 1, 0.675, 0.037),
        (0.5, 0, 0.129, 0.003),
        (0.5, 1, 0.223, 0.003),
        (1, 0, -0.205, -0.031),
        (1, 1, -0.230, -0.031),
    ],
)
def test_numbers_known_beforehand(cosine, buffer, narrow, wide):
    seen = PICTURE.at(cosine=cosine, buffer=buffer, wide=300)
    assert seen["narrow_F"] == pytest.approx(narrow, abs=6e-4)
    assert seen["wide_F"] == pytest.approx(wide, abs=6e-4)


@pytest.mark.parametrize("cosine", [-0.5, 0.2, 1])
@pytest.mark.parametrize("buffer", [0, 1])
@pytest.mark.parametrize("wide", [40, 170, 400])
def test_errors_are_those_of_the_package(cosine, buffer, wide):
    seen, m = PICTURE.at(cosine=cosine, buffer=buffer, wide=wide), KEPT * buffer
    for name, p in (("narrow", NARROW), ("wide", wide)):
        exact = theory.replay_error(Tasks.equiangular(2, cosine), NEW, m, p, NOISE2)
        assert seen[f"{name}_before"] == pytest.approx(exact[0, 0])
        assert seen[f"{name}_after"] == pytest.approx(exact[1, 0])
        assert seen[f"{name}_F"] == pytest.approx(float(theory.forgetting(exact)))
        assert seen[f"{name}_share"] == pytest.approx(NEW / (p - m))


def test_every_bar_ends_inside_its_picture():
    worst = PICTURE.at(cosine=-0.5, buffer=1, wide=40)
    assert max(worst["narrow_after"], worst["wide_after"]) < 2
