"""What is pinned to points of views in the review room, and whom it asks."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import CommentId, RunId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.pictures.ask_reviewer import ask_reviewer, release_reviewer
from inspect_pipelines.usecases.pictures.comment import pin_comment, reopen_comment, resolve_comment
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

KEPT = ("show", "viewport", "q", "without", "view")  # of the address


def comment_verbs(shell: Shell) -> Iterator[BaseRoute]:
    """`POST /runs/{run_id}/review/..`."""
    says = permitted(Permission.REVIEW_PROPOSE)
    yield form(shell, "/runs/{run_id}/review/comment", says, "comment.pin", _pin)
    yield form(shell, "/runs/{run_id}/review/resolve", says, "comment.resolve", _resolve)
    yield form(shell, "/runs/{run_id}/review/reopen", says, "comment.reopen", _reopen)
    yield form(shell, "/runs/{run_id}/review/ask", says, "review.request", _ask)
    yield form(shell, "/runs/{run_id}/review/release", says, "review.release", _release)


def _pin(seen: Seen, fields: Fields) -> str:
    view = View.parse(fields.one("view"))
    x, y = (_px(fields.one(name), name) for name in ("x", "y"))
    pin_comment(seen.house, _run_id(seen), view, x=x, y=y, text=fields.one("text"), caller=seen.caller)
    return _back(seen, fields)


def _resolve(seen: Seen, fields: Fields) -> str:
    resolve_comment(seen.house, CommentId(fields.one("comment")), caller=seen.caller)
    return _back(seen, fields)


def _reopen(seen: Seen, fields: Fields) -> str:
    reopen_comment(seen.house, CommentId(fields.one("comment")), caller=seen.caller)
    return _back(seen, fields)


def _ask(seen: Seen, fields: Fields) -> str:
    ask_reviewer(seen.house, _run_id(seen), fields.one("login"), caller=seen.caller)
    return _back(seen, fields)


def _release(seen: Seen, fields: Fields) -> str:
    release_reviewer(seen.house, _run_id(seen), fields.one("login"), caller=seen.caller)
    return _back(seen, fields)


def _run_id(seen: Seen) -> RunId:
    run_id = RunId(seen.request.path_params["run_id"])
    return present(current_run(seen.house, run_id), "run", run_id).id


def _px(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise UsageError(f"{name} is a number of pixels, and {text[:20]!r} is none")
    return int(text)


def _back(seen: Seen, fields: Fields) -> str:
    """The same view of the same list."""
    asked = seen.request.query_params
    parts = {name: asked.getlist(name) for name in KEPT}
    parts["view"] = [fields.one("view") or asked.get("view", "")]
    return seen.link(f"/runs/{_run_id(seen)}/review", **parts)
