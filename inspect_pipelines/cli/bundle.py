"""`runs bundle`, `runs key` and `verify`: a run as one signed file, and whether such a file is what was signed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import click

from inspect_pipelines.cli.choice import chosen_house, refuse_server
from inspect_pipelines.cli.output import print_json, printable, say, user_name
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.bundle import Manifest, fingerprint
from inspect_pipelines.errors import Refused, Unavailable, UsageError
from inspect_pipelines.usecases.runs.bundle import bundle as written
from inspect_pipelines.usecases.runs.verify_bundle import verify_bundle
from inspect_pipelines.wiring import house as wired

LACKING_SHOWN = 5


@click.command()
@click.argument("text", metavar="RUN")
@click.option(
    "-o",
    "--output",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A zip file.",
)
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def bundle(text: str, path: Path, force: bool) -> None:
    """Write all that is kept of a run as one signed file.

    Its report, pictures, facts and hashes. RUN may also be a definition's id: its latest run. Whoever has this home's
    public key (`runs key`) checks it with `inspect-pipelines verify FILE`, at any time and on any machine.
    """
    settings = Settings()
    refuse_server(settings, "what it keeps, and the key that signs it, are on that machine")
    house = chosen_house(settings)
    if path.exists() and not force:
        raise Refused(f"{str(path)!r} exists; write it over with --force, or name another file")
    manifest = _write(path, lambda out: written(house, text, out, by=f"user:{user_name()}"))
    size = path.stat().st_size / 1e6
    say(f"{path}: run {manifest.run_id} ({manifest.status}), {len(manifest.files)} files, {size:.1f} MB")
    _say_lacking(manifest)
    say(f"signed by {manifest.key}")


@click.command()
def key() -> None:
    """Print the public key of this home, which checks its bundles.

    Give it to whoever will verify them before they need it. The private part is INSPECT_HOME/keys/evidence.key: who has
    that can sign in your name; back it up.
    """
    settings = Settings()
    refuse_server(settings, "the key is on that machine")
    public = wired(settings).seal.public()
    say(public.decode().rstrip())
    say(fingerprint(public))


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY",
    help="Whom you trust: a fingerprint, or a file with a public key; default: this home.",
)
@click.option("--json", "as_json", is_flag=True, help="Print its manifest as JSON.")
def verify(path: Path, keys: tuple[str, ...], as_json: bool) -> None:
    """Check an evidence bundle: who signed it, and that nothing was changed.

    Exit code 0: all of it holds, and you trust whoever signed it. 2: it is whole, and nobody said so. 3: it was changed,
    or is no bundle.
    """
    house = wired(Settings())
    trusted = [_fingerprint(one) for one in keys] or [own for own in (house.seal.fingerprint(),) if own]
    try:
        with path.open("rb") as file:
            manifest = verify_bundle(file, house.seal, trusted=trusted)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}") from error
    if as_json:
        print_json(manifest)
        return
    say(f"{path}: whole and signed by {manifest.key}")
    say(
        f"run {manifest.run_id} of {printable(manifest.definition_id)}, {manifest.status}: {printable(manifest.reason)}"
    )
    say(
        f"ended {manifest.completed_at:%Y-%m-%d %H:%M} UTC, bundled {manifest.made_at:%Y-%m-%d %H:%M} UTC by {printable(manifest.made_by)}"
    )
    say(f"{len(manifest.files)} files, every hash as signed")
    _say_lacking(manifest)


def _fingerprint(text: str) -> str:
    if text.startswith("SHA256:"):
        return text
    try:
        return fingerprint(Path(text).read_bytes())
    except OSError as error:
        raise UsageError(
            f"--key {text!r} is neither a fingerprint (SHA256:..) nor a file that can be read: {error.strerror}"
        ) from error


def _say_lacking(manifest: Manifest) -> None:
    lacking = manifest.lacking
    for one in lacking[:LACKING_SHOWN]:
        say(
            f"not kept any more: {printable(one.what)}"
            + (f"; its hash is {one.sha256}" if one.sha256 else "")
        )
    if len(lacking) > LACKING_SHOWN:
        say(f"and {len(lacking) - LACKING_SHOWN} more, which its manifest names")


def _write(path: Path, make: Callable[[BinaryIO], Manifest]) -> Manifest:
    """All of it or nothing, for its owner only."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            unfinished = Path(file.name)
            try:
                manifest = make(file.file)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        full = "; make room and try again" if error.errno == errno.ENOSPC else "; name another place"
        raise Unavailable(f"{str(path)!r} cannot be written: {error.strerror}{full}") from error
    return manifest
