"""Hypothesis strategies that produce exactly what the theorems assume."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from manytasks import Tasks

# The same examples on every machine and every day: a failure is a fact about the code.
checked = settings(deadline=None, derandomize=True, max_examples=60, database=None)

# Quarters are exact in binary, so equal tasks stay exactly equal whatever is done to them.
quarters = st.integers(-12, 12).map(lambda k: k / 4)
noise_vars = st.sampled_from([0.0, 0.01, 0.5, 2.0])
widths = st.integers(1, 120)
few = st.integers(1, 4)


@st.composite
def tasks(draw, T=few, rank=few):
    T, rank = draw(T), draw(rank)
    W = draw(st.lists(st.lists(quarters, min_size=rank, max_size=rank), min_size=T, max_size=T))
    return Tasks.from_vectors(np.array(W))


@st.composite
def problems(draw):
    """Tasks, one sample count each (some zero), p on any side of the threshold, σ²."""
    some = draw(tasks())
    n = draw(st.lists(st.integers(0, 15), min_size=some.T, max_size=some.T))
    near = sum(n) + draw(st.integers(-3, 3))
    p = draw(st.one_of(widths, st.just(max(1, near))))
    return some, np.array(n), p, draw(noise_vars)
