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
# # Do networks peak too?
#
# In the loss, yes: on CIFAR-100 one network for {glue:text}`cifar_tasks` tasks with 20 % wrong labels gets worse by
# **{glue:text}`cifar_rise:.2f`** nats on its way to width {glue:text}`cifar_place`, and better by {glue:text}`cifar_fall:.2f` beyond.
# In accuracy, no: with {glue:text}`cifar_per_class` images of each class the share of wrong answers changes on the same way by **{glue:text}`cifar_error_rise`**.

# %% tags=["parameters"]
profile = "book"
seed = 0  # draws nothing here: the tables hold seeds of their own

# %% tags=["hide-input"]
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display
from scipy.stats import norm

from manytasks import checks, deep, evidence, figures, page
from manytasks.declarations import declarations
from manytasks.deep.networks import Architecture
from manytasks.page.curves import number_axis
from manytasks.statistics import mean_interval, z_scores
from manytasks.studies import peaks
from manytasks.studies.transfer import transfer, transfer_by_task
from manytasks.symbolic import differing

MEASURES = ["test_loss", "test_error"]
LABELS = {0.2: "20% wrong labels", 0.1: "10% wrong labels", 0.0: "clean labels"}
WORDS = {
    "test_loss": "test loss",
    "test_error": "share of wrong answers",
    "value": "on test images",
    "width": "width $k$",
    "noise": "wrong labels",
    "depth": "hidden layers",
    "fraction": "exchanged",
    "0.0": "none",
    "1.0": "all",
    "multi-task": "one network for ten tasks",
    "single-task": "a network per task",
} | {f"{share}": f"{share:.0%}" for share in (0.1, 0.2, 0.25, 0.4, 0.5, 0.75)}
BY_SEED = {"x": "width", "unit": "seed", "labels": WORDS}
BY_TASK = {"x": "width", "unit": ["seed", "task"], "labels": WORDS}
BOTH = {"id_vars": ["seed", "task", "width", "noise"], "value_vars": MEASURES}
declared = declarations()
cifar = deep.load_results("multitask-width-cifar100", "book")
alone = deep.load_results("singletask-width-cifar100", "book")
T, per_class, classes = int(cifar.tasks[0]), int(cifar.per_class[0]), 10
n = classes * per_class
samples = {"multi-task": T * n, "single-task": n}
humps = {}
for measure in ("loss", "error"):
    for noise, labels in LABELS.items():
        entry = declared[f"A.F2, CIFAR-100, peak in {measure}, {labels}"]
        (humps[measure, noise],) = peaks.declared_peaks(cifar, entry)
choose, judging = entry.choose, list(entry.judge)
highest = humps["loss", 0.2]
page.say(
    cifar_tasks=T,
    cifar_place=highest.place,
    cifar_rise=highest.rise[judging].mean(),
    cifar_fall=highest.fall[judging].mean(),
    cifar_error_rise=page.signed(humps["error", 0.2].rise[judging].mean(), ".3f"),
    cifar_judging=len(judging),
    cifar_widest=int(cifar.width.max()),
    cifar_per_class=per_class,
)

# %% [markdown]
# ## Setting
#
# Networks have three hidden layers of equal width $k$, batch normalisation and ReLU, unless we change their number. They see frozen
# features: 64 whitened principal components of what EfficientNet-Lite0, trained on ImageNet, says about an image of *CIFAR-100*.
# The second data set is *glyphs*, drawn characters, through as many components of their pixels ({doc}`data` shows them). Each has a
# hundred classes, which form ten tasks of ten. A **multi-task** network has one trunk and a head per task and trains on all $N = Tn$
# samples; a **single-task** network trains on the $n$ samples of one task alone, and every task gets one. All take the same number of
# steps. Label noise exchanges a share of the labels *within their task*; test labels are clean.
# We judge test loss (cross-entropy) and test error (share of wrong answers) apart.

# %% [markdown]
# ## Claim
#
# Claim A.N1: *deep networks trained on many tasks show double descent of the test error against width, with a peak that is
# higher when labels are noisier and tasks less similar.* For linear models the peak stands at $p = N$. For a network
# there is no such theorem. There is an exact count of what it has:
#
# ```{prf:theorem} Parameters of a trunk with heads (ours)
# :label: thm-network-parameters
#
# A network with $d$ inputs, $L \ge 1$ hidden layers of width $k$ with batch normalisation, and $H$ heads of $C$ classes
# has
#
# $$ P(k) = (L-1)\,k^2 + (d + 2L + HC)\,k + HC $$
#
# trained numbers. There is exactly one width $k_c > 0$ at which $P(k_c) = cN$, for every $c > HC/N$.
# ```
#
# So the linear theory makes a guess for networks: a peak near $k_1$, where parameters match samples. We let the training
# error say where the network really starts to fit everything, and measure the $c$ that belongs to it.

# %% [markdown]
# ## Derive
#
# **Step 1: count.** The first layer has $dk$ weights, each further one $k^2$, batch normalisation $2k$ per layer, the
# heads $HCk$ weights and $HC$ biases.

# %%
k, d, L, H, C, c, N = sp.symbols("k d L H C c N", positive=True)
counted = d * k + (L - 1) * k**2 + 2 * L * k + H * C * k + H * C
theorem = (L - 1) * k**2 + (d + 2 * L + H * C) * k + H * C
checks.require(
    differing([counted], [theorem]) == 0,
    "the parameters counted layer by layer are not those of the theorem",
)

