"""What every ledger keeps of who may start by itself, and when; run over SQLite and a real PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from builders import NOW, a_plan, a_run, a_schedule
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.calendar import Days
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits, Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from resources.ledger import schema, tables

OTHER_ORG = OrgId("acme")
NIGHTLY = DefinitionId("nightly-shop")
HOUR = timedelta(hours=1)


def a_pause(number: int = 1, **changes) -> Pause:
    values = {
        "pause_id": f"pause-{number}",
        "org_id": DEFAULT_ORG,
        "definition_id": NIGHTLY,
        "reason": "the shop moves",
        "by": "user:ada",
        "since": NOW + timedelta(minutes=number),
    }
    return Pause(**(values | changes))


# pauses


def test_a_pause_holds_from_its_beginning_to_its_end(ledger):
    with ledger.write() as session:
        session.pauses.add(a_pause(until=NOW + HOUR))

    with ledger.read() as session:
        assert session.pauses.active(NIGHTLY, NOW) == ()
        assert session.pauses.active(NIGHTLY, NOW + HOUR / 2) == (a_pause(until=NOW + HOUR),)
        assert session.pauses.active(NIGHTLY, NOW + HOUR) == ()


def test_an_organisations_pause_holds_for_each_of_its_definitions_and_no_other(ledger, theirs):
    whole = a_pause(1, definition_id=None)
    with theirs.write() as session:
        session.pauses.add(a_pause(3, org_id=OTHER_ORG))
    with ledger.write() as session:
        session.pauses.add(whole)
        session.pauses.add(a_pause(2))

        assert session.pauses.active(NIGHTLY, NOW + HOUR) == (whole, a_pause(2))
        assert session.pauses.active(DefinitionId("other"), NOW + HOUR) == (whole,)
        assert session.pauses.active(None, NOW + HOUR) == (whole,)
        assert session.pauses.listed(NOW + HOUR) == (whole, a_pause(2))


def test_lifting_ends_the_pauses_of_exactly_that_definition_and_keeps_them(ledger):
    whole, own, over = a_pause(1, definition_id=None), a_pause(2), a_pause(3, until=NOW + HOUR / 2)
    with ledger.write() as session:
        for pause in (whole, own, over):
            session.pauses.add(pause)

        assert session.pauses.lift(NIGHTLY, now=NOW + HOUR, by="user:bob") == 1
        assert session.pauses.lift(NIGHTLY, now=NOW + HOUR, by="user:bob") == 0

    with ledger.read() as session:
        assert session.pauses.active(NIGHTLY, NOW + HOUR) == (whole,)
        lifted = own.lifted(now=NOW + HOUR, by="user:bob")
        assert session.pauses.of(NIGHTLY) == (whole, lifted, over)
    with ledger.write() as session:
        assert session.pauses.lift(None, now=NOW + HOUR, by="user:bob") == 1


def test_the_same_pause_twice_is_one_and_told_once(ledger):
    with ledger.write() as session:
        session.pauses.add(a_pause())
        session.pauses.add(replace(a_pause(), reason="another"))

    with ledger.read() as session:
        assert session.pauses.listed(NOW + HOUR) == (a_pause(),)
        assert [action for _, _, action, _, _ in session.audit.latest()] == ["definition.paused"]


# organisations


def naming(ledgers, org_id: OrgId) -> Naming:
    with ledgers.of(org_id).read() as session:
        return session.organizations.naming()


def test_an_organisation_comes_back_as_it_was_applied(ledger, theirs):
    organization = Organization(
        OTHER_ORG,
        name="Acme",
        allowed_hosts=("*.acme.example",),
        limits=Limits(organization=9, target_host=3),
        budget=Budget(1000),
        budget_rule=NotifyRule(RuleEvent.ON_BUDGET, ("slack:#qa",)),
        maintenance=(Maintenance("moving", start=NOW, end=NOW + HOUR, definitions=("shop-*",)),),
    )
    with theirs.write() as session:
        assert session.organizations.find() == Organization(OTHER_ORG)
        assert session.organizations.applied_at() is None
        session.organizations.save(organization, at=NOW)
        session.organizations.save(organization, at=NOW + HOUR)

    with theirs.read() as session:
        assert session.organizations.find() == organization
        assert session.organizations.applied_at() == NOW + HOUR
    with ledger.read() as session:
        assert session.organizations.find() == Organization(DEFAULT_ORG)  # known, never applied


def test_the_first_organisation_that_is_applied_is_the_first_for_ever(ledgers):
    acme, beta = OrgId("acme"), OrgId("beta")
    assert naming(ledgers, beta) == Naming(beta), "nobody is first yet"

    for org_id in (acme, beta, acme):
        with ledgers.of(org_id).write() as session:
            session.organizations.save(Organization(org_id), at=NOW)

    assert naming(ledgers, acme) == Naming(acme, is_first=True)
    assert naming(ledgers, beta) == Naming(beta, is_first=False)
    assert naming(ledgers, OrgId("new")) == Naming(OrgId("new"), is_first=False)


def test_in_a_home_of_before_the_organisation_that_was_applied_last_keeps_its_names(unmade_ledgers):
    """Until 0005 a home worked for the organisation that was applied last, and its names were plain."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with unmade_ledgers().database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for number, name in enumerate(("old", "now", "older")):
            connection.execute(
                sa.text("INSERT INTO organizations (id, name, applied_at) VALUES (:id, '', :at)").bindparams(
                    sa.bindparam("at", type_=tables.UtcTime())
                ),
                {"id": name, "at": NOW + (HOUR if name == "now" else number * -HOUR)},
            )

    assert naming(unmade_ledgers(), OrgId("now")).is_first
    assert not naming(unmade_ledgers(), OrgId("old")).is_first


