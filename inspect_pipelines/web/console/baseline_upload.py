"""Pictures are uploaded to a set of baselines: they become a run that waits for a person."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.pictures.open_upload import MOST_PICTURES, File
from inspect_pipelines.usecases.pictures.propose_upload import propose_upload
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.rates import FILES
from inspect_pipelines.web.access.room import Room
from inspect_pipelines.web.console.forms import KEY, Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

KIND = "multipart/form-data"
MOST_BYTES = 64_000_000  # as sent
MOST_FIELDS, MOST_FIELD_BYTES = 10, 4_000
EACH, ALTOGETHER = 1, 2  # at once; comparing a thousand pictures takes a minute of a core


def baseline_upload(shell: Shell) -> BaseRoute:
    """`POST /baselines/{set_name}/upload`."""
    room = Room("uploads are looked at", each=EACH, altogether=ALTOGETHER)

    def propose(seen: Seen, fields: Fields) -> str:
        actor, house = seen.caller.actor, seen.house
        shell.gate.rates.spend(FILES, house.org_id, "this organisation")
        room.take(house.org_id)
        try:
            run = propose_upload(
                house,
                seen.request.path_params["set_name"],
                fields.files,
                by=actor,
                note=fields.one("note").strip(),
                key=f"console:{actor}:{fields.one(KEY)}",
            )
        finally:
            room.give_back(house.org_id)
        return seen.link(f"/runs/{run.id}/review")

    may = permitted(Permission.REVIEW_PROPOSE)
    return form(shell, "/baselines/{set_name}/upload", may, "baseline.propose", propose, read=_read)


async def _read(request: Request) -> Fields:
    """A form with files, at most so large.

    Raises:
        UsageError: It is none, or too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != KIND:
        raise UsageError(f"a form with files is sent as {KIND!r}, and this is {kind[:100]!r}")
    parser = MultiPartParser(
        request.headers,
        _bounded(request),
        max_files=MOST_PICTURES,
        max_fields=MOST_FIELDS,
        max_part_size=MOST_FIELD_BYTES,
    )
    try:
        found = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise UsageError(f"this form cannot be read: {error}") from error
    fields: dict[str, list[str]] = {}
    files = []
    for name, value in found.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:  # an empty choice is sent as a file without a name
                files.append(File(value.filename, await value.read()))
        elif "\0" in name + value:
            raise UsageError("this form has the character U+0000 in it, which no database keeps")
        else:
            fields.setdefault(name, []).append(value)
    await found.close()
    return Fields(fields, files)


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > MOST_BYTES:
            raise UsageError(f"an upload has {MOST_BYTES // 1_000_000} MB at most; send it in parts")
        yield piece
