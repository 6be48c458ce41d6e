"""Two runs beside each other, view by view, in the review's viewer. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.comparison import Comparison, Outcome, Pair
from inspect_pipelines.domain.element import selectors_at
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.shift import Shift
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.report import OUTCOME_WORDS, Tone
from inspect_pipelines.queries.run import current_run, find_run
from inspect_pipelines.queries.run_pair import RunPair, choices_for, run_pair
from inspect_pipelines.queries.runs import summary
from inspect_pipelines.usecases.pictures.compare_runs import drawn, measured
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.pictures import POLICY
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

AROUND = 8  # views that the strip shows before and after the one that is looked at; each is measured
WORDS = {
    **OUTCOME_WORDS,
    Outcome.ADDED: ("Only this run", Tone.LOOK),
    Outcome.REMOVED: ("Only the other", Tone.LOOK),
}
SAME = "The same picture"
DRAWN = (OVERLAY, ALIGNED)  # in the order of `drawn`


@dataclass(frozen=True, slots=True)
class Step:
    """A view in the strip."""

    pair: Pair
    found: Comparison
    word: str
    tone: Tone
    thumbnail: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The view that is looked at."""

    step: Step
    sides: tuple[Side, ...]
    places: tuple[Place, ...]
    shift: Shift | None


class Addresses:
    """Addresses of the page."""

    def __init__(self, seen: Seen, pair: RunPair, show: str) -> None:
        self._seen, self._path = seen, f"/runs/{pair.run.id}/compare"
        self._parts = {"with": pair.other.id, "show": show}

    def view(self, view: View | None = None, **more: object) -> str:
        return self._seen.link(self._path, **{**self._parts, "view": str(view) if view else "", **more})


def compare(shell: Shell) -> APIRouter:
    """`GET /runs/{run_id}/compare?with=RUN`, and `../drawn/{side}` of a view."""
    router, sees = APIRouter(), permitted(Permission.PICTURES_READ)

    @router.get("/runs/{run_id}/compare", response_class=HTMLResponse)
    @is_for(sees)
    def two(run_id: str, request: Request) -> HTMLResponse:
        seen = shell.see(request)
        asked = request.query_params
        seen, run = present(seen.find(lambda house: current_run(house, RunId(run_id))), "run", run_id)
        text = asked.get("with", "").strip()
        other = find_run(seen.house, text).id if text else None
        pair = run_pair(seen.house, run.id, other) if other else None
        show = "all" if asked.get("show") == "all" or (pair and not pair.differing) else ""
        shown = () if pair is None else pair.pairs if show else pair.differing
        at = _at(pair, shown, asked.get("view", ""))
        steps = _steps(seen.house, pair, shown, at) if pair else []
        return shell.page(
            seen,
            "compare.html.j2",
            run=summary(seen.house, run),
            other=summary(seen.house, pair.other) if pair else None,
            pair=pair,
            show=show,
            choices=[*choices_for(seen.house, run, {other} if other else ())],
            typed=text,
            shown=shown,
            at=at,
            steps=steps,
            facts=_facts(seen, pair, next(one for one in steps if one.pair is shown[at]))
            if pair and shown
            else None,
            region=_number(asked.get("region", "")),
            here=Addresses(seen, pair, show) if pair else None,
        )

    return router


def compared_pictures(gate: Gate) -> APIRouter:
    """`GET /runs/{run_id}/compare/{other_id}/{side}?view=..`: what differs between two runs' pictures, drawn for whoever looks."""
    router = APIRouter()

    @router.get("/runs/{run_id}/compare/{other_id}/{side}", response_class=Response)
    @is_for(permitted(Permission.PICTURES_READ))
    def picture(run_id: str, other_id: str, side: str, request: Request) -> Response:
        found = None
        for house in gate.houses(gate.visitor(request)):
            pair = run_pair(house, RunId(run_id), RunId(other_id))
            each = pair.find(request.query_params.get("view", "")) if pair else None
            if pair and each and each.old and each.new and side in DRAWN:
                found = drawn(house, pair, each)
        if found is None:
            sentence = f"there is no picture of what runs {run_id[:100]!r} and {other_id[:100]!r} differ by in that view"
            return JSONResponse({"error": sentence}, status_code=404)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "private, max-age=3600"}
        return Response(found[DRAWN.index(side)], media_type="image/png", headers=headers)

    return router


def _at(pair: RunPair | None, shown: Sequence[Pair], named: str) -> int:
    """Where the view that is named stands in the list; without a name the first one."""
    if pair is None or not named:
        return 0
    found = pair.find(named)
    if found is None:
        raise NotFound(
            f"neither run {pair.run.id!r} nor run {pair.other.id!r} shows a view {named[:200]!r}; go through them from the first one"
        )
    return shown.index(found) if found in shown else 0


def _steps(house: House, pair: RunPair, shown: Sequence[Pair], at: int) -> list[Step]:
    around = shown[max(at - AROUND, 0) : at + AROUND + 1]
    return [
        _step(pair, each, found) for each, found in zip(around, measured(house, pair, around), strict=True)
    ]


def _step(pair: RunPair, each: Pair, found: Comparison) -> Step:
    word, tone = WORDS[found.outcome]
    if found.passed:
        word, tone = SAME if found.old_sha256 == found.new_sha256 else "Within tolerance", Tone.GOOD
    sha, run = (each.new.sha256, pair.run) if each.new else (each.old and each.old.sha256, pair.other)
    return Step(each, found, word, tone, f"/runs/{run.id}/thumbnails/{sha}")


def _facts(seen: Seen, pair: RunPair, step: Step) -> Facts:
    each, found = step.pair, step.found
    shift = shift_of(seen.house, found)
    new = each.new
    return Facts(
        step,
        tuple(_sides(seen, pair, step)),
        tuple(places(found, shift, lambda box: selectors_at((box,), new) if new else ())),
        shift,
    )


def _sides(seen: Seen, pair: RunPair, step: Step) -> list[Side]:
    each = step.pair
    sides = []
    if each.old:
        sides.append(Side(OLD, "Other run", picture_at(pair.other.id, each.old.sha256)))
    if each.new:
        sides.append(Side(NEW, "This run", picture_at(pair.run.id, each.new.sha256)))
    if step.found.outcome is Outcome.CHANGED:
        place = f"/runs/{pair.run.id}/compare/{pair.other.id}"
        sides += [
            Side(name, label, seen.link(f"{place}/{name}", view=str(each.view)))
            for name, label in ((OVERLAY, "What differs"), (ALIGNED, "Rows beside each other"))
        ]
    return sides


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
