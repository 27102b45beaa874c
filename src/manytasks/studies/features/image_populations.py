"""The data sets of one chapter as populations: random layers, wrong labels, pixels out of order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from manytasks.streams import Seed
from manytasks.studies.features.image_tasks import (
    ASKED,
    Images,
    digit_images,
    glyph_images,
    one_vs_rest,
    permuted_views,
    random_relu,
)
from manytasks.studies.features.populations import Population, population_of
from manytasks.studies.features.trained_layer import STEPS, trained_layer

OTHERS = "KLMNPRTUVW"  # ten characters that no task asks for
WRONG = 0.2  # share of wrong labels


def relu_populations(images: Images, name: str, width: int, *, seed: Seed) -> dict[str, Population]:
    """Pass images through a frozen random layer, in three variants.

    Args:
        images: rows and labels.
        name: of the data.
        width: of the layer.
        seed: of the run.

    Returns:
        By name: clean labels, 20 % wrong labels, and for each task half of the pixels in an order of its own.

    Example:
        >>> toy = Images(np.eye(40)[:, :12], np.arange(40) % 10)
        >>> list(relu_populations(toy, "toy", 4, seed=1))
        ['toy, ReLU features', 'toy, ReLU, 20 % wrong labels', 'toy, ReLU, permuted pixels']
    """
    clean, noisy = (one_vs_rest(images.labels, share, name, seed=seed) for share in (0.0, WRONG))
    views = [
        random_relu(view, width, seed=seed) for view in permuted_views(images.rows, len(ASKED), seed=seed)
    ]
    return {
        f"{name}, ReLU features": population_of(views[:1], clean),
        f"{name}, ReLU, {100 * WRONG:.0f} % wrong labels": population_of(views[:1], noisy),
        f"{name}, ReLU, permuted pixels": population_of(views, clean),
    }


def trained_population(
    images: Images, targets: np.ndarray, width: int, *, seed: Seed, steps: int = STEPS
) -> Population:
    """Pass glyphs through the first layer of a network that has learned ten other characters.

    Args:
        images: glyphs.
        targets: (M, T) answers.
        width: hidden units.
        seed: of the run.
        steps: of training.

    Returns:
        The population.
    """
    layer = trained_layer(glyph_images(100, OTHERS), width, seed=seed, steps=steps)
    return population_of([np.maximum(images.rows @ layer, 0).astype(float)], targets)


class ChapterImages(NamedTuple):
    """All data of the chapter on real features."""

    digits: Images
    glyphs: Images
    exact: dict[str, Population]
    """Random layers: the theory is tried on them with and without ridge."""
    with_ridge: dict[str, Population]
    """Directions that few images show: with ridge only."""


def chapter_images(per_character: int, *, seed: Seed, steps: int = STEPS) -> ChapterImages:
    """Read digits, render glyphs, and pass both through layers.

    Args:
        per_character: images of each character.
        seed: of layers, wrong labels and orders of pixels.
        steps: of training of the one layer that is trained.

    Returns:
        Images and populations by name of the data.
    """
    digits, glyphs = digit_images(), glyph_images(per_character)
    exact = relu_populations(digits, "digits", 200, seed=seed)
    exact |= relu_populations(glyphs, "glyphs", 256, seed=seed)
    digit_answers, glyph_answers = (exact[f"{name}, ReLU features"].targets for name in ("digits", "glyphs"))
    with_ridge = {
        "digits, raw pixels": population_of([digits.rows], digit_answers),
        "glyphs, trained network": trained_population(glyphs, glyph_answers, 256, seed=seed, steps=steps),
    }
    return ChapterImages(digits, glyphs, exact, with_ridge)
