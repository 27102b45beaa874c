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
# # Does the bracket cause forgetting?
#
# Where task 1 is finished its gradient is zero, so its loss can rise only through its curvature; and what the first
# steps on task 2 meet of
# that curvature is the Lie bracket. For the first steps Paper B's conjecture, that the bracket is linked to
# forgetting, is therefore a theorem.
# We then turn the bracket like a dial, with everything else held fixed, and follow the training until the theorem no
# longer says anything.
#
# After one step on task 2, what {glue:text}`pairs_learned` networks have forgotten of task 1 is
# **{glue:text}`ratio_after_one:.2f`** times what the bracket at the end of task 1 predicts (median). After
# {glue:text}`longest:,` steps it is {glue:text}`ratio_after_longest` times
# the prediction: the bracket tells how forgetting *starts*, not how it ends.

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 72  # pairs of tasks [12 to 150]
train_steps = 3000  # on task 1 [200 to 6000]
long_steps = 1000  # on task 2 [100 to 3000]

# %% tags=["hide-input"]
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Markdown, Math, display
from torch.func import grad, vmap

from manytasks import checks, evidence, figures, flow, parameters
from manytasks.page import number, say, table
from manytasks.statistics import log_slope, rank_correlation, share_interval
from manytasks.streams import stream
from manytasks.studies.dynamics.first_steps import (
    bracket_push,
    one_step,
    predictions,
    second_order_rise,
)
from manytasks.studies.dynamics.ranked_pairs import lead, ranked
from manytasks.studies.dynamics.second_task import descend_pairs
from manytasks.studies.dynamics.similar_pairs import (
    NETWORK,
    similar_pairs,
    task_loss,
)
from manytasks.studies.dynamics.small_pairs import sharpness, stacked
from manytasks.studies.dynamics.turned_bracket import (
    bent_path,
    dialled,
    explained,
    quadratic_dial,
)

parameters.check(In, globals())
torch.set_num_threads(1)
C = figures.COLORS
GRID = [1, 3, 10, 30, 100, 300, 1000]

# %% tags=["hide-input"]
drawn = similar_pairs(networks, seed)
data, similarity, tau = drawn.data, drawn.similarity, 0.02
loss_1, loss_2 = task_loss("x1", "y1"), task_loss("x2", "y2")
learned = descend_pairs(drawn.start, data, loss_1, 0.2, [train_steps])[train_steps]
after_1 = drawn.at(learned)
counts = [k for k in GRID if k <= long_steps]
path = descend_pairs(learned, data, loss_2, tau, counts)
m = predictions(after_1)
forgetting, forgetting_test = (
    {
        k: (vmap(loss)(t, data) - vmap(loss)(learned, data)).numpy()
        for k, t in path.items()
    }
    for loss in (loss_1, task_loss("t1", "z1"))
)
last = max(forgetting)
carried = np.array([forgetting[k] / second_order_rise(m, k * tau) for k in counts])
say(pairs_learned=networks, longest=last, ratio_after_one=np.median(carried[0]))
say(ratio_after_longest=number(np.median(carried[-1]), 2))

# %% [markdown]
# ## Claim
#
# Write $g_i = \nabla L_i$, $H_i = \nabla^2 L_i$, $[g_1, g_2] = H_2 g_1 - H_1 g_2$. Forgetting is the increase of
# $L_1$ while task 2 is trained.
#
# :::{prf:theorem} Local theorem (ours; O.9)
# :label: thm-local-forgetting
#
# Let $L_1$ be three times and $L_2$ twice continuously differentiable, and let $\theta$ be a minimum of $L_1$. Then
# $[g_1, g_2] = -H_1 g_2$, and a step of length $\tau$ on task 2, $\theta' = \theta - \tau g_2$, changes $L_1$ by
#
# $$L_1(\theta') - L_1(\theta) = \frac{\tau^2}2\, g_2^\top H_1 g_2 + O(\tau^3) = -\frac{\tau^2}2\, \langle g_2, [g_1, g_2]\rangle + O(\tau^3).$$
#
# The second-order term vanishes **if and only if** the bracket does. The same holds for any number of steps, or the
# gradient flow, of total time $\tau$.
# :::
#
# :::{prf:theorem} What the bracket term itself does (ours; open question 1)
# :label: thm-bracket-term
#
# In the same setting, let $L_1$, $L_2$ be four times continuously differentiable, and compare one round (a step on
# task 1, a step on task 2) with the flow for the time $h$ of the modified equation *without* its bracket term. The
# bracket term alone adds to $L_1$
#
# $$\frac{h^3}2\, \|[g_1, g_2]\|^2 + O(h^4) \;\ge\; 0 .$$
# :::
#
# That forgetting near a minimum is quadratic in the step, weighted by the old task's curvature, is known and in use
# {cite}`kirkpatrick2017,mirzadeh2020`; that it vanishes exactly with the bracket is ours. Others put the bracket to
# work on the order of tasks {cite}`rukhovich2025,sweeney2026`.
#
# So the bracket enters forgetting twice: as a **marker**, exactly, in the second order; and as a **cause**, the term
# in the modified equation, harmful at a minimum and to leading order, but one power of $h$ later.
#
# ## Derive
#
# **Step 1. Taylor.** Any two losses, two parameters; at the minimum the gradient of $L_1$ is zero and its Hessian is
# $S^\top S$ for some matrix $S$.