# %% [markdown]
# **Step 2: it is the package's count**, and that of every network in the tables for CIFAR-100:

# %%
shape = {d: 64, L: int(cifar.depth[0]), C: classes}
networks = pd.concat([cifar, alone])
for method, heads in (("multi-task", T), ("single-task", 1)):
    rows = networks[networks.method == method]
    for width, counted in rows.groupby("width").parameters:
        network = Architecture(64, int(width), int(cifar.depth[0]), heads, classes)
        numbers = {
            int(theorem.subs(shape | {H: heads, k: int(width)})),
            network.parameters,
            *counted,
        }
        checks.require(
            len(numbers) == 1,
            f"theorem, package and table count {numbers} parameters, {method}, width {width}",
        )

# %% [markdown]
# **Step 3: solve for the width.** $P$ is increasing for $k > 0$ and starts at $HC$, so the root is unique:

# %%
slope = 2 * (L - 1) * k + d + 2 * L + H * C  # every term positive
checks.require(
    sp.expand(sp.diff(theorem, k) - slope) == 0, "P'(k) is not the positive sum"
)
linear = d + 2 * L + H * C
k_c = (-linear + sp.sqrt(linear**2 + 4 * (L - 1) * (c * N - H * C))) / (2 * (L - 1))
checks.require(sp.simplify(theorem.subs(k, k_c) - c * N) == 0, "P(k_c) is not cN")
guess = {
    method: float(k_c.subs(shape | {H: heads, c: 1, N: samples[method]}))
    for method, heads in (("multi-task", T), ("single-task", 1))
}
guess

# %% [markdown]
# ## Check
#
# What the next records compare, and on which seeds, was declared before the tables were made
# (`src/manytasks/declarations.yml`). The *threshold* is where the training error lies between 0.1 and 10 %, the *peak* the worst
# width there, the *valley* the best width below it. Both places are chosen on two seeds and judged on the other
# {glue:text}`cifar_judging` (or on ten); a seed deals classes and samples anew. *Rise* is peak minus valley, *fall* is peak minus the largest width, here
# {glue:text}`cifar_widest`. The images are not part of the repository, so this page does not train the networks for CIFAR-100 again.
#
# **The peak.** `data/multitask-width-cifar100-book.csv.gz` is the table.

# %% tags=["hide-input"]
by_noise = {"y": "value", "hue": "noise", "panels": "variable"}
page.curves(
    cifar.melt(**BOTH),
    **BY_SEED | by_noise,
    name="networks-peak-cifar100",
    caption=(
        f"CIFAR-100: one network for {T} tasks of ten classes, {per_class} samples a class, against width. The loss falls, rises to a hump where labels are wrong, and falls again; the error only falls. Means "
        "of {n} seeds with {level} intervals. The figure does not show networks for single tasks."
    ),
    alt="Two panels against width for three shares of wrong labels: the loss falls, rises to a hump and falls again where labels are wrong; the error falls all the way.",
)
size = f"{T} tasks a seed"
for (measure, noise), hump in humps.items():
    evidence.decide(
        f"A.F2, CIFAR-100, peak in {measure}, {LABELS[noise]}",
        hump.rise,
        hump.fall,
        statistic=f"smaller of rise from width {hump.valley} to {hump.place} and fall beyond",
        n=size,
    )
in_error_falls = max(humps["error", noise].rise[judging].mean() for noise in LABELS)
checks.below("the rise of the test error on CIFAR-100", in_error_falls, 0)
entry = declared["A.N1, CIFAR-100, wrong labels raise the peak"]
evidence.decide(
    str(entry),
    peaks.raised(*peaks.declared_peaks(cifar, entry)),
    statistic="rise of the loss with 20 % wrong labels minus that with clean ones",
    n=size,
)

# %% [markdown]
# *Changed because* A.F2 is now judged in test error, too. On glyphs it was judged in loss alone and held. Put that back, and on
# CIFAR-100 it holds with wrong labels and stays open with clean ones. In error there is nothing to put back: with 20 images of each
# class the share of wrong answers is, at every noise level, smaller at the threshold than at the best width below it. Wrong labels are
# what a network of that width is sure of, and only the loss counts how sure it is.
#
# **More images, and a ResNet-18 on pixels.** Do more samples bring the peak of the error back? And does a network that learns its own
# features peak? We train on 50 images of each class (`data/multitask-width-cifar100-50-book.csv`), and a ResNet-18 with $k$ channels in
# its first stage on the pixels themselves (`data/resnet-width-cifar100-book.csv`).

# %% tags=["hide-input"]
further = {}
for name, what, see in (
    (
        "multitask-width-cifar100-50",
        "CIFAR-100, the same network",
        "with wrong labels loss and error rise to a hump",
    ),
    (
        "resnet-width-cifar100",
        "CIFAR-100, a ResNet-18 on pixels",
        "what happens beyond the widest network is not known",
    ),
):
    whole = deep.load_results(name, "book")
    page.curves(
        whole.melt(**BOTH),
        **BY_SEED | by_noise,
        name=f"networks-peak-{name}",
        caption=f"{what}, {int(whole.per_class[0])} images a class: loss and error against width. Means of {{n}} seeds with {{level}} intervals. To see: {see}. The figure does not show networks for single tasks.",
        alt="Two panels against width: test loss and share of wrong answers, a curve for each share of wrong labels.",
    )
    for each in declared.values():
        if (each.claim, each.sweep) != ("A.F2", name):
            continue
        (top,) = peaks.declared_peaks(whole, each)
        further[each.check] = top
        evidence.decide(
            str(each),
            *((top.rise, top.fall) if top else (None,)),
            statistic=f"smaller of rise to the peak in {each.measure} and fall beyond",
            n=f"{int(whole.tasks[0])} tasks a seed",
        )
