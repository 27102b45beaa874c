"""What the audit decides: right where the truth is known, the same whatever does not matter."""

import re

import numpy as np
import pytest

from manytasks import audit, theory
from manytasks.audit import blocks
from manytasks.audit.crossvalidated import cross_validated
from manytasks.audit.partitions import EXACT, Sums, all_groups, best_partitions, exact, ordered, tree


def drawn(W, n, noise=0.5, seed=1):
    rng = np.random.default_rng(seed)
    T, p = W.shape
    task = np.repeat(np.arange(T), n)
    X = rng.standard_normal((len(task), p))
    y = (X * W[task]).sum(axis=1) + noise * rng.standard_normal(len(task))
    return audit.from_arrays(X, y, task)


def clustered(T, p, seed=3, apart=0.1, clusters=3):
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((clusters, p)) / np.sqrt(p)
    return centres[np.arange(T) % clusters] + apart * rng.standard_normal((T, p)) / np.sqrt(p)


FORMS = theory.population_forms(np.ones(20), clustered(6, 20), 0.3, np.geomspace(0.01, 10, 12))


@pytest.mark.parametrize("shared", [False, True])
def test_sums_are_the_pooled_error_of_every_group(shared):
    n = np.full(6, 40) if shared else np.array([30, 50, 20, 40, 60, 10])
    values = Sums(FORMS, n, shared=shared).of_groups(all_groups(6))
    naive = [
        theory.pooled_error(FORMS.of(np.flatnonzero(row)), n[row > 0], shared=shared).sum(axis=1).min()
        for row in all_groups(6)
    ]
    np.testing.assert_allclose(values, naive, rtol=1e-10)


def partitions_of(T):
    if T == 0:
        yield []
        return
    for labels in partitions_of(T - 1):
        for label in range(max(labels, default=-1) + 2):
            yield [*labels, label]


def test_dynamic_programming_finds_the_best_of_all_partitions():
    values = np.random.default_rng(1).standard_normal(31)
    found, least = best_partitions(values)

    def value(labels):
        masks = [sum(1 << t for t in range(5) if labels[t] == g) for g in set(labels)]
        return sum(values[mask - 1] for mask in masks)

    for groups in range(1, 6):
        best = min(value(labels) for labels in partitions_of(5) if max(labels) + 1 == groups)
        assert least[groups - 1] == pytest.approx(best, rel=1e-12)
        assert value(found[groups - 1].tolist()) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("shared", [False, True])
def test_clear_groups_are_found_by_search_and_by_tree(shared):
    n = np.full(6, 60)
    for find in (exact, tree):
        assert find(Sums(FORMS, n, shared=shared))[2].tolist() == [0, 1, 2, 0, 1, 2]


def test_the_decision_on_clear_groups():
    assert drawn(clustered(6, 20), 100).names == tuple("012345")
    found = audit.audit(drawn(clustered(6, 20), 100), seed=1)
    assert found.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert (found.gain > 0).all()
    np.testing.assert_array_equal(cross_validated(drawn(clustered(6, 20), 100), 1), found.labels)


@pytest.mark.statistical
@pytest.mark.third
def test_identical_tasks_share_one_model_and_unrelated_ones_do_not():
    """20 data sets each. One group in at least 16 (chance below 1e-3 if it is 95 % each), all alone in 16."""
    p, T = 20, 6
    same = [audit.audit(drawn(clustered(T, p, s, 0, 1), 40, seed=s), seed=s).labels.max() for s in range(20)]
    other = [audit.audit(drawn(clustered(T, p, s, 0, T), 80, seed=s), seed=s).labels.max() for s in range(20)]
    assert sum(largest == 0 for largest in same) >= 16
    assert sum(largest == T - 1 for largest in other) >= 16


@pytest.mark.parametrize("n", [60, 240, 960, 3840])
def test_the_distance_of_opposed_tasks_is_what_it_is(n):
    """One model for both would be shrunk to nothing; at its ridge the distance vanished."""
    beta = np.full(4, 0.5)
    for seed in range(4):
        found = audit.audit(drawn(np.stack([beta, -beta]), n, seed=seed)).distances
        truth = 4.0 / (1.0 + 0.25)
        assert abs(found.squared[0, 1] - truth) < 4 * found.error[0, 1] + 0.1 * truth


def changed(samples, X=None, y=None, order=None):
    X, y = samples.X if X is None else X, samples.y if y is None else y
    order = range(len(y)) if order is None else order
    task = np.concatenate([np.full(len(y[t]), k) for k, t in enumerate(order)])
    return audit.from_arrays(
        np.concatenate([X[t] for t in order]), np.concatenate([y[t] for t in order]), task
    )


