"""Pause and resume: a definition, or all of them, start nothing by themselves until somebody says so; people still may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.occurrence import LOOK_BACK, occurrences
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.run import RunStatus, cron_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries.definition import find_definition

MOST_SHOWN = 1000  # missed times of a schedule that are looked for


@dataclass(frozen=True, slots=True)
class Resumed:
    pauses: tuple[Pause, ...]  # that were lifted
    missed: Mapping[
        DefinitionId, tuple[datetime, ...]
    ]  # UTC; what did not run meanwhile, and never will by itself
    still: tuple[Pause, ...]  # that go on to hold, of the organisation or of single definitions


def pause(
    house: House, definition_id: DefinitionId | None, *, by: str, reason: str, until: datetime | None
) -> Pause:
    """Hold a definition (None: all of the organisation) back, at once.

    Args:
        house: Ports.
        definition_id: A schedule or trigger.
        by: Who asks, `user:NAME`.
        reason: Why; shown wherever the pause shows.
        until: UTC; None: until somebody resumes it.

    Raises:
        NotFound: There is no such definition.
        Refused: It is paused already.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        if definition_id is not None:
            find_definition(house, ledger, definition_id)
        if held := _own(ledger, house, definition_id, now):
            raise Refused(
                f"{held[0].sentence()}; to change that, resume it first: "
                f"inspect-pipelines schedules resume {definition_id or '--all'}"
            )
        wanted = Pause(
            pause_id=house.clock.new_id(),
            org_id=house.org_id,
            definition_id=definition_id,
            reason=reason,
            by=by,
            since=now,
            until=until,
        )
        ledger.pauses.add(wanted)
        return wanted


def resume(house: House, definition_id: DefinitionId | None, *, by: str) -> Resumed:
    """Let it go on from now on; what was due meanwhile is shown, and never fires late.

    Args:
        house: Ports.
        definition_id: A schedule or trigger; None: what holds for all of the organisation.
        by: Who asks, `user:NAME`.

    Raises:
        NotFound: There is no such definition.
        Refused: It is not paused, or only the organisation as a whole is.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        definitions = ledger.definitions.all()
        if definition_id is not None:
            definitions = [find_definition(house, ledger, definition_id)]
        lifted = _own(ledger, house, definition_id, now)
        if not lifted:
            raise Refused(_not_paused(ledger, house, definition_id, now))
        ledger.pauses.lift(definition_id, now=now, by=by)
        since = min(one.since for one in lifted)
        still = ledger.pauses.listed(now)
        return Resumed(
            lifted,
            {
                one.id: missed
                for one in definitions
                if isinstance(one, Schedule) and one.enabled and (missed := _missed(ledger, one, since, now))
            },
            tuple(
                one
                for one in still
                if definition_id in (None, one.definition_id) or one.definition_id is None
            ),
        )


def _own(
    ledger: LedgerSession, house: House, definition_id: DefinitionId | None, now: datetime
) -> tuple[Pause, ...]:
    """The pauses of exactly this definition, or of the organisation as a whole."""
    held = ledger.pauses.active(definition_id, now)
    return tuple(one for one in held if one.definition_id == definition_id)


def _not_paused(
    ledger: LedgerSession, house: House, definition_id: DefinitionId | None, now: datetime
) -> str:
    if definition_id is None:
        single: Sequence[Pause] = ledger.pauses.listed(now)
        names = ", ".join(sorted({one.definition_id for one in single if one.definition_id}))
        return "the organisation as a whole is not paused" + (
            f"; paused one by one: {names}, which `schedules resume ID` lets go on" if names else ""
        )
    if whole := ledger.pauses.active(definition_id, now):
        return (
            f"{definition_id!r} has no pause of its own: {whole[0].sentence()}; "
            "let all go on with: inspect-pipelines schedules resume --all"
        )
    return f"{definition_id!r} is not paused; look with: inspect-pipelines schedules list"


def _missed(
    ledger: LedgerSession, schedule: Schedule, since: datetime, now: datetime
) -> tuple[datetime, ...]:
    missed: list[datetime] = []
    for at in islice(occurrences(schedule, since), LOOK_BACK):
        if at > now or len(missed) == MOST_SHOWN:
            break
        run = ledger.runs.by_origin(cron_origin(schedule.id, at))
        if run is None or run.status is RunStatus.SKIPPED:
            missed.append(at)
    return tuple(missed)