# effective since


def since(ledger, *edits) -> datetime | None:
    with ledger.write() as session:
        for hours, schedule in enumerate(edits):
            session.definitions.save(schedule, by="user:ada", at=NOW + hours * HOUR)
    with ledger.read() as session:
        return session.definitions.effective_since(NIGHTLY)


def test_an_edit_that_moves_no_fire_time_keeps_what_is_due(ledger):
    assert since(ledger, a_schedule(), a_schedule(name="New"), a_schedule(plan=a_plan(branch="x"))) == NOW


def test_an_edit_of_cron_zone_switch_dates_or_calendar_ends_what_was_due(ledger):
    christmas = (Days(date(2026, 12, 24), date(2026, 12, 26)),)
    edits = [
        a_schedule(),
        a_schedule(cron="0 3 * * *"),
        a_schedule(cron="0 3 * * *", timezone="UTC"),
        a_schedule(cron="0 3 * * *", timezone="UTC", enabled=False),
        a_schedule(cron="0 3 * * *", timezone="UTC"),
        a_schedule(cron="0 3 * * *", timezone="UTC", end_on=date(2027, 1, 1)),
        a_schedule(cron="0 3 * * *", timezone="UTC", calendar=christmas),
    ]
    for count in range(1, len(edits) + 1):
        assert since(ledger, *edits[:count]) == NOW + (count - 1) * HOUR
        with ledger.write() as session:
            session.definitions.delete(NIGHTLY, by="user:ada", at=NOW)


def test_a_definition_that_is_gone_is_effective_since_never(ledger):
    with ledger.read() as session:
        assert session.definitions.effective_since(NIGHTLY) is None


def test_an_older_ledger_takes_the_last_change_as_since_when_it_holds(unmade_ledgers):
    """0001 knew no `effective_since`; were it empty, an upgrade would fire what was due years ago."""
    ledgers = unmade_ledgers()
    with ledgers.database.write() as connection:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            sa.text(
                "INSERT INTO definitions (org_id, id, kind, name, config, enabled, created_at, updated_at, created_by)"
                " VALUES ('default', 'nightly-shop', 'schedule', 'N', '{}', true, :at, :at, 'user:ada')"
            ).bindparams(sa.bindparam("at", type_=tables.UtcTime())),
            {"at": NOW},
        )

    with unmade_ledgers().of(DEFAULT_ORG).read() as session:
        assert session.definitions.effective_since(NIGHTLY) == NOW


# runs that wait


def test_a_run_that_waits_is_found_until_it_is_claimed(ledger):
    with ledger.write() as session:
        for number in (1, 2):
            session.runs.request(a_run(number))
        waits = a_run(2).buffered(now=NOW)

        assert session.runs.buffered() == []
        assert session.runs.buffer(waits)
        assert session.runs.buffered() == [waits]

        assert session.runs.claim(waits.claimed("dagster-2", now=NOW))
        assert session.runs.buffered() == []
        assert session.runs.find(waits.id).buffered_at == NOW


def test_a_run_that_has_ended_does_not_wait(ledger):
    with ledger.write() as session:
        session.runs.request(a_run())
        session.runs.conclude(a_run().concluded(RunStatus.CANCELLED, "", now=NOW))

        assert not session.runs.buffer(a_run().buffered(now=NOW))


# usage and notices


def test_minutes_add_up_by_definition_and_month(ledger, theirs):
    with theirs.write() as session:
        session.usage.add(NIGHTLY, "2026-11", 16.0)
    with ledger.write() as session:
        session.usage.add(NIGHTLY, "2026-11", 1.5)
        session.usage.add(NIGHTLY, "2026-11", 2.0)
        session.usage.add(NIGHTLY, "2026-12", 4.0)
        session.usage.add(DefinitionId("other"), "2026-11", 8.0)

    with ledger.read() as session:
        assert session.usage.of("2026-11") == {"nightly-shop": 3.5, "other": 8.0}
        assert session.usage.of("2027-01") == {}


def test_what_was_told_once_is_told_of_each_organisation_for_itself(ledger, theirs):
    with ledger.write() as session:
        session.notices.give(("queue:07", "budget:50"), at=NOW)
        session.notices.give(("queue:07",), at=datetime(2026, 12, 1, tzinfo=UTC))

    with ledger.read() as session:
        asked = ("queue:07", "queue:08")
        assert session.notices.given(asked) == {"queue:07"}
        assert session.notices.given(()) == frozenset()
    with theirs.read() as session:
        assert session.notices.given(asked) == frozenset()


def test_one_of_eight_threads_that_would_tell_the_same_does(ledger):
    def tell(_: int) -> bool:
        with ledger.write() as session:
            is_first = not session.notices.given(("queue:07",))
            session.notices.give(("queue:07",), at=NOW)
        return is_first

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tell, range(8)))

    assert answers.count(True) == 1
