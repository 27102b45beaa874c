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
# # Do wider networks forget less for the same reason?
#
# With a head per task they do what the linear model does: task 2 pulls more and more where task 1 is flat, so that from width
# {glue:text}`fitting` to {glue:text}`widest_net` the relative bracket falls by a factor of **{glue:text}`heads_bracket_fall:.0f`** and the price
# that task 1 pays for task 2 by **{glue:text}`heads_price_fall:.0f`** (squared loss). With one head for both, task 2 must unlearn
# answers along directions in which task 1 is curved: at any width the relative bracket stays large, {glue:text}`bracket_left:.1f` at the widest, and the price
# falls by a factor of {glue:text}`shared_fall` only.

# %% tags=["parameters"]
profile = "book"
seed = 1
n = 20  # samples per task of the linear model beside the networks [8 to 60]
resamples = 2000  # bootstrap samples of the networks' seeds [200 to 20000]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp

from manytasks import Tasks, checks, deep, evidence, figures, parameters
from manytasks.page import grouped_ranking, number_axis, say, table
from manytasks.studies.linear.linear_bracket import relative_bracket
from manytasks.studies.linear.linear_price import linear_price
from manytasks.studies.networks import (
    bracket_falls,
    bracket_orders,
    bracket_predictors,
    network_steps,
    two_tasks,
)

parameters.check(In, globals())
trained = two_tasks.with_price(deep.load_results("bracket-forgetting", "book"), 10)
mnist = two_tasks.with_price(
    deep.load_results("bracket-forgetting-mnist", "book"), 10
)
digits_long = two_tasks.with_one_step(trained[trained.run == "long"])
mnist_long = mnist[mnist.run == "long"]
widths, seeds = sorted(trained.width.unique()), trained.seed.nunique()
widest_net, fitting = widths[-1], 16  # from 16 on every network fits task 1
checks.require(
    trained[trained.width >= fitting].learned_train_error.max() == 0,
    f"every network of width {fitting} and more must fit task 1",
)
GROUPS = {
    ("mse", "task"): "squared loss, task heads",
    ("cross-entropy", "task"): "cross-entropy, task heads",
    ("mse", "domain"): "squared loss, shared head",
    ("cross-entropy", "domain"): "cross-entropy, shared head",
}
NAMES = ("heads_squared", "heads_entropy", "shared_squared", "shared_entropy")
NAMES = dict(zip(GROUPS, NAMES, strict=True))
squared, entropy, shared, shared_entropy = GROUPS
ends, INK = (fitting, widest_net), figures.INK

# %% [markdown]
# ## Setting
#
# In the linear model of {doc}`bracket-moments` one number, $n/p$, is the size of the relative bracket and of the part that is
# forgotten. Is it so in networks? `manytasks sweep bracket-forgetting --profile book` trained them: two tasks of ten digits; a similarity dial
# that permutes none, a quarter, half or all of the pixels of task 2 and leaves task 1 alone; cross-entropy or squared
# loss; and two scenarios. *Task heads*: each task has its own output layer, and only the trunk is shared. *Shared head*: every weight
# serves both. Units are tanh and there is no BatchNorm, so that Paper B's smooth losses are what is trained.
#
# Nothing in the comparison is fitted. With $C$ classes, $n$ samples make $nC$ equations, and $p/n$ becomes $p/(nC)$. The
# mean curvature $p/n$ becomes $c_1 = \operatorname{tr} H_1 / \min(p, nC)$. And since losses differ between tasks and scenarios, forgetting is
# counted in units of what there was to learn:
#
# $$ \begin{aligned} \text{relative bracket} \quad R &= \frac{g_2^\top H_1 g_2}{\|g_2\|^2\, c_1}, \\
#    \text{price} \quad \Phi &= \frac{L_1(\theta_2) - L_1(\theta_1)}{L_2(\theta_1)} . \end{aligned} $$

