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
# # What does gradient descent on several tasks really minimise?
#
# Descent on a sum of two losses also lowers $\|g_1 + g_2\|^2$, because a step does not see the slope change under it.
# The mixed part of
# that square, the *conflict term*, turns the gradients against each other, and so keeps the minimum of the sum where it is.
# Paper B calls the term detrimental; we ask what would happen without it.
#
# With the modified loss of Eq. 6 a step is off by $h$ to the power {glue:text}`power_whole:.2f` (mean of
# {glue:text}`networks_of_slopes` networks with a shared trunk and private heads). Take the conflict term away and it
# is $h$ to the power {glue:text}`power_without:.2f` again, no better than the plain gradient flow.

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 160  # pairs of tasks [5 to 400]
flow_steps = 120  # steps of each trajectory [30 to 400]
slope_networks = 12  # networks whose slopes are measured [1 to 20]

# %% tags=["hide-input"]
import numpy as np
import sympy as sp
import torch
from IPython.display import Math

from manytasks import checks, evidence, figures, flow, page, parameters
from manytasks.page import say
from manytasks.statistics import limit_slope, mean_interval
from manytasks.studies.dynamics import stalled_states
from manytasks.studies.dynamics.conflict_bowls import conflict_bowls
from manytasks.studies.dynamics.conflict_flows import aligned_pushes
from manytasks.studies.dynamics.conflict_sizes import conflict_of_copies, cosines
from manytasks.studies.dynamics.random_pairs import generator_of
from manytasks.studies.dynamics.steered import steered
from manytasks.studies.dynamics.trunk_and_heads import step_distances, trunk_pairs

parameters.check(In, globals())
parameters.require(
    slope_networks <= networks,
    f"slope_networks must be at most networks = {networks}; got {slope_networks}",
)
torch.set_num_threads(1)
C = figures.COLORS

# %% tags=["hide-input"]
generator = generator_of(seed, "tasks")
drawn = trunk_pairs(networks, generator, seed)
rates = np.array([0.04, 0.02, 0.01])
distance = step_distances(drawn, rates, slope_networks)
uneven, gentle = (0.7, 1.6), rates / 2  # α and β; larger losses, smaller rates
weighted = step_distances(drawn, gentle, slope_networks, uneven)
powers = {name: limit_slope(rates, rows) for name, rows in distance.items()}
of_weighted = {name: limit_slope(gentle, rows) for name, rows in weighted.items()}
say(power_whole=powers["modified loss (Eq. 6)"].mean())
say(power_without=powers["without the conflict term"].mean())
say(networks_of_slopes=slope_networks)

# %% [markdown]
# ## Claim
#
# Task $i$ has loss $L_i(\theta, \varphi_i)$: shared parameters $\theta$, a private head $\varphi_i$, together
# $\omega_i = (\theta, \varphi_i)$. Descent with rate $h$ minimises $\alpha L_1 + \beta L_2$.
#
# :::{prf:theorem} Multi-task modified loss (Eq. 6 of Paper B; B.T1)
# :label: thm-multitask-modified-loss
#
# Let $L_1, L_2$ be three times continuously differentiable. A step is, up to $O(h^3)$, the gradient flow for the time $h$ of
#
# $$\tilde L = \alpha L_1 + \beta L_2 + \underbrace{\tfrac{\alpha^2 h}4\|\nabla_{\omega_1}L_1\|^2 + \tfrac{\beta^2 h}4\|\nabla_{\omega_2}L_2\|^2}_{\text{flatness}} + \underbrace{\tfrac{\alpha\beta h}2 \langle\nabla_\theta L_1, \nabla_\theta L_2\rangle}_{\text{conflict}} .$$
# :::
#
# :::{prf:theorem} The conflict term keeps the minimum in place (ours; B.M1b)
# :label: thm-conflict-keeps-minimum
#
# 1. The conflict term alone never increases $\langle g_1, g_2\rangle$: along its flow the inner product falls at the
#    rate $\tfrac{\alpha\beta h}2\|\nabla\langle g_1, g_2\rangle\|^2$.
# 2. Flatness and conflict are together $\tfrac h4\|\alpha g_1 + \beta g_2\|^2 \ge 0$. At a stationary point of
#    $\alpha L_1 + \beta L_2$ this and its gradient vanish: every minimum stays where it is.
# 3. Without the conflict term it does not: a non-degenerate minimum with Hessian $H = \alpha H_1 + \beta H_2$ moves
#    by $-\tfrac h2 H^{-1}\bigl(\alpha^2 H_1 g_1 + \beta^2 H_2 g_2\bigr) + O(h^2)$, which is zero only if
#    $\alpha^2 H_1 g_1 = -\beta^2 H_2 g_2$.
# :::
#
# ## Derive
#
# **Step 1. One step on a weighted sum is one step on one loss.** So [](modified-equation) applies, with
# $L = \alpha L_1 + \beta L_2$ and all parameters together; three scalars $\theta, \varphi_1, \varphi_2$ stand for the
# three blocks.

