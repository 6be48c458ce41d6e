"""The page as a browser and as a hostile site see it."""

from __future__ import annotations

import base64
import re
import shutil
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from builders import NOW, a_baseline, a_finding, a_run, a_schedule, a_screenshot, a_session, a_sha, a_view
from galleries import MemoryGallery
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import Agent, ConsoleLine, SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.verdict import decide
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.usecases.pictures.compare import compare
from resources.report.html import FULL_VIEWS, HtmlReports, duration, moment, web_link
from resources.report.pictures import Pictures

HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>"'{{ 7*7 }}</style></title>"""
BUTTON = ("button 'Pay'", Box(40, 60, 120, 40))


def picture(colour: tuple[int, int, int] = (40, 90, 220), *, height: int = 300) -> bytes:
    pixels = np.full((height, 400, 3), 255, np.uint8)
    pixels[20:30, 20:300] = 60
    box = BUTTON[1]
    pixels[box.y : box.y + box.height, box.x : box.x + box.width] = colour
    return encode(pixels)


BLUE, ORANGE = picture(), picture((217, 72, 15))


@pytest.fixture
def gallery() -> MemoryGallery:
    return MemoryGallery()


@pytest.fixture
def reports(tmp_path: Path, gallery: MemoryGallery) -> HtmlReports:
    return HtmlReports(tmp_path, gallery)


def taken(gallery: MemoryGallery, png: bytes, name: str = "pay", **changes: object) -> Screenshot:
    return a_screenshot(name, sha256=gallery.put(png), width=400, height=300, elements=(BUTTON,), **changes)


def a_report(
    gallery: MemoryGallery, old: list[Screenshot], new: list[Screenshot], **changes: object
) -> Report:
    run_id = RunId("01900000-0000-7000-8000-000000000001")
    baseline = a_baseline(views=(), images={s.view: image_of(s, run_id) for s in old}) if old else None
    steps = (StepResult("open", "Open the shop", "desktop", StepStatus.PASSED, 812),)
    session = a_session(**({"screenshots": tuple(new), "steps": steps, "browser_ms": 3100} | changes))
    comparisons = compare(gallery, baseline, new, BaselinePolicy())
    verdict = decide([session], comparisons, baseline_enabled=True, baseline=baseline)
    run = a_run(7).claimed("d-1", now=NOW).concluded(verdict.run_status, "", now=NOW)
    return Report(run, a_schedule(), (session,), tuple(comparisons), verdict, baseline)


def a_failed_report(gallery: MemoryGallery, **changes: object) -> Report:
    return a_report(gallery, [taken(gallery, BLUE)], [taken(gallery, ORANGE)], **changes)


def written(reports: HtmlReports, report: Report) -> Path:
    """The page's file."""
    reports.write(report)
    return reports.path(report.run.id)


