"""Les ordres dits, tels qu'un compte rendu les écrit : ``on va augmenter le Lasilix`` ->
``augmenter le Lasilix``. What is no order gives None.
"""

import re

from summarizer.language import person_fr
from summarizer.language.person_fr import PronomsFr
from summarizer.language.words import words

_INFINITIVES = {
    "augmente": "augmenter",
    "diminue": "diminuer",
    "baisse": "baisser",
    "arrête": "arrêter",
    "continue": "poursuivre",
    "garde": "maintenir",
    "commence": "débuter",
    "refait": "refaire",
    "fait": "réaliser",
    "prend": "prendre",
    "change": "changer",
    "ajoute": "ajouter",
    "poursuit": "poursuivre",
    "remplace": "remplacer",
    "passe": "passer",
    "surveille": "surveiller",
    "contrôle": "contrôler",
    "prescris": "prescrire",
    "mets": "prescrire",
    "adresse": "adresser",
    "renouvelle": "renouveler",
    "conseille": "conseiller",
    "propose": "proposer",
    "donne": "donner",
    "demande": "demander",
    "fais": "réaliser",
    "envoie": "adresser",
    "revois": "revoir",
    "revoit": "revoir",
    "programme": "programmer",
    "reste": "rester",
    "laisse": "laisser",
    "vérifie": "vérifier",
    "réévalue": "réévaluer",
    "instaure": "instaurer",
    "note": "noter",
}


_IMPERATIVES = {
    "refaites": "refaire",
    "asseyez": "asseoir",
    "commencez": "commencer",
    "prenez": "prendre",
    "revenez": "revenir",
    "consultez": "consulter",
    "évitez": "éviter",
    "surveillez": "surveiller",
    "continuez": "continuer",
    "arrêtez": "arrêter",
    "buvez": "boire",
    "faites": "faire",
    "rappelez": "rappeler",
    "appelez": "appeler",
    "mangez": "manger",
    "marchez": "marcher",
    "gardez": "garder",
    "notez": "noter",
    "mettez": "mettre",
    "reprenez": "reprendre",
    "pesez": "peser",
    "dormez": "dormir",
    "utilisez": "utiliser",
    "appliquez": "appliquer",
    "lavez": "laver",
    "donnez": "donner",
    "essayez": "essayer",
    "poursuivez": "poursuivre",
    "limitez": "limiter",
    "réduisez": "réduire",
    "diminuez": "diminuer",
    "augmentez": "augmenter",
    "allez": "aller",
    "proposez": "proposer",
    "mesurez": "mesurer",
    "venez": "venir",
    "attendez": "attendre",
    "protégez": "protéger",
    "prendrez": "prendre",
    "ferez": "faire",
    "reviendrez": "revenir",
    "mettrez": "mettre",
    "continuerez": "continuer",
    "devrez": "devoir",
    "arrêterez": "arrêter",
    "pourrez": "pouvoir",
    "appellerez": "appeler",
}


_SUBJUNCTIVES = {
    "fassiez": "faire",
    "preniez": "prendre",
    "alliez": "aller",
    "soyez": "être",
    "buviez": "boire",
    "reveniez": "revenir",
    "ayez": "avoir",
}


_CLITICS = (
    r"(?:(?:vous|le|la|les|lui|leur|y|en|te|donc|aussi|quand même|juste|maintenant|"
    r"tout de suite|déjà|peut-être|d'abord)\s+|l')*"
)


_FR_GOING = re.compile(
    rf"^(?:(?:ce que )?(?:je|on|nous) (?:vais|va|allons|peut|peux|pourra|pourrait|"
    rf"voudrais|aimerais|souhaite|préfère)|il (?:va )?(?:faut|faudra|falloir|"
    rf"faudrait)|il est important de|"
    rf"(?:je vous |on vous )?(?:propose|conseille|recommande|demande|suggère)"
    rf" d(?:e |')|j'aimerais|vous (?:allez|pouvez|devez|devrez|pourrez)|pensez "
    rf"à|n'oubliez pas d(?:e |')|n'hésitez pas à|essayez d(?:e |')|l'idée c'est "
    rf"d(?:e |'))\s*{_CLITICS}"
    r"((?:ne pas |se |s')?[a-zàâçéèêëîïôûùüœ]+(?:er|ir|re|oir))\b\s*(.*)$",
    re.I,
)


