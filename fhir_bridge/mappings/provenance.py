"""Who made a signed note: the model drafted, a person verified.

https://hl7.org/fhir/R4/provenance.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_bridge.mappings.parts import AI_LABEL, TERMINOLOGY, Ref, instant, present

AGENTS = f"{TERMINOLOGY}/provenance-participant-type"


@dataclass(frozen=True, slots=True)
class SignedProvenance:
    """`targets` and `sources` are version-specific references ("Composition/1/_history/2").

    `words_sha256` names the visit's words without repeating any; `person_wrote` says that the
    signer or a colleague wrote or rewrote part of the note.
    """

    targets: tuple[str, ...]
    recorded: datetime
    device: Ref
    signer: Ref
    words_sha256: str
    sources: tuple[str, ...] = ()
    person_wrote: bool = False
    revises: str = ""
    reason: str = ""


def provenance_build(made: SignedProvenance) -> dict[str, Any]:
    """The Provenance: Device as author and assembler, the person as verifier (and author of what
    a person wrote), the words and the cited record versions as sources."""
    person = [_agent(made.signer, ("verifier", "Verifier"))]
    if made.person_wrote:
        person.append(_agent(made.signer, ("author", "Author")))
    words = {
        "role": "source",
        "what": {
            "identifier": {
                "system": "urn:ietf:rfc:3986",
                "value": f"urn:hash::sha256:{made.words_sha256}",
            },
            "display": "Words of the visit",
        },
    }
    sources = [{"role": "source", "what": {"reference": source}} for source in made.sources]
    revised = [{"role": "revision", "what": {"reference": made.revises}}] if made.revises else []
    return present(
        {
            "resourceType": "Provenance",
            "meta": {"security": [AI_LABEL]},
            "target": [{"reference": target} for target in made.targets],
            "occurredDateTime": instant(made.recorded),
            "recorded": instant(made.recorded),
            "reason": [{"text": made.reason}] if made.reason else None,
            "activity": {
                "coding": [
                    {
                        "system": f"{TERMINOLOGY}/v3-DocumentCompletion",
                        "code": "LA",
                        "display": "legally authenticated",
                    }
                ]
            },
            "agent": [
                _agent(made.device, ("author", "Author"), ("assembler", "Assembler")),
                *person,
            ],
            "entity": [words, *sources, *revised],
        }
    )


def _agent(who: Ref, *kinds: tuple[str, str]) -> dict[str, Any]:
    return {
        "type": {
            "coding": [
                {"system": AGENTS, "code": code, "display": display} for code, display in kinds
            ]
        },
        "who": who.build(),
    }
