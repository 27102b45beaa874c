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
# # When do tasks help each other?
#
# Above the interpolation threshold another task helps only if its solution is a better guess than no guess:
# closer to yours than zero is. {glue:text}`tasks` tasks with {glue:text}`samples_each` clean samples each
# must share a cosine of at least **{glue:text}`cosine_wide:.2f`** to gain with $p = 10{,}000$ parameters, and
# of **{glue:text}`cosine_narrow:.2f`** with $p = 600$; below that, learning together is worse than learning
# alone.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per point [100 to 20000]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.page import number_axis, panel, say, signed
from manytasks.statistics import Interval, critical_z, noticed, z_scores
from manytasks.streams import stream
from manytasks.studies.linear import gaining_pairs
from manytasks.studies.linear.cosine_sign import low_products, sign_survey
from manytasks.studies.linear.frontier import (
    Crossing,
    crossings,
    frontier,
    side_scores,
)
from manytasks.studies.linear.gaining_pairs import parallel, predictive_power
from manytasks.studies.linear.transfer_curves import (
    along_cosines,
    along_norm_ratios,
)
from manytasks.studies.linear.transfer_draws import Setting, transfer_draws
from manytasks.symbolic import differing

parameters.check(In, globals())
C = figures.COLORS
T, n_each = 10, 50
wide, narrow = frontier(T, n_each, [10_000, 600], 0.0)
say(tasks=T, samples_each=n_each, cosine_wide=wide, cosine_narrow=narrow)

# %% [markdown]
# ## Setting
#
# The setting is that of {doc}`many-tasks`: task $i$ has optimal parameters $w_i^*$, $n_i$ samples with standard
# normal features, and label noise of variance $\sigma^2$; one model is fitted to all $N = \sum_i n_i$ samples, and
# $\Gamma_{ij} = \langle w_i^*, w_j^* \rangle$. Now we also fit each task alone. The **knowledge transfer** of task
# $i$ is what it gains in company,
#
# $$ \begin{aligned} K_i = {} & \mathbb E L_i(\text{fitted alone}) \\ & - \mathbb E L_i(\text{fitted with all others}), \end{aligned} $$
#
# and $K = \frac1T \sum_i K_i$. Where it is negative, one speaks of negative transfer {cite}`caruana1997`;
# limits for two tasks are in {cite:t}`yang2025` and, for interpolators, in {cite:t}`song2024`; what a linear
# model gains from parameters of another, at every size, is in {cite:t}`dar2020`.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Knowledge transfer (Paper A; claim A.T2)
# :label: thm-transfer-terms
#
# Let $p > N + 1$ and the features be independent standard normal. Then $K = K_1 + K_2 + K_3$ with
#
# $$
# \begin{aligned}
# K_1 &= \sum_{i < j} \frac2p \Big[\frac{n_i + n_j}{T} + \frac{n_i n_j}{p - N - 1}\Big] \langle w_i^*, w_j^* \rangle, \\
# K_2 &= -\sum_j \frac{n_j}p \Big[\frac{T - 1}{T} + \frac{N - n_j}{p - N - 1}\Big] \|w_j^*\|^2, \\
# K_3 &= -\frac{\sigma^2}{T} \sum_i \Big[\frac{N}{p - N - 1} - \frac{n_i}{p - n_i - 1}\Big].
# \end{aligned}
# $$
# ```
#
# ```{prf:theorem} Signs above the threshold (ours; claims A.M2, A.K3)
# :label: thm-transfer-signs
#
# Let $T \ge 2$, $p > N + 1$ and every $n_i \ge 1$.
#
# 1. $K_2 < 0$ unless all $w_j^*$ are zero, and $K_3 < 0$ unless $\sigma = 0$. Only $K_1$ can make $K$ positive.
# 2. Every coefficient of $K_1$ is positive. So $K_1$ has the sign of the cosine if there are two tasks, or if all
#    pairs have cosines of one sign, whatever the norms and sample counts.
# 3. With equal norms and equal sample counts $K_1$ has the sign of the *mean* pairwise cosine.
# 4. With cosines of both signs, and unequal norms or unequal counts, $K_1$ and the mean cosine may have opposite
#    signs.
# ```
#
# ```{prf:theorem} Who gains (ours)
# :label: thm-transfer-who
#
# With the spread $V$ of the tasks (see {doc}`many-tasks`) and $p > N + 1$,
#
# $$
# \begin{aligned}
# K_i = {} & \sum_{j \ne i} \frac{n_j}{p} \big(\|w_i^*\|^2 - \|w_i^* - w_j^*\|^2\big) \\
# & - \frac{N^2 V}{p(p-N-1)} - \sigma^2 \Big[\frac{N}{p-N-1} - \frac{n_i}{p-n_i-1}\Big].
# \end{aligned}
# $$
#
# The last two terms are never positive. So task $i$ gains only if some $w_j^*$ is closer to $w_i^*$ than $0$ is.
# ```

# %% [markdown]
# ## Derive
#
# **Step 1: subtract the two error formulas.** Fitted alone, task $i$ costs
# $(1 - n_i/p)\|w_i^*\|^2 + n_i \sigma^2 / (p - n_i - 1)$; this is the theorem of {doc}`many-tasks` for one task.
# Three tasks show every kind of term.

