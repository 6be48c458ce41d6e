"""Small builders for tests of browser sessions."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from inspect_pipelines.domain.action import Action
from inspect_pipelines.domain.ids import PlaybookId, Sha256
from inspect_pipelines.domain.playbook import DESKTOP, FindingRules, PageRules, Playbook, Step, Viewport
from inspect_pipelines.domain.session import KnownFault, SessionRequest, Value
from resources.gallery.folder import FolderGallery


def a_request(
    base_url: str,
    *what: Action | Step,
    seconds: float = 30.0,
    viewports: tuple[Viewport, ...] = (DESKTOP,),
    page: PageRules | None = None,
    findings: FindingRules | None = None,
    values: dict[str, Value] | None = None,
    allowed_hosts: tuple[str, ...] = (),
    known_faults: tuple[KnownFault, ...] = (),
) -> SessionRequest:
    """A request for one step that holds the actions, or for the steps as they are."""
    steps = tuple(each for each in what if isinstance(each, Step))
    actions = tuple(each for each in what if not isinstance(each, Step))
    playbook = Playbook(
        id=PlaybookId("shop"),
        name="Shop",
        steps=steps or (Step("look", "Look", actions, timeout_seconds=seconds),),
        base_url=base_url,
        viewports=viewports,
        page=page or PageRules(),
        findings=findings or FindingRules(),
    )
    return SessionRequest("session-1", "run-1", playbook, values or {}, allowed_hosts, known_faults)


def picture(gallery: FolderGallery, sha: Sha256) -> Image.Image:
    return Image.open(BytesIO(gallery.get(sha))).convert("RGB")
