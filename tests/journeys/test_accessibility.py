"""Every page of the console as axe-core sees it, light and dark: nothing serious, and nothing critical."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from starlette.responses import HTMLResponse
from starlette.routing import Route

import ledger_rows
from doors import served
from houses import a_house, an_estate
from inspect_pipelines.domain.environment_change import id_of
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.console.console import Console
from resources.clock import SystemClock
from reviewed_runs import FAINT, GONE, a_reviewed_run
from web_app import an_app

MS = 120_000.0
AXE = Path(__file__).parents[1] / "vendored" / "axe-core-4.14.1.min.js"
PUBLISHED = (
    "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"  # of npm's axe-core 4.14.1 (MPL-2.0)
)
GRAVE = ("serious", "critical")
# reports are made elsewhere and stand in a sandbox of their own; a signed link leads to one; times are a part of a form
NO_PAGES = ("/runs/{run_id}/report", "/signed/{text}", "/new/times")
IDS = {
    "schedule_id": ledger_rows.NIGHTLY.id,
    "trigger_id": ledger_rows.TRIGGER.id,
    "set_name": ledger_rows.OLD.set,
    "baseline_id": ledger_rows.OLD.id,
    "incident_id": ledger_rows.INCIDENT.id,
    "event_id": ledger_rows.EVENT.id,
    "environment_id": id_of(ledger_rows.ELSEWHERE.environment),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = replace(a_house(tmp_path_factory.mktemp("home")), clock=SystemClock())
    with house.ledger.write() as session:
        ledger_rows.fill(session)
    yield house
    house.ledgers.close()


@pytest.fixture(scope="module")
def run_id(house: House) -> str:
    changes = ["header", "header", "button", GONE, FAINT, ""]
    beside = (ledger_rows.NIGHTLY, ledger_rows.TRIGGER)
    return a_reviewed_run(house, changes, definition_id="reviewed", beside=beside).id


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    with served(an_app(house, has_styleguide=True)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def pages(house: House, run_id: str) -> list[str]:
    """Every address of a page, and some that say what is wrong."""
    found = [
        route.path.format(run_id=run_id, **IDS)
        for route in Console(Gate(an_estate(house)), lambda: None, has_styleguide=True).routes()
        if isinstance(route, Route)
        and getattr(route, "response_class", None) is HTMLResponse
        and route.path not in NO_PAGES
    ]
    assert len(found) > 10
    beside = f"/runs/{run_id}/compare?with={ledger_rows.RUNNING.id}"
    review = f"/runs/{run_id}/review"
    return [*found, beside, f"{review}?show=absorbed", f"{review}?q=nothing", "/runs/nope"]


def graves(page: Page) -> list[str]:
    """What axe holds against a page: the rule, what it is about and why."""
    page.evaluate(f"() => {{ {AXE.read_text(encoding='utf-8')} }}")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


def test_axe_is_what_its_makers_published() -> None:
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == PUBLISHED


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_anything_serious_against_it(
    house: House, run_id: str, url: str, browser: Browser, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(MS)
    found = []
    for path in pages(house, run_id):
        answer = page.goto(f"{url}{path}")
        assert answer is not None
        assert answer.status == (404 if path.endswith("nope") else 200), path
        if ("/review" in path and "nothing" not in path) or "with=" in path:
            page.wait_for_selector("ip-diff[data-ready]")
        found += graves(page)
    page.goto(f"{url}/runs/{run_id}/review")
    page.wait_for_selector("ip-diff[data-ready]")
    for key in ("q", "Escape", "w", "Shift+?"):
        page.keyboard.press(key)
        found += graves(page)
    page.close()

    assert not found, "\n".join(found)


def test_it_sees_what_is_serious(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src=x><input></main>")

    found = graves(page)
    page.close()

    assert {rule for one in found for rule in ("image-alt", "label") if f" {rule} (" in one} == {
        "image-alt",
        "label",
    }
