"""A header sticks to the window and a bar to its foot: in a picture of the whole page each stands once."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

HEAD = """<style>header{position:sticky;top:0;background:#20506a;color:#fff;padding:12px}
footer{position:fixed;bottom:0;left:0;right:0;background:#f2c14e;padding:12px}</style>"""
BODY = (
    "<header>Free delivery this week</header>"
    + "".join(
        f"<section class=card style='height:320px'>Chapter {number}</section>" for number in range(1, 8)
    )
    + "<footer>Help is here</footer>"
)
ROUTES = [shown("/sticky-header", "A long read", BODY, head=HEAD)]
