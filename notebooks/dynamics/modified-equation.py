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
# # What does gradient descent really follow?
#
# A step does not see the slope change under it, so the points of gradient descent lie on a curve that bends towards small gradients:
# with rate $h$, not on the gradient flow of $L$ but close to that of $L + \frac h4\|\nabla L\|^2$, and closer with every further power of $h$.
#
# After one step with rate {glue:text}`shown_rate:g`, a small network is {glue:text}`gap_0` away from the gradient flow, {glue:text}`gap_1` from the flow with one correction, {glue:text}`gap_2` with two and {glue:text}`gap_3` with three:
# the distance falls with the powers {glue:text}`slope_0:.2f`, {glue:text}`slope_1:.2f`, {glue:text}`slope_2:.2f` and {glue:text}`slope_3:.2f` of the rate.

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 200  # whose gradient norm is followed along flows [5 to 400]
flow_steps = 16  # of each of these flows; fewer are too coarse [8 to 100]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Math, display

from manytasks import checks, deep, evidence, figures, flow, page, parameters
from manytasks.page import percent, say
from manytasks.statistics import limit_slope
from manytasks.studies.dynamics import flatness_answers, kinks, shown_learner
from manytasks.studies.dynamics import one_task_steps as steps_of
from manytasks.studies.dynamics.flatness_networks import NETWORK, flatness_networks
from manytasks.studies.dynamics.flatness_sweep import FlatnessSweep
from manytasks.studies.dynamics.random_pairs import starts
from manytasks.studies.dynamics.step_reach import quadratic_errors, step_reach

parameters.check(In, globals())
torch.set_num_threads(1)
C = figures.COLORS
INKS = (C["grey"], C["blue"], C["green"], C["purple"])  # of orders 0 to 3

# %% tags=["hide-input"]
learner, small = shown_learner.shown_learner(seed), shown_learner.NETWORK
rates, orders = np.array([0.2, 0.1, 0.05, 0.025]), [0, 1, 2, 3]
gap = steps_of.step_gaps(learner.pairs, orders, rates)[..., 0]
slopes = limit_slope(rates, gap, axis=1)
say(shown_rate=rates[1], **{f"gap_{k}": page.number(gap[k, 1], 1) for k in orders})
say(**{f"slope_{k}": slopes[k] for k in orders})

# %% [markdown]
# ## Claim
#
# Write $f = -\nabla L$; $f'$ is its Jacobian, $f''(u, v)$ its second derivative in the directions $u$ and $v$. For a vector field $a$ let $D_a$ be the derivative along $a$: $D_a b = b'a$.
#
# :::{prf:theorem} The modified field of one step (ours in this form; O.8)
# :label: thm-modified-step
#
# Let $f$ be $k + 1$ times continuously differentiable, $k \ge 0$. There are unique fields $\tilde f_0, \dots, \tilde f_k$ such that the flow of $\tilde f = \sum_j h^j \tilde f_j$ for the time $h$ and the step $\theta \mapsto \theta + h f(\theta)$ differ by
# $O(h^{k+2})$. With $D = D_{\tilde f}$ they are given, power by power of $h$, by
#
# $$\tilde f = \frac{hD}{e^{hD} - 1} f = f - \tfrac12 hD f + \tfrac1{12} (hD)^2 f - \tfrac1{720} (hD)^4 f + \dots$$
# :::
#
# :::{prf:corollary} Implicit gradient regularization (known; the starting point of Paper B)
# :label: cor-gradient-regularization
#
# $\tilde f = -\nabla\bigl[L + \tfrac h4 \|\nabla L\|^2\bigr] + O(h^2)$: gradient descent is, to order $h$, the gradient flow of a loss that also asks for small gradients.
# :::
#
# :::{prf:theorem} No modified loss at the next order (ours in this form)
# :label: thm-no-modified-loss
#
# Let $L$ be four times continuously differentiable, $g = \nabla L$, $H = \nabla^2 L$ and $H' = \nabla^3 L[g]$, the derivative of $H$ along $g$. The coefficient of $h^2$ is
#
# $$\tilde f_2 = -\tfrac1{12}\nabla (g^\top H g) - \tfrac16 H^2 g ,$$
#
# and on a simply connected region it is the gradient of some function **if and only if** $HH' = H'H$ there. For quadratic losses that is so, to all orders; in general it is not.
# :::
#
# ## Derive
#
# **Step 1. Start with one parameter.** Let $f$ be any function. The flow of $\tilde f = f + h f_1 + h^2 f_2$ moves $\theta$ by $h\tilde f + \tfrac{h^2}2 D\tilde f + \tfrac{h^3}6 D^2\tilde f + \dots$

