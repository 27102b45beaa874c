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
# # Which tasks should train together?

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 1000  # simulated data sets for every unbiased estimate [200 to 5000]
fits = 1000  # simulated data sets for the predicted test error [100 to 2000]
draws = 16  # training sets of digits per size [5 to 50]

# %% tags=["hide-input"]
import sys
from contextlib import redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sympy as sp
from IPython.display import HTML, display

from manytasks import audit, checks, cli, evidence, figures, parameters, theory
from manytasks.page import say, table
from manytasks.statistics import Interval, critical_z, mean_interval, z_scores
from manytasks.studies.features import grouping
from manytasks.symbolic import differing

parameters.check(In, globals())
sizes = (40, 80)  # images of each question, for 64 pixels
compared = grouping.decisions(sizes, draws, seed)
patients, measured = grouping.diabetes_groups()
found = audit.audit(patients, seed=seed)
saved = compared["alone"] - compared["audit"]
say(
    verdict=audit.verdict(found),
    tasks=len(found.names),
    patients=int(found.counts.sum()),
    saved=float(saved.mean()),
    cv_gap=float((compared["audit"] - compared["cv"]).mean()),
    draws=draws,
    overlap=audit.OVERLAP,
)

# %% [markdown]
# Those whose difference costs less than what they lend each other; a formula whose every term can be estimated without bias
# says in advance what each grouping costs, and rows held out choose among its proposals.
# For {glue:text}`patients` diabetes patients in {glue:text}`tasks` groups of sex and age the answer is:
# **{glue:text}`verdict`**

# %% [markdown]
# ## Setting
#
# Somebody has $T$ tasks. Task $i$ has $n_i$ rows $(x, y)$; the features $x \in \mathbb R^p$ are the same in all tasks, with
# covariance $\Sigma$, and so far all means are 0. A *group* of tasks shares one linear model, fitted to its
# $N$ pooled rows by ridge regression, as in {doc}`../bridge/real-features`. There are as many groupings of ten tasks as
# people in a small town, 115,975. Which is best?
#
# Write $b_i = \mathbb E\,x y$ for what task $i$'s rows say on average about each feature, $\tau_i = \mathbb E\,y^2$ for the
# size of its target, and $\kappa$ for the *effective ridge*, the solution of
# $\lambda/\kappa + \operatorname{tr}\Sigma(\Sigma+\kappa)^{-1} = N$.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} What has to be known is little (ours; claim O.27)
# :label: thm-audit-forms
#
# Let $R = (\Sigma + \kappa)^{-1}$, $\pi_j = n_j/N$ within the group, $\bar b = \sum_j \pi_j b_j$ and
# $\mathrm{df}_2 = \operatorname{tr}(\Sigma R)^2$. The test error on task $i$ of the group's fit, whose deterministic equivalent
# is claim O.6, is
#
# $$
# \mathrm{MSE}_i = m_i + \frac{\mathrm{df}_2}{N - \mathrm{df}_2} \sum_j \pi_j m_j, \qquad
# m_j = \tau_j - 2\, b_j^\top R\, \bar b + \bar b^\top R \Sigma R\, \bar b .
# $$
# ```
#
# $m_j$ is the test error of the mean fit $R\bar b$, and the randomness of the fit costs $\mathrm{df}_2/(N-\mathrm{df}_2)$ times
# the mean of the $m_j$. No inverse of $\Sigma$ occurs, no optimal parameter, no noise variance: only the $T \times T$
# numbers $b_i^\top R\, b_j$, their derivative, and the $\tau_i$. **All groupings and all ridges share them.**
#
# ```{prf:theorem} They can be estimated without bias (known as statistics; claim O.27)
# :label: thm-audit-unbiased
#
# Let $u_i = \sum_a y_a x_a$ over the rows of task $i$. If $\Sigma = I$, then for **every** law of $(x, y)$ and every $n_i \ge 2$, also
# $n_i < p$,
#
# $$
# \hat\Gamma_{ij} = \frac{\langle u_i, u_j \rangle}{n_i n_j} \quad (i \ne j), \qquad
# \hat\Gamma_{ii} = \frac{\|u_i\|^2 - \sum_a y_a^2 \|x_a\|^2}{n_i (n_i - 1)}
# $$
#
# have the means $\langle b_i, b_j \rangle$, and $\hat d_{ij} = \hat\Gamma_{ii} + \hat\Gamma_{jj} - 2\hat\Gamma_{ij}$ has the mean
# $\|b_i - b_j\|^2$.
# ```
#
# The estimator of $\|b\|^2$ is a U-statistic; that about $\sqrt p$ rows are enough for it is a theorem of
# {cite:t}`kong2018`. Exact risks with auxiliary tasks, and weights for them, are also in {cite:t}`liu2026`, consistent
# estimates of a multi-task error in {cite:t}`ilbert2024`, and a rule that accepts or rejects samples of other tasks by their estimated gain in
# {cite:t}`cherkaoui2025`; groupings are otherwise read from networks that were trained {cite}`standley2020,fifty2021,li2023`. Our part is
# the use for groupings: the form of the error above, the correction for an unknown $\Sigma$, and the honest choice among many.

