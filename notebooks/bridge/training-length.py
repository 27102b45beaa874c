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
# # What does the length of training change?

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 4000  # simulated data sets per setting [200 to 20000]
n = 20  # samples of each of the two tasks [6 to 30]
cosine = 0.5  # between the two tasks [-0.9 to 0.9]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp

from manytasks import (
    Tasks,
    checks,
    evidence,
    figures,
    parameters,
    pictures,
    theory,
)
from manytasks.page import number, panel, say, table
from manytasks.simulate.features import excess_kurtosis
from manytasks.statistics import critical_z, z_scores
from manytasks.studies.linear.stopping import anchor_rises, stops
from manytasks.studies.linear.trained_draws import (
    errors_by_order,
    errors_by_rule,
    spread_ratios,
)
from manytasks.studies.linear.training_curves import (
    TrainingForgetting,
    exchange_rate,
    forgetting_in_time,
)
from manytasks.symbolic import differing
from manytasks.theory.fit import spread_weight
from manytasks.theory.training_error import Geometry, filtered_error
from manytasks.theory.training_factors import TrainingFactors, from_traces
from manytasks.theory.training_path import next_errors

parameters.check(In, globals())

# %% tags=["hide-input"]
N = 2 * n
sigma2 = 0.25  # label-noise variance
pair = Tasks.equiangular(2, cosine)  # two tasks of length 1
near = N + 2
early, late = theory.training_error(pair, n, near, sigma2, [1.0, np.inf]).mean(
    axis=1
)
best = theory.best_stopping(pair, n, near, sigma2)
say(samples=N, near=near, early=early, late=late, best=best.value, when=best.time)

# %% [markdown]
# What is learned: the strong directions of the data come early, the weak ones late, and the weak ones are those that amplify noise. One
# formula has the error of every length; it begins at Paper B's step and ends at Paper A's interpolator. With
# {glue:text}`samples` samples and {glue:text}`near` parameters the error is **{glue:text}`early:.2f`** at time 1 and **{glue:text}`late:.2f`** at the end;
# the best moment to stop is time {glue:text}`when:.2f`, at {glue:text}`best:.2f`.

# %% tags=["hide-input"]
widths = np.unique(np.geomspace(N / 8, 8 * N, 80).round().astype(int))
lengths = np.geomspace(0.02, 1000, 70)
errors = theory.training_error(pair, n, widths, sigma2, lengths).mean(axis=-1)
times = theory.best_stopping(pair, n, widths, sigma2).time
rows = {0.3: "blue", 1.0: "green", 10.0: "orange", 100.0: "red"}
cuts = {
    length: theory.training_error(pair, n, widths, sigma2, length).mean(axis=-1)
    for length in (*rows, np.inf)
}

# %% tags=["hide-input"]
axes = {"xlabel": "parameters $p$", "xscale": "log", "yscale": "log"}
style = {"ylabel": "training time $t$", "ylim": (lengths[0], lengths[-1])}
left, ax = panel("Error of every width and length", **axes, **style)
look = {"vmax": 1, "shading": "gouraud", "rasterized": True}
shade = ax.pcolormesh(widths, lengths, np.log10(errors.T), **look)
ax.plot(widths, times, color="white", label="best time")
ax.axvline(N, color="white", linestyle="--", linewidth=1)
bar = left.colorbar(shade, ticks=[-1, -0.5, 0, 0.5, 1])
bar.ax.set_yticklabels(["0.1", "0.3", "1", "3", "10"])
style = {"ylabel": "excess risk, mean of the tasks", "ylim": (0.3, 12)}
right, ax = panel("The peak grows with training", **axes, **style)
for length, color in rows.items():
    ink = figures.COLORS[color]
    ax.plot(widths, cuts[length], color=ink, label=f"$t = {length:g}$")
ax.plot(widths, cuts[np.inf], color=figures.INK, linewidth=1, label="to the end")
figures.threshold(ax, N)
ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="training-length-map",
    caption=(
        f"Exact mean error of two tasks (cosine {cosine:g}, $n = {n}$ samples each, σ² = {sigma2}) for every number of parameters "
        "and every time of gradient flow from zero. The bright line: the time of least error; dashed, the threshold $p = N$. The second panel "
        "cuts through the map. These are expectations; how far single data sets scatter is not shown."
    ),
    alt=(
        "Left: a map of the error over parameters and time. It is high only in a tongue that opens at p = N as time grows; a white line of best times "
        "falls as p grows. Right: error against p at four times and at the end; the peak at p = N is absent early and grows without bound."
    ),
)

