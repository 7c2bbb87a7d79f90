"""Which free statements may stand in a note: whole ones, and in the story clinical ones.

Talk is full of fragments and small talk. A statement that is cut off, or that tells the story
nothing about health, is set aside with its reason instead of being written.
"""

import re
from collections.abc import Sequence

from summarizer.language import register_fr
from summarizer.language.carers import HELPERS_FR
from summarizer.language.lexicon import lexicon
from summarizer.language.register_en import written
from summarizer.types import Claim, Language

_FREE = frozenset({"statement", "reasoning", "order"})
_STORY = frozenset({"hpi", "social"})
# Salience scores: what speaks of the body, and what names nothing of medicine.
_TELLING, _TELLING_ALONE = 0.12, 0.28
_ALONE = 5  # words that a statement needs to be understood without its neighbours

_LEADING = re.compile(r"^\W*['’]|^(?:'?s|'?re|'?ve|'?ll|'?d)\s", re.I)
_DANGLING = {
    "en": re.compile(
        r"\b(?:the|an|a|my|your|our|their|his|and|or|but|if|because|than|of|with|from|to|for|at|is|"
        r"are|was|were|been|be|that|which|when|by|about|into|has|have|just|really|so|it's|based on|"
        r"like|thinks?|the patient's|some|any|very|sort|seems? to be doing|"
        r"(?:was|were|is|are) (?:a )?little bit|"
        r"(?:or|and) (?:her|him|she|he|the patient))\W*$",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:le|la|les|un|une|des|du|de|mon|ma|mes|votre|et|ou|mais|si|parce que|que|avec|pour|"
        r"dans|pendant|et (?:il|elle)|et puis|et y'a|doit faire|ça fait|est (?:il|elle) (?:a|est))"
        r"\W*$",
        re.I,
    ),
}
# Traces of talk that no grammar repairs: a question, a false start, a second speaker.
_TALK = {
    "en": re.compile(
        r"\?|^no\.|^no (?:there|it|he|she|that) (?:is|was)\b|\b(?:what|how) about\b|"
        r"\b(?:do|did|are|were|have|can|could) (?:you|the patient|he|she)\b(?! not\b)|"
        r"^(?:which|what|who|nor|than|whether|score)\b|"
        r"^(?:is|are|was|does|do|did|has|have|can|could) (?:the patient|she|he|it|that|this|there|"
        r"they)\b|"
        r"\b(?:the patient|she|he) (?:\w+ )?(?:the patient|she|he) (?:the patient|she|he|is|was|"
        r"has|does|did|had)\b|\b(?:it was|it's|it is|he's|she's) (?:it was|it's|it is|it's been|"
        r"he's|she's)\b|"
        r"\b(?:i|i'm|i'd|i've|i'll|me|my|you|your|you're|let's)\b|"
        r"\bgoing to (?:press|push|feel|listen|look at|take a|check out|touch|move|ask|talk)\b|"
        r"\btake care(?! of)\b|\bbye\b|^(?:we )?(?:will |can )?get(?: to)? feeling better\b|"
        r"\b(?:dragon|okay|alright|blah|whatnot|does not no|did not no|thank|pronounce|"
        r"start (?:the|a) (?:physical )?exam)\b|"
        r"^(?:there|here|then) (?:but|and)\b|^(?:the|his|her) \w+ and (?:then )?\w+ed\b|"
        r"\b(?:which|what) (?:\w+ )?(?:is|are) (?:it|that|the \w+)(?: \w+)?$|"
        r"\b(?:mentioned|said|asked|wondering|whether) (?:is|are|does|do|did|was)\b|"
        r"^(?:\w+ ?){1,3}: (?:is|it is|does|it does) it\b|\bis it gotten\b|"
        r"^the (?:more|less|longer) [^,]*$|"
        r"^(?:first|now) (?:at|with) the\b[^,:]*$|"
        r"\b(?:prescribe|give|order|start|do|get|add)(?:'re|'s)? (?:are|is|was|he|she)\b|"
        r"\b(?:prescribe|give|order|start|add)'re\b|^it(?:'s| is) (?:she|he|the patient)\b|"
        r"^(?:the patient|she|he) (?:does|did|can|cannot|will) (?!not\b)\w+(?: (?:it|that|this))?$|"
        r"\bthe (?P<carer>\w+) is (?:actually |also )?(?:his|her|their|\w+'s) (?P=carer)\b|"
        r"\bthe (?:he|she|it|they|his|her|him|the|a)\b|"
        r"^(?:the patient|she|he) (?:has|is|was|had|does|did)(?: not)? "
        r"(?:when|if|because|at this point|but|so (?:initially|when|then|if)|the patient(?!'))\b|"
        r"^(?!.*\b(?:no|not|never|if|whether|without|denies|avoid|hardly|than|before|can|could|"
        r"would|worry\w*|help\w*|rid|cannot|\w+n't|do|try)\b).*\banything\b|"
        r"\b(?:does|do|did) (?:show|start|see|have)$|\b(?:is|was|does|do|did|are) not$|"
        r"^(?:start|see|order|get|give|do|check|continue|prescribe|try|see (?:it|that|this)\b.*|"
        r"order (?:a|some|more) tests?)$|\b(?:tests?|labs|results) back$|\bwell it$|"
        r"^(?:the patient|she|he) (?:took|takes|gets?|got|used|had|did|is|was) "
        r"(?:one|some|those|these|them|that|it|positive|negative)$|^tell (?:him|her|them)\b|"
        r"^(?:the patient|she|he) (?:is|was) going to (?:fall|die|faint|pass out|vomit|throw up)\b|"
        r"\beven with the\b(?= (?:after|before|the|i)\b)|"
        r"^as far as [\w ]+ so\b|^that (?:the|his|her|he|she)\b|\bwould looks\b|"
        r"^(?:[\w ]+: )?they (?:look|have to|would|will|can|could|must|need to|sign|qualify|"
        r"are (?:taking|using|doing|eating|drinking))\b|"
        r"\bwould(?: have|'ve)\b(?! to\b)|^(?:\w+,? )?maybe\b|^(?:\w+ )?\w+, maybe\b|"
        r"^(?:[\w ]+: )?(?:cause|because|or),? |"
        r"\b(?:that|this) (?:other )?one\b|\bone of them\b|\bthe other (?:one|two)\b|"
        r"(?<!-)\bup here\b|\bdown here\b|\bthe whole thing\b|"
        r"^(?:the thing|some of that|those were)\b|"
        r"^it (?:yet|around|last|the|my|an?|and|but|on|in|at|up|down|back|to|of|for|with)\b|"
        r"^this (?!(?:is|was|has|had|does|did|can|could|will|would|seems|feels|happened|started|"
        r"makes|made|hurts|helps|helped|time|morning|week|month|year|afternoon|evening)\b)"
        r"\w+(?: (?:as|when|if)\b|,)|^keeps it\b|"
        r"\bit(?:'s| is) (?:she|he|the patient) (?:has|is|was|had|does|did)\b|"
        r"\bhaha\b|^the clinician (?:said|mentioned)\b|"
        r"\bdo(?:es)?(?: not|n't) know (?!if|what|how|why|whether|that|when|where|about|any|the)\w",
        re.I,
    ),
    "fr": re.compile(
        r"\?|\b(?:est[- ]ce qu|qu'est[- ]ce|n'est[- ]ce pas)|"
        rf"\b(?P<who>{HELPERS_FR}|elle|il|le patient|la patiente) (?:\w+ ){{1,3}}(?P=who) "
        r"(?:\w+ ){1,2}(?P=who)\b|"
        rf"\b(?:{HELPERS_FR}|elle|il|le patient|la patiente) (?:n'|ne )?(?:sait|sais) pas"
        r"(?: trop)?(?: (?:il|elle|non|là|depuis|après|peut|la|le|c'est)\b|,|$)|"
        r"\b(?:pouvez|allez|voyez|écoutez|attendez|dites)\b|\ben sait rien\b|"
        rf"(?:\b(?:{HELPERS_FR})\b.*){{3}}|\bl[ae] (?P<carer>\w+) est (?:sa|son) (?P=carer)\b|"
        rf"\b(?:elle|il) (?:{HELPERS_FR})\b|\by'en a qui\b",
        re.I,
    ),
}
# Says where or in what was looked, and nothing of what was found.
_PLACE_ONLY = {
    "en": re.compile(
        r"(?:on|with|upon|for|in) (?!.*\b(?:is|are|was|were|has|have|had|no|not|without|normal\w*|"
        r"show\w*|reveal\w*|tender\w*|pain\w*|swelling|redness|edema|\w*ness)\b)[^,:]*$|"
        r"(?!.*\b(?:is|are|was|were|has|have|no|not|without|normal\w*|tender\w*|pain\w*|positive|"
        r"negative|decreased|increased|swelling|some|there)\b)(?:[\w' ]+ )?exam(?:ination)?"
        r"(?: (?:on|of) (?:the|his|her) [\w ]+)?$",
        re.I,
    ),
    "fr": re.compile(
        r"(?:sur|avec|à|au|dans) (?!.*\b(?:est|sont|était|a|ont|pas|aucune?|sans|normal\w*|"
        r"montre\w*|douleur\w*|rougeur|œdème\w*)\b)[^,:]*$",
        re.I,
    ),
}
_CONDITION = {
    "en": re.compile(
        r"^(?:[\w ]+: )?(?:(?:even|only|not|especially|mostly) )?"
        r"(?:if|when|while|because|unless|until|once)\b[^,]*(?:, then)?$",
        re.I,
    ),
    "fr": re.compile(r"^(?:\w+ ?: )?(?:même )?si\b[^,]*$", re.I),
}
_CLINICAL = {
    "en": re.compile(
        r"\b(?:pain\w*|hurt\w*|ach(?:e|es|ing|y)|sore\w*|swell\w*|swollen|numb\w*|tingl\w*|itch\w*|"
        r"rash\w*|bleed\w*|cough\w*|breath\w*|fever\w*|temperature|warm|vomit\w*|threw up|"
        r"throwing up|nause\w*|dizz\w*|faint\w*|fell|fall|fallen|injur\w*|twist\w*|tired\w*|"
        r"fatigue\w*|sleep\w*|weak\w*|stiff\w*|weight|appetite|eating|drinking|thirst\w*|urin\w*|"
        r"pee\w*|bathroom|bowel\w*|stool\w*|mood|depress\w*|anxi\w*|stress\w*|worr\w*|worse\w*|"
        r"better|improv\w*|flare\w*|symptom\w*|episode\w*|attack\w*|diagnos\w*|surger\w*|"
        r"operation|procedure|hospital\w*|emergency|treat\w*|therapy|medic\w*|meds?|pills?|"
        r"tablets?|dos(?:e|es|age)|inhaler\w*|insulin|inject\w*|shots?|vaccin\w*|allerg\w*|"
        r"reaction|test\w*|blood|sugars?|pressure|heart\w*|chest|lungs?|stomach|belly|head\w*|"
        r"back|neck|shoulders?|arms?|elbows?|wrists?|hands?|fingers?|hips?|legs?|knees?|ankles?|"
        r"feet|foot|toes?|ears?|eyes?|nose|throat|skin|kidneys?|liver|bladder|joints?|muscles?|"
        r"walk\w*|stairs|exercis\w*|diet\w*|smok\w*|drink\w*|alcohol|pregnan\w*|period\w*|"
        r"menstrua\w*|discharge|infection\w*|cancer|tumor|stents?|scans?|x-?ray\w*|mri|"
        r"ultrasound|start(?:ed|s)?|stopped|took|takes?|taking|ice|heat|brace|compression|"
        r"year[- ]old|presents|limp\w*|click\w*|pop\w*|lock\w*|burn\w*|sweat\w*|chill\w*|"
        r"lift(?:ed|ing|s)?|heavy|carry\w*|reach(?:es|ing)? (?:for|up|over|behind)|exert\w*|"
        r"energy|accident|rear-ended|crash\w*|stepped|slipped|tripped|stumbl\w*|ladder|"
        r"blister\w*|wound\w*|bumping into|beers?|wine|liquor|cigarettes?|packs? a|"
        r"(?:iv |street |recreational )drugs?|pounds?|lbs|"
        r"right[- ]handed|left[- ]handed|icing|iced|wrapped|elevated|comfortable|hydrat\w+|"
        r"\d{2,3} ?(?:/|over|to) ?\d{2,3}|"
        r"lump\w*|mass|nodul\w*|wheez\w*|palpitation\w*|snor\w*|salt\w*|doctor)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:mal|maux|douleur\w*|douloureu\w*|gonfl\w*|enfl\w*|fièvre|température|tou[sx]\w*|"
        r"essouffl\w*|souffle|respir\w*|vomi\w*|nausé\w*|vertige\w*|malaise\w*|tomb\w*|chute\w*|"
        r"fatigu\w*|dor[mts]\w*|sommeil|poids|kilos?|appétit|mang\w*|boi[rst]\w*|soif|urin\w*|"
        r"selles|humeur|stress\w*|angoiss\w*|mieux|pire|empir\w*|aggrav\w*|amélior\w*|symptôme\w*|"
        r"crise\w*|diagnosti\w*|opér\w*|chirurg\w*|hôpital|hospitalis\w*|urgences|trait\w*|"
        r"médic\w*|cachets?|comprimés?|dose\w*|piq[uû]\w*|vaccin\w*|allerg\w*|réaction|analyse\w*|"
        r"sang|saign\w*|sucre|glycémie|tension|cœur|poitrine|poumons?|ventre|tête|dos|cou|"
        r"épaules?|bras|coudes?|poignets?|mains?|doigts?|hanches?|jambes?|genoux?|chevilles?|"
        r"pieds?|orteils?|oreilles?|yeux|œil|nez|gorge|peau|reins?|foie|muscles?|march\w*|"
        r"escaliers?|étages?|sport|fum\w*|alcool|enceinte|grossesse|règles|infection\w*|cancer|"
        r"stents?|scanner|radio\w*|irm|échographie|commencé|débuté|arrêté|pris|prend\w*|"
        r"consulte|brûl\w*|picot\w*|fourmill\w*|engourdi\w*|raide\w*|palpitation\w*|doliprane)\b",
        re.I,
    ),
}
_KINDS = frozenset({"symptom", "condition", "medication", "test"})
_WORD = re.compile(r"[^\W\d_]{2,}")


