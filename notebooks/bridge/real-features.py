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
# # Can the theory predict real data?

# %% tags=["parameters"]
profile = "book"
seed = 1
repeats = 12  # training sets drawn per point of the real-data figures [3 to 100]
trials = 120  # simulated data sets per point of the Gaussian figures [20 to 1000]
images = 300  # rendered images per character [150 to 800]

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
import torch
from IPython.display import Markdown, display

from manytasks import (
    Tasks,
    checks,
    deep,
    evidence,
    figures,
    parameters,
    simulate,
    theory,
)
from manytasks.deep.data.dataset import pixels
from manytasks.deep.data.digits import load_digits
from manytasks.deep.data.glyphs import load_glyphs
from manytasks.page.curves import number_axis
from manytasks.simulate.ridge import ridge_fit
from manytasks.statistics import rms_interval
from manytasks.streams import stream
from manytasks.studies import real_tasks
from manytasks.symbolic import differing

parameters.check(In, globals())
T = 3  # tasks: is it a 3? is it an 8? is it a 9?
TARGETS = (3, 8, 9)
grid_N = np.array([30, 90, 150, 300, 600])  # training samples of all tasks
ridges = {0.0: "red", 10.0: "orange", 100.0: "blue"}


def digit_images():
    """All 1,797 digits as rows of 64 numbers, and their labels."""
    d = load_digits()
    rows = np.concatenate([pixels(d.train_images), pixels(d.test_images)])
    return rows.reshape(len(rows), -1), np.r_[d.train_labels, d.test_labels]


def glyph_images():
    """Rendered characters as rows of 784 numbers, and their labels."""
    g = load_glyphs(train=images, test=1, characters="0123456789ABCDEGHJ")
    rows = pixels(g.train_images)
    return rows.reshape(len(rows), -1), g.train_labels


def random_relu(rows, p):
    """Features of a frozen random first layer."""
    rows = rows - rows.mean(axis=0)
    rows = rows / np.sqrt(np.square(rows).sum(axis=1).mean())
    first = stream(seed, "first layer", p).standard_normal((rows.shape[1], p))
    return np.maximum(rows @ first, 0)


def trained_layer(width):
    """First layer of a network trained on characters that no task asks for."""
    others = load_glyphs(train=100, test=1, characters="KLMNPRTUVW")
    x = torch.from_numpy(pixels(others.train_images).reshape(-1, glyphs.shape[1]))
    y = torch.from_numpy(others.train_labels)
    rng = stream(seed, "backbone")
    layers = [
        torch.tensor(rng.standard_normal(shape) / np.sqrt(shape[0]))
        .to(x.dtype)
        .requires_grad_()
        for shape in ((x.shape[1], width), (width, 10))
    ]
    optimizer = torch.optim.Adam(layers, lr=1e-3)
    for _ in range(200):
        rows = torch.from_numpy(rng.integers(len(x), size=128))
        outputs = torch.relu(x[rows] @ layers[0]) @ layers[1]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(outputs, y[rows]).backward()
        optimizer.step()
    return layers[0].detach().numpy()


def targets(labels, noise, name):
    """One-vs-rest targets, standardized; a share of the labels is replaced by others."""
    rng = stream(seed, "label noise", name)
    wrong = rng.random(len(labels)) < noise
    classes = labels.max() + 1
    other = (labels + rng.integers(1, classes, len(labels))) % classes
    Y = np.where(wrong, other, labels)[:, None] == np.array(TARGETS)
    return (Y - Y.mean(axis=0)) / Y.std(axis=0)


