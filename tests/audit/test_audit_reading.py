"""Every bad file gets one line that says what is wrong and what to do; good ones are read as they are."""

import gzip
import os
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from manytasks import audit
from manytasks.cli import main


def long_table(tasks=("a", "b", "c"), rows=20, seed=1):
    """Three tasks, two of them alike, with two features of their own units."""
    rng = np.random.default_rng(seed)
    names = np.repeat(tasks, rows)
    x = rng.standard_normal((len(names), 2)) * [1, 100]
    y = np.where(names == tasks[-1], x[:, 0], x[:, 1] / 100) + 0.3 * rng.standard_normal(len(names))
    return pd.DataFrame({"task": names, "y": y, "x1": x[:, 0], "x2": x[:, 1]})


def refused(capsys, words, code=2):
    """Run a command that fails; return its one line."""
    assert main(["audit", *words]) == code
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("manytasks: ")
    assert output.err.count("\n") == 1
    return output.err.removeprefix("manytasks: ").rstrip("\n")


def written(folder, frame, name="scores.csv", **options):
    path = folder / name
    frame.to_csv(path, index=False, **options)
    return str(path)


@pytest.mark.parametrize("name", ["s.csv", "s.tsv", "s.csv.gz", "s.npz", "folder"])
def test_every_format_says_the_same(tmp_path, name):
    frame = long_table()
    path = tmp_path / name
    arrays = {
        "X": frame[["x1", "x2"]].to_numpy(),
        "y": frame["y"].to_numpy(),
        "task": frame["task"].to_numpy("U1"),
    }
    if name == "s.npz":
        np.savez(path, **arrays)
    elif name == "folder":
        path.mkdir()
        for key, array in arrays.items():
            np.save(path / f"{key}.npy", array)
    elif name == "s.csv.gz":
        path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    else:
        frame.to_csv(path, index=False, sep="\t" if name.endswith("tsv") else ",")
    samples = audit.read(path)
    assert samples.names == ("a", "b", "c")
    assert samples.notes == ()
    np.testing.assert_allclose(np.concatenate(samples.y), frame["y"], rtol=1e-12)
    np.testing.assert_allclose(np.concatenate(samples.X), frame[["x1", "x2"]], rtol=1e-12)


def test_parquet_needs_its_reader(tmp_path, monkeypatch, capsys):
    path = tmp_path / "s.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "fastparquet", None)
    assert refused(capsys, [str(path)]) == (
        "s.parquet: reading Parquet needs pyarrow; pip install pyarrow, or save as .csv"
    )


def test_a_wide_table_has_a_task_per_target(tmp_path):
    frame = long_table().rename(columns={"x1": "y2"})[["y", "y2", "x2"]]
    samples = audit.read(written(tmp_path, frame), targets=["y", "y2"])
    assert samples.shared
    assert samples.names == ("y", "y2")
    assert samples.features == ("x2",)
    assert samples.X[0] is samples.X[1]


def test_columns_by_number_and_features_by_name(tmp_path):
    path = written(tmp_path, long_table())
    samples = audit.read(path, task="1", target="2", features=["x2"])
    assert samples.features == ("x2",)
    assert audit.read(path, drop=["x2"]).features == ("x1",)


def test_a_decimal_comma(tmp_path):
    frame = long_table()
    path = written(tmp_path, frame, sep=";", decimal=",")
    np.testing.assert_allclose(np.concatenate(audit.read(path, decimal=",").y), frame["y"], rtol=1e-12)


def test_columns_by_semicolons_are_read_with_either_decimal_sign(tmp_path):
    frame = long_table()
    for decimal in ".,":
        path = written(tmp_path, frame, sep=";", decimal=decimal)
        np.testing.assert_allclose(
            np.concatenate(audit.read(path, decimal=decimal).y), frame["y"], rtol=1e-12
        )