# %% [markdown]
# ## Derive
#
# **The error from forms.** Claim O.6 splits each task into the mean task and its own difference. Two features with
# variances $s_1, s_2$ and two tasks show that its terms and ours are the same function, for symbolic parameters,
# counts, noise and $\kappa$:

# %%
kappa, s1, s2, n1, n2, noise1, noise2 = sp.symbols(
    "kappa s_1 s_2 n_1 n_2 sigma_1^2 sigma_2^2", positive=True
)
s, w = (s1, s2), (sp.symbols("u_1 u_2"), sp.symbols("v_1 v_2"))
N, noise = n1 + n2, (noise1, noise2)
share = (n1 / N, n2 / N)
pairs = [(i, j) for i in range(2) for j in range(2)]
b = [[s[k] * w[t][k] for k in range(2)] for t in range(2)]
first = {
    (i, j): sum(b[i][k] * b[j][k] / (s[k] + kappa) for k in range(2))
    for i, j in pairs
}
second = {
    (i, j): sum(s[k] * b[i][k] * b[j][k] / (s[k] + kappa) ** 2 for k in range(2))
    for i, j in pairs
}
tau = [sum(s[k] * w[t][k] ** 2 for k in range(2)) + noise[t] for t in range(2)]
df2 = sum((s[k] / (s[k] + kappa)) ** 2 for k in range(2))
square = sum(share[i] * share[j] * second[i, j] for i, j in pairs)
own = [
    tau[t] - 2 * sum(share[j] * first[t, j] for j in range(2)) + square
    for t in range(2)
]
ours = own[0] + df2 / (N - df2) * (share[0] * own[0] + share[1] * own[1])

mean = [share[0] * w[0][k] + share[1] * w[1][k] for k in range(2)]
away = [[w[t][k] - mean[k] for k in range(2)] for t in range(2)]
lost = [kappa / (s[k] + kappa) for k in range(2)]
bias = sum(s[k] * lost[k] ** 2 * mean[k] ** 2 for k in range(2)) / (1 - df2 / N)
cross = 2 * sum(s[k] * lost[k] * away[0][k] * mean[k] for k in range(2))
apart = [sum(s[k] * away[t][k] ** 2 for k in range(2)) for t in range(2)]
random = sum(share[t] * (noise[t] + apart[t]) for t in range(2))
known = bias + cross + apart[0] + df2 / (N - df2) * random + noise1
derivative = [sp.diff(kappa * first[i, j], kappa) for i, j in pairs]
different = differing([ours, *derivative], [known, *second.values()])
evidence.record(
    "O.27",
    "derivation",
    "places where the two forms of the error, or the two forms and their derivative, differ",
    different,
    "==",
    0,
    n="5 identities in 11 symbols",
)

# %% [markdown]
# The last four identities say $b_i^\top R\Sigma R\, b_j = \frac{d}{d\kappa}\big(\kappa\, b_i^\top R\, b_j\big)$: the second form
# is the derivative of the first.
#
# **Without bias.** Two different rows are independent, so $\mathbb E\, y_a x_a^\top x_b y_b = \langle b_i, b_j\rangle$. A row that
# meets itself has $\mathbb E\, y_a^2\|x_a\|^2$ instead, about $p\,\tau$: hundreds of times more. $\|u_i\|^2$ contains
# $n_i$ such terms and $n_i(n_i-1)$ good ones. Take the bad ones out. That is the whole proof.
#
# **Three practical steps.** *Unknown means*: centre each task by its own, and correct for what centring does; the
# result is the unbiased HSIC of {cite:t}`song2012` (`audit.covariance_forms`). *Unknown $\Sigma$*: use the resolvent
# $Q = (\sum_a x_a x_a^\top + \lambda)^{-1}$ of all rows. It has seen every row it judges, and each shrinks its view of itself by
# $1 + q = N/(N - \mathrm{df}_1)$, by the step that began the derivation of O.6. So $x_a^\top R\, x_b \approx
# (N-\mathrm{df}_1)(1+q)^2\, x_a^\top Q x_b$ (`audit.forms`; *heuristic*, tested below). *Tasks on the same rows*: a
# group's fit is then the fit to the mean target $\bar y$ on $n$ rows, so $N = n$ and $\sum_j \pi_j m_j$ becomes
# $\mathbb E(\bar y - x^\top R\,\bar b)^2$ (`theory.pooled_error(..., shared=True)`).

