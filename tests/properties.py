"""Mathematical properties as named asserts."""

import numpy as np
import sympy as sp

from manytasks import Tasks

RTOL = 1e-12


def assert_same(actual, expected, scale=1.0):
    """Equal up to rounding, infinities and nans in the same places."""
    np.testing.assert_allclose(actual, expected, rtol=RTOL, atol=RTOL * scale)


def assert_permutation_equivariant(function, tasks, samples, p, noise_var):
    """Renaming the tasks renames the results and changes nothing else."""
    order = np.roll(np.arange(tasks.T), 1)
    renamed = Tasks(tasks.gram[np.ix_(order, order)])
    expected = np.asarray(function(tasks, samples, p, noise_var))[..., order]
    assert_same(function(renamed, np.asarray(samples)[order], p, noise_var), expected, 1 + tasks.gram.max())


def assert_scales_quadratically(function, tasks, samples, p, noise_var, factor):
    """All lengths times c, label noise included: every error times c²."""
    longer = Tasks(tasks.gram * factor**2)
    expected = factor**2 * np.asarray(function(tasks, samples, p, noise_var))
    scaled = function(longer, samples, p, noise_var * factor**2)
    assert_same(scaled, expected, factor**2 * (1 + tasks.gram.max()))


def assert_linear(function, first, second, samples, p, noise_vars, weights):
    """A weighted sum of two Gram matrices and variances has that weighted sum of results."""
    (a, b), (s, t) = weights, noise_vars
    mixed = function(Tasks(a * first.gram + b * second.gram), samples, p, a * s + b * t)
    with np.errstate(invalid="ignore"):
        expected = a * np.asarray(function(first, samples, p, s)) + b * np.asarray(
            function(second, samples, p, t)
        )
    assert_same(mixed, expected, 1 + first.gram.max() + second.gram.max())


def assert_symbolically_equal(actual, expected):
    """The same expression, proved: the difference simplifies to zero."""
    difference = sp.simplify(sp.sympify(actual) - sp.sympify(expected))
    assert difference == 0, f"the expressions differ by {difference}"


def assert_poles_only_at(expression, variable, allowed):
    """As a rational function of ``variable`` the expression is continuous away from ``allowed``."""
    denominator = sp.fraction(sp.cancel(sp.together(expression)))[1]
    poles = set(sp.roots(denominator, variable))
    assert sum(sp.roots(denominator, variable).values()) == sp.degree(denominator, variable)
    assert poles <= {sp.expand(pole) for pole in allowed}, f"poles at {poles}"
