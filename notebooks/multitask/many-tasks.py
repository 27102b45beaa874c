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
# # Many tasks, one model: why does the error peak?
#
# One model cannot fit tasks that disagree, so it treats their disagreement as label noise; with $p = N$
# parameters it has just enough freedom to fit that noise exactly, and none to spare. {glue:text}`tasks`
# opposed tasks with *perfectly clean* labels cost an excess risk of **{glue:text}`at_peak:.0f`** at $p$ =
# {glue:text}`near_threshold` and only **{glue:text}`at_ten_times:.2f`** at $p$ = {glue:text}`ten_times`.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per point [100 to 20000]
T = 10  # tasks [2 to 20]
n = 50  # samples per task [10 to 200]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp

from manytasks import Tasks, checks, evidence, figures, parameters, theory
from manytasks.page import panel, say
from manytasks.statistics import Interval, critical_z, lowest, noticed, z_scores
from manytasks.studies.linear import linear_peak
from manytasks.studies.linear.pooled_errors import (
    drawn_errors,
    error_by_data,
    mean_error,
    peak_ratio,
)
from manytasks.symbolic import differing

parameters.check(In, globals())
C, N = figures.COLORS, T * n
gap = max(12, 6 * N // 100)  # this far from the threshold means have light tails
near = N + gap
noise_levels = {0.0: "blue", 0.3: "orange", 1.0: "red"}  # σ of Paper A's Figure 1
geometries = {
    "similar": Tasks.equiangular(T, cosine=np.cos(np.pi / 8)),
    "opposed": Tasks.chain(T, cosine=np.cos(7 * np.pi / 8)),
}
peak, wide = mean_error(geometries["opposed"], n, [N + 10, 10 * N], 0.0)
say(tasks=T, at_peak=peak, near_threshold=N + 10)
say(at_ten_times=wide, ten_times=f"{10 * N:,}")

# %% [markdown]
# ## Setting
#
# There are $T$ tasks. Task $t$ has a vector $w_t^* \in \mathbb R^p$ of optimal parameters and $n_t$ samples. Its
# features $X_t \in \mathbb R^{p \times n_t}$, one column per sample, have independent standard normal entries. Its
# labels are $y_t = X_t^\top w_t^* + z_t$ with label noise $z_t \sim \mathcal N(0, \sigma^2 I)$.
#
# One model $w$ is fitted to all $N = \sum_t n_t$ samples, $X = [X_1, \dots, X_T]$ and $y = (y_1, \dots, y_T)$.
# If $p \ge N$ it is the **minimum-norm interpolator** $w = X(X^\top X)^{-1} y$, which {doc}`gradient-descent` from zero
# reaches.
# Its **excess risk** on task $i$ is $L_i(w) = \|w - w_i^*\|^2$.
# Two tasks differ by their squared distance $d_{ij} = \|w_i^* - w_j^*\|^2$.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Multi-task error (main theorem of Paper A; claim A.T1)
# :label: thm-multitask-error
#
# Let the features be independent standard normal, the label noise independent of them with variance $\sigma^2$, and
# $p > N + 1$. Then the minimum-norm interpolator of the pooled data has
#
# $$
# \begin{aligned}
# \mathbb E L_i = {} & \Big(1 - \frac Np\Big)\|w_i^*\|^2 + \frac{N \sigma^2}{p-N-1} \\
#   & + \sum_j \frac{n_j}{p}\, d_{ij} + \frac{1}{2p(p-N-1)} \sum_{j,k} n_j n_k\, d_{jk}.
# \end{aligned}
# $$
#
# Averaged over $i$, the two sums of distances are $G_1$, the norm term is $G_2$ and the noise term is $G_3$ {cite}`banayeeanzade2024`.
# ```
#
# ```{prf:theorem} Dissimilarity is label noise (ours; claim O.1)
# :label: thm-dissimilarity-is-noise
#
# With the weights $\pi_j = n_j / N$, the mean task $\bar w = \sum_j \pi_j w_j^*$ and the spread
# $V = \sum_j \pi_j \|w_j^* - \bar w\|^2$, the same error is
#
# $$
# \begin{aligned}
# \mathbb E L_i = {} & \Big(1 - \frac Np\Big) \|w_i^*\|^2 + \frac Np\, \|w_i^* - \bar w\|^2 \\
#   & + \frac{N}{p-N-1} \Big(\sigma^2 + \Big(1 - \frac1p\Big) V\Big).
# \end{aligned}
# $$
# ```
#
# Read the second form from left to right. The model sees $N$ of $p$ directions. In the others it knows nothing and
# pays for $w_i^*$ itself. In those it sees, it has learned the mean task and pays for the distance to it. The last
# term is the price of fitting noise, and the spread of the tasks stands beside $\sigma^2$ *inside* it.
# Bias and variance of a pooled fit to tasks that differ are known in the limit where samples and parameters grow together
# {cite}`yang2025,song2024`; the second form, at every size, is derived and checked here.

# %% [markdown]
# ## Derive
#
# **Step 1: split the error.** Write $G = X^\top X$, $P = X G^{-1} X^\top$ (the projection on the span of the data)
# and let $u_i$ stack the blocks $X_j^\top (w_j^* - w_i^*)$. Since $y = X^\top w_i^* + u_i + z$,
#
# $$ w - w_i^* = (P - I)\,w_i^* + X G^{-1} (u_i + z). $$
#
# The first part is orthogonal to the second, and the noise is independent of the features. The squared norm
# has three expectations:
#
# $$
# \mathbb E L_i = \mathbb E\|(I-P)w_i^*\|^2 + \mathbb E\, u_i^\top G^{-1} u_i
#   + \sigma^2\, \mathbb E \operatorname{tr} G^{-1}.
# $$
#
# **Step 2: two lemmas**, both standard.
# The span of $N$ Gaussian columns is a uniformly random $N$-dimensional subspace, so
# $\mathbb E\|(I-P)w\|^2 = (1 - N/p)\|w\|^2$.
# And $G \sim \mathrm{Wishart}_N(p, I)$ has $\mathbb E\, G^{-1} = I/(p-N-1)$ for $p > N+1$.
# They give the norm term and the noise term. Three tasks with different sample counts show every kind of pair:

# %%
p, sigma2 = sp.symbols("p sigma^2", positive=True)
counts = sp.symbols("n_1:4", positive=True)
pooled = sum(counts)
three = range(3)
gram = sp.Matrix(
    3, 3, lambda i, j: sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}")
)

