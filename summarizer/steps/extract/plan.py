"""What will be done: orders, medicines, instructions and follow-up, each under its problem."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.orders import ORDERED_OF
from summarizer.language.quantities import doses, duration, frequency
from summarizer.language.text import joined
from summarizer.language.words import words
from summarizer.steps.extract.antecedents import conditioned, told_to_take, with_medicine
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.exam import read_finding
from summarizer.steps.extract.imperative_en import imperative_en
from summarizer.steps.extract.imperative_fr import imperative_fr
from summarizer.steps.extract.problems import announced, concluded, named, naming, stand
from summarizer.steps.units import Unit
from summarizer.types import Evidence, Role

_META = {
    "en": re.compile(
        r"\b(?:dragon|dax|physical exam|examine|take a (?:quick )?(?:look|peek|listen)|talk (?:a "
        r"little|about)|go over|listen to|check out your|check you out|discuss "
        r"my|look at (?:some of|your (?:results|x|mri|labs))|"
        r"questions?|finalize|procedures discussed|let you know what|any concerns|show me|"
        r"get (?:you )?(?:checked out|discharged)|see what|be right back|ask you|"
        r"tell me|"
        r"yeah|good to see|best of luck|make sense|sound good|how does that|thank|"
        r"my assistant|pull (?:on|up)|lay you|move your|twist|feel (?:your|around)"
        r"|press on|on the table|squeeze|(?:close|keep|open) your eyes|hold your (?:hands?|arms?)|"
        r"turn your|(?:raise|lift|bend|flex|straighten|extend) your|"
        r"put (?:some |a little )?resistance|make a fist|wiggle|"
        r"focused (?:\w+ )?exam|"
        r"review (?:your|the) (?:echo\w*|x-?rays?|results|labs|mri|ct)\b|tap on|"
        r"glad|nice to|great to)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:examiner|ausculter|regarder (?:ça|votre)|écouter|prendre (?:la|"
        r"votre) tension|parler|questions?|voir ensemble|poser|noter|merci|allongez|"
        r"imprimer|carte)\b",
        re.I,
    ),
}
# "If your symptoms go on, we'll talk about a referral" is a plan, and no turn of the visit.
_PROVIDED = re.compile(r"if .{8,}\b(?:talk about|discuss|look at)\b", re.I)
_RETURN = {
    "en": re.compile(
        r"\b(?:follow[- ]?up|see you (?:back|again|in)|come back|return|back (?:here "
        r")?in|recheck)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:revo(?:ir|is|it)|rendez-vous|reven(?:ir|ez)|contrôle dans|consultation dans)\b", re.I
    ),
}


_HOLDS = 8
_ENUMERATED = {
    "en": re.compile(
        r"(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth|fifth|next|last(?:ly)"
        r"?|finally|number (?:one|two|three)|the other thing|another thing)\b[,:]?",
        re.I,
    ),
    "fr": re.compile(
        r"(?:premièrement|deuxièmement|troisièmement|quatrièmement|d'abord|en "
        r"premier|ensuite|enfin|dernière chose|autre chose)\b[,:]?",
        re.I,
    ),
}
# To something else, named or not: "and then in terms of your, the heart bypass".
_TURNED = {
    "en": re.compile(
        r"\b(?:in terms of|as far as|with regards? to|regarding|as for) (?:your|the)\b|"
        r"\bfor (?:your|the) (?:first|next|second|third|fourth|last|other) (?:problem|issue)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:en ce qui concerne|quant à|pour ce qui est de|concernant) (?:votre|vos|le|la|les)\b",
        re.I,
    ),
}
_JUDGED = re.compile(
    r"\b(?:controll\w+|uncontrolled|stable|improv\w+|wors\w+|better|elevated|"
    r"doing (?:really |very |quite |pretty |so )*(?:well|great|good|okay|fine)|out of control|"
    r"consistent with|likely|due to|caused "
    r"by|related to|"
    r"sign of|progress\w*|at goal|not at goal|concern\w*|risk|heal\w+|resolv\w+|"
    r"flare\w*|exacerbation|impression|suggest\w*|indicat\w*|compliant|stage|"
    r"severe|"
    r"moderate|mild|looks? like|on track|reassuring|normal|abnormal|damage|"
    r"équilibr\w+|contrôl\w+|amélior\w+|aggrav\w+|mieux|élevée?s?|probable\w*|"
    r"évoqu\w+|compatible|dû|due|lié\w*|rassurant\w*|risque|cicatris\w+|"
    r"ressemble|en faveur|complication\w*|guéri\w*|normale?|anormale?|stabilis\w+)\b",
    re.I,
)
# A statement about the patient and not about medicine in general.
_OF_PATIENT = re.compile(
    r"(?:she|he|the patient|her|his|their|elle|il|la patiente|le patient|son|"
    r"sa|ses)\b(?! (?:is (?:also )?going to (?:give|show|tell|get|help)|can|could|may|might|should|"
    r"will|would|want|need|know|"
    r"peut|pourra|doit|va)\b)",
    re.I,
)
_STRONG = {
    "en": re.compile(
        r"\b(?:i|we)(?:'m| am|'re| are|'ll| will|'d| would)?(?: also| just)* (?:going "
        r"to|want to|like to|recommend|want you to|like you to)?(?: go ahead and)"
        r"?\s*"
        r"(?:order|refer|prescribe|start you|increase|decrease|schedule|refill|"
        r"put you on|send you (?:to|for)|recommend)\b|"
        r"\b(?:i|we)(?:'ve| have) (?:asked|advised|instructed|encouraged) (?:her|him|them|you|"
        r"the patient) to\b|\bwe (?:will|'ll) plan (?:for|to|on)\b|\b(?:my|the) plan is to\b|"
        r"^(?:i )?suspect (?:she|he|that|the patient)\b|"
        r"^(?:i|we)(?:'m| am|'re| are)(?: \w+){0,2} (?:concerned|worried) (?:about|that|for)\b|"
        r"^my (?:\w+ )?concern is\b|^my (?:impression|assessment|diagnosis) (?:of|is|for)\b|"
        r"^(?:order|prescribe|refill) \w+|\bwe(?:'ll| will) (?:perform|obtain)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:je|on) (?:vais |va )?(?:vous |te |lui |le |la )*(?:prescri\w+|adress\w+|"
        r"augment\w+|diminu\w+|renouvel\w+|demander|arrêter|programmer|débuter|"
        r"commencer|envoie|envoyer)\b|"
        r"\bon (?:continue|garde|arrête|augmente|diminue|commence|refait)\b",
        re.I,
    ),
}


# Told to the patient once the examination is over.
_ADVISED = re.compile(
    r"\b(?:i|we)(?:'d| would)?(?: also| really| just| do)* (?:encourage|advise|urge|want|need|"
    r"like) you to\b",
    re.I,
)


def from_plan(board: Board) -> None:
    """Diagnosis, plan and instruction claims from the clinician's words, by problem in order."""
    problem: dict[str, str] = {}
    since = 0  # clinician's units since the problem was named: an old one no longer holds
    for unit in board.units:
        if unit.role not in (Role.CLINICIAN, Role.UNKNOWN):
            continue
        since += 1
        turned = _TURNED[board.language].search(unit.clean[:60])
        if since > _HOLDS or turned or _ENUMERATED[board.language].match(unit.clean):
            problem = {}
        strong = _STRONG[board.language].search(unit.clean) is not None and not unit.question
        late = unit.index * 2 > len(board.units) and unit.section != "talk"
        strong = strong or (late and _ordered_without_verb(unit, board))
        strong = strong or (unit.phase == "plan" and _ADVISED.search(unit.clean) is not None)
        strong = strong or (board.language == "en" and late and told_to_take(unit))
        strong = strong or (
            late and re.match(r"(?:if|si|en cas d)\b", unit.clean, re.I) is not None
        )
        if not strong and (
            unit.section in ("exam", "results", "talk", "family")
            or (unit.section != "plan" and not problem)
        ):
            if unit.phase in ("exam", "results", "plan") and (found := concluded(board, unit)):
                problem = found
            continue
        headed = announced(board, unit)
        if headed:
            mention, rest = headed
            problem = named(mention)
            since = 0
            stand(board, unit, mention, problem)
            board.used.discard(unit.index)
            text = rest
        else:
            text = unit.clean
            diagnosed = concluded(board, unit)
            if diagnosed:
                problem, since = diagnosed, 0
        if (
            unit.question
            and not headed
            and not re.match(r"(?:if .{8,}, )?(?:why don't|how about)", unit.clean, re.I)
        ):
            continue
        if unit.phase == "exam" and _SAY_IF.match(unit.clean):
            continue
        if _SO_YOU_CAN.match(unit.raw) and not unit.has("medication", "test"):
            continue  # "so you can eat right after taking it" says what for
        if _TO_RECORDER.match(unit.raw) and _entered_twice(board, unit):
            board.used.add(unit.index)
            continue
        if text and (not _META[board.language].search(text) or _PROVIDED.match(text)):
            under = _ordered_under(board, unit) if _TO_RECORDER.match(unit.raw) else problem
            text, before = conditioned(board, unit, text)
            for part in _parts(text, board):
                _item(board, unit, part, under, before)


