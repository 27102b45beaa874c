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
# # Does gradient descent find the minimum-norm solution?

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 300  # simulated data sets per width [25 to 1000]
T = 4  # tasks [2 to 8]
n = 10  # samples per task [5 to 20]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import Markdown, display

from manytasks import Tasks, checks, evidence, figures, parameters, theory
from manytasks.page import times_ten
from manytasks.simulate.direct import draw_data, excess_risk, fit
from manytasks.statistics import critical_z, noticed, z_scores
from manytasks.streams import stream
from manytasks.symbolic import differing

parameters.check(In, globals())
N = T * n
parameters.require(16 <= N <= 100, f"T * n must be 16 to 100; got {N}")
sigma2 = 0.25  # label-noise variance
tolerance = 1e-8  # distance to the limit that counts as arrived, relative to the distance at the start
tasks = Tasks.equiangular(T, cosine=0.5)
vectors = tasks.vectors(T)  # all further coordinates are zero
counts = np.full(T, n)


def draw(p, size, name):
    """Draw pooled features (size, p, N) and labels (size, N, 1)."""
    X, y = draw_data(stream(seed, name, p), size, vectors, counts, p, sigma2)
    return X, y[..., None]


def least_norm_fit(X, y):
    """Return the minimum-norm interpolator (p >= N) or the least-squares solution (p < N), (size, p)."""
    return fit(X, y[..., 0].copy())  # fit overwrites its labels


def curvatures(X):
    """Return the largest and the smallest non-zero eigenvalue of X X'/N, for every data set."""
    values = np.linalg.svd(X, compute_uv=False) ** 2 / N
    return values[:, 0], values[:, -1]


def descend(X, y, w, steps, rate):
    """Take gradient steps on |X'w - y|^2/(2N) from w (size, p, starts)."""
    Xt = X.swapaxes(1, 2)
    for _ in range(steps):
        w = w - rate * (X @ (Xt @ w - y)) / N
    return w


X, y = draw(3 * N, trials, "opening")
top, bottom = curvatures(X)
opening_steps = int(
    np.ceil(np.log(tolerance) / np.log(1 - 2 * bottom / (top + bottom)).max())
)
w = descend(
    X,
    y,
    np.zeros((trials, 3 * N, 1)),
    opening_steps,
    (2 / (top + bottom))[:, None, None],
)[..., 0]
limit = least_norm_fit(X, y)
arrived = np.linalg.norm(w - limit, axis=1) / np.linalg.norm(limit, axis=1)
display(
    Markdown(
        "Yes, if it starts from zero: every gradient is a combination of the data, so gradient descent never leaves "
        "their span, and the span holds one single interpolator, the one of minimum norm. "
        f"In {trials} data sets with $p = {3 * N}$ parameters and $N = {N}$ samples, {opening_steps} steps brought it "
        f"to within a relative distance of **{times_ten(arrived.max())}**."
    )
)

# %% [markdown]
# ## Setting
#
# The data are those of {doc}`many-tasks`: pooled features $X \in \mathbb R^{p \times N}$, one column per sample, and
# labels $y \in \mathbb R^N$. Gradient descent lowers the mean squared error
#
# $$ \ell(w) = \tfrac1{2N} \|X^\top w - y\|^2, \qquad w_{k+1} = w_k - \tfrac hN X (X^\top w_k - y), $$
#
# with learning rate $h$ from a start $w_0$. Stochastic gradient descent (SGD) does the same with one sample, or a
# few, at a time. Write $\lambda_1 \ge \dots \ge \lambda_r > 0$ for the non-zero eigenvalues of the curvature matrix
# $X X^\top / N$; with Gaussian features $r = \min(p, N)$. Their ratio $\operatorname{cond} = \lambda_1 / \lambda_r$ is the
# condition number.
#
# If $p > N$, infinitely many $w$ fit the data exactly. Paper A assumes that training picks the one of minimum norm,
# and all its formulas rest on that {cite}`banayeeanzade2024`. That gradient descent does so is classical
# {cite}`zhang2021,gunasekar2018`.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} The limit of gradient descent (assumption of Paper A; claim A.S1)
# :label: thm-gradient-descent-limit
#
# Let $X$ have full rank.
#
# 1. *Above the threshold*, $p \ge N$, with $0 < h < 2/\lambda_1$: gradient descent converges to
#
#    $$ w_\infty = w_0 + X (X^\top X)^{-1} (y - X^\top w_0), $$
#
#    the interpolator nearest to $w_0$. From $w_0 = 0$ it is the minimum-norm interpolator.
# 2. *Below it*, $p < N$: for the same $h$ it converges to the one least-squares solution $(XX^\top)^{-1} X y$.
#    The start is forgotten.
# 3. *Rate.* In both cases $\|w_k - w_\infty\| \le \max_j |1 - h\lambda_j|^k\, \|w_0 - w_\infty\|$. The best rate
#    is $h = 2/(\lambda_1 + \lambda_r)$, with the factor $(\operatorname{cond} - 1)/(\operatorname{cond} + 1)$ per step.
# 4. *SGD*, $p \ge N$, one uniformly random sample $x_i$ per step, $0 < h < 2/R^2$ with $R = \max_i \|x_i\|$: the limit
#    is the same $w_\infty$, and
#
#    $$ \mathbb E\|w_k - w_\infty\|^2 \le \big(1 - h(2 - hR^2)\lambda_N\big)^k\, \|w_0 - w_\infty\|^2. $$
# ```
#
# ```{prf:theorem} The error from any start (break condition of Paper A; claim A.B1)
# :label: thm-initialisation
#
# Let $p > N + 1$, features and noise be as in {prf:ref}`thm-multitask-error`, and $w_0$ independent of the data.
# The limit of gradient descent from $w_0$ has the error of that theorem, except that its first term, the bias, is
#
# $$ \Big(1 - \frac Np\Big) \|w_i^* - w_0\|^2 \quad\text{instead of}\quad \Big(1 - \frac Np\Big) \|w_i^*\|^2. $$
#
# For $p < N - 1$ the error does not depend on $w_0$.
# ```

