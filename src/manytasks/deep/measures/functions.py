"""Compare what two networks say, whatever their weights."""

from __future__ import annotations

import torch


def function_distance(outputs_a: torch.Tensor, outputs_b: torch.Tensor) -> torch.Tensor:
    r"""Return the mean squared distance between the answers of two networks to the same inputs.

    Ours, an answer to Open Question 2 of Paper A. For linear models :math:`f_i(x) = \langle w_i^*, x\rangle`
    and features with :math:`\mathbb E\,xx^\top = I` it *is* the task distance of the paper:

    .. math:: \mathbb E\,\|f_a(x) - f_b(x)\|^2 = \|w_a^* - w_b^*\|^2 .

    Args:
        outputs_a: (n, c) answers of one network, n at least 1.
        outputs_b: (n, c) answers of the other to the same n inputs.

    Returns:
        A number of at least 0; exchanging hidden units, or any other change of weights that leaves both
        functions alone, leaves it alone.

    Example:
        >>> function_distance(torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
        tensor(1.)
    """
    return (outputs_a - outputs_b).square().sum(-1).mean()


def function_cosine(outputs_a: torch.Tensor, outputs_b: torch.Tensor) -> torch.Tensor:
    r"""Return the cosine between two networks as functions.

    Ours: :math:`\mathbb E\langle f_a, f_b\rangle / \sqrt{\mathbb E\|f_a\|^2\,\mathbb E\|f_b\|^2}`, for linear
    models on white features the cosine between :math:`w_a^*` and :math:`w_b^*`.

    Args:
        outputs_a: (n, c) answers of one network, not all 0.
        outputs_b: (n, c) answers of the other to the same inputs.

    Returns:
        A number in [-1, 1]; the size of either network's answers does not matter.

    Example:
        >>> function_cosine(torch.tensor([[1.0], [1.0]]), torch.tensor([[2.0], [0.0]]))
        tensor(0.7071)
    """
    return (outputs_a * outputs_b).sum() / (outputs_a.norm() * outputs_b.norm())


def cross_risk(risks: torch.Tensor) -> torch.Tensor:
    r"""Return what two networks lose, on average, by answering each other's task.

    Ours: :math:`\tfrac12\sum_{i \ne j}\big(L_j(f_i) - L_j(f_j)\big)`. In Paper A's linear model
    :math:`L_j(w) = \|w - w_j^*\|^2`, so that this is the task distance once more.

    Args:
        risks: (2, 2), the risk of network i (row) on task j (column).

    Returns:
        A number; negative only if a network is beaten at its own task.

    Example:
        >>> cross_risk(torch.tensor([[0.1, 2.0], [3.0, 0.3]]))
        tensor(2.3000)
    """
    return (risks[0, 1] + risks[1, 0] - risks.diagonal().sum()) / 2