def permuted(rows):
    """The images as each task sees them: half of the pixels in an order of its own."""
    views = [rows]
    for t in range(1, T):
        rng = stream(seed, "permutation", t)
        moved = rng.choice(rows.shape[1], rows.shape[1] // 2, replace=False)
        view = rows.copy()
        view[:, moved] = rows[:, rng.permutation(moved)]
        views.append(view)
    return views


class Population:
    """Features of all images for every task, their covariance and best linear predictors."""

    def __init__(self, views, Y, pool=None):
        self.shared = len(views) == 1
        first = views[0] if pool is None else views[0][pool]
        known = first if self.shared else np.concatenate(views)
        y = Y if pool is None else Y[pool]
        if not self.shared:  # one mixture of the tasks, one target
            y = Y.T.reshape(-1, 1)
        centre = known.mean(axis=0)
        s, U = np.linalg.eigh(np.cov(known.T, bias=True))
        self.s, U = s[s > 1e-9 * s[-1]], U[:, s > 1e-9 * s[-1]]
        scale = np.sqrt(self.s.mean())  # so that the mean eigenvalue is 1
        self.s = self.s / scale**2
        self.Z = [(view - centre) @ U / scale for view in views]
        known = (known - centre) @ U / scale
        self.w = (known.T @ (y - y.mean(axis=0)) / len(y) / self.s[:, None]).T
        free = max(len(y) - len(self.s), 1)
        self.floor = np.square(y - y.mean(axis=0) - known @ self.w.T).sum(0) / free
        self.Y = Y

    def predict(self, N, ridge):
        """Predicted test error, mean over tasks."""
        samples = N // T if self.shared else N
        risk = theory.ridge_error(self.s, self.w, samples, self.floor.mean(), ridge)
        return (risk + self.floor).mean()

    def isotropic(self, N, ridge=0.0):
        """The same for i.i.d. Gaussian features that carry the same signal and noise."""
        samples, noise = N // T if self.shared else N, self.floor.mean()
        if ridge:
            flat = np.ones(len(self.s))
            risk = theory.ridge_error(
                flat, self.w * np.sqrt(self.s), samples, noise, ridge
            )
        else:
            tasks = Tasks(self.w * self.s @ self.w.T)
            risk = theory.multitask_error(tasks, samples, len(self.s), noise)
        return (risk + self.floor).mean()

    def leverage(self):
        """The largest share that one image has of the variance of one direction."""
        squares = [np.square(Z) for Z in self.Z]
        return max(float((Q.max(axis=0) / Q.sum(axis=0)).max()) for Q in squares)

    def measure(self, N, lambdas, draws, among=None):
        """Test error on the images not trained on, mean over tasks: (draws, ridges)."""
        errors = np.empty((draws, len(lambdas)))
        images_ = np.arange(len(self.Y)) if among is None else among
        for r in range(draws):
            order = stream(seed, "training set", int(N), r).permutation(
                len(images_)
            )
            order = images_[order]
            train, test = order[:N].reshape(T, -1), order[N:]
            Z = [self.Z[0 if self.shared else t] for t in range(T)]
            A = np.concatenate([Z[t][train[t]] for t in range(T)])
            y = np.concatenate([self.Y[train[t], t] for t in range(T)])
            fits = [  # minimum norm; what no image of the training set shows is 0
                ridge_fit(A.T[None], y[None], ridge)[0]
                if ridge > 0
                else np.linalg.lstsq(A, y, rcond=1e-8)[0]
                for ridge in lambdas
            ]
            W = np.stack(fits, axis=1)
            outputs = [Z[0] @ W] * T if self.shared else [z @ W for z in Z]
            errors[r] = np.mean(
                [
                    np.square(self.Y[test, t, None] - outputs[t][test]).mean(axis=0)
                    for t in range(T)
                ],
                axis=0,
            )
        return errors


# %% tags=["hide-input"]
table = deep.load_results("ridge-equivalent-cifar100", "book")
components, deals = int(table.components[0]), table.seed.nunique()
told = real_tasks.without_threshold(
    table,
    [N for N in table.samples.unique() if abs(N - components) < components / 5],
)
CELL = ["grouping", "samples", "ridge"]
pairs = told.groupby(CELL)[["together_predicted", "together_loss"]].mean()
cifar_gaps = pairs.together_loss / pairs.together_predicted - 1
typical_cifar = real_tasks.typical_error(
    real_tasks.relative_error(told, "together_loss", "together_predicted", CELL)
).mean()

# %% tags=["hide-input"]
digits, digit_labels = digit_images()
glyphs, glyph_labels = glyph_images()
clean = {
    "digits": targets(digit_labels, 0.0, "digits"),
    "glyphs": targets(glyph_labels, 0.0, "glyphs"),
}
noisy = {
    "digits": targets(digit_labels, 0.2, "digits"),
    "glyphs": targets(glyph_labels, 0.2, "glyphs"),
}
digit_relu, glyph_relu = random_relu(digits, 200), random_relu(glyphs, 256)
populations = {
    "digits, ReLU features": Population([digit_relu], clean["digits"]),
    "digits, ReLU, 20 % wrong labels": Population([digit_relu], noisy["digits"]),
    "digits, ReLU, permuted pixels": Population(
        [random_relu(view, 200) for view in permuted(digits)], clean["digits"]
    ),
    "glyphs, ReLU features": Population([glyph_relu], clean["glyphs"]),
    "glyphs, ReLU, 20 % wrong labels": Population([glyph_relu], noisy["glyphs"]),
    "glyphs, ReLU, permuted pixels": Population(
        [random_relu(view, 256) for view in permuted(glyphs)], clean["glyphs"]
    ),
}
activations = np.maximum(glyphs @ trained_layer(256), 0).astype(float)
raw = Population([digits], clean["digits"])
with_ridge = {  # these have directions that few images show
    "digits, raw pixels": raw,
    "glyphs, trained network": Population([activations], clean["glyphs"]),
}
cells = {}  # measured test errors and their prediction, by data, N and ridge
without_ridge = []  # gaps without ridge of every data set, beside its leverage
for name, population in (populations | with_ridge).items():
    leverage = population.leverage()
    for N in grid_N:
        sample = population.measure(N, list(ridges), repeats)
        for ridge, column in zip(ridges, sample.T, strict=True):
            guess = population.predict(N, ridge)
            if ridge == 0:
                gap = abs(column.mean() / guess - 1)
                without_ridge.append((name, leverage, N, gap))
            if ridge > 0 or name not in with_ridge:
                cells[name, N, ridge] = (column, guess)
gaps = {key: column.mean() / guess - 1 for key, (column, guess) in cells.items()}
iid = {
    (name, N, ridge): cells[name, N, ridge][0].mean()
    / population.isotropic(N, ridge)
    - 1
    for name, population in populations.items()
    for N in grid_N
    for ridge in ridges
}
typical = np.median(np.abs(list(gaps.values())))
display(
    Markdown(
        "Once it is told the covariance of the features and the best linear predictor of each task, it can. "
        f"On features of CIFAR-100 the predicted test error is off by **{typical_cifar:.1%}** in the median, over sample sizes and ridges. "
        f"Over {len(cells)} combinations of data, sample size and ridge on digits and glyphs it is off by "
        f"**{typical:.0%}** in the median and by {np.max(np.abs(list(gaps.values()))):.0%} at worst. "
        "It fails where a few rare images decide, and where the covariance itself must be guessed from too few."
    )
)

# %% [markdown]
# ## Setting
#
# So far the features were independent standard normal numbers. Real features are correlated: a handful of directions carry
# most of their variance. Let $x$ have covariance $\Sigma$, let task $j$ have the best linear predictor $w_j^*$, and let $\sigma^2$
# be the variance of what no linear function of $x$ explains. The $N = \sum_j n_j$ samples of all tasks are
# pooled in $X$ and $y$ and fitted with ridge $\lambda \ge 0$,
#
# $$ \hat w = (XX^\top + \lambda I)^{-1} X y, \qquad L_i(\hat w) = \|\hat w - w_i^*\|_\Sigma^2, \quad
#    \|v\|_\Sigma^2 = v^\top \Sigma v. $$
#
# For $\lambda \to 0$ this is the minimum-norm fit. $\Sigma = I$ and $\lambda = 0$ are the setting of Paper A.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Multi-task ridge error for any covariance (ours; claim O.6)
# :label: thm-bridge-ridge
#
# Let $\kappa \ge 0$ solve $\lambda/\kappa + \operatorname{tr}\Sigma(\Sigma+\kappa)^{-1} = N$ ($\kappa = 0$ if $\lambda = 0$ and $N \ge p$),
# $\mathrm{df}_2 = \operatorname{tr}\Sigma^2(\Sigma+\kappa)^{-2}$, $\pi_j = n_j/N$, $\bar w = \sum_j \pi_j w_j^*$ and $\delta_i = w_i^* - \bar w$. For Gaussian features, noise of
# variance $\sigma^2$, $\|\Sigma\|$, $\operatorname{tr}\Sigma/N$ and $\|w_j^*\|$ bounded, and $\lambda/N$ bounded away from zero,
#
# $$
# \begin{aligned}
# \mathbb E L_i \approx {} & \frac{\kappa^2\, \bar w^\top \Sigma(\Sigma+\kappa)^{-2}\, \bar w}{1 - \mathrm{df}_2/N}
#   + 2\kappa\, \delta_i^\top \Sigma(\Sigma+\kappa)^{-1}\, \bar w + \|\delta_i\|_\Sigma^2 \\
#  & + \frac{\mathrm{df}_2}{N - \mathrm{df}_2}\Big(\sigma^2 + \sum_j \pi_j \|\delta_j\|_\Sigma^2\Big),
# \end{aligned}
# $$
#
# with an error of order $1/N$. For smaller $\lambda$, zero included, the error vanishes as $N$ and $p$ grow in proportion, if $|p/N - 1|$, the eigenvalues of $\Sigma$ and
# all $\pi_j$ are bounded away from zero, and $T$ is bounded.
# ```
#
# Dissimilarity is label noise again: the last bracket adds the spread of the tasks, measured by $\Sigma$, to $\sigma^2$. The
# first term and the noise factor are those of ridge regression with one task {cite}`dobriban2018,hastie2022,cheng2024`; the
# multi-task terms are ours for one pooled ridge fit in this form, with relatives in the limits for two pooled tasks
# {cite}`yang2025` and in the errors of another linear multi-task estimator {cite}`ilbert2024`. Below we derive the formula by the usual physicist's route. Steps marked
# *(heuristic)* replace random quantities by their means; {cite}`hachem2007,couillet2022` say when that is justified. For $\lambda/N$ bounded away from zero {doc}`similar-noise` proves
# the multi-task part, and the rest in outline.

# %% [markdown]
# ## Derive
#
# **Step 1: the mean of the resolvent** $Q = (XX^\top + \lambda I)^{-1}$. Take one sample out: with $Q_{-i}$ the resolvent of
# the others, $Qx_i = Q_{-i}x_i / (1 + x_i^\top Q_{-i}x_i)$. *(Heuristic.)* The number $x_i^\top Q_{-i} x_i$ hardly varies; call it
# $q = \operatorname{tr}\Sigma Q$. Then $I = \lambda Q + \sum_i x_i x_i^\top Q$ becomes $I \approx \lambda Q + \frac{N}{1+q}\,\Sigma Q$:
#
# $$ Q \approx (\lambda + \theta\Sigma)^{-1}, \qquad \theta = \frac N{1+q}. $$
#
# Name $\kappa = \lambda/\theta$. Then $Q \approx \frac\kappa\lambda (\Sigma+\kappa)^{-1}$, so $q = \frac\kappa\lambda\,\mathrm{df}_1$ with
# $\mathrm{df}_1 = \operatorname{tr}\Sigma(\Sigma+\kappa)^{-1}$. The definition of $\theta$ turns into an equation for $\kappa$:

# %%
lam, kappa, N, df1, df2 = sp.symbols("lambda kappa N df_1 df_2", positive=True)
q = kappa / lam * df1
equation = sp.solve(sp.Eq(lam / kappa, N / (1 + q)), lam)
rest = [sp.expand(each / kappa + df1 - N) for each in equation]
checks.require(rest == [0], f"λ/κ + df₁ − N is {rest}")

# %% [markdown]
# That is $\lambda/\kappa + \mathrm{df}_1 = N$: $\mathrm{df}_1$ of the $N$ samples are spent on learning, the rest is the ridge that the
# fit feels. What is learned of a direction with variance $s$ is the share $s/(s+\kappa)$.
#
# **Step 2: the noise term.** Given the features it is
# $\sigma^2 \operatorname{tr}\Sigma Q XX^\top Q = \sigma^2(\operatorname{tr}\Sigma Q - \lambda \operatorname{tr}\Sigma Q^2) = \sigma^2\, \frac{d}{d\lambda}(\lambda q)$, since
# $\frac{dQ}{d\lambda} = -Q^2$. *(Heuristic: the approximation may be differentiated.)* From step 1, $\lambda q = \kappa\,\mathrm{df}_1 = N\kappa - \lambda$. To
# differentiate $\kappa$, use $\kappa\,\frac{d\,\mathrm{df}_1}{d\kappa} = -(\mathrm{df}_1 - \mathrm{df}_2)$ in the equation of step 1:

# %%
slope = sp.Symbol("slope")  # dκ/dλ
implicit = 1 / kappa - lam / kappa**2 * slope - (df1 - df2) / kappa * slope
slope = sp.solve(implicit, slope)[0].subs(lam, kappa * (N - df1))
noise_factor = sp.cancel(N * slope - 1)
different = differing([noise_factor], [df2 / (N - df2)])
checks.require(different == 0, f"the noise factor is {noise_factor}")

# %% [markdown]
# **Step 3: the bias term.** The noiseless fit of a task $\bar w$ misses by $\hat w - \bar w = -\lambda Q \bar w$. We need $Q\Sigma Q$, a
# derivative too: of $(XX^\top + \lambda I + \varepsilon\Sigma)^{-1}$ at $\varepsilon = 0$, with a minus sign. Step 1 for this matrix has
# $\lambda + (\varepsilon + \frac N{1+q})\Sigma$ in place of $\lambda + \theta\Sigma$, so $\theta(\varepsilon) = \varepsilon + \frac{N}{1+q(\varepsilon)}$ and $q' = -\theta'\operatorname{tr}(\Sigma M)^2$ with $M = \frac\kappa\lambda(\Sigma+\kappa)^{-1}$:

# %%
theta_prime = sp.Symbol("theta'")
q_prime = -theta_prime * (kappa / lam) ** 2 * df2
rule = sp.Eq(theta_prime, 1 - N / (1 + q) ** 2 * q_prime)
solved = sp.solve(rule, theta_prime)[0]
solved = sp.cancel(solved.subs(lam, kappa * (N - df1)))
different = differing([solved], [1 / (1 - df2 / N)])
checks.require(different == 0, f"the factor of the bias is {solved}")

# %% [markdown]
# Hence $Q\Sigma Q \approx \theta' M\Sigma M$ and $\lambda^2\, \bar w^\top Q\Sigma Q\,\bar w \approx \kappa^2\,\bar w^\top\Sigma(\Sigma+\kappa)^{-2}\bar w/(1 - \mathrm{df}_2/N)$.
#
# **Step 4: many tasks.** A sample of task $j$ has the label $x^\top w_j^* + z = x^\top \bar w + (x^\top\delta_j + z)$. The bracket has mean
# square $\|\delta_j\|_\Sigma^2 + \sigma^2$ and, pooled over the tasks, no correlation with $x$, since $\sum_j \pi_j\delta_j = 0$. It is not independent of
# $x$, but to order $1/N$ it acts as label noise does (with ridge a theorem, {prf:ref}`thm-similar-noise-bound`; without, *heuristic*). The task-$i$ risk is then that of $\bar w$
# plus $\|\delta_i\|_\Sigma^2 - 2\,\mathbb E(\hat w - \bar w)^\top\Sigma\,\delta_i$, and step 1 gives the cross term.
#
# **Step 5: it is the package.** A spectrum with two levels, numbers chosen so that $\kappa$ is known, and $\lambda$ from step 1:

# %%
k, count = sp.Rational(1, 2), 9
levels = [sp.Rational(3)] * 4 + [sp.Rational(1, 3)] * 8
first = [sp.Rational((-1) ** i, i + 1) for i in range(12)]
second = [sp.Rational(1, 2)] * 12
ones, twos = (sum((s / (s + k)) ** power for s in levels) for power in (1, 2))
ridge = k * (count - ones)
mean = [(3 * a + 6 * b) / 9 for a, b in zip(first, second, strict=True)]
spread, exact = 0, []
for task, weight in ((first, 3), (second, 6)):
    delta = [a - m for a, m in zip(task, mean, strict=True)]
    own = sum(s * e**2 for s, e in zip(levels, delta, strict=True))
    spread += sp.Rational(weight, 9) * own
    cross = [
        s / (s + k) * m * e for s, m, e in zip(levels, mean, delta, strict=True)
    ]
    exact.append(own + 2 * k * sum(cross))
bias = sum(s * (k / (s + k) * m) ** 2 for s, m in zip(levels, mean, strict=True))
bias *= solved.subs({N: count, df2: twos})
exact = [
    part
    + bias
    + noise_factor.subs({N: count, df2: twos}) * (sp.Rational(1, 4) + spread)
    for part in exact
]
package = theory.ridge_error(
    np.array(levels, float), np.array([first, second], float), [3, 6], 0.25, ridge
)
difference = np.abs(package / np.array(exact, float) - 1).max()
evidence.record(
    "O.6",
    "derivation",
    "relative difference of derivation and package",
    difference,
    "<",
    1e-9,
    n="2 tasks, rational numbers",
)

# %% [markdown]
# ## Check
#
# *Identity covariance.* For $\Sigma = I$ and $\lambda = 0$ the formula must meet the exact ones of the first chapters. It is asymptotic, so
# the gap should fall like $1/p$.

# %%
sizes = np.array([200, 800, 3200, 12800])
relative = []
for p in sizes:
    pair = Tasks.chain(2, -0.5)
    for ratio in (0.5, 2.0):
        n = round(p * ratio / 2)
        guess = theory.ridge_error(np.ones(p), pair.vectors(p), n, 0.3)
        truth = theory.multitask_error(pair, n, p, 0.3)
        relative.append(np.abs(guess / truth - 1).max())
relative = np.max(np.reshape(relative, (len(sizes), 2)), axis=1)
rate = -np.polyfit(np.log(sizes), np.log(relative), 1)[0]
evidence.record(
    "O.6",
    "identity covariance",
    "distance of the rate of convergence in p from 1",
    abs(rate - 1),
    "<",
    0.1,
    n=f"p = {sizes[0]} to {sizes[-1]:,}, both sides of the threshold",
)
display(
    Markdown(
        f"The gap falls from {relative[0]:.2%} at $p = {sizes[0]}$ to {relative[-1]:.3%} at $p = {sizes[-1]:,}$, like $p^{{-{rate:.2f}}}$."
    )
)

# %% [markdown]
# *Gaussian features of other spectra.* Here an exact formula does not exist; we compare with draws.

# %% tags=["hide-input"]
p = 120
spectra = {
    "flat": (np.ones(p), "blue"),
    "$s_k = 1/k$": (1 / np.arange(1, p + 1), "orange"),
    "$s_k = 1/k^2$": (1 / np.arange(1.0, p + 1) ** 2, "red"),
}
vectors = stream(seed, "tasks").standard_normal((2, p)) / np.sqrt(p)
vectors[1] = 0.7 * vectors[0] + 0.7 * vectors[1]
checked_N = np.array([24, 60, 96, 144, 240])
smooth_N = np.unique(np.geomspace(12, 360, 120).astype(int) // 2 * 2)
smooth_N = smooth_N[np.abs(smooth_N - p) > 3]
panels = [plt.subplots(), plt.subplots()]
gaussian_gaps, gaussian_errors = [], []
for name, (s, color) in spectra.items():
    s = s / s.mean()
    for (_, ax), ridge in zip(panels, (0.0, 20.0), strict=True):
        line = np.array(
            [theory.ridge_error(s, vectors, m // 2, 0.3, ridge) for m in smooth_N]
        ).mean(axis=1)
        for side in (smooth_N < p, smooth_N > p):
            ax.plot(smooth_N[side], line[side], color=figures.COLORS[color])
        sample = np.stack(
            [
                simulate.ridge_error(
                    s,
                    vectors,
                    m // 2,
                    0.3,
                    ridge,
                    trials=trials,
                    seed=(seed, "spectrum", name, int(m)),
                ).mean(axis=1)
                for m in checked_N
            ],
            axis=1,
        )
        figures.band(ax, checked_N, sample, color=figures.COLORS[color], label=name)
        guess = [
            theory.ridge_error(s, vectors, m // 2, 0.3, ridge).mean()
            for m in checked_N
        ]
        ratio = sample / guess
        gaussian_errors.append(ratio.var(axis=0, ddof=1) / trials)
        # The mean square gap, less what the Monte-Carlo error adds to it.
        gaussian_gaps.append(ratio.mean(axis=0) - 1)
for (_, ax), title in zip(
    panels, ("no ridge", "ridge $\\lambda = 20$"), strict=True
):
    ax.set(xscale="log", yscale="log", xlabel="samples $N$", title=title)
    ax.set_ylabel("excess risk, mean over tasks")
    figures.threshold(ax, p, "$N = p$")
    ax.set_xticks([20, 50, 100, 200], ["20", "50", "100", "200"])
    ax.set_xticks([], minor=True)
panels[1][1].legend(loc="lower left")
panels[0][1].set_ylim(0.03, 60)
figures.show(
    [fig for fig, _ in panels],
    name="bridge-gaussian-spectra",
    caption=(
        f"Two tasks, Gaussian features with three spectra ($p = {p}$): deterministic equivalents (lines) on simulation "
        f"(means of {trials} data sets with 95 % intervals). The "
        "figure does not show the threshold itself, where the mean without ridge is infinite."
    ),
    alt="Two panels of excess risk against samples for three spectra, without and with ridge; lines and measured points.",
)
gaussian_check = "Gaussian features, three spectra"
root_mean = rms_interval(
    np.ravel(gaussian_gaps),
    np.ravel(gaussian_errors),
    1 - 2 * evidence.level("O.6", gaussian_check),
)
evidence.record(
    "O.6",
    gaussian_check,
    "root mean square of the relative gap",
    root_mean,
    "<",
    0.05,
    n=f"{np.size(gaussian_gaps)} cells × {trials} data sets, p = {p}",
)

# %% [markdown]
# ## Look: no Gaussian in sight
#
# **CIFAR-100 first.** The features are the principal components of what EfficientNet-Lite0, trained on ImageNet and frozen, says about
# an image. Three tasks ask *is it this class?* of images of ten classes; each has a third of the $N$ training images, and one linear head is
# fitted to all. The images are not part of the repository, the errors are (`data/ridge-equivalent-cifar100-book.csv`); {doc}`real-tasks` tells how
# they were measured and judges them as declared.
#
# **Digits and glyphs.** Scikit-learn's 1,797 handwritten digits and rendered characters (*glyphs*) pass through a frozen random
# first layer with ReLU. Here the tasks ask *is it a 3? an 8? a 9?*, and no image serves two of them. The tasks contradict each other. From the whole data set we measure the covariance, the least-squares
# vector of each task and what it leaves unexplained; then the formula predicts the *test error* (risk plus unexplained part) on the images that were not
# trained on. Nothing is fitted to the measured errors.
#
# A *trained network* takes the place of the random layer once: its 256 hidden units have learned ten other characters and are then frozen. Some of them answer to few images only, so it gets a ridge; see Break.
# In two variants 20 % of the labels are replaced by wrong ones, or every task sees half of its pixels in an order of its own. The tasks
# then have different covariances, which the theorem does not allow. We apply it to the mixture: one task whose data are those of all tasks, whose
# dissimilarity is part of the unexplained variance.

# %% tags=["hide-input", "lead"]
fig, ax = plt.subplots()
mixed = table[table.grouping == "mixed"]
for ridge, color in ridges.items():
    rows, ink = mixed[mixed.ridge == ridge], figures.COLORS[color]
    got = rows.pivot(index="seed", columns="samples", values="together_loss")
    said = rows.groupby("samples").together_predicted.mean()
    below = (said.index < components) | (ridge > 0)
    for side in (below, ~below):
        ax.plot(said.index[side], said[side], color=ink)
    label = f"ridge {ridge:g}" if ridge else "no ridge"
    figures.band(ax, got.columns, got.to_numpy(), color=ink, label=label)
ax.set(xscale="log", yscale="log", ylim=(0.5, 40), xlabel="training images $N$")
ax.set(ylabel="test error, mean over tasks", title="CIFAR-100, trained network")
figures.threshold(ax, components, f"$N = p = {components}$")
number_axis(ax, [30, 120, 480, 1200, 4800])
ax.legend(loc="upper right", fontsize=9)
smooth = np.unique(np.geomspace(24, 660, 60).astype(int) // T * T)
panels = [(fig, ax)]
for name in ("digits, ReLU features", "glyphs, ReLU features"):
    population = populations[name]
    width = len(population.s)
    fig, ax = plt.subplots()
    for ridge, color in ridges.items():
        ink = figures.COLORS[color]
        for side in (smooth < 0.97 * width, smooth > 1.03 * width):
            line = [population.predict(m, ridge) for m in smooth[side]]
            ax.plot(smooth[side], line, color=ink)
        sample = np.stack([cells[name, m, ridge][0] for m in grid_N], axis=1)
        label = f"ridge {ridge:g}" if ridge else "no ridge"
        figures.band(ax, grid_N, sample, color=ink, label=label)
    ax.plot(
        smooth[np.abs(smooth - width) > 8],
        [population.isotropic(m) for m in smooth[np.abs(smooth - width) > 8]],
        ":",
        color=figures.INK,
        linewidth=1,
        label="i.i.d. formula",
    )
    ax.axhline(population.floor.mean(), color=figures.INK, linewidth=0.7)
    ax.set(
        xscale="log", yscale="log", ylim=(0.15, 40), xlabel="training images $N$"
    )
    ax.set(ylabel="test error, mean over tasks", title=name)
    figures.threshold(ax, width, f"$N = p = {width}$")
    ax.set_xticks(grid_N, [str(m) for m in grid_N])
    ax.set_xticks([], minor=True)
    panels.append((fig, ax))
panels[1][1].legend(loc="upper left", fontsize=9)
figures.show(
    [fig for fig, _ in panels],
    name="bridge-real-features",
    caption=(
        f"Predicted (lines) and measured test error (points) of one head on three one-vs-rest tasks, with 95 % intervals. CIFAR-100: means of {deals} deals of ten classes; "
        f"beside the threshold the mean of few training sets says little. Digits and glyphs: means of {repeats} training sets. Predicting nothing costs 1. In their panels the thin line is what the best head of each task leaves, the dotted one Paper A's "
        "formula for i.i.d. features without ridge, told the same signal and noise. The figure does not show how errors differ between tasks."
    ),
    alt="Three panels of test error against training images for three ridges: measured points on predicted lines, and for digits and glyphs the i.i.d. formula dotted.",
)

# %% tags=["hide-input"]
fig, ax = plt.subplots()
kinds = {
    "features": ("blue", "o"),
    "wrong": ("orange", "s"),
    "permuted": ("green", "^"),
    "network": ("purple", "v"),
    "raw": ("red", "D"),
}
words = {
    "features": "ReLU features",
    "wrong": "20 % wrong labels",
    "permuted": "permuted pixels",
    "network": "trained network, with ridge",
    "raw": "raw pixels, with ridge",
}
ax.plot(
    *pairs.to_numpy().T,
    "x",
    color=figures.INK,
    alpha=0.5,
    markersize=4,
    label="CIFAR-100, trained network",
)
for kind, (color, marker) in kinds.items():
    chosen = [
        (guess, column.mean())
        for (name, _, _), (column, guess) in cells.items()
        if kind in name.split(", ", 1)[1]
    ]
    ax.plot(
        *np.transpose(chosen),
        marker,
        color=figures.COLORS[color],
        markersize=4,
        label=words[kind],
    )
ends = np.array([0.3, 20])
ax.plot(ends, ends, color=figures.INK, linewidth=1)
ax.fill_between(
    ends, 0.9 * ends, 1.1 * ends, color=figures.INK, alpha=0.1, linewidth=0
)
ax.set(xscale="log", yscale="log", xlabel="predicted test error")
ax.set(ylabel="measured test error", title="All predictions")
ax.legend(loc="lower right", fontsize=9)
inside = np.mean(np.abs(list(gaps.values())) < 0.1)
figures.show(
    fig,
    name="bridge-predicted-measured",
    caption=(
        f"Every combination of data, $N$ and ridge: {len(pairs)} predictions for CIFAR-100 (without ridge beside the threshold there is none) and {len(cells)} for digits and glyphs, against the mean of "
        f"the measured test errors. The grey strip is ±10 %: of the predictions {np.mean(cifar_gaps.abs() < 0.1):.0%} (CIFAR-100) and {inside:.0%} lie in it."
    ),
    alt=f"Measured against predicted test error on logarithmic axes; {np.mean(cifar_gaps.abs() < 0.1):.0%} of the points of CIFAR-100 and {inside:.0%} of the others lie within ten per cent of the diagonal.",
)
titles = {"superclass": "same superclass", "mixed": "ten superclasses"}
by_data = {
    f"CIFAR-100, {titles[grouping]}": rows
    for grouping, rows in cifar_gaps.groupby("grouping")
}
for (name, _, _), gap in gaps.items():
    by_data.setdefault(name, []).append(gap)
table = "\n".join(
    f"| {name} | {np.median(np.abs(g)):.1%} | {np.max(np.abs(g)):.0%} | {np.mean(g):+.1%} |"
    for name, g in by_data.items()
)
display(
    Markdown(
        "**Error of the prediction**, over $N$ and ridge (measured over predicted, less 1).\n\n"
        "| data | median size | largest | mean with sign |\n|---|---|---|---|\n"
        + table
    )
)
RARE = "no image carries half of a direction, or there is a ridge"
crowded = pd.DataFrame(without_ridge, columns=["data", "leverage", "N", "gap"])
common = evidence.tested(
    crowded,
    "leverage < 0.5",
    lambda rows: float(rows.gap.median()),
    RARE,
)
evidence.record(
    "O.6",
    "real features without ridge, by leverage",
    "median relative error of the predicted test error",
    common.inside,
    "<",
    0.1,
    n=f"{crowded.data.nunique()} data sets × {len(grid_N)} sample sizes × {repeats} training sets",
    when=common,
)
evidence.record(
    "O.6",
    "real features",
    "median relative error of the predicted test error",
    typical,
    "<",
    0.1,
    n=f"{len(cells)} cells × {repeats} training sets",
    when=evidence.Assumed(RARE),
)
names = list(populations)
no_ridge = [(k, N, 0.0) for k in names for N in grid_N]
wide = [key for key in no_ridge if key[1] < len(populations[key[0]].s)]
ridged = [key for key in iid if key[2] > 0]
narrow = [key for key in no_ridge if key[1] > len(populations[key[0]].s)]
LOW = "p > N, or with ridge; for N > p without ridge the covariance drops out and real features obey the formula"
for check, keys in (("N below p", wide), ("with ridge", ridged)):
    off = evidence.tested(
        pd.DataFrame(
            [(True, abs(iid[key])) for key in keys]
            + [(False, abs(iid[key])) for key in narrow],
            columns=["asked", "gap"],
        ),
        "asked",
        lambda rows: float(rows.gap.mean()),
        LOW,
    )
    evidence.record(
        "A.S3",
        f"i.i.d. formula on real features, {check}",
        "mean size of its gap",
        off.inside,
        ">",
        0.1,
        n=f"{len(keys)} cells × {repeats} training sets; beyond, {len(narrow)} cells with N above p",
        when=off,
    )
near, far = (
    max(
        abs(iid[key])
        for key in narrow
        if (key[1] < 1.5 * len(populations[key[0]].s)) == beside
    )
    for beside in (True, False)
)
ours, theirs = (np.mean([each[key] for key in wide]) for each in (gaps, iid))
display(
    Markdown(
        f"Where $p > N$ the measured error is {theirs:+.0%} off the formula for i.i.d. features, told the same signal and noise, on average and up to "
        f"{max(abs(iid[key]) for key in wide):.0%}; with the covariance it is {ours:+.0%} off on average. For $N > p$ both say the same, since least squares does not notice a linear change of the "
        f"features; the worst cells are {near:.0%} off below $N = 3p/2$ and {far:.0%} above. The low confidence for real data is deserved where the fit interpolates, and the covariance is most of what was missing."
    )
)

# %% [markdown]
# **The best ridge.** A prediction is useful if one can act on it. We choose the ridge that the formula likes best, and
# compare with the best of a grid found by measuring.

# %% tags=["hide-input"]
lambdas = np.geomspace(3, 30_000, 11)
fine = np.geomspace(3, 30_000, 80)
fig, ax = plt.subplots()
regret, optima, high = [], [], []
chosen = {
    "digits, ReLU features": "blue",
    "glyphs, ReLU features": "green",
    "glyphs, ReLU, 20 % wrong labels": "orange",
}
for name, color in chosen.items():
    population, ink = populations[name], figures.COLORS[color]
    curve = np.array([population.predict(150, v) for v in fine])
    best = fine[curve.argmin()]
    sample = population.measure(150, [*lambdas, best], repeats)
    mean = sample.mean(axis=0)
    ax.plot(fine, curve, color=ink)
    figures.band(ax, lambdas, sample[:, :-1], color=ink, label=name)
    ax.plot([best], [curve.min()], "v", color=ink, markersize=9)
    ax.plot([lambdas[mean[:-1].argmin()]], [mean[:-1].min()], "^", color=ink, ms=9)
    regret.append(mean[-1] / mean[:-1].min() - 1)
    optima.append(f"{best:.0f} and {lambdas[mean[:-1].argmin()]:.0f}")
    high += [
        population.predict(150, v) / m - 1
        for v, m in zip(lambdas, mean, strict=False)
    ]
ax.set(
    xscale="log", xlabel="ridge $\\lambda$", ylabel="test error, mean over tasks"
)
ax.set(title="The best ridge, predicted and found", ylim=(0.8, 1.7))
ax.legend(loc="upper right")
figures.show(
    fig,
    name="bridge-best-ridge",
    caption=(
        f"Test error against ridge at $N = 150$: predicted (lines, optimum ▼) and measured (points: mean of {repeats} training sets with 95 % intervals, "
        f"best of the grid ▲). The minima are flat, so their places are uncertain. The predictions lie {np.mean(high):+.1%} off on average; Break says why."
    ),
    alt=f"Three curves of test error against ridge with measured points; predicted and measured optimum at ridge {', '.join(optima)}.",
)
evidence.record(
    "O.6",
    "the predicted ridge is good",
    "largest loss by taking the predicted ridge and not the best measured",
    max(regret),
    "<",
    0.03,
    n=f"{len(regret)} data sets × {len(lambdas)} ridges × {repeats} training sets",
)
display(
    Markdown(
        f"Taking the predicted ridge costs at most {max(max(regret), 0):.1%} of the test error reached by the best ridge of the grid."
    )
)

# %% [markdown]
# ## Break
#
# **Rare pixels.** Some corner pixels of the digits are black in all images but one or two. The covariance counts them as directions
# like any other, with a tiny variance; Gaussian features would move along them a little in *every* image. In truth a training
# set rarely contains them, and a minimum-norm fit that has seen one such image relies on it without restraint.
#
# **Heavy tails.** The same can be dialled. Take Gaussian features and multiply every sample by a random length, so that each entry has a
# Student distribution with $\nu$ degrees of freedom and the covariance is still the identity. The step $x^\top Q x \approx \operatorname{tr}\Sigma Q$ of the derivation then fails at
# every $p$: it needs samples of nearly equal length.
# {doc}`universality` has the exact rule: above the threshold the noise term grows by $\nu/(\nu-2)$, and nothing else changes.
#
# **Too few samples to know the covariance.** Estimate everything from $M$ images only.

# %% tags=["hide-input"]
rare = []
for r in range(repeats):
    order = stream(seed, "rare pixels", r).permutation(len(digits))
    train, test = order[:600], order[600:]
    # Minimum norm; a pixel that no image of the training set shows has no variance.
    A, y = raw.Z[0][train], raw.Y[train, np.arange(600) % T]
    w = np.linalg.lstsq(A, y, rcond=1e-8)[0]
    rare.append(np.square(raw.Y[test] - (raw.Z[0][test] @ w)[:, None]).mean())
rare_ratio = np.array(rare) / raw.predict(600, 0.0)
degrees = np.array([3, 4, 6, 10, 30])
size, m = 200, 100
tail = np.empty((max(trials, 60), len(degrees)))
for j, nu in enumerate(degrees):
    for r in range(len(tail)):
        rng = stream(seed, "heavy tails", int(nu), r)
        X = rng.standard_normal((size, m))
        X *= np.sqrt((nu - 2) / rng.chisquare(nu, m))
        y = X[0] + rng.standard_normal(m)
        tail[r, j] = np.square(
            ridge_fit(X[None], y[None], 0.0)[0] - np.eye(size)[0]
        ).sum()
tail /= theory.ridge_error(np.ones(size), np.eye(1, size), m, 1.0)
known = np.array([250, 400, 700, 1200, 1797])
true_error = {v: cells["digits, ReLU features", 150, v][0].mean() for v in ridges}
others = []  # moments from M images, errors of fits to other images
for data, features in (
    ("digits", random_relu(digits, 100)),
    ("glyphs", random_relu(glyphs, 128)),
):
    for each in (1.25, 10):  # images a feature
        M, ratios_ = round(each * features.shape[1]), []
        for split in range(8):
            order = stream(seed, "other images", data, M, split).permutation(
                len(features)
            )
            estimate = Population([features], clean[data], order[:M])
            for N in (60, 180):
                mean = estimate.measure(N, list(ridges), 2, order[M:]).mean(axis=0)
                guess = [estimate.predict(N, v) for v in ridges]
                ratios_.append(mean / guess)
        gap = np.abs(np.reshape(ratios_, (8, -1)).mean(axis=0) - 1)
        others += [(each, float(one)) for one in gap]
apart = evidence.tested(
    pd.DataFrame(others, columns=["images_a_feature", "gap"]),
    "images_a_feature >= 10",
    lambda rows: float(rows.gap.median()),
    "the covariance is known from ten images a feature or more",
)
evidence.record(
    "O.6",
    "moments from other images",
    "median relative error of the predicted test error",
    apart.inside,
    "<",
    0.1,
    n=f"2 data sets × 2 sample sizes × {len(ridges)} ridges, 8 splits × 2 training sets; beyond, 1.25 images a feature",
    when=apart,
)
few = {v: [] for v in ridges}
for M in known:
    pool = stream(seed, "pool", int(M)).permutation(len(digits))[:M]
    estimate = Population([digit_relu], clean["digits"], pool)
    scale = estimate.s.mean()
    for v in ridges:
        few[v].append(estimate.predict(150, v) / true_error[v])
panels = [plt.subplots(), plt.subplots()]
figures.band(panels[0][1], degrees, tail, color=figures.COLORS["red"])
panels[0][1].set(
    xlabel="degrees of freedom $\\nu$", title="heavy tails", xscale="log"
)
panels[0][1].set_ylabel("measured over predicted")
panels[0][1].set_xticks(degrees, [str(nu) for nu in degrees])
panels[0][1].minorticks_off()
for v, color in ridges.items():
    panels[1][1].plot(
        known,
        few[v],
        "o-",
        color=figures.COLORS[color],
        label=f"ridge {v:g}" if v else "no ridge",
    )
panels[1][1].set(
    xlabel="images $M$ known to the theory", title="unknown covariance"
)
panels[1][1].set_ylabel("predicted over measured")
panels[1][1].set(xscale="log")
panels[1][1].set_xticks(known, [str(M) for M in known])
panels[1][1].minorticks_off()
panels[1][1].legend()
for _, ax in panels:
    ax.axhline(1, color=figures.INK, linewidth=1)
figures.show(
    [fig for fig, _ in panels],
    name="bridge-real-breaks",
    caption=(
        f"(a) excess risk of a minimum-norm fit ($p = {size}$, $N = {m}$) over its prediction when sample lengths are random; mean of {len(tail)} draws with 95 % intervals. "
        f"(b) the prediction at $N = 150$ on digits ({digit_relu.shape[1]} ReLU features) when covariance and least-squares vectors come from $M$ images. Panel b shows one choice of "
        "images for each $M$."
    ),
    alt="Left: measured over predicted risk against degrees of freedom. Right: predicted over measured error against images known, for three ridges.",
)
display(
    Markdown(
        f"On raw pixels without ridge, $N = 600$ images for $p = {len(raw.s)}$ features, the measured test error is **{rare_ratio.mean():.1f} times** the prediction on average, "
        f"and between {rare_ratio.min():.1f} and {rare_ratio.max():.1f} times in single training sets. A ridge cures it (table above). Lengths with $\\nu = {degrees[0]}$ change the risk by "
        f"{tail[:, 0].mean() - 1:+.0%}, with $\\nu = {degrees[-1]}$ by {tail[:, -1].mean() - 1:+.0%}. Fits to other images than those that the moments come from are predicted to {apart.inside:.0%} in the median with ten images a feature, to {apart.outside:.0%} with 1.25. With moments from {known[0]} images the ridgeless prediction is off by "
        f"{few[0.0][0] - 1:+.0%}, with all {known[-1]:,} by {few[0.0][-1] - 1:+.0%}."
    )
)

# %% [markdown]
# Predictions on 1,797 digits that are too high in the table above have the same cause. Least-squares vectors of
# 200 features from 1,797 images carry noise of their own, which the formula takes for signal. Beyond that, step 4 is an approximation: what a linear
# function leaves of *is it an 8?* is not noise. It depends on the image.

# %% [markdown]
# ## Exercises
#
# ```{exercise} No covariance below the threshold
# :label: exercise-bridge-covariance
#
# Show that without ridge and with $N > p$ the prediction does not depend on $\Sigma$, given $\sigma^2$ and all $\|\delta_j\|_\Sigma^2$.
# ```
#
# ```{solution} exercise-bridge-covariance
# :class: dropdown
#
# There $\kappa = 0$, so $\mathrm{df}_2 = p$ and the first two terms vanish. What remains is
# $\|\delta_i\|_\Sigma^2 + \frac p{N-p}(\sigma^2 + \sum_j\pi_j\|\delta_j\|_\Sigma^2)$. Least squares does not notice a linear change of the features.
# ```
#
# ```{exercise} The best ridge for the identity
# :label: exercise-bridge-best-ridge
#
# Let $\Sigma = I$ and all tasks be equal. Show that the best ridge is $\lambda = p\,\sigma^2/\|w^*\|^2$.
# ```
#
# ```{solution} exercise-bridge-best-ridge
# :class: dropdown
#
# With $u = 1/(1+\kappa)$ and $\mathrm{df}_2 = pu^2$ the risk is $\frac{N(1-u)^2\|w^*\|^2 + p u^2\sigma^2}{N - pu^2}$. Its derivative vanishes where
# $N(1-u)(N-pu)\|w^*\|^2 = N p u\,\sigma^2$, and the equation for $\kappa$ says $\lambda = \kappa(N - pu) = \frac{1-u}u (N-pu)$. Together: $\lambda = p\sigma^2/\|w^*\|^2$.
# With dissimilar tasks the spread of the tasks joins $\sigma^2$.
# ```
#
# ```{exercise} A length for everyone
# :label: exercise-bridge-lengths
#
# Divide every sample and its label by the length of the sample before fitting. Which of the two breaks, heavy tails or rare pixels, does this cure?
# ```
#
# ```{solution} exercise-bridge-lengths
# :class: dropdown
#
# The first: all samples then have the same length, and the formula applies to the new features, with noise that depends on the sample. Rare
# pixels remain rare: one image in a thousand shows the direction whatever its length.
# ```

# %% [markdown]
# ## In one breath
#
# * For any covariance and ridge, a deterministic equivalent gives the multi-task error: each direction of variance $s$ is learned to the share
#   $s/(s+\kappa)$, and dissimilarity joins the label noise.
# * Told the covariance and the best linear predictors, it predicts test errors on real features, those of CIFAR-100 among them, and
#   its best ridge costs little against the one found by search.
# * It fails where a few samples own a direction, where lengths vary wildly and there is no ridge, and where the covariance is not known.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