def test_nothing_that_does_not_matter_changes_the_report():
    samples = drawn(clustered(5, 12), 40)
    plain = audit.audit(samples, seed=1, scale=False)
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((12, 12)))[0]
    rotated = audit.audit(changed(samples, X=[x @ turn for x in samples.X]), seed=1, scale=False)
    units = audit.audit(changed(samples, y=[7 * y - 3 for y in samples.y]), seed=1, scale=False)
    scaled = audit.audit(changed(samples, X=[x * np.geomspace(1, 1e4, 12) for x in samples.X]), seed=1)
    for other in (rotated, units):
        np.testing.assert_array_equal(other.labels, plain.labels)
        np.testing.assert_allclose(other.grouped, plain.grouped, rtol=1e-5)
        np.testing.assert_allclose(other.pairs, plain.pairs, atol=1e-8)
    reference = audit.audit(samples, seed=1)
    np.testing.assert_allclose(scaled.grouped, reference.grouped, rtol=1e-5)


def test_names_of_tasks_do_not_matter_to_the_forms():
    samples = drawn(clustered(4, 12), 40)
    order = [2, 0, 3, 1]
    plain, renamed = audit.forms(samples), audit.forms(changed(samples, order=order))
    for got, want in zip(renamed, plain.of(order), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def test_targets_of_the_same_rows():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((200, 10))
    Y = X @ clustered(4, 10, clusters=2).T + 0.3 * rng.standard_normal((200, 4))
    found = audit.audit(audit.from_arrays(X, Y * [1, 10, 100, 1]), seed=1)
    assert found.labels.tolist() == [0, 1, 0, 1]
    assert "same rows" in audit.text(found)


def test_a_table_that_is_read_once_gets_the_same_decision(monkeypatch):
    samples = drawn(clustered(6, 20), 400)
    fitted = audit.audit(samples, seed=1)
    monkeypatch.setattr(blocks, "LARGE", 1000)
    once = audit.audit(samples, seed=1)
    assert once.method.startswith("the formula")
    np.testing.assert_array_equal(once.labels, fitted.labels)
    allowed = 5 * np.hypot(once.gain_error, fitted.gain_error)
    assert (np.abs(once.gain - fitted.gain) < allowed).all()
    # 32 bits and means of ten thousand standard deviations cost four digits at most
    shifted = [x + 1e4 for x in samples.X]
    single = audit.audit(changed(samples, X=[x.astype(np.float32) for x in shifted]), seed=1)
    double = audit.audit(changed(samples, X=[x.astype(np.float32).astype(float) for x in shifted]), seed=1)
    np.testing.assert_allclose(single.grouped, double.grouped, rtol=1e-4)


def test_many_tasks_are_merged_two_by_two():
    T = EXACT + 30
    found = audit.audit(drawn(clustered(T, 8), 40), seed=1)
    agree = [len(set(np.arange(T)[found.labels == g] % 3)) for g in range(found.labels.max() + 1)]
    assert found.labels.max() + 1 < T / 2
    assert np.mean(agree) < 1.5


def test_the_report_is_the_same_byte_for_byte_and_fits_a_terminal():
    samples = drawn(clustered(5, 12), 40)
    first, second = (audit.text(audit.audit(samples, seed=3)) for _ in range(2))
    assert first == second
    assert max(map(len, first.splitlines())) <= 100
    assert first.startswith("Train ")


def test_the_verdict_names_what_to_do():
    samples = drawn(clustered(4, 12, clusters=2), 60)
    for groups, beginning in (
        (1, "Train all 4 tasks in one model: expected error "),
        (2, "Train 2 models: {0, 2}, {1, 3}. Expected error "),
        (4, "Train every task alone: expected error "),
    ):
        assert audit.verdict(audit.audit(samples, groups=groups)).startswith(beginning)


def test_the_page_stands_alone():
    found = audit.audit(drawn(clustered(4, 12, clusters=2), 60))
    page = audit.page(found, "a <file> & more")
    assert "a &lt;file&gt; &amp; more" in page
    assert "<file>" not in page
    assert not re.search(r"(src|href)=|<script|@import|url\(", page)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page
    assert re.search(r'role="img" aria-label="[^"]*Train ', page)


def test_ordered_numbers_groups_by_first_appearance():
    assert ordered(np.array([5, 2, 5, 9, 2])).tolist() == [0, 1, 0, 2, 1]
