"""The playbook that shows all at once, as people write it, against a shop that needs all of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.session import SessionRequest, SessionStatus, StepStatus
from inspect_pipelines.domain.session_request import values_for
from resources.channels.registry import CHANNELS

SAMPLE = Path(__file__).parent / "sample"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BANNER = """<script>if (!document.cookie.includes('cookies=no')) document.body.insertAdjacentHTML('beforeend', `<div id=cookie-banner style="position:fixed;inset:0;background:#fffc">
<button onclick="document.cookie='cookies=no; path=/'; this.parentNode.remove()">Reject all</button></div>`)</script>"""
HEAD = "<!doctype html><title>Shop</title><meta name=viewport content='width=device-width'><style>body{font:16px sans-serif;margin:16px}</style>"
LOGIN = (
    HEAD
    + """<label>Email <input id=email></label><label>Password <input id=word type=password></label><button onclick="
if (at('email').value === 'qa-bot@acme.com' && at('word').value === 'correct-horse') { document.cookie = 'session=1; path=/'; location = '/account' }">Sign in</button>
<script>const at = (id) => document.getElementById(id)</script>"""
)
ACCOUNT = (
    HEAD
    + "<h1>Sign in first</h1><script>if (document.cookie.includes('session=1')) document.querySelector('h1').textContent = 'My account'</script>"
)
CHAIR = (
    HEAD
    + """<h1>Chair</h1><p class=last-updated>now</p><button onclick="document.querySelector('.basket-count').textContent = 1; pay.hidden = false">Add to basket</button>
<b class=basket-count>0</b><div id=pay hidden>%s<iframe name=card-1 src=/card width=300 height=80></iframe><button onclick="location = '/orders/7'">Pay now</button></div>
<script>console.error('ResizeObserver loop completed with undelivered notifications')</script>"""
)
COUPON = "<input id=coupon placeholder=Coupon>"
CARD = HEAD + "<label>Card number <input></label>"
ORDER = (
    HEAD
    + "<h1>Thank you</h1><p data-test=order-number>7</p><p class=last-updated>now</p><p class=delivery-date>tomorrow</p>"
)


def played(play, site, monkeypatch, *, chair: str):
    """The result of the sample, in a shop whose page of the chair is this one."""
    monkeypatch.setenv("SHOP_QA_PASSWORD", "correct-horse")
    for path, page in {
        "/login": LOGIN,
        "/account": ACCOUNT,
        "/products/chair": chair,
        "/orders/7": ORDER,
    }.items():
        site.serve(path, page + BANNER)
    site.serve("/card", CARD)
    project = load_project(SAMPLE, kinds=CHANNELS, now=NOW)
    (playbook,) = project.playbooks
    values = values_for(playbook, {"shop_url": site.url}, {}, ("127.0.0.1",))
    return play(request=SessionRequest("session-1", "run-1", playbook, values, ("127.0.0.1",)))


def test_the_sample_logs_in_resets_buys_pays_and_tidies_up_on_every_viewport(play, site, monkeypatch):
    result = played(play, site, monkeypatch, chair=CHAIR % COUPON)

    assert result.error is None
    assert result.status is SessionStatus.COMPLETED
    assert [(step.step_id, step.viewport, step.status) for step in result.steps] == [
        (step, viewport, StepStatus.PASSED)
        for viewport in ("desktop", "phone")
        for step in ("login", "setup", "basket", "coupon", "pay", "teardown")
    ]
    assert {step.message for step in result.steps if step.step_id == "basket"} == {
        "not checked: Nothing overlaps or is cut off"
    }
    assert [str(shot.view) for shot in result.screenshots] == [
        f"checkout-flow-audit/{name}@{viewport}"
        for viewport in ("desktop", "phone")
        for name in ("basket", "confirmation")
    ]
    asked = [path for path in site.requests if path.startswith("DELETE")]
    assert asked == ["DELETE /api/test/basket", "DELETE /api/test/orders/mine"] * 2
    ignored = [finding.kind for finding in result.findings if finding.is_ignored]
    told = [finding.kind for finding in result.findings if not finding.is_ignored]
    assert ignored == [FindingKind.CONSOLE_ERROR] * 2
    assert told == [FindingKind.DISMISSED]  # what the banner was told is kept with the login


def test_without_a_coupon_field_its_step_is_left_out_and_the_rest_is_played(play, site, monkeypatch):
    result = played(play, site, monkeypatch, chair=CHAIR % "")

    assert result.status is SessionStatus.COMPLETED
    coupons = {(step.status, step.message) for step in result.steps if step.step_id == "coupon"}
    assert coupons == {(StepStatus.SKIPPED, "`when` does not hold: #coupon is not visible")}
    assert len(result.screenshots) == 4