# %% [markdown]
# ## Claim
#
# Paper B conjectures that "a non-vanishing Lie bracket … is linked to catastrophic forgetting" (claim B.M3) {cite}`dherin2023`.
# What such a link would look like in wide models, the linear model says exactly:
#
# ```{prf:theorem} The price of task 2 (ours; claim O.10)
# :label: thm-bridge-price
#
# In the setting of {prf:ref}`thm-bridge-training-forgetting` let $\|w_2^*\|^2 + \sigma^2 > 0$. For $p \to \infty$
#
# $$ \frac{\mathbb E L_1(w_2)}{\mathbb E L_2(w_1)} \sim \frac np, $$
#
# whatever the angle of the tasks; by {prf:ref}`thm-bridge-bracket-moments` so does the relative bracket.
# ```
#
# And from any start, minimum or not, the first $k$ steps of rate $h$ on task 2 cost, with $t = kh$,
#
# $$ \begin{aligned} L_1(\theta_k) - L_1(\theta_1) = {} & -t\,\langle g_1, g_2\rangle + \tfrac{t^2}2\, g_2^\top H_1 g_2 \\
#    & + \tfrac{t(t-h)}2\, g_1^\top H_2 g_2 + O(t^3). \end{aligned} $$
#
# At a minimum of $L_1$ only the middle term is left, $-\frac{t^2}2 \langle g_2, [g_1, g_2]\rangle$.

# %% [markdown]
# ## Derive
#
# **Step 1: the price.** Both means are exact for every width; their ratio, times $p/n$, has the limit 1, for any
# two tasks (their products are $\Gamma_{jk} = \langle w_j^*, w_k^* \rangle$) and any noise.

# %%
n_, p, s = sp.symbols("n p sigma^2", positive=True)
g11, g12, g22 = sp.symbols("Gamma_11 Gamma_12 Gamma_22", real=True)
price = linear_price(Tasks([[g11, g12], [g12, g22]]), n_, p, s)
checks.require(
    sp.limit(sp.cancel(sp.together(price * p / n_)), p, sp.oo) == 1,
    "the price must be n/p for wide models",
)

# %% [markdown]
# **Step 2: the first steps.** Step $j$ meets the gradient $g_2 - jh\, H_2 g_2 + O(h^2)$. So $k$ steps move $\theta$ by
# $\Delta = -t g_2 + \frac{t(t-h)}2 H_2 g_2 + O(t^3)$, and Taylor's formula has
# $\langle g_1, \Delta\rangle + \frac12 \Delta^\top H_1 \Delta$. For two quadratic losses we take the steps themselves:

# %%
h, a, b, c = sp.symbols("h a b c")
H1, H2 = sp.Matrix([[a, b], [b, c]]), sp.Matrix(2, 2, sp.symbols("d e e f"))
g1, g2 = (sp.Matrix(sp.symbols(names)) for names in ("u v", "x y"))
for k in (1, 2, 3):
    move, t = sp.zeros(2, 1), k * h
    for _ in range(k):
        move -= h * (g2 + H2 * move)
    cost = (g1.T * move + move.T * H1 * move / 2)[0]
    told = -t * g1.dot(g2) + t**2 / 2 * (g2.T * H1 * g2)[0]
    told += t * (t - h) / 2 * (g1.T * H2 * g2)[0]
    rest = sp.Poly(sp.expand(cost - told), h)
    checks.require(
        all(power >= 3 for (power,) in rest.monoms()) or rest.is_zero,
        f"{k} steps must cost what the formula says up to the second order",
    )

# %% [markdown]
# ## Check
#
# One step on task 2, from where task 1 has been learned: at every width pairs of tasks are ranked by $g_2^\top H_1 g_2$ and by the
# training loss that task 1 regains. The claim is about a minimum of task 1. Squared loss has one, cross-entropy has it at infinity;
# so the condition is tried on both sides.
#
# Pairs that share a seed share their first task, so seeds are what varies independently. The interval leaves out one seed at a time. What
# decides is the smaller of the two kinds of head, and the lower end of its interval must lie above 0.9. That is a statement about order
# only: a measure that was off by a factor would pass.

