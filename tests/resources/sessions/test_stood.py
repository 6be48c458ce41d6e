"""A page that cannot look otherwise than it did is photographed once; whatever may change unseen is photographed again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from resources.sessions.browser.scripts import HOLD

PAGE = """<!doctype html><style id=sheet>p { color: #333 }</style><p id=said>Said</p><input id=field value=one><input type=checkbox id=box>
    <select id=choice><option>a<option>b</select><div id=part style="height:40px;overflow:auto"><p style="height:900px">Long</p></div>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def stood(page: Page, html: str, change: str) -> bool:
    page.set_content(html)
    held = page.evaluate_handle(HOLD)
    held.evaluate("(held) => held.look()")
    page.evaluate(change)
    found = held.evaluate("(held) => held.stood()")
    held.evaluate("(held) => held.release()")
    return bool(found)


def test_a_page_in_which_nothing_changed_has_stood(page: Page) -> None:
    assert stood(page, PAGE, "0")


@pytest.mark.parametrize(
    "change",
    [
        "said.firstChild.data = 'Later'",
        "said.className = 'new'",
        "said.remove()",
        "field.value = 'two'",
        "box.checked = true",
        "choice.selectedIndex = 1",
        "part.scrollTop = 100",
        "sheet.sheet.insertRule('p { color: red }')",
        "sheet.sheet.disabled = true",
        "document.adoptedStyleSheets.push(new CSSStyleSheet())",
        "said.animate([{ opacity: 0 }, { opacity: 1 }], 60000)",
        "new Promise((done) => setTimeout(() => done(document.body.append('x')), 50))",
    ],
)
def test_a_page_in_which_something_changed_has_not(page: Page, change: str) -> None:
    assert not stood(page, PAGE, f"() => {{ {change.replace('new Promise', 'return new Promise')} }}")


@pytest.mark.parametrize(
    "part",
    [
        "<canvas></canvas>",
        "<video></video>",
        "<iframe></iframe>",
        "<marquee>x</marquee>",
        "<progress></progress>",
        "<svg><animate attributeName=x dur=1s /></svg>",
        "<my-part></my-part>",
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='>",
        "<div><template shadowrootmode=open>x</template></div>",
        "<img src='http://127.0.0.1:9/never' loading=lazy style='margin-top:90000px'>",
    ],
)
def test_what_changes_unseen_is_never_said_to_have_stood(page: Page, part: str) -> None:
    assert not stood(page, PAGE + part, "0")
