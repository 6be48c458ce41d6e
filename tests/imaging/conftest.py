"""Small real pages in the machine's Chromium, photographed once, before any test looks at them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest
from playwright.sync_api import sync_playwright

from inspect_pipelines.imaging.picture import Pixels, decode

PAGE = """<!doctype html><meta charset="utf-8"><style>
* { box-sizing: border-box } body { margin: 0; font: 16px/1.5 "DejaVu Sans", sans-serif; color: #1d2433; background: #fff }
header { padding: 18px 40px; border-bottom: 1px solid #e6e8ee; display: flex; gap: 24px }
main { padding: 32px 40px; max-width: 900px } h1 { font-size: 30px; margin: 0 }
button { background: #2f6fed; color: #fff; border: 0; border-radius: 10px; padding: 14px 26px; font: 600 16px "DejaVu Sans" }
li { border: 1px solid #e6e8ee; border-radius: 10px; padding: 16px; margin: 12px 0; list-style: none }
.banner { height: 64px; background: #fff4d6; display: none } CSS</style>
<div class="banner">Free delivery</div><header><b>Fernweh</b><span>Bags</span><span>Bottles</span></header>
<main><h1>Steel bottle, 750 ml</h1><p>Keeps tea WORD for twelve hours and water cold for a day.</p>
<p>34.00 EUR</p><button>Add to basket</button><ul>ROWS</ul></main>"""

ORANGE = "button { background: #d9480f }"
SHOTS: Mapping[str, Mapping[str, object]] = {
    "page": {},
    "again": {},
    "orange button": {"css": ORANGE},
    "slightly bluer button": {"css": "button { background: #2f6ff5 }"},
    "button of equal luma": {"css": "button { background: #8a5f5f }"},
    "another word": {"word": "warm"},
    "moved by 2 px": {"css": "h1 { position: relative; left: 2px }"},
    "sub-pixel text": {"css": "h1, p, li { transform: translateX(.3px) }"},
    "banner": {"css": ".banner { display: block }"},
    "grey page": {"css": "body { background: #f0f0f0 }"},
    "dark page": {"css": "body { background: #10141c; color: #e6e8ee }"},
    "tall page": {"rows": 100, "height": 8000},
    "tall page, orange button": {"rows": 100, "height": 8000, "css": ORANGE},
    "tall page, banner": {"rows": 100, "height": 8000, "css": ".banner { display: block }"},
}


@pytest.fixture(scope="session")
def shots() -> Mapping[str, Pixels]:
    """Every picture by name; Chromium is gone when the first test sees them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        taken = {}
        for name, wish in SHOTS.items():
            page = browser.new_page(viewport={"width": 1280, "height": int(str(wish.get("height", 720)))})
            items = "".join(
                f"<li>Travel item {i}, {9 + i * 7 % 50}.90 EUR</li>"
                for i in range(int(str(wish.get("rows", 3))))
            )
            html = PAGE.replace("CSS", str(wish.get("css", ""))).replace("WORD", str(wish.get("word", "hot")))
            page.set_content(html.replace("ROWS", items))
            taken[name] = decode(page.screenshot())
            page.close()
        browser.close()
    return taken
