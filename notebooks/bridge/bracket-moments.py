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
# Networks do the same where each task has a head of its own, and not where tasks share one: {doc}`wider-networks`.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 4000  # simulated pairs of tasks per point [400 to 20000]
n = 20  # samples per task [8 to 60]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import display

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.page import say, table
from manytasks.statistics import critical_z, mean_interval, noticed, z_scores
from manytasks.studies.linear import bracket_reach
from manytasks.studies.linear.bracket_draws import bracket_draws
from manytasks.studies.linear.linear_bracket import one_step, relative_bracket
from manytasks.studies.linear.short_and_long import regained_in_time
from manytasks.studies.linear.turned_samples import turned
from manytasks.symbolic import differing

parameters.check(In, globals())
inks = {-0.5: "red", 0.0: "orange", 0.5: "green", 1.0: "blue"}  # by cosine
inks = {cosine: figures.COLORS[ink] for cosine, ink in inks.items()}
cosines, noises = list(inks), (0.0, 0.3, 1.0)  # label-noise variances
narrow, wide = 2 * n, 100 * n
orthogonal = Tasks.equiangular(2, 0.0)
lost = theory.training_forgetting(orthogonal, n, [narrow, wide], 0.3)
relative = relative_bracket(orthogonal, n, [narrow, wide], 0.3)
say(samples=n, narrow=narrow, wide=wide)
say(bracket_fall=relative[0] / relative[1], forgetting_fall=lost[0] / lost[1])

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
# $$ \begin{aligned} L_i(w) &= \tfrac1{2n}\|X_i^\top w - y_i\|^2, \\ g_i &= \tfrac1n X_i(X_i^\top w - y_i), \\
# H_i &= \tfrac1n S_i, \qquad S_i = X_i X_i^\top. \end{aligned} $$
#
# Task 1 has been learned: $w_1$ is its minimum-norm interpolator. So $L_1(w_1) = 0$, $g_1 = 0$ and
# $[g_1, g_2] = -H_1 g_2$. Since $L_1$ is quadratic, a step $-\tau g_2$ on task 2 raises it by *exactly*
#
# $$ \begin{aligned} L_1(w_1 - \tau g_2) &= \tfrac{\tau^2}2\, g_2^\top H_1 g_2 \\ &= -\tfrac{\tau^2}2\, \langle g_2, [g_1, g_2]\rangle. \end{aligned} $$
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
# $$ \frac{\mathbb E\, g_2^\top H_1 g_2}{\mathbb E\|g_2\|^2 \cdot p/n} \sim \frac np, \qquad
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
# $$ \begin{aligned} \mathbb E L_1(w_2) = \frac1{2n}\Big[ & \Big(\frac np - p\,c_2\Big)\mathbb E\, e^\top S_1 e \\
#   & + c_2\, \mathbb E \operatorname{tr}(S_1)\|e\|^2 + \frac{n^2\sigma^2}{p-n-1}\Big], \end{aligned} $$
#
# and if $\|w_2^*\|^2 + \sigma^2 > 0$, then for $p \to \infty$
#
# $$ \begin{aligned} \mathbb E L_1(w_2) &\sim \tfrac12 \Big(\frac np\Big)^2\, \mathbb E\, g_2^\top H_1 g_2 \\
#   &\sim \frac{n}{2p}\,\big(\|w_2^*\|^2 + \sigma^2\big). \end{aligned} $$
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
say(scores=z.size, largest_z=z.max(), critical_z=critical)
say(error_rate=alpha, wrong_by=wrong_by)

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
for i, (cosine, ink) in enumerate(inks.items()):
    tasks = Tasks.equiangular(2, cosine)
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
for cosine, ink in inks.items():
    for samples, style in sizes.items():
        p_grid = bracket_reach.widths_at(ratios, samples)
        problem = Tasks.equiangular(2, cosine), samples, p_grid, 0.3
        over = bracket_reach.over_predicted(*problem)
        train_ax.plot(p_grid / samples, over.training, style, color=ink)
        test_ax.plot(p_grid / samples, over.test, style, color=ink)
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
beyond = bracket_reach.reaches(cosines, list(sizes), noises, ratios)
far = beyond.loc[beyond.reach.idxmax()]
say(nearest=beyond.reach.min(), farthest=far.reach, settings=len(beyond))
say(last_cosine=far.cosine, last_n=int(far.samples), last_noise=far.noise_var)