# "Hey dragon, order lasix 80 milligrams": entered when it comes to mind, whatever was spoken of.
_TO_RECORDER = re.compile(r"(?:(?:um+|uh+|okay|and|so|hey)\b[\s,]*)*dragon\b", re.I)
_PROBLEM = ("problem", "problem_en", "problem_fr", "problem_side", "problem_said")


# "Let me know if you have any pain", said with a hand on the knee.
_SAY_IF = re.compile(r"(?:just |and )*(?:let me know|tell me) (?:if|when|where)\b", re.I)
_SO_YOU_CAN = re.compile(r"\W*so (?:that )?you can\b", re.I)


def _entered_twice(board: Board, unit: Unit) -> bool:
    """An order that only enters what the patient was just told, dose and all: "order lisinopril 20
    mg daily" after "we'll increase it from 10 to 20 mg"."""
    named = [m.surface.lower() for m, _ in unit.mentions if m.concept.kind == "medication"]
    numbers = set(re.findall(r"\d+(?:\.\d+)?", unit.clean))
    return bool(named and numbers) and any(
        claim.attributes.get("form") == "order"
        and all(name in claim.text.lower() for name in named)
        and numbers <= set(re.findall(r"\d+(?:\.\d+)?", claim.text))
        for claim in board.claims
    )


