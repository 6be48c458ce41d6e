"""The console: pages for people, made on the server, live where something happens, whole without scripts."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.engine import Engine
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.console.baselines import baselines
from inspect_pipelines.web.console.comment_verbs import comment_verbs
from inspect_pipelines.web.console.compare import compare, compared_pictures
from inspect_pipelines.web.console.definition import definition
from inspect_pipelines.web.console.deleted import deleted
from inspect_pipelines.web.console.entrance import entrance, entrance_page
from inspect_pipelines.web.console.environments import environments
from inspect_pipelines.web.console.events import events
from inspect_pipelines.web.console.files import Files
from inspect_pipelines.web.console.home import home
from inspect_pipelines.web.console.inbox import inbox
from inspect_pipelines.web.console.incidents import incidents
from inspect_pipelines.web.console.insight import insight
from inspect_pipelines.web.console.pictures import pictures
from inspect_pipelines.web.console.reports import reports
from inspect_pipelines.web.console.review import review
from inspect_pipelines.web.console.review_verbs import review_verbs
from inspect_pipelines.web.console.run import run
from inspect_pipelines.web.console.runs import runs
from inspect_pipelines.web.console.settings import settings
from inspect_pipelines.web.console.shell import Shell
from inspect_pipelines.web.console.sign_in import sign_in_pages
from inspect_pipelines.web.console.signed import signed
from inspect_pipelines.web.console.styleguide import styleguide
from inspect_pipelines.web.console.verbs import verbs
from inspect_pipelines.web.console.window import window

UNKNOWN = 401
TITLES = {
    400: "That cannot be shown",
    403: "Not for you",
    404: "Not here",
    409: "A newer run looks at the same",
    429: "Too often",
    500: "Something broke",
    503: "Not now",
}


class Console:
    """All pages.

    Args:
        gate: Whom they let in.
        engine: Whoever executes runs now; None: nobody is up.
        has_styleguide: With the page for whoever works on the console.
    """

    def __init__(
        self, gate: Gate, engine: Callable[[], Engine | None], *, has_styleguide: bool = False
    ) -> None:
        self._gate, self._files, self._engine = gate, Files(), engine
        self._shell, self._has_styleguide = Shell(gate, self._files), has_styleguide

    def routes(self) -> list[BaseRoute]:
        """Those of every page, of their pictures and of their static files."""
        found = [*self._files.routes()]
        for router in (
            home(self._shell),
            deleted(self._shell),
            runs(self._shell),
            reports(self._gate),
            signed(self._gate),
            pictures(self._gate),
            sign_in_pages(self._gate),
            entrance(self._shell),
            run(self._shell),
            review(self._shell),
            compare(self._shell),
            compared_pictures(self._gate),
            window(self._shell),
        ):
            found += router.routes
        found += verbs(self._shell, self._engine)
        for room in (
            inbox,
            environments,
            definition,
            baselines,
            incidents,
            events,
            insight,
            settings,
            review_verbs,
            comment_verbs,
        ):
            found += room(self._shell)
        if self._has_styleguide:
            found += styleguide(self._shell, self._files).routes
        return found

    def problem(
        self, request: Request, status: int, sentence: str, *, newer: RunId | None = None
    ) -> Response | None:
        """A page that says what is wrong, for a browser; None: a program asked, which reads JSON.

        Args:
            request: That cannot be answered.
            status: Of the answer.
            sentence: What is wrong.
            newer: The run that has taken the place of the one that was asked about.
        """
        if "text/html" not in request.headers.get("accept", ""):
            return None
        if status == UNKNOWN:
            return entrance_page(self._shell, request, sentence="")
        title = TITLES.get(status, "That did not work")
        return self._shell.plain(
            request, "problem.html.j2", status=status, title=title, sentence=sentence, newer=newer
        )
