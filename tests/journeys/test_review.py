"""A review in a browser, by the keyboard alone: looked at, decided, taken back, finished, and on to the next run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from builders import a_view
from doors import served
from houses import a_house
from inspect_pipelines.domain.access import LOCAL
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.review_room import ReviewRoom, review_room, unfinished
from inspect_pipelines.usecases.pictures.decide import decide
from resources.clock import SystemClock
from reviewed_runs import GONE, a_reviewed_run
from web_app import an_app

MS = 120_000.0
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
HEARD = Path(__file__).with_name("review_heard.yml")
IS_IN_THE_MIDDLE = """sheet => {
    const [inner, outer] = [sheet, sheet.parentElement].map(one => one.getBoundingClientRect());
    return Math.abs(inner.x + inner.width / 2 - outer.x - outer.width / 2) < 2;
}"""
READY = "ip-diff[data-ready]"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = replace(a_house(tmp_path), clock=SystemClock())
    yield house
    house.ledgers.close()


@pytest.fixture
def url(house: House) -> Iterator[str]:
    with served(an_app(house)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Keyboard:
    """A page that is used by keys only, each of them counted; what its browser complains of is kept."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0
        self.complaints: list[str] = []
        page.set_default_timeout(MS)
        expect.set_options(timeout=MS)
        page.on(
            "console", lambda line: self.complaints.append(line.text) if line.type != "log" else None
        )  # fmt: skip
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.count += 1
            # what is pressed for a page that is about to go is dropped
            expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
            self.page.keyboard.press(key)

    def say(self, *keys: str, then: str) -> None:
        """Press, until the page says so."""
        self.press(*keys)
        expect(self.page.locator("#told")).to_have_text(then)

    def turn(self, key: str, name: str) -> None:
        """Go to another view, whose heading has the focus then."""
        self.press(key)
        expect(self.page.locator("h1#view")).to_contain_text(name)
        expect(self.page.locator("h1#view")).to_be_focused()


@pytest.fixture
def keyboard(browser: Browser) -> Iterator[Keyboard]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield Keyboard(page)
    page.close()


def room_of(house: House, run_id: RunId) -> ReviewRoom:
    room = review_room(house, run_id)
    assert room is not None
    return room


def said(house: House, run_id: RunId) -> dict[str, set[str]]:
    """What was said, and of which views."""
    found: dict[str, set[str]] = {}
    for one in room_of(house, run_id).views:
        if one.found and one.found.said:
            found.setdefault(one.found.said.kind.value, set()).add(one.view.name)
    return found


def test_a_run_is_reviewed_by_the_keyboard_alone(house: House, url: str, keyboard: Keyboard) -> None:
    other = a_reviewed_run(house, ["price"], definition_id="hourly")
    run = a_reviewed_run(house, ["button", "button", "header", "header", "header", "footer", GONE, "price"])
    names = [one.view.name for one in room_of(house, run.id).views]
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}")
    page.get_by_role("link", name="Review one by one").press("Enter")
    page.wait_for_selector(READY)

    first, second = names[0], names[1]
    assert (first, second) == ("page-01", "page-02")
    keyboard.turn("ArrowDown", second)
    keyboard.turn("ArrowUp", first)
    keyboard.press("x")
    expect(page.get_by_role("link", name="left out, take in")).to_be_visible()
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    keyboard.press("x")
    keyboard.say("y", then=f"Accepted 2 of 8; next: {names[2]}, desktop")
    expect(page.locator("h1#view")).to_be_focused()
    keyboard.press("n")
    page.keyboard.type("y is no key in here")
    keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Rejected ")
    keyboard.say("u", then=f"Taken back; next: {names[2]}, desktop")
    keyboard.say("i", then=f"Ignored 1 of 8; next: {names[3]}, desktop")
    keyboard.press("q")
    page.keyboard.type("it flickers")
    keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Quarantined 1 of 8")
    keyboard.press("Shift+Y")
    expect(page.locator("#told")).to_have_text("Accepted 6 of 8; nothing waits any more")
    expect(
        page.get_by_role("heading", name="6 accepted pictures are not the approved ones yet")
    ).to_be_focused()
    keyboard.press("f")
    page.wait_for_url(f"{url}/runs/{other.id}/review*")

    assert {kind: len(views) for kind, views in said(house, run.id).items()} == {
        "accept": 6, "ignore": 1, "quarantine": 1,
    }  # fmt: skip
    assert unfinished(house, room_of(house, run.id)) == []
    assert keyboard.complaints == []


