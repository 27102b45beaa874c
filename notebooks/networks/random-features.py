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
# # From linear theory to networks: where do the formulas stop?
#
# A network whose first layer stays as it was drawn is a linear model on random features, and the linear theory tells where its error peaks:
# at $p = N$, {glue:text}`equations` parameters for {glue:text}`tasks` tasks of {glue:text}`samples` real digits, where the test error is
# **{glue:text}`error_at_the_peak:.0f`** against **{glue:text}`error_at_best:.2f`** at the best width. What the theory misses lies on the
# far side: the features of a network are not independent of one another, so ever more of them do not spread the noise out, and it does
# not vanish as $p$ grows.

# %% tags=["parameters"]
profile = "book"
seed = 1
repeats = 3  # draws of tasks and features for the curves [2 to 20]
below = (
    100  # draws of them below the threshold, where the formula is tested [2 to 400]
)
noise_draws = 2000  # label-noise draws for the check of the identity [400 to 20000]
widest = 2048  # most features of the live measurements [1000 to 4096]

# %% tags=["hide-input"]
import numpy as np
import sympy as sp

from manytasks import (
    Tasks,
    checks,
    deep,
    evidence,
    figures,
    page,
    parameters,
    theory,
)
from manytasks.page.panel import panel
from manytasks.statistics import critical_t, critical_z, mean_interval, z_scores
from manytasks.studies.networks import frozen_noise, frozen_peaks
from manytasks.studies.networks.frozen_features import frozen_draw, largest_residual
from manytasks.symbolic import differing

parameters.check(In, globals())
C = figures.COLORS
table = deep.load_results("random-features", "book")
T, n = int(table.tasks[0]), 10 * int(table.per_class[0])
N, draws = T * n, table.seed.nunique()
shares, noises = (sorted(table[each].unique()) for each in ("fraction", "noise"))
curve = ["method", "fraction", "noise", "features"]
median = table.groupby(curve).test_loss.median()
top = median["multi-task", 0.5, 0.1]
page.say(equations=N, tasks=T, samples=n)
page.say(error_at_the_peak=top[N], error_at_best=top.min())

# %% [markdown]
# ## Setting
#
# The linear theory of this book assumes Gaussian features. A network makes its own. The smallest step from one to the
# other keeps the first layer frozen: a sample $x$ becomes
#
# $$ \phi_j(x) = \tfrac{1}{\sqrt p} \max(0, \langle a_j, x\rangle), \qquad a_j \sim \mathcal N(0, I), \quad j = 1, \dots, p, $$
#
# and only the weights on top are fitted, by minimum-norm least squares without any ridge. The parameters are again $p$.
# The samples are real handwritten digits of $8 \times 8$ pixels. Every task asks for the same ten classes, but task $t$
# sees the pixels through its own permutation of a share of them: share 0 makes the tasks one and the same,
# share 1 makes them unrelated. Labels are centred one-hot vectors, so the error is squared and summed over the classes
# and predicting nothing costs 0.9. Label noise replaces a share of the labels by another class of the same task.
# No sample serves two tasks.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} Noise through frozen features (ours)
# :label: thm-frozen-noise
#
# Let $\Phi \in \mathbb R^{N \times p}$ be any features of the $N$ training samples, $C = \mathbb E\,\phi\phi^\top$ the second
# moment of the features of a test sample, and let the labels carry independent noise of mean 0 and variance $\sigma^2$.
#
# 1. Given the features, the expected test error of the minimum-norm fit is $A + \sigma^2 a$, with
#    $a = \operatorname{tr}\big(\Phi^{+\top} C\, \Phi^+\big)$, and $A$ the error without noise.
# 2. If the rows of $\Phi$ are independent $\mathcal N(0, C)$ with *any* invertible $C$, and $p < N - 1$, then
#    $\mathbb E a = p/(N-p-1)$: the covariance drops out.
# ```
#
# Part 1 is exact for a network with a frozen first layer, whatever its features. Part 2 makes a prediction that
# needs to know nothing of them. Above the threshold there is no such luck: there the theory's $N/(p-N-1)$
# belongs to $C \propto I$ alone.

# %% [markdown]
# ## Derive
#
# **Step 1: the error is quadratic in the noise.** Write the labels as $f + z$ and a test sample's features and target
# as $\phi$ and $f_*$. The fit is $w = \Phi^+(f + z)$. Two training samples and three features show every term:

