"""One short section in the style that clinicians write it in, from what was said alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from summarizer.language.plain import clinical, compact
from summarizer.language.quantities import doses, frequency
from summarizer.language.register_en import written
from summarizer.language.text import joined, listed
from summarizer.language.text import sentence as finished
from summarizer.sections.candidates import Candidate, candidates
from summarizer.sections.facets import (
    FACETS,
    agreement,
    all_denied,
    denied_facets,
    facets_text,
    healthy,
    none_text,
    unknown,
    unknown_text,
)
from summarizer.sections.relatives import named
from summarizer.sections.salience import salient
from summarizer.steps.units import Subject, Unit
from summarizer.steps.verify import stems
from summarizer.steps.write.wording import none_of
from summarizer.types import Assertion, Language, Role

LISTS = frozenset({"PASTSURGICAL", "PASTMEDICALHX", "CC", "DIAGNOSIS", "ASSESSMENT", "PROCEDURES"})
BY_CLINICIAN = frozenset(
    {"ASSESSMENT", "DIAGNOSIS", "PLAN", "EXAM", "IMAGING", "LABS", "EDCOURSE", "DISPOSITION"}
    | {"PROCEDURES", "GENHX"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence and the units that it rests on. ``convention``: its wording is a clinician's
    convention that the units were matched for, not words that were said. ``plainly``: the same in
    single sentences, for when the merged one does not hold."""

    text: str
    units: tuple[Unit, ...]
    convention: bool = False
    plainly: tuple["Line", ...] = ()


_CHAT = re.compile(
    r"^(?:(?:no|yes|okay|well|hi|hello|hey|oh|great|good|thanks?|thank|sure|nice|sorry|thankfully|"
    r"luckily|fortunately|unfortunately|honestly|anyways?|actually)\b[ ,.!]*)*"
    r"(?:(?:the patient|he|she|they|it) (?:is|was|are|does|doesn't|did|do|has|can|will|feels?)"
    r"(?: not| n't)?(?: (?:doing|feeling|very|so|really|pretty|not|to|too))*"
    r"(?: (?:good|great|okay|ok|fine|well|sure|sorry|glad|happy|that|it|this|so|nice|them|alright|"
    r"better|here|ready|here you go))?|none of (?:that|them|it|those)|nothing(?: like that)?|"
    r"not (?:that|really|at all|yet|right now).*|of course.*|"
    r"(?:the patient )?(?:knows?|thinks? so).*|"
    r"(?:no |nothing )?(?:questions|problems?|problems? like that|changes)(?: there| at all)?|"
    r"(?:it|that) (?:is|was) (?:the same|all|right|fine|normal).*|sounds? .*|everything is .*|"
    r"(?:the patient|he|she) (?:doesn't|does not|don't) (?:think|know)(?: .{0,12})?|"
    r".{0,20}\b(?:no clue|good question|tough one|there's one more thing|here you go)\b.*|"
    r"(?:i'm |okay )?with (?:that|it)|go ahead|glad to hear.*|here it is|happy .{0,12}birthday.*|"
    r"(?:that(?:'s| is)|it(?:'s| is)) (?:awesome|great|good|wonderful|the one|correct|right|fine|"
    r"not a problem|amazing|nice|terrific|okay)(?: to hear)?|congratulations.*|can't complain|"
    r"(?:(?:sir|ma'am|doctor), )?that(?:'s| is)|"
    r"(?:good )?(?:morning|afternoon|evening)(?:[ ,].{0,16})?|"
    r"let (?:the patient|him|her|them|me) (?:think|grab|see|help|check|look)\b.*|"
    r".*\b(?:rings? (?:some|a) bells?|(?:good|okay|ready|fine),? doc)\b.*|"
    r"(?:hah?|haha|ha)\b.*|no way|go for it|figure it out|(?:sorry|shoot)|"
    r"how (?:funny|nice|sweet|cool)|it sure (?:is|does|was)|"
    r"(?:that|it) (?:will|would) be (?:nice|great|good|fine|perfect|wonderful).*|"
    r"that(?:'s| is) an? (?:good|great) (?:thing|idea|news).*|get to the bottom of.*|"
    r"(?:it|that) (?:could|can|may|might|doesn't have to) (?:really )?be "
    r"(?:any(?:thing|one)\b|that serious|a (?:number|lot|variety) of).*|"
    r"(?:a )?(?:whole |long )?(?:few|lot|list|couple)(?: (?:of )?(?:things|conditions|them))?|"
    r"to double check|take a look at .*|"
    r"(?:the patient|he|she) (?:thought|hopes?|means?)(?: so| not)?|"
    r"that (?:is|was)(?: not)? it|that will (?:also )?do(?: it)?|"
    r"the (?P<carer>\w+) is (?:actually |also )?(?:his|her|their|the|\w+'s) (?P=carer)\b.*|"
    r"(?:the )?patient (?:must be|is) (?:his|her|their) \w+|nothing of (?:that|the) sort|"
    r"do(?: not|n't) remind (?:the patient|him|her)|"
    r"any(?:thing)? (?:like that|else)|absolutely not|.*\bnice to (?:meet|see)\b.*|"
    r".*\b(?:thank(?:s| you| them)|how are|let's|welcome|good (?:morning|afternoon|evening)|"
    r"see you|bye|take care|i'm sorry)\b.*)?[ .!]*$",
    re.I,
)
_HOLLOW = re.compile(
    r"^(?:the patient|he|she) (?:has|takes?|is taking|has had|had|does have|have|works?|is) ?(?:"
    r"(?:any |other |ever had )?(?:medical (?:conditions?|history|problems?)|children|kids|"
    r"allerg\w+|medications?|surger\w+|conditions?|health problems|family|symptoms?|pain)?)$",
    re.I,
)


