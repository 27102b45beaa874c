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
# # How to draw an error without drawing the data
#
# The error is a function of a few inner products whose joint distribution is known, so it can be drawn exactly
# from a handful of small random matrices, whatever $n$ and $p$ are.
# At $p =$ {glue:text}`wide:,` it takes **{glue:text}`few` random numbers** instead of the {glue:text}`many:,` of features and labels, and shows
# what no mean can: at $p = N =$ {glue:text}`pooled`, where the expected error of {glue:text}`tasks` opposed tasks is infinite, half of all data sets stay below
# **{glue:text}`half_below:,.0f`**.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 10000  # data sets per width in the two-sample tests [500 to 40000]
band_trials = 2000  # data sets per width behind the quantile bands [100 to 8000]
tail_trials = 200000  # data sets per width behind the tails [30000 to 400000]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from scipy.stats import ks_2samp

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.page import say
from manytasks.simulate.direct import draw_data, excess_risk, fit
from manytasks.statistics import critical_z
from manytasks.streams import stream
from manytasks.studies.linear.drawn_numbers import numbers_drawn
from manytasks.studies.linear.tails import exponent_scores, tail_exponent, tails
from manytasks.symbolic import differing

parameters.check(In, globals())
small = Tasks.chain(
    3, cosine=-0.5
)  # with unequal counts, for tests on many data sets
small_counts = np.array([5, 9, 6])
small_N = int(small_counts.sum())
# The opposed tasks of Paper A's Figure 1.
large, n = Tasks.chain(10, cosine=np.cos(7 * np.pi / 8)), 50
N = large.T * n
noise_var = 0.3**2

wide = 100 * N
at = simulate.multitask_error(
    large, n, N, noise_var, trials=2000, seed=(seed, "opening"), method="reduced"
).mean(axis=-1)
say(
    wide=wide,
    few=numbers_drawn(large, n, wide, noise_var, seed),
    many=wide * N + N,
    pooled=N,
    tasks=large.T,
    half_below=np.median(at),
)

# %% [markdown]
# ## Setting
#
# Setting and letters are those of {doc}`many-tasks`: $T$ tasks, $N = \sum_t n_t$ pooled samples, features
# $X \in \mathbb R^{p\times N}$, labels $y$, one fit $w$, errors $L_i = \|w - w_i^*\|^2$. Let $r \le T$ be the dimension
# of the span of the $w_t^*$. Rotations of $\mathbb R^p$ change neither the distribution of $X$ nor any error, so we
# let the tasks occupy the first $r$ coordinates, as vectors $a_t \in \mathbb R^r$.
#
# $W_d(m)$ is the Wishart distribution: that of $ZZ^\top$ for a $d \times m$ matrix $Z$ of independent standard normal
# entries {cite}`wishart1928`. If $m \ge d$, Bartlett's lower triangular factor draws it with $d(d+1)/2$ numbers:
# roots of $\chi^2$ variables on the diagonal, normal ones below {cite}`bartlett1933`. No $m$ appears in the cost.

# %% [markdown]
# ## Claim
#
# The law of the interpolator in the limit of high dimension is known {cite}`han2026`. Here sizes are finite, and the error is drawn.
#
# ```{prf:theorem} Reduced draws (ours in this form; claim O.12)
# :label: thm-distribution-reduced
#
# Let features and label noise be independent and normal, and let $k = \min(N, r + 1)$, $q = p - r$. For $p \ge N$ the
# joint distribution of the errors $(L_1, \dots, L_T)$ is that of the errors of a minimum-norm problem with $k$
# equations. For $p < N$ it is that of a least-squares problem with at most $r + k$ unknowns plus one quadratic form.
# Both are made of independent normal, $\chi^2$ and Wishart matrices of dimension at most $r + 1$. A draw costs
# $O(T^3)$ operations; $p$ and the $n_t$ enter only as degrees of freedom.
# ```
#
# ```{prf:theorem} How heavy the tail is (ours in this form; claim O.12)
# :label: thm-distribution-tail
#
# Let $\sigma > 0$, $N > r$ and $\alpha = \tfrac12(|p - N| + 1)$. For every $i$ and every $s < \alpha$ the moment
# $\mathbb E L_i^s$ is finite, and there is a $c > 0$ with $\Pr(L_i > x) \ge c\,x^{-\alpha}$ for all large $x$. So
# $\alpha$ is the tail exponent of the error: $\tfrac12$ at the threshold, $1$ beside it, $\tfrac32$ two away.
# ```

