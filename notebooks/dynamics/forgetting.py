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

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 72  # pairs of tasks [12 to 150]
train_steps = 3000  # on task 1 [200 to 6000]
long_steps = 1000  # on task 2 [100 to 3000]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Markdown, Math, display
from torch.func import grad, jacrev, vmap

from manytasks import checks, evidence, figures, flow, parameters
from manytasks.page import number
from manytasks.statistics import (
    Interval,
    log_slope,
    rank_correlation,
    share_interval,
)
from manytasks.streams import stream, stream_number
from manytasks.studies.second_task import descend_pairs, predictors, turn_bracket

parameters.check(In, globals())
torch.set_num_threads(1)
C = figures.COLORS
GRID = [1, 3, 10, 30, 100, 300, 1000]

# %% [markdown]
# Where task 1 is finished its gradient is zero, so its loss can rise only through its curvature; and what the first steps on task 2 meet of
# that curvature is the Lie bracket. For the first steps Paper B's conjecture, that the bracket is linked to forgetting, is therefore a theorem.
# We then turn the bracket like a dial, with everything else held fixed, and follow the training until the theorem no longer says anything.

# %% tags=["hide-input"]
WIDTHS, SAMPLES = (6, 8, 2), 12
network = flow.Network(WIDTHS)
generator = torch.Generator().manual_seed(stream_number(seed, "tasks"))


