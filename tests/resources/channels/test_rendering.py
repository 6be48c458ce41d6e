"""Whatever a site or a person wrote: no channel's form of it mentions anybody, breaks out, or is too large."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.channel import Person
from inspect_pipelines.domain.message import CommitContext, Link, Message, MessageKind, Urgency
from messages import a_message, a_notification
from resources.channels.email import mail
from resources.channels.github import comment as github_comment
from resources.channels.github.status import status
from resources.channels.pagerduty import channel as pagerduty
from resources.channels.slack import blocks as slack_blocks
from resources.channels.teams import channel as teams
from resources.channels.telling import direction, heading, isolated, plain, plain_text, shown_lines
from resources.channels.webhook import channel as webhook
from resources.channels.who import People
from stand_ins import pagerduty as pagerduty_stand_in
from stand_ins import slack as slack_stand_in
from stand_ins import teams as teams_stand_in

AT = datetime(2026, 11, 22, tzinfo=UTC)
PEOPLE = People((Person("octocat", "U024BE7LH", "octo@acme.example", "octo@acme.example"),))
BITS = st.sampled_from(
    [
        "<!channel>",
        "<!here|x>",
        "<@U999>",
        "<https://evil.example|click>",
        "&lt;!everyone&gt;",
        "@everyone",
        "<at>all</at>",
        "<script>",
        "</p>",
        '" onload="x',
        "](https://evil.example)",
        "**",
        "`",
        "|",
        "\n",
        "\r\nBcc: a@b",
        "\x00",
        "\u202e",
        "\u2066",
        "\ud83d",
        "👩‍🚀",
        "שלום",
        ":smile:",
        "#1",
        "{{ 7 * 7 }}",
        "<!-- inspect:0123456789abcdef -->",
        "-->",
        "x" * 400,
        "é" * 3500,
    ]
)
TEXTS = st.lists(st.one_of(BITS, st.text(max_size=40)), max_size=6).map("".join)
URLS = st.one_of(
    st.sampled_from(
        ["https://a.example/run", "javascript:alert(1)", "https://a.example/>|<!channel>", "http://x" * 300]
    ),
    TEXTS.map(lambda text: f"https://a.example/{text}"),
)
LINKS = st.builds(Link, TEXTS, URLS)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    return Message(
        kind=draw(st.sampled_from(MessageKind)),
        severity=draw(st.sampled_from(Urgency)),
        title=draw(TEXTS),
        verdict=draw(TEXTS),
        sentence=draw(TEXTS),
        dedup_key=draw(st.text(min_size=1, max_size=300)),
        lines=tuple(draw(st.lists(TEXTS, max_size=8))) * draw(st.sampled_from([1, 300])),
        definition_name=draw(TEXTS),
        since=draw(st.none() | st.just(AT)),
        last_good=draw(st.none() | LINKS),
        suspects=tuple(draw(st.lists(LINKS, max_size=8))),
        links=tuple(draw(st.lists(LINKS, max_size=12))),
        mentions=tuple(draw(st.lists(st.one_of(TEXTS, st.just("octocat")), max_size=12))),
        commit=draw(st.none() | st.builds(CommitContext, TEXTS)),
    )


@given(messages())
def test_slack_takes_every_message_and_finds_no_sign_of_its_own_in_it(message: Message) -> None:
    given_to = {
        "text": slack_blocks.fallback(message, PEOPLE),
        "blocks": slack_blocks.blocks(message, PEOPLE),
    }

    assert slack_stand_in.problem_of(given_to) == ""
    ids = re.findall(r"<[@!][^>]*>", json.dumps(given_to))
    assert set(ids) <= {"<@U024BE7LH>"}


@given(messages(), st.none() | st.binary(min_size=12_000, max_size=12_000))
def test_teams_takes_every_message_within_its_28_kilobytes(message: Message, picture: bytes | None) -> None:
    body = teams.envelope(message, PEOPLE, picture)

    assert teams_stand_in.problem_of(body) == ""
    assert len(json.dumps(body, ensure_ascii=False).encode("utf-8")) <= 28_000


@given(messages())
def test_pagerduty_takes_every_message_within_its_limits(message: Message) -> None:
    body = pagerduty.event("trigger", message, pagerduty_stand_in.ROUTING_KEY, at=AT.isoformat())

    assert pagerduty_stand_in.problems_of(body) == []
    assert len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")) <= 512_000


@given(messages())
def test_a_webhook_body_is_json_of_at_most_20_kilobytes(message: Message) -> None:
    text = webhook.body(a_notification("webhook:x", message), at=AT.isoformat())

    assert len(text.encode()) <= 20_000
    data = json.loads(text)["data"]
    assert len(data["findings"]) + data["more_findings"] == len(message.lines)


@given(messages())
def test_a_comment_mentions_only_known_people_and_stays_one_section(message: Message) -> None:
    body = github_comment.merged("", github_comment.section(message, PEOPLE))

    assert len(body) <= 65_000
    assert set(re.findall(r"@(?!\u200b)(\S*)", body_without_links(body))) <= {"octocat", ""}
    assert len(github_comment.SECTION.findall(body)) == 1
    assert body.count("<!--") == body.count("-->") == 3
    assert len(status(message)["description"]) <= 140


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        names = {name for name, _ in attrs}
        assert names <= {
            "style", "dir", "href", "src", "alt", "width", "role", "cellspacing", "cellpadding", "lang", "charset",
            "name", "content",
        }  # fmt: skip
        assert all(str(value).startswith(("http://", "https://")) for name, value in attrs if name == "href")


@given(messages())
def test_a_mails_html_holds_no_tag_that_is_not_ours(message: Message) -> None:
    html = mail.html(message, [("picture0@inspect-pipelines", plain(message.sentence))], ["@octocat"])

    tags = Tags()
    tags.feed(html)
    assert tags.seen <= {
        "html", "head", "meta", "title", "body", "table", "tr", "td", "h1", "p", "a", "bdi", "img", "span", "ul", "li",
    }  # fmt: skip
    assert len(html.encode()) <= 100_000


@given(messages())
def test_plain_text_has_no_control_characters_and_closes_what_it_isolates(message: Message) -> None:
    text = plain_text(message)

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", text)
    assert all(
        line.count("\u2066") + line.count("\u2067") == line.count("\u2069") for line in text.split("\n")
    )
    assert len(text.encode()) <= 60_000


@given(TEXTS)
def test_plain_is_idempotent_and_one_line(text: str) -> None:
    once = plain(text)

    assert plain(once) == once
    assert "\n" not in once


def test_a_megabyte_of_findings_is_counted_with_a_comma() -> None:
    shown, left_out = shown_lines(["x" * 900] * 1214, count=10, size=10_000)

    assert (len(shown), left_out) == (10, 1204)


def test_what_was_left_out_before_is_counted_too() -> None:
    shown, left_out = shown_lines([*(["x"] * 100), "and 1,104 more"], count=10, size=10_000)

    assert (shown, left_out) == (["x"] * 10, 1194)


@pytest.mark.parametrize(
    ("kind", "title", "expected"),
    [
        (MessageKind.RESOLVED, "Nightly shop failed", "Resolved: Nightly shop failed"),
        (MessageKind.RESOLVED, "Nightly shop: resolved", "Nightly shop: resolved"),
        (MessageKind.REMINDER, "Nightly shop: still failed", "Nightly shop: still failed"),
        (MessageKind.REVIEW, "Nightly shop: needs review", "Nightly shop: needs review"),
        (MessageKind.TEST, "reach you", "Test: reach you"),
        (MessageKind.OPENED, " \n", "inspect-pipelines"),
    ],
)
def test_a_heading_says_once_what_kind_of_news_it_is(kind: MessageKind, title: str, expected: str) -> None:
    assert heading(a_message(kind=kind, title=title), 100) == expected


def test_only_text_that_runs_from_right_to_left_is_isolated() -> None:
    assert isolated("Total 9") == "Total 9"
    assert isolated("סך 9") == "\u2067סך 9\u2069"


def test_our_own_sentence_about_a_sites_words_keeps_its_direction() -> None:
    sentence = "סיכום@desktop: text of cell changed"

    assert (isolated(sentence), direction(sentence)) == (f"\u2066{sentence}\u2069", "ltr")


def body_without_links(body: str) -> str:
    return re.sub(r"\]\([^)]*\)", "]()", body)
