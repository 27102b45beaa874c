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
#
# Both: network and buffer. On CIFAR-100, with samples stored as features, a buffer of half of the bytes is at most
# **{glue:text}`half_loses:.1f`** points of test error worse than the best division; all for the network costs at least {glue:text}`all_network:.0f` points, all for
# the buffer at least {glue:text}`all_buffer:.0f`. On glyphs and digits a buffer of **{glue:text}`rule`** was never more than {glue:text}`rule_loses:.1f` points worse.

# %% tags=["parameters"]
profile = "book"
seed = 1  # of the random problems
problems = 60  # random budgets on which the linear law is checked [5 to 500]
cosines = (0.0, 0.2, 0.4, 0.6, 0.8)  # of linear tasks that give advice [0 to 1]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp

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
from manytasks.page.panel import panel
from manytasks.statistics import critical_t, mean_interval
from manytasks.studies.linear import linear_budgets
from manytasks.studies.networks import budgets as divisions
from manytasks.studies.networks import byte_lines, byte_prices
from manytasks.studies.networks.doublings import all_doublings
from manytasks.studies.networks.forgetting import by_learner
from manytasks.symbolic import differing, leading_coefficient

parameters.check(In, globals())
WORDS = {
    "cifar100+lite0-96": "CIFAR-100",
    "mnist": "permuted MNIST, a head per task",
    "mnist-shared": "permuted MNIST, one head",
    "glyphs": "glyphs, a head per task",
    "digits": "digits, a head per task",
    "digits-shared": "digits, one shared head",
}
CIFAR, MNIST, SHARED, *SMALL = WORDS

# %% tags=["hide-input"]
table = deep.load_results("replay-budget", "book")
papers = deep.load_results("replay-budget-cifar100", "book")
papers = pd.concat([papers, deep.load_results("replay-budget-mnist", "book")])
large, small = map(byte_lines.read_lines, (papers, table))
T, per_class = int(table.tasks[0]), int(table.per_class[0])
n, budgets, seeds = 10 * per_class, table.budget.unique(), table.seed.nunique()
rule = small.lost.max().idxmin()  # the share that is never far from the best
as_features = 100 * large.lost.loc[CIFAR, "float32"]
page.say(
    half_loses=as_features[0.5].max(),
    all_network=as_features[0.0].min(),
    all_buffer=as_features[1.0].min(),
    rule=page.share(rule),
    rule_loses=100 * small.lost[rule].max(),
)

# %% [markdown]
# ## Setting
#
# A learner has $B$ bytes. They hold a network and a replay buffer; what one takes the other lacks. This is Table 1 of
# Paper A and its open question 1. The linear answer is exact and stands in {doc}`../replay/budget`; here are networks.
#
# **What a byte buys.** A parameter is a float32, 4 bytes; batch normalisation also stores a running mean and variance per
# unit. A sample is stored as the image (`uint8`, one byte per pixel and channel) or as the numbers that the network reads
# (`float32`, 4 bytes each); either way a byte is added for the label. The buffer is counted at its largest, with samples of $T - 1$
# finished tasks.

# %% tags=["hide-input"]
prices = byte_prices.sample_prices(table, WORDS)
rows = {
    "tasks": [WORDS[name] for name, _ in prices],
    "stored as": [how for _, how in prices],
    "bytes per sample": [f"{price:,}" for price in prices.values()],
    "parameters of that price": [f"{price / 4:.0f}" for price in prices.values()],
}
page.table(pd.DataFrame(rows), name="prices", caption="What a stored sample costs.")

# %% [markdown]
# The network (three hidden layers of equal width) and the training are those of {doc}`networks-forget`. *CIFAR-100* and *glyphs*
# arrive as ten new classes per task and are read through 64 frozen features, so features are the cheap form. *Permuted MNIST* and
# *digits* arrive as ten digits in every task, all pixels permuted anew, and are read pixel by pixel, so the image is.
# Along a line of constant $B$ a **share** of the bytes goes to the buffer and the widest
# network that fits takes the rest; as in Table 1 a very small network (width 4) is set aside first, so that share 1 still
# learns something. Every task takes the same number of steps whatever the buffer holds.

