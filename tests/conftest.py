"""Settings that every test shares, and the order of the files."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("ci")

# A shell that starts tests in the background has SIGINT ignored, and so would every process that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Files of half a minute and more, longest first (`--durations=0`, added up by file), then by what they start.
SLOWEST = (
    "tests/journeys/test_up.py",
    "tests/journeys/test_runs_under_up.py",
    "tests/journeys/test_readme.py",
    "tests/journeys/test_chaos_runs.py",
    "tests/journeys/test_killed_run.py",
    "tests/journeys/test_webhook_run.py",
    "tests/journeys/test_cron_tick.py",
    "tests/journeys/",
    "tests/examples/test_annoyances.py",
    "tests/resources/sessions/test_login.py",
    "tests/resources/sessions/test_pictures.py",
    "tests/resources/sessions/test_secrets.py",
    "tests/cli/test_full_disk.py",
    "tests/resources/history/test_mending.py",
    "tests/resources/history/test_crashes.py",
    "tests/engine/",
    "tests/resources/sessions/",
    "tests/web/webhooks/test_taking_in.py",
    "tests/web/api/test_openapi.py",
    "tests/web/api/test_deeds.py",
    "tests/resources/history/",
    "tests/web/webhooks/",
    "tests/contracts/test_ledger",
    "tests/usecases/events/test_events_life.py",
    "tests/cli/",
    "tests/benchmarks/",
    "tests/resources/",
    "tests/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files come first: one of minutes that begins last is waited for by every other core."""
    items.sort(key=lambda item: next(i for i, start in enumerate(SLOWEST) if item.nodeid.startswith(start)))
