"""Filling: a document that may not be opened gets no value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from inspect_pipelines.domain.gesture import Fill
from inspect_pipelines.domain.target import Target
from resources.sessions.browser.actions import Actions
from resources.sessions.browser.borders import Borders
from resources.sessions.browser.documents import Documents
from resources.sessions.browser.faults import NavigationFailed
from resources.sessions.browser.gate import Gate
from resources.sessions.browser.lookout import Lookout
from resources.sessions.browser.popups import Popups
from resources.sessions.browser.secrets import Secrets
from resources.sessions.browser.window import Window
from resources.sessions.browser.words import Words
from resources.sessions.record import Record
from resources.sessions.redaction import Redactor
from session_requests import a_request

WORD = "s3cr3tWord42"
TODAY = date(2026, 11, 22)


@dataclass
class FarAway:
    """The actions of a playbook in a window that stands where the playbook may not go."""

    page: Page
    actions: Actions
    secrets: Secrets


@pytest.fixture
def far_away(browser: Browser, site) -> Iterator[FarAway]:
    everywhere, named = Borders((), site.url), Borders(("shop.test",), "http://shop.test/")
    record = Record(a_request(site.url).playbook, Redactor([WORD]), lambda _: None, today=TODAY)
    gate, documents = Gate(everywhere.names), Documents(browser, everywhere)
    gate.start()
    context = browser.new_context()
    popups = Popups(context, record)
    window = Window(context.new_page(), record, named, documents, gate, popups)
    secrets = Secrets((WORD,))
    actions = Actions(
        window,
        camera=None,
        playbook=a_request(site.url).playbook,
        words=Words({"word": WORD}, frozenset({"word"}), "http://shop.test/"),
        secrets=secrets,
        lookout=Lookout(window.page, secrets),
        record=record,
        borders=named,
    )
    yield FarAway(window.page, actions, secrets)
    documents.close()
    window.page.context.close()
    gate.close()


@pytest.mark.parametrize("place", ["the page", "a frame of its own text"])
def test_a_page_that_may_not_be_opened_gets_no_value(far_away: FarAway, site, place: str):
    """Whatever led there: the value is the last thing that such a page may get."""
    site.serve(
        "/elsewhere",
        "<!doctype html><title>Else</title><label>Word <input></label><iframe srcdoc='<input>'></iframe>",
    )
    far_away.page.goto(f"{site.url}/elsewhere")
    target = Target(frame="iframe", selector="input") if "frame" in place else Target(label="Word")

    with pytest.raises(NavigationFailed) as refused:
        far_away.actions.perform(Fill(target, "{{word}}"), 5)

    assert str(refused.value) == (
        f"nothing was filled into a page of host '127.0.0.1:{site.port}', which is not allowed; "
        "allowed hosts: shop.test:80, shop.test:443, shop.test"
    )
    assert far_away.page.locator("label input").input_value() == ""
    assert far_away.page.frame_locator("iframe").locator("input").input_value() == ""
    assert far_away.secrets.elements == []
