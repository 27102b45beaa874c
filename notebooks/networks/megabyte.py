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
# # What should the next megabyte buy?

# %% tags=["parameters"]
profile = "book"
seed = 1  # of the bootstrap and of the random problems
bootstrap = 4000  # resamples of the seeds [1000 to 40000]
problems = 60  # random budgets on which the linear law is checked [5 to 500]
cosines = (0.0, 0.2, 0.4, 0.6, 0.8)  # of linear tasks that give advice [0 to 1]

# %% tags=["hide-input"]
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display

from manytasks import (
    Tasks,
    checks,
    deep,
    evidence,
    figures,
    page,
    parameters,
    theory,
)
from manytasks.declarations import declarations
from manytasks.deep.sweeps import replay_budget
from manytasks.statistics import Interval, critical_t, mean_interval, z_scores
from manytasks.streams import stream
from manytasks.studies.budgets import ends_above_inside, final_by_share
from manytasks.symbolic import differing

parameters.check(In, globals())
table = deep.load_results("replay-budget", "book")
settings = deep.find_sweep("replay-budget").profiles["book"]
T, per_class, steps = (settings[name] for name in ("tasks", "per_class", "steps"))
n, classes = 10 * per_class, 10
line_keys = ["stream", "stored", "budget"]
data, storages, budgets, shares = (
    table[name].unique().tolist() for name in (*line_keys, "share")
)
seeds = table.seed.nunique()
words = {
    "glyphs": "glyphs, a head per task",
    "digits": "digits, a head per task",
    "digits-shared": "digits, one shared head",
}
money_color = dict(zip(budgets, ("orange", "green", "blue"), strict=True))


def final(rows, measure):
    """Mean over all tasks after the last one: a row per line, method and seed; a column per share."""
    last = rows[rows.after == T - 1]
    keys = [*line_keys, "method", "seed", "share"]
    return last.groupby(keys)[measure].mean().unstack("share")


def forgotten(rows, measure):
    """Forgetting, laid out as `final`: every learner's error matrix goes through theory.forgetting."""
    keys = [*line_keys, "method", "seed", "share"]
    matrices = rows.pivot(index=[*keys, "after"], columns="task", values=measure)
    learners = matrices.index.droplevel("after").unique()
    values = theory.forgetting(matrices.to_numpy().reshape(-1, T, T))
    return pd.Series(values, index=learners).unstack("share")


error, loss = final(table, "test_error"), final(table, "test_loss")
resampled = stream(seed, "bootstrap").integers(seeds, size=(bootstrap, seeds))


def best_shares(values):
    """Best share of every resample of the seeds; the same resamples for every line."""
    return np.array(shares)[
        values.to_numpy()[resampled].mean(axis=1).argmin(axis=1)
    ]


def interval(draws):
    """Central 95 % of the draws; rounded, because differences of shares should be 0 where they are."""
    return np.quantile(draws, [0.025, 0.975], method="inverted_cdf").round(6) + 0.0


lines = list(error.groupby(line_keys).groups)
optimum = {line: best_shares(error.loc[line]) for line in lines}
mean = error.groupby(line_keys).mean()
regret = mean.sub(mean.min(axis=1), axis=0)
rule = regret.max().idxmin()  # the one share that is never far from the best
display(
    Markdown(
        f"Both, and on these data the exact balance hardly matters: a buffer that takes **{rule:.0%}** of the bytes was never more than "
        f"**{100 * regret[rule].max():.1f}** points of test error worse than the best division, on {len(lines)} "
        f"combinations of data, accounting and budget. All for the network cost up to {100 * regret[0.0].max():.0f} points, "
        f"all for the buffer up to {100 * regret[1.0].max():.0f}."
    )
)

# %% [markdown]
# ## Setting
#
# A learner has $B$ bytes. They hold a network and a replay buffer; what one takes the other lacks. This is Table 1 of
# Paper A and its open question 1. The linear answer is exact and stands in {doc}`../replay/budget`; here are networks.
#
# **What a byte buys.** A parameter is a float32, 4 bytes; batch normalisation also stores a running mean and variance per
# unit. A sample can be stored in two ways:
#
# * `uint8`: the image, one byte per pixel;
# * `float32`: the numbers that the network reads, 4 bytes each.
#
# Either way a byte is added for the label. The buffer is counted at its largest, with samples of $T - 1$ finished tasks.

# %% tags=["hide-input"]
rows = []
for name in data:
    for how in storages:
        cell = settings | {"stream": name, "stored": how}
        price = replay_budget.sample_bytes(cell)
        rows.append(f"| {words[name]} | {how} | {price} | {price / 4:.0f} |")
display(
    Markdown(
        "\n".join(
            [
                "| tasks | stored as | bytes per sample | parameters of that price |",
                "|---|---|---:|---:|",
                *rows,
            ]
        )
    )
)

# %% [markdown]
# The tasks, the network (three hidden layers of equal width) and the training are those of {doc}`networks-forget`. *Glyphs*
# arrive as ten classes per task and are read through 64 frozen features. *Digits* arrive as ten classes in every task,
# with all pixels permuted anew. Along a line of constant $B$ a **share** of the bytes goes to the buffer and the widest
# network that fits takes the rest; as in Table 1 a very small network (width 4) is set aside first, so that share 1 still
# learns something. Every task takes the same number of steps whatever the buffer holds.

# %% tags=["hide-input"]
display(
    Markdown(
        f"There are {T} tasks of {n} samples in {classes} classes, {steps} steps of {settings['batch']} samples per task, {seeds} seeds, and budgets of "
        f"{', '.join(str(money // 1000) for money in budgets)} kB: a megabyte in miniature."
    )
)

