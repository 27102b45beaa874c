"""Compare the features that two networks compute, up to rotation."""

from __future__ import annotations

import torch


def linear_cka(features_a: torch.Tensor, features_b: torch.Tensor) -> torch.Tensor:
    r"""Return the linear centred kernel alignment of two sets of features.

    Kornblith et al. (2019). With the columns of A and B centred over the samples,

    .. math:: \mathrm{CKA} = \frac{\|A^\top B\|_F^2}{\|A^\top A\|_F\,\|B^\top B\|_F} .

    For two linear models of one output it is the squared cosine of their weights: it forgets the sign.

    Args:
        features_a: (n, p) features of n inputs, not all constant; p may differ from q.
        features_b: (n, q) other features of the same inputs.

    Returns:
        A number in [0, 1]; orthogonal maps and one common scale of either set do not change it.

    Example:
        >>> a = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]])
        >>> linear_cka(a, a.flip(1) * 3)
        tensor(1.)
        >>> linear_cka(a, a[:, :1])
        tensor(0.7906)
    """
    a, b = (x - x.mean(0) for x in (features_a, features_b))
    return (a.T @ b).square().sum() / ((a.T @ a).norm() * (b.T @ b).norm())
