"""Named streams: the same name gives the same numbers, another name gives independent ones."""

import numpy as np
import pytest
from messages import whole
from monte_carlo import critical_z

from manytasks.streams import seed_sequence, stream, stream_number

NAMES = [
    (seed, *names)
    for seed in range(20)
    for names in [(), ("data",), ("label noise",), ("data", 0), ("data", 1), (0,), (1,), (0, 0), ("0",),
                  ("data", "label noise"), ("label noise", "data"), ("data", 0, 1), ("data", 1, 0)]
]  # fmt: skip


def test_same_name_same_numbers():
    for name in NAMES:
        np.testing.assert_array_equal(stream(*name).standard_normal(5), stream(*name).standard_normal(5))


def test_no_two_names_or_seeds_share_a_stream():
    """128 bits of each state: an accidental repetition has probability below 1e-33."""
    states = {tuple(seed_sequence(*name).generate_state(4).tolist()) for name in NAMES}
    assert len(states) == len(NAMES)


def test_whole_numbers_of_every_type_name_the_same_stream():
    expected = stream(3, "data", 4).random()
    assert stream(np.int64(3), "data", np.int32(4)).random() == expected
    assert stream(3.0, "data", 4.0).random() == expected


def test_a_seed_may_carry_the_first_names():
    for name in NAMES:
        for carried in (name, (name,), (name[:1], *name[1:])):
            assert stream(carried).random() == stream(*name).random()
    assert stream_number((3, "data"), 4) == stream_number(3, "data", 4) != stream_number(3, "data", 5)


@pytest.mark.statistical
def test_streams_are_uncorrelated():
    """z-test of each pairwise correlation among 13 streams; error rate 1e-3 in total (Bonferroni)."""
    draws = np.array([stream(*name).standard_normal(20_000) for name in NAMES[:13]])
    correlations = np.corrcoef(draws)[np.triu_indices(13, 1)] * np.sqrt(20_000)
    assert np.abs(correlations).max() < critical_z(correlations.size)
    mixed = draws + 0.05 * draws[0]  # the test would see a share of 5 %
    assert np.abs(np.corrcoef(mixed)[0, 1:]).max() * np.sqrt(20_000) > critical_z(correlations.size)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((("data", 1),), "('data', 1)"),
        (((1, -2), 3), "(1, -2, 3)"),
        ((-1,), "(-1,)"),
        ((0.5,), "(0.5,)"),
        ((1, "data", -2), "(1, 'data', -2)"),
        ((1, 1.5), "(1, 1.5)"),
    ],
)
def test_a_seed_that_is_not_a_whole_number_is_refused(arguments, shown):
    message = f"a seed and its stream numbers must be whole and at least 0; got {shown}"
    for function in (seed_sequence, stream):
        with pytest.raises(ValueError, match=whole(message)):
            function(*arguments)