# %% [markdown]
# ## Check
#
# Three tasks with $p = 200$ features and 40, 60 and 100 rows: far too few to learn any of them. Three laws of the features.

# %% tags=["hide-input"]
p, n = 200, (40, 60, 100)
W = np.zeros((3, p))
W[:, :4] = [[1, 0, 0, 0], [0.8, 0.6, 0, 0], [0.5, 0, 0.5, 0.5]]
gram = W @ W.T
laws = ("gaussian", "rademacher", "student-6")
estimates = {
    law: grouping.distance_draws(law, W, n, 1.0, trials, (seed, "distances"))
    for law in laws
}
scores = np.stack(
    [
        z_scores(estimates[law].gram[:, i, j], gram[i, j], skewed=True)
        for law in laws
        for i in range(3)
        for j in range(i + 1)
    ]
)
limit = critical_z(
    scores.size, evidence.level("O.27", "unbiased inner products"), draws=trials
)
evidence.record(
    "O.27",
    "unbiased inner products",
    "largest |z|",
    np.abs(scores).max(),
    "<",
    limit,
    n=f"{scores.size} estimates × {trials:,} data sets",
)
true = gram[0, 0] + gram[1, 1] - 2 * gram[0, 1]
gaussian = estimates["gaussian"]
naive, fair = gaussian.naive[:, 0, 1], gaussian.squared[:, 0, 1]
say(
    true=float(true),
    naive=float(naive.mean()),
    fair=float(fair.mean()),
    spread=float(fair.std()),
    told=float(gaussian.error[:, 0, 1].mean()),
)

# %% tags=["hide-input", "lead"]
fig, ax = plt.subplots()
bins = np.linspace(min(fair.min(), -4), naive.max(), 60)
ax.hist(fair, bins, color=figures.COLORS["blue"], alpha=0.8, label="rows apart")
ax.hist(naive, bins, color=figures.COLORS["orange"], alpha=0.8, label="plug-in")
ax.axvline(true, color=figures.INK, linewidth=1, linestyle="--")
ax.set(xlabel="estimated squared distance", ylabel="data sets", yticks=[])
ax.legend(loc="upper right")
figures.show(
    fig,
    name="audit-unbiased",
    caption=(
        f"The squared distance of two tasks with {n[0]} and {n[1]} rows, {p} features: its true value {true:.2f} (dashed), "
        f"the plug-in estimate (mean {naive.mean():.1f}) and the unbiased one (mean {fair.mean():.2f}) in {trials:,} data sets. "
        "Unbiased is not exact: single estimates scatter, and may be negative."
    ),
    alt="Two histograms: the unbiased estimate is centred on the dashed true value, the plug-in far to its right.",
)

# %% [markdown]
# The plug-in distance $\|u_1/n_1 - u_2/n_2\|^2$ averages {glue:text}`naive:.1f`, where {glue:text}`true:.2f` is right. The unbiased one
# averages {glue:text}`fair:.2f` and scatters by {glue:text}`spread:.2f`; its own formula for that says {glue:text}`told:.2f` on average. At distance 0 the standard
# error is about $\sqrt{2p}\,(\tau_1/n_1 + \tau_2/n_2)$. So **$\sqrt p$ rows can tell that two tasks differ; it takes $p$ rows to
# learn one.**
#
# Now all steps together: estimate the forms from the samples alone, predict the test error of the pooled fit, and
# compare with what that fit truly errs.

