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
# # Why do bigger models forget less?
#
# A wide model has room: the direction in which task 2 pulls lies almost entirely where task 1 is flat, so the
# Lie bracket of the two gradients is small relative to what it could be. For two orthogonal tasks of
# {glue:text}`samples` samples, going from $p$ = {glue:text}`narrow` to $p$ = {glue:text}`wide:,` divides this relative bracket by
# **{glue:text}`bracket_fall:.0f`** and the training loss that task 1 regains by **{glue:text}`forgetting_fall:.0f`**.
# In networks the same is seen where each task has a head of its own, and not where tasks share one:
# <a href="#figure-both-papers">one figure</a> shows both papers.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 4000  # simulated pairs of tasks per point [400 to 20000]
n = 20  # samples per task [8 to 60]
resamples = 2000  # bootstrap samples of the networks' seeds [200 to 20000]

# %% tags=["hide-input"]
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display

from manytasks import (
    Tasks,
    checks,
    deep,
    evidence,
    figures,
    page,
    parameters,
    simulate,
    theory,
)
from manytasks.statistics import (
    Interval,
    critical_z,
    geometric_interval,
    mean_interval,
    noticed,
    z_scores,
)
from manytasks.studies.linear.bracket_draws import bracket_draws
from manytasks.studies.linear.linear_bracket import (
    factors,
    one_step,
    prediction_gap,
    reach,
    relative_bracket,
)
from manytasks.studies.linear.short_and_long import regained_in_time
from manytasks.studies.linear.turned_samples import turned
from manytasks.studies.networks import bracket_falls, bracket_predictors, two_tasks
from manytasks.symbolic import differing

parameters.check(In, globals())

# %% tags=["hide-input"]
cosines = {-0.5: "red", 0.0: "orange", 0.5: "green", 1.0: "blue"}
noises = (0.0, 0.3, 1.0)  # label-noise variances
narrow, wide = 2 * n, 100 * n
orthogonal = Tasks.equiangular(2, 0.0)
lost = theory.training_forgetting(orthogonal, n, [narrow, wide], 0.3)
share = relative_bracket(orthogonal, n, [narrow, wide], 0.3)
page.say(samples=n, narrow=narrow, wide=wide)
page.say(bracket_fall=share[0] / share[1], forgetting_fall=lost[0] / lost[1])

# %% [markdown]
# ## Setting
#
# This is where the two papers meet. Paper A {cite}`banayeeanzade2024` computes forgetting in a linear model after each
# task is fitted to the end, and finds that it vanishes as $p$ grows. Paper B {cite}`dherin2023` looks at two short steps
# and conjectures that forgetting hangs on the Lie bracket $[g_1, g_2] = H_2 g_1 - H_1 g_2$ of the gradients. Here both
# can be computed in one model.
#
# There are two tasks with $n$ samples each, features $X_i \in \mathbb R^{p \times n}$ with independent standard
# normal entries and labels $y_i = X_i^\top w_i^* + z_i$, $z_i \sim \mathcal N(0, \sigma^2 I)$. The training losses are
#
# $$ \begin{aligned} L_i(w) &= \tfrac1{2n}\|X_i^\top w - y_i\|^2, & g_i &= \tfrac1n X_i(X_i^\top w - y_i), \\
# H_i &= \tfrac1n S_i, & S_i &= X_i X_i^\top. \end{aligned} $$
#
# Task 1 has been learned: $w_1$ is its minimum-norm interpolator. So $L_1(w_1) = 0$, $g_1 = 0$ and
# $[g_1, g_2] = -H_1 g_2$. Since $L_1$ is quadratic, a step $-\tau g_2$ on task 2 raises it by *exactly*
#
# $$ L_1(w_1 - \tau g_2) = \tfrac{\tau^2}2\, g_2^\top H_1 g_2 = -\tfrac{\tau^2}2\, \langle g_2, [g_1, g_2]\rangle. $$
#
# Forgetting has two readings and this chapter keeps them apart: *training* forgetting, the loss $L_1$ that comes back, and
# *test* forgetting, the growth of the excess risk $\|w - w_1^*\|^2$, which is Paper A's $F$.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Bracket moments (ours; claim O.10)
# :label: thm-bridge-bracket-moments
#
# Let $p > n + 1$, $d = \|w_1^* - w_2^*\|^2$ and
# $a = \frac np\big(\|w_1^*\|^2 - 2\langle w_1^*, w_2^*\rangle\big) + \|w_2^*\|^2$. At $w_1$
#
# $$
# \begin{aligned}
# n\, \mathbb E\|g_2\|^2 &= (n + 1 + p)\Big(a + \frac{n\sigma^2}{p-n-1}\Big) + p\,\sigma^2, \\
# n\, \mathbb E\, g_2^\top H_1 g_2 &= (n+1)(d + \sigma^2) + ap + \frac{(np-2)\,\sigma^2}{p-n-1} + p\,\sigma^2, \\
# n\, \mathbb E\|[g_1, g_2]\|^2 &= (n+1)\Big(\frac{(n+1+p)\, d}{n} + \frac{p\,\sigma^2}{n}\Big) \\
#   &\quad + \frac{p\,(n+1+p)}{n}(a + \sigma^2) + \frac{p\,\big(n(n+1+p)-4\big)\,\sigma^2}{n\,(p-n-1)}.
# \end{aligned}
# $$
#
# If $\|w_2^*\|^2 + \sigma^2 > 0$, then for $p \to \infty$
#
# $$ \frac{\mathbb E\, g_2^\top H_1 g_2}{\mathbb E\|g_2\|^2 \cdot p/n} \sim \frac np \qquad\text{and}\qquad
# \frac{\mathbb E\|[g_1, g_2]\|^2}{\mathbb E\|g_2\|^2 \cdot (p/n)^2} \sim \frac np. $$
# ```
#
# Here $p/n$ is the mean curvature of $L_1$ over the $n$ directions in which it has any.
#
# ```{prf:theorem} In a wide model the bracket is the forgetting (ours; claim O.10)
# :label: thm-bridge-training-forgetting
#
# Let $p > n + 1$ and let $w_2$ be where gradient descent on $L_2$ ends when it starts from $w_1$. With
# $e = w_1 - w_2^*$ and $c_2 = \frac{n(p-n)}{(p-1)p(p+2)}$
#
# $$ \mathbb E L_1(w_2) = \frac1{2n}\Big[\Big(\frac np - p\,c_2\Big)\mathbb E\, e^\top S_1 e
#   + c_2\, \mathbb E \operatorname{tr}(S_1)\|e\|^2 + \frac{n^2\sigma^2}{p-n-1}\Big], $$
#
# and if $\|w_2^*\|^2 + \sigma^2 > 0$, then for $p \to \infty$
#
# $$ \mathbb E L_1(w_2) \sim \tfrac12 \Big(\frac np\Big)^2\, \mathbb E\, g_2^\top H_1 g_2
#   \sim \frac{n}{2p}\,\big(\|w_2^*\|^2 + \sigma^2\big). $$
# ```
#
# That wide models forget less is known: overparameterization alone keeps the risk on a first linear task low {cite}`goldfarb2025`, forgetting is
# exact where the second task is a random rotation of the first {cite}`goldfarb2024`, and in networks width helps only as far as it makes
# training lazier {cite}`graldi2025`. Ours are the exact moments and the reason they give: the relative bracket vanishes like $n/p$.
#
# The second theorem is what makes the first one matter. A bracket speaks of a short step; forgetting is measured
# after long training. In a wide model the two coincide: $X_2^\top X_2 \approx p I$, so that one step
# of size $n/p$ *is* the whole training.

# %% [markdown]
# ## Derive
#
# **Step 1: one sample.** For $x \sim \mathcal N(0, I)$ and symmetric $A$, the fourth moments of a Gaussian give
# $\mathbb E\, x x^\top\! A\, x x^\top = 2A + \operatorname{tr}(A) I$. In two dimensions we can integrate every entry:

# %%
x1, x2, a11, a12, a22 = sp.symbols("x1 x2 a11 a12 a22")
A, x = sp.Matrix([[a11, a12], [a12, a22]]), sp.Matrix([x1, x2])
moment = [1, 0, 1, 0, 3]  # of a standard normal variable, order 0 to 4


def gaussian_mean(expression):
    terms = sp.Poly(sp.expand(expression), x1, x2).terms()
    return sum(c * moment[i] * moment[j] for (i, j), c in terms)