# %% tags=["hide-input"]
check = "networks, one step on task 2"
level = 1 - 2 * evidence.level("B.M3", check) / 2
kinds = bracket_orders.first_step_orders(trained[trained.run == "one step"], level)
at_minimum = evidence.tested(
    kinds,
    "squared",
    lambda rows: min(rows.correlation, key=lambda v: v.low),
    "task 1 has reached a minimum, which it does under squared loss and not under cross-entropy",
)
per_width = len(trained.groupby(["seed", "fraction"]))
what = "rank correlation of g₂ᵀH₁g₂ with training forgetting, smaller of two kinds of head"
size = (
    f"2 scenarios × {len(widths)} widths × {per_width} pairs, jackknife over seeds"
)
size = {"n": size, "seeds": seeds, "when": at_minimum}
evidence.record("B.M3", check, what, at_minimum.inside, ">", 0.9, **size)

# %% [markdown]
# How near do the *numbers* come? The formula of step 2, beside what one step and ten steps cost:

# %% tags=["hide-input"]
rows = network_steps.spreads(trained[trained.run != "long"], ends)
counts = {"one step": 1, "short": int(trained.short[0])}
written = []
for loss, words in (("mse", "squared loss"), ("cross-entropy", "cross-entropy")):
    for run, steps in counts.items():
        found = [rows.loc[(loss, run, width)] for width in ends]
        cells = [
            (row.ratio.words(".2f"), f"{row.first_order:.0%}") for row in found
        ]
        written.append((words, steps, *cells[0], *cells[1]))
heads = ["loss", "steps", f"width {fitting}", "first order"]
table(
    pd.DataFrame(written, columns=[*heads, f"width {widest_net}", "first order"]),
    name="bridge-first-steps",
    caption="Training forgetting over this prediction (median, 10–90 % of the pairs), and how much of the prediction is first order.",
)

# %% [markdown]
# Under cross-entropy the first-order term does not vanish: a network that fits its labels still has a gradient, its
# minimum lies at infinity. At large width that term is most of what one step does, and then it is not the bracket but the
# cosine that speaks. After ten steps the law is out of its depth for narrow networks.

# %% [markdown]
# **Are the tables what the code computes?** This page trains pairs again and compares them with their rows.

# %% tags=["hide-input"]
deep.agree_with_table("bracket-forgetting", "unrelated tasks")

# %% [markdown]
# ## Look: one figure for two papers
#
# (a) Paper B's quantity when task 1 has been learned; (b) Paper A's, when task 2 has been learned completely. The axis
# counts parameters for each equation, so that networks and the linear model stand in one picture.

# %% tags=["hide-input"]
LOOK, CURVES = {}, {}
for (loss, scenario), label in GROUPS.items():
    ink = figures.COLORS["green" if scenario == "task" else "red"]
    filled, marker, line = (ink, "o", "-") if loss == "mse" else ("none", "s", "--")
    look = {"color": ink, "fmt": marker, "markerfacecolor": filled}
    LOOK[loss, scenario] = look
    CURVES[loss, scenario] = look | {"label": label, "line": line, "markersize": 5}


def draw_groups(ax, rows, column, at):
    """A curve for every loss and kind of head: median over the dial, mean of seeds."""
    for key, curve in CURVES.items():
        part = rows.groupby(["loss", "scenario"]).get_group(key)
        places = part.groupby("width")[at].first()
        figures.band(ax, places, two_tasks.by_seed(part, column), **curve)


