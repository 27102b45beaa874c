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
# # Can one remove the bracket, or the conflict?
#
# Forward, then backward: the two brackets cancel, because $[g_1, g_2] = -[g_2, g_1]$. So a palindrome of tasks
# removes the Lie bracket,
# and projected gradients remove the conflict. We derive what each remedy takes out of the modified equation, and
# measure what that is worth.
#
# A round in the order 1, 2 leaves the flow of its modified loss at $h$ to the power {glue:text}`power_plain:.2f`; the
# palindrome ½1, 2, ½1 at $h$ to the power {glue:text}`power_palindrome:.2f`: the bracket is gone. What this buys over
# many rounds is half a step on task 1, no more.

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 240  # pairs of tasks in the multi-task comparison [4 to 500]
steps = 200  # of every method in that comparison [20 to 400]
streams = 8  # sets of five tasks whose 120 orders are compared [2 to 20]
trials = 4  # networks whose slopes are measured [1 to 20]
rounds = 200  # of alternating training [20 to 400]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Math, display
from torch.func import grad

from manytasks import checks, deep, evidence, figures, flow, page, parameters
from manytasks.page import in_percent, percent, say
from manytasks.statistics import (
    highest,
    limit_slope,
    lowest,
    mean_interval,
    median_interval,
)
from manytasks.studies.dynamics import aggregated, multitask_methods, palindromes
from manytasks.studies.dynamics.aggregated import aggregate
from manytasks.studies.dynamics.alternating_pairs import alternate_pairs
from manytasks.studies.dynamics.alternation import in_blocks
from manytasks.studies.dynamics.block_lengths import blocks_by_width
from manytasks.studies.dynamics.conflict_remedies import METHODS, gain_words
from manytasks.studies.dynamics.random_pairs import generator_of, normal, starts
from manytasks.studies.dynamics.random_sums import random_sums
from manytasks.studies.dynamics.remedies_sweep import INSIDE, RemediesSweep
from manytasks.studies.dynamics.round_gaps import order_gap
from manytasks.studies.dynamics.small_pairs import Pairs, squared_losses
from manytasks.studies.dynamics.two_outputs import students

parameters.check(In, globals())
torch.set_num_threads(1)
C = figures.COLORS

# %% tags=["hide-input"]
small, rates = flow.Network((3, 4, 2)), np.array([0.04, 0.02, 0.01])
generator = generator_of(seed, "slopes")
x, y = (normal(generator, trials, 2, 6, width) for width in (3, 2))
data = {"x1": x[:, 0], "x2": x[:, 1], "y1": y[:, 0], "y2": y[:, 1]}
drawn = Pairs(squared_losses(small), starts(small, trials, seed, "slopes"), data)
gaps = palindromes.schedule_gaps(drawn, rates)
powers = {name: limit_slope(rates, gap) for name, gap in gaps.items()}
say(power_plain=powers["1, 2"].mean(), power_palindrome=powers["½1, 2, ½1"].mean())


def regression():
    """A task of random inputs and targets, the next of the stream."""
    return small.squared_loss(normal(generator, 6, 3), normal(generator, 6, 2))


# %% [markdown]
# ## Claim
#
# A *schedule* is a list of steps $s = 1, \dots, S$: task $i_s$ with rate $a_s h$. It is *palindromic* if it reads the
# same backwards, rates included.
#
# :::{prf:theorem} Palindromes (known for splittings, here for tasks; O.11)
# :label: thm-palindrome
#
# Let all losses be three times continuously differentiable. To order $h$ the modified field of a schedule is
# $-\nabla \tilde L$ of its modified loss plus
#
# $$\frac h2 \sum_{s < t} a_s a_t\, [g_{i_s}, g_{i_t}] .$$
#
# In a palindromic schedule this sum is zero.
# :::
#
# :::{prf:theorem} The bracket of two tasks is half a step (known for splittings, here for tasks)
# :label: thm-half-step
#
# Write $\Phi_i^a$ for a step on task $i$ with rate $ah$. Split the step on task 1 into two,
# $\Phi_1 \approx \Phi_1^{1/2}\circ\Phi_1^{1/2}$ (exactly so for flows, and up to $O(h^2)$ without any bracket for
# steps). Then for every number $N$ of rounds
#
# $$\bigl(\text{½1, 2, ½1}\bigr)^N = \Phi_1^{1/2} \circ \bigl(\text{½1, ½1, 2}\bigr)^N \circ \bigl(\Phi_1^{1/2}\bigr)^{-1} .$$
#
# So alternating training with and without the bracket differ by a change of coordinates of half a step on task 1. The
# effect of the bracket does not accumulate.
# :::
#
# Symmetric splittings are Strang's {cite}`strang1968`, and that they are conjugate to the others is known
# {cite}`hairer2006`. For minibatches, {cite:t}`shaw2025` take a symmetric order, and {cite:t}`nguyen2026` pair an
# order with its reversal. Ours is the same for tasks, with rates of their own, measured on forgetting.
#
# ## Derive
#
# **Step 1. Every pair of steps leaves a bracket.** The Baker–Campbell–Hausdorff series has the coefficient one half
# for each pair, the earlier step first; the package does the sum for symbols.

