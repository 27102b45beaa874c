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
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Markdown, Math, display
from sympy.physics.quantum import Commutator
from torch.func import grad, jacrev, vmap

from manytasks import checks, evidence, figures, flow, parameters
from manytasks.statistics import (
    Interval,
    limit_slope,
    mean_interval,
    share_interval,
)
from manytasks.streams import stream_number

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

# %% [markdown]
# A step on task 1 changes what task 2 sees next, so two steps in either order end apart. The gap is $h^2$ times the
# **Lie bracket** of the two gradients, and no loss function contains it.

# %% tags=["hide-input"]
WIDTHS, SAMPLES = (3, 4, 2), 6


def two_tasks(data, activation, criterion):
    """Two losses for one network; each is divided by the largest curvature met, so that rates compare."""
    network = flow.Network(WIDTHS, activation)
    losses = []
    for x, y in ((data["x1"], data["y1"]), (data["x2"], data["y2"])):
        if criterion == "squared":
            loss = network.squared_loss(x, y)
        else:
            loss = network.cross_entropy(x, torch.softmax(3 * y, -1))
        losses.append(lambda t, loss=loss: loss(t) / data["sharpness"])
    return losses


def draw(activation, criterion, count, name):
    """Return `count` random pairs of tasks and starting points, stacked."""
    part = (seed, name, activation, criterion)
    generator = torch.Generator().manual_seed(stream_number(part, "tasks"))

    def normal(*shape):
        return torch.randn(count, *shape, generator=generator, dtype=torch.float64)

    data = {
        "x1": normal(SAMPLES, 3),
        "x2": normal(SAMPLES, 3),
        "y1": normal(SAMPLES, 2),
        "y2": normal(SAMPLES, 2),
    }
    data["sharpness"] = torch.ones(count, dtype=torch.float64)
    network = flow.Network(WIDTHS, activation)
    theta = torch.stack(
        [network.initial((part, "start", i), scale=1.5) for i in range(count)]
    )

    def sharpest(t, d):
        return torch.stack(
            [
                torch.linalg.eigvalsh(jacrev(grad(loss))(t))[-1]
                for loss in two_tasks(d, activation, criterion)
            ]
        ).max()

    data["sharpness"] = vmap(sharpest)(theta, data)
    return theta, data


FIELDS = {
    "gradient flow": lambda losses, h: flow.modified_field(losses, h, 0),
    "modified loss, no bracket": lambda losses, h: (
        lambda t: -grad(flow.modified_loss(losses, h))(t)
    ),
    "with the bracket": lambda losses, h: flow.modified_field(losses, h, 1),
    "next order": lambda losses, h: flow.modified_field(losses, h, 2),
    "bracket with the wrong sign": lambda losses, h: (
        lambda t: (
            flow.modified_field(losses, h, 1)(t) - h * flow.lie_bracket(*losses, t)
        )
    ),
}
EXPECTED = dict(zip(FIELDS, (2, 2, 3, 4, 2), strict=True))


def repeated(theta, data, rates):
    """Repeat starts and tasks for each rate, and each rate for every start."""
    k, count = len(rates), len(theta)
    tasks = {name: v.repeat(k, *[1] * (v.ndim - 1)) for name, v in data.items()}
    h = torch.tensor(rates, dtype=torch.float64).repeat_interleave(count)
    return theta.repeat(k, 1), tasks, h


def stepped(setting, theta, data, rates, order=(0, 1)):
    """One step on each task in turn, from all starts and at all rates at once."""

    def steps(t, d, h):
        losses = two_tasks(d, *setting)
        return flow.descend([losses[i] for i in order], t, h)

    return vmap(steps)(*repeated(theta, data, rates)).unflatten(0, (len(rates), -1))


def flowed(setting, name, theta, data, rates, durations=None):
    """The same for the flow of a field, for the time h unless durations are given."""
    start, tasks, h = repeated(theta, data, rates)
    time = h if durations is None else repeated(theta, data, durations)[2]

    def field(
        t, d, h, time
    ):  # run for the time 1, so that all rates are one equation
        return time * FIELDS[name](two_tasks(d, *setting), h)(t)

    batch = vmap(field)
    end = flow.integrate(lambda t: batch(t, tasks, h, time), start, 1.0)
    return end.unflatten(0, (len(rates), -1))


def distances(setting):
    """Distance of one double step from the flow of each field: (rates, networks)."""
    theta, data = drawn[setting]
    end = stepped(setting, theta, data, rates)
    return {
        name: (end - flowed(setting, name, theta, data, rates)).norm(dim=-1).numpy()
        for name in FIELDS
    }


settings = [tuple(one) for one in settings]
drawn = {s: draw(*s, networks, "slopes") for s in settings}
table = {s: distances(s) for s in settings}


def over_networks(rows):
    """Join (rates, networks) arrays of all settings."""
    return np.concatenate([rows[s] for s in settings], axis=-1)


