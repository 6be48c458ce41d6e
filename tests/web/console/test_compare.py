"""Two runs beside each other, as a browser without scripts has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from builders import a_view
from houses import a_house
from inspect_pipelines.ports.house import House
from reviewed_runs import BANNER, GONE, a_reviewed_run
from web_app import TestClient, a_client

EVIL = "<script>alert(1)</script>\"'&"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(house) as client:
        client.headers.update({"Accept": "text/html"})
        yield client


def links(page: str, pattern: str) -> list[str]:
    return [unescape(one) for one in re.findall(pattern, page)]


def test_a_run_is_compared_with_one_that_is_chosen_picture_by_picture(
    client: TestClient, house: House
) -> None:
    other = a_reviewed_run(house, ["", "", ""])
    run = a_reviewed_run(house, ["header", BANNER, ""])

    (chooser,) = links(client.get(f"/runs/{run.id}").text, r'href="([^"]+)">Compare with another run')
    (chosen,) = links(client.get(chooser).text, r'<li><a href="([^"]+)">')
    page = client.get(chosen).text

    assert other.id in chosen
    assert "2 views are not the same picture" in page
    assert re.findall(r'data-side="(\w+)" data-label="([\w ]+)"', page) == [
        ("old", "Other run"), ("new", "This run"), ("overlay", "What differs"), ("aligned", "Rows beside each other"),
    ]  # fmt: skip
    assert "text of heading changed from &#39;Our shop&#39; to &#39;Our store&#39;</a></li>" in page
    assert '<form method="post"' not in page.replace("/sign-out", "")
    for address in links(page, r'<img src="([^"]+)"'):
        assert client.get(address).status_code == 200, address
    (onward,) = links(page, r'rel="next"[^>]* href="([^"]+)"')
    assert "moved down 84 px" in client.get(onward).text


def test_what_only_one_run_has_is_shown_alone(client: TestClient, house: House) -> None:
    other = a_reviewed_run(house, ["", GONE])
    run = a_reviewed_run(house, [GONE, ""])

    page = client.get(f"/runs/{run.id}/compare?with={other.id}").text
    gone = client.get(f"/runs/{run.id}/compare?with={other.id}&view=shop/page-01@desktop").text

    assert "only this run shows it" in page
    assert "only the other run shows it" in gone
    assert re.findall(r'figure data-side="(\w+)"', gone) == ["old"]


def test_any_run_may_be_pasted_also_one_of_another_definition(client: TestClient, house: House) -> None:
    other = a_reviewed_run(house, {a_view("home"): ""}, definition_id="hourly", name="Hourly")
    run = a_reviewed_run(house, {a_view("home"): ""})

    page = client.get(f"/runs/{run.id}/compare?with={other.id}")
    unknown = client.get(f"/runs/{run.id}/compare?with=0190ffff")

    assert f'href="/runs/{other.id}">hourly</a>' in page.text
    assert "0 views are not the same picture" in page.text
    assert (unknown.status_code, "does not exist" in unknown.text) == (404, True)


def test_what_is_typed_stays_text(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, [""])

    answer = client.get(f"/runs/{run.id}/compare", params={"with": EVIL, "view": EVIL})

    assert "<script>alert" not in answer.text


def test_the_api_compares_two_runs(client: TestClient, house: House) -> None:
    other, run = a_reviewed_run(house, ["", ""]), a_reviewed_run(house, ["header", ""])
    address = f"/api/v1/runs/{run.id}/compare/{other.id}"

    found = client.get(address).json()
    one = client.get(address, params={"view": "shop/page-02@desktop"}).json()

    assert (found["run"]["id"], found["other"]["id"], found["is_same_definition"]) == (run.id, other.id, True)
    assert [(each["view"], each["outcome"]) for each in found["comparisons"]] == [
        ("shop/page-01@desktop", "changed"),
        ("shop/page-02@desktop", "unchanged"),
    ]
    assert [each["view"] for each in one["comparisons"]] == ["shop/page-02@desktop"]
    assert client.get(address, params={"view": "home"}).status_code == 400
