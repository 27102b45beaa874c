"""T tasks, seen only through the Gram matrix of their optimal parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from manytasks.readers import count, has_symbols, numbers, real

# A Gram matrix computed in floating point has eigenvalues down to about -eps * trace; a little more is
# allowed so that W @ W.T of any well-scaled W passes, and nothing that a person would type wrongly does.
PSD_TOLERANCE = 1e-9

MOST_TASKS = 5_000  # whose Gram matrix takes 0.2 GB, and a formula several of them
COUNTED = 1_000  # tasks; the rank of more takes long to count only to say that p is below it
MOST_NUMBERS = 2**31  # of an array: 16 GB
LONGEST_NORM = 1e150  # its square, and what the formulas multiply it with, is still a float


@dataclass(frozen=True, eq=False)
class Tasks:
    r"""Hold T tasks as the Gram matrix of their optimal parameters.

    Every formula of Paper A depends on the :math:`w_t^*` only through
    :math:`\Gamma_{ij} = \langle w_i^*, w_j^* \rangle`, so no function of the theory ever needs a vector of
    length p.

    Args:
        gram: (T, T) symmetric positive semidefinite array; or an array of SymPy expressions, which is
            taken as it is because its sign cannot be decided.

    Raises:
        ValueError: if ``gram`` is not square, not finite, not symmetric or not positive semidefinite.

    Example:
        >>> tasks = Tasks.equiangular(T=3, cosine=0.5, norm=2.0)
        >>> tasks.gram
        array([[4., 2., 2.],
               [2., 4., 2.],
               [2., 2., 4.]])
        >>> tasks.distances2[0]
        array([0., 4., 4.])
    """

    gram: Any

    def __post_init__(self) -> None:
        gram = np.array(numbers(self.gram, "gram", symbols=True))
        if gram.ndim != 2 or gram.shape[0] != gram.shape[1] or gram.size == 0:
            raise ValueError(f"gram must be a square matrix, one row per task; got shape {gram.shape}")
        if not has_symbols(gram):
            _check_gram(gram.astype(float))
        gram.setflags(write=False)
        object.__setattr__(self, "gram", gram)

    @classmethod
    def from_vectors(cls, W: ArrayLike) -> Tasks:
        """Make tasks from their optimal parameters.

        Args:
            W: (T, p) array, one task per row.

        Returns:
            Tasks with gram ``W @ W.T``.

        Raises:
            ValueError: if ``W`` is not two-dimensional.

        Example:
            >>> Tasks.from_vectors([[3.0, 4.0], [0.0, 1.0]]).gram
            array([[25.,  4.],
                   [ 4.,  1.]])
        """
        W = numbers(W, "W", symbols=True)
        if W.ndim != 2:
            raise ValueError(f"W must have shape (T, p), one task per row; got shape {W.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            return cls(W @ W.T)

    @classmethod
    def equiangular(cls, T: int, cosine: float, norm: float = 1.0) -> Tasks:
        """Make T tasks of one norm, every two of them at the same angle.

        Args:
            T: number of tasks, at least 1.
            cosine: in [-1/(T-1), 1]. More than T vectors cannot all oppose one another: below -1/(T-1)
                the Gram matrix has a negative eigenvalue.
            norm: common length of the optimal parameters, at least 0.

        Returns:
            Tasks with gram ``norm**2 * cosine`` off the diagonal.

        Raises:
            ValueError: if no such vectors exist.

        Example:
            >>> Tasks.equiangular(T=10, cosine=-0.5)
            Traceback (most recent call last):
            ...
            ValueError: 10 tasks can share a cosine of at least -1/(T-1) = -0.111; got -0.5
        """
        T, cosine, norm = _geometry(T, cosine, norm)
        if T > 1 and cosine < -1 / (T - 1) - PSD_TOLERANCE:
            raise ValueError(
                f"{T} tasks can share a cosine of at least -1/(T-1) = {-1 / (T - 1):.3f}; got {cosine}"
            )
        return cls._of(norm**2 * (cosine + (1 - cosine) * np.eye(T)))

    @classmethod
    def chain(cls, T: int, cosine: float, norm: float = 1.0) -> Tasks:
        r"""Make T tasks of one norm whose cosine is :math:`\rho^{|i-j|}`: neighbours may be opposed.

        Args:
            T: number of tasks, at least 1.
            cosine: cosine :math:`\rho` of neighbouring tasks, in [-1, 1].
            norm: common length of the optimal parameters, at least 0.

        Returns:
            Tasks with gram ``norm**2 * cosine**abs(i - j)``.

        Raises:
            ValueError: if no such vectors exist.

        Example:
            >>> Tasks.chain(T=3, cosine=-0.5).gram
            array([[ 1.  , -0.5 ,  0.25],
                   [-0.5 ,  1.  , -0.5 ],
                   [ 0.25, -0.5 ,  1.  ]])
        """
        T, cosine, norm = _geometry(T, cosine, norm)
        steps = np.abs(np.subtract.outer(np.arange(T), np.arange(T)))
        return cls._of(norm**2 * np.power(cosine, steps))

    @classmethod
    def _of(cls, gram: np.ndarray) -> Tasks:
        """Take a Gram matrix that is known to be one: the eigenvalues of thousands of tasks take minutes.

        Returns:
            The tasks.
        """
        tasks = object.__new__(cls)
        gram.setflags(write=False)
        object.__setattr__(tasks, "gram", gram)
        return tasks

    @property
    def T(self) -> int:
        """Number of tasks."""
        return int(self.gram.shape[0])

    @property
    def norms2(self) -> np.ndarray:
        r"""(T,) squared norms :math:`\|w_i^*\|^2`."""
        return np.diagonal(self.gram)

    @property
    def distances2(self) -> np.ndarray:
        r"""(T, T) squared distances :math:`d_{ij} = \|w_i^* - w_j^*\|^2`; below rounding error they are 0.

        Equal tasks must be exactly equal: an error peak hangs on whether the distance is zero.
        """
        norms = self.norms2[:, None] + self.norms2[None, :]
        distances = norms - 2 * self.gram
        if self.gram.dtype == object:
            return distances
        return np.where(distances > 32 * np.finfo(float).eps * norms, distances, 0.0)

    def vectors(self, p: int) -> np.ndarray:
        """Return optimal parameters in R^p with this Gram matrix: its Cholesky factor, task by task.

        Task t needs the first t + 1 coordinates at most, and its own coordinate is positive. Only one such
        factor exists, so draws made from it are the same on every processor. Eigenvectors are not: those of
        a repeated eigenvalue, which equally similar tasks have, are whatever rounding makes of them.

        Args:
            p: dimension, at least the rank of the Gram matrix (fewer dimensions cannot hold the tasks).

        Returns:
            (T, p) array W with ``W @ W.T`` equal to ``gram``; the coordinates after the first T are zero.

        Raises:
            ValueError: if p is smaller than the rank.

        Example:
            >>> Tasks.chain(T=2, cosine=0.6).vectors(p=4)
            array([[1. , 0. , 0. , 0. ],
                   [0.6, 0.8, 0. , 0. ]])
        """
        p = count(p, "p", least=1, most=MOST_NUMBERS // self.T, unit="parameter")
        factor, rank = np.zeros((self.T, self.T)), 0
        for task, norm2 in enumerate(self.norms2):
            rest = self.gram[:, task] - factor[:, :rank] @ factor[task, :rank]
            if rest[task] > PSD_TOLERANCE * norm2:  # points out of the span of the tasks before it
                factor[task:, rank] = rest[task:] / np.sqrt(rest[task])
                rank += 1
                if rank > p and self.T > COUNTED:
                    raise ValueError(f"tasks of rank above {p} need more parameters; got p = {p}")
        if p < rank:
            raise ValueError(f"tasks of rank {rank} need p >= {rank} parameters; got p = {p}")
        W = np.zeros((self.T, p))
        W[:, :rank] = factor[:, :rank]
        return W


def _check_gram(gram: np.ndarray) -> None:
    if not np.all(np.isfinite(gram)):
        raise ValueError("gram must be finite; got nan or inf")
    scale = max(np.abs(gram).max(), np.finfo(float).tiny)
    asymmetry = np.abs(gram - gram.T).max()
    if asymmetry > PSD_TOLERANCE * scale:
        raise ValueError(f"gram must be symmetric; entries differ by up to {asymmetry:.3g}")
    smallest = np.linalg.eigvalsh(gram)[0]
    if smallest < -PSD_TOLERANCE * scale * len(gram):
        raise ValueError(
            f"gram must be positive semidefinite, as every Gram matrix is; smallest eigenvalue {smallest:.3g}"
        )


def _geometry(T: Any, cosine: Any, norm: Any) -> tuple[int, float, float]:
    T = count(T, "T", least=1, most=MOST_TASKS, unit="task")
    cosine, norm = real(cosine, "cosine", low=-1, high=1), real(norm, "norm", low=0)
    if norm != 0 and not 1 / LONGEST_NORM <= norm <= LONGEST_NORM:
        raise ValueError(
            f"norm must be 0 or from {1 / LONGEST_NORM:g} to {LONGEST_NORM:g}, "
            f"so that its square is a float; got {norm:g}"
        )
    return T, cosine, norm
