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
# # When does replay hurt?
#
# A stored sample of a task that disagrees is a constraint that fights the present, and near its threshold a
# model amplifies every fight. On a model with twice as many parameters as samples, {glue:text}`tasks` tasks
# with cosine 0.5 to one another: replaying *everything* instead of nothing moves their forgetting by
# **{glue:text}`forgetting_change`** and their error by **{glue:text}`error_change`**.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per point [100 to 30000]
problems = 2000  # random problems for the exact condition [20 to 10000]
T = 10  # tasks [2 to 20]
n = 50  # samples per task [4 to 100]
cells = 51  # cosines on the maps [5 to 101]

# %% tags=["hide-input"]
import numpy as np
import sympy as sp
from matplotlib.colors import TwoSlopeNorm

from manytasks import Tasks, checks, evidence, figures, parameters, theory
from manytasks.page import panel, say, signed
from manytasks.statistics import critical_z, noticed, z_scores
from manytasks.studies.linear import buffer_surveys
from manytasks.studies.linear.buffer_problems import drawn_effects, try_condition
from manytasks.studies.linear.equal_similarity import EqualSimilarity, signs
from manytasks.symbolic import differing

parameters.check(In, globals())
C = figures.COLORS
sigma2, half, starts = 0.1, n // 2, ("warm", "scratch")
world = EqualSimilarity(T, n, sigma2)
error, forgetting = world.effect(0.5, n, 2 * T * n)
say(tasks=T, forgetting_change=signed(forgetting), error_change=signed(error))

# %% [markdown]
# ## Claim
#
# Mechanism 3 of Paper A (claim A.M3) says that larger models and larger buffers both reduce forgetting. In
# the formulas of {prf:ref}`thm-replay-error` the second half is false in a large region. That replay can
# increase forgetting was shown for clean labels and tasks that are subspaces {cite}`mahdaviyeh2025`; more
# rehearsal need not help memory {cite}`he2026`, and tasks may be forgotten with all past data at hand
# {cite}`ding2026`. Two statements, derived and checked here, say exactly where, for random features and noisy
# labels (claim O.4). As before $d_{ij} = \|w_i^* - w_j^*\|^2$.
#
# ```{prf:theorem} When a buffer makes task 1 be forgotten more
# :label: thm-buffer-harm
#
# Let $T = 2$, $p > n_1 + 1$ and $p > m + n_2 + 1$, warm start. With clean labels a buffer of $m \ge 1$ samples raises the error
# on task 1, and hence forgetting, if and only if
#
# $$ \frac{d_{12}}{\|w_1^*\|^2} > \Big(1 - \frac{n_1}{p}\Big)\Big(1 - \frac{n_2 + 1}{p - m}\Big) . $$
#
# With label noise, the effect on task 1 for every $\sigma$ is, with $N = m + n_2$,
#
# $$
# \begin{aligned}
# & m n_2 \Big( \frac{d_{12}}{p(p-N-1)} - \frac{(p-n_1)\|w_1^*\|^2}{p^2(p-m)}
#   - \frac{n_1\sigma^2}{p(p-m)(p-n_1-1)} \Big) \\
# & \quad + \sigma^2 \Big( \frac{N}{p-N-1} - \frac{n_2}{p-n_2-1} - \frac{(p-N)\,m}{(p-m)(p-m-1)} \Big).
# \end{aligned}
# $$
# ```
#
# ```{prf:theorem} What a buffer does to large models
# :label: thm-buffer-large
#
# For any number of tasks and a warm start, as $p \to \infty$,
#
# $$
# p^2 \big(E_m[T,i] - E_0[T,i]\big) \;\to\; \sum_{s<t} n_t\, m_s \big(d_{st} + d_{is} + 3\sigma^2 - \|w_i^*\|^2\big).
# $$
#
# From scratch the buffer acts at first order already:
# $p\,\big(E_m[T,i] - E_0[T,i]\big) \to \sum_{s<T} m_s \big(d_{is} + \sigma^2 - \|w_i^*\|^2\big)$.
# ```
#
# Both say the same in words. A stored sample brings knowledge worth $\|w_i^*\|^2$. It costs its disagreement with
# the task being learned, its disagreement with the task one asks about, and noise. Near the threshold the right-hand
# side of the first theorem tends to zero: there *any* disagreement makes replay harmful.

