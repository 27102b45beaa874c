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
# # What happens when tasks come one after the other?
#
# A step on task 1 changes what task 2 sees next, so two steps in either order end apart. The gap is $h^2$ times the
# **Lie bracket** of the two gradients, and no loss function contains it.
#
# After a step on task 1 and a step on task 2 the parameters are not where the modified loss says: over
# {glue:text}`networks_in_all` random networks the distance falls like $h$ to the power
# {glue:text}`power_without:.2f`, as if there had been no correction at all. With the bracket it falls like $h$ to the
# power {glue:text}`power_bracket:.2f`, and with our next term like $h$ to the power {glue:text}`power_next:.2f`.

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 3  # random networks for each activation and loss [1 to 10]
rates = [0.08, 0.04, 0.02]  # rate times the largest curvature [0.005 to 0.2]
settings = [
    ["tanh", "squared"],
    ["tanh", "cross-entropy"],
    ["softplus", "squared"],
    ["softplus", "cross-entropy"],
]  # activation and loss [any of "tanh", "softplus", "squared", "cross-entropy"]

# %% tags=["hide-input"]
from itertools import pairwise

import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Math, display
from sympy.physics.quantum import Commutator

from manytasks import checks, evidence, figures, flow, page, parameters
from manytasks.page import say, slopes
from manytasks.statistics import limit_slope, mean_interval
from manytasks.studies.dynamics import drift, independent_data, several_kinds
from manytasks.studies.dynamics.disruption import disruption
from manytasks.studies.dynamics.parallelogram import parallelogram
from manytasks.studies.dynamics.round_reach import reach
from manytasks.studies.dynamics.rounds import EXPECTED, FIELDS
from manytasks.studies.dynamics.scaled_pairs import scaled_pairs

# %% tags=["hide-input"]
parameters.check(In, globals())
parameters.require(
    len(rates) >= 3 and np.allclose(np.divide(rates[1:], rates[:-1]), 0.5),
    f"rates must be 3 or more, each half of the one before; got {rates}",
)
parameters.require(
    networks * len(settings) >= 2,
    "networks and settings must give at least 2 networks; got 1",
)
torch.set_num_threads(1)
C = figures.COLORS


def draw(count, name):
    """Random pairs of tasks for each activation and loss."""
    return [scaled_pairs(*kind, count, (seed, name)) for kind in settings]


# %% tags=["hide-input"]
drawn = draw(networks, "slopes")
parted = several_kinds.all_distances(drawn, rates)
fitted = {name: limit_slope(rates, parted[name]) for name in FIELDS}
total = networks * len(settings)
kinds = (dict.fromkeys(each) for each in zip(*settings, strict=True))
kinds = ", ".join(" and ".join(each) for each in kinds)
kinds = kinds.replace("squared", "squared loss")
say(networks_in_all=total, power_next=fitted["next order"].mean())
say(power_without=fitted["modified loss, no bracket"].mean())
say(power_bracket=fitted["with the bracket"].mean())

# %% [markdown]
# ## Claim
#
# Task $i$ has loss $L_i(\theta)$, gradient $g_i = \nabla L_i$ and Hessian $H_i = \nabla^2 L_i$. A *round* is one
# step on each task in turn, all with rate $h$. We write $f_i = -g_i$.
#
# :::{prf:theorem} Continual modified equation (Eq. 8 of Paper B; B.T2)
# :label: thm-continual-modified-equation
#
# Let $L_1, L_2$ be three times continuously differentiable. The step $\theta \mapsto \theta - h g_1(\theta)$ followed by
# $\theta \mapsto \theta - h g_2(\theta)$ is, up to $O(h^3)$, the flow for the time $h$ of
#
# $$\begin{aligned}
# \dot\theta &= -\nabla\Bigl[L_1 + L_2 + \tfrac h4 \bigl(\|g_1\|^2 + \|g_2\|^2\bigr)\Bigr] + \tfrac h2\,[g_1, g_2], \\
# [g_1, g_2] &= H_2 g_1 - H_1 g_2 .
# \end{aligned}$$
# :::
#
# :::{prf:theorem} Next order (ours in this form; O.8, next check 3 of Paper B)
# :label: thm-continual-next-order
#
# Let $L_1, L_2$ be four times continuously differentiable. Adding
#
# $$
# \begin{aligned}
# h^2\Bigl\{ &\textstyle\sum_i \tfrac1{12}\bigl(f_i''(f_i, f_i) + 4 f_i'f_i'f_i\bigr) - \tfrac14 [f_1'f_1, f_2] - \tfrac14 [f_1, f_2'f_2] \\
# &{}+ \tfrac1{12}\bigl([f_1,[f_1,f_2]] + [f_2,[f_2,f_1]]\bigr)\Bigr\}
# \end{aligned}
# $$
#
# makes the error $O(h^4)$. Here $[a, b] = b'a - a'b$, so that $[f_1, f_2] = [g_1, g_2]$.
# :::
#
# The series behind both is classical {cite}`hairer2006`. That the bracket decides which order of two tasks serves a target better is used by
# {cite:t}`rukhovich2025`, and for rankings of dozens of tasks by {cite:t}`sweeney2026`.
#
# ## Derive
#
# **Step 1. Two steps, expanded.** Two parameters and *arbitrary* vector fields are enough to see every term.
# We write the end point of the round as a power series of $h$.

