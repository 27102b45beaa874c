"""Official members are known by content, however they are packed; what is not theirs is refused."""

import bz2
import gzip
import lzma
import os
import re
import tracemalloc

import numpy as np
import pytest
from messages import whole
from official_files import RNG, cifar_bytes, idx, md5, mnist_files, publish, tar

from manytasks.deep.data import official
from manytasks.deep.data.catalogue import contact_sheet, describe_datasets, load_dataset
from manytasks.deep.data.cifar100 import read_records
from manytasks.deep.data.dataset import Dataset
from manytasks.deep.data.files import regular, text
from manytasks.deep.data.mnist import read_idx
from manytasks.deep.data.official import data_folders

FIRST = "train-images-idx3-ubyte"
pytestmark = pytest.mark.usefixtures("no_data")


def assert_is(dataset, arrays):
    np.testing.assert_array_equal(dataset.train_images[..., 0], arrays[0])
    np.testing.assert_array_equal(dataset.train_labels, arrays[1])
    np.testing.assert_array_equal(dataset.test_images[..., 0], arrays[2])
    np.testing.assert_array_equal(dataset.test_labels, arrays[3])


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_members_are_read_however_they_are_packed(name, tmp_path, monkeypatch):
    paths, arrays = mnist_files(monkeypatch, tmp_path / name, name)
    assert_is(load_dataset(name, tmp_path), arrays)
    plain = gzip.decompress(paths[0].read_bytes())
    paths[0].write_bytes(gzip.compress(plain, 1, mtime=7))  # other bytes, same content
    assert_is(load_dataset(name, tmp_path), arrays)
    paths[0].unlink()
    (tmp_path / name / f"{FIRST}.xz").write_bytes(lzma.compress(plain))
    assert_is(load_dataset(name, tmp_path), arrays)
    (tmp_path / name / FIRST).write_bytes(plain)
    (tmp_path / name / f"{FIRST}.xz").write_bytes(b"the plain file comes first")
    assert_is(load_dataset(name, tmp_path), arrays)


def test_each_folder_of_the_list_may_hold_a_part(tmp_path, monkeypatch):
    paths, arrays = mnist_files(monkeypatch, tmp_path / "one" / "mnist")
    (tmp_path / "two" / "mnist").mkdir(parents=True)
    paths[2].rename(tmp_path / "two" / "mnist" / paths[2].name)
    monkeypatch.setenv("MANYTASKS_DATA", f"{tmp_path / 'one'}{os.pathsep}{tmp_path / 'two'}")
    assert_is(load_dataset("mnist"), arrays)
    assert_is(load_dataset("mnist", tmp_path / "nowhere"), arrays)
    (row,) = (row for row in describe_datasets() if row["name"] == "mnist")
    assert row["where"] == f"{tmp_path}/one/mnist, {tmp_path}/two/mnist"


def test_the_system_package_is_searched_last(tmp_path, monkeypatch):
    _, arrays = mnist_files(monkeypatch, tmp_path / "package", "fashion-mnist")
    known = {"fashion-mnist": (tmp_path / "package", "apt-get install the-package")}
    monkeypatch.setattr(official, "SYSTEM", known)
    assert_is(load_dataset("fashion-mnist", tmp_path), arrays)
    (tmp_path / "package" / f"{FIRST}.gz").unlink()
    message = (
        rf"^{tmp_path}/fashion-mnist/{FIRST}.gz is missing \(.* bytes\); get it with `manytasks data fetch "
        "fashion-mnist`, or from https://home, or with `apt-get install the-package`$"
    )
    with pytest.raises(FileNotFoundError, match=message):
        load_dataset("fashion-mnist", tmp_path)


def test_folders_are_expanded_and_blanks_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MANYTASKS_DATA", f"~/d{os.pathsep}{os.pathsep}/e")
    assert [str(folder) for folder in data_folders()] == [
        f"{tmp_path}/d",
        "/e",
        f"{tmp_path}/cache/manytasks",
    ]
    monkeypatch.setenv("MANYTASKS_DATA", "  ")
    with pytest.raises(ValueError, match=r"^MANYTASKS_DATA must list folders; got '  ' in '  '$"):
        load_dataset("mnist")


