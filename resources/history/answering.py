"""`python -m resources.history.answering`: one query of somebody elsewhere, in a process that may be killed and can do nothing else.

What is asked comes as JSON on the standard input, and the answer leaves as JSON on the standard output.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.errors import Unreadable, UsageError
from inspect_pipelines.queries.json_shape import to_json
from resources.history.part import holds_only
from resources.history.query import Advice, Limits, ask, opened

LIMITS = Limits(
    seconds=10.0,
    rows=10_000,
    memory="256MB",
    is_nameless=True,
    threads=1,  # a query must not take the machine from those who send events and take pictures
    advice=Advice(
        for_more="ask for less: fewer days, rows or columns",
        beyond="only the tables of your organisation's history are there",
        to_write="nothing can be changed here",
    ),
)
ANSWER_BYTES = 8_000_000
ADDRESS_SPACE_BYTES = 2_000_000_000  # DuckDB's memory, ours for the rows, and the programs themselves
OPEN_FILES = 64
PROCESSOR_SECONDS = 2  # beyond those of the query, to begin and to write the answer
TOO_LARGE = "the query's answer takes more memory than it may; {advice}"


def fence(limits: Limits) -> None:
    """Give up what no query needs: the system itself refuses it from now on, whatever DuckDB is talked into."""
    os.nice(10)
    seconds = int(limits.seconds) + PROCESSOR_SECONDS
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),  # no byte into any file
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
        (resource.RLIMIT_CPU, seconds),
    ):
        resource.setrlimit(what, (most, most))


def answer(path: Path, org_id: OrgId, sql: str, limits: Limits) -> dict[str, Any]:
    """What is said: an answer, why there is none, or that the file holds rows of others, so that nothing was asked."""
    try:
        with opened(path, limits) as connection:
            if not holds_only(connection, org_id):
                return {"is_shared": True}
            table = ask(connection, sql, limits)
        rows = [[plain(value) for value in row] for row in table.rows]
        columns = [{"name": n, "type": t} for n, t in zip(table.columns, table.types, strict=True)]
        said = {"columns": to_json(columns), "rows": rows}
        if len(json.dumps(said)) > ANSWER_BYTES:
            return {
                "refused": f"the query's answer has more than {ANSWER_BYTES // 1_000_000} MB; {limits.advice.for_more}"
            }
        return said
    except MemoryError:
        return {"refused": TOO_LARGE.format(advice=limits.advice.for_more)}
    except UsageError as error:
        return {"refused": str(error)}
    except (Unreadable, duckdb.Error) as error:
        return {"damaged": str(error)}


def plain(value: Any) -> Any:
    """A value of DuckDB's in JSON's words: as everywhere where there is a word, bytes in hex, the rest as text."""
    if value is None or isinstance(value, (str, int, float, timedelta)):
        return to_json(value)
    if isinstance(value, datetime):
        return to_json(value) if value.tzinfo is not None else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return to_json(float(value))
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return to_json(str(value))


def main() -> None:
    asked = json.load(sys.stdin)
    fence(LIMITS)
    said = answer(Path(asked["path"]), OrgId(asked["org_id"]), asked["sql"], LIMITS)
    json.dump(said, sys.stdout)
    sys.stdout.flush()
    os._exit(
        0
    )  # all is said: DuckDB's threads that read through Python must not meet a Python that is being taken down


if __name__ == "__main__":
    main()