_FR_PRESENT = re.compile(
    r"^(?:je|on|j')\s*(?:vous |te |lui |le |la |les |l'|se |y )*\s*([a-zéèê]+)\b\s*(.*)$", re.I
)


_FR_TOPIC = re.compile(
    r"^((?:la|le|les|l'|votre|vos)\s?[\w' -]{3,40}?),? (?:on|je|vous|nous)"
    r" (?:la |le |les |l'|vous )*([a-zéèê]+)\b\s*(.*)$",
    re.I,
)


_FR_YOU = re.compile(
    r"^(?:vous |et |donc )*(?:vous )?([a-zàâçéèêîôûœ]*(?:ez|faites))(?:-(?:vous|"
    r"moi|nous|le|la|les|lui))?\b\s*(.*)$",
    re.I,
)


_NO_ORDERS_FR = words(
    "être avoir dire savoir pouvoir vouloir voir sentir devoir croire entendre pédaler "
    "comprendre parler poser aimer penser expliquer montrer écouter regarder finir signer "
    "ignorer"
)


def _infinitive(match: re.Match[str]) -> str:
    word = match[2].lower()
    verb = _IMPERATIVES.get(word) or (f"{word[:-2]}er" if word.endswith("ez") else word)
    reflexive = ("s'" if verb[0] in "aeiouéêh" else "se ") if match[1] else ""
    lead = "et " if match[0].lower().startswith("et ") else ""
    return f"{lead}{reflexive}{verb}"


_SENT = re.compile(r"\benvoi\w*\b|\benvoyer\b", re.I)
_TO_A_DOCTOR = re.compile(r"^(?:chez|au|aux|à|vers|voir|en|faire|pour)\b", re.I)


def _after_comma(match: re.Match[str]) -> str:
    word = match[1].lower()
    return f", {_IMPERATIVES.get(word) or f'{word[:-2]}er'}"


def imperative_fr(text: str, who: PronomsFr) -> tuple[str, str, bool] | None:
    """(ordre à l'infinitif, verbe, whether the patient is to do it), or None."""
    condition = ""
    leading = re.match(r"^((?:si|en cas d|s'il|dès qu)[^,]{4,120}),\s*(.*)$", text, re.I)
    if leading:
        condition, text = leading[1], leading[2]
    topic = _FR_TOPIC.match(text)
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
    elif topic and (topic[2].lower() in _INFINITIVES or topic[2].lower() in _IMPERATIVES):
        verb = _INFINITIVES.get(topic[2].lower()) or _IMPERATIVES[topic[2].lower()]
        rest = f"{topic[1][0].lower()}{topic[1][1:]} {topic[3]}"
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
    if not verb or (not rest.strip() and not condition) or verb in _NO_ORDERS_FR:
        return None
    if re.match(r"(?:ça|cela)\b", rest.strip(), re.I):
        return None
    rest = re.sub(r"^(?:vous|donc|aussi)\s+", "", rest, flags=re.I)
    rest = re.sub(
        r"\b(?:pour|à|chez|avec) (?:vous|moi)\b|\bme (?=voir|revoir|rappeler)", "", rest, flags=re.I
    )
    if directed and re.match(r"^(?:et |donc )*vous vous ", text, re.I):
        verb = f"s'{verb}" if verb[0] in "aeiouéêh" else f"se {verb}"
    if verb == "adresser" and _SENT.search(text) and not _TO_A_DOCTOR.search(rest):
        verb = "envoyer"  # "on envoie les pompiers"
    rest = re.sub(r", ([a-zàâçéèêîôûœ]+ez)\b(?!-)", _after_comma, rest, flags=re.I)
    rest = re.sub(
        r"\b(?:et )?vous (vous )?([a-zàâçéèêîôûœ]*(?:ez|faites))\b", _infinitive, rest, flags=re.I
    )
    order = f"{verb} {rest}".strip()
    if condition:
        order = f"{order} {condition[0].lower()}{condition[1:]}"
    turned = person_fr.third_person(re.sub(r"\s+", " ", order), who, speaker="clinician")
    if not turned or len(turned.split()) < 2:
        return None
    return turned, verb, to_patient
