"""Networks trained per second: a stack against the plain tensor loop and the usual research loop.

All three train the same members on the same batches in one run; only ratios are printed. The plain loop is
a stack of one member after the other: data resident in a tensor, no module, no loader. The research loop is
nn.Module, TensorDataset, shuffling DataLoader and torch.optim.SGD, one member after the other.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from manytasks.deep.networks.architecture import Architecture, draw_weights
from manytasks.deep.networks.ensemble import members_per_stack, train_members
from manytasks.deep.networks.mlp import MLP
from manytasks.deep.networks.training import Pool, Recipe

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
        recipe = Recipe(steps=8 * max(1, min(10, 512 // width)), batch=250, rate=0.01)
        weights = [draw_weights(shape, np.random.default_rng(i)) for i in range(arguments.members)]
        size = members_per_stack(shape, recipe.batch, features.device.type)
        size = min(size, arguments.members)
        runs: list[tuple[int, Callable[[], object]]] = [
            (arguments.members, lambda s=shape, w=weights, r=recipe: stacked(s, w, features, pool, r, None)),
            (3, lambda s=shape, w=weights, r=recipe: stacked(s, w[:3], features, pool, r, 1)),
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
                loss = torch.nn.functional.cross_entropy(network(x, heads), labels)
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                step += 1
                if step == recipe.steps:
                    break


if __name__ == "__main__":
    main()
