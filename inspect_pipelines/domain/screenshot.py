"""A screenshot: one view of one run, as stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.ids import Sha256

UNKNOWN = "unknown"  # of a picture that another tool took


@dataclass(frozen=True, slots=True, order=True)
class View:
    """What two pictures must share to be compared."""

    playbook: str
    name: str
    viewport: str

    def __str__(self) -> str:
        return f"{self.playbook}/{self.name}@{self.viewport}"

    @classmethod
    def parse(cls, text: str) -> View:
        """The inverse of `str`; names hold no `/` and viewports no `@`, configuration sees to it."""
        playbook, _, rest = text.partition("/")
        name, _, viewport = rest.rpartition("@")
        return cls(playbook, name, viewport)


@dataclass(frozen=True, slots=True)
class Environment:
    """What a picture depends on besides the site; pictures of different environments are not judged against each other."""

    browser: str  # product and full version, `Chromium 156.0.8078.79`
    os: str  # `Debian GNU/Linux 12 x86_64`
    fonts_hash: str  # sha256 over the sorted font files' names and sizes, first 16 digits
    scale: float = 1.0  # device pixels per CSS px

    def differences(self, other: Environment) -> tuple[str, ...]:
        """One clause per field that differs, `browser 'A' became 'B'`; self is the older one. What is unknown differs from nothing."""
        fields = ("browser", "os", "fonts_hash", "scale")
        return tuple(
            f"{name} {str(getattr(self, name))!r} became {str(getattr(other, name))!r}"
            for name in fields
            if getattr(self, name) != getattr(other, name)
            and UNKNOWN not in (getattr(self, name), getattr(other, name))
        )


@dataclass(frozen=True, slots=True)
class Masked:
    """What a mask covered."""

    selector: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Screenshot:
    view: View
    sha256: Sha256
    width: int  # px
    height: int  # px
    environment: Environment
    taken_at: datetime  # UTC
    url: str = ""
    route: str = ""
    step_id: str = ""
    masked: tuple[Masked, ...] = ()
    tolerance: float | None = None  # the playbook's own for this view
    size_bytes: int = 0
    stable: bool = True  # two equal frames were seen
    elements: tuple[tuple[str, Box], ...] = field(
        default=()
    )  # what stands where: name and box, for naming regions
    texts: tuple[
        str, ...
    ] = ()  # what each of them says by itself, in their order; empty: nothing, or it is masked
    selectors: tuple[str, ...] = ()  # by which a mask finds each of them, in their order