# %% [markdown]
# ## Claim
#
# Three statements of Paper A are judged here. Table 1 (A.Tab1): *at a fixed memory the best division lies inside the range and
# differs between data sets.* Its reading (A.K7): *data sets have different optimal balances.* And the check it proposes (A.C3):
# *vary the budget and find the allocation that forgets least.* That models and samples must be counted in one budget is also
# said by {cite:t}`zhou2023`; where memory is abundant, {cite:t}`cho2025` find learning the new the harder part. Beside the three we put the
# linear law. It has a property that should make a reader careful:
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

by_m, by_p = (
    leading_coefficient(sp.diff(G, symbol).subs(m, 10), p, -2) for symbol in (m, p)
)
slope = by_m - s * by_p
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
moved = linear_budgets.price_moves(problems, seed)
perverse = sum(step < 0 for step in moved)
checks.require(
    perverse == 0,
    f"{perverse} of {problems} optima move towards parameters when samples become dearer: the theorem allows none",
)
page.say(problems=problems, to_samples=sum(step > 0 for step in moved))

# %% [markdown]
# Of {glue:text}`problems` problems {glue:text}`to_samples` move from parameters to samples when the price is multiplied by four, none the other way.
#
# Then the table on glyphs and digits, made by `manytasks sweep replay-budget --profile book --device cpu`. To know that it is what the code
# computes, this page trains one of its cells again. Of all tables, every division must keep its budget.

# %% tags=["hide-input"]
over = pd.concat([papers, table]).eval("model_bytes + buffer_bytes > budget").sum()
checks.require(over == 0, f"{over} rows of the tables exceed their budget")
deep.agree_with_table("replay-budget", "all for the buffer")

# %% [markdown]
# ## Look
#
# ### CIFAR-100 and permuted MNIST
#
# Table 1 of Paper A was made with these two, among others. Of {glue:text}`paper_seeds` seeds, the first {glue:text}`choosing`
# choose the best inner share of each line, the others say by how much both ends are worse. This was declared before the tables were made.

# %% tags=["hide-input", "lead"]
FORMS = {
    CIFAR: {"float32": "features", "uint8": "images"},
    MNIST: {"uint8": "uint8 pixels", "float32": "float32 pixels"},
}
FORMS[SHARED] = FORMS[MNIST]
ALONG = {"x": "share", "hue": "kB", "unit": "seed", "log_x": False}
LABELS = {"share": "share of the bytes in the buffer", "value": "test error"}
entry = declarations()["A.Tab1, CIFAR-100, the best share lies inside"]
page.say(paper_seeds=papers.seed.nunique(), choosing=len(entry.choose))
rows = large.learners.reset_index().eval("kB = budget // 1000")
rows["line"] = [
    f"{WORDS[name].removeprefix('permuted ')}: {FORMS[name][how]}"
    for name, how in zip(rows.stream, rows.stored, strict=True)
]
page.curves(
    rows,
    **ALONG,
    y="final_error",
    panels="line",
    ylim=(0.15, 0.75),
    labels=LABELS | {"final_error": "test error at the end"},
    name="megabyte-papers",
    caption=(
        "Error at the end, mean over tasks, against the buffer's share of a fixed memory. Means of {n} seeds with {level} intervals. To see: where samples are stored in "
        "their cheap form the curves are U-shaped; where they are dear and every task has a head, the left side is flat. The figure does not show forgetting."
    ),
    alt="Panels of test error against the share of the buffer for three budgets: U-shaped where samples are cheap, flatter on the left where they are dear.",
)

