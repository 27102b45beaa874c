"""Features that are not standard normal, on which the theorems of Paper A are tried."""

from __future__ import annotations

import numpy as np

from manytasks.readers import short

SPARSE_SHARE = 1 / 3  # of the entries of "sparse" features differ from 0
LAWS = ("gaussian", "rademacher", "uniform", "sparse", "exponential", "student-<degrees of freedom>")


def standardized(law: str, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw independent numbers of mean 0 and variance 1.

    Args:
        law: "gaussian", "rademacher" (signs), "uniform", "sparse" (normal with probability 1/3, else 0),
            "exponential" (centred, the only skewed one) or "student-ν" with ν > 2 degrees of freedom: with
            fewer there is no variance to standardize.
        rng: random generator.
        shape: shape of the result.

    Returns:
        Array of the given shape.

    Raises:
        ValueError: if there is no such law.

    Example:
        >>> from manytasks.streams import stream
        >>> standardized("rademacher", stream(1, "features"), (2, 3))
        array([[ 1., -1., -1.],
               [-1.,  1., -1.]])
    """
    if law == "gaussian":
        return rng.standard_normal(shape)
    if law == "rademacher":
        return 2.0 * rng.integers(2, size=shape) - 1.0
    if law == "uniform":
        return rng.uniform(-np.sqrt(3), np.sqrt(3), shape)
    if law == "sparse":
        return rng.standard_normal(shape) * (rng.random(shape) < SPARSE_SHARE) / np.sqrt(SPARSE_SHARE)
    if law == "exponential":
        return rng.standard_exponential(shape) - 1.0
    nu = degrees_of_freedom(law)
    return rng.standard_normal(shape) * np.sqrt((nu - 2) / (2 * rng.standard_gamma(nu / 2, shape)))


def law_name(law: str) -> str:
    """Read the name of a law.

    Args:
        law: a name that ``standardized`` knows.

    Returns:
        The same name.

    Raises:
        ValueError: if there is no such law.

    Example:
        >>> law_name("uniform")
        'uniform'
    """
    if not isinstance(law, str):
        raise ValueError(f"law must be a name, one of {', '.join(LAWS)}; got {short(law)}")
    if law not in LAWS[:-1]:
        degrees_of_freedom(law)
    return law


def degrees_of_freedom(law: str) -> float:
    """Read the degrees of freedom out of the name of a Student law.

    Args:
        law: "student-ν" with ν > 2.

    Returns:
        ν.

    Raises:
        ValueError: if that is not the law's name, or ν is at most 2.

    Example:
        >>> degrees_of_freedom("student-3")
        3.0
    """
    family, _, number = law.partition("-")
    try:
        nu = float(number)
    except ValueError:
        nu = 0.0
    if family != "student" or not nu > 2:
        raise ValueError(f"law must be one of {', '.join(LAWS)} (more than 2); got {law!r}")
    return nu


def excess_kurtosis(law: str) -> float:
    r"""Return :math:`\kappa = E x^4 - 3` of a standardized law.

    Args:
        law: a name that ``standardized`` knows.

    Returns:
        At least -2; infinite for Student laws with at most 4 degrees of freedom.

    Raises:
        ValueError: if there is no such law.

    Example:
        >>> [excess_kurtosis(law) for law in ("rademacher", "sparse", "student-5", "student-3")]
        [-2.0, 6.0, 6.0, inf]
    """
    known = {"gaussian": 0.0, "rademacher": -2.0, "uniform": -1.2, "exponential": 6.0}
    if law in known:
        return known[law]
    if law == "sparse":
        return 3 / SPARSE_SHARE - 3
    nu = degrees_of_freedom(law)
    return 6 / (nu - 4) if nu > 4 else np.inf


def spherical_features(rng: np.random.Generator, p: int, lengths2: np.ndarray) -> np.ndarray:
    """Draw samples of given lengths in uniformly random directions.

    Args:
        rng: random generator; of the directions; lengths may be drawn with it before.
        p: number of features, at least 1.
        lengths2: (trials, N) squared lengths; their mean is p where the covariance is the identity.

    Returns:
        (trials, p, N) features, one column a sample.

    Example:
        >>> X = spherical_features(np.random.default_rng(1), 5, np.full((2, 3), 5.0))
        >>> np.square(X).sum(axis=1)
        array([[5., 5., 5.],
               [5., 5., 5.]])
    """
    X = rng.standard_normal((len(lengths2), p, lengths2.shape[1]))
    return X * np.sqrt(lengths2 / np.square(X).sum(axis=1))[:, None]


def relu_moments(first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return mean and covariance of random ReLU features of a standard normal input.

    The features are :math:`\max(0, \langle a_j, x\rangle)`. With the angle :math:`\theta` between two rows

    .. math:: E\,\phi_i\phi_j = \frac{\|a_i\|\|a_j\|}{2\pi}\big(\sin\theta + (\pi-\theta)\cos\theta\big),
        \qquad E\,\phi_j = \|a_j\|/\sqrt{2\pi}.

    Args:
        first: (p, d) weights of the first layer, one feature a row, none of them zero.

    Returns:
        (p,) mean and (p, p) covariance.

    Example:
        >>> mean, covariance = relu_moments(np.eye(2))
        >>> mean.round(4), covariance.round(4)
        (array([0.3989, 0.3989]), array([[0.3408, 0.    ],
               [0.    , 0.3408]]))
    """
    norms = np.linalg.norm(first, axis=1)
    cosine = np.clip(first @ first.T / np.outer(norms, norms), -1, 1)
    np.fill_diagonal(cosine, 1.0)
    angle = np.arccos(cosine)
    second = np.outer(norms, norms) * (np.sin(angle) + (np.pi - angle) * cosine) / (2 * np.pi)
    mean = norms / np.sqrt(2 * np.pi)
    return mean, second - np.outer(mean, mean)


def labels(
    rng: np.random.Generator, X: np.ndarray, W: np.ndarray, n: np.ndarray, noise_var: float
) -> np.ndarray:
    """Draw the labels of pooled samples.

    Args:
        rng: random generator.
        X: (trials, p, N) features, tasks one after another.
        W: (T, p) optimal parameters.
        n: (T,) whole numbers of samples, N in total.
        noise_var: label-noise variance, at least 0.

    Returns:
        (trials, N) array.

    Example:
        >>> labels(np.random.default_rng(1), np.ones((1, 2, 3)), np.eye(2), np.array([2, 1]), 0.0)
        array([[1., 1., 1.]])
    """
    clean = np.einsum("bpn,np->bn", X, np.repeat(W, n, axis=0), optimize=True)
    return clean + np.sqrt(noise_var) * rng.standard_normal(clean.shape)


def length_factor(X: np.ndarray) -> float:
    r"""Measure by how much random lengths multiply the label noise of an interpolator.

    Ours: :math:`(p-2)\,E\|x\|^{-2}`. For samples of uniformly random directions the minimum-norm fit has the
    error of Gaussian features whose label noise has this many times the variance, exactly.

    Args:
        X: (trials, p, N) features, p at least 3.

    Returns:
        About 1 for Gaussian features, 1 - 2/p if all lengths are the same, more where they vary.

    Example:
        >>> length_factor(np.ones((1, 4, 2)))
        0.5
    """
    return float((X.shape[1] - 2) * (1 / np.square(X).sum(axis=1)).mean())
