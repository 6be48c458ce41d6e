"""The channel of last resort."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from builders import NOW, a_sha
from inspect_pipelines.domain.ids import DEFAULT_ORG, RunId
from inspect_pipelines.domain.message import Message, MessageKind, Picture, Urgency
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import RuleEvent
from resources.channels.files.channel import FileChannel
from resources.gallery.folder import FolderGallery


def told(target: str) -> Notification:
    return Notification(
        id=f"run:on_failure:{target}",
        org_id=DEFAULT_ORG,
        run_id=RunId("run"),
        event=RuleEvent.ON_FAILURE,
        target=target,
        title="Nightly shop: failed",
        text="button 'Pay' changed",
        mentions=(),
        created_at=NOW,
    )


def test_targets_that_read_alike_have_a_file_each(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path, FolderGallery(tmp_path / "gallery"))

    for target in ("slack:#qa", "slack:@qa", "slack:#日本", "slack:#中国", "mail:" + "x" * 300):
        channel.send(told(target), {})

    assert len(list(tmp_path.iterdir())) == 5


def test_a_message_that_is_sent_again_replaces_its_file(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path, FolderGallery(tmp_path / "gallery"))

    first, second = channel.send(told("slack:#qa"), {}), channel.send(told("slack:#qa"), {})

    assert first == second
    assert Path(first.text).read_text().splitlines()[:2] == ["To: slack:#qa", "Subject: Nightly shop: failed"]


def test_a_file_says_all_that_a_chat_would_show(tmp_path: Path) -> None:
    message = Message(
        MessageKind.OPENED,
        Urgency.ERROR,
        "Nightly shop: failed",
        "failed",
        "button 'Pay' changed",
        "i1",
        pictures=(Picture(a_sha("ab"), "shop/pay@desktop"),),
    )
    channel = FileChannel(tmp_path / "outbox", FolderGallery(tmp_path / "gallery"))
    opened = channel.send(replace(told("slack:#qa"), message=message, mentions=("@qa", "ada")), {})

    resolved = channel.send(told("slack:#qa"), opened.thread)

    assert Path(opened.text).name.startswith("20261122T070000-opened-slack_qa-")
    assert Path(opened.text).read_text().splitlines() == [
        "To: slack:#qa",
        "Subject: Nightly shop: failed",
        "Date: 2026-11-22 07:00:00 UTC",
        "Rule: on_failure, opened, error",
        "Mentions: @qa, ada",
        f"Picture: {tmp_path}/gallery/ab/{a_sha('ab')}.png",
        "",
        "button 'Pay' changed",
    ]
    assert f"Follows: {Path(opened.text).name}" in Path(resolved.text).read_text()
    assert resolved.thread == opened.thread


def test_what_steers_a_terminal_is_not_in_the_file(tmp_path: Path) -> None:
    """`cat outbox/*.txt` set the title of the window, and hid what came after the site's words."""
    hostile = "pay\x1b]0;owned\x07 \x9b2J \u202ederorrim\u202c"
    note = replace(told("slack:#qa"), title=hostile, text=f"one {hostile}\n- two", mentions=(hostile,))

    receipt = FileChannel(tmp_path, FolderGallery(tmp_path / "gallery")).send(note, {"first": hostile})

    written = Path(receipt.text).read_text()
    assert all(c.isprintable() or c == "\n" for c in written)
    assert "\n- two\n" in written
    assert "Subject: pay ]0;owned 2J derorrim\n" in written