# %%
t, h = sp.symbols("theta h")
f = sp.Function("f")(t)
unknown = sp.symbols("f_1 f_2", cls=sp.Function)
modified = f + h * unknown[0](t) + h**2 * unknown[1](t)


def along(field):
    return lambda b: sp.diff(b, t) * field


D = along(modified)
flow_moves = sp.expand(
    h * modified + h**2 / 2 * D(modified) + h**3 / 6 * D(D(modified))
)
Math(
    r"\theta(h) - \theta = h\tilde f + \tfrac{h^2}{2} D\tilde f + \tfrac{h^3}{6} D^2\tilde f + O(h^4)"
)

# %% [markdown]
# **Step 2. The step moves it by $h f$.** Equal powers of $h$ give one linear equation after the other.

# %%
first = sp.solve(flow_moves.coeff(h, 2), unknown[0](t))[0]
second = sp.solve(
    flow_moves.coeff(h, 3).subs(unknown[0](t), first).doit(), unknown[1](t)
)[0]
checks.require(
    sp.expand(first + f * f.diff(t) / 2) == 0,
    "the coefficient of h must be -f f'/2",
)
display(
    Math(rf"f_1 = {sp.latex(first)}, \qquad f_2 = {sp.latex(sp.expand(second))}")
)

# %% [markdown]
# **Step 3. All powers at once.** The sum in step 1 is $\frac{e^{hD} - 1}{hD}\, h\tilde f$. It must equal $h f$; so $\tilde f = \frac{hD}{e^{hD} - 1} f$, whose coefficients are Bernoulli numbers. The right-hand side contains $\tilde f$ in $D$, always with a
# factor $h$: so each power follows from lower ones. In many variables nothing changes, except that $D$ makes *elementary differentials* such as $f'f'f$ and $f''(f, f)$, which the package keeps as rooted trees.

# %%
z = sp.Symbol("z")
bernoulli = sp.series(z / (sp.exp(z) - 1), z, 0, 5).removeO()
series = flow.modified_series(1, 4)
display(Math(rf"\frac z{{e^z - 1}} = {sp.latex(bernoulli)} + O(z^5)"), series)

# %% [markdown]
# **Step 4. The package's series is the same.** In one variable the trees are ordinary products, and the coefficients are those of step 2.

# %%
for k, ours in ((1, first), (2, second)):
    checks.require(
        sp.expand(series.evaluate(k, [[f]], [t])[0].doit() - ours) == 0,
        f"the package's coefficient of h^{k} must be that of step 2",
    )
decay = [
    series.evaluate(k, [[-t]], [t])[0] for k in range(5)
]  # L = θ²/2: each step multiplies θ by 1 − h
logarithm = sp.series(sp.log(1 - h) / h, h, 0, 5).removeO()
checks.require(
    decay == [logarithm.coeff(h, k) * t for k in range(5)],
    "the series of exponential decay must be that of log(1 - h)/h",
)
Math(
    r"L = \tfrac12\theta^2: \quad \tilde f = \tfrac1h \log(1 - h)\, \theta = -\theta\,\bigl(1 + \tfrac h2 + \tfrac{h^2}3 + \dots\bigr)"
)

# %% [markdown]
# **Step 5. Order $h$ is a gradient.** With $f = -\nabla L$ in two variables, and $L$ any function:

# %%
u, v = sp.symbols("u v")
L = sp.Function("L")(u, v)
point = sp.Matrix([u, v])
g = sp.Matrix([L.diff(u), L.diff(v)])
H = g.jacobian(point)
order_1 = series.evaluate(1, [-g], [u, v])


def gradient_of(s):
    return sp.Matrix([s.diff(u), s.diff(v)])


checks.require(
    sp.expand(order_1 + gradient_of((g.T * g)[0]) / 4) == sp.zeros(2, 1),
    "the field of order h must be the gradient of the squared gradient",
)
Math(r"-\tfrac12 f'f = -\tfrac12 H g = -\nabla\,\tfrac14\|\nabla L\|^2")

