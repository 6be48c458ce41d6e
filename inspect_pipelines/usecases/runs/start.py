"""Start runs: the one door. Everything that starts a run comes through `admit`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.asked import asked_by
from inspect_pipelines.domain.branch import HEAD_BRANCH, checked_branch, target_of
from inspect_pipelines.domain.event_data import is_of_data
from inspect_pipelines.domain.ids import DefinitionId, OrgId, RunId
from inspect_pipelines.domain.occurrence import jitter, patience
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.run import (
    OF_EVENTS,
    Admission,
    Door,
    Run,
    RunStatus,
    admission,
    dagster_origin,
    nominal_time,
    request_origin,
    retry_origin,
)
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.selection import WHOLE, Selection, check_selection
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.variable import EVENT_CONTEXT
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.runs.check_admission import refusal
from inspect_pipelines.usecases.runs.check_room import check_room
from inspect_pipelines.usecases.runs.conclude import record_end

DEFAULT_TIMEOUT_MINUTES = 30  # of a run whose definition is gone; it is skipped anyway


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a Dagster run shows at the door."""

    definition_id: DefinitionId
    dagster_run_id: str
    origin: str | None = None  # the tag `ORIGIN_TAG`; None: launched from Dagster's UI or CLI
    parent_dagster_run_id: str | None = None  # set on a Dagster re-execution, which copies all tags
    queued_at: datetime | None = None  # UTC; since when the Dagster run waits; None: it did not


def request(
    house: House,
    definition_id: DefinitionId,
    variables: Mapping[str, str],
    *,
    by: str,
    key: str,
    branch: str = "",
    selection: Selection = WHOLE,
    against: str = "",
) -> Run:
    """Store the wish for a run; the same key finds the same run again.

    Args:
        branch: What is looked at; empty, or the plan's: the target.
        selection: The part of its plan that is to be played.
        against: The address beside which it is looked at; empty: what the plan says.

    Raises:
        NotFound: The organisation has no such definition.
        UsageError: A value is missing or unknown, or the selection names what is not there.
        Unavailable: There is no room for a run.
        Unreadable: What is published is damaged, so that no process could load the definition.
    """
    check_room(house)
    house.publication.read(house.org_id)
    now = house.clock.now()
    with house.ledger.write() as ledger:
        definition = ledger.definitions.find(definition_id)
        if definition is None:
            known = sorted(d.id for d in ledger.definitions.all())
            raise NotFound(
                f"definition {definition_id!r} cannot be run: it is not applied{nearest(definition_id, [*known])} "
                f"(applied: {', '.join(known) or 'none'}); "
                "check the id, or run: inspect-pipelines apply"
            )
        run = _pending(house, definition_id, definition, request_origin(key), by=by, now=now)
        variables = _with_branch(variables, branch, definition)
        run = replace(run, variables=variables, against=against or run.against, selection=selection)
        _refuse_unknown(variables, definition)
        check_selection(definition.plan.playbooks, selection)
        session_requests(run, definition)  # a missing value is told now, not by a run that fails
        return ledger.runs.request(run)


def admit(house: House, ticket: Ticket) -> Admission:
    """Let a Dagster run in, or turn it away; one transaction, safe to repeat and to race.

    The run is found by its origin or made. A pause, a budget that is used up, too long a wait or an open run of the
    definition makes it a `skipped` run with the reason; with `overlap: buffer_one` it waits for that open run instead.
    Else it is claimed and its one deadline is set.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        definition = ledger.definitions.find(ticket.definition_id)
        run = _find_or_request(house, ledger, ticket, definition, now)
        overlap = definition.plan.overlap if definition is not None else Overlap.SKIP
        queued_at = ticket.queued_at or now

        def decide() -> Admission:
            return admission(
                run,
                ticket.dagster_run_id,
                refusal=refusal(ledger, run, definition, queued_at=queued_at, now=now),
                holder=ledger.runs.holder(ticket.definition_id),
                waiting=None if run.is_of_event else _waiting(ledger, run),
                overlap=overlap,
                has_lost=bool(ledger.losses.taken_from([ticket.dagster_run_id])),
                now=now,
            )

        decided = decide()
        is_new = decided.door is Door.ADMITTED and decided.run != run
        if is_new and not ledger.runs.claim(decided.run, allow_overlap=overlap is Overlap.ALLOW):
            decided = decide()  # somebody took the slot since we looked, where writers are not one at a time
        if decided.displaced is not None:
            record_end(ledger, decided.displaced, definition, at=now, kinds=house.kinds)
        if decided.door is Door.BUFFERED:
            ledger.runs.buffer(decided.run)
        if decided.door is Door.SKIPPED:
            record_end(ledger, decided.run, definition, at=now, kinds=house.kinds)
        return decided


def turn_away(house: House, ticket: Ticket) -> Run | None:
    """Skip a run that waits in Dagster's queue for too long, visibly; None: it may go on waiting."""
    now = house.clock.now()
    with house.ledger.write() as ledger:
        definition = ledger.definitions.find(ticket.definition_id)
        if definition is None or ticket.queued_at is None:
            return None
        nominal = nominal_time(ticket.origin or "") or ticket.queued_at
        if now - ticket.queued_at <= patience(definition, nominal):
            return None
        run = _find_or_request(house, ledger, ticket, definition, now)
        if run.status is not RunStatus.PENDING:
            return None
        why = refusal(ledger, run, definition, queued_at=ticket.queued_at, now=now)
        if why is None:
            return None
        skipped = run.skipped(why.reason, why.detail, now=now)
        return (
            skipped
            if record_end(ledger, skipped, definition, at=now, kinds=house.kinds) is not None
            else None
        )


