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

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 4000  # simulated pairs of tasks per point
n = 20  # samples per task

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown, display
from scipy.stats import norm

from manytasks import Tasks, evidence, figures, simulate, theory
from manytasks.streams import stream
from manytasks.symbolic import differing

cosines = {-0.5: "red", 0.0: "orange", 0.5: "green", 1.0: "blue"}
noises = (0.0, 0.3, 1.0)  # label-noise variances


def one_step(tasks, p, noise_var):
    """Forgetting that the bracket predicts for one step of size n/p on task 2."""
    curvature = theory.bracket_moments(tasks, n, p, noise_var).curvature
    return (n / p) ** 2 / 2 * curvature


def relative(moments, p):
    """Curvature along g₂ over the mean curvature p/n that task 1 has where it looks."""
    return moments.curvature / moments.gradient2 / (p / n)


narrow, wide = 2 * n, 100 * n
orthogonal = Tasks.equiangular(2, 0.0)
lost = theory.training_forgetting(orthogonal, n, [narrow, wide], 0.3)
share = relative(
    theory.bracket_moments(orthogonal, n, [narrow, wide], 0.3),
    np.array([narrow, wide]),
)
display(
    Markdown(
        "A wide model has room: the direction in which task 2 pulls lies almost entirely where task 1 is flat, so the "
        "Lie bracket of the two gradients is small relative to what it could be. For two orthogonal tasks of "
        f"{n} samples, going from $p = {narrow}$ to $p = {wide:,}$ divides this relative bracket by "
        f"**{share[0] / share[1]:.0f}** and the training loss that task 1 regains by **{lost[0] / lost[1]:.0f}**."
    )
)

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
# $$ L_i(w) = \tfrac1{2n}\|X_i^\top w - y_i\|^2, \qquad g_i = \tfrac1n X_i(X_i^\top w - y_i), \qquad
# H_i = \tfrac1n S_i, \quad S_i = X_i X_i^\top. $$
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
assert differing(four, 2 * A + A.trace() * sp.eye(2)) == 0

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
assert sp.expand(trace_SS - n_ * p * (n_ + 1 + p)) == 0

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
S_inverse, SS_inverse

# %% [markdown]
# For $n = 1$, $G$ is one chi-square variable with $p$ degrees of freedom, and these are $\mathbb E\,1 = 1$ and $\mathbb E\, G = p$:

