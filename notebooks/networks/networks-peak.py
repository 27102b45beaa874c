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
# The loss charges for being sure of a wrong answer, and a network that has just learned to fit wrong labels is sure of many. So in the
# loss networks peak: on CIFAR-100 one network for {glue:text}`cifar_tasks` tasks with 20 % wrong labels gets worse by
# **{glue:text}`cifar_rise:.2f`** nats on its way to width {glue:text}`cifar_place`, and better by {glue:text}`cifar_fall:.2f` beyond.
# Accuracy does not charge for it: with {glue:text}`cifar_per_class` images of each class the share of wrong answers changes on the same way by **{glue:text}`cifar_error_rise`**.

# %% tags=["parameters"]
profile = "book"
seed = 0  # draws nothing here: the tables hold seeds of their own

# %% tags=["hide-input"]
import pandas as pd
import sympy as sp

from manytasks import checks, deep, evidence, figures, page
from manytasks.declarations import declarations
from manytasks.deep.networks import Architecture
from manytasks.page.panel import panel
from manytasks.statistics import mean_interval
from manytasks.studies.networks import peak_places, peaks
from manytasks.studies.networks.lifted_curves import largest_change, least_lift
from manytasks.studies.networks.transfer import transfers
from manytasks.symbolic import differing

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
BY_NOISE = BY_SEED | {"y": ["test_loss", "test_error"], "hue": "noise"}

# %% tags=["hide-input"]
declared = declarations()
cifar = deep.load_results("multitask-width-cifar100", "book")
alone = deep.load_results("singletask-width-cifar100", "book")
T, per_class, classes = int(cifar.tasks[0]), int(cifar.per_class[0]), 10
n = classes * per_class
entries = {
    (measure, noise): declared[f"A.F2, CIFAR-100, peak in {measure}, {labels}"]
    for measure in ("loss", "error")
    for noise, labels in LABELS.items()
}
humps = {key: peaks.declared_peaks(cifar, each)[0] for key, each in entries.items()}
choose, judging = entries["loss", 0.2].choose, list(entries["loss", 0.2].judge)
highest, in_error = humps["loss", 0.2], humps["error", 0.2]
page.say(cifar_tasks=T, cifar_per_class=per_class, cifar_judging=len(judging))
page.say(cifar_place=highest.place, cifar_widest=int(cifar.width.max()))
page.say(cifar_rise=highest.rise[judging].mean())
page.say(cifar_fall=highest.fall[judging].mean())
page.say(cifar_error_rise=page.signed(in_error.rise[judging].mean(), ".3f"))

# %% [markdown]
# ## Setting
#
# Networks have three hidden layers of equal width $k$, batch normalisation and ReLU, unless we change their number. They see frozen
# features: 64 whitened principal components of what EfficientNet-Lite0, trained on ImageNet, says about an image of *CIFAR-100*.
# Its hundred classes form ten tasks of ten ({doc}`data` shows them; {doc}`small-data` asks the same of two small data sets, whose networks
# it trains again). A **multi-task** network has one trunk and a head per task and trains on all $N = Tn$
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
    method: float(k_c.subs(shape | {H: heads, c: 1, N: heads * n}))
    for method, heads in (("multi-task", T), ("single-task", 1))
}
page.say(counted_together=guess["multi-task"], counted_alone=guess["single-task"])

# %% [markdown]
# That is width {glue:text}`counted_together:.0f` for one network for all tasks, and width {glue:text}`counted_alone:.1f` for a network per task.
#
# ## Check
#
# What the next records compare, and on which seeds, was declared before the tables were made
# (`src/manytasks/declarations.yml`). The *threshold* is where the training error lies between 0.1 and 10 %, the *peak* the worst
# width there, the *valley* the best width below it. Both places are chosen on two seeds and judged on the other
# {glue:text}`cifar_judging` (or on ten); a seed deals classes and samples anew. *Rise* is peak minus valley, *fall* is peak minus the largest width, here
# {glue:text}`cifar_widest`. The images are not part of the repository, so this page does not train the networks for CIFAR-100 again.
#
# **The peak.** `data/multitask-width-cifar100-book.csv.gz` is the table.