# %%
p, sigma2 = sp.symbols("p sigma^2", positive=True)
counts = sp.symbols("n_1:4", positive=True)
pooled, three = sum(counts), range(3)
gram = sp.Matrix(
    3, 3, lambda i, j: sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}")
)
distance2 = [
    [gram[i, i] + gram[j, j] - 2 * gram[i, j] for j in three] for i in three
]
pairs = sum(counts[j] * counts[k] * distance2[j][k] for j in three for k in three)

gain = []
for i, n_i in enumerate(counts):
    alone = (1 - n_i / p) * gram[i, i] + n_i * sigma2 / (p - n_i - 1)
    together = (1 - pooled / p) * gram[i, i]
    together += sum(counts[j] * distance2[i][j] for j in three) / p
    together += pairs / (2 * p * (p - pooled - 1))
    together += pooled * sigma2 / (p - pooled - 1)
    gain.append(alone - together)
mean_gain = sp.expand(sum(gain) / 3)

# %% [markdown]
# **Step 2: sort by what multiplies what.** The difference is linear in the entries of $\Gamma$ and in $\sigma^2$, so
# the coefficient of each is unambiguous. Factored, they are those of {prf:ref}`thm-transfer-terms`.

# %%
couples = [(0, 1), (0, 2), (1, 2)]
pair_coefficient = {(j, k): mean_gain.coeff(gram[j, k]) for j, k in couples}
norm_coefficient = [mean_gain.coeff(gram[j, j]) for j in three]
sp.factor(pair_coefficient[0, 1])

# %%
free = p - pooled - 1
K1_claimed = {
    (j, k): 2 / p * ((counts[j] + counts[k]) / 3 + counts[j] * counts[k] / free)
    for j, k in couples
}
K2_claimed = [-a / p * (sp.Rational(2, 3) + (pooled - a) / free) for a in counts]
K3_claimed = -sigma2 / 3 * sum(pooled / free - a / (p - a - 1) for a in counts)
found = [*pair_coefficient.values(), *norm_coefficient]
different = differing(found, [*K1_claimed.values(), *K2_claimed])
checks.require(different == 0, "the coefficients are those of the theorem")

# %% [markdown]
# **Step 3: it is the package.** The three terms must equal those of `theory.transfer_terms`.

# %%
symbols = Tasks(gram.tolist())
terms = theory.transfer_terms(symbols, counts, p, sigma2, regime="over")
claimed = [
    sum(K1_claimed[pair] * gram[pair] for pair in couples),
    sum(K2_claimed[j] * gram[j, j] for j in three),
    K3_claimed,
]
wrong = differing([*terms.values(), mean_gain], [*claimed, sum(claimed)])
what = "terms on which derivation, theorem and package differ"
size = "3 tasks, symbolic counts and Gram matrix"
evidence.record("A.T2", "derivation", what, wrong, "==", 0, n=size)

# %% [markdown]
# **Step 4: the signs.**
#
# ```{prf:proof}
# *Part 1.* In $K_2$ every bracket is positive. In $K_3$ the function $x \mapsto x/(p-x-1)$ increases on $[0, p-1)$ and
# $N > n_i$. *Part 2.* In $K_1$ every bracket is positive. *Part 3.* With $n_i = n$ the bracket is the same for all
# pairs, and with equal norms $\langle w_i^*, w_j^* \rangle$ is proportional to the cosine.
# *Part 4.* Take $w_1^*, w_2^*$ at 120° and $w_3^*$ between them, 60° from both: the cosines are
# $-\frac12, \frac12, \frac12$ and their mean is $\frac16$. With equal counts and norms $2, 2, \frac12$ the sum of
# the inner products is $-2 + \frac12 + \frac12 = -1$. With equal norms and counts $40, 40, 4$ and $p = 100$ the
# bracket of the opposed pair is largest. Both make $K_1 < 0$; we compute them next.
# ```

# %%
directions = np.array([[np.sqrt(3) / 2, 0.5], [-np.sqrt(3) / 2, 0.5], [0.0, 1.0]])
uneven = Tasks.from_vectors(directions * [[2.0], [2.0], [0.5]])
by_norm = theory.transfer_terms(uneven, 20, 100, 0.0)["K1"]
even = Tasks.from_vectors(directions)
by_count = theory.transfer_terms(even, [40, 40, 4], 100, 0.0)["K1"]
check = "sign of K1 outside the conditions"
size = "unequal norms; unequal counts; exact"
what = "larger K1 of two sets of tasks whose mean cosine is +1/6"
evidence.record("A.M2", check, what, max(by_norm, by_count), "<", 0, n=size)
say(K1_by_norms=signed(by_norm), K1_by_counts=signed(by_count))

# %% [markdown]
# Mean cosine $+1/6$ in both cases. Unequal norms: $K_1$ is {glue:text}`K1_by_norms`. Unequal counts: $K_1$ is
# {glue:text}`K1_by_counts`.

# %% [markdown]
# **Step 5: task by task.** {prf:ref}`thm-transfer-who` regroups the same difference. Note
# $\|w_i^*\|^2 - \|w_i^*-w_j^*\|^2 = 2\Gamma_{ij} - \|w_j^*\|^2$: task $i$ prefers a $w_j^*$ that points its way and is
# not too long.

