"""What a session sees besides pictures, and how it ends when a site misbehaves: a sentence, never a crash."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import psutil
import pytest
import trustme
from playwright.sync_api import Browser

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectText, ExpectUrl
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.gesture import Click, Fill
from inspect_pipelines.domain.playbook import DESKTOP, PageRules, Step, Viewport
from inspect_pipelines.domain.session import SessionStatus, StepStatus
from inspect_pipelines.domain.target import Target
from loopback_site.pages import TROUBLE
from loopback_site.server import Site
from patience import until
from resources.logins.folder import FolderLogins
from resources.sessions.browser.halt import Halt
from resources.sessions.browser.service import perform
from resources.sessions.browser.stack import thrown_at
from resources.sessions.wire import decoded
from session_requests import a_request


@pytest.fixture(scope="module")
def untrusted() -> Iterator[str]:
    """The same site behind a certificate that nobody trusts."""
    site = Site()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    site.server.socket = context.wrap_socket(site.server.socket, server_side=True)
    yield f"https://127.0.0.1:{site.port}"
    site.close()


def test_a_page_s_troubles_are_told_once_each_with_their_severity_route_and_step(play, site):
    result = play(Goto("/trouble"), TakeScreenshot("trouble"), seconds=5)

    seen = {finding.message: (finding.kind, finding.severity) for finding in result.findings}
    console = next(message for message in seen if "basket is broken" in message)
    before = TROUBLE.partition("price is undefined")[0]
    line = before.count("\n") + 1
    assert seen == {
        f"image {site.url}/missing.png answered 404 Not Found": (FindingKind.BROKEN_IMAGE, Severity.WARNING),
        f"script {site.url}/missing.js answered 404 Not Found": (
            FindingKind.REQUEST_FAILED,
            Severity.WARNING,
        ),
        f"fetch {site.url}/drop could not be fetched: net::ERR_EMPTY_RESPONSE": (
            FindingKind.REQUEST_FAILED,
            Severity.WARNING,
        ),
        f"image {site.url}/not-a-picture.png cannot be shown": (FindingKind.BROKEN_IMAGE, Severity.WARNING),
        console: (FindingKind.CONSOLE_ERROR, Severity.WARNING),
        f"uncaught TypeError: price is undefined (/trouble:{line}, on /trouble)": (
            FindingKind.PAGE_ERROR,
            Severity.ERROR,
        ),
    }
    assert console.startswith("the basket is broken 42 (/trouble:")
    assert console.endswith("(2 times)")
    assert {(finding.route, finding.step_id, finding.playbook) for finding in result.findings} == {
        ("/trouble", "look", "shop")
    }
    assert ("log", "fine") in [(line.level, line.text) for line in result.console]
    assert result.status is SessionStatus.COMPLETED


def test_a_page_that_says_500_or_404_is_a_navigation_error_and_is_photographed(play, site):
    result = play(Goto("/error"), TakeScreenshot("error"), Goto("/nowhere"))

    assert [(finding.kind, finding.message) for finding in result.findings] == [
        (FindingKind.NAVIGATION, f"{site.url}/error answered 500 Internal Server Error"),
        (FindingKind.NAVIGATION, f"{site.url}/nowhere answered 404 Not Found"),
    ]
    assert all(finding.severity is Severity.ERROR for finding in result.findings)
    assert len(result.screenshots) == 1


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:9/", "browsers refuse this port (ERR_UNSAFE_PORT)"),
        ("{closed}", "nothing answers there (connection refused); is the site up? (ERR_CONNECTION_REFUSED)"),
        ("http://name.invalid/", "the name 'name.invalid' is unknown (DNS) (ERR_NAME_NOT_RESOLVED)"),
        ("{untrusted}/", "its TLS certificate is signed by nobody this machine trusts (ERR_CERT_AUTHORITY_INVALID)"),
        ("{https}/", "it does not speak TLS there (ERR_SSL_PROTOCOL_ERROR)"),
        ("/loop", "/loop could not be opened: it redirects in a circle (ERR_TOO_MANY_REDIRECTS)"),
        ("/hang", "/hang did not answer within 1 s: the connection stands, but nothing came"),
        ("/trickle", "/trickle began to answer but did not end within 1 s"),
        ("/drop", "the server closed the connection without an answer (ERR_EMPTY_RESPONSE)"),
        ("/file.csv", "it is a download, not a page"),
        ("file:///etc/passwd", "goto 'file:///etc/passwd' was refused: file: addresses are not opened, only http and https"),
        ("data:text/html,x", "data: addresses are not opened"),
        ("javascript:alert(1)", "javascript: addresses are not opened"),
        ("chrome://crash", "chrome: addresses are not opened"),
        ("https://", "names no host"),
    ],
)  # fmt: skip
def test_a_page_that_does_not_come_up_is_a_sentence(play, site, untrusted, url, sentence):
    closed = Site()
    closed.close()
    filled = url.format(closed=closed.url, untrusted=untrusted, https=site.url.replace("http:", "https:"))

    # who answers at once gets the time that a loaded machine needs for it; the others let theirs run out
    seconds = 1 if "within 1 s" in sentence else 20

    result = play(
        Step("open", "Open", (Goto(filled),), timeout_seconds=seconds),
        Step("then", "Then", (TakeScreenshot("x"),)),
    )

    (finding,) = result.findings
    assert sentence in finding.message
    assert (finding.kind, finding.severity) == (FindingKind.NAVIGATION, Severity.ERROR)
    assert result.status is SessionStatus.FAILED
    assert result.error == f"step 'open' (desktop): {finding.message}"
    assert [step.status for step in result.steps] == [StepStatus.FAILED, StepStatus.SKIPPED]


def test_a_relative_goto_without_a_base_url_is_a_sentence(browser, tmp_path, site, play):
    result = play(Goto("/other"), base_url="")

    assert "goto '/other' is relative and the playbook has no base_url" in result.findings[0].message


def test_hosts_that_are_not_allowed_are_not_visited(play, site):
    other = f"http://localhost:{site.port}"
    asked = len(site.requests)
    refused = play(Goto(f"{other}/other?direct"), allowed_hosts=("*.acme.test",))
    followed = [path for path in site.requests[asked:] if "direct" in path]
    redirected = play(Goto("/away"), TakeScreenshot("away"), allowed_hosts=("*.acme.test",))
    clicked = play(
        Goto("/elsewhere"), Click(Target(selector="#out")), TakeScreenshot("x"), allowed_hosts=("a.b",)
    )
    allowed = play(Goto(f"{other}/other"), TakeScreenshot("x"), allowed_hosts=("local*",))

    assert followed == []
    assert refused.findings[0].message == (
        f"goto '{other}/other?direct' was not followed to host 'localhost:{site.port}', which is not allowed; "
        f"allowed hosts: 127.0.0.1:{site.port}, *.acme.test"
    )
    assert redirected.findings[0].message.startswith(
        f"the page was led to 'localhost:{site.port}', which is not allowed"
    )
    assert clicked.findings[0].message.startswith(
        f"the page was led to 'localhost:{site.port}', which is not allowed"
    )
    assert [len(each.screenshots) for each in (refused, redirected, clicked, allowed)] == [0, 0, 0, 1]
    assert allowed.status is SessionStatus.COMPLETED


def test_dialogs_popups_and_downloads_hinder_nothing_and_are_told(play, site):
    result = play(
        Goto("/dialogs"),
        Click(Target(selector="#alert")),
        Click(Target(selector="#confirm")),
        ExpectText(Target(selector="#said"), equals="kept"),
        Click(Target(selector="#popup")),
        Click(Target(selector="#download")),
        Fill(Target(selector="#dirty"), "x"),
        Click(Target(selector="#away")),
        ExpectUrl("/other"),
        TakeScreenshot("other"),
        seconds=5,
    )

    assert result.status is SessionStatus.COMPLETED
    found = [(one.kind, one.severity, one.message) for one in result.findings]
    assert found == [
        (FindingKind.DIALOG, Severity.WARNING, "the page showed an alert 'watch out'; it was dismissed"),
        (FindingKind.DIALOG, Severity.WARNING, "the page showed a question 'Delete all?'; it was dismissed"),
        (
            FindingKind.POPUP,
            Severity.WARNING,
            f"a new window, {site.url}/other, was closed again without being looked at; let `expect_popup` follow what opens it",
        ),
        (FindingKind.DIALOG, Severity.INFO, "the page asked whether it may be left; it was"),
    ]
    assert ("download", "'file.csv' was offered and not kept") in [
        (line.level, line.text) for line in result.console
    ]


def test_an_error_in_a_file_of_another_host_names_file_line_and_page():
    """`uncaught TypeError: x is undefined` was all; which of 30 files and which page was a search of an hour."""
    stack = "TypeError: x is undefined\n    at pay (https://cdn.test/js/app.js?v=2:12:34)\n    at a:1:1"

    assert thrown_at(stack, "https://shop.test/pay") == "https://cdn.test/js/app.js:12"
    assert thrown_at(stack, "https://cdn.test/") == "/js/app.js:12"
    assert thrown_at("Error: no place", "https://shop.test/") == ""


FONT = """<!doctype html><style>@font-face { font-family: Inter; src: url(%s) }
p { font-family: Inter, serif }</style><p>Text"""


def test_a_font_that_did_not_come_or_is_none_is_told_once(play, site):
    site.serve("/font-gone", FONT % "/gone.woff2")
    site.serve("/font-broken", FONT % "/not-a-picture.png")

    gone = play(Goto("/font-gone"), TakeScreenshot("x"))
    broken = play(Goto("/font-broken"), TakeScreenshot("x"))
    blocked = play(Goto("/font-gone"), TakeScreenshot("x"), page=PageRules(block=("**/gone.woff2",)))

    assert [(one.kind, one.message) for one in gone.findings] == [
        (FindingKind.BROKEN_FONT, f"font {site.url}/gone.woff2 answered 404 Not Found")
    ]
    assert (FindingKind.BROKEN_FONT, "font 'Inter' cannot be used; its text is shown in another one") in [
        (one.kind, one.message) for one in broken.findings
    ]
    assert blocked.findings == ()


def test_what_takes_longer_than_its_step_may_is_a_warning(play):
    """A page that took 20 s passed without a word."""
    site_is_slow = Step("look", "Look", (Goto("/slow/other?ms=6000"), TakeScreenshot("x")), slow_seconds=5)
    somebody_waits = Step(
        "look",
        "Look",
        (Goto("/other"), WaitFor(Target(selector="#never"), state="detached", timeout_seconds=30)),
        slow_seconds=20,
    )

    slow, patient = play(site_is_slow), play(somebody_waits)

    assert [(one.kind, one.severity) for one in slow.findings] == [(FindingKind.SLOW, Severity.WARNING)]
    assert slow.findings[0].message.startswith("goto '/slow/other?ms=6000' took ")
    assert slow.findings[0].message.endswith(" s, longer than the 5 s that the step may (`slow`)")
    assert slow.status is SessionStatus.COMPLETED
    assert patient.findings == ()


def test_a_picture_that_waits_long_for_its_page_is_slow_too(play, site):
    site.serve(
        "/late",
        "<!doctype html><body><script>setTimeout(() => { document.body.innerHTML = '<main>Here'}, 6000)</script>",
    )

    result = play(
        Step("look", "Look", (Goto("/late"), TakeScreenshot("x")), slow_seconds=5),
        page=PageRules(ready=("main",)),
    )

    assert [one.message[:32] for one in result.findings] == ["the page of screenshot 'x' took "]


def test_blocked_addresses_are_never_fetched_and_are_no_finding(play, site):
    asked = len(site.requests)

    result = play(
        Goto("/trouble"), TakeScreenshot("x"), seconds=5, page=PageRules(block=("**/missing.*", "**/drop"))
    )

    assert not [path for path in site.requests[asked:] if "missing" in path or "drop" in path]
    assert not [
        finding for finding in result.findings if "missing" in finding.message or "drop" in finding.message
    ]


def test_a_page_whose_renderer_dies_is_a_finding_and_the_other_viewports_go_on(play, site):
    """A page that ran out of memory ends so; here its process is killed while a step waits."""

    asked = len(site.requests)
    site.serve("/dies", "<h1>Here</h1><script>onload = () => setTimeout(() => fetch('/shown'), 500)</script>")
    site.serve("/shown", "")

    def kill_renderers() -> None:
        until(lambda: "/shown" in site.requests[asked:])  # by its own page, so that there is one
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                if "--type=renderer" in process.cmdline():
                    process.kill()

    killer = Thread(target=kill_renderers)
    killer.start()
    result = play(
        Step(
            "open",
            "Open",
            (Goto("/dies"), WaitFor(Target(text="Never"), timeout_seconds=10), TakeScreenshot("x")),
        ),
        viewports=(DESKTOP, Viewport("second", 800, 600)),
    )
    killer.join()

    first, second = result.findings
    assert first.kind is FindingKind.PAGE_ERROR
    assert first.message == "the page crashed its renderer (out of memory, or a defect of the browser)"
    assert second.message.startswith("wait_for text 'Never' to be visible: not within 10 s")
    assert result.status is SessionStatus.FAILED


def test_a_browser_that_died_before_its_first_page_is_not_blamed_on_a_page(browser, site, tmp_path):
    """It said "the browser failed: the page closed its own window" where there had been no page yet."""
    lines: list[str] = []

    def launch() -> Browser:
        browser.close()
        return browser

    perform(
        a_request(site.url, Goto("/other")),
        tmp_path / "gallery",
        lines.append,
        launch,
        Halt(),
        logins=FolderLogins(tmp_path / "logins"),
    )

    end = decoded(lines[-1])
    assert (end.status, end.error) == (SessionStatus.CRASHED, "the browser died")
    assert end.retry_may_help


def test_a_page_with_a_script_that_never_ends_is_given_up(play, site):
    hang = (Click(Target(selector="#hang")), TakeScreenshot("x"))

    result = play(Step("open", "Open", (Goto("/hanging"),)), Step("hang", "Hang", hang, timeout_seconds=1))

    (finding,) = result.findings
    assert finding.kind is FindingKind.PAGE_ERROR
    assert (
        finding.message
        == "the page did not react for 7 s (a script that never ends, or a drawing that is too heavy?)"
    )
    assert result.status is SessionStatus.FAILED


def test_a_flood_of_errors_is_capped_and_counted(play, site):
    result = play(Goto("/flood"), TakeScreenshot("flood"), seconds=5)

    assert len(result.findings) == 100
    assert result.findings[-1].message.endswith("(and 900 more warnings, left out)")
    assert len(result.console) == 500
    assert result.console[-1].text == "more than 500 console lines; the rest is left out"


def test_what_a_third_party_s_script_throws_or_a_report_only_policy_notes_is_a_warning(play, site):
    elsewhere = f"http://localhost:{site.port}"
    site.answer(
        "/widget.js", "text/javascript", "console.error('no consent'); throw new Error('no ad today')"
    )
    site.answer("/own.js", "text/javascript", "console.error('no price'); throw new Error('no basket')")
    site.answer(
        "/logo.svg", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    )
    site.answer(
        "/nights",
        "text/html",
        f"<script src='{elsewhere}/widget.js'></script><script src=/own.js></script><img src=/logo.svg>",
        **{"Content-Security-Policy-Report-Only": "img-src 'none'"},
    )

    result = play(Goto("/nights"), allowed_hosts=(f"localhost:{site.port}",))

    told = {each.message: (each.kind, each.severity) for each in result.findings}
    assert told == {
        f"no consent ({elsewhere}/widget.js:1, third party)": (FindingKind.CONSOLE_ERROR, Severity.WARNING),
        f"uncaught Error: no ad today ({elsewhere}/widget.js:1, third party, on /nights)": (
            FindingKind.PAGE_ERROR,
            Severity.WARNING,
        ),
        "no price (/own.js:1)": (FindingKind.CONSOLE_ERROR, Severity.WARNING),
        "uncaught Error: no basket (/own.js:1, on /nights)": (FindingKind.PAGE_ERROR, Severity.ERROR),
    }
    noted = {line.level for line in result.console if "report-only" in line.text}
    assert noted == {"info"}, result.console