# %%
a = sp.symbols("a_1:5", positive=True)
three = flow.modified_series(3, 1, rates=a[:3])
pairs = {
    item: c for item, c in three.brackets[1].items() if not isinstance(item[0], int)
}
halves = {
    ((i + 1, 0), (j + 1, 0)): a[i] * a[j] / 2
    for i in range(3)
    for j in range(i + 1, 3)
}
checks.require(
    pairs == halves, "each pair must leave half of its bracket, times its rates"
)
Math(r"\tfrac h2 \sum_{s<t} a_s a_t [g_{i_s}, g_{i_t}]")

# %% [markdown]
# **Step 2. A palindrome cancels.** Step $s$ and its mirror image are the same task with the same rate; each pair
# $(s, t)$ has a mirror pair in the opposite order, and $[g_i, g_j] + [g_j, g_i] = 0$.

# %%
half = sp.Rational(1, 2)
left_over = 0
for order, weights in (
    ([1, 2, 1], [half, 1, half]),
    ([1, 2, 2, 1], [half] * 4),
    ([1, 2, 3, 2, 1], [a[0], a[1], a[2], a[1], a[0]]),
):
    palindrome = flow.modified_series(max(order), 1, rates=weights, schedule=order)
    left_brackets = [i for i in palindrome.brackets[1] if not isinstance(i[0], int)]
    left_over += len(left_brackets)
    checks.require(
        not left_brackets,
        f"the palindrome {order} must leave no bracket at order h",
    )
display(flow.modified_series(2, 2, rates=[half, 1, half], schedule=[1, 2, 1]))

# %% [markdown]
# For *flows* instead of steps the palindrome has no even powers of $h$ in its distance at all (Strang splitting). For
# gradient steps the flatness terms remain, and at order $h^2$ double brackets do.
#
# **Step 3. Random order.** If each round draws its order at random, the two orders have opposite brackets: the mean
# is zero, and what is left is noise of size $\tfrac{h}2\|[g_1, g_2]\|$ per round. The mean of the two orders must
# then stay with the flow of the modified loss up to $h^3$, like a palindrome:

# %%
mean_power = limit_slope(rates, palindromes.mean_order_gap(drawn, rates)).mean()
say(power_mean=mean_power)

# %% [markdown]
# The mean of the two orders leaves the flow of the modified loss at $h$ to the power {glue:text}`power_mean:.2f`.
#
# **Step 4. Half a step.** Theorem {prf:ref}`thm-half-step` is associativity. To check it, not to prove it: both sides
# on a network, 50 rounds.

# %%
one, two = regression(), regression()
where = small.initial((seed, "half a step"))
moved = flow.descend([one], where, 0.05)
left_side = flow.descend([one, two, one], moved, 0.1, 50, [0.5, 1, 0.5])
right_side = flow.descend([one, one, two], where, 0.1, 50, [0.5, 0.5, 1])
right_side = flow.descend([one], right_side, 0.05)
conjugate = float((left_side - right_side).norm())
checks.below("distance of the two sides after 50 rounds", conjugate, 1e-9)
say(distance_of_sides=conjugate)

# %% [markdown]
# Distance of the two sides after 50 rounds: {glue:text}`distance_of_sides:.0e`.
#
# **Step 5. A penalty removes the conflict term itself.** Descent on $L_1 + L_2 + \lambda\langle g_1, g_2\rangle$ with
# $\lambda = \ell h$: for any two losses, what stands at order $h$ is the flatness of each task, plus
# $(\tfrac12 + \ell)\langle g_1, g_2\rangle$. With $\ell = -\tfrac12$ the conflict is gone, and what is left is the
# modified loss of a
# palindrome: *the two remedies have the same modified equation*. Taking off the whole implicit term,
# $-\tfrac h4\|g_1 + g_2\|^2$, leaves nothing at order $h$.

