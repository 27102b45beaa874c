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

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 48  # for the experiment on flatness

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import sympy as sp
import torch
from IPython.display import Markdown, Math, display
from torch.func import grad, jacrev, vmap

from manytasks import evidence, figures, flow

torch.set_num_threads(1)
C = figures.COLORS

# %% [markdown]
# Gradient descent with rate $h$ does not follow the gradient flow. It follows another smooth flow, and one can write that flow down, power by power of $h$.

# %% tags=["hide-input"]
generator = torch.Generator().manual_seed(seed)
small = flow.Network((3, 3, 1))
x = torch.randn(8, 3, generator=generator, dtype=torch.float64)
y = torch.randn(8, 1, generator=generator, dtype=torch.float64)
raw = small.squared_loss(x, y)
theta = small.initial(seed, scale=1.5)
sharpness = torch.linalg.eigvalsh(jacrev(grad(raw))(theta))[-1]


def loss(t):
    return raw(t) / sharpness  # the largest curvature at the start is one


rates = np.array([0.2, 0.1, 0.05, 0.025])
orders = [0, 1, 2, 3]
gap = np.array(
    [
        [
            float(
                (
                    flow.descend([loss], theta, h)
                    - flow.integrate(flow.modified_field([loss], h, k), theta, h)
                ).norm()
            )
            for h in rates
        ]
        for k in orders
    ]
)
slopes = np.polyfit(np.log(rates[-3:]), np.log(gap[:, -3:]).T, 1)[0]
display(
    Markdown(
        f"After one step with rate {rates[1]:g}, a small network is {gap[0, 1]:.1g} away from the gradient flow, {gap[1, 1]:.1g} from the flow with one correction, {gap[2, 1]:.1g} with two and {gap[3, 1]:.1g} with three: "
        f"the distance falls like $h^{{{slopes[0]:.2f}}}$, $h^{{{slopes[1]:.2f}}}$, $h^{{{slopes[2]:.2f}}}$ and $h^{{{slopes[3]:.2f}}}$."
    )
)

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
# :::{prf:theorem} No modified loss at the next order (ours)
# :label: thm-no-modified-loss
#
# Let $L$ be four times continuously differentiable, $g = \nabla L$, $H = \nabla^2 L$ and $B = \nabla^3 L[g]$, the derivative of $H$ along $g$. The coefficient of $h^2$ is
#
# $$\tilde f_2 = -\tfrac1{12}\nabla (g^\top H g) - \tfrac16 H^2 g ,$$
#
# and on a simply connected region it is the gradient of some function **if and only if** $HB = BH$ there. For quadratic losses that is so, to all orders; in general it is not.
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
assert sp.expand(first + f * f.diff(t) / 2) == 0
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
    assert sp.expand(series.evaluate(k, [[f]], [t])[0].doit() - ours) == 0
decay = [
    series.evaluate(k, [[-t]], [t])[0] for k in range(5)
]  # L = θ²/2: each step multiplies θ by 1 − h
assert decay == [
    sp.series(sp.log(1 - h) / h, h, 0, 5).removeO().coeff(h, k) * t
    for k in range(5)
]
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


assert sp.expand(order_1 + gradient_of((g.T * g)[0]) / 4) == sp.zeros(2, 1)
Math(r"-\tfrac12 f'f = -\tfrac12 H g = -\nabla\,\tfrac14\|\nabla L\|^2")

# %% [markdown]
# **Step 6. Order $h^2$ is not.** Split off what is a gradient; the rest, $H^2 g$, has a curl, and that curl is the commutator of $H$ with its derivative along $g$.

# %%
order_2 = series.evaluate(2, [-g], [u, v]).doit()
assert sp.expand(
    order_2 + gradient_of((g.T * H * g)[0]) / 12 + H * H * g / 6
) == sp.zeros(2, 1)
B = H.diff(u) * g[0] + H.diff(v) * g[1]


def curl(w):
    return sp.expand(w[1].diff(u) - w[0].diff(v))


commutator = H * B - B * H
assert sp.expand(curl(order_2) + commutator[1, 0] / 6) == 0
example = u**2 / 2 + u * v + u * v**2 / 2
left_over = sp.factor(curl(order_2).subs(L, example).doit())
assert left_over != 0
Math(
    rf"\operatorname{{curl}} \tilde f_2 = -\tfrac16 (HB - BH)_{{21}}; \qquad L = {sp.latex(example)}:\ \operatorname{{curl}}\tilde f_2 = {sp.latex(left_over)}"
)

