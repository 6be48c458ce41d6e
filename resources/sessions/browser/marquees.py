"""Marquees: what Chromium moves by itself in a `<marquee>`; scripts cannot reach into it, DevTools can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from playwright.sync_api import Error

from resources.sessions.browser.panes import World
from resources.sessions.browser.scripts import HOLD_MARQUEE

MOST = 20  # of a page
COUNT = "() => document.querySelectorAll('marquee').length"
NTH = "(number) => document.querySelectorAll('marquee')[number]"


def held_marquees(world: World) -> Iterator[str]:
    """Have each of a document's marquees stand still; DevTools' ids of what lets it go on, by its method `release`."""
    for number in range(min(world.answer(COUNT), MOST)):
        with suppress(Error):  # it has gone since
            marquee = world.made(NTH, number)
            found = world.devtools.send("DOM.describeNode", {"objectId": marquee, "depth": 1, "pierce": True})
            (root,) = found["node"]["shadowRoots"]  # Chromium's own
            node = {"backendNodeId": root["backendNodeId"], "executionContextId": world.context_id}
            inside = world.devtools.send("DOM.resolveNode", node)["object"]["objectId"]
            asked = {"objectId": inside, "functionDeclaration": HOLD_MARQUEE}
            yield str(world.devtools.send("Runtime.callFunctionOn", asked)["result"]["objectId"])
