"""The papers' own data, where the folder of it is there: content, order and what the readers make of it."""

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
import shared_data

from manytasks.deep.data import collection, official
from manytasks.deep.data.catalogue import describe_datasets, load_dataset
from manytasks.deep.data.cifar100 import load_cifar100_features, names
from manytasks.deep.data.dataset import class_ranks
from manytasks.deep.data.fashion import FILE, load_fashion
from manytasks.deep.data.schools import load_schools


def test_each_file_of_the_collection_is_the_one_we_know():
    folder = shared_data.folder("SHA256SUMS")
    for name, known in collection.sums().items():
        assert len(collection.read_file(name, [folder])) == known.size


def test_the_collection_is_described_whole():
    folder = shared_data.folder("SHA256SUMS")
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    known = dict(reversed(line.split("  ./")) for line in lines)
    ours = {name: member.digest.removeprefix("sha256:") for name, member in collection.sums().items()}
    assert ours.items() <= known.items()
    rest = known.keys() - ours.keys() - {"README.md", "cifar100/names.txt"}
    assert rest == {f"mnist/{archive.members[0].name}.xz" for archive in official.OFFICIAL["mnist"]}


def test_mnist_is_whole():
    """The reader has compared the four published checksums; these are facts about the images."""
    mnist = load_dataset("mnist", shared_data.folder("mnist"))
    assert mnist.train_images.shape == (60_000, 28, 28, 1)
    assert np.bincount(mnist.train_labels).tolist() == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)  # as everybody normalises it
    assert mnist.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_the_whole_of_cifar_is_not_taken_for_its_part(tmp_path):
    folder = shared_data.folder("cifar100/labels.npz")
    rows = {row["name"]: row for row in describe_datasets(folder)}
    assert rows["cifar100-15k"]["state"] == rows["cifar100+lite0-96"]["state"] == "files there"
    if rows["cifar100"]["state"] == "files missing":
        with pytest.raises(
            FileNotFoundError, match=r"^all pixels of cifar100 are in cifar-100-binary.tar.gz"
        ):
            load_dataset("cifar100", folder)


def test_the_part_of_cifar_is_balanced_in_official_order_and_named():
    folder = shared_data.folder("cifar100/pixels")
    part = load_dataset("cifar100-15k", folder)
    assert part.train_images.shape == (10_000, 32, 32, 3)
    assert part.test_images.shape == (5_000, 32, 32, 3)
    assert set(np.bincount(part.train_labels)) == {100}
    assert set(np.bincount(part.test_labels)) == {50}
    labels = collection.read_arrays("cifar100/labels.npz", [folder])
    first = labels["train"][class_ranks(labels["train"]) < 100]
    np.testing.assert_array_equal(part.train_labels, first)
    np.testing.assert_array_equal(labels["coarse"], names()[1])
    assert part.class_names[0] == "apple"
    # The means of all 50,000; five standard errors of 10,000 images of spread .25 are .0125.
    means = part.train_images.mean((0, 1, 2)) / 255
    np.testing.assert_allclose(means, [0.50707516, 0.48654887, 0.44091784], atol=0.0125)
    hues = part.train_images[part.train_labels == names()[0].index("leopard")].mean((0, 1, 2))
    assert hues[0] > hues[2] + 20  # planes in the order red, green, blue: a leopard is no blue cat


def test_features_tell_the_classes_apart_and_are_white():
    folder = shared_data.folder("cifar100/features.npz")
    dataset, train, test = load_cifar100_features([folder], 64)
    assert train.shape == (50_000, 64)
    assert dataset.train_images.shape == (50_000, 0, 0, 3)
    np.testing.assert_allclose(train.mean(0), 0, atol=0.01)
    np.testing.assert_allclose(np.cov(train.T), np.eye(64), atol=0.01)
    targets = np.eye(100)[dataset.train_labels] - 0.01
    weights = np.linalg.solve(train.T @ train + 10 * np.eye(64), train.T @ targets)
    accuracy = ((test @ weights).argmax(1) == dataset.test_labels).mean()
    assert 0.41 < accuracy < 0.45  # 42.9 % when they were made; labels in another order would give 1 %
    _, more, _ = load_cifar100_features([folder], 256)
    np.testing.assert_array_equal(more[:, :64], train)
    with pytest.raises(ValueError, match=r"^components of cifar100\+lite0-96 must be in 1..256; got 257$"):
        load_cifar100_features([folder], 257)


