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
# where the sliders stand
T_start, n_start, p_start, cosine_start, sigma_start = 10, 50, 1000, 0.8, 0.3

# %% tags=["hide-input"]
import numpy as np
import sympy as sp
from bokeh.layouts import column
from bokeh.models import ColumnDataSource, CustomJS, Div, Slider, Span
from bokeh.plotting import figure

from manytasks import Tasks, evidence, figures, interactive, theory
from manytasks.symbolic import differing
from manytasks.theory.fit import bias_share, noise_factor, spread_factor

# %% [markdown]
# Move a slider. The curves are the exact theorems of {doc}`many-tasks`, {doc}`transfer` and {doc}`below-threshold`,
# for $T$ tasks of length one with the same cosine $\rho$ between every two and $n$ samples each.

# %% tags=["hide-input"]
T, n, p, rho, sigma2 = sp.symbols("T n p rho sigma2", positive=True)
spread = (1 - rho) * (T - 1) / T


def terms(N: sp.Expr, spread: sp.Expr, regime: str) -> dict[str, sp.Expr]:
    """Return dissimilarity, norm and noise term of one fit to N samples."""
    share = bias_share(N, p, regime)
    return {
        "dissimilarity": (1 - share) * spread
        + spread_factor(N, p, regime) * spread,
        "norm": share + 0 * p,
        "noise": noise_factor(N, p, regime) * sigma2,
    }


pooled = {regime: terms(T * n, spread, regime) for regime in ("over", "under")}
alone = {regime: terms(n, sp.Integer(0), regime) for regime in ("over", "under")}

# %% tags=["hide-input"]
for tasks in (2, 3, 5):
    gram = sp.Matrix(tasks, tasks, lambda i, j: 1 if i == j else rho)
    for regime, ours in pooled.items():
        package = theory.multitask_terms(
            Tasks(gram.tolist()), n, p, sigma2, regime=regime
        )
        ours = [sp.sympify(term).subs(T, tasks) for term in ours.values()]
        assert differing(ours, [sp.sympify(term) for term in package.values()]) == 0

# %% tags=["hide-input"]
source = "\n".join(
    interactive.javascript(f"{name}_{regime}", (T, n, p, rho, sigma2), expressions)
    for name, group in (("pooled", pooled), ("alone", alone))
    for regime, expressions in group.items()
)
# JavaScript only chooses the side of the threshold; within one of it the error is infinite unless nothing feeds it.
source += """
function side(name, samples, T, n, p, rho, sigma2) {
  const above = {pooled: pooled_over, alone: alone_over}[name];
  const below = {pooled: pooled_under, alone: alone_under}[name];
  const terms = (p >= samples ? above : below)(T, n, p, rho, sigma2);
  if (Math.abs(p - samples) <= 1) {
    const differ = name === "pooled" && rho < 1 && T > 1;
    terms.dissimilarity = differ ? Infinity : 0;
    terms.noise = sigma2 > 0 ? Infinity : 0;
  }
  terms.error = terms.dissimilarity + terms.norm + terms.noise;
  return terms;
}
window.manytasks = {predict: (T, n, p, rho, sigma2) => {
  const together = side("pooled", T * n, T, n, p, rho, sigma2), single = side("alone", n, T, n, p, rho, sigma2);
  return {...together, single: single.error, transfer: T === 1 ? 0 : single.error - together.error};
}};
"""

# %% tags=["hide-input"]
grid = np.unique(np.geomspace(2, 20_000, 400).round())
sliders = {
    "T": Slider(title="tasks T", start=1, end=30, step=1, value=T_start),
    "n": Slider(
        title="samples per task n", start=1, end=200, step=1, value=n_start
    ),
    "rho": Slider(
        title="cosine ρ", start=-0.5, end=1, step=0.01, value=cosine_start
    ),
    "sigma": Slider(
        title="label noise σ", start=0, end=1.5, step=0.01, value=sigma_start
    ),
    "p": Slider(title="parameters p", start=2, end=5000, step=1, value=p_start),
}
setting = (Tasks.equiangular(T_start, cosine_start), n_start, grid, sigma_start**2)
exact = theory.multitask_terms(*setting)
single = theory.single_task_error(*setting).mean(axis=-1)
columns = {
    "p": grid,
    "error": sum(exact.values()),
    "dissimilarity": exact["G1"],
    "norm": exact["G2"],
    "noise": exact["G3"],
    "single": single,
    "transfer": single - sum(exact.values()),
}
data = ColumnDataSource(
    {
        name: np.where(np.isfinite(values), values, np.nan)
        for name, values in columns.items()
    }
)
threshold = Span(
    location=T_start * n_start,
    dimension="height",
    line_dash="dashed",
    line_color="#808890",
)
chosen = Span(
    location=p_start, dimension="height", line_color="#808890", line_width=1
)


