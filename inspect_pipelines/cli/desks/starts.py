"""Runs that a person starts: here in an engine of this machine, there by the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspect_pipelines.cli.begun import begun
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import Run, request_origin
from inspect_pipelines.domain.selection import WHOLE, Selection
from inspect_pipelines.errors import Forbidden, NotFound
from resources.clock import SystemClock

if TYPE_CHECKING:  # imported while the run's own process loads: 0.6 s of a command that somebody waits for
    from inspect_pipelines.client.client import Client
    from inspect_pipelines.ports.engine import Engine
    from inspect_pipelines.ports.house import House
    from inspect_pipelines.queries.runs import RunSummary


@dataclass(frozen=True, slots=True)
class Started:
    """A run that was started.

    Attributes:
        run: As it was then.
        await_end: The run as it ended; shows what it does meanwhile, unless quietly.
    """

    run: RunSummary
    await_end: Callable[[bool], RunSummary]


def started(
    definition_id: str,
    variables: Mapping[str, str],
    settings: Settings,
    *,
    branch: str = "",
    selection: Selection = WHOLE,
    against: str = "",
) -> AbstractContextManager[Started]:
    """A run of a schedule or trigger, now.

    Args:
        against: The live address that it is compared with; empty: what the plan says.
    """
    from inspect_pipelines.cli.choice import chosen_client, named_server

    if named_server(settings) is None:
        return _started_here(definition_id, variables, settings, branch, selection, against)
    client = chosen_client(settings)
    assert client is not None  # a server is named
    return nullcontext(
        started_there(client, _run_now(client, definition_id, variables, branch, selection, against))
    )


@contextmanager
def _started_here(
    definition_id: str,
    variables: Mapping[str, str],
    settings: Settings,
    branch: str,
    selection: Selection,
    against: str,
) -> Iterator[Started]:
    key = SystemClock().new_id()
    with begun(settings, request_origin(key)) as engine:
        from inspect_pipelines.cli.choice import chosen_house
        from inspect_pipelines.cli.output import user_name
        from inspect_pipelines.usecases.runs import start
        from inspect_pipelines.usecases.runs.launch import launch
        from inspect_pipelines.usecases.runs.reconcile import reconcile

        house = chosen_house(settings)
        reconcile(house)
        wanted = start.request(
            house,
            DefinitionId(definition_id),
            variables,
            by=f"user:{user_name()}",
            key=key,
            branch=branch,
            selection=selection,
            against=against,
        )
        handle = launch(house, engine, wanted)
        yield started_here(house, settings, engine, handle, wanted)


def started_here(house: House, settings: Settings, engine: Engine, handle: str, wanted: Run) -> Started:
    """What was launched on this machine."""
    from inspect_pipelines.cli.launching import awaited
    from inspect_pipelines.queries.runs import summary

    def await_end(quietly: bool) -> RunSummary:
        ended = awaited(house, settings, engine, handle, wanted, quietly=quietly)
        return summary(house, ended)

    return Started(summary(house, wanted), await_end)


def started_there(client: Client, run: RunSummary) -> Started:
    """What a server started."""
    from inspect_pipelines.cli.desks.following import follow_one
    from inspect_pipelines.cli.launching import heeding
    from inspect_pipelines.cli.live import view_of_one

    def wait(quietly: bool) -> RunSummary:
        view = view_of_one()
        for seen in follow_one(client, run.id):
            if not quietly:
                view.show(seen)
        return client.runs.show(run.id).run

    def await_end(quietly: bool) -> RunSummary:
        return heeding(
            lambda: wait(quietly), lambda: client.runs.cancel_run(run.id), SystemClock(), RunId(run.id)
        )

    return Started(run, await_end)


def _run_now(
    client: Client,
    definition_id: str,
    variables: Mapping[str, str],
    branch: str,
    selection: Selection,
    against: str,
) -> RunSummary:
    """A token of CI may start runs and read nothing, so which kind it is is tried out."""
    key = SystemClock().new_id()
    for start in (client.runs.run_schedule, client.runs.run_trigger):
        try:
            return start(
                definition_id,
                variables=variables,
                branch=branch,
                views=selection.views,
                steps=selection.steps,
                viewports=selection.viewports,
                playbooks=selection.playbooks,
                against=against,
                key=f"{key}-{start.__name__}",
            )
        except NotFound as error:
            unknown = error
    with suppress(Forbidden):
        client.find.definition(definition_id)  # raises with what is near
    raise unknown
