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
#
# The last task is remembered best, because nothing comes after it; so for the final error the most central task belongs
# last. *Forgetting* depends on the order because it counts norms: a long task that comes early looks improved by every later
# one, which says more about the measure than about learning. Over {glue:text}`counted` of {glue:text}`tasks` random tasks the error varies from
# **{glue:text}`least_error`** to **{glue:text}`most_error`**, and forgetting from **{glue:text}`least_forgotten`** to
# **{glue:text}`most_forgotten`**.

# %% tags=["parameters"]
profile = "book"
seed = 1
T = 5  # tasks; up to five in every order, more in a sample of orders [2 to 12]
n = 20  # samples per task [6 to 60]
many = 10  # tasks when not all orders can be tried [2 to 20]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

from manytasks import Tasks, checks, evidence, figures, parameters, theory
from manytasks.page import number, say
from manytasks.streams import stream
from manytasks.studies.linear.every_order import (
    crowd,
    falling_norm,
    forgetting_limit,
    readings,
    tried_orders,
    uneven_vectors,
)
from manytasks.studies.linear.linear_orders import central_last
from manytasks.symbolic import differing

parameters.check(In, globals())
sigma2 = 0.1
p_shown = 2 * T * n
W = uneven_vectors(T, seed, draw=0)
mixed = Tasks.from_vectors(W)
equal_norm = Tasks.from_vectors(W / np.linalg.norm(W, axis=1, keepdims=True))
orders = tried_orders(mixed, seed)
counted = f"{'all ' if T <= 5 else ''}{len(orders)} orders"


def read(tasks, m, p=p_shown, start="warm"):
    """Return error and forgetting of every order."""
    return readings(tasks, orders, n, m, p, sigma2, start)


error, forgotten = read(mixed, 0)
say(
    counted=counted,
    tasks=T,
    least_error=number(error.min()),
    most_error=number(error.max()),
    least_forgotten=number(forgotten.min()),
    most_forgotten=number(forgotten.max()),
)

# %% [markdown]
# ## Claim
#
# Without a buffer and without noise, forgetting in this model and its dependence on order are known {cite}`lin2023`. In its relatives,
# tasks in random order are forgotten less and less {cite}`evron2022,evron2026,xu2026`, going always to the most different task may be faster or fail {cite}`tsipory2025`,
# and tasks with large covariance eigenvalues do harm when they come late {cite}`ding2024`; here all tasks share one covariance. The
# three statements, with noise, a buffer and the mean error, are derived and checked here. They follow from {prf:ref}`thm-replay-error`,
# warm start, $p > N_t + 1$ at every step.
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
# What lies between $m = 0$ and $m = n$, and what decides for gradient steps, is in {doc}`which-order`.
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
different = differing(unrolled, list(package[2]))
checks.require(
    different == 0, f"{different} of 3 unrolled sums are not the package's"
)

# %% [markdown]
# **Step 3.** To first order $E[t,i] - E[t-1,i] = \frac np(d_{it} + \sigma^2 - \|w_i^*\|^2)$ for every buffer. Forgetting adds these up over
# the tasks $t$ that come after $i$:

# %%
growth = [package[2, i] - package[i, i] for i in range(2)]
first_order = [sp.limit(sp.cancel(sp.together(p * g)), p, sp.oo) for g in growth]
stated = [
    sum(n_ * (d[i][t] + s2 - gram[i][i]) for t in range(i + 1, 3)) for i in range(2)
]
different = differing(first_order, stated)
checks.require(different == 0, f"{different} of 2 limits are not the stated sums")

# %% [markdown]
# ## Check
#
# The three statements on the orders of the opening. The third is a limit: what is left of it must fall like $1/p$.

# %%
pooled = read(mixed, n).error
checks.close("error of every order, everything stored", pooled, pooled[0])
last = central_last(mixed)
best, worst = (error[orders.index(each)] for each in (last, last[::-1]))
checks.close("least error and that of the most central last", error.min(), best)
checks.close("largest error and that of the reverse", error.max(), worst)

limits = np.array([forgetting_limit(mixed, order, n, sigma2) for order in orders])
falling = forgetting_limit(mixed, falling_norm(mixed), n, sigma2)
checks.close("least limit and that of falling norm", limits.min(), falling)
half = n // 2
for m in (0, half, n):
    near, far = (
        np.abs(p * read(mixed, m, p).forgetting - limits).max()
        for p in (10**6, 10**7)
    )
    checks.close(
        f"p F less its limit, p = 1e6 over 1e7, m = {m}", near / far, 10, rtol=0.02
    )

# %% [markdown]
# ## Look
#
# Every order of the same tasks, for growing buffers.

