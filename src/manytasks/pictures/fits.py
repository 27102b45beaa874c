"""What a model draws that is fitted to three noisy tasks: few weights, just enough, many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from manytasks.pictures.controls import Slider
from manytasks.pictures.marks import Frame, Mark, Panel, area, dot, label, line, mark
from manytasks.pictures.picture import Picture, Recipe
from manytasks.pictures.words import Table, Template
from manytasks.simulate.direct import fit_by_qr
from manytasks.streams import stream
from manytasks.theory import ridge_error

COLORS = ("blue", "orange", "green")
TASKS = np.array([[0.4, 1.2, 0.9], [0.0, 1.2, 0.9], [-0.4, 1.2, 0.9]])
EACH = 5  # samples of every task
NOISE = 0.2
FEW, MANY = 3, 150
EXCEEDED = 0.1  # by so many data sets: the error at p = N of the one that is drawn
GRID = np.linspace(0, 1, 101)
CURVES, ERRORS = Frame(0, 1, -2.3, 2.7), (44, 12)


def features(x: np.ndarray, p: int) -> np.ndarray:
    r"""Return the first p features of places on a line: 1 and :math:`\sqrt2\cos(\pi j x)/(1+j)`.

    Args:
        x: (..., N) places in [0, 1].
        p: how many.

    Returns:
        (..., p, N) array. Over uniform places they are uncorrelated, of variance :math:`1/(1+j)^2`.
    """
    j = np.arange(p)[:, None]
    return np.where(j == 0, 1, np.sqrt(2)) * np.cos(np.pi * j * x[..., None, :]) / (1 + j)


@dataclass(frozen=True)
class DataSets:
    """Many data sets of three noisy tasks on a line, and the fit to each at every number of weights.

    Attributes:
        seed: of the run.
        count: how many data sets.
    """

    seed: int
    count: int = 200

    @cached_property
    def drawn(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places, tasks and labels, each (count, N): one place in every N-th of the line."""
        T, N = len(TASKS), len(TASKS) * EACH
        rng = stream(self.seed, "three tasks on a line")
        x = (np.arange(N) + rng.uniform(size=(self.count, N))) / N
        task = rng.permuted(np.broadcast_to(np.repeat(np.arange(T), EACH), (self.count, N)), axis=1)
        clean = np.einsum("snk,skn->sn", TASKS[task], features(x, TASKS.shape[1]))
        return x, task, clean + NOISE * rng.standard_normal(x.shape)

    @cached_property
    def widths(self) -> list[int]:
        """Return the numbers of weights that the slider stops at, close together around N."""
        N = len(TASKS) * EACH
        spread = np.geomspace(FEW, MANY, 36).round().astype(int)
        return sorted({*spread.tolist(), *range(N - 5, N + 8), FEW, MANY})

    def weights(self, p: int) -> np.ndarray:
        """Return the least-squares or minimum-norm weights of every data set, (count, p)."""
        x, _, y = self.drawn
        return fit_by_qr(features(x, p), y)

    def error(self, w: np.ndarray) -> np.ndarray:
        """Return the squared distance of fitted functions from every task's, averaged over tasks and line.

        Args:
            w: (count, p) weights.

        Returns:
            (count,) array.
        """
        p = w.shape[1]
        true = np.pad(TASKS, ((0, 0), (0, p - TASKS.shape[1])))
        return (np.square(w[:, None] - true) / (1 + np.arange(p)) ** 2).sum(axis=-1).mean(axis=-1)

    @cached_property
    def errors(self) -> np.ndarray:
        """Return the error of every data set at every width, (widths, count)."""
        return np.array([self.error(self.weights(p)) for p in self.widths])

    @cached_property
    def shown(self) -> int:
        """Return which data set is drawn: its error at p = N is exceeded by a tenth of the others."""
        at_peak = self.errors[self.widths.index(len(TASKS) * EACH)]
        return int(np.argsort(at_peak)[-1 - round(EXCEEDED * self.count)])

    def theory(self, p: int) -> float:
        """Return the error that theory predicts on average over data sets; infinite at p = N."""
        true = np.pad(TASKS, ((0, 0), (0, p - TASKS.shape[1])))
        return float(ridge_error(1 / (1 + np.arange(p)) ** 2, true, EACH, NOISE**2).mean())