# %% tags=["hide-input", "lead"]
page.curves(
    cifar,
    **BY_NOISE,
    name="networks-peak-cifar100",
    caption=(
        f"CIFAR-100: one network for {T} tasks of ten classes, {per_class} samples a class, against width. The loss falls, rises to a hump where labels are wrong, and falls again; the error only falls. Means "
        "of {n} seeds with {level} intervals. The figure does not show networks for single tasks."
    ),
    alt="Two panels against width for three shares of wrong labels: the loss falls, rises to a hump and falls again where labels are wrong; the error falls all the way.",
)

# %% tags=["hide-input"]
size = f"{T} tasks a seed"
for key, hump in humps.items():
    what = (
        f"smaller of rise from width {hump.valley} to {hump.place} and fall beyond"
    )
    both = hump.rise, hump.fall
    evidence.decide(str(entries[key]), *both, statistic=what, n=size)
in_error_falls = max(humps["error", noise].rise[judging].mean() for noise in LABELS)
checks.below("the rise of the test error on CIFAR-100", in_error_falls, 0)
entry = declared["A.N1, CIFAR-100, wrong labels raise the peak"]
what = "rise of the loss with 20 % wrong labels minus that with clean ones"
higher = peaks.raised(*peaks.declared_peaks(cifar, entry))
evidence.decide(str(entry), higher, statistic=what, n=size)

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
NETWORKS = {
    "multitask-width-cifar100-50": "the same network",
    "resnet-width-cifar100": "a ResNet-18 on pixels",
}
SEE = {
    "multitask-width-cifar100-50": "with wrong labels loss and error rise to a hump",
    "resnet-width-cifar100": "what happens beyond the widest network is not known",
}
more = {name: deep.load_results(name, "book") for name in NETWORKS}
for name, whole in more.items():
    page.curves(
        whole,
        **BY_NOISE,
        name=f"networks-peak-{name}",
        caption=f"CIFAR-100, {NETWORKS[name]}, {int(whole.per_class[0])} images a class: loss and error against width. Means of {{n}} seeds with {{level}} intervals. To see: {SEE[name]}. The figure does not show networks for single tasks.",
        alt="Two panels against width: test loss and share of wrong answers, a curve for each share of wrong labels.",
    )

# %% tags=["hide-input"]
further = {}
for each in declared.values():
    if each.claim == "A.F2" and each.sweep in more:
        whole = more[each.sweep]
        (top,) = further[each.check] = peaks.declared_peaks(whole, each)
        both = (top.rise, top.fall) if top else (None,)
        what = f"smaller of rise to the peak in {each.measure} and fall beyond"
        some = f"{int(whole.tasks[0])} tasks a seed"
        evidence.decide(str(each), *both, statistic=what, n=some)
fifty = "CIFAR-100, 50 images a class, peak in error,"
(wrong,) = further[f"{fifty} 20% wrong labels"]
(clean,) = further[f"{fifty} clean labels"]
page.say(fifty_rise=100 * wrong.rise[judging].mean(), fifty_place=wrong.place)
page.say(fifty_clean=-100 * clean.rise[judging].mean())
page.say(resnet_widest=int(more["resnet-width-cifar100"].width.max()))

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
xlabel, limits = "parameters per training sample $P/N$", {"yscale": "log"}
fig, ax = panel("One threshold for both?", xlabel, "test loss", **limits)
tables = {"multi-task": (cifar, T * n, "-"), "single-task": (alone, n, "--")}
tops = {}
for method, (table, samples, style) in tables.items():
    losses = peak_places.losses_per_sample(table, "test_loss", samples)
    for noise, color in zip(LABELS, ("red", "orange", "blue"), strict=True):
        label, ink = f"{method}, {LABELS[noise]}", figures.COLORS[color]
        ax.plot(losses.index, losses[noise], style, color=ink, label=label)
    found = peak_places.peaks_per_sample(table, "test_loss", samples, choose)
    tops[method] = found