# %%
x, y, h = sp.symbols("x y h")
point = sp.Matrix([x, y])
f1 = sp.Matrix([sp.Function("a")(x, y), sp.Function("b")(x, y)])
f2 = sp.Matrix([sp.Function("c")(x, y), sp.Function("d")(x, y)])


def along(field, v):
    return v.jacobian(point) * field  # the derivative v'f


order_1 = f1 + f2
order_2 = along(
    f1, f2
)  # the second step starts where the first one ended: f2(θ + h f1) = f2 + h f2'f1 + ...
Math(r"\theta_2 = \theta + h\,(f_1 + f_2) + h^2\, f_2' f_1 + O(h^3)")

# %% [markdown]
# **Step 2. A flow, expanded.** The flow of $\tilde f = \tilde f_0 + h \tilde f_1$ for the time $h$ moves $\theta$ by
# $h \tilde f + \tfrac{h^2}2 \tilde f' \tilde f + O(h^3)$.
#
# **Step 3. Match the powers.** Order $h$ gives $\tilde f_0 = f_1 + f_2$; order $h^2$ then gives $\tilde f_1$.

# %%
field_0 = order_1
field_1 = sp.expand(order_2 - along(field_0, field_0) / 2)
Math(r"\tilde f_1 = f_2'f_1 - \tfrac12 (f_1 + f_2)'(f_1 + f_2)")

# %% [markdown]
# **Step 4. Collect.** Half of $f_2'f_1 - f_1'f_2$ is the bracket; what remains are the terms of the single tasks.

# %%
bracket = along(f1, f2) - along(f2, f1)
flatness = -(along(f1, f1) + along(f2, f2)) / 2
checks.require(
    sp.expand(field_1 - flatness - bracket / 2) == sp.zeros(2, 1),
    "order h must be the single-task terms and half of the bracket",
)
package = flow.modified_series(2, 1).evaluate(1, [f1, f2], [x, y])
checks.require(
    sp.expand(field_1 - package) == sp.zeros(2, 1), "order h must be the package's"
)
Math(r"\tilde f_1 = -\tfrac12 (f_1'f_1 + f_2'f_2) + \tfrac12 [f_1, f_2]")

# %% [markdown]
# **Step 5. Which part is a gradient?** With $f_i = -\nabla L_i$ the single-task part is
# $-\nabla\bigl(\|g_1\|^2 + \|g_2\|^2\bigr)/4$.
# The bracket is not: a gradient field has no curl, and its curl is not zero.

# %%
L1, L2 = sp.Function("L_1")(x, y), sp.Function("L_2")(x, y)


def nabla(L):
    return sp.Matrix([L.diff(x), L.diff(y)])


losses = {
    **dict(zip(f1, -nabla(L1), strict=True)),
    **dict(zip(f2, -nabla(L2), strict=True)),
}
squares = sum((g.T * g)[0] for g in (nabla(L1), nabla(L2)))
checks.require(
    sp.expand(flatness.subs(losses).doit() + nabla(squares) / 4) == sp.zeros(2, 1),
    "the single-task part must be the gradient of the squared gradients",
)


def curl(v):
    return sp.expand(v[1].diff(x) - v[0].diff(y))


curl_of_bracket = curl(bracket.subs(losses).doit())
example = curl_of_bracket.subs({L1: x**2 / 2, L2: (x + y) ** 2 / 2}).doit()
display(
    Math(
        rf"\text{{curl of }}[g_1, g_2]\text{{ for }}L_1 = \tfrac12 x^2,\ L_2 = \tfrac12 (x + y)^2:\quad {sp.latex(example)}"
    )
)
checks.require(example != 0, "the bracket of the example must have a curl")

# %% [markdown]
# **Step 6. Any number of tasks, any order.** The same comparison, done once and for all: a step is the exponential of
# its own modified field,
# and the Baker–Campbell–Hausdorff series multiplies exponentials. `flow.modified_series` does this in the free Lie
# algebra. The coefficient
# of $h^2$ is the theorem above. (The engine is derived in [](modified-equation).)

# %%
series = flow.modified_series(2, 2)
display(series)
f = sp.symbols("f_{1} f_{2} f_{1}'f_{1} f_{2}'f_{2}", commutative=False)

twelfth = sp.Rational(1, 12)
brackets = -(Commutator(f[2], f[1]) + Commutator(f[0], f[3])) / 4 + twelfth * (
    Commutator(f[0], Commutator(f[0], f[1]))
    + Commutator(f[1], Commutator(f[1], f[0]))
)
single = sum(
    (
        flow.modified_series(1, 2)
        .term(2)
        .subs(
            {
                s: sp.Symbol(s.name.replace("f", f"f_{{{i}}}"), commutative=False)
                for s in flow.modified_series(1, 2).term(2).free_symbols
            }
        )
        for i in (1, 2)
    ),
    sp.Integer(0),
)
checks.require(
    sp.expand(series.term(2) - brackets.expand(commutator=True) - single) == 0,
    "order h^2 must be the brackets of the theorem and the single-task terms",
)

