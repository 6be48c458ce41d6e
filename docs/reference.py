"""Write docs/reference.md anew: `python docs/reference.py`; tests/test_docs.py holds it to what the schemas say."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspect_pipelines.config.document import Document
from inspect_pipelines.config.fragment_document import FragmentDocument
from inspect_pipelines.config.open_inspect import OpenInspectDocument
from inspect_pipelines.config.page_document import PageDocument
from inspect_pipelines.config.playbook_document import PlaybookDocument, PlaybookSpec
from inspect_pipelines.config.schedule_document import (
    OrganizationConfigDocument,
    ScheduleDocument,
    TriggerDocument,
)
from inspect_pipelines.config.schema import schema_of
from inspect_pipelines.config.screenshot_document import ScreenshotDocument
from resources.channels.registry import CHANNELS

Shape = Mapping[str, Any]

HEAD = """# Every key of a playbook

Written by `python docs/reference.py` from the schemas that editors check by, so it is what the loader takes. What the keys are for, with
examples, is in [configuration.md](configuration.md); how they are used together in the [tutorial](tutorial.md) and the [how-tos](how-to/README.md).

A key in **bold** has to be there. Where a text is taken instead of keys, it stands for the one that matters: `click: "#buy"` for `click: {selector: "#buy"}`.
"""
ORGANIZATION = """## `open_inspect` of organization.yaml

For [agents](remote.md). A variable `INSPECT_OPEN_INSPECT_*` that is set wins over its key, for every organisation of the home.
"""
REFUSED = """## Keys that are refused

By name and with this sentence, so that nothing that somebody has written is passed over in silence. A trace is no key of its own: it is
`evidence: {trace: on_failure}`. A quarantine is somebody's word about one view, with a reason and an end, and so it is given to a run.
"""
PLACES: dict[type[Document], str] = {
    PlaybookSpec: "`spec`",
    PageDocument: "`page`",
    ScreenshotDocument: "`screenshot`",
    ScheduleDocument: "a schedule",
    TriggerDocument: "a trigger",
}
TARGET, ACTION = (
    "TargetDocument",
    "ActionDocument",
)  # the keys of a target are many shapes' own, and stand once
NAMES = {ACTION: "An action", TARGET: "A target", "MaskDocument": "A mask"}
PLAIN = {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number"}


def reference() -> str:
    """The page, as Markdown: the shapes of playbooks, nearest first, then what only fragments have."""
    parts, titles = [HEAD], dict[str, str]()
    for file, prefix, document in (
        ("playbooks/*.yaml", "", PlaybookDocument),
        ("fragments/*.yaml", "fragment", FragmentDocument),
    ):
        schema = schema_of(document, CHANNELS)
        shapes = schema["$defs"]
        new = _titles(schema, prefix, titles)
        titles |= new
        parts.append(f"## {file}\n\n{_table(schema, shapes, titles)}")
        parts += [
            f"## {title}\n\n{_table(shapes[name], shapes, titles, of=name)}" for name, title in new.items()
        ]
    parts.append(f"{ORGANIZATION}\n{_table(_described(OpenInspectDocument), shapes_of_playbooks(), titles)}")
    return "\n".join([*parts, _refused()])


def shapes_of_playbooks() -> Mapping[str, Shape]:
    shapes: Mapping[str, Shape] = schema_of(PlaybookDocument, CHANNELS)["$defs"]
    return shapes


def _described(document: type[Document]) -> Shape:
    """A part of organization.yaml, as its schema says it."""
    shape: Shape = schema_of(OrganizationConfigDocument, CHANNELS)["$defs"][document.__name__]
    return shape


def _refused() -> str:
    rows = [
        f"| `{key}` | {place} | {why} |" for kind, place in PLACES.items() for key, why in kind.later.items()
    ]
    return "\n".join((REFUSED, "| Key | In | Instead, or why |", "|---|---|---|", *rows, ""))


def _titles(schema: Shape, prefix: str, known: Mapping[str, str]) -> dict[str, str]:
    """Each shape that is not known yet and its heading: the path that leads to it, of a verb the verb."""
    shapes, titles = schema["$defs"], dict[str, str]()
    waiting = deque([(prefix, schema)])
    while waiting:
        path, shape = waiting.popleft()
        for key, value in shape["properties"].items():
            for name in _refs(value):
                if name in titles or name in known:
                    continue
                titles[name] = NAMES.get(name, f"`{f'{path}.{key}'.lstrip('.')}`")
                below = titles[name].strip("`")
                waiting.append(("" if name == ACTION or below == "spec" else below, shapes[name]))
    return titles


def _table(shape: Shape, shapes: Mapping[str, Shape], titles: Mapping[str, str], *, of: str = "") -> str:
    keys, needed = dict(shape["properties"]), shape.get("required", ())
    rows = []
    finds = shapes[TARGET]["properties"].keys()
    if of != TARGET and finds <= keys.keys():
        keys = {key: value for key, value in keys.items() if key not in finds}
        rows.append(f"| keys of {_link(titles[TARGET], 'a target')} | | | Which element. |")
    for key, value in keys.items():
        name = f"**`{key}`**" if key in needed else f"`{key}`"
        about = value.get("description", "").replace("|", "\\|")
        rows.append(f"| {name} | {_type(value, titles)} | {_default(value)} | {about} |")
    return "\n".join(("| Key | Value | Default | Means |", "|---|---|---|---|", *rows, ""))


def _refs(value: Any) -> list[str]:
    """The shapes that a value may have."""
    if isinstance(value, list):
        return [name for each in value for name in _refs(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"].rpartition("/")[2]] if "$ref" in value else []
    return own + [name for key in ("anyOf", "items") for name in _refs(value.get(key))]


def _type(value: Shape, titles: Mapping[str, str]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return _link(titles[name], NAMES.get(name, "keys").lower())
    if "anyOf" in value:
        kinds = [_type(each, titles) for each in value["anyOf"] if each.get("type") != "null"]
        kinds.sort(key=lambda kind: kind == "text")
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in value or "const" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if value.get("type") == "array":
        return f"list of {_type(value['items'], titles)}" if value.get("items") else "list"
    if value.get("type") == "object":
        return "names and values"
    kind = PLAIN.get(value.get("type", ""), "anything")
    least, most = value.get("minimum"), value.get("maximum")
    return f"{kind}, {least} to {most}" if least is not None and most is not None else kind


def _link(title: str, shown: str) -> str:
    """To a heading, by the anchor that GitHub makes of it."""
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    return f"[{shown}](#{anchor})"


def _default(value: Shape) -> str:
    default = value.get("default")
    if default in (None, "", [], {}):
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{str(default).lower()}`"


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(reference(), encoding="utf-8")
