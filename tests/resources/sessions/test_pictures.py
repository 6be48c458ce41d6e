"""Pictures: the same page gives the same bytes, and nothing secret or masked is in them."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.expectation import ExpectText
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.gesture import Click, Fill
from inspect_pipelines.domain.playbook import DESKTOP, PageRules, Step, Viewport
from inspect_pipelines.domain.session import SessionStatus, Value
from inspect_pipelines.domain.target import Target
from inspect_pipelines.stored.serial import dump_json
from resources.sessions.browser.masks import COLOUR
from session_requests import picture

PHONE = Viewport("phone", 390, 844, scale=2.0, mobile=True)
SECRET = 's3cr"et/+wörd'


def kinds(result):
    return [finding.kind for finding in result.findings]


def test_two_runs_of_the_same_pages_give_the_same_bytes_however_they_move(play):
    actions = (
        Goto("/"),
        TakeScreenshot("home"),
        Goto("/moving"),
        TakeScreenshot("moving"),
        Goto("/lazy"),
        TakeScreenshot("lazy"),
    )

    first = play(*actions, viewports=(DESKTOP, PHONE), seconds=10)
    second = play(*actions, viewports=(DESKTOP, PHONE), seconds=10)

    assert first.findings == ()
    assert len(first.screenshots) == 6
    assert all(shot.stable for shot in first.screenshots)
    assert [shot.sha256 for shot in first.screenshots] == [shot.sha256 for shot in second.screenshots]


def test_what_the_last_click_left_the_pointer_on_is_not_shown_hovered(play, gallery):
    result = play(Goto("/hover"), Click(Target(text="Go on")), TakeScreenshot("after"), seconds=10)

    assert picture(gallery, result.screenshots[0].sha256).getpixel((390, 190)) == (238, 238, 238)


def test_animations_are_shown_at_their_end_and_endless_ones_at_their_beginning(play, gallery):
    result = play(Goto("/moving"), TakeScreenshot("moving"), seconds=10)

    image = picture(gallery, result.screenshots[0].sha256)
    boxes = dict(result.screenshots[0].elements)
    faded = boxes["p 'I fade in'"]
    text = image.crop((faded.x, faded.y, faded.x + faded.width, faded.y + faded.height))
    moving = boxes["div #web"]
    assert text.convert("L").getextrema()[0] < 60  # black letters, not pale ones
    assert moving.x == 0
    assert image.getpixel((5, moving.y + 5)) == (255, 99, 71)


def test_a_picture_waits_for_fonts_images_busy_parts_and_ready_selectors(play, gallery, site):
    result = play(Goto("/slow-parts"), TakeScreenshot("slow"), seconds=10, page=PageRules(ready=("#app",)))

    (shot,) = result.screenshots
    names = [name for name, _ in shot.elements]
    box = dict(shot.elements)["image 'Late picture'"]
    assert picture(gallery, shot.sha256).getpixel((box.x + 60, box.y + 40)) == (90, 90, 90)
    assert "div 'loaded'" in names
    assert "div 'app'" in names
    assert kinds(result) == []


def test_a_ready_selector_that_never_comes_is_named_and_no_picture_is_taken(play):
    look = Step("look", "Look", (TakeScreenshot("other"),), timeout_seconds=0.5)

    result = play(Step("open", "Open", (Goto("/other"),)), look, page=PageRules(ready=("#app",)))

    assert result.status is SessionStatus.FAILED
    assert result.error == (
        "step 'look' (desktop): screenshot 'other' waits for '#app' (page.ready), which was not visible within 0.5 s"
    )
    assert result.screenshots == ()


def test_a_page_that_stays_busy_is_photographed_and_said_to_be_unready(play):
    look = Step("look", "Look", (TakeScreenshot("busy"),), timeout_seconds=0.5)

    result = play(Step("open", "Open", (Goto("/busy"),)), look)

    assert [finding.message for finding in result.findings] == [
        "screenshot 'busy' was taken before the page was ready: aria-busy is true on div#spinner"
    ]
    assert len(result.screenshots) == 1


def test_a_network_that_is_never_quiet_is_waited_for_once_and_its_addresses_are_named(play, site):
    result = play(Goto("/restless"), TakeScreenshot("one"), TakeScreenshot("two"), seconds=5)

    (finding,) = result.findings
    assert (finding.kind, finding.severity) == (FindingKind.NOT_QUIET, Severity.INFO)
    assert finding.message == (
        f"screenshot 'one' did not wait longer than 5 s for {site.url}/hang?a=1, {site.url}/hang?b=2"
    )
    assert [shot.view.name for shot in result.screenshots] == ["one", "two"]


def test_an_element_that_never_stands_still_is_named_unless_it_is_masked(play):
    result = play(
        Goto("/ticking"), TakeScreenshot("bare"), TakeScreenshot("masked", mask=(".clock",)), seconds=10
    )

    (finding,) = result.findings
    assert finding.kind is FindingKind.UNSTABLE
    assert "section.board > div > span.clock.face keeps changing; mask it" in finding.message
    assert [(shot.view.name, shot.stable) for shot in result.screenshots] == [
        ("bare", False),
        ("masked", True),
    ]


def test_a_full_page_shows_lazy_parts_fixed_ones_once_and_masks_them_where_they_are(play, gallery):
    shots = (
        TakeScreenshot("bare"),
        TakeScreenshot("masked", mask=("#bar",)),
        TakeScreenshot("window", full_page=False),
    )
    result = play(Goto("/lazy"), *shots, seconds=10, viewports=(DESKTOP, PHONE))

    for bare, masked, window, scale in (
        (*result.screenshots[:3], 1),
        (*result.screenshots[3:], 2),
    ):
        image = picture(gallery, bare.sha256)
        height = 844 if scale == 2 else 800
        assert bare.height == 4540 * scale
        assert (window.width, window.height) == ((780, 1688) if scale == 2 else (1280, 800))
        lazy = dict(bare.elements)["image 'lazy'"]
        assert image.getpixel((lazy.x + 20, lazy.y + 20)) == (90, 90, 90)
        assert "section 'five was seen'" in dict(bare.elements)
        changed = ImageChops.difference(image, picture(gallery, masked.sha256)).getbbox()
        assert masked.masked[0].selector == "#bar"
        (box,) = masked.masked[0].boxes
        assert box == Box(0, (height - 50) * scale, 390 * scale if scale == 2 else 1280, 50 * scale)
        assert changed == (box.x, box.y, box.x + box.width, box.y + box.height)
        assert picture(gallery, masked.sha256).getpixel((box.x + 5, box.y + 5)) == COLOUR
    assert kinds(result) == []


def test_masks_lie_right_on_a_phone_that_shows_a_wide_page_zoomed_out(play, gallery):
    shots = [
        TakeScreenshot(name, full_page=name == "whole", mask=mask)
        for name in ("whole", "window")
        for mask in ((), ("h1",))
    ]
    result = play(
        Goto("/wide"),
        *(replace(shot, name=f"{shot.name}{len(shot.mask)}") for shot in shots),
        viewports=(PHONE,),
    )

    for bare, masked in zip(result.screenshots[::2], result.screenshots[1::2], strict=True):
        (box,) = masked.masked[0].boxes
        changed = ImageChops.difference(
            picture(gallery, bare.sha256), picture(gallery, masked.sha256)
        ).getbbox()
        assert changed == (box.x, box.y, box.x + box.width, box.y + box.height)


def test_masks_of_the_page_cover_every_picture_and_odd_ones_are_told(play, gallery):
    result = play(
        Goto("/"),
        TakeScreenshot("home", mask=("#oak", ".nothing", "##")),
        TakeScreenshot("large", mask=("body",)),
        TakeScreenshot("allowed", mask=("main", "header"), allow_large=True),
        TakeScreenshot("clip", clip=Box(24, 153, 254, 158)),
        page=PageRules(mask=("h1",)),
    )

    messages = {finding.kind: finding.message for finding in result.findings}
    assert [finding.message for finding in result.findings if finding.kind is FindingKind.MASK_UNMATCHED] == [
        "mask '##' of screenshot 'home' is not a CSS selector",
        "mask '.nothing' of screenshot 'home' matches nothing",
    ]
    assert "screenshot 'large'; over 30% little is left to compare" in messages[FindingKind.MASK_LARGE]
    assert kinds(result).count(FindingKind.MASK_LARGE) == 1
    assert all(finding.severity is Severity.WARNING for finding in result.findings)
    home, *_, clip = result.screenshots
    assert [mask.selector for mask in home.masked] == ["h1", "#oak", ".nothing"]
    assert picture(gallery, home.sha256).getpixel((30, 160)) == COLOUR
    assert (clip.width, clip.height) == (254, 158)
    assert dict(clip.elements)["button 'Buy now'"] == Box(17, 119, 68, 22)


def test_a_secret_is_in_no_picture_no_message_and_no_line(play, gallery, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_PASSWORD", SECRET)
    word = Target(label="Password")
    result = play(
        Goto("/form"),
        TakeScreenshot("before"),
        Fill(word, "{{password}}"),
        Click(Target(role="button", name="Sign in")),
        WaitFor(Target(text="Your word is")),
        TakeScreenshot("echoed"),
        ExpectText(Target(selector="#echo"), equals="{{password}} is wrong"),
        Goto("/form?w={{password}}"),
        TakeScreenshot("again"),
        Goto("/frames"),
        Fill(Target(frame="iframe[name^=card]", label="Password"), "{{password}}"),
        TakeScreenshot("frame"),
        Goto("/error?w={{password}}"),
        seconds=5,
        values={"password": Value("${env:TEST_PASSWORD}", is_secret_reference=True)},
    )
    before, echoed, again, frame = result.screenshots
    boxes = dict(before.elements)

    text = dump_json(result)
    for spelling in (SECRET, "s3cr%22et", "s3cr\\\\", "et/+w", "s3cr"):
        assert spelling not in text
    assert "word=***" in [line.text for line in result.console]
    assert any("found 'Your word is ***'" in finding.message for finding in result.findings)
    assert picture(gallery, before.sha256).getpixel((200, boxes["text box 'Password'"].y + 10)) != COLOUR
    field = boxes["text box 'Password'"]
    for shot in (echoed, again):
        assert picture(gallery, shot.sha256).getpixel((field.x + 5, field.y + 10)) == COLOUR
    echo = dict(echoed.elements)["p 'Your word is ***'"]
    assert "Your word is ***" not in echoed.texts  # masked, so not even redacted
    assert picture(gallery, echoed.sha256).getpixel((echo.x + 3, echo.y + 5)) == COLOUR
    assert picture(gallery, echoed.sha256).getpixel((echo.x + 3, echo.y - 10)) == (255, 255, 255)
    inside = picture(gallery, frame.sha256)
    rows = {y for y in range(100, 500) if inside.getpixel((100, y)) == COLOUR}
    assert 15 < len(rows) < 60  # the field inside of the frame, and little else


def test_a_secret_without_a_value_is_a_sentence(play, monkeypatch):
    monkeypatch.delenv("TEST_PASSWORD", raising=False)

    result = play(Goto("/form"), values={"password": Value("${env:TEST_PASSWORD}", is_secret_reference=True)})

    assert result.status is SessionStatus.CRASHED
    assert result.error == (
        "variable 'password': secret '${env:TEST_PASSWORD}' has no value: set the environment variable 'TEST_PASSWORD'"
    )


@pytest.mark.parametrize("path", ["/tall", "/endless"])
def test_a_page_taller_than_a_picture_is_cut_at_the_cap_and_that_is_told(play, path):
    result = play(Goto(path), TakeScreenshot("tall"), seconds=20, viewports=(Viewport("narrow", 320, 800),))

    (shot,) = result.screenshots
    assert (shot.width, shot.height, shot.stable) == (320, 32_767, True)
    assert kinds(result) == [FindingKind.TRUNCATED]
    assert (
        "screenshot 'tall' shows the first 320 x 32767 px of a page of 320 x " in result.findings[0].message
    )


FEED = """<!doctype html><title>Feed</title><body style="margin:0"><div id=feed></div><p id=foot>&nbsp;</p><script>let page = 0;
const more = async () => { if (page >= 3) return; page++; await fetch("/slow/picture.png?ms=700&page=" + page);
document.getElementById("feed").insertAdjacentHTML("beforeend", "<div style='height:900px'>Part " + page + "</div>") };
new IntersectionObserver((all) => all.some((each) => each.isIntersecting) && more()).observe(document.getElementById("foot"))</script>"""


def test_a_list_that_goes_on_when_its_foot_is_seen_is_scrolled_to_its_end(play, site):
    site.serve("/feed", FEED)

    result = play(Goto("/feed"), TakeScreenshot("feed"))

    (shot,) = result.screenshots
    assert shot.height > 2700
    assert kinds(result) == []


def test_elements_are_named_with_their_places(play):
    result = play(Goto("/"), TakeScreenshot("home"), viewports=(DESKTOP, PHONE))

    desktop, phone = (dict(shot.elements) for shot in result.screenshots)
    assert desktop["button 'Buy now'"].width == 68
    assert phone["button 'Buy now'"].width == 135  # 67.4 CSS px at scale 2, rounded outwards
    assert {"heading 'Chairs and tables'", "link 'Other page'", "b '0'"} <= set(desktop)
    stamp = result.screenshots[0].environment
    assert stamp.browser.startswith("Chromium ")
    assert len(stamp.fonts_hash) == 16


def test_elements_say_their_texts_but_not_what_is_masked_or_typed(play):
    open_, masked = (
        {name: text for (name, _), text in zip(shot.elements, shot.texts, strict=True)}
        for shot in play(
            Goto("/form"),
            Fill(Target(label="Password"), "typed by hand"),
            TakeScreenshot("open"),
            TakeScreenshot("masked", mask=("button",)),
            seconds=10,
        ).screenshots
    )

    assert open_["button 'Sign in'"] == "Sign in"
    assert open_["text box 'Password'"] == ""
    assert "Sign in" not in {*masked, *masked.values()}
    assert {text for name, text in masked.items() if name.startswith("button")} == {""}
    assert "typed by hand" not in open_.values()


MOVERS = """<!doctype html><style>body { margin: 0 } p { height: 40px; margin: 0 }</style>
<header><p id=head>0</p></header><main style="height:400px">Still</main><footer><p class=foot>0</p></footer>
<script>let n = 0; setInterval(() => { n += 1; for (const p of document.querySelectorAll("p")) p.textContent = n }, 20)</script>"""
GROWING = """<!doctype html><script>setInterval(() => document.body.append(document.createElement("hr")), 20)</script>"""
WIDENING = """<!doctype html><style>i { display: inline-block; height: 20px }</style><body><i class=clock></i><script>
let n = 0; setInterval(() => { n += 1; document.querySelector("i").style.width = `${20 + n % 90}px` }, 15)</script>"""


@pytest.mark.parametrize(
    ("html", "mask", "words"),
    [
        (
            MOVERS,
            (),
            "p#head, body > footer > p.foot keeps changing; mask it, or wait for it with page.ready",
        ),
        (GROWING, (), "the size of the page ("),
        (WIDENING, (".clock",), "what mask '.clock' covers keeps its place or size no more than a moment"),
    ],
    ids=["two clocks", "a growing page", "a masked clock"],
)
def test_what_never_stands_still_is_told_every_time_with_its_selector(play, site, html, mask, words):
    """Two clocks were told as `body`, a page that grows and a mask that moves without any selector."""
    site.serve("/unrest", html)

    result = play(Goto("/unrest"), TakeScreenshot("x", mask=mask, allow_large=True))

    (finding,) = [one for one in result.findings if one.kind is FindingKind.UNSTABLE]
    assert words in finding.message


def moving(kind: str) -> bytes:
    """Three frames, red, green and blue, without end."""
    frames = [Image.new("RGB", (60, 60), colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=400, loop=0, lossless=True)
    return file.getvalue()


def test_pictures_that_move_stand_at_their_end_and_svg_animations_where_those_that_end_have_ended(
    play, site, gallery
):
    """A GIF, a WebP picture or a drawing that moves by SMIL was photographed at some moment, and differed in each run."""
    site.answer("/moving.gif", "image/gif", moving("GIF"))
    site.answer("/moving.webp", "image/webp", moving("WEBP"))
    rect = "<svg width=60 height=60><rect width=20 height=60 fill='#123456'><animate attributeName=x from=0 to=40 dur=%s /></rect></svg>"
    site.serve("/moving", "<!doctype html><title>Moving</title><body style='margin:0;line-height:0'><img src=/moving.gif><img src=/moving.webp>"
               + rect % "'90s' fill=freeze" + rect % "'0.7s' repeatCount=indefinite")  # fmt: skip

    result = play(
        Goto("/moving"), TakeScreenshot("soon"), WaitFor(Target(selector="body")), TakeScreenshot("later")
    )

    assert result.findings == ()
    soon, later = result.screenshots
    assert soon.sha256 == later.sha256
    image = picture(gallery, soon.sha256)
    assert [image.getpixel((x, 30))[2] > 200 for x in (30, 90)] == [True, True]  # blue is the last frame
    ended, endless = image.crop((120, 0, 180, 60)), image.crop((180, 0, 240, 60))
    assert ended.getpixel((50, 30)) == (0x12, 0x34, 0x56)
    assert ended.getpixel((5, 30)) == (255, 255, 255)
    assert len(endless.getcolors()) >= 2
