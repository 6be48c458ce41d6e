from __future__ import annotations

from datetime import date

import pytest

from builders import NOW, a_plan, a_schedule
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.forecast import Forecast, forecast, overruns
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.trigger import Trigger

ON_MERGE = Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", a_plan())


def guessed(definition, minutes=(2.0,), last_month_runs=0) -> Forecast:
    return forecast(definition, now=NOW, last_minutes=minutes, last_month_runs=last_month_runs)


@pytest.mark.parametrize(
    ("cron", "runs"), [("0 2 * * *", 30), ("0 * * * *", 720), ("*/5 * * * *", 8640), ("0 2 1 * *", 1)]
)
def test_a_schedules_runs_are_its_fire_times_of_thirty_days(cron, runs):
    assert guessed(a_schedule(cron=cron, timezone="UTC")).runs == pytest.approx(runs, rel=0.01)


def test_dates_and_switches_count():
    assert guessed(a_schedule(end_on=date(2026, 11, 24))).runs == 2
    assert guessed(a_schedule(enabled=False)).runs == 0


def test_what_events_bring_is_guessed_from_the_last_thirty_days():
    assert guessed(ON_MERGE, last_month_runs=12) == Forecast(12.0, 2.0)


def test_a_definition_that_never_ran_has_no_forecast_of_minutes():
    assert guessed(a_schedule(), minutes=()).minutes is None
    assert guessed(a_schedule()).minutes == 60.0


def test_every_budget_that_would_be_overrun_is_named():
    nightly = a_schedule(plan=a_plan(budget_minutes=59))
    new = a_schedule("new", plan=a_plan(budget_minutes=1))
    forecasts = {nightly.id: Forecast(30, 2.0), ON_MERGE.id: Forecast(10, 4.5), new.id: Forecast(30, None)}
    definitions = [nightly, ON_MERGE, new]

    assert overruns(Organization(DEFAULT_ORG, budget=Budget(104)), definitions, forecasts) == (
        "organisation 'default' will take about 105 run-minutes a month, and its budget is 104",
        "'nightly-shop' will take about 60 run-minutes a month, and its budget is 59",
    )
    assert overruns(Organization(DEFAULT_ORG), definitions, forecasts)[0].startswith("'nightly-shop'")
    assert overruns(Organization(DEFAULT_ORG, budget=Budget(105)), [ON_MERGE], forecasts) == ()
