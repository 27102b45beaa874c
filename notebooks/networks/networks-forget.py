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
# # Do bigger networks forget less?

# %% tags=["parameters"]
profile = "book"
seed = 0  # draws nothing here: the tables hold seeds of their own

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display

from manytasks import Tasks, checks, deep, evidence, figures, theory
from manytasks.symbolic import differing

table = deep.load_results("replay-width", "book")
T, per_class, steps = (
    int(table[name][0]) for name in ("tasks", "per_class", "steps")
)
widths, memories = sorted(table.width.unique()), sorted(table.memory.unique())
seeds = table.seed.nunique()
n = 10 * per_class


def forgotten(rows, measure):
    """Forgetting of every learner: the error matrix of each goes through theory.forgetting."""
    keys = [
        key
        for key in ("scenario", "noise", "memory", "width", "seed")
        if rows[key].nunique() > 1
    ]
    matrices = rows.pivot(index=[*keys, "after"], columns="task", values=measure)
    learners = matrices.index.droplevel("after").unique()
    return pd.Series(
        theory.forgetting(matrices.to_numpy().reshape(-1, T, T)), index=learners
    )


loss, error = (forgotten(table, measure) for measure in ("test_loss", "test_error"))
partial = [m for m in memories if m < per_class]  # the full buffer forgets nothing
learned = table[(table.after == table.task) & table.memory.isin(partial)]
unfitted = (
    learned.groupby(["width", "scenario", "memory"])
    .train_error.mean()
    .unstack("width")
)
first = int(
    (unfitted.max() < 0.01).idxmax()
)  # from here on networks fit their tasks
wide = widths[-1]
mean = loss.groupby(["scenario", "memory", "width"]).mean()
display(
    Markdown(
        f"With a head per task, yes: from width {first} to {wide} the test loss forgotten without any buffer falls "
        f"from **{mean['task', 0, first]:.2f}** to **{mean['task', 0, wide]:.2f}**. With one head that all tasks "
        f"share, and no buffer, no: it is **{mean['domain', 0, first]:.2f}** at width {first} and "
        f"**{mean['domain', 0, wide]:.2f}** at width {wide}."
    )
)

# %% [markdown]
# ## Setting
#
# A network learns $T$ tasks one after the other, always from the weights it has. Of each finished task a **replay buffer**
# keeps $m$ samples per class; they join the samples of the next task. The number of optimiser steps per task is the
# same for every $m$: a larger buffer must not mean more training.
# **Forgetting** is what the earlier tasks lose between the moment they were learned and the end,
#
# $$ F = \frac{1}{T-1} \sum_{i<T} \big( E[T,i] - E[i,i] \big), $$
#
# where $E[t,i]$ is the error on task $i$ after task $t$. In loss and in accuracy these are different claims, and we
# report both. Two scenarios:
#
# * **Task heads.** Ten classes of glyphs per task, frozen features (64 whitened principal components), one output head
#   per task. Old heads are not touched by new tasks; only the trunk moves.
# * **One shared head.** Ten digits in every task, each task with its own permutation of all pixels. Every weight serves
#   every task.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Forgetting of two linear tasks (from the replay theorem of Paper A, no buffer)
# :label: thm-two-task-forgetting
#
# Let a linear model with $p > n + 1$ standard normal features learn task 1 and then task 2, $n$ samples each, noise
# variance $\sigma^2$, by minimum-norm interpolation that starts from the present weights. Then
#
# $$
# F = \frac np \big( \|w_1^* - w_2^*\|^2 - E[1,1] \big) + \frac{n\sigma^2}{p-n-1} .
# $$
# ```
#
# So $F \to 0$ as $p \to \infty$ (Mechanism 3 of Paper A: *bigger models forget less*), and the new task can even help,
# $F < 0$, if it lies closer to the old one than the old fit does. Paper A's claim A.N3 carries this over: *in deep
# networks a larger width and a larger buffer reduce forgetting, and wide networks benefit less from the buffer.*

# %% [markdown]
# ## Derive
#
# **Step 1: what the second task does.** From $w_1$ the fit goes to the nearest point that fits task 2. With the
# projection $P$ on the span of the $n$ new samples, $w_2 = w_1 + P(w_2^* - w_1) + X_2(X_2^\top X_2)^{-1} z_2$, and so
#
# $$ w_2 - w_1^* = (I - P)(w_1 - w_1^*) + P(w_2^* - w_1^*) + X_2 (X_2^\top X_2)^{-1} z_2 . $$
#
# **Step 2: square and take the mean.** The first two parts are orthogonal. The span is a uniformly random
# $n$-dimensional subspace, independent of $w_1$, so $P$ keeps a share $n/p$ of any squared norm. The noise adds
# $n\sigma^2/(p-n-1)$, the trace of an inverse Wishart matrix.

