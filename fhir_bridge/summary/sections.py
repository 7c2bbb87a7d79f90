"""The sections of a summary: their codes, and which resources belong into each.

Required are problems, allergies and medication; the others are there when the record has something.
https://hl7.org/fhir/uv/ips/STU1.1/StructureDefinition-Composition-uv-ips.html
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from fhir_bridge import access, search
from fhir_bridge.access import Actor
from fhir_bridge.documents import Stored
from fhir_bridge.mappings.readings import concept_codes
from fhir_bridge.operations.lastn import latest_of_each_code
from fhir_bridge.outcomes import Invalid, Issue

Json = Mapping[str, Any]
# What one type may bring into a section; of more the latest are taken.
MOST = 200
# Resources of a type that are looked through for them; more is an error, not half a summary.
_LOOKED_AT = 10_000
_NEVER = frozenset(["entered-in-error", "not-done", "refuted", "rejected"])
_PREGNANCY = (
    "82810-3,11778-8,11779-6,11780-4,11636-8,11637-6,11638-4,11639-2,11640-0,11612-9,11613-7,"
    "11614-5,33065-4"
)


@dataclass(frozen=True)
class Source:
    """A type that a section holds: with these criteria, and of those found the ones to `keep`."""

    type: str
    criteria: tuple[tuple[str, str], ...] = ()
    keep: Callable[[Json], bool] = lambda resource: True
    latest: bool = False  # of each code the latest only


@dataclass(frozen=True)
class Section:
    """A section; `absent` is the code that says, in a required one, that nothing is known."""

    code: str
    display: str
    title: Any
    sources: tuple[Source, ...]
    absent: str = ""


def _codes(resource: Json, name: str) -> set[str]:
    return concept_codes(resource.get(name))


def _allergy(resource: Json) -> bool:
    return not _codes(resource, "clinicalStatus") & {"inactive", "resolved"}


def _problem(resource: Json) -> bool:
    return not _past(resource)


def _past(resource: Json) -> bool:
    return bool(_codes(resource, "clinicalStatus") & {"inactive", "remission", "resolved"})


def _current(resource: Json) -> bool:
    gone = {"stopped", "completed", "cancelled", "not-taken", "draft", "ended"}
    return resource.get("status") not in gone


def _active(resource: Json) -> bool:
    return resource.get("status") == "active"


def _pregnancy(resource: Json) -> bool:
    return bool(concept_codes(resource.get("code")) & set(_PREGNANCY.split(",")))


def _otherwise(resource: Json) -> bool:
    return not _pregnancy(resource)


_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def _observations(category: str) -> Source:
    criteria = (("category", f"{_CATEGORY}|{category}"), ("_sort", "-date"))
    return Source("Observation", criteria, _otherwise, latest=True)


SECTIONS = (
    Section("11450-4", "Problem list - Reported", _("Problems"),
            (Source("Condition", keep=_problem),), "no-problem-info"),
    Section("48765-2", "Allergies and adverse reactions Document", _("Allergies and intolerances"),
            (Source("AllergyIntolerance", keep=_allergy),), "no-allergy-info"),
    Section("10160-0", "History of Medication use Narrative", _("Medication"),
            (Source("MedicationStatement", keep=_current),
             Source("MedicationRequest", keep=_current)), "no-medication-info"),
    Section("11369-6", "History of Immunization note", _("Immunizations"),
            (Source("Immunization", (("_sort", "-date"),)),)),
    Section("30954-2", "Relevant diagnostic tests/laboratory data note", _("Results"),
            (_observations("laboratory"),
             Source("DiagnosticReport", (("_sort", "-date"),), latest=True))),
    Section("47519-4", "History of Procedures Document", _("Procedures"),
            (Source("Procedure", (("_sort", "-date"),)),)),
    Section("8716-3", "Vital signs note", _("Vital signs"), (_observations("vital-signs"),)),
    Section("46264-8", "History of medical device use", _("Medical devices"),
            (Source("DeviceUseStatement", keep=_current),)),
    Section("11348-0", "History of Past illness note", _("Past illnesses"),
            (Source("Condition", keep=_past),)),
    Section("10162-6", "History of pregnancies Narrative", _("Pregnancy"),
            (Source("Observation", (("code", ",".join(
                f"http://loinc.org|{code}" for code in _PREGNANCY.split(","))),
                ("_sort", "-date"))),)),
    Section("29762-2", "Social history note", _("Social history"),
            (_observations("social-history"),)),
    Section("18776-5", "Plan of care note", _("Plan of care"),
            (Source("CarePlan", (("status", "active"),)),)),
    Section("104605-1", "Alert", _("Alerts"), (Source("Flag", keep=_active),)),
)  # fmt: skip


def allowed_check(actor: Actor) -> None:
    """Raises AccessDenied for who may not see what a summary must say: to leave it out would read
    as if there were nothing."""
    for section in SECTIONS:
        if section.absent:
            for source in section.sources:
                access.require(actor, "search", source.type)


def found(actor: Actor, patient_id: str, section: Section) -> list[Stored]:
    """What belongs into a section, as far as the actor may search it."""
    kept: list[Stored] = []
    for source in section.sources:
        if access.allowed(actor, "search", source.type) is None:
            continue
        criteria = [("patient", f"Patient/{patient_id}"), *source.criteria]
        listed = search.find(actor, source.type, criteria, limit=_LOOKED_AT + 1)
        if len(listed) > _LOOKED_AT:
            raise Invalid([Issue("too-costly", f"More than {_LOOKED_AT} {source.type}")])
        of_type = [each for each in listed if _said(each, source)]
        kept += (latest_of_each_code(of_type, 1) if source.latest else of_type)[:MOST]
    return kept


def _said(stored: Stored, source: Source) -> bool:
    resource = stored.resource
    if resource.get("status") in _NEVER or _codes(resource, "verificationStatus") & _NEVER:
        return False
    return source.keep(resource)


def references(resources: Iterable[Stored]) -> Sequence[str]:
    """[type]/[id] of each, once."""
    return list(dict.fromkeys(each.reference for each in resources))
