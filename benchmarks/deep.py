"""Networks trained per second: a stack against the plain tensor loop and the usual research loop.

All train the same members with the same recipe in one run; only ratios are printed. The plain loop has its
data resident in a tensor, indexes it, and calls torch's functions and optimiser, one member after the other.
The research loop is nn.Module, TensorDataset, shuffling DataLoader and torch.optim.SGD, one member after the
other. Each kind is timed in turns with the others, and its best turn counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from manytasks.deep.networks.architecture import Architecture, draw_weights
from manytasks.deep.networks.ensemble import members_per_stack, train_members
from manytasks.deep.networks.mlp import MLP
from manytasks.deep.networks.training import Pool, Recipe, batch_order

SAMPLES, INPUTS, HEADS, CLASSES = 2000, 64, 10, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=30)
    parser.add_argument("--widths", type=int, nargs="+", default=[4, 16, 64, 128, 256, 512])
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    features = torch.from_numpy(rng.standard_normal((SAMPLES, INPUTS), dtype=np.float32)).to(arguments.device)
    pool = Pool(np.arange(SAMPLES), rng.integers(CLASSES, size=SAMPLES), rng.integers(HEADS, size=SAMPLES))
    print(f"{'width':>6} {'stacked':>8} {'x plain loop':>13} {'x research loop':>16}")
    for width in arguments.widths:
        shape = Architecture(INPUTS, width, depth=3, heads=HEADS, classes=CLASSES)
        recipe = Recipe(steps=8 * max(4, min(10, 512 // width)), batch=250, rate=0.01)
        size = min(arguments.members, members_per_stack(shape, 250, features.device.type))
        members = arguments.members if size > 1 else 3  # one after the other: three tell the same as thirty
        weights = [draw_weights(shape, np.random.default_rng(i)) for i in range(max(3, members))]
        runs: list[tuple[int, Callable[[], object]]] = [
            (members, lambda s=shape, w=weights[:members], r=recipe: stacked(s, w, features, pool, r, None)),
            (3, lambda s=shape, w=weights, r=recipe: plain_loop(s, w[:3], features, pool, r)),
            (2, lambda s=shape, w=weights, r=recipe: research_loop(s, w[:2], features, pool, r)),
        ]
        chosen, plain, research = interleaved(runs)
        print(f"{width:>6} {size:>8} {plain / chosen:>13.2f} {research / chosen:>16.2f}", flush=True)


def interleaved(runs: list[tuple[int, Callable[[], object]]], rounds: int = 3) -> list[float]:
    """Best seconds per member of each run, taken in turns so that a busy machine slows all alike."""
    best = [float("inf")] * len(runs)
    for _ in range(rounds):
        for index, (members, run) in enumerate(runs):
            start = time.perf_counter()
            run()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            best[index] = min(best[index], (time.perf_counter() - start) / members)
    return best


def stacked(
    shape: Architecture,
    weights: list[dict[str, np.ndarray]],
    features: torch.Tensor,
    pool: Pool,
    recipe: Recipe,
    size: int | None,
) -> None:
    generators = [np.random.default_rng(i) for i in range(len(weights))]
    train_members(shape, weights, features, [pool] * len(weights), recipe, generators, size=size)


def plain_loop(
    shape: Architecture,
    weights: list[dict[str, np.ndarray]],
    features: torch.Tensor,
    pool: Pool,
    recipe: Recipe,
) -> None:
    device = features.device
    rows, labels, heads = (torch.from_numpy(a).to(device) for a in (pool.rows, pool.labels, pool.heads))
    for number, start in enumerate(weights):
        order = batch_order(len(rows), recipe.steps, recipe.batch, np.random.default_rng(number))
        p = {name: torch.from_numpy(w).to(features).requires_grad_() for name, w in start.items()}
        means = [torch.zeros(shape.width, device=device) for _ in range(shape.depth)]
        variances = [torch.ones(shape.width, device=device) for _ in range(shape.depth)]
        optimiser = torch.optim.SGD(p.values(), lr=recipe.rate, momentum=0.95, nesterov=True, foreach=True)
        for step, batch in enumerate(torch.from_numpy(order).to(device)):
            optimiser.param_groups[0]["lr"] = recipe.rate_at(step)
            x = features[rows[batch]]
            for layer in range(shape.depth):
                x = F.linear(x, p[f"hidden.{layer}.weight"])
                gain, shift = p[f"norm.{layer}.weight"], p[f"norm.{layer}.bias"]
                x = F.batch_norm(x, means[layer], variances[layer], gain, shift, training=True).relu_()
            outputs = F.linear(x, p["head.weight"], p["head.bias"]).view(-1, shape.heads, shape.classes)
            own = heads[batch][:, None, None].expand(-1, 1, shape.classes)
            loss = F.cross_entropy(outputs.gather(1, own).squeeze(1), labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def research_loop(
    shape: Architecture,
    weights: list[dict[str, np.ndarray]],
    features: torch.Tensor,
    pool: Pool,
    recipe: Recipe,
) -> None:
    data = TensorDataset(features.cpu(), torch.from_numpy(pool.labels), torch.from_numpy(pool.heads))
    for start in weights:
        network = MLP(shape, start).to(features.device)
        optimiser = torch.optim.SGD(network.parameters(), lr=recipe.rate, momentum=0.95, nesterov=True)
        loader = DataLoader(data, batch_size=recipe.batch, shuffle=True)
        step = 0
        while step < recipe.steps:
            for x, labels, heads in loader:
                x, labels, heads = (t.to(features.device) for t in (x, labels, heads))
                loss = F.cross_entropy(network(x, heads), labels)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                step += 1
                if step == recipe.steps:
                    break


if __name__ == "__main__":
    main()