norm_term = [(1 - pooled / p) * gram[i, i] for i in three]
noise_term = sigma2 * pooled / (p - pooled - 1)

# %% [markdown]
# **Step 3: the dissimilarity term.** Expand it in blocks:
#
# $$
# u_i^\top G^{-1} u_i = \sum_{j,k} (w_j^* - w_i^*)^\top\, X_j (G^{-1})_{jk} X_k^\top\, (w_k^* - w_i^*).
# $$
#
# Rotating the feature space changes no distribution, so $\mathbb E[X_j (G^{-1})_{jk} X_k^\top] = c_{jk} I$ with
# $c_{jk} = \frac1p\, \mathbb E \operatorname{tr}\big((G^{-1})_{jk} G_{kj}\big)$. Three facts fix the numbers $c_{jk}$.
#
# *Diagonal blocks.* By the Schur complement, $(G^{-1})_{jj} = (X_j^\top (I - P_{-j}) X_j)^{-1}$, where $P_{-j}$
# projects on the span of the other tasks' $N - n_j$ samples. So $G_{jj}$ is the sum of
# $A = X_j^\top (I-P_{-j})X_j$, a Wishart matrix with $p - N + n_j$ degrees of freedom, and an independent one, $A'$,
# with $N - n_j$, and
#
# $$ p\, c_{jj} = \mathbb E \operatorname{tr} A^{-1}(A + A') = n_j + \frac{n_j (N - n_j)}{p - N - 1}. $$

# %%
left = p - pooled - 1
c = sp.diag(*[(n_j + n_j * (pooled - n_j) / left) / p for n_j in counts])

# %% [markdown]
# *Rows.* The blocks of $G^{-1} G = I$ give $\sum_k (G^{-1})_{jk} G_{kj} = I$, hence $\sum_k c_{jk} = n_j / p$.
#
# *Exchangeability.* Any two different samples are alike, so off the diagonal $c_{jk} = e\, n_j n_k$ with one
# number $e$ for all pairs. Each row sum determines it, and all three agree:

# %%
e = sp.Symbol("e")
others = [sum(counts[k] for k in three if k != j) for j in three]
solutions = {
    sp.factor(sp.solve(c[j, j] + e * counts[j] * others[j] - counts[j] / p, e)[0])
    for j in three
}
checks.require(len(solutions) == 1, f"every row sum gives one e; got {solutions}")
e_solved = solutions.pop()
c += sp.Matrix(3, 3, lambda j, k: 0 if j == k else e_solved * counts[j] * counts[k])
e_solved