@pytest.mark.parametrize(("name", "shape", "schools"), [("exam", (4059, 10), 65), ("hsb82", (7185, 8), 160)])
def test_schools_are_tasks(name, shape, schools):
    table = load_schools(name, shared_data.folder(f"schools/{name}.csv"))
    assert table.shape == shape
    sizes = table.groupby("school").size()
    assert len(sizes) == schools
    assert (sizes.min(), sizes.max()) == {"exam": (2, 198), "hsb82": (14, 67)}[name]


def test_a_changed_file_of_the_collection_is_refused(tmp_path):
    folder = shared_data.folder("cifar100/labels.npz")
    (tmp_path / "cifar100").mkdir()
    path = tmp_path / "cifar100" / "labels.npz"
    raw = bytearray((folder / "cifar100" / "labels.npz").read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    digest = hashlib.sha256(raw).hexdigest()
    with pytest.raises(ValueError, match=f"^{path} has sha256:{digest}, the published cifar"):
        load_cifar100_features([tmp_path, folder])
    path.write_bytes(raw[:-9])
    with pytest.raises(ValueError, match=f"^{path} holds 51,230 bytes, the published .* 51,239; "):
        load_cifar100_features([tmp_path, folder])


def test_a_pickle_in_the_place_of_arrays_is_never_opened(tmp_path, monkeypatch):
    """Also one whose checksum we had been told: np.load itself refuses it."""
    (tmp_path / "cifar100").mkdir()
    path = tmp_path / "cifar100" / "labels.npz"
    np.savez(path, train=np.array([object()], dtype=object))
    raw = path.read_bytes()
    member = official.Member("cifar100/labels.npz", len(raw), f"sha256:{hashlib.sha256(raw).hexdigest()}")
    monkeypatch.setattr(collection, "sums", lambda: {"cifar100/labels.npz": member})
    with pytest.raises(ValueError, match=r"allow_pickle=False"):
        collection.read_arrays("cifar100/labels.npz", [tmp_path])


def test_what_is_missing_is_named_with_what_to_do(tmp_path):
    message = (
        rf"^{tmp_path}/schools/exam.csv is missing \(266,861 bytes\); "
        "add the folder shared/data that comes with the checkout to MANYTASKS_DATA$"
    )
    with pytest.raises(FileNotFoundError, match=message):
        collection.read_file("schools/exam.csv", [tmp_path])


def test_the_packed_garments_are_those_of_the_official_files():
    assert FILE.stat().st_size < 1_500_000
    assert (
        Path(FILE.parent, "fashion-LICENSE.txt").read_bytes()
        == (shared_data.ROOT / "LICENSES" / "fashion-mnist.txt").read_bytes()
    )
    fashion = load_fashion()
    assert set(np.bincount(fashion.train_labels)) == {240}
    if not any((place / f"{official.TRAIN_IMAGES}.gz").exists() for place in _fashion_places()):
        pytest.skip("needs Fashion-MNIST: apt-get install dataset-fashion-mnist")
    whole = load_dataset("fashion-mnist")
    for part, count in (("train", 240), ("test", 60)):
        kept = class_ranks(getattr(whole, f"{part}_labels")) < count
        for kind in ("images", "labels"):
            official_rows = getattr(whole, f"{part}_{kind}")[kept]
            np.testing.assert_array_equal(getattr(fashion, f"{part}_{kind}"), official_rows)


def _fashion_places():
    return official.places("fashion-mnist", official.data_folders())


def test_repacked_gzip_is_read_by_its_content(tmp_path):
    """As Debian's files are: other bytes than the published .gz, the same images."""
    folder = shared_data.folder("mnist")
    (tmp_path / "mnist").mkdir()
    for archive in official.OFFICIAL["mnist"]:
        (member,) = archive.members
        path = tmp_path / "mnist" / archive.name
        if member.name == official.TRAIN_IMAGES:
            os.symlink(folder / "mnist" / f"{member.name}.xz", tmp_path / "mnist" / f"{member.name}.xz")
            continue
        with official.unpacked(folder / "mnist" / f"{member.name}.xz") as file:
            path.write_bytes(gzip.compress(file.read(), 1))
        assert path.stat().st_size != archive.size
    assert len(load_dataset("mnist", tmp_path).test_labels) == 10_000
