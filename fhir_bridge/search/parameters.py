"""The registry of search parameters: what each resource type can be searched by.

Compiled from the official R4 definitions (see definitions.py), loaded on first use (a few
milliseconds) and kept for the life of the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings

from fhir_bridge.search import definitions
from fhir_bridge.search.expressions import Path, Step

BUILT_IN = definitions.BUILT_IN


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite: its search type, its index row number and where its values are."""

    type: str
    number: int
    code: str
    targets: tuple[str, ...]
    paths: tuple[Path, ...]
    outer: bool  # the paths start at the resource, not at the composite's own element


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter of one resource type.

    `number` is its own; `rows` are the numbers of the index rows that hold its values, its own or,
    where another parameter's values are the same, that one's. `limit` keeps references to these
    types only. `parts` names, for a composite whose group is the whole resource, the parameters
    that its components are: such a composite needs no rows of its own.
    """

    resource_type: str
    code: str
    type: str
    number: int
    url: str
    targets: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    limit: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    roots: tuple[tuple[Step, ...], ...] = ()
    components: tuple[Component, ...] = ()
    parts: tuple[str, ...] = ()
    owns_rows: bool = True  # False: another composite writes the rows of these components


@dataclass(frozen=True, slots=True)
class Registry:
    """Every parameter by type and code, and the compartments."""

    parameters: Mapping[str, Mapping[str, Parameter]]
    compartments: Mapping[str, Mapping[str, tuple[str, ...]]]
    failed: Mapping[str, str] = field(default_factory=dict)


@cache
def registry() -> Registry:
    """The compiled definitions.

    Raises:
        FileNotFoundError: the R4 package is not installed (`make setup`).
    """
    table = definitions.load(settings.DATA_DIR, settings.ASSETS_DIR)
    return Registry(
        parameters={
            type_: {
                code: _parameter(type_, code, entry)
                for code, entry in entries.items()
                if entry.get("offered", True)
            }
            for type_, entries in table["parameters"].items()
        },
        compartments={
            code: {type_: tuple(names) for type_, names in types.items()}
            for code, types in table["compartments"].items()
        },
        failed=table["failed"],
    )


def get(resource_type: str, code: str) -> Parameter | None:
    """The parameter of this type with this code, or None."""
    return registry().parameters.get(resource_type, {}).get(code)


def for_type(resource_type: str) -> tuple[Parameter, ...]:
    """The parameters that this server offers for a type, by code."""
    return tuple(registry().parameters.get(resource_type, {}).values())


def types() -> tuple[str, ...]:
    """The R4 resource types, in alphabetical order."""
    return tuple(registry().parameters)


def compartment(code: str) -> Mapping[str, tuple[str, ...]]:
    """For each type in this compartment, the parameters that put a resource in it."""
    return registry().compartments.get(code, {})


def _parameter(type_: str, code: str, entry: Mapping[str, Any]) -> Parameter:
    number = entry["number"]
    roots = tuple(tuple(_step(step) for step in root) for root in entry.get("roots", ()))
    shares = entry.get("shares", number)
    return Parameter(
        resource_type=type_,
        code=code,
        type=entry["type"],
        number=number,
        url=entry["url"],
        targets=tuple(entry["targets"]),
        rows=tuple(entry.get("rows", (number,))),
        limit=tuple(entry.get("limit", ())),
        paths=tuple(_path(path) for path in entry["paths"]),
        roots=tuple(root for root in roots if root),
        components=tuple(
            Component(
                type=part["type"],
                number=shares + 1 + index,
                code=part["code"],
                targets=tuple(part["targets"]),
                paths=tuple(_path(path) for path in part["paths"]),
                outer=part["outer"],
            )
            for index, part in enumerate(entry.get("components", ()))
        ),
        parts=tuple(entry.get("parts", ())),
        owns_rows=shares == number,
    )


def _path(entry: Mapping[str, Any]) -> Path:
    return Path(
        steps=tuple(_step(step) for step in entry["steps"]),
        datatype=entry["datatype"],
        targets=tuple(entry["targets"]),
        system=entry["system"],
    )


def _step(step: str | list[str]) -> Step:
    return step if isinstance(step, str) else tuple(step)
