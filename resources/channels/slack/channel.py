"""Slack: a thread an incident; its first message is edited to Resolved."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.file_upload_v2_result import FileUploadV2Result

from inspect_pipelines.domain.message import Message, MessageKind
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import ChannelError, InspectError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.slack.blocks import blocks, fallback
from resources.channels.telling import cut, message_of, plain
from resources.channels.who import People
from resources.http.outgoing import Outgoing

MAX_PICTURES = 3
NO_PICTURES = "; its pictures could not be added"
# Slack answers 200 with `ok: false`; all other codes say that the same request will be refused again.
TRANSIENT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "accesslimited",
        "team_added_to_org",
    }
)
THREAD_IS_GONE = frozenset({"thread_not_found", "message_not_found"})
ADVICE = {
    "channel_not_found": "it does not exist, or is private: invite the app to it",
    "is_archived": "it is archived: name another one",
    "not_in_channel": "invite the app to it",
    "missing_scope": "the app needs the scopes chat:write and files:write",
    "invalid_auth": "check the bot token",
    "token_revoked": "make a new bot token",
    "token_expired": "make a new bot token",
    "account_inactive": "the app was removed: install it again",
}


class SlackChannel:
    """Posts through the Web API.

    Args:
        url: The API's address, ending with a slash.
        address: `#name` or a channel's id.
    """

    def __init__(
        self, outgoing: Outgoing, url: str, token: str, address: str, people: People, gallery: Gallery
    ) -> None:
        self._client = _GuardedClient(outgoing, url, token)
        self._outgoing = outgoing
        self._address = address
        self._people = people
        self._gallery = gallery

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Post it, into its incident's thread when there is one; pictures follow as replies."""
        message = message_of(notification)
        where, parent = thread.get("channel", self._address), thread.get("ts")
        if parent and message.kind is MessageKind.RESOLVED:
            self._mark_resolved(where, parent, message)
        answer = self._post(where, parent, message)
        where, ts = str(answer["channel"]), str(answer["ts"])
        text = f"Slack message {ts} in {where}"
        if message.pictures and message.kind is not MessageKind.RESOLVED:
            text += self._add_pictures(message, where, parent or ts)
        return Receipt(text, {"channel": where, "ts": parent or ts})

    def _post(self, where: str, parent: str | None, message: Message) -> Mapping[str, Any]:
        given = {
            "channel": where,
            "text": fallback(message, self._people),
            "blocks": blocks(message, self._people),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            return self._call("chat.postMessage", {**given, **({"thread_ts": parent} if parent else {})})
        except _Told as told:
            if parent and told.code in THREAD_IS_GONE:
                return self._call("chat.postMessage", given)
            raise

    def _mark_resolved(self, where: str, parent: str, message: Message) -> None:
        """Edit the first message; before the reply, so that repeating both after a failure changes nothing twice."""
        given = {
            "channel": where,
            "ts": parent,
            "text": fallback(message, self._people),
            "blocks": blocks(message, self._people),
        }
        try:
            self._call("chat.update", given)
        except _Told as told:
            if told.retry_may_help:
                raise
            # deleted, or too old to be edited by the workspace's rules: the reply still says it

    def _add_pictures(self, message: Message, where: str, parent: str) -> str:
        """Upload up to three into the thread; the message has arrived, so whatever fails here is only noted."""
        try:
            uploads = [
                {
                    "filename": f"{picture.sha256[:12]}.png",
                    "title": cut(plain(picture.alt), 150) or "picture",
                    "alt_txt": cut(plain(picture.alt), 1000) or "picture",
                    "content": self._gallery.get(picture.sha256),
                }
                for picture in message.pictures[:MAX_PICTURES]
            ]
            self._client.files_upload_v2(file_uploads=uploads, channel=where, thread_ts=parent)
        except SlackApiError as error:
            return f"{NO_PICTURES}: {_told(self._outgoing, error, where)}"
        except (InspectError, SlackClientError) as error:
            return f"{NO_PICTURES}: {error}"
        except Exception as error:  # noqa: BLE001 - the SDK trusts answers; raising would post the message again
            return f"{NO_PICTURES}: Slack's answer is not understood ({type(error).__name__})"
        return ""

    def _call(self, method: str, given: dict[str, Any]) -> Mapping[str, Any]:
        try:
            answer = self._client.api_call(method, json=given)
        except SlackApiError as error:
            raise _told(self._outgoing, error, str(given["channel"])) from None  # it quotes the request
        except SlackClientError as error:
            raise self._outgoing.error(f"cannot be used: {error}", is_permanent=False) from None
        if not answer.get("ts") or not answer.get("channel"):
            raise self._outgoing.error(
                "answers without a message id; is its address right?", is_permanent=True
            )
        return {"channel": answer["channel"], "ts": answer["ts"]}


class _Told(ChannelError):
    """Slack's own code for a refusal."""

    code = ""


def _told(outgoing: Outgoing, error: SlackApiError, where: str) -> _Told:
    data = error.response.data
    code = data.get("error") if isinstance(data, dict) else None
    shown = plain(str(code))[:80] if code else "an answer that is not Slack's; check its address"
    advice = f"; {ADVICE[shown]}" if shown in ADVICE else ""
    known = outgoing.error(f"refuses channel {where!r}: {shown}{advice}", is_permanent=shown not in TRANSIENT)
    told = _Told(str(known), is_permanent=not known.retry_may_help)
    told.code = shown
    return told


class _GuardedClient(WebClient):
    """The SDK over our one way out, which has the guard, the deadline and the errors; the SDK's own knows neither."""

    def __init__(self, outgoing: Outgoing, url: str, token: str) -> None:
        silent = logging.getLogger("inspect_pipelines.slack")  # its debug lines quote whole messages
        silent.setLevel(logging.WARNING)
        super().__init__(token=token, base_url=url, retry_handlers=[], logger=silent)
        self._outgoing = outgoing

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        body = req.data if isinstance(req.data, bytes) else None
        headers = {name: str(value) for name, value in req.header_items()}
        answer = self._outgoing.send("POST", url, headers=headers, content=body)
        if not isinstance(answer.json(), dict):  # the SDK would crash on some of it
            raise self._outgoing.error(
                "gives an answer that is not Slack's; check its url", is_permanent=False
            )
        return {
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body.decode("utf-8", "replace"),
        }

    def _upload_file(self, *, url: str, data: bytes, **_: Any) -> FileUploadV2Result:
        answer = self._outgoing.send("POST", url, content=data)
        return FileUploadV2Result(status=answer.status, body=answer.body.decode("utf-8", "replace"))
