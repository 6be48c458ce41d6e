"""Incident deeds: what becomes of an incident between runs, when somebody takes it on, it stays away, its definition goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from inspect_pipelines.domain import incident as incidents
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.announcement import Scene, of_incident
from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.channel import Kinds, spec_of
from inspect_pipelines.domain.consequences import Consequences
from inspect_pipelines.domain.incident import Incident, Say
from inspect_pipelines.domain.mailbox import Mailbox, mail_of
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import notification_of
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.run_end import people_told
from inspect_pipelines.domain.trigger import Definition


@dataclass(frozen=True, slots=True)
class Affair:
    """An incident with what can be told of it.

    Attributes:
        run: The last that failed by it; None: the ledger has forgotten it, so nothing can be told.
        definition: That run's; None: it was deleted.
        mail: What its targets are about to hear.
    """

    incident: Incident
    run: Run | None
    definition: Definition | None
    public_url: str = ""
    mail: Mapping[str, Mailbox] = field(default_factory=dict)


def acknowledged(affair: Affair, kinds: Kinds, *, by: str, at: datetime) -> Consequences:
    """Somebody looks after it: those places learn of it that show who does; a mail about it would be one more mail.

    Raises:
        Refused: It is over.
    """
    after = incidents.acknowledged(affair.incident, by=by, at=at)
    targets = tuple(one for one in after.told if spec_of(kinds, one).shows_who)
    say = Say(MessageKind.ACKNOWLEDGED, targets)
    return _told(affair, after, (say,), after.sentence, RuleEvent.ON_FAILURE, occasion=by, at=at)


def stayed_away(affair: Affair, alerts: Alerting, *, at: datetime) -> Consequences | None:
    """A flapping one is over after a whole flap window without news, although no further run says so; None: not yet.

    Args:
        alerts: The organisation's.
    """
    if affair.run is None:
        return None
    also: tuple[str, ...] = ()
    if affair.definition is not None:
        alerts = alerts.overridden(affair.definition.plan.alerts)
        if affair.incident.kind is not CauseKind.REVIEW:
            also = people_told(affair.definition, RuleEvent.ON_RECOVERY)
    after, says = incidents.stayed_away(affair.incident, alerts, also=also, at=at)
    if after.is_open:
        return None
    return _told(affair, after, says, after.resolution, RuleEvent.ON_RECOVERY, at=at)


def deleted(affair: Affair, definition: Definition, *, by: str, at: datetime) -> Consequences:
    """A definition that fails by it is gone: nobody would ever end it, nor the alerts that people got."""
    after, says = incidents.without_definition(affair.incident, definition.id, by=by, at=at)
    return _told(affair, after, says, after.resolution, RuleEvent.ON_RECOVERY, at=at)


def branch_over(affair: Affair, branch: str, *, at: datetime) -> Consequences:
    """The pull request that fails by it has ended: no run of its branch will ever end it."""
    why = f"the pull request of {branch} has ended"
    after = replace(affair.incident, resolved_at=at, resolution=why, quiet_since=None)
    says = (Say(MessageKind.RESOLVED, after.told),) if after.told else ()
    return _told(affair, after, says, why, RuleEvent.ON_RECOVERY, at=at)


def _told(
    affair: Affair,
    after: Incident,
    says: tuple[Say, ...],
    sentence: str,
    event: RuleEvent,
    *,
    occasion: str = "",
    at: datetime,
) -> Consequences:
    run = affair.run
    if run is None:
        return Consequences((after,))
    scene = Scene(run, affair.definition, (sentence,), public_url=affair.public_url)
    notes = [
        notification_of(run, event, target, of_incident(say.kind, after, scene), occasion=occasion, at=at)
        for say in says
        for target in say.targets
    ]
    return Consequences((after,), mail=mail_of(notes, affair.mail, at=at))
