"""Spoken orders as a note writes them: ``i'm gonna go ahead and start you on some lasix`` ->
``start lasix``. What is no order gives None.
"""

import re

from summarizer.language import person_en
from summarizer.language.orders import PATIENTS_ACTS
from summarizer.language.person_en import Pronouns
from summarizer.language.words import words
from summarizer.steps.extract.errands import no_order

# Leads that speak of what the patient is to do.
_TO_PATIENT = re.compile(
    r"^(?:i(?:'m| am) going to (?:need|want|have|ask) you to\s+|"
    r"(?:i|we)(?:'d| would| do|'ll| will| just| also|)*\s*(?:want|like|"
    r"need|have|recommend|ask|encourage|advise)(?: for)?(?: that)? you (?:to "
    r"|can |should )?|"
    r"you(?:'ll| will)? (?:should|need to|have to|want to|can(?: also)?|must|"
    r"could|may)\s+|you(?:'re| are) going to (?:need to |want to |have to "
    r")?|"
    r"(?:please |just )?(?:make sure|be sure)(?: that)?(?: you)?(?: to)?|(?:please "
    r")?try to|it's important (?:that you|to|for you to)|"
    r"(?:i|we)(?:'m| am|'re| are)? (?:going to |)?(?:recommend(?:ing)?|advis(?:e|"
    r"ing)|encourag(?:e|ing)|have|ask(?:ing)?)(?: that)? you (?:to )?|"
    r"(?:i|we)(?:'ve| have| also)* (?:asked|advised|encouraged|instructed|told|counseled) "
    r"(?:you|her|him|them|the patient|the family|mom|dad) to\s+|"
    r"see you (?=take|do|start|use|stop|lose|try|work|keep|eat)|please|don't forget to)\s*",
    re.I,
)
_LEAD = re.compile(
    r"^(?:(?:what (?:i|we)(?:'d| would)? "
    r"(?:(?:want|like|need)(?: for)? you to|have you) do is(?: to)?|"
    r"additionally,?|what (?:i|we)(?:'d| would|'m| am)? (?:like|going|want|recommend)"
    r"(?: to do)?(?: is|,)?(?: that)?|here's what (?:i|we) (?:want|would like)"
    r" to do|the plan is to|my plan is to|my recommendation (?:is|would be)"
    r" (?:to|that)|"
    r"(?:i|we)(?: think| believe)?(?: that)? (?:we |i )?(?:should|can|could|"
    r"need to|have to|may|might want to)|"
    r"(?:i|we)(?:'m| am|'re| are)(?: also| just| gonna)? (?:going|planning)"
    r" to|(?:i|we)(?:'d| would)?(?: also| just| really| do)* (?:like|want|"
    r"need|plan) to|"
    r"(?:i|we)(?:'ll| will)(?: also| just| then| probably)*|(?:i|we) (?:also "
    r")?(?:would )?recommend(?: that)?(?: we)?|let's(?: also| just)*|"
    r"why don't we|i think|we|"
    r"(?:also|just|then|now|first|finally|lastly|probably|maybe|certainly|definitely|"
    r"at this (?:time|point))|"
    r"(?:go|going) ahead(?: and)?|go and (?=(?:refer|order|prescribe|get|start|schedule|send)\b)|"
    r"(?:get|have) (?:you )?(?=started|set up)|do is)\b\s*[,:]?\s*)"
    r"+",
    re.I,
)
VERBS = frozenset(
    [
        "continue",
        "increase",
        "decrease",
        "start",
        "stop",
        "order",
        "refer",
        "send",
        "prescribe",
        "check",
        "repeat",
        "schedule",
        "get",
        "obtain",
        "add",
        "give",
        "put",
        "keep",
        "see",
        "monitor",
        "recommend",
        "take",
        "use",
        "avoid",
        "reduce",
        "lower",
        "raise",
        "switch",
        "change",
        "hold",
        "resume",
        "restart",
        "refill",
        "discontinue",
        "recheck",
        "follow",
        "come",
        "return",
        "call",
        "let",
        "consider",
        "perform",
        "do",
        "begin",
        "try",
        "watch",
        "record",
        "limit",
        "wear",
        "rest",
        "ice",
        "elevate",
        "exercise",
        "apply",
        "drink",
        "eat",
        "bring",
        "make",
        "contact",
        "reach",
        "remove",
        "set",
        "provide",
        "treat",
        "advise",
        "encourage",
        "discuss",
        "plan",
        "place",
        "inject",
        "book",
        "arrange",
        "request",
        "have",
        "maintain",
        "stay",
        "work",
        "go",
        "wait",
        "titrate",
        "taper",
        "initiate",
        "proceed",
        "admit",
        "draw",
        "run",
        "review",
        "test",
        "evaluate",
        "screen",
        "quit",
        "cut",
        "lose",
        "finish",
        "complete",
        "need",
        "cut",
        "write",
        "renew",
        "fill",
        "note",
        "track",
        "measure",
        "weigh",
        "supplement",
        "adjust",
        "double",
        "administer",
        "educate",
        "counsel",
        "log",
        "hydrate",
        "stretch",
        "ask",
        "touch",
        "notify",
        "gargle",
        "sleep",
        "cover",
        "swab",
        "clean",
        "wash",
        "change",
    ]
)
_NO_ORDERS = words(
    "on in at for with about as of by up from "
    "be think know say tell talk ask hope feel look listen examine press push show hear touch "
    "the a that this it you i we they he she your my not mean guess just sign ignore "
    "congratulate apologize mention explain turn lay sit pull move palpate step grab pass like "
    "love want believe admit assume really always never so if and"
)
_DOING = {
    "ordering": "order",
    "referring": "refer",
    "prescribing": "prescribe",
    "starting": "start",
    "putting": "put",
    "increasing": "increase",
    "decreasing": "decrease",
    "sending": "send",
    "giving": "give",
    "stopping": "stop",
    "adding": "add",
    "changing": "change",
    "repeating": "repeat",
    "refilling": "refill",
    "keeping": "keep",
}
_DROP_YOU = re.compile(
    r"\b(refer|send|put|start|give|get|see|keep|prescribe|continue|place|have|"
    r"switch|order|restart|add|check|increase|schedule|set|maintain|"
    r"write|bring|try|treat|begin|initiate|offer|provide|recommend)\s+you\b",
    re.I,
)
_THROWN = re.compile(
    r"\b(?:you (?:might|may) (?:call|know) it(?: as)?|for you|on you|with you|to you|"
    r"if that's okay(?: with you)?|like "
    r"i said|as well|again|go ahead and|at this (?:time|point)|right now)\b,?",
    re.I,
)
_TAIL = re.compile(
    r",?\s+(?:just )?(?:because|'cause|since|so that|so|which|to make sure|just to)\s+.{12,}$", re.I
)
# Where an order ends and talk about it begins; the last such place is cut first.
_ASIDE = re.compile(
    r",?\s+(?:these are|this is|this will|that's|that will|that way|those "
    r"are|it's|it is|so|because|and then|and see|which|but|and i|and we|and make sure|"
    r"and hopefully|just to|just because|i think|i know|i don't|you know|okay|since|as)\b"
    r"(?!.*\s(?:these are|this is|this will|that's|that will|that way|those are|it's|"
    r"it is|so|because|and then|which|but|and i|and we|and make sure|just "
    r"to|just because|i think|i know|i don't|you know|okay|since|as)\b).*$",
    re.I,
)
# "if it gets worse call me": what is to be done has a comma or a lead before it, unless it can only
# be an order. "If the symptoms come back" orders nothing.
_CALLS = re.compile(
    r"^(?:otherwise |but |and )*(if .{5,160}?),?\s+(?:then |please |just |you can |you should |"
    r"you need to |i want you to |why don't you )*"
    r"((?:call|contact|notify|seek|reach out|let (?:me|us)|give (?:me|us) a call)\b.*)$",
    re.I,
)
_THEN = re.compile(
    r"^(if .{5,120}?)(?:,\s+(?:then |please |just )*(?=(?:come|return|go)\b)|,?\s+(?:you can |"
    r"you should |you need to |i want you to |we can |we could |we may |we'll |we will |i want to |"
    r"i'd like to |i would like to |i'll |i will )(?:just |go ahead and |possibly )*)"
    r"((?:come|return|go|consider|proceed|do|get|refer|discuss|talk about|see|order|try|start|"
    r"obtain|send|schedule|determine|repeat|add|increase|switch|change|give|need|look at)\b.*)$",
    re.I,
)
_REPORT = words("call come return let contact reach go notify bring ask")


