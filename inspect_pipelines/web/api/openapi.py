"""`/openapi.json` (3.1): made of the routes, their declarations, and the types of their answers; every error is declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from inspect_pipelines.queries.json_schema import Schema, schema_of
from inspect_pipelines.web.access.cookie import ENCRYPTED
from inspect_pipelines.web.access.declaration import ANYBODY, Declaration, For, is_for
from inspect_pipelines.web.api.entry import EXPORTED, entry_schema
from inspect_pipelines.web.api.example import example_of
from inspect_pipelines.web.api.problem import (
    CONFLICT,
    FORBIDDEN,
    INTERNAL,
    INVALID,
    KINDS,
    MEDIA_TYPE,
    NOT_FOUND,
    STALE,
    TOO_LARGE,
    TOO_MANY,
    TYPE,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNCONDITIONAL,
    UNPROCESSABLE,
    UNSUPPORTED,
    Kind,
)
from inspect_pipelines.web.api.route import PNG, Answer, Route
from inspect_pipelines.web.api.streams import EVENT_STREAM, event_of

FASTAPIS = ("HTTPValidationError", "ValidationError")  # of errors that are problems here
EVERYWHERE = (INVALID, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, TOO_MANY, INTERNAL, UNAVAILABLE)
OF_DEEDS = (CONFLICT, TOO_LARGE, UNSUPPORTED, UNPROCESSABLE)
DESCRIPTION = (
    "Playbooks, schedules, triggers, runs, pictures, incidents, events and messages of one organisation. Lists are pages, "
    "newest first: follow `next` until it is null. Errors are problems (RFC 9457) whose `type` stays the same."
)
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "insp_pat_<random>_<crc32>",
        "description": "Made with: inspect-pipelines tokens create. On the machine itself none is asked for.",
    },
    "signIn": {
        "type": "apiKey",
        "in": "cookie",
        "name": ENCRYPTED,
        "description": "Of a browser in which somebody signed in: `POST /api/v1/auth/login`.",
    },
}
OPEN = (For.PROVERS, For.ENTRANTS)  # whoever asks has yet to prove who they are
# Of a stream each event has a schema (`itemSchema`, which FastAPI writes for its own streams too), and the whole has none.
SERVER_SENT: Schema = {
    "type": "object",
    "properties": {
        "event": {"enum": ["run", "step", "problem"]},
        "id": {"type": "string", "description": "To be sent as `Last-Event-ID`."},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
ETAG = {"ETag": {"description": "The number of its revision, in quotes.", "schema": {"type": "string"}}}
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": {"enum": [TYPE.format(kind=kind.name) for kind in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was asked, what is wrong, what to do next."},
        "newer": {
            "type": "string",
            "format": "uri",
            "description": "Of a decision that comes too late: the newer run.",
        },
        "errors": {
            "type": "array",
            "description": "Of an invalid request: each part that is wrong.",
            "items": {
                "type": "object",
                "properties": {
                    "where": {"type": "string"},
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
                },
                "required": ["where", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}


def openapi_route(title: str, version: str, every_route: Callable[[], Sequence[BaseRoute]]) -> APIRouter:
    """`GET /openapi.json`, made when it is first asked for."""
    router = APIRouter()
    made: list[dict[str, Any]] = []

    @router.get("/openapi.json")
    @is_for(ANYBODY)
    def document() -> JSONResponse:
        if not made:
            made.append(openapi(title, version, every_route()))
        return JSONResponse(made[0])

    return router


def openapi(title: str, version: str, routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document."""
    ours = [route for route in routes if isinstance(route, Route)]
    document = get_openapi(
        title=title,
        version=version,
        description=DESCRIPTION,
        openapi_version="3.1.0",
        routes=[route.read for route in ours],
    )
    generated: dict[str, Schema] = document.get("components", {}).get("schemas", {})
    schemas = {name: one for name, one in generated.items() if name not in FASTAPIS} | {"Problem": PROBLEM}
    for route in ours:
        for method in route.methods or ():
            _complete(document["paths"][route.path_format][method.lower()], route, schemas)
    document["components"] = {
        "securitySchemes": SECURITY,
        "schemas": dict(sorted(schemas.items())),
        "responses": {kind.name: _problem_response(kind) for kind in KINDS},
    }
    return document