# %%
theta, p1, p2, a, b, h = sp.symbols("theta phi_1 phi_2 alpha beta h")
M1, M2 = sp.Function("L_1")(theta, p1), sp.Function("L_2")(theta, p2)
variables = [theta, p1, p2]


def nabla(L):
    return sp.Matrix([L.diff(v) for v in variables])


def square(v):
    return (v.T * v)[0]


both_ = a * M1 + b * M2
modified = both_ + h / 4 * square(nabla(both_))
Math(r"\tilde L = L + \tfrac h4 \|\nabla L\|^2, \qquad L = \alpha L_1 + \beta L_2")

# %% [markdown]
# **Step 2. Expand the square.** $L_1$ does not know $\varphi_2$, nor $L_2$ $\varphi_1$: in the mixed term only the
# shared parameters are left.

# %%
flatness = a**2 * h / 4 * square(nabla(M1)) + b**2 * h / 4 * square(nabla(M2))
conflict = a * b * h / 2 * M1.diff(theta) * M2.diff(theta)
left_over = [sp.expand(modified - both_ - flatness - conflict)]
checks.require(
    left_over == [0],
    "loss, flatness and conflict terms must add up to the modified loss",
)
Math(rf"\text{{conflict}} = {sp.latex(conflict)}")

# %% [markdown]
# **Step 3. It is the package's field.** `flow.modified_series` gives the modified field of the weighted sum; to order
# $h$ it is $-\nabla\tilde L$.

# %%
series = flow.modified_series(1, 1)
field = sum(
    (h**k * series.evaluate(k, [-nabla(both_)], variables) for k in (0, 1)),
    sp.zeros(3, 1),
)
left_over += list(sp.expand(field + nabla(modified)))
checks.require(
    not any(left_over),
    "the package's field must be the negative gradient of the modified loss",
)
Math(r"f - \tfrac h2 f'f = -\nabla \tilde L")

# %% [markdown]
# **Step 4. Minima.** For the third part of our theorem we solve for the stationary point in powers of $h$: two
# quadratics with general Hessians, all parameters shared, the joint minimum at zero.

# %%
A = sp.Matrix(2, 2, sp.symbols("a11 a12 a12 a22"))
B = sp.Matrix(2, 2, sp.symbols("b11 b12 b12 b22"))
s, t = (
    sp.Matrix(sp.symbols("s1 s2")),
    sp.Matrix(sp.symbols("t1 t2")),
)  # gradients of L1 there, and the position
q1, q2 = (
    (t.T * A * t)[0] / 2 + (s.T * t)[0],
    (t.T * B * t)[0] / 2 - (a / b * s.T * t)[0],
)  # a g1 + b g2 = 0 at 0


def grad_t(L):
    return sp.Matrix([L.diff(v) for v in t])


joint = a * q1 + b * q2
pieces = {
    "flatness": h / 4 * (a**2 * square(grad_t(q1)) + b**2 * square(grad_t(q2))),
    "conflict": a * b * h / 2 * (grad_t(q1).T * grad_t(q2))[0],
}
at_zero = {
    name: sp.simplify(grad_t(piece).subs(dict.fromkeys(t, 0)))
    for name, piece in pieces.items()
}
checks.require(
    sp.simplify(at_zero["flatness"] + at_zero["conflict"]) == sp.zeros(2, 1),
    "at the minimum the gradients of both terms must cancel",
)
push = h / 2 * (a**2 * A * s + b**2 * B * (-a / b * s))
checks.require(
    sp.simplify(at_zero["flatness"] - push) == sp.zeros(2, 1),
    "the gradient of the flatness terms must be that of the theorem",
)
Math(
    r"\begin{aligned} & \nabla(\text{flatness}) = -\nabla(\text{conflict}) = \tfrac h2\,(\alpha^2 H_1 g_1 + \beta^2 H_2 g_2) \\ "
    r"& \text{at the minimum of } \alpha L_1 + \beta L_2 \end{aligned}"
)

