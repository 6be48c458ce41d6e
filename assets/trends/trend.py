"""What is told of each day of the history, and how it is computed of a named query's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from inspect_pipelines.domain.concern import FLAKY_RATE

if TYPE_CHECKING:
    import pandas as pd

Numbers = Mapping[str, int | float]
DRAWN_DAYS = 28  # of a chart, the day itself the last


@dataclass(frozen=True, slots=True)
class Trend:
    """One asset.

    Attributes:
        query: A named query of the history with a row a day and whatever else; takes `first` and `last`.
        counts: Numbers that are 0 on a day without rows; the other ones are left out then.
        tally: All numbers, a row a day, of the rows of 28 days.
        drawn: Which of the numbers the chart shows.
        shown: Columns of the day's rows that stand in its table.
        worst: By which of these the table is sorted, the highest first.
        narrow: What of the 28 days' rows may be compared.
        lost: Whose values of the 27 days before are counted where the day has none of them; empty: nobody's.
    """

    name: str
    query: str
    says: str
    counts: tuple[str, ...]
    tally: Callable[[pd.DataFrame], pd.DataFrame]
    drawn: str
    shown: tuple[str, ...]
    worst: str
    unit: str = ""
    limit: float | None = None
    narrow: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows
    lost: str = ""


@dataclass(frozen=True, slots=True)
class DayOfTrend:
    """What one day says, by itself: the same whichever other days are computed with it."""

    numbers: Numbers
    drawn: tuple[tuple[date, float | None], ...]  # 28 days, oldest first
    rows: pd.DataFrame  # the day's own, the worst first


def first_day(day: date) -> date:
    """Of those that a day's chart shows."""
    return day - timedelta(days=DRAWN_DAYS - 1)


def of_day(trend: Trend, frame: pd.DataFrame, day: date) -> DayOfTrend:
    """What the day says.

    Args:
        frame: The query's rows, `day` as dates; of the 28 days to this one at least.
    """
    window = trend.narrow(frame[(frame["day"] >= first_day(day)) & (frame["day"] <= day)])
    every = [first_day(day) + timedelta(days=at) for at in range(DRAWN_DAYS)]
    tally = trend.tally(window).reindex(every)
    tally[[*trend.counts]] = tally[[*trend.counts]].fillna(0).astype(int)
    rows = window[window["day"] == day]
    told: dict[str, int | float] = {
        name: int(value) if name in trend.counts else float(value)
        for name, value in tally.loc[day].items()
        if value == value
    }
    if trend.lost:
        lost = {*window[trend.lost]} - {*rows[trend.lost]}
        told[f"{trend.lost}s_lost"] = len(lost)
    drawn = tuple((at, None if value != value else float(value)) for at, value in tally[trend.drawn].items())
    return DayOfTrend(told, drawn, rows.sort_values(trend.worst, ascending=False, kind="stable"))


def _totals(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return rows.groupby("day")[[*columns]].sum()


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Missing where it would be a share of nothing."""
    return (100 * part / whole.where(whole > 0)).astype(float).round(2)


def _passes(rows: pd.DataFrame) -> pd.DataFrame:
    found = _totals(rows, "runs", "passed", "failed", "needs_review", "errors", "skipped")
    return found.assign(passed_percent=_percent(found["passed"], found["runs"]))


def _flakes(rows: pd.DataFrame) -> pd.DataFrame:
    found = _totals(rows, "compared", "flaky", "flaky_views")
    return found.assign(flaky_percent=_percent(found["flaky"], found["compared"]))


def _drift(rows: pd.DataFrame) -> pd.DataFrame:
    used = _totals(rows, "used_sum", "measured")
    return _totals(rows, "views", "at_risk").assign(
        mean_used_percent=_percent(used["used_sum"], used["measured"]),
        most_used_percent=(100 * rows.groupby("day")["used_most"].max()).astype(float).round(2),
    )


def _of_one_method(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores of different methods do not compare: those of the newest one, and what needed none."""
    methods = rows[rows["score_method"] != "none"]["score_method"]
    return rows if methods.empty else rows[rows["score_method"].isin(["none", methods.iloc[-1]])]


def _routes(rows: pd.DataFrame) -> pd.DataFrame:
    return _totals(rows, "views", "pictures").assign(routes=rows.groupby("day").size())


def _lateness(rows: pd.DataFrame) -> pd.DataFrame:
    of_all = rows[rows["definition_id"].isna()]
    return of_all.set_index("day")[["runs", "median_seconds", "p95_seconds", "latest_seconds"]]


def _messages(rows: pd.DataFrame) -> pd.DataFrame:
    return _totals(rows, "messages", "openings", "not_arrived")


TRENDS = (
    Trend(
        "pass_rate",
        "daily_passes",
        "How many of the day's runs passed; skipped and cancelled ones do not count.",
        ("runs", "passed", "failed", "needs_review", "errors", "skipped"),
        _passes,
        drawn="passed_percent",
        shown=("definition_id", "runs", "passed", "failed", "needs_review", "errors"),
        worst="failed",
        unit="%",
    ),
    Trend(
        "flake_rate",
        "daily_flakes",
        "How often views differed at first and looked as approved at another look.",
        ("compared", "flaky", "flaky_views"),
        _flakes,
        drawn="flaky_percent",
        shown=("definition_id", "compared", "flaky", "flakiest"),
        worst="flaky",
        unit="%",
        limit=100 * FLAKY_RATE,
    ),
    Trend(
        "drift",
        "daily_drift",
        "What passing views used of their tolerance: 100 % is all that a run may differ by.",
        ("views", "at_risk"),
        _drift,
        drawn="most_used_percent",
        shown=("definition_id", "views", "at_risk", "used_most", "farthest"),
        worst="used_most",
        unit="%",
        limit=100.0,
        narrow=_of_one_method,
    ),
    Trend(
        "coverage",
        "daily_routes",
        "Which routes were looked at; lost are those of the 27 days before that were not.",
        ("routes", "views", "pictures"),
        _routes,
        drawn="routes",
        shown=("route", "definitions", "views", "viewports", "pictures"),
        worst="pictures",
        lost="route",
    ),
    Trend(
        "lateness",
        "daily_lateness",
        "How long after its time a run began: 19 of 20 within the 95th percentile.",
        ("runs",),
        _lateness,
        drawn="p95_seconds",
        shown=("definition_id", "runs", "median_seconds", "p95_seconds", "latest_seconds"),
        worst="p95_seconds",
        unit=" s",
    ),
    Trend(
        "alert_volume",
        "daily_messages",
        "How many messages were written for people, by target.",
        ("messages", "openings", "not_arrived"),
        _messages,
        drawn="messages",
        shown=("target", "messages", "openings", "not_arrived"),
        worst="messages",
    ),
)