# %% [markdown]
# ## Derive
#
# **Step 1: never leave the span.** Every gradient, of all samples or of one, is a combination of columns of $X$.
# So $w_k - w_0$ lies in their span for all $k$, and so does its limit. An interpolator with $w - w_0 = Xa$ solves
# $X^\top X a = y - X^\top w_0$. For $p \ge N$ this has exactly one solution, the $w_\infty$ of the theorem.
#
# **Step 2: it is the nearest one.** Two interpolators differ by a $v$ with $X^\top v = 0$, and
# $w_\infty - w_0 = Xa$ is orthogonal to it: $\|w_\infty + v - w_0\|^2 = \|w_\infty - w_0\|^2 + \|v\|^2$.
# SymPy finds the same point by minimising the distance under the constraints, here with two samples, three
# parameters and every letter free:

# %%
X_s = sp.Matrix([[2, 1], [1, -1], [0, 3]])
y_s, start = sp.Matrix(sp.symbols("y_1:3")), sp.Matrix(sp.symbols("s_1:4"))
point, multiplier = sp.Matrix(sp.symbols("v_1:4")), sp.Matrix(sp.symbols("mu_1:3"))

stationary = [*(point - start - X_s * multiplier), *(X_s.T * point - y_s)]
constrained = sp.solve(stationary, [*point, *multiplier], dict=True)[0]
nearest = start + X_s * (X_s.T * X_s).inv() * (y_s - X_s.T * start)
checks.require(
    differing([constrained[v] for v in point], nearest) == 0,
    "the nearest point under the constraints is the limit",
)

# %% [markdown]
# **Step 3: geometric convergence.** Let $e_k = w_k - w_\infty$. At the limit the gradient is zero, so
# $e_{k+1} = (I - \tfrac hN XX^\top)\, e_k$. Along the eigenvector of $\lambda_j$ every step multiplies the error by
# $1 - h\lambda_j$. Above the threshold $e_0$ lies in the span, where only the $\lambda_j > 0$ occur; below it,
# the span is everything. That is part 3 and with it parts 1 and 2.
# The slowest factor is the larger of $|1 - h\lambda_1|$ and $|1 - h\lambda_r|$. It is least where they are equal:

# %%
h, first, last, kappa = sp.symbols("h lambda_1 lambda_r kappa", positive=True)
best_rate = sp.solve(sp.Eq(h * first - 1, 1 - h * last), h)[0]
factor = (1 - best_rate * last).subs(first, kappa * last)
checks.require(
    differing([best_rate, factor], [2 / (first + last), (kappa - 1) / (kappa + 1)])
    == 0,
    "best rate and factor are those of part 3",
)
sp.factor(sp.simplify(factor))

# %% [markdown]
# **Step 4: SGD.** Sample $i$ alone gives $e_{k+1} = e_k - h\,x_i x_i^\top e_k$, because $w_\infty$ fits *every* sample.
# The squared length falls by $(2h - h^2\|x_i\|^2)(x_i^\top e_k)^2$:

# %%
a, b, c, d, step = sp.symbols("a b c d h")
e_s, x_s = sp.Matrix([a, b]), sp.Matrix([c, d])
after = e_s - step * x_s * (x_s.T * e_s)
fall = e_s.dot(e_s) - after.dot(after)
checks.require(
    differing([fall], [(2 * step - step**2 * x_s.dot(x_s)) * x_s.dot(e_s) ** 2])
    == 0,
    "the squared length falls as stated",
)

