"""The three sentences that a reviewer should check first, by risk."""

from collections.abc import Sequence

from summarizer.language.lexicon import THOUGHTS
from summarizer.types import Flag, Section, Sentence

_SEVERITY = {"high": 3.0, "medium": 2.0, "low": 0.5}
_SECTION = {"plan": 0.4, "medications": 0.4, "allergies": 0.5, "assessment": 0.2, "followup": 0.1}

_OF_HARM = 2.5  # thoughts of killing or hurting come before any dose


def check_first(sections: Sequence[Section], *, count: int = 3) -> tuple[Flag, ...]:
    """Flags ``check-first`` naming section and sentence (positions from 0) and why."""
    ranked: list[tuple[float, int, int, str]] = []
    for s, section in enumerate(sections):
        for p, sentence in enumerate(section.sentences):
            risk, why = _risk(section.key, sentence)
            if risk > 0.5:
                ranked.append((-risk, s, p, why))
    return tuple(
        Flag("check-first", "low", {"section": sections[s].key, "sentence": str(p), "reason": why})
        for _, s, p, why in sorted(ranked)[:count]
    )


def _risk(section: str, sentence: Sentence) -> tuple[float, str]:
    flags = [(_SEVERITY[flag.severity], flag.code) for flag in sentence.flags]
    worst = max(flags, default=(0.0, ""))
    risk, why = worst[0], worst[1]
    medicine = any(
        claim.attributes.get("concept_kind") == "medication" for claim in sentence.claims
    )
    dosed = any(claim.attributes.get("dose") for claim in sentence.claims)
    if medicine and section in ("plan", "medications"):
        risk += 0.5 + (0.3 if dosed else 0.0)
        why = why or ("dose" if dosed else "medicine")
    if any(claim.attributes.get("concept") in THOUGHTS for claim in sentence.claims):
        risk, why = risk + _OF_HARM, why or "self-harm"
    risk += _SECTION.get(section, 0.0) + (1.0 - sentence.confidence) * 0.6
    return risk, why or ("low-confidence" if sentence.confidence < 0.7 else section)