# %% tags=["hide-input"]
orthogonal = Tasks.equiangular(2, 0.0)
law_at = np.unique(np.geomspace(1.2 * n, 60 * n, 80).astype(int))
linear = {"relative_curvature": relative_bracket(orthogonal, n, law_at, 0.3)}
linear["price"] = linear_price(orthogonal, n, law_at, 0.3)
TITLES = {
    "relative_curvature": ("Paper B: the relative bracket", (0.015, 30)),
    "price": ("Paper A: forgetting", (0.0002, 2)),
}
LABELS = "$R$ at the end of task 1", r"price $\Phi$ of learning task 2"
SEE = {
    "both-papers": (
        "The central figure of this book: both papers in one pair of axes, with nothing fitted. (a) the "
        r"relative bracket $R$ of Paper B when task 1 has been learned; (b) the price $\Phi$ of task 2 in Paper A's sense, its "
        r"training complete. Size is $p/n$, for networks $p/(nC)$. Blue: linear model, orthogonal tasks, noise variance 0.3; in "
        r"both panels it tends to $n/p$. To see: where tasks have heads of their own (green) both fall; where they share a head "
        "(red) and the loss is squared, neither does by much; under cross-entropy forgetting falls further than the bracket. "
    ),
    "both-papers-mnist": (
        "The same on permuted MNIST, in the same axes. To see: the green curves fall beside the blue line again, but they stand further right: images of 784 pixels make "
        "parameters that do not count as those of the linear model do. "
    ),
}

# %% tags=["hide-input", "lead"]
for name, runs in zip(SEE, (digits_long, mnist_long), strict=True):
    panels = [plt.subplots(figsize=(5, 4)) for _ in linear]
    for (_, ax), column, ylabel in zip(panels, linear, LABELS, strict=True):
        ax.plot(law_at / n, linear[column], label="linear model, exact")
        ax.plot(law_at / n, n / law_at, ":", color=INK, linewidth=1, label="$n/p$")
        draw_groups(ax, runs, column, "size")
        title, limits = TITLES[column]
        ax.set(xscale="log", yscale="log", xlabel="size: parameters per equation")
        ax.set(title=title, ylabel=ylabel, ylim=limits)
    panels[1][1].legend(loc="lower left", fontsize=9)
    figures.show(
        [fig for fig, _ in panels],
        name=name,
        caption=(
            f"{SEE[name]}Networks of width {widths[0]} to {widest_net}: medians over four similarities, means and 95 % "
            f"intervals over {runs.seed.nunique()} seeds. The figure shows training loss; test loss follows below, for digits."
        ),
        alt=(
            "Two logarithmic panels against parameters per equation. In both a blue line falls with slope -1. (a) green curves fall, "
            "red ones stay higher. (b) green curves and the dashed red curve fall, the solid red one stays high."
        ),
    )

# %% [markdown]
# ## Is the relative bracket what shrinks?
#
# From the first width at which every network fits task 1 to the largest, by which factor does each quantity fall? The
# long run is compared with one step of the length that a look at $H_2$ suggests, $\tau = \|g_2\|^2 / g_2^\top H_2 g_2$ (in the
# linear model about $n/p$).

# %% tags=["hide-input"]
COLUMNS = {
    "relative_curvature": "relative bracket R",
    "price": "price Φ",
    "long_over_step": "long run over one step",
    "bracket": "‖[g₁, g₂]‖",
    "g2": "‖g₂‖",
    "loss_2": "L₂(θ₁)",
}
groups = digits_long.groupby(["loss", "scenario"])
falls = {
    key: bracket_falls.log_falls(groups.get_group(key), COLUMNS, *ends)
    for key in GROUPS
}
written = [
    (GROUPS[key], *(fall.map(np.exp).words(".2g") for fall in found.values()))
    for key, found in falls.items()
]
start, end = digits_long.groupby("width")["size"].first()[list(ends)]
table(
    pd.DataFrame(written, columns=["networks", *COLUMNS.values()]),
    name="bridge-falls",
    caption=(
        f"Falls from width {fitting} to {widest_net} (size grows {end / start:.0f}-fold; a number below 1 is a rise; medians over the dial, "
        f"geometric means over {seeds} seeds with 95 % intervals of Student's t)."
    ),
)

