"""Frozen backbones: the features of the published model, computed once, from safe local files only."""

import json
import sys

import numpy as np
import pytest
import safetensors
import torch
from messages import whole

from manytasks.deep.backbones import cached_features, compute_features, find_backbone
from manytasks.deep.backbones import glyph_resnet as own
from manytasks.deep.backbones.cache import feature_key
from manytasks.deep.backbones.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from manytasks.deep.backbones.pretrain import CHARACTERS as PRETRAINING
from manytasks.deep.backbones.pretrain import pretrain
from manytasks.deep.data.glyph_masters import CHARACTERS, draw_masters, load_masters
from manytasks.deep.sweeps.frozen import feature_count, frozen_features

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(256, size=(5, 20, 20, 3), dtype=np.uint8)
MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.3, 0.4]


def small_model(name):
    """The published architecture with few and random weights."""
    import transformers

    with torch.random.fork_rng():
        torch.manual_seed(0)
        if name == "resnet50":
            config = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1])
            return transformers.ResNetModel(config).eval()
        config = transformers.ViTConfig(
            hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=32
        )
        return transformers.ViTModel(config, add_pooling_layer=False).eval()


@pytest.fixture(scope="module", params=["resnet50", "vit-b16"])
def saved(request, tmp_path_factory):
    """Name, model, and the folder it was saved to."""
    folder = tmp_path_factory.mktemp(request.param)
    model = small_model(request.param)
    model.save_pretrained(folder)
    config = {"size": {"height": 32, "width": 32}, "image_mean": MEAN, "image_std": STD}
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    return request.param, model, folder


def copy(folder, target):
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_features_are_those_of_the_model_that_was_saved(saved):
    name, model, folder = saved
    images = RNG.integers(256, size=(3, 32, 32, 3), dtype=np.uint8)
    prepared = (images / 255 - MEAN) / STD
    with torch.no_grad():
        output = model(torch.from_numpy(prepared).permute(0, 3, 1, 2).float())
    expected = output.pooler_output.flatten(1) if name == "resnet50" else output.last_hidden_state[:, 0]
    features = compute_features(find_backbone(name, folder), images)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-5)
    assert features.std(0).max() > 0.01  # other images, other features


def test_a_hit_in_the_cache_never_opens_the_model(saved, tmp_path, monkeypatch):
    name, _, folder = saved
    first = cached_features(find_backbone(name, folder), IMAGES, tmp_path)
    monkeypatch.setitem(sys.modules, "transformers", None)
    np.testing.assert_array_equal(cached_features(find_backbone(name, folder), IMAGES, tmp_path), first)
    message = "this backbone needs the package transformers; pip install 'manytasks[backbones]' installs it"
    with pytest.raises(ValueError, match=whole(message)):
        cached_features(find_backbone(name, folder), IMAGES[:2], tmp_path)


