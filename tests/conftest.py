"""Settings that every test shares, and the order of the files."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("ci")

# A shell that starts tests in the background has SIGINT ignored, and so would every process that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW_FIRST = ("tests/journeys/", "tests/engine/", "tests/cli/", "tests/resources/", "tests/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What plays whole processes comes first: a journey of minutes that begins last is waited for by every other core."""
    items.sort(
        key=lambda item: next(i for i, start in enumerate(SLOW_FIRST) if item.nodeid.startswith(start))
    )