# "We'll refer you if we need to": the clinician's "we" goes, the condition stays.
_NEEDED = re.compile(
    r"\bif (?:we|i|you)(?:,? you know,?)?(?: do)? (?:need|(?:feel|think) we need)(?: to| it)?$",
    re.I,
)
# "once we get the MRI results back" waits for the results, whoever gets them.
_AFTER_RESULTS = re.compile(
    r"\b(?:once|when|after|as soon as) (?:we|i) (?:get|have|receive|see) "
    r"(?:your |the |those |back )*((?:[\w-]+ ){0,3}?results?)(?: back)?\b",
    re.I,
)


# "I don't think you need a brace", "we don't need to repeat it".
_NEEDLESS = re.compile(
    r"(?:(?:i|we) (?:don't|do not) (?:think|feel|believe)(?: that)? (?:you|we)(?:'ll)? "
    r"(?:really )?need|"
    r"(?:we|you) (?:don't|do not|won't) (?:really )?need) (to )?(.+)$",
    re.I,
)
# "If not, you can follow up as needed": what is needed is its own condition.
_IF_NOT = re.compile(r"^if not,? (?=.*\bas needed\b)", re.I)
# "We might do some physical therapy": thought of, not ordered.
_MAYBE = re.compile(
    r"(?:i|we) (?:might|may|could)(?: also| just| possibly| even| want to| have to| need to)* "
    r"(?:do|get|order|try|use|consider|need)\s+(?:some |doing |getting )?(\w.+)$",
    re.I,
)