# %% tags=["hide-input"]
JUDGED = {  # data, and heads where they have several kinds
    CIFAR: ["CIFAR-100"],
    MNIST: ["permuted MNIST", "a head per task"],
    SHARED: ["permuted MNIST", "one head"],
}
ends, held = {}, {}
what = "error at an end of the line less that at the best inner share"
for arrived, (data, *heads) in JUDGED.items():
    check = ", ".join(["A.Tab1", data, "the best share lies inside", *heads])
    rows, choose = papers[papers.stream == arrived], declarations()[check].choose
    found = divisions.ends_above_inside(rows, "test_error", choose)
    lines = divisions.sides_by_line(found, FORMS[arrived])
    words = f"on {' with '.join([data, *heads])} the bytes are {{}}"
    size = {"n": f"{len(found)} ends of lines", "words": words}
    held[arrived] = evidence.decide_each(check, lines, statistic=what, **size)
    ends[arrived] = found

# %% tags=["hide-input"]
differ = declarations()["A.K7, best share, CIFAR-100 against permuted MNIST"]
pairs = byte_lines.own_against(large.own, CIFAR, MNIST)
what = "share that is best on a seed, CIFAR-100 minus permuted MNIST"
size = f"{len(pairs)} lines of each"
evidence.decide(str(differ), *pairs, statistic=what, n=size)

# %% tags=["hide-input"]
best = large.own.groupby(byte_lines.LINE).mean().map(page.share)
for name, stream in {"cifar": CIFAR, "mnist": MNIST}.items():
    for how in byte_prices.STORED:
        page.say(**{f"{name}_{how}": ", ".join(best[stream, how])})
        page.say(**{f"{name}_{how}_price": f"{prices[stream, how]:,}"})
images = ends[CIFAR].query("stored == 'uint8' and end == 0").above
apart = [100 * one.loc[list(entry.judge)].mean() for one in images]
page.say(
    image_ends=", ".join(page.signed(points, ".1f") for points in apart),
    heads_held=", ".join(held[MNIST]),
    one_head_held=", ".join(held[SHARED]),
    differ=", ".join(differ.apart(*pairs)),
    lines_compared=len(pairs),
    image_ratio=prices[CIFAR, "uint8"] / prices[MNIST, "uint8"],
)

# %% [markdown]
# As features, both ends are worse than the inside on every line of CIFAR-100. As images, whose price is {glue:text}`cifar_uint8_price` bytes instead of {glue:text}`cifar_float32_price`,
# a network without a buffer is as good as the best inner share: {glue:text}`image_ends` points apart on the three lines.
# On permuted MNIST it is the other way round, for a network that reads pixels: an image is {glue:text}`mnist_uint8_price` bytes, its pixels as float32 are
# {glue:text}`mnist_float32_price`. With a head per task the inside wins at {glue:text}`heads_held`; with one head at {glue:text}`one_head_held`. The other lines
# are undecided. **So Table 1 holds where samples are stored in their cheap form.**
#
# **Do data sets differ?** The best share of a seed, mean over seeds, at 64, 128 and 256 kB: as images {glue:text}`cifar_uint8` on CIFAR-100 and {glue:text}`mnist_uint8` on permuted MNIST; as
# float32 {glue:text}`cifar_float32` and {glue:text}`mnist_float32`. Of {glue:text}`lines_compared` lines the difference is sure on this one: {glue:text}`differ`. There an image of CIFAR-100 costs {glue:text}`image_ratio:.1f` times
# what one of MNIST does.
#
# Six divisions of the middle budget, as in Table 1:

# %% tags=["hide-input"]
cifar_lines = large.learners.loc[CIFAR, "float32"]
money = cifar_lines.index.unique("budget")[1]
spent = byte_lines.bought(papers).loc[CIFAR, "float32", money]
six = spent.loc[[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]]
divided = pd.DataFrame({"share": six.index.map(page.share)}, index=six.index)
divided["samples per class"] = six.memory.map("{:.1f}".format)
divided["width"] = six.width.astype(int)
for measure in ("final_error", "forgotten_error", "forgotten_loss"):
    by_share = cifar_lines.loc[money][measure].groupby("share")
    spread = by_share.std().map("{:.3f}".format)
    words = measure.replace("final", "test").replace("_", " ")
    divided[words] = by_share.mean().map("{:.3f} ± ".format) + spread
