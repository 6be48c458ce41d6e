"""Definitions: schedules and triggers with what holds them, when they fire and how they ended last."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.debounce import Batch
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.revision import ManagedBy, Standing
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition, Supersede, Trigger
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definition import find_trigger
from inspect_pipelines.queries.events import DecisionSummary, decided
from inspect_pipelines.queries.json_shape import FLAT
from inspect_pipelines.queries.runs import RunSummary, summaries
from inspect_pipelines.queries.upcoming import next_to_run

LAST_RUNS = 10


@dataclass(frozen=True, slots=True)
class PauseNote:
    by: str
    reason: str
    since: datetime  # UTC
    until: datetime | None  # UTC; None: until somebody resumes it


@dataclass(frozen=True, slots=True)
class DefinitionSummary:
    """What schedules and triggers have in common."""

    id: DefinitionId
    kind: str  # schedule | trigger
    name: str
    enabled: bool
    next_fire_at: datetime | None  # UTC; the cron's next time, whatever keeps it back; None: it has none
    next_at: datetime | None  # UTC; the next time at which it will run; None: none is in sight
    not_before: datetime | None  # UTC; how far was looked for one in vain; None: it is known, or never
    paused: PauseNote | None  # the pause that holds now, the oldest of several
    last_run: RunSummary | None  # None: it never ran
    managed_by: ManagedBy
    place: str | None  # in its file, `schedules.yaml:14`; None: the API made it, or an older `apply`
    revision: int  # its ETag's number; 0: it was applied before there were revisions
    tags: tuple[str, ...]
    owner: str  # empty: nobody is named


@dataclass(frozen=True, slots=True)
class ScheduleSummary:
    summary: DefinitionSummary = field(metadata=FLAT)
    cron: str
    timezone: str
    last_runs: tuple[RunSummary, ...]  # newest first
    is_stopped: bool | None = None  # its switch in Dagster's UI is off; None: there is no Dagster to ask


@dataclass(frozen=True, slots=True)
class ScheduleDossier:
    summary: ScheduleSummary = field(metadata=FLAT)
    definition: (
        Mapping[str, Any] | None
    )  # as an entry of schedules.yaml, which PUT takes; None: applied before it was kept


@dataclass(frozen=True, slots=True)
class TriggerSummary:
    summary: DefinitionSummary = field(metadata=FLAT)
    event: str
    repo: str | None
    conditions: tuple[str, ...]  # what it asks of its event, one short text each
    last_runs: tuple[RunSummary, ...]


@dataclass(frozen=True, slots=True)
class BatchNote:
    """Events that wait for the end of their quiet period."""

    id: str
    key: str
    events: int
    due_at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class TriggerDossier:
    summary: TriggerSummary = field(metadata=FLAT)
    decisions: tuple[DecisionSummary, ...]  # newest first
    batches: tuple[BatchNote, ...]
    definition: Mapping[str, Any] | None  # as of a schedule


def list_schedules(
    house: House, ticker: Ticker | None = None, *, last: int = LAST_RUNS
) -> list[ScheduleSummary]:
    """Every schedule, by its id; seven statements however many there are.

    Args:
        house: Ports.
        ticker: Asked which are stopped; None: there is none.
        last: How many runs of each, at most.
    """
    shown = [_schedule(seen) for seen in _seen(house, last) if isinstance(seen.definition, Schedule)]
    if ticker is None or not shown:
        return shown
    with house.ledger.read() as ledger:
        naming = ledger.organizations.naming()
    state = ticker.look(naming, [one.summary.id for one in shown], [])
    return shown if state is None else [_told(one, one.summary.id in state.stopped) for one in shown]


def list_triggers(house: House, *, last: int = LAST_RUNS) -> list[TriggerSummary]:
    """Every trigger, by its id, with so many of its runs at most."""
    return [_trigger(seen) for seen in _seen(house, last) if isinstance(seen.definition, Trigger)]


def list_by_kind(house: House, *, last: int) -> tuple[list[ScheduleSummary], list[TriggerSummary]]:
    """Both lists, read once."""
    seen = _seen(house, last)
    return (
        [_schedule(one) for one in seen if isinstance(one.definition, Schedule)],
        [_trigger(one) for one in seen if isinstance(one.definition, Trigger)],
    )


def definition_names(house: House) -> dict[DefinitionId, str]:
    """How each is called; it asks for no times, which take a millisecond a schedule."""
    with house.ledger.read() as ledger:
        return {one.id: one.name for one in ledger.definitions.all()}


def applied_definitions(house: House) -> dict[DefinitionId, Definition]:
    """Each as it is applied, by its id."""
    with house.ledger.read() as ledger:
        return {one.id: one for one in ledger.definitions.all()}


def list_definitions(house: House) -> list[DefinitionSummary]:
    """Every schedule and trigger, by its id."""
    return [_summary(seen) for seen in _seen(house, 1)]


def schedule_with(house: House, schedule_id: str, ticker: Ticker | None = None) -> ScheduleSummary | None:
    """The schedule of exactly that id."""
    return next((one for one in list_schedules(house, ticker) if one.summary.id == schedule_id), None)


def show_schedule(house: House, schedule_id: str) -> ScheduleDossier | None:
    """The schedule of exactly that id, and what it was written as."""
    seen = next(
        (
            one
            for one in _seen(house, LAST_RUNS)
            if isinstance(one.definition, Schedule) and one.definition.id == schedule_id
        ),
        None,
    )
    return None if seen is None else ScheduleDossier(_schedule(seen), _document(seen.standing))


def trigger_with(house: House, trigger_id: str) -> TriggerDossier | None:
    """The trigger of exactly that id, as `show_trigger` shows it."""
    try:
        return show_trigger(house, trigger_id)
    except NotFound:
        return None


def show_trigger(house: House, trigger_id: str) -> TriggerDossier:
    """A trigger and what came of the last events of its kind; raises as `find_trigger`."""
    trigger = find_trigger(house, trigger_id)
    (seen,) = [one for one in _seen(house, LAST_RUNS) if one.definition.id == trigger.id]
    with house.ledger.read() as ledger:
        decisions = ledger.answers.latest(trigger.id)
        gathering = [one for one in ledger.batches.open() if one.trigger_id == trigger.id]
    return TriggerDossier(
        _trigger(seen),
        tuple(decided(one) for one in decisions),
        tuple(_batch(one) for one in gathering),
        _document(seen.standing),
    )


def conditions(trigger: Trigger) -> list[str]:
    """What a trigger asks of its event, one short text each."""
    lists = {"branches": trigger.branches, "paths": trigger.paths, "labels": trigger.labels}
    found = [f"{name} {', '.join(globs)}" for name, globs in lists.items() if globs]
    if trigger.environment:
        found.append(f"environment {trigger.environment}")
    if trigger.authors.include:
        found.append(f"authors {', '.join(trigger.authors.include)}")
    if trigger.authors.exclude:
        found.append(f"not by {', '.join(trigger.authors.exclude)}")
    if trigger.source:
        found.append(f"source {trigger.source}")
    found += [f"{one.path} {one.operator.value} {json.dumps(one.operand)}" for one in trigger.conditions]
    if trigger.debounce.wait:
        quiet, most = trigger.debounce.wait.total_seconds(), trigger.debounce.max_wait.total_seconds()
        found.append(f"after {quiet:g} s of quiet, {most:g} s at most")
    if trigger.delay:
        found.append(f"starts {trigger.delay.total_seconds():g} s after it")
    if trigger.supersede is Supersede.CANCEL:
        found.append("cancels the run of an older event")
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """A definition, with what the ledger holds about it."""

    definition: Definition
    last: tuple[RunSummary, ...]
    held: tuple[Pause, ...]
    windows: Sequence[Maintenance]
    standing: Standing
    now: datetime


def _seen(house: House, runs: int) -> list[_Seen]:
    now = house.clock.now()
    with house.ledger.read() as ledger:
        definitions = ledger.definitions.all()
        standing = ledger.revisions.standing()
        pauses = ledger.pauses.listed(now)
        windows = ledger.organizations.find().maintenance
        last = ledger.runs.last_of_each(runs)
        shown: Mapping[RunId, RunSummary] = {
            run.id: run for run in summaries(house, ledger, [run for found in last.values() for run in found])
        }
    return [
        _Seen(
            one,
            tuple(shown[run.id] for run in last.get(one.id, ())),
            tuple(pause for pause in pauses if pause.definition_id in (None, one.id)),
            windows,
            standing[one.id],
            now,
        )
        for one in sorted(definitions, key=lambda one: one.id)
    ]


def _schedule(seen: _Seen) -> ScheduleSummary:
    assert isinstance(seen.definition, Schedule)
    return ScheduleSummary(_summary(seen), seen.definition.cron, seen.definition.timezone, seen.last)


def _told(one: ScheduleSummary, is_stopped: bool) -> ScheduleSummary:
    summary = replace(one.summary, next_at=None) if is_stopped else one.summary
    return replace(one, summary=summary, is_stopped=is_stopped)


def _trigger(seen: _Seen) -> TriggerSummary:
    trigger = seen.definition
    assert isinstance(trigger, Trigger)
    return TriggerSummary(_summary(seen), trigger.event, trigger.repo, tuple(conditions(trigger)), seen.last)


def _summary(seen: _Seen) -> DefinitionSummary:
    one, fires_at, runs_at, not_before = seen.definition, None, None, None
    if isinstance(one, Schedule) and one.enabled:
        fires_at = Cron(one.cron, one.timezone).next_after(seen.now)
        runs_at, not_before = next_to_run(one, seen.held, seen.windows, seen.now)
    held = seen.held[0] if seen.held else None
    note = PauseNote(held.by, held.reason, held.since, held.until) if held else None
    last = seen.last[0] if seen.last else None
    return DefinitionSummary(
        one.id,
        one.kind,
        one.name,
        one.enabled,
        fires_at,
        runs_at,
        not_before,
        note,
        last,
        seen.standing.managed_by,
        (seen.standing.written.place or None) if seen.standing.written else None,
        seen.standing.revision,
        one.plan.tags,
        one.plan.owner,
    )


def _document(standing: Standing) -> Mapping[str, Any] | None:
    return standing.written.document if standing.written else None


def _batch(batch: Batch) -> BatchNote:
    return BatchNote(batch.id, batch.key, batch.events, batch.due_at)
