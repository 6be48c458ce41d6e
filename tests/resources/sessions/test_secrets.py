"""Secrets on hostile pages: whatever a page makes of a value, no picture shows it, and no script of the page is given it.

What must not be seen is magenta on white, so that any pixel of it tells.
"""

from __future__ import annotations

from base64 import b64encode

import numpy as np
import pytest
from PIL import Image

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Fill
from inspect_pipelines.domain.playbook import Step, Viewport
from inspect_pipelines.domain.session import Value
from inspect_pipelines.domain.target import Target
from inspect_pipelines.stored.serial import dump_json
from resources.sessions.browser.masks import COLOUR
from session_requests import picture

PHONE = Viewport("phone", 390, 844, scale=2.0, mobile=True)
SMALL = Viewport("small", 800, 600)
WORD = "s3cr3tWord42"
CARD = "4111111111111111"
STYLE = (
    "<!doctype html><meta charset=utf-8><title>Shop</title><style>body,input,select,textarea,button{color:#f0f;"
    "background:#fff;font:20px sans-serif}::placeholder{color:#f0f}iframe{border:0}</style>"
)
INNER = STYLE.replace('"', "'")


@pytest.fixture(autouse=True)
def values(monkeypatch) -> dict[str, Value]:
    monkeypatch.setenv("TEST_WORD", WORD)
    monkeypatch.setenv("TEST_CARD", CARD)
    return {
        name: Value(f"${{env:TEST_{name.upper()}}}", is_secret_reference=True) for name in ("word", "card")
    }


def seen_pixels(image: Image.Image) -> int:
    """Pixels of what must not be seen, pale edges of letters included."""
    red, green, blue = np.asarray(image, dtype=int).transpose(2, 0, 1)
    return int(((red > green + 40) & (blue > green + 40)).sum())


def covered_pixels(image: Image.Image) -> int:
    return sum(count for count, colour in image.getcolors(maxcolors=1 << 24) if colour == COLOUR)