# %%
u, v, step_size, ell = sp.symbols("u v h ell")
A, B = sp.Function("L_1")(u, v), sp.Function("L_2")(u, v)


def gradient_of(function):
    return sp.Matrix([function.diff(u), function.diff(v)])


def order_h(penalty):
    """Coefficient of h in the modified field of one step on L₁ + L₂ + h · penalty."""
    euler = flow.modified_series(1, 1).evaluate(1, [-gradient_of(A + B)], [u, v])
    return sp.expand(euler - gradient_of(penalty))


product = (gradient_of(A).T * gradient_of(B))[0]
lengths2 = sum((gradient_of(one).T * gradient_of(one))[0] for one in (A, B))
separate = -gradient_of(lengths2) / 4
with_penalty = separate - (sp.Rational(1, 2) + ell) * gradient_of(product)
checks.require(
    order_h(ell * product) == sp.expand(with_penalty),
    "a penalty must add to the half that the conflict term has already",
)
checks.require(
    order_h(-product / 2) == sp.expand(separate),
    "the penalty of minus one half must leave the single-task terms",
)
checks.require(
    order_h(-(lengths2 + 2 * product) / 4) == sp.zeros(2, 1),
    "taking off the whole implicit term must leave nothing at order h",
)
Math(
    r"-\tfrac14\nabla\bigl(\|g_1\|^2 + \|g_2\|^2\bigr) - \bigl(\tfrac12 + \ell\bigr)\nabla\langle g_1, g_2\rangle"
)

# %% [markdown]
# **Step 6. Projections act one order earlier.** PCGrad {cite}`yu2020` replaces $g_1 + g_2$ by
# $u = g_1 + g_2 - \langle g_1, g_2\rangle\bigl(\tfrac{g_1}{\|g_1\|^2} + \tfrac{g_2}{\|g_2\|^2}\bigr)$ where
# $\langle g_1, g_2\rangle < 0$. This changes the field at order $h^0$: it is not the removal of
# the conflict *term*, which is of order $h$. With two tasks UPGrad {cite}`quinton2024` is PCGrad (each gradient is
# projected onto the other's half-space). CAGrad {cite}`liu2021` adds to the sum a vector of $c$ times its length,
# towards the mixture $g_w$ that it makes smallest. All three are sums $u = \sum_i a_i g_i$ whose weights depend on
# the inner products only, and we have closed forms
# for a whole stack of networks. Tests of the package compare them with TorchJD: PCGrad and UPGrad to $10^{-10}$,
# CAGrad as far as the library's solver goes. Here we check what the three promise. PCGrad lets no task lose, and
# UPGrad of two tasks is PCGrad. CAGrad stays within $c$ lengths of the mean gradient, and there it helps the worst
# task most.

# %%
pairs = normal(generator, 12, 2, 5)
projected, averse = aggregate("PCGrad", pairs), aggregate("CAGrad", pairs)
least = float((pairs @ projected[..., None]).min())
checks.require(least > -1e-12, f"a task loses {-least:.1e} by PCGrad")
same = aggregate("UPGrad", pairs)
checks.close("UPGrad and PCGrad of two tasks", same, projected, atol=1e-12)
mean = pairs.mean(1)
radius = 0.5 * mean.norm(dim=-1, keepdim=True)
far = (averse / 2 - mean).norm(dim=-1, keepdim=True)
checks.close("CAGrad's distance from the mean gradient", far, radius)
others = normal(generator_of(seed, "ball"), len(pairs), 1000, 5)
others = radius[:, None] * others / others.norm(dim=-1, keepdim=True)
best = ((mean[:, None] + others) @ pairs.mT).amin(-1).amax(-1)
ahead = float(((pairs @ (averse / 2)[..., None]).amin((1, 2)) - best).min())
checks.require(ahead > 0, f"a point drawn helps the worst task {-ahead:.1e} more")
say(pairs_projected=len(pairs), least_gain=max(least, 0), points=others.shape[1])

# %% [markdown]
# On {glue:text}`pairs_projected` random pairs: by PCGrad a task gains at least {glue:text}`least_gain:.0e`, and
# UPGrad is the same; CAGrad helps the worst task more than the best of {glue:text}`points` other points of its ball.
#
# The modified field of such steps is $-u - \tfrac h2 u'u + O(h^2)$ with the new $u$, as long as no step crosses the
# surface where the weights have a kink ($\langle g_1, g_2\rangle = 0$ for the projections). So they too have a
# flatness-like term, of $u$ and no longer a gradient. On a network, at a point of conflict:

# %% tags=["hide-input"]
inner = drawn.map(lambda losses, t: grad(losses[0])(t) @ grad(losses[1])(t))
spot = int(inner.argmin())
losses = drawn.losses({name: value[spot] for name, value in drawn.data.items()})
step = losses, drawn.theta[spot], rates
for rule in ("PCGrad", "CAGrad"):
    plain, corrected = aggregated.powers_of_a_step(rule, *step)
    say(**{f"{rule}_plain": plain, f"{rule}_corrected": corrected})
say(cosine_there=aggregated.cosine(losses, drawn.theta[spot]))

# %% [markdown]
# Distance of one step from the flow, as powers of $h$: PCGrad, $-u$: {glue:text}`PCGrad_plain:.2f`, with
# $-\tfrac h2u'u$: {glue:text}`PCGrad_corrected:.2f`; CAGrad, $-u$: {glue:text}`CAGrad_plain:.2f`, with
# $-\tfrac h2u'u$: {glue:text}`CAGrad_corrected:.2f` (cosine of the gradients {glue:text}`cosine_there:.2f`).
#
# | remedy | order $h^0$ | order $h$ |
# |---|---|---|
# | none, one step on $L_1 + L_2$ | $-g_1 - g_2$ | flatness of each task, conflict |
# | penalty $-\tfrac h2\langle g_1, g_2\rangle$ | the same | flatness of each task |
# | penalty $-\tfrac h4\|g_1 + g_2\|^2$ | the same | nothing |
# | PCGrad, UPGrad, CAGrad | $-u$ | $-\tfrac12 u'u$ |
# | none, tasks in turn | $-g_1 - g_2$ | flatness of each task, bracket |
# | palindrome; random order, on average | the same | flatness of each task |
#
# ## Check and look
#
# Slopes on networks; and what five orders do to task 1 over many rounds. *Forgetting* here is $L_1$ at the end, minus
# $L_1$ after as many steps on $L_1 + L_2$ together.

# %% tags=["hide-input"]
count, rate = 40, 0.1
learned = alternate_pairs(count, rounds, rate, seed)
say(saved_in_half_steps=learned.saved_in_half_steps)

# %% tags=["hide-input", "lead"]
words = {"title": "The bracket, removed", "xlabel": "rate $h$"}
words["ylabel"] = "distance from the modified loss's flow"
hues = dict(zip(gaps, ("red", "green", "blue"), strict=True))
left = page.slopes(rates, gaps, **words, colors=hues, fit=limit_slope)
words = "Forgetting of task 1", "rounds", "$L_1$ minus $L_1$ of joint descent"
right, ax = page.panel(*words, zero=True)
hues, lines = (
    ("red", "orange", "green", "purple", "grey"),
    ("-", "-", "--", ":", "-"),
)
looks = zip(learned.forgotten.items(), hues, lines, strict=True)
for (kind, lost), hue, line in looks:
    ax.plot(learned.rounds, lost.mean(axis=1), line, color=C[hue], label=kind)
ax.set(ylim=(ax.get_ylim()[0] - 0.006, None))
ax.legend(fontsize=9, title="order", ncol=3, loc="lower center")
figures.show(
    [left, right],
    name="remedies-order",
    caption=f"(a) distance of one round from the gradient flow of its modified loss; {trials} networks, geometric mean; legend: slopes in the limit of small rates. (b) training loss of task 1 after rounds of rate {rate} in several orders, minus joint descent; mean of {count} pairs of tasks. "
    "Training loss, not test loss.",
    alt=f"(a) lines of slopes {', '.join(f'{one.mean():.1f}' for one in powers.values())}. (b) forgetting over the rounds for five orders.",
)
rows = [(kind, each.words("+.4f")) for kind, each in learned.excess.items()]
names = ["order", "forgetting of task 1, mean and 95 % interval"]
caption = f"Forgetting of task 1 after {rounds} rounds of each order."
found = pd.DataFrame(rows, columns=names)
page.table(found, name="remedies-order", caption=caption)

# %% [markdown]
# The palindrome forgets less than 1, 2 by **{glue:text}`saved_in_half_steps:.2f`** times $\tfrac h2\|g_1\|^2$
# (median), the value of half a step on task 1.