def test_tasks_that_are_numbers_stand_in_their_order_with_gaps_or_without(tmp_path):
    frame = long_table().replace({"task": {"a": 2, "b": 10, "c": 33}}).astype({"task": float})
    assert audit.read(written(tmp_path, frame)).names == ("2", "10", "33")
    frame.loc[3, "task"] = None
    assert audit.read(written(tmp_path, frame)).names == ("2", "10", "33")
    frame["task"] = frame["task"].replace(2, 2.5)
    assert audit.read(written(tmp_path, frame)).names == ("10.0", "2.5", "33.0")


def change(frame, row, column, value):
    frame = frame.astype({column: object})
    frame.loc[row, column] = value
    return frame


FAULTS = [
    (
        lambda f: f,
        ["--task", "tasks"],
        "scores.csv has no column 'tasks'; did you mean 'task'? Columns: task, y, x1, x2",
    ),
    (lambda f: f, ["--task", "school"], "scores.csv has no column 'school'. Columns: task, y, x1, x2"),
    (
        lambda f: f.rename(columns={"y": "score"}),
        [],
        "scores.csv has no column 'y' or 'target'; name it with --target. Columns: task, score, x1, x2",
    ),
    (
        lambda f: f.rename(columns={"task": "school"}),
        [],
        "scores.csv has no column 'task'; name it with --task. Columns: school, y, x1, x2",
    ),
    (lambda f: change(f, 3, "x2", "1,234.5"), [], "row 4, column 'x2': '1,234.5' is not a number"),
    (
        lambda f: f.assign(x1=f["task"].map({"a": 1, "b": 2, "c": 3}), x2=0),
        [],
        "every feature is constant: there is nothing to learn from",
    ),
    (
        lambda f: f.assign(x2=1e70 * f["x2"]),
        [],
        "'x2' has values as large as {largest}; write it in another unit",
    ),
    (
        lambda f: f.assign(**{"my x": [f"name {k}" for k in range(len(f))]}),
        [],
        "feature 'my x' holds 60 different texts; leave it out with --drop 'my x'",
    ),
    (
        lambda f: f,
        ["--weights", "aa"],
        "no task that can be audited is called 'aa'; did you mean 'a'? Tasks: a, b, c",
    ),
    (lambda f: f, ["--target", "task"], "task and target are the same column, 'task'"),
    (lambda f: f, ["--targets", "y"], "audit compares at least two targets; got y"),
    (
        lambda f: f,
        ["--targets", "y,x1", "--task", "task"],
        "give either targets, for tasks on the same rows, or task and target",
    ),
    (lambda f: f, ["--features", "y"], "'y' cannot be a feature: it is the task or the target"),
    (lambda f: f[["task", "y"]], [], "scores.csv has no feature columns beside task, y"),
    (lambda f: f.iloc[:0], [], "scores.csv has no rows"),
    (
        lambda f: f.assign(y=np.resize(["A", "B", "C", "D"], len(f))),
        [],
        "target 'y' holds text (A, B, C, …); audit needs numbers, or two words; name the one that is 1 with "
        "--positive WORD, all others are 0",
    ),
    (
        lambda f: f.assign(y=np.resize(["ill", "well"], len(f))),
        ["--positive", "Il"],
        "target 'y' is nowhere 'Il'; did you mean 'ill'? Words: ill, well",
    ),
    (
        lambda f: f.assign(y=np.resize(["ill", "well"], len(f))),
        ["--positive", "dead"],
        "target 'y' is nowhere 'dead'. Words: ill, well",
    ),
    (
        lambda f: f.assign(y="ill"),
        [],
        "target 'y' holds text (ill); audit needs numbers, or two words",
    ),
    (lambda f: f, ["--positive", "1"], "--positive '1' is for a text; target 'y' holds numbers"),
    (lambda f: f, ["--drop", "x2,y"], "'y' cannot be left out with --drop: it is the task or a target"),
    (lambda f: f, ["--drop", "1"], "'task' cannot be left out with --drop: it is the task or a target"),
    (
        lambda f: f,
        ["--targets", "y,x1", "--features", "x2", "--drop", "x1"],
        "'x1' cannot be left out with --drop: it is the task or a target",
    ),
    (
        lambda f: f,
        ["--features", "x1,x2", "--drop", "x2"],
        "'x2' cannot be left out with --drop: it is a feature that --features names",
    ),
    (lambda f: f, ["--targets", "y,y"], "audit compares at least two targets; got y"),
    (
        lambda f: f.rename(columns={"task": "Task"}),
        [],
        "scores.csv has no column 'task'; did you mean --task Task? Columns: Task, y, x1, x2",
    ),
    (
        lambda f: f.rename(columns={"y": "my traget"}),
        [],
        "scores.csv has no column 'y' or 'target'; did you mean --target 'my traget'? "
        "Columns: task, my traget, x1, x2",
    ),
    (
        lambda f: f.rename(columns={"y": "Y"}),
        [],
        "scores.csv has no column 'y' or 'target'; did you mean --target Y? Columns: task, Y, x1, x2",
    ),
    (
        lambda f: f.rename(columns={"task": "SCHOOL"}),
        ["--task", "school"],
        "scores.csv has no column 'school'; did you mean 'SCHOOL'? Columns: SCHOOL, y, x1, x2",
    ),
    (
        lambda f: f.assign(x2=[f"name {k}" for k in range(len(f))]),
        [],
        "feature 'x2' holds 60 different texts; leave it out with --drop x2",
    ),
    (
        lambda f: change(f, 16, "x2", "3,5"),
        [],
        "row 17, column 'x2': '3,5' is not a number; a decimal comma? --decimal ,",
    ),
    (lambda f: change(f, 3, "x2", "n/s"), [], "row 4, column 'x2': 'n/s' is not a number"),
    (
        lambda f: f.assign(x2=f["x2"].map(lambda x: f"{x:.3f}".replace(".", ","))),
        [],
        "row 1, column 'x2': '{first}' is not a number; a decimal comma? --decimal ,",
    ),
    (
        lambda f: change(f, 5, "x2", None),
        ["--missing", "error"],
        "1 of 60 rows of scores.csv has a missing value (in 'x2')",
    ),
    (
        lambda f: f.assign(x2=np.nan),
        [],
        "every row of scores.csv has a missing value (in 'x2'); leave columns out with --drop",
    ),
    (lambda f: f[f["task"] == "a"], [], "all 20 rows belong to one task ('a'); audit compares at least two"),
    (
        lambda f: f.groupby("task").head(5),
        [],
        "none of 3 tasks of scores.csv can be audited, and it takes two: task 'a' has 5 rows; audit needs 8; "
        "task 'b' has 5 rows; audit needs 8; task 'c' has 5 rows; audit needs 8",
    ),
    (
        lambda f: pd.concat([f.assign(task=f["task"] + str(k), y=7) for k in range(2)]),
        [],
        "none of 6 tasks of scores.csv can be audited, and it takes two: the target does not vary in 6 tasks",
    ),
    (
        lambda f: f.assign(y=np.where(f["task"] == "a", f["y"], 3)),
        [],
        "only 1 of 3 tasks of scores.csv can be audited, and it takes two: task 'b': the target is 3 in all "
        "20 rows; task 'c': the target is 3 in all 20 rows",
    ),
    (lambda f: f.assign(x1=1.0, x2=2.0), [], "every feature is constant: there is nothing to learn from"),
    (
        lambda f: f.assign(x2=2 * f["y"] - 7),
        [],
        "feature 'x2' is a linear function of the target; leave it out with --drop x2",
    ),
    (lambda f: f, ["--groups", "4"], "groups must be at most 3, the number of tasks; got 4"),
    (lambda f: f, ["--groups", "0"], "groups must be a whole number of at least 1; got 0"),
    (lambda f: f, ["--seed", "-1"], "seed must be a whole number of at least 0; got -1"),
]


