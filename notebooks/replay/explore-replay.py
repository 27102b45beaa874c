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
# # What would your buffer do?

# %% tags=["parameters"]
profile = "book"
seed = 0  # nothing is drawn
# where the sliders stand
T_start = 5  # tasks [2 to 6]
n_start = 30  # samples per task [1 to 60]
m_start = 10  # kept of each, at most all [0 to 60]
p_start = 120  # parameters [6 to 1000]
cosine_start = 0.7  # of any two tasks [0 to 1]
sigma_start = 0.3  # label noise [0 to 1.5]
budget_start = 600  # parameters it buys without samples [20 to 3000]
price_start = 2  # parameters that a sample costs [1 to 10]

# %% tags=["hide-input"]
import numpy as np
from IPython.display import Markdown, display

from manytasks import (
    Tasks,
    checks,
    evidence,
    interactive,
    page,
    parameters,
    theory,
)
from manytasks.interactive import Choice, Slider

parameters.check(In, globals())
MOST = 6  # tasks
m_kept = min(m_start, n_start)
tasks = Tasks.equiangular(T_start, cosine_start)
kept, lost = (
    theory.forgetting(
        theory.replay_error(tasks, n_start, m, p_start, sigma_start**2)
    )
    for m in (m_kept, 0)
)
shown, shown_lost = (
    f"{f:.3f}" if abs(f) < 1e9 else "infinite or undefined" for f in (kept, lost)
)
display(
    Markdown(
        f"{T_start} tasks arrive one after another, {n_start} samples each, and {m_kept} of each stay in a buffer. "
        f"With $p = {p_start}$ parameters and a warm start forgetting is **{shown}**; without a buffer it is **{shown_lost}**. "
        "Below, the exact theorems of {doc}`buffer` and {doc}`budget` answer for your own numbers, on both sides of every "
        "interpolation threshold. Drag, tap, type, or use the arrow keys."
    )
)

# %% [markdown]
# ## The error matrix
#
# Row $t$ is the state after task $t$, column $i$ the error on task $i$, outlined where task $i$ was just learned. All
# tasks have norm 1, so that error 1 is what a model has that knows nothing. **Warm** moves the previous solution as
# little as possible, **scratch** starts every fit at zero.

# %% tags=["hide-input", "lead"]
interactive.load(interactive.replay_formulas(MOST))
plots, sources = interactive.replay_plots(T_start)
interactive.show(
    [
        Slider("T", "tasks T", 2, MOST, T_start),
        Slider("n", "samples per task n", 1, 60, n_start),
        Slider("first", "samples of task 1", 1, 200, n_start, scale="log"),
        Slider("m", "kept of each task m", 0, 60, m_start),
        Slider("p", "parameters p", 6, 1000, p_start, scale="log"),
        Slider("rho", "cosine ρ", -1, 1, cosine_start, 0.01),
        Slider("sigma", "label noise σ", 0, 1.5, sigma_start, 0.01),
        Choice(
            "geometry",
            "tasks are",
            {
                "equiangular": "all alike: cosine ρ",
                "chain": "a chain: ρ to the distance",
            },
        ),
    ],
    plots,
    sources=sources,
    update="return explore_replay(setting, models, before);",
    name="explore-replay",
    caption=(
        "Error matrices, and mean error and forgetting against $p$. A cell with ∞, and a gap in a line, is infinite or undefined. Dashed: "
        "the thresholds $N_t$, one per task. Exact expectations; single runs scatter around them."
    ),
    alt="Eight controls; two matrices of errors after every task on every task, warm and from scratch; error and forgetting against the number of parameters.",
)


# %% tags=["hide-input"]
# What the list below says, checked.
tried, n_tried, sigma_tried = 5, 30, 0.3


def matrix(which: Tasks, m: int, p: int, first: int = n_tried, start: str = "warm"):
    """Return the error matrix."""
    counts = [first] + [n_tried] * (tried - 1)
    return theory.replay_error(which, counts, m, p, sigma_tried**2, start)


equal, opposed = Tasks.equiangular(tried, 1.0), Tasks.chain(tried, -0.9)
full, none = (
    [
        float(theory.average_error(matrix(which, m, 400)))
        for which in (equal, opposed)
    ]
    for m in (n_tried, 0)
)
checks.below("error of equal tasks, full buffer, against none", full[0], none[0])
checks.below("error of opposed tasks, no buffer, against full", none[1], full[1])
similar = Tasks.equiangular(tried, 0.7)
checks.close(
    "error below all thresholds, warm and scratch",
    matrix(similar, 10, 25),
    matrix(similar, 10, 25, start="scratch"),
)
pretrained = [matrix(similar, m, 150, first=200)[-1, 0] for m in (0, 10)]
checks.below("error on task 1 without replay, against with", *pretrained)
page.say(
    tried=tried,
    n_tried=n_tried,
    sigma_tried=sigma_tried,
    without_replay=pretrained[0],
    with_replay=pretrained[1],
)

