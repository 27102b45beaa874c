"""What a launch button opens begins in Colab, and is the page's notebook everywhere else."""

import json
import sys

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from launch import in_colab, prepare, with_install

REPOSITORY = "https://github.com/someone/manytasks"


@pytest.fixture
def notebook():
    cells = [
        nbformat.v4.new_markdown_cell("# Title", id="cell-0"),
        nbformat.v4.new_code_cell("1", id="cell-1"),
    ]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


def test_the_first_cell_installs_and_the_others_are_the_notebooks(notebook):
    found = with_install(notebook, f"{REPOSITORY}/")
    nbformat.validate(nbformat.reads(found.decode(), as_version=4))
    first, *rest = json.loads(found)["cells"]
    assert rest == json.loads(notebook)["cells"]
    assert f"--branch executed {REPOSITORY} /content/book" in first["source"]
    assert first["metadata"]["jupyter"] == {"source_hidden": True}
    assert "remove-cell" in first["metadata"]["tags"]


def test_outside_of_colab_the_cell_does_nothing(notebook, monkeypatch):
    source = json.loads(with_install(notebook, REPOSITORY))["cells"][0]["source"]
    code = compile(TransformerManager().transform_cell(source), "cell", "exec")
    exec(code, {})  # without get_ipython: whatever it called would fail
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    with pytest.raises(NameError, match="get_ipython"):
        exec(code, {})


def test_only_what_colab_can_open_gets_the_cell(notebook, tmp_path):
    (tmp_path / "from/part").mkdir(parents=True)
    (tmp_path / "from/part/a.ipynb").write_bytes(notebook)
    for repository in (REPOSITORY, "https://gitlab.com/someone/manytasks"):
        prepare(tmp_path / "from", tmp_path / "to", repository)
        written = (tmp_path / "to/part/a.ipynb").read_bytes()
        assert (written != notebook) == in_colab(repository)