def gate(
    claims: Sequence[Claim], language: Language
) -> tuple[list[Claim], list[tuple[Claim, str]]]:
    """(admitted, (refused, reason)): reasons are ``fragment`` and ``not-clinical``."""
    admitted: list[Claim] = []
    refused: list[tuple[Claim, str]] = []
    for claim in claims:
        if claim.attributes.get("form") not in _FREE:
            admitted.append(claim)
        elif not whole(_as_written(claim, language), language) or (
            claim.section in ("exam", "results") and _PLACE_ONLY[language].match(claim.text)
        ):
            refused.append((claim, "fragment"))
        elif (claim.attributes["form"] == "order" and not _actionable(claim, language)) or (
            claim.section in _STORY and not _telling(claim, language)
        ):
            refused.append((claim, "not-clinical"))
        else:
            admitted.append(claim)
    return admitted, refused


def _as_written(claim: Claim, language: Language) -> str:
    """Judged as it will stand: "really just when it rains" is only a condition."""
    if claim.attributes.get("language", language) != language:
        return claim.text
    return written(claim.text) if language == "en" else register_fr.written(claim.text)


def _telling(claim: Claim, language: Language) -> bool:
    """What names a symptom, illness, medicine or test tells by itself; what only speaks of the body
    must score and be long enough to stand alone, and everything else more so."""
    words = len(claim.text.split())
    if claim.attributes.get("topic_en") and words < _ALONE:
        return False  # "leg swelling: it is not one day"
    if any(m.concept.kind in _KINDS for m in lexicon(language).find(claim.text)):
        return True
    if _CLINICAL[language].search(claim.text):
        return claim.score >= _TELLING and words >= _ALONE - 1
    return claim.score >= _TELLING_ALONE and words > _ALONE


