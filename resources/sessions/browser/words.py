"""Words of a playbook: its texts and targets, with their placeholders filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.template import fill, fill_address, placeholders
from resources.sessions.browser.faults import ActionFailed

TEXTS = ("selector", "name", "label", "text", "placeholder", "test_id", "frame")


@dataclass(frozen=True, slots=True)
class Words:
    """For one session.

    Attributes:
        values: Of all variables, secrets resolved.
        secret_names: Those that are secret.
        base_url: Where relative addresses begin, filled.
    """

    values: Mapping[str, str]
    secret_names: frozenset[str]
    base_url: str

    def filled(self, text: str) -> str:
        try:
            return fill(text, self.values)
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
        changes = {name: self.filled(value) for name in TEXTS if (value := getattr(target, name))}
        return replace(target, **changes)

    def holds_secret(self, text: str) -> bool:
        return any(name in self.secret_names for name in placeholders(text))
