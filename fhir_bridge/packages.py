"""Loading definitions: FHIR packages, folders and bundles of them, as resources of an organisation.

A package is the .tgz that FHIR's registries give, with its resources in the folder `package`.
Loading again makes no duplicates: a resource keeps its id, and what is the same as what is stored
is left alone.

Source: https://hl7.org/fhir/packages.html
"""

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from fhir_bridge import store
from fhir_bridge.access import Actor
from fhir_bridge.documents import Document, parse
from fhir_bridge.loading import Loaded, Refusal, write_each
from fhir_bridge.outcomes import FhirError, Invalid
from fhir_bridge.validation import validate

TYPES = frozenset(["StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap"])
_SUFFIXES = frozenset([".tgz", ".json"])
_LARGEST = 64 * 1024 * 1024
_SET_BY_SERVER = ("versionId", "lastUpdated")


def packages_found(paths: Iterable[Path]) -> list[Path]:
    """The .tgz and .json files that paths name or hold. Raises FileNotFoundError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in _SUFFIXES)
            found += [each for each in inside if each.is_file()]
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(f"There is no file or folder {path}")
    if not found:
        raise FileNotFoundError("There is no .tgz or .json file in what was named")
    return found


def definitions_load(actor: Actor, file: Path) -> Loaded:
    """Load the definitions in one file; each stands for itself, and what is refused is told."""
    loaded = Loaded()
    documents: dict[tuple[str, str], Document] = {}
    try:
        for name, content in _contents(file):
            for document in _documents(file, name, content, loaded):
                value = document.value
                key = (value["resourceType"], str(value.get("id") or _id(value)))
                value["id"] = key[1]
                documents[key] = document
    except (tarfile.TarError, EOFError, OSError):
        loaded.refused.append(Refusal(str(file), None, "", "", "The file is no readable package"))
        return loaded
    stored = store.read_many(actor, documents)
    new = []
    for key, document in documents.items():
        held = stored.get(key)
        if held is not None and held.resource.get("url") != document.value.get("url"):
            rule = "Another definition has this id already"
            loaded.refused.append(Refusal(str(file), None, key[0], f"{key[0]}.id", rule))
        elif held is None or not _same(held.resource, document.value):
            new.append(document)
    written = write_each(actor, new, lambda index, error: _refuse(file, new[index], error, loaded))
    loaded.counts.update(each.type for each in written)
    return loaded


def _contents(file: Path) -> Iterator[tuple[str, bytes]]:
    if file.suffix.lower() != ".tgz":
        yield file.name, file.read_bytes()
        return
    with tarfile.open(file) as archive:
        for member in archive:
            path = Path(member.name)
            if (
                member.isfile()
                and path.parent.name == "package"
                and path.suffix == ".json"
                and path.name.partition("-")[0] in TYPES
                and member.size <= _LARGEST
            ):
                opened = archive.extractfile(member)
                assert opened is not None
                yield path.name, opened.read()


def _documents(file: Path, name: str, content: bytes, loaded: Loaded) -> Iterator[Document]:
    """The valid definitions in one JSON text, bare or in a bundle."""
    try:
        document = parse(content)
    except FhirError as error:
        loaded.refused.append(Refusal(f"{file}:{name}", None, "", "", error.diagnostics))
        return
    value = document.value if isinstance(document.value, dict) else {}
    inside: Iterable[Document | None] = (document,)
    if value.get("resourceType") == "Bundle":
        inside = document.entry_documents()
    for each in inside:
        if each is None or each.value.get("resourceType") not in TYPES:
            continue
        try:
            validate(each)
        except Invalid as error:
            _refuse(file, each, error, loaded)
        else:
            yield each


def _refuse(file: Path, document: Document, error: FhirError, loaded: Loaded) -> None:
    type_ = str(document.value.get("resourceType", ""))
    name = f"{file}:{document.value.get('url', '')}"
    for issue in error.issues:
        loaded.refused.append(Refusal(name, None, type_, issue.expression, issue.diagnostics))


def _id(value: dict[str, object]) -> str:
    named = f"{value.get('url', '')}|{value.get('version', '')}"
    return hashlib.sha256(named.encode()).hexdigest()[:40]


def _same(held: dict[str, object], given: dict[str, object]) -> bool:
    return _bare(held) == _bare(given)


def _bare(value: dict[str, object]) -> dict[str, object]:
    """A resource without what the server sets."""
    meta = value.get("meta")
    kept = (
        {k: v for k, v in meta.items() if k not in _SET_BY_SERVER} if isinstance(meta, dict) else 0
    )
    rest = {key: each for key, each in value.items() if key != "meta"}
    return rest | ({"meta": kept} if kept else {})
