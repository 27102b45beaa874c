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

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per point [100 to 20000]
T = 10  # tasks [2 to 20]
n = 50  # samples per task [8 to 200]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown, display
from scipy.stats import beta, kstest

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.simulate.direct import excess_risk, fit
from manytasks.statistics import critical_z, noticed, z_scores
from manytasks.streams import stream
from manytasks.symbolic import differing
from manytasks.theory.multitask import task_spread

parameters.check(In, globals())
N = T * n


def spread_of(tasks: Tasks, samples: int | list[int]) -> float:
    """Return the spread V of the tasks around their mean task."""
    return task_spread(tasks.distances2, np.broadcast_to(samples, tasks.T))[
        1
    ].item()


opposed = Tasks.chain(T, cosine=np.cos(7 * np.pi / 8))
floor = spread_of(opposed, n)
small, large = theory.multitask_error(opposed, n, [T, N - 10], 0.0).mean(axis=-1)
display(
    Markdown(
        "With fewer parameters than samples a model cannot bend to single labels: it learns the mean task and pays the spread "
        "of the tasks once. Near the threshold it pays again, because to it disagreement is label noise here too, and weighs "
        f"a little more: long samples disagree most and pull hardest. For {T} opposed tasks with clean "
        f"labels the best single vector costs **{floor:.3f}**; the fit costs **{small:.3f}** with $p = {T}$ parameters and "
        f"**{large:.0f}** with $p = {N - 10}$, ten short of the threshold."
    )
)

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
checks.require(
    differing([c1_solved], [(N_ - 2) * (p + 2) / (N_ * (N_ + 2) * (N_ - p - 1))])
    == 0,
    "c1 is that of the theorem",
)
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
c1_, c2_ = (c.subs(c1, c1_solved).subs(N_, pooled) for c in (c1, c2))
inner = [
    [
        [gram[j, k] - gram[i, j] - gram[i, k] + gram[i, i] for k in three]
        for j in three
    ]
    for i in three
]  # ⟨w_j − w_i, w_k − w_i⟩
noise = sigma2 * inverse_trace.subs(N_, pooled)
derived = [
    (c1_ - c2_) * sum(counts[j] * inner[i][j][j] for j in three)
    + c2_
    * sum(counts[j] * counts[k] * inner[i][j][k] for j in three for k in three)
    + noise
    for i in three
]

# %% [markdown]
# **Step 6: it is the theorem, in both forms, and the package.**

# %%
distance2 = [[inner[i][j][j] for j in three] for i in three]
D = sum(counts[j] * counts[k] * distance2[j][k] for j in three for k in three) / 2
stated = [
    sum(counts[j] * distance2[i][j] for j in three) / pooled - c2_ * D + noise
    for i in three
]

V = D / pooled**2
omega = (
    1
    + 1 / p
    - (2 * p * (pooled - 2) + 6 * pooled - 4) / (p * (pooled - 1) * (pooled + 2))
)
to_mean = [
    sum(counts[j] * distance2[i][j] for j in three) / pooled - V for i in three
]
as_noise = [to_mean[i] + p / (pooled - p - 1) * (sigma2 + omega * V) for i in three]

tasks = Tasks(gram.tolist())
package = theory.multitask_error(tasks, counts, p, sigma2, regime="under")
effective = theory.effective_noise(tasks, counts, p, sigma2, regime="under")
differences = differing(
    [*derived, *stated, *as_noise, effective],
    [*stated, *as_noise, *package, sigma2 + omega * V],
)
evidence.record(
    "O.2",
    "derivation",
    "tasks on which derivation, both theorems and package differ",
    differences,
    "==",
    0,
    n="3 tasks, symbolic counts and Gram matrix",
)

# %% [markdown]
# **Step 7: limits of ω.** With much data $\omega \to 1 + 1/p$; when $p$ and $N$ grow together, $\omega \to 1$. With one
# parameter the fit is a weighted mean of the $w_j^*$ and $\omega V/(N-2)$ is exactly $2V/(N+2)$: finite even at $N = 2$.

