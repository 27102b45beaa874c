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
import sympy as sp
from bokeh.models import ColumnDataSource, Span
from IPython.display import Markdown, display

from manytasks import (
    Tasks,
    checks,
    evidence,
    figures,
    interactive,
    parameters,
    theory,
)
from manytasks.interactive import Mark, Plot, Slider
from manytasks.page import number
from manytasks.symbolic import differing
from manytasks.theory.fit import bias_share, noise_factor, spread_factor

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
T, n, p, rho, sigma2 = sp.symbols("T n p rho sigma2", positive=True)
half_distance = (T - 1) / T  # V per unit of 1 - rho


def dissimilarity(amount: sp.Expr, regime: str) -> sp.Expr:
    """Return what T tasks whose squared distances are all `2 * amount` add to the pooled error."""
    share = bias_share(T * n, p, regime)
    spread = amount * half_distance
    return (1 - share) * spread + spread_factor(T * n, p, regime) * spread


def fit(N: sp.Expr, regime: str) -> dict[str, sp.Expr]:
    """Return norm and noise term of one fit to N samples."""
    return {
        "norm": bias_share(N, p, regime) + 0 * p,
        "noise": noise_factor(N, p, regime) * sigma2,
    }


# A task alone has fewer samples than all together, so p cannot lie below its threshold and above theirs.
pooled = {
    regime: {"dissimilarity": dissimilarity(1 - rho, regime), **fit(T * n, regime)}
    for regime in ("over", "under")
}
alone = {regime: fit(n, regime) for regime in ("over", "under")}
transfer = {
    (many, one): {
        "K1": dissimilarity(rho, many),
        "K2": alone[one]["norm"] - pooled[many]["norm"] - dissimilarity(1, many),
        "K3": alone[one]["noise"] - pooled[many]["noise"],
    }
    for many, one in (("over", "over"), ("under", "over"), ("under", "under"))
}

# %% tags=["hide-input"]
for tasks in (2, 3, 5):
    gram = sp.Matrix(tasks, tasks, lambda i, j: 1 if i == j else rho)
    for regime in ("over", "under"):
        setting = (Tasks(gram.tolist()), n, p, sigma2)
        for ours, package in (
            (pooled[regime], theory.multitask_terms(*setting, regime=regime)),
            (
                transfer[regime, regime],
                theory.transfer_terms(*setting, regime=regime),
            ),
        ):
            ours = [sp.sympify(term).subs(T, tasks) for term in ours.values()]
            checks.require(
                differing(ours, map(sp.sympify, package.values())) == 0,
                f"the terms for {tasks} tasks are the package's, {regime} the threshold",
            )

# %% tags=["hide-input"]
symbols = (T, n, p, rho, sigma2)
printed = [
    interactive.javascript(f"{name}_{'_'.join(regimes)}", symbols, expressions)
    for name, group in (
        ("pooled", pooled),
        ("alone", alone),
        ("transfer", transfer),
    )
    for regimes, expressions in (
        ((key,) if isinstance(key, str) else key, value)
        for key, value in group.items()
    )
]
# JavaScript only chooses the side of the threshold; within one of it whatever feeds the peak is infinite.
choice = """
const peak = (fed) => fed > 0 ? Infinity : fed < 0 ? -Infinity : 0;
function predict({T, n, p, rho, sigma}) {
  const at = [T, n, p, rho, sigma * sigma], N = T * n, spread = T > 1 ? 1 - rho : 0;
  const error = (p >= N ? pooled_over : pooled_under)(...at);
  const single = (p >= n ? alone_over : alone_under)(...at);
  const gain = (p >= N ? transfer_over_over : p >= n ? transfer_under_over : transfer_under_under)(...at);
  if (Math.abs(p - n) <= 1) single.noise = peak(sigma);
  if (Math.abs(p - N) <= 1) {
    error.noise = peak(sigma);
    error.dissimilarity = peak(spread);
    gain.K1 = T > 1 ? peak(rho) : 0;
    gain.K2 = T > 1 ? -Infinity : 0;
  }
  if (Math.abs(p - N) <= 1 || Math.abs(p - n) <= 1) gain.K3 = T > 1 ? single.noise - error.noise : 0;
  const all = error.dissimilarity + error.norm + error.noise, one = single.norm + single.noise;
  return {p, error: all, ...error, single: one, transfer: T === 1 ? 0 : one - all, ...gain};
}
// No more than T vectors can oppose one another.
function possible(setting) {
  const least = setting.T > 1 ? -1 / (setting.T - 1) : -1;
  const rho = Math.max(setting.rho, least);
  const note = rho > setting.rho ? ` <em>${setting.T} tasks cannot share a cosine below ${least.toFixed(3)}; that is used.</em>` : "";
  return [{...setting, rho}, note];
}
function curve(setting) {
  const {T, n} = setting;
  return manytasks.widths(20000, [n, T * n]).map((p) => predict({...setting, p}));
}
"""
interactive.load("\n".join([*printed, choice]))


