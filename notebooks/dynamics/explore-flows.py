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
# # How far apart do two orders end?
#
# Follow task 1 and then task 2, or task 2 and then task 1: each path bends the field that the next one meets, so the ends lie apart, by
# nearly $h^2[g_1, g_2]$. Raise the time $h$ and watch the ratio leave 1.

# %% tags=["parameters"]
profile = "book"
seed = 1
angle_start = 40  # where the slider stands: degrees between the axes [0 to 90]
stiffness_start = 3.0  # larger curvature of each bowl [1 to 8]
distance_start = 1.0  # between the minima [0 to 2]
h_start = 0.15  # time of each flow [0.005 to 1]
x_start = 1.2  # where the paths begin [-2 to 2]
y_start = 1.3  # the other coordinate [-2 to 2]
points = 20  # random places where the bracket is compared [1 to 200]

# %% tags=["hide-input"]
import sympy as sp
from IPython.display import display

from manytasks import checks, evidence, interactive, page, parameters
from manytasks.interactive import Slider
from manytasks.studies.dynamics.turned_bowls import placed_brackets

parameters.check(In, globals())

# %% [markdown]
# Follow the gradient flow of task 1 for a time $h$, then that of task 2. Or the other way round. The two paths are
# sides of a parallelogram that fails to close, and the gap is $h^2[g_1, g_2]$ plus smaller terms, where
# $[g_1, g_2] = H_2 g_1 - H_1 g_2$ is the Lie bracket of {doc}`bracket`.
#
# ## Derive
#
# **Step 1. Two bowls.** Task $i$ has the loss $L_i(\theta) = \frac12 (\theta - c_i)^\top A_i (\theta - c_i)$. Both bowls have
# curvatures $k$ and 1. The axes of the second are turned by the angle $a$, and its minimum lies a distance $d$ to the right.

# %%
x, y, a, k, d, h = sp.symbols("x y a k d h", real=True)
theta = sp.Matrix([x, y])
turn = sp.Matrix([[sp.cos(a), -sp.sin(a)], [sp.sin(a), sp.cos(a)]])
axes = (sp.eye(2), turn)
centres = (sp.Matrix([-d / 2, 0]), sp.Matrix([d / 2, 0]))
A = [V * sp.diag(k, 1) * V.T for V in axes]
losses = [
    ((theta - c).T * each * (theta - c))[0] / 2
    for each, c in zip(A, centres, strict=True)
]
g = [sp.Matrix([L.diff(x), L.diff(y)]) for L in losses]


C, S = sp.symbols("C S")


def vanishes(expression: sp.Matrix) -> bool:
    """Return whether every entry is zero, by cos² + sin² = 1 alone."""
    known = {sp.cos(a): C, sp.sin(a): S}
    terms = (sp.expand(each.subs(known)) for each in expression)
    return all(sp.rem(each, C**2 + S**2 - 1, C) == 0 for each in terms)


# %% [markdown]
# **Step 2. Their flows.** Along the axes of a bowl the flow of $\dot\theta = -g_i$ shrinks by $e^{-kh}$ and $e^{-h}$. It starts at
# $\theta$ and obeys its equation, so it is the flow.

# %%


def flow_of(i: int, start: sp.Matrix, time: sp.Expr) -> sp.Matrix:
    """Return where the gradient flow of task i carries a point."""
    shrink = sp.diag(sp.exp(-k * time), sp.exp(-time))
    return centres[i] + axes[i] * shrink * axes[i].T * (start - centres[i])


for i in range(2):
    end = flow_of(i, theta, h)
    at_end = g[i].subs({x: end[0], y: end[1]}, simultaneous=True)
    checks.require(vanishes(end.subs(h, 0) - theta), "the flow must begin at theta")
    checks.require(
        vanishes(end.diff(h) + at_end), "the flow must obey its equation"
    )

# %% [markdown]
# **Step 3. The gap.** Both orders, and the first power of $h$ in which they differ. It is the second, with the bracket as its
# coefficient.

# %%
one_two = flow_of(1, flow_of(0, theta, h), h)
two_one = flow_of(0, flow_of(1, theta, h), h)
gap = one_two - two_one
bracket = A[1] * g[0] - A[0] * g[1]
for power, coefficient in enumerate((0 * bracket, 0 * bracket, bracket)):
    found = gap.diff(h, power).subs(h, 0) / sp.factorial(power)
    checks.require(
        vanishes(found - coefficient),
        f"the coefficient of h^{power} must be {'the bracket' if power == 2 else 'zero'}",
    )

# %% [markdown]
# **Step 4. The package agrees.** `flow.lie_bracket` differentiates the losses itself, at random places and for random bowls.

