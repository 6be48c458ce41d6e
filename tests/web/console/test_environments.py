"""Another environment, on one page with one button."""

from __future__ import annotations

import pytest

import ledger_rows
from history_builders import a_comparison
from inspect_pipelines.domain.environment_change import id_of
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.environments import accepted_environments
from pressing import EVIL, audited, press, refuse_markup, shown
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