page.table(
    divided,
    name="six-divisions",
    caption=f"CIFAR-100, samples stored as features: a network and a buffer in {money // 1000} kB, mean ± standard deviation of seeds.",
)

# %% [markdown]
# Paper A's own six pairs are on record in its released code. There a stored number costs 8 bytes, an image all its pixels, and
# every data set 100 classes. In that accounting its pairs share one memory. What do they cost when a buffer stores what a frozen backbone
# needs, float32 features?

# %% tags=["hide-input"]
found = byte_prices.official_pairs()
counted = found.groupby("data_set").counted
spread = (1 - counted.min() / counted.max()).max()
checks.below(  # up to the small network set aside
    "spread of the memories of six pairs, relative to the largest", spread, 0.01
)
real = found.pivot(index="data_set", columns="pair", values="stored")
relative = real.div(real.max(axis=1), axis=0).map(page.share)
page.table(
    relative.rename(columns="pair {}".format).reset_index(names="data set"),
    name="six-pairs",
    caption="Bytes of Paper A's six pairs, in per cent of the largest: stored as features, the six are not at equal memory. The first has no buffer.",
)

# %% [markdown]
# At equal memory the later pairs would hold many more samples. With the files in place ({doc}`../../book/reproduction` says how to get them) the sweep
# runs Paper A's own pairs:
#
# ```bash
# manytasks sweep replay-budget --profile paper --set 'stream=["cub200+vit-b16"]' --set 'stored=["table-1"]' \
#   --set 'budget=[0]' --set 'share=[0, 0.2, 0.4, 0.6, 0.8, 1.0]' --set per_class=29 --device cuda
# ```
#
# ### The next bytes
#
# A learner sits at its best division of $B$ and is given $B$ more. It can put all of them into the
# network, all into the buffer, or keep its proportions. Each of the three is a point on the line of $2B$; between
# measured shares we interpolate.

# %% tags=["hide-input"]
on_cifar = large.error.loc[CIFAR]
gains = all_doublings(on_cifar, FORMS[CIFAR])
fig, ax = panel("", "points of test error gained", "", size=(6.4, 3.6))
colors = {"network": "red", "both, in proportion": "green", "buffer": "blue"}
for k, (offer, color) in enumerate(colors.items()):
    points = 100 * np.transpose([rows[offer] for rows in gains.values()])
    gained, places = mean_interval(points), np.arange(len(gains)) + 0.2 * (k - 1)
    style = {"fmt": "osD"[k], "markersize": 4, "capsize": 0, "label": offer}
    page.dots(ax, places, gained, color=color, across=True, **style)
names = [
    f"{FORMS[CIFAR][how]}, {less // 1000} → {more // 1000} kB"
    for how, less, more in gains
]
ax.set_yticks(range(len(gains)), names)
ax.axvline(0, color=figures.INK, linewidth=1)
ax.invert_yaxis()
fig.legend(loc="outside upper right", ncol=3, title="the new bytes go to")
figures.show(
    fig,
    name="megabyte-next",
    caption=(
        f"CIFAR-100: what doubling a budget gains, by what the new bytes buy. Means of {on_cifar.index.unique('seed').size} seeds with 95 % intervals; the starting point is the best "
        "division of the smaller budget. To see: keeping the proportions is never the worst purchase. The figure does not show steps other than a doubling."
    ),
    alt=f"Dot plot with three dots for each of {len(gains)} doublings: what network, buffer, or both in proportion gain.",
)

# %% [markdown]
# ### Which samples?
#
# The same bytes can hold other samples. **Random** keeps the same number of every class and task. A **reservoir** is one memory for the
# whole stream, a uniform sample of all that has passed; it balances nothing. **Herding** keeps
# those whose mean follows the class mean, in the space of the features. All three hold the same number of samples while the last task is learned.

