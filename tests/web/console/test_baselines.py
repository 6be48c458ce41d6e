"""Baselines in the console: what is approved, by whom, what was before, and the ways there and back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

import ledger_rows
from builders import NOW, a_baseline, a_screenshot, a_session, a_sha, a_view
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.baseline import Baseline, Variant, image_of
from inspect_pipelines.domain.branch import layer as layer_of
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort
from people import a_token, bearer
from pressing import EVIL, FORM, audited, press, refuse_markup, shown
from reviewed_runs import page
from web_app import TestClient, a_client

SET = ledger_rows.NIGHTLY.id
DAY = timedelta(days=1)
PLACE = f"/baselines/{SET}"
ACTIVE, BEFORE = ledger_rows.WITH_PICTURES, ledger_rows.NEW.id


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def active(house: House) -> Baseline:
    with house.ledger.read() as ledger:
        found = ledger.baselines.active(SET)
    assert found is not None
    return found


def an_older_one(house: House, **changes: object) -> Baseline:
    """Approved before the one in use."""
    baseline = replace(a_baseline(views=("home", "gone")), id=BaselineId("0older"), **changes)  # type: ignore[arg-type]
    with house.ledger.write() as ledger:
        ledger.baselines.add(baseline)
        ledger.baselines.activate(ACTIVE, at=NOW)
    return baseline


def test_a_set_shows_its_pictures_with_who_approved_them_and_what_was_before(
    client: TestClient, sha256: str
) -> None:
    listed, page = shown(client, "/baselines"), shown(client, PLACE)

    assert f'href="{PLACE}"' in listed
    assert f'src="/api/v1/baselines/{ACTIVE}/pictures/{sha256}"' in page
    assert 'alt="Approved picture of home (desktop)"' in page
    assert "Approved by ada" in page
    assert f'href="/runs/{ledger_rows.OLD.source_run_id}"' in page
    assert "Chromium" in page
    assert f'id="baseline-{BEFORE}"' in page


def test_two_baselines_are_compared_view_by_view(client: TestClient, ours: House) -> None:
    older = an_older_one(ours)

    page = shown(client, f"{PLACE}/compare?old={older.id}&new={ACTIVE}")

    assert "2 views differ" in page
    assert "Removed</span>" in page
    assert "Changed</span>" in page
    assert "No difference" in shown(client, f"{PLACE}/compare?old={ACTIVE}&new={ACTIVE}")


def test_two_baselines_of_the_same_pictures_and_other_variants_show_these(
    client: TestClient, ours: House
) -> None:
    """The page broke over the word for it: nobody had compared two baselines between which a variant was approved."""
    with ours.ledger.read() as ledger:
        used = ledger.baselines.find(ACTIVE)
    assert used is not None
    view, image = next(iter(used.images.items()))
    further = replace(image, sha256=a_sha("e"), letter="B")
    images = {**used.images, view: replace(image, variants=(Variant(further, "user:ada", NOW),))}
    with ours.ledger.write() as ledger:
        ledger.baselines.add(replace(used, id=BaselineId("varied"), images=images, is_active=False))

    page = shown(client, f"{PLACE}/compare?old={ACTIVE}&new=varied")

    assert "1 view differs" in page
    assert "Other variants</span>" in page
    assert page.count("<figure>") == 1
    assert "After, variant B" in page


def test_a_baseline_of_another_set_is_not_compared(client: TestClient, ours: House) -> None:
    an_older_one(ours)
    with ours.ledger.write() as ledger:
        ledger.baselines.add(replace(a_baseline(), id=BaselineId("bx"), set="other"))

    assert client.get(f"{PLACE}/compare?old=bx", headers=FORM).status_code == 404
    assert client.get(f"{PLACE}/bx", headers=FORM).status_code == 404


def test_a_set_is_rolled_back_and_forward_again(client: TestClient, ours: House) -> None:
    was = active(ours).id

    back = [press(client, f"/baselines/{BEFORE}/activate", "k1") for _ in range(2)]
    then = active(ours).id
    press(client, f"/baselines/{was}/activate", "k2")

    assert {one.headers["location"] for one in back} == {PLACE}
    assert (then, active(ours).id) == (BEFORE, was)
    assert audited(ours).count(("baseline.activate", BEFORE, "console")) == 1


def test_a_baseline_is_deleted_after_its_consequences_were_shown_and_restored(
    client: TestClient, ours: House
) -> None:
    page = shown(client, f"{PLACE}/{BEFORE}")
    unasked = press(client, f"/baselines/{BEFORE}/delete", "k0")
    press(client, f"/baselines/{BEFORE}/delete", "k1", confirm=BEFORE)
    gone = shown(client, PLACE)
    press(client, f"/baselines/{BEFORE}/restore", "k2")

    assert "would be kept out of lists, and no rollback would lead to them" in page
    assert unasked.status_code == 400
    assert f"/baselines/{BEFORE}/restore" in gone
    assert f"/baselines/{BEFORE}/restore" not in shown(client, PLACE)


def test_what_is_in_use_is_not_deleted(client: TestClient) -> None:
    assert "Delete" not in shown(client, f"{PLACE}/{ACTIVE}")
    assert press(client, f"/baselines/{ACTIVE}/delete", confirm=ACTIVE).status_code == 400


def test_a_runs_pictures_are_approved_with_a_note(client: TestClient, ours: House) -> None:
    run = ledger_rows.RUNNING.id
    shot = a_screenshot("cart", sha256=a_sha("f"))
    with ours.ledger.write() as ledger:
        ledger.evidence.save_session(run, a_session(id="s9", screenshots=(shot,)))
    abort(ours, run, RunStatus.FAILED, "it differs")

    offered = shown(client, PLACE)
    answer = press(client, f"{PLACE}/adopt", run=run, other="", view="cart", drop="", note="the new cart")

    assert f'<option value="{run}">Failed' in offered
    assert answer.headers["location"] == PLACE
    made = active(ours)
    assert made.notes == "the new cart"
    assert made.images[a_view("cart")] == image_of(shot, run)
    assert a_view("home") in made.images  # it did not come to that, which stays as it was


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({"run": "", "other": "nope"}, 404, "there is no run"),
        ({"run": ledger_rows.RUNNING.id, "other": ""}, 400, "it is still"),
    ],
)
def test_a_run_that_cannot_be_approved_is_refused_with_the_reason(
    client: TestClient, ours: House, fields: dict[str, str], status: int, says: str
) -> None:
    was = active(ours).id

    answer = press(client, f"{PLACE}/adopt", view="", drop="", note="", **fields)

    assert answer.status_code == status
    assert says in answer.text
    assert active(ours).id == was


def test_whoever_may_only_look_is_told_so(ours: House) -> None:
    operator = {**FORM, **bearer(a_token(ours, "olga", role=Role.OPERATOR))}
    with a_client(ours, is_open=True) as client:
        page = client.get(PLACE, headers=operator).text
        pressed = press(client, f"/baselines/{BEFORE}/activate", headers=operator)

    assert "Your role may not change baselines" in page
    assert "Roll back" not in page
    assert pressed.status_code == 403


def test_a_machines_token_rolls_nothing_back(ours: House) -> None:
    machine = {**FORM, **bearer(a_token(ours, "ci", role=Role.ADMIN))}
    was = active(ours).id
    with a_client(ours, is_open=True) as client:
        pressed = press(client, f"/baselines/{BEFORE}/activate", headers=machine)

    assert pressed.status_code == 403
    assert active(ours).id == was


def test_what_strangers_wrote_stays_text(client: TestClient, ours: House) -> None:
    an_older_one(ours, notes=EVIL, created_by=EVIL)

    for address in (PLACE, f"{PLACE}/0older", f"{PLACE}/compare?old=0older"):
        refuse_markup(shown(client, address))


def test_where_nothing_is_approved_the_page_says_how_it_comes_about(client: TestClient, ours: House) -> None:
    page = shown(client, f"/baselines/{ledger_rows.TRIGGER.id}")

    assert "Nothing approved" in page
    assert "Its first run asks a person" in page


def test_what_rules_took_over_says_how_far_it_is_from_what_a_person_approved(
    client: TestClient, ours: House
) -> None:
    by_rule = {
        "created_by": "policy:update_on_success", "created_at": ledger_rows.LATER, "set": SET,
        "images": a_baseline(views=("home", "cart")).images,
    }  # fmt: skip
    undrifted = shown(client, PLACE)
    with ours.ledger.write() as ledger:
        for name in ("c1", "c2"):
            ledger.baselines.add(replace(a_baseline(), id=BaselineId(name), **by_rule))

    page = shown(client, PLACE)

    assert "Rules took these over" not in undrifted
    assert "Rules took these over" in page
    assert "ada was the last person to approve pictures" in page
    assert "Look at what drifted" in page
    assert "1 view is another" in page
    assert f"/compare?old={BEFORE}&amp;new=c2" in page


def test_drift_is_drawn_beside_its_tolerance_with_a_sentence_and_a_table(
    client: TestClient, ours: House, sha256: str
) -> None:
    run = ledger_rows.RUNNING.id
    with ours.ledger.write() as ledger:
        found = ledger.baselines.find(ACTIVE)
        assert found is not None
        ledger.baselines.add(
            replace(found, id=BaselineId("b10"), created_by=EVIL, created_at=found.created_at - DAY)
        )
    abort(ours, run, RunStatus.FAILED, "it differs")

    page = shown(client, f"{PLACE}/drift")
    other = client.get(f"{PLACE}/drift?view=shop/nope@desktop", headers=FORM)

    assert f'href="{PLACE}/drift"' in shown(client, PLACE)
    assert page.count("<circle") == 1
    assert 'class="limit"' in page
    assert "the score of the one run since then is 0.0000" in page.partition('role="img" aria-label="')[2]
    assert f'href="/runs/{run}/pictures/{sha256}"' in page
    refuse_markup(page)
    assert other.status_code == 404
    film = client.get(f"{PLACE}/drift/film?view=shop/home@desktop", headers=FORM)
    assert "Its last pictures as a film" in page
    assert (film.headers["content-type"], film.content[8:12]) == ("image/webp", b"WEBP")
    assert client.get(f"{PLACE}/drift/film?view=shop/nope@desktop", headers=FORM).status_code == 404


def test_without_a_persons_approval_the_page_says_what_drift_is_measured_from(client: TestClient) -> None:
    page = shown(client, f"/baselines/{ledger_rows.TRIGGER.id}/drift")

    assert "No person has approved anything here yet" in page


def test_uploaded_pictures_are_proposed_and_lead_to_their_review(client: TestClient, ours: House) -> None:
    sent = [("pictures", ("home@desktop.png", page("home", "button")[0], "image/png"))]
    headers = {name: value for name, value in FORM.items() if name != "Content-Type"}
    was = active(ours).id

    answers = [
        client.post(
            f"{PLACE}/upload",
            data={"key": "k", "note": "drawn"},
            files=sent,
            headers=headers,
            follow_redirects=False,
        )
        for _ in range(2)
    ]
    wrong = client.post(
        f"{PLACE}/upload",
        data={"key": "k2", "note": ""},
        files=[("pictures", ("x.gif", b"GIF89a"))],
        headers=headers,
    )
    form = press(client, f"{PLACE}/upload")

    (place,) = {one.headers["location"] for one in answers}
    assert re.fullmatch(r"/runs/[0-9a-f-]+/review", place)
    assert "1 picture was uploaded by local (drawn)" in shown(client, place.removesuffix("/review"))
    assert place in shown(client, "/inbox")
    assert active(ours).id == was
    assert audited(ours).count(("baseline.propose", SET, "console")) == 1
    assert wrong.status_code == 400
    assert "&#39;x.gif&#39;: 6 bytes that begin with" in wrong.text
    assert form.status_code == 400
    assert "a form with files is sent as" in form.text


def test_whoever_only_looks_uploads_nothing(ours: House) -> None:
    viewer = {**FORM, **bearer(a_token(ours, "vera", role=Role.VIEWER))}
    with a_client(ours, is_open=True) as client:
        page_ = client.get(PLACE, headers=viewer).text
        answer = press(client, f"{PLACE}/upload", headers=viewer)

    assert "Upload pictures" not in page_
    assert answer.status_code == 403


def test_the_pictures_of_a_branch_are_listed_and_shown_as_its_own(client: TestClient, ours: House) -> None:
    layer = a_baseline(id=BaselineId("l1"), set=layer_of(SET, "feature/<b>x</b>"), gone=(a_view("cart"),))
    with ours.ledger.write() as ledger:
        ledger.baselines.add(replace(layer, id=BaselineId("l0")))
        ledger.baselines.add(layer)
    place = f"/baselines/{SET}%40feature~%3Cb%3Ex%3C~b%3E"

    listed, page = shown(client, "/baselines"), shown(client, place)

    assert "on feature/&lt;b&gt;x&lt;/b&gt;" in listed
    assert "1 of its own" in listed
    assert "<b>x" not in listed + page
    assert f"<title>Baselines of {SET} on feature/&lt;b&gt;x&lt;/b&gt;" in page
    assert "The branch’s own pictures" in page
    assert "Approved to be missing: shop/cart@desktop" in page
    assert "Upload pictures" not in page
    assert shown(client, f"{place}/l0").count("on feature/") == 2
    assert client.get(f"/baselines/{SET}@nobody").status_code == 404


def test_a_branch_that_has_nothing_of_its_own_any_more_is_listed_no_longer(
    client: TestClient, ours: House
) -> None:
    spent = replace(a_baseline(id=BaselineId("l2"), set=layer_of(SET, "fix")), images={})
    with ours.ledger.write() as ledger:
        ledger.baselines.add(spent)

    assert "on fix" not in shown(client, "/baselines")
    assert "Nothing of its own" in shown(client, f"/baselines/{SET}@fix")
