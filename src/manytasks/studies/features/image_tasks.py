"""Questions about images for a linear model: rows of pixels, a first layer, answers as numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from manytasks.deep.data.dataset import pixels
from manytasks.deep.data.digits import load_digits
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.streams import Seed, stream

ASKED = (3, 8, 9)  # is it a 3? is it an 8? is it a 9?
CHARACTERS = "0123456789ABCDEGHJ"  # the ten digits, and eight that no task asks for


class Images(NamedTuple):
    """Images as rows, and what they show."""

    rows: np.ndarray
    """(M, inputs) grey levels in [0, 1]."""
    labels: np.ndarray
    """(M,) whole numbers from 0."""


def digit_images() -> Images:
    """Read all handwritten digits of scikit-learn.

    Returns:
        1,797 rows of 64 numbers.

    Example:
        >>> [part.shape for part in digit_images()]
        [(1797, 64), (1797,)]
    """
    digits = load_digits()
    rows = np.concatenate([pixels(digits.train_images), pixels(digits.test_images)])
    return Images(rows, np.r_[digits.train_labels, digits.test_labels])


def glyph_images(per_character: int, characters: str = CHARACTERS) -> Images:
    """Render characters.

    Args:
        per_character: images of each, at least 1.
        characters: which ones.

    Returns:
        Rows of 784 numbers, character after character.

    Example:
        >>> glyph_images(2, "01").labels.tolist()
        [0, 0, 1, 1]
    """
    glyphs = load_glyphs(train=per_character, test=1, characters=characters)
    return Images(pixels(glyphs.train_images), glyphs.train_labels)


def one_vs_rest(labels: np.ndarray, noise: float, name: str, *, seed: Seed) -> np.ndarray:
    """Return the answers to "is it this class?" as numbers of mean 0 and variance 1.

    Args:
        labels: (M,) whole numbers from 0.
        noise: share of the labels that is replaced by another class, each as likely, in [0, 1].
        name: of the data: which labels are wrong is the same for every question about them.
        seed: of the run.

    Returns:
        (M, T) array, T = 3 of ``ASKED``.

    Raises:
        ValueError: if a class that is asked for does not occur, or no other.

    Example:
        >>> one_vs_rest(np.array([3, 8, 9, 0]), 0.0, "four", seed=1)[:, 0].round(2).tolist()
        [1.73, -0.58, -0.58, -0.58]
    """
    rng = stream(seed, "label noise", name)
    wrong = rng.random(len(labels)) < noise
    classes = labels.max() + 1
    other = (labels + rng.integers(1, classes, len(labels))) % classes
    answers = np.where(wrong, other, labels)[:, None] == np.asarray(ASKED)
    if not np.all(answers.any(axis=0) & ~answers.all(axis=0)):
        raise ValueError(f"each of the classes {ASKED} must occur, and another; got {np.unique(labels)}")
    return (answers - answers.mean(axis=0)) / answers.std(axis=0)


def random_relu(rows: np.ndarray, width: int, *, seed: Seed) -> np.ndarray:
    """Pass images through a frozen random first layer with ReLU.

    Args:
        rows: (M, inputs) images; they are centred, and their mean square length is made 1.
        width: number of features.
        seed: of the run; a width has one layer.

    Returns:
        (M, width) features, at least 0.

    Example:
        >>> random_relu(np.eye(3), 4, seed=1).shape
        (3, 4)
    """
    rows = rows - rows.mean(axis=0)
    rows = rows / np.sqrt(np.square(rows).sum(axis=1).mean())
    first = stream(seed, "first layer", width).standard_normal((rows.shape[1], width))
    return np.maximum(rows @ first, 0)


def permuted_views(rows: np.ndarray, tasks: int, *, seed: Seed) -> list[np.ndarray]:
    """Show images to every task with half of the inputs in an order of its own.

    Args:
        rows: (M, inputs) images.
        tasks: T, at least 1.
        seed: of the run.

    Returns:
        T arrays of that shape; the first task sees the images as they are.

    Example:
        >>> views = permuted_views(np.arange(6.0)[None], 2, seed=1)
        >>> [sorted(view[0]) == list(range(6)) for view in views], int((views[0] != views[1]).sum()) <= 3
        ([True, True], True)
    """
    views = [rows]
    for t in range(1, tasks):
        rng = stream(seed, "permutation", t)
        moved = rng.choice(rows.shape[1], rows.shape[1] // 2, replace=False)
        view = rows.copy()
        view[:, moved] = rows[:, rng.permutation(moved)]
        views.append(view)
    return views
