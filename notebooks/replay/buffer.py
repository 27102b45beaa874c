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
# # What does a buffer buy?
#
# New samples move a model only in the directions that they span, {glue:text}`samples_each` of $p$, and a
# buffer pins the directions of the samples it keeps. So it keeps old answers right, and in the way where
# tasks disagree: with $p$ = {glue:text}`wide` parameters, storing everything takes the error of
# {glue:text}`tasks` *equal* tasks from **{glue:text}`equal_without:.3f`** to **{glue:text}`equal_with:.3f`**,
# and that of {glue:text}`tasks` *opposed* tasks from **{glue:text}`opposed_without:.2f`** to
# **{glue:text}`opposed_with:.2f`**.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per width in the check [300 to 10000]
trials_figure = 40  # simulated data sets per point of the redrawn figure, four times as many where they scatter [5 to 100]
T = 10  # tasks [2 to 20]
n = 50  # samples per task [5 to 100]

# %% tags=["hide-input"]
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from matplotlib.colors import TwoSlopeNorm

from manytasks import Tasks, checks, evidence, figures, parameters, theory
from manytasks.page import panel, say, signed, table
from manytasks.statistics import critical_z, noticed, z_scores
from manytasks.streams import stream
from manytasks.studies.linear import replay_step_tables
from manytasks.studies.linear.equal_similarity import EqualSimilarity
from manytasks.studies.linear.replay_draws import (
    drawn_matrices,
    places_apart,
    redrawn,
)
from manytasks.studies.linear.replay_readings import reading_curves, readings
from manytasks.studies.linear.replay_scores import score_points
from manytasks.studies.linear.replay_steps import memory_slopes, steps
from manytasks.studies.linear.seen_from_buffer import seen_from_buffer
from manytasks.symbolic import differing
from manytasks.theory.buffer_span import least_squares_error_in_span

parameters.check(In, globals())
C = figures.COLORS
sigma2, half, starts = 0.1, n // 2, ("warm", "scratch")
world = EqualSimilarity(T, n, sigma2)
geometries = {
    "similar": Tasks.equiangular(T, cosine=np.cos(np.pi / 8)),
    "opposed": Tasks.chain(T, cosine=np.cos(7 * np.pi / 8)),
}
say(samples_each=n, tasks=T, wide=f"{4 * T * n:,}")
equal = Tasks.equiangular(T, 1.0)
for name, tasks in (("equal", equal), ("opposed", geometries["opposed"])):
    without, full = (readings(tasks, n, m, 4 * T * n, sigma2).error for m in (0, n))
    say(**{f"{name}_without": without, f"{name}_with": full})

# %% [markdown]
# ## Setting
#
# Tasks $1, \dots, T$ arrive one after another. Task $t$ has $n_t$ samples. After it is learned, the first $m_t \le n_t$
# of them stay in the **replay buffer**. So step $t$ fits $N_t = \bar M_t + n_t$ samples, $\bar M_t = \sum_{s<t} m_s$
# of them from the buffer. Features, labels and the excess risk $L_i(w) = \|w - w_i^*\|^2$ are those of the first part
# of the book. Two starts are compared:
#
# * **scratch**: $w_t$ is the smallest $w$ that fits, as if training began at zero;
# * **warm**: $w_t$ is the fit nearest to $w_{t-1}$. Gradient descent started at $w_{t-1}$ ends there.
#
# The **error matrix** $E[t, i] = \mathbb E L_i(w_t)$ holds all one can ask. Its last row gives the mean error
# $G = \frac1T \sum_i E[T, i]$. **Forgetting** compares it with the diagonal:
# $F = \frac{1}{T-1} \sum_{i<T} (E[T, i] - E[i, i])$.

# %% [markdown]
# ## Claim
#
# Write $d_{ij} = \|w_i^* - w_j^*\|^2$. For sample counts $c = (c_1, \dots, c_T)$ with sum $N$, let
#
# $$
# S_i(c) = \sum_j \frac{c_j}{p} d_{ij} + \frac{1}{2p(p-N-1)} \sum_{j,k} c_j c_k d_{jk} + \frac{N\sigma^2}{p-N-1}
# $$
#
# be the part of the multi-task error that lies in the span of the data.
# The step has counts $c_t = (m_1, \dots, m_{t-1}, n_t, 0, \dots)$, the buffer $b_t = (m_1, \dots, m_{t-1}, 0, \dots)$.
#
# ```{prf:theorem} Replay error above the thresholds (Paper A; claim A.T3)
# :label: thm-replay-error
#
# Let features be standard normal, label noise independent with variance $\sigma^2$, and $p > N_s + 1$ for all
# $s \le t$. Then, for all $i$,
#
# $$
# \text{scratch:}\quad E[t,i] = \Big(1 - \frac{N_t}{p}\Big)\|w_i^*\|^2 + S_i(c_t),
# $$
#
# $$
# \begin{aligned}
# \text{warm:}\quad & E[t,i] = S_i(c_t) + \Big(1 - \frac{n_t}{p - \bar M_t}\Big)\big(E[t-1,i] - S_i(b_t)\big), \\
# & E[0,i] = \|w_i^*\|^2 .
# \end{aligned}
# $$
# ```
#
# ```{prf:theorem} Replay error for every p (ours; claim O.3)
# :label: thm-replay-any-p
#
# If $p < N_t - 1$, both starts give the multi-task error below the threshold with counts $c_t$. If $p > N_t + 1$ but
# the previous fit was least squares ($p < N_{t-1} - 1$), the warm recursion holds with $S_i(b_t)$ replaced by
# $R_i = \mathbb E\|Q (w_{t-1} - w_i^*)\|^2$, where $Q$ projects on the span of the buffer; $R_i$ is a rational
# function given below.
# ```
#
# Closed forms for rehearsal with fewer and with more parameters than samples are also in {cite:t}`he2026`, and
# {cite:t}`deng2025` compare it with going back to old tasks *after* the new one. Derived and checked here are every pair
# $(t, i)$, both starts, and paths that cross the threshold.