class Tags(HTMLParser):
    """Every start tag with its attributes, and the visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_a_report_is_one_file_named_after_its_run_and_the_newest_of_its_definition(
    reports, gallery, tmp_path
):
    report = a_failed_report(gallery)

    path = written(reports, report)

    assert path == tmp_path / "reports" / f"{report.run.id}.html"
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name, "latest-nightly-shop.html"]
    assert (path.parent / "latest-nightly-shop.html").read_bytes() == path.read_bytes()


def test_a_report_that_cannot_be_written_says_so_and_leaves_nothing_half(gallery, tmp_path):
    (tmp_path / "reports").write_text("a file where the folder should be")

    with pytest.raises(Unavailable, match="cannot be written"):
        HtmlReports(tmp_path, gallery).write(a_failed_report(gallery))


def test_a_full_disk_leaves_the_older_report_whole_and_no_litter(reports, gallery, tmp_path):
    path = written(reports, a_failed_report(gallery))
    before = path.read_bytes()
    path.unlink()
    path.mkdir()  # a rename onto a folder fails as late as a full disk does

    with pytest.raises(Unavailable):
        written(reports, a_failed_report(gallery))

    latest = tmp_path / "reports" / "latest-nightly-shop.html"
    assert latest.read_bytes() == before
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []


def test_the_page_names_nothing_outside_of_itself(reports, gallery):
    page = written(reports, a_failed_report(gallery)).read_text()
    tags = Tags(page)

    assert all((i["src"] or "").startswith("data:image/") for i in tags.all("img"))
    assert tags.all("link") == tags.all("iframe") == tags.all("object") == []
    assert all(not script.get("src") for script in tags.all("script"))
    assert "url(" not in page
    assert "@import" not in page
    policy = next(m["content"] or "" for m in tags.all("meta") if m.get("http-equiv"))
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in policy


def test_what_a_site_wrote_is_text_and_never_markup(reports, gallery):
    shots = [taken(gallery, ORANGE, url=HOSTILE, view=a_view("pay", viewport=HOSTILE))]
    shots = [replace(shots[0], elements=((HOSTILE, BUTTON[1]),))]
    old = [replace(shots[0], sha256=gallery.put(BLUE))]
    report = a_report(
        gallery,
        old,
        shots,
        findings=(a_finding(message=HOSTILE, step_id=HOSTILE, route=HOSTILE, playbook=HOSTILE),),
        console=(ConsoleLine(HOSTILE, HOSTILE, HOSTILE),),
        steps=(StepResult("s", HOSTILE, HOSTILE, StepStatus.FAILED, 5, HOSTILE),),
        error=HOSTILE,
        playbook=HOSTILE,
    )
    report = replace(report, definition=a_schedule(name=HOSTILE))

    tags = Tags(written(reports, report).read_text())

    assert len(tags.all("script")) == 1
    assert all("onerror" not in attributes for _, attributes in tags.tags)
    assert all((i["src"] or "").startswith("data:") for i in tags.all("img"))
    assert tags.text.count("<script>alert(1)</script>") >= 8
    assert "{{ 7*7 }}" in tags.text


def test_only_web_addresses_become_links(reports, gallery):
    shots = [taken(gallery, ORANGE, url="javascript:alert(1)")]

    tags = Tags(written(reports, a_report(gallery, [], shots)).read_text())

    assert "javascript:alert(1)" in tags.text
    assert not [a for a in tags.all("a") if (a.get("href") or "").startswith("javascript")]
    assert web_link("https://shop.test/pay?x=1") == "https://shop.test/pay?x=1"
    assert [
        web_link(u) for u in ("data:text/html,x", "file:///etc/passwd", "//shop.test", "http:", "http://[")
    ] == [""] * 5


def test_rows_that_moved_are_shown_once_more_side_by_side(reports, gallery):
    """Boxes of the new page stand at other places of the approved one, so the page itself cannot frame them there."""
    old = decode(BLUE)
    new = np.concatenate([old[:60], np.full((40, 400, 3), 30, np.uint8), old[60:]])
    shots = [
        a_screenshot("pay", sha256=gallery.put(encode(each)), width=400, height=len(each))
        for each in (old, new)
    ]

    moved = Tags(written(reports, a_report(gallery, shots[:1], shots[1:])).read_text())
    still = Tags(written(reports, a_failed_report(gallery)).read_text())

    alts = [image["alt"] or "" for image in moved.all("img")]
    assert any(alt.startswith("Approved and this run side by side: 40 px inserted at y=") for alt in alts)
    assert "Where it changed" in moved.text
    assert "Where it changed" not in still.text


def test_a_changed_view_shows_both_sides_the_difference_and_the_changed_element(reports, gallery):
    page = written(reports, a_failed_report(gallery)).read_text()
    tags = Tags(page)
    alts = [i["alt"] or "" for i in tags.all("img")]

    assert "1 of 1 view changed." in tags.text
    assert "Approved picture of pay" in alts
    assert any(
        alt.startswith("This run's picture of pay: button 'Pay' changed colour strongly (") for alt in alts
    )
    assert any(alt.startswith("Where it differs: button 'Pay' changed") for alt in alts)
    assert {"Approved: button 'Pay'", "This run: button 'Pay'"} <= set(alts)
    assert "baselines adopt 01900000-0000-7000-8000-000000000007" in tags.text


def at_scale(gallery: MemoryGallery, png: bytes, scale: float, viewport: str) -> Screenshot:
    shot = taken(gallery, png, view=a_view("pay", viewport=viewport))
    return replace(shot, environment=replace(shot.environment, scale=scale))


def test_a_picture_of_a_phone_is_as_large_as_on_the_phone(reports, gallery):
    """At scale 3 a cut-out had three times its size: `Add to bas` stood out of its frame."""
    old, new = (at_scale(gallery, png, 2.0, "phone") for png in (BLUE, ORANGE))
    desk = at_scale(gallery, BLUE, 1.0, "desktop")

    page = written(reports, a_report(gallery, [old, desk], [new, desk])).read_text()

    sizes = {image["alt"]: image["width"] for image in Tags(page).all("img")}
    assert (
        sizes["Approved: button 'Pay'"] == "108"
    )  # 40 to 160 px and a margin of 28 CSS px, from the left edge on
    assert sizes["Approved picture of pay"] == "200"
    assert "200 × 150 at scale 2" in Tags(page).text
    assert "2 (phone)" in Tags(page).text
    assert "1 (desktop)" in Tags(page).text


def test_a_page_that_is_gone_has_no_cut_outs_of_nothing(reports, gallery):
    blank = taken(gallery, encode(np.full((300, 400, 3), 255, np.uint8)))

    page = written(reports, a_report(gallery, [taken(gallery, BLUE)], [blank])).read_text()

    assert "page is blank" in page
    assert 'class="detail"' not in page


def test_a_wider_page_has_no_cut_out_of_its_margin(reports, gallery):
    """Its cut-out was a strip of 28 px beside one of 43."""
    wider = np.concatenate([decode(ORANGE), np.full((300, 40, 3), 0, np.uint8)], axis=1)
    new = replace(taken(gallery, encode(wider)), width=440)

    page = written(reports, a_report(gallery, [taken(gallery, BLUE)], [new])).read_text()

    assert page.count('class="detail"') == 1
    assert "Approved: button &#39;Pay&#39;" in page


def test_a_region_beyond_half_of_a_picture_is_not_cut_out_of_it(gallery):
    pictures = Pictures(gallery)
    blue = gallery.put(BLUE)

    assert pictures.crop(blue, Box(390, 10, 40, 40)) is None
    assert pictures.crop(blue, Box(10, 295, 40, 40)) is None
    assert pictures.crop(blue, Box(350, 10, 40, 40)) is not None


def test_attempts_are_shown_and_no_sentence_stands_in_the_table_that_a_finding_says(reports, gallery):
    message = "click button 'Pay now': found none"
    report = a_failed_report(
        gallery,
        findings=(a_finding(message=message),),
        steps=(StepResult("open", "Open", "desktop", StepStatus.FAILED, 5, message),),
    )
    (session,) = report.sessions
    first = replace(session, error="the browser died", findings=())
    second = replace(session, attempt=2, cause="infra")

    text = Tags(
        written(reports, replace(report, sessions=(second,), attempts=(first, second))).read_text()
    ).text

    assert "attempt 1" in text
    assert "the browser died" in text
    assert "Played because: the attempt before was not the site's fault." in text
    assert "see findings" in text
    assert text.count(message) == 2  # on top, and with its finding


@pytest.mark.parametrize("width", [1280, 390])
def test_no_cut_out_leaves_its_frame(reports, gallery, browser, width):
    wide = np.full((300, 1170, 3), 255, np.uint8)
    old, new = wide.copy(), wide.copy()
    old[100:200, 30:1140], new[100:200, 30:1140] = (40, 90, 220), (217, 72, 15)
    shots = [
        replace(at_scale(gallery, encode(each), scale, "phone"), width=1170)
        for each in (old, new)
        for scale in (3.0,)
    ]
    path = written(reports, a_report(gallery, shots[:1], shots[1:]))
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(path.as_uri())

    beyond = page.evaluate(
        """[...document.querySelectorAll('.beforeafter img')].filter((image) => {
          const frame = image.closest('.detail').getBoundingClientRect(), at = image.getBoundingClientRect();
          return at.right > frame.right || at.left < frame.left || at.width < 40;
        }).length"""
    )
    count = page.locator(".beforeafter img").count()
    page.close()

    assert (beyond, count) == (0, 2)


def test_every_status_is_a_word_and_not_only_a_colour(reports, gallery):
    for build, word in (
        (lambda: a_failed_report(gallery), "Failed"),
        (lambda: a_report(gallery, [], [taken(gallery, BLUE)]), "Needs review"),
        (lambda: a_report(gallery, [taken(gallery, BLUE)], [taken(gallery, BLUE)]), "Passed"),
        (lambda: a_report(gallery, [], [], status=SessionStatus.CRASHED, error="signal 9"), "Error"),
        (lambda: a_report(gallery, [], [], status=SessionStatus.TIMEOUT, error="too slow"), "Timed out"),
        (lambda: a_report(gallery, [], [], status=SessionStatus.CANCELLED, error="by ada"), "Cancelled"),
    ):
        page = written(reports, build()).read_text()

        assert re.search(rf'class="status \w+">\s*<svg.*?</svg>\s*{word}</span>', page, re.DOTALL), word


def test_a_run_without_pictures_says_so(reports, gallery):
    report = a_report(gallery, [], [], status=SessionStatus.CRASHED, error="signal 9", environment=None)

    text = Tags(written(reports, report).read_text()).text

    assert "No pictures" in text
    assert "signal 9" in text
    assert "No browser came up." in text


def test_a_picture_that_is_gone_leaves_a_place_that_says_so(reports, gallery):
    report = a_report(gallery, [taken(gallery, BLUE)], [taken(gallery, ORANGE)])
    gallery.images.clear()

    tags = Tags(written(reports, report).read_text())

    assert tags.all("img") == []
    assert "No picture" in tags.text
    assert "is not in the gallery" in tags.text


def test_a_missing_thumbnail_of_a_finding_or_a_passing_view_does_not_stop_the_report(reports, gallery):
    shot = taken(gallery, BLUE)
    report = a_report(gallery, [shot], [shot], findings=(a_finding(screenshot=a_sha("e")),))
    gallery.images.clear()

    assert "is not in the gallery" in Tags(written(reports, report).read_text()).text


def test_the_baselines_own_report_is_linked_when_it_is_there(reports, gallery):
    report = a_failed_report(gallery)
    without = Tags(written(reports, report).read_text())
    reports.path(report.baseline.source_run_id).write_text("older")

    with_it = Tags(written(reports, report).read_text())

    name = f"{report.baseline.source_run_id}.html"
    assert name not in [a.get("href") for a in without.all("a")]
    assert name in [a.get("href") for a in with_it.all("a")]


def test_full_pictures_stop_when_their_room_is_used_up(gallery):
    pictures = Pictures(gallery, budget_bytes=len(BLUE) + 10)
    first, second = gallery.put(BLUE), gallery.put(ORANGE)

    assert not pictures.full(first).is_small
    assert pictures.full(second).is_small
    assert pictures.full(second).image


def test_a_run_with_very_many_differing_views_shows_the_rest_small(reports, gallery):
    names = [f"view-{i}" for i in range(FULL_VIEWS + 3)]
    old = [taken(gallery, BLUE, name) for name in names]
    new = [taken(gallery, ORANGE, name) for name in names]

    page = written(reports, a_report(gallery, old, new)).read_text()

    assert page.count('class="pane diff"') == FULL_VIEWS
    assert page.count('class="pane after"') == FULL_VIEWS + 3


def test_a_large_picture_is_stored_as_the_smaller_of_two_lossless_kinds(gallery):
    pixels = np.random.default_rng(3).integers(0, 40, (300, 400, 3), dtype=np.uint8)

    shown = Pictures(gallery).full(gallery.put(encode(pixels)))

    assert shown.image[8:12] == b"WEBP"
    assert np.array_equal(np.asarray(Image.open(BytesIO(shown.image)).convert("RGB")), pixels)
    assert (shown.width, shown.height) == (400, 300)


def test_a_picture_too_large_for_that_is_deflated_anew(gallery):
    pixels = np.random.default_rng(3).integers(0, 4, (1300, 1000, 1), dtype=np.uint8).repeat(3, axis=2)
    png = encode(pixels)

    shown = Pictures(gallery).full(gallery.put(png))

    assert shown.image.startswith(b"\x89PNG")
    assert len(shown.image) < len(png)
    assert np.array_equal(decode(shown.image), pixels)


def test_pictures_stand_in_the_page_as_data(gallery):
    pictures = Pictures(gallery)
    large = np.random.default_rng(3).integers(
        0, 255, (700, 900, 3), dtype=np.uint8
    )  # more than one piece of base64
    blue, noise = pictures.full(gallery.put(BLUE)), pictures.full(gallery.put(encode(large)))

    page = b"".join(pictures.filled([f'<img src="{blue.source}">', f"<p>{noise.source}</p>"])).decode()

    kind, data = re.search('<img src="data:image/(png|webp);base64,([^"]+)">', page).groups()
    assert (kind, base64.b64decode(data)) == ("png", BLUE)
    kind, data = re.search("<p>data:image/(png|webp);base64,(.+)</p>", page).groups()
    assert base64.b64decode(data, validate=True) == noise.image


def test_a_text_that_looks_like_a_pictures_place_stays_a_text(reports, gallery):
    report = a_failed_report(gallery)
    run = replace(report.run, reason="<§0>")
    verdict = replace(report.verdict, reasons=("<§0> and <§999>",))

    page = written(reports, replace(report, run=run, verdict=verdict)).read_text()

    assert "&lt;§0&gt; and &lt;§999&gt;" in page


def test_a_report_with_many_pictures_holds_those_of_one_view_at_a_time(reports, gallery):
    """A run's process once held all of a report's pictures, as text, several times over: 100 MB for six views."""
    random = np.random.default_rng(3)
    old, new = (
        [
            a_screenshot(
                f"v{number}",
                sha256=gallery.put(encode(random.integers(0, 255, (600, 800, 3), dtype=np.uint8))),
                width=800,
                height=600,
            )
            for number in range(5)
        ]
        for _ in range(2)
    )
    report = a_report(gallery, old, new)

    tracemalloc.start()
    path = written(reports, report)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert path.stat().st_size > 15_000_000
    assert most < path.stat().st_size


def test_a_region_outside_of_the_older_picture_has_no_enlargement(gallery):
    pictures = Pictures(gallery)

    assert pictures.crop(gallery.put(BLUE), Box(900, 900, 10, 10)) is None
    assert pictures.crop(a_sha("e"), BUTTON[1]) is None
    assert pictures.crop(None, BUTTON[1]) is None
    assert (pictures.full(None), pictures.thumbnail(None)) == (None, None)


def test_times_and_durations_are_written_for_people():
    assert moment(NOW) == "22 Nov 2026, 07:00:00 UTC"
    assert moment(None) == "–"
    assert [duration(ms) for ms in (84, 3_210, 125_000)] == ["84 ms", "3.2 s", "2 min 05 s"]


# In a real browser.


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(reports, gallery) -> str:
    """A failed run with two views, one of them long named."""
    old = [taken(gallery, BLUE), taken(gallery, BLUE, "x" * 140)]
    new = [taken(gallery, ORANGE), taken(gallery, ORANGE, "x" * 140)]
    console = (ConsoleLine("desktop", "error", HOSTILE),)
    return written(reports, a_report(gallery, old, new, console=console, findings=(a_finding(),))).as_uri()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_asks_for_nothing_and_breaks_no_rule_of_its_own(browser, address, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(address)

    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(i => i.naturalWidth > 0)")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_that_readers_need(browser, address, scheme):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page.goto(address)

    poor = page.evaluate(CONTRAST)

    assert poor == []
    page.close()


def test_without_scripts_each_way_of_looking_still_works(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)

    page.click("label[for=view-1-m3]")

    assert page.is_visible("#view-1 .diff")
    assert not page.is_visible("#view-1 .before")
    assert not page.is_visible("label[for=view-1-m2]"), "the slider needs a script, so it is not offered"
    context.close()


def test_keys_walk_the_views_and_choose_the_way_of_looking(browser, address):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)

    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "view-1"
    page.keyboard.press("2")
    assert page.is_checked("#view-1-m2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("3")

    assert page.evaluate("document.activeElement.id") == "view-2"
    assert page.is_visible("#view-2 .diff")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "view-1"
    page.evaluate(
        "scrollTo(0, document.body.scrollHeight)"
    )  # the rail's mark moves on; the reader's place does not
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.id") == "view-2"
    page.close()


def test_the_slider_is_worked_by_keys_and_cuts_the_newer_picture(browser, address):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.click("label[for=view-1-m2]")

    page.focus("#view-1 .cut input")
    page.keyboard.press("Home")

    clip = page.evaluate("getComputedStyle(document.querySelector('#view-1 .after .sheet')).clipPath")
    assert clip == "inset(0px 0px 0px 0%)"
    page.close()


def test_blinking_is_not_offered_to_people_who_asked_for_less_motion(browser, address):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)

    assert not page.is_visible("label[for=view-1-m4]")
    context.close()


def test_evidence_keeps_its_colours_in_the_dark(browser, address):
    page = browser.new_page(color_scheme="dark")
    page.goto(address)

    assert page.evaluate("[...document.images].every(i => getComputedStyle(i).filter === 'none')")
    page.close()


# Every element with text of its own: contrast against the nearest painted ground, WCAG 2.2 AA.
CONTRAST = """() => {
  const parse = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > .99) return c; } return [255, 255, 255, 1]; };
  const poor = [];
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    if (e.closest("script, .marks") || !e.checkVisibility() || e.matches(".vh, .skip")) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) poor.push(`${e.className || e.tagName}: ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 30)}`);
  }
  return poor;
}"""


def test_a_report_lists_what_was_kept_beside_pictures_the_build_and_what_was_known(reports, gallery):
    files = (
        EvidenceFile(EvidenceKind.TRACE, "desktop", a_sha(), 123_456),
        EvidenceFile(EvidenceKind.HAR, "desktop", None, 0, "left out: larger than 20 MB"),
    )
    known = a_finding(message="uncaught Error: old", is_known=True)
    report = a_failed_report(gallery, files=files, build="v7", findings=(known,))

    page = written(reports, report).read_text()

    assert "trace of desktop (123.5 kB), har of desktop (left out: larger than 20 MB)" in page
    assert f"runs open {report.run.id} --trace" in page
    assert "known since the baseline was approved" in page
    assert "<dt>Build of the site</dt><dd>v7</dd>" in page


def test_an_agents_steps_have_no_time_and_its_session_a_page_and_a_cost(
    reports: HtmlReports, gallery: MemoryGallery
) -> None:
    agent = Agent("s1", "https://inspect.example/session/s1", 0.42)
    steps = (StepResult("open", "Open the shop", "desktop", StepStatus.PASSED, 0),)

    html = written(reports, a_failed_report(gallery, agent=agent, steps=steps)).read_text(encoding="utf-8")

    page = Tags(html)
    assert '<span class="took">passed</span>' in html
    assert "by an agent, $0.42" in page.text
    assert agent.url in [each.get("href") for each in page.all("a")]


WHY = "Reports show pictures of views that passed for 14 days, of failures for 90"


def a_mixed_report(gallery: MemoryGallery) -> Report:
    """One view that differs, and one that is as approved."""
    grey = picture((120, 120, 120))
    old = [taken(gallery, BLUE), taken(gallery, grey, "cart")]
    return a_report(gallery, old, [taken(gallery, ORANGE), taken(gallery, grey, "cart")])


def shown(path: Path) -> set[str | None]:
    return {tag.get("data-picture") for tag in Tags(path.read_text()).all("img")}


def test_a_report_says_a_sentence_where_a_picture_is_not_kept_any_more(reports, gallery):
    report = a_mixed_report(gallery)
    path = written(reports, report)
    latest = path.parent / "latest-nightly-shop.html"
    calm = gallery.put(picture((120, 120, 120)))
    all_of_them, before = shown(path), path.read_bytes()

    dry = reports.let_go({report.run.id: all_of_them - {calm}}, WHY, is_dry_run=True)
    untouched = path.read_bytes()
    thinned = reports.let_go({report.run.id: all_of_them - {calm}}, WHY)
    of_failure = shown(path)
    again = reports.let_go({report.run.id: all_of_them - {calm}}, WHY)
    emptied = reports.let_go({report.run.id: set(), a_run(404).id: set()}, WHY)

    assert (untouched, dry, again) == (before, thinned, (0, 0))
    assert (thinned[0], emptied[0]) == (1, 1)
    assert len(before) - len(path.read_bytes()) == thinned[1] + emptied[1]
    assert of_failure == all_of_them - {calm}
    assert calm in all_of_them
    page = Tags(path.read_text())
    assert (page.all("img"), b"data:image" in path.read_bytes()) == ([], False)
    assert f"{WHY}; its hash is {calm}" in page.text
    assert "not kept any more" not in Tags(before.decode()).text
    assert latest.read_bytes() == path.read_bytes()


def test_a_report_of_before_keeps_its_pictures_until_none_of_its_run_is_kept(reports, gallery):
    """They did not say which picture is which."""
    report = a_mixed_report(gallery)
    path = written(reports, report)
    path.write_bytes(re.sub(rb'data-picture="[0-9a-f]{64}" ', b"", path.read_bytes()))

    some = reports.let_go({report.run.id: {gallery.put(ORANGE)}}, WHY)
    none = reports.let_go({report.run.id: set()}, WHY)

    assert (some, none[0]) == ((0, 0), 1)
    assert b"data:image" not in path.read_bytes()


def test_what_a_page_quotes_is_never_taken_for_a_picture(reports, gallery):
    quoted = '<img src="data:image/png;base64,AAAA" width="1" alt="x">'
    report = a_failed_report(gallery, console=(ConsoleLine("error", quoted, NOW),))
    path = written(reports, report)

    reports.let_go({report.run.id: set()}, WHY)

    assert quoted in Tags(path.read_text()).text
    assert path.read_text().count("Not kept any more") == len(shown_before(reports, report))


def shown_before(reports: HtmlReports, report: Report) -> list[dict[str, str | None]]:
    return Tags(written(reports, report).read_text()).all("img")


def test_a_report_that_cannot_be_rewritten_stays_as_it_is(reports, gallery, monkeypatch):
    report = a_failed_report(gallery)
    path = written(reports, report)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resources.report.letting_go.write_atomically", full)
    with pytest.raises(Unavailable, match="cannot be written without its old pictures: No space left"):
        reports.let_go({report.run.id: set()}, WHY)

    assert path.read_bytes() == before
