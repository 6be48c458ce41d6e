"""A page that asks whether it may be left (`beforeunload`)."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<label>Note <input></label><a href=/leaving/gone>Leave</a>
<script>addEventListener("beforeunload", (event) => { event.preventDefault(); event.returnValue = "x" })</script>"""
ROUTES = [
    shown("/leaving", "Draft", BODY),
    shown("/leaving/gone", "Elsewhere", "<p>The draft is left behind.</p>"),
]
