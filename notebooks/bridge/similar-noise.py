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
# # Is dissimilarity label noise, whatever the features?
#
# It is, up to one part in the number of samples: samples are exchangeable, so what tasks differ by
# cancels on average, and only in a sample's own square, one among $N$, can it be told from noise. With
# {glue:text}`samples` samples and as many features, a unit of dissimilarity costs between
# **{glue:text}`least:.2f`** and **{glue:text}`most:.2f`** units of label noise under three covariances,
# in whatever direction the tasks differ.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 4000  # simulated data sets per setting [200 to 20000]
N = 40  # samples of both tasks [10 to 100]
mu = 0.3  # ridge, as a share of the samples [0.1 to 3]

# %% tags=["hide-input"]
import itertools

import numpy as np
import pandas as pd
import sympy as sp

from manytasks import checks, evidence, figures, parameters, simulate, theory
from manytasks.page import number_axis, panel, say, table
from manytasks.statistics import Interval, critical_z, log_slope, z_scores
from manytasks.studies.linear import ridge_draws, spread_bounds
from manytasks.studies.linear.similar_noise import MOMENTS, exact_gaps, mean_excess
from manytasks.studies.linear.spread_bounds import SPECTRA, moments_by_size
from manytasks.symbolic import differing
from manytasks.theory.spread_bound import spread_excess
from manytasks.theory.training_factors import from_traces

