"""A side: one address at which a playbook is played, with all that is its own; a session has one, or two in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.playbook import Playbook, Viewport
from inspect_pipelines.domain.session import SessionRequest
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
from resources.sessions.browser.filming import Filming
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.halt import Halt
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
from resources.sessions.browser.stand import Stand
from resources.sessions.browser.steps import Steps
from resources.sessions.browser.window import Window
from resources.sessions.browser.words import Words
from resources.sessions.record import Record
from resources.sessions.wire import Build


class Side:
    """Plays a playbook at one address, viewport after viewport.

    Args:
        name: What people call it; empty: it is the only one.
        borders: Of the whole browser.
        recorder: Of what is kept beside pictures.
        show: Given what the window looks like now, again and again; None: nobody is to watch.
        hold: Where a step that has failed waits; None: it does not.
    """

    def __init__(
        self,
        browser: Browser,
        request: SessionRequest,
        *,
        values: Mapping[str, str],
        secret_names: frozenset[str],
        name: str,
        borders: Borders,
        record: Record,
        recorder: Recorder,
        gallery: Gallery,
        clock: Clock,
        halt: Halt,
        logins: Logins,
        show: Callable[[bytes], None] | None = None,
        hold: Hold | None = None,
    ) -> None:
        self.record = record
        self._name = name
        self._browser = browser
        self._playbook: Playbook = request.playbook
        self._values = values
        self._secret_names = secret_names
        self._gallery = gallery
        self._clock = clock
        seeds = {name: values[name] for name in secret_names}
        codes = Codes(seeds, logins, clock, wait=self._wait, told=lambda code: record.learn([code]))
        base_url = fill_address(self._playbook.base_url, values)
        self.words = Words(dict(values), secret_names, base_url, codes.code)
        self._borders = borders.seen_from(self.words.base_url)
        self._gate = Gate(borders.names)
        self._stubs = Stubs(self._playbook.page.stubs, self.words)
        self._halt = halt
        self._filming = Filming(self._playbook, self.words, gallery, recorder, show)
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
            request, self.words, record, self._steps, halt, logins=logins, codes=codes, clock=clock
        )
        self._page_masks = PageMasks()
        self._recorder = recorder
        self._mirrors: list[Mirror] = []
        self._scenes: Scenes | None = None
        self._documents: Documents | None = None

    def open(self, documents: Documents) -> None:
        """Get ready to play.

        Args:
            documents: Of the whole browser.
        """
        self._proxy = self._gate.start()
        self._documents = documents

    def close_mirrors(self) -> None:
        for mirror in self._mirrors:
            mirror.close()

    def close(self) -> None:
        """Cut what its pages are still connected to; whatever they say of it is of no interest any more."""
        self._gate.close()

    def build(self) -> str | None:
        """What the site says of its build now; None: it does not, nobody asks, or there is no time left."""
        source = self._playbook.build
        if source is None or self._halt.is_asked:
            return None
        headers = {name: self.words.filled(value) for name, value in self._playbook.page.wire.headers}
        context = self._new_profile(self._playbook.viewports[0])
        try:
            build = Builds(source, self.words, self._borders, self.record, headers).read(context)
        finally:
            context.close()
        if build is not None:
            self.record.tell(Build(build))
        return build

    def tell_idle(self) -> None:
        """Find what the playbook says of its pages, and no page made use of."""
        for name in self._page_masks.idle():
            self.record.find(
                FindingKind.MASK_UNMATCHED,
                f"{name} of the playbook's page matches nothing in any picture",
                url="",
            )
        for pattern in self._stubs.unused():
            self.record.find(
                FindingKind.STUB_UNUSED,
                f"nothing asked for {pattern!r}, which the playbook's page.stub answers",
                url="",
            )

    @contextmanager
    def on(self, viewport: Viewport) -> Iterator[Stand]:
        """A fresh context on a viewport, for as long as the block lasts."""
        with self._context(viewport) as context:
            self._recorder.begin(context, viewport.name)
            popups = Popups(context, self.record)

            def fresh() -> Scenes:
                page = context.new_page()
                popups.disown(page)
                values = tuple(self._values[name] for name in self._secret_names if self._values[name])
                return Scenes(
                    page, Secrets(values), lambda page, own: self._scene(page, own, viewport, popups)
                )

            def shown(scenes: Scenes) -> None:
                self._scenes = scenes

            yield Stand(
                self._playbook,
                self._steps,
                self._login,
                viewport,
                name=self._name,
                fresh=fresh,
                shown=shown,
                leave=lambda: self._recorder.end(context, viewport.name),
                halt=self._halt,
            )

    def _wait(self, seconds: float) -> None:
        """Let the page go on meanwhile."""
        self._halt.check()
        assert self._scenes is not None  # whoever waits is playing
        self._scenes.now.window.page.wait_for_timeout(seconds * 1000)

    def _scene(self, page: Page, secrets: Secrets, viewport: Viewport, popups: Popups) -> Scene:
        assert self._documents is not None  # `open` comes first
        window = Window(page, self.record, self._borders, self._documents, self._gate, popups)
        lookout = Lookout(page, secrets)
        camera = Camera(
            window,
            viewport,
            self._playbook.page,
            record=self.record,
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
            words=self.words,
            secrets=secrets,
            lookout=lookout,
            record=self.record,
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
            words=self.words,
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
