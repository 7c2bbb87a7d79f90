"""Loading files into the record: bundles as transactions, single resources under their own ids.

A transaction bundle goes in whole or not at all. The entries of a batch or a collection, lines of
.ndjson and single resources each stand for themselves: what is valid goes in, under the id that it
brings (again and again without duplicates), the rest is reported.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhir_bridge import store
from fhir_bridge.access import Actor
from fhir_bridge.documents import Document, parse
from fhir_bridge.outcomes import FhirError, Invalid
from fhir_bridge.validation import resource_type, validate

SUFFIXES = frozenset([".json", ".ndjson"])
_AT_ONCE = 1_000
_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\](?:\.resource)?(.*)")


@dataclass(frozen=True)
class Refusal:
    """One fault: where it is, the rule it breaks. Values of the resource are never repeated."""

    file: str
    entry: int | None  # index in the bundle, line of an .ndjson file
    type: str
    element: str
    rule: str

    @property
    def line(self) -> str:
        entry = "" if self.entry is None else f" entry {self.entry}"
        return f"{self.file}:{entry} {self.type} {self.element}: {self.rule}"


@dataclass
class Loaded:
    """What one file came to."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)


def files_found(paths: Iterable[Path]) -> list[Path]:
    """The .json and .ndjson files that paths name or hold, by name. Raises FileNotFoundError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
            found += [each for each in inside if each.is_file()]
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(f"There is no file or folder {path}")
    if not found:
        raise FileNotFoundError("There is no .json or .ndjson file in what was named")
    return found


def load(actor: Actor, files: Sequence[Path]) -> Iterator[tuple[Path, Loaded]]:
    """Load each file in turn and tell what it came to."""
    for file in files:
        loaded = Loaded()
        singles: list[_Single] = []
        for line, content in _contents(file):
            try:
                document = parse(content)
                kind = document.value.get("type") if _is_bundle(document) else ""
                if kind == "transaction":
                    _transaction_load(actor, file, document, loaded)
                elif kind in ("batch", "collection"):
                    singles += _bundle_entries(document)
                else:
                    singles.append(_Single(line, document))
            except FhirError as error:
                loaded.refused += _refusals(file, error, None, line)
        _singles_load(actor, file, singles, loaded)
        yield file, loaded


@dataclass(frozen=True)
class _Single:
    entry: int | None
    document: Document


def _contents(file: Path) -> Iterator[tuple[int | None, bytes]]:
    if file.suffix.lower() != ".ndjson":
        yield None, file.read_bytes()
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, line


def _is_bundle(document: Document) -> bool:
    return document.value.get("resourceType") == "Bundle"


def _bundle_entries(bundle: Document) -> Iterator[_Single]:
    for index, document in enumerate(bundle.entry_documents()):
        if document is not None:
            yield _Single(index, document)


def _transaction_load(actor: Actor, file: Path, document: Document, loaded: Loaded) -> None:
    try:
        results = store.transaction(actor, document)
    except FhirError as error:
        loaded.refused += _refusals(file, error, document.value, None)
        return
    loaded.counts.update(each.stored.type for each in results if each.stored is not None)


def _singles_load(actor: Actor, file: Path, singles: Sequence[_Single], loaded: Loaded) -> None:
    valid: list[_Single] = []
    for each in singles:
        try:
            resource_type(each.document.value)
            validate(each.document)
            valid.append(each)
        except Invalid as error:
            loaded.refused += _refusals(file, error, each.document.value, each.entry)
    for start in range(0, len(valid), _AT_ONCE):
        _write(actor, file, valid[start : start + _AT_ONCE], loaded)


def _write(actor: Actor, file: Path, singles: Sequence[_Single], loaded: Loaded) -> None:
    def refused(index: int, error: FhirError) -> None:
        single = singles[index]
        loaded.refused += _refusals(file, error, single.document.value, single.entry)

    stored = write_each(actor, [each.document for each in singles], refused)
    loaded.counts.update(each.type for each in stored)


def write_each(
    actor: Actor, documents: Sequence[Document], refused: Callable[[int, FhirError], None]
) -> list[store.Stored]:
    """Write resources that stand for themselves, and return those that went in.

    They are written together; when that is refused, in halves, until those that are refused stand
    alone: `refused` is told their index. None may be there twice.
    """

    def part(start: int, end: int) -> list[store.Stored]:
        try:
            return store.write(actor, [_item(each) for each in documents[start:end]])
        except FhirError as error:
            if end - start == 1:
                refused(start, error)
                return []
        middle = (start + end) // 2
        return part(start, middle) + part(middle, end)

    return part(0, len(documents)) if documents else []


def _item(document: Document) -> store.Put | store.Post:
    id_ = document.value.get("id")
    return store.Post(document) if id_ is None else store.Put(document, str(id_))


def _refusals(
    file: Path, error: FhirError, value: dict[str, Any] | None, entry: int | None
) -> list[Refusal]:
    refusals = []
    for issue in error.issues:
        at, type_, element = entry, "", issue.expression
        match = _ENTRY.fullmatch(issue.expression)
        if match is not None and value is not None:
            at = int(match[1])
            resource = value["entry"][at].get("resource") or {}
            type_ = str(resource.get("resourceType", ""))
            element = type_ + match[2]
        elif value is not None:
            type_ = str(value.get("resourceType", ""))
        refusals.append(
            Refusal(str(file), at, type_, element, f"{issue.diagnostics} [{issue.code}]")
        )
    return refusals