# %% [markdown]
# ## Derive
#
# **Step 1: the effect of the buffer on task 1.** For two tasks, the error after task 2 minus the same without a buffer.
# It is linear in $\|w_1^*\|^2$, $d_{12}$ and $\sigma^2$. We read off the three coefficients.

# %%
p, s2, n_1, n_2, m = sp.symbols("p sigma^2 n_1 n_2 m", positive=True)
# Of two tasks with equal norms: the second norm drops out.
norm2, d = sp.symbols("norm2 d_12", positive=True)
pair = Tasks([[norm2, norm2 - d / 2], [norm2 - d / 2, norm2]])
with_buffer, without = (
    theory.replay_error(pair, (n_1, n_2), memory, p, s2, regime="over")
    for memory in (np.array([m, m]), 0)
)
difference = with_buffer[1, 0] - without[1, 0]
switch = {norm2: 0, d: 0, s2: 0}
coefficient = {x: difference.subs(switch | {x: 1}) for x in (norm2, d, s2)}

# %% [markdown]
# **Step 2: two of them are simple.**

# %%
stated = {
    norm2: -m * n_2 * (p - n_1) / (p**2 * (p - m)),
    d: m * n_2 / (p * (p - m - n_2 - 1)),
}
different = differing([coefficient[x] for x in stated], list(stated.values()))
checks.require(different == 0, f"{different} of 2 coefficients are not as stated")

# %% [markdown]
# With $\sigma = 0$ the effect is positive iff $d_{12}\,p\,(p-m) > \|w_1^*\|^2 (p - n_1)(p - m - n_2 - 1)$, which is the
# first theorem. Forgetting changes by the same amount, because the buffer is empty while task 1 is learned.
#
# **Step 3: noise.** The third coefficient has two parts. The buffer helps to correct the noise that task 1 was fitted
# with, the more so the nearer $p$ is to $n_1 + 1$; and it is noise that is fitted once more. For large models the second
# part wins, $3 m n_2/p^2$; next to the first threshold the first.

# %%
N = m + n_2
fitted_again = (
    N / (p - N - 1) - n_2 / (p - n_2 - 1) - (p - N) * m / ((p - m) * (p - m - 1))
)
corrected = m * n_2 * n_1 / (p * (p - m) * (p - n_1 - 1))
different = differing([coefficient[s2]], [fitted_again - corrected])
checks.require(different == 0, "the coefficient of noise is not as stated")
numbers = {n_1: 20, n_2: 5, m: 5}
large = sp.limit(p**2 * coefficient[s2].subs(numbers), p, sp.oo)
checks.require(large == 3 * 5 * 5, f"noise of large models: {large}, not 3 m n₂")
near = coefficient[s2].subs(numbers | {p: 22})
checks.require(near < 0, f"noise next to the first threshold: {near}, not negative")

# %% [markdown]
# **Step 4: large models, any number of tasks.** To second order in $1/p$, with $M = \bar M_t$,
#
# $$
# \begin{aligned}
# S_i(c) &\approx \frac1p \sum_j c_j (d_{ij} + \sigma^2)
#   + \frac{1}{p^2}\Big(\tfrac12 \sum_{j,k} c_j c_k d_{jk} + N(N+1)\sigma^2\Big), \\
# \frac{n_t}{p-M} &\approx \frac{n_t}{p} + \frac{n_t M}{p^2}.
# \end{aligned}
# $$
#
# In $E[t,i] = E[t-1,i] + S_i(c_t) - S_i(b_t) + \frac{n_t}{p-M}(S_i(b_t) - E[t-1,i])$ the buffer enters first
# at order $1/p^2$: through $\frac12(cdc - bdb) = n_t \sum_s m_s d_{st}$, through the noise $2Mn_t\sigma^2$,
# through $n_t \sum_s m_s (d_{is} + \sigma^2)$ and through $-n_t M \|w_i^*\|^2$. Sum over $t$ and it is the
# theorem. Three tasks in the package agree, in the limit:

# %%
three = Tasks.chain(3, 0.5)
q, k = sp.symbols("q k", positive=True)  # q = 1/p
noise = sp.Rational(1, 10)
exact = [
    theory.replay_error(three, 50, np.array([m] * 3), 1 / q, noise, regime="over")[
        2
    ]
    for m in (k, 0 * k)
]
scaled = [sp.together((a - b) / q**2) for a, b in zip(*exact, strict=True)]
scaled = [sp.cancel(sp.nsimplify(each, rational=True)) for each in scaled]
limits = [sp.limit(each, q, 0) for each in scaled]
d_ = three.distances2
earlier = [(s, t) for t in range(3) for s in range(t)]
law = [
    sum(50 * k * (d_[s, t] + d_[i, s] + 0.3 - 1) for s, t in earlier)
    for i in range(3)
]
slopes = [
    [float(sp.expand(each).coeff(k)) for each in row] for row in (limits, law)
]
checks.close("effect of the buffer on three tasks, limit and law", *slopes)

