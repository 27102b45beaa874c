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
# # How similar are two tasks for a network?

# %% tags=["parameters"]
profile = "book"
seed = 0  # of what is drawn on this page; the tables hold seeds of their own
twin_width = 16  # of the network whose hidden units change places [4 to 256]
resamples = 1000  # bootstrap draws of the seeds [100 to 10000]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Markdown, display
from scipy.linalg import hadamard
from scipy.stats import rankdata
from sklearn.isotonic import IsotonicRegression

from manytasks import Tasks, checks, deep, evidence, figures, parameters
from manytasks.deep import measures
from manytasks.deep.measures.network import forward
from manytasks.deep.networks import Architecture, draw_weights
from manytasks.statistics import Interval, critical_t, mean_interval, z_scores
from manytasks.streams import stream
from manytasks.symbolic import differing

parameters.check(In, globals())
torch.set_num_threads(1)
pairs = deep.load_results("similarity-measures", "book")
layers = deep.load_results("layers", "book")
pairs["one head"] = pairs.alone_error - pairs.together_error
pairs["two heads"] = pairs.alone_error - pairs.heads_error
dials, strengths = list(pairs.dial.unique()), sorted(pairs.strength.unique())
settings = list(pairs.groupby(["dataset", "width"]).groups)
seeds = sorted(pairs.seed.unique())

# Column, sign that makes more mean more similar as the linear theory reads it, colour of the family.
MEASURES = {
    "weight distance": ("weight_distance", -1, "red"),
    "weight distance, other start": ("weight_distance_other_start", -1, "red"),
    "weight cosine": ("weight_cosine", 1, "red"),
    "cosine of movements": ("movement_cosine", 1, "red"),
    "function distance": ("function_distance", -1, "blue"),
    "function distance, other start": ("function_distance_other_start", -1, "blue"),
    "function cosine": ("function_cosine", 1, "blue"),
    "cross-task risk": ("cross_risk", -1, "blue"),
    "feature CKA": ("feature_cka", 1, "green"),
    "feature CKA, other start": ("feature_cka_other_start", 1, "green"),
    "gradient cosine at start": ("gradient_cosine_start", 1, "orange"),
    "gradient cosine at optimum": ("gradient_cosine_optimum", 1, "orange"),
    "bracket at start": ("bracket_start", -1, "purple"),
    "bracket at optimum": ("bracket_optimum", -1, "purple"),
}
names = list(MEASURES)
# Strength 0 is one and the same pair on every dial: it counts once.
distinct = pairs[(pairs.strength > 0) | (pairs.dial == dials[0])]


def table_of(rows):
    """Measures, one column each, turned to mean similarity."""
    return np.stack(
        [rows[c].to_numpy() * sign for c, sign, _ in MEASURES.values()], axis=1
    )


def rank_correlation(x, y):
    """Spearman's rank correlation of every column of x with y."""
    a, b = rankdata(x, axis=0), rankdata(y)
    a, b = a - a.mean(0), b - b.mean()
    return a.T @ b / np.sqrt((a**2).sum(0) * (b**2).sum())


def rank_draws(rows, target):
    """Rank correlations, mean over settings: the value, and one row for each draw of the seeds."""
    rng = stream(seed, "bootstrap")
    groups = []
    for _, group in rows.groupby(["dataset", "width"]):
        by_seed = [np.flatnonzero(group.seed == s) for s in seeds]
        groups.append((table_of(group), group[target].to_numpy(), by_seed))
    value = np.mean([rank_correlation(x, y) for x, y, _ in groups], axis=0)
    draws = []
    for _ in range(resamples):
        chosen = rng.integers(len(seeds), size=len(seeds))
        draws.append(
            np.mean(
                [
                    rank_correlation(x[i], y[i])
                    for x, y, by_seed in groups
                    for i in [np.concatenate([by_seed[s] for s in chosen])]
                ],
                axis=0,
            )
        )
    return value, np.array(draws)


ranking = {
    target: rank_draws(distinct, target) for target in ("one head", "two heads")
}
rho = {
    target: dict(zip(names, value, strict=True))
    for target, (value, _) in ranking.items()
}
best = max(rho["one head"], key=rho["one head"].get)
display(
    Markdown(
        "In a linear model every sensible measure of similarity is the same number. In networks they part. "
        f"Over {len(distinct)} measured pairs of tasks, what two tasks gain from one network is best ordered by the "
        f"{best} (rank correlation **{rho['one head'][best]:.2f}**); the distance between their functions reaches "
        f"{rho['one head']['function distance']:.2f}, the distance between their weights, which the linear theory uses, "
        f"**{rho['one head']['weight distance']:.2f}**. Give each task a head of its own, and the {max(rho['two heads'], key=rho['two heads'].get)} "
        f"orders best ({max(rho['two heads'].values()):.2f})."
    )
)

# %% [markdown]
# ## Setting
#
# Two tasks, $n$ training samples each. A network $f_i$ trained on task $i$ alone has the risk $L_i(f_i)$; one network
# trained on both has the risk $L_i(f)$. The **knowledge transfer** is the mean over both tasks of $L_i(f_i) - L_i(f)$, as
# in {doc}`../multitask/transfer`, paired by task and samples. The risk is the share of wrong test answers unless we say
# loss. The shared network has **one head**, or **two heads**, one for each task.
#
# A measure of similarity should predict transfer. If all pairs came from one dial, anything that moves with the dial would
# look good. So the tasks differ in five ways, dialled from 0 (two samples of one task) to 1:
#
# | dial | what differs at 1 | the inputs | the labels |
# |---|---|---|---|
# | pixels | the order of all pixels | differ | mean the same |
# | rotation | a quarter turn | differ | mean the same |
# | labels | the names of all classes | are the same | are in conflict |
# | classes | all classes | differ | are reused |
# | data sets | the data set, digits or glyphs | differ | are reused |
#
# Each task has five classes at $8 \times 8$ pixels; networks have three hidden layers, batch normalisation and ReLU.
# Permutations and rotations leave one problem to be seen differently, label names contradict each other outright, and new
# classes are another problem. All this on digits and on glyphs, at two widths.