# %% [markdown]
# **Step 6. Order $h^2$ is not.** Split off what is a gradient; the rest, $H^2 g$, has a curl, and that curl is the commutator of $H$ with its derivative along $g$.

# %%
order_2 = series.evaluate(2, [-g], [u, v]).doit()
rest = order_2 + gradient_of((g.T * H * g)[0]) / 12 + H * H * g / 6
checks.require(
    sp.expand(rest) == sp.zeros(2, 1), "order h^2 must be the gradient part and HHg"
)
H_along = H.diff(u) * g[0] + H.diff(v) * g[1]


def curl(w):
    return sp.expand(w[1].diff(u) - w[0].diff(v))


commutator = H * H_along - H_along * H
checks.require(
    sp.expand(curl(order_2) + commutator[1, 0] / 6) == 0,
    "the curl of order h^2 must be the commutator",
)
example = u**2 / 2 + u * v + u * v**2 / 2
left_over = sp.factor(curl(order_2).subs(L, example).doit())
checks.require(left_over != 0, "the example must have a curl")
Math(
    rf"\begin{{aligned}}\operatorname{{curl}} \tilde f_2 &= -\tfrac16 (HB - BH)_{{21}}, \\ L = {sp.latex(example)}:\ \operatorname{{curl}}\tilde f_2 &= {sp.latex(left_over)}\end{{aligned}}"
)

# %% [markdown]
# ## Check
#
# The opening numbers, for four orders; and a route that takes no derivative at all. One step of descent is the exponential of $hD$, hence $hD = \log(1 + \Delta)$ with the forward difference $\Delta$ of the iterates:
# $h\tilde f(\theta_0) = \Delta\theta_0 - \tfrac12\Delta^2\theta_0 + \tfrac13\Delta^3\theta_0 - \dots$ The modified field is the velocity of the smooth curve through the iterates.

# %% tags=["hide-input"]
fine = np.array([0.05, 0.025, 0.0125])
second_route = limit_slope(fine, learner.second_route(orders, fine), axis=1)

# %% tags=["hide-input", "lead"]
# A landscape one can look at: an elongated bowl, slightly bent.
rate, count, valley = 0.6, 6, shown_learner.valley
names = {0: "gradient flow", 1: "order $h$", 2: "order $h^2$"}
walk = shown_learner.walk_the_valley(rate, count, list(names))
axes = {"xlim": (-0.05, 1.1), "ylim": (0.2, 1.1)}
words = "An elongated bowl", r"$\theta_1$", r"$\theta_2$"
left, ax = page.panel(*words, **axes)
lines = {"colors": C["grey"], "linewidths": 0.6, "alpha": 0.7}
lines["levels"] = np.geomspace(0.005, 3, 14)
page.landscape(ax, valley, *axes.values(), points=80, **lines)
for k, name in names.items():
    ax.plot(*walk.flows[k].T, color=INKS[k], label=name)
dots = {"color": C["orange"], "markersize": 5, "label": "descent"}
ax.plot(*walk.steps.T, "o", **dots)
ax.legend(fontsize=9, loc="lower right")
words = "One step", "rate × largest curvature", "distance after one step"
log = {"xscale": "log", "yscale": "log"}
right, ax = page.panel(*words, numbers=rates, **log)
for k, color in zip(orders, INKS, strict=True):
    words = f"order {k}: slope {slopes[k]:.2f}"
    ax.plot(rates, gap[k], "-o", color=color, label=words)
figures.name_lines(ax)
figures.show(
    [left, right],
    name="modified-equation-orders",
    caption=f"(a) {count} steps of descent with rate {rate} (dots) and three flows for the same time. (b) one step of a tanh network with {small.size} parameters against the flow of each order, with slopes in the limit of small rates. The landscape is made up; (b) shows one step only.",
    alt=f"(a) dots leave the gradient flow and stay on the corrected flows. (b) lines of slopes {', '.join(f'{one:.1f}' for one in slopes)}.",
)

# %% tags=["hide-input"]
n = "1 network × 3 rates"
what = "largest |slope in the limit − (order + 2)|"
error = float(np.abs(slopes - [2, 3, 4, 5]).max())
check = "one task, slopes of orders 0 to 3"
evidence.record("O.8", check, what, error, "<", 0.15, n=n)
what = "largest |slope in the limit − (order + 1)|"
error = float(np.abs(second_route[:3] - [1, 2, 3]).max())
check = "second route, from iterates alone"
evidence.record("O.8", check, what, error, "<", 0.15, n=n)

