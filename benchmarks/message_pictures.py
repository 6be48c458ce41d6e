"""Draw docs/channels/*.png: one message as each channel shows it (python -m benchmarks.message_pictures).

The mail is the real HTML part. Slack's blocks and Teams' card are drawn by a small page from the very JSON that is sent:
their own renderers run only inside Slack and Teams. GitHub's comment goes through a small Markdown reader here.
"""

from __future__ import annotations

import base64
import html
import json
import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from inspect_pipelines.domain.channel import Person
from inspect_pipelines.domain.ids import IncidentId, Sha256
from inspect_pipelines.domain.message import CommitContext, Link, Message, MessageKind, Picture, Urgency
from resources import chromium
from resources.channels.email import mail
from resources.channels.github import comment as github_comment
from resources.channels.pagerduty import channel as pagerduty
from resources.channels.pictures import small_jpeg
from resources.channels.slack import blocks as slack_blocks
from resources.channels.teams import channel as teams
from resources.channels.who import People

TARGET = Path(__file__).parents[1] / "docs" / "channels"
STYLE = Path(__file__).with_name("message_pictures.css")
MAX_BYTES = 150_000
PEOPLE = People((Person("octocat", "U024BE7LH", "octo@acme.example", "octo@acme.example"),))
OPENED = Message(
    kind=MessageKind.OPENED,
    severity=Urgency.ERROR,
    title="Nightly checkout failed",
    verdict="failed",
    sentence="button 'Add to cart' changed colour clearly (24 of 100)",
    dedup_key="incident:01936a2e",
    lines=(
        "product@desktop: text of heading changed from 'Lænestol Fjord' to 'Lænestol'",
        "basket@phone: 14 rows were inserted above 'Total'",
        "סיכום@desktop: text of cell changed from '₪ 90' to '₪ 80'",
        *(f"search@desktop: result {number} is missing" for number in range(1, 1211)),
    ),
    definition_name="Nightly checkout",
    since=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    last_good=Link("23 Nov, 02:30", "https://qa.acme.example/runs/01936a10"),
    suspects=(
        Link("#412 New button colours", "https://github.com/acme/shop/pull/412"),
        Link("#409 Shorter names", "https://github.com/acme/shop/pull/409"),
    ),
    links=(
        Link("Run", "https://qa.acme.example/runs/01936a2e"),
        Link("Diff", "https://qa.acme.example/runs/01936a2e/diff"),
        Link("Session", "https://qa.acme.example/runs/01936a2e/session"),
    ),
    pictures=(Picture(Sha256("a" * 64), "product@desktop: what changed"),),
    mentions=("octocat", "a-stranger"),
    incident_id=IncidentId("01936a2e"),
    commit=CommitContext("acme/shop", None, 412),
)
RESOLVED = Message(
    kind=MessageKind.RESOLVED,
    severity=Urgency.INFO,
    title="Nightly checkout failed",
    verdict="passed",
    sentence="All 12 views look as approved again, after 9 h and 2 runs",
    dedup_key=OPENED.dedup_key,
    definition_name=OPENED.definition_name,
    since=OPENED.since,
    links=OPENED.links[:1],
)


class OnePicture:
    """A gallery that holds the sample's picture."""

    def __init__(self, png: bytes) -> None:
        self._png = png

    def get(self, sha256: Sha256) -> bytes:
        return self._png


def main() -> None:
    picture = sample_picture()
    pages = {
        "slack": slack_page(picture),
        "teams": teams_page(picture),
        "email": email_page(picture),
        "github": github_page(),
        "pagerduty": pagerduty_page(),
    }
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(None), args=["--no-sandbox"])
        for name, page in pages.items():
            print(f"docs/channels/{name}.png  {draw(browser, page, TARGET / f'{name}.png'):,} bytes")
        browser.close()


def draw(browser: Browser, body: str, path: Path) -> int:
    """Store a page's picture; refuses one that the documents should not carry."""
    page = browser.new_page(viewport={"width": 760, "height": 400})
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE.read_text()}</style>{body}")
    shot = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
    page.close()
    # Median cut, Pillow's default, gives its colours to the text's edges and turns the green mark grey.
    few = shot.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)
    size = path.stat().st_size
    if size > MAX_BYTES:
        sys.exit(f"{path} has {size:,} bytes, and {MAX_BYTES:,} are allowed")
    return size


def sample_picture() -> bytes:
    """A product page with a boxed change; drawn, so that it needs no run."""
    image = Image.new("RGB", (960, 460), "#fbfaf7")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 960, 56), fill="#22382f")
    pen.rounded_rectangle((48, 100, 460, 412), 10, fill="#e3ddd0")
    pen.rounded_rectangle((150, 170, 350, 300), 40, fill="#a9764a")
    for x in (170, 310):
        pen.rectangle((x, 300, x + 16, 372), fill="#6b4a2e")
    for y, width in ((110, 320), (160, 220), (196, 360), (220, 340), (244, 300)):
        pen.rectangle(
            (510, y, 510 + width, y + (26 if y == 110 else 12)), fill="#c9c4b8" if y > 110 else "#40463f"
        )
    pen.rounded_rectangle((510, 300, 720, 350), 8, fill="#8a2be2")
    pen.rounded_rectangle((500, 290, 730, 360), 4, outline="#d81b60", width=5)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def slack_page(picture: bytes) -> str:
    opened = slack_message(slack_blocks.blocks(OPENED, PEOPLE))
    shown = f'<img class=shot src="{data_url(picture)}">'
    reply = slack_message(slack_blocks.blocks(RESOLVED, PEOPLE))
    return (
        f'<div class="slack frame"><h2># qa</h2>{opened}'
        f"<div class=thread><div class=app><b>inspect-pipelines</b> <i>APP</i></div><p>{html.escape(OPENED.pictures[0].alt)}</p>{shown}</div>"
        f"<div class=thread>{reply}</div></div>"
    )


