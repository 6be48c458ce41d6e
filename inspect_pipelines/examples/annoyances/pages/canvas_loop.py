"""A canvas that a script draws anew in every frame."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<canvas id=waves width=600 height=200></canvas><script>
const pen = document.getElementById("waves").getContext("2d");
const draw = (now) => {
  pen.clearRect(0, 0, 600, 200);
  pen.fillStyle = "#20506a";
  for (let x = 0; x < 600; x += 4) pen.fillRect(x, 100 + 80 * Math.sin(now / 90 + x / 40), 3, 6);
  requestAnimationFrame(draw);
};
requestAnimationFrame(draw)</script>"""
ROUTES = [shown("/canvas-loop", "Waves", BODY)]
