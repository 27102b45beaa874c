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
# # Below the threshold: does one model still average its tasks?
#
# With fewer parameters than samples a model cannot bend to single labels: it learns the mean task and pays the spread of the
# tasks once. Near the threshold it pays again, because to it disagreement is label noise here too, and weighs a little more:
# long samples disagree most and pull hardest. For {glue:text}`tasks` opposed tasks with clean labels the best single vector costs
# **{glue:text}`best_vector:.3f`**; the fit costs **{glue:text}`risk_small:.3f`** with $p$ = {glue:text}`tasks` parameters and
# **{glue:text}`risk_near:.0f`** with $p$ = {glue:text}`p_near`, ten short of the threshold.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per point [100 to 20000]
T = 10  # tasks [2 to 20]
n = 50  # samples per task [8 to 200]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from scipy.stats import beta, kstest

from manytasks import Tasks, checks, evidence, figures, parameters, theory
from manytasks.page import number_axis, say, signed, table
from manytasks.statistics import critical_z, noticed, z_scores
from manytasks.studies.linear import both_sides, spread_weights
from manytasks.studies.linear.least_squares_lemmas import drawn_pulls, pull_numbers
from manytasks.studies.linear.pooled_errors import drawn_errors, mean_error
from manytasks.studies.linear.pooling_line import across, pooling_ratio
from manytasks.studies.linear.transfer_draws import Setting
from manytasks.symbolic import differing

parameters.check(In, globals())
C, N = figures.COLORS, T * n
opposed = Tasks.chain(T, cosine=np.cos(7 * np.pi / 8))
small, large = mean_error(opposed, n, [T, N - 10], 0.0)
say(tasks=T, best_vector=both_sides.spread_of(opposed, n))
say(risk_small=small, risk_near=large, p_near=N - 10)

# %% [markdown]
# ## Setting
#
# As in {doc}`many-tasks`: $T$ tasks with optimal parameters $w_j^*$ and $n_j$ samples, features $x_s$ with independent
# standard normal entries, labels with noise of variance $\sigma^2$, one fit of all $N$ samples. But now $p < N - 1$.
# No model interpolates, and the fit is **least squares**,
#
# $$ w = S^{-1} \sum_{s=1}^N x_s\, y_s, \qquad S = \sum_{s=1}^N x_s x_s^\top . $$
#
# Paper A gives no formula here. Gradient descent finds $w$ from any start. We write
# $d_{jk} = \|w_j^* - w_k^*\|^2$, $\pi_j = n_j/N$, $\bar w = \sum_j \pi_j w_j^*$ and
# $V = \sum_j \pi_j \|w_j^* - \bar w\|^2$.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Multi-task error below the threshold (ours; claim O.2)
# :label: thm-below-threshold
#
# Let the features be independent standard normal, the label noise independent of them with variance $\sigma^2$, and
# $p < N - 1$. With $D = \frac12 \sum_{j,k} n_j n_k d_{jk}$ and
#
# $$
# c_1 = \frac{(N-2)(p+2)}{N(N+2)(N-p-1)}, \qquad c_2 = \frac{1 - N c_1}{N(N-1)},
# $$
#
# the least-squares fit of the pooled data has
#
# $$
# \mathbb E L_i = \frac1N \sum_j n_j d_{ij} - c_2 D + \frac{p\,\sigma^2}{N-p-1}.
# $$
# ```
#
# ```{prf:theorem} The same, read as noise (ours; claim O.2)
# :label: thm-below-threshold-noise
#
# Equivalently
#
# $$
# \begin{aligned}
# \mathbb E L_i &= \|w_i^* - \bar w\|^2 + \frac{p}{N-p-1}\,\big(\sigma^2 + \omega V\big), \\
# \omega &= 1 + \frac1p - \frac{2p(N-2) + 6N - 4}{p(N-1)(N+2)} .
# \end{aligned}
# $$
# ```
#
# Derived independently: exact expected errors of least squares with auxiliary tasks are also in {cite:t}`liu2026`, those
# of rehearsal on both sides of the threshold in {cite:t}`he2026` ({doc}`../../book/others` says what we read of them).
#
# The model learns the mean task; that is a bias that no amount of data removes. The rest is variance, and the spread
# $V$ stands in it beside $\sigma^2$, as it did above the threshold with $\omega = 1 - 1/p$.