# %% [markdown]
# **What to try**, with {glue:text}`tried` tasks, {glue:text}`n_tried` samples each and σ = {glue:text}`sigma_tried`
#
# * Put $p$ at 400 and raise $m$ from 0 to {glue:text}`n_tried`, once with cosine 1, once with the chain and cosine −0.9. The same buffer
#   lowers the error of equal tasks and raises that of opposed ones.
# * Lower $p$ past the dashed lines, down to 25. Below all of them the two matrices are equal, because a least-squares fit does
#   not know where it started.
# * Set the cosine to 0.7 and give task 1 its 200 samples, as in pretraining, with $p = 150$ and $m = 0$: least squares learns it well,
#   and its error grows to {glue:text}`without_replay:.2f` by the end. Now keep $m = 10$: it ends at {glue:text}`with_replay:.2f`.
#   Replay *interpolates* what least squares had averaged, and brings noise back.

# %% [markdown]
# ## The budget
#
# A budget $B$ buys parameters, at price 1, and stored samples, at the price you set: $B = p + b\,(T-1)\,m$. All splits
# are computed; the markers are the best.

# %% tags=["hide-input"]
plots, sources = interactive.budget_plots()
interactive.show(
    [
        Slider("budget", "budget B", 20, 3000, budget_start, scale="log"),
        Slider("price", "price of a sample b", 1, 10, price_start),
        Slider("T", "tasks T", 2, MOST, T_start),
        Slider("n", "samples per task n", 1, 60, n_start),
        Slider("rho", "cosine ρ", 0, 1, cosine_start, 0.01),
        Slider("sigma", "label noise σ", 0, 1.5, sigma_start, 0.01),
        Choice(
            "start",
            "start",
            {"warm": "warm: from the last solution", "scratch": "from scratch"},
        ),
    ],
    plots,
    sources=sources,
    update="return explore_budget(setting, models, before);",
    name="explore-budget",
    caption=(
        "Error and forgetting for every whole split of the budget, from all parameters (left) to all samples (right), with the best "
        "splits. Gaps are infinite, for there $p$ meets a threshold; values beside them may lie above the plot. Exact expectations."
    ),
    alt="Seven controls and a plot of error and forgetting against the number of stored samples, with the best splits marked.",
)


# %% tags=["hide-input"]
# What the list below says, checked.
def split(cosine, money=600, price=2, objective="error"):
    """Return the best split."""
    tasks, noise_var = Tasks.equiangular(tried, cosine), sigma_tried**2
    return theory.best_split(tasks, n_tried, noise_var, money, 1, price, objective)


def gaps(at):
    """Return how far p lies above every threshold."""
    return at.p - n_tried - np.arange(tried) * at.memory


kinds = [split(cosine).kind for cosine in (0.5, 0.7, 0.9)]
wanted = ["all model", "interior", "all buffer"]
checks.require(kinds == wanted, f"best splits are {kinds} and not {wanted}")
cheap, dear = split(0.7, price=3), split(0.7, price=5)
checks.require(gaps(cheap)[-1] > 0 > gaps(dear)[-1], f"no jump: {cheap}, {dear}")
trap, honest = split(0.0, 200, objective="forgetting"), split(0.0, 200)
apart = gaps(trap)[0] > 0 > gaps(trap)[-1] and gaps(honest)[0] < 0
checks.require(apart, f"no trap: {trap}, {honest}")
page.say(
    low=kinds[0],
    middle=kinds[1],
    high=kinds[2],
    p_cheap=cheap.p,
    p_dear=dear.p,
    least_forgetting=trap.value,
    m_forgetting=trap.memory,
    p_forgetting=trap.p,
    m_error=honest.memory,
    p_error=honest.p,
)

# %% [markdown]
# **What to try**, with the same tasks and a budget of 600
#
# * Move the cosine from 0.5 over 0.7 to 0.9: the best split for the error goes from {glue:text}`low` over an {glue:text}`middle` one to
#   {glue:text}`high`.
# * Put the cosine at 0.7 and raise the price from 3 to 5. The optimum does not slide, it jumps, from p = {glue:text}`p_cheap` to
#   p = {glue:text}`p_dear`: to the other side of the threshold, where a small model fits all samples by least squares.
# * Budget 200, price 2, cosine 0. The least forgetting, {glue:text}`least_forgetting:.1f`, lies amid the thresholds
#   (m = {glue:text}`m_forgetting`, p = {glue:text}`p_forgetting`), the least error below all of them (m = {glue:text}`m_error`,
#   p = {glue:text}`p_error`): who has learned badly has little to forget.

# %% [markdown]
# ## Where the formulas come from
#
# `manytasks.theory` evaluated on symbols, printed by SymPy: the span error on either side of a threshold, the share
# that a warm start keeps, and what least squares leaves in the span of the buffer, for any sample counts and any distances between
# up to six tasks. A loop of ten lines chooses the side and repeats the step.
# The share that a warm start keeps, for instance:

# %%
formulas = interactive.replay_formulas(MOST)
print(
    formulas[
        formulas.index("function unseen_over") : formulas.index("function least")
    ]
)

# %% [markdown]
# Tasks learned all at once are on {doc}`../multitask/explore`.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
