"""Where code systems, value sets and concept maps come from: R4 itself, what the operator loaded,
and what an organisation stores.

A canonical is `url` or `url|version`. An organisation's own resource wins over R4's of the same
URL; of several versions the one asked for, else an active one with the highest version. What is
parsed is kept per process by the version of the resource, so a change is seen at once everywhere.

Source: https://hl7.org/fhir/R4/references.html#canonical
"""

import os
import re
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import orjson

from fhir_bridge import definitions
from fhir_bridge.concepts import CodeSystem, ConceptFile, tables_create
from fhir_bridge.models import Resource, UriIndex
from fhir_bridge.search import parameters

# What a process keeps of parsed resources, by the size of their JSON, and of code systems.
_KEPT_BYTES = 16 * 1024 * 1024
_KEPT_SYSTEMS = 64
_DIGITS = re.compile(r"(\d+)")

# A row, its version and the moment of it: a row number alone may come back after a rollback.
Key = tuple[int, int, datetime]


class _Parsed:
    """Stored resources by their version, the least used forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, tuple[int, dict[str, Any]]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key) -> dict[str, Any]:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][1]
        content = _content(key)
        value: dict[str, Any] = orjson.loads(content)
        with self._lock:
            self._held[key] = (len(content), value)
            self._bytes += len(content)
            while self._bytes > _KEPT_BYTES and len(self._held) > 1:
                _, (size, _) = self._held.popitem(last=False)
                self._bytes -= size
        return value


class _Systems:
    """The concepts of stored code systems, in a temporary file that dies with the process."""

    def __init__(self) -> None:
        # An empty name is a private file that SQLite keeps in memory while it is small.
        opened = sqlite3.connect("", check_same_thread=False)
        tables_create(opened)
        self._file = ConceptFile(opened)
        self._lock = threading.Lock()
        self._known: OrderedDict[str, None] = OrderedDict()

    def get(self, key: Key, resource: Mapping[str, Any]) -> CodeSystem:
        name = f"{key[0]}/{key[1]}/{key[2].isoformat()}"
        with self._lock:
            if name not in self._known:
                self._file.add(name, resource)
                if len(self._known) >= _KEPT_SYSTEMS:
                    self._file.remove(self._known.popitem(last=False)[0])
            self._known[name] = None
            self._known.move_to_end(name)
            found = self._file.find(name)
        assert found is not None
        return found


class Sources:
    """What one organisation sees, None: R4 alone. Made for one request: it remembers answers."""

    def __init__(self, organization_id: int | None) -> None:
        self.organization_id = organization_id
        self._found: dict[tuple[str, str], Any] = {}

    def add(self, resource: Mapping[str, Any]) -> None:
        """Let a definition that came with the request win over what is held."""
        value: Any = resource
        url, version = resource.get("url", ""), resource.get("version", "")
        if resource["resourceType"] == "CodeSystem":
            opened = sqlite3.connect(":memory:", check_same_thread=False)
            tables_create(opened)
            file = ConceptFile(opened)
            file.add(url, resource)
            value = file.find(url)
        for canonical in (url, f"{url}|{version}") if version else (url,):
            self._found[resource["resourceType"], canonical] = value

    def code_system(self, canonical: str) -> CodeSystem | None:
        """The code system, of which the concepts may be few or none (`content`)."""
        return self._remembered("CodeSystem", canonical)  # type: ignore[no-any-return]

    def value_set(self, canonical: str) -> dict[str, Any] | None:
        return self._remembered("ValueSet", canonical)  # type: ignore[no-any-return]

    def implicit(self, canonical: str) -> dict[str, Any] | None:
        """The value set of all codes of a code system, by its `valueSet` URL."""
        url = canonical.partition("|")[0]
        own = [
            system
            for key in self._keys("CodeSystem", "")
            for value_set, system in (_named(key),)
            if value_set == url and system
        ]
        system = own[0] if own else definitions.implicit_system(url)
        if not system:
            return None
        return {
            "resourceType": "ValueSet",
            "url": url,
            "status": "active",
            "compose": {"include": [{"system": system}]},
        }

    def concept_map(self, canonical: str) -> dict[str, Any] | None:
        return self._remembered("ConceptMap", canonical)  # type: ignore[no-any-return]

    def concept_maps(self) -> list[dict[str, Any]]:
        """Every concept map, the organisation's own before R4's."""
        own = sorted(self.stored("ConceptMap"), key=lambda each: str(each.get("url", "")))
        return own + [definitions.resource(url) for url in definitions.urls("ConceptMap")]

    def structure(self, canonical: str) -> dict[str, Any] | None:
        return self._remembered("StructureDefinition", canonical)  # type: ignore[no-any-return]

    def stored(self, type: str) -> list[dict[str, Any]]:
        """Every resource of a type that the organisation stores, in no order."""
        return [found for key in self._keys(type, "") if (found := _parsed().get(key))]

    def _remembered(self, type: str, canonical: str) -> Any:
        key = (type, canonical)
        if key not in self._found:
            self._found[key] = self._find(type, canonical)
        return self._found[key]

    def _find(self, type: str, canonical: str) -> Any:
        url, _, version = canonical.partition("|")
        candidates = [
            (key, found) for key in self._keys(type, url) if (found := _parsed().get(key))
        ]
        if version:
            candidates = [each for each in candidates if each[1].get("version") == version]
        if candidates:
            key, resource = max(candidates, key=_preference)
            return _systems(os.getpid()).get(key, resource) if type == "CodeSystem" else resource
        if type == "CodeSystem":
            # The URLs of old tables of HL7 v2 have their version in them.
            system = definitions.code_system(canonical) or definitions.code_system(url)
            named = system is not None and system.url == canonical
            return system if system and (named or version in ("", system.version)) else None
        core = _core(type, url)
        return None if core is None or version not in ("", core.get("version")) else core

    def _keys(self, type: str, url: str) -> list[Key]:
        """The keys of the organisation's resources of this type and URL, "": of any."""
        if self.organization_id is None:
            return []
        rows = Resource.objects.filter(
            organization_id=self.organization_id, type=type, deleted=False
        )
        if url:
            parameter = parameters.get(type, "url")
            assert parameter is not None
            named = UriIndex.objects.filter(
                organization_id=self.organization_id, param=parameter.rows[0], value=url[:400]
            )
            rows = rows.filter(pk__in=named.values("resource_id"))
        return list(rows.values_list("pk", "version", "last_updated"))


