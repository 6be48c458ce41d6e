"""Whether this process can do its work: each part with a sentence when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.requests import Request

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.status import journal_head
from inspect_pipelines.web.access.declaration import ANYBODY, is_for
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.duties.duty import Duty

REMARKED_FOR = timedelta(days=7)  # what was mended by itself, so that who looks once a week learns of it
WITHHELD = (
    "it cannot do its work; ask on the machine itself, or with an administrator's token, and it says why"
)
FREE_BYTES_WANTED = 200_000_000  # a run of fifty full-page views may need half of it


def health_route(gate: Gate, house: House, duties: Sequence[Duty]) -> APIRouter:
    """`GET /health`.

    Args:
        gate: Who learns why.
        house: Of any organisation: what all of them share is asked about.
        duties: Whose troubles are told.
    """
    router = APIRouter()

    @router.get("/health")
    @is_for(ANYBODY)
    def health(request: Request) -> JSONResponse:
        """200 when this process can do its work, else 503.

        On this machine, and to an administrator's token, each part says what ails it, and the history what was mended.
        """
        is_told = gate.sees_the_machine(request)
        found = ailments(house, duties)
        parts: dict[str, dict[str, object]] = {
            part: {"ok": not sentence, "problem": (sentence if is_told else WITHHELD) if sentence else None}
            for part, sentence in found.items()
        }
        remark = "; ".join(house.history.remarks(since=house.clock.now() - REMARKED_FOR))
        if remark and is_told:
            parts.setdefault("history", {"ok": True, "problem": None})["remark"] = remark
        is_well = not any(found.values())
        return JSONResponse({"ok": is_well, "parts": parts}, status_code=200 if is_well else 503)

    return router


def ailments(house: House, duties: Sequence[Duty]) -> dict[str, str]:
    """What ails each part; an empty sentence means that it is well."""
    found = {part: _told(house, check) for part, check in CHECKS.items()}
    for part in dict.fromkeys(duty.part for duty in duties):
        problems = (duty.problem for duty in duties if duty.part == part)
        found[part] = "; ".join(dict.fromkeys(problem for problem in problems if problem))
    return found


def _ledger(house: House) -> str:
    journal_head(house)
    return ""


def _gallery(house: House) -> str:
    house.gallery.check_writable()
    return ""


def _disk(house: House) -> str:
    free = house.gallery.free_bytes()
    if free is not None and free < FREE_BYTES_WANTED:
        return (
            f"{free // 1_000_000} MB are free under {house.home!r}, {FREE_BYTES_WANTED // 1_000_000} are wanted; "
            "make room, for example with: inspect-pipelines gallery prune"
        )
    return ""


def _told(house: House, check: Callable[[House], str]) -> str:
    try:
        return check(house)
    except (InspectError, OSError) as error:
        return str(error)


CHECKS: Mapping[str, Callable[[House], str]] = {"ledger": _ledger, "gallery": _gallery, "disk": _disk}
