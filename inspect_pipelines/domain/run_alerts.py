"""Run alerts: what a run's end makes of incidents, and what people hear of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.announcement import (
    OF_STATUS,
    Scene,
    commit_of,
    mentions_of,
    of_incident,
    of_run,
)
from inspect_pipelines.domain.cause import OF_THE_SITE, Cause, CauseKind, views_of
from inspect_pipelines.domain.channel import spec_of
from inspect_pipelines.domain.environment_incident import come_back, gone_back, is_of_environment, left_by
from inspect_pipelines.domain.ids import IncidentId
from inspect_pipelines.domain.incident import Incident, Say
from inspect_pipelines.domain.maintenance import under_maintenance
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import CODE_HOST, Notification, fired, notification_of
from inspect_pipelines.domain.ownership import owners_of_views
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_end import Before, RunEnd
from inspect_pipelines.domain.said import Said
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.verdict import VerdictKind

OF_INCIDENTS = (RuleEvent.ON_FAILURE, RuleEvent.ON_NEEDS_REVIEW)
CONCLUSIVE = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)  # such a run has reached its host
MOST_SENTENCE = 500  # characters that an incident keeps of it
KINDS = {
    RuleEvent.ON_SUCCESS: MessageKind.SUCCESS,
    RuleEvent.ON_FLAKY: MessageKind.FLAKY,
    RuleEvent.ON_COMPLETE: MessageKind.COMPLETE,
}
EVENTS = {MessageKind.RESOLVED: RuleEvent.ON_RECOVERY, MessageKind.REVIEW: RuleEvent.ON_NEEDS_REVIEW}


@dataclass(frozen=True, slots=True)
class Alerts:
    incidents: tuple[Incident, ...] = ()  # that changed, as they are from now on
    shown: frozenset[IncidentId] = frozenset()  # of these, those that the run failed by
    messages: tuple[Notification, ...] = ()  # in the order of the plan's rules


def alerts_of(end: RunEnd, before: Before, *, remarks: Sequence[str] = ()) -> Alerts:
    """Move the incidents that a run's end concerns, and say what people hear of it.

    Args:
        remarks: What they must know besides the verdict.
    """
    moves = [*_failed(end, before)]
    shown = [incident for incident, _ in moves]
    moves += _cleared(end, before, {incident.id for incident in shown})
    scene = _scene(end, before, tuple(remarks))
    told = [
        note for incident, says in moves for say in says for note in _about(end, incident, say, scene, before)
    ]
    known = tuple(_known(incident) for incident in shown if incident.known_by)
    heard = {note.target for note in told}
    told += _of_the_run(end, replace(scene, remarks=(*scene.remarks, *known)), remarks, shown, heard)
    return Alerts(
        tuple(incident for incident, _ in moves),
        frozenset(incident.id for incident in shown),
        tuple(_in_order(told, end.definition.plan.notify)),
    )


def unknown_part(end: RunEnd, standing: Sequence[Incident]) -> Cause | None:
    """What a run shows that no open incident covers; None: nothing."""
    if end.cause is None:
        return None
    return end.cause.without(key for one in incidents.covered_by(end.cause, standing) for key in one.keys)


def _failed(end: RunEnd, before: Before) -> list[tuple[Incident, tuple[Say, ...]]]:
    """The incidents that a run shows, as they are now, with what is to be said."""
    cause = end.cause
    if cause is None:
        return []
    rules = before.rules(end.definition)
    reasons = end.verdict.reasons or (end.run.status.value,)

    def told_of(keys: Sequence[str]) -> str:
        shared = [key for key in keys if key in cause.keys]
        return replace(cause, keys=tuple(shared)).told_by(reasons)[:MOST_SENTENCE]

    moved = [
        incidents.joined(one, end.run, told_of(one.keys), at=end.at)
        for one in incidents.covered_by(cause, before.standing)
    ]
    if new := unknown_part(end, before.standing):
        said = _rejected_before(new.keys, end)
        sentence = told_of([key for key in new.keys if key not in said] or new.keys)
        fresh = incidents.opened(new, end.run, sentence, before=before.last_of_cause, rules=rules, at=end.at)
        if is_of_environment(fresh):
            fresh = come_back(fresh, before.last_of_cause, at=end.at)
        if len(said) == len(new.keys):
            newest = max(said.values(), key=lambda one: one.at)
            fresh = incidents.rejected(fresh, by=newest.by, note=f"as on {newest.at:%Y-%m-%d}")
        moved.append(fresh)
    event = RuleEvent.ON_NEEDS_REVIEW if cause.kind is CauseKind.REVIEW else RuleEvent.ON_FAILURE
    return [
        incidents.announced(one, end.targets(event), rules, is_hushed=_is_hushed(end, before, one), at=end.at)
        for one in moved
    ]


def _rejected_before(keys: Sequence[str], end: RunEnd) -> dict[str, Said]:
    """By key, a person's word on another run that it is a defect."""
    said = {str(one.view): one.said for one in end.comparisons if one.said is not None and not one.passed}
    return {key: said[view] for key in keys for view in views_of([key]) if view in said}