# %% [markdown]
# ## Claim
#
# Paper A measures similarity by $d_{ij} = \|w_i^* - w_j^*\|^2$ or the inner product, and asks what becomes of it in networks
# (claims A.Q2, A.K9). Two facts frame the question.
#
# ```{prf:theorem} In the linear model all measures are one (ours)
# :label: thm-similarity-one
#
# Let $f_i(x) = \langle w_i^*, x \rangle$ with $\mathbb E\,x = 0$, $\mathbb E\,xx^\top = I$, and $L_i(w) = \mathbb E(\langle w,
# x\rangle - f_i(x))^2$ with gradients $g_i$ and Hessians $H_i$ of $L_i/2$. Then at every $w$
#
# $$
# \|w_i^* - w_j^*\|^2 = \mathbb E\,|f_i(x) - f_j(x)|^2 = L_j(w_i^*) - L_j(w_j^*) = \|H_j g_i - H_i g_j\|^2 ,
# $$
#
# and with $\Gamma_{ij} = \langle w_i^*, w_j^* \rangle$, if neither vector is 0,
#
# $$
# \Gamma_{ij} = \mathbb E\,f_i(x) f_j(x) = \langle g_i, g_j \rangle\big|_{w = 0}, \qquad
# \mathrm{CKA}(f_i, f_j) = \frac{\Gamma_{ij}^2}{\Gamma_{ii}\Gamma_{jj}} .
# $$
#
# So the distance between weights, between functions, the risk of answering the other's task, and the Lie bracket are one
# number; so are the inner products of weights, functions and gradients at zero.
# ```
#
# ```{prf:theorem} Weights are not the function (known)
# :label: thm-similarity-exchange
#
# Exchange two hidden units of a network: their rows of the weights that enter, with their normalisation, and their columns
# of the weights that leave. The function does not change. If the rows or columns differ, the weights do. So no function
# of two functions is equal to the distance of their weights.
# ```
#
# The second is why *the* distance between optimal weights does not exist for networks: an optimum comes with all
# exchanges, $k!$ of them for every layer of width $k$ {cite}`dinh2017`.

# %% [markdown]
# ## Derive
#
# **Step 1: the only fact about the features is their second moment.** The expectation of a quadratic form in $x$ replaces
# $x_a x_b$ by 1 if $a = b$, otherwise by 0. Three features show every kind of term.

# %%
x = sp.symbols("x_1:4")
a, b, w = (sp.Matrix(sp.symbols(f"{letter}_1:4", real=True)) for letter in "abw")


def expectation(form):
    """Expectation of a quadratic form in white features."""
    terms = sp.Poly(sp.expand(form), *x).terms()
    checks.require(
        all(sum(powers) == 2 for powers, _ in terms), f"{form} is no quadratic form"
    )
    return sum(coefficient for powers, coefficient in terms if 2 in powers)


f_i, f_j, f = (
    sum(v * x_k for v, x_k in zip(vector, x, strict=True)) for vector in (a, b, w)
)
tasks = Tasks([[a.dot(a), a.dot(b)], [a.dot(b), b.dot(b)]])

# %% [markdown]
# **Step 2: distances.** Functions first, then the risk of the other's optimum.

# %%
between_functions = expectation((f_i - f_j) ** 2)
L_i, L_j = expectation((f - f_i) ** 2), expectation((f - f_j) ** 2)
at_i, at_j = (dict(zip(w, vector, strict=True)) for vector in (a, b))
cross = L_j.subs(at_i) - L_j.subs(at_j)

# %% [markdown]
# **Step 3: the bracket.** Both Hessians are the identity, so $H_j g_i - H_i g_j = g_i - g_j = w_j^* - w_i^*$ wherever $w$ is.

# %%
g_i, g_j = (sp.Matrix([loss / 2]).jacobian(w).T for loss in (L_i, L_j))
H_i, H_j = (g.jacobian(w) for g in (g_i, g_j))
bracket = H_j * g_i - H_i * g_j
d_ij = tasks.distances2[0, 1]
unequal = differing([between_functions, cross, bracket.dot(bracket)], [d_ij] * 3)
checks.require(unequal == 0, f"{unequal} of 3 measures are not ‖w_i* − w_j*‖²")

# %% [markdown]
# **Step 4: angles.** At $w = 0$ the gradients are $-w_i^*$ and $-w_j^*$. CKA of one feature each is their squared correlation.

# %%
at_zero = dict.fromkeys(w, 0)
inner = [expectation(f_i * f_j), g_i.subs(at_zero).dot(g_j.subs(at_zero))]
squares = [expectation(f_i**2), expectation(f_j**2)]
cka = inner[0] ** 2 / (squares[0] * squares[1])
gram = tasks.gram
unequal = differing(
    [*inner, *squares, cka],
    [
        gram[0, 1],
        gram[0, 1],
        gram[0, 0],
        gram[1, 1],
        gram[0, 1] ** 2 / (gram[0, 0] * gram[1, 1]),
    ],
)
checks.require(
    unequal == 0, f"{unequal} of 5 measures are not those of the Gram matrix"
)

# %% [markdown]
# **Step 5: they are the package's measures.** Those take numbers. The columns of a Hadamard matrix are features whose second
# moments are *exactly* the identity; on them the functions of `manytasks.deep.measures` must agree to rounding.