# %% [markdown]
# Four more lines of the same, for the curious: three tasks to order $h$. Every pair leaves its bracket, the earlier task first.

# %%
display(flow.modified_series(3, 1))

# %% [markdown]
# ## Look
#
# With sliders for step and angle: {doc}`explore-flows`.
#
# Two quadratic bowls whose axes do not agree. Go along the first field, then the second; or the other way round. The
# little parallelogram does
# not close. The gap is $h^2 [g_1, g_2]$, drawn as an arrow from the same formula, not from the paths.

# %% tags=["hide-input"]
step = 0.9
walked = parallelogram(step)
hues = ("grey", "blue", "green", "purple", "red")
palette = dict(zip(FIELDS, hues, strict=True))

# %% tags=["hide-input", "lead"]
axes = r"$\theta_1$", r"$\theta_2$"
left, ax = page.panel("Two orders, two end points", *axes, aspect="equal")
hues = (C["blue"], C["orange"])
for loss, color in zip(walked.bowls, hues, strict=True):
    style = {"colors": color, "levels": 7, "linewidths": 0.7, "alpha": 0.55}
    page.landscape(ax, loss, (-1.6, 1.4), (-0.6, 1.6), **style)
for (order, walk), style in zip(walked.walks.items(), ("-", "--"), strict=True):
    for leg, k in zip(pairwise(walk), order, strict=True):
        ax.plot(*np.stack(leg).T, style, color=hues[k], linewidth=3)
    ax.plot(*walk[-1], "o", color=C["green"], markersize=7)
(start, _, first), (_, _, second) = walked.walks.values()
arrow = {"arrowstyle": "-|>", "color": C["red"], "lw": 2.5}
ax.annotate("", first, first - walked.gap, arrowprops=arrow)
near, middle = {"textcoords": "offset points"}, first - walked.gap / 2
ax.annotate("$h^2[g_1,g_2]$", middle, (8, -2), color=C["red"], **near)
ax.annotate("start", start, (5, 3), **near)
ax.annotate("1, then 2", first, (-8, -4), ha="right", **near)
ax.annotate("2, then 1", second, (-4, -18), **near)
words = {"title": "Slopes", "xlabel": "rate × largest curvature"}
words["ylabel"] = "distance after a round"
look = {"colors": palette, "styles": {"bracket with the wrong sign": ":"}}
look |= {"spread": (0.1, 0.9), "fit": limit_slope}
lowest = min(v.min() for v in parted.values()) / 3e3  # room for the legend
right = slopes(rates, parted, **words, **look, ylim=(lowest, None))
right.axes[0].legend(fontsize=9, loc="lower right")
figures.show(
    [left, right],
    name="bracket-parallelogram-and-slopes",
    caption=f"(a) two steps in either order from one start (solid: task 1 first; dashed: task 2 first), rate {step}. On quadratics the gap is "
    f"exactly $h^2[g_1, g_2]$. (b) distance between one round and the flow of each field, {total} random networks ({kinds}), "
    f"geometric mean and 10–90 % range; the legend gives mean slopes in the limit of small rates. It shows the distance after "
    f"one round, not how the distance grows over many.",
    alt=f"(a) a parallelogram of two gradient steps that fails to close. (b) log-log lines of slopes {', '.join(f'{one.mean():.1f}' for one in fitted.values())}.",
)

# %% [markdown]
# ## Check
#
# The slope in the limit of small rates, mean over the networks, must be within 0.1 of the whole number the theorem
# says. The wrong sign must fail.

# %%
off = {name: float(np.abs(fitted[name].mean() - EXPECTED[name])) for name in FIELDS}
without = ("bracket with the wrong sign", "modified loss, no bracket")
steepest = max(float(fitted[name].max()) for name in without)
n = f"{total} networks × {len(rates)} rates"
what = "|mean slope − 3| with the bracket"
evidence.record("B.T2", "slopes", what, off["with the bracket"], "<", 0.1, n=n)
check = "wrong sign and no bracket fail"
what = "largest slope without the right bracket"
evidence.record("B.T2", check, what, steepest, "<", 2.5, n=n)
for claim in ("O.8", "B.C3"):
    check, what = "two tasks, slopes of order h²", "|mean slope − 4|"
    evidence.record(claim, check, what, off["next order"], "<", 0.1, n=n)

# %% [markdown]
# **Is the bracket still what matters?** Paper B asks whether higher orders outweigh it. We compare the lengths of the
# terms of the modified field on the same networks.

# %% tags=["hide-input"]
asked = several_kinds.dominance(draw(max(25, networks), "lengths"))
crossing, earliest, latest = np.quantile(asked.equal_at, [0.5, 0.1, 0.9])
say(equal_rate=crossing, equal_least=earliest, equal_most=latest)
say(networks_asked=len(asked.part), bracket_percent=100 * np.median(asked.part))