# %% [markdown]
# ## Is it the same term for many tasks?
#
# Paper B says that the flatness term of multi-task and of continual learning is the one of single-task learning (B.K6). Write $f_i = -\nabla L_i = -g_i$ and $\mathrm{flat}_i = \tfrac h4 \|g_i\|^2$, whose negative gradient is the flatness term of task $i$ trained alone. We compare the three coefficients of $h$, for any two losses: one step on $L_1$; one step on
# $L_1 + L_2$; a step on $L_1$, then one on $L_2$.

# %%
A, B2 = sp.Function("L_1")(u, v), sp.Function("L_2")(u, v)
g1, g2 = gradient_of(A), gradient_of(B2)
alone = [series.evaluate(1, [-g], [u, v]) for g in (g1, g2)]
together = series.evaluate(1, [-(g1 + g2)], [u, v])
in_turn = flow.modified_series(2, 1).evaluate(1, [-g1, -g2], [u, v])
own = [-gradient_of((g.T * g)[0]) / 4 for g in (g1, g2)]
conflict = -gradient_of((g1.T * g2)[0]) / 2
bracket = (g2.jacobian(point) * g1 - g1.jacobian(point) * g2) / 2
differences = [
    alone[0] - own[0],
    together - (own[0] + own[1] + conflict),
    in_turn - (own[0] + own[1] + bracket),
]
left_in_flatness = sum(sp.expand(d) != sp.zeros(2, 1) for d in differences)
Math(
    r"\begin{aligned} \text{alone: } & -\nabla\,\mathrm{flat}_1 \\ \text{together: } & -\nabla(\mathrm{flat}_1 + \mathrm{flat}_2) - \tfrac h2\nabla\langle g_1, g_2\rangle \\ \text{in turn: } & -\nabla(\mathrm{flat}_1 + \mathrm{flat}_2) + \tfrac h2 [g_1, g_2] \end{aligned}"
)

# %% [markdown]
# So it is the same term, once per task, with the same factor $h/4$. It lowers $\Psi = \sum_i \|g_i\|^2$ wherever one stands: along $-\tfrac h4\nabla \Psi$ the rate of change of $\Psi$ is $-\tfrac h4\|\nabla \Psi\|^2 \le 0$. What it asks for is small gradients of *each task*. Only with the conflict term does that become a small gradient of the sum, since
# $\|g_1\|^2 + \|g_2\|^2 + 2\langle g_1, g_2\rangle = \|g_1 + g_2\|^2$. Along a flow the loss falls too, and with it the gradient; so we compare flows at *equal loss*.

# %% tags=["hide-input"]
h_flow, settings = 0.2, ["alone", "together", "in turn"]
flows = flatness_networks(networks, h_flow, flow_steps, seed)
followed = len(flows.changes)
rows = {f"Σ‖gᵢ‖² at equal loss, h = {h_flow}, against the gradient flow": settings}
for terms, words in ("flatness", "the flatness term"), ("all", "all of order h"):
    rows[f"with {words}"] = [percent(each) for each in flows.means(terms)]
page.table(
    pd.DataFrame(rows),
    name="modified-equation-flatness",
    caption=f"Geometric means over {followed} networks with {NETWORK.size} parameters, read where the loss has fallen half of its way; 95 % intervals, paired. Tasks in turn without the bracket follow the same flow as tasks together without the conflict term.",
)

# %% tags=["hide-input"]
check = "three modified equations compared"
what = (
    "equations whose gradient part of order h is not the sum of single-task terms"
)
n = "any two losses in two variables"
evidence.record("B.K6", check, what, left_in_flatness, "==", 0, n=n)
check = "gradient norm along the flow"
what = "change of the squared gradients at equal loss by the flatness term (log), largest"
level = 1 - 2 * evidence.level("B.K6", check) / len(settings)
worst = max(flows.means("flatness", level), key=lambda row: row.high)
n = f"{followed} networks, three settings"
evidence.record("B.K6", check, what, worst, "<", 0, n=n)