# %% tags=["hide-input"]
names, predicted, true_error = grouping.prediction_draws(
    fits, (seed, "predictions")
)
relative = (predicted - true_error) / true_error.mean(axis=0)
level = evidence.level("O.27", "predicted test error") / len(names)
gaps = mean_interval(relative, 1 - level)
worst = int(np.maximum(gaps.high, -gaps.low).argmax())
ends = np.abs([gaps.low[worst], gaps.high[worst]])
inside = gaps.low[worst] < 0 < gaps.high[worst]
evidence.record(
    "O.27",
    "predicted test error",
    "largest relative gap of the mean",
    Interval(abs(gaps.value[worst]), 0.0 if inside else ends.min(), ends.max()),
    "<",
    0.1,
    n=f"{len(names)} groups and ridges × {fits} data sets",
)
rows = pd.DataFrame(
    {
        "fit": names,
        "true error": [f"{error:.2f}" for error in true_error.mean(axis=0)],
        "predicted, mean": [f"{error:.2f}" for error in predicted.mean(axis=0)],
        "scatter of one": [f"{error:.2f}" for error in predicted.std(axis=0)],
    }
)
table(
    rows,
    name="audit-predicted",
    caption=f"Test error of pooled fits, and what samples alone predict of it ({fits} data sets).",
)

# %% [markdown]
# The mean is right; a single prediction scatters. The *level* of an error is hard to know from few rows, because $\tau$
# and $\|b\|$ are. *Differences* between groupings share that scatter, and they are what decides.

# %% [markdown]
# ### The least of many is not honest
#
# Each prediction is without bias. The least of 115,975 is not: it is the luckiest. So the formula only lays out a **path**, the
# best grouping for each number of models. Rows that neither path nor fits have seen then choose the point on
# it, and of all points within one standard error of the best the one with the fewest models wins. Splitting must earn its noise.
#
# Digits, asked five questions, each on images of its own. Three questions are nearly one (is it a 3, 4, 5 or 6?), two
# are about even numbers. The rival fits and cross-validates every one of the 31 groups.

# %% tags=["hide-input"]
worse = compared["audit"] - compared["cv"]
level = evidence.level("O.28", "digits, against cross-validation of every group")
evidence.record(
    "O.28",
    "digits, against cross-validation of every group",
    "excess test error, as a share of the targets' variance",
    mean_interval(worse.to_numpy(), 1 - 2 * level),
    "<",
    0.05,
    n=f"{len(sizes)} sizes × {draws} training sets",
)
level = evidence.level("O.28", "digits, against one model for each")
evidence.record(
    "O.28",
    "digits, against one model for each",
    "test error saved, as a share of the targets' variance",
    mean_interval(saved.to_numpy(), 1 - 2 * level),
    ">",
    0,
    n=f"{len(sizes)} sizes × {draws} training sets",
)
table(
    grouping.shown(compared),
    name="audit-digits",
    caption="Test errors as shares of the targets' variance, with 95 % intervals over "
    f"{draws} training sets; how often both choose the same; time of the search over the audit's.",
)

# %% [markdown]
# The audit and the search decide
# differently at times and err alike. With five tasks the search takes only a little longer, for its 31 groups are
# few; it doubles with every task, the audit does not.

# %% [markdown]
# ## Look: from a file to a decision
#
# 442 patients, nine measurements, and how far their diabetes had progressed a year later {cite:p}`efron2004`. Should women
# and men, young and old, share one model? Put the table into a file, a row per patient, a column that says which group:

# %%
folder = TemporaryDirectory()
file = Path(folder.name) / "patients.csv"
measured.to_csv(file, index=False)
command = ["audit", str(file), "--task", "group", "--target", "progress"]
code = cli.main([*command, "--seed", str(seed)])

# %% tags=["hide-input"]
checks.require(code == 0, f"the command ended with {code}")
display(HTML(audit.picture(found)))

# %% [markdown]
# Read it from the top. The first sentence is the decision. The table says for whom it is sure: *helped* means that the
# gain on held-out patients is more than two standard errors; these are {glue:text}`overlap` times as large as if the fits were given, for
# other patients would have given other fits, and folds share most of theirs {cite:p}`nadeau2003`. *Open* means that it could have either sign; more
# rows need not settle that, for what sharing gains shrinks as they grow. The picture shows the predicted gains of pairs, from which the path was made; the frames are the decision.
#
# Two questions more. `--check-cv`: would cross-validation have decided better? A fifth of the rows is kept from both, five
# times over. `--weights`: how much should a row of each group count for another? Weights come from the formula, for every
# ridge; they are taken only if held-out rows agree that they beat the models above.

