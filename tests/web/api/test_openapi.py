"""OpenAPI: what it says is what is answered."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Union

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema_rs import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from builders import NOW, a_screenshot
from doors import served
from houses import a_house
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.json_schema import schema_of
from inspect_pipelines.queries.json_shape import FLAT, to_json
from inspect_pipelines.web.access.rates import Rate, Rates
from people import a_token, bearer
from recording_engine import RecordingEngine
from web_app import URL, TestClient, a_client, an_app

DOCUMENT = TestClient(an_app(a_house(Path("/nowhere"))), base_url=URL).get("/openapi.json").json()
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
CASES = 6  # an operation and mode


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_declares_its_errors_and_shows_an_example_of_its_answer(
    path: str, method: str
) -> None:
    operation = DOCUMENT["paths"][path][method]

    assert {*operation["responses"]} & {"200", "201", "202"}
    assert {"400", "401", "403", "404", "429", "500", "503"} <= {*operation["responses"]}
    assert operation["security"] or path.startswith("/api/v1/auth/")
    assert operation["operationId"]
    assert operation["description"].endswith(".")
    (answer,) = (one for status, one in operation["responses"].items() if status in ("200", "201", "202"))
    for media_type, content in answer["content"].items():
        if media_type == "application/json":
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            assert [str(one) for one in Draft202012Validator(schema).iter_errors(content["example"])] == []


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/schedules", "post"),
        ("/api/v1/schedules/{schedule_id}", "put"),
        ("/api/v1/triggers", "post"),
        ("/api/v1/triggers/{trigger_id}", "put"),
    ],
)
def test_the_example_of_a_definition_is_one(path: str, method: str) -> None:
    (content,) = DOCUMENT["paths"][path][method]["requestBody"]["content"].values()
    schema = {**content["schema"], "components": DOCUMENT["components"]}

    assert [str(one) for one in Draft202012Validator(schema).iter_errors(content["example"])] == []
    assert content["schema"]["$ref"].endswith("Document")


def test_a_replacement_declares_its_preconditions() -> None:
    for path in ("/api/v1/schedules/{schedule_id}", "/api/v1/triggers/{trigger_id}"):
        responses = DOCUMENT["paths"][path]["put"]["responses"]

        assert {"412", "428"} <= {*responses}
        assert "ETag" in responses["200"]["headers"]
        assert "412" in DOCUMENT["paths"][path]["delete"]["responses"]


def test_every_reference_leads_somewhere() -> None:
    """Enumerations of parameters were referred to, and were not there."""
    found = re.findall(r'"\$ref": "#/components/(\w+)/([\w.-]+)"', json.dumps(DOCUMENT))

    assert found
    assert [name for kind, name in found if name not in DOCUMENT["components"][kind]] == []


def test_no_two_operations_have_one_name() -> None:
    names = [DOCUMENT["paths"][path][method]["operationId"] for path, method in OPERATIONS]

    assert len(names) == len({*names})
    assert DOCUMENT["openapi"].startswith("3.1")


@dataclasses.dataclass(frozen=True)
class Everything:
    flat: Screenshot = dataclasses.field(metadata=FLAT)
    role: Role
    run: RunId
    kind: Literal["a", "b"]
    either: Union[int, None]  # noqa: UP007 - both ways to write it are read
    views: dict[View, tuple[str, int | None]]
    took: timedelta
    ats: tuple[datetime, ...]
    whatever: Any
    itself: Everything | None = None


def test_the_schema_of_a_type_allows_what_its_values_become() -> None:
    shot = a_screenshot()
    inner = Everything(shot, Role.ADMIN, RunId("r"), "a", None, {}, timedelta(1), (), None)
    value = Everything(
        shot, Role.ADMIN, RunId("r"), "b", 3, {shot.view: ("x", 1)}, timedelta(1), (NOW,), [1], inner
    )
    components: dict[str, Any] = {}

    schema = schema_of(Everything, components)

    validator = Draft202012Validator({**schema, "components": {"schemas": components}})
    written = to_json(value)
    assert [str(one) for one in validator.iter_errors(written)] == []
    assert {*components["Everything"]["properties"]} == {*written}
    for name in written:
        wrong = {**written, name: {"not": "this"}}
        assert name in ("whatever", "views", "itself") or not validator.is_valid(wrong), name


def test_what_has_no_json_has_no_schema() -> None:
    with pytest.raises(TypeError, match="has no JSON schema"):
        schema_of(complex, {})


@pytest.fixture(scope="session")
def asked(fuzzed: House) -> Iterator[Any]:
    """The document of a server that asks for a token."""
    rates = Rates(Rate("default", 1_000_000, 300))
    client = a_client(fuzzed, is_open=True, rates=rates, engine=RecordingEngine)
    with served(client.app) as listener:
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{listener.getsockname()[1]}/openapi.json")


@pytest.fixture(scope="session")
def token(fuzzed: House) -> dict[str, str]:
    return bearer(a_token(fuzzed, "fuzzer"))


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_is_answered_otherwise_than_the_document_says(
    asked: Any, token: dict[str, str], path: str, method: str, mode: GenerationMode
) -> None:
    """What the document allows, and what it forbids; a fixed seed, and few of each: `make fuzz-api` asks for more."""
    # A cursor is any text in the document, times may be over, a run has ended: what it allows is refused all the same.
    checks = [one for one in CHECKS.get_all() if one.__name__ != "positive_data_acceptance"]
    bounds = settings(
        max_examples=CASES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=[*HealthCheck],
        phases=[Phase.explicit, Phase.generate],
    )

    @bounds
    @given(case=asked[path][method].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=token, checks=checks)

    ask()
