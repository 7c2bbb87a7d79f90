"""Speaker labels: ``[doctor]``, ``Dr. Martin:``, ``Médecin :``, ``DOCTOR:`` and what they mean."""

import re
from collections import Counter

from summarizer.types import Role

_TIME = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_LEADING_TIME = re.compile(rf"^\s*[\[(<]?\s*({_TIME})\s*(?:-+>?\s*{_TIME}\s*)?[\])>]?\s*[-–—]?\s*")
_BRACKETED = re.compile(r"^\s*[\[<(]\s*([^\W\d_][\w.'’\- ]{0,38}?)\s*[\]>)]\s*[:\-–—]?\s*")
_COLON = re.compile(
    r"^\s*\**\s*([^\W\d_][\w.'’\-]*(?:[ ][\w.'’\-()]+){0,4}?)\s*\**\s*:\**(?=\s|$)\s*"
)

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        Role.CAREGIVER,
        re.compile(
            r"\b(mother|father|mom|mum|dad|parent|guardian|caregiver|carer|wife|husband|spouse|"
            r"partner|son|daughter|sister|brother|grand(?:mother|father|ma|pa)|relative|family|"
            r"m[eè]re|p[eè]re|maman|papa|accompagnante?|aidante?|épouse|[eé]poux|mari|femme|fils|"
            r"fille|s[oœ]eur|fr[eè]re|conjointe?|tuteur|tutrice|proche|famille|appelante?)\b",
            re.I,
        ),
    ),
    (
        Role.PATIENT,
        re.compile(r"^(?:the )?(?:patiente?s?|pt|p|pat|client|malade)\b\.?(?: ?\d)?", re.I),
    ),
    (
        Role.CLINICIAN,
        re.compile(
            r"^(?:guest |second |other )?"
            r"(doctor|dr|doc|d|dre|md|physician|clinician|provider|gp|consultant|surgeon|"
            r"cardiologist|p(?:a)?ediatrician|psychiatrist|psychologist|therapist|practitioner|"
            r"nurse practitioner|np|pa|m[eé]decin|docteure?|m|praticien(?:ne)?|cardiologue|"
            r"p[eé]diatre|psychiatre|chirurgien(?:ne)?|psychologue|r[eé]gulat(?:eur|rice)|interne)"
            r"\b\.?",
            re.I,
        ),
    ),
    (
        Role.OTHER,
        re.compile(
            r"^(nurse|rn|ma|medical assistant|assistant|interpreter|translator|receptionist|"
            r"infirmi[eè]re?|ide|interpr[eè]te|secr[eé]taire|[eé]tudiante?|student|arm)\b",
            re.I,
        ),
    ),
)


def role_of(label: str) -> Role:
    """The role that a label names, or UNKNOWN for a bare name such as ``Speaker 1``."""
    label = label.replace("_", " ").strip().strip(".")
    for role, pattern in _ROLES:
        if pattern.search(label):
            return role
    return Role.UNKNOWN


def take_time(line: str) -> tuple[float | None, str]:
    """A leading time stamp in seconds, and the rest of the line."""
    match = _LEADING_TIME.match(line)
    if not match:
        return None, line
    parts = [float(part.replace(",", ".")) for part in match[1].split(":")]
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + part
    return seconds, line[match.end() :]


def take_label(line: str, accepted: frozenset[str] | None = None) -> tuple[str, str]:
    """The speaker's label and the words after it; no label gives ``("", line)``.

    A label in brackets or before a colon counts when it names a role, or is in ``accepted``.
    """
    for pattern in (_BRACKETED, _COLON):
        match = pattern.match(line)
        if match:
            label = match[1].strip()
            if role_of(label) is not Role.UNKNOWN and len(label.split()) <= 4:
                return label, line[match.end() :]
            if accepted is not None and label.casefold() in accepted:
                return label, line[match.end() :]
    return "", line


_WITHIN = re.compile(r"(?<=[.?!…])\s+(?=([^\W\d_][\w.'’]*(?:[ ][\w.'’]+){0,2}?)\s?:\s)")


def split_at_labels(line: str, seen: frozenset[str]) -> list[str]:
    """The turns that a lost line break left in one line: ``Any fever? Patient: No.``

    A line is cut before a label that names a role and begins a turn elsewhere (``seen``, in lower
    case), or that is written with an underscore, as no word is.
    """
    parts, at = [], 0
    for match in _WITHIN.finditer(line):
        label = match[1]
        if role_of(label) is not Role.UNKNOWN and (label.casefold() in seen or "_" in label):
            parts.append(line[at : match.start()])
            at = match.end()
    return [*parts, line[at:]]


def names_used_as_labels(lines: list[str]) -> frozenset[str]:
    """Names before a colon that recur like speakers do (``John:``, ``Speaker 1:``)."""
    seen: Counter[str] = Counter()
    for line in lines:
        for pattern in (_BRACKETED, _COLON):
            match = pattern.match(line)
            if match:
                seen[match[1].strip().casefold()] += 1
                break
    filled = max(1, len(lines))
    labelled = sum(seen.values()) / filled
    recurring = {name for name, count in seen.items() if count >= 2}
    return frozenset(recurring if labelled >= 0.4 and len(recurring) >= 2 else ())
