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
networks = 200  # pairs of tasks [12 to 300]
train_steps = 3000  # on task 1 [200 to 6000]
long_steps = 1000  # on task 2 [100 to 3000]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Math

from manytasks import checks, evidence, figures, flow, page, parameters
from manytasks.page import number, say
from manytasks.statistics import Interval, log_slope, rank_correlation
from manytasks.studies.dynamics import bracket_rivals, pushed_moments
from manytasks.studies.dynamics.bracket_dials import quadratic_dials, turn_networks
from manytasks.studies.dynamics.forgotten_pairs import first_order_part, forget
from manytasks.studies.dynamics.local_theorem import caused, marked
from manytasks.studies.dynamics.other_mechanisms import explained_by_bracket
from manytasks.studies.dynamics.small_pairs import sharpness
from manytasks.studies.dynamics.turned_bracket import bent_path

parameters.check(In, globals())
torch.set_num_threads(1)
C = figures.COLORS

# %% tags=["hide-input"]
tau = 0.02
counts = [k for k in (1, 3, 10, 30, 100, 300, 1000) if k <= long_steps]
pairs = forget(networks, train_steps, counts, tau, seed)
after_1, m, carried = pairs.after, pairs.found, pairs.carried
say(pairs_learned=networks, longest=pairs.last)
say(ratio_after_one=np.median(carried[0]))
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
ratios = marked(after_1, m, taus)
every = slice(0, networks, max(1, networks // 8))
small_rates = [0.02, 0.01, 0.005]
direct = caused(after_1.rows(every), m["bracket"][every], small_rates)

# %% tags=["hide-input", "lead"]
axes = {"dashed": 1, "ylim": (0, 2)}
words = "As a marker: second order", r"step $\tau$", "forgetting / prediction"
left, ax = page.panel(*words, xscale="log", **axes)
ax.plot(taus, ratios, color=C["blue"], alpha=0.25, linewidth=1)
ax.plot(taus, np.median(ratios, axis=1), "-o", color=C["blue"], label="median")
ax.legend()
words = "As a cause: third order", "rate $h$", "added / prediction"
right, ax = page.panel(*words, numbers=small_rates, **axes)
ax.plot(small_rates, direct, "-o", color=C["green"], alpha=0.5, markersize=3)
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
check, rest = "the bracket term alone adds (h³/2)‖[g₁,g₂]‖²", np.abs(direct[-1] - 1)
what, n = f"largest |ratio − 1| at h = {small_rates[-1]}", f"{len(rest)} pairs"
when = evidence.Assumed(
    "it is read locally: an exact marker in second order, a cause in third order"
)
evidence.record("B.Q1", check, what, float(rest.max()), "<", 0.1, n=n, when=when)

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
pushes = pushed_moments.push_while_learning(pairs, moments, push_rate)
*before, at_minimum = (100 * one.value for one in pushes.harmed())
say(harmed_at_minimum=at_minimum, right_sign=100 * pushes.right_sign)
say(harmed_least=min(before), harmed_most=max(before))

# %% tags=["hide-input"]
at, axes = range(len(pushes.moments)), {"names": pushes.moments}
words = "How often the bracket harms task 1", "", "share harmed"
left, ax = page.panel(*words, dashed=0.5, ylim=(0, 1.05), **axes)
page.dots(ax, at, pushes.harmed(), color="red", capsize=3)
words = "How much of the change of $L_1$", "", "bracket / whole round"
right, ax = page.panel(*words, yscale="log", **axes)
middle = Interval(*np.quantile(pushes.part, [0.5, 0.25, 0.75], axis=1))
page.dots(ax, at, middle, color="blue", fmt="s", capsize=3)
figures.show(
    [left, right],
    name="forgetting-push",
    caption=f"One round of rate {push_rate} with and without the bracket term, {networks} pairs of tasks at each moment of the training on task 1. (a) share of pairs in which the term raises $L_1$, 95 % interval; dashed: one half. "
    "(b) what the term changes over what the whole round changes, median and quartiles. Training loss, one round.",
    alt=f"(a) the share of pairs harmed by the bracket at each moment of training, from {min(before):.0f}% to {max(before):.0f}%, and {at_minimum:.0f}% at the exact minimum. (b) the relative size of its effect.",
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
what, n = "share of pairs in which the earlier loss rises", f"{networks} pairs"
for check, at_the_minimum in (
    ("one round with and without the bracket, at a minimum", True),
    ("the same before, at the moment it harms least", False),
):
    least = pushes.least_harmed(evidence.level("B.K4", check), at_the_minimum)
    evidence.record("B.K4", check, what, least, ">", 0.5, n=n, when=when)
# At θ = 1 both gradients are 1, and the second task is flat.
check, helped = (
    "agreeing tasks, the later one flat",
    pushed_moments.helped_by_the_bracket(),
)
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
rate = 0.1
dials = quadratic_dials(rate)
first_dial = dials[dials.along]

# %% [markdown]
# **Networks.** At the end of task 1 we keep the *inputs* of task 2 and choose its *targets*: $g_2 = J^\top r$ for
# residuals $r$ of our choice ($J$ is the Jacobian of the outputs over the number of samples). We take $r$ such that
# $\|g_2\|$ is always the same and
# $\langle g_1, g_2\rangle = 0$, and let $g_2^\top H_1 g_2$ run from its smallest to its largest possible value (a
# generalised eigenvalue problem). Only the bracket turns.

# %% tags=["hide-input"]
networks_dial = turn_networks(pairs, 5, [1, 10, 100, long_steps])
for word, k in (("one", 1), ("hundred", 100), ("long", long_steps)):
    least, most = networks_dial.ends(k)
    say(**{f"least_{word}": least, f"most_{word}": most})
    say(**{f"raised_{word}": 100 * networks_dial.raised()[k].value})
other_way = networks_dial.raised()[long_steps].value < 0.5
say(long_steps=long_steps)
words = "the dial turns the other way: at one gradient norm, a target that lies along a flat direction of the outputs is further away, so that training travels further"
say(in_the_long_run=words if other_way else "the dial turns the same way")

# %% tags=["hide-input"]
axes = "Quadratics: two dials", r"$\|[g_1, g_2]\|$", "forgetting"
left, ax = page.panel(*axes)
for along, dial in dials.groupby("along", sort=False):
    label = "turn $g_2$ against the sharp axis"
    label = label if along else "couple $g_2$ to another direction"
    for k, color in ((10, C["blue"]), (100, C["orange"])):
        style = {"color": color, "label": f"{label}, {k} steps"}
        ax.plot(dial.bracket, dial[k], "-" if along else "--", **style)
ax.legend(fontsize=8.5)
axes = r"dial: $g_2^\top H_1 g_2$ from least to most", "forgetting / at full dial"
limits = {"yscale": "log", "ylim": (1e-3, 300)}
right, ax = page.panel("Networks: one dial", *axes, **limits)
hues = ("blue", "green", "orange", "red")
for k, hue in zip(networks_dial.steps, hues, strict=False):
    relative = networks_dial.relative(k).T
    style = {"color": hue, "label": f"{k} step" + "s" * (k > 1), "line": "-o"}
    page.quartiles(ax, networks_dial.dial, relative, **style)
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
#
# **In the long run** {glue:text}`in_the_long_run`.
# The bracket sees the first steps; the distance to the new minimum decides the rest.

# %% tags=["hide-input"]
words = "the component of the bracket along g₂ is turned, not its length"
moved = evidence.tested(
    dials, "along", lambda rows: np.ptp(rows[10]) / rows[10].max(), words
)
what = "rank correlation of forgetting with the bracket as its component along g₂ turns"
follows = rank_correlation(first_dial.bracket, first_dial[10])
how = {"n": len(first_dial), "when": evidence.Assumed(words)}
evidence.record("B.C1", "dial on quadratics", what, follows, ">", 0.9, **how)
check = "dial on quadratics, length alone"
what = "relative change of forgetting along the dial"
n = f"{len(first_dial)} and {len(dials) - len(first_dial)} positions"
evidence.record("B.C1", check, what, moved.inside, ">", 1e-9, n=n, when=moved)

# %% tags=["hide-input"]
check = "dial on networks, one step"
raised = networks_dial.raised(1 - 2 * evidence.level("B.C1", check)).drop(10)
words = "forgetting is that of the first steps (after 100 or more the dial mostly turns the other way)"
rising = evidence.tested(
    raised.reset_index(),
    "steps == 1",
    lambda rows: min(rows["share"], key=lambda v: v.value),
    words,
)
what = "share of networks in which the dial raises forgetting"
far = " and ".join(f"{k:,}" for k in raised.index if k >= 100)
n = f"{networks} networks; beyond, {far} steps"
evidence.record("B.C1", check, what, rising.inside, ">", 0.8, n=n, when=rising)

# %% [markdown]
# ## Correlation, beside its rivals
#
# In natural pairs everything moves together. (The same question for trained image classifiers of many widths, with a
# committed sweep, is in {doc}`/notebooks/bridge/wider-networks`; here the networks are small enough to run with the
# page.) Spearman's rank correlation of forgetting with the bracket and with three cheaper measures, over all pairs,
# with bootstrap intervals: for training and test loss of task 1, after few and many steps.

# %% tags=["hide-input"]
predictors = {
    "bracket": ("bracket", "the bracket", "blue"),
    "along": (r"$-\langle g_2, [g_1, g_2]\rangle$", "−⟨g₂, [g₁, g₂]⟩", "green"),
    "g2": (r"$\|g_2\|$", "‖g₂‖", "grey"),
    "loss2": ("$L_2$ at the end of task 1", "L₂ at the end of task 1", "orange"),
}
found, last = bracket_rivals.rank_correlations(pairs, seed), pairs.last
far = found[f"training, {last} steps"]
best = max(predictors, key=lambda one: far[one].value)
at_once = found["training, 1 step"]
say(rank_along=at_once["along"].value, rank_length=at_once["g2"].value)
say(best_far=predictors[best][1], rank_best_far=far[best].value)
say(rank_bracket_far=far["bracket"].words(".2f"))
ahead = bracket_rivals.lead_of_the_gap(pairs, seed)
say(lead_of_gap=ahead.value, lead_low=ahead.low, lead_high=ahead.high)

# %% tags=["hide-input"]
words = "Who predicts forgetting?", "", "rank correlation with forgetting"
names = [title.replace(", ", ",\n") for title in found]
axes = {"zero": True, "ylim": (-0.3, 1.05), "size": (6.4, 3.8)}
left, ax = page.panel(*words, names=names, **axes)
for j, (one, (label, _, hue)) in enumerate(predictors.items()):
    at = np.arange(len(names)) + 0.14 * (j - 1.5)
    page.dots(ax, at, found.loc[one], color=hue, label=label)
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
short, once = "steps == 1", lambda rows: rows.found.iloc[0]
check = "rank correlation with training forgetting after one step"
level = evidence.level("B.M3", check)
by_steps = bracket_rivals.ranks_by_steps(pairs, "along", seed, level)
words = "forgetting is that of the first steps on task 2, in training loss, from a minimum of task 1; a long training follows other things"
when = evidence.tested(by_steps, short, once, words)
what = "rank correlation of the bracket along g₂ with forgetting"
n = f"{networks} pairs; beyond, {last:,} steps"
evidence.record("B.M3", check, what, when.inside, ">", 0.9, n=n, when=when)
check = "lead of the bracket over the size of the change"
level, unlike = evidence.level("B.E2", check), -pairs.drawn.similarity
by_steps = bracket_rivals.leads_by_steps(pairs, unlike, seed, level)
words = "forgetting is that of the first steps; in the long run its lead over the size of the change is not sure"
when = evidence.tested(by_steps, short, once, words)
what = "lead in rank correlation with training forgetting, one step"
evidence.record("B.E2", check, what, when.inside, ">", 0, n=n, when=when)
check = "bracket and forgetting against the size of the change"
level, n = evidence.level("B.E2", check), f"{networks} pairs"
value = once(bracket_rivals.ranks_by_steps(pairs, "bracket", seed, level))
what = "rank correlation of the bracket with short-run forgetting"
evidence.record("B.E2", check, what, value, ">", 0.5, n=n)

# %% [markdown]
# ## Break
#
# **Long training.** How far does the second-order prediction carry? It grows without end, forgetting does not.

# %% tags=["hide-input"]
reach = after_1.map(lambda losses, t: sharpness(losses[1:], t)).numpy()
times = np.linspace(0, 12, 200)
bent, no_bracket = bent_path(times)
checks.below("bracket at the minimum of task 1", no_bracket, 1e-12)
checks.below("the bracket against the forgetting there", no_bracket, bent[-1])
words = "On networks the prediction never becomes twice too large in this time."
if pairs.half_life:
    words = f"On networks the prediction is twice too large after a time of {pairs.half_life:.2g}."
say(bracket_there=no_bracket, forgotten_there=bent[-1], twice_too_large=words)

# %% tags=["hide-input"]
axes = "time on task 2, steps × rate", "forgetting / prediction"
log = {"xscale": "log", "yscale": "log"}
left, ax = page.panel("Where the theorem stops", *axes, dashed=1, **log)
style = {"color": "blue", "within": 0.8, "line": "-o"}
_, middle, _ = page.quartiles(ax, pairs.times, carried.T, **style)
limit, words = 1 / np.median(reach), "1 / sharpness of task 2"
page.mark(ax, limit, words, color="orange", line=":")
words = "No bracket, much forgetting", "time on task 2", "forgetting"
right, ax = page.panel(*words)
ax.plot(times, bent, color=C["red"], label="forgetting")
ax.plot(times, 0 * times, "--", color=C["blue"], label="prediction: bracket = 0")
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
third = np.median(np.abs(ratios - 1), axis=1)
say(steps_too_few=soon, steps_enough=train_steps)
say(first_order_percent=100 * np.median(first_order_part(pairs.drawn, soon, tau)))
say(beyond_percent=100 * third[-1], smallest_step=taus[-1])
say(beyond_power=log_slope(taus[-3:], third[-3:]))
explained = explained_by_bracket(after_1, m["along"], tau, 10)
columns = {
    "other mechanism": explained.index,
    "median": [f"{row.median:.2f}" for row in explained.itertuples()],
    "quartiles": [f"{v.low:.2f} to {v.high:.2f}" for v in explained.itertuples()],
}
page.table(
    pd.DataFrame(columns),
    name="forgetting-mechanisms",
    caption=f"Predicted from the bracket over forgotten, 10 steps on task 2, median and quartiles of {networks} pairs.",
)

# %% [markdown]
# After {glue:text}`steps_too_few` instead of {glue:text}`steps_enough` steps on task 1 the first-order term makes up
# {glue:text}`first_order_percent:.0f` % of the prediction. All orders beyond the second add
# {glue:text}`beyond_percent:.1f` % of it at $\tau$ = {glue:text}`smallest_step`, growing like $\tau$ to the power
# {glue:text}`beyond_power:.2f`.

# %% tags=["hide-input"]
what = "forgetting predicted from the bracket of the data losses / seen"
n = f"{networks} pairs, 10 steps"
words = "they are strong: weight decay 10, or replay with ten times the weight of task 2; with decay 0.1 the bracket tells as much as with none"
for kind, sign, limit, names in (
    ("decay", "<", 0.5, ["none", "weight decay 0.1", "weight decay 10"]),
    ("replay", ">", 2, ["none", "replay, weight 10"]),
):
    tried, short = explained.loc[names], f"{kind} >= 10"
    when = evidence.tested(
        tried, short, lambda rows: rows["median"].median(), words
    )
    how = {"n": n, "when": when}
    evidence.record("B.B3", names[-1], what, when.inside, sign, limit, **how)

# %% tags=["hide-input"]
asked_rates = np.array([0.1, 0.3, 0.5, 1.0, 1.6])  # times the curvature of task 2
beyond = np.abs(marked(after_1, m, asked_rates[:, None] / reach) - 1)
smaller = pd.DataFrame({"rate": asked_rates, "smaller": (beyond < 1).mean(axis=1)})
words = "rate × curvature is below about 0.3 (as a term of the field; of the forgetting of one step it is the largest at every stable rate)"
when = evidence.tested(smaller, "rate <= 0.3", lambda at: at.smaller.min(), words)
check = "bracket against all higher orders of the forgetting of a step"
what = "smallest share of pairs in which the bracket's term is larger, over rates"
n = f"{networks} pairs × {len(asked_rates)} rates"
evidence.record("B.C3", check, what, when.inside, ">", 0.5, n=n, when=when)
parts = zip(asked_rates, np.median(beyond, axis=1), strict=True)
words = [f"{part:.0%} at rate × curvature {one:g}" for one, part in parts]
say(beyond_at_rates=", ".join(words))

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