# %% [markdown]
# ## Derive
#
# **Step 1: split the error.** Let $\delta_s = w_{j}^* - w_i^*$ if sample $s$ belongs to task $j$. Then
# $w - w_i^* = S^{-1}\sum_s x_s (x_s^\top \delta_s + z_s)$, and as the noise is independent of the features,
#
# $$
# \mathbb E L_i = \sum_{s,s'} \delta_s^\top\, \mathbb E\big[x_s x_s^\top S^{-2} x_{s'} x_{s'}^\top\big]\, \delta_{s'}
#   + \sigma^2\, \mathbb E \operatorname{tr} S^{-1}.
# $$
#
# $S \sim \mathrm{Wishart}_p(N, I)$, so $\mathbb E\, S^{-1} = I/(N-p-1)$. That is the noise term.
#
# **Step 2: two numbers.** Rotating the features changes no distribution, so each expected matrix is a multiple of $I$.
# Samples are exchangeable, so there are only two multiples: $c_1$ for $s = s'$ and $c_2$ for $s \ne s'$. And since
# $\sum_{s,s'} x_s x_s^\top S^{-2} x_{s'} x_{s'}^\top = S S^{-2} S = I$,
#
# $$ N c_1 + N(N-1)\, c_2 = 1. $$

# %%
N_, p, sigma2 = sp.symbols("N p sigma^2", positive=True)
c1 = sp.Symbol("c_1")
c2 = sp.solve(N_ * c1 + N_ * (N_ - 1) * sp.Symbol("c_2") - 1, sp.Symbol("c_2"))[0]
c2

# %% [markdown]
# **Step 3: one sample.** The trace of the first kind gives
# $p\,c_1 = \mathbb E\big[\|x\|^2\, x^\top S^{-2} x\big]$. Write $x = S^{1/2} u$. The columns of $S^{-1/2} X$ are
# uniformly distributed over all matrices with orthonormal rows, independently of $S$. So $u = r\theta$ with a
# uniform direction $\theta$, independent of $r$ and of $S$, and $r^2 = x^\top S^{-1} x$ is a diagonal entry of the
# projection on a random $p$-dimensional subspace of $\mathbb R^N$: the **leverage** of the sample, with law
# $\mathrm{Beta}\big(\frac p2, \frac{N-p}2\big)$. Hence
#
# $$
# p\,c_1 = \mathbb E\, r^4 \cdot \mathbb E\big[\theta^\top S \theta\; \theta^\top S^{-1} \theta\big]
#  = \mathbb E\, r^4 \cdot \frac{\mathbb E[\operatorname{tr} S \operatorname{tr} S^{-1}] + 2p}{p(p+2)},
# $$
#
# the last step being the fourth moments of a uniform direction,
# $\mathbb E\,\theta_a\theta_b\theta_c\theta_d = (\delta_{ab}\delta_{cd} + \delta_{ac}\delta_{bd} + \delta_{ad}\delta_{bc})/(p(p+2))$.

# %%
first, second = p / 2, (N_ - p) / 2  # parameters of the Beta law
leverage2 = first * (first + 1) / ((first + second) * (first + second + 1))  # E r⁴
sp.factor(leverage2)

# %% [markdown]
# **Step 4: the product of traces.** $\operatorname{tr} S$ is a $\chi^2$ variable with $Np$ degrees of freedom and
# independent of the direction $S/\operatorname{tr} S$, of which $\operatorname{tr} S \operatorname{tr} S^{-1}$ is a
# function. So $\mathbb E \operatorname{tr} S^{-1} = \mathbb E[\operatorname{tr} S \operatorname{tr} S^{-1}]
# \cdot \mathbb E[1/\operatorname{tr} S]$, and $\mathbb E[1/\chi^2_{Np}] = 1/(Np-2)$.