LETTERS = "".join(f"<span>{letter}</span>" for letter in WORD)
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' width='400' height='60'><text y='40' font-size='30' fill='%23f0f'><tspan>{WORD}</tspan></text></svg>"
BASE64 = b64encode(SVG.replace("%23", "#").encode()).decode()
ECHOES = {
    "as it is": f"<p>Hello {WORD}, welcome</p>",
    "in capitals": f"<p>{WORD.upper()}</p>",
    "in capitals by style": f"<p style='text-transform:uppercase'>{WORD}</p>",
    "with a larger first letter": f"<style>p::first-letter{{font-size:40px}}</style><p>{WORD}</p>",
    "a card in groups": "<p>4111 1111 1111 1111</p>",
    "a card with dashes": "<p>4111-1111-1111-1111</p>",
    "a card with thin spaces and soft hyphens": "<p>4111\u20091111&shy;1111\u200b1111</p>",
    "over three elements": "<p>s3cr<b>3tWo</b>rd42</p>",
    "a letter an element": f"<p>{LETTERS}</p>",
    "over cells": "<table><td>4111<td>1111<td>1111<td>1111</table>",
    "over fields": "".join(f"<input size=4 value={CARD[at : at + 4]}>" for at in (0, 4, 8, 12)),
    "escaped as in an address": "<p>http://h/?q=%73%33cr3t%57ord42</p>",
    "a placeholder": f"<input placeholder='{WORD}'>",
    "a value": f"<input id=v><script>v.value='{WORD}'</script>",
    "a text area": f"<textarea>{WORD}</textarea>",
    "a button of a form": f"<input type=submit value='{WORD}'>",
    "a choice": f"<select><option>{WORD}</select>",
    "the label of a choice": f"<select><option label='{WORD}'></select>",
    "instead of a picture": f"<img alt='{WORD}' src='/none.png' width=300 height=40>",
    "::before": f"<style>p::before{{content:'{WORD}'}}</style><p></p>",
    "::after, from an attribute": f"<style>p::after{{content:attr(data-x)}}</style><p data-x='{WORD}'></p>",
    "::marker": f"<style>li{{margin-left:200px;list-style:'{WORD}'}}</style><li></li>",
    "an open shadow": "<p id=h></p><script>h.attachShadow({mode:'open'}).innerHTML='<b>WORD</b>'</script>",
    "a closed shadow": "<p id=h></p><script>h.attachShadow({mode:'closed'}).innerHTML='<b>WORD</b>'</script>",
    "SVG, used elsewhere": "<svg width=400 height=90 fill=#f0f><defs><text id=t y=30>WORD</text></defs><use href='#t'/></svg>",
    "columns": "<p style='columns:2;height:30px;width:600px'><i style='color:#000'>Hello</i><br>WORD</p>",
    "turned": "<p style='transform:translate(90px,90px) rotate(30deg);width:200px'>WORD</p>",
    "a frame of its own text": f'<iframe srcdoc="{INNER}WORD"></iframe>',
    "a padded frame": f'<iframe style="padding:60px 90px;border:9px solid #000" srcdoc="{INNER}WORD"></iframe>',
    "a frame made larger": f'<iframe style="transform:scale(2);margin:100px 200px" srcdoc="{INNER}WORD"></iframe>',
    "a turned frame": f'<iframe style="transform:rotate(40deg);padding:30px" srcdoc="{INNER}WORD"></iframe>',
    "a frame in perspective": f'<iframe style="transform:perspective(300px) rotateY(40deg)" srcdoc="{INNER}WORD"></iframe>',
    "a frame of another site": "<iframe style='padding:40px;transform:scale(1.5);margin:100px' src='OTHER/inner'></iframe>",
    "a frame in a frame of another site": "<iframe style='padding:40px' src='OTHER/outer'></iframe>",
    "below the fold": "<p style='margin-top:2000px'>WORD</p>",
    "a picture in an address": f'<img src="data:image/svg+xml,{SVG}">',
    "a picture in an address, in Base64": f'<img src="data:image/svg+xml;base64,{BASE64}">',
    "a picture of two pieces in an address": f'<img src="data:image/svg+xml,{SVG}">'.replace(
        WORD[:4], f"{WORD[:4]}</tspan><tspan>"
    ),
    "a background": f"""<p style="width:400px;height:60px;background:url('data:image/svg+xml;base64,{BASE64}')"></p>""",
    "the content of an element": f"""<style>p::before{{content:url("data:image/svg+xml;base64,{BASE64}")}}</style><p></p>""",
    "a picture in a picture": '<svg width=400 height=60><image width=400 height=60 href="data:image/svg+xml;base64,BASE64"/></svg>'.replace(
        "BASE64", BASE64
    ),
    "a frame of a picture": f'<iframe width=400 src="data:image/svg+xml,{SVG}"></iframe>',
    "a shadow far away": "<p style='color:transparent;text-shadow:60px 220px #f0f,20px 120px 2px #f0f'>WORD</p>",
    "a shadow of something turned": "<p style='color:transparent;rotate:90deg;margin:150px;width:200px;text-shadow:90px 150px #f0f'>WORD</p>",
    "a shadow of something made larger": "<div style='transform:scale(2);transform-origin:0 0;width:300px'><p style='color:transparent;text-shadow:20px 90px #f0f'>WORD</p></div>",
    "a shadow that a filter throws": "<div style='filter:drop-shadow(0 150px #f0f);margin-top:-90px'><p>WORD</p></div>",
    "a shadow of a shadow": "<div style='filter:drop-shadow(10px 100px 0 #f0f) drop-shadow(200px 0 0 #f0f)'><p>WORD</p></div>",
    "a reflection": "<div style='-webkit-box-reflect:below 40px'><p>WORD</p></div>",
    "a pattern": "<svg width=600 height=300><defs><pattern id=p width=300 height=80 patternUnits=userSpaceOnUse><text y=40 fill=#f0f>WORD</text></pattern></defs><rect width=600 height=300 fill=url(#p) /></svg>",
}


