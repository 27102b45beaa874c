"""Chapters say on another processor what the smoke book says: a third of them a day, each on one of two."""

import json
import sys

import pytest
from copies import ROOT
from rotation import todays

from manytasks import evidence

pytestmark = pytest.mark.book


@pytest.fixture
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "workflow")
    monkeypatch.chdir(ROOT)
    import cells
    import processors
    import travel

    yield cells, processors.processors(), travel
    for name in ("cells", "processors", "travel", "dependencies"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("processor", ["old", "avx2"])
def test_chapters_say_the_same_on_another_processor(tree, scripts, processor, tmp_path):
    cells, known, travel = scripts
    if processor not in known:
        pytest.skip(f"needs a machine that can stand for the processor {processor!r}")
    every = cells.chapters()
    today = todays(every)
    if len(today) < len(every):
        today = today[processor == "avx2" :: 2]
    own = cells.profile_parameters("smoke")
    runs = {name: cells.Cell(name, own[name], known[processor]) for name in today}
    assert cells.run_jobs([cells.Job("travel", tuple(runs.values()))], tmp_path, limit=300, cores=1) == 0
    different = []
    for name, cell in runs.items():
        found = cell.result(tmp_path)
        notebook = tree / "build/smoke/notebooks" / f"{name}.ipynb"
        if evidence.failures([notebook]):
            continue  # test_the_smoke_book_is_built says so once
        built = evidence.gather([notebook])
        lines = [found["stopped"]] if found["stopped"] else []
        lines += travel.differences([vars(row) for row in built], found["evidence"])
        different += [f"{name}: {line}" for line in lines]
    assert different == [], f"on {json.dumps(known[processor])}: python workflow/travel.py says more"