# %% [markdown]
# The order-$h^2$ term becomes as long as the bracket term at a rate of **{glue:text}`equal_rate:.2g`** over the
# largest curvature (median of {glue:text}`networks_asked` networks;
# 10–90 %: {glue:text}`equal_least:.2g` to {glue:text}`equal_most:.2g`). Below that the bracket dominates; gradient
# descent itself is stable up to 2. The bracket makes up
# {glue:text}`bracket_percent:.0f` % of the order-$h$ correction.

# %% tags=["hide-input"]
longer = asked.longer([0.1, 0.3, 0.5, 1.0, 1.6])
words = "rate × curvature is below about 0.3 (as a term of the field; of the forgetting of one step it is the largest at every stable rate)"
when = evidence.tested(longer, "rate <= 0.3", lambda at: at.longer.min(), words)
check = "bracket against the order h²"
what = "smallest share of networks in which the bracket term is longer, over rates"
n = f"{len(asked.part)} networks × {len(longer)} rates"
evidence.record("B.C3", check, what, when.inside, ">", 0.5, n=n, when=when)

# %% [markdown]
# ## Do the two orders part by the bracket?
#
# Paper B says that the bracket captures how far two flows are from commuting (B.K3). Write $\theta_{12}$ for the end
# point of task 1 first, $\theta_{21}$ for task 2 first.
#
# :::{prf:theorem} Commuting (classical; B.K3)
# :label: thm-bracket-commute
#
# Let $L_1, L_2$ be three times continuously differentiable. For two steps, and likewise for two gradient flows of
# time $h$ each, $\theta_{12} - \theta_{21} = h^2 [g_1, g_2] + O(h^3)$, the bracket taken at the start. Where the
# flows exist, they commute from every start and for all times if and only if the
# bracket vanishes everywhere.
# :::
#
# The first half is Step 1 above, once for each order; the order-$h^2$ term of a single flow or step drops out of the
# difference. The second half is a standard fact of differential geometry: if the bracket vanishes, each flow carries
# the other field into itself. Two things the theorem does *not* say.
# The bracket at *one point* decides nothing beyond order $h^2$; and *steps* need not commute where flows do. One
# parameter is enough to see both.

# %%
X, c = sp.symbols("x c")
g = sp.Function("g")(X)
flow_gap = h - h / (1 - h**2)
at_one_point = sp.series(flow_gap, h, 0, 4).removeO().coeff(h, 3)
# f1 = x² and f2 = 1 from x = 0: f1 rests there, and its flow takes h to h/(1 − h²).
bracket_at_start = (0 * X**2 - sp.diff(X**2, X) * 1).subs(X, 0)
checks.require(
    bracket_at_start == 0, "the bracket of the example must vanish there"
)


def step_of(rate, z):
    """θ − h a g(θ), expanded to order h³ around x."""
    moved = z - X
    taylor = g + g.diff(X) * moved + g.diff(X, 2) * moved**2 / 2
    return z - h * rate * taylor


# g1 = g and g2 = c g: the bracket vanishes everywhere, the flows commute.
checks.require(
    sp.expand(c * g.diff(X) * g - g.diff(X) * c * g) == 0,
    "the bracket of a field and a multiple of it must vanish",
)
step_gap = sp.expand(step_of(c, step_of(1, X)) - step_of(1, step_of(c, X)))
leading = sp.factor(step_gap.coeff(h, 3))
checks.require(
    all(sp.expand(step_gap.coeff(h, k)) == 0 for k in (0, 1, 2)),
    "the gap of the two orders must begin with h^3",
)
checks.require(
    sp.simplify(leading - c * (c - 1) * g**2 * g.diff(X, 2) / 2) == 0,
    "the coefficient of h^3 must be c(c - 1)/2 g^2 g''",
)
Math(
    r"\begin{aligned} & \text{flows, bracket zero at the start: }"
    rf"{sp.latex(at_one_point)}\,h^3; \\ "
    r"& \text{steps on } g \text{ and } c\,g\text{, bracket zero everywhere: }"
    r"\tfrac{c(c-1)}2\, g^2 g''\, h^3 \end{aligned}"
)

# %% [markdown]
# **Networks.** The gap of the two orders, and what is left of it after $h^2[g_1, g_2]$ is taken away: the first must
# have slope 2, the second slope 3, for steps and for flows.

# %% tags=["hide-input"]
gap_rates, ways = [0.02, 0.04, 0.08, 0.2, 0.5], ("steps", "flows")
apart = several_kinds.all_order_gaps(drawn, gap_rates)


def smallest_three(x, y):
    return limit_slope(x[:3], y[:3])


rest_power = {way: smallest_three(gap_rates, apart[way].left_over) for way in ways}
for way in ways:
    missed = 100 * apart[way].missed
    middle, low, high = np.quantile(missed[0], [0.5, 0.1, 0.9])
    say(**{f"{way}_missed": middle, f"{way}_low": low, f"{way}_high": high})
    say(**{f"{way}_missed_late": np.median(missed[-1])})
    say(**{f"{way}_power": mean_interval(rest_power[way]).words(".2f")})
say(gap_rate=gap_rates[0], gap_rate_late=gap_rates[-1])

# %% tags=["hide-input"]
curves, words = {}, {"title": "Task 1 first, or task 2 first"}
for way, found in apart.items():
    curves |= {f"gap, {way}": found.gap, f"left over, {way}": found.left_over}