# %%
p, n_, sigma2 = sp.symbols("p n sigma2", positive=True)
gram = sp.Matrix(
    [
        [sp.Symbol("Gamma_11"), sp.Symbol("Gamma_12")],
        [sp.Symbol("Gamma_12"), sp.Symbol("Gamma_22")],
    ]
)
d = gram[0, 0] + gram[1, 1] - 2 * gram[0, 1]
E11 = (1 - n_ / p) * gram[0, 0] + n_ * sigma2 / (p - n_ - 1)  # task 1 alone
E21 = (1 - n_ / p) * E11 + (n_ / p) * d + n_ * sigma2 / (p - n_ - 1)

# %% [markdown]
# **Step 3: subtract.** The difference is the theorem, and the theorem is the package.

# %%
derived = (n_ / p) * (d - E11) + n_ * sigma2 / (p - n_ - 1)
errors = theory.replay_error(
    Tasks(gram.tolist()), [n_, n_], [0, 0], p, sigma2, regime="over"
)
package = errors[1, 0] - errors[0, 0]
unequal = differing([E21 - E11, derived], [derived, package])
checks.require(
    unequal == 0,
    f"{unequal} of 2 expressions differ: the theorem, and theory.replay_error, from the derivation",
)
vanishing = sp.limit(derived.subs({n_: 10}), p, sp.oo)
checks.require(vanishing == 0, f"F tends to {vanishing} as p grows, not to 0")
sp.Eq(sp.Symbol("F"), derived)

# %% [markdown]
# The proof uses that the new task moves only $n$ of $p$ directions, *and that the rest is untouched because the features
# are fixed*. A network's features move. Whether the conclusion survives is an experiment.

# %% [markdown]
# ## Check
#
# The table behind this page was made by `manytasks sweep replay-width --profile book --device cpu`
# and is part of the repository. To know that it is what the code computes, this page trains some of its networks again
# and compares them with their rows.

# %% tags=["hide-input"]
again = {
    "One shared head": deep.agree_with_table("replay-width", "one shared head"),
    "A head per task": deep.agree_with_table("replay-width", "a head per task"),
}
matrix = (
    again["One shared head"]
    .rows.query("memory == 0")
    .groupby(["after", "task"])
    .test_error.mean()
)
display(
    Markdown(
        "\n".join(f"* *{head}.* {agreement}" for head, agreement in again.items())
        + f"\n\nThese networks with one shared head err, without a buffer, on {matrix[0, 0]:.0%} of task 1's test samples after "
        f"task 1, and on {matrix[T - 1, 0]:.0%} after task {T} (chance is 90 %)."
    )
)

# %% [markdown]
# ## Look
#
# First the linear theory, then the networks, in the same axes.

# %% tags=["hide-input"]
shades = dict(
    zip(memories, ("red", "orange", "green", "blue", "purple"), strict=True)
)
grid = np.geomspace(60, 50_000, 120).astype(int)
fig, ax = plt.subplots()
for cosine, color in ((0.9, "blue"), (0.5, "green"), (-0.5, "orange")):
    exact = theory.forgetting(
        theory.replay_error(Tasks.chain(T, cosine), 50, 0, grid, 0.04)
    )
    ax.plot(grid, exact, color=figures.COLORS[color], label=f"cosine {cosine:g}")
ax.axhline(0, color=figures.INK, linewidth=1)
ax.set(
    xscale="log",
    ylim=(-0.5, 2.5),
    xlabel="parameters $p$",
    ylabel="forgetting of excess risk",
)
ax.set_title("linear theory, no buffer")
ax.legend(loc="upper right")
linear = fig

panels = {}
for scenario, title in (
    ("task", "network, a head per task"),
    ("domain", "network, one shared head"),
):
    fig, ax = plt.subplots()
    for m in memories:
        values = loss[scenario, m].unstack("width")
        ax.plot(
            widths,
            values.mean(),
            color=figures.COLORS[shades[m]],
            label=f"$m = {m}$",
        )
        ax.plot(
            widths, values.T, ".", markersize=4, color=figures.COLORS[shades[m]]
        )
    ax.axhline(0, color=figures.INK, linewidth=1)
    ax.set(
        xscale="log",
        ylim=(-0.6, 6),
        xlabel="width",
        ylabel="forgetting of test loss",
        title=title,
    )
    ax.set_xticks(widths, widths)
    ax.minorticks_off()
    panels[scenario] = fig
