"""Steady: flapping incidents that have stayed away for a whole flap window are over, although no further run says so."""

from __future__ import annotations

from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.incident import Incident, steadied
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts import compose
from inspect_pipelines.usecases.alerts.alert import keep
from inspect_pipelines.usecases.alerts.compose import Scene
from inspect_pipelines.usecases.alerts.post import note_of, tell


def resolve_quiet(house: House) -> list[Incident]:
    """Resolve them and store their messages; returns those that this call resolved."""
    with house.ledger.read() as ledger:
        quiet = [
            one.id
            for one in ledger.incidents.latest(house.org_id, open_only=True, limit=1000)
            if one.quiet_since
        ]
    resolved = []
    for incident_id in quiet:
        with house.ledger.write() as ledger:
            incident = ledger.incidents.find(incident_id)  # a run may have failed since we looked
            if incident is not None and (done := _settled(house, ledger, incident)):
                resolved.append(done)
    return resolved


def _settled(house: House, ledger: LedgerSession, incident: Incident) -> Incident | None:
    now = house.clock.now()
    run = ledger.runs.find(incident.last_run_id)
    if run is None:
        return None
    definition = ledger.definitions.find(run.org_id, run.definition_id)
    organization = ledger.organizations.find(run.org_id)
    rules, also = organization.alerts, []
    if definition is not None:
        rules = rules.overridden(definition.plan.alerts)
        asked = [rule for rule in definition.plan.notify if rule.event is RuleEvent.ON_RECOVERY]
        also = [target for rule in asked for target in rule.targets if incident.kind is not CauseKind.REVIEW]
    after, says = steadied(incident, rules, also=also, at=now)
    if after.is_open:
        return None
    keep(ledger, after, at=now)
    message = compose.of_incident(
        MessageKind.RESOLVED,
        after,
        Scene(run, definition, (after.resolution,), public_url=organization.public_url),
    )
    for say in says:
        for target in say.targets:
            tell(ledger, note_of(run, RuleEvent.ON_RECOVERY, target, message, at=now))
    return after