parted = {
    name: over_networks({s: table[s][name] for s in settings}) for name in FIELDS
}
fitted = {name: limit_slope(rates, parted[name]) for name in FIELDS}
total = networks * len(settings)
display(
    Markdown(
        f"After a step on task 1 and a step on task 2 the parameters are not where the modified loss says: over "
        f"{total} random networks the distance falls like $h^{{{fitted['modified loss, no bracket'].mean():.2f}}}$, "
        f"as if there had been no correction at all. With the bracket it falls like "
        f"$h^{{{fitted['with the bracket'].mean():.2f}}}$, and with our next term like $h^{{{fitted['next order'].mean():.2f}}}$."
    )
)

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
# **Step 5. Which part is a gradient?** With $f_i = -\nabla L_i$ the single-task part is $-\nabla\bigl(\|g_1\|^2 + \|g_2\|^2\bigr)/4$.
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
# **Step 6. Any number of tasks, any order.** The same comparison, done once and for all: a step is the exponential of its own modified field,
# and the Baker–Campbell–Hausdorff series multiplies exponentials. `flow.modified_series` does this in the free Lie algebra. The coefficient
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
# Two quadratic bowls whose axes do not agree. Go along the first field, then the second; or the other way round. The little parallelogram does
# not close. The gap is $h^2 [g_1, g_2]$, drawn as an arrow from the same formula, not from the paths.


# %% tags=["hide-input", "lead"]
def turn(a):
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


A1 = torch.tensor(turn(0.1) @ np.diag([1.0, 0.05]) @ turn(0.1).T)
A2 = torch.tensor(turn(0.95) @ np.diag([1.0, 0.05]) @ turn(0.95).T)
c1, c2 = (
    torch.tensor([-0.5, 1.3], dtype=torch.float64),
    torch.tensor([0.9, -1.2], dtype=torch.float64),
)
bowl = [
    lambda t, A=A, c=c: (t - c) @ A @ (t - c) / 2 for A, c in ((A1, c1), (A2, c2))
]
start, step = torch.tensor([0.9, 1.3], dtype=torch.float64), 0.9

left, ax = plt.subplots()
gx, gy = np.meshgrid(np.linspace(-1.6, 1.4, 60), np.linspace(-0.6, 1.6, 60))
grid = torch.tensor(np.stack([gx, gy], -1).reshape(-1, 2))
for loss, color in zip(bowl, (C["blue"], C["orange"]), strict=True):
    ax.contour(
        gx,
        gy,
        vmap(loss)(grid).reshape(gx.shape),
        levels=7,
        colors=color,
        linewidths=0.7,
        alpha=0.55,
    )
ends = []
for (i, j), style in (((0, 1), "-"), ((1, 0), "--")):
    a = flow.descend([bowl[i]], start, step)
    b = flow.descend([bowl[j]], a, step)
    ends.append(b)
    for (p, q), k in (((start, a), i), ((a, b), j)):
        ax.plot(
            *np.stack([p, q]).T,
            style,
            color=(C["blue"], C["orange"])[k],
            linewidth=3,
        )
    ax.plot(*b, "o", color=C["green"], markersize=7)
gap = step**2 * flow.lie_bracket(*bowl, start)
ax.annotate(
    "",
    ends[0].numpy(),
    (ends[0] - gap).numpy(),
    arrowprops={"arrowstyle": "-|>", "color": C["red"], "lw": 2.5},
)
ax.annotate(
    "$h^2[g_1,g_2]$",
    (ends[0] - gap / 2).numpy(),
    xytext=(8, -2),
    textcoords="offset points",
    color=C["red"],
)
ax.annotate("start", start.numpy(), xytext=(5, 3), textcoords="offset points")
ax.annotate(
    "1, then 2",
    ends[0].numpy(),
    xytext=(-8, -4),
    textcoords="offset points",
    ha="right",
)
ax.annotate(
    "2, then 1", ends[1].numpy(), xytext=(-4, -18), textcoords="offset points"
)
ax.set(
    xlabel=r"$\theta_1$",
    ylabel=r"$\theta_2$",
    title="Two orders, two end points",
    aspect="equal",
)

right, ax = plt.subplots()
palette = dict(
    zip(
        FIELDS,
        (C["grey"], C["blue"], C["green"], C["purple"], C["red"]),
        strict=True,
    )
)
markers = dict(zip(FIELDS, "osD^x", strict=True))
for name in FIELDS:
    values = parted[name]
    centre = np.exp(np.log(values).mean(1))
    low, high = np.exp(np.quantile(np.log(values), [0.1, 0.9], axis=1))
    ax.errorbar(
        rates,
        centre,
        [centre - low, high - centre],
        color=palette[name],
        marker=markers[name],
        capsize=2,
        linestyle=":" if "wrong" in name else "-",
        label=f"{name}: {fitted[name].mean():.2f}",
    )
ax.set(
    xscale="log",
    yscale="log",
    xlabel=r"rate × largest curvature",
    ylabel="distance after a round",
    title="Slopes",
    ylim=(min(v.min() for v in parted.values()) / 3e3, None),  # room for the legend
)
ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
ax.minorticks_off()
ax.legend(fontsize=9, loc="lower right")
figures.show(
    [left, right],
    name="bracket-parallelogram-and-slopes",
    caption=f"(a) two steps in either order from one start (solid: task 1 first; dashed: task 2 first), rate {step}. On quadratics the gap is "
    f"exactly $h^2[g_1, g_2]$. (b) distance between one round and the flow of each field, {total} random networks (tanh and softplus, squared "
    f"loss and cross-entropy), geometric mean and 10–90 % range; the legend gives mean slopes in the limit of small rates. It shows the distance after "
    f"one round, not how the distance grows over many.",
    alt=f"Left: a parallelogram of two gradient steps that fails to close. Right: log-log lines of slopes {', '.join(f'{one.mean():.1f}' for one in fitted.values())}.",
)

# %% [markdown]
# ## Check
#
# The slope in the limit of small rates, mean over the networks, must be within 0.1 of the whole number the theorem says. The wrong sign must fail.