@pytest.mark.parametrize(("spoil", "words", "message"), FAULTS)
def test_what_cannot_be_audited_gets_one_line_and_code_two(tmp_path, capsys, spoil, words, message):
    frame = spoil(long_table())
    if "{first}" in message:
        message = message.format(first=frame["x2"].iloc[0])
    if "{largest}" in message:
        message = message.format(largest=f"{frame['x2'].abs().max():.0e}")
    assert refused(capsys, [written(tmp_path, frame), *words]) == message


def test_a_file_that_is_not_there(capsys):
    assert refused(capsys, ["nowhere.csv"], code=1) == "nowhere.csv: No such file or directory"
    assert refused(capsys, ["nowhere.npz"], code=1) == "nowhere.npz: No such file or directory"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.xlsx", b"", "s.xlsx must end in .csv, .tsv, .npz or .parquet (also .csv.gz), or be a folder"),
        ("s.csv", b"", "s.csv is not a readable table: No columns to parse from file"),
        (
            "s.csv",
            b"task,y\na,1\nb,2,3,4\n",
            "s.csv is not a readable table: Error tokenizing data. C error: Expected 2 fields in line 3, saw 4",  # noqa: E501
        ),
        (
            "s.csv",
            b"\xff\xfe\x00t",
            "s.csv is not text in UTF-8; save it again as CSV UTF-8",
        ),
        ("s.npz", b"no archive", "s.npz is not a readable .npz file"),
    ],
)
def test_files_that_are_no_tables(tmp_path, capsys, name, content, message):
    (tmp_path / name).write_bytes(content)
    assert refused(capsys, [str(tmp_path / name)]) == message


