"""The map of elements beside each picture: what a screen reader would say of the page, and of nothing that is masked."""

from __future__ import annotations

import re

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import ChangeKind, Region
from inspect_pipelines.domain.element import named as element_named

MAPPED = """<!doctype html><body style="font:20px sans-serif"><main><h1>Basket</h1><p>Total %s</p><a href=/pay>Go to pay</a>
<button>Buy now</button><label>Voucher <input></label><label><input type=checkbox> Gift</label><ul><li>One chair</li></ul>
<nav aria-label=Site><a href=/a>Home</a></nav><span class=clock role=timer>12:0%s</span></main>"""
# How Playwright's aria snapshot calls what is otherwise called here.
ARIA = {"textbox": "text box", "list": "ul", "listitem": "li", "paragraph": "p"}


def test_the_map_of_elements_says_what_an_aria_snapshot_says_and_what_is_masked_in_neither(
    play, site, browser
):
    """Role, name, text and place of each; so a changed region is named with what it said before and says now."""
    shots = []
    for total in "89":
        site.serve("/mapped", MAPPED % (total, total))
        result = play(Goto("/mapped"), TakeScreenshot("mapped", mask=(".clock",)))
        shots += result.screenshots
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site.url}/mapped")
    aria = page.locator("body").aria_snapshot(boxes=True)
    page.close()
    before, after = shots

    named = re.findall(r"- (\w+)(?: \"([^\"]*)\")?.*?\[box=(\d+),(\d+),(\d+),(\d+)\](?:: (.*))?", aria)
    ours = {name: (box, text) for (name, box), text in zip(after.elements, after.texts, strict=True)}
    unmasked = [each for each in named if each[0] != "timer"]
    assert len(unmasked) >= 11
    for role, name, x, y, width, height, text in unmasked:
        kind = ARIA.get(role, role)
        said = name or text
        box, own = ours[f"{kind} {said!r}" if said else kind]
        found = (box.x, box.y, box.width, box.height)
        assert all(abs(a - int(b)) <= 1 for a, b in zip(found, (x, y, width, height), strict=True)), role
        assert own == text or not text
    assert not [each for each in (*ours, *(text for _, text in ours.values())) if "12:0" in each]
    line = ours["p 'Total 9'"][0]
    region = Region(Box(line.x + 50, line.y + 2, 12, 18), 40, kind=ChangeKind.TEXT)
    (told,) = element_named((region,), (), before, after)
    assert (told.element, told.old_text, told.new_text) == ("p 'Total 9'", "Total 8", "Total 9")
