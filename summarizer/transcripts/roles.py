"""Who is the clinician? Labels say it, or the words do: who asks, who answers, who is addressed."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from summarizer.types import Role, Utterance

_CLINICIAN = re.compile(
    r"\b(?:do you (?:have|feel|take|smoke|drink|remember)|have you (?:had|been|noticed|ever|tried)|"
    r"are you (?:taking|having|still|able)|any (?:other|pain|fevers?|chest|"
    r"nausea|history|allergies)|"
    r"how (?:long|often|are you (?:feeling|doing))|tell me|what brings you|your (?:blood pressure|"
    r"heart|lungs|x-?ray|labs?|results?|exam|medications?)|i(?:'m| am) going to (?:order|prescribe|"
    r"refer|examine|check|listen|send)|i(?:'d| would) like you to|i want you to|i wanna|gon na|"
    r"let's (?:get|do|start|talk|take)|physical exam|my assessment|follow up with|milligrams|"
    r"avez[- ]vous|est[- ]ce que (?:vous|ça|tu|il|elle)|vous (?:avez|prenez|"
    r"fumez|sentez|ressentez)|"
    r"depuis (?:quand|combien)|je vais vous|on va (?:faire|vous|regarder|prendre)|il faut (?:que "
    r"vous|faire)|votre (?:tension|coeur|cœur|traitement|bilan|examen|ventre)|racontez|respirez|"
    r"je vous (?:prescris|examine|ausculte|propose|fais|mets|envoie)|prenez|qu'est[- ]ce qui vous)",
    re.I,
)
_PATIENT = re.compile(
    r"\b(?:i(?:'ve| have) been (?:having|feeling|taking|getting|doing)|i (?:feel|felt|take|took|"
    r"noticed|smoke|drink|can't|cannot|couldn't)|it hurts|my (?:pain|wife|husband|mother|father|"
    r"back|knee|chest|stomach|head|doctor|job|kids|leg|arm)|i'm (?:having|worried|scared|taking|"
    r"not sleeping)|thank you,? doc(?:tor)?|yes,? doctor|doctor|j'ai (?:mal|eu|pris|peur|du mal|"
    r"l'impression|des|une|un)|je (?:prends|fume|dors|sens|ressens|tousse|bois|travaille)|ça me|"
    r"ma (?:femme|fille|mère|tête)|mon (?:mari|fils|père|dos|ventre|genou)|docteur|mes|merci)",
    re.I,
)


def _leaning(words: str) -> float:
    """Above zero speaks like the clinician, below like the patient."""
    score = 1.5 * len(_CLINICIAN.findall(words)) - 1.3 * len(_PATIENT.findall(words))
    if words.rstrip().endswith("?"):
        score += 1.0
    return score


def infer_roles(
    text: str, utterances: Sequence[Utterance]
) -> tuple[tuple[Utterance, ...], tuple[str, ...]]:
    """The utterances with every UNKNOWN role guessed, and notices of what was guessed."""
    roles = {item.role for item in utterances}
    if Role.UNKNOWN not in roles:
        swapped = _swapped(text, utterances)
        return (_swap(utterances), ("roles-swapped",)) if swapped else (tuple(utterances), ())
    if all(item.speaker for item in utterances):
        return _by_speaker(text, utterances), ("roles-inferred",)
    return _by_turn(text, utterances), ("roles-inferred",)


def _by_speaker(text: str, utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    leaning: dict[str, float] = defaultdict(float)
    for item in utterances:
        leaning[item.speaker] += _leaning(text[item.start : item.end])
    unknown = {item.speaker for item in utterances if item.role is Role.UNKNOWN}
    known = {item.role for item in utterances if item.role is not Role.UNKNOWN}
    ranked = sorted(unknown, key=lambda name: (-leaning[name], name))
    guess: dict[str, Role] = {}
    for rank, name in enumerate(ranked):
        if rank == 0 and Role.CLINICIAN not in known and (len(ranked) > 1 or leaning[name] > 0):
            guess[name] = Role.CLINICIAN
        elif Role.PATIENT not in known | set(guess.values()) or len(ranked) <= 2:
            guess[name] = Role.PATIENT
        else:
            guess[name] = Role.CAREGIVER
    return tuple(
        replace(item, role=guess[item.speaker]) if item.role is Role.UNKNOWN else item
        for item in utterances
    )


def _by_turn(text: str, utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """The best path through two roles: each turn's leaning, and that turns usually alternate."""
    scores = [max(-2.5, min(2.5, _leaning(text[u.start : u.end]))) for u in utterances]
    dictated = len(utterances) == 1 or not any(
        text[item.start : item.end].rstrip().endswith("?") for item in utterances
    )
    if dictated:
        role = Role.PATIENT if sum(scores) < -1 else Role.CLINICIAN
        return tuple(
            replace(item, role=role) if item.role is Role.UNKNOWN else item for item in utterances
        )
    # A line break in unlabelled words is nearly always a change of speaker.
    alternate, stay = 1.5, -1.5
    best = [(scores[0], -scores[0])]
    back: list[tuple[int, int]] = []
    for score in scores[1:]:
        clinician, patient = best[-1]
        options = (
            (clinician + stay, patient + alternate),
            (clinician + alternate, patient + stay),
        )
        back.append((int(options[0][1] > options[0][0]), int(options[1][1] >= options[1][0])))
        best.append((max(options[0]) + score, max(options[1]) - score))
    state = int(best[-1][1] > best[-1][0])
    path = [state]
    for step in reversed(back):
        state = step[state]
        path.append(state)
    path.reverse()
    return tuple(
        replace(item, role=(Role.CLINICIAN, Role.PATIENT)[side])
        if item.role is Role.UNKNOWN
        else item
        for item, side in zip(utterances, path, strict=True)
    )


def _swapped(text: str, utterances: Sequence[Utterance]) -> bool:
    """Labels that are the wrong way round: the "patient" examines and the "doctor" has the pain."""
    asks: dict[Role, float] = defaultdict(float)
    count: dict[Role, int] = defaultdict(int)
    for item in utterances:
        asks[item.role] += _leaning(text[item.start : item.end])
        count[item.role] += 1
    if count[Role.CLINICIAN] < 4 or count[Role.PATIENT] < 4:
        return False
    return asks[Role.PATIENT] > 4 and asks[Role.CLINICIAN] < asks[Role.PATIENT] - 8


def _swap(utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    other = {Role.CLINICIAN: Role.PATIENT, Role.PATIENT: Role.CLINICIAN}
    return tuple(replace(item, role=other.get(item.role, item.role)) for item in utterances)
