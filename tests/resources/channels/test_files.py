"""The channel of last resort."""

from __future__ import annotations

from pathlib import Path

from builders import NOW
from inspect_pipelines.domain.ids import DEFAULT_ORG, RunId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import RuleEvent
from resources.channels.files import FileChannel


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
    channel = FileChannel(tmp_path)

    for target in ("slack:#qa", "slack:@qa", "slack:#日本", "slack:#中国", "mail:" + "x" * 300):
        channel.send(told(target), {})

    assert len(list(tmp_path.iterdir())) == 5


def test_a_message_that_is_sent_again_replaces_its_file(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)

    first, second = channel.send(told("slack:#qa"), {}), channel.send(told("slack:#qa"), {})

    assert first == second
    assert Path(first.text).read_text().splitlines()[:2] == ["To: slack:#qa", "Subject: Nightly shop: failed"]
