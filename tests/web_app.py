"""The web application around a house, with the duties that a test wants."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from houses import an_estate
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.app import create_app
from inspect_pipelines.web.duties.duty import Duty
from inspect_pipelines.web.duties.historian import Historian
from resources.history.owner import Owner

with warnings.catch_warnings():
    # starlette's test client announces that it will want another HTTP library; httpx is what the house uses
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

URL = "http://127.0.0.1:8460"


def an_app(house: House, *duties: Duty, **changes: Any) -> Any:
    """The historian works beside it, as in the web process."""
    owner = Owner(Path(house.home), house.ledgers, house.clock)
    return create_app(an_estate(house), owner, (Historian(owner), *duties), **changes)


def a_client(house: House, *duties: Duty, **changes: Any) -> TestClient:
    """Enter it to start the application."""
    return TestClient(an_app(house, *duties, **changes), base_url=URL)