def _ordered_under(board: Board, unit: Unit) -> dict[str, str]:
    """The problem under which the clinician spoke of the same medicine or test, if any."""
    named = [
        m.surface.lower() for m, _ in unit.mentions if m.concept.kind in ("medication", "test")
    ]
    for claim in reversed(board.claims):
        if claim.attributes.get("form") == "order" and any(n in claim.text.lower() for n in named):
            return {key: claim.attributes[key] for key in _PROBLEM if key in claim.attributes}
    return {}


def _ordered_without_verb(unit: Unit, board: Board) -> bool:
    """``labs in a week``, ``no more advil``, ``furosemide 80 every morning``."""
    text = unit.clean
    if _SPOKEN[board.language].search(text) or unit.question or len(text.split()) > 16:
        return False
    when = duration(f"{text} ", board.language) or frequency(text, board.language)
    if unit.has("medication"):
        digits = any(character.isdigit() for character in text)
        return bool(
            digits or when or re.match(r"(?:no|no more|pas de|plus de|plus d')\b(?!,)", text, re.I)
        )
    return unit.has("test") and bool(
        when or re.search(r"\b(?:in|dans) (?:a|an|un|une|\d+)\b", text)
    )


# "another hemoglobin a1c continue the metformin": the next order without a stop.
_RUN_ON = (
    "".join(
        rf"(?<!\b{word})"
        for word in words(
            "to and or you then just also will ll should can please not let's that what which if "
            "but so because since until when where how as while before after once think about"
        )
    )
    + r"(?<!,)\s+(?=(?:i|we) (?:do )?want to\b|(?:i'm|we're|i am|we are) going to\b|"
    r"(?:continue|start|increase|decrease|stop) (?:(?:on|with|taking) )?"
    r"(?:the|your)\b)"
)


def _parts(text: str, board: Board) -> list[str]:
    """Two orders in one breath are two items."""
    joiner = (
        _RUN_ON
        + r"|,?\s+(?:and|but) (?:then )?(?=(?:i|we)(?:'m|'ll|'re|'d| want| do want| am| will| are|"
        r" would| recommend)\b|(?:let's)\b)|\s+(?=have you (?!do is)(?:" + ORDERED_OF + r")\b)"
        if board.language == "en"
        else r",?\s+et (?:puis )?(?=(?:je (?:vais|vous)|on (?:va|se)|vous (?:prenez|"
        r"allez|prendrez))\b)"
    )
    return [part for part in re.split(joiner, text, flags=re.I) if part.strip()]


_FOR_THAT = re.compile(r"\b(?:for|evaluate|check on) (?:that|this) (?:heart )?([a-z]{4,})$", re.I)


# Said to who speaks for the patient: "I'll call you with the results".
_CALL_YOU = re.compile(r"\b(call|contact|notify|reach out to) you\b", re.I)


