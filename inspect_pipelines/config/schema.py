"""JSON schemas of our documents, for editors: `# yaml-language-server: $schema=../.inspect/playbook.schema.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.descriptions import describe
from inspect_pipelines.config.document import Document
from inspect_pipelines.config.fragment_document import FragmentDocument
from inspect_pipelines.config.playbook_document import PlaybookDocument
from inspect_pipelines.config.rules import rule_document
from inspect_pipelines.config.schedule_document import OrganizationConfigDocument, ScheduleConfigDocument
from inspect_pipelines.errors import Unavailable

DOCUMENTS: dict[str, type[Document]] = {
    "schedules.schema.json": ScheduleConfigDocument,
    "playbook.schema.json": PlaybookDocument,
    "fragment.schema.json": FragmentDocument,
    "organization.schema.json": OrganizationConfigDocument,
}


def schema_of(document: type[Document], kinds: WrittenKinds) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a document, shorthand spellings and `x-` keys included."""
    schema = document.model_json_schema(mode="validation")
    if "RuleDocument" in schema.get("$defs", {}):
        schema["$defs"]["RuleDocument"] = rule_document(kinds).model_json_schema(mode="validation")
    if document is OrganizationConfigDocument:
        shapes, shared = models_json_schema([(spec.document, "validation") for spec in kinds.values()])
        schema["properties"]["channels"]["additionalProperties"] = {"anyOf": list(shapes.values())}
        schema["$defs"].update(shared["$defs"])
    describe(schema, document.__name__)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["patternProperties"] = {"^x-": {}}  # a place for anchors
    return schema


def write_schemas(home: Path, kinds: WrittenKinds) -> None:
    """Write the schemas into a home, where they are not there already as they should be.

    Raises:
        Unavailable: The folder cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, document in DOCUMENTS.items():
            text = json.dumps(schema_of(document, kinds), indent=1) + "\n"
            path = home / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            f"the schemas for editors cannot be written to {str(home)!r}: {(error.strerror or str(error)).lower()}"
        ) from error