# %%
tau_, h = sp.symbols("tau h", positive=True)
s = sp.symbols("s11 s12 s21 s22", real=True)
u1, u2 = sp.symbols("u1 u2", real=True)  # g2 at the minimum
S, g2 = sp.Matrix(2, 2, s), sp.Matrix([u1, u2])
H1 = S.T * S
second_order = (tau_**2 / 2) * (g2.T * H1 * g2)[0]
x, y = sp.symbols("x y")
L1 = (
    (sp.Matrix([x, y]).T * H1 * sp.Matrix([x, y]))[0] / 2 + x**2 * y + y**3
)  # any cubic rest will do
moved = L1.subs({x: -tau_ * u1, y: -tau_ * u2}, simultaneous=True)
left_over = [
    sp.expand(sp.series(sp.expand(moved), tau_, 0, 3).removeO() - second_order)
]
checks.require(
    left_over == [0],
    "the loss after a step must be the second-order term and higher ones",
)
Math(
    r"L_1(\theta - \tau g_2) = L_1(\theta) + \tfrac{\tau^2}2 g_2^\top H_1 g_2 + O(\tau^3)"
)

# %% [markdown]
# **Step 2. The bracket at a minimum.** As $g_1 = 0$, what remains is $-H_1 g_2$, and the second-order term is
# $-\tfrac{\tau^2}2 \langle g_2, [g_1, g_2]\rangle$.

# %%
bracket = -H1 * g2
left_over.append(sp.expand(second_order + tau_**2 / 2 * (g2.T * bracket)[0]))
checks.require(
    left_over[-1] == 0,
    "the second-order term must be the bracket along g2",
)
Math(
    r"\tfrac{\tau^2}2 g_2^\top H_1 g_2 = -\tfrac{\tau^2}2 \langle g_2, [g_1, g_2] \rangle"
)

# %% [markdown]
# **Step 3. If and only if.** $g_2^\top H_1 g_2 = \|S g_2\|^2$. It is zero exactly if $S g_2 = 0$, and then
# $H_1 g_2 = S^\top S g_2 = 0$. (That a Hessian at a minimum is $S^\top S$, positive semidefinite, is all that is
# used. At a saddle the equivalence is false.)

# %%
left_over.append(sp.expand((g2.T * H1 * g2)[0] - sum(v**2 for v in S * g2)))
checks.require(
    left_over[-1] == 0,
    "the quadratic form must be the squared length of S g2",
)
Math(r"g_2^\top H_1 g_2 = \|S g_2\|^2 = 0 \iff S g_2 = 0 \iff H_1 g_2 = 0")

# %% [markdown]
# **Step 4. The bracket term as a cause.** In the modified equation the bracket term displaces the end of a round by
# $\tfrac{h^2}2 [g_1, g_2]$, on top of $-h g_2$. Its effect on $L_1$ is the mixed second-order term.

# %%
without, with_bracket = -h * g2, -h * g2 + h**2 / 2 * bracket


def change(d):
    return (d.T * H1 * d)[0] / 2


added = sp.expand(change(with_bracket) - change(without))
checks.require(
    sp.expand(added.coeff(h, 3) - (bracket.T * bracket)[0] / 2) == 0,
    "the bracket term must add half of its squared length at order h^3",
)
checks.require(sp.expand(added.coeff(h, 2)) == 0, "and nothing at order h^2")
Math(
    r"\Delta L_1 = -h\, g_2^\top H_1 \cdot \tfrac{h^2}2 [g_1, g_2] + O(h^4) = \tfrac{h^3}2 \|[g_1, g_2]\|^2 + O(h^4)"
)

# %% [markdown]
# (Other terms of the displacement, of order $h^2$ and common to both flows, meet the bracket at order $h^4$ only.)
# The package knows the modified equation this starts from: its order-$h$ coefficient contains the bracket with the
# factor one half.

# %%
f1, f2 = (
    -H1 * sp.Matrix([x, y]),
    -g2 - sp.Matrix([[2, 1], [1, 3]]) * sp.Matrix([x, y]),
)
order_h = flow.modified_series(2, 1).evaluate(1, [f1, f2], [x, y])
alone = sum(
    (flow.modified_series(1, 1).evaluate(1, [f], [x, y]) for f in (f1, f2)),
    sp.zeros(2, 1),
)
checks.require(
    sp.expand((order_h - alone).subs({x: 0, y: 0}) - bracket / 2) == sp.zeros(2, 1),
    "the package's order h must contain half of the bracket",
)
Math(r"\tilde f_1 - \tilde f_1^{(1)} - \tilde f_1^{(2)} = \tfrac12 [g_1, g_2]")

# %% [markdown]
# ## Check
#
# **Both theorems on networks**, at minima of task 1 (the first-order term $-\tau\langle g_1, g_2\rangle$ that is left
# because training is finite is added to the prediction). The step shrinks; the ratio must go to one.

