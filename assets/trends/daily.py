"""The history as assets: what each day says, a partition a day, so that Dagster's own backfill computes a month anew."""

import warnings
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from assets.markup import cell, table
from assets.tags import MAX_RUNTIME
from assets.trends.chart import chart
from assets.trends.checks import checks_of
from assets.trends.trend import TRENDS, Trend, first_day, of_day
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House

if TYPE_CHECKING:
    import pandas as pd
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

HISTORY = "history"
DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC")  # older than any home
MOST_DAYS = 31  # of a run, so that a month is one
MOST_ROWS = 12  # of a table; the event log keeps one for each day and asset
LONGEST_TEXT = 80  # characters of a cell; a route may be of any length
LONGEST_SECONDS = 1800
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=49), warn_window=timedelta(hours=25))


def trends_of(house: House, naming: Naming) -> list[dg.AssetsDefinition]:
    """The assets of an organisation."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", dg.BetaWarning
        )  # of `backfill_policy`; the version of Dagster is pinned
        return [_asset(house, naming, trend) for trend in TRENDS]


def trends_job_of(house: House, naming: Naming) -> "UnresolvedAssetJobDefinition":
    """The job that computes a day of all of them and then looks whether people should know something."""
    keys = [_key(naming, trend) for trend in TRENDS]
    checks = [each.key for one in checks_of(house, naming.own(HISTORY)) for each in one.check_specs]
    return dg.define_asset_job(
        naming.own(HISTORY),
        selection=dg.AssetSelection.assets(*keys) | dg.AssetSelection.checks(*checks),
        description=f"Once a day: what the history of {naming.org_id!r} says of the day before.",
        executor_def=dg.in_process_executor,
        tags={MAX_RUNTIME: str(LONGEST_SECONDS)},
    )


def _asset(house: House, naming: Naming, trend: Trend) -> dg.AssetsDefinition:
    @dg.asset(
        key=_key(naming, trend),
        group_name=naming.own(HISTORY),
        description=trend.says,
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=MOST_DAYS),
        freshness_policy=FRESH,
    )
    def tell(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        days = [date.fromisoformat(key) for key in context.partition_keys]
        frame = _read(house, trend, days)
        for day in days:
            context.add_asset_metadata(metadata_of(trend, frame, day), partition_key=f"{day}")
        return dg.MaterializeResult()

    return tell


def metadata_of(trend: Trend, frame: "pd.DataFrame", day: date) -> dict[str, dg.MetadataValue]:
    """Numbers, which Dagster plots over the days, a chart of four weeks, the worst of the day, and where to ask on."""
    told = of_day(trend, frame, day)
    numbers: dict[str, dg.MetadataValue] = {
        name: dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.float(value)
        for name, value in told.numbers.items()
    }
    return {
        **numbers,
        "chart": dg.MetadataValue.md(
            chart(f"{trend.drawn.replace('_', ' ')}, 28 days", told.drawn, unit=trend.unit, limit=trend.limit)
        ),
        "worst": dg.MetadataValue.md(_table(trend, told.rows)),
        "ask": dg.MetadataValue.md(
            f"`inspect-pipelines history report {trend.query} first={first_day(day)} last={day}`"
        ),
    }


def _read(house: House, trend: Trend, days: Sequence[date]) -> "pd.DataFrame":
    try:
        found = house.history.frame(
            trend.query, org_id=house.org_id, first=f"{first_day(min(days))}", last=f"{max(days)}"
        )
        return found.assign(day=found["day"].dt.date)
    except InspectError as error:  # a history that cannot be read is no day without runs
        raise dg.Failure(description=str(error), allow_retries=False) from error


def _table(trend: Trend, rows: "pd.DataFrame") -> str:
    named = rows[rows[trend.shown[0]].notna()]
    if named.empty:
        return "nothing that day"
    shown = named.head(MOST_ROWS)[[*trend.shown]]
    cells = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
    told = table([name.replace("_", " ") for name in trend.shown], cells)
    return told if len(named) <= MOST_ROWS else f"{told}\n\nand {len(named) - MOST_ROWS} more"


def _cell(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return cell(text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…")


def _key(naming: Naming, trend: Trend) -> dg.AssetKey:
    return dg.AssetKey([naming.own(HISTORY), trend.name])