words |= {"xlabel": "rate × largest curvature", "ylabel": "distance"}
look = {"colors": dict(zip(curves, ("blue", "green") * 2, strict=True))}
look["styles"] = dict(zip(curves, ("-", "-", "--", "--"), strict=True))
left = slopes(gap_rates, curves, **words, **look, fit=smallest_three)
words = "What the bracket misses", "rate × largest curvature", "left over / gap"
log = {"xscale": "log", "yscale": "log", "numbers": gap_rates}
right, ax = page.panel(*words, dashed=1, **log)
for way, color, line in (("steps", "orange", "-o"), ("flows", "purple", "--s")):
    style = {"line": line, "markersize": 4, "within": 0.8}
    missed = apart[way].missed.T
    page.quartiles(ax, gap_rates, missed, color=color, label=way, **style)
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="bracket-two-orders",
    caption=f"(a) distance between the end points of the two orders, and what is left of it without $h^2[g_1, g_2]$; {total} random networks, geometric mean; the legend gives mean slopes in the limit of small rates. "
    "(b) the part of the gap that the bracket misses, median and 10–90 % range; above the dashed line the bracket is no help. One round from random parameters.",
    alt=f"(a) lines of slope {smallest_three(gap_rates, apart['steps'].gap).mean():.1f} for the gap and {rest_power['steps'].mean():.1f} for what is left over. (b) the missed share against the rate.",
)

# %% [markdown]
# At {glue:text}`gap_rate` over the curvature the bracket misses {glue:text}`steps_missed:.1f` % of the gap of two
# steps (median; 10–90 % of the networks: {glue:text}`steps_low:.1f` to {glue:text}`steps_high:.1f` %) and
# {glue:text}`flows_missed:.1f` % of that of two flows ({glue:text}`flows_low:.1f` to {glue:text}`flows_high:.1f` %).
# What is left over falls like a power of $h$: {glue:text}`steps_power` for steps and {glue:text}`flows_power` for
# flows (95 % intervals).
# At {glue:text}`gap_rate_late` the bracket misses {glue:text}`steps_missed_late:.0f` % and
# {glue:text}`flows_missed_late:.0f` %.

# %% tags=["hide-input"]
for way in ways:
    check = f"gap of two {way} less h²[g₁,g₂], slope"
    error = float(np.abs(rest_power[way].mean() - 3))
    n = f"{total} networks × 3 rates"
    evidence.record("B.K3", check, "|mean slope − 3|", error, "<", 0.15, n=n)
check = "bracket zero at the start, flows that do not commute"
when = evidence.Assumed(
    "it is taken everywhere; at a single point it gives the gap to leading order only"
)
how, size = {"n": "exact", "when": when}, abs(at_one_point)
evidence.record("B.K3", check, "|gap| / h³", size, ">", 0, **how)

# %% [markdown]
# ## Does the bracket disturb flatness?
#
# Paper B says the bracket *can disrupt* the flatness term (B.M2). The flatness term pulls along $-\nabla \Psi$ with
# $\Psi = \|g_1\|^2 + \|g_2\|^2$. The bracket moves $\Psi$ at the rate
# $\tfrac h2 \langle \nabla \Psi, [g_1, g_2]\rangle$. There is no reason for a sign: swapping the tasks flips it. We
# measure it relative to the pull of the flatness term itself, $-\tfrac h4\|\nabla \Psi\|^2$.

# %% tags=["hide-input"]
LEARNED = 300  # steps on both tasks together
disturbed = disruption(draw(25 * networks, "disruption"), LEARNED)
ratio, count = disturbed.drawn, len(disturbed.drawn)
undone = (ratio > 0).mean()
share_drawn, share_trained = disturbed.outweighed().part
say(against_percent=100 * undone, outweighs_percent=100 * share_drawn.value)
say(outweighs_low=100 * share_drawn.low, outweighs_high=100 * share_drawn.high)
say(steps_together=LEARNED, outweighs_trained=100 * share_trained.value)

words = "push of the bracket / pull of the flatness term", "networks"
left, ax = page.panel("Against flatness, or for it", *words)
bins = np.linspace(-2, 2, 33)
ax.hist(np.clip(ratio, -2, 2), bins=bins, color=C["blue"], alpha=0.8)
ax.axvline(0, color=figures.INK, linewidth=1)
style = {"color": "red", "height": 0.9, "shift": (4, -8)}
page.mark(ax, 1, "flatness term\nundone", **style)
figures.show(
    left,
    name="bracket-against-flatness",
    caption=f"How fast the bracket increases $\\|g_1\\|^2 + \\|g_2\\|^2$, relative to how fast the flatness term decreases it, at {count} random starting points (clipped to ±2). "
    f"Right of the dashed line the bracket outweighs the flatness term. It shows one instant at random parameters; the text has the share of trained networks.",
    alt=f"A histogram with {undone:.0%} of the networks right of zero and {share_drawn.value:.1%} right of one.",
)

