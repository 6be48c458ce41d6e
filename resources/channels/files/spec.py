"""What the folder of files is, as far as rules and organization.yaml go."""

from __future__ import annotations

from typing import Literal

from inspect_pipelines.config.channel_document import ChannelDocument
from inspect_pipelines.ports.channel import Channel
from resources.channels.files.channel import FileChannel
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec


class FilesDocument(ChannelDocument):
    kind: Literal["files"] = "files"


def _opened(opening: Opening) -> Channel:
    return FileChannel(opening.opener.folder, opening.opener.gallery)


FILES = SendingSpec(
    kind="files",
    service="the folder of files",
    document=FilesDocument,
    opened=_opened,
    where=lambda _: "outbox/",
    stands_in=True,
)
