from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_plan, a_run, a_schedule
from inspect_pipelines.domain.budget import (
    Account,
    Budget,
    accounts,
    is_limited,
    minutes_of,
    month_of,
    typical_minutes,
)
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.trigger import Trigger


def a_trigger(event: str) -> Trigger:
    return Trigger(DefinitionId("on-event"), DEFAULT_ORG, "On event", event, a_plan())


def an_account(used: float) -> Account:
    return Account("organisation 'acme'", Budget(1000), used)


def test_a_schedule_stops_when_the_budget_is_used_up():
    assert an_account(999.9).refuses(a_schedule()) is None
    assert an_account(1000).refuses(a_schedule()) == (
        "the 1000 run-minutes of organisation 'acme' for this month are used up"
    )


def test_what_verifies_a_deploy_has_a_reserve_of_a_tenth():
    after_deploy = a_trigger("deployment.completed")

    assert an_account(1099).refuses(after_deploy) is None
    assert an_account(1100).refuses(after_deploy).endswith("are used up, and so is the reserve for deploys")
    assert an_account(1000).refuses(a_trigger("pull_request.merged")) is not None


def test_months_are_utcs():
    new_york_new_year = datetime(2026, 12, 31, 23, 0, tzinfo=UTC) + timedelta(hours=1)

    assert (month_of(NOW), month_of(new_york_new_year)) == ("2026-11", "2027-01")


def test_a_runs_minutes_are_counted_while_it_runs_and_after():
    run = a_run().claimed("d-1", now=NOW)
    later = NOW + timedelta(seconds=90)

    assert minutes_of(a_run(), later) == 0
    assert minutes_of(run, later) == 1.5
    assert minutes_of(run.concluded(RunStatus.PASSED, "", now=later), later + timedelta(days=1)) == 1.5


def test_a_clock_that_was_set_back_gives_no_minutes_back():
    run = a_run().claimed("d-1", now=NOW)

    assert minutes_of(run, NOW - timedelta(hours=1)) == 0


def test_what_a_run_takes_is_the_95th_percentile():
    assert typical_minutes([]) is None
    assert typical_minutes([3.0]) == 3.0
    assert typical_minutes([float(number) for number in range(20, 0, -1)]) == 19.0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_what_a_run_takes_is_one_of_its_times_and_few_are_over_it(times):
    typical = typical_minutes(times)

    assert typical in times
    assert sum(time > typical for time in times) <= 0.05 * len(times)


def test_a_definition_is_limited_by_its_own_budget_or_by_everybodys():
    own = a_schedule(plan=a_plan(budget_minutes=10))

    assert not is_limited(a_schedule(), None)
    assert is_limited(own, None)
    assert is_limited(a_schedule(), Budget(100))
    used = {own.id: 4.0, DefinitionId("other"): 5.0}
    assert [(one.owner, one.used_minutes) for one in accounts(own, Budget(100), used)] == [
        ("organisation 'default'", 9.0),
        ("'nightly-shop'", 4.0),
    ]