# %% [markdown]
# That is $c_{jk} = -n_j n_k / \big(p (p - N - 1)\big)$ for $j \ne k$.
#
# **Step 4: put the terms together.** The inner products $\langle w_j^* - w_i^*, w_k^* - w_i^* \rangle$ are differences
# of entries of the Gram matrix $\Gamma_{jk} = \langle w_j^*, w_k^* \rangle$.

# %%
dissimilarity_term = [
    sum(
        c[j, k] * (gram[j, k] - gram[i, j] - gram[i, k] + gram[i, i])
        for j in three
        for k in three
    )
    for i in three
]
derived = [norm_term[i] + dissimilarity_term[i] + noise_term for i in three]

# %% [markdown]
# **Step 5: it is the theorem, and the theorem is the package.** The formula of {prf:ref}`thm-multitask-error`, that
# of {prf:ref}`thm-dissimilarity-is-noise` and the function `theory.multitask_error` must all equal what we derived.

# %% tags=["hide-input"]
distance2 = [
    [gram[i, i] + gram[j, j] - 2 * gram[i, j] for j in three] for i in three
]
paper = [
    norm_term[i]
    + sum(counts[j] / p * distance2[i][j] for j in three)
    + sum(counts[j] * counts[k] * distance2[j][k] for j in three for k in three)
    / (2 * p * (p - pooled - 1))
    + noise_term
    for i in three
]
weights = sp.Matrix([count / pooled for count in counts])
to_mean = gram * weights  # ⟨w_i, w̄⟩
deviation2 = [gram[i, i] - 2 * to_mean[i] + (weights.T * to_mean)[0] for i in three]
spread = sum(weights[j] * deviation2[j] for j in three)
as_noise = [
    (1 - pooled / p) * gram[i, i]
    + pooled / p * deviation2[i]
    + pooled / (p - pooled - 1) * (sigma2 + (1 - 1 / p) * spread)
    for i in three
]

# %%
symbols, size = Tasks(gram.tolist()), "3 tasks, symbolic counts and Gram matrix"
package = theory.multitask_error(symbols, counts, p, sigma2, regime="over")
wrong = differing(derived + derived, paper + list(package))
what = "tasks on which derivation, paper and package differ"
evidence.record("A.T1", "derivation", what, wrong, "==", 0, n=size)
wrong = differing(paper, as_noise)
what = "tasks on which the two theorems differ"
evidence.record("O.1", "derivation", what, wrong, "==", 0, n=size)

# %% [markdown]
# **Step 6: when is $G_1$ zero?** Averaged over the tasks, the sums of distances give every pair $j < k$ one
# coefficient. We read it off the package:

# %%
couples = [(0, 1), (0, 2), (1, 2)]
d = {(j, k): sp.Symbol(f"d_{j + 1}{k + 1}") for j, k in couples}
between = sp.Matrix(3, 3, lambda i, j: d.get((min(i, j), max(i, j)), 0))
first = [between[0, i] for i in three]  # task 1 at zero
by_distance = sp.Matrix(
    3, 3, lambda i, j: (first[i] + first[j] - between[i, j]) / 2
)
setting = (counts, p, sigma2)
distances = Tasks(by_distance.tolist())
G1 = theory.multitask_terms(distances, *setting, regime="over")["G1"]
coefficients = {pair: sp.diff(G1, distance) for pair, distance in d.items()}
stated = [
    (counts[j] + counts[k]) / (3 * p) + counts[j] * counts[k] / (p * left)
    for j, k in couples
]
rest = G1 - sum(coefficients[pair] * d[pair] for pair in couples)
one = Tasks([[gram[0, 0]]])
alone = theory.multitask_terms(one, counts[:1], p, sigma2, regime="over")["G1"]
wrong = differing([*coefficients.values(), rest, alone], [*stated, 0, 0])
check = "coefficients of the distances in G1"
what = "coefficients that differ from a sum of positive terms, plus G1 of one task"
size = "3 tasks, symbolic counts and distances; 1 task"
evidence.record("A.K2", check, what, wrong, "==", 0, n=size)