# %% [markdown]
# The bracket works against flatness in {glue:text}`against_percent:.0f` % of the networks and for it in the others;
# it outweighs the flatness term in
# **{glue:text}`outweighs_percent:.1f` %** (95 % interval {glue:text}`outweighs_low:.1f` to
# {glue:text}`outweighs_high:.1f` %), and after {glue:text}`steps_together` steps on both tasks in
# **{glue:text}`outweighs_trained:.0f` %**: near the end the flatness term has little left to do, and the bracket has.
# Neither order is at fault in itself: the reverse order does the opposite, always.

# %% tags=["hide-input"]
n, curled = f"{count} networks", abs(example)
check = "a loss that contains the bracket"
what = "curl of the bracket; a gradient has none"
evidence.record("B.K1", check, what, curled, "==", 0, n="exact")
check, what = "the bracket has a curl", "curl of the bracket of two quadratics"
evidence.record("B.M2", check, what, curled, ">", 0, n="exact")
check = "one order opposes flatness, the other helps it"
what, alike = "networks in which both orders do the same", disturbed.same_side
evidence.record("B.M2", check, what, alike, "==", 0, n=f"{n}, both orders")
check = "the bracket outweighs flatness"
level = evidence.level("B.M2", check)  # of two shares, one side each
shares = disturbed.outweighed(1 - level)
words = "training has gone on for a while; at random parameters one of two orders opposes flatness, but seldom outweighs it"
short = "where == 'trained'"
when = evidence.tested(shares, short, lambda rows: rows.part.iloc[0], words)
what = f"share of networks in which it does, after {LEARNED} steps on both tasks"
n = f"{n}; beyond, the same at random parameters"
evidence.record("B.M2", check, what, when.inside, ">", 0.05, n=n, when=when)

# %% [markdown]
# ## How far does it reach?
#
# **Many rounds.** Over a fixed time the number of rounds grows like $1/h$, so one power of $h$ is lost: slopes 1 and
# 2 instead of 2 and 3. **Large rates.** Panel b starts where the series
# still makes sense and ends where it does not.

# %% tags=["hide-input"]
names = ["modified loss, no bracket", "with the bracket"]
duration, round_counts, large = 1.0, [10, 20, 40], [0.1, 0.2, 0.4, 0.8, 1.6]
found = reach(drawn[0], round_counts, large, names, duration)
steps = duration / np.array(round_counts)
off_course = found["with the bracket"].off
early, late = (float(np.median(off_course[i])) for i in (0, -1))
good = found["with the bracket"].good_up_to(large, 0.05)
say(good_up_to=good, networks_followed=networks)
for word, i in (("early", 0), ("late", -1)):
    row = 100 * off_course[i]
    say(**{f"rate_{word}": large[i], f"off_{word}": np.median(row)})
    say(**{f"off_{word}_least": row.min(), f"off_{word}_most": row.max()})

# %% tags=["hide-input"]
words = {"title": "Many rounds: one power less", "xlabel": "rate × curvature"}
words["ylabel"] = f"distance at time {duration:g}"
after = {name: found[name].after for name in names}
left = slopes(steps, after, **words, colors=palette, fit=limit_slope)
words = "Large rates", "rate × curvature", "error / length of the round"
right, ax = page.panel(*words, xscale="log", yscale="log")
for name in names:
    middle = np.median(found[name].off, axis=1)
    ax.plot(large, middle, "-o", color=C[palette[name]], label=name)
page.mark(ax, 2, "descent\nunstable", shift=(-52, 0))
ax.axhline(0.05, color=C["grey"], linestyle=":")
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="bracket-range",
    caption=f"(a) distance at the fixed time {duration:g} after {round_counts[0]} to {round_counts[-1]} rounds, geometric mean of {networks} {settings[0][0]} networks, {settings[0][1]} loss; legend: slopes. (b) error of one "
    f"round relative to its length (median of the same networks), up to rates where descent is close to unstable; dotted: 5 %. Neither figure says where the gradient flow ends up in the long run.",
    alt=f"(a) two lines of slopes {' and '.join(f'{limit_slope(steps, one).mean():.1f}' for one in after.values())}. (b) two rising lines.",
)

# %% [markdown]
# With the bracket the error of a round stays below 5 % of its length up to a rate of **{glue:text}`good_up_to:.2f`**
# over the curvature.
# At a rate of {glue:text}`rate_early` it is {glue:text}`off_early:.2g` % ({glue:text}`off_early_least:.2g` to
# {glue:text}`off_early_most:.2g` % over the {glue:text}`networks_followed` networks),
# at {glue:text}`rate_late` {glue:text}`off_late:.2g` % ({glue:text}`off_late_least:.2g` to {glue:text}`off_late_most:.2g` %).

# %% tags=["hide-input"]
n = f"{networks} networks"
what = f"relative error of a round at rate × curvature = {large[0]}, with bracket"
when = evidence.Assumed("rate × largest curvature is below about 1/2")
check = "range of the rate"
evidence.record("B.S1", check, what, early, "<", 0.05, n=n, when=when)
check = "large rates break the continual equation"
what = "relative error of a round at rate × curvature = 1.6"
evidence.record("B.B1a", check, what, late, ">", 0.05, n=n)