# %%
white = torch.from_numpy(hadamard(16)[:, 1:8].astype(float))
rng = stream(seed, "linear")
w_i, w_j, here = (torch.from_numpy(rng.standard_normal(7)) for _ in range(3))
risk_i, risk_j = (
    lambda v, w_star=w_star: (white @ (v - w_star)).square().mean()
    for w_star in (w_i, w_j)
)
half_i, half_j = (lambda v, risk=risk: risk(v) / 2 for risk in (risk_i, risk_j))
risks = torch.stack([torch.stack([risk_i(v), risk_j(v)]) for v in (w_i, w_j)])
out_i, out_j = (white @ w_i)[:, None], (white @ w_j)[:, None]
distances = torch.stack(
    [
        measures.weight_distance(w_i, w_j),
        measures.function_distance(out_i, out_j),
        measures.cross_risk(risks),
        measures.bracket_norm(half_i, half_j, here) ** 2,
    ]
)
cosines = torch.stack(
    [
        measures.weight_cosine(w_i, w_j),
        measures.function_cosine(out_i, out_j),
        measures.gradient_cosine(risk_i, risk_j, torch.zeros_like(w_i)),
        torch.sign(w_i @ w_j) * measures.linear_cka(out_i, out_j).sqrt(),
    ]
)
linear_gap = max(
    float((each / each[0] - 1).abs().max()) for each in (distances, cosines)
)
evidence.record(
    "A.Q2",
    "linear model: one number",
    "largest relative difference of four distances, and of four cosines",
    linear_gap,
    "<",
    1e-9,
    n="symbolic in 3 features, numbers in 7",
)
display(
    Markdown(
        f"Four distances, all {distances[0]:.4f}; four cosines, all {cosines[0]:.4f}; the largest relative difference is "
        f"{linear_gap:.0e}."
    )
)

# %% [markdown]
# **Step 6: white features matter.** If feature $k$ has the variance $s_k$, the function distance becomes
# $\sum_k s_k (a_k - b_k)^2$ and still equals the cross-task risk, while the weight distance does not notice and the
# bracket has the components $s_k^2 (b_k - a_k)$. Already here the measures part, and
# the function distance stays with the risk.

# %%
s = sp.Matrix(sp.symbols("s_1:4", positive=True))


def coloured(form):
    """Expectation with variance s_k of feature k."""
    terms = sp.Poly(sp.expand(form), *x).terms()
    return sum(c * s[powers.index(2)] for powers, c in terms if 2 in powers)


L_i, L_j = coloured((f - f_i) ** 2), coloured((f - f_j) ** 2)
g_i, g_j = (sp.Matrix([loss / 2]).jacobian(w).T for loss in (L_i, L_j))
bracket = g_j.jacobian(w) * g_i - g_i.jacobian(w) * g_j
weighted = [
    sum(s[k] ** power * (a[k] - b[k]) ** 2 for k in range(3)) for power in (1, 4)
]
unequal = differing(
    [
        coloured((f_i - f_j) ** 2),
        L_j.subs(at_i) - L_j.subs(at_j),
        bracket.dot(bracket),
    ],
    [weighted[0], weighted[0], weighted[1]],
)
checks.require(
    unequal == 0, f"{unequal} of 3 measures weigh the features otherwise"
)

# %% [markdown]
# ## Check
#
# **The exchange, in numbers.** A network, and its twin with the hidden units of the first layer in another order:

# %%
shape = Architecture(64, twin_width, 3, 1, 5)
theta = {
    name: torch.from_numpy(value)
    for name, value in draw_weights(shape, stream(seed, "twin")).items()
}
order = torch.arange(twin_width).roll(1)  # every unit takes the place of the next
rows = ("hidden.0.weight", "norm.0.weight", "norm.0.bias")
twin = {
    name: value[order]
    if name in rows
    else value[:, order]
    if name == "hidden.1.weight"
    else value
    for name, value in theta.items()
}
probe = torch.from_numpy(stream(seed, "probe").standard_normal((100, 64)))
says, twin_says = (forward(network, probe)[1] for network in (theta, twin))
twin_weights = float(measures.weight_distance(theta, twin))
twin_function = float(measures.function_distance(says, twin_says))
evidence.record(
    "A.K9",
    "one function, two optima",
    "squared distance between the weights of two networks with one function",
    twin_weights,
    ">",
    1.0,
    n=f"width {twin_width}, function distance {twin_function:.0e}",
)
checks.below(
    "squared distance between the functions of a network and its twin",
    twin_function,
    1e-20,
)

# %% [markdown]
# **The tables** were made by `manytasks sweep similarity-measures --profile book --device cpu` and
# `manytasks sweep layers --profile book --device cpu`. To know that they are what the code computes, this page trains and
# measures some of the pairs again, five networks each.

# %% tags=["hide-input"]
display(
    Markdown(str(deep.agree_with_table("similarity-measures", "labels renamed")))
)

# %% [markdown]
# ## Look
#
# ### Turn the dials

# %% tags=["hide-input"]
tint = dict(zip(dials, ("blue", "green", "red", "orange", "purple"), strict=True))
wide = max(pairs.width)
panels = []
for target in ("one head", "two heads"):
    for dataset in pairs.dataset.unique():
        fig, ax = plt.subplots()
        for shift, dial in zip(
            np.linspace(-0.02, 0.02, len(dials)), dials, strict=True
        ):
            chosen = pairs[
                (pairs.dataset == dataset)
                & (pairs.dial == dial)
                & (pairs.width == wide)
            ]
            units = chosen.pivot(index="seed", columns="strength", values=target)
            place = units.columns.to_numpy() + shift
            figures.band(
                ax,
                place,
                units.to_numpy(),
                color=figures.COLORS[tint[dial]],
                label=dial,
            )
            ax.plot(
                place, units.mean(), color=figures.COLORS[tint[dial]], linewidth=1.2
            )
        ax.axhline(0, color=figures.INK, linewidth=1)
        ax.set_yscale("symlog", linthresh=0.05, linscale=1.5)
        ax.set_ylim(-0.7, 0.2)
        ticks = [-0.5, -0.2, -0.05, 0, 0.05, 0.1]
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        ax.set(
            xlabel="strength of the dial",
            ylabel="transfer in accuracy",
            title=f"{dataset}, {target}",
        )
        panels.append(fig)