# %% [markdown]
# Averaged over $i$, the square becomes $e_k^\top \tfrac{XX^\top}{N} e_k \ge \lambda_N \|e_k\|^2$, as $e_k$ lies in the
# span. With $\|x_i\| \le R$ this is part 4. It needs an interpolator: below the threshold no $w$ fits every sample.
#
# **Step 5: the error from any start.** Put $w = w_0 + \tilde w$. Then $\tilde w$ is the minimum-norm interpolator of the
# labels $y - X^\top w_0$, which belong to the tasks $w_i^* - w_0$. So nothing new has to be computed: shift all tasks
# by $w_0$. Distances between tasks do not notice, norms do. For three tasks with any Gram matrix and sample counts:

# %%
p, noise_var = sp.symbols("p sigma^2", positive=True)
sizes = sp.symbols("n_1:4", positive=True)
three = range(3)
gram = sp.Matrix(
    3, 3, lambda i, j: sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}")
)
with_start = sp.symbols("g_1:4")  # inner products of the tasks with w_0
start2 = sp.Symbol("s", positive=True)  # its squared norm

shifted = sp.Matrix(
    3, 3, lambda i, j: gram[i, j] - with_start[i] - with_start[j] + start2
)
from_zero = {
    side: theory.multitask_error(
        Tasks(gram.tolist()), sizes, p, noise_var, regime=side
    )
    for side in ("over", "under")
}
from_start = {
    side: theory.multitask_error(
        Tasks(shifted.tolist()), sizes, p, noise_var, regime=side
    )
    for side in ("over", "under")
}
seen = sum(sizes) / p
theorem = [
    from_zero["over"][i] + (1 - seen) * (shifted[i, i] - gram[i, i]) for i in three
]
wrong_terms = differing(from_start["over"], theorem) + differing(
    from_start["under"], from_zero["under"]
)
evidence.record(
    "A.B1",
    "derivation from any start",
    "tasks and sides on which theorem and package differ",
    wrong_terms,
    "==",
    0,
    n="3 tasks, symbolic counts and Gram matrix, both sides",
)

# %% [markdown]
# **What it means for the peak.** Only the bias depends on $w_0$, and the bias vanishes as $p \to N$. The part
# that grows without bound near the threshold is the same from every start. How far the peak *stands out* does depend
# on it. Call $B = \|w_i^* - w_0\|^2$, and compare the error at one width $p_1$ with that at a wider one $p_2$, where
# the rest of the error is smaller: $R_2 < R_1$. The ratio falls with $B$:

# %%
B, R_2, extra = sp.symbols("B R_2 e", positive=True)
alpha_1, gap = sp.symbols(
    "alpha_1 g", positive=True
)  # 1 - N/p at both widths: alpha_1 and alpha_1 + gap
ratio = (alpha_1 * B + R_2 + extra) / ((alpha_1 + gap) * B + R_2)
numerator, _ = sp.fraction(sp.together(sp.diff(ratio, B)))
checks.require(
    all(term.could_extract_minus_sign() for term in sp.expand(numerator).args),
    "every term of the derivative's numerator is negative",
)
sp.expand(numerator)

# %% [markdown]
# Every term is negative. So a start nearer to the task than zero makes the peak stand out *more*, and one farther away
# makes it stand out less, by raising the error everywhere else.

# %% [markdown]
# ## Check
#
# First the limit and the rate. We run gradient descent with the best rate from zero, count steps as the theorem
# prescribes for a relative distance of at most $10^{-8}$, and compare with the minimum-norm interpolator computed
# directly. Part 3 bounds the distance at every step from above. The part of it along the eigenvectors of $\lambda_1$
# and $\lambda_r$ shrinks by exactly $(\operatorname{cond} - 1)/(\operatorname{cond} + 1)$ and bounds it from below.