def plot(
    title: str, label: str, lines: dict[str, tuple[str, str]], **ranges: object
) -> object:
    """Make one plot of some columns of the data against p."""
    fig = figure(
        title=title, x_axis_type="log", x_axis_label="parameters p", y_axis_label=label, height=380,
        sizing_mode="stretch_width", toolbar_location=None, tools="", background_fill_alpha=0,
        border_fill_alpha=0, outline_line_color=None, **ranges,
    )  # fmt: skip
    fig.grid.grid_line_alpha = 0.2
    for name, (words, color) in lines.items():
        fig.line(
            "p",
            name,
            source=data,
            legend_label=words,
            line_width=2,
            color=figures.COLORS[color],
        )
    fig.legend.background_fill_alpha = 0
    fig.legend.border_line_alpha = 0
    fig.legend.ncols = 2
    fig.add_layout(fig.legend[0], "below")
    fig.add_layout(threshold)
    fig.add_layout(chosen)
    return fig


error_lines = {
    "error": ("pooled error", "red"),
    "dissimilarity": ("dissimilarity G1", "orange"),
    "norm": ("norm G2", "blue"),
    "noise": ("label noise G3", "purple"),
    "single": ("each task alone", "green"),
}
error_plot = plot(
    "Error", "excess risk", error_lines, y_axis_type="log", y_range=(0.003, 100)
)
transfer_plot = plot(
    "Knowledge transfer",
    "gain",
    {"transfer": ("alone minus pooled", "green")},
    y_range=(-2, 2),
)
readout = Div(text="<p>Move a slider.</p>", styles={"font-size": "1rem"})
update = CustomJS(
    args={
        "data": data,
        "sliders": sliders,
        "threshold": threshold,
        "chosen": chosen,
        "readout": readout,
    },
    code="""
const {T, n, sigma, p} = Object.fromEntries(Object.entries(sliders).map(([k, s]) => [k, s.value]));
const least = T > 1 ? -1 / (T - 1) : -1, rho = Math.max(sliders.rho.value, least);
const columns = {...data.data};
const rows = Array.from(columns.p, (p) => window.manytasks.predict(T, n, p, rho, sigma * sigma));
for (const name of Object.keys(columns)) if (name !== "p")
  columns[name] = Float64Array.from(rows, (row) => Number.isFinite(row[name]) ? row[name] : NaN);
data.data = columns;
threshold.location = T * n;
chosen.location = p;
const here = window.manytasks.predict(T, n, p, rho, sigma * sigma);
const text = (x) => Number.isFinite(x) ? x.toPrecision(4) : (x > 0 ? "∞" : x < 0 ? "−∞" : "undefined");
readout.text = `<p aria-live="polite">At p = ${p} with N = ${T * n} samples: error <b>${text(here.error)}</b> `
  + `= ${text(here.dissimilarity)} (dissimilarity) + ${text(here.norm)} (norm) + ${text(here.noise)} (label noise). `
  + `Alone: ${text(here.single)}. Transfer: <b>${text(here.transfer)}</b>.`
  + (rho > sliders.rho.value ? ` ${T} tasks cannot share a cosine below ${least.toFixed(3)}; that is used.` : "") + "</p>";
""",
)
for slider in sliders.values():
    slider.sizing_mode = "stretch_width"
    slider.js_on_change("value", update)
controls = column(*sliders.values(), readout, sizing_mode="stretch_width")
layout = column(controls, error_plot, transfer_plot, sizing_mode="stretch_width")
interactive.show(
    layout,
    script=source,
    name="explore-multitask",
    caption=(
        "Exact error of one model for all tasks, its three terms, the error of each task alone, and the difference, "
        "against $p$ (dashed: $p = N$; thin: your $p$). Try cosine 1 without noise: the peak is gone. Sliders take the "
        "arrow keys. Expectations only: single data sets scatter around them."
    ),
    alt="Five sliders; a plot of the pooled error, its three terms and the single-task error; a plot of the transfer.",
)

# %% [markdown]
# ## Things to try
#
# * Cosine 1 and no noise: the peak at $p = N$ is gone, and transfer is positive everywhere.
# * Cosine 0: transfer is negative at every $p$ above the threshold, however clean the labels.
# * Put $p$ at 1000 and raise $n$. The error grows, is infinite at $n = 100$, and falls again: more data can hurt.
#
# ## Where the formulas come from
#
# Nothing is typed a second time. For such tasks the mean task is equally far from all, and the spread is
# $V = (1 - \rho)(T-1)/T$. We pass symbols through the three factors on which the package builds every error, assert
# that the result is `theory.multitask_terms` for two, three and five tasks on both sides of the threshold, and let
# SymPy print it as JavaScript. For instance, the dissimilarity term above the threshold:

# %%
pooled["over"]["dissimilarity"].factor()

# %% [markdown]
# In JavaScript:

# %%
print(interactive.javascript("pooled_over", (T, n, p, rho, sigma2), pooled["over"]))

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