def _is_hushed(end: RunEnd, before: Before, incident: Incident) -> bool:
    """Whether a silence, maintenance, or a person's word on all that the run shows of it holds messages back."""
    shown = [key for key in incident.keys if end.cause and key in end.cause.keys]
    if shown and len(_rejected_before(shown, end)) == len(shown):
        return True
    definition_id = end.run.definition_id
    if under_maintenance(before.organization.maintenance, definition_id, end.at):
        return True
    return any(
        one.incident_id == incident.id or one.definition_id == definition_id for one in before.silences
    )


def _cleared(
    end: RunEnd, before: Before, shown: Collection[IncidentId]
) -> list[tuple[Incident, tuple[Say, ...]]]:
    """The standing incidents that the run shows to be over, as they are now."""
    resolution = f"run {end.run.id} {end.run.status.value.replace('_', ' ')}"
    definition_id, rules = end.run.definition_id, before.rules(end.definition)
    found: list[tuple[Incident, tuple[Say, ...]]] = []
    for one in before.standing:
        if one.id in shown or not _is_over(end, one):
            continue
        if is_of_environment(one):
            left = left_by(one, definition_id) or gone_back(one, resolution, at=end.at)
            found.append((left, ()))
            continue
        also = () if one.kind is CauseKind.REVIEW else end.targets(RuleEvent.ON_RECOVERY)
        found.append(incidents.cleared(one, resolution, rules, also=also, at=end.at))
    return found


def _is_over(end: RunEnd, incident: Incident) -> bool:
    """Whether a run shows that an incident is over.

    What a host is to blame for is over once a run reaches it again; while only one definition has failed by it, that
    one must: else its own broken password would seem mended whenever a neighbour looks at the same host.
    """
    run = end.run
    if is_of_environment(incident) and run.definition_id not in incident.definitions:
        return False
    if incident.kind is CauseKind.ABSENCE:
        return run.status not in (RunStatus.SKIPPED, RunStatus.CANCELLED)
    if run.is_partial:  # it speaks for what it has looked at, and for nothing else
        looked_at = {str(one.view) for one in end.comparisons if one.was_run}
        is_seen = incident.kind is CauseKind.VISUAL and views_of(incident.keys) <= looked_at
        return is_seen and run.status is RunStatus.PASSED
    if incident.kind in (CauseKind.ERROR, CauseKind.TIMEOUT):
        is_ours = run.definition_id in incident.definitions or len(incident.definitions) > 1
        return run.status in CONCLUSIVE and is_ours
    return run.status is RunStatus.PASSED


