from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.ids import chance, uuid7

times = st.integers(0, 2**48 - 1)
chances = st.integers(0, 2**80)


@given(times, chances)
def test_an_id_is_a_version_7_uuid_that_holds_its_time(unix_ms, random_bits):
    parsed = uuid.UUID(uuid7(unix_ms, random_bits))

    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert parsed.int >> 80 == unix_ms
    assert str(parsed) == uuid7(unix_ms, random_bits)


@given(times, times, chances, chances)
def test_ids_sort_by_time(first, second, a, b):
    if first < second:
        assert uuid7(first, a) < uuid7(second, b)


@given(times, st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_different_chance_gives_different_ids(unix_ms, a, b):
    assert (uuid7(unix_ms, a) == uuid7(unix_ms, b)) == (a == b)


@given(times, chances)
def test_chance_is_taken_from_an_ids_random_bits(unix_ms, random_bits):
    assert 0.0 <= chance(uuid7(unix_ms, random_bits)) < 1.0
    assert chance(uuid7(0, 0)) == 0.0
    assert chance(uuid7(0, 1 << 47)) == 0.5