parameters.check(In, globals())
inks = dict(zip(SPECTRA, ("blue", "orange", "red"), strict=True))
sizes = np.array([N // 4, N // 2, N, 2 * N])
found = moments_by_size(sizes, mu, trials, seed=seed)  # with p = N
rates = {  # exchange rates v/a, direction by direction
    name: 1 + mean_excess(found[name, N]).mean / found[name, N].noise.mean()
    for name in SPECTRA
}
least, most = min(map(np.min, rates.values())), max(map(np.max, rates.values()))
say(samples=N, least=least, most=most)

# %% tags=["hide-input"]
left, ax = panel(
    f"Worth in label noise, $N = p = {N}$",
    "direction, from strong to weak",
    "exchange rate $v/a$",
)
axes = {"xlabel": "samples $N = p$", "ylabel": "largest $|v - a|$", "yscale": "log"}
right, beside = panel("The difference and its bound", **axes)
for name, ink in inks.items():
    color, place = figures.COLORS[ink], np.arange(1, N + 1) / N
    half = 2 * mean_excess(found[name, N]).error / found[name, N].noise.mean()
    ax.plot(place, rates[name], color=color, label=name)
    ax.fill_between(
        place, rates[name] - half, rates[name] + half, color=color, alpha=0.2
    )
    (largest, error), widest = spread_bounds.largest_excess(found, name, mu)
    beside.errorbar(sizes, largest, 2 * error, fmt="o-", color=color, label=name)
    beside.plot(sizes, widest, "--", color=color, linewidth=1)
ax.axhline(1, color=figures.INK, linewidth=1, linestyle=":")
number_axis(beside, sizes)
ax.legend()
figures.show(
    [left, right],
    name="similar-noise-rate",
    caption=(
        f"Gaussian features with three covariances (eigenvalues all 1; 1.6 and 0.4; from about 4 to 0.4), ridge λ = {mu:g} N. “Worth in label noise”: what a unit of task spread in each direction costs, in "
        f"units of label noise: from {least:.2f} to {most:.2f}. “The difference and its bound”: the largest difference over directions (points) and the proved bound (dashed), which needs no data and falls like 1/N. Shades and bars "
        f"are two standard errors of {len(found['flat', sizes[-1]].noise):,} to {len(found['flat', sizes[0]].noise):,} data sets. Features that are not Gaussian are not shown."
    ),
    alt="Left: three curves of exchange rates close to one over directions. Right: three falling lines of points under dashed bounds on logarithmic axes.",
)

# %% [markdown]
# ## Setting
#
# Features $x \in \mathbb R^p$ have covariance $\Sigma$; the $N$ samples of all tasks are the columns of
# $X$. A sample $a$ of task $j$ has the label $x_a^\top w_j^* + z_a$ with noise $z_a$ of variance
# $\sigma^2$. One ridge fit with $\lambda > 0$ serves all tasks, and the error is measured by $\Sigma$:
#
# $$ \hat w = QXy, \quad Q = (XX^\top + \lambda I)^{-1}, \qquad L_i = \|\hat w - w_i^*\|_\Sigma^2, \quad \|v\|_\Sigma^2 = v^\top\Sigma v . $$
#
# The mean task is $\bar w = \sum_j \pi_j w_j^*$ with $\pi_j = n_j/N$; task $i$ differs from it by
# $\delta_i$, and $V = \sum_j \pi_j \|\delta_j\|_\Sigma^2$ is the spread. The *noise factor*
# $a = \mathbb E \operatorname{tr} \Sigma QXX^\top Q$ is what a unit of label noise costs. Samples are
# *exchangeable* if their order changes no probability; independent samples of one law are.
#
# ## Claim
#
# ```{prf:theorem} Exact, for features of any law (ours; claim O.29)
# :label: thm-similar-noise-exact
#
# Let the columns of $X$ be exchangeable, and let neither the noise nor which sample belongs to which task
# depend on $X$. With $C_1 = \mathbb E\, x_1x_1^\top Q\Sigma Qx_1x_1^\top$ and
# $C_2 = \mathbb E\, x_1x_1^\top Q\Sigma Qx_2x_2^\top$, for every $N \ge 2$, $p$ and $\lambda > 0$
#
# $$
# \begin{aligned}
# \mathbb E L_i = {} & \lambda^2\, \bar w^\top \mathbb E[Q\Sigma Q]\, \bar w + 2\lambda\, \delta_i^\top \Sigma\, \mathbb E[Q]\, \bar w + \|\delta_i\|_\Sigma^2 + a\,\sigma^2 \\
# & + N \sum_j \pi_j\, \delta_j^\top (C_1 - C_2)\, \delta_j .
# \end{aligned}
# $$
# ```
#
# Only the last term knows that there are several tasks. Let a task of length $\|\delta\|_\Sigma = 1$ cost
# $v(\delta) = N\,\delta^\top(C_1 - C_2)\,\delta$, its *spread factor*.
#
# ```{prf:theorem} Dissimilarity is label noise (ours; claim O.30)
# :label: thm-similar-noise-bound
#
# For Gaussian features of any covariance, with $\alpha = N\|\Sigma\|/\lambda$,
#
# $$ -\frac{(N-2)\,a + \frac54\alpha^{3/2}}{(N-1)(N+2)} \;\le\; v(\delta) - a \;\le\; \frac{(N-2)\big(\frac\alpha4 - a\big) + \frac54\alpha^{3/2}}{(N-1)(N+2)} . $$
#
# So dissimilarity costs what label noise of variance $V$ does, up to $O(1/N)$ where $\lambda$ grows with
# $N$.
# ```
#
# ```{prf:theorem} The deterministic equivalent, with its rate (ours, proof in outline; claim O.31)
# :label: thm-similar-noise-equivalent
#
# For Gaussian features let $\lambda \ge \mu N$, $\|\Sigma\| \le s_+$ and
# $\operatorname{tr}\Sigma \le \tau N$. The formula of {prf:ref}`thm-bridge-ridge` then departs from
# $\mathbb E L_i$ by at most
#
# $$ \frac{c_0}N \Big[ \|\Sigma\|\,\|\bar w\|^2 + \|\Sigma\delta_i\|\,\|\bar w\| + V + \sigma^2 \Big] , $$
#
# where the number $c_0$ depends on $s_+/\mu$ and $\tau/\mu$ only: not on $p/N$, the number of tasks or the small
# eigenvalues.
# ```
#
# For one task such equivalents are known with explicit errors {cite}`cheng2024`, and for the pooled
# minimum-norm fit of two tasks the limits are in {cite:t}`song2024` and {cite:t}`yang2025`.
# {prf:ref}`thm-training-length` is the case $\Sigma = I$, at every training length.

# %% [markdown]
# ## Derive
#
# **The exact formula.** Write the label as $x_a^\top\bar w + \eta_a$ with
# $\eta_a = x_a^\top\delta_{j(a)} + z_a$. Then $\hat w - \bar w = -\lambda Q\bar w + QX\eta$. The matrices
# $\mathbb E\, Qx_ax_a^\top$ and $\mathbb E\, Q\Sigma Qx_ax_a^\top$ are the same for every sample, since
# $Q$ does not change with the order. So in both means the sum over samples is a multiple of
# $\sum_j n_j\delta_j = 0$: *what tasks differ by meets neither the bias nor the target*. In the square of
# $QX\eta$ a sample meets itself ($C_1$) or another ($C_2$). Over pairs of different samples
# $\delta_{j(a)}$ and $\delta_{j(b)}$ add up to minus the sum over single samples, so the last term has
# $C_1 - C_2$. ∎
#
# This can be tried without any draw. Three samples of two signs have 64 matrices. Three fixed vectors in
# any order are exchangeable, too, but neither independent nor centred. Tasks are symbols; averages are
# exact:

# %%
ridge, metric = sp.Rational(7, 10), sp.diag(sp.Rational(3, 2), sp.Rational(1, 2))
first, second = sp.Matrix(sp.symbols("u_1:3")), sp.Matrix(sp.symbols("w_1:3"))
sigma2 = sp.Symbol("sigma^2")
task = [first, first, second]  # two samples and one
middle = (2 * first + second) / 3
signs = [sp.Matrix(2, 3, each) for each in itertools.product((1, -1), repeat=6)]
vectors = [sp.Matrix(each) for each in ((1, 0), (1, 2), (-1, 3))]
orders = [sp.Matrix.hstack(*each) for each in itertools.permutations(vectors)]


def mean(matrices):
    """Average equally likely matrices."""
    return sum(matrices[1:], matrices[0]) / len(matrices)


def left_and_right(data):
    """The error on the first task by definition, and by the theorem."""
    Q = [(X * X.T + ridge * sp.eye(2)).inv() for X in data]
    labels = [sp.Matrix([X[:, a].dot(w) for a, w in enumerate(task)]) for X in data]
    miss = [q * X * y - first for q, X, y in zip(Q, data, labels, strict=True)]
    noise = mean([metric * q * X * X.T * q for q, X in zip(Q, data, strict=True)])
    direct = mean([m.T * metric * m for m in miss])[0] + sigma2 * noise.trace()
    outer = [[X[:, a] * X[:, a].T for a in (0, 1)] for X in data]
    C1, C2 = (
        mean([o[0] * q * metric * q * o[a] for q, o in zip(Q, outer, strict=True)])
        for a in (0, 1)
    )
    bias = mean([q * metric * q for q in Q])
    delta, other = first - middle, second - middle
    terms = ridge**2 * middle.T * bias * middle + delta.T * metric * delta
    terms += 2 * ridge * delta.T * metric * mean(Q) * middle
    terms += 2 * delta.T * (C1 - C2) * delta + other.T * (C1 - C2) * other
    return direct, terms[0] + sigma2 * noise.trace()


exact = [left_and_right(data) for data in (signs, orders)]
what = "laws of the features for which the two sides differ"
size = "64 matrices of signs, 6 orders of three vectors, any two tasks"
evidence.record(
    "O.29",
    "enumeration",
    what,
    differing(*zip(*exact, strict=True)),
    "==",
    0,
    n=size,
)

# %% [markdown]
# **From spread to noise.** Whitened features are $G$ with $X = \Sigma^{1/2}G$. Let
# $u = \Sigma^{1/2}\delta$ have length 1, let $r = G^\top u$ hold what each sample is along it, and
# $M = X^\top Q\Sigma QX$, so that $a = \mathbb E\operatorname{tr}M$. By the theorem
# $v = \mathbb E\,[N\sum_a r_a^2M_{aa} - r^\top Mr]/(N-1)$. Two facts about Gaussian features:
#
# 1. Rotating the samples changes no probability, and turns $\sum_a r_a^2M_{aa}$ into its mean over a
#    sphere, $(|r|^2\operatorname{tr}M + 2r^\top Mr)/(N+2)$.
# 2. Integration by parts: $\mathbb E|r|^2\operatorname{tr}M = Na + h$, where
#    $h = \mathbb E\, r\cdot\nabla_r\operatorname{tr}M$ says how $a$ grows when the samples are stretched
#    along $u$.
#
# With $b = \mathbb E\, r^\top Mr$ this gives an identity, exact at every size. For $\Sigma = I$ it must
# be the spread factor of {doc}`training-length`, where $b$ and $h$ are means over directions,
# $\mathbb E\operatorname{Tr}\bar g^2/p$ and $(4\,\mathbb E\operatorname{Tr}\bar g \bar g' - 2a)/p$:

# %%
N_, p, a, b, h, sloped, squared = sp.symbols("N p a b h D Q", positive=True)
on_sphere = (N_ * a + h + 2 * b) / (N_ + 2)
spread = (N_ * on_sphere - b) / (N_ - 1)
identity = spread_excess(N_, a, b, h)
flat = {b: squared / p, h: (4 * sloped - 2 * a) / p}
longer = from_traces(N_, p, 0, squared, a, sloped).spread
what = "places where derivation, package and the theorem of training length differ"
size = "2 identities in 7 symbols"
evidence.record(
    "O.30",
    "derivation",
    what,
    differing([spread - a, (a + identity).subs(flat)], [identity, longer]),
    "==",
    0,
    n=size,
)

# %% [markdown]
# **The bound.** Since $\|QX\|^2 \le 1/(4\lambda)$ and $\mathbb E|r|^2 = N$, the number $b$ lies between 0
# and $\alpha/4$. Let $\Lambda = \Sigma^{1/2}Q\Sigma^{1/2}$, $W = G^\top \Lambda$ and $H = I - WG$, which lies between
# 0 and $I$. Differentiating gives $h = 2\,\mathbb E\, r^\top(HW\Lambda u - MWu)$, where $\|\Lambda\| \le \alpha/N$ and
# $\|M\| = \|W\|^2 \le \alpha/(4N)$. Hence
# $|h| \le 2\sqrt N\,\big(\frac12 + \frac18\big)(\alpha/N)^{3/2}$, and the identity turns into the bound.
# ∎
#
# **The equivalent, in outline.** With the two theorems above it is left to show, for one task, that three
# means are what {doc}`real-features` says, to $O(1/N)$:
#
# 1. Take one sample out of $Q$ and integrate over it. The step called heuristic there errs by $O(1/N)$ in
#    norm.
# 2. By Poincaré's inequality the variance of $\operatorname{tr}\Sigma Q$ is $O(1/N^2)$, that of single
#    entries of $\lambda Q$ is $O(1/N)$. So the mean of their product is the product of their means, to
#    $O(1/N)$.
# 3. The fixed point that defines $\kappa$ absorbs such an error, because the slope of its right side is
#    at most $\mathrm{df}_1/N$, and $\mathrm{df}_1/N = 1 - \lambda/(\kappa N)$ stays below 1.
# 4. $Q\Sigma Q$ and the noise factor are derivatives of what was treated. The first three steps hold for
#    complex arguments as well, and Cauchy's estimate carries the rate from a function to its derivative.
#
# The constants are not written out: this is an outline, and the rate below is measured.

# %% [markdown]
# ## Check
#
# **Data sets with labels** against moments of others without: three laws of the features, ridge on both
# sides of $p = N$.

# %% tags=["hide-input"]
counts = [(3, 2), (N // 4, N // 2 - N // 4)]
errors, predicted = ridge_draws.errors_and_moments(
    counts, mu, 0.25, trials, seed=seed
)
over, means = "data sets, 3 laws", predicted.mean(axis=0)
gaps = errors - predicted
evidence.agree("O.29", "simulation", gaps, 0.0, over=over, sizes=means)

# %% [markdown]
# **The identity**, direction by direction, for Gaussian features with three covariances and a few
# samples, where the difference is largest:

# %% tags=["hide-input"]
draws = 10 * trials
differences = ridge_draws.identity_gaps(mu, draws, seed=seed)
z = np.abs(z_scores(differences, 0.0, skewed=True))
critical = critical_z(z.size, evidence.level("O.30", "simulation"))
size = f"{z.size} directions × {draws:,} data sets"
evidence.record("O.30", "simulation", "largest |z|", z.max(), "<", critical, n=size)

# %% [markdown]
# **The bound** needs no draw for $\Sigma = I$, where the mean spectrum is known exactly. Which share of
# it is used?

# %% tags=["hide-input"]
grid = np.geomspace(0.01, 30, 25)
axes = {"xlabel": "ridge, as a share of $N$", "ylabel": "share of the bound"}
axes |= {"xscale": "log", "ylim": (-1, 1.05)}
fig, ax = panel("How much of the bound is used", **axes)
cases = {(1000, 1): "blue", (100, 100): "red", (100, 30): "orange"}
cases[30, 100] = "green"
used = [spread_bounds.used_exactly(*case, grid) for case in cases]
for (m, width), color, line in zip(cases, cases.values(), used, strict=True):
    label = f"$N = {m}$, $p = {width}$"
    ax.plot(grid, line, color=figures.COLORS[color], label=label)
ax.axhline(0, color=figures.INK, linewidth=1, linestyle=":")
ax.legend(loc="lower right")
figures.show(
    fig,
    name="similar-noise-sharp",
    caption=(
        f"$v - a$ as a share of the upper limit where it is positive, of the lower one (drawn downwards) where it is negative; exact, $\\Sigma = I$. The upper limit is reached, to {1 - np.max(used):.0%}, by many samples of one "
        f"feature: no smaller constant would do. Of the lower one {-np.min(used):.0%} are used, at the threshold with a small ridge; other covariances are not shown."
    ),
    alt="Four curves between minus and plus one over the ridge; the one for a single feature touches plus one, the one at the threshold falls to about minus 0.4.",
)

# %% tags=["hide-input"]
check, what = "bound, exact spectrum", "largest share of the bound that is used"
size = f"{np.size(used)} settings, exact"
evidence.record("O.30", check, what, float(np.max(np.abs(used))), "<=", 1, n=size)

# %% [markdown]
# With the covariances of the first figure, in every direction:

# %% tags=["hide-input"]
level = evidence.level("O.30", "bound, three covariances")
critical = critical_z(len(SPECTRA) * sizes.sum(), level)
drawn_used = spread_bounds.used_by_draws(found, mu, critical)
check, what = "bound, three covariances", "largest share of the bound that is used"
size = f"{len(found)} settings, every direction, p = N = {sizes[0]} to {sizes[-1]}"
evidence.record("O.30", check, what, drawn_used, "<=", 1, n=size)
say(most_used=np.max(used), least_used=-np.min(used), drawn_used=drawn_used.value)

# %% [markdown]
# For $\Sigma = I$ up to {glue:text}`most_used:.2f` of the upper limit and {glue:text}`least_used:.2f` of
# the lower one are used; here at most {glue:text}`drawn_used:.2f`: the bound is safe, and not sharp.

# %% [markdown]
# ## Look: the rate of the equivalent
#
# {prf:ref}`thm-similar-noise-equivalent` promises $1/N$, for the missed share $\mathbb E\lambda Q$, for
# its cost $\lambda^2\,\mathbb EQ\Sigma Q$ and for the noise factor. For $\Sigma = I$ all are exact. For
# two levels of variance they are drawn.

# %% tags=["hide-input"]
counts_, cells = np.array([30, 60, 120]), [(0.5, 0.1), (0.5, 1), (1, 0.1), (1, 1)]
cells += [(2, 0.1), (2, 1)]
gaps = ridge_draws.exact_sizes(counts_, cells)
slopes = log_slope(counts_, gaps[:, gaps[0] > 1e-3])
check = "identity covariance"
what = "distance of the rate in N from 1, at its largest"
size = f"{slopes.size} moments, N = {counts_[0]} to {counts_[-1]}, exact; errors below 0.1 % left out"
evidence.record("O.31", check, what, np.abs(slopes + 1).max(), "<", 0.1, n=size)

# %% tags=["hide-input"]
ratios, features = (0.5, 1.0, 2.0), (10, 20, 40, 80)
scaled = ridge_draws.two_level_gaps(ratios, features, trials, seed=seed)
critical = critical_z(36, evidence.level("O.31", "two levels of variance"))
off, error = np.swapaxes(list(scaled.values()), 0, 1)
reach = (np.abs(off) + critical * error).max() - np.abs(off).max()
check, what = "two levels of variance", "N times the largest relative error"
size = f"{off.size} moments, N = 5 to 160"
evidence.record(
    "O.31",
    check,
    what,
    Interval.around(float(np.abs(off).max()), float(reach)),
    "<",
    10,
    n=size,
)
rows = {"p/N, moment": [f"{r:g}, {kind}" for r in ratios for kind in MOMENTS]}
for m in features:
    rows[f"p = {m}"] = [
        f"{gap:.2f} ± {2 * error:.2f}".replace("-", "−")
        for r in ratios
        for gap, error in zip(*scaled[r, m], strict=True)
    ]
table(
    pd.DataFrame(rows),
    name="similar-noise-two-levels",
    caption="N times the relative error of the equivalent in the strong half of the directions: two levels of variance, ridge N/10, ± two standard errors. Equal numbers along a row are the rate 1/N.",
)

# %% [markdown]
# ## Break
#
# **No ridge at the threshold.** With $p = N$ and $\lambda = \mu N$ let $\mu$ fall. The fit feels the
# ridge $\kappa \approx \sqrt\mu$ of {doc}`real-features`, and the error of the equivalent grows to about
# $0.23/(N\kappa)$ and $0.45/(N\kappa)$: the parameter of the expansion is $1/\sqrt{\lambda N}$, and at
# the threshold the ridge must stay far above $1/N$. Our bound is worse there; it grows like $\mu^{-3/2}$.

# %% tags=["hide-input"]
falling = np.geomspace(1e-3, 3, 25)
title = "At the threshold the error is one over $N\\kappa$"
fig, ax = panel(title, "$1/\\kappa$", "$N$ × relative error")
for m, line in {32: ":", 128: "-"}.items():
    feels = [theory.effective_ridge(np.ones(m), m, each * m) for each in falling]
    gaps = m * np.array([exact_gaps(m, m, each) for each in falling])
    colors = ("blue", "red", "green")
    for kind, column, color in zip(MOMENTS, gaps.T, colors, strict=True):
        style = {"color": figures.COLORS[color], "label": f"{kind}, $N = {m}$"}
        ax.plot(1 / np.array(feels), column, line, **style)
for slope in (0.23, 0.45):
    ax.axline((0, 0), slope=slope, color=figures.INK, linewidth=1, alpha=0.5)
ax.legend(loc="upper left", fontsize=9)
figures.show(
    fig,
    name="similar-noise-threshold",
    caption=(
        "$N$ times the relative error of the equivalent at $p = N$, Σ = I, exact; thin: 0.23/κ and 0.45/κ. Missed share and cost grow with 1/κ until κ reaches 1/N, "
        "where they bend; the noise factor hardly errs. The error of the fit itself, with its tasks, is not shown."
    ),
    alt="Two bundles of curves rise along straight thin lines with one over kappa, dotted ones bending down first; a third stays near zero.",
)

# %% [markdown]
# **Features that are not Gaussian.** The exact formula stays, the bound does not: a sample's own fourth
# moments enter $C_1$. For $\Sigma = I$ and a large ridge $v/a$ tends to $1 + (1 + \text{kurt})/p$ along
# one feature, where kurt is its {term}`excess kurtosis <kurtosis, excess>`. Few features show it:

# %% tags=["hide-input"]
laws, draws = ("gaussian", "rademacher", "uniform", "student-12"), 5 * trials
worth = ridge_draws.worth_by_law(laws, draws, seed=seed).rename_axis("law")
worth.columns = ["excess kurtosis", "v/a drawn", "v/a, Gaussian"]
table(
    worth.map(lambda each: f"{each:.2f}".replace("-", "−")).reset_index(),
    name="similar-noise-laws",
    caption=f"Label noise that a unit of spread along one of three features is worth, 8 samples, ridge 8, {draws:,} data sets each.",
)

# %% [markdown]
# **A norm that grows.** For $s_k \propto 1/k$ with a mean near 1 the largest variance grows like $N$, and
# so does $\alpha$: the bound no longer falls. What it bounds stays small:

# %% tags=["hide-input"]
steepest = N / np.arange(1, N + 1) / 4
options = {"trials": max(100, 4 * trials // N), "seed": (seed, "norm")}
moments = simulate.ridge_moments(steepest, N, mu * N, **options)
limit = theory.spread_bound(steepest, N, mu * N)
say(its_noise=moments.noise.mean(), its_bound=limit.high)
say(power_law=np.abs(moments.excess.mean(axis=0)).max())

# %% [markdown]
# With {glue:text}`samples` samples $|v - a|$ is at most {glue:text}`power_law:.3f`, beside a noise factor
# of {glue:text}`its_noise:.2f`; the bound allows {glue:text}`its_bound:.2f`.
#
# **Tasks with inputs of their own.** If a task is known by its features, samples are not exchangeable,
# and what tasks differ by meets the bias. The three vectors of the enumeration, in one order only, so
# that each task has its own:

# %%
direct, formula = left_and_right(orders[:1])
numbers_ = dict(
    zip((*first, *second, sigma2), (1, 0, -1, 1, sp.Rational(1, 4)), strict=True)
)
own_inputs, as_if = (
    float(each.subs(numbers_)) for each in (sp.expand(direct), sp.expand(formula))
)
checks.require(
    differing([direct], [formula]) == 1, "the formula needs exchangeable samples"
)
say(own_inputs=own_inputs, as_if=as_if)

# %% [markdown]
# The error is {glue:text}`own_inputs:.2f`, the formula says {glue:text}`as_if:.2f`.
#
# ## Exercises
#
# ```{exercise} Paper A's factor
# :label: exercise-similar-noise-flat
#
# Let $\Sigma = I$, $\lambda \to 0$ and $p > N + 1$. Show with $b = N/p$ and $h = -2a/p$ that
# $v = (1 - 1/p)\,a$.
# ```
#
# ```{solution} exercise-similar-noise-flat
# :class: dropdown
#
# Since $a = N/(p-N-1)$, $b - a = -a(N+1)/p$. Then
# $v - a = -\frac ap \cdot \frac{(N-2)(N+1) + 2N}{(N-1)(N+2)}$, and the fraction is 1: the identity of
# {doc}`../multitask/many-tasks`.
# ```
#
# ```{exercise} Any fit that does not mind the order
# :label: exercise-similar-noise-any
#
# Let $\hat w = ZXy$, where the matrix $Z$ depends on $X$ but not on the order of samples. What becomes of
# {prf:ref}`thm-similar-noise-exact`?
# ```
#
# ```{solution} exercise-similar-noise-any
# :class: dropdown
#
# $\hat w - \bar w = (ZXX^\top - I)\bar w + ZX\eta$. The proof uses nothing else of $Q$: put
# $Z^\top\Sigma Z$ for $Q\Sigma Q$ in $C_1$, $C_2$ and $a$, and $I - ZXX^\top$ for $\lambda Q$. Gradient
# descent of any length is such a fit.
# ```
#
# ```{exercise} Two samples
# :label: exercise-similar-noise-two
#
# What does the identity say for $N = 2$, and what is the sign of $v - a$ there for $\Sigma = I$,
# $\lambda \to 0$?
# ```
#
# ```{solution} exercise-similar-noise-two
# :class: dropdown
#
# $v - a = h/2$. Stretching the samples shrinks $Q$; here $h = -2a/p$, so a unit of spread costs less than
# a unit of noise.
# ```

# %% [markdown]
# ## In one breath
#
# * For exchangeable samples of any law, the error of one ridge fit is that of the mean task and one more
#   term, exactly.
# * For Gaussian features of any covariance that term is label noise of variance $V$, up to a bound of
#   order $1/N$ that is reached on one side.
# * The deterministic equivalent errs by order $1/N$ (proof in outline), except at the threshold with next
#   to no ridge, where it is $1/\sqrt{\lambda N}$.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
