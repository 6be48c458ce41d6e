"""A run's pictures over HTTP, as they lie in the gallery: what links in Dagster's UI open."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.errors import InspectError, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.pictures import kept_picture, small_picture
from inspect_pipelines.queries.run import pictures_of, run_anywhere
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api import problem
from inspect_pipelines.web.missing_picture import missing

POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
KNOWN_SECONDS = 20.0
WEEK = "private, max-age=604800, immutable"  # its name is its content's hash


class _Known:
    """Which pictures runs refer to, for as long as a page of them is loaded: reading that takes a run's whole evidence."""

    def __init__(self) -> None:
        self._of: dict[RunId, tuple[float, set[Sha256]]] = {}  # until when, by the steady clock

    def has(self, house: House, run_id: RunId, sha256: Sha256) -> bool:
        now = house.clock.monotonic()
        until, known = self._of.get(run_id, (now, set()))
        if now < until and sha256 in known:
            return True
        found = pictures_of(house, run_id)  # also when it is new: the run may go on
        self._of = {one: kept for one, kept in self._of.items() if now < kept[0]}
        self._of[run_id] = (now + KNOWN_SECONDS, found)
        return sha256 in found


def pictures(gate: Gate) -> APIRouter:
    """`GET /runs/{run_id}/pictures/{sha256}`: a picture that this run refers to, and no other; `../thumbnails/..`: small."""
    router, known = APIRouter(), _Known()

    @router.get("/runs/{run_id}/pictures/{sha256}", response_class=Response)
    @is_for(permitted(Permission.PICTURES_READ))
    def picture(run_id: str, sha256: str, request: Request) -> Response:
        return answer(run_id, sha256, request, lambda content: content, "image/png")

    @router.get("/runs/{run_id}/thumbnails/{sha256}", response_class=Response)
    @is_for(permitted(Permission.PICTURES_READ))
    def small(run_id: str, sha256: str, request: Request) -> Response:
        return answer(run_id, sha256, request, small_picture, "image/webp")

    def answer(
        run_id: str, sha256: str, request: Request, form: Callable[[bytes], bytes], media_type: str
    ) -> Response:
        found = run_anywhere(gate.houses(gate.visitor(request)), RunId(run_id))
        if found is None:
            return JSONResponse({"error": f"there is no run {run_id!r}"}, status_code=404)
        house, run = found
        if not known.has(house, run.id, Sha256(sha256)):
            sentence = (
                f"run {run.id!r} has no picture {sha256!r}, or not any more: evidence is kept for a time"
            )
            return missing(request, sentence)
        try:
            content = form(kept_picture(house, Sha256(sha256)))
        except InspectError as error:
            status = (
                503 if isinstance(error, Unavailable) else 404
            )  # it may be there, on a disk that says nothing
            return missing(request, problem.told_to(request, error), status)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": WEEK}
        return Response(content, media_type=media_type, headers=headers)

    return router
