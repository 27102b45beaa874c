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
trials = 3000  # simulated data sets per point
problems = 2000  # random problems on which the exact condition is tried
T = 10  # tasks
n = 50  # samples per task
cells = 51  # cosines on the maps

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
from IPython.display import Markdown, display
from matplotlib.colors import TwoSlopeNorm

from manytasks import Tasks, evidence, figures, simulate, theory
from manytasks.statistics import critical_z, z_scores
from manytasks.symbolic import differing

sigma2 = 0.1


def readings(tasks, m, p, start="warm", noise_var=sigma2):
    """Return exact mean error and forgetting."""
    errors = theory.replay_error(tasks, n, m, p, noise_var, start)
    return np.array([theory.average_error(errors), theory.forgetting(errors)])


middling = Tasks.equiangular(T, 0.5)
changes = readings(middling, n, 2 * T * n) - readings(middling, 0, 2 * T * n)
display(
    Markdown(
        "A stored sample of a task that disagrees is a constraint that fights the present, and near its threshold a model "
        "amplifies every fight. On a model with twice as many parameters as samples, ten tasks with cosine 0.5 to one "
        f"another forget **{changes[1]:.2f} more** and err by **{changes[0]:.2f} more** if *everything* is replayed than "
        "if nothing is."
    )
)

# %% [markdown]
# ## Claim
#
# Mechanism 3 of Paper A (claim A.M3) says that larger models and larger buffers both reduce forgetting. In the formulas
# of {prf:ref}`thm-replay-error` the second half is false in a large region. Two statements say where. Both are ours
# (claim O.4). As before $d_{ij} = \|w_i^* - w_j^*\|^2$.
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
# m n_2 \Big( \frac{d_{12}}{p(p-N-1)} - \frac{(p-n_1)\|w_1^*\|^2}{p^2(p-m)}
#   - \frac{n_1\sigma^2}{p(p-m)(p-n_1-1)} \Big)
#   + \sigma^2 \Big( \frac{N}{p-N-1} - \frac{n_2}{p-n_2-1} - \frac{(p-N)\,m}{(p-m)(p-m-1)} \Big).
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
assert differing([coefficient[x] for x in stated], list(stated.values())) == 0

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
assert differing([coefficient[s2]], [fitted_again - corrected]) == 0
numbers = {n_1: 20, n_2: 5, m: 5}
assert sp.limit(p**2 * coefficient[s2].subs(numbers), p, sp.oo) == 3 * 5 * 5
assert coefficient[s2].subs(numbers | {p: 22}) < 0

# %% [markdown]
# **Step 4: large models, any number of tasks.** To second order in $1/p$, with $M = \bar M_t$,
#
# $$
# S_i(c) \approx \frac1p \sum_j c_j (d_{ij} + \sigma^2)
#   + \frac{1}{p^2}\Big(\tfrac12 \sum_{j,k} c_j c_k d_{jk} + N(N+1)\sigma^2\Big), \qquad
# \frac{n_t}{p-M} \approx \frac{n_t}{p} + \frac{n_t M}{p^2}.
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
assert all(
    abs(sp.expand(a - b).coeff(k)) < 1e-9 for a, b in zip(limits, law, strict=True)
)

# %% [markdown]
# ## Check
#
# The exact condition, with no exception, on random problems; then simulation at chosen points, with and without a
# buffer on the same data, so that small differences are seen.

# %% tags=["hide-input"]
rng = np.random.default_rng(seed)
exceptions = 0
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
evidence.record(
    "O.4",
    "exact condition, two tasks",
    statistic="problems on which condition and formula disagree",
    value=exceptions,
    threshold=0,
    n=f"{problems} random problems",
    holds=exceptions == 0,
)