fifty = "CIFAR-100, 50 images a class, peak in error,"
page.say(
    fifty_rise=100 * further[f"{fifty} 20% wrong labels"].rise[judging].mean(),
    fifty_place=further[f"{fifty} 20% wrong labels"].place,
    fifty_clean=-100 * further[f"{fifty} clean labels"].rise[judging].mean(),
    resnet_widest=int(whole.width.max()),
)

# %% [markdown]
# With more samples the error peaks as well, where labels are wrong: {glue:text}`fifty_rise:.1f` percentage points at width
# {glue:text}`fifty_place`. With clean labels it still falls, by {glue:text}`fifty_clean:.1f` points. The ResNet has just learned to fit
# its samples at $k$ = {glue:text}`resnet_widest`, the widest that we trained: there is nothing beyond to fall to, and its record stays open.

# %% [markdown]
# ## Look
#
# **Where is the threshold?** The guess was $P = N$. We lay the curves of one network for ten tasks beside those of a network per
# task (`data/singletask-width-cifar100-book.csv`), against parameters per training sample. Nothing here was declared: it is a look.

# %% tags=["hide-input"]
fig, ax = plt.subplots()
tables = {"multi-task": (cifar, "-"), "single-task": (alone, "--")}
colors, places = dict(zip(LABELS, ("red", "orange", "blue"), strict=True)), {}
for method, (table, style) in tables.items():
    ratios = table.groupby("width").parameters.first() / samples[method]
    for noise, color in colors.items():
        loss = peaks.by_width(table[table.noise == noise], "test_loss").mean()
        label, ink = f"{method}, {LABELS[noise]}", figures.COLORS[color]
        ax.plot(ratios, loss, style, color=ink, label=label)
    tops = peaks.peak_of_each(table, ["noise"], "test_loss", choose)
    places[method] = tops.assign(ratio=ratios.loc[tops.place].to_numpy())
ratios = pd.concat(places).ratio
ax.set(xlabel="parameters per training sample $P/N$", ylabel="test loss")
ax.set(yscale="log", title="One threshold for both?")
ax.set_yticks([1, 2, 4, 8], ["1", "2", "4", "8"])
ax.set_ylim(top=25)
number_axis(ax, [0.1, 1, 10, 100])
ax.axvline(1, color=figures.INK, alpha=0.5, linestyle="--", linewidth=1)
ax.annotate("$P = N$", (1.1, 0.8))
ax.legend(fontsize=8, ncol=2, loc="upper center")
figures.show(
    fig,
    name="networks-peak-place",
    caption=(
        f"CIFAR-100: test loss against parameters per sample; solid: one network for all {T} tasks, dashed: a network per task. Sample sizes differ "
        f"by a factor {T}, the places of the peaks by a factor {ratios.max() / ratios.min():.1f}. Means over tasks and {cifar.seed.nunique()} or "
        f"{alone.seed.nunique()} seeds; the figure shows no intervals."
    ),
    alt=f"Loss against parameters per sample: {len(ratios)} curves with humps between {ratios.min():.1f} and {ratios.max():.1f} parameters per sample, those of single tasks much higher.",
)
page.say(
    place_low=ratios.min(),
    place_high=ratios.max(),
    guess_alone=round(guess["single-task"]),
    guess_together=round(guess["multi-task"]),
    alone_clean=places["single-task"].rise[0.0],
)

# %% [markdown]
# At the threshold the loss peaks at {glue:text}`place_low:.1f` to {glue:text}`place_high:.1f` parameters per sample, for one network and
# for ten. By that factor the guess $P = N$ (widths {glue:text}`guess_together` and {glue:text}`guess_alone`) is wrong for networks
# that have to fit their samples in the steps they are given. A network per task peaks by far more, and on clean labels, too
# (by {glue:text}`alone_clean:.1f` nats).
#
# **Similarity.** Now all tasks share *one* head, and we dial how much they disagree. On CIFAR-100 (`data/similarity-cifar100-book.csv.gz`)
# each of five tasks has one class of every superclass and asks for the superclass; a share of the superclasses goes by other
# names in each task. On MNIST (`data/similarity-mnist-book.csv`) each of ten tasks sees the digits through its own permutation of a share of the
# pixels. The linear theory calls this dial spread.

