"""How a message is kept: a message of the outbox."""

from __future__ import annotations

from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.stored.shape import Shape

NOTIFICATION = Shape("a message", Notification)
