"""Le français parlé à la première ou à la deuxième personne, remis à la troisième.

``je prends`` -> ``le patient prend``, ``vous avez`` -> ``la patiente a``. Only grammar changes;
what cannot be turned safely gives None.
"""

import re
from dataclasses import dataclass

from summarizer.language.words import words

_FIRST = {
    "suis": "est", "ai": "a", "vais": "va", "fais": "fait", "prends": "prend", "peux": "peut",
    "veux": "veut", "dois": "doit", "sais": "sait", "vois": "voit", "bois": "boit", "dors": "dort",
    "sens": "sent", "viens": "vient", "tiens": "tient", "mets": "met", "perds": "perd",
    "crois": "croit", "sors": "sort", "pars": "part", "ressens": "ressent", "connais": "connaît",
    "vis": "vit", "dis": "dit", "lis": "lit", "cours": "court", "meurs": "meurt", "vaux": "vaut",
    "étais": "était", "avais": "avait", "serais": "serait", "aurai": "aura", "serai": "sera",
    "descends": "descend", "entends": "entend", "attends": "attend", "rends": "rend",
}  # fmt: skip
_SECOND = {
    "êtes": "est", "avez": "a", "faites": "fait", "dites": "dit", "allez": "va", "prenez": "prend",
    "pouvez": "peut", "voulez": "veut", "devez": "doit", "buvez": "boit", "dormez": "dort",
    "sentez": "sent", "ressentez": "ressent", "savez": "sait", "voyez": "voit", "mettez": "met",
    "venez": "vient", "tenez": "tient", "perdez": "perd", "croyez": "croit", "sortez": "sort",
    "vivez": "vit", "étiez": "était", "aviez": "avait", "entendez": "entend", "souffrez": "souffre",
    "reprenez": "reprend", "revenez": "revient", "permettez": "permet", "suivez": "suit",
}  # fmt: skip
_FEMININE = words(
    "tension jambe tête main gorge poitrine peau femme fille mère vie hanche cheville cicatrice "
    "plaie toux douleur nuit journée famille maman sœur soeur vue cuisse nuque bouche langue "
    "fièvre vessie respiration température saturation dose glycémie pilule maladie grossesse "
    "voiture maison retraite thyroïde prothèse marche prise chirurgie voix"
)


@dataclass(frozen=True, slots=True)
class PronomsFr:
    """How the note speaks of the patient in French."""

    noun: str
    subject: str
    helper: str = "l'accompagnant"

    @property
    def stressed(self) -> str:
        return "elle" if self.subject == "elle" else "lui"


def pronoms(gender: str, *, helper_gender: str = "", carer: str = "") -> PronomsFr:
    """By the record's administrative gender; unknown is the generic masculine noun. ``carer`` is
    who speaks for the patient (``la mère``), where it is known."""
    helper = carer or ("l'accompagnante" if helper_gender == "female" else "l'accompagnant")
    if gender == "female":
        return PronomsFr("la patiente", "elle", helper)
    if gender == "male":
        return PronomsFr("le patient", "il", helper)
    return PronomsFr("le patient", "le patient", helper)


# What agrees with who is spoken of, after ``est``, ``était``, ``a été``, ``se sent``, ``reste``.
_AGREEING = {
    "inquiet": "inquiète", "anxieux": "anxieuse", "nerveux": "nerveuse", "seul": "seule",
    "essoufflé": "essoufflée", "content": "contente", "sorti": "sortie", "venu": "venue",
    "parti": "partie", "suivi": "suivie", "né": "née", "enceint": "enceinte", "brûlant": "brûlante",
    "mis": "mise", "pris": "prise", "atteint": "atteinte", "guéri": "guérie", "assis": "assise",
    "couché": "couchée", "endormi": "endormie", "gêné": "gênée", "lent": "lente", "froid": "froide",
    "conscient": "consciente", "inconscient": "inconsciente", "pâle": "pâle", "chaud": "chaude",
    "descendu": "descendue", "revenu": "revenue", "serein": "sereine", "prudent": "prudente",
}  # fmt: skip
_MASCULINE = {feminine: masculine for masculine, feminine in _AGREEING.items()}
_STATE = (
    r"(?:(?:n'|ne )?(?:est|était|sera|serait|reste|restait|a été|avait été|se sent|se sentait))"
    r"(?: (?:pas|plus|jamais|très|trop|assez|vraiment|plutôt|un peu|bien|toujours|encore|déjà|"
    r"tout|toute|moins|très très|même|aussi|juste|pas du tout|pas très|complètement))*"
)


def agreed(text: str, gender: str) -> str:
    """Adjectives and participles that follow the patient as subject, in the patient's gender:
    ``elle est inquiet`` -> ``elle est inquiète``. What follows ``s'est`` stays: it may have an
    object of its own (``elle s'est cassé la jambe``)."""
    if gender not in ("female", "male"):
        return text
    subject = "elle|la patiente" if gender == "female" else "il|le patient"

    def form(match: re.Match[str]) -> str:
        word = match[2].lower()
        if gender == "female":
            turned = _AGREEING.get(word) or (f"{word}e" if word.endswith("é") else word)
        else:
            turned = _MASCULINE.get(word) or (word[:-1] if word.endswith("ée") else word)
        return match[1] + (turned if turned != word else match[2])

    return re.sub(
        rf"(\b(?:{subject}) {_STATE} )([a-zàâçéèêëîïôûùüœ]+)(?![\w'-])", form, text, flags=re.I
    )


