"""Checks of a page: silent when met; otherwise words, number and limit, with optimisation on as well."""

import subprocess
import sys

import numpy as np
import pytest
from messages import whole

from manytasks import checks


def test_what_is_met_says_nothing():
    checks.require(np.bool_(True), "never shown")
    checks.close("infinite ones", [np.inf, 1.0], [np.inf, 1.0 + 1e-12])
    checks.close("around zero", 1e-15, 0.0, atol=1e-12)
    checks.below("the number", 1.0, 2.0)


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: checks.require([], "nothing was found"), "nothing was found"),
        (
            lambda: checks.close("both routes", [[1.0, 2.0], [3.0, 4.5]], [[1.0, 2.0], [3.0, 4.0]]),
            "both routes: got 4.5 instead of 4 at (1, 1); they differ by 0.5, allowed are 4e-09",
        ),
        (
            lambda: checks.close("both routes", [5.0, np.nan], 1.0, rtol=0.5),
            "both routes: got nan instead of 1 at (1,); they differ by nan, allowed are 0.5",
        ),
        (
            lambda: checks.close("both routes", np.inf, -np.inf),
            "both routes: got inf instead of -inf; they differ by inf, allowed are inf",
        ),
        (lambda: checks.below("largest gap", 2.0, 1.0), "largest gap: 2, which should be below 1"),
        (lambda: checks.below("largest gap", np.nan, 1.0), "largest gap: nan, which should be below 1"),
    ],
)
def test_what_is_not_met_says_what_and_by_how_much(check, message):
    with pytest.raises(checks.CheckFailed, match=whole(message)):
        check()


def test_optimisation_turns_no_check_off():
    done = subprocess.run(
        [sys.executable, "-O", "-c", "from manytasks import checks; checks.require(False, 'seen')"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr.strip().endswith("CheckFailed: seen")


@pytest.mark.parametrize("condition", [float("nan"), np.float64("nan"), 0, None, "", np.False_, []])
def test_what_is_not_true_meets_no_condition(condition):
    with pytest.raises(checks.CheckFailed, match=whole("no")):
        checks.require(condition, "no")


@pytest.mark.parametrize("condition", [np.array([True, False]), np.ones((2, 2), bool)])
def test_several_truth_values_are_no_condition(condition):
    message = "the slopes: which of several truth values counts is for the page to say"
    with pytest.raises(ValueError, match=whole(message)):
        checks.require(condition, "the slopes")


@pytest.mark.parametrize(("rtol", "atol"), [(-1, 0), (np.inf, 0), (0, np.nan), (0, -1e-9)])
def test_a_tolerance_is_a_finite_number(rtol, atol):
    message = f"rtol and atol must be finite and at least 0; got {rtol} and {atol}"
    with pytest.raises(ValueError, match=whole(message)):
        checks.close("x", 1.0, 2.0, rtol=rtol, atol=atol)