def imperative_en(text: str, who: Pronouns) -> tuple[str, str, bool] | None:
    """(order, verb, whether the patient is to do it), or None when it is no order."""
    text = _NEEDED.sub("if needed", _AFTER_RESULTS.sub(r"after the \1", text))
    if needless := _NEEDLESS.match(text):
        return _finished(f"no need {needless[1] or 'for '}{needless[2]}", "not", True, who)
    text = _FEEL_FREE.sub("", _IF_NOT.sub("", text))
    text = _GIVE_A_CALL.sub("or call", _PUSH_FLUIDS.sub("drink plenty of fluids", text))
    if maybe := _MAYBE.match(text):
        return _finished(f"consider {maybe[1]}", "consider", False, who)
    condition = _CALLS.match(text) or _THEN.match(text)
    if condition and len(condition[2].split()) >= 2:
        asked = condition[2].split(",")[0]  # "call me, it's easy to treat": the order is the call
        order = f"{asked} {condition[1][0].lower()}{condition[1][1:]}"
        patient = not re.match(
            r"(?:consider|proceed|do|refer|discuss|get|talk|order|try|start|obtain|send|schedule|"
            r"determine|repeat|add|increase|switch|change|give(?! (?:me|us) a call)|need|look)\b",
            condition[2],
            re.I,
        )
        verb = condition[2].split()[0].lower()
        return _finished(order, "call" if verb == "give" and patient else verb, patient, who)
    doing = re.match(
        r"^(?:i'm|i am|we're|we are)(?: also| just| actually)? (not )?([a-z]+ing)"
        r"( in)?\b\s*(?!to\b)(.*)$",
        text,
        re.I,
    )
    if doing and doing[2].lower() in _DOING and not doing[1]:
        verb = "place" if doing[3] and doing[2].lower() == "putting" else _DOING[doing[2].lower()]
        return _finished(f"{verb} {doing[4]}", verb, False, who)
    refused = re.match(
        r"^(?:i'm|i am|we're|we are|i|we)(?: am| are)? (?:not going to|won't|will "
        r"not) ([a-z]+\b.*)$",
        text,
        re.I,
    )
    if refused and refused[1].split()[0].lower() in VERBS and len(refused[1].split()) > 2:
        return _finished(f"do not {refused[1]}", "not", False, who)
    led = False
    for _ in range(3):
        lead = _LEAD.match(text)
        if not lead or lead.end() == 0:
            break
        led = led or re.search(r"\b(?:to|will|should|let's)\b|'ll\b", lead[0], re.I) is not None
        text = text[lead.end() :]
    text = _DO_EMPHATIC.sub("", _ORDER_IS.sub("order ", text))
    if told := _LET_YOU_KNOW.match(text):
        said = person_en.third_person(text[told.end() :], who, speaker="clinician")
        return (said, "explain", True) if said else None
    to_patient = False
    while directed := _TO_PATIENT.match(text):
        if directed.end() == 0:
            break
        to_patient, text = True, text[directed.end() :]
        again = _LEAD.match(text)
        text = text[again.end() :] if again else text
    refrained = re.match(
        r"(?:not|never)\s+((?:do|take|eat|use|lift|drive|drink|play)\b.+)$", text, re.I
    )
    if refrained:
        return _finished(f"not {refrained[1]}", "not", True, who) if to_patient else None
    negated = re.match(r"(?:don't|do not|never)\s+([a-z]+\b.*)$", text, re.I)
    if (
        negated
        and (to_patient or not led)
        and len(negated[1].split()) > 1
        and negated[1].split()[0].lower() in VERBS
    ):
        return _finished(f"not {negated[1]}", "not", True, who)
    word = re.match(r"[a-z]+", text, re.I)
    if not word:
        return None
    if _HAVE_YOU_DO.match(text):
        to_patient = True
    to_patient = to_patient or (not led and re.search(r"\bwith me\b", text, re.I) is not None)
    led = led or to_patient
    verb = word[0].lower()
    if verb in {"continuing", "starting", "increasing", "taking", "using", "monitoring"}:
        verb = {
            "continuing": "continue",
            "starting": "start",
            "increasing": "increase",
            "taking": "take",
        }.get(verb, verb[:-3] + ("e" if verb == "using" else ""))
        text = verb + text[word.end() :]
    if verb == "no" or re.match(r"have you on\b", text, re.I):
        return None
    if (
        verb in _NO_ORDERS
        or (verb not in VERBS and not led)
        or (verb == "have" and not re.match(r"have (?:you|them|our|my|the nurse)", text, re.I))
    ):
        return None
    if (
        verb
        in {"go", "do", "make", "work", "see", "need", "let", "set", "try", "run", "get", "review"}
        and len(text.split()) < 3
    ):
        return None
    return _finished(text, verb, to_patient, who)