def accord_je(verb: str) -> str:
    """``prends`` -> ``prend``: from the first person singular to the third."""
    lower = verb.lower()
    if lower in _FIRST:
        return _FIRST[lower]
    if lower.endswith("ais"):
        return f"{lower[:-1]}t"
    if lower.endswith("rai"):
        return lower[:-1]
    if lower.endswith(("is", "us", "rs")):
        return f"{lower[:-1]}t"
    if lower.endswith(("ds", "ts")):
        return lower[:-1]
    return lower


# "respirez" is the present of "respirer", "finirez" the future of "finir".
_PRESENT_IN_REZ = re.compile(r"(?:ér|or|par|clar|spir|soupir|tir|désir|vir|admir)ez$")


def accord_vous(verb: str) -> str | None:
    """``fumez`` -> ``fume``: from the polite second person to the third singular."""
    lower = verb.lower()
    if lower in _SECOND:
        return _SECOND[lower]
    if lower.endswith("iez"):
        return f"{lower[:-3]}ait"
    if lower.endswith("issez"):
        return f"{lower[:-5]}it"
    if _PRESENT_IN_REZ.search(lower):
        return _open_e(f"{lower[:-2]}e")
    if lower.endswith("rez") and len(lower) > 5 and not lower.endswith(("urez", "trez", "erez")):
        return f"{lower[:-2]}a"
    if lower.endswith("erez"):
        return f"{lower[:-2]}a"
    if lower.endswith("ez"):
        return _open_e(f"{lower[:-2]}e")
    return None


def _open_e(verb: str) -> str:
    """``appele`` -> ``appelle``, ``leve`` -> ``lève``, ``préfére`` -> ``préfère``."""
    if re.search(r"(?:appel|jet)e$", verb):
        return f"{verb[:-2]}{verb[-2]}{verb[-2:]}"
    return re.sub(r"[eé]([bcdfglmnprstv])e$", r"è\1e", verb) if len(verb) > 3 else verb


def _possessive(match: re.Match[str]) -> str:
    noun = match[1]
    if noun[0].lower() in "aeiouéèêâîôhœ":
        return f"son {noun}"
    feminine = noun.lower().rstrip("s") in _FEMININE or noun.lower().endswith(
        (
            "tion",
            "sion",
            "té",
            "ée",
            "ie",
            "ure",
            "ance",
            "ence",
            "ade",
            "ette",
            "ine",
            "elle",
            "tude",
        )
    )
    return f"{'sa' if feminine else 'son'} {noun}"


def third_person(text: str, who: PronomsFr, *, speaker: str) -> str | None:
    """The clause about the patient in the third person, or None when it cannot be turned."""
    if speaker == "clinician":
        turned = _from_vous(text, who)
    else:
        if re.search(r"\b(?:vous|votre|vos|tu|toi|ton|ta|tes)\b|\bt'", text, re.I):
            return None
        text = re.sub(r"\bmoi,? (?:aussi |non plus )?(?=je\b|j')", "", text, flags=re.I)
        subject = who.helper if speaker == "caregiver" else who.subject
        turned = _from_je(text, subject, who)
    if turned is None or re.search(
        r"(?<!-)\b(?:je|moi|mon|ma|mes|me|vous|votre|vos|nous|notre|nos)\b|\b[jm]'", turned, re.I
    ):
        return None
    turned = re.sub(r"\b(qu|parce qu|lorsqu|puisqu)e (?=elle\b|il\b)", r"\1'", turned, flags=re.I)
    turned = re.sub(r"\b(elle|il) (?:elle|il)\b", r"\1", turned, flags=re.I)
    turned = re.sub(r"\bsi il\b", "s'il", turned, flags=re.I)
    return re.sub(r"\s+", " ", turned).strip()


# Verbs that take a person as their direct object: "on m'a laissée" -> "on l'a laissée".
_OF_A_PERSON = (
    r"(?:laiss|opér|hospitalis|réveill|gên|aid|envoy|arrêt|examin|appel|soulag|inquiét|rappel|"
    r"emmen|amen|trait|transport|soign)ée?s?|(?:l[’'])?(?:vue?|prise?|mise?|suivie?)"
)