def _item(
    board: Board,
    unit: Unit,
    text: str,
    problem: dict[str, str],
    before: tuple[Evidence, ...] = (),
) -> None:
    """One order, prescription, safety net or thought, whichever the words are; ``before`` is the
    evidence of a condition that the sentence before it sets."""
    own = _FOR_THAT.search(text)
    if (
        own
        and not unit.has("medication")
        and own[1].lower() not in " ".join(problem.values()).lower()
    ):
        problem = {}  # "an echocardiogram for that murmur" is not for the hypertension
    if board.language == "en" and board.subject.spoken_for:
        text = _CALL_YOU.sub(r"\1 the family", text)
    extra = _prescribed(unit, text, board)
    ordered = (
        imperative_en(text, board.english)
        if board.language == "en"
        else imperative_fr(text, board.french)
    )
    if ordered:
        order, verb, to_patient = ordered
        order, named_in, typed = with_medicine(board, unit, order)
        extra = extra or typed
        section = "followup" if _RETURN[board.language].search(order) else "plan"
        kind = "instruction" if to_patient else "plan"
        _ordered(
            board,
            unit,
            order,
            problem,
            kind=kind,
            section=section,
            verb=verb,
            source=(*before, *named_in),
            typed=extra,
        )
    elif (
        _read_aloud(board, unit, text, problem, extra)
        or _dictated(board, unit, text, problem)
        or _counselled(board, unit, text, problem)
    ):
        return
    elif re.match(r"(?:if|si|en cas d|dès qu|s'il)\b", text, re.I):
        net = _reasoning(text, board, conditional=True)
        if net and 8 <= len(text.split()) <= 45:
            _ordered(board, unit, net, {}, kind="instruction", section="followup")
    elif len(text.split()) >= 4 and (
        problem or unit.has("condition", "symptom", "medication", "test")
    ):
        thought = _reasoning(text, board)
        if thought and problem and board.language == "en":
            thought = _WITH_IT.sub("", thought)
        if _FOUND.match(text) and not _JUDGED.search(text) and read_finding(board, unit):
            return  # "you have some pain with flexion": the examination once more
        if thought and unit.score > 0.1 and not _names_only(thought, problem):
            board.add(
                "diagnosis",
                "assessment",
                thought,
                [unit],
                form="reasoning",
                score=unit.score,
                at=str(unit.start),
                typed=problem,
            )


_DONE = re.compile(
    r"(?:(?:i|we)(?: have| also|'ve| then)* )?(recommended|reviewed|discussed|explained|advised|"
    r"encouraged|counseled|prescribed|ordered|offered|referred|provided|instructed|suggested|"
    r"attempted|injected)\b(.+)$",
    re.I,
)


_PASSIVE = re.compile(
    r"(?:an? |the )(?!.*\b(?:i|you|your|we|me)\b).{3,80} (?:was|were) (?:sent|ordered|prescribed|"
    r"reviewed|discussed|given|recommended|provided|scheduled|placed)\b",
    re.I,
)


def _dictated(board: Board, unit: Unit, text: str, problem: dict[str, str]) -> bool:
    """``i recommended an ultrasound``: what was done in the visit, told to the recorder."""
    if board.language == "en" and _PASSIVE.match(text) and not unit.question:
        _ordered(board, unit, text, problem, verb="done")
        return True
    done = _DONE.match(text) if board.language == "en" else None
    if not done or unit.question:
        return False
    rest = person_en.third_person(done[2].strip(), board.english, speaker="clinician")
    if not rest or len(rest.split()) < 2:
        return False
    said = f"we {done[1].lower()} {rest}"
    _ordered(board, unit, said, problem, kind="instruction", verb=done[1].lower())
    return True


_EXPLAINED = re.compile(
    r"\b(?:can|may|might|could|usually|typically|risks?|side effects?|causes?|caused|helps?|"
    r"due to|because)\b",
    re.I,
)
_OPENED = re.compile(
    r"^(?:the reason .{0,50}? is (?:that|because)|the (?:thing|problem) is(?: that)?|"
    r"remember(?: that)?|keep in mind(?: that)?|i think(?: that)?|"
    r"as (?:we|i) (?:said|mentioned),?)\s+",
    re.I,
)


# "That will help with some of the pain": nobody who reads it knows what will.
_POINTS_BACK = re.compile(
    r"(?:and |so |but |or )*(?:(?:that|this|it|those|these|they|which)\b(?:'\w+)?)(?! (?:\w+ )?"
    r"(?:medicine|medication|pill|injection|shot|brace|cream|therapy|test)\b)",
    re.I,
)


