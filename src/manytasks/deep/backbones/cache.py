"""Compute the features of images once, and know when they would be others."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from manytasks.deep.backbones.backbone import Backbone
from manytasks.deep.data.official import own_folder

BATCH = 64


def feature_key(backbone: Backbone, images: np.ndarray) -> str:
    """Return a name for the features of these images under this backbone.

    Args:
        backbone: its files and preprocessing count.
        images: (n, height, width, channels) uint8; every byte counts.

    Returns:
        32 hexadecimal digits; other weights, data or preprocessing have another name.
    """
    parts = {
        "backbone": backbone.name,
        "files": [_sha256(path) for path in backbone.files],
        "preprocessing": asdict(backbone.preprocessing),
        "shape": images.shape,
        "images": hashlib.sha256(np.ascontiguousarray(images).data).hexdigest(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


@torch.no_grad()
def compute_features(backbone: Backbone, images: np.ndarray) -> np.ndarray:
    """Open a backbone and run it over images.

    Args:
        backbone: what to run.
        images: (n, height, width, channels) uint8.

    Returns:
        (n, d) float32.
    """
    network = backbone.open()
    parts = [
        network(backbone.preprocessing(images[start : start + BATCH])).float().cpu().numpy()
        for start in range(0, len(images), BATCH)
    ]
    return np.concatenate(parts)


def cached_features(
    backbone: Backbone, images: np.ndarray, cache: str | os.PathLike[str] | None = None
) -> np.ndarray:
    """Return the features of images, from the cache if they are there.

    Args:
        backbone: opened only if the cache does not hold them.
        images: (n, height, width, channels) uint8.
        cache: folder of the cache; without it ``features`` in ``own_folder()``.

    Returns:
        (n, d) float32.

    Raises:
        ValueError: if the file in the cache is damaged.
    """
    folder = own_folder() / "features" if cache is None else Path(cache)
    path = folder / f"{backbone.name}-{feature_key(backbone, images)}.npy"
    if path.is_file():
        try:
            return np.load(path, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise ValueError(f"{path} is damaged; delete it and run again: {error}") from error
    features = compute_features(backbone, images)
    folder.mkdir(parents=True, exist_ok=True)
    handle, work = tempfile.mkstemp(prefix=f".{path.name}-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, features)
        os.replace(work, path)
    except BaseException:
        os.unlink(work)
        raise
    return features


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.sha256).hexdigest()
