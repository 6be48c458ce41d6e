"""How a playbook writes which element is meant."""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from inspect_pipelines.config.document import Document, Shorthand
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.domain.target import ROLES, Target

KINDS_OF_TARGET = ("selector", "role", "label", "text", "placeholder", "test_id", "title", "alt")
BESIDE = ("frame", "nth", "has", "within")


class OptionalTarget(Document):
    selector: str | None = None
    role: str | None = None
    name: str | None = None
    label: str | None = None
    text: str | None = None
    placeholder: str | None = None
    test_id: str | None = None
    title: str | None = None
    alt: str | None = None
    frame: str | None = None
    nth: int | None = None
    has: Annotated[TargetDocument, Shorthand("selector")] | None = None
    within: Annotated[TargetDocument, Shorthand("selector")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> OptionalTarget:
        given = self._given()
        if len(given) > 1:
            raise ValueError(f"{given[0]!r} and {given[1]!r} cannot go together; name the element in one way")
        if self.name is not None and self.role is None:
            raise ValueError("'name' is an element's accessible name and needs 'role' beside it")
        if self.role is not None and self.role not in ROLES and "{{" not in self.role:
            raise ValueError(
                f"{self.role!r} is no role of ARIA{nearest(self.role, ROLES)}; no element has it"
            )
        for key in BESIDE:
            if getattr(self, key) is not None and not given:
                raise ValueError(f"{key!r} alone names no element")
        for key in ("has", "within"):
            inner = getattr(self, key)
            if inner is not None and inner.frame is not None:
                raise ValueError(f"'frame' stands beside {key!r}, not in it: both are in the same one")
        if not given and self._needs_target():
            raise ValueError(f"names no element; use one of {', '.join(KINDS_OF_TARGET)}")
        return self

    def optional_target(self) -> Target | None:
        """None: no element is named."""
        return self._target() if self._given() else None

    def _target(self) -> Target:
        return Target(
            selector=self.selector,
            role=self.role,
            name=self.name,
            label=self.label,
            text=self.text,
            placeholder=self.placeholder,
            test_id=self.test_id,
            frame=self.frame,
            title=self.title,
            alt=self.alt,
            nth=self.nth,
            has=self.has.target() if self.has else None,
            within=self.within.target() if self.within else None,
        )

    def _given(self) -> list[str]:
        return [kind for kind in KINDS_OF_TARGET if getattr(self, kind) is not None]

    def _needs_target(self) -> bool:
        return False


class TargetDocument(OptionalTarget):
    def target(self) -> Target:
        """The element that is named."""
        return self._target()

    def _needs_target(self) -> bool:
        return True