panels[0].axes[0].legend(loc="lower left")
full = pairs[(pairs.width == wide) & (pairs.strength == strengths[-1])]
at_the_end = full.groupby(["dial", "dataset"])[["one head", "two heads"]].mean()
renamed_most = at_the_end.loc["labels"].min()
others_most = at_the_end.drop("labels").min()
figures.show(
    panels,
    name="similarity-dials",
    caption=(
        f"Knowledge transfer in accuracy against the strength of five dials, width {wide}; means over {len(seeds)} seeds with 95 % "
        f"intervals, points shifted for legibility; the axis is linear within ±0.05 and logarithmic outside. At full strength the lowest mean is "
        f"{renamed_most['one head']:+.2f} for renamed labels with one head and {renamed_most['two heads']:+.2f} with two, and {others_most.min():+.2f} for the other dials. "
        "The figure does not show larger samples, for which there is less to gain."
    ),
    alt=(
        f"{len(panels)} panels of transfer against dial strength. With one head the labels curve falls to {renamed_most['one head']:+.2f}, "
        f"the others stay above {others_most['one head']:+.2f}; with two heads all stay above {at_the_end['two heads'].min():+.2f}."
    ),
)

# %% [markdown]
# Does transfer fall as tasks become less similar (claim A.C2)? For each dial, data set and width we test the fall from
# strength 0 to strength 1 over the seeds. They are few for that many tests; so we also average over data sets and
# widths for each dial, and over dials for each data set and width, and judge these means.

# %% tags=["hide-input"]


def score(differences):
    """Student's t of the mean over seeds, against 0."""
    return float(z_scores(differences, 0.0))


one_head = {}
for key, rows in pairs.groupby(["dataset", "width", "dial"]):
    units = rows.pivot(index="seed", columns="strength", values="one head")
    one_head[key] = score(units[0.0] - units[1.0])
falls_check = "transfer falls with every dial and on every data set"
falls_level = evidence.level("A.C2", falls_check)
critical = critical_t(len(one_head), len(seeds) - 1, falls_level)
weakest = min(one_head, key=one_head.get)


pooled = {}
for axes in (["dial"], ["dataset", "width"]):
    for key, rows in pairs.groupby(axes):
        units = rows.groupby(["seed", "strength"])["one head"].mean().unstack()
        pooled[key] = score(units[0.0] - units[1.0])
display(
    Markdown(
        "| dial | "
        + " | ".join(f"{d}, width {k}" for d, k in settings)
        + " |\n|---|"
        + "---|" * len(settings)
        + "\n"
        + "\n".join(
            f"| {dial} | "
            + " | ".join(f"{one_head[d, k, dial]:.1f}" for d, k in settings)
            + " |"
            for dial in dials
        )
        + f"\n\nScores $t$ of the fall of transfer in accuracy from equal to fully different tasks, one head, {len(seeds)} seeds. "
        f"{sum(value > critical for value in one_head.values())} of {len(one_head)} exceed {critical:.1f}, which one of all would by "
        f"chance with probability {falls_level:.0e} at most; the weakest is {weakest[2]} on {weakest[0]}."
    )
)

# %% tags=["hide-input"]
condition = (
    "tasks share one head: transfer then falls along every dial, on digits, on glyphs and between the two; with a head per "
    "task, conflicting labels cost nothing"
)
needed = critical_t(len(pooled), len(seeds) - 1, falls_level)
smallest = min(pooled.values())
evidence.record(
    "A.C2",
    falls_check,
    "smallest t of the fall from equal to fully different tasks, by dial and by data set and width",
    Interval.around(smallest, needed),
    ">",
    0,
    n=f"{len(dials)} dials, {len(settings)} data sets and widths",
    seeds=len(seeds),
    when=evidence.Assumed(condition),
)
spared_check = "a head per task, all labels renamed"
renamed = pairs[(pairs.dial == "labels") & (pairs.strength == 1)]
spared = score(renamed.groupby("seed")["two heads"].mean())
spared_needed = critical_t(1, len(seeds) - 1, evidence.level("A.C2", spared_check))
evidence.record(
    "A.C2",
    spared_check,
    "t of the transfer being positive",
    Interval.around(spared, spared_needed),
    ">",
    0,
    n=f"{len(settings)} data sets and widths",
    seeds=len(seeds),
    when=evidence.Assumed(condition),
)
display(
    Markdown(
        f"Averaged, every dial and every data set and width shows the fall; the smallest score is $t = {smallest:.1f}$. At its share of the book's "
        f"error rate, {falls_level:.1e} for {len(pooled)} comparisons, {len(seeds)} seeds would need {needed:.1f}: the claim is "
        f"{'decided' if smallest > needed else 'open'}. So is the other half, that renamed labels cost a head per task nothing "
        f"($t = {spared:.1f}$, needed {spared_needed:.1f})."
        if (smallest > needed) == (spared > spared_needed)
        else f"The smallest score of the fall is $t = {smallest:.1f}$ (needed {needed:.1f}), that of the gain with renamed labels and a head per task "
        f"{spared:.1f} (needed {spared_needed:.1f})."
    )
)

# %% [markdown]
# ### Which layers hold the difference?
#
# Figure 4 of Paper A compares task-optimal weights layer by layer: one layer is **private**, every task has its own copy from a
# common start, and all other layers are shared; then one takes inner products of the copies. We redraw it at a smaller scale, with
# a control that the paper cannot have on CIFAR-100: our dials put the difference in a *known* place. Other names for the
# classes are a matter of the head; another order of the pixels is undone by the first layer. And the dial may stand at zero:
# two samples of one task.

# %% tags=["hide-input"]
NAMES = ["layer 1", "layer 2", "layer 3", "head"]
HUES = dict(zip(range(4), ("blue", "green", "orange", "red"), strict=True))
layer_widths, layer_seeds = sorted(layers.width.unique()), layers.seed.nunique()
titles = {
    "none": "the same task twice",
    "pixels": "pixels permuted",
    "labels": "labels renamed",
    "classes": "other classes",
}
alone_layer = layers[layers.private == layers.layer.astype(str)]


def private_layer(dial, layer, column):
    """Seeds down, widths across, for the one private layer."""
    rows = alone_layer[(alone_layer.dial == dial) & (alone_layer.layer == layer)]
    return rows.pivot(index="seed", columns="width", values=column)