# %%
off = {name: float(np.abs(fitted[name].mean() - EXPECTED[name])) for name in FIELDS}
n = f"{total} networks × 3 rates"
evidence.record(
    "B.T2",
    "slopes",
    "|mean slope − 3| with the bracket",
    off["with the bracket"],
    "<",
    0.1,
    n=n,
)
wrong = float(fitted["bracket with the wrong sign"].max())
evidence.record(
    "B.T2",
    "wrong sign and no bracket fail",
    "largest slope without the right bracket",
    max(wrong, float(fitted["modified loss, no bracket"].max())),
    "<",
    2.5,
    n=n,
)
for claim in ("O.8", "B.C3"):
    evidence.record(
        claim,
        "two tasks, slopes of order h²",
        "|mean slope − 4|",
        off["next order"],
        "<",
        0.1,
        n=n,
    )

# %% [markdown]
# **Is the bracket still what matters?** Paper B asks whether higher orders outweigh it. We compare the lengths of the terms of the modified field on the same networks.


# %% tags=["hide-input"]
def lengths(t, d, activation, criterion):
    losses = two_tasks(d, activation, criterion)
    zero, one, two = (flow.modified_field(losses, 1.0, k)(t) for k in (0, 1, 2))
    half_bracket = flow.lie_bracket(*losses, t) / 2
    return torch.stack(
        [
            zero.norm(),
            half_bracket.norm(),
            (one - zero - half_bracket).norm(),
            (two - one).norm(),
        ]
    )


asked = {s: draw(*s, max(25, networks), "lengths") for s in settings}
parts = torch.cat(
    [vmap(lambda t, d, s=s: lengths(t, d, *s))(*asked[s]) for s in settings]
).numpy()
equal_at = parts[:, 1] / parts[:, 3]  # rate × curvature at which they are equal
crossing = np.median(equal_at)
share = parts[:, 1] / (parts[:, 1] + parts[:, 2])
display(
    Markdown(
        f"The order-$h^2$ term becomes as long as the bracket term at a rate of **{crossing:.2g}** over the largest curvature (median of {len(parts)} networks; "
        f"10–90 %: {np.quantile(equal_at, 0.1):.2g} to {np.quantile(equal_at, 0.9):.2g}). "
        f"Below that the bracket dominates; gradient descent itself is stable up to 2. The bracket makes up {100 * np.median(share):.0f} % of the order-$h$ correction."
    )
)

# %% tags=["hide-input"]
asked_rates = np.array([0.1, 0.3, 0.5, 1.0, 1.6])
dominant = evidence.tested(
    pd.DataFrame(
        {
            "rate": asked_rates,
            "share": (equal_at > asked_rates[:, None]).mean(axis=1),
        }
    ),
    "rate <= 0.3",
    lambda rows: rows.share.min(),
    "rate × curvature is below about 0.3 (as a term of the field; of the forgetting of one step it is the largest at every stable rate)",
)
evidence.record(
    "B.C3",
    "bracket against the order h²",
    "smallest share of networks in which the bracket term is longer, over rates",
    dominant.inside,
    ">",
    0.5,
    n=f"{len(parts)} networks × {len(asked_rates)} rates",
    when=dominant,
)

# %% [markdown]
# ## Do the two orders part by the bracket?
#
# Paper B says that the bracket captures how far two flows are from commuting (B.K3). Write $\theta_{12}$ for the end point of task 1 first, $\theta_{21}$ for task 2 first.
#
# :::{prf:theorem} Commuting (classical; B.K3)
# :label: thm-bracket-commute
#
# Let $L_1, L_2$ be three times continuously differentiable. For two steps, and likewise for two gradient flows of time $h$ each, $\theta_{12} - \theta_{21} = h^2 [g_1, g_2] + O(h^3)$, the bracket taken at the start. Where the flows exist, they commute from every start and for all times if and only if the
# bracket vanishes everywhere.
# :::
#
# The first half is Step 1 above, once for each order; the order-$h^2$ term of a single flow or step drops out of the difference. The second half is a standard fact of differential geometry: if the bracket vanishes, each flow carries the other field into itself. Two things the theorem does *not* say.
# The bracket at *one point* decides nothing beyond order $h^2$; and *steps* need not commute where flows do. One parameter is enough to see both.

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
# **Networks.** The gap of the two orders, and what is left of it after $h^2[g_1, g_2]$ is taken away: the first must have slope 2, the second slope 3, for steps and for flows.

# %% tags=["hide-input"]
gap_rates = [0.02, 0.04, 0.08, 0.2, 0.5]


def followed(setting, theta, data, rates, order):
    """The gradient flow of each task in turn, for the time h each."""
    end, tasks, h = repeated(theta, data, rates)
    for i in order:
        batch = vmap(lambda t, d, h, i=i: -h * grad(two_tasks(d, *setting)[i])(t))
        end = flow.integrate(lambda t, f=batch: f(t, tasks, h), end, 1.0)
    return end.unflatten(0, (len(rates), -1))


squared_rates = torch.tensor(gap_rates, dtype=torch.float64)[:, None, None] ** 2
gap, left_over = {}, {}
for kind, move in (("steps", stepped), ("flows", followed)):
    gaps, rests = {}, {}
    for s in settings:
        theta, data = drawn[s]
        both = [
            move(s, theta, data, gap_rates, order) for order in ((0, 1), (1, 0))
        ]
        lie = vmap(lambda t, d, s=s: flow.lie_bracket(*two_tasks(d, *s), t))(
            theta, data
        )
        gaps[s] = (both[0] - both[1]).norm(dim=-1).numpy()
        rests[s] = (both[0] - both[1] - squared_rates * lie).norm(dim=-1).numpy()
    gap[kind], left_over[kind] = over_networks(gaps), over_networks(rests)