def waiting(house: House) -> list[Run]:
    """Runs that waited for their definition's slot, which is free now: one a definition, oldest first."""
    with house.ledger.read() as ledger:
        first: dict[DefinitionId, Run] = {}
        for run in ledger.runs.buffered():
            if ledger.runs.holder(run.definition_id) is None:
                first.setdefault(run.definition_id, run)
        return list(first.values())


def pause_before(house: House, ticket: Ticket) -> float:
    """Seconds that a schedule's run is to wait for its own place in a crowded minute; 0 when it is late anyway."""
    nominal = nominal_time(ticket.origin or "")
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(ticket.definition_id)
    if nominal is None or not isinstance(definition, Schedule):
        return 0.0
    place = jitter(definition)
    return max(0.0, min(place, nominal + place - house.clock.now()).total_seconds())


def unlaunched(house: House) -> list[Run]:
    """Runs of events that wait for nothing but their launch, oldest first."""
    with house.ledger.read() as ledger:
        return ledger.runs.pending(OF_EVENTS)


def _waiting(ledger: LedgerSession, run: Run) -> Run | None:
    """Another run of the definition that waits for its slot and may be displaced.

    Never one of an event: events join the run that waits (usecases/events/route.py), so that none is lost; those that have
    not enough in common to be one run wait one after the other.
    """
    return next(
        (
            other
            for other in ledger.runs.buffered()
            if other.definition_id == run.definition_id and other.id != run.id and not other.is_of_event
        ),
        None,
    )


def _find_or_request(
    house: House, ledger: LedgerSession, ticket: Ticket, definition: Definition | None, now: datetime
) -> Run:
    if known := ledger.runs.by_dagster_run(ticket.dagster_run_id):
        return known
    origin, by, retry_of = ticket.origin, "schedule", None
    variables: Mapping[str, str] = {}
    selection = WHOLE
    against: str | None = None
    if ticket.parent_dagster_run_id:
        parent = ledger.runs.by_dagster_run(ticket.parent_dagster_run_id)
        origin, by = dagster_origin(ticket.dagster_run_id), "dagster"
        if parent is not None:
            retry_of, variables, selection = parent.id, parent.variables, parent.selection
            against = parent.against
            origin = retry_origin(parent.id, ledger.runs.retries(parent.id) + 1)
    elif origin is None:
        origin, by = dagster_origin(ticket.dagster_run_id), "dagster"
    wanted = _pending(house, ticket.definition_id, definition, origin, by=by, now=now, retry_of=retry_of)
    if against is not None:
        wanted = replace(wanted, against=against)
    return ledger.runs.request(replace(wanted, variables=variables, selection=selection))


def _pending(
    house: House,
    definition_id: DefinitionId,
    definition: Definition | None,
    origin: str,
    *,
    by: str,
    now: datetime,
    retry_of: RunId | None = None,
) -> Run:
    return Run(
        id=RunId(house.clock.new_id()),
        org_id=OrgId(house.org_id),
        origin=origin,
        definition_id=definition_id,
        definition_kind=definition.kind if definition else "schedule",
        nominal_at=nominal_time(origin) or now,
        requested_at=now,
        timeout_minutes=definition.plan.timeout_minutes if definition else DEFAULT_TIMEOUT_MINUTES,
        requested_by=by,
        retry_of=retry_of,
        against=definition.plan.against if definition else "",
    )


def _with_branch(variables: Mapping[str, str], branch: str, definition: Definition) -> dict[str, str]:
    given = dict(variables)
    said = branch or given.pop(HEAD_BRANCH, "")
    if said and (name := checked_branch(said)) != target_of(definition.plan):
        given[HEAD_BRANCH] = name
    return given


def _refuse_unknown(variables: Mapping[str, str], definition: Definition) -> None:
    known = {v.name for playbook in definition.plan.playbooks for v in playbook.variables} | set(
        EVENT_CONTEXT
    )
    if definition.kind == "trigger":
        known |= {name for name in asked_by(definition) if is_of_data(name)}
    for name in variables:
        if name not in known:
            own = sorted(known - set(EVENT_CONTEXT))
            raise UsageError(
                f"{definition.id!r} has no variable {name!r}; it has: {', '.join(own) or 'none'}, and an event's context"
            )