# %% tags=["hide-input"]
widths = [N + N // 4, 2 * N, 4 * N, 10 * N]
colors = dict(zip(widths, ("red", "orange", "green", "blue"), strict=True))
distances, bounds, outside = {}, {}, []
for width in widths:
    X, y = draw(width, 1, "path")
    top, bottom = (values[0] for values in curvatures(X))
    bounds[width] = (top - bottom) / (top + bottom)
    limit = least_norm_fit(X, y)[..., None]
    steps = int(np.ceil(np.log(tolerance) / np.log(bounds[width])))
    w, path = np.zeros((1, width, 1)), [np.linalg.norm(limit)]
    for _ in range(steps):
        w = descend(X, y, w, 1, 2 / (top + bottom))
        path.append(np.linalg.norm(w - limit))
    distances[width] = np.array(path) / path[0]
    ends = np.linalg.svd(X[0], full_matrices=False)[0][:, [0, -1]]
    share = np.linalg.norm(ends.T @ limit[0]) / path[0]
    over_bound = distances[width] / bounds[width] ** np.arange(steps + 1)
    outside += [over_bound.max() - 1, share / over_bound.min() - 1]

X, y = draw(4 * N, 1, "path")  # one of these data sets
columns, labels, limit = X[0].T, y[0, :, 0], least_norm_fit(X, y)[0]
radius2 = np.square(columns).sum(axis=1).max()
shrink = 1 - curvatures(X)[1][0] / radius2  # part 4 at h = 1/R²
# By Markov's inequality these steps fall short with probability 1e-9 at most.
steps = int(np.ceil(np.log(1e-9 * tolerance**2) / np.log(shrink)))
order = stream(seed, "order").integers(N, size=steps)
w, sgd = np.zeros(4 * N), [1.0]
for i in order:
    w = w - columns[i] * (columns[i] @ w - labels[i]) / radius2
    sgd.append(np.linalg.norm(w - limit) / np.linalg.norm(limit))

# %% tags=["hide-input", "lead"]
left, ax = plt.subplots()
for width in widths:
    k = np.arange(len(distances[width]))
    ax.plot(
        k,
        distances[width],
        color=figures.COLORS[colors[width]],
        label=f"$p = {width}$",
    )
    ax.plot(
        k,
        bounds[width] ** k,
        color=figures.COLORS[colors[width]],
        linestyle=":",
        linewidth=1.5,
    )
ax.set(xscale="symlog", yscale="log", ylim=(1e-10, 3), xlim=(0, None))
ax.set(
    xlabel="steps of gradient descent",
    ylabel="relative distance",
    title="Gradient descent",
)
ax.legend(loc="lower left")
right, ax = plt.subplots()
ax.plot(
    np.arange(len(sgd)) / N,
    sgd,
    color=figures.COLORS["green"],
    label=f"SGD, $p = {4 * N}$",
)
ax.plot(
    np.arange(len(sgd)) / N,
    shrink ** (np.arange(len(sgd)) / 2),
    color=figures.COLORS["green"],
    linestyle=":",
    label="bound (root mean square)",
)
ax.set(
    yscale="log",
    ylim=(1e-13, 3),
    xlabel="passes through the data",
    ylabel="relative distance",
    title="SGD",
)
ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="gradient-descent-distance",
    caption=(
        f"Distance to the minimum-norm interpolator, relative to the start at zero ($N = {N}$, one data set per "
        "width). (a) gradient descent (solid) under the bound of the theorem (dotted). (b) SGD, one sample per "
        "step. Straight lines in b are geometric convergence; in a the steps are on a logarithmic axis, "
        "which holds all widths and bends them. The figure does not show how far either is from the truth."
    ),
    alt=(
        "Two panels of relative distance on a logarithmic scale. Left: four widths fall to 1e-8, after "
        + ", ".join(f"{len(distances[w_]) - 1:,} (p = {w_})" for w_ in widths)
        + " steps. Right: SGD falls in a straight line with the number of passes."
    ),
)

# %%
final = max(arrived.max(), *(path[-1] for path in distances.values()))
evidence.record(
    "A.S1",
    "gradient descent from zero",
    "largest relative distance after the steps the theorem prescribes",
    final,
    "<=",
    tolerance,
    n=f"{trials + len(widths)} data sets",
)
evidence.record(
    "A.S1",
    "geometric rate",
    "largest relative distance outside its two bounds, at any step",
    max(outside),
    "<",
    1e-3,
    n=f"{len(widths)} widths, every step",
)

# %% [markdown]
# SGD on one data set is one draw. Part 4 holds for minibatches too, because a mean of projections shrinks no less than its parts are allowed to; we try widths, batches and rates
# on several data sets at once. Beyond $2/\lambda_1$ descent must run away. Adam rescales coordinates and leaves the span of the data.

# %% tags=["hide-input"]
several = 12  # data sets


def descend_in_batches(width, batch, share):
    """Return the distances after SGD at a share of the rate 2/R², each relative to its start."""
    X, y = draw(width, several, "batches")
    columns, limits = X.swapaxes(1, 2), least_norm_fit(X, y)
    radius2 = np.square(columns).sum(axis=2).max()
    slowest = 4 * share * (1 - share) * curvatures(X)[1].min() / radius2
    steps = int(np.ceil(np.log(1e-9 * tolerance**2) / np.log(1 - slowest)))
    picks = stream(seed, "batches", width, batch, str(share)).integers(
        N, size=(steps, several, batch)
    )
    each, w = np.arange(several)[:, None], np.zeros((several, width, 1))
    for pick in picks:
        rows = columns[each, pick]  # (data sets, batch, p)
        missed = rows @ w - y[each, pick]
        w -= 2 * share / radius2 / batch * (rows.swapaxes(1, 2) @ missed)
    away = np.linalg.norm(w[..., 0] - limits, axis=1)
    return (away / np.linalg.norm(limits, axis=1)).max()


