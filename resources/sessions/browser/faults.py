"""What ends a step, or a whole session, early; known inside of the worker only."""

from __future__ import annotations

from inspect_pipelines.domain.finding import FindingKind


class Fault(Exception):
    """One sentence about the site, and which kind of finding it is."""

    kind = FindingKind.ACTION


class ExpectationFailed(Fault):
    """An expectation did not hold; the playing goes on."""

    kind = FindingKind.EXPECTATION


class ActionFailed(Fault):
    """Something could not be done; the viewport's other steps are skipped."""


class WaitedInVain(ActionFailed):
    """An element did not become what the action needs in its time; nothing was done to it."""


class NavigationFailed(ActionFailed):
    """No page came up."""

    kind = FindingKind.NAVIGATION


class PageDied(ActionFailed):
    """The page crashed its renderer, or hung so long that its renderer was ended."""

    kind = FindingKind.PAGE_ERROR


class WindowClosed(PageDied):
    """The page closed its own window."""


class NotLoggedIn(Exception):
    """Nobody is logged in who should be, so that what the site shows is not what is looked for: the session ends.

    Attributes:
        may_help: Whether another session may log in: not where this one was refused, for that locks accounts.
    """

    def __init__(self, message: str, *, may_help: bool) -> None:
        super().__init__(message)
        self.may_help = may_help


class Halted(Exception):
    """Whoever ordered the playing wants its end: no fault of the site."""