@pytest.mark.parametrize("echo", ECHOES)
def test_no_picture_shows_a_secret_that_a_page_writes(play, site, gallery, values, echo: str):
    """Twelve of these stood in clear in a stored picture, and in padded or scaled frames the mask lay beside the text."""
    other = site.url.replace("127.0.0.1", "localhost")
    html = ECHOES[echo].replace("WORD", WORD).replace("OTHER", other)
    site.serve("/echo", f"{STYLE}{html}")
    site.serve("/inner", f"{STYLE}<p>{WORD}</p>")
    site.serve("/outer", f"{STYLE}<iframe style='padding:20px' src='/inner'></iframe>")

    result = play(
        Goto("/echo"),
        TakeScreenshot("echo"),
        values=values,
        viewports=(SMALL, PHONE) if echo in ("a padded frame", "columns") else (SMALL,),
        allowed_hosts=(f"localhost:{site.port}",),
        seconds=10,
    )

    assert result.error is None
    for shot in result.screenshots:
        image = picture(gallery, shot.sha256)
        assert covered_pixels(image) > 0
        assert not seen_pixels(image)
    text = dump_json(result)
    assert WORD.casefold() not in text.casefold()
    assert "3two" not in text.casefold()  # a part of it, as the name of an element


def test_a_page_is_given_no_value_however_it_patches_what_a_search_would_call(play, site, values):
    """A page that replaced String.prototype.includes read every secret of the playbook, those meant for others too."""
    spy = f"""<script>
      const wanted = "{CARD[::-1]}".split("").reverse().join("") + "";
      const tell = (what) => {{ try {{ if (stringify(what).indexOf(wanted) >= 0) fetch("/leaked-to-a-page");
          if (stringify(what).indexOf("a word for control") >= 0) fetch("/the-spy-works"); }} catch (e) {{}} }};
      const stringify = ((keep) => (what) => keep.call(JSON, [what]) || "")(JSON.stringify);
      String.prototype.indexOf = ((keep) => function (...a) {{ return keep.apply(this, a); }})(String.prototype.indexOf);
      for (const [owner, names] of [[String.prototype, ["includes", "replace", "trim", "split", "startsWith"]],
          [Array.prototype, ["some", "map", "filter", "flatMap", "forEach", "join"]], [RegExp.prototype, ["test", "exec"]], [JSON, ["parse"]]])
        for (const name of names) {{
          const keep = owner[name];
          owner[name] = function (...a) {{ tell(typeof this === "object" ? [...(this.length ? this : [])] : this); tell(a); return keep.apply(this, a); }};
        }}
      "text".includes("a word for control");
    </script>"""
    site.serve("/spy", f"{STYLE}{spy.replace('.split', '[`split`]')}<label>Word <input></label><p>{WORD}</p>")

    play(
        Goto("/spy"),
        Fill(Target(label="Word"), "{{word}}"),
        TakeScreenshot("spied", mask=("[data-x='{{card}}']", "p")),
        values=values,
    )

    assert "/the-spy-works" in site.requests
    assert "/leaked-to-a-page" not in site.requests


def test_a_field_that_is_called_otherwise_once_something_stands_in_it_stays_covered(
    play, site, gallery, values
):
    """The field was known by its label only; the label became 'Visa', the value a form of its own, and both were photographed."""
    site.serve(
        "/card",
        f"{STYLE}<label id=l for=f style='color:#000'>Card</label><input id=f><script>const field = f; field.oninput = () => {{ "
        "l.textContent = 'Visa'; field.id = 'g'; field.value = [...field.value].reverse().join('/'); }</script>",
    )

    result = play(
        Goto("/card"),
        Fill(Target(label="Card"), "{{card}}"),
        TakeScreenshot("card"),
        values=values,
        viewports=(SMALL,),
    )

    assert result.error is None
    image = picture(gallery, result.screenshots[0].sha256)
    assert covered_pixels(image) > 1000
    assert not seen_pixels(image)


