"""What a playbook sets for all of its pages, seen in a real browser."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from inspect_pipelines.domain.action import Goto, Request, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.page_setting import Cookie, Credentials, Dismiss, Stub, Surroundings, Wire
from inspect_pipelines.domain.playbook import PageRules, Viewport
from inspect_pipelines.domain.session import SessionStatus, Value
from inspect_pipelines.domain.target import Target
from session_requests import picture

SAYS = """<!doctype html><title>Says</title><p></p><script>const p = document.querySelector('p'), say = (text) => p.textContent = text;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone, dark = matchMedia('(prefers-color-scheme: dark)').matches;
Notification.requestPermission; const base = [navigator.language, zone, dark, new Date().toISOString(), Notification.permission].join(' ');
navigator.geolocation.getCurrentPosition((at) => say(base + ' ' + at.coords.latitude + ' ' + at.coords.longitude), (e) => say(base + ' ' + e.message))</script>"""
BANNER = """<!doctype html><title>Banner</title><style>#veil{position:fixed;inset:0;background:#0008}</style><button id=buy onclick="this.textContent='Bought'">Buy</button>
<script>const show = () => { document.body.insertAdjacentHTML('beforeend', '<div id=veil><button id=no onclick="this.parentNode.remove()">No</button></div>') };
%s</script>"""
DRESSED = """<!doctype html><title>Dressed</title><style>body{margin:0} div{width:100px;height:100px;background:#c00;transition:background 1s}</style><div></div>"""


def test_a_page_believes_to_be_where_and_when_the_playbook_says(play, site):
    site.serve("/says", SAYS)
    noon = datetime(2026, 12, 24, 11, tzinfo=UTC)
    oslo = Surroundings("nb-NO", "Europe/Oslo", "dark", 59.9, 10.7, ("geolocation", "notifications"), noon)
    said = "nb-NO Europe/Oslo true 2026-12-24T11:00:00.000Z granted 59.9 10.7"

    result = play(
        Goto("/says"),
        ExpectText(Target(selector="p"), equals=said),
        TakeScreenshot("says"),
        viewports=(Viewport("oslo", 800, 600, surroundings=oslo),),
    )

    assert result.findings == ()


@pytest.mark.parametrize(
    "comes", ["show()", "onmousemove = () => { onmousemove = null; show() }; setTimeout(show, 700)"]
)
def test_a_banner_is_closed_when_it_is_there_and_when_it_comes_in_the_way(play, site, comes):
    site.serve(
        "/banner",
        BANNER
        % (
            comes
            if comes == "show()"
            else "document.getElementById('buy').disabled = true; setTimeout(show, 300)"
        ),
    )
    enable = (
        ""
        if comes == "show()"
        else "<script>setInterval(() => { if (!document.getElementById('veil') && window.seen) document.getElementById('buy').disabled = false; if (document.getElementById('veil')) window.seen = true }, 20)</script>"
    )
    site.serve("/banner", site.own["/banner"] + enable)
    rules = PageRules(dismiss=(Dismiss(Target(selector="#veil"), Target(selector="#no")),))

    result = play(
        Goto("/banner"),
        Click(Target(selector="#buy")),
        ExpectText(None, contains="Bought"),
        page=rules,
        seconds=4,
    )

    assert result.status is SessionStatus.COMPLETED
    (finding,) = result.findings
    assert (finding.kind, finding.severity) == (FindingKind.DISMISSED, Severity.INFO)
    assert finding.message == "#veil was closed by a click on #no"


def test_a_stub_answers_instead_of_the_site_and_one_that_nothing_asks_for_is_told(play, site):
    site.serve(
        "/stubbed",
        "<!doctype html><title>S</title><p></p><script>fetch('/api/offers?a=1').then(r => r.json()).then(j => document.querySelector('p').textContent = j.who)</script>",
    )
    rules = PageRules(
        stubs=(
            Stub("/api/offers", body='{"who": "{{who}}"}', content_type="application/json"),
            Stub("**/never"),
        )
    )

    result = play(
        Goto("/stubbed"),
        ExpectText(Target(selector="p"), equals="us"),
        page=rules,
        values={"who": Value("us")},
    )

    assert not [path for path in site.requests if path.startswith("/api")]
    assert [(finding.kind, finding.message) for finding in result.findings] == [
        (FindingKind.STUB_UNUSED, "nothing asked for '**/never', which the playbook's page.stub answers")
    ]


def test_a_style_holds_while_a_picture_is_taken_and_leaves_the_page_as_it_was(play, site, gallery):
    site.serve("/dressed", DRESSED)
    rules = PageRules(style="div { background: #0a0 !important }")
    is_red = ExpectText(Target(selector="#is"), equals="rgb(204, 0, 0)")
    site.own["/dressed"] += (
        "<p id=is></p><script>setInterval(() => document.getElementById('is').textContent = getComputedStyle(document.querySelector('div')).backgroundColor, 50)</script>"
    )

    result = play(Goto("/dressed"), TakeScreenshot("dressed", full_page=False), is_red, page=rules)

    (shot,) = result.screenshots
    assert picture(gallery, shot.sha256).getpixel((50, 50)) == (0, 170, 0)
    assert result.status is SessionStatus.COMPLETED
    assert [finding.kind for finding in result.findings if finding.kind is FindingKind.EXPECTATION] == []


def test_headers_cookies_and_credentials_go_to_the_playbooks_own_host_and_to_no_other(
    play, site, monkeypatch
):
    """What opens the staging site must not be told to whomever a page of it leads to."""
    word = "let-me-in-please"
    monkeypatch.setenv("WORD_OF_TESTS", word)
    site.serve("/home", f"<!doctype html><title>Home</title><img src='http://localhost:{site.port}/picture.png'><img src=/to-other><p></p>"
               "<script>document.querySelector('p').textContent = 'seen: ' + document.cookie</script>")  # fmt: skip
    site.redirect("/to-other", f"http://localhost:{site.port}/other/picture.png")
    site.protect("/shut", "ada", word)
    wire = Wire(
        (("X-Opens", "{{word}}"),),
        (Cookie("plain", "yes"), Cookie("kept", "{{word}}")),
        Credentials("ada", "{{word}}"),
    )

    result = play(
        Goto("/home"),
        ExpectText(Target(selector="p"), equals="seen: plain=yes"),
        Goto("/shut"),
        ExpectText(None, contains="inside"),
        Request("/home"),
        page=PageRules(wire=wire),
        values={"word": Value("${env:WORD_OF_TESTS}", is_secret_reference=True)},
        allowed_hosts=("localhost:1",),
    )

    assert result.status is SessionStatus.COMPLETED
    own, other = f"127.0.0.1:{site.port}", f"localhost:{site.port}"
    assert [host for host, headers in site.heard if headers.get("X-Opens") == word and host != own] == []
    assert any(headers.get("X-Opens") == word for host, headers in site.heard if host == own)
    assert [headers for host, headers in site.heard if host == other and word in str(headers)] == []
    assert base64.b64encode(f"ada:{word}".encode()).decode() in str(site.heard)
    assert word not in repr(result)