def test_sixty_views_take_ninety_keys_at_most(house: House, url: str, keyboard: Keyboard) -> None:
    """Three groups, two views that are gone, one that is quarantined; what is typed counts, too."""
    changes = ["header"] * 20 + ["button"] * 18 + ["footer"] * 16 + [GONE, GONE] + ["price", "", "", ""]
    views = {a_view(f"page-{at + 1:02}"): changed for at, changed in enumerate(changes)}
    run = a_reviewed_run(house, views)
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review")
    page.wait_for_selector(READY)

    for _ in range(10):
        if not (waiting := room_of(house, run.id).waiting):
            break
        heading = page.locator("h1#view")
        shown = next(one for one in waiting if heading.text_content().startswith(one.view.name))  # type: ignore[union-attr]
        before = page.locator("#told").text_content()
        if changes[list(views).index(shown.view)] == "price":
            keyboard.press("q", *"clock", "Enter")
        else:
            keyboard.press("k", "y")  # a look at the first region, and the word
        expect(page.locator("#told")).not_to_have_text(before or "")
    keyboard.press("f")
    page.wait_for_url(f"{url}/inbox*")

    counted = {kind: len(names) for kind, names in said(house, run.id).items()}
    assert counted == {"accept": 56, "quarantine": 1}
    assert keyboard.count <= 90
    assert keyboard.complaints == []


@pytest.fixture
def held(keyboard: Keyboard) -> list[Route]:
    """Words on their way to the server, until the test lets each go on."""
    words: list[Route] = []
    keyboard.page.route("**/review/decide*", lambda route: words.append(route))
    return words


def test_the_next_view_stands_there_while_the_word_is_on_its_way(
    house: House, url: str, keyboard: Keyboard, held: list[Route]
) -> None:
    """A decision of 1,000 views took 0.7 s until the next one came."""
    run = a_reviewed_run(house, ["button", "header", "footer"])
    first, second, _ = [one.view.name for one in room_of(house, run.id).views]
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review?view=shop/{first}@desktop", wait_until="networkidle")
    page.wait_for_selector(READY)

    keyboard.press("y")
    expect(page.locator("h1#view")).to_contain_text(second)
    page.wait_for_selector(READY)
    page.keyboard.press("y")
    page.get_by_role("button", name="Accept", exact=True).click()
    assert (len(held), page.locator("#told").text_content(), said(house, run.id)) == (1, "", {})
    page.evaluate("document.querySelector('ip-diff').isThatOne = true")
    held[0].continue_()

    expect(page.locator("#told")).to_have_text(f"Accepted 1 of 3; next: {second}, desktop")
    expect(page.locator("h1#view")).to_be_focused()
    assert page.evaluate("document.querySelector('ip-diff').isThatOne")
    keyboard.press("k")
    expect(page.locator("#places [aria-current]")).to_have_count(1)
    page.go_back()
    expect(page.locator("h1#view")).to_contain_text(first)
    assert keyboard.complaints == []


def test_a_word_that_is_not_taken_leads_back_to_its_view(
    house: House, url: str, keyboard: Keyboard, held: list[Route]
) -> None:
    run = a_reviewed_run(house, ["button", "header", "footer"])
    first, second, _ = [one.view.name for one in room_of(house, run.id).views]
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review", wait_until="networkidle")
    page.wait_for_selector(READY)
    keyboard.press("y")
    expect(page.locator("h1#view")).to_contain_text(second)
    decide(
        house,
        run.id,
        Wish(DecisionKind.ACCEPT, frozenset({a_view(first)})),
        caller=replace(LOCAL, actor="user:bob"),
    )
    held[0].continue_()

    expect(page.get_by_role("alert")).to_contain_text("decided so before")
    expect(page.locator("h1#view")).to_contain_text(first)
    expect(page.locator("h1#view")).to_be_focused()
    expect(page.locator("ip-diff[data-ready]")).to_have_count(1)
    assert "view=" not in page.url
    keyboard.turn("ArrowDown", second)


def test_a_screen_reader_is_told_all_of_it(house: House, url: str, keyboard: Keyboard) -> None:
    run = a_reviewed_run(house, ["button", "button", "header", GONE, ""])
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review")
    page.wait_for_selector(READY)
    keyboard.press("w", "k")

    expect(page.locator("main")).to_match_aria_snapshot(HEARD.read_text(encoding="utf-8"))
    keyboard.say("y", then="Accepted 2 of 4; next: page-03, desktop")
    assert keyboard.complaints == []