def layer_panels(column, words, lowest):
    panels = []
    for dial, title in titles.items():
        fig, ax = plt.subplots()
        for layer, label in enumerate(NAMES):
            units = private_layer(dial, layer, column)
            color = figures.COLORS[HUES[layer]]
            figures.band(
                ax, units.columns, units.to_numpy(), color=color, label=label
            )
            ax.plot(units.columns, units.mean(), color=color, linewidth=1.2)
        ax.axhline(0, color=figures.INK, linewidth=0.8)
        ax.set_xscale("log", base=2)
        ax.set_xticks(layer_widths, layer_widths)
        ax.minorticks_off()
        ax.set(xlabel="width $k$", ylabel=words, title=title, ylim=(lowest, 1.05))
        panels.append(fig)
    return panels


panels = layer_panels("cosine", "cosine of private weights", -0.4)
panels[0].axes[0].legend(loc="lower right", ncols=2)
figures.show(
    panels,
    name="similarity-layers",
    caption=(
        "Figure 4 of Paper A at the scale available: cosine between the two tasks' copies of the one private layer, from a common "
        f"start; glyphs at 8 × 8 pixels, two tasks of five classes, means over {layer_seeds} seeds with 95 % intervals. "
        "The figure does not show how much of the growth with width is due to the common start."
    ),
    alt=(
        f"{len(panels)} panels of cosine against width, a curve per layer. At width {layer_widths[-1]} the head stands at "
        + ", ".join(
            f"{private_layer(dial, 3, 'cosine')[layer_widths[-1]].mean():.2f} ({title})"
            for dial, title in titles.items()
        )
        + "."
    ),
)
panels = layer_panels("movement_cosine", "cosine of movements", -0.75)
panels[0].axes[0].legend(loc="lower right", ncols=2)
figures.show(
    panels,
    name="similarity-layers-movement",
    caption=(
        "The same copies seen from where they started: cosine between what training added for the one task and for the other. "
        f"Means over {layer_seeds} seeds with 95 % intervals. The figure does not show that these movements are all that matters."
    ),
    alt=f"{len(panels)} panels of the cosine of movements against width, a curve per layer.",
)

# %% [markdown]
# Do the inner products find the place where we put the difference? We compare with the control: how far does the cosine of a
# private layer fall when the same task twice becomes two different tasks? And we ask the network itself: which private layer
# lowers the test loss of the shared network?

# %% tags=["hide-input"]
widest = layer_widths[-1]
trend, fall, gain = {}, {}, {}
free = (
    layers[layers.layer == 0]
    .set_index(["dial", "private", "width", "seed"])
    .sort_index()
    .test_loss
)
for dial in titles:
    for layer in range(len(NAMES)):
        for column in ("cosine", "movement_cosine"):
            units = private_layer(dial, layer, column)
            rise = units[widest] - units[layer_widths[0]]
            trend[column, dial, layer] = (
                rise.mean(),
                score(rise),
            )
        units = (
            private_layer("none", layer, "cosine")
            - private_layer(dial, layer, "cosine")
        )[layer_widths[1:]].mean(axis=1)
        fall[dial, layer] = mean_interval(units)
        change = free[dial, "no layer"] - free[dial, str(layer)]
        units = change.unstack("width")[layer_widths[1:]].mean(axis=1)
        gain[dial, layer] = mean_interval(units)


def cells(values, dial):
    return " | ".join(
        f"{values[dial, k].value:+.2f} ± {values[dial, k].high - values[dial, k].value:.2f}"
        for k in range(len(NAMES))
    )


header = "| tasks | " + " | ".join(NAMES) + " |\n|---|" + "---|" * len(NAMES) + "\n"
changed = [dial for dial in titles if dial != "none"]
display(
    Markdown(
        "**Fall of the cosine of a private layer**, against the same task twice:\n\n"
        + header
        + "\n".join(f"| {titles[dial]} | {cells(fall, dial)} |" for dial in changed)
        + "\n\n**Test loss saved by making one layer private:**\n\n"
        + header
        + "\n".join(f"| {titles[dial]} | {cells(gain, dial)} |" for dial in titles)
        + f"\n\nMeans over widths {layer_widths[1]} to {widest} and {layer_seeds} seeds, with 95 % intervals over seeds."
    )
)

# %% [markdown]
# Two answers. A private layer *must* hold the difference, whichever layer it is: renamed classes drive apart even the copies of the
# first layer, if these are the only copies there are, and any one private layer ends the conflict. So a low inner product says that a
# difference is *held* there, not that it belongs there. And by the fall of the cosine the head tells most, also about permuted pixels,
# which the first layer could undo exactly; compare what a private first layer saves there. What could be represented is not what
# training finds.

# %% tags=["hide-input"]


def difference_t(dial, one, other):
    """Score of the cosine of one private layer falling further than that of another."""
    by_layer = [
        (private_layer("none", k, "cosine") - private_layer(dial, k, "cosine"))[
            layer_widths[1:]
        ].mean(axis=1)
        for k in (one, other)
    ]
    gap = by_layer[0] - by_layer[1]
    return score(gap)


where = (
    "the tasks differ in the names of their classes; the head's inner product falls most also when only the order of the "
    "pixels differs (glyphs at 8 × 8 pixels, no CIFAR-100)"
)
rises = [trend["cosine", dial, 0][1] for dial in titles]
widens_check = "redrawn: inner products of the first layer grow with width"
widens = critical_t(
    len(rises), layer_seeds - 1, evidence.level("A.F4", widens_check)
)
evidence.record(
    "A.F4",
    widens_check,
    f"smallest t of the rise of the cosine from width {layer_widths[0]} to {widest}",
    Interval.around(min(rises), widens),
    ">",
    0,
    n=f"{len(rises)} kinds of pairs",
    seeds=layer_seeds,
    when=evidence.Assumed(where),
)
leads = [
    difference_t(dial, 3, k) for dial in ("labels", "pixels") for k in range(3)
]
differs_check = "where tasks differ"
differs = critical_t(
    len(leads), layer_seeds - 1, evidence.level("A.F4", differs_check)
)
evidence.record(
    "A.F4",
    differs_check,
    "smallest t of the cosine of the head falling further than that of a hidden layer",
    Interval.around(min(leads), differs),
    ">",
    0,
    n=f"labels and pixels, widths {layer_widths[1]} to {widest}",
    seeds=layer_seeds,
    when=evidence.Assumed(where),
)
display(
    Markdown(
        f"In the first layer the cosine rises by {min(trend['cosine', d, 0][0] for d in titles):.2f} to {max(trend['cosine', d, 0][0] for d in titles):.2f} from "
        f"width {layer_widths[0]} to {widest}, the cosine of movements by {min(trend['movement_cosine', d, 0][0] for d in titles):+.2f} to "
        f"{max(trend['movement_cosine', d, 0][0] for d in titles):+.2f}: wide layers look alike because they hardly leave their common start. "
        f"The smallest scores over {layer_seeds} seeds are {min(rises):.1f} for this rise (needed at its share of the book's error rate: {widens:.1f}) and "
        f"{min(leads):.1f} for the head falling furthest (needed: {differs:.1f}). Seeds enough to decide are those of the sweep on CIFAR-100."
    )
)