# %% [markdown]
# ## Look
#
# Two tasks, two shared parameters. The same field with the conflict term removed, kept (Eq. 6, what descent does) or
# reversed. Only with the term kept does the flow end in the minimum of the sum.

# %% tags=["hide-input"]
step = 0.55
bowls = conflict_bowls(step)

# %% tags=["hide-input", "lead"]
hues, lines = ("grey", "blue", "red"), ("--", "-", ":")
looks = dict(zip(bowls.lines, zip(hues, lines, strict=True), strict=True))
axes = r"$\theta_1$", r"$\theta_2$"
left, ax = page.panel("Where the flows end", *axes)
style = {"levels": 12, "colors": C["grey"], "linewidths": 0.5, "alpha": 0.6}
page.landscape(ax, bowls.total, (-0.65, 0.15), (-0.8, -0.1), points=70, **style)
for name, (color, style) in looks.items():
    path = bowls.lines[name]
    ax.plot(*path.T, style, color=C[color], label=f"conflict term {name}")
    ax.plot(*path[-1], "o", color=C[color], markersize=6)
ax.plot(*bowls.steps.T, ".", color=C["orange"], markersize=9, label="descent")
star = {"color": C["green"], "markersize": 15, "label": "minimum of the sum"}
ax.plot(*bowls.minimum, "*", **star)
ax.legend(fontsize=9, loc="lower right")
words = "Slopes, shared trunk and private heads", "rate $h$"
log = {"xscale": "log", "yscale": "log", "numbers": rates}
right, ax = page.panel(*words, "distance after a step", **log)
for (name, apart), color in zip(distance.items(), hues, strict=True):
    label = f"{name}: {powers[name].mean():.2f}"
    ax.plot(rates, apart.mean(axis=1), "-o", color=C[color], label=label)
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="conflict-landscape",
    caption=f"(a) two quadratic tasks, rate {step}; contours of the sum. Descent (orange) follows the flow with the conflict term kept and ends in the minimum (star); the other two end elsewhere. (b) one step of {slope_networks} networks, with a shared trunk and a head for each task, "
    "against three flows; the legend gives slopes. Panel a has quadratic losses: networks can have many minima.",
    alt="(a) three paths on a landscape, only one ends in the star. (b) slopes of two, three and two.",
)

# %% tags=["hide-input"]
wrong = sum(term != 0 for term in left_over)
n = "the modified loss and its field, 3 parameters, any losses"
evidence.record("B.T1", "derivation", "terms left over", wrong, "==", 0, n=n)
whole, without = (
    np.concatenate([powers[name], of_weighted[name]])
    for name in ("modified loss (Eq. 6)", "without the conflict term")
)
error = float(np.abs(whole - 3).max())
check = "slopes, shared and private parameters"
n = f"{slope_networks} networks, α = β = 1 and α = {uneven[0]}, β = {uneven[1]}"
evidence.record("B.T1", check, "largest |slope − 3|", error, "<", 0.2, n=n)
steepest = float(without.max())
check = "without the conflict term the slope is 2"
evidence.record("B.T1", check, "largest slope", steepest, "<", 2.5, n=n)
kept, removed = bowls.resting["kept"], bowls.resting["removed"]
checks.below("distance of the rest from the minimum, term kept", kept, 1e-6)
checks.below("the same, against the term removed", kept, removed)
say(rest_kept=kept, rest_removed=removed)

# %% [markdown]
# With the term kept the flow ends {glue:text}`rest_kept:.0e` from the minimum of the sum; with the term removed,
# {glue:text}`rest_removed:.2f` away from it.
#
# ## Check: known alignment
#
# Paper B's first experiment: two tasks whose gradients stand at an angle we choose.
# $L_i = \tfrac12\theta^\top H_i\theta + \langle g_i, \theta\rangle$ with fixed Hessians and $\|g_1\| = \|g_2\| = 1$;
# the dial is the cosine. The analysis says that one step departs from the gradient flow by
# $-\tfrac{h^2}2\cdot\tfrac12\nabla\|g_1 + g_2\|^2$, of which
# $-\tfrac{h^2}2\nabla\langle g_1, g_2\rangle = -\tfrac{h^2}2(H_1 g_2 + H_2 g_1)$ is due to the conflict term. What is
# left after the flatness term is subtracted must be just that.