# %% tags=["hide-input"]
what = "brackets left at order h"
evidence.record("O.11", "derivation", what, left_over, "==", 0, n="3 palindromes")
off = max(abs(powers[name].mean() - 3) for name in powers if name != "1, 2")
what = "largest |mean slope − 3| of two palindromes"
n = f"{trials} networks × 3 rates"
evidence.record("O.11", "slopes", what, float(off), "<", 0.1, n=n)
check, what = "slope without a palindrome", "largest slope of the order 1, 2"
steepest = float(powers["1, 2"].max())
evidence.record("O.11", check, what, steepest, "<", 2.5, n=n)
check = "forgetting with and without the bracket, many rounds"
less = mean_interval(learned.saved, 1 - 2 * evidence.level("B.Q1", check))
what, n = "1, 2 minus palindrome", f"{count} pairs"
when = evidence.Assumed(
    "it is read locally: an exact marker in second order, a cause in third order"
)
evidence.record("B.Q1", check, what, less, ">", 0, n=n, when=when)
say(power_swap=limit_slope(rates, order_gap(drawn, rates).left_over).mean())

# %% [markdown]
# Swapping the tasks: $\theta_{12} - \theta_{21} - h^2[g_1, g_2]$ falls like $h$ to the power {glue:text}`power_swap:.2f`.
#
# ## Five tasks: which order?
#
# With $T$ tasks the brackets of all pairs add up to $\sum_{i<j}[g_i, g_j]$. Of the 120 orders of five tasks some have
# a long sum and some a short one; reversing an order flips the sign.

# %% tags=["hide-input"]
T = 5
sums = random_sums(small, T, 6, streams, seed)
spread, shortest = sums.relative, sums.shortest
words = "length of the sum of brackets / mean over orders", "orders"
left, ax = page.panel(f"All 120 orders of {T} tasks", *words)
ax.hist(spread.ravel(), bins=30, color=C["blue"], alpha=0.8)
figures.show(
    left,
    name="remedies-five-tasks",
    caption=f"Length of $\\sum_{{i<j}}[g_i,g_j]$ over all 120 orders, relative to the mean over orders; {streams} sets of {T} random tasks at random parameters. Reversed orders have equal length and opposite sign.",
    alt=f"A histogram around one, from {spread.min():.2f} to {spread.max():.2f}.",
)
say(shortest=shortest.value, shortest_low=shortest.low, shortest_high=shortest.high)
say(sets_of_five=streams, closer=sums.closer)

# %% [markdown]
# The best order shortens the sum to **{glue:text}`shortest:.2f`** of the mean (95 % interval
# {glue:text}`shortest_low:.2f` to {glue:text}`shortest_high:.2f`, {glue:text}`sets_of_five` sets). A round in that
# order lands {glue:text}`closer:.2f` times as far from the average over orders as a round in the worst one (rate
# 0.01). A palindrome makes the sum zero at any $T$.
#
# ## Multi-task: remove the conflict?
#
# Two tasks, one network with two outputs, so that hidden layers are shared. Every method takes the same number of
# steps from the same start. An explicit $\lambda\langle g_1, g_2\rangle$ is added to the loss: $\lambda = -\tfrac h2$
# removes the implicit conflict term, $\lambda > 0$
# adds to it. An explicit gradient-norm penalty $\tfrac\mu4\|g_1 + g_2\|^2$ stands beside it; $\mu = -h$ removes all
# of order $h$. The other methods take longer steps than the sum, which alone speeds training up; so we also give them
# the length of the plain step. CAGrad has $c = 0.5$.

# %% tags=["hide-input"]
h, pupils = 0.1, students(networks, seed)
compared = multitask_methods.methods(h)
changes = multitask_methods.log_changes(pupils, compared, h, steps)
against = {
    name: {when: mean_interval(logs) for when, logs in change.items()}
    for name, change in changes.items()
}
panels, axis = [], "change against plain descent, %"
for when, title in (("training", "Training loss"), ("test", "Test loss")):
    figure, ax = page.rows(title, axis, list(against), size=(5.4, 3.6))
    for k, (name, found) in enumerate(against.items()):
        color = "orange" if "Grad" in name else "blue"
        page.dots(ax, [-k], in_percent(found[when]), color=color, across=True)
    panels.append(figure)
figures.show(
    panels,
    name="remedies-multitask",
    caption=f"Change of the summed loss after {steps} steps of rate {h}, relative to plain descent; geometric mean over {networks} pairs of tasks, paired, 95 % intervals. Orange: methods that change the gradient at order $h^0$; blue: explicit penalties at order $h$. "
    "One size of network, 20 noisy samples, a fixed number of steps.",
    alt="Two panels of points with intervals around zero for ten methods.",
)