# %%
weights = sp.Matrix([count / pooled for count in counts])
spread = sum(weights[j] * (gram[j, j] - (gram * weights)[j]) for j in three)
who = [
    sum(counts[j] / p * (gram[i, i] - distance2[i][j]) for j in three if j != i)
    - pooled**2 * spread / (p * (p - pooled - 1))
    - sigma2 * (pooled / (p - pooled - 1) - counts[i] / (p - counts[i] - 1))
    for i in three
]
package = theory.knowledge_transfer(symbols, counts, p, sigma2, regime="over")
different = differing(gain + gain, who + list(package))
checks.require(different == 0, "the regrouped difference is the package's")

# %% [markdown]
# **Step 6: the frontier.** Let all norms be $r$, all counts $n$, all cosines $\rho$. Then $K > 0$ exactly if
# $\rho > \rho^*$ with
#
# $$
# \rho^* = \frac{p - 1}{2p - N - 2} \Big[1 + \frac{\sigma^2}{r^2}\, \frac{p}{p - n - 1}\Big].
# $$ (eq-transfer-frontier)
#
# The fraction is 1 at $p = N + 1$ and falls to $\frac12$. Hence, above the threshold: a cosine of $\frac12$ or less
# never suffices; clean labels leave room for a gain at every $p$; and if $\sigma^2 \ge r^2$, not even equal tasks
# gain, because $\rho^* < 1$ requires $\sigma^2/r^2 < (p-N-1)(p-n-1)/\big(p(p-1)\big) < 1$.

# %%
n_, cosine, r2 = sp.symbols("n rho r^2", positive=True)
equiangular = Tasks([[r2 if i == j else r2 * cosine for j in three] for i in three])
K_equal = theory.knowledge_transfer(equiangular, n_, p, sigma2, regime="over")[0]
rho_star = (p - 1) / (2 * p - 3 * n_ - 2) * (1 + sigma2 / r2 * p / (p - n_ - 1))
limit_noise = (p - 3 * n_ - 1) * (p - n_ - 1) / (p * (p - 1)) * r2
ends = [K_equal.subs(cosine, rho_star), rho_star.subs(sigma2, limit_noise)]
words = "K is zero at the frontier, which is 1 at the limit of the noise"
checks.require(differing(ends, [0, 1]) == 0, words)
many = np.arange(2, 20)
law = (13 * many - 1) / (19 * many - 2) * (1 + 0.3 * 13 * many / (13 * many - 8))
package = [frontier(tasks, 7, 13 * tasks, 0.3) for tasks in many]
checks.close("the frontier for other numbers of tasks", package, law)

# %% [markdown]
# Two signs are exact. Put $p = N + 1 + x$: if numerator and denominator are sums of positive terms, the whole
# is positive for every $x > 0$. This holds for every coefficient of $K_1$, and for the slope of $K$ in the
# cosine.

# %%
beyond = sp.Symbol("x", positive=True)


def not_positive(expressions, threshold):
    """Count those that are not a ratio of sums of positive terms beyond p = threshold."""
    ratios = [sp.cancel(e.subs(p, threshold + beyond)) for e in expressions]
    parts = [part for ratio in ratios for part in sp.fraction(sp.together(ratio))]
    return sum(bool(min(sp.Poly(e, *e.free_symbols).coeffs()) <= 0) for e in parts)


wrong = not_positive(pair_coefficient.values(), pooled + 1)
what = (
    "coefficients of inner products that are not ratios of sums of positive terms"
)
size = "3 tasks, symbolic counts, all p > N + 1"
evidence.record("A.K3", "coefficients of K1", what, wrong, "==", 0, n=size)
wrong = not_positive([sp.diff(K_equal, cosine)], 3 * n_ + 1)
what = "slopes of K in the cosine that are not ratios of sums of positive terms"
size = "3 tasks, symbolic counts and norm, all p > N + 1"
evidence.record("A.E2", "slope in the cosine", what, wrong, "==", 0, n=size)

# %% [markdown]
# ## Check
#
# Both fits of each simulated trial see the same data, drawn in full and fitted; nothing of the theory is used. Two
# sets of three tasks, one with equal norms and counts, one without, on both sides of $N$ and of each $n_i$.

# %% tags=["hide-input"]
n, widths = 20, np.array([4, 6, 40, 84, 140, 280])  # 12 or more from N and any n_i
N = 3 * n
unequal = Tasks.from_vectors([[1.5, 0.0, 0.0], [0.6, 0.8, 0.0], [0.3, 0.2, 0.4]])
settings = {
    "equal": Setting(Tasks.equiangular(3, 0.7), n, 0.25),
    "unequal": Setting(unequal, [18, 20, 22], 0.25),
}
found = transfer_draws(settings, widths, trials, seed)
z = np.abs(z_scores(found.drawn, found.expected, skewed=True))
alpha = evidence.level("A.T2", "simulation")
critical = critical_z(z.size, alpha, draws=trials)
notices = noticed(found.drawn, found.sizes, critical)
size = f"{z.size} transfers and terms × {trials} data sets"
seen = f"a difference of {notices:.0%} of the pooled error, or of the term"
check = "simulation"
evidence.record(
    "A.T2", check, "largest |z|", z.max(), "<", critical, n=size, detects=seen
)
say(largest_allowed=critical, error_rate=f"{alpha:.0e}", noticed_share=notices)

# %% [markdown]
# A correct theory exceeds {glue:text}`largest_allowed:.2f` anywhere with probability {glue:text}`error_rate`
# at most. In every cell the test notices a difference of {glue:text}`noticed_share:.0%` of the pooled error,
# or of the term.
#
# Now vary the similarity alone: Paper A's second experiment. Every point is a mean of paired differences.