# %% [markdown]
# ## Does the implicit term help?
#
# Paper B calls the flatness term beneficial: it steers to flatter regions, and these generalize better (B.M1a). Open question 3 asks what it does to speed and generalization. The theory offers a sharp test. Descent with rate $h$ on $L + \tfrac\lambda4\|\nabla L\|^2$ follows, to order $h$, the gradient flow of $L + \tfrac{h + \lambda}4\|\nabla L\|^2$. So rate and penalty must be
# **interchangeable**: only their sum can matter. And all comparisons are at *equal progress*, where the training loss falls to a level; the first iterate below it lies the further below the larger the rate, so we interpolate between the two iterates around it.
#
# The table is `manytasks sweep gradient-regularization --profile book --device cpu`: tanh networks, full-batch descent on one task of digits or on three with permuted pixels and a shared head. To know that it is what the code computes, this page trains some of its networks again.

# %% tags=["hide-input"]
table = deep.load_results("gradient-regularization", "book")
deep.agree_with_table("gradient-regularization", "no penalty")

# %% tags=["hide-input"]
sweep = FlatnessSweep.of(table)
plain, seeds, cells = sweep.rates, sweep.seeds, sweep.cells
finest, sizes, level = plain[0], sorted(table.tasks.unique()), table.level.max()
WAYS = {
    "implicit: rate $h$": (sweep.implicit, "blue", 0.98),
    f"explicit: $\\lambda$, rate {finest}": (sweep.explicit, "orange", 1.02),
}
SHOWN = {
    "gradient_norm": ("Gradient norm", "change, %"),
    "sharpness": ("Largest curvature", "change, %"),
    "test_loss": ("Test loss", "change, %"),
    "test_error": ("Test error", "change, points"),
}

# %% tags=["hide-input"]
panels = []
for measure, (title, unit) in SHOWN.items():
    ticks = {"xscale": "log", "numbers": [0.2, 0.4, 0.8, 2.1]}
    figure, ax = page.panel(title, r"$h + \lambda$", unit, zero=True, **ticks)
    for T, line in zip(sizes, ("o-", "s--"), strict=True):
        style = {"fmt": line, "markersize": 5, "linewidth": 1.4}
        for name, (ways, color, shift) in WAYS.items():
            rows = [sweep.in_hundreds(T, way, measure) for way in ways.values()]
            style["label"] = f"{name}, {T} task{'s' if T > 1 else ''}"
            page.dots(ax, shift * np.array(list(ways)), rows, color=color, **style)
    if measure in ("gradient_norm", "sharpness"):
        low, high = ax.get_ylim()
        ax.set_yscale("symlog", linthresh=0.5)
        ticks = [t for t in (-5, -2, -1, -0.5, 0, 1, 10, 40) if low < t < high]
        ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
        ax.minorticks_off()
    panels.append(figure)
panels[0].axes[0].legend(fontsize=8)
figures.show(
    panels,
    name="implicit-and-explicit-flatness",
    caption=f"Change against the run with $h = {finest}$, $\\lambda = 0$ where the training loss has fallen to {level:g}: mean over {seeds} seeds, paired, 95 % intervals. Digits, {int(table.per_class[0])} samples per class and task, book profile of the sweep. "
    "The upper axes are logarithmic beyond half a percent. Rate and penalty agree where rate × curvature is below one; beyond, descent bounces across the valley and its gradients grow. Full batches and clean labels only.",
    alt="Four panels against h plus lambda: gradient norm, curvature, test loss and test error, implicit and explicit.",
)

# %% [markdown]
# **Speed.** The flatness term slows the descent of the loss a little, per unit of time; but a larger rate takes fewer steps, in proportion. **Generalization.** A change of the test loss by less than one percent counts as no help. (The margin is round and older than this table's present form; no dated record shows that it came before the first.) The limits that judge share the error rate of their record.

# %% tags=["hide-input"]
MARGIN, judged = 0.01, 0.4  # rate × largest curvature is about one
ways = {"rate": sweep.implicit[judged], "penalty": sweep.explicit[judged]}
READ = {
    "gradient_norm": "gradient norm",
    "sharpness": "largest curvature",
    "test_loss": "test loss",
    "time": "time (steps × rate)",
    "steps": "steps",
}
columns = {f"training loss {level:g}, against h = {finest}": list(READ.values())}
for T in sizes:
    for way, where in ways.items():
        found = [percent(sweep.change(T, where, each), "+.2f") for each in READ]
        columns[f"{way}, {T} task{'s' if T > 1 else ''}"] = found