# %% tags=["hide-input"]
kinds = deep.load_results("replay-methods-cifar100", "book")
kinds = by_learner(kinds, ["method", "share", "seed"])
measures = {"final_error": ("error, points", 100), "final_loss": ("loss", 1)}
panels = []
for column, (label, scale) in measures.items():
    chosen = scale * kinds[column].unstack("method")
    apart = chosen.sub(chosen.random, axis=0).unstack("share")
    apart = {
        f"{kind}, {page.share(share)}": mean_interval(apart[kind, share])
        for kind in ("reservoir", "herding")
        for share in apart[kind].columns[::-1]
    }
    words = f"test {label}: minus random"
    panels.append(page.ranking(apart, order=list(apart), xlabel=words))
figures.show(
    panels,
    name="megabyte-methods",
    caption=(
        f"CIFAR-100: herding and reservoir against random buffers of the same size, by the buffer's share of 64 kB; differences paired by seed, means of {kinds.index.unique('seed').size} seeds with "
        "95 % intervals. To see: herding lies left of the line, which is better. The figure does not show herding in a feature space that moves: here the features are frozen."
    ),
    alt="Two dot plots of differences from random buffers, in error and in loss: herding lies left of zero, the reservoir on it.",
)

# %% [markdown]
# ### Glyphs and digits
#
# The linear learner first, on the same budgets and at the same price: a parameter of the network counts as a parameter, a stored
# sample costs {glue:text}`linear_price` of them.

# %% tags=["hide-input"]
price, middle = prices["glyphs", "float32"], budgets[1]
page.say(linear_price=price / 4)
setting = (T, n, middle, price)
fine, advised, across = np.linspace(0, 1, 41), [], LABELS["share"]
fig, ax = panel("linear, exact", across, "excess risk", ylim=(0, 2))
panels = [fig]
for cosine, color in ((0.0, "red"), (0.3, "orange"), (0.6, "blue")):
    advised.append(linear_budgets.advised_share(cosine, *setting))
    linear = linear_budgets.error_along(cosine, *setting, fine)
    ink = figures.COLORS[color]
    ax.plot(fine, linear, color=ink, label=f"cosine {cosine}")
    ax.axvline(advised[-1], color=ink, linestyle=":", linewidth=3)
ax.legend(loc="upper left")
for name in SMALL:
    fig, ax = panel(WORDS[name], across, "test error at the end", ylim=(0, 0.9))
    for money, color in zip(budgets, ("blue", "orange", "green"), strict=True):
        values = small.error.loc[name, "float32", money]
        style = {"color": figures.COLORS[color], "label": f"{money // 1000} kB"}
        figures.band(ax, values.columns, values, line="-", **style)
    panels.append(fig)
panels[1].axes[0].legend(loc="upper center", ncol=3)
figures.show(
    panels,
    name="megabyte-lines",
    caption=(
        f"Error at the end against the buffer's share of a fixed memory, samples stored as float32. Linear model: exact, $T = {T}$, $n = {n}$, no noise, {middle // 1000} kB; dotted lines are the "
        f"optima, {', '.join(map(page.share, advised))}, the pole is the threshold. Networks: means over {seeds} seeds with 95 % intervals. To see: networks have their best share "
        "inside, the linear model at an end. The panels do not compare error levels: excess risk and test error are different things."
    ),
    alt=f"{len(panels)} panels. Linear theory: error against the buffer's share for three cosines, with a pole. Networks: U-shaped curves for {len(budgets)} budgets.",
)

# %% [markdown]
# Where exactly is the bottom? Beside the best share stands the range that costs at most one point of test error, which is what a practitioner needs.