gap_slopes, rest_slopes = (
    {kind: limit_slope(gap_rates[:3], v[kind][:3]) for kind in v}
    for v in (gap, left_over)
)
missed = {kind: left_over[kind] / gap[kind] for kind in gap}
left, ax = plt.subplots()
right, bx = plt.subplots()
for kind, style, marker in (("steps", "-", "o"), ("flows", "--", "s")):
    for values, label, found, color in (
        (gap[kind], "gap", gap_slopes[kind], C["blue"]),
        (left_over[kind], "left over", rest_slopes[kind], C["green"]),
    ):
        ax.loglog(
            gap_rates,
            np.exp(np.log(values).mean(1)),
            style,
            marker=marker,
            markersize=4,
            color=color,
            label=f"{label}, {kind}: {found.mean():.2f}",
        )
    color = C["purple"] if kind == "flows" else C["orange"]
    bx.loglog(
        gap_rates,
        np.median(missed[kind], axis=1),
        style,
        marker=marker,
        markersize=4,
        color=color,
        label=kind,
    )
    bx.fill_between(
        gap_rates,
        *np.quantile(missed[kind], [0.1, 0.9], axis=1),
        color=color,
        alpha=0.15,
    )
bx.axhline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set(
    xlabel="rate × largest curvature",
    ylabel="distance",
    title="Task 1 first, or task 2 first",
)
bx.set(
    xlabel="rate × largest curvature",
    ylabel="left over / gap",
    title="What the bracket misses",
)
for each in (ax, bx):
    each.set_xticks(gap_rates, [f"{rate:g}" for rate in gap_rates])
    each.minorticks_off()
    each.legend(fontsize=9)
figures.show(
    [left, right],
    name="bracket-two-orders",
    caption=f"(a) distance between the end points of the two orders, and what is left of it without $h^2[g_1, g_2]$; {total} random networks, geometric mean; the legend gives mean slopes in the limit of small rates. "
    "(b) the part of the gap that the bracket misses, median and 10–90 % range; above the dashed line the bracket is no help. One round from random parameters.",
    alt=f"Left: lines of slope {gap_slopes['steps'].mean():.1f} for the gap and {rest_slopes['steps'].mean():.1f} for what is left over. Right: the missed share against the rate.",
)
display(
    Markdown(
        "At {} over the curvature the bracket misses {:.1f} % of the gap of two steps (median; 10–90 % of the networks: {:.1f} to {:.1f} %) and {:.1f} % of that of two flows ({:.1f} to {:.1f} %).".format(
            gap_rates[0],
            *(
                100 * q
                for kind in ("steps", "flows")
                for q in np.quantile(missed[kind][0], [0.5, 0.1, 0.9])
            ),
        )
        + f" What is left over falls like $h^{{p}}$ with $p$ = {mean_interval(rest_slopes['steps']).words('.2f')} for steps and {mean_interval(rest_slopes['flows']).words('.2f')} for flows (95 % intervals). "
        f"At {gap_rates[-1]} the bracket misses {100 * np.median(missed['steps'][-1]):.0f} % and {100 * np.median(missed['flows'][-1]):.0f} %."
    )
)
for kind in gap:
    evidence.record(
        "B.K3",
        f"gap of two {kind} less h²[g₁,g₂], slope",
        "|mean slope − 3|",
        float(np.abs(rest_slopes[kind].mean() - 3)),
        "<",
        0.15,
        n=f"{total} networks × 3 rates",
    )
evidence.record(
    "B.K3",
    "bracket zero at the start, flows that do not commute",
    "|gap| / h³",
    abs(at_one_point),
    ">",
    0,
    n="exact",
    when=evidence.Assumed(
        "it is taken everywhere; at a single point it gives the gap to leading order only"
    ),
)

# %% [markdown]
# ## Does the bracket disturb flatness?
#
# Paper B says the bracket *can disrupt* the flatness term (B.M2). The flatness term pulls along $-\nabla F$ with $F = \|g_1\|^2 + \|g_2\|^2$. The bracket moves $F$ at the rate
# $\tfrac h2 \langle \nabla F, [g_1, g_2]\rangle$. There is no reason for a sign: swapping the tasks flips it. We measure it relative to the pull of the flatness term itself, $-\tfrac h4\|\nabla F\|^2$.


# %% tags=["hide-input"]
def disruption(t, d, activation, criterion):
    a, b = two_tasks(d, activation, criterion)
    flatness = grad(
        lambda s: grad(a)(s).square().sum() + grad(b)(s).square().sum()
    )(t)
    lie = flow.lie_bracket(a, b, t)
    return torch.stack(
        [
            2 * flatness @ lie / flatness.square().sum(),
            flatness @ lie / flatness.norm() / lie.norm(),
        ]
    )


def flatness_rate(t, d, setting, turn):
    """How fast the bracket of two tasks in their order, or turned around, moves the flatness term."""
    a, b = two_tasks(d, *setting)[::turn]
    flatness = grad(
        lambda s: grad(a)(s).square().sum() + grad(b)(s).square().sum()
    )(t)
    return flatness @ flow.lie_bracket(a, b, t)


