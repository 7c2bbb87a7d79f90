"""The three elements of medical decision making, found in a note's sentences and codes.

Source: the framework for office visits of 2021, as revised in 2023, which CMS adopted (CY 2021
Physician Fee Schedule final rule, 85 FR 84472; CMS MLN006764, Evaluation and Management Services).
The words here are our own. An item that the words leave open counts for the upper end of the range
only: nothing that is uncertain lowers or raises the lower end.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from summarizer.coding.rules import CHRONIC, SYMPTOM
from summarizer.language.assertion import status
from summarizer.language.context import context_of
from summarizer.language.lexicon import Mention, lexicon
from summarizer.types import Assertion, Language

Name = Literal["problems", "data", "risk"]

# The sections of a note that hold what was concluded and decided, and with them what was measured.
DECIDED = frozenset({"assessment", "plan", "followup", "instructions"})
_FOUND_OR_DECIDED = DECIDED | {"results"}


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that stands in the note; ``ref`` is the caller's, to find its evidence by."""

    ref: int
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnosis of the visit: its ICD-10-CM code, whether a person has accepted it, and the
    sentences that name it."""

    code: str
    name: str
    accepted: bool
    refs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What counts for an element: a stable ``rule``, what it is about, the sentences it stands in,
    and whether the words leave it open."""

    rule: str
    about: str
    refs: tuple[int, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """One element: 1 straightforward, 2 low, 3 moderate, 4 high; ``least`` without the open items,
    ``most`` with them."""

    name: Name
    least: int
    most: int
    items: tuple[Item, ...]


_WORSE = re.compile(
    r"\b(?:uncontrolled|not (?:well )?controlled|not at goal|out of control|poorly controlled|"
    r"exacerbat\w+|worsen\w*|worse|progress(?:ing|ed|ion)|flare\w*|decompensat\w+|above goal|"
    r"non contrôlée?|mal équilibrée?|déséquilibrée?|pas équilibrée?|aggrav\w+|décompens\w+|"
    r"poussée|exacerbation)\b",
    re.IGNORECASE,
)
_SYSTEMIC = re.compile(
    r"\b(?:fever|febrile|chills|vomiting|dehydrat\w+|sepsis|fièvre|frissons|vomissements|"
    r"déshydrat\w+)\b",
    re.IGNORECASE,
)
_THREAT = re.compile(
    r"\b(?:life[- ]threatening|threat to life|sepsis|septic|acute (?:mi|myocardial infarction)|"
    r"pulmonary embol\w+|stroke|respiratory distress|suicidal (?:plan|intent)|"
    r"pronostic vital|détresse respiratoire|embolie pulmonaire)\b",
    re.IGNORECASE,
)
_SEVERE = re.compile(r"\bsevere(?:ly)?\b|\bsévères?\b", re.IGNORECASE)
# Codes of what is self-limited or minor: a cold, a bite, a scratch.
_MINOR = re.compile(r"J00|L5[05]|W57|S\d0\.[0-9A-Z]*[346]|R0[59]|B35|L23|L24|H10\.3")
_ACUTE = re.compile(r"[AB]|J[0-2]|H6|H1|N3|N10|K5[279]|L0|S|T|M54|M62|M77|M7[0-6]|R")
_HURT = re.compile(r"[ST]")


def problems_of(problems: Sequence[Problem], lines: Sequence[Line]) -> Element:
    """Number and complexity of the problems addressed."""
    said = {line.ref: line.text for line in lines}
    items = []
    for problem in problems:
        if problem.code.startswith(("Z", "V", "W", "X", "Y")):
            continue
        words = " ".join(said.get(ref, "") for ref in problem.refs)
        rule, doubtful = _problem(problem.code, words)
        items.append(Item(rule, problem.name, problem.refs, doubtful or not problem.accepted))
    threat = [
        line for line in lines if line.section in _FOUND_OR_DECIDED and _present(line.text, _THREAT)
    ]
    items += [Item("threat", line.text, (line.ref,), True) for line in threat[:2]]
    return Element(
        "problems",
        _problems([item for item in items if not item.open]),
        _problems(items),
        tuple(items),
    )


def _problem(code: str, words: str) -> tuple[str, bool]:
    """The rule of a problem, and whether the words leave it open."""
    if CHRONIC.match(code):
        worse = _present(words, _WORSE)
        if worse and _SEVERE.search(words):
            return "chronic-severe", True
        return ("chronic-worse", False) if worse else ("chronic-stable", False)
    if _MINOR.match(code):
        return "minor", False
    if SYMPTOM.match(code):
        return "undiagnosed", True
    if _ACUTE.match(code):
        if _present(words, _SYSTEMIC) and not _HURT.match(code):
            return "acute-systemic", True
        return "acute", False
    return "undiagnosed", True


def _problems(items: Sequence[Item]) -> int:
    rules = [item.rule for item in items]
    if "threat" in rules or "chronic-severe" in rules:
        return 4
    moderate = {"chronic-worse", "undiagnosed", "acute-systemic"}
    if moderate & set(rules) or rules.count("chronic-stable") >= 2:
        return 3
    if "chronic-stable" in rules or "acute" in rules or rules.count("minor") >= 2:
        return 2
    return 1


_ORDERS = re.compile(
    r"\b(?:order\w*|obtain\w*|get|check\w*|re-?check\w*|repeat\w*|send|draw|schedule\w*|will have|"
    r"testing|labs?|demand\w+|prescri\w+|contrôl\w+|refai\w+|faire|dos\w+|bilan|examens?)\b",
    re.IGNORECASE,
)
_NOTES_REVIEWED = re.compile(
    r"\b(?:review\w*|read|looked (?:at|over))\b.{0,40}\b(?:outside|previous|prior|hospital|"
    r"emergency|specialist'?s?|referring|discharge)\b.{0,30}\b(?:notes?|records?|summary|letter)\b|"
    r"\b(?:relu|revu|consulté|lu)\b.{0,40}\b(?:compte[- ]rendu|courrier|lettre|dossier)\b",
    re.IGNORECASE,
)
_HISTORIAN = re.compile(
    r"\b(?:history|information) (?:is |was )?(?:obtained|given|provided|supplied) (?:from|by)\b|"
    r"\b(?:his|her|the patient's|the child's) (?:mother|father|parents?|wife|husband|daughter|son|"
    r"caregiver|carer) (?:reports?|states?|says|said|notes|tells)\b|"
    r"\b(?:the )?(?:mother|father|caregiver) (?:reports?|states?)\b|"
    r"\b(?:sa|son|ses|la|le) (?:mère|père|parents|femme|mari|fille|fils|aidante?) "
    r"(?:rapporte|signale|dit|précise)\w*\b",
    re.IGNORECASE,
)
_INTERPRETED = re.compile(
    r"\b(?:independent(?:ly)? (?:interpret\w+|review\w*)|personally (?:reviewed|interpreted|"
    r"looked)|my (?:own )?(?:read|reading|interpretation) of)\b|"
    r"\b(?:lecture|interprétation) personnelle\b",
    re.IGNORECASE,
)
_LOOKED_AT = re.compile(
    r"\b(?:reviewed|looked at|in reviewing|review of)\b.{0,40}\b(?:x-?rays?|ekg|ecg|ct|mri|"
    r"images?|films?|tracing)\b",
    re.IGNORECASE,
)
_DISCUSSED = re.compile(
    r"\b(?:discussed|spoke|talked|reviewed)\b.{0,40}\bwith (?:the |his |her )?(?:dr\.?|doctor|"
    r"cardiolog\w+|surgeon|radiolog\w+|specialist|pharmacist|social worker|case manager|"
    r"neurolog\w+|orthop\w+|oncolog\w+|psychiatr\w+|school)\b|"
    r"\b(?:discuté|échangé|avis pris)\b.{0,30}\b(?:avec|auprès)\b.{0,20}\b(?:dr|docteur|confrère|"
    r"cardiologue|chirurgien|radiologue|pharmacien)\b",
    re.IGNORECASE,
)


# The lexicon's tests that are treatments or procedures: they are decided on, not analysed.
_NO_DATA = frozenset(
    {
        "vaccine", "physical therapy", "dietary counseling", "psychotherapy", "surgery",
        "steroid injection", "specialist referral", "biopsy", "colonoscopy", "endoscopy",
        "cardiac catheterization",
    }
)  # fmt: skip


class _Found:
    """Items by what they are; one that is sure replaces one that is open."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}

    def put(self, rule: str, line: Line, *, about: str = "", doubtful: bool = False) -> None:
        held = self.items.get((rule, about))
        if held is None or (held.open and not doubtful):
            self.items[(rule, about)] = Item(rule, about, (line.ref,), doubtful)

    def again(self, rule: str, line: Line, *, about: str) -> None:
        """One item, with every sentence that it stands in."""
        held = self.items.get((rule, about))
        refs = (*(held.refs if held else ()), line.ref)
        self.items[(rule, about)] = Item(rule, about, refs)


def data_of(lines: Sequence[Line], language: Language) -> Element:
    """Amount and complexity of the data reviewed and analysed; each unique test counts once."""
    found = _Found()
    for line in lines:
        if line.section in _FOUND_OR_DECIDED:
            ordered = line.section == "results" or _ORDERS.search(line.text)
            for mention in _mentions(line.text, language, "test") if ordered else ():
                if mention.concept.key in _NO_DATA:
                    continue
                found.again("test", line, about=mention.concept.name(language))
        for rule, pattern, doubtful in (
            ("notes", _NOTES_REVIEWED, False),
            ("historian", _HISTORIAN, False),
            ("interpretation", _INTERPRETED, False),
            ("interpretation", _LOOKED_AT, True),
            ("discussion", _DISCUSSED, False),
        ):
            if _present(line.text, pattern):
                found.put(rule, line, doubtful=doubtful)
    items = tuple(found.items.values())
    return Element("data", _data([item for item in items if not item.open]), _data(items), items)


def _data(items: Sequence[Item]) -> int:
    rules = [item.rule for item in items]
    first = rules.count("test") + rules.count("notes")
    categories = [
        first + ("historian" in rules) >= 3,
        "interpretation" in rules,
        "discussion" in rules,
    ]
    if sum(categories) >= 2:
        return 4
    if any(categories):
        return 3
    return 2 if first >= 2 or "historian" in rules else 1


_MANAGED = re.compile(
    r"\b(?:start\w*|continue\w*|increase\w*|decrease\w*|prescri\w+|refill\w*|stop\w*|hold|change\w*|"
    r"switch\w*|initiat\w+|add\w*|taper\w*|give|put|write|discontinu\w+|resume\w*|adjust\w*|"
    r"augment\w+|diminu\w+|poursui\w+|continu\w+|début\w+|commenc\w+|arrêt\w+|renouvel\w+|"
    r"remplac\w+|ajout\w+)\b",
    re.IGNORECASE,
)
# Sold without a prescription; a stronger form may need one, so that "prescribed" decides.
_OVER_THE_COUNTER = frozenset(
    {
        "acetaminophen", "ibuprofen", "naproxen", "aspirin", "loratadine", "cetirizine",
        "fexofenadine", "guaifenesin", "dextromethorphan", "diphenhydramine", "famotidine",
        "calcium", "vitamin d", "loperamide", "bismuth", "senna", "docusate", "melatonin",
        "multivitamin", "iron",
    }
)  # fmt: skip
_PRESCRIBED = re.compile(r"\b(?:prescri\w+|prescription|refill\w*|renouvel\w+|ordonnance)\b", re.I)
_MINIMAL = re.compile(
    r"\b(?:ice|icing|rest|elevat\w+|compress\w*|brace|stretch\w*|physical therapy|diet|glace|"
    r"repos|kinésithérapie|attelle|régime)\b",
    re.IGNORECASE,
)
_SURGERY = re.compile(
    r"\b(?:surgery|surgical|operat(?:e|ion|ive)|arthroplasty|replacement|excision|biopsy|"
    r"chirurgi\w+|opération|opérer|exérèse|biopsie)\b",
    re.IGNORECASE,
)
_EMERGENCY = re.compile(r"\b(?:emergen\w+|urgent\w*|en urgence)\b", re.IGNORECASE)
_ADMITTED = re.compile(
    r"\b(?:admit (?:you|her|him|the patient)|admission to (?:the )?hospital|hospitali[sz]\w+|"
    r"(?:go|send|transfer)\w* (?:\w+ ){0,4}to the (?:emergency|hospital|er)\b(?! if)|"
    r"hospitaliser|adressé\w* aux urgences)\b",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(r"\b(?:if|unless|in case|should (?:he|she|you|they)|si|en cas)\b", re.I)
_CIRCUMSTANCES = re.compile(
    r"\b(?:cannot afford|can't afford|too expensive|no insurance|uninsured|homeless\w*|"
    r"no transport\w*|lack of transport\w*|food insecurity|sans domicile|sans assurance|"
    r"trop cher|pas les moyens)\b",
    re.IGNORECASE,
)
_NO_CODE = re.compile(
    r"\b(?:do not resuscitate|dnr|comfort care|hospice|de-?escalat\w+|soins palliatifs|"
    r"ne pas réanimer)\b",
    re.IGNORECASE,
)
# Medicines whose toxicity is watched by tests, and the test that does it.
_WATCHED = {
    "warfarin": r"inr", "lithium": r"lithium level|lithiémie", "amiodarone": r"tsh|liver|hépatique",
    "methotrexate": r"cbc|liver|nfs|hépatique", "digoxin": r"digoxin level|digoxinémie",
    "clozapine": r"cbc|anc|nfs", "phenytoin": r"level|dosage", "azathioprine": r"cbc|nfs|liver",
}  # fmt: skip


def risk_of(lines: Sequence[Line], language: Language) -> Element:
    """Risk of complications of what was decided about the patient's management."""
    found = _Found()
    for line in lines:
        if _present(line.text, _CIRCUMSTANCES):
            found.put("circumstances", line, doubtful=True)
        if line.section not in DECIDED:
            continue
        _medicines(line, language, found)
        if _MINIMAL.search(line.text):
            found.put("minimal", line)
        if _present(line.text, _SURGERY):
            urgent = _EMERGENCY.search(line.text) is not None
            found.put("emergency-surgery" if urgent else "surgery", line, doubtful=True)
        if _present(line.text, _ADMITTED) and not _CONDITIONAL.search(line.text):
            found.put("hospital", line, doubtful=True)
        if _present(line.text, _NO_CODE):
            found.put("limits-of-care", line, doubtful=True)
    items = tuple(found.items.values())
    return Element("risk", _risk([item for item in items if not item.open]), _risk(items), items)


def _medicines(line: Line, language: Language, found: _Found) -> None:
    if not _MANAGED.search(line.text):
        return
    for mention in _mentions(line.text, language, "medication"):
        name = mention.concept.name(language)
        watched = _WATCHED.get(mention.concept.key)
        if watched and re.search(rf"\b(?:{watched})\b", line.text, re.IGNORECASE):
            found.put("toxicity", line, about=name, doubtful=True)
        free = mention.concept.key in _OVER_THE_COUNTER and not _PRESCRIBED.search(line.text)
        found.put("over-the-counter" if free else "prescription", line, about=name)


def _risk(items: Sequence[Item]) -> int:
    rules = {item.rule for item in items}
    if rules & {"toxicity", "hospital", "limits-of-care", "emergency-surgery"}:
        return 4
    if rules & {"prescription", "surgery", "circumstances"}:
        return 3
    return 2 if "over-the-counter" in rules else 1


def _mentions(text: str, language: Language, kind: str) -> Iterable[Mention]:
    """What a sentence names and neither denies nor tells of another."""
    for mention in lexicon(language).find(text):
        if mention.concept.kind == kind:
            found = status(text, mention.start, mention.end, language)
            if found.assertion is not Assertion.DENIED and found.experiencer == "patient":
                yield mention


def _present(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the words are there and neither denied nor only supposed."""
    for match in pattern.finditer(text):
        found = context_of(text, *match.span())
        if found.negation != "negated" and found.temporality != "hypothetical":
            return True
    return False
