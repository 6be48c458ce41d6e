"""Alert: what a run's end or a person's decision makes of incidents, and the messages that follow, in its transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.cause import Cause, CauseKind, cause_of, scopes
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.incident import Incident, Say
from inspect_pipelines.domain.maintenance import under_maintenance
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import CODE_HOST, Notification, fired
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.facts.alert import incident_facts
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts import compose
from inspect_pipelines.usecases.alerts.compose import Scene
from inspect_pipelines.usecases.alerts.post import note_of, store

OF_INCIDENTS = (RuleEvent.ON_FAILURE, RuleEvent.ON_NEEDS_REVIEW)
NEVER_REMINDED = ("pagerduty", CODE_HOST)  # an open alert reminds by itself
CONCLUSIVE = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)  # such a run has reached its host
MOST_SENTENCE = 500  # characters that an incident keeps of it
KINDS = {
    RuleEvent.ON_SUCCESS: MessageKind.SUCCESS,
    RuleEvent.ON_FLAKY: MessageKind.FLAKY,
    RuleEvent.ON_COMPLETE: MessageKind.COMPLETE,
}


@dataclass(frozen=True)
class End:
    """A run's end, with what is known of it."""

    ledger: LedgerSession
    run: Run
    definition: Definition
    verdict: Verdict
    sessions: tuple[SessionResult, ...]  # those that decide
    comparisons: tuple[Comparison, ...]
    report_path: str
    remarks: tuple[str, ...]
    at: datetime

    @cached_property
    def organization(self) -> Organization:
        return self.ledger.organizations.find(self.run.org_id)

    @cached_property
    def rules(self) -> Alerting:
        return self.organization.alerts.overridden(self.definition.plan.alerts)

    @cached_property
    def scene(self) -> Scene:
        last_good = None
        if self.run.status is not RunStatus.PASSED:
            passed = self.ledger.runs.latest(
                self.run.org_id, definition_id=self.run.definition_id, status=RunStatus.PASSED, limit=1
            )
            last_good = passed[0] if passed else None
        return Scene(
            self.run,
            self.definition,
            self.verdict.reasons,
            self.sessions,
            self.comparisons,
            last_good,
            self.organization.public_url,
            self.report_path,
            self.remarks,
        )

    def targets(self, event: RuleEvent) -> tuple[str, ...]:
        """Whom the plan's rules for an event name, the code host left out."""
        rules = (rule for rule in self.definition.plan.notify if rule.event is event)
        return tuple(target for rule in rules for target in rule.targets if target != CODE_HOST)

    def is_hushed(self, incident: Incident) -> bool:
        """Whether a silence or maintenance holds people's messages back."""
        run = self.run
        if under_maintenance(self.organization.maintenance, run.definition_id, self.at):
            return True
        return any(
            one.incident_id == incident.id or one.definition_id == run.definition_id
            for one in self.ledger.silences.holding(run.org_id, self.at)
        )


def conclude_alerts(end: End) -> tuple[Notification, ...]:
    """Move the incidents that a run's end concerns, store its messages, and return them in the order of the rules."""
    own, shared = scopes(end.run, end.definition)
    standing = end.ledger.incidents.open_in(end.run.org_id, own, shared)
    cause = cause_of(end.run, end.definition, end.sessions, end.comparisons, end.verdict.reasons)
    told: list[Notification] = []
    notes: list[str] = []
    shown: list[Incident] = []
    if cause is not None:
        for incident, says in _failed(end, cause, standing):
            shown.append(incident)
            told += [note for say in says for note in _about(end, incident, say)]
            if incident.known_by:
                who = incident.known_by.removeprefix("user:")
                notes.append(f"known since {incident.opened_at:%Y-%m-%d}, rejected by {who}: {incident.note}")
    seen = {incident.id for incident in shown}
    for incident in standing:
        if incident.id not in seen and _is_over(end, incident):
            after, says = incidents.cleared(
                incident,
                f"run {end.run.id} {end.run.status.value.replace('_', ' ')}",
                end.rules,
                also=_also(end, incident),
                at=end.at,
            )
            keep(end.ledger, after, at=end.at)
            told += [note for say in says for note in _about(end, after, say)]
    heard = {note.target for note in told}
    scene = replace(end.scene, remarks=(*end.remarks, *notes)) if notes else None
    told += _of_the_run(end, scene, shown, heard)
    if not told:
        return ()  # most runs end here
    return store(end.ledger, _in_order(told, end.definition.plan.notify), end.rules, at=end.at)


def keep(ledger: LedgerSession, incident: Incident, *, at: datetime) -> None:
    """Store an incident as it is now, and tell the history."""
    ledger.incidents.save(incident)
    ledger.journal.append("incident", incident_facts(incident), at=at)


