"""Prices that a WebSocket changes about once a second, for ever."""

from __future__ import annotations

import asyncio
import random

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from inspect_pipelines.examples.annoyances.layout import shown

EVERY_SECONDS = 0.9
BODY = """<p class=card>Oak, a cubic metre: <b class=price>…</b> today</p><script>
new WebSocket(`ws://${location.host}/ticker/prices`).onmessage = (event) => document.querySelector(".price").textContent = event.data;
</script>"""


async def prices(socket: WebSocket) -> None:
    """Any price between one and five digits, until nobody listens."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(str(random.randint(1, 99_999)))
            await asyncio.sleep(EVERY_SECONDS)
    except WebSocketDisconnect:
        return


ROUTES = [WebSocketRoute("/ticker/prices", prices), shown("/ticker", "Timber", BODY)]