# %% tags=["hide-input"]
rival = audit.compared_section(patients, audit.compare(patients, seed=seed))
table(
    pd.DataFrame(rival.rows, columns=rival.head),
    name="audit-rival",
    caption="Both decisions, and the two simplest. " + " ".join(rival.lines[:3]),
)

# %% tags=["hide-input"]
weighed = audit.weigh(patients, range(len(found.names)), seed, groups=found.labels)
weights = audit.weights_section(patients, weighed, found.scaled)
table(
    pd.DataFrame(weights.rows, columns=weights.head),
    name="audit-weights",
    caption=f"Errors on held-out rows. Weights are worth it for {sum(own.advised for own in weighed)} of "
    f"{len(weighed)} groups; the last column, where they are: what a row of others counts in rows of the group.",
)

# %% [markdown]
# A mistake gets one line. Here the target is misspelt; then, in a second file, a decimal comma slipped in:

# %%
spoilt = measured.astype({"bmi": object})
spoilt.loc[16, "bmi"] = "32,1"
with redirect_stderr(sys.stdout):
    cli.main(["audit", str(file), "--task", "group", "--target", "progres"])
    spoilt.to_csv(file, index=False)
    cli.main([*command, "--quiet"])
# %% tags=["remove-input"]
folder.cleanup()

# %% [markdown]
# ## Break
#
# **Too few rows.** Below about $n = p$ even clear groups can go unseen, by the audit and by cross-validation alike. The same
# questions, with 20 images for 64 pixels:

# %% tags=["hide-input"]
table(
    grouping.shown(grouping.decisions((20,), draws, (seed, "few"))),
    name="audit-few",
    caption=f"The same with too few images; 95 % intervals over {draws} training sets.",
)

# %% [markdown]
# **Features in units of their own.** Ridge knows no units, so features are divided by their standard deviation. Pixels
# share a unit, and a pixel that is dark in one image of a hundred would be blown up: `--unscaled`, as above.
#
# **Weights cannot save an interpolator.** Give task 1 a hundred times the weight of task 2. The fit with weights
# acts through effective shares $\pi_j \le n_j/\mathrm{df}_1$ (`theory.effective_shares`). With fewer rows than features and no ridge the
# model fits every row, whatever its weight: with a ridge of 50 the effective shares are {glue:text}`heavy` and {glue:text}`light`, without
# one they are equal.

# %%
heavy, ridge_free = (
    theory.effective_shares(np.ones(100), [30, 30], [100.0, 1.0], ridge)[1]
    for ridge in (50.0, 0.0)
)
checks.close("shares of an interpolator", ridge_free, [0.5, 0.5])
say(heavy=f"{heavy[0]:.3f}", light=f"{heavy[1]:.3f}")

# %% [markdown]
# ## Exercises
#
# ```{exercise} How wrong is the plug-in?
# :label: exercise-audit-naive
#
# For Gaussian features with $\Sigma = I$ show that the plug-in distance has the mean
# $d_{12} + \sum_{i} (p\,\tau_i + \|b_i\|^2)/n_i$.
# ```
#
# ```{solution} exercise-audit-naive
# :class: dropdown
#
# $\mathbb E\|u_i/n_i\|^2 = \frac{n_i - 1}{n_i}\|b_i\|^2 + \frac1{n_i}\mathbb E\,y^2\|x\|^2$, and with $x = $ its part along $b_i$ plus the rest,
# $\mathbb E\,y^2\|x\|^2 = p\,\tau_i + 2\|b_i\|^2$. The cross term has no bias.
# ```
#
# ```{exercise} Two rows each
# :label: exercise-audit-two
#
# With $n_1 = n_2 = 2$ the estimate $\hat d_{12}$ exists. What is it good for?
# ```
#
# ```{solution} exercise-audit-two
# :class: dropdown
#
# For nothing alone, but its mean is right. The mean of $\hat d$ over a thousand such pairs of small tasks estimates their mean
# distance as well as two tasks with many rows would.
# ```

# %% [markdown]
# ## In one breath
#
# * The error of every grouping depends on $T \times T$ inner products, and samples give those without bias once no row
#   meets itself.
# * $\sqrt p$ rows tell that tasks differ; $p$ rows are needed to learn one. Between the two, sharing is a decision, and
#   it can be made in advance.
# * The formula proposes one grouping for each number of models, held-out rows choose among them, and the fewest models within one standard error
#   win.
# * `manytasks audit FILE` does this for a table of your own.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
