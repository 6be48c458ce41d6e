"""The card is typed into a frame of another origin, as payment services have it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import page, shown

CARD = """<form onsubmit="event.preventDefault(); parent.postMessage('paid', '*')"><label>Card number <input id=number></label>
<button>Pay 120</button></form>"""
BODY = """<p>You pay <b>120</b>.</p><iframe title=Payment src="{card}" width=480 height=220 style="border:0"></iframe><p id=said>Not paid</p>
<script>addEventListener("message", (event) => {{ if (event.data === "paid") document.getElementById("said").textContent = "Paid, thank you" }})</script>"""


async def checkout(request: Request) -> Response:
    """The shop's page; the frame's host is this machine by its other name."""
    return page("Checkout", BODY.format(card=f"http://localhost:{request.url.port}/payment-frame/card"))


ROUTES = [Route("/payment-frame", checkout), shown("/payment-frame/card", "Your card", CARD)]
