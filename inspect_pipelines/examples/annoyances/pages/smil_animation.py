"""An SVG that animates itself (SMIL)."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<svg viewBox="0 0 400 160" width=600><circle cy=80 r=30 fill=#20506a><animate attributeName=cx from=40 to=360 dur=1.7s repeatCount=indefinite /></circle>
<rect y=130 height=12 fill=#f2c14e width=0><animate attributeName=width from=0 to=400 dur=1s fill=freeze /></rect></svg>"""
ROUTES = [shown("/smil-animation", "On its way", BODY)]
