"""An incident: one cause over many runs, from the run that showed it first to its recovery or a person's decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.cause import Cause, CauseKind, is_of_views, views_of
from inspect_pipelines.domain.environment_change import SCOPE
from inspect_pipelines.domain.ids import DefinitionId, IncidentId, OrgId, RunId
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.run import Run
from inspect_pipelines.errors import Refused

# A change that waits for a person is listed, and never told again: the same picture differs every night.
TOLD_ONCE = (CauseKind.VISUAL, CauseKind.REVIEW)


@dataclass(frozen=True, slots=True)
class Say:
    """What is to be told to whom."""

    kind: MessageKind
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """As it is now; `told` and the times only grow.

    Attributes:
        id: The id of the run that opened it: a run opens one at most.
        keys: Of its cause; what a person accepts is taken out.
        definitions: Those that failed by it.
        sentence: Of the run that showed it last.
        runs: How many failed by it.
        announced_at: When people heard of it first, or would have if a rule named somebody; None: not yet.
        told: The targets that heard of it.
        changes: When incidents of this cause were announced and recovered lately, this one's included.
        quiet_since: Of a flapping one: when a run passed and none has failed since.
        known_by, note: Who rejected the change, and why: it is a defect that somebody knows of.
    """

    id: IncidentId
    org_id: OrgId
    kind: CauseKind
    scope: str
    keys: tuple[str, ...]
    fingerprint: str
    definitions: tuple[DefinitionId, ...]
    sentence: str
    opened_at: datetime  # UTC
    last_failed_at: datetime  # UTC
    last_run_id: RunId
    runs: int = 1
    announced_at: datetime | None = None
    told: tuple[str, ...] = ()
    told_at: datetime | None = None  # the newest message's time
    changes: tuple[datetime, ...] = ()
    is_flapping: bool = False
    quiet_since: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    known_by: str = ""
    note: str = ""
    resolved_at: datetime | None = None
    resolution: str = ""  # `run ID passed`, `accepted by ada`, ..

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def state(self) -> str:
        """For people: the most telling word."""
        if not self.is_open:
            return "resolved"
        if self.known_by:
            return "known"
        if self.is_flapping:
            return "flapping"
        return "acknowledged" if self.acknowledged_at else "open"

    @property
    def is_shared(self) -> bool:
        """Whether it may concern several definitions: that look at one host, or that another environment touches."""
        return self.scope.startswith(("host:", SCOPE))


def opened(
    cause: Cause, run: Run, sentence: str, *, before: Incident | None, rules: Alerting, at: datetime
) -> Incident:
    """A new incident, still untold.

    Args:
        cause: What no open incident covers.
        run: That shows it.
        sentence: What is wrong.
        before: The last incident of this cause, for telling whether it comes and goes.
    """
    return Incident(
        id=IncidentId(run.id),
        org_id=run.org_id,
        kind=cause.kind,
        scope=cause.scope,
        keys=cause.keys,
        fingerprint=cause.fingerprint,
        definitions=(run.definition_id,),
        sentence=sentence,
        opened_at=at,
        last_failed_at=at,
        last_run_id=run.id,
        changes=_lately(before.changes, rules, at) if before else (),
    )


def joined(incident: Incident, run: Run, sentence: str, *, at: datetime) -> Incident:
    """One more run that failed by it."""
    _require_open(incident)
    return replace(
        incident,
        definitions=tuple(dict.fromkeys((*incident.definitions, run.definition_id))),
        sentence=sentence,
        last_failed_at=at,
        last_run_id=run.id,
        runs=incident.runs + 1,
        quiet_since=None,
    )


def announced(
    incident: Incident, targets: Sequence[str], rules: Alerting, *, is_hushed: bool, at: datetime
) -> tuple[Incident, tuple[Say, ...]]:
    """Whom a failing run makes hear of it: each target once, and all of them again after the repeat interval.

    Args:
        incident: Opened or joined by the run.
        targets: Of the run's rules.
        rules: The run's definition's.
        is_hushed: It is silenced, maintenance goes on, or a person knows; told later, when it is still so.
    """
    _require_open(incident)
    if is_hushed or (incident.announced_at is None and incident.runs < rules.alert_after):
        return incident, ()
    if incident.announced_at is None:
        changes = (*_lately(incident.changes, rules, at), at)
        is_flapping = rules.is_flapping(changes)
        incident = replace(incident, announced_at=at, told_at=at, changes=changes, is_flapping=is_flapping)
    says = []
    if fresh := tuple(target for target in dict.fromkeys(targets) if target not in incident.told):
        says.append(Say(_first_word(incident), fresh))
    if incident.told and _is_due_again(incident, rules, at):
        says.append(Say(MessageKind.REMINDER, incident.told))
        incident = replace(incident, told_at=at)
    return replace(incident, told=(*incident.told, *fresh)), tuple(says)


def cleared(
    incident: Incident, resolution: str, rules: Alerting, *, also: Sequence[str] = (), at: datetime
) -> tuple[Incident, tuple[Say, ...]]:
    """What a run without the cause makes of it: resolved, or held when it comes and goes.

    Args:
        also: Targets that hear of recoveries although nobody told them of the failure.
    """
    _require_open(incident)
    if incident.announced_at is None:
        return _resolved(incident, resolution, at), ()
    if incident.is_flapping:
        return _held(incident, resolution, rules, also, at)
    changes = (*_lately(incident.changes, rules, at), at)
    if rules.is_flapping(changes):
        flapping = replace(incident, changes=changes, is_flapping=True, quiet_since=at, told_at=at)
        return flapping, _says(MessageKind.FLAPPING, incident.told)
    return _resolved(replace(incident, changes=changes), resolution, at), _recovery(incident, also)


def stayed_away(
    incident: Incident, rules: Alerting, *, also: Sequence[str] = (), at: datetime
) -> tuple[Incident, tuple[Say, ...]]:
    """A flapping incident after a while without news: resolved once it has been quiet for a whole flap window."""
    if not incident.is_open or incident.quiet_since is None:
        return incident, ()
    return _held(incident, "it has not come back", rules, also, at)


def accepted(
    incident: Incident,
    views: Sequence[str],
    *,
    is_whole: bool = False,
    word: str = "accepted",
    by: str,
    at: datetime,
) -> tuple[Incident, tuple[Say, ...]]:
    """What adopting pictures makes of it: they are as they should be now, with whatever differed in them.

    Args:
        views: Those whose pictures were adopted, in their text form.
        is_whole: Whether that leaves no view of the run to be approved; a review waits for all of them.
        word: What was done with them: `accepted`, `ignored`, `quarantined`.
    """
    _require_open(incident)
    rest = tuple(key for key in incident.keys if not _is_accepted(key, set(views), is_whole))
    if rest == incident.keys:
        return incident, ()
    if rest:
        return replace(incident, keys=rest), ()
    done = _resolved(incident, f"{word} by {by.removeprefix('user:')}", at)
    return done, _says(MessageKind.RESOLVED, incident.told)


def without_definition(
    incident: Incident, definition_id: DefinitionId, *, by: str, at: datetime
) -> tuple[Incident, tuple[Say, ...]]:
    """What deleting a definition makes of it: over, unless another definition fails by it too."""
    _require_open(incident)
    rest = tuple(one for one in incident.definitions if one != definition_id)
    if rest:
        return replace(incident, definitions=rest), ()
    why = f"{definition_id!r} was deleted by {by.removeprefix('user:')}"
    return _resolved(incident, why, at), _says(MessageKind.RESOLVED, incident.told)


def rejected(incident: Incident, *, by: str, note: str) -> Incident:
    """A person says that it is a defect: it stays open, known, and is told again only when it is over."""
    _require_open(incident)
    return replace(incident, known_by=by, note=note)


def unrejected(incident: Incident) -> Incident:
    """Whoever said that it is a defect has taken it back."""
    _require_open(incident)
    return replace(incident, known_by="", note="")


def acknowledged(incident: Incident, *, by: str, at: datetime) -> Incident:
    """Somebody looks after it: no more reminders."""
    _require_open(incident)
    return replace(incident, acknowledged_at=at, acknowledged_by=by)


def covered_by(cause: Cause, incidents: Sequence[Incident]) -> list[Incident]:
    """The open incidents that a run's cause is, or is part of."""
    keys = set(cause.keys)
    return [one for one in incidents if one.scope == cause.scope and keys & set(one.keys)]