panels["task"].axes[0].legend(loc="upper right")
figures.show(
    [linear, *panels.values()],
    name="networks-forgetting-loss",
    caption=(
        f"Forgetting against size. Left: exact, {T} linear tasks in a chain, 50 samples each, σ = 0.2, no buffer (what a "
        f"buffer does there depends on more than its size; see the chapters on replay). Middle and right: networks of three hidden layers, {T} tasks of "
        f"{n} samples, $m$ samples per class kept; means over {seeds} seeds, one dot per seed. The axes do not "
        "compare the sizes of forgetting between panels: the losses differ."
    ),
    alt=(
        f"Three panels of forgetting against size. Linear theory, and task heads with {len(memories)} buffers: falling towards zero. "
        f"Shared head: between {mean['domain', 0].min():.1f} and {mean['domain', 0].max():.1f} without a buffer, falling with one."
    ),
)

# %% [markdown]
# Forgotten *accuracy* tells a slightly different story. A very narrow network cannot learn its tasks in the first
# place and has little to forget.

# %% tags=["hide-input"]


def summit(values):
    """Width at which the mean over seeds is largest."""
    return int(values.groupby("width").mean().idxmax())


humps = [summit(error["task", m]) for m in partial]
flat = error["domain", 0].groupby("width").mean()
panels = {}
for scenario, title in (("task", "a head per task"), ("domain", "one shared head")):
    fig, ax = plt.subplots()
    for m in memories:
        values = error[scenario, m].unstack("width")
        ax.plot(
            widths,
            values.mean(),
            color=figures.COLORS[shades[m]],
            label=f"$m = {m}$",
        )
        ax.plot(
            widths, values.T, ".", markersize=4, color=figures.COLORS[shades[m]]
        )
    ax.axhline(0, color=figures.INK, linewidth=1)
    ax.set(
        xscale="log",
        ylim=(-0.15, 0.95),
        xlabel="width",
        ylabel="forgetting of accuracy",
        title=title,
    )
    ax.set_xticks(widths, widths)
    ax.minorticks_off()
    panels[scenario] = fig
panels["task"].axes[0].legend(loc="upper right", ncol=2)
figures.show(
    list(panels.values()),
    name="networks-forgetting-accuracy",
    caption=(
        f"The same networks, forgetting counted as lost accuracy ({seeds} seeds, one dot each). With task heads most is forgotten "
        f"at width {min(humps)}{f' to {max(humps)}' if max(humps) > min(humps) else ''}. The figure does not show how good the "
        "networks are: that is the next one."
    ),
    alt=(
        "Two panels: forgotten accuracy against width. Hump-shaped with task heads; with a shared head and no buffer between "
        f"{flat.min():.2f} and {flat.max():.2f}."
    ),
)

# %% tags=["hide-input"]
condition = f"width >= {first} and tasks have heads of their own; with one shared head, only beside a buffer"


def to_wide(values):
    """Changes on the way to the largest width, from width `first` and from narrower ones: a row for each learner."""
    by_width = values.unstack("width")
    moved = by_width.rsub(by_width[wide], axis=0).loc[:, :first]
    rows = moved.stack().reset_index(name="change")
    return rows[rows.memory.isin(partial)]


def to_larger(values):
    """Changes from one buffer to the next larger: a row for each learner."""
    by_memory = values.unstack("memory")[partial]
    return by_memory.diff(axis=1).iloc[:, 1:].stack().reset_index(name="change")


def largest(rows):
    return rows.change.max()


helped = f"width >= {first} and (scenario == 'task' or memory > 0)"
measures = {"loss": loss, "accuracy": error}
every = []
for words, scenario in (
    ("a head per task", "task"),
    ("one shared head beside a buffer", "domain"),
):
    for measure, values in measures.items():
        moved = to_wide(values)
        moved = moved[moved.scenario == scenario]
        every.append(moved.query(helped).change)
        found = evidence.tested(moved, helped, largest, condition)
        evidence.record(
            "A.N3",
            f"width, {words}, in {measure}",
            f"largest change of forgetting from width {first} to {wide}",
            found.inside,
            "<",
            0,
            n=f"{len(every[-1]) // seeds} buffers",
            seeds=seeds,
            when=found,
        )


