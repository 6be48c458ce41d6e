"""Tell that an event stays undecided: to whoever hears of failures of the triggers concerned, once."""

from __future__ import annotations

from collections.abc import Iterable

from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.asked import asked_by
from inspect_pipelines.domain.context import Context, context_of
from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.run import RunStatus, undecided_origin
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.events.advance import run_of
from inspect_pipelines.usecases.runs.conclude import record_end


def tell_undecided(
    house: House,
    ledger: LedgerSession,
    event: Event,
    concerned: Iterable[Trigger],
    problem: str,
    *,
    with_context: bool = True,
) -> None:
    """A concluded run stands for each that might have been: people find it where they look, and hear of it once.

    Args:
        with_context: Whether these runs know the event's words; not when those may be what we stumbled over.
    """
    now = house.clock.now()
    for trigger in concerned:
        context = Context({})
        if with_context:
            context = context_of(
                event, trigger.plan.allowed_hosts, asked_by(trigger), planned=trigger.plan.branch
            )
        wanted = run_of(house, trigger, context, undecided_origin(event.id, trigger.id, event.replay))
        if ledger.runs.request(wanted).id != wanted.id:
            continue
        reason = (
            f"{problem}; look at: inspect-pipelines events show {event.id}, "
            f"then: inspect-pipelines events replay {event.id}"
        )
        record_end(
            ledger, wanted.concluded(RunStatus.ERROR, reason, now=now), trigger, at=now, kinds=house.kinds
        )
        ledger.answers.add(
            Answer(
                event.org_id,
                event.id,
                trigger.id,
                AnswerKind.UNDECIDED,
                problem,
                now,
                replay=event.replay,
                run_id=wanted.id,
            )
        )
