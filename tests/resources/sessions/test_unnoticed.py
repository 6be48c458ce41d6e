"""What we do to a page: nothing that its scripts could measure before its picture, and nothing that is left after it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser

from inspect_pipelines.domain.action import FixedWidth, Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectText, ExpectVisible
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.playbook import DESKTOP, PageRules, Viewport
from inspect_pipelines.domain.target import Target
from session_requests import picture

OUT, HEARD, MENU = Target(selector="#out"), Target(selector="#heard"), Target(selector="#menu.open")
WINDOW = Viewport("window", 800, 600)


def measured_by_a_plain_browser(browser: Browser, url: str) -> str:
    context = browser.new_context(
        viewport={"width": DESKTOP.width, "height": DESKTOP.height}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_function("document.title === 'done'")
    said = page.text_content("#out")
    context.close()
    assert said is not None
    return said


def test_a_page_measures_what_it_measures_in_a_plain_browser(play, browser, site):
    """A sheet that made every transition last 0.01 ms started one on each style change under `transition: all`.

    A script that set a width and read it in the same task got the old one; JupyterLab laid itself out wrong for good.
    """
    plain = measured_by_a_plain_browser(browser, site.url + "/probes")

    result = play(Goto("/probes"), ExpectText(OUT, equals=plain), seconds=10)

    assert [finding.message for finding in result.findings] == []
    assert json.loads(plain)[-1] == "ended width true"


@pytest.mark.parametrize("full_page", [True, False])
def test_a_page_hears_nothing_of_its_picture_and_is_as_it_was(play, full_page: bool):
    """A full picture scrolled through, fired `resize` and left the page at its top: the open menu had closed."""
    first = TakeScreenshot("first", full_page=full_page)
    result = play(
        Goto("/witness"),
        Click(Target(selector="#listen")),
        WaitFor(MENU),
        TakeScreenshot("before", full_page=False),
        first,
        TakeScreenshot("after", full_page=False),
        ExpectText(HEARD, equals="nothing"),
        ExpectVisible(MENU),
        seconds=10,
        viewports=(WINDOW,),
    )

    assert [finding.message for finding in result.findings] == []
    before, _, after = (shot.sha256 for shot in result.screenshots)
    assert before == after


def test_a_full_picture_shows_what_sticks_at_its_top_wherever_the_window_stood(play, gallery):
    result = play(
        Goto("/witness"),
        Click(Target(selector="#listen")),
        WaitFor(MENU),
        TakeScreenshot("whole"),
        seconds=10,
        viewports=(WINDOW,),
    )

    image = picture(gallery, result.screenshots[0].sha256)
    assert image.getpixel((400, 20)) == (34, 51, 68)
    assert image.getpixel((400, 170)) != (34, 51, 68)


def test_a_page_that_waits_for_the_end_of_a_transition_goes_on(play):
    result = play(
        Goto("/probes"), TakeScreenshot("whole"), ExpectText(OUT, contains="ended width"), seconds=10
    )

    assert result.findings == ()


HIDING = PageRules(hide=("#menu", "#box"), widths=(FixedWidth("#button", 200), FixedWidth("#field", 90)))


@pytest.mark.parametrize("full_page", [True, False])
def test_a_page_hears_nothing_of_what_is_hidden_and_widened_for_its_picture(play, full_page: bool):
    """Its neighbours move while the shutter is open, which observers of sizes and places would tell of."""
    result = play(
        Goto("/witness"),
        Click(Target(selector="#listen")),
        WaitFor(MENU),
        TakeScreenshot("one", full_page=full_page),
        TakeScreenshot("two", full_page=full_page),
        ExpectText(HEARD, equals="nothing"),
        ExpectVisible(MENU),
        seconds=10,
        viewports=(WINDOW,),
        page=HIDING,
    )

    assert [finding.message for finding in result.findings] == []
    one, two = (shot.sha256 for shot in result.screenshots)
    assert one == two


def test_observers_hear_after_a_picture_of_what_is_still_so_and_of_nothing_else(play, site):
    """Sizes that change under the eyes of the camera are told once it is over; those that go back are not."""
    site.serve(
        "/observed",
        """<!doctype html><title>Observed</title><style>body{margin:0} #row{display:flex} #rest{flex:1;height:20px}
        #late{width:50px;height:10px}</style><div id=row><p id=clock>12:00</p><div id=rest></div></div><div id=late></div><p id=heard>nothing</p>
        <script>const heard=[]; let on=false; const at=id=>document.getElementById(id);
        const hear=(entries)=>{ if(on) for (const e of entries) { heard.push(e.target.id); at('heard').textContent=heard.join() } };
        const sizes=new ResizeObserver(hear), places=new IntersectionObserver(hear);
        for (const id of ['rest','late']) { sizes.observe(at(id)); places.observe(at(id)); }
        setTimeout(()=>{ on=true; document.title='on' }, 300);
        setTimeout(()=>{ at('late').style.width='70px' }, 2000);</script>""",
    )
    slow = TakeScreenshot("slow")  # the page changes while it is taken, or before: both must be told once

    result = play(
        Goto("/observed"),
        slow,
        ExpectText(HEARD, equals="late"),
        seconds=10,
        page=PageRules(hide=("#clock",)),
    )

    assert result.findings == ()


def test_what_is_hidden_takes_no_room_and_a_mask_with_a_width_moves_nothing(play, site, gallery):
    """A clock in a table was masked, and its columns moved with every hour."""
    table = """<!doctype html><title>Table</title><style>body{margin:0} td{padding:0} .end{background:#f0f;width:20px}</style>
    <table><tr><td><span class=clock>%s</span></td><td class=end>&nbsp;</td></tr></table><p class=offer>%s</p><b>below</b>"""
    site.serve("/nine", table % ("9:59", "One line"))
    site.serve("/ten", table % ("10:00:00 and a half", "<br>".join(["Three lines"] * 3)))
    shots = [
        TakeScreenshot(name, mask=(".clock",), hide=(".offer",), widths=(FixedWidth(".clock", 90),))
        for name in ("nine", "ten")
    ]

    result = play(Goto("/nine"), shots[0], Goto("/ten"), shots[1], seconds=10)

    nine, ten = result.screenshots
    assert result.findings == ()
    assert nine.sha256 == ten.sha256
    assert [(masked.selector, len(masked.boxes)) for masked in nine.masked] == [(".clock", 1), (".offer", 0)]
    assert picture(gallery, nine.sha256).getpixel((100, 10)) == (255, 0, 255)


def test_a_selector_that_hides_nothing_is_told(play):
    result = play(Goto("/"), TakeScreenshot("home", hide=(".nowhere", "]")), seconds=10)

    assert [(each.kind, each.message) for each in result.findings] == [
        (FindingKind.MASK_UNMATCHED, "hide ']' of screenshot 'home' is not a CSS selector"),
        (FindingKind.MASK_UNMATCHED, "hide '.nowhere' of screenshot 'home' matches nothing"),
    ]


MOVED = """<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head><body><div id="root"></div><script>
    const style = `* { box-sizing: border-box; ALL } body { margin: 0; font: 16px/1.5 "Liberation Sans", sans-serif; color: #1f2933 }
        header { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: 12px; padding: 12px 20px; background: #0f3057; color: #fff }
        header a { color: #cfe3ff } header a[aria-current] { color: #fff; font-weight: 700 } main { padding: 20px; max-width: 960px; margin: auto }
        .measured { display: inline-block; margin: 4px; padding: 8px; border: 1px solid #cbd2d9; overflow: hidden; white-space: nowrap }`
    setTimeout(() => {
        document.head.append(Object.assign(document.createElement("style"), { textContent: style }))
        document.getElementById("root").innerHTML = "<header><b>Quay</b>" +
            ["home", "board", "settings", "report"].map((name, at) => `<a href="/${name}" ${at ? "" : 'aria-current="page"'}>${name}</a>`).join("") +
            "</header><main><h1>What lies on the quay</h1>" + '<div class="measured">salt is 100 px wide</div>'.repeat(12) + "</main>"
        for (const one of document.querySelectorAll(".measured")) { one.style.width = "100px"; one.offsetWidth; one.style.width = "260px" }
    }, 150)
</script></body></html>"""


def test_a_picture_keeps_nothing_of_how_a_page_moved_before(play, site):
    """A sticky header was painted while the body's margin went from 8 px to 0, and kept up to half a pixel of it for good.

    Its text lay elsewhere from run to run, by 1.4 px of a phone's screen: a Vite page, whose styles come by script, was
    told as changed in half of its runs.
    """
    site.serve("/still", MOVED.replace("ALL", ""))
    site.serve("/moved", MOVED.replace("ALL", "transition: all 0.3s ease"))
    phone = Viewport("phone", 390, 664, scale=3, mobile=True)

    still, *moved = (
        play(Goto(path), TakeScreenshot("one"), viewports=(phone,)).screenshots[0].sha256
        for path in ("/still", "/moved", "/moved", "/moved")
    )

    assert moved == [still] * 3