many = {s: draw(*s, 25 * networks, "disruption") for s in settings}
ratio, cosine = (
    torch.cat(
        [vmap(lambda t, d, s=s: disruption(t, d, *s))(*many[s]) for s in settings]
    )
    .numpy()
    .T
)
undone, against = float((ratio > 0).mean()), float((ratio > 1).mean())
count = len(ratio)


LEARNED = 300  # steps on both tasks together


def trained(t, d, setting):
    """Where descent on both tasks together has come to."""
    a, b = two_tasks(d, *setting)
    return flow.descend([lambda s: a(s) + b(s)], t, 0.5, LEARNED)


after = torch.cat(
    [
        vmap(lambda t, d, s=s: disruption(trained(t, d, s), d, *s)[0])(*many[s])
        for s in settings
    ]
).numpy()
limits = share_interval(int((ratio > 1).sum()), count)
check = "the bracket outweighs flatness"
confidence = 1 - evidence.level("B.M2", check)  # two shares, one side each
outweighed = pd.DataFrame(
    [
        (name, share_interval(int((values > 1).sum()), count, confidence))
        for name, values in (("drawn", ratio), ("trained", after))
    ],
    columns=["where", "share"],
)
same_side = 0  # networks in which both orders oppose, or neither does
for s in settings:
    t, d = many[s]
    orders = [
        vmap(lambda t, d, s=s, turn=turn: flatness_rate(t, d, s, turn))(t, d)
        for turn in (1, -1)
    ]
    same_side += int((torch.sign(orders[0]) == torch.sign(orders[1])).sum())

left, ax = plt.subplots()
ax.hist(
    np.clip(ratio, -2, 2), bins=np.linspace(-2, 2, 33), color=C["blue"], alpha=0.8
)
ax.axvline(0, color=figures.INK, linewidth=1)
ax.axvline(1, color=C["red"], linestyle="--")
ax.annotate(
    "flatness term\nundone",
    (1, 0.9),
    xycoords=("data", "axes fraction"),
    xytext=(4, -8),
    textcoords="offset points",
    color=C["red"],
    fontsize=10,
)
ax.set(
    xlabel="push of the bracket / pull of the flatness term",
    ylabel="networks",
    title="Against flatness, or for it",
)
figures.show(
    left,
    name="bracket-against-flatness",
    caption=f"How fast the bracket increases $\\|g_1\\|^2 + \\|g_2\\|^2$, relative to how fast the flatness term decreases it, at {count} random starting points (clipped to ±2). "
    f"Right of the dashed line the bracket outweighs the flatness term. It shows one instant at random parameters; the text has the share of trained networks.",
    alt=f"A histogram with {undone:.0%} of the networks right of zero and {against:.1%} right of one.",
)
display(
    Markdown(
        f"The bracket works against flatness in {100 * undone:.0f} % of the networks and for it in the others; it outweighs the flatness term in "
        f"**{100 * against:.1f} %** (95 % interval {100 * limits.low:.1f} to {100 * limits.high:.1f} %), and after {LEARNED} steps on both tasks in **{100 * (after > 1).mean():.0f} %**: near the end the flatness term has little left to do, and the bracket has. "
        "Neither order is at fault in itself: the reverse order does the opposite, always."
    )
)
evidence.record(
    "B.K1",
    "a loss that contains the bracket",
    "curl of the bracket; a gradient has none",
    abs(example),
    "==",
    0,
    n="exact",
)
evidence.record(
    "B.M2",
    "the bracket has a curl",
    "curl of the bracket of two quadratics",
    abs(example),
    ">",
    0,
    n="exact",
)
evidence.record(
    "B.M2",
    "one order opposes flatness, the other helps it",
    "networks in which both orders do the same",
    same_side,
    "==",
    0,
    n=f"{count} networks, both orders",
)
rare = evidence.tested(
    outweighed,
    "where == 'trained'",
    lambda rows: rows.share.iloc[0],
    "training has gone on for a while; at random parameters one of two orders opposes flatness, but seldom outweighs it",
)
evidence.record(
    "B.M2",
    check,
    f"share of networks in which it does, after {LEARNED} steps on both tasks",
    rare.inside,
    ">",
    0.05,
    n=f"{count} networks; beyond, the same at random parameters",
    when=rare,
)
# %% [markdown]
# ## How far does it reach?
#
# **Many rounds.** Over a fixed time the number of rounds grows like $1/h$, so one power of $h$ is lost: slopes 1 and 2 instead of 2 and 3. **Large rates.** The right figure starts where the series
# still makes sense and ends where it does not.

# %% tags=["hide-input"]
long_setting = settings[0]
theta, data = (drawn[long_setting][0], drawn[long_setting][1])
duration, global_error = 1.0, {}
round_counts = [10, 20, 40]
names = ["modified loss, no bracket", "with the bracket"]
steps = duration / np.array(round_counts)
many_rounds = torch.stack(
    [
        vmap(
            lambda t, d, k=k: flow.descend(
                two_tasks(d, *long_setting), t, duration / k, k
            )
        )(theta, data)
        for k in round_counts
    ]
)
large, ratio_to_move = [0.1, 0.2, 0.4, 0.8, 1.6], {}
far = stepped(long_setting, theta, data, large)
for name in names:
    end = flowed(
        long_setting,
        name,
        theta,
        data,
        [*steps, *large],
        [duration] * len(steps) + large,
    )
    global_error[name] = (many_rounds - end[: len(steps)]).norm(dim=-1).numpy()
    off_course = (far - end[len(steps) :]).norm(dim=-1)
    ratio_to_move[name] = (off_course / (far - theta).norm(dim=-1)).numpy()

