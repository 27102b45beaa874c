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
# # What happens at your own numbers?

# %% tags=["parameters"]
profile = "book"
seed = 0  # nothing is drawn
# Where the sliders stand:
T_start = 10  # tasks [1 to 30]
n_start = 50  # samples per task [1 to 200]
p_start = 1000  # parameters [2 to 5000]
cosine_start = 0.8  # between every two tasks [0 to 1]
sigma_start = 0.3  # label noise [0 to 1.5]

# %% tags=["hide-input"]
from IPython.display import Markdown, display

from manytasks import (
    Tasks,
    checks,
    evidence,
    interactive,
    parameters,
    theory,
)
from manytasks.interactive import Mark, Slider
from manytasks.page import number

parameters.check(In, globals())
more = max(1, round(0.9 * p_start / T_start))  # samples per task, N close to p
here, there = (
    theory.multitask_error(
        Tasks.equiangular(T_start, cosine_start), samples, p_start, sigma_start**2
    ).mean()
    for samples in (n_start, more)
)
display(
    Markdown(
        f"The theorems are exact, so a slider can answer. {T_start} tasks with {n_start} samples each and $p = {p_start:,}$ "
        f"parameters have an error of **{number(here)}**. With {more} samples each it is **{number(there)}**: move $n$ and watch. "
        "The curves are those of {doc}`many-tasks`, {doc}`transfer` and {doc}`below-threshold`, for $T$ tasks of length one "
        "with the same cosine $\\rho$ between every two and $n$ samples each. Drag, tap, type, or use the arrow keys."
    )
)

# %% tags=["hide-input"]
for tasks in (2, 3, 5):
    checks.require(
        interactive.differing_terms(tasks) == 0,
        f"the terms for {tasks} tasks must be the package's on both sides",
    )
interactive.load(interactive.multitask_formulas())
controls = [
    Slider("T", "tasks T", 1, 30, T_start),
    Slider("n", "samples per task n", 1, 200, n_start, scale="log"),
    Slider("p", "parameters p", 2, 5000, p_start, scale="log"),
    Slider("rho", "cosine ρ", -0.5, 1, cosine_start, 0.01),
    Slider("sigma", "label noise σ", 0, 1.5, sigma_start, 0.01),
]
common = {"reach": (2, 20_000), "thresholds": "p = N, all samples", "height": 340}

# %% [markdown]
# ## One model for all tasks

# %% tags=["hide-input", "lead"]
plot, models = interactive.curves(
    "Error of the pooled fit",
    "excess risk",
    {
        "error": Mark("pooled error", "red"),
        "dissimilarity": Mark("dissimilarity G1", "orange"),
        "norm": Mark("norm G2", "blue"),
        "noise": Mark("label noise G3", "purple"),
        "single": Mark("each task alone", "green", "dashed"),
    },
    thick=["error"],
    y_axis_type="log",
    y_range=(0.003, 100),
    **common,
)
interactive.show(
    controls,
    [plot],
    sources=models,
    update="return explore_multitask(setting, models, before);",
    name="explore-multitask",
    caption=(
        "Exact error of one model for all tasks, its three terms, and the error of each task alone. Lines are cut where they are infinite. "
        "These are expectations: single data sets scatter around them."
    ),
    alt="Five sliders and a plot of the pooled error, its three terms and the single-task error against the number of parameters.",
    recipes={
        "equal tasks, clean labels": {"rho": 1, "sigma": 0},
        "more data hurt": {"T": 10, "n": 100, "p": 1000},
        "unlike tasks": {"T": 10, "rho": 0.5, "sigma": 0},
        "as much noise": {"T": 10, "rho": 1, "sigma": 0.67},
    },
)

# %% [markdown]
# **What to try**
#
# * Cosine 1 and no noise: the peak at $p = N$ is gone. Now add either, a little: it is back.
# * Leave $p$ and raise $n$. The error grows, is infinite where $Tn = p$ and falls again: more data can hurt.
# * Ten tasks with cosine 0.5 and no noise, then with cosine 1 and σ = 0.67. Dissimilarity and noise draw almost the same peak,
#   because $T$ tasks have the spread $V = (1-\rho)(T-1)/T = 0.45 = 0.67^2$.

# %% [markdown]
# ## What a task gains

# %% tags=["hide-input"]
plot, models = interactive.curves(
    "Knowledge transfer",
    "gain",
    {
        "transfer": Mark("transfer K", "green"),
        "K1": Mark("K1 inner products", "orange"),
        "K2": Mark("K2 norms", "blue"),
        "K3": Mark("K3 label noise", "purple"),
    },
    thick=["transfer"],
    zero=True,
    y_range=(-2, 2),
    **common,
)
interactive.show(
    controls,
    [plot],
    sources=models,
    update="return explore_transfer(setting, models, before);",
    name="explore-transfer",
    caption=(
        "Knowledge transfer $K = K_1 + K_2 + K_3$: the error of a task alone minus that in the pooled fit, and the parts that inner products, "
        "norms and label noise play. Above the dotted line learning together helps. Exact; nothing here says how transfer varies between data sets."
    ),
    alt="Five sliders and a plot of knowledge transfer and its three terms against the number of parameters.",
    recipes={
        "unrelated tasks, clean labels": {"rho": 0, "sigma": 0},
        "equal tasks, loud noise": {"rho": 1, "sigma": 1.5},
    },
)

# %% [markdown]
# **What to try**
#
# * Move the cosine through zero. $K_1$, and no other term, changes its sign with it.
# * Cosine 0: transfer is negative at every $p$ above the threshold, however clean the labels.
# * Cosine 1 and σ = 1.5, with $p$ around $n$. A task alone has its own peak there, and the others carry it over.
#
# ## Where the formulas come from
#
# Nothing is typed a second time. For such tasks the mean task is equally far from all, and the spread is
# $V = (1 - \rho)(T-1)/T$. The package passes symbols through the three factors on which it builds every error; this page checks
# that the results are `theory.multitask_terms` and `theory.transfer_terms` for two, three and five tasks on both sides
# of the threshold, and let SymPy print them as JavaScript. For instance, the dissimilarity term above the threshold:

# %%
interactive.pooled_terms("over")["dissimilarity"].factor()

# %% [markdown]
# In JavaScript:

# %%
formulas = interactive.multitask_formulas()
print(formulas[: formulas.index("function pooled_under")])

# %% [markdown]
# Tasks that come one after another are on {doc}`../replay/explore-replay`, two flows that do not commute on
# {doc}`../dynamics/explore-flows`.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
