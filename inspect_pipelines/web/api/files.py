"""`/plan` and `/apply`: the files of a project, sent as texts."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.config.uploaded import MOST_FILES
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.ports.engine import Ticker
from inspect_pipelines.queries.proposal import AppliedSummary, ProposalSummary
from inspect_pipelines.usecases.definitions.take_files import apply_files, plan_files
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import FILES
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, Asked, AskedOnce, Routes
from inspect_pipelines.web.api.wishes import Wish

MOST_BYTES = 4_000_000  # of a body: JSON may spell a character in six bytes
EXAMPLE = {
    "schedules.yaml": "apiVersion: v1\nkind: ScheduleConfig\nschedules:\n"
    "  - {id: nightly, cron: '0 2 * * *', timezone: UTC, playbook: shop}\n",
    "playbooks/shop.yaml": "apiVersion: v1\nkind: Playbook\nmetadata: {id: shop, name: Shop}\nspec:\n"
    "  base_url: https://shop.example\n  steps:\n"
    "    - {id: look, name: Look, actions: [{goto: /}, {screenshot: home}]}\n",
}


class FilesWish(Wish):
    files: dict[str, str] = Field(
        max_length=MOST_FILES,
        description="Texts by their names: `schedules.yaml`, `organization.yaml`, `playbooks/NAME.yaml`; all that there are.",
        examples=[EXAMPLE],
    )


class ApplyWish(FilesWish):
    delete: list[str] = Field(
        default_factory=list,
        max_length=10_000,
        description="Ids of what these files no longer hold and may be deleted, as `plan` said.",
        examples=[["old-checkout"]],
    )
    accept_cost: bool = Field(default=False, description="Also when the forecast goes over a budget.")


def files(gate: Gate, ticker: Ticker | None) -> Routes:
    """The routes.

    Args:
        gate: Whom they let in.
        ticker: Who ticks the schedules; None: nobody does.
    """
    routes = Routes(gate, "files")
    writes = permitted(Permission.DEFINITIONS_WRITE)
    applies = permitted(Permission.DEFINITIONS_WRITE, Permission.ACCESS_ADMIN)

    def spend(asked: Asked) -> None:
        asked.rates.spend(FILES, asked.house.org_id, "this organisation")

    @routes.post(
        "/plan",
        writes,
        Answer(ProposalSummary),
        Deed("definitions.plan", "definitions", is_kept=False, most_bytes=MOST_BYTES),
    )
    def plan(asked: AskedOnce, wish: FilesWish) -> Response:
        """What the files would change, when each schedule fires next, and what it costs; changes nothing.

        All faults of all files are told at once, each with its file, line and column.
        """
        spend(asked)
        return asked.answer(plan_files(asked.house, wish.files))

    @routes.post(
        "/apply",
        applies,
        Answer(AppliedSummary),
        Deed("definitions.apply", "definitions", most_bytes=MOST_BYTES),
    )
    def apply(asked: AskedOnce, wish: ApplyWish) -> Response:
        """Store what the files say and publish it to Dagster; a second time changes nothing.

        What they no longer hold is deleted only when `delete` names it. What the API made stays. A reference to a secret is
        taken only where an earlier apply had it. Files that change organization.yaml take `access:admin` besides.
        """
        spend(asked)
        done = apply_files(
            asked.house,
            wish.files,
            caller=asked.caller,
            may_delete={DefinitionId(one) for one in wish.delete},
            accept_cost=wish.accept_cost,
            ticker=ticker,
        )
        return asked.answer(done)

    return routes