ratios = pd.concat(tops).ratio
ax.set_yticks([1, 2, 4, 8], ["1", "2", "4", "8"])
ax.set_ylim(top=25)
page.number_axis(ax, [0.1, 1, 10, 100])
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
page.say(place_low=ratios.min(), place_high=ratios.max())
page.say(guess_alone=round(guess["single-task"]))
page.say(guess_together=round(guess["multi-task"]))
page.say(alone_clean=tops["single-task"].rise[0.0])

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
        "One network with one head. (a) names of superclasses exchanged; (b) pixels permuted. The less the tasks agree, the higher the whole curve "
        "lies, and the farther its peak stands above the valley to its left. Means of {n} seeds with {level} intervals. The figure does not show networks with a head per task."
    ),
    alt="Two panels of test loss against width, a curve for each share that is exchanged: curves with a larger share lie higher and have higher humps.",
)

# %% tags=["hide-input"]
rises, cases = [], ["noise", "fraction"]
what = "rise of the loss with everything exchanged minus that with nothing"
for check, table in (
    ("CIFAR-100, other names of the superclasses raise the peak", names),
    ("permuted MNIST, permuted pixels raise the peak", mnist),
):
    entry, some = declared[f"A.N1, {check}"], f"{table.task.nunique()} tasks a seed"
    higher = peaks.raised(*peaks.declared_peaks(table, entry))
    evidence.decide(str(entry), higher, statistic=what, n=some)
    rows = table[table.method == "multi-task"]
    rises += [peaks.peak_of_each(rows, cases, "test_loss", entry.choose).rise]
    lift = least_lift(rows, "test_loss", "fraction")
    checks.below("the least that less agreement lifts, with a minus", -lift, 0)
of_names, of_pixels = rises
page.say(names_alike=of_names[0.0, 0.0], names_unlike=of_names[0.0, 1.0])
page.say(pixels_alike=of_pixels[0.2, 0.0], pixels_unlike=of_pixels[0.2, 1.0])
page.say(equal_rise=page.signed(of_pixels[0.0, 0.0]))

# %% [markdown]
# Other names raise the rise from {glue:text}`names_alike:.2f` to {glue:text}`names_unlike:.2f` nats, permuted pixels from
# {glue:text}`pixels_alike:.2f` to {glue:text}`pixels_unlike:.2f`: for a network, too, tasks that disagree act as wrong labels do.
#
# *Changed because* the condition of A.N1 said that labels are noisy, and that dissimilarity raises the whole curve and not the peak above its
# valleys. The first was seen on glyphs, the second on digits; put these data back and both return ({doc}`small-data`). Superclasses peak on clean
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

# %% tags=["hide-input"]
what = "rise of the loss with five hidden layers minus that with two"
for labels in ("20% wrong labels", "clean labels"):
    entry = declared[f"A.Q3, CIFAR-100, five layers peak higher than two, {labels}"]
    higher = peaks.raised(*peaks.declared_peaks(layers, entry))
    higher = evidence.decide(str(entry), higher, statistic=what, n=size)
choose = entry.choose
page.say(higher_clean=higher.words("+.2f"))
entry = declared["A.Q3, CIFAR-100, five layers transfer less than one"]
(at_width,) = entry.rows["width"]
rows = layers[(layers.noise == 0.2) & (layers.width == at_width)]
gained = transfers(rows, ["test_error"], "depth")
gained = gained.pivot(index="seed", columns="depth", values="transfer")
shallow, deepest = (gained[depth] for depth in entry.rows["depth"])
what = f"transfer in accuracy at width {at_width}, five hidden layers minus one"
evidence.decide(str(entry), deepest - shallow, statistic=what, n=size)
page.say(gain_one=page.signed(100 * shallow.mean(), ".1f"))
page.say(gain_five=page.signed(100 * deepest.mean(), ".1f"))