# %% [markdown]
# ## Setting
#
# The pooled data are those of {doc}`../multitask/many-tasks`: features $X \in \mathbb R^{p \times N}$ with independent standard
# normal entries, labels with noise variance $\sigma^2$, tasks with optimal parameters $w_i^*$. Training starts from a
# vector $w_0$ that does not depend on the data, the *anchor*, and lowers $\frac1{2N}\|X^\top w - y\|^2$. Let $s$ be an
# eigenvalue of $S = XX^\top$. Along its eigenvector training leaves the share $g(s)$ of the way to the data's solution:
#
# $$
# g = \begin{cases}
# e^{-ts/N} & \text{gradient flow for time } t, \\
# (1 - \eta s/N)^k & k \text{ steps of descent with rate } \eta, \\
# \lambda/(s + \lambda) & \text{ridge } \lambda,
# \end{cases}
# $$
#
# and $g = 1$ where $s = 0$. The function $g$ is the {term}`filter`, $\bar g = 1 - g$ what is learned. $\operatorname{Tr}$ sums over the
# non-zero eigenvalues.
#
# ## Claim
#
# ```{prf:theorem} One theorem for every training length (ours; claims O.16 and O.17)
# :label: thm-training-length
#
# With $\bar w = \sum_j \frac{n_j}N w_j^*$ and the spread $V = \sum_j \frac{n_j}N \|w_j^* - \bar w\|^2$, for every filter, every $p$
# and every $N \ge 2$,
#
# $$
# \begin{aligned}
# \mathbb E L_i = {} & \gamma_1 \|w_i^* - w_0\|^2 + (1-\gamma_1) \|w_i^* - \bar w\|^2 - (\gamma_1-\gamma_2) \|\bar w - w_0\|^2 \\
# & + a\,\sigma^2 + v\,V ,
# \end{aligned}
# $$
#
# where $\gamma_1$ and $\gamma_2$ are the means of $g$ and $g^2$ over all $p$ eigenvalues, $a = \mathbb E\operatorname{Tr} \bar g^2/s$ and
#
# $$
# v = \frac N{N-1} \Big[ \frac{(Np-2)\,a + 4\,\mathbb E\operatorname{Tr} \bar g \bar g' + 2\,\mathbb E\operatorname{Tr} \bar g^2}{p(N+2)}
# - \frac{\mathbb E\operatorname{Tr} \bar g^2}{Np} \Big] .
# $$
#
# So at every length dissimilarity acts as label noise of variance $\omega V$, with $\omega = v/a$: it is $1 + \frac1p$ at the start of
# training, and at the end $1 - \frac1p$ for $p > N$.
# ```
#
# ```{prf:theorem} One task after another, each for its own time (ours; claim O.18)
# :label: thm-training-path
#
# Let $E[t, i]$ be the error on task $i$ after task $t$, trained from $w_{t-1}$ on its own samples only, and
# $d_{it} = \|w_i^* - w_t^*\|^2$. With the factors of task $t$,
#
# $$ E[t,i] = \gamma_1 E[t{-}1,i] + (1-\gamma_1)\, d_{it} - (\gamma_1-\gamma_2)\, E[t{-}1,t] + a\,\sigma^2 . $$
#
# Learn task 1, then task 2, each with $n$ samples and for the same time, from zero; subtract the same in the other order. The
# difference of the errors on task $i$ is
#
# $$ D_i = (1-\gamma_1)^2 (d_{i2} - d_{i1}) + (\gamma_1-\gamma_2)^2 \big(\|w_1^*\|^2 - \|w_2^*\|^2\big) . $$
# ```
#
# ```{prf:theorem} When to stop, and where to start (ours at finite size; claim O.19)
# :label: thm-training-stop
#
# For one task, let $\lambda^* = p\sigma^2/\|w^* - w_0\|^2$. Ridge $\lambda^*$ is at least as good as every training length. If labels are noisy,
# stopping in time beats training to the end, and the best time is at most $N/\lambda^*$. Of all starts $c\,w_{t-1}$ the best for the error on
# task $t$ is $c = \langle w_t^*, \mathbb E w_{t-1}\rangle / \mathbb E\|w_{t-1}\|^2$, however long task $t$ is trained.
# ```
#
# That gradient flow and ridge err alike, to a factor of 1.22 at their best in the limit of large $p$ and $N$, is from
# {cite:t}`ali2019`; that stopping early and a ridge towards the previous parameters are equivalent for sequences of tasks, from
# {cite:t}`zhao2024`; the best strength of that ridge for many tasks is in {cite:t}`karpel2026`.

