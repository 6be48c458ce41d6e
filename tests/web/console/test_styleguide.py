"""The style guide: there for whoever works on the console only; and every text of every page can be told from its ground."""

from __future__ import annotations

import pytest

from inspect_pipelines.ports.house import House
from inspect_pipelines.web.console.contrast import LEAST, THEMES, contrasts, palette, ratio_of
from inspect_pipelines.web.console.files import FOLDER
from pressing import FORM, shown
from web_app import a_client

CSS = (FOLDER / "console.css").read_text(encoding="utf-8")


def test_text_can_be_told_from_its_ground_in_both_themes() -> None:
    found = [*contrasts(CSS)]

    assert {one.theme for one in found} == {*THEMES}
    assert [one for one in found if one.ratio < LEAST] == []


def test_every_colour_of_the_sheet_is_said_for_both_themes() -> None:
    assert palette(CSS, "light").keys() == palette(CSS, "dark").keys()
    assert len(palette(CSS, "light")) == 15
    assert (
        "prefers-color-scheme" not in CSS
    )  # `light-dark` asks the element, which somebody may have chosen for


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1.0)],
)
def test_contrast_is_computed_as_wcag_defines_it(one: str, other: str, ratio: float) -> None:
    assert round(ratio_of(one, other), 2) == ratio
    assert ratio_of(one, other) == ratio_of(other, one)


def test_the_page_is_there_when_it_is_asked_for_at_the_start_and_else_is_not(filled: House) -> None:
    page = shown(a_client(filled, has_styleguide=True), "/styleguide")
    usual = a_client(filled).get("/styleguide", headers=FORM)

    assert all(page.count(f'data-theme="{theme}"') == 1 for theme in THEMES)
    assert "too little" not in page
    assert " style=" not in page
    assert usual.status_code == 404