# %% tags=["hide-input"]
has_width = common[common.depth > 0]
moved = largest_change(common[common.depth == 0], "test_loss", "width")
checks.below("what the width does without a layer", moved, 1e-6)
lift = least_lift(has_width, "test_loss", "depth")
checks.below("the least that a further layer lifts a curve, with a minus", -lift, 0)
tops = peaks.peak_of_each(has_width, ["noise", "depth"], "test_loss", choose)
rises = tops.rise.map("{:+.2f}".format).where(tops.place.notna(), "no place")
by_depth = rises.unstack("noise")[[0.0, 0.2]].reset_index()
by_depth.columns = ["hidden layers", "rise, clean labels", "rise, 20 % wrong"]
by_depth[f"transfer at width {at_width}"] = [
    mean_interval(gained[depth]).words("+.3f")
    for depth in by_depth["hidden layers"]
]
page.table(
    by_depth,
    name="networks-peak-depths",
    caption="Rise of the loss of one network, and transfer in accuracy with 20 % wrong labels, by depth; no place: no width of the grid is at the threshold.",
)

# %% tags=["hide-input"]
noisy = common[common.noise == 0.2]
top_width, at_top = peaks.near_the_top(noisy, "test_loss", "depth", choose)
lifted = mean_interval(at_top[5] - at_top[1])
page.say(lifted_width=top_width, lifted=lifted.words("+.2f"))
gap = peak_places.fitting_gap(noisy[noisy.depth == 5], choose)
page.say(gap_low=gap.below, gap_from=page.share(gap.unfitted_below, 1))
page.say(gap_high=gap.above, gap_to=page.share(gap.unfitted_above, 2))

# %% [markdown]
# Transfer is decided: at width 64 learning the tasks together is worth {glue:text}`gain_one` points of accuracy to networks of one hidden layer and
# {glue:text}`gain_five` to those of five. The height of the peak is not. With wrong labels the training error of five layers goes
# from {glue:text}`gap_from` at width {glue:text}`gap_low` to {glue:text}`gap_to` at width {glue:text}`gap_high`, and no width of the grid is at their threshold, so
# the declared number does not exist. With clean labels it is {glue:text}`higher_clean`, and ten seeds do not decide.
#
# *Changed because* the declaration asks how far the peak stands above its valley at the threshold; on glyphs A.Q3 was judged by the loss at
# one width and held. Put that back: on CIFAR-100 with wrong labels, at width {glue:text}`lifted_width`, five layers lie above one by {glue:text}`lifted`.

# %% [markdown]
# ## Break
#
# Paper A says that the peak may vanish when tasks are perfectly collaborative. Networks agree: equal tasks with clean
# labels only get better with width, on MNIST (from the valley to the threshold the loss changes by {glue:text}`equal_rise`) and on {doc}`digits <small-data>`. Tasks that are
# alike and not equal are no such case: superclasses under their own names peak by {glue:text}`names_alike:.2f`. The linear theory adds that *few samples* are no reason
# for a peak either when nothing acts as noise. There networks disagree: the single-task networks on CIFAR-100 peak on perfectly clean
# labels (by {glue:text}`alone_clean:.1f` nats). Random features did the same, for the reason given there: what a network cannot express acts as noise.

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
#   ones {glue:text}`cifar_judging` seeds do not decide). In accuracy they do not peak with {glue:text}`cifar_per_class` images of each class.
# * Counted in parameters per sample, the peaks of one network and of ten stand in the same region, beyond $P = N$.
# * Wrong labels raise the peak, and so do tasks that disagree: other names for the superclasses of CIFAR-100, permuted pixels of MNIST.
# * At equal width deeper networks gain less from learning tasks together, and their losses lie higher. Whether on CIFAR-100 their peak stands
#   higher above its valley is open.
# * Say which error you mean, and how many images there were.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