left, ax = plt.subplots()
global_slopes = {}
for name in names:
    values = global_error[name]
    slope = limit_slope(steps, values)
    global_slopes[name] = slope.mean()
    ax.loglog(
        steps,
        np.exp(np.log(values).mean(1)),
        "-o",
        color=palette[name],
        label=f"{name}: {slope.mean():.2f}",
    )
ax.set(
    xlabel="rate × curvature",
    ylabel=f"distance at time {duration:g}",
    title="Many rounds: one power less",
)
ax.set_xticks(steps, [f"{one:g}" for one in steps])
ax.minorticks_off()
ax.legend(fontsize=9)
right, ax = plt.subplots()
for name in names:
    ax.loglog(
        large,
        np.median(ratio_to_move[name], axis=1),
        "-o",
        color=palette[name],
        label=name,
    )
ax.axvline(2, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.annotate(
    "descent\nunstable",
    (2, 0.05),
    xycoords=("data", "axes fraction"),
    xytext=(-52, 0),
    textcoords="offset points",
    fontsize=10,
)
ax.axhline(0.05, color=C["grey"], linestyle=":")
ax.set(
    xlabel="rate × curvature",
    ylabel="error / length of the round",
    title="Large rates",
)
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="bracket-range",
    caption=f"(a) distance at the fixed time {duration:g} after {round_counts[0]} to {round_counts[-1]} rounds, geometric mean of {networks} {long_setting[0]} networks, {long_setting[1]} loss; legend: slopes. (b) error of one "
    f"round relative to its length (median of the same networks), up to rates where descent is close to unstable; dotted: 5 %. Neither figure says where the gradient flow ends up in the long run.",
    alt=f"Left: two lines of slopes {' and '.join(f'{one:.1f}' for one in global_slopes.values())}. Right: two rising lines.",
)
share_off = ratio_to_move["with the bracket"]
early, *_, late = np.median(share_off, axis=1)
log_off = np.log(np.median(share_off, axis=1))
reach = float(np.exp(np.interp(np.log(0.05), log_off, np.log(large))))
display(
    Markdown(
        f"With the bracket the error of a round stays below 5 % of its length up to a rate of **{reach:.2f}** over the curvature. "
        f"At a rate of {large[0]} it is {100 * early:.2g} % ({100 * share_off[0].min():.2g} to {100 * share_off[0].max():.2g} % over the {networks} networks), "
        f"at {large[-1]} {100 * late:.2g} % ({100 * share_off[-1].min():.2g} to {100 * share_off[-1].max():.2g} %)."
    )
)
evidence.record(
    "B.S1",
    "range of the rate",
    f"relative error of a round at rate × curvature = {large[0]}, with bracket",
    float(early),
    "<",
    0.05,
    n=f"{networks} networks",
    when=evidence.Assumed("rate × largest curvature is below about 1/2"),
)
evidence.record(
    "B.B1a",
    "large rates break the continual equation",
    "relative error of a round at rate × curvature = 1.6",
    float(late),
    ">",
    0.05,
    n=f"{networks} networks",
)
# %% [markdown]
# ## Break
#
# **A kink.** With ReLU the gradient jumps. Between kinks everything above holds with the derivatives of the linear piece; if a step crosses a kink, the bracket does not know, and one round costs an error of the order $h^2$ again,
# for the few rounds that cross. **Drift.** The paper says that the bracket is negligible if the data change smoothly (B.B2a), and may be large for independent tasks (B.B2b). Both statements can be made exact.
#
# :::{prf:proposition} Drift (ours; B.B2a)
# :label: prop-drift
#
# Let the loss change in a straight line over $T$ steps, $L_t = L_1 + \tfrac{t-1}{T-1}(L_T - L_1)$. Neighbouring brackets are $[g_t, g_{t+1}] = \tfrac1{T-1}[g_1, g_T]$, but the sum over all pairs, which is what the
# modified equation of the whole stream contains, is $\tfrac{T(T+1)}6\,[g_1, g_T]$. If instead the first half of the steps were taken on $L_1$ and the second half on $L_T$, it would be $\tfrac{T^2}4\,[g_1, g_T]$.
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
speeds = np.array([0.2, 0.1, 0.05, 0.025])
generator = torch.Generator().manual_seed(stream_number(seed, "drift"))
network = flow.Network((3, 6, 2))


