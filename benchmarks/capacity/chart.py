"""A small picture of lines over a day, as SVG that reads on white and on black."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from benchmarks.capacity.queueing import Moments

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 260, 64, 44, 28
COLOURS = ("#c2410c", "#2563eb")


def lines_over_a_day(title: str, lines: Mapping[str, Moments], *, unit: str) -> str:
    """An SVG document; each line has as many points as it has, evenly over 24 hours, from 0 up."""
    top = max(float(points.max()) for points in lines.values()) or 1.0
    inner, tall = WIDTH - LEFT - 24, HEIGHT - TOP - BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        '<g font-family="sans-serif" font-size="12" fill="#6b7280">',
        f'<text x="{LEFT}" y="16" font-weight="bold">{escape(title)}</text>',
    ]
    for hour in range(0, 25, 4):
        x = LEFT + inner * hour / 24
        parts.append(f'<text x="{x:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{hour:02}:00</text>')
    for share in (0, 0.5, 1):
        y = TOP + tall * (1 - share)
        parts.append(f'<path d="M{LEFT} {y:.0f}H{LEFT + inner}" stroke="#6b7280" stroke-opacity=".3"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{top * share:,.0f}</text>')
    for number, (name, points) in enumerate(lines.items()):
        step = inner / max(1, len(points) - 1)
        path = " ".join(
            f"{LEFT + step * at:.1f},{TOP + tall * (1 - value / top):.1f}" for at, value in enumerate(points)
        )
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="1.5"/>')
        parts.append(f'<text x="{LEFT + 240 * number}" y="33" fill="{COLOURS[number]}">{escape(name)}</text>')
    parts.append(f'<text x="{WIDTH - 12}" y="16" text-anchor="end">{escape(unit)}</text></g></svg>')
    return "\n".join(parts) + "\n"