# %%
inverse_trace = p / (N_ - p - 1)
traces = inverse_trace * (N_ * p - 2)
c1_solved = sp.factor(leverage2 * (traces + 2 * p) / (p * (p + 2)) / p)
stated = pull_numbers(N_, p)
wrong = differing([c1_solved, c2.subs(c1, c1_solved)], stated)
checks.require(wrong == 0, "c1 and c2 are those of the theorem")
c1_solved

# %% [markdown]
# **Step 5: put the terms together.** With $c_1$ on the diagonal and $c_2$ beside it,
#
# $$
# \sum_{s,s'} \delta_s^\top [\cdot]\, \delta_{s'} = (c_1 - c_2) \sum_j n_j d_{ij}
#   + c_2\, \Big\|\sum_j n_j (w_j^* - w_i^*)\Big\|^2 .
# $$
#
# Three tasks with symbolic counts and Gram matrix:

# %%
counts = sp.symbols("n_1:4", positive=True)
pooled, three = sum(counts), range(3)
gram = sp.Matrix(
    3, 3, lambda i, j: sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}")
)
c1_, c2_ = pull_numbers(pooled, p)
noise = sigma2 * inverse_trace.subs(N_, pooled)
distance2, derived = [], []
for i in three:
    inner = sp.Matrix(  # ⟨w_j − w_i, w_k − w_i⟩
        3, 3, lambda j, k, i=i: gram[j, k] - gram[i, j] - gram[i, k] + gram[i, i]
    )
    distance2.append([inner[j, j] for j in three])
    alone = sum(counts[j] * inner[j, j] for j in three)
    both = sum(counts[j] * counts[k] * inner[j, k] for j in three for k in three)
    derived.append((c1_ - c2_) * alone + c2_ * both + noise)

# %% [markdown]
# **Step 6: it is the theorem, in both forms, and the package.**

# %%
D = sum(counts[j] * counts[k] * distance2[j][k] for j in three for k in three) / 2
means = [sum(counts[j] * distance2[i][j] for j in three) / pooled for i in three]
stated = [mean - c2_ * D + noise for mean in means]

V = D / pooled**2
below_one = 2 * p * (pooled - 2) + 6 * pooled - 4
omega = 1 + 1 / p - below_one / (p * (pooled - 1) * (pooled + 2))
to_mean = [mean - V for mean in means]
as_noise = [each + p / (pooled - p - 1) * (sigma2 + omega * V) for each in to_mean]

tasks = Tasks(gram.tolist())
setting = (tasks, counts, p, sigma2)
package = theory.multitask_error(*setting, regime="under")
effective = theory.effective_noise(*setting, regime="under")
left = [*derived, *stated, *as_noise, effective]
wrong = differing(left, [*stated, *as_noise, *package, sigma2 + omega * V])
what = "tasks on which derivation, both theorems and package differ"
size = "3 tasks, symbolic counts and Gram matrix"
evidence.record("O.2", "derivation", what, wrong, "==", 0, n=size)

# %% [markdown]
# **Step 7: limits of ω.** With much data $\omega \to 1 + 1/p$; when $p$ and $N$ grow together, $\omega \to 1$. With one
# parameter the fit is a weighted mean of the $w_j^*$ and $\omega V/(N-2)$ is exactly $2V/(N+2)$: finite even at $N = 2$.

# %%
gamma = sp.Symbol("gamma", positive=True)
omega_N = omega.subs(counts[0], N_ - counts[1] - counts[2])
limits = [
    sp.limit(omega_N, N_, sp.oo),
    sp.limit(omega_N.subs(p, gamma * N_), N_, sp.oo),
    omega_N.subs(p, 1) / (N_ - 2),
]
wrong = differing(limits, [1 + 1 / p, 1, 2 / (N_ + 2)])
checks.require(wrong == 0, "the limits of ω as stated")

