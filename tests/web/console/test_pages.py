"""The console's pages, as a browser without scripts gets them."""

from __future__ import annotations

import pytest

from builders import a_schedule, a_screenshot, a_session, a_sha, a_trigger, a_view
from houses import apply
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.pause import pause
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from pressing import EVIL, FORM
from web_app import TestClient, a_client


def a_run(house: House, definition_id: str = "nightly-shop") -> Run:
    return start.request(house, DefinitionId(definition_id), {}, by="user:ada", key=house.clock.new_id())


def an_ended_run(house: House, reason: str, *, sentence: str = "the header moved") -> Run:
    """It has a picture that differs, one that does not, and a finding."""
    run = a_run(house)
    shots = (a_screenshot("home"), a_screenshot("cart"))
    finding = Finding(
        FindingKind.PAGE_ERROR, Severity.ERROR, sentence, "shop", "look", "desktop", "/", url=sentence
    )
    changed = Comparison(
        a_view("home"), Outcome.CHANGED, False, sentence, 0.5, "edges", 0.02,
        old_sha256=a_sha("b"), new_sha256=shots[0].sha256, overlay_sha256=a_sha("c"),
    )  # fmt: skip
    same = Comparison(
        a_view("cart"), Outcome.UNCHANGED, True, "the same picture as approved", 0.0, "bytes", 0.02,
        old_sha256=shots[1].sha256, new_sha256=shots[1].sha256,
    )  # fmt: skip
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(
            run.id, a_session(id=f"{run.id}.1", screenshots=shots, findings=(finding,))
        )
        ledger.evidence.save_comparisons(run.id, (changed, same))
    abort(house, run.id, RunStatus.FAILED, reason)
    return run


def test_a_home_without_definitions_says_how_to_make_one(client: TestClient) -> None:
    page = client.get("/").text

    assert "Nothing runs by itself yet" in page
    assert "inspect-pipelines init" in page


def test_every_definition_stands_there_with_when_it_runs_and_how_it_ended(
    client: TestClient, house: House
) -> None:
    apply(house, a_schedule(name="Nightly shop tour"), a_trigger(name="After a merge"))
    an_ended_run(house, "the header moved")
    pause(house, DefinitionId("post-merge"), by="ada", reason="we move", until=None)

    page = client.get("/").text

    assert "2 definitions" in page
    assert ">1 needs a look</a>" in page
    assert ">Nightly shop tour</a>" in page
    assert "Failed</span>" in page
    assert "when an event comes" in page
    assert "paused by ada: we move" in page
    assert "The last 1 runs, oldest first: Failed" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?q=tour", {"Nightly shop tour"}),
        ("?q=MERGE+after", {"After a merge"}),
        ("?q=AT+02:00", {"Nightly shop tour"}),
        ("?kind=trigger", {"After a merge"}),
        ("?state=never", {"Nightly shop tour", "After a merge"}),
        ("?state=attention", set()),
        ("?q=nothing+of+that", set()),
    ],
)
def test_what_is_looked_for_is_found(client: TestClient, house: House, query: str, shown: set[str]) -> None:
    apply(house, a_schedule(name="Nightly shop tour"), a_trigger(name="After a merge"))

    page = client.get(f"/{query}").text

    assert {name for name in ("Nightly shop tour", "After a merge") if f">{name}</a>" in page} == shown
    assert ("Nothing matches" in page) == (not shown)


def test_run_history_keeps_what_is_asked_for_in_its_addresses(client: TestClient, house: House) -> None:
    apply(house, a_schedule(name="Nightly shop tour"))
    for _ in range(51):
        a_run(house)

    first = client.get("/runs?status=pending&definition=nightly-shop").text
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = client.get(older).text

    assert first.count('<tr id="run-') == 50
    assert second.count('<tr id="run-') == 1
    assert "status=pending" in older
    assert "definition=nightly-shop" in older
    assert 'value="pending" checked' in second
    assert "Nothing matches" in client.get("/runs?status=passed").text