def change(values, scenario, m):
    """Forgetting at the largest width minus at width `first`, one number per seed."""
    by_width = values[scenario, m].unstack("width")
    return (by_width[wide] - by_width[first]).to_numpy()


unaided = change(loss, "domain", 0)
display(
    Markdown(
        f"With task heads, or with a shared head and a buffer, {sum((c < 0).sum() for c in every)} of {sum(map(len, every))} networks "
        f"(seeds × buffers, in loss and in accuracy) forget less at width {wide} than at width {first}. The buffer that keeps everything ($m = {per_class}$) is left out: there is nothing left to forget. "
        f"With a shared head and no buffer the change of forgotten loss is {', '.join(f'{v:+.2f}' for v in unaided)} for the {seeds} seeds, and that of "
        f"forgotten accuracy {', '.join(f'{v:+.3f}' for v in change(error, 'domain', 0))}."
    )
)

# %% tags=["hide-input"]
for scenario, words in (("task", "a head per task"), ("domain", "one shared head")):
    for measure, values in measures.items():
        steps = to_larger(values)
        steps = steps[steps.scenario == scenario]
        found = evidence.tested(steps, f"width >= {first}", largest, condition)
        evidence.record(
            "A.N3",
            f"buffer, {words}, in {measure}",
            "largest change of forgetting from one buffer to the next larger",
            found.inside,
            "<",
            0,
            n=f"{sum(w >= first for w in widths)} widths × {len(partial) - 1} steps",
            seeds=seeds,
            when=found,
        )
kept = partial[-1]  # whose worth is looked at


def worth(values, scenario):
    """Forgetting without a buffer minus with one: seeds down, widths across."""
    return (values[scenario, 0] - values[scenario, kept]).unstack("width")


benefit = {scenario: worth(loss, scenario) for scenario in ("task", "domain")}
grown = {s: (w[wide] - w[first]).mean() for s, w in benefit.items()}
final = (
    table[table.after == T - 1]
    .groupby(["scenario", "memory", "width", "seed"])
    .test_error.mean()
)
fig_benefit, ax = plt.subplots()
for scenario, color, words in (
    ("task", "blue", "a head per task"),
    ("domain", "red", "one shared head"),
):
    ax.plot(
        widths, benefit[scenario].mean(), color=figures.COLORS[color], label=words
    )
    ax.plot(
        widths, benefit[scenario].T, ".", markersize=4, color=figures.COLORS[color]
    )
ax.set(
    xscale="log",
    xlabel="width",
    ylabel="forgetting that the buffer saves",
    title=f"What is a buffer of {kept} worth?",
)
ax.set_xticks(widths, widths)
ax.minorticks_off()
ax.legend(loc="lower left")
fig_final, ax = plt.subplots()
for m in memories:
    values = final["task", m].unstack("width")
    ax.plot(
        widths, values.mean(), color=figures.COLORS[shades[m]], label=f"$m = {m}$"
    )
    ax.plot(widths, values.T, ".", markersize=4, color=figures.COLORS[shades[m]])
ax.set(
    xscale="log",
    ylim=(0, 0.75),
    xlabel="width",
    ylabel="test error, mean over tasks",
    title="At the end, a head per task",
)
ax.set_xticks(widths, widths)
ax.minorticks_off()
ax.legend(loc="upper right", ncol=2)
figures.show(
    [fig_benefit, fig_final],
    name="networks-buffer-worth",
    caption=(
        f"Left: forgotten loss without a buffer minus with {kept} samples per class. From width {first} to {wide} that changes by "
        f"{grown['task']:+.2f} with a head per task and by {grown['domain']:+.2f} with one shared head. Right: what counts in the end, the error on all "
        f"{T} tasks after the last. Dots are {seeds} seeds. The figure does not price the buffer: {kept} samples of "
        "64 numbers cost memory that could buy width. The next chapter does."
    ),
    alt="Left: the worth of a buffer against width, for task heads and for the shared head. Right: final error against width, one curve per buffer.",
)
for measure, values in measures.items():
    worths = pd.concat({each: worth(values, each) for each in ("task", "domain")})
    moved = worths.rsub(worths[wide], axis=0).loc[:, :first].stack()
    moved = moved.rename_axis(["scenario", "seed", "width"])
    saves = {
        each: moved.loc[each, :, first].to_numpy() for each in ("task", "domain")
    }
    found = evidence.tested(
        moved.reset_index(name="change"),
        f"width >= {first} and scenario == 'task'",
        largest,
        condition,
    )
    evidence.record(
        "A.N3",
        f"wide networks benefit less from the buffer, in {measure}",
        f"largest change of the buffer's worth from width {first} to {wide}, task heads",
        found.inside,
        "<",
        0,
        n=f"a buffer of {kept}",
        seeds=seeds,
        when=found,
    )
    display(
        Markdown(
            f"In {measure}, with one shared head, the buffer is worth more to the wide network for {(saves['domain'] > 0).sum()} of "
            f"{seeds} seeds: {', '.join(f'{v:+.2f}' for v in saves['domain'])}."
        )
    )