page.table(
    pd.DataFrame(columns),
    name="modified-equation-progress",
    caption=f"Rate h = {judged}; penalty λ = {ways['penalty'][1]:g} at rate {finest}. Means of {seeds} seeds, paired, 95 % intervals.",
)

# %% tags=["hide-input"]
strongest = (finest, float(table.penalty.max()))
for name, T in zip(("one", "more"), sizes, strict=True):
    for fact, measure in ("curvature", "sharpness"), ("loss", "test_loss"):
        change = sweep.change(T, strongest, measure)
        say(**{f"{fact}_{name}": percent(change, "+.2f")})
    points = f"{sweep.in_hundreds(T, strongest, 'test_error').value:+.2f}"
    say(**{f"error_{name}": points, f"tasks_{name}": T})
say(strongest=strongest[1])

# %% [markdown]
# A penalty of {glue:text}`strongest:g`, far beyond what a stable rate brings, changes the curvature by {glue:text}`curvature_one` and {glue:text}`curvature_more`,
# and the test loss by {glue:text}`loss_one` and {glue:text}`loss_more`, and the test error by {glue:text}`error_one` and {glue:text}`error_more` points,
# with {glue:text}`tasks_one` and {glue:text}`tasks_more` tasks. So the flatness is there, and it is worth nearly nothing: the term is proportional to the rate, and the rate is bounded by the curvature.

# %% tags=["hide-input"]
among = f"{sweep.reached(judged)} to {seeds} seeds"
n = f"{among} × {len(cells) * len(ways)} cells, paired"
JUDGED = {
    "flatness at equal progress": (
        ("gradient_norm", "sharpness"),
        f"change of gradient norm and curvature by rate {judged} and by its penalty (log), largest",
        0,
    ),
    "generalization at equal progress": (
        ("test_loss",),
        f"change of the test loss (log) by rate {judged} and by its penalty, largest",
        -MARGIN,
    ),
}
for check, (measures, what, limit) in JUDGED.items():
    asked = list(ways.values()), measures, evidence.level("B.M1a", check)
    found = flatness_answers.largest_change(sweep.runs, *asked)
    evidence.record("B.M1a", check, what, found, "<", limit, n=n)

# %% [markdown]
# Open question 3 is asked at the rate that judges, and at the next one, which lies beyond the inverse curvature.

# %% tags=["hide-input"]
ALIKE = (
    "rate and penalty are compared at a rate × largest curvature below about 1/2"
)
WORTH = "that product is below about one, where the term costs less than 1 % of the time and changes the test loss by less than 1 % (full batch)"
ASKED = {
    "rate and penalty are interchangeable": (
        "sharpness",
        "difference between the curvatures of rate and penalty (log), less a fifth of the penalty's change, largest",
        *(0, ALIKE, 0.2),
    ),
    "speed": (
        "time",
        "size of the change of the time to equal loss (log), largest",
        *(MARGIN, WORTH, judged),
    ),
    "generalization": (
        "test_loss",
        "size of the change of the test loss at equal loss (log), largest",
        *(MARGIN, WORTH, judged),
    ),
}
for check, (measure, what, limit, words, most) in ASKED.items():
    tried = sweep.answers(measure, most, evidence.level("B.Q3", check))
    short = f"rate <= {most}"
    when = evidence.tested(tried, short, lambda rows: rows.found.iloc[0], words)
    n = f"{among} × {len(cells)} cells, paired, rate {most}; beyond, {2 * most:g}"
    evidence.record("B.Q3", check, what, when.inside, "<", limit, n=n, when=when)

# %% [markdown]
# **How small are rates in practice?** Paper B names as its limit that small rates may not hold in training at scale (claim B.K8). In this table the largest curvature follows the
# rate: descent goes on until their product comes to the edge of stability, 2 {cite}`cohen2021`, while the equation of order 1 is good up to a product of about 1/2.

