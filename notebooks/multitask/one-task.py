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
#
# A model with as many parameters as samples can fit the label noise, but in one way only, and that way is almost always
# extreme: some direction of the data is nearly empty, and the noise along it is divided by nearly nothing. With $n$ =
# {glue:text}`samples` samples and noise σ = 0.3 the expected excess risk is **{glue:text}`risk_close:.2f`** at $p$ =
# {glue:text}`p_close`, {glue:text}`risk_wide:.2f` at $p$ = {glue:text}`p_wide` and infinite at $p = n$, where even the median data
# set costs **{glue:text}`median_at_threshold:.1f`**.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per tested point [100 to 8000]
draws = 20000  # data sets behind the quantiles [500 to 80000]
n = 40  # samples [12 to 100]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.page import say
from manytasks.statistics import critical_z, mean_interval, noticed, z_scores
from manytasks.studies.linear import benign
from manytasks.studies.linear.one_task import TASK, bias_and_variance, running_means
from manytasks.symbolic import differing
from manytasks.theory.fit import bias_share

parameters.check(In, globals())
C, noise_levels = figures.COLORS, {0.0: "blue", 0.3: "orange", 1.0: "red"}  # σ


def exact(p, sigma):
    """Return the expected excess risk of the one task."""
    return theory.single_task_error(TASK, n, p, sigma**2)[..., 0]


def draw(p, sigma, size, name, method="reduced"):
    """Draw excess risks, one row per data set."""
    options = {"trials": size, "seed": (seed, name), "method": method}
    return simulate.single_task_error(TASK, n, p, sigma**2, **options)[..., 0]


close, wide = exact(np.array([n + 4, 4 * n]), 0.3)
median = np.median(draw(n, 0.3, draws, "opening"))
say(samples=n, p_close=n + 4, risk_close=close, p_wide=4 * n, risk_wide=wide)
say(median_at_threshold=median)

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
wrong = differing([((X.T * X).inv())[0, 0]], [1 / outside2])
words = "an entry of the inverse is one over the squared length outside the others"
checks.require(wrong == 0, words)

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
inverse_mean, inverse_square = (sp.gammasimp(power.subs(s, k)) for k in (1, 2))
stated = [1 / (d - 2), 1 / ((d - 2) * (d - 4))]
wrong = differing([inverse_mean, inverse_square], stated)
checks.require(wrong == 0, "the first two inverse moments of chi-square")
inverse_mean

# %% [markdown]
# **Step 5: the trace.** All $n$ diagonal entries are alike.

# %%
p, sample_count = sp.symbols("p n", positive=True)
trace = sample_count * inverse_mean.subs(d, p - sample_count + 1)
wrong = differing([trace], [sample_count / (p - sample_count - 1)])
checks.require(wrong == 0, "the mean trace is n / (p - n - 1)")

# %% [markdown]
# An independent exact check of this lemma with two samples: Bartlett writes $G = L L^\top$ with independent
# $L_{11}^2 \sim \chi^2_p$, $L_{22}^2 \sim \chi^2_{p-1}$ and $L_{21} \sim \mathcal N(0, 1)$ {cite}`bartlett1933`. Then
# $\operatorname{tr} G^{-1}$ is a sum of three products of independent variables, whose means we now have:

# %%
l_11, l_22, l_21 = sp.symbols("l_11 l_22 l_21", positive=True)
L = sp.Matrix([[l_11, 0], [l_21, l_22]])
terms = 1 / l_11**2 + 1 / l_22**2 + l_21**2 / (l_11**2 * l_22**2)
mean_1, mean_2 = inverse_mean.subs(d, p), inverse_mean.subs(d, p - 1)
by_factor = [((L * L.T).inv()).trace(), mean_1 + mean_2 + mean_1 * mean_2]
wrong = differing(by_factor, [terms, trace.subs(sample_count, 2)])
words = "the trace for two samples, by Bartlett's factor and by step 5"
checks.require(wrong == 0, words)

