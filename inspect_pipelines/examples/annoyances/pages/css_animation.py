"""Style sheets that move things: one comes to an end, one turns for ever."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

HEAD = """<style>@keyframes rise{from{opacity:0;transform:translateY(60px)}to{opacity:1}}@keyframes turn{to{transform:rotate(360deg)}}
#rises{animation:rise 1.4s ease-out both}#turns{width:90px;height:90px;background:#20506a;margin:24px;animation:turn 1.1s linear infinite}
#breathes{transition:opacity 1s;opacity:0}#breathes.now{opacity:1}</style>"""
BODY = """<p id=rises class=card>New this week</p><div id=turns></div><p id=breathes>Slowly</p>
<script>requestAnimationFrame(() => document.getElementById("breathes").className = "now")</script>"""
ROUTES = [shown("/css-animation", "Moving", BODY, head=HEAD)]
