"""Which fonts a browser finds where the environment leads fontconfig elsewhere, and that pictures are stamped by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from resources.sessions.browser.font_config import font_config
from resources.sessions.browser.stamp import font_files, hash_fonts


@pytest.fixture(autouse=True)
def plain(monkeypatch) -> None:
    for name in ("FILE", "PATH", "SYSROOT"):
        monkeypatch.delenv(f"FONTCONFIG_{name}", raising=False)


def described(folder: Path, *lines: str, name: str = "fonts.conf") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f'<?xml version="1.0"?><fontconfig>{"".join(lines)}</fontconfig>')
    return path


def a_font(folder: Path, name: str = "one.ttf") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(b"not looked into")
    return path


def test_without_a_word_of_the_environment_the_systems_fonts_are_stamped_as_ever():
    assert font_config({}) is None
    assert len(font_files()) > 1


def test_only_fonts_that_the_named_configuration_leads_to_are_seen(tmp_path, monkeypatch):
    usual = hash_fonts()
    font, beside = a_font(tmp_path / "fonts"), a_font(tmp_path / "conf" / "own", "two.otf")
    extra = described(tmp_path / "conf.d", "<dir>own-not</dir>", name="10-more.conf")
    path = described(
        tmp_path / "conf",
        f"<dir>{tmp_path / 'fonts'}</dir><!-- <dir>/usr/share/fonts</dir> -->",
        '<dir prefix="relative">own</dir>',
        f'<include ignore_missing="yes">{extra.parent}</include><include>/nowhere</include>',
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(path))

    assert sorted(font_files()) == sorted([font, beside])
    assert hash_fonts() != usual


def test_what_stands_for_what_is_stamped_too(tmp_path, monkeypatch):
    a_font(tmp_path / "fonts")
    folder = f"<dir>{tmp_path / 'fonts'}</dir>"
    monkeypatch.setenv("FONTCONFIG_PATH", str(tmp_path))
    described(tmp_path, folder)
    before = hash_fonts()

    described(
        tmp_path, folder, "<alias><family>sans-serif</family><prefer><family>One</family></prefer></alias>"
    )

    assert hash_fonts() != before
    described(tmp_path, folder)
    assert hash_fonts() == before


def test_a_root_goes_before_all_of_it_and_a_circle_ends(tmp_path):
    font = a_font(tmp_path / "srv" / "fonts")
    described(tmp_path / "etc" / "fonts", "<dir>/srv/fonts</dir><include>fonts.conf</include>")

    found = font_config({"FONTCONFIG_SYSROOT": str(tmp_path)})

    assert found is not None
    assert found.folders == (font.parent,)
    assert len(found.texts) == 1


def test_homes_of_people_are_found_and_what_cannot_be_read_is_passed_over(tmp_path):
    described(tmp_path, '<dir prefix="xdg">fonts</dir><dir>~/.fonts</dir>')

    found = font_config({"FONTCONFIG_PATH": str(tmp_path)})

    assert found is not None
    assert found.folders == (Path.home() / ".local/share/fonts", Path.home() / ".fonts")
    assert font_config({"FONTCONFIG_FILE": str(tmp_path / "nowhere.conf")}) is None