# %% tags=["hide-input"]
cosines = np.array([-0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0])
noise_var, shown = 0.1, {6: "green", 84: "red", 280: "blue"}
options = {"trials": trials, "seed": (seed, "cosines")}
line, drawn = along_cosines(cosines, 3, n, list(shown), noise_var, **options)
axes = {"xlabel": "cosine of every two tasks", "ylabel": "knowledge transfer $K$"}
fig, ax = panel(f"Three tasks, {n} samples each", **axes)
for row, (width, color) in enumerate(shown.items()):
    ax.plot(cosines[[0, -1]], line[row, [0, -1]], color=C[color])
    figures.band(ax, cosines, drawn[:, row], color=C[color], label=f"$p = {width}$")
ax.axhline(0, color=figures.INK, linewidth=0.8)
figures.name_lines(ax)
figures.show(
    fig,
    name="transfer-against-cosine",
    caption=(
        f"Transfer rises in a straight line with the cosine, on both sides of the threshold ($N = {N}$, "
        f"$\\sigma^2 = {noise_var:g}$). Lines: theory. Points: means of {trials:,} paired data sets with 95 % intervals. "
        "The figure does not show the spread over single data sets."
    ),
    alt="Transfer against cosine for three widths: straight rising lines through the simulated points, crossing 0.",
)

# %%
rises = np.diff(drawn, axis=-1)
least = z_scores(rises, 0, skewed=True).min()
level = evidence.level("A.E2", "linear model")
least = Interval.around(least, critical_z(rises[0].size, level, draws=trials))
what = "smallest rise of K from one cosine to the next, in standard errors"
size = f"{len(shown)} widths × {len(cosines)} cosines × {trials} data sets"
evidence.record("A.E2", "linear model", what, least, ">", 0, n=size)

# %% [markdown]
# ### Does the sign of K₁ follow the pairwise cosine?
#
# That is Mechanism 2 of Paper A. {prf:ref}`thm-transfer-signs` says when it does. We try the three cases with random
# tasks: pairs with any norms and counts; any number of tasks that all agree in sign; mixed signs with equal norms and
# counts. Then we leave the conditions.

# %% tags=["hide-input"]
rng, sets = stream(seed, "random tasks"), 300
survey = sign_survey(rng, sets)
words = "two tasks, or all cosines of one sign, or equal norms and sample counts"
signs_agree = evidence.tested(survey, "met", lambda rows: rows.wrong.max(), words)
check = "sign of K1 against the mean cosine"
what = "share of task sets where the signs differ, conditions met"
size = f"{sets} random task sets in each of {survey.met.sum()} cases"
evidence.record(
    "A.M2", check, what, signs_agree.inside, "<=", 0, n=size, when=signs_agree
)
told = zip(survey.case, survey.wrong, strict=True)
say(signs_differ=", ".join(f"{case} {share:.0%}" for case, share in told))

# %% [markdown]
# Share of sets of four tasks where $K_1$ and the mean cosine differ in sign: {glue:text}`signs_differ`.

# %% [markdown]
# The summary of Paper A also says that $K_1$ is negative for tasks with a *low* inner product. It is not: $K_1$ is
# positive for every positive inner product, however small. What is negative there is $K$, because $K_2$ asks for
# more. Two tasks with a cosine of 0.2, and of −0.2:

# %%
products = low_products(rng, n)
LOW = "low means below zero, with two tasks or cosines of one sign"
what = "largest K1 of tasks with low inner products"
low_is_negative = evidence.tested(
    products, "largest < 0", lambda rows: rows.K1.max(), LOW
)
check = "negative and small positive inner products"
size = f"{(products.largest < 0).sum()} sets of tasks below zero; beyond, pairs at most 0.3 above it and a set of both signs; exact"
evidence.record(
    "A.K3",
    check,
    what,
    low_is_negative.inside,
    "<",
    0,
    n=size,
    when=low_is_negative,
)

# %%
low = {}
for c in (0.2, -0.2):
    options = {"trials": trials, "seed": (seed, "low", str(c))}
    pair = Tasks.equiangular(2, c)
    parts = simulate.transfer_terms(pair, n, 4 * n, 0.0, **options)
    both = np.stack([parts["K1"], sum(parts.values())], axis=1)
    low[c] = z_scores(both, 0, skewed=True)
critical = critical_z(
    2, evidence.level("A.K3", "small inner products"), draws=trials
)
what = "smallest distance of K1 from 0 on the side of the inner product, in standard errors"
check = "small inner products"
size = f"cosines 0.2 and -0.2, 2 tasks × {trials} data sets"
evidence.record(
    "A.K3",
    check,
    what,
    Interval.around(min(low[0.2][0], -low[-0.2][0]), critical),
    ">",
    0,
    n=size,
    when=evidence.Assumed(LOW),
)
(at, whole), (opposed, _) = ([signed(z, ".0f") for z in low[c]] for c in low)
say(K1_at_low=at, K_at_low=whole, K1_opposed=opposed)