# %% tags=["hide-input"]
angles = np.linspace(-1, 1, 9)
measured = aligned_pushes(angles, generator)
off = float(np.abs(measured + 1).max())
say(push_over_predicted=-measured.mean(), push_off_percent=100 * off)
check = "push of the conflict term against its prediction"
what, n = (
    "largest |measured / predicted − 1| over cosines",
    f"{len(angles)} cosines",
)
evidence.record("B.E1", check, what, off, "<", 0.05, n=n)

# %% [markdown]
# Over all cosines from −1 to 1 the measured push of the conflict term is {glue:text}`push_over_predicted:.3f` times
# the predicted one (largest deviation {glue:text}`push_off_percent:.1f` %, which is of order $h$).
#
# ## Does it steer towards misaligned gradients?
#
# Networks with private heads follow the three flows from the same start. We look at equal *time* (the claim is about
# steering), at the inner product, at the cosine and at what it is for: the sum of the losses.

# %% tags=["hide-input"]
# The modified loss of rate 0.3, followed in small explicit steps.
rate = 0.3
flows = steered(drawn, rate, flow_steps)
clock, at, percent = flows.clock, flows.reading(1.5), flows.loss_in_percent
say(time_early=f"{clock[at]:g}", time_late=f"{clock[-1]:g}")
for fact, change in (
    ("product_change", flows.change("removed", "product")[at]),
    ("cosine_change", flows.change("removed", "cosine")[at]),
    ("loss_early", percent[at]),
    ("loss_late", percent[-1]),
):
    say(**{fact: mean_interval(change).words("+.2g")})

# %% tags=["hide-input"]
panels, inner = [], r"\langle\nabla_\theta L_1, \nabla_\theta L_2\rangle"
for observed, title, label in (
    ("product", "Inner product", f"${inner}$, change"),
    ("loss", "Training loss", r"$L_1 + L_2$, change"),
):
    figure, ax = page.panel(title, "time", label, zero=True)
    for name in ("removed", "reversed"):
        change = mean_interval(flows.change(name, observed).T)
        color, style = looks[name]
        words = f"{name}, minus kept"
        ax.plot(clock, change.value, style, color=C[color], label=words)
        ax.fill_between(clock, change.low, change.high, color=C[color], alpha=0.2)
    ax.legend(fontsize=9)
    panels.append(figure)
figures.show(
    panels,
    name="conflict-trajectories",
    caption=f"Difference between flows with the conflict term removed or reversed and the flow with it kept (rate {rate}), {networks} pairs of tasks, mean and 95 % interval. Above zero in a: without the term the gradients are more aligned. "
    "Above zero in b: without it training is slower. Random tasks, small networks, a fixed time.",
    alt="(a) the inner product is higher without the conflict term. (b) the difference in training loss.",
)

# %% [markdown]
# At time {glue:text}`time_early`, removing the term changes the inner product by {glue:text}`product_change`, the
# cosine by {glue:text}`cosine_change` and the training loss by {glue:text}`loss_early` % (95 % intervals);
# at time {glue:text}`time_late` the loss by {glue:text}`loss_late` %.


# %% tags=["hide-input"]
def one_sided(draws, check):
    """Interval whose either end errs with the share of its record."""
    return mean_interval(draws, 1 - 2 * evidence.level("B.M1b", check))


check, n = "steers towards misaligned gradients", f"{networks} pairs"
aligned = one_sided(flows.change("removed", "product")[at], check)
what = "inner product, term removed minus kept"
evidence.record("B.M1b", check, what, aligned, ">", 0, n=n)
check, slower = "slows training down", one_sided(percent[at], "slows training down")
what = f"training loss at time {clock[at]:g}, term removed minus kept, in percent"
when = evidence.Assumed(
    "training is at its start, where it costs less than 1 % of the loss; later the loss no longer differs, and at a minimum of the sum the term is what keeps it in place"
)
evidence.record("B.M1b", check, what, slower, "<", 0, n=n, when=when)