# %%
Phi = sp.Matrix(2, 3, sp.symbols("phi_1:7"))
phi = sp.Matrix(sp.symbols("x_1:4"))
f, z = sp.Matrix(sp.symbols("f_1:3")), sp.Matrix(sp.symbols("z_1:3"))
target, sigma2 = sp.Symbol("f_*"), sp.Symbol("sigma2", positive=True)

weights = sp.Matrix(
    2, 1, sp.symbols("k_1:3")
)  # k = (Φ⁺)ᵀφ: what each label contributes to this test sample
error = sp.expand(((weights.T * (f + z))[0] - target) ** 2)

# %% [markdown]
# **Step 2: take the mean over the noise.** $\mathbb E z_i = 0$ and $\mathbb E z_i z_j = \sigma^2 \delta_{ij}$. What remains is
# the noiseless error plus $\sigma^2\|k\|^2$.

# %%
mean_error = sp.Poly(error, *z)
moments = {
    (0, 0): 1,
    (1, 0): 0,
    (0, 1): 0,
    (1, 1): 0,
    (2, 0): sigma2,
    (0, 2): sigma2,
}
mean_error = sum(
    coefficient * moments[powers] for powers, coefficient in mean_error.terms()
)
without_noise = ((weights.T * f)[0] - target) ** 2
left_over = sp.expand(mean_error - without_noise - sigma2 * weights.dot(weights))
checks.require(
    left_over == 0, f"the mean error is not A + σ²‖k‖²: {left_over} is left over"
)

# %% [markdown]
# **Step 3: average over test samples.** With $k = (\Phi^+)^\top\phi$, $\mathbb E\|k\|^2 =
# \operatorname{tr}(\Phi^{+\top} C\,\Phi^+) = a$. Check the pseudo-inverse that enters, $\Phi^+ = \Phi^\top(\Phi\Phi^\top)^{-1}$:
# it solves $\Phi\Phi^+ = I$, so every training label is fitted exactly.

# %%
plus = Phi.T * (Phi * Phi.T).inv()
unequal = differing(list(Phi * plus), list(sp.eye(2)))
checks.require(unequal == 0, f"{unequal} of 4 entries of ΦΦ⁺ are not those of I")

# %% [markdown]
# **Step 4: below the threshold the covariance cancels.** Let $\Phi = Z S$ with $Z$ standard normal, $S$ invertible and
# $C = S^\top S$. For $p < N$ the pseudo-inverse is $(\Phi^\top\Phi)^{-1}\Phi^\top = S^{-1} Z^+$, and
# $\Phi^{+\top} C\,\Phi^+ = Z^{+\top} Z^+$. Three samples, two features, a triangular $S$ (every covariance has one):

# %%
Z = sp.Matrix(3, 2, sp.symbols("z_1:7"))
S = sp.Matrix([[sp.Symbol("s_1"), sp.Symbol("s_2")], [0, sp.Symbol("s_3")]])


def amplification(features, covariance):
    """Return tr(Φ⁺ᵀ C Φ⁺) for more samples than features."""
    pseudo_inverse = (features.T * features).inv() * features.T
    return (pseudo_inverse.T * covariance * pseudo_inverse).trace()


cancelled = differing(
    [amplification(Z * S, S.T * S)], [amplification(Z, sp.eye(2))]
)
checks.require(cancelled == 0, "the covariance does not cancel below the threshold")

# %% [markdown]
# **Step 5: the mean is the package's.** $\operatorname{tr} Z^{+\top}Z^+ = \operatorname{tr}(Z^\top Z)^{-1}$, an inverse Wishart
# matrix with mean $p/(N-p-1)$. It is the slope of `theory.multitask_error` in $\sigma^2$, below the threshold.

# %%
p_, n_ = sp.symbols("p n", positive=True)
package = theory.multitask_error(
    Tasks.equiangular(T, 1.0), [n_] * T, p_, sigma2, regime="under"
)[0]
slope = sp.diff(package, sigma2)
unequal = differing([sp.nsimplify(slope)], [p_ / (T * n_ - p_ - 1)])
checks.require(
    unequal == 0, f"theory.multitask_error has the slope {slope}, not p/(N − p − 1)"
)
slope

# %% [markdown]
# ## Check
#
# **The identity.** Part 1 must hold for every single draw of digits and features. We fit one draw with many draws of
# Gaussian label noise and compare the mean rise of the test error with $\sigma^2 a$.

