from __future__ import annotations

from collections.abc import Iterator

import pytest

from dagster_ui import dagster_ui


@pytest.fixture(scope="package")
def dagster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with dagster_ui(tmp_path_factory.mktemp("home")) as url:
        yield url