# %%
small_n, alpha = 10, 0.01
cases = [
    (0.2, 16 * small_n),
    (0.95, 16 * small_n),
    (0.5, 6 * small_n),
    (0.95, 6 * small_n),
]
z, moved = [], []
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
            seed=seed + i,
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
critical = critical_z(len(z), alpha)
harmful = sum(value > 0 for value in moved)
evidence.record(
    "O.4",
    "simulated effect of the buffer",
    statistic="largest |z|",
    value=np.abs(z).max(),
    threshold=critical,
    n=f"{len(z)} effects × {trials} paired data sets",
    holds=np.abs(z).max() < critical,
)
display(
    Markdown(
        f"Of the {len(moved)} effects, {harmful} are harmful; the clearest lies {np.max(moved):.0f} standard errors above "
        f"zero, the clearest benefit {-np.min(moved):.0f} below."
    )
)

# %% [markdown]
# ## Look
#
# With sliders for your own numbers: {doc}`explore-replay`.
#
# The map of Mechanism 3: what does going from an empty to a half-full buffer do? Red is harm. The dashed line is the
# law for large models, read for equiangular tasks of norm 1.

# %% tags=["hide-input"]
cosines = np.linspace(0, 1, cells)
widths = np.unique(np.geomspace(5, 20_000, 170).round().astype(int))
half = n // 2
panels, shares = [], {}
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
        ax.set(
            xscale="log",
            xlabel="parameters $p$",
            ylabel="cosine",
            title=f"{name}, {start} start",
        )
        panels.append(fig)
        wide = widths > (T - 1) * half + n + 1
        shares[start, name] = np.mean(effect[:, r][:, wide] > 0)
figures.show(
    panels[:2],
    name="replay-harm-warm",
    caption=(
        f"Red: a buffer of $m = {half}$ makes it worse than no buffer; blue: better ($T = {T}$, $n = {n}$, σ² = {sigma2}, "
        "warm start). Dashed: thresholds of the first and of the last step. Small models gain, at the threshold all lose, "
        "and large models gain only if their tasks agree. Left of the last threshold forgetting is low for a bad reason: the tasks were learned badly. The sign is shown, not the size. Exact, hence no intervals."
    ),
    alt="Two maps over p and cosine for error and forgetting: red between the thresholds and below a cosine of about 0.8.",
)
figures.show(
    panels[2:],
    name="replay-harm-scratch",
    caption=(
        "The same from scratch. Starting over forgets whatever is not in the buffer, so the buffer is worth more: the "
        "frontier lies lower. The sign is shown, not the size."
    ),
    alt="Two maps as before for the scratch start; the red region is smaller.",
)
smaller = np.array(
    [
        np.diff(
            np.abs(readings(Tasks.equiangular(T, c), half, widths[wide])[1])
        ).max()
        < 0
        for c in (0.0, 0.2, 0.4)
    ]
)
evidence.record(
    "A.M3",
    "larger p reduces forgetting of dissimilar tasks",
    statistic="cosines at which forgetting falls with every step in p",
    value=smaller.sum(),
    threshold=len(smaller),
    n=f"{len(smaller)} cosines × {wide.sum()} widths beyond the last threshold",
    holds=bool(smaller.all()),
    when="p is beyond the last threshold and the tasks are dissimilar",
)
evidence.record(
    "A.M3",
    "larger m reduces forgetting",
    statistic="share of the map beyond the thresholds where the buffer raises forgetting, warm start",
    value=shares["warm", "forgetting"],
    threshold=0,
    n=f"{len(cosines)} cosines × {wide.sum()} widths",
    holds=shares["warm", "forgetting"] == 0,
)
display(
    Markdown(
        "Beyond the last threshold a half-full buffer raises forgetting in "
        f"{shares['warm', 'forgetting']:.0%} of the map with a warm start and in {shares['scratch', 'forgetting']:.0%} from "
        "scratch. So the *model* half of Mechanism 3 survives for dissimilar tasks; the *buffer* half needs similar ones."
    )
)

# %% [markdown]
# **Buffer double descent.** Hold $p$ fixed and let the buffer grow. The last fit sees $N_T = (T-1)m + n$ samples, so the
# buffer itself carries the model through a threshold, at $m = (p-n)/(T-1)$.