# %% [markdown]
# ## Derive
#
# Every step is an identity for given data or a fact about normal matrices. We carry one data set along for each
# side of the threshold, and at the end of each route the small problem must return the error of the large one.
#
# **Step 1: split.** The first $r$ rows of $X$ are $A$ ($r \times N$), all that the labels see of the features:
# $y_j = A_j^\top a_j + z_j$. The other $q$ rows are $X_\perp$, independent of $A$ and $y$.
#
# **Step 2: compress the samples.** Write $[A^\top, y] = U C$, with $U$ ($N \times k$) orthonormal and
# $C = [C_A, c_y]$ ($k \times (r+1)$). Complete $U$ by $U_\perp$ to a rotation. As $X_\perp$ is normal and
# independent of $U$, the matrices $X_\perp U$ and $X_\perp U_\perp$ are independent, with standard normal entries. The equations
# $A^\top w_A + X_\perp^\top w_\perp = y$ become
#
# $$ C_A w_A + (X_\perp U)^\top w_\perp = c_y, \qquad (X_\perp U_\perp)^\top w_\perp = 0. $$

# %%
a = small.vectors(small.T)
a = a[:, np.any(a != 0, axis=0)]
r = a.shape[1]
k = min(small_N, r + 1)
widths = {"over": small_N + 12, "under": small_N - 6}
data = {}
for side, width in widths.items():
    X, y = draw_data(stream(seed, side), 1, a, small_counts, width, noise_var)
    errors = excess_risk(fit(X, y.copy()), a)[0]
    rotation, C = np.linalg.qr(np.column_stack([X[0, :r].T, y[0]]), mode="complete")
    data[side] = (
        C[:k, :r],
        C[:k, r],
        X[0, r:] @ rotation[:, :k],
        X[0, r:] @ rotation[:, k:],
        errors,
    )

# %% [markdown]
# **Step 3: draw $C$ without the samples.** Only $C^\top C$ matters, the Gram matrix of $[A^\top, y]$. It is a sum over
# tasks. Task $j$ gives $A_j A_j^\top \sim W_r(n_j)$, so let $C_j$ be a factor of it: the rows $[C_j, C_j a_j]$ have the Gram
# matrix of $[A_j^\top, A_j^\top a_j]$. Stack them for all tasks and reduce them to triangular form. The noise has
# $k$ normal coordinates in the span of $U$; $N - k$ more are orthogonal to it, and of those only the squared
# length matters, a $\chi^2_{N-k}$ that joins the last diagonal entry. These are the *small Wisharts, one per task*.
#
# **Step 4: $p \ge N$.** The second equation says that $w_\perp$ is orthogonal to the $N - k$ columns of $X_\perp U_\perp$. Let
# $Q$ be an orthonormal basis of the $q - N + k$ dimensions left, and $w_\perp = Qv$. What remains is
#
# $$ C_A w_A + J^\top v = c_y, \qquad J = Q^\top X_\perp U, \qquad \|w_A\|^2 + \|v\|^2 \text{ minimal}. $$
#
# $J$ is normal, because $X_\perp U$ is independent of $Q$. Only $J^\top J \sim W_k(q - N + k)$ matters, so its Bartlett
# factor takes its place: $k$ equations in at most $r + k$ unknowns.

# %%
C_A, c_y, XU, XU_rest, errors = data["over"]
Q = np.linalg.qr(XU_rest, mode="complete")[0][:, XU_rest.shape[1] :]
J = Q.T @ XU
equations = np.concatenate([C_A, J.T], axis=1)
w = equations.T @ np.linalg.solve(equations @ equations.T, c_y)
reduced_errors = np.square(w[:r] - a).sum(axis=1) + np.square(w[r:]).sum()
checks.close("errors of the small problem and of the large", reduced_errors, errors)

