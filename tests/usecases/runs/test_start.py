from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_merge, a_plan, a_playbook, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.playbook import Variable
from inspect_pipelines.domain.run import Door, RunStatus
from inspect_pipelines.errors import NotFound, Unreadable, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")
TICK = "cron:nightly-shop:2026-11-22T07:00Z"


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule())
    return house


def a_ticket(dagster_run_id: str = "d1", **changes: str | None) -> Ticket:
    return replace(Ticket(NIGHTLY, dagster_run_id, origin=TICK), **changes)


def test_a_tick_is_admitted_with_its_one_deadline(house: House) -> None:
    admission = start.admit(house, a_ticket())

    assert admission.door is Door.ADMITTED
    assert admission.run.status is RunStatus.RUNNING
    assert (admission.run.deadline_at - admission.run.claimed_at).total_seconds() == 30 * 60


def test_lateness_is_measured_against_the_nominal_time(house: House) -> None:
    house.clock.sleep(90)

    run = start.admit(house, a_ticket()).run

    assert run.nominal_at.isoformat() == "2026-11-22T07:00:00+00:00"
    assert (run.requested_at - run.nominal_at).total_seconds() == 90


def test_a_tick_that_dagster_launches_twice_runs_once(house: House) -> None:
    first = start.admit(house, a_ticket("d1"))

    second = start.admit(house, a_ticket("d2"))

    assert second.door is Door.DUPLICATE
    assert second.run.id == first.run.id
    assert second.run.dagster_run_id == "d1"


def test_an_op_that_is_repeated_by_its_own_dagster_run_goes_on(house: House) -> None:
    first = start.admit(house, a_ticket("d1"))

    again = start.admit(house, a_ticket("d1"))

    assert again == first


def test_a_second_run_of_a_definition_is_skipped_with_its_reason(house: House) -> None:
    first = start.admit(house, a_ticket("d1"))

    second = start.admit(house, a_ticket("d2", origin="cron:nightly-shop:2026-11-23T07:00Z"))

    assert second.door is Door.SKIPPED
    assert second.run.status is RunStatus.SKIPPED
    assert second.run.reason == f"overlap: run {first.run.id} of 'nightly-shop' is still open"


def test_a_skipped_run_is_a_fact_in_the_journal(house: House) -> None:
    start.admit(house, a_ticket("d1"))
    start.admit(house, a_ticket("d2", origin="cron:nightly-shop:2026-11-23T07:00Z"))

    with house.ledgers.read() as ledger:
        rows = ledger.journal.after(0)

    assert [kind for _, kind, _ in rows] == ["run"]
    assert '"skipped"' in rows[0][2]


def test_overlapping_runs_are_admitted_where_the_plan_allows_them(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(overlap=Overlap.ALLOW)))
    start.admit(house, a_ticket("d1"))

    second = start.admit(house, a_ticket("d2", origin="cron:nightly-shop:2026-11-23T07:00Z"))

    assert second.door is Door.ADMITTED


def test_a_tick_of_a_disabled_schedule_is_skipped(house: House) -> None:
    apply(house, a_schedule(enabled=False))

    admission = start.admit(house, a_ticket())

    assert admission.run.reason == "pause: 'nightly-shop' is switched off (enabled: false)"


def test_a_person_may_run_a_disabled_schedule(house: House) -> None:
    apply(house, a_schedule(enabled=False))
    wanted = start.request(house, NIGHTLY, {}, by="user:ada", key="k1")

    admission = start.admit(house, a_ticket(origin=wanted.origin))

    assert admission.door is Door.ADMITTED
    assert admission.run.id == wanted.id


