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
# # One task: why does the error peak?

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per tested point [100 to 8000]
draws = 20000  # data sets behind the quantiles [500 to 80000]
n = 40  # samples [12 to 100]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.simulate import direct
from manytasks.statistics import critical_z, mean_interval, noticed, z_scores
from manytasks.streams import stream
from manytasks.symbolic import differing

parameters.check(In, globals())
task = Tasks([[1.0]])  # one task, ‖w*‖ = 1
noise_levels = {0.0: "blue", 0.3: "orange", 1.0: "red"}  # σ


def exact(p, sigma):
    """Return the expected excess risk of the one task."""
    return theory.single_task_error(task, n, p, sigma**2)[..., 0]


def draw(p, sigma, size, name, method="reduced"):
    """Draw excess risks, one row per data set."""
    options = {"trials": size, "seed": (seed, name), "method": method}
    return simulate.single_task_error(task, n, p, sigma**2, **options)[..., 0]


close, wide = exact(np.array([n + 4, 4 * n]), 0.3)
at = np.median(draw(n, 0.3, draws, "opening"))
display(
    Markdown(
        "A model with as many parameters as samples can fit the label noise, but in one way only, and that way is "
        "almost always extreme: some direction of the data is nearly empty, and the noise along it is divided by "
        f"nearly nothing. With $n = {n}$ samples and noise σ = 0.3 the expected excess risk is **{close:.2f}** at "
        f"$p = {n + 4}$, {wide:.2f} at $p = {4 * n}$ and infinite at $p = {n}$, where even the median data set costs "
        f"**{at:.1f}**."
    )
)

# %% [markdown]
# ## Setting
#
# One task with optimal parameters $w^* \in \mathbb R^p$ and $n$ samples: features $X \in \mathbb R^{p \times n}$ with
# independent standard normal entries, one column per sample, and labels $y = X^\top w^* + z$ with noise
# $z \sim \mathcal N(0, \sigma^2 I)$. If $p \ge n$ the model $w$ is the minimum-norm interpolator, which
# {doc}`gradient-descent` finds; if $p < n$ it is the least-squares solution. The excess risk is
# $L(w) = \|w - w^*\|^2$.
#
# This is the baseline for everything that follows. The rise and second fall of the error is called double descent
# {cite}`belkin2019`; for this model it has been known exactly for some years {cite}`belkin2020,hastie2022`.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Single-task error (Paper A's baseline; claims A.T1 and O.2 at one task)
# :label: thm-one-task-error
#
# Let features and noise be independent and normal as above. Then
#
# $$
# \mathbb E L = \begin{cases}
#   \Big(1 - \dfrac np\Big) \|w^*\|^2 + \dfrac{n\sigma^2}{p-n-1} & p > n+1, \\[2ex]
#   \dfrac{p\,\sigma^2}{n-p-1} & p < n-1,
# \end{cases}
# $$
#
# and $\mathbb E L = \infty$ for $|p - n| \le 1$ if $\sigma > 0$.
# ```
#
# ```{prf:theorem} Which moments exist (from the moments of Wishart matrices; proof here)
# :label: thm-one-task-moments
#
# Let $\sigma > 0$ and $s \ge 1$. Then $\mathbb E L^s$ is finite if and only if $2s < |p - n| + 1$. So the mean exists
# if and only if $|p - n| \ge 2$, and the variance if and only if $|p - n| \ge 4$.
# ```

# %% [markdown]
# ```{prf:theorem} Bias and variance (known for this model; proof here; claim A.K1)
# :label: thm-one-task-variance
#
# Write $b = \max(0, 1 - \frac np)$. The error is the squared bias $\|\mathbb E w - w^*\|^2 = b^2\|w^*\|^2$ plus the variance
#
# $$ \mathbb E\|w - \mathbb E w\|^2 = b(1-b)\|w^*\|^2 + \frac{\min(n, p)}{|p-n|-1}\,\sigma^2 . $$
#
# At the threshold the bias is zero, and the variance is infinite if $\sigma > 0$: the peak is all variance.
# ```