# %% tags=["hide-input"]
drawn = {"seed": seed, "resamples": resamples}
for what, key in {"squared": squared, "entropy": entropy}.items():
    part = bracket_falls.carried(groups.get_group(key), *ends, **drawn)
    by_width = np.log(widest_net / fitting) / falls[key]["price"].value
    say(**{f"{what}_share": part.words(".0%"), f"{what}_by_width": by_width})
with_heads = digits_long.query("width >= @fitting and scenario == 'task'")
median = digits_long[digits_long.width == widest_net]
median = median.groupby(["loss", "scenario"]).median(numeric_only=True)
there = bracket_orders.widest(groups.get_group(squared), widest_net)
linear_there = np.interp(there.size, law_at / n, linear["price"])
say(fitting=fitting, widest_net=int(widest_net), net_seeds=seeds)
say(heads_bracket_fall=np.exp(falls[squared]["relative_curvature"].value))
say(heads_price_fall=np.exp(falls[squared]["price"].value))
say(shared_fall=falls[shared]["price"].map(np.exp).words(".2f"))
say(bracket_left=median.relative_curvature[shared])
say(of_linear=there.price / linear_there)
say(of_seeds=bracket_falls.order_of_seeds(with_heads))
say(spike=there.spike, linear_spike=there.linear_spike)

# %% [markdown]
# **Squared loss, task heads: yes.** The relative bracket carries {glue:text}`squared_share` of the fall of forgetting on a logarithmic scale,
# and the price of the widest networks is {glue:text}`of_linear:.1f` times that of a linear model of their size. **Cross-entropy, task heads: for the
# larger part**, {glue:text}`entropy_share`. The rest is in the third column: what the look from the end of task 1 misses is larger in narrow networks.
# **Squared loss, shared head: there is nothing to explain.** Forgetting falls by a factor of {glue:text}`shared_fall`, which may be one, and the relative bracket is still
# {glue:text}`bracket_left:.1f` at width {glue:text}`widest_net`: what a shared head has to unlearn, task 1 is curved along more than on average.
# **Cross-entropy, shared head: no.** Forgetting falls by more than the bracket does.
#
# **What this cannot show.** Whatever falls with width carries some of the fall. By the same arithmetic one over the width carries
# {glue:text}`squared_by_width:.0%` under squared loss and {glue:text}`entropy_by_width:.0%` under cross-entropy. Within one width and one similarity the rank
# correlation of $R$ with the price over {glue:text}`net_seeds` seeds is {glue:text}`of_seeds:.2f` on average. So networks of growing width do not tell the bracket from the width,
# and nothing is recorded for them.

# %% tags=["hide-input"]
draws = {"seed": (seed, "mnist"), "resamples": resamples}
carried, paid = bracket_falls.by_group(mnist_long, *ends, **draws)
say(mnist_squared=carried[squared].words(".2f"))
say(mnist_entropy=carried[entropy].words(".2f"))
say(mnist_shared_squared=paid[shared].words(".2f"))
say(mnist_shared_entropy=paid[shared_entropy].words(".1f"))
on_mnist = mnist_long.groupby(["loss", "scenario"]).get_group(squared)
on_mnist = bracket_orders.widest(on_mnist, widest_net)
say(mnist_size=on_mnist.size, mnist_bracket=on_mnist.relative_bracket)
say(mnist_seeds=mnist.seed.nunique(), digits_size=there.size)
say(digits_bracket=there.relative_bracket)