# %% [markdown]
# ## Break
#
# **A kink.** With ReLU the gradient jumps. Between kinks everything above holds with the derivatives of the linear
# piece; if a step crosses a kink, the bracket does not know, and one round costs an error of the order $h^2$ again,
# for the few rounds that cross. **Drift.** The paper says that the bracket is negligible if the data change smoothly
# (B.B2a), and may be large for independent tasks (B.B2b). Both statements can be made exact.
#
# :::{prf:proposition} Drift (ours; B.B2a)
# :label: prop-drift
#
# Let the loss change in a straight line over $T$ steps, $L_t = L_1 + \tfrac{t-1}{T-1}(L_T - L_1)$. Neighbouring
# brackets are $[g_t, g_{t+1}] = \tfrac1{T-1}[g_1, g_T]$, but the sum over all pairs, which is what the
# modified equation of the whole stream contains, is $\tfrac{T(T+1)}6\,[g_1, g_T]$. If instead the first half of the
# steps were taken on $L_1$ and the second half on $L_T$, it would be $\tfrac{T^2}4\,[g_1, g_T]$.
# :::

# %%
t, s, T = sp.symbols("t s T", positive=True, integer=True)
weight = (s - t) / (
    T - 1
)  # [g_t, g_s] = (s − t)/(T − 1) [g_1, g_T], by bilinearity and antisymmetry
smooth = sp.factor(sp.summation(sp.summation(weight, (s, t + 1, T)), (t, 1, T)))
checks.require(
    sp.simplify(smooth - T * (T + 1) / 6) == 0,
    "the sum over the pairs of a straight line must be T(T + 1)/6",
)
abrupt = T**2 / 4
kept = sp.limit(smooth / abrupt, T, sp.oo)
checks.require(kept == sp.Rational(2, 3), "two thirds of the sum must remain")
Math(
    rf"\sum_{{t<s}} [g_t, g_s] = {sp.latex(smooth)}\,[g_1, g_T], \qquad \text{{smooth over abrupt}} \to {sp.latex(kept)}"
)

# %% tags=["hide-input"]
streams, drifting = 12, 100
data = independent_data.independent_data(streams, drifting, seed)
network = independent_data.NETWORK
speeds = np.array([0.2, 0.1, 0.05, 0.025])
seen = drift.stream_brackets(network, *data.streams, speeds)
kept, kept_least, kept_most = 100 * np.quantile(seen.kept, [0.5, 0.1, 0.9])
check = "bracket of neighbours against drift speed"
level = 1 - 2 * evidence.level("B.B2a", check)
drift_slope = mean_interval(limit_slope(speeds, seen.neighbours, axis=1), level)
say(drift_power=drift_slope.value, stream_length=drift.LENGTH)
say(drifting_streams=streams, kept_percent=kept)
say(kept_least=kept_least, kept_most=kept_most)
what = "exponent of the speed in the limit of slow drift"
when = evidence.Assumed(
    "only neighbouring tasks are compared (over a whole stream most of it remains: two thirds for a straight line of losses, more in networks)"
)
how = {"n": f"{streams} streams", "when": when}
evidence.record("B.B2a", check, what, drift_slope, ">", 0.9, **how)

# %% [markdown]
# With inputs and targets that move in a straight line the loss itself does not, yet the same happens: the bracket of
# neighbours shrinks in proportion to the speed of the drift
# (exponent in the limit of slow drift {glue:text}`drift_power:.2f`), while the sum over a stream of
# {glue:text}`stream_length` steps keeps **{glue:text}`kept_percent:.0f` %** of that of an abrupt change, more than
# the two thirds of a straight line of losses
# (10–90 %: {glue:text}`kept_least:.0f`–{glue:text}`kept_most:.0f` %, {glue:text}`drifting_streams` streams). Drift
# makes brackets small, not their sum.
#
# **Data that drift within a task.** The equations take a task for one loss. Suppose its data move while it is
# learned: over ten steps inputs and targets go a share
# of the way to unrelated ones. How far from the iterates is the flow that knows the first loss only (B.S1, and the
# warning of Paper B's design trade-offs, B.K7)?

# %% tags=["hide-input"]
drifts = np.array([0.0, 0.02, 0.05, 0.2, 0.5, 1.0])  # of the way to unrelated data
off_by_drift = drift.off_by_drift(network, *data.moving, drifts, rate=0.1)
by_drift = pd.DataFrame({"drift": drifts, "off": np.median(off_by_drift, axis=1)})
words = "data drift within a task by no more than a twentieth of the way to unrelated data"
when = evidence.tested(by_drift, "drift <= 0.05", lambda at: at.off.max(), words)
check, n = "data that drift within a task", f"{drifting} networks"
what = "median error over the way, ten steps at rate × curvature 0.1, largest of the drifts"
size = f"{n} × {len(drifts)} drifts"
evidence.record("B.S1", check, what, when.inside, "<", 0.05, n=size, when=when)
what = "error over the way with data that end unrelated, lowest tenth of networks"
lowest = float(np.quantile(off_by_drift[-1], 0.1))
evidence.record("B.K7", check, what, lowest, ">", 0.05, n=n)
what = "relative error of a round at rate × curvature = 1.6"
n = f"{networks} networks"
evidence.record("B.K7", "large rates", what, late, ">", 0.05, n=n)
rows = by_drift.itertuples()
words = [f"{row.off:.1%} at a drift of {row.drift:g}" for row in rows]
say(off_at_drifts=", ".join(words))