X, Y, TASK = np.random.default_rng(0).standard_normal((40, 3)), np.arange(40.0), np.repeat([1, 2], 20)
ARRAYS = [
    (
        {"X": X, "y": np.array(list("ab") * 20, dtype=object), "task": TASK},
        "s.npz holds Python objects; save plain arrays",
    ),
    ({"X": X, "y": Y[:39], "task": TASK}, "s.npz: X has 40 rows, y has 39"),
    ({"X": X, "y": Y}, "s.npz has no array 'task'; it needs X and either Y, or y and task"),
    ({"X": X, "y": Y.astype(str), "task": TASK}, "s.npz: y must hold numbers; its type is <U32"),
    ({"X": X[0], "y": Y, "task": TASK}, "s.npz: X must have 2 dimensions, none empty; got shape (3,)"),
    ({"X": X * np.nan, "y": Y, "task": TASK}, "every row of s.npz has a missing value (most in 'x1')"),
    (
        {"X": X, "Y": np.stack([np.where(Y > 3, np.inf, np.nan), Y], axis=1)},
        "every row of s.npz has a missing or infinite value (in 'y1')",
    ),
]


@pytest.mark.parametrize(("arrays", "message"), ARRAYS)
def test_arrays_that_cannot_be_audited(tmp_path, capsys, arrays, message):
    np.savez(tmp_path / "s.npz", **arrays)
    assert refused(capsys, [str(tmp_path / "s.npz")]) == message