# %% [markdown]
# ## Check
#
# The exact condition, with no exception, on random problems; then simulation at chosen points, with and without a
# buffer on the same data, so that small differences are seen.

# %% tags=["hide-input"]
effect = sum(x * stated[x] for x in stated) + s2 * (fitted_again - corrected)
effect_of_buffer = sp.lambdify((p, n_1, n_2, m, norm2, d, s2), effect)
found = try_condition(effect_of_buffer, problems, (seed, "problems"))
size = f"{problems} random problems"
check = "exact condition, two tasks"
what = "problems on which condition and formula disagree"
evidence.record("O.4", check, what, found.exceptions, "==", 0, n=size)
check = "effect with noise, two tasks"
what = "largest difference of theorem and package, relative to the error"
evidence.record("O.4", check, what, found.gap, "<", 1e-9, n=size)
say(problems_that_turn=found.turns, problems_tried=f"{problems:,}")

# %% [markdown]
# The theorem compares a buffer with none. Is the last sample put into it judged alike? Its effect has the
# other sign in {glue:text}`problems_that_turn` of the {glue:text}`problems_tried` problems. Near its
# threshold a buffer that helps may help less than a smaller one.

# %%
cases = [(0.2, 160), (0.95, 160), (0.5, 60), (0.95, 60)]  # cosine and p
setting = {"T": 5, "samples": 10, "memory": 5, "noise_var": sigma2}
found = drawn_effects(cases, **setting, trials=trials, seed=(seed, "effect"))
z = z_scores(found.drawn, found.expected)
moved = z_scores(found.drawn, 0) - z  # expected, in standard errors
level = evidence.level("O.4", "simulated effect of the buffer")
critical = critical_z(z.size, level, trials)
unseen = noticed(found.drawn, found.sizes, critical)
check = "simulated effect of the buffer"
size = f"{z.size} effects × {trials} paired data sets"
notices = f"effects wrong by {unseen:.1%} of the error"
largest, what = np.abs(z).max(), "largest |z|"
evidence.record("O.4", check, what, largest, "<", critical, n=size, detects=notices)
say(effects=z.size, harmful=(moved > 0).sum(), unseen_share=unseen)
say(clearest_harm=moved.max(), clearest_benefit=-moved.min())

