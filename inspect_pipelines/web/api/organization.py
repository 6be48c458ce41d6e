"""`/channels`, `/sources`, `/budgets` and `/pauses`: what holds for all definitions of an organisation."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.queries.budgets import BudgetStanding, list_budgets
from inspect_pipelines.queries.channels import ChannelSummary, list_channels, where_of
from inspect_pipelines.queries.pauses import list_pauses
from inspect_pipelines.queries.sources import SourceSummary, list_sources
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes


def organization(gate: Gate) -> Routes:
    routes = Routes(gate, "organization")
    reads = permitted(Permission.ORGANIZATION_READ)

    @routes.get("/channels", reads, Answer(ChannelSummary, is_list=True))
    def channels(asked: AskedBy) -> Response:
        """How people are reached, and which secrets have no value here; values are never shown."""
        return asked.list(list_channels(asked.house, partial(where_of, asked.house)))

    @routes.get("/sources", reads, Answer(SourceSummary, is_list=True))
    def sources(asked: AskedBy) -> Response:
        """Who may tell of events, and where they send to."""
        return asked.list(list_sources(asked.house))

    @routes.get("/budgets", reads, Answer(BudgetStanding, is_list=True))
    def budgets(asked: AskedBy) -> Response:
        """This month's run-minutes, and what is used of them; empty where nothing is limited."""
        return asked.list(list_budgets(asked.house))

    @routes.get("/pauses", reads, Answer(Pause, is_list=True))
    def pauses(asked: AskedBy) -> Response:
        """What holds definitions back now, oldest first."""
        return asked.list(list_pauses(asked.house))

    return routes