# %% tags=["hide-input"]
names = deep.load_results("similarity-cifar100", "book")
mnist = deep.load_results("similarity-mnist", "book")
clean_names = names[(names.noise == 0) & (names.method == "multi-task")]
parts = [
    clean_names.assign(data="superclasses of CIFAR-100, clean labels"),
    mnist[mnist.noise == 0.2].assign(data="permuted MNIST, 20 % wrong labels"),
]
page.curves(
    pd.concat(parts).sort_values("fraction", kind="stable"),
    **BY_SEED | {"y": "test_loss", "hue": "fraction", "panels": "data"},
    name="networks-peak-dissimilar",
    ymargin=0.4,  # room for the legend
    caption=(
        "One network with one head. Left: names of superclasses exchanged; right: pixels permuted. The less the tasks agree, the higher the whole curve "
        "lies, and the farther its peak stands above the valley to its left. Means of {n} seeds with {level} intervals. The figure does not show networks with a head per task."
    ),
    alt="Two panels of test loss against width, a curve for each share that is exchanged: curves with a larger share lie higher and have higher humps.",
)
by_data = {}
for check, table in (
    ("CIFAR-100, other names of the superclasses raise the peak", names),
    ("permuted MNIST, permuted pixels raise the peak", mnist),
):
    entry = declared[f"A.N1, {check}"]
    evidence.decide(
        str(entry),
        peaks.raised(*peaks.declared_peaks(table, entry)),
        statistic="rise of the loss with everything exchanged minus that with nothing",
        n=f"{table.task.nunique()} tasks a seed",
    )
    rows = table[table.method == "multi-task"]
    tops = peaks.peak_of_each(
        rows, ["noise", "fraction"], "test_loss", entry.choose
    )
    by_data[table.dataset[0]] = tops.rise
of_names, of_pixels = by_data.values()
page.say(
    names_alike=of_names[0.0, 0.0],
    names_unlike=of_names[0.0, 1.0],
    pixels_alike=of_pixels[0.2, 0.0],
    pixels_unlike=of_pixels[0.2, 1.0],
    equal_rise=page.signed(of_pixels[0.0, 0.0]),
)

# %% [markdown]
# Other names raise the rise from {glue:text}`names_alike:.2f` to {glue:text}`names_unlike:.2f` nats, permuted pixels from
# {glue:text}`pixels_alike:.2f` to {glue:text}`pixels_unlike:.2f`: for a network, too, tasks that disagree act as wrong labels do.
#
# *Changed because* the condition of A.N1 said that labels are noisy, and that dissimilarity raises the whole curve and not the peak above its
# valleys. The first was seen on glyphs, the second on digits; put these data back and both return (below). Superclasses peak on clean
# labels, and there and on MNIST disagreement raises the peak itself, so the condition now names its data.
#
# **Depth** (open question 3 of Paper A). No to five hidden layers, CIFAR-100, clean labels and 20 % wrong ones
# (`data/depth-cifar100-book.csv.gz`). Without a hidden layer there is no width, so nothing may change along that curve; the page checks it.

# %% tags=["hide-input"]
layers = deep.load_results("depth-cifar100", "book")
common = layers[layers.method == "multi-task"]
page.curves(
    common.assign(labels=common.noise.map(LABELS)).sort_values(["noise", "depth"]),
    **BY_SEED | {"y": "test_loss", "hue": "depth", "panels": "labels"},
    name="networks-peak-depth-cifar100",
    ymargin=0.35,  # room for the legend
    caption=(
        f"CIFAR-100: one network for {T} tasks, by number of hidden layers. Every layer after the first lifts the curve, and with wrong labels a hump grows. "
        "Without a layer there is no width. Means of {n} seeds with {level} intervals. All depths take the same number of steps: the figure does not show what longer training would do."
    ),
    alt="Two panels of test loss against width for no to five hidden layers: a horizontal line without a layer, a falling curve with one, and higher curves with a hump at widths 16 to 32 with more.",
)
without = common[common.depth == 0].groupby(["noise", "seed", "task"]).test_loss
change = (without.max() - without.min()).max()
checks.below("what the width does without a layer", change, 1e-6)
curves = common.pivot_table("test_loss", index=["noise", "width"], columns="depth")
lift = curves.drop(columns=0).diff(axis=1).min(axis=None)
checks.below("the least that a further layer lifts a curve, with a minus", -lift, 0)
entry = declared["A.Q3, CIFAR-100, five layers transfer less than one"]
(at_width,) = entry.rows["width"]
noisy = layers[layers.noise == 0.2]
gained = {
    depth: transfer(rows, "test_error", at_width)
    for depth, rows in noisy.groupby("depth")
}
shallow, deepest = (gained[depth] for depth in entry.rows["depth"])
for labels in ("20% wrong labels", "clean labels"):
    peak_entry = declared[
        f"A.Q3, CIFAR-100, five layers peak higher than two, {labels}"
    ]
    higher = evidence.decide(
        str(peak_entry),
        peaks.raised(*peaks.declared_peaks(layers, peak_entry)),
        statistic="rise of the loss with five hidden layers minus that with two",
        n=size,
    )
evidence.decide(
    str(entry),
    deepest - shallow,
    statistic="transfer in accuracy at width 64, five hidden layers minus one",
    n=size,
)
choose = peak_entry.choose
tops = peaks.peak_of_each(
    common[common.depth > 0], ["noise", "depth"], "test_loss", choose
)
rises = (
    tops.rise.map("{:+.2f}".format).where(tops.place.notna(), "no place").unstack(0)
)
page.table(
    pd.DataFrame(
        {
            "hidden layers": rises.index,
            "rise, clean labels": rises[0.0],
            "rise, 20 % wrong": rises[0.2],
            f"transfer at width {at_width}": [
                mean_interval(gained[depth]).words("+.3f") for depth in rises.index
            ],
        }
    ),
    name="networks-peak-depths",
    caption="Rise of the loss of one network, and transfer in accuracy with 20 % wrong labels, by depth; no place: no width of the grid is at the threshold.",
)

