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
# Together. Revisiting the buffer after a new task may keep the *old* tasks a little better, as the linear model says, but the newest task pays: after unrelated tasks
# it errs on **{glue:text}`price_mse`** more of its images with squared loss, **{glue:text}`price_ce`** with cross-entropy. In the linear model that price is of order $1/p^2$;
# in a network stored samples share strong directions with the new ones, and a fit to them alone overwrites what has just been learned.

# %% tags=["parameters"]
profile = "book"
seed = 1
streams = 16  # task streams for networks of which only the head learns [8 to 64]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import torch
from IPython.display import Markdown, display

from manytasks import checks, deep, evidence, page, parameters
from manytasks.deep.sweeps.one_head import task_problems
from manytasks.statistics import mean_interval
from manytasks.streams import stream
from manytasks.studies.schedules import at, by_loss, difference, heads_alone

parameters.check(In, globals())
rows = deep.load_results("rehearsal-schedule", "book")
LOSSES = {"mse": "squared loss", "cross-entropy": "cross-entropy"}
SHORT = {"mse": "mse", "cross-entropy": "ce"}
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
gaps = {
    which: difference(rows, "after", "together", which)
    for which in ("old", "newest", "all")
}
price = by_loss(at(gaps["newest"], fraction=1.0, noise=0.0))
page.say(
    **{
        f"price_{SHORT[loss]}": page.share(each.mean())
        for loss, each in price.items()
    }
)

# %% tags=["hide-input", "lead"]
drawn = pd.concat(
    {which: gaps[which] for which in ("old", "newest")}, names=["tasks"]
)
page.curves(
    at(drawn, fraction=1.0, noise=0.0).rename("gap").reset_index(),
    x="width",
    y="gap",
    hue="tasks",
    panels="loss",
    unit="seed",
    name="schedules-gap",
    caption=(
        "What rehearsing after errs more than together, in shares of wrong answers, on three unrelated tasks with clean labels. Above the line together is better. The newest task pays, "
        "with cross-entropy the less the wider the network; old tasks gain a little. Means of {n} seeds with {level} intervals. The figure does not show wrong labels."
    ),
    alt="Two panels, one for each loss: the difference on the newest task lies far above zero, on old tasks slightly below.",
    labels=WORDS,
    reference=0,
)

# %% [markdown]
# ## Setting
#
# Three tasks are learned in turn by a network with two hidden layers of $k$ tanh units and *one* output layer. Each task asks for the ten digits, from {glue:text}`n` images, of which
# {glue:text}`kept` are stored; all tasks see the same pixels (*equal* tasks), or each permutes them in its own way (*unrelated*). A step descends the mean loss of all samples at hand,
# with momentum. *Together* fits the new images and the stored ones as one set; *after* fits the new ones, then the stored ones; *4 rounds* takes turns. Every sample is seen equally
# often, {glue:text}`steps` times a task. What decides was declared before the table was made (`src/manytasks/declarations.yml`), in the direction of the linear model
# ({doc}`../replay/rehearse`).
#
# ## What was declared, and what came

# %% tags=["hide-input"]
better = {which: -gap for which, gap in gaps.items()}  # together minus after
turned = difference(rows, "after", "4 rounds", "newest")
clean, unrelated = {"noise": 0.0}, {"fraction": 1.0, "noise": 0.0}
newest = at(gaps["newest"], **unrelated)
tried = {
    "dissimilar tasks with wrong labels: after errs less": (
        "together minus after, mean of all tasks",
        at(better["all"], fraction=1.0, noise=0.2),
    ),
    "old tasks gain": (
        "together minus after, old tasks",
        at(better["old"], **unrelated),
    ),
    "the newest task pays": ("after minus together, newest task", newest),
    "dissimilar tasks speak for after": (
        "together minus after, unrelated tasks less equal ones",
        at(better["all"], **unrelated) - at(better["all"], fraction=0.0, noise=0.0),
    ),
    "wrong labels speak for after": (
        "together minus after, wrong labels less clean ones",
        at(better["all"], noise=0.2) - at(better["all"], **clean),
    ),
    "the newest task pays less in wide networks": (
        "what the newest task pays, width 8 less width 128",
        at(newest, width=8) - at(newest, width=128),
    ),
    "turns give the newest task back": (
        "after minus 4 rounds, newest task",
        at(turned, **unrelated),
    ),
}
found = {}
for check, (statistic, differences) in tried.items():
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
fair = by_loss(
    at(difference(rows, "after, equal steps", "together"), fraction=1.0, noise=0.2)
)
page.say(
    n=n,
    kept=10 * int(rows.memory[0]),
    steps=deep.find_sweep("rehearsal-schedule").profiles["book"]["steps"],
    fair_mse=mean_interval(fair["mse"]).words("+.3f"),
    fair_ce=mean_interval(fair["cross-entropy"]).words("+.3f"),
    old_mse=found["old tasks gain"]["squared loss"],
    old_ce=found["old tasks gain"]["cross-entropy"],
)
page.table(
    pd.DataFrame(found)
    .T.rename_axis("declared, as in the linear model")
    .reset_index(),
    name="schedules-declared",
    caption=f"Every line was declared to be positive. Mean differences of the share of wrong answers with 95 % intervals, {rows.seed.nunique()} seeds.",
)