def test_other_content_is_refused_whatever_its_place(tmp_path, monkeypatch):
    paths, _ = mnist_files(monkeypatch, tmp_path / "mnist")
    raw = [gzip.decompress(path.read_bytes()) for path in paths]
    known = official.OFFICIAL["mnist"][0].members[0]
    changed = bytearray(raw[0])
    changed[-1] ^= 1
    for content, what in (
        (bytes(changed), f"has {md5(changed)}, the published {FIRST} {known.digest}"),
        (raw[0][:-1], f"holds {known.size - 1:,} bytes, the published {FIRST} {known.size:,}"),
        (raw[0] + b"x", f"holds more than {known.size:,} bytes, the published {FIRST} {known.size:,}"),
        (raw[2], f"holds {len(raw[2]):,} bytes, the published {FIRST} {known.size:,}"),  # swapped
        (bz2.compress(raw[0]), f"holds more than {known.size:,} bytes, the published {FIRST}"),
    ):
        paths[0].write_bytes(gzip.compress(content))
        with pytest.raises(ValueError, match=f"^{paths[0]} {what}.*; get it again from https://home$"):
            load_dataset("mnist", tmp_path)


def test_a_bomb_ends_one_byte_beyond_the_published_size(tmp_path, monkeypatch):
    paths, _ = mnist_files(monkeypatch, tmp_path / "mnist")
    paths[0].write_bytes(gzip.compress(bytes(50_000_000)))
    assert paths[0].stat().st_size < 60_000
    tracemalloc.start()
    with pytest.raises(ValueError, match=rf"^{paths[0]} holds more than 3,936 bytes, the published"):
        load_dataset("mnist", tmp_path)
    with pytest.raises(
        ValueError, match=rf"^{paths[0]} must start with 00000803 .*; it starts with 00000000"
    ):
        read_idx(paths[0], 3)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_header_that_announces_too_much_reserves_no_memory(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(bytes((0, 0, 8, 3)) + b"\xff" * 12 + b"few")
    with pytest.raises(ValueError, match=rf"^{path} announces \(4294967295, .* bytes and holds 3$"):
        read_idx(path, 3)


def test_what_is_no_file_is_not_waited_for(tmp_path, monkeypatch):
    paths, _ = mnist_files(monkeypatch, tmp_path / "mnist")
    paths[0].unlink()
    os.mkfifo(paths[0])
    with pytest.raises(ValueError, match=whole(f"{paths[0]} is not a file but a pipe")):
        load_dataset("mnist", tmp_path)
    paths[0].unlink()
    paths[0].mkdir()
    with pytest.raises(ValueError, match=whole(f"{paths[0]} is not a file but a folder")):
        load_dataset("mnist", tmp_path)
    with pytest.raises(ValueError, match=r"^/dev/zero is not a file but a device$"):
        regular(official.Path("/dev/zero"))


def test_a_missing_idx_file_is_missing_and_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError, match=whole(f"{tmp_path}/a.gz is missing")):
        read_idx(tmp_path / "a.gz", 1)


def test_swapped_idx_kinds_are_refused(tmp_path, monkeypatch):
    paths, _ = mnist_files(monkeypatch, tmp_path / "mnist")
    message = f"{paths[1]} must start with 00000803 (3 axes of bytes); it starts with 00000801"
    with pytest.raises(ValueError, match=whole(message)):
        read_idx(paths[1], dimensions=3)


def test_idx_that_is_cut_or_too_long_is_refused(tmp_path):
    content = idx(np.zeros((2, 4, 4), np.uint8))
    path = tmp_path / "images"
    for raw, held in ((content[:-1], 31), (content + b"x", "more")):
        path.write_bytes(raw)
        with pytest.raises(
            ValueError, match=whole(f"{path} announces (2, 4, 4) = 32 bytes and holds {held}")
        ):
            read_idx(path, dimensions=3)
    path.write_bytes(content[:6])
    with pytest.raises(ValueError, match=r"must start with 00000803 \(3 axes of bytes\)"):
        read_idx(path, dimensions=3)


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_damaged_compression_is_refused(ending, compress, tmp_path):
    path = tmp_path / f"images{ending}"
    good = compress(idx(RNG.integers(256, size=(2, 9, 9), dtype=np.uint8)))
    for raw in (good[:-12], b"not packed", good[:30] + b"\xff" * 40 + good[70:]):
        path.write_bytes(raw)
        with pytest.raises(ValueError, match=f"^{path} cannot be unzipped, it is damaged or cut short: "):
            read_idx(path, dimensions=3)


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """A published archive, the folder it is in, and what is in it."""
    train, test = cifar_bytes(4), cifar_bytes(2)
    contents = {"cifar-100-binary/train.bin": train[0], "cifar-100-binary/test.bin": test[0]}
    folder = tmp_path / "cifar100"
    path = tar(folder / "cifar-100-binary.tar.gz", contents)
    publish(monkeypatch, "cifar100", path, contents)
    return path, contents, train, test