# %% [markdown]
# ### Which measure predicts transfer?
#
# Open question 2 of Paper A: what takes the place of $\|w_i^* - w_j^*\|^2$ in a network? The candidates, for the networks $f_i, f_j$
# trained on each task alone from a common start $\theta_0$ to $\theta_i, \theta_j$:
#
# | measure | what it compares |
# |---|---|
# | weight distance, cosine | $\lVert\theta_i - \theta_j\rVert^2$; cosine of $\theta_i, \theta_j$ |
# | cosine of movements | cosine of $\theta_i - \theta_0$ and $\theta_j - \theta_0$ |
# | function distance, cosine | $\mathbb E\lVert f_i - f_j\rVert^2$ and the cosine of $f_i, f_j$ on the inputs of both tasks; class probabilities minus uniform |
# | cross-task risk | $\tfrac12\sum_{i \ne j} L_j(f_i) - L_j(f_j)$, in test loss; it needs labels |
# | feature CKA | last hidden features on the inputs of both tasks {cite}`kornblith2019` |
# | gradient cosine | cosine of $\nabla L_i, \nabla L_j$ at $\theta_0$; mean of the cosines at $\theta_i$ and $\theta_j$ |
# | bracket | $\lVert H_j g_i - H_i g_j\rVert$ at $\theta_0$; mean at $\theta_i$ and $\theta_j$ |
# | …, other start | the same, but $f_j$ is trained from weights of its own |
#
# Each is turned so that more means more similar. We report Spearman's rank correlation with transfer over all pairs of one data set and width,
# averaged over the four of them. Intervals come from a bootstrap over seeds {cite}`efron1979`, because pairs of one seed share
# classes and start.

# %% tags=["hide-input"]
rank_order = sorted(names, key=lambda name: rho["one head"][name])
panels = []
for target, (value, draws) in ranking.items():
    fig, ax = plt.subplots(figsize=(5.0, 4.6))
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    for place, name in enumerate(rank_order):
        k = names.index(name)
        color = figures.COLORS[MEASURES[name][2]]
        ax.plot([low[k], high[k]], [place, place], color=color, linewidth=2)
        ax.plot(value[k], place, "o", color=color, markersize=6)
    ax.axvline(0, color=figures.INK, linewidth=1)
    ax.set_yticks(range(len(names)), rank_order)
    ax.set(xlabel="rank correlation with transfer", title=target, xlim=(-0.65, 0.9))
    panels.append(fig)
figures.show(
    panels,
    name="similarity-ranking",
    caption=(
        f"How well {len(names)} measures order the transfer in accuracy of {len(distinct)} pairs of tasks; mean of {len(settings)} data sets and widths, "
        f"95 % intervals from {resamples:,} draws of {len(seeds)} seeds. Right of zero a measure says what the linear theory expects of it. "
        f"The figure does not show other architectures; {len(seeds)} seeds make the intervals a little short."
    ),
    alt=(
        "Two dot plots of rank correlations with intervals. "
        + " ".join(
            f"{target.capitalize()}: highest {max(row, key=row.get)}, {max(row.values()):.2f}."
            for target, row in rho.items()
        )
    ),
)

# %% [markdown]
# Ordering is one thing, predicting the size another. For each measure we fit the best increasing curve (isotonic regression) and predict
# transfer where the curve has seen nothing: a **new seed**, or a **new kind of difference**, one of the five dials held out. $R^2$ is the
# share of the variance of transfer that is predicted; below 0 the mean would have been better.

# %% tags=["hide-input"]


def held_out(rows, target, unit):
    """Squared errors of the prediction and of the mean, for every row and measure, when its unit was held out."""
    errors, around = [], []
    for _, group in rows.groupby(["dataset", "width"]):
        x_all, y, units = (
            table_of(group),
            group[target].to_numpy(),
            group[unit].to_numpy(),
        )
        predicted = np.empty_like(x_all)
        for left_out in np.unique(units):
            test = units == left_out
            for k in range(x_all.shape[1]):
                curve = IsotonicRegression(out_of_bounds="clip").fit(
                    x_all[~test, k], y[~test]
                )
                predicted[test, k] = curve.predict(x_all[test, k])
        errors.append(
            pd.DataFrame((y[:, None] - predicted) ** 2, columns=names).assign(
                seed=group.seed.to_numpy()
            )
        )
        around.append(
            pd.DataFrame(
                {"total": (y - y.mean()) ** 2, "seed": group.seed.to_numpy()}
            )
        )
    return pd.concat(errors).groupby("seed").sum(), pd.concat(around).groupby(
        "seed"
    ).sum()


r2 = {}
for unit in ("seed", "dial"):
    errors, around = held_out(distinct, "one head", unit)
    chosen = stream(seed, "bootstrap", unit).integers(
        len(seeds), size=(resamples, len(seeds))
    )
    draws = 1 - errors.to_numpy()[chosen].sum(1) / around.to_numpy()[chosen].sum(1)
    r2[unit] = (
        1 - errors.sum().to_numpy() / around.to_numpy().sum(),
        *np.percentile(draws, [2.5, 97.5], axis=0),
    )