# %% [markdown]
# ## Derive
#
# **Step 1: the buffer's constraints already hold.** If $w_{t-1}$ interpolates, it fits everything step $t-1$ saw,
# and the buffer of step $t$ is part of that. The samples that *could* be wrong are the new ones.
#
# **Step 2: which directions move.** Let $Q_t$ project on the span of all $N_t$ samples. The fit nearest to $w_{t-1}$
# moves inside that span only. Inside, it is the same for every start: the smallest interpolator
# $\hat w_t = X(X^\top X)^{-1}y$. So $w_t = (I - Q_t)\,w_{t-1} + \hat w_t$ and, by Pythagoras,
#
# $$ L_i(w_t) = \|(I - Q_t)(w_{t-1} - w_i^*)\|^2 + \|\hat w_t - Q_t w_i^*\|^2 . $$
#
# **Step 3: the second part is $S_i(c_t)$**, by the multi-task theorem less its norm term. We enter $S_i$ for two tasks
# and symbolic counts.

# %%
p, s2 = sp.symbols("p sigma^2", positive=True)
n_1, n_2, m_1 = sp.symbols("n_1 n_2 m_1", positive=True)


def symbols_of(T):
    """Return the Gram matrix and the squared distances of T tasks."""
    tasks = range(T)
    name = "Gamma_{}{}".format
    G = [[sp.Symbol(name(*sorted((i + 1, j + 1)))) for j in tasks] for i in tasks]
    return G, [[G[i][i] + G[j][j] - 2 * G[i][j] for j in tasks] for i in tasks]


def S(i, c, d):
    """Return the part of the error of task i in the span of counts c."""
    N, tasks = sum(c), range(len(c))
    pairs = sum(c[j] * c[k] * d[j][k] for j in tasks for k in tasks)
    inside = pairs / (2 * p * (p - N - 1)) + N * s2 / (p - N - 1)
    return sum(c[j] / p * d[i][j] for j in tasks) + inside


gram, d = symbols_of(2)

# %% [markdown]
# **Step 4: the first part.** Let $Q$ project on the buffer's span. As $Q$ lies within $Q_t$, only the part
# $v = (I - Q)(w_{t-1} - w_i^*)$ counts. The new samples were drawn independently of $v$ and of the buffer. Seen in the
# $p - \bar M_t$ dimensions outside the buffer they span a uniformly random subspace of dimension $n_t$, which takes
# away the share $n_t/(p - \bar M_t)$ of $\|v\|^2$ on average:

# %%
share = 1 - n_2 / (p - m_1)

# %% [markdown]
# **Step 5: what is left of the old error.** $\mathbb E\|v\|^2 = E[t-1,i] - \mathbb E\|Q(w_{t-1}-w_i^*)\|^2$. Because
# $w_{t-1}$ fits the buffer exactly, $Q w_{t-1}$ is the smallest interpolator *of the buffer alone*. So the subtracted
# term is $S_i(b_t)$. That closes the recursion.

# %%
two = range(2)
E0 = [gram[i][i] for i in two]
E1 = [S(i, (n_1, 0), d) + (1 - n_1 / p) * E0[i] for i in two]
E2 = [S(i, (m_1, n_2), d) + share * (E1[i] - S(i, (m_1, 0), d)) for i in two]
scratch = [(1 - (m_1 + n_2) / p) * gram[i][i] + S(i, (m_1, n_2), d) for i in two]

setting = (Tasks(gram), (n_1, n_2), np.array([m_1, m_1]), p, s2)
package, package_scratch = (
    theory.replay_error(*setting, start, regime="over") for start in starts
)
stated = [*package[0], *package[1], *package_scratch[1]]
wrong = differing([*E1, *E2, *scratch], stated)
what = "entries on which derivation and package differ"
size = "2 tasks, both starts, symbolic counts and Gram matrix"
evidence.record("A.T3", "derivation", what, wrong, "==", 0, n=size)

# %% [markdown]
# A recursion is tested by its third step, where the buffer holds two tasks. Any Gram matrix, three choices of counts:

# %%
three = range(3)
gram_3, d_3 = symbols_of(3)
choices = [((7, 5, 9), (3, 5, 0)), ((4, 12, 6), (4, 1, 0)), ((10, 3, 2), (0, 2, 0))]
stepped, from_package = [], []
for choice in choices:
    counts, stored = (tuple(map(sp.Integer, each)) for each in choice)
    E = [gram_3[i][i] for i in three]
    for t in three:
        old = tuple(stored[s] if s < t else 0 for s in three)
        seen = tuple(counts[s] if s == t else old[s] for s in three)
        left = 1 - counts[t] / (p - sum(old))
        E = [S(i, seen, d_3) + left * (E[i] - S(i, old, d_3)) for i in three]
        stepped += E
    setting = (Tasks(gram_3), counts, np.array(stored), p, s2)
    from_package += list(theory.replay_error(*setting, regime="over").ravel())
wrong = differing(stepped, from_package)
check, what = (
    "derivation, three tasks",
    "entries on which recursion and package differ",
)
size = (
    "3 tasks × 3 choices of counts, warm start, symbolic p, noise and Gram matrix"
)
evidence.record("A.T3", check, what, wrong, "==", 0, n=size)