# %% tags=["hide-input"]
check = "rate times largest curvature of trained networks"
share_of_each = evidence.level("B.K8", check) / len(plain) / len(cells)
products_at = sweep.products(1 - 2 * share_of_each)
words = f"rates are {judged} or more (tanh networks on digits): their product with the curvature then lies beyond 1/2"
usual = evidence.tested(
    products_at,
    f"rate >= {judged}",
    lambda rows: min(rows.found, key=lambda v: v.low),
    words,
)
what = "rate × largest curvature at equal loss, smallest of all cells"
n = f"{among} × {len(cells)} cells, rates {judged} and {plain[-1]:g}; beyond, {plain[0]:g} and {plain[1]:g}"
evidence.record("B.K8", check, what, usual.inside, ">", 0.5, n=n, when=usual)
rows = products_at.itertuples()
told = [f"{row.found.value:.2f} at rate {row.rate:g}" for row in rows]
say(products_by_rate=", ".join(told))

# %% [markdown]
# Rate times largest curvature, smallest mean of all cells: {glue:text}`products_by_rate`.

# %% [markdown]
# ## Break
#
# **Large rates (B.B1a).** For $L = \tfrac12\lambda\theta^2$ the modified field is $\tfrac1h\log(1 - h\lambda)\,\theta$. Its series converges for $h\lambda < 1$ only. Beyond, descent still converges up to $h\lambda = 2$, but it *jumps* from side to side, and no smooth flow
# in one dimension can do that. On a network: the error of one step, relative to its length.

# %% tags=["hide-input"]
wide, products = np.array([0.1, 0.2, 0.4, 0.8, 1.6]), np.linspace(0.05, 1.5, 60)
relative = steps_of.relative_gaps(learner.pairs, (0, 1, 2), wide)[..., 0]
words = "One quadratic", r"$h\lambda$", "error of the factor per step"
left, ax = page.panel(*words, yscale="log", ylim=(1e-6, 10))
for k, color in zip((0, 1, 2, 3, 8), (*INKS, C["red"]), strict=True):
    off = quadratic_errors(products, k)
    ax.plot(products, off, color=color, label=f"order {k}")
ax.axvline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.legend(fontsize=9)
words = "A network", "rate × largest curvature", "error / length of the step"
right, ax = page.panel(*words, numbers=wide, **log)
for k, off in enumerate(relative):
    ax.plot(wide, off, "-o", color=INKS[k], label=f"order {k}")
ax.axhline(0.05, color=C["grey"], linestyle=":")
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="modified-equation-large-rates",
    caption="(a) factor per step of a quadratic against that of each order's flow; beyond $h\\lambda = 1$ (dashed) more terms no longer help, as descent jumps over the minimum and no flow can. (b) one step of the network of this page; dotted: 5 %. One step from one point; later steps may meet other curvatures.",
    alt="Left: errors grow with the rate; beyond one all orders are equally wrong. Right: three rising lines that meet near one.",
)
say(reach_one=steps_of.rate_of_error(wide, relative[1], 0.05))
say(reach_none=steps_of.rate_of_error(wide, relative[0], 0.05))

# %% [markdown]
# With the first correction the error of a step is 5 % of its length at a rate of **{glue:text}`reach_one:.2f`** over the largest curvature; the gradient flow alone is there at {glue:text}`reach_none:.2f`.

# %% [markdown]
# One network is one draw. The same for many, each with its own data and start, at rates on both sides:

# %% tags=["hide-input"]
many = 100
each = step_reach(small, many, shown_learner.SAMPLES, wide, seed)
low, middle, high = np.quantile(each.reaches(0.05), [0.1, 0.5, 0.9])
say(many=many, reach_median=middle, reach_low=low, reach_high=high)
words = "rate × largest curvature is below about 1/2"
when = evidence.tested(each.by_rate, "rate < 0.5", lambda at: at.off.max(), words)
check = "the series beyond hλ = 1"
what = "error of order 1 / length of the step at rate × curvature 1.6, lowest tenth of networks"
lowest = float(np.quantile(each.off[-1], 0.1))
evidence.record("B.B1a", check, what, lowest, ">", 0.05, n=f"{many} networks")
check = "range of the rate, one task"
what = "median error of order 1 / length of the step, largest of the rates"
n = f"{many} networks × {len(wide)} rates"
evidence.record("B.S1", check, what, when.inside, "<", 0.05, n=n, when=when)

# %% [markdown]
# Order 1 is off by 5 % at a rate of {glue:text}`reach_median:.2f` over the curvature in the median of {glue:text}`many` networks, and between
# {glue:text}`reach_low:.2f` and {glue:text}`reach_high:.2f` in four of five.

