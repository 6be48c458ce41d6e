"""Settings that every test shares, and the order of the files."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from object_storage import ObjectServer
    from resources.history.lake import Lake

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("ci")

# A shell that starts tests in the background has SIGINT ignored, and so would every process that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

TEMPORARY = pytest.StashKey[Path]()  # the whole run's; what its workers start inherits it


def pytest_configure(config: pytest.Config) -> None:
    """What a killed browser, server or command leaves in the temporary folder goes with this one, when the run ends."""
    if hasattr(config, "workerinput"):
        return
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())  # `tmp_path` is kept, as ever
    folder = tempfile.mkdtemp(prefix="it-")  # short: a socket's path has at most 107 characters
    Path(folder).chmod(0o711)  # PostgreSQL's server is another user
    config.stash[TEMPORARY] = Path(folder)
    os.environ["TMPDIR"] = tempfile.tempdir = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    if TEMPORARY in config.stash:
        shutil.rmtree(config.stash[TEMPORARY], ignore_errors=True)


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    """One S3 server a process; who uses it takes a prefix of his own."""
    from object_storage import an_object_server

    with an_object_server() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def new_homes() -> Iterator[None]:
    """What takes a new home seconds is made once a process, and copied."""
    if "resources.ledger.schema" not in sys.modules:  # nothing that is tested here makes one
        yield
        return
    from templates import in_place

    with in_place():
        yield


@pytest.fixture(scope="session", autouse=True)
def patient_parts() -> Iterator[None]:
    """How long somebody waits for their part of the history is measured in a person's patience, not in a busy machine's speed."""
    if (parts := sys.modules.get("resources.history.parts")) is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "GATHERING_SECONDS", 120.0)
        yield


@pytest.fixture
def unprepared() -> Iterator[None]:
    """All of a new home is made by the product itself, for a test of just that."""
    from templates import out_of_place

    with out_of_place():
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--lake", metavar="URL", help="play the history's tests over lakes on that PostgreSQL (lakes.py)"
    )
    parser.addoption("--bucket", metavar="URL", help="where an S3 server is, for those of them that take one")


@pytest.fixture
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake | None:
    """A new one, where lakes are played; None: histories are files."""
    server = request.config.getoption("lake")
    if server is None:
        return None
    from lakes import a_lake

    return a_lake(server, f"of_{os.getpid()}_{next(LAKES)}", tmp_path)


LAKES = count(1)


gc.disable()  # half of what it takes to collect ten thousand tests; what these are is kept until the end anyhow


def pytest_collection_finish() -> None:
    """From here on only what tests make is looked through: all of Dagster and all tests, again and again, cost minutes."""
    gc.freeze()
    gc.enable()


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
    "tests/contracts/test_lake.py",
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
