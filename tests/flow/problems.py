"""Losses and parameters that satisfy exactly the hypotheses of the theorems tested."""

import torch
from torch.func import grad, jacrev

from manytasks.flow import Network


def random_quadratic(p, seed, dtype=torch.float64):
    """Return (H, b, loss) with loss = θᵀHθ/2 − bᵀθ and H positive definite."""
    generator = torch.Generator().manual_seed(seed)
    root = torch.randn(p, p, generator=generator, dtype=torch.float64)
    H = (root @ root.T / p + 0.1 * torch.eye(p, dtype=torch.float64)).to(dtype)
    b = torch.randn(p, generator=generator, dtype=torch.float64).to(dtype)
    return H, b, lambda theta: theta @ H @ theta / 2 - b @ theta


def two_tasks(activation, criterion, seed, widths=(3, 4, 2), samples=6):
    """Return (losses, theta): two random tasks for one smooth network."""
    network = Network(widths, activation)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for _ in range(2):
        x = torch.randn(samples, widths[0], generator=generator, dtype=torch.float64)
        y = torch.randn(samples, widths[-1], generator=generator, dtype=torch.float64)
        squared = criterion == "squared"
        losses.append(network.squared_loss(x, y) if squared else network.cross_entropy(x, y.argmax(1)))
    return losses, network.initial(seed, scale=1.5)


def small_rates(losses, theta, finest=1.0):
    """Return three rates at which h times the largest curvature is 0.1, 0.05 and 0.025, over ``finest``."""
    sharpest = max(float(torch.linalg.eigvalsh(jacrev(grad(loss))(theta))[-1]) for loss in losses)
    return [x / sharpest / finest for x in (0.1, 0.05, 0.025)]


def slope(hs, distances):
    """Return the least-squares slope of log distance against log h."""
    x, y = torch.log(torch.tensor(hs)), torch.log(torch.tensor(distances))
    x = x - x.mean()
    return float((x @ y) / (x @ x))
