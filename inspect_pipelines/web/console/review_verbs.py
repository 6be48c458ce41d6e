"""What is said in the review room, taken back, and made the approved pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.queries.review_room import ReviewRoom, next_review, review_room, unfinished
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.withdraw import withdraw
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.review_filter import ReviewFilter
from inspect_pipelines.web.console.shell import Seen, Shell

LONGEST_NOTE, LONGEST_OWNER = 500, 200
ENDING = {DecisionKind.QUARANTINE: "a quarantine", DecisionKind.IGNORE: "an ignored change"}


def review_verbs(shell: Shell) -> Iterator[BaseRoute]:
    """`POST /runs/{run_id}/review/..`."""
    says = permitted(Permission.REVIEW_PROPOSE, Permission.REVIEW_DECIDE)
    finishes = permitted(Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)
    yield form(shell, "/runs/{run_id}/review/decide", says, "review.decide", _decide)
    yield form(shell, "/runs/{run_id}/review/variant", finishes, "review.variant", _approve_beside)
    yield form(shell, "/runs/{run_id}/review/undo", says, "review.withdraw", _undo)
    yield form(shell, "/runs/{run_id}/review/finish", finishes, "review.finish", _finish)


def _decide(seen: Seen, fields: Fields) -> str:
    room = _room(seen)
    narrowed = ReviewFilter.asked(seen.request, room)
    kind = _kind(fields.one("decision"))
    views = _chosen(room, narrowed, fields)
    wish = Wish(
        kind,
        frozenset(views),
        fields.one("note")[:LONGEST_NOTE],
        fields.one("owner")[:LONGEST_OWNER] if kind is DecisionKind.QUARANTINE else "",
        _end_of(kind, fields.one("until")),
    )
    decide(seen.house, room.run.id, wish, caller=seen.caller)
    if not room.waiting:  # a second thought, or a quarantine of what looks right today: it leads nowhere else
        return _address(seen, room, narrowed, views[0], kind.value)
    return _onward(seen, views[0], narrowed, kind.value)


def _approve_beside(seen: Seen, fields: Fields) -> str:
    """The view's picture is right as well, at once; what is approved of it stays."""
    room = _room(seen)
    narrowed = ReviewFilter.asked(seen.request, room)
    views = _chosen(room, narrowed, fields)
    wish = Wish(
        DecisionKind.ACCEPT,
        frozenset(views),
        fields.one("note")[:LONGEST_NOTE],
        until=_day(fields.one("until"), "a variant"),
        finalizes=True,
        as_variant=True,
    )
    decide(seen.house, room.run.id, wish, caller=seen.caller)
    return _onward(seen, views[0], narrowed, DecisionKind.ACCEPT.value)


def _undo(seen: Seen, fields: Fields) -> str:
    room = _room(seen)
    last = {str(one.id): one for one in room.last_of(seen.caller.actor)}
    named = fields.many("decision")
    if not named or not last.keys() >= {*named}:
        raise Refused("that was not the last thing that you said here; load the page again to see what was")
    for each in named:
        withdraw(seen.house, last[each].id, caller=seen.caller)
    narrowed = ReviewFilter.asked(seen.request, room)
    return _address(seen, room, narrowed, last[named[0]].shown.view, "undo")


def _finish(seen: Seen, fields: Fields) -> str:
    room = _room(seen)
    views = unfinished(seen.house, room)
    if not views and not room.asks_for_all:
        raise Refused(f"run {room.run.id!r} has nothing accepted that is not the approved picture already")
    note = fields.one("note")[:LONGEST_NOTE]
    wish = Wish(
        DecisionKind.ACCEPT, frozenset(views), note, finalizes=True, force=fields.one("force") == "yes"
    )
    decide(seen.house, room.run.id, wish, caller=seen.caller)
    following = next_review(seen.house, room)
    if following is None:
        return seen.link("/inbox", said=DecisionKind.ACCEPT.value)
    return seen.link(f"/runs/{following}/review", said="next")


def _room(seen: Seen) -> ReviewRoom:
    run_id = RunId(seen.request.path_params["run_id"])
    return present(review_room(seen.house, run_id), "run", run_id)


def _kind(text: str) -> DecisionKind:
    try:
        return DecisionKind(text)
    except ValueError:
        said = ", ".join(DecisionKind)
        raise UsageError(f"{text[:40]!r} is nothing that can be said of a view; say one of: {said}") from None


def _chosen(room: ReviewRoom, narrowed: ReviewFilter, fields: Fields) -> list[View]:
    """The view, with those that show the same where the button said so; or all that wait in the list."""
    if fields.one("all") == "yes":
        waiting = [one.view for one in narrowed.of(room) if one.waits]
        if str(len(waiting)) != fields.one("count"):
            raise Refused(
                f"{len(waiting)} views wait in this list by now, and the button said {fields.one('count')[:10]!r}; "
                "load the page again and look at them"
            )
        if not waiting:
            raise Refused("nothing in this list waits any more")
        return waiting
    named = fields.one("view")
    looked = present(room.find(named), "view", named)
    alike = narrowed.deciding(looked, room) if fields.one("alike") == "yes" else []
    return [looked.view, *(view for view in alike if view != looked.view)]


def _end_of(kind: DecisionKind, day: str) -> datetime | None:
    """The end of a day, UTC; None: what is said has no end."""
    if kind not in ENDING:
        return None
    if kind is DecisionKind.IGNORE:
        return _day(day, ENDING[kind])
    return _day(day or "no day", ENDING[kind])


def _day(day: str, what: str) -> datetime | None:
    """The end of a day, UTC; None: none was given."""
    if not day.strip():
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)
    except ValueError:
        raise UsageError(
            f"{what} ends on a day, and {day[:20]!r} is none; write it like 2026-11-28"
        ) from None


def _onward(seen: Seen, last: View, narrowed: ReviewFilter, said: str) -> str:
    """The next view that waits: after this one in the list, else before it, else anywhere in the run; then other runs."""
    room = _room(seen)
    listed = narrowed.of(room)
    at = next((i for i, one in enumerate(room.views) if one.view == last), 0)
    places = {one.view: i for i, one in enumerate(room.views)}
    waiting = [one.view for one in listed if one.waits] or [one.view for one in room.waiting]
    following = next((view for view in waiting if places[view] > at), waiting[0] if waiting else None)
    if following is not None:
        return _address(seen, room, narrowed, following, said)
    if unfinished(seen.house, room) or (other := next_review(seen.house, room)) is None:
        return _address(seen, room, narrowed, None, said)
    return seen.link(f"/runs/{other}/review", said="next")


def _address(seen: Seen, room: ReviewRoom, narrowed: ReviewFilter, view: View | None, said: str) -> str:
    parts = {**narrowed.parts(), "view": str(view) if view else "", "said": said}
    return seen.link(f"/runs/{room.run.id}/review", **parts)
