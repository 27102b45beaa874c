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
from IPython.display import Markdown, display
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch

from manytasks import (
    Tasks,
    checks,
    evidence,
    figures,
    parameters,
    simulate,
    theory,
)
from manytasks.statistics import (
    critical_z,
    difference_interval,
    noticed,
    z_scores,
)
from manytasks.streams import stream
from manytasks.symbolic import differing

parameters.check(In, globals())
sigma2 = 0.1
sample_cost = 2  # parameters that one stored sample costs
step = sample_cost * (
    T - 1
)  # parameters given up for one more sample of every past task
budget = 4 * T * n
stores_all = T * n + step * n  # and still interpolates
middling = Tasks.equiangular(T, 0.7)
best = theory.best_split(middling, n, sigma2, budget, sample_cost=sample_cost)
ends = [
    float(
        theory.average_error(
            theory.replay_error(middling, n, m, budget - step * m, sigma2)
        )
    )
    for m in (0, n)
]
display(
    Markdown(
        "To a wide model a stored sample of a similar task is knowledge, of an unlike one noise, and a parameter only dilutes; "
        "so similar tasks want samples, unlike or noisy ones parameters, and the optima inside form a strip between. "
        f"For {T} tasks with cosine 0.7 and a budget of {budget} parameters the best is "
        f"**{best.memory} samples a task beside {best.p} parameters** ({best.kind}), with an error of {best.value:.3f} against "
        f"{ends[0]:.3f} without a buffer and {ends[1]:.3f} with a full one."
    )
)

# %% [markdown]
# ## Claim
#
# A budget $B$ pays $a$ for a parameter and $b$ for a stored sample. While the last of $T$ tasks is learned the buffer holds
# $m$ samples of each of the $T - 1$ others, so $B = a\,p + b\,(T-1)\,m$. This is open question 1 of Paper A (claim A.Q1).
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
# No exact optimum of parameters against samples was found in the literature searched ({doc}`../../book/others` has the date). Relatives:
# a trade-off between what a penalty stores of the old task and the risk {cite}`li2026`, and networks compared at equal bytes of model and
# samples together {cite}`zhou2023`; where memory is abundant, plain replay is strong and learning the new becomes the hard part {cite}`cho2025`.

# %% [markdown]
# ## Derive
#
# **Step 1: the line, for two tasks.** Put $p = P - s\,m$ into the exact error. The result is a quotient of polynomials in $m$.

# %%
m, P, s = sp.symbols("m P s", positive=True)
rho_value, noise_value = sp.Rational(7, 10), sp.Rational(1, 10)
two = Tasks([[sp.Integer(1), rho_value], [rho_value, sp.Integer(1)]])
numbers = {P: 200, s: 2}
line = theory.replay_error(
    two, (50, 50), np.array([m, m]), P - s * m, noise_value, regime="over"
)[1]
error_on_line = sp.cancel(sp.together(sum(line).subs(numbers) / 2))
numerator = sp.Poly(sp.fraction(sp.cancel(sp.diff(error_on_line, m)))[0], m)

# %% [markdown]
# **Step 2: stationary points are roots of a polynomial.** We find them to 30 digits, and ask where the best whole split lies.

# %%
last = 33  # p > m + 51 holds up to here
roots = [
    float(root)
    for root in numerator.nroots(n=30)
    if abs(sp.im(root)) < 1e-20 and 0 <= sp.re(root) <= last
]
on_line = {k: float(error_on_line.subs(m, k)) for k in range(last + 1)}
smallest = min(on_line, key=on_line.get)
beside = {0, last} | {int(f(r)) for r in roots for f in (np.floor, np.ceil)}
checks.require(
    smallest in beside, f"the best whole split, m = {smallest}, is none of {beside}"
)
display(
    Markdown(
        f"The derivative has degree {numerator.degree()}. Its real roots on $0 \\le m \\le {last}$ are "
        f"{', '.join(f'{r:.3f}' for r in roots) or 'none'}; the best whole number is $m = {smallest}$."
    )
)

# %% [markdown]
# With more tasks the degree grows quickly. `theory.best_split` therefore finds the roots on short pieces, where a polynomial
# of degree 23 equals the rational function to rounding error, and treats each threshold as an end.
#
# **Step 3: large budgets.** To first order $G \approx 1 + A/p$, with $A$ the first-order law of the previous chapters, and by
# {prf:ref}`thm-buffer-large` the buffer adds $m\,C/p^2$. Giving up $s$ parameters changes $A/p$ by $sA/p^2$. So the slope of $G$
# along the line is $(C + sA)/p^2$, of constant sign.

