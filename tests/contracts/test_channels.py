"""What holds for every channel, against strict stand-ins over real HTTP and real SMTP."""

from __future__ import annotations

import logging
import ssl
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme

from inspect_pipelines.domain.message import Link, MessageKind, Picture
from inspect_pipelines.errors import ChannelError
from messages import a_message, a_notification
from stand_ins import github, teams
from stand_ins.channel_rigs import HTTP_KINDS, Rig, a_rig
from stand_ins.server import Says, StandIn

KINDS = (*HTTP_KINDS, "email", "files")
FIRST_PATHS = {
    "slack": "/api/chat.postMessage",
    "teams": teams.SECRET_PATH,
    "pagerduty": "/v2/enqueue",
    "webhook": "/hooks/qa",
    "github": f"/repos/acme/shop/statuses/{github.SHA}",
}
HOSTILE = (
    "<!channel> <script>alert(1)</script> </at> @everyone \u202etxet **x** [a](http://evil.example) שלום 👩‍🚀"
)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(autouse=True)
def trusts_our_authority(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))


@pytest.fixture(params=KINDS)
def rig(request: pytest.FixtureRequest, tmp_path: Path, authority: trustme.CA) -> Iterator[Rig]:
    with a_rig(request.param, tmp_path, authority) as one:
        yield one


@pytest.fixture(params=HTTP_KINDS)
def http(request: pytest.FixtureRequest, tmp_path: Path, authority: trustme.CA) -> Iterator[Rig]:
    with a_rig(request.param, tmp_path, authority) as one:
        yield one


def failed(rig: Rig, **changes: object) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        rig.send(**changes)
    return caught.value


def test_a_message_arrives_and_the_receipt_says_where(rig: Rig) -> None:
    receipt = rig.send()

    (arrived,) = rig.arrived()
    assert receipt.text
    assert "Pay" in arrived


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_kind_of_message_is_one_that_the_service_takes(rig: Rig, kind: MessageKind) -> None:
    picture = Picture(rig.picture(), "basket: what changed")

    assert rig.send(a_message(kind=kind, pictures=(picture,), mentions=("octocat", "stranger"))).text


def test_a_notification_without_a_message_of_its_own_arrives_too(rig: Rig) -> None:
    told = a_notification(rig.target, title="Run-minutes are running out", text="75 % are used\nof 2,000")

    receipt = rig.channel().send(replace(told, message=None), {})

    if rig.kind == "github":  # it belongs to no commit
        assert "nothing was written" in receipt.text
    else:
        assert any("75 % are used" in one.replace("\\", "") for one in rig.arrived())


def test_a_resolved_message_finds_the_opened_one(rig: Rig) -> None:
    opened = rig.send()

    resolved = rig.send(a_message(kind=MessageKind.RESOLVED, verdict="passed"), opened.thread, number=2)

    if rig.kind == "slack":
        first, reply = rig.service.messages.values()
        assert "Resolved" in first["text"]
        assert reply["thread_ts"] == opened.thread["ts"]
    elif rig.kind == "pagerduty":
        assert rig.service.alerts == {"incident:01900000": "resolve"}
    elif rig.kind == "email":
        first, second = rig.service.mails
        assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
        assert second["Message-ID"] != first["Message-ID"]
    elif rig.kind == "github":
        assert len(rig.service.comments) == 1
        assert [status["state"] for status in rig.service.statuses] == ["failure", "success"]
    else:
        assert len(rig.arrived()) == 2
    assert resolved.thread == opened.thread


@pytest.mark.parametrize(
    ("status", "is_permanent"),
    [
        (400, True),
        (401, True),
        (403, True),
        (404, True),
        (408, False),
        (410, True),
        (413, True),
        (422, True),
        (429, False),
        (500, False),
        (502, False),
        (503, False),
        (504, False),
    ],
)
def test_a_status_tells_whether_another_try_may_help(http: Rig, status: int, is_permanent: bool) -> None:
    http.says(Says(status, {"message": "no"}))

    error = failed(http)

    assert (error.retry_may_help, error.retry_after_seconds) == (not is_permanent, None)
    assert f"answers {status}" in str(error)


@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait_is_told_in_seconds(http: Rig, status: int) -> None:
    http.says(Says(status, "", {"Retry-After": "17"}))

    assert failed(http).retry_after_seconds == 17.0


def test_how_long_to_wait_may_be_told_as_a_date(http: Rig) -> None:
    at = datetime.now(UTC) + timedelta(seconds=90)
    http.says(Says(429, "", {"Retry-After": format_datetime(at, usegmt=True)}))

    wait = failed(http).retry_after_seconds

    assert wait is not None
    assert 60 < wait <= 90


@pytest.mark.parametrize("text", ["soon", "-3", "1e9", "inf", "nan", ""])
def test_what_is_no_time_to_wait_is_none_at_all(http: Rig, text: str) -> None:
    http.says(Says(429, "", {"Retry-After": text}))

    assert failed(http).retry_after_seconds in (None, 0.0)


@pytest.mark.parametrize("breaks", ["hang", "drip"])
def test_a_service_that_hangs_is_left_after_the_time_limit(http: Rig, breaks: str) -> None:
    http.says(Says(breaks=breaks))

    error = failed(http, timeout_seconds=0.4)

    assert error.retry_may_help
    assert "did not answer within 0.4 s" in str(error)


def test_half_an_answer_is_no_receipt(http: Rig) -> None:
    http.says(Says(breaks="half"))

    assert failed(http).retry_may_help


