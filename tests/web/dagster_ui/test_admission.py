"""Who gets past the door to Dagster's UI; that its real server is behind it is told in engine/test_ui.py."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from inspect_pipelines.web.dagster_ui.admission import refusal, stranger

HOST = "127.0.0.1:8460"
GRAPHQL = "/dagster/graphql"
JSON = {"content-type": "application/json"}
OWN = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin"}


def status(method: str, path: str, *origins: str, **said: str) -> int | None:
    """Of the refusal; None: it passes."""
    headers = Headers({"host": HOST, **{name.replace("_", "-"): text for name, text in said.items()}})
    found = refusal(method, path, headers, scheme="http", origins=origins)
    return found.status if found else None


def test_the_uis_own_requests_pass() -> None:
    assert status("POST", GRAPHQL, **JSON, **OWN) is None
    assert status("POST", GRAPHQL, content_type="Application/JSON; charset=utf-8", **OWN) is None
    assert status("GET", "/dagster/_next/static/a.js", sec_fetch_site="same-origin") is None


def test_a_program_without_origin_passes() -> None:
    """`dagster-graphql`, curl and scripts name no origin; every browser names one with a POST."""
    assert status("POST", GRAPHQL, **JSON) is None
    assert status("POST", "/dagster/report_asset_check/a", **JSON) is None


def test_a_mutation_by_get_is_refused_from_everywhere() -> None:
    """`<img src="http://127.0.0.1:3000/graphql?query=mutation{stopRunningSchedule..}">` on a page under test
    switched the nightly run off, and nobody was told."""
    assert status("GET", GRAPHQL, accept="image/avif,image/webp,*/*") == 405
    assert status("GET", GRAPHQL, accept="*/*", **OWN) == 405
    assert status("HEAD", GRAPHQL) == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post"])
def test_other_methods_are_refused_so_that_no_preflight_succeeds(method: str) -> None:
    assert status(method, GRAPHQL, **JSON) == 405


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "text/plain; x=application/json",
        "application/graphql",
        "application/json+evil",
    ],
)
def test_a_post_that_a_form_could_send_is_refused(content_type: str) -> None:
    """Dagster looks for `application/json` anywhere in the text, and takes other bodies' queries from the address."""
    assert status("POST", GRAPHQL, content_type=content_type, **OWN) == 415


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:8461",
        "http://127.0.0.1",
        "http://localhost:8460",
        f"http://{HOST}.evil.example",
        f"http://evil.example#{HOST}",
        f"http://{HOST}@evil.example",
        "",
    ],
)
def test_a_post_from_a_page_elsewhere_is_refused_another_port_of_this_machine_included(origin: str) -> None:
    assert status("POST", GRAPHQL, origin=origin, **JSON) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "anything"])
def test_what_the_browser_says_of_where_a_post_comes_from_decides_too(site: str) -> None:
    assert status("POST", GRAPHQL, sec_fetch_site=site, **JSON) == 403
    assert status("POST", GRAPHQL, origin=f"http://{HOST}", sec_fetch_site=site, **JSON) == 403


def test_behind_a_proxy_the_public_address_is_ours_as_well() -> None:
    public = "https://qa.example.com"

    assert status("POST", GRAPHQL, public, origin=public, **JSON) is None
    assert status("POST", GRAPHQL, origin=public, **JSON) == 403


def test_a_link_in_a_message_opens_and_a_frame_or_a_picture_elsewhere_does_not() -> None:
    link = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}

    assert status("GET", "/dagster/runs/1", **link) is None
    assert status("GET", "/dagster/runs/1", **{**link, "sec_fetch_dest": "iframe"}) == 403
    assert status("GET", "/dagster/runs/1", sec_fetch_site="same-site", sec_fetch_mode="no-cors") == 403


def test_the_page_to_write_queries_in_opens() -> None:
    assert status("GET", GRAPHQL, accept="text/html,*/*", sec_fetch_site="none") is None


@pytest.mark.parametrize("name", ["content-type", "origin", "host", "sec-fetch-site"])
def test_a_header_that_decides_and_is_there_twice_is_refused(name: str) -> None:
    raw = [(name.encode(), b"a"), (name.encode(), b"b")]

    assert refusal("POST", GRAPHQL, Headers(raw=raw), scheme="http", origins=()).status == 400


def test_a_websocket_is_held_to_the_same_origins() -> None:
    def is_refused(**said: str) -> bool:
        return stranger(Headers({"host": HOST, **said}), scheme="http", origins=()) is not None

    assert not is_refused(origin=f"http://{HOST}")
    assert not is_refused()
    assert is_refused(origin="http://127.0.0.1:9000")
    assert is_refused(origin="null")
