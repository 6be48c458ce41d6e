"""Two live environments: one playbook played at two addresses in turns, in one browser, and what its pictures say of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from builders import a_run
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.against import side_faults, with_other_side
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.page_setting import Stub
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.playbook import PageRules, Step, Viewport
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.target import Target
from inspect_pipelines.usecases.pictures.compare_sides import compare_sides
from loopback_site.server import Site
from resources.gallery.folder import FolderGallery
from session_requests import a_request

Play = Callable[..., SessionResult]
CHECKOUT = """<!doctype html><title>Checkout</title><link rel=icon href='data:,'>
<style>body{{margin:40px;font:20px sans-serif}} .total{{color:{colour}}} button{{font:inherit;padding:12px 30px}}</style>
<h1>Checkout</h1><p class=total>Total 48.00</p><button>{pay}</button>{more}{script}"""
LOOKS = (
    Step("start", "Start", (Goto("/checkout"), TakeScreenshot("checkout"))),
    Step("list", "List", (Goto("/list"), TakeScreenshot("list"), Goto("/about"), TakeScreenshot("about"))),
)
SCRIPT = "<script>fetch('/api/when')</script>"
SEEDED = {
    "/checkout": {"pay": "Pay now"},
    "/list": {"colour": "#b00020"},
    "/about": {"more": "<p>New in November</p>"},
}


def served(site: Site, seeded: dict[str, dict[str, str]]) -> None:
    usual = {"colour": "#205030", "pay": "Pay", "more": "", "script": ""}
    for path in ("/checkout", "/list", "/about"):
        site.serve(path, CHECKOUT.format(**(usual | seeded.get(path, {}))))


@pytest.fixture
def other() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def compared(gallery: FolderGallery, session: SessionResult) -> list[Comparison]:
    return compare_sides(gallery, a_run(against="http://other.test"), BaselinePolicy(), [session])


def test_three_differences_are_exactly_three_and_each_says_which_side_shows_what(
    play: Play, site: Site, other: Site, gallery: FolderGallery
) -> None:
    served(site, SEEDED)
    served(other, {})

    session = play(request=with_other_side(a_request(site.url, *LOOKS), other.url))

    here, there = f"127.0.0.1:{site.port}", f"127.0.0.1:{other.port}"
    found = {each.view.name: each for each in compared(gallery, session)}
    assert session.status is SessionStatus.COMPLETED, session.error
    assert session.beside is not None
    assert session.beside.names == (here, there)
    assert [name for name, each in found.items() if not each.passed] == ["checkout", "list", "about"]
    assert found["checkout"].reason.startswith(f"{here} shows 'Pay now' where {there} shows 'Pay'")
    assert found["list"].reason.startswith(f"on {here}, beside {there}: ")
    assert "changed colour" in found["list"].reason
    assert all(each.side_by_side_sha256 for each in found.values())


def test_both_sides_are_asked_for_each_view_in_turns_with_the_same_answers_of_the_playbook(
    play: Play, site: Site, other: Site, gallery: FolderGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (site, other):
        served(each, {key: {"script": SCRIPT} for key in SEEDED})
    asked: list[str] = []
    for each, name in ((site, "own"), (other, "other")):
        monkeypatch.setattr(each, "requests", Noted(asked, name))  # the site is that of the next tests, too

    page = PageRules(stubs=(Stub("/api/when", body="noon"),))
    phone = Viewport("phone", 400, 700)
    session = play(
        request=with_other_side(
            a_request(site.url, *LOOKS, page=page, viewports=(phone, Viewport("wide", 900, 700))), other.url
        )
    )

    a_round = [f"{side} {path}" for path in ("/checkout", "/list", "/about") for side in ("own", "other")]
    assert asked == a_round * 2, "each view right after the other side's, and the stub answers on both"
    assert [each.reason for each in compared(gallery, session) if not each.passed] == []
    assert session.beside is not None
    assert len(session.beside.screenshots) == len(session.screenshots) == 6
    assert session.findings == session.beside.findings == ()


class Noted(list[str]):
    """What one of two sites was asked for, in one list with the other's."""

    def __init__(self, asked: list[str], name: str) -> None:
        super().__init__()
        self._asked, self._name = asked, name

    def append(self, path: str) -> None:
        self._asked.append(f"{self._name} {path}")