def test_a_run_says_what_was_wrong_with_pictures_before_and_after(client: TestClient, house: House) -> None:
    apply(house, a_schedule(name="Nightly shop tour"))
    run = an_ended_run(house, "home differs\ncart is slow")

    page = client.get(f"/runs/{run.id}").text

    assert "<span>home differs</span>" in page
    assert "<li>cart is slow</li>" in page
    for sha in (a_sha("b"), a_screenshot("home").sha256, a_sha("c")):
        assert f'src="/runs/{run.id}/pictures/{sha}"' in page
    assert 'alt="Approved of home (desktop): the header moved"' in page
    assert f'href="/runs/{run.id}/report"' in page
    assert "hx-sse:connect" not in page  # it has ended, and nothing will be told


def test_a_run_that_goes_on_is_told_as_it_happens(client: TestClient, house: House) -> None:
    apply(house, a_schedule())
    run = a_run(house)

    page = client.get(f"/runs/{run.id}").text

    assert f'hx-sse:connect="/api/v1/runs/{run.id}/progress"' in page


def test_what_strangers_wrote_stays_text(client: TestClient, house: House) -> None:
    apply(house, a_schedule(name=EVIL))
    run = an_ended_run(house, EVIL, sentence=EVIL)
    pause(house, DefinitionId("nightly-shop"), by=EVIL, reason=EVIL, until=None)

    for address in ("/", "/runs", f"/runs/{run.id}", f"/?q={EVIL}", f"/runs?repo={EVIL}&definition={EVIL}"):
        page = client.get(address).text

        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in client.get(f"/runs/{run.id}").text


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/runs/nope", 404, "there is no run &#39;nope&#39; for you"),
        ("/nowhere", 404, "&#39;/nowhere&#39;: Not Found"),
        ("/runs?from=yesterday", 400, "&#39;yesterday&#39; is no day; write it like 2026-11-28"),
        ("/runs?status=fine", 400, "no run has the status &#39;fine&#39;; choose of: pending"),
        ("/runs?cursor=x", 400, "cursor"),
        ("/?org=nobody", 404, "nobody"),
    ],
)
def test_what_is_wrong_is_a_page_for_browsers_and_json_for_programs(
    client: TestClient, house: House, address: str, status: int, says: str
) -> None:
    page = client.get(address)
    answer = client.get(address, headers={"Accept": "application/json"})

    assert (page.status_code, answer.status_code) == (status, status)
    assert page.headers["content-type"].startswith("text/html")
    assert says in page.text
    assert '<a href="/">' in page.text
    assert "json" in answer.headers["content-type"]


def test_with_several_organisations_each_page_names_its_own(house: House) -> None:
    apply(house, a_schedule(name="Nightly shop tour"))
    run = a_run(house)
    with a_client(house, others=[OrgId("beta")]) as client:
        client.headers.update(FORM)

        first, other = client.get("/").text, client.get("/?org=beta").text
        incidents = client.get("/incidents?org=beta").text
        followed = client.get(f"/runs/{run.id}").text
        foreign = client.get(f"/runs/{run.id}?org=beta")

    assert f'href="/runs?org={house.org_id}"' in first
    assert "Nightly shop tour" not in other
    assert "<option selected>beta</option>" in other
    assert '<form class="orgs" action="/incidents"' in incidents
    assert f"/api/v1/runs/{run.id}/progress?org={house.org_id}" in followed
    assert foreign.status_code == 404


def test_pages_load_nothing_from_elsewhere_and_run_no_inline_script(client: TestClient, house: House) -> None:
    apply(house, a_schedule())
    run = an_ended_run(house, "the header moved")

    for address in ("/", "/runs", f"/runs/{run.id}"):
        answer = client.get(address)

        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert " style=" not in answer.text
        assert "http://" not in answer.text.replace("http://shop.test", "")
        assert answer.text.count("<script") == answer.text.count('<script src="/static/')


def test_a_page_is_packed_for_whoever_unpacks_and_plain_for_others(client: TestClient, house: House) -> None:
    apply(house, *(a_schedule(f"watch-{number}") for number in range(40)))

    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 5 < int(plain.headers["content-length"])
    assert "content-encoding" not in plain.headers
    assert packed.text.count("<tr") == plain.text.count("<tr") == 41
