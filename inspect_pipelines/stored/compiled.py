"""What `apply` publishes, as JSON text and back.

A playbook that many definitions use is written once, and definitions name it by its number. Each definition has the
version of its shape, as in the ledger; VERSION is that of what is round them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from inspect_pipelines.domain.compiled import Channels, Compiled
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.stored.adapter import adapter
from inspect_pipelines.stored.definition import SCHEDULE, TRIGGER
from inspect_pipelines.stored.rule import with_options
from inspect_pipelines.stored.shape import Shape

VERSION = 3
FIELD_A_KIND = 2  # up to it, rules and channels had a field for each kind of channel
ONE_ORGANISATION = (
    1  # the version that had no key `first`: a home had one organisation, whose names were plain
)
SHAPES: dict[str, Shape[Any]] = {"schedule": SCHEDULE, "trigger": TRIGGER}


def compile_definitions(
    naming: Naming,
    definitions: Sequence[Definition],
    *,
    at: datetime,
    limits: Limits | None = None,
    channels: Channels | None = None,
) -> Compiled:
    """The definitions, in the order of their ids, with their digest."""
    ordered = tuple(sorted(definitions, key=lambda definition: definition.id))
    return Compiled(VERSION, naming, at, digest(ordered), ordered, limits or Limits(), channels or Channels())


def nothing_compiled(org_id: OrgId) -> Compiled:
    """What stands for an organisation for which nothing was published."""
    return Compiled(VERSION, Naming(org_id), None, digest(()))


def digest(definitions: Sequence[Definition]) -> str:
    """Equal for equal definitions, in whatever order they come."""
    body = _body(sorted(definitions, key=lambda definition: definition.id))
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def dump_compiled(compiled: Compiled) -> str:
    """The JSON text."""
    published_at = compiled.published_at.isoformat().replace("+00:00", "Z") if compiled.published_at else None
    head = {
        "version": compiled.version,
        "org_id": compiled.org_id,
        "first": compiled.naming.is_first,
        "published_at": published_at,
        "digest": compiled.digest,
        "limits": asdict(compiled.limits),
        "channels": adapter(Channels).dump_python(compiled.channels, mode="json"),
    }
    return json.dumps({**head, **_body(compiled.definitions)}, ensure_ascii=True)


def load_compiled(text: bytes) -> Compiled:
    """The value behind a text of `dump_compiled`, one of version 1 included.

    Raises:
        Unreadable: Another version of inspect-pipelines wrote it.
        ValueError, LookupError, TypeError: It is damaged.
    """
    content = from_json(text)
    version = content["version"]
    if version not in range(ONE_ORGANISATION, VERSION + 1):
        raise Unreadable(f"has version {version!r}, and {VERSION!r} is wanted")
    before = 1 if version <= FIELD_A_KIND else 2  # of a definition that does not say which version it has
    playbooks = _Playbooks(content["playbooks"])
    definitions = tuple(
        _definition(body, body.get("version", before), playbooks) for body in content["definitions"]
    )
    published_at = content["published_at"]
    is_first = True if version == ONE_ORGANISATION else content["first"]
    return Compiled(
        version,
        Naming(OrgId(content["org_id"]), bool(is_first)),
        datetime.fromisoformat(published_at) if published_at else None,
        content["digest"],
        definitions,
        Limits(**content.get("limits", {})),
        _channels(content),
    )


def org_of(text: bytes) -> OrgId:
    """Whose it is; nothing else of it is read.

    Raises:
        ValueError, LookupError, TypeError: It is damaged.
    """
    return OrgId(str(from_json(text)["org_id"]))


def limits_of(text: bytes) -> tuple[Naming, Limits]:
    """Its limits and the names of what they limit; nothing else of it is read.

    Raises:
        ValueError, LookupError, AttributeError, TypeError: They are damaged.
    """
    content = from_json(text)
    return Naming(OrgId(content["org_id"]), content.get("first", True)), Limits(**content.get("limits", {}))


def channels_of(text: bytes) -> Channels:
    """Its channels; nothing else of it is read.

    Raises:
        ValueError, AttributeError: They are damaged.
    """
    return _channels(from_json(text))


class _Playbooks:
    """By number: as written, and as values that all who use one share."""

    def __init__(self, written: list[Any]) -> None:
        self.written = written
        self._values: dict[int, Playbook] = {}

    def __getitem__(self, number: int) -> Playbook:
        if number not in self._values:
            self._values[number] = adapter(Playbook).validate_python(self.written[number])
        return self._values[number]


def _definition(body: dict[str, Any], version: Any, playbooks: _Playbooks) -> Definition:
    shape = SHAPES[body["kind"]]
    numbers = body["plan"]["playbooks"]
    if version == shape.version:
        body["plan"]["playbooks"] = tuple(playbooks[number] for number in numbers)
    elif version not in range(1, shape.version):
        raise Unreadable(f"has {shape.name} of version {version!r}, and {shape.version!r} is wanted")
    else:  # an upgrade may be about playbooks, so it sees them whole
        body["plan"]["playbooks"] = [playbooks.written[number] for number in numbers]
        body = shape.upgraded(body, version)
    found: Definition = adapter(shape.kind).validate_python(body)
    return found


def _channels(content: dict[str, Any]) -> Channels:
    kept = content.get("channels", {})
    if content.get("version", ONE_ORGANISATION) <= FIELD_A_KIND:
        kept = {**kept, "channels": [with_options(channel) for channel in kept.get("channels", [])]}
    found: Channels = adapter(Channels).validate_python(kept)
    return found


def _body(definitions: Sequence[Definition]) -> dict[str, Any]:
    numbers: dict[int, int] = {}  # by identity: the loader gives the same object to all that use a playbook
    playbooks: list[Any] = []
    seen: dict[str, int] = {}
    plain = []
    for definition in definitions:
        for playbook in definition.plan.playbooks:
            if id(playbook) not in numbers:
                written = adapter(Playbook).dump_python(playbook, mode="json")
                key = json.dumps(written)
                if key not in seen:
                    seen[key] = len(playbooks)
                    playbooks.append(written)
                numbers[id(playbook)] = seen[key]
        body = adapter(type(definition)).dump_python(definition, mode="json", exclude={"plan": {"playbooks"}})
        body["version"] = SHAPES[definition.kind].version
        body["plan"]["playbooks"] = [numbers[id(playbook)] for playbook in definition.plan.playbooks]
        plain.append(body)
    return {"playbooks": playbooks, "definitions": plain}
