"""A small ResNet-18 that we pretrained on characters that no task of *glyphs* contains."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from manytasks.deep.backbones.preprocessing import Preprocessing
from manytasks.deep.networks import ResNet, ResNetShape

NAME = "glyph-resnet"
WEIGHTS = Path(__file__).with_name("glyph-resnet.safetensors")
SHA256 = "a2310d01d3baaa95fbee4f59aa8735e5f2333eb5208ca700eb8315ff78c4abdf"  # of the committed file
PREPROCESSING = Preprocessing(side=14, mean=(0.0,), std=(1.0,))


def save_weights(network: ResNet, path: Path, about: dict[str, str]) -> str:
    """Write a ResNet as a safetensors file that appears complete or not at all.

    Args:
        network: the trained network; its head is written, too.
        path: file to write.
        about: further facts for the file's header.

    Returns:
        SHA-256 of the file; equal weights and facts give equal files.
    """
    save = _safetensors().torch.save
    tensors = {
        name: tensor.detach().cpu().clone()
        for name, tensor in network.module.state_dict().items()
        if tensor.is_floating_point()
    }
    raw = _ordered(save(tensors, about | {"shape": json.dumps(vars(network.shape))}))
    path.parent.mkdir(parents=True, exist_ok=True)
    work = path.with_name(f".{path.name}.partial")
    work.write_bytes(raw)
    work.replace(path)
    return hashlib.sha256(raw).hexdigest()


def _ordered(raw: bytes) -> bytes:
    """Return a safetensors file with its facts by name; the library writes them in any order."""
    begin = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:begin])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers behind it stay aligned
    return len(text).to_bytes(8, "little") + text + raw[begin:]


def load_weights(path: Path = WEIGHTS) -> ResNet:
    """Read a ResNet that ``save_weights`` wrote.

    Args:
        path: the file; the committed one is checked against its SHA-256.

    Returns:
        The network.

    Raises:
        FileNotFoundError: if there is no such file; the message holds the command that makes one.
        ValueError: if it is damaged, or the committed file is not the one that we trained.

    Example:
        >>> load_weights().shape.width
        4
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is not there; make it with "
            f"python -m manytasks.deep.backbones.pretrain --out {path.parent} --profile book"
        )
    raw = path.read_bytes()
    if path == WEIGHTS and (digest := hashlib.sha256(raw).hexdigest()) != SHA256:
        raise ValueError(f"{path} has SHA-256 {digest}; the weights that we trained have {SHA256}")
    safetensors = _safetensors()
    try:
        header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
        shape = ResNetShape(**json.loads(header["__metadata__"]["shape"]))
        tensors = safetensors.torch.load(raw)
    except (ValueError, KeyError, TypeError, safetensors.SafetensorError) as error:
        raise ValueError(f"{path} does not hold a ResNet of this package: {error}") from error
    network = ResNet(shape, np.random.default_rng(0))
    state = network.module.state_dict()
    with torch.no_grad():
        for name, tensor in tensors.items():
            state[name].copy_(tensor)  # in place: the parameters stay views of one block
    return network


def open_weights(path: Path) -> Callable[[torch.Tensor], torch.Tensor]:
    """Open a pretrained ResNet for its features.

    Args:
        path: as for ``load_weights``.

    Returns:
        Map from (n, 1, side, side) images to (n, 8k) features.
    """
    network = load_weights(path)
    return lambda images: network.features(images.permute(0, 2, 3, 1).flatten(1))


def _safetensors() -> Any:
    try:
        import safetensors.torch
    except ImportError as error:
        raise ValueError(
            f"{NAME} needs the package safetensors; pip install 'manytasks[backbones]' installs it"
        ) from error
    return safetensors