# %% tags=["hide-input"]
taus = np.array([0.16, 0.08, 0.04, 0.02, 0.01, 0.005])
expected = np.array([second_order_rise(m, one) for one in taus])
ratios = one_step(after_1, taus) / expected
every = slice(0, networks, max(1, networks // 8))
few = after_1.rows(every)
small_rates = np.array([0.02, 0.01, 0.005])
direct = []
for rate in small_rates:
    push = bracket_push(few, rate)
    third_order = rate**3 / 2 * m["bracket"][every] ** 2
    direct.append((push.added - push.leading) / third_order)
direct = np.array(direct)

# %% tags=["hide-input", "lead"]
left, ax = plt.subplots()
ax.plot(taus, ratios, color=C["blue"], alpha=0.25, linewidth=1)
ax.plot(taus, np.median(ratios, axis=1), "-o", color=C["blue"], label="median")
ax.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set(xscale="log", xlabel=r"step $\tau$", ylabel="forgetting / prediction")
ax.set(title="As a marker: second order", ylim=(0, 2))
ax.legend()
right, ax = plt.subplots()
ax.plot(small_rates, direct, "-o", color=C["green"], alpha=0.5, markersize=3)
ax.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set(xlabel="rate $h$", ylabel="added / prediction", ylim=(0, 2))
ax.set_title("As a cause: third order")
ax.set_xticks(small_rates, [f"{one:g}" for one in small_rates])
figures.show(
    [left, right],
    name="forgetting-local-theorem",
    caption=f"(a) increase of the training loss of task 1 after one step on task 2, over its prediction from the bracket; {networks} pairs of tasks, one line each. (b) what the bracket term of the modified equation alone adds, over its prediction; "
    f"{direct.shape[1]} of the pairs. Both must tend to one for small steps. Training loss only, and only at the end of task 1.",
    alt="Two panels of lines that converge to one as the step becomes small.",
)
wrong = sum(term != 0 for term in left_over)
what = "identities of steps 1 to 3 that leave a term"
n = "3 identities, any losses in two parameters"
evidence.record("O.9", "derivation", what, wrong, "==", 0, n=n)
rest = float(np.abs(ratios[-1] - 1).max())
what, n = f"largest |ratio − 1| at τ = {taus[-1]}", f"{networks} pairs"
evidence.record("O.9", "one step on networks", what, rest, "<", 0.05, n=n)
evidence.record(
    "B.Q1",
    "the bracket term alone adds (h³/2)‖[g₁,g₂]‖²",
    f"largest |ratio − 1| at h = {small_rates[-1]}",
    float(np.abs(direct[-1] - 1).max()),
    "<",
    0.1,
    n=f"{direct.shape[1]} pairs",
    when=evidence.Assumed(
        "it is read locally: an exact marker in second order, a cause in third order"
    ),
)

# %% [markdown]
# ## Does the bracket push away from the earlier task?
#
# Paper B says so without a condition (B.K4). In a round of rate $h$ the bracket term moves the parameters by
# $\tfrac{h^2}2 [g_1, g_2]$, which changes $L_1$ by
#
# $$\tfrac{h^2}2 \langle g_1, [g_1, g_2]\rangle + O(h^3) = \tfrac{h^2}2 \bigl(g_1^\top H_2 g_1 - g_1^\top H_1 g_2\bigr) + O(h^3).$$
#
# Nothing fixes the sign of this difference. If the second task is flat ($H_2 = 0$), $H_1 = I$ and the gradients
# agree, it is $-\|g_1\|^2$: the bracket *helps* task 1. Only at a minimum of task 1 does it vanish, and the
# $\tfrac{h^3}2\|[g_1,g_2]\|^2$ of our second theorem takes over, which harms. We follow one round with and without
# the bracket term, at several moments of the training on task 1, and at an exact
# minimum: the end point with the network's own outputs as targets.

# %% tags=["hide-input"]
push_rate = 0.05
moments = [0, 10, 100, train_steps]
kept = descend_pairs(drawn.start, data, loss_1, 0.2, moments[:-1])
own = {**after_1.data, "y1": vmap(NETWORK)(learned, data["x1"])}
places = {
    "start": drawn.at(kept[0]),
    **{f"{k} steps": drawn.at(kept[k]) for k in moments[1:-1]},
    f"{train_steps} steps": after_1,
    "exact\nminimum": replace(after_1, data=own),
}
push = bracket_push(stacked(list(places.values())), push_rate)
pushed, size_of_push, leading = (
    each.reshape(len(places), networks)
    for each in (push.added, push.share, push.leading)
)


def harmed_at(rows, confidence=0.95):
    """Share of pairs in which the bracket term raises the loss of task 1, for each row."""
    return [share_interval(int((r > 0).sum()), networks, confidence) for r in rows]


harmed = np.array([(v.value, v.low, v.high) for v in harmed_at(pushed)])
same_sign = (np.sign(leading[:2]) == np.sign(pushed[:2])).mean()
say(harmed_at_minimum=100 * harmed[-1, 0], right_sign=100 * same_sign)
before = 100 * harmed[:-1, 0]
say(harmed_least=before.min(), harmed_most=before.max())

# %% tags=["hide-input"]
left, ax = plt.subplots()
at = np.arange(len(places))
ends = np.abs(harmed[:, 1:] - harmed[:, :1]).T
ax.errorbar(at, harmed[:, 0], ends, fmt="o", color=C["red"], capsize=3)
ax.axhline(0.5, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set_xticks(at, list(places))
ax.set(ylabel="share harmed", ylim=(0, 1.05))
ax.set_title("How often the bracket harms task 1")
right, ax = plt.subplots()
middle, low, high = np.quantile(size_of_push, [0.5, 0.25, 0.75], axis=1)
ends = [middle - low, high - middle]
ax.errorbar(at, middle, ends, fmt="s", color=C["blue"], capsize=3)
ax.set_xticks(at, list(places))
ax.set(ylabel="bracket / whole round", yscale="log")
ax.set_title("How much of the change of $L_1$")
figures.show(
    [left, right],
    name="forgetting-push",
    caption=f"One round of rate {push_rate} with and without the bracket term, {networks} pairs of tasks at each moment of the training on task 1. (a) share of pairs in which the term raises $L_1$, 95 % interval; dashed: one half. "
    "(b) what the term changes over what the whole round changes, median and quartiles. Training loss, one round.",
    alt=f"(a) the share of pairs harmed by the bracket at each moment of training, from {harmed[:-1, 0].min():.0%} to {harmed[:-1, 0].max():.0%}, and {harmed[-1, 0]:.0%} at the exact minimum. (b) the relative size of its effect.",
)

# %% [markdown]
# At the minimum the bracket harms {glue:text}`harmed_at_minimum:.0f` % of the pairs, which is a theorem; elsewhere
# {glue:text}`harmed_least:.0f` to {glue:text}`harmed_most:.0f` %, which is a tendency.
# At the first two moments the leading term above gives the right sign in {glue:text}`right_sign:.0f` % of the pairs.

# %% tags=["hide-input"]
when = evidence.Assumed(
    "the earlier task is near a minimum; elsewhere it mostly does, and helps where "
    "the gradients agree and the later task is flatter"
)
for check, rows in (
    ("one round with and without the bracket, at a minimum", pushed[-1:]),
    ("the same before, at the moment it harms least", pushed[:-1]),
):
    share = evidence.level("B.K4", check) / len(rows)  # one-sided, at each moment
    least = min(harmed_at(rows, 1 - 2 * share), key=lambda v: v.low)
    what = "share of pairs in which the earlier loss rises"
    n = f"{networks} pairs"
    evidence.record("B.K4", check, what, least, ">", 0.5, n=n, when=when)
# At θ = 1 both gradients are 1, and the second task is flat.
agreeing = [lambda t: t @ t / 2, lambda t: t.sum()]
one = torch.ones(1, dtype=torch.float64)
helped = float(grad(agreeing[0])(one) @ flow.lie_bracket(*agreeing, one))
check = "agreeing tasks, the later one flat"
what = "⟨g₁, [g₁, g₂]⟩; below zero the earlier loss falls"
evidence.record("B.K4", check, what, helped, "<", 0, n="exact", when=when)

# %% [markdown]
# ## The dial
#
# Correlation is not cause. So we hold fixed whatever else could matter and turn the bracket.
#
# **Quadratics.** $L_1 = \tfrac12\theta^\top H_1 \theta$ at its minimum 0; $L_2$ has gradient $g_2$ there,
# $\|g_2\| = 1$, and Hessian $I$. The spectrum of $H_1$ never changes, nor do $\|g_1\| = 0$ and $\|g_2\|$; the dial is
# the angle between $g_2$ and the
# sharp axis of $H_1$. A second dial does what the first cannot: it changes the *length* of the bracket and leaves
# $g_2^\top H_1 g_2$ alone.

# %% tags=["hide-input"]
sharp, flat, rate = 1.0, 0.05, 0.1
angles = np.linspace(0, np.pi / 2, 31)
axes = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
turned_axes = [flat * np.eye(2) + (sharp - flat) * np.outer(a, a) for a in axes]
coupled = [[[0.5, c], [c, 0.5]] for c in np.linspace(0, 0.5, 31)]
first_dial, second_dial = (
    quadratic_dial(hessians, [1.0, 0.0], rate)
    for hessians in (turned_axes, coupled)
)

# %% [markdown]
# **Networks.** At the end of task 1 we keep the *inputs* of task 2 and choose its *targets*: $g_2 = J^\top r$ for
# residuals $r$ of our choice ($J$ is the Jacobian of the outputs over the number of samples). We take $r$ such that
# $\|g_2\|$ is always the same and
# $\langle g_1, g_2\rangle = 0$, and let $g_2^\top H_1 g_2$ run from its smallest to its largest possible value (a
# generalised eigenvalue problem). Only the bracket turns.

# %% tags=["hide-input"]
positions = np.linspace(0, 1, 5)
length = float(np.median(m["g2"]))
horizons = sorted({1, 10, 100, long_steps})
turned = dialled(NETWORK, after_1, positions, length, horizons, tau)
raised = {k: turned[-1, j] > turned[0, j] for j, k in enumerate(horizons)}
for word, k in (("one", 1), ("hundred", 100), ("long", long_steps)):
    ends = np.median(turned[[0, -1], horizons.index(k)], axis=1)
    say(**{f"least_{word}": ends[0], f"most_{word}": ends[1]})
    say(**{f"raised_{word}": 100 * raised[k].mean()})
say(long_steps=long_steps)

# %% tags=["hide-input"]
left, ax = plt.subplots()
for dial, style, label in (
    (first_dial, "-", "turn $g_2$ against the sharp axis"),
    (second_dial, "--", "couple $g_2$ to another direction"),
):
    for k, color in ((10, C["blue"]), (100, C["orange"])):
        label_k = f"{label}, {k} steps"
        ax.plot(dial["bracket"], dial[k], style, color=color, label=label_k)
ax.set(xlabel=r"$\|[g_1, g_2]\|$", ylabel="forgetting")
ax.set_title("Quadratics: two dials")
ax.legend(fontsize=8.5)
right, ax = plt.subplots()
hues = ("blue", "green", "orange", "red")
for j, (k, hue) in enumerate(zip(horizons, hues, strict=False)):
    relative = turned[:, j] / turned[-1, j]
    middle, low, high = np.quantile(relative, [0.5, 0.25, 0.75], axis=1)
    label = f"{k} step" + "s" * (k > 1)
    ax.plot(positions, middle, "-o", color=C[hue], label=label)
    ax.fill_between(positions, low, high, color=C[hue], alpha=0.15)
ax.set(xlabel=r"dial: $g_2^\top H_1 g_2$ from least to most", yscale="log")
ax.set(ylabel="forgetting / at full dial", ylim=(1e-3, 300))
ax.set_title("Networks: one dial")
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="forgetting-dial",
    caption=f"(a) quadratics with rate {rate}; gradient norms and their cosine never change. Along the first dial forgetting follows the bracket; along the second (dashed) the bracket grows and forgetting does not. "
    f"(b) {networks} networks, same inputs, same $\\|g_2\\|$, $\\langle g_1, g_2\\rangle = 0$; only the targets of task 2 change. Median and quartiles. Training loss of task 1; targets chosen this way are not natural data.",
    alt="(a) forgetting against the bracket for two dials, one rising and one flat. (b) forgetting against the dial for several numbers of steps.",
)

# %% [markdown]
# Turning the dial from least to most changes the median forgetting after one step from {glue:text}`least_one:.1e` to
# {glue:text}`most_one:.1e`, after 100 steps from {glue:text}`least_hundred:.1e` to {glue:text}`most_hundred:.1e` and
# after {glue:text}`long_steps` steps from {glue:text}`least_long:.1e` to {glue:text}`most_long:.1e`.
# It rises in {glue:text}`raised_one:.0f` %, {glue:text}`raised_hundred:.0f` % and {glue:text}`raised_long:.0f` % of
# the networks. The gradient norm does not change.

# %% tags=["hide-input"]
if raised[long_steps].mean() < 0.5:
    display(
        Markdown(
            "**In the long run the dial turns the other way**: at one gradient norm, a target that lies along a flat direction of the outputs is further away, so that training travels further."
        )
    )

# %% [markdown]
# The bracket sees the first steps; the distance to the new minimum decides the rest.

# %% tags=["hide-input"]
ALONG_ONLY = "the component of the bracket along g₂ is turned, not its length"
dials = pd.concat([first_dial.assign(along=True), second_dial.assign(along=False)])
dials = dials.rename(columns={10: "forgetting"}).reset_index(drop=True)
moved = evidence.tested(
    dials,
    "along",
    lambda rows: np.ptp(rows.forgetting) / rows.forgetting.max(),
    ALONG_ONLY,
)
evidence.record(
    "B.C1",
    "dial on quadratics",
    "rank correlation of forgetting with the bracket as its component along g₂ turns",
    rank_correlation(first_dial["bracket"], first_dial[10]),
    ">",
    0.9,
    n=len(first_dial),
    when=evidence.Assumed(ALONG_ONLY),
)
check = "dial on quadratics, length alone"
what = "relative change of forgetting along the dial"
n = f"{len(first_dial)} and {len(second_dial)} positions"
evidence.record("B.C1", check, what, moved.inside, ">", 1e-9, n=n, when=moved)

# %% tags=["hide-input"]
check = "dial on networks, one step"
confidence = 1 - 2 * evidence.level("B.C1", check)
by_horizon = pd.DataFrame(
    [
        (k, share_interval(int(rose.sum()), networks, confidence))
        for k, rose in raised.items()
        if k != 10
    ],
    columns=["steps", "share"],
)
rising = evidence.tested(
    by_horizon,
    "steps == 1",
    lambda rows: min(rows.share, key=lambda v: v.value),
    "forgetting is that of the first steps (after 100 or more the dial mostly turns the other way)",
)
evidence.record(
    "B.C1",
    check,
    "share of networks in which the dial raises forgetting",
    rising.inside,
    ">",
    0.8,
    n=f"{networks} networks; beyond, {' and '.join(f'{k:,}' for k in horizons if k >= 100)} steps",
    when=rising,
)

# %% [markdown]
# ## Correlation, beside its rivals
#
# In natural pairs everything moves together. (The same question for trained image classifiers of many widths, with a
# committed sweep, is in {doc}`/notebooks/bridge/bracket-moments`; here the networks are small enough to run with the
# page.) Spearman's rank correlation of forgetting with the bracket and with three cheaper measures, over all pairs,
# with bootstrap intervals: for training and test loss of task 1, after few and many steps.

# %% tags=["hide-input"]
candidates = {
    "bracket": m["bracket"],
    r"$-\langle g_2, [g_1, g_2]\rangle$": m["along"],
    r"$\|g_2\|$": m["g2"],
    "$L_2$ at the end of task 1": m["loss2"],
}
words = ("the bracket", "−⟨g₂, [g₁, g₂]⟩", "‖g₂‖", "L₂ at the end of task 1")
words = dict(zip(candidates, words, strict=True))
BRACKET, ALONG, LENGTH, GAP = candidates
picks = stream(seed, "bootstrap").integers(0, networks, (1000, networks))
many = stream(seed, "bootstrap", "limits").integers(0, networks, (40_000, networks))
targets = {
    "training, 1 step": forgetting[1],
    f"training, {last} steps": forgetting[last],
    "test, 10 steps": forgetting_test[10],
    f"test, {last} steps": forgetting_test[last],
}
found = {
    name: [ranked(value, target, picks) for target in targets.values()]
    for name, value in candidates.items()
}
best_far = max(candidates, key=lambda name: found[name][1].value)
say(rank_along=found[ALONG][0].value, rank_length=found[LENGTH][0].value)
say(best_far=words[best_far], rank_best_far=found[best_far][1].value)
say(rank_bracket_far=found[BRACKET][1].words(".2f"))
ahead = lead(m["loss2"], m["bracket"], forgetting[last], many, 0.005)
say(lead_of_gap=ahead.value, lead_low=ahead.low, lead_high=ahead.high)

# %% tags=["hide-input"]
left, ax = plt.subplots(figsize=(6.4, 3.8))
places = np.arange(len(targets))
hues = ("blue", "green", "grey", "orange")
for j, (name, hue) in enumerate(zip(candidates, hues, strict=True)):
    middle = np.array([row.value for row in found[name]])
    ends = np.array([(row.low, row.high) for row in found[name]])
    style = {"fmt": "o", "color": C[hue], "label": name, "capsize": 2}
    shift = 0.14 * (j - 1.5)
    ax.errorbar(places + shift, middle, np.abs(ends.T - middle), **style)
ax.set_xticks(places, [title.replace(", ", ",\n") for title in targets])
ax.set(ylabel="rank correlation with forgetting", ylim=(-0.3, 1.05))
ax.set_title("Who predicts forgetting?")
ax.axhline(0, color=figures.INK, linewidth=0.8, alpha=0.5)
ax.legend(fontsize=9, loc="lower left")
figures.show(
    left,
    name="forgetting-correlations",
    caption=f"Spearman correlation with forgetting of task 1 over {networks} pairs of tasks, from nearly equal to unrelated; 95 % bootstrap intervals. All four measures are taken at the end of task 1. One architecture and one kind of data.",
    alt="Four groups of points with intervals: rank correlations of four measures with forgetting.",
)

# %% [markdown]
# After one step the bracket along $g_2$ ranks training forgetting at {glue:text}`rank_along:.3f`, $\|g_2\|$ at
# {glue:text}`rank_length:.3f`. After {glue:text}`longest` steps the best of the four is {glue:text}`best_far` with
# {glue:text}`rank_best_far:.2f`; the bracket has {glue:text}`rank_bracket_far`.
#
# In the long run the gap of the losses, $L_2$ at the end of task 1, is ahead of the bracket by
# {glue:text}`lead_of_gap:+.2f` of rank correlation with training forgetting (99 % interval {glue:text}`lead_low:+.2f`
# to {glue:text}`lead_high:+.2f`, paired).

# %% tags=["hide-input"]
check = "rank correlation with training forgetting after one step"
level, n = (
    evidence.level("B.M3", check),
    f"{networks} pairs; beyond, {last:,} steps",
)
by_steps = [(k, ranked(m["along"], forgetting[k], many, level)) for k in (1, last)]
correlation = evidence.tested(
    pd.DataFrame(by_steps, columns=["steps", "correlation"]),
    "steps == 1",
    lambda rows: rows.correlation.iloc[0],
    "forgetting is that of the first steps on task 2, in training loss, from a minimum of task 1; a long training follows other things",
)
what = "rank correlation of the bracket along g₂ with forgetting"
value = correlation.inside
evidence.record("B.M3", check, what, value, ">", 0.9, n=n, when=correlation)
check = "lead of the bracket over the size of the change"
tail = evidence.level("B.E2", check)
leads = [
    (k, lead(m["bracket"], -similarity, forgetting[k], many, tail))
    for k in (1, last)
]
horizon = evidence.tested(
    pd.DataFrame(leads, columns=["steps", "lead"]),
    "steps == 1",
    lambda rows: rows.lead.iloc[0],
    "forgetting is that of the first steps; in the long run its lead over the size of the change is not sure",
)
what = "lead in rank correlation with training forgetting, one step"
evidence.record("B.E2", check, what, horizon.inside, ">", 0, n=n, when=horizon)
check = "bracket and forgetting against the size of the change"
level, n = evidence.level("B.E2", check), f"{networks} pairs"
value = ranked(m["bracket"], forgetting[1], many, level)
what = "rank correlation of the bracket with short-run forgetting"
evidence.record("B.E2", check, what, value, ">", 0.5, n=n)

# %% [markdown]
# ## Break
#
# **Long training.** How far does the second-order prediction carry? It grows without end, forgetting does not.

# %% tags=["hide-input"]
time = np.array(counts) * tau
middle, low, high = np.quantile(carried, [0.5, 0.1, 0.9], axis=1)
reach = after_1.map(lambda losses, t: sharpness(losses[1:], t)).numpy()
times = np.linspace(0, 12, 200)
bent, no_bracket = bent_path(times)
checks.below("bracket at the minimum of task 1", no_bracket, 1e-12)
checks.below("the bracket against the forgetting there", no_bracket, bent[-1])
words = "On networks the prediction never becomes twice too large in this time."
if middle.min() < 0.5:
    half_life = float(np.exp(np.interp(-0.5, -middle, np.log(time))))
    words = f"On networks the prediction is twice too large after a time of {half_life:.2g}."
say(bracket_there=no_bracket, forgotten_there=bent[-1], twice_too_large=words)

# %% tags=["hide-input"]
left, ax = plt.subplots()
ax.loglog(time, middle, "-o", color=C["blue"])
ax.fill_between(time, low, high, color=C["blue"], alpha=0.2)
ax.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
limit = 1 / np.median(reach)
ax.axvline(limit, color=C["orange"], linestyle=":")
place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
place |= {"color": C["orange"], "fontsize": 10}
ax.annotate("1 / sharpness of task 2", (limit, 0.05), (4, 0), **place)
ax.set(xlabel=r"time on task 2, steps × rate", ylabel="forgetting / prediction")
ax.set_title("Where the theorem stops")
right, ax = plt.subplots()
ax.plot(times, bent, color=C["red"], label="forgetting")
ax.plot(times, 0 * times, "--", color=C["blue"], label="prediction: bracket = 0")
ax.set(xlabel="time on task 2", ylabel="forgetting")
ax.set_title("No bracket, much forgetting")
ax.legend()
figures.show(
    [left, right],
    name="forgetting-long-run",
    caption=f"(a) forgetting over the second-order prediction against time on task 2, {networks} pairs, median and 10–90 % range; the theorem is good until the time is about one over the sharpness of task 2. "
    f"(b) two quadratics with $H_1 g_2 = 0$ at the minimum of task 1: no bracket, no second-order forgetting, yet the path of task 2 bends into the direction that task 1 cares about.",
    alt=f"(a) the ratio of forgetting and prediction, from {middle[0]:.2f} to {middle[-1]:.2g}. (b) forgetting rises from zero although the bracket is zero.",
)

# %% [markdown]
# Long-run forgetting is decided by where the minimum of task 2 lies, not by the bracket at the start: here the
# bracket is {glue:text}`bracket_there:.0g` and forgetting {glue:text}`forgotten_there:.2f`.
# {glue:text}`twice_too_large`
#
# **Away from a minimum.** If task 1 has not been learned to its end, a first-order term
# $-\tau\langle g_1, g_2\rangle$ appears that has nothing to do with the bracket. **Other mechanisms** (B.B3): we add
# weight decay or replay to task 2 and ask how much of
# forgetting the bracket of the two data losses still predicts. (The theorem itself survives: it holds for whatever
# loss task 2 descends, penalty included.) **Higher orders** (B.C3): the third-order term of forgetting, relative to
# the second, against the step.

# %% tags=["hide-input"]
soon = max(10, train_steps // 100)
early = descend_pairs(drawn.start, data, loss_1, 0.2, [soon])[soon]
unfinished = predictions(drawn.at(early))
first = np.abs(tau * unfinished["inner"])
second = np.abs(tau**2 / 2 * unfinished["curvature"])
third = np.median(np.abs(ratios - 1), axis=1)
say(steps_too_few=soon, steps_enough=train_steps)
say(first_order_percent=100 * np.median(first / (first + second)))
say(beyond_percent=100 * third[-1], smallest_step=taus[-1])
say(beyond_power=log_slope(taus[-3:], third[-3:]))
mechanisms = {
    "none": {},
    "weight decay 0.1": {"decay": 0.1},
    "weight decay 1": {"decay": 1},
    "weight decay 10": {"decay": 10},
    "replay, weight 1": {"replay": 1},
    "replay, weight 10": {"replay": 10},
}
shares = {
    name: np.quantile(
        explained(after_1, m["along"], tau, 10, **other), [0.5, 0.25, 0.75]
    )
    for name, other in mechanisms.items()
}
rows = [
    (name, f"{v[0]:.2f}", f"{v[1]:.2f} to {v[2]:.2f}") for name, v in shares.items()
]
table(
    pd.DataFrame(rows, columns=["other mechanism", "median", "quartiles"]),
    name="forgetting-mechanisms",
    caption=f"Predicted from the bracket over forgotten, 10 steps on task 2, median and quartiles of {networks} pairs.",
)

# %% [markdown]
# After {glue:text}`steps_too_few` instead of {glue:text}`steps_enough` steps on task 1 the first-order term makes up
# {glue:text}`first_order_percent:.0f` % of the prediction. All orders beyond the second add
# {glue:text}`beyond_percent:.1f` % of it at $\tau$ = {glue:text}`smallest_step`, growing like $\tau$ to the power
# {glue:text}`beyond_power:.2f`.

# %% tags=["hide-input"]
kinds = [
    ("decay", 0, "none"),
    ("decay", 0.1, "weight decay 0.1"),
    ("decay", 10, "weight decay 10"),
    ("replay", 0, "none"),
    ("replay", 10, "replay, weight 10"),
]
dominance = pd.DataFrame(kinds, columns=["kind", "strength", "name"])
dominance["ratio"] = [shares[name][0] for name in dominance.name]
what = "forgetting predicted from the bracket of the data losses / seen"
n = f"{networks} pairs, 10 steps"
for kind, name, sign, limit in (
    ("decay", "weight decay 10", "<", 0.5),
    ("replay", "replay, weight 10", ">", 2),
):
    strong = evidence.tested(
        dominance[dominance.kind == kind],
        "strength >= 10",
        lambda rows: rows.ratio.median(),
        "they are strong: weight decay 10, or replay with ten times the weight of task 2; with decay 0.1 the bracket tells as much as with none",
    )
    evidence.record(
        "B.B3", name, what, strong.inside, sign, limit, n=n, when=strong
    )

# %% tags=["hide-input"]
asked_rates = np.array([0.1, 0.3, 0.5, 1.0, 1.6])  # times the curvature of task 2
lengths = asked_rates[:, None] / reach
second = np.array([second_order_rise(m, each) for each in lengths])
beyond = np.abs(one_step(after_1, lengths) - second) / np.abs(second)
smaller = pd.DataFrame({"rate": asked_rates, "share": (beyond < 1).mean(axis=1)})
ahead_of_rest = evidence.tested(
    smaller,
    "rate <= 0.3",
    lambda rows: rows.share.min(),
    "rate × curvature is below about 0.3 (as a term of the field; of the forgetting of one step it is the largest at every stable rate)",
)
evidence.record(
    "B.C3",
    "bracket against all higher orders of the forgetting of a step",
    "smallest share of pairs in which the bracket's term is larger, over rates",
    ahead_of_rest.inside,
    ">",
    0.5,
    n=f"{networks} pairs × {len(asked_rates)} rates",
    when=ahead_of_rest,
)
parts = zip(asked_rates, np.median(beyond, axis=1), strict=True)
say(
    beyond_at_rates=", ".join(
        f"{part:.0%} at rate × curvature {one:g}" for one, part in parts
    )
)

# %% [markdown]
# All orders beyond the bracket's, relative to it, in the forgetting of one step (median): {glue:text}`beyond_at_rates`.
#
# ## Exercises
#
# Two flows with sliders, to try these on: {doc}`explore-flows`.
#
# :::{exercise}
# :label: ex-forgetting-saddle
# Show that at a saddle of $L_1$ second-order forgetting can vanish although the bracket does not.
# :::
#
# :::{solution} ex-forgetting-saddle
# :class: dropdown
# $H_1 = \mathrm{diag}(1, -1)$ and $g_2 = (1, 1)$: $g_2^\top H_1 g_2 = 0$, but $[g_1, g_2] = -H_1 g_2 = (-1, 1)$.
# :::
#
# :::{exercise}
# :label: ex-forgetting-signature
# *(A failure signature of Paper B.)* "If the Lie bracket is large, catastrophic forgetting may occur." Is a large
# bracket enough for forgetting, and is it needed?
# :::
#
# :::{solution} ex-forgetting-signature
# :class: dropdown
# Neither, beyond the first steps. Not needed: the two quadratics under *Break* have no bracket at the end of task 1
# and forget. Not enough: the second dial makes the bracket long and leaves forgetting alone, and at the full first
# dial, where the bracket is largest, networks forget *less* after many steps. For the first steps from a minimum the
# sentence is the theorem, with the component along $g_2$ in the place of the length.
# :::
#
# :::{exercise}
# :label: ex-forgetting-bounds
# Prove $\|[g_1,g_2]\|^2 / \lambda_{\max}(H_1) \le g_2^\top H_1 g_2 \le \|g_2\|\,\|[g_1,g_2]\|$ at a minimum of task
# 1: how far can the *length* of the bracket mislead?
# :::
#
# :::{solution} ex-forgetting-bounds
# :class: dropdown
# Right: Cauchy–Schwarz for $\langle g_2, H_1 g_2\rangle$. Left:
# $\|H_1 g_2\|^2 = (S g_2)^\top S S^\top (S g_2) \le \lambda_{\max}(SS^\top)\, \|S g_2\|^2$, and $SS^\top$ has the
# largest eigenvalue of $H_1 = S^\top S$.
# :::
#
# ## In one breath
#
# At a minimum of the first task, the forgetting of the first steps *is* the bracket, to leading order:
# $-\tfrac{\tau^2}2\langle g_2, [g_1, g_2]\rangle$. Turn it, all else equal, and the forgetting of the first steps
# turns with it. What counts is the component of the bracket along $g_2$, not its length.
# As a term of the modified equation the bracket harms a finished first task, to leading order, and one power of the
# rate later; an unfinished one it mostly harms, and can help. In the long run neither decides: where task 2 ends up
# does.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