# %% [markdown]
# **Step 6: below the threshold.** Now $w - w^* = (XX^\top)^{-1} X z$: there is no bias, and
# $\mathbb E L = \sigma^2\, \mathbb E \operatorname{tr}(XX^\top)^{-1}$. The matrix $X^\top$ is normal too, with the roles
# of $n$ and $p$ exchanged. So is the trace. Then we compare both sides with the package:

# %%
norm2, sigma2 = sp.symbols("gamma sigma^2", positive=True)
exchanged = {p: sample_count, sample_count: p}
derived = {
    "over": (1 - sample_count / p) * norm2 + sigma2 * trace,
    "under": sigma2 * trace.subs(exchanged, simultaneous=True),
}
setting = Tasks([[norm2]]), sample_count, p, sigma2
what = "package functions that differ from the derivation"
for claim, side in (("A.T1", "over"), ("O.2", "under")):
    alone, pooled = (
        function(*setting, regime=side)[0]
        for function in (theory.single_task_error, theory.multitask_error)
    )
    wrong = differing([alone, pooled], 2 * [derived[side]])
    check, size = "derivation for one task", "2 functions, all letters symbolic"
    evidence.record(claim, check, what, wrong, "==", 0, n=size)

# %% [markdown]
# **Step 7: which moments exist.** Let $q = \min(n, p)$, and let $S_*$ be $G$ above the threshold and $XX^\top$ below it.
# Given the features, the noise part of the error is $\sigma^2 \sum_j g_j^2 / \lambda_j(S_*)$ with standard normal $g_j$,
# the coordinates of the noise in an eigenbasis.
#
# *Finite.* That is at most $\sigma^2 \|g\|^2 \operatorname{tr} S_*^{-1}$, and $\|g\|^2$ is independent of $S_*$ with all
# moments. For $s \ge 1$, $(\operatorname{tr} S_*^{-1})^s \le q^{s-1} \sum_j (S_*^{-1})_{jj}^s$. Each entry is one over
# $\chi^2_{|p-n|+1}$, and step 4 gives a finite mean if $2s < |p-n| + 1$. The bias is bounded by $\|w^*\|^2$.
#
# *Infinite.* Its mean over the noise is $\sigma^2 \operatorname{tr} S_*^{-1} \ge \sigma^2 (S_*^{-1})_{11}$. By Jensen's
# inequality $\mathbb E L^s \ge \sigma^{2s}\, \mathbb E (S_*^{-1})_{11}^s$, which is infinite if $2s \ge |p-n|+1$.
#
# With $s = 1$ and $s = 2$ that is $|p - n| \ge 2$ for a mean and $|p - n| \ge 4$ for a variance. So *within one of the
# threshold the mean is infinite, and within three the variance*, exactly. At $|p-n| = 2$ and $3$ the mean exists and a
# simulated mean is nevertheless worth little. The package says so too:

# %%
finite = np.isfinite(exact(n + np.arange(-2, 3), 0.3)).tolist()
words = f"the mean is finite from a distance of 2 on; the package says {finite}"
checks.require(finite == [True, False, False, False, True], words)

# %% [markdown]
# **Step 8: bias and variance.** The mean fit is $\mathbb E w = \mathbb E P\,w^* = \frac np w^*$ above the threshold and $w^*$ below, since noise has
# mean zero. So the bias is $-b\,w^*$, and the variance is what else there is in the error:

# %%
b = 1 - sample_count / p
variance = [derived["over"] - b**2 * norm2, derived["under"]]
stated = [b * (1 - b) * norm2 + sigma2 * trace, derived["under"]]
words = "the error less the squared bias is the stated variance"
checks.require(differing(variance, stated) == 0, words)
at_threshold = sp.limit(b**2 * norm2 / stated[0], p, sample_count + 1, "+")
what = "limit of squared bias over variance as p falls to n + 1"
check, size = "bias at the threshold", "all letters symbolic"
evidence.record("A.K1", check, what, at_threshold, "==", 0, n=size)

