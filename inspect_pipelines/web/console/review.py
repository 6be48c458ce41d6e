"""A run's review: one view at a time, with its pictures laid over each other, what differs by name, and a person's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.change_group import Unlike
from inspect_pipelines.domain.decision import LONGEST_IGNORED, LONGEST_QUARANTINE, Decision
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.shift import Shift
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.comments import askable, comments_on, requests_for
from inspect_pipelines.queries.report import OUTCOME_WORDS, Tone
from inspect_pipelines.queries.review_room import Looked, ReviewRoom, review_room, unfinished
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.review_filter import SHOWS, ReviewFilter
from inspect_pipelines.web.console.shell import Seen, Shell
from inspect_pipelines.web.console.viewer import (
    ALIGNED,
    NEW,
    OLD,
    OVERLAY,
    Place,
    Side,
    picture_at,
    places,
    shift_of,
)

AROUND = 25  # views that the strip shows before and after the one that is looked at
MOST_UNLIKE = 8
USUAL_QUARANTINE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Step:
    """A view in the strip."""

    looked: Looked
    number: int
    word: str
    tone: Tone
    picture: Sha256 | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands beside the pictures."""

    looked: Looked
    word: str
    tone: Tone
    sentence: str
    sides: tuple[Side, ...]
    places: tuple[Place, ...]
    shift: Shift | None  # None: no rows moved, or nobody knows where
    deciding: Sequence[View]
    unlike: Sequence[Unlike]
    more_unlike: int
    said: Sequence[Decision]
    drawn: tuple[str, ...] | None  # what stands in the box that somebody drew; None: nobody did