# %% [markdown]
# **Step 6: the ends of the dial are old friends.** Without a buffer the recursion is plain sequential fine-tuning,
# $E[t] = S(n_t) + (1 - n_t/p)\,E[t-1]$. With everything in the buffer it is multi-task learning:

# %%
fine_tuning = [S(i, (0, n_2), d) + (1 - n_2 / p) * E1[i] for i in two]
pooled = theory.multitask_error(Tasks(gram), (n_1, n_2), p, s2, regime="over")
for kept, wanted in ((0, fine_tuning), (n_1, list(pooled))):
    different = differing([e.subs(m_1, kept) for e in E2], wanted)
    checks.require(different == 0, f"m = {kept}: {different} of 2 errors differ")

# %% [markdown]
# **Step 7: across the threshold** (ours). Suppose $w_{t-1}$ was a least-squares fit to $N > p$ samples, $M$ of them
# stored, the other $N - M$ not. It does *not* fit the buffer, so $R_i$ must be computed anew. In coordinates where the buffer
# spans the first $M$ dimensions, least squares on the others leaves $N - p$ equations, and the Gram matrix that
# $Qw_{t-1}$ solves is the sum of a Wishart matrix with $p$ degrees of freedom (the buffer) and one with $N - p$ (the
# rest): again Wishart, with $N$ degrees of freedom in $M$ dimensions. So label noise costs $M\sigma^2/(N-M-1)$.
#
# Disagreement needs the same for products. With $S$ the sum of all $xx^\top$, rotation invariance leaves
# $\mathbb E[x_l x_l^\top S^{-1} Q S^{-1} x_{l'} x_{l'}^\top] = e_{ll'} I$: one number for each kind of pair.
# There are five kinds, for samples inside and outside the buffer, equal or different.
#
# *Inside the buffer.* Let $A \sim \mathrm{Wishart}_M(p)$ be the buffer's Gram matrix and
# $W \sim \mathrm{Wishart}_M(N)$ the whole. $L = W^{-1/2} A W^{-1/2}$ is Beta distributed and independent of
# $W$, with
# $\mathbb E L_{ij}L_{kl} = s_1\delta_{ij}\delta_{kl} + s_2(\delta_{ik}\delta_{jl} + \delta_{il}\delta_{jk})$.
# The rotation that turns $A^{1/2}$ into samples gives $e_{ll}$ from
# $\mathbb E \operatorname{tr}A \operatorname{tr}AW^{-2}$ and $\mathbb E \operatorname{tr}A^2W^{-2}$, and the
# sum over a row of the buffer from the latter alone. Both need
# $\tau = \mathbb E \operatorname{tr} W \operatorname{tr} W^{-1}$.

# %%
N_, M_ = sp.symbols("N M", positive=True)
others_ = N_ - M_
s_2 = p * (N_ - p) / (N_ * (N_ + 2) * (N_ - 1))
s_1 = p * (p + 2) / (N_ * (N_ + 2)) - 2 * s_2
tau = M_ * (N_ * M_ - 2) / (others_ - 1)
product_of_traces = s_1 * tau + 2 * s_2 * M_  # E tr(LW) tr(LW⁻¹)
trace_of_product = (s_1 + s_2) * M_ + s_2 * tau  # E tr(L W L W⁻¹)
inside_equal = (product_of_traces + 2 * trace_of_product) / (M_ * (M_ + 2)) / p
inside_row = trace_of_product / (M_ * p)

# %% [markdown]
# *Outside, the same sample.* Its share $\pi$ outside the row space of the other $p - M$ coordinates is
# $\mathrm{Beta}(\frac{N-p}2, \frac{p-M}2)$, and those coordinates add the last term below.

# %%
pi_squared = (N_ - p) * (N_ - p + 2) / (others_ * (others_ + 2))
pi_rest = (N_ - p) * (p - M_) / (others_ * (others_ + 2))
# E |x|² xᵀW⁻²x for one of N samples in M dimensions, as in the chapter on small models
in_buffer_space = M_ * (N_ - 2) * (M_ + 2) / (N_ * (N_ + 2) * (others_ - 1))
outside_equal = (
    pi_squared * in_buffer_space
    + pi_rest * M_**2 / (N_ * (others_ - 1))
    + (p - M_) * (N_ - p) * M_ / (N_ * (others_ - 1) * (others_ + 2))
) / p

# %% [markdown]
# *The other three* follow from $\sum_{l'} x_{l'}x_{l'}^\top = S$: a row sums to
# $\mathbb E[x_l^\top S^{-1} Q x_l]/p$, which is $1/N$ for a buffered sample and, because all rows together
# give $\mathbb E\, Q = \frac Mp I$, the stated value for another.

# %%
inside_different = (inside_row - inside_equal) / (M_ - 1)
across = (1 / N_ - inside_row) / others_
outside_row = M_ * (N_ - p) / (p * N_ * others_)
outside_different = (outside_row - outside_equal - M_ * across) / (others_ - 1)

# %% [markdown]
# With $\delta_j = w_j^* - w_i^*$ the error in the span of the buffer is the sum of
# $e_{ll'}\langle\delta_{j(l)}, \delta_{j(l')}\rangle$ over all pairs of samples, plus noise. It must be the
# package's $R_i$; we compare for three tasks, symbolic distances and $p$.