# %% tags=["hide-input"]
noisy = noisy[noisy.method == "multi-task"]
top_width, at_top = peaks.near_the_top(noisy, "test_loss", "depth")
lifted = (at_top[5] - at_top[1]).groupby("seed").mean()
fitting = (
    peaks.by_width(noisy[noisy.depth == 5], "train_error").loc[list(choose)].mean()
)
below, above = fitting[fitting > 0.1], fitting[fitting < 0.001]
page.say(
    higher_clean=higher.words("+.2f"),
    gap_low=int(below.index[-1]),
    gap_high=int(above.index[0]),
    gap_from=page.share(below.iloc[-1], 1),
    gap_to=page.share(above.iloc[0], 2),
    lifted_width=top_width,
    lifted=mean_interval(lifted).words("+.2f"),
    gain_one=page.signed(100 * shallow.mean(), ".1f"),
    gain_five=page.signed(100 * deepest.mean(), ".1f"),
)

# %% [markdown]
# Transfer is decided: at width 64 learning the tasks together is worth {glue:text}`gain_one` points of accuracy to networks of one hidden layer and
# {glue:text}`gain_five` to those of five. The height of the peak is not. With wrong labels the training error of five layers goes
# from {glue:text}`gap_from` at width {glue:text}`gap_low` to {glue:text}`gap_to` at width {glue:text}`gap_high`, and no width of the grid is at their threshold, so
# the declared number does not exist. With clean labels it is {glue:text}`higher_clean`, and ten seeds do not decide.
#
# *Changed because* the declaration asks how far the peak stands above its valley at the threshold; on glyphs A.Q3 was judged by the loss at
# one width and held. Put that back: on CIFAR-100 with wrong labels, at width {glue:text}`lifted_width`, five layers lie above one by {glue:text}`lifted`.

# %% [markdown]
# ## Glyphs and digits
#
# The same questions on a second data set, with few seeds: a unit is a task of a seed. Tasks of one multi-task network are not
# independent of one another, so read scores as a guide. The tables were made by `manytasks sweep multitask-width --profile book --device cpu`
# (and `similarity`, `depth`, `resnet-width`). To know that they are what the code computes, this page trains some of their networks again.

# %% tags=["hide-input"]
again = {
    "Glyphs": deep.agree_with_table("multitask-width", "a network per task"),
    "Digits": deep.agree_with_table("similarity", "unrelated tasks"),
}
display(Markdown("\n".join(f"* *{data}.* {said}" for data, said in again.items())))

# %% [markdown]
# **Do they peak?** Glyphs, one network and a network per task.

# %% tags=["hide-input"]
glyphs = deep.load_results("multitask-width", "book")
units = f"{T} tasks × {glyphs.seed.nunique()} seeds"
tops = peaks.summits(glyphs, ["method", "noise"], MEASURES)
in_error = tops.loc["test_error"].height
for measure, seen in (
    (
        "test_loss",
        "The loss has a hump, on clean labels if a network learns one task",
    ),
    ("test_error", f"The highest hump of an error is {in_error.max():.3f} high"),
):
    page.curves(
        glyphs,
        **BY_TASK | {"y": measure, "hue": "noise", "panels": "method"},
        name=f"networks-peak-{measure.removeprefix('test_')}",
        caption=(
            f"Glyphs: {WORDS[measure]} against width, {int(glyphs.per_class[0])} samples per class. {seen}. Means over {units} "
            "with {level} intervals over these {n} units. The figure does not show how many of them one draw of the weights moves together."
        ),
        alt=f"Two panels of {WORDS[measure]} against width for three noise levels, multi-task and single-task.",
    )

# %% tags=["hide-input"]
page.say(glyph_clean=tops.height["test_loss", "single-task", 0.0])
inner = glyphs.width.nunique() - 2  # among which the place of the peak was chosen
noises = glyphs.noise.nunique()
condition = (
    "the error is a loss and, on glyphs, labels are noisy (on digits dissimilarity raises the whole curve, "
    "peak included, not the peak above its valleys)"
)
together = tops.xs("multi-task", level="method").reset_index()
wrong = "measure == 'test_loss' and noise > 0"
sure = evidence.tested(together, wrong, lambda rows: rows.score.min(), condition)
check = "peak of the multi-task loss under label noise"
critical = norm.isf(evidence.level("A.N1", check) / noises / inner)
drops = "smallest z of the drops on both sides of the peak"
noisy_size = f"{noises - 1} noise levels, {units}"
evidence.record(
    "A.N1", check, drops, sure.inside, ">", critical, n=noisy_size, when=sure
)
in_loss = "measure == 'test_loss'"
lift = evidence.tested(
    together, in_loss, lambda rows: rows.height.diff().min(), condition
)
check = "noisier labels raise the peak"
step = "smallest rise of its height from one noise level to the next"
size = f"{noises} noise levels, {units}"
evidence.record("A.N1", check, step, lift.inside, ">", 0, n=size, when=lift)

# %% [markdown]
# **Similarity.** Ten tasks share one head and ask for the ten digits, each through its own permutation of a share of the
# pixels, $n = 110$ samples each.