# %% [markdown]
# **Kinks.** With ReLU $f$ jumps. As long as a step stays in one linear piece, everything holds for that piece. A step across a kink can be wrong by the order $h$, the length of the step itself, and no term of the series repairs that: for
# $L = \max(0, \theta)$, from $\theta = h/2$, the step ends at $-h/2$, the flow at 0, where its field ends. How often does it happen?

# %% tags=["hide-input"]
hinge_step, units = 0.1, 6
hinge = flow.descend([lambda t: t.relu().sum()], torch.tensor([0.05]), hinge_step)
at_end = "end of the step across the kink"
checks.close(at_end, float(hinge), -hinge_step / 2, rtol=1e-6)
kinked = flow.Network((3, units, 1), "relu")
fresh = starts(kinked, 200, seed, "kinked", scale=1.5)
tried = learner.x, learner.y, fresh, (0.001, 0.01, 0.1)
crossed = kinks.crossing_share(kinked, *tried).items()
told = [f"{100 * part:.0f} % of the networks at rate {h:g}" for h, part in crossed]
say(crossed=", ".join(told), kinked=len(fresh), units=units, samples=len(learner.x))

# %% [markdown]
# A step crosses a kink in {glue:text}`crossed` ({glue:text}`kinked` ReLU networks with {glue:text}`units` hidden units, {glue:text}`samples` samples): about in proportion to the rate, so that a fixed time of training meets a fixed number of kinks, however small the rate.

# %% [markdown]
# ## Exercises
#
# :::{exercise}
# :label: ex-modified-idea
# *(A quick check question of Paper B.)* What is the idea of backward error analysis?
# :::
#
# :::{solution} ex-modified-idea
# :class: dropdown
# Not to ask how far the iterates stray from the flow one meant to follow, but which flow they do follow. A step of rate $h$ is the exact solution, up to the order kept, of an equation whose field is the old one plus corrections in powers of $h$. For descent the first correction is the gradient of $\tfrac h4\|\nabla L\|^2$, so the corrected flow descends another loss, and what descent prefers can be read off it.
# :::
#
# :::{exercise}
# :label: ex-modified-flat
# *(A quick check question of Paper B.)* Why might flatter regions generalize better, and where does the argument break?
# :::
#
# :::{solution} ex-modified-flat
# :class: dropdown
# The test loss is the training loss of slightly other data, so its minimum lies elsewhere. If the two minima differ by a random vector of variance $\varepsilon$ in each direction, the test loss at the training minimum is larger by $\tfrac\varepsilon2 \operatorname{tr} H$ on average: a flat minimum loses less. It breaks because $H$ depends on the coordinates and the function does not. With ReLU units, scale the weights into a hidden unit by $c$ and those out of it by $1/c$: the same predictions, another curvature. So flatness needs a measure of length before it can tell anything, and what is measured on this page is small (B.M1a).
# :::
#
# :::{exercise}
# :label: ex-modified-quadratic
# Show that for $L = \tfrac12\theta^\top A\theta$ descent follows the gradient flow of $\tilde L = -\tfrac1{2h}\theta^\top \log(I - hA)\,\theta$ exactly, if $h\lambda_{\max}(A) < 1$.
# :::
#
# :::{solution} ex-modified-quadratic
# :class: dropdown
# One step multiplies by $I - hA = e^{\log(I - hA)}$, which is the flow of $\dot\theta = \tfrac1h\log(I - hA)\theta$ for the time $h$; the matrix is symmetric, so the field is a gradient.
# :::
#
# :::{exercise}
# :label: ex-modified-more
# How many elementary differentials has the coefficient of $h^5$? Ask the package.
# :::
#
# :::{solution} ex-modified-more
# :class: dropdown
# `len(flow.modified_series(1, 5).differentials[5])`: at most 20, the number of rooted trees with six nodes; some coefficients may vanish.
# :::
#
# ## In one breath
#
# Descent follows $\frac{hD}{e^{hD} - 1} f$, a flow of its own. Its first correction is the gradient of $\tfrac h4\|\nabla L\|^2$, once per task however the tasks are trained; a rate and a penalty of the same sum do the same, which is a little flatness and, with full batches and clean labels, less than one per cent of the test loss. Its second is the gradient of nothing, unless the Hessian commutes with its own change. All of this ends where the rate times the curvature reaches one.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
