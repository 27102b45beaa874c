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
# # Buffer or parameters?
#
# To a wide model a stored sample of a similar task is knowledge, of an unlike one noise, and a parameter only
# dilutes; so similar tasks want samples, unlike or noisy ones parameters, and the optima inside form a strip
# between. For {glue:text}`tasks` tasks with cosine 0.7 and a budget of {glue:text}`budget` parameters the
# best is **{glue:text}`best_memory` samples a task beside {glue:text}`best_p` parameters**
# ({glue:text}`best_kind`), with an error of {glue:text}`best_error:.3f` against {glue:text}`error_empty:.3f`
# without a buffer and {glue:text}`error_full:.3f` with a full one.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 1000  # simulated data sets per split [100 to 4000]
problems = 60  # random budgets, for each of three comparisons [5 to 500]
cells = 28  # points along each axis of the maps [5 to 80]
T = 5  # tasks [2 to 10]
n = 30  # samples per task [8 to 60]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch

from manytasks import Tasks, checks, evidence, figures, parameters, simulate, theory
from manytasks.page import say
from manytasks.statistics import critical_z, difference_interval, noticed, z_scores
from manytasks.streams import stream
from manytasks.studies.linear import budget_lines, budget_phases
from manytasks.studies.linear.budget_lines import along_line, large_budget_slope
from manytasks.studies.linear.replay_readings import readings
from manytasks.symbolic import differing

parameters.check(In, globals())
C, sigma2 = figures.COLORS, 0.1
sample_cost = 2  # parameters that one stored sample costs
step = sample_cost * (T - 1)  # given up for one more sample of every past task
budget = 4 * T * n
stores_all = T * n + step * n  # and still interpolates
middling = Tasks.equiangular(T, 0.7)
best = theory.best_split(middling, n, sigma2, budget, sample_cost=sample_cost)
empty, full = along_line(middling, n, sigma2, budget, step, (0, n)).error
say(tasks=T, budget=budget, error_empty=empty, error_full=full)
say(best_memory=best.memory, best_p=best.p, best_kind=best.kind)
say(best_error=best.value)

# %% [markdown]
# ## Claim
#
# A budget $B$ pays $a$ for a parameter and $b$ for a stored sample. While the last of $T$ tasks is learned
# the buffer holds $m$ samples of each of the $T - 1$ others, so $B = a\,p + b\,(T-1)\,m$. This is open
# question 1 of Paper A (claim A.Q1).
#
# ```{prf:theorem} The best split (ours; claim O.5)
# :label: thm-best-split
#
# Along the budget line $p = B/a - \frac ba (T-1)\,m$ the mean error $G$ and forgetting $F$ of
# {prf:ref}`thm-replay-error` are rational functions of $m$ between the thresholds $p = N_t$. So their smallest value over
# whole $m$ lies at an end of the line or next to a threshold or a real root of a polynomial, and finitely many
# comparisons decide.
# ```
#
# ```{prf:theorem} Large budgets have no interior optimum (ours)
# :label: thm-large-budget
#
# Let $T$ tasks have norm 1 and common cosine $\rho$, $n$ samples each, and let one more sample of every past task cost
# $s = \frac ba(T-1)$ parameters. For a warm start, as $B \to \infty$, the error along the line is monotone in $m$. It falls, so
# that all samples should be stored, iff
#
# $$
# \frac{T-1}{2}\Big(2(1-\rho)\big(2-\tfrac1T\big) + 3\sigma^2 - 1\Big)
#   + s\,\Big(2(1-\rho)\,\tfrac{T-1}{T} + \sigma^2 - 1\Big) < 0 .
# $$
# ```
#
# No exact optimum of parameters against samples was found in the literature searched
# ({doc}`../../book/others` has the date). Relatives: a trade-off between what a penalty stores of the old
# task and the risk {cite}`li2026`, and networks compared at equal bytes of model and samples together
# {cite}`zhou2023`; where memory is abundant, plain replay is strong and learning the new becomes the hard
# part {cite}`cho2025`.

# %% [markdown]
# ## Derive
#
# **Step 1: the line, for two tasks.** Put $p = P - s\,m$ into the exact error. The result is a quotient of
# polynomials in $m$.

