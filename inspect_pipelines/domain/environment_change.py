"""An environment change: what pictures depend on besides the site has become another, for all definitions at once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.screenshot import Screenshot, View

CHANGED = "the environment changed: "  # how a verdict's first reason begins
SCOPE = "environment:"  # of the one incident of all definitions
BETWEEN = "; "  # several changes of one run


@dataclass(frozen=True, slots=True)
class AcceptedEnvironment:
    """A person's word that an environment may become another one.

    Attributes:
        change: `browser 'A' became 'B', os 'C' became 'D'`: all that differs between a picture and its approved one.
    """

    org_id: OrgId
    change: str
    by: str
    at: datetime  # UTC
    note: str = ""
    id: str = ""  # of the change: 12 hex digits, which follow from it where nobody says them

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.id or id_of(self.change))


def change_of(old: BaselineImage, shot: Screenshot) -> str:
    """What differs between the environments of two pictures, `browser 'A' became 'B', ..`; empty: nothing that is known."""
    return ", ".join(old.environment.differences(shot.environment))


def changes_by_view(baseline: Baseline | None, shots: Iterable[Screenshot]) -> dict[View, str]:
    """The change of each view that both sides have; one without is missing."""
    images: Mapping[View, BaselineImage] = baseline.images if baseline else {}
    found = {shot.view: _least(images[shot.view], shot) for shot in shots if shot.view in images}
    return {view: change for view, change in found.items() if change}


def _least(image: BaselineImage, shot: Screenshot) -> str:
    """Of a view with several approved pictures, until it is compared with one: none where one of them is of that environment."""
    changes = [change_of(image, shot), *(change_of(one.picture, shot) for one in image.variants)]
    return changes[0] if all(changes) else ""


def unaccepted(changes: Mapping[View, str], accepted: Collection[str]) -> tuple[str, ...]:
    """Each change that nobody has accepted, once and in order."""
    return tuple(sorted({change for change in changes.values() if change not in accepted}))


def told_of(reasons: Sequence[str]) -> str:
    """The changes by which a run asks for a person, as its verdict tells them; empty: it asks by something else."""
    first = reasons[0] if reasons else ""
    return first.removeprefix(CHANGED) if first.startswith(CHANGED) else ""


def changes_in(environment: str) -> tuple[str, ...]:
    """The inverse of joining them for a verdict's reason."""
    return tuple(environment.split(BETWEEN)) if environment else ()


def id_of(environment: str) -> str:
    """Of a review of these changes: the same for every run that shows them, 12 hex digits."""
    return hashlib.sha256(environment.encode("utf-8", "replace")).hexdigest()[:12]


def scope_of(environment: str) -> str:
    return f"{SCOPE}{id_of(environment)}"
