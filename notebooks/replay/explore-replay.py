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
from bokeh.models import (
    ColumnDataSource,
    CustomJSTickFormatter,
    Range1d,
    SingleIntervalTicker,
    Span,
)
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
from manytasks.interactive import Choice, Mark, Plot, Slider

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

# %% tags=["hide-input"]
interactive.load(
    interactive.replay_formulas(MOST)
    + """
const readings = {2: readings_2, 3: readings_3, 4: readings_4, 5: readings_5, 6: readings_6};
// The first task may have more samples than the others, as in pretraining. No task stores more than it has.
function problem({T, first, n, m, p, rho, sigma, geometry}) {
  const most = Math.min(first, n), counts = [first, ...Array(MOST - 1).fill(n)];
  const least = geometry === "chain" ? -1 : -1 / (T - 1), cosine = Math.max(rho, least);
  const note = (m > most ? ` <em>Only ${most} samples can be kept of each task.</em>` : "")
    + (cosine > rho ? ` <em>${T} tasks cannot share a cosine below ${least.toFixed(3)}; that is used.</em>` : "");
  const kept = Math.min(m, most), {distances} = {equiangular, chain}[geometry](cosine);
  const thresholds = counts.slice(0, T).map((c, t) => kept * t + c);
  return {T, n: counts, m: Array(MOST).fill(kept), p, sigma2: sigma * sigma, distances, thresholds, note};
}
function both(at) {
  return Object.fromEntries(["warm", "scratch"].map((start) => {
    const matrix = replay({...at, start});
    return [start, {matrix, ...readings[at.T](matrix.flat())}];
  }));
}
// All splits of a budget: whole samples, and as many parameters as the rest buys.
function splits({T, n, rho, sigma, budget, price, start}) {
  const {distances} = equiangular(rho), step = price * (T - 1), least = rho === 1 ? 1 : T;  // rank of the tasks
  const most = Math.min(n, Math.floor((budget - least) / step));
  return Array.from({length: most + 1}, (_, m) => {
    const p = budget - step * m;
    const at = {T, n: Array(MOST).fill(n), m: Array(MOST).fill(m), p, sigma2: sigma * sigma, distances, start};
    return {m, p, ...readings[T](replay(at).flat())};
  });
}
function best(all, objective) {
  const finite = all.filter((split) => Number.isFinite(split[objective]));
  if (finite.length === 0) return undefined;
  const {m, p, [objective]: value} = finite.reduce((a, b) => b[objective] < a[objective] ? b : a);
  return {m, p, value, kind: m === 0 ? "all model" : m === all.length - 1 ? "all buffer" : "interior"};
}
""".replace("MOST", str(MOST))
)

# %% [markdown]
# ## The error matrix
#
# Row $t$ is the state after task $t$, column $i$ the error on task $i$, outlined where task $i$ was just learned. All
# tasks have norm 1, so that error 1 is what a model has that knows nothing. **Warm** moves the previous solution as
# little as possible, **scratch** starts every fit at zero.

# %% tags=["hide-input", "lead"]
grey = {"dimension": "height", "line_color": figures.COLORS["grey"]}
sources = {}
plots = []
for start in ("warm", "scratch"):
    names = ("task", "after", "fill", "edge", "words", "ink")
    cells = sources[start] = ColumnDataSource({name: [] for name in names})
    reach_x, reach_y = Range1d(0.5, T_start + 0.5), Range1d(T_start + 0.5, 0.5)
    sources[f"{start}_x"], sources[f"{start}_y"] = reach_x, reach_y
    drawing = interactive.canvas(
        "error on task",
        "after task",
        x_range=reach_x,
        y_range=reach_y,
        height=260,
    )
    drawing.rect(
        "task",
        "after",
        0.94,
        0.94,
        source=cells,
        fill_color="fill",
        line_color=None,
    )
    drawing.rect(
        "task", "after", 0.8, 0.8, source=cells, fill_color=None, line_color="edge", line_width=2
    )  # fmt: skip
    drawing.text(
        "task", "after", "words", source=cells, text_color="ink", text_align="center",
        text_baseline="middle", text_font_size="12px",
    )  # fmt: skip
    drawing.grid.visible = False
    drawing.axis.ticker = SingleIntervalTicker(interval=1, num_minor_ticks=0)
    drawing.axis.axis_line_alpha = 0
    legend = [
        Mark("below 1", "blue", "box"),
        Mark("above 1: worse than knowing nothing", "red", "box"),
    ]
    title = {"warm": "Warm start", "scratch": "From scratch"}[start]
    plots.append(Plot(title, drawing, legend, square=True))