# %% tags=["hide-input"]
digits = deep.load_results("similarity", "book")
pooled = digits[digits.method == "multi-task"]
digit_units = f"{int(digits.tasks[0])} tasks × {digits.seed.nunique()} seeds"
page.curves(
    pooled.assign(labels=pooled.noise.map(LABELS)),
    **BY_TASK | {"y": "test_loss", "hue": "fraction", "panels": "labels"},
    name="networks-peak-similarity",
    caption=(
        f"Digits: one network with one head for {int(digits.tasks[0])} permuted versions. The less the tasks agree, the higher the curve lies; only wrong labels give it a hump. Means over "
        f"{digit_units} with {{level}} intervals over these {{n}} units. The figure does not show networks with a head per task."
    ),
    alt="Two panels of test loss against width for four shares of permuted pixels, clean and noisy labels.",
)
dial = peaks.summits(digits, ["method", "noise", "fraction"], MEASURES)
noisy_dial = dial.loc["test_loss", "multi-task", 0.2]
clean_dial = dial.loc["test_loss", "multi-task", 0.0]
at_peak = []
for share, place in noisy_dial.place.items():
    rows = pooled[(pooled.noise == 0.2) & (pooled.fraction == share)]
    at_peak.append(peaks.by_task(rows, "test_loss")[int(place)])
climbs = [z_scores(after - before, 0.0) for before, after in pairwise(at_peak)]
check = "less similar tasks: loss at the peak, 20% wrong labels"
critical = norm.isf(evidence.level("A.N1", check) / len(climbs))
step = "smallest z of its rise from one share of permuted pixels to the next"
size, assumed = f"{len(at_peak)} shares, {digit_units}", evidence.Assumed(condition)
evidence.record(
    "A.N1", check, step, float(min(climbs)), ">", critical, n=size, when=assumed
)
check, height = "networks: equal tasks, clean labels", clean_dial.height[0.0]
negative = "height of the loss peak (negative: none)"
evidence.record("A.B1", check, negative, height, "<=", 0, n=digit_units)
hump = clean_dial.height.max()
checks.below("the highest hump of the loss on clean digits", hump, 0.01)
unrelated, equal = noisy_dial.height[1.0], noisy_dial.height[0.0]
checks.below(
    "peak under noise, unrelated tasks against equal ones", unrelated, equal
)
page.say(
    digits_equal=at_peak[0].mean(),
    digits_unrelated=at_peak[-1].mean(),
    digits_height=equal,
    digits_height_unrelated=unrelated,
    digits_error=dial.height["test_error", "multi-task", 0.2, 0.0],
)

# %% [markdown]
# From equal to unrelated tasks the loss at the peak goes from {glue:text}`digits_equal:.2f` to {glue:text}`digits_unrelated:.2f`, but its
# height above the higher valley beside it from {glue:text}`digits_height:.2f` to {glue:text}`digits_height_unrelated:.2f`: here dissimilarity raises the
# whole curve, unlike on MNIST. In
# accuracy the peak under noise is {glue:text}`digits_error:.3f` for equal tasks.
#
# **Who gains from company?** Knowledge transfer is the single-task loss minus the multi-task loss, paired by task on the same
# samples. It falls as tasks become less similar, and it depends on the width at which one looks: near its own
# threshold a lone network is so bad that any company helps.

# %% tags=["hide-input"]
keys = ["fraction", "width"]
gains = transfer_by_task(digits[digits.noise == 0.0], keys, MEASURES)
narrow, *_, wide, widest = sorted(gains.width.unique())[1:]
page.curves(
    gains[gains.width.isin([narrow, wide, widest])].melt(
        ["seed", "task", *keys], var_name="measure"
    ),
    x="fraction",
    y="value",
    hue="width",
    panels="measure",
    unit=["seed", "task"],
    name="networks-peak-transfer",
    caption=(
        f"Digits, clean labels, one head: knowledge transfer falls as tasks grow dissimilar; above 0 company helps. Means over {digit_units} with {{level}} intervals over "
        "these {n} units. The figure does not separate what the shared trunk gives from what the shared head gives."
    ),
    alt="Two panels: transfer in loss and in accuracy falls as the share of permuted pixels grows, at three widths.",
    labels={
        "fraction": "share of permuted pixels",
        "value": "knowledge transfer",
        "test_loss": "in test loss",
        "test_error": "in accuracy",
    },
    log_x=False,
)
ends = gains[gains.width == widest].pivot(
    index=["seed", "task"], columns="fraction", values="test_error"
)
signs = np.column_stack([ends[0.0], -ends[1.0], ends[0.0] - ends[1.0]])
check = "transfer in accuracy: equal tasks gain, unrelated tasks lose"
critical = norm.isf(evidence.level("A.N2", check) / signs.shape[1])
least = f"smallest z of gain, loss and their difference at width {widest}"
score = z_scores(signs, 0.0).min()
evidence.record("A.N2", check, least, score, ">", critical, n=digit_units)
page.say(
    gain_width=int(widest),
    gain_equal=page.signed(100 * ends[0.0].mean(), ".1f"),
    gain_unrelated=page.signed(100 * ends[1.0].mean(), ".1f"),
)

# %% [markdown]
# At width {glue:text}`gain_width` equal tasks gain {glue:text}`gain_equal` points of accuracy from being learned together, unrelated ones
# {glue:text}`gain_unrelated`.
#
# **Depth.** Glyphs with 20 % wrong labels, networks of one to five hidden layers (`data/depth-book.csv`).

