"""The web application around a house, with the duties that a test wants."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from houses import an_estate
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import Rates
from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.app import create_app
from inspect_pipelines.web.dagster_ui.door import DagsterDoor
from inspect_pipelines.web.dagster_ui.place import OnSocket
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.duties.historian import Historian
from resources.history.owner import Owner

with warnings.catch_warnings():
    # starlette's test client announces that it will want another HTTP library; httpx is what the house uses
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

URL = "http://127.0.0.1:8460"


def an_app(
    house: House,
    *duties: Duty,
    others: Sequence[OrgId] = (),
    is_open: bool = False,
    rates: Rates | None = None,
    has_historian: bool = False,
    **changes: Any,
) -> Any:
    """What the web process makes, with the duties that a test is about.

    Args:
        has_historian: It makes a DuckDB file when the application stops, which takes longer than most tests.
    """
    owner = Owner(Path(house.home), house.ledgers, house.clock)
    estate = an_estate(house, *others)
    gate = Gate(estate, is_open=is_open, rates=rates)
    changes.setdefault("dagster_ui", DagsterDoor(gate, OnSocket(f"{house.home}/no-ui.sock")))
    changes.setdefault("streams", Streams(longest_seconds=0.0))  # most tests read an answer to its end
    return create_app(
        estate, owner, ([Historian(owner)] if has_historian else []) + [*duties], gate=gate, **changes
    )


def a_client(
    house: House, *duties: Duty, peer: str = "127.0.0.1", url: str = URL, **changes: Any
) -> TestClient:
    """Enter it to start the application; a program of this machine asks."""
    return TestClient(an_app(house, *duties, **changes), base_url=url, client=(peer, 50_000))
