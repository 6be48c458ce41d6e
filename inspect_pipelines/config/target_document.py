"""How a playbook writes which element is meant."""

from __future__ import annotations

from pydantic import model_validator

from inspect_pipelines.config.document import Document
from inspect_pipelines.domain.target import Target

KINDS_OF_TARGET = ("selector", "role", "label", "text", "placeholder", "test_id")


class OptionalTarget(Document):
    selector: str | None = None
    role: str | None = None
    name: str | None = None
    label: str | None = None
    text: str | None = None
    placeholder: str | None = None
    test_id: str | None = None
    frame: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> OptionalTarget:
        given = self._given()
        if len(given) > 1:
            raise ValueError(f"{given[0]!r} and {given[1]!r} cannot go together; name the element in one way")
        if self.name is not None and self.role is None:
            raise ValueError("'name' is an element's accessible name and needs 'role' beside it")
        if self.frame is not None and not given:
            raise ValueError("'frame' alone names no element")
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