# %% [markdown]
# **Permuted MNIST** says the same with task heads: the relative bracket carries {glue:text}`mnist_squared` of the fall of forgetting under squared loss and
# {glue:text}`mnist_entropy` under cross-entropy (1 is all of it; {glue:text}`mnist_seeds` seeds, 95 % intervals). With a shared head forgetting falls by a factor of {glue:text}`mnist_shared_squared` under squared loss,
# and of {glue:text}`mnist_shared_entropy` under cross-entropy. What it does not repeat is the place: at width {glue:text}`widest_net` (squared loss, task heads) $R$ is
# {glue:text}`mnist_bracket:.2f` with {glue:text}`mnist_size:.0f` parameters per equation, and on digits {glue:text}`digits_bracket:.2f` with {glue:text}`digits_size:.0f`. Width tells more than the number of parameters, most of which
# belong to pixels. Nothing was declared for these numbers, so nothing is recorded.
#
# The last line of the table of falls is milder than {doc}`../networks/networks-forget`, where width does not help one head without a buffer: those networks have
# BatchNorm and learn more tasks, none of them equal; here there are two, and three of the four pairs are related.

# %% tags=["hide-input"]
say(**{f"{NAMES[key]}_steps": median.long_over_step[key] for key in GROUPS})

# %% [markdown]
# What networks do *not* inherit is {prf:ref}`thm-bridge-training-forgetting`. In the linear model the long run costs what one step of the right
# length costs. Here, at width {glue:text}`widest_net`, it costs a multiple (medians): {glue:text}`heads_squared_steps:.1f` times (squared loss, task heads),
# {glue:text}`heads_entropy_steps:.1f` times (cross-entropy, task heads), {glue:text}`shared_squared_steps:.1f` times (squared loss, shared head),
# {glue:text}`shared_entropy_steps:.1f` times (cross-entropy, shared head). The largest curvature of task 1 is {glue:text}`spike:.0f` times the mean one there (squared loss; in a linear model of that size
# {glue:text}`linear_spike:.1f` times): one step serves the sharp directions, and training goes on along the flat ones.

# %% [markdown]
# ## Who predicts forgetting?
#
# At one width, which measure ranks pairs of tasks by what will be forgotten? And for one pair of tasks, which measure ranks the widths?
# The bracket is compared with cheaper rivals, all measured at the end of task 1. Training and test forgetting are kept apart.

# %% tags=["hide-input"]
CANDIDATES = {
    "bracket": (r"$\|[g_1, g_2]\|$", "‖[g₁, g₂]‖"),
    "relative_bracket": (r"$\|[g_1, g_2]\|$, relative", "‖[g₁, g₂]‖, relative"),
    "noncommuting": (r"$\|[g_1, g_2]\|$, of its bound", "‖[g₁, g₂]‖, of its bound"),
    "curvature_train": (r"$g_2^\top H_1 g_2$", "g₂ᵀH₁g₂"),
    "curvature_test": (r"$g_2^\top H_1 g_2$ on test", "g₂ᵀH₁g₂ on test"),
    "relative_curvature": ("$R$", "R"),
    "g2": (r"$\|g_2\|$", "‖g₂‖"),
    "loss_2": (r"$L_2(\theta_1)$", "L₂(θ₁)"),
    "minus_cosine": (r"$-\cos(g_1, g_2)$", "−cos(g₁, g₂)"),
}
signed = trained.assign(minus_cosine=-trained.cosine)
orders = bracket_predictors.rank_measures(
    signed, list(CANDIDATES), fitting, seed=seed, resamples=resamples
)
targets = list(bracket_predictors.TARGETS)
for where in ("training", "test"):
    lead = bracket_orders.leaders(orders, f"long run, {where}")
    for key, name in NAMES.items():
        say(**{f"{name}_best_{where}": CANDIDATES[lead.best[key]][1]})
        say(**{f"{name}_order_{where}": lead.order[key].words(".2f")})
        say(**{f"{name}_bracket_{where}": lead.bracket[key].value})

# %% tags=["hide-input"]
SHORT = {key: name.replace("_", ", ") for key, name in NAMES.items()}
PANEL = {"styles": {SHORT[key]: look for key, look in LOOK.items()}}
PANEL["names"] = {name: formula for name, (formula, _) in CANDIDATES.items()}
PANEL["xlabel"] = "rank correlation with forgetting"