# %% [markdown]
# **Step 5: $p < N$.** Least squares minimises
# $\|C_A w_A + (X_\perp U)^\top w_\perp - c_y\|^2 + w_\perp^\top S w_\perp$ with $S = X_\perp U_\perp (X_\perp U_\perp)^\top \sim W_q(N - k)$, independent
# of $X_\perp U$. Rotate $\mathbb R^q$ so that $X_\perp U$ occupies the first $k_1 = \min(q, k)$ coordinates, with a triangular block
# $J$ there, and split $w_\perp = (u, v)$. The first term sees $u$ only. So $v$ minimises the second:
#
# $$ v = -S_{vv}^{-1} S_{vu}\, u, \qquad w_\perp^\top S w_\perp = u^\top S_{u|v}\, u, \qquad
#    S_{u|v} = S_{uu} - S_{uv} S_{vv}^{-1} S_{vu}. $$
#
# $S_{u|v}^{-1}$ is the corner of $S^{-1}$. A standard fact on Wishart matrices {cite}`muirhead1982` says that
# $S_{u|v} \sim W_{k_1}(N - k - q + k_1)$, $S_{vv} \sim W_{q - k_1}(N - k)$ and the normal matrix
# $H = S_{vv}^{-1/2} S_{vu}$ are independent. With a factor $L L^\top = S_{u|v}$ the rest is least squares for
# $(w_A, u)$: $k$ equations of data and $k_1$ more, $L^\top u = 0$.
#
# **Step 6: the length of $v$.** $\|v\|^2 = (Hu)^\top S_{vv}^{-1} (Hu)$: this is where the corner of $S^{-2}$ comes in,
# $u^\top H^\top S_{vv}^{-1} H u$. Rotate once more so that $H$ occupies $k_2 = \min(q - k_1, k_1)$ coordinates; the
# corner of $S_{vv}^{-1}$ there is the inverse of a $W_{k_2}(N - k - q + k_1 + k_2)$, as in step 5.

# %%
C_A, c_y, XU, XU_rest, errors = data["under"]
q = len(XU)
k_1 = min(q, k)
Q = np.linalg.qr(XU, mode="complete")[0]
J, S = (Q.T @ XU)[:k_1], (Q.T @ XU_rest) @ (Q.T @ XU_rest).T
S_vv, S_vu = S[k_1:, k_1:], S[k_1:, :k_1]
corner = S[:k_1, :k_1] - S_vu.T @ np.linalg.solve(S_vv, S_vu)
checks.close(
    "the corner of the inverse",
    np.linalg.inv(corner),
    np.linalg.inv(S)[:k_1, :k_1],
    atol=1e-9,
)

L = np.linalg.cholesky(corner)
equations = np.block([[C_A, J.T], [np.zeros((k_1, r)), L.T]])
w = np.linalg.lstsq(equations, np.append(c_y, np.zeros(k_1)), rcond=None)[0]
roots, directions = np.linalg.eigh(S_vv)
Hu = (directions / np.sqrt(roots)) @ directions.T @ S_vu @ w[r:]
reduced_errors = (
    np.square(w[:r] - a).sum(axis=1)
    + np.square(w[r:]).sum()
    + Hu @ np.linalg.solve(S_vv, Hu)
)
checks.close("errors of the small problem and of the large", reduced_errors, errors)

# %% [markdown]
# Nothing larger than $2(r + 1)$ was left to solve. {prf:ref}`thm-distribution-reduced` is proved, and
# `simulate.multitask_error(..., method="reduced")` is these steps. It needs normal features *and* normal noise: for
# others, rotations change the distribution, and `method="direct"` is the one to use.
#
# **Step 7: the tail.** Above the threshold take $C$ triangular: its last row is $(0, \dots, 0, c)$, where
# $c^2$ is what is left of the labels when they are regressed on $A$, noise and disagreement of the tasks alike. The last
# equation of step 4 is then $\langle f, v \rangle = c$ with one normal vector $f \in \mathbb R^{p - N + 1}$, hence
#
# $$ L_i \;\ge\; \|v\|^2 \;\ge\; \frac{c^2}{\|f\|^2}, \qquad \|f\|^2 \sim \chi^2_{p-N+1} \text{ independent of } c. $$

# %%
C_A, c_y, XU, XU_rest, errors = data["over"]
f = np.linalg.qr(XU_rest, mode="complete")[0][:, XU_rest.shape[1] :].T @ XU[:, -1]
bound = c_y[-1] ** 2 / (f @ f)
checks.require(
    len(f) == widths["over"] - small_N + 1, f"f has p - N + 1 entries; got {len(f)}"
)
checks.below("last row of C, features", abs(C_A[-1]).max(), 1e-9)
checks.below("lower bound of the error over the error", (bound / errors).max(), 1)

