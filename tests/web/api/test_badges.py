"""Badges: what they say, and that they are harmless wherever they are shown."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import ledger_rows
from builders import a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.badge import Badge
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.web.api.badges import AMBER, GREEN, GREY, RED, drawing_of
from web_app import a_client

ADDRESS = f"/api/v1/schedules/{ledger_rows.NIGHTLY.id}/badge.svg"
SPACE = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SPACE}text")]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.ledgers.migrate()
    apply(house, a_schedule(ledger_rows.NIGHTLY.id, name="Nightly shop"))
    return house


def run_ends(house: House, status: RunStatus) -> str:
    run = start.admit(house, Ticket(ledger_rows.NIGHTLY.id, "d1", origin="request:k")).run
    abort(house, run.id, status, "it ended")
    return run.id


@pytest.mark.parametrize(
    ("status", "says"),
    [(RunStatus.ERROR, "error"), (RunStatus.TIMEOUT, "timed out"), (RunStatus.CANCELLED, "cancelled")],
)
def test_a_badge_says_how_the_last_run_ended(house: House, status: RunStatus, says: str) -> None:
    client = a_client(house)
    before = texts(client.get(ADDRESS).text)
    run_ends(house, status)

    answer = client.get(ADDRESS)

    assert before == ["Nightly shop", "no run yet"]
    assert texts(answer.text) == ["Nightly shop", says]
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(("decision", "says"), [("adopted", "approved"), ("rejected", "rejected")])
def test_a_persons_word_about_it_counts(house: House, decision: str, says: str) -> None:
    run_id = run_ends(house, RunStatus.ERROR)
    with house.ledger.write() as ledger:
        ledger.reviews.append(run_id, decision, by="user:ada", detail="", at=house.clock.now())

    assert texts(a_client(house).get(ADDRESS).text)[1] == says


def test_a_schedule_is_no_trigger(house: House) -> None:
    answer = a_client(house).get(ADDRESS.replace("schedules", "triggers"))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("says", "colour"),
    [
        ("passing", GREEN),
        ("needs review", AMBER),
        ("failing", RED),
        ("no run yet", GREY),
        ("cancelled", GREY),
    ],
)
def test_each_state_has_its_colour(says: str, colour: str) -> None:
    assert f'fill="{colour}"' in drawing_of(Badge("x", says))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"/><image href="https://evil.example/x"/>',
        "a & b",
        "a\x00b\u202e",
        "Ä" * 300,
    ],
)
def test_whatever_a_definition_is_called_is_only_text(name: str) -> None:
    drawing = drawing_of(Badge(name, "passing"))

    root = ElementTree.fromstring(drawing)
    assert {one.tag.removeprefix(SPACE) for one in root.iter()} == {
        *("svg", "title", "clipPath", "rect", "g", "text")
    }
    assert len(texts(drawing)[0]) <= 48
    assert float(root.attrib["width"]) < 600
    assert "style" not in drawing
