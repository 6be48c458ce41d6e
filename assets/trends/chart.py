"""A small chart as Markdown of the Dagster UI: SVG in a data address, which runs no scripts and fetches nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import date

WIDTH, LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 340, 46, 334, 10, 64, 82
INK, BLUE, RED = "#7a818c", "#2f6fde", "#c2410c"  # readable on the UI's light and on its dark ground


def chart(
    title: str, days: Sequence[tuple[date, float | None]], *, unit: str = "", limit: float | None = None
) -> str:
    """A line over days, as an image in Markdown of less than 1,000 characters: more of them Dagster shows at a click only.

    Args:
        title: What is drawn, for whoever does not see it.
        days: Oldest first; None: nothing was measured that day, and the line has a gap there.
        unit: Behind the highest number.
        limit: Where too much begins; None: nothing does.
    """
    encoded = base64.b64encode(drawn(days, unit=unit, limit=limit).encode()).decode()
    return f"![{title}](data:image/svg+xml;base64,{encoded})"


def drawn(days: Sequence[tuple[date, float | None]], *, unit: str = "", limit: float | None = None) -> str:
    """The same as SVG."""
    high = max([*(value for _, value in days if value is not None), limit or 0.0]) or 1.0

    def height(value: float) -> int:
        return round(BOTTOM - (BOTTOM - TOP) * value / high)

    warned = "" if limit is None else _rule(height(limit), RED, ' stroke-dasharray="5 4"')
    line = f'<path d="{_line(days, height)}" fill="none" stroke="{BLUE}" stroke-width="2" stroke-linecap="round"/>'
    ends = _text(LEFT, HEIGHT - 4, f"{days[0][0]:%d %b}") + _text(
        RIGHT, HEIGHT - 4, f"{days[-1][0]:%d %b}", ' text-anchor="end"'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" style="font:11px sans-serif" fill="{INK}">'
        f"{_rule(BOTTOM, INK, '')}{warned}{line}{_text(0, TOP + 4, f'{high:.3g}{unit}')}{_text(0, BOTTOM + 4, '0')}{ends}</svg>"
    )


def _line(days: Sequence[tuple[date, float | None]], height: Callable[[float], int]) -> str:
    """A path with gaps; a day between two of them is a dot, which takes a length of nothing."""
    step = (RIGHT - LEFT) / max(1, len(days) - 1)
    parts, drawn_before = [], 0  # days without a gap
    for at, (_, value) in enumerate(days):
        drawn_before = 0 if value is None else drawn_before + 1
        if value is not None:
            point = f"{round(LEFT + at * step)} {height(value)}"
            parts.append({1: f"M{point}h0", 2: f"L{point}"}.get(drawn_before, f" {point}"))
    return "".join(parts)


def _rule(y: int, colour: str, dash: str) -> str:
    return f'<path d="M{LEFT} {y}H{RIGHT}" stroke="{colour}"{dash}/>'


def _text(x: int, y: int, text: str, anchor: str = "") -> str:
    return f'<text x="{x}" y="{y}"{anchor}>{text}</text>'