# %% [markdown]
# ## Claim
#
# Three statements of Paper A are judged here. Table 1 (A.Tab1): *at a fixed memory the best division lies inside the range and
# differs between data sets.* Its reading (A.K7): *data sets have different optimal balances.* And the check it proposes (A.C3):
# *vary the budget and find the allocation that forgets least.* Beside them we put the linear law. It has a property that
# should make a reader careful:
#
# ```{prf:theorem} A dearer sample never moves a large linear budget towards parameters (ours)
# :label: thm-perverse-price
#
# Let $T$ tasks have norm 1 and common cosine $\rho < 1$, $n$ samples each, warm start, and let one more sample of every
# past task cost $s$ parameters. By {prf:ref}`thm-large-budget` the error falls in $m$ along a large enough budget line iff
# $\frac{T-1}{2}\alpha + s\beta < 0$, with
#
# $$ \alpha = 2(1-\rho)\big(2 - \tfrac1T\big) + 3\sigma^2 - 1, \qquad \beta = 2(1-\rho)\,\tfrac{T-1}{T} + \sigma^2 - 1 . $$
#
# Then $\alpha - \beta = 2(1-\rho) + 2\sigma^2 > 0$. So a higher price $s$ can turn "no buffer" into "all buffer", and never the
# reverse. It does so, at $s_0 = \frac{(T-1)\,\alpha}{-2\beta}$, exactly when $\beta < 0 < \alpha$; and for
# $s \to \infty$ only the sign of $\beta$ counts: the law no longer looks at the price.
# ```
#
# Common sense says the opposite: buy less of what is dear. The linear learner disagrees because giving up parameters is a
# *gain* to it when $\beta < 0$. Its features are all alike, so more of them dilute the signal. A network's width is no
# such burden.

# %% [markdown]
# ## Derive
#
# **Step 1: the law from the package's error.** For two tasks, move along the line: one sample more, $s$ parameters less. We
# read off the leading coefficient as $p \to \infty$.

# %%
m, p, s, rho, v, T_ = sp.symbols("m p s rho sigma^2 T", positive=True)
fifty = sp.Integer(50)
two = Tasks([[sp.Integer(1), rho], [rho, sp.Integer(1)]])
errors = theory.replay_error(
    two, (fifty, fifty), np.array([m, m]), p, v, regime="over"
)
G = sum(errors[1]) / 2


def leading(expression):
    """Coefficient of 1/p² as p grows."""
    top, bottom = (
        sp.Poly(part, p) for part in sp.fraction(sp.together(expression))
    )
    falls = bottom.degree() - top.degree()
    checks.require(falls == 2, f"the error should fall like 1/p², not 1/p^{falls}")
    return sp.nsimplify(top.LC() / bottom.LC(), rational=True)


slope = leading(sp.diff(G, m).subs(m, 10)) - s * leading(sp.diff(G, p).subs(m, 10))
alpha = 2 * (1 - rho) * (2 - 1 / T_) + 3 * v - 1
beta = 2 * (1 - rho) * (T_ - 1) / T_ + v - 1
law = (T_ - 1) / 2 * alpha + s * beta
checks.require(
    differing([slope], [(fifty * T_ * law).subs(T_, 2)]) == 0,
    "the slope of theory.replay_error along the budget is not the law of the theorem",
)

# %% [markdown]
# **Step 2: the difference.** The two brackets differ by something that is never negative, for every number of tasks:

# %%
checks.require(
    differing([alpha - beta], [2 * (1 - rho) + 2 * v]) == 0,
    "α − β is not 2(1 − ρ) + 2σ²",
)

# %% [markdown]
# **Step 3: the switch.** As a function of $s$ the law is a straight line of slope $\beta$. If $\beta \ge 0$ then $\alpha > 0$ and
# it is never negative: no price makes the buffer pay. If $\beta < 0$ it falls, and crosses zero at a positive price only if
# $\alpha > 0$:

# %%
s_0 = sp.solve(law, s)[0]
checks.require(
    differing([s_0], [(T_ - 1) * alpha / (-2 * beta)]) == 0,
    f"the law crosses zero at {s_0}, not at (T − 1)α/(−2β)",
)

# %% [markdown]
# ## Check
#
# First the law against the exact optimum, `theory.best_split`, on random problems with a large budget. One number decides:
# how often a fourfold price moves the optimum from samples to parameters.

# %% tags=["hide-input"]
rng = stream(seed, "problems")
order = ("all model", "interior", "all buffer")
perverse, moved = 0, 0
for _ in range(problems):
    count, cosine, noise_var = (
        int(rng.integers(2, 6)),
        rng.uniform(0, 1),
        rng.uniform(0, 0.3),
    )
    cheap = float(rng.choice([0.25, 0.5, 1.0, 2.0]))
    kinds = [
        order.index(
            theory.best_split(
                Tasks.equiangular(count, cosine),
                10,
                noise_var,
                200_000,
                sample_cost=c,
            ).kind
        )
        for c in (cheap, 4 * cheap)
    ]
    moved += kinds[1] > kinds[0]
    perverse += kinds[1] < kinds[0]
display(
    Markdown(
        f"Of {problems} problems, {moved} move from parameters to samples when the price is multiplied by four, "
        f"{perverse} the other way."
    )
)
checks.require(
    perverse == 0,
    f"{perverse} of {problems} optima move towards parameters when samples become dearer: the theorem allows none",
)

# %% [markdown]
# Then the table. It was made by `manytasks sweep replay-budget --profile book --device cpu`. To know that it is what the code
# computes, this page trains one of its cells again.

# %% tags=["hide-input"]
display(Markdown(str(deep.agree_with_table("replay-budget", "all for the buffer"))))
over = table[table.model_bytes + table.buffer_bytes > table.budget]
checks.require(over.empty, f"{len(over)} rows of the table exceed their budget")
display(Markdown(f"All {len(mean) * len(shares)} divisions keep their budget."))

