"""The book spends 1 % in all: one table, and every statistical record takes its own share."""

import math
import re

import pytest

from manytasks.evidence import registry
from manytasks.levels import BOOK, level, levels


def test_the_shares_of_all_records_and_the_reserve_add_up_to_the_books_level():
    assert BOOK == 0.01
    assert math.fsum(share for records in levels().values() for share in records.values()) == pytest.approx(
        BOOK, rel=1e-12
    )


def test_every_share_is_a_positive_part_of_it():
    assert all(0 < share < BOOK for records in levels().values() for share in records.values())


def test_shares_belong_to_registered_claims_and_no_record_has_two():
    records = [name for chapter, shares in levels().items() if chapter != "reserve" for name in shares]
    assert {name.split(", ")[0] for name in records} <= set(registry())
    assert len(records) == len(set(records))


def test_a_record_without_a_share_is_refused_with_the_nearest():
    message = "levels.yml has no share for 'A.T1, simulatoin'; the nearest are A.T1, simulation"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        level("A.T1", "simulatoin")