def statements(units: list[Unit], language: Language, subject: Subject) -> list[Candidate]:
    """What was said that tells something."""
    return [c for c in candidates(units, language, subject) if _telling(c)]


def write(units: list[Unit], header: str, language: Language, subject: Subject) -> list[Line]:
    """The section's lines; none when nothing that was said belongs in it."""
    found = statements(units, language, subject)
    lines: list[Line] = []
    used: set[int] = set()
    if header in ("MEDICATIONS", "ALLERGY"):
        lines = _medicines(units, header, language)
        used = {unit.index for line in lines for unit in line.units}
    habits = denied_facets(units, language)
    if habits and header in ("FAM/SOCHX", "GENHX", "PASTMEDICALHX"):
        spent = {u.index for group in habits.values() for u in group}
        found = [c for c in found if not ({u.index for u in c.units} & spent and _habit(c))]
    else:
        habits = {}
    nothing = all_denied(units, header, language)
    if nothing and not lines:
        spent = {unit.index for unit in nothing}
        others = [c for c in found if not {u.index for u in c.units} & spent and not c.denied]
        if header == "FAM/SOCHX":
            others = [c for c in others if not healthy(c.units)]
            otherwise = any(c.experiencer == "family" for c in others)
        else:
            others = [c for c in others if any(m.concept.kind == "condition" for m in c.names)]
            otherwise = bool(others)
        if otherwise:
            found = [c for c in found if c in others or (c.denied and c.names)]
        else:
            lines.append(Line(none_text(header, language), tuple(nothing), convention=True))
            found = others
    if header in ("MEDICATIONS", "ALLERGY") and lines:
        found = []
    open_question = unknown(units, header)
    if open_question and not lines and not any(c.names and not c.denied for c in found):
        lines.append(Line(unknown_text(language), tuple(open_question), convention=True))
        found = []
    if header not in BY_CLINICIAN:
        told = [c for c in found if c.kind != "clinician" or c.names]
        found = told or found
    found = [c for c in found if not {u.index for u in c.units} <= used or not c.units]
    if header == "CC" and not any(c.names and not c.denied for c in found):
        found = _complaints(units, language) or found
    if header == "FAM/SOCHX" and language == "en":
        found = [named(candidate, units) for candidate in found]
    if header == "GENHX" and language == "en":
        found, opening = _opened(found, subject)
        lines += opening
    lines += _rest(_told_once(salient(found, header, language)), header, language)
    if habits:
        evidence = {u.index: u for group in habits.values() for u in group}
        lines.append(
            Line(
                facets_text(list(habits), language),
                tuple(evidence[index] for index in sorted(evidence)),
                convention=True,
            )
        )
    if language == "en":
        lines = _without_subject([replace(line, text=written(line.text)) for line in lines])
    return [_finished(line) for line in lines]