# %% tags=["hide-input"]
deep_table = deep.load_results("depth", "book")
depths = sorted(deep_table.depth.unique())
first, last = depths[0], depths[-1]
depth_units = f"{T} tasks × {deep_table.seed.nunique()} seeds"
page.curves(
    deep_table,
    **BY_TASK | {"y": "test_loss", "hue": "depth", "panels": "method"},
    name="networks-peak-depth",
    caption=(
        f"Glyphs, 20 % wrong labels: deeper networks have higher curves, and their hump stands out more. Means over {depth_units} with {{level}} intervals over these {{n}} units. "
        "Five widths place a peak only roughly: the figure does not show how wide it is."
    ),
    alt="Two panels of test loss against width for one, two, three and five hidden layers.",
)
kinds = dict(iter(deep_table.groupby("method")))
tops = [
    peaks.near_the_top(kind, "test_loss", "depth")[1] for kind in kinds.values()
]
score = min(z_scores(top[last] - top[first], 0.0).item() for top in tops)
noise = f"{deep_table.noise.max():.0%} wrong labels"
words = f"classes are glyphs with {noise}, {first} to {last} hidden layers"
assumed = evidence.Assumed(words)
check, ends = (
    "deeper networks have higher peaks",
    f"{first} to {last} hidden layers",
)
critical = norm.isf(evidence.level("A.Q3", check) / len(tops))
rising = f"smaller z of the rise of the loss near the threshold from {ends}"
size = f"2 methods, {depth_units}"
evidence.record("A.Q3", check, rising, score, ">", critical, n=size, when=assumed)
widest = deep_table.width.max()
at_widest = deep_table[deep_table.width == widest]
gain = transfer_by_task(at_widest, ["depth"], MEASURES).pivot(
    index=["seed", "task"], columns="depth", values="test_error"
)
check, falling = (
    "deeper networks transfer less",
    f"z of the fall of transfer from {ends}",
)
critical = norm.isf(evidence.level("A.Q3", check))
score = z_scores(gain[first] - gain[last], 0.0).item()
falling += f", width {widest}"
evidence.record(
    "A.Q3", check, falling, score, ">", critical, n=depth_units, when=assumed
)
page.say(
    glyph_one=page.signed(100 * gain[first].mean(), ".1f"),
    glyph_five=page.signed(100 * gain[last].mean(), ".1f"),
    glyph_width=int(widest),
)

# %% [markdown]
# At width {glue:text}`glyph_width` learning together is worth {glue:text}`glyph_one` points of accuracy with one hidden layer and {glue:text}`glyph_five` with five.
#
# Paper A reports that deeper networks show *a similar double descent, with peaks of different height* (claim A.K8). We ask
# of each of these curves whether it peaks at all, and whether the height of the peak depends on depth. The places were
# chosen among the inner widths of all curves, so the level is divided by their number.

# %% tags=["hide-input"]
by_depth = peaks.summits(deep_table, ["method", "depth"], MEASURES)
curves_in_loss = by_depth.loc["test_loss"]
similar_when = (
    "the error is a loss and the network is deep: five hidden layers peak beyond doubt, one does not "
    "(20% wrong labels)"
)
check = "the deepest networks peak in loss"
tried = len(curves_in_loss) * (deep_table.width.nunique() - 2)
critical = norm.isf(evidence.level("A.K8", check) / tried)
peaking = evidence.tested(
    by_depth.query(f"depth in ({first}, {last})"),
    f"{in_loss} and depth == {last}",
    lambda rows: rows.score.min(),
    similar_when,
)
both = "smaller z of both drops, both kinds of network, five hidden layers"
evidence.record(
    "A.K8", check, both, peaking.inside, ">", critical, n=size, when=peaking
)
doubtless = curves_in_loss[curves_in_loss.score > critical].index
page.say(peaking=len(doubtless), peaking_of=len(curves_in_loss))
page.say(peaking_critical=critical)
checks.require(
    first not in doubtless.get_level_values("depth"),
    f"a curve of {first} hidden layer peaks: the condition says that none does",
)
differences = pd.DataFrame(
    {
        "measure": measure,
        "z": peaks.score_between(rows, measure, "depth", (first, last)),
    }
    for measure in MEASURES
    for rows in kinds.values()
)
higher = evidence.tested(
    differences, in_loss, lambda rows: rows.z.min(), similar_when
)
check = "the height of the loss peak differs with depth"
critical = norm.isf(evidence.level("A.K8", check) / 2)
smaller = f"smaller z of the difference between {last} and {first} hidden layers"
evidence.record(
    "A.K8", check, smaller, higher.inside, ">", critical, n=size, when=higher
)

# %% [markdown]
# {glue:text}`peaking` of {glue:text}`peaking_of` curves peak beyond doubt (z > {glue:text}`peaking_critical:.1f`), none of them with one hidden layer.
#
# **A convolutional network from scratch.** Figure 5 of Paper A trains ResNet-18 on images, not on frozen features. Here it has $k$ channels in
# its first stage (the usual one has 64), glyphs of 14 × 14 pixels, one network for all ten tasks, one seed (`data/resnet-width-book.csv`).

