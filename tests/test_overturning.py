"""What would overturn a verdict: the check nearest to its limit, in a sentence."""

from dataclasses import replace

import pytest

from manytasks.evidence import Evidence, verdicts, what_overturns

FAR = Evidence("A.T1", "far", "largest |z|", 1.0, "<", 4.0, "9", "holds")
NEAR = replace(FAR, check="near", value=-0.03, low=-0.05, high=-0.01, limit=0.0, statistic="gain")


def said(*rows):
    return what_overturns(rows, verdicts(rows)["A.T1"])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([FAR], "Overturned if its check, far, found largest |z| ≥ 4; it found 1."),
        (
            [FAR, NEAR],
            "Overturned if the nearest of its 2 checks, near, found gain ≥ 0; "
            "it found −0.03 (−0.05 to −0.01).",
        ),
        (
            [FAR, replace(NEAR, verdict="fails", sign=">")],
            "Overturned if its failing check, near, found gain > 0; it found −0.03 (−0.05 to −0.01).",
        ),
        (
            [replace(FAR, verdict="fails", value=9), replace(NEAR, verdict="fails", sign=">")],
            "Overturned if the nearest of its 2 failing checks, near, found gain > 0, and the other 1 "
            "likewise; it found −0.03 (−0.05 to −0.01).",
        ),
        (
            [FAR, replace(NEAR, verdict="open", high=0.02)],
            "Decided if its open check, near, found gain on one side of 0 with its whole interval; "
            "it found −0.03 (−0.05 to 0.02).",
        ),
        (
            [replace(FAR, verdict="open", statistic="peaks", sign=">=", value=0, limit=1)],
            "Decided if its open check, far, found peaks ≥ 1; it found 0.",
        ),
        (
            [replace(NEAR, verdict="holds when p > N"), replace(NEAR, check="b", low=-0.031, high=-0.029)],
            "Overturned if the nearest of its 2 checks, near, found gain ≥ 0; "
            "it found −0.03 (−0.05 to −0.01).",
        ),
        (
            [replace(NEAR, sign="<>", margin=0.05, limit=0.1)],
            "Overturned if its check, near, found gain within 0.05 of 0.1; it found −0.03 (−0.05 to −0.01).",
        ),
        (
            [replace(FAR, check="exact", sign="==", value=0, limit=0), FAR],
            "Overturned if the nearest of its 2 checks, far, found largest |z| ≥ 4; it found 1.",
        ),
        (
            [replace(FAR, sign="==", value=0, limit=0)],
            "Overturned if its check, far, found largest |z| ≠ 0; it found 0.",
        ),
    ],
)
def test_the_nearest_check_is_named_with_what_it_would_have_to_find(rows, sentence):
    assert said(*rows) == sentence