# %% [markdown]
# ## Check
#
# The opening numbers, for four orders; and a route that takes no derivative at all. One step of descent is the exponential of $hD$, hence $hD = \log(1 + \Delta)$ with the forward difference $\Delta$ of the iterates:
# $h\tilde f(\theta_0) = \Delta\theta_0 - \tfrac12\Delta^2\theta_0 + \tfrac13\Delta^3\theta_0 - \dots$ The modified field is the velocity of the smooth curve through the iterates.


# %% tags=["hide-input"]
def from_iterates(h, terms=8):
    points = [theta]
    for _ in range(terms):
        points.append(flow.descend([loss], points[-1], h))
    differences, total = torch.stack(points), torch.zeros_like(theta)
    for k in range(1, terms + 1):
        differences = differences.diff(dim=0)
        total = total + (-1) ** (k - 1) * differences[0] / (k * h)
    return total


fine = np.array([0.05, 0.025, 0.0125])
apart = np.array(
    [
        [
            float(
                (from_iterates(h) - flow.modified_field([loss], h, k)(theta)).norm()
            )
            for h in fine
        ]
        for k in orders
    ]
)
second_route = np.polyfit(np.log(fine), np.log(apart).T, 1)[0]


# A landscape one can look at: an elongated bowl, slightly bent.
def valley(p):
    return (p[0] ** 2 + 0.2 * p[1] ** 2 + 0.1 * (p[0] * p[1]) ** 2) / 2


origin, rate, count = torch.tensor([1.0, 1.0], dtype=torch.float64), 0.6, 8
points = [origin]
for _ in range(count):
    points.append(flow.descend([valley], points[-1], rate))
times = np.linspace(0, rate * count, 200)
curves = {
    k: torch.stack(
        flow.trajectory(flow.modified_field([valley], rate, k), origin, times)
    ).numpy()
    for k in (0, 1, 2)
}
left, ax = plt.subplots()
gx, gy = np.meshgrid(np.linspace(-0.05, 1.1, 80), np.linspace(0.2, 1.1, 80))
heights = vmap(valley)(torch.tensor(np.stack([gx, gy], -1).reshape(-1, 2))).reshape(
    gx.shape
)
ax.contour(
    gx,
    gy,
    heights,
    levels=np.geomspace(0.005, 3, 14),
    colors=C["grey"],
    linewidths=0.6,
    alpha=0.7,
)
for k, name in ((0, "gradient flow"), (1, "order $h$"), (2, "order $h^2$")):
    ax.plot(*curves[k].T, color=(C["grey"], C["blue"], C["green"])[k], label=name)
ax.plot(
    *torch.stack(points).numpy().T,
    "o",
    color=C["orange"],
    markersize=5,
    label="descent",
)
ax.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", title="An elongated bowl")
ax.set(xlim=(-0.05, 1.1), ylim=(0.2, 1.1))
ax.legend(fontsize=9, loc="lower right")
right, ax = plt.subplots()
for k, color in zip(
    orders, (C["grey"], C["blue"], C["green"], C["purple"]), strict=True
):
    ax.loglog(
        rates, gap[k], "-o", color=color, label=f"order {k}: slope {slopes[k]:.2f}"
    )
ax.set(
    xlabel="rate × largest curvature",
    ylabel="distance after one step",
    title="Slopes",
)
ax.set_xticks(rates, [f"{one:g}" for one in rates])
ax.minorticks_off()
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="modified-equation-orders",
    caption=f"Left: {count} steps of descent with rate {rate} (dots) and three flows for the same time. Right: one step of a tanh network with {small.size} parameters against the flow of each order. The left landscape is made up; the right figure shows one step only.",
    alt="Left: dots leave the gradient flow and stay on the corrected flows. Right: lines of slope two, three, four and five.",
)
error = float(np.abs(slopes - [2, 3, 4, 5]).max())
evidence.record(
    "O.8",
    "one task, slopes of orders 0 to 3",
    statistic="largest |slope − (order + 2)|",
    value=error,
    threshold=0.15,
    n="1 network × 3 rates",
    holds=error < 0.15,
)
error = float(np.abs(second_route[:3] - [1, 2, 3]).max())
evidence.record(
    "O.8",
    "second route, from iterates alone",
    statistic="largest |slope − (order + 1)|",
    value=error,
    threshold=0.15,
    n="1 network × 3 rates",
    holds=error < 0.15,
)
# %% [markdown]
# ## Does the implicit term help?
#
# Paper B calls the flatness term beneficial (B.M1a) and asks what it does to speed and generalization (open question 3). We compare rates at *equal progress*: every network is trained until its training loss falls below one common value, and only then we look. The explicit
# counterpart trains with a tiny rate on $L + \tfrac\mu4\|\nabla L\|^2$; if the theory is right it must do with $\mu = h$ what descent does with rate $h$.

