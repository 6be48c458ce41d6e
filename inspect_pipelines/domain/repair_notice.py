"""The notice of a repair: who hears that an agent has found an element elsewhere, and that a person is to decide."""

from __future__ import annotations

from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.failure_notice import failure_notice
from inspect_pipelines.domain.message import Link
from inspect_pipelines.domain.repair import RepairStatus, lost_in
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_end import Before, RunEnd


def may_be_mended(end: RunEnd) -> bool:
    """Whether an agent may have been asked about this run: one of its sessions did not find an element."""
    return end.run.status is RunStatus.FAILED and any(lost_in(each) for each in end.sessions)


def proposed_repairs(end: RunEnd, before: Before) -> Warned:
    """One message a proposal, once, to each target that hears of the definition's failures."""
    url = before.organization.public_url
    links = (Link("run", f"{url}/runs/{end.run.id}"), Link("repairs", f"{url}/inbox#repairs")) if url else ()
    told = [
        failure_notice(
            end,
            before,
            [(f"repair:{each.id}", f"{each.playbook}: {'; '.join(map(str, each.places))}")],
            occasion=f"repair:{each.id}",
            verdict="repair",
            title="an agent proposes a repair",
            advice=f"the run stays failed; look at it with 'inspect-pipelines repairs show {each.id}', and decide with "
            f"'inspect-pipelines repairs accept {each.id}' or '.. decline {each.id}'",
            links=links,
        )
        for each in before.repairs
        if each.status is RepairStatus.PROPOSED
    ]
    return Warned(
        tuple(key for each in told for key in each.notices),
        tuple(message for each in told for message in each.messages),
    )