@pytest.mark.parametrize("where", ["in a frame", "in a frame of another site"])
def test_a_filled_field_is_covered_in_a_scaled_frame(play, site, gallery, values, where: str):
    inner = f"{STYLE}<input id=f><script>f.oninput = () => {{ f.value = [...f.value].reverse().join('/') }}</script>"
    site.serve("/inner-form", inner)
    host = site.url if where == "in a frame" else site.url.replace("127.0.0.1", "localhost")
    site.serve(
        "/framed-form",
        f"{STYLE}<iframe style='padding:70px 50px;transform:scale(1.4);margin:90px' src='{host}/inner-form'></iframe>",
    )

    result = play(
        Goto("/framed-form"),
        Fill(Target(frame="iframe", selector="input"), "{{card}}"),
        TakeScreenshot("card"),
        values=values,
        viewports=(SMALL,),
        allowed_hosts=(f"localhost:{site.port}",),
        seconds=10,
    )

    assert result.error is None
    image = picture(gallery, result.screenshots[0].sha256)
    assert covered_pixels(image) > 1000
    assert not seen_pixels(image)


PAINTING = """<canvas id=c width=400 height=80></canvas><canvas id=chart width=60 height=60></canvas><script>
const pen = (id) => document.getElementById(id).getContext("2d"); pen("chart").fillStyle = "#00f"; pen("chart").fillRect(9, 9, 40, 40);
document.querySelector("input").oninput = (e) => { pen("c").fillStyle = "#f0f"; pen("c").font = "30px sans-serif"; pen("c").fillText(e.target.value, 0, 40); };
</script>"""


def test_what_a_page_paints_since_a_secret_was_filled_into_it_is_covered(play, site, gallery, values):
    """A page drew the typed word into a canvas; only a finding told of it, and the picture showed it."""
    site.serve("/paints", f"{STYLE}<label style='color:#000'>Word <input></label>{PAINTING}")

    result = play(
        Goto("/paints"),
        Fill(Target(label="Word"), "{{word}}"),
        TakeScreenshot("after"),
        values=values,
        viewports=(SMALL,),
    )

    image = picture(gallery, result.screenshots[0].sha256)
    assert not seen_pixels(image)
    assert covered_pixels(image) > 400 * 80
    blue = sum(count for count, colour in image.getcolors(maxcolors=1 << 24) if colour == (0, 0, 255))
    assert blue == 40 * 40  # a chart that is as it was before cannot show the word


def test_a_page_that_paints_pictures_itself_is_named_once_a_secret_was_filled_into_it(play, site, values):
    site.serve("/paints", f"{STYLE}<label>Word <input></label><canvas></canvas>")

    result = play(
        Goto("/paints"),
        TakeScreenshot("before"),
        Fill(Target(label="Word"), "{{word}}"),
        TakeScreenshot("after"),
        values=values,
        viewports=(SMALL,),
    )

    (finding,) = result.findings
    assert finding.kind is FindingKind.MASK_UNMATCHED
    assert finding.message == (
        "screenshot 'after' shows a page that a secret was filled into and that paints since: canvas is covered"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p>s3cr <b>3tWo</b>rd42</p>",  # the text of the paragraph's own is 's3cr rd42'
        f"<p>{'x' * 60} s3cr rd42 {WORD}</p>",
    ],
    ids=["split over elements", "cut in the middle"],
)
def test_no_suggestion_prints_a_part_of_a_secret(play, site, values, html: str):
    """'did you mean' offered one half of a password, which no redaction knew for a secret."""
    site.serve("/split", f"{STYLE}{html}")
    wanted = "s3cx rd42" if "<b>" in html else f"{'x' * 60} s3cx rd42"

    result = play(
        Step("open", "Open", (Goto("/split"), TakeScreenshot("x"))),
        Step("fill", "Fill", (Fill(Target(text=wanted), "x"),), timeout_seconds=1),
        values=values,
        viewports=(SMALL,),
    )

    assert "could not be done" in result.error
    for part in ("s3cr3", "3tWo", *(["s3cr rd"] if "<b>" in html else [])):
        assert part not in dump_json(result)


def test_strictness_shows_no_half_of_a_secret_at_the_place_where_it_cuts(play, site, values):
    site.serve("/two", f"{STYLE}<p>My name is written {WORD}</p><p>My name is written {WORD}</p>")

    result = play(Goto("/two"), Fill(Target(selector="p"), "x"), values=values, viewports=(SMALL,))

    assert "found 2" in result.error
    assert "s3cr" not in dump_json(result)