def panel(kind, target, **how):
    rows = {name: orders.loc[(kind, target, *key)] for key, name in SHORT.items()}
    room = {"xlim": (-1.08, 1.08), "ylim": (len(CANDIDATES) - 0.4, -1.9)}
    return grouped_ranking(rows, title=target, **PANEL, **room, **how)


figures.show(
    [panel("tasks", target, legend=target == targets[0]) for target in targets],
    name="bridge-who-predicts",
    caption=(
        f"At one width: Spearman correlation of each measure with forgetting over {per_width} pairs of tasks ({seeds} seeds, "
        f"{trained.fraction.nunique()} similarities), mean over {len(widths)} widths; 95 % bootstrap intervals over seeds, rough with {seeds} of them. "
        "For one step on task 2 the bracket's numbers lead under squared loss. In the long run, and on the test, the plain loss "
        r"$L_2(\theta_1)$ and $\|g_2\|$ do as well or better under a shared head, and the relative forms rank backwards."
    ),
    alt="Three panels of dots with intervals, nine measures each, four kinds of networks.",
)

# %% tags=["hide-input"]
over = len(widths) - widths.index(fitting)
late = targets[1:]
figures.show(
    [panel("widths", target, legend=target == late[0]) for target in late],
    name="bridge-who-predicts-widths",
    caption=(
        f"For one pair of tasks: Spearman correlation over the {over} widths from {fitting} on, mean over {seeds} seeds and "
        f"{trained.fraction.nunique()} similarities, 95 % bootstrap intervals over seeds. Only the relative forms fall as forgetting "
        "does; the bracket itself and the gradient grow with width."
    ),
    alt="Two panels of dots with intervals: relative measures near +1 for task heads, absolute ones near -1.",
)

# %% [markdown]
# * squared loss, task heads: the best of the nine is {glue:text}`heads_squared_best_training` with {glue:text}`heads_squared_order_training` for long-run training forgetting and
#   {glue:text}`heads_squared_best_test` with {glue:text}`heads_squared_order_test` on the test; the bracket has {glue:text}`heads_squared_bracket_training:.2f` and {glue:text}`heads_squared_bracket_test:.2f`.
# * cross-entropy, task heads: the best of the nine is {glue:text}`heads_entropy_best_training` with {glue:text}`heads_entropy_order_training` for long-run training forgetting and
#   {glue:text}`heads_entropy_best_test` with {glue:text}`heads_entropy_order_test` on the test; the bracket has {glue:text}`heads_entropy_bracket_training:.2f` and {glue:text}`heads_entropy_bracket_test:.2f`.
# * squared loss, shared head: the best of the nine is {glue:text}`shared_squared_best_training` with {glue:text}`shared_squared_order_training` for long-run training forgetting and
#   {glue:text}`shared_squared_best_test` with {glue:text}`shared_squared_order_test` on the test; the bracket has {glue:text}`shared_squared_bracket_training:.2f` and {glue:text}`shared_squared_bracket_test:.2f`.
# * cross-entropy, shared head: the best of the nine is {glue:text}`shared_entropy_best_training` with {glue:text}`shared_entropy_order_training` for long-run training forgetting and
#   {glue:text}`shared_entropy_best_test` with {glue:text}`shared_entropy_order_test` on the test; the bracket has {glue:text}`shared_entropy_bracket_training:.2f` and {glue:text}`shared_entropy_bracket_test:.2f`.

# %% [markdown]
# ## Break: forgetting on the test
#
# The bracket is made of training losses. What comes back on images that were not trained on?

# %% tags=["hide-input"]
panels, measured = [], {"loss": "test loss", "error": "test accuracy"}
for column, words in measured.items():
    fig, ax = plt.subplots()
    draw_groups(ax, digits_long, f"forgotten_test_{column}", "width")
    ax.axhline(0, color=INK, linewidth=0.8)
    number_axis(ax, widths)
    ax.set(xlabel="width", ylabel=f"forgetting of {words}", title=f"in {words}")
    panels.append(fig)