evidence.record(
    "A.E3",
    "networks: forgetting over width and buffer",
    "ratio of largest to smallest mean forgotten loss with task heads, m < all",
    mean["task"].drop(per_class, level="memory").max()
    / max(mean["task", 2].min(), 1e-9),
    ">",
    2,
    n=f"{len(widths)} widths × {len(partial)} buffers",
    seeds=seeds,
)

# %% [markdown]
# **Noisy labels.** Paper A repeats the experiment under label noise (second half of its Figure 6). Wrong labels are drawn
# within the task, and the buffer keeps them. The table is `manytasks sweep replay-noise --profile book`.

# %% tags=["hide-input"]
noisy = deep.load_results("replay-noise", "book")
noise_levels = sorted(noisy.noise.unique())
noise_colors = dict(zip(noise_levels, ("blue", "orange", "red"), strict=True))
by_noise = {
    measure: forgotten(noisy, measure) for measure in ("test_loss", "test_error")
}
panels = []
for measure, words in (("test_loss", "test loss"), ("test_error", "accuracy")):
    fig, ax = plt.subplots()
    for level, color in noise_colors.items():
        values = by_noise[measure][level].unstack("width")
        ax.plot(
            widths,
            values.mean(),
            color=figures.COLORS[color],
            label=f"{level:.0%} wrong labels",
        )
        ax.plot(widths, values.T, ".", markersize=4, color=figures.COLORS[color])
    ax.axhline(0, color=figures.INK, linewidth=1)
    ax.set(
        xscale="log",
        xlabel="width",
        ylabel=f"forgetting of {words}",
        title=f"in {words}",
    )
    ax.set_xticks(widths, widths)
    ax.minorticks_off()
    panels.append(fig)
panels[0].axes[0].legend(loc="upper right")
summits = {
    measure: ", ".join(str(summit(values[level])) for level in noise_levels)
    for measure, values in by_noise.items()
}
level_words = ", ".join(f"{level:.0%}" for level in noise_levels)
figures.show(
    panels,
    name="networks-forgetting-noise",
    caption=(
        f"Forgetting under label noise, a head per task, $m = {int(noisy.memory[0])}$ per class, {seeds} seeds (dots). "
        f"At {level_words} wrong labels most is forgotten at width {summits['test_loss']} in loss and at {summits['test_error']} in accuracy. "
        "The figure does not show networks that stop early and so fit less noise."
    ),
    alt=f"Two panels: forgetting against width at {len(noise_levels)} noise levels; the curves rise and then fall.",
)
condition_heads = f"width >= {first} and the tasks have heads of their own"
noisy_final = (
    noisy[noisy.after == T - 1]
    .groupby(["noise", "width", "seed"])
    .test_error.mean()
)
curves = {
    "forgotten loss": (loss, by_noise["test_loss"]),
    "forgotten accuracy": (error, by_noise["test_error"]),
    "test error": (final, noisy_final),
}
for words, (by_memory, by_level) in curves.items():
    under_noise = by_level.unstack("width")
    under_noise = under_noise.rsub(under_noise[wide], axis=0).loc[:, :first].stack()
    steps = pd.concat(
        [
            to_wide(by_memory),
            to_larger(by_memory).query("scenario == 'task'"),
            under_noise.reset_index(name="change").assign(scenario="task"),
        ]
    )
    found = evidence.tested(
        steps, f"width >= {first} and scenario == 'task'", largest, condition_heads
    )
    evidence.record(
        "A.F6",
        f"{words}, redrawn on glyphs",
        f"largest change from width {first} to {wide} at any buffer or noise, or to a larger buffer",
        found.inside,
        "<",
        0,
        n=f"{len(partial)} buffers, {len(noise_levels)} noise levels",
        seeds=seeds,
        when=found,
    )
