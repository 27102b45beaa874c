"""100 classes of characters, as many images as asked for: an offline stand-in for CIFAR-100."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.glyph_masters import CHARACTERS, SIDE, load_masters
from manytasks.streams import stream

GLYPH_SEED = 0
ROTATION = 12.0  # degrees, the largest; the others are the largest relative changes
SHEAR = 0.15
SCALE = 0.15
SHIFT = 0.12
ELASTIC = 0.06
NOISE = 0.15
CONTRAST = 0.6  # the smallest


def load_glyphs(train: int = 100, test: int = 50, characters: str = CHARACTERS) -> Dataset:
    """Render a data set of distorted characters.

    Ours. Each image takes a random face, an affine map, a light elastic warp, a contrast and pixel noise.
    The numbers leave a linear classifier of 10 classes between easy and hopeless.

    Args:
        train: training images per class, at least 1 (500 in the paper profile).
        test: test images per class, at least 1.
        characters: which classes, a subset of the 100 that exist.

    Returns:
        28 x 28 grey images, class after class. The n-th image of a character is the same whatever the other
        arguments are.

    Raises:
        ValueError: if a character has no master glyph or a count is below 1.

    Example:
        >>> glyphs = load_glyphs(train=3, test=2, characters="AΩ")
        >>> glyphs.train_images.shape, glyphs.test_labels.tolist()
        ((6, 28, 28, 1), [0, 0, 1, 1])
    """
    if train < 1 or test < 1:
        raise ValueError(f"at least 1 training and 1 test image per class is needed; got {train} and {test}")
    unknown = [character for character in characters if character not in CHARACTERS]
    if unknown:
        raise ValueError(f"no master glyph for {unknown}; the characters are {CHARACTERS}")
    rows = [CHARACTERS.index(character) for character in characters]
    return render("glyphs", load_masters()[rows], characters, train, test)


def render(name: str, masters: np.ndarray, characters: str, train: int, test: int) -> Dataset:
    """Distort master glyphs into a data set.

    Args:
        name: name of the data set.
        masters: (classes, faces, 28, 28) uint8.
        characters: one per class; each has random streams of its own.
        train: training images per class, at least 1.
        test: test images per class, at least 1.

    Returns:
        28 x 28 grey images, class after class.

    Example:
        >>> render("dots", np.full((1, 1, 28, 28), 255, np.uint8), ".", 2, 1).train_images.shape
        (2, 28, 28, 1)
    """
    parts = []
    for part, count in (("train", train), ("test", test)):
        images = [
            _distort(torch.from_numpy(faces), part, character, count)
            for faces, character in zip(masters, characters, strict=True)
        ]
        parts += [np.concatenate(images), np.repeat(np.arange(len(characters)), count)]
    return Dataset(name, parts[0], parts[1], parts[2], parts[3], tuple(characters))


def _distort(faces: torch.Tensor, part: str, character: str, count: int) -> np.ndarray:
    """Draw ``count`` images of one character; NumPy fills row by row, so more images keep the earlier ones.

    Returns:
        (count, 28, 28, 1) uint8.
    """
    draws = stream(GLYPH_SEED, "glyphs", part, character).random((count, 40), dtype=np.float32)
    grain = stream(GLYPH_SEED, "glyphs", part, character, "noise")
    noise = grain.standard_normal((count, 1, SIDE, SIDE), dtype=np.float32)
    return _warp(faces, torch.from_numpy(draws), torch.from_numpy(noise))


def _warp(faces: torch.Tensor, draws: torch.Tensor, noise: torch.Tensor) -> np.ndarray:
    size = len(draws)
    face = (draws[:, 0] * len(faces)).long()
    angle, shear, across, down, right, lower = (2 * draws[:, 1:7] - 1).unbind(1)
    angle = angle * (ROTATION * torch.pi / 180)
    cos, sin = angle.cos(), angle.sin()
    row_x = torch.stack((cos + SHEAR * shear * sin, SHEAR * shear * cos - sin, SHIFT * right), 1)
    row_y = torch.stack((sin, cos, SHIFT * lower), 1)
    row_x[:, :2] *= 1 + SCALE * across[:, None]
    row_y[:, :2] *= 1 + SCALE * down[:, None]
    grid = F.affine_grid(torch.stack((row_x, row_y), 1), [size, 1, SIDE, SIDE], align_corners=False)
    bend = (2 * draws[:, 8:].reshape(size, 2, 4, 4) - 1) * ELASTIC
    bend = F.interpolate(bend, size=(SIDE, SIDE), mode="bicubic", align_corners=True)
    masters = faces[face][:, None].float() / 255
    images = F.grid_sample(masters, grid + bend.permute(0, 2, 3, 1), align_corners=False)
    contrast = CONTRAST + (1 - CONTRAST) * draws[:, 7]
    images = images * contrast[:, None, None, None] + NOISE * noise
    return (images.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