# %% [markdown]
# The verdict of the linear model **does not carry over**. One of its signs surely does: the newest task pays. That old tasks gain is seen ({glue:text}`old_mse` with squared loss, {glue:text}`old_ce` with
# cross-entropy), and open at the level that was declared. But the newest task pays far more than they gain, so that unrelated tasks with wrong labels, for which the linear model recommends
# rehearsing after, err more by it; by {glue:text}`fair_mse` also where both ways take equally many *steps* (squared loss; cross-entropy: {glue:text}`fair_ce`). More dissimilar tasks make it worse, not
# better. Taking turns gives the newest task back most of what it lost. {cite:t}`deng2025` report networks that agree with their theory, with larger networks, more stored samples and few
# passes; here every fit goes on nearly to its end, as the theory has it.
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
heads = pd.DataFrame(
    [
        {
            "seed": member,
            "p": p,
            "kind": kind,
            "schedule": schedule,
            "task": task,
            "loss": loss,
        }
        for p in counts
        for kind, gain in {"smooth": 1.0, "saturated": 30.0}.items()
        for schedule, errors in heads_alone(
            problems, p, stream(seed, kind, p), gain
        ).items()
        for (member, task), loss in np.ndenumerate(errors)
    ]
)
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
        "better; beyond, it is the worse one where units are smooth. Means of {n} task streams with {level} intervals. The figure does not show hidden layers that learn."
    ),
    alt="Two panels of test error against the number of random units: together starts far above after and falls below it, less so for saturated units.",
    labels=WORDS,
    yscale="log",
)
means = heads.groupby(["kind", "p", "schedule"]).loss.mean().unstack()
newest = (
    heads[heads.task == 2].groupby(["kind", "p", "schedule"]).loss.mean().unstack()
)
pays = newest.after - newest.together
near, far = (("smooth", p) for p in (counts[0], counts[-1]))
checks.below(
    "after, next to the joint threshold, against together",
    means.after[near],
    means.together[near],
)
checks.below(
    "what the newest task pays over saturated units, against smooth ones",
    pays["saturated", counts[-1]],
    pays[far],
)
page.say(
    near=counts[0],
    near_after=means.after[near],
    near_together=means.together[near],
    far=counts[-1],
    far_after=means.after[far],
    far_together=means.together[far],
    pays_smooth=pays[far],
    pays_saturated=pays["saturated", counts[-1]],
)

# %% [markdown]
# Not the hidden layers alone. Next to the threshold the theorem's verdict stands: at $p =$ {glue:text}`near` after errs {glue:text}`near_after:.2f`, together {glue:text}`near_together:.2f`. Far from it, at
# $p =$ {glue:text}`far`, smooth units err {glue:text}`far_after:.2f` after and {glue:text}`far_together:.2f` together, although nothing but the head has learned. The theorem's features have no
# strong directions; those of images have, the stored images share them with the new ones, and a fit to the stored ones alone moves the head along them. Over saturated units the newest task pays
# {glue:text}`pays_saturated:.2f` instead of {glue:text}`pays_smooth:.2f`.
#
# To know that the table is what the code computes, this page trains some of its networks again.

# %% tags=["hide-input"]
display(
    Markdown(str(deep.agree_with_table("rehearsal-schedule", "rehearsed after")))
)

# %% [markdown]
# ## In one breath
#
# * Small networks should rehearse together, or take turns: after a fit to the stored samples alone they have lost much of the newest task.
# * Old tasks seem to gain a little by it, as the linear model says.
# * Where only the last layer learns, after is far better next to the threshold of the joint fit, and worse beyond it over smooth units: images have strong directions, the theorem's features have none.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
