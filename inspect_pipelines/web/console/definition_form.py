"""What somebody fills in to make or change a schedule or trigger, as an entry of schedules.yaml; it keeps what it has no field for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspect_pipelines.config.one_definition import read_part
from inspect_pipelines.config.schedules_text import part_text
from inspect_pipelines.domain.playbook import Playbook, Variable, VariableType
from inspect_pipelines.web.console.forms import Fields

TEXTS = {
    "schedule": ("name", "description", "cron", "timezone", "repo", "branch", "overlap"),
    "trigger": ("name", "description", "event", "repo", "environment", "source", "debounce", "overlap"),
}
LISTS = {"schedule": (), "trigger": ("branches", "paths", "labels")}
NUMBERS = ("timeout_minutes",)
BASELINE = ("set", "first_run")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form shows."""

    document: Mapping[str, Any]
    notify: str  # YAML
    playbooks: tuple[Playbook, ...]  # that it names and that there are

    @property
    def variables(self) -> list[tuple[Variable, str]]:
        """Each that its playbooks need, once, with the value that was given."""
        given = self.document.get("variables", {})
        needed = {one.name: one for book in self.playbooks for one in book.variables}
        return [(one, _shown(given.get(one.name))) for one in needed.values()]

    def text(self, name: str) -> str:
        """The value of a field; of a list, by commas."""
        value = self.document.get(name)
        return ", ".join(map(str, value)) if isinstance(value, list) else _shown(value)

    def baseline(self, name: str) -> str:
        return _shown(self.document.get("baseline", {}).get(name))


def draft_of(document: Mapping[str, Any], known: Sequence[Playbook], notify: str | None = None) -> Draft:
    """How a form shows an entry."""
    names = document.get("playbooks") or [document.get("playbook")]
    books = {str(one.id): one for one in known}
    found = tuple(books[one] for one in names if one in books)
    return Draft(document, part_text(document.get("notify")) if notify is None else notify, found)


def document_of(
    kind: str, fields: Fields, before: Mapping[str, Any], known: Sequence[Playbook]
) -> dict[str, Any]:
    """The entry that was filled in; `notify` is read by itself, since it may be no YAML.

    Args:
        kind: schedule | trigger.
        fields: Of the form.
        before: As it was; what the form has no field for stays.
        known: The playbooks that there are.
    """
    wanted = dict(before)
    wanted["id"] = fields.one("id").strip() or before.get("id", "")
    for name in TEXTS[kind]:
        _put(wanted, name, fields.one(name).strip())
    for name in LISTS[kind]:
        _put(wanted, name, [one.strip() for one in fields.one(name).split(",") if one.strip()])
    for name in NUMBERS:
        _put(wanted, name, _number(fields.one(name).strip()))
    names = list(fields.many("playbook"))
    wanted.pop("playbooks", None)
    wanted.pop("playbook", None)
    wanted["playbook" if len(names) == 1 else "playbooks"] = names[0] if len(names) == 1 else names
    books = [one for one in known if str(one.id) in names]
    variables = dict(before.get("variables", {}))
    for variable in (each for book in books for each in book.variables):
        _put(variables, variable.name, _value(variable, fields.one(f"variable.{variable.name}").strip()))
    _put(wanted, "variables", variables)
    _put(wanted, "baseline", _baseline(fields, before.get("baseline", {})))
    if fields.one("enabled") == "yes":
        wanted.pop("enabled", None)
    else:
        wanted["enabled"] = False
    return wanted


def with_notify(document: dict[str, Any], text: str) -> dict[str, Any]:
    """The entry with its rules; raises as `read_part`."""
    found = dict(document)
    _put(found, "notify", read_part(text, "notify") if text.strip() else None)
    return found


def _baseline(fields: Fields, before: Mapping[str, Any]) -> dict[str, Any]:
    wanted = dict(before)
    for name in BASELINE:
        _put(wanted, name, fields.one(f"baseline.{name}").strip())
    _put(wanted, "tolerance", _decimal(fields.one("baseline.tolerance").strip()))
    _put(wanted, "update_on_success", fields.one("baseline.update_on_success") == "yes" or None)
    return wanted


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    """What is empty is not said at all."""
    if value in ("", None, [], {}):
        document.pop(name, None)
    else:
        document[name] = value


def _value(variable: Variable, text: str) -> Any:
    if variable.type is VariableType.BOOLEAN and text in ("true", "false"):
        return text == "true"
    return _number(text) if variable.type is VariableType.INT else text


def _number(text: str) -> int | str:
    """A number where it is one; else the text, which the rules then refuse with a sentence."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _decimal(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
