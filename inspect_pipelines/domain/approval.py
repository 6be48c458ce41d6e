"""Approval: a person's word about what a run shows settles its incidents and its commit at once, without another run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.announcement import Scene, commit_of, of_incident, of_run
from inspect_pipelines.domain.any_of import as_compared
from inspect_pipelines.domain.baseline import Baseline, unapproved
from inspect_pipelines.domain.cause import CauseKind, view_keys, views_of
from inspect_pipelines.domain.comparison import Comparison, environment_changes
from inspect_pipelines.domain.consequences import Consequences
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.environment_incident import is_of_environment, left_by
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.mailbox import Mailbox, mail_of
from inspect_pipelines.domain.message import MessageKind, Urgency
from inspect_pipelines.domain.notification import CODE_HOST, Notification, notification_of
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.trigger import Definition

ONLY_OF_PICTURES = (CauseKind.VISUAL, CauseKind.REVIEW)
OF_PICTURES = (*ONLY_OF_PICTURES, CauseKind.FINDING)  # a finding's views may differ as well


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a person decides about.

    Attributes:
        shown: The incidents that the run failed by, open or not.
        judged_alike: The open incidents of every definition that is compared with the same baseline set.
        mail: What the targets of these are about to hear.
    """

    run: Run
    definition: Definition | None  # None: it was deleted
    public_url: str = ""
    shown: tuple[Incident, ...] = ()
    judged_alike: tuple[Incident, ...] = ()
    mail: Mapping[str, Mailbox] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person approved of a run.

    Attributes:
        views: Whose pictures were adopted or dropped now, in their text form.
        is_whole: Whether all that the run shows is approved by now.
        is_mended: Whether all that differed in it is.
        word: What was done: `accepted`, `ignored`, `quarantined`.
        is_of_environment: Whether it is about what became of the environment, for all definitions at once.
    """

    views: frozenset[str]
    is_whole: bool
    is_mended: bool
    word: str = "accepted"
    is_of_environment: bool = False


def approval_of(
    baseline: Baseline,
    shots: Sequence[Screenshot],
    comparisons: Sequence[Comparison],
    run: Run,
    views: Collection[View],
) -> Approval:
    """What adopting a run's pictures approves.

    Args:
        baseline: The new one.
        shots: The run's.
        comparisons: The run's.
        views: Those that were chosen, to be taken over or to be dropped.
    """
    differing = {one.view for one in comparisons if not one.passed}
    waiting = unapproved(baseline, shots, differing, run.id)
    elsewhere = environment_changes(as_compared(baseline, comparisons) or baseline, shots)
    if not elsewhere:  # else the older picture of a view that passed is asked about, too
        waiting -= {one.view for one in comparisons if one.passed}
    return Approval(frozenset(map(str, views)), is_whole=not waiting, is_mended=not waiting & differing)


def approved_by_word(
    comparisons: Sequence[Comparison], views: Collection[View], *, word: str = "accepted"
) -> Approval:
    """What a word about views approves that makes no baseline.

    Args:
        comparisons: The run's, as people have decided about them by now, with this word.
        views: Those that it is about.
    """
    is_mended = all(one.passed for one in comparisons)
    return Approval(frozenset(map(str, views)), is_whole=is_mended, is_mended=is_mended, word=word)


def approved(
    reviewed: Reviewed, baseline: Baseline | None, approval: Approval, *, by: str, at: datetime
) -> Consequences:
    """What follows when a run's pictures are as they should be: the end of what they failed by, and the baseline.

    Args:
        baseline: None: the approved pictures stay what they are.
    """
    run, changed = reviewed.run, {}
    notes: list[Notification] = []
    for one in reviewed.judged_alike:
        if one.kind not in OF_PICTURES:
            continue
        is_whole = approval.is_whole or (is_of_environment(one) and approval.is_of_environment)
        after, says = incidents.accepted(
            one, [*approval.views], is_whole=is_whole, word=approval.word, by=by, at=at
        )
        if is_of_environment(one) and not approval.is_of_environment and after != one:
            left = left_by(one, run.definition_id)
            after, says = (left, ()) if left else (after, says)
        if after == one:
            continue
        changed[after.id] = after
        scene = Scene(run, reviewed.definition, (after.resolution,), public_url=reviewed.public_url)
        message = of_incident(MessageKind.RESOLVED, after, scene)
        notes += [
            notification_of(run, RuleEvent.ON_RECOVERY, target, message, at=at)
            for say in says
            for target in say.targets
        ]
    shown = [changed.get(one.id, one) for one in reviewed.shown]
    if _is_as_it_should_be(run, approval, shown):
        sentence = f"{approval.word} by {by.removeprefix('user:')}"
        notes += _commit_word(reviewed, MessageKind.RESOLVED, "accepted", sentence, at=at)
    return Consequences(tuple(changed.values()), mail=mail_of(notes, reviewed.mail, at=at), baseline=baseline)


def rejected(reviewed: Reviewed, *, by: str, note: str, at: datetime) -> Consequences:
    """What follows when what a run shows is a defect: its incidents are known, and its commit has failed."""
    sentence = f"rejected by {by.removeprefix('user:')}: {note}"
    word = _commit_word(reviewed, MessageKind.OPENED, "failed", sentence, at=at)
    return Consequences(
        tuple(incidents.rejected(one, by=by, note=note) for one in reviewed.shown if one.is_open),
        mail=mail_of(word, reviewed.mail, at=at),
    )


def withdrawn(
    reviewed: Reviewed,
    decision: Decision,
    *,
    waits: bool,
    by: str,
    at: datetime,
    again: Sequence[Comparison] = (),
    said_at: Collection[datetime] = (),
) -> Consequences:
    """What follows when a word is taken back: a defect is not known any more, and the commit is as the run had left it.

    An incident that words about this run had ended, or a part of it, is taken up again, and whoever heard that it was over
    hears that it is not. What a later run or a baseline ended stays over.

    Args:
        waits: Whether something of the run waits for a person now.
        again: What does, of a run that no newer one has taken the place of.
        said_at: When somebody said something about the run.
    """
    known = [one for one in reviewed.shown if one.is_open and decision.kind is DecisionKind.REJECT]
    unsaid = [one for one in known if (one.known_by, one.note) == (decision.by, decision.note)]
    notes: list[Notification] = []
    if waits:
        is_review = reviewed.run.status is RunStatus.NEEDS_REVIEW
        kind, verdict = (MessageKind.REVIEW, "needs review") if is_review else (MessageKind.OPENED, "failed")
        sentence = (
            f"waits for a person again: {by.removeprefix('user:')} took back that it was {decision.kind.past}"
        )
        notes = _commit_word(reviewed, kind, verdict, sentence, at=at)
    taken_up: list[Incident] = []
    is_of_defect = decision.kind is DecisionKind.REJECT  # which ends nothing
    for one in reviewed.shown if again and not is_of_defect else ():
        if one.kind not in OF_PICTURES or not (one.is_open or one.resolved_at in said_at):
            continue
        after = _taken_up_again(one, again)
        if after == one:
            continue
        taken_up.append(after)
        sentence = f"{by.removeprefix('user:')} took back that it was {decision.kind.past}: {one.sentence}"
        notes += _said_again(reviewed, one, after, sentence, at=at)
    known_no_more = [incidents.unrejected(one) for one in unsaid]
    return Consequences((*known_no_more, *taken_up), mail=mail_of(notes, reviewed.mail, at=at))


def _taken_up_again(incident: Incident, again: Sequence[Comparison]) -> Incident:
    """What it is when what ended it, or a part of it, is taken back; what words still stand about stays out of it."""
    keys = () if incident.kind is CauseKind.REVIEW else tuple(view_keys(again))
    if incident.is_open:
        return replace(incident, keys=tuple(sorted({*incident.keys, *keys})))
    views = {str(one.view) for one in again}
    left = [key for key in incident.keys if views_of([key]) <= views]
    return replace(
        incident, keys=tuple(sorted({*left, *keys})), resolved_at=None, resolution="", quiet_since=None
    )


def _said_again(
    reviewed: Reviewed, before: Incident, after: Incident, sentence: str, *, at: datetime
) -> list[Notification]:
    """To those who heard that it was over."""
    if before.is_open:
        return []
    scene = Scene(reviewed.run, reviewed.definition, (sentence,), public_url=reviewed.public_url)
    kind = MessageKind.REVIEW if after.kind is CauseKind.REVIEW else MessageKind.OPENED
    message = of_incident(kind, after, scene)
    occasion = at.isoformat()  # it was opened once before
    return [
        notification_of(reviewed.run, RuleEvent.ON_FAILURE, target, message, occasion=occasion, at=at)
        for target in after.told
    ]


def _is_as_it_should_be(run: Run, approval: Approval, shown: Sequence[Incident]) -> bool:
    """Whether nothing is left that the run failed by; what it found or crashed by is no picture's to mend."""
    is_approved = approval.is_whole if run.status is RunStatus.NEEDS_REVIEW else approval.is_mended
    return (
        bool(shown) and is_approved and all(not one.is_open and one.kind in ONLY_OF_PICTURES for one in shown)
    )


def _commit_word(
    reviewed: Reviewed, kind: MessageKind, verdict: str, sentence: str, *, at: datetime
) -> list[Notification]:
    """The commit's status as a person decided it, where the plan tells the code host of runs at all."""
    run, definition = reviewed.run, reviewed.definition
    context = commit_of(run, definition)
    rules = definition.plan.notify if definition else ()
    events = [rule.event for rule in rules if CODE_HOST in rule.targets]
    if context is None or not events:
        return []
    message = of_run(kind, Scene(run, definition, (sentence,), public_url=reviewed.public_url))
    message = replace(
        message,
        title=f"{message.definition_name}: {verdict}",
        verdict=verdict,
        severity=Urgency.ERROR if kind is MessageKind.OPENED else Urgency.INFO,
        commit=context,
    )
    return [notification_of(run, events[0], CODE_HOST, message, occasion=at.isoformat(), at=at)]
