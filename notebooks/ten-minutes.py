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
# little; but when the lines are nearly parallel the crossing runs away, to a distance of σ / sin(angle). A third
# weight leaves a choice among many models that fit, and the nearest of them is close again.

# %% tags=["remove-input"]
pictures.crossing().show()

# %% [markdown]
# Just enough weights to fit everything is the worst number: that is the peak. It is proved in {doc}`multitask/one-task`.

# %% tags=["remove-input"]
evidence.provenance(profile, seed)
