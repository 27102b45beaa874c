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
# # What does the length of training change on networks?
#
# Much of what it changes in the linear model. With 20 % wrong labels the loss on new images is least after about **{glue:text}`stop_noisy:.0f`** units of time and rises again
# after, because the strong directions are learned first and the wrong labels last; with clean labels it is least after {glue:text}`stop_clean:.0f`. And a second task at first *helps* the one
# before, in **{glue:text}`dipped`** of {glue:text}`networks` networks: an unrelated one by at most {glue:text}`dip:.2f`, for an early moment, before it costs far more.

# %% tags=["parameters"]
profile = "book"
seed = 0  # draws nothing here: the table holds seeds of its own

# %% tags=["hide-input"]
from manytasks import deep, evidence, page, parameters
from manytasks.declarations import declarations
from manytasks.statistics import mean_interval
from manytasks.studies.networks import lengths

parameters.check(In, globals())

# %% [markdown]
# ## Setting
#
# Small networks with two hidden layers of $k$ tanh units and one output layer learn ten digits from {glue:text}`per_task` images, by plain gradient descent on all of them
# with squared loss (half the sum over the ten outputs). Time counts steps of length {glue:text}`rate`$/k$; these are too long for widths 4 and 8, where training loss rises now and then between times 1 and 8,
# so that early times there are no short training. Task 1 is trained to time {glue:text}`end`; then task 2
# for as long, from a start on the way between the first weights and the end of task 1: the *anchor* says how far along. Task 2 has other images of the same digits, or images
# whose pixels are permuted, an *unrelated* task. What would decide was declared before the table was made (`src/manytasks/declarations.yml`); what the linear model
# says is in {doc}`../bridge/training-length`.

# %% [markdown]
# A row of the table is one network at one time; what became of task 1 and what of task 2 are two parts of it. When a network should have stopped is the time
# with the lowest loss on new images, whatever its training loss says:

# %%
rows = deep.load_results("training-length", "book")
first, second = (rows[rows.learned == task] for task in (1, 2))
ends = lengths.best_time(first, "test_1")  # its logarithm, network by network

# %% tags=["hide-input"]
kept = second[second.anchor == 1.0]
end = rows.time.max()
size = f"{rows.width.nunique()} widths, 2 tasks of {10 * int(rows.per_class[0])} samples"
WORDS = {
    "width": "width $k$",
    "time": "time $t$",
    "0.0": "clean labels",
    "0.2": "20 % wrong labels",
    "test_1": "test loss of task 1",
    "fraction": "pixels permuted",
}
AGAINST = {"unit": "seed", "labels": WORDS}
risen = lengths.risen(kept, "test_1")
dips = risen.min(axis=1) < 0
unrelated_clean = risen.xs((1.0, 0.0), level=("fraction", "noise"))
by_noise = (2 ** ends.groupby("noise").mean()).to_dict()
page.say(stop_noisy=by_noise[0.2], stop_clean=by_noise[0.0])
page.say(dipped=int(dips.sum()), networks=len(dips))
page.say(dip=-unrelated_clean.groupby("width").mean().min(axis=None))
page.say(
    per_task=10 * int(rows.per_class[0]), rate=float(rows.rate[0]), end=int(end)
)

# %% [markdown]
# ## When to stop

# %% tags=["hide-input", "lead"]
page.curves(
    first[(first.time >= 1) & first.width.isin([4, 16, 64])],
    **AGAINST | {"x": "time", "y": "test_1", "hue": "width", "panels": "noise"},
    ylim=(0.2, 1.1),
    name="lengths-first-task",
    caption=(
        "One task, trained longer and longer: loss on new images. With wrong labels every width is best before the end; with clean ones it hardly gets worse. "
        "Means of {n} seeds with {level} intervals. The figure does not show training loss."
    ),
    alt="Two panels of test loss against time for three widths: flat at the end with clean labels, rising again with wrong ones.",
)

# %% tags=["hide-input"]
earlier = (ends.xs(0.0, level="noise") - ends.xs(0.2, level="noise")).groupby(
    "seed"
)
check = "O.33, wrong labels are best stopped earlier"
what = "doublings of time by which wrong labels are best stopped earlier"
evidence.decide(check, earlier.mean(), statistic=what, n=size)
page.say(earlier=mean_interval(earlier.mean()).words(".2f"))

# %% [markdown]
# Wrong labels ask for an end {glue:text}`earlier` doublings of time sooner (95 % interval): in the linear model, too, noise ends it earlier ({prf:ref}`thm-training-stop`).
#
# ## The peak over width
#
# In the linear model a short training has no peak at the threshold. Networks with 100 images and ten outputs have as many weights as equations at width
# {glue:text}`threshold`.

# %% tags=["hide-input"]
noisy = first[first.noise == 0.2]
page.curves(
    noisy[noisy.time.isin([4.0, 64.0, end])],
    **AGAINST | {"x": "width", "y": "test_1", "hue": "time"},
    name="lengths-peak",
    caption=(
        "20 % wrong labels: test loss against width at three times. At time 4 the middle widths are the best (width 4 takes steps too long for it); at the end they are the worst. "
        "Means of {n} seeds with {level} intervals. The figure does not show widths between 16 and 64."
    ),
    alt="Three curves of test loss against width: the earliest is lowest in the middle, the last has a hump there.",
)

# %% [markdown]
# Two seeds choose the peak among the middle widths and the valley below it, at the end; the others say how far the loss rises between the two, and how much of that
# rise was not there at time 4:

