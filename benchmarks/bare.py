"""What plain sqlite3 takes for a durable row of so many bytes, at the pace and with the writers of what it is compared with."""

from __future__ import annotations

import multiprocessing as mp
import random
import sqlite3
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

RETRY_SECONDS = (0.0005, 0.003)  # as the ledger's own writers wait for each other
SEED = 11


def bare_commits(path: Path, row_bytes: int, *, rate: float, seconds: float, writers: int = 1) -> list[float]:
    """Milliseconds of each commit, from its first try; nothing that keeps rows like these can beat it.

    Args:
        path: A file that is not there yet, on the disk that is compared.
        row_bytes: Of one row, which is one transaction.
        rate: Rows a second, all writers together, each at random times.
        seconds: How long.
        writers: Processes that wait for each other.
    """
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB)")
    connection.close()
    context = mp.get_context("spawn")
    start, answers = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(
            target=_write, args=(path, row_bytes, rate / writers, seconds, SEED + number, start, answers)
        )
        for number in range(writers)
    ]
    for process in processes:
        process.start()
    found = [ms for _ in processes for ms in answers.get()]
    for process in processes:
        process.join()
    return found


def _write(
    path: Path,
    row_bytes: int,
    rate: float,
    seconds: float,
    seed: int,
    start: Barrier,
    answers: mp.queues.Queue[list[float]],
) -> None:
    chance = random.Random(seed)
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    connection.execute("PRAGMA synchronous = FULL")
    bodies = [chance.randbytes(row_bytes) for _ in range(20)]
    took_ms = []
    start.wait()
    began = due = time.monotonic()
    while due < began + seconds:
        due += chance.expovariate(rate)
        time.sleep(max(0.0, due - time.monotonic()))
        sent = time.monotonic()
        _commit(connection, chance.choice(bodies), chance)
        took_ms.append((time.monotonic() - sent) * 1000)
    connection.close()
    answers.put(took_ms)


def _commit(connection: sqlite3.Connection, body: bytes, chance: random.Random) -> None:
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError:  # another writer is at it
            time.sleep(chance.uniform(*RETRY_SECONDS))
    connection.execute("INSERT INTO journal (body) VALUES (?)", [body])
    connection.execute("COMMIT")
