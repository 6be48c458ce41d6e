"""The client is kept in step with the API: written from its routes, and reading all that they answer."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from houses import a_house
from inspect_pipelines.queries.json_reading import from_json
from inspect_pipelines.queries.json_shape import to_json
from inspect_pipelines.web.api.route import Route
from inspect_pipelines.web.api.streams import EVENT_STREAM
from web_app import URL, TestClient, an_app

ROOT = Path(__file__).parents[2]
APP = an_app(a_house(Path("/nowhere")))
DOCUMENT = TestClient(APP, base_url=URL).get("/openapi.json").json()
ROUTES = [
    one
    for one in APP.router.routes
    if isinstance(one, Route) and one.endpoint.answer.kind not in (bytes, str)
]


def test_its_operations_are_those_of_the_routes(tmp_path: Path) -> None:
    """A new route, parameter, field of a body or type of an answer: `python docs/client.py` writes them anew."""
    spec = importlib.util.spec_from_file_location("client", ROOT / "docs" / "client.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    module.write(tmp_path)

    kept = {one.name: one.read_text(encoding="utf-8") for one in module.NOUNS.glob("*.py")}
    written = {one.name: one.read_text(encoding="utf-8") for one in tmp_path.glob("*.py")}
    assert written | {"__init__.py": ""} == kept, "write them with: python docs/client.py"


@pytest.mark.parametrize("route", ROUTES, ids=[f"{one.methods} {one.path}" for one in ROUTES])
def test_it_reads_what_the_document_says(route: Any) -> None:
    """By the examples of OpenAPI, which are made of every field of each answer."""
    answer = route.endpoint.answer
    if answer.media_type == EVENT_STREAM:
        return
    (method,) = route.methods
    told = DOCUMENT["paths"][route.path][method.lower()]["responses"][str(answer.status)]
    example = told["content"]["application/json"]["example"]

    for one in example["items"] if answer.is_page or answer.is_list else [example]:
        read = json.dumps(to_json(from_json(answer.kind, one)))
        assert json.loads(read.replace('/@"', '"')) == one  # a view of an example has a name only