# %% [markdown]
# $G_1 = \sum_{j<k} \big(\frac{n_j+n_k}{Tp} + \frac{n_jn_k}{p(p-N-1)}\big)\, d_{jk}$: a sum of terms that are
# not negative. For $p > N+1$ it is zero **if and only if** every weighted distance $(n_j+n_k)\,d_{jk}$ is
# zero: one task, equal tasks, or differing tasks of which none has a sample. Nothing else enters, as Paper A
# says.
#
# **Step 7: the peak is variance.** The mean fit is $\mathbb E w = \frac Np \bar w$. We take the squared bias
# $\|\frac Np\bar w - w_i^*\|^2$ from the error; what remains is the variance $\mathbb E\|w - \mathbb Ew\|^2$
# and must be one number for all tasks:

# %%
seen = pooled / p
mean_norm2 = (weights.T * to_mean)[0]
bias2 = [gram[i, i] - 2 * seen * to_mean[i] + seen**2 * mean_norm2 for i in three]
variance = seen * (1 - seen) * mean_norm2
variance += pooled / left * (sigma2 + (1 - 1 / p) * spread)
wrong = differing([package[i] - bias2[i] for i in three], [variance] * 3)
check = "bias and variance of many tasks"
what = "tasks on which error less squared bias is not the stated variance"
size = "3 tasks, symbolic counts and Gram matrix"
evidence.record("A.K1", check, what, wrong, "==", 0, n=size)

# %% [markdown]
# The factor $1/(p-N-1)$ stands in the variance alone, before label noise and task differences and nothing
# else: at $p \to N+1$ the bias is finite, and what grows without bound is the sensitivity of the fit to these
# two. {doc}`one-task` measures the same for one task.

# %% [markdown]
# ## Check
#
# Figure 1 of Paper A (left) shows ten tasks with fifty samples each, similar or opposed, at three noise levels, from
# 10 to 50,000 parameters. Ten tasks cannot all be at an angle of $7\pi/8$ to one another: three vectors already cannot.
# We take *opposed* to mean that neighbours in a chain are, with cosines $\rho^{|i-j|}$ and $\rho = \cos(7\pi/8)$.
# *Similar* means that all pairs share the angle $\pi/8$.
#
# Every point is a mean over simulated data sets. They are drawn exactly in distribution without ever forming $X$;
# the appendix {doc}`distribution` shows how. We then ask whether the theory lies within the Monte-Carlo error. The points
# nearest to the threshold are drawn but not tested: there the *variance* of the error is huge or infinite, and
# a $z$-score means nothing.