# "Have you continue to watch your diet": the patient's to do, as an order to the clinician is not.
_HAVE_YOU_DO = re.compile(
    rf"have you (?:continue to |keep |start )?(?:do|{PATIENTS_ACTS})(?:e|ing|ying)?\b", re.I
)
_NEXT = re.compile(
    r"^see (?:back |again )?(?=(?:in|within) (?:about |around )?"
    r"(?:\d|an?\b|one|two|three|four|six)|next (?:week|month|year)\b|tomorrow\b)",
    re.I,
)


# What is said after an order in the speaker's own person: why, and since when.
_PURPOSE = re.compile(
    r",?\s+(?:just )?to (?:see|check|make sure|find out)(?: if| whether| that)? "
    r"(?:we|i|i'm|we're)\b.*$|"
    r"\s+(?:for (?:the |your )?[\w ]{3,30} )?(?:that|which) (?:we|i)(?:'ve|'re|'m| have| are)? .*$|"
    r"(?<=\w\w)\s+(?:definitely stay|make sure (?:that )?you)\b.*$",
    re.I,
)


# What is left of a cut: "order a hemoglobin a1c and".
_HANGING = re.compile(
    r"\s+and then for (?:your|the|his|her) [\w ]{3,30}$|"
    r"(?:\s+(?:and|or|but|to|with|for|so|because|that|also|just|then|i|we)\b)+\W*$",
    re.I,
)