four = (x * x.T * A * x * x.T).applyfunc(gaussian_mean)
checks.require(
    differing(four, 2 * A + A.trace() * sp.eye(2)) == 0,
    "four Gaussian factors must give 2A + tr(A) I",
)

# %% [markdown]
# **Step 2: many samples.** $S = \sum_k x_k x_k^\top$. Of the $n^2$ products in $S A S$, $n(n-1)$ pair different samples and
# have mean $A$; the other $n$ are those of step 1. Hence the first Wishart identity,
#
# $$ \mathbb E\, S A S = n(n+1)\, A + n \operatorname{tr}(A)\, I. $$
#
# $A = I$ gives $\mathbb E S^2 = n(n+1+p) I$, and so the traces of $S$ and $S^2$:

# %%
n_, p, s = sp.symbols("n p sigma^2", positive=True)
SAS = n_ * (n_ - 1) + 2 * n_, n_  # factors of A and of tr(A) I
trace_S = n_ * p
trace_SS = p * (SAS[0] + SAS[1] * p)
checks.require(
    sp.expand(trace_SS - n_ * p * (n_ + 1 + p)) == 0,
    "E tr SS must be np(n + 1 + p)",
)

# %% [markdown]
# **Step 3: traces of an inverse.** The noise of task 1 enters $w_1$ through $G^{-1}$, $G = X_1^\top X_1$. We need
# $\mathbb E[h(G) \operatorname{tr} G^{-1}]$ for $h = 1$, $\operatorname{tr} G$ and $\operatorname{tr} G^2$. The density of $G$ is
# proportional to $|G|^{(p-n-1)/2} e^{-\operatorname{tr} G/2}$. Shift $G$ by $\varepsilon I$: the integral of
# $h(G)$ times the density does not change, so its derivative at $\varepsilon = 0$ vanishes:
#
# $$ \mathbb E\Big[\partial h + h\Big(\frac{p-n-1}2 \operatorname{tr} G^{-1} - \frac n2\Big)\Big] = 0, \qquad
#    \partial h = \tfrac{d}{d\varepsilon} h(G + \varepsilon I)\Big|_0 . $$
#
# (The density vanishes at the boundary for $p > n + 1$. This is the Stein–Haff identity {cite}`haff1979` in its
# simplest direction.) With $\partial \operatorname{tr} G = n$ and $\partial \operatorname{tr} G^2 = 2\operatorname{tr} G$:


# %%
def with_inverse_trace(mean_h, mean_derivative):
    """E[h tr G⁻¹] from E h and E ∂h."""
    return (n_ * mean_h - 2 * mean_derivative) / (p - n_ - 1)


inverse = with_inverse_trace(1, 0)
S_inverse = sp.factor(with_inverse_trace(trace_S, n_))
SS_inverse = sp.factor(with_inverse_trace(trace_SS, 2 * trace_S))
display(S_inverse, SS_inverse)

# %% [markdown]
# For $n = 1$, $G$ is one chi-square variable with $p$ degrees of freedom, and these are $\mathbb E\,1 = 1$ and $\mathbb E\, G = p$:

# %%
checks.require(
    differing([S_inverse.subs(n_, 1), SS_inverse.subs(n_, 1)], [1, p]) == 0,
    "one sample must give 1 and p",
)

# %% [markdown]
# **Step 4: the error that meets task 2.** Write $e = w_1 - w_2^*$. With $P$ the projection on the samples of task 1,
# $w_1 = P w_1^* + X_1 G^{-1} z_1$, hence $e = (P w_1^* - w_2^*) + X_1 G^{-1} z_1$ and three facts:
#
# * The span of Gaussian columns points anywhere and is independent of $G$. So $\mathbb E\|P w_1^* - w_2^*\|^2 = a$, and it
#   factors out of products with $\operatorname{tr} S_1 = \operatorname{tr} G$.
# * The noise adds $\sigma^2 \operatorname{tr} G^{-1}$ to $\|e\|^2$: step 3.
# * $X_1^\top e = X_1^\top(w_1^* - w_2^*) + z_1$ holds exactly, because $w_1$ interpolates. No inverse is left, so
#   $\mathbb E\, e^\top S_1 e = n(d + \sigma^2)$ and $\mathbb E\, e^\top S_1^2 e = n(n+1+p)\, d + np\,\sigma^2$.

# %%
g11, g12, g22 = sp.symbols("Gamma_11 Gamma_12 Gamma_22", real=True)
d = g11 + g22 - 2 * g12
a = n_ / p * (g11 - 2 * g12) + g22
e2 = a + s * inverse
eSe = n_ * (d + s)
eSSe = trace_SS / p * d + n_ * p * s
S_e2 = a * trace_S + s * S_inverse
SS_e2 = a * trace_SS + s * SS_inverse

# %% [markdown]
# **Step 5: average over task 2.** $g_2 = \frac1n(S_2 e - X_2 z_2)$, and task 2 is independent of task 1. Step 2 with
# $A = I$, $S_1$ and $S_1^2$ gives the three moments at once; the labels add $\sigma^2\, \mathbb E\operatorname{tr} X_2^\top A X_2
# = n \sigma^2 \operatorname{tr} A$.


# %%
def second_task(eAe, A_e2, trace_A, power):
    """E g₂ᵀAg₂ / n^power, with A = S₁^power."""
    return (SAS[0] * eAe + SAS[1] * A_e2 + s * n_ * trace_A) / n_ ** (2 + power)


derived = [
    second_task(e2, p * e2, p, 0),
    second_task(eSe, S_e2, trace_S, 1),
    second_task(eSSe, SS_e2, trace_SS, 2),
]

# %% [markdown]
# **Step 6: it is the theorem, and the theorem is the package.**

# %% tags=["hide-input"]
written = [
    ((n_ + 1 + p) * (a + n_ * s / (p - n_ - 1)) + p * s) / n_,
    ((n_ + 1) * (d + s) + a * p + (n_ * p - 2) * s / (p - n_ - 1) + p * s) / n_,
    (
        (n_ + 1) * ((n_ + 1 + p) * d / n_ + p * s / n_)
        + p * (n_ + 1 + p) / n_ * (a + s)
        + p * (n_ * (n_ + 1 + p) - 4) * s / (n_ * (p - n_ - 1))
    )
    / n_,
]
symbolic = Tasks([[g11, g12], [g12, g22]])

# %%
package = theory.bracket_moments(symbolic, n_, p, s)
wrong = differing(derived * 2, [*written, *package])
evidence.record(
    "O.10",
    "derivation of the moments",
    "moments on which derivation, theorem and package differ",
    wrong,
    "==",
    0,
    n="3 moments, all symbols",
)

# %% [markdown]
# **Step 7: train task 2 to the end.** The end point is the projection of $w_1$ on the interpolators of task 2:
# $w_2 - w_1 = -P_2 e + X_2 (X_2^\top X_2)^{-1} z_2$. By rotation invariance
# $\mathbb E\, P_2 A P_2 = c_1 A + c_2 \operatorname{tr}(A) I$, and two cases fix the numbers: $A = I$ has
# $\mathbb E P_2 = \frac np I$, and for $A = e e^\top$ with $\|e\| = 1$ the square of $e^\top P_2\, e$, a
# $\mathrm{Beta}(\frac n2, \frac{p-n}2)$ variable, has mean $\frac{n(n+2)}{p(p+2)}$. Then
# $\mathbb E L_1(w_2) = \frac1{2n}\mathbb E\|X_1^\top(w_2 - w_1)\|^2$ needs nothing that step 4 does not have.

# %%
c1, c2 = sp.symbols("c_1 c_2")
solved = sp.solve(
    [c1 + p * c2 - n_ / p, c1 + c2 - n_ * (n_ + 2) / (p * (p + 2))], [c1, c2]
)
checks.require(
    differing([solved[c2]], [n_ * (p - n_) / ((p - 1) * p * (p + 2))]) == 0,
    "the second coefficient must be that of the theorem",
)
forgotten = (solved[c1] * eSe + solved[c2] * S_e2 + s * inverse / p * trace_S) / (
    2 * n_
)
wrong = differing([forgotten], [theory.training_forgetting(symbolic, n_, p, s)])

# %% [markdown]
# **Step 8: wide models.** All limits are symbolic, for any two tasks and any noise:

# %%
curvature, gradient2, bracket2 = derived[1], derived[0], derived[2]
limits = [
    sp.limit(sp.cancel(sp.together(ratio)), p, sp.oo)
    for ratio in (
        curvature / gradient2 * (n_ / p) * (p / n_),
        bracket2 / gradient2 * (n_ / p) ** 2 * (p / n_),
        forgotten / ((n_ / p) ** 2 / 2 * curvature),
        forgotten / (n_ / (2 * p) * (g22 + s)),
    )
]
missed = differing(limits, [1] * 4)
evidence.record(
    "O.10",
    "relative size n/p, and forgetting of a wide model",
    "limits of the two theorems that are not 1",
    missed + wrong,
    "==",
    0,
    n="4 limits and the forgetting of step 7, all symbols",
)

# %% [markdown]
# ## Check
#
# Draw both tasks, fit the first, take the gradient of the second, multiply by the first Hessian, then train the second to
# the end. Four means are compared with the two theorems.

# %% tags=["hide-input"]
widths, drawn_noises = np.array([3, 5, 10, 20]) * n, (0.0, 1.0)
cases = [(Tasks.equiangular(2, c), v) for c in cosines for v in drawn_noises]
how = {"trials": trials // 4, "seed": seed}
drawn, exact = bracket_draws(cases, n, widths, **how)  # one row a draw
z = np.abs(z_scores(drawn, exact))
alpha, what = evidence.level("O.10", "simulation"), "largest |z|"
critical = critical_z(z.size, alpha, len(drawn))
wrong_by = noticed(drawn, exact, critical)
size = {"n": f"{z.size} means × {len(drawn)} pairs of tasks"}
size["detects"] = f"a formula wrong by {wrong_by:.0%}"
evidence.record("O.10", "simulation", what, z.max(), "<", critical, **size)
page.say(scores=z.size, largest_z=z.max(), critical_z=critical)
page.say(error_rate=alpha, wrong_by=wrong_by)

# %% [markdown]
# The largest of {glue:text}`scores` scores is $|z|$ = {glue:text}`largest_z:.2f`; correct formulas exceed {glue:text}`critical_z:.2f` anywhere with
# probability at most {glue:text}`error_rate:.1e`. A formula wrong by {glue:text}`wrong_by:.0%` would be noticed in every one of them.

# %% [markdown]
# ## Look: one figure for two papers
#
# (a) Paper B's quantity: how much of the curvature of task 1 the gradient of task 2 meets. (b) Paper A's: the
# loss of task 1 once task 2 has been learned completely. The prediction in (b) uses nothing but the bracket.

# %% tags=["hide-input", "lead"]
grid = np.unique(np.geomspace(n + 4, 300 * n, 150).astype(int))
points, noise_var = np.array([2, 4, 8, 20, 60]) * n, 0.3
bracket_fig, ax = plt.subplots()
lost_fig, end = plt.subplots()
for i, (cosine, color) in enumerate(cosines.items()):
    tasks, ink = Tasks.equiangular(2, cosine), figures.COLORS[color]
    falling = relative_bracket(tasks, n, grid, noise_var)
    ax.plot(grid / n, falling, color=ink, label=f"cosine {cosine:g}")
    exact_end = theory.training_forgetting(tasks, n, grid, noise_var)
    end.plot(grid / n, exact_end, color=ink)
    end.plot(grid / n, one_step(tasks, n, grid, noise_var), ":", color=ink)
    options = {"trials": trials // 8, "seed": (seed, "figure", i)}
    sample = simulate.training_forgetting(tasks, n, points, noise_var, **options)
    figures.band(end, points / n, sample, color=ink)
ax.plot(grid / n, n / grid, "--", color=figures.INK, linewidth=1, label="$n/p$")
end.plot([], [], color=figures.INK, label="trained to the end")
end.plot([], [], ":", color=figures.INK, label="from the bracket")
for each in (ax, end):
    each.set(xscale="log", yscale="log", xlabel="width $p/n$")
    each.legend(loc="lower left")
ax.set(title="relative bracket (Paper B)")
ax.set_ylabel("$g_2^\\top H_1 g_2$ over $\\|g_2\\|^2\\, p/n$")
end.set(title="forgetting (Paper A)", ylabel="training loss of task 1")
figures.show(
    [bracket_fig, lost_fig],
    name="bridge-bracket-and-forgetting",
    caption=(
        f"Two tasks of $n = {n}$ samples, noise variance {noise_var:g}. (a) the relative bracket falls like $n/p$, "
        "whatever the angle of the tasks. (b) the loss of task 1 after task 2 is learned to the end (lines: exact; "
        f"points: means of {trials // 8:,} simulated pairs with 95 % intervals), and what one step of size $n/p$ would cost according to the bracket "
        "(dotted). The figure shows training loss; the excess risk follows below."
    ),
    alt=(
        "Two logarithmic panels against p/n. Left: four curves close to the line n/p. Right: forgetting "
        "falls; dotted predictions differ near the threshold and merge with the solid lines."
    ),
)

# %% [markdown]
# How far does the prediction carry? Over $p$, $n$, the cosine and the noise, and for both readings of forgetting. (a)
# training forgetting over its prediction from the bracket, $\frac12 (n/p)^2\, \mathbb E\, g_2^\top H_1 g_2$. (b)
# Paper A's $F$ over twice that number, which is the same step seen as a squared distance.

# %% tags=["hide-input"]
sizes = {5: ":", 20: "--", 100: "-"}
ratios = np.geomspace(1.2, 300, 120)
train_fig, train_ax = plt.subplots()
test_fig, test_ax = plt.subplots()
for cosine, color in cosines.items():
    tasks, ink = Tasks.equiangular(2, cosine), figures.COLORS[color]
    for samples, style in sizes.items():
        p_grid = np.unique((ratios * samples).round()).astype(int)
        p_grid = p_grid[p_grid > samples + 1]
        told = one_step(tasks, samples, p_grid, 0.3)
        retrained = theory.training_forgetting(tasks, samples, p_grid, 0.3)
        errors = theory.replay_error(tasks, samples, 0, p_grid, 0.3)
        on_test = theory.forgetting(errors) / (2 * told)
        train_ax.plot(p_grid / samples, retrained / told, style, color=ink)
        test_ax.plot(p_grid / samples, on_test, style, color=ink)
    train_ax.plot([], [], color=ink, label=f"cosine {cosine:g}")
for samples, style in sizes.items():
    test_ax.plot([], [], style, color=figures.INK, label=f"$n = {samples}$")
for ax in (train_ax, test_ax):
    ax.axhline(1, color=figures.INK, linewidth=0.8)
    ax.set(xscale="log", xlabel="width $p/n$", ylabel="exact over predicted")
    ax.legend(loc="upper right")
train_ax.set(ylim=(0, 3), title="training forgetting")
test_ax.set(ylim=(-1.2, 3), title="excess risk")
figures.show(
    [train_fig, test_fig],
    name="bridge-exact-over-predicted",
    caption=(
        "Exact forgetting over what the bracket predicts, noise variance 0.3; four cosines (colours) and three sample "
        "sizes (line styles, almost one). (a) every line tends to 1. (b) Paper A's $F$ tends to a number that the cosine "
        "decides, and is 1 for orthogonal tasks only. All lines are exact and carry no interval; other noise variances are in the text."
    ),
    alt=(
        "Two panels against p/n. Left: all curves come to one by p = 20 n. Right: curves level off at different heights, "
        "from above one for opposed tasks to below zero for equal ones."
    ),
)

# %% tags=["hide-input"]
beyond = {}
for cosine, samples, noise_var in product(cosines, sizes, noises):
    p_grid = np.unique((ratios * samples).round()).astype(int)
    problem = Tasks.equiangular(2, cosine), samples, p_grid[p_grid > samples + 1]
    beyond[cosine, samples, noise_var] = reach(*problem, noise_var)
far = max(beyond, key=beyond.get)
page.say(nearest=min(beyond.values()), farthest=max(beyond.values()))
page.say(settings=len(beyond), last_cosine=far[0], last_n=far[1], last_noise=far[2])

# %% [markdown]
# On training loss the prediction is within 10 % beyond $p/n$ = {glue:text}`nearest:.0f` to
# {glue:text}`farthest:.0f`, for all {glue:text}`settings` settings of cosine, $n \in \{5, 20, 100\}$ and noise variance
# in $\{0, 0.3, 1\}$; the last to come is cosine {glue:text}`last_cosine:g`, $n$ = {glue:text}`last_n`, noise variance {glue:text}`last_noise:g`.

# %% [markdown]
# ## What "because of it" can mean
#
# Three things change with the width: the gradient, the curvature and the bracket. Write the forgetting of a full training as
#
# $$ \mathbb E L_1(w_2) = \tfrac12 \cdot \underbrace{\frac np\, \mathbb E\|g_2\|^2}_{\text{gradient at a stable rate}}
#   \cdot \underbrace{\frac{\mathbb E\, g_2^\top H_1 g_2}{\mathbb E\|g_2\|^2\, p/n}}_{\text{relative bracket}}
#   \cdot \underbrace{\frac{\mathbb E L_1(w_2)}{\frac12 (n/p)^2\, \mathbb E\, g_2^\top H_1 g_2}}_{\text{long training against one step}} $$
#
# and ask which factor falls. The product is an identity. That the first and the last factor tend to constants is not.

# %% tags=["hide-input"]
cases = [(cosine, v) for cosine in cosines for v in noises]
falls = {}
for cosine, v in cases:
    tasks = Tasks.equiangular(2, cosine)
    split = factors(tasks, n, [5 * n, wide], v)
    falls[cosine, v] = [factor[0] / factor[1] for factor in split]
rows = [
    (f"{cosine:g}", f"{v:g}", f"{g:.2f}", f"{b:.1f}", f"{r:.2f}", f"{t:.1f}")
    for (cosine, v), (g, b, r, t) in falls.items()
]
heads = ["cosine", "noise variance", "gradient", "relative bracket"]
page.table(
    pd.DataFrame(rows, columns=[*heads, "long / one step", "forgetting"]),
    name="bridge-factors",
    caption=f"Each factor at p = 5n, divided by the same at p = {wide // n}n.",
)

# %% tags=["hide-input"]
explained = [np.log(b) / np.log(t) for _, b, _, t in falls.values()]
page.say(least_carried=min(explained), most_carried=max(explained))
tried = np.array([2, 5, 10, 20, 40, 70, 100, 200])
gaps = [
    prediction_gap(Tasks.equiangular(2, cosine), n, tried * n, v)
    for cosine, v in cases
]
gaps = pd.DataFrame({"ratio": tried, "gap": np.max(gaps, axis=0)})
READ_SO = "forgetting is read on the training loss of task 1 and p is at least 40n"
close = evidence.tested(gaps, "ratio >= 40", lambda rows: rows.gap.max(), READ_SO)
what = "largest relative gap of bracket and full forgetting"
check = "wider models forget less because of it"
size = {"n": f"{len(cases)} settings × {len(gaps)} widths, exact", "when": close}
evidence.record("O.10", check, what, close.inside, "<", 0.05, **size)

# %% [markdown]
# The relative bracket carries {glue:text}`least_carried:.0%` to {glue:text}`most_carried:.0%` of the fall in forgetting on a logarithmic
# scale. The gradient at a stable rate hardly changes, and long training costs what one step costs. But the factors are ours, and other factors would have other shares.

# %% [markdown]
# A cause is something that one can move. So we leave the width alone and turn the bracket: the samples of task 2 keep their lengths, and a share of each squared length is moved into the
# span of the samples of task 1. If forgetting follows, with what there is to lose held apart, the relative bracket is a cause and not only a companion of the width.

# %% tags=["hide-input"]
still, batches, per_batch = 20 * n, 12, 4
turns_in = np.array([0.05, 0.2, 0.4, 0.6, 0.8, 0.9])  # share inside the span
check = "bracket turned at one width"
options = {"batches": batches, "per_batch": per_batch}
options["level"] = 1 - 2 * evidence.level("O.10", check) / 4
causes = {}
for cosine, v in product((0.0, 0.5), (0.0, 0.3)):
    name = f"cosine {cosine:g}, noise variance {v:g}"
    options["seed"] = (seed, "turned", name)
    causes[name] = turned(n, still, turns_in, cosine, v, **options)
flattest = min((found.slope for found in causes.values()), key=lambda v: v.low)
what = f"log-log slope of forgetting, over the loss of task 2 before it, in R at p = {still // n}n, smallest of {len(causes)} settings"
size = f"{batches} batches of {per_batch} pairs × {len(turns_in)} turns"
evidence.record("O.10", check, what, flattest, ">", 0.5, n=size)


# %% tags=["hide-input"]
def ends(values):
    return f"{values[0]:.3f}, {values[-1]:.2f}"


found = causes.values()
rows = {"setting": list(causes)}
rows["R from, to"] = [ends(each.relative_bracket) for each in found]
rows["forgetting from, to"] = [ends(each.paid) for each in found]
rows["log-log slope"] = [each.slope.words(".2f") for each in found]
page.table(
    pd.DataFrame(rows),
    name="bridge-turned",
    caption=f"The bracket turned at p = {still // n}n. Forgetting over the loss of task 2 before it; intervals at the level of the record.",
)

# %% [markdown]
# A slope of 1 would be proportion. So in this model bigger models forget less because their bracket is relatively smaller.

# %% [markdown]
# Two cautions. **It is the relative bracket.** The bracket itself grows with $p$, as do gradient and
# curvature: at a *fixed* rate $\tau$ a wide model forgets more in one step, until $\tau$ exceeds the largest stable rate. The
# statement needs the rate $n/p$ that fits the curvature. **It is one cause in one model**: width changes nothing here but
# the geometry of random features. In a network, width also changes the features.

# %% tags=["hide-input"]
absolute = theory.bracket_moments(orthogonal, n, [narrow, wide], 0.3).bracket2
checks.below("squared bracket, narrow against wide", absolute[0], absolute[1])
page.say(bracket_narrow=absolute[0] ** 0.5, bracket_wide=absolute[1] ** 0.5)

# %% [markdown]
# For two orthogonal tasks the root mean square of $\|[g_1, g_2]\|$ *rises* from {glue:text}`bracket_narrow:.0f` at
# $p$ = {glue:text}`narrow` to {glue:text}`bracket_wide:.0f` at $p$ = {glue:text}`wide:,`.

# %% [markdown]
# ## Where the short-time prediction parts from the truth
#
# Train task 2 for a time $t$ of gradient flow. In the beginning $L_1$ grows like $\frac{t^2}2 g_2^\top H_1 g_2$. Then
# task 2 is learned, the gradient dies, and the loss of task 1 stays. The flow has a closed form: with
# $X_2^\top X_2 = V \Lambda V^\top$ and the residual $r = X_2^\top w_1 - y_2$ it moves $w$ by
# $-X_2 V \Lambda^{-1}(1 - e^{-t\Lambda/n}) V^\top r$.

# %% tags=["hide-input"]
times = np.geomspace(0.05, 30, 40)  # in units of n/p
pairs, part_at = max(20, trials // 40), {}
fig, ax = plt.subplots()
for k, color in {2: "red", 5: "orange", 50: "blue"}.items():
    width, ink = k * n, figures.COLORS[color]
    options = {"pairs": pairs, "seed": (seed, "flow", k)}
    band = mean_interval(regained_in_time(n, width, 0.3, times, **options))
    short = times**2 * one_step(orthogonal, n, width, 0.3)
    ax.plot(times, band.value * k, color=ink, label=f"$p = {k}n$")
    ax.fill_between(times, band.low * k, band.high * k, color=ink, alpha=0.2)
    ax.plot(times, short * k, ":", color=ink)
    whole = theory.training_forgetting(orthogonal, n, width, 0.3)
    ax.axhline(whole * k, color=ink, linewidth=0.8)
    part_at[f"parts_at_{k}"] = times[np.argmax(short > 1.5 * band.value)]
ax.set(xscale="log", yscale="log", ylim=(1e-3, 6), title="Short and long training")
ax.set(xlabel="training time on task 2, in units of $n/p$")
ax.set(ylabel="training loss of task 1, times $p/n$")
ax.legend(loc="lower right")
figures.show(
    fig,
    name="bridge-short-and-long",
    caption=(
        f"Loss of task 1 while task 2 is learned by gradient flow (orthogonal tasks, $n = {n}$, noise variance 0.3; mean of "
        f"{pairs} pairs with 95 % bands). Dotted: the bracket's $t^2/2$ law. Thin lines: the exact end. As a law of time it fails early, well before $t = n/p$. Yet at $t = n/p$ "
        "it stands where the training of a wide model will end; narrow models end lower. "
        "The figure does not show discrete steps."
    ),
    alt="Loss against time: curves rise along dotted parabolas until time 1, then level off at their thin lines.",
)
page.say(**part_at)

# %% [markdown]
# The quadratic law exceeds the flow by half at $t$ = {glue:text}`parts_at_2:.1f` $n/p$ for $p = 2n$, at {glue:text}`parts_at_5:.1f` $n/p$ for
# $p = 5n$ and at {glue:text}`parts_at_50:.1f` $n/p$ for $p = 50n$.

# %% [markdown]
# ## Networks of growing width
#
# In the linear model one number, $n/p$, is the size of the relative bracket and the share of forgetting. Is it so in
# networks? `manytasks sweep bracket-forgetting --profile book` trained them: two tasks of ten digits; a similarity dial
# that permutes none, a quarter, half or all of the pixels of task 2 and leaves task 1 alone; cross-entropy or squared
# loss; and two scenarios. *Task heads*: each task has its own output layer, and only the trunk is shared. *Shared head*: every weight
# serves both. Units are tanh and there is no BatchNorm, so that Paper B's smooth losses are what is trained.
#
# Nothing in the comparison is fitted. With $C$ classes, $n$ samples make $nC$ equations, and $p/n$ becomes $p/(nC)$. The
# mean curvature $p/n$ becomes $c_1 = \operatorname{tr} H_1 / \min(p, nC)$. And since losses differ between tasks and scenarios, forgetting is
# counted in units of what there was to learn:
#
# $$ \text{relative bracket}\quad R = \frac{g_2^\top H_1 g_2}{\|g_2\|^2\, c_1}, \qquad
#    \text{price}\quad \Phi = \frac{L_1(\theta_2) - L_1(\theta_1)}{L_2(\theta_1)} . $$
#
# In the linear model both have the law $n/p$: $R$ by {prf:ref}`thm-bridge-bracket-moments`, and $\Phi$ because of

# %%
second_before = (e2 + s) / 2  # E L₂(w₁): the error that meets fresh samples
price = sp.cancel(sp.together(forgotten / second_before * p / n_))
checks.require(
    sp.limit(price, p, sp.oo) == 1, "the price must be n/p for wide models"
)

# %% tags=["hide-input"]
table = two_tasks.with_price(deep.load_results("bracket-forgetting", "book"), 10)
mnist = two_tasks.with_price(
    deep.load_results("bracket-forgetting-mnist", "book"), 10
)
digits_long = two_tasks.with_one_step(table[table.run == "long"])
mnist_long = mnist[mnist.run == "long"]
widths_net, seeds_net = sorted(table.width.unique()), table.seed.nunique()
widest_net, fitting = widths_net[-1], 16  # from 16 on every network fits task 1
checks.require(
    table[table.width >= fitting].learned_train_error.max() == 0,
    f"every network of width {fitting} and more must fit task 1",
)
GROUPS = {
    ("mse", "task"): "squared loss, task heads",
    ("cross-entropy", "task"): "cross-entropy, task heads",
    ("mse", "domain"): "squared loss, shared head",
    ("cross-entropy", "domain"): "cross-entropy, shared head",
}
LOOK, CURVES = {}, {}
for (loss, scenario), label in GROUPS.items():
    ink = figures.COLORS["green" if scenario == "task" else "red"]
    filled, marker, line = (ink, "o", "-") if loss == "mse" else ("none", "s", "--")
    look = {"color": ink, "fmt": marker, "markerfacecolor": filled}
    LOOK[loss, scenario] = look
    CURVES[loss, scenario] = look | {"label": label, "line": line, "markersize": 5}


def draw_groups(ax, rows, column, at):
    """A curve for every loss and kind of head: median over the dial, mean of seeds."""
    for key, curve in CURVES.items():
        part = rows.groupby(["loss", "scenario"]).get_group(key)
        places = part.groupby("width")[at].first()
        figures.band(ax, places, two_tasks.by_seed(part, column), **curve)


# %% tags=["hide-input"]
law_at = np.unique(np.geomspace(1.2 * n, 60 * n, 80).astype(int))
before_2 = theory.replay_error(orthogonal, n, 0, law_at, 0.3)[..., 0, 1]
linear_price = theory.training_forgetting(orthogonal, n, law_at, 0.3)
linear_price /= (before_2 + 0.3) / 2
linear = {"relative_curvature": relative_bracket(orthogonal, n, law_at, 0.3)}
linear["price"] = linear_price
TITLES = {
    "relative_curvature": ("Paper B: the relative bracket", (0.015, 30)),
    "price": ("Paper A: forgetting", (0.0002, 2)),
}
LABELS = "$R$ at the end of task 1", r"price $\Phi$ of learning task 2"
SEE = {
    "both-papers": (
        "The central figure of this book: both papers in one pair of axes, with nothing fitted. (a) the "
        r"relative bracket $R$ of Paper B when task 1 has been learned; (b) the price $\Phi$ of task 2 in Paper A's sense, its "
        r"training complete. Size is $p/n$, for networks $p/(nC)$. Blue: linear model, orthogonal tasks, noise variance 0.3; in "
        r"both panels it tends to $n/p$. To see: where tasks have heads of their own (green) both fall; where they share a head "
        "(red) and the loss is squared, neither does by much; under cross-entropy forgetting falls further than the bracket. "
    ),
    "both-papers-mnist": (
        "The same on permuted MNIST, in the same axes. To see: the green curves fall beside the blue line again, but they stand further right: images of 784 pixels make "
        "parameters that do not count as those of the linear model do. "
    ),
}

# %% tags=["hide-input"]
blue = {"color": figures.COLORS["blue"]}
thin = {"color": figures.INK, "linewidth": 1}
for name, trained in zip(SEE, (digits_long, mnist_long), strict=True):
    panels = [plt.subplots(figsize=(5, 4)) for _ in linear]
    for (_, ax), column, ylabel in zip(panels, linear, LABELS, strict=True):
        ax.plot(law_at / n, linear[column], **blue, label="linear model, exact")
        ax.plot(law_at / n, n / law_at, ":", **thin, label="$n/p$")
        draw_groups(ax, trained, column, "size")
        title, limits = TITLES[column]
        ax.set(xscale="log", yscale="log", xlabel="size: parameters per equation")
        ax.set(title=title, ylabel=ylabel, ylim=limits)
    panels[1][1].legend(loc="lower left", fontsize=9)
    figures.show(
        [fig for fig, _ in panels],
        name=name,
        caption=(
            f"{SEE[name]}Networks of width {widths_net[0]} to {widest_net}: medians over four similarities, means and 95 % "
            f"intervals over {trained.seed.nunique()} seeds. The figure shows training loss; test loss follows below, for digits."
        ),
        alt=(
            "Two logarithmic panels against parameters per equation. In both a blue line falls with slope -1. Left: green curves fall, "
            "red ones stay higher. Right: green curves and the dashed red curve fall, the solid red one stays high."
        ),
    )

# %% [markdown]
# ### Is the relative bracket what shrinks?
#
# From the first width at which every network fits task 1 to the largest, by which factor does each quantity fall? The
# long run is compared with one step of the length that a look at $H_2$ suggests, $\tau = \|g_2\|^2 / g_2^\top H_2 g_2$ (in the
# linear model about $n/p$).

# %% tags=["hide-input"]
COLUMNS = {
    "relative_curvature": "relative bracket R",
    "price": "price Φ",
    "long_over_step": "long run over one step",
    "bracket": "‖[g₁, g₂]‖",
    "g2": "‖g₂‖",
    "loss_2": "L₂(θ₁)",
}
groups = digits_long.groupby(["loss", "scenario"])
ends = fitting, widest_net
falls = {
    key: bracket_falls.log_falls(groups.get_group(key), COLUMNS, *ends)
    for key in GROUPS
}
written = [
    (GROUPS[key], *(fall.map(np.exp).words(".2g") for fall in found.values()))
    for key, found in falls.items()
]
start, end = digits_long.groupby("width")["size"].first()[list(ends)]
page.table(
    pd.DataFrame(written, columns=["networks", *COLUMNS.values()]),
    name="bridge-falls",
    caption=(
        f"Falls from width {fitting} to {widest_net} (size grows {end / start:.0f}-fold; a number below 1 is a rise; medians over the dial, "
        f"geometric means over {seeds_net} seeds with 95 % intervals of Student's t)."
    ),
)

# %% tags=["hide-input"]
drawn = {"seed": seed, "resamples": resamples}
squared, entropy, shared = list(GROUPS)[:3]
for what, key in {"squared": squared, "entropy": entropy}.items():
    share = bracket_falls.carried(groups.get_group(key), *ends, **drawn)
    by_width = np.log(widest_net / fitting) / falls[key]["price"].value
    page.say(**{f"{what}_share": share.words(".0%"), f"{what}_by_width": by_width})
with_heads = digits_long.query("width >= @fitting and scenario == 'task'")
at_widest = digits_long[digits_long.width == widest_net]
median = at_widest.groupby(["loss", "scenario"]).median(numeric_only=True)
in_group = at_widest.groupby(["loss", "scenario"]).get_group(squared)
size_there = median["size"][squared]
page.say(
    of_linear=in_group.groupby("seed").price.median().mean()
    / np.interp(size_there, law_at / n, linear_price),
    shared_fall=falls[shared]["price"].map(np.exp).words(".2f"),
    bracket_left=median.relative_curvature[shared],
    widest_net=int(widest_net),
    net_seeds=seeds_net,
    of_seeds=bracket_falls.order_of_seeds(with_heads),
    spike=(in_group.sharpness_1 / in_group.mean_curvature).median(),
    linear_spike=(1 + size_there**-0.5)
    ** 2,  # Marchenko and Pastur, in units of p/n
)

# %% [markdown]
# **Squared loss, task heads: yes.** The relative bracket carries {glue:text}`squared_share` of the fall of forgetting on a logarithmic scale,
# and the price of the widest networks is {glue:text}`of_linear:.1f` times that of a linear model of their size. **Cross-entropy, task heads: for the
# larger part**, {glue:text}`entropy_share`. The rest is in the third column: what the look from the end of task 1 misses is larger in narrow networks.
# **Squared loss, shared head: there is nothing to explain.** Forgetting falls by a factor of {glue:text}`shared_fall`, which may be one, and the relative bracket is still
# {glue:text}`bracket_left:.1f` at width {glue:text}`widest_net`: what a shared head has to unlearn, task 1 is curved along more than on average.
# **Cross-entropy, shared head: no.** Forgetting falls by more than the bracket does.
#
# **What this cannot show.** Whatever falls with width carries some of the fall. By the same arithmetic one over the width carries
# {glue:text}`squared_by_width:.0%` under squared loss and {glue:text}`entropy_by_width:.0%` under cross-entropy. Within one width and one similarity the rank
# correlation of $R$ with the price over {glue:text}`net_seeds` seeds is {glue:text}`of_seeds:.2f` on average. So networks of growing width do not tell the bracket from the width,
# and nothing is recorded for them.

# %% tags=["hide-input"]
on_mnist = mnist_long.groupby(["loss", "scenario"])
for (loss, scenario), rows in on_mnist:
    what = "squared" if loss == "mse" else "entropy"
    if scenario == "task":
        draws = {"seed": (seed, "mnist", loss, scenario), "resamples": resamples}
        share = bracket_falls.carried(rows, *ends, **draws)
        page.say(**{f"mnist_{what}": share.words(".2f")})
    else:
        fall = geometric_interval(np.exp(two_tasks.log_fall(rows, "price", *ends)))
        form = ".2f" if loss == "mse" else ".1f"
        page.say(**{f"mnist_shared_{what}": fall.words(form)})
there = on_mnist.get_group(squared).query("width == @widest_net")
page.say(
    mnist_seeds=mnist.seed.nunique(),
    mnist_size=there["size"].median(),
    mnist_bracket=there.relative_curvature.median(),
    digits_size=size_there,
    digits_bracket=median.relative_curvature[squared],
)

# %% [markdown]
# **Permuted MNIST** says the same with task heads: the relative bracket carries {glue:text}`mnist_squared` of the fall of forgetting under squared loss and
# {glue:text}`mnist_entropy` under cross-entropy (1 is all of it; {glue:text}`mnist_seeds` seeds, 95 % intervals). With a shared head forgetting falls by a factor of {glue:text}`mnist_shared_squared` under squared loss,
# and of {glue:text}`mnist_shared_entropy` under cross-entropy. What it does not repeat is the place: at width {glue:text}`widest_net` (squared loss, task heads) $R$ is
# {glue:text}`mnist_bracket:.2f` with {glue:text}`mnist_size:.0f` parameters per equation, and on digits {glue:text}`digits_bracket:.2f` with {glue:text}`digits_size:.0f`. Width tells more than the number of parameters, most of which
# belong to pixels. Nothing was declared for these numbers, so nothing is recorded.
#
# The last line of the table is milder than {doc}`../networks/networks-forget`, where width does not help one head without a buffer: those networks have
# BatchNorm and learn more tasks, none of them equal; here there are two, and three of the four pairs are related.

# %% tags=["hide-input"]
NAMES = ("heads_squared", "heads_entropy", "shared_squared", "shared_entropy")
NAMES = dict(zip(GROUPS, NAMES, strict=True))
page.say(**{f"{NAMES[key]}_steps": median.long_over_step[key] for key in GROUPS})

# %% [markdown]
# What networks do *not* inherit is the last theorem. In the linear model the long run costs what one step of the right
# length costs. Here, at width {glue:text}`widest_net`, it costs a multiple (medians): {glue:text}`heads_squared_steps:.1f` times (squared loss, task heads),
# {glue:text}`heads_entropy_steps:.1f` times (cross-entropy, task heads), {glue:text}`shared_squared_steps:.1f` times (squared loss, shared head),
# {glue:text}`shared_entropy_steps:.1f` times (cross-entropy, shared head). The largest curvature of task 1 is {glue:text}`spike:.0f` times the mean one there (squared loss; in a linear model of that size
# {glue:text}`linear_spike:.1f` times): one step serves the sharp directions, and training goes on along the flat ones.

# %% [markdown]
# ### Short run, long run, training and test
#
# What do the first $k$ steps of rate $h$ cost? With $t = kh$, and where $g_1$ is not quite zero,
#
# $$ L_1(\theta_k) - L_1(\theta_1) = -t\,\langle g_1, g_2\rangle + \tfrac{t^2}2\, g_2^\top H_1 g_2
#    + \tfrac{t(t-h)}2\, g_1^\top H_2 g_2 + O(t^3). $$
#
# At a minimum only the middle term is left, $-\frac{t^2}2 \langle g_2, [g_1, g_2]\rangle$.

# %% tags=["hide-input"]
first_steps = two_tasks.with_first_steps(table[table.run != "long"])
first_steps = first_steps.groupby(["loss", "run", "width"])
rows = []
for loss, words in (("mse", "squared loss"), ("cross-entropy", "cross-entropy")):
    for run, count in (("one step", 1), ("short", int(table.short[0]))):
        cells = []
        for width in ends:
            part = first_steps.get_group((loss, run, width))
            spread = Interval(*part.ratio.quantile([0.5, 0.1, 0.9]))
            cells += [spread.words(".2f"), f"{part.first_order.median():.0%}"]
        rows.append((words, count, *cells))
heads = ["loss", "steps", f"width {fitting}", "first order"]
page.table(
    pd.DataFrame(rows, columns=[*heads, f"width {widest_net}", "first order"]),
    name="bridge-first-steps",
    caption="Training forgetting over this prediction (median, 10–90 % of the pairs), and how much of the prediction is first order.",
)

# %% [markdown]
# Under cross-entropy the first-order term does not vanish: a network that fits its labels still has a gradient, its
# minimum lies at infinity. At large width that term is most of what one step does, and then it is not the bracket but the
# cosine that speaks. After ten steps the law is out of its depth for narrow networks.

# %% tags=["hide-input"]
panels = []
for column, words in (
    ("forgotten_test_loss", "test loss"),
    ("forgotten_test_error", "test accuracy"),
):
    fig, ax = plt.subplots()
    draw_groups(ax, digits_long, column, "width")
    ax.axhline(0, color=figures.INK, linewidth=0.8)
    ax.set(xscale="log", xlabel="width", ylabel=f"forgetting of {words}")
    ax.set(title=f"in {words}")
    ax.set_xticks(widths_net, widths_net)
    ax.minorticks_off()
    panels.append(fig)
panels[0].axes[0].legend(loc="upper right", fontsize=9.5)
figures.show(
    panels,
    name="bridge-networks-test",
    caption=(
        f"Forgetting on the test after the long run: (a) loss and (b) accuracy. Medians over four similarities, means "
        f"and 95 % intervals over {seeds_net} seeds. The losses are different functions: compare the lines of one loss only. The "
        "figure hides the dial; a task 2 that is equal to task 1 (no pixel permuted) improves the test loss under a shared head."
    ),
    alt=(
        "Two panels against width 8 to 128. Task heads: forgetting falls to nearly zero. Shared head: squared loss flat, cross-entropy falling."
    ),
)

# %% tags=["hide-input"]
equal_pairs = digits_long.query("scenario == 'domain' and fraction == 0")
page.say(
    equal_networks=len(equal_pairs),
    gain_on_test=(equal_pairs.forgotten_test_loss < 0).mean(),
    lose_in_training=(equal_pairs.forgotten_train_loss > 0).mean(),
)
page.say(
    **{f"{NAMES[key]}_wrong": median.forgotten_train_error[key] for key in GROUPS}
)

# %% [markdown]
# As in the linear model, similar tasks gain on the test while they lose in training: with a shared head and no permuted pixel the test
# loss of task 1 falls in {glue:text}`gain_on_test:.0%` of the {glue:text}`equal_networks` networks, and the training loss rises in
# {glue:text}`lose_in_training:.0%`. Forgotten training accuracy, {glue:text}`widest_net` units wide (medians):
# {glue:text}`heads_squared_wrong:.0%` (squared loss, task heads), {glue:text}`heads_entropy_wrong:.0%` (cross-entropy, task heads),
# {glue:text}`shared_squared_wrong:.0%` (squared loss, shared head), {glue:text}`shared_entropy_wrong:.0%` (cross-entropy, shared head).

# %% [markdown]
# ### Who predicts forgetting?
#
# At one width, which measure ranks pairs of tasks by what will be forgotten? And for one pair of tasks, which measure ranks the widths?
# The bracket is compared with cheaper rivals, all measured at the end of task 1. Training and test forgetting are kept apart.

# %% tags=["hide-input"]
CANDIDATES = {
    "bracket": (r"$\|[g_1, g_2]\|$", "‖[g₁, g₂]‖"),
    "relative_bracket": (r"$\|[g_1, g_2]\|$, relative", "‖[g₁, g₂]‖, relative"),
    "noncommuting": (r"$\|[g_1, g_2]\|$, of its bound", "‖[g₁, g₂]‖, of its bound"),
    "curvature_train": (r"$g_2^\top H_1 g_2$", "g₂ᵀH₁g₂"),
    "curvature_test": (r"$g_2^\top H_1 g_2$ on test", "g₂ᵀH₁g₂ on test"),
    "relative_curvature": ("$R$", "R"),
    "g2": (r"$\|g_2\|$", "‖g₂‖"),
    "loss_2": (r"$L_2(\theta_1)$", "L₂(θ₁)"),
    "minus_cosine": (r"$-\cos(g_1, g_2)$", "−cos(g₁, g₂)"),
}
signed = table.assign(minus_cosine=-table.cosine)
orders = bracket_predictors.rank_measures(
    signed, list(CANDIDATES), fitting, seed=seed, resamples=resamples
)
targets, per_width = (
    list(bracket_predictors.TARGETS),
    len(signed.groupby(["seed", "fraction"])),
)
for (key, name), where in product(NAMES.items(), ("training", "test")):
    row = orders.loc[("tasks", f"long run, {where}", *key)]
    best = row.map(lambda order: order.value).astype(float).idxmax()
    page.say(**{f"{name}_best_{where}": CANDIDATES[best][1]})
    page.say(**{f"{name}_order_{where}": row[best].words(".2f")})
    page.say(**{f"{name}_bracket_{where}": row["bracket"].value})

# %% tags=["hide-input"]
SHORT = ("heads, squared", "heads, entropy", "shared, squared", "shared, entropy")
SHORT = dict(zip(GROUPS, SHORT, strict=True))
PANEL = {"styles": {SHORT[key]: look for key, look in LOOK.items()}}
PANEL["names"] = {name: formula for name, (formula, _) in CANDIDATES.items()}
PANEL["xlabel"] = "rank correlation with forgetting"


def panel(kind, target, **how):
    rows = {name: orders.loc[(kind, target, *key)] for key, name in SHORT.items()}
    room = {"xlim": (-1.08, 1.08), "ylim": (len(CANDIDATES) - 0.4, -1.9)}
    return page.grouped_ranking(rows, title=target, **PANEL, **room, **how)


figures.show(
    [panel("tasks", target, legend=target == targets[0]) for target in targets],
    name="bridge-who-predicts",
    caption=(
        f"At one width: Spearman correlation of each measure with forgetting over {per_width} pairs of tasks ({seeds_net} seeds, "
        f"{table.fraction.nunique()} similarities), mean over {len(widths_net)} widths; 95 % bootstrap intervals over seeds, rough with {seeds_net} of them. "
        "For one step on task 2 the bracket's numbers lead under squared loss. In the long run, and on the test, the plain loss "
        r"$L_2(\theta_1)$ and $\|g_2\|$ do as well or better under a shared head, and the relative forms rank backwards."
    ),
    alt="Three panels of dots with intervals, nine measures each, four kinds of networks.",
)

# %% tags=["hide-input"]
over = len(widths_net) - widths_net.index(fitting)
figures.show(
    [
        panel("widths", target, legend=target == targets[1])
        for target in targets[1:]
    ],
    name="bridge-who-predicts-widths",
    caption=(
        f"For one pair of tasks: Spearman correlation over the {over} widths from {fitting} on, mean over {seeds_net} seeds and "
        f"{table.fraction.nunique()} similarities, 95 % bootstrap intervals over seeds. Only the relative forms fall as forgetting "
        "does; the bracket itself and the gradient grow with width."
    ),
    alt="Two panels of dots with intervals: relative measures near +1 for task heads, absolute ones near -1.",
)

# %% tags=["hide-input"]
check = "networks, one step on task 2"
level = 1 - 2 * evidence.level("B.M3", check) / 2
one_steps = table[table.run == "one step"].groupby(["loss", "scenario"])
correlations = [
    bracket_predictors.jackknife_order(
        one_steps.get_group(key), "curvature_train", "forgotten_train_loss", level
    )
    for key in GROUPS
]
kinds = pd.DataFrame({"correlation": correlations})
kinds["squared"] = [loss == "mse" for loss, _ in GROUPS]
at_minimum = evidence.tested(
    kinds,
    "squared",
    lambda rows: min(rows.correlation, key=lambda v: v.low),
    "task 1 has reached a minimum, which it does under squared loss and not under cross-entropy",
)
what = "rank correlation of g₂ᵀH₁g₂ with training forgetting, smaller of two kinds of head"
size = {"seeds": seeds_net, "when": at_minimum}
size["n"] = (
    f"2 scenarios × {len(widths_net)} widths × {per_width} pairs, jackknife over seeds"
)
evidence.record("B.M3", check, what, at_minimum.inside, ">", 0.9, **size)

# %% [markdown]
# * squared loss, task heads: the best of the nine is {glue:text}`heads_squared_best_training` with {glue:text}`heads_squared_order_training` for long-run training forgetting and
#   {glue:text}`heads_squared_best_test` with {glue:text}`heads_squared_order_test` on the test; the bracket has {glue:text}`heads_squared_bracket_training:.2f` and {glue:text}`heads_squared_bracket_test:.2f`.
# * cross-entropy, task heads: the best of the nine is {glue:text}`heads_entropy_best_training` with {glue:text}`heads_entropy_order_training` for long-run training forgetting and
#   {glue:text}`heads_entropy_best_test` with {glue:text}`heads_entropy_order_test` on the test; the bracket has {glue:text}`heads_entropy_bracket_training:.2f` and {glue:text}`heads_entropy_bracket_test:.2f`.
# * squared loss, shared head: the best of the nine is {glue:text}`shared_squared_best_training` with {glue:text}`shared_squared_order_training` for long-run training forgetting and
#   {glue:text}`shared_squared_best_test` with {glue:text}`shared_squared_order_test` on the test; the bracket has {glue:text}`shared_squared_bracket_training:.2f` and {glue:text}`shared_squared_bracket_test:.2f`.
# * cross-entropy, shared head: the best of the nine is {glue:text}`shared_entropy_best_training` with {glue:text}`shared_entropy_order_training` for long-run training forgetting and
#   {glue:text}`shared_entropy_best_test` with {glue:text}`shared_entropy_order_test` on the test; the bracket has {glue:text}`shared_entropy_bracket_training:.2f` and {glue:text}`shared_entropy_bracket_test:.2f`.

# %% [markdown]
# **Are the tables what the code computes?** This page trains pairs again and compares them with their rows.

# %% tags=["hide-input"]
display(
    Markdown(str(deep.agree_with_table("bracket-forgetting", "unrelated tasks")))
)

# %% [markdown]
# ## Break: the excess risk does not listen to the bracket alone
#
# Paper A's forgetting $F$ is the growth of the excess risk on task 1. The move $\Delta = w_2 - w_1$ changes it by
#
# $$ F = \mathbb E\|\Delta\|^2 + 2\, \mathbb E\langle w_1 - w_1^*, \Delta\rangle. $$
#
# The first term is what the bracket measures: for wide models $\mathbb E\|\Delta\|^2$ is twice the training
# forgetting. The second is *first order* in the move. It is negative when task 2 points towards $w_1^*$, which $w_1$ has only
# partly found. No bracket contains it, since the bracket sees training losses at a minimum.
# Both terms fall like $n/p$, so neither wins by width: for tasks of norm 1, $F$ over the bracket's prediction tends to
# $1 - 2\cos/(1 + \sigma^2)$, the levels that <a href="#figure-bridge-exact-over-predicted">the lines above</a> approach.

# %%
retained = theory.replay_error(symbolic, n_, 0, p, s, regime="over")
F = retained[1, 0] - retained[0, 0]
leading = sp.limit(sp.cancel(sp.together(F * p / n_)), p, sp.oo)
checks.require(
    differing([leading], [d - g11 + s]) == 0, "F must tend to (d - g11 + s) n/p"
)
of_unit_norm = (leading / (g22 + s)).subs({g11: 1, g22: 1})
checks.require(
    differing([of_unit_norm], [1 - 2 * g12 / (1 + s)]) == 0,
    "for unit norms that must be 1 - 2 cos/(1 + s)",
)
moved2 = n_ / p * e2 + s * inverse  # E‖Δ‖²
checks.require(
    sp.limit(sp.cancel(sp.together(moved2 / (2 * forgotten))), p, sp.oo) == 1,
    "the squared move must tend to twice the training forgetting",
)
leading

# %% tags=["hide-input"]
points = np.array([3, 8, 30]) * n
grid = np.unique(np.geomspace(n + 4, 100 * n, 150).astype(int))
panels = []
for noise_var in (0.0, 1.0):
    fig, ax = plt.subplots()
    for i, (cosine, color) in enumerate(cosines.items()):
        problem = Tasks.equiangular(2, cosine), n, 0
        ink = figures.COLORS[color]
        F = theory.forgetting(theory.replay_error(*problem, grid, noise_var))
        ax.plot(grid / n, F, color=ink, label=f"cosine {cosine:g}")
        lost = theory.training_forgetting(*problem[:2], grid, noise_var)
        ax.plot(grid / n, 2 * lost, ":", color=ink)
        how = {"trials": trials // 8, "method": "reduced"}
        how["seed"] = (seed, "excess risk", i, int(noise_var))
        sample = simulate.replay_error(*problem, points, noise_var, **how)
        figures.band(ax, points / n, theory.forgetting(sample), color=ink)
    ax.axhline(0, color=figures.INK, linewidth=0.8)
    ax.set(xscale="log", ylim=(-0.35, 1.3), xlabel="width $p/n$")
    ax.set(title=f"noise variance {noise_var:g}", ylabel="forgetting")
    panels.append(fig)
panels[1].axes[0].legend(loc="upper right")
figures.show(
    panels,
    name="bridge-excess-risk",
    caption=(
        f"Growth of the excess risk of task 1 (solid; Paper A's $F$; points: means of {trials // 8:,} simulated pairs with 95 % intervals) beside twice the "
        f"training forgetting (dotted), $n = {n}$. For orthogonal tasks both approach one another in wide models. Equal tasks with clean labels lose "
        "training loss yet gain on the test: $F < 0$. With clean labels and equal tasks (blue, in a) training forgetting "
        "first rises with the width. The figure does not show variances."
    ),
    alt=(
        "Forgetting against width for four cosines, without and with noise. Solid and dotted curves agree for cosine 0 at "
        "large width; for cosine 1 the solid curve is negative while the dotted one is positive."
    ),
)

# %% tags=["hide-input"]
equal, clean = Tasks.equiangular(2, 1.0), np.arange(n, 10 * n)
worst = clean[theory.training_forgetting(equal, n, clean, 0.0).argmax()]
gain = theory.forgetting(theory.replay_error(equal, n, 0, clean, 0.0))
checks.below("distance of the worst width from 3n", abs(worst - 3 * n), 3)
checks.below("largest forgetting of equal tasks on the test", gain.max(), 1e-9)
page.say(worst_width=worst, largest_F=gain.max())

# %% [markdown]
# Two exact exceptions to the title. Equal tasks with clean labels forget nothing at $p = n$, most at $p$ = {glue:text}`worst_width`
# $\approx 3n$, and less only beyond. And on the test they never forget: $F$ is at most {glue:text}`largest_F:.2f`, and
# wider models *gain* less, for the same reason for which they forget less: nothing that happens in a few of many
# directions changes much.

# %% [markdown]
# ## Exercises
#
# ```{exercise} The best step
# :label: exercise-bridge-step
#
# Why is $n/p$ the natural rate for task 2 in a wide model? Show that a step of this size takes $L_2$ from its value at
# $w_1$ to almost zero.
# ```
#
# ```{solution} exercise-bridge-step
# :class: dropdown
#
# The residual $r = X_2^\top w - y_2$ becomes $(I - \tau X_2^\top X_2/n)\, r$. The matrix $X_2^\top X_2/p$ has eigenvalues
# within about $2\sqrt{n/p}$ of 1, so $\tau = n/p$ leaves a residual of relative size $\sqrt{n/p}$ on average.
# ```
#
# ```{exercise} No signal, only noise
# :label: exercise-bridge-noise
#
# Let $w_1^* = w_2^* = 0$ and $\sigma = 1$. Is there forgetting in the training loss? In the excess risk?
# ```
#
# ```{solution} exercise-bridge-noise
# :class: dropdown
#
# Yes, in both. The wide limit of {prf:ref}`thm-bridge-training-forgetting` is $n\sigma^2/(2p)$, and $F$ behaves like
# $n\sigma^2/p$. The new noise overwrites the old fit, and adds variance of its own.
# ```
#
# ```{exercise} A common direction
# :label: exercise-bridge-common
#
# Add one constant feature $x_0 = \sqrt p$ to every sample. What happens to the bracket of wide models?
# ```
#
# ```{solution} exercise-bridge-common
# :class: dropdown
#
# Both Hessians now share an eigenvector with curvature of order $p$, and the part of $g_2$ along it is of the same order as
# the rest. The relative bracket no longer falls like $n/p$: it tends to a constant. Width helps because random
# directions avoid one another, and it does not help against directions that all samples share.
# ```

# %% [markdown]
# ## In one breath
#
# * After task 1 the bracket is $-H_1 g_2$; in the linear model its moments are exact. Relative to gradient and curvature
#   they fall like $n/p$.
# * Trained to the end, a wide model regains the training loss that the bracket predicts for one step of size $n/p$, since one
#   such step is the whole training.
# * In networks with task heads the relative bracket falls with width, and forgetting with it: under squared loss at the
#   linear model's price. With a shared head it stays, and under squared loss so does forgetting.
# * At one width the gap $L_2(\theta_1)$ and $\|g_2\|$ are often the better predictors: the bracket is about the first steps.
# * The bracket explains forgetting in the loss it is made of. The excess risk has a second term of equal order, and for
#   similar tasks that term turns forgetting into gain.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