# %% tags=["hide-input"]
tolerance = 0.01
bottoms = pd.concat([large.lost, small.lost]).pipe(
    byte_lines.flat_bottoms, tolerance
)
own = pd.concat([large.own, small.own]).sort_index()
size = (6.4, 1.5 + 0.26 * len(bottoms))
limits = {"xlim": (-0.03, 1.03), "ylim": (len(bottoms) - 0.5, -0.5)}
fig, ax = panel("", f"best {LABELS['share']}", "", size=size, **limits)
for row, (line, found) in enumerate(bottoms.iterrows()):
    color = figures.COLORS[{"uint8": "purple", "float32": "green"}[line[1]]]
    bar = {"color": color, "linewidth": 7, "alpha": 0.3}
    ax.plot([found.low, found.high], [row, row], **bar)
    ax.plot(own[line], [row] * len(own[line]), "|", color=color)
    ax.plot(found.best, row, "o", color=color)
names = [f"{a.split('+')[0]}, {b}, {c // 1000} kB" for a, b, c in bottoms.index]
ax.set_yticks(range(len(bottoms)), names)
ax.axvline(rule, color=figures.INK, linewidth=1, linestyle="--")
figures.show(
    fig,
    name="megabyte-optima",
    caption=(
        f"Best share on {len(bottoms)} lines. Dot: best mean of the seeds; strokes: best share of each seed; broad bar: from the lowest to the highest share within {100 * tolerance:.0f} point "
        f"of the best. Dashed: {page.share(rule)}. To see: most bars are wide and reach the dashed line. The figure does not show how bad the ends are."
    ),
    alt=f"Dot plot of the best share for {len(bottoms)} lines; most lie inside, with wide bars.",
)

# %% tags=["hide-input"]
lines, kept = list(small.mean.index), byte_lines.bought(table).memory
enough = [line for line in lines if kept[*line, 1.0] >= 1]  # a sample of each class
least = min(divisions.smallest_fall(small.error.loc[line]) for line in enough)
inner = small.error.shape[1] - 2
needed = critical_t(
    2 * len(enough) * inner, seeds - 1
)  # the inner share was chosen
page.say(smallest_t=least, needed_t=needed, small_seeds=seeds)
own = small.own.groupby(["stored", "seed", "stream"]).mean().unstack("stream")
for fact, (how, data, other) in {
    "as_images": ("uint8", "digits", "glyphs"),
    "at_one_price": ("float32", "digits", "glyphs"),
    "between_heads": ("float32", "digits-shared", "digits"),
}.items():
    apart = (own[data] - own[other])[how]
    page.say(**{fact: mean_interval(apart).words(".2f")})

# %% [markdown]
# {glue:text}`small_seeds` seeds decide little, and nothing is judged by them: where the budget holds a sample of each class, the smallest
# score of the error's fall from an end is $t$ = {glue:text}`smallest_t:.1f`, and {glue:text}`needed_t:.0f` would be needed for so many lines and shares. The best share of digits minus that of glyphs is {glue:text}`as_images` as images,
# each at its own price, and {glue:text}`at_one_price` at one price; of one shared head minus a head per task {glue:text}`between_heads`
# (seed by seed, averaged over budgets, 95 % intervals).
#
# ### The allocation that forgets least
#
# The check that Paper A proposes looks for the least forgetting. That is not the least error.

# %% tags=["hide-input"]
page.curves(
    cifar_lines.reset_index().eval("kB = budget // 1000"),
    **ALONG,
    y=["forgotten_error", "final_error"],
    labels=LABELS | {"forgotten_error": "forgotten", "final_error": "at the end"},
    name="megabyte-forgetting",
    caption=(
        "CIFAR-100, samples as features: what is forgotten of the test error, and what it is in the end. Means of {n} seeds with {level} intervals. To see: forgetting is least at share 1, "
        "where the error is largest or nearly so, because a narrow network never knew much. The figure does not show loss."
    ),
    alt="Two panels against the buffer's share for three budgets: forgetting falls to its least at share 1, the error at the end is U-shaped.",
)