def normal(*shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


streams, length = 12, 10


def along_a_stream(x1, x2, y1, y2, where):
    """Brackets of neighbours at each speed, and the sum over a stream relative to an abrupt change."""

    def at(u):  # inputs and targets move
        return network.squared_loss((1 - u) * x1 + u * x2, (1 - u) * y1 + u * y2)

    neighbours = [flow.lie_bracket(at(0.0), at(v), where).norm() for v in speeds]
    stream = [at(k / (length - 1)) for k in range(length)]

    def later(
        k,
    ):  # the bracket is linear in each loss: one for all pairs that k begins
        return lambda t: sum(loss(t) for loss in stream[k + 1 :])

    pairs = sum(
        flow.lie_bracket(stream[k], later(k), where) for k in range(length - 1)
    )
    abrupt = length**2 / 4 * flow.lie_bracket(stream[0], stream[-1], where)
    return torch.stack(neighbours), pairs.norm() / abrupt.norm()


def unrelated(count):
    return [normal(count, 8, k) for k in (3, 3, 2, 2)]


starts = torch.stack([network.initial((seed, "drift", i)) for i in range(streams)])
neighbour, halves = vmap(along_a_stream)(*unrelated(streams), starts)
share = evidence.level("B.B2a", "bracket of neighbours against drift speed")
drift_slope = mean_interval(
    limit_slope(speeds, neighbour.numpy(), axis=1), 1 - 2 * share
)
left_out = np.quantile(halves.numpy(), [0.5, 0.1, 0.9])
display(
    Markdown(
        f"With inputs and targets that move in a straight line the loss itself does not, yet the same happens: the bracket of neighbours shrinks in proportion to the speed of the drift "
        f"(exponent in the limit of slow drift {drift_slope.value:.2f}), while the sum over a stream of {length} steps keeps **{100 * left_out[0]:.0f} %** of that of an abrupt change, more than the two thirds of a straight line of losses "
        f"(10–90 %: {100 * left_out[1]:.0f}–{100 * left_out[2]:.0f} %, {streams} streams). Drift makes brackets small, not their sum."
    )
)
evidence.record(
    "B.B2a",
    "bracket of neighbours against drift speed",
    "exponent of the speed in the limit of slow drift",
    drift_slope,
    ">",
    0.9,
    n=f"{streams} streams",
    when=evidence.Assumed(
        "only neighbouring tasks are compared (over a whole stream most of it remains: two thirds for a straight line of losses, more in networks)"
    ),
)
# %% [markdown]
# **Data that drift within a task.** The equations take a task for one loss. Suppose its data move while it is learned: over ten steps inputs and targets go a share
# of the way to unrelated ones. How far from the iterates is the flow that knows the first loss only (B.S1, and the warning of Paper B's design trade-offs, B.K7)?

# %% tags=["hide-input"]
drifts = np.array([0.0, 0.02, 0.05, 0.2, 0.5, 1.0])  # of the way to unrelated data
drifting = 100
far_starts = torch.stack(
    [network.initial((seed, "within", i)) for i in range(drifting)]
)
moving = dict(
    zip(("x1", "x2", "y1", "y2"), unrelated(drifting), strict=True),
)


def moving_loss(d, u):
    return network.squared_loss(
        (1 - u) * d["x1"] + u * d["x2"], (1 - u) * d["y1"] + u * d["y2"]
    )


def curvature_of_all(t, d):
    return torch.stack(
        [
            torch.linalg.eigvalsh(jacrev(grad(moving_loss(d, u)))(t))[-1]
            for u in (0.0, 1.0)
        ]
    ).max()


moving["h"] = 0.1 / vmap(curvature_of_all)(far_starts, moving)


def after_drift(t, d, drift):
    for k in range(length):
        t = t - d["h"] * grad(moving_loss(d, drift * k / (length - 1)))(t)
    return t


ends = {
    drift: vmap(lambda t, d, drift=drift: after_drift(t, d, drift))(
        far_starts, moving
    )
    for drift in drifts
}
taken_for_one = flow.integrate(
    lambda now: vmap(
        lambda t, d: (
            length
            * d["h"]
            * flow.modified_field([moving_loss(d, 0.0)], d["h"], 1)(t)
        )
    )(now, moving),
    far_starts,
    1.0,
)
off_by_drift = {
    drift: (
        (end - taken_for_one).norm(dim=1) / (end - far_starts).norm(dim=1)
    ).numpy()
    for drift, end in ends.items()
}
by_drift = pd.DataFrame(
    {"drift": drifts, "off": [np.median(v) for v in off_by_drift.values()]}
)
still = evidence.tested(
    by_drift,
    "drift <= 0.05",
    lambda rows: rows.off.max(),
    "data drift within a task by no more than a twentieth of the way to unrelated data",
)
evidence.record(
    "B.S1",
    "data that drift within a task",
    "median error over the way, ten steps at rate × curvature 0.1, largest of the drifts",
    still.inside,
    "<",
    0.05,
    n=f"{drifting} networks × {len(drifts)} drifts",
    when=still,
)
evidence.record(
    "B.K7",
    "data that drift within a task",
    "error over the way with data that end unrelated, lowest tenth of networks",
    float(np.quantile(off_by_drift[1.0], 0.1)),
    ">",
    0.05,
    n=f"{drifting} networks",
)
evidence.record(
    "B.K7",
    "large rates",
    "relative error of a round at rate × curvature = 1.6",
    float(late),
    ">",
    0.05,
    n=f"{networks} networks",
)
display(
    Markdown(
        "Error of the flow that takes the task for one loss, relative to the way gone (median): "
        + ", ".join(
            f"{row.off:.1%} at a drift of {row.drift:g}"
            for row in by_drift.itertuples()
        )
        + ". Slow drift costs in proportion to its size, not more."
    )
)

# %% [markdown]
# **Independent tasks.** Two meanings of the word give opposite answers. If the tasks use *disjoint parameters*, $H_2 g_1 = 0 = H_1 g_2$ and the bracket is exactly zero. If they share all parameters and their *data* are
# unrelated, the bracket is as large as it gets. We turn one dial from "same data" to "unrelated data". This also settles what the bracket measures: not "how much the flows span independent
# regions" (B.K2), for flows on disjoint parameters do just that and have none; but whether following one flow changes the other.

# %% tags=["hide-input"]
x1, x2, y1, y2 = (one[0] for one in unrelated(1))


def private(name, loss):
    return lambda t: loss(t[name])


parts = {side: network.initial((seed, side)) for side in ("left", "right")}
one_loss = network.squared_loss(x1, y1)
apart = flow.lie_bracket(
    private("left", one_loss), private("right", network.squared_loss(x2, y2)), parts
)
zero = max(float(v.abs().max()) for v in apart.values())
mixing = torch.linspace(0, 1, 6, dtype=torch.float64)


def relative_size(m, x1, x2, y1, y2, where):
    """Bracket over gradients; b keeps the distribution of task 2 while its correlation with task 1 falls."""
    a, b = (1 - m**2).sqrt(), m
    first = network.squared_loss(x1, y1)
    second = network.squared_loss(a * x1 + b * x2, a * y1 + b * y2)
    g1, g2 = grad(first)(where), grad(second)(where)
    return flow.lie_bracket(first, second, where).norm() / g1.norm() / g2.norm()


starts = torch.stack(
    [network.initial((seed, "mixing", i)) for i in range(3 * streams)]
)
pairs = (*unrelated(3 * streams), starts)
relative = vmap(lambda *one: vmap(lambda m: relative_size(m, *one))(mixing))(*pairs)
relative = relative.numpy()
share = evidence.level("B.B2b", "unrelated data, shared or disjoint parameters")
confidence = 1 - share  # two means, drawn and trained parameters


def learned_first(x1, x2, y1, y2, where):
    """Parameters after the first task has been learned for a while."""
    return flow.descend([network.squared_loss(x1, y1)], where, 0.05, 300)


trained_pairs = (*pairs[:-1], vmap(learned_first)(*pairs))
relative_trained = vmap(
    lambda *one: vmap(lambda m: relative_size(m, *one))(mixing[[0, -1]])
)(*trained_pairs).numpy()
grown = pd.DataFrame(
    [
        ("shared", mean_interval(each[:, -1] - each[:, 0], confidence))
        for each in (relative, relative_trained)
    ]
    + [("disjoint", Interval(zero, zero, zero))],
    columns=["parameters", "growth"],
)
growth = evidence.tested(
    grown,
    "parameters == 'shared'",
    lambda rows: min(rows.growth, key=lambda v: v.low),
    "parameters are shared (with disjoint parameters the bracket is zero)",
)
left, ax = plt.subplots()
figures.band(ax, mixing, relative, color=C["blue"])
ax.set(
    xlabel="share of unrelated data in task 2",
    ylabel=r"$\|[g_1,g_2]\|\,/\,\|g_1\|\|g_2\|$",
    title="Shared parameters",
    ylim=(0, None),
)
figures.show(
    left,
    name="bracket-independent-tasks",
    caption=f"Relative size of the bracket as the second task's data become unrelated to the first's, {len(relative)} random tanh networks, mean and 95 % interval. With disjoint parameters it is {zero:g} throughout. Random parameters; after 300 steps on task 1 it grows by {relative_trained[:, 1].mean() - relative_trained[:, 0].mean():.2g}.",
    alt=f"A curve from {relative[:, 0].mean():.2g} for identical data to {relative[:, -1].mean():.2g} for unrelated data.",
)
evidence.record(
    "B.K2",
    "flows that span independent directions",
    "bracket of two losses on disjoint parameters",
    zero,
    ">",
    0,
    n="exact",
)
evidence.record(
    "B.B2b",
    "unrelated data, shared or disjoint parameters",
    "growth of the relative bracket, smaller of drawn and trained parameters",
    growth.inside,
    ">",
    0,
    n=f"{len(relative)} networks, drawn and after 300 steps on task 1",
    when=growth,
)
# %% [markdown]
# ## Exercises
#
# :::{exercise}
# :label: ex-bracket-same
# Show that the bracket of a task with itself is zero, and that the bracket of two quadratic losses with Hessians $A$, $B$ and one common minimum at 0 is $(BA - AB)\theta$.
# :::
#
# :::{solution} ex-bracket-same
# :class: dropdown
# $[g, g] = Hg - Hg = 0$. With $g_1 = A\theta$ and $g_2 = B\theta$: $H_2 g_1 - H_1 g_2 = BA\theta - AB\theta$. It vanishes for all $\theta$ if and only if the two bowls have common axes.
# :::
#
# :::{exercise}
# :label: ex-bracket-meaning
# *(A quick check question of Paper B.)* What does the Lie bracket of two gradient flows measure, and what does it not?
# :::
#
# :::{solution} ex-bracket-meaning
# :class: dropdown
# Whether it matters which flow is followed first: to leading order the two end points differ by $h^2[g_1, g_2]$, and the flows commute if and only if the bracket is zero everywhere. It is $H_2 g_1 - H_1 g_2$: how following one flow turns the field of the other. It does not measure how different the tasks are: on disjoint parameters two unlike tasks have none, and one zero at a single point does not make flows commute.
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
# Two gradient steps are the flow of the modified loss *and* of the Lie bracket of the two gradients. Without the bracket the picture is wrong in the first power of $h$; with it, right to 5 % of a round up to a rate of about half the inverse curvature, more or less by network.
# It is also what the two orders of a round differ by, to leading order: at one point no more than that. The bracket has a curl, so no loss contains it; it works for or against flatness with equal chance, seldom outweighs it at random parameters and more often after training, and reversing the order reverses it. Drift makes single brackets small but keeps most of their sum.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
