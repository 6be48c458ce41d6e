"""`../badge.svg`: how a definition stands, as a picture for a README or a wiki."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.badge import Badge, badge_of
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.route import Answer, Asked, AskedBy, Routes

SVG = "image/svg+xml"
GREEN, AMBER, RED, GREY = "#1f7a3d", "#8f5b00", "#b3261e", "#5f6672"  # white text on each: 4.5 to 1 at least
COLOURS = {
    "passing": GREEN,
    "approved": GREEN,
    "needs review": AMBER,
    "failing": RED,
    "rejected": RED,
    "timed out": RED,
    "error": RED,
}
NARROW, WIDE = frozenset("iljtfr1I|.,:;'!()[] "), frozenset("mwMW@%")
PADDING_PX = 7
LONGEST_NAME = 48  # characters
TEMPLATE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}">
<title>{label}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)">
<rect width="{left}" height="20" fill="#30363d"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/>
</g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
<text x="{padding}" y="14" textLength="{name_px}" lengthAdjust="spacingAndGlyphs">{name}</text>
<text x="{says_x}" y="14" textLength="{says_px}" lengthAdjust="spacingAndGlyphs">{says}</text>
</g>
</svg>
"""


def badges(gate: Gate) -> Routes:
    routes = Routes(gate, "badges")
    reads = permitted(Permission.RUNS_READ)
    drawing = Answer(bytes, media_type=SVG)

    def drawn(asked: Asked, kind: str, definition_id: str) -> Response:
        found = present(badge_of(asked.house, kind, definition_id), kind, definition_id)
        # whoever shows it asks again each time: an old one says what is no more
        return Response(drawing_of(found), media_type=SVG, headers={"Cache-Control": "private, no-cache"})

    @routes.get("/schedules/{schedule_id}/badge.svg", reads, drawing)
    def of_schedule(asked: AskedBy, schedule_id: str) -> Response:
        """How a schedule's last run ended, as a picture of 20 pixels' height."""
        return drawn(asked, "schedule", schedule_id)

    @routes.get("/triggers/{trigger_id}/badge.svg", reads, drawing)
    def of_trigger(asked: AskedBy, trigger_id: str) -> Response:
        """How a trigger's last run ended, as a picture of 20 pixels' height."""
        return drawn(asked, "trigger", trigger_id)

    return routes


def drawing_of(badge: Badge) -> str:
    """The SVG: nothing in it is loaded from elsewhere, and no style that a policy of ours would refuse."""
    is_long = len(badge.name) > LONGEST_NAME
    name = badge.name[: LONGEST_NAME - 1] + "…" if is_long else badge.name
    name_px, says_px = _width(name), _width(badge.says)
    left, right = name_px + 2 * PADDING_PX, says_px + 2 * PADDING_PX
    return TEMPLATE.format(
        width=left + right,
        left=left,
        right=right,
        colour=COLOURS.get(badge.says, GREY),
        padding=PADDING_PX,
        name_px=name_px,
        says_x=left + PADDING_PX,
        says_px=says_px,
        name=_text(name),
        says=_text(badge.says),
        label=_text(f"{badge.name}: {badge.says}"),
    )


def _width(text: str) -> int:
    """About as wide as a browser's usual font draws it at 11 px; `textLength` has it drawn so wide."""
    return round(sum(4.3 if one in NARROW else 10.2 if one in WIDE else 7.0 for one in text))


def _text(text: str) -> str:
    return escape("".join(one if one.isprintable() else " " for one in text))