def _scene(end: RunEnd, before: Before, remarks: tuple[str, ...]) -> Scene:
    return Scene(
        end.run,
        end.definition,
        end.verdict.reasons,
        end.sessions,
        end.comparisons,
        before.last_good,
        before.organization.public_url,
        end.report_path,
        remarks,
    )


def _known(incident: Incident) -> str:
    who = incident.known_by.removeprefix("user:")
    return f"known since {incident.opened_at:%Y-%m-%d}, rejected by {who}: {incident.note}"


def _about(end: RunEnd, incident: Incident, say: Say, scene: Scene, before: Before) -> list[Notification]:
    """One notification a target."""
    event = EVENTS.get(say.kind, RuleEvent.ON_FAILURE)
    message = of_incident(say.kind, incident, scene)
    is_again = say.kind is MessageKind.REMINDER
    found = []
    for target in say.targets:
        if is_again and not spec_of(before.kinds, target).is_reminded:
            continue
        mentions: tuple[str, ...] = ()
        if say.kind is not MessageKind.RESOLVED:
            mentions = tuple(dict.fromkeys((*_mentions(end, event, target), *_owners(end, incident, before))))
        told = replace(message, mentions=mentions)
        occasion = end.run.id if is_again else ""
        found.append(notification_of(end.run, event, target, told, occasion=occasion, at=end.at))
    return found


def _of_the_run(
    end: RunEnd,
    scene: Scene,
    remarks: Sequence[str],
    shown: Sequence[Incident],
    heard: Collection[str],
) -> list[Notification]:
    """What rules say about the run as such, and the commit's status.

    Args:
        scene: With what is known of its incidents.
        remarks: What people must hear in any case.
        shown: The incidents that the run fails by.
        heard: The targets that hear of these incidents now.
    """
    is_flaky = end.verdict.kind is VerdictKind.FLAKY
    found = []
    for rule, target in fired(end.definition.plan.notify, end.run.status, end.run.reason, is_flaky=is_flaky):
        of_commit = target == CODE_HOST
        if of_commit and (end.run.is_partial or commit_of(end.run, end.definition) is None):
            continue  # a part says nothing of a whole commit, and a schedule's run knows none
        is_told = rule.event in OF_INCIDENTS and end.run.status is not RunStatus.SKIPPED
        if is_told and not of_commit and not (remarks and target not in heard):
            continue  # people hear of incidents; of a pause they hear in any case
        kind = KINDS.get(rule.event, MessageKind.NOTICE)
        if of_commit:
            kind = OF_STATUS.get(end.run.status, MessageKind.COMPLETE)
        message = of_run(kind, scene)
        if of_commit and shown:
            message = replace(message, dedup_key=shown[-1].id, since=shown[-1].opened_at)
        told = replace(message, mentions=mentions_of(rule, end.run))
        found.append(notification_of(end.run, rule.event, target, told, at=end.at))
    return found


def _owners(end: RunEnd, incident: Incident, before: Before) -> tuple[str, ...]:
    """Who looks after what the incident is about: its views, or all that the run shows otherwise."""
    if incident.kind not in OF_THE_SITE:
        return ()
    views = [View.parse(name) for name in sorted(views_of(incident.keys))]
    shown = views or [one.view for one in end.comparisons if not one.passed]
    return owners_of_views(before.organization.owners, end.run.definition_id, end.sessions, shown)


def _mentions(end: RunEnd, event: RuleEvent, target: str) -> tuple[str, ...]:
    rules = (rule for rule in end.definition.plan.notify if rule.event is event and target in rule.targets)
    return tuple(dict.fromkeys(name for rule in rules for name in mentions_of(rule, end.run)))


def _in_order(notes: Sequence[Notification], rules: Sequence[NotifyRule]) -> list[Notification]:
    """As the plan names events and targets; what it does not name comes last."""
    places = [(rule.event, target) for rule in rules for target in rule.targets]
    order = {place: at for at, place in reversed([*enumerate(places)])}
    return sorted(notes, key=lambda note: order.get((note.event, note.target), len(order)))