# %% [markdown]
# ## Can the conflict term stall learning?
#
# Paper B warns that learning may stall, or performance degrade, if the conflict term dominates (B.K5). The loss that
# matters is $L = \alpha L_1 + \beta L_2$; write $g$ and $H$ for its gradient and Hessian, $\mathrm{flat}$ for the flatness terms
# and $\mathrm{conf}$ for the conflict term.
#
# :::{prf:theorem} The conflict term cannot stall descent (ours; B.K5)
# :label: thm-conflict-no-stall
#
# Let $L_1, L_2$ be twice continuously differentiable. Along the flow of $\tilde L = L + \mathrm{flat} + \mathrm{conf}$
#
# $$-\frac{dL}{dt} = g^\top\bigl(I + \tfrac h2 H\bigr) g .$$
#
# If $H \succ -\tfrac2h I$, in particular at every rate with $h\,\|H\| < 2$, the loss falls wherever it can fall at
# all, however long $\nabla\,\mathrm{conf}$ is compared with $g$. And $|\mathrm{conf}| \le \mathrm{flat}$ if all parameters are shared.
# :::
#
# *Proof.* $\mathrm{flat} + \mathrm{conf} = \tfrac h4 \|g\|^2$, so $\nabla \tilde L = g + \tfrac h2 H g$. The inequality is
# $2\alpha\beta\,|\langle g_1, g_2\rangle| \le \alpha^2\|g_1\|^2 + \beta^2\|g_2\|^2$. $\square$
#
# The conflict term *can* be much longer than the gradient: near a minimum of the sum $g$ vanishes and
# $\nabla\,\mathrm{conf} = -\nabla\,\mathrm{flat}$ does not. We train networks on two tasks with the same inputs and unrelated targets, stop at
# several moments and ask, at each, how fast $L$ falls along the flow of $L + \mathrm{flat} + \mathrm{conf}$ (descent), of $L + \mathrm{flat}$ (the term
# removed), and of
# $L + \mathrm{conf}$ (the term alone, which no descent follows).

# %% tags=["hide-input"]
moments = [0, 10, 30, 100, 300, 1000]
stalled = stalled_states.stalled_states(drawn, rate, moments, seed)
speed, strong = stalled.speed, stalled.strong
parameters.require(
    strong.any(), f"networks = {networks} gave no state where the term is longer"
)
risers = stalled.risers
say(states_strong=strong.sum(), states=len(strong))
say(longest_term=speed.dominance.max(), slowest=speed.kept.min())
words = [f"{name}: {found.words('.0%')}" for name, found in risers.items()]
say(states_rise="; ".join(words))

# %% tags=["hide-input"]
words = r"$\|\nabla\,\mathrm{conf}\|\,/\,\|g\|$", r"$-\frac{dL}{dt}\,/\,\|g\|^2$"
left, ax = page.panel("How fast the loss falls", *words, xscale="log")
shown = {"alone": ("red", "^"), "removed": ("grey", "s"), "kept": ("blue", "o")}
for name, (color, marker) in shown.items():  # the term kept on top
    style = {"color": C[color], "markersize": 4, "alpha": 0.5, "label": name}
    ax.plot(speed.dominance, speed[name], marker, **style)
ax.axhline(0, color=figures.INK, linewidth=1)
ax.axvline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set_yscale("symlog", linthresh=1)
ax.margins(y=0.08)
ax.legend(title="conflict term", fontsize=9, title_fontsize=9)
figures.show(
    left,
    name="conflict-stall",
    caption=f"Speed at which the loss falls along three flows against the length of the conflict term over the gradient, rate {rate}; {networks} networks at {len(moments)} moments of training ({moments[0]} to {moments[-1]} steps), a dot for each. Below zero the loss rises. "
    "Right of the dashed line the term is longer than the gradient. An instant, not a whole training.",
    alt=f"Dots against the relative length of the conflict term. Right of one, the share below zero is {risers['kept'].value:.0%} with the term kept, {risers['removed'].value:.0%} removed, {risers['alone'].value:.0%} alone.",
)
check = "conflict term longer than the gradient, flow of the modified loss"
what, n = "share of states in which the loss rises", f"{strong.sum()} states"
evidence.record("B.K5", check, what, risers["kept"].value, ">", 0, n=n)

