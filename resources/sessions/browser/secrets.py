"""Secrets of one viewport's playing: their values, which stay in this process, and the elements that they were filled into."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle

from inspect_pipelines.domain.target import Target
from resources.sessions.echo import Ear


@dataclass
class Secrets:
    """What must never be seen.

    Attributes:
        fields: How the playbook names the fields, so that they are found again on another page.
        drawn: What canvases showed before the first one was filled, by frame and DevTools' number of the node.
        elements: The very elements, whatever they are called once something stands in them.
    """

    values: tuple[str, ...]
    fields: list[Target] = field(default_factory=list)
    elements: list[ElementHandle] = field(default_factory=list)
    drawn: dict[tuple[str, int], str] = field(default_factory=dict)
    ear: Ear = field(init=False)

    def __post_init__(self) -> None:
        self.ear = Ear(self.values)

    def were_filled(self, target: Target, element: ElementHandle) -> None:
        if target not in self.fields:
            self.fields.append(target)
        self.elements.append(element)