# %% [markdown]
# Error of the flow that takes the task for one loss, relative to the way gone (median): {glue:text}`off_at_drifts`.
# Slow drift costs in proportion to its size, not more.
#
# **Independent tasks.** Two meanings of the word give opposite answers. If the tasks use *disjoint parameters*,
# $H_2 g_1 = 0 = H_1 g_2$ and the bracket is exactly zero. If they share all parameters and their *data* are
# unrelated, the bracket is as large as it gets. We turn one dial from "same data" to "unrelated data". This also
# settles what the bracket measures: not "how much the flows span independent
# regions" (B.K2), for flows on disjoint parameters do just that and have none; but whether following one flow changes
# the other.

# %% tags=["hide-input"]
mixing = np.linspace(0, 1, 6)
unrelated = independent_data.independence(data, mixing, seed)
relative, more = unrelated.relative, unrelated.growths().growth[1].value
axes = "share of unrelated data in task 2", r"$\|[g_1,g_2]\|\,/\,\|g_1\|\|g_2\|$"
left, ax = page.panel("Shared parameters", *axes)
figures.band(ax, mixing, relative, color=C["blue"])
ax.set(ylim=(0, None))
figures.show(
    left,
    name="bracket-independent-tasks",
    caption=f"Relative size of the bracket as the second task's data become unrelated to the first's, {len(relative)} random tanh networks, mean and 95 % interval. With disjoint parameters it is {unrelated.disjoint:g} throughout. Random parameters; after 300 steps on task 1 it grows by {more:.2g}.",
    alt=f"A curve from {relative[:, 0].mean():.2g} for identical data to {relative[:, -1].mean():.2g} for unrelated data.",
)

# %% tags=["hide-input"]
check = "unrelated data, shared or disjoint parameters"
confidence = 1 - evidence.level("B.B2b", check)  # two means, drawn and trained
growth = evidence.tested(
    unrelated.growths(confidence),
    "parameters == 'shared'",
    lambda rows: min(rows.growth, key=lambda v: v.low),
    "parameters are shared (with disjoint parameters the bracket is zero)",
)
what = "bracket of two losses on disjoint parameters"
directions, zero = "flows that span independent directions", unrelated.disjoint
evidence.record("B.K2", directions, what, zero, ">", 0, n="exact")
what = "growth of the relative bracket, smaller of drawn and trained parameters"
n = f"{len(relative)} networks, drawn and after 300 steps on task 1"
evidence.record("B.B2b", check, what, growth.inside, ">", 0, n=n, when=growth)

# %% [markdown]
# ## Exercises
#
# :::{exercise}
# :label: ex-bracket-same
# Show that the bracket of a task with itself is zero, and that the bracket of two quadratic losses with Hessians $A_1$,
# $A_2$ and one common minimum at 0 is $(A_2A_1 - A_1A_2)\theta$.
# :::
#
# :::{solution} ex-bracket-same
# :class: dropdown
# $[g, g] = Hg - Hg = 0$. With $g_1 = A_1\theta$ and $g_2 = A_2\theta$: $H_2 g_1 - H_1 g_2 = A_2A_1\theta - A_1A_2\theta$. It
# vanishes for all $\theta$ if and only if the two bowls have common axes.
# :::
#
# :::{exercise}
# :label: ex-bracket-meaning
# *(A quick check question of Paper B.)* What does the Lie bracket of two gradient flows measure, and what does it not?
# :::
#
# :::{solution} ex-bracket-meaning
# :class: dropdown
# Whether it matters which flow is followed first: to leading order the two end points differ by $h^2[g_1, g_2]$, and
# the flows commute if and only if the bracket is zero everywhere. It is $H_2 g_1 - H_1 g_2$: how following one flow
# turns the field of the other. It does not measure how different the tasks are: on disjoint parameters two unlike
# tasks have none, and one zero at a single point does not make flows commute.
# :::
#
# :::{exercise}
# :label: ex-bracket-palindrome
# Predict with one line of code what happens to the bracket if every other round is run backwards: 1, 2, 2, 1.
# :::
#
# :::{solution} ex-bracket-palindrome
# :class: dropdown
# `flow.modified_series(2, 1, schedule=[1, 2, 2, 1])` has no bracket: $[f_1,f_2] + [f_2,f_1] = 0$. See [](remedies).
# :::
#
# ## In one breath
#
# Two gradient steps are the flow of the modified loss *and* of the Lie bracket of the two gradients. Without the
# bracket the picture is wrong in the first power of $h$; with it, right to 5 % of a round up to a rate of about half
# the inverse curvature, more or less by network.
# It is also what the two orders of a round differ by, to leading order: at one point no more than that. The bracket
# has a curl, so no loss contains it; it works for or against flatness with equal chance, seldom outweighs it at
# random parameters and more often after training, and reversing the order reverses it. Drift makes single brackets
# small but keeps most of their sum.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