# %% [markdown]
# ## Look
#
# ### CIFAR-100
#
# Table 1 of Paper A was made with this data set. Five tasks of ten classes arrive one after the other, {glue:text}`real_n` images each, read through 64 frozen
# features; a sample is stored as an image (uint8) or as its features (float32). Of {glue:text}`real_seeds` seeds, the first {glue:text}`real_choosing`
# choose the best inner share of each line, the others say by how much both ends are worse. This was declared before the table was made.

# %% tags=["hide-input"]
real_table = deep.load_results("replay-budget-cifar100", "book")
declared = declarations()["A.Tab1, CIFAR-100, the best share lies inside"]
real_ends = ends_above_inside(real_table, "test_error", declared.choose)
real_final = final_by_share(real_table, "test_error")
panels_real = []
for how, title in (
    ("float32", "stored as features"),
    ("uint8", "stored as images"),
):
    fig, ax = plt.subplots()
    for money, hue in zip(
        real_table.budget.unique(), ("orange", "green", "blue"), strict=True
    ):
        figures.band(
            ax,
            real_final.columns,
            real_final.loc[how, money].to_numpy(),
            color=figures.COLORS[hue],
            label=f"{money // 1000} kB",
        )
    ax.set(
        ylim=(0.2, 0.7),
        xlabel="share of the bytes in the buffer",
        ylabel="test error, mean over tasks",
        title=title,
    )
    panels_real.append(fig)
panels_real[0].axes[0].legend(loc="upper center")
features = real_ends[real_ends.stored == "float32"]
page.say(
    real_n=int(real_table.per_class[0] * 10),
    real_seeds=real_table.seed.nunique(),
    real_choosing=len(declared.choose),
)
figures.show(
    panels_real,
    name="megabyte-cifar100",
    caption=(
        f"CIFAR-100: error at the end against the buffer's share of a fixed memory. Means of {real_table.seed.nunique()} seeds with 95 % intervals of Student's t. "
        f"As features, the best shares on the choosing seeds are {', '.join(f'{share:.0%}' for share in features.best.unique())}. "
        "The figure does not show forgetting."
    ),
    alt="Two panels of test error against the share of the buffer for three budgets. As features the curves are U-shaped; as images they are flat and rise to the right.",
)
real_inside = evidence.tested(
    real_ends,
    "stored == 'float32'",
    lambda rows: declared.interval(*rows.above, among=len(real_ends)),
    "the buffer stores what the network reads",
)
evidence.record(
    declared.claim,
    declared.check,
    "error at an end of the line less that at the best inner share",
    real_inside.inside,
    declared.sign,
    declared.limit,
    n=f"{len(features)} of {len(real_ends)} ends of lines",
    seeds=len(declared.judge),
    when=real_inside,
)
images = real_ends[(real_ends.stored == "uint8") & (real_ends.end == 0)]
display(
    Markdown(
        f"As features, both ends are worse than the inside by at least {100 * real_inside.inside.low:.0f} points. As images, "
        f"whose price is {replay_budget.sample_bytes(dict(real_table.iloc[0]) | {'stored': 'uint8'}):,} bytes instead of {replay_budget.sample_bytes(dict(real_table.iloc[0]) | {'stored': 'float32'})}, "
        f"a network without a buffer is as good as the best inner share: {', '.join(f'{100 * one.loc[list(declared.judge)].mean():+.1f}' for one in images.above)} points apart on the "
        "three lines. **So Table 1 holds where a sample is stored as what the network reads.**"
    )
)

# %% [markdown]
# ### Glyphs and digits
#
# The linear learner first, on the same budgets and at the same price: a parameter of the network counts as a parameter, a stored
# sample costs 64.25 of them.

# %% tags=["hide-input"]
price = replay_budget.sample_bytes(
    settings | {"stream": "glyphs", "stored": "float32"}
)
middle = budgets[1]