# %% tags=["hide-input"]
words = {
    "early": f"training loss, {steps // 10} steps",
    "training": f"training loss, {steps} steps",
    "test": f"test loss, {steps} steps",
}
rows = [
    {"method, against plain descent": name}
    | {words[when]: percent(change, "+.2f") for when, change in row.items()}
    for name, row in against.items()
]
face, fair = (
    -in_percent(against[name]["training"]).value
    for name in ("PCGrad = UPGrad", "PCGrad, length of plain step")
)
say(pcgrad_gain=face, pcgrad_gain_at_equal_length=fair)
found, over = pd.DataFrame(rows), f"{networks} networks, mean and 95 % interval"
caption = f"Change of the summed loss of {over}."
page.table(found, name="remedies-multitask", caption=caption)

# %% [markdown]
# PCGrad lowers the training loss by {glue:text}`pcgrad_gain:.1f` %, but by only
# **{glue:text}`pcgrad_gain_at_equal_length:.1f` %** if its steps are as long as those of plain descent: it takes
# longer steps, and that is most of it. Removing the conflict term itself changes the loss by a fraction of a percent.
#
# ## On digits, with more tasks
#
# The same question on real data and with all remedies at once:
# `manytasks sweep conflict-remedies --profile book --device cpu`. Tanh networks with one shared head learn two or
# four tasks, digits whose pixels every task permutes (fraction 1) or leaves alone (fraction 0: the tasks differ in
# their samples only). All methods see the same minibatches and use each task's gradient once per round.

# %% tags=["hide-input"]
table = deep.load_results("conflict-remedies", "book")
sweep = RemediesSweep.of(table)
cells, seeds, hardest = sweep.cells, len(sweep.logs), sweep.cells[-1]
titles = {cell: f"{cell[0]} tasks, fraction {cell[1]:g}" for cell in cells}


def row_text(change):
    return "diverges" if change.value > 1 else percent(change)


in_turn = ("λ = −h/2", "in order", "random order", "palindromic order")
same = [(m, sweep.change(hardest, m, "train_loss")) for m in in_turn]
same = [f"{row_text(change)} ({method})" for method, change in same]
say(tasks_of_the_hardest=hardest[0], changes_in_turn=", ".join(same))

# %% tags=["hide-input"]
panels, hues = [], ("grey", "blue", "green", "orange")
looks = list(zip(cells, hues, "osD^", strict=True))
for measure, title in (("train_loss", "Training loss"), ("test_loss", "Test loss")):
    figure, ax = page.rows(title, axis, INSIDE, size=(5.4, 4.2))
    for k, (cell, hue, marker) in enumerate(looks):
        rows = [in_percent(sweep.change(cell, name, measure)) for name in INSIDE]
        style = {"fmt": marker, "markersize": 4, "linewidth": 1.2}
        style |= {"across": True, "label": titles[cell]}
        at = 0.27 - 0.18 * k - np.arange(len(INSIDE))
        page.dots(ax, at, rows, color=hue, **style)
    panels.append(figure)
panels[1].axes[0].legend(fontsize=8)
figures.show(
    panels,
    name="remedies-sweep",
    caption=f"Change of the loss per task after {int(table.step.max())} rounds of rate {table.rate.iloc[0]:g}, relative to plain descent on the sum; {seeds} seeds, paired, 95 % intervals; book profile of the sweep. Not drawn: methods with their own, longer steps, and λ = −5h/2, which diverges with four tasks (table below). "
    "One network and one rate; a method that trains faster also overfits earlier.",
    alt=f"Two panels of points with intervals for {len(INSIDE)} methods and {len(cells)} settings, against zero.",
)

# %% tags=["hide-input"]
for measure, words in (("train_loss", "training loss"), ("test_loss", "test loss")):
    columns = {f"{words}, against plain descent": list(METHODS)}
    for cell in cells:
        found = [sweep.change(cell, name, measure) for name in METHODS]
        columns[titles[cell]] = [row_text(change) for change in found]
    caption = f"Change of the {words} in the sweep, mean over {seeds} seeds and 95 % interval."
    name = f"remedies-{words.replace(' ', '-')}"
    display(page.table(pd.DataFrame(columns), name=name, caption=caption))

# %% [markdown]
# Taking the tasks in turn, in any order, is itself a way to take the conflict term out, as the table of step 6 says:
# with {glue:text}`tasks_of_the_hardest` unrelated tasks the training loss changes by {glue:text}`changes_in_turn`.
# Aligned directions of equal length gain more with four tasks than with two, and most where the tasks are the *same*
# (fraction 0): what they use is not only conflict between tasks, but also noise between their samples.
#
# **Judgement.** Three readings of the paper's questions, each by its intervals, here and in the sweep: does removing the conflict term help training (B.E3)? Does aligning gradients
# help (B.C2)? Does any explicit $\pm\lambda\langle g_1, g_2\rangle$ improve the test loss (B.Q2)? The last is judged by the median pair of tasks: a large $\lambda$ can make a single
# pair run away, and a mean would say how far.

