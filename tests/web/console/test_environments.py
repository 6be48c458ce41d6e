"""Another environment, on one page with one button."""

from __future__ import annotations

import pytest

import ledger_rows
from builders import NOW
from history_builders import a_comparison
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.environment_change import AcceptedEnvironment, id_of
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.environments import accepted_environments
from people import a_token, bearer
from pressing import EVIL, FORM, audited, press, refuse_markup, shown
from web_app import TestClient, a_client

RUN = ledger_rows.ELSEWHERE.run_id
ADDRESS = f"/environments/{id_of(ledger_rows.ELSEWHERE.environment)}"


@pytest.fixture
def client(ours: House) -> TestClient:
    with ours.ledger.write() as ledger:
        within = a_comparison("pay", passed=True, reason=EVIL)
        ledger.evidence.save_comparisons(RUN, [a_comparison("home"), within])
    return a_client(ours)


def test_the_inbox_names_it_once_and_its_page_lists_every_view(client: TestClient) -> None:
    inbox, page = shown(client, "/inbox"), shown(client, ADDRESS)

    assert f'href="{ADDRESS}"' in inbox
    assert "one of the views differs by more than its tolerance" in inbox
    assert f"review-{RUN}" not in inbox  # it is no row of its own
    assert "Changed: os &#39;Debian&#39; became &#39;Fedora&#39;." in page
    assert "home (desktop)" in page
    assert "pay (desktop)" in page
    refuse_markup(page)


def test_one_press_accepts_it_for_all_and_what_differs_waits_by_itself(
    client: TestClient, ours: House
) -> None:
    answers = [press(client, f"{ADDRESS}/accept", note="the image was updated") for _ in range(2)]

    assert {one.headers["location"] for one in answers} == {"/inbox?said=environment"}
    kept = {one.change: one.note for one in accepted_environments(ours)}
    assert kept[ledger_rows.ELSEWHERE.environment] == "the image was updated"
    assert audited(ours).count(("environment.accept", ADDRESS.rpartition("/")[2], "console")) == 1
    inbox = shown(client, "/inbox?said=environment")
    assert "Accepted for all definitions" in inbox
    assert f"review-{RUN}" in inbox
    with ours.ledger.read() as ledger:
        review = ledger.review_queue.find(RUN)
    assert review is not None
    assert (review.state, review.environment) == (ReviewState.WAITING, "")


def test_what_was_accepted_is_listed_with_who_and_why_and_one_press_takes_it_back(
    client: TestClient, ours: House
) -> None:
    press(client, f"{ADDRESS}/accept", note=EVIL)
    name = ADDRESS.rpartition("/")[2]
    before, old_link = shown(client, "/environments"), client.get(ADDRESS, follow_redirects=False)

    answers = [press(client, f"{ADDRESS}/revoke", key="r", note="its fonts are wrong") for _ in range(2)]

    assert f'id="accepted-{name}"' in before
    refuse_markup(before)
    assert (old_link.status_code, old_link.headers["location"]) == (303, f"/environments#accepted-{name}")
    assert {one.headers["location"] for one in answers} == {"/environments?said=revoked"}
    assert name not in {one.id for one in accepted_environments(ours)}
    assert audited(ours).count(("environment.revoke", name, "console")) == 1
    after = shown(client, "/environments?said=revoked")
    assert "asks a person again" in after
    assert f'id="accepted-{name}"' not in after


def test_who_may_not_make_pictures_the_approved_ones_sees_no_button(ours: House) -> None:
    with ours.ledger.write() as ledger:
        ledger.environments.accept(AcceptedEnvironment(ours.org_id, "os 'A' became 'B'", "user:ada", NOW))
        address = f"/environments/{ledger.environments.accepted()[0].id}/revoke"
    viewer = {**FORM, **bearer(a_token(ours, "vera", role=Role.VIEWER))}
    with a_client(ours, is_open=True) as client:
        page = client.get("/environments", headers=viewer).text
        refused = press(client, address, headers=viewer)

    assert "Revoke" not in page
    assert "Your role may not revoke one" in page
    assert refused.status_code == 403