# %%
d12, d13, d23 = sp.symbols("d_12 d_13 d_23")
D = np.array([[0, d12, d13], [d12, 0, d23], [d13, d23, 0]], dtype=object)
choices = [
    ((9, 8, 7), (3, 0, 2)),
    ((20, 5, 6), (4, 4, 1)),
    ((4, 30, 2), (1, 10, 2)),
]
derived_R, package_R = [], []
for choice in choices:
    counts, kept = (np.array(list(map(sp.Integer, each))) for each in choice)
    rest = counts - kept
    mixed = np.outer(kept, rest)
    of_pairs = inside_different * np.outer(kept, kept) + across * (mixed + mixed.T)
    of_pairs += outside_different * np.outer(rest, rest)
    same = kept * (inside_equal - inside_different)
    same += rest * (outside_equal - outside_different)
    for i in range(3):
        products = (D[i][:, None] + D[i] - D) / 2  # ⟨δ_j, δ_k⟩
        value = s2 * M_ / (others_ - 1) + (products * of_pairs).sum() + D[i] @ same
        derived_R.append(value.subs({N_: counts.sum(), M_: kept.sum()}))
    package_R += list(least_squares_error_in_span(D, counts, kept, p, s2))
wrong = differing(derived_R, package_R)
check = "derivation across the threshold"
what = "cases on which derivation and package differ"
size = "3 tasks × 3 choices of counts, symbolic p, distances and noise"
evidence.record("O.3", check, what, wrong, "==", 0, n=size)

# %% [markdown]
# ## Check
#
# Every entry $(t, i)$, both starts, on every side of the thresholds and no nearer to one than 12 parameters: there the
# variance of an error is infinite or nearly so, and a warm start remembers it. In the first check the buffer makes every
# step larger, so that some widths start above the threshold and end below. The second goes
# the other way: its first task has more samples than parameters, the later ones fewer.