# %% tags=["hide-input"]
every = np.arange(n + 1)
panels = []
shown_p = 300
for name, tasks in (
    ("similar", Tasks.equiangular(T, 0.92)),
    ("orthogonal", Tasks.equiangular(T, 0.0)),
):
    fig, ax = plt.subplots()
    for start, color in (("warm", "blue"), ("scratch", "orange")):
        values = np.array(
            [readings(tasks, kept, shown_p, start)[0] for kept in every]
        )
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
figures.show(
    panels,
    name="buffer-double-descent",
    caption=(
        f"More buffer, more error, then less: $p = {shown_p}$, $T = {T}$, $n = {n}$, σ² = {sigma2}. Even similar tasks "
        "are hurt near the threshold. Left of it a warm start is better for similar tasks and worse for orthogonal ones; right "
        "of it the fit is unique. Exact; gaps are infinite values; single data sets scatter widely there."
    ),
    alt="Error against buffer size with a peak at m = 28 for both starts, similar and orthogonal tasks.",
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
frontier = 1 - (1 - sigma2) * T / (2 * (T - 1))
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
        f"Purple: warm start better; orange: scratch better; white: equal, because a least-squares fit has no start "
        f"($T = {T}$, $n = {n}$, $m = {half}$). Dashed: the law for large $p$, cosine {frontier:.2f}. The map shows the sign only."
    ),
    alt="Map over p and cosine: purple above a frontier near cosine 0.5, orange below, white for small p.",
)
far = widths > 10_000
predicted = np.sign(cosines - frontier)[:, None] == np.sign(advantage[:, far])
clear = np.abs(cosines - frontier) > 0.03
assert predicted[clear].all()

# %% [markdown]
# ## Break
#
# Paper A's break condition says the trade-off may fail if the buffer is too small to help (claim A.B3). In the formulas
# size is not what matters. By {prf:ref}`thm-buffer-large` the effect of a buffer on a large model is *proportional* to
# its size: a small one helps little or harms little, and the sign does not change. It is the threshold where size
# decides: a small buffer can harm where a full one helps.

# %% tags=["hide-input"]
agreeing = Tasks.equiangular(T, 1.0)
small_buffers = np.array([readings(agreeing, kept, 120)[0] for kept in every])
signs = [
    np.sign(
        readings(Tasks.equiangular(T, c), kept, 10**6)
        - readings(Tasks.equiangular(T, c), 0, 10**6)
    )
    for c in (0.3, 0.95)
    for kept in (1, 5, half, n)
]
constant = all(
    np.array_equal(signs[4 * c], signs[4 * c + k])
    for c in range(2)
    for k in range(4)
)
worst = int(np.argmax(np.where(np.isfinite(small_buffers), small_buffers, 0)))
worse = small_buffers[worst] > small_buffers[0] > small_buffers[-1]
evidence.record(
    "A.B3",
    "small buffers in the exact formulas",
    statistic=f"error at m = {worst} over error at m = 0, equal tasks, p = 120",
    value=small_buffers[worst] / small_buffers[0],
    threshold=1,
    n=f"{n + 1} buffers; signs at p = 10⁶ for 4 buffers × 2 cosines",
    holds=bool(worse and constant),
    when="a small buffer carries the model to its threshold (linear model)",
)
display(
    Markdown(
        f"Ten *equal* tasks, $p = 120$: no buffer gives an error of {small_buffers[0]:.3f}, a full one "
        f"{small_buffers[-1]:.3f}, and $m = {worst}$ gives {small_buffers[worst]:.2f}. On large models the sign of the effect is "
        "the same for every buffer size."
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
critical_cosine = 1 - (1 - 3 * sigma2) / (2 * (2 - 1 / T))
for cosine, sign in ((critical_cosine - 0.01, 1), (critical_cosine + 0.01, -1)):
    tasks = Tasks.equiangular(T, cosine)
    assert (
        np.sign(readings(tasks, half, 10**6)[0] - readings(tasks, 0, 10**6)[0])
        == sign
    )

# %% [markdown]
# ## In one breath
#
# * A stored sample helps a large model iff disagreement with the new task, disagreement with the asked task and three
#   times the noise variance sum to less than what is to be known. Otherwise replay hurts.
# * At the threshold replay hurts all but equal tasks with clean labels; the buffer itself can carry a model there.
# * Continue (warm) when tasks agree, begin anew (scratch) when they do not.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