# %% [markdown]
# ## Derive
#
# **Filter.** Along an eigenvector the loss is a parabola with slope $(sw - b)/N$, $b$ the product of its vector with $Xy$. All three ways of
# training end at $g\,w_0 + (1-g)\,b/s$:

# %%
s, t, N_, eta, lam, k = sp.symbols("s t N eta lambda k", positive=True)
b, start = sp.symbols("b w_0")


def at(g):
    """Return where training is when it has left the share g."""
    return g * start + (1 - g) * b / s


flow, ridge = sp.exp(-t * s / N_), lam / (s + lam)
steps = [(1 - eta * s / N_) ** power for power in (k, k + 1)]
slope = {g: (s * at(g) - b) / N_ for g in (flow, steps[0])}
gaps = [
    sp.diff(at(flow), t) + slope[flow],
    at(steps[1]) - at(steps[0]) + eta * slope[steps[0]],
    s * at(ridge) - b + lam * (at(ridge) - start),
]
checks.require(
    all(sp.simplify(sp.powsimp(gap)) == 0 for gap in gaps),
    "flow, descent and ridge follow their filters",
)

# %% [markdown]
# **Linear terms vanish.** Task $j$ has the labels $X_j^\top w_j^* + z_j$, so with $\delta_j = w_j^* - \bar w$
#
# $$
# \begin{aligned}
# w - w_i^* = {} & g(S)(w_0 - w_i^*) + \bar g(S)(\bar w - w_i^*) \\
# & + \bar g(S)\,S^+ \Big( \sum_j X_jX_j^\top \delta_j + Xz \Big) .
# \end{aligned}
# $$
#
# In the square the last bracket meets the other terms only on average: $\mathbb E\, \psi(S)\,xx^\top$ is the same for every sample $x$, whatever the function $\psi$, and
# $\sum_j n_j \delta_j = 0$. Directions are random, so $\mathbb E\, g(S) = \gamma_1 I$ and $\mathbb E\, g(S)^2 = \gamma_2 I$. Two terms remain, and
# they make the part of the theorem without noise and spread:

# %%
g1, g2 = sp.symbols("gamma_1 gamma_2")
to_start, to_mean, apart = sp.symbols(
    "A B C"
)  # squared lengths, of w_i* - w_0, ...
inner = (to_start + to_mean - apart) / 2
square = g2 * to_start + 2 * (g1 - g2) * inner + (1 - 2 * g1 + g2) * to_mean
package = filtered_error(
    TrainingFactors(g1, g2, 0, 0), Geometry(to_start, to_mean, apart, 0), 0
)
wrong = differing([square], [package])

# %% [markdown]
# Label noise adds $\sigma^2\, \mathbb E\operatorname{Tr} \bar g^2/s$. **The spread** adds $\sum_{x, x'} \delta^\top \mathbb E\, xx^\top \psi\, x'x'^\top \delta'$ with
# $\psi = \bar g^2/s^2$. The mean is $c_1 I$ for a sample with itself and $c_2 I$ for two different ones; together they make
# $\mathbb E \operatorname{Tr} \bar g^2 / p$, and because the $n_j\delta_j$ cancel, $v = N(c_1 - c_2)$. For $c_1$ write $x^\top x$ and
# $x^\top \psi x$ in the eigenvectors of $X^\top X$: these are a random basis, with the fourth moments of a sphere,
#
# $$ p\,c_1 = \frac{\mathbb E\,[\operatorname{Tr} S \cdot \operatorname{Tr} \varphi(S) + 2 \operatorname{Tr} \bar g^2]}{N(N+2)}, \qquad \varphi = \bar g^2/s . $$
#
# A product of two traces is a derivative, for stretching all features by $\sqrt c$ reweighs their density by $\operatorname{Tr} S$:
# $\mathbb E \operatorname{Tr} S \cdot \operatorname{Tr}\varphi(S) = Np\, \mathbb E\operatorname{Tr}\varphi + 2 \frac{d}{dc} \mathbb E\operatorname{Tr} \varphi(cS)$ at $c = 1$. So
# **nothing but averages over single eigenvalues is left.**

