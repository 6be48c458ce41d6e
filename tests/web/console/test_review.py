"""The review room, as a browser without scripts has it: pages, links and forms."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest

from builders import ENVIRONMENT, a_view
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.review_room import ReviewRoom, review_room, unfinished
from people import a_token, bearer
from pressing import EVIL, FORM
from reviewed_runs import BANNER, FAINT, GONE, NEW, a_reviewed_run
from web_app import TestClient, a_client


def say(client: TestClient, run_id: str, verb: str = "decide", *, query: str = "", **fields: Any) -> Any:
    """Answers with the page that follows, or with what is wrong."""
    key = hashlib.sha256(repr((verb, sorted(fields.items()), query)).encode()).hexdigest()
    return client.post(f"/runs/{run_id}/review/{verb}?{query}", data={"key": key, **fields})


def room_of(house: House, run_id: RunId) -> ReviewRoom:
    room = review_room(house, run_id)
    assert room is not None
    return room


def waiting(house: House, run_id: RunId) -> list[str]:
    return sorted(one.view.name for one in room_of(house, run_id).waiting)


def links(page: str, pattern: str) -> list[str]:
    return [unescape(one) for one in re.findall(pattern, page)]


def test_a_view_is_shown_with_its_pictures_its_regions_by_name_and_the_way_onward(
    client: TestClient, house: House
) -> None:
    run = a_reviewed_run(house, ["header", "button", ""])

    page = client.get(f"/runs/{run.id}/review?view=shop/page-01@desktop").text

    assert '<h1 id="view" tabindex="-1" data-focus>page-01' in page
    assert [side for side in ("old", "new", "overlay") if f'<figure data-side="{side}"' in page] == [
        "old", "new", "overlay",
    ]  # fmt: skip
    assert "text of heading changed from &#39;Our shop&#39; to &#39;Our store&#39;</a></li>" in page
    assert 'data-box="' in page
    assert "<summary>Mask it in the playbook</summary>" in page
    assert '- "#header"' in page
    (before,) = links(page, r'rel="prev"[^>]* href="([^"]+)"')
    assert '<h1 id="view" tabindex="-1" data-focus>page-02' in client.get(before).text


def test_a_runs_page_says_what_was_decided_about_it(client: TestClient, house: House) -> None:
    """Once a single view of a run was decided and others waited, its page broke: 500, "something broke"."""
    run = a_reviewed_run(house, ["header", "button"])
    say(client, run.id, view="shop/page-01@desktop", decision="accept", note="the new name")

    page = client.get(f"/runs/{run.id}")

    assert page.status_code == 200
    assert "<strong>accepted</strong> page-01 (desktop) by local" in page.text
    assert "the new name" in page.text


def test_every_picture_and_thumbnail_of_the_page_is_there(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, ["header", GONE])

    for view in ("page-01", "page-02"):
        page = client.get(f"/runs/{run.id}/review?view=shop/{view}@desktop").text
        for address in links(page, r'<img src="([^"]+)"'):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert answer.headers["content-type"] == (
                "image/webp" if "thumbnails" in address else "image/png"
            )
            assert "thumbnails" not in address or len(answer.content) <= 12_000


def test_what_shows_one_change_is_decided_once_but_for_what_was_left_out(
    client: TestClient, house: House
) -> None:
    run = a_reviewed_run(house, ["header", "header", "header", "button"])

    page = client.get(f"/runs/{run.id}/review?view=shop/page-01@desktop").text
    (out,) = links(page, r'<a href="[^"]+">page-02 .*?class="out" href="([^"]+)"')
    narrowed = client.get(out).text
    answer = say(
        client, run.id, query=urlsplit(out).query, decision="accept", view="shop/page-01@desktop", alike="yes"
    )

    assert ">Accept 3 alike</button>" in page
    assert ">Accept 2 alike</button>" in narrowed
    assert "left out, take in" in narrowed
    assert waiting(house, run.id) == ["page-02", "page-04"]
    assert "Accepted 2 of 4; next: page-" in answer.text


def test_why_others_are_not_decided_with_it_is_said(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, {a_view("home"): "header", a_view("home", viewport="phone"): "header"})

    page = client.get(f"/runs/{run.id}/review?view=shop/home@desktop").text

    assert "1 more view shows a part of it" in page
    assert "on phone, where the same may look otherwise" in page


def test_a_button_says_how_many_and_of_what_and_does_just_that(client: TestClient, house: House) -> None:
    pages = [View("shop", f"page-{at}", viewport) for at in range(3) for viewport in ("desktop", "phone")]
    run = a_reviewed_run(house, dict.fromkeys(pages, "header"))

    page = client.get(f"/runs/{run.id}/review?viewport=phone").text
    stale = say(client, run.id, query="viewport=phone", decision="accept", all="yes", count="5")
    say(client, run.id, query="viewport=phone", decision="accept", all="yes", count="3")

    assert ">Accept 3 of 6 (viewport phone)</button>" in page
    assert stale.status_code == 400
    assert "3 views wait in this list by now" in stale.text
    assert {one.view.viewport for one in room_of(house, run.id).waiting} == {"desktop"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"decision": "reject", "note": "the old name"}, "Rejected"),
        ({"decision": "ignore"}, "Ignored"),
        ({"decision": "ignore", "until": "2027-03-01", "note": "the sale"}, "Ignored"),
        (
            {"decision": "quarantine", "note": "it flickers", "owner": "bob", "until": "2026-12-01"},
            "Quarantined",
        ),
    ],
)
def test_other_words_are_said_as_well_and_stand_there_with_who_and_through_what(
    client: TestClient, house: House, fields: dict[str, str], says: str
) -> None:
    run = a_reviewed_run(house, ["header", "button"])

    answer = say(client, run.id, view="shop/page-01@desktop", **fields)

    assert f"{says} 1 of 2; next: page-02, desktop" in answer.text
    page = client.get(f"/runs/{run.id}/review?view=shop/page-01@desktop").text
    assert f"<strong>{says.lower()}</strong> by local" in page
    assert "through console" in page
    assert ("until 2027-03-01 23:59 UTC" in page) is (fields.get("until") == "2027-03-01")
    assert waiting(house, run.id) == ["page-02"]


def test_what_looks_right_today_may_be_quarantined_and_a_second_thought_leads_nowhere_else(
    client: TestClient, house: House
) -> None:
    a_reviewed_run(house, ["price"], definition_id="hourly")
    run = a_reviewed_run(house, ["", ""], status=RunStatus.PASSED)
    page = client.get(f"/runs/{run.id}/review").text
    fields = {"decision": "quarantine", "note": "it flickers", "owner": "bob", "until": "2026-12-01"}

    answer = say(client, run.id, view="shop/page-02@desktop", **fields)

    assert '<summary class="button" data-key="q"' in page
    assert ">Accept" not in page
    assert answer.url.path == f"/runs/{run.id}/review"
    assert "<strong>quarantined</strong> by local" in answer.text


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"decision": "reject"}, 400, "a rejection needs a note"),
        ({"decision": "shrug"}, 400, "is nothing that can be said of a view"),
        ({"decision": "accept", "view": "shop/nope@desktop"}, 404, "there is no view"),
        ({"decision": "quarantine", "note": "x", "owner": "bob", "until": "soon"}, 400, "a quarantine ends on a day"),
        ({"decision": "quarantine", "note": "x", "owner": "bob", "until": "2027-06-01"}, 400, "within 30 days"),
        ({"decision": "ignore", "until": "soon"}, 400, "an ignored change ends on a day"),
        ({"decision": "ignore", "until": "2030-01-01"}, 400, "an ignored change ends within 366 days"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_a_sentence_and_changes_nothing(
    client: TestClient, house: House, fields: dict[str, str], status: int, says: str
) -> None:
    run = a_reviewed_run(house, ["header"])

    answer = say(client, run.id, **{"view": "shop/page-01@desktop", **fields})

    assert answer.status_code == status
    assert says in answer.text
    assert waiting(house, run.id) == ["page-01"]


def test_a_view_may_be_approved_as_a_further_variant_and_both_are_shown_from_then_on(
    client: TestClient, house: House
) -> None:
    run = a_reviewed_run(house, ["header", "button"])
    page = client.get(f"/runs/{run.id}/review?view=shop/page-01@desktop").text
    soon = say(client, run.id, "variant", view="shop/page-01@desktop", until="soon")
    untouched = waiting(house, run.id)

    fields = {"note": "the test of May", "until": "2027-03-01"}
    answer = say(client, run.id, "variant", view="shop/page-01@desktop", **fields)

    assert '<summary class="button" data-key="v"' in page
    assert (soon.status_code, untouched) == (400, ["page-01", "page-02"])
    assert "a variant ends on a day, and &#39;soon&#39; is none" in soon.text
    assert "Accepted 1 of 2; next: page-02, desktop" in answer.text
    assert waiting(house, run.id) == ["page-02"]
    with house.ledger.read() as ledger:
        active = ledger.baselines.active("nightly-shop")
    assert active is not None
    (variant,) = active.images[a_view("page-01")].variants
    assert (variant.note, f"{variant.until:%Y-%m-%d}") == ("the test of May", "2027-03-01")
    assert active.images[a_view("page-02")].variants == ()
    later = a_reviewed_run(house, ["header"], keeps_baseline=True)
    room = client.get(f"/runs/{later.id}/review?view=shop/page-01@desktop&show=all").text
    assert "variant B of 2" in room
    assert "Approved, variant B" in room
    of_the_set = client.get("/baselines/nightly-shop").text
    assert of_the_set.count('class="variant"') == 2
    assert "the test of May" in of_the_set
    gone = client.post(
        "/baselines/nightly-shop/variants/remove",
        data={"key": "k1", "view": "shop/page-01@desktop", "letter": "B", "note": "over"},
    )
    assert "Taken away" in gone.text or gone.status_code == 200
    assert 'class="variant"' not in client.get("/baselines/nightly-shop").text


def test_the_last_word_is_undone_by_one_button(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, ["header", "header", "button"])
    page = say(client, run.id, decision="accept", view="shop/page-01@desktop", alike="yes").text
    ids = links(page.partition("review/undo")[2].partition("</form>")[0], r'name="decision" value="([^"]+)"')

    back = say(client, run.id, "undo", decision=ids)
    again = say(client, run.id, "undo", decision=[*ids, "nope"])

    assert ">Undo: accepted 2 views</button>" in page
    assert "Taken back; next: page-0" in back.text
    assert waiting(house, run.id) == ["page-01", "page-02", "page-03"]
    assert again.status_code == 400


def test_the_last_decision_leads_to_finishing_and_that_to_the_next_run(
    client: TestClient, house: House
) -> None:
    other = a_reviewed_run(house, ["price"], definition_id="hourly", name="Hourly look")
    run = a_reviewed_run(house, ["header", GONE, NEW])

    done = say(client, run.id, decision="accept", all="yes", count="3")
    finished = say(client, run.id, "finish", note="the new name")

    assert "Accepted 3 of 3; nothing waits any more" in done.text
    assert "3 accepted pictures are not the approved ones yet" in done.text
    assert finished.url.path == f"/runs/{other.id}/review"
    assert "Nothing of that run waits any more; this is the next one" in finished.text
    assert unfinished(house, room_of(house, run.id)) == []
    with house.ledger.read() as ledger:
        active = ledger.baselines.active("nightly-shop")
    assert active is not None
    assert {view.name for view in active.images} == {"page-01", "page-03"}
    assert active.notes == "the new name"


def test_after_the_last_run_comes_the_inbox(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, ["header"])
    say(client, run.id, decision="reject", note="no", view="shop/page-01@desktop")
    say(client, run.id, "finish")
    accepted = a_reviewed_run(house, ["button"])
    say(client, accepted.id, decision="accept", view="shop/page-01@desktop")

    answer = say(client, accepted.id, "finish")

    assert answer.url.path == "/inbox"


def test_a_run_that_a_newer_one_took_the_place_of_says_so_and_asks_nothing(
    client: TestClient, house: House
) -> None:
    run = a_reviewed_run(house, ["header", "button"])
    newer = a_reviewed_run(house, ["price", "footer"])
    with house.ledger.write() as ledger:
        review = ledger.review_queue.find(run.id)
        assert review is not None
        ledger.review_queue.supersede(review.definition_id, review.context, by=newer.id)

    page = client.get(f"/runs/{run.id}/review").text
    late = say(client, run.id, decision="accept", view="shop/page-01@desktop")  # from a page of before

    assert f'<a href="/runs/{newer.id}/review">review that one</a>' in page
    assert "review/decide" not in page
    assert late.status_code == 409
    assert f"run {newer.id} is newer, and it shows" in late.text
    (onward,) = links(late.text, r'<p class="onward"><a class="button" href="([^"]+)"')
    assert client.get(onward).url.path == f"/runs/{newer.id}/review"
    assert len(waiting(house, run.id)) == 2


def test_what_changed_within_the_tolerance_is_a_list_of_its_own(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, ["header", FAINT, "", FAINT])

    page = client.get(f"/runs/{run.id}/review?show=absorbed").text

    names = links(page, r'<span class="film-name">([^<]+)')
    assert names == ["page-02", "page-04"]
    assert "Within tolerance" in page


def test_the_strip_shows_those_around_and_not_a_thousand(client: TestClient, house: House) -> None:
    run = a_reviewed_run(house, ["header"] * 70)

    page = client.get(f"/runs/{run.id}/review?view=shop/page-40@desktop").text

    assert 26 <= page.count("/thumbnails/") <= 51
    assert " of 70</span>" in page


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("view=shop/nope@desktop", 404, "no view"),
        ("show=nothing", 400, "there is no list"),
        ("q=nowhere", 200, "No view is like that"),
        ("region=x&view=shop/page-01@desktop", 200, "page-01"),
    ],
)
def test_an_address_that_means_nothing_says_so(
    client: TestClient, house: House, query: str, status: int, says: str
) -> None:
    run = a_reviewed_run(house, ["header"])

    answer = client.get(f"/runs/{run.id}/review?{query}")

    assert answer.status_code == status
    assert says in answer.text


def test_rows_that_moved_are_told_with_what_they_would_have_meant_by_themselves(
    client: TestClient, house: House
) -> None:
    run = a_reviewed_run(house, [BANNER, "header"])

    page = client.get(f"/runs/{run.id}/review?view=shop/page-01@desktop").text
    still = client.get(f"/runs/{run.id}/review?view=shop/page-02@desktop").text

    assert "everything below y=134 moved down 84 px" in page
    aligned, raw = re.search(r"other ([0-9.]+) % of .+ have been ([0-9.]+) %", page).groups()  # type: ignore[union-attr]
    assert float(aligned) < float(raw)
    assert "moved down" not in still


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        ("290,190,140,60", '- "#button"'),
        ("0,0,2000,2000", '- "#header"\n  - "#button"\n  - "#footer"\n  - "#price"'),
        ("470,350,3,3", "Nothing stands there that the capture noted"),
    ],
)
def test_a_drawn_mask_is_shown_as_the_lines_to_paste(
    client: TestClient, house: House, mask: str, says: str
) -> None:
    run = a_reviewed_run(house, ["", "header"])

    page = client.get(f"/runs/{run.id}/review?view=shop/page-01@desktop&mask={mask}").text

    assert says in unescape(page.partition('id="drawn"')[2])


@pytest.mark.parametrize("mask", ["1,2,3", "a,b,c,d", "1,2,3,4,5", "-1,2,3,4"])
def test_a_mask_that_is_no_box_is_none(client: TestClient, house: House, mask: str) -> None:
    run = a_reviewed_run(house, ["header"])

    answer = client.get(f"/runs/{run.id}/review?mask={mask}")

    assert answer.status_code == 200
    assert 'id="drawn"' not in answer.text


def test_pictures_of_another_environment_are_approved_together_and_on_purpose(
    client: TestClient, house: House
) -> None:
    other = replace(ENVIRONMENT, browser="Chromium 200.0.0.0")
    run = a_reviewed_run(house, ["", ""], environment=other, status=RunStatus.NEEDS_REVIEW)
    page = client.get(f"/runs/{run.id}/review").text

    refused = say(client, run.id, "finish")
    done = say(client, run.id, "finish", force="yes")

    assert "Approve these 2 pictures" in page
    assert "though the environment is another one" in page
    assert refused.status_code == 400
    assert "browser" in refused.text
    assert done.url.path == "/inbox"


def test_with_several_organisations_everything_stays_in_the_one_that_was_named(house: House) -> None:
    run = a_reviewed_run(house, ["header", "button"])
    with a_client(house, others=[OrgId("beta")]) as client:
        client.headers.update(FORM)
        page = client.get(f"/runs/{run.id}/review").text
        answer = client.post(
            links(page, r'action="([^"]+review/decide[^"]+)"')[0],
            data={"key": "k", "decision": "accept", "view": "shop/page-01@desktop"},
        )
        foreign = client.get(f"/runs/{run.id}/review?org=beta")

    ways = links(page, r'(?:href|action)="(/runs/[^"]+/review[^"]*)"')
    assert len(ways) > 8
    assert [way for way in ways if f"org={house.org_id}" not in way] == [
        f"/runs/{run.id}/review"
    ]  # a form of its own
    assert f'<input type="hidden" name="org" value="{house.org_id}">' in page
    assert "Accepted 1 of 2; next: page-02, desktop" in answer.text
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("role", "says"),
    [
        (Role.VIEWER, []),
        (Role.OPERATOR, ["quarantine"]),
        (Role.REVIEWER, ["accept", "reject", "ignore", "quarantine"]),
    ],
)
def test_nobody_sees_a_button_for_what_they_may_not_say(house: House, role: Role, says: list[str]) -> None:
    run = a_reviewed_run(house, ["header", "button"])
    a_token(house, "ada")  # an open server answers nobody before there is an administrator
    somebody = {**FORM, **bearer(a_token(house, "rita", role=role))}
    with a_client(house, is_open=True) as client:
        page = client.get(f"/runs/{run.id}/review", headers=somebody).text

    assert "page-01" in page
    assert [
        one
        for one in ("accept", "reject", "ignore", "quarantine")
        if f'name="decision" value="{one}"' in page
    ] == says


def test_what_strangers_wrote_stays_text(client: TestClient, house: House) -> None:
    view = View("shop", EVIL, "desktop")
    run = a_reviewed_run(house, {view: "header", View("shop", f"{EVIL}2", "desktop"): "header"}, name=EVIL)
    say(client, run.id, decision="reject", view=str(view), note=EVIL)

    for query in ("", f"?view={view}", f"?q={EVIL}", f"?viewport={EVIL}&without={EVIL}"):
        page = client.get(f"/runs/{run.id}/review{query}").text

        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert page.count("<script") == page.count('<script src="/static/')
        assert " style=" not in page
