"""Which views of a run a person goes through; it stands in the address, and in the buttons that act on all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import UsageError
from inspect_pipelines.queries.review_room import Looked, ReviewRoom

DIFFERS, WAITS, ABSORBED, ALL = "differs", "waits", "absorbed", "all"
SHOWS = {
    DIFFERS: "what differs",
    WAITS: "what waits",
    ABSORBED: "changed within tolerance",
    ALL: "all views",
}
LONGEST = 200  # characters of what is looked for


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What is looked at.

    Attributes:
        show: A key of `SHOWS`.
        viewport, text: Empty: any.
        without: Views that are left out of their group of equal changes.
    """

    show: str = DIFFERS
    viewport: str = ""
    text: str = ""
    without: tuple[str, ...] = ()

    @classmethod
    def asked(cls, request: Request, room: ReviewRoom) -> ReviewFilter:
        """As the address says; where nothing differs, it is all views.

        Raises:
            UsageError: It names no such list.
        """
        said = request.query_params
        show = said.get("show") or (DIFFERS if any(one.differs for one in room.views) else ALL)
        if show not in SHOWS:
            raise UsageError(f"there is no list {show[:40]!r} of views; choose of: {', '.join(SHOWS)}")
        return cls(
            show,
            said.get("viewport", "")[:LONGEST],
            said.get("q", "")[:LONGEST],
            tuple(said.getlist("without")[:500]),
        )

    def of(self, room: ReviewRoom) -> list[Looked]:
        return [one for one in room.views if self._has(one)]

    def deciding(self, looked: Looked, room: ReviewRoom) -> list[View]:
        """What a word about a view is about: those that show the same and wait, but for what is left out."""
        if str(looked.view) in self.without:
            return [looked.view]
        waiting = {one.view for one in room.waiting}
        return [
            view
            for view in looked.alike
            if view == looked.view or (view in waiting and str(view) not in self.without)
        ]

    def toggled(self, view: View) -> ReviewFilter:
        """With a view left out of its group, or in it again."""
        text = str(view)
        rest = tuple(one for one in self.without if one != text)
        return replace(self, without=rest if text in self.without else (*rest, text))

    def parts(self) -> dict[str, Sequence[str]]:
        """As an address says it."""
        return {"show": self.show, "viewport": self.viewport, "q": self.text, "without": self.without}

    @property
    def clause(self) -> str:
        """`viewport phone, 'cart'`; empty: nothing narrows it."""
        told = [f"viewport {self.viewport}"] if self.viewport else []
        return ", ".join([*told, f"{self.text!r}"] if self.text else told)

    def _has(self, one: Looked) -> bool:
        if self.viewport and one.view.viewport != self.viewport:
            return False
        if any(word not in str(one.view).lower() for word in self.text.lower().split()):
            return False
        match self.show:
            case "differs":
                return one.differs
            case "waits":
                return one.waits
            case "absorbed":
                return one.is_absorbed
            case _:
                return True