# %% [markdown]
# On training loss the prediction is within 10 % beyond $p/n$ = {glue:text}`nearest:.0f` to
# {glue:text}`farthest:.0f`, for all {glue:text}`settings` settings of cosine, $n \in \{5, 20, 100\}$ and noise variance
# in $\{0, 0.3, 1\}$; the last to come is cosine {glue:text}`last_cosine:g`, $n$ = {glue:text}`last_n`, noise variance {glue:text}`last_noise:g`.

# %% [markdown]
# ## What "because of it" can mean
#
# Three things change with the width: the gradient, the curvature and the bracket. Write the forgetting of a full training as
#
# $$ \begin{aligned} \mathbb E L_1(w_2) = \tfrac12 & \cdot \underbrace{\frac np\, \mathbb E\|g_2\|^2}_{\text{gradient at a stable rate}} \\
#   & \cdot \underbrace{\frac{\mathbb E\, g_2^\top H_1 g_2}{\mathbb E\|g_2\|^2\, p/n}}_{\text{relative bracket}} \\
#   & \cdot \underbrace{\frac{\mathbb E L_1(w_2)}{\frac12 (n/p)^2\, \mathbb E\, g_2^\top H_1 g_2}}_{\text{long training against one step}} \end{aligned} $$
#
# and ask which factor falls. The product is an identity. That the first and the last factor tend to constants is not.

# %% tags=["hide-input"]
falls = bracket_reach.factor_falls(cosines, noises, n, 5 * n, wide)
shown = {"cosine": falls.cosine.map("{:g}".format)}
shown["noise variance"] = falls.noise_var.map("{:g}".format)
shown["gradient"] = falls.gradient.map("{:.2f}".format)
shown["relative bracket"] = falls.relative_bracket.map("{:.1f}".format)
shown["long / one step"] = falls.long_over_step.map("{:.2f}".format)
shown["forgetting"] = falls.forgetting.map("{:.1f}".format)
table(
    pd.DataFrame(shown),
    name="bridge-factors",
    caption=f"Each factor at p = 5n, divided by the same at p = {wide // n}n.",
)

# %% tags=["hide-input"]
say(least_carried=falls.carried.min(), most_carried=falls.carried.max())
tried = [2, 5, 10, 20, 40, 70, 100, 200]
gaps = bracket_reach.largest_gaps(cosines, noises, n, tried)
READ_SO = "forgetting is read on the training loss of task 1 and p is at least 40n"
close = evidence.tested(gaps, "ratio >= 40", lambda rows: rows.gap.max(), READ_SO)
what = "largest relative gap of bracket and full forgetting"
check = "wider models forget less because of it"
size = {"n": f"{len(falls)} settings × {len(gaps)} widths, exact", "when": close}
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
for cosine, v in [(0.0, 0.0), (0.0, 0.3), (0.5, 0.0), (0.5, 0.3)]:
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
table(
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
say(bracket_narrow=absolute[0] ** 0.5, bracket_wide=absolute[1] ** 0.5)

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
say(**part_at)

# %% [markdown]
# The quadratic law exceeds the flow by half at $t$ = {glue:text}`parts_at_2:.1f` $n/p$ for $p = 2n$, at {glue:text}`parts_at_5:.1f` $n/p$ for
# $p = 5n$ and at {glue:text}`parts_at_50:.1f` $n/p$ for $p = 50n$.

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
    for i, (cosine, ink) in enumerate(inks.items()):
        problem = Tasks.equiangular(2, cosine), n, 0
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
say(worst_width=worst, largest_F=gain.max())

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
# * The bracket explains forgetting in the loss it is made of. The excess risk has a second term of equal order, and for
#   similar tasks that term turns forgetting into gain.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
