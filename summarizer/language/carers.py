"""How a note names who speaks for the patient, by the words that they are called by."""

from summarizer.types import Language

CARERS: dict[Language, dict[str, str]] = {
    "en": {
        "mother": "mother", "mom": "mother", "mum": "mother", "father": "father", "dad": "father",
        "wife": "wife", "husband": "husband", "daughter": "daughter", "son": "son",
        "sister": "sister", "brother": "brother", "grandmother": "grandmother",
        "grandma": "grandmother", "grandfather": "grandfather", "grandpa": "grandfather",
        "aunt": "aunt", "uncle": "uncle", "partner": "partner", "girlfriend": "girlfriend",
        "boyfriend": "boyfriend", "nurse": "nurse",
    },
    "fr": {
        "mère": "la mère", "maman": "la mère", "père": "le père", "papa": "le père",
        "femme": "l'épouse", "épouse": "l'épouse", "mari": "le mari", "fille": "la fille",
        "fils": "le fils", "sœur": "la sœur", "soeur": "la sœur", "frère": "le frère",
        "grand-mère": "la grand-mère", "grand-père": "le grand-père", "tante": "la tante",
        "oncle": "l'oncle", "compagne": "la compagne", "compagnon": "le compagnon",
        "infirmière": "l'infirmière", "infirmier": "l'infirmier", "voisine": "la voisine",
        "voisin": "le voisin",
    },
}  # fmt: skip
HELPERS_FR = "|".join(
    ["l'accompagnante?", "l[ae] collègue", "le parent", *sorted({*CARERS["fr"].values()})]
)