# %% [markdown]
# Why $1 + 1/p$? For $N \gg p$ we have $S \approx N I$, and as the deviations $\delta_s = w_{j(s)}^* - \bar w$ sum to
# zero, $w - \bar w \approx \frac1N \sum_s (x_s x_s^\top - I)\,\delta_s$. Its squared norm is $\frac VN$ times
#
# $$
# \frac{\mathbb E\|(x x^\top - I)\,\delta\|^2}{\|\delta\|^2} = (p + 2) - 1 = p + 1 .
# $$ (eq-below-sandwich)
#
# Independent label noise would give $p$. Disagreement is larger for long feature vectors, and these have high leverage.
# Above the threshold length works the other way: the minimum-norm fit divides by it, a sample pulls with
# $x_s / \|x_s\|^2$ instead of $x_s$. So the weight there is $1 - 1/p$. This explains the direction of the asymmetry; the
# exact weights need the derivations.

# %% [markdown]
# ## Check
#
# First the lemma about leverage, then $c_1$ and $c_2$ themselves, from drawn features with $p = 3$ and $N = 16$.

# %%
pulls = drawn_pulls(16, 3, 20 * trials, (seed, "lemmas"))
z = np.abs(z_scores(pulls.products, pull_numbers(16, 3), skewed=True)).max()
check, what = "the numbers c1 and c2", "largest |z|"
critical = critical_z(2, evidence.level("O.2", check))
size = f"{len(pulls.leverage)} draws of 16 samples with 3 features"
evidence.record("O.2", check, what, z, "<", critical, n=size)
p_value = kstest(pulls.leverage, beta(1.5, 6.5).cdf).pvalue
check, what = "leverage against its Beta law", "p-value (Kolmogorov–Smirnov)"
alpha = evidence.level("O.2", check)
evidence.record("O.2", check, what, p_value, ">", alpha, n=size)

# %% [markdown]
# Now the error itself, on both sides. The tasks of the opening, opposed or similar, are drawn from the reduced statistics as in
# {doc}`many-tasks`. Three tasks on a line, the first *without samples*, are drawn in full, because they fit into
# $p = 1$; with $N = 50$ their grid reaches from $p = 1$ to twelve parameters on either side of the threshold.
# Closer to it the error has too heavy a tail for a $z$-score.

