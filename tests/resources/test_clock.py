from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.ids import uuid7
from resources.clock import SystemClock, successor


def test_ids_are_version_7_and_carry_the_time():
    clock = SystemClock()

    before, text, after = clock.now(), clock.new_id(), clock.now()

    assert UUID(text).version == 7
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)
    milliseconds = UUID(text).int >> 80
    assert int(before.timestamp() * 1000) <= milliseconds <= int(after.timestamp() * 1000)


def test_ids_of_one_thread_grow_and_ids_of_all_threads_differ():
    clock = SystemClock()

    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda _: [clock.new_id() for _ in range(500)], range(4)))

    assert all(batch == sorted(batch) for batch in batches)
    assert len({text for batch in batches for text in batch}) == 2000


@given(
    last=st.tuples(st.integers(1, 2**47), st.integers(0, 2**74 - 1)),
    now_ms=st.integers(1, 2**47),
    bits=st.integers(0, 2**74 - 1),
)
def test_the_next_id_is_greater_even_when_the_wall_clock_steps_back(last, now_ms, bits):
    following = successor(*last, now_ms, bits)

    assert uuid7(*following) > uuid7(*last)


def test_now_is_aware_and_in_utc():
    assert SystemClock().now().tzinfo is UTC


def test_sleep_waits_on_the_steady_counter():
    clock = SystemClock()
    began = clock.monotonic()

    clock.sleep(0.02)

    assert timedelta(seconds=clock.monotonic() - began) >= timedelta(milliseconds=20)