# %%
# Traces of ḡ²/s, ḡ times its slope, ḡ²:
p, a, sloped, squared = sp.symbols("p a D Q", positive=True)
kept = sp.Function("kept")  # ḡ, what is learned
stretched = s * sp.diff(kept(s) ** 2 / s, s)  # d/dc of phi(cs) at c = 1
slope = sp.diff(kept(s), s)
wrong += sp.simplify(stretched - 2 * kept(s) * slope + kept(s) ** 2 / s) != 0
two_traces = N_ * p * a + 2 * (2 * sloped - a)
c1 = (two_traces + 2 * squared) / (p * N_ * (N_ + 2))
c2 = (squared / p - N_ * c1) / (N_ * (N_ - 1))
learned = sp.Symbol("M")
found = from_traces(N_, p, learned, squared, a, sloped)
wrong += differing([N_ * (c1 - c2)], [found.spread])

# %% [markdown]
# **The end of training** is $\bar g = 1$: all $\min(N, p)$ eigenvalues are learned, and $a$ is the noise factor of {doc}`../multitask/one-task`.
# The theorem is then the one of {doc}`../multitask/many-tasks` above the threshold and that of {doc}`../multitask/below-threshold` below it:

# %%
n1, n2, noise = sp.symbols("n_1 n_2 sigma^2", positive=True)
gram = sp.Matrix(
    2, 2, lambda i, j: sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}")
)
two, total = Tasks(gram.tolist()), n1 + n2
d12 = two.distances2[0, 1]
mean2 = (
    n1**2 * gram[0, 0] + n2**2 * gram[1, 1] + 2 * n1 * n2 * gram[0, 1]
) / total**2
place = Geometry(
    gram[0, 0], (n2 / total) ** 2 * d12, mean2, n1 * n2 / total**2 * d12
)
for side, rank, amplified in (
    ("over", total, total / (p - total - 1)),
    ("under", p, p / (total - p - 1)),
):
    ended = from_traces(total, p, rank, rank, amplified, 0)
    exact = theory.multitask_error(two, (n1, n2), p, noise, regime=side)[0]
    wrong += differing([filtered_error(ended, place, noise)], [exact])
what = "places where derivation, package and the theorems at the end of training differ"
size = "5 identities, any counts and Gram matrix of two tasks"
evidence.record("O.16", "derivation", what, wrong, "==", 0, n=size)

# %% [markdown]
# **Dissimilarity is noise.** At the start of training $\bar g = ts/N$, so the traces are moments: $\mathbb E\operatorname{Tr} S = Np$ and
# $\mathbb E\operatorname{Tr} S^2 = Np(N+p+1)$. The exchange rate at both ends:

# %%
first = from_traces(N_, p, 0, N_ * p * (N_ + p + 1), N_ * p, N_ * p)
above, below = (
    from_traces(N_, p, rank, rank, amplified, 0).spread / amplified
    for rank, amplified in ((N_, N_ / (p - N_ - 1)), (p, p / (N_ - p - 1)))
)
wrong_rates = differing(
    [first.spread / (N_ * p), above, below],
    [1 + 1 / p, spread_weight(N_, p, "over"), spread_weight(N_, p, "under")],
)
what = "ends at which the exchange rate is another one"
size = "first step and both sides of the threshold"
evidence.record("O.17", "derivation", what, wrong_rates, "==", 0, n=size)

# %% [markdown]
# **The order.** With new samples at every step and nothing stored, $w_{t-1}$ is an anchor independent of the data of task $t$, and $V = 0$. That is
# {prf:ref}`thm-training-path`. Twice, in both orders:

# %%
shared = TrainingFactors(g1, g2, a, 0)
d = np.zeros((3, 3), object)
for i, j in ((0, 1), (0, 2), (1, 2)):
    d[i, j] = d[j, i] = sp.Symbol(f"d_{i}{j}")
begin = np.array(sp.symbols("A_0:3"))
forth, back = (
    next_errors(next_errors(begin, one, d, shared, noise), other, d, shared, noise)
    for one, other in ((0, 1), (1, 0))
)
order = (1 - g1) ** 2 * (d[1] - d[0]) + (g1 - g2) ** 2 * (begin[0] - begin[1])
what = "tasks on which two orders differ by anything else"
size = "two tasks and one that looks on, any factors and distances"
evidence.record(
    "O.18",
    "derivation",
    what,
    differing(list(forth - back), list(order)),
    "==",
    0,
    n=size,
)

