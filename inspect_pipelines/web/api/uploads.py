"""Pictures that were taken elsewhere, sent as proposals."""

from __future__ import annotations

import base64
import binascii

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.runs import RunSummary, runs_of_ids
from inspect_pipelines.usecases.pictures.open_upload import MOST_PICTURES, File
from inspect_pipelines.usecases.pictures.propose_upload import propose_upload
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.access.rates import FILES
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.api.deed import KEY_HEADER, Deed
from inspect_pipelines.web.api.route import Answer, AskedByKey, Routes
from inspect_pipelines.web.api.wishes import Wish

MOST_BYTES = 48_000_000  # of a body: 36 MB of pictures
EACH, ALTOGETHER = 1, 2  # at once
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"


class UploadWish(Wish):
    files: dict[str, str] = Field(
        min_length=1,
        max_length=MOST_PICTURES,
        description="In base64, by their names: PNG pictures named as their views, or ZIP archives of such.",
        examples=[{"home@desktop.png": DOT}],
    )
    note: str = Field(default="", max_length=500, description="Where they come from, and why.")


def uploads(gate: Gate) -> Routes:
    routes = Routes(gate, "baselines")
    room = Room("uploads are looked at", each=EACH, altogether=ALTOGETHER)

    @routes.post(
        "/baseline-sets/{set_name}/uploads",
        permitted(Permission.REVIEW_PROPOSE),
        Answer(RunSummary),
        Deed("baseline.propose", "set_name", needs_key=True, most_bytes=MOST_BYTES),
    )
    def upload(asked: AskedByKey, set_name: str, wish: UploadWish) -> Response:
        """Propose pictures that were taken elsewhere: a run that waits for a person, and changes nothing before.

        What is not known of them (browser, fonts) is taken from what each view showed last.
        """
        house, actor = asked.house, asked.caller.actor
        asked.rates.spend(FILES, house.org_id, "this organisation")
        room.take(house.org_id)
        try:
            run = propose_upload(
                house,
                set_name,
                [File(name, _decoded(name, text)) for name, text in wish.files.items()],
                by=actor,
                note=wish.note,
                key=f"api:{actor}:{asked.request.headers[KEY_HEADER]}",
            )
        finally:
            room.give_back(house.org_id)
        (shown,) = runs_of_ids(house, [run.id])
        return asked.answer(shown)

    return routes


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"{name[:200]!r} is not base64: {error}") from error