# %% [markdown]
# Of the {glue:text}`effects` effects, {glue:text}`harmful` are harmful; the clearest lies
# {glue:text}`clearest_harm:.0f` standard errors above zero, the clearest benefit
# {glue:text}`clearest_benefit:.0f` below. An effect wrong by {glue:text}`unseen_share:.1%` of the error would
# be noticed.

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore-replay`.
#
# The map of Mechanism 3: what does going from an empty to a half-full buffer do? Red is harm. The solid line is the
# law for large models, read for equiangular tasks of norm 1.

# %% tags=["hide-input"]
cosines = np.linspace(0, 1, cells)
widths = np.unique(np.geomspace(5, 20_000, 170).round().astype(int))
# Above these cosines a buffer lowers the error of a large model.
helps = {start: world.helps_above(start) for start in starts}
last_fit = world.last_threshold(half)
axes = {"xlabel": "parameters $p$", "ylabel": "cosine", "xscale": "log"}
look = {"norm": TwoSlopeNorm(0, -1.6, 1.6), "rasterized": True}


# %% tags=["hide-input", "lead"]
panels = []
for start in starts:
    effects = [world.effect(c, half, widths, start) for c in cosines]
    for name in ("error", "forgetting"):
        fig, ax = panel(f"{name}, {start} start", **axes)
        shown = signs([getattr(effect, name) for effect in effects])
        ax.pcolormesh(widths, cosines, shown, cmap="RdBu_r", **look)
        for crowd in (n, last_fit):
            ax.axvline(crowd, color=figures.INK, linestyle="--", linewidth=1)
        if name == "error":
            ax.axhline(helps[start], color=figures.INK, linewidth=1)
        panels.append(fig)
figures.show(
    panels[:2],
    name="replay-harm-warm",
    caption=(
        f"Red: a buffer of $m = {half}$ makes it worse than no buffer; blue: better ($T = {T}$, $n = {n}$, σ² = {sigma2}, "
        f"warm start). Dashed: thresholds of the first and of the last step. Solid: the law for the error of large models, cosine {helps['warm']:.2f}. "
        "Left of the last threshold forgetting is low for a bad reason: the tasks were learned badly. The sign is shown, not the size. Exact, hence no intervals."
    ),
    alt=f"Two maps of harm and benefit over p and cosine, for error and forgetting, with thresholds at p = {n} and {last_fit}.",
)
figures.show(
    panels[2:],
    name="replay-harm-scratch",
    caption=(
        "The same from scratch. Starting over forgets whatever is not in the buffer, so the buffer is worth more: the "
        f"law lies at cosine {helps['scratch']:.2f}. The sign is shown, not the size."
    ),
    alt="Two maps as before for the scratch start.",
)

# %% [markdown]
# **The model half.** Where do later tasks begin to improve earlier ones, so that forgetting rises with $p$?

# %% tags=["hide-input"]
known, wide = world.improves_above, widths[widths > last_fit + 1]
gaps = [-known, -0.2, -0.01, 0.15, 0.3, 0.45]
rises_in_p = buffer_surveys.rises_beside(world, gaps, half, wide)
above = rises_in_p.rises[rises_in_p.gap > 0]
words = "p is beyond the last threshold and 2ρ < 1 + σ²"
falls_in_p = evidence.tested(
    rises_in_p, "dissimilar", lambda rows: rows.rises.max(), words
)
share = "largest share of steps up in p at which forgetting rises"
size = f"{len(above)} cosines × {len(wide)} widths beyond the last threshold"
check = "larger p reduces forgetting of dissimilar tasks"
what = f"{share}, cosines below {known:.2f}"
evidence.record(
    "A.M3", check, what, falls_in_p.inside, "<=", 0, n=size, when=falls_in_p
)
check = "larger p reduces forgetting of similar tasks"
what = f"{share}, cosines above {known:.2f}"
evidence.record("A.M3", check, what, above.max(), "<=", 0, n=size)

# %% tags=["hide-input"]
far, lends = 10**4 * T * n, world.remembers_above
beside = (0, lends - 0.1, lends - 0.01, lends + 0.01, lends + 0.1, 1)
both_sides = buffer_surveys.changes_beside(world, beside, (1, half, n), far)
words = "p is large and 2 − 2ρ < (1 − 3σ²)/(2 − 3/(2T − 1))"
falls_in_m = evidence.tested(
    both_sides, "similar", lambda rows: rows.change.max(), words
)
check = "larger m reduces forgetting of similar tasks"
what = f"largest change of forgetting by a buffer, cosines above {lends:.2f}, warm start"
size = f"3 cosines × 3 buffers on either side, exact, p = {far:.0e}"
evidence.record(
    "A.M3", check, what, falls_in_m.inside, "<", 0, n=size, when=falls_in_m
)

# %% tags=["hide-input"]
trade = buffer_surveys.both_by_start(world, np.linspace(0, 1, 41), half, far)
words = "every task starts from scratch"
traded = evidence.tested(
    trade, "start == 'scratch'", lambda rows: int(rows.both.sum()), words
)
check = "trade-off of model and buffer"
what = "cosines at which a larger p and a larger m both reduce forgetting"
size = f"41 cosines for each start, exact, p = {far:.0e}"
evidence.record("A.M3", check, what, traded.inside, ">", 0, n=size, when=traded)
check, size = "larger m reduces forgetting", f"exact, T = {T}, m = {half}"
more = world.effect(0.0, half, 2 * T * n).forgetting
what = f"change of forgetting by a half-full buffer, orthogonal tasks, p = {2 * T * n}, warm start"
evidence.record("A.M3", check, what, more, "<", 0, n=size)
check = "full buffer and large model, orthogonal tasks"
everything = world.effect(0.0, n, 4 * T * n).forgetting
what = f"forgetting without a buffer less that with a full one, p = {4 * T * n}, warm start"
size = f"exact, T = {T}, m = {n}"
evidence.record("A.K12", check, what, -everything, ">", 0, n=size)
say(improves_above=known, rises_least=above.min(), rises_most=above.max())
say(remembers_above=lends, both_warm=traded.outside, both_scratch=traded.inside)

# %% [markdown]
# Beyond the last threshold forgetting falls with every step in $p$ at cosines below $(1 + \sigma^2)/2$, here
# {glue:text}`improves_above:.2f`; above, it rises in {glue:text}`rises_least:.0%` to
# {glue:text}`rises_most:.0%` of the steps. On large models a buffer lowers it at cosines above
# {glue:text}`remembers_above:.2f` only. So the *model* half of Mechanism 3 survives for dissimilar tasks, and
# the *buffer* half for similar ones. Both help at once at {glue:text}`both_warm` of 41 cosines if models go
# on, and at {glue:text}`both_scratch` if every task starts from scratch.

# %% [markdown]
# **Is there a trade-off?** Only if size and buffer both help. Let tasks have norm 1, equal counts and one
# squared distance $d = 2 - 2\rho$ to one another. Summed over tasks, {prf:ref}`thm-buffer-large` says that on
# a large model with a warm start a buffer lowers forgetting iff
# $d\,\big(2 - \tfrac{3}{2T-1}\big) < 1 - 3\sigma^2$, and size does iff $d > 1 - \sigma^2$. The factor of $d$
# is at least 1, so *where size helps, a buffer harms*: there is nothing to trade. From scratch a buffer helps
# iff $\tfrac T2 (d + \sigma^2 - 1) < d$, which leaves room for both.

# %% [markdown]
# **Buffer double descent.** Hold $p$ fixed and let the buffer grow. The last fit sees $N_T = (T-1)m + n$ samples, so the
# buffer itself carries the model through a threshold, at $m = (p-n)/(T-1)$.

# %% tags=["hide-input"]
every = np.arange(n + 1)
panels, peaks = [], set()
shown_p = n + (T - 1) * half + T // 2  # the threshold lies inside the range of m
for name, cosine in (("similar", 0.92), ("orthogonal", 0.0)):
    samples = "samples kept of each task, $m$"
    fig, ax = panel(f"{name} tasks", samples, "error G", yscale="log")
    for start, color in (("warm", C["blue"]), ("scratch", C["orange"])):
        fits = [world.readings(cosine, kept, shown_p, start) for kept in every]
        values = np.array([fit.error for fit in fits])
        peaks.add(int(values.argmax()))
        finite = np.where(np.isfinite(values), values, np.nan)
        ax.plot(every, finite, "o-", color=color, markersize=3)
        ax.plot([], [], color=color, label=f"{start} start")
    figures.threshold(ax, (shown_p - n) / (T - 1), "$p = N_T$")
    ax.legend(loc="upper left")
    panels.append(fig)
peak = " or ".join(map(str, sorted(peaks)))
figures.show(
    panels,
    name="buffer-double-descent",
    caption=(
        f"Error against buffer: $p = {shown_p}$, $T = {T}$, $n = {n}$, σ² = {sigma2}. It is largest at $m = {peak}$, next to the threshold at {(shown_p - n) / (T - 1):.1f}; "
        "right of that the fit is unique. Exact; gaps are infinite values; single data sets scatter widely there."
    ),
    alt=f"Error against buffer size with a peak at m = {peak} for both starts, similar and orthogonal tasks.",
)

# %% [markdown]
# **Warm or scratch?** A warm start keeps a trace of the $n_s - m_s$ samples that are not stored; starting
# over loses them. By the two laws, for large $p$ the warm start is better on task $i$ iff
# $\sum_{s<T} (n_s - m_s)(d_{is} + \sigma^2 - \|w_i^*\|^2) < 0$. Similar tasks should be continued, dissimilar
# ones begun anew.

# %% tags=["hide-input"]
scratch, warm = (
    np.array([world.readings(c, half, widths, start).error for c in cosines])
    for start in ("scratch", "warm")
)
frontier = helps["scratch"]  # the same cosine
fig, ax = panel("Who has the smaller error?", **axes)
with np.errstate(invalid="ignore"):  # both are infinite at a threshold
    better = signs(scratch - warm)
ax.pcolormesh(widths, cosines, better, cmap="PuOr", **look)
ax.axhline(frontier, color=figures.INK, linestyle="--", linewidth=1)
ax.text(6, 0.9, "below: the same fit", fontsize=10)
figures.show(
    fig,
    name="warm-or-scratch",
    caption=(
        f"Purple: warm start better; orange: scratch better; uncoloured: equal, because a least-squares fit has no start "
        f"($T = {T}$, $n = {n}$, $m = {half}$). Dashed: the law for large $p$, cosine {frontier:.2f}. The map shows the sign only."
    ),
    alt=f"Map over p and cosine: warm better, scratch better, or equal; large models change sides at cosine {frontier:.2f}.",
)

# %% [markdown]
# ## Break
#
# Paper A's break condition says the trade-off may fail if the buffer is too small to help (claim A.B3). In the formulas
# size is not what matters. By {prf:ref}`thm-buffer-large` the effect of a buffer on a large model is *proportional* to
# its size: a small one helps little or harms little, and the sign does not change. At a threshold any buffer harms that
# carries the model there, small or full.

# %% tags=["hide-input"]
CROWDED = (
    "the buffer, small or full, carries the model to its threshold (linear model)"
)
kept = [1, half, n]
ratios = buffer_surveys.ratios_at_threshold(world, kept, (4 * T * n, far))
carried = evidence.tested(
    ratios, "at_threshold", lambda rows: rows.ratio.min(), CROWDED
)
check = "buffers that lead to the threshold"
what = (
    "smallest ratio of the error to that without a buffer, equal tasks, p = N_T + 2"
)
size = f"exact, m = {', '.join(map(str, kept))} of {n}; beyond, p = {4 * T * n} and {far:.0e}"
evidence.record("A.B3", check, what, carried.inside, ">", 1, n=size, when=carried)
told = [
    f"m = {row.memory} and p = {row.p}: {row.ratio:.1f} times the error without a buffer"
    for row in ratios[ratios.at_threshold].itertuples()
]
say(harmed_at_threshold=", ".join(told))

# %% tags=["hide-input"]
cases = buffer_surveys.against_law(world, kept, far, beside=0.01)
check = "buffers of every size on large models"
what = "cases in which the sign of the effect depends on m, cosines 0.01 beside the law"
size = f"{len(cases)} exact effects, p = {far:.0e}"
wrong, when = int(cases.wrong.sum()), evidence.Assumed(CROWDED)
evidence.record("A.B3", check, what, wrong, "==", 0, n=size, when=when)

# %% [markdown]
# {glue:text}`tasks` *equal* tasks, two parameters more than samples. {glue:text}`harmed_at_threshold`. On large models
# the sign of the effect is the same for every buffer size.

# %% [markdown]
# ## Exercises
#
# ```{exercise} How similar is similar enough?
# :label: exercise-similar-enough
#
# Use {prf:ref}`thm-buffer-large` for $T$ equiangular tasks of norm 1 and equal $n$, $m$. Above which cosine does a buffer lower
# the mean error of a large model with a warm start?
# ```
#
# ```{solution} exercise-similar-enough
# :class: dropdown
#
# Average over $i$: $d_{st} = 2(1-\rho)$ for $s \ne t$ and $\frac1T\sum_i d_{is} = 2(1-\rho)\frac{T-1}{T}$. The bracket is
# negative iff $2(1-\rho)\big(2 - \frac1T\big) + 3\sigma^2 < 1$, that is
# $\rho > 1 - \frac{1 - 3\sigma^2}{2(2 - 1/T)}$. For two tasks and clean labels this is 2/3, for many tasks 3/4. With
# $\sigma^2 > 1/3$ no tasks are similar enough.
# ```
#
# ```{exercise} At the edge
# :label: exercise-edge
#
# What does {prf:ref}`thm-buffer-harm` say at $p = m + n_2 + 2$ for large $p - m$? Interpret.
# ```
#
# ```{solution} exercise-edge
# :class: dropdown
#
# The right side is $(1 - n_1/p)/(p-m)$, close to zero. Two tasks may differ by the least amount and the buffer still
# harms: at the threshold the slightest disagreement is amplified without bound.
# ```

# %%
for side in (-1, 1):
    fits = [
        world.readings(helps["scratch"] + 0.01 * side, half, far, start).error
        for start in starts
    ]
    words = f"cosine {side:+d}% beside the law: warm, scratch {fits}"
    checks.require(np.sign(fits[1] - fits[0]) == side, words)

# %% [markdown]
# ## In one breath
#
# * A stored sample helps a large model iff disagreement with the new task, disagreement with the asked task and three
#   times the noise variance sum to less than what is to be known. Otherwise replay hurts.
# * At the threshold replay hurts all but equal tasks with clean labels; the buffer itself can carry a model there.
# * Continue (warm) when tasks agree, begin anew (scratch) when they do not.
# * On a large model that goes on, size and buffer never lower forgetting at once, so there is no trade-off
#   between them; from scratch there can be.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