def linear_line(cosine, money, bytes_per_sample, grid):
    """Exact error of the linear model at shares of a budget in bytes."""
    m_grid = np.floor(np.array(grid) * money / (bytes_per_sample * (T - 1)))
    m_grid = np.minimum(m_grid, n).astype(int)
    p_grid = ((money - m_grid * bytes_per_sample * (T - 1)) // 4).astype(int)
    tasks = Tasks.equiangular(T, cosine)
    return np.array(
        [
            theory.average_error(theory.replay_error(tasks, n, int(k), int(w), 0.0))
            if w >= T
            else np.nan
            for k, w in zip(m_grid, p_grid, strict=True)
        ]
    )


fine = np.linspace(0, 1, 41)
fig, ax = plt.subplots()
linear_best = {}
for cosine, color in ((0.0, "red"), (0.3, "orange"), (0.6, "blue")):
    values = linear_line(cosine, middle, price, fine)
    split = theory.best_split(
        Tasks.equiangular(T, cosine), n, 0.0, middle / 4, sample_cost=price / 4
    )
    linear_best[cosine] = split.memory * price * (T - 1) / middle
    ax.plot(fine, values, color=figures.COLORS[color], label=f"cosine {cosine}")
    ax.plot(linear_best[cosine], split.value, "o", color=figures.COLORS[color])
ax.set(
    ylim=(0, 2),
    xlabel="share of the bytes in the buffer",
    ylabel="excess risk",
    title="linear, exact",
)
ax.legend(loc="upper left")
panels = [fig]
for name in data:
    fig, ax = plt.subplots()
    for money in budgets:
        values = error.loc[name, "float32", money]
        color = figures.COLORS[money_color[money]]
        ax.plot(shares, values.mean(), color=color, label=f"{money // 1000} kB")
        ax.plot(shares, values.T, ".", markersize=4, color=color)
        low, high = interval(optimum[name, "float32", money])
        height = values.mean().min()
        ax.plot(
            [low, high], [height - 0.03] * 2, color=color, linewidth=4, alpha=0.6
        )
    ax.set(
        ylim=(0, 0.75),
        xlabel="share of the bytes in the buffer",
        ylabel="test error, mean over tasks",
        title=words[name],
    )
    panels.append(fig)
panels[1].axes[0].legend(loc="lower left", ncol=3)
figures.show(
    panels,
    name="megabyte-lines",
    caption=(
        f"Error at the end against the buffer's share of a fixed memory, samples stored as float32. First panel: linear "
        f"model, exact, $T = {T}$, $n = {n}$, σ = 0, {middle // 1000} kB; dots are the optima, the pole is the threshold. Other panels: "
        f"networks, means over {seeds} seeds with one dot each; bars below the curves are 95 % bootstrap intervals of the "
        f"best share. The linear optima hold {', '.join(f'{share:.0%}' for share in linear_best.values())} of the bytes in the buffer. "
        "The panels do not compare error levels: excess risk and test error are different things."
    ),
    alt=(
        f"{len(panels)} panels. Linear theory: error against the buffer's share for three cosines, with a pole. Networks: "
        f"U-shaped curves for {len(budgets)} budgets, high at both ends."
    ),
)

# %% [markdown]
# Where exactly is the bottom? For every line we resample the seeds, average, and note the best share. Beside it stands the range
# that costs at most one point of test error, which is what a practitioner needs.

# %% tags=["hide-input"]
tolerance = 0.01
fig, ax = plt.subplots(figsize=(6.4, 6.2))
inside = []
for row, line in enumerate(lines):
    name, how, money = line
    color = figures.COLORS[{"uint8": "purple", "float32": "green"}[how]]
    good = regret.columns[regret.loc[line] <= tolerance]
    low, high = interval(optimum[line])
    inside.append(0 < low and high < 1)
    ax.plot(
        [good.min(), good.max()], [row, row], color=color, linewidth=7, alpha=0.3
    )
    ax.plot([low, high], [row, row], color=color)
    ax.plot(mean.loc[line].idxmin(), row, "o", color=color)
ax.set_yticks(range(len(lines)), [f"{a}, {b}, {c // 1000} kB" for a, b, c in lines])
ax.set(xlim=(-0.03, 1.03), xlabel="best share of the bytes in the buffer")
ax.axvline(rule, color=figures.INK, linewidth=1, linestyle="--")
ax.invert_yaxis()
figures.show(
    fig,
    name="megabyte-optima",
    caption=(
        f"Best share on {len(lines)} lines. Dot: best mean of {seeds} seeds among {len(shares)} shares. Thin bar: 95 % bootstrap "
        f"interval over seeds. Broad bar: from the lowest to the highest share within {100 * tolerance:.0f} point of the best. Dashed: the single share "
        f"with the smallest worst loss. The bars are as fine as the grid of shares, and {seeds} seeds make coarse intervals."
    ),
    alt=f"Dot plot of the best share for {len(lines)} lines, from {mean.idxmin(axis=1).min():.0%} to {mean.idxmin(axis=1).max():.0%}.",
)
divisions = table.groupby([*line_keys, "share"])[["width", "memory"]].first()
roomy = [divisions.loc[(*line, 1.0)].memory >= 1 for line in lines]
inside_roomy = np.array(inside)[roomy]
inner = shares[1:-1]


def drop_score(line):
    """Smaller t of the fall of the error from an end to the best inner share; 0 where nothing changes."""
    best = mean.loc[line][inner].idxmin()
    falls = [error.loc[line][end] - error.loc[line][best] for end in (0.0, 1.0)]
    return min(z_scores(fall, 0.0) if fall.any() else 0.0 for fall in falls)


interior_check = "interior optimum"
needed = critical_t(  # the inner share was chosen among several
    2 * sum(roomy) * len(inner), seeds - 1, evidence.level("A.Tab1", interior_check)
)
optima = pd.DataFrame(
    {"first_sample": roomy, "t": [drop_score(line) for line in lines]}
)
interior = evidence.tested(
    optima,
    "first_sample",
    lambda rows: Interval.around(rows.t.min(), needed),
    "the budget holds at least one sample per class",
)
own_price = [
    replay_budget.sample_bytes(settings | {"stream": name, "stored": "uint8"})
    for name in ("glyphs", "digits")
]
evidence.record(
    "A.Tab1",
    interior_check,
    "smallest t, over lines, of the fall of the error from an end to the best inner share",
    interior.inside,
    ">",
    0,
    n=f"{sum(roomy)} lines × {len(shares)} shares",
    seeds=seeds,
    when=interior,
)
others = [
    f"{a}, {b}, {c // 1000} kB"
    for (a, b, c), room in zip(lines, roomy, strict=True)
    if not room
]
display(
    Markdown(
        f"Where the budget would hold at least one sample per class, the interval excludes both ends on {inside_roomy.sum()} of "
        f"{inside_roomy.size} lines. At its share of the book's error rate that is no proof: the smallest score of the error's fall from an end is "
        f"$t = {interior.inside.value:.1f}$, and {seeds} seeds would need {needed:.0f} for so many lines and shares: "
        f"the claim is {'open' if interior.inside.low < 0 else 'decided'}. Left out: {'; '.join(others)}. There an image costs {own_price[0]} bytes, a handful "
        "per task is all that money can buy, and whether one buys them makes no measurable difference. "
        f"The bottom is flat: a share of 40 % loses {100 * regret[0.4].mean():.1f} points on average ({100 * regret[0.4].max():.1f} at worst), "
        f"60 % {100 * regret[0.6].mean():.1f} ({100 * regret[0.6].max():.1f}), 80 % {100 * regret[0.8].mean():.1f} ({100 * regret[0.8].max():.1f})."
    )
)

# %% [markdown]
# **Do data sets differ?** Table 1 stores images, and images of different data sets differ in size. So we compare twice,
# glyphs with digits, a head per task each: as images, each at its own price, and as float32 features, at one price. The same
# seeds are resampled for both. Last, the same digits with another head.

# %% tags=["hide-input"]


def gap(one, other, how):
    """Difference of the best shares, averaged over the budgets, for every resample."""
    return np.mean(
        [optimum[one, how, x] - optimum[other, how, x] for x in budgets], axis=0
    )


gaps = {
    "images": gap("digits", "glyphs", "uint8"),
    "one price": gap("digits", "glyphs", "float32"),
    "heads": gap("digits-shared", "digits", "float32"),
}
ends = {key: interval(draws) for key, draws in gaps.items()}
own_best = error.idxmin(axis=1)  # of every seed alone
apart = {
    how: own_best.loc["digits", how].unstack("seed")
    - own_best.loc["glyphs", how].unstack("seed")
    for how in ("uint8", "float32")
}
for claim in ("A.K7", "A.Tab1"):
    check = "best share, digits against glyphs, as images"
    level = 1 - 2 * evidence.level(claim, check)
    by_price = evidence.tested(
        pd.DataFrame({"how": list(apart)}),
        "how == 'uint8'",
        lambda rows, level=level: mean_interval(
            apart[rows.how.item()].mean(), level
        ),
        "their samples differ in price (at one price five seeds do not decide)",
    )
    evidence.record(
        claim,
        check,
        "difference of the best shares of each seed, averaged over budgets",
        by_price.inside,
        ">",
        0,
        n=f"{len(budgets)} budgets",
        seeds=seeds,
        when=by_price,
    )
display(
    Markdown(
        f"Best share of digits minus glyphs, averaged over the budgets: {gaps['images'].mean():+.2f} "
        f"({ends['images'][0]:+.2f} to {ends['images'][1]:+.2f}) as images, whose prices are {own_price[1]} and {own_price[0]} bytes, and "
        f"{gaps['one price'].mean():+.2f} ({ends['one price'][0]:+.2f} to {ends['one price'][1]:+.2f}) at one price. One shared head minus a "
        f"head per task: {gaps['heads'].mean():+.2f} ({ends['heads'][0]:+.2f} to {ends['heads'][1]:+.2f}). At its share of the book's error rate the "
        f"interval of Student's t for the difference as images is {by_price.inside.words('+.2f')}, seed by seed: {seeds} seeds "
        f"{'decide' if by_price.inside.low > 0 else 'do not decide'} that data sets differ in their balance."
    )
)

# %% [markdown]
# ### Table 1, redrawn
#
# Six divisions of one memory, as in Paper A, at the scale available here: the middle budget, both ways to store a sample.
# Forgetting is given in accuracy and in loss, because they disagree.

# %% tags=["hide-input"]
lost = {
    measure: forgotten(table, measure) for measure in ("test_error", "test_loss")
}
six = [share for share in shares if round(10 * share) % 2 == 0]


def spread(values):
    """Mean and standard deviation over seeds, as text."""
    return f"{values.mean():.3f} ± {values.std(ddof=1):.3f}"


rows = []
for name, how in (("glyphs", "uint8"), ("glyphs", "float32"), ("digits", "uint8")):
    line = (name, how, middle)
    for share in six:
        bought = divisions.loc[(*line, share)]
        best_row = share == mean.loc[line, six].idxmin()
        cells = [
            spread(values.loc[line][share])
            for values in (error, lost["test_error"], lost["test_loss"])
        ]
        cells[0] = f"**{cells[0]}**" if best_row else cells[0]
        rows.append(
            f"| {name}, {how} | {bought.memory:.1f} | {bought.width:.0f} | {' | '.join(cells)} |"
        )
display(
    Markdown(
        "\n".join(
            [
                f"A network and a buffer in {middle // 1000} kB, mean ± standard deviation of {seeds} seeds; the best of each six in bold.",
                "",
                "| stored | samples per class | width | test error | forgotten accuracy | forgotten loss |",
                "|---|---:|---:|---:|---:|---:|",
                *rows,
            ]
        )
    )
)

# %% [markdown]
# Paper A's own six pairs are on record in its released code. There a stored number costs 8 bytes, an image all its pixels, and
# every data set 100 classes. We can check that its pairs share one memory in that accounting, and ask what they cost
# when a buffer stores what a frozen backbone needs: float32 features.

# %% tags=["hide-input"]
official = {  # numbers per image as counted in the release; backbone features; classes
    "cifar100": (32 * 32 * 3, 512, 100),
    "cub200": (224 * 224 * 3, 768, 200),
    "imagenet-r": (224 * 224 * 3, 768, 200),
}
rows, real = [], {}
for name, (numbers, features, labels) in official.items():
    kept, width = np.array(replay_budget.TABLE_1[name]).T
    network = 4 * (2 * width**2 + (features + labels + 9) * width + labels)
    counted = network + kept * 100 * numbers * 8
    checks.below(  # up to the small network set aside
        f"spread of the memories of the six pairs for {name}, relative to the largest",
        np.ptp(counted) / counted.max(),
        0.01,
    )
    real[name] = network + kept * labels * (4 * features + 1)
    ratios = real[name] / real[name].max()
    rows.append(
        f"| {name} | {counted.mean() / 1e6:,.0f} MB | "
        + " | ".join(f"{100 * ratio:.0f} %" for ratio in ratios)
        + " |"
    )
display(
    Markdown(
        "\n".join(
            [
                "| data set | memory as counted | 1st pair | 2nd | 3rd | 4th | 5th | 6th |",
                "|---|---:|---:|---:|---:|---:|---:|---:|",
                *rows,
            ]
        )
        + "\n\nThe six columns give the real memory of each pair, in per cent of the largest; the first pair has no buffer. The last "
        f"uses {100 * min(r.min() / r.max() for r in real.values()):.1f} to {100 * max(r.min() / r.max() for r in real.values()):.0f} % of the first: "
        "stored as features, the six are not at equal memory. At equal memory the later pairs would hold many more samples."
    )
)

# %% [markdown]
# What that does to the errors needs the data sets themselves; {doc}`../../book/reproduction` says how to get them. With the files in place,
# the sweep runs Paper A's own pairs:
#
# ```bash
# manytasks sweep replay-budget --profile paper --set 'stream=["cub200+vit-b16"]' --set 'stored=["table-1"]' \
#   --set 'budget=[0]' --set 'share=[0, 0.2, 0.4, 0.6, 0.8, 1.0]' --set per_class=29 --device cuda
# ```
#
# ### The allocation that forgets least
#
# The check that Paper A proposes looks for the least forgetting. That is not the least error.

# %% tags=["hide-input"]
panels = []
for measure, label in (("test_error", "accuracy"), ("test_loss", "test loss")):
    fig, ax = plt.subplots()
    for name, color in zip(data, ("green", "blue", "red"), strict=True):
        values = lost[measure].loc[name, "float32", middle]
        ax.plot(
            shares, values.mean(), color=figures.COLORS[color], label=words[name]
        )
        ax.plot(shares, values.T, ".", markersize=4, color=figures.COLORS[color])
    ax.axhline(0, color=figures.INK, linewidth=1)
    ax.set(
        xlabel="share of the bytes in the buffer",
        ylabel=f"forgetting of {label}",
        title=f"in {label}",
    )
    panels.append(fig)
panels[0].axes[0].legend(loc="upper right")
least = lost["test_error"].groupby(line_keys).mean().idxmin(axis=1)
given_up = pd.Series({line: regret.loc[line, least[line]] for line in lines})
figures.show(
    panels,
    name="megabyte-forgetting",
    caption=(
        f"Forgetting on the line of {middle // 1000} kB, float32 samples; means over {seeds} seeds, dots are seeds. At share 1 the widest network that "
        f"is left has width {divisions.xs(1.0, level='share').loc[(slice(None), 'float32', middle), 'width'].max():.0f} and forgets little because it never "
        "knew much: compare the errors above. The figure does not show error."
    ),
    alt=f"Two panels: forgetting in accuracy and in loss against the buffer's share, for {len(data)} kinds of tasks.",
)
evidence.record(
    "A.C3",
    "networks over budgets",
    "largest test error given up by the allocation that forgets least accuracy",
    given_up.max(),
    ">",
    tolerance,
    n=f"{len(lines)} lines over {len(budgets)} budgets, {seeds} seeds",
    when=evidence.Assumed(
        "error is read beside forgetting: the allocation that forgets least may have learned least"
    ),
)
display(
    Markdown(
        f"On {(given_up > tolerance).sum()} of {len(lines)} lines the allocation that forgets least accuracy costs more than a point "
        f"of test error, up to {100 * given_up.max():.0f} points."
    )
)

# %% [markdown]
# ### The next bytes
#
# Now the question of the title. A learner sits at its best division of $B$ and is given $B$ more. It can put all of them into the
# network, all into the buffer, or keep its proportions. Each of the three is a point on the line of $2B$; between
# measured shares we interpolate.

# %% tags=["hide-input"]
gains = {}
for name in data:
    for how in storages:
        for before, after in pairwise(budgets):
            held = mean.loc[name, how, before].idxmin()
            base = error.loc[name, how, before][held].to_numpy()
            line = error.loc[name, how, after].to_numpy()
            gains[name, how, before] = [
                base - np.array([np.interp(at, shares, row) for row in line])
                for at in (held / 2, held, (1 + held) / 2)
            ]
fig, ax = plt.subplots(figsize=(6.4, 4.8))
offers = (("network", "red"), ("both, in proportion", "green"))
offers += (("buffer", "blue"),)
for k, (offer, color) in enumerate(offers):
    draws = np.array([g[k] for g in gains.values()]).T
    gained = mean_interval(100 * draws)
    ax.errorbar(
        gained.value,
        np.arange(len(gains)) + 0.2 * (k - 1),
        xerr=gained.high - gained.value,
        fmt="o",
        markersize=4,
        color=figures.COLORS[color],
        label=offer,
    )
ax.set_yticks(
    range(len(gains)),
    [f"{a}, {b}, {c // 1000} → {2 * c // 1000} kB" for a, b, c in gains],
)
ax.axvline(0, color=figures.INK, linewidth=1)
ax.set(xlabel="points of test error gained")
ax.invert_yaxis()
fig.legend(loc="outside upper right", ncol=3, title="the new bytes go to")
figures.show(
    fig,
    name="megabyte-next",
    caption=(
        f"What doubling a budget gains, by what the new bytes buy. Means over {seeds} seeds with 95 % intervals; the starting point is the best "
        "division of the smaller budget. The figure does not show steps other than a doubling."
    ),
    alt=f"Dot plot with three dots for each of {len(gains)} doublings: what network, buffer, or both in proportion gain.",
)
kept = {key: g[1].mean() for key, g in gains.items()}
rival = {key: max(g[0].mean(), g[2].mean()) for key, g in gains.items()}
one_sided = max(
    kept[key] - min(g[0].mean(), g[2].mean()) for key, g in gains.items()
)
display(
    Markdown(
        f"Keeping the proportions gains most in {sum(kept[key] >= rival[key] for key in gains)} of {len(gains)} doublings. The worse "
        f"one-sided purchase falls short of it by up to {100 * one_sided:.1f} points."
    )
)

# %% [markdown]
# ### Where the linear theory stops being a guide
#
# We give the linear optimum its best chance: for every cosine we take `theory.best_split` on each line, train nothing, and read the
# network's error at the share it prescribes. Then we choose the cosine *in hindsight*. Its rivals know nothing
# about the data: one fixed share, chosen on the *other* two streams.

# %% tags=["hide-input"]
prices = {
    (name, how): replay_budget.sample_bytes(
        settings | {"stream": name, "stored": how}
    )
    for name in data
    for how in storages
}
advice = {
    (each, money, cosine): theory.best_split(
        Tasks.equiangular(T, cosine), n, 0.0, money / 4, sample_cost=each / 4
    ).memory
    * each
    * (T - 1)
    / money
    for each in set(prices.values())
    for money in budgets
    for cosine in cosines
}
prescribed = {
    ((name, how, money), cosine): np.interp(
        advice[prices[name, how], money, cosine],
        shares,
        regret.loc[name, how, money],
    )
    for name, how, money in lines
    for cosine in cosines
}
linear_cost = {
    cosine: np.mean([prescribed[line, cosine] for line in lines])
    for cosine in cosines
}
hindsight = min(linear_cost, key=linear_cost.get)
linear_worst = max(prescribed[line, hindsight] for line in lines)
fixed = []
for name in data:
    others = regret.drop(name, level="stream")
    fixed += regret.loc[name][others.max().idxmin()].tolist()
evidence.record(
    "A.Q1",
    "networks: one share for all lines against the linear optimum",
    "mean loss of test error: fixed share from the other streams / linear optimum, best cosine",
    np.mean(fixed) / linear_cost[hindsight],
    "<",
    0.5,
    n=f"{len(lines)} lines",
    seeds=seeds,
    when=evidence.Assumed(
        f"the learner is a network: {rule:.0%} of the bytes for the buffer is near the optimum"
    ),
)
display(
    Markdown(
        f"With its best cosine, {hindsight:.1f}, the linear prescription loses {100 * linear_cost[hindsight]:.1f} points of test error on average and "
        f"{100 * linear_worst:.0f} at worst. The fixed share loses {100 * np.mean(fixed):.1f} on average and {100 * max(fixed):.1f} at worst."
    )
)

# %% [markdown]
# The linear theory is exact about its own model. It is no guide to the *place* of a network's optimum: its features share the signal evenly,
# so it gains by giving up parameters, down to a handful ({prf:ref}`thm-perverse-price`). A narrow network cannot even learn its first task.

# %% [markdown]
# ### Which samples?
#
# The same bytes can hold other samples. **Random** keeps the same number of every class and task. A **reservoir** is one memory for the
# whole stream, a uniform sample of all that has passed; it is full from the start and balances nothing. **Herding** keeps
# those whose mean follows the class mean, in the space of the features. The table is
# `manytasks sweep replay-methods --profile book --device cpu`; all three hold the same number of samples while the last task
# is learned.

# %% tags=["hide-input"]
kinds = deep.load_results("replay-methods", "book")
by_kind = {m: final(kinds, m).stack() for m in ("test_error", "test_loss")}
pairs = kinds.seed.nunique()
panels, herding_ends = [], []
for measure, label in (
    ("test_error", "test error, points"),
    ("test_loss", "test loss"),
):
    scale = 100 if measure == "test_error" else 1
    wide = by_kind[measure].unstack("method")
    fig, ax = plt.subplots()
    for k, (kind, color) in enumerate(
        (("reservoir", "orange"), ("herding", "blue"))
    ):
        paired = scale * (wide[kind] - wide["random"]).unstack("seed")
        away = mean_interval(paired.to_numpy().T)
        if (measure, kind) == ("test_error", "herding"):
            herding_ends = away.high
        if (measure, kind) == ("test_error", "reservoir"):
            reservoir_gap = away.value
        ax.errorbar(
            away.value,
            np.arange(len(paired)) + 0.24 * k - 0.12,
            xerr=away.high - away.value,
            fmt="o",
            color=figures.COLORS[color],
            label=kind,
        )
    ax.set_yticks(
        range(len(paired)),
        [f"{row[0]}, {row[-1]:.0%}" for row in paired.index],
    )
    ax.axvline(0, color=figures.INK, linewidth=1)
    ax.set(xlabel=f"{label}: minus random")
    ax.invert_yaxis()
    panels.append(fig)
panels[0].axes[0].legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncol=2)
fewest = kinds[kinds.share == kinds.share.min()]
figures.show(
    panels,
    name="megabyte-methods",
    caption=(
        f"Reservoir and herding against random buffers of the same size, {int(kinds.budget[0]) // 1000} kB, by stream and share of the bytes; "
        f"differences paired by seed, means of {pairs} seeds with 95 % intervals; left of the line is better. At a share of {fewest.share.min():.0%} a buffer holds "
        f"{fewest.memory.min():.1f} to {fewest.memory.max():.1f} samples per class; the reservoir then misses some classes and has others twice. The figure does not show herding in a "
        "feature space that moves: here the features are frozen."
    ),
    alt=(
        "Two dot plots: reservoir and herding minus random buffers. The interval of herding lies left of zero in "
        f"{(herding_ends < 0).sum()} of {len(herding_ends)} rows of test error."
    ),
)
display(
    Markdown(
        f"Herding is better than random in {(herding_ends < 0).sum()} of {len(herding_ends)} cases with an interval below zero. The reservoir is "
        f"between {reservoir_gap.min():+.1f} and {reservoir_gap.max():+.1f} points away from random."
    )
)

