"""Where the extractors write: claims in order, and which units have been used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from summarizer.language.person_en import Pronouns
from summarizer.language.person_fr import PronomsFr
from summarizer.steps.units import Subject, Unit
from summarizer.types import Assertion, Claim, Evidence, Language, Role, VisitContext


@dataclass(slots=True)
class Board:
    """The extraction's state: read ``units``, write ``claims``."""

    units: list[Unit]
    language: Language
    subject: Subject
    context: VisitContext
    claims: list[Claim] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    @property
    def english(self) -> Pronouns:
        return self.subject.pronouns

    @property
    def french(self) -> PronomsFr:
        return self.subject.pronoms

    def speaker(self, unit: Unit) -> str:
        """How a unit's ``I`` is to be read: patient, caregiver or clinician."""
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            return "clinician"
        if self.subject.speaks_for(unit.role, unit.utterance):
            return "caregiver"
        return "patient"

    def add(
        self,
        kind: str,
        section: str,
        text: str,
        units: Sequence[Unit],
        *,
        assertion: Assertion = Assertion.AFFIRMED,
        experiencer: str = "patient",
        score: float = 1.0,
        evidence: Sequence[Evidence] = (),
        typed: Mapping[str, str] | None = None,
        **attributes: str,
    ) -> Claim:
        """Write one claim; its evidence is the units' words, in their order in the visit.

        ``typed`` and ``attributes`` are the claim's typed parts; empty ones are left out.
        """
        ordered = sorted({unit.index: unit for unit in units}.values(), key=lambda u: u.start)
        claim = Claim(
            kind=kind,
            section=section,
            text=text,
            evidence=tuple(dict.fromkeys((*(unit.evidence for unit in ordered), *evidence))),
            assertion=assertion,
            experiencer=experiencer,  # type: ignore[arg-type]
            attributes=_without_empty({**(typed or {}), **attributes, "language": self.language}),
            score=score,
        )
        self.claims.append(claim)
        self.used.update(unit.index for unit in units)
        return claim


def _without_empty(attributes: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in attributes.items() if value}
