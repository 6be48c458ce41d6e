"""The player: every viewport plays all steps in a fresh context, at two addresses in turns where two are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress

from playwright.sync_api import Browser

from inspect_pipelines.domain.against import names_of
from inspect_pipelines.domain.playbook import Viewport
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from inspect_pipelines.domain.site_build import changed
from inspect_pipelines.domain.template import fill_address
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.logins import Logins
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import Halted, NotLoggedIn
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.headers import Headers
from resources.sessions.browser.hold import Hold
from resources.sessions.browser.recorder import Recorder
from resources.sessions.browser.side import Side
from resources.sessions.browser.stand import Stand
from resources.sessions.record import Record
from resources.sessions.wire import End, OtherEnd


class Player:
    """Plays one request in a browser that is up.

    Args:
        records: Of what it sees, and of what it sees at the other address where there is one.
        recorders: Of what is kept beside pictures, likewise.
        values: Likewise.
        show: Given what the window looks like now, again and again; None: nobody is to watch.
        hold: Where a step that has failed waits; None: it does not.
    """

    def __init__(
        self,
        browser: Browser,
        request: SessionRequest,
        *,
        values: Sequence[Mapping[str, str]],
        secret_names: frozenset[str],
        records: Sequence[Record],
        recorders: Sequence[Recorder],
        gallery: Gallery,
        clock: Clock,
        halt: Halt,
        logins: Logins,
        show: Callable[[bytes], None] | None = None,
        hold: Hold | None = None,
    ) -> None:
        self._browser = browser
        self._playbook = request.playbook
        self._halt = halt
        requests = [request] if request.beside is None else [request, request.beside]
        names = names_of(request, request.beside) if request.beside else ("",)
        homes = [
            fill_address(each.playbook.base_url, own) for each, own in zip(requests, values, strict=True)
        ]
        # What a browser asks for is let go or refused for all of its pages, so both sides share their borders.
        self._borders = Borders(request.allowed_hosts, *homes)
        self._sides = [
            Side(
                browser,
                each,
                values=own,
                secret_names=secret_names,
                name=name,
                borders=self._borders,
                record=record,
                recorder=recorder,
                gallery=gallery,
                clock=clock,
                halt=halt,
                logins=logins,
                show=show if each is request else None,
                hold=hold if each is request else None,
            )
            for each, name, own, record, recorder in zip(
                requests, names, values, records, recorders, strict=True
            )
        ]

    def play(self) -> End:
        """All viewports, each on its own; the first step that could not be played names the session's error.

        Raises:
            SessionCrashed: The browser died.
        """
        documents = Documents(self._browser, self._borders)
        for side in self._sides:
            side.open(documents)
        own, *others = self._sides
        wire = self._playbook.page.wire
        headers = Headers(
            self._browser, self._borders, {name: own.words.filled(value) for name, value in wire.headers}
        )
        failures: list[list[str]] = [[] for _ in self._sides]
        try:
            before = self._builds()
            for viewport in self._playbook.viewports:
                if self._halt.is_asked:
                    break
                for found, failure in zip(failures, self._play_viewport(viewport), strict=True):
                    if failure is not None:
                        found.append(failure)
            after = [
                side.build() if known is not None else None
                for side, known in zip(self._sides, before, strict=True)
            ]
        except NotLoggedIn as end:  # nor would anybody be in the next viewport
            return End(SessionStatus.AUTH, own.record.shortened(str(end)), retry_may_help=end.may_help)
        finally:
            for side in self._sides:
                side.close_mirrors()
            headers.close()
            documents.close()
        if why := next(filter(None, map(changed, before, after)), None):
            return End(SessionStatus.SITE_CHANGED, why)
        for side, found in zip(self._sides, failures, strict=True):
            if not found:
                side.tell_idle()
        for side, found in zip(others, failures[1:], strict=True):
            side.record.close()
            side.record.tell(OtherEnd(side.record.shortened(found[0]) if found else None))
        if failures[0]:
            return End(SessionStatus.FAILED, own.record.shortened(failures[0][0]))
        return End(SessionStatus.COMPLETED)

    def close(self) -> None:
        """As each side's."""
        for side in self._sides:
            side.close()

    def _builds(self) -> list[str | None]:
        """What each side says of its build now."""
        return [side.build() for side in self._sides]

    def _play_viewport(self, viewport: Viewport) -> list[str | None]:
        """Why a step of each side could not be played, if so."""
        with ExitStack() as stack:
            stands = [stack.enter_context(side.on(viewport)) for side in self._sides]
            with suppress(Halted), self._halt.cutting():
                take_turns(stands)
            for stand in stands:
                stand.tear_down()
                stand.leave()
            for stand in stands:
                if stand.lost is not None:
                    raise stand.lost
            return [stand.failure for stand in stands]


def take_turns(stands: Sequence[Stand]) -> None:
    """Play each to its next picture or the end of its step, again and again, until all have come to their end."""
    waiting = [stand.turns() for stand in stands]
    while waiting:
        for turns in [*waiting]:
            try:
                next(turns)
            except StopIteration:
                waiting.remove(turns)
