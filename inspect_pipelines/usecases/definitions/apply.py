"""Apply: store a project's definitions, delete what it no longer has, publish the result to Dagster.

What the API made stays; of it only what a project says too is taken over.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.access import LOCAL, Caller
from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.domain.definition_change import DefinitionChange, DefinitionChangeKind, changes_between
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.revision import ManagedBy, RevisionKind, Standing
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.way import CLI
from inspect_pipelines.domain.wish import unsaid
from inspect_pipelines.errors import Forbidden, Refused, Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import Ledger, LedgerSession
from inspect_pipelines.usecases.definitions.plan import propose
from inspect_pipelines.usecases.definitions.publish import publish
from inspect_pipelines.usecases.definitions.record import Actor, record, record_deletion
from inspect_pipelines.usecases.definitions.weigh import weigh


@dataclass(frozen=True, slots=True)
class Applied:
    changes: tuple[DefinitionChange, ...]
    is_published: bool  # False: what is published said the same already


def apply(
    house: House,
    project: Project,
    *,
    by: str,
    may_delete: Collection[DefinitionId],
    accept_cost: bool = False,
    via: str = CLI,
    caller: Caller = LOCAL,
) -> Applied:
    """Make the ledger say what the project says, then publish it; repeating it changes nothing.

    A crash between storing and publishing is mended by the next call: publishing compares digests.

    Args:
        by: Who asks, `user:NAME`.
        may_delete: The definitions whose deletion that person has seen and wants.
        accept_cost: Apply although the forecast goes over a budget.
        via: By what way, `cli` or `api`.
        caller: Who asks; an agent does not let agents do more than before.

    Raises:
        Forbidden: An agent changes what agents may.
        Refused: Something else would be deleted, a budget would be overrun, or another organisation has the name of a
            definition in Dagster or the id of a source; nothing was changed.
    """
    with house.publication.alone():  # two first ones at once would both be given plain names
        _refuse_agents(house.ledgers.of(project.org_id), project, caller)
        return _apply(house, project, by, may_delete, accept_cost=accept_cost, via=via)


def _apply(
    house: House,
    project: Project,
    by: str,
    may_delete: Collection[DefinitionId],
    *,
    accept_cost: bool,
    via: str,
) -> Applied:
    own, now = house.ledgers.of(project.org_id).by_way_of(via), house.clock.now()
    proposal = propose(
        own,
        project,
        now=now,
        published=published_by_others(house, project.org_id),
        others=others(house, project.org_id),
    )
    if proposal.clashes:
        raise Refused(f"{'; '.join(proposal.clashes)}; nothing was changed: choose another id")
    if proposal.overruns and not accept_cost and (proposal.changes or _is_new(own, project)):
        raise Refused(
            "; ".join(proposal.overruns)
            + "; nothing was changed: raise the budget, run less often, or apply with --accept-cost"
        )
    actor = Actor(by, via, now)
    with own.write() as ledger:
        changes = _store(ledger, project, may_delete, actor)
    return Applied(changes, publish(house, project.org_id))


def _store(
    ledger: LedgerSession, project: Project, may_delete: Collection[DefinitionId], actor: Actor
) -> tuple[DefinitionChange, ...]:
    stored, standing = ledger.definitions.all(), ledger.revisions.standing()
    weighed = weigh(project, stored, standing, now=actor.at)
    if weighed.collisions:  # the API made it a moment ago
        raise Refused(f"{'; '.join(weighed.collisions)}; nothing was changed: choose another id")
    changes = changes_between(stored, weighed.definitions, ledger.runs.counts(), weighed.taken_over)
    for change in changes:
        definition = change.definition
        stands = standing.get(definition.id, Standing())
        if change.kind is DefinitionChangeKind.DELETE:
            if definition.id not in may_delete:
                raise Refused(
                    f"{definition.kind} {definition.id!r} with {change.runs} runs would be deleted; "
                    "nothing was changed: look at `inspect-pipelines plan`, then apply with --yes"
                )
            record_deletion(ledger, definition, stands, actor=actor)
        elif definition.id in project.ids:
            is_taken = change.kind is DefinitionChangeKind.TAKE_OVER
            _record_file(ledger, project, definition, stands, actor, is_taken=is_taken)
        else:
            record(
                ledger,
                definition,
                RevisionKind.REFRESHED,
                managed_by=ManagedBy.API,
                written=stands.written,
                actor=actor,
            )
    changed = {change.definition.id for change in changes}
    for definition in weighed.definitions:
        if definition.id in project.ids and definition.id not in changed:
            _locate(ledger, project, definition, standing[definition.id], actor)
    ledger.organizations.save(project.organization, at=actor.at)
    ledger.revisions.shelve(project.library)
    return changes


def _record_file(
    ledger: LedgerSession,
    project: Project,
    definition: Definition,
    stands: Standing,
    actor: Actor,
    *,
    is_taken: bool = False,
) -> None:
    record(
        ledger,
        definition,
        RevisionKind.TAKEN_OVER if is_taken else RevisionKind.APPLIED,
        managed_by=ManagedBy.FILE,
        written=project.written.get(definition.id),
        actor=actor,
        switched=_still_switched(project, definition, stands),
    )


def _locate(
    ledger: LedgerSession, project: Project, definition: Definition, stands: Standing, actor: Actor
) -> None:
    """Note where the file says now what it said before; the first revision of what was applied without one."""
    if stands.revision == 0:
        _record_file(ledger, project, definition, stands, actor)
        return
    now = replace(
        stands,
        written=project.written.get(definition.id),
        switched=_still_switched(project, definition, stands),
    )
    if now != stands:
        ledger.revisions.settle(definition.id, now)


def _still_switched(project: Project, definition: Definition, stands: Standing) -> bool | None:
    """A person's word, for as long as it is not what the file says too."""
    written = project.written.get(definition.id)
    differs = written is not None and definition.enabled != written.is_enabled
    return stands.switched if differs else None


def published_by_others(house: House, org_id: OrgId) -> list[Compiled]:
    """What the other organisations of this home have published, as far as it can be read.

    One that cannot be read is told by whoever loads it; once it is applied anew, it is held to the others' names.
    """
    found = []
    for other in house.publication.organizations():
        if other != org_id:
            with suppress(Unreadable):
                found.append(house.publication.read(other))
    return found


def others(house: House, org_id: OrgId) -> list[Organization]:
    """The other organisations of this home, as last applied."""
    found = []
    for other in house.publication.organizations():
        if other != org_id:
            with house.ledgers.of(other).read() as ledger:
                found.append(ledger.organizations.find())
    return found


def _refuse_agents(own: Ledger, project: Project, caller: Caller) -> None:
    with own.read() as ledger:
        let_machines = ledger.organizations.find().machines_finalize
    lets_machines = project.organization.machines_finalize
    if problem := unsaid(caller, lets_machines=lets_machines, let_machines=let_machines):
        raise Forbidden(problem)


def _is_new(own: Ledger, project: Project) -> bool:
    """Whether organization.yaml says something else than the ledger."""
    with own.read() as ledger:
        return ledger.organizations.find() != project.organization
