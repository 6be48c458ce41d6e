"""Apply: store a project's definitions, delete what it no longer has, publish the result to Dagster."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace

from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.compiled import Channels, Compiled
from inspect_pipelines.domain.definition_change import DefinitionChange, DefinitionChangeKind, changes_between
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.errors import Refused, Unreadable
from inspect_pipelines.facts.definition import definition_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import Ledger
from inspect_pipelines.stored.compiled import compile_definitions
from inspect_pipelines.usecases.alerts.resolve_deleted import resolve_deleted
from inspect_pipelines.usecases.definitions.plan import propose


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
) -> Applied:
    """Make the ledger say what the project says, then publish it; repeating it changes nothing.

    A crash between storing and publishing is mended by the next call: publishing compares digests.

    Args:
        by: Who asks, `user:NAME`.
        may_delete: The definitions whose deletion that person has seen and wants.
        accept_cost: Apply although the forecast goes over a budget.

    Raises:
        Refused: Something else would be deleted, a budget would be overrun, or another organisation has the name of a
            definition in Dagster or the id of a source; nothing was changed.
    """
    with house.publication.alone():  # two first ones at once would both be given plain names
        return _apply(house, project, by, may_delete, accept_cost=accept_cost)


def _apply(
    house: House, project: Project, by: str, may_delete: Collection[DefinitionId], *, accept_cost: bool
) -> Applied:
    own, now = house.ledgers.of(project.org_id), house.clock.now()
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
    with own.write() as ledger:
        changes = changes_between(ledger.definitions.all(), project.definitions, ledger.runs.counts())
        for change in changes:
            definition = change.definition
            deleted = change.kind is DefinitionChangeKind.DELETE
            if deleted and definition.id not in may_delete:
                raise Refused(
                    f"{definition.kind} {definition.id!r} with {change.runs} runs would be deleted; "
                    "nothing was changed: look at `inspect-pipelines plan`, then apply with --yes"
                )
            if deleted:
                ledger.definitions.delete(definition.id, by=by, at=now)
                resolve_deleted(ledger, definition, by=by, at=now)
            else:
                ledger.definitions.save(definition, by=by, at=now)
            facts = definition_facts(definition, at=now, by=by, deleted=deleted)
            ledger.journal.append("definition", facts, at=now)
        ledger.organizations.save(project.organization, at=now)
        naming = ledger.organizations.naming()
    return Applied(changes, _publish(house, project, naming))


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


def _is_new(own: Ledger, project: Project) -> bool:
    """Whether organization.yaml says something else than the ledger."""
    with own.read() as ledger:
        return ledger.organizations.find() != project.organization


def _publish(house: House, project: Project, naming: Naming) -> bool:
    compiled = compile_definitions(
        naming,
        project.definitions,
        at=house.clock.now(),
        limits=project.organization.limits,
        channels=Channels(project.organization.channels, project.organization.people),
    )
    try:
        published = house.publication.read(project.org_id)
    except Unreadable:  # damaged, or another version's: this is the way to mend it
        published = None
    is_same = published is not None and published == replace(compiled, published_at=published.published_at)
    if is_same and published is not None and published.published_at is not None:
        return False
    house.publication.publish(compiled)
    return True
