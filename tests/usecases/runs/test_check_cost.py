"""A budget in dollars: once it is spent, no agent is given another session, and it is said, never skipped in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import a_plan, a_playbook, a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.playbook import OPEN_INSPECT
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.budgets import list_budgets
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")
AGENTS = a_playbook(id=PlaybookId("agents"), runner=OPEN_INSPECT)
OURS = a_playbook(id=PlaybookId("ours"))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.sessions.elsewhere = {"agents"}
    return house


def begun(
    house: House, day: int = 22, origin: str = "cron:nightly-shop:2026-11-{day}T07:00Z"
) -> start.Admission:
    house.clock.at = datetime(2026, 11, day, 7, 0, tzinfo=UTC)
    return start.admit(house, Ticket(NIGHTLY, f"d{day}", origin=origin.format(day=day)))


def spend(house: House, run_id: RunId, usd: float, session_id: str = "s") -> None:
    at = house.clock.now()
    session = RemoteSession(
        session_id, run_id, "agents", "title", at, status=RemoteStatus.ENDED, cost_usd=usd, ended_at=at
    )
    with house.ledger.write() as ledger:
        ledger.remote_sessions.save(session)


def test_a_spent_budget_skips_what_agents_alone_would_play_and_gives_the_next_month_its_own(
    house: House,
) -> None:
    apply(house, a_schedule(plan=a_plan(playbooks=(AGENTS,), budget_usd=5.0)))
    first = begun(house, 20).run
    play_all(house, first.id)
    spend(house, first.id, 5.25)
    judge(house, first.id)

    skipped = begun(house, 21).run
    house.clock.at = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    december = start.admit(house, Ticket(NIGHTLY, "d", origin="cron:nightly-shop:2026-12-01T07:00Z")).run

    assert (skipped.status, december.status) == (RunStatus.SKIPPED, RunStatus.RUNNING)
    assert skipped.reason.startswith(
        "budget: the 5.00 US dollars of 'nightly-shop' for agents this month are spent (5.25)"
    )


def test_a_run_of_both_plays_the_browsers_and_ends_as_an_error_that_says_why(house: House) -> None:
    apply(
        house,
        a_schedule(plan=a_plan(playbooks=(AGENTS, OURS))),
        organization=Organization(DEFAULT_ORG, agent_usd=5.0),
    )
    run_id = begun(house).run.id
    spend(house, run_id, 5.0)

    agents, ours = play_all(house, run_id)
    ended = judge(house, run_id).report.run

    assert (agents.status, ours.status) == (SessionStatus.CRASHED, SessionStatus.COMPLETED)
    assert str(agents.error).startswith(
        "playbook 'agents' was not given to an agent: the 5.00 US dollars of organisation 'default' for agents"
    )
    assert [each.playbook.id for each in house.sessions.requests] == ["ours"]  # no retry of what is refused
    assert ended.status is RunStatus.ERROR


def test_a_person_is_refused_a_session_too_since_it_is_their_money(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(playbooks=(AGENTS,), budget_usd=5.0)))
    run = begun(house, origin="request:k{day}").run
    spend(house, run.id, 6.0)

    (refused,) = play_all(house, run.id)

    assert (run.status, refused.status) == (RunStatus.RUNNING, SessionStatus.CRASHED)


def test_a_session_that_an_agent_has_already_is_waited_for(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(playbooks=(AGENTS,), budget_usd=5.0)))
    run_id = begun(house).run.id
    spend(house, run_id, 6.0, f"{run_id}.1")

    (result,) = play_all(house, run_id)

    assert result.status is SessionStatus.COMPLETED


def test_what_is_used_of_dollars_stands_beside_what_is_used_of_minutes(house: House) -> None:
    apply(
        house,
        a_schedule(plan=a_plan(playbooks=(AGENTS,), budget_usd=5.0, budget_minutes=100)),
        organization=Organization(DEFAULT_ORG, agent_usd=50.0),
    )
    run_id = begun(house).run.id
    spend(house, run_id, 1.25)
    house.clock.at += timedelta(minutes=10)

    minutes, everybodys, own = list_budgets(house)

    assert (minutes.owner, minutes.minutes_per_month, minutes.percent) == ("'nightly-shop'", 100, 10.0)
    assert minutes.usd_per_month is None
    assert (everybodys.owner, everybodys.usd_per_month, everybodys.used_usd, everybodys.percent) == (
        "organisation 'default'",
        50.0,
        1.25,
        2.5,
    )
    assert own == replace(everybodys, owner="'nightly-shop'", usd_per_month=5.0, percent=25.0)