# %%
m, P, s = sp.symbols("m P s", positive=True)
rho_value, noise_value = sp.Rational(7, 10), sp.Rational(1, 10)
two = Tasks([[sp.Integer(1), rho_value], [rho_value, sp.Integer(1)]])
numbers = {P: 200, s: 2}
setting = (two, (50, 50), np.array([m, m]), P - s * m, noise_value)
line = theory.replay_error(*setting, regime="over")[1]
error_on_line = sp.cancel(sp.together(sum(line).subs(numbers) / 2))
numerator = sp.Poly(sp.fraction(sp.cancel(sp.diff(error_on_line, m)))[0], m)

# %% [markdown]
# **Step 2: stationary points are roots of a polynomial.** We find them to 30 digits, and ask where the best
# whole split lies.

# %%
last = 33  # p > m + 51 holds up to here
found = numerator.nroots(n=30)
real = [float(sp.re(root)) for root in found if abs(sp.im(root)) < 1e-20]
roots = [root for root in real if 0 <= root <= last]
on_line = {k: float(error_on_line.subs(m, k)) for k in range(last + 1)}
smallest = min(on_line, key=on_line.get)
beside = {0, last} | {int(f(r)) for r in roots for f in (np.floor, np.ceil)}
words = f"the best whole split, m = {smallest}, is none of {beside}"
checks.require(smallest in beside, words)
told = ", ".join(f"{root:.3f}" for root in roots) or "none"
say(degree=numerator.degree(), real_roots=told, best_whole=smallest)

# %% [markdown]
# The derivative has degree {glue:text}`degree`. Its real roots on $0 \le m \le 33$ are
# {glue:text}`real_roots`; the best whole number is $m$ = {glue:text}`best_whole`.

# %% [markdown]
# With more tasks the degree grows quickly. `theory.best_split` therefore finds the roots on short pieces,
# where a polynomial of degree 23 equals the rational function to rounding error, and treats each threshold as
# an end.
#
# **Step 3: large budgets.** To first order $G \approx 1 + A/p$, with $A$ the first-order law of the previous
# chapters, and by {prf:ref}`thm-buffer-large` the buffer adds $m\,C/p^2$. Giving up $s$ parameters changes
# $A/p$ by $sA/p^2$. So the slope of $G$ along the line is $(C + sA)/p^2$, of constant sign.

# %%
T_, n_, rho, s2 = sp.symbols("T n rho sigma^2", positive=True)
A = n_ * T_ * (2 * (1 - rho) * (T_ - 1) / T_ + s2 - 1)
C_ = n_ * T_ * (T_ - 1) / 2 * (2 * (1 - rho) * (2 - 1 / T_) + 3 * s2 - 1)
stated = large_budget_slope(T_, rho, s2, s)
different = differing([(C_ + s * A) / (n_ * T_)], [stated])
checks.require(different == 0, "the stated bracket is not (C + sA) / (nT)")
slope = sp.limit(P**2 * sp.diff(sum(line).subs(s, 2) / 2, m).subs(m, 10), P, sp.oo)
numbers = {T_: 2, n_: 50, rho: rho_value, s2: noise_value, s: 2}
bracket = (C_ + s * A).subs(numbers)
words = f"slope {slope}, and not {bracket}"
checks.require(sp.simplify(slope - bracket) == 0, words)

# %% [markdown]
# ## Check
#
# Brute force looks at every whole split. It must agree with `best_split` on random tasks, prices, noise, both
# objectives and both starts. (The test-suite does this on two thousand problems.)

# %% tags=["hide-input"]
furthest = budget_lines.brute_force_gap(problems, (seed, "brute force"))
what = "largest relative distance to the best of all whole splits"
size = f"{problems} random problems"
evidence.record("O.5", "brute force", what, furthest, "<", 1e-9, n=size)

# %% [markdown]
# The law for large budgets, on random tasks, noise and prices that do not lie on its frontier:

# %% tags=["hide-input"]
wrong = budget_lines.law_exceptions(problems, n, (seed, "large budgets"))
what = "problems in which the error does not run to the end that the law names"
size = f"{problems} random problems, a thousand parameters a sample"
evidence.record("O.5", "large budgets", what, wrong, "==", 0, n=size)

# %% [markdown]
# Simulation along one line, at the optimum and at both ends:

# %% tags=["hide-input"]
split_m = sorted({0, best.memory, n})
draws, options = [], {"trials": trials, "method": "reduced"}
for kept in split_m:
    setting = middling, n, kept, budget - step * kept, sigma2
    errors = simulate.replay_error(*setting, seed=(seed, "split", kept), **options)
    draws.append(theory.average_error(errors))
