"""Windows that a page opens: followed by `expect_popup` for the rest of a step, or told."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.domain.target import Target
from loopback_site.server import Site

OPENER = """<!doctype html><title>Opener</title><h1>Shop</h1><p id=said>nobody</p>
<button id=open onclick="window.open('/terms')">Terms</button>
<a id=tab target=_blank rel=noopener href=/terms>Terms</a>
<button id=sign-in onclick="window.open('/sign-in')">Sign in</button>
<button id=gone onclick="window.open('/nowhere')">Gone</button>"""
TERMS = "<!doctype html><title>Terms</title><h1>Our terms</h1><p>Be kind.</p>"
SIGN_IN = """<!doctype html><title>Sign in</title><h1>Who are you?</h1>
<button id=ada onclick="opener.document.getElementById('said').textContent = 'Ada'; window.close()">Ada</button>"""


def press(selector: str) -> Click:
    return Click(Target(selector=selector))


@pytest.fixture(autouse=True)
def pages(site: Site) -> None:
    site.serve("/opener", OPENER)
    site.serve("/terms", TERMS)
    site.serve("/sign-in", SIGN_IN)


@pytest.mark.parametrize("way", ["#open", "#tab"])
def test_a_window_that_nobody_follows_is_named_in_a_finding(play, site, way):
    """A link that opened a tab passed as if it had done nothing; whatever was wrong in there was never seen."""
    result = play(Goto("/opener"), press(way), ExpectUrl("/opener"), TakeScreenshot("shop"), seconds=10)

    (finding,) = result.findings
    assert (finding.kind, finding.severity) == (FindingKind.POPUP, Severity.WARNING)
    assert finding.message == (
        f"a new window, {site.url}/terms, was closed again without being looked at; "
        "let `expect_popup` follow what opens it"
    )
    assert (finding.route, result.status) == ("/opener", SessionStatus.COMPLETED)


@pytest.mark.parametrize("way", ["#open", "#tab"])
def test_a_step_goes_on_in_the_window_it_expects_and_the_next_one_in_the_page_again(play, gallery, way):
    result = play(
        Step(
            "terms",
            "Terms",
            (Goto("/opener"), press(way), ExpectPopup("/terms"), TakeScreenshot("terms")),
            success_criteria=(ExpectText(None, contains="Be kind."),),
        ),
        Step("shop", "Shop", (ExpectText(None, contains="Shop"), TakeScreenshot("shop"))),
        seconds=10,
    )

    assert result.findings == ()
    assert result.status is SessionStatus.COMPLETED
    assert [(shot.route, shot.width) for shot in result.screenshots] == [("/terms", 1280), ("/opener", 1280)]
    assert [step.url.rpartition("/")[2] for step in result.steps] == ["terms", "opener"]


def test_a_window_that_closes_itself_gives_the_step_back_to_its_page(play):
    result = play(
        Goto("/opener"),
        press("#sign-in"),
        ExpectPopup("**/sign-in"),
        ExpectText(None, contains="Who are you?"),
        press("#ada"),
        ExpectText(Target(selector="#said"), equals="Ada"),
        ExpectUrl("/opener"),
        seconds=10,
    )

    assert result.findings == ()
    assert result.status is SessionStatus.COMPLETED


def test_a_window_that_does_not_come_fails_the_step(play):
    look = (ExpectPopup("**/terms"), ExpectText(None, contains="Shop"))

    result = play(Step("open", "Open", (Goto("/opener"),)), Step("look", "Look", look, timeout_seconds=1))

    (finding,) = result.findings
    assert finding.message == "expect_popup '**/terms': no new window came within 1 s"
    assert finding.kind is FindingKind.ACTION
    assert result.status is SessionStatus.FAILED


def test_a_window_with_another_address_or_an_error_is_told_and_looked_at_all_the_same(play, site):
    other = play(
        Goto("/opener"),
        press("#open"),
        ExpectPopup("**/prices"),
        ExpectText(None, contains="Our terms"),
        seconds=5,
    )
    gone = (press("#gone"), ExpectPopup("**"), ExpectText(None, contains="not found"))
    broken = play(Goto("/opener"), *gone, seconds=10)

    assert [one.message for one in other.findings] == [
        f"expected the address to match '**/prices', it is '{site.url}/terms' after 5 s"
    ]
    assert [(one.kind, one.message) for one in broken.findings] == [
        (FindingKind.NAVIGATION, f"{site.url}/nowhere answered 404")
    ]