# %% tags=["hide-input"]
symbols = (x, y, a, k, d)
values = [sp.lambdify((theta, a, k, d), L, "torch") for L in losses]
largest = placed_brackets(values, points, seed).off(sp.lambdify(symbols, bracket))
checks.below("largest difference from flow.lie_bracket", largest, 1e-9)
page.say(places=points, largest_difference=largest)

# %% [markdown]
# Largest difference at {glue:text}`places` places: {glue:text}`largest_difference:.1e`. With gradient *steps* instead of
# flows the gap is $h^2[g_1, g_2]$ with no smaller terms at all, for these bowls:


# %%
def step(i: int, start: sp.Matrix) -> sp.Matrix:
    """Return where one gradient step of rate h on task i leads."""
    return start - h * g[i].subs({x: start[0], y: start[1]}, simultaneous=True)


closing = step(1, step(0, theta)) - step(0, step(1, theta))
checks.require(
    vanishes(closing - h**2 * bracket), "the gap of two steps must be h^2 brackets"
)

# %% [markdown]
# ## Try

# %% tags=["hide-input"]
s, level = sp.symbols("s level", real=True)


def ring(i: int) -> sp.Matrix:
    """Return the level line of loss i through the start, shrunk by a factor, at the angle s."""
    on_circle = sp.Matrix([sp.cos(s) / sp.sqrt(k), sp.sin(s)])
    return centres[i] + axes[i] * sp.sqrt(2 * losses[i]) * level * on_circle


ends = {"one_two": one_two, "two_one": two_one, "bracket": bracket}
printed = {
    "flow_1": ((*symbols, h), {"at": flow_of(0, theta, h)}),
    "flow_2": ((*symbols, h), {"at": flow_of(1, theta, h)}),
    "orders": ((*symbols, h), ends),
    "ring_1": ((*symbols, s, level), {"at": ring(0)}),
    "ring_2": ((*symbols, s, level), {"at": ring(1)}),
}

# %% tags=["hide-input", "lead"]
functions = [interactive.javascript(name, *both) for name, both in printed.items()]
interactive.load(interactive.flow_formulas(functions))
plots, sources = interactive.flow_plots()
interactive.show(
    [
        Slider("h", "time h of each flow", 0.005, 1, h_start, 0.001, "log"),
        Slider("angle", "angle of axes, °", 0, 90, angle_start),
        Slider("k", "stiffness k", 1, 8, stiffness_start, 0.1),
        Slider("d", "distance of minima d", 0, 2, distance_start, 0.05),
        Slider("x", "start θ₁", -2, 2, x_start, 0.05),
        Slider("y", "start θ₂", -2, 2, y_start, 0.05),
    ],
    plots,
    sources=sources,
    update="return explore_flows(setting, models, before);",
    name="explore-flows",
    caption=(
        "(a) level lines of both losses and the two paths, from the small dot to the full dot (1, 2) and the ring (2, 1). "
        "(b) the gap and its prediction. (c) their ratio tends to 1 as $h \\to 0$. Exact flows of two quadratic losses; on curved losses more terms follow."
    ),
    alt="Six sliders; two paths in the plane that end in different points; two arrows, the gap and its prediction; their ratio against h.",
    recipes={
        "a short time": {"h": 0.02},
        "a long time": {"h": 0.8},
        "common axes": {"angle": 0},
    },
)

# %% tags=["hide-input"]
# What the list below says, proved.
for commuting in ({a: 0, d: 0}, {a: sp.pi / 2, d: 0}, {k: 1, d: 0}):
    checks.require(
        vanishes(gap.subs(commuting)), f"the flows must commute for {commuting}"
    )
constant = sp.simplify(bracket.subs(a, 0))
checks.require(
    not constant.has(x, y), "with common axes the bracket must not know the place"
)
display(constant)

# %% [markdown]
# **What to try**
#
# * Pull $h$ down. The gap shrinks like $h^2$, the ratio tends to 1, and the two arrows become one.
# * Put the minima together, $d = 0$, and turn the axes to 0° or 90°. The bowls have the same axes, the matrices
#   commute, and the parallelogram closes at every $h$. Stiffness 1 does the same: round bowls have no axes.
# * Now 0° and $d$ above 0. The matrices still commute, the flows do not. Move the start: the bracket (displayed above) does
#   not depend on it. Sharing axes is not enough; tasks must also agree on the minimum along them.

# %% [markdown]
# The page runs the JavaScript that SymPy printed from the expressions above. Where the bracket goes in training is
# told in {doc}`bracket`; what it has to do with forgetting in {doc}`forgetting`.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