# %% [markdown]
# At first $1 - \gamma_1$ and $\gamma_1 - \gamma_2$ are both $t$. Then $D_i = 2t^2 \langle w_i^*, w_1^* - w_2^* \rangle$, which is
# $t^2 \langle \nabla L_i, \mathbb E [g_1, g_2] \rangle$: **Paper B's Lie bracket** of {doc}`../dynamics/bracket`. In the end the second term is gone and
# $D_i = (n/p)^2 (d_{i2} - d_{i1})$: *the task nearer to the last one wins*, **Paper A's order effect** of {doc}`../replay/order`.
#
# **When to stop.** For one task the error is a sum over the spectrum, of $g^2\beta^2/p + (1-g)^2\sigma^2/s$ with $\beta = \|w^* - w_0\|$. Every term
# is least at the same ridge:

# %%
g, beta2, tau = sp.symbols("g beta^2 tau", positive=True)
price = g**2 * beta2 / p + (1 - g) ** 2 * noise / s
lowest = sp.solve(sp.diff(price, g), g)[0]
best_ridge = p * noise / beta2
change = sp.diff(price.subs(g, sp.exp(-tau * s)), tau)
bracket = noise * (sp.exp(tau * s) - 1) - s * beta2 / p
checks.require(
    differing([lowest], [best_ridge / (s + best_ridge)]) == 0
    and sp.simplify(change - 2 * sp.exp(-2 * tau * s) * bracket) == 0,
    "the best filter is a ridge, and time changes the error as stated",
)

# %% [markdown]
# No filter does better than the best for every eigenvalue. Along the flow, $\tau = t/N$, the derivative of every term has the sign of
# $\sigma^2(e^{\tau s} - 1) - s\beta^2/p$. Since $e^{\tau s} - 1 \ge \tau s$, it is positive for *all* $s$ once $\tau > 1/\lambda^*$: from there on training can only
# harm.
#
# **The averages** need no simulation. The mean density of the eigenvalues is known exactly at any size, from the skew-orthogonal polynomials of
# {cite:t}`adler2000` (`theory.wishart_spectrum`); beyond 128 samples and parameters the package takes the law of {cite:t}`marchenko1967` with the correction
# of {cite:t}`bai2004`.

# %% [markdown]
# ## Check
#
# Gradient flow, descent and ridge from an anchor that is neither zero nor a task, on both sides of the threshold and on it.

