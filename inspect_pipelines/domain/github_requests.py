"""What people and programs ask for by hand at GitHub: dispatches with their inputs, new branches and tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.payload import capped_data
from inspect_pipelines.domain.ref import branch_of
from inspect_pipelines.domain.tolerant import Tolerant


def _repository_dispatch(base: Event, payload: Tolerant, action: str) -> Event:
    """What a program told the repository; GitHub's `action` is the word that the program chose."""
    return replace(
        base,
        type="repository_dispatch",
        branch=branch_of(payload.name("branch"), None),
        data=capped_data(
            {
                "event_type": payload.strict.needed("action"),
                "client_payload": payload.object("client_payload"),
            }
        ),
    )


def _workflow_dispatch(base: Event, payload: Tolerant, action: str) -> Event:
    ref = payload.strict.needed("ref")
    return replace(
        base,
        type="workflow_dispatch",
        branch=branch_of(ref, None),
        data=capped_data(
            {
                "ref": ref,
                "workflow": payload.name("workflow"),
                "inputs": payload.object("inputs"),
                "tag": ref.removeprefix("refs/tags/") if ref.startswith("refs/tags/") else None,
            }
        ),
    )


def _create(base: Event, payload: Tolerant, action: str) -> Event:
    """A new branch or tag; GitHub does not tell its commit."""
    ref, kind = payload.strict.needed("ref"), payload.strict.needed("ref_type")
    event = replace(
        base,
        type=f"create.{kind}",
        branch=ref if kind == "branch" else None,
        data=capped_data({"ref": ref, "ref_type": kind, "tag": ref if kind == "tag" else None}),
    )
    return event if kind in ("branch", "tag") else event.ignored("it is neither a branch nor a tag")


REQUESTS: Mapping[str, Callable[[Event, Tolerant, str], Event]] = {
    "repository_dispatch": _repository_dispatch,
    "workflow_dispatch": _workflow_dispatch,
    "create": _create,
}
