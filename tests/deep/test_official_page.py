"""The page on data names the address of every archive that the package reads."""

from pathlib import Path

import pytest

from manytasks.deep.data.official import OFFICIAL

PAGE = Path(__file__).parents[2] / "notebooks/networks/data.py"


@pytest.mark.parametrize("folder", [folder for folder in OFFICIAL if folder != "fashion-mnist"])
def test_a_row_has_files_and_address(folder):
    (row,) = [line for line in PAGE.read_text().splitlines() if line.startswith(f"# | {folder} |")]
    homes = {archive.home for archive in OFFICIAL[folder]}
    assert homes == {word for word in row.split() if word.startswith("http")}
    assert f"{{glue:text}}`files_{folder.replace('-', '_')}`" in row
