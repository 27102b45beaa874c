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
# # Rehearse together, or after?
#
# After, unless the tasks are alike and their labels clean: two small fits in turn never meet the near-collinear
# directions that one large fit must resolve. With three tasks, {glue:text}`kept` stored samples of each, and as
# many parameters as samples in the last joint fit, $p = N_3 =$ {glue:text}`crowd`, revisiting the buffer
# *after* the new task leaves an error of **{glue:text}`at_peak:.2f`**, and fitting both *together* has **no
# finite mean error**; with {glue:text}`twice_crowd` parameters it is {glue:text}`twice_after:.2f` against
# {glue:text}`twice_together:.2f`.

# %% tags=["parameters"]
profile = "book"
seed = 1
trials = 6000  # simulated data sets per setting [200 to 30000]
problems = 300  # random problems for the signs [20 to 5000]
n = 20  # samples of each task [12 to 40]
cosine = 0.5  # between any two of the three tasks [-0.4 to 0.9]
cells = 61  # distances on the maps [5 to 121]

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import sympy as sp
from matplotlib.colors import TwoSlopeNorm

from manytasks import (
    Tasks,
    checks,
    evidence,
    figures,
    parameters,
    pictures,
    simulate,
    theory,
)
from manytasks.page import number_axis, panel, say, table
from manytasks.studies.linear.rehearsal_draws import (
    data_sets_harmed,
    drawn_after,
    drawn_rounds,
)
from manytasks.studies.linear.rehearsal_effects import (
    buffer_change,
    largest_cosine2,
    last_error,
    late_rounds,
    who_wins,
    wrong_sides,
)
from manytasks.symbolic import differing
from manytasks.theory.buffer_span import span_error
from manytasks.theory.random_projection import projection_moments
from manytasks.theory.rehearsal import one_round, rounds_change
from manytasks.theory.replay import error_matrix
from manytasks.theory.sequential import Path, next_path, sequential_matrix

parameters.check(In, globals())

# %% tags=["hide-input"]
sigma2 = 0.1  # label-noise variance
m = 2 * n // 5  # samples that each task leaves in the buffer
crowd = n + 2 * m  # what the last joint fit sees
three = Tasks.equiangular(3, cosine)  # tasks of length 1
ways = {"together": "red", "after": "blue"}
widths = np.unique(np.geomspace(n + 2, 8 * crowd, 140).round().astype(int))
errors = {
    way: last_error(three, n, m, [crowd, 2 * crowd, *widths], sigma2, way)
    for way in ways
}
together, after = errors.values()
checks.require(np.isinf(together[0]), "the joint fit peaks here")
say(kept=m, at_peak=after[0], crowd=crowd, twice_crowd=2 * crowd)
say(twice_after=after[1], twice_together=together[1])

# %% tags=["hide-input"]
pair, joint = Tasks.equiangular(2, cosine), n + m
shown = np.unique(
    [n + n // 2, crowd, int(1.3 * crowd), 2 * crowd, 4 * crowd]
).tolist()
setting = (three, n, m, shown, sigma2)
options = {"trials": trials, "seed": (seed, "peak"), "method": "reduced"}
draws = simulate.replay_error(*setting, rehearsal="sequential", **options)
beyond = np.unique(np.geomspace(joint + 2, 8 * joint, 60).round().astype(int))
counts = {1: "blue", 2: "green", 4: "yellow", 16: "orange", np.inf: "red"}
in_turn = theory.rehearsal_rounds(pair, n, m, beyond, sigma2, list(counts))

# %% tags=["hide-input"]
axes = {"xlabel": "parameters $p$", "ylim": (0.5, 12)}
left, ax = panel("One has a peak", ylabel="excess risk, mean of the tasks", **axes)
for way, color in ways.items():
    curve = errors[way][2:]
    finite = np.where(np.isfinite(curve), curve, np.nan)
    ax.plot(widths, finite, color=figures.COLORS[color], label=way)
figures.band(ax, shown, theory.average_error(draws), color=figures.COLORS["blue"])
figures.threshold(ax, crowd, "$p = N_3$")
number_axis(ax, [n, crowd, 2 * crowd, 4 * crowd, 8 * crowd])
ax.set_yscale("log")
ax.legend(loc="upper right")
right, ax = panel("The peak grows with every round", ylabel="", **axes)
for r, (turns, color) in enumerate(counts.items()):
    label = "together" if np.isinf(turns) else f"{turns} in turn"
    curve = in_turn[:, r].mean(axis=-1)
    ax.plot(beyond, curve, color=figures.COLORS[color], label=label)
number_axis(ax, [joint, 2 * joint, 4 * joint, 8 * joint])
ax.set_yscale("log")
figures.threshold(ax, joint, "$p = N_2$")
ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="rehearse-peak",
    caption=(
        f"“One has a peak”: mean error after three tasks (cosine {cosine:g}, $n = {n}$, $m = {m}$, σ² = {sigma2}): exact curves, {trials:,} draws a point with 95 % intervals. "
        "The joint fit peaks where it has as many samples as parameters; rehearsing after does not. At the left edge, where $p$ approaches $n$, it rises towards a peak of "
        "its own. “The peak grows with every round”: two tasks; new samples and buffer fitted in turn, again and again, approach the joint fit and its peak. Expectations; single data sets scatter."
    ),
    alt=(
        f"Left: error against p. The red curve rises without bound at the dashed line p = {crowd}; the blue one passes below it without a peak. "
        "Right: five curves that rise towards the threshold, the higher the more rounds, up to the joint fit."
    ),
)

