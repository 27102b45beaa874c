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

# %% tags=["parameters"]
profile = "book"
seed = 1
networks = 160  # pairs of tasks [5 to 400]
flow_steps = 120  # steps of each trajectory [30 to 400]
slope_networks = 4  # networks whose slopes are measured [1 to 20]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Markdown, Math, display
from torch.func import grad, jacrev, vmap

from manytasks import checks, evidence, figures, flow, parameters
from manytasks.statistics import log_slope, mean_interval, share_interval
from manytasks.streams import stream_number

parameters.check(In, globals())
parameters.require(
    slope_networks <= networks,
    f"slope_networks must be at most networks = {networks}; got {slope_networks}",
)
torch.set_num_threads(1)
C = figures.COLORS

# %% [markdown]
# Descent on a sum of two losses also lowers $\|g_1 + g_2\|^2$, because a step does not see the slope change under it. The mixed part of
# that square, the *conflict term*, turns the gradients against each other, and so keeps the minimum of the sum where it is.
# Paper B calls the term detrimental; we ask what would happen without it.

# %% tags=["hide-input"]
SAMPLES, trunk = 10, flow.Network((3, 5, 3))
generator = torch.Generator().manual_seed(stream_number(seed, "tasks"))


def normal(*shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


data = {
    "x1": normal(networks, SAMPLES, 3),
    "x2": normal(networks, SAMPLES, 3),
    "y1": normal(networks, SAMPLES, 2),
    "y2": normal(networks, SAMPLES, 2),
}
# Parameters: a shared trunk and one private linear head for each task.
begin = {
    "trunk": torch.stack(
        [trunk.initial((seed, "trunk", i), scale=1.2) for i in range(networks)]
    ),
    "head1": normal(networks, 3, 2) / 3**0.5,
    "head2": normal(networks, 3, 2) / 3**0.5,
}


def loss_of(task):
    def loss(t, d):
        features = torch.tanh(trunk(t["trunk"], d[f"x{task}"]))
        return (features @ t[f"head{task}"] - d[f"y{task}"]).square().sum(
            -1
        ).mean() / 2

    return loss


L1, L2 = loss_of(1), loss_of(2)


def total(t, d):
    return L1(t, d) + L2(t, d)


def inner(a, b):
    return sum((a[name] * b[name]).sum() for name in a)


def only(d, i):
    return {name: value[i] for name, value in d.items()}


rates = np.array([0.04, 0.02, 0.01])
few = range(slope_networks)
distance = {
    "gradient flow": [],
    "modified loss (Eq. 6)": [],
    "without the conflict term": [],
}
for h in rates:
    rows = {name: [] for name in distance}
    for i in few:
        one, two = (lambda t, i=i, L=L: L(t, only(data, i)) for L in (L1, L2))

        def both(t, one=one, two=two):
            return one(t) + two(t)

        where = only(begin, i)
        end = flow.descend([both], where, h)
        fields = {
            "gradient flow": both,
            "modified loss (Eq. 6)": flow.modified_loss(
                [one, two], h, together=True
            ),
            "without the conflict term": flow.modified_loss([one, two], h),
        }
        for name, potential in fields.items():

            def downhill(t, potential=potential):
                return {k: -v for k, v in grad(potential)(t).items()}

            flowed = flow.integrate(downhill, where, h)
            rows[name].append(
                float(sum((end[k] - flowed[k]).square().sum() for k in end) ** 0.5)
            )
    for name in distance:
        distance[name].append(rows[name])
distance = {name: np.array(rows) for name, rows in distance.items()}
slopes = {name: log_slope(rates, rows) for name, rows in distance.items()}
display(
    Markdown(
        f"With the modified loss of Eq. 6 a step is off by $h^{{{slopes['modified loss (Eq. 6)'].mean():.2f}}}$ (mean of {len(few)} networks with a shared trunk and private heads). Take the conflict term away and it is "
        f"$h^{{{slopes['without the conflict term'].mean():.2f}}}$ again, no better than the plain gradient flow."
    )
)

# %% [markdown]
# ## Claim
#
# Task $i$ has loss $L_i(\theta, \varphi_i)$: shared parameters $\theta$, a private head $\varphi_i$, together $\omega_i = (\theta, \varphi_i)$. Descent with rate $h$ minimises $\alpha L_1 + \beta L_2$.
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
# 1. The conflict term alone never increases $\langle g_1, g_2\rangle$: along its flow the inner product falls at the rate $\tfrac{\alpha\beta h}2\|\nabla\langle g_1, g_2\rangle\|^2$.
# 2. Flatness and conflict are together $\tfrac h4\|\alpha g_1 + \beta g_2\|^2 \ge 0$. At a stationary point of $\alpha L_1 + \beta L_2$ this and its gradient vanish: every minimum stays where it is.
# 3. Without the conflict term it does not: a non-degenerate minimum with Hessian $H = \alpha H_1 + \beta H_2$ moves by $-\tfrac h2 H^{-1}\bigl(\alpha^2 H_1 g_1 + \beta^2 H_2 g_2\bigr) + O(h^2)$, which is zero only if $\alpha^2 H_1 g_1 = -\beta^2 H_2 g_2$.
# :::
#
# ## Derive
#
# **Step 1. One step on a weighted sum is one step on one loss.** So [](modified-equation) applies, with $L = \alpha L_1 + \beta L_2$ and all parameters together; three scalars $\theta, \varphi_1, \varphi_2$ stand for the three blocks.

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
# **Step 2. Expand the square.** $L_1$ does not know $\varphi_2$, nor $L_2$ $\varphi_1$: in the mixed term only the shared parameters are left.

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
# **Step 3. It is the package's field.** `flow.modified_series` gives the modified field of the weighted sum; to order $h$ it is $-\nabla\tilde L$.

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
# **Step 4. Minima.** For the third part of our theorem we solve for the stationary point in powers of $h$: two quadratics with general Hessians, all parameters shared, the joint minimum at zero.

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
# Two tasks, two shared parameters. The same field with the conflict term removed, kept (Eq. 6, what descent does) or reversed. Only with the term kept does the flow end in the minimum of the sum.

# %% tags=["hide-input", "lead"]
H1 = torch.tensor([[1.0, 0.35], [0.35, 0.3]], dtype=torch.float64)
H2 = torch.tensor([[0.25, -0.1], [-0.1, 1.2]], dtype=torch.float64)
c1, c2 = (
    torch.tensor([-1.0, 0.6], dtype=torch.float64),
    torch.tensor([1.0, -0.5], dtype=torch.float64),
)
bowl1, bowl2 = (
    lambda p, H=H, c=c: (p - c) @ H @ (p - c) / 2 for H, c in ((H1, c1), (H2, c2))
)
step = 0.55
minimum = torch.linalg.solve(H1 + H2, H1 @ c1 + H2 @ c2)
origin = minimum + torch.tensor([-0.3, 0.32], dtype=torch.float64)


def with_conflict(weight, one, two, h):
    """Loss and flatness term, plus `weight` times the conflict term."""
    flat, whole = (
        flow.modified_loss([one, two], h),
        flow.modified_loss([one, two], h, together=True),
    )
    return lambda p: flat(p) + weight * (whole(p) - flat(p))


names = {
    "removed": (0, C["grey"], "--"),
    "kept": (1, C["blue"], "-"),
    "reversed": (-1, C["red"], ":"),
}
left, ax = plt.subplots()
gx, gy = np.meshgrid(np.linspace(-0.65, 0.15, 70), np.linspace(-0.8, -0.1, 70))
grid = torch.tensor(np.stack([gx, gy], -1).reshape(-1, 2))
ax.contour(
    gx,
    gy,
    vmap(lambda p: bowl1(p) + bowl2(p))(grid).reshape(gx.shape),
    levels=12,
    colors=C["grey"],
    linewidths=0.5,
    alpha=0.6,
)
times = torch.linspace(0, 15, 200, dtype=torch.float64)[:, None, None]
resting = {}
for name, (weight, color, style) in names.items():
    potential = with_conflict(weight, bowl1, bowl2, step)
    # A quadratic has one Hessian, and its flow is an exponential.
    H = jacrev(grad(potential))(origin)
    rest = origin - torch.linalg.solve(H, grad(potential)(origin))
    line = (rest + torch.linalg.matrix_exp(-times * H) @ (origin - rest)).numpy()
    resting[name] = float(np.linalg.norm(line[-1] - minimum.numpy()))
    ax.plot(*line.T, style, color=color, label=f"conflict term {name}")
    ax.plot(*line[-1], "o", color=color, markersize=6)
dots = [origin]
for _ in range(12):
    dots.append(flow.descend([lambda p: bowl1(p) + bowl2(p)], dots[-1], step))
ax.plot(
    *torch.stack(dots).numpy().T,
    ".",
    color=C["orange"],
    markersize=9,
    label="descent",
)
ax.plot(*minimum, "*", color=C["green"], markersize=15, label="minimum of the sum")
ax.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", title="Where the flows end")
ax.legend(fontsize=9, loc="lower right")

right, ax = plt.subplots()
for name, color in zip(distance, (C["grey"], C["blue"], C["red"]), strict=True):
    ax.loglog(
        rates,
        distance[name].mean(1),
        "-o",
        color=color,
        label=f"{name}: {slopes[name].mean():.2f}",
    )
ax.set(
    xlabel="rate $h$",
    ylabel="distance after a step",
    title="Slopes, shared trunk and private heads",
)
ax.set_xticks(rates, [f"{one:g}" for one in rates])
ax.minorticks_off()
ax.legend(fontsize=9)
figures.show(
    [left, right],
    name="conflict-landscape",
    caption=f"(a) two quadratic tasks, rate {step}; contours of the sum. Descent (orange) follows the flow with the conflict term kept and ends in the minimum (star); the other two end elsewhere. (b) one step of {len(few)} networks, with a shared trunk and a head for each task, "
    "against three flows; the legend gives slopes. The left picture has quadratic losses: networks can have many minima.",
    alt="Left: three paths on a landscape, only one ends in the star. Right: slopes of two, three and two.",
)
error = float(np.abs(slopes["modified loss (Eq. 6)"] - 3).max())
evidence.record(
    "B.T1",
    "derivation",
    "terms left over",
    sum(term != 0 for term in left_over),
    "==",
    0,
    n="the modified loss and its field, 3 parameters, any losses",
)
evidence.record(
    "B.T1",
    "slopes, shared and private parameters",
    "largest |slope − 3|",
    error,
    "<",
    0.2,
    n=f"{len(few)} networks",
)
evidence.record(
    "B.T1",
    "without the conflict term the slope is 2",
    "largest slope",
    float(slopes["without the conflict term"].max()),
    "<",
    2.5,
    n=f"{len(few)} networks",
)
checks.below(
    "distance of the rest from the minimum, term kept", resting["kept"], 1e-6
)
checks.below(
    "the same, against the term removed", resting["kept"], resting["removed"]
)
display(
    Markdown(
        f"With the term kept the flow ends {resting['kept']:.0e} from the minimum of the sum; with the term removed, {resting['removed']:.2f} away from it."
    )
)

# %% [markdown]
# ## Check: known alignment
#
# Paper B's first experiment: two tasks whose gradients stand at an angle we choose. $L_i = \tfrac12\theta^\top H_i\theta + \langle g_i, \theta\rangle$ with fixed Hessians and $\|g_1\| = \|g_2\| = 1$; the dial is the cosine. The analysis says that one step departs from the gradient flow by
# $-\tfrac{h^2}2\cdot\tfrac12\nabla\|g_1 + g_2\|^2$, of which $-\tfrac{h^2}2\nabla\langle g_1, g_2\rangle = -\tfrac{h^2}2(H_1 g_2 + H_2 g_1)$ is due to the conflict term. What is left after the flatness term is subtracted must be just that.

# %% tags=["hide-input"]
cosines = np.linspace(-1, 1, 9)
p, h_ = 6, 0.01
roots = [normal(p, p) for _ in range(2)]
hessians = [r @ r.T / p for r in roots]
frame = torch.linalg.qr(normal(p, p))[0]
measured = []
zero = torch.zeros(p, dtype=torch.float64)
for c in cosines:
    u, w = frame[:, 0], c * frame[:, 0] + np.sqrt(1 - c**2) * frame[:, 1]
    one, two = (
        lambda q, H=H, g=g: q @ H @ q / 2 + g @ q
        for H, g in zip(hessians, (u, w), strict=True)
    )

    def summed(q, one=one, two=two):
        return one(q) + two(q)

    stepped = flow.descend([summed], zero, h_)
    plain = flow.integrate(lambda q, summed=summed: -grad(summed)(q), zero, h_)
    flat_push = (
        -(h_**2) / 2 * sum(H @ g for H, g in zip(hessians, (u, w), strict=True))
    )
    direction = hessians[0] @ w + hessians[1] @ u
    left_over = stepped - plain - flat_push
    measured.append(
        float(left_over @ direction / direction.square().sum() / (h_**2 / 2))
    )
measured = np.array(measured)
off = float(np.abs(measured + 1).max())
display(
    Markdown(
        f"Over all cosines from −1 to 1 the measured push of the conflict term is {-measured.mean():.3f} times the predicted one (largest deviation {100 * off:.1f} %, which is of order $h$)."
    )
)
evidence.record(
    "B.E1",
    "push of the conflict term against its prediction",
    "largest |measured / predicted − 1| over cosines",
    off,
    "<",
    0.05,
    n=f"{len(cosines)} cosines",
)
# %% [markdown]
# ## Does it steer towards misaligned gradients?
#
# Networks with private heads follow the three flows from the same start. We look at equal *time* (the claim is about steering), at the inner product, at the cosine and at what it is for: the sum of the losses.

# %% tags=["hide-input"]
rate, pace = (
    0.3,
    0.05,
)  # the modified loss of rate 0.3, followed in small explicit steps


def potential(t, d, weight):
    return with_conflict(weight, lambda r: L1(r, d), lambda r: L2(r, d), rate)(t)


def observed(r, d):
    g1, g2 = grad(L1)(r, d), grad(L2)(r, d)
    product = (g1["trunk"] * g2["trunk"]).sum()  # shared parameters only
    return (
        product,
        product / g1["trunk"].norm() / g2["trunk"].norm(),
        L1(r, d) + L2(r, d),
        inner(g1, g1) + inner(g2, g2),
    )


def follow(weights):
    """Follow the flows of several weights of the conflict term at once; (weights, times, networks, 4)."""
    slope = vmap(vmap(grad(potential), (0, 0, None)), (0, None, 0))
    observe = vmap(vmap(lambda r, d: torch.stack(observed(r, d))), (0, None))
    t, rows = (
        {name: v.expand(len(weights), *v.shape) for name, v in begin.items()},
        [],
    )
    for k in range(flow_steps + 1):
        if k % 10 == 0:
            rows.append(observe(t, data))
        g = slope(t, data, weights)
        t = {name: t[name] - pace * g[name] for name in t}
    return torch.stack(rows, 1).numpy()


weights = torch.tensor([float(weight) for weight, _, _ in names.values()])
runs = dict(zip(names, follow(weights), strict=True))
clock = pace * 10 * np.arange(len(runs["kept"]))
panels = []
for column, title, label in (
    (
        0,
        "Inner product",
        r"$\langle\nabla_\theta L_1, \nabla_\theta L_2\rangle$, change",
    ),
    (2, "Training loss", r"$L_1 + L_2$, change"),
):
    figure, ax = plt.subplots()
    for name in ("removed", "reversed"):
        change = mean_interval((runs[name] - runs["kept"])[..., column].T)
        _, color, style = names[name]
        label_ = f"{name}, minus kept"
        ax.plot(clock, change.value, style, color=color, label=label_)
        ax.fill_between(clock, change.low, change.high, color=color, alpha=0.2)
    ax.axhline(0, color=figures.INK, linewidth=0.8, alpha=0.5)
    ax.set(xlabel="time", ylabel=label, title=title)
    ax.legend(fontsize=9)
    panels.append(figure)
figures.show(
    panels,
    name="conflict-trajectories",
    caption=f"Difference between flows with the conflict term removed or reversed and the flow with it kept (rate {rate}), {networks} pairs of tasks, mean and 95 % interval. Above zero in a: without the term the gradients are more aligned. "
    "Above zero in b: without it training is slower. Random tasks, small networks, a fixed time.",
    alt="Left: the inner product is higher without the conflict term. Right: the difference in training loss.",
)
at = np.searchsorted(clock, 1.5)
difference = runs["removed"] - runs["kept"]
percent = 100 * difference[..., 2] / runs["kept"][..., 2]


def one_sided(draws, check):
    """Interval whose either end errs with the share of its record."""
    return mean_interval(draws, 1 - 2 * evidence.level("B.M1b", check))


aligned = one_sided(difference[at, :, 0], "steers towards misaligned gradients")
slower = one_sided(percent[at], "slows training down")
say = {
    "product": mean_interval(difference[at, :, 0]).words("+.2g"),
    "cosine": mean_interval(difference[at, :, 1]).words("+.2g"),
    "early": mean_interval(percent[at]).words("+.2g"),
    "late": mean_interval(percent[-1]).words("+.2g"),
}
display(
    Markdown(
        f"At time {clock[at]:g}, removing the term changes the inner product by {say['product']}, the cosine by {say['cosine']} and the training loss by {say['early']} % (95 % intervals); "
        f"at time {clock[-1]:g} the loss by {say['late']} %."
    )
)
evidence.record(
    "B.M1b",
    "steers towards misaligned gradients",
    "inner product, term removed minus kept",
    aligned,
    ">",
    0,
    n=f"{networks} pairs",
)
evidence.record(
    "B.M1b",
    "slows training down",
    f"training loss at time {clock[at]:g}, term removed minus kept, in percent",
    slower,
    "<",
    0,
    n=f"{networks} pairs",
    when=evidence.Assumed(
        "training is at its start, where it costs less than 1 % of the loss; later the loss no longer differs, and at a minimum of the sum the term is what keeps it in place"
    ),
)

# %% [markdown]
# ## Can the conflict term stall learning?
#
# Paper B warns that learning may stall, or performance degrade, if the conflict term dominates (B.K5). The loss that matters is $L = \alpha L_1 + \beta L_2$; write $g$ and $H$ for its gradient and Hessian, $F$ for the flatness terms and $K$ for the conflict term.
#
# :::{prf:theorem} The conflict term cannot stall descent (ours; B.K5)
# :label: thm-conflict-no-stall
#
# Let $L_1, L_2$ be twice continuously differentiable. Along the flow of $\tilde L = L + F + K$
#
# $$-\frac{dL}{dt} = g^\top\bigl(I + \tfrac h2 H\bigr) g .$$
#
# If $H \succ -\tfrac2h I$, in particular at every rate with $h\,\|H\| < 2$, the loss falls wherever it can fall at all, however long $\nabla K$ is compared with $g$. And $|K| \le F$ if all parameters are shared.
# :::
#
# *Proof.* $F + K = \tfrac h4 \|g\|^2$, so $\nabla \tilde L = g + \tfrac h2 H g$. The inequality is $2\alpha\beta\,|\langle g_1, g_2\rangle| \le \alpha^2\|g_1\|^2 + \beta^2\|g_2\|^2$. $\square$
#
# The conflict term *can* be much longer than the gradient: near a minimum of the sum $g$ vanishes and $\nabla K = -\nabla F$ does not. We train networks on two tasks with the same inputs and unrelated targets, stop at several moments and ask, at each, how fast $L$ falls along the flow of $L + F + K$ (descent), of $L + F$ (the term removed), and of
# $L + K$ (the term alone, which no descent follows).

# %% tags=["hide-input"]
moments = [0, 10, 30, 100, 300, 1000]
shared = flow.Network((3, 5, 2))
opposed = {"x": data["x1"], "y1": data["y1"], "y2": data["y2"]}


def pair(d):
    """Two tasks on the same inputs, all parameters shared: they cannot both be learned."""
    return [shared.squared_loss(d["x"], d[y]) for y in ("y1", "y2")]


def sum_of_pair(t, d):
    one, two = pair(d)
    return one(t) + two(t)


slope_of_sum = vmap(grad(sum_of_pair))
t = torch.stack([shared.initial((seed, "shared", i)) for i in range(networks)])
states = []
for k in range(moments[-1] + 1):
    if k in moments:
        states.append(t)
    t = t - rate * slope_of_sum(t, opposed)
trained = torch.cat(states)
repeated = {name: v.repeat(len(moments), 1, 1) for name, v in opposed.items()}


def speeds(t, d):
    """Length of the conflict term over that of the gradient; speed of L over |g|² along three flows."""
    losses = pair(d)
    g = grad(sum_of_pair)(t, d)
    flat = grad(flow.modified_loss(losses, rate))(t) - g
    both = grad(flow.modified_loss(losses, rate, together=True))(t) - g
    term = both - flat
    along = [1 + g @ push / (g @ g) for push in (both, flat, term)]
    return torch.stack([term.norm() / g.norm(), *along])


dominance, *speed = vmap(speeds)(trained, repeated).numpy().T
LABELS = ("kept", "removed", "alone")
speed = dict(zip(LABELS, speed, strict=True))
strong = dominance > 1


parameters.require(
    strong.any(), f"networks = {networks} gave no state where the term is longer"
)
risers = {
    name: share_interval(int((speed[name][strong] < 0).sum()), int(strong.sum()))
    for name in LABELS
}
shown = {
    "kept": (C["blue"], "o"),
    "removed": (C["grey"], "s"),
    "alone": (C["red"], "^"),
}
left, ax = plt.subplots()
for name in reversed(LABELS):  # the term kept on top
    color, marker = shown[name]
    ax.plot(
        dominance,
        speed[name],
        marker,
        color=color,
        markersize=4,
        alpha=0.5,
        label=name,
    )
ax.axhline(0, color=figures.INK, linewidth=1)
ax.axvline(1, color=figures.INK, linestyle="--", alpha=0.5, linewidth=1)
ax.set_xscale("log")
ax.set_yscale("symlog", linthresh=1)
ax.margins(y=0.08)
ax.set(
    xlabel=r"$\|\nabla K\|\,/\,\|g\|$",
    ylabel=r"$-\frac{dL}{dt}\,/\,\|g\|^2$",
    title="How fast the loss falls",
)
ax.legend(title="conflict term", fontsize=9, title_fontsize=9)
figures.show(
    left,
    name="conflict-stall",
    caption=f"Speed at which the loss falls along three flows against the length of the conflict term over the gradient, rate {rate}; {networks} networks at {len(moments)} moments of training ({moments[0]} to {moments[-1]} steps), a dot for each. Below zero the loss rises. "
    "Right of the dashed line the term is longer than the gradient. An instant, not a whole training.",
    alt=f"Dots against the relative length of the conflict term. Right of one, the share below zero is {risers['kept'].value:.0%} with the term kept, {risers['removed'].value:.0%} removed, {risers['alone'].value:.0%} alone.",
)
in_words = "; ".join(f"{name}: {v.words('.0%')}" for name, v in risers.items())
display(
    Markdown(
        f"In {strong.sum()} of {len(strong)} states the conflict term is longer than the gradient, up to {dominance.max():.0f} times. Share of these in which the loss rises (95 % interval): {in_words}. "
        f"With the term kept the slowest of all states runs at {speed['kept'].min():.2f} times the speed of the gradient flow."
    )
)
evidence.record(
    "B.K5",
    "conflict term longer than the gradient, flow of the modified loss",
    "share of states in which the loss rises",
    risers["kept"].value,
    ">",
    0,
    n=f"{strong.sum()} states",
)

# %% [markdown]
# **At the edge of the theorem.** It needs $h\,\|H\| < 2$, the rates at which descent is stable. What lies beyond? Along $g$ the loss falls at the speed
# $1 + \tfrac h2\, g^\top H g / \|g\|^2$ whatever the rate; so we take the same states at rates on both sides.


# %% tags=["hide-input"]
def along_gradient(t, d):
    """Curvature along the gradient, and the largest curvature in size."""
    g = grad(sum_of_pair)(t, d)
    H = jacrev(grad(sum_of_pair))(t, d)
    return torch.stack([g @ H @ g / (g @ g), torch.linalg.eigvalsh(H).abs().max()])


bend, largest_curvature = vmap(along_gradient)(trained, repeated).numpy().T
products = np.array([0.5, 1.0, 1.9, 4.0, 10.0, 30.0])  # h‖H‖
at_edge = pd.DataFrame(
    [
        (
            product,
            int(
                (
                    (1 + product / 2 * bend / largest_curvature < 0)
                    & (dominance * product / largest_curvature > rate)
                ).sum()
            ),
        )
        for product in products
    ],
    columns=["product", "rising"],
)
evidence.record(
    "B.K5",
    "the same states at unstable rates",
    "most states, over rates, in which the term is longer than the gradient and the loss rises",
    int(at_edge.rising.max()),
    ">",
    0,
    n=f"{len(bend)} states × {len(products)} rates, h‖H‖ up to {products[-1]:g}",
)
# One bowl turned over, L₁ = L₂ = −x²/4: H = −1. At h = 4 the loss rises along the flow of the modified loss.
checks.below("speed of the loss beside the edge, one parameter", 1 + 4 / 2 * -1, 0)
display(
    Markdown(
        f"States of {len(bend)} in which the conflict term is longer than the gradient and the loss rises: "
        + ", ".join(
            f"{row.rising} at $h\\|H\\| = {row.product:g}$"
            for row in at_edge.itertuples()
        )
        + f". For that the loss must bend down along its own gradient. Here the lowest curvature along the gradient is {np.min(bend / largest_curvature):+.2f} of the largest in size. "
        "The edge is real all the same: on $L_1 = L_2 = -x^2/4$, which no training ends on, the loss rises at $h = 4$."
    )
)

# %% [markdown]
# ## Break
#
# *"If tasks have identical gradients, the conflict term vanishes"* (B.B1b). It does not: $\langle g, g\rangle = \|g\|^2$ is as large as an inner product can be. What vanishes for identical tasks is the *bracket* of [](bracket), and what vanishes here is the *misalignment*.


# %%
def terms_of_copies(t, d):
    flat, whole = (
        flow.modified_loss([lambda r: L1(r, d)] * 2, 1.0, together=one)(t)
        - 2 * L1(t, d)
        for one in (False, True)
    )
    return (whole - flat) / flat


conflict_over_flatness = vmap(terms_of_copies)(begin, data)
largest = vmap(
    lambda t, d: (
        inner(grad(L1)(t, d), grad(L2)(t, d))
        / (
            inner(grad(L1)(t, d), grad(L1)(t, d))
            * inner(grad(L2)(t, d), grad(L2)(t, d))
        ).sqrt()
    )
)(begin, data)
brackets = [
    flow.lie_bracket(
        lambda r, i=i: L1(r, only(data, i)),
        lambda r, i=i: L1(r, only(data, i)),
        only(begin, i),
    )
    for i in few
]
size_of_bracket = max(
    float(v.abs().max()) for lie in brackets for v in lie.values()
)
relative_conflict = float(conflict_over_flatness.mean())
evidence.record(
    "B.B1b",
    "identical losses",
    f"conflict term / flatness terms (the bracket is {size_of_bracket:g})",
    relative_conflict,
    "<",
    1e-9,
    n=f"{networks} networks",
)
display(
    Markdown(
        f"For two copies of one task the conflict term is {relative_conflict:.3g} times the flatness terms, its largest possible value; for two different tasks the cosine is {float(largest.mean()):+.2f} on average. The bracket of the copies is {size_of_bracket:g}."
    )
)

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
# At a minimum $\alpha g_1 = -\beta g_2$, so $\alpha\beta\langle g_1, g_2\rangle = -\alpha^2\|g_1\|^2 \le 0$ in the shared parameters: gradients at the end of multi-task training are always opposed, whatever the optimizer.
# :::
#
# ## In one breath
#
# The conflict term lowers the inner product of the task gradients, always. That is hardly damage, a fraction of a per cent of the early loss: together with the flatness terms it is $\tfrac h4\|\alpha g_1 + \beta g_2\|^2$, which asks the *sum* to be flat, and leaves its minima alone. Take it away, and the minimum moves. However long it is beside the gradient, at a stable rate it never stops the loss from falling; without it the loss can rise.

# %% tags=["hide-input"]
evidence.provenance(profile, seed)
