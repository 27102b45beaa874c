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
# # Should a network rehearse together, or after?
#
# With squared loss together; with cross-entropy it matters little but for the narrowest network. In the linear model unrelated tasks *all* gain if the buffer is revisited after a new task, the newest one
# included. In a network a fit to the stored samples alone overwrites what has just been learned: the newest of three unrelated tasks errs on **{glue:text}`price_mse`** more of its images with squared
# loss, and with cross-entropy on {glue:text}`price_narrow` more at width 8 and {glue:text}`price_wide` at 128.

# %% tags=["parameters"]
profile = "book"
seed = 1
streams = 16  # task streams for networks of which only the head learns [8 to 64]

# %% tags=["hide-input"]
import pandas as pd
import torch
from IPython.display import Markdown, display

from manytasks import checks, deep, evidence, page, parameters
from manytasks.deep.sweeps.one_head import task_problems
from manytasks.statistics import mean_interval
from manytasks.studies.linear.linear_schedules import linear_differences
from manytasks.studies.networks.lone_heads import heads_by_width
from manytasks.studies.networks.schedules import (
    at,
    by_loss,
    declared_differences,
    difference,
)

parameters.check(In, globals())
rows = deep.load_results("rehearsal-schedule", "book")
LOSSES = {"mse": "squared loss", "cross-entropy": "cross-entropy"}
WORDS = LOSSES | {
    "old": "the old tasks",
    "newest": "the newest task",
    "width": "width $k$",
    "tasks": "error on",
    "gap": "after minus together",
    "units": "random units $p$",
    "loss": "squared test error",
}
widths, n = sorted(rows.width.unique()), 10 * int(rows.per_class[0])
size = f"{len(widths)} widths, {int(rows.tasks[0])} tasks of {n} samples"
unrelated = {"fraction": 1.0, "noise": 0.0}
gaps = {
    which: at(difference(rows, "after", "together", which), **unrelated)
    for which in ("old", "newest")
}
price = by_loss(gaps["newest"])
by_width = gaps["newest"].groupby(["loss", "width"]).mean()
page.say(
    price_mse=page.share(price["mse"].mean()),
    price_narrow=page.share(by_width["cross-entropy", widths[0]]),
    price_wide=page.share(by_width["cross-entropy", widths[-1]]),
)

# %% tags=["hide-input", "lead"]
page.curves(
    pd.concat(gaps, names=["tasks"]).rename("gap").reset_index(),
    x="width",
    y="gap",
    hue="tasks",
    panels="loss",
    unit="seed",
    name="schedules-gap",
    caption=(
        "What rehearsing after errs more than together, in shares of wrong answers, on three unrelated tasks with clean labels. Above the line together is better. The newest task pays, "
        "with cross-entropy the less the wider the network; old tasks gain a little from width 32 on. Means of {n} seeds with {level} intervals. The figure does not show wrong labels."
    ),
    alt="Two panels, one for each loss: the difference on the newest task lies above zero, far above with squared loss; on old tasks it is near zero.",
    labels=WORDS,
    reference=0,
)

# %% [markdown]
# ## Setting
#
# Three tasks are learned in turn by a network with two hidden layers of $k$ tanh units and *one* output layer. Each task asks for the ten digits, from {glue:text}`n` images, of which
# {glue:text}`kept` are stored; all tasks see the same pixels (*equal* tasks), or each permutes them in its own way (*unrelated*). A step descends the mean loss of all samples at hand,
# with momentum. *Together* fits the new images and the stored ones as one set; *after* fits the new ones, then the stored ones; *4 rounds* takes turns. Every sample is seen
# {glue:text}`steps` times in each later task. A step descends a mean, so that after gives each new image more weight than together does; a fourth way, *equal steps*, evens that out. What decides was
# declared before the table was made (`src/manytasks/declarations.yml`), every line as positive. Three lines are not what the linear model says ({doc}`../replay/rehearse`): we had taken one term of
# its formula, the price of the newest task, for the whole. The table has its numbers beside the networks'.
#
# ## What was declared, and what came

# %% tags=["hide-input"]
found = {}
for check, (statistic, differences) in declared_differences(rows).items():
    each = by_loss(differences)
    evidence.decide_each(
        f"O.32, {check}",
        {LOSSES[loss]: means for loss, means in each.items()},
        statistic=statistic,
        n=size,
        words="the network descends {}",
    )
    found[check] = {
        LOSSES[loss]: mean_interval(means).words("+.3f")
        for loss, means in each.items()
    }

# %% tags=["hide-input"]
kept, far = 10 * int(rows.memory[0]), 600
linear = linear_differences(n, kept, 300, far)
checks.require(
    linear["the newest task pays"] < 0,
    "unrelated clean tasks: the newest gains in the linear model",
)
fair, in_turns = (
    {
        loss: mean_interval(means).words("+.3f")
        for loss, means in by_loss(
            at(difference(rows, schedule, "together"), fraction=1.0, noise=noise)
        ).items()
    }
    for schedule, noise in (("after, equal steps", 0.2), ("4 rounds", 0.0))
)
page.say(
    n=n,
    kept=kept,
    steps=deep.find_sweep("rehearsal-schedule").profiles["book"]["steps"],
    fair_mse=fair["mse"],
    fair_ce=fair["cross-entropy"],
    turns_mse=in_turns["mse"],
    turns_cro=in_turns["cross-entropy"],
    old_mse=found["old tasks gain"]["squared loss"],
    old_ce=found["old tasks gain"]["cross-entropy"],
)
columns = {"linear model": {k: f"{x:+.3f}" for k, x in linear.items()}}
page.table(
    pd.DataFrame(columns | pd.DataFrame(found).T.to_dict())
    .loc[list(found)]
    .rename_axis("declared to be positive")
    .reset_index(),
    name="schedules-declared",
    caption=(
        f"Linear model: exact, {int(rows.tasks[0])} tasks, p = {far}, clean or σ² = 1/2. Networks: mean differences of the share of wrong answers with 95 % intervals, "
        f"{rows.seed.nunique()} seeds."
    ),
)

