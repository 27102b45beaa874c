"""What the audit decides: right where the truth is known, the same whatever does not matter."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from manytasks import audit, theory
from manytasks.audit import blocks, findings, sentences, tables
from manytasks.audit.crossvalidated import cross_validated
from manytasks.audit.estimate import noise
from manytasks.audit.heldout import OVERLAP, RIDGES, Fits, paired, ridge_path
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


@pytest.mark.statistical
def test_the_gain_of_a_pair_is_within_two_standard_errors():
    """120 data sets, p > n; 95 % would leave fewer than 106 with chance 1e-3. Independent rows would."""
    p, n, trials = 60, 40, 120
    w = np.eye(p)[0]
    found, ridges = [], np.geomspace(0.1, 100, 30)
    risk = np.zeros((2, len(ridges)))  # alone, paired: of fits to four fifths of the rows, as in a fold
    for trial in range(trials):
        samples = drawn(np.stack([w, w]), n, noise=1.0, seed=[12, trial])
        [pair] = paired(samples, trial, [(0, 1)])
        found.append(pair)
        parts = [(X[: 4 * n // 5], y[: 4 * n // 5]) for X, y in zip(samples.X, samples.y, strict=True)]
        centred = [(X - X.mean(axis=0), y - y.mean()) for X, y in parts]
        both = tuple(np.concatenate(each) for each in zip(*centred, strict=True))
        for kind, (X, y) in enumerate((centred[0], both)):
            risk[kind] += np.square(ridge_path(X, y, ridges * len(y)) - w[:, None]).sum(axis=0) / trials
    truth = risk[0].min() - risk[1].min()
    gain, error = np.transpose(found)
    assert (np.abs(gain - truth) < 2 * error).sum() >= 106
    assert (np.abs(gain - truth) < 2 * error / OVERLAP).sum() < 106


def test_two_tasks_gain_together_what_each_gains():
    for shared in (False, True):
        samples = drawn(clustered(2, 12, apart=0.3, clusters=1), 40)
        if shared:
            X, y = samples.X[0], samples.y[0]
            samples = audit.from_arrays(X, np.stack([y, y + X[:, 0]], axis=1))
        found = audit.audit(samples, groups=1, seed=1)
        [pair] = found.best
        assert found.worst == ()
        assert pair.gain == pytest.approx(found.gain.mean(), abs=1e-6)
        if not shared:
            assert pair.error == pytest.approx(np.hypot(*found.gain_error) / 2, rel=1e-6)


def test_the_pairs_that_are_shown_are_those_of_which_most_and_least_is_predicted():
    found = audit.audit(drawn(clustered(6, 20), 60), seed=1)
    predicted = [found.pairs[pair.first, pair.second] for pair in (*found.best, *found.worst)]
    every = np.sort(found.pairs[np.triu_indices(6, 1)])
    np.testing.assert_array_equal(np.sort(predicted), np.r_[every[:5], every[-5:]])
    for pairs, sign in ((found.best, -1), (found.worst, 1)):
        gains = [sign * pair.gain for pair in pairs]
        assert gains == sorted(gains)
    assert all(pair.error > 0 for pair in (*found.best, *found.worst))
    titles = re.findall(r"^.*:$", audit.text(found), flags=re.MULTILINE)
    assert "Of 15 pairs, the 5 that should gain most from one model:" in titles
    assert "The 5 that should gain least, or lose most:" in titles
    assert "All 6 pairs of tasks:" in audit.text(audit.audit(drawn(clustered(4, 20), 60), seed=1))


def test_predicted_gains_lie_where_gains_can():
    """As many features as rows: an estimate of the error alone was far below 0, and its gain below -1."""
    for seed in range(20):
        found = audit.audit(drawn(np.eye(20)[[0, 0, 1]], 20, noise=1.0, seed=seed), seed=seed)
        assert np.abs(found.pairs).max() < 1.5


@pytest.mark.statistical
@pytest.mark.parametrize("n", [24, 60])
def test_the_noise_is_within_two_standard_errors(n):
    """120 data sets on either side of n = p; 95 % would leave fewer than 101 with chance 2e-6."""
    p, trials, inside, narrow = 24, 120, 0, 0
    W = np.zeros((3, p))
    W[:, :2] = (1, 0), (0.8, 0.6), (0, 1)
    for trial in range(trials):
        samples = drawn(W, n, noise=1.0, seed=[13, trial])
        unit = np.mean([y.var(ddof=1) for y in samples.y])
        samples = replace(samples, y=tuple(y / np.sqrt(unit) for y in samples.y))
        value, error = noise(samples, audit.forms(samples), trial)
        away = abs(value[0] - 0.5)
        inside, narrow = inside + (away < 2 * error[0]), narrow + (away < 0.5 * error[0])
    assert inside >= 101
    assert narrow < 101


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


def test_the_least_noise_is_named_where_the_estimate_is_not_possible():
    found = audit.audit(drawn(clustered(3, 12), 60), seed=1)
    for estimate, cell in (
        (0.3, "0.300 ± 0.050"),
        (0.9, "no more than 0.40"),
        (0.4, "no more than 0.40"),
        (-0.02, "no more than 0.080"),
        (-0.5, "no more than 0.40"),
    ):
        values = {"alone": 0.5, "grouped": 0.4, "together": 0.6, "noise": estimate, "noise_error": 0.05}
        one = replace(found, **{name: np.full(3, value) for name, value in values.items()})
        assert [row[6] for row in tables.task_rows(one)] == [cell] * 3


def test_errors_of_tasks_on_the_same_rows_are_not_independent():
    rng = np.random.default_rng(6)
    X = rng.standard_normal((100, 5))
    y = X[:, 0] + rng.standard_normal(100)
    one, four = (audit.audit(audit.from_arrays(X, np.stack([y] * T, axis=1)), groups=1) for T in (2, 4))
    assert four.expected_error == pytest.approx(one.expected_error)


def test_models_are_numbered_as_the_verdict_lists_them():
    W = clustered(3, 20)[[0, 1, 1, 2, 1, 2]]
    found = audit.audit(drawn(W, 100), seed=1)
    assert found.groups == [["1", "2", "4"], ["3", "5"], ["0"]]
    assert found.labels.tolist() == [2, 0, 0, 1, 0, 1]
    assert [row[2] for row in tables.task_rows(found)] == ["1", "1", "1", "2", "2", "3"]
    assert [task["group"] for task in audit.summary(found)["tasks"]] == found.labels.tolist()


def test_the_words_of_the_report_fit_the_models():
    """Who follows "To fit each model" gets the fit that was tested on held-out rows."""
    samples = drawn(clustered(4, 12, clusters=2), 60)
    found = audit.audit(samples, seed=1)
    assert found.groups == [["0", "2"], ["1", "3"]]
    [fit, _] = sentences.next_steps(found)
    [penalty] = re.findall(r"penalty ([\d.e-]+) times the number of its rows", fit)
    rows = [(X - X.mean(axis=0), y - y.mean()) for X, y in zip(samples.X, samples.y, strict=True)]
    spread = np.sqrt(sum(np.square(X).sum(axis=0) for X, _ in rows) / (240 - 4))
    X, y = (np.concatenate([rows[t][part] for t in (0, 2)]) for part in (0, 1))
    w = Ridge(alpha=float(penalty) * len(y), fit_intercept=False).fit(X / spread, y).coef_
    fits = Fits(samples.scaled(), samples.scaled())
    k = int(np.abs(RIDGES * fits.scale - found.ridge).argmin())
    tested = np.square(fits.target[0] - fits.test[0] @ w)
    np.testing.assert_allclose(tested, fits.errors(np.array([0, 2]))[0][:, k], rtol=1e-3, atol=1e-4)


def test_numbers_for_json_have_every_pair():
    found = audit.audit(drawn(clustered(6, 20), 60), seed=1)
    kept = json.loads(json.dumps(audit.summary(found)))
    assert kept["number_of_pairs"] == len(kept["pairs"]) == 15
    assert [pair["predicted_gain"] for pair in kept["pairs"]] == sorted(
        found.pairs[np.triu_indices(6, 1)].tolist(), reverse=True
    )
    first = kept["pairs"][0]
    a, b = (int(name) for name in first["tasks"])
    assert first["squared_distance"] == found.distances.squared[a, b]
    assert first["distance_error"] == found.distances.error[a, b]
    measured = {tuple(pair["tasks"]): pair["gain"] for pair in kept["pairs"] if pair["gain_error"]}
    assert measured == {(str(a), str(b)): gain for a, b, gain, _ in (*found.best, *found.worst)}
    assert kept["tasks"][0]["noise_error"] == found.noise_error[0]


def test_of_many_pairs_json_has_the_ends(monkeypatch):
    monkeypatch.setattr(findings, "LISTED", 4)
    found = audit.audit(drawn(clustered(6, 20), 60), seed=1)
    kept = audit.summary(found)
    assert kept["number_of_pairs"] == 15
    every = np.sort(found.pairs[np.triu_indices(6, 1)])[::-1].tolist()
    assert [pair["predicted_gain"] for pair in kept["pairs"]] == [*every[:2], *every[-2:]]


def test_targets_of_other_sizes_are_said_to_be():
    rng = np.random.default_rng(3)
    X, task = rng.standard_normal((180, 5)), np.repeat([0, 1, 2], 60)
    y = (X[:, 0] + rng.standard_normal(180)) * np.where(task == 2, 3.0, 1.0)
    found = audit.audit(audit.from_arrays(X, y, task))
    assert found.variances.mean() == pytest.approx(1)
    assert "mean of the targets' variances. Those differ: " in " ".join(sentences.assumptions(found))
    alike = audit.audit(audit.from_arrays(X, X[:, 0] + rng.standard_normal(180), task))
    assert "Those differ" not in " ".join(sentences.assumptions(alike))


def test_a_number_of_models_that_was_given_is_not_said_to_be_chosen():
    found = audit.audit(drawn(clustered(4, 12, clusters=2), 60), groups=1)
    assert audit.verdict(found).endswith(" That number of models was given, not chosen.")
    assert "was chosen by" not in audit.text(found)


def test_a_table_that_is_read_once_gets_the_same_decision(monkeypatch):
    samples = drawn(clustered(6, 20), 400)
    fitted = audit.audit(samples, seed=1)
    monkeypatch.setattr(blocks, "LARGE", 1000)
    once = audit.audit(samples, seed=1)
    assert once.method.startswith("the formula")
    np.testing.assert_array_equal(once.labels, fitted.labels)
    allowed = 5 * np.hypot(once.gain_error, fitted.gain_error)
    assert (np.abs(once.gain - fitted.gain) < allowed).all()
    allowed = 5 * np.hypot(once.noise_error, fitted.noise_error)
    assert (np.abs(once.noise - fitted.noise) < allowed).all()
    assert once.noise_error.max() < 0.2
    for pair in (*once.best, *once.worst):
        assert pair.gain == once.pairs[pair.first, pair.second]
        assert 0 < pair.error < 0.3
    assert "as a formula predicts them" in audit.text(once)
    assert "held-out rows" not in audit.text(once)
    assert "penalty that cross-validation chooses" in " ".join(sentences.next_steps(once))
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


def test_long_names_are_cut_and_numbers_are_not():
    long = audit.from_arrays(
        *_parts(drawn(clustered(5, 12), 40)), tuple(f"{'a long name ' * 4}{t}" for t in range(5))
    )
    found = audit.audit(long, seed=3)
    found = replace(found, noise=np.full(5, 2.0))
    shown = audit.text(found)
    assert max(len(line) for line in shown.splitlines() if "a long name a long" not in line) <= 100
    for row in tables.task_rows(found):
        assert row[5] in shown
        assert row[6] in shown


def _parts(samples):
    task = np.repeat(np.arange(len(samples.y)), samples.counts)
    return np.concatenate(samples.X), np.concatenate(samples.y), task


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
