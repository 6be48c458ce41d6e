"""Parts that scroll by themselves are photographed whole; marquees stand half way, and go on."""

from __future__ import annotations

import numpy as np

from inspect_pipelines.domain.action import Evaluate, Goto, TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Scroll
from inspect_pipelines.domain.playbook import Viewport
from inspect_pipelines.domain.target import Target
from session_requests import picture

WINDOW = Viewport("window", 800, 600)
ROWS, ROW_PX, HEAD_PX, FOOT_PX = 50, 40, 60, 30
SHELL = f"""<!doctype html><title>Shell</title><style>*{{box-sizing:border-box;margin:0}}html,body{{height:100%;overflow:hidden}}
    #app{{POSITION;display:flex;flex-direction:column;height:100vh;overflow:hidden}}header{{height:{HEAD_PX}px;background:#00f}}
    #middle{{flex:1;display:flex;min-height:0}}aside{{width:100px;background:#eee}}#list{{flex:1;overflow:auto;transition:all 1s}}
    #list p{{height:{ROW_PX}px}}#list p:last-child{{background:#0f0}}footer{{height:{FOOT_PX}px;background:#f00;flex:none}}</style>
    <div id=app><header></header><div id=middle><aside></aside><div id=list>{"<p>row</p>" * (ROWS - 1)}<p>last</p></div></div>
    <footer></footer></div><i id=heard hidden>nothing</i>
    <script>const list=document.getElementById("list"), out=document.getElementById("heard"); let on=false;
    const hear=(what)=>{{ if(on) out.textContent=what }};
    setTimeout(()=>{{
        new ResizeObserver(()=>hear("size")).observe(list);
        list.addEventListener("scroll",()=>hear("scroll")); addEventListener("resize",()=>hear("resize"));
        list.addEventListener("transitionrun",()=>hear("transition"));
        setTimeout(()=>{{ on=true; document.title="listens" }}, 400);
    }}, 400)</script>"""
LISTENS = "new Promise((done) => { const look = () => document.title === 'listens' ? done(1) : setTimeout(look, 50); look() })"
MOVES = "new Promise((done) => { const from = at(); setInterval(() => { if (at() !== from) done('moves') }, 50) })"
LIST = Target(selector="#list")


def test_a_part_that_scrolls_by_itself_is_photographed_whole_and_the_page_hears_nothing_of_it(
    play, site, gallery
):
    """In an application that is as high as its window most of the page was below the edge of one part of it."""
    shot = TakeScreenshot("whole", unroll=("#list",))
    for path, position in (("/in-flow", "position:static"), ("/fixed", "position:fixed;inset:0")):
        site.serve(path, SHELL.replace("POSITION", position))

    results = [
        play(
            Goto(path),
            Scroll(LIST, to=None, by_px=130),
            Evaluate(LISTENS, equals="1"),
            TakeScreenshot("before", full_page=False),
            shot,
            TakeScreenshot("after", full_page=False),
            Evaluate("[list.scrollTop, out.textContent]", equals='[130, "nothing"]'),
            seconds=10,
            viewports=(WINDOW,),
        )
        for path in ("/in-flow", "/fixed")
    ]

    for result in results:
        before, whole, after = result.screenshots
        pixels = np.asarray(picture(gallery, whole.sha256))
        assert [each.message for each in result.findings] == []
        assert before.sha256 == after.sha256
        assert (whole.width, whole.height) == (800, HEAD_PX + ROWS * ROW_PX + FOOT_PX)
        assert tuple(pixels[HEAD_PX + ROWS * ROW_PX - 1, 400]) == (0, 255, 0)  # the last row
        assert tuple(pixels[-1, 400]) == (255, 0, 0)  # and the foot below it, at its end
        assert "last" in whole.texts


def test_what_is_lazy_in_an_unrolled_part_is_there(play, site, gallery):
    dot = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'><rect width='20' height='20' fill='magenta'/></svg>"
    lazy = f"""<p id=end>last</p><script>new IntersectionObserver(([seen], it) => {{ if (seen.isIntersecting) {{ it.disconnect();
        end.innerHTML = `<img width=20 height=20 src="{dot}">` }} }}).observe(end)</script>"""
    site.serve("/lazy", SHELL.replace("<p>last</p>", lazy))

    result = play(Goto("/lazy"), TakeScreenshot("whole", unroll=("#list",)), viewports=(WINDOW,))

    pixels = np.asarray(picture(gallery, result.screenshots[0].sha256))
    assert ((pixels == (255, 0, 255)).all(axis=-1)).sum() == 400


def test_an_unrolled_part_that_is_not_there_is_told(play):
    result = play(Goto("/"), TakeScreenshot("home", unroll=(".nowhere", "]")))

    assert [(each.kind, each.message) for each in result.findings] == [
        (FindingKind.MASK_UNMATCHED, "unroll '.nowhere' of screenshot 'home' matches nothing"),
        (FindingKind.MASK_UNMATCHED, "unroll ']' of screenshot 'home' is not a CSS selector"),
    ]


def test_a_marquee_stands_half_way_and_goes_on(play, site):
    """No script reaches what Chromium moves: each picture of one was another one, told as unstable."""
    site.serve(
        "/marquee",
        """<!doctype html><title>Tape</title><marquee width=400><b>Orders ship tonight</b></marquee>
        <script>const at = () => document.querySelector("b").getBoundingClientRect().x</script>""",
    )

    result = play(
        Goto("/marquee"),
        TakeScreenshot("one"),
        Evaluate(MOVES, equals='"moves"'),
        TakeScreenshot("two"),
        seconds=10,
    )

    one, two = result.screenshots
    assert [each.message for each in result.findings] == []
    assert (one.sha256, one.stable) == (two.sha256, True)


def test_a_page_that_lies_about_its_height_is_photographed_all_the_same(play, site):
    """A script may answer with a text where a number is meant, and no arithmetic of ours may crash on it."""
    site.serve(
        "/lies",
        """<!doctype html><title>Lies</title><h1>Honest</h1><script>
        Object.defineProperty(Element.prototype, "scrollHeight", { get: () => "as high as the sky" })</script>""",
    )

    result = play(Goto("/lies"), TakeScreenshot("one"))

    assert (result.error, [shot.view.name for shot in result.screenshots]) == (None, ["one"])