# %% tags=["hide-input"]
four = Tasks.from_vectors(stream(seed, "tasks").standard_normal((4, 3)))
paths = {
    "growing": ([30, 30, 30, 30], [26, 26, 26, 26], [12, 43, 69, 95, 122, 160]),
    "falling": ([60, 8, 6, 4], [20, 4, 2, 0], [12, 44, 46, 80]),
}
pairs = {
    name: drawn_matrices(four, *path, sigma2, trials, (seed, name))
    for name, path in paths.items()
}
for claim, check, cells in (
    ("A.T3", "simulation of every (t, i)", pairs["growing"] + pairs["falling"]),
    ("O.3", "buffer grows across the threshold", pairs["growing"]),
    ("O.3", "fit falls from least squares to interpolation", pairs["falling"]),
):
    z = np.concatenate([np.abs(z_scores(*cell)).ravel() for cell in cells])
    critical = critical_z(z.size, evidence.level(claim, check), trials)
    seen = max(noticed(*cell, critical) for cell in cells)
    size = f"{z.size} entries × {trials} data sets"
    notices = f"errors wrong by {seen:.1%} in any of them"
    evidence.record(
        claim, check, "largest |z|", z.max(), "<", critical, n=size, detects=notices
    )

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore-replay`.
#
# Figure 1 of Paper A (right): ten tasks, fifty samples each, buffers of 0 to 50 samples a task. *Opposed* is a chain
# in which neighbours have the cosine $\cos(7\pi/8)$, because ten tasks cannot all oppose each other.

# %% tags=["hide-input"]
buffers, drawn_buffers = [n * k // 5 for k in range(6)], (0, 2 * n // 5, n)
drawn_p = places_apart(T, n, drawn_buffers, shares=(2, 5))
setting = (geometries, n, drawn_buffers, drawn_p, sigma2)
points = redrawn(*setting, trials_figure, (seed, "figure"))
near = np.arange(n - 3, T * n + 60, max(1, n // 10))
curve = np.append(np.geomspace(10, 20 * T * n, 400), near)
curve = np.unique(curve.astype(int))
fits = reading_curves(geometries, n, buffers, curve, sigma2)
beyond = {
    start: [fits[start, "opposed", m].error[curve > T * n + 12] for m in buffers]
    for start in starts
}
grows = {
    start: np.mean(np.diff(rows, axis=0) > 0) for start, rows in beyond.items()
}
against_p = {"xlabel": "parameters $p$", "xscale": "log"}
axis = {
    "error": {"yscale": "log", "ylim": (0.03, 500), "ylabel": "error G"},
    "forgetting": {"ylim": (-10, 300), "ylabel": "forgetting F"},
}
remark = (
    "The axis is linear between −0.3 and 0.3. Dips to large negative values are no success: there the tasks "
    "were learned very badly in the first place."
)

# %% tags=["hide-input", "lead"]
colors = plt.get_cmap("cividis")(np.linspace(0.05, 0.95, len(buffers)))
shades = dict(zip(buffers, colors, strict=True))
word = {"error": "Mean error G", "forgetting": "Forgetting F"}
for start, r in product(starts, ("error", "forgetting")):
    panels = []
    for name in geometries:
        figure, ax = panel(
            f"{name} tasks", zero=r == "forgetting", **axis[r], **against_p
        )
        for m, shade in shades.items():
            values = getattr(fits[start, name, m], r)
            values = np.where(np.isfinite(values), values, np.nan)
            ax.plot(curve, values, color=shade, linewidth=1.5, label=f"m = {m}")
            for point in points:
                if (point.start, point.name, point.memory) == (start, name, m):
                    draws = getattr(point.drawn, r)[:, None]
                    figures.band(ax, [point.p], draws, color=shade)
        if r == "forgetting":
            ax.set_yscale("symlog", linthresh=0.3)
            ax.set_yticks([-10, -1, 0, 1, 10], ["−10", "−1", "0", "1", "10"])
            ax.set_ylim(*axis[r]["ylim"])
        ax.legend(fontsize=9, ncols=2, loc="upper right")
        panels.append(figure)
    raised = f"Beyond all thresholds, $p > {T * n + 12}$, the next larger buffer raises the error of opposed tasks in {grows[start]:.0%} of the places."
    figures.show(
        panels,
        name=f"replay-{r}-{start}",
        caption=(
            f"{word[r]} against $p$, {start} start, buffers of m samples "
            f"a task ($T = {T}$, $n = {n}$, σ² = {sigma2}). Lines: theory for every $p$; points: means of "
            f"{trials_figure} data sets or more for m = {', '.join(map(str, drawn_buffers))}, with 95 % intervals. "
            f"{raised if r == 'error' else remark} The figure does not show single tasks."
        ),
        alt=f"Two panels, similar and opposed tasks: {r} against p for six buffer sizes, {start} start.",
    )

# %% tags=["hide-input"]
check = "redrawn on simulation"
fresh = [point for point in points if not point.again]
level = evidence.level("A.F1b", check)
critical = critical_z(2 * len(fresh), level, trials_figure)
scores, seen = score_points(fresh, critical)
size = f"{len(scores)} points × {trials_figure} data sets or more, T = {T}, n = {n}"
notices = f"a reading off by {seen:.1%} of the error"
largest, what = np.abs(scores).max(), "largest |t|"
evidence.record(
    "A.F1b", check, what, largest, "<", critical, n=size, detects=notices
)

# %% [markdown]
# The error matrix itself says who is remembered. Each picture is one pair $(p, m)$; rows are time, columns are tasks.

# %% tags=["hide-input"]
panels, chain = [], Tasks.chain(T, 0.6)
ends = {"xticks": [0, T - 1], "xticklabels": [1, T]}
ends |= {"yticks": [0, T - 1], "yticklabels": [1, T]}
for p_shown in (7 * T * n // 5, 6 * T * n):
    fig, axes = plt.subplots(1, 3, figsize=(5.0, 2.4))
    kept = (0, half, n)
    matrices = [theory.replay_error(chain, n, m, p_shown, sigma2) for m in kept]
    for ax, m, matrix in zip(axes, kept, matrices, strict=True):
        image = ax.imshow(matrix, vmin=np.min(matrices), vmax=np.max(matrices))
        ax.set(title=f"m = {m}", **ends)
    axes[0].set_ylabel("after task")
    axes[1].set_xlabel(f"error on task   ($p$ = {p_shown})")
    fig.colorbar(image, ax=list(axes), shrink=0.6)
    panels.append(fig)
figures.show(
    panels,
    name="error-matrices",
    caption=(
        f"Error matrices of a chain of tasks with cosine 0.6 between neighbours ($T = {T}$, $n = {n}$, warm start). "
        "Read down a column for the error on one task. Bright is bad; each row of pictures has its own scale. Exact, hence without intervals."
    ),
    alt="Six heat maps of the error matrix for two model sizes and three buffers.",
)

# %% [markdown]
# **Where forgetting is negative, and why.** To first order in $1/p$ the recursion reads
# $E[t,i] - E[t-1,i] \approx \frac{n_t}{p}\big(d_{it} + \sigma^2 - \|w_i^*\|^2\big)$, whatever the buffer holds. A later
# task improves an earlier one when its distance and its noise together are smaller than what is still unknown. For unit
# norms and a common cosine $\rho$ that is $2\rho > 1 + \sigma^2$.

# %%
rho = sp.Symbol("rho")
unit = {gram[0][0]: 1, gram[1][1]: 1, gram[0][1]: rho}
first_order = sp.limit(p * (E2[0] - E1[0]).subs(unit), p, sp.oo)
stated = n_2 * (2 * (1 - rho) + s2 - 1)
checks.require(sp.expand(first_order - stated) == 0, f"the limit is {first_order}")

# %% tags=["hide-input"]
cosines = np.linspace(0, 1, 61)
widths = np.geomspace(T * n + 12, 40 * T * n, 60).astype(int)
most, known = 4 * T * n // 5, world.improves_above
lost = np.array([world.readings(c, half, widths).forgetting for c in cosines])
fig, ax = panel("Sign of forgetting", ylabel="cosine of the tasks", **against_p)
# Scaled by p, because forgetting itself vanishes like 1/p.
style = {"cmap": "RdBu_r", "norm": TwoSlopeNorm(0, -most, most), "rasterized": True}
image = ax.pcolormesh(widths, cosines, np.clip(lost * widths, -most, most), **style)
ax.contour(widths, cosines, lost, levels=[0], colors=[figures.INK], linewidths=1.5)
ax.axhline(known, color=C["green"], linestyle="--", linewidth=1.5)
fig.colorbar(image, label="$p$ × forgetting")
figures.show(
    fig,
    name="negative-forgetting",
    caption=(
        f"Blue: learning later tasks improves earlier ones ($T = {T}$, $n = {n}$, $m = {half}$, warm, σ² = {sigma2}). "
        "The solid frontier tends to the dashed line, cosine $(1 + \\sigma^2)/2$. "
        f"Values beyond ±{most} are cut off."
    ),
    alt=f"Map of forgetting over p and cosine: positive below a frontier that tends to a cosine of {known:.2f}, negative above.",
)

# %% [markdown]
# ## F1 and F2
#
# Mechanism 3 names a part F1 that large models shrink and a part F2 that buffers shrink. We take F1 as
# the forgetting without a buffer and F2 as what the buffer changes.
#
# ```{prf:theorem} Forgetting of large models (ours; claims A.K4 and A.K5)
# :label: thm-replay-large-models
#
# Let two tasks with $n_1$, $n_2$ samples be learned from a warm start with a buffer of $m$. As $p \to \infty$,
#
# $$
# p\,F_1 \to n_2\,(d_{12} + \sigma^2 - \|w_1^*\|^2), \qquad
# p^2 F_2 \to m\,n_2\,(d_{12} + 3\sigma^2 - \|w_1^*\|^2) .
# $$
#
# From scratch $p\,F_1 \to n_2\,d_{12} + (n_2 - n_1)(\sigma^2 - \|w_1^*\|^2)$ and $p\,F_2 \to m\,(\sigma^2 - \|w_1^*\|^2)$.
# ```
#
# The two-task forgetting of step 5 is a sum of terms in $\|w_1^*\|^2$, $d_{12}$ and $\sigma^2$. Each is a
# rational function of $p$, so its limit and rate are exact:

# %%
norm_1, d_12 = gram[0][0], sp.Symbol("d_12", positive=True)
by_distance = {gram[0][1]: (norm_1 + gram[1][1] - d_12) / 2}
small = sp.Symbol("epsilon", positive=True)  # 1/p


def leading(expression, order):
    """Return the coefficient of p**-order, the first that does not vanish."""
    inverted = sp.together(expression.subs(p, 1 / small))
    return sp.expand(sp.cancel(inverted / small**order).subs(small, 0))


split, limits = {}, {}
for start, last in (("warm", E2), ("scratch", scratch)):
    whole = sp.expand((last[0] - E1[0]).subs(by_distance))
    split[start, "F1"] = whole.subs(m_1, 0)
    split[start, "F2"] = whole - split[start, "F1"]
for key, letter in product(split, (norm_1, d_12, s2)):
    term = letter * sp.diff(split[key], letter)
    limits[key, letter] = sp.cancel(term.subs(p, 1 / small)).subs(small, 0)
known_part, noise_part = d_12 + s2 - norm_1, s2 - norm_1
laws = {
    ("warm", "F1"): (1, n_2 * known_part),
    ("warm", "F2"): (2, m_1 * n_2 * (known_part + 2 * s2)),
    ("scratch", "F1"): (1, n_2 * d_12 + (n_2 - n_1) * noise_part),
    ("scratch", "F2"): (1, m_1 * noise_part),
}
for key, (order, law) in laws.items():
    off = sp.expand(leading(split[key], order) - law)
    checks.require(off == 0, f"{key}: the leading term is off by {off}")

# %% [markdown]
# So every term vanishes: those of F1 like $1/p$, those of F2 from a warm start like $1/p^2$. *From a warm
# start a buffer has almost nothing left to do on large models.* More tasks behave alike:

# %%
sizes = T * n * np.array([10**3, 10**4])
for name, tasks in geometries.items():
    terms = theory.forgetting_terms(tasks, n, half, sizes, sigma2)
    for term, power in (("F1", 1), ("F2", 2)):
        narrow, wide = terms[term]
        what = f"{term} of {name} tasks, p over 10 p"
        checks.close(what, narrow / wide, 10**power, rtol=0.05)