extra = (
    by_noise["test_loss"][noise_levels[-1]] - by_noise["test_loss"][0]
).unstack("width")
unsigned = [w for w in (first, 64, wide) if extra[w].min() < 0 < extra[w].max()]
display(
    Markdown(
        f"What noise adds to forgotten loss, paired by seed, {noise_levels[-1]:.0%} against none: "
        + "; ".join(
            f"{extra[w].min():+.2f} to {extra[w].max():+.2f} at width {w}"
            for w in (first, 64, wide)
        )
        + f" (lowest and highest of {seeds} seeds)."
        + "".join(f" At width {w} its sign is open." for w in unsigned)
    )
)

# %% [markdown]
# ## Break
#
# The theory's reason for "bigger forgets less" is that $n$ samples pin down only $n$ of $p$ directions. It needs each
# direction to keep its meaning. With a shared head and unrelated tasks every weight must serve the new task, and a
# network's features move while it learns. Without a buffer nothing holds them back. We measure that width does not
# help then; this page does not test which of the two reasons is the stronger. This is where Mechanism 3 stops.

# %% tags=["hide-input"]
shared_fall = loss["domain", 0].unstack("width")
best_width = shared_fall[[w for w in widths if w >= first]].min(axis=1)
relative = (best_width / shared_fall[first]).to_numpy()
heads_relative = (
    loss["task", 0].unstack("width")[wide] / loss["task", 0].unstack("width")[first]
).to_numpy()
evidence.record(
    "A.B3",
    "networks: one shared head, no buffer",
    f"share of the forgetting at width {first} that the best larger width still shows",
    relative.min(),
    ">",
    0.5,
    n=f"{sum(w >= first for w in widths)} widths",
    seeds=seeds,
)
checks.below(
    "largest share of the forgetting that a head per task keeps, against the smallest of a shared head",
    heads_relative.max(),
    relative.min(),
)
display(
    Markdown(
        f"With a shared head and no buffer, even the best width keeps {relative.min():.0%} to {relative.max():.0%} of the "
        f"forgetting of width {first}. With task heads, width {wide} keeps {heads_relative.min():.0%} to "
        f"{heads_relative.max():.0%}."
    )
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} A new task that helps
# :label: exercise-backward-transfer
#
# For which $\|w_1^* - w_2^*\|^2$ is $F < 0$ in {prf:ref}`thm-two-task-forgetting`? Let $\sigma = 0$ and read the condition aloud.
# ```
#
# ```{solution} exercise-backward-transfer
# :class: dropdown
#
# Without noise $F < 0$ exactly when $\|w_1^* - w_2^*\|^2 < E[1,1]$: the new task helps the old one if the new *truth* is a
# better guess for the old task than the old *fit* was.
# ```
#
# ```{exercise} Steps or samples?
# :label: exercise-fixed-steps
#
# Suppose training runs for a fixed number of epochs instead of steps. Why would that make larger buffers look better?
# ```
#
# ```{solution} exercise-fixed-steps
# :class: dropdown
#
# A larger buffer makes an epoch longer, so the network is also trained longer. Part of the gain would be training, not
# memory. Here every task takes the same number of steps for every buffer.
# ```
#
# ```{exercise} Loss without accuracy
# :label: exercise-loss-accuracy
#
# Can a network forget loss but no accuracy? Find such a cell in the figures and say what happened.
# ```
#
# ```{solution} exercise-loss-accuracy
# :class: dropdown
#
# Yes: a network that grows more confident pays more for the samples it already got wrong, while the ranking of its
# outputs is unchanged. With one shared head and no buffer the forgotten loss varies with width while the forgotten
# accuracy hardly does: it cannot get worse than chance.
# ```

# %% [markdown]
# ## In one breath
#
# * The linear theory says that forgetting falls like $n/p$, because a task moves only $n$ of $p$ directions.
# * Networks with a head per task go the same way, from the width at which they fit their tasks: width helps, the buffer
#   helps, and wide networks lose less without it.
# * With one shared head and unrelated tasks width alone does not help. A few samples in the buffer change that, and then
#   width helps again.
# * Forgotten loss and forgotten accuracy differ where networks are too narrow to learn: report both.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
