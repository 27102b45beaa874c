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

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 3000  # simulated data sets per point [100 to 30000]
problems = 2000  # random problems for the exact condition [20 to 10000]
T = 10  # tasks [2 to 20]
n = 50  # samples per task [4 to 100]
cells = 51  # cosines on the maps [5 to 101]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display
from matplotlib.colors import TwoSlopeNorm

from manytasks import (
    Tasks,
    checks,
    evidence,
    figures,
    parameters,
    simulate,
    theory,
)
from manytasks.statistics import critical_z, noticed, z_scores
from manytasks.streams import stream
from manytasks.symbolic import differing

parameters.check(In, globals())
sigma2 = 0.1
half = n // 2


def readings(tasks, m, p, start="warm", noise_var=sigma2):
    """Return exact mean error and forgetting."""
    errors = theory.replay_error(tasks, n, m, p, noise_var, start)
    return np.array([theory.average_error(errors), theory.forgetting(errors)])


middling = Tasks.equiangular(T, 0.5)
changes = readings(middling, n, 2 * T * n) - readings(middling, 0, 2 * T * n)
display(
    Markdown(
        "A stored sample of a task that disagrees is a constraint that fights the present, and near its threshold a model "
        f"amplifies every fight. On a model with twice as many parameters as samples, {T} tasks with cosine 0.5 to one "
        f"another: replaying *everything* instead of nothing moves their forgetting by **{changes[1]:+.2f}** and their error by **{changes[0]:+.2f}**."
    )
)

# %% [markdown]
# ## Claim
#
# Mechanism 3 of Paper A (claim A.M3) says that larger models and larger buffers both reduce forgetting. In the formulas
# of {prf:ref}`thm-replay-error` the second half is false in a large region. That replay can increase forgetting was shown for clean
# labels and tasks that are subspaces {cite}`mahdaviyeh2025`; more rehearsal need not help memory {cite}`he2026`, and tasks may be
# forgotten with all past data at hand {cite}`ding2026`. Two statements, derived and checked here, say exactly where, for random features and noisy labels (claim O.4). As before $d_{ij} = \|w_i^* - w_j^*\|^2$.
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
norm2, d = sp.symbols(
    "norm2 d_12", positive=True
)  # of two tasks with equal norms: the second norm drops out
pair = Tasks([[norm2, norm2 - d / 2], [norm2 - d / 2, norm2]])
with_buffer = theory.replay_error(
    pair, (n_1, n_2), np.array([m, m]), p, s2, regime="over"
)
without = theory.replay_error(pair, (n_1, n_2), 0, p, s2, regime="over")
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
# In $E[t,i] = E[t-1,i] + S_i(c_t) - S_i(b_t) + \frac{n_t}{p-M}(S_i(b_t) - E[t-1,i])$ the buffer enters first at order
# $1/p^2$: through $\frac12(cdc - bdb) = n_t \sum_s m_s d_{st}$, through the noise $2Mn_t\sigma^2$, through
# $n_t \sum_s m_s (d_{is} + \sigma^2)$ and through $-n_t M \|w_i^*\|^2$. Sum over $t$ and it is the theorem. Three tasks in
# the package agree, in the limit:

# %%
three = Tasks.chain(3, 0.5)
q, k = sp.symbols("q k", positive=True)  # q = 1/p
exact = [
    theory.replay_error(
        three, 50, np.array([memory] * 3), 1 / q, sp.Rational(1, 10), regime="over"
    )[2]
    for memory in (k, 0 * k)
]
limits = [
    sp.limit(
        sp.cancel(sp.nsimplify(sp.together((a - b) / q**2), rational=True)), q, 0
    )
    for a, b in zip(*exact, strict=True)
]
distance = three.distances2
law = [
    sum(
        50 * k * (distance[s, t] + distance[i, s] + 0.3 - 1)
        for t in range(3)
        for s in range(t)
    )
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
rng = stream(seed, "problems")
effect_of_buffer = sp.lambdify(
    (p, n_1, n_2, m, norm2, d, s2),
    sum(x * stated[x] for x in stated) + s2 * (fitted_again - corrected),
)
exceptions = turns = 0
gaps_of_formula = []
for _ in range(problems):
    a, b = rng.integers(2, 60, size=2)
    stored = int(rng.integers(1, a + 1))
    width = int(max(a, b + stored) + 2 + rng.integers(0, 300))
    tasks = Tasks.from_vectors(rng.standard_normal((2, 3)))
    error = [
        theory.replay_error(tasks, (a, b), (kept, 0), width, 0.0)[1, 0]
        for kept in (stored, 0)
    ]
    limit = (1 - a / width) * (1 - (b + 1) / (width - stored))
    exceptions += (error[0] > error[1]) != (
        tasks.distances2[0, 1] / tasks.norms2[0] > limit
    )
    noise_var = rng.uniform(0, 1)
    noisy = [
        theory.replay_error(tasks, (a, b), (kept, 0), width, noise_var)[1, 0]
        for kept in (stored, 0)
    ]
    formula = effect_of_buffer(
        width, a, b, stored, tasks.norms2[0], tasks.distances2[0, 1], noise_var
    )
    gaps_of_formula.append(abs(formula - (noisy[0] - noisy[1])) / noisy[1])
    if stored > 2:
        step_by_step = theory.replay_error(
            tasks, (a, b), (stored - 1, 0), width, 0.0
        )[1, 0]
        turns += (error[0] > step_by_step) != (error[0] > error[1])
evidence.record(
    "O.4",
    "exact condition, two tasks",
    "problems on which condition and formula disagree",
    exceptions,
    "==",
    0,
    n=f"{problems} random problems",
)
evidence.record(
    "O.4",
    "effect with noise, two tasks",
    "largest difference of theorem and package, relative to the error",
    max(gaps_of_formula),
    "<",
    1e-9,
    n=f"{problems} random problems",
)
display(
    Markdown(
        "The theorem compares a buffer with none. Is the last sample put into it judged alike? Not always: its effect has the other sign in "
        f"{turns} of the {problems:,} problems. Near its threshold a buffer that helps may help less than a smaller one."
    )
)

# %%
small_n = 10
cases = [
    (0.2, 16 * small_n),
    (0.95, 16 * small_n),
    (0.5, 6 * small_n),
    (0.95, 6 * small_n),
]
z, moved, unseen = [], [], []
critical = critical_z(
    2 * len(cases), evidence.level("O.4", "simulated effect of the buffer"), trials
)
for i, (cosine, width) in enumerate(cases):
    tasks = Tasks.equiangular(5, cosine)
    sample = [
        simulate.replay_error(
            tasks,
            small_n,
            kept,
            width,
            sigma2,
            trials=trials,
            seed=(seed, "effect", i),
            method="reduced",
        )
        for kept in (small_n // 2, 0)
    ]
    exact = [
        theory.replay_error(tasks, small_n, kept, width, sigma2)
        for kept in (small_n // 2, 0)
    ]
    for read in (theory.average_error, theory.forgetting):
        paired = read(sample[0]) - read(sample[1])
        expected = read(exact[0]) - read(exact[1])
        z.append(float(z_scores(paired, expected)))
        moved.append(
            float(z_scores(paired, 0)) - z[-1]
        )  # expected, in standard errors
        unseen.append(noticed(paired, theory.average_error(exact[1]), critical))
harmful = sum(value > 0 for value in moved)
evidence.record(
    "O.4",
    "simulated effect of the buffer",
    "largest |z|",
    np.abs(z).max(),
    "<",
    critical,
    n=f"{len(z)} effects × {trials} paired data sets",
    detects=f"effects wrong by {max(unseen):.1%} of the error",
)
display(
    Markdown(
        f"Of the {len(moved)} effects, {harmful} are harmful; the clearest lies {np.max(moved):.0f} standard errors above "
        f"zero, the clearest benefit {-np.min(moved):.0f} below. An effect wrong by {max(unseen):.1%} of the error would be noticed."
    )
)

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore-replay`.
#
# The map of Mechanism 3: what does going from an empty to a half-full buffer do? Red is harm. The solid line is the
# law for large models, read for equiangular tasks of norm 1.

# %% tags=["hide-input", "lead"]
cosines = np.linspace(0, 1, cells)
widths = np.unique(np.geomspace(5, 20_000, 170).round().astype(int))
# Above these cosines a buffer lowers the error of a large model.
helps = {
    "warm": 1 - (1 - 3 * sigma2) / (2 * (2 - 1 / T)),
    "scratch": 1 - (1 - sigma2) * T / (2 * (T - 1)),
}
panels = []
for start in ("warm", "scratch"):
    effect = np.array(
        [
            readings(Tasks.equiangular(T, c), half, widths, start)
            - readings(Tasks.equiangular(T, c), 0, widths, start)
            for c in cosines
        ]
    )  # (cosine, reading, p)
    for r, name in enumerate(("error", "forgetting")):
        fig, ax = plt.subplots()
        shown = np.sign(effect[:, r]) * (np.abs(effect[:, r]) > 1e-12)
        ax.pcolormesh(
            widths,
            cosines,
            np.nan_to_num(shown),
            cmap="RdBu_r",
            norm=TwoSlopeNorm(0, -1.6, 1.6),
            rasterized=True,
        )
        for crowd in (n, (T - 1) * half + n):
            ax.axvline(crowd, color=figures.INK, linestyle="--", linewidth=1)
        if name == "error":
            ax.axhline(helps[start], color=figures.INK, linewidth=1)
        ax.set(
            xscale="log",
            xlabel="parameters $p$",
            ylabel="cosine",
            title=f"{name}, {start} start",
        )
        panels.append(fig)
figures.show(
    panels[:2],
    name="replay-harm-warm",
    caption=(
        f"Red: a buffer of $m = {half}$ makes it worse than no buffer; blue: better ($T = {T}$, $n = {n}$, σ² = {sigma2}, "
        f"warm start). Dashed: thresholds of the first and of the last step. Solid: the law for the error of large models, cosine {helps['warm']:.2f}. "
        "Left of the last threshold forgetting is low for a bad reason: the tasks were learned badly. The sign is shown, not the size. Exact, hence no intervals."
    ),
    alt=f"Two maps of harm and benefit over p and cosine, for error and forgetting, with thresholds at p = {n} and {(T - 1) * half + n}.",
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
known = (1 + sigma2) / 2  # where later tasks begin to improve earlier ones
wide = widths[widths > (T - 1) * half + n + 1]


def rises(cosine):
    """Return the share of steps up in p at which forgetting rises."""
    forgotten = readings(Tasks.equiangular(T, cosine), half, wide)[1]
    return np.mean(np.diff(forgotten) > 0)


below, above = (
    [rises(known + gap) for gap in gaps]
    for gaps in ((-known, -0.2, -0.01), (0.15, 0.3, 0.45))
)
rises_in_p = pd.DataFrame(
    [(True, share) for share in below] + [(False, share) for share in above],
    columns=["dissimilar", "rises"],
)
falls_in_p = evidence.tested(
    rises_in_p,
    "dissimilar",
    lambda rows: rows.rises.max(),
    "p is beyond the last threshold and 2ρ < 1 + σ²",
)
evidence.record(
    "A.M3",
    "larger p reduces forgetting of dissimilar tasks",
    f"largest share of steps up in p at which forgetting rises, cosines below {known:.2f}",
    falls_in_p.inside,
    "<=",
    0,
    n=f"{len(below)} cosines × {len(wide)} widths beyond the last threshold",
    when=falls_in_p,
)
evidence.record(
    "A.M3",
    "larger p reduces forgetting of similar tasks",
    f"largest share of steps up in p at which forgetting rises, cosines above {known:.2f}",
    max(above),
    "<=",
    0,
    n=f"{len(above)} cosines × {len(wide)} widths beyond the last threshold",
)
far = 10**4 * T * n


def forgetting_far(cosine, m, start="warm", size=far):
    """Return what a large model forgets."""
    return readings(Tasks.equiangular(T, cosine), m, size, start)[1]


shares = 2 - 3 / (2 * T - 1)
lends = 1 - (1 - 3 * sigma2) / (2 * shares)
both_sides = [
    (cosine > lends, forgetting_far(cosine, m) - forgetting_far(cosine, 0))
    for cosine in (0, lends - 0.1, lends - 0.01, lends + 0.01, lends + 0.1, 1)
    for m in (1, half, n)
]
falls_in_m = evidence.tested(
    pd.DataFrame(both_sides, columns=["similar", "change"]),
    "similar",
    lambda rows: rows.change.max(),
    "p is large and 2 − 2ρ < (1 − 3σ²)/(2 − 3/(2T − 1))",
)
evidence.record(
    "A.M3",
    "larger m reduces forgetting of similar tasks",
    f"largest change of forgetting by a buffer, cosines above {lends:.2f}, warm start",
    falls_in_m.inside,
    "<",
    0,
    n=f"3 cosines × 3 buffers on either side, exact, p = {far:.0e}",
    when=falls_in_m,
)
trade = pd.DataFrame(
    [
        (
            start,
            forgetting_far(cosine, half, start, 2 * far)
            < forgetting_far(cosine, half, start)
            < forgetting_far(cosine, 0, start),
        )
        for start in ("warm", "scratch")
        for cosine in np.linspace(0, 1, 41)
    ],
    columns=["start", "both"],
)
traded = evidence.tested(
    trade,
    "start == 'scratch'",
    lambda rows: int(rows.both.sum()),
    "every task starts from scratch",
)
evidence.record(
    "A.M3",
    "trade-off of model and buffer",
    "cosines at which a larger p and a larger m both reduce forgetting",
    traded.inside,
    ">",
    0,
    n=f"41 cosines for each start, exact, p = {far:.0e}",
    when=traded,
)
apart = Tasks.equiangular(T, 0.0)
more = (readings(apart, half, 2 * T * n) - readings(apart, 0, 2 * T * n))[1]
evidence.record(
    "A.M3",
    "larger m reduces forgetting",
    f"change of forgetting by a half-full buffer, orthogonal tasks, p = {2 * T * n}, warm start",
    more,
    "<",
    0,
    n=f"exact, T = {T}, m = {half}",
)
everything = (readings(apart, n, 4 * T * n) - readings(apart, 0, 4 * T * n))[1]
evidence.record(
    "A.K12",
    "full buffer and large model, orthogonal tasks",
    f"forgetting without a buffer less that with a full one, p = {4 * T * n}, warm start",
    -everything,
    ">",
    0,
    n=f"exact, T = {T}, m = {n}",
)
display(
    Markdown(
        f"Beyond the last threshold forgetting falls with every step in $p$ at cosines below $(1 + \\sigma^2)/2 = {known:.2f}$; above, it rises in "
        f"{min(above):.0%} to {max(above):.0%} of the steps. On large models a buffer lowers it at cosines above {lends:.2f} only. So the *model* half of "
        f"Mechanism 3 survives for dissimilar tasks, and the *buffer* half for similar ones. Both help at once at {traded.outside} of 41 cosines if models go on, "
        f"and at {traded.inside} if every task starts from scratch."
    )
)

# %% [markdown]
# **Is there a trade-off?** Only if size and buffer both help. Let tasks have norm 1, equal counts and one squared distance $d = 2 - 2\rho$ to one another. Summed
# over tasks, {prf:ref}`thm-buffer-large` says that on a large model with a warm start a buffer lowers forgetting iff
# $d\,\big(2 - \tfrac{3}{2T-1}\big) < 1 - 3\sigma^2$, and size does iff $d > 1 - \sigma^2$. The factor of $d$ is at least 1, so *where size helps, a buffer harms*: there is
# nothing to trade. From scratch a buffer helps iff $\tfrac T2 (d + \sigma^2 - 1) < d$, which leaves room for both.

# %% [markdown]
# **Buffer double descent.** Hold $p$ fixed and let the buffer grow. The last fit sees $N_T = (T-1)m + n$ samples, so the
# buffer itself carries the model through a threshold, at $m = (p-n)/(T-1)$.

# %% tags=["hide-input"]
every = np.arange(n + 1)
panels, peaks = [], set()
shown_p = n + (T - 1) * half + T // 2  # the threshold lies inside the range of m
for name, tasks in (
    ("similar", Tasks.equiangular(T, 0.92)),
    ("orthogonal", apart),
):
    fig, ax = plt.subplots()
    for start, color in (("warm", "blue"), ("scratch", "orange")):
        values = np.array(
            [readings(tasks, kept, shown_p, start)[0] for kept in every]
        )
        peaks.add(int(values.argmax()))
        ax.plot(
            every,
            np.where(np.isfinite(values), values, np.nan),
            "o-",
            color=figures.COLORS[color],
            markersize=3,
        )
        ax.plot([], [], color=figures.COLORS[color], label=f"{start} start")
    figures.threshold(ax, (shown_p - n) / (T - 1), "$p = N_T$")
    ax.set(
        yscale="log",
        xlabel="samples kept of each task, $m$",
        ylabel="error G",
        title=f"{name} tasks",
    )
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
# **Warm or scratch?** A warm start keeps a trace of the $n_s - m_s$ samples that are not stored; starting over loses them.
# By the two laws, for large $p$ the warm start is better on task $i$ iff
# $\sum_{s<T} (n_s - m_s)(d_{is} + \sigma^2 - \|w_i^*\|^2) < 0$. Similar tasks should be continued, dissimilar ones begun
# anew.

# %% tags=["hide-input"]
advantage = np.array(
    [
        readings(Tasks.equiangular(T, c), half, widths, "scratch")[0]
        - readings(Tasks.equiangular(T, c), half, widths, "warm")[0]
        for c in cosines
    ]
)
frontier = helps["scratch"]  # the same cosine
fig, ax = plt.subplots()
ax.pcolormesh(
    widths,
    cosines,
    np.sign(np.nan_to_num(advantage)) * (np.abs(np.nan_to_num(advantage)) > 1e-12),
    cmap="PuOr",
    norm=TwoSlopeNorm(0, -1.6, 1.6),
    rasterized=True,
)
ax.axhline(frontier, color=figures.INK, linestyle="--", linewidth=1)
ax.text(6, 0.9, "below: the same fit", fontsize=10)
ax.set(
    xscale="log",
    xlabel="parameters $p$",
    ylabel="cosine",
    title="Who has the smaller error?",
)
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
agreeing = Tasks.equiangular(T, 1.0)
kept = [1, half, n]
crowded = [n + (T - 1) * m + 2 for m in kept]  # two parameters more than samples
harmed = [
    readings(agreeing, m, p_)[0] / readings(agreeing, 0, p_)[0]
    for m, p_ in zip(kept, crowded, strict=True)
]
spared = [
    readings(agreeing, m, p_)[0] / readings(agreeing, 0, p_)[0]
    for m in kept
    for p_ in (4 * T * n, far)
]
carried = evidence.tested(
    pd.DataFrame(
        {
            "ratio": harmed + spared,
            "at_threshold": [True] * len(harmed) + [False] * len(spared),
        }
    ),
    "at_threshold",
    lambda rows: rows.ratio.min(),
    CROWDED,
)
evidence.record(
    "A.B3",
    "buffers that lead to the threshold",
    "smallest ratio of the error to that without a buffer, equal tasks, p = N_T + 2",
    carried.inside,
    ">",
    1,
    n=f"exact, m = {', '.join(map(str, kept))} of {n}; beyond, p = {4 * T * n} and {far:.0e}",
    when=carried,
)


def effect_far(cosine, m, start="warm"):
    """Return what a buffer adds to the error of a large model."""
    tasks = Tasks.equiangular(T, cosine)
    return (readings(tasks, m, far, start) - readings(tasks, 0, far, start))[0]


cases = [(start, side, m) for start in helps for side in (-1, 1) for m in kept]
wrong = sum(
    np.sign(effect_far(helps[start] + 0.01 * side, m, start)) != -side
    for start, side, m in cases
)
evidence.record(
    "A.B3",
    "buffers of every size on large models",
    "cases in which the sign of the effect depends on m, cosines 0.01 beside the law",
    wrong,
    "==",
    0,
    n=f"{len(cases)} exact effects, p = {far:.0e}",
    when=evidence.Assumed(CROWDED),
)
display(
    Markdown(
        f"{T} *equal* tasks, two parameters more than samples. "
        + ", ".join(
            f"$m = {m}$ and $p = {p_}$: {ratio:.1f} times the error without a buffer"
            for m, p_, ratio in zip(kept, crowded, harmed, strict=True)
        )
        + ". On large models the sign of the effect is the same for every buffer size."
    )
)

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
    tasks = Tasks.equiangular(T, helps["scratch"] + 0.01 * side)
    warm, scratch = (readings(tasks, half, far, start)[0] for start in helps)
    checks.require(
        np.sign(scratch - warm) == side,
        f"cosine {side:+d}% beside the law: {warm} warm, {scratch} from scratch",
    )

# %% [markdown]
# ## In one breath
#
# * A stored sample helps a large model iff disagreement with the new task, disagreement with the asked task and three
#   times the noise variance sum to less than what is to be known. Otherwise replay hurts.
# * At the threshold replay hurts all but equal tasks with clean labels; the buffer itself can carry a model there.
# * Continue (warm) when tasks agree, begin anew (scratch) when they do not.
# * On a large model that goes on, size and buffer never lower forgetting at once, so there is no trade-off between them; from scratch there can be.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
