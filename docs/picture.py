"""Draw the README's picture from what the last `make demo` left in INSPECT_HOME (python docs/picture.py).

Three panels of the product page: approved, tonight's, and what changed, as the overlay in the gallery shows it.
"""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house
from resources import chromium

VIEW = "shop-tour/product@desktop"
CROP = (60, 30, 1220, 860)  # left, top, right, bottom in image px: the chair, its story and the button
PAGE = """<!doctype html><meta charset=utf-8><style>
body{margin:0;padding:28px;background:#f6f7f9;font:600 20px system-ui,"Liberation Sans",sans-serif;color:#16181d;display:flex;gap:24px}
figure{margin:0;flex:1} img{display:block;width:100%%;border-radius:10px;box-shadow:0 1px 3px #0003,0 8px 24px #00000014}
figcaption{margin:0 2px 12px;display:flex;align-items:baseline;gap:10px} small{font-weight:400;color:#5b6270;font-size:16px}
</style>%s"""
FIGURE = '<figure><figcaption>%s <small>%s</small></figcaption><img src="data:image/png;base64,%s"></figure>'


def main() -> None:
    ours = house(Settings())
    with ours.ledger.read() as ledger:
        last = ledger.runs.latest(limit=1)[0]
        comparison = next(c for c in ledger.evidence.comparisons(last.id) if str(c.view) == VIEW)
    panels = (
        ("Approved", "by a person", comparison.old_sha256),
        ("Tonight", "at half past two", comparison.new_sha256),
        ("What changed", "button 'Add to cart'", comparison.overlay_sha256),
    )
    figures = [FIGURE % (title, note, panel(ours, sha)) for title, note, sha in panels if sha]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(None), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1800, "height": 520})
        page.set_content(PAGE % "".join(figures))
        page.screenshot(path=Path(__file__).with_name("picture.png"), full_page=True)
        browser.close()


def panel(ours: House, sha: Sha256) -> str:
    """One cropped picture as base64 PNG."""
    buffer = BytesIO()
    Image.open(BytesIO(ours.gallery.get(sha))).convert("RGB").crop(CROP).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


if __name__ == "__main__":
    main()