# %%
omega_N, gamma = (
    omega.subs(counts[0], N_ - counts[1] - counts[2]),
    sp.Symbol("gamma", positive=True),
)
limits = [
    sp.limit(omega_N, N_, sp.oo),
    sp.limit(omega_N.subs(p, gamma * N_), N_, sp.oo),
    omega_N.subs(p, 1) / (N_ - 2),
]
checks.require(
    differing(limits, [1 + 1 / p, 1, 2 / (N_ + 2)]) == 0,
    "the limits of ω as stated",
)

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
X = stream(seed, "lemmas").standard_normal((20 * trials, 3, 16))
U = np.linalg.solve(X @ X.swapaxes(1, 2), X)  # S⁻¹ x_s, one column a sample
pulls = [
    (X[..., 0] * X[..., s]).sum(axis=1) * (U[..., 0] * U[..., s]).sum(axis=1) / 3
    for s in (0, 1)
]
c1_value = float(c1_solved.subs({N_: 16, p: 3}))
c2_value = (1 - 16 * c1_value) / (16 * 15)
z = z_scores(np.stack(pulls, axis=1), [c1_value, c2_value], skewed=True)
critical = critical_z(2, evidence.level("O.2", "the numbers c1 and c2"))
evidence.record(
    "O.2",
    "the numbers c1 and c2",
    "largest |z|",
    abs(z).max(),
    "<",
    critical,
    n=f"{len(X)} draws of 16 samples with 3 features",
)
p_value = kstest((X[..., 0] * U[..., 0]).sum(axis=1), beta(1.5, 6.5).cdf).pvalue
alpha = evidence.level("O.2", "leverage against its Beta law")
evidence.record(
    "O.2",
    "leverage against its Beta law",
    "p-value (Kolmogorov–Smirnov)",
    p_value,
    ">",
    alpha,
    n=f"{len(X)} draws of 16 samples with 3 features",
)

# %% [markdown]
# Now the error itself, on both sides. The tasks of the opening, opposed or similar, are drawn from the reduced statistics as in
# {doc}`many-tasks`. Three tasks on a line, the first *without samples*, are drawn in full, because they fit into
# $p = 1$; with $N = 50$ their grid reaches from $p = 1$ to twelve parameters on either side of the threshold.
# Closer to it the error has too heavy a tail for a $z$-score.