def _failed(end: End, cause: Cause, standing: Sequence[Incident]) -> list[tuple[Incident, tuple[Say, ...]]]:
    """The incidents that a run shows, as they are now, with what is to be said."""
    reasons = end.verdict.reasons or (end.run.status.value,)

    def told_of(keys: Sequence[str]) -> str:
        shared = [key for key in keys if key in cause.keys]
        return replace(cause, keys=tuple(shared)).told_by(reasons)[:MOST_SENTENCE]

    hit = incidents.covered_by(cause, standing)
    moved = [incidents.joined(one, end.run, told_of(one.keys), at=end.at) for one in hit]
    if new := cause.without(key for one in hit for key in one.keys):
        before = end.ledger.incidents.last_of(end.run.org_id, new.fingerprint)
        sentence = told_of(new.keys)
        moved.append(incidents.opened(new, end.run, sentence, before=before, rules=end.rules, at=end.at))
    event = RuleEvent.ON_NEEDS_REVIEW if cause.kind is CauseKind.REVIEW else RuleEvent.ON_FAILURE
    found = []
    for incident in moved:
        after, says = incidents.announced(
            incident, end.targets(event), end.rules, is_hushed=end.is_hushed(incident), at=end.at
        )
        keep(end.ledger, after, at=end.at)
        end.ledger.incidents.add_run(after, end.run.id)
        found.append((after, says))
    return found


def _is_over(end: End, incident: Incident) -> bool:
    """Whether a run shows that an incident is over.

    What a host is to blame for is over once a run reaches it again; while only one definition has failed by it, that
    one must: else its own broken password would seem mended whenever a neighbour looks at the same host.
    """
    run = end.run
    if incident.kind is CauseKind.ABSENCE:
        return run.status not in (RunStatus.SKIPPED, RunStatus.CANCELLED)
    if incident.kind in (CauseKind.ERROR, CauseKind.TIMEOUT):
        is_ours = run.definition_id in incident.definitions or len(incident.definitions) > 1
        return run.status in CONCLUSIVE and is_ours
    return run.status is RunStatus.PASSED


def _also(end: End, incident: Incident) -> tuple[str, ...]:
    return () if incident.kind is CauseKind.REVIEW else end.targets(RuleEvent.ON_RECOVERY)


def _about(end: End, incident: Incident, say: Say) -> list[Notification]:
    """One notification a target."""
    event = {
        MessageKind.RESOLVED: RuleEvent.ON_RECOVERY,
        MessageKind.REVIEW: RuleEvent.ON_NEEDS_REVIEW,
    }.get(say.kind, RuleEvent.ON_FAILURE)
    message = compose.of_incident(say.kind, incident, end.scene)
    is_again = say.kind is MessageKind.REMINDER
    found = []
    for target in say.targets:
        if is_again and target.partition(":")[0] in NEVER_REMINDED:
            continue
        mentions = () if say.kind is MessageKind.RESOLVED else _mentions(end, event, target)
        occasion = end.run.id if is_again else ""
        found.append(
            note_of(end.run, event, target, replace(message, mentions=mentions), occasion=occasion, at=end.at)
        )
    return found


def _of_the_run(
    end: End, scene: Scene | None, shown: Sequence[Incident], heard: Collection[str]
) -> list[Notification]:
    """What rules say about the run as such, and the commit's status.

    Args:
        scene: With what is known of its incidents; None: nothing is.
        shown: The incidents that the run fails by.
        heard: The targets that hear of these incidents now.
    """
    is_flaky = end.verdict.kind is VerdictKind.FLAKY
    found = []
    for rule, target in fired(end.definition.plan.notify, end.run.status, end.run.reason, is_flaky=is_flaky):
        of_commit = target == CODE_HOST
        if of_commit and compose.commit_of(end.run, end.definition) is None:
            continue  # a schedule's run knows no commit
        is_told = rule.event in OF_INCIDENTS and end.run.status is not RunStatus.SKIPPED
        if is_told and not of_commit and not (end.remarks and target not in heard):
            continue  # people hear of incidents; of a pause they hear in any case
        kind = KINDS.get(rule.event, MessageKind.NOTICE)
        if of_commit:
            kind = compose.OF_STATUS.get(end.run.status, MessageKind.COMPLETE)
        message = compose.of_run(kind, scene or end.scene)
        if of_commit and shown:
            message = replace(message, dedup_key=shown[-1].id, since=shown[-1].opened_at)
        mentions = compose.mentions_of(rule, end.run)
        found.append(note_of(end.run, rule.event, target, replace(message, mentions=mentions), at=end.at))
    return found


def _mentions(end: End, event: RuleEvent, target: str) -> tuple[str, ...]:
    rules = (rule for rule in end.definition.plan.notify if rule.event is event and target in rule.targets)
    return tuple(dict.fromkeys(name for rule in rules for name in compose.mentions_of(rule, end.run)))


def _in_order(notes: Sequence[Notification], rules: Sequence[NotifyRule]) -> list[Notification]:
    """As the plan names events and targets; what it does not name comes last."""
    places = [(rule.event, target) for rule in rules for target in rule.targets]
    order = {place: at for at, place in reversed([*enumerate(places)])}
    return sorted(notes, key=lambda note: order.get((note.event, note.target), len(order)))
