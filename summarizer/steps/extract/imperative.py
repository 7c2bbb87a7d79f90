"""Spoken orders as a note writes them: ``i'm gonna go ahead and start you on some lasix`` ->
``start lasix``; ``on va augmenter le Lasilix`` -> ``augmenter le Lasilix``."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.person_en import Pronouns
from summarizer.language.person_fr import PronomsFr

# Leads that speak of what the patient is to do.
_TO_PATIENT = re.compile(
    r"^(?:(?:i|we)(?:'d| would| do|'ll| will| just| also|)*\s*(?:want|like|need|have|recommend|ask|encourage|advise)(?: for)?(?: that)? you (?:to |can |should )?|"
    r"you(?:'ll| will)? (?:should|need to|have to|want to|can(?: also)?|must|could|may)\s+|you(?:'re| are) going to (?:need to |want to |have to )?|"
    r"(?:please |just )?(?:make sure|be sure)(?: that)?(?: you)?(?: to)?|(?:please )?try to|it's important (?:that you|to|for you to)|"
    r"(?:i|we)(?:'m| am|'re| are)? (?:going to |)?(?:recommend(?:ing)?|advis(?:e|ing)|encourag(?:e|ing)|have|ask(?:ing)?)(?: that)? you (?:to )?|"
    r"see you (?=take|do|start|use|stop|lose|try|work|keep|eat)|please|don't forget to)\s*",
    re.I,
)  # fmt: skip
_LEAD = re.compile(
    r"^(?:(?:what (?:i|we)(?:'d| would|'m| am)? (?:like|going|want|recommend)(?: to do)?(?: is|,)?(?: that)?|here's what (?:i|we) (?:want|would like) to do|the plan is to|my plan is to|my recommendation (?:is|would be) (?:to|that)|"
    r"(?:i|we)(?: think| believe)?(?: that)? (?:we |i )?(?:should|can|could|need to|have to|may|might want to)|"
    r"(?:i|we)(?:'m| am|'re| are)(?: also| just| gonna)? (?:going|planning) to|(?:i|we)(?:'d| would)?(?: also| just| really| do)* (?:like|want|need|plan) to|"
    r"(?:i|we)(?:'ll| will)(?: also| just| then| probably)*|(?:i|we) (?:also )?(?:would )?recommend(?: that)?(?: we)?|let's(?: also| just)*|"
    r"why don't we|i think|we|"
    r"(?:also|just|then|now|first|probably|maybe|certainly|definitely)|(?:go|going) ahead and|(?:get|have) (?:you )?(?=started|set up)|do is)\s*[,:]?\s*)+",
    re.I,
)
_VERBS = frozenset(
    ["continue", "increase", "decrease", "start", "stop", "order", "refer", "send", "prescribe", "check", "repeat", "schedule", "get", "obtain", "add", "give", "put", "keep", "see", "monitor", "recommend", "take", "use", "avoid", "reduce", "lower", "raise", "switch", "change", "hold", "resume", "restart", "refill", "discontinue", "recheck", "follow", "come", "return", "call", "let", "consider", "perform", "do", "begin", "try", "watch", "record", "limit", "wear", "rest", "ice", "elevate", "exercise", "apply", "drink", "eat", "bring", "make", "contact", "reach", "remove", "set", "provide", "treat", "advise", "encourage", "discuss", "plan", "place", "inject", "book", "arrange", "request", "have", "maintain", "stay", "work", "go", "wait", "titrate", "taper", "initiate", "proceed", "admit", "draw", "run", "review", "test", "evaluate", "screen", "quit", "cut", "lose", "finish", "complete", "need", "cut", "write", "renew", "fill", "note", "track", "measure", "weigh", "supplement", "adjust", "double", "administer", "educate", "counsel", "log", "hydrate", "stretch", "ask", "touch", "notify", "gargle", "sleep", "cover", "clean", "wash", "change"]
)
_DROP_YOU = re.compile(
    r"\b(refer|send|put|start|give|get|see|keep|prescribe|continue|place|have|switch|order|restart|add|check|increase|schedule|set|maintain|"
    r"write|bring|try|treat|begin|initiate|offer|provide|recommend)\s+you\b",
    re.I,
)
_THROWN = re.compile(
    r"\b(?:for you|on you|with you|to you|if that's okay(?: with you)?|like i said|as well|again|go ahead and|at this (?:time|point)|right now)\b,?",
    re.I,
)
_TAIL = re.compile(
    r",?\s+(?:just )?(?:because|'cause|since|so that|so|which|to make sure|just to)\s+.{12,}$", re.I
)
_REPORT = frozenset(
    {"call", "come", "return", "let", "contact", "reach", "go", "notify", "bring", "ask"}
)


def imperative_en(text: str, who: Pronouns) -> tuple[str, str, bool] | None:
    """(order, verb, whether the patient is to do it), or None when it is no order."""
    condition = re.match(r"^(if .{5,120}?),?\s+(?:then |please |you can |you should |you need to |i want you to |just |we can |we could |we may |we'll |we will )*((?:call|come|return|let|contact|reach|go|notify|seek|consider|proceed|do|get|refer|discuss|talk about)\b.*)$", text, re.I)  # fmt: skip
    if condition and len(condition[2].split()) >= 2:
        order = f"{condition[2]} {condition[1]}"
        patient = not re.match(
            r"(?:consider|proceed|do|refer|discuss|get|talk)", condition[2], re.I
        )
        return _finished(order, condition[2].split()[0].lower(), patient, who)
    for _ in range(3):
        lead = _LEAD.match(text)
        if not lead or lead.end() == 0:
            break
        text = text[lead.end() :]
    to_patient = False
    while directed := _TO_PATIENT.match(text):
        if directed.end() == 0:
            break
        to_patient, text = True, text[directed.end() :]
        again = _LEAD.match(text)
        text = text[again.end() :] if again else text
    text = re.sub(r"^(?:not|never)\s+", "avoid ", text) if re.match(r"(?:not|never) (?:do|take|eat|use|lift|drive|drink|play)", text) else text  # fmt: skip
    word = re.match(r"[a-z]+", text, re.I)
    if not word:
        return None
    verb = word[0].lower()
    if verb in {"continuing", "starting", "increasing", "taking", "using", "monitoring"}:
        verb = {"continuing": "continue", "starting": "start", "increasing": "increase", "taking": "take"}.get(verb, verb[:-3] + ("e" if verb == "using" else ""))  # fmt: skip
        text = verb + text[word.end() :]
    if verb == "no":
        return None
    if verb not in _VERBS or (
        verb == "have" and not re.match(r"have (?:you|them|our|my|the nurse)", text, re.I)
    ):
        return None
    if (
        verb
        in {"go", "do", "make", "work", "see", "need", "let", "set", "try", "run", "get", "review"}
        and len(text.split()) < 3
    ):
        return None
    return _finished(text, verb, to_patient, who)


def _finished(
    text: str, verb: str, to_patient: bool, who: Pronouns
) -> tuple[str, str, bool] | None:
    text = _THROWN.sub("", text)
    tail = _TAIL.search(text)
    if tail and re.search(r"\b(?:i|i'm|i've|i'd|we|we're|we've|me|us|you're)\b", tail[0], re.I):
        text = text[: tail.start()]
    text = re.sub(r"^see you (?:back |again )?(?:here )?", "follow-up ", text, flags=re.I)
    text = re.sub(r"^have you (?:come |follow )?(?:back|up)\b", "follow-up", text, flags=re.I)
    text = re.sub(r"^have you\s+", "", text, flags=re.I)
    text = re.sub(
        r"^(?:let me know|call me|call us|give (?:me|us) a call|let us know)",
        lambda m: "call" if "call" in m[0].lower() else "report",
        text,
        flags=re.I,
    )
    text = re.sub(r"\b(?:to|with|by|for) (?:me|us)\b", "", text)
    text = _DROP_YOU.sub(r"\1", text)
    text = re.sub(
        r"^(start|continue|restart|begin|keep)\s+on\s+(?:some |a little |a |the )?",
        r"\1 ",
        text,
        flags=re.I,
    )
    text = re.sub(r"^put on (?:some |the )?", "start ", text, flags=re.I)
    text = re.sub(
        r"^(order|start|get|prescribe|check|add|give) (?:some |a little bit of )",
        r"\1 ",
        text,
        flags=re.I,
    )
    text = re.sub(r"\s+", " ", text).strip(" ,")
    turned = person_en.third_person(text, who, speaker="clinician")
    if not turned or len(turned.split()) < 2:
        return None
    patient = to_patient or verb in _REPORT
    if re.match(r"follow-up\b", turned):
        patient = False
    return turned, verb, patient


_INFINITIVES = {
    "augmente": "augmenter", "diminue": "diminuer", "baisse": "baisser", "arrête": "arrêter",
    "continue": "poursuivre", "garde": "maintenir", "commence": "débuter", "refait": "refaire",
    "fait": "réaliser", "prend": "prendre", "change": "changer", "ajoute": "ajouter", "poursuit": "poursuivre",
    "remplace": "remplacer", "passe": "passer", "surveille": "surveiller", "contrôle": "contrôler",
    "prescris": "prescrire", "mets": "prescrire", "adresse": "adresser", "renouvelle": "renouveler",
    "conseille": "conseiller", "propose": "proposer", "donne": "donner", "demande": "demander", "fais": "réaliser",
    "envoie": "adresser", "revois": "revoir", "revoit": "revoir", "programme": "programmer", "reste": "rester",
    "laisse": "laisser", "vérifie": "vérifier", "réévalue": "réévaluer", "instaure": "instaurer", "note": "noter",
}  # fmt: skip
_IMPERATIVES = {
    "prenez": "prendre", "revenez": "revenir", "consultez": "consulter", "évitez": "éviter", "surveillez": "surveiller",
    "continuez": "continuer", "arrêtez": "arrêter", "buvez": "boire", "faites": "faire", "rappelez": "rappeler",
    "appelez": "appeler", "mangez": "manger", "marchez": "marcher", "gardez": "garder", "notez": "noter",
    "mettez": "mettre", "reprenez": "reprendre", "pesez": "peser", "dormez": "dormir", "utilisez": "utiliser",
    "appliquez": "appliquer", "lavez": "laver", "donnez": "donner", "essayez": "essayer", "poursuivez": "poursuivre",
    "limitez": "limiter", "réduisez": "réduire", "diminuez": "diminuer", "augmentez": "augmenter", "allez": "aller",
    "proposez": "proposer", "mesurez": "mesurer", "venez": "venir", "attendez": "attendre", "protégez": "protéger",
    "prendrez": "prendre", "ferez": "faire", "reviendrez": "revenir", "mettrez": "mettre", "continuerez": "continuer",
    "devrez": "devoir", "arrêterez": "arrêter", "pourrez": "pouvoir", "appellerez": "appeler",
}  # fmt: skip
_SUBJUNCTIVES = {"fassiez": "faire", "preniez": "prendre", "alliez": "aller", "soyez": "être", "buviez": "boire", "reveniez": "revenir", "ayez": "avoir"}  # fmt: skip
_CLITICS = r"(?:(?:vous|le|la|les|lui|leur|y|en|te|donc|aussi|quand même|juste|maintenant|tout de suite|déjà|peut-être|d'abord)\s+|l')*"
_FR_GOING = re.compile(
    rf"^(?:(?:ce que )?(?:je|on|nous) (?:vais|va|allons|peut|peux|pourra|pourrait|voudrais|aimerais|souhaite|préfère)|il (?:va )?(?:faut|faudra|falloir|faudrait)|il est important de|"
    rf"(?:je vous |on vous )?(?:propose|conseille|recommande|demande|suggère) d(?:e |')|j'aimerais|vous (?:allez|pouvez|devez|devrez|pourrez)|pensez à|n'oubliez pas d(?:e |')|n'hésitez pas à|essayez d(?:e |')|l'idée c'est d(?:e |'))\s*{_CLITICS}"
    r"((?:ne pas |se |s')?[a-zàâçéèêëîïôûùüœ]+(?:er|ir|re|oir))\b\s*(.*)$",
    re.I,
)  # fmt: skip
_FR_PRESENT = re.compile(
    r"^(?:je|on|j')\s*(?:vous |te |lui |le |la |les |l'|se |y )*\s*([a-zéèê]+)\b\s*(.*)$", re.I
)
_FR_YOU = re.compile(
    r"^(?:vous |et |donc )*(?:vous )?([a-zàâçéèêîôûœ]+ez)(?:-(?:vous|moi|nous|le|la|les|lui))?\b\s*(.*)$",
    re.I,
)


def imperative_fr(text: str, who: PronomsFr) -> tuple[str, str, bool] | None:
    """(ordre à l'infinitif, verbe, whether the patient is to do it), or None."""
    condition = ""
    leading = re.match(r"^((?:si|en cas d|s'il|dès qu)[^,]{4,120}),\s*(.*)$", text, re.I)
    if leading:
        condition, text = leading[1], leading[2]
    going = _FR_GOING.match(text)
    present = _FR_PRESENT.match(text)
    directed = _FR_YOU.match(text)
    subjunctive = re.match(
        r"^il (?:faut|faudra|faudrait)(?: absolument| aussi| bien)? que vous (\w+)\s*(.*)$",
        text,
        re.I,
    )
    infinitive = re.match(
        r"^((?:ne pas )?[a-zàâçéèêëîïôûùüœ]+(?:er|ir|re|oir))\b\s+(.*)$", text, re.I
    )
    to_patient = False
    if subjunctive:
        found = subjunctive[1].lower()
        verb = _SUBJUNCTIVES.get(found) or (f"{found[:-3]}er" if found.endswith("iez") else "")
        rest, to_patient = subjunctive[2], True
    elif going:
        verb, rest = going[1].lower(), going[2]
        to_patient = re.match(r"^(?:vous|pensez|n'|essayez|il)", text, re.I) is not None
    elif directed and directed[1].lower() in _IMPERATIVES:
        verb, rest, to_patient = _IMPERATIVES[directed[1].lower()], directed[2], True
    elif present and present[1].lower() in _INFINITIVES:
        verb, rest = _INFINITIVES[present[1].lower()], present[2]
    elif infinitive and infinitive[1].lower() in {*_INFINITIVES.values(), *_IMPERATIVES.values()}:
        verb, rest = infinitive[1].lower(), infinitive[2]
    else:
        return None
    if not verb or (not rest.strip() and not condition):
        return None
    rest = re.sub(r"^(?:vous|donc|aussi)\s+", "", rest, flags=re.I)
    rest = re.sub(
        r"\b(?:pour|à|chez|avec) (?:vous|moi)\b|\bme (?=voir|revoir|rappeler)", "", rest, flags=re.I
    )
    order = f"{verb} {rest}".strip()
    if condition:
        order = f"{order} {condition[0].lower()}{condition[1:]}"
    turned = person_fr.third_person(re.sub(r"\s+", " ", order), who, speaker="clinician")
    if not turned or len(turned.split()) < 2:
        return None
    return turned, verb, to_patient