# %% [markdown]
# ## Setting
#
# Everything is as in {doc}`buffer`: independent standard normal features, label-noise variance $\sigma^2$,
# $n_t$ samples of task $t$, of which $m_t$ stay. $M = \sum_{s<t} m_s$ samples are stored when task $t$ arrives,
# $N_t = M + n_t$, $d_{ij} = \|w_i^* - w_j^*\|^2$, and $S_i$ is the error on task $i$ within the span of the
# stored samples. Let $A$ be the set of parameters that fit the new samples, $A'$ the set that fits the buffer,
# and $\Pi$ the nearest point of a set. From $w_{t-1}$ one may go
#
# $$
# \begin{aligned}
# \text{together: } & w_t = \Pi_{A \cap A'}\, w_{t-1}, \\
# \text{after: } & w_t = \Pi_{A'} \Pi_A\, w_{t-1}, \\
# \text{in turn: } & w_t = (\Pi_{A'} \Pi_A)^r\, w_{t-1} .
# \end{aligned}
# $$
#
# The buffer is revisited at once. Revisiting it task by task is the same for two tasks; for more we know no
# closed form. The question, and the answer "after, when tasks differ", are from {cite:t}`deng2025`, for models
# with more parameters than all samples. Ours is what follows: exact for the same stored samples at every step,
# for any tasks, also below $N_t$, with the conditions.

# %% [markdown]
# ## Claim
#
# ```{prf:theorem} The error of rehearsing after (ours; claim O.13)
# :label: thm-rehearse-after
#
# Let $p > n_t + 1$ and $p > M + 1$ at every step. Before task $t$ let $x_i = \mathbb E\|w - w_i^*\|^2$,
# $q_i = \mathbb E\|Q(w - w_i^*)\|^2$ with $Q$ the projection on the span of the buffer,
# $u = \mathbb E\langle w - w_i^*, \delta\rangle$ and $u_Q = \mathbb E\langle Q(w - w_i^*), \delta\rangle$ with
# $\delta = w_t^* - w_i^*$. With $n = n_t$, $y = \frac{n(p-n)}{(p-1)p(p+2)}$ and $\nu = \frac{n\sigma^2}{p-n-1}$
# the error after the step is
#
# $$
# \begin{aligned}
# x_i' = {} & S_i + \big(1 - \tfrac np\big) x_i + \tfrac np d_{it} + \nu \\
# & - \Big\{ \big(\tfrac{p-n}p - py\big)\, q_i + yM\,x_i + \tfrac Mp\big[\tfrac np d_{it} + \nu\big] + 2y\,(p\,u_Q - M u) \Big\} ,
# \end{aligned}
# $$
#
# and $q_i$, $u$, $u_Q$ follow recursions of the same kind, derived below.
# ```
#
# No denominator has $N_t$ in it: **the peak at $p = N_t$ is gone.** What is left are peaks at $p = n_t$ and
# $p = M$, where one of the two fits is crowded.
#
# ```{prf:theorem} In turn (ours; claim O.15)
# :label: thm-rehearse-rounds
#
# Let $w_{t-1}$ fit the buffer, $p > N_t + 1$, and $C$ be the squared cosines between the spans of the $n$ new
# and the $M$ stored samples. With $h_r = (C^{2r} - 2C^r)/(1 - C)$ and $E_\infty$ for together,
#
# $$
# \begin{aligned}
# E_r[t,i] - E_\infty[t,i] = {} & \frac{\sigma^2}{p-n-1}\, \mathbb E\operatorname{Tr} h_r + \frac{S_t}{M}\, \mathbb E\operatorname{Tr} C h_r \\
# & + \frac{f_t}{p-M}\, \mathbb E\operatorname{Tr}(C^{2r} - 2C^r) \\
# & + \frac{f_t + f_i - (1 - \frac Mp)\, d_{it}}{p-M}\, \mathbb E\operatorname{Tr} C^r, \\
# f_i = {} & E[t{-}1,i] - S_i .
# \end{aligned}
# $$
# ```
#
# ```{prf:theorem} Who wins (ours in this form; claim O.14)
# :label: thm-rehearse-who
#
# 1. For every spectrum $h_r \le 0$: **noise in the new labels, and disagreement of the buffer with the new
#    task, speak for after.** The price is what the old parameters have not learned yet, $f$: for $i = t$ the
#    last two terms are $\frac{f_t}{p-M}\, \mathbb E\operatorname{Tr} C^{2r} \ge 0$; where tasks are unrelated, the
#    gain is larger, for the newest task too. Of two tasks of equal
#    length and $r = 1$, distance always speaks for after, noise if $p > 2n_1$, and equal tasks with clean
#    labels for together.
# 2. For any number of tasks and $p \to \infty$, with $k_t = m_t$ for $t < T$ and $k_T = 0$,
#
#    $$ \begin{aligned} & p^2 (E_{\text{after}} - E_{\text{together}})[T,i] \\ & \quad \to -2 \sum_t (n_t - k_t) \Big(\sum_{s<t} m_s\Big) \big(\langle w_t^*, w_t^* - w_i^* \rangle + \sigma^2\big) . \end{aligned} $$
#
# 3. A buffer that is revisited after task 2 changes the error on task 1 by
#
#    $$
#    \begin{aligned}
#    \frac{m n_2}{p^2} \Big\{ & \sigma^2 \Big[ \frac{p(1+g)}{p-m-1} - \frac p{p-n_2-1} - \frac{g\,n_1}{p-n_1-1} \Big] \\
#    & - g\Big(1-\frac{n_1}p\Big) \|w_2^*\|^2 - \Big(1 - g\Big(1 - \frac{n_1}p\Big)\Big) d_{12} \Big\}
#    \end{aligned}
#    $$
#
#    with $g = \frac{p(p-n_2)}{(p-1)(p+2)}$. With clean labels it never harms; for $p \to \infty$ it harms iff
#    $\sigma^2 > \|w_2^*\|^2$.
# ```

