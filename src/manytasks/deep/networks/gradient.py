"""The gradient of a stack, written out: no graph is recorded, and every product is one kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from manytasks.deep.networks.stack import Stack

MOMENTUM = 0.1  # of the running BatchNorm statistics, torch's default
EPSILON = 1e-5  # added to a BatchNorm variance, torch's default


@torch.no_grad()
def fill_gradient(
    stack: Stack, x: torch.Tensor, heads: torch.Tensor, labels: torch.Tensor, loss: str
) -> None:
    """Put the gradient of every member's mean loss into the ``grad`` of the stack's parameters.

    What autograd would find for ``stack.forward(..., training=True)``, with units before samples in memory:
    then a unit's batch lies together, which is what BatchNorm and softmax read, and nothing is transposed.

    Args:
        stack: its running BatchNorm statistics are updated, too.
        x: (M, n, inputs) features.
        heads: (M, n) head of each sample.
        labels: (M, n) label of each sample.
        loss: "cross-entropy", or "mse" against one-hot targets.
    """
    shape, parameters = stack.architecture, stack.parameters
    members, samples, _ = x.shape
    inputs, before, statistics = [x.transpose(1, 2)], [], []
    for layer in range(shape.depth):
        before.append(_product(parameters[f"hidden.{layer}.weight"], inputs[-1]))
        normal, *moments = torch.ops.aten.native_batch_norm(
            before[-1].view(1, -1, samples),
            *(parameters[f"norm.{layer}.{part}"].view(-1) for part in ("weight", "bias")),
            stack.means[layer],
            stack.variances[layer],
            True,
            MOMENTUM,
            EPSILON,
        )
        inputs.append(normal.view(members, -1, samples).relu_())
        statistics.append(moments)

    weight, bias = parameters["head.weight"], parameters["head.bias"]
    outputs = _product(weight, inputs[-1]).view(members, shape.heads, shape.classes, samples)
    own = heads[:, None, None].expand(members, 1, shape.classes, samples)
    bias_of_own = bias.view(members, shape.heads, shape.classes).transpose(1, 2).gather(2, own[:, 0])
    slope = _slope(outputs.gather(1, own).squeeze(1).add_(bias_of_own), labels, loss)

    slopes = outputs.zero_().scatter_(1, own, slope[:, None]).flatten(1, 2)  # 0 at the other heads
    _product(slopes, inputs[-1].transpose(1, 2), out=weight.grad)
    torch.sum(slopes, 2, out=bias.grad)
    for layer in reversed(range(shape.depth)):
        above = parameters[f"hidden.{layer + 1}.weight"] if layer + 1 < shape.depth else weight
        slopes = torch.ops.aten.threshold_backward(
            _product(above.transpose(1, 2), slopes), inputs[layer + 1], 0
        )
        gain, shift = (parameters[f"norm.{layer}.{part}"] for part in ("weight", "bias"))
        slopes, gain_slope, shift_slope = torch.ops.aten.native_batch_norm_backward(
            slopes.view(1, -1, samples),
            before[layer].view(1, -1, samples),
            gain.view(-1),
            stack.means[layer],
            stack.variances[layer],
            *statistics[layer],
            True,
            EPSILON,
            [True, True, True],
        )
        gain.grad.view(-1).copy_(gain_slope)  # type: ignore[union-attr]
        shift.grad.view(-1).copy_(shift_slope)  # type: ignore[union-attr]
        slopes = slopes.view(members, -1, samples)
        _product(slopes, inputs[layer].transpose(1, 2), out=parameters[f"hidden.{layer}.weight"].grad)


def _slope(outputs: torch.Tensor, labels: torch.Tensor, loss: str) -> torch.Tensor:
    """Differentiate the mean loss by the outputs.

    Returns:
        (M, classes, n).
    """
    if loss == "mse":
        slope, size = outputs.mul_(2), -2.0
    else:
        slope, size = outputs.softmax(1), -1.0
    there = outputs.new_full((1, 1, 1), size).expand(len(labels), 1, labels.shape[1])
    return slope.scatter_add_(1, labels[:, None], there).div_(labels.shape[1])


def _product(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """Multiply member by member; a single member goes through the plain matrix product, which is faster.

    Returns:
        (M, rows, columns), written to ``out`` if given.
    """
    if len(a) == 1:
        return torch.mm(a[0], b[0], out=None if out is None else out[0])[None]
    return torch.bmm(a, b, out=out)