def review(shell: Shell) -> APIRouter:
    """`GET /runs/{run_id}/review`."""
    router = APIRouter()

    @router.get("/runs/{run_id}/review", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def one(run_id: str, request: Request) -> HTMLResponse:
        seen = shell.see(request)
        found = seen.find(lambda house: review_room(house, RunId(run_id)))
        seen, room = present(found, "run", run_id)
        narrowed = ReviewFilter.asked(request, room)
        shown = narrowed.of(room)
        looked = _looked(request, room, shown)
        at = next((i for i, each in enumerate(shown) if each is looked), None)
        facts = _facts(seen.house, room, looked, narrowed, _drawn(request)) if looked else None
        now = seen.house.clock.now()
        return shell.page(
            seen,
            "review.html.j2",
            room=room,
            run=room.run,
            filter=narrowed,
            shows=SHOWS,
            viewports=sorted({each.view.viewport for each in room.views}),
            shown=shown,
            waiting=[each for each in shown if each.waits],
            steps=[_step(each, i) for i, each in _around(shown, at)],
            at=at,
            facts=facts,
            comments=[
                one
                for one in comments_on(seen.house, room.run.id) or ()
                if looked and one.view == looked.view
            ],
            requests=requests_for(seen.house, room.run.id),
            askable=askable(seen.house),
            region=_number(request.query_params.get("region", "")),
            here=Addresses(seen, room, narrowed),
            after=_after(shown, at, facts.deciding) if facts else None,
            undoable=room.last_of(seen.caller.actor),
            unfinished=[] if room.waiting else unfinished(seen.house, room),
            said=_said(request, room, looked),
            until=(now + USUAL_QUARANTINE).date(),
            last_day=(now + LONGEST_QUARANTINE - timedelta(days=1)).date(),  # a quarantine ends with its day
            today=now.date(),
            last_ignored=(now + LONGEST_IGNORED - timedelta(days=1)).date(),
        )

    return router


def _looked(request: Request, room: ReviewRoom, shown: Sequence[Looked]) -> Looked | None:
    """The view that is named, else the first one that waits."""
    named = request.query_params.get("view")
    if named:
        found = room.find(named)
        if found is None:
            raise NotFound(
                f"run {room.run.id!r} has no view {named[:200]!r}; go through them from its first one"
            )
        return found
    return next((each for each in shown if each.waits), shown[0] if shown else None)


def _around(shown: Sequence[Looked], at: int | None) -> list[tuple[int, Looked]]:
    first = max((at or 0) - AROUND, 0)
    return [*enumerate(shown)][first : (at or 0) + AROUND + 1]


def _after(shown: Sequence[Looked], at: int | None, deciding: Sequence[View]) -> View | None:
    """The view that comes once these are decided, so that its pictures are fetched ahead."""
    start = 0 if at is None else at + 1
    turned = [*shown[start:], *shown[:start]]
    return next((one.view for one in turned if one.waits and one.view not in deciding), None)


def _step(one: Looked, index: int) -> Step:
    picture = one.shot.sha256 if one.shot else one.found.old_sha256 if one.found else None
    return Step(one, index + 1, *_word(one), picture)


def _word(one: Looked) -> tuple[str, Tone]:
    """What is to be known of a view at a glance: what a person said, else what was found."""
    if one.found is None:
        return "First picture", Tone.NEUTRAL
    said = one.found.said
    if said is not None:
        tone = Tone.GOOD if one.found.passed else Tone.BAD
        return said.kind.past.capitalize(), tone
    if one.is_absorbed:
        return "Within tolerance", Tone.GOOD
    word, tone = OUTCOME_WORDS[one.found.outcome]
    return word, Tone.GOOD if one.found.passed else tone


def _facts(house: House, room: ReviewRoom, one: Looked, narrowed: ReviewFilter, drawn: Box | None) -> Facts:
    found = one.found
    word, tone = _word(one)
    sentence = found.sentence if found else "nothing is approved for this view yet"
    others = room.unlike(one)
    moved = shift_of(house, found)
    return Facts(
        one,
        word,
        tone,
        sentence,
        tuple(_sides(room, one)),
        tuple(places(found, moved, one.masks)),
        moved,
        narrowed.deciding(one, room),
        others[:MOST_UNLIKE],
        max(len(others) - MOST_UNLIKE, 0),
        room.said_of(one.view),
        None if drawn is None else one.masks_within(drawn),
    )


def _sides(room: ReviewRoom, one: Looked) -> list[Side]:
    found = one.found
    old, new = room.labels.get(one.view.playbook, ("Approved", "This run"))
    old = f"{old}, variant {found.variant}" if found and found.variant else old
    named = (
        (OLD, old, found.old_sha256 if found else None),
        (NEW, new, found.new_sha256 if found else one.shot.sha256 if one.shot else None),
        (OVERLAY, "What differs", found.overlay_sha256 if found else None),
        (ALIGNED, "Rows beside each other", found.side_by_side_sha256 if found else None),
    )
    return [Side(name, label, picture_at(room.run.id, sha256)) for name, label, sha256 in named if sha256]


def _drawn(request: Request) -> Box | None:
    """`mask=x,y,width,height` in pixels of this run's picture."""
    numbers = [_number(one) for one in request.query_params.get("mask", "").split(",")]
    known = [one for one in numbers if one is not None]
    return Box(*known) if len(known) == len(numbers) == 4 else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


class Addresses:
    """Addresses of the room, each with what narrows it."""

    def __init__(self, seen: Seen, room: ReviewRoom, narrowed: ReviewFilter) -> None:
        self._seen, self._path, self._filter = seen, f"/runs/{room.run.id}/review", narrowed

    def view(self, view: View, **more: object) -> str:
        return self._seen.link(self._path, **{**self._filter.parts(), "view": str(view), **more})

    def without(self, view: View, at: View) -> str:
        """The same page with a view left out of its group, or in it again."""
        return self._seen.link(self._path, **{**self._filter.toggled(view).parts(), "view": str(at)})

    def does(self, verb: str) -> str:
        return self._seen.link(f"{self._path}/{verb}", **self._filter.parts())


def _said(request: Request, room: ReviewRoom, looked: Looked | None) -> str:
    """What was just done, for the ears too: `Accepted 3 of 12; next: checkout, phone`."""
    match request.query_params.get("said", ""):
        case ("accept" | "reject" | "ignore" | "quarantine") as kind:
            word, count = _counted(room, kind)
            said = f"{word.capitalize()} {count} of {len(room.asked)}"
        case "undo":
            said = "Taken back"
        case "next":
            said = "Nothing of that run waits any more; this is the next one"
        case _:
            return ""
    if looked is None or not room.waiting:
        return f"{said}; nothing waits any more"
    return f"{said}; next: {looked.view.name}, {looked.view.viewport}"


def _counted(room: ReviewRoom, kind: str) -> tuple[str, int]:
    said = [
        one.found.said for one in room.asked if one.found and one.found.said and one.found.said.kind == kind
    ]
    return (said[0].kind.past if said else kind), len(said)
