"""An archive is unpacked whole or not at all, and never outside its folder."""

import tarfile

import pytest
from messages import whole
from official_files import RNG, tar

from manytasks.deep.data.archives import FINISHED, unpack


def test_what_a_killed_unpacking_left_is_not_taken_for_the_folder(tmp_path):
    """Unpacking goes to a hidden folder first; only a whole one gets the name."""
    archive = tar(tmp_path / "a.tar.gz", {"one": b"1", "two": b"2"})
    (tmp_path / ".out-abc").mkdir()
    (tmp_path / ".out-abc" / "one").write_bytes(b"1")
    names = sorted(path.name for path in unpack(archive, tmp_path / "out", "md5:0").iterdir())
    assert names == [FINISHED, "one", "two"]


@pytest.mark.parametrize("name", ["../escape", "/tmp/escape", "a/../../escape", "a\\..\\escape"])
def test_archive_that_leads_outside_is_refused(tmp_path, name):
    archive = tar(tmp_path / "bad.tar.gz", {"good": b"x", name: b"y"})
    message = f"{archive} holds the path {name!r}, which leads outside; nothing was unpacked"
    with pytest.raises(ValueError, match=whole(message)):
        unpack(archive, tmp_path / "inner" / "out", "md5:0")
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
    with pytest.raises(ValueError, match=whole(message)):
        unpack(archive, tmp_path / "out", "md5:0")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tar"]


def test_cut_archive_leaves_nothing(tmp_path):
    archive = tar(tmp_path / "cut.tar.gz", {f"{i}": RNG.bytes(20_000) for i in range(5)})
    archive.write_bytes(archive.read_bytes()[:60_000])
    with pytest.raises(ValueError, match=f"^{archive} cannot be unpacked, it is damaged or cut"):
        unpack(archive, tmp_path / "out", "md5:0")
    assert [path.name for path in tmp_path.iterdir()] == ["cut.tar.gz"]


@pytest.mark.parametrize(("ending", "mode"), [("tar", "w"), ("tar.gz", "w:gz"), ("tar.xz", "w:xz")])
def test_an_archive_cut_anywhere_leaves_nothing(tmp_path, ending, mode):
    """Also where no member is cut: between two of them, and in the checksum after the last."""
    archive = tar(tmp_path / f"cut.{ending}", {f"{i}": bytes(100) for i in range(30)}, mode)
    content = archive.read_bytes()
    for length in (7680, len(content) - 1) if ending == "tar.gz" else (len(content) // 2048 * 1024, 512 * 5):
        archive.write_bytes(content[: min(length, len(content) - 1)])
        with pytest.raises(ValueError, match=f"^{archive} cannot be unpacked, it is damaged or cut short: "):
            unpack(archive, tmp_path / "out", "md5:0")
        assert [path.name for path in tmp_path.iterdir()] == [archive.name]
    archive.write_bytes(content)
    assert len(list(unpack(archive, tmp_path / "out", "md5:0").iterdir())) == 31


def test_a_folder_is_taken_as_unpacked_only_with_the_mark_of_this_archive(tmp_path):
    archive, target = tar(tmp_path / "a.tar", {"one": b"1"}, "w"), tmp_path / "out"
    target.mkdir()  # empty: whoever made it put nothing in
    assert (unpack(archive, target, "md5:0") / "one").read_bytes() == b"1"
    archive.unlink()
    assert unpack(archive, target, "md5:0") == target
    message = f"{target} is not what a.tar was unpacked to; move it away and run again"
    with pytest.raises(ValueError, match=whole(message)):
        unpack(archive, target, "md5:1")
    (target / FINISHED).unlink()
    with pytest.raises(ValueError, match=whole(message)):
        unpack(archive, target, "md5:0")


def test_a_path_of_thousands_of_folders_is_refused(tmp_path):
    archive = tar(tmp_path / "deep.tar", {"a/" * 2000 + "b": b"1"}, "w")
    message = f"{archive} holds a path of 2001 folders, more than 32; nothing was unpacked"
    with pytest.raises(ValueError, match=whole(message)):
        unpack(archive, tmp_path / "out", "md5:0")
    assert [path.name for path in tmp_path.iterdir()] == ["deep.tar"]