_NEXT_VISIT = {
    "en": re.compile(
        r"\b(?:follow|appointment|return|come back|call|report|next visit|referral|refer|"
        r"orders?)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:revoir|revenir|consult\w+|rappel\w+|appel\w+|rendez-vous|adress\w+)\b", re.I
    ),
}


def _actionable(claim: Claim, language: Language) -> bool:
    """An order that says of what: a medicine, a test, a time, a part of the body or its care."""
    return (
        bool(claim.attributes.get("concept"))
        or any(character.isdigit() for character in claim.text)
        or _NEXT_VISIT[language].search(claim.text) is not None
        or clinical(claim.text, language)
        or _CARE[language].search(claim.text) is not None
    )


_CARE = {
    "en": re.compile(
        r"\b(?:activit\w+|rest\w*|slings?|braces?|splints?|crutch\w*|boot|lift\w*|driv\w+|work|"
        r"school|water|fluids?|foods?|meals?|sodas?|sodium|caffeine|sugar\w*|dressings?|wrap\w*|"
        r"compress\w*|massag\w*|stretch\w*|elevat\w*|consult\w*|monitor\w*|log|record|weigh|"
        r"off of it|strenuous|gym|sports?|basketball|run(?:ning)?|sunscreen|humidifier|gargl\w+|"
        r"shower|bath\w*|shoes?|socks|mask|nutrition\w*|dietitian|vitamins?|supplements?)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:activités?|repos|attelles?|béquilles?|port\w+|condui\w+|eau|boissons?|repas|sel|"
        r"pansements?|bandage|glace|massages?|étirements?|surélev\w+|surveill\w+|carnet|pes\w+|"
        r"effort|douche|pompiers|secours|ambulance|samu|médecin|"
        r"chaussures?|masque|régime|vitamines?|sport|arrêt de travail)\b",
        re.I,
    ),
}


def whole(text: str, language: Language) -> bool:
    """Neither cut off at an end nor a condition without what follows from it."""
    return bool(
        _WORD.search(text)
        and not _LEADING.search(text)
        and not _DANGLING[language].search(text)
        and not _CONDITION[language].search(text)
        and not _TALK[language].search(text)
    )


def clinical(text: str, language: Language) -> bool:
    """Names a symptom, condition, medicine or test, or speaks of the body, its care or course."""
    if _CLINICAL[language].search(text):
        return True
    return any(m.concept.kind in _KINDS for m in lexicon(language).find(text))
