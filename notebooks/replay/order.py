# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Does the order of tasks matter?

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 4000  # simulated data sets per order
T = 5  # tasks whose orders are all tried
n = 20  # samples per task
many = 10  # tasks when not all orders can be tried

# %% tags=["hide-input"]
from itertools import permutations

import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown, display
from scipy.stats import norm, spearmanr

from manytasks import Tasks, evidence, figures, simulate, theory
from manytasks.symbolic import differing

sigma2 = 0.1
p_shown = 2 * T * n
rng = np.random.default_rng(seed)
W = rng.standard_normal((T, 3)) / np.sqrt(3) + np.array([1.0, 0.0, 0.0])
mixed = Tasks.from_vectors(W)  # norms and distances differ
equal_norm = Tasks.from_vectors(W / np.linalg.norm(W, axis=1, keepdims=True))
orders = list(permutations(range(T)))
error = theory.order_values(mixed, n, 0, p_shown, sigma2, orders)
forgotten = theory.order_values(mixed, n, 0, p_shown, sigma2, orders, "forgetting")
display(
    Markdown(
        "For the final error it hardly matters: leave the most central task for last and nothing else is worth a thought. For "
        f"*forgetting* it matters much, for a dull reason. Over all {len(orders)} orders of {T} random tasks the error varies from "
        f"**{error.min():.3f}** to **{error.max():.3f}**, while forgetting varies from **{forgotten.min():.3f}** to "
        f"**{forgotten.max():.3f}**."
    )
)

# %% [markdown]
# ## Claim
#
# All three statements are ours. They follow from {prf:ref}`thm-replay-error`, warm start, $p > N_t + 1$ at every step.
#
# ```{prf:theorem} What order can do
# :label: thm-task-order
#
# Let every task have $n$ samples and leave $m$ of them in the buffer.
#
# 1. If $m = n$, the error $G$ does not depend on the order.
# 2. If $m = 0$, $G$ is smallest if the tasks are learned by falling mean distance
#    $D_t = \frac1T\sum_i \|w_i^* - w_t^*\|^2$: the most central task last. The reverse order is the worst.
# 3. As $p \to \infty$, for any $m$,
#    $p\,F \to \frac{n}{T-1} \sum_{i<t} \big(d_{it} + \sigma^2 - \|w_i^*\|^2\big)$, summed over all pairs of places $i < t$.
#    The distances enter through all pairs, in any order. So to first order forgetting depends on the order through the
#    norms only: it is smallest if the tasks are learned by falling norm.
# ```
#
# ## Derive
#
# **Step 1.** With $m = n$ the last step fits all data by the smallest change that does so; its last row is multi-task learning,
# which knows no order.
#
# **Step 2.** With $m = 0$ the recursion unrolls. With $r = 1 - n/p$ every later task multiplies what was there by $r$:
#
# $$ G = r^T\, \overline{\|w^*\|^2} + \sum_{t=1}^T r^{T-t}\Big(\frac np D_t + \frac{n\sigma^2}{p-n-1}\Big) . $$
#
# The weights $r^{T-t}$ grow with $t$. By the rearrangement inequality the sum is least if $D_t$ falls. We check the sum for three tasks:

# %%
p, n_, s2 = sp.symbols("p n sigma^2", positive=True)
three = range(3)
gram = [
    [sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}") for j in three]
    for i in three
]
d = [[gram[i][i] + gram[j][j] - 2 * gram[i][j] for j in three] for i in three]
r = 1 - n_ / p
unrolled = [
    r**3 * gram[i][i]
    + sum(r ** (2 - t) * (n_ / p * d[i][t] + n_ * s2 / (p - n_ - 1)) for t in three)
    for i in three
]
package = theory.replay_error(Tasks(gram), n_, 0, p, s2, regime="over")
assert differing(unrolled, list(package[2])) == 0

# %% [markdown]
# **Step 3.** To first order $E[t,i] - E[t-1,i] = \frac np(d_{it} + \sigma^2 - \|w_i^*\|^2)$ for every buffer. Forgetting adds these up over
# the tasks $t$ that come after $i$:

# %%
growth = [package[2, i] - package[i, i] for i in range(2)]
first_order = [sp.limit(sp.cancel(sp.together(p * g)), p, sp.oo) for g in growth]
stated = [
    sum(n_ * (d[i][t] + s2 - gram[i][i]) for t in range(i + 1, 3)) for i in range(2)
]
assert differing(first_order, stated) == 0

