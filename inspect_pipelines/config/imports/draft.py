"""A playbook that is being made from something else, and its text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from inspect_pipelines.config.imports.told import Fate, Told
from inspect_pipelines.config.schedules_text import on_one_line

MOST_NAME = 60
Action = Mapping[str, Any]


@dataclass(slots=True)
class DraftStep:
    """A step; each action with a comment that stands behind it."""

    name: str
    actions: list[tuple[Action, str]] = field(default_factory=list)
    only: tuple[str, ...] = ()

    def add(self, action: Action, comment: str = "") -> None:
        self.actions.append((action, comment))


@dataclass(slots=True)
class Draft:
    """A playbook in the making, and what became of each thing that was read."""

    id: str
    name: str
    said: str  # where it comes from
    base_url: str = ""
    variables: list[Mapping[str, Any]] = field(default_factory=list)
    viewports: list[Mapping[str, Any]] = field(default_factory=list)
    page: dict[str, list[Any]] = field(default_factory=dict)
    ignore: list[Mapping[str, Any]] = field(default_factory=list)  # of findings
    steps: list[DraftStep] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    _views: set[str] = field(default_factory=set)

    def tell(self, line: int, what: str, fate: Fate, sentence: str) -> None:
        self.told.append(Told(line, what, fate, sentence))

    def address(self, url: str) -> str:
        """The address as a playbook writes it: a path where it is of the base_url, which the first one decides."""
        parts = urlsplit(url)
        if not parts.scheme:
            return url if url.startswith("/") else f"/{url}"
        origin = f"{parts.scheme}://{parts.netloc}"
        self.base_url = self.base_url or origin
        if origin != self.base_url:
            return url
        return url[len(origin) :] or "/"

    def view(self, name: str) -> str:
        """A name for a view that no other one has and that a playbook may hold."""
        plain = " ".join(re.sub(r"[/@\x00-\x1f\x7f]|\{\{", " ", name).split())[:MOST_NAME].strip() or "page"
        free, number = plain, 1
        while free in self._views:
            number += 1
            free = f"{plain} {number}"
        self._views.add(free)
        return free

    def mask(self, view: str, masks: Mapping[str, int | None]) -> None:
        """Mask these in the picture of a view; a width in CSS px is what the mask always has."""
        written = [
            one if width is None else {"selector": one, "width": width} for one, width in masks.items()
        ]
        for step in self.steps:
            step.actions = [
                ({"screenshot": {"name": view, "mask": written}}, comment)
                if action == {"screenshot": view}
                else (action, comment)
                for action, comment in step.actions
            ]

    def text(self) -> str:
        """The file, without the line that names its schema."""
        lines = [
            f"# {_plain(self.said)}",
            "apiVersion: v1",
            "kind: Playbook",
            f"metadata: {on_one_line({'id': self.id, 'name': self.name})}",
            "spec:",
            *([f"  base_url: {on_one_line(self.base_url)}"] if self.base_url else []),
            *_listed("variables", self.variables),
            *_listed("viewports", self.viewports),
        ]
        if self.page:
            lines.append("  page:")
            lines += [f"    {key}: {on_one_line(values)}" for key, values in self.page.items()]
        if self.ignore:
            lines += [
                "  findings:",
                "    ignore:",
                *(f"      - {on_one_line(dict(one))}" for one in self.ignore),
            ]
        lines.append("  steps:")
        ids: set[str] = set()
        for step in self.steps:
            lines.append(f"    - id: {_id(step.name, ids)}")
            lines.append(f"      name: {on_one_line(step.name[:200])}")
            if step.only:
                lines.append(f"      only: {on_one_line([*step.only])}")
            lines.append("      actions:")
            lines += [f"        - {_action(action)}{_comment(comment)}" for action, comment in step.actions]
        return "\n".join(lines) + "\n"


def slug(text: str, *, instead: str) -> str:
    """An id out of a name."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()[:MOST_NAME].strip("-")
    return plain or instead


def _id(name: str, taken: set[str]) -> str:
    base = slug(name, instead="step")
    free, number = base, 1
    while free in taken:
        number += 1
        free = f"{base}-{number}"
    taken.add(free)
    return free


def _listed(key: str, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"  {key}:", *(f"    - {on_one_line(dict(one))}" for one in entries)] if entries else []


def _action(action: Action) -> str:
    """`goto: /`; several keys stand in braces."""
    if len(action) == 1:
        ((verb, value),) = action.items()
        return f"{verb}: {on_one_line(value)}"
    return on_one_line(dict(action))


def _comment(text: str) -> str:
    return f" # {_plain(text)}" if text else ""


def _plain(text: str) -> str:
    """On one line, without what would end a comment."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:300]
