"""The API's first version: its nouns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from inspect_pipelines.ports.engine import Engine, Ticker
from inspect_pipelines.queries.run_log import Printed
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.access import access
from inspect_pipelines.web.api.badges import badges
from inspect_pipelines.web.api.baseline_verbs import baseline_verbs
from inspect_pipelines.web.api.baselines import baselines
from inspect_pipelines.web.api.channel_verbs import channel_verbs
from inspect_pipelines.web.api.comments import comments
from inspect_pipelines.web.api.definition_verbs import definition_verbs
from inspect_pipelines.web.api.digests import digests
from inspect_pipelines.web.api.environments import environments
from inspect_pipelines.web.api.events import events
from inspect_pipelines.web.api.export import export
from inspect_pipelines.web.api.files import files
from inspect_pipelines.web.api.find import find
from inspect_pipelines.web.api.history import history
from inspect_pipelines.web.api.incidents import incidents
from inspect_pipelines.web.api.links import links
from inspect_pipelines.web.api.logs import logs
from inspect_pipelines.web.api.notifications import notifications
from inspect_pipelines.web.api.organization import organization
from inspect_pipelines.web.api.pause_verbs import pause_verbs
from inspect_pipelines.web.api.permissions import permissions
from inspect_pipelines.web.api.playbooks import playbooks
from inspect_pipelines.web.api.progress import progress
from inspect_pipelines.web.api.rehearsals import rehearsals
from inspect_pipelines.web.api.repairs import repairs
from inspect_pipelines.web.api.reviews import reviews
from inspect_pipelines.web.api.revisions import revisions
from inspect_pipelines.web.api.route import Route
from inspect_pipelines.web.api.run_verbs import run_verbs
from inspect_pipelines.web.api.runs import runs
from inspect_pipelines.web.api.schedules import schedules
from inspect_pipelines.web.api.sessions import sessions
from inspect_pipelines.web.api.sign_ins import sign_ins
from inspect_pipelines.web.api.streams import Streams
from inspect_pipelines.web.api.triggers import triggers
from inspect_pipelines.web.api.uploads import uploads
from inspect_pipelines.web.api.workflows import workflows

NOUNS = (
    playbooks,
    schedules,
    triggers,
    runs,
    baselines,
    baseline_verbs,
    uploads,
    reviews,
    digests,
    environments,
    comments,
    incidents,
    sessions,
    repairs,
    events,
    notifications,
    organization,
    pause_verbs,
    links,
    definition_verbs,
    revisions,
    rehearsals,
    export,
    find,
    history,
    badges,
    channel_verbs,
    access,
    sign_ins,
    workflows,
)


def v1(
    gate: Gate,
    every_route: Callable[[], Sequence[BaseRoute]],
    engine: Callable[[], Engine | None],
    streams: Streams,
    ticker: Ticker | None,
    printed: Printed,
) -> list[Route]:
    """Every route below /api/v1.

    Args:
        gate: Whom they let in.
        every_route: Of the whole application, to explain.
        engine: Whoever executes runs now; None: nobody is up.
        streams: That stay open.
        ticker: Who ticks the schedules; None: nobody does.
        printed: What a run's process printed.
    """
    nouns = [noun(gate) for noun in NOUNS]
    return [
        route
        for noun in (
            *nouns,
            run_verbs(gate, engine),
            logs(gate, printed),
            files(gate, ticker),
            progress(gate, streams),
            permissions(gate, every_route),
        )
        for route in noun.routes
    ]
