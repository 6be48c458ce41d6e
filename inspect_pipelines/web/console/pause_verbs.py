"""Holding definitions back: one of them, or all of the organisation, until somebody or a time lets them go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.plan_summary import show_plan
from inspect_pipelines.usecases.definitions.pause import pause, resume
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

MOST_CHARACTERS = 500  # of a reason


def pause_verbs(shell: Shell) -> Iterator[BaseRoute]:
    """The routes."""
    may = permitted(Permission.DEFINITIONS_PAUSE)

    def pauses(kind: str) -> Callable[[Seen, Fields], str]:
        def held(seen: Seen, fields: Fields) -> str:
            name = _meant(seen, kind)
            _pause(seen, fields, name)
            return seen.link(f"/{kind}s/{name}")

        return held

    def resumes(kind: str) -> Callable[[Seen, Fields], str]:
        def let_go(seen: Seen, fields: Fields) -> str:
            name = _meant(seen, kind)
            resume(seen.house, name, by=seen.caller.actor)
            return seen.link(f"/{kind}s/{name}")

        return let_go

    for kind in ("schedule", "trigger"):
        place = f"/{kind}s/{{definition_id}}"
        yield form(shell, f"{place}/pause", may, f"{kind}.pause", pauses(kind))
        yield form(shell, f"{place}/resume", may, f"{kind}.resume", resumes(kind))
    all_ = "organization"
    yield form(shell, "/settings/pause", may, "organization.pause", _pause_all, subject=all_)
    yield form(shell, "/settings/resume", may, "organization.resume", _resume_all, subject=all_)


def _pause_all(seen: Seen, fields: Fields) -> str:
    _pause(seen, fields, None)
    return seen.link("/settings/limits")


def _resume_all(seen: Seen, fields: Fields) -> str:
    resume(seen.house, None, by=seen.caller.actor)
    return seen.link("/settings/limits")


def _pause(seen: Seen, fields: Fields, name: DefinitionId | None) -> None:
    reason = fields.one("reason").strip()
    if not 0 < len(reason) <= MOST_CHARACTERS:
        raise UsageError(f"a pause says why, in 1 to {MOST_CHARACTERS} characters: others will wonder")
    until = _moment(fields.one("until"))
    if until is not None and until <= seen.house.clock.now():
        raise UsageError(f"until {until:%Y-%m-%d %H:%M} UTC is over; name a time after now, or none")
    pause(seen.house, name, by=seen.caller.actor, reason=reason, until=until)


def _moment(text: str) -> datetime | None:
    """As a browser's field says it, UTC; None: it was left empty."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no time; write it like 2026-11-28T06:00, in UTC") from None


def _meant(seen: Seen, kind: str) -> DefinitionId:
    name = DefinitionId(seen.request.path_params["definition_id"])
    present(show_plan(seen.house, kind, name), kind, name)
    return name