X, y = draw(4 * N, several, "rates")
top = curvatures(X)[0][:, None, None]
limits = least_norm_fit(X, y)
tried = [
    (True, descend_in_batches(width, batch, share))
    for width, batch, share in (
        (2 * N, 1, 0.5),
        (4 * N, 1, 0.75),
        (4 * N, 8, 0.25),
        (4 * N, 8, 0.75),
    )
]
for share in (0.5, 0.95, 1.05, 1.1):
    w = descend(X, y, np.zeros((several, 4 * N, 1)), 1000, 2 * share / top)
    away = np.linalg.norm(w[..., 0] - limits, axis=1)
    away /= np.linalg.norm(limits, axis=1)
    tried.append((share < 1, away.max() if share < 1 else away.min()))
tried = pd.DataFrame(tried, columns=["below_bound", "distance"])
by_rate = evidence.tested(
    tried,
    "below_bound",
    lambda rows: rows.distance.max(),
    "the rate lies below 2/λ₁, and for SGD below 2/R²",
)
evidence.record(
    "A.S1",
    "stochastic gradient descent from zero",
    "relative distance at the end",
    sgd[-1],
    "<=",
    tolerance,
    n=f"{len(order)} steps at p = {4 * N}",
)
evidence.record(
    "A.S1",
    "widths, batches and rates",
    "largest relative distance at the end",
    by_rate.inside,
    "<=",
    tolerance,
    n=f"{several} data sets × {int(tried.below_bound.sum())} settings; beyond the bound, two rates",
    when=by_rate,
)
w, first, second = np.zeros((3, several, 4 * N, 1))
for k in range(1, 2001):
    slope = X @ (X.swapaxes(1, 2) @ w - y) / N
    first += 0.1 * (slope - first)
    second += 0.001 * (slope**2 - second)
    w -= 0.003 * (first / (1 - 0.9**k)) / (np.sqrt(second / (1 - 0.999**k)) + 1e-8)
fitted = np.linalg.norm(X.swapaxes(1, 2) @ w - y, axis=1) / np.linalg.norm(
    y, axis=1
)
span = np.linalg.qr(X)[0]
beside = np.linalg.norm(w - span @ (span.swapaxes(1, 2) @ w), axis=1)
beside /= np.linalg.norm(limits, axis=1)[:, None]
evidence.record(
    "A.S1",
    "Adam from zero: not the one of minimum norm",
    "smallest part outside the span of the data, relative to the interpolator of minimum norm",
    float(beside.min()),
    ">",
    tolerance,
    n=f"{several} data sets",
)
display(
    Markdown(
        f"Below the bounds every run arrives within {tried[tried.below_bound].distance.max():.0e}. At 1.05 times the bound descent ends at least "
        f"{tried[~tried.below_bound].distance.min():.0e} times its start away. Adam fits the labels to {fitted.max():.0e} and keeps a part of {beside.min():.2f} or more outside the span."
    )
)

# %% [markdown]
# Now the error from three starts: zero; the mean task, a good guess such as pre-training might give; and its
# opposite, a bad one. We run gradient descent itself and compare with {prf:ref}`thm-initialisation`.