# %% [markdown]
# ## Derive
#
# **Step 1: split the error, above the threshold.** Let $G = X^\top X$ and $P = X G^{-1} X^\top$, the projection on the span
# of the data. Then $w - w^* = (P - I) w^* + X G^{-1} z$. The two parts are orthogonal, and the noise is independent
# of the features:
#
# $$ \mathbb E L = \mathbb E \|(I - P) w^*\|^2 + \sigma^2\, \mathbb E \operatorname{tr} G^{-1}. $$
#
# **Step 2: the bias.** Rotating the features changes no distribution, so $\mathbb E P$ commutes with all rotations and is a
# multiple of $I$. Its trace is $n$. Hence $\mathbb E P = \frac np I$ and the first term is $(1 - \frac np)\|w^*\|^2$.
#
# **Step 3: one entry of $G^{-1}$.** By the Schur complement, $(G^{-1})_{11}$ is one over the squared length of the first
# sample's part *outside the span of the others*. An exact check with two samples in three dimensions, all six
# features free:

# %%
X = sp.Matrix(3, 2, sp.symbols("x_1:4(1:3)"))
first, other = X[:, 0], X[:, 1]
outside2 = first.dot(first) - first.dot(other) ** 2 / other.dot(other)
checks.require(
    differing([((X.T * X).inv())[0, 0]], [1 / outside2]) == 0,
    "an entry of the inverse is one over the squared length outside the others",
)

# %% [markdown]
# That part has $d = p - n + 1$ independent normal coordinates, so its squared length is $\chi^2_d$. **This is where the
# peak comes from:** at $p = n$ a single coordinate is left, often close to zero, and we divide by its square.
#
# **Step 4: the mean of one over $\chi^2_d$.** Integrate against the density $x^{d/2-1} e^{-x/2} / (2^{d/2}\Gamma(d/2))$.
# The integral converges at zero if and only if $d > 2s$ for the power $x^{-s}$:

# %%
x, d, s = sp.symbols("x d s", positive=True)
density = x ** (d / 2 - 1) * sp.exp(-x / 2) / (2 ** (d / 2) * sp.gamma(d / 2))
power = sp.integrate(density * x**-s, (x, 0, sp.oo), conds="none")
inverse_mean = sp.gammasimp(power.subs(s, 1))
inverse_square = sp.gammasimp(power.subs(s, 2))
checks.require(
    differing(
        [inverse_mean, inverse_square], [1 / (d - 2), 1 / ((d - 2) * (d - 4))]
    )
    == 0,
    "the first two inverse moments of chi-square",
)
inverse_mean

# %% [markdown]
# **Step 5: the trace.** All $n$ diagonal entries are alike.

# %%
p, sample_count = sp.symbols("p n", positive=True)
trace = sample_count * inverse_mean.subs(d, p - sample_count + 1)
checks.require(
    differing([trace], [sample_count / (p - sample_count - 1)]) == 0,
    "the mean trace is n / (p - n - 1)",
)

# %% [markdown]
# An independent exact check of this lemma with two samples: Bartlett writes $G = L L^\top$ with independent
# $L_{11}^2 \sim \chi^2_p$, $L_{22}^2 \sim \chi^2_{p-1}$ and $L_{21} \sim \mathcal N(0, 1)$ {cite}`bartlett1933`. Then
# $\operatorname{tr} G^{-1}$ is a sum of three products of independent variables, whose means we now have:

# %%
l_11, l_22, l_21 = sp.symbols("l_11 l_22 l_21", positive=True)
L = sp.Matrix([[l_11, 0], [l_21, l_22]])
terms = 1 / l_11**2 + 1 / l_22**2 + l_21**2 / (l_11**2 * l_22**2)
mean_1, mean_2 = inverse_mean.subs(d, p), inverse_mean.subs(d, p - 1)
checks.require(
    differing(
        [((L * L.T).inv()).trace(), mean_1 + mean_2 + mean_1 * mean_2],
        [terms, trace.subs(sample_count, 2)],
    )
    == 0,
    "the trace for two samples, by Bartlett's factor and by step 5",
)

