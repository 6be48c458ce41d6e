"""An announcement: the message that a run or its incident makes, before any channel gives it a form of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.environment_change import SCOPE
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.message import (
    MOST_PICTURES,
    CommitContext,
    Link,
    Message,
    MessageKind,
    Picture,
    Urgency,
)
from inspect_pipelines.domain.plan import NotifyRule
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.template import fill, placeholders
from inspect_pipelines.domain.trigger import Definition

MOST_LINES = 100  # of a message; a run may have 10,000 findings, and its report shows them all
SHORT_SHA = 7  # characters of a commit, as code hosts show it
SEVERITIES = {
    CauseKind.FINDING: Urgency.CRITICAL,  # something that must work does not
    CauseKind.VISUAL: Urgency.ERROR,
    CauseKind.TIMEOUT: Urgency.WARNING,
    CauseKind.ERROR: Urgency.WARNING,  # ours to mend; no reason to wake those who look after the site
    CauseKind.ABSENCE: Urgency.WARNING,
    CauseKind.REVIEW: Urgency.INFO,
}
OVER = (MessageKind.RESOLVED, MessageKind.ACKNOWLEDGED)  # nobody needs pictures and suspects any more
CALM = (*OVER, MessageKind.REVIEW, MessageKind.SUCCESS, MessageKind.COMPLETE)
HEADLINES = {
    MessageKind.RESOLVED: "resolved",
    MessageKind.ACKNOWLEDGED: "acknowledged",
    MessageKind.FLAPPING: "comes and goes",
    MessageKind.FLAKY: "flaky",
}
OF_STATUS = {
    RunStatus.PASSED: MessageKind.SUCCESS,
    RunStatus.NEEDS_REVIEW: MessageKind.REVIEW,
    RunStatus.FAILED: MessageKind.OPENED,
    RunStatus.TIMEOUT: MessageKind.OPENED,
    RunStatus.ERROR: MessageKind.OPENED,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a message may tell of a run."""

    run: Run
    definition: Definition | None  # None: it was deleted
    reasons: tuple[str, ...]
    sessions: tuple[SessionResult, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    last_good: Run | None = None
    public_url: str = ""
    report_path: str = ""
    remarks: tuple[str, ...] = ()  # what else people must know: a pause, a change that was rejected before

    @property
    def name(self) -> str:
        return self.definition.name if self.definition else self.run.definition_id


def of_incident(kind: MessageKind, incident: Incident, scene: Scene) -> Message:
    """What is said about an incident, with a run that opened, joined or ended it."""
    is_over = kind in OVER
    told = _of_run(kind, _about(incident, scene))
    verdict = _word(scene.run)
    if incident.resolution.startswith("accepted"):
        verdict = "accepted"
    severity = Urgency.INFO if kind in CALM else SEVERITIES[incident.kind]
    return replace(
        told,
        severity=Urgency.WARNING if kind is MessageKind.FLAPPING else severity,
        title=f"{scene.name}: {HEADLINES.get(kind) or _again(kind) + verdict}",
        verdict=verdict,
        sentence=_own_words(kind, incident) or told.sentence,
        lines=() if is_over else (*_environment_advice(incident), *told.lines),
        links=told.links if is_over else (*_environment_links(incident, scene.public_url), *told.links),
        pictures=() if is_over else told.pictures,
        suspects=() if is_over else told.suspects,
        last_good=None if is_over else told.last_good,
        dedup_key=incident.id,
        since=incident.opened_at,
        incident_id=incident.id,
    )


def _environment_advice(incident: Incident) -> tuple[str, ...]:
    """What to do about another environment; nothing of any other cause."""
    if not incident.scope.startswith(SCOPE):
        return ()
    command = f"inspect-pipelines environments show {incident.scope.removeprefix(SCOPE)}"
    return (f"it may touch every definition, and one word accepts it for all of them: {command}",)


def _environment_links(incident: Incident, public_url: str) -> tuple[Link, ...]:
    """The page of all that another environment touches; without an address none."""
    if not public_url or not incident.scope.startswith(SCOPE):
        return ()
    return (Link("environment", f"{public_url}/environments/{incident.scope.removeprefix(SCOPE)}"),)


def _about(incident: Incident, scene: Scene) -> Scene:
    """The scene with the incident's own reason in front; a run may fail by several causes."""
    mine = next((one for one in scene.reasons if one.startswith(incident.sentence)), None)
    if mine is None:
        return scene
    return replace(scene, reasons=(mine, *(one for one in scene.reasons if one is not mine)))


def of_run(kind: MessageKind, scene: Scene) -> Message:
    """What is said about one run as such."""
    return _of_run(kind, scene)


def commit_of(run: Run, definition: Definition | None) -> CommitContext | None:
    """Where a code host is told of a run; None: nobody knows its commit."""
    values = run.variables
    repo = values.get("repo") or (definition.plan.repo if definition else None)
    sha = values.get("head_sha") or values.get("commit_sha") or None
    number = values.get("pr_number", "")
    pull_request = int(number) if number.isdecimal() else None
    if not repo or (sha is None and pull_request is None):
        return None
    return CommitContext(repo, sha, pull_request)


def mentions_of(rule: NotifyRule, run: Run) -> tuple[str, ...]:
    """Whom a rule names, with the event's values; one without a value is left out."""
    found = []
    for text in rule.mention:
        if all(run.variables.get(name) for name in placeholders(text)):
            found.append(fill(text, run.variables))
    return tuple(found)


def _builds(scene: Scene) -> tuple[str, ...]:
    """Which build was looked at, where the site says so."""
    found = tuple(dict.fromkeys(each.build for each in scene.sessions if each.build))
    return (f"build {', '.join(found)}",) if found else ()


def _of_run(kind: MessageKind, scene: Scene) -> Message:
    run, word = scene.run, _word(scene.run)
    first, *more = scene.reasons or (word,)
    lines = (*scene.remarks, *_builds(scene), *more[:MOST_LINES])
    if len(more) > MOST_LINES:
        lines = (*lines, f"and {len(more) - MOST_LINES} more")
    is_bad = kind in (MessageKind.OPENED, MessageKind.REMINDER, MessageKind.NOTICE, MessageKind.FLAKY)
    return Message(
        kind=kind,
        severity=Urgency.WARNING if is_bad else Urgency.INFO,
        title=f"{scene.name}: {HEADLINES.get(kind, word)}",
        verdict=word,
        sentence=first,
        dedup_key=run.id,
        lines=lines,
        definition_name=scene.name,
        since=run.nominal_at,
        last_good=_run_link(scene.last_good, scene.public_url) if scene.last_good else None,
        suspects=()
        if run.status is RunStatus.CANCELLED
        else _suspects(run),  # it shows nothing to blame them for
        links=_links(scene),
        pictures=_pictures(scene),
        commit=commit_of(run, scene.definition),
    )


def _word(run: Run) -> str:
    return run.status.value.replace("_", " ")


def _again(kind: MessageKind) -> str:
    return "still " if kind is MessageKind.REMINDER else ""


def _resolved(incident: Incident) -> str:
    runs = "1 run" if incident.runs == 1 else f"{incident.runs} runs"
    lasted = _span((incident.resolved_at or incident.last_failed_at), incident.opened_at)
    return f"{incident.resolution}; it lasted {lasted} and {runs}: {incident.sentence}"


def _own_words(kind: MessageKind, incident: Incident) -> str:
    """What is said of the incident rather than of the run; empty: the run's reason says it."""
    if kind is MessageKind.RESOLVED:
        return _resolved(incident)
    if kind is MessageKind.ACKNOWLEDGED:
        return f"{incident.acknowledged_by.removeprefix('user:')} looks after it: {incident.sentence}"
    if kind is MessageKind.FLAPPING:
        return (
            f"it changed {len(incident.changes)} times between {incident.changes[0]:%Y-%m-%d %H:%M} and "
            f"{incident.changes[-1]:%H:%M} UTC; told again when it stays away: {incident.sentence}"
        )
    return ""


def _span(later: datetime, earlier: datetime) -> str:
    minutes = int((later - earlier).total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def _suspects(run: Run) -> tuple[Link, ...]:
    """The pull request, else the commit, that the run looks at; none of a schedule's."""
    values = run.variables
    number, title = values.get("pr_number"), values.get("pr_title", "")
    if number and (url := values.get("pr_url")):
        return (Link(f"#{number} {title}".strip(), url),)
    sha, url = values.get("commit_sha"), values.get("commit_url")
    return (Link(f"{sha[:SHORT_SHA]} {title}".strip(), url),) if sha and url else ()


def _links(scene: Scene) -> tuple[Link, ...]:
    if scene.run.claimed_at is None:
        return ()  # it never played, so there is no report
    found = []
    if scene.public_url:
        found.append(Link("run", f"{scene.public_url}/runs/{scene.run.id}"))
        if any(not one.passed for one in scene.comparisons):
            found.append(Link("diff", f"{scene.public_url}/runs/{scene.run.id}#attention"))
        if scene.sessions:
            found.append(Link("session", f"{scene.public_url}/runs/{scene.run.id}#steps"))
    elif scene.report_path:
        found.append(Link("report", scene.report_path))
    found += [Link("agent", each.agent.url) for each in scene.sessions if each.agent and each.agent.url]
    return tuple(found)


def _run_link(run: Run, public_url: str) -> Link:
    ended = run.completed_at or run.nominal_at
    return Link(f"{ended:%Y-%m-%d %H:%M} UTC", f"{public_url}/runs/{run.id}" if public_url else run.id)


def _shown(run: Run, one: Comparison) -> Sha256 | None:
    """Of two live addresses both are shown; of a run and what was approved, what differs in the run."""
    both = one.side_by_side_sha256 if run.against else None
    return both or one.overlay_sha256 or one.new_sha256 or one.old_sha256


def _pictures(scene: Scene) -> tuple[Picture, ...]:
    differing = sorted((one for one in scene.comparisons if not one.passed), key=lambda one: -one.score)
    found = [
        Picture(sha, f"{one.view}: {one.reason}") for one in differing if (sha := _shown(scene.run, one))
    ]
    found += [
        Picture(each.screenshot, f"{each.playbook}/{each.step_id}@{each.viewport}: {each.message}"[:500])
        for session in scene.sessions
        for each in session.findings
        if each.screenshot and each.fails_at(session.fail_on)
    ]
    return tuple(dict.fromkeys(found))[:MOST_PICTURES]
