"""Small pictures for the Dagster UI; the full ones stay out of its event log."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from assets.links import path_of_picture, path_of_report
from assets.markup import cell
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House

MOST_ROWS = 6  # about 4 kB each; an event log entry is read whole with every asset page
MAX_PX = 160


def table_of(house: House, run_id: RunId, pictures: Sequence[tuple[str, Sha256]]) -> str:
    """A Markdown table of thumbnails with their names, each a link, at most six; says how many are left out."""
    lines = ["| view | picture |", "|---|---|"]
    for name, sha in pictures[:MOST_ROWS]:
        lines.append(f"| {name.replace('|', ' ')} | {_image(house, run_id, sha)} |")
    if len(pictures) > MOST_ROWS:
        lines.append(f"| and {len(pictures) - MOST_ROWS} more | see the [report]({path_of_report(run_id)}) |")
    return "\n".join(lines)


def changes_of(house: House, run_id: RunId, comparisons: Sequence[Comparison]) -> str:
    """A Markdown table of what changed: view, sentence and overlay, at most six; says how many are left out."""
    shown = [(each, each.overlay_sha256) for each in comparisons if each.overlay_sha256]
    lines = ["| view | what changed | where |", "|---|---|---|"]
    for each, overlay in shown[:MOST_ROWS]:
        lines.append(f"| {cell(str(each.view))} | {cell(each.reason)} | {_image(house, run_id, overlay)} |")
    if len(shown) > MOST_ROWS:
        lines.append(f"| and {len(shown) - MOST_ROWS} more | see the [report]({path_of_report(run_id)}) | |")
    return "\n".join(lines)


def _image(house: House, run_id: RunId, sha: Sha256) -> str:
    try:
        thumbnail = house.gallery.thumbnail(sha, max_px=MAX_PX)
    except InspectError as error:
        return f"(unreadable: {error})"
    kind = "png" if thumbnail.startswith(b"\x89PNG") else "webp"
    inside = f"![](data:image/{kind};base64,{base64.b64encode(thumbnail).decode()})"
    return f"[{inside}]({path_of_picture(run_id, sha)})"