# %% [markdown]
# ## Derive
#
# **Moments.** $P$, the projection on $k$ random directions, has
# $\mathbb E P_{ij}P_{kl} = x\,\delta_{ij}\delta_{kl} + y(\delta_{ik}\delta_{jl} + \delta_{il}\delta_{jk})$,
# because nothing else is the same in every basis. Its trace is $k$, and so is that of $P^2$. Two equations, two
# unknowns; then $\mathbb E PAP = (x+y)A + y\operatorname{tr}(A) I$ for symmetric $A$.

# %%
p, s2, k, h, M, N1 = sp.symbols("p sigma^2 k h M N_1", positive=True)
x_, y_ = sp.symbols("x y")
traces_of_P = [x_ * p**2 + 2 * y_ * p - k**2, x_ * p + y_ * p * (p + 1) - k]
solved = sp.solve(traces_of_P, [x_, y_])
along, across = projection_moments(k, p)
wrong = differing([solved[x_] + solved[y_], solved[y_]], [along, across])

# %% [markdown]
# **Split.** The last projection puts the part in the span of the buffer where least length puts it, with error
# $S_i$, and leaves the rest alone. The rest is $(I-Q)$ times
# $\Pi_A w - w_i^* = (I-P)v + P\delta + \text{noise}$ with $v = w - w_i^*$ and $P$ the projection on the new
# samples, which are independent of everything before. So the square needs $\mathbb E(I-P)Q(I-P)$,
# $\mathbb E PQP$ and $\mathbb E(I-P)QP$, which the moments give. We do it for two tasks and the second step,
# with every number a symbol, and compare with the package:

# %%
n_, stored = k + h, sp.Symbol("m", positive=True)
gram = sp.Matrix(
    2, 2, lambda i, j: sp.Symbol(f"Gamma_{min(i, j) + 1}{max(i, j) + 1}")
)
two = Tasks(gram.tolist())
before = Path(
    *(np.array(sp.symbols(f"{name}_1:3")) for name in ("x", "q", "mu", "nu"))
)
buffer = np.array([stored, 0])
package = next_path(
    before, two.gram, 1, n_, np.array([k]), buffer, np.array([p]), s2, "over"
)
d, M = two.distances2[1], stored
S = span_error(two.distances2, buffer, np.array([p]), s2, "over")
to_new = two.gram[1] - np.array([two.gram[i, i] for i in range(2)])
inner = [before.mean @ two.gram, before.mean_seen @ two.gram]
u = inner[0][1] - inner[0] - to_new
uQ = inner[1][1] - inner[1] - M / p * to_new
along_n, y = projection_moments(n_, p)
noise = n_ * s2 / (p - n_ - 1)
in_buffer = (
    (1 - 2 * n_ / p + along_n) * before.seen
    + y * M * before.error
    + (along_n + p * y) * M / p * d
    + M / p * noise
    + 2 * ((n_ / p - along_n) * uQ - y * M * u)
)
everything = (1 - n_ / p) * before.error + n_ / p * d + noise
wrong += differing(S + everything - in_buffer, package.error)

# %% [markdown]
# **Sandwich.** The next buffer spans more: $k$ of the new samples join it. Let $\Pi'$ be the projection on what
# they add, the span of $(I-Q)X_k$. With the others away, $(I-P)\Pi'(I-P)$ has trace $\operatorname{tr} C(1-C)$
# inside the buffer and $\operatorname{tr} C^2$ outside, $C$ the squared cosines between their span and the
# buffer's. One sample shows it, in the plane of its own direction and the buffer's:

# %%
c = sp.Symbol("c", positive=True)  # squared cosine of one sample with the buffer
sample = sp.Matrix([sp.sqrt(c), sp.sqrt(1 - c)])  # (in the buffer, outside)
added = sp.diag(0, 1)
rest = sp.eye(2) - sample * sample.T
sandwich = (rest * added * rest).applyfunc(sp.simplify)
wrong += differing([sandwich[0, 0], sandwich[1, 1]], [c * (1 - c), c**2])
step = sp.diag(0, 1) * rest  # fit the sample, then the buffer
wrong += differing(step * sp.Matrix([0, 1]), c * sp.Matrix([0, 1]))

