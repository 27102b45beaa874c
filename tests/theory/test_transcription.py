"""Every closed form against a naive transcription of the formula on paper."""

from fractions import Fraction

import numpy as np
import pytest
import transcription as paper
from properties import assert_same

from manytasks import Tasks, theory

GRAMS = {
    "one task": [[3]],
    "opposed": [[1, -1], [-1, 1]],
    "unequal norms": [[4, 1, -2], [1, 1, 0], [-2, 0, 9]],
    "chain": [["1", "-1/2", "1/4", "-1/8"], ["-1/2", "1", "-1/2", "1/4"],
              ["1/4", "-1/2", "1", "-1/2"], ["-1/8", "1/4", "-1/2", "1"]],
    "one zero task": [[0, 0], [0, 2]],
}  # fmt: skip
COUNTS = {1: [[0], [7], [1]], 2: [[5, 5], [0, 9], [1, 12]], 3: [[4, 4, 4], [0, 1, 20]], 4: [[3, 0, 7, 11]]}
CASES = [
    pytest.param(gram, n, id=f"{name}, n={n}") for name, gram in GRAMS.items() for n in COUNTS[len(gram)]
]
WIDTHS = [1, 2, 3, 5, 6, 8, 11, 15, 19, 24, 37, 100, 12345]


def covered(n, *thresholds):
    return [p for p in WIDTHS if all(abs(p - N) > 1 for N in (sum(n), *thresholds))]


@pytest.mark.parametrize(("gram", "n"), CASES)
@pytest.mark.parametrize("sigma2", [Fraction(0), Fraction(3, 10), Fraction(2)])
def test_multitask_error_and_terms(gram, n, sigma2):
    gram, T = paper.exact(gram), len(gram)
    tasks, widths = Tasks(np.array(gram, dtype=float)), covered(n)
    errors = [[float(paper.multitask(gram, n, p, sigma2, i)) for i in range(T)] for p in widths]
    assert_same(theory.multitask_error(tasks, n, widths, float(sigma2)), errors)

    terms = theory.multitask_terms(tasks, n, widths, float(sigma2))
    for which, name in enumerate(["G1", "G2", "G3"]):
        expected = [
            float(sum(paper.terms(gram, n, p, sigma2, i)[which] for i in range(T)) / T) for p in widths
        ]
        assert_same(terms[name], expected)


@pytest.mark.parametrize(("gram", "n"), CASES)
@pytest.mark.parametrize("sigma2", [Fraction(0), Fraction(3, 10)])
def test_single_task_error_and_knowledge_transfer(gram, n, sigma2):
    gram, T = paper.exact(gram), len(gram)
    tasks, widths = Tasks(np.array(gram, dtype=float)), covered(n, *n)
    alone = np.array([[float(paper.single_task(gram, n, p, sigma2, i)) for i in range(T)] for p in widths])
    pooled = np.array([[float(paper.multitask(gram, n, p, sigma2, i)) for i in range(T)] for p in widths])
    assert_same(theory.single_task_error(tasks, n, widths, float(sigma2)), alone)
    assert_same(theory.knowledge_transfer(tasks, n, widths, float(sigma2)), alone - pooled)

    terms = theory.transfer_terms(tasks, n, widths, float(sigma2))
    expected = [paper.transfer_terms(gram, n, p, sigma2) for p in widths]
    for name in ("K1", "K2", "K3"):
        assert_same(terms[name], [float(row[name]) for row in expected])


def test_effective_noise_is_what_the_transcription_says_dissimilarity_costs():
    """A task at the mean of the others, all counts equal: its error is variance only, once p < N."""
    gram, n = paper.exact([[1, -1, 0], [-1, 1, 0], [0, 0, 0]]), [6, 6, 6]
    tasks, V = Tasks(np.array(gram, dtype=float)), 2 / 3
    for p in (3, 9, 15, 21, 60):
        cost = float(paper.multitask(gram, n, p, Fraction(1, 5), 2))
        price = min(p, 18) / (abs(p - 18) - 1)
        assert_same(theory.effective_noise(tasks, n, p, 0.2), cost / price)
        if p > 18:
            assert_same(theory.effective_noise(tasks, n, p, 0.2), 0.2 + (1 - 1 / p) * V)
