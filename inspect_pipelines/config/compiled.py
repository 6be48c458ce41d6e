"""compiled.json: the published definitions, as Dagster's processes read them; one file, no database.

A playbook that many definitions use is written once, and definitions name it by its number.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.organization import Limits
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.errors import Unavailable, Unreadable
from inspect_pipelines.stored.adapter import adapter

VERSION = 1
NAME = "compiled.json"
KINDS: dict[str, type[Definition]] = {"schedule": Schedule, "trigger": Trigger}


@dataclass(frozen=True, slots=True)
class Channels:
    """How people are reached; secrets are references."""

    channels: tuple[ChannelConfig, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What `apply` published."""

    version: int
    org_id: OrgId
    published_at: datetime | None  # UTC; None: nothing was published yet
    digest: str  # sha256 over the definitions; equal content, equal digest
    definitions: tuple[Definition, ...] = ()
    limits: Limits = field(default_factory=Limits)
    channels: Channels = field(default_factory=Channels)


def compile_definitions(
    org_id: OrgId,
    definitions: Sequence[Definition],
    *,
    at: datetime,
    limits: Limits | None = None,
    channels: Channels | None = None,
) -> Compiled:
    """The definitions, in the order of their ids, with their digest."""
    ordered = tuple(sorted(definitions, key=lambda definition: definition.id))
    return Compiled(VERSION, org_id, at, digest(ordered), ordered, limits or Limits(), channels or Channels())


def digest(definitions: Sequence[Definition]) -> str:
    """Equal for equal definitions, in whatever order they come."""
    body = _body(sorted(definitions, key=lambda definition: definition.id))
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def write_compiled(home: Path, compiled: Compiled) -> Path:
    """Publish: a reader sees the old file or the new one, also after a power cut.

    Raises:
        Unavailable: The disk is full, or the folder cannot be written.
    """
    published_at = compiled.published_at.isoformat().replace("+00:00", "Z") if compiled.published_at else None
    head = {
        "version": compiled.version,
        "org_id": compiled.org_id,
        "published_at": published_at,
        "digest": compiled.digest,
        "limits": asdict(compiled.limits),
        "channels": adapter(Channels).dump_python(compiled.channels, mode="json"),
    }
    text = json.dumps({**head, **_body(compiled.definitions)}, ensure_ascii=True)
    path = home / NAME
    temporary = None
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{NAME}.", dir=home)
        with open(descriptor, "w", encoding="utf-8") as opened:  # noqa: PTH123 - a descriptor, not a path
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        Path(temporary).replace(path)
        _sync_folder(home)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise Unavailable(
            f"{str(path)!r} cannot be written: {(error.strerror or str(error)).lower()}; "
            "make room or give access, then run `inspect-pipelines apply` again"
        ) from error
    return path


def read_compiled(home: Path) -> Compiled:
    """What was published last; without definitions when nothing was.

    Raises:
        Unreadable: The file is damaged, or another version of inspect-pipelines wrote it.
    """
    path = home / NAME
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Compiled(VERSION, DEFAULT_ORG, None, digest(()))
    except OSError as error:
        raise Unreadable(f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}") from error
    try:
        content = from_json(raw)
        version = content["version"]
        if version == VERSION:
            return _compiled(content)
    except (ValueError, ValidationError, LookupError, TypeError) as error:
        raise Unreadable(
            f"{str(path)!r} is damaged; run `inspect-pipelines apply` to write it anew"
        ) from error
    raise Unreadable(
        f"{str(path)!r} has version {version!r}, and {VERSION!r} is wanted; run `inspect-pipelines apply` to write it anew"
    )


def published_org(home: Path) -> OrgId:
    """The organisation that this home works for: the one published last, the default one before that."""
    try:
        content = from_json((home / NAME).read_bytes())
        return OrgId(str(content["org_id"]))
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
    ):  # whoever needs the definitions says what is wrong with it
        return DEFAULT_ORG


def published_limits(home: Path) -> Limits:
    """How many runs may be in progress at once, as published last; the default when that cannot be read."""
    try:
        return Limits(**from_json((home / NAME).read_bytes()).get("limits", {}))
    except (OSError, ValueError, AttributeError, TypeError):  # the reader of definitions says what is wrong
        return Limits()


def published_channels(home: Path) -> Channels:
    """How people are reached, as published last; nobody when nothing was.

    Raises:
        Unreadable: The file is damaged, or cannot be opened now; a message that then went to no channel would be lost.
    """
    try:
        content = from_json((home / NAME).read_bytes())
        found: Channels = adapter(Channels).validate_python(content.get("channels", {}))
        return found
    except FileNotFoundError:
        return Channels()
    except OSError as error:
        raise Unreadable(
            f"{str(home / NAME)!r} cannot be read for its channels: {(error.strerror or str(error)).lower()}"
        ) from error
    except (ValueError, AttributeError) as error:
        raise Unreadable(
            f"{str(home / NAME)!r} cannot be read for its channels; run `inspect-pipelines apply` to write it anew"
        ) from error


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
        body["plan"]["playbooks"] = [numbers[id(playbook)] for playbook in definition.plan.playbooks]
        plain.append(body)
    return {"playbooks": playbooks, "definitions": plain}


def _compiled(content: dict[str, Any]) -> Compiled:
    playbooks = [adapter(Playbook).validate_python(written) for written in content["playbooks"]]
    definitions = []
    for body in content["definitions"]:
        body["plan"]["playbooks"] = tuple(playbooks[number] for number in body["plan"]["playbooks"])
        definitions.append(adapter(KINDS[body["kind"]]).validate_python(body))
    published_at = content["published_at"]
    return Compiled(
        content["version"],
        OrgId(content["org_id"]),
        datetime.fromisoformat(published_at) if published_at else None,
        content["digest"],
        tuple(definitions),
        Limits(**content.get("limits", {})),
        adapter(Channels).validate_python(content.get("channels", {})),
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
