"""A shop and its visitors."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from inspect_pipelines.examples.shop.server import Shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as shop:
        yield shop


@pytest.fixture
def visitor(shop: Shop) -> Iterator[httpx.Client]:
    """A fresh browser, as far as cookies and redirects go."""
    with httpx.Client(
        base_url=shop.url, follow_redirects=True, trust_env=False, verify=False, timeout=120
    ) as client:
        yield client
