"""Pretrain the glyph backbone: ``python -m manytasks.deep.backbones.pretrain --out DIR --profile book``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from manytasks.deep.backbones.glyph_resnet import PREPROCESSING, WEIGHTS, save_weights
from manytasks.deep.data.glyph_masters import draw_masters
from manytasks.deep.data.glyphs import render
from manytasks.deep.networks import Pool, Recipe, ResNet, ResNetShape, evaluate, train
from manytasks.streams import stream

# Letters that every face has and no glyph class resembles: at its best position, none correlates with one of
# the 100 characters by .8 or more on average over the faces.
CHARACTERS = "ʓɣʦϡϟϠʗyɮχϞʤγʅʝʧƾʨʕʍϝɤÆɟwɻŒЉʎƪЊƺɭʣʆɬʂʞʇɹʃɚνæʌvЂʛɷљђʏɸɝxɶɲƕʀʈɾɨѣł"
PROFILES: dict[str, dict[str, Any]] = {
    "smoke": {"width": 1, "images": 4, "steps": 5, "batch": 32, "rate": 0.02},
    "book": {"width": 4, "images": 300, "steps": 2000, "batch": 128, "rate": 0.02},
    "paper": {"width": 64, "images": 1000, "steps": 20_000, "batch": 512, "rate": 0.01},
}
TEST_IMAGES = 20
SEED = 0


def pretrain(profile: str, device: str = "cpu") -> tuple[ResNet, float]:
    """Train a ResNet-18(k) to tell the pretraining characters apart.

    Args:
        profile: "smoke", "book" or "paper".
        device: where to train.

    Returns:
        The network and its share of wrong answers on further images of the same characters.

    Raises:
        ValueError: if there is no such profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}; got {profile!r}")
    settings = PROFILES[profile]
    data = render("pretraining glyphs", draw_masters(CHARACTERS), CHARACTERS, settings["images"], TEST_IMAGES)
    images = np.concatenate([data.train_images, data.test_images])
    table = PREPROCESSING(images).flatten(1).to(device)
    trained, tested = len(data.train_labels), len(data.test_labels)
    pools = [
        Pool(np.arange(trained), data.train_labels, np.zeros(trained, int)),
        Pool(trained + np.arange(tested), data.test_labels, np.zeros(tested, int)),
    ]
    shape = ResNetShape(PREPROCESSING.side, 1, settings["width"], heads=1, classes=len(CHARACTERS))
    network = ResNet(shape, stream(SEED, "backbone", "weights"), device=device)
    recipe = Recipe(settings["steps"], settings["batch"], settings["rate"])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several add up a gradient in an order of their own, another one each time
    try:
        train(network, table, pools[:1], recipe, [stream(SEED, "backbone", "batches")])
    finally:
        torch.set_num_threads(threads)
    return network, float(evaluate(network, table, pools[1:])[1][0])


def main() -> None:
    """Pretrain, write the weights and print what they are."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights")
    parser.add_argument("--profile", choices=tuple(PROFILES), default="book")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    network, error = pretrain(options.profile, options.device)
    about = {
        "profile": options.profile,
        "characters": CHARACTERS,
        "settings": json.dumps(PROFILES[options.profile]),
        "torch": torch.__version__,
        "test_error": f"{error:.4f}",
    }
    path = options.out / WEIGHTS.name
    digest = save_weights(network, path, about)
    print(f"wrote {path} ({path.stat().st_size:,} bytes, SHA-256 {digest}); test error {error:.1%}")


if __name__ == "__main__":
    main()
