"""The broker between who launches runs and the workers that take them: a Redis server, spoken to by Celery.

Nothing that counts is kept there. What has to be played stands in Dagster's records; an order in a queue is how a worker
hears of it, and one that got lost is given again (`launcher.py`). So orders are acknowledged as soon as a worker takes
them, and no result is stored. One database of a server serves one home, or the homes over one ledger.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.errors import Unavailable, UsageError

TASK = "execute_job"  # as dagster-celery calls it
INTERRUPT = "interrupt_run"  # what is called out to all workers
QUEUE = "runs"  # for organisations without one of their own
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0  # more than the second that a worker waits for the next order
# An order that a worker has fetched, and not yet begun, comes back after this time should the worker die in between.
COME_BACK_SECONDS = 60
PRIORITIES = (0, 3, 6, 9)  # the Redis transport of kombu has a list for each
SEPARATOR = "\x06\x16"
TAKEN = "unacked"  # its hash of orders that were fetched and not yet begun

# OpenSSL's words, without the line of its source
DISTRUST = re.compile(r"certificate verify failed: (?P<why>.*?)\.? \(_ssl\.c:\d+\)")
BROKEN = (OperationalError, redis.RedisError, OSError)
CONFIGURATION: dict[str, Any] = {
    "accept_content": ["json"],
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # a worker waits for it as long as it takes
    "broker_transport_options": {
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "visibility_timeout": COME_BACK_SECONDS,
        "priority_steps": list(PRIORITIES),
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.2,
    },
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
    "task_acks_late": False,
    "task_ignore_result": True,
    "task_default_queue": QUEUE,
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,  # an order waits for whoever is free, not behind a run of one worker
    "worker_hijack_root_logger": False,
    "worker_send_task_events": False,
    "enable_utc": True,
}


def broker_url(settings: Settings) -> str:
    """Where the broker is, its password included.

    Raises:
        UsageError: Nobody said, or it is no Redis server.
    """
    if settings.broker_url is None:
        raise UsageError(
            "runs go to workers over a broker, and INSPECT_BROKER_URL does not say where it is; "
            "set it: redis://:password@host:6379/0"
        )
    url = settings.broker_url.get_secret_value()
    if not url.startswith(("redis://", "rediss://")):
        scheme, there, _ = url.partition("://")
        what = f"begins with {scheme!r}" if there else "is no address"
        raise UsageError(
            f"the setting INSPECT_BROKER_URL {what}; the broker is a Redis server: "
            "redis://:password@host:6379/0, or rediss:// with TLS"
        )
    return url


def configuration(url: str) -> dict[str, Any]:
    """Celery's settings for this broker; with TLS, the server's certificate is looked at."""
    tls = {"broker_use_ssl": {"ssl_cert_reqs": ssl.CERT_REQUIRED}} if url.startswith("rediss://") else {}
    return {**CONFIGURATION, **tls}


def make_app(settings: Settings) -> Celery:
    """Celery for a worker.

    Raises:
        UsageError: The broker's address is missing, or does not fit.
    """
    url = broker_url(settings)
    app = Celery("inspect-pipelines", broker=url, set_as_current=True)
    app.conf.update(configuration(url))
    return app


class Broker:
    """What can be seen of the queues without taking anything out of them."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def shown(self) -> str:
        """Its address without name and password."""
        scheme, _, rest = self._url.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"

    def has(self, dagster_run_id: str, queues: Sequence[str]) -> bool:
        """Whether an order for this run waits for a worker, or was fetched by one that has not begun.

        Raises:
            Unavailable: The broker does not answer.
        """
        known = dagster_run_id.encode()
        try:
            with closing(self._connect()) as server:
                lists = [
                    f"{queue}{SEPARATOR}{step}" if step else queue for queue in queues for step in PRIORITIES
                ]
                waiting = [order for name in lists for order in server.lrange(name, 0, -1)]
                return any(known in order for order in [*waiting, *server.hvals(TAKEN)])
        except BROKEN as error:
            raise self.unavailable(error) from error

    def about(self) -> dict[str, Any]:
        """What the server tells of itself: its INFO.

        Raises:
            Unavailable: The broker does not answer.
        """
        try:
            with closing(self._connect()) as server:
                info: dict[str, Any] = server.info()
                return info
        except BROKEN as error:
            raise self.unavailable(error) from error

    def unavailable(self, error: Exception) -> Unavailable:
        """The sentence for a broker that does not answer."""
        why = str(error).partition("\n")[0] or type(error).__name__
        if distrust := DISTRUST.search(why):
            return Unavailable(
                f"the broker at {self.shown!r} shows a certificate that is not trusted here: {distrust['why']}; "
                "name the file of its authority in SSL_CERT_FILE, for `up` and for each worker. Nothing is lost meanwhile: runs wait"
            )
        return Unavailable(
            f"the broker at {self.shown!r} does not answer: {why}; start it, or correct INSPECT_BROKER_URL. "
            "Nothing is lost meanwhile: runs wait"
        )

    def _connect(self) -> redis.Redis:
        return redis.Redis.from_url(
            self._url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS
        )
