"""A link opens a window of its own."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<button onclick="window.open('/popup/terms', 'terms', 'width=600,height=400')">Our terms</button>"""
ROUTES = [
    shown("/popup", "Before you order", BODY),
    shown("/popup/terms", "Terms", "<p>Chairs come back within 30 days.</p>"),
]