# %% tags=["hide-input"]
MARGIN = 0.01  # a gain of less than one percent is no gain
pairs_n = f"{networks} pairs, paired"
cells_n = f"{seeds} seeds × {len(cells)} cells, paired"


def sharing(claim, check, comparisons):
    """Confidence of each of several one-sided limits that share the level of a record."""
    return 1 - 2 * evidence.level(claim, check) / comparisons


check, name = "conflict term removed", "conflict term removed, λ = −h/2"
removed = mean_interval(changes[name]["training"], sharing("B.E3", check, 1))
what = f"change of the training loss after {steps} steps (log)"
evidence.record("B.E3", check, what, removed, "<", -MARGIN, n=pairs_n)
check = "conflict term removed, sweep"
level = sharing("B.E3", check, len(cells))
without = [sweep.change(cell, "λ = −h/2", "train_loss", level) for cell in cells]
what = "change of the training loss (log), lowest of all cells"
evidence.record("B.E3", check, what, lowest(without), "<", -MARGIN, n=cells_n)

# %% tags=["hide-input"]
# Steps as long as those of plain descent; two tasks here and in the sweep, and four.
check = "PCGrad against plain descent, equal step lengths"
level = sharing("B.C2", check, 2 * len(cells) + 1)
lengths = sweep.equal_lengths(level)
here = mean_interval(changes["PCGrad, length of plain step"]["training"], level)
lengths.loc[len(lengths)] = [2, "train_loss", here]
words = "there are four tasks and the training loss is read; with two tasks, or in the test loss of unrelated ones, no gain of one percent is found"
short = "T == 4 and measure == 'train_loss'"
when = evidence.tested(lengths, short, lambda rows: highest(rows.change), words)
what = "change of the training loss (log), largest of all cells"
n = f"{cells_n}; beyond, two tasks, and test losses"
evidence.record("B.C2", check, what, when.inside, "<", -MARGIN, n=n, when=when)

# %% tags=["hide-input"]
penalties = [name for name in changes if "λ" in name]
best = min(penalties, key=lambda name: against[name]["test"].high)
check = "four explicit conflict terms, λ up to ±5h/2"
confidence = sharing("B.Q2", check, len(penalties))
limits = [median_interval(changes[name]["test"], confidence) for name in penalties]
what = "median change of the test loss (log), lowest of all terms"
enough = int(np.ceil(1 - np.log2(1 - confidence)))  # fewer pairs bound no median
if networks < enough:
    found = {"found": networks, "least": enough, "n": pairs_n}
    evidence.leave_open("B.Q2", check, "pairs of tasks", **found)
else:
    evidence.record("B.Q2", check, what, lowest(limits), "<", -MARGIN, n=pairs_n)
check, explicit = "four explicit conflict terms, sweep", sweep.explicit()
in_table = sweep.explicit(sharing("B.Q2", check, len(explicit))).values()
what = "change of the test loss (log), lowest of all terms and cells"
evidence.record("B.Q2", check, what, lowest(in_table), "<", -MARGIN, n=cells_n)

# %% tags=["hide-input"]
as_rate = sweep.worth_as_rate()
rivals = ", ".join(f"{as_rate[cell]:.1%} ({titles[cell]})" for cell in cells)
diverged = [choice for choice, change in explicit.items() if change.value > 1]
words = "".join(f" ({name}, {titles[cell]})" for cell, name in diverged)
say(larger_rates=rivals, choices_tried=len(explicit))
say(choices_diverged=f"{len(diverged)} diverge{words}")
say(best_term=best, best_change=in_percent(against[best]["test"]).words("+.2f"))
say(hardest_change=in_percent(without[-1]).words("+.1f"))
sure = [gain_words(change, MARGIN) for change in (removed, without[-1])]
say(sure_of_pairs=sure[0], sure_of_hardest=sure[1])