def normal(*shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def draw_pairs(count):
    """Draw pairs of regression tasks whose data range from nearly equal to unrelated; rows are pairs."""
    teacher = flow.Network((6, 4, 2))
    similarity = torch.linspace(0, 1, count, dtype=torch.float64)
    data = {"x1": normal(count, SAMPLES, 6), "t1": normal(count, SAMPLES, 6)}
    weights = [
        torch.stack(
            [
                teacher.initial((seed, "teacher", i, k), scale=1.5)
                for i in range(count)
            ]
        )
        for k in (0, 1)
    ]
    mixed = [similarity[:, None], (1 - similarity**2).sqrt()[:, None]]
    second = mixed[0] * weights[0] + mixed[1] * weights[1]
    x2 = mixed[0][..., None] * data["x1"] + mixed[1][..., None] * normal(
        count, SAMPLES, 6
    )
    test2 = normal(count, SAMPLES, 6)
    noise = 0.05
    data |= {"x2": x2, "t2": test2}
    data["y1"] = vmap(teacher)(weights[0], data["x1"]) + noise * normal(
        count, SAMPLES, 2
    )
    data["y2"] = vmap(teacher)(second, x2) + noise * normal(count, SAMPLES, 2)
    data["z1"] = vmap(teacher)(weights[0], data["t1"])
    return data, similarity.numpy()


def loss_1(t, d):
    return network.squared_loss(d["x1"], d["y1"])(t)


def loss_2(t, d):
    return network.squared_loss(d["x2"], d["y2"])(t)


def test_1(t, d):
    return network.squared_loss(d["t1"], d["z1"])(t)


data, similarity = draw_pairs(networks)
start = torch.stack(
    [network.initial((seed, "start", i), scale=1.0) for i in range(networks)]
)
learned = descend_pairs(start, data, loss_1, 0.2, [train_steps])[train_steps]
tau = 0.02
path = descend_pairs(
    learned, data, loss_2, tau, [k for k in GRID if k <= long_steps]
)
measures = vmap(predictors(loss_1, loss_2))
m = {name: value.numpy() for name, value in measures(learned, data).items()}
base = vmap(loss_1)(learned, data).numpy()
forgetting = {k: vmap(loss_1)(t, data).numpy() - base for k, t in path.items()}
base_test = vmap(test_1)(learned, data).numpy()
forgetting_test = {
    k: vmap(test_1)(t, data).numpy() - base_test for k, t in path.items()
}
predicted = {
    k: -(k * tau) * m["inner"] + (k * tau) ** 2 / 2 * m["curvature"]
    for k in forgetting
}
short_ratio = np.median(forgetting[1] / predicted[1])
long_ratio = np.median(forgetting[max(forgetting)] / predicted[max(forgetting)])
display(
    Markdown(
        f"After one step on task 2, what {networks} networks have forgotten of task 1 is **{short_ratio:.2f}** times what the bracket at the end of task 1 predicts (median). After {max(forgetting):,} steps it is {number(long_ratio, 2)} times "
        f"the prediction: the bracket tells how forgetting *starts*, not how it ends."
    )
)

# %% [markdown]
# ## Claim
#
# Write $g_i = \nabla L_i$, $H_i = \nabla^2 L_i$, $[g_1, g_2] = H_2 g_1 - H_1 g_2$. Forgetting is the increase of $L_1$ while task 2 is trained.
#
# :::{prf:theorem} Local theorem (ours; O.9)
# :label: thm-local-forgetting
#
# Let $L_1$ be three times and $L_2$ twice continuously differentiable, and let $\theta$ be a minimum of $L_1$. Then $[g_1, g_2] = -H_1 g_2$, and a step of length $\tau$ on task 2, $\theta' = \theta - \tau g_2$, changes $L_1$ by
#
# $$L_1(\theta') - L_1(\theta) = \frac{\tau^2}2\, g_2^\top H_1 g_2 + O(\tau^3) = -\frac{\tau^2}2\, \langle g_2, [g_1, g_2]\rangle + O(\tau^3).$$
#
# The second-order term vanishes **if and only if** the bracket does. The same holds for any number of steps, or the gradient flow, of total time $\tau$.
# :::
#
# :::{prf:theorem} What the bracket term itself does (ours; open question 1)
# :label: thm-bracket-term
#
# In the same setting, let $L_1$, $L_2$ be four times continuously differentiable, and compare one round (a step on task 1, a step on task 2) with the flow for the time $h$ of the modified equation *without* its bracket term. The bracket term alone adds to $L_1$
#
# $$\frac{h^3}2\, \|[g_1, g_2]\|^2 + O(h^4) \;\ge\; 0 .$$
# :::
#
# That forgetting near a minimum is quadratic in the step, weighted by the old task's curvature, is known and in use {cite}`kirkpatrick2017,mirzadeh2020`; that it vanishes exactly with the bracket is ours. Others put the bracket to work on the order of tasks {cite}`rukhovich2025,sweeney2026`.
#
# So the bracket enters forgetting twice: as a **marker**, exactly, in the second order; and as a **cause**, the term in the modified equation, harmful at a minimum and to leading order, but one power of $h$ later.
#
# ## Derive
#
# **Step 1. Taylor.** Any two losses, two parameters; at the minimum the gradient of $L_1$ is zero and its Hessian is $S^\top S$ for some matrix $S$.

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
# **Step 2. The bracket at a minimum.** As $g_1 = 0$, what remains is $-H_1 g_2$, and the second-order term is $-\tfrac{\tau^2}2 \langle g_2, [g_1, g_2]\rangle$.

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
# **Step 3. If and only if.** $g_2^\top H_1 g_2 = \|S g_2\|^2$. It is zero exactly if $S g_2 = 0$, and then $H_1 g_2 = S^\top S g_2 = 0$. (That a Hessian at a minimum is $S^\top S$, positive semidefinite, is all that is used. At a saddle the equivalence is false.)

# %%
left_over.append(sp.expand((g2.T * H1 * g2)[0] - sum(v**2 for v in S * g2)))
checks.require(
    left_over[-1] == 0,
    "the quadratic form must be the squared length of S g2",
)
Math(r"g_2^\top H_1 g_2 = \|S g_2\|^2 = 0 \iff S g_2 = 0 \iff H_1 g_2 = 0")

# %% [markdown]
# **Step 4. The bracket term as a cause.** In the modified equation the bracket term displaces the end of a round by $\tfrac{h^2}2 [g_1, g_2]$, on top of $-h g_2$. Its effect on $L_1$ is the mixed second-order term.

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
# (Other terms of the displacement, of order $h^2$ and common to both flows, meet the bracket at order $h^4$ only.) The package knows the modified equation this starts from: its order-$h$ coefficient contains the bracket with the factor one half.

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
# **Both theorems on networks**, at minima of task 1 (the first-order term $-\tau\langle g_1, g_2\rangle$ that is left because training is finite is added to the prediction). The step shrinks; the ratio must go to one.

# %% tags=["hide-input", "lead"]
taus = np.array([0.16, 0.08, 0.04, 0.02, 0.01, 0.005])
grad_2 = vmap(grad(loss_2))(learned, data)
ratios = []
for one in taus:
    seen = (vmap(loss_1)(learned - one * grad_2, data)).numpy() - base
    ratios.append(seen / (-one * m["inner"] + one**2 / 2 * m["curvature"]))
ratios = np.array(ratios)
few = slice(0, networks, max(1, networks // 8))
chosen = {k: v[few] for k, v in data.items()}


def pair(d):
    return [lambda s: loss_1(s, d), lambda s: loss_2(s, d)]


small_rates = np.array([0.02, 0.01, 0.005])
direct = []
for rate in small_rates:
    plain = vmap(
        lambda t, d, rate=rate: -grad(flow.modified_loss(pair(d), rate))(t)
    )
    full = vmap(lambda t, d, rate=rate: flow.modified_field(pair(d), rate, 1)(t))
    ends = [
        flow.integrate(lambda t, f=f: f(t, chosen), learned[few], rate)
        for f in (plain, full)
    ]
    added = (vmap(loss_1)(ends[1], chosen) - vmap(loss_1)(ends[0], chosen)).numpy()
    residual = (
        rate**2
        / 2
        * vmap(lambda t, d: grad(loss_1)(t, d) @ flow.lie_bracket(*pair(d), t))(
            learned[few], chosen
        ).numpy()
    )
    direct.append((added - residual) / (rate**3 / 2 * m["bracket"][few] ** 2))
direct = np.array(direct)

left, ax = plt.subplots()
ax.plot(taus, ratios, color=C["blue"], alpha=0.25, linewidth=1)
ax.plot(taus, np.median(ratios, axis=1), "-o", color=C["blue"], label="median")
ax.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set(
    xscale="log",
    xlabel=r"step $\tau$",
    ylabel="forgetting / prediction",
    title="As a marker: second order",
    ylim=(0, 2),
)
ax.legend()
right, ax = plt.subplots()
ax.plot(small_rates, direct, "-o", color=C["green"], alpha=0.5, markersize=3)
ax.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set(
    xlabel="rate $h$",
    ylabel="added / prediction",
    title="As a cause: third order",
    ylim=(0, 2),
)
ax.set_xticks(small_rates, [f"{one:g}" for one in small_rates])
figures.show(
    [left, right],
    name="forgetting-local-theorem",
    caption=f"(a) increase of the training loss of task 1 after one step on task 2, over its prediction from the bracket; {networks} pairs of tasks, one line each. (b) what the bracket term of the modified equation alone adds, over its prediction; "
    f"{direct.shape[1]} of the pairs. Both must tend to one for small steps. Training loss only, and only at the end of task 1.",
    alt="Two panels of lines that converge to one as the step becomes small.",
)
rest = float(np.abs(ratios[-1] - 1).max())
evidence.record(
    "O.9",
    "derivation",
    "identities of steps 1 to 3 that leave a term",
    sum(term != 0 for term in left_over),
    "==",
    0,
    n="3 identities, any losses in two parameters",
)
evidence.record(
    "O.9",
    "one step on networks",
    f"largest |ratio − 1| at τ = {taus[-1]}",
    rest,
    "<",
    0.05,
    n=f"{networks} pairs",
)
off = float(np.abs(direct[-1] - 1).max())
evidence.record(
    "B.Q1",
    "the bracket term alone adds (h³/2)‖[g₁,g₂]‖²",
    f"largest |ratio − 1| at h = {small_rates[-1]}",
    off,
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
# Paper B says so without a condition (B.K4). In a round of rate $h$ the bracket term moves the parameters by $\tfrac{h^2}2 [g_1, g_2]$, which changes $L_1$ by
#
# $$\tfrac{h^2}2 \langle g_1, [g_1, g_2]\rangle + O(h^3) = \tfrac{h^2}2 \bigl(g_1^\top H_2 g_1 - g_1^\top H_1 g_2\bigr) + O(h^3).$$
#
# Nothing fixes the sign of this difference. If the second task is flat ($H_2 = 0$), $H_1 = I$ and the gradients agree, it is $-\|g_1\|^2$: the bracket *helps* task 1. Only at a minimum of task 1 does it vanish, and the $\tfrac{h^3}2\|[g_1,g_2]\|^2$ of our second theorem takes over, which harms. We follow one round with and without the bracket term, at several moments of the training on task 1, and at an exact
# minimum: the end point with the network's own outputs as targets.

# %% tags=["hide-input"]
push_rate = 0.05
moments = [0, 10, 100, train_steps]
own = {**data, "y1": vmap(network)(learned, data["x1"])}
kept = descend_pairs(start, data, loss_1, 0.2, moments[:-1])
places = {
    "start": (kept[0], data),
    **{f"{k} steps": (kept[k], data) for k in moments[1:-1]},
    f"{train_steps} steps": (learned, data),
    "exact\nminimum": (learned, own),
}
where = torch.cat([t for t, _ in places.values()])
tasks = {name: torch.cat([d[name] for _, d in places.values()]) for name in data}


def after_a_round(make):
    """Return the loss of task 1 after one round along the flow of a field."""
    field = vmap(lambda t, d: make(pair(d))(t))
    end = flow.integrate(lambda t: field(t, tasks), where, push_rate)
    return vmap(loss_1)(end, tasks).reshape(len(places), networks).numpy()


with_term = after_a_round(lambda losses: flow.modified_field(losses, push_rate, 1))
without_term = after_a_round(
    lambda losses: lambda t: -grad(flow.modified_loss(losses, push_rate))(t)
)
at_start = vmap(loss_1)(where, tasks).reshape(len(places), networks).numpy()
pushed = with_term - without_term
size_of_push = np.abs(pushed) / np.abs(with_term - at_start)
leading = vmap(lambda t, d: grad(loss_1)(t, d) @ flow.lie_bracket(*pair(d), t))
leading = push_rate**2 / 2 * leading(where, tasks).reshape(len(places), -1).numpy()


def harmed_at(places_, confidence=0.95):
    """Share of pairs in which the bracket term raises the loss of task 1, for each place."""
    return [
        share_interval(int((r > 0).sum()), networks, confidence) for r in places_
    ]


harmed = np.array([(v.value, v.low, v.high) for v in harmed_at(pushed)])
left, ax = plt.subplots()
at = np.arange(len(places))
ax.errorbar(
    at,
    harmed[:, 0],
    np.abs(harmed[:, 1:] - harmed[:, :1]).T,
    fmt="o",
    color=C["red"],
    capsize=3,
)
ax.axhline(0.5, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set_xticks(at, list(places))
ax.set(
    ylabel="share harmed",
    title="How often the bracket harms task 1",
    ylim=(0, 1.05),
)
right, ax = plt.subplots()
middle, low, high = np.quantile(size_of_push, [0.5, 0.25, 0.75], axis=1)
ax.errorbar(
    at, middle, [middle - low, high - middle], fmt="s", color=C["blue"], capsize=3
)
ax.set_xticks(at, list(places))
ax.set(
    ylabel="bracket / whole round",
    title="How much of the change of $L_1$",
    yscale="log",
)
figures.show(
    [left, right],
    name="forgetting-push",
    caption=f"One round of rate {push_rate} with and without the bracket term, {networks} pairs of tasks at each moment of the training on task 1. (a) share of pairs in which the term raises $L_1$, 95 % interval; dashed: one half. "
    "(b) what the term changes over what the whole round changes, median and quartiles. Training loss, one round.",
    alt=f"Left: the share of pairs harmed by the bracket at each moment of training, from {harmed[:-1, 0].min():.0%} to {harmed[:-1, 0].max():.0%}, and {harmed[-1, 0]:.0%} at the exact minimum. Right: the relative size of its effect.",
)
same_sign = (np.sign(leading[:2]) == np.sign(pushed[:2])).mean()
display(
    Markdown(
        f"At the minimum the bracket harms {100 * harmed[-1, 0]:.0f} % of the pairs, which is a theorem; elsewhere {100 * harmed[:-1, 0].min():.0f} to {100 * harmed[:-1, 0].max():.0f} %, which is a tendency. "
        f"At the first two moments the leading term above gives the right sign in {100 * same_sign:.0f} % of the pairs."
    )
)
agreeing = [
    lambda t: t @ t / 2,
    lambda t: t.sum(),
]  # g1 = g2 = 1 at 1; the second is flat
one = torch.ones(1, dtype=torch.float64)
help_from_bracket = float(grad(agreeing[0])(one) @ flow.lie_bracket(*agreeing, one))
WHEN = (
    "the earlier task is near a minimum; elsewhere it mostly does, and helps where "
    "the gradients agree and the later task is flatter"
)
for check, rows in (
    ("one round with and without the bracket, at a minimum", pushed[-1:]),
    ("the same before, at the moment it harms least", pushed[:-1]),
):
    share = evidence.level("B.K4", check) / len(rows)  # one-sided, at each moment
    least = min(harmed_at(rows, 1 - 2 * share), key=lambda v: v.low)
    evidence.record(
        "B.K4",
        check,
        "share of pairs in which the earlier loss rises",
        least,
        ">",
        0.5,
        n=f"{networks} pairs",
        when=evidence.Assumed(WHEN),
    )
evidence.record(
    "B.K4",
    "agreeing tasks, the later one flat",
    "⟨g₁, [g₁, g₂]⟩; below zero the earlier loss falls",
    help_from_bracket,
    "<",
    0,
    n="exact",
    when=evidence.Assumed(WHEN),
)

# %% [markdown]
# ## The dial
#
# Correlation is not cause. So we hold fixed whatever else could matter and turn the bracket.
#
# **Quadratics.** $L_1 = \tfrac12\theta^\top H_1 \theta$ at its minimum 0; $L_2$ has gradient $g_2$ there, $\|g_2\| = 1$, and Hessian $I$. The spectrum of $H_1$ never changes, nor do $\|g_1\| = 0$ and $\|g_2\|$; the dial is the angle between $g_2$ and the
# sharp axis of $H_1$. A second dial does what the first cannot: it changes the *length* of the bracket and leaves $g_2^\top H_1 g_2$ alone.

# %% tags=["hide-input"]
angles = np.linspace(0, np.pi / 2, 31)
sharp, flat, rate = 1.0, 0.05, 0.1
e = np.array([1.0, 0.0])  # g2


def quadratic(H):
    """Length of the bracket, and forgetting after 1, 10 and 100 steps."""
    learnt = [(1 - (1 - rate) ** k) ** 2 / 2 for k in (1, 10, 100)]
    return [np.linalg.norm(H @ e), *(part * e @ H @ e for part in learnt)]


turns = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
first_dial = np.array(
    [
        quadratic(flat * np.eye(2) + (sharp - flat) * np.outer(axis, axis))
        for axis in turns
    ]
)
second_dial = np.array(
    [quadratic(np.array([[0.5, c], [c, 0.5]])) for c in np.linspace(0, 0.5, 31)]
)

# %% [markdown]
# **Networks.** At the end of task 1 we keep the *inputs* of task 2 and choose its *targets*: $g_2 = J^\top r$ for residuals $r$ of our choice ($J$ is the Jacobian of the outputs over the number of samples). We take $r$ such that $\|g_2\|$ is always the same and
# $\langle g_1, g_2\rangle = 0$, and let $g_2^\top H_1 g_2$ run from its smallest to its largest possible value (a generalised eigenvalue problem). Only the bracket turns.

# %% tags=["hide-input"]
positions = np.linspace(0, 1, 5)
length = float(np.median(m["g2"]))
targets = torch.stack(
    [
        turn_bracket(
            network,
            loss_1,
            learned[i],
            {name: value[i] for name, value in data.items()},
            length,
            positions,
        )
        for i in range(networks)
    ]
)
counts = sorted({1, 10, 100, long_steps})
turned = []  # forgetting by position and number of steps, pair by pair
for j in range(len(positions)):
    changed = {**data, "y2": targets[:, j]}
    kept = descend_pairs(learned, changed, loss_2, tau, counts)
    turned.append([vmap(loss_1)(kept[k], changed).numpy() - base for k in counts])
turned = np.array(turned)
left, ax = plt.subplots()
for dial, style, label in (
    (first_dial, "-", "turn $g_2$ against the sharp axis"),
    (second_dial, "--", "couple $g_2$ to another direction"),
):
    for column, color in ((2, C["blue"]), (3, C["orange"])):
        ax.plot(
            dial[:, 0],
            dial[:, column],
            style,
            color=color,
            label=f"{label}, {10 ** (column - 1)} steps",
        )
ax.set(
    xlabel=r"$\|[g_1, g_2]\|$", ylabel="forgetting", title="Quadratics: two dials"
)
ax.legend(fontsize=8.5)
right, ax = plt.subplots()
for j, (k, color) in enumerate(
    zip(
        counts,
        (C["blue"], C["green"], C["orange"], C["red"]),
        strict=False,
    )
):
    relative = turned[:, j] / turned[-1, j]
    middle = np.median(relative, axis=1)
    ax.plot(positions, middle, "-o", color=color, label=f"{k} step" + "s" * (k > 1))
    ax.fill_between(
        positions,
        *np.quantile(relative, [0.25, 0.75], axis=1),
        color=color,
        alpha=0.15,
    )
ax.set(
    xlabel=r"dial: $g_2^\top H_1 g_2$ from least to most",
    ylabel="forgetting / at full dial",
    title="Networks: one dial",
    yscale="log",
    ylim=(1e-3, 300),
)
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="forgetting-dial",
    caption=f"(a) quadratics with rate {rate}; gradient norms and their cosine never change. Along the first dial forgetting follows the bracket; along the second (dashed) the bracket grows and forgetting does not. "
    f"(b) {networks} networks, same inputs, same $\\|g_2\\|$, $\\langle g_1, g_2\\rangle = 0$; only the targets of task 2 change. Median and quartiles. Training loss of task 1; targets chosen this way are not natural data.",
    alt="Left: forgetting against the bracket for two dials, one rising and one flat. Right: forgetting against the dial for several numbers of steps.",
)
first, last = turned[0], turned[-1]
ends = {
    k: f"{np.median(first[j]):.1e} to {np.median(last[j]):.1e}"
    for j, k in enumerate(counts)
}
raised = {k: float((last[j] > first[j]).mean()) for j, k in enumerate(counts)}
display(
    Markdown(
        f"Turning the dial from least to most changes the median forgetting after one step from {ends[1]}, "
        f"after 100 steps from {ends[100]} and after {long_steps} steps from {ends[long_steps]}. It rises in "
        f"{100 * raised[1]:.0f} %, {100 * raised[100]:.0f} % and {100 * raised[long_steps]:.0f} % of the networks. The gradient norm does not change. "
        + (
            "**In the long run the dial turns the other way**: at one gradient norm, a target that lies along a flat direction of the outputs is further away, so that training travels further. "
            if raised[long_steps] < 0.5
            else ""
        )
        + "The bracket sees the first steps; the distance to the new minimum decides the rest."
    )
)

# %% tags=["hide-input"]
ALONG_ONLY = "the component of the bracket along g₂ is turned, not its length"
dials = pd.DataFrame(
    np.concatenate([first_dial, second_dial])[:, [0, 2]],
    columns=["bracket", "forgetting"],
).assign(along=np.repeat([True, False], [len(first_dial), len(second_dial)]))
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
    rank_correlation(first_dial[:, 0], first_dial[:, 2]),
    ">",
    0.9,
    n=len(first_dial),
    when=evidence.Assumed(ALONG_ONLY),
)
evidence.record(
    "B.C1",
    "dial on quadratics, length alone",
    "relative change of forgetting along the dial",
    moved.inside,
    ">",
    1e-9,
    n=f"{len(first_dial)} and {len(second_dial)} positions",
    when=moved,
)
share = evidence.level("B.C1", "dial on networks, one step")
by_horizon = pd.DataFrame(
    [
        (
            k,
            share_interval(
                int((last[j] > first[j]).sum()), networks, 1 - 2 * share
            ),
        )
        for j, k in enumerate(counts)
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
    "dial on networks, one step",
    "share of networks in which the dial raises forgetting",
    rising.inside,
    ">",
    0.8,
    n=f"{networks} networks; beyond, {' and '.join(f'{k:,}' for k in counts if k >= 100)} steps",
    when=rising,
)
# %% [markdown]
# ## Correlation, beside its rivals
#
# In natural pairs everything moves together. (The same question for trained image classifiers of many widths, with a committed sweep, is in {doc}`/notebooks/bridge/bracket-moments`; here the networks are small enough to run with the page.) Spearman's rank correlation of forgetting with the bracket and with three cheaper measures, over all pairs, with bootstrap intervals: for training and test loss of task 1, after few and many steps.

# %% tags=["hide-input"]
ALONG, LENGTH = r"$-\langle g_2, [g_1, g_2]\rangle$", r"$\|g_2\|$"
GAP = "$L_2$ at the end of task 1"
candidates = {
    "bracket": m["bracket"],
    ALONG: m["along"],
    LENGTH: m["g2"],
    GAP: m["loss2"],
}
resamples = stream(seed, "bootstrap").integers(0, networks, (1000, networks))
many = stream(seed, "bootstrap", "limits").integers(0, networks, (40_000, networks))


def ranked(a, b, tail=0.025, picks=resamples):
    """Spearman's correlation with its bootstrap interval over pairs."""
    drawn = rank_correlation(a[picks], b[picks])
    return Interval(
        float(rank_correlation(a, b)), *np.quantile(drawn, [tail, 1 - tail])
    )


moments = [
    ("training, 1 step", forgetting[1]),
    (f"training, {max(forgetting)} steps", forgetting[max(forgetting)]),
    ("test, 10 steps", forgetting_test[10]),
    (f"test, {max(forgetting)} steps", forgetting_test[max(forgetting)]),
]
found = {
    (title, name): ranked(value, observed)
    for title, observed in moments
    for name, value in candidates.items()
}
left, ax = plt.subplots(figsize=(6.4, 3.8))
for j, (name, color) in enumerate(
    zip(candidates, (C["blue"], C["green"], C["grey"], C["orange"]), strict=True)
):
    rows = [found[title, name] for title, _ in moments]
    middle = np.array([row.value for row in rows])
    ends = np.array([(row.low, row.high) for row in rows])
    ax.errorbar(
        np.arange(len(moments)) + 0.14 * (j - 1.5),
        middle,
        np.abs(ends.T - middle),
        fmt="o",
        color=color,
        label=name,
        capsize=2,
    )
ax.set_xticks(
    range(len(moments)), [title.replace(", ", ",\n") for title, _ in moments]
)
ax.set(
    ylabel="rank correlation with forgetting",
    title="Who predicts forgetting?",
    ylim=(-0.3, 1.05),
)
ax.axhline(0, color=figures.INK, linewidth=0.8, alpha=0.5)
ax.legend(fontsize=9, loc="lower left")
figures.show(
    left,
    name="forgetting-correlations",
    caption=f"Spearman correlation with forgetting of task 1 over {networks} pairs of tasks, from nearly equal to unrelated; 95 % bootstrap intervals. All four measures are taken at the end of task 1. One architecture and one kind of data.",
    alt="Four groups of points with intervals: rank correlations of four measures with forgetting.",
)
short, far, test = (moments[i][0] for i in (0, 1, 3))
best_far = max(candidates, key=lambda name: found[far, name].value)
display(
    Markdown(
        f"After one step the bracket along $g_2$ ranks training forgetting at {found[short, ALONG].value:.3f}, $\\|g_2\\|$ at {found[short, LENGTH].value:.3f}. After {max(forgetting)} steps the best of the four is {best_far} with "
        f"{found[far, best_far].value:.2f}; the bracket has {found[far, 'bracket'].words('.2f')}."
    )
)
rivals = rank_correlation(m["loss2"][many], forgetting[max(forgetting)][many])
rivals -= rank_correlation(m["bracket"][many], forgetting[max(forgetting)][many])
ahead = np.quantile(rivals, [0.005, 0.995])
display(
    Markdown(
        f"In the long run the gap of the losses, $L_2$ at the end of task 1, is ahead of the bracket by {found[far, GAP].value - found[far, 'bracket'].value:+.2f} of rank correlation with training forgetting "
        f"(99 % interval {ahead[0]:+.2f} to {ahead[1]:+.2f}, paired)."
    )
)
check = "rank correlation with training forgetting after one step"
level_of_rank = evidence.level("B.M3", check)
by_steps = pd.DataFrame(
    [
        (k, ranked(m["along"], forgetting[k], level_of_rank, many))
        for k in (1, max(forgetting))
    ],
    columns=["steps", "correlation"],
)
correlation = evidence.tested(
    by_steps,
    "steps == 1",
    lambda rows: rows.correlation.iloc[0],
    "forgetting is that of the first steps on task 2, in training loss, from a minimum of task 1; a long training follows other things",
)
evidence.record(
    "B.M3",
    check,
    "rank correlation of the bracket along g₂ with forgetting",
    correlation.inside,
    ">",
    0.9,
    n=f"{networks} pairs; beyond, {max(forgetting):,} steps",
    when=correlation,
)
check = "lead of the bracket over the size of the change"
change_of_data = -similarity
tail = evidence.level("B.E2", check)
leads = []
for k in (1, max(forgetting)):
    by_bracket, by_change = (
        rank_correlation(value[picks], forgetting[k][picks])
        for picks in (many,)
        for value in (m["bracket"], change_of_data)
    )
    lead = float(
        rank_correlation(m["bracket"], forgetting[k])
        - rank_correlation(change_of_data, forgetting[k])
    )
    ends_of_lead = np.quantile(by_bracket - by_change, [tail, 1 - tail])
    leads.append((k, Interval(lead, *ends_of_lead)))
horizon = evidence.tested(
    pd.DataFrame(leads, columns=["steps", "lead"]),
    "steps == 1",
    lambda rows: rows.lead.iloc[0],
    "forgetting is that of the first steps; in the long run its lead over the size of the change is not sure",
)
evidence.record(
    "B.E2",
    check,
    "lead in rank correlation with training forgetting, one step",
    horizon.inside,
    ">",
    0,
    n=f"{networks} pairs; beyond, {max(forgetting):,} steps",
    when=horizon,
)
check = "bracket and forgetting against the size of the change"
correlation = ranked(
    m["bracket"], forgetting[1], evidence.level("B.E2", check), many
)
evidence.record(
    "B.E2",
    check,
    "rank correlation of the bracket with short-run forgetting",
    correlation,
    ">",
    0.5,
    n=f"{networks} pairs",
)
# %% [markdown]
# ## Break
#
# **Long training.** How far does the second-order prediction carry? It grows without end, forgetting does not.

# %% tags=["hide-input"]
steps = np.array(sorted(forgetting))
carried = np.array([forgetting[k] / predicted[k] for k in steps])
reach = vmap(lambda t, d: torch.linalg.eigvalsh(jacrev(grad(loss_2))(t, d))[-1])(
    learned, data
).numpy()
middle = np.median(carried, axis=1)
half_life = (
    float(np.exp(np.interp(-0.5, -middle, np.log(steps * tau))))
    if middle.min() < 0.5
    else np.nan
)
left, ax = plt.subplots()
ax.loglog(steps * tau, middle, "-o", color=C["blue"])
ax.fill_between(
    steps * tau,
    *np.quantile(carried, [0.1, 0.9], axis=1),
    color=C["blue"],
    alpha=0.2,
)
ax.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.axvline(1 / np.median(reach), color=C["orange"], linestyle=":")
ax.annotate(
    "1 / sharpness of task 2",
    (1 / np.median(reach), 0.05),
    xycoords=("data", "axes fraction"),
    xytext=(4, 0),
    textcoords="offset points",
    color=C["orange"],
    fontsize=10,
)
ax.set(
    xlabel=r"time on task 2, steps × rate",
    ylabel="forgetting / prediction",
    title="Where the theorem stops",
)

# Quadratics in which the bracket is zero at the end of task 1 and forgetting is not, in the long run.
blind = np.array([1.0, 0.0])
H1_, H2_ = np.outer(blind, blind), np.array([[1.0, -1.0], [-1.0, 2.0]])
goal = np.linalg.solve(
    H2_, np.array([0.0, 1.0])
)  # minimum of task 2; its gradient at 0 is orthogonal to the only axis of L1
times = np.linspace(0, 12, 200)
values, vectors = np.linalg.eigh(H2_)
away = np.array(
    [goal - vectors @ (np.exp(-values * t) * (vectors.T @ goal)) for t in times]
)
right, ax = plt.subplots()
ax.plot(times, 0.5 * (away @ blind) ** 2, color=C["red"], label="forgetting")
ax.plot(times, 0 * times, "--", color=C["blue"], label="prediction: bracket = 0")
ax.set(
    xlabel="time on task 2",
    ylabel="forgetting",
    title="No bracket, much forgetting",
)
ax.legend()
figures.show(
    [left, right],
    name="forgetting-long-run",
    caption=f"(a) forgetting over the second-order prediction against time on task 2, {networks} pairs, median and 10–90 % range; the theorem is good until the time is about one over the sharpness of task 2. "
    f"(b) two quadratics with $H_1 g_2 = 0$ at the minimum of task 1: no bracket, no second-order forgetting, yet the path of task 2 bends into the direction that task 1 cares about.",
    alt=f"Left: the ratio of forgetting and prediction, from {middle[0]:.2f} to {middle[-1]:.2g}. Right: forgetting rises from zero although the bracket is zero.",
)
bent = float(0.5 * (away[-1] @ blind) ** 2)
bracket_there = float(np.linalg.norm(H1_ @ H2_ @ goal))
checks.below("bracket at the minimum of task 1", bracket_there, 1e-12)
checks.below("the bracket against the forgetting there", bracket_there, bent)
display(
    Markdown(
        f"Long-run forgetting is decided by where the minimum of task 2 lies, not by the bracket at the start: here the bracket is {bracket_there:.0g} and forgetting {bent:.2f}. "
        + (
            "On networks the prediction never becomes twice too large in this time."
            if np.isnan(half_life)
            else f"On networks the prediction is twice too large after a time of {half_life:.2g}."
        )
    )
)

# %% [markdown]
# **Away from a minimum.** If task 1 has not been learned to its end, a first-order term $-\tau\langle g_1, g_2\rangle$ appears that has nothing to do with the bracket. **Other mechanisms** (B.B3): we add weight decay or replay to task 2 and ask how much of
# forgetting the bracket of the two data losses still predicts. (The theorem itself survives: it holds for whatever loss task 2 descends, penalty included.) **Higher orders** (B.C3): the third-order term of forgetting, relative to the second, against the step.

# %% tags=["hide-input"]
soon = max(10, train_steps // 100)
early = descend_pairs(start, data, loss_1, 0.2, [soon])[soon]
unfinished = {name: value.numpy() for name, value in measures(early, data).items()}
first_share = np.abs(tau * unfinished["inner"]) / (
    np.abs(tau * unfinished["inner"]) + np.abs(tau**2 / 2 * unfinished["curvature"])
)


def shares(extra, k=10):
    """Median of (what the bracket of the two data losses predicts) / (what is forgotten) with an extra loss."""

    def loss(t, d):
        return loss_2(t, d) + extra(t, d)

    end = descend_pairs(learned, data, loss, tau, [k])[k]
    seen = vmap(loss_1)(end, data).numpy() - base
    explained = (k * tau) ** 2 / 2 * m["along"] / seen
    return np.quantile(explained, [0.5, 0.25, 0.75])


mechanisms = {
    "none": shares(lambda t, d: 0.0 * t.sum()),
    "weight decay 0.1": shares(lambda t, d: 0.05 * t.square().sum()),
    "weight decay 1": shares(lambda t, d: 0.5 * t.square().sum()),
    "weight decay 10": shares(lambda t, d: 5 * t.square().sum()),
    "replay, weight 1": shares(loss_1),
    "replay, weight 10": shares(lambda t, d: 10 * loss_1(t, d)),
}
rows = "\n".join(
    f"| {name} | {v[0]:.2f} | {v[1]:.2f} to {v[2]:.2f} |"
    for name, v in mechanisms.items()
)
display(
    Markdown(
        f"Predicted from the bracket over forgotten, 10 steps on task 2, median and quartiles of {networks} pairs:\n\n| other mechanism | median | quartiles |\n|---|---|---|\n{rows}"
    )
)
third = np.median(np.abs(ratios - 1), axis=1)
power = log_slope(taus[-3:], third[-3:])
display(
    Markdown(
        f"After {soon} instead of {train_steps} steps on task 1 the first-order term makes up {100 * np.median(first_share):.0f} % of the prediction. All orders beyond the second add {100 * third[-1]:.1f} % of it at $\\tau = {taus[-1]}$, growing like "
        f"$\\tau^{{{power:.2f}}}$."
    )
)
dominance = pd.DataFrame(
    [
        ("decay", 0, "none"),
        ("decay", 0.1, "weight decay 0.1"),
        ("decay", 10, "weight decay 10"),
        ("replay", 0, "none"),
        ("replay", 10, "replay, weight 10"),
    ],
    columns=["kind", "strength", "name"],
)
dominance["ratio"] = [mechanisms[name][0] for name in dominance.name]
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
        "B.B3",
        name,
        "forgetting predicted from the bracket of the data losses / seen",
        strong.inside,
        sign,
        limit,
        n=f"{networks} pairs, 10 steps",
        when=strong,
    )
asked_rates = np.array([0.1, 0.3, 0.5, 1.0, 1.6])  # times the curvature of task 2
beyond = []
for one in asked_rates:
    step = one / torch.tensor(reach)
    seen = vmap(loss_1)(learned - step[:, None] * grad_2, data).numpy() - base
    second = (
        -step.numpy() * m["inner"] + step.numpy() ** 2 / 2 * m["curvature"]
    )  # the bracket's
    beyond.append(np.abs(seen - second) / np.abs(second))
ahead_of_rest = evidence.tested(
    pd.DataFrame(
        {"rate": asked_rates, "share": (np.array(beyond) < 1).mean(axis=1)}
    ),
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
display(
    Markdown(
        "All orders beyond the bracket's, relative to it, in the forgetting of one step (median): "
        + ", ".join(
            f"{np.median(part):.0%} at rate × curvature {one:g}"
            for one, part in zip(asked_rates, beyond, strict=True)
        )
        + "."
    )
)
# %% [markdown]
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
# *(A failure signature of Paper B.)* "If the Lie bracket is large, catastrophic forgetting may occur." Is a large bracket enough for forgetting, and is it needed?
# :::
#
# :::{solution} ex-forgetting-signature
# :class: dropdown
# Neither, beyond the first steps. Not needed: the two quadratics under *Break* have no bracket at the end of task 1 and forget. Not enough: the second dial makes the bracket long and leaves forgetting alone, and at the full first dial, where the bracket is largest, networks forget *less* after many steps. For the first steps from a minimum the sentence is the theorem, with the component along $g_2$ in the place of the length.
# :::
#
# :::{exercise}
# :label: ex-forgetting-bounds
# Prove $\|[g_1,g_2]\|^2 / \lambda_{\max}(H_1) \le g_2^\top H_1 g_2 \le \|g_2\|\,\|[g_1,g_2]\|$ at a minimum of task 1: how far can the *length* of the bracket mislead?
# :::
#
# :::{solution} ex-forgetting-bounds
# :class: dropdown
# Right: Cauchy–Schwarz for $\langle g_2, H_1 g_2\rangle$. Left: $\|H_1 g_2\|^2 = (S g_2)^\top S S^\top (S g_2) \le \lambda_{\max}(SS^\top)\, \|S g_2\|^2$, and $SS^\top$ has the largest eigenvalue of $H_1 = S^\top S$.
# :::
#
# ## In one breath
#
# At a minimum of the first task, the forgetting of the first steps *is* the bracket, to leading order: $-\tfrac{\tau^2}2\langle g_2, [g_1, g_2]\rangle$. Turn it, all else equal, and the forgetting of the first steps turns with it. What counts is the component of the bracket along $g_2$, not its length.
# As a term of the modified equation the bracket harms a finished first task, to leading order, and one power of the rate later; an unfinished one it mostly harms, and can help. In the long run neither decides: where task 2 ends up does.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
