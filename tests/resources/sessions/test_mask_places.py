"""Ordinary masks lie over what they mask, in whatever frame it stands."""

from __future__ import annotations

import pytest
from PIL import Image

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.playbook import Viewport
from session_requests import picture

VIEWPORTS = (Viewport("small", 800, 700), Viewport("phone", 390, 844, scale=2.0, mobile=True))
STYLES = {
    "plain": "",
    "padded": "padding:60px 90px;border:9px solid",
    "made larger": "transform:scale(1.7);margin:100px 150px",
    "turned": "transform:rotate(33deg);padding:30px;margin:60px",
    "in perspective": "transform:perspective(300px) rotateY(40deg)",
    "zoomed": "zoom:1.5;padding:20px",
}
CONTENT = "<!doctype html><body style='margin:0'><div style='height:30px'></div><div id=m style='background:#f0f;height:80px'></div>"


def magenta(image: Image.Image) -> int:
    return sum(count for count, (r, g, b) in image.getcolors(maxcolors=1 << 24) if r > g + 40 and b > g + 40)


@pytest.mark.parametrize("origin", ["same", "another"])
@pytest.mark.parametrize("style", STYLES)
def test_a_mask_in_a_frame_covers_what_it_is_for(play, site, gallery, style: str, origin: str):
    """36,000 px of content stood uncovered beside the mask, without a warning."""
    host = site.url if origin == "same" else site.url.replace("127.0.0.1", "localhost")
    site.serve("/masked", CONTENT)
    site.serve(
        "/framing",
        "<!doctype html><meta name=viewport content='width=device-width'><body style='width:380px;height:650px'>"
        f"<iframe style='border:0;{STYLES[style]}' src='{host}/masked'></iframe>",
    )

    result = play(
        Goto("/framing"),
        TakeScreenshot("bare"),
        TakeScreenshot("masked", mask=("#m",)),
        viewports=VIEWPORTS,
        allowed_hosts=(f"localhost:{site.port}",),
        seconds=10,
    )

    assert [finding.message for finding in result.findings if "match" in finding.message] == []
    for bare, masked in zip(result.screenshots[::2], result.screenshots[1::2], strict=True):
        assert magenta(picture(gallery, bare.sha256)) > 5000
        assert magenta(picture(gallery, masked.sha256)) == 0


def test_what_a_frame_has_scrolled_out_of_sight_is_not_painted_over_its_neighbours(play, site, gallery):
    site.serve("/long", "<!doctype html><div style='height:900px'></div><div id=m>far below</div>")
    site.serve("/framing", f"<!doctype html><iframe src='{site.url}/long'></iframe><p>beside</p>")

    result = play(
        Goto("/framing"),
        TakeScreenshot("bare"),
        TakeScreenshot("masked", mask=("#m",)),
        viewports=(Viewport("small", 800, 1200),),
    )

    bare, masked = result.screenshots
    assert bare.sha256 == masked.sha256
