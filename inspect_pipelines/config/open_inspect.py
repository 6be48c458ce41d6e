"""`open_inspect:` of organization.yaml: the control plane whose agents play for this organisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from inspect_pipelines.config.document import Document, Texts
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.source_document import SecretReference
from inspect_pipelines.domain.channel import url_problem
from inspect_pipelines.domain.control_plane import ControlPlane, actor_problem

Word = Annotated[str, Field(pattern=r"^\S+$", max_length=200)]
NEEDED = ("url", "secret", "actor")


class OpenInspectDocument(Document):
    url: str | None = None
    secret: SecretReference | None = None
    actor: str | None = None
    service: Literal["web", "slack-bot", "github-bot", "linear-bot"] | None = None
    model: Word | None = None
    effort: Word | None = None
    web_url: str | None = None
    archive: bool | None = None
    mends: bool | None = None
    allow_private: Texts = Field(default_factory=list)


def control_plane(
    written: OpenInspectDocument | None, wrong: Callable[..., None], warn: Callable[..., None]
) -> ControlPlane | None:
    """The control plane; its faults are noted.

    Args:
        written: As a document.
        wrong: Notes a fault: its sentence, then the path below `open_inspect`.
        warn: Likewise, what is no fault.
    """
    if written is None:
        return None
    for key in ("url", "web_url"):
        text = getattr(written, key)
        if text is not None and (problem := url_problem(text, written.allow_private)):
            wrong(f"{shown(text)} {problem}", key)
    if written.actor is not None and (problem := actor_problem(written.actor, written.service or "")):
        wrong(f"{shown(written.actor)} {problem}", "actor")
    if lacking := [key for key in NEEDED if getattr(written, key) is None]:
        variables = ", ".join(f"INSPECT_OPEN_INSPECT_{key.upper()}" for key in lacking)
        warn(f"says no {' and no '.join(lacking)}; no agent plays unless the environment does: {variables}")
    return ControlPlane(
        url=(written.url or "").rstrip("/"),
        secret=written.secret or "",
        actor=written.actor or "",
        service=written.service or "",
        model=written.model or "",
        effort=written.effort or "",
        web_url=(written.web_url or "").rstrip("/"),
        allow_private=tuple(written.allow_private),
        archive=written.archive,
        mends=written.mends,
    )
