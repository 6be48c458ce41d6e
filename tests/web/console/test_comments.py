"""Comments on points of a view, and whose word is asked for, as a browser without scripts has it, and over the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from houses import a_house
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from people import a_token, bearer
from reviewed_runs import WIDTH, a_reviewed_run
from web_app import URL, TestClient, a_client

EVIL = "<script>alert(1)</script>\"'&"
VIEW = "shop/page-01@desktop"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    for login, role in (("ada", Role.REVIEWER), ("bob", Role.REVIEWER), ("vic", Role.VIEWER)):
        add_member(house, login, role, by="user:root")
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(house) as client:
        client.headers.update({"Accept": "text/html", "Origin": URL, "Sec-Fetch-Site": "same-origin"})
        yield client


@pytest.fixture
def run(house: House) -> Run:
    return a_reviewed_run(house, ["header", "button"])


def say(client: TestClient, run: Run, verb: str, **fields: str) -> Any:
    """Answers with the page that follows."""
    key = f"{verb}{len(fields)}{abs(hash(tuple(sorted(fields.items()))))}"
    return client.post(f"/runs/{run.id}/review/{verb}", data={"key": key, "view": VIEW, **fields})


def pins(page: str) -> list[str]:
    return re.findall(r'data-pin="([\d,]+)"', page)


def comment_id(page: str) -> str:
    (found,) = re.findall(r'name="comment" value="([^"]+)"', page)
    return str(found)


def test_a_comment_stands_on_its_point_until_it_is_resolved_also_on_later_runs(
    client: TestClient, house: House, run: Run
) -> None:
    page = say(client, run, "comment", x="40", y="120", text="is that the new price?").text
    later = a_reviewed_run(house, ["header", ""])
    on_later = client.get(f"/runs/{later.id}/review", params={"view": VIEW}).text

    assert (pins(page), pins(on_later)) == (["40,120"], ["40,120"])
    assert "is that the new price?" in page
    assert "at x=40, y=120" in page
    assert "an earlier run" in on_later

    settled = say(client, later, "resolve", comment=comment_id(on_later)).text
    where_it_was = client.get(f"/runs/{run.id}/review", params={"view": VIEW}).text
    assert "is that the new price?" not in settled
    assert "<s>is that the new price?</s>" in where_it_was
    assert pins(where_it_was) == []

    again = say(client, run, "reopen", comment=comment_id(where_it_was)).text
    assert pins(again) == ["40,120"]


def test_it_stands_on_its_view_only_and_says_text_only(client: TestClient, run: Run) -> None:
    page = say(client, run, "comment", x="1", y="2", text=EVIL).text
    other = client.get(f"/runs/{run.id}/review?view=shop/page-02@desktop").text

    assert "<script>alert" not in page
    assert unescape(page).count(EVIL) >= 1
    assert pins(other) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"x": str(WIDTH), "y": "1", "text": "out"}, "is outside of the picture, which is 480 x 360 px"),
        ({"x": "-1", "y": "1", "text": "out"}, "is a number of pixels"),
        ({"x": "1", "y": "1", "text": "  "}, "a comment says something"),
        ({"x": "1", "y": "1", "text": "x" * 1001}, "1000 characters at most"),
        ({"x": "1", "y": "1", "text": "x", "view": "shop/nothing@desktop"}, "does not show that view"),
    ],
)
def test_what_cannot_be_pinned_is_told_why(
    client: TestClient, run: Run, fields: dict[str, str], says: str
) -> None:
    answer = say(client, run, "comment", **fields)

    assert answer.status_code == 400
    assert says in answer.text


def test_whose_word_is_asked_for_stands_on_the_run_in_the_review_and_in_their_inbox(
    client: TestClient, house: House, run: Run
) -> None:
    ada = bearer(a_token(house, "ada", is_personal=True))
    page = say(client, run, "ask", login="ada").text

    assert re.findall(
        r"<option>(\w+)</option>", page.partition('class="asks"')[2].partition("</div>")[0]
    ) == ["bob"]
    assert "Asked for their word: ada." in client.get(f"/runs/{run.id}").text
    assert 'id="yours"' in client.get("/inbox", headers=ada).text
    assert 'id="yours"' not in client.get("/inbox").text

    say(client, run, "release", login="ada")
    assert 'id="yours"' not in client.get("/inbox", headers=ada).text


def test_only_who_decides_reviews_is_asked(client: TestClient, run: Run) -> None:
    viewer, nobody = say(client, run, "ask", login="vic"), say(client, run, "ask", login="eve")

    assert viewer.status_code == nobody.status_code == 400
    assert "&#39;vic&#39; is &#39;viewer&#39; and decides no review" in viewer.text
    assert "&#39;eve&#39; is no member" in nobody.text


def test_the_api_says_the_same(client: TestClient, run: Run) -> None:
    v1 = "/api/v1"
    wish = {"view": VIEW, "x": 3, "y": 4, "text": "is that right?"}

    made = client.post(f"{v1}/runs/{run.id}/comments", json=wish, headers={"Idempotency-Key": "k"}).json()
    listed = client.get(f"{v1}/runs/{run.id}/comments").json()["items"]
    done = client.post(f"{v1}/comments/{made['id']}/resolve")
    again = client.post(f"{v1}/comments/{made['id']}/resolve")
    asked = client.post(f"{v1}/reviews/{run.id}/reviewers", json={"login": "bob"}).json()["items"]
    left = client.post(f"{v1}/reviews/{run.id}/reviewers/bob/release").json()["items"]

    assert (made["view"], made["x"], made["y"]) == (VIEW, 3, 4)
    assert listed == [made]
    assert (done.json()["resolved_by"], again.status_code) == ("local", 409)
    assert ([one["login"] for one in asked], left) == (["bob"], [])
