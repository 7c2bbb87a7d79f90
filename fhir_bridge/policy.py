"""Who may do what with which resource type: the whole table, deny by default.

Every R4 type is in exactly one group (a test compares with the definitions); a type in no group is
refused to everybody. Roles name groups; FHIR clients bring SMART App Launch v2 scopes instead:
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

ACTIONS: Mapping[str, str] = {
    "create": "c",
    "read": "r",
    "update": "u",
    "delete": "d",
    "search": "s",
}


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


GROUPS: Mapping[str, frozenset[str]] = {
    "clinical": _names(
        """
        AdverseEvent AllergyIntolerance BodyStructure CarePlan CareTeam ClinicalImpression
        Communication CommunicationRequest Composition Condition Consent DetectedIssue Device
        DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest
        DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Flag Goal GuidanceResponse
        ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Linkage List
        Media Medication MedicationAdministration MedicationDispense MedicationRequest
        MedicationStatement MolecularSequence NutritionOrder Observation Procedure Provenance
        QuestionnaireResponse RequestGroup ResearchSubject RiskAssessment ServiceRequest Specimen
        Substance BiologicallyDerivedProduct SupplyDelivery SupplyRequest Task VisionPrescription
        Basic Binary Bundle
        """
    ),
    "administrative": _names(
        """
        Appointment AppointmentResponse Endpoint Group HealthcareService Location Organization
        OrganizationAffiliation Patient Person Practitioner PractitionerRole RelatedPerson Schedule
        Slot VerificationResult
        """
    ),
    "financial": _names(
        """
        Account ChargeItem Claim ClaimResponse Contract Coverage CoverageEligibilityRequest
        CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse ExplanationOfBenefit
        InsurancePlan Invoice PaymentNotice PaymentReconciliation
        """
    ),
    "knowledge": _names(
        """
        ActivityDefinition CapabilityStatement CatalogEntry ChargeItemDefinition CodeSystem
        CompartmentDefinition ConceptMap DeviceDefinition EffectEvidenceSynthesis EventDefinition
        Evidence EvidenceVariable ExampleScenario GraphDefinition ImplementationGuide Library
        Measure MeasureReport MedicationKnowledge MedicinalProduct MedicinalProductAuthorization
        MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient
        MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
        MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
        NamingSystem ObservationDefinition OperationDefinition PlanDefinition Questionnaire
        ResearchDefinition ResearchElementDefinition ResearchStudy RiskEvidenceSynthesis
        SearchParameter SpecimenDefinition StructureDefinition StructureMap SubstanceNucleicAcid
        SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial
        SubstanceSpecification TerminologyCapabilities TestReport TestScript ValueSet
        """
    ),
    "infrastructure": frozenset(
        ["AuditEvent", "MessageHeader", "OperationOutcome", "Subscription"]
    ),
    # A Parameters resource only travels; R4 gives it no address of its own.
    "transient": frozenset(["Parameters"]),
}
_BILLED = frozenset(["Claim", "ChargeItem", "Organization"])


class Grant(NamedTuple):
    """What a role or a scope gives: the letters of its actions on a set of types."""

    letters: str
    types: frozenset[str]


POLICY: Mapping[str, tuple[Grant, ...]] = {
    "physician": (
        Grant("cruds", GROUPS["clinical"]),
        Grant("crus", GROUPS["administrative"] | GROUPS["financial"]),
        Grant("rs", GROUPS["knowledge"]),
    ),
    # The minimum that a claim needs; nothing of a patient, no document.
    "biller": (Grant("rs", _BILLED),),
    # What billing's services do under a biller's name: read what a claim says of a patient, keep
    # insurances and payers, write claims.
    "claims": (
        Grant("rs", frozenset(["Patient", "Practitioner"])),
        Grant("crus", _BILLED | {"Coverage"}),
    ),
    # The drafting worker reads facts, and writes nothing.
    "worker": (Grant("rs", GROUPS["clinical"] | GROUPS["administrative"]),),
    # The record itself, which tells in a Subscription whether it is active.
    "server": (Grant("ru", frozenset(["Subscription"])),),
}
EVERY_TYPE = frozenset().union(*GROUPS.values())
# What a client's scopes can reach at most.
CLIENT_TYPES = EVERY_TYPE - GROUPS["transient"]

_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.(\*|read|write|[cruds]+)")
_LETTERS_OF_V1 = {"read": "rs", "write": "cud", "*": "cruds"}
# Scopes of the launch and of identity give no access to resources.
_WITHOUT_ACCESS = re.compile(r"openid|profile|fhirUser|offline_access|online_access|launch(/\w+)?")


class Scope(NamedTuple):
    """One SMART scope. `context` "patient" reaches only the token's patient."""

    context: str
    letters: str
    types: frozenset[str]


def role_allows(role: str, action: str, resource_type: str) -> bool:
    letter = ACTIONS[action]
    return any(
        letter in grant.letters and resource_type in grant.types for grant in POLICY.get(role, ())
    )


@lru_cache(maxsize=256)
def scopes_parse(scopes: tuple[str, ...]) -> tuple[Scope, ...]:
    """The scopes that give access to resources.

    v1 words (`.read`, `.write`) are read as their v2 letters; letters must come in the order
    c r u d s. Raises ValueError naming the scope that is not understood (a v2 scope with a query
    too: to ignore the query would give more than was asked for).
    """
    found = []
    for scope in scopes:
        match = _SCOPE.fullmatch(scope)
        if match is None:
            if _WITHOUT_ACCESS.fullmatch(scope):
                continue
            raise ValueError(scope)
        context, name, letters = match.groups()
        letters = _LETTERS_OF_V1.get(letters, letters)
        if "".join(sorted(set(letters), key="cruds".index)) != letters:
            raise ValueError(scope)
        if name != "*" and name not in CLIENT_TYPES:
            raise ValueError(scope)
        types = CLIENT_TYPES if name == "*" else frozenset([name])
        found.append(Scope(context, letters, types))
    return tuple(found)