# %% tags=["hide-input"]
grid = np.unique(np.geomspace(T, 100 * N, 16).round().astype(int))
sides = np.array([N - gap, N - gap // 3, N + gap // 3, N + gap])
grid = np.unique([*grid[abs(grid - N) > gap], *sides])
tested = abs(grid - N) >= gap
curve = np.unique([*np.geomspace(T, 100 * N, 300), *N + np.arange(-40, 41)])
curve = np.unique(curve[curve >= T].round().astype(int))
settings = [(name, sigma) for name in geometries for sigma in noise_levels]
draws = {}
for name, sigma in settings:
    options = {"trials": trials, "seed": (seed, name, str(sigma))}
    tasks = geometries[name]
    draws[name, sigma] = drawn_errors(tasks, n, grid, sigma**2, **options)

# %% tags=["hide-input", "lead"]
panels = []
axes = {"xscale": "log", "yscale": "log", "xlabel": "parameters $p$"}
errors = axes | {"ylim": (0.02, 300), "ylabel": "excess risk, mean over tasks"}
for name, tasks in geometries.items():
    fig, ax = panel(f"{name} tasks", **errors)
    for sigma, color in noise_levels.items():
        exact = mean_error(tasks, n, curve, sigma**2)
        ax.plot(curve, exact, color=C[color], label=f"σ = {sigma:g}")
        figures.band(ax, grid, draws[name, sigma], color=C[color])
    figures.threshold(ax, N)
    ax.legend(loc="upper left")
    panels.append(fig)
figures.show(
    panels,
    name="multitask-double-descent",
    caption=(
        f"Paper A's Figure 1, redrawn: theory (lines) on simulation (points with 95 % intervals; {trials:,} data "
        f"sets each; $T = {T}$, $n = {n}$, so $N = {N}$). Opposed tasks peak whether or not labels are noisy. "
        "Left of the threshold the lines are our own formula, derived two chapters on. The figure does not show how widely single data sets "
        "scatter around the mean."
    ),
    alt=(
        "Two panels, similar and opposed tasks: excess risk against number of parameters on logarithmic axes, "
        "for three noise levels. All curves peak at p = N and fall on both sides; points lie on the lines."
    ),
)

# %%
measured = np.stack(list(draws.values()), axis=1)[..., tested]
exact = [mean_error(geometries[name], n, grid, s**2) for name, s in settings]
exact = np.array(exact)[:, tested]
z = np.abs(z_scores(measured, exact, skewed=True)).max()
for claim, check in (("A.T1", "simulation"), ("A.F1a", "redrawn on simulation")):
    alpha = evidence.level(claim, check)
    critical = critical_z(exact.size, alpha, draws=trials)
    notices = noticed(measured, exact, critical)
    size = f"{exact.size} cells × {trials} data sets"
    seen = f"errors wrong by {notices:.0%}"
    what = "largest |z|"
    evidence.record(claim, check, what, z, "<", critical, n=size, detects=seen)
say(largest_allowed=critical, error_rate=f"{alpha:.0e}", noticed_share=notices)

# %% [markdown]
# A correct theory exceeds {glue:text}`largest_allowed:.2f` anywhere on the grid with probability
# {glue:text}`error_rate` at most. The test has teeth: it notices a formula wrong by
# {glue:text}`noticed_share:.0%` in any one of the cells.

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore`.
#
# How much of the peak is noise, how much is disagreement? The terms of Paper A answer for every $p$.

# %% tags=["hide-input"]
above = curve[curve > N + 1]
shown = {"dissimilarity": "red", "norm": "blue", "label noise": "orange"}
terms = axes | {"ylim": (1e-3, 300), "ylabel": "share of the excess risk"}
panels = []
for name, tasks in geometries.items():
    fig, ax = panel(f"{name} tasks", **terms)
    curves = theory.multitask_terms(tasks, n, above, 0.3**2).items()
    for (term, values), (words, color) in zip(curves, shown.items(), strict=True):
        ax.plot(above, values, color=C[color], label=f"{term}: {words}")
    figures.name_lines(ax)
    panels.append(fig)
figures.show(
    panels,
    name="multitask-terms",
    caption=(
        f"The three terms above the threshold ($T = {T}$, $n = {n}$, σ = 0.3). For opposed tasks it is dissimilarity, "
        "not noise, that makes the peak. As $p$ grows both vanish and the norm term remains: a model that sees almost "
        "no direction predicts almost zero. The curves are exact, so they carry no intervals."
    ),
    alt="Two panels: the terms G1, G2 and G3 against p. G1 and G3 fall from infinity at p = N, G2 rises to 1.",
)

# %% [markdown]
# {prf:ref}`thm-dissimilarity-is-noise` says more than "both raise the peak". It says they are *interchangeable*:
# tasks with spread $V$ and clean labels pay for it exactly as equal tasks pay for label noise of variance
# $(1 - 1/p)V$. We raise the spread on one path, the noise on another, and measure what the fit of that noise costs,
# the third term of the theorem: the error less the two terms in front.

# %% tags=["hide-input"]
levels = np.array([0.1, 0.2, 0.4, 0.6, 0.8])
cost = linear_peak.two_roads(T, n, near, levels, trials, seed)
fig, ax = panel("Two roads to one error", "spread $V$", "cost of fitting the noise")
line = N / (near - N - 1) * (1 - 1 / near) * levels
ax.plot(levels, line, color=figures.INK, linewidth=1, label="theory for both")
styles = (("red", -0.008), ("orange", 0.008))
for (road, drawn), (color, shift) in zip(cost.items(), styles, strict=True):
    figures.band(ax, levels + shift, drawn, color=C[color], label=road)
ax.legend(loc="upper left")
figures.show(
    fig,
    name="dissimilarity-is-noise",
    caption=(
        f"At $p = {near}$, $N = {N}$: tasks that differ, with clean labels (left points), cost as much as equal tasks "
        f"with noisy labels (right points, shifted for legibility). Means of {trials:,} data sets with 95 % "
        "intervals. Only the means must agree; the figure says nothing of the distributions."
    ),
    alt="Cost against spread: both sets of points lie on one straight line through zero.",
)

# %%
first, second = cost.values()
apart, usual = first - second, second.mean(axis=0)
z = np.abs(z_scores(apart, 0, skewed=True)).max()
check = "simulation: spread against noise"
critical = critical_z(len(levels), evidence.level("O.1", check), draws=trials)
seen = f"costs apart by {noticed(apart, usual, critical):.0%}"
what = "largest |z| of the difference"
size = f"{len(levels)} levels × 2 × {trials} data sets"
evidence.record("O.1", check, what, z, "<", critical, n=size, detects=seen)

# %% [markdown]
# Mechanism 1 of Paper A follows. Above the threshold the error is a straight line in $\sigma^2$ and in $V$, and
# both slopes are positive and grow without bound as $p \to N + 1$:

# %%
beyond = sp.Symbol("x", positive=True)  # p = N + 1 + x
slope_noise = sp.diff(as_noise[0], sigma2).subs(p, pooled + 1 + beyond)
slope_spread = sp.factor(slope_noise * (1 - 1 / (pooled + 1 + beyond)))
wrong = sum(
    not slope.is_positive or sp.limit(slope, beyond, 0, "+") != sp.oo
    for slope in (slope_noise, slope_spread)
)
what = "slopes that are not positive or do not diverge"
check, size = "slopes in dissimilarity and noise", "2 slopes, all letters symbolic"
evidence.record("A.M1", check, what, wrong, "==", 0, n=size)

# %% [markdown]
# (Double descent has a first descent, too. Here it is missing: the target lies in the first $T$ coordinates,
# so that below the threshold every further parameter only adds variance. {doc}`../networks/random-features`
# has targets that small models cannot express, and there all three parts are seen.)
#
# The simulated error close to the threshold rises with every step of either. And whatever the noise, the median error
# at $p = N$ is above that at half and at twice as many parameters: a mean would not settle there, a median does.

# %%
noise_below = p / (pooled - p - 1)  # of the noise term
stated = (pooled - 1) / (pooled - p - 1) ** 2
wrong = differing([sp.diff(noise_below, p)], [stated])
checks.require(wrong == 0, "below the threshold the noise term only rises")

# %% tags=["hide-input"]
setting = (T, n, near, (1.0, 0.75, 0.5, 0.0), (0.0, 0.3, 1.0))
rises = linear_peak.height_steps(*setting, trials, (seed, "heights"))
check = "peak height against dissimilarity and noise"
critical = critical_z(rises.shape[1], evidence.level("A.M1", check), draws=trials)
least = Interval.around(z_scores(rises, 0, skewed=True).min(), critical)
what = "smallest rise from one level to the next, in standard errors"
size = f"{rises.shape[1]} steps × {trials} data sets"
evidence.record("A.M1", check, what, least, ">", 0, n=size)
level = 1 - 2 * evidence.level("A.E1", "linear model") / (3 * len(settings))
setting = geometries, n, list(noise_levels)
ratio = lowest(linear_peak.median_peaks(*setting, level, trials, (seed, "medians")))
what = "smallest ratio of the median errors at p = N and beside it"
size = f"{len(settings)} curves × 3 widths × {trials} data sets"
evidence.record("A.E1", "linear model", what, ratio, ">", 1, n=size)
at_near = [draws["opposed", s] - draws["similar", s] for s in noise_levels]
at_near = np.stack([each[:, grid == near][:, 0] for each in at_near], axis=1)
check = "opposed against similar tasks"
level = evidence.level("A.E1", check)
critical = critical_z(len(noise_levels), level, draws=trials)
least = Interval.around(z_scores(at_near, 0, skewed=True).min(), critical)
what = f"smallest difference of the errors at p = {near}, in standard errors"
size = f"{len(noise_levels)} noise levels × 2 × {trials} data sets"
evidence.record("A.E1", check, what, least, ">", 0, n=size)

# %% [markdown]
# ## Break
#
# Take away what feeds the peak. If all tasks agree ($V = 0$) and labels are clean ($\sigma = 0$), nothing is left to
# fit but the truth, and the theorem says $\mathbb E L_i = (1 - N/p)\|w_i^*\|^2$. There is no peak anywhere, as Paper
# A's break condition says. One per cent of either brings it back.

# %% tags=["hide-input"]
agreeing = Tasks.equiangular(T, 1.0)
cases = {
    "equal tasks, clean labels": (agreeing, 0.0, "green"),
    "equal tasks, noise variance 0.01": (agreeing, 0.01, "orange"),
    "cosine 0.99, clean labels": (Tasks.equiangular(T, 0.99), 0.0, "red"),
}
few = np.array([N // 5, N // 2, N - gap, N + gap, 2 * N, 6 * N])
few = few[(few >= T) & (abs(few - N) >= gap)]
axes = {"xlabel": "parameters $p$", "xscale": "log", "ylim": (-0.02, 1.3)}
fig, ax = panel("", ylabel="excess risk, mean over tasks", **axes)
for label, (tasks, noise_var, color) in cases.items():
    options = {"trials": trials, "seed": (seed, label)}
    drawn = drawn_errors(tasks, n, few, noise_var, **options)
    ax.plot(curve, mean_error(tasks, n, curve, noise_var), color=C[color])
    figures.band(ax, few, drawn, color=C[color], label=label)
figures.threshold(ax, N)
ax.legend(loc="upper left")
figures.show(
    fig,
    name="no-peak",
    caption=(
        f"The peak needs food. {T} equal tasks with clean labels have none: zero error up to $p = N = {N}$, then a "
        "smooth rise. One per cent of dissimilarity or of noise variance brings it back. Lines: theory; points: means "
        f"of {trials:,} data sets with 95 % intervals."
    ),
    alt="Excess risk against p: the green curve is zero up to p = N and rises smoothly; the other two spike at N.",
)

# %% tags=["hide-input"]
at_threshold = np.arange(N - 2, N + 3)
options = {"trials": trials, "seed": (seed, "at the threshold")}
clean = drawn_errors(agreeing, n, at_threshold, 0.0, **options)
checks.below("largest error next to the threshold", clean.max(), 1 + 1e-9)
noises = np.array([0, 1, 3, 10]) / N
fed = pd.DataFrame({"noise": noises})
fed["ratio"] = [peak_ratio(agreeing, n, noise_var) for noise_var in noises]
words = "equal tasks have clean labels"
food = evidence.tested(fed, "noise == 0", lambda rows: rows.ratio.max(), words)
check = "equal tasks, clean labels"
what = "error at p = N + 2 over that at 2N"
size = f"exact; beyond, noise variances {', '.join(f'{v:g}' for v in noises[1:])}"
evidence.record("A.B1", check, what, food.inside, "<", 1, n=size, when=food)
check = "peak without dissimilarity and noise"
what = "error at p = N + 2 over that at 2N, equal tasks and clean labels"
evidence.record("A.K10", check, what, food.inside, "<", 1, n="exact")
spread = peak_ratio(linear_peak.with_spread(T, 1 / N), n, 0.0)
either = min(spread, peak_ratio(agreeing, n, 1 / N))
what = "smaller of two ratios of the error at p = N + 2 to that at 2N, spread 1/N or noise variance 1/N"
evidence.record("A.K10", "peak with either", what, either, ">", 1, n="exact")
told = [f"{row.ratio:.2g} (σ² = {row.noise:g})" for row in fed.itertuples()]
say(ratios_when_equal=", ".join(told))

# %% [markdown]
# So a peak is a sure sign that tasks differ or labels are noisy (A.K10). It does not say which: by
# {prf:ref}`thm-dissimilarity-is-noise` one does exactly what the other does. To tell them apart, fit each
# task alone, where only noise makes a peak.
#
# Equal tasks, error at $p = N + 2$ over that at $2N$: {glue:text}`ratios_when_equal`.

# %% [markdown]
# **The same peak, met from the other side.** Paper A lists the size of the data among what decides the error
# (claim A.K14). Fix the model and let the data grow: the pooled samples $N = Tk$ come to meet $p$, and from
# there on leave it behind.

# %% tags=["hide-input"]
fixed = N + 2  # parameters, so that N = Tn samples are just short of them
each = np.arange(1, 2 * n + 1)
curves = {
    (name, sigma): error_by_data(geometries[name], each, fixed, sigma**2)
    for name, sigma in settings
}
uneven = list(curves.values())
most = [each[line.argmax()] for line in uneven]
curves["equal", 0.0] = error_by_data(agreeing, each, fixed, 0.0)
more_data = pd.DataFrame({"equal_clean": [name == "equal" for name, _ in curves]})
more_data["ratio"] = [line[n - 1] / line[n // 2 - 1] for line in curves.values()]
words = "tasks differ or labels are noisy: up to N = p more data raise the error, beyond they lower it"
up_to = evidence.tested(
    more_data, "not equal_clean", lambda rows: rows.ratio.min(), words
)
check = "more data, a fixed model"
what = f"smallest ratio of the error with n = {n} samples a task to that with half of them, p = Tn + 2"
size = f"{len(settings)} settings, exact"
evidence.record("A.K14", check, what, up_to.inside, ">", 1, n=size, when=up_to)
check, far = "where more data hurt most", max(abs(k - fixed / T) for k in most)
what = "distance of the largest error from N = p, in samples a task"
size = f"{len(settings)} settings × {len(each)} sizes, exact"
evidence.record("A.K14", check, what, far, "<=", 1, n=size)

# %% tags=["hide-input"]
axes = {"xlabel": "samples of each task, $k$", "ylabel": "excess risk, mean"}
fig, ax = panel(f"A model of p = {fixed}", yscale="log", **axes)
styles = {"similar": "--", "opposed": "-", "equal": ":"}
for (name, sigma), line in curves.items():
    if sigma in (0.0, 1.0):
        color, label = C[noise_levels[sigma]], f"{name}, σ = {sigma:g}"
        finite = np.where(np.isfinite(line), line, np.nan)
        ax.plot(each, finite, styles[name], color=color, label=label)
figures.threshold(ax, fixed / T, "$Tk = p$")
ax.legend(fontsize=9)
figures.show(
    fig,
    name="error-against-data",
    caption=(
        f"Exact error of a model of fixed size against the samples of each of $T = {T}$ tasks. More data raise it until there are as many samples as parameters; "
        "equal tasks with clean labels (dotted) have no peak. Gaps are infinite values."
    ),
    alt=f"Error against samples a task: all curves but that of equal, clean tasks peak at {fixed / T:.0f}.",
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} Benign overfitting
# :label: exercise-benign
#
# *(A quick check question of Paper A.)* A model with $p \gg N$ fits noisy labels exactly. Why is it not ruined, and how does that
# differ from classical overfitting? Use {prf:ref}`thm-multitask-error` to say what is lost instead.
# ```
#
# ```{solution} exercise-benign
# :class: dropdown
#
# The noise term is $N\sigma^2/(p-N-1)$ and vanishes as $p$ grows: the minimum-norm solution spreads the noise over so
# many directions that each test sample sees little of it. What is lost is the signal: the norm term
# $(1-N/p)\|w_i^*\|^2$ tends to $\|w_i^*\|^2$. Overfitting is harmless for the noise; it is not free.
#
# In classical overfitting, $p < N$, the bias is fixed and the variance $p\sigma^2/(N-p-1)$ *grows* with every parameter: the error
# against $p$ is a U, and its remedies are to stop early, to prune, to penalize. Above $N$ the smallest of all solutions is taken, and
# the same variance *falls* with every parameter. The classical remedies still help where the error peaks, at $p \approx N$
# (a ridge in {doc}`one-task`, stopping in {doc}`gradient-descent`). Far above there is little noise left for them to remove.
# ```
#
# ```{exercise} More data can hurt
# :label: exercise-more-data
#
# Fix $p = 1000$, clean labels and ten equiangular tasks with cosine 0.5. For which $n$ is the error largest? Compute
# it with `theory.multitask_error` for $n = 1, \dots, 200$ and explain.
# ```
#
# ```{solution} exercise-more-data
# :class: dropdown
#
# At $n = 100$, where $N = Tn$ meets $p$. More samples move the threshold towards a model of fixed size; once it has
# passed, more data helps again. The peak is a place where samples match parameters, not a property of large models.
# ```
#
# ```{exercise} The best single vector
# :label: exercise-best-vector
#
# Show that no $w$ has a smaller $\sum_j \pi_j L_j(w)$ than $\bar w$, and that its value there is $V$. What does
# the theorem give as $N \to \infty$ with $N/p = \gamma < 1$ fixed?
# ```
#
# ```{solution} exercise-best-vector
# :class: dropdown
#
# $\sum_j \pi_j \|w - w_j^*\|^2 = \|w - \bar w\|^2 + V$. The weighted error tends to
# $(1-\gamma)\sum_j \pi_j\|w_j^*\|^2 + \gamma V + \frac{\gamma}{1-\gamma}(\sigma^2 + V)$. It is at least $V$: the
# spread is paid once for the compromise and once more as noise.
# ```

# %% [markdown]
# ## In one breath
#
# * One model fitted to many tasks learns their mean. The spread $V$ of the tasks acts exactly like label noise of
#   variance $(1 - 1/p)V$.
# * Noise is amplified by $N/(p-N-1)$. So the error peaks where parameters match pooled samples, and the peak is the
#   higher the more the tasks disagree.
# * With agreeing tasks and clean labels there is no peak.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
