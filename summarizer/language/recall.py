"""What introduces what a clinician recalls of the patient: ``i see that you have ...``."""

import re

RECALLED = {
    "en": re.compile(
        r"^(?:(?:i|we) (?:know|see|understand|remember|recall|noticed?|heard|have(?! you on\b))(?: "
        r"here)?(?: that)?|looks like|on your .{3,30} form,?|based on (?:that|those \w+),?|"
        r"i also (?:see|know)(?: that)?|"
        r"(?:as per|according to) (?:your|the) (?:\w+ )?\w+,?(?: i (?:can )?see(?: that)?)?|"
        r"(?:it|they|this|your \w+) (?:also )?(?:says?|shows?|indicates?|mentions?)(?: here)?"
        r"(?: that)?|"
        r"(?:it|that) (?:looks|sounds|seems)(?: like)?(?: that)?|i (?:saw|read)(?: here)? that|"
        r"(?:you|they) (?:said|mentioned|told me)(?: that)?|"
        r"(?:the |my )?(?:medical assistant|nurse|notes?|chart|record)s? (?:says?|said|tells? me)"
        r"(?: that)?)\s+(?=(?:you|your|the|there|they)\b)",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:je (?:vois|sais|comprends)|on m'a dit|j'ai (?:vu|lu)|vous (?:m'avez "
        r"dit|disiez|me dites)) (?:là |ici )?qu(?:e |')",
        re.I,
    ),
}
