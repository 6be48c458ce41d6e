"""A small chart as Markdown of the Dagster UI: SVG in a data address, which runs no scripts and fetches nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 420.0, 96.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 18.0
INK, BLUE, RED = "#7a818c", "#2f6fde", "#c2410c"  # readable on the UI's light and on its dark ground


def chart(
    title: str, days: Sequence[tuple[date, float | None]], *, unit: str = "", limit: float | None = None
) -> str:
    """A line over days, as an image in Markdown.

    Args:
        title: What is drawn, for whoever does not see it.
        days: Oldest first; None: nothing was measured that day, and the line has a gap there.
        unit: Behind each number.
        limit: Where too much begins; None: nothing does.
    """
    svg = drawn(title, days, unit=unit, limit=limit)
    encoded = base64.b64encode(svg.encode()).decode()
    return f"![{title}](data:image/svg+xml;base64,{encoded})"


def drawn(
    title: str, days: Sequence[tuple[date, float | None]], *, unit: str = "", limit: float | None = None
) -> str:
    """The same as SVG."""
    values = [value for _, value in days if value is not None]
    high = max([*values, limit or 0.0]) or 1.0
    step = (WIDTH - LEFT - RIGHT) / max(1, len(days) - 1)

    def place(at: int, value: float) -> str:
        return f"{LEFT + at * step:.1f},{_height(value, high):.1f}"

    parts = [
        _text(LEFT - 6, TOP + 4, f"{high:g}{unit}", "end"),
        _text(LEFT - 6, HEIGHT - BOTTOM + 4, "0", "end"),
    ]
    parts += [_rule(0.0, high, INK, ""), _rule(high, high, INK, ' stroke-dasharray="1 4"')]
    if limit is not None:
        parts.append(_rule(limit, high, RED, ' stroke-dasharray="5 4"'))
    for line in _lines(days):
        points = " ".join(place(at, value) for at, value in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
        for at, value in line:
            x, _, y = place(at, value).partition(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="2.5" fill="{BLUE}"/>')
    if days:
        parts.append(_text(LEFT, HEIGHT - 4, f"{days[0][0]:%d %b}", "start"))
        parts.append(_text(WIDTH - RIGHT, HEIGHT - 4, f"{days[-1][0]:%d %b %Y}", "end"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{HEIGHT:g}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'role="img"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _lines(days: Sequence[tuple[date, float | None]]) -> list[list[tuple[int, float]]]:
    """The pieces between gaps."""
    found: list[list[tuple[int, float]]] = [[]]
    for at, (_, value) in enumerate(days):
        if value is not None:
            found[-1].append((at, value))
        elif found[-1]:
            found.append([])
    return [line for line in found if line]


def _height(value: float, high: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / high


def _rule(value: float, high: float, colour: str, dash: str) -> str:
    y = f"{_height(value, high):.1f}"
    return f'<line x1="{LEFT:g}" y1="{y}" x2="{WIDTH - RIGHT:g}" y2="{y}" stroke="{colour}"{dash}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}" font-family="sans-serif" '
        f'font-size="11">{escape(text)}</text>'
    )
