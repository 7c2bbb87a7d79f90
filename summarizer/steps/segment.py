"""Which part of the note a unit belongs to: prototypes in the encoder's space, cues, and phase.

A visit has phases (story, examination, results, plan) that clinicians announce. A unit's section is
the best of: similarity to a section's prototypes, its own cues, and the phase that it stands in.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from summarizer.language.quantities import doses, measures
from summarizer.steps.cues import CUES, FINDING, ORDERED, PHASES, PROTOTYPES, TO_THE_MACHINE
from summarizer.steps.units import Unit
from summarizer.types import Language, Role

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]

DIMENSIONS = 384
SECTIONS = ("hpi", "pmh", "medications", "allergies", "social", "family", "exam", "results", "plan")


def segment(units: list[Unit], language: Language, encode: Encode) -> None:
    """Set ``section``, ``score`` and ``vector`` of every unit.

    ``score`` is how much the unit belongs in a note at all (above small talk), in the encoder's
    cosine; ``section`` is one of SECTIONS or ``talk``.
    """
    if not units:
        return
    names, prototypes = _prototypes(language, encode)
    vectors = np.zeros((len(units), DIMENSIONS), dtype=np.float32)
    # One or two words ("okay", "yes") say no topic: they are not worth the encoder's time.
    telling = [row for row, unit in enumerate(units) if len(unit.clean.split()) > 2]
    vectors[telling] = encode([units[row].clean for row in telling])
    similar = vectors @ prototypes.T
    by_section = {name: similar[:, [n == name for n in names]].max(axis=1) for name in set(names)}
    phases = _phases(units, language)
    for row, unit in enumerate(units):
        scores = {name: float(values[row]) for name, values in by_section.items()}
        for name, pattern, bonus in CUES[language]:
            if pattern.search(unit.raw):
                scores[name] += bonus
        for name in ("allergies", "family"):  # only where a cue says so
            if not any(n == name and p.search(unit.raw) for n, p, _ in CUES[language]):
                scores[name] = -1.0
        _by_role(unit, scores)
        if not FINDING[language].search(unit.raw) or unit.question:
            _by_phase(phases[row], unit, scores)
        elif unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            scores["exam"] += 0.3
        if ORDERED.match(unit.clean):
            scores["plan"] += 0.5
        _by_content(unit, scores, language)
        unit.vector = vectors[row]
        unit.phase = phases[row]
        unit.section = max(sorted(scores), key=lambda name: scores[name])
        if not unit.clean or TO_THE_MACHINE.match(unit.clean):
            unit.section = "talk"
        unit.score = scores[unit.section] - scores["talk"] if unit.section != "talk" else 0.0


@lru_cache(maxsize=4)
def _prototypes(language: Language, encode: Encode) -> tuple[list[str], npt.NDArray[np.float32]]:
    names = [name for name, texts in PROTOTYPES[language].items() for _ in texts]
    texts = [text for group in PROTOTYPES[language].values() for text in group]
    return names, encode(texts)


def _phases(units: list[Unit], language: Language) -> list[str]:
    """The phase each unit stands in; a clinician's announcement begins one."""
    phase, phases = "story", []
    for unit in units:
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            for name, pattern in PHASES[language]:
                if pattern.search(unit.raw) and not (
                    phase == "story" and unit.index < len(units) // 10
                ):
                    phase = name
        phases.append(phase)
    return phases


def _by_role(unit: Unit, scores: dict[str, float]) -> None:
    if unit.role in (Role.PATIENT, Role.CAREGIVER):
        for name in ("exam", "results", "plan"):
            scores[name] -= 0.35
        scores["hpi"] += 0.05
    elif unit.role is Role.CLINICIAN and not unit.question:
        scores["social"] -= 0.05
        scores["hpi"] -= 0.08


def _by_phase(phase: str, unit: Unit, scores: dict[str, float]) -> None:
    if unit.role in (Role.PATIENT, Role.CAREGIVER):
        return
    if phase == "story":
        scores["exam"] -= 0.1
        scores["plan"] -= 0.12
    else:
        scores[phase] += 0.12
        scores["hpi"] -= 0.12
        if phase == "plan":
            scores["exam"] -= 0.1


# "I do want to add aldactone": what is to be taken from now on is no list of what is taken.
_CHANGES = re.compile(
    r"\b(?:(?:i|we)(?:'m| am|'re| are)? (?:do )?(?:want to|wan na|gon na|going to|would like to)|"
    r"(?:i|we)(?:'ll| will| 'll)|(?:i|we) ?'d like to) (?:go ahead and )?"
    r"(?:add|start|increase|decrease|prescribe|stop|switch|restart)\b|"
    r"\b(?:je vais|on va|nous allons|je voudrais) (?:vous )?"
    r"(?:ajouter|débuter|commencer|augmenter|diminuer|prescrire|arrêter|remplacer|reprendre)\b",
    re.I,
)


def _by_content(unit: Unit, scores: dict[str, float], language: Language) -> None:
    has_measure = bool(measures(unit.clean, language))
    if has_measure and unit.role is Role.CLINICIAN:
        scores["results"] += 0.1
    if doses(unit.clean) and unit.role is not Role.CLINICIAN:
        scores["medications"] += 0.1
    if unit.role is Role.CLINICIAN and not unit.question and _CHANGES.search(unit.raw):
        scores["medications"] -= 0.15
    if unit.has("symptom", "condition", "medication", "test"):
        scores["talk"] -= 0.15
    if len(unit.clean.split()) < 3:
        scores["talk"] += 0.15
