"""Which screen a picture of an agent is of, by what the agent says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import a_playbook
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectUrl
from inspect_pipelines.domain.playbook import DESKTOP, Playbook, Step, Viewport
from inspect_pipelines.domain.published import (
    Published,
    is_elsewhere,
    may_be_skipped,
    missing,
    screens,
    shown_view,
)
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import StepStatus

PHONE = Viewport("phone", 390, 844)


def a_shop(**changes: object) -> Playbook:
    steps = (
        Step("cart", "Cart", (Goto("/cart?x=1"), ExpectUrl("**"), TakeScreenshot("cart"))),
        Step("pay", "Pay", (Goto("https://pay.example"), TakeScreenshot("form"), TakeScreenshot("filled"))),
        Step("deploy", "Deploy", (Goto("{{deploy_url}}/x"), TakeScreenshot("deployed"))),
    )
    return a_playbook(**{"steps": steps, "viewports": (DESKTOP, PHONE), **changes})


def test_every_picture_of_a_playbook_is_a_screen_on_each_viewport_with_its_path() -> None:
    found = [(screen.view.name, screen.view.viewport, screen.path) for screen in screens(a_shop())]

    assert found == [
        (name, viewport, path)
        for viewport in ("desktop", "phone")
        for name, path in (("cart", "/cart"), ("form", "/"), ("filled", "/"), ("deployed", ""))
    ]


@pytest.mark.parametrize(
    ("picture", "name", "viewport"),
    [
        (Published("a", "shop/cart@phone", width=1280, height=800), "cart", "phone"),
        (Published("a", " cart ", width=390, height=844), "cart", "phone"),
        (Published("a", "cart"), "cart", "desktop"),
        (Published("a", "", "https://shop.example/cart", 1280, 800), "cart", "desktop"),
        (Published("a", "My cart", "https://shop.example/cart", 1280, 720), "cart", "desktop"),
        (Published("a", "", "https://pay.example/", 390, 844), "start", "phone"),  # two are there
        (Published("a", "", "https://shop.example/A/b%20c", 800, 600), "a-b-c", "800x600"),
        (Published("a", "shop/other@phone", "data:x", 390, 844), "shop-other-phone", "phone"),
        (Published("a", "", "http://[", 390, 844), "start", "phone"),
    ],
)
def test_a_picture_is_of_what_its_caption_says_else_of_what_stands_at_its_path_else_of_itself(
    picture: Published, name: str, viewport: str
) -> None:
    playbook = a_shop()

    assert shown_view(playbook, screens(playbook), picture) == View(playbook.id, name, viewport)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.example/cart", False),
        ("https://pay.example/x", False),
        ("https://pr-7.preview.example/", False),
        ("https://evil.example/", True),
        ("https://shop.example:8443/", True),
        ("javascript:alert(1)", True),
        ("http://[", True),
    ],
)
def test_a_page_of_a_host_that_nobody_named_is_elsewhere(url: str, expected: bool) -> None:
    found = is_elsewhere(
        url, "https://shop.example:443/", a_shop(), ["*.preview.example", "shop.example:443"]
    )

    assert found is expected


def test_a_screen_that_nobody_saw_is_missing_unless_its_step_may_be_left_out_and_was() -> None:
    cart, pay, deploy = a_shop().steps
    playbook = a_shop(
        viewports=(DESKTOP,),
        steps=(replace(cart, condition="there is one"), pay, replace(deploy, manual=True)),
    )
    wanted = screens(playbook)

    def names(seen: tuple[View, ...], **told: StepStatus) -> list[str]:
        return [screen.view.name for screen in missing(wanted, seen, told)]

    assert names(()) == ["cart", "form", "filled"]
    assert names((wanted[1].view,), cart=StepStatus.SKIPPED, pay=StepStatus.SKIPPED) == ["filled"]
    assert may_be_skipped(playbook.steps[0])
    assert not may_be_skipped(pay)
