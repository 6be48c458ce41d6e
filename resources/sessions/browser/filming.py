"""Filming: what a window looks like, for whoever watches it and for the film."""

from __future__ import annotations

from collections.abc import Callable

from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.ports.gallery import Gallery
from resources.sessions.browser.recorder import Recorder
from resources.sessions.browser.scene import Scene
from resources.sessions.browser.targets import box_of
from resources.sessions.browser.words import Words


class Filming:
    """Of one session.

    Args:
        show: Whoever watches; None: nobody does.
    """

    def __init__(
        self,
        playbook: Playbook,
        words: Words,
        gallery: Gallery,
        recorder: Recorder,
        show: Callable[[bytes], None] | None,
    ) -> None:
        self._words, self._gallery, self._recorder, self._show = words, gallery, recorder, show
        self._scales = {each.name: each.scale for each in playbook.viewports}

    @property
    def is_wanted(self) -> bool:
        """Whether anybody looks at frames."""
        return self._show is not None or self._recorder.films

    def see(self, jpeg: bytes) -> None:
        """What the window looks like now."""
        if self._show is not None:
            self._show(jpeg)
        self._recorder.see(jpeg)

    def done(self, scene: Scene) -> None:
        """A step is over: the film shows what came of it, also where it was quicker than the mirror."""
        if self._recorder.films and (png := scene.camera.glance()) is not None:
            self._recorder.see(png)

    def faulted(self, picture: Sha256, message: str, action: Action | None, scene: Scene) -> None:
        """A step cannot go on: what the window showed, and where what the action is about stands in it."""
        target = getattr(action, "target", None)

        def box() -> Box | None:
            if target is None or scene.window.is_gone:
                return None
            return box_of(
                scene.window.page, self._words.target(target), self._scales[self._recorder.viewport]
            )

        self._recorder.fault(lambda: self._gallery.get(picture), message, box)