NOTES = [
    (
        lambda f: change(f, [5, 7], "x2", None),
        "2 of 60 rows have a missing value (in 'x2') and are left out",
    ),
    (lambda f: change(f, 5, "y", "inf"), "1 of 60 rows has an infinite value (in 'y') and is left out"),
    (
        lambda f: change(change(f, 5, "x1", -np.inf), [6, 7], "x2", np.inf),
        "3 of 60 rows have an infinite value (most in 'x2') and are left out",
    ),
    (lambda f: change(f, 5, "task", None), "1 of 60 rows has a missing value (in 'task') and is left out"),
    (lambda f: change(f, 5, "x2", "."), "1 of 60 rows has a missing value (in 'x2') and is left out"),
    (
        lambda f: f.assign(x3="same").pipe(change, [5, 6], "x3", " "),
        "feature 'x3' is 'same' wherever it is filled in; left out",
    ),
    (
        lambda f: f.rename_axis("").reset_index(),
        "column 1 (0, 1, 2, …) has no name, as row numbers that pandas and R write; left out; give it a name "
        "if it is a feature",
    ),
    (
        lambda f: f.rename_axis("Unnamed: 0").iloc[::-1].reset_index(),
        "column 1 (59, 58, 57, …) has no name, as row numbers that pandas and R write; left out; give it a "
        "name if it is a feature",
    ),
    (
        lambda f: f.set_axis([f"pupil {k}" for k in range(len(f))]).rename_axis("").reset_index(),
        "column 1 (pupil 0, pupil 1, pupil 2, …) has no name, as row numbers that pandas and R write; left "
        "out; give it a name if it is a feature",
    ),
    (lambda f: f.assign(**{"": None}), "column 5 has neither a name nor values; left out"),
    (lambda f: f.assign(x3=4), "constant features are left out: x3"),
    (
        lambda f: f.assign(x3=f["task"].map({"a": 1, "b": 2, "c": 3})),
        "features that vary between tasks only are left out, for every task has an intercept: x3",
    ),
    (
        lambda f: f.assign(number=range(len(f))),
        "feature 'number' is another whole number in every row; if it only numbers them, leave it out with "
        "--drop number",
    ),
    (
        lambda f: pd.concat(
            [
                f,
                *(f.iloc[[k]].assign(task=f"small {k}") for k in range(4)),
                f.iloc[[5]].assign(task="small 0"),
            ]
        ),
        "4 tasks have fewer than 8 rows and are left out",
    ),
    (lambda f: f.assign(x3="same"), "feature 'x3' is 'same' in all rows; left out"),
    (
        lambda f: f.assign(x3=np.resize(["m", "f"], len(f))),
        "feature 'x3' holds text (f, m) and is coded as 0 and 1",
    ),
    (
        lambda f: f.assign(y=np.where(f["y"] > 0, "yes", "no")),
        "target 'y' holds text; 'yes' is 1 and 'no' is 0; --positive no turns that round",
    ),
    (lambda f: f.iloc[:45], "task 'c' has 5 rows; audit needs 8; left out"),
    (
        lambda f: f.assign(y=np.where(f["task"] == "a", 3, f["y"])),
        "task 'a': the target is 3 in all 20 rows; left out",
    ),
    (
        lambda f: f.assign(x1=np.tile(f["x1"][:20], 3), x2=np.tile(f["x2"][:20], 3)),
        "tasks 'a' and 'b' have identical rows; if they are targets of the same rows, give a table with one "
        "column per target (--targets)",
    ),
]


@pytest.mark.parametrize(("spoil", "note"), NOTES)
def test_what_is_left_out_is_said_and_the_rest_is_audited(tmp_path, capsys, spoil, note):
    frame = spoil(long_table())
    path = written(tmp_path, frame)
    assert main(["audit", path]) == 0
    output = capsys.readouterr()
    assert output.err == f"manytasks: {note}\n"
    assert note in " ".join(output.out.split()).replace("\n", " ")


def test_a_table_with_objects_for_numbers_is_read(tmp_path):
    frame = change(long_table(), 3, "x2", " 7 ")
    assert audit.read(written(tmp_path, frame)).X[0][3, 1] == 7


def test_arrays_hold_numbers_and_shapes_that_fit():
    rows, task = np.ones((8, 2)), np.repeat([0, 1], 4)
    for words, message in (
        ((rows, np.ones(8, dtype=bool), task), "^y must be numbers; got .*, which holds truth values$"),
        ((rows, list("abcdefgh"), task), "^y must be numbers; got .*, which holds text$"),
        ((np.ma.masked_invalid(rows), np.ones(8), task), "^X must be numbers without a mask; "),
        ((np.ones(8), np.ones(8), task), r"^X must have shape \(N, p\), y \(N,\) or \(N, T\); got "),
        ((rows, np.ones((8, 2)), task), r"^with task, y must have shape \(N,\); got shape \(8, 2\)$"),
        ((rows, np.ones(8), task[:7]), "^y has 8 rows, task has 7$"),
    ):
        with pytest.raises(ValueError, match=message):
            audit.from_arrays(*words)