# %% tags=["hide-input"]
geometries = {
    "opposed": opposed,
    "similar": Tasks.equiangular(T, cosine=np.cos(np.pi / 8)),
}
noise_levels = {0.0: "blue", 0.3: "orange", 1.0: "red"}
gap = max(12, N // 25)  # this far from the threshold means have light tails
grid = [*np.geomspace(T, N - gap, 8), *np.geomspace(N + gap, 40 * N, 7)]
grid = np.unique(np.round(grid).astype(int))
settings = [(name, sigma) for name in geometries for sigma in noise_levels]
draws = {
    (name, sigma): simulate.multitask_error(
        geometries[name],
        n,
        grid,
        sigma**2,
        trials=trials,
        seed=(seed, name, str(sigma)),
        method="reduced",
    ).mean(axis=-1)
    for name, sigma in settings
}
exact = [
    theory.multitask_error(geometries[name], n, grid, sigma**2).mean(axis=-1)
    for name, sigma in settings
]

line_tasks, line_counts, line_noise = (
    Tasks.from_vectors([[2.0], [1.0], [-0.5]]),
    [0, 15, 35],
    0.1,
)
line_grid = np.array([1, 2, 4, 12, 30, 38, 62, 100])
line = simulate.multitask_error(
    line_tasks,
    line_counts,
    line_grid,
    line_noise,
    trials=trials,
    seed=(seed, "line"),
)
line_exact = theory.multitask_error(line_tasks, line_counts, line_grid, line_noise)
# Weighted by samples the errors sum to V + ‖w − w̄‖²: less noise than in any one of them.
shares = np.array(line_counts) / 50
weighted, weighted_exact = line @ shares, line_exact @ shares

measured = np.concatenate(
    [*draws.values(), line.reshape(trials, -1), weighted], axis=1
)
theorem = np.concatenate([*exact, line_exact.ravel(), weighted_exact])
under = np.concatenate(
    [*[grid < N] * len(settings), np.repeat(line_grid < 50, 3), line_grid < 50]
)
z = np.abs(z_scores(measured, theorem, skewed=True))
for check, side in (
    ("simulation below the threshold", under),
    ("the curve continues above", ~under),
):
    alpha = evidence.level("O.2", check)
    critical = critical_z(side.sum(), alpha, draws=trials)
    evidence.record(
        "O.2",
        check,
        "largest |z|",
        z[side].max(),
        "<",
        critical,
        n=f"{side.sum()} cells × {trials} data sets",
        detects=f"errors wrong by {noticed(measured[:, side], theorem[side], critical):.0%}",
    )

# With the weight of the other side, 1 − 1/p, only the term in V would be wrong.
p_below = line_grid[line_grid < 50]
excess = theory.effective_noise(line_tasks, line_counts, p_below, 0.0)
excess -= (1 - 1 / p_below) * spread_of(line_tasks, line_counts)
swapped = weighted_exact[: len(p_below)] - p_below / (49 - p_below) * excess
z_swapped = np.abs(z_scores(weighted[:, : len(p_below)], swapped, skewed=True))
display(
    Markdown(
        f"On either side a correct theory fails with probability {alpha:.0e} at most. In every cell the test notices an "
        f"error of {noticed(measured, theorem, critical):.0%}; the weight $1 - 1/p$ of the other side would reach "
        f"$|z| = {z_swapped.max():.0f}$."
    )
)

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore`.
#
# The whole double-descent curve, exact on both sides. Two comparisons come with it: the **best single vector**
# $\bar w$, whose error averaged over tasks is $V$ and which no single model beats, and a model fitted to **each task
# alone**.

# %% tags=["hide-input", "lead"]
curve = [
    *np.geomspace(T, 40 * N, 300),
    *N + np.arange(-40, 41),
    *n + np.arange(-9, 10),
]
curve = np.unique(np.round(curve).astype(int))
curve = curve[curve >= T]
panels = {name: plt.subplots() for name in geometries}
for name, (_, ax) in panels.items():
    for sigma, color in noise_levels.items():
        pooled_curve = theory.multitask_error(
            geometries[name], n, curve, sigma**2
        ).mean(axis=-1)
        ax.plot(
            curve, pooled_curve, color=figures.COLORS[color], label=f"σ = {sigma:g}"
        )
        figures.band(ax, grid, draws[name, sigma], color=figures.COLORS[color])
    alone = theory.single_task_error(geometries[name], n, curve, 0.3**2).mean(
        axis=-1
    )
    ax.plot(
        curve,
        alone,
        color=figures.COLORS["orange"],
        linewidth=1,
        linestyle="--",
        label="alone, σ = 0.3",
    )
    V_name = spread_of(geometries[name], n)
    ax.axhline(V_name, color=figures.INK, linewidth=1, linestyle=":")
    ax.annotate(
        "best single vector",
        (curve[-1], V_name),
        xytext=(0, -13),
        textcoords="offset points",
        ha="right",
    )
    ax.set(
        xscale="log",
        yscale="log",
        ylim=(0.01, 300),
        xlabel="parameters $p$",
        title=f"{name} tasks",
    )
    ax.set_ylabel("excess risk, mean over tasks")
    figures.threshold(ax, N)
    ax.legend(loc="upper left")
figures.show(
    [fig for fig, _ in panels.values()],
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
for size, color in ((10, "orange"), (50, "blue"), (500, "green")):
    for side in (
        np.arange(1, size - 1),
        np.unique(np.geomspace(size + 2, 5000, 200).astype(int)),
    ):
        weight = theory.effective_noise(unit_spread, size // 2, side, 0.0)
        ax.plot(
            side,
            weight,
            color=figures.COLORS[color],
            label=f"$N = {size}$" if side[0] == 1 else None,
        )
ax.axhline(1, color=figures.INK, linewidth=0.8)
ax.set(
    xscale="log",
    ylim=(0.75, 2.05),
    xlabel="parameters $p$",
    ylabel="weight of $V$ as noise",
)
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
gain = (
    p * (pooled - counts[0]) * sigma2 / ((counts[0] - p - 1) * (pooled - p - 1))
    - to_mean[0]
    - p * omega * V / (pooled - p - 1)
)
transfer = theory.knowledge_transfer(tasks, counts, p, sigma2, regime="under")
checks.require(
    differing([gain], [transfer[0]]) == 0,  # the others by exchanging names
    "the gain below both thresholds is the package's",
)


def critical_ratio(T: int, n: int | np.ndarray, p: int) -> float | np.ndarray:
    """Return the σ²/V beyond which pooling T equiangular tasks helps, from the corollary."""
    N = T * n
    omega = 1 + 1 / p - (2 * p * (N - 2) + 6 * N - 4) / (p * (N - 1) * (N + 2))
    return (n - p - 1) * (N - p - 1 + p * omega) / (p * (N - n))


# %% tags=["hide-input"]
sizes = np.unique(np.geomspace(12, 1000, 200).astype(int))
fig, ax = plt.subplots()
at_ten = []
for tasks_number, color in ((2, "orange"), (5, "blue"), (50, "green")):
    at_ten.append(critical_ratio(tasks_number, 100, 10))
    ax.plot(
        sizes / 10,
        critical_ratio(tasks_number, sizes, 10),
        color=figures.COLORS[color],
        label=f"$T = {tasks_number}$",
    )
ax.set(
    xscale="log",
    yscale="log",
    xlabel="samples per parameter, $n/p$",
    ylabel=r"noise to spread, $\sigma^2/V$",
)
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
p_cross, n_cross = 6, 20
V_cross = (1 - 0.5) * 2 / 3  # three equiangular tasks of norm 1 with cosine 0.5
at = critical_ratio(3, n_cross, p_cross) * V_cross
K = [
    simulate.knowledge_transfer(
        Tasks.equiangular(3, 0.5),
        n_cross,
        p_cross,
        factor * at,
        trials=trials,
        seed=(seed, "crossing", str(factor)),
    ).mean(axis=-1)
    for factor in (0.5, 2.0)
]
half, twice = z_scores(np.stack(K, axis=1), 0, skewed=True)
display(
    Markdown(
        f"Simulated across the line ($T = 3$, $n = {n_cross}$, $p = {p_cross}$), in standard errors from zero: with half "
        f"the critical noise variance the transfer is {half:+.0f}, with twice that {twice:+.0f}."
    )
)

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
laws = {
    "random signs": (1, "orange", lambda rng, size: rng.choice([-1.0, 1.0], size)),
    "normal": (3, "blue", lambda rng, size: rng.standard_normal(size)),
    "Student t, 10 d.f.": (
        4,
        "purple",
        lambda rng, size: rng.standard_t(10, size) / np.sqrt(1.25),
    ),
    "Laplace": (6, "red", lambda rng, size: rng.laplace(size=size) / np.sqrt(2)),
}
sign = np.repeat(
    [1.0, -1.0], N_break // 2
)  # tasks 1 and −1 along the first feature: w̄ = 0 and V = 1
measured = {}
for name, (_, _, draw) in laws.items():
    weights = np.empty((trials, len(p_break)))
    for column, width in enumerate(p_break):
        X = draw(stream(seed, name, int(width)), (trials, width, N_break))
        w = fit(X, X[:, 0] * sign)
        error = excess_risk(w, np.array([[1.0], [-1.0]])).mean(axis=1)
        weights[:, column] = (error - 1) * (N_break - width - 1) / width
    measured[name] = weights

fig, ax = plt.subplots()
smooth = np.geomspace(1, 32, 100)
for name, (kurtosis, color, _) in laws.items():
    ax.plot(
        smooth,
        1 + (kurtosis - 2) / smooth,
        color=figures.COLORS[color],
        linewidth=1,
    )
    figures.band(
        ax, p_break, measured[name], color=figures.COLORS[color], label=name
    )
ax.set(
    xscale="log",
    xlabel="parameters $p$",
    ylabel="weight ω of $V$ as noise",
    title="Heavy tails pay more",
)
ax.set_xticks(p_break, [str(width) for width in p_break])
ax.minorticks_off()
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
gaussian = theory.effective_noise(unit_spread, N_break // 2, p_break, 0.0)
checks.below(
    "weight with random signs and p = 1",
    np.abs(measured["random signs"][:, 0]).max(),
    1e-9,
)


def misjudged(weights: np.ndarray) -> list[str]:
    """Return by how much the Gaussian weight differs from the measured one, for every p."""
    ratios = zip(gaussian, weights.mean(axis=0), strict=True)
    return [
        "∞" if m < 1e-9 else f"{g / m - 1:+.0%}".replace("-0%", "+0%")
        for g, m in ratios
    ]


header = ["features", "γ", *(f"$p = {width}$" for width in p_break)]
table = [header, ["---"] * len(header)]
table += [
    [name, f"{laws[name][0] - 3:g}", *misjudged(weights)]
    for name, weights in measured.items()
]
display(
    Markdown(
        "By how much the exact Gaussian formula misjudges ω:\n\n"
        + "\n".join(f"| {' | '.join(row)} |" for row in table)
        + "\n\nThe normal row shows the Monte-Carlo error. The *error* is off by far less than ω, which enters it with the "
        "small factor $p/(N-p-1)$ beside a bias of 1."
    )
)

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
