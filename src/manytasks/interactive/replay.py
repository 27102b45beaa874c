"""The replay recursion in JavaScript: its formulas are the package's, evaluated on symbols."""

from __future__ import annotations

import numpy as np
import sympy as sp

from manytasks.interactive.formulas import javascript
from manytasks.interactive.static import text
from manytasks.symbolic import differing
from manytasks.tasks import Tasks
from manytasks.theory.buffer_span import least_squares_error_in_span, span_error
from manytasks.theory.fit import bias_share, noise_factor, spread_factor
from manytasks.theory.forgetting import average_error, forgetting
from manytasks.theory.multitask import task_spread
from manytasks.theory.replay import unseen_share


def replay_formulas(most_tasks: int) -> str:
    r"""Print the exact replay error as JavaScript, for tasks of norm 1, any sample counts and any p.

    Ours. The page gets ``replay({T, n, m, p, sigma2, distances, start})``, the error matrix that
    ``theory.replay_error`` returns; ``equiangular(cosine)`` and ``chain(cosine)``, the squared distances it
    takes; and ``readings[T](matrix.flat())``, error and forgetting. Every formula is a function of
    ``manytasks.theory`` evaluated on symbols; JavaScript chooses the side of each threshold and repeats the
    step.

    Args:
        most_tasks: largest number of tasks, at least 2. The distances are those of so many tasks, upper
            triangle by rows, and ``n`` and ``m`` have so many entries; fewer tasks are the first T.

    Returns:
        JavaScript source.

    Raises:
        ValueError: if ``most_tasks`` is below 2.

    Example:
        >>> "function replay(" in replay_formulas(2)
        True
    """
    if most_tasks < 2:
        raise ValueError(
            f"most_tasks must be at least 2, for one task has nothing to replay; got {most_tasks}"
        )
    p, sigma2, cosine, M, total = sp.symbols("p sigma2 cosine M N", positive=True)
    tasks = range(most_tasks)
    counts, buffer = (np.array(sp.symbols(f"{letter}1:{most_tasks + 1}", positive=True)) for letter in "cb")
    upper = np.triu_indices(most_tasks, 1)
    distances = [sp.Symbol(f"d{i + 1}{j + 1}", nonnegative=True) for i, j in zip(*upper, strict=True)]
    distances2 = np.full((most_tasks, most_tasks), sp.Integer(0), dtype=object)
    distances2[upper] = distances
    distances2 += distances2.T
    width, N = np.array([p]), counts.sum()
    deviation2, (spread,) = task_spread(distances2, counts)

    parts = [
        javascript("counts_spread", [counts, distances], {"spread": spread}),
        javascript("unseen_over", [M, total, p], {"share": unseen_share(total, M, p, "over")}),
        javascript("bias_over", [total, p], {"share": bias_share(total, p, "over")}),
        javascript(
            "least_squares_seen",
            [counts, buffer, distances, p, sigma2],
            {"error": least_squares_error_in_span(distances2, counts, buffer, width, sigma2)},
        ),
    ]
    for regime in ("over", "under"):
        error = span_error(distances2, counts, width, sigma2, regime)
        mean = (1 - bias_share(N, p, regime)) * deviation2
        price = noise_factor(N, p, regime) * sigma2 + spread_factor(N, p, regime) * spread
        assert differing(error[:1], [mean[0] + price]) == 0  # what is left out where nothing feeds the peak
        parts += [
            javascript(f"span_{regime}", [counts, distances, p, sigma2], {"error": error}),
            javascript(f"mean_{regime}", [counts, distances, p], {"error": mean}),
        ]
    for name, power in (("equiangular", lambda i, j: 1), ("chain", lambda i, j: abs(i - j))):
        gram = [[cosine ** power(i, j) if i != j else sp.Integer(1) for j in tasks] for i in tasks]
        parts.append(javascript(name, [cosine], {"distances": Tasks(gram).distances2[upper]}))
    for T in range(2, most_tasks + 1):
        matrix = np.array(sp.symbols(f"e1:{T + 1}_1:{T + 1}"))
        square = matrix.reshape(T, T)
        readings = {"error": average_error(square), "forgetting": forgetting(square)}
        parts.append(javascript(f"readings_{T}", [matrix], readings))
    known = ", ".join(f"{T}: readings_{T}" for T in range(2, most_tasks + 1))
    parts.append(f"const TASKS = {most_tasks}, readings = {{{known}}};")
    return "\n".join([*parts, text("replay.js")])
