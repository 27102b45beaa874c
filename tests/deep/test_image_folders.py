"""Folders of images: birds with their official split, and a folder per class."""

import struct
import tarfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from messages import whole
from official_files import publish
from PIL import Image

from manytasks.deep.data.catalogue import load_dataset
from manytasks.deep.data.image_folders import read_class_folders, read_cub200, read_images

pytestmark = pytest.mark.usefixtures("no_data")


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
        with pytest.raises(ValueError, match=whole(message)):
            read_cub200(tmp_path, side=16)


def test_cub_comes_out_of_its_archive(tmp_path, monkeypatch):
    write_birds(tmp_path / "CUB_200_2011")
    archive = pack(tmp_path / "CUB_200_2011", tmp_path / "cub200" / "CUB_200_2011.tgz", "w:gz")
    publish(monkeypatch, "cub200", archive)
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
    publish(monkeypatch, "imagenet-r", archive)
    data = load_dataset("imagenet-r", tmp_path / "root")
    assert np.bincount(data.train_labels).tolist() == [4, 4]
    assert data.test_images.shape == (2, 224, 224, 3)


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
    with pytest.raises(ValueError, match=f"^{path} is not a whole image of usual size: "):
        read_images([path])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("classes.txt", "1 Möwe".encode("latin-1"), ", line 1: is not UTF-8 text; save the file as UTF-8"),
        ("classes.txt", "1 a\n2 b".encode("utf-16"), ", line 1: is not UTF-8 text; save the file as UTF-8"),
        ("image_class_labels.txt", b"0 1\n1 one\n2 2\n3 2", ", entry 1: must be in 1..2; got 'one'"),
        ("image_class_labels.txt", b"0 1\n1 3\n2 2\n3 2", ", entry 1: must be in 1..2; got '3'"),
        ("images.txt", b"0 a.jpg\n\n1", ", line 3: must be two words; got '1'"),
        ("images.txt", b"0 a.jpg\n0 b.jpg", ", line 2: 0 comes a second time"),
        ("images.txt", b"", " has no line; it must have one per image or class"),
        ("train_test_split.txt", b"0 1\n1 0\n2 2\n3 0", ", entry 2: must be in 0..1; got '2'"),
        ("train_test_split.txt", b"0 1\n1 1\n2 1\n3 1", " puts no image into the test part"),
    ],
)
def test_cub_lists_that_are_wrong_are_named_with_their_line(tmp_path, name, content, message):
    write_birds(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=whole(f"{tmp_path / name}{message}")):
        read_cub200(tmp_path, side=16)


def test_cub_lists_with_windows_line_ends_are_read(tmp_path):
    write_birds(tmp_path)
    for path in tmp_path.glob("*.txt"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_cub200(tmp_path, side=16).class_names == ("000.Bird", "001.Bird")


def test_an_unpacked_archive_is_not_needed_again(tmp_path, monkeypatch):
    write_birds(tmp_path / "CUB_200_2011")
    archive = pack(tmp_path / "CUB_200_2011", tmp_path / "cub200" / "CUB_200_2011.tgz", "w:gz")
    publish(monkeypatch, "cub200", archive)
    first = load_dataset("cub200", tmp_path)
    archive.unlink()
    np.testing.assert_array_equal(load_dataset("cub200", tmp_path).train_images, first.train_images)


def test_an_archive_that_is_not_the_published_one_is_refused(tmp_path, monkeypatch):
    write_birds(tmp_path / "CUB_200_2011")
    archive = pack(tmp_path / "CUB_200_2011", tmp_path / "cub200" / "CUB_200_2011.tgz", "w:gz")
    publish(monkeypatch, "cub200", archive)
    raw = bytearray(archive.read_bytes())
    for changed, what in (
        (raw[:-1], f"has {len(raw) - 1:,} bytes, the published file {len(raw):,}"),
        (raw[:-1] + b"x", "has md5:.*, the published file md5:.*"),
    ):
        archive.write_bytes(changed)
        with pytest.raises(ValueError, match=f"^{archive} {what}; get it again from https://home$"):
            load_dataset("cub200", tmp_path)


def test_hidden_files_are_no_images_and_hidden_folders_no_classes(tmp_path):
    for label in range(2):
        write_jpeg(tmp_path / f"n{label}" / "1.jpg", 100 * label)
        (tmp_path / f"n{label}" / "._1.jpg").write_bytes(b"what a Mac leaves")
    (tmp_path / ".git").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    assert read_class_folders(tmp_path, side=8).class_names == ("n0", "n1")
    (tmp_path / "n2").mkdir()
    message = f"{tmp_path}/n2 holds no JPEG or PNG file; a class needs at least one"
    with pytest.raises(ValueError, match=whole(message)):
        read_class_folders(tmp_path, side=8)


def test_images_of_other_formats_are_counted_once(tmp_path):
    write_jpeg(tmp_path / "n0" / "whole.jpg", 100)
    for i, ending in enumerate((".gif", ".gif", ".webp", ".BMP")):
        write_jpeg(tmp_path / "n0" / f"{i}.jpg", 100)
        (tmp_path / "n0" / f"{i}.jpg").rename(tmp_path / "n0" / f"{i}{ending}")
    message = f"{tmp_path}: left out 1 .bmp, 2 .gif, 1 .webp; only JPEG and PNG are read"
    with pytest.warns(UserWarning, match=whole(message)) as seen:
        assert len(read_class_folders(tmp_path, side=8).train_labels) == 1
    assert len(seen) == 1


@pytest.mark.parametrize("side", [11_000, 60_000])
def test_a_picture_that_declares_a_monstrous_size_is_named(tmp_path, side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")))
    with pytest.raises(ValueError, match=f"^{path} is not a whole image of usual size: Image size"):
        read_images([path])
