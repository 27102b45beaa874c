"""How much a task should count: the programme by its definition, the guard, and what is said of it."""

import json

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import Ridge

from manytasks import audit, theory
from manytasks.audit.shares import best_shares, projected, simplex_programme
from manytasks.audit.weighted import Sums, weights_of
from manytasks.audit.weights import MOST_WEIGHTED
from manytasks.cli import main


def drawn(W, n, noise=0.5, seed=1):
    rng = np.random.default_rng(seed)
    T, p = W.shape
    task = np.repeat(np.arange(T), n)
    X = rng.standard_normal((len(task), p))
    return audit.from_arrays(X, (X * W[task]).sum(axis=1) + noise * rng.standard_normal(len(task)), task)


def kin(distances=(0.3, 0.3, 0.6, 0.6, 1.2, 1.2), p=60, seed=1):
    """Tasks at some distances from a common vector."""
    rng = np.random.default_rng(seed)
    noise = np.array(distances)[:, None] * rng.standard_normal((len(distances), p))
    return (rng.standard_normal(p) + noise) / np.sqrt(p)


@pytest.mark.parametrize("T", [2, 5, 9])
def test_the_programme_has_no_better_shares(T):
    rng = np.random.default_rng(T)
    A, q = rng.standard_normal((T, T + 3)), rng.standard_normal(T)
    Q = A @ A.T

    def value(u):
        return u @ Q @ u - 2 * q @ u

    found = simplex_programme(Q, q)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1, rel=1e-12)
    other = minimize(
        value,
        np.full(T, 1 / T),
        bounds=[(0, 1)] * T,
        constraints={"type": "eq", "fun": lambda u: u.sum() - 1},
    )
    assert value(found) <= other.fun + 1e-6


def test_shares_are_the_least_value_of_the_weighted_error_and_weights_reach_them():
    """(13.5) as the package states it, on both sides of the best shares."""
    W, n, s = kin(p=30), np.array([20, 30, 40, 30, 20, 10]), np.ones(30)
    forms = theory.population_forms(s, W, 0.3, [0.4])
    shares = best_shares(forms, n, task=0)

    def error(some):
        weights, ridge = weights_of(forms, some[None], 0, n, shared=False)
        kappa, reached = theory.effective_shares(s, n, weights, ridge)
        assert kappa == pytest.approx(0.4, rel=1e-6)
        np.testing.assert_allclose(reached, some, atol=1e-6)
        return theory.weighted_ridge_error(s, W, n, 0.3, weights, ridge)[0]

    least = error(shares[0])
    for t in range(6):  # the cost is held while the programme is solved: least up to its feedback
        aside = 0.9 * shares[0] + 0.1 * np.eye(6)[t]
        assert error(aside) > least - 2e-3 * least
    assert least < error(n / n.sum())


def test_weights_are_ready_for_sample_weight():
    samples = drawn(kin(p=10), 40)
    [found] = audit.weigh(samples, [0], scale=False)
    ours = Sums(samples).fit(found.weights, found.ridge)
    X = np.concatenate([x - x.mean(axis=0) for x in samples.X])
    y = np.concatenate([y - y.mean() for y in samples.y])
    theirs = Ridge(found.ridge, fit_intercept=False).fit(
        X, y, sample_weight=np.repeat(found.weights, samples.counts)
    )
    np.testing.assert_allclose(ours, theirs.coef_, rtol=1e-6, atol=1e-9)
    assert found.shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("shared", [False, True])
def test_all_ways_to_fit_are_one(shared, monkeypatch):
    rng = np.random.default_rng(3)
    X, Y = rng.standard_normal((12, 20)), rng.standard_normal((12, 2))
    wide = audit.from_arrays(X, Y) if shared else audit.from_arrays(X, Y[:, 0], np.arange(12) % 2)
    tall = wide.rows([np.arange(len(y)) for y in wide.y])
    weights = np.array([0.7, 0.3])
    dual = Sums(wide).fit(weights, 0.5)
    sums = Sums(tall)
    assert sums.gram is None
    sums.gram = np.stack([x.T @ x for x in sums.X])
    np.testing.assert_allclose(sums.fit(weights, 0.5), dual, rtol=1e-8, atol=1e-10)
    few = (
        audit.from_arrays(X[:, :4], Y) if shared else audit.from_arrays(X[:, :4], Y[:, 0], np.arange(12) % 2)
    )
    held, loose = Sums(few), Sums(few)
    loose.gram = None
    assert held.gram is not None
    np.testing.assert_allclose(loose.fit(weights, 0.5), held.fit(weights, 0.5), rtol=1e-10)
    monkeypatch.setattr("manytasks.audit.weighted.SUMS_HELD", 0)
    assert Sums(few).gram is None