# %% [markdown]
# The density of $\chi^2_d$ at zero is of order $x^{d/2 - 1}$, so $\Pr(\chi^2_d < \varepsilon)$ is of order $\varepsilon^{d/2}$,
# and one over it exceeds $x$ with a probability of order $x^{-d/2}$:

# %%
d, x, eps, t = sp.symbols("d x epsilon t", positive=True)
leading = sp.integrate(t ** (d / 2 - 1), (t, 0, eps)).subs(eps, 1 / x)
exponent = sp.simplify(-x * sp.diff(leading, x) / leading)
checks.require(differing([exponent], [d / 2]) == 0, "the exponent is d / 2")
exponent

# %% [markdown]
# With $d = p - N + 1$ that is the lower bound of {prf:ref}`thm-distribution-tail`. Below the threshold,
# $w - w_i^* = S^{-1} X (u_i + z)$ with the full $S = XX^\top$ and $u_i$ as in {doc}`many-tasks`. Its component along
# the first coordinate is, given the features, normal with variance $\sigma^2 (S^{-1})_{11}$ around some mean; with
# probability at least $\tfrac12$ it is longer than without the mean, and $(S^{-1})_{11} = 1/\chi^2_{N - p + 1}$.
#
# *Upper bound.* Let $S_*$ be $X^\top X$ or $XX^\top$, whichever is smaller. On both sides
# $L_i \le \|w_i^*\|^2 + \|u_i + z\|^2 \operatorname{tr} S_*^{-1}$. The first factor has all moments. The diagonal
# entries of $S_*^{-1}$ are $1/\chi^2_{|p-N|+1}$ and have all moments below $\alpha$. By Hölder's inequality so has $L_i$.

# %% [markdown]
# ## Check
#
# **Two samples.** Three tasks with 5, 9 and 6 samples, $N = 20$. We draw errors directly from data and by the
# reduced method, at widths on both sides and at the threshold itself, and compare them with the two-sample
# Kolmogorov–Smirnov test, for every width and every task. The level is shared out among all tests (Bonferroni).

# %% tags=["hide-input"]
grid = np.array([3, 8, 14, 18, 19, 20, 21, 22, 26, 40, 80])
direct, reduced, off_by_one = (
    simulate.multitask_error(
        small,
        small_counts,
        widths,
        noise_var,
        trials=trials,
        seed=(seed, name),
        method=method,
    )
    for name, widths, method in (
        ("direct", grid, "direct"),
        ("reduced", grid, "reduced"),
        ("off by one", grid + 1, "reduced"),
    )
)

alpha = evidence.level("O.12", "two-sample tests against direct draws")
level = alpha / (len(grid) * small.T)
same, wrong, scaled = (  # p-values, width by task
    ks_2samp(direct, other, axis=0, method="asymp").pvalue
    for other in (reduced, off_by_one, 1.1 * reduced)
)
within_two = np.abs(grid - small_N) <= 2
evidence.record(
    "O.12",
    "two-sample tests against direct draws",
    "smallest p-value (Kolmogorov–Smirnov)",
    same.min(),
    ">",
    level,
    n=f"{same.size} pairs of samples × {trials} data sets",
)

# %% tags=["hide-input"]
say(
    pairs=same.size,
    least=same.min(),
    level=level,
    alpha=alpha,
    caught=np.mean(wrong[within_two] < level),
    caught_scaled=np.mean(scaled < level),
)

# %% [markdown]
# The smallest of {glue:text}`pairs` p-values is {glue:text}`least:.3f`; equal distributions give one below {glue:text}`level:.1e`
# anywhere with probability {glue:text}`alpha:.0e` at most. The tests have teeth: a reduced draw with one parameter too
# many is rejected in {glue:text}`caught:.0%` of the tests within two of the threshold, and errors
# 10 % too large are rejected in {glue:text}`caught_scaled:.0%` of all. A shape can be compared even where
# mean and variance do not exist.

# %% [markdown]
# **Cost.** The tasks of the opening. We multiply $n$ by a thousand, and $p$ as well, and count the random numbers that
# one data set takes on either side of the threshold. They fill the matrices that are solved, so their number fixes the work.