# %% [markdown]
# The $h$ other new samples project the complement of the $k$, of dimension $p - k$, in random directions once
# more. So with $e_1$, $e_2$, $f$ the means of $\operatorname{tr} C$, $(\operatorname{tr} C)^2$ and
# $\operatorname{tr} C^2$, from the moments, $\mathbb E(I-P)\Pi'(I-P) = a_M Q + a_R(I-Q)$. What else is needed
# follows by multiplying out. The noise of the $k$ samples stays in their span, a share $(p-M)/p$ of it outside
# the buffer; that of the others is what $X_k$ left unexplained.

# %%
R, P = p - M, p - k
e1, e2, f = (
    k * M / p,
    (along - across) * M**2 + 2 * across * M,
    along * M + across * M**2,
)
along_h, eta = projection_moments(h, P)
a = 1 - 2 * h / P + along_h
aM = (a * (e1 - f) + eta * (M * e1 - e2)) / M
aR = (a * f + eta * (e1 * (R - k) + e2)) / R
tau, b = k / R, (k - e1 * (p - n_) / P) / R  # of Π' and of Π'P, outside the buffer
own, other = (k * s2 / (p - k - 1), h * (s2 + s2 * k / (p - k - 1)) / (P - h - 1))
new = (
    aM * before.seen
    + aR * (before.error - before.seen)
    + d * (M / p * aM + R / p * (2 * b - tau + aR))
    + 2 * (-aM * uQ + (tau - b - aR) * (u - uQ))
    + R / p * own
    + e1 / P * other
)
wrong += differing(S + new, package.seen)

# %% [markdown]
# **State.** Only means of $w$ and $Qw$ are missing. They are combinations of the tasks, with coefficients $\mu$
# and $\nu$: the buffer's part is $m_s/p$, the rest what $I - P$ leaves of the old mean, and $P$ of the new
# task. The last check is {prf:ref}`thm-rehearse-rounds` for two tasks and one round, which shares nothing with
# the recursion:

# %%
is_new = np.array([0, 1])
gone = before.mean - before.mean_seen
mean = buffer / p + (1 - n_ / p) * gone + n_ / p * R / p * is_new
mean_seen = buffer / p + (tau - b) * gone + b * R / p * is_new
wrong += differing(mean, package.mean) + differing(mean_seen, package.mean_seen)
n1, n2 = sp.symbols("n_1 n_2", positive=True)
setting = (two, (n1, n2), np.array([stored, 0]), p, s2)
effect = theory.rehearsal_effect(*setting, regime="over")
first = theory.replay_error(*setting, regime="over")[0]
turned = rounds_change(
    two.distances2,
    first,
    buffer,
    0 * buffer,
    n2,
    p,
    s2,
    one_round(n2, stored, p),
    "over",
)
wrong += differing(effect, turned)
what = "places where derivation, package and the one-step formula differ"
size = "16 identities, any counts and Gram matrix of two tasks"
evidence.record("O.13", "derivation", what, wrong, "==", 0, n=size)

# %% [markdown]
# **Rounds.** The joint fit $w_\infty$ lies in both sets, so both projections only shrink $w - w_\infty$. The
# start fits the buffer, so $w_{t-1} - w_\infty$ lies outside its span; in the plane of one cosine it is
# $\rho\,e/\sqrt{1-c}$, with $e$ the direction outside and $\rho$ what the new direction misses. One round
# multiplies it by $c$ (the last identity of the sandwich cell). After $r$ rounds the square is longer by
# $\rho^2 (c^{2r} - 2c^r)/(1-c) + 2\rho\, c^r \langle e, w_{t-1} - w_i^* \rangle/\sqrt{1-c}$. Averaging $\rho^2$
# over noise, disagreement and what is still to be learned gives the four terms. Means over $C$ come from its
# exact density (`theory.jacobi_spectrum`).
#
# **How fast?** For large $p$ the largest cosine is
# $c_+ = \big(\sqrt{\alpha(1-\beta)} + \sqrt{\beta(1-\alpha)}\big)^2$ with $\alpha = n/p$ and $\beta = M/p$.
# With $\alpha = \sin^2 \varphi$ and $\beta = \sin^2 \psi$ it is $\sin^2(\varphi+\psi)$: **one exactly at the threshold**
# $\alpha + \beta = 1$. There taking turns takes for ever.
#
# **Who wins.** Two tasks of length 1 and distance $d$, one round. With $e_1 = \mathbb E\operatorname{Tr} C$,
# $e_2 = \mathbb E\operatorname{Tr} C^2$ and $I = \mathbb E\operatorname{Tr} \frac{C}{1-C}$ the coefficients of
# $d$ in the effect on the new and the old task, and that of $\sigma^2$ in both, are
#
# $$
# \begin{gathered}
# -\frac{I - e_1 + e_2}{p} + \frac{(n_1-m)\,e_2}{p(p-m)}, \\
# -\frac{I - e_1 + e_2}{p} - \frac{(n_1-m)(2e_1 - e_2) + (p-n_1)e_1}{p(p-m)}, \\
# -\frac{I + e_1}{p-n_2-1} - \frac{I - e_1 + e_2}{p-m-1} + \Big(\frac{n_1}{p-n_1-1} - \frac m{p-m-1}\Big) \frac{e_2}{p-m} .
# \end{gathered}
# $$
#
# Since $I \ge e_1 \ge e_2$ and $n_1 < p$, the first two are negative. In the third only the last term is
# positive: noise that the old fit carries outside the buffer. If $p > 2n_1$ its bracket is at most 1 and
# $p - m \ge p/2$, so it is at most $2e_1/p$, and $\frac{I+e_1}{p-n_2-1}$ is more than that. Where the effect
# changes its sign lies a break-even distance $d^*$, and $p\,d^* \to 2(m + n_2 + 1)$ for the mean of both tasks,
# $m + n_2 + 1$ for the old one. The harm law is an identity, too:

# %%
dist, q = sp.symbols("d q", positive=True)
alike = Tasks([[1, 1 - dist / 2], [1 - dist / 2, 1]])
clean = theory.rehearsal_effect(
    alike, (n1, n2), np.array([stored, 0]), p, 0 * s2, regime="over"
)
limits = []
for reading in (sum(clean), clean[0]):
    slope = sp.together(sp.diff(reading, dist))
    even = sp.cancel(-reading.subs(dist, 0) / slope)
    limits.append(sp.limit(sp.cancel((p * even).subs(p, 1 / q)), q, 0))
harm = [
    theory.replay_error(
        two, (n1, n2), np.array(kept), p, s2, rehearsal="sequential", regime="over"
    )[1, 0]
    for kept in ([stored, 0], [0 * stored, 0])
]
g = p * (p - n2) / ((p - 1) * (p + 2))
left_over = g * (1 - n1 / p)
of_noise = p * (1 + g) / (p - stored - 1) - p / (p - n2 - 1) - g * n1 / (p - n1 - 1)
stated = s2 * of_noise - left_over * two.gram[1, 1] - (1 - left_over) * d[0]
wrong_laws = differing([harm[0] - harm[1]], [stored * n2 / p**2 * stated])
wrong_laws += differing(limits, [2 * (stored + n2 + 1), stored + n2 + 1])
traces = one_round(n2, stored, p)
e1, e2, odds = traces.once, traces.both + 2 * traces.once, -traces.h - traces.once
shared = -(odds - e1 + e2) / p
unlearned = (n1 - stored) / (p * (p - stored))
of_distance = [
    shared - unlearned * (2 * e1 - e2) - (p - n1) * e1 / (p * (p - stored)),
    shared + unlearned * e2,
]
carried = n1 / (p - n1 - 1) - stored / (p - stored - 1)
of_sigma = (
    -(odds + e1) / (p - n2 - 1)
    + shared * p / (p - stored - 1)
    + carried * e2 / (p - stored)
)
wrong_laws += differing([sp.diff(each, dist) for each in clean], of_distance)
wrong_laws += differing([sp.diff(each, s2) for each in effect], [of_sigma] * 2)

# %% [markdown]
# **Large models.** A step leaves $q_i - S_i$ of order $p^{-2}$, the next subtracts it and adds its own. The sum
# is statement 2. Four tasks in the package, in fractions, at $p = 10^9$:

# %%
half, huge = sp.Rational(1, 2), sp.Integer(10) ** 9
chain = Tasks([[half ** abs(i - j) for j in range(4)] for i in range(4)])
sizes, keeps = (np.array(sp.sympify(each)) for each in ((6, 5, 7, 4), (3, 2, 7, 0)))
far = (chain.gram, sizes, keeps, np.array([huge]), half)
last = sequential_matrix(*far, "over")[-1]
last = last - error_matrix(chain, *far[1:], "warm", "over")[-1]
law = [
    -2
    * sum(
        (sizes[t] - keeps[t]) * sum(keeps[:t]) * (1 - chain.gram[t, i] + half)
        for t in range(4)
    )
    for i in range(4)
]
off = max(abs(huge**2 * e / value - 1) for e, value in zip(last, law, strict=True))
what = "places where the laws and the exact formula differ"
size = "harm law, two break-even limits, four coefficients"
evidence.record("O.14", "derivation", what, wrong_laws, "==", 0, n=size)
check = "law of large models"
what = "largest distance of the exact effect from it, as a share"
size = "4 tasks, p = 10⁹, in fractions"
evidence.record("O.14", check, what, float(off), "<", 1e-6, n=size)

# %% [markdown]
# ## Check
#
# Three tasks that differ in length and angle, with unequal counts, on joint thresholds and beyond. Draws see
# the projections only:

# %% tags=["hide-input"]
lopsided = Tasks.from_vectors([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.0, 0.5, 1.0]])
counts, kept = (n, n - 3, n - 1), (m, m - 1, 0)
tried = sorted({max(n - 3 + m, n + 8), max(n + 2 * m - 2, n + 8), 2 * crowd})
problem = (lopsided, counts, kept, tried, sigma2)
drawn, expected = drawn_after(*problem, trials=trials, seed=(seed, "matrix"))
found = evidence.agree("O.13", "simulation", drawn, expected)
say(largest_z=found.largest, limit_z=found.critical, scores=found.means)
say(runs=f"{1 / found.level:,.0f}")