draws = np.column_stack(draws)
exact = along_line(middling, n, sigma2, budget, step, split_m).error
z = np.abs(z_scores(draws, exact))
check = "simulated error at optimum and ends"
critical = critical_z(z.size, evidence.level("A.Q1", check), trials)
size = f"{z.size} splits × {trials} data sets"
notices = f"errors wrong by {noticed(draws, exact, critical):.1%}"
exactly = evidence.Assumed("the model is linear: best_split is exact")
said = {"n": size, "detects": notices, "when": exactly}
evidence.record("A.Q1", check, "largest |z|", z.max(), "<", critical, **said)

# %%
check = "simulated optimum against both ends"
level = 1 - 2 * evidence.level("A.Q1", check) / 2
at_best = split_m.index(best.memory)
over_best = [
    difference_interval(draws[:, k], draws[:, at_best], level)
    for k, kept in enumerate(split_m)
    if kept != best.memory
]
what = "smaller error of an end less that at the optimum"
size = (
    f"{len(split_m)} splits × {trials} data sets, cosine 0.7, a budget of {budget}"
)
evidence.record(
    "A.Q1",
    check,
    what,
    min(over_best, key=lambda v: v.low),
    ">",
    0,
    n=size,
    when=evidence.Assumed("the model is linear: best_split is exact"),
)

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore-replay`.
#
# Three budget lines. Moving right trades parameters for samples.

# %% tags=["hide-input", "lead"]
every = np.arange(n + 1)
shown = {0.5: "red", 0.7: "orange", 0.9: "blue"}
lines = {
    cosine: along_line(Tasks.equiangular(T, cosine), n, sigma2, budget, step, every)
    for cosine in shown
}
panels, least = [], {}
for r, label in (("error", "error G"), ("forgetting", "forgetting F")):
    fig, ax = plt.subplots()
    for cosine, ink in shown.items():
        values = getattr(lines[cosine], r)
        ax.plot(every, values, color=C[ink], label=f"cosine {cosine}")
        ax.plot(values.argmin(), values.min(), "o", color=C[ink])
    if r == "error":
        figures.band(ax, split_m, draws, color=figures.INK)
    ax.set_xlabel(f"samples kept of each task  (p = {budget} − {step} m)")
    ax.set_ylabel(label)
    figures.name_lines(ax)
    panels.append(fig)
    optima = [str(getattr(lines[cosine], r).argmin()) for cosine in shown]
    least[r] = ", ".join(optima)
figures.show(
    panels,
    name="budget-lines",
    caption=(
        f"Error and forgetting along a budget of {budget} parameters; a stored sample costs {sample_cost} ($T = {T}$, $n = {n}$, "
        f"σ² = {sigma2}, warm start). Coloured dots: optima, at m = {least['error']} for the error and {least['forgetting']} for "
        f"forgetting. Dots with bars: simulation at cosine 0.7, means of {trials:,} data sets with 95 % intervals."
    ),
    alt=f"Error and forgetting against buffer size for cosines {', '.join(map(str, shown))}; the error is least at m = {least['error']}.",
)

# %% [markdown]
# The phase diagram. For every point we take the optimum over all whole splits. One call of `replay_error`
# serves all budgets at once; the map is compared with `best_split` at random points.

# %% tags=["hide-input"]
cosines = np.linspace(0, 1, cells)
budgets = np.geomspace(T * n / 4, 33 * T * n, 2 * cells).round().astype(int)
noises = np.linspace(0, 0.5, cells)
by_budget = budget_phases.phases_by_budget(T, n, sigma2, cosines, budgets, step)
by_noise = budget_phases.phases_by_noise(T, n, budget, cosines, noises, step)
rng = stream(seed, "points of the map")
places = [rng.integers(cells, size=20), rng.integers(2 * cells, size=20)]
for i, j in zip(*places, strict=True):
    tasks, money = Tasks.equiangular(T, cosines[i]), budgets[j : j + 1]
    (mine,), _ = budget_phases.best_memory(tasks, n, sigma2, money, step)
    money = int(money[0])
    split = theory.best_split(tasks, n, sigma2, money, sample_cost=sample_cost)
    error = readings(tasks, n, mine, money - step * mine, sigma2).error
    where = f"least error, budget {money}, cosine {cosines[i]:.2f}"
    checks.close(f"{where}: map and best_split", error, split.value)
law = sp.lambdify(s2, sp.solve(stated.subs({T_: T, s: step}), rho)[0])
colors = [C[ink] for ink in ("red", "yellow", "blue")]
style = {"cmap": ListedColormap(colors), "rasterized": True}
style["norm"] = BoundaryNorm([-0.5, 0.5, 1.5, 2.5], 3)
left, right = (
    [f"{np.mean(part == kind):.0%}" for kind in range(3)]
    for part in (
        by_budget[:, budgets < stores_all],
        by_budget[:, budgets > stores_all],
    )
)

# %% tags=["hide-input"]
fig1, ax1 = plt.subplots()
line_style = {"color": figures.INK, "linewidth": 1.5}
ax1.pcolormesh(budgets, cosines, by_budget, **style)
ax1.axhline(law(sigma2), linestyle="--", **line_style)
ax1.axvline(stores_all, linestyle=":", **line_style)
ax1.set(xscale="log", xlabel="budget", ylabel="cosine", ylim=(0, 1))
ax1.set_title(f"σ² = {sigma2}")
fig2, ax2 = plt.subplots()
ax2.pcolormesh(noises, cosines, by_noise, **style)
inside = (law(noises) >= 0) & (law(noises) <= 1)
ax2.plot(noises[inside], law(noises)[inside], linestyle="--", **line_style)
ax2.set(xlabel="noise variance σ²", ylabel="cosine", title=f"budget {budget}")
patches = zip(colors, budget_phases.KINDS, strict=True)
patches = [Patch(color=color, label=kind) for color, kind in patches]
frame = {"frameon": True, "labelcolor": "black", "facecolor": "white"}
ax2.legend(handles=patches, loc="lower right", **frame)
figures.show(
    [fig1, fig2],
    name="budget-phases",
    caption=(
        f"Where the budget should go for the least error: red, parameters only; yellow, both; blue, as many samples as possible ($T = {T}$, $n = {n}$, "
        f"sample price {sample_cost}). Dashed: the law for large budgets. Dotted: the budget that stores everything and still "
        f"interpolates; left of it the map is {left[0]} red, {left[1]} yellow, {left[2]} blue, right of it {right[0]}, {right[1]} and {right[2]}. Exact, hence no intervals; the "
        "map does not say how much is lost on the wrong side."
    ),
    alt="Two maps of the optimum's kind, over budget and cosine and over noise and cosine, with the law for large budgets.",
)

# %% [markdown]
# How the optimum moves with the number of tasks, and whether forgetting wants the same as error:

# %% tags=["hide-input"]
rows, row_cosines = {}, np.linspace(0, 1, max(7, cells // 3))
for count in sorted({2, T, 8}):
    setting = count, n, sigma2, count * n * 4, row_cosines, sample_cost
    for aim in ("error", "forgetting"):
        rows[f"T = {count}, {aim}"] = budget_phases.kinds_along(*setting, aim)
fig, ax = plt.subplots()
ax.pcolormesh(row_cosines, np.arange(len(rows)), list(rows.values()), **style)
ax.set_yticks(range(len(rows)), rows)
ax.set(xlabel="cosine", title="Number of tasks and objective")
begins = [
    f"{row_cosines[(line == 2).argmax()]:.2f}" if (line == 2).any() else "nowhere"
    for line in rows.values()
]
begins = "; ".join(f"{row} {at}" for row, at in zip(rows, begins, strict=True))
figures.show(
    fig,
    name="budget-tasks",
    caption=(
        f"Kind of the optimum (red: model, yellow: both, blue: buffer) for a budget of four times all samples; σ² = {sigma2}, "
        f"$n = {n}$, warm start. Blue begins at cosine: {begins}. Exact."
    ),
    alt="Rows of coloured cells by number of tasks and objective, from red to blue as the cosine grows.",
)

# %% tags=["hide-input"]
chosen = {4 * T * n: rows[f"T = {T}, forgetting"]}
for money in (T * n // 2, T * n, 2 * stores_all):
    setting = T, n, sigma2, money, row_cosines, sample_cost
    chosen[money] = budget_phases.kinds_along(*setting, "forgetting")
astray = pd.DataFrame({"budget": list(chosen)})
astray["astray"] = [budget_phases.astray(kinds) for kinds in chosen.values()]
words = "the model is linear and the budget could store everything and still interpolate: similar tasks take the buffer, dissimilar ones the model"
in_order = evidence.tested(
    astray, f"budget > {stores_all}", lambda rows: int(rows.astray.max()), words
)
check = "linear optimum over budgets"
what = "steps in the cosine at which the split that forgets least does not go from model over both to buffer"
size = f"{len(row_cosines)} cosines, T = {T}, exact; budgets of {', '.join(map(str, sorted(chosen)))}, all samples stored from {stores_all}"
evidence.record(
    "A.C3", check, what, in_order.inside, "==", 0, n=size, when=in_order
)

# %% [markdown]
# **A rule of thumb and its error.** {prf:ref}`thm-large-budget` needs no optimisation: store all, or nothing.
# What does it cost to follow it?

# %% tags=["hide-input"]
losses = budget_lines.rule_losses(problems, n, (seed, "rule of thumb"))
say(budgets_tried=problems, mean_loss=losses.rule.mean())
say(high_loss=np.quantile(losses.rule, 0.95), worst_loss=losses.rule.max())
say(loss_of_worse_end=losses.worse.mean())

# %% [markdown]
# On {glue:text}`budgets_tried` random problems whose budget buys at least twice as many parameters as
# samples, the rule loses {glue:text}`mean_loss:.2%` of error on average, {glue:text}`high_loss:.1%` at the
# 95th percentile and {glue:text}`worst_loss:.0%` at worst. Always taking the worse end would lose
# {glue:text}`loss_of_worse_end:.0%` on average.

# %% [markdown]
# ## Break
#
# Forgetting alone is a dangerous objective. It compares with what was once known, so it can be bought by
# learning badly. On a budget line that crosses the thresholds:

# %%
apart, crossing = Tasks.equiangular(T, 0.0), n + (T - 1 + step) * n // 2
options = {"sample_cost": sample_cost}
trap, honest = (
    theory.best_split(apart, n, sigma2, crossing, objective=aim, **options)
    for aim in ("forgetting", "error")
)
trapped = readings(apart, n, trap.memory, trap.p, sigma2).error
near = np.abs(trap.p - n - np.arange(T) * trap.memory).min()
say(crossing=crossing, least_forgetting=f"{trap.value:.1f}".replace("-", "−"))
say(trap_p=trap.p, trap_memory=trap.memory, trap_distance=near, trap_error=trapped)
say(honest_error=honest.value, honest_p=honest.p, honest_memory=honest.memory)

# %% [markdown]
# Orthogonal tasks, budget {glue:text}`crossing`. Least forgetting: $F$ = {glue:text}`least_forgetting` at $p$
# = {glue:text}`trap_p`, $m$ = {glue:text}`trap_memory`, {glue:text}`trap_distance` parameters from a
# threshold, with an error of {glue:text}`trap_error:.2f`. Least error: {glue:text}`honest_error:.2f` at $p$ =
# {glue:text}`honest_p`, $m$ = {glue:text}`honest_memory`.

# %% [markdown]
# ## Exercises
#
# ```{exercise} Free samples
# :label: exercise-free-samples
#
# Let samples cost nothing, $b = 0$. Does the best split always store everything?
# ```
#
# ```{solution} exercise-free-samples
# :class: dropdown
#
# No. With $s = 0$ the rule reads $2(1-\rho)(2 - 1/T) + 3\sigma^2 < 1$: dissimilar or noisy tasks are better off without
# replay even when it is free, because stored samples of other tasks act as noise.
# ```
#
# ```{exercise} Dear samples
# :label: exercise-dear-samples
#
# And if samples are very dear, $s \to \infty$? Why is the answer not "never store"?
# ```
#
# ```{solution} exercise-dear-samples
# :class: dropdown
#
# The sign is then that of $2(1-\rho)\frac{T-1}T + \sigma^2 - 1$. If it is negative, fewer parameters *lower* the error: features
# all carry equal signal here, so a wide model sees a smaller share of it. Giving up parameters is then a gain in itself. On
# data where extra features add signal this does not happen: see the chapter on real features.
# ```
#
# ## In one breath
#
# * Along a budget line error and forgetting are rational functions, so the best split is found exactly.
# * Similar, clean tasks want samples; dissimilar or noisy ones want parameters. Interior optima form a strip between.
# * Large budgets have no interior optimum, and a one-line rule says which end.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