def interval(value, low, high):
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


value, draws = ranking["one head"]
low, high = np.percentile(draws, [2.5, 97.5], axis=0)
display(
    Markdown(
        "| measure | rank correlation, one head | $R^2$, new seed | $R^2$, new kind of difference |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {name} | {interval(value[k], low[k], high[k])} | "
            + " | ".join(
                interval(*(part[k] for part in r2[unit]))
                for unit in ("seed", "dial")
            )
            + " |"
            for name in reversed(rank_order)
            for k in [names.index(name)]
        )
    )
)

# %% [markdown]
# ### Where the linear theory stops being a guide
#
# Within one dial the measures do better, and which one does best depends on the dial. In {doc}`../multitask/transfer` a pair gains if
# the other solution is closer than zero is: without noise, for equal norms and $p \gg N$, if $\|w_i^* - w_j^*\|^2 < \|w_i^*\|^2$. We
# put function distances into this rule, too.

# %% tags=["hide-input"]
within = {}
for dial in dials:
    rows = pairs[pairs.dial == dial]
    within[dial] = np.mean(
        [
            rank_correlation(table_of(g), g["one head"].to_numpy())
            for _, g in rows.groupby(["dataset", "width"])
        ],
        axis=0,
    )
grid = np.stack([within[dial] for dial in dials], axis=1)[
    [names.index(n) for n in reversed(rank_order)]
]
fig, ax = plt.subplots(figsize=(5.0, 5.0))
ax.pcolormesh(grid, cmap="PuOr", vmin=-1, vmax=1)
ax.invert_yaxis()
for i, row in enumerate(grid):
    for j, cell in enumerate(row):
        ax.text(
            j + 0.5,
            i + 0.5,
            f"{cell:.1f}",
            ha="center",
            va="center",
            color="white" if abs(cell) > 0.6 else "black",
            fontsize=10,
        )
ax.set_xticks(np.arange(len(dials)) + 0.5, dials, rotation=20)
ax.set_yticks(np.arange(len(names)) + 0.5, list(reversed(rank_order)))
ax.set_title("within one dial, one head")
per_dial = len(pairs) // len(dials) // len(settings)
kinds = {"one task twice": distinct.strength == 0} | {
    dial: (distinct.dial == dial) & (distinct.strength > 0) for dial in dials
}
ratio = distinct.function_distance / distinct.function_norm
other, ax = plt.subplots(figsize=(5.0, 5.0))
for kind, rows in kinds.items():
    color = figures.COLORS[tint.get(kind, "grey")]
    ax.plot(
        ratio[rows],
        distinct["one head"][rows],
        ".",
        markersize=5,
        alpha=0.6,
        color=color,
        label=kind,
    )
ax.axhline(0, color=figures.INK, linewidth=1)
ax.axvline(1, color=figures.INK, linewidth=1, linestyle="--")
ax.set_yscale("symlog", linthresh=0.05, linscale=1.5)
ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
ax.minorticks_off()
ax.set(
    xlabel=r"distance of functions / their size",
    ylabel="transfer in accuracy, one head",
    title="one distance, many transfers",
)
ax.legend(loc="lower left", markerscale=2)
figures.show(
    [fig, other],
    name="similarity-within",
    caption=(
        f"Left: rank correlation with transfer within each dial, {per_dial} pairs a dial, mean of {len(settings)} data sets and widths. Right: transfer of all "
        r"pairs against $\mathbb E\|f_i - f_j\|^2 / \mathbb E\|f\|^2$. In the linear model with clean labels and many more features than samples, pairs "
        "left of the dashed line gain and pairs right of it lose. It matters whether the functions differ on the same inputs. "
        "The figure does not show the uncertainty of single cells."
    ),
    alt=(
        f"Left: a table of rank correlations, {len(names)} measures by {len(dials)} dials. Right: scatter of transfer against distance, "
        "a colour per dial."
    ),
)
decided = distinct["one head"] != 0
right = (ratio < 1) == (distinct["one head"] > 0)
side = {kind: right[rows & decided].mean() for kind, rows in kinds.items()}
display(
    Markdown(
        "The linear rule gets the sign right for "
        + ", ".join(f"{share:.0%} ({kind})" for kind, share in side.items())
        + f" of the pairs. Within a dial even the weight distance orders transfer, by {min(row[names.index('weight distance')] for row in within.values()):.1f} "
        f"to {max(row[names.index('weight distance')] for row in within.values()):.1f}; over all dials it has {rho['one head']['weight distance']:.2f}: whoever "
        "turns one dial only will trust it too much."
    )
)

# %% tags=["hide-input"]


def leads_by(better, worse, target):
    """How far one measure orders transfer better than another, within each seed: a number per seed."""
    columns = [MEASURES[name][:2] for name in (better, worse)]
    return np.array(
        [
            np.mean(
                [
                    np.subtract(
                        *(
                            rank_correlation(
                                sign * group[[column]].to_numpy(), group[target]
                            ).item()
                            for column, sign in columns
                        )
                    )
                    for _, group in rows.groupby(["dataset", "width"])
                ]
            )
            for _, rows in distinct.groupby("seed")
        ]
    )


def ahead(claim, check, better, worse, target="one head"):
    """The mean of these leads, with its interval of Student's t at the share of a record."""
    level = 1 - 2 * evidence.level(claim, check)
    return mean_interval(leads_by(better, worse, target), level)


heads = pd.DataFrame({"target": ["one head", "two heads"]})
answer = (
    "the tasks share one head: the distance between functions then orders transfer better than that between weights, and the "
    "angle between the gradients at the optima better still"
)
for check, better, worse in (
    ("functions instead of weights", "function distance", "weight distance"),
    ("gradients at the optima", "gradient cosine at optimum", "function distance"),
):
    lead = evidence.tested(
        heads,
        "target == 'one head'",
        lambda rows, case=("A.Q2", check, better, worse): ahead(
            *case, rows.target.item()
        ),
        answer,
    )
    evidence.record(
        "A.Q2",
        check,
        f"lead of {better} over {worse}, in rank correlation within a seed",
        lead.inside,
        ">",
        0,
        n=f"{len(distinct)} pairs",
        seeds=len(seeds),
        when=lead,
    )