# %% [markdown]
# Of {glue:text}`scores` scores the largest is {glue:text}`largest_z:.2f`; a correct theorem exceeds
# {glue:text}`limit_z:.2f` in one of {glue:text}`runs` runs of this page. Now rounds, two tasks:

# %% tags=["hide-input"]
problem = (pair, n, m, [joint + 8, 2 * joint], sigma2, (1, 3, 9))
drawn, expected = drawn_rounds(*problem, trials=trials, seed=seed)
evidence.agree("O.15", "simulation", drawn, expected)

# %% [markdown]
# And the signs of {prf:ref}`thm-rehearse-who`, on random problems of two tasks: noise alone, distance alone,
# equal tasks with clean labels, and a buffer that is revisited where labels are clean.

# %% tags=["hide-input"]
wrong_side = wrong_sides(problems, seed=seed)
for check, statistic in {
    "noise": "problems with p > 2n₁ in which noise alone does not favour after",
    "distance": "problems in which distance does not favour after",
    "equal tasks": "problems of equal clean tasks in which together is not better",
    "harm": "problems with clean labels in which a revisited buffer harms task 1",
}.items():
    found, n__ = wrong_side[check], f"{problems} random problems, exact"
    evidence.record("O.14", check, statistic, found, "==", 0, n=n__)

# %% [markdown]
# ## Look
#
# ### Who wins?

# %% tags=["hide-input"]
distances = np.geomspace(0.005, 4, cells)
grid = np.unique(np.geomspace(joint + 2, 60 * joint, 120).round().astype(int))
winners = {
    noise_var: who_wins(n, m, distances, grid, noise_var)
    for noise_var in (0.0, 0.02)
}
axes = {"xlabel": "parameters $p$", "ylabel": "distance $d_{12}$", "yscale": "log"}
axes["ylim"] = (distances[0], distances[-1])
look = {"cmap": "RdBu", "norm": TwoSlopeNorm(0, -1.6, 1.6), "rasterized": True}
panels = []
for noise_var, won in winners.items():
    fig, ax = panel(f"σ² = {noise_var}" if noise_var else "clean labels", **axes)
    ax.pcolormesh(grid, distances, won.signs, **look)
    ax.plot(grid, 2 * (m + n + 1) / grid, color=figures.INK, linestyle="--")
    number_axis(ax, [joint, 4 * joint, 16 * joint, 60 * joint])
    panels.append(fig)
figures.show(
    panels,
    name="rehearse-who-wins",
    caption=(
        f"Red: after has the smaller mean error of both tasks; blue: together ($n = {n}$, $m = {m}$, two tasks of length 1). Dashed: the law of large models for clean labels, "
        "$d = 2(m + n + 1)/p$. A little noise makes the blue region smaller; large models and those at the threshold then rehearse after at every distance. "
        "The sign is shown, not the size, which falls like $1/p^2$. Exact."
    ),
    alt=(
        "Two maps over p and distance. With clean labels a blue region of similar tasks lies below a border that rises next to the threshold and later falls along the dashed line. "
        "With noise the blue region is smaller and closed on both sides."
    ),
)

# %% tags=["hide-input"]
at = int(np.searchsorted(grid, 20 * joint))
say(
    even=winners[0.0].break_even[at],
    even_p=int(grid[at]),
    even_law=2 * (m + n + 1) / grid[at],
)

# %% [markdown]
# At $p =$ {glue:text}`even_p` and with clean labels two tasks of length 1 break even at distance
# {glue:text}`even:.3f`; the law of large models says {glue:text}`even_law:.3f`. So "less similar, hence after"
# holds here as in {cite:t}`deng2025`, and the border moves to equal tasks like $1/p$.
#
# ### Rounds act like training time

# %% tags=["hide-input"]
pictures.load()
pictures.rounds().show()

# %% tags=["hide-input"]
turns = np.unique(np.geomspace(1, 4000, 60).round())
places = np.unique(np.geomspace(joint + 2, 12 * joint, 40).round().astype(int))
late = late_rounds(pair, n, m, places, sigma2)

# %% tags=["hide-input"]
axes = {"xlabel": "rounds $r$", "ylabel": "mean excess risk"}
left, ax = panel("From after to together", xscale="log", yscale="log", **axes)
chosen = {joint + 2: "red", joint + 6: "orange", 3 * joint: "blue"}
for width, color in chosen.items():
    curve, end = (
        theory.rehearsal_rounds(pair, n, m, width, sigma2, r).mean(axis=-1)
        for r in (turns, np.inf)
    )
    ax.plot(turns, curve, color=figures.COLORS[color], label=f"$p = {width}$")
    ax.axhline(end, color=figures.COLORS[color], linestyle=":", linewidth=1)