# %% tags=["hide-input"]
given_up = byte_lines.given_up(small)
what = "largest test error given up by the allocation that forgets least accuracy"
size = f"{len(lines)} lines over {len(budgets)} budgets, {seeds} seeds"
read_beside = evidence.Assumed(
    "error is read beside forgetting: the allocation that forgets least may have learned least"
)
record = ("A.C3", "networks over budgets", what, given_up.max(), ">", tolerance)
evidence.record(*record, n=size, when=read_beside)
costly, most = (given_up > tolerance).sum(), 100 * given_up.max()
page.say(costly_lines=costly, small_lines=len(lines), most_given_up=most)

# %% [markdown]
# On {glue:text}`costly_lines` of {glue:text}`small_lines` lines of glyphs and digits the allocation that forgets least accuracy costs more than a point
# of test error, up to {glue:text}`most_given_up:.0f` points.

# %% [markdown]
# ### Where the linear theory stops being a guide
#
# We give the linear optimum its best chance: for every cosine we take `theory.best_split` on each line, train nothing, and read the
# network's error at the share it prescribes. Then we choose the cosine *in hindsight*. Its rivals know nothing
# about the data: one fixed share, chosen on the *other* two streams.

# %% tags=["hide-input"]
prescribed = linear_budgets.cost_of_advice(small.lost, prices, T, n, cosines)
fixed = divisions.cost_of_others_share(small.lost)
hindsight = prescribed.mean().idxmin()
advice = prescribed[hindsight]
a_network = evidence.Assumed(
    f"the learner is a network: {rule:.0%} of the bytes for the buffer is near the optimum"
)
check = "networks: one share for all lines against the linear optimum"
what = "mean loss of test error: fixed share from the other streams / linear optimum, best cosine"
size = {"n": f"{len(lines)} lines", "seeds": seeds, "when": a_network}
evidence.record("A.Q1", check, what, fixed.mean() / advice.mean(), "<", 0.5, **size)
page.say(hindsight=hindsight)
page.say(linear_mean=100 * advice.mean(), linear_worst=100 * advice.max())
page.say(fixed_mean=100 * fixed.mean(), fixed_worst=100 * fixed.max())

# %% [markdown]
# With its best cosine, {glue:text}`hindsight:.1f`, the linear prescription loses {glue:text}`linear_mean:.1f` points of test error on average and
# {glue:text}`linear_worst:.0f` at worst. The fixed share loses {glue:text}`fixed_mean:.1f` on average and {glue:text}`fixed_worst:.1f` at worst.
#
# The linear theory is exact about its own model. It is no guide to the *place* of a network's optimum: its features share the signal evenly,
# so it gains by giving up parameters, down to a handful ({prf:ref}`thm-perverse-price`). A narrow network cannot even learn its first task.

# %% [markdown]
# ## Break
#
# **A budget too small to matter.** Mechanism 3's break condition is *a buffer too small*. In a network it looks like this.

# %% tags=["hide-input"]
thin = ("glyphs", "uint8", budgets[0])
idle = 100 * small.lost.loc[thin, :0.6]
page.say(thin_budget=budgets[0] // 1000, thin_samples=kept[*thin, 1.0])
page.say(idle_share=idle.index.max(), idle_within=idle.max())

# %% [markdown]
# With uint8 glyphs and {glue:text}`thin_budget` kB all shares up to {glue:text}`idle_share:.0%` lie within {glue:text}`idle_within:.1f` points of the best: the
# budget holds {glue:text}`thin_samples:.1f` samples per class, and there is no interior optimum to find.

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
#   optimum is flat. One head for all tasks wants a larger share for the buffer than a head per task.
# * That holds where samples are stored in their cheapest form that training can use. Where a sample is so dear that the budget holds
#   about one per class, the balance hardly matters and a network alone does as well.
# * Keep samples near the class means (herding) if the features are frozen. Never choose by forgetting alone.
# * The exact linear optimum lies at an end, and a dearer sample never moves it towards parameters. It is no guide to a network's balance.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
