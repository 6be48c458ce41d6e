"""The Python client's operations, written from the routes: `python docs/client.py` keeps them, a test holds them to it."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from starlette.routing import BaseRoute

from inspect_pipelines.web.api.deed import KEY_HEADER
from inspect_pipelines.web.api.progress import LAST_EVENT_ID
from inspect_pipelines.web.api.route import V1, Answer, Asked, ReadRoute, Route
from inspect_pipelines.web.api.streams import EVENT_STREAM

PAGING = {"limit": "page_size: int = {default}", "cursor": "cursor: str | None = None"}
HEADERS = {"If-Match": "if_match", LAST_EVENT_ID: "last"}
ALWAYS = {  # what an operation may need; ruff takes out what it does not
    "collections.abc": ("Iterator", "Mapping", "Sequence"),
    "datetime": ("datetime",),
    "typing": ("Any", "Literal"),
    "inspect_pipelines.client.noun": ("Noun", "below"),
    "inspect_pipelines.client.pages": ("Pages",),
    "inspect_pipelines.client.stream": ("Told",),
}


@dataclass
class Imports:
    """What a module names."""

    found: dict[str, set[str]] = field(default_factory=dict)

    def add(self, kind: Any) -> str:
        if kind.__module__.startswith("inspect_pipelines.web."):
            raise TypeError(
                f"{kind.__qualname__} is the web's own, which no client knows; put it into queries/"
            )
        self.found.setdefault(kind.__module__, set()).add(kind.__name__)
        return str(kind.__name__)

    def lines(self) -> Iterator[str]:
        for module, names in sorted({**ALWAYS, **self.found}.items()):
            yield f"from {module} import {', '.join(sorted(names))}"


def client_texts(routes: Sequence[BaseRoute]) -> dict[str, str]:
    """Each file below inspect_pipelines/client/nouns/, by its name; ruff has still to format them."""
    nouns: dict[str, list[ReadRoute]] = {}
    for route in routes:
        if isinstance(route, Route):
            nouns.setdefault(str(route.read.tags[0]), []).append(route.read)
    return {
        **{f"{noun}.py": _noun(noun, ours) for noun, ours in sorted(nouns.items())},
        "every.py": _every(sorted(nouns)),
    }


def _every(nouns: Sequence[str]) -> str:
    imports = [f"from inspect_pipelines.client.nouns.{noun} import {noun.title()}" for noun in nouns]
    attributes = [f"        self.{noun} = {noun.title()}(connection)" for noun in nouns]
    return "\n".join(
        [
            '"""Every noun of the API. Written by `python docs/client.py`."""\n',
            "from __future__ import annotations\n",
            "from inspect_pipelines.client.connection import Connection",
            *imports,
            "\n\nclass Every:",
            '    """One attribute a noun."""\n',
            "    def __init__(self, connection: Connection) -> None:",
            *attributes,
            "",
        ]
    )


def _noun(noun: str, routes: Sequence[ReadRoute]) -> str:
    imports = Imports()
    methods = [_method(route, imports) for route in routes]
    return "\n".join(
        [
            f'"""What the API can do with {noun}. Written by `python docs/client.py`."""\n',
            "from __future__ import annotations\n",
            *imports.lines(),
            f"\n\nclass {noun.title()}(Noun):",
            f'    """`client.{noun}`."""',
            *methods,
            "",
        ]
    )


def _method(route: ReadRoute, imports: Imports) -> str:
    operation = _Operation(route, imports)
    name = str(route.operation_id).partition("-")[2].replace("-", "_")
    text = (
        inspect.cleandoc(route.endpoint.__doc__ or "").replace("\n", "\n        ").replace("        \n", "\n")
    )
    if "\n" in text:
        text += "\n        "
    return "\n".join(
        [
            f"\n    def {name}({operation.parameters()}) -> {operation.returned()}:",
            f'        """{text}"""',
            f"        return {operation.call()}",
        ]
    )


class _Operation:
    """One route, as a method."""

    def __init__(self, route: ReadRoute, imports: Imports) -> None:
        self._route, self._imports = route, imports
        self._answer: Answer = route.endpoint.answer  # type: ignore[attr-defined]  # Routes wrote it there
        (self._verb,) = route.methods or {"GET"}
        hints = get_type_hints(route.endpoint)
        self._hints = {name: hint for name, hint in hints.items() if hint is not Asked and name != "return"}
        self._path_names = [one.name for one in route.dependant.path_params]
        self._query = list(route.dependant.query_params)
        self._headers = [
            one.alias
            for dependant in (route.dependant, *route.dependant.dependencies)
            for one in dependant.header_params
        ]
        bodies = [one.name for one in route.dependant.body_params]
        self._body = self._hints[bodies[0]] if bodies else None
        self._body_name = bodies[0] if bodies else ""

    def parameters(self) -> str:
        named = [f"{name}: {self._text(self._hints[name])}" for name in self._path_names]
        named += [self._query_parameter(one) for one in self._query]
        if self._is_wish:
            named += [self._wished(name, one) for name, one in self._body.model_fields.items()]  # type: ignore[union-attr]
        elif self._body is not None:
            named.append(f"{self._body_name}: {self._text(self._body)}")
        if "If-Match" in self._headers:
            named.append("if_match: str | None = None")
        if LAST_EVENT_ID in self._headers:
            named.append("last_event_id: str | None = None")
        if KEY_HEADER in self._headers:
            named.append("key: str | None = None")
        first = named[: len(self._path_names)]
        rest = sorted(named[len(first) :], key=lambda text: "=" in text)  # what is needed first
        return ", ".join(["self", *first, *(["*", *rest] if rest else [])])

    def returned(self) -> str:
        answer = self._answer
        if answer.media_type == EVENT_STREAM:
            return "Iterator[Told]"
        kind = self._kind()
        if answer.is_page:
            return f"Pages[{kind}]"
        return f"tuple[{kind}, ...]" if answer.is_list else kind

    def call(self) -> str:
        path = self._address()
        answer = self._answer
        if answer.media_type == EVENT_STREAM:
            return f"self._events({path}, last_event_id)"
        if answer.kind in (bytes, str):
            return f"self._{'bytes' if answer.kind is bytes else 'text'}({path})"
        query = ", ".join(f'"{one.alias}": {one.name}' for one in self._query if one.alias not in PAGING)
        if answer.is_page:
            return f"self._pages({self._kind()}, {path}, {{{query}}}, page_size=page_size, cursor=cursor)"
        parts = [self._kind(), f'"{self._verb}"', path]
        if query:
            parts.append(f"query={{{query}}}")
        if self._is_wish:
            fields = self._body.model_fields  # type: ignore[union-attr]
            parts.append("body={" + ", ".join(f'"{name}": {name}' for name in fields) + "}")
        elif self._body is not None:
            parts.append(f"body={self._body_name}")
        headers = ['"If-Match": if_match'] if "If-Match" in self._headers else []
        headers += [f'"{KEY_HEADER}": key'] if KEY_HEADER in self._headers else []
        if headers:
            parts.append(f"headers={{{', '.join(headers)}}}")
        return f"self._{'many' if answer.is_list else 'one'}({', '.join(parts)})"

    @property
    def _is_wish(self) -> bool:
        return isinstance(self._body, type) and issubclass(self._body, BaseModel)

    def _kind(self) -> str:
        kind = self._answer.kind
        return str(kind.__name__) if kind in (bytes, str) else self._imports.add(kind)

    def _address(self) -> str:
        path = self._route.path_format.removeprefix(V1)
        if not self._path_names:
            return f'"{path}"'
        names = ", ".join(f"{name}={name}" for name in self._path_names)
        return f'below("{path}", {names})'

    def _query_parameter(self, one: Any) -> str:
        default = one.field_info.default
        if one.alias in PAGING:
            return PAGING[one.alias].format(default=default)
        written = "" if default is PydanticUndefined else f" = {default!r}"
        return f"{one.name}: {self._text(self._hints[one.name])}{written}"

    def _wished(self, name: str, one: Any) -> str:
        text = self._text(one.annotation)
        if one.is_required():
            return f"{name}: {text}"
        if one.default_factory is dict:
            return f"{name}: {text} | None = None"
        default = "()" if one.default_factory is list else repr(one.default)
        return f"{name}: {text} = {default}"

    def _text(self, hint: Any) -> str:
        """A type as code; what somebody gives may be any sequence or mapping."""
        origin, arguments = get_origin(hint), get_args(hint)
        if hasattr(hint, "__metadata__"):
            return self._text(arguments[0])
        if origin in (Union, types.UnionType):
            return " | ".join(self._text(one) for one in arguments)
        if origin is Literal:
            return f"Literal[{', '.join(map(repr, arguments))}]"
        if origin in (list, tuple):
            return f"Sequence[{self._text(arguments[0])}]"
        if origin in (dict, Mapping):
            return f"Mapping[{', '.join(self._text(one) for one in arguments)}]"
        if hint is type(None):
            return "None"
        if hint in (str, int, bool, float, datetime):
            return str(hint.__name__)
        if hint is Any:
            return "Any"
        return self._imports.add(hint.__supertype__ if isinstance(hint, NewType) else hint)
