"""Flakiness: on which rung a view or a playbook stands, by what its runs showed since its picture was approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.any_of import hashes
from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.screenshot import View

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
LEAST_RUNS = 5  # of a week; fewer say less than the month does
BROKEN = 0.9  # share of runs that fail
EPISODES = 2  # times that it began to fail: once is a defect that was found and mended
AT_RISK = 0.7  # of the budget that the worst run used
LEAST_USED = 0.05  # of the budget; below is what other machines draw
NOISY = 0.1  # share of runs that use any of it


class Rung(StrEnum):
    """The worst first."""

    BROKEN = "broken"  # nine of ten runs fail: a defect that nobody mends, or a baseline that nobody updates
    UNSTABLE = "unstable"  # it fails and passes in turns
    AT_RISK = "at_risk"  # it passes, and its worst run nearly did not
    NOISY = "noisy"  # it passes, and seldom looks exactly as approved
    CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one run that passed or failed showed of a view, or of all views and steps of a playbook.

    Attributes:
        approved: The picture that it was compared with; None: there is none, as of a playbook.
        is_restless: It differed at first, and passed at another look.
        used: Of one run's budget, 0.0 .. 1.0 where it passed.
    """

    at: datetime  # UTC
    passed: bool
    is_restless: bool = False
    used: float = 0.0
    approved: Sha256 | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What a span of days showed."""

    days: int
    runs: int
    failed: int
    restless: int
    worst_used: float  # of the runs that passed

    @property
    def rate(self) -> float:
        """Share of runs that failed or were restless, 0.0 .. 1.0; 0.0 where nothing ran."""
        return (self.failed + self.restless) / self.runs if self.runs else 0.0


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Where something stands.

    Attributes:
        name: A view, or a playbook's id.
        era_since: The first of the looked at runs that was compared with today's approved picture; None: nothing ran.
        headroom: What the worst run of the month left of its budget, 0.0 .. 1.0; 0.0 where one failed.
    """

    name: str
    rung: Rung
    week: Window
    month: Window
    headroom: float
    era_since: datetime | None


def steadiness(name: str, sights: Iterable[Sight], *, now: datetime) -> Steadiness:
    """The rung of one view or playbook, over the last 30 days of today's approved picture.

    A week in which nearly every run fails is broken whatever was before; the other rungs take the month, since what happens
    once in ten nights is not seen in seven. What failed once, for however long, and was mended is no flakiness.

    Args:
        sights: In any order.
    """
    era = _era(sorted((one for one in sights if one.at <= now), key=lambda one: one.at))
    month = [one for one in era if one.at > now - MONTH]
    week = [one for one in month if one.at > now - WEEK]
    windows = _window(7, week), _window(30, month)
    rung = _rung(month, *windows)
    is_failing = bool(windows[1].failed)
    headroom = 0.0 if is_failing else max(1.0 - windows[1].worst_used, 0.0)
    return Steadiness(name, rung, *windows, headroom, era[0].at if era else None)


def steadiness_of_views(by_view: Mapping[View, Sequence[Sight]], *, now: datetime) -> tuple[Steadiness, ...]:
    """Those of all views, the worst rung first, then by how often they fail."""
    found = [steadiness(str(view), sights, now=now) for view, sights in by_view.items()]
    order = list(Rung)
    return tuple(
        sorted(found, key=lambda one: (order.index(one.rung), -one.month.rate, one.headroom, one.name))
    )


def of_todays_pictures(
    by_view: Mapping[View, Sequence[Sight]], active: Baseline | None
) -> Mapping[View, Sequence[Sight]]:
    """The sights of views with several approved pictures as of one: which of them a night shows begins no era, approving one does."""
    images = active.images if active else {}
    return {
        view: _as_of_one(images[view], sights) if view in images and images[view].variants else sights
        for view, sights in by_view.items()
    }


def _as_of_one(image: BaselineImage, sights: Sequence[Sight]) -> Sequence[Sight]:
    newest, known = max(one.at for one in image.variants), hashes(image)
    return [
        replace(one, approved=image.sha256) if one.approved in known else one
        for one in sights
        if one.at >= newest
    ]


def _era(sights: Sequence[Sight]) -> Sequence[Sight]:
    """Those since the approved picture became today's."""
    for at in range(len(sights) - 1, 0, -1):
        if sights[at - 1].approved != sights[at].approved:
            return sights[at:]
    return sights


def _window(days: int, sights: Sequence[Sight]) -> Window:
    return Window(
        days,
        len(sights),
        sum(not one.passed for one in sights),
        sum(one.passed and one.is_restless for one in sights),
        max((one.used for one in sights if one.passed), default=0.0),
    )


def _rung(sights: Sequence[Sight], week: Window, month: Window) -> Rung:
    lately = week if week.runs >= LEAST_RUNS else month
    if lately.runs and lately.failed >= BROKEN * lately.runs:
        return Rung.BROKEN
    began = sum(not one.passed and (not at or sights[at - 1].passed) for at, one in enumerate(sights))
    if began + month.restless >= EPISODES:
        return Rung.UNSTABLE
    if month.worst_used >= AT_RISK:
        return Rung.AT_RISK
    used = sum(one.passed and one.used >= LEAST_USED for one in sights)
    return Rung.NOISY if used and used >= NOISY * month.runs else Rung.CLEAN
