"""What is kept for years does not change its shape unnoticed, and what was kept is read.

`shapes.txt` has a line for each version of each shape, with a digest of its fields. A line that was released is never
changed; a change of a stored type adds one: see `inspect_pipelines/stored/shape.py`.

`frozen/` has rows as the ledger held them: `SHAPE.VERSION.json`, from the home of `tests/homes/`.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import importlib
import json
import pkgutil
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from inspect_pipelines import stored
from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.stored import compiled
from inspect_pipelines.stored.shape import Shape

HERE = Path(__file__).parent
FROZEN = sorted((HERE / "frozen").glob("*.json"))


def all_shapes() -> dict[str, Shape[Any]]:
    """Every shape of the package, under its type's name."""
    modules = [
        importlib.import_module(f"{stored.__name__}.{found.name}")
        for found in pkgutil.iter_modules(stored.__path__)
    ]
    found = [each for module in modules for each in vars(module).values() if isinstance(each, Shape)]
    return {shape.kind.__name__: shape for shape in found}


SHAPES = all_shapes()


def described(kind: Any, known: dict[str, Any]) -> str:
    """A type in words that change when what is written of it changes; dataclasses and enums go to `known`."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, typing.NewType):
        return described(kind.__supertype__, known)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(sorted(described(one, known) for one in arguments))
    if origin is typing.Literal:
        return f"one of {sorted(map(str, arguments))}"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(described(one, known) for one in arguments)}]"
    if dataclasses.is_dataclass(kind) and kind.__name__ not in known:
        known[kind.__name__] = {}
        hints = typing.get_type_hints(kind)
        known[kind.__name__] |= {
            field.name: described(hints[field.name], known) for field in dataclasses.fields(kind)
        }
    if isinstance(kind, enum.EnumMeta):
        known[kind.__name__] = sorted(str(one.value) for one in kind)
    return "..." if kind is Ellipsis else getattr(kind, "__name__", str(kind))


def digest(kind: Any, *but: str) -> str:
    """Of a type and all that it is made of, but for types that have a version of their own."""
    known: dict[str, Any] = {name: {} for name in but}
    described(kind, known)
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


def noted() -> dict[tuple[str, int], str]:
    lines = [line.split() for line in (HERE / "shapes.txt").read_text().splitlines()]
    return {(name, int(version)): said for name, version, said in lines}


@pytest.mark.parametrize("name", SHAPES)
def test_a_stored_type_changes_its_shape_only_with_a_new_version(name: str) -> None:
    shape = SHAPES[name]
    line = f"{name} {shape.version} {digest(shape.kind)}"

    assert noted().get((name, shape.version)) == digest(shape.kind), (
        f"{name} is not what version {shape.version} of its shape was when it was noted. Rows of that version are in "
        f"people's ledgers: write `upgrade_{name.lower()}_{shape.version}_to_{shape.version + 1}` beside its Shape in "
        "inspect_pipelines/stored/ (it may return what it gets when a new field has a default), freeze a row of the "
        f"old version in tests/stored/frozen/, and add a line to tests/stored/shapes.txt; today's would be\n{line}"
    )


def test_what_is_published_changes_its_shape_only_with_a_new_version_too() -> None:
    line = ("Compiled", compiled.VERSION, digest(Compiled, "Schedule", "Trigger"))

    assert noted().get(line[:2]) == line[2], (
        "what `apply` publishes is not what its version was when it was noted: raise VERSION in "
        "inspect_pipelines/stored/compiled.py, let load_compiled read the version before, and add a line to "
        f"tests/stored/shapes.txt; today's would be\n{' '.join(map(str, line))}"
    )


def test_each_change_of_a_shape_changes_its_digest() -> None:
    class Colour(enum.Enum):
        RED = "red"

    class Tone(enum.Enum):
        RED = "red"
        BLUE = "blue"

    def a_type(**fields: Any) -> Any:
        return dataclasses.make_dataclass("Lamp", fields.items())

    inner, changed_inner = (
        dataclasses.make_dataclass("Bulb", [("watts", kind)]) for kind in (int, int | None)
    )
    Tone.__name__ = "Colour"
    types_ = [
        a_type(hue=str),
        a_type(hue=int),
        a_type(shade=str),
        a_type(hue=str, bulb=inner),
        a_type(hue=str, bulb=changed_inner),
        a_type(hue=str, bulbs=tuple[inner, ...]),
        a_type(hue=Colour),
        a_type(hue=Tone),
        a_type(hue=Mapping[str, int]),
        a_type(hue=typing.Literal["a"]),
    ]

    assert len({digest(each) for each in types_}) == len(types_)


def test_every_version_that_was_ever_kept_is_noted_and_every_older_one_has_a_frozen_row() -> None:
    kept = {(name, version) for name, shape in SHAPES.items() for version in range(1, shape.version + 1)}
    frozen = {(path.name.split(".")[0], int(path.name.split(".")[1])) for path in FROZEN}

    assert {key for key in kept if key[1] < SHAPES[key[0]].version} <= frozen
    assert {key for key in noted() if key[0] != "Compiled"} <= kept


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.stem)
def test_a_row_of_an_older_version_says_today_what_it_said_then(path: Path) -> None:
    name, version, _ = path.name.split(".")
    shape = SHAPES[name]
    text = path.read_text()

    value = shape.load(text)

    then = {**shape.upgraded(json.loads(text), int(version)), "version": shape.version}
    today = json.loads(shape.dump(value))
    assert today["version"] == shape.version
    assert today | then == today, "something that was kept is not known any more"
    assert shape.load(shape.dump(value)) == value