def _from_je(text: str, subject: str, who: PronomsFr) -> str | None:
    def verb(match: re.Match[str]) -> str:
        negation, reflexive, adverbs, word = (
            match[1] or "",
            match[2] or "",
            match[3] or "",
            match[4],
        )
        reflexive = {"me": "se", "m'": "s'", "y": "y", "en": "en"}.get(
            reflexive.strip().lower(), reflexive.strip()
        )
        glue = "" if reflexive.endswith("'") else " "
        parts = (
            f"{subject} {negation}{reflexive}{glue if reflexive else ''}{adverbs}{accord_je(word)}"
        )
        return re.sub(r"\s+", " ", parts)

    text = re.sub(
        r"\b(?:je |j')(ne |n')?(me |m'|y |en |l'|le |la |les |lui |leur )?((?:suis "
        r")?(?=suis))?([a-zàâçéèêëîïôûùüœ]+)",
        verb,
        text,
        flags=re.I,
    )
    text = re.sub(
        r"\b(?:mon|ma|mes) (?=papa|maman)",
        lambda m: "son " if m.string[m.end()] == "p" else "sa ",
        text,
        flags=re.I,
    )
    text = re.sub(r"\bmes (\w+)", r"ses \1", text, flags=re.I)
    text = re.sub(r"\bma (\w+)", r"sa \1", text, flags=re.I)
    text = re.sub(r"\bmon (\w+)", r"son \1", text, flags=re.I)
    stressed = who.stressed if subject == who.subject else subject
    text = re.sub(r"\bmoi\b", stressed, text, flags=re.I)
    text = re.sub(
        r"\b(ça|qui|cela|il|elle|on|se|\w+ent|\w+e) me (?=(?:fait|font|gêne|donne|"
        r"prend|réveille|lance|brûle|gratte|serre|tire|bloque|dit|prescrit|semble|"
        r"manque|faut|faisait|faudrait|reste))",
        r"\1 lui ",
        text,
        flags=re.I,
    )
    text = re.sub(
        rf"\bm'(?=(?:a|ont|avait|avaient)(?: \w+)? {_OF_A_PERSON}\b)", "l'", text, flags=re.I
    )
    return re.sub(r"\bm'(?=a |ont |avait |est |arrive|a[rs]? )", "lui ", text, flags=re.I)


def _from_vous(text: str, who: PronomsFr) -> str | None:
    failed = False

    def verb(match: re.Match[str]) -> str:
        nonlocal failed
        negation, reflexive, word = match[1] or "", match[2] or "", match[3]
        turned = accord_vous(word)
        if turned is None:
            failed = True
            return match[0]
        reflexive = "se " if reflexive.strip().lower() == "vous" else reflexive
        return f"{who.subject} {negation}{reflexive}{turned}"

    text = re.sub(r"\bvous (ne |n')?(vous |y |en )?([a-zàâçéèêëîïôûùüœ]+)", verb, text, flags=re.I)
    text = re.sub(r"\bvos (\w+)", r"ses \1", text, flags=re.I)
    text = re.sub(r"\bvotre (\w+)", _possessive, text, flags=re.I)
    return None if failed else text


def declared(question: str, reply: str, who: PronomsFr) -> str | None:
    """A yes-or-no question and its answer as one statement, or None.

    ``est-ce que vous fumez`` + non -> ``le patient ne fume pas``.
    """
    text = question.strip(" ?.")
    if re.search(
        r"\b(?:ou|quand|comment|combien|pourquoi|où|quoi|quel(?:le)?s?|qui)\b", text, re.I
    ):
        return None
    text = re.sub(
        r"^(?:et |donc |alors |mais |sinon |ok |d'accord )*(?:est[- ]ce qu(?:e |'))?",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(r"^([a-zéêè]+ez|êtes|faites|dites)-vous\b", r"vous \1", text, flags=re.I)
    text = re.sub(
        r"^(a|est|fait|prend|mange|boit|dort)-t?-?(il|elle)\b", r"\2 \1", text, flags=re.I
    )
    match = re.match(r"^(vous|il|elle)\s+(y |en |vous )?([a-zàâçéèêîôûœ]+)\s*(.*)$", text, re.I)
    if not match:
        return None
    if re.search(r"\b(?:pas|jamais|aucun)\b", match[4] or "", re.I):
        return None
    verb = accord_vous(match[3]) if match[1].lower() == "vous" else match[3].lower()
    if verb is None:
        return None
    rest = re.sub(r"\bvotre (\w+)", _possessive, match[4] or "", flags=re.I)
    rest = re.sub(r"\bvos (\w+)", r"ses \1", rest, flags=re.I)
    if re.search(r"\b(?:vous|je|nous)\b", rest, re.I):
        return None
    pronoun = {"vous ": "se ", "y ": "y ", "en ": "en "}.get((match[2] or "").lower(), "")
    subject = who.subject if match[1].lower() == "vous" else match[1].lower()
    if reply == "yes":
        return f"{subject} {pronoun}{verb} {rest}".strip()
    particle = "n'" if (pronoun + verb)[0] in "aeiouéèêàyh" else "ne "
    rest = re.sub(
        r"^(?:des|du|de la|de l'|une?)\s*", lambda m: "de l'" if m[0].endswith("'") else "de ", rest
    )
    rest = re.sub(r"\bde (?=[aeiouéèêh])", "d'", rest)
    return f"{subject} {particle}{pronoun}{verb} pas {rest}".strip()