def test_pictures_are_looked_at_in_every_way_and_the_address_says_how(
    house: House, url: str, keyboard: Keyboard
) -> None:
    run = a_reviewed_run(house, ["button", "header"])
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review?view=shop/page-01@desktop")
    page.wait_for_selector(READY)
    diff = page.locator("ip-diff")

    for key, mode in [("w", "swipe"), ("d", "overlay"), ("o", "onion"), ("b", "blink"), ("s", "split"),
                      ("l", "aligned"), ("ArrowLeft", "old"), ("ArrowRight", "new"), ("w", "swipe")]:  # fmt: skip
        keyboard.press(key)
        expect(diff).to_have_attribute("data-mode", mode)
    for side in (
        "old",
        "new",
    ):  # what was as wide as its half is as wide as the whole now, and not half of it
        assert page.locator(f".pane[data-side={side}] .sheet").evaluate(IS_IN_THE_MIDDLE), side
    handle = page.get_by_role("slider", name="Swipe")
    handle.focus()
    keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuetext", "51 % new")
    expect(diff).to_have_attribute("data-mode", "swipe")
    keyboard.press("End", "k")
    expect(handle).to_have_attribute("aria-valuetext", "100 % new")
    expect(page.locator("#places [aria-current]")).to_have_count(1)
    for _ in range(9):
        keyboard.press("+")
    expect(page.locator(".stage")).to_have_class("stage pixels")
    page.wait_for_url("**mode=swipe**")
    page.wait_for_url("**region=1**")
    was = page.locator(".sheet").first.get_attribute("style")
    page.reload()
    page.wait_for_selector(READY)

    expect(diff).to_have_attribute("data-mode", "swipe")
    assert rounded(page.locator(".sheet").first.get_attribute("style")) == rounded(was)
    keyboard.turn("ArrowDown", "page-02")
    expect(diff).to_have_attribute("data-mode", "swipe")
    assert keyboard.complaints == []


def rounded(style: str | None) -> list[int]:
    """The numbers of a transform."""
    assert style
    return [
        round(float(part))
        for part in style.replace("px", "")
        .replace("(", " ")
        .replace(")", " ")
        .replace(",", " ")
        .replace(";", " ")
        .split()
        if part.replace(".", "").replace("-", "").isdigit()
    ]


def test_both_sides_share_one_zoom_at_the_pointer(house: House, url: str, keyboard: Keyboard) -> None:
    run = a_reviewed_run(house, ["header"])
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review")
    page.wait_for_selector(READY)
    pane = page.locator(".pane[data-side=old]").bounding_box()
    assert pane
    at = (pane["x"] + 100, pane["y"] + 80)
    under = "([x, y]) => { const sheet = document.querySelector('.pane[data-side=old] .sheet').getBoundingClientRect(); const zoom = sheet.width / document.querySelector('.sheet img').naturalWidth; return [(x - sheet.x) / zoom, (y - sheet.y) / zoom, zoom]; }"
    before = page.evaluate(under, at)

    page.mouse.move(*at)
    page.mouse.wheel(0, -300)
    page.mouse.wheel(0, -300)
    expect(page.locator(".tools .zoom").first).not_to_have_text(f"{before[2] * 100:.0f} %")
    after = page.evaluate(under, at)

    assert after[2] > before[2] * 1.5
    assert after[:2] == pytest.approx(before[:2], abs=1)
    styles = [
        one.get_attribute("style") for one in page.locator(".pane:not([data-side=aligned]) .sheet").all()
    ]
    assert len(styles) == 2
    assert len({*styles}) == 1


def test_a_tall_page_has_a_map_and_begins_where_it_changed(
    house: House, url: str, keyboard: Keyboard
) -> None:
    tall, short = a_view("tall"), a_view("short")
    run = a_reviewed_run(house, {tall: "footer", short: "header"}, heights={tall: 4000})
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review?view={short}")
    page.wait_for_selector(READY)
    expect(page.locator(".minimap")).to_be_hidden()

    page.goto(f"{url}/runs/{run.id}/review?view={tall}")
    page.wait_for_selector(READY)

    expect(page.locator(".minimap")).to_be_visible()
    expect(page.locator(".minimap i")).to_have_count(1)
    page.locator(".minimap").click(position={"x": 10, "y": 200})
    page.wait_for_url("**y=-**")