def _counselled(board: Board, unit: Unit, text: str, problem: dict[str, str]) -> bool:
    """What the patient was told about the illness and its care, without an order in it."""
    if board.language != "en" or unit.question or unit.phase == "story":
        return False
    if not unit.has("condition", "symptom", "medication", "test") or not _EXPLAINED.search(text):
        return False
    if not _to_the_patient(board, unit):
        return False
    told = _OPENED.sub("", text)
    if _POINTS_BACK.match(told):
        return False
    turned = person_en.third_person(told, board.english, speaker="clinician")
    if not turned or not 7 <= len(turned.split()) <= 35 or _JUDGED.search(turned):
        return False
    _ordered(board, unit, turned, problem, kind="instruction", verb="explain")
    return True


def _to_the_patient(board: Board, unit: Unit) -> bool:
    """Is somebody spoken to in this turn? What is dictated to the recorder was not discussed."""
    return any(
        re.search(r"\b(?:you|your|yours|you're|you've|you'll)\b", joined(said.raw), re.I)
        for said in board.units
        if said.utterance == unit.utterance
    )


def _ordered(
    board: Board,
    unit: Unit,
    text: str,
    problem: dict[str, str],
    *,
    kind: str = "plan",
    section: str = "plan",
    verb: str = "",
    source: tuple[Evidence, ...] = (),
    typed: dict[str, str] | None = None,
) -> None:
    board.add(
        kind,
        section,
        text,
        [unit],
        evidence=(*source, *naming(board, problem)),
        form="order",
        verb=verb,
        score=0.6 + unit.score,
        at=str(unit.start),
        typed={**problem, **(typed or {})},
    )


def _prescribed(unit: Unit, text: str, board: Board) -> dict[str, str]:
    """The typed parts of an order that names a medicine."""
    for mention, _ in unit.mentions:
        if mention.concept.kind == "medication" and mention.surface.lower() in text.lower():
            return {
                "concept": mention.concept.key,
                "concept_kind": "medication",
                "english": mention.concept.english,
                "french": mention.concept.french,
                "surface": mention.surface,
                **_dosed(text, board),
            }
    return {}


def _dosed(text: str, board: Board) -> dict[str, str]:
    amounts = doses(text)
    return {
        "dose": f"{amounts[0][2]} {amounts[0][3]}" if amounts else "",
        "frequency": frequency(text, board.language),
    }


# "as well as your lisinopril, 10 mg a day": one more of those just ordered.
_LISTED = re.compile(
    r"^(?:(?:(?:as well|as|along with|plus|and|then|the|your|my|le|la|les|votre|vos)\b)[ ,]+|l')+",
    re.I,
)


def _read_aloud(
    board: Board, unit: Unit, text: str, problem: dict[str, str], extra: dict[str, str]
) -> bool:
    """A prescription without a verb: ``lisinopril 20, in the morning``, or a dose alone that goes
    on with the medicine just ordered."""
    if _SPOKEN[board.language].search(text) or unit.section in ("exam", "results"):
        return False
    if _ordered_without_verb(unit, board) and not (extra and doses(text)):
        text = _LISTED.sub("", text)
        verb = "stop" if re.match(r"(?:no|plus|pas)\b", text, re.I) else ""
        section = "followup" if not extra and unit.has("test") else "plan"
        _ordered(board, unit, text, problem, section=section, verb=verb, typed=extra)
        return True
    if extra and any(character.isdigit() for character in text):
        text = _LISTED.sub("", text)
        _ordered(board, unit, text, problem, typed=extra)
        return True
    last = next(
        (
            c
            for c in reversed(board.claims)
            if c.attributes.get("form") == "order" and c.attributes.get("surface")
        ),
        None,
    )
    if not doses(text) or last is None or not 0 <= unit.start - int(last.attributes["at"]) < 300:
        return False
    known = ("concept", "concept_kind", "english", "french", "surface")
    _ordered(
        board,
        unit,
        f"{last.attributes['surface']} {text}",
        problem,
        source=last.evidence[:1],
        typed={**{key: last.attributes[key] for key in known}, **_dosed(text, board)},
    )
    return True