# %% [markdown]
# In {glue:text}`states_strong` of {glue:text}`states` states the conflict term is longer than the gradient, up to
# {glue:text}`longest_term:.0f` times. Share of these in which the loss rises (95 % interval):
# {glue:text}`states_rise`.
# With the term kept the slowest of all states runs at {glue:text}`slowest:.2f` times the speed of the gradient flow.
#
# **At the edge of the theorem.** It needs $h\,\|H\| < 2$, the rates at which descent is stable. What lies beyond?
# Along $g$ the loss falls at the speed
# $1 + \tfrac h2\, g^\top H g / \|g\|^2$ whatever the rate; so we take the same states at rates on both sides.

# %% tags=["hide-input"]
products = [0.5, 1.0, 1.9, 4.0, 10.0, 30.0]  # h‖H‖
rising, bends = stalled.rising(products), stalled.bends
check = "the same states at unstable rates"
what = "most states, over rates, in which the term is longer than the gradient and the loss rises"
n = f"{len(bends)} states × {len(products)} rates, h‖H‖ up to {products[-1]:g}"
evidence.record("B.K5", check, what, max(rising), ">", 0, n=n)
# One bowl turned over, L₁ = L₂ = −x²/4: H = −1. At h = 4 the loss rises along the flow of the modified loss.
checks.below("speed of the loss beside the edge, one parameter", 1 + 4 / 2 * -1, 0)
words = [f"{k} at h‖H‖ = {p:g}" for k, p in zip(rising, products, strict=True)]
say(rising_at_rates=", ".join(words), lowest_bend=(bends[:, 0] / bends[:, 1]).min())

# %% [markdown]
# States of {glue:text}`states` in which the conflict term is longer than the gradient and the loss rises:
# {glue:text}`rising_at_rates`. For that the loss must bend down along its own gradient. Here the lowest curvature
# along the gradient is {glue:text}`lowest_bend:+.2f` of the largest in size.
# The edge is real all the same: on $L_1 = L_2 = -x^2/4$, which no training ends on, the loss rises at $h = 4$.
#
# ## Break
#
# *"If tasks have identical gradients, the conflict term vanishes"* (B.B1b). It does not:
# $\langle g, g\rangle = \|g\|^2$ is as large as an inner product can be. What vanishes for identical tasks is the
# *bracket* of [](bracket), and what vanishes here is the *misalignment*.

# %%
brackets = []
for i in range(slope_networks):
    (one, _), where = drawn.one(i)
    lie = flow.lie_bracket(one, one, where)
    brackets += [float(value.abs().max()) for value in lie.values()]
ratio = float(conflict_of_copies(drawn).mean())
what = f"conflict term / flatness terms (the bracket is {max(brackets):g})"
n = f"{networks} networks"
evidence.record("B.B1b", "identical losses", what, ratio, "<", 1e-9, n=n)
say(copies_ratio=ratio, copies_bracket=f"{max(brackets):g}")
say(cosine_of_different=cosines(drawn).mean())

# %% [markdown]
# For two copies of one task the conflict term is {glue:text}`copies_ratio:.3g` times the flatness terms, its largest
# possible value; for two different tasks the cosine is {glue:text}`cosine_of_different:+.2f` on average. The bracket
# of the copies is {glue:text}`copies_bracket`.

# %% [markdown]
# ## Exercises
#
# :::{exercise}
# :label: ex-conflict-disjoint
# What is the conflict term of two tasks that share no parameters?
# :::
#
# :::{solution} ex-conflict-disjoint
# :class: dropdown
# Zero: the inner product runs over shared parameters. Each task then has its own flatness term and nothing else.
# :::
#
# :::{exercise}
# :label: ex-conflict-sign
# Show that the conflict term can be negative at a minimum of the sum, and that it is never anything else there.
# :::
#
# :::{solution} ex-conflict-sign
# :class: dropdown
# At a minimum $\alpha g_1 = -\beta g_2$, so $\alpha\beta\langle g_1, g_2\rangle = -\alpha^2\|g_1\|^2 \le 0$ in the
# shared parameters: gradients at the end of multi-task training are always opposed, whatever the optimizer.
# :::
#
# ## In one breath
#
# The conflict term lowers the inner product of the task gradients, always. That is hardly damage, a fraction of a per
# cent of the early loss: together with the flatness terms it is $\tfrac h4\|\alpha g_1 + \beta g_2\|^2$, which asks
# the *sum* to be flat, and leaves its minima alone. Take it away, and the minimum moves. However long it is beside
# the gradient, at a stable rate it never stops the loss from falling; without it the loss can rise.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