# %% [markdown]
# ## Break
#
# **Count the wrong bytes.** Suppose the learner stores uint8 images but plans as if each pixel were a float32. It buys the division that is best at
# the wrong price, and part of its memory stays empty.

# %% tags=["hide-input"]
rows, wrong_cost = [], []
for name in ("digits", "digits-shared"):
    for money in budgets:
        planned = mean.loc[name, "float32", money].idxmin()
        right = mean.loc[name, "uint8", money].idxmin()
        buy = divisions.loc[name, "float32", money, planned]
        best_buy = divisions.loc[name, "uint8", money, right]
        cell = settings | {"stream": name, "stored": "uint8"}
        used = replay_budget.model_bytes(cell, int(buy.width)) + buy.memory * 10 * (
            T - 1
        ) * replay_budget.sample_bytes(cell)
        extra = (
            error.loc[name, "float32", money][planned]
            - error.loc[name, "uint8", money][right]
        )
        lost_points = mean_interval(100 * extra.to_numpy())
        wrong_cost.append(lost_points.low)
        rows.append(
            f"| {name}, {money // 1000} kB | {buy.memory:.1f} | {best_buy.memory:.1f} | {buy.width:.0f} | {best_buy.width:.0f} "
            f"| {used / money:.0%} | {lost_points.words('.1f')} |"
        )
