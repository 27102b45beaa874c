"""Find a frozen backbone: its files, its preprocessing, and how to open it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from manytasks.deep.backbones import glyph_resnet, lite0, pretrained
from manytasks.deep.backbones.preprocessing import Preprocessing
from manytasks.deep.data.official import data_folders

BACKBONES = (glyph_resnet.NAME, lite0.NAME, *pretrained.PUBLISHED)


@dataclass(frozen=True)
class Backbone:
    """Describe a frozen network that is not opened yet.

    Args:
        name: one of ``BACKBONES``.
        files: everything that decides what it computes: weights and, where there is one, their configuration.
        preprocessing: what images go through first.
        open: reads the files and returns the map from prepared images to (n, d) features.
    """

    name: str
    files: tuple[Path, ...]
    preprocessing: Preprocessing
    open: Callable[[], Callable[[torch.Tensor], torch.Tensor]]


def find_backbone(name: str, folder: str | os.PathLike[str] | None = None) -> Backbone:
    """Find a backbone by name.

    Args:
        name: "glyph-resnet", our ResNet-18(4), whose weights are part of the package; "lite0-96", an
            EfficientNet-Lite0 whose weights are a package of their own; "resnet50" or "vit-b16", whose
            weights are the reader's.
        folder: holds the weights; without it ``backbones/<name>`` in each of ``data_folders`` and then the
            cache of Hugging Face are searched. Nothing is ever downloaded.

    Returns:
        The backbone.

    Raises:
        ValueError: if the name is unknown.

    Example:
        >>> find_backbone("glyph-resnet").preprocessing.side
        14
    """
    if name == glyph_resnet.NAME:
        weights = glyph_resnet.WEIGHTS if folder is None else Path(folder) / glyph_resnet.WEIGHTS.name
        return Backbone(
            name, (weights,), glyph_resnet.PREPROCESSING, lambda: glyph_resnet.open_weights(weights)
        )
    if name == lite0.NAME:
        own = None if folder is None else Path(folder)
        return Backbone(
            name, (lite0.find_weights(own),), lite0.PREPROCESSING, lambda: lite0.open_weights(own)
        )
    if name not in pretrained.PUBLISHED:
        raise ValueError(f"no backbone {name!r}; the backbones are {', '.join(BACKBONES)}")
    candidates = (
        [place / "backbones" / name for place in data_folders()] if folder is None else [Path(folder)]
    )
    own_folder = next((place for place in candidates if place.is_dir()), candidates[0])
    where = pretrained.find_folder(name, own_folder, search_cache=folder is None)
    return Backbone(
        name,
        pretrained.check_files(name, where),
        Preprocessing.read(where / "preprocessor_config.json"),
        lambda: pretrained.open_model(name, where),
    )
