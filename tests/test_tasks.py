"""T tasks as one Gram matrix: constructors, derived quantities, and what is refused."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from messages import whole
from samplers import checked, tasks

from manytasks import Tasks


@checked
@given(
    W=st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=1, max_size=5),
    scale=st.sampled_from([1e-8, 1.0, 1e8]),
)
def test_gram_norms_and_distances_of_vectors(W, scale):
    W = scale * np.array(W)
    made = Tasks.from_vectors(W)
    assert made.T == len(W)
    np.testing.assert_allclose(made.norms2, [w @ w for w in W], rtol=1e-14)
    distances = [[np.square(v - w).sum() for v in W] for w in W]
    np.testing.assert_allclose(made.distances2, distances, rtol=1e-12, atol=1e-12 * scale**2)
    assert np.all(np.diagonal(made.distances2) == 0)


@checked
@given(some=tasks())
def test_vectors_have_the_gram_matrix_in_any_dimension_that_holds_them(some):
    rank = np.linalg.matrix_rank(some.gram, tol=1e-9, hermitian=True)
    for p in (max(rank, 1), rank + 3):
        W = some.vectors(p)
        assert W.shape == (some.T, p)
        np.testing.assert_allclose(W @ W.T, some.gram, atol=1e-12 * (1 + some.gram.max()))
        assert np.all(W[:, some.T :] == 0)


@checked
@given(some=tasks())
def test_vectors_are_the_only_ones_with_one_new_positive_coordinate_a_task(some):
    """Whatever has this form is unique, so no processor can choose another basis."""
    W, known = some.vectors(some.T), 0
    for row in W:
        new = np.flatnonzero(row[known:])
        assert new.size == 0 or (new.tolist() == [0] and row[known] > 0)
        known += new.size


ON_ANOTHER_PROCESSOR = """
import numpy as np
from manytasks import Tasks
geometries = [Tasks.equiangular(T, c) for T, c in [(5, .7), (10, -1 / 9), (3, 1.), (4, 0.)]]
geometries += [Tasks.chain(6, -.9), Tasks(np.diag([0., 4., 0., 1.])), Tasks(np.ones((3, 3)))]
print([(tasks.vectors(tasks.T).round(9) + 0.0).tolist() for tasks in geometries])
"""


def test_vectors_are_the_same_on_every_processor():
    """OpenBLAS has other kernels for each of these; eigenvectors differed between them."""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("needs an x86-64 processor: only there can OpenBLAS be told to take other kernels")
    kernels = [
        {},
        {"OPENBLAS_CORETYPE": "Nehalem"},
        {"OPENBLAS_CORETYPE": "Haswell"},
        {"OPENBLAS_NUM_THREADS": "2"},
    ]
    drawn = {
        subprocess.check_output([sys.executable, "-c", ON_ANOTHER_PROCESSOR], env=os.environ | kernel)
        for kernel in kernels
    }
    assert len(drawn) == 1


def test_distances_below_rounding_error_are_zero_and_no_others():
    for gap, distance in ((1e-16, 0), (1e-15, 0), (1e-14, 2e-14), (1e-6, 2e-6)):
        made = Tasks([[1, 1 - gap], [1 - gap, 1]])
        assert made.distances2[0, 1] == pytest.approx(distance, rel=0.02)


def test_geometries():
    np.testing.assert_array_equal(Tasks.equiangular(3, -0.5, norm=2).gram, 6 * np.eye(3) - 2)
    np.testing.assert_array_equal(Tasks.chain(4, -0.5).gram[0], [1, -0.5, 0.25, -0.125])
    np.testing.assert_array_equal(Tasks.chain(3, 0.0).gram, np.eye(3))  # 0**0 = 1
    np.testing.assert_array_equal(Tasks.chain(2, -1.0).gram, [[1, -1], [-1, 1]])
    assert Tasks.equiangular(1, -1.0).gram == 1
    assert np.linalg.eigvalsh(Tasks.equiangular(10, -1 / 9).gram)[0] == pytest.approx(0, abs=1e-12)


def test_the_angle_of_the_paper_exists_only_as_a_chain():
    """Ten tasks, neighbours at 7π/8: a chain has them, an equiangular family cannot."""
    cosine = np.cos(7 * np.pi / 8)
    chain = Tasks.chain(10, cosine)
    assert np.linalg.eigvalsh(chain.gram)[0] > 0
    with pytest.raises(ValueError, match="10 tasks can share a cosine of at least"):
        Tasks.equiangular(10, cosine)


def test_tasks_cannot_be_changed_from_outside():
    gram = np.eye(2)
    made = Tasks(gram)
    gram[0, 1] = 5
    assert made.gram[0, 1] == 0
    with pytest.raises(ValueError, match="assignment destination is read-only"):
        made.gram[0, 1] = 5
    with pytest.raises(AttributeError, match="cannot assign to field 'gram'"):
        made.gram = gram


def test_whole_numbers_become_floats():
    assert Tasks([[2, 1], [1, 2]]).gram.dtype == float


def test_symbols_are_taken_as_they_are():
    g = sp.Symbol("g")
    made = Tasks([[1, g], [g, 4]])
    assert made.norms2.tolist() == [1, 4]
    assert made.distances2[0, 1] == 5 - 2 * g


NOT_PSD = "gram must be positive semidefinite, as every Gram matrix is; smallest eigenvalue -1"
TOO_OPPOSED = "10 tasks can share a cosine of at least -1/(T-1) = -0.111; got -0.5"
REFUSED = [
    (lambda: Tasks(np.ones((2, 3))), "gram must be a square matrix, one row per task; got shape (2, 3)"),
    (lambda: Tasks(3.0), "gram must be a square matrix, one row per task; got shape ()"),
    (lambda: Tasks(np.empty((0, 0))), "gram must be a square matrix, one row per task; got shape (0, 0)"),
    (lambda: Tasks([[np.nan]]), "gram must be finite; got nan or inf"),
    (lambda: Tasks([[np.inf]]), "gram must be finite; got nan or inf"),
    (lambda: Tasks([[1, 0.5], [0.4, 1]]), "gram must be symmetric; entries differ by up to 0.1"),
    (lambda: Tasks([[-1.0]]), NOT_PSD),
    (lambda: Tasks([[1, 2], [2, 1]]), NOT_PSD),
    (lambda: Tasks.from_vectors([1.0, 2.0]), "W must have shape (T, p), one task per row; got shape (2,)"),
    (lambda: Tasks.equiangular(10, -0.5), TOO_OPPOSED),
    (lambda: Tasks.equiangular(0, 0.5), "T must be a whole number of at least 1 task; got 0"),
    (lambda: Tasks.chain(2.5, 0.5), "T must be a whole number of at least 1 task; got 2.5"),
    (lambda: Tasks.chain(3, 1.1), "cosine must be in [-1, 1]; got 1.1"),
    (lambda: Tasks.chain(3, np.nan), "cosine must be in [-1, 1]; got nan"),
    (lambda: Tasks.chain(3, 0.5, norm=-1), "norm must be finite and at least 0; got -1"),
    (lambda: Tasks.equiangular(3, 0.5, norm=np.inf), "norm must be finite and at least 0; got inf"),
    (lambda: Tasks(np.eye(4)).vectors(3), "tasks of rank 4 need p >= 4 parameters; got p = 3"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_impossible_tasks_are_refused(make, message):
    with pytest.raises(ValueError, match=whole(message)):
        make()
