"""`alerts:` of organization.yaml, and what a definition says of its own incidents, as they are written."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from inspect_pipelines.config.document import DURATION, SECONDS, Document
from inspect_pipelines.domain.alerting import Alerting, Overrides

MOST_MINUTES = 30 * 24 * 60
DAY = 24 * 60


def _minutes(value: object) -> object:
    """`5m`, `12h` or `7d` in minutes; 0 and `never` switch it off."""
    if value == "never" or (value == 0 and value is not False):
        return 0
    if isinstance(value, str):
        if value.endswith("d") and value[:-1].isdecimal():
            return int(value[:-1]) * DAY
        match = DURATION.fullmatch(value)
        minutes = float(match.group(1)) * SECONDS[match.group(2)] / 60 if match else 0.0
        if minutes < 1 or minutes != int(minutes):
            raise ValueError(f"{value!r} is not a span of whole minutes; write '5m', '12h', '7d' or 'never'")
        return int(minutes)
    raise ValueError(f"{value!r} has no unit; write '5m', '12h', '7d' or 'never'")


def _sensible(minutes: int) -> int:
    if minutes > MOST_MINUTES:
        raise ValueError(f"{minutes // DAY} days is more than 30")
    return minutes


def _span(minutes: int) -> str:
    if not minutes:
        return "never"
    if minutes % DAY == 0:
        return f"{minutes // DAY}d"
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


Minutes = Annotated[
    int,
    BeforeValidator(_minutes, json_schema_input_type=str | int),
    AfterValidator(_sensible),
    PlainSerializer(_span, when_used="json"),  # what is written is read again
]


class FlapDocument(Document):
    changes: Annotated[int, Field(ge=3, le=100)] = 4
    minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] = 12 * 60


class OwnAlertsDocument(Document):
    """What a definition may say, beside its rules."""

    repeat_every: Minutes | None = None
    alert_after: Annotated[int, Field(ge=1, le=100)] | None = None
    flap: FlapDocument | None = None


class AlertsDocument(OwnAlertsDocument):
    group_window: Minutes | None = None


def overrides(written: OwnAlertsDocument) -> Overrides:
    """The domain's; what is not written stays as the organisation says."""
    return Overrides(
        repeat_every_minutes=written.repeat_every,
        alert_after=written.alert_after,
        flap_changes=written.flap.changes if written.flap else None,
        flap_minutes=written.flap.minutes if written.flap else None,
    )


def alerting(written: AlertsDocument) -> Alerting:
    """The organisation's, with the defaults of the domain."""
    found = Alerting().overridden(overrides(written))
    if written.group_window is None:
        return found
    return replace(found, group_window_minutes=written.group_window)