def test_cifar_is_read_from_archive_folder_and_packed_members(cifar, tmp_path):
    path, contents, train, test = cifar

    def check():
        dataset = load_dataset("cifar100", tmp_path)
        np.testing.assert_array_equal(dataset.train_images, train[1])
        np.testing.assert_array_equal(dataset.test_labels, test[2])
        assert dataset.class_names[7] == "beetle"

    check()
    tar(path, contents | {"more": b"x"})  # packed anew
    check()
    path.unlink()
    (path.parent / "train.bin.gz").write_bytes(gzip.compress(train[0]))
    (path.parent / "cifar-100-binary").mkdir()
    (path.parent / "cifar-100-binary" / "test.bin").write_bytes(test[0])
    check()


def test_cifar_archives_that_lack_or_change_a_member_are_refused(cifar, tmp_path):
    path, contents, train, _ = cifar
    name = "cifar-100-binary/train.bin"
    tar(path, {"cifar-100-binary/test.bin": b""})
    message = f"{path} does not hold {name}; get it again from https://home"
    with pytest.raises(ValueError, match=whole(message)):
        load_dataset("cifar100", tmp_path)
    tar(path, contents | {name: train[0][:-1] + b"x"})
    with pytest.raises(ValueError, match=f"^{path}: {name} has md5:.*, the published {name} md5:"):
        load_dataset("cifar100", tmp_path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ValueError, match=f"^{path} cannot be unpacked, it is damaged or cut short: "):
        load_dataset("cifar100", tmp_path)


def test_cifar_pickle_is_refused(tmp_path):
    folder = tmp_path / "cifar100"
    folder.mkdir()
    (folder / "cifar-100-python.tar.gz").write_bytes(b"")
    message = (
        f"{folder}/cifar-100-python.tar.gz is the Python version: a pickle, which can run any code when "
        "it is read; get cifar-100-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html instead"
    )
    with pytest.raises(ValueError, match=whole(message)):
        load_dataset("cifar100", tmp_path)


def test_cifar_records_that_cannot_be_are_refused():
    raw = cifar_bytes(2)[0]
    message = "train.bin must be a whole number of records of 3074 bytes; it has 6147 bytes"
    with pytest.raises(ValueError, match=whole(message)):
        read_records(raw[:-1], "train.bin")
    with pytest.raises(ValueError, match=r"has labels up to 200 and 200; CIFAR-100 ends at 19 and 99$"):
        read_records(b"\xc8\xc8" + raw[2:], "train.bin")


def test_labels_and_images_must_belong_together(tmp_path, monkeypatch):
    paths, _ = mnist_files(monkeypatch, tmp_path / "mnist")
    for labels, message in (
        (np.zeros(4, np.uint8), r"^5 train images need as many labels; got shape \(4,\)$"),
        (np.full(5, 10, np.uint8), r"^train labels must lie in 0..9; got 10..10$"),
    ):
        archives = list(official.OFFICIAL["mnist"])
        member = official.Member(archives[1].members[0].name, len(idx(labels)), md5(idx(labels)))
        archives[1] = official.Archive(archives[1].name, 1, "md5:", "https://home", (member,))
        monkeypatch.setitem(official.OFFICIAL, "mnist", tuple(archives))
        paths[1].write_bytes(gzip.compress(idx(labels)))
        with pytest.raises(ValueError, match=message):
            load_dataset("mnist", tmp_path)


def test_missing_members_say_what_to_do(tmp_path):
    message = (
        f"{tmp_path}/mnist/train-images-idx3-ubyte.gz is missing (9,912,422 bytes); get it with "
        "`manytasks data fetch mnist`, or from http://yann.lecun.com/exdb/mnist/"
    )
    with pytest.raises(FileNotFoundError, match=whole(message)):
        load_dataset("mnist", tmp_path)