def test_other_weights_data_or_preprocessing_have_another_key(saved, tmp_path):
    name, _, folder = saved
    keys = [feature_key(find_backbone(name, folder), IMAGES)]
    assert keys[0] == feature_key(find_backbone(name, copy(folder, tmp_path / "same")), IMAGES.copy())
    other = copy(folder, tmp_path / "weights")
    raw = bytearray((other / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (other / "model.safetensors").write_bytes(raw)
    keys.append(feature_key(find_backbone(name, other), IMAGES))
    changed = IMAGES.copy()
    changed[-1, -1, -1, -1] ^= 1
    keys.append(feature_key(find_backbone(name, folder), changed))
    keys.append(feature_key(find_backbone(name, folder), IMAGES.reshape(5, 10, 40, 3)))
    other = copy(folder, tmp_path / "mean")
    (other / "preprocessor_config.json").write_text('{"size": 32, "image_mean": [0.5, 0.5, 0.5]}')
    keys.append(feature_key(find_backbone(name, other), IMAGES))
    assert len(set(keys)) == len(keys)


def test_a_damaged_cache_file_is_named(saved, tmp_path):
    name, _, folder = saved
    backbone = find_backbone(name, folder)
    cached_features(backbone, IMAGES, tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.name == f"{name}-{feature_key(backbone, IMAGES)}.npy"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ValueError, match=f"^{path} is damaged; delete it and run again: "):
        cached_features(backbone, IMAGES, tmp_path)


def test_missing_and_unsafe_weights_are_refused(saved, tmp_path):
    name, _, folder = saved
    hub = {"resnet50": "microsoft/resnet-50", "vit-b16": "google/vit-base-patch16-224-in21k"}[name]
    message = (
        f"there is no folder {tmp_path}/none; get config.json, preprocessor_config.json and "
        f"model.safetensors from https://huggingface.co/{hub} and put them there"
    )
    with pytest.raises(FileNotFoundError, match=whole(message)):
        find_backbone(name, tmp_path / "none")
    other = copy(folder, tmp_path / "pickle")
    (other / "model.safetensors").rename(other / "pytorch_model.bin")
    message = (
        f"{other} holds pytorch_model.bin: a pickle, which can run any code when it is read; "
        f"get model.safetensors from https://huggingface.co/{hub} instead"
    )
    with pytest.raises(ValueError, match=whole(message)):
        find_backbone(name, other)
    (other / "pytorch_model.bin").unlink()
    message = f"{other}/model.safetensors is missing; get it from https://huggingface.co/{hub}"
    with pytest.raises(FileNotFoundError, match=whole(message)):
        find_backbone(name, other)


def test_without_a_folder_the_local_cache_of_the_hub_is_searched(saved, tmp_path, monkeypatch):
    import huggingface_hub

    name, _, folder = saved
    monkeypatch.setenv("MANYTASKS_DATA", str(tmp_path))
    asked = []

    def snapshot_download(repository, local_files_only):
        asked.append((repository, local_files_only))
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    assert find_backbone(name).files[-1] == folder / "model.safetensors"
    copy(folder, (tmp_path / "backbones").mkdir() or tmp_path / "backbones" / name)
    assert find_backbone(name).files[-1] == tmp_path / "backbones" / name / "model.safetensors"
    assert [local for _, local in asked] == [True]


def test_another_architecture_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    message = f"{tmp_path}/config.json describes a model of type 'bert'; vit-b16 is of type 'vit'"
    with pytest.raises(ValueError, match=whole(message)):
        find_backbone("vit-b16", tmp_path)


def test_unknown_backbone_is_refused():
    message = "no backbone 'vgg'; the backbones are glyph-resnet, lite0-96, resnet50, vit-b16"
    with pytest.raises(ValueError, match=whole(message)):
        find_backbone("vgg")


def test_preprocessing_reads_what_publishers_write(tmp_path):
    path = tmp_path / "preprocessor_config.json"
    path.write_text('{"size": {"shortest_edge": 96}, "image_mean": [0, 0, 0], "image_std": [1, 2, 4]}')
    assert Preprocessing.read(path) == Preprocessing(96, (0.0, 0.0, 0.0), (1.0, 2.0, 4.0))
    path.write_text('{"size": 30}')
    assert Preprocessing.read(path) == Preprocessing(30, IMAGENET_MEAN, IMAGENET_STD)
    for text in ("[]", "{", '{"size": {}}', '{"image_std": [0, 1, 1]}'):
        path.write_text(text)
        with pytest.raises(ValueError, match=f"^{path} does not describe a preprocessing: "):
            Preprocessing.read(path)


def test_preprocessing_resizes_and_mixes_colours():
    grey = np.full((1, 8, 8, 1), 51, np.uint8)
    assert Preprocessing(4)(grey).shape == (1, 3, 4, 4)
    colours = np.stack([np.full((1, 8, 8), value, np.uint8) for value in (0, 51, 102)], axis=-1)
    torch.testing.assert_close(
        Preprocessing(4, (0.0,), (0.5,))(colours), torch.full((1, 1, 4, 4), 0.4), rtol=1e-6, atol=0
    )
    with pytest.raises(ValueError, match=r"^side must be at least 1, std positive and as long as mean; got "):
        Preprocessing(0)


def test_pretraining_characters_are_disjoint_from_the_glyphs():
    """No character is shared, and no picture: at its best position a glyph correlates below .8."""
    assert len(set(PRETRAINING)) == len(PRETRAINING)
    assert not set(PRETRAINING) & set(CHARACTERS)
    shifts = [(row, column) for row in range(-2, 3) for column in range(-2, 3)]

    def normed(masters):
        flat = masters.reshape(*masters.shape[:2], -1).astype(np.float32)
        flat -= flat.mean(-1, keepdims=True)
        return flat / np.linalg.norm(flat, axis=-1, keepdims=True)

    new, glyphs = normed(draw_masters(PRETRAINING)), load_masters()
    largest = 0.0
    for shift in shifts:
        moved = normed(np.roll(glyphs, shift, axis=(2, 3)))
        largest = max(largest, np.einsum("afp,bfp->ab", new, moved, optimize=True).max() / glyphs.shape[1])
    assert 0.5 < largest < 0.8
    same = np.einsum("afp,bfp->ab", normed(glyphs), normed(glyphs), optimize=True) / glyphs.shape[1]
    assert same.diagonal().min() > 0.99  # the measure would see a shared character


@pytest.mark.xfail(strict=False, reason="a known defect: about every second run differs in its last bits")
def test_pretraining_is_reproducible(tmp_path):
    networks = [pretrain("smoke")[0] for _ in range(2)]
    digests = [own.save_weights(one, tmp_path / f"{i}.safetensors", {}) for i, one in enumerate(networks)]
    assert digests[0] == digests[1]


def test_equal_facts_give_equal_files(tmp_path):
    """Six facts have 720 orders, and the library takes any: 20 files are not equal by chance."""
    about = {name: name.upper() for name in "abcde"}
    network = own.load_weights()
    paths = [tmp_path / f"{i}.safetensors" for i in range(20)]
    assert len({own.save_weights(network, path, about) for path in paths}) == 1
    header = safetensors.safe_open(paths[0], framework="pt").metadata()
    assert header == about | {"shape": json.dumps(vars(network.shape))}


def test_pretrained_weights_come_back(tmp_path):
    network, error = pretrain("smoke")
    own.save_weights(network, tmp_path / "a" / "glyph-resnet.safetensors", {"x": "y"})
    assert 0 < error <= 1
    back = own.load_weights(tmp_path / "a" / "glyph-resnet.safetensors")
    images = torch.rand(4, 14 * 14)
    with torch.no_grad():
        torch.testing.assert_close(back.features(images), network.features(images), rtol=0, atol=0)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["glyph-resnet.safetensors"]
    with pytest.raises(ValueError, match=whole("profile must be one of smoke, book, paper; got 'huge'")):
        pretrain("huge")


def test_damaged_or_exchanged_own_weights_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "glyph-resnet.safetensors"
    message = (
        f"{path} is not there; make it with "
        f"python -m manytasks.deep.backbones.pretrain --out {tmp_path} --profile book"
    )
    with pytest.raises(FileNotFoundError, match=whole(message)):
        own.load_weights(path)
    raw = own.WEIGHTS.read_bytes()
    for damaged in (raw[:-8], b"", b"\x08" + raw[1:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=f"^{path} does not hold a ResNet of this package: "):
            own.load_weights(path)
    monkeypatch.setattr(own, "WEIGHTS", path)
    with pytest.raises(ValueError, match=f"^{path} has SHA-256 [0-9a-f]{{64}}; the weights that we trained "):
        own.load_weights(path)


def test_own_weights_are_small_and_need_the_extra(monkeypatch):
    assert own.WEIGHTS.stat().st_size < 300_000
    assert own.load_weights().shape.width == 4
    monkeypatch.setitem(sys.modules, "safetensors.torch", None)
    message = "glyph-resnet needs the package safetensors; pip install 'manytasks[backbones]' installs it"
    with pytest.raises(ValueError, match=whole(message)):
        own.load_weights()


def test_a_backbone_stands_in_for_the_pca_of_a_sweep(saved, tmp_path, monkeypatch):
    name, _, folder = saved
    monkeypatch.setenv("MANYTASKS_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "backbones").mkdir()
    copy(folder, tmp_path / "backbones" / name)
    dataset, train, test = frozen_features(f"digits+{name}", 64, 0, 0)
    assert (len(train), len(test)) == (len(dataset.train_labels), len(dataset.test_labels))
    assert len(list((tmp_path / "cache" / "manytasks" / "features").iterdir())) == 2


def test_own_features_have_the_announced_size(tmp_path, monkeypatch):
    monkeypatch.setenv("MANYTASKS_DATA", str(tmp_path))
    _, train, _ = frozen_features("glyphs+glyph-resnet", 64, 1, 1)
    assert train.shape == (100, feature_count("glyphs+glyph-resnet", 64))