# %% [markdown]
# **Step 6: below the threshold.** Now $w - w^* = (XX^\top)^{-1} X z$: there is no bias, and
# $\mathbb E L = \sigma^2\, \mathbb E \operatorname{tr}(XX^\top)^{-1}$. The matrix $X^\top$ is normal too, with the roles
# of $n$ and $p$ exchanged. So is the trace. Then we compare both sides with the package:

# %%
norm2, sigma2 = sp.symbols("gamma sigma^2", positive=True)
derived = {
    "over": (1 - sample_count / p) * norm2 + sigma2 * trace,
    "under": sigma2
    * trace.subs({p: sample_count, sample_count: p}, simultaneous=True),
}
mismatches = {
    side: sum(
        differing(
            [formula],
            function(Tasks([[norm2]]), sample_count, p, sigma2, regime=side),
        )
        for function in (theory.single_task_error, theory.multitask_error)
    )
    for side, formula in derived.items()
}
for claim, side in (("A.T1", "over"), ("O.2", "under")):
    evidence.record(
        claim,
        "derivation for one task",
        "package functions that differ from the derivation",
        mismatches[side],
        "==",
        0,
        n="2 functions, all letters symbolic",
    )

# %% [markdown]
# **Step 7: which moments exist.** Let $q = \min(n, p)$, and let $K$ be $G$ above the threshold and $XX^\top$ below it.
# Given the features, the noise part of the error is $\sigma^2 \sum_j g_j^2 / \lambda_j(K)$ with standard normal $g_j$,
# the coordinates of the noise in an eigenbasis.
#
# *Finite.* That is at most $\sigma^2 \|g\|^2 \operatorname{tr} K^{-1}$, and $\|g\|^2$ is independent of $K$ with all
# moments. For $s \ge 1$, $(\operatorname{tr} K^{-1})^s \le q^{s-1} \sum_j (K^{-1})_{jj}^s$. Each entry is one over
# $\chi^2_{|p-n|+1}$, and step 4 gives a finite mean if $2s < |p-n| + 1$. The bias is bounded by $\|w^*\|^2$.
#
# *Infinite.* Its mean over the noise is $\sigma^2 \operatorname{tr} K^{-1} \ge \sigma^2 (K^{-1})_{11}$. By Jensen's
# inequality $\mathbb E L^s \ge \sigma^{2s}\, \mathbb E (K^{-1})_{11}^s$, which is infinite if $2s \ge |p-n|+1$.
#
# With $s = 1$ and $s = 2$ that is $|p - n| \ge 2$ for a mean and $|p - n| \ge 4$ for a variance. So *within one of the
# threshold the mean is infinite, and within three the variance*, exactly. At $|p-n| = 2$ and $3$ the mean exists and a
# simulated mean is nevertheless worth little. The package says so too:

# %%
finite = np.isfinite(exact(n + np.arange(-2, 3), 0.3))
checks.require(
    finite.tolist() == [True, False, False, False, True],
    f"the mean is finite from a distance of 2 on; the package says {finite}",
)

# %% [markdown]
# **Step 8: bias and variance.** The mean fit is $\mathbb E w = \mathbb E P\,w^* = \frac np w^*$ above the threshold and $w^*$ below, since noise has
# mean zero. So the bias is $-b\,w^*$, and the variance is what else there is in the error:

# %%
b_share = 1 - sample_count / p
variance = {
    side: formula - (b_share**2 * norm2 if side == "over" else 0)
    for side, formula in derived.items()
}
stated = [
    b_share * (1 - b_share) * norm2 + sigma2 * trace,
    derived["under"],
]
checks.require(
    differing(variance.values(), stated) == 0,
    "the error less the squared bias is the stated variance",
)
at_threshold = sp.limit(b_share**2 * norm2 / stated[0], p, sample_count + 1, "+")
evidence.record(
    "A.K1",
    "bias at the threshold",
    "limit of squared bias over variance as p falls to n + 1",
    at_threshold,
    "==",
    0,
    n="all letters symbolic",
)

# %% [markdown]
# ## Check
#
# We draw features and labels, fit, and measure: nothing is assumed (`method="direct"`). Close to the threshold the
# variance is finite but huge; there nothing is tested.

