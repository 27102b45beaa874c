"""How fast: stacks against the research loop, wide networks against the card's own products, convolutions."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from deep import research_loop
from torch import nn

from manytasks.deep.networks import (
    Architecture,
    Pool,
    Recipe,
    ResNetShape,
    Stack,
    draw_weights,
    train_members,
)
from manytasks.deep.networks.resnet import Trunk
from manytasks.deep.networks.training import train

REPEATS = 5
STEPS = 100
FORMATS = {"float32": "highest", "tf32": "high"}


def rates(device: str, tiny: bool, end: float) -> Iterator[dict[str, Any]]:
    """Measure rates, one after the other.

    Args:
        device: "cuda" or "cpu".
        tiny: small numbers, for a rehearsal.
        end: time at which no further rate is begun.

    Yields:
        What was measured: median and range of five repeats, and the ratio that is wanted.
    """
    for width in (8, 32) if tiny else (8, 16, 32, 64, 128, 256):
        if time.time() > end:
            return
        yield from _stacks(device, width, tiny)
    for kind in ("float32",) if device == "cpu" else FORMATS:
        if time.time() > end:
            return
        yield _wide(device, kind, tiny)
    # Channels last are for cards: on a CPU the backward pass can write past its memory (``ResNet._images``).
    for layout in ("eager",) if device == "cpu" else ("eager", "channels last", "captured"):
        if time.time() > end:
            return
        yield _resnet(device, layout, tiny)


def line(rate: dict[str, Any]) -> str:
    """Say what was measured.

    Args:
        rate: from ``rates``.

    Returns:
        One line.
    """
    words = f"{rate['what']}: {rate['value']:.3g} ({rate['low']:.3g} to {rate['high']:.3g}) {rate['unit']}"
    if "times research" in rate:
        words += f", {rate['times research']:.1f} × the research loop (wanted 30)"
    if "share of products" in rate:
        words += f", {rate['share of products']:.0%} of the card's own products (wanted 60 %)"
    return words


def _stacks(device: str, width: int, tiny: bool) -> Iterator[dict[str, Any]]:
    """Train 1, 10 and 100 members of one width, and one after the other as researchers do."""
    shape = Architecture(inputs=64, width=width, depth=3, heads=10, classes=10)
    recipe = Recipe(steps=10 if tiny else STEPS, batch=250, rate=0.01)
    rng = np.random.default_rng(0)
    table = torch.from_numpy(rng.standard_normal((2000, 64), dtype=np.float32)).to(device)
    pool = Pool(np.arange(2000), rng.integers(10, size=2000), rng.integers(10, size=2000))
    start = draw_weights(shape, np.random.default_rng(0))
    research = _timed(lambda: research_loop(shape, [start], table, pool, recipe), device)
    about = {"width": width, "flops": shape.flops(recipe.batch)}
    yield _rate(f"research loop, width {width}", research, recipe.steps, "steps/s") | about
    for members in (1, 10) if tiny else (1, 10, 100):
        orders = [np.random.default_rng(member) for member in range(members)]
        took = _timed(
            lambda members=members, orders=orders: train_members(
                shape, [start] * members, table, [pool] * members, recipe, orders, size=members
            ),
            device,
        )
        ratio = statistics.median(research) * members / statistics.median(took)
        found = _rate(f"stack of {members}, width {width}", took, recipe.steps * members, "steps/s")
        yield found | about | {"members": members, "times research": ratio}


def _wide(device: str, kind: str, tiny: bool) -> dict[str, Any]:
    """Train a network of width 8,192, and time products of 8,192 x 8,192 matrices of the same format.

    Returns:
        Its operations per second, and their share of the products'.
    """
    side, steps = (256, 3) if tiny else (8192, 100)
    shape = Architecture(inputs=256, width=side, depth=3, heads=10, classes=10)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(FORMATS[kind])
    try:
        matrix = torch.randn(side, side, device=device)
        products = _timed(lambda: matrix @ matrix, device)
        rng = np.random.default_rng(0)
        table = torch.from_numpy(rng.standard_normal((2000, 256), dtype=np.float32)).to(device)
        pool = Pool(np.arange(2000), rng.integers(10, size=2000), rng.integers(10, size=2000))
        stack, recipe = Stack(shape, [draw_weights(shape, rng)], device=device), Recipe(steps, 512, 0.01)
        took = _timed(lambda: train(stack, table, [pool], recipe, [rng]), device)
    finally:
        torch.set_float32_matmul_precision(before)
    found = _rate(f"width {side}, batch 512, {kind}", took, shape.flops(512) * steps, "FLOP/s")
    share = found["value"] / (2 * side**3 / statistics.median(products))
    return found | {
        "width": side,
        "flops": shape.flops(512),
        "members": 1,
        "share of products": share,
    }


def _resnet(device: str, layout: str, tiny: bool) -> dict[str, Any]:
    """Train a ResNet-18(64) on images of 32 x 32 pixels.

    Returns:
        Images per second.
    """
    shape = ResNetShape(side=16 if tiny else 32, channels=3, width=4 if tiny else 64, heads=1, classes=100)
    batch, steps = (8, 2) if tiny else (512, 10)
    memory = torch.contiguous_format if layout == "eager" else torch.channels_last
    network = nn.Sequential(Trunk(shape), nn.Linear(shape.features, shape.classes))
    network.to(device, memory_format=memory)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.95, nesterov=True, fused=True)
    images = torch.randn(batch, 3, shape.side, shape.side, device=device).contiguous(memory_format=memory)
    labels = torch.randint(shape.classes, (batch,), device=device)

    def step() -> None:
        optimiser.zero_grad(set_to_none=False)
        F.cross_entropy(network(images), labels).backward()
        optimiser.step()

    run: Callable[[], None] = step
    if layout == "captured":
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        run = graph.replay
    took = _timed(lambda: [run() for _ in range(steps)], device)
    found = _rate(f"ResNet-18({shape.width}), {layout}", took, batch * steps, "images/s")
    return found | {"resnet": True, "flops": shape.flops(1)}


def _timed(run: Callable[[], object], device: str) -> list[float]:
    """Time repeats after one to warm up, each until the card has finished.

    Returns:
        Seconds.
    """
    times = []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - begun)
    return times[1:]


def _rate(what: str, times: list[float], count: float, unit: str) -> dict[str, Any]:
    return {
        "what": what,
        "value": count / statistics.median(times),
        "low": count / max(times),
        "high": count / min(times),
        "unit": unit,
    }
