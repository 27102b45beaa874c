"""What a backbone wants done to an image before it sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F

SIDE = 224
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preprocessing:
    """Resize to a square, then normalise each colour.

    Args:
        side: height and width that the backbone takes, at least 1.
        mean: subtracted from each colour, which lies in [0, 1] before.
        std: divides each colour, positive; as many as there are means.
        filter: "bilinear" averages over pixels where an image shrinks, "bicubic" does not, and is cut off at
            black and white.

    Raises:
        ValueError: if a number is outside its range.
    """

    side: int = SIDE
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    filter: Literal["bilinear", "bicubic"] = "bilinear"

    def __post_init__(self) -> None:
        if self.side < 1 or len(self.mean) != len(self.std) or not all(value > 0 for value in self.std):
            raise ValueError(
                "side must be at least 1, std positive and as long as mean; "
                f"got {self.side}, {self.std} and {self.mean}"
            )

    @classmethod
    def read(cls, path: Path) -> Preprocessing:
        """Read ``preprocessor_config.json`` as the publishers of a backbone wrote it.

        Its crop is left out: data sets here are square already.

        Args:
            path: the file; if it is not there, side 224 and the statistics of ImageNet are taken.

        Returns:
            The preprocessing.

        Raises:
            ValueError: if the file is not such a description.

        Example:
            >>> Preprocessing.read(Path("nowhere")).side
            224
        """
        if not path.is_file():
            return cls()
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
            size = config.get("size", SIDE)
            if isinstance(size, dict):
                size = size.get("shortest_edge", size.get("height"))
            mean, std = config.get("image_mean", IMAGENET_MEAN), config.get("image_std", IMAGENET_STD)
            return cls(int(size), tuple(map(float, mean)), tuple(map(float, std)))
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} does not describe a preprocessing: {error}") from error

    def __call__(self, images: np.ndarray) -> torch.Tensor:
        """Prepare images.

        Args:
            images: (n, height, width, channels) uint8; grey ones are repeated for each colour,
                and colours are averaged for a backbone that takes one.

        Returns:
            (n, colours, side, side) float32.

        Example:
            >>> Preprocessing(side=2, mean=(0.5,), std=(0.5,))(np.full((1, 4, 4, 1), 255, np.uint8)).unique()
            tensor([1.])
        """
        x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
        if len(self.mean) == 1:
            x = x.mean(1, keepdim=True)
        if x.shape[2:] != (self.side, self.side):
            shrinks = self.filter == "bilinear"
            x = F.interpolate(x, (self.side, self.side), mode=self.filter, antialias=shrinks).clamp(0, 1)
        mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (self.mean, self.std))
        return (x - mean) / std