# %% [markdown]
# In standard errors from zero: at cosine 0.2, $K_1$ {glue:text}`K1_at_low` and $K$ {glue:text}`K_at_low`; at
# cosine −0.2, $K_1$ {glue:text}`K1_opposed`.

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore`.
#
# ### The frontier between gain and loss
#
# $K$ is a straight line in the cosine, so the frontier $K = 0$ is one cosine for every $p$ and $\sigma$. Above the
# threshold it is {eq}`eq-transfer-frontier`; below, it follows from {doc}`below-threshold`.

# %% tags=["hide-input"]
N_pooled = T * n_each
p_grid = np.unique(np.geomspace(10, 30_000, 1500).round().astype(int))
p_grid = p_grid[(np.abs(p_grid - N_pooled) > 1) & (np.abs(p_grid - n_each) > 1)]
over, under = p_grid > N_pooled, p_grid < n_each
by_p = {s: frontier(T, n_each, p_grid, s**2) for s in (0.0, 0.3, 0.7)}
sigmas, shown_p = np.linspace(0, 1.1, 200), [20, 200, 600, 1000, 30_000]
by_sigma = np.array([frontier(T, n_each, shown_p, s**2) for s in sigmas])
frame = {"ylim": (-1 / (T - 1), 1.02), "ylabel": "cosine"}
frame["title"] = "$K = 0$: gain above each line"

# %% tags=["hide-input", "lead"]
fig_p, ax = panel(xlabel="parameters $p$", xscale="log", **frame)
inks = ("blue", "orange", "red")
for (sigma, line), color in zip(by_p.items(), inks, strict=True):
    for part in (under, ~(under | over), over):
        ax.plot(p_grid[part], line[part], color=C[color])
    ax.plot([], [], color=C[color], label=f"σ = {sigma:g}")
shade = {"color": C["grey"], "alpha": 0.25, "linewidth": 0}
ax.fill_between(p_grid, -1 / (T - 1), by_p[0.0], where=over, **shade)
for at, label in ((n_each, "$p = n$"), (N_pooled, "$p = N$")):
    ax.axvline(at, color=figures.INK, alpha=0.5, linestyle="--", linewidth=1)
    ax.annotate(label, (at, 0), xytext=(4, -6), textcoords="offset points")
ax.legend(loc="lower right")
fig_s, ax = panel(xlabel="label noise σ", **frame)
inks = ("green", "purple", "red", "orange", "blue")
for width, line, color in zip(shown_p, by_sigma.T, inks, strict=True):
    seen = line <= 1.02
    ax.plot(sigmas[seen], line[seen], color=C[color], label=f"$p = {width:,}$")
ax.legend(loc="lower left")
figures.show(
    [fig_p, fig_s],
    name="transfer-frontier",
    caption=(
        f"The frontier between gain (above a line) and loss (below it) for $T = {T}$ equiangular tasks of norm 1 with "
        f"$n = {n_each}$. (a) just above $p = N$ hardly any similarity suffices; wide models need a cosine of ½, more "
        "with noise (grey: loss even with clean labels). (b) above $N$ noise works against company; for $p < n$ it "
        "works for it, because there averaging is all that company does. A line that leaves the frame at the top means "
        "that not even equal tasks gain; at the bottom, that all gain. The lines are exact; they say nothing of how much "
        "is gained."
    ),
    alt=(
        "Two panels of frontier lines: cosine against p with poles at n and N, levelling off near one half; cosine "
        "against sigma, rising for widths above N, falling for p = 20."
    ),
)

# %% [markdown]
# Three regimes, three reasons:
#
# * $p > N$: company shows the model more directions, and fills them with noise. Only a $w_j^*$ nearer than zero pays.
# * $n < p < N$: the task alone does not see all directions, the pooled fit does. Moderately different tasks gain here;
#   near $p = n$, where noise makes the lonely fit peak, all do. Near $p = N$ it is the pooled fit that peaks.
# * $p < n$: the lonely fit is unbiased, so company can only average noise away. With clean labels it always hurts.
#
# The cosine tells who gains only among tasks of equal norm. With exact $K$ we go as near as 0.02 to the
# frontier on either side, and let norms differ: then tasks beyond the frontier may lose.

# %% tags=["hide-input"]
settings = [(3 * n, 0.0), (8 * n, 0.0), (8 * n, 0.1)]
guessed = gaining_pairs.misread_gains(
    n, settings, (0.0, 0.2, 0.5, 1.0), (seed, "who gains")
)
GAIN = (
    "p > N + 1, and gain or loss is read among tasks of equal norms and counts, with similar meaning a cosine above "
    "ρ* > 1/2 (no cosine is, if σ² is so large that ρ* > 1)"
)
by_cosine = evidence.tested(
    guessed, "norm_spread == 0", lambda rows: rows.wrong.max(), GAIN
)
check = "gain and loss by the cosine alone"
what = "largest share of pairs that gain below ρ* or lose above it"
size = f"3 settings × 400 pairs, half of them 0.02 beside ρ*; {len(guessed) - 3} settings of unequal norms; exact"
evidence.record(
    "A.M2", check, what, by_cosine.inside, "<=", 0, n=size, when=by_cosine
)
means = guessed.groupby("norm_spread").wrong.mean().items()
told = [f"{share:.0%} at a norm spread of {spread:g}" for spread, share in means]
say(misread=", ".join(told))

# %% [markdown]
# Share of pairs for which the cosine alone tells wrongly who gains: {glue:text}`misread` (s.d. of the logarithm).

# %% [markdown]
# Now by draws: 0.15 on either side of the frontier at four points, and equal tasks with $\sigma^2 = r^2$, where
# no cosine is left.

# %% tags=["hide-input"]
cells = [Crossing(1.0, width, 1.0, -1) for width in (140, 280)]
points = [(width, noise_var) for width in (140, 280) for noise_var in (0.0, 0.1)]
cells += crossings(3, n, points, gap=0.15)
sides = side_scores(3, n, cells, trials, (seed, "crossing"))
losses = [z for z, cell in zip(sides, cells, strict=True) if cell.side < 0]
check = "gain and loss across the frontier"
critical = critical_z(len(sides), evidence.level("A.M2", check), draws=trials)
what = "smallest distance of K from 0 on the predicted side, in standard errors"
size = f"{len(sides)} settings with p > N + 1 × {trials} data sets"
least, when = Interval.around(min(sides), critical), evidence.Assumed(GAIN)
evidence.record("A.M2", check, what, least, ">", 0, n=size, when=when)
check = "negative transfer below the frontier"
critical = critical_z(len(losses), evidence.level("A.B2", check), draws=trials)
least = Interval.around(min(losses), critical)
what = "smallest distance of K below 0, in standard errors"
size = f"{len(losses)} settings × {trials} data sets"
evidence.record("A.B2", check, what, least, ">", 0, n=size)

# %% [markdown]
# ### One may gain while another loses
#
# $K$ is a mean. {prf:ref}`thm-transfer-who` shows what it hides: a short $w_1^*$ and a long $w_2^*$ in the same
# direction. The long one is nearer to the short one than to zero once $\|w_2^*\| > \frac12\|w_1^*\|$; the reverse
# needs $\|w_1^*\| > \frac12\|w_2^*\|$. For parallel tasks with clean labels the interval where both
# gain tends to $\frac12 < \|w_2^*\|/\|w_1^*\| < 2$ as $p$ grows.

# %% tags=["hide-input"]
n_pair, p_pair = 16, 224
ratios, marks = np.geomspace(0.25, 4, 101), np.array([0.25, 0.5, 1.0, 2.0, 4.0])
setting = ratios, marks, n_pair, p_pair
exact, drawn = along_norm_ratios(*setting, trials=trials, seed=seed)
ratio = r"norm ratio $\|w_2^*\| / \|w_1^*\|$"
fig, ax = panel("Cosine 1", ratio, "transfer $K_i$")
for task, color in enumerate(("blue", "orange")):
    ax.plot(ratios, exact[task], color=C[color])
    label = f"task {task + 1}"
    figures.band(ax, marks, drawn[:, task], color=C[color], label=label)
style = {"color": figures.INK, "linestyle": "--", "linewidth": 1}
ax.plot(ratios, exact.mean(axis=0), label="mean", **style)
ax.axhline(0, color=figures.INK, linewidth=0.8)
number_axis(ax, marks)
figures.name_lines(ax)
figures.show(
    fig,
    name="transfer-by-task",
    caption=(
        f"Two parallel tasks with clean labels ($n = {n_pair}$ each, $p = {p_pair}$): whatever the ratio of the norms, the "
        "cosine is 1 and $K_1$ is the same. Both gain if the norms are alike; otherwise the longer gains, the shorter "
        f"loses, and at a ratio of 4 even the mean is negative. Points: means of {trials:,} data sets with 95 % intervals."
    ),
    alt="Transfer of two tasks against their norm ratio: both positive near ratio 1, opposite signs away from it.",
)

# %% [markdown]
# ## Break
#
# ### Similarity measured another way
#
# Is it the distance or the cosine that decides? For tasks of one norm $r$ the question is void:
# $d_{ij} = 2r^2(1 - \cos)$. For unequal norms we rank random pairs by each measure. How well does the ranking
# separate pairs that gain from pairs that lose? The area under the ROC curve says so: 1 for a perfect measure, ½ for a
# useless one. And how well does it order the pairs by their gain? That is Kendall's rank correlation.
# Two measures come from our theorems. For two tasks with equal counts and clean labels {prf:ref}`thm-transfer-terms`
# gives
#
# $$
# \begin{aligned} K > 0 \iff {} & \frac{2\langle w_1^*, w_2^* \rangle}{\|w_1^*\|^2 + \|w_2^*\|^2} \\
#   & = 1 - \frac{d_{12}}{\|w_1^*\|^2 + \|w_2^*\|^2} > \frac{p-1}{2p-N-2}, \end{aligned}
# $$
#
# the **relative distance**: distance compared with length. And {prf:ref}`thm-transfer-who` suggests the **margin**
# $\frac12(\|w_1^*\|^2 + \|w_2^*\|^2) - d_{12}$: how much closer the other is than zero.

# %% tags=["hide-input"]
blocks, per_block, n_two, p_two = 10, 400, 50, 1000
spreads = [0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
found = predictive_power(n_two, p_two, spreads, blocks, per_block, (seed, "pairs"))
inks = {"relative distance": "green", "margin": "purple", "cosine": "blue"}
inks |= {"distance": "red", "inner product": "orange"}
panels = {
    "area": ("Who gains?", "area under the ROC curve"),
    "tau": ("Who gains more?", "Kendall's rank correlation"),
}
figs, norms = [], "spread of the norms (s.d. of their logarithm)"
for column, (title, label) in panels.items():
    fig, ax = panel(title, norms, label)
    for measure, color in inks.items():
        rows = found[found.measure == measure]
        scores = rows.pivot(index="block", columns="norm_spread", values=column)
        ax.plot(spreads, scores.mean(), color=C[color])
        figures.band(ax, spreads, scores.to_numpy(), color=C[color], label=measure)
    figs.append(fig)
figs[0].axes[0].legend(loc="lower left")
widest = found[found.norm_spread == 1].groupby("measure")[["area", "tau"]].mean()
at_one = "; ".join(
    f"{measure} {widest.area[measure]:.2f}, {widest.tau[measure]:.2f}"
    for measure in inks
)
say(at_spread_one=at_one)
figures.show(
    figs,
    name="transfer-measures",
    caption=(
        f"How well five measures of similarity predict the exact $K$ of random pairs of tasks (cosine uniform, log-normal "
        f"norms, $n = {n_two}$, $p = {p_two:,}$, clean labels). Means over {blocks} blocks of {per_block} pairs with 95 % "
        "intervals. With one norm all agree. As norms spread, the relative distance keeps the sign. Other "
        "distributions of norms give other curves."
    ),
    alt=f"Two panels against norm spread; all start at 1. Area and rank correlation at spread 1: {at_one}.",
)

# %% [markdown]
# Area under the curve, and Kendall's τ, at spread 1: {glue:text}`at_spread_one`.

# %% tags=["hide-input"]
worst = found.assign(score=found[["area", "tau"]].min(axis=1))
words = "all tasks have one norm; otherwise neither alone fixes the transfer"
norms_alike = evidence.tested(
    worst, "norm_spread == 0", lambda rows: rows.score.min(), words
)
check = "distance and inner product as measures of similarity"
what = "smallest AUC or rank correlation with K of any measure, equal norms"
size = f"{blocks * per_block} random pairs at each of {len(spreads)} spreads of the norms"
evidence.record(
    "A.S2", check, what, norms_alike.inside, ">", 1 - 1e-9, n=size, when=norms_alike
)


# %%
def mean_gain_of(tasks):
    """Mean transfer of a pair with 50 clean samples each, 1000 parameters."""
    return theory.knowledge_transfer(tasks, 50, 1000, 0.0).mean()


short_opposed = Tasks.from_vectors([[0.1, 0.0], [-0.1, 0.0]])
long_similar = Tasks.from_vectors([[1.0, 0.1], [1.0, -0.1]])
same_distance = [mean_gain_of(pair) for pair in (short_opposed, long_similar)]
same_cosine = [mean_gain_of(parallel(ratio)) for ratio in (1.0, 4.0)]
plain = [np.prod(same_distance), np.prod(same_cosine)]
check = "one distance, one inner product, unequal norms"
size = "exact, n = 50, p = 1000"
what = "larger product of the transfers of two pairs with the same distance, or inner product"
evidence.record("A.S2", check, what, max(plain), "<", 0, n=size)
what = "K of parallel tasks with norms 1/2 and 2, clean labels"
check = "cosine 1, unequal norms"
evidence.record("A.B2", check, what, same_cosine[1], "<", 0, n=size)

# %% tags=["hide-input"]
# Pairs of one relative distance, with norms of two sizes.
shares = (-0.5, 0.2, 0.5, 0.55, 0.8)
one_measure = gaining_pairs.similar_otherwise(
    shares, ((0.1, 0.1), (1.0, 1.5)), 50, 1000
)
products = pd.DataFrame({"product": [*plain, *one_measure]})
products["measure"] = ["plain"] * len(plain) + ["relative"] * len(shares)
words = "similarity is read from Euclidean distance, too: only the distance relative to the norms fixes the sign"
no_safeguard = evidence.tested(
    products, "measure == 'plain'", lambda rows: rows["product"].max(), words
)
check = "one Euclidean distance, one cosine: both signs"
what = "larger product of the transfers of two pairs with one Euclidean distance, or one cosine"
size = f"exact, n = 50, p = 1000; beyond, {len(shares)} relative distances"
evidence.record(
    "A.B2", check, what, no_safeguard.inside, "<", 0, n=size, when=no_safeguard
)
equal = Tasks.equiangular(T, 1.0)
noise_alone = theory.knowledge_transfer(equal, n_each, 2 * T * n_each, 1.0).mean()
what = "knowledge transfer of equal tasks with σ² = ‖w*‖², p = 2N"
check, size = "equal tasks, noisy labels", f"exact, T = {T}, n = {n_each}"
evidence.record("A.K11", check, what, noise_alone, ">=", 0, n=size)
equal_K, unequal_K = (signed(K, ".3f") for K in same_cosine)
short_K, long_K = (signed(K, ".4f") for K in same_distance)
say(lost=-noise_alone, K_equal_norms=equal_K, K_unequal_norms=unequal_K)
say(K_short=short_K, K_long=long_K)

# %% [markdown]
# As a sign read backwards, negative transfer proves nothing: {glue:text}`tasks` *equal* tasks lose
# {glue:text}`lost:.2f` where the noise variance equals the squared norm (A.K11).
#
# Same cosine 1: $K$ is {glue:text}`K_equal_norms` with equal norms, {glue:text}`K_unequal_norms` with norms ½
# and 2. Same distance 0.2: $K$ is {glue:text}`K_short` for short opposed tasks, {glue:text}`K_long` for long
# similar ones.

# %% [markdown]
# So Paper A's break condition is right that transfer can turn negative when similarity is measured otherwise, but
# Euclidean distance is no safeguard either: short opposed tasks are close. Distance must be compared with length.
# Below both thresholds that changes: for $p < n_i - 1$ no task is biased towards zero, zero is no longer a special
# point, and distances alone do fix every error and every transfer. Moving all tasks by one common vector changes
# nothing there and everything above:

# %%
moved = Tasks.from_vectors([[4.0, 3.0], [3.0, 4.0]])
still = Tasks.from_vectors([[1.0, 0.0], [0.0, 1.0]])
before, after = (
    [theory.knowledge_transfer(tasks, 50, width, 0.1) for width in (20, 1000)]
    for tasks in (still, moved)
)
checks.close("transfer below both thresholds, all tasks moved", after[0], before[0])
words = f"above the threshold moving changes all; got {after[1]} from {before[1]}"
checks.require(not np.isclose(after[1], before[1], rtol=1e-3).any(), words)

# %% [markdown]
# ### Below the threshold
#
# With the exact error of {doc}`below-threshold`, the coefficient of $\langle w_i^*, w_j^* \rangle$ in $K_1$ for
# $p < N - 1$ is $2\big[\frac{n_i + n_j}{TN} - c_2 n_i n_j\big]$ with $c_2 < \frac{1}{N(N-1)}$. With equal counts this is
# $\frac{2}{T^2}(2 - c_2N^2) > 0$: parts 2 and 3 of {prf:ref}`thm-transfer-signs` carry over. With unequal counts it is
# positive for $T \le 3$, because $\frac{n_in_j}{n_i+n_j} \le \frac N4 \le \frac{N-1}{T}$ for $N \ge 4$. With more tasks
# part 2 fails: two data-rich tasks that agree pull the model their way, and the many data-poor ones pay.

# %%
counts_poor = np.array([50, 50] + [1] * 8)
agree = np.eye(10)
agree[0, 1] = agree[1, 0] = 0.9  # every other pair is orthogonal
pair = Tasks(agree)
few, plenty = theory.transfer_terms(pair, counts_poor, [10, 1000], 0.0)["K1"]
words = (
    f"K1 is negative below and positive above the threshold; got {few}, {plenty}"
)
checks.require(few < 0 < plenty, words)
say(K1_few=signed(few, ".3f"), K1_plenty=signed(plenty, ".3f"))

# %% [markdown]
# Ten tasks, two of them with 50 samples and a cosine of 0.9, the others orthogonal with 1 sample: $K_1$ is
# {glue:text}`K1_few` at $p = 10$, and {glue:text}`K1_plenty` at $p = 1{,}000$.

# %% [markdown]
# ## Exercises
#
# ```{exercise} Half is the limit
# :label: exercise-transfer-half
#
# Derive the limit of $\rho^*$ for $p \to \infty$ with $n$ and $\sigma$ fixed, and explain the ½ by
# {prf:ref}`thm-transfer-who`.
# ```
#
# ```{solution} exercise-transfer-half
# :class: dropdown
#
# From {eq}`eq-transfer-frontier`, $\rho^* \to \frac12 (1 + \sigma^2/r^2)$. With equal norms $w_j^*$ is closer to $w_i^*$
# than $0$ is exactly if their angle is below 60°, whose cosine is ½. The terms in $V$ and $\sigma^2$ are of order
# $1/p^2$ and $\sigma^2 (N-n)/p$: the first vanishes against the gain, which is of order $1/p$, the second does not.
# ```
#
# ```{exercise} Multi-task or continual?
# :label: exercise-transfer-continual
#
# *(A quick check question of Paper A.)* What is the key difference between multi-task learning and continual learning,
# and how does it affect design? Which of the three terms of $K$ could a continual learner still earn?
# ```
#
# ```{solution} exercise-transfer-continual
# :class: dropdown
#
# A multi-task learner sees all samples at once; a continual learner sees the tasks one after another, and earlier samples
# only as far as a buffer holds them. So the one must choose which tasks to join (the sign of $K$), the other also how
# much to store and where to start. With a full buffer the two are the same fit and earn the same $K$; with less, the
# counts $n_j$ of past tasks shrink to the buffered ones.
# ```
#
# ```{exercise} A task without data
# :label: exercise-transfer-no-data
#
# Task $i$ has $n_i = 0$. When does it gain from the others above the threshold? When does it below?
# ```
#
# ```{solution} exercise-transfer-no-data
# :class: dropdown
#
# Alone it predicts zero and costs $\|w_i^*\|^2$. {prf:ref}`thm-transfer-who` holds with $n_i = 0$: it gains if the mean
# task $\bar w$ of the others is closer to $w_i^*$ than zero is, by more than the variance costs. Below the threshold
# the error is $\|w_i^* - \bar w\|^2$ plus a variance, so the condition is the same, with other weights.
# ```

# %% [markdown]
# ## In one breath
#
# * $K_2$ and $K_3$ are always negative above the threshold. Only inner products between tasks, $K_1$, can pay for
#   them, and $K_1$ weighs every pair positively.
# * Its sign is that of the cosine for two tasks or unanimous signs; that of the mean cosine for equal norms and counts;
#   otherwise anything.
# * Company pays if other solutions are closer to mine than zero is: a cosine above ½ for equal norms, more with noise,
#   and nothing suffices if $\sigma^2 \ge \|w^*\|^2$.
# * Neither cosine nor distance alone decides when norms differ. Distance relative to length does.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