for name, label, axes in (
    ("error", "error G", {"y_axis_type": "log", "y_range": (0.01, 100)}),
    ("forgetting", "forgetting F", {"y_range": (-1, 2)}),
):
    lines = sources[name] = ColumnDataSource(
        {column: [] for column in ("p", "warm", "scratch")}
    )
    walls = sources[f"{name}_walls"] = ColumnDataSource({"N": []})
    chosen = sources[f"{name}_chosen"] = Span(location=p_start, **grey)
    drawing = interactive.canvas(
        "parameters p",
        label,
        x_axis_type="log",
        x_range=(2, 5000),
        height=260,
        **axes,
    )
    drawing.vspan(
        "N", source=walls, line_color=grey["line_color"], line_dash="dashed"
    )
    for start, color, dash in (
        ("warm", "blue", "solid"),
        ("scratch", "orange", "dashed"),
    ):
        drawing.line(
            "p", start, source=lines, color=figures.COLORS[color], line_dash=dash, line_width=2.5
        )  # fmt: skip
    drawing.add_layout(chosen)
    legend = [
        Mark("warm", "blue"),
        Mark("scratch", "orange", "dashed"),
        Mark("thresholds", "grey", "dashed"),
        Mark("your p", "grey"),
    ]
    title = {
        "error": "Mean error after the last task",
        "forgetting": "Forgetting",
    }[name]
    plots.append(Plot(title, drawing, legend, square=True))