# %% tags=["hide-input"]
clear = min(
    12, n - 2
)  # from the threshold: means of what is tested have light tails
grid = np.unique(
    [n // 8, n // 4, n // 2, n - clear, n + clear, *n * np.array([2, 3, 5, 10])]
)
grid = grid[abs(grid - n) >= clear]
over = grid > n
samples = {
    sigma: draw(grid, sigma, trials, f"check {sigma}", method="direct")
    for sigma in noise_levels
    if sigma > 0
}
theorem = np.array([exact(grid, sigma) for sigma in samples])
measured = np.stack(list(samples.values()), axis=1)
z = np.abs(z_scores(measured, theorem, skewed=True))
for claim, side, words in (("A.T1", over, "Above"), ("O.2", ~over, "Below")):
    alpha = evidence.level(claim, "simulation for one task")
    critical = critical_z(z[:, side].size, alpha, draws=trials)
    wrong = noticed(measured[..., side], theorem[:, side], critical)
    evidence.record(
        claim,
        "simulation for one task",
        "largest |z|",
        z[:, side].max(),
        "<",
        critical,
        n=f"{z[:, side].size} cells × {trials} data sets",
        detects=f"errors wrong by {wrong:.0%}",
    )
    display(
        Markdown(
            f"{words} the threshold a correct theory exceeds {critical:.2f} anywhere with probability {alpha:.0e} "
            f"at most. The test notices errors of {wrong:.0%} in every cell."
        )
    )

# %% [markdown]
# *Bias and variance* are measured with pairs of independent data sets: their fits $w$ and $w'$ have
# $\mathbb E\langle w - w^*, w' - w^*\rangle = \|\mathbb E w - w^*\|^2$ and $\tfrac12\mathbb E\|w - w'\|^2$ is the variance.

# %% tags=["hide-input"]
split_p, sigma = grid[grid <= 5 * n], 0.3
target = np.array([[1.0]])  # the one coordinate in which w* is not zero


def bias_and_variance(p):
    """Squared bias and variance, estimated from each of the pairs of data sets."""
    rng = stream(seed, "pairs", int(p))
    data = direct.draw_data(rng, 2 * trials, target, np.array([n]), p, sigma**2)
    miss = direct.fit(*data) - np.eye(1, p)
    one, other = miss[:trials], miss[trials:]
    return (one * other).sum(1), np.square(one - other).sum(1) / 2


pairs = np.array([bias_and_variance(p) for p in split_p]).transpose(2, 1, 0)
share = np.maximum(0, 1 - n / split_p)
parts = np.array([share**2, exact(split_p, sigma) - share**2])
z_split = np.abs(z_scores(pairs, parts, skewed=True)).max()
alpha = evidence.level("A.K1", "bias and variance of one task")
limit = critical_z(parts.size, alpha, draws=trials)
evidence.record(
    "A.K1",
    "bias and variance of one task",
    "largest |z| of bias and variance",
    z_split,
    "<",
    limit,
    n=f"{parts.size} cells × {trials} pairs of data sets",
    detects=f"variances wrong by {noticed(pairs[:, 1], parts[1], limit):.0%}",
)
near_p = np.array([n - 2, n + 2])
near_share = 1 - np.maximum(0, 1 - n / near_p) ** 2 / exact(near_p, sigma)
display(
    Markdown(
        f"The test notices errors of {noticed(pairs[:, 1], parts[1], limit):.0%} in every variance. Two away from the "
        f"threshold the variance is {near_share.min():.1%} of the expected error or more, at σ = {sigma}."
    )
)

# %% [markdown]
# ## Look

# %% tags=["hide-input", "lead"]
curve = np.unique(
    np.concatenate(
        [np.geomspace(n // 10, 10 * n, 300).round(), n + np.arange(-10, 11)]
    ).astype(int)
)
left, ax = plt.subplots()
for sigma, color in noise_levels.items():
    ax.plot(
        curve,
        np.maximum(exact(curve, sigma), 1e-9),
        color=figures.COLORS[color],
        label=f"σ = {sigma:g}",
    )
    if sigma in samples:
        figures.band(ax, grid, samples[sigma], color=figures.COLORS[color])
ax.set(
    xscale="log",
    yscale="log",
    ylim=(0.008, 60),
    xlabel="parameters $p$",
    ylabel="excess risk",
)
ax.set_title("The mean")
figures.threshold(ax, n, "$p = n$")
ax.legend(loc="upper left")

sigma = 0.3
levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
near = np.unique(
    np.concatenate(
        [np.geomspace(n // 8, 10 * n, 25).round(), n + np.arange(-6, 7)]
    ).astype(int)
)
quantiles = np.quantile(draw(near, sigma, draws, "quantiles"), levels, axis=0)
right, ax = plt.subplots()
orange = figures.COLORS["orange"]
ax.fill_between(
    near,
    quantiles[0],
    quantiles[-1],
    color=orange,
    alpha=0.2,
    linewidth=0,
    label="90 % of data sets",
)
ax.fill_between(
    near,
    quantiles[1],
    quantiles[-2],
    color=orange,
    alpha=0.35,
    linewidth=0,
    label="50 %",
)
ax.plot(near, quantiles[2], color=orange, label="median")
ax.plot(
    curve,
    exact(curve, sigma),
    color=figures.INK,
    linewidth=1,
    linestyle="--",
    label="mean (theory)",
)
ax.set(
    xscale="log",
    yscale="log",
    ylim=(0.008, 60),
    xlabel="parameters $p$",
    ylabel="excess risk",
)
ax.set_title(f"Single data sets, σ = {sigma}")
figures.threshold(ax, n, "$p = n$")
ax.legend(loc="lower right")
figures.show(
    [left, right],
    name="one-task-double-descent",
    caption=(
        f"(a) theory (lines) on direct simulation (points with 95 % intervals; {trials:,} "
        f"data sets each; $n = {n}$, $\\|w^*\\| = 1$). (b) quantiles of the excess risk of one data set "
        f"({draws:,} per width), for σ = {sigma}. Near the threshold the mean leaves the bulk: it is made by rare, huge "
        "errors. Panel b does not show the sampling error of the quantiles themselves."
    ),
    alt=(
        "Left: excess risk against p for three noise levels, with a peak at p = n unless there is no noise. Right: "
        "bands of quantiles that widen at p = n, with a finite median while the mean is infinite."
    ),
)

# %% [markdown]
# An infinite mean is not a number too large to print. It means that the average over data sets never settles: it
# keeps growing with the number of data sets, by leaps, whenever a more extreme one comes along.

# %% tags=["hide-input"]
gaps = {0: "red", 1: "orange", 2: "purple", 10: "blue"}
paths = draw(n + np.array(list(gaps)), 1.0, draws, "running means")
count = np.arange(1, draws + 1)
fig, ax = plt.subplots()
for (gap, color), path in zip(gaps.items(), paths.T, strict=True):
    ax.plot(
        count,
        np.cumsum(path) / count,
        color=figures.COLORS[color],
        label=f"$p = n + {gap}$" if gap else "$p = n$",
    )
    if gap > 1:
        ax.axhline(
            exact(n + gap, 1.0),
            color=figures.COLORS[color],
            linewidth=1,
            linestyle=":",
        )
ax.set(
    xscale="log",
    yscale="log",
    xlabel="data sets averaged",
    ylabel="mean excess risk so far",
)
ax.set(title="Means that settle, means that never do", xlim=(10, draws))
ax.set_ylim(1, 300 * (np.cumsum(paths[:, 0]) / count)[9:].max())
ax.legend(loc="upper left")
figures.show(
    fig,
    name="one-task-running-mean",
    caption=(
        f"Running mean of the excess risk over {draws:,} data sets, σ = 1, $n = {n}$; dotted: the expected value, where "
        "it is finite. At $p = n$ and $p = n + 1$ there is nothing to converge to. At $p = n + 2$ the mean is finite, "
        "the variance is not, and convergence is slow and broken by leaps. One run only: another seed leaps elsewhere."
    ),
    alt=(
        "Running means against the number of data sets; the last are "
        + ", ".join(
            f"{mean:.3g} at p = n + {gap}"
            for gap, mean in zip(gaps, paths.mean(axis=0), strict=True)
        )
        + "."
    ),
)

# %% [markdown]
# The appendix {doc}`distribution` measures how heavy these tails are.

# %% [markdown]
# **Is overfitting benign?** A model above the threshold fits the noise exactly. Overfitting is called *benign* if its excess risk tends to zero all the same,
# as $n$ grows {cite}`bartlett2020`. Paper A says that wide models do so (claim A.K6). Here features are equal in size. Take the best width above the threshold, for $\|w^*\| = 1$ and real $p$:

# %%
sd = sp.Symbol("sigma", positive=True)
above = derived["over"].subs({norm2: 1, sigma2: sd**2})
best_p = (sample_count + 1) / (1 - sd)
best_above = 1 - sample_count * (1 - sd) ** 2 / (sample_count + 1)
never_below = sp.limit(best_above, sample_count, sp.oo)
below = derived["under"].subs(sigma2, sd**2)
rise = sd**2 * (sample_count - 1) / (sample_count - p - 1) ** 2  # positive
checks.require(
    differing(
        [
            sp.diff(above, p).subs(p, best_p),
            above.subs(p, best_p),
            never_below,
            sp.diff(below, p),
        ],
        [0, best_above, sd * (2 - sd), rise],
    )
    == 0,
    "the best width above, its error, the limit of that, and the rise below",
)

# %% [markdown]
# So for $\sigma < 1$ the best overparameterized model has $p = (n+1)/(1-\sigma)$ and the error $1 - \frac{n}{n+1}(1-\sigma)^2$; for $\sigma \ge 1$ the error only
# falls towards 1, the error of predicting zero. With more and more samples it tends to $\sigma(2-\sigma)$ and never to zero: *with features of equal size overfitting is not benign*. The noise is
# harmless, for its term vanishes as $p$ grows; but so is the signal lost. And below the threshold the error grows with $p$ from $\sigma^2/(n-2)$ at $p = 1$, which is smaller for every
# $\sigma < 1$ and $n \ge 3$, because $\frac{\sigma^2}{n-2} \le \sigma^2 < \sigma(2-\sigma)$.
#
# Features of *unequal* size are another matter. Let five directions be strong, of variance 1, and let them hold the target. Let $4n^{3/2}$ weak ones, of variance $1/4n$, hold nothing. They
# are many enough to take up the noise, each a little, and weak enough to leave the strong ones alone: together they act as a ridge. The ridge equivalent of {doc}`../bridge/real-features`
# gives the error.

# %% tags=["hide-input"]
sizes, sigmas = np.array([25, 100, 400, 1600]), (0.1, 0.5, 0.9)
FEW_STRONG = (
    "few directions are strong and very many weak; with directions of equal size the "
    "best excess risk tends to σ(2 − σ)‖w*‖², not to 0"
)


def spectrum(count):
    """Return 5 strong directions, which hold the target, and many weak ones."""
    many = int(4 * count**1.5)
    return np.r_[np.ones(5), np.full(many, 1 / (4 * count))]


def in_strong(count):
    """Return optimal parameters of norm 1 in the strong directions."""
    return np.r_[np.full(5, 5**-0.5), np.zeros(len(spectrum(count)) - 5)]


def unequal(count, noise):
    """Return the predicted excess risk of the interpolator with few strong directions."""
    w = in_strong(count)[None]
    return theory.ridge_error(spectrum(count), w, int(count), noise**2)[0]


def equal(count, noise):
    """Return the least expected excess risk with directions of equal size, over real p."""
    return float(best_above.subs({sample_count: int(count), sd: noise}))


risks = pd.DataFrame(
    [
        (few, noise, count, risk(count, noise))
        for few, risk in ((True, unequal), (False, equal))
        for noise in sigmas
        for count in sizes
    ],
    columns=["few_strong", "noise", "samples", "risk"],
)
repeats, at_size, at_noise = 40, 100, 0.5
rng = stream(seed, "few strong directions")
drawn = []
for _ in range(repeats):
    X = rng.standard_normal((len(spectrum(at_size)), at_size))
    X *= np.sqrt(spectrum(at_size))[:, None]
    w_star = in_strong(at_size)
    y = X.T @ w_star + at_noise * rng.standard_normal(at_size)
    miss = X @ np.linalg.solve(X.T @ X, y) - w_star
    drawn.append(spectrum(at_size) @ miss**2)

# %% tags=["hide-input"]
fig, ax = plt.subplots()
for (few, noise), rows in risks.groupby(["few_strong", "noise"]):
    ax.loglog(
        rows.samples,
        rows.risk,
        "-" if few else "--",
        color=figures.COLORS[("blue", "orange", "red")[sigmas.index(noise)]],
        label=f"σ = {noise:g}, {'few strong' if few else 'equal'}",
    )
seen = mean_interval(drawn)
ax.errorbar(
    at_size,
    seen.value,
    [[seen.value - seen.low], [seen.high - seen.value]],
    fmt="o",
    capsize=3,
    color=figures.INK,
)
ax.set(xlabel="samples $n$", ylabel="excess risk", ylim=(3e-4, 2))
ax.set_title("Benign, or not")
ax.legend(fontsize=9, ncol=2, loc="lower left")
figures.show(
    fig,
    name="one-task-benign",
    caption=(
        "Excess risk of models that fit noisy labels exactly, $\\|w^*\\| = 1$. Dashed: features of equal size at the best width; each line levels off. Solid: five strong directions and "
        f"$4n^{{3/2}}$ weak ones (ridge equivalent); each line falls. Dot: {repeats} data sets with σ = {at_noise}, mean and 95 % interval. The target lies in the strong directions; the figure does not show one that does not."
    ),
    alt="Three dashed lines that level off, and three solid ones that fall on logarithmic axes.",
)
benign = evidence.tested(
    risks[risks.samples == sizes[-1]],
    "few_strong",
    lambda rows: rows.risk.max(),
    FEW_STRONG,
)
evidence.record(
    "A.K6",
    "excess risk with many samples, strong and weak directions",
    f"largest excess risk at n = {sizes[-1]:,} over ‖w*‖²",
    benign.inside,
    "<",
    0.05,
    n=f"{len(sigmas)} noise levels, ridge equivalent; equal directions exact, at the best width",
    when=benign,
)
check = "excess risk drawn, strong and weak directions"
evidence.record(
    "A.K6",
    check,
    f"excess risk at n = {at_size} and σ = {at_noise} over that of equal directions at their best width",
    mean_interval(
        np.divide(drawn, equal(at_size, at_noise)),
        1 - 2 * evidence.level("A.K6", check),
    ),
    "<",
    0.2,
    n=f"{repeats} data sets of {len(spectrum(at_size)):,} directions",
    when=evidence.Assumed(FEW_STRONG),
)
fell = risks[risks.few_strong & (risks.noise == at_noise)].risk.to_numpy()
display(
    Markdown(
        f"With σ = {at_noise} the excess risk falls from {fell[0]:.3f} at $n = {sizes[0]}$ to {fell[-1]:.4f} at $n = {sizes[-1]:,}$ if few directions are strong. With equal ones the best is "
        f"{equal(sizes[-1], at_noise):.2f} there. Drawn at $n = {at_size}$: {seen.words('.3f')}, predicted {unequal(at_size, at_noise):.3f}."
    )
)

# %% [markdown]
# So Paper A's sentence needs its condition: overfitting is benign when few directions are strong and very many are weak. In the isotropic model of its theorems it is not. That is no
# objection to wide models where narrow ones cannot express the target ({doc}`../networks/random-features`).

# %% [markdown]
# ## Break
#
# **No noise, no peak.** Every infinite term carries the factor $\sigma^2$. With clean labels the error is
# $\max(0, 1 - n/p)\,\|w^*\|^2$: zero up to the threshold, since enough clean equations determine $w^*$, and then a
# smooth rise. No single data set exceeds $\|w^*\|^2$, because a projection lengthens nothing.

# %%
around = n + np.arange(-3, 4)
clean = draw(around, 0.0, trials, "clean")
display(
    Markdown(
        f"Among {clean.size:,} data sets with clean labels and $|p - n| \\le 3$ the largest excess risk is "
        f"{clean.max():.2f}; with σ = 1 the largest at $p = n$ alone is {paths[:, 0].max():,.0f}."
    )
)
checks.below("largest excess risk with clean labels", clean.max(), 1 + 1e-9)

# %% [markdown]
# **Ridge regression** replaces the factor $1/\lambda$ of an empty direction by $\lambda / (\lambda + r)^2 \le 1/(4r)$, so
# with any ridge $r > 0$ the noise costs at most $q\,\sigma^2/(4r)$, and the peak is gone.

# %%
ridge, eigenvalue = sp.symbols("r lambda", positive=True)
damped = eigenvalue / (eigenvalue + ridge) ** 2
worst = sp.solve(sp.diff(damped, eigenvalue), eigenvalue)[0]
checks.require(
    differing([worst, damped.subs(eigenvalue, worst)], [ridge, 1 / (4 * ridge)])
    == 0,
    "the damped factor is largest at the ridge",
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} What is double descent?
# :label: exercise-one-task-double-descent
#
# *(A quick check question of Paper A.)* What is double descent, how does it show itself, and which of its parts does the model of
# this chapter lack?
# ```
#
# ```{solution} exercise-one-task-double-descent
# :class: dropdown
#
# As a model grows, its test error first falls, because it can express more of the target; then it rises to a peak where its
# parameters are as many as the equations it must satisfy; then it falls again. It shows as a peak of the error against size at
# the size that just fits the training data, higher with noisier labels, and as a peak against the number of samples. Here the
# target lies in the first coordinates, so even a small model expresses all of it: below the threshold the error only rises,
# $\frac{d}{dp}\frac{p}{n-p-1} > 0$. Peak and second descent are here, the first descent is not.
# ```
#
# ```{exercise} Double descent, or only one?
# :label: exercise-one-task-second-descent
#
# For which $\sigma^2$ does the error *above* the
# threshold have a minimum at a finite $p$? For $\|w^*\| = 1$, is the best wide model better than none at all?
# ```
#
# ```{solution} exercise-one-task-second-descent
# :class: dropdown
#
# With $\|w^*\| = 1$ set the derivative $n/p^2 - n\sigma^2/(p-n-1)^2$ to zero: $p\,(1 - \sigma) = n + 1$. There is a
# finite minimum if and only if $\sigma < 1$, at $p = (n+1)/(1-\sigma)$; the error there is below $\|w^*\|^2 = 1$, the
# error of $w = 0$. For $\sigma \ge 1$ the error falls towards 1 from above: no wide model beats predicting zero.
# ```
#
# ```{exercise} Throw samples away
# :label: exercise-one-task-fewer-samples
#
# You have $n = 100$ noisy samples and must use $p = 100$ parameters. Can you lower the expected error by ignoring data?
# ```
#
# ```{solution} exercise-one-task-fewer-samples
# :class: dropdown
#
# Yes. With all samples it is infinite, with $m < 99$ of them $(1 - m/p)\|w^*\|^2 + m\sigma^2/(p-m-1)$, which is
# finite. More data hurts here because it moves the threshold onto the model.
# ```
#
# ```{exercise} A variance
# :label: exercise-one-task-variance
#
# Let $n = 1$, $p > 5$ and $w^* = 0$. Find the variance of the excess risk with step 4, and where it is infinite.
# ```
#
# ```{solution} exercise-one-task-variance
# :class: dropdown
#
# $L = z^2 / \chi^2_p$ with independent $z$. So $\mathbb E L^2 = 3\sigma^4 / ((p-2)(p-4))$ and
# $\operatorname{Var} L = \sigma^4 \big(\frac{3}{(p-2)(p-4)} - \frac{1}{(p-2)^2}\big)$: finite if and only if
# $p - n \ge 4$.
# ```

# %% [markdown]
# ## In one breath
#
# * Each sample is worth what it has outside the span of the others. At $p = n$ that is one coordinate, often nearly
#   zero, and the noise is divided by its square: $\mathbb E\, 1/\chi^2_d = 1/(d-2)$ with $d = |p-n| + 1$.
# * Within one of the threshold the mean error is infinite, within three its variance. Medians are finite everywhere.
# * The peak is variance; the bias is zero there. Above it the best width beats predicting zero if and only if $\sigma < \|w^*\|$.
# * Overfitting is benign when few directions are strong and very many weak, not when all are equal.
# * Without noise there is no peak.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