# %%
above = [(N + 500, n), (100 * N, n), (1000 * (N + 500), 1000 * n)]
under = [(N - 100, n), (1000 * (N - 100), 1000 * n)]
counted = [
    [numbers_drawn(large, each, p, noise_var, seed) for p, each in sizes]
    for sizes in (above, under)
]
growth = max(max(side) - min(side) for side in counted)
evidence.record(
    "O.12",
    "cost",
    "largest difference in random numbers per data set, same side of the threshold",
    growth,
    "<=",
    0,
    n=f"p = {under[0][0]:,} to {above[-1][0]:,}, n = {n} to {1000 * n:,}",
)
say(numbers_above=counted[0][0], numbers_below=counted[1][0])

# %% [markdown]
# A data set takes {glue:text}`numbers_above` numbers above the threshold and {glue:text}`numbers_below` below it, whatever $n$ and $p$.

# %% [markdown]
# ## Look
#
# The opposed tasks of {doc}`many-tasks`, again, but every data set counts for itself.

# %% tags=["hide-input"]
levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
beside = [0, 1, 3, 8, 20, 50, 100, 150]
near = np.unique(
    [
        *np.geomspace(100, 5000, 12).round(),
        *np.add(N, beside),
        *np.subtract(N, beside),
    ]
).astype(int)
drawn = simulate.multitask_error(
    large,
    n,
    near,
    noise_var,
    trials=band_trials,
    seed=(seed, "bands"),
    method="reduced",
)
quantiles = np.quantile(drawn.mean(axis=-1), levels, axis=0)
curve = np.unique(
    np.concatenate(
        [np.geomspace(100, 5000, 200).round(), N + np.arange(-30, 31)]
    ).astype(int)
)
exact = theory.multitask_error(large, n, curve, noise_var).mean(axis=-1)
dashed = {"color": figures.INK, "linewidth": 1, "linestyle": "--"}

# %% tags=["hide-input", "lead"]
left, ax = plt.subplots()
right, zoom = plt.subplots()
red = figures.COLORS["red"]
for axes in (ax, zoom):
    for k, opacity, label in ((0, 0.2, "90 % of data sets"), (1, 0.35, "50 %")):
        shade = {"color": red, "alpha": opacity, "linewidth": 0, "label": label}
        axes.fill_between(near, quantiles[k], quantiles[-1 - k], **shade)
    axes.plot(near, quantiles[2], color=red, label="median")
    axes.plot(curve, exact, **dashed, label="mean (theory)")
    axes.set(
        yscale="log", xlabel="parameters $p$", ylabel="excess risk, mean over tasks"
    )
    figures.threshold(axes, N)
ax.set(xscale="log", ylim=(0.5, 2e5), title="One data set at a time")
zoom.set(xlim=(N - 22, N + 22), ylim=(10, 2e6), title="Close to the threshold")
ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="distribution-bands",
    caption=(
        f"Quantiles of the error of single data sets ($T = {large.T}$ opposed tasks, $n = {n}$, σ = 0.3; {band_trials:,} data "
        "sets per width) and its mean. Far from the threshold all data sets err alike, and the mean tells all. Close to "
        "it the bands span orders of magnitude, and the mean rises above most data sets before it ceases to exist. The "
        "figure shows the average over tasks, not how single tasks differ, nor the sampling error of its quantiles."
    ),
    alt=(
        "Two panels of quantile bands against p. The bands are thin far from p = N and widen to several orders of "
        "magnitude at it; the mean is infinite within one of it while the median stays finite."
    ),
)

# %% [markdown]
# **Heavy tails.** On logarithmic axes a tail $\Pr(L > x) \approx c\,x^{-\alpha}$ is a straight line of slope $-\alpha$. The
# exponent of the largest draws is estimated by Hill's rule: with the $m + 1$ largest errors
# $x_{(1)} \ge \dots \ge x_{(m+1)}$, $1/\hat\alpha$ is the mean of $\log x_{(l)}/x_{(m+1)}$. For a power law
# $2m\alpha/\hat\alpha$ is $\chi^2_{2m}$, and its cube root normal {cite}`wilson1931`.