@lru_cache(maxsize=20_000)
def _named(key: Key) -> tuple[str, str]:
    """(valueSet, url) of a stored code system."""
    found = _parsed().get(key)
    return str(found.get("valueSet", "")), str(found.get("url", ""))


def _core(type: str, url: str) -> dict[str, Any] | None:
    try:
        found = definitions.resource(url)
    except KeyError:
        return None
    return found if found["resourceType"] == type else None


def _preference(each: tuple[Key, Mapping[str, Any]]) -> tuple[Any, ...]:
    """Active before draft before retired, then the higher version, then the younger row."""
    (row, _, _), resource = each
    status = ("retired", "unknown", "draft", "active")
    order = status.index(resource["status"]) if resource.get("status") in status else 0
    return (order, version_order(str(resource.get("version", ""))), row)


def version_order(version: str) -> list[tuple[int, int, str]]:
    """A key under which "2.10" comes after "2.9"."""
    return [
        (1, int(part), "") if part.isdigit() and len(part) < 19 else (0, 0, part)
        for part in _DIGITS.split(version)
        if part
    ]


def _content(key: Key) -> bytes:
    """The JSON of a version that was current a moment ago; of one that no longer is, nothing."""
    found = Resource.objects.filter(pk=key[0], version=key[1]).values_list("content", flat=True)
    return bytes(found.first() or b"") or b"{}"


@cache
def _parsed() -> _Parsed:
    return _Parsed()


@cache
def _systems(process: int) -> _Systems:
    """One file a process: a connection of SQLite must not cross a fork."""
    return _Systems()
