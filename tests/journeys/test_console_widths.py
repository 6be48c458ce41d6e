"""The console's pages with much, nothing, long names and words from right to left, on a wide screen and a narrow phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

import ledger_rows
from builders import a_schedule, a_trigger
from houses import a_house
from inspect_pipelines.domain.environment_change import id_of
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import BaselineId, DefinitionId, EventId, IncidentId, OrgId
from inspect_pipelines.ports.house import House
from web_app import URL, TestClient, a_client

LONG = "Nightly-tour-of-the-whole-checkout-with-every-voucher-and-every-country-that-we-deliver-to-" * 3
ARABIC = "جولة ليلية في المتجر بأكمله مع كل قسيمة وكل بلد نسلم إليه"
MANY = 1000
EVENT, INCIDENT = ledger_rows.EVENT, ledger_rows.INCIDENT
PAGES = (
    "/", "/runs", "/inbox", "/baselines", "/incidents", "/incidents?state=any", "/events", "/insight", "/settings",
    "/settings/members", "/settings/tokens", "/settings/channels", "/settings/sources", "/settings/limits",
    "/settings/audit", "/environments", "/new/schedule", "/new/trigger", "/deleted",
)  # fmt: skip
OF_SOMETHING = (
    f"/schedules/{ledger_rows.NIGHTLY.id}", f"/triggers/{ledger_rows.TRIGGER.id}", f"/runs/{ledger_rows.RUNNING.id}",
    f"/baselines/{ledger_rows.NIGHTLY.id}", f"/baselines/{ledger_rows.NIGHTLY.id}/compare", f"/baselines/{ledger_rows.NIGHTLY.id}/drift",
    f"/baselines/{ledger_rows.NIGHTLY.id}/{ledger_rows.NEW.id}", f"/incidents/{INCIDENT.id}", f"/events/{EVENT.id}",
    f"/environments/{id_of(ledger_rows.ELSEWHERE.environment)}",
)  # fmt: skip


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A thousand definitions, everything with long names and names from right to left."""
    house = a_house(tmp_path_factory.mktemp("full"))
    with house.ledger.write() as ledger:
        ledger_rows.fill(ledger)  # type: ignore[arg-type]  # it is the one that wiring makes
        at = house.clock.now()
        for number in range(MANY):
            name = LONG if number % 2 else ARABIC
            ledger.definitions.save(
                a_schedule(id=DefinitionId(f"many-{number:04}"), name=name), by="user:ada", at=at
            )
        ledger.definitions.save(replace(ledger_rows.NIGHTLY, name=LONG), by="user:ada", at=at)
        ledger.definitions.save(
            replace(a_trigger(), id=DefinitionId("x" * 60), name=LONG, branches=(LONG,)), by="user:ada", at=at
        )
        ledger.incidents.save(replace(INCIDENT, sentence=LONG, keys=(LONG,), note=LONG, known_by="user:ada"))
        ledger.incidents.save(
            replace(INCIDENT, id=IncidentId("01900000-0000-7000-8000-00000000eeee"), sentence=ARABIC)
        )
        long = {
            "title": LONG,
            "branch": LONG,
            "repo": f"acme/{LONG}",
            "problem": LONG,
            "status": EventStatus.UNDECIDED,
        }
        ledger.events.save(replace(EVENT, **long))  # type: ignore[arg-type]
        for number in range(60):
            event = replace(
                EVENT,
                id=EventId(f"01900000-0000-7000-8000-0000000a{number:04}"),
                source_delivery_id=f"n{number}",
            )
            ledger.events.add(replace(event, title=ARABIC))
        older = replace(ledger_rows.OLD, id=BaselineId("0older"), notes=LONG, created_by=f"user:{LONG}")
        ledger.baselines.add(older)
        ledger.baselines.activate(ledger_rows.NEW.id, at=at)
        ledger.audit.append("run.cancel", LONG, by="user:ada", at=at, detail=LONG)
    yield house
    house.ledgers.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = a_house(tmp_path_factory.mktemp("bare"))
    yield house
    house.ledgers.close()


def browse(browser: Browser, client: TestClient, width: int) -> Page:
    """A page of that width whose requests are answered by the application itself."""

    def answer(route: Route) -> None:
        parts = urlsplit(route.request.url)
        found = client.get(f"{parts.path}?{parts.query}", headers={"Accept": route.request.headers["accept"]})
        kept = {name: value for name, value in found.headers.items() if name != "content-encoding"}
        route.fulfill(status=found.status_code, headers=kept, body=found.content)

    page = browser.new_page(viewport={"width": width, "height": 800})
    page.route("**/api/v1/progress**", lambda route: route.abort())
    page.route("**/*.js", lambda route: route.abort())  # without scripts all of it is there as well
    page.route(f"{URL}/**", answer)
    return page


def wider(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window_however_long_names_are(
    browser: Browser, full: House, width: int
) -> None:
    page = browse(browser, a_client(full), width)

    too_wide = {}
    for address in (*PAGES, *OF_SOMETHING):
        answer = page.goto(f"{URL}{address}")
        assert answer is not None
        assert answer.status == 200, address
        if beyond := wider(page):
            too_wide[address] = beyond
    page.close()

    assert too_wide == {}


def test_empty_rooms_say_what_to_do_first(browser: Browser, bare: House) -> None:
    page = browse(browser, a_client(bare), 320)

    silent = []
    for address in PAGES:
        page.goto(f"{URL}{address}")
        assert wider(page) == 0, address
        if (
            address not in ("/inbox", "/settings", "/settings/audit", "/incidents?state=any")
            and not page.locator("main pre").count()
        ):
            silent.append(address)
    page.close()

    assert silent == []


def test_the_bar_is_one_line_on_a_laptop_and_a_menu_on_a_phone(browser: Browser, full: House) -> None:
    client = a_client(full, others=[OrgId("another-organisation")])
    page = browse(browser, client, 1280)
    page.goto(f"{URL}/settings")
    height = page.locator("header.bar").evaluate("bar => bar.offsetHeight")
    phone = browse(browser, client, 320)
    phone.goto(f"{URL}/settings")
    phone.locator("summary", has_text="Menu").click()
    is_there = phone.locator(".menu").get_by_role("link", name="Insight").is_visible()
    page.close()
    phone.close()

    assert height < 70
    assert is_there


def test_a_thousand_definitions_are_shown_at_once_and_found_by_name(browser: Browser, full: House) -> None:
    page = browse(browser, a_client(full), 1280)

    page.goto(f"{URL}/")
    shown = page.locator("table.definitions tbody tr").count()
    page.goto(f"{URL}/?q=many-0999")
    found = page.locator("table.definitions tbody tr").count()
    page.close()

    assert shown == MANY + 3
    assert found == 1
