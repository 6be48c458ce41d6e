"""What other tools' files become: ten in the shape of public ones, and what is broken, huge or hostile."""

from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.imports.not_yet import NOT_YET
from inspect_pipelines.config.project import load_project
from inspect_pipelines.errors import InspectError, Refused, UsageError
from resources.channels.registry import CHANNELS

GIVEN = Path(__file__).parent / "given"
GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(path.name for path in GIVEN.iterdir())
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / ".inspect"))
    monkeypatch.delenv("INSPECT_PROJECT", raising=False)
    return tmp_path


def imported(kind: str, file: Path | str, *more: str) -> Result:
    result = CliRunner().invoke(cli, ["import", kind, str(file), *more])
    if result.exception is not None:
        raise result.exception
    return result


def refusal(kind: str, file: Path) -> str:
    with pytest.raises(InspectError) as error:
        imported(kind, file)
    assert error.value.exit_code == 2
    return str(error.value)


@pytest.mark.parametrize("name", FILES)
def test_a_configuration_becomes_what_its_golden_says(folder, name):
    result = imported(name.partition("_")[0], GIVEN / name, "--dry-run")

    assert not list(folder.iterdir())
    golden = GOLDEN / f"{Path(name).stem}_{Path(name).suffix[1:]}.txt"
    assert result.output == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_is_valid_and_its_schedule_is_off(folder, name):
    imported(name.partition("_")[0], GIVEN / name, "--id", "shop")

    project = load_project(folder, kinds=CHANNELS, now=NOW)
    assert [(one.id, one.enabled) for one in project.definitions] == [("shop", False)]
    assert project.warnings == ()


def test_what_is_there_is_not_overwritten_and_a_begun_project_gets_the_lines(folder):
    imported("sitemap", GIVEN / "sitemap_shop.xml", "--id", "shop")
    before = (folder / "playbooks/shop.yaml").read_text(), (folder / "schedules.yaml").read_text()

    with pytest.raises(
        Refused, match=r"'playbooks/shop.yaml' in .* would be overwritten; nothing was written"
    ):
        imported("percy", GIVEN / "percy_list.yml", "--id", "shop")
    second = imported("percy", GIVEN / "percy_list.yml", "--id", "percy").output

    assert ((folder / "playbooks/shop.yaml").read_text(), (folder / "schedules.yaml").read_text()) == before
    lines = second.partition("add under its `schedules:`\n\n")[2].partition("\n\nnext:")[0]
    (folder / "schedules.yaml").write_text(f"{before[1]}\n{lines}\n")
    assert [one.id for one in load_project(folder, kinds=CHANNELS, now=NOW).definitions] == ["shop", "percy"]


def test_a_typed_password_is_written_nowhere(folder):
    output = imported("devtools", GIVEN / "devtools_login.json", "--id", "login").output

    files = [path.read_text() for path in folder.rglob("*.yaml")]
    assert all("hunter2" not in text for text in (output, *files))
    assert any("{name: password, secret: true" in text for text in files)


def test_percys_settings_beside_the_file_hold_for_all(folder):
    shutil.copy(GIVEN / "percy_list.yml", folder / "snapshots.yml")
    (folder / ".percy.yml").write_text(
        "version: 2\nsnapshot:\n  widths: [320]\n  percy-css: '.ad { display: none }'\n"
    )

    text = imported("percy", "snapshots.yml", "--dry-run").output

    assert "- {name: w320, width: 320, height: 1024}" in text
    assert text.count('hide: [".ad"]') == 3


def test_a_style_of_a_megabyte_is_left_out_and_keeps_nobody_busy(folder):
    (folder / "long.json").write_text('[{"url": "https://a.test/", "percyCSS": "' + "/*a" * 400_000 + '"}]')

    output = imported("percy", "long.json", "--dry-run").output

    assert "is longer than 5,000 characters; write it under page.style" in output


def test_a_gzipped_sitemap_is_read(folder):
    (folder / "map.xml.gz").write_bytes(gzip.compress((GIVEN / "sitemap_shop.xml").read_bytes()))

    assert "5 converted" in imported("sitemap", "map.xml.gz", "--dry-run").output


ENTITIES = '<!DOCTYPE lolz [<!ENTITY lol "lol">%s]><urlset><url><loc>&lol9;</loc></url></urlset>'
LAUGHS = ENTITIES % "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
NO_DOCTYPE = "x:1:1  cannot be imported: a sitemap has no DOCTYPE, and what one can define is not read"


