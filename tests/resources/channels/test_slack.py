from __future__ import annotations

import pytest

from houses import SteppedClock
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.message import Link, MessageKind, Picture
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.usecases.alerts.send import LEASE
from messages import a_message
from stand_ins.channel_rigs import Rig
from stand_ins.server import Request, Says
from stand_ins.slack import refused


def failed(rig: Rig, **given) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        rig.send(**given)
    return caught.value


@pytest.mark.parametrize(
    ("code", "may_help"),
    [
        ("channel_not_found", False),
        ("is_archived", False),
        ("not_in_channel", False),
        ("invalid_auth", False),
        ("token_revoked", False),
        ("missing_scope", False),
        ("msg_too_long", False),
        ("something_new", False),
        ("ratelimited", True),
        ("internal_error", True),
        ("fatal_error", True),
        ("service_unavailable", True),
    ],
)
def test_slacks_own_codes_tell_whether_another_try_may_help(slack: Rig, code: str, may_help: bool) -> None:
    slack.says(refused(code))

    error = failed(slack)

    assert error.retry_may_help is may_help
    assert f"refuses channel '#qa': {code}" in str(error)


def test_messages_of_an_incident_go_into_its_thread(slack: Rig) -> None:
    opened = slack.send()

    reminder = slack.send(a_message(kind=MessageKind.REMINDER), opened.thread, number=2)

    first, second = slack.service.messages.items()
    assert "thread_ts" not in first[1]
    assert second[1]["thread_ts"] == first[0]
    assert reminder.thread == opened.thread == {"channel": "C0000QA00", "ts": first[0]}


def test_a_thread_that_was_deleted_is_begun_anew(slack: Rig) -> None:
    receipt = slack.send(thread={"channel": "C0000QA00", "ts": "9.9"})

    (ts,) = slack.service.messages
    assert ts in receipt.text


def test_recovery_is_told_although_the_first_message_can_no_longer_be_edited(slack: Rig) -> None:
    opened = slack.send()
    slack.says(refused("edit_window_closed"))

    slack.send(a_message(kind=MessageKind.RESOLVED), opened.thread, number=2)

    first, reply = slack.service.messages.values()
    assert "Resolved" not in first["text"]
    assert "Resolved" in reply["text"]


def test_recovery_repeated_after_a_failure_changes_the_first_message_once_and_is_told_once(
    slack: Rig,
) -> None:
    opened = slack.send()
    slack.says(None, Says(503))  # edited; the reply fails
    resolved = a_message(kind=MessageKind.RESOLVED)

    error = failed(slack, message=resolved, thread=opened.thread, number=2)
    slack.send(resolved, opened.thread, number=2)

    assert error.retry_may_help
    assert len(slack.service.messages) == 2


def test_an_edit_that_may_succeed_later_is_tried_again(slack: Rig) -> None:
    opened = slack.send()
    slack.says(Says(503))

    assert failed(slack, message=a_message(kind=MessageKind.RESOLVED), thread=opened.thread).retry_may_help
    assert len(slack.service.messages) == 1


def test_up_to_three_pictures_are_added_to_the_thread_with_their_words(slack: Rig) -> None:
    picture = Picture(slack.picture(), "basket: 'Pay' <changed> colour")

    receipt = slack.send(a_message(pictures=(picture,) * 5))

    (shared,) = slack.service.shared
    assert shared["thread_ts"] == receipt.thread["ts"]
    assert [one["alt_txt"] for one in shared["files"]] == [picture.alt] * 3
    assert shared["files"][0]["content"] == slack.gallery.get(picture.sha256)
    assert "could not be added" not in receipt.text


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([None, refused("missing_scope")], "missing_scope"),
        ([None, None, Says(500)], "answers 500"),
        ([None, None, None, Says(200, {"ok": True})], "not understood (TypeError)"),
        ([None, Says(200, {"ok": True, "file_id": "F1"})], "could not be added"),
        (
            [None, Says(200, {"ok": True, "file_id": "F1", "upload_url": "http://169.254.169.254/latest"})],
            "would send secrets unencrypted to '169.254.169.254'",
        ),
        (
            [None, Says(200, {"ok": True, "file_id": "F1", "upload_url": "https://169.254.169.254/latest"})],
            "'169.254.169.254' leads to 169.254.169.254, which is not a public address",
        ),
    ],
)
def test_a_picture_that_fails_does_not_make_the_message_arrive_twice(slack: Rig, answers, why) -> None:
    slack.says(*answers)

    receipt = slack.send(a_message(pictures=(Picture(slack.picture(), "basket"),)))

    assert why in receipt.text
    assert len(slack.service.messages) == 1


def test_all_requests_of_a_message_end_before_another_sender_may_send_it(
    slack: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = slack.clock = SteppedClock()
    answer = slack.service.answer

    def slowly(request: Request) -> Says:
        clock.sleep(14)
        return answer(request)

    monkeypatch.setattr(slack.service, "answer", slowly)

    receipt = slack.send(a_message(pictures=(Picture(slack.picture(), "basket"),) * 3), timeout_seconds=20.0)

    assert clock.monotonic() < LEASE.total_seconds()
    assert "did not answer within 60 s in all" in receipt.text
    assert len(slack.service.messages) == 1


def test_a_picture_that_was_pruned_is_said_in_the_receipt(slack: Rig) -> None:
    receipt = slack.send(a_message(pictures=(Picture(Sha256("a" * 64), "basket"),)))

    assert "its pictures could not be added" in receipt.text


def test_people_and_groups_are_mentioned_by_id_and_strangers_by_name(slack: Rig) -> None:
    slack.send(a_message(mentions=("OctoCat", "@qa-team", "@channel", "<!here>")))

    (message,) = slack.service.messages.values()
    words = message["blocks"][-1]["text"]["text"]
    assert words == "<@U024BE7LH> <!subteam^S024BE7LH> @channel @&lt;!here&gt;"


def test_a_link_that_is_no_web_address_is_only_words(slack: Rig) -> None:
    slack.send(a_message(links=(Link("Run", "file:///etc/passwd"),), suspects=(Link("#1", "javascript:x"),)))

    (message,) = slack.service.messages.values()
    assert "file:" not in str(message)
    assert "*Suspected:* #1" in str(message)


def test_links_that_are_too_long_together_are_cut_between_two_and_stay_escaped(slack: Rig) -> None:
    long = Link("&<>" * 50, f"https://a.example/{'x' * 600}")

    assert slack.send(a_message(links=(long,) * 10, suspects=(long,) * 5, sentence="<" * 1000)).text

    (message,) = slack.service.messages.values()
    assert "*Verdict:* failed" in str(message)
    assert message["blocks"][-1]["text"]["text"].endswith("…")


def test_an_answer_without_an_id_is_no_receipt(slack: Rig) -> None:
    slack.says(Says(200, {"ok": True}))

    assert "answers without a message id" in str(failed(slack))