figures.name_lines(ax)
axes = {"xlabel": "parameters $p$", "ylabel": "what a round leaves of the gap"}
right, ax = panel("Slowest at the threshold", **axes)
edge = largest_cosine2(n, m, places)
ax.plot(places, edge, color=figures.INK, linestyle="--", label="edge, large $p$")
ax.plot(late, "o", color=figures.COLORS["blue"], label="rounds 30 to 60")
number_axis(ax, [joint, 2 * joint, 4 * joint, 12 * joint])
figures.threshold(ax, joint, "$p = N_2$")
ax.legend(loc="upper right")
figures.show(
    [left, right],
    name="rehearse-rounds",
    caption=(
        f"Two tasks as above (cosine {cosine:g}, σ² = {sigma2}), exact. “From after to together”: error against the number of rounds; dotted, the joint fit. “Slowest at the threshold”: the share of the distance to the joint fit that a late "
        "round leaves, and the edge of the cosines for large models. Away from the threshold the share lies above the edge, for the largest cosine of single data sets scatters beyond it; both reach one at the threshold."
    ),
    alt=(
        "(a) three rising curves; far from the threshold the joint fit is reached within a few rounds, next to it not in thousands. "
        "(b) points and a dashed curve that fall from one at the threshold as p grows."
    ),
)

# %% tags=["hide-input"]
angles = sp.symbols("varphi psi", positive=True)
(sin_a, cos_a), (sin_b, cos_b) = ((sp.sin(x), sp.cos(x)) for x in angles)
same = sp.expand_trig(sp.sin(sum(angles))) - (sin_a * cos_b + sin_b * cos_a)
rises = int(sp.simplify(same) != 0) + int((np.diff(late) > 0).sum())
what = "steps in p at which a late round leaves more of the gap"
size = f"{late.size} widths from the threshold on, exact"
evidence.record("O.15", "rate", what, rises, "==", 0, n=size)
say(slowest=late.iloc[0], slowest_p=int(late.index[0]))

# %% [markdown]
# At $p =$ {glue:text}`slowest_p` a late round leaves {glue:text}`slowest:.4f` of the gap. So the number of
# rounds does what the length of training does in {doc}`../bridge/training-length`: the directions that a joint
# fit finds last are those that amplify noise, and who stops after one round never goes there.
#
# ### What the buffer does to the old task

# %% tags=["hide-input"]
opposed = Tasks.equiangular(2, -0.5)
grid = np.unique(np.geomspace(n + 4, 20 * joint, 120).round().astype(int))
panels = []
for noise_var, title in ((0.0, "clean labels"), (2.0, "σ² = 2")):
    fig, ax = panel(title, "parameters $p$", "", xscale="log")
    for way, color in ways.items():
        change = buffer_change(opposed, n, m, grid, noise_var, way)
        ax.plot(grid, change, color=figures.COLORS[color], label=way)
    ax.axhline(0, color=figures.INK, linewidth=1, linestyle=":")
    ax.set_yscale("symlog", linthresh=0.01)
    number_axis(ax, [joint, 4 * joint, 20 * joint])
    figures.threshold(ax, joint, "$p = N_2$")
    panels.append(fig)
panels[0].axes[0].set(ylabel="change of the error on task 1")
panels[0].axes[0].legend(loc="upper right")
figures.show(
    panels,
    name="rehearse-harm",
    caption=(
        f"What a buffer of $m = {m}$ samples does to the error on task 1 after task 2 (cosine −0.5, $n = {n}$), against no buffer; above the dotted line it harms. Exact. "
        "With clean labels a buffer that is revisited after never harms, while together it does near the threshold and beyond. With much noise both harm large models, a little: σ² exceeds the squared length of task 2."
    ),
    alt=(
        "Two panels of change against p on a symmetric logarithmic scale. Left: the red curve is above zero, the blue one below. "
        "Right: both are above zero for large p; near the threshold red is far higher."
    ),
)

# %% [markdown]
# ### Some together, others after
#
# {cite:t}`deng2025` propose a hybrid: similar tasks together, the others after. {prf:ref}`thm-rehearse-rounds`
# has a version for it: whatever stored samples are fitted with the new ones are taken out of the space first
# (`theory.rehearsal_rounds(..., together=)`). Task 3 is learned; task 1 is like it, task 2 is not:

# %% tags=["hide-input"]
mixed = Tasks.from_vectors([[1, 0.2, 0], [-0.8, 0.5, 0], [0.9, 0.3, 0.2]])
choices = {"none": (), "task 1, similar": (0,), "task 2, dissimilar": (1,)}
choices["both"] = (0, 1)
places = [crowd + 4, 2 * crowd, 5 * crowd]
rows = {
    name: theory.rehearsal_rounds(mixed, n, m, places, 0.05, 1, some).mean(axis=-1)
    for name, some in choices.items()
}
frame = pd.DataFrame(rows, index=[f"p = {p_}" for p_ in places]).T
table(
    frame.map("{:.4f}".format)
    .rename_axis("fitted with the new task")
    .reset_index(),
    name="rehearse-hybrid",
    caption=f"Mean error of three tasks after the last step (n = {n}, m = {m}, σ² = 0.05, exact); what is not fitted with the new task is revisited after it.",
)
best = frame.idxmin()
checks.require(
    (frame.loc["task 1, similar"] <= frame.loc["task 2, dissimilar"]).all(),
    "the similar task is the better one to keep together",
)
say(best_hybrid=" and ".join(sorted(set(best))))