def test_a_tick_of_a_deleted_definition_is_skipped(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.definitions.delete(NIGHTLY, by="user:ada", at=house.clock.now())

    admission = start.admit(house, a_ticket())

    assert admission.door is Door.SKIPPED
    assert "is not defined any more" in admission.run.reason


def test_a_launch_from_dagsters_own_ui_gets_an_origin_of_its_own(house: House) -> None:
    run = start.admit(house, a_ticket("d7", origin=None)).run

    assert run.origin == "dagster:d7"
    assert run.requested_by == "dagster"


def test_a_reexecution_is_a_retry_although_dagster_copies_the_tags(house: House) -> None:
    first = start.admit(house, a_ticket("d1")).run
    with house.ledger.write() as ledger:
        ledger.runs.conclude(first.concluded(RunStatus.FAILED, "a view differs", now=house.clock.now()))

    retry = start.admit(house, a_ticket("d2", parent_dagster_run_id="d1"))

    assert retry.door is Door.ADMITTED
    assert retry.run.origin == f"retry:{first.id}:1"
    assert retry.run.retry_of == first.id


def test_a_reexecution_of_an_events_run_knows_the_event(house: House) -> None:
    apply(house, a_trigger())
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(7))
    route(house)
    (wanted,) = start.unlaunched(house)
    first = start.admit(house, Ticket(wanted.definition_id, "d1", origin=wanted.origin)).run
    with house.ledger.write() as ledger:
        ledger.runs.conclude(first.concluded(RunStatus.FAILED, "a view differs", now=house.clock.now()))

    again = Ticket(wanted.definition_id, "d2", origin=wanted.origin, parent_dagster_run_id="d1")
    retry = start.admit(house, again).run

    assert retry.variables["pr_number"] == "7"
    assert retry.variables == first.variables


def test_a_damaged_publication_is_told_before_a_run_is_stored(house: House) -> None:
    """The run was stored, and ended 30 s later: `its worker ended before the first step; see .inspect/logs`."""
    compiled = Path(house.home) / "compiled" / "default.json"
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_text("{")

    with pytest.raises(
        Unreadable, match=r"default.json' is damaged; run `inspect-pipelines apply` to write it anew"
    ):
        start.request(house, NIGHTLY, {}, by="user:ada", key="k")

    with house.ledger.read() as ledger:
        assert ledger.runs.open() == []


def test_the_same_request_key_finds_the_same_run(house: House) -> None:
    first = start.request(house, NIGHTLY, {}, by="user:ada", key="k1")

    assert start.request(house, NIGHTLY, {}, by="user:ada", key="k1") == first


def test_an_unknown_definition_is_refused_with_the_known_ones(house: House) -> None:
    with pytest.raises(NotFound) as caught:
        start.request(house, DefinitionId("nihgtly"), {}, by="user:ada", key="k1")

    assert str(caught.value) == (
        "definition 'nihgtly' cannot be run: it is not applied (did you mean 'nightly-shop'?) "
        "(applied: nightly-shop); "
        "check the id, or run: inspect-pipelines apply"
    )


def test_an_unknown_variable_is_refused_with_the_known_ones(house: House) -> None:
    playbook = a_playbook(variables=(Variable("shop_url", default="http://shop.test"),))
    apply(house, a_schedule(plan=a_plan(playbooks=(playbook,), allowed_hosts=("shop.test",))))

    with pytest.raises(UsageError, match="has no variable 'shopurl'; it has: shop_url"):
        start.request(house, NIGHTLY, {"shopurl": "x"}, by="user:ada", key="k1")


def test_a_missing_value_is_told_before_anything_is_stored(house: House) -> None:
    playbook = a_playbook(variables=(Variable("shop_url", required=True),))
    apply(house, a_schedule(plan=a_plan(playbooks=(playbook,))))

    with pytest.raises(UsageError, match="needs the variable 'shop_url', which has no value"):
        start.request(house, NIGHTLY, {}, by="user:ada", key="k1")

    with house.ledger.read() as ledger:
        assert ledger.runs.latest() == []


@pytest.mark.parametrize(
    ("branch", "variables", "known"),
    [
        ("feature/pay", {}, "feature/pay"),
        ("refs/heads/feature/pay", {}, "feature/pay"),
        ("", {"head_branch": "fix"}, "fix"),
        ("feature/pay", {"head_branch": "fix"}, "feature/pay"),
        ("main", {}, None),
        ("", {"head_branch": "main"}, None),
    ],
)
def test_a_run_that_a_person_starts_knows_its_branch_unless_that_is_the_target(
    house: House, branch: str, variables: dict[str, str], known: str | None
) -> None:
    run = start.request(house, NIGHTLY, variables, by="user:ada", key="k1", branch=branch)

    assert run.variables.get("head_branch") == known


def test_a_branch_that_git_would_refuse_is_refused_before_a_run_is_stored(house: House) -> None:
    with pytest.raises(UsageError, match="branch 'a b' is no name of a branch"):
        start.request(house, NIGHTLY, {}, by="user:ada", key="k1", branch="a b")