interactive.show(
    [
        Slider("T", "tasks T", 2, MOST, T_start),
        Slider("n", "samples per task n", 1, 60, n_start),
        Slider("first", "samples of task 1", 1, 200, n_start),
        Slider("m", "kept of each task m", 0, 60, m_start),
        Slider("p", "parameters p", 6, 1000, p_start),
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
    update="""
const at = problem(setting), now = both(at), ink = manytasks.ink(), show = (x) => manytasks.text(x);
const blend = (from, to, share) => "rgb(" + from.map((c, k) => Math.round(c + (to[k] - c) * share)).join() + ")";
const shade = (e) => { const x = Math.max(-1, Math.min(1, Math.log2(e)));
  return x < 0 ? blend([242, 239, 233], [42, 139, 198], -x) : blend([242, 239, 233], [213, 96, 42], x); };
for (const [start, {matrix}] of Object.entries(now)) {
  const cells = matrix.flatMap((row, t) => row.map((e, i) => ({e, t, i})));
  models[start].data = {
    task: cells.map(({i}) => i + 1), after: cells.map(({t}) => t + 1),
    fill: cells.map(({e}) => Number.isFinite(e) ? shade(e) : "rgba(0,0,0,0)"),
    ink: cells.map(({e}) => Number.isFinite(e) ? "#111" : ink),
    edge: cells.map(({e, t, i}) => t !== i ? "rgba(0,0,0,0)" : Number.isFinite(e) ? "#111" : ink),
    words: cells.map(({e}) => Number.isFinite(e) ? (e < 9.995 ? e.toFixed(2) : e.toPrecision(2)) : "∞"),
  };
  models[start + "_x"].end = models[start + "_y"].start = at.T + 0.5;
}
const widths = manytasks.widths(5000, at.thresholds, 160);
const curves = widths.map((p) => ({p, ...both({...at, p})}));
for (const name of ["error", "forgetting"]) {
  models[name].data = manytasks.columns(["p", "warm", "scratch"],
    curves.map(({p, warm, scratch}) => ({p, warm: warm[name], scratch: scratch[name]})));
  models[name + "_walls"].data = {N: at.thresholds};
  models[name + "_chosen"].location = at.p;
}
const sides = at.thresholds.map((N) => at.p > N + 1 ? "above" : at.p < N - 1 ? "below" : "at");
const words = `With <b>p = ${at.p}</b> the mean error is <b>${show(now.warm.error)}</b> warm, <b>${show(now.scratch.error)}</b> `
  + `from scratch; forgetting ${show(now.warm.forgetting)} warm, ${show(now.scratch.forgetting)} from scratch. `
  + `Thresholds: ${at.thresholds.map((N, t) => `${N} (${sides[t]})`).join(", ")}.` + at.note;
return {values: now, words};
""",
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
display(
    Markdown(
        f"""**What to try**, with {tried} tasks, {n_tried} samples each and σ = {sigma_tried}

* Put $p$ at 400 and raise $m$ from 0 to {n_tried}, once with cosine 1, once with the chain and cosine −0.9. The same buffer lowers the
  error of equal tasks and raises that of opposed ones.
* Lower $p$ past the dashed lines, down to 25. Below all of them the two matrices are equal, because a least-squares fit does
  not know where it started.
* Set the cosine to 0.7 and give task 1 its 200 samples, as in pretraining, with $p = 150$ and $m = 0$: least squares learns it well, and
  its error grows to {pretrained[0]:.2f} by the end. Now keep $m = 10$: it ends at {pretrained[1]:.2f}. Replay *interpolates* what least squares
  had averaged, and brings noise back."""
    )
)

# %% [markdown]
# ## The budget
#
# A budget $B$ buys parameters, at price 1, and stored samples, at the price you set: $B = p + b\,(T-1)\,m$. All splits
# are computed; the markers are the best.

# %% tags=["hide-input"]
lines = ColumnDataSource({name: [] for name in ("m", "error", "forgetting")})
lines.tags = [budget_start, price_start * (T_start - 1)]
labels = CustomJSTickFormatter(
    args={"line": lines},
    code="return Number.isInteger(tick) && tick >= 0 ? `${tick}\\np ${line.tags[0] - line.tags[1] * tick}` : ''",
)
reach_x = Range1d(-0.5, n_start + 0.5)
sources, plots = {"lines": lines, "x": reach_x}, []
for name, label, color in (
    ("error", "error G", "red"),
    ("forgetting", "forgetting F", "blue"),
):
    shade = figures.COLORS[color]
    mark = sources[f"{name}_best"] = ColumnDataSource({"m": [], "value": []})
    reach_y = sources[f"{name}_y"] = Range1d(0, 2)
    drawing = interactive.canvas(
        "kept of each task m, parameters p", label, x_range=reach_x, y_range=reach_y
    )  # fmt: skip
    drawing.line("m", name, source=lines, color=shade, line_width=2)
    drawing.scatter("m", name, source=lines, color=shade, size=5)
    drawing.scatter(
        "m", "value", source=mark, marker="diamond", size=22, line_color=shade,
        fill_color=shade, fill_alpha=0.35, line_width=2,
    )  # fmt: skip
    drawing.xaxis.formatter = labels
    words = {"error": "Error", "forgetting": "Forgetting"}[name]
    legend = [Mark("every whole split", color), Mark("the best", color, "diamond")]
    plots.append(
        Plot(f"{words} along the budget line", drawing, legend, square=True)
    )
interactive.show(
    [
        Slider("budget", "budget B", 20, 3000, budget_start),
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
    update="""
const all = splits(setting), names = ["error", "forgetting"], show = (x) => manytasks.text(x);
const found = Object.fromEntries(names.map((name) => [name, best(all, name)]));
models.lines.tags = [setting.budget, setting.price * (setting.T - 1)];
models.lines.data = manytasks.columns(["m", ...names], all);
models.x.setv({start: -0.03 * all.length - 0.2, end: 1.03 * (all.length - 1) + 0.2});
for (const name of names) {
  const at = found[name], values = all.map((split) => split[name]).filter(Number.isFinite).sort((a, b) => a - b);
  models[name + "_best"].data = at ? {m: [at.m], value: [at.value]} : {m: [], value: []};
  // From the best split to a little above most others; what lies beside a threshold may leave the plot.
  const low = values[0] ?? 0, usual = values[Math.floor(0.8 * values.length)] ?? 1;
  const high = Math.min(values[values.length - 1] ?? 1, low + 1.5 * (usual - low)) + 0.01;
  models[name + "_y"].setv({start: low - 0.12 * (high - low), end: high + 0.06 * (high - low)});
}
const say = (name, word) => found[name]
  ? `Least ${word}: <b>m = ${found[name].m}</b> and p = ${found[name].p} (${found[name].kind}), ${show(found[name].value)}`
    + ". "
  : `No split has a finite ${word}. `;
const words = say("error", "error") + say("forgetting", "forgetting")
  + `Without a buffer the error is ${show(all[0].error)}, with the largest ${show(all[all.length - 1].error)}.`;
return {values: {splits: all, best: found}, words};
""",
    name="explore-budget",
    caption=(
        "Error and forgetting for every whole split of the budget, from all parameters (left) to all samples (right), with the best "
        "splits. Gaps are infinite, for there $p$ meets a threshold; values beside them may lie above the plot. Exact expectations."
    ),
    alt="Seven controls and a plot of error and forgetting against the number of stored samples, with the best splits marked.",
)


# %% tags=["hide-input"]
# What the list below says, checked.
def split(
    cosine: float, money: int = 600, price: int = 2, objective: str = "error"
):
    """Return the best split."""
    tasks = Tasks.equiangular(tried, cosine)
    return theory.best_split(
        tasks, n_tried, sigma_tried**2, money, 1, price, objective
    )


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
display(
    Markdown(
        f"""**What to try**, with the same tasks and a budget of 600

* Move the cosine from 0.5 over 0.7 to 0.9: the best split for the error goes from {kinds[0]} over an {kinds[1]} one to {kinds[2]}.
* Put the cosine at 0.7 and raise the price from 3 to 5. The optimum does not slide, it jumps, from $p = {cheap.p}$ to $p = {dear.p}$: to the other side of the threshold,
  where a small model fits all samples by least squares.
* Budget 200, price 2, cosine 0. The least forgetting, {trap.value:.1f}, lies amid the thresholds ($m = {trap.memory}$, $p = {trap.p}$), the least error below all of them
  ($m = {honest.memory}$, $p = {honest.p}$): who has learned badly has little to forget."""
    )
)

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
