"""Draws are compared with a formula at the level of the record, and what would be noticed is noticed."""

import numpy as np
import pytest

from manytasks.evidence import agree, level, recording
from manytasks.statistics import critical_z, z_scores

CHECK = ("A.T1", "simulation")
MEANS = np.array([1.0, 10.0])


@pytest.fixture(autouse=True)
def a_page_of_its_own(monkeypatch):
    monkeypatch.setattr(recording, "_recorded", {})


def drawn(factor=1.0, trials=4000):
    """Squares of normal numbers, of known means: they lean to one side."""
    rng = np.random.default_rng(1)
    return factor * MEANS * rng.standard_normal((trials, 2)) ** 2


def test_the_record_is_that_of_its_parts(capsys):
    found = agree(*CHECK, drawn(), MEANS)
    assert found.level == level(*CHECK)
    assert found.critical == critical_z(2, found.level, draws=4000)
    assert found.largest == np.abs(z_scores(drawn(), MEANS, skewed=True)).max()
    assert found.means == 2
    said = capsys.readouterr().out
    assert said.startswith("A.T1, simulation: holds (largest |z|: ")
    assert "n = 2 errors × 4,000 data sets" in said


def test_an_error_of_the_size_that_is_said_to_be_noticed_fails(capsys):
    """Said: 12 %, with probability 0.9 in each of two numbers; a fifth is beyond."""
    agree(*CHECK, drawn(1.2), MEANS)
    assert capsys.readouterr().out.startswith("A.T1, simulation: fails (largest |z|: ")


def test_what_a_departure_is_relative_to_can_be_said(capsys):
    agree(*CHECK, drawn() - MEANS, 0.0, sizes=MEANS, what="differences", over="draws, 2 laws")
    said = capsys.readouterr().out
    assert "n = 2 differences × 4,000 draws, 2 laws" in said
    assert "would notice differences wrong by 12%" in said