# %% [markdown]
# ## Check
#
# We draw features and labels, fit, and measure: nothing is assumed (`method="direct"`). Close to the threshold the
# variance is finite but huge; there nothing is tested.

# %% tags=["hide-input"]
clear = min(12, n - 2)  # from the threshold: means have light tails there
grid = [n // 8, n // 4, n // 2, n - clear, n + clear, *n * np.array([2, 3, 5, 10])]
grid = np.unique(grid)
grid = grid[abs(grid - n) >= clear]
samples = {
    sigma: draw(grid, sigma, trials, f"check {sigma}", method="direct")
    for sigma in noise_levels
    if sigma > 0
}
theorem = np.array([exact(grid, sigma) for sigma in samples])
measured = np.stack(list(samples.values()), axis=1)
z = np.abs(z_scores(measured, theorem, skewed=True))
check = "simulation for one task"
for claim, side, word in (("A.T1", grid > n, "above"), ("O.2", grid < n, "below")):
    alpha = evidence.level(claim, check)
    critical = critical_z(z[:, side].size, alpha, draws=trials)
    wrong = noticed(measured[..., side], theorem[:, side], critical)
    evidence.record(
        claim,
        check,
        "largest |z|",
        z[:, side].max(),
        "<",
        critical,
        n=f"{z[:, side].size} cells × {trials} data sets",
        detects=f"errors wrong by {wrong:.0%}",
    )
    say(**{f"allowed_{word}": critical, f"noticed_{word}": wrong})
    say(**{f"rate_{word}": f"{alpha:.0e}"})

# %% [markdown]
# Above the threshold a correct theory exceeds {glue:text}`allowed_above:.2f` anywhere with probability {glue:text}`rate_above`
# at most. The test notices errors of {glue:text}`noticed_above:.0%` in every cell. Below the threshold a correct theory exceeds
# {glue:text}`allowed_below:.2f` anywhere with probability {glue:text}`rate_below` at most. The test notices errors of
# {glue:text}`noticed_below:.0%` in every cell.

# %% [markdown]
# *Bias and variance* are measured with pairs of independent data sets: their fits $w$ and $w'$ have
# $\mathbb E\langle w - w^*, w' - w^*\rangle = \|\mathbb E w - w^*\|^2$ and $\tfrac12\mathbb E\|w - w'\|^2$ is the variance.

# %% tags=["hide-input"]
split_p, sigma = grid[grid <= 5 * n], 0.3
pairs = bias_and_variance(n, split_p, sigma**2, trials, (seed, "pairs"))
z_split = np.abs(z_scores(*pairs, skewed=True)).max()
check = "bias and variance of one task"
limit = critical_z(pairs.expected.size, evidence.level("A.K1", check), draws=trials)
wrong = noticed(pairs.drawn[:, 1], pairs.expected[1], limit)
evidence.record(
    "A.K1",
    check,
    "largest |z| of bias and variance",
    z_split,
    "<",
    limit,
    n=f"{pairs.expected.size} cells × {trials} pairs of data sets",
    detects=f"variances wrong by {wrong:.0%}",
)
beside = np.array([n - 2, n + 2])
near_share = 1 - bias_share(n, beside) ** 2 / exact(beside, sigma)
say(noticed_variance=wrong, variance_near=near_share.min(), sigma_of_pairs=sigma)

# %% [markdown]
# The test notices errors of {glue:text}`noticed_variance:.0%` in every variance. Two away from the threshold the variance is
# {glue:text}`variance_near:.1%` of the expected error or more, at σ = {glue:text}`sigma_of_pairs`.

# %% [markdown]
# ## Look

# %% tags=["hide-input"]
curve = np.append(
    np.geomspace(n // 10, 10 * n, 300).round(), n + np.arange(-10, 11)
)
curve = np.unique(curve.astype(int))
near = np.append(np.geomspace(n // 8, 10 * n, 25).round(), n + np.arange(-6, 7))
near = np.unique(near.astype(int))
levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
quantiles = np.quantile(draw(near, sigma, draws, "quantiles"), levels, axis=0)

# %% tags=["hide-input", "lead"]
left, ax = plt.subplots()
for level, ink in noise_levels.items():
    line = np.maximum(exact(curve, level), 1e-9)
    ax.plot(curve, line, color=C[ink], label=f"σ = {level:g}")
    if level in samples:
        figures.band(ax, grid, samples[level], color=C[ink])
ax.set_title("The mean")
right, beside = plt.subplots()
style = {"color": C["orange"], "linewidth": 0}
lowest, lower, middle, upper, highest = quantiles
words = "90 % of data sets"
beside.fill_between(near, lowest, highest, alpha=0.2, label=words, **style)
beside.fill_between(near, lower, upper, alpha=0.35, label="50 %", **style)
beside.plot(near, middle, color=C["orange"], label="median")
style = {"color": figures.INK, "linewidth": 1, "linestyle": "--"}
beside.plot(curve, exact(curve, sigma), label="mean (theory)", **style)
beside.set_title(f"Single data sets, σ = {sigma}")
for each, place in ((ax, "upper left"), (beside, "lower right")):
    each.set(xscale="log", yscale="log", ylim=(0.008, 60))
    each.set(xlabel="parameters $p$", ylabel="excess risk")
    figures.threshold(each, n, "$p = n$")
    each.legend(loc=place)
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
means, count = running_means(paths), np.arange(1, draws + 1)
fig, ax = plt.subplots()
for (gap, ink), mean in zip(gaps.items(), means.T, strict=True):
    label = f"$p = n + {gap}$" if gap else "$p = n$"
    ax.plot(count, mean, color=C[ink], label=label)
    if gap > 1:
        ax.axhline(exact(n + gap, 1.0), color=C[ink], linewidth=1, linestyle=":")
ax.set(xscale="log", yscale="log", xlabel="data sets averaged")
ax.set(ylabel="mean excess risk so far", xlim=(10, draws))
ax.set(title="Means that settle, means that never do")
ax.set_ylim(1, 300 * means[9:, 0].max())
figures.name_lines(ax)
last = zip(gaps, paths.mean(axis=0), strict=True)
last = ", ".join(f"{mean:.3g} at p = n + {gap}" for gap, mean in last)
figures.show(
    fig,
    name="one-task-running-mean",
    caption=(
        f"Running mean of the excess risk over {draws:,} data sets, σ = 1, $n = {n}$; dotted: the expected value, where "
        "it is finite. At $p = n$ and $p = n + 1$ there is nothing to converge to. At $p = n + 2$ the mean is finite, "
        "the variance is not, and convergence is slow and broken by leaps. One run only: another seed leaps elsewhere."
    ),
    alt=f"Running means against the number of data sets; the last are {last}.",
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
best_above = benign.equal_risk(sample_count, sd)
never_below = sp.limit(best_above, sample_count, sp.oo)
below = derived["under"].subs(sigma2, sd**2)
rise = sd**2 * (sample_count - 1) / (sample_count - p - 1) ** 2  # positive
slope = sp.diff(above, p).subs(p, best_p)
found = [slope, above.subs(p, best_p), never_below, sp.diff(below, p)]
wrong = differing(found, [0, best_above, sd * (2 - sd), rise])
words = "the best width above, its error, the limit of that, and the rise below"
checks.require(wrong == 0, words)

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
sizes, sigmas = (25, 100, 400, 1600), {0.1: "blue", 0.5: "orange", 0.9: "red"}
risks = benign.risks(sizes, list(sigmas))
repeats, at_size, at_noise = 40, 100, 0.5
setting = at_size, at_noise, repeats
drawn = benign.drawn_risks(*setting, (seed, "few strong directions"))
seen = mean_interval(drawn)

# %% tags=["hide-input"]
fig, ax = plt.subplots()
for (few, noise), rows in risks.groupby(["few_strong", "noise"]):
    label = f"σ = {noise:g}, {'few strong' if few else 'equal'}"
    style = {"color": C[sigmas[noise]], "linestyle": "-" if few else "--"}
    ax.loglog(rows.samples, rows.risk, label=label, **style)
bar = [[seen.value - seen.low], [seen.high - seen.value]]
ax.errorbar(at_size, seen.value, bar, fmt="o", capsize=3, color=figures.INK)
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

# %% tags=["hide-input"]
FEW_STRONG = (
    "few directions are strong and very many weak; with directions of equal size the "
    "best excess risk tends to σ(2 − σ)‖w*‖², not to 0"
)
most = risks[risks.samples == sizes[-1]]
found = evidence.tested(
    most, "few_strong", lambda rows: rows.risk.max(), FEW_STRONG
)
evidence.record(
    "A.K6",
    "excess risk with many samples, strong and weak directions",
    f"largest excess risk at n = {sizes[-1]:,} over ‖w*‖²",
    found.inside,
    "<",
    0.05,
    n=f"{len(sigmas)} noise levels, ridge equivalent; equal directions exact, at the best width",
    when=found,
)
check = "excess risk drawn, strong and weak directions"
level = 1 - 2 * evidence.level("A.K6", check)
relative = mean_interval(drawn / benign.equal_risk(at_size, at_noise), level)
evidence.record(
    "A.K6",
    check,
    f"excess risk at n = {at_size} and σ = {at_noise} over that of equal directions at their best width",
    relative,
    "<",
    0.2,
    n=f"{repeats} data sets of {len(benign.spectrum(at_size)):,} directions",
    when=evidence.Assumed(FEW_STRONG),
)
least, most = (
    benign.unequal_risk(size, at_noise) for size in (sizes[-1], sizes[0])
)
say(noise_drawn=at_noise, samples_few=sizes[0], samples_many=f"{sizes[-1]:,}")
say(benign_few=most, benign_many=least, samples_drawn=at_size)
say(equal_best=benign.equal_risk(sizes[-1], at_noise), risk_drawn=seen.words(".3f"))
say(risk_foretold=benign.unequal_risk(at_size, at_noise))

# %% [markdown]
# With σ = {glue:text}`noise_drawn` the excess risk falls from {glue:text}`benign_few:.3f` at $n$ = {glue:text}`samples_few` to
# {glue:text}`benign_many:.4f` at $n$ = {glue:text}`samples_many` if few directions are strong. With equal ones the best is
# {glue:text}`equal_best:.2f` there. Drawn at $n$ = {glue:text}`samples_drawn`: {glue:text}`risk_drawn`, predicted
# {glue:text}`risk_foretold:.3f`.

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
checks.below("largest excess risk with clean labels", clean.max(), 1 + 1e-9)
say(clean_sets=f"{clean.size:,}", clean_largest=clean.max())
say(noisy_largest=f"{paths[:, 0].max():,.0f}")

# %% [markdown]
# Among {glue:text}`clean_sets` data sets with clean labels and $|p - n| \le 3$ the largest excess risk is
# {glue:text}`clean_largest:.2f`; with σ = 1 the largest at $p = n$ alone is {glue:text}`noisy_largest`.

# %% [markdown]
# **Ridge regression** replaces the factor $1/\lambda$ of an empty direction by $\lambda / (\lambda + r)^2 \le 1/(4r)$, so
# with any ridge $r > 0$ the noise costs at most $q\,\sigma^2/(4r)$, and the peak is gone.

# %%
ridge, eigenvalue = sp.symbols("r lambda", positive=True)
damped = eigenvalue / (eigenvalue + ridge) ** 2
worst = sp.solve(sp.diff(damped, eigenvalue), eigenvalue)[0]
ends = [worst, damped.subs(eigenvalue, worst)]
wrong = differing(ends, [ridge, 1 / (4 * ridge)])
checks.require(wrong == 0, "the damped factor is largest at the ridge")

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
