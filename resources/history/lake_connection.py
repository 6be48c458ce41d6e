"""How DuckDB comes to a lake: its extensions, who it asks as, and the lake under the name `history`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb

from inspect_pipelines.errors import InspectError, NotFound, Unavailable, UsageError
from resources.history.lake import SCHEMA, Lake

NAMES = ("ducklake", "postgres_scanner")
FOR_BUCKETS = "httpfs"
WITH_EXTENSIONS = "1.5.5"  # the DuckDB whose extensions the package index has, too
NOTHING_THERE = "creating a new DuckLake is explicitly disabled"
OTHER_FOLDER = "does not match existing data path"
BUSY = "Transaction conflict"


def attach(
    connection: duckdb.DuckDBPyConnection, lake: Lake, *, is_read_only: bool, name: str = "history"
) -> None:
    """Attach it under a name and use it; no word that DuckDB shows of it holds a secret.

    Raises:
        UsageError: An extension is lacking, or it was made with other files.
        NotFound: It is to be read, and nobody has made it yet.
        Unavailable: Its catalogue cannot be reached.
    """
    for extension in (*NAMES, FOR_BUCKETS) if lake.is_in_bucket else NAMES:
        load(connection, extension)
    connection.execute("SET secret_directory = ''")  # below the home of whoever runs us
    _tell(connection, "catalogue", {"TYPE": "postgres", **_password(lake)})
    if lake.is_in_bucket:
        _tell(connection, "bucket", _bucket(lake))
    else:
        Path(lake.data).mkdir(parents=True, exist_ok=True)
    _tell(
        connection,
        "lake",
        {
            "TYPE": "ducklake",
            "METADATA_PATH": lake.catalogue,
            "METADATA_SCHEMA": SCHEMA,
            "DATA_PATH": lake.data,
        },
        ", METADATA_PARAMETERS MAP {'TYPE': 'postgres', 'SECRET': 'catalogue'}",
    )
    try:
        connection.execute(f"ATTACH 'ducklake:lake' AS {name}{' (READ_ONLY)' if is_read_only else ''}")
        connection.execute(f"USE {name}")
    except duckdb.Error as error:
        raise _not_attached(error, lake) from error


def attach_catalogue(connection: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """The database that the lake's catalogue is in, under the name `catalogue`, for what is no question to the lake.

    Raises:
        UsageError: An extension is lacking.
        Unavailable: It cannot be reached.
    """
    load(connection, "postgres_scanner")
    connection.execute("SET secret_directory = ''")  # as of the lake
    _tell(connection, "database", {"TYPE": "postgres", **_password(lake)})
    address = lake.catalogue.replace("'", "''")
    try:
        connection.execute(f"ATTACH '{address}' AS catalogue (TYPE postgres, SECRET database)")
    except duckdb.Error as error:
        raise told_of_lake(error, lake) from error


def load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """From its package, where that is installed; else as DuckDB has it, or gets it from its own server.

    Raises:
        UsageError: None of them has it.
    """
    spec = find_spec(f"duckdb_extension_{name}")
    folders = spec.submodule_search_locations if spec is not None else None
    file = f"extensions/v{duckdb.__version__}/{name}.duckdb_extension"
    ours = next((found for each in folders or () if (found := Path(each) / file).exists()), None)
    try:
        if ours is not None:
            connection.load_extension(str(ours))
            return
        connection.install_extension(name)
        connection.load_extension(name)
    except duckdb.Error as error:
        raise UsageError(
            f"DuckDB {duckdb.__version__} has no extension {name!r} here, and its server gives none: a lake needs it; let this "
            f"machine reach extensions.duckdb.org once, or install both from the package index: pip install "
            f"duckdb=={WITH_EXTENSIONS} {' '.join(_package(one) for one in (*NAMES, FOR_BUCKETS))}"
        ) from error


def told_of_lake(error: Exception, lake: Lake) -> InspectError:
    """What a failure over a lake means, as a sentence; nothing is lost by any."""
    first_line = str(error).strip().partition("\n")[0]
    if BUSY in str(error):
        return Unavailable(
            f"the lake {lake} was written to by somebody else at the same moment: {first_line}; nothing of this was "
            "taken in, the next turn does it again"
        )
    return Unavailable(
        f"the lake {lake} cannot be used now: {first_line}; nothing is lost, the facts wait in the ledger: see to its "
        "database and its files (inspect-pipelines doctor)"
    )


def _not_attached(error: duckdb.Error, lake: Lake) -> InspectError:
    if NOTHING_THERE in str(error):
        return NotFound(
            f"there is no run history in the lake {lake} yet; make a first run with: inspect-pipelines run ID --wait, "
            "or bring the one of a file: inspect-pipelines history move --to"
        )
    if OTHER_FOLDER in str(error):
        return UsageError(
            f"the lake {lake} was made with other files: {str(error).partition(chr(10))[0]}; say those in INSPECT_HISTORY_DATA"
        )
    return told_of_lake(error, lake)


def _password(lake: Lake) -> dict[str, str]:
    return {"PASSWORD": lake.password} if lake.password else {}


def _bucket(lake: Lake) -> dict[str, str]:
    said = {"TYPE": "s3", "KEY_ID": lake.key or "", "SECRET": lake.secret or "", "SCOPE": lake.data}
    if lake.region:
        said["REGION"] = lake.region
    if lake.endpoint:
        scheme, _, host = lake.endpoint.rstrip("/").partition("://")
        said |= {"ENDPOINT": host, "URL_STYLE": "path", "USE_SSL": str(scheme == "https").lower()}
    return said


def _tell(connection: duckdb.DuckDBPyConnection, name: str, said: dict[str, str], more: str = "") -> None:
    """A secret of this connection alone, which is kept nowhere."""
    words = ", ".join(f"{key} '{value.replace(chr(39), chr(39) * 2)}'" for key, value in said.items())
    connection.execute(f"CREATE SECRET {name} ({words}{more})")


def _package(name: str) -> str:
    return f"duckdb-extension-{name.replace('_', '-')}=={WITH_EXTENSIONS}"