def _complete(operation: dict[str, Any], route: Route, schemas: dict[str, Schema]) -> None:
    declaration: Declaration = route.endpoint.declaration  # type: ignore[attr-defined]
    answer: Answer = route.endpoint.answer  # type: ignore[attr-defined]
    responses = {str(answer.status): _response(answer, schemas)}
    for kind in EVERYWHERE if "GET" in (route.methods or ()) else (*EVERYWHERE, *OF_DEEDS):
        responses[str(kind.status)] = {"$ref": f"#/components/responses/{kind.name}"}
    if any(one["name"] == "If-Match" for one in operation.get("parameters", ())):
        responses[str(STALE.status)] = {"$ref": f"#/components/responses/{STALE.name}"}
        if "PUT" in (route.methods or ()):
            responses[str(UNCONDITIONAL.status)] = {"$ref": f"#/components/responses/{UNCONDITIONAL.name}"}
    if answer.may_be_unclear:
        responses[str(CONFLICT.status)] = {"$ref": f"#/components/responses/{CONFLICT.name}"}
    if answer.has_etag:
        responses[str(answer.status)]["headers"] = ETAG
    deed = getattr(route.endpoint, "deed", None)
    if deed is not None and deed.takes:
        (content,) = operation["requestBody"]["content"].values()
        content.update(entry_schema(deed.takes, schemas))
    if answer.media_type == EVENT_STREAM:
        responses["204"] = {"description": "What was asked about has ended, and you know it."}
    operation["responses"] = responses
    scopes = [declaration.permission.value] if declaration.permission else []
    operation["security"] = [] if declaration.whom in OPEN else [{"token": scopes}, {"signIn": scopes}]
    if declaration.whom is For.PERMITTED:
        operation["x-permission"] = scopes[0]
    if declaration.of_own:
        operation["x-permission-of-own"] = declaration.of_own.value


def _response(answer: Answer, schemas: dict[str, Schema]) -> dict[str, Any]:
    if answer.kind is bytes:
        what = "The picture." if answer.media_type == PNG else "What the source sent."
        return {"description": what, "content": {answer.media_type: {}}}
    if answer.kind is str:
        return {"description": "The text of a schedules.yaml.", "content": {answer.media_type: EXPORTED}}
    schema = schema_of(answer.kind, schemas)
    if answer.media_type == EVENT_STREAM:
        said = event_of("run", example_of(schema, schemas), known_as="17").decode()
        text = "Events `run`, whose data is as in the example; `step`; `problem`, before it ends; a comment every 15 s."
        return {
            "description": text,
            "content": {answer.media_type: {"itemSchema": SERVER_SENT, "example": said}},
        }
    if answer.is_page:
        schema = _page(schema)
    elif answer.is_list:
        schema = {
            "type": "object",
            "properties": {"items": {"type": "array", "items": schema}, "next": {"type": "null"}},
            "required": ["items", "next"],
        }
    return {
        "description": "As asked.",
        "content": {answer.media_type: {"schema": schema, "example": example_of(schema, schemas)}},
    }


def _page(item: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {
                "anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}],
                "description": "The whole address of the next page; null: this is the last one.",
            },
            "problem": {"type": "string", "description": "Why items may be missing at the page's end."},
        },
        "required": ["items", "next"],
    }


def _problem_response(kind: Kind) -> dict[str, Any]:
    example = {
        "type": TYPE.format(kind=kind.name),
        "title": kind.title,
        "status": kind.status,
        "detail": kind.example,
    }
    return {
        "description": kind.title,
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example},
        },
    }