# "follow-up in 2 weeks, congratulations on the baby": the visit and its time, and what goes with
# them.
_AFTER_THE_TIME = re.compile(
    r"^(follow-up\b(?:.{0,40}?\bin (?:about |around )?(?:a couple (?:of )?|a few |another )?"
    r"(?:\d+(?:(?: to | or |-)\d+)? |an? )?(?:days?|weeks?|months?|years?)(?: or so)?|"
    r"[^,]{0,40}?(?= (?:the patient|she|he) (?:will|is)\b)))"
    r"(?!,? (?:or|with|for|if|to|after|post|unless|following|before|at)\b)\b.*$",
    re.I,
)
# "We'll take care of that today and then schedule an appointment": the appointment is the order.
_CARED_FOR = re.compile(
    r"^(?:take (?:good )?care of|keep (?:an?|a close) (?:close )?eye on) (?:you|that|this)\b.*?"
    r"\band (?:then )?(?=(?:schedule|see|follow|have you|recheck|check|repeat)\b)",
    re.I,
)
# "First order will be a renal artery ultrasound": the order is a noun.
_ORDER_IS = re.compile(r"^(?:first |next |second )?order (?:will|would) be ", re.I)
_FEEL_FREE = re.compile(r"\b(?:please )?feel free to (?=call|contact|reach|come|return)", re.I)
_GIVE_A_CALL = re.compile(r"\bor give (?:us|me|the office) a call\b", re.I)
_PUSH_FLUIDS = re.compile(r"\bpush (?:the |your )?fluids\b", re.I)
# "I do want to let you know that there are risks" is told.
_LET_YOU_KNOW = re.compile(r"let you know (?:that )?(?=(?:that|there|it|the|your)\b)", re.I)
# "We do recommend": the verb is what follows.
_DO_EMPHATIC = re.compile(r"^do (?=(?:recommend|encourage|advise|order|need)\b)", re.I)


def _finished(
    text: str, verb: str, to_patient: bool, who: Pronouns
) -> tuple[str, str, bool] | None:
    text = _PURPOSE.sub("", _THROWN.sub("", text))
    # "I'll call you with the results" is the clinician's to do.
    to_them = re.match(
        r"(?:call|contact|notify|reach out to|bring|ask) (?:your?|the family)\b",
        text,
        re.I,
    )
    tail = _TAIL.search(text)
    if tail and re.search(r"\b(?:i|i'm|i've|i'd|we|we're|we've|me|us|you're)\b", tail[0], re.I):
        text = text[: tail.start()]
    text = re.sub(
        r"^see you (?=back|again|here|in|for|next|at|on|within|(?:around|about) .*"
        r"(?:day|week|month|year)|\d)(?:back "
        r"|again )?(?:here )?",
        "follow-up ",
        text,
        flags=re.I,
    )
    text = re.sub(r"^have you (?:come |follow )?(?:back|up)\b", "follow-up", text, flags=re.I)
    text = re.sub(r"^have you\s+", "", text, flags=re.I)
    text = _CARED_FOR.sub("", text)
    text = re.sub(
        r"^(?:let me know|call me|call us|give (?:me|us) a call|let us know)",
        lambda m: "call" if "call" in m[0].lower() else "report",
        text,
        flags=re.I,
    )
    text = re.sub(r"\b(?:to|with|by|for) (?:me|us)\b", "", text)
    text = re.sub(
        r"\b(put|place|keep|get) you (?=(?:back )?(?:in|into)\b)", r"\1 the patient ", text
    )
    text = _DROP_YOU.sub(r"\1", text)
    text = re.sub(
        r"^(start|continue|restart|begin|keep)\s+on\s+(?:some |a little |a |the )?",
        r"\1 ",
        text,
        flags=re.I,
    )
    text = re.sub(r"^put on (?:some |the )?", "start ", text, flags=re.I)
    text = re.sub(r"^(?:just )?talk (?:a little )?about ", "discuss ", text, flags=re.I)
    text = re.sub(
        r"^(order|start|get|prescribe|check|add|give) (?:some |a little bit of )",
        r"\1 ",
        text,
        flags=re.I,
    )
    text = re.sub(r"\s+", " ", text).strip(" ,")
    text = re.sub(
        r"\bwhen (?:i|we) see you(?: back| again| next)*", "at the next visit", text, flags=re.I
    )
    text = _NEXT.sub("follow-up ", text)
    if no_order(text):
        return None
    turned = person_en.third_person(text, who, speaker="clinician")
    conditional = re.search(r"\b(?:if|unless|when|until|whether)\b", text, re.I) is not None
    while not turned and not conditional and (cut := _ASIDE.search(text)):
        text = text[: cut.start()].strip(" ,")
        turned = person_en.third_person(text, who, speaker="clinician")
    turned = _HANGING.sub("", turned or "")
    turned = _HANGING.sub("", _AFTER_THE_TIME.sub(r"\1", turned))
    if len(turned.split()) < 2 or no_order(turned):
        return None
    patient = to_patient or (verb in _REPORT and not to_them)
    if re.match(r"follow-up\b", turned):
        patient = False
    return turned, verb, patient