# %% tags=["hide-input"]
student, teacher, noise, target = (
    flow.Network((4, 12, 1)),
    flow.Network((4, 3, 1)),
    0.3,
    0.03,
)


def normal(*shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


weights = torch.stack(
    [teacher.initial(9000 * seed + i, scale=1.5) for i in range(networks)]
)
data = {"x": normal(networks, 24, 4), "tx": normal(networks, 200, 4)}
data["y"] = vmap(teacher)(weights, data["x"]) + noise * normal(networks, 24, 1)
data["ty"] = vmap(teacher)(weights, data["tx"])
begin = torch.stack(
    [student.initial(7000 * seed + i, scale=1.0) for i in range(networks)]
)


def training(t, d):
    return student.squared_loss(d["x"], d["y"])(t)


def testing(t, d):
    return student.squared_loss(d["tx"], d["ty"])(t)


def until(rate, mu, most):
    """Descend L + (mu/4)‖∇L‖² in all networks until the training loss is below `target`, or give up."""

    def objective(t, d):
        value = training(t, d)
        penalised = (
            value
            if mu == 0
            else value + mu / 4 * grad(training)(t, d).square().sum()
        )
        return penalised, value

    slope = vmap(grad(objective, has_aux=True))
    t, done = begin, torch.zeros(networks, dtype=torch.bool)
    steps = torch.full((networks,), float("nan"), dtype=torch.float64)
    for k in range(most):
        direction, value = slope(t, data)
        steps[(value <= target) & ~done] = k
        done = done | (value <= target)
        if bool(done.all()):
            break
        t = torch.where(done[:, None], t, t - rate * direction)
    sharp = vmap(
        lambda s, d: torch.linalg.eigvalsh(jacrev(grad(training))(s, d))[-1]
    )(t, data)
    return {
        "done": done.numpy(),
        "time": (steps * rate).numpy(),
        "steps": steps.numpy(),
        "gradient": vmap(grad(training))(t, data).norm(dim=1).numpy(),
        "test": vmap(testing)(t, data).numpy(),
        "sharpness": sharp.numpy(),
        "theta": t,
    }


fine_rate, horizon = 0.02, 24.0
implicit = {
    rate: until(rate, 0.0, int(horizon / rate))
    for rate in (fine_rate, 0.1, 0.2, 0.4)
}
explicit = {
    mu: until(fine_rate, mu - fine_rate, int(horizon / fine_rate))
    for mu in (0.1, 0.2, 0.4)
}
everywhere = np.all(
    [
        one["done"] & np.isfinite(one["test"])
        for one in (*implicit.values(), *explicit.values())
    ],
    axis=0,
)
rng = np.random.default_rng(seed)
resample = rng.integers(0, everywhere.sum(), (2000, everywhere.sum()))


def paired(one, quantity):
    """Mean relative change against the finest rate, paired by network, with a 95 % bootstrap interval."""
    change = np.log(
        one[quantity][everywhere] / implicit[fine_rate][quantity][everywhere]
    )
    return np.concatenate(
        [[change.mean()], np.quantile(change[resample].mean(1), [0.025, 0.975])]
    )


panels = []
for quantity, title in (("gradient", "Gradient norm"), ("test", "Test loss")):
    figure, ax = plt.subplots()
    for runs, color, name, shift in (
        (implicit, C["blue"], "implicit: rate $h$", 0.98),
        (explicit, C["orange"], r"explicit: $\mu = h$", 1.02),
    ):
        keys = [k for k in runs if k != fine_rate]
        rows = 100 * np.expm1(np.array([paired(runs[k], quantity) for k in keys]))
        ax.errorbar(
            np.array(keys) * shift,
            rows[:, 0],
            np.abs(rows[:, 1:] - rows[:, :1]).T,
            fmt="-o",
            color=color,
            label=name,
            capsize=2,
        )
    ax.axhline(0, color=figures.INK, linewidth=0.8, alpha=0.5)
    ax.set(
        xscale="log",
        xlabel=r"$h$ or $\mu$",
        ylabel="change, %",
        title=f"{title} at equal training loss",
    )
    ax.set_xticks([0.1, 0.2, 0.4], ["0.1", "0.2", "0.4"])
    ax.minorticks_off()
    ax.legend(fontsize=9)
    panels.append(figure)
n = f"{int(everywhere.sum())} networks, paired"
figures.show(
    panels,
    name="implicit-and-explicit-flatness",
    caption=f"Change against the finest rate ({fine_rate}) when the training loss has fallen to {target}: geometric mean over {n}, 95 % bootstrap intervals. Networks with {student.size} parameters, 24 noisy samples. Equal progress is equal training loss; another stopping rule may give another answer.",
    alt="Left: the gradient norm against the rate, implicit and explicit. Right: the test loss.",
)
flat, general = paired(implicit[0.4], "gradient"), paired(implicit[0.4], "test")
flat_explicit, general_explicit = (
    paired(explicit[0.4], "gradient"),
    paired(explicit[0.4], "test"),
)
sharp_change, time_change = (
    paired(implicit[0.4], "sharpness"),
    paired(implicit[0.4], "time"),
)


def percent(row):
    return f"{100 * np.expm1(row[0]):+.1f} % ({100 * np.expm1(row[1]):+.1f} to {100 * np.expm1(row[2]):+.1f})"


displacement = (implicit[0.4]["theta"] - implicit[fine_rate]["theta"])[everywhere]
displacement_explicit = (explicit[0.4]["theta"] - implicit[fine_rate]["theta"])[
    everywhere
]
alike = torch.nn.functional.cosine_similarity(
    displacement, displacement_explicit
).numpy()
display(
    Markdown(
        "| at equal training loss, against the finest rate | rate 0.4 | penalty $\\mu = 0.4$ |\n|---|---|---|\n"
        + "\n".join(
            f"| {name} | {percent(paired(implicit[0.4], q))} | {percent(paired(explicit[0.4], q))} |"
            for q, name in (
                ("gradient", "gradient norm"),
                ("sharpness", "largest curvature"),
                ("test", "test loss"),
                ("time", "time (steps × rate)"),
            )
        )
        + f"\n\nThe rate and the penalty move the end point in the same direction: cosine {np.median(alike):.2f} (median). The speed is another matter: a larger rate needs fewer *steps* in proportion, the penalty does not. Rate and penalty agree while the rate times the curvature is small; at 0.4 the higher orders of the implicit term add to it."
    )
)

# %% tags=["hide-input"]
evidence.record(
    "B.M1a",
    "flatness at equal progress",
    statistic="change of the gradient norm at rate 0.4, upper 95 % limit (log)",
    value=flat[2],
    threshold=0,
    n=n,
    holds=bool(flat[2] < 0),
    when="flat means a small gradient norm at equal training loss",
)
# Both the rate and the penalty must lower the test loss, or neither may: anything else stays open.
limits = np.array([general[1:], general_explicit[1:]])
helps = (
    True
    if np.all(limits[:, 1] < 0)
    else (False if np.any(limits[:, 0] > 0) else None)
)
evidence.record(
    "B.M1a",
    "generalization at equal progress",
    statistic="change of the test loss by rate and by penalty, larger upper 95 % limit (log)",
    value=limits[:, 1].max(),
    threshold=0,
    n=n,
    holds=helps,
)
evidence.record(
    "B.Q3",
    "explicit counterpart",
    statistic="cosine of the displacements by rate and by penalty, median",
    value=float(np.median(alike)),
    threshold=0.8,
    n=n,
    holds=bool(np.median(alike) > 0.8),
)
# %% [markdown]
# ## Break
#
# **Large rates (B.B1a).** For $L = \tfrac12\lambda\theta^2$ the modified field is $\tfrac1h\log(1 - h\lambda)\,\theta$. Its series converges for $h\lambda < 1$ only. Beyond, descent still converges up to $h\lambda = 2$, but it *jumps* from side to side, and no smooth flow
# in one dimension can do that. On a network: the error of one step, relative to its length.

# %% tags=["hide-input"]
products = np.linspace(0.05, 1.5, 60)
left, ax = plt.subplots()
exact = 1 - products
for k, color in zip(
    (0, 1, 2, 3, 8),
    (C["grey"], C["blue"], C["green"], C["purple"], C["red"]),
    strict=True,
):
    exponent = -sum(products ** (j + 1) / (j + 1) for j in range(k + 1))
    ax.semilogy(
        products, np.abs(np.exp(exponent) - exact), color=color, label=f"order {k}"
    )
ax.axvline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set(
    xlabel=r"$h\lambda$",
    ylabel="error of the factor per step",
    title="One quadratic",
    ylim=(1e-6, 10),
)
ax.legend(fontsize=9)
wide = np.array([0.1, 0.2, 0.4, 0.8, 1.6])
relative = np.array(
    [
        [
            float(
                (
                    flow.descend([loss], theta, h)
                    - flow.integrate(flow.modified_field([loss], h, k), theta, h)
                ).norm()
                / (h * grad(loss)(theta).norm())
            )
            for h in wide
        ]
        for k in (0, 1, 2)
    ]
)
right, ax = plt.subplots()
for k, color in zip((0, 1, 2), (C["grey"], C["blue"], C["green"]), strict=True):
    ax.loglog(wide, relative[k], "-o", color=color, label=f"order {k}")
ax.axhline(0.05, color=C["grey"], linestyle=":")
ax.set(
    xlabel="rate × largest curvature",
    ylabel="error / length of the step",
    title="A network",
)
ax.set_xticks(wide, [f"{one:g}" for one in wide])
ax.minorticks_off()
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="modified-equation-large-rates",
    caption="Left: factor per step of a quadratic against that of each order's flow; beyond $h\\lambda = 1$ (dashed) more terms no longer help, as descent jumps over the minimum and no flow can. Right: one step of the network of this page; dotted: 5 %. One step from one point; later steps may meet other curvatures.",
    alt="Left: errors grow with the rate; beyond one all orders are equally wrong. Right: three rising lines that meet near one.",
)
reach = float(np.exp(np.interp(np.log(0.05), np.log(relative[1]), np.log(wide))))
display(
    Markdown(
        f"With the first correction the error of a step is 5 % of its length at a rate of **{reach:.2f}** over the largest curvature; the gradient flow alone is there at {float(np.exp(np.interp(np.log(0.05), np.log(relative[0]), np.log(wide)))):.2f}."
    )
)
evidence.record(
    "B.B1a",
    "the series beyond hλ = 1",
    statistic="error of order 1 / length of the step at rate × curvature 1.6",
    value=float(relative[1, -1]),
    threshold=0.05,
    n="1 network",
    holds=bool(relative[1, -1] > 0.05),
)
evidence.record(
    "B.S1",
    "range of the rate, one task",
    statistic="rate × curvature at which order 1 is off by 5 %",
    value=reach,
    threshold=0.1,
    n="1 network",
    holds=bool(reach > 0.1),
    when="rate × largest curvature is below about 1/2",
)
# %% [markdown]
# **Kinks.** With ReLU $f$ jumps. As long as a step stays in one linear piece, everything holds for that piece. A step across a kink can be wrong by the order $h$, the length of the step itself, and no term of the series repairs that: for
# $L = \max(0, \theta)$, from $\theta = h/2$, the step ends at $-h/2$, the flow at 0, where its field ends. How often does it happen?