def slack_message(blocks: list[dict[str, Any]]) -> str:
    rows = []
    for block in blocks:
        text = block["text"]["text"]
        rows.append(
            f"<h3>{html.escape(text)}</h3>" if block["type"] == "header" else f"<p>{mrkdwn(text)}</p>"
        )
    return f"<div class=message><div class=app><b>inspect-pipelines</b> <i>APP</i> 03:32</div>{''.join(rows)}</div>"


def mrkdwn(text: str) -> str:
    """Slack's mrkdwn as HTML; the text is escaped already, as Slack wants it."""
    text = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r'<a href="\1">\2</a>', text)
    text = re.sub(r"<@U024BE7LH>", "<mark>@octocat</mark>", text)
    text = re.sub(r"^\*([^*\n]+)\*", r"<b>\1</b>", text, flags=re.MULTILINE)
    text = re.sub(r"^_([^_\n]+)_$", r"<em>\1</em>", text, flags=re.MULTILINE)
    return text.replace("\n", "<br>")


def teams_page(picture: bytes) -> str:
    jpeg = small_jpeg(picture, max_px=teams.PICTURE_PX, max_bytes=teams.MAX_PICTURE_BYTES)
    envelopes = (teams.envelope(OPENED, PEOPLE, jpeg), teams.envelope(RESOLVED, PEOPLE))
    cards = [teams_card(one["attachments"][0]["content"]) for one in envelopes]
    return f'<div class="teams frame"><h2>QA / General</h2>{"".join(cards)}</div>'


def teams_card(card: dict[str, Any]) -> str:
    rows = "".join(teams_element(element) for element in card["body"])
    actions = "".join(f"<button>{html.escape(one['title'])}</button>" for one in card.get("actions", []))
    return f"<div class=card>{rows}<div class=actions>{actions}</div></div>"


def teams_element(element: dict[str, Any]) -> str:
    if element["type"] == "Container":
        return (
            f'<div class="{element["style"]}">{"".join(teams_element(one) for one in element["items"])}</div>'
        )
    if element["type"] == "FactSet":
        rows = [f"<tr><th>{one['title']}<td>{card_text(one['value'])}" for one in element["facts"]]
        return f"<table>{''.join(rows)}</table>"
    if element["type"] == "Image":
        return f'<img class=shot src="{element["url"]}" alt="{html.escape(element["altText"])}">'
    kind = "large" if element.get("size") == "Large" else "subtle" if element.get("isSubtle") else ""
    return f'<p class="{kind}" dir=ltr>{card_text(element["text"])}</p>'


def card_text(text: str) -> str:
    """The little Markdown of a TextBlock as HTML."""
    text = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"<at>(.*?)</at>", r"<mark>\1</mark>", text)
    return re.sub(r"\\([^\w\s])", r"\1", text)


def email_page(picture: bytes) -> str:
    written = mail.mail(
        OPENED,
        sender="qa@acme.example",
        to="ada@acme.example",
        name="<a@acme.example>",
        answers="",
        at=OPENED.since or datetime.now(UTC),
        people=PEOPLE,
        gallery=OnePicture(picture),  # type: ignore[arg-type]
    )
    body = written.get_body(("html",))
    assert body is not None
    text = body.get_content().replace("cid:picture0@inspect-pipelines", data_url(picture))
    head = "".join(
        f"<div><b>{name}</b> {html.escape(str(written[name]))}</div>" for name in ("From", "To", "Subject")
    )
    return f'<div class="mail frame"><div class=head>{head}</div>{text}</div>'


def github_page() -> str:
    body = github_comment.merged("", github_comment.section(OPENED, PEOPLE))
    rows: list[str] = []
    for line in re.sub(r"<!--.*?-->\n?", "", body).split("\n"):
        words = github_words(line)
        if line.startswith("### "):
            rows.append(f"<h3>{words[4:]}</h3>")
        elif line.startswith("- "):
            rows.append(f"<li>{words[2:]}</li>")
        elif line.startswith("| **"):
            _, label, value, _ = re.split(r"(?<!\\)\|", words)
            rows.append(f"<div class=row><span>{label}</span><span>{value}</span></div>")
        elif line and not line.startswith("|"):
            rows.append(f"<p>{words}</p>")
    status = "<div class=status><b>✗</b> inspect-pipelines/Nightly checkout <span>button 'Add to cart' changed colour clearly (24 of 100)</span></div>"
    return f'<div class="github frame"><div class=who><b>qa-bot</b> commented</div><div class=body>{"".join(rows)}</div></div>{status}'


def github_words(line: str) -> str:
    line = re.sub(r"(?<!\\)\[((?:\\.|[^\]\\])+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', line)
    line = re.sub(r"(?<!\\)\*\*([^*]+)\*\*", r"<b>\1</b>", line)
    line = re.sub(r"(?<!\\)\*([^*]+)\*", r"<em>\1</em>", line)
    line = re.sub(r"(?<![\w\u200b])@(\w[\w-]*)", r"<mark>@\1</mark>", line)
    return re.sub(r"\\([^\w\s])", r"\1", line)


def pagerduty_page() -> str:
    event = pagerduty.event("trigger", OPENED, "*" * 8, at="2026-11-24T02:32:10+00:00")
    event["payload"]["custom_details"]["Findings"] = [
        *event["payload"]["custom_details"]["Findings"][:3],
        "…",
        event["payload"]["custom_details"]["Findings"][-1],
    ]
    return f'<div class="pagerduty frame"><pre>{html.escape(json.dumps(event, indent=2, ensure_ascii=False))}</pre></div>'


def data_url(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


if __name__ == "__main__":
    main()
