"""The decision beside cross-validation's: agreement, regret, time; and many tasks at once."""

import json
from dataclasses import replace

import numpy as np
import pytest

from manytasks import audit
from manytasks.audit import crossvalidated
from manytasks.audit.crossvalidated import MOST_MERGED, cross_validated
from manytasks.cli import main


def drawn(T, n, p, groups=2, seed=1, noise=0.5):
    rng = np.random.default_rng(seed)
    W = (rng.standard_normal((groups, p)) / np.sqrt(p))[np.arange(T) % groups]
    task = np.repeat(np.arange(T), n)
    X = rng.standard_normal((len(task), p))
    return audit.from_arrays(X, (X * W[task]).sum(axis=1) + noise * rng.standard_normal(len(task)), task)


def test_clear_groups_are_decided_alike_and_the_audit_is_not_worse():
    found = audit.compare(drawn(4, 60, 8), seed=1)
    assert found.audit.tolist() == found.cv.tolist() == [0, 1, 0, 1]
    assert found.same.any()
    assert found.pairs[found.same].tolist() == [1.0] * found.same.sum()
    regret, error = found.regret
    assert regret < 0.02
    assert error < 0.02
    assert found.times > 0
    ours, _, alone, together = found.errors.mean(axis=0)
    assert ours < alone < together


def test_merging_by_cross_validation_finds_clear_groups_and_what_the_search_finds(monkeypatch):
    samples = drawn(6, 60, 8, groups=3)
    searched = cross_validated(samples, 1)
    monkeypatch.setattr(crossvalidated, "MOST", 3)
    np.testing.assert_array_equal(cross_validated(samples, 1), searched)
    assert searched.tolist() == [0, 1, 2, 0, 1, 2]


def test_the_report_compares(tmp_path, capsys):
    samples = drawn(3, 40, 5)
    path, numbers, html = (tmp_path / name for name in ("s.npz", "n.json", "p.html"))
    task = np.repeat(np.arange(3), samples.counts)
    np.savez(path, X=np.concatenate(samples.X), y=np.concatenate(samples.y), task=task)
    assert main(["audit", str(path), "--check-cv", "--json", str(numbers), "--html", str(html)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "On the same rows cross-validation of every group ",
        " with that of cross-validation: a difference of ",
        " as long.",
    ):
        assert words in shown
        assert words in html.read_text()
    kept = json.loads(numbers.read_text())["cross_validation"]
    assert sorted(name for group in kept["groups"] for name in group) == ["0", "1", "2"]
    assert "times" not in kept  # same file, same seed, same numbers


def test_what_cross_validation_would_do_instead_is_said():
    samples = drawn(4, 20, 5)
    found = audit.compare(samples, seed=1)
    for cv, words in (
        ([0, 0, 0, 0], "would train all tasks in one model"),
        ([0, 1, 2, 3], "would train every task alone"),
        ([0, 0, 1, 1], "would train 2 models: {0, 1}, {2, 3}"),
    ):
        line = audit.compared_section(
            samples, found._replace(cv=np.array(cv), audit=np.array([0, 1, 1, 1]))
        ).lines[0]
        assert line == f"On the same rows cross-validation of every group {words}."


def test_too_many_tasks_to_compare(tmp_path, capsys, monkeypatch):
    samples = drawn(MOST_MERGED + 1, 8, 2)
    message = f"cross-validation of every merger is for up to {MOST_MERGED} tasks; got 101"
    for call in (lambda: audit.compare(samples), lambda: cross_validated(samples, 1)):
        with pytest.raises(ValueError, match=f"^{message}$"):
            call()
    path = tmp_path / "s.npz"
    task = np.repeat(np.arange(len(samples.y)), samples.counts)
    np.savez(path, X=np.concatenate(samples.X), y=np.concatenate(samples.y), task=task)
    monkeypatch.setattr("manytasks.audit.audit", None)  # refused before anything is computed
    assert main(["audit", str(path), "--check-cv"]) == 2
    assert capsys.readouterr().err == f"manytasks: {message}\n"


def test_large_tables_are_not_compared(monkeypatch):
    monkeypatch.setattr("manytasks.audit.blocks.LARGE", 1000)
    samples = drawn(2, 400, 4)
    for call, what in (
        (audit.compare, "cross-validation is"),
        (lambda s: audit.weigh(s, [0]), "weights are"),
    ):
        with pytest.raises(
            ValueError, match=f"^{what} for tables of up to 67 million numbers; this one is larger$"
        ):
            call(samples)


def test_a_report_on_a_thousand_tasks_has_an_end():
    few, T = audit.audit(drawn(8, 20, 4), seed=1), 1000
    again = np.arange(T) % 8
    many = replace(
        few,
        names=tuple(f"task {t}" for t in range(T)),
        labels=np.arange(T) // 4,
        distances=audit.Distances(*(each[np.ix_(again, again)] for each in few.distances)),
        pairs=few.pairs[np.ix_(again, again)],
        **{
            name: getattr(few, name)[again]
            for name in (
                "counts",
                "variances",
                "alone",
                "grouped",
                "together",
                "gain",
                "gain_error",
                "noise",
                "noise_error",
                "mismatch",
            )
        },
    )
    shown = audit.text(many)
    assert len(shown.splitlines()) < 130
    assert max(map(len, shown.splitlines())) <= 100
    assert "The 20 of 1,000 tasks that gain most, and the 20 that gain least" in shown
    page = audit.page(many, "many.csv")
    assert len(page) < 500_000
    assert page.count("<tr>") < 250
    assert "60 of the 1,000 tasks. " in page


@pytest.mark.third
def test_a_thousand_tasks_are_audited():
    found = audit.audit(drawn(1000, 20, 10, groups=3), seed=1)
    assert len(found.groups) == 3
    assert np.mean(found.labels == np.arange(1000) % 3) > 0.98


def test_a_bar_appears_only_where_somebody_waits(capsys, monkeypatch):
    assert list(audit.progress.steps(range(3), "rows", shown=True)) == [0, 1, 2]
    assert capsys.readouterr().err == ""  # no terminal
    monkeypatch.setattr("manytasks.audit.progress.PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    list(audit.progress.steps(range(3), "rows", shown=True))
    assert "rows" in capsys.readouterr().err
    list(audit.progress.steps(range(3), "rows", shown=False))
    assert capsys.readouterr().err == ""
