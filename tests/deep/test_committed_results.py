"""What is committed under data/ is what the code says it is."""

import json
from pathlib import Path

import frictionless
import pandas as pd
import pytest

from manytasks.deep import find_sweep
from manytasks.deep.sweeps.package import describe_results, write_package

DATA = Path(__file__).parents[2] / "data"
TABLES = sorted(DATA.glob("*.csv"))
SWEEPS = [path for path in TABLES if path.stem != "replication"]  # which test_replication.py looks at


def test_package_describes_the_committed_tables():
    assert json.loads((DATA / "datapackage.json").read_text()) == describe_results(DATA)


def test_the_package_is_a_valid_data_package():
    report = frictionless.validate(DATA / "datapackage.json")
    assert report.flatten(["type", "message"]) == []
    assert report.stats["tasks"] == len(TABLES)


def test_a_table_that_was_edited_by_hand_is_no_longer_valid(tmp_path):
    (tmp_path / "a.csv").write_bytes(TABLES[0].read_bytes())
    package = write_package(tmp_path)
    with (tmp_path / "a.csv").open("a") as file:
        file.write("typed in\n")
    found = {kind for (kind,) in frictionless.validate(package).flatten(["type"])}
    assert {"hash-count", "byte-count", "missing-cell"} <= found


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_table_is_whole_and_of_the_present_grid(path):
    table = pd.read_csv(path)
    sweep = find_sweep(table["sweep"][0])
    profile = table["profile"][0]
    assert path.name == f"{sweep.name}-{profile}.csv"
    cells = sweep.cells(profile)
    assert list(map(tuple, table[list(sweep.axes)].drop_duplicates().to_numpy().tolist())) == [
        tuple(cell[axis] for axis in sweep.axes) for cell in cells
    ]
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