# %% tags=["hide-input", "lead"]
buffers = (0, n // 4, n // 2, 3 * n // 4, n)
norms = {"unequal norms": mixed, "equal norms": equal_norm}
values = {k: {m: read(tasks, m) for m in buffers} for k, tasks in norms.items()}
jitter = stream(seed, "jitter")
panels = []
for objective in ("error", "forgetting"):
    fig, ax = plt.subplots()
    for label, color, shift in zip(
        norms, ("blue", "orange"), (-0.25, 0.25), strict=True
    ):
        dots = {"color": figures.COLORS[color], "markersize": 4, "alpha": 0.6}
        for k, m in enumerate(buffers):
            place = k + shift + jitter.uniform(-0.12, 0.12, len(orders))
            height = getattr(values[label][m], objective)
            ax.plot(place, height, ".", **dots, label="" if k else label)
    ax.set_xticks(range(len(buffers)), [str(m) for m in buffers])
    ax.set(xlabel="samples kept of each task, $m$", ylabel=objective)
    ax.set_title(f"{objective}, {counted}")
    ax.legend(loc="upper left")
    panels.append(fig)
spread = [[np.ptp(values[k][0][r]) for k in norms] for r in (0, 1)]
figures.show(
    panels,
    name="all-orders",
    caption=(
        f"One dot per order: {counted} of {T} tasks ($n = {n}$, $p = {p_shown}$, σ² = {sigma2}, warm start). The errors "
        "meet when everything is stored. Without a buffer unequal norms spread the error over "
        f"{spread[0][0]:.3f} and forgetting over {spread[1][0]:.3f}, equal norms over {spread[0][1]:.3f} and {spread[1][1]:.3f}. The horizontal scatter within a column is for legibility. Exact values, no intervals."
    ),
    alt="Two strip charts over buffer size, error and forgetting, a dot for every order; the errors of all orders are one at the full buffer.",
)

# %% [markdown]
# Forgetting depends on the order mostly through bookkeeping. A task of large norm that comes early is
# counted as "improved" many times. *Less forgetting is not less error:*

# %%
others = [Tasks.from_vectors(uneven_vectors(T, seed, draw)) for draw in range(10)]
ranks = sorted(read(tasks, 0).rank for tasks in others)
say(draws=len(ranks), ranks=", ".join(map(str, ranks)), compared=len(orders))

# %% [markdown]
# In {glue:text}`draws` draws of tasks the order that forgets least has error ranks {glue:text}`ranks` of {glue:text}`compared`.

# %% [markdown]
# With equal norms only the second order in $1/p$ is left. On a chain neighbours are alike:

# %%
chained = read(Tasks.chain(T, 0.6), half).forgetting
places = [[k + 1 for k in orders[i]] for i in (chained.argmin(), chained.argmax())]
neighbours = chained[orders.index(tuple(range(T)))]
say(
    least_chained=chained.min(),
    least_order=str(places[0]),
    most_chained=chained.max(),
    most_order=str(places[1]),
    neighbours=neighbours,
    less=np.mean(chained < neighbours),
)

# %% [markdown]
# Chain of {glue:text}`tasks`: least forgetting {glue:text}`least_chained:.4f` in the order {glue:text}`least_order`, most {glue:text}`most_chained:.4f` in the
# order {glue:text}`most_order`. Neighbour after neighbour it is {glue:text}`neighbours:.4f`; {glue:text}`less:.0%` of the orders forget less.

# %% [markdown]
# ## Beyond seven tasks
#
# Ten tasks have 3.6 million orders. `theory.candidate_orders` offers sorted orders and the paths to the nearest or the farthest task;
# `theory.greedy_order` improves the best of them by moving single tasks.

# %% tags=["hide-input"]
many_tasks, families = crowd(many, seed)
setting = (many_tasks, n, half, 2 * many * n, sigma2)
rows = {
    k: theory.order_values(*setting, v, "forgetting") for k, v in families.items()
}
fig, ax = plt.subplots()
for k, row in enumerate(rows.values()):
    height = np.full(len(row), k) + jitter.uniform(-0.1, 0.1, len(row))
    ax.plot(row, height, ".", color=figures.COLORS["blue"])
ax.set_yticks(range(len(rows)), rows)
ax.set(xlabel="forgetting", title=f"{many} random tasks")
beaten = {k: np.mean(np.median(v) < rows["random orders"]) for k, v in rows.items()}
figures.show(
    fig,
    name="many-tasks-order",
    caption=(
        f"Forgetting of {many} random tasks in {len(families['random orders'])} random orders and in orders with a meaning ($n = {n}$, $m = {half}$, "
        f"$p = {2 * many * n}$, warm start). Share of the random orders that forget more: "
        + ", ".join(f"{k} {v:.0%}" for k, v in list(beaten.items())[1:])
        + " (candidates: their median). One draw of tasks; other draws move the dots."
    ),
    alt=f"Dots of forgetting for {len(rows)} families of orders; a single dot for falling norm and for central last.",
)

# %% [markdown]
# ## Break
#
# From scratch the order matters at first order for the error too, because only the last task is fully known. The best order again
# ends with the most central task, and the order of the others does not matter at all.

# %%
from_scratch = read(mixed, half, start="scratch").error
by_last = {k: from_scratch[[order[-1] == k for order in orders]] for k in range(T)}
for k, same in by_last.items():
    checks.close(f"error from scratch, task {k + 1} last", same, same[:1])
checks.close(
    "least error from scratch and that of the most central last",
    from_scratch.min(),
    by_last[last[-1]][0],
)

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
# tasks partly overwrite what a distant task has done in between. What that makes of a sorted chain stands above.
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
# * With a full buffer the final error does not depend on the order; without one the most central task belongs last.
# * Forgetting depends on the order mostly through the norms, which says more about the measure than about learning.
# * To first order it does not matter whether neighbours in time are similar.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