# %% tags=["hide-input"]
gaps = {0: "red", 1: "orange", -1: "purple", 2: "green", -2: "blue"}
tail = 0.005  # share of the draws that counts
predicted = tail_exponent(list(gaps))
found = tails(
    simulate.multitask_error(
        small,
        small_counts,
        small_N + np.array(list(gaps)),
        noise_var,
        trials=tail_trials,
        seed=(seed, "tails"),
        method="reduced",
    )[..., 0],
    tail,
)
m, hill = found.largest, found.exponents

# %% tags=["hide-input"]
left, ax = plt.subplots()
rank = np.unique(np.geomspace(3, tail_trials, 400).astype(int)) - 1
for (gap, color), errors, slope in zip(
    gaps.items(), found.draws.T, predicted, strict=True
):
    ink, place = figures.COLORS[color], f"$p = N {gap:+d}$" if gap else "$p = N$"
    ax.plot(errors[rank], (rank + 1) / tail_trials, color=ink, label=place)
    ends = errors[[m, 2]]
    line = tail * (ends / ends[0]) ** -slope
    ax.plot(ends, line, color=figures.INK, linestyle=":", linewidth=1)
ax.set(xscale="log", yscale="log", xlim=(0.3, 1e10), xlabel="excess risk $x$")
ax.set(ylabel="share of data sets above $x$", title="Tails are straight lines")
ax.legend(loc="upper right")
right, ax = plt.subplots()
half, blue = critical_z(1, 0.05) * hill / np.sqrt(m), figures.COLORS["blue"]
ax.errorbar(
    list(gaps), hill, half, fmt="o", color=blue, capsize=2, label="measured"
)
line, law = np.linspace(-2, 2, 101), r"$(|p - N| + 1)/2$"
ax.plot(line, tail_exponent(line), color=figures.INK, linewidth=1, label=law)
ax.axhspan(0, 1, color=figures.COLORS["grey"], alpha=0.15, linewidth=0)
ax.annotate("the mean is infinite", (0, 0.06), ha="center")
ax.set(xlabel="$p - N$", ylabel=r"tail exponent $\alpha$", xticks=list(gaps))
ax.set(ylim=(0, 2), title="Exponents")
ax.legend(loc="upper center")
figures.show(
    [left, right],
    name="distribution-tails",
    caption=(
        f"(a) share of data sets with an error above $x$ ($T = 3$, $N = {small_N}$; {tail_trials:,} data sets per "
        f"width); dotted: the predicted slope through the largest {tail:.1%}. (b) exponents estimated from these, with "
        "95 % intervals. The figure does not show the constants in front of the power laws, which depend on the tasks."
    ),
    alt=(
        "Left: five survival curves on logarithmic axes end in straight lines with the predicted slopes, the flattest "
        "at p = N. Right: five measured exponents on the V-shaped prediction."
    ),
)

# %%
z, z_wrong = (exponent_scores(found, predicted + more) for more in (0, 0.5))
evidence.record(
    "O.12",
    "tail exponent",
    "largest |z| of the exponent",
    z.max(),
    "<",
    critical_z(len(gaps), evidence.level("O.12", "tail exponent")),
    n=f"{len(gaps)} widths × {m} largest of {tail_trials} errors",
)
names = ("at_threshold", "one_above", "one_below", "two_above", "two_below")
say(**dict(zip(names, hill, strict=True)), least_wrong=z_wrong.min())

# %% [markdown]
# Measured exponents: {glue:text}`at_threshold:.2f` at $p = N$, {glue:text}`one_above:.2f` at $p = N + 1$, {glue:text}`one_below:.2f` at $p = N - 1$,
# {glue:text}`two_above:.2f` at $p = N + 2$, {glue:text}`two_below:.2f` at $p = N - 2$.
# Exponents larger by one half, as of a threshold one parameter off, would score {glue:text}`least_wrong:.0f` or more.

# %% [markdown]
# ## Break
#
# **No noise, no disagreement, no tail.** The lower bound of step 7 carries the factor $c^2$. With equal tasks and
# clean labels $c = 0$ and the error never exceeds $\|w^*\|^2$; at $p = N$ it is zero but for rounding. Disagreement
# alone is enough to bring the tail back: it is label noise here too.