# %% tags=["hide-input"]
similar = Tasks.equiangular(T, cosine=np.cos(np.pi / 8))
geometries = {"opposed": opposed, "similar": similar}
noise_levels = {0.0: "blue", 0.3: "orange", 1.0: "red"}
gap = max(12, N // 25)  # this far from the threshold means have light tails
grid = [*np.geomspace(T, N - gap, 8), *np.geomspace(N + gap, 40 * N, 7)]
grid = np.unique(np.round(grid).astype(int))
draws = {}
for name, tasks_ in geometries.items():
    for sigma in noise_levels:
        options = {"trials": trials, "seed": (seed, name, str(sigma))}
        draws[name, sigma] = drawn_errors(tasks_, n, grid, sigma**2, **options)
exact = [mean_error(geometries[name], n, grid, s**2) for name, s in draws]
on_a_line = Tasks.from_vectors([[2.0], [1.0], [-0.5]])
line = Setting(on_a_line, [0, 15, 35], 0.1)
line_grid = np.array([1, 2, 4, 12, 30, 38, 62, 100])
drawn = both_sides.weighted_draws(line, line_grid, trials, (seed, "line"))

# %% tags=["hide-input"]
measured = np.hstack([*draws.values(), drawn.drawn.reshape(trials, -1)])
theorem = np.append(exact, drawn.expected.ravel())
under = np.append(np.tile(grid < N, len(draws)), np.repeat(line_grid < 50, 4))
z = np.abs(z_scores(measured, theorem, skewed=True))
for check, side in (
    ("simulation below the threshold", under),
    ("the curve continues above", ~under),
):
    alpha = evidence.level("O.2", check)
    critical = critical_z(side.sum(), alpha, draws=trials)
    wrong = noticed(measured[:, side], theorem[side], critical)
    evidence.record(
        "O.2",
        check,
        "largest |z|",
        z[side].max(),
        "<",
        critical,
        n=f"{side.sum()} cells × {trials} data sets",
        detects=f"errors wrong by {wrong:.0%}",
    )
below = line_grid < 50
swapped = both_sides.other_side(line, line_grid[below])
z_swapped = np.abs(z_scores(drawn.drawn[:, below, -1], swapped, skewed=True))
notices = noticed(measured, theorem, critical)
say(error_rate=f"{alpha:.0e}", noticed_share=notices, z_swapped=z_swapped.max())

# %% [markdown]
# On either side a correct theory fails with probability {glue:text}`error_rate` at most. In every cell the test notices an error
# of {glue:text}`noticed_share:.0%`; the weight $1 - 1/p$ of the other side would reach |z| = {glue:text}`z_swapped:.0f`.

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore`.
#
# The whole double-descent curve, exact on both sides. Two comparisons come with it: the **best single vector**
# $\bar w$, whose error averaged over tasks is $V$ and which no single model beats, and a model fitted to **each task
# alone**.

# %% tags=["hide-input"]
curve = np.append(np.geomspace(T, 40 * N, 300), N + np.arange(-40, 41))
curve = np.append(curve, n + np.arange(-9, 10))
curve = np.unique(np.round(curve).astype(int))
curve = curve[curve >= T]
alone = {
    name: theory.single_task_error(tasks_, n, curve, 0.3**2).mean(axis=-1)
    for name, tasks_ in geometries.items()
}

# %% tags=["hide-input", "lead"]
panels = []
dashed = {"color": C["orange"], "linewidth": 1, "linestyle": "--"}
for name, tasks_ in geometries.items():
    fig, ax = plt.subplots()
    for sigma, ink in noise_levels.items():
        line_of_all = mean_error(tasks_, n, curve, sigma**2)
        ax.plot(curve, line_of_all, color=C[ink], label=f"σ = {sigma:g}")
        figures.band(ax, grid, draws[name, sigma], color=C[ink])
    ax.plot(curve, alone[name], label="alone, σ = 0.3", **dashed)
    best = both_sides.spread_of(tasks_, n)
    ax.axhline(best, color=figures.INK, linewidth=1, linestyle=":")
    where = {"xytext": (0, -13), "textcoords": "offset points", "ha": "right"}
    ax.annotate("best single vector", (curve[-1], best), **where)
    ax.set(xscale="log", yscale="log", ylim=(0.01, 300))
    ax.set(xlabel="parameters $p$", title=f"{name} tasks")
    ax.set_ylabel("excess risk, mean over tasks")
    figures.threshold(ax, N)
    ax.legend(loc="upper left")
    panels.append(fig)
figures.show(
    panels,
    name="below-complete-curve",
    caption=(
        f"The complete curve ($T = {T}$, $n = {n}$, $N = {N}$). Lines: theory; points: means of {trials:,} data sets with "
        "95 % intervals. Left of the threshold the error falls to that of the best single vector as $p/N$ falls, never "
        "below. A task alone (dashed) peaks at its own threshold, $p = n$, instead. Single data sets scatter more than the means shown."
    ),
    alt=(
        f"Two panels, opposed and similar tasks: error against p on logarithmic axes with peaks at p = N = {N}; "
        f"a dashed single-task curve peaks at {n}; a dotted line marks the best single vector."
    ),
)

# %% [markdown]
# What one unit of spread is worth in label noise, on both sides:

# %% tags=["hide-input"]
fig, ax = plt.subplots()
unit_spread = Tasks.from_vectors([[1.0], [-1.0]])  # V = 1
for size, ink in ((10, "orange"), (50, "blue"), (500, "green")):
    beyond = np.unique(np.geomspace(size + 2, 5000, 200).astype(int))
    for side, label in ((np.arange(1, size - 1), f"$N = {size}$"), (beyond, None)):
        weight = theory.effective_noise(unit_spread, size // 2, side, 0.0)
        ax.plot(side, weight, color=C[ink], label=label)
ax.axhline(1, color=figures.INK, linewidth=0.8)
ax.set(xscale="log", ylim=(0.75, 2.05), xlabel="parameters $p$")
ax.set_ylabel("weight of $V$ as noise")
ax.set_title("A unit of spread, in label noise")
ax.legend(loc="upper right")
figures.show(
    fig,
    name="below-spread-weight",
    caption=(
        "The weight of $V$ in the effective noise; each line breaks at its threshold $p = N$. Below, small models pay up to "
        "twice for disagreement, and large ones a little less than once when $N$ is small; above, all pay $1 - 1/p$. For "
        "$p$ beyond about ten, dissimilarity is label noise to within ten per cent on both sides. Exact, no sampling."
    ),
    alt="Weight against p for N = 10, 50, 500: from almost 2 at p = 1 down to about 1, then just below 1 above N.",
)

# %% [markdown]
# ### When is pooling better than learning alone?
#
# Alone, and with $p < n_i - 1$, task $i$ has no bias and costs $p\sigma^2/(n_i - p - 1)$. Subtract:
#
# ```{prf:corollary} Pooling below both thresholds (ours)
# :label: cor-below-pooling
#
# For $p < n_i - 1$ task $i$ gains from the pooled fit exactly if
#
# $$
# \|w_i^* - \bar w\|^2 + \frac{p\,\omega V}{N-p-1} \;<\; \frac{p\,(N - n_i)}{(n_i-p-1)(N-p-1)}\, \sigma^2 .
# $$
#
# For equal counts and equiangular tasks, where $\|w_i^* - \bar w\|^2 = V$, this is
#
# $$
# \frac{\sigma^2}{V} > \frac{(n-p-1)(N-p-1+p\,\omega)}{p\,(N-n)} .
# $$
# ```
#
# The right-hand side of the second condition grows like $n/p$ times $T/(T-1)$: pooling different tasks is a remedy for
# small data. With enough samples per task, any $V > 0$ makes it harmful; with clean labels it always is.
# Necessary and sufficient conditions for help from auxiliary tasks are also in {cite:t}`liu2026`.

# %%
own, whole = counts[0] - p - 1, pooled - p - 1
gain = p * (pooled - counts[0]) * sigma2 / (own * whole)
gain -= to_mean[0] + p * omega * V / whole
transfer = theory.knowledge_transfer(*setting, regime="under")
wrong = differing([gain], [transfer[0]])  # the others by exchanging names
checks.require(wrong == 0, "the gain below both thresholds is the package's")

# %% tags=["hide-input"]
sizes, at_ten = np.unique(np.geomspace(12, 1000, 200).astype(int)), []
fig, ax = plt.subplots()
for several, ink in ((2, "orange"), (5, "blue"), (50, "green")):
    at_ten.append(pooling_ratio(several, 100, 10))
    line_of_all = pooling_ratio(several, sizes, 10)
    ax.plot(sizes / 10, line_of_all, color=C[ink], label=f"$T = {several}$")
ax.set(xscale="log", yscale="log", xlabel="samples per parameter, $n/p$")
ax.set_ylabel(r"noise to spread, $\sigma^2/V$")
ax.set_title("Pool above the line, part below it")
ax.legend(loc="lower right")
figures.show(
    fig,
    name="below-pooling",
    caption=(
        "Where pooling equiangular tasks helps below both thresholds ($p = 10$). Close to $n = p$ a task alone overfits and "
        f"any company is welcome; with ten samples per parameter the noise must be {at_ten[0]:.0f}, {at_ten[1]:.0f} and "
        f"{at_ten[2]:.0f} times the spread. More than a few tasks hardly move the line. Exact; for unequal tasks the corollary gives one condition for each."
    ),
    alt="Critical ratio of noise to spread against n/p on logarithmic axes: rising lines close together for T = 2, 5, 50.",
)

# %%
p_cross, n_cross, company = 6, 20, Tasks.equiangular(3, 0.5)
at = pooling_ratio(3, n_cross, p_cross) * both_sides.spread_of(company, n_cross)
setting = company, n_cross, p_cross, at, (0.5, 2.0)
half, twice = across(*setting, trials, (seed, "crossing"))
say(n_cross=n_cross, p_cross=p_cross)
say(half_the_noise=signed(half, ".0f"), twice_the_noise=signed(twice, ".0f"))

# %% [markdown]
# Simulated across the line ($T = 3$, $n$ = {glue:text}`n_cross`, $p$ = {glue:text}`p_cross`), in standard errors from zero: with
# half the critical noise variance the transfer is {glue:text}`half_the_noise`, with twice that {glue:text}`twice_the_noise`.

# %% [markdown]
# ## Break
#
# **Features that are not Gaussian.** Step 2 used rotation invariance, step 3 the Beta law. Replace the normal by
# another law with mean 0, variance 1 and fourth moment $3 + \gamma$, entries still independent. The large-$N$
# computation {eq}`eq-below-sandwich` survives with
#
# $$
# \begin{aligned}
# \mathbb E\|(xx^\top - I)\,\delta\|^2 &= (p + 2 + \gamma) \|\delta\|^2 - \|\delta\|^2, \quad\text{so} \\
# \omega &\to 1 + \frac{1 + \gamma}{p} \quad (N \gg p),
# \end{aligned}
# $$
#
# whatever the direction of $\delta$. Only the weight of $V$ notices the law, and only at small $p$: the excess kurtosis $\gamma$ is 0 for
# the normal, −2 for random signs (Rademacher), 1 for Student's $t$ with ten degrees of freedom, 3 for Laplace. For random signs the sign
# flips, and with $p = 1$ nothing is left: $x^2 = 1$, so the fit is *exactly* $\bar w$.

# %% tags=["hide-input"]
N_break, p_break = 200, np.array([1, 2, 4, 8, 16, 32])
inks = ("orange", "blue", "purple", "red")
laws = dict(zip(spread_weights.LAWS, (C[ink] for ink in inks), strict=True))
setting = N_break, p_break, trials, seed
measured = {law: spread_weights.spread_weights(law, *setting) for law in laws}
signs = np.abs(measured["random signs"][:, 0]).max()
checks.below("weight with random signs and p = 1", signs, 1e-9)
fig, ax = plt.subplots()
smooth = np.geomspace(1, 32, 100)
for law, color in laws.items():
    limit = spread_weights.large_sample_weight(law, smooth)
    ax.plot(smooth, limit, color=color, linewidth=1)
    figures.band(ax, p_break, measured[law], color=color, label=law)
number_axis(ax, p_break)
ax.set(xlabel="parameters $p$", ylabel="weight ω of $V$ as noise")
ax.set_title("Heavy tails pay more")
ax.legend(loc="upper right")
figures.show(
    fig,
    name="below-feature-laws",
    caption=(
        f"The weight of $V$ for four laws of the features ($N = {N_break}$, clean labels). Points: means of "
        f"{trials:,} data sets with 95 % intervals. Lines: $1 + (1 + \\gamma)/p$, valid for $N \\gg p$; at $p = 32$ the "
        "data have left that limit. The figure holds for independent entries only."
    ),
    alt="Weight against p for four laws; the lines start at 0, 2, 3 and 5 at p = 1 and approach 1.",
)

# %% tags=["hide-input"]
gaussian = theory.effective_noise(unit_spread, N_break // 2, p_break, 0.0)
rows = []
for law, (kurtosis, _) in spread_weights.LAWS.items():
    means = measured[law].mean(axis=0)
    ratios = [
        np.inf if m < 1e-9 else g / m - 1
        for g, m in zip(gaussian, means, strict=True)
    ]
    told = [
        "∞" if r == np.inf else f"{r:+.0%}".replace("-0%", "+0%") for r in ratios
    ]
    rows.append([law, f"{kurtosis:g}", *told])
columns = ["features", "γ", *(f"p = {width}" for width in p_break)]
table(
    pd.DataFrame(rows, columns=columns).replace("-", "−", regex=True),
    name="below-misjudged",
    caption="By how much the exact Gaussian formula misjudges ω.",
)

# %% [markdown]
# The normal row shows the Monte-Carlo error. The *error* is off by far less than ω, which enters it with the small factor
# $p/(N-p-1)$ beside a bias of 1.

# %% [markdown]
# **Tasks without samples.** They break nothing. Such a task has no share in $\bar w$ and $V$, and its error is
# $\|w_i^* - \bar w\|^2$ plus the common variance: what one might call transfer without data. The first of the three
# tasks on a line above is one, and it passed.

# %% [markdown]
# ## Exercises
#
# ```{exercise} One parameter
# :label: exercise-below-one
#
# For $p = 1$ show directly that $w = \sum_s x_s^2 w_{j(s)}^* / \sum_s x_s^2$ for clean labels, and derive the variance
# $2V/(N+2)$ from the Dirichlet law of the weights.
# ```
#
# ```{solution} exercise-below-one
# :class: dropdown
#
# The weights $a_s = x_s^2/\sum x^2$ are Dirichlet with all parameters ½: $\operatorname{Var} a_s = \frac{2(N-1)}{N^2(N+2)}$
# and $\operatorname{Cov}(a_s, a_{s'}) = -\frac{2}{N^2(N+2)}$. With $\sum_s \delta_s = 0$ the variance of
# $\sum_s a_s \delta_s$ is $\frac{2}{N(N+2)} \sum_s \delta_s^2 = \frac{2V}{N+2}$.
# ```
#
# ```{exercise} Infinite data
# :label: exercise-below-infinite
#
# Fix $p$ and let every $n_j$ grow in proportion. What is the limit of the pooled error, of the single-task error, and
# of the knowledge transfer?
# ```
#
# ```{solution} exercise-below-infinite
# :class: dropdown
#
# The variance vanishes: pooled error $\to \|w_i^* - \bar w\|^2$, single-task error $\to 0$, $K_i \to -\|w_i^* - \bar w\|^2$.
# A fixed model class that cannot hold all tasks is the price of sharing, and data cannot pay it.
# ```
#
# ```{exercise} The peak from the left
# :label: exercise-below-peak
#
# Compare the slope of the error in $\sigma^2$ at $p = N - 1 - k$ and at $p = N + 1 + k$. On which side is the peak
# higher?
# ```
#
# ```{solution} exercise-below-peak
# :class: dropdown
#
# $p/(N-p-1) = (N-1-k)/k$ on the left, $N/(p-N-1) = N/k$ on the right. The right side is higher by $(k+1)/k$: below the
# threshold there are only $p < N$ directions to put noise into.
# ```

# %% [markdown]
# ## In one breath
#
# * Below the threshold one model learns the mean of its tasks, and the error is
#   $\|w_i^* - \bar w\|^2 + \frac{p}{N-p-1}(\sigma^2 + \omega V)$, exactly.
# * Dissimilarity is label noise here too. It weighs a little more than noise, $\omega \approx 1 + 1/p$, because
#   disagreement grows with the length of the features; above the threshold it weighs a little less.
# * No single model beats $V$ in the sample-weighted mean. Pooling different tasks pays only while noise and scarcity outweigh their spread.
# * Only at small $p$ does it matter that the features are normal.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