# A dose named without any verb is an order read aloud.
_SPOKEN = {
    "en": re.compile(
        r"\b(?:i|i'm|i've|you|you're|we|was|were|is|are|had|has|have|\w+n't|"
        r"(?:it|that|there|he|she|what)'s)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:je|j'ai|vous|avez|on|était|c'était|est|avait|a|c'est|il|elle|nous)\b", re.I
    ),
}
_OPINION = {
    "en": re.compile(
        r"^(?:(?:i|we) (?:do )?(?:think|believe|feel)(?: like)?(?: that)?|it (?:looks|"
        r"sounds|seems)(?: like| that)?|i(?:'m| am) (?:thinking|pretty sure|confident)"
        r"(?: that)?|my (?:impression|thought) is(?: that)?)\s+",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:je (?:pense|crois)|à mon avis|il (?:me )?semble|j'ai l'impression)"
        r"(?: qu(?:e |')|,? )",
        re.I,
    ),
}


_FOUND = re.compile(
    r"(?:you(?:'ve| do| also| still)* (?:have|got)|there(?:'s| is| are)|your|no|some)\b", re.I
)
# "Depression: she is doing well with that": the heading says with what.
_WITH_IT = re.compile(r" (?:with|about|for) (?:that|it)$", re.I)


def _names_only(thought: str, problem: dict[str, str]) -> bool:
    """``she has atrial fibrillation`` under the heading "Atrial fibrillation"."""
    names = {problem.get("problem_en", ""), problem.get("problem_said", "")} - {""}
    has = re.fullmatch(
        r"(?:the impression is that )?(?:she|he|the patient) (?:does |do )?(?:has|have) "
        r"(?:an? |some )?(?P<what>[\w -]+)",
        thought,
        re.I,
    )
    return has is not None and any(has["what"].lower().endswith(n.lower()) for n in names)


# "I don't believe it's well controlled" is the opinion that it is not.
_DISBELIEF = re.compile(
    r"^(?:i|we) (?:don't|do not) (?:think|believe|feel)(?: that)? (it|this|that)(?:'s| is) ", re.I
)
# "I'm a little worried about the redness", "my concern is that you might have ..."
_CONCERNED = re.compile(
    r"^(?:(?:i|we)(?:'m| am|'re| are)(?: \w+){0,2} (?:concerned|worried)|my (?:\w+ )?concern is) "
    r"(about|that|for)\b",
    re.I,
)
_IT_IS = re.compile(
    r"^the impression is that (?:it|this|that) is (?=(?:an?|more of an?|likely|most likely|"
    r"probably|related to|due to|from)\b)"
)


def _reasoning(text: str, board: Board, *, conditional: bool = False) -> str | None:
    """A statement about the problem; an opinion stays marked as one."""
    if conditional:
        text = re.sub(
            r",? (?:and |et )?(?:we|i|on|je)(?:'d|'ll| will| would| vous)?\b[^,]*$", "", text
        )
        text = re.sub(r"\b(call|contact|rappelez|appelez)(?: us| me|-moi|-nous)\b", r"\1", text)
    text = _CONCERNED.sub(r"there is concern \1", text)
    text = _DISBELIEF.sub(r"i think \1 is not ", text)
    opinion = _OPINION[board.language].match(text)
    rest = text[opinion.end() :] if opinion else text
    rest = re.sub(r"^(?:first|second|third|next|finally|last)(?:ly)?,\s*", "", rest, flags=re.I)
    if not conditional and re.match(
        r"(?:if|to|so that|that's|thank|good|great|hope|hopefully|glad|sorry|si|c'est bien)\b|"
        r".*\b(?:(?:good|great) job|priced?|discount|coupons?|insurance|co-?pay)\b",
        rest,
        re.I,
    ):
        return None
    if board.language == "en":
        turned = person_en.third_person(rest, board.english, speaker="clinician")
        hedged = re.search(
            r"\b(?:may|might|likely|probably|possibl\w+|could|suspect\w*)\b", rest, re.I
        )
    else:
        turned = person_fr.third_person(rest, board.french, speaker="clinician")
        hedged = re.search(
            r"\b(?:peut-être|probable\w*|possible\w*|pourrait|sans doute)\b", rest, re.I
        )
    if not turned or not 4 <= len(turned.split()) <= (50 if conditional else 32):
        return None
    if not conditional and not (_JUDGED.search(rest) or _OF_PATIENT.match(turned)):
        return None
    if opinion and not hedged:
        return (
            _IT_IS.sub("the impression is ", f"the impression is that {turned}")
            if board.language == "en"
            else f"impression clinique : {turned}"
        )
    return turned
