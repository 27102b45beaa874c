"""Small files in every official format are read back; damaged, swapped and hostile ones are refused."""

import gzip
import hashlib
import io
import re
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from manytasks.deep.data import official
from manytasks.deep.data.archives import unpack
from manytasks.deep.data.catalogue import contact_sheet, describe_datasets, load_dataset
from manytasks.deep.data.cifar100 import read_records
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.image_folders import read_class_folders, read_cub200, read_images
from manytasks.deep.data.mnist import read_idx
from manytasks.deep.data.official import OfficialFile

RNG = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def publish(monkeypatch: pytest.MonkeyPatch, name: str, files: list[Path]) -> None:
    """Make small files the published ones."""
    known = [
        OfficialFile(f.name, f.stat().st_size, hashlib.md5(f.read_bytes()).hexdigest(), "https://home")
        for f in files
    ]
    monkeypatch.setitem(official.OFFICIAL, name, tuple(known))


def tar(path: Path, contents: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def mnist_files(folder: Path) -> tuple[list[Path], list[np.ndarray]]:
    folder.mkdir(parents=True)
    arrays = [
        RNG.integers(256, size=(5, 28, 28), dtype=np.uint8),
        RNG.integers(10, size=5, dtype=np.uint8),
        RNG.integers(256, size=(3, 28, 28), dtype=np.uint8),
        RNG.integers(10, size=3, dtype=np.uint8),
    ]
    names = [file.name for file in official.OFFICIAL["mnist"]]
    paths = [folder / name for name in names]
    for path, array in zip(paths, arrays, strict=True):
        path.write_bytes(gzip.compress(idx(array)))
    return paths, arrays


def test_mnist_round_trip(tmp_path, monkeypatch):
    paths, arrays = mnist_files(tmp_path / "mnist")
    publish(monkeypatch, "mnist", paths)
    mnist = load_dataset("mnist", tmp_path)
    np.testing.assert_array_equal(mnist.train_images[..., 0], arrays[0])
    np.testing.assert_array_equal(mnist.train_labels, arrays[1])
    np.testing.assert_array_equal(mnist.test_images[..., 0], arrays[2])
    np.testing.assert_array_equal(mnist.test_labels, arrays[3])


def test_swapped_mnist_files_are_refused(tmp_path):
    paths, _ = mnist_files(tmp_path / "mnist")
    message = f"{paths[1]} must start with 00000803 (3 axes of bytes); it starts with 00000801"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_idx(paths[1], dimensions=3)


def test_idx_that_is_cut_or_too_long_is_refused(tmp_path):
    whole = idx(np.zeros((2, 4, 4), np.uint8))
    path = tmp_path / "images"
    for raw, held in ((whole[:-1], 31), (whole + b"x", 33)):
        path.write_bytes(raw)
        message = f"{path} announces (2, 4, 4) = 32 bytes and holds {held}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            read_idx(path, dimensions=3)
    path.write_bytes(whole[:6])
    with pytest.raises(ValueError, match=r"must start with 00000803 \(3 axes of bytes\)"):
        read_idx(path, dimensions=3)


def test_damaged_gzip_is_refused(tmp_path):
    path = tmp_path / "images.gz"
    good = gzip.compress(idx(RNG.integers(256, size=(2, 9, 9), dtype=np.uint8)))
    for raw in (good[:-12], b"not gzip", good[:30] + b"\xff" * 40 + good[70:]):
        path.write_bytes(raw)
        with pytest.raises(ValueError, match=f"^{re.escape(str(path))} cannot be unzipped, it is damaged or"):
            read_idx(path, dimensions=3)


def cifar_bytes(n: int) -> tuple[bytes, np.ndarray, np.ndarray]:
    fine = RNG.integers(100, size=n, dtype=np.uint8)
    images = RNG.integers(256, size=(n, 3, 32, 32), dtype=np.uint8)
    records = np.column_stack([fine // 5, fine, images.reshape(n, -1)]).astype(np.uint8)
    return records.tobytes(), images.transpose(0, 2, 3, 1), fine


def test_cifar_round_trip(tmp_path, monkeypatch):
    train, test = cifar_bytes(4), cifar_bytes(2)
    names = "\n".join(f"class{i}" for i in range(100)).encode()
    folder = tmp_path / "cifar100"
    folder.mkdir()
    contents = {"train.bin": train[0], "test.bin": test[0], "fine_label_names.txt": names}
    path = tar(folder / "cifar-100-binary.tar.gz", {f"cifar-100-binary/{k}": v for k, v in contents.items()})
    publish(monkeypatch, "cifar100", [path])
    for _ in range(2):  # the second time from the unpacked folder
        cifar = load_dataset("cifar100", tmp_path)
        np.testing.assert_array_equal(cifar.train_images, train[1])
        np.testing.assert_array_equal(cifar.test_labels, test[2])
        assert cifar.class_names[7] == "class7"


def test_cifar_pickle_is_refused(tmp_path):
    folder = tmp_path / "cifar100"
    folder.mkdir()
    (folder / "cifar-100-python.tar.gz").write_bytes(b"")
    message = (
        f"{folder}/cifar-100-python.tar.gz is the Python version: a pickle, which can run any code when "
        "it is read; get cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html instead"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_dataset("cifar100", tmp_path)


def test_cifar_records_that_cannot_be_are_refused(tmp_path):
    path = tmp_path / "train.bin"
    raw = cifar_bytes(2)[0]
    path.write_bytes(raw[:-1])
    message = f"{path} must be a whole number of records of 3074 bytes; it has 6147 bytes"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_records(path)
    path.write_bytes(b"\xc8\xc8" + raw[2:])
    with pytest.raises(ValueError, match=r"has labels up to 200 and 200; CIFAR-100 ends at 19 and 99$"):
        read_records(path)


def write_jpeg(path: Path, colour: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (60, 40), (colour, colour, colour)).save(path, quality=100)  # keeps a grey exactly


def test_cub_round_trip(tmp_path):
    write_birds(tmp_path)
    cub = read_cub200(tmp_path, side=16)
    assert cub.train_labels.tolist() == [0, 1]
    assert cub.test_labels.tolist() == [0, 1]
    assert cub.train_images.shape == (2, 16, 16, 3)
    np.testing.assert_array_equal(cub.train_images, np.broadcast_to([[[[60]]], [[[180]]]], (2, 16, 16, 3)))
    (tmp_path / "image_class_labels.txt").write_text("0 1\n")
    with pytest.raises(ValueError, match=r"train_test_split.txt differ in images$"):
        read_cub200(tmp_path, side=16)


def write_birds(folder: Path) -> None:
    for i in range(4):
        write_jpeg(folder / "images" / f"00{i // 2}.Bird" / f"{i}.jpg", 60 * i)
    lists = {
        "images.txt": "".join(f"{i} 00{i // 2}.Bird/{i}.jpg\n" for i in range(4)),
        "image_class_labels.txt": "".join(f"{i} {i // 2 + 1}\n" for i in range(4)),
        "train_test_split.txt": "".join(f"{i} {i % 2}\n" for i in range(4)),
        "classes.txt": "1 000.Bird\n2 001.Bird\n",
    }
    for name, text in lists.items():
        (folder / name).write_text(text)


def pack(source: Path, archive: Path, mode: str) -> Path:
    archive.parent.mkdir()
    with tarfile.open(archive, mode) as file:
        file.add(source, source.name)
    return archive


def test_cub_list_that_leads_outside_is_refused(tmp_path):
    write_birds(tmp_path)
    lines = (tmp_path / "images.txt").read_text().splitlines()
    for name in ("../../secret.jpg", "/etc/secret.jpg"):
        (tmp_path / "images.txt").write_text("\n".join([*lines[:-1], f"3 {name}"]))
        message = f"{tmp_path}/images.txt names {name!r}, which leads outside"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            read_cub200(tmp_path, side=16)


def test_cub_comes_out_of_its_archive(tmp_path, monkeypatch):
    write_birds(tmp_path / "CUB_200_2011")
    archive = pack(tmp_path / "CUB_200_2011", tmp_path / "cub200" / "CUB_200_2011.tgz", "w:gz")
    publish(monkeypatch, "cub200", [archive])
    cub = load_dataset("cub200", tmp_path)
    assert cub.train_images.shape == (2, 224, 224, 3)
    np.testing.assert_array_equal(
        cub.test_images, np.broadcast_to([[[[0]]], [[[120]]]], cub.test_images.shape)
    )
    assert cub.class_names == ("000.Bird", "001.Bird")


def test_imagenet_r_comes_out_of_its_archive(tmp_path, monkeypatch):
    for label in range(2):
        for i in range(5):
            write_jpeg(tmp_path / "imagenet-r" / f"n0{label}" / f"{i}.jpg", 100 * label + 10 * i)
    (tmp_path / "root").mkdir()
    archive = pack(tmp_path / "imagenet-r", tmp_path / "root" / "imagenet-r" / "imagenet-r.tar", "w")
    publish(monkeypatch, "imagenet-r", [archive])
    data = load_dataset("imagenet-r", tmp_path / "root")
    assert np.bincount(data.train_labels).tolist() == [4, 4]
    assert data.test_images.shape == (2, 224, 224, 3)


def test_swapped_files_are_refused_even_if_both_are_whole(tmp_path, monkeypatch):
    paths, _ = mnist_files(tmp_path / "mnist")
    publish(monkeypatch, "mnist", paths)
    held = paths[0].read_bytes()
    paths[0].write_bytes(paths[2].read_bytes())
    paths[2].write_bytes(held)
    size, known = paths[0].stat().st_size, official.OFFICIAL["mnist"][0].size
    message = f"{paths[0]} has {size:,} bytes, the published file {known:,}; get it again from https://home"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_dataset("mnist", tmp_path)


def test_labels_and_images_must_belong_together(tmp_path, monkeypatch):
    paths, _ = mnist_files(tmp_path / "mnist")
    paths[1].write_bytes(gzip.compress(idx(np.zeros(4, np.uint8))))
    publish(monkeypatch, "mnist", paths)
    with pytest.raises(ValueError, match=r"^5 train images need as many labels; got shape \(4,\)$"):
        load_dataset("mnist", tmp_path)
    paths[1].write_bytes(gzip.compress(idx(np.full(5, 10, np.uint8))))
    publish(monkeypatch, "mnist", paths)
    with pytest.raises(ValueError, match=r"^train labels must lie in 0..9; got 10..10$"):
        load_dataset("mnist", tmp_path)


def test_what_a_killed_unpacking_left_is_not_taken_for_the_folder(tmp_path):
    """Unpacking goes to a hidden folder first; only a whole one gets the name."""
    archive = tar(tmp_path / "a.tar.gz", {"one": b"1", "two": b"2"})
    (tmp_path / ".out-abc").mkdir()
    (tmp_path / ".out-abc" / "one").write_bytes(b"1")
    assert sorted(path.name for path in unpack(archive, tmp_path / "out").iterdir()) == ["one", "two"]


def test_the_environment_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MANYTASKS_DATA", str(tmp_path))
    assert str(tmp_path / "cifar100" / "cifar-100-binary.tar.gz") in describe_datasets()[3]["needs"]


def test_contact_sheet_shows_a_class_per_row_and_leaves_the_rest_black():
    images = np.stack([np.full((2, 3, 1), value, np.uint8) for value in (10, 20, 20)])
    data = Dataset("tiny", images, np.array([0, 1, 1]), images, np.array([0, 1, 1]), ("a", "b"))
    sheet = contact_sheet(data, classes=5, columns=2)
    assert sheet.shape == (6, 8, 1)
    expected = np.zeros((6, 8))
    expected[:2, :3], expected[3:5, :3], expected[3:5, 4:7] = 10, 20, 20
    np.testing.assert_array_equal(sheet[..., 0], expected)


def test_class_folders_round_trip(tmp_path):
    for label in range(2):
        for i in range(5):
            write_jpeg(tmp_path / f"n0{label}" / f"{i}.jpg", 100 * label + 10 * i)
    (tmp_path / "README.txt").write_text("not a class")
    data = read_class_folders(tmp_path, side=8)
    assert data.class_names == ("n00", "n01")
    assert np.bincount(data.train_labels).tolist() == [4, 4]
    assert np.bincount(data.test_labels).tolist() == [1, 1]
    every = np.concatenate([data.train_images, data.test_images]).mean((1, 2, 3))
    assert sorted(every) == [0, 10, 20, 30, 40, 100, 110, 120, 130, 140]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match=r"must hold one folder of images per class; it holds none$"):
        read_class_folders(empty)


def test_cut_image_is_refused(tmp_path):
    path = tmp_path / "a.jpg"
    write_jpeg(path, 50)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} is not a whole image: "):
        read_images([path])


@pytest.mark.parametrize("name", ["../escape", "/tmp/escape", "a/../../escape", "a\\..\\escape"])
def test_archive_that_leads_outside_is_refused(tmp_path, name):
    archive = tar(tmp_path / "bad.tar.gz", {"good": b"x", name: b"y"})
    message = f"{archive} holds the path {name!r}, which leads outside; nothing was unpacked"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        unpack(archive, tmp_path / "inner" / "out")
    assert list((tmp_path / "inner").iterdir()) == []
    assert not (tmp_path / "escape").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_archive_with_a_link_is_refused(tmp_path, kind):
    archive = tmp_path / "bad.tar"
    with tarfile.open(archive, "w") as file:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = kind, "/etc/passwd"
        file.addfile(info)
    message = f"{archive} holds 'link', which is neither a file nor a folder; nothing was unpacked"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tar"]


def test_cut_archive_leaves_nothing(tmp_path):
    archive = tar(tmp_path / "cut.tar.gz", {f"{i}": RNG.bytes(20_000) for i in range(5)})
    archive.write_bytes(archive.read_bytes()[:60_000])
    with pytest.raises(
        ValueError, match=f"^{re.escape(str(archive))} cannot be unpacked, it is damaged or cut"
    ):
        unpack(archive, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["cut.tar.gz"]


def test_missing_wrong_and_corrupt_files_say_what_to_do(tmp_path, monkeypatch):
    folder = tmp_path / "mnist"
    message = (
        f"{folder}/train-images-idx3-ubyte.gz is missing (9,912,422 bytes); get "
        f"train-images-idx3-ubyte.gz from http://yann.lecun.com/exdb/mnist/ and put it in {folder}"
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_dataset("mnist", tmp_path)
    paths, _ = mnist_files(folder)
    size = paths[0].stat().st_size
    message = f"{paths[0]} has {size:,} bytes, the published file 9,912,422; get it again from http://yann"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        load_dataset("mnist", tmp_path)
    publish(monkeypatch, "mnist", paths)
    raw = bytearray(paths[2].read_bytes())
    raw[-1] ^= 1
    paths[2].write_bytes(raw)
    digest = hashlib.md5(raw).hexdigest()
    known = official.OFFICIAL["mnist"][2].md5
    message = f"{paths[2]} has MD5 {digest}, the published file {known}; get it again from https://home"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_dataset("mnist", tmp_path)


def test_describe_says_which_files_are_there(tmp_path):
    mnist_files(tmp_path / "mnist")
    rows = {row["name"]: row for row in describe_datasets(tmp_path)}
    assert rows["glyphs"] == {"name": "glyphs", "state": "ready", "needs": ""}
    assert rows["mnist"] == {"name": "mnist", "state": "files there", "needs": ""}
    assert rows["imagenet-r"]["state"] == "files missing"
    assert "imagenet-r.tar (2,191,079,936 bytes)" in rows["imagenet-r"]["needs"]


def test_unknown_data_set_is_refused():
    message = "no data set 'cifar10'; the data sets are digits, glyphs, mnist, cifar100, cub200, imagenet-r"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_dataset("cifar10")
