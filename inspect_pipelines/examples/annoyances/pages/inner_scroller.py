"""The window does not scroll, a part of it does, and most of the page is below its edge."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

HEAD = "<style>html,body{height:100%;overflow:hidden}#list{height:80vh;overflow:auto}</style>"
BODY = (
    "<div id=list>"
    + "".join(f"<div class=card>Ticket {number}</div>" for number in range(1, 41))
    + "<button>Close all</button></div>"
)
ROUTES = [shown("/inner-scroller", "Tickets", BODY, head=HEAD)]
