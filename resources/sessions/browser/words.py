"""Words of a playbook: its texts and targets, with their placeholders filled."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.template import ONE_TIME, fill, fill_address, one_time_seeds, placeholders
from resources.sessions.browser.faults import ActionFailed

TEXTS = ("selector", "name", "label", "text", "placeholder", "test_id", "title", "alt", "frame")


@dataclass(frozen=True, slots=True)
class Words:
    """For one session.

    Attributes:
        values: Of all variables, secrets resolved.
        secret_names: Those that are secret.
        base_url: Where relative addresses begin, filled.
    """

    values: dict[str, str]
    secret_names: frozenset[str]
    base_url: str
    code: Callable[[str], str] | None = None  # of now, of the seed that a variable holds

    def filled(self, text: str) -> str:
        try:
            return fill(text, self.values | self._codes(text))
        except KeyError as error:
            raise ActionFailed(f"{text!r} cannot be filled: {error.args[0]!r} has no value") from error

    def address_filled(self, text: str, verb: str = "goto") -> str:
        try:
            return fill_address(text, self.values)
        except KeyError as error:
            raise ActionFailed(f"{text!r} cannot be filled: {error.args[0]!r} has no value") from error
        except ValueError as error:
            raise ActionFailed(f"{verb} {text!r} was not opened: {error}; give it another value") from error

    def target(self, target: Target) -> Target:
        """The target with its placeholders filled."""
        texts: dict[str, Any] = {
            name: self.filled(value) for name in TEXTS if (value := getattr(target, name))
        }
        return replace(
            target,
            **texts,
            has=self.target(target.has) if target.has else None,
            within=self.target(target.within) if target.within else None,
        )

    def filled_json(self, text: str) -> Any:
        """The value of a JSON text, each text within it filled by itself, so that no value can end its place."""
        return self._filled_within(json.loads(text))

    @property
    def public(self) -> dict[str, str]:
        """The values of variables that are not secret."""
        return {name: value for name, value in self.values.items() if name not in self.secret_names}

    def _filled_within(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.filled(value)
        if isinstance(value, dict):
            return {self.filled(key): self._filled_within(inner) for key, inner in value.items()}
        return [self._filled_within(inner) for inner in value] if isinstance(value, list) else value

    def holds_secret(self, text: str) -> bool:
        return any(name.removeprefix(ONE_TIME) in self.secret_names for name in placeholders(text))

    def _codes(self, text: str) -> dict[str, str]:
        """One-time codes are made where they are typed, and are of use once."""
        if self.code is None:
            return {}
        return {f"{ONE_TIME}{name}": self.code(name) for name in one_time_seeds(text)}
