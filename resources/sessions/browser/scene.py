"""The scene: one page with all that plays in it; a step may go on in a window that its page has opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from resources.sessions.browser.actions import Actions
from resources.sessions.browser.camera import Camera
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.window import Window


@dataclass(frozen=True, slots=True)
class Scene:
    """What plays in one page."""

    window: Window
    camera: Camera
    actions: Actions


class Scenes:
    """Those of one viewport: its own page, and at most one window that a step follows.

    Args:
        page: The viewport's own.
        secrets: What was filled in there.
        made: Makes the scene of a page.
    """

    def __init__(self, page: Page, secrets: Secrets, made: Callable[[Page, Secrets], Scene]) -> None:
        self._secrets, self._made = secrets, made
        self._own = made(page, secrets)
        self._followed: Scene | None = None

    @property
    def now(self) -> Scene:
        """Where the playing goes on."""
        return self._followed or self._own

    @property
    def is_apart(self) -> bool:
        """Whether that is a window which a step follows."""
        return self._followed is not None

    def follow(self, page: Page) -> None:
        """Go on in another window; the one before it, if it was one, is closed."""
        self.return_home()
        # A field that a secret was filled into is known there by what it is called, never as the element that it is here.
        self._followed = self._made(page, Secrets(self._secrets.values, fields=self._secrets.fields))

    def return_home(self) -> None:
        """Close the window that was followed, and go on in the viewport's own page."""
        followed, self._followed = self._followed, None
        if followed is not None and not followed.window.page.is_closed():
            followed.window.page.close()