def test_rows_of_no_task_are_left_out_of_arrays(tmp_path):
    np.savez(tmp_path / "s.npz", X=X, y=Y, task=np.where(np.arange(40) == 3, np.nan, TASK))
    samples = audit.read(tmp_path / "s.npz")
    assert samples.counts.tolist() == [19, 20]
    assert samples.notes == ("1 of 40 rows has a missing value (in 'task') and is left out",)


def test_every_fault_of_arrays_is_named_with_its_column(tmp_path):
    spoilt, y = X.copy(), Y.copy()
    spoilt[3, 1], spoilt[4, 2], y[5] = np.nan, -np.inf, np.inf
    np.savez(tmp_path / "s.npz", X=spoilt, y=y, task=TASK)
    samples = audit.read(tmp_path / "s.npz")
    assert samples.counts.tolist() == [17, 20]
    assert samples.notes == (
        "1 of 40 rows has a missing value (in 'x2') and is left out",
        "2 of 40 rows have an infinite value (most in 'y') and are left out",
    )


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("task", {"task": "a"}),
        ("target", {"target": "a"}),
        ("targets", {"targets": ["a", "b"]}),
        ("features", {"features": ["a"]}),
        ("drop", {"drop": ["a"]}),
        ("positive", {"positive": "a"}),
        ("decimal", {"decimal": ","}),
    ],
)
def test_options_of_tables_are_not_ignored_with_arrays(tmp_path, option, words):
    np.savez(tmp_path / "s.npz", X=X, y=Y, task=TASK)
    with pytest.raises(ValueError, match=f"^--{option} is for the columns of a table; s.npz holds arrays$"):
        audit.read(tmp_path / "s.npz", **words)