def test_describe_says_which_files_are_there(tmp_path, monkeypatch):
    mnist_files(monkeypatch, tmp_path / "mnist")
    rows = {row["name"]: row for row in describe_datasets(tmp_path)}
    assert rows["glyphs"] == {"name": "glyphs", "state": "ready", "where": "", "needs": ""}
    where = f"{tmp_path}/mnist"
    assert rows["mnist"] == {"name": "mnist", "state": "files there", "where": where, "needs": ""}
    assert rows["imagenet-r"]["state"] == "files missing"
    assert "imagenet-r.tar is missing (2,191,079,936 bytes)" in rows["imagenet-r"]["needs"]
    assert rows["exam"]["needs"].startswith("schools/exam.csv of the folder shared/data")


def test_unknown_data_set_is_refused():
    message = (
        "no data set 'cifar10'; the data sets are digits, glyphs, fashion, mnist, fashion-mnist, cifar100, "
        "cifar100-15k, cub200, imagenet-r"
    )
    with pytest.raises(ValueError, match=whole(message)):
        load_dataset("cifar10")


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ("", "root must name a folder; got ''"),
        (" ", "root must name a folder; got ' '"),
        ("a\0b", r"root must name a folder; got 'a\x00b'"),
        (5, "root must name a folder; got 5"),
        (["a"], "root must name a folder; got ['a']"),
        ("a" * 5000, f"root: {'a' * 40}... cannot be searched: File name too long"),
    ],
)
def test_a_root_that_is_no_folder_is_refused(root, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        describe_datasets(root)


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (
            "~nobody-of-this-name/data",
            "MANYTASKS_DATA: ~nobody-of-this-name/data begins with ~nobody-of-this-name, "
            "and nobody here has that name",
        ),
        (
            "{here}/file",
            "MANYTASKS_DATA: {here}/file is a file, and should be the folder that holds one per data set",
        ),
        ("{here}/file/below", "MANYTASKS_DATA: {here}/file/below cannot be searched: Not a directory"),
        ("{here}/locked", "MANYTASKS_DATA: {here}/locked cannot be searched: Permission denied"),
        (
            "{here}/loop",
            "MANYTASKS_DATA: {here}/loop cannot be searched: Too many levels of symbolic links",
        ),
    ],
)
@pytest.mark.parametrize("ask", [describe_datasets, lambda: load_dataset("mnist")], ids=["list", "load"])
def test_a_folder_in_which_nothing_can_be_found_is_named(ask, listed, message, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    (tmp_path / "locked").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    may = os.access  # root may read everything
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "locked" and may(path, mode))
    monkeypatch.setenv("MANYTASKS_DATA", listed.format(here=tmp_path))
    with pytest.raises(ValueError, match=whole(message.format(here=tmp_path))):
        ask()


@pytest.mark.parametrize("listed", ["", os.pathsep, os.pathsep * 3])
def test_a_list_of_no_folders_is_one(listed, monkeypatch):
    monkeypatch.setenv("MANYTASKS_DATA", listed)
    assert data_folders() == (official.own_folder(),)


def test_contact_sheet_shows_a_class_per_row_and_leaves_the_rest_black():
    images = np.stack([np.full((2, 3, 1), value, np.uint8) for value in (10, 20, 20)])
    data = Dataset("tiny", images, np.array([0, 1, 1]), images, np.array([0, 1, 1]), ("a", "b"))
    sheet = contact_sheet(data, classes=5, columns=2)
    assert sheet.shape == (6, 8, 1)
    expected = np.zeros((6, 8))
    expected[:2, :3], expected[3:5, :3], expected[3:5, 4:7] = 10, 20, 20
    np.testing.assert_array_equal(sheet[..., 0], expected)


def test_text_is_utf_8_with_or_without_a_mark(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffé\r\nb\n".encode())
    assert text(path) == "é\nb\n"
    for raw, line in (("a\né".encode("latin-1"), 2), ("é".encode("utf-16"), 1)):
        path.write_bytes(raw)
        message = f"{path}, line {line}: is not UTF-8 text; save the file as UTF-8"
        with pytest.raises(ValueError, match=whole(message)):
            text(path)
