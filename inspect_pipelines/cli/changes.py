"""What `plan` and `apply` say of changes: each definition and setting, with its fields old and new."""

from __future__ import annotations

from inspect_pipelines.cli.output import say, style
from inspect_pipelines.cli.table import columns
from inspect_pipelines.domain.definition_change import FieldChange
from inspect_pipelines.queries.proposal import ProposedChange

SIGNS = {
    "create": ("+", "green"),
    "change": ("~", "yellow"),
    "delete": ("-", "red"),
    "take_over": ("=", "cyan"),
}
SHOWN_FIELDS = 12  # of one changed definition
SHOWN_CHARACTERS = 70  # of a changed value


def say_changes(changes: tuple[ProposedChange, ...]) -> None:
    heads = columns([_change_cells(change) for change in changes])
    for head, change in zip(heads, changes, strict=True):
        say(head)
        _say_fields(change.fields)
    if changes:
        say()


def say_settings(fields: tuple[FieldChange, ...]) -> None:
    """What changes in organization.yaml."""
    if fields:
        say(style("~ organization.yaml", fg="yellow"))
        _say_fields(fields)
        say()


def _say_fields(fields: tuple[FieldChange, ...]) -> None:
    shown = fields[:SHOWN_FIELDS]
    for line in columns([[field.path, f"{_shown(field.old)} -> {_shown(field.new)}"] for field in shown]):
        say(f"    {line}")
    if len(fields) > SHOWN_FIELDS:
        say(f"    .. and {len(fields) - SHOWN_FIELDS} more (all of them with --json)")


def _change_cells(change: ProposedChange) -> list[str]:
    sign, colour = SIGNS[change.change.value]
    note = change.name
    if change.change.value == "delete":
        note = f"{count(change.runs, 'run')} and the baselines stay in the history"
    if change.change.value == "take_over":
        note = f"{note}: taken over from the API; from now on the file says what it is"
    return [style(f"{sign} {_title(change)}", fg=colour), note]


def _title(change: ProposedChange) -> str:
    return f"{change.kind} {change.id}"


def _shown(value: str | None) -> str:
    if value is None:
        return "(none)"
    return repr(value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…")


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