# %% [markdown]
# **No sign of the linear model surely carries over.** Unrelated tasks with wrong labels, for which it recommends rehearsing after, err more by it; by {glue:text}`fair_mse` also where both ways
# take equally many steps (squared loss; cross-entropy: {glue:text}`fair_ce`, nearly all of it at width 8). That old tasks gain is seen ({glue:text}`old_mse` with squared loss, {glue:text}`old_ce` with
# cross-entropy), and open at the level that was declared. The newest task, which gains in the linear model, pays, and more dissimilar tasks make it worse. Taking turns gives part of that back:
# on unrelated clean tasks 4 rounds differ from together by {glue:text}`turns_mse` in the mean over tasks (squared loss; cross-entropy: {glue:text}`turns_cro`). {cite:t}`deng2025` report networks that agree with
# their theory, with larger networks, more stored samples and few passes; here fits go on nearly to their end from width 32 on.
#
# ## Where only the head learns
#
# The theorem is about a linear model. Is it the hidden layers that break it? Here only the last layer learns, over $p$ random tanh units, with the same images and the same wrong labels, and every
# fit is an exact projection. *Smooth* units read sums of pixels of size one; *saturated* units read them thirty times as large, so that their features have fewer strong directions.

# %% tags=["hide-input"]
settings = {"tasks": 3, "per_class": 10, "fractions": (1.0,), "noises": (0.2,)}
problems = task_problems(
    settings | {"seeds": tuple(range(streams))}, 5, torch.device("cpu")
)
joint = 2 * 50 + 100  # samples of the largest joint fit
counts = [joint + 10, 300, 600, 2400]
gains = {"smooth": 1.0, "saturated": 30.0}
heads = heads_by_width(problems, counts, gains, seed=seed)
page.curves(
    heads,
    x="p",
    y="loss",
    hue="schedule",
    panels="kind",
    unit="seed",
    name="schedules-heads",
    caption=(
        "Only the last layer learns, every fit to its end; unrelated tasks, 20 % wrong labels: squared test error, mean of three tasks. Next to the threshold of the joint fit rehearsing after is far "
        "better; far beyond, from 600 smooth units on, it is the worse one. Means of {n} task streams with {level} intervals. The figure does not show hidden layers that learn."
    ),
    alt="Two panels of test error against the number of random units: together starts far above after and ends below it, far below for smooth units.",
    labels=WORDS,
    yscale="log",
)

# %% tags=["hide-input"]
curve = ["kind", "p", "schedule"]
means, newest = (
    part.groupby(curve).loss.mean().unstack()
    for part in (heads, heads[heads.task == 2])
)
pays = newest.after - newest.together
first, last = (("smooth", p) for p in (counts[0], counts[-1]))
checks.below(
    "after, next to the joint threshold, against together",
    means.after[first],
    means.together[first],
)
checks.below(
    "what the newest task pays over saturated units, against smooth ones",
    pays["saturated", counts[-1]],
    pays[last],
)
page.say(
    near=counts[0],
    near_after=means.after[first],
    near_together=means.together[first],
    far=counts[-1],
    far_after=means.after[last],
    far_together=means.together[last],
    pays_smooth=pays[last],
    pays_saturated=pays["saturated", counts[-1]],
)

# %% [markdown]
# Not the hidden layers alone. Next to the threshold the theorem's verdict stands: at $p =$ {glue:text}`near` after errs {glue:text}`near_after:.2f`, together {glue:text}`near_together:.2f`. Far from it, at
# $p =$ {glue:text}`far`, smooth units err {glue:text}`far_after:.2f` after and {glue:text}`far_together:.2f` together, although nothing but the head has learned. That fits with what the theorem
# assumes, features without strong directions: those of images have them, stored images share them with new ones, and a fit to the stored ones alone moves the head along them. Over saturated units
# the newest task pays {glue:text}`pays_saturated:.2f` instead of {glue:text}`pays_smooth:.2f`; together remains a little ahead there, too.
#
# To know that the table is what the code computes, this page trains some of its networks again.

# %% tags=["hide-input"]
display(
    Markdown(str(deep.agree_with_table("rehearsal-schedule", "rehearsed after")))
)

# %% [markdown]
# ## In one breath
#
# * With squared loss small networks should rehearse together; turns give part of the loss back. With cross-entropy only the narrowest network loses much by going after.
# * In the linear model unrelated tasks all gain by going after; in these networks the newest one pays.
# * Where only the last layer learns, after is far better next to the threshold of the joint fit, and worse far beyond it.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
