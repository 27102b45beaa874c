"""Cells of one fit for all tasks, images of the chapter, its tasks and spectra."""

import numpy as np
import pandas as pd
import pytest

from manytasks.studies.features import image_populations
from manytasks.studies.features.image_populations import chapter_images, relu_populations
from manytasks.studies.features.image_tasks import glyph_images
from manytasks.studies.features.real_features import RidgeChoice
from manytasks.studies.features.spectra import two_tasks_and_spectra
from manytasks.studies.features.together_cells import mean_cells, typical_together


@pytest.fixture
def table():
    cells = [
        (g, N, r, s) for g in ("mixed", "superclass") for N in (30, 240) for r in (0.0, 5.0) for s in (0, 1)
    ]
    rows = pd.DataFrame(cells, columns=["grouping", "samples", "ridge", "seed"])
    rows["together_predicted"] = 1.0 + rows.ridge
    rows["together_loss"] = rows.together_predicted * (1 + 0.1 * (rows.samples == 240) + 0.2 * rows.seed)
    return rows


def test_cells_are_means_over_seeds_and_gaps_of_means(table):
    cells = mean_cells(table).set_index(["grouping", "samples", "ridge"])
    assert len(cells) == 8
    np.testing.assert_allclose(cells.loc["mixed", 240, 5.0], [6.0, 7.2, 0.2])
    np.testing.assert_allclose(cells.gap.xs(30, level="samples"), 0.1)
    uneven = table.assign(
        together_predicted=np.where(table.seed == 0, 1.0, 3.0), together_loss=table.seed + 1.0
    )
    np.testing.assert_allclose(mean_cells(uneven).gap, 1.5 / 2 - 1)  # of means, not a mean of gaps


def test_typical_errors_leave_out_fits_without_ridge_beside_the_threshold(table):
    np.testing.assert_allclose(typical_together(table, []), [0.05, 0.25])
    table.loc[(table.samples == 240) & (table.ridge == 0), "together_loss"] = 100
    np.testing.assert_allclose(typical_together(table, [240]), [0, 0.2])
    assert typical_together(table, []).tolist() != typical_together(table, [240]).tolist()


def test_images_of_the_chapter_are_in_their_layers(monkeypatch):
    monkeypatch.setattr(  # the layer learns from 100 images of each character, which take seconds to render
        image_populations, "glyph_images", lambda count, *characters: glyph_images(3, *characters)
    )
    data = chapter_images(3, seed=1, steps=2)
    assert len(data.exact) == 6
    assert list(data.with_ridge) == ["digits, raw pixels", "glyphs, trained network"]
    alone = relu_populations(data.glyphs, "glyphs", 256, seed=1)["glyphs, ReLU, permuted pixels"]
    np.testing.assert_array_equal(data.exact["glyphs, ReLU, permuted pixels"].eigenvalues, alone.eigenvalues)
    raw = data.with_ridge["digits, raw pixels"]
    assert len(raw.eigenvalues) == 61  # three of 64 pixels are black in all images
    np.testing.assert_array_equal(raw.targets, data.exact["digits, ReLU features"].targets)
    assert len(data.with_ridge["glyphs, trained network"].targets) == len(data.glyphs.rows)


def test_tasks_have_one_length_and_spectra_fall_as_they_are_called():
    vectors, spectra = two_tasks_and_spectra(4000, seed=1)
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=0.06)
    assert vectors[0] @ vectors[1] / lengths.prod() == pytest.approx(0.7, abs=0.06)
    for name, power in (("flat", 0), ("$s_k = 1/k$", 1), ("$s_k = 1/k^2$", 2)):
        np.testing.assert_allclose(spectra[name][:4], np.array([1.0, 2, 3, 4]) ** -power)


def test_the_best_ridge_has_the_smallest_mean():
    errors = np.array([[3.0, 1.0, 2.0], [0.0, 1.5, 9.0]])
    assert RidgeChoice(np.ones(1), 1.0, errors, np.ones(3), 0.0).best == 1
