"""Take the files of a project that came over the network: what they would change, and the change itself.

As `plan` and `apply` on the machine itself, with less trust: they are of the organisation that asks, refer to no secret
that is new to it, hear nothing of other organisations, and change organization.yaml only for whoever may say who may what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.project import Project
from inspect_pipelines.config.uploaded import uploaded_project
from inspect_pipelines.domain.access import Caller, Permission, why
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.way import API
from inspect_pipelines.errors import ConfigInvalid, Forbidden, Refused, UsageError
from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.proposal import AppliedSummary, ProposalSummary
from inspect_pipelines.usecases.definitions.apply import apply
from inspect_pipelines.usecases.definitions.gather_secrets import strange_in_project
from inspect_pipelines.usecases.definitions.plan import Proposal, propose
from inspect_pipelines.usecases.definitions.show_proposal import proposed, show_applied, show_proposal
from inspect_pipelines.usecases.definitions.switch_on import switch_on

TAKEN = "an id of these files is taken in this home by another organisation; choose another for what is new in them"


@dataclass(frozen=True, slots=True)
class _Taken:
    project: Project
    proposal: Proposal


def plan_files(house: House, files: Mapping[str, str]) -> ProposalSummary:
    """What `apply_files` would do; changes nothing.

    Args:
        house: Ports.
        files: Texts by their names in the project's folder.

    Raises:
        ConfigInvalid: All that is wrong with them.
        UsageError: They are another organisation's.
    """
    taken = _taken(house, files)
    return show_proposal(house, taken.project, taken.proposal)


def apply_files(
    house: House,
    files: Mapping[str, str],
    *,
    caller: Caller,
    may_delete: Collection[DefinitionId],
    accept_cost: bool,
    ticker: Ticker | None,
) -> AppliedSummary:
    """Make the ledger say what the files say, and publish it.

    Args:
        house: Ports.
        files: As above.
        caller: Who asks.
        may_delete: The definitions whose deletion they have seen and want.
        accept_cost: Also when the forecast goes over a budget.
        ticker: Who ticks the schedules; None: nobody is up.

    Raises:
        ConfigInvalid: All that is wrong with them.
        UsageError: They are another organisation's.
        Forbidden: They change organization.yaml, which takes `access:admin` besides.
        Refused: Something else would be deleted, a budget would be overrun, or a name is taken; nothing was changed.
    """
    taken = _taken(house, files)
    if taken.proposal.settings and Permission.ACCESS_ADMIN not in caller.rights:
        paths = ", ".join(one.path for one in taken.proposal.settings[:3])
        raise Forbidden(
            f"these files change organization.yaml ({paths}), which says who may do what: "
            f"{why(caller, Permission.ACCESS_ADMIN)}; nothing was changed"
        )
    if taken.proposal.clashes:
        raise Refused(f"{'; '.join(taken.proposal.clashes)}; nothing was changed: choose another id")
    applied = apply(
        house,
        taken.project,
        by=caller.actor,
        may_delete=may_delete,
        accept_cost=accept_cost,
        via=house.via or API,
        caller=caller,
    )
    switched = switch_on(house, ticker) if ticker is not None else None
    return show_applied(taken.proposal, applied, switched)


def _taken(house: House, files: Mapping[str, str]) -> _Taken:
    kinds = cast("WrittenKinds", house.kinds)  # wiring gives the registry's, which files are read by too
    project = uploaded_project(files, kinds=kinds, now=house.clock.now())
    if project.org_id != house.org_id:
        raise UsageError(
            f"the files are of organisation {project.org_id!r} (metadata.orgId), and you ask about {house.org_id!r}"
        )
    with house.ledger.read() as ledger:
        strange = strange_in_project(ledger, project)
    if strange:
        raise ConfigInvalid(strange)
    ours = propose(house.ledger, project, now=house.clock.now())
    proposal = proposed(house, project)
    is_taken = len(proposal.clashes) > len(ours.clashes)  # whose it is, is not for this organisation to know
    return _Taken(project, replace(proposal, clashes=(*ours.clashes, *([TAKEN] if is_taken else []))))