# %% tags=["hide-input"]
resnet = deep.load_results("resnet-width", "book")
small = peaks.summits(resnet, ["noise"], MEASURES)
small_loss, small_error = (small.loc[measure].iloc[0] for measure in MEASURES)
page.curves(
    resnet.melt(**BOTH),
    **BY_TASK | by_noise | {"labels": WORDS | {"width": "channels $k$"}},
    name="networks-peak-resnet",
    caption=(
        f"ResNet-18 with $k$ channels, trained from scratch on {T} glyph tasks, {int(resnet.per_class[0])} images per class, {int(resnet.steps[0]):,} steps. The loss has a low hump at $k = {int(small_loss.place)}$; "
        "means over {n} tasks of one seed with {level} intervals. A scaled-down run: the figure shows neither the usual width 64, nor single-task networks, nor how much another seed would differ."
    ),
    alt=f"Two panels of loss and error against channels: falling, with the most prominent inner maximum at k = {int(small_loss.place)} in loss and at k = {int(small_error.place)} in error.",
)
frozen = [
    together[together.noise > 0].assign(frozen=True),
    small.reset_index().assign(frozen=False),
]
redrawn = evidence.tested(
    pd.concat(frozen, ignore_index=True),
    f"frozen and {in_loss}",
    lambda rows: rows.score.min(),
    "features are frozen and the error is a loss; a small ResNet-18 rises at the same place, not beyond doubt",
)
check = "redrawn on frozen features of glyphs, smaller scale"
level = evidence.level("A.F2", check)
drops = "smallest z of the drops on both sides of the multi-task peak"
limit = norm.isf(level / noises / inner)
evidence.record(
    "A.F2", check, drops, redrawn.inside, ">", limit, n=noisy_size, when=redrawn
)
resnet_critical = norm.isf(level / (resnet.width.nunique() - 2))
checks.below("the valley above the hump of the ResNet", -small_loss.height, 0)
page.say(
    small_height=small_loss.height,
    small_place=int(small_loss.place),
    small_fitted=int(small_loss.fitted),
    small_score=small_loss.score,
    small_critical=resnet_critical,
    small_proves="would prove it"
    if small_loss.score > resnet_critical
    else "does not prove it",
)

# %% [markdown]
# The loss falls, rises by {glue:text}`small_height:.2f` to a hump at $k$ = {glue:text}`small_place`, and falls again; training error vanishes at $k$ = {glue:text}`small_fitted`.
# The smaller of the two drops has z = {glue:text}`small_score:.2f`, where {glue:text}`small_critical:.2f` would be beyond doubt: this run agrees with Paper A and {glue:text}`small_proves`.

# %% [markdown]
# ## Break
#
# Paper A says that the peak may vanish when tasks are perfectly collaborative. Networks agree: equal tasks with clean
# labels only get better with width, on MNIST (from the valley to the threshold the loss changes by {glue:text}`equal_rise`) and on digits. Tasks that are
# alike and not equal are no such case: superclasses under their own names peak by {glue:text}`names_alike:.2f`. The linear theory adds that *few samples* are no reason
# for a peak either when nothing acts as noise. There networks disagree: the single-task networks on CIFAR-100 peak on perfectly clean
# labels (by {glue:text}`alone_clean:.1f`), those on glyphs, too (by {glue:text}`glyph_clean:.1f`). Random features did the same, for the reason given there: what a network cannot express acts as noise.

# %% [markdown]
# ## Exercises
#
# ```{exercise} Nats and answers
# :label: exercise-nats
#
# How can the test loss double while the test error falls? Construct two predictions for one sample with ten classes.
# ```
#
# ```{solution} exercise-nats
# :class: dropdown
#
# A wrong answer held with probability 0.5 may cost $-\ln 0.1 = 2.3$ nats, held with 0.9999 it may cost $-\ln 10^{-5} = 11.5$.
# Both are one wrong answer. Near the threshold networks fit wrong labels by being sure of them, and the loss charges for that.
# ```
#
# ```{exercise} The quadratic term
# :label: exercise-quadratic
#
# In {prf:ref}`thm-network-parameters`, at which width do the hidden layers outweigh the input layer and the heads? Which
# term decides where the threshold of the multi-task network is?
# ```
#
# ```{solution} exercise-quadratic
# :class: dropdown
#
# At $(L-1)k = d + 2L + HC$, that is $k = 85$ with $d = 64$, $L = 3$, $H = C = 10$. The peaks lie
# at smaller widths, so input layer and heads decide: a head per task moves the multi-task threshold to smaller widths.
# ```
#
# ```{exercise} Fair company
# :label: exercise-fair
#
# Suppose the single-task baseline were trained on the first task only and compared with the average over all ten tasks. What
# could go wrong?
# ```
#
# ```{solution} exercise-fair
# :class: dropdown
#
# Tasks differ in difficulty. If the first is harder than the average, every multi-task network seems to gain. Transfer must be
# paired: each task against itself, on the same samples and the same wrong labels.
# ```

# %% [markdown]
# ## In one breath
#
# * Networks peak in test loss near the width at which they come to fit every training label: on CIFAR-100 with wrong labels (with clean
#   ones {glue:text}`cifar_judging` seeds do not decide), on glyphs multi-task and single-task alike. In accuracy they do not peak on
#   CIFAR-100 with {glue:text}`cifar_per_class` images of each class.
# * Counted in parameters per sample, the peaks of one network and of ten stand in the same region, beyond $P = N$.
# * Wrong labels raise the peak, and so do tasks that disagree: other names for the superclasses of CIFAR-100, permuted pixels of MNIST. On
#   digits they raise the whole curve.
# * At equal width deeper networks gain less from learning tasks together, and their losses lie higher. Whether on CIFAR-100 their peak stands
#   higher above its valley is open. On glyphs one hidden layer has no peak beyond doubt, five have; a small ResNet-18 trained from scratch
#   has a hump at its threshold, too low for one seed to prove.
# * Say which error you mean, and how many images there were.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