# %% tags=["hide-input"]
mean_task = vectors.mean(axis=0)
starts = {
    "from zero": 0 * mean_task,
    "from the mean task": mean_task,
    "from its opposite": -mean_task,
}
shades = dict(zip(starts, ("grey", "green", "red"), strict=True))
grid = sorted(
    {N // 4, min(N // 2, N - 12), max(2 * N, N + 12), 3 * N, 5 * N, 10 * N}
)
errors = np.empty((trials, len(starts), len(grid)))
to_nearest, to_minimum = 0.0, np.inf
for column, width in enumerate(grid):
    X, y = draw(width, trials, "starts")
    begin = np.zeros((width, len(starts)))
    begin[:T] = np.stack(list(starts.values()), axis=1)[:width]
    top, bottom = curvatures(X)
    steps = int(
        np.ceil(np.log(tolerance) / np.log(1 - 2 * bottom / (top + bottom)).max())
    )
    w = descend(
        X,
        y,
        np.broadcast_to(begin, (trials, *begin.shape)),
        steps,
        (2 / (top + bottom))[:, None, None],
    )
    for row in range(len(starts)):
        errors[:, row, column] = excess_risk(w[..., row], vectors).mean(axis=1)
        goal = begin[:, row] + fit(X, (y[..., 0] - begin[:, row] @ X))
        far = np.linalg.norm(begin[:, row] - goal, axis=1)
        missed = np.linalg.norm(w[..., row] - goal, axis=1) / far
        to_nearest = max(to_nearest, missed.max())
        if width > N and row > 0:
            apart = np.linalg.norm(w[..., row] - least_norm_fit(X, y), axis=1) / far
            to_minimum = min(to_minimum, apart.min())


def exact(start, p):
    """Return the error averaged over tasks when training starts there."""
    return theory.multitask_error(
        Tasks.from_vectors(vectors - start), n, p, sigma2
    ).mean(axis=-1)


alpha = evidence.level("A.B1", "simulation from three starts")
critical = critical_z(len(starts) * len(grid), alpha, draws=trials)
expected = np.array([exact(start, grid) for start in starts.values()])
z = np.abs(z_scores(errors, expected, skewed=True))
above = np.array(grid) > N
as_from_zero = np.abs(z_scores(errors, expected[0], skewed=True))[1:, above]
display(
    Markdown(
        f"The largest of {z.size} scores is $|z| = {z.max():.2f}$; a correct theory exceeds {critical:.2f} anywhere "
        f"with probability {alpha:.0e} at most. The test notices errors of {noticed(errors, expected, critical):.0%}. "
        "The formula for a start from zero, applied to the other starts above the threshold, scores "
        f"{as_from_zero.min():.0f} or more."
    )
)
for check, statistic, value, sign in (
    (
        "from elsewhere: the nearest interpolator",
        "largest relative distance to the interpolator nearest to the start",
        to_nearest,
        "<=",
    ),
    (
        "from elsewhere: not the one of minimum norm",
        "smallest relative distance to the interpolator of minimum norm",
        to_minimum,
        ">",
    ),
):
    evidence.record(
        "A.S1",
        check,
        statistic,
        value,
        sign,
        tolerance,
        n=f"{len(starts)} starts × {len(grid)} widths × {trials} data sets",
    )

# %% [markdown]
# Paper A names the start at zero among its limits: it may not hold in practice (claim A.S5). What the theory for zero then gets wrong:

# %% tags=["hide-input"]
told_zero = pd.DataFrame(
    [
        (p_ > N, abs(float(exact(start, p_) / exact(0 * mean_task, p_)) - 1))
        for p_ in (max(N // 2, T + 1), 2 * N, 5 * N)
        for start in (mean_task, -mean_task)
    ],
    columns=["wide", "off"],
)
matters = evidence.tested(
    told_zero,
    "wide",
    lambda rows: rows.off.min(),
    "p > N: there the start stays in the error, for better or worse; with fewer parameters no start matters",
)
evidence.record(
    "A.S5",
    "the theory for zero, other starts",
    "smallest relative error of the formula for zero, from the mean task and from its opposite",
    matters.inside,
    ">",
    0.01,
    n="exact, p = 2N and 5N; beyond, p = N/2",
    when=matters,
)

# %% [markdown]
# ## Look

# %% tags=["hide-input"]
curve = np.unique(
    np.concatenate(
        [np.geomspace(5, 10 * N, 200).round(), N + np.arange(-8, 9)]
    ).astype(int)
)
fig, ax = plt.subplots()
for row, (name, start) in enumerate(starts.items()):
    color = figures.COLORS[shades[name]]
    ax.plot(curve, exact(start, curve), color=color, label=name)
    figures.band(ax, grid, errors[:, row], color=color)
ax.set(
    xscale="log",
    ylim=(0, 8),
    xlabel="parameters $p$",
    ylabel="excess risk, mean over tasks",
)
ax.set_title("The start matters above the threshold only")
figures.threshold(ax, N)
ax.legend(loc="upper right")
figures.show(
    fig,
    name="error-from-three-starts",
    caption=(
        f"Error after gradient descent from three starts: theory (lines) and descent itself (points, {trials} data "
        f"sets each, 95 % intervals; $T = {T}$, $N = {N}$, σ² = {sigma2}). Left of the threshold the starts cannot be "
        "told apart. The peak is there from every start; a bad one hides it by raising everything to the right. "
        "The figure shows limits, not what a finite number of steps does."
    ),
    alt=(
        "Excess risk against p from three starts: one curve below p = N, one common peak, and three levels "
        "above: lowest from the mean task, highest from its opposite."
    ),
)

# %%
at, beyond = N + 2, np.arange(N + 3, 100 * N)
prominence = {
    name: exact(start, at) / exact(start, beyond).min()
    for name, start in starts.items()
}
near, zero, far = (
    prominence[f"from {start}"]
    for start in ("the mean task", "zero", "its opposite")
)
evidence.record(
    "A.B1",
    "simulation from three starts",
    "largest |z|",
    z.max(),
    "<",
    critical,
    n=f"{z.size} cells × {trials} data sets",
    detects=f"errors wrong by {noticed(errors, expected, critical):.0%}",
)
rng = stream(seed, "random starts")
drawn_starts = [
    mean_task * side + size * rng.standard_normal(T) / np.sqrt(T)
    for side in (-1, 1)
    for size in np.geomspace(0.05, 3, 10)
]
drawn_starts = pd.DataFrame(
    [
        (
            np.square(vectors - start).sum() / np.square(vectors).sum(),
            exact(start, at) / exact(start, beyond).min() / zero,
        )
        for start in drawn_starts
    ],
    columns=["distance2", "prominence"],
)
drawn_starts = drawn_starts[abs(drawn_starts.distance2 - 1) > 1e-3]
stands_out = evidence.tested(
    drawn_starts,
    "distance2 > 1",
    lambda rows: rows.prominence.max(),
    "a non-zero start lies farther from the tasks than zero does",
)
evidence.record(
    "A.B1",
    "how far the peak stands out, near and far starts",
    "largest ratio of a start's prominence to that of zero",
    stands_out.inside,
    "<",
    1,
    n=f"{len(drawn_starts)} random starts on both sides, exact",
    when=stands_out,
)
display(
    Markdown(
        f"At $p = {at}$ the error is {zero:.1f} times the least error beyond if training starts from "
        f"zero, {near:.1f} times from the mean task and {far:.1f} times from its opposite. Paper A's break condition, *the peak may be "
        "less pronounced*, therefore holds for starts farther away than zero, and only relative to what lies beyond: "
        "the part that diverges is the same from every start."
    )
)

# %% [markdown]
# ## Break
#
# **Stop early.** The theorem speaks of limits. Near the threshold the smallest eigenvalue tends to zero: for large
# $N$ the spectrum of Marchenko and Pastur gives $\operatorname{cond} \approx \big((\sqrt p + \sqrt N)/(\sqrt p - \sqrt N)\big)^2$
# {cite}`marchenko1967`. The steps needed grow like $\operatorname{cond}$, so at $p \approx N$ gradient descent does *not* find the
# minimum-norm interpolator in any reasonable time. What it leaves undone are the directions that amplify noise most.

# %% tags=["hide-input"]
stops = {10: "blue", 100: "green", 1000: "orange"}
close = np.unique(
    np.concatenate(
        [np.geomspace(N / 4, 10 * N, 13).round(), [N - 4, N, N + 4]]
    ).astype(int)
)
stopped = {k: np.empty((trials, len(close))) for k in stops}
for column, width in enumerate(close):
    X, y = draw(width, trials, "early stopping")
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    curvature = s**2 / N
    along = (Vt @ y)[..., 0] / s  # coordinates of the limit
    for k in stops:  # after k steps at rate 1/λ₁, a share 1 - (1 - λ/λ₁)^k of each coordinate is there
        share = 1 - (1 - curvature / curvature[:, :1]) ** k
        stopped[k][:, column] = excess_risk(
            (U @ (share * along)[..., None])[..., 0], vectors
        ).mean(axis=1)
left, ax = plt.subplots()
ax.plot(
    curve,
    exact(starts["from zero"], curve),
    color=figures.INK,
    linewidth=1,
    label="limit (theory)",
)
for k, color in stops.items():
    figures.band(
        ax, close, stopped[k], color=figures.COLORS[color], label=f"{k:,} steps"
    )
ax.set(xscale="log", yscale="log", ylim=(0.4, 200))
ax.set(xlabel="parameters $p$", ylabel="excess risk, mean over tasks")
ax.set_title("Stopped early, the peak is low")
figures.threshold(ax, N)
ax.legend(loc="upper left")
right, ax = plt.subplots()
many = np.geomspace(N + 1, 10 * N, 12).round().astype(int)
needed = np.empty((trials, len(many)))
for column, width in enumerate(many):
    top, bottom = curvatures(draw(width, trials, "steps")[0])
    needed[:, column] = np.log(tolerance) / np.log(1 - 2 * bottom / (top + bottom))
low, middle, high = np.quantile(needed, (0.05, 0.5, 0.95), axis=0)
ax.fill_between(
    many / N, low, high, color=figures.COLORS["blue"], alpha=0.25, linewidth=0
)
ax.plot(
    many / N,
    middle,
    color=figures.COLORS["blue"],
    label="median and 5–95 % of data sets",
)
condition = ((np.sqrt(many) + np.sqrt(N)) / (np.sqrt(many) - np.sqrt(N))) ** 2
predicted = np.log(tolerance) / np.log((condition - 1) / (condition + 1))
ax.plot(
    many / N,
    predicted,
    color=figures.INK,
    linestyle=":",
    label="Marchenko and Pastur",
)
ax.set(
    xscale="log",
    yscale="log",
    xlabel="$p/N$",
    ylabel="steps to $10^{-8}$",
    title="Steps to arrive",
)
ax.set_xticks([1, 2, 5, 10], ["1", "2", "5", "10"])
ax.minorticks_off()
ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="early-stopping-flattens-the-peak",
    caption=(
        f"(a) error after a fixed number of steps from zero at rate $1/\\lambda_1$ (points, {trials} data sets each "
        "with 95 % intervals) and in the limit (line). (b) steps that the best rate needs, over data sets. A "
        "limited budget of steps acts like a regulariser at the threshold. Panel a shows nothing of the "
        "training loss, which is higher the earlier one stops."
    ),
    alt=(
        "Left: error against p; at p = N it is "
        + ", ".join(
            f"{stopped[k][:, close == N].mean():.2g} after {k:,} steps"
            for k in stops
        )
        + f". Right: median of the steps needed, {middle[0]:,.0f} at p = N + 1 and {middle[-1]:,.0f} at p = 10 N."
    ),
)

# %% [markdown]
# **Too few parameters for SGD.** Below the threshold no $w$ fits all samples, so single-sample gradients do not vanish
# anywhere, and SGD with a constant rate hovers at a distance. Part 4 of the theorem is for $p \ge N$.

# %% tags=["hide-input"]
X, y = draw(N // 2, 1, "path")
columns, labels, limit = X[0].T, y[0, :, 0], least_norm_fit(X, y)[0]
radius2 = np.square(columns).sum(axis=1).max()
w, hovering = np.zeros(N // 2), []
for i in order:
    w = w - columns[i] * (columns[i] @ w - labels[i]) / radius2
    hovering.append(np.linalg.norm(w - limit) / np.linalg.norm(limit))
display(
    Markdown(
        f"With $p = {N // 2}$ parameters, the same number of SGD steps and the same rule for the rate, the relative "
        f"distance to the least-squares solution was never below {min(hovering):.2f} and "
        f"{np.median(hovering[-10 * N :]):.2f} in the median of the last ten passes."
    )
)

# %% [markdown]
# ## Exercises
#
# ```{exercise} Momentum
# :label: exercise-gradient-descent-momentum
#
# Gradient descent with momentum moves by $v_{k+1} = \mu v_k - h \nabla \ell(w_k)$ and $w_{k+1} = w_k + v_{k+1}$ from
# $w_0 = v_0 = 0$. If it converges to an interpolator, to which one?
# ```
#
# ```{solution} exercise-gradient-descent-momentum
# :class: dropdown
#
# To the one of minimum norm. All $v_k$ are combinations of gradients, hence of the columns of $X$. So $w_k$ stays in
# their span, which holds only one interpolator. The argument fails for methods that rescale coordinates, such as Adam.
# ```
#
# ```{exercise} The best start
# :label: exercise-gradient-descent-best-start
#
# Which $w_0$ gives the least error averaged over tasks, and what is the bias then? Does it depend on the sample counts?
# ```
#
# ```{solution} exercise-gradient-descent-best-start
# :class: dropdown
#
# $\frac1T\sum_i \|w_i^* - w_0\|^2$ is least at the plain mean $w_0 = \frac1T\sum_i w_i^*$. The bias is then $(1 - N/p)$
# times the mean squared distance of the tasks to it. Counts do not enter, although the fit itself learns the mean
# weighted by them.
# ```
#
# ```{exercise} Start at the truth
# :label: exercise-gradient-descent-truth
#
# One task, noisy labels, $w_0 = w^*$. What is the error as a function of $p$? Where is it zero?
# ```
#
# ```{solution} exercise-gradient-descent-truth
# :class: dropdown
#
# Only the noise is left: $p\sigma^2/(N-p-1)$ below the threshold and $N\sigma^2/(p-N-1)$ above. It peaks at $p = N$
# as from any other start and vanishes only as $p \to \infty$: training starts at the truth and moves away from it to
# fit the noise.
# ```

# %% [markdown]
# ## In one breath
#
# * Gradients are combinations of the data, so descent from $w_0$ ends at the interpolator nearest to $w_0$; from zero,
#   at the one of minimum norm. It gets there geometrically, with the factor $(\operatorname{cond}-1)/(\operatorname{cond}+1)$ per step.
# * Starting elsewhere replaces $\|w_i^*\|^2$ in the bias by $\|w_i^* - w_0\|^2$ and changes nothing else. Below the
#   threshold it changes nothing at all.
# * At the threshold $\operatorname{cond}$ explodes. Descent that is stopped there has not arrived, and errs less for it.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
