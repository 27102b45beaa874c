"""ResNet-50 and ViT-B/16 of Hugging Face ``transformers``, from files that are already on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

EXTRA = "pip install 'manytasks[backbones]'"


@dataclass(frozen=True)
class Published:
    """Say where the weights of an architecture are published.

    Args:
        repository: their name on the Hugging Face hub.
        kind: ``model_type`` in their ``config.json``.
        model: class of ``transformers``.
        options: further arguments of its ``from_pretrained``.
        features: reads (n, d) features off the model's output.
    """

    repository: str
    kind: str
    model: str
    options: dict[str, Any]
    features: Callable[[Any], torch.Tensor]


PUBLISHED = {
    "resnet50": Published(
        "microsoft/resnet-50", "resnet", "ResNetModel", {}, lambda output: output.pooler_output.flatten(1)
    ),
    "vit-b16": Published(
        "google/vit-base-patch16-224-in21k",
        "vit",
        "ViTModel",
        {"add_pooling_layer": False},
        lambda output: output.last_hidden_state[:, 0],
    ),
}


def find_folder(name: str, folder: Path, search_cache: bool) -> Path:
    """Find the folder of a backbone's files.

    Args:
        name: "resnet50" or "vit-b16".
        folder: where the reader was asked to put them.
        search_cache: whether the cache of Hugging Face may hold them instead.

    Returns:
        A folder that exists.

    Raises:
        FileNotFoundError: if there is none; the message says what to get and where to put it.
    """
    if folder.is_dir():
        return folder
    if search_cache:
        hub = _import("huggingface_hub")
        try:
            return Path(hub.snapshot_download(PUBLISHED[name].repository, local_files_only=True))
        except hub.errors.LocalEntryNotFoundError:
            pass
    raise FileNotFoundError(
        f"there is no folder {folder}; get config.json, preprocessor_config.json and model.safetensors from "
        f"https://huggingface.co/{PUBLISHED[name].repository} and put them there"
    )


def check_files(name: str, folder: Path) -> tuple[Path, ...]:
    """Check that a folder holds the architecture's configuration and safe weights.

    Args:
        name: "resnet50" or "vit-b16".
        folder: holds ``config.json`` and ``*.safetensors``.

    Returns:
        Those files.

    Raises:
        FileNotFoundError: if one is missing.
        ValueError: if there are pickled weights only, or the configuration is of another architecture.
    """
    config, weights = folder / "config.json", sorted(folder.glob("*.safetensors"))
    pickled = sorted(path.name for path in folder.glob("*.bin"))
    if not weights and pickled:
        raise ValueError(
            f"{folder} holds {pickled[0]}: a pickle, which can run any code when it is read; "
            f"get model.safetensors from https://huggingface.co/{PUBLISHED[name].repository} instead"
        )
    for path in (config, *(weights or [folder / "model.safetensors"])):
        if not path.is_file():
            raise FileNotFoundError(
                f"{path} is missing; get it from https://huggingface.co/{PUBLISHED[name].repository}"
            )
    kind = json.loads(config.read_text(encoding="utf-8")).get("model_type")
    if kind != PUBLISHED[name].kind:
        raise ValueError(
            f"{config} describes a model of type {kind!r}; {name} is of type {PUBLISHED[name].kind!r}"
        )
    return (config, *weights)


def open_model(name: str, folder: Path) -> Callable[[torch.Tensor], torch.Tensor]:
    """Open a model for its features.

    Args:
        name: "resnet50" or "vit-b16".
        folder: passed ``check_files``.

    Returns:
        Map from (n, 3, side, side) images to (n, d) features.
    """
    known = PUBLISHED[name]
    model = getattr(_import("transformers"), known.model).from_pretrained(
        folder, local_files_only=True, use_safetensors=True, **known.options
    )
    model.eval()
    return lambda images: known.features(model(images.to(model.device)))


def _import(name: str) -> Any:
    """Import a package of the optional extra: seconds to load, and only these two backbones need it.

    Returns:
        The module.

    Raises:
        ValueError: if it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise ValueError(f"this backbone needs the package {name}; {EXTRA} installs it") from error
