"""What links to pictures in Dagster's UI open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_schedule, a_screenshot, a_session, a_sha
from houses import apply
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import Run
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.wiring import house as build
from loopback_site.server import png
from prepared import prepare
from web_app import TestClient, a_client


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = build(Settings())
    house.ledgers.migrate()
    apply(house, a_schedule())
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with a_client(house) as client:
        yield client


@pytest.fixture
def run(house: House) -> Run:
    return start.request(house, a_schedule().id, {}, by="user:ada", key="1")


def shot(house: House, run: Run, sha: str) -> None:
    session = a_session(id=f"{run.id}.1", screenshots=(a_screenshot("home", sha256=sha),))
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, session)


def test_a_picture_that_a_run_took_is_shown_and_may_do_nothing(
    client: TestClient, house: House, run: Run
) -> None:
    content = png(40, 30)
    sha = house.gallery.put(content)
    shot(house, run, sha)

    answer = client.get(f"/runs/{run.id}/pictures/{sha}")

    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", content)
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_picture_that_lies_in_the_gallery_but_belongs_to_another_run_is_not_shown(
    client: TestClient, house: House, run: Run
) -> None:
    sha = house.gallery.put(png(40, 30))

    answer = client.get(f"/runs/{run.id}/pictures/{sha}")

    assert answer.status_code == 404
    assert "has no picture" in answer.json()["error"]


def test_a_picture_that_is_gone_from_the_gallery_is_told_in_a_sentence(
    client: TestClient, house: House, run: Run
) -> None:
    shot(house, run, a_sha("e"))

    answer = client.get(f"/runs/{run.id}/pictures/{a_sha('e')}")

    assert answer.status_code == 404
    assert answer.json()["error"] == (
        "it is not kept any more: pictures of views that passed are kept for 14 days, of failures for 90, of replaced "
        f"baselines for 365; its hash is {a_sha('e')}"
    )


@pytest.mark.parametrize(
    "address",
    ["/runs/{run}/pictures/{sha}", "/runs/{run}/thumbnails/{sha}", "/api/v1/runs/{run}/pictures/{sha}"],
)
def test_in_its_place_on_a_page_stands_the_sentence_as_a_picture(
    client: TestClient, house: House, run: Run, address: str
) -> None:
    """A broken picture says nothing, and looks like a fault of ours."""
    shot(house, run, a_sha("e"))

    answer = client.get(address.format(run=run.id, sha=a_sha("e")), headers={"Sec-Fetch-Dest": "image"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "image/svg+xml")
    told = " ".join(line.rpartition(">")[2] for line in answer.text.split("</text>"))
    assert "are kept for 14 days" in told
    assert a_sha("e")[:40] in told.replace(" ", "")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["..%2F..%2Fledger.db", "x" * 64, ""])
def test_what_is_no_picture_is_not_found(client: TestClient, run: Run, name: str) -> None:
    assert client.get(f"/runs/{run.id}/pictures/{name}").status_code == 404


def test_a_run_that_does_not_exist_has_no_picture(client: TestClient) -> None:
    assert client.get(f"/runs/nope/pictures/{a_sha('e')}").status_code == 404


def test_a_page_of_pictures_reads_a_runs_evidence_once(client: TestClient, house: House, run: Run) -> None:
    """A strip of fifty thumbnails read the comparisons of a thousand views fifty times."""
    shas = [house.gallery.put(png(40 + at, 30)) for at in range(4)]
    shots = tuple(a_screenshot(f"p{at}", sha256=sha) for at, sha in enumerate(shas))
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", screenshots=shots[:3]))
    read: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM run_comparisons" in statement:
            read.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        found = [client.get(f"/runs/{run.id}/thumbnails/{sha}").status_code for sha in shas[:3]]
        with house.ledger.write() as ledger:
            ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.2", screenshots=shots[3:]))
        later = client.get(f"/runs/{run.id}/thumbnails/{shas[3]}").status_code
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)

    assert found == [200, 200, 200]
    assert later == 200
    assert len(read) == 2