# %% tags=["hide-input"]
grid = np.arange(T * n + 20, 60 * T * n, max(1, T * n // 10))
wider = np.geomspace(T * n + 20, 2000 * T * n, 400).astype(int)
apart = [0.0, known - 0.1, known + 0.1, 0.95]
last_rises = replay_step_tables.last_growths(world, apart, (0, half, n), grid)
near = replay_step_tables.last_growths(world, [known + 0.001], (half,), wider)
beside = near["last"].item()
last_rises = pd.concat([last_rises, near], ignore_index=True)
far = "p is far above N, the farther the nearer 2ρ is to 1 + σ²; near the threshold the size of forgetting can grow with p"
calm = evidence.tested(
    last_rises, "gap > 0.099", lambda rows: rows["last"].max(), far
)
vanishing = sum(limit == 0 for limit in limits.values())
check = "limit of every term of the forgetting"
what = "terms in ‖w₁*‖², d₁₂ and σ² of F1 and F2 that do not vanish, both starts"
size = "2 tasks, symbolic counts and Gram matrix"
evidence.record("A.K5", check, what, len(limits) - vanishing, "==", 0, n=size)
last = "largest p/N at which a step up in p raises |F|"
check = "size of the forgetting against p"
what = f"{last}, cosines at least 0.1 from (1 + σ²)/2"
size = f"{len(apart)} cosines × 3 buffers × {len(grid)} widths, p > N, warm start"
evidence.record("A.K5", check, what, calm.inside, "<", 30, n=size, when=calm)

# %% tags=["hide-input"]
check = "size of the forgetting beside its change of sign"
what = f"{last}, cosine 0.001 above (1 + σ²)/2"
size = f"{len(wider)} widths, p > N, warm start"
assumed = evidence.Assumed(far)
evidence.record("A.K5", check, what, beside, ">", 30, n=size, when=assumed)
say(last_rise=calm.inside, last_rise_beside=beside)

# %% [markdown]
# Where similar tasks help each other, $F$ changes sign, so that $|F|$ rises from zero again: up to $p$ =
# {glue:text}`last_rise:.1f` $N$ at cosines at least 0.1 from $(1 + \sigma^2)/2$, and up to
# {glue:text}`last_rise_beside:.0f` $N$ at 0.001 from it. Beyond, $|F| \approx |c|/p$ falls. For similar tasks
# that is no gain: their $F$ is negative, and a larger model loses what later tasks gave.

# %% [markdown]
# **Does F2 shrink as the buffer grows?** F2 starts at 0, so it can only shrink by becoming negative. To
# leading order it is a straight line in $m$, which falls if and only if $d_{12} + 3\sigma^2 < \|w_1^*\|^2$:
# *similar tasks, little noise*. Otherwise a larger buffer adds forgetting. We compare with the exact
# derivative:

# %%
slope_in_m = sp.diff(split["warm", "F2"], m_1)
numbers = {n_1: n, n_2: n, norm_1: 1}
rate_of_F2 = sp.lambdify((p, m_1, d_12, s2), slope_in_m.subs(numbers), "numpy")
slopes = memory_slopes(rate_of_F2, n)
F1 = sp.lambdify((p, d_12, s2), split["warm", "F1"].subs(numbers), "numpy")
cells = slopes[(slopes.ratio == 100) & (slopes.memory == 0)]
narrow, wide = (
    np.abs(F1(2 * n * r, cells.distance2, cells.noise_var)) for r in (20, 100)
)
away = np.abs(cells.distance2 + cells.noise_var - 1) >= 0.1
rising = (wide >= narrow) & away

# %% tags=["hide-input"]
large = "p is large and, for F2, tasks are similar and labels clean: d + 3σ² < ‖w*‖² (two tasks, warm start); otherwise F2 grows with m"
check = "F1 against p"
what = "settings in which |F1| does not fall from p = 20 N to 100 N, d + σ² at least 0.1 from ‖w*‖²"
size = f"{away.sum()} exact values, two tasks"
assumed = evidence.Assumed(large)
evidence.record("A.K4", check, what, rising.sum(), "==", 0, n=size, when=assumed)
sides = slopes[(slopes.ratio == 100) & (np.abs(slopes.bracket) >= 0.1)]
falling = evidence.tested(
    sides, "bracket < 0", lambda rows: int((~rows.falls).sum()), large
)
check = "F2 against m"
what = "settings at p = 100 N in which F2 does not fall with m, 0.1 away from d + 3σ² = ‖w*‖²"
size = f"{(sides.bracket < 0).sum()} exact derivatives, two tasks"
evidence.record("A.K4", check, what, falling.inside, "==", 0, n=size, when=falling)
noisy = sides[sides.bracket > 0]
check = "F2 against m, dissimilar tasks or noise"
what = "settings at p = 100 N with d + 3σ² > ‖w*‖² in which F2 falls with m"
size = f"{len(noisy)} exact derivatives, two tasks"
evidence.record("A.K4", check, what, int(noisy.falls.sum()), "==", 0, n=size)

# %% tags=["hide-input"]
agrees = (slopes.falls == (slopes.bracket < 0)).groupby(slopes.ratio).mean()
told = [
    f"{share:.0%} of the settings at p = {r:g} N" for r, share in agrees.items()
]
stored = (n // 5, half, n)
setting = (geometries["opposed"], n)
F2 = [theory.forgetting_terms(*setting, m, 4 * T * n, sigma2)["F2"] for m in stored]
say(sign_predicts=", ".join(told), stored_of_each=f"{n // 5}, {half}, {n}")
say(F2_opposed=", ".join(signed(each, ".3f") for each in F2))

# %% [markdown]
# The sign of $d + 3\sigma^2 - \|w^*\|^2$ predicts whether F2 falls with $m$ in {glue:text}`sign_predicts`.
# {glue:text}`tasks` opposed tasks at $p$ = {glue:text}`wide` have F2 = {glue:text}`F2_opposed` for $m$ =
# {glue:text}`stored_of_each`. The next chapter maps where.

# %% [markdown]
# **Larger models, larger buffers: what do they do to forgetting?** Let tasks have norm 1, equal counts and
# one squared distance $d = 2(1-\rho)$ to one another. Summed over all pairs, the leading terms of a large
# model are, from a warm start,
#
# $$
# \begin{aligned}
# p\,F &\to \tfrac{T}{2}\,n\,(d + \sigma^2 - 1), \\
# p^2 (F - F|_{m=0}) &\to \tfrac{T}{6}(2T-1)\,nm\,\Big(d\big(2 - \tfrac{3}{2T-1}\big) + 3\sigma^2 - 1\Big),
# \end{aligned}
# $$
#
# and from scratch $p\,F \to n\,d + m\,\big(\tfrac T2 (d + \sigma^2 - 1) - d\big)$. Their signs say where one
# more parameter and one more stored sample lower forgetting.

# %% tags=["hide-input"]
ratios = [2, 5, 50, 1000]  # p/N
cosines = [0.0, 0.3, 0.6, 0.75, 0.9, 1.0]
one_step = steps(world, half, cosines, ratios)
judged = one_step[np.abs(one_step.leads) >= 0.05]
ends = np.sign([changes[-1] for changes in judged.changes])
check = "signs of a step in p and of a step in m, both starts"
what = f"settings at p = {ratios[-1]:g} N in which forgetting moves against its leading term"
wrong = int((ends != np.sign(judged.leads)).sum())
size = f"{len(judged)} exact steps, 6 cosines, m = {half}"
evidence.record("A.E3", check, what, wrong, "==", 0, n=size)
told = replay_step_tables.directions(one_step).rename(
    index="{:.2f}".format, level="cosine"
)
told.columns = ["a step in p", "a step in m"]
table(
    told.reset_index(),
    name="buffer-steps",
    caption=(
        f"What one step does to forgetting (T = {T}, n = {n}, from m = {half}; p: a tenth more parameters, m: one more sample of each task), "
        f"at p/N = {', '.join(f'{r:g}' for r in ratios)}."
    ),
)

# %%
opposed = geometries["opposed"]
falls = [
    np.diff(np.abs(readings(opposed, n, m, grid, sigma2).forgetting)) < 0
    for m in buffers
]
what = "share of steps up in p on which opposed tasks forget less, all buffers"
size = f"{len(buffers)} buffers × {len(grid)} widths, p > N"
check = "exact curves and simulation"
evidence.record("A.E3", check, what, np.mean(falls), ">=", 1, n=size)

# %% [markdown]
# **Do large models need their buffer less?** So says the basis of Paper A's first open question (claim
# A.K13). What a buffer changes, $F_2$, falls like $1/p^2$ from a warm start and like $1/p$ from scratch, and
# so does forgetting without one, $F_1$, like $1/p$ in both. So the answer depends on the start:

# %% tags=["hide-input"]
large = 10**3 * T * n
setting = list(geometries.values()), n, (1, half, n), large, sigma2
slopes = replay_step_tables.share_slopes(*setting)
words = (
    "the start is warm; from scratch a buffer saves the same share at every large p"
)
needed = evidence.tested(
    slopes, "start == 'warm'", lambda rows: rows.slope.max(), words
)
check = "share of the forgetting that a buffer changes, linear model"
what = f"largest exponent of p in |F2/F1|, p = {large:.0e} to twice that"
size = f"{len(geometries)} sets of tasks × 3 buffers, exact"
evidence.record("A.K13", check, what, needed.inside, "<", -0.5, n=size, when=needed)
say(power_warm=signed(needed.inside), power_scratch=abs(needed.outside))

# %% [markdown]
# The share $|F_2/F_1|$ that a buffer changes goes like a power of $p$ with exponent {glue:text}`power_warm`
# from a warm start and {glue:text}`power_scratch:.2f` from scratch. In networks, which go on from where they
# were, it is the *share* that grows with width ({doc}`../networks/networks-forget`): they are not the linear
# model.

# %% [markdown]
# ## Break
#
# The recursion stands on one fact: the buffer was interpolated before. After a least-squares step it was not. If we
# use $S_i(b)$ nevertheless, the simulation objects at once. We project a least-squares error on the span of some of its
# samples and compare.

# %% tags=["hide-input"]
setting = four, [24, 12, 15, 9], [8, 0, 4, 3], 30, sigma2, trials
found = seen_from_buffer(*setting, (seed, "seen from the buffer"))
level = evidence.level("O.3", "least squares seen from the buffer")
critical = critical_z(four.T, level, trials)
z_right, z_assumed = (
    np.abs(z_scores(found.drawn, value)).max()
    for value in (found.exact, found.interpolated)
)
seen = noticed(found.drawn, found.exact, critical)
check = "least squares seen from the buffer"
size = f"4 tasks × {trials} data sets"
notices = f"an error wrong by {seen:.1%}"
evidence.record(
    "O.3", check, "largest |z|", z_right, "<", critical, n=size, detects=notices
)
say(z_right=z_right, z_assumed=z_assumed)

# %% [markdown]
# Our formula for $R_i$ is within {glue:text}`z_right:.1f` standard errors. The recursion that ignores the
# threshold is off by {glue:text}`z_assumed:.0f`.

# %% [markdown]
# ## Exercises
#
# ```{exercise} Two kinds of learning
# :label: exercise-two-kinds
#
# *(A quick check question of Paper A.)* What is the key difference between multi-task and continual learning, and which
# value of $m$ removes it?
# ```
#
# ```{solution} exercise-two-kinds
# :class: dropdown
#
# Multi-task learning fits all data at once; continual learning sees them one task at a time and keeps $m$ samples of
# each. With $m = n$ the last step fits the same data, and interpolation does not ask in which order it was reached: step
# 6 shows that the last rows are equal. The rows before, and therefore forgetting, still depend on the order.
# ```
#
# ```{exercise} One new sample
# :label: exercise-one-sample
#
# Let $m = n$, all tasks equal and labels clean. Show that $E[t] = (1 - N_t/p)\|w^*\|^2$ follows from the recursion.
# ```
#
# ```{solution} exercise-one-sample
# :class: dropdown
#
# All $S_i$ vanish. The factors telescope: $\prod_t \big(1 - \frac{n}{p - (t-1)n}\big) = \prod_t \frac{p - tn}{p-(t-1)n}
# = 1 - \frac{Tn}{p}$.
# ```
#
# ```{exercise} An infinite mistake
# :label: exercise-infinite
#
# `theory.replay_error(Tasks.chain(2, 0.5), (20, 5), (3, 0), 21, 0.1)` is infinite in *both* rows, although the second
# step fits 8 samples with 21 parameters. Why? What changes with `start="scratch"`?
# ```
#
# ```{solution} exercise-infinite
# :class: dropdown
#
# The first step is at its threshold, $p = n_1 + 1$, and its error has no finite mean. The second step corrects it in the
# span of 8 samples only; a warm start carries the rest along. From scratch the second row is finite.
# ```
#
# ## In one breath
#
# * New data correct the old parameters in the directions they span; the buffer reserves directions in which nothing may
#   move. That gives the error matrix exactly, for every $p$.
# * Without a buffer it is fine-tuning, with a full one multi-task learning.
# * Later tasks improve earlier ones if they are similar enough: $2\rho > 1 + \sigma^2$ for large models.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
