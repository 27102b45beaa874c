"""What is committed under data/ is what the code says it is."""

import gc
import json
import re
from pathlib import Path

import frictionless
import pandas as pd
import pytest
import torch
from toy_sweep import Toy, run

from manytasks.deep import find_sweep
from manytasks.deep.sweeps.package import describe_results, write_package

DATA = Path(__file__).parents[2] / "data"
TABLES = sorted(DATA.glob("*.csv*"))
LOADED = {  # by chapters
    name
    for path in (DATA.parent / "notebooks").rglob("*.py")
    for name in re.findall(r"load_results\(\s*['\"]([\w-]+)['\"]", path.read_text())
}
SWEEPS = [path for path in TABLES if path.stem != "replication"]  # which test_replication.py looks at


def test_package_describes_the_committed_tables():
    assert json.loads((DATA / "datapackage.json").read_text()) == describe_results(DATA)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # frictionless leaves files open
def test_the_package_is_a_valid_data_package():
    report = frictionless.validate(DATA / "datapackage.json")
    gc.collect()
    assert report.flatten(["type", "message"]) == []
    assert report.stats["tasks"] == len(TABLES)


def test_a_table_that_was_edited_by_hand_is_no_longer_valid(tmp_path):
    (tmp_path / "a.csv").write_bytes(TABLES[0].read_bytes())
    package = write_package(tmp_path)
    with (tmp_path / "a.csv").open("a") as file:
        file.write("typed in\n")
    found = {kind for (kind,) in frictionless.validate(package).flatten(["type"])}
    assert {"hash-count", "byte-count", "missing-cell"} <= found


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_no_table_is_too_large_for_a_repository(path):
    assert path.stat().st_size < 2_000_000


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_table_is_whole_and_of_the_present_grid(path):
    table = pd.read_csv(path)
    sweep = find_sweep(table["sweep"][0])
    profile = table["profile"][0]
    assert path.name.removesuffix(".gz") == f"{sweep.name}-{profile}.csv"
    cells = sweep.cells(profile)
    there = list(map(tuple, table[list(sweep.axes)].drop_duplicates().to_numpy().tolist()))
    grid = [tuple(cell[axis] for axis in sweep.axes) for cell in cells]
    assert there == [
        cell for cell in grid if cell in there
    ]  # a sweep may be under way, in the order of its grid
    if there != grid:
        assert sweep.name not in LOADED, "a chapter judges a whole table only"
    groups = table.groupby(list(sweep.axes))
    per_task = groups.size() / (groups["task"].nunique() if "task" in table else 1)  # tasks may be an axis
    assert per_task.nunique() == 1
    for name, value in cells[0].items():
        if not isinstance(value, tuple) and name not in sweep.axes:
            assert table[name].unique().tolist() == [value]
    assert set(table["seed"]) == set(cells[0]["seeds"])


def test_descriptor_is_written_beside_the_tables(tmp_path):
    (tmp_path / "a.csv").write_bytes(TABLES[0].read_bytes())
    package = json.loads(write_package(tmp_path).read_text())
    (resource,) = package["resources"]
    assert resource["path"] == "a.csv"
    assert resource["schema"]["fields"][0] == {"name": "sweep", "type": "string"}


@pytest.fixture
def toy(monkeypatch):
    return Toy().register(monkeypatch)


def described(folder):
    """Resources by name, of a package that frictionless finds valid."""
    package = write_package(folder)
    assert frictionless.validate(package).flatten(["name", "type", "message"]) == []
    assert [path.name for path in folder.iterdir() if "datapackage" in path.name] == ["datapackage.json"]
    return {resource["name"]: resource for resource in json.loads(package.read_text())["resources"]}


def test_a_table_of_two_devices_says_so(toy, tmp_path):
    """No GPU here: the second device is made of rows of the first."""
    run(tmp_path)
    path = tmp_path / "toy-smoke.csv"
    header, *lines = path.read_text().splitlines(keepends=True)
    path.write_text(header + "".join(lines + [line.replace(",cpu,", ",cuda,") for line in lines]))
    (tmp_path / "toy-smoke.json").unlink()
    provenance = described(tmp_path)["toy-smoke"]["provenance"]
    command = "manytasks sweep toy --profile smoke --device"
    assert provenance == {
        "command": f"{command} cpu && {command} cuda",
        "torch": torch.__version__,
        "rows": 12,
    }


def test_versions_other_settings_and_gained_columns_are_described(toy, tmp_path, monkeypatch):
    run(tmp_path)
    version = str(torch.__version__)
    monkeypatch.setattr(torch, "__version__", "9.9")
    toy.extra = {1: {"error": 0.5}, 7: {"error": 0.25}}
    run(tmp_path, changes={"width": (1, 7)})
    resource = described(tmp_path)["toy-smoke"]
    assert resource["provenance"]["torch"] == sorted([version, "9.9"])
    assert resource["provenance"]["cells of other settings"] == 1
    assert "ledger" not in resource["provenance"]
    assert resource["schema"]["missingValues"] == ["", "nan"]


def test_tables_that_no_sweep_made_are_described(toy, tmp_path):
    run(tmp_path)
    (tmp_path / "counts.csv").write_text("name,count\na,1\n")
    (tmp_path / "told.csv").write_text("count\n1\n2\n")
    (tmp_path / "told.json").write_text('{"question": "How many?", "seeds": 20}')
    resources = described(tmp_path)
    assert resources["counts"]["description"] == "A table that no sweep of the package made"
    assert resources["counts"]["provenance"] == {"rows": 1}
    assert resources["told"]["description"] == "How many?"
    assert resources["told"]["provenance"] == {"rows": 2, "seeds": 20}
    assert resources["toy-smoke"]["description"] == "?"


@pytest.mark.parametrize(("text", "fields"), [("", 0), ("\n", 0), ("a,b\n", 2)])
@pytest.mark.parametrize("name", ["counts", "toy-smoke"])
def test_empty_tables_are_described(toy, tmp_path, text, fields, name):
    (tmp_path / f"{name}.csv").write_text(text)
    (resource,) = describe_results(tmp_path)["resources"]
    assert resource["provenance"]["rows"] == 0
    assert len(resource["schema"]["fields"]) == fields
    assert resource["bytes"] == len(text)


@pytest.mark.parametrize("content", [b"a,b\n1,2,3\n4\n1,2,3,4,5\n", "ä,b\n".encode("utf-16")])
def test_a_file_that_is_no_table_is_named_and_the_package_stays(toy, tmp_path, content):
    run(tmp_path)
    before = write_package(tmp_path).read_bytes()
    (tmp_path / "torn.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"torn\.csv is not a table: ") as caught:
        write_package(tmp_path)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "datapackage.json").read_bytes() == before
