"""How the shop looks: pictures in a real browser, on a desktop and on a phone."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, sync_playwright

from inspect_pipelines.examples.shop.server import Shop

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
PAGES = ["/", "/about", "/basket", "/products/chair", "/products/sideboard", "/no-such-page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, shop: Shop) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(
        base_url=shop.url, viewport={"width": width, "height": height}, is_mobile=request.param == "phone"
    )
    yield context.new_page()
    context.close()


def picture(page: Page, path: str) -> Image.Image:
    page.goto(path)
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


def test_no_page_is_wider_than_its_window(page):
    sideways = {}
    for path in PAGES:
        page.goto(path)
        sideways[path] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    assert sideways == dict.fromkeys(PAGES, 0)


def test_the_pages_log_nothing_and_ask_only_the_shop(page, shop):
    noise, hosts = [], set()
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))

    for path in PAGES[:-1]:
        page.goto(path)

    assert noise == []
    assert hosts - {"data:"} == {shop.url}


def test_the_regression_repaints_the_button_and_not_a_pixel_elsewhere(page, shop):
    before = picture(page, "/products/chair")
    button = page.locator("[data-testid=add-to-basket]").bounding_box()
    shop.regression(True)
    after = picture(page, "/products/chair")

    assert before.size == after.size
    left, top, right, bottom = ImageChops.difference(before, after).getbbox()
    assert left >= int(button["x"])
    assert top >= int(button["y"])
    assert bottom <= button["y"] + button["height"] + 1
    assert right - left >= 300  # px: nobody overlooks it


def test_on_a_phone_the_broken_button_runs_off_the_screen(browser, shop):
    context = browser.new_context(base_url=shop.url, viewport={"width": 390, "height": 844}, is_mobile=True)
    page = context.new_page()
    shop.regression(True)

    page.goto("/products/chair")

    box = page.locator("[data-testid=add-to-basket]").bounding_box()
    context.close()
    assert box["x"] + box["width"] > 390
