from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from builders import NOW, a_plan, a_run, a_schedule
from houses import a_house, apply
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.definition_change import DefinitionChangeKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.occurrence import jitter
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.usecases.definitions.plan import propose


def a_project(*definitions, org_id: OrgId = DEFAULT_ORG, warnings: tuple[str, ...] = ()) -> Project:
    return Project(tuple(definitions), (), Organization(org_id), warnings, ("schedules.yaml",))


def a_trigger() -> Trigger:
    return Trigger(DefinitionId("deploy"), DEFAULT_ORG, "Deploy", "deployment.completed", a_plan())


def test_a_plan_names_what_is_new_changed_gone_and_equal(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_schedule("gone"), a_schedule("same"), a_schedule("edited"))
    with house.ledger.write() as ledger:
        ledger.runs.request(a_run(1, definition_id="gone"))
        ledger.runs.request(a_run(2, definition_id="gone"))

    proposal = propose(
        house.ledger,
        a_project(a_schedule("new"), a_schedule("same"), a_schedule("edited", name="E")),
        now=NOW,
    )

    assert [(change.kind, change.definition.id, change.runs) for change in proposal.changes] == [
        (DefinitionChangeKind.CREATE, "new", 0),
        (DefinitionChangeKind.CHANGE, "edited", 0),
        (DefinitionChangeKind.DELETE, "gone", 2),
    ]
    assert proposal.unchanged == 1
    assert [change.definition.id for change in proposal.deletions] == ["gone"]


def test_a_plan_changes_nothing(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_schedule("gone"))

    first = propose(house.ledger, a_project(a_schedule("new")), now=NOW)

    assert propose(house.ledger, a_project(a_schedule("new")), now=NOW) == first
    assert not (tmp_path / "compiled").exists()


def test_every_enabled_schedule_has_its_next_five_fire_times_in_utc(tmp_path):
    house = a_house(tmp_path)
    project = a_project(
        a_schedule("on"), replace(a_schedule("off"), enabled=False), a_trigger(), warnings=("w",)
    )

    proposal = propose(house.ledger, project, now=datetime(2027, 3, 12, tzinfo=UTC))

    assert proposal.upcoming == {
        "on": tuple(
            datetime(2027, 3, day, hour, tzinfo=UTC)
            for day, hour in ((12, 7), (13, 7), (14, 7), (15, 6), (16, 6))
        )  # the 14th: 02:00 does not exist in New York, it fires at 03:00
    }
    assert proposal.warnings == ("w",)


def test_another_organisations_definitions_are_none_of_its_business(tmp_path):
    house = a_house(tmp_path)
    apply(house, a_schedule("theirs", org_id=OrgId("acme")))

    assert propose(house.ledger, a_project(), now=NOW).changes == ()


def test_a_plan_shows_only_times_that_the_dates_and_the_calendar_leave(tmp_path):
    christmas = (Days(date(2026, 11, 24), date(2026, 11, 26)),)
    schedule = a_schedule(calendar=christmas, end_on=date(2026, 11, 28), jitter_seconds=30)

    proposal = propose(a_house(tmp_path).ledger, a_project(schedule), now=NOW)

    assert [at.day for at in proposal.upcoming[schedule.id]] == [23, 27, 28]
    assert proposal.jitters[schedule.id] == jitter(schedule)


def test_a_triggers_forecast_is_what_the_last_thirty_days_brought(tmp_path):
    house = a_house(tmp_path)
    trigger = Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", a_plan())
    with house.ledger.write() as ledger:
        for number, days in enumerate((1, 29, 31)):
            at = NOW - timedelta(days=days)
            ledger.runs.request(
                a_run(number, definition_id=trigger.id, origin=f"event:{number}", requested_at=at)
            )

    forecast = propose(house.ledger, a_project(trigger), now=NOW).forecasts[trigger.id]

    assert (forecast.runs, forecast.minutes) == (2.0, None)
