"""Review: a person's word about a change settles its incidents and the commit's status at once, without another run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.message import MessageKind, Severity
from inspect_pipelines.domain.notification import CODE_HOST
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts import compose
from inspect_pipelines.usecases.alerts.alert import keep
from inspect_pipelines.usecases.alerts.compose import Scene
from inspect_pipelines.usecases.alerts.post import note_of, tell

REJECTED = "rejected"
ONLY_OF_PICTURES = (CauseKind.VISUAL, CauseKind.REVIEW)
OF_PICTURES = (*ONLY_OF_PICTURES, CauseKind.FINDING)  # a finding's views may differ as well


@dataclass(frozen=True, slots=True)
class Rejection:
    """What became of it."""

    run: Run
    incidents: tuple[Incident, ...]  # that are known from now on


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a person approved of a run.

    Attributes:
        views: Whose pictures were adopted now, in their text form.
        is_whole: Whether all that the run shows is approved by now.
        is_mended: Whether all that differed in it is.
    """

    views: frozenset[str]
    is_whole: bool
    is_mended: bool


def reject(house: House, run_id: RunId, *, by: str, note: str) -> Rejection:
    """Say that what a run shows is a defect: its incidents are known from now on, and its commit has failed.

    The baseline stays; the next run that shows the same joins the incident, and nobody is told again before it is over.

    Raises:
        NotFound: No such run.
        Refused: It did not fail by what it saw, or the note is empty.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        run = ledger.runs.find(run_id)
        if run is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs")
        if run.status not in (RunStatus.FAILED, RunStatus.NEEDS_REVIEW):
            raise Refused(
                f"run {run.id!r} cannot be rejected: it is {run.status.value!r}, "
                "and only what a run saw and found different can be called a defect"
            )
        if not note.strip():
            raise Refused(
                f"run {run.id!r} cannot be rejected without a note; say what is wrong with --note TEXT"
            )
        definition = ledger.definitions.find(run.org_id, run.definition_id)
        ledger.reviews.append(run.org_id, run.id, REJECTED, by=by, detail=note.strip(), at=now)
        known = [
            incidents.rejected(one, by=by, note=note.strip())
            for one in ledger.incidents.of_run(run.id)
            if one.is_open
        ]
        for incident in known:
            keep(ledger, incident, at=now)
        sentence = f"rejected by {by.removeprefix('user:')}: {note.strip()}"
        _tell_code_host(ledger, run, definition, MessageKind.OPENED, "failed", sentence, at=now)
        return Rejection(run, tuple(known))


def settle_accepted(
    ledger: LedgerSession,
    run: Run,
    definition: Definition | None,
    accepted: Accepted,
    *,
    set_name: str,
    by: str,
    at: datetime,
) -> tuple[Incident, ...]:
    """Resolve the incidents that adopted pictures end, of every definition that is compared with them.

    Args:
        accepted: What was approved of the run.
        set_name: The baseline set that they went into.
    """
    resolved = []
    for scope in _sharing(ledger, run, set_name):
        for incident in ledger.incidents.open_in(run.org_id, scope):
            if incident.kind not in OF_PICTURES:
                continue
            after, says = incidents.accepted(
                incident, [*accepted.views], is_whole=accepted.is_whole, by=by, at=at
            )
            if after == incident:
                continue
            keep(ledger, after, at=at)
            if not after.is_open:
                resolved.append(after)
            public_url = ledger.organizations.find(run.org_id).public_url
            message = compose.of_incident(
                MessageKind.RESOLVED,
                after,
                Scene(run, definition, (after.resolution,), public_url=public_url),
            )
            for say in says:
                for target in say.targets:
                    tell(ledger, note_of(run, RuleEvent.ON_RECOVERY, target, message, at=at))
    if _is_as_it_should_be(run, accepted, ledger.incidents.of_run(run.id)):
        sentence = f"accepted by {by.removeprefix('user:')}"
        _tell_code_host(ledger, run, definition, MessageKind.RESOLVED, "accepted", sentence, at=at)
    return tuple(resolved)


def _is_as_it_should_be(run: Run, accepted: Accepted, shown: Sequence[Incident]) -> bool:
    """Whether nothing is left that the run failed by; what it found or crashed by is no picture's to mend."""
    is_approved = accepted.is_whole if run.status is RunStatus.NEEDS_REVIEW else accepted.is_mended
    return (
        bool(shown) and is_approved and all(not one.is_open and one.kind in ONLY_OF_PICTURES for one in shown)
    )


def _sharing(ledger: LedgerSession, run: Run, set_name: str) -> Sequence[str]:
    """The scopes of the definitions that a baseline set judges."""
    owners = [
        one.id for one in ledger.definitions.all(run.org_id) if (one.plan.baseline.set or one.id) == set_name
    ]
    return [f"definition:{owner}" for owner in dict.fromkeys((run.definition_id, *owners))]


def _tell_code_host(
    ledger: LedgerSession,
    run: Run,
    definition: Definition | None,
    kind: MessageKind,
    verdict: str,
    sentence: str,
    *,
    at: datetime,
) -> None:
    """The commit's status as a person decided it, where the plan tells the code host of runs at all."""
    context = compose.commit_of(run, definition)
    rules = definition.plan.notify if definition else ()
    events = [rule.event for rule in rules if CODE_HOST in rule.targets]
    if context is None or not events:
        return
    public_url = ledger.organizations.find(run.org_id).public_url
    message = compose.of_run(kind, Scene(run, definition, (sentence,), public_url=public_url))
    message = replace(message, title=f"{message.definition_name}: {verdict}", verdict=verdict, commit=context)
    severity = Severity.ERROR if kind is MessageKind.OPENED else Severity.INFO
    ledger.outbox.store(
        note_of(
            run, events[0], CODE_HOST, replace(message, severity=severity), occasion=at.isoformat(), at=at
        )
    )
