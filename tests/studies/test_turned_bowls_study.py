"""Brackets at random places against a formula, a wrong one is seen, draws stay within what is told."""

import numpy as np
import torch

from manytasks.studies.dynamics.turned_bowls import placed_brackets


def hessian(a, k, module):
    c, s = module.cos(a), module.sin(a)
    return [[k * c * c + s * s, (k - 1) * c * s], [(k - 1) * c * s, k * s * s + c * c]]


def first(t, a, k, d):
    return (k * (t[0] + d / 2) ** 2 + t[1] ** 2) / 2


def second(t, a, k, d):
    (xx, xy), (_, yy) = hessian(a, k, torch)
    x, y = t[0] - d / 2, t[1]
    return (xx * x**2 + 2 * xy * x * y + yy * y**2) / 2


def exact(x, y, a, k, d):
    A, B = np.diag([k, 1.0]), np.array(hessian(a, k, np))
    return B @ A @ [x + d / 2, y] - A @ B @ [x - d / 2, y]


def test_brackets_of_bowls_are_those_of_their_matrices():
    found = placed_brackets([first, second], 7, seed=2)
    assert found.off(exact) < 1e-12
    assert found.off(lambda *drawn: -exact(*drawn)) > 0.1
    swapped = placed_brackets([second, first], 7, seed=2)
    np.testing.assert_allclose(swapped.found, -found.found)


def test_the_largest_difference_counts():
    found = placed_brackets([first, second], 4, seed=3)

    def off_once(x, *rest):
        return exact(x, *rest) + np.array([0.0, 0.5]) * (x == found.places[2, 0])

    np.testing.assert_allclose(found.off(off_once), 0.5)


def test_places_and_bowls_are_random_and_within_their_ranges():
    found = placed_brackets([first, second], 50, seed=4)
    assert np.abs(found.places).max() <= 2
    assert (found.bowls >= [0, 1, 0]).all()
    assert (found.bowls <= [1.5, 8, 2]).all()
    assert (len(np.unique(found.bowls)), len(np.unique(found.places))) == (150, 100)
