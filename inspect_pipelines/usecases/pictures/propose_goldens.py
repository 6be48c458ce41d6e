"""Propose the pictures of another tool: each is matched with a view of a set, and all of them wait for one approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from inspect_pipelines.domain.golden_name import view_of
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import Unreadable, UsageError
from inspect_pipelines.imaging.header import png_header
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.open_upload import File
from inspect_pipelines.usecases.pictures.propose_upload import known_views, propose_upload


@dataclass(frozen=True, slots=True)
class Matched:
    """What each file is.

    Attributes:
        views: By the file's name.
        others: Why a file is the picture of no view.
    """

    views: Mapping[str, View]
    others: Mapping[str, str]


def match_goldens(house: House, set_name: str, files: Sequence[File], mapping: Mapping[str, str]) -> Matched:
    """Which view each file is of.

    Args:
        mapping: Views by the names of files, as a person says; they beat what the names say.

    Raises:
        NotFound: No definition uses that set.
        UsageError: The mapping names a view that nothing takes, or a file that is not there.
    """
    widths = known_views(house, set_name)
    spelled = {str(view): view for view in widths}
    names = {one.name for one in files}
    for name, text in mapping.items():
        if name not in names:
            raise UsageError(f"--map: {name!r} is no picture of the folder")
        if text not in spelled:
            there = ", ".join(sorted(spelled)[:4]) or "none"
            raise UsageError(f"--map: {text!r}, of {name!r}, is no view of {set_name!r}; there are: {there}")
    views: dict[str, View] = {}
    others: dict[str, str] = {}
    for one in files:
        found = _found(one, widths, spelled.get(mapping.get(one.name, "")))
        if isinstance(found, str):
            others[one.name] = found
        elif (first := next((name for name, view in views.items() if view == found), None)) is not None:
            others[one.name] = (
                f"is of view '{found}' as well as {first!r}, which is taken; say which with --map"
            )
        else:
            views[one.name] = found
    return Matched(views, others)


def propose_goldens(
    house: House, set_name: str, files: Sequence[File], matched: Matched, *, by: str, note: str
) -> Run:
    """Keep what was matched as a run that waits for a person; the same pictures a second time are the same run.

    Raises:
        UploadInvalid: Something is wrong with a picture; nothing was kept.
    """
    taken = [
        File(f"{matched.views[one.name]}.png", one.content) for one in files if one.name in matched.views
    ]
    digest = sha256(
        "\n".join(sorted(f"{one.name} {sha256(one.content).hexdigest()}" for one in taken)).encode()
    )
    key = f"import:{set_name}:{digest.hexdigest()}"
    return propose_upload(house, set_name, taken, by=by, note=note, key=key)


def _found(file: File, widths: Mapping[View, int], said: View | None) -> View | str:
    try:
        width = png_header(file.content).width
    except Unreadable as error:
        return str(error)
    return said or view_of(file.name, width, widths)
