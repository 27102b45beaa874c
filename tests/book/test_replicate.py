"""Replicating a small book: what draws runs for every seed, and a kill costs nothing that was finished."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from miniature import HEADER, NOTEBOOK, claim, miniature, runs

pytestmark = [pytest.mark.book, pytest.mark.third]
# alpha draws; its verdict for seed 3 is another. beta stops for seed 2. welcome draws nothing.
DRAWING = NOTEBOOK.replace('0, "<", 1', 'seed % 3, ">", 0')
STOPPING = DRAWING.replace(
    "# %%\nevidence", '# %%\nif seed == 2:\n    raise ValueError("no seed 2")\nevidence'
)


@pytest.fixture
def tree(tmp_path):
    tree = miniature(tmp_path / "tree")
    for name, text in (
        ("welcome", NOTEBOOK.replace("n=seed", "n=1")),
        ("part/alpha", DRAWING),
        ("part/beta", STOPPING),
    ):
        text = text.format(name=name, claim=claim(name), imports="from manytasks import evidence")
        (tree / "notebooks" / f"{name}.py").write_text(HEADER + text, encoding="utf-8")
    return tree


def command(*options):
    return [sys.executable, "workflow/replicate.py", "--profile", "smoke", "--jobs", "2", *options]


def replicate(tree, *options):
    return subprocess.run(command(*options), cwd=tree, capture_output=True, text=True, timeout=1800)


def test_what_draws_runs_for_every_seed_and_the_rest_twice(tree):
    done = replicate(tree, "--seeds", "4")
    assert done.returncode == 0, done.stderr
    assert runs(tree) == {"welcome": 2, "part/alpha": 4, "part/beta": 4}
    assert done.stdout.splitlines() == [
        "O.0     nothing is drawn",
        "O.1     the same in 3 of 4 seeds (probability at least 0.249); seed 3: fails",
        "O.2     the same in 2 of 4 seeds (probability at least 0.098); seed 2: not judged, seed 3: fails",
    ]
    table = pd.read_csv(tree / "data/replication.csv", keep_default_na=False)
    assert table[table.seed == 2].verdict.tolist()[-1] == "cell 4: ValueError: no seed 2"
    origin = json.loads((tree / "data/replication.json").read_text())
    assert (origin["profile"], origin["cells"]) == ("smoke", 10)
    assert "replication" in {
        row["name"] for row in json.loads((tree / "data/datapackage.json").read_text())["resources"]
    }
    again = replicate(tree, "--seeds", "4")
    assert again.stdout == done.stdout
    assert sum(runs(tree).values()) == 10  # nothing ran twice


def test_a_killed_replication_goes_on_where_it_stopped(tree):
    path = tree / "notebooks/part/alpha.py"
    path.write_text(path.read_text().replace('wait = ""', 'wait = "go"'), encoding="utf-8")
    with open(tree / "log", "w") as log:
        process = subprocess.Popen(
            command("--seeds", "2"),
            cwd=tree,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    end = time.monotonic() + 300
    while (
        not (tree / "runs.log").exists() or runs(tree).get("part/alpha", 0) < 2
    ):  # both seeds have begun: welcome is finished in each
        assert process.poll() is None, (tree / "log").read_text()
        assert time.monotonic() < end, (tree / "log").read_text()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (tree / "go").touch()
    done = replicate(tree, "--seeds", "2")
    assert done.returncode == 0, done.stderr
    assert runs(tree)["welcome"] == 2
    assert set(pd.read_csv(tree / "data/replication.csv").seed) == {1, 2}


def test_one_chapter_may_be_drawn_again_beside_what_is_known_of_the_others(tree):
    assert replicate(tree, "--seeds", "3").returncode == 0
    before = pd.read_csv(tree / "data/replication.csv", keep_default_na=False)
    path = tree / "notebooks/part/alpha.py"
    path.write_text(path.read_text().replace('seed % 3, ">", 0', 'seed % 3, ">", -1'), encoding="utf-8")
    (tree / "runs.log").unlink()
    done = replicate(tree, "--seeds", "3", "--chapters", "part/alpha")
    assert done.returncode == 0, done.stderr
    assert runs(tree) == {"part/alpha": 3}
    assert done.stdout.splitlines()[1].startswith("O.1     the same in 3 of 3 seeds")
    after = pd.read_csv(tree / "data/replication.csv", keep_default_na=False)
    others = before.chapter != "part/alpha"
    pd.testing.assert_frame_equal(after[after.chapter != "part/alpha"], before[others])
    assert after[["seed", "chapter"]].equals(before[["seed", "chapter"]])
    path = tree / "notebooks/part/beta.py"
    path.write_text(path.read_text() + "# changed\n", encoding="utf-8")
    assert replicate(tree, "--seeds", "3", "--chapters", "part/alpha").returncode == 0
    origin = json.loads((tree / "data/replication.json").read_text())
    assert origin["cells"] >= 8
    refused = replicate(tree, "--chapters", "part/gamma")
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
        2,
        "replicate.py: error: --chapters must be among welcome, part/alpha, part/beta; got part/gamma",
    )


def test_what_is_known_stays_where_code_was_moved_and_until_as_many_seeds_are_drawn_again(tree):
    assert replicate(tree, "--seeds", "3").returncode == 0
    before = pd.read_csv(tree / "data/replication.csv", keep_default_na=False)
    content = json.loads((tree / "data/replication.json").read_text())["content"]
    alpha, beta = (tree / f"notebooks/part/{name}.py" for name in ("alpha", "beta"))
    alpha.write_text(alpha.read_text() + "moved = True\n", encoding="utf-8")
    text = beta.read_text().replace('seed % 3, ">", 0', 'seed % 3, ">", -1')
    beta.write_text(text + "if seed > 2:\n    import os\n\n    os._exit(9)\n", encoding="utf-8")
    (tree / "runs.log").unlink()
    assert replicate(tree, "--seeds", "3").returncode != 0
    assert runs(tree)["part/alpha"] == 2  # they say what the table says
    after = pd.read_csv(tree / "data/replication.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(after, before)
    now = json.loads((tree / "data/replication.json").read_text())["content"]
    assert [name for name in content if now[name] != content[name]] == ["part/alpha"]


def test_one_seed_is_refused(tree):
    done = replicate(tree, "--seeds", "1")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "replicate.py: error: --seeds must be at least 2, for one seed replicates nothing; got 1",
    )