# %% tags=["hide-input"]
rules = {
    "flow": {"time": [0.3, 1.0, 5.0]},
    "descent": {"rate": 0.1, "steps": [1, 5]},
    "ridge": {"ridge": [0.3 * N, 3.0 * N]},
}
drawn, expected = errors_by_rule(
    pair, n, [N // 2, N, 3 * N], sigma2, rules, [0.6, -0.3], trials, seed
)
found = evidence.agree("O.16", "simulation", drawn, expected)
say(largest_z=found.largest, limit_z=found.critical, cells=found.means)
say(runs=f"{1 / found.level:,.0f}")

# %% [markdown]
# Of {glue:text}`cells` scores the largest is {glue:text}`largest_z:.2f`; a correct theorem exceeds {glue:text}`limit_z:.2f` in one of {glue:text}`runs` runs of this page. Now two tasks one after
# the other, in both orders, and the difference of the orders:

# %% tags=["hide-input"]
few = [n // 2, n, 4 * n]
unequal = Tasks.from_vectors(
    [[1.0, 0.0], [1.5 * cosine, 1.5 * np.sqrt(1 - cosine**2)]]
)
drawn, expected = errors_by_order(unequal, n, few, sigma2, [0.4, 3.0], trials, seed)
z = np.abs(z_scores(drawn, expected, skewed=True))
critical = critical_z(z.size, evidence.level("O.18", "simulation"), draws=trials)
what = "largest |z|"
size = f"{z.size} errors and differences × {trials:,} data sets"
evidence.record("O.18", "simulation", what, z.max(), "<", critical, n=size)
checks.close(
    "order effect at the end",
    theory.order_effect(unequal, n, 4 * n, sigma2, np.inf),
    (unequal.distances2[1] - unequal.distances2[0]) / 16,
)

# %% [markdown]
# ## Look
#
# ### Move the time

# %% tags=["hide-input"]
pictures.load()
pictures.training().show()

# %% [markdown]
# ### What a unit of dissimilarity is worth

# %% tags=["hide-input"]
grid = np.geomspace(1e-3, 1e3, 60)
shapes = [[3], [10], [50]], [1, 2, 5, 9, 10, 11, 30, 49, 50, 51, 100, 300]
worth = exchange_rate(*shapes, grid)
rises = int((np.diff(worth, axis=-1) > 1e-9).sum())
check = "exchange rate along training"
what = "steps in time at which it rises by more than rounding"
size = f"{worth[..., 0].size} shapes × {grid.size} times, exact"
evidence.record("O.17", check, what, rises, "==", 0, n=size)
axes = {"xlabel": "training time $t$", "ylabel": "exchange rate ω", "xscale": "log"}
fig, ax = panel("Label noise that a unit of spread is worth", **axes)
for width, color in {n: "blue", 2 * N: "orange", 8 * N: "green"}.items():
    curve = exchange_rate(N, width, grid)
    ax.plot(grid, curve, color=figures.COLORS[color], label=f"$p = {width}$")
ax.axhline(1, color=figures.INK, linewidth=1, linestyle=":")
ax.legend(loc="upper right")
figures.show(
    fig,
    name="training-length-exchange",
    caption=(
        f"The exchange rate $\\omega = v/a$ for $N = {N}$ samples, exact. It begins at $1 + 1/p$ and falls; dissimilarity is label noise at every length, "
        "up to a share of about $1/p$. That it falls for all shapes is seen here in many, not proved."
    ),
    alt="Three curves against time that start above one by 1/p and fall; the wider the model, the closer they stay to one.",
)

# %% [markdown]
# ### Forgetting against the training length of the second task
#
# Task 1 has been learned to the end. How much worse is it after task 2 was trained for time $t$? From {prf:ref}`thm-training-path`, at first
# $F'(0) = d_{12} - E[1,1] - E[1,2]$. It is negative, *a dip*, if the two tasks are closer to each other than task 1's imperfect solution is to them:
# the first steps on task 2 then improve task 1.

# %% tags=["hide-input"]
wide, quiet = 5 * n, 0.1
after = np.concatenate([[0], np.geomspace(0.004, 30, 80)])
angles = {-0.5: "red", 0.5: "orange", 0.9: "green"}
half = TrainingForgetting(Tasks.equiangular(2, 0.5), n, wide, quiet)
curve, parabola = half.exact(after[1:]), half.local(after[1:])
points, draws_each = np.geomspace(0.005, 10, 7), max(100, trials // 8)
draws = half.drawn(points, trials=draws_each, seed=(seed, "forgetting"))
first_loss, at_one = (
    half.exact(length) / half.local(length) for length in (0.001, 1)
)
say(first_loss=first_loss, at_one=at_one)

# %% tags=["hide-input"]
title, time = (
    "In test error: a dip where tasks are alike",
    "training time of task 2",
)
left, ax = panel(title, time, "forgetting $F$")
for angle, color in angles.items():
    line = forgetting_in_time(angle, n, wide, quiet, after)
    ax.plot(after, line, color=figures.COLORS[color], label=f"cosine {angle:g}")
ax.axhline(0, color=figures.INK, linewidth=1, linestyle=":")
ax.set_xscale("symlog", linthresh=0.01)
ax.set_xlim(0, 30)
figures.name_lines(ax)
title, loss = "In training loss: where the parabola ends", "training loss of task 1"
axes = {"xscale": "log", "yscale": "log", "ylim": (curve[0] / 2, 4 * curve[-1])}
right, ax = panel(title, time, loss, **axes)
blue, style = figures.COLORS["blue"], {"color": figures.INK, "linestyle": ":"}
ax.plot(after[1:], curve, color=blue, label="all of training")
ax.plot(after[1:], parabola, label="local theorem", **style)
figures.band(ax, points, draws, color=blue)
ax.legend(loc="lower right")
figures.show(
    [left, right],
    name="training-length-forgetting",
    caption=(
        f"Forgetting of task 1 ($n = {n}$, $p = {wide}$, σ² = {quiet}). (a) of its test error, exact, for three similarities. (b) of its training loss, cosine 0.5: "
        f"formula (line, up to the variance of Tr ḡ), {draws_each:,} draws a point with 95 % intervals, and the local theorem $\\frac12 t^2\\, \\mathbb E g_2^\\top H_1 g_2$ "
        "of the bracket (dotted), which is right for the first steps only. Networks are not shown."
    ),
    alt=(
        "(a) forgetting against time for three cosines. For similar tasks it falls below zero first; for opposed ones it rises from the start. "
        "(b) on logarithmic axes, a curve through points follows a dotted parabola at small times, then flattens."
    ),
)

# %% [markdown]
# At time 0.001 the training loss of task 1 is {glue:text}`first_loss:.2f` of what the local theorem of {doc}`bracket-moments` says, at time 1
# {glue:text}`at_one:.2f`. For $p \gg n$ forgetting is $(1 - e^{-tp/n})^2$ times its final value: the local theorem holds
# while $tp/n$ is small, and **the whole of training is worth one step of size $n/p$.**

# %% [markdown]
# ### When to stop, and where to start

# %% tags=["hide-input"]
axes = {"xscale": "log", "ylim": (0, 3)}
fig, ax = panel(
    "More noise, earlier stop", "training time $t$", "excess risk", **axes
)
alone, wide = Tasks([[1.0]]), 3 * N // 2
for level, color in {0.05: "green", 0.25: "orange", 1.0: "red"}.items():
    curve = theory.training_error(alone, N, wide, level, lengths)[:, 0]
    stop, ink = theory.best_stopping(alone, N, wide, level), figures.COLORS[color]
    ax.plot(lengths, curve, color=ink, label=f"σ² = {level:g}")
    ax.plot(stop.time, stop.value, "o", color=ink)
    ax.axhline(stop.ridge_value, color=ink, linestyle="--", linewidth=1)
figures.name_lines(ax)
figures.show(
    fig,
    name="training-length-stop",
    caption=(
        f"Exact error of one task ($N = {N}$, $p = {wide}$) against training time; dots: best time; dashed: best ridge. Stopping in time costs little more "
        "than ridge, stopping late costs much more. Who does not know the noise must estimate the time; that is not shown."
    ),
    alt="Three curves of error against time, each falling to a dot and rising after it; dashed lines just below the dots.",
)

# %% tags=["hide-input"]
shapes = [(N_, p_) for N_ in (1, 5, 20, 60) for p_ in (1, 3, 19, 20, 21, 90)]
tried = stops(shapes, np.geomspace(1e-3, 10, 5))
most = tried.shares.max()
size = f"{len(tried.shares)} settings, exact"
what = "largest best time, as a share of N/λ*"
evidence.record("O.19", "best time", what, most, "<=", 1, n=size)
check, what = "ridge against stopping", "settings where a stop is better"
evidence.record("O.19", check, what, tried.better, "==", 0, n=size)
check, what = "stopping against the end", "settings where no stop is better"
evidence.record("O.19", check, what, tried.useless, "==", 0, n=size)
say(most_share=most, most_price=tried.prices.max(), settings=len(tried.shares))

# %% [markdown]
# Over {glue:text}`settings` settings the best time was at most {glue:text}`most_share:.2f` of $N/\lambda^*$, and stopping at it cost up to
# {glue:text}`most_price:.1%` more than the best ridge. The best multiple $c$ of the previous parameters, for the last task alone and for the mean of both, against its
# neighbours:

# %% tags=["hide-input"]
rises = anchor_rises(unequal, n, few, sigma2, lengths=[0.3, 2.0])
what = "smallest rise of the error at 0.05 beside it"
size = f"{rises.size} settings, exact"
evidence.record("O.19", "best anchor", what, rises.min(), ">", 0, n=size)

# %% [markdown]
# ## Break
#
# **A start that has seen the data.** The anchor must be independent of them. Train one task for time 2, then again for time 2. With new samples
# {prf:ref}`thm-training-path` holds; with the *same* samples the start is no anchor, and the result is simply time 4:

# %% tags=["hide-input"]
twice = Tasks([[1.0, 1.0], [1.0, 1.0]])
fresh = theory.training_path(twice, N, N, sigma2, 2.0)[1, 0]
same = theory.training_error(alone, N, N, sigma2, 4.0)[0]
checks.require(abs(fresh - same) > 1e-3, "the two are different errors")
stable = 2 * N / (np.sqrt(N) + np.sqrt(4 * N)) ** 2
calm, wild = (
    theory.training_error(alone, N, 4 * N, sigma2, rate=share * stable, steps=30)[0]
    for share in (0.5, 1.1)
)
say(fresh=fresh, same=same, calm=calm, wild=number(wild))

# %% [markdown]
# {glue:text}`fresh:.2f` with new samples, {glue:text}`same:.2f` with the same.
#
# **A rate that is too large.** Descent follows the flow while $\eta s/N < 2$ for the largest eigenvalue. At half of the stable rate the error after 30 steps is
# {glue:text}`calm:.2f`, at 1.1 times that rate {glue:text}`wild`. The theorem says so too: $g$ is any function.
#
# **Features that are not normal.** Then the eigenvectors are no random basis, and the step that fails is $c_1$: a sample's own fourth moments
# enter. At the first step $v$ is $1 + \text{kurt}/(p+1)$ times the formula's, where kurt is the {term}`excess kurtosis <kurtosis, excess>`. Two opposed
# tasks without noise isolate $v$. The model is small, because for large $p$ little of this is left, as in {doc}`universality`:

# %% tags=["hide-input"]
laws, wide, early = ("gaussian", "rademacher", "student-6"), max(2, N // 5), 0.3
one, all_ = np.eye(wide)[0], np.full(wide, wide**-0.5)
draws = max(200, trials // 4)
rows = {"first step": [1 + excess_kurtosis(law) / (wide + 1) for law in laws]}
for name, direction in {"one feature": one, "all features": all_}.items():
    rows[name] = spread_ratios(laws, direction, n, early, draws, seed, name)
rows = pd.DataFrame(rows, index=laws).rename_axis("law of the features")
table(
    rows.map("{:.2f}".format).reset_index(),
    name="training-length-laws",
    caption=f"Drawn spread factor over the formula's, {draws:,} data sets each, p = {wide}, time {early}, tasks that differ along one feature or along all; beside it what the first step predicts.",
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} One step
# :label: exercise-training-length-step
#
# Compute $\gamma_1$, $\gamma_2$ and $a$ for one step of descent with rate $\eta$ from $\mathbb E\operatorname{Tr} S = Np$ and
# $\mathbb E\operatorname{Tr} S^2 = Np(N+p+1)$. For one task from zero, which rate is best?
# ```
#
# ```{solution} exercise-training-length-step
# :class: dropdown
#
# $\bar g = \eta s/N$, so $\gamma_1 = 1 - \eta$, $\gamma_2 = 1 - 2\eta + \eta^2 (N+p+1)/N$ and $a = \eta^2 p/N$. The error
# $\gamma_2\|w^*\|^2 + a\sigma^2$ is least at $\eta = N\|w^*\|^2 / [(N+p+1)\|w^*\|^2 + p\sigma^2]$.
# ```
#
# ```{exercise} Noise and moments
# :label: exercise-training-length-noise
#
# Show that under gradient flow $\frac{da}{dt} = \frac{2p}N (\gamma_1 - \gamma_2)$.
# ```
#
# ```{solution} exercise-training-length-noise
# :class: dropdown
#
# With $\tau = t/N$, $\frac{d}{d\tau} (1 - e^{-\tau s})^2/s = 2 (1 - e^{-\tau s}) e^{-\tau s} = 2(g - g^2)$. Zero eigenvalues have $g - g^2 = 0$, so
# the trace over all $p$ may be taken.
# ```
#
# ```{exercise} Start at the mean task
# :label: exercise-training-length-mean
#
# What is left of the theorem for $w_0 = \bar w$, and when should training stop?
# ```
#
# ```{solution} exercise-training-length-mean
# :class: dropdown
#
# $\mathbb E L_i = \|w_i^* - \bar w\|^2 + a\sigma^2 + vV$. Both factors are zero at the start and grow: stop before the first step.
# ```

# %% [markdown]
# ## In one breath
#
# * Training is a filter on the data's eigenvalues. Four averages of it give the error of every length, width and similarity, from Paper B's
#   step to Paper A's interpolator.
# * The spread of the tasks is label noise at every length, at a rate that starts at $1 + 1/p$ and stays within about $1/p$ of one.
# * What the order changes is the bracket at first, and "the last task wins" at the end.
# * The peak needs long training. Where labels are noisy, stop: at $N/\lambda^*$ at the latest; ridge is never worse.
# * What of it trained networks do is in {doc}`../networks/lengths`.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
