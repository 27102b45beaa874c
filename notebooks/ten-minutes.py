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
# # Why does the error peak, and why do models forget?
#
# Five pictures, two minutes each. Move whatever can be moved; every number is computed from the formulas of this book.

# %% tags=["parameters", "remove-input"]
profile = "book"
seed = 1

# %% tags=["remove-input"]
from manytasks import evidence, parameters, pictures

parameters.check(In, globals())
pictures.load()

# %% [markdown]
# ## When two samples are nearly alike, fitting both goes far astray
#
# A sample is an equation, and all models that satisfy it form a line. With two weights the lines of two samples cross
# in one place: that is the only model that fits both. A label that is wrong by a little, σ, shifts its line by as
# little; but where the lines are nearly parallel the crossing runs away, to a distance of σ / sin(angle). A third
# weight leaves many models that fit, and the nearest of them is close again.

# %% tags=["remove-input"]
pictures.crossing().show()

# %% [markdown]
# Just enough weights to fit everything is the worst number of weights. Proof: {doc}`multitask/one-task`.
#
# ## One model for three tasks: calm, wild, calm
#
# With few weights the model can only draw a compromise between the three tasks. With as many weights, p, as samples,
# N, it has to pass through every dot and there is exactly one way to do so, however wild. With more weights it passes
# through every dot too, but in many ways, and the one that training finds is the calmest of them.

# %% tags=["remove-input"]
pictures.fits(seed).show()

# %% [markdown]
# The dots are noisy, and the tasks disagree: both feed the peak. Proof: {doc}`multitask/many-tasks`.
#
# ## To one model, disagreement is noise
#
# One model can learn one arrow: the mean of its tasks. What is left of every task, the short arrows from the mean to
# it, reaches the model as labels that miss its prediction, now above, now below; and that is all that noise is. The
# mean squared length of the short arrows, the spread V, is its variance, and noise is what the peak feeds on.

# %% tags=["remove-input"]
pictures.disagreement(seed).show()

# %% [markdown]
# Many tasks with clean labels peak like one task with noisy ones. Proof: {doc}`multitask/many-tasks`.
#
# ## A new task moves as many directions as it has samples
#
# Ten new samples say something about ten directions and nothing about the others, so only ten can move: a third of
# what a narrow model has, a thirtieth of a wide one. A buffer of old samples pins some directions, and the new
# samples take their share of the rest. Where the tasks agree, the pins help; where they do not, the old samples
# and the new ones ask for different things, and near its limit a model pays dearly for such a quarrel.

# %% tags=["remove-input"]
pictures.forgetting().show()

# %% [markdown]
# A wide model has room: it forgets less, with a buffer or without. Proof: {doc}`replay/buffer`, {doc}`replay/harm`.
#
# ## A step on one task changes what the other sees next
#
# Training goes downhill on one task, then on the other. After the first step the second task looks from a new place,
# where its slope is another one. So the order matters: the two paths end apart, by h² times a vector that is called
# the Lie bracket. When task 1 had already reached its best place, this gap is where its forgetting begins.

# %% tags=["remove-input"]
pictures.orders().show()

# %% [markdown]
# The gap can be measured in any network. Proof: {doc}`dynamics/bracket`, {doc}`dynamics/forgetting`.
#
# ## Where to go from here
#
# * **The peak:** {doc}`multitask/one-task`, then {doc}`multitask/many-tasks`.
# * **Forgetting:** {doc}`replay/buffer`.
# * **Training:** {doc}`dynamics/bracket`.
# * **Is it true?** {doc}`../book/claims` lists what holds and what fails.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