# %%
entry = declarations()["O.33, the peak over width comes late"]
middle, choose = [8, 12, 16], entry.choose
found = lengths.late_peak(noisy, "test_1", (4.0, end), middle, choose)

# %% tags=["hide-input"]
what = f"smaller of the rise from width {found.valley} to {found.peak} at the end and its gain since time 4"
some = f"{len({found.valley, found.peak})} of {size}"
evidence.decide(str(entry), found.rise, found.gain, statistic=what, n=some)
judging, of_width = list(entry.judge), first.groupby("width").parameters.first()
page.say(threshold=int(of_width.index[of_width >= 1000][0]), peak=found.peak)
page.say(rise=mean_interval(found.rise[judging]).words(".3f"))
page.say(gain=mean_interval(found.gain[judging]).words(".2f"))
narrow, late_middle, late_wide = found.late[[4, 16, 64]].mean()
page.say(late_narrow=narrow, late_middle=late_middle, late_wide=late_wide)

# %% [markdown]
# At the end width 16 stands at {glue:text}`late_middle:.2f`, between {glue:text}`late_narrow:.2f` at width 4 and {glue:text}`late_wide:.2f` at 64; at time 4 the middle widths
# are the best. But the two seeds that were to choose the place chose width {glue:text}`peak`, where the rise is {glue:text}`rise` and its gain since time 4 {glue:text}`gain` (95 % intervals): too wide for the level
# that was declared, **open**.
#
# ## What the second task does to the first

# %% tags=["hide-input"]
clean = risen.xs(0.0, level="noise").drop(columns=0.0)
rises = clean.stack().rename("risen").reset_index()
equal_or_not = {"risen": "change", "0": "equal tasks", "1": "unrelated tasks"}
page.curves(
    rises[rises.width.isin([4, 16, 64])],
    x="time",
    y="risen",
    hue="width",
    panels="fraction",
    **AGAINST | {"labels": WORDS | equal_or_not},
    reference=0,
    ylim=(-0.09, 0.06),
    name="lengths-forgetting",
    caption=(
        "What task 2 has done to the test loss of task 1, clean labels: below the line it has helped. It helps first, equal tasks for good, unrelated ones for a while. "
        "Means of {n} seeds with {level} intervals. The figure does not show that unrelated tasks end far above it."
    ),
    alt="Two panels of the change of test loss against time: below zero at first in both, far above later for permuted pixels.",
)

# %% tags=["hide-input"]
unrelated = kept[(kept.noise == 0.0) & (kept.fraction == 1.0)]
begins = lengths.risen(unrelated, "train_1")
check = "O.33, the first forgetting grows with the square of time"
what = "power of time with which training forgetting begins"
powers = lengths.power(begins, 1 / 32, 1 / 8)
evidence.decide(check, powers, statistic=what, n=size)
wider = lengths.power(begins.drop(4, level="width"), 1 / 32, 1 / 8)
page.say(power=mean_interval(wider).words(".2f"))
check = "O.33, test gradients foretell the dip"
what = "share of networks that dip exactly where the gradients say so"
evidence.decide(check, lengths.foretold(kept), statistic=what, n=size)

# %% tags=["hide-input"]
at_end = (second.time == end) & (second.noise == 0.0) & (second.fraction == 1.0)
of_new = second[at_end].pivot_table("test_2", "seed", "anchor")
back = of_new[1.0] - of_new[0.5]
check = "O.33, a start drawn back is better for the new task"
what = "test loss of task 2 from anchor 1 minus that from anchor .5"
evidence.decide(check, back, statistic=what, n=size)
page.say(back=mean_interval(back).words(".3f"))
from_zero, from_half, from_end = of_new[[0.0, 0.5, 1.0]].mean()
page.say(from_zero=from_zero, from_half=from_half, from_end=from_end)
costs = unrelated_clean.groupby("width").mean()[end]
page.say(cost_least=costs.min(), cost_most=costs.max())

# %% [markdown]
# **The dip.** In all {glue:text}`networks` networks the gradient of task 1's test loss points along that of task 2's training loss, and in {glue:text}`dipped` task 1 first gains. So the gradients foretell
# it, but only one side was tried: no network had a product below zero. Unrelated images help at first, too, perhaps because task 1 is fitted too closely; by little,
# and not for long: in the end they cost {glue:text}`cost_least:.2f` to {glue:text}`cost_most:.2f`.
#
# **The square of time.** Training loss cannot gain, and its rise begins with the power {glue:text}`power` of time where $k > 4$; the linear model says 2. At width 4 no network fits task 1,
# in some its training loss falls first, and the power that was declared for all widths cannot be computed: **open**.
#
# **The anchor.** A start drawn half way back is better for an unrelated task by {glue:text}`back` (95 % interval): {glue:text}`from_half:.3f` instead of {glue:text}`from_end:.3f`, and as good as the first weights
# ({glue:text}`from_zero:.3f`). How far to draw it the linear model says exactly ({doc}`../bridge/training-length`).
#
# To know that the table is what the code computes, this page trains some networks again.

# %% tags=["hide-input"]
deep.agree_with_table("training-length", "begun")

# %% [markdown]
# ## In one breath
#
# * Wrong labels ask for an earlier end, by {glue:text}`earlier` doublings of time.
# * What a second task does to the first begins as a gain on new images, small and short where it is unrelated, and as a loss on the old ones that grows with nearly the square of time.
# * A start drawn back towards the first weights helps an unrelated task.
# * That the peak over width comes late is seen, and not decided.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