# %%
T_, n_, rho, s2 = sp.symbols("T n rho sigma^2", positive=True)
A = n_ * T_ * (2 * (1 - rho) * (T_ - 1) / T_ + s2 - 1)
C = n_ * T_ * (T_ - 1) / 2 * (2 * (1 - rho) * (2 - 1 / T_) + 3 * s2 - 1)
stated = (T_ - 1) / 2 * (2 * (1 - rho) * (2 - 1 / T_) + 3 * s2 - 1) + s * (
    2 * (1 - rho) * (T_ - 1) / T_ + s2 - 1
)
different = differing([(C + s * A) / (n_ * T_)], [stated])
checks.require(different == 0, "the stated bracket is not (C + sA) / (nT)")
slope = sp.limit(P**2 * sp.diff(sum(line).subs(s, 2) / 2, m).subs(m, 10), P, sp.oo)
bracket = (C + s * A).subs({T_: 2, n_: 50, rho: rho_value, s2: noise_value, s: 2})
checks.require(
    sp.simplify(slope - bracket) == 0, f"slope {slope}, and not {bracket}"
)


def rule(tasks_count, cosine, noise_var, price):
    """Return the bracket of the theorem: store everything if it is negative."""
    values = {
        T_: tasks_count,
        rho: cosine,
        s2: noise_var,
        s: price * (tasks_count - 1),
    }
    return float(stated.subs(values))


# %% [markdown]
# ## Check
#
# Brute force looks at every whole split. It must agree with `best_split` on random tasks, prices, noise, both objectives and both
# starts. (The test-suite does this on two thousand problems.)

# %% tags=["hide-input"]
rng = stream(seed, "brute force")
gaps = []
for _ in range(problems):
    tasks = Tasks.from_vectors(rng.choice([0, 1, 3]) + rng.standard_normal((3, 2)))
    stored = int(rng.integers(5, 40))
    a, b = rng.choice([1, 2, 3], size=2).tolist()
    money, objective, start = (
        int(rng.integers(40, 500)),
        rng.choice(["error", "forgetting"]),
        rng.choice(["warm", "scratch"]),
    )
    noise_var = rng.choice([0.02, 0.5])
    read = theory.average_error if objective == "error" else theory.forgetting
    values = []
    for k in range(stored + 1):
        width = (money - 2 * b * k) // a
        if width >= 2:
            values.append(
                read(theory.replay_error(tasks, stored, k, width, noise_var, start))
            )
    values = np.array(values)
    found = theory.best_split(
        tasks, stored, noise_var, money, a, b, objective, start
    )
    least = values[np.isfinite(values)].min()
    gaps.append(abs(found.value - least) / max(1, abs(least)))
evidence.record(
    "O.5",
    "brute force",
    "largest relative distance to the best of all whole splits",
    max(gaps),
    "<",
    1e-9,
    n=f"{problems} random problems",
)

# %% [markdown]
# The law for large budgets, on random tasks, noise and prices that do not lie on its frontier:

# %% tags=["hide-input"]
rng = stream(seed, "large budgets")
tried = wrong = 0
while tried < problems:
    count, c, v = int(rng.integers(2, 6)), rng.uniform(0, 1), rng.uniform(0, 0.4)
    price = int(rng.integers(1, 4))
    sign = rule(count, c, v, price)
    if abs(sign) < 0.05 * count * price:
        continue
    money, tasks = 1000 * count * n, Tasks.equiangular(count, c)
    along = [
        theory.average_error(
            theory.replay_error(tasks, n, k, money - price * (count - 1) * k, v)
        )
        for k in (0, n // 2, n)
    ]
    tried += 1
    wrong += not np.all(np.sign(np.diff(along)) == np.sign(sign))
evidence.record(
    "O.5",
    "large budgets",
    "problems in which the error does not run to the end that the law names",
    wrong,
    "==",
    0,
    n=f"{problems} random problems, a thousand parameters a sample",
)

# %% [markdown]
# Simulation along one line, at the optimum and at both ends:

# %% tags=["hide-input"]
split_m = sorted({0, best.memory, n})
draws = [
    theory.average_error(
        simulate.replay_error(
            middling,
            n,
            kept,
            budget - step * kept,
            sigma2,
            trials=trials,
            seed=(seed, "split", kept),
            method="reduced",
        )
    )
    for kept in split_m
]
exact = [
    theory.average_error(
        theory.replay_error(middling, n, kept, budget - step * kept, sigma2)
    )
    for kept in split_m
]
draws = np.column_stack(draws)
z = z_scores(draws, exact)
level = evidence.level("A.Q1", "simulated error at optimum and ends")
critical = critical_z(len(z), level, trials)
evidence.record(
    "A.Q1",
    "simulated error at optimum and ends",
    "largest |z|",
    np.abs(z).max(),
    "<",
    critical,
    n=f"{len(z)} splits × {trials} data sets",
    detects=f"errors wrong by {noticed(draws, exact, critical):.1%}",
    when=evidence.Assumed("the model is linear: best_split is exact"),
)

# %%
check = "simulated optimum against both ends"
level = 1 - 2 * evidence.level("A.Q1", check) / 2
at_best = split_m.index(best.memory)
over_best = [
    difference_interval(draws[:, k], draws[:, at_best], level)
    for k, kept in enumerate(split_m)
    if kept != best.memory
]
evidence.record(
    "A.Q1",
    check,
    "smaller error of an end less that at the optimum",
    min(over_best, key=lambda v: v.low),
    ">",
    0,
    n=f"{len(split_m)} splits × {trials} data sets, cosine 0.7, a budget of {budget}",
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
panels, optima = [], {}
shown = {0.5: "red", 0.7: "orange", 0.9: "blue"}
for objective, read in (
    ("error G", theory.average_error),
    ("forgetting F", theory.forgetting),
):
    fig, ax = plt.subplots()
    for cosine, color in shown.items():
        tasks = Tasks.equiangular(T, cosine)
        values = np.array(
            [
                read(theory.replay_error(tasks, n, k, budget - step * k, sigma2))
                for k in every
            ]
        )
        ax.plot(
            every, values, color=figures.COLORS[color], label=f"cosine {cosine}"
        )
        at = int(values.argmin())
        ax.plot(at, values[at], "o", color=figures.COLORS[color])
        optima.setdefault(objective, []).append(str(at))
    if objective == "error G":
        figures.band(ax, split_m, draws, color=figures.INK)
    ax.set(
        xlabel=f"samples kept of each task  (p = {budget} − {step} m)",
        ylabel=objective,
    )
    ax.legend()
    panels.append(fig)
figures.show(
    panels,
    name="budget-lines",
    caption=(
        f"Error and forgetting along a budget of {budget} parameters; a stored sample costs {sample_cost} ($T = {T}$, $n = {n}$, "
        f"σ² = {sigma2}, warm start). Coloured dots: optima, at m = {', '.join(optima['error G'])} for the error and {', '.join(optima['forgetting F'])} for "
        f"forgetting. Dots with bars: simulation at cosine 0.7, means of {trials:,} data sets with 95 % intervals."
    ),
    alt=f"Error and forgetting against buffer size for cosines {', '.join(map(str, shown))}; the error is least at m = {', '.join(optima['error G'])}.",
)

# %% [markdown]
# The phase diagram. For every point we take the optimum over all whole splits. One call of `replay_error` serves all budgets at
# once; the map is compared with `best_split` at random points.

# %% tags=["hide-input"]
kinds = ("all model", "interior", "all buffer")


def best_memory(tasks, noise_var, budgets):
    """Return the best m and the largest affordable m for every budget."""
    rank = np.linalg.matrix_rank(tasks.gram, hermitian=True)
    most = np.minimum(n, (budgets - rank) // step)
    values = np.full((len(every), len(budgets)), np.inf)
    for k in every:
        open_to = most >= k
        if open_to.any():
            errors = theory.replay_error(
                tasks, n, k, (budgets - step * k)[open_to], noise_var
            )
            values[k, open_to] = theory.average_error(errors)
    return values.argmin(axis=0), most


def phase(memory, most):
    """Return the index in `kinds`."""
    return np.where(memory == 0, 0, np.where(memory == most, 2, 1))


cosines = np.linspace(0, 1, cells)
budgets = np.geomspace(T * n / 4, 33 * T * n, 2 * cells).round().astype(int)
by_budget = np.array(
    [phase(*best_memory(Tasks.equiangular(T, c), sigma2, budgets)) for c in cosines]
)
noises = np.linspace(0, 0.5, cells)
clean, noisy = (
    np.array(
        [
            [
                theory.average_error(
                    theory.replay_error(
                        Tasks.equiangular(T, c), n, k, budget - step * k, v
                    )
                )
                for k in every
            ]
            for c in cosines
        ]
    )
    for v in (0.0, 1.0)
)
lines = (
    clean[:, None] + noises[:, None] * (noisy - clean)[:, None]
)  # the error is a straight line in σ²
by_noise = phase(lines.argmin(axis=-1), n)
rng = stream(seed, "points of the map")
for i, j in zip(
    rng.integers(cells, size=20), rng.integers(2 * cells, size=20), strict=True
):
    tasks, money = Tasks.equiangular(T, cosines[i]), int(budgets[j])
    split = theory.best_split(tasks, n, sigma2, money, sample_cost=sample_cost)
    (mine,), _ = best_memory(tasks, sigma2, budgets[j : j + 1])
    errors = theory.replay_error(tasks, n, mine, money - step * mine, sigma2)
    checks.close(
        f"least error, budget {money}, cosine {cosines[i]:.2f}: map and best_split",
        theory.average_error(errors),
        split.value,
    )

colors = [figures.COLORS[c] for c in ("red", "yellow", "blue")]
style = {
    "cmap": ListedColormap(colors),
    "norm": BoundaryNorm([-0.5, 0.5, 1.5, 2.5], 3),
    "rasterized": True,
}
law = sp.lambdify(s2, sp.solve(stated.subs({T_: T, s: step}), rho)[0])
fig1, ax1 = plt.subplots()
ax1.pcolormesh(budgets, cosines, by_budget, **style)
ax1.axhline(law(sigma2), color=figures.INK, linestyle="--", linewidth=1.5)
ax1.axvline(stores_all, color=figures.INK, linestyle=":", linewidth=1.5)
ax1.set(xscale="log", xlabel="budget", ylabel="cosine", ylim=(0, 1))
ax1.set_title(f"σ² = {sigma2}")
fig2, ax2 = plt.subplots()
ax2.pcolormesh(noises, cosines, by_noise, **style)
law_line = law(noises)
inside = (law_line >= 0) & (law_line <= 1)
ax2.plot(
    noises[inside],
    law_line[inside],
    color=figures.INK,
    linestyle="--",
    linewidth=1.5,
)
ax2.set(xlabel="noise variance σ²", ylabel="cosine", title=f"budget {budget}")
ax2.legend(
    handles=[Patch(color=c, label=k) for c, k in zip(colors, kinds, strict=True)],
    loc="lower right",
    frameon=True,
    labelcolor="black",
    facecolor="white",
)
left, right = (
    [np.mean(part == kind) for kind in range(3)]
    for part in (
        by_budget[:, budgets < stores_all],
        by_budget[:, budgets > stores_all],
    )
)
figures.show(
    [fig1, fig2],
    name="budget-phases",
    caption=(
        f"Where the budget should go for the least error: red, parameters only; yellow, both; blue, as many samples as possible ($T = {T}$, $n = {n}$, "
        f"sample price {sample_cost}). Dashed: the law for large budgets. Dotted: the budget that stores everything and still "
        f"interpolates; left of it the map is {left[0]:.0%} red, {left[1]:.0%} yellow, {left[2]:.0%} blue, right of it {right[0]:.0%}, {right[1]:.0%} and {right[2]:.0%}. Exact, hence no intervals; the "
        "map does not say how much is lost on the wrong side."
    ),
    alt="Two maps of the optimum's kind, over budget and cosine and over noise and cosine, with the law for large budgets.",
)

# %% [markdown]
# How the optimum moves with the number of tasks, and whether forgetting wants the same as error:

# %% tags=["hide-input"]
rows, row_cosines = {}, np.linspace(0, 1, max(7, cells // 3))
for tasks_count in sorted({2, T, 8}):
    for objective in ("error", "forgetting"):
        line_kinds = []
        for c in row_cosines:
            split = theory.best_split(
                Tasks.equiangular(tasks_count, c),
                n,
                sigma2,
                tasks_count * n * 4,
                sample_cost=sample_cost,
                objective=objective,
            )
            line_kinds.append(kinds.index(split.kind))
        rows[f"T = {tasks_count}, {objective}"] = np.array(line_kinds)
fig, ax = plt.subplots()
ax.pcolormesh(row_cosines, np.arange(len(rows)), list(rows.values()), **style)
ax.set_yticks(range(len(rows)), rows)
ax.set(xlabel="cosine", title="Number of tasks and objective")
starts = [
    f"{row} {row_cosines[(line == 2).argmax()]:.2f}"
    if (line == 2).any()
    else f"{row} nowhere"
    for row, line in rows.items()
]
figures.show(
    fig,
    name="budget-tasks",
    caption=(
        f"Kind of the optimum (red: model, yellow: both, blue: buffer) for a budget of four times all samples; σ² = {sigma2}, "
        f"$n = {n}$, warm start. Blue begins at cosine: {'; '.join(starts)}. Exact."
    ),
    alt="Rows of coloured cells by number of tasks and objective, from red to blue as the cosine grows.",
)


def kinds_that_forget_least(money):
    """Return the kind of the split that forgets least, by cosine."""
    return np.array(
        [
            kinds.index(
                theory.best_split(
                    Tasks.equiangular(T, c),
                    n,
                    sigma2,
                    money,
                    sample_cost=sample_cost,
                    objective="forgetting",
                ).kind
            )
            for c in row_cosines
        ]
    )


def astray(turned):
    """Count the steps that do not go from model over both to buffer as tasks grow alike."""
    return int((turned[0] != 0) + (turned[-1] != 2) + (np.diff(turned) < 0).sum())


chosen = {4 * T * n: rows[f"T = {T}, forgetting"]}
chosen |= {
    money: kinds_that_forget_least(money)
    for money in (T * n // 2, T * n, 2 * stores_all)
}
in_order = evidence.tested(
    pd.DataFrame(
        [(money, astray(turned)) for money, turned in chosen.items()],
        columns=["budget", "astray"],
    ),
    f"budget > {stores_all}",
    lambda rows: int(rows.astray.max()),
    "the model is linear and the budget could store everything and still interpolate: similar tasks take the buffer, dissimilar ones the model",
)
evidence.record(
    "A.C3",
    "linear optimum over budgets",
    "steps in the cosine at which the split that forgets least does not go from model over both to buffer",
    in_order.inside,
    "==",
    0,
    n=f"{len(row_cosines)} cosines, T = {T}, exact; budgets of {', '.join(map(str, sorted(chosen)))}, all samples stored from {stores_all}",
    when=in_order,
)

# %% [markdown]
# **A rule of thumb and its error.** {prf:ref}`thm-large-budget` needs no optimisation: store all, or nothing. What does it cost
# to follow it?

# %% tags=["hide-input"]
losses, naive, rng = [], [], stream(seed, "rule of thumb")
for _ in range(problems):
    count, c, v = int(rng.integers(2, 6)), rng.uniform(0, 1), rng.uniform(0, 0.4)
    tasks, price = Tasks.equiangular(count, c), int(rng.integers(1, 4))
    money = int(count * n * rng.uniform(2, 10) + price * (count - 1) * n)
    split = theory.best_split(tasks, n, v, money, sample_cost=price)
    ends = [
        theory.average_error(
            theory.replay_error(tasks, n, k, money - price * (count - 1) * k, v)
        )
        for k in (0, n)
    ]
    losses.append(ends[int(rule(count, c, v, price) < 0)] / split.value - 1)
    naive.append(max(ends) / split.value - 1)
losses = np.array(losses)
display(
    Markdown(
        f"On {problems} random problems whose budget buys at least twice as many parameters as samples, the rule loses "
        f"{losses.mean():.2%} of error on average, {np.quantile(losses, 0.95):.1%} at the 95th percentile and {losses.max():.0%} at worst. "
        f"Always taking the worse end would lose {np.mean(naive):.0%} on average."
    )
)

# %% [markdown]
# ## Break
#
# Forgetting alone is a dangerous objective. It compares with what was once known, so it can be bought by learning badly. On a
# budget line that crosses the thresholds:

# %%
apart, crossing = Tasks.equiangular(T, 0.0), n + (T - 1 + step) * n // 2
trap, honest = (
    theory.best_split(
        apart, n, sigma2, crossing, sample_cost=sample_cost, objective=objective
    )
    for objective in ("forgetting", "error")
)
trapped = theory.average_error(
    theory.replay_error(apart, n, trap.memory, trap.p, sigma2)
)
near = np.abs(trap.p - n - np.arange(T) * trap.memory).min()
display(
    Markdown(
        f"Orthogonal tasks, budget {crossing}. Least forgetting: $F = {trap.value:.1f}$ at $p = {trap.p}$, $m = {trap.memory}$, {near} parameters from a threshold, with an error of "
        f"{trapped:.2f}. Least error: {honest.value:.2f} at $p = {honest.p}$, $m = {honest.memory}$."
    )
)

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