display(
    Markdown(
        "\n".join(
            [
                "| line | samples per class: planned | best | width: planned | best | memory really used | points lost |",
                "|---|---:|---:|---:|---:|---:|---:|",
                *rows,
            ]
        )
        + f"\n\nPoints of test error with 95 % intervals, paired by seed (n = {seeds}). The plan at the wrong price is worse, interval and all, in "
        f"{sum(low > 0 for low in wrong_cost)} of {len(wrong_cost)} cases."
    )
)

# %% [markdown]
# Does common sense hold for networks: of dearer samples, does the best division hold fewer? (Their share of the bytes may still rise.)

# %% tags=["hide-input"]
fewer = []
for name in data:
    cheap_way, dear_way = sorted(storages, key=lambda how: prices[name, how])
    for money in budgets:
        dear_m, cheap_m = (
            divisions.loc[
                name, how, money, mean.loc[name, how, money].idxmin()
            ].memory
            for how in (dear_way, cheap_way)
        )
        fewer.append(dear_m < cheap_m)
thin = ("glyphs", "uint8", budgets[0])
idle = regret.loc[thin][[share for share in shares if share <= 0.6]]
display(
    Markdown(
        f"Of dearer samples the best division holds fewer on {sum(fewer)} of {len(fewer)} lines.\n\n"
        f"**A budget too small to matter.** With uint8 glyphs and {budgets[0] // 1000} kB all shares up to {idle.index.max():.0%} lie within "
        f"{100 * idle.max():.1f} points of the best: the budget holds {divisions.loc[(*thin, 1.0)].memory:.1f} samples per class, and there is no "
        "interior optimum to find. Mechanism 3's break condition, *a buffer too small*, looks like this in a network."
    )
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} Equal value at the optimum
# :label: exercise-equal-value
#
# Let $E(k, m)$ be smooth and let the best division of $B$ be inside. Show that the next byte is worth the same in the network and in the buffer.
# Why does the figure of the next bytes not show three equal gains?
# ```
#
# ```{solution} exercise-equal-value
# :class: dropdown
#
# Along the line the derivative of $E$ vanishes, so $\partial E/\partial(\text{bytes of network}) = \partial E/\partial(\text{bytes of buffer})$. That is a
# statement about *one* byte. A doubling is no small step: after it, the learner that bought on one side is far from the new optimum.
# ```
#
# ```{exercise} What is wrong with least forgetting?
# :label: exercise-least-forgetting
#
# Name a learner that forgets nothing and costs no memory. What would a fairer single number be?
# ```
#
# ```{solution} exercise-least-forgetting
# :class: dropdown
#
# One that never learns: its error matrix is constant, so $F = 0$. The error after the last task, averaged over the tasks, charges both for forgetting
# and for not having learned.
# ```
#
# ```{exercise} Dear samples in a linear world
# :label: exercise-dear-linear
#
# Take $T = 5$, $\sigma = 0$ and $\rho = 0.6$. From which price of a sample, in parameters, does a large linear budget go to the buffer?
# ```
#
# ```{solution} exercise-dear-linear
# :class: dropdown
#
# $\alpha = 0.44$, $\beta = -0.36$, so $s_0 = 4 \cdot 0.44 / 0.72 = 2.44$ parameters per sample of *every* past task, or 0.61 per stored sample. All prices in
# this chapter are far above it.
# ```

# %%
checks.close(
    "the price of the exercise, from the law",
    s_0.subs({T_: 5, v: 0, rho: sp.Rational(3, 5)}),
    4 * 0.44 / 0.72,
)

# %% [markdown]
# ## In one breath
#
# * Spend about half of a fixed memory or a little more on stored samples, the rest on the network, and let both grow together. The
#   optimum is flat.
# * A shared head wants a larger share for the buffer than heads per task. Of dearer samples one should hold fewer; whether their share of the
#   bytes rises or falls depends on the data. Where a budget holds less than one sample per class, the balance hardly matters.
# * Store samples in the cheapest form that training can use, and count what is really stored: the optimum moves with the price.
# * Keep samples near the class means (herding) if the features are frozen. Never choose by forgetting alone.
# * The exact linear optimum lies at an end, and a dearer sample never moves it towards parameters. It is no guide to a network's balance.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
