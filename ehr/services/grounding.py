"""Evidence checked again by the code that stores it, whatever the engine says about itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ehr.models import Visit
from ehr.services.record_facts import facts_of
from fhir_bridge import outcomes, store
from fhir_bridge.access import Actor, worker_actor
from fhir_bridge.store import Stored
from summarizer import types

CHECK_FIRST = "check-first"  # summarizer's flag that names a sentence by section and position

Holds = Callable[[types.Evidence], bool]


@dataclass(frozen=True, slots=True)
class Grounded:
    """The parts of a draft whose evidence holds, and what was withheld told among the rest."""

    sections: tuple[types.Section, ...]
    codes: tuple[types.CodeSuggestion, ...]
    set_aside: tuple[types.SetAside, ...]
    warnings: tuple[types.Flag, ...]


def grounded(result: types.Draft, *, words: str, visit: Visit) -> Grounded:
    """Keep what holds: spans verbatim in the words, quotes as that version of the record reads.

    Evidence that does not hold is taken off; a sentence or code left with none is withheld.
    """
    holds = _checker(words, _record_texts(result, visit))
    withheld: list[types.SetAside] = []
    sections = []
    places: dict[tuple[str, str], str] = {}  # (section, drafted position) -> position kept
    for section in result.sections:
        kept: list[types.Sentence] = []
        for position, sentence in enumerate(section.sentences):
            evidence = tuple(item for item in sentence.evidence if holds(item))
            if evidence and sentence.text.strip():
                places[section.key, str(position)] = str(len(kept))
                kept.append(replace(sentence, evidence=evidence))
            else:
                withheld.append(types.SetAside(sentence.text, "evidence-does-not-hold", ()))
        sections.append(replace(section, sentences=tuple(kept)))
    codes: dict[tuple[str, str], types.CodeSuggestion] = {}
    dropped = 0
    for code in result.codes:
        evidence = tuple(item for item in code.evidence if holds(item))
        if evidence:
            codes.setdefault((code.system, code.code), replace(code, evidence=evidence))
        else:
            dropped += 1
    set_aside = tuple(
        replace(item, evidence=tuple(piece for piece in item.evidence if holds(piece)))
        for item in result.set_aside
    )
    warnings = [moved for flag in result.warnings if (moved := _placed(flag, places))]
    if withheld:
        warnings.append(types.Flag("sentences-withheld", "medium", {"count": str(len(withheld))}))
    if dropped:
        warnings.append(types.Flag("codes-withheld", "low", {"count": str(dropped)}))
    return Grounded(
        tuple(sections), tuple(codes.values()), (*set_aside, *withheld), tuple(warnings)
    )


def _placed(flag: types.Flag, places: dict[tuple[str, str], str]) -> types.Flag | None:
    """A warning that names a sentence by its place, at the place where that now stands; None when
    the sentence was withheld."""
    if flag.code != CHECK_FIRST:
        return flag
    place = places.get((flag.detail.get("section", ""), flag.detail.get("sentence", "")))
    return replace(flag, detail={**flag.detail, "sentence": place}) if place else None


Version = tuple[str, str, int]


def _record_texts(result: types.Draft, visit: Visit) -> dict[Version, set[tuple[str, str]]]:
    """(path, text) of every fact of every cited version, read anew from the store."""
    cited: set[Version] = {
        (item.resource_type, item.resource_id, item.version)
        for item in _all_evidence(result)
        if isinstance(item, types.RecordEvidence)
    }
    if not cited:
        return {}
    actor = worker_actor(visit.organization_id)
    current = store.read_many(actor, sorted({(kind, fhir_id) for kind, fhir_id, _ in cited}))
    texts = {}
    for kind, fhir_id, version in cited:
        stored = current.get((kind, fhir_id))
        if stored is None or stored.version != version:
            stored = _old_version(actor, kind, fhir_id, version)
        if stored is not None:
            texts[kind, fhir_id, version] = {(fact.path, fact.text) for fact in facts_of(stored)}
    return texts


def _old_version(actor: Actor, kind: str, fhir_id: str, version: int) -> Stored | None:
    try:
        return store.vread(actor, kind, fhir_id, version)
    except outcomes.FhirError:
        return None


def _all_evidence(result: types.Draft) -> list[types.Evidence]:
    return [
        *(item for part in result.sections for line in part.sentences for item in line.evidence),
        *(item for code in result.codes for item in code.evidence),
        *(item for aside in result.set_aside for item in aside.evidence),
    ]


def _checker(words: str, texts: dict[Version, set[tuple[str, str]]]) -> Holds:
    def holds(item: types.Evidence) -> bool:
        if isinstance(item, types.TextEvidence):
            return 0 <= item.start < item.end <= len(words) and (
                words[item.start : item.end] == item.quote
            )
        facts = texts.get((item.resource_type, item.resource_id, item.version), set())
        return bool(item.quote) and any(
            path == item.path and item.quote in text for path, text in facts
        )

    return holds