@pytest.mark.parametrize(
    ("kind", "raw", "sentence"),
    [
        ("sitemap", LAUGHS.encode(), NO_DOCTYPE),
        ("sitemap", OUTSIDE.encode(), NO_DOCTYPE),
        ("sitemap", b'<!DOCTYPE a SYSTEM "http://evil.test/a.dtd"><urlset/>', NO_DOCTYPE),
        ("sitemap", OUTSIDE.encode("utf-16"), NO_DOCTYPE),
        ("sitemap", b"<urlset><url>", "x:1:14  cannot be imported: broken XML: no element found"),
        ("sitemap", b"<urlset><url><loc>&b;</loc></url></urlset>", "x:1:19  cannot be imported: broken XML: undefined entity"),
        ("sitemap", b"<html><body/></html>", "'x' cannot be imported: it begins with <html>, a sitemap with <urlset> or <sitemapindex>"),
        ("sitemap", b"<urlset/>", "'x' cannot be imported: it lists no page of a web server"),
        ("sitemap", b"<sitemapindex><sitemap><loc>https://a.test/b.xml</loc></sitemap></sitemapindex>", "'x' is an index of sitemaps, and none of them lies beside it; fetch one of them and import that: https://a.test/b.xml"),
        ("sitemap", b"<urlset>" + b"<a>" * 30, "'x' cannot be imported: it is nested deeper than 20 elements"),
        ("sitemap", b'<?xml version="1.0" encoding="klingon"?><urlset/>', "'x' cannot be imported: unknown encoding: klingon"),
        ("sitemap", b"\x1f\x8bnot really", "'x' cannot be imported: its gzip is damaged"),
        ("sitemap", gzip.compress(b" " * 50_000_001), "'x' cannot be imported: it has more than 50 MB, the most of a sitemap"),
        ("sitemap", b"<urlset>" + b"<url><loc>https://a.test/</loc></url>" * 50_001, "'x' cannot be imported: it lists more than 50,000 addresses"),
        ("backstop", b"", "'x' cannot be imported: it has no `scenarios`, so it is not BackstopJS's file"),
        ("backstop", b"{", "x:1:2  cannot be imported: broken JSON: expected a key in double quotes"),
        ("backstop", b'{"scenarios": [1,]}', "x:1:18  cannot be imported: broken JSON: a comma before the end"),
        ("backstop", b'{"a": 1} x', "x:1:10  cannot be imported: broken JSON: something follows where the JSON is at its end"),
        ("backstop", b'{"a": nul}', "x:1:7  cannot be imported: broken JSON: expected a value"),
        ("backstop", b'{"a": "b', "x:1:7  cannot be imported: broken JSON: a text that has no end, or holds what JSON forbids"),
        ("backstop", b'{"scenarios": [{"label": "x"}]}', "'x' cannot be imported: no scenario has a `url`"),
        ("backstop", b'{"scenarios": "all"}', "'x' cannot be imported: it has no `scenarios`, so it is not BackstopJS's file"),
        ("backstop", b"module.exports = {}", "'x' is JavaScript, which is not run; print what it says, and import that: node -p 'JSON.stringify(require(\"./FILE.js\"), null, 2)' > FILE.json"),
        ("backstop", b"[" * 100_000, "x:1:52  cannot be imported: broken JSON: is nested deeper than 50 levels"),
        ("backstop", b"\xff\xfe{", "'x' cannot be imported: it is not UTF-8 text"),
        ("backstop", b"{" + b" " * 5_000_000, "'x' cannot be imported: it is larger than 5 MB"),
        ("percy", b"version: 2\nsnapshot: {widths: [1]}\n", "'x' cannot be imported: it lists no snapshots; name the file that `percy snapshot` is given, not .percy.yml, which is read where it lies beside it"),
        ("percy", b"- &a [*a]", "x:1:7  cannot be imported: the alias '*a' stands inside of itself"),
        ("percy", b"- url: 5\n- 7\n- null\n", "'x' cannot be imported: no snapshot has a `url`"),
        ("devtools", b'{"steps": []}', "'x' cannot be imported: it has no `steps`, so it is no recording of Chrome's DevTools"),
        ("devtools", b'{"steps": [{"type": "navigate", "url": "chrome://newtab"}, 7, {"type": ["a"]}]}', "'x' cannot be imported: it opens no page of a web server"),
    ],
)  # fmt: skip
def test_what_is_broken_huge_or_hostile_is_one_sentence_and_writes_nothing(folder, kind, raw, sentence):
    (folder / "x").write_bytes(raw)

    assert refusal(kind, folder / "x") == sentence
    assert [path.name for path in folder.iterdir()] == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        '{"viewports": [{"label": "a\\n  evil: 1", "width": 1e5}], "scenarios": [{"label": "x\\n\\u0000- {{y}}: #", "url": "/a: #b", "misMatchThreshold": "9e99", "clickSelectors": [{"a": 1}], "selectors": 7}]}',
        '{"scenarios": [{"url": "https://a.test/\\"]}\\n", "hideSelectors": ["a\\nb: c", "*/"], "viewports": [{"width": "320"}]}]}',
    ],
)  # fmt: skip
def test_texts_of_a_file_stay_texts(folder, text):
    """A label with a line break must not add a key to the playbook."""
    (folder / "backstop.json").write_text(text)

    output = imported("backstop", "backstop.json", "--id", "x").output

    source = (folder / "playbooks/x.yaml").read_text()
    assert not any(line.strip().startswith(("evil", "- {{y}}")) for line in source.splitlines())
    assert "\x00" not in output


def test_a_file_that_is_missing_or_a_wrong_id_is_one_sentence(folder):
    with pytest.raises(UsageError, match=r"'none.json' cannot be read: no such file or directory"):
        imported("backstop", "none.json")
    with pytest.raises(UsageError, match=r"'a b' is not an id"):
        imported("backstop", GIVEN / "backstop_shop.json", "--id", "a b")


def test_the_table_of_what_is_not_converted_gives_a_reason_for_each():
    assert all(reason and not reason.endswith(".") for keys in NOT_YET.values() for reason in keys.values())
