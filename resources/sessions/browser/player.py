"""The player: every viewport plays all steps in a fresh context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.session import SessionRequest, SessionStatus
from inspect_pipelines.domain.site_build import changed
from inspect_pipelines.domain.template import fill_address
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.logins import Logins
from resources.sessions.browser.actions import Actions
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.builds import Builds
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.codes import Codes
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import Halted, NotLoggedIn
from resources.sessions.browser.filming import Filming
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.headers import Headers
from resources.sessions.browser.hold import Hold
from resources.sessions.browser.login import Login
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.mirror import Mirror, masked_in
from resources.sessions.browser.page_masks import PageMasks
from resources.sessions.browser.patience import Patience
from resources.sessions.browser.popups import Popups
from resources.sessions.browser.profile import Stubs, new_profile
from resources.sessions.browser.recorder import Recorder
from resources.sessions.browser.scene import Scene, Scenes
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.stamp import environment
from resources.sessions.browser.steps import Steps
from resources.sessions.browser.window import Window
from resources.sessions.browser.words import Words
from resources.sessions.record import Record
from resources.sessions.wire import Build, End


class Player:
    """Plays one request in a browser that is up.

    Args:
        show: Given what the window looks like now, again and again; None: nobody is to watch.
        hold: Where a step that has failed waits; None: it does not.
        recorder: Of what is kept beside pictures.
    """

    def __init__(
        self,
        browser: Browser,
        request: SessionRequest,
        *,
        values: Mapping[str, str],
        secret_names: frozenset[str],
        record: Record,
        gallery: Gallery,
        clock: Clock,
        halt: Halt,
        logins: Logins,
        show: Callable[[bytes], None] | None = None,
        hold: Hold | None = None,
        recorder: Recorder,
    ) -> None:
        self._browser = browser
        self._playbook: Playbook = request.playbook
        self._values = values
        self._secret_names = secret_names
        self._record = record
        self._gallery = gallery
        self._clock = clock
        base_url = fill_address(self._playbook.base_url, values)
        seeds = {name: values[name] for name in secret_names}
        codes = Codes(seeds, logins, clock, wait=self._wait, told=lambda code: record.learn([code]))
        self._words = Words(dict(values), secret_names, base_url, codes.code)
        self._borders = Borders(request.allowed_hosts, base_url)
        self._gate = Gate(self._borders.names)
        self._stubs = Stubs(self._playbook.page.stubs, self._words)
        self._halt = halt
        self._filming = Filming(self._playbook, self._words, gallery, recorder, show)
        self._steps = Steps(
            self._playbook,
            record,
            Patience(record, request.known_faults),
            halt,
            hold,
            self._filming.faulted,
            self._filming.done if recorder.films else None,
        )
        self._login = Login(
            request, self._words, record, self._steps, halt, logins=logins, codes=codes, clock=clock
        )
        self._page_masks = PageMasks()
        self._recorder = recorder
        self._mirrors: list[Mirror] = []
        self._scenes: Scenes | None = None

    def play(self) -> End:
        """All viewports, each on its own; the first step that could not be played names the session's error.

        Raises:
            SessionCrashed: The browser died.
        """
        self._proxy = self._gate.start()
        self._documents = Documents(self._browser, self._borders)
        wire = self._playbook.page.wire
        headers = Headers(
            self._browser,
            self._borders,
            {name: self._words.filled(value) for name, value in wire.headers},
        )
        try:
            before = self._build()
            failures = [
                failure
                for viewport in self._playbook.viewports
                if not self._halt.is_asked and (failure := self._play_viewport(viewport)) is not None
            ]
            after = self._build() if before is not None else None
        except NotLoggedIn as end:  # nor would anybody be in the next viewport
            error = self._record.shortened(str(end))
            return End(SessionStatus.AUTH, error, retry_may_help=end.may_help)
        finally:
            for mirror in self._mirrors:
                mirror.close()
            headers.close()
            self._documents.close()
        if why := changed(before, after):
            return End(SessionStatus.SITE_CHANGED, why)
        if failures:
            return End(SessionStatus.FAILED, self._record.shortened(failures[0]))
        for name in self._page_masks.idle():
            self._record.find(
                FindingKind.MASK_UNMATCHED,
                f"{name} of the playbook's page matches nothing in any picture",
                url="",
            )
        for pattern in self._stubs.unused():
            self._record.find(
                FindingKind.STUB_UNUSED,
                f"nothing asked for {pattern!r}, which the playbook's page.stub answers",
                url="",
            )
        return End(SessionStatus.COMPLETED)

    def close(self) -> None:
        """Cut what its pages are still connected to; whatever they say of it is of no interest any more."""
        self._gate.close()

    def _build(self) -> str | None:
        """What the site says of its build now; None: it does not, nobody asks, or there is no time left."""
        source = self._playbook.build
        if source is None or self._halt.is_asked:
            return None
        headers = {name: self._words.filled(value) for name, value in self._playbook.page.wire.headers}
        context = self._new_profile(self._playbook.viewports[0])
        try:
            build = Builds(source, self._words, self._borders, self._record, headers).read(context)
        finally:
            context.close()
        if build is not None:
            self._record.tell(Build(build))
        return build

    def _play_viewport(self, viewport: Viewport) -> str | None:
        """Why a step could not be played, if so."""
        with self._context(viewport) as context:
            self._recorder.begin(context, viewport.name)
            popups = Popups(context, self._record)

            def fresh() -> Scenes:
                page = context.new_page()
                popups.disown(page)
                values = tuple(self._values[name] for name in self._secret_names if self._values[name])
                return Scenes(
                    page, Secrets(values), lambda page, own: self._scene(page, own, viewport, popups)
                )

            own = self._scenes = fresh()
            failure: tuple[Step, str] | None = None
            lost: NotLoggedIn | None = None
            with suppress(Halted), self._halt.cutting():
                if (login := self._playbook.login) is not None:
                    came = self._login.enter(login, viewport, own, fresh)
                    if isinstance(came, str):
                        failure = (login, came)
                    else:
                        own = self._scenes = came
                try:
                    failure = self._play_steps(viewport, own, fresh, failure)
                except NotLoggedIn as end:
                    lost = end
            if (teardown := self._playbook.teardown) is not None:
                if self._halt.is_asked or own.now.window.is_gone or own.now.window.page.is_closed():
                    own = self._scenes = fresh()
                self._steps.play(teardown, viewport, own)
            self._recorder.end(context, viewport.name)
            if lost is not None:
                raise lost
            return f"step {failure[0].id!r} ({viewport.name}): {failure[1]}" if failure else None

    def _play_steps(
        self,
        viewport: Viewport,
        own: Scenes,
        fresh: Callable[[], Scenes],
        failure: tuple[Step, str] | None,
    ) -> tuple[Step, str] | None:
        """The step that could not be played, with why; those behind it are skipped.

        Raises:
            NotLoggedIn: One was, and is not any more.
        """
        around = (self._playbook.login, self._playbook.teardown)
        steps = [each for each in self._playbook.every_step if each not in around]
        steps = [each for each in steps if each.is_on(viewport.name)]
        for step in steps:
            if failure is not None:
                self._steps.skip(step, viewport, failure[0])
                continue
            if why := self._steps.play(step, viewport, own):
                failure = (step, why)
            is_doubtful = not self._steps.was_sound or step is steps[-1]
            self._login.check(step, viewport, own, fresh, is_doubtful=is_doubtful)
        return failure

    def _wait(self, seconds: float) -> None:
        """Let the page go on meanwhile."""
        self._halt.check()
        assert self._scenes is not None  # whoever waits is playing
        self._scenes.now.window.page.wait_for_timeout(seconds * 1000)

    def _scene(self, page: Page, secrets: Secrets, viewport: Viewport, popups: Popups) -> Scene:
        window = Window(page, self._record, self._borders, self._documents, self._gate, popups)
        lookout = Lookout(page, secrets)
        camera = Camera(
            window,
            viewport,
            self._playbook.page,
            record=self._record,
            lookout=lookout,
            gallery=self._gallery,
            environment=environment(self._browser.version, viewport.scale),
            clock=self._clock,
            page_masks=self._page_masks,
        )
        actions = Actions(
            window,
            camera,
            self._playbook,
            words=self._words,
            secrets=secrets,
            lookout=lookout,
            record=self._record,
            borders=self._borders,
        )
        if self._filming.is_wanted:
            mirror = Mirror(
                page,
                Lookout(page, secrets),
                masked_in(self._playbook, self._values),
                has_secrets=bool(secrets.values),
                is_shown=lambda: self._scenes is not None and self._scenes.now.window.page is page,
                is_busy=lambda: camera.stage.is_held,
                show=self._filming.see,
            )
            self._mirrors.append(mirror)
        return Scene(window, camera, actions)

    def _new_profile(self, viewport: Viewport, recording: Mapping[str, Any] | None = None) -> BrowserContext:
        return new_profile(
            self._browser,
            self._playbook,
            viewport,
            proxy=self._proxy,
            words=self._words,
            stubs=self._stubs,
            recording=recording or {},
        )

    @contextmanager
    def _context(self, viewport: Viewport) -> Iterator[BrowserContext]:
        context = self._new_profile(viewport, self._recorder.options(viewport.name))
        yield context
        stays = viewport is self._playbook.viewports[-1] and not self._recorder.needs_close
        if not stays and self._browser.is_connected():
            context.close()  # the last one goes with the browser