# %% tags=["hide-input"]
half, checked = (
    frozen_draw(T, n, 0.5, widest, seed=seed),
    (n, 5 * N // 6, 4 * N // 3, 1000),
)
right_and_wrong = (1, 1.03)
scores, wrong = frozen_noise.noise_scores(
    half, checked, right_and_wrong, noise_draws, seed=seed
)
check = "random features: noise term of any features"
alpha, worst = evidence.level("A.C1", check), np.abs(scores).max()
critical = critical_z(len(checked), alpha, draws=noise_draws)
what = "largest |z| of the mean rise of the test error against σ²a"
size = f"{len(checked)} widths × {noise_draws} noise draws"
evidence.record("A.C1", check, what, worst, "<", critical, n=size)
page.say(checked=", ".join(map(str, checked)), noise_draws=noise_draws)
page.say(scores=", ".join(f"{s:+.1f}" for s in scores))
page.say(wrong_scores=", ".join(f"{s:+.1f}" for s in wrong))
page.say(critical=critical, alpha=f"{alpha:.0e}")
page.say(seen=sum(np.abs(wrong) > critical), places=len(checked))

# %% [markdown]
# At $p$ = {glue:text}`checked` the scores of {glue:text}`noise_draws` noise draws are {glue:text}`scores`; a true identity exceeds
# ±{glue:text}`critical:.2f` anywhere with probability at most {glue:text}`alpha`. With $a$ wrong by 3 % they would be
# {glue:text}`wrong_scores`: the test sees an error of that size at {glue:text}`seen` of {glue:text}`places` places with this many draws.

# %% [markdown]
# **The threshold.** From which $p$ on does the pooled fit reproduce every training label? Exactly from $p = N$ on, to the
# unit:

# %%
residual = {p: largest_residual(half.first(p)) for p in (N - 1, N)}
checks.below(f"largest residual at p = N = {N}", residual[N], 1e-8)
checks.below(
    f"1e-3, against the largest residual at p = N − 1 = {N - 1}",
    1e-3,
    residual[N - 1],
)
page.say(
    one_less=N - 1,
    residual_of_one_less=page.number(residual[N - 1], 2),
    residual=page.number(residual[N], 1),
)

# %% [markdown]
# The largest residual of a training label is {glue:text}`residual_of_one_less` at $p =$ {glue:text}`one_less` and {glue:text}`residual` at
# $p =$ {glue:text}`equations`.

# %% [markdown]
# The table behind the next figures was made by
# `manytasks sweep random-features --profile book` and is part of the repository. To know that it is what the code
# computes, this page computes one of its cells again:

# %% tags=["hide-input"]
deep.agree_with_table("random-features", "half permuted")

# %% tags=["hide-input", "lead"]
pooled = table[table.method == "multi-task"]
clean, half_permuted = pooled[pooled.noise == 0], pooled[pooled.fraction == 0.5]
shown = (
    (clean.groupby("fraction"), "permuted", "clean labels"),
    (half_permuted.groupby("noise"), "wrong labels", "half of the pixels permuted"),
)
PARAMETERS, LOGARITHMIC = "random features $p$", {"xscale": "log", "yscale": "log"}
colors, panels = ("blue", "green", "orange", "red"), []
for curves, words, title in shown:
    fig, ax = panel(
        title, PARAMETERS, "test error of the pooled fit", **LOGARITHMIC
    )
    for (level, rows), color in zip(curves, colors, strict=False):
        errors = rows.pivot_table("test_loss", ["seed", "task"], "features")
        label = f"{level:.0%} {words}"
        page.quartiles(ax, errors.columns, errors, color=color, label=label)
    ax.set(ylim=(0.08, 2000))
    figures.threshold(ax, N)
    ax.legend(loc="upper left")
    panels.append(fig)
figures.show(
    panels,
    name="random-features-peak",
    caption=(
        f"Ridgeless ReLU features on {T} tasks of {n} digits ($N = {N}$), median over {draws} draws × {T} tasks with "
        "quartiles. (a) less and less similar tasks; (b) noisier and noisier labels. At "
        "$p = N$ itself the error is heavy-tailed: the height of the tip is not a number to compare. The figure does "
        "not show networks whose first layer learns."
    ),
    alt=(
        "Two panels of test error against number of random features on logarithmic axes; every curve falls, "
        "rises to a spike at p = N and falls again. More permuted pixels and more wrong labels lie higher."
    ),
)

# %% [markdown]
# The peak of a fit alone stands at $p = n$, that of the pooled fit at $p = N = Tn$: what counts is the number of
# equations, not the number of tasks. Beside the threshold, at $N \pm 5\,\%$, where medians are stable, we ask for every
# draw and task whether the error rises with noise and with dissimilarity, as Mechanism 1 says.

# %% tags=["hide-input"]
found = [
    frozen_peaks.peak_places(median, method)
    for method in ("multi-task", "single-task")
]
places = [each[0] if len(each) == 1 else -1 for each in found]
misplaced = abs(places[0] - N) + abs(places[1] - n)
check = "random features: place of the peak"
what = "distance of the peaks from p = N (pooled) and p = n (alone), all similarities and noises"
size = f"{len(shares) * len(noises)} curves × 2, {draws} draws each"
evidence.record("A.E1", check, what, misplaced, "==", 0, n=size)
beside = (round(0.95 * N), round(1.05 * N))
near = pooled[pooled.features.isin(beside)]
gains = {by: frozen_peaks.rises(near, by) for by in ("noise", "fraction")}
worst = min(float(z_scores(gain, 0.0)) for gain in gains.values())
check = "random features: noise and dissimilarity raise the peak"
limit = critical_t(1, draws - 1, evidence.level("A.M1", check))
what = "smaller t of the rise of the log error at N ± 5 %"
size = f"{draws} draws of tasks and features"
evidence.record("A.M1", check, what, worst, ">", limit, n=size)
by_noise, by_share = (np.exp(gain.mean()) for gain in gains.values())
page.say(most_noise=noises[-1])
page.say(rise_by_noise=by_noise, rise_by_dissimilarity=by_share)

# %% [markdown]
# From clean to {glue:text}`most_noise:.0%` wrong labels the error beside the peak grows by a factor {glue:text}`rise_by_noise:.1f`; from
# equal to unrelated tasks by {glue:text}`rise_by_dissimilarity:.1f`.

# %% [markdown]
# ## Look
#
# Now the noise term itself. {prf:ref}`thm-frozen-noise` says: below the threshold any Gaussian features amplify noise
# by $p/(N-p-1)$, whatever their covariance. ReLU features of digits are not Gaussian, and their covariance is far
# from a multiple of $I$. Panel a measures the amplification; panel b divides it by the linear theory.

# %% tags=["hide-input"]
low = np.array([16, 32, 64, 100, 150, 200, 240])  # here the formula is tested
high = np.array([270, 330, 360, 420, 512, 724, 1024, 2048, 4096])
grid = np.concatenate([low, high[high <= widest]])
linear = frozen_noise.linear_amplification(N, grid)
measured, tested = (
    frozen_noise.amplifications(T, n, p, widest, draws=count, seed=(seed, name))
    for p, count, name in ((grid, repeats, "draw"), (low, below, "below"))
)
noise_term = "random ReLU features of digits: noise term below the threshold"
share = evidence.level("A.C1", noise_term) / len(low)
deviation = mean_interval(tested * (N - low - 1) / low - 1, 1 - share)

# %% tags=["hide-input"]
titles = "noise amplification $a$", "measured / linear theory"
panels = [panel(title, PARAMETERS, "", **LOGARITHMIC) for title in titles]
left, right = (ax for _, ax in panels)
smooth = [np.geomspace(16, N - 4, 80), np.geomspace(N + 4, widest, 80)]
smooth = np.unique(np.concatenate(smooth).astype(int))
line = frozen_noise.linear_amplification(N, smooth)
style = {"color": figures.INK, "linewidth": 1.2}
for side in (smooth < N, smooth > N):
    left.plot(smooth[side], line[side], **style)
left.plot([], [], label="linear theory", **style)
figures.band(left, grid, measured, color=C["orange"], label="ReLU features")
figures.band(right, grid, measured / linear, color=C["orange"])
right.axhline(1, **style)
figures.threshold(left, N)
figures.threshold(right, N)
right.set_yticks([1, 2, 4], ["1", "2", "4"])
right.minorticks_off()
left.legend(loc="upper left")
figures.show(
    [fig for fig, _ in panels],
    name="random-features-noise",
    caption=(
        f"What one unit of label noise costs on test samples ($N = {N}$, half of the pixels permuted; mean of {repeats} "
        f"draws with 95 % intervals). Up to $p = {low[-1]}$ the covariance-free formula departs by at most {np.abs(deviation.value).max():.0%}, a mean of {below} draws. "
        "The figure does not show the noiseless part of the error."
    ),
    alt=(
        "Left: amplification against p, as measured and as a line of the linear theory with its pole at N. "
        "Right: their ratio."
    ),
)

# %% tags=["hide-input"]
far_off = deviation.absolute().map(np.max)
what = f"largest relative deviation of a mean from p/(N − p − 1), p up to {low[-1]}"
size = f"{len(low)} widths × {below} draws"
evidence.record("A.C1", noise_term, what, far_off, "<", 0.1, n=size)
page.say(tested_to=int(low[-1]), farthest=far_off.high, broadest=int(grid[-1]))
page.say(times_more=(measured / linear).mean(0)[-1])
page.say(directions=frozen_noise.participation(half.first(grid[-1]).test))

# %% [markdown]
# Up to $p =$ {glue:text}`tested_to` no mean deviates by more than {glue:text}`farthest:.0%`, intervals included. At $p =$
# {glue:text}`broadest` the network amplifies noise **{glue:text}`times_more:.0f` times** more than the linear theory says. Overfitting is
# benign in the theory because noise is spread over ever more directions. These features do not offer them: the participation ratio of
# their second moment, $(\operatorname{tr} C)^2/\operatorname{tr} C^2$, is {glue:text}`directions:.1f` at $p =$ {glue:text}`broadest`, where
# $C = I$ would have {glue:text}`broadest`.

# %% [markdown]
# **Transfer.** Knowledge transfer is the single-task error minus the multi-task error. The linear theory lets similar
# tasks gain and dissimilar ones lose. Random features agree, away from the two thresholds; between $n$ and
# $N$ the comparison is between two peaks and says nothing about the tasks. The most similar tasks here are *equal*: one task,
# other samples. Whether tasks gain that are only kin is another question, and trained networks answer it with no ({doc}`similarity`).

# %% tags=["hide-input"]
transfer = frozen_peaks.transfer_by_share(table[table.noise == 0])
widths = transfer[0.0].columns
few, many = widths[widths < 0.4 * n], widths[widths > 2 * N]
far = [*few, *many]
fig, ax = panel("Who gains?", PARAMETERS, "knowledge transfer", xscale="log")
for (share, gained), color in zip(transfer.items(), colors, strict=True):
    for part, words in ((few, ""), (many, f"{share:.0%} permuted")):
        style = {"color": C[color], "fmt": "o-", "label": words}
        figures.band(ax, part, gained[part], **style)
ax.axhline(0, color=figures.INK, linewidth=1)
figures.name_lines(ax)
equal, unrelated = (transfer[share][far].mean() for share in (0.0, 1.0))
figures.show(
    fig,
    name="random-features-transfer",
    caption=(
        f"Knowledge transfer with clean labels, mean over {draws} draws with 95 % intervals, away from both thresholds "
        f"($n = {n}$, $N = {N}$; the gap is left out). Equal tasks gain at {(equal > 0).sum()} of "
        f"{len(far)} widths shown; unrelated tasks lose at {(unrelated < 0).sum()}. "
        "The figure does not show label noise, which moves all curves up."
    ),
    alt=f"Transfer against p in two parts, below n and above N, for {len(shares)} shares of permuted pixels.",
)

# %% tags=["hide-input"]
at = widths.max()
gain, loss = (float(z_scores(transfer[share][at], 0.0)) for share in (0.0, 1.0))
check = "random features: equal tasks gain, unrelated tasks lose"
limit = critical_t(1, draws - 1, evidence.level("A.E2", check))
what, smaller = f"smaller t of the two signs at p = {at}", min(gain, -loss)
evidence.record("A.E2", check, what, smaller, ">", limit, n=f"{draws} draws")

# %% [markdown]
# ## Break
#
# *Equal tasks with clean labels have no peak*, says the linear theory. In the first figure they do. The reason is not
# dissimilarity: ten digits are not a linear function of $p$ random features, and what the features cannot express acts
# as noise. Take that away, by making the labels an exactly linear function of the same features, and the peak must go.
# A little ridge removes it too, for the same real labels.

# %% tags=["hide-input"]
widths = np.array([32, 64, 128, 200, 250, *beside, 350, 420, 600, 1000])
equal_tasks = {"draws": repeats, "seed": seed}
values = frozen_peaks.errors_of_equal_tasks(T, n, widths, widest, **equal_tasks)
inks = (C[name] for name in ("red", "orange", "blue"))
fig, ax = panel(
    "Equal tasks, clean labels", PARAMETERS, "test error", **LOGARITHMIC
)
for (kind, errors), ink in zip(values.items(), inks, strict=True):
    drawn = np.maximum(errors.T, 1e-4)
    ax.plot(widths, np.median(drawn, 1), color=ink, label=kind)
    ax.plot(widths, drawn, ".", markersize=3, color=ink)
ax.set(ylim=(8e-5, 30))
figures.threshold(ax, N)
ax.legend(loc="lower left")
figures.show(
    fig,
    name="random-features-break",
    caption=(
        f"Three ways to fit equal tasks with clean labels ($N = {N}$; median and each of {repeats} draws; errors below "
        "$10^{-4}$ are drawn there). The ridge is a thousandth of the mean squared norm. The figure does not show other ridges."
    ),
    alt="Test error against p for real labels, real labels with a ridge, and labels linear in the features.",
)

# %% tags=["hide-input"]
near, away = np.isin(widths, beside), widths == 128
middle = {kind: np.median(errors, 0) for kind, errors in values.items()}
relative = middle["linear labels"][near].max() / middle["real labels"][away][0]
check = (
    "random features: equal tasks and labels linear in the features have no peak"
)
what = "error at N ± 5 % relative to that of real labels at p = 128"
evidence.record("A.B1", check, what, relative, "<", 1, n=f"{repeats} draws")
real, ridge = (
    frozen_peaks.bump(values[kind], near, away)
    for kind in ("real labels", "real labels, ridge")
)
page.say(bump_of_real=real, bump_with_ridge=ridge)
what = "2, against the bump that real labels make beside the threshold"
checks.below(what, 2.0, real)
checks.below("bump that is left with a ridge", ridge, 2.0)

# %% [markdown]
# Beside the threshold ($N \pm 5\,\%$) the error is {glue:text}`bump_of_real:.1f` times that at $p = 128$ for real labels,
# {glue:text}`bump_with_ridge:.1f` times with the ridge.

# %% [markdown]
# ## Exercises
#
# ```{exercise} One output or ten?
# :label: exercise-one-output
#
# The network has ten outputs, so ten times $p$ weights are fitted to ten times $N$ numbers. Why is the threshold at
# $p = N$ and not elsewhere?
# ```
#
# ```{solution} exercise-one-output
# :class: dropdown
#
# All outputs share the features, so the fit is ten separate least-squares problems with one matrix $\Phi$. Each has $N$
# equations and $p$ unknowns. Counting everything gives $10p = 10N$: the same place.
# ```
#
# ```{exercise} Copies
# :label: exercise-copies
#
# Let three equal tasks draw their digits independently, so that some samples occur twice. Where is the threshold now?
# ```
#
# ```{solution} exercise-copies
# :class: dropdown
#
# At the number of *different* samples: a repeated row adds no equation as long as its label is the same, and the rank of
# $\Phi$ is the number of different rows. With noise the two copies may carry different labels, and no width fits both.
# ```
#
# ```{exercise} Read the tail
# :label: exercise-tail
#
# Why does the error at $p = N$ itself vary by orders of magnitude between draws, while at $N \pm 5\,\%$ it does not?
# ```
#
# ```{solution} exercise-tail
# :class: dropdown
#
# $a = \operatorname{tr}(\Phi^{+\top}C\Phi^+)$ is governed by the smallest singular value of $\Phi$. A square random matrix
# has one of order $1/\sqrt N$ whose inverse square has no mean; a few more rows or columns keep it away from 0.
# ```

# %% [markdown]
# ## In one breath
#
# * Freeze the first layer and a network is a linear model: its error peaks at $p = N$ for the pooled tasks, at $p = n$
#   for a task alone, and noise and dissimilarity raise the peak.
# * Below the threshold even the *size* of the noise term is the theory's, because the covariance drops out.
# * Above it, a network's features do not become independent of one another. The noise stays, and the linear
#   theory is no longer a guide to how benign overfitting is.
# * What the features cannot express counts as noise: real data peak even when tasks agree and labels are clean.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
