"""A cookie banner lies over the page until somebody answers it."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<p>Eight lamps, made to order.</p><button id=order onclick="this.textContent = 'Ordered'">Order a lamp</button>
<div id=cookies role=dialog aria-label=Cookies><p>We value your privacy.</p><button>Accept all</button> <button>Reject all</button></div>
<script>for (const each of document.querySelectorAll("#cookies button")) each.onclick = () => each.parentNode.remove()</script>"""
HEAD = "<style>#cookies{position:fixed;inset:0;background:#000b;color:#fff;padding:30vh 24px;text-align:center}</style>"
ROUTES = [shown("/banner", "Lamps", BODY, head=HEAD)]