# %% tags=["hide-input"]
hinge_step = 0.1
end = flow.descend(
    [lambda t: torch.relu(t).sum()], torch.tensor([hinge_step / 2]), hinge_step
)
assert abs(float(end) + hinge_step / 2) < 1e-7
kinked, units = flow.Network((3, 6, 1), "relu"), 6
rough = kinked.squared_loss(x, y)


def pieces(t):
    """Return which hidden units are active on which sample."""
    return (x @ t[: 3 * units].reshape(3, units) + t[3 * units : 4 * units]) > 0


fresh = torch.stack([kinked.initial(300 * seed + i, scale=1.5) for i in range(200)])
shares = {}
for size in (0.001, 0.01, 0.1):
    moved = vmap(lambda t, size=size: flow.descend([rough], t, size))(fresh)
    shares[size] = float(
        (vmap(pieces)(fresh) != vmap(pieces)(moved))
        .any(dim=2)
        .any(dim=1)
        .double()
        .mean()
    )
display(
    Markdown(
        "A step crosses a kink in "
        + ", ".join(
            f"{100 * share:.0f} % of the networks at rate {size:g}"
            for size, share in shares.items()
        )
        + f" ({len(fresh)} ReLU networks with {units} hidden units, {len(x)} samples): about in proportion to the rate, so that a fixed time of training meets a fixed number of kinks, however small the rate."
    )
)

# %% [markdown]
# ## Exercises
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
# Descent follows $\frac{hD}{e^{hD} - 1} f$, a flow of its own. Its first correction is the gradient of $\tfrac h4\|\nabla L\|^2$; its second is the gradient of nothing, unless the Hessian commutes with its own change. All of this ends where the rate times the curvature reaches one.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