def _told_once(found: list[Candidate]) -> list[Candidate]:
    """Without the statements that another one holds: ``smokes`` beside ``smokes a pack a day``."""
    content = [
        stems(candidate.text) | set(re.findall(r"\d+", candidate.text)) for candidate in found
    ]
    return [
        candidate
        for place, candidate in enumerate(found)
        if not any(
            (
                content[place] < content[beside]
                or (beside < place and content[place] == content[beside])
            )
            and candidate.denied == found[beside].denied
            and candidate.experiencer == found[beside].experiencer
            for beside in (place - 1, place + 1)
            if content[place] and 0 <= beside < len(found)
        )
    ]


_SUBJECT = re.compile(
    r"the patient (?=[a-z])(?!(?:was|were|will|would|can|cannot|could|might|may)\b)(?:is )?", re.I
)
_PATIENT = re.compile(r"the patient (?=[a-z])", re.I)


def _without_subject(lines: list[Line]) -> list[Line]:
    """``The patient lives alone. Smokes.``: the subject stands once, as long as it stays."""
    shown: list[Line] = []
    same = False
    for line in lines:
        opened = _SUBJECT.match(line.text)
        shown.append(replace(line, text=line.text[opened.end() :]) if opened and same else line)
        same = _PATIENT.match(line.text) is not None
    return shown


def _finished(line: Line) -> Line:
    plainly = tuple(_finished(part) for part in line.plainly)
    return replace(line, text=finished(line.text), plainly=plainly)


def _telling(candidate: Candidate) -> bool:
    text = candidate.text.strip(" .,!")
    return bool(text) and not _CHAT.match(text) and not _HOLLOW.match(text)


def _habit(candidate: Candidate) -> bool:
    return (
        any(p.search(" ".join(u.raw for u in candidate.units)) for p, _, _ in FACETS.values())
        or len(candidate.text.split()) < 8
    )


def _complaints(units: Sequence[Unit], language: Language) -> list[Candidate]:
    """What is complained of by name alone, where no statement can be made of it ("I have a bad
    headache, can you switch off the light?")."""
    found: dict[str, Candidate] = {}
    for unit in units:
        if unit.role not in (Role.PATIENT, Role.CAREGIVER):
            continue
        for mention, status in unit.mentions:
            if (
                mention.concept.kind in ("symptom", "condition")
                and status.assertion is Assertion.AFFIRMED
                and status.experiencer == "patient"
            ):
                text = clinical(mention.surface, language)
                found.setdefault(
                    mention.concept.key, Candidate(text, "fragment", (unit,), (mention,))
                )
    return list(found.values())


_RACES = (
    r"white|caucasian|black|african[- ]american|asian(?:[- ]american)?|hispanic|latin[oa]|"
    r"native american|middle eastern"
)
_KIND = rf"(?:an? )?({_RACES})(?: (?:female|male|woman|man|lady|gentleman))?"
_AGED = re.compile(
    r"(?:(?:he|she|the patient) (?:is|just turned) )?(?:currently |now )?(\d{1,3})"
    r"(?:[- ]years?[- ]old)?(?: now)?(?:,? (?:sir|ma'am|doctor))?"
    rf"(?:(?:,| and|, and) (?:(?:he|she|the patient) )?(?:is|identifies as)?(?: also)? ?{_KIND})?",
    re.I,
)
_OF_RACE = re.compile(
    rf"(?:(?:he|she|the patient) )?(?:is|identifies as)(?: also)? {_KIND}(?:,? (?:sir|ma'am))?",
    re.I,
)
_HOW_OLD = re.compile(r"\bold\b|\bage\b", re.I)
_AN = re.compile(r"^(?:8\d?|11|18)$")


