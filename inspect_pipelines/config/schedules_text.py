"""Definitions as the text of a schedules.yaml, which reads as what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from inspect_pipelines.config.yaml_scalar import core_value

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./-]*[A-Za-z0-9]")
MOST_CHARACTERS = 100_000  # of a line: texts are not folded
HEAD = """\
# What was made through the API, for schedules.yaml: move the entries under `schedules:` and `triggers:` there, or keep
# this as the file. `inspect-pipelines plan` then says that they are taken over, and `apply` does so.
"""


def schedules_text(
    org_id: str, schedules: Sequence[Mapping[str, Any]], triggers: Sequence[Mapping[str, Any]]
) -> str:
    """The text of a file that says them, in their order.

    Args:
        org_id: Whose they are.
        schedules: Entries in JSON's values.
        triggers: As schedules.
    """
    content: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ScheduleConfig",
        "metadata": {"orgId": org_id},
        "schedules": [*schedules],
        "triggers": [*triggers],
    }
    return HEAD + _dumped(content)


def entry_text(document: Mapping[str, Any]) -> str:
    """One entry, as it stands below `schedules:` or `triggers:`."""
    return _dumped([{**document}])


def part_text(value: Any) -> str:
    """A part of an entry by itself, such as what stands below `notify:`; empty when there is nothing."""
    return _dumped(value) if value else ""


def on_one_line(value: Any) -> str:
    """A value as it stands behind a key, lists and mappings in brackets."""
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=MOST_CHARACTERS,
        default_flow_style=True,
    )
    return text.removesuffix("...\n").strip()


def _dumped(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=MOST_CHARACTERS)
    return text


class _Dumper(yaml.SafeDumper):
    """Quotes every text that YAML 1.2 could read as something else; PyYAML itself knows the rules of 1.1."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    is_plain = PLAIN.fullmatch(value) and core_value(value) == value
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if is_plain else '"')


_Dumper.add_representer(str, _text)
