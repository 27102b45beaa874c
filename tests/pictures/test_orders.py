"""Two steps of gradient descent in both orders: their gap is the package's Lie bracket, and it is seen."""

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from manytasks import flow
from manytasks.pictures.orders import FILLED, STIFF, orders
from manytasks.streams import stream

PICTURE = orders()


def settings():
    rng = stream(1, "places")
    for _ in range(8):
        setting = {each.name: each.stops[rng.integers(len(each.stops))] for each in PICTURE.controls}
        for handle in PICTURE.handles:
            setting |= {f"{handle.name}_{axis}": rng.uniform(-1.5, 1.5) for axis in "xy"}
        yield setting


def losses(setting):
    a = np.deg2rad(setting["angle"])
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    curved = np.diag([STIFF, 1.0])
    for A, name in ((curved, "c1"), (turn @ curved @ turn.T, "c2")):
        A = torch.tensor(A)
        centre = torch.tensor([setting[f"{name}_x"], setting[f"{name}_y"]], dtype=torch.float64)
        yield lambda t, A=A, c=centre: (t - c) @ A @ (t - c) / 2


def descend(loss, at, h):
    at = at.clone().requires_grad_()
    return (at - h * torch.autograd.grad(loss(at), at)[0]).detach()


@pytest.mark.parametrize("setting", [*settings()], ids=str)
def test_steps_and_bracket_are_those_of_the_package(setting):
    seen, (one, two) = PICTURE.at(**setting), losses(setting)
    start, h = torch.tensor([setting["s_x"], setting["s_y"]], dtype=torch.float64), setting["h"]
    ends = [descend(b, descend(a, start, h), h).numpy() for a, b in ((one, two), (two, one))]
    bracket = flow.lie_bracket(one, two, start).numpy()
    for name, exact in (("one_two", ends[0]), ("two_one", ends[1]), ("bracket", bracket)):
        assert [seen[f"{name}_x"], seen[f"{name}_y"]] == pytest.approx(exact, abs=1e-10)
    assert [seen["gap_x"], seen["gap_y"]] == pytest.approx(h**2 * bracket, abs=1e-10)
    assert seen["gap"] == pytest.approx(h**2 * seen["bracket"], abs=1e-10)


def test_numbers_known_beforehand():
    seen = PICTURE.at(h=0.15)
    assert [round(seen[key], 4) for key in ("bracket_x", "bracket_y", "bracket")] == [3.9604, 4.3332, 5.8704]
    assert round(seen["gap"], 4) == 0.1321
    assert round(PICTURE.at(h=0.3)["gap"], 4) == 0.5283


def test_the_same_valley_twice_leaves_no_gap():
    assert PICTURE.at(**PICTURE.recipes[0].setting)["gap"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("setting", [{}, *settings()], ids=str)
def test_the_parallelogram_fills_its_picture(setting):
    drawn = BeautifulSoup(PICTURE.still(**setting)[1], "html.parser")
    arrows = drawn.select("line.arrow")
    assert len(arrows) == 4
    x, y = ([float(arrow[f"{axis}{k}"]) for arrow in arrows for k in (1, 2)] for axis in "xy")
    share = (max(x) - min(x)) / FILLED[0], (max(y) - min(y)) / FILLED[1]
    assert max(share) == pytest.approx(1, abs=0.01)