@pytest.mark.statistical
def test_weights_help_with_twice_as_many_rows_as_features_and_are_refused_with_half():
    """Six kin tasks, 60 features, 12 data sets each: less error than pooling at 120 rows, refused at 30."""
    errors = {30: [], 120: []}
    for n, found in errors.items():
        for seed in range(12):
            W = kin(seed=seed)
            samples = drawn(W, n, noise=0.7, seed=seed)
            [own] = audit.weigh(samples, [0], seed=seed, scale=False)
            risk = np.square(Sums(samples).fit(own.weights, own.ridge) - W[0]).sum()
            found.append([risk, own.weighted < own.pooled, own.advised])
    enough, few = np.mean(errors[120], axis=0), np.mean(errors[30], axis=0)
    assert enough[0] < 0.25  # pooled .23, alone .28
    assert enough[1] > few[1]
    assert few[2] <= 0.5


def test_estimated_forms_become_forms_of_something():
    forms = projected(audit.forms(drawn(kin(), 10)))
    for form in (*forms.first, *forms.second):
        assert np.linalg.eigvalsh(form)[0] > -1e-9 * np.linalg.eigvalsh(form)[-1]


def test_targets_of_the_same_rows_have_weights_too():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((200, 10))
    samples = audit.from_arrays(X, X @ kin(p=10)[:3].T + rng.standard_normal((200, 3)))
    for found in audit.weigh(samples, [0, 1, 2]):
        assert found.shares.sum() == pytest.approx(1)
        assert np.isfinite([found.weighted, found.gain_error]).all()


def test_the_report_says_how_much_each_task_counts(tmp_path, capsys):
    samples = drawn(kin((0.1, 0.1, 3.0), p=20, seed=3), 25)
    path = tmp_path / "s.npz"
    task = np.repeat(np.arange(3), samples.counts)
    np.savez(path, X=np.concatenate(samples.X), y=np.concatenate(samples.y), task=task)
    numbers, html = tmp_path / "n.json", tmp_path / "p.html"
    words = ["audit", str(path), "--weights", "0", "--json", str(numbers), "--html", str(html)]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "How much should each task count for 0?" in shown
    assert max(map(len, shown.splitlines())) <= 100
    assert "How much should each task count for 0?" in html.read_text()
    [kept] = json.loads(numbers.read_text())["weights"]
    assert kept["task"] == "0"
    assert kept["a_row_counts"]["0"] in (1.0, min(kept["a_row_counts"].values()))
    assert main(["audit", str(path), "--weights"]) == 0
    shown = capsys.readouterr().out
    assert "How much should each task count for each of the others?" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_an_advice_names_what_to_take():
    samples = drawn(kin((0.1, 0.1, 0.1), p=20), 60)
    [own] = audit.weigh(samples, [0], scale=False)
    for gain, beginning, end in (
        (1.0, "Weights serve 0 better than one model for all tasks: ", "."),
        (-1.0, "Weights serve 0 no better than one model for all tasks: ", " Take one model for all tasks."),
    ):
        changed = own._replace(gain=gain, gain_error=0.1, pooled=0.1, grouped=0.2, alone=0.3)
        section = audit.weights_section(samples, [changed], scaled=False)
        assert section.lines[0].startswith(beginning)
        assert section.lines[0].endswith(end)
        assert any("sample_weight" in line for line in section.lines) == (gain > 0)


def test_too_many_tasks_have_a_line_each():
    many = drawn(np.ones((MOST_WEIGHTED + 1, 1)), 8)
    for call in (lambda: audit.weigh(many, [0]), lambda: audit.served(many, "0")):
        with pytest.raises(ValueError, match=f"^weights are for up to {MOST_WEIGHTED} tasks; got 201$"):
            call()
    message = (
        "^weights for each of 21 tasks are more than a report holds; name the one that they should serve, "
    )
    with pytest.raises(ValueError, match=message + "as in --weights '0'$"):
        audit.served(drawn(np.ones((21, 1)), 8), "")
    with pytest.raises(ValueError, match=r"^task must be at most 20; got 21$"):
        audit.weigh(drawn(np.ones((21, 1)), 8), [21])