def _opened(found: list[Candidate], subject: Subject) -> tuple[list[Candidate], list[Line]]:
    """A story opens with the patient's age, race and sex, wherever in the talk they were told."""
    age = race = ""
    said: list[Candidate] = []
    for candidate in found:
        text = candidate.text.strip(" .")
        aged, kind = _AGED.fullmatch(text), _OF_RACE.fullmatch(text)
        if aged and text[0].isdigit() and not _HOW_OLD.search(candidate.units[0].raw):
            continue  # "how bad is it?" - "Seven."
        if candidate.experiencer != "patient" or not (aged or kind):
            continue
        if aged and not age:
            age, race = aged[1], race or aged[2] or ""
            said.append(candidate)
        elif kind and not race:
            race = kind[1]
            said.append(candidate)
    if not age:
        return found, []
    article = "an" if _AN.match(age) else "a"
    who = [race.lower() if race.lower() in ("white", "black") else race.title()]
    known = subject.gender in ("female", "male")
    who += [subject.gender if known else "patient" if race else ""]
    text = " ".join(part for part in (f"The patient is {article} {age}-year-old", *who) if part)
    units = {unit.index: unit for candidate in said for unit in candidate.units}
    line = Line(text, tuple(units[index] for index in sorted(units)), convention=True)
    return [c for c in found if c not in said], [line]


def _rest(found: Sequence[Candidate], header: str, language: Language) -> list[Line]:
    lines: list[Line] = []
    denials = [c for c in found if c.kind == "denied" and c.experiencer == "patient"]
    if header in LISTS:
        shown = [c for c in found if not c.denied] or list(found)
        items = [_item(c, language) for c in shown]
        return [Line(item, c.units) for item, c in zip(items, shown, strict=True)]
    merged = False
    for candidate in found:
        if candidate in denials and len(denials) > 1:
            if not merged:
                merged = True
                lines.append(_denied(denials, language))
            continue
        text = candidate.text
        lines.append(Line(text, candidate.units))
    return lines


# What a listed complaint, disease or operation is told with, and is written without.
_LED = re.compile(
    r"^(?:(?:hm|um|uh|so|well|doctor|sir|ma'am|here)\b[ ,]*|in fact\b[ ,]*|(?:and|that) )*"
    r"(?:(?:the patient|he|she|they) (?:has been|has had|has got|has|had|have|is|was|"
    r"feels?(?! like)|needs?|gets?)(?: (?:having|experiencing|feeling|diagnosed with|"
    r"just|also|been having|here for|here to))*|reports?|"
    r"(?:it's|it is) mentioned here that (?:the patient|he|she) has|"
    r"(?:have|had|has|been|is|was)(?: been)?(?: having| experiencing)?) "
    r"(?:(?:a|an|some|this|these|the|any) (?=\w))?(?!not\b|no\b|never\b)",
    re.I,
)
# What a clinician names a disease with: the list has the name alone.
_NAMED = re.compile(
    r"^(?:(?:well|so|okay|and|yes|yeah|all right|alright)\b[ ,]*)*"
    r"(?:the clinician (?:thinks|believes|suspects) (?:that )?)?"
    r"(?:this|that|it)(?:'s| is| looks| sounds| seems| appears)"
    r"(?: like| to be| most likely| likely| probably| pretty| very| it is| it's| a case of|"
    r" a type of| called| consistent with| due to| caused by)*"
    r"(?: an?| the)? (?=[a-z])(?!mentioned)",
    re.I,
)
_OWN = re.compile(r"\b(?:i|i'm|i've|my|you|you're|you've|your)\b", re.I)


def _item(candidate: Candidate, language: Language) -> str:
    """The statement as a list has it; the patient alone may go unnamed."""
    likely = "likely " if candidate.text.startswith("likely ") else ""
    text = compact(clinical(candidate.text.removeprefix(likely), language))
    if candidate.kind == "clinician" and any(
        m.concept.kind == "condition" for m in candidate.names
    ):
        text = _NAMED.sub("", text)
    own = candidate.experiencer == "patient" and _OWN.search(candidate.units[0].raw)
    text = re.sub(r"^(?:a )?lots? of ", "", _LED.sub("", text) if own else text, flags=re.I)
    return likely + text


_NO = re.compile(r"^(?:No|Pas de) ")


def _denied(denials: Sequence[Candidate], language: Language) -> Line:
    """All that was denied, in one line."""
    phrases: list[str] = []
    for candidate in denials:
        if _NO.match(candidate.text):
            phrases.append(_NO.sub("", candidate.text))
        else:
            phrases += [clinical(m.surface, language).lower() for m in candidate.names]
    phrases = list(dict.fromkeys(phrases))
    units = {unit.index: unit for candidate in denials for unit in candidate.units}
    if language == "fr":
        text = none_of(phrases, language)
    else:
        text = f"No {listed(phrases, language, last='or')}"
    return Line(
        text,
        tuple(units[index] for index in sorted(units)),
        plainly=tuple(Line(candidate.text, candidate.units) for candidate in denials),
    )