def sliders() -> list[Slider]:
    """Return the five controls, which both figures have."""
    return [
        Slider("T", "tasks T", 1, 30, T_start),
        Slider("n", "samples per task n", 1, 200, n_start),
        Slider("p", "parameters p", 2, 5000, p_start),
        Slider("rho", "cosine ρ", -0.5, 1, cosine_start, 0.01),
        Slider("sigma", "label noise σ", 0, 1.5, sigma_start, 0.01),
    ]


def panel(title: str, y_label: str, lines: dict, **axes: object) -> tuple:
    """Make a plot of columns against p; return it with what moves in it."""
    data = ColumnDataSource({name: [] for name in ("p", *lines)})
    drawing = interactive.canvas(
        "parameters p",
        y_label,
        x_axis_type="log",
        x_range=(2, 20_000),
        height=340,
        **axes,
    )
    for name, (_, color, style) in reversed(lines.items()):  # the first on top
        drawing.line(
            "p",
            name,
            source=data,
            color=figures.COLORS[color],
            line_dash=style,
            line_width=3
            if style == "solid" and name in ("error", "transfer")
            else 2,
        )
    grey = {"dimension": "height", "line_color": figures.COLORS["grey"]}
    threshold = Span(location=1, line_dash="dashed", **grey)
    chosen = Span(location=1, **grey)
    drawing.add_layout(threshold)
    drawing.add_layout(chosen)
    legend = [Mark(*line) for line in lines.values()]
    legend += [
        Mark("p = N, all samples", "grey", "dashed"),
        Mark("your p", "grey"),
    ]
    models = {"data": data, "threshold": threshold, "chosen": chosen}
    return Plot(title, drawing, legend), models


draw = """
const [now, note] = possible(setting), here = predict(now);
models.data.data = manytasks.columns(NAMES, curve(now));
models.threshold.location = now.T * now.n;
models.chosen.location = now.p;
const show = (x) => manytasks.text(x);
"""

# %% [markdown]
# ## One model for all tasks

# %% tags=["hide-input", "lead"]
lines = {
    "error": ("pooled error", "red", "solid"),
    "dissimilarity": ("dissimilarity G1", "orange", "solid"),
    "norm": ("norm G2", "blue", "solid"),
    "noise": ("label noise G3", "purple", "solid"),
    "single": ("each task alone", "green", "dashed"),
}
plot, models = panel(
    "Error of the pooled fit",
    "excess risk",
    lines,
    y_axis_type="log",
    y_range=(0.003, 100),
)
interactive.show(
    sliders(),
    [plot],
    sources=models,
    update=draw.replace("NAMES", str(["p", *lines]))
    + """
const words = `With <b>p = ${now.p}</b> and N = ${now.T * now.n} samples the error is <b>${show(here.error)}</b> `
  + `= ${show(here.dissimilarity)} (dissimilarity) + ${show(here.norm)} (norm) + ${show(here.noise)} (label noise). `
  + `A task alone: ${show(here.single)}.` + note;
return {values: here, words};
""",
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
lines = {
    "transfer": ("transfer K", "green", "solid"),
    "K1": ("K1 inner products", "orange", "solid"),
    "K2": ("K2 norms", "blue", "solid"),
    "K3": ("K3 label noise", "purple", "solid"),
}
plot, models = panel("Knowledge transfer", "gain", lines, y_range=(-2, 2))
plot.drawing.add_layout(
    Span(
        location=0,
        dimension="width",
        line_color=figures.COLORS["grey"],
        line_dash="dotted",
    )
)
interactive.show(
    sliders(),
    [plot],
    sources=models,
    update=draw.replace("NAMES", str(["p", *lines]))
    + """
const verdict = here.transfer > 0 ? "Learning together helps." : here.transfer < 0 ? "Learning together hurts." : "";
const words = `With <b>p = ${now.p}</b> the transfer is <b>${show(here.transfer)}</b>: error ${show(here.single)} alone, `
  + `${show(here.error)} together. K1 = ${show(here.K1)}, K2 = ${show(here.K2)}, K3 = ${show(here.K3)}. ${verdict}` + note;
return {values: here, words};
""",
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
# $V = (1 - \rho)(T-1)/T$. We pass symbols through the three factors on which the package builds every error, check
# that the results are `theory.multitask_terms` and `theory.transfer_terms` for two, three and five tasks on both sides
# of the threshold, and let SymPy print them as JavaScript. For instance, the dissimilarity term above the threshold:

# %%
pooled["over"]["dissimilarity"].factor()

# %% [markdown]
# In JavaScript:

# %%
print(printed[0])

# %% [markdown]
# Tasks that come one after another are on {doc}`../replay/explore-replay`, two flows that do not commute on
# {doc}`../dynamics/explore-flows`.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
