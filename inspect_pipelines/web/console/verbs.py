"""What buttons do: start, cancel and retry runs, switch definitions, say what a run's pictures are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.queries.plan_summary import show_plan
from inspect_pipelines.queries.reviews import review_with
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.definitions.switch import switch_definition
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.runs.cancel import cancel
from inspect_pipelines.usecases.runs.clear_worker import clear_worker
from inspect_pipelines.usecases.runs.run_now import retry_now, run_now
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.rates import RUN_NOW
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import KEY, Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

KINDS = ("schedule", "trigger")


def verbs(shell: Shell, engine: Callable[[], Engine | None]) -> Iterator[BaseRoute]:
    """The routes.

    Args:
        shell: Of the pages that they belong to.
        engine: Whoever executes runs now; None: nobody is up.
    """
    runs, switches = permitted(Permission.RUNS_WRITE), permitted(Permission.DEFINITIONS_PAUSE)
    says = permitted(Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)

    def starts(kind: str) -> Callable[[Seen, Fields], str]:
        def start(seen: Seen, fields: Fields) -> str:
            name = DefinitionId(seen.request.path_params["definition_id"])
            present(show_plan(seen.house, kind, name), kind, name)
            shell.gate.rates.spend(RUN_NOW, f"{seen.house.org_id}/{name}", f"whoever runs {name!r}")
            key = f"console:{seen.caller.actor}:{fields.one(KEY)}"
            run = run_now(seen.house, engine, name, {}, by=seen.caller.actor, key=key)
            return seen.link(f"/runs/{run.id}")

        return start

    def switch(kind: str, *, enabled: bool) -> Callable[[Seen, Fields], str]:
        def switched(seen: Seen, fields: Fields) -> str:
            name = DefinitionId(seen.request.path_params["definition_id"])
            switch_definition(seen.house, kind, name, enabled=enabled, by=seen.caller.actor)
            return seen.link("/") + f"#{kind}-{name}"

        return switched

    def cancels(seen: Seen, fields: Fields) -> str:
        run = present(current_run(seen.house, _run_id(seen)), "run", _run_id(seen))
        found = engine()
        done = cancel(
            seen.house,
            run.id,
            lambda: [found] if found else [],
            by=seen.caller.actor,
            reason=fields.one("reason"),
        )
        if done.run.status is not RunStatus.CANCELLED:
            raise Refused(
                f"run {run.id!r} was not cancelled: it ended as {done.run.status.value!r} in the same moment"
            )
        clear_worker(seen.house, run.id)
        return seen.link(f"/runs/{run.id}")

    def retries(seen: Seen, fields: Fields) -> str:
        run = present(current_run(seen.house, _run_id(seen)), "run", _run_id(seen))
        again = retry_now(seen.house, engine, run.id, by=seen.caller.actor)
        return seen.link(f"/runs/{again.id}")

    def decides(seen: Seen, fields: Fields) -> str:
        run = present(current_run(seen.house, _run_id(seen)), "review", _run_id(seen))
        decide(seen.house, run.id, _wish(fields), caller=seen.caller)
        left = review_with(seen.house, run.id)
        goes_on = left is not None and left.waiting_views
        return seen.link(f"/runs/{run.id}" if goes_on else "/inbox", said=fields.one("decision"))

    for kind in KINDS:
        place = f"/{kind}s/{{definition_id}}"
        yield form(shell, f"{place}/run-now", runs, f"{kind}.run", starts(kind))
        yield form(shell, f"{place}/enable", switches, f"{kind}.enable", switch(kind, enabled=True))
        yield form(shell, f"{place}/disable", switches, f"{kind}.disable", switch(kind, enabled=False))
    yield form(shell, "/runs/{run_id}/cancel", runs, "run.cancel", cancels)
    yield form(shell, "/runs/{run_id}/retry", runs, "run.retry", retries)
    yield form(shell, "/runs/{run_id}/decisions", says, "review.decide", decides)


def _run_id(seen: Seen) -> RunId:
    return RunId(seen.request.path_params["run_id"])


def _wish(fields: Fields) -> Wish:
    """What a person says of views; without any named: of all that wait."""
    said = fields.one("decision")
    if said not in (DecisionKind.ACCEPT.value, DecisionKind.REJECT.value):
        raise UsageError(f"{said[:40]!r} is nothing that this form says; press accept or reject")
    return Wish(
        DecisionKind(said),
        frozenset(View.parse(text) for text in fields.many("view")),
        fields.one("note")[:500],
        finalizes=said == DecisionKind.ACCEPT.value and fields.one("finalize") == "yes",
    )