# %% [markdown]
# ## Check
#
# The three statements on all orders, then two orders in simulation.

# %%
pooled = theory.order_values(mixed, n, n, p_shown, sigma2, orders)
assert np.ptp(pooled) < 1e-10

central_last = tuple(np.argsort(-mixed.distances2.mean(axis=1)).tolist())
assert orders[int(np.argmin(error))] == central_last
assert orders[int(np.argmax(error))] == central_last[::-1]

falling_norm = tuple(np.argsort(-mixed.norms2).tolist())
for m in (0, n // 2, n):
    far = theory.order_values(mixed, n, m, 10**6, sigma2, orders, "forgetting")
    assert orders[int(np.argmin(far))] == falling_norm

# %% tags=["hide-input"]
alpha, half = 0.01, n // 2
chosen = [central_last, central_last[::-1], falling_norm, falling_norm[::-1]]
z = []
for k, order in enumerate(chosen):
    tasks = Tasks(mixed.gram[np.ix_(order, order)])
    sample = simulate.replay_error(
        tasks,
        n,
        half,
        p_shown,
        sigma2,
        trials=trials,
        seed=seed + k,
        method="reduced",
    )
    for objective, read in (
        ("error", theory.average_error),
        ("forgetting", theory.forgetting),
    ):
        (exact,) = theory.order_values(
            mixed, n, half, p_shown, sigma2, [order], objective
        )
        z.append(
            (read(sample).mean() - exact)
            / (read(sample).std(ddof=1) / np.sqrt(trials))
        )
critical = norm.isf(alpha / 2 / len(z))
evidence.record(
    "O.3",
    "error and forgetting in four orders",
    statistic="largest |z|",
    value=np.abs(z).max(),
    threshold=critical,
    n=f"{len(z)} values × {trials} data sets",
    holds=np.abs(z).max() < critical,
)

# %% [markdown]
# ## Look
#
# Every order of the same tasks, for growing buffers.

# %% tags=["hide-input"]
buffers = (0, n // 4, n // 2, 3 * n // 4, n)
panels = []
for objective in ("error", "forgetting"):
    fig, ax = plt.subplots()
    for tasks, color, label, shift in (
        (mixed, "blue", "unequal norms", -0.25),
        (equal_norm, "orange", "equal norms", 0.25),
    ):
        for k, m in enumerate(buffers):
            values = theory.order_values(
                tasks, n, m, p_shown, sigma2, orders, objective
            )
            ax.plot(
                k + shift + rng.uniform(-0.12, 0.12, len(orders)),
                values,
                ".",
                color=figures.COLORS[color],
                markersize=4,
                alpha=0.6,
                label=label if k == 0 else "",
            )
    ax.set_xticks(range(len(buffers)), [str(m) for m in buffers])
    ax.set(
        xlabel="samples kept of each task, $m$",
        ylabel=objective,
        title=f"{objective}, all orders",
    )
    ax.legend(loc="upper left")
    panels.append(fig)
figures.show(
    panels,
    name="all-orders",
    caption=(
        f"One dot per order: all {len(orders)} orders of {T} tasks ($n = {n}$, $p = {p_shown}$, σ² = {sigma2}, warm start). The orders' errors lie "
        "close together and meet when everything is stored. Forgetting spreads widely when norms differ, little when they are "
        "equal. The horizontal scatter within a column is for legibility. Exact values, no intervals."
    ),
    alt="Two strips of dots over buffer size: errors of all orders in narrow bands, forgetting in wide bands for unequal norms.",
)

# %% [markdown]
# Forgetting depends on order even more than error does, and yet mostly through bookkeeping. A task of large norm that comes early is
# counted as "improved" many times. *Less forgetting is not less error:*

# %%
rank = spearmanr(error, forgotten).statistic
display(
    Markdown(
        f"Over all orders the rank correlation of error and forgetting is {rank:.2f}. The order that forgets least has error rank "
        f"{int(np.argsort(np.argsort(error))[np.argmin(forgotten)]) + 1} of {len(orders)}."
    )
)

# %% [markdown]
# With equal norms only the second order in $1/p$ is left. For tasks on a chain, where neighbours are alike, the best order of all
# jumps from end to end and finishes in the middle; the natural order, neighbour after neighbour, forgets *most*.

# %%
chain = Tasks.chain(T, 0.6)
chain_values = theory.order_values(
    chain, n, half, p_shown, sigma2, orders, "forgetting"
)
best, worst = (
    orders[int(np.argmin(chain_values))],
    orders[int(np.argmax(chain_values))],
)
natural = orders.index(tuple(range(T)))
assert np.isclose(chain_values[natural], chain_values.max())
display(
    Markdown(
        f"Chain of {T}: least forgetting {chain_values.min():.4f} in the order {[k + 1 for k in best]}, most {chain_values.max():.4f} in the "
        f"order {[k + 1 for k in worst]}."
    )
)

# %% [markdown]
# ## Beyond seven tasks
#
# Ten tasks have 3.6 million orders. `theory.candidate_orders` offers sorted orders and the paths to the nearest or the farthest task;
# `theory.greedy_order` improves the best of them by moving single tasks. How good is that? On few tasks all orders are known:

# %% tags=["hide-input"]
ten = Tasks.from_vectors(rng.standard_normal((many, 4)) / 2 + np.eye(4)[0])
random_orders = [tuple(rng.permutation(many).tolist()) for _ in range(60)]
setting = (ten, n, half, 2 * many * n, sigma2)
rows = {
    "random orders": theory.order_values(*setting, random_orders, "forgetting"),
    "nearest and farthest paths": theory.order_values(
        *setting, theory.candidate_orders(ten), "forgetting"
    ),
    "falling norm": theory.order_values(
        *setting, [tuple(np.argsort(-ten.norms2).tolist())], "forgetting"
    ),
    "central last": theory.order_values(
        *setting,
        [tuple(np.argsort(-ten.distances2.mean(axis=1)).tolist())],
        "forgetting",
    ),
}
fig, ax = plt.subplots()
for k, values in enumerate(rows.values()):
    ax.plot(
        values,
        np.full(len(values), k) + rng.uniform(-0.1, 0.1, len(values)),
        ".",
        color=figures.COLORS["blue"],
    )
ax.set_yticks(range(len(rows)), rows)
ax.set(xlabel="forgetting", title=f"{many} random tasks")
figures.show(
    fig,
    name="ten-tasks-order",
    caption=(
        f"Forgetting of {many} random tasks in {len(random_orders)} random orders and in orders with a meaning ($n = {n}$, $m = {half}$, "
        f"$p = {2 * many * n}$, warm start). Falling norm is to the left of them all. Walking from task to task by similarity is no better than chance here. "
        "One draw of tasks; other draws move the dots."
    ),
    alt="Dots of forgetting for four families of orders; the single dot for falling norm lies leftmost.",
)
assert rows["falling norm"][0] < rows["random orders"].min()

# %% [markdown]
# ## Break
#
# From scratch the order matters at first order for the error too, because only the last task is fully known. The best order again
# ends with the most central task, and the order of the others does not matter at all.

# %%
from_scratch = theory.order_values(
    mixed, n, half, 10**5, sigma2, orders, start="scratch"
)
last_of_best = orders[int(np.argmin(from_scratch))][-1]
assert last_of_best == central_last[-1]
for last in range(T):
    assert np.ptp(from_scratch[[order[-1] == last for order in orders]]) < 1e-12

# %% [markdown]
# ## Exercises
#
# ```{exercise} A curriculum
# :label: exercise-curriculum
#
# Somebody sorts tasks so that neighbours in time are similar, hoping to forget less. What do the formulas say for equal norms, $m = 0$
# and large $p$?
# ```
#
# ```{solution} exercise-curriculum
# :class: dropdown
#
# To first order nothing changes: every pair $(i, t)$ contributes $d_{it}$ once, whichever comes first. At second order the later
# tasks partly overwrite what a distant task has done in between, and the chain above forgets *most* when sorted.
# ```
#
# ```{exercise} Unequal samples
# :label: exercise-unequal-order
#
# Let tasks have $n_t$ samples and $m = 0$. Show that to first order in $1/p$ forgetting is
# $\frac{1}{(T-1)p}\sum_{i<t} n_t(d_{it} + \sigma^2 - \|w_i^*\|^2)$. Where should a large task go if $d_{it} + \sigma^2 > \|w_i^*\|^2$ for all pairs?
# ```
#
# ```{solution} exercise-unequal-order
# :class: dropdown
#
# A task contributes $n_t$ times the sum over the tasks *before* it. If all brackets are positive it should come early. If tasks
# teach each other (negative brackets) it should come late.
# ```
#
# ## In one breath
#
# * The final error barely depends on the order: with a full buffer not at all, otherwise the most central task belongs last.
# * Forgetting depends on the order mostly through the norms, which says more about the measure than about learning.
# * Similar neighbours in time do not forget less; on a chain they forget most.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