panels[0].axes[0].legend(loc="upper right", fontsize=9.5)
figures.show(
    panels,
    name="bridge-networks-test",
    caption=(
        f"Forgetting on the test after the long run: (a) loss and (b) accuracy. Medians over four similarities, means "
        f"and 95 % intervals over {seeds} seeds. The losses are different functions: compare the lines of one loss only. The "
        "figure hides the dial; a task 2 that is equal to task 1 (no pixel permuted) improves the test loss under a shared head."
    ),
    alt=(
        "Two panels against width 8 to 128. Task heads: forgetting falls to nearly zero. Shared head: squared loss flat, cross-entropy falling."
    ),
)

# %% tags=["hide-input"]
equal_pairs = digits_long.query("scenario == 'domain' and fraction == 0")
say(
    equal_networks=len(equal_pairs),
    gain_on_test=(equal_pairs.forgotten_test_loss < 0).mean(),
    lose_in_training=(equal_pairs.forgotten_train_loss > 0).mean(),
)
say(**{f"{NAMES[key]}_wrong": median.forgotten_train_error[key] for key in GROUPS})

# %% [markdown]
# As in the linear model, similar tasks gain on the test while they lose in training: with a shared head and no permuted pixel the test
# loss of task 1 falls in {glue:text}`gain_on_test:.0%` of the {glue:text}`equal_networks` networks, and the training loss rises in
# {glue:text}`lose_in_training:.0%`. Forgotten training accuracy, {glue:text}`widest_net` units wide (medians):
# {glue:text}`heads_squared_wrong:.0%` (squared loss, task heads), {glue:text}`heads_entropy_wrong:.0%` (cross-entropy, task heads),
# {glue:text}`shared_squared_wrong:.0%` (squared loss, shared head), {glue:text}`shared_entropy_wrong:.0%` (cross-entropy, shared head).

# %% [markdown]
# ## Exercises
#
# ```{exercise} A step of the right length
# :label: exercise-wider-step
#
# The long run is compared with one step of length $\tau = \|g_2\|^2 / g_2^\top H_2 g_2$. Why is that about $n/p$ in a wide linear
# model, and for which losses does this step lead to the bottom?
# ```
#
# ```{solution} exercise-wider-step
# :class: dropdown
#
# There $H_2 = \frac1n X_2 X_2^\top$, $g_2$ lies in the span of the samples of task 2, and $X_2^\top X_2 \approx pI$; so
# $H_2 g_2 \approx \frac pn g_2$. Along a line a parabola is lowest at $\tau$. It is the bottom of the *whole* loss only where all
# directions that $g_2$ uses have one curvature, as here; a network has sharp and flat ones.
# ```
#
# ```{exercise} Which weights does the bracket see?
# :label: exercise-wider-heads
#
# At a minimum of task 1 the bracket is $-H_1 g_2$. Which entries of $g_2$ are zero if each task has a head of its own, and what
# does that take out of $g_2^\top H_1 g_2$?
# ```
#
# ```{solution} exercise-wider-heads
# :class: dropdown
#
# All that belong to the head of task 1: the loss of task 2 does not depend on it. So only the block of $H_1$ over the shared
# trunk counts. With a shared head $g_2$ has entries in the head, where under squared loss $H_1$ is the second moment of the features of
# task 1. Both tasks use these features, so $g_2$ points where $H_1$ is large.
# ```

# %% [markdown]
# ## In one breath
#
# * In networks with task heads the relative bracket falls with width, and forgetting with it: under squared loss at the
#   linear model's price. With a shared head it stays, and under squared loss so does forgetting.
# * For one step from a minimum, $g_2^\top H_1 g_2$ orders pairs of tasks as forgetting does. Under cross-entropy the
#   gradient of task 1 never vanishes, and the first order speaks.
# * At one width the gap $L_2(\theta_1)$ and $\|g_2\|$ are often the better predictors: the bracket is about the first steps.
# * Whatever falls with width carries some of the fall. So the networks go with the linear model, and do not prove its reason.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