def trace(frame: Frame, places: Iterable[tuple[float, float]]) -> str:
    """Return the path through places; it begins anew after one that is not finite.

    Returns:
        Value of the attribute ``d``.
    """
    words, pen = [], "M"
    for x, y in places:
        if np.isfinite(y):
            words.append(f"{pen}{frame.x(x):.1f} {frame.y(y):.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(words)


def fits(seed: int = 1) -> Picture:
    """Draw one model fitted to all samples of three tasks, and its error, for any number of weights.

    Ours. Features are cosines, the fit is least squares or, from p = N on, of minimum norm. The dotted line
    is ``theory.ridge_error``.

    Args:
        seed: of the run.

    Returns:
        The picture. Its values are ``error`` and ``middle``, what the model says in the middle of the line.

    Example:
        >>> picture = fits()
        >>> picture.at(p=15)["error"] > 5 * picture.at(p=150)["error"]
        True
    """
    data = DataSets(seed)
    widths, k, N = data.widths, data.shown, len(TASKS) * EACH
    x, task, y = (each[k] for each in data.drawn)
    fine = np.sort(np.concatenate([GRID, x]))
    lines = {p: features(fine, p).T @ data.weights(p)[k] for p in widths}
    own = data.errors[:, k]
    slider = Slider("p", "weights p", widths, N)

    def tasks(frame: Frame, radius: float) -> list[Mark]:
        curves = [
            mark("path", f"line thin {color}", d=trace(frame, zip(GRID, w @ features(GRID, 3), strict=True)))
            for color, w in zip(COLORS, TASKS, strict=True)
        ]
        dots = [
            dot(frame, f"dot {COLORS[t]}", (place, value), radius)
            for place, t, value in zip(x, task, y, strict=True)
        ]
        return curves + dots

    def path(frame: Frame, p: int) -> str:
        return trace(frame, zip(fine, lines[p], strict=True))

    seen = [
        *tasks(CURVES, 4.5),
        mark("path", "line ink", d=Template("{}", (Table("p", tuple(path(CURVES, p) for p in widths)),))),
    ]
    small = Frame(0, 1, -2.3, 2.7, 200, 120)
    recipes = [
        Recipe(
            f"{p} weights: error {own[widths.index(p)]:.2f}",
            {"p": p},
            Panel(
                "",
                f"The fit with {p} weights through {N} dots of three tasks.",
                [*tasks(small, 3), mark("path", "line ink", d=path(small, p))],
                small.width,
                small.height,
            ),
        )
        for p in (FEW, N, MANY)
    ]
    return Picture(
        name="fits",
        controls=(slider,),
        panels=(
            Panel(
                "What the model draws",
                f"Three curves, {N} dots around them, and the one curve that is fitted to all dots.",
                seen,
            ),
            Panel(
                "How far it is off",
                f"The error against the number of weights: it rises to a peak at {N} weights and falls "
                f"again.",
                error_marks(data),
            ),
        ),
        readout=Template(
            "With <b>p = {}</b> weights for N = "
            + str(N)
            + " samples the mean squared error is <b>{.2}</b>.",
            (Table("p", tuple(map(str, widths))), Table("p", tuple(own.tolist()))),
        ),
        values={
            "error": Table("p", tuple(own.tolist())),
            "middle": Table("p", tuple(float(lines[p][np.searchsorted(fine, 0.5)]) for p in widths)),
        },
        caption="Walk the dot over the peak, or tap one of the three fits above. Thin: the tasks, with their "
        f"samples; thick: the one model fitted to all. Shaded: the middle 80\u202f% of {data.count} data "
        f"sets. Dotted: "
        f"theory, infinite at p = N = {N}.",
        fold=f"The model is a sum of p cosines. From p = N on it can fit all samples, and the fit is the one "
        f"of least "
        f"norm. This data set errs by {own[widths.index(N)]:.2f} at p = N, which one in "
        f"{round(1 / EXCEEDED)} exceeds; "
        f"half exceed {np.median(data.errors[widths.index(N)]):.2f}. The theory is that of random features "
        f"of the "
        f"same sizes; places that are spread evenly, as here, do better: with {MANY} weights "
        f"{data.errors[-1].mean():.2f} "
        f"on average instead of {data.theory(MANY):.2f}. The error never falls to zero: one curve cannot be "
        f"three.",
        recipes=recipes,
    )


def error_marks(data: DataSets) -> list[Mark]:
    """Draw the error against the number of weights, with its middle 80 %, theory, and a dot that walks.

    Args:
        data: the data sets.

    Returns:
        The marks.
    """
    frame = Frame(np.log10(FEW) - 0.05, np.log10(MANY) + 0.05, np.log10(0.06), np.log10(6), 284, 244, *ERRORS)
    widths, own, N = data.widths, data.errors[:, data.shown], len(TASKS) * EACH
    at = np.log10(widths)
    low, high = np.log10(np.quantile(data.errors, [0.1, 0.9], axis=1))
    expected = np.log10([data.theory(p) for p in range(FEW, MANY + 1)])
    expected[expected > frame.top] = np.inf
    edge = [*zip(at, low, strict=True), *zip(at[::-1], high[::-1], strict=True)]
    axes = [
        line(frame, "line thin", (frame.left, frame.bottom), (frame.right, frame.bottom)),
        line(frame, "line thin", (frame.left, frame.bottom), (frame.left, frame.top)),
        line(frame, "line thin dashed pale", (np.log10(N), frame.bottom), (np.log10(N), frame.top)),
        *(
            label(frame.x(np.log10(p)), frame.y(frame.bottom) + 18, words, "middle")
            for p, words in ((FEW, str(FEW)), (N, f"p = N = {N}"), (MANY, str(MANY)))
        ),
        *(label(38, frame.y(np.log10(e)) + 5, str(e), "right") for e in (0.1, 1)),
        label(frame.x(frame.right), 296, "weights p →", "soft right"),
    ]
    everywhere = zip(np.log10(np.arange(FEW, MANY + 1)), expected, strict=True)
    walk = tuple(zip(at, np.log10(own), strict=True))
    return [
        area(frame, "area grey", edge),
        *axes,
        mark("path", "line dotted grey", d=trace(frame, everywhere)),
        mark("path", "line red", d=trace(frame, walk)),
        mark(
            "circle",
            "dot red",
            cx=Template("{}", (Table("p", tuple(float(frame.x(a)) for a, _ in walk)),)),
            cy=Template("{}", (Table("p", tuple(float(frame.y(b)) for _, b in walk)),)),
            r="7",
        ),
    ]