@pytest.mark.parametrize("ill", ["own", "other"])
def test_an_error_on_one_side_is_an_error_of_that_side_and_no_difference(
    play: Play, site: Site, other: Site, gallery: FolderGallery, ill: str
) -> None:
    served(site, {})
    served(other, {})
    (site if ill == "own" else other).answers["/list"] = (500, "<h1>Sorry</h1>", {})
    del (site if ill == "own" else other).own["/list"]

    session = play(request=with_other_side(a_request(site.url, *LOOKS), other.url))

    faults = side_faults([session])
    if ill == "own":
        assert any("500" in each.message for each in session.findings)
        assert not session.beside.findings  # type: ignore[union-attr]
    else:
        assert not session.findings
        assert compared(gallery, session) == []
        assert [fault for fault in faults if f"127.0.0.1:{other.port}" in fault and "500" in fault]


def test_a_page_to_sign_in_on_one_side_is_named_and_not_compared(
    play: Play, site: Site, other: Site, gallery: FolderGallery
) -> None:
    served(site, {})
    other.redirect("/checkout", "/login")
    other.serve("/login", "<link rel=icon href='data:,'><h1>Sign in</h1><input type=password>")

    session = play(
        request=with_other_side(a_request(site.url, Goto("/checkout"), TakeScreenshot("checkout")), other.url)
    )

    (fault,) = side_faults([session])
    assert f"127.0.0.1:{other.port} shows a page to sign in (/login)" in fault
    assert compared(gallery, session) == []


def test_a_side_that_leads_to_the_other_one_is_compared_with_nothing(
    play: Play, site: Site, other: Site, gallery: FolderGallery
) -> None:
    served(site, {})
    served(other, {})
    site.redirect("/checkout", f"{other.url}/checkout")
    del site.own["/checkout"]

    session = play(
        request=with_other_side(a_request(site.url, Goto("/checkout"), TakeScreenshot("checkout")), other.url)
    )

    (fault,) = side_faults([session])
    assert f"127.0.0.1:{site.port} leads to 127.0.0.1:{other.port}" in fault
    assert compared(gallery, session) == []


def test_a_view_that_one_side_does_not_come_to_is_named(
    play: Play, site: Site, other: Site, gallery: FolderGallery
) -> None:
    served(site, {})
    served(other, {})
    site.serve("/checkout", site.own["/checkout"] + "<a href='/list'>New list</a>")
    optional = Step(
        "new",
        "New",
        (Click(Target(text="New list")), TakeScreenshot("new-list")),
        optional=True,
        timeout_seconds=6,  # the other side comes to its end within it
    )

    session = play(request=with_other_side(a_request(site.url, LOOKS[0], optional), other.url))

    found = {each.view.name: each for each in compared(gallery, session)}
    assert f"only 127.0.0.1:{site.port} shows it" in found["new-list"].reason
    assert not found["new-list"].passed


def test_a_page_that_differs_at_each_look_on_the_other_side_is_called_restless_not_different(
    play: Play, site: Site, other: Site, gallery: FolderGallery
) -> None:
    looks = []
    for number, total in enumerate((111, 888), start=1):
        site.serve("/checkout", "<link rel=icon href='data:,'><h1>Total 500</h1>")
        other.serve("/checkout", f"<link rel=icon href='data:,'><h1>Total {total}</h1>")
        request = a_request(site.url, Goto("/checkout"), TakeScreenshot("checkout"))
        look = play(request=with_other_side(request, other.url))
        looks.append(replace(look, attempt=number, cause="visual" if number > 1 else None, id=f"s.{number}"))

    (found,) = compare_sides(gallery, a_run(against=other.url), BaselinePolicy(), looks)

    assert "it looked different each time" in found.reason


def test_what_is_expected_on_both_sides_fails_the_side_that_lacks_it(
    play: Play, site: Site, other: Site
) -> None:
    served(site, {"/checkout": {"pay": "Pay now"}})
    served(other, {})

    session = play(
        request=with_other_side(
            a_request(
                site.url,
                Step("open", "Open", (Goto("/checkout"),)),
                Step("look", "Look", (ExpectText(Target(selector="button"), "Pay now"),), timeout_seconds=1),
                Step("take", "Take", (TakeScreenshot("checkout"),)),
            ),
            other.url,
        )
    )

    (fault,) = side_faults([session])
    assert f"127.0.0.1:{other.port}: " in fault
    assert "Pay now" in fault
