"""Far out a rational expression is a power times its leading coefficient."""

import pytest
import sympy as sp

from manytasks.symbolic import leading_coefficient

n, p, s = sp.symbols("n p s", positive=True)


@pytest.mark.parametrize(
    ("expression", "power"),
    [
        (1 / (p - n) - 1 / p, -2),
        ((3 * p**3 + p) / (s * p + 1), 2),
        (s * n / (p + 1) - s / p, -1),
        ((p + n) / (p - n), 0),
        (sp.diff(n * (1 - n / p) + n / (p - n - 1), p), -2),
    ],
)
def test_it_is_the_limit_of_the_expression_over_the_power(expression, power):
    found = leading_coefficient(expression, p, power)
    assert sp.simplify(found - sp.limit(expression / p**power, p, sp.oo)) == 0
    assert p not in found.free_symbols


def test_another_power_is_refused():
    with pytest.raises(ValueError, match=r"the expression grows like p\*\*-1, not like p\*\*-2"):
        leading_coefficient(n / p, p, -2)
