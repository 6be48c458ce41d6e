"""A pause: while it holds, a definition (or a whole organisation) starts nothing by itself; people still may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.run import Run, RunStatus

ERRORS_IN_A_ROW = 3
NOT_A_RUN = ("absence:", "undecided:")  # alarms that stand for a run which never was
BY_ITSELF = "schedule:auto"  # who paused a definition whose runs kept ending as `error`


@dataclass(frozen=True, slots=True)
class Pause:
    pause_id: str
    org_id: OrgId
    definition_id: DefinitionId | None  # None: the whole organisation
    reason: str
    by: str  # `user:NAME`, or BY_ITSELF
    since: datetime  # UTC
    until: datetime | None = None  # UTC; None: until somebody lifts it
    lifted_at: datetime | None = None  # UTC; None: nobody did
    lifted_by: str | None = None

    def holds(self, now: datetime) -> bool:
        return self.since <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        end = self.end
        return end is not None and end <= now

    @property
    def end(self) -> datetime | None:
        """When it ends or ended, UTC; None: it holds until somebody lifts it."""
        ends = [at for at in (self.until, self.lifted_at) if at is not None]
        return min(ends, default=None)

    def lifted(self, *, now: datetime, by: str) -> Pause:
        """This pause, ended before its time."""
        return replace(self, lifted_at=now, lifted_by=by)

    def sentence(self) -> str:
        """Who paused what, why, and until when."""
        what = f"{self.definition_id!r}" if self.definition_id else "the whole organisation"
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{what} is paused{until} by {self.by}: {self.reason}"


def resumed_at(pauses: Sequence[Pause], now: datetime) -> datetime | None:
    """When the last of these pauses ended; None: none has. What was due before is never fired late."""
    return max((pause.end for pause in pauses if pause.end is not None and pause.end <= now), default=None)


def keeps_breaking(latest: Sequence[Run], *, since: datetime | None) -> bool:
    """Whether the last three runs all ended as `error`, of those that really ran and ended after `since`.

    Args:
        latest: Of one definition, newest first, open and skipped ones among them.
        since: When somebody last resumed it; None: nobody did.
    """
    ran = [
        run.status
        for run in latest
        if run.completed_at is not None
        and run.status not in (RunStatus.SKIPPED, RunStatus.CANCELLED)
        and not run.origin.startswith(NOT_A_RUN)
        and (since is None or run.completed_at > since)
    ]
    return ran[:ERRORS_IN_A_ROW] == [RunStatus.ERROR] * ERRORS_IN_A_ROW


def pause_of_broken(
    run: Run, latest: Sequence[Run], pauses: Sequence[Pause], *, at: datetime
) -> Pause | None:
    """The pause of a definition whose last three runs all ended as `error`: ours to mend, and no reason to try on.

    Never because the site fails: that is what we are here to tell.

    Args:
        run: That ended just now.
        latest: The definition's, newest first, this one among them.
        pauses: Every one that the definition ever had, the organisation's included.
    """
    if run.status is not RunStatus.ERROR or any(one.holds(at) for one in pauses):
        return None
    if not keeps_breaking(latest, since=resumed_at(pauses, at)):
        return None
    last = run.reason.partition("\n")[0]
    why = f"its last {ERRORS_IN_A_ROW} runs all ended as 'error', the last one: {last}"
    return Pause(f"auto:{run.id}", run.org_id, run.definition_id, why, BY_ITSELF, since=at)
