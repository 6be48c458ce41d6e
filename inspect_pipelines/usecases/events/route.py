"""Route: new events to the triggers that match them; what comes of it is stored before anything is launched.

One transaction holds a decision for every trigger that names the event's kind, the runs and batches that follow, and
how far the event has come. Repeated after a crash, it finds its own decisions and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inspect_pipelines.config.pattern import found as search
from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.asked import asked_by
from inspect_pipelines.domain.context import Context, context_of
from inspect_pipelines.domain.debounce import joined, key_of, opened
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.match import Fit, match
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.run import event_origin
from inspect_pipelines.domain.session_request import values_for
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.domain.variable import EVENT_CONTEXT
from inspect_pipelines.errors import InspectError, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.events.advance import run_of, save_status
from inspect_pipelines.usecases.events.react import REACTION, REFUSED
from inspect_pipelines.usecases.events.supersede import supersede
from inspect_pipelines.usecases.events.tell_undecided import tell_undecided
from inspect_pipelines.usecases.pictures.close_layers import close_layers

AT_ONCE = 20  # events in one transaction: it holds the writers' lock for some 20 ms

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Routed:
    """What one look did."""

    events: int = 0
    runs: int = 0  # that are to be launched now
    to_follow: int = 0  # events of which something is to come: a run, a batch, a question, a reaction

    def __add__(self, other: Routed) -> Routed:
        return Routed(self.events + other.events, self.runs + other.runs, self.to_follow + other.to_follow)


def route(house: House, *, limit: int = AT_ONCE) -> Routed:
    """Decide about the oldest events that nobody has looked at yet.

    Raises:
        Unavailable: The ledger cannot be written; the events go on waiting.
    """
    with house.ledger.read() as ledger:
        events = ledger.events.with_status(EventStatus.RECEIVED, limit=limit)
        triggers = triggers_of(ledger) if events else []
    if not events:
        return Routed()
    try:
        return _decided(house, events, triggers)
    except InspectError:
        raise
    except Exception:  # one event that meets a defect of ours must not hold up the others
        log.exception("events are looked at one by one")
    return sum((_decided_or_unreadable(house, event, triggers) for event in events), start=Routed())


def _decided(house: House, events: Sequence[Event], triggers: Sequence[Trigger]) -> Routed:
    routed = Routed(len(events))
    with house.ledger.write() as ledger:
        for event in events:
            current = ledger.events.find(event.id)
            if current is not None and current.status is EventStatus.RECEIVED:
                routed += decide(house, ledger, current, triggers)
    return routed


def _decided_or_unreadable(house: House, event: Event, triggers: Sequence[Trigger]) -> Routed:
    try:
        return _decided(house, [event], triggers)
    except InspectError:
        raise
    except Exception as error:  # see above; a person can have it replayed once we have mended it
        log.exception("event %s could not be decided", event.id)
        problem = f"a defect of inspect-pipelines: {type(error).__name__} while triggers were asked; please report it"
    with house.ledger.write() as ledger:
        save_status(house, ledger, replace(event, status=EventStatus.UNDECIDED, problem=problem))
    with (
        house.ledger.write() as ledger
    ):  # by itself: were telling the defect, the event would come back for ever
        known = ledger.answers.decided(event.id, event.replay)
        concerned = [one for one in triggers if one.event == event.type and one.id not in known]
        tell_undecided(house, ledger, event, concerned, problem, with_context=False)
    return Routed(1)


def decide(house: House, ledger: LedgerSession, event: Event, triggers: Sequence[Trigger]) -> Routed:
    """Store what each trigger says to the event, and how far the event has come; returns what came of this one."""
    known = ledger.answers.decided(event.id, event.replay)
    now = house.clock.now()
    if not event.replay:
        close_layers(ledger, event, at=now)
    is_waiting, is_carried_out, runs, problem = False, False, 0, ""
    is_taken, is_refused = bool(known), False
    refusals: list[Answer] = []
    for trigger in triggers:
        if trigger.event != event.type or trigger.id in known:
            continue
        answer = match(event, trigger, search=search)
        decision = Answer(
            event.org_id, event.id, trigger.id, AnswerKind.NO, answer.reason, now, replay=event.replay
        )
        if answer.answer is Fit.UNKNOWN:
            is_waiting = True
        elif answer.answer is Fit.NO:
            refusals.append(decision)
            is_refused |= answer.is_refused_command
        else:
            is_taken = True
            context = context_of(
                event, trigger.plan.allowed_hosts, asked_by(trigger), planned=trigger.plan.branch
            )
            if why_not := hindrance(trigger, context):
                tell_undecided(house, ledger, event, [trigger], why_not)
                problem = problem or f"{trigger.id}: {why_not}"
            else:
                is_carried_out = True
                runs += _carry_out(house, ledger, event, trigger, decision, context)
    ledger.answers.add_all(refusals)
    if is_refused and not is_taken and not is_waiting:
        event = replace(event, data={**event.data, REACTION: REFUSED})
    is_followed = is_carried_out or is_waiting or REACTION in event.data
    status = EventStatus.UNDECIDED if problem else EventStatus.DECIDED
    status = EventStatus.WAITING if is_waiting else status
    save_status(house, ledger, replace(event, status=status, problem="" if is_waiting else problem))
    return Routed(0, runs, int(is_followed))


def triggers_of(ledger: LedgerSession) -> list[Trigger]:
    """In the order of their ids."""
    return [one for one in ledger.definitions.all() if isinstance(one, Trigger)]


def hindrance(trigger: Trigger, context: Context) -> str | None:
    """Why a run with this context could not play; None: it could."""
    try:
        for playbook in trigger.plan.playbooks:
            values_for(
                playbook,
                trigger.plan.variables,
                context.variables(),
                trigger.plan.allowed_hosts,
                context=EVENT_CONTEXT,
            )
    except UsageError as error:
        reasons = (why for name, why in context.left_out.items() if f"{{{{{name}}}}}" in str(error))
        return next(reasons, str(error))
    return None


def _carry_out(
    house: House, ledger: LedgerSession, event: Event, trigger: Trigger, decision: Answer, context: Context
) -> int:
    """Store a yes with what follows from it; returns how many runs are to be launched now."""
    now = decision.decided_at
    waiting = ledger.batches.waiting(trigger.id, key_of(event, trigger.debounce))
    if waiting is not None and (waiting.run_id is None or trigger.plan.overlap is Overlap.BUFFER_ONE):
        taken = joined(waiting, context, trigger.debounce, now=now)
        if waiting.run_id is None or ledger.runs.inform(waiting.run_id, taken.context.variables()):
            ledger.batches.save(taken)
            ledger.answers.add(
                replace(decision, outcome=AnswerKind.COALESCED, batch_id=taken.id, run_id=taken.run_id)
            )
            supersede(house, ledger, trigger, event, taken.run_id)
            return 0
    batch = opened(house.clock.new_id(), event, trigger, context, now=now)
    ledger.batches.add(batch)
    ledger.answers.add(replace(decision, outcome=AnswerKind.STARTED, batch_id=batch.id))
    if not batch.is_due(now):
        supersede(house, ledger, trigger, event, None)
        return 0
    origin = event_origin(event.id, trigger.id, event.replay)
    run = ledger.runs.request(run_of(house, trigger, context, origin))
    ledger.batches.close(batch, run.id)
    supersede(house, ledger, trigger, event, run.id)
    return 1
