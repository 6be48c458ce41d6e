"""Rehearse: what an event would start, with which variables, and why not; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from inspect_pipelines.config.pattern import found as search
from inspect_pipelines.domain.asked import Unknown, asked_by
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.debounce import key_of
from inspect_pipelines.domain.event import Delivery, Event, EventStatus, SourceKind
from inspect_pipelines.domain.ids import EventId, SourceId
from inspect_pipelines.domain.match import NOT_KNOWN, Fit, match
from inspect_pipelines.domain.source import Source
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.rehearsal import RehearsalSummary, RehearsedEvent
from inspect_pipelines.usecases.events.normalise import gated, normalise
from inspect_pipelines.usecases.events.route import hindrance, triggers_of
from inspect_pipelines.usecases.runs.check_admission import not_now

CLOSED = (EventStatus.IGNORED, EventStatus.UNREADABLE)  # no trigger is asked about such an event


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a trigger would do."""

    trigger: Trigger
    answer: Fit
    reason: str
    variables: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""  # the run or batch that would take the event in; empty: a run of its own
    is_told: bool = False  # whether people would hear of the no
    skipped: str = ""  # why its run would be skipped at the door; empty: it would not be

    def sentence(self) -> str:
        if self.answer is Fit.UNKNOWN:
            if self.reason == NOT_KNOWN[Unknown.PATHS]:
                return "would ask for the changed paths first; try some with --path"
            return f"would ask the code host first: {self.reason}"
        if self.answer is Fit.NO:
            return (
                f"would start no run and tell people: {self.reason}" if self.is_told else f"no: {self.reason}"
            )
        if self.skipped:
            return f"would start a run, which is skipped: {self.skipped}"
        if self.joins:
            return f"would join {self.joins} ({self.reason})"
        quiet = self.trigger.debounce.wait.total_seconds()
        after = f" after {quiet:g} s of quiet" if quiet else ""
        return f"would start a run{after} ({self.reason})"


def rehearse(
    house: House,
    event: Event,
    *,
    triggers: Sequence[Trigger] | None = None,
    paths: Sequence[str] | None = None,
) -> list[Rehearsal]:
    """What each trigger that names the event's kind would do.

    Args:
        triggers: Those that are asked, whatever their kind; None: all that name it.
        paths: Changed paths to suppose; None: the event's own.
    """
    if paths is not None:
        event = replace(event, paths=tuple(paths))
    found = []
    with house.ledger.read() as ledger:
        source = next((one for one in ledger.organizations.find().sources if one.id == event.source_id), None)
        if event.status not in CLOSED and source is not None:
            event = gated(replace(event, status=EventStatus.RECEIVED), source)
        asked = triggers
        if asked is None:
            asked = [one for one in triggers_of(ledger) if one.event == event.type]
        for trigger in asked:
            if event.status in CLOSED:
                found.append(
                    Rehearsal(trigger, Fit.NO, f"the event is {event.status.value}: {event.problem}")
                )
                continue
            answer = match(event, trigger, search=search)
            if answer.answer is not Fit.YES:
                found.append(Rehearsal(trigger, answer.answer, answer.reason))
                continue
            context = context_of(
                event, trigger.plan.allowed_hosts, asked_by(trigger), planned=trigger.plan.branch
            )
            if why := hindrance(trigger, context):
                found.append(Rehearsal(trigger, Fit.NO, why, context.variables(), is_told=True))
                continue
            batch = ledger.batches.waiting(trigger.id, key_of(event, trigger.debounce))
            joins = "" if batch is None else f"run {batch.run_id}" if batch.run_id else f"batch {batch.id}"
            skipped = not_now(ledger, trigger, house.clock.now()) or ""
            found.append(
                Rehearsal(trigger, Fit.YES, answer.reason, context.variables(), joins, skipped=skipped)
            )
    return found


def rehearse_event(
    house: House, event: Event, *, triggers: Sequence[Trigger] | None, paths: Sequence[str] | None
) -> RehearsedEvent:
    """The same in the shape that everybody is shown."""
    found = rehearse(house, event, triggers=triggers, paths=paths)
    shown = (
        RehearsalSummary(one.trigger.id, one.answer, one.reason, one.variables, one.sentence())
        for one in found
    )
    return RehearsedEvent(event.type, event.repo, event.problem, tuple(shown))


def event_of(house: House, body: bytes, *, kind: str, source_id: str | None) -> Event:
    """The event that a body would become.

    Args:
        kind: GitHub's `X-GitHub-Event`; empty for the other kinds of sources.
        source_id: The source it would come from; None: the only one there is.

    Raises:
        NotFound: There is no such source.
        UsageError: Several sources, or a kind that is missing.
    """
    source = _source(house, source_id)
    if source.kind is SourceKind.GITHUB and not kind:
        raise UsageError(
            "a payload of GitHub says not what it is; name it with --kind pull_request, or in a form as its X-GitHub-Event"
        )
    delivery = Delivery(
        id=EventId(house.clock.new_id()),
        org_id=house.org_id,
        source_id=source.id,
        source_kind=source.kind,
        source_delivery_id="rehearsal",
        kind=kind,
        body=body,
        received_at=house.clock.now(),
    )
    return normalise(delivery, source)


def _source(house: House, source_id: str | None) -> Source:
    with house.ledger.read() as ledger:
        sources = {one.id: one for one in ledger.organizations.find().sources}
    if source_id is not None and SourceId(source_id) in sources:
        return sources[SourceId(source_id)]
    known = ", ".join(sorted(sources)) or "none"
    if source_id is None and len(sources) == 1:
        return next(iter(sources.values()))
    if source_id is None and sources:
        raise UsageError(f"the payload may come from several sources ({known}); name one with --source")
    raise NotFound(
        f"source {source_id or ''!r} is not in organization.yaml (it has: {known}); add it and apply"
    )
