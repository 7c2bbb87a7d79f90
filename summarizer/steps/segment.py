"""Which part of the note a unit belongs to: prototypes in the encoder's space, cues, and phase.

A visit has phases (story, examination, results, plan) that clinicians announce. A unit's section is
the best of: similarity to a section's prototypes, its own cues, and the phase that it stands in.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from summarizer.language.quantities import doses, measures
from summarizer.steps.units import Unit
from summarizer.types import Language, Role

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]

SECTIONS = ("hpi", "pmh", "medications", "allergies", "social", "family", "exam", "results", "plan")

_PROTOTYPES: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "hpi": (
            "the pain started three weeks ago and it is getting worse",
            "i have been feeling really tired and short of breath",
            "it hurts when i walk and it wakes me up at night",
            "i have been doing well since the last visit",
            "i tried ice and tylenol and it helped a little",
            "i fell and landed on my side",
        ),
        "pmh": (
            "i was diagnosed with diabetes ten years ago",
            "past medical history significant for hypertension and depression",
            "i had my gallbladder removed",
        ),
        "medications": (
            "i take metformin five hundred milligrams twice a day",
            "are you taking your medication every day",
        ),
        "allergies": ("i am allergic to penicillin", "do you have any allergies to medications"),
        "social": (
            "i smoke half a pack a day and drink on the weekend",
            "i work as a teacher and live with my husband",
        ),
        "family": ("my mother had breast cancer", "is there any family history of heart disease"),
        "exam": (
            "on your exam your lungs are clear and i hear a murmur",
            "there is tenderness to palpation and limited range of motion",
            "let me take a look at you and listen to your heart and lungs",
        ),
        "results": (
            "the x-ray shows no fracture",
            "your hemoglobin a1c came back elevated at eight",
            "looking at your echocardiogram the pumping function is low",
        ),
        "plan": (
            "i want to increase your lisinopril to forty milligrams a day",
            "i am going to order an mri and refer you to physical therapy",
            "for your diabetes we will continue the metformin",
            "come back and see me in three months",
            "call me if your symptoms get worse",
        ),
        "talk": (
            "hi how are you doing today",
            "thank you so much have a great day",
            "did you watch the game last night",
            "okay sounds good",
            "do you have any questions for me",
        ),
    },
    "fr": {
        "hpi": (
            "j'ai mal depuis trois semaines et ça s'aggrave",
            "je suis très fatiguée et essoufflée",
            "ça me fait mal quand je marche et ça me réveille la nuit",
            "il a de la fièvre depuis hier et il ne mange pas",
        ),
        "pmh": ("j'ai été opéré de l'appendicite", "j'ai de l'hypertension depuis dix ans"),
        "medications": (
            "je prends de la metformine deux fois par jour",
            "quels médicaments prenez-vous",
        ),
        "allergies": ("je suis allergique à la pénicilline", "avez-vous des allergies"),
        "social": (
            "je fume dix cigarettes par jour",
            "je travaille comme enseignante et je vis seule",
        ),
        "family": ("ma mère a eu un cancer du sein", "y a-t-il des antécédents dans la famille"),
        "exam": (
            "à l'auscultation les poumons sont clairs",
            "la cicatrice est propre, pas de rougeur",
            "le ventre est souple, votre tension est bonne",
        ),
        "results": (
            "la radio ne montre pas de fracture",
            "votre bilan sanguin montre une hémoglobine basse",
        ),
        "plan": (
            "je vais vous prescrire un traitement pour une semaine",
            "on va faire une prise de sang et une échographie",
            "on augmente la dose et on se revoit dans un mois",
            "si vous avez de la fièvre il faut consulter en urgence",
        ),
        "talk": ("bonjour comment allez-vous", "merci beaucoup au revoir", "d'accord très bien"),
    },
}

_PHASES: dict[Language, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "en": (
        (
            "exam",
            re.compile(
                r"\b(?:physical exam|exam(?:ine|ination)? (?:of )?(?:you|your)|quick exam|examine|"
                r"take a (?:quick )?look at (?:your|you|that|the)|listen to your (?:heart|lungs)|check out your|"
                r"on (?:your |physical |the )?exam|vital signs|on your .{3,20} exam|press(?:ing)? (?:here|on)|"
                r"lay (?:back|down) (?:for|on)|lift up your)\b",
                re.I,
            ),
        ),
        (
            "results",
            re.compile(
                r"\b(?:look(?:ing)? at (?:some of )?(?:your|the) (?:results|labs?|x-?rays?|x ray|mri|ct|blood|echo\w*|ekg|\w+ panel)|"
                r"(?:your|the) (?:results|lab results|labs|x-?ray|x ray|mri|ct scan|ekg|echo\w*|blood work|lab work|biopsy|ultrasound)\b.{0,25}"
                r"\b(?:show|came back|is|are|was|were|look|reveal|demonstrat|back)|"
                r"review(?:ed)? the results|show me the (?!vital|blood pressure)|i (?:did )?(?:reviewed?|looked at|got|have) (?:the|your) (?:results|x-?ray|x ray|mri|ct|labs|blood|ekg))",
                re.I,
            ),
        ),
        (
            "plan",
            re.compile(
                r"\b(?:assessment and (?:my )?plan|my assessment|my plan|the plan|for (?:your|the) (?:first|next|second|third|last|other) "
                r"(?:problem|issue|diagnosis)|here's what i(?:'m| am)? (?:think|want)|what i(?:'m| am)? (?:think|gon na|going to|would like|want|wan na)|"
                r"what i(?:'d| would) like to do|let's go ahead and|"
                r"(?:i|we)(?:'d| would|'m| am|'re| are)? (?:like|gon na|wan na|want|going|recommend)\b.{0,12}(?:order|prescribe|start|refer|send|increase|get you|put you|continue|have you|recommend|schedule))",
                re.I,
            ),
        ),
    ),
    "fr": (
        (
            "exam",
            re.compile(
                r"\b(?:je vais vous examiner|on va vous examiner|je vous examine|je vous ausculte|j'ausculte|"
                r"à l'examen|à l'auscultation|à la palpation|respirez|allongez-vous|installez-vous|"
                r"(?:je|on) (?:vais|va) (?:regarder|écouter|prendre (?:la|votre) tension|palper|ausculter|l'examiner|examiner)|"
                r"déshabill|montrez-moi)",
                re.I,
            ),
        ),
        (
            "results",
            re.compile(
                r"\b(?:(?:vos|les|tes) (?:résultats|analyses|examens)|(?:votre|la|le|l') ?(?:bilan|prise de sang|radio|scanner|irm|échographie|écho|électrocardiogramme|ecg)\b.{0,30}(?:montre|retrouve|est|sont|revenu)|"
                r"j'ai reçu (?:vos|les)|bilan (?:sanguin|biologique) (?:montre|retrouve|est))",
                re.I,
            ),
        ),
        (
            "plan",
            re.compile(
                r"\b(?:(?:je|on) (?:vais|va) (?:vous |lui |te |donc |aussi )*(?:prescrire|faire|demander|mettre|donner|adresser|arrêter|augmenter|diminuer|continuer|envoyer|refaire|programmer|commencer|poursuivre|changer)|"
                r"ce que je vous propose|je vous propose|voilà ce qu'on va faire|pour (?:la suite|le traitement)|"
                r"je vous (?:prescris|mets|adresse|arrête|fais une ordonnance|revois|conseille)|on (?:augmente|diminue|arrête|continue|commence|poursuit|garde|se revoit)|il faut(?:dra)? (?:que|faire|prendre|éviter|revenir|consulter))",
                re.I,
            ),
        ),
    ),
}  # fmt: skip

_CUES: dict[Language, tuple[tuple[str, re.Pattern[str], float], ...]] = {
    "en": (
        ("allergies", re.compile(r"\ballerg(?:y|ies|ic) to\b|\b(?:drug|medication|any|food) allergies\b|\bno (?:known )?allergies\b", re.I), 0.35),
        ("family", re.compile(r"\bfamily history\b|\bruns in (?:my|the|your) family\b|\b(?:my|your) (?:mother|father|mom|dad|brother|sister|grandmother|grandfather|grandma|grandpa|aunt|uncle|parents?)\b.{0,40}\b(?:had|has|have|died|diagnosed|history|cancer|diabetes|attack)\b|\badopted\b", re.I), 0.35),
        ("social", re.compile(r"\b(?:smoke|smoker|smoking|tobacco|vape|vaping|cigarettes?|alcohol|drink(?:ing)? (?:beer|wine|alcohol|on|socially)|beers?|glass(?:es)? of wine|marijuana|drugs|cocaine|retired|work as|i work|live (?:with|alone)|married|divorced)\b", re.I), 0.25),
        ("pmh", re.compile(r"\b(?:past )?(?:medical )?history (?:of|significant)\b|\bsurger(?:y|ies) (?:in|on|before|for)\b|\b(?:had|have) .{0,20}(?:removed|surgery|replaced|repaired|transplant)\b|\bdiagnosed with\b", re.I), 0.2),
        ("plan", re.compile(r"\b(?:i(?:'m| am)? (?:gon na|going to|wan na|want to|would like to|recommend)|i'd like (?:you )?to|i want you to|we'll|we will|we(?:'re| are) (?:gon na|going to)|let's|i'll|follow[- ]?up (?:with|in)|come back|return|refer(?:ral)?|prescri(?:be|ption)|refill)\b", re.I), 0.12),
        ("exam", re.compile(r"\b(?:tender(?:ness)?|palpation|range of motion|clear to auscultation|murmurs?|edema|bilaterally|reflexes|i (?:do )?(?:hear|see|appreciate|feel|notice)\b|strength is|lungs (?:are|sound)|heart (?:is|sounds)|abdomen is|sensation is|capillary|pulses|rebound|guarding|appears?)\b", re.I), 0.2),
        ("results", re.compile(r"\b(?:x-?ray|x ray|mri|ct|ekg|echo\w*|lab(?:s| results)|a1c|panel|biopsy|test(?:s)?|ultrasound|hemoglobin)\b.{0,40}\b(?:show(?:s|ed)?|reveal|was|were|is|are|came back|normal|elevated|demonstrate|negative|positive)\b|\bejection fraction\b", re.I), 0.25),
    ),
    "fr": (
        ("allergies", re.compile(r"\ballergi(?:e|es|que|ques)\b", re.I), 0.35),
        ("family", re.compile(r"\bantécédents familiaux\b|\bdans (?:la|ma|votre) famille\b|\b(?:ma|mon|votre) (?:mère|père|frère|sœur|soeur|grand[- ]?mère|grand[- ]?père|tante|oncle)\b.{0,40}\b(?:a|avait|est|eu|mort|décédée?|cancer|diabète|infarctus)\b", re.I), 0.35),
        ("social", re.compile(r"\b(?:fume|fumez|tabac|cigarettes?|paquets?|alcool|verres? de vin|bière|retraitée?|travaille|métier|profession|mariée?|divorcée?|vis (?:seule?|avec))\b", re.I), 0.25),
        ("pmh", re.compile(r"\bantécédents?\b|\bopérée? (?:de|du|des|d')|\bsuivie? pour\b|\bdiagnostiquée?\b", re.I), 0.2),
        ("plan", re.compile(r"\b(?:je vais vous|on va (?:faire|vous|refaire|augmenter|arrêter|continuer|mettre|commencer)|je vous (?:prescris|mets|adresse|revois|propose|conseille|fais)|il faut|ordonnance|rendez-vous|on se revoit|revenez|rappelez|consultez|vous prendrez|vous allez prendre|à renouveler)\b", re.I), 0.2),
        ("exam", re.compile(r"\b(?:auscultation|palpation|souple|bruits du c(?:œ|oe)ur|poumons|tympans?|gorge (?:est|rouge)|cicatrice|mobilité|réflexes|je (?:vois|sens|trouve|palpe|entends)|murmure|abdomen|ventre est|bien cicatrisé)\b", re.I), 0.2),
        ("results", re.compile(r"\b(?:radio|scanner|irm|échographie|bilan|prise de sang|analyses?|ecg|électrocardiogramme|hémoglobine|créatinine|cholestérol)\b.{0,40}\b(?:montre|normale?|élevée?|basse?|est à|sont|retrouve|négati|positi)", re.I), 0.25),
    ),
}  # fmt: skip


def segment(units: list[Unit], language: Language, encode: Encode) -> None:
    """Set ``section``, ``score`` and ``vector`` of every unit.

    ``score`` is how much the unit belongs in a note at all (above small talk), in the encoder's
    cosine; ``section`` is one of SECTIONS or ``talk``.
    """
    if not units:
        return
    names, prototypes = _prototypes(language, encode)
    vectors = encode([unit.clean or unit.raw for unit in units])
    similar = vectors @ prototypes.T
    by_section = {name: similar[:, [n == name for n in names]].max(axis=1) for name in set(names)}
    phases = _phases(units, language)
    for row, unit in enumerate(units):
        scores = {name: float(values[row]) for name, values in by_section.items()}
        for name, pattern, bonus in _CUES[language]:
            if pattern.search(unit.raw):
                scores[name] += bonus
        _by_role(unit, scores)
        _by_phase(phases[row], unit, scores)
        _by_content(unit, scores, language)
        unit.vector = vectors[row]
        unit.section = max(sorted(scores), key=lambda name: scores[name])
        unit.score = scores[unit.section] - scores["talk"] if unit.section != "talk" else 0.0


def _prototypes(language: Language, encode: Encode) -> tuple[list[str], npt.NDArray[np.float32]]:
    names = [name for name, texts in _PROTOTYPES[language].items() for _ in texts]
    texts = [text for group in _PROTOTYPES[language].values() for text in group]
    return names, encode(texts)


def _phases(units: list[Unit], language: Language) -> list[str]:
    """The phase each unit stands in; a clinician's announcement begins one."""
    phase, phases = "story", []
    for unit in units:
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            for name, pattern in _PHASES[language]:
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


def _by_content(unit: Unit, scores: dict[str, float], language: Language) -> None:
    has_measure = bool(measures(unit.clean, language))
    if has_measure and unit.role is Role.CLINICIAN:
        scores["results"] += 0.1
    if doses(unit.clean) and unit.role is not Role.CLINICIAN:
        scores["medications"] += 0.1
    if unit.has("symptom", "condition", "medication", "test"):
        scores["talk"] -= 0.15
    if len(unit.clean.split()) < 3:
        scores["talk"] += 0.15