starts_check = "rank correlation with transfer, networks from different starts"
other_start = ("function distance, other start", "weight distance, other start")
evidence.record(
    "A.K9",
    starts_check,
    "lead of function distance over weight distance, in rank correlation within a seed",
    ahead("A.K9", starts_check, *other_start),
    ">",
    0,
    n=f"{len(distinct)} pairs",
    seeds=len(seeds),
)
gaps = {
    case: rho["one head"][case[0]] - rho["one head"][case[1]]
    for case in (
        ("function distance", "weight distance"),
        ("gradient cosine at optimum", "function distance"),
        other_start,
    )
}
gap, gap_gradient, gap_other = gaps.values()
display(
    Markdown(
        f"From a common start the function distance leads the weight distance by {gap:.2f} in rank correlation; from different starts by "
        f"{gap_other:.2f}, and there the weight distance is left with {rho['one head']['weight distance, other start']:+.2f}. The gradient cosine at the "
        f"optima leads the function distance by another {gap_gradient:.2f}. What judges is the lead within each seed, by Student's t over {len(seeds)} seeds; "
        "with a head per task the same leads are not found."
    )
)

# %% [markdown]
# Between kinds of difference the best guide is thus not a distance at all. One way to read it: at $\theta_i$ task $i$ is content; the angle to $\nabla L_j$ says whether serving task $j$
# *there* would undo what $i$ has learned. That is the conflict term of Paper B ({doc}`../dynamics/conflict`), evaluated where Paper A
# measures its distance. A function distance counts every input on which two networks disagree, also inputs that only
# one of the tasks will ever see; the gradients weigh the disagreement by how much the network would have to share.

# %% [markdown]
# ## Break
#
# **A head for each task.** The theorem has no heads, and neither has Paper A's theory. With two heads conflicting labels cost nothing, although
# the functions are as far apart as ever. Renaming classes leaves features alone, so with one head CKA cannot see it.

# %% tags=["hide-input"]
leaders = {target: max(rho[target], key=rho[target].get) for target in rho}
display(
    Markdown(
        f"Renamed labels: mean function distance {renamed.function_distance.mean():.2f}, mean CKA {renamed.feature_cka.mean():.2f}; transfer with "
        f"one head {renamed['one head'].mean():+.2f}, with two {renamed['two heads'].mean():+.2f}. Best measure with one head: {leaders['one head']} "
        f"({rho['one head'][leaders['one head']]:.2f}); with two: {leaders['two heads']} ({rho['two heads'][leaders['two heads']]:.2f})."
    )
)


# %% [markdown]
# **Another start.** Train $f_j$ from weights of its own. What becomes of the distance between functions, and of that between weights,
# which is now the distance of the starts?

# %% tags=["hide-input"]
rows = pairs[pairs.width == wide]
ends = {
    column: [
        rows[rows.strength == s_][column].mean()
        for s_ in (strengths[0], strengths[-1])
    ]
    for column in (
        "weight_distance",
        "weight_distance_other_start",
        "function_distance",
        "function_distance_other_start",
    )
}
display(
    Markdown(
        f"| width {wide}, mean over dials and seeds | one task twice | fully different tasks |\n|---|---|---|\n"
        + "\n".join(
            f"| {column.replace('_', ' ')} | {low_:.2f} | {high_:.2f} |"
            for column, (low_, high_) in ends.items()
        )
    )
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} A distance without labels
# :label: exercise-similarity-labels
#
# Which of the measures need labels of the other task, which need only inputs, and which need neither? Which could you compute before
# collecting any data of task $j$?
# ```
#
# ```{solution} exercise-similarity-labels
# :class: dropdown
#
# All need a network, or a gradient, of each task, hence labels of both for training. *Given* the two networks, cross-task risk, gradients and
# brackets need labels again; function distances and CKA need inputs only; weights need neither. None can be had before data of task $j$.
# ```
#
# ```{exercise} Scale
# :label: exercise-similarity-scale
#
# Multiply the weights that enter a layer with batch normalisation by 10. What happens to function, weight distance, gradient
# and bracket?
# ```
#
# ```{solution} exercise-similarity-scale
# :class: dropdown
#
# The function stays (up to the small constant in the normalisation), because the layer divides by its standard deviation. The weight distance grows without
# limit. The gradient with respect to these weights shrinks by 10, a curvature by 100: gradient cosines over all layers shift towards the other
# layers, and the bracket changes. Only the functions do not care.
# ```
#
# ```{exercise} When CKA is blind
# :label: exercise-similarity-cka
#
# In the linear model with one output, two tasks have $w_j^* = -w_i^*$. What are their CKA and their transfer for $p > N + 1$ and clean
# labels?
# ```
#
# ```{solution} exercise-similarity-cka
# :class: dropdown
#
# CKA is $\Gamma_{ij}^2 / (\Gamma_{ii}\Gamma_{jj}) = 1$, the largest there is. The transfer is as bad as it can be at these norms: both $K_1$ and $K_2$ of
# {prf:ref}`thm-transfer-terms` are negative. Renamed classes do the same to networks.
# ```

# %% [markdown]
# ## In one breath
#
# * In the linear model weight distance, function distance, cross-task risk and bracket are one number, and so are the cosines. In
#   networks they are different things.
# * Weights are a poor guide: exchanging hidden units moves them and changes nothing, and from different starts their distance says
#   nothing about the tasks. Wide layers look alike because of their common start.
# * With one head, distance between functions carries over from the linear theory; between kinds of difference the angle between
#   gradients at the optima orders transfer better.
# * The Lie bracket, which joins forgetting and conflict elsewhere in this book, is no guide to transfer; its size mixes how steep and
#   how curved the losses are with how much the tasks disagree.
# * With a head for each task, conflict of labels is harmless. The right measure depends on what is shared.
# * No measure predicts well how much a kind of difference costs that it has not seen.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