# %%
assert differing([S_inverse.subs(n_, 1), SS_inverse.subs(n_, 1)], [1, p]) == 0

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
assert wrong == 0
evidence.record(
    "O.10",
    "derivation of the moments",
    statistic="moments on which derivation, theorem and package differ",
    value=wrong,
    threshold=0,
    n="3 moments, all symbols",
    holds=wrong == 0,
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
assert differing([solved[c2]], [n_ * (p - n_) / ((p - 1) * p * (p + 2))]) == 0
forgotten = (solved[c1] * eSe + solved[c2] * S_e2 + s * inverse / p * trace_S) / (
    2 * n_
)
wrong = differing([forgotten], [theory.training_forgetting(symbolic, n_, p, s)])
assert wrong == 0

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
assert missed == 0
evidence.record(
    "O.10",
    "relative size n/p, and forgetting of a wide model",
    statistic="limits of the two theorems that are not 1",
    value=missed + wrong,
    threshold=0,
    n="4 limits and the forgetting of step 7, all symbols",
    holds=missed + wrong == 0,
)
limits

# %% [markdown]
# ## Check
#
# Draw both tasks, fit the first, take the gradient of the second, multiply by the first Hessian, then train the second to
# the end. Four means are compared with the two theorems.

# %% tags=["hide-input"]
widths = np.array([3, 5, 10, 20]) * n
alpha = 0.01
drawn, exact = [], []
for i, (cosine, noise_var) in enumerate(
    (c, v) for c in cosines for v in (0.0, 1.0)
):
    problem = Tasks.equiangular(2, cosine), n, widths, noise_var
    moments = simulate.bracket_moments(
        *problem, trials=trials // 4, seed=seed + 100 + i
    )
    ends = simulate.training_forgetting(
        *problem, trials=trials // 4, seed=seed + 200 + i
    )
    drawn.append([*moments, ends])
    exact.append(
        [*theory.bracket_moments(*problem), theory.training_forgetting(*problem)]
    )
drawn, exact = np.array(drawn), np.array(exact)
error = drawn.std(axis=2, ddof=1) / np.sqrt(drawn.shape[2])
z = np.abs(drawn.mean(axis=2) - exact) / error
z_wrong = np.abs(drawn.mean(axis=2) - 1.1 * exact) / error
critical = norm.isf(alpha / 2 / z.size)
evidence.record(
    "O.10",
    "simulation",
    statistic="largest |z|",
    value=z.max(),
    threshold=critical,
    n=f"{z.size} means × {drawn.shape[2]} pairs of tasks",
    holds=z.max() < critical,
)
display(
    Markdown(
        f"The largest of {z.size} scores is $|z| = {z.max():.2f}$; correct formulas exceed {critical:.2f} anywhere with "
        f"probability at most {alpha:.0%}. Formulas wrong by 10 % would be rejected in {np.mean(z_wrong > critical):.0%} of "
        f"the cells, with scores up to {z_wrong.max():.0f}."
    )
)

# %% [markdown]
# ## Look: one figure for two papers
#
# Left, Paper B's quantity: how much of the curvature of task 1 the gradient of task 2 meets. Right, Paper A's: the
# loss of task 1 once task 2 has been learned completely. The prediction on the right uses nothing but the bracket.

# %% tags=["hide-input"]
grid = np.unique(np.geomspace(n + 4, 300 * n, 150).astype(int))
points = np.array([2, 4, 8, 20, 60]) * n
panels = [plt.subplots(), plt.subplots()]
noise_var = 0.3
for i, (cosine, color) in enumerate(cosines.items()):
    tasks, ink = Tasks.equiangular(2, cosine), figures.COLORS[color]
    moments = theory.bracket_moments(tasks, n, grid, noise_var)
    panels[0][1].plot(
        grid / n, relative(moments, grid), color=ink, label=f"cosine {cosine:g}"
    )
    ax = panels[1][1]
    ax.plot(
        grid / n, theory.training_forgetting(tasks, n, grid, noise_var), color=ink
    )
    ax.plot(grid / n, one_step(tasks, grid, noise_var), ":", color=ink)
    sample = simulate.training_forgetting(
        tasks, n, points, noise_var, trials=trials // 8, seed=seed + i
    )
    figures.band(ax, points / n, sample, color=ink)
panels[0][1].plot(
    grid / n, n / grid, "--", color=figures.INK, linewidth=1, label="$n/p$"
)
panels[1][1].plot([], [], color=figures.INK, label="trained to the end")
panels[1][1].plot([], [], ":", color=figures.INK, label="from the bracket")
for (_, ax), title in zip(
    panels,
    ("relative bracket (Paper B)", "forgetting (Paper A)"),
    strict=True,
):
    ax.set(xscale="log", yscale="log", title=title, xlabel="width $p/n$")
    ax.legend(loc="lower left")
panels[0][1].set_ylabel("$g_2^\\top H_1 g_2$ over $\\|g_2\\|^2\\, p/n$")
panels[1][1].set_ylabel("training loss of task 1")
figures.show(
    [fig for fig, _ in panels],
    name="bridge-bracket-and-forgetting",
    caption=(
        f"Two tasks of $n = {n}$ samples, noise variance {noise_var:g}. Left: the relative bracket falls like $n/p$, "
        "whatever the angle of the tasks. Right: the loss of task 1 after task 2 is learned to the end (lines: exact; "
        f"points: means of {trials // 8:,} simulated pairs with 95 % intervals), and what one step of size $n/p$ would cost according to the bracket "
        "(dotted). From about $p = 10 n$ on the two lines are one. The figure shows training loss; the excess risk follows below."
    ),
    alt=(
        "Two logarithmic panels against p/n. Left: four curves close to the line n/p. Right: forgetting "
        "falls with slope -1; dotted predictions differ near the threshold and merge with the solid lines beyond 10."
    ),
)

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
rows = []
for cosine in cosines:
    for noise_var in noises:
        tasks = Tasks.equiangular(2, cosine)
        ends = np.array([5 * n, wide])
        moments = theory.bracket_moments(tasks, n, ends, noise_var)
        long = theory.training_forgetting(tasks, n, ends, noise_var)
        factors = np.array(
            [
                n / ends * moments.gradient2,
                relative(moments, ends),
                long / one_step(tasks, ends, noise_var),
                long,
            ]
        )
        rows.append((cosine, noise_var, *(factors[:, 0] / factors[:, 1])))
table = "\n".join(
    f"| {cosine:g} | {v:g} | {g:.2f} | {b:.1f} | {r:.2f} | {t:.1f} |"
    for cosine, v, g, b, r, t in rows
)
display(
    Markdown(
        f"**Each factor at $p = 5n$, divided by the same at $p = {wide // n}n$.**\n\n"
        "| cosine | noise variance | gradient | relative bracket | long / one step | forgetting |\n"
        "|---|---|---|---|---|---|\n" + table
    )
)
explained = [np.log(b) / np.log(t) for *_, b, r, t in rows]
gap = max(
    abs(
        one_step(Tasks.equiangular(2, c), wide, v)
        / theory.training_forgetting(Tasks.equiangular(2, c), n, wide, v)
        - 1
    )
    for c in cosines
    for v in noises
)
evidence.record(
    "O.10",
    "wider models forget less because of it",
    statistic=f"largest relative gap of bracket and full forgetting at p = {wide // n}n",
    value=gap,
    threshold=0.05,
    n=f"{len(rows)} settings, exact",
    holds=gap < 0.05 and min(explained) > 0.75 and max(explained) < 1.25,
    when="forgetting is read on the training loss of task 1 and p is large against n",
)
display(
    Markdown(
        f"The relative bracket carries {min(explained):.0%} to {max(explained):.0%} of the fall in forgetting on a logarithmic "
        "scale. The gradient at a stable rate hardly changes, and long training costs what one step costs. In *this* "
        "sense, and in this model, bigger models forget less because their bracket is relatively smaller."
    )
)

# %% [markdown]
# Two cautions. **It is the relative bracket.** The bracket itself grows with $p$, as do gradient and
# curvature: at a *fixed* rate $\tau$ a wide model forgets more in one step, until $\tau$ exceeds the largest stable rate. The
# statement needs the rate $n/p$ that fits the curvature. **It is one cause in one model**: width changes nothing here but
# the geometry of random features. In a network, width also changes the features.

# %% tags=["hide-input"]
absolute = theory.bracket_moments(orthogonal, n, [narrow, wide], 0.3).bracket2
assert absolute[1] > absolute[0]
display(
    Markdown(
        rf"For two orthogonal tasks the root mean square of $\|[g_1, g_2]\|$ *rises* from {absolute[0] ** 0.5:.0f} at "
        f"$p = {narrow}$ to {absolute[1] ** 0.5:.0f} at $p = {wide:,}$."
    )
)

# %% [markdown]
# ## Where the short-time prediction parts from the truth
#
# Train task 2 for a time $t$ of gradient flow. In the beginning $L_1$ grows like $\frac{t^2}2 g_2^\top H_1 g_2$. Then
# task 2 is learned, the gradient dies, and the loss of task 1 stays. The flow has a closed form: with
# $X_2^\top X_2 = V \Lambda V^\top$ and the residual $r = X_2^\top w_1 - y_2$ it moves $w$ by
# $-X_2 V \Lambda^{-1}(1 - e^{-t\Lambda/n}) V^\top r$.

# %% tags=["hide-input"]
times = np.geomspace(0.05, 30, 40)  # in units of n/p
shown = {2: "red", 5: "orange", 50: "blue"}
fig, ax = plt.subplots()
part_at = {}
for k, color in shown.items():
    width, pairs = k * n, max(20, trials // 40)
    rng = stream(seed, "flow", k)
    losses = []
    for _ in range(pairs):
        X1, X2 = rng.standard_normal((2, width, n))
        z1, z2 = np.sqrt(0.3) * rng.standard_normal((2, n))
        w = np.linalg.lstsq(X1.T, X1[0] + z1, rcond=None)[0]
        r = X2.T @ w - X2[1] - z2
        values, V = np.linalg.eigh(X2.T @ X2)
        decay = -np.expm1(-np.outer(times * n / width, values / n)) / values
        moved = (X1.T @ X2 @ V) @ (decay * (V.T @ r)).T
        losses.append(np.square(moved).sum(axis=0) / (2 * n))
    ink = figures.COLORS[color]
    mean = np.mean(losses, axis=0)
    half = 1.96 * np.std(losses, axis=0, ddof=1) / np.sqrt(pairs)
    short = times**2 * one_step(orthogonal, width, 0.3)
    ax.plot(times, mean * k, color=ink, label=f"$p = {k}n$")
    ax.fill_between(
        times, (mean - half) * k, (mean + half) * k, color=ink, alpha=0.2
    )
    ax.plot(times, short * k, ":", color=ink)
    ax.axhline(
        theory.training_forgetting(orthogonal, n, width, 0.3) * k,
        color=ink,
        linewidth=0.8,
    )
    part_at[k] = times[np.argmax(short > 1.5 * mean)]
ax.set(
    xscale="log",
    yscale="log",
    ylim=(1e-3, 6),
    xlabel="training time on task 2, in units of $n/p$",
    ylabel="training loss of task 1, times $p/n$",
    title="Short and long training",
)
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
display(
    Markdown(
        "The quadratic law exceeds the flow by half at "
        + ", ".join(
            f"$t = {t:.1f}\\,n/p$ for $p = {k}n$" for k, t in part_at.items()
        )
        + "."
    )
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
# Both terms fall like $n/p$, so neither wins by width:

# %%
retained = theory.replay_error(symbolic, n_, 0, p, s, regime="over")
F = retained[1, 0] - retained[0, 0]
leading = sp.limit(sp.cancel(sp.together(F * p / n_)), p, sp.oo)
assert differing([leading], [d - g11 + s]) == 0
moved2 = n_ / p * e2 + s * inverse  # E‖Δ‖²
assert sp.limit(sp.cancel(sp.together(moved2 / (2 * forgotten))), p, sp.oo) == 1
leading

# %% tags=["hide-input"]
panels = [plt.subplots(), plt.subplots()]
points = np.array([3, 8, 30]) * n
grid = np.unique(np.geomspace(n + 4, 100 * n, 150).astype(int))
for i, (cosine, color) in enumerate(cosines.items()):
    tasks, ink = Tasks.equiangular(2, cosine), figures.COLORS[color]
    for (_, ax), noise_var in zip(panels, (0.0, 1.0), strict=True):
        errors = theory.replay_error(tasks, n, 0, grid, noise_var)
        ax.plot(
            grid / n,
            theory.forgetting(errors),
            color=ink,
            label=f"cosine {cosine:g}",
        )
        ax.plot(
            grid / n,
            2 * theory.training_forgetting(tasks, n, grid, noise_var),
            ":",
            color=ink,
        )
        sample = simulate.replay_error(
            tasks,
            n,
            0,
            points,
            noise_var,
            trials=trials // 8,
            seed=seed + 300 + i,
            method="reduced",
        )
        figures.band(ax, points / n, theory.forgetting(sample), color=ink)
for (_, ax), noise_var in zip(panels, (0.0, 1.0), strict=True):
    ax.axhline(0, color=figures.INK, linewidth=0.8)
    ax.set(
        xscale="log",
        ylim=(-0.35, 1.3),
        xlabel="width $p/n$",
        title=f"noise variance {noise_var:g}",
    )
    ax.set_ylabel("forgetting")
panels[1][1].legend(loc="upper right")
figures.show(
    [fig for fig, _ in panels],
    name="bridge-excess-risk",
    caption=(
        f"Growth of the excess risk of task 1 (solid; Paper A's $F$; points: means of {trials // 8:,} simulated pairs with 95 % intervals) beside twice the "
        f"training forgetting (dotted), $n = {n}$. For orthogonal tasks both approach one another in wide models. Equal tasks with clean labels lose "
        "training loss yet gain on the test: $F < 0$. With clean labels and equal tasks (blue, left) training forgetting "
        "first rises with the width. The figure does not show variances."
    ),
    alt=(
        "Forgetting against width for four cosines, without and with noise. Solid and dotted curves agree for cosine 0 at "
        "large width; for cosine 1 the solid curve is negative while the dotted one is positive."
    ),
)
equal = Tasks.equiangular(2, 1.0)
clean = np.arange(n, 10 * n)
worst = clean[theory.training_forgetting(equal, n, clean, 0.0).argmax()]
gain = theory.forgetting(theory.replay_error(equal, n, 0, clean, 0.0))
display(
    Markdown(
        f"Two exact exceptions to the title. Equal tasks with clean labels forget nothing at $p = n$, most at $p = {worst}$ "
        f"$\\approx 3n$, and less only beyond. And on the test they never forget: $F$ is at most {gain.max():.2f}, and "
        "wider models *gain* less, for the same reason for which they forget less: nothing that happens in a few of many "
        "directions changes much."
    )
)
assert abs(worst - 3 * n) <= 2
assert gain.max() <= 1e-12

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
