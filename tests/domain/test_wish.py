from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import NOW, a_sha, a_view
from inspect_pipelines.domain.access import LOCAL, OPERATING, READING, REVIEWING, Caller, local_person
from inspect_pipelines.domain.decision import Shown
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.wish import Wish, forbidden, needed, outdated, unsaid, unsayable

HOME = frozenset({a_view()})
QUARANTINE = Wish(DecisionKind.QUARANTINE, HOME, "it flickers", "ada", NOW + timedelta(days=30))
MACHINE = Caller("user:ci", DEFAULT_ORG, REVIEWING, token_id="t1")
LOCAL_AGENT = local_person("ada", is_agent=True)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(DecisionKind.ACCEPT),
        Wish(DecisionKind.ACCEPT, finalizes=True),
        Wish(DecisionKind.ACCEPT, finalizes=True, as_variant=True),
        Wish(DecisionKind.ACCEPT, finalizes=True, as_variant=True, until=NOW + timedelta(days=366)),
        Wish(DecisionKind.REJECT, note="ticket 7"),
        Wish(DecisionKind.IGNORE),
        Wish(DecisionKind.IGNORE, until=NOW + timedelta(days=366)),
        Wish(DecisionKind.ACCEPT, is_proposal=True),
        QUARANTINE,
    ],
)
def test_what_can_be_said(wish: Wish) -> None:
    assert unsayable(wish, now=NOW) is None


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(DecisionKind.ACCEPT, as_variant=True), "takes accept and finalize"),
        (Wish(DecisionKind.ACCEPT, finalizes=True, as_variant=True, until=NOW), "ends within 366 days"),
        (Wish(DecisionKind.REJECT, note=" "), "needs a note"),
        (Wish(DecisionKind.REJECT, note="x", finalizes=True), "only what is accepted"),
        (Wish(DecisionKind.ACCEPT, finalizes=True, is_proposal=True), "not what is proposed"),
        (Wish(DecisionKind.ACCEPT, owner="ada"), "only a quarantine"),
        (Wish(DecisionKind.ACCEPT, until=NOW), "only a quarantine and an ignored change have an end"),
        (Wish(DecisionKind.ACCEPT, owner="ada"), "only a quarantine has an owner"),
        (Wish(DecisionKind.IGNORE, until=NOW), "within 366 days, and after now"),
        (Wish(DecisionKind.IGNORE, until=NOW + timedelta(days=367)), "within 366 days"),
        (replace(QUARANTINE, views=frozenset()), "names its views"),
        (replace(QUARANTINE, note=""), "a note, an owner and an end"),
        (replace(QUARANTINE, owner=" "), "a note, an owner and an end"),
        (replace(QUARANTINE, until=None), "a note, an owner and an end"),
        (replace(QUARANTINE, until=NOW), "within 30 days, and after now"),
        (replace(QUARANTINE, until=NOW + timedelta(days=30, seconds=1)), "within 30 days"),
    ],
)
def test_what_cannot_be_said_says_why(wish: Wish, why: str) -> None:
    assert why in (unsayable(wish, now=NOW) or "")


@pytest.mark.parametrize(
    ("wish", "changes", "why"),
    [
        (QUARANTINE, {}, None),
        (Wish(DecisionKind.ACCEPT, is_proposal=True), {"rights": OPERATING}, None),
        (Wish(DecisionKind.ACCEPT), {}, None),
        (Wish(DecisionKind.ACCEPT), {"rights": OPERATING}, "it takes 'review:decide'"),
        (QUARANTINE, {"rights": READING}, "it takes 'review:propose'"),
        (Wish(DecisionKind.ACCEPT, finalizes=True), {}, "a token may not make pictures the approved ones"),
        (Wish(DecisionKind.ACCEPT, finalizes=True), {"rights": OPERATING}, "it takes 'review:decide'"),
        (Wish(DecisionKind.ACCEPT, finalizes=True), {"token_id": None}, None),
        (Wish(DecisionKind.ACCEPT, finalizes=True), {"is_personal": True}, None),
        (Wish(DecisionKind.ACCEPT, finalizes=True), {"is_agent": True}, "an agent may not make pictures"),
        (
            Wish(DecisionKind.ACCEPT, finalizes=True),
            {"is_personal": True, "is_agent": True},
            "an agent may not",
        ),
        (Wish(DecisionKind.ACCEPT, finalizes=True), {"token_id": None, "is_agent": True}, "an agent may not"),
        (
            Wish(DecisionKind.ACCEPT),
            {"token_id": None, "is_agent": True},
            "an agent may not decide for a person",
        ),
        (Wish(DecisionKind.IGNORE), {"is_personal": True, "is_agent": True}, "a token with 'review:decide'"),
        (Wish(DecisionKind.ACCEPT), {"is_agent": True}, None),  # by a token that was given the right
        (Wish(DecisionKind.ACCEPT, is_proposal=True), {"token_id": None, "is_agent": True}, None),
        (QUARANTINE, {"token_id": None, "is_agent": True}, None),
    ],
)
def test_a_machine_proposes_and_quarantines_and_a_person_finalises(
    wish: Wish, changes: dict[str, Any], why: str | None
) -> None:
    found = forbidden(needed(wish), replace(MACHINE, **changes), machines_finalize=False)

    assert found is None if why is None else why in (found or "")


def test_an_organisation_may_let_machines_finalise() -> None:
    wish = Wish(DecisionKind.ACCEPT, finalizes=True)

    assert forbidden(needed(wish), MACHINE, machines_finalize=True) is None
    assert forbidden(needed(wish), LOCAL, machines_finalize=False) is None
    assert forbidden(needed(wish), LOCAL_AGENT, machines_finalize=True) is None


def test_no_agent_lets_agents_decide() -> None:
    assert "a person applies" in (unsaid(LOCAL_AGENT, lets_machines=True, let_machines=False) or "")
    assert unsaid(LOCAL_AGENT, lets_machines=True, let_machines=True) is None
    assert unsaid(LOCAL_AGENT, lets_machines=False, let_machines=True) is None
    assert unsaid(LOCAL, lets_machines=True, let_machines=False) is None
    assert (
        unsaid(MACHINE, lets_machines=True, let_machines=False) is None
    )  # an administrator gave it that right


def test_pictures_are_outdated_where_a_newer_run_shows_others() -> None:
    home, pay, gone = (Shown(a_view(name), a_sha("a"), a_sha("b")) for name in ("home", "pay", "gone"))
    newer = {home.view: replace(home, fingerprint="x"), pay.view: replace(pay, new_sha256=a_sha("c"))}

    assert outdated([home, pay, gone], newer) == [pay.view, gone.view]