def test_a_connection_closed_after_the_body_is_tried_again_as_the_same_message(http: Rig) -> None:
    http.says(Says(breaks="close"))

    error = failed(http)
    first = http.service.requests[-1]
    http.send()
    again = http.service.requests[1]

    assert error.retry_may_help
    assert [first.headers.get("webhook-id"), first.path] == [again.headers.get("webhook-id"), again.path]


def test_nobody_listening_is_a_passing_trouble(http: Rig) -> None:
    http.service.close()

    error = failed(http)

    assert error.retry_may_help
    assert "cannot be reached at '127.0.0.1'" in str(error)


def test_a_certificate_that_nobody_vouches_for_is_refused(http: Rig) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    service = StandIn(context)
    secrets = {**http.secrets, "${env:U}": f"{service.url}/x"}
    http.secrets = secrets

    error = failed(http, url="${env:U}")
    service.close()

    assert error.retry_may_help
    assert "certificate verify failed" in str(error).lower()
    assert service.requests == []


def test_a_redirect_to_another_host_is_not_followed(http: Rig) -> None:
    other = StandIn()
    http.says(Says(307, "", {"Location": f"http://localhost:{other.port}/elsewhere"}))

    error = failed(http)
    other.close()

    assert not error.retry_may_help
    assert "a redirect to another host, 'localhost', which is not followed" in str(error)
    assert other.requests == []


def test_a_redirect_on_the_same_host_is_followed(http: Rig) -> None:
    path = FIRST_PATHS[http.kind]
    http.says(Says(308, "", {"Location": path}))

    assert http.send().text
    assert [request.path for request in http.service.requests[:2]] == [path, path]


def test_redirects_in_a_circle_end(http: Rig) -> None:
    http.says(*[Says(308, "", {"Location": "/round"})] * 10)

    assert not failed(http).retry_may_help


def test_an_address_in_our_own_networks_is_refused_unless_it_is_listed(rig: Rig) -> None:
    if rig.kind == "files":
        assert rig.send(allow_private=()).text  # it goes nowhere
        return

    error = failed(rig, allow_private=())

    assert not error.retry_may_help
    assert "127.0.0.1" in str(error)
    assert "allow_private" in str(error)
    assert rig.arrived() == []


def test_no_secret_is_in_an_error_nor_in_what_led_to_it(rig: Rig) -> None:
    errors: list[BaseException] = []
    for said in (
        Says(401, "your token " + " ".join(rig.secrets.values())),
        Says(breaks="close"),
        Says(302, ""),
    ):
        if rig.kind == "files":
            break
        if rig.kind == "email":
            rig.service.next.append(f"550 {' '.join(rig.secrets.values())}")
        else:
            rig.says(said)
        errors.append(failed(rig))
    if rig.kind != "files":
        rig.secrets = {}
        errors.append(failed(rig))
        assert "has no value" in str(errors[-1])

    texts = ["".join(traceback.format_exception(error)) + repr(error) for error in errors]

    assert not any("hunter2" in text for text in texts)


def test_no_secret_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """httpx tells the whole address of each request at INFO, and a Teams workflow's address is its secret."""
    for name in ("", "httpx", "httpcore", "slack_sdk", "inspect_pipelines"):
        caplog.set_level(logging.DEBUG, logger=name or None)

    rig.send(a_message(pictures=(Picture(rig.picture(), "basket"),)))

    told = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.log")]
    assert not any(secret in line for line in told for secret in rig.secrets.values())
    assert "hunter2" not in "".join(told)


def test_an_answer_without_end_is_not_read_to_it(http: Rig) -> None:
    http.says(Says(200, b"x" * 3_000_000))

    assert "more than 2,000,000 bytes" in str(failed(http))


@pytest.mark.parametrize("body", ["", "<html>a proxy's page</html>", "[]", "null", "[" * 5000, b"\xff\xfe"])
def test_an_answer_of_another_shape_is_no_crash(http: Rig, body: str | bytes) -> None:
    http.says(Says(200, body))

    try:
        told = http.send().text
    except ChannelError as error:
        told = str(error)

    assert 0 < len(told) < 600  # either is right; a traceback is not


def test_user_text_is_escaped_and_a_stranger_is_not_mentioned(rig: Rig) -> None:
    message = a_message(
        title=HOSTILE,
        sentence=HOSTILE,
        lines=(HOSTILE, "a\nb\x00c\x1b[31m", "half \ud83d of one"),
        definition_name=HOSTILE,
        suspects=(
            Link(HOSTILE, "javascript:alert(1)"),
            Link("#1|<@U024BE7LH>", "https://a.example/?a=1&b=2"),
        ),
        links=(Link(HOSTILE, "https://a.example/)(<>|"), Link(HOSTILE, "https://a.example/run")),
        mentions=("@channel", "here", "<!everyone>", "octocat"),
    )

    assert rig.send(message).text

    for text in rig.arrived():
        if rig.kind in ("slack", "teams", "github"):
            assert "<!channel>" not in text
            assert "<script>" not in text
        assert "\u202e" not in text or rig.kind == "files"


def test_a_megabyte_of_findings_is_cut_and_counted(rig: Rig) -> None:
    lines = tuple(f"view {number}: {'x' * 500}" for number in range(2000))

    assert rig.send(a_message(lines=lines)).text

    (text,) = rig.arrived()
    if rig.kind == "webhook":
        assert "'more_findings': 19" in text
    elif rig.kind != "files":
        assert "and 1,9" in text or "and 1,8" in text