# %% [markdown]
# A larger rate is the cheapest rival. Near its end plain descent would need a rate larger by {glue:text}`larger_rates` to train as fast as PCGrad with steps of equal length: a gain
# in training loss, and one that tuning the rate brings, too.
#
# Of the {glue:text}`choices_tried` combinations of term and cell {glue:text}`choices_diverged`; that is a rate too large, not an answer to the question, and counts as no gain.
#
# Best explicit term of this page: {glue:text}`best_term`, test loss {glue:text}`best_change` %. Of removing the conflict term (B.E3) the pairs of this page say:
# {glue:text}`sure_of_pairs`, in training loss and at the level of the record. With {glue:text}`tasks_of_the_hardest` unrelated tasks of the sweep the loss changes by
# {glue:text}`hardest_change` %: {glue:text}`sure_of_hardest`.
#
# ## Break
#
# The palindrome removes the bracket *to order $h$*. What it does not remove is forgetting that has nothing to do with order: train long on task 2 and then stop, and there is no
# second half step that could help. In the same pairs of tasks, without any alternation:

# %% tags=["hide-input"]
blocks, mirrored = in_blocks(learned.begin, rounds, rate)
forgotten_in_turn = learned.excess["1, 2"].value
say(rounds_in_blocks=rounds, forgotten_in_blocks=blocks.mean())
say(forgotten_in_turn=forgotten_in_turn, forgotten_with_half=mirrored.mean())

# %% [markdown]
# {glue:text}`rounds_in_blocks` steps on task 1, then {glue:text}`rounds_in_blocks` on task 2: forgetting {glue:text}`forgotten_in_blocks:.3f`; in turn it was
# {glue:text}`forgotten_in_turn:.4f`. Giving half of the last step to task 1 leaves {glue:text}`forgotten_with_half:.3f`. The remedy for blocks is replay, not symmetry.
#
# The same network, with the same steps in another order, forgets almost nothing (B.S2). Is it for room? The same tasks for networks of other widths, and blocks of other lengths with
# as many steps on both tasks:

# %% tags=["hide-input"]
by_width = blocks_by_width((1, 6, 16), count, rounds, rate, seed)
six, ratios = by_width[6], [one.ratio for one in by_width.values()]
say(by_length=six.by_length, features_lost=six.features_lost.words(".0%"))
say(least_ratio=min(ratios), most_ratio=max(ratios))
words = "capacity is the rival; features of the earlier task are lost, too, so that interference between representations is not told apart"
how = {"n": f"{count} pairs", "when": evidence.Assumed(words)}
ratio, what = forgotten_in_turn / blocks.mean(), "forgetting in turn / in blocks"
check = "equal capacity, tasks in blocks or in turn"
evidence.record("B.S2", check, what, float(ratio), "<", 0.1, **how)
check, what = "the same with 1 to 16 hidden units", f"{what}, largest"
evidence.record("B.S2", check, what, max(ratios), "<", 0.1, **how)

# %% [markdown]
# By length of the blocks six hidden units forget {glue:text}`by_length`. With 1 to 16 units the share of the longest blocks that is left in turn lies between
# {glue:text}`least_ratio:.1%` and {glue:text}`most_ratio:.1%`: one unit has no room for both tasks and forgets by the order of the steps, too. But turns keep showing task 1; and of
# what task 1 gave the features of six units (read by the best last layer on them) the longest blocks undo {glue:text}`features_lost`.

# %% [markdown]
# ## Exercises
#
# :::{exercise}
# :label: ex-remedies-three
# Find a schedule of three tasks, each with total rate 1, without any bracket of order $h$.
# :::
#
# :::{solution} ex-remedies-three
# :class: dropdown
# ½1, ½2, 3, ½2, ½1: `flow.modified_series(3, 1, rates=[half, half, 1, half, half], schedule=[1, 2, 3, 2, 1])`.
# :::
#
# :::{exercise}
# :label: ex-remedies-pcgrad
# Show that with two tasks PCGrad's step is zero where $g_1 = -c\, g_2$, $c > 0$, even if the sum is not at its minimum.
# :::
#
# :::{solution} ex-remedies-pcgrad
# :class: dropdown
# Each gradient is projected onto the orthogonal complement of the other, which is parallel: nothing is left. PCGrad
# stops at every such (Pareto-stationary) point; descent on the sum goes on.
# :::
#
# ## In one breath
#
# A palindrome takes the bracket out of the modified equation; turning every other round around (1, 2, 2, 1) does it
# at no cost. Over many rounds that is worth half a step on task 1, no more: in alternating training the bracket is a
# change of coordinates. A penalty of $-\tfrac h2\langle g_1, g_2\rangle$ leaves the same
# modified equation as a palindrome. Projections act one order earlier, and most of what they gain is longer steps;
# with four tasks some of it is not. For the training loss without the conflict term,
# {glue:text}`sure_of_pairs` with two tasks; with {glue:text}`tasks_of_the_hardest`, {glue:text}`sure_of_hardest`.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