# %% [markdown]
# Of the two tasks the similar one is the better to keep together, as they found; but best of all here is to
# keep together: {glue:text}`best_hybrid`. To order $1/p^2$ only the *number* of samples revisited after counts;
# which ones, enters at $1/p^3$ and near the threshold.

# %% [markdown]
# ## Break
#
# **Equal tasks, clean labels.** Then a joint fit is one fit of more samples, and nothing is there to amplify.
# **Few parameters.** After has peaks of its own; next to $p = n$ it is the worse one, while together is a
# least-squares fit beyond its peak. **Noise from the past.** Where $p$ is next to $n_1$ the old task was fitted
# at its own peak. A joint fit cuts more of that noise away, and noise alone then speaks for together. In
# numbers:

# %% tags=["hide-input"]
equal = Tasks.equiangular(3, 1.0)
together, after = (last_error(equal, n, m, crowd + 4, 0.0, way) for way in ways)
checks.require(together < after, "equal clean tasks: together")
say(equal_together=together, equal_after=after, equal_p=crowd + 4)
together, after = (last_error(three, n, m, n + 2, sigma2, way) for way in ways)
say(few_together=together, few_after=after, few_p=n + 2)
nothing = Tasks(np.zeros((2, 2)))
past = theory.rehearsal_effect(nothing, (n, n // 4), (n // 4, 0), n + 2, 1.0)[0]
checks.require(past > 0, "next to the old task's threshold noise favours together")
say(past=past, past_n=n // 4)

# %% [markdown]
# Equal and clean, $p =$ {glue:text}`equal_p`: {glue:text}`equal_together:.3f` together,
# {glue:text}`equal_after:.3f` after. With $p =$ {glue:text}`few_p`, as in the first figure:
# {glue:text}`few_together:.2f` together, {glue:text}`few_after:.2f` after. And noise alone, {glue:text}`past_n`
# new and as many stored samples, same $p$: after errs by {glue:text}`past:.2f` a unit of $\sigma^2$ *more*.
#
# **Networks.** On small trained networks the verdict fails. The newest of three unrelated tasks, which gains by it in the linear model beyond the joint threshold (the next lines check it), pays far more than old ones gain.
# {doc}`../networks/schedules` has the sweep, declared before it ran, and what fits with it: features of images have strong directions, and stored samples share
# them with the new ones. {cite:t}`deng2025` report that their networks agree with the theory.

# %% tags=["hide-input"]
beyond = np.unique(np.geomspace(crowd + 2, 50 * crowd, 60).round().astype(int))
unlike = theory.rehearsal_effect(Tasks.equiangular(3, 0), n, m, beyond, 0.0)
checks.require(
    np.all(unlike[:, -1] < 0),
    "the newest of three unrelated clean tasks gains by after",
)

# %% [markdown]
# **Task by task.** Whoever revisits the stored tasks one after another, not at once, leaves these formulas as
# soon as there are two of them.

# %% [markdown]
# ## Exercises
#
# ```{exercise} No harm
# :label: exercise-rehearse-no-harm
#
# Labels are clean. Show that revisiting stored samples of task $s$ never increases $\|w - w_s^*\|$, for any
# features, any $p$ and any data set. Why does that not hold for fitting them together with the new task?
# ```
#
# ```{solution} exercise-rehearse-no-harm
# :class: dropdown
#
# $w_s^*$ fits its own clean samples, so it lies in the affine set $A'$ on which one projects. Pythagoras:
# $\|w - w_s^*\|^2 = \|w - \Pi_{A'} w\|^2 + \|\Pi_{A'} w - w_s^*\|^2$. Together one projects on $A \cap A'$, and
# $w_s^*$ does not fit the samples of the new task. That lemma is why statement 3 of {prf:ref}`thm-rehearse-who`
# has no harm with clean labels; {cite:t}`mahdaviyeh2025` and {doc}`harm` show harm together.
# ```
#
# ```{exercise} Everything is stored
# :label: exercise-rehearse-all
#
# Let $m_t = n_t$. Which steps still matter in statement 2 of {prf:ref}`thm-rehearse-who`, and why?
# ```
#
# ```{solution} exercise-rehearse-all
# :class: dropdown
#
# Only the last: $n_t - k_t = 0$ before. What an earlier step does to the span of all samples seen so far is
# overwritten when the buffer is revisited, and the buffer then is all of them. The last task has not been
# revisited yet.
# ```

# %% tags=["hide-input"]
problem = (opposed, n, m, [n + 2, joint, 3 * joint])
harmed = data_sets_harmed(*problem, trials=min(trials, 500), seed=seed)
checks.require(harmed == 0, "clean labels: no data set in which it harms")

# %% [markdown]
# ## In one breath
#
# * Fit the new task, then revisit the buffer: the error is exact for any number of tasks, and has no peak at
#   $p = N_t$.
# * New noise and disagreement speak for after, similar tasks with clean labels for together; the border falls
#   like $1/p$.
# * With clean labels a buffer that is revisited after cannot harm the older of two tasks.
# * Taking turns leads from one to the other, at a rate that comes to a halt at the threshold.
# * Small networks do not follow: there the newest task pays.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