def _first_word(incident: Incident) -> MessageKind:
    if incident.kind is CauseKind.REVIEW:
        return MessageKind.REVIEW
    return MessageKind.FLAPPING if incident.is_flapping else MessageKind.OPENED


def _is_due_again(incident: Incident, rules: Alerting, at: datetime) -> bool:
    if incident.kind in TOLD_ONCE or incident.acknowledged_at or incident.known_by:
        return False
    if incident.is_flapping:
        return False  # people were promised to hear when it stays away
    return incident.told_at is not None and rules.is_due_again(incident.told_at, at)


def _is_accepted(key: str, views: set[str], is_whole: bool) -> bool:
    differing = views_of([key])
    return differing <= views if differing else is_whole and is_of_views(key)


def _held(
    incident: Incident, resolution: str, rules: Alerting, also: Sequence[str], at: datetime
) -> tuple[Incident, tuple[Say, ...]]:
    quiet_since = incident.quiet_since or at
    if at - quiet_since < rules.flap_window:
        return replace(incident, quiet_since=quiet_since), ()
    return _resolved(incident, resolution, at), _recovery(incident, also)


def _recovery(incident: Incident, also: Sequence[str]) -> tuple[Say, ...]:
    return _says(MessageKind.RESOLVED, tuple(dict.fromkeys((*incident.told, *also))))


def _says(kind: MessageKind, targets: tuple[str, ...]) -> tuple[Say, ...]:
    return (Say(kind, targets),) if targets else ()


def _resolved(incident: Incident, resolution: str, at: datetime) -> Incident:
    return replace(incident, resolved_at=at, resolution=resolution)


def _lately(changes: tuple[datetime, ...], rules: Alerting, at: datetime) -> tuple[datetime, ...]:
    return tuple(change for change in changes if at - change < rules.flap_window)


def _require_open(incident: Incident) -> None:
    if not incident.is_open:
        raise Refused(
            f"incident {incident.id!r} is resolved already ({incident.resolution}); it opens again only when that is taken back: "
            "the same cause makes a new one"
        )