def test_a_mask_is_drawn_by_the_pointer_or_by_keys(house: House, url: str, keyboard: Keyboard) -> None:
    run = a_reviewed_run(house, ["header"])
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review?mode=new")
    page.wait_for_selector(READY)
    sheet = page.locator(".pane[data-side=new] .sheet").bounding_box()
    assert sheet
    keyboard.press("m")
    page.mouse.move(sheet["x"] + 290, sheet["y"] + 190)
    page.mouse.down()
    page.mouse.move(sheet["x"] + 430, sheet["y"] + 245, steps=4)
    page.mouse.up()

    expect(page.locator("#drawn h2")).to_be_focused()
    expect(page.locator("#drawn pre")).to_have_text('mask:\n  - "#button"\n')
    page.wait_for_selector(READY)
    keyboard.press("m")
    expect(page.locator(".drawn-box")).to_be_visible()
    keyboard.press("ArrowLeft", "Shift+ArrowDown", "Enter")
    page.wait_for_url(lambda address: "mask=" in address and "mask=290" not in address)
    expect(page.locator("#drawn")).to_be_visible()
    assert keyboard.complaints == []


def test_keys_are_told_and_do_nothing_while_somebody_types(
    house: House, url: str, keyboard: Keyboard
) -> None:
    run = a_reviewed_run(house, ["header", "button"])
    page = keyboard.page
    page.goto(f"{url}/runs/{run.id}/review")
    page.wait_for_selector(READY)

    keyboard.press("Shift+?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keyboard.press("y", "Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.get_by_label("Name").focus()
    page.keyboard.type("yniqxuf")
    keyboard.press("Control+y", "Alt+y", "Tab")
    assert said(house, run.id) == {}
    unnamed = page.locator("[data-key]").evaluate_all(
        "all => all.filter(one => !one.title.includes('(') && !one.disabled).map(one => one.outerHTML)"
    )
    assert unnamed == []
    page.locator("h1#view").focus()
    keyboard.press("g", "i")
    page.wait_for_url(f"{url}/inbox")


def test_blinking_and_flashing_stop_for_whoever_asks_for_less_motion(
    house: House, url: str, browser: Browser
) -> None:
    run = a_reviewed_run(house, ["header"])
    page = browser.new_page(reduced_motion="reduce")
    page.set_default_timeout(MS)
    page.goto(f"{url}/runs/{run.id}/review?mode=blink")
    page.wait_for_selector(READY)

    expect(page.locator("ip-diff")).to_have_attribute("data-mode", "split")
    expect(page.get_by_role("button", name="Blink")).to_be_disabled()
    page.keyboard.press("b")
    expect(page.locator("ip-diff")).to_have_attribute("data-mode", "split")
    page.close()


def test_names_of_strangers_stay_text_and_a_phone_scrolls_one_way_only(
    house: House, url: str, browser: Browser
) -> None:
    view = View("shop", EVIL * 3, "desktop")
    run = a_reviewed_run(house, {view: "header", a_view("w" * 180): "header"}, name=EVIL)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    keyboard = Keyboard(page)
    page.on("dialog", lambda dialog: keyboard.complaints.append(dialog.message))
    page.goto(f"{url}/runs/{run.id}/review?view=shop/{'w' * 180}@desktop")
    page.wait_for_selector(READY)

    widths = []
    for address in (page.url, f"{url}/runs/{run.id}/review"):
        page.goto(address)
        page.wait_for_selector(READY)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
    keyboard.press("n")
    page.keyboard.type(EVIL)
    keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Rejected 2 of 2")

    assert widths == [390, 390]
    assert keyboard.complaints == []
    page.close()
    assert said(house, run.id).keys() == {DecisionKind.REJECT.value}


def test_without_scripts_a_view_is_looked_at_and_decided(house: House, url: str, browser: Browser) -> None:
    run = a_reviewed_run(house, ["header", "button"])
    page = browser.new_page(java_script_enabled=False)
    page.set_default_timeout(MS)
    page.goto(f"{url}/runs/{run.id}/review")

    expect(page.locator("ip-diff figure")).to_have_count(4)
    page.get_by_role("link", name="Next").click()
    page.get_by_text("Reject", exact=True).first.click()
    page.get_by_label("What is wrong").fill("the old colour")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".count-line")).to_contain_text("1 of 2 decided")
    page.close()

    assert len(said(house, run.id)["reject"]) == 1
