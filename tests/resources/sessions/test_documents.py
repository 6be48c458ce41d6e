"""What is no ordinary HTML page, or may run no scripts, is photographed, or refused at once in a sentence."""

from __future__ import annotations

import time

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectText, ExpectUrl
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.domain.target import Target
from loopback_site.server import Site, png
from patience import allowed

XML = '<?xml version="1.0"?><shop><item>text</item></shop>'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><text x="9" y="90">text</text></svg>'
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>text</body></html>'
DOCUMENTS = {
    "XML": ("application/xml", XML),
    "broken XML": ("application/xml", XML[:-5]),
    "a feed": ("application/rss+xml", XML),
    "XHTML": ("application/xhtml+xml", XHTML),
    "an SVG drawing": ("image/svg+xml", SVG),
    "plain text": ("text/plain", "text " * 999),
    "JSON": ("application/json", '{"a": "text"}'),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_no_html_is_read_and_photographed(play, site: Site, kind: str):
    """Such pages ended in a TypeError of our own scripts: they have no body."""
    site.answer("/document", *DOCUMENTS[kind])

    result = play(Goto("/document"), ExpectText(None, contains="text"), TakeScreenshot("x"))

    assert result.findings == ()
    assert len(result.screenshots) == 1


def test_a_picture_is_a_page_too(play, site: Site):
    site.answer("/document", "image/png", png(300, 200))

    result = play(Goto("/document"), TakeScreenshot("x"))

    assert result.findings == ()
    assert len(result.screenshots) == 1


@pytest.mark.parametrize("kind", ["application/zip", "multipart/related"])
def test_what_no_browser_shows_is_a_download(play, site: Site, kind: str):
    site.answer("/document", kind, b"PK\x03\x04")

    result = play(Goto("/document"), TakeScreenshot("x"))

    assert (
        result.findings[0].message == f"{site.url}/document could not be opened: it is a download, not a page"
    )


@pytest.mark.parametrize("policy", ["sandbox", "img-src 'self'; sandbox allow-forms"])
def test_a_page_that_may_run_no_scripts_is_photographed_whole_at_once(play, site: Site, gallery, policy: str):
    """Its timers never ring, so that whoever waited in the page waited for ever: 76 s, then a wrong reason."""
    tall = "<!doctype html><h1>Sandboxed</h1><p style='height:2000px'>text</p><img src=/picture.png>"
    site.answer("/sandboxed", "text/html", tall, **{"Content-Security-Policy": policy})
    began = time.monotonic()

    result = play(
        Goto("/sandboxed"),
        ExpectText(Target(selector="h1"), equals="Sandboxed"),
        TakeScreenshot("x"),
        seconds=10,
    )

    assert result.findings == ()
    assert result.status is SessionStatus.COMPLETED
    assert result.screenshots[0].height > 2000
    assert time.monotonic() - began < allowed(15)


def test_a_page_that_may_run_no_scripts_can_be_used(play, site: Site):
    page = "<!doctype html><a href=/other>Further</a>"
    site.answer("/sandboxed", "text/html", page, **{"Content-Security-Policy": "sandbox"})

    result = play(
        Goto("/sandboxed"), Click(Target(role="link", name="Further")), ExpectUrl("/other"), seconds=5
    )

    assert result.findings == ()


def test_a_page_that_loads_itself_again_and_again_is_a_sentence(play, site: Site):
    site.serve("/again", "<!doctype html><meta http-equiv=refresh content=0><h1>text</h1>")

    result = play(Goto("/again"), TakeScreenshot("x"))

    told = [(one.kind, one.message) for one in result.findings]
    sentence = (
        "screenshot: the page left for another one, or loaded itself again, in the middle of it; "
        "wait for what it becomes"
    )
    assert told in ([], [(FindingKind.ACTION, sentence)])  # it may be caught between two of its loads


def test_a_page_that_removes_itself_is_photographed_empty(play, site: Site):
    site.serve("/gone", "<!doctype html><script>document.documentElement.remove()</script>")

    result = play(Goto("/gone"), TakeScreenshot("x"))

    assert len(result.screenshots) == 1


SHADOWS = """<!doctype html><title>Shadows</title><shop-card>slotted <b>words</b></shop-card><shop-secret></shop-secret>
<script>customElements.define('shop-card', class extends HTMLElement { constructor() { super();
  this.attachShadow({mode: 'open'}).innerHTML = '<style>p{color:red}</style><p style="text-transform:uppercase">price</p>'
    + '<p><slot></slot></p><p hidden>not this</p><inner-part></inner-part>' } });
customElements.define('inner-part', class extends HTMLElement { constructor() { super();
  this.attachShadow({mode: 'open'}).innerHTML = '<i>twelve</i><i> euros</i>' } });
customElements.define('shop-secret', class extends HTMLElement { constructor() { super();
  this.attachShadow({mode: 'closed'}).innerHTML = 'closed words' } })</script>"""


def test_a_text_in_open_shadow_roots_is_read_as_a_person_does(play, site: Site):
    """`expect_text` saw an empty page where an application is made of web components."""
    site.serve("/shadows", SHADOWS)

    result = play(
        Goto("/shadows"),
        ExpectText(Target(selector="shop-card"), equals="PRICE slotted words twelve euros"),
        ExpectText(None, contains="twelve euros"),
        ExpectText(None, equals="PRICE slotted words twelve euros"),
    )

    assert result.findings == ()