# %%
at = {
    "equal tasks, clean labels": Tasks.equiangular(3, 1.0),
    "opposed tasks, clean labels": small,
}
largest = {
    name: simulate.multitask_error(
        tasks,
        small_counts,
        small_N,
        0.0,
        trials=trials,
        seed=(seed, name),
        method="reduced",
    ).max()
    for name, tasks in at.items()
}
alike, opposed = largest.values()
checks.below("largest error of equal tasks with clean labels", alike, 1e-9)
checks.below("1 against the largest error of opposed tasks", 1, opposed)
say(clean_trials=trials, alike=alike, opposed=opposed)

# %% [markdown]
# Largest error of {glue:text}`clean_trials:,` data sets at $p = N$: equal tasks, clean labels: {glue:text}`alike:,.2g`; opposed tasks, clean labels: {glue:text}`opposed:,.2g`.

# %% [markdown]
# **Other features.** Steps 2 to 6 rotate the samples. If features are not normal, say signs $\pm1$ with equal chances,
# rotations change their distribution, and the method is no longer exact. Close to the threshold the difference is
# largest where matrices are small:

# %% tags=["hide-input"]
few = 2  # samples and parameters of the smallest example with a threshold
signs = stream(seed, "signs").choice([-1.0, 1.0], size=(trials, few, few))
singular = np.mean(np.abs(np.linalg.det(signs)) < 0.5)
say(singular=singular)

# %% [markdown]
# With two samples of two random signs each, {glue:text}`singular:.0%` of the data sets are singular, at a width where normal
# features never are. How much of the theory survives at realistic sizes is the subject of claim O.7.

# %% [markdown]
# ## Exercises
#
# ```{exercise} One sample
# :label: exercise-distribution-one-sample
#
# Let $T = 1$, $N = 1$, $\|w^*\| = 1$, $p \ge 3$. Write the error with three independent variables and check the tail
# exponent.
# ```
#
# ```{solution} exercise-distribution-one-sample
# :class: dropdown
#
# $x = (g, h)$ with $g$ along $w^*$ and $\|h\|^2 \sim \chi^2_{p-1}$. The projection on $x$ leaves
# $1 - g^2/\|x\|^2$, the noise adds $z^2/\|x\|^2$: $L = (\|h\|^2 + z^2)/(g^2 + \|h\|^2)$. Large values come from
# $\|x\|^2 \sim \chi^2_p$ near zero, so $\alpha = p/2 = (p - N + 1)/2$.
# ```
#
# ```{exercise} How many data sets for a mean?
# :label: exercise-distribution-mean
#
# At $|p - N| = 2$ the tail exponent is $\tfrac32$: the mean exists, the variance does not. By which power of the number
# of data sets $t$ does the mean of $t$ errors approach its limit?
# ```
#
# ```{solution} exercise-distribution-mean
# :class: dropdown
#
# The largest of $t$ errors is of order $t^{1/\alpha} = t^{2/3}$ and moves the mean by $t^{2/3 - 1} = t^{-1/3}$, which is
# more than $t^{-1/2}$. To halve the error takes eight times the data sets, not four.
# ```
#
# ```{exercise} Degrees of freedom
# :label: exercise-distribution-degrees
#
# At $p = N - 1$ the factor $L$ of step 5 is $W_{k_1}(k_1)$ when $q \ge k$. Where do you see the tail exponent in its
# Bartlett factor?
# ```
#
# ```{solution} exercise-distribution-degrees
# :class: dropdown
#
# $k = r + 1$ gives $N - k - q + k_1 = N - p - 1 + k_1 = k_1$. The last diagonal entry of a Bartlett factor is the root
# of a $\chi^2_1$: taken alone it would suggest $\alpha = \tfrac12$. But $u$ meets $k$ equations of data as well, and a
# direction is empty only if $C_A$, $J$ and $L$ all leave it out; that takes $N - p + 1 = 2$ small coordinates, so
# $\alpha = 1$.
# ```

# %% [markdown]
# ## In one breath
#
# * Errors depend on the data through inner products only. For normal data these are independent Wishart
#   matrices of dimension at most $T + 1$, and $n$ and $p$ are mere degrees of freedom.
# * Close to the threshold the error has a power-law tail with exponent $\tfrac12(|p-N|+1)$: the mean of a hundred runs
#   there says little about the next one.
# * The tail needs food as the peak does: noise or disagreement.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
