"""One zip holds the book, says what it holds, and is the same bytes wherever it is made of the same build."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from copies import ROOT, build
from miniature import CHAPTERS, miniature

pytestmark = [pytest.mark.book, pytest.mark.third(2)]


def archive(tree):
    command = [sys.executable, "workflow/archive.py", "smoke"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def git(tree, *words):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *identity, *words], cwd=tree, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A built miniature and the bytes of its archive, made twice: there, and in a copy with other dates."""
    tree = miniature(tmp_path_factory.mktemp("archive") / "tree")
    for name in ("CITATION.cff", ".gitignore", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    (tree / ".gitignore").write_text("/build/\n.snakemake/\n__pycache__/\nruns.log\n")
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "all")
    assert build(tree).returncode == 0
    copy = shutil.copytree(tree, tree.with_name("another folder"), copy_function=shutil.copy)
    for path in copy.rglob("*.md"):
        os.utime(path, (1e9, 1e9))
    found = []
    for each in (tree, copy):
        done = archive(each)
        assert (done.returncode, done.stderr) == (0, "")
        found.append((each / "build/manytasks-smoke.zip").read_bytes())
        digest = hashlib.sha256(found[-1]).hexdigest()
        assert done.stdout == f"build/manytasks-smoke.zip: {digest}\n"
    return tree, found


@pytest.fixture(scope="module")
def content(packed):
    """The files of the archive by name."""
    with zipfile.ZipFile(io.BytesIO(packed[1][0])) as file:
        names = [name.removeprefix("manytasks/") for name in file.namelist()]
        return {name: file.read(f"manytasks/{name}") for name in names}


def test_two_archives_of_one_build_are_the_same_bytes(packed):
    first, second = packed[1]
    assert first == second


def test_it_holds_sources_notebooks_pages_and_what_sphinx_needs(packed, content):
    tree, _ = packed
    wanted = set(git(tree, "ls-files").splitlines()) | {"sphinx/conf.py", "evidence.json", "html/index.html"}
    for name in CHAPTERS:
        wanted |= {f"executed/{name}.ipynb", f"sphinx/notebooks/{name}.ipynb"}
    assert wanted <= set(content)
    assert {"CITATION.cff", "requirements.lock", "data/datapackage.json"} <= set(content)
    compile(content["sphinx/conf.py"], "conf.py", "exec")
    assert str(tree).encode() not in b"".join(content.values())


def test_the_checksums_are_those_of_all_files(content):
    said = dict(reversed(line.split("  ")) for line in content.pop("SHA256SUMS").decode().splitlines())
    assert said == {name: hashlib.sha256(each).hexdigest() for name, each in content.items()}


def test_the_crate_describes_every_file_and_a_run_of_every_chapter(packed, content):
    tree, _ = packed
    described = json.loads(content["ro-crate-metadata.json"])
    graph = {entity["@id"]: entity for entity in described["@graph"]}
    assert len(graph) == len(described["@graph"])
    parts = {part["@id"] for part in graph["./"]["hasPart"]}
    assert parts == set(content) - {"ro-crate-metadata.json", "SHA256SUMS"}
    commit, root = git(tree, "rev-parse", "HEAD"), git(tree, "rev-parse", "HEAD^{tree}")
    assert graph["./"]["identifier"] == [f"swh:1:rev:{commit}", f"swh:1:dir:{root}"]
    for name in CHAPTERS:
        run = graph[f"#run-{name}"]
        assert run["instrument"] == {"@id": f"notebooks/{name}.py"}
        assert run["result"] == {"@id": f"executed/{name}.ipynb"}
        assert {"name": "profile", "value": "smoke"}.items() <= graph[run["object"]["@id"]].items()
        assert graph[run["agent"]["@id"]]["@type"] == "Organization"
        assert graph[f"notebooks/{name}.py"]["version"] == graph["./"]["version"]
    outside = ("http://schema.org", "https://w3id.org/ro/crate")
    links = [
        each["@id"]
        for entity in described["@graph"]
        for value in entity.values()
        for each in (value if isinstance(value, list) else [value])
        if isinstance(each, dict)
    ]
    assert [each for each in links if not each.startswith(outside) and each not in graph] == []
    # What roc-validator found: recommended, and nothing that is required.
    assert all(
        len(value) > 1 for each in graph.values() for value in each.values() if isinstance(value, list)
    )
    assert [name for name in parts if "encodingFormat" not in graph[name]] == []
    assert graph["html/objects.inv"]["encodingFormat"] == "application/octet-stream"


def test_without_a_book_there_is_no_archive(tmp_path):
    tree = miniature(tmp_path / "tree")
    done = archive(tree)
    expected = "there is no book in build/html-smoke; `make book PROFILE=smoke` builds it\n"
    assert (done.returncode, done.stderr) == (1, expected)
