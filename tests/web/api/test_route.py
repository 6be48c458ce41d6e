"""A route of the API before and after it is asked for."""

from __future__ import annotations

from inspect_pipelines.ports.house import House
from inspect_pipelines.web.api.route import Route
from web_app import a_client


def test_a_route_is_read_when_it_is_first_asked_for(filled: House) -> None:
    """The dependencies of eighty routes took a fifth of a second at each start."""
    client = a_client(filled)
    routes = [route for route in client.app.router.routes if isinstance(route, Route)]

    assert client.get("/api/v1/playbooks").status_code == 200

    assert [route.path for route in routes if "read" in vars(route)] == ["/api/v1/playbooks"]


def test_a_path_that_does_not_know_the_method_says_so(filled: House) -> None:
    answer = a_client(filled).request("PATCH", "/api/v1/playbooks")

    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