def _medicines(units: Sequence[Unit], header: str, language: Language) -> list[Line]:
    """Names with their dose and time, as they were said; for allergies, what it is to."""
    names: dict[str, tuple[str, tuple[Unit, ...]]] = {}
    for unit in units:
        agreed = agreement(units, unit, language)
        if unit.question and unit.role is not Role.PATIENT and not agreed:
            continue
        taken = _named_medicines(unit, header)
        for key, surface in taken.items():
            text = surface
            if header == "MEDICATIONS" and len(taken) == 1:
                text = _with_dose(surface, unit.clean, language)
            asked = _asked_before(units, unit) if header == "ALLERGY" else ()
            names.setdefault(key, (text, (*asked, unit, *agreed)))
    if not names:
        return []
    shown = listed([text for text, _ in names.values()], language)
    if header == "ALLERGY":
        shown = f"Allergique à : {shown}" if language == "fr" else f"Allergic to {shown}"
    rows = {unit.index: unit for _, group in names.values() for unit in group}
    return [Line(shown, tuple(rows[i] for i in sorted(rows)))]


def _with_dose(surface: str, said: str, language: Language) -> str:
    """The name, its dose and how often: what stands behind the name, or a dose right before it
    (``10 mg of lisinopril``). What stands before may be another medicine's."""
    place = said.casefold().find(surface.casefold())
    before, behind = said[: max(0, place)], said[max(0, place) + len(surface) :]
    amount = next((f"{a} {u}" for _, _, a, u in doses(behind)), "")
    if not amount:
        led = [d for d in doses(before) if re.fullmatch(r"\s*(?:of|de|d')?\s*", before[d[1] :])]
        amount = f"{led[-1][2]} {led[-1][3]}" if led else ""
    return " ".join(part for part in (surface, amount, frequency(behind, language)) if part)


_COMPARED = re.compile(r"\b(?:than|instead of|unlike|plutôt que|au lieu de)\s+$", re.I)
# A name behind a verb of taking is a medicine, known to the lexicon or not.
_TAKEN = re.compile(
    r"\b(?:take|takes|taking|taken|use|uses|using|prescribed|started|on|prends|prend|prenez)\s+"
    r"(?:(?:the|my|some|both|only|just|is|are|called|du|de la|le|la)\s+)*([A-Z]\w{3,})"
    r"(?:(?: for (?:\w+ ){1,4}?|,? )(?:and|et) ([A-Z]\w{3,}))?"
)
_NO_MEDICINE = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|doctor|mister|christmas|thanksgiving|medicare",
    re.I,
)


def _named_medicines(unit: Unit, header: str) -> dict[str, str]:
    """The medicines that a unit names and neither denies nor compares with: key and surface."""
    spoken = joined(unit.raw)
    found = {
        mention.concept.key: mention.surface
        for mention, status in unit.mentions
        if mention.concept.kind == "medication"
        and status.assertion is not Assertion.DENIED
        and not _COMPARED.search(spoken[: mention.start])
    }
    if header == "MEDICATIONS":
        known = {surface.casefold() for surface in found.values()}
        known |= {m.surface.casefold() for m, _ in unit.mentions}
        for match in _TAKEN.finditer(spoken):
            for name in match.groups():
                if name and name.casefold() not in known and not _NO_MEDICINE.fullmatch(name):
                    found.setdefault(name.casefold(), name)
    return found


_ALLERGY = re.compile(r"\ballerg", re.I)


def _asked_before(units: Sequence[Unit], unit: Unit) -> tuple[Unit, ...]:
    """The question about allergies that this turn answers, where the turn itself names none."""
    if _ALLERGY.search(unit.raw):
        return ()
    turn = [u.utterance for u in units if u.utterance < unit.utterance]
    return tuple(
        u
        for u in units
        if turn and u.utterance == turn[-1] and u.question and _ALLERGY.search(u.raw)
    )
