"""The style guide: everything that pages are made of, in both themes beside each other; for whoever works on the console."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.web.access.declaration import KNOWN, is_for
from inspect_pipelines.web.console.charts import HEIGHT, WIDTH, Line, line_of
from inspect_pipelines.web.console.contrast import LEAST, THEMES, TONES, contrasts
from inspect_pipelines.web.console.files import Files
from inspect_pipelines.web.console.shell import Shell

SHEET = "console.css"
# name, how it is made, and what it looks like as pages use it
SCALE = (
    ("Page", "h1", "22 to 30 px"),
    ("Section", "h2", "18 px"),
    ("Part", "h3", "16 px"),
    ("Text", "p", "15 px"),
    ("Small", "small", "13 px"),
)


def styleguide(shell: Shell, files: Files) -> APIRouter:
    """`GET /styleguide`."""
    router = APIRouter()

    @router.get("/styleguide", response_class=HTMLResponse)
    @is_for(KNOWN)
    def guide(request: Request) -> HTMLResponse:
        seen = shell.see(request)
        found = {
            theme: [*some] for theme, some in groupby(contrasts(files.text(SHEET)), key=lambda one: one.theme)
        }
        now = seen.house.clock.now()
        return shell.page(
            seen,
            "styleguide.html.j2",
            contrasts=found,
            least=LEAST,
            themes_shown=THEMES,
            tones=TONES,
            statuses=[*RunStatus],
            scale=SCALE,
            soon=now + timedelta(hours=3),
            line=_line(),
            width=WIDTH,
            height=HEIGHT,
        )

    return router


def _line() -> Line:
    scores = (0.002, 0.003, 0.002, 0.006, 0.009, 0.011, 0.016, 0.024)
    rows = [(f"2026-11-{day + 20}", score, 0.02) for day, score in enumerate(scores)]
    return line_of("home (desktop)", rows, None)
