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
# # One model, many tasks
#
# Train one model on many tasks. Sometimes they help each other. Sometimes they fight. When they come one after
# another, the model forgets. This book says exactly when and why: one model can learn only what its tasks share, the
# rest reaches it as noise in the labels, and a model with just enough weights to fit that noise is thrown far off.
#
# ::::{grid} 1 1 3 3
# :gutter: 2
#
# :::{grid-item}
# ```{button-ref} ten-minutes
# :color: primary
# :expand:
# Ten minutes
# ```
# :::
# :::{grid-item}
# ```{button-ref} ../book/summary
# :color: primary
# :outline:
# :expand:
# One page
# ```
# :::
# :::{grid-item}
# ```{button-ref} ../book/claims
# :color: primary
# :outline:
# :expand:
# All claims
# ```
# :::
# ::::
#
# Two papers started it. **Paper A** {cite}`banayeeanzade2024` solves the linear case in closed form: the error of one
# model for many tasks, what tasks gain from each other, what a replay buffer saves. **Paper B** {cite}`dherin2023`
# asks what stochastic gradient descent really follows, and finds two terms in which tasks collide. Every theorem is
# derived here symbol by symbol, checked against simulation, and taken further.

# %% tags=["parameters", "remove-input"]
profile = "book"
seed = 1
trials = 1000  # simulated data sets per point [50 to 4000]
T = 10  # tasks [2 to 40]
n = 50  # samples per task [10 to 200]

# %% tags=["remove-input"]
from manytasks import parameters, pictures

parameters.check(In, globals())
noise_var = 0.01
pictures.load()
pictures.pooled(T, n, noise_var).show()

# %% [markdown]
# All its terms, and what a task gains, move on {doc}`multitask/explore`.

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from manytasks import Tasks, checks, figures, simulate, theory

N, memory = T * n, n // 2
families = {
    "cosine 1": (Tasks.equiangular(T, 1.0), "green"),
    "cosine 0.8": (Tasks.equiangular(T, 0.8), "orange"),
    "cosine 0": (Tasks.equiangular(T, 0.0), "red"),
}
curve = np.unique(np.geomspace(N // 8, 40 * N, 400).round().astype(int))
points = (N * np.array([0.12, 0.24, 0.5, 0.8, 1.2, 2, 6, 20])).astype(int)
points = points[(points >= T) & (abs(points - N) >= 12)]  # nearer: heavy tails
wide = curve[curve > N]

together, drawn, lost = {}, {}, {}
for label, (tasks, _) in families.items():
    options = {"trials": trials, "method": "reduced", "seed": (seed, label)}
    together[label] = theory.multitask_error(tasks, n, curve, noise_var).mean(
        axis=-1
    )
    drawn[label] = simulate.multitask_error(tasks, n, points, noise_var, **options)
    lost[label] = [
        theory.forgetting(theory.replay_error(tasks, n, m, wide, noise_var))
        for m in (0, memory)
    ]
equal, unrelated = lost["cosine 1"], lost["cosine 0"]
checks.require(
    np.all(equal[1] < equal[0]) and np.all(equal[0] < 0),
    "equal tasks improve while others are learned, and more with a buffer",
)
checks.require(
    np.all(unrelated[1] > unrelated[0]) and np.all(unrelated[0] > 0),
    "unrelated tasks are forgotten, and more with a buffer",
)

# %% tags=["hide-input"]
(left, left_ax), (right, right_ax) = plt.subplots(), plt.subplots()
for label, (_, name) in families.items():
    color = figures.COLORS[name]
    left_ax.plot(curve, together[label], color=color, label=label)
    figures.band(left_ax, points, drawn[label].mean(axis=-1), color=color)
    right_ax.plot(wide, lost[label][0], color=color, label=label)
    right_ax.plot(wide, lost[label][1], "--", color=color)
left_ax.set(xscale="log", yscale="log", ylim=(0.005, 60), xlabel="parameters $p$")
left_ax.set(ylabel="excess risk", title="All tasks at once")
figures.threshold(left_ax, N)
right_ax.set(
    xscale="log", xlim=(N, None), ylim=(-0.3, 0.8), xlabel="parameters $p$"
)
right_ax.set(ylabel="forgetting", title="One task after another")
for ax in (left_ax, right_ax):
    ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="overview",
    caption=(
        f"The book in two pictures ($T = {T}$ tasks, $n = {n}$ samples each, noise variance {noise_var}). (a) one "
        f"model for all tasks errs most where its parameters match the $N = {N}$ samples. The more the tasks differ, "
        "the higher the peak: disagreement acts as label noise. (b) learned one after another, unrelated tasks are "
        "forgotten, while equal ones keep improving (negative forgetting). Larger models change less either way. "
        f"Replaying {memory} old samples of each task (dashed) helps equal tasks and hurts unrelated ones. Lines are exact; "
        f"points are means of {trials:,} simulated data sets with 95 % intervals."
    ),
    alt=(
        "Left panel: error against number of parameters for three task similarities, peaking at p = N. Right panel: "
        "forgetting against number of parameters, positive for unrelated tasks, negative for equal ones, both "
        "approaching zero; dashed lines with a replay buffer lie further from zero."
    ),
)

# %% [markdown]
# ## For whom
#
# * **You read.** A phone and no network suffice. Begin with {doc}`ten-minutes`. In a hurry, take
#   {doc}`../book/summary`. Then comes {doc}`multitask/many-tasks`, or with the sliders of {doc}`multitask/explore`; {doc}`../book/reading` says how a page
#   is built and what its coloured badges mean.
# * **You experiment.** Open a chapter with `make lab`, change a number in its parameters cell, run it again. Or call
#   the package with your own numbers: {doc}`../book/api`.
# * **You doubt.** {doc}`../book/claims` lists every claim of both papers and ours, with a verdict that was computed,
#   not typed, and a link to the cell that decided it.
#
# ## Two commands
#
# ```sh
# make book   # run every notebook, judge every claim, build this book
# make test   # check all of it
# ```
#
# They need Python 3.11 or newer, pip and make; no GPU, no data, no network beyond the package index.
# {doc}`../book/cost` says what a rebuild takes.