def test_the_folder_one_is_in_has_a_name(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.chdir(folder)
    np.save("X.npy", X)
    assert refused(capsys, ["."]) == "mine has no array 'y'; it needs X and either Y, or y and task"
    np.save("y.npy", Y)
    np.save("task.npy", TASK)
    assert main(["audit", ".", "--quiet", "--html", "page.html"]) == 0
    assert "<title>Audit of mine</title>" in (folder / "page.html").read_text()


def test_which_word_is_one_does_not_hang_on_the_order_of_rows(tmp_path):
    frame = long_table()
    frame["y"] = np.where(frame["y"] > 0.5, "high", np.where(frame["y"] > -0.5, "mid", "low"))
    two = frame[frame["y"] != "mid"].reset_index(drop=True)
    for rows in (two, two[::-1], two.sort_values("y"), two.sort_values("y")[::-1]):
        path = written(tmp_path, rows)
        assert sum(y.sum() for y in audit.read(path).y) == (two["y"] == "low").sum()
        assert sum(y.sum() for y in audit.read(path, positive="high").y) == (two["y"] == "high").sum()
    several = audit.read(written(tmp_path, frame), positive="mid")
    assert sum(y.sum() for y in several.y) == (frame["y"] == "mid").sum()
    assert several.notes == ("target 'y' holds text; 'mid' is 1 and all else is 0 (high, low)",)


def test_blank_cells_of_a_text_are_missing_and_its_column_is_named(tmp_path):
    frame = long_table().assign(g=np.resize(["f", "m", "m"], 60))
    for blank in (" ", "", "?", None):
        samples = audit.read(written(tmp_path, change(frame, [2, 3], "g", blank)))
        assert samples.features == ("x1", "x2", "g=m")
        assert samples.counts.tolist() == [18, 20, 20]
        assert "2 of 60 rows have a missing value (in 'g') and are left out" in samples.notes
    half = frame.assign(g=np.where(np.arange(60) % 2 == 0, frame["g"], " "))
    assert audit.read(written(tmp_path, half)).counts.sum() == 30


def test_row_numbers_are_a_feature_only_if_somebody_says_so(tmp_path):
    frame = long_table().rename_axis("").reset_index()
    path = written(tmp_path, frame)
    assert audit.read(path).features == ("x1", "x2")
    assert audit.read(path, features=["1", "x1"]).features == ("Unnamed: 0", "x1")
    assert audit.read(path, drop=["1"]).notes == ()
    twice = pd.concat([long_table(), long_table(seed=2)])  # its index begins again
    twice.to_csv(tmp_path / "twice.csv")
    assert audit.read(tmp_path / "twice.csv").features == ("x1", "x2")
    again = pd.read_csv(tmp_path / "twice.csv")
    again.to_csv(tmp_path / "again.csv")
    assert audit.read(tmp_path / "again.csv").features == ("x1", "x2")


def test_one_wild_value_is_audited(tmp_path, capsys):
    frame = long_table()
    frame.loc[5, "y"] = 1e30
    assert main(["audit", written(tmp_path, frame), "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("Train ")


def test_too_many_tasks(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("manytasks.audit.left_out.MOST_TASKS", 2)
    assert refused(capsys, [written(tmp_path, long_table())]) == (
        "3 tasks are too many; audit takes up to 2: group them beforehand"
    )


def test_help_documents_the_format(capsys):
    with pytest.raises(SystemExit) as end:
        main(["audit", "--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    for word in (
        "long ",
        "wide ",
        ".npz",
        ".parquet",
        "an example to copy",
        "--weights [TASK]",
        "--check-cv",
    ):
        assert word in shown


@pytest.mark.parametrize("where", ["README.md", "help"])
def test_the_example_works_as_copied(where, tmp_path, capsys, monkeypatch):
    if where == "help":
        with pytest.raises(SystemExit):
            main(["audit", "--help"])
        shown = capsys.readouterr().out
    else:
        shown = (Path(__file__).parents[2] / where).read_text(encoding="utf-8")
    make, run = re.search(
        r"^ *(\S*python -c .*)\n *(\S*manytasks audit .*)$", shown, flags=re.MULTILINE
    ).groups()
    monkeypatch.chdir(tmp_path)
    code = shlex.split(make)[-1]
    exec(code, {})
    assert main(shlex.split(run)[1:]) == 0
    assert capsys.readouterr().out.startswith("Train ")
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["patients.csv", "report.html"]
    if where != "help":
        [name] = re.findall(r'`--weights ("[^`]*")`', shown)
        assert main([*shlex.split(run)[1:], "--weights", *shlex.split(name)]) == 0


def test_ctrl_c_ends_with_130(tmp_path, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("manytasks.audit.audit", interrupted)
    assert main(["audit", written(tmp_path, long_table())]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["", " ", None, 5, b"x.csv", "a\0b.csv"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match=r"^path must name a file or a folder; got "):
        audit.read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("name", ["pipe.csv", "pipe.npz", "pipe.csv.gz"])
def test_a_pipe_is_not_waited_for(name, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ValueError, match=f"^{re.escape(name)} is neither a file nor a folder$"):
        audit.read(tmp_path / name)


@pytest.mark.parametrize("header", ["task,y,x1,x1", "task,y, x1,x1 ", "y,task,x1,y"])
def test_two_columns_of_one_name_are_refused(header, tmp_path, capsys):
    path = tmp_path / "scores.csv"
    path.write_text("\n".join([header, *(f"{'ab'[i % 2]},{i},{i * i},1" for i in range(20))]))
    assert re.fullmatch(r"scores.csv has two columns called '(x1|y)'; .*", refused(capsys, [str(path)]))


@pytest.mark.parametrize(
    "given", [None, 5, "x.csv", [1, 2], long_table()], ids=lambda given: type(given).__name__
)
def test_only_samples_are_audited(given):
    for call in (audit.audit, audit.compare, lambda samples: audit.weigh(samples, [0])):
        with pytest.raises(
            ValueError, match=r"^samples must be Samples, which audit\.read or audit\.from_arrays"
        ):
            call(given)


def test_other_kinds_of_arguments_are_refused_by_name(tmp_path):
    path = written(tmp_path, long_table())
    with pytest.raises(
        ValueError, match=r"^a column must be called by its name, or its number as text; got 99$"
    ):
        audit.read(path, task=99)
    with pytest.raises(ValueError, match=r"^scale must be True or False; got 'no'$"):
        audit.audit(audit.read(path), scale="no")
