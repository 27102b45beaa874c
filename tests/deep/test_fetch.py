"""Downloads end whole, under their name and checked, or leave nothing that a reader would take."""

import gzip
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from messages import whole
from official_files import RNG, mnist_files

from manytasks.cli import main
from manytasks.deep.data import fetch as fetching
from manytasks.deep.data import official
from manytasks.deep.data.catalogue import load_dataset
from manytasks.deep.data.fetch import fetch
from manytasks.deep.data.official import Archive

pytestmark = pytest.mark.usefixtures("no_data")
CONTENT = RNG.bytes(300_000)


class Handler(BaseHTTPRequestHandler):
    """Serves ``server.files``; the first folder of a path says how."""

    def log_message(self, *words):
        pass

    def do_GET(self):
        _, how, name = self.path.split("/")
        raw, asked = self.server.files.get(name), self.headers.get("Range")
        self.server.asked.append((how, name, asked))
        if raw is None or how == "gone":
            self.send_error(404, "Not Found")
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and how != "no-range" else 0
        leads = {"once": f"/good/{name}", "twice": f"/once/{name}", "elsewhere": f"ftp://127.0.0.1/{name}"}
        if how in leads:
            self.send_response(302)
            self.send_header("Location", leads[how])
            self.end_headers()
            return
        if how == "corrupt":
            raw = raw[:-1] + bytes([raw[-1] ^ 1])
        if how == "long":
            raw += bytes(5_000_000)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(raw) - start))
        self.send_header("Content-Encoding", "gzip" if name.endswith(".gz") else "identity")  # as some do
        self.end_headers()
        end = len(raw)
        if len(self.server.asked) < {"truncated": 3, "no-range": 2}.get(how, 0):
            end = start + 100_000
        if how == "slow":
            self.wfile.write(raw[:1000])
            time.sleep(3)
        elif how == "stuck":
            self.wfile.write(raw[start : max(start, 1000)])
        else:
            self.wfile.write(raw[start:end])


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.asked = {"a.bin": CONTENT}, []
    server.root = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def published(server, monkeypatch):
    """Publish a.bin, and say how each mirror behaves."""
    archive = Archive("a.bin", len(CONTENT), official_sum(CONTENT), "https://home")
    monkeypatch.setitem(official.OFFICIAL, "toy", (archive,))

    def mirrors(*ways):
        monkeypatch.setitem(fetching.MIRRORS, "toy", tuple(f"{server.root}/{way}/" for way in ways))

    return mirrors


def official_sum(raw):
    import hashlib

    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def get(tmp_path, **options):
    return fetch("toy", tmp_path, progress=False, **options)


@pytest.mark.parametrize("way", ["good", "truncated", "no-range", "once"])
def test_a_file_arrives_whole(way, published, server, tmp_path):
    published(way)
    assert get(tmp_path) == [tmp_path / "toy" / "a.bin"]
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "toy").iterdir()] == ["a.bin"]
    ranges = [asked for how, _, asked in server.asked]
    if way == "truncated":
        assert ranges == [None, "bytes=100000-", "bytes=200000-"]
    if way == "no-range":  # asked for the rest, got all of it
        assert ranges[:2] == [None, "bytes=100000-"]


def test_what_was_interrupted_is_continued_by_the_next_call(published, server, tmp_path):
    published("good")
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / ".a.bin.partial").write_bytes(CONTENT[:12_345])
    get(tmp_path)
    assert [asked for _, _, asked in server.asked] == ["bytes=12345-"]
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("way", "what"),
    [
        ("corrupt", "sent other content than was published"),
        ("long", "sends more than the published 300,000 bytes"),
        ("gone", "answers 404 Not Found"),
        ("elsewhere", "leads to ftp, another scheme"),
        ("twice", "leads on more than once"),
    ],
)
def test_a_bad_mirror_is_named_and_the_next_one_asked(way, what, published, server, tmp_path):
    published(way)
    message = f"no mirror has a.bin: {server.root}/{way}/ {what}. By hand: https://home"
    with pytest.raises(OSError, match=whole(message)):
        get(tmp_path)
    assert list((tmp_path / "toy").iterdir()) == []
    published(way, "good")
    get(tmp_path)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT


def test_a_mirror_that_falls_silent_is_given_up(published, server, tmp_path):
    published("slow")
    message = f"no mirror has a.bin: {server.root}/slow/ sent nothing for 0.5 s. By hand: https://home"
    with pytest.raises(OSError, match=whole(message)):
        get(tmp_path, timeout=0.5)
    assert [path.name for path in (tmp_path / "toy").iterdir()] == [".a.bin.partial"]  # to be continued
    published("slow", "good")
    get(tmp_path, timeout=0.5)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == CONTENT


def test_a_mirror_that_always_breaks_off_ends(published, server, tmp_path):
    published("stuck")
    with pytest.raises(OSError, match=r"/stuck/ broke off .*after 1,000 of 300,000 bytes. By hand"):
        get(tmp_path)
    assert len(server.asked) == 2


def test_a_dead_mirror_is_named(monkeypatch, published, tmp_path):
    published("good")
    monkeypatch.setitem(fetching.MIRRORS, "toy", ("http://127.0.0.1:1/",))
    with pytest.raises(OSError, match=r"^no mirror has a.bin: http://127.0.0.1:1/ broke off \(ConnectionErr"):
        get(tmp_path)


def test_nothing_is_downloaded_without_a_yes(published, server, tmp_path, monkeypatch, capsys):
    published("good")
    asked = []
    assert get(tmp_path, confirm=asked.append) == []
    assert asked == [f"toy: 1 file, 300,000 bytes, into {tmp_path}/toy"]
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert main(["data", "fetch", "toy", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "nothing was downloaded\n"
    assert server.asked == []
    assert main(["data", "fetch", "toy", "--root", str(tmp_path), "--yes"]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/toy/a.bin is there, checked\n"
    assert get(tmp_path) == []  # it is here
    assert len(server.asked) == 1


def test_what_was_fetched_is_read(server, tmp_path, monkeypatch):
    paths, arrays = mnist_files(monkeypatch, tmp_path / "elsewhere")
    server.files |= {path.name: path.read_bytes() for path in paths}
    monkeypatch.setitem(fetching.MIRRORS, "mnist", (f"{server.root}/good/",))
    assert len(fetch("mnist", progress=False)) == 4
    np.testing.assert_array_equal(load_dataset("mnist").test_labels, arrays[3])
    (tmp_path / "cache" / "manytasks" / "mnist" / paths[0].name).write_bytes(gzip.compress(b""))
    with pytest.raises(ValueError, match=r"holds 0 bytes, the published train-images-idx3-ubyte 3,936"):
        load_dataset("mnist")


def test_unknown_names_are_refused():
    message = "nothing to fetch for 'digits'; there are mnist, fashion-mnist, cifar100, cub200, imagenet-r"
    with pytest.raises(ValueError, match=whole(message)):
        fetch("digits")


def test_every_mirror_is_of_a_data_set_with_a_published_sum():
    assert fetching.MIRRORS.keys() == official.OFFICIAL.keys()
    assert all(url.endswith("/") for urls in fetching.MIRRORS.values() for url in urls)


SILENT = """
import importlib, pkgutil, socket, sys
def refuse(*words, **options):
    raise AssertionError("a socket was opened")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
import manytasks
for module in pkgutil.walk_packages(manytasks.__path__, "manytasks."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from manytasks import deep
from manytasks.deep import backbones
from manytasks.deep.data import NAMES
from manytasks.deep.data.schools import SCHOOLS, load_schools
deep.describe_datasets()
found = []
readers = {deep.load_dataset: NAMES, load_schools: SCHOOLS, backbones.find_backbone: backbones.BACKBONES}
for reader, names in readers.items():
    for name in names:
        try:
            reader(name)
            found.append(name)
        except FileNotFoundError:
            pass
print(*found)
"""


def test_no_import_and_no_reader_opens_a_connection():
    done = subprocess.run([sys.executable, "-c", SILENT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"digits", "glyphs", "fashion", "glyph-resnet"} <= set(done.stdout.split())
