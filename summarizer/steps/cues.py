"""What tells the parts of a visit apart: example sentences for the encoder, and cue words."""

import re

from summarizer.types import Language

PROTOTYPES: dict[Language, dict[str, tuple[str, ...]]] = {
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


PHASES: dict[Language, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "en": (
        (
            "exam",
            re.compile(
                r"\b(?:physical exam|exam(?:ine|ination)? (?:of )?(?:you|your)|quick exam|examine|"
                r"take a (?:quick )?look at (?:your|you|that|the)|listen to your (?:heart|"
                r"lungs)|check out your|"
                r"on (?:your |physical |the )?exam|vital signs|on your .{3,20} exam|press(?:ing)"
                r"? (?:here|on)|"
                r"lay (?:back|down) (?:for|on)|lift up your)\b",
                re.I,
            ),
        ),
        (
            "results",
            re.compile(
                r"\b(?:look(?:ing)? at (?:some of )?(?:your|the) (?:results|labs?|x-?rays?|"
                r"x ray|mri|ct|blood|echo\w*|ekg|\w+ panel)|"
                r"(?:your|the) (?:results|lab results|labs|x-?ray|x ray|mri|ct scan|ekg|"
                r"echo\w*|blood work|lab work|biopsy|ultrasound)\b.{0,25}"
                r"\b(?:show|came back|is|are|was|were|look|reveal|demonstrat|back)|"
                r"review(?:ed)? the results|show me the (?!vital|blood pressure)|i (?:did "
                r")?(?:reviewed?|looked at|got|have) (?:the|your) (?:results|x-?ray|x "
                r"ray|mri|ct|labs|blood|ekg))",
                re.I,
            ),
        ),
        (
            "plan",
            re.compile(
                r"\b(?:assessment and (?:my )?plan|my assessment|my plan|the plan|for "
                r"(?:your|the) (?:first|next|second|third|last|other) "
                r"(?:problem|issue|diagnosis)|here's what i(?:'m| am)? (?:think|want)|"
                r"what i(?:'m| am)? (?:think|gon na|going to|would like|want|wan na)|"
                r"what i(?:'d| would) like to do|let's go ahead and|"
                r"(?:i|we)(?:'d| would|'m| am|'re| are)? (?:like|gon na|wan na|want|going|"
                r"recommend)\b.{0,12}(?:order|prescribe|start|refer|send|increase|get "
                r"you|put you|continue|have you|recommend|schedule))",
                re.I,
            ),
        ),
    ),
    "fr": (
        (
            "exam",
            re.compile(
                r"\b(?:je vais vous examiner|on va vous examiner|je vous examine|je vous "
                r"ausculte|j'ausculte|"
                r"à l'examen|à l'auscultation|à la palpation|respirez|allongez-vous|installez-vous|"
                r"(?:je|on) (?:vais|va) (?:regarder|écouter|prendre (?:la|votre) tension|"
                r"palper|ausculter|l'examiner|examiner)|"
                r"déshabill|montrez-moi)",
                re.I,
            ),
        ),
        (
            "results",
            re.compile(
                r"\b(?:(?:vos|les|tes) (?:résultats|analyses|examens)|(?:votre|la|le|l')"
                r" ?(?:bilan|prise de sang|radio|scanner|irm|échographie|écho|électrocardiogramme|"
                r"ecg)\b.{0,30}(?:montre|retrouve|est|sont|revenu)|"
                r"j'ai reçu (?:vos|les)|bilan (?:sanguin|biologique) (?:montre|retrouve|est))",
                re.I,
            ),
        ),
        (
            "plan",
            re.compile(
                r"\b(?:(?:je|on) (?:vais|va) (?:vous |lui |te |donc |aussi )*(?:prescrire|"
                r"faire|demander|mettre|donner|adresser|arrêter|augmenter|diminuer|continuer|"
                r"envoyer|refaire|programmer|commencer|poursuivre|changer)|"
                r"ce que je vous propose|je vous propose|voilà ce qu'on va faire|pour "
                r"(?:la suite|le traitement)|"
                r"je vous (?:prescris|mets|adresse|arrête|fais une ordonnance|revois|conseille)"
                r"|on (?:augmente|diminue|arrête|continue|commence|poursuit|garde|se revoit)"
                r"|il faut(?:dra)? (?:que|faire|prendre|éviter|revenir|consulter))",
                re.I,
            ),
        ),
    ),
}


CUES: dict[Language, tuple[tuple[str, re.Pattern[str], float], ...]] = {
    "en": (
        (
            "allergies",
            re.compile(
                r"\ballerg(?:y|ies|ic) to\b|\b(?:drug|medication|any|food) allergies\b|"
                r"\bno (?:known )?allergies\b",
                re.I,
            ),
            0.35,
        ),
        (
            "family",
            re.compile(
                r"\bfamily history\b|\bruns in (?:my|the|your) family\b|\b(?:my|your) "
                r"(?:mother|father|mom|dad|brother|sister|grandmother|grandfather|grandma|"
                r"grandpa|aunt|uncle|parents?)\b.{0,40}\b(?:had|has|have|died|diagnosed|"
                r"history|cancer|diabetes|attack)\b|\badopted\b",
                re.I,
            ),
            0.35,
        ),
        (
            "social",
            re.compile(
                r"\b(?:smoke|smoker|smoking|tobacco|vape|vaping|cigarettes?|alcohol|drink(?:ing)"
                r"? (?:beer|wine|alcohol|on|socially)|beers?|glass(?:es)? of wine|marijuana|"
                r"drugs|cocaine|retired|work as|i work|live (?:with|alone)|married|divorced)"
                r"\b",
                re.I,
            ),
            0.25,
        ),
        (
            "pmh",
            re.compile(
                r"\b(?:past )?(?:medical )?history (?:of|significant)\b|\bsurger(?:y|ies)"
                r" (?:in|on|before|for)\b|\b(?:had|have) .{0,20}(?:removed|surgery|replaced|"
                r"repaired|transplant)\b|\bdiagnosed with\b",
                re.I,
            ),
            0.2,
        ),
        (
            "plan",
            re.compile(
                r"\b(?:i(?:'m| am| do)? (?:gon na|going to|wan na|want to|would like to|recommend)"
                r"|i'd like (?:you )?to|i (?:do )?want you to|we'll|we will|we(?:'re| are) (?:gon "
                r"na|going to)|let's|i'll|follow[- ]?up (?:with|in)|come back|return|refer(?:ral)"
                r"?|prescri(?:be|ption)|refill)\b",
                re.I,
            ),
            0.12,
        ),
        (
            "exam",
            re.compile(
                r"\b(?:tender(?:ness)?|palpation|range of motion|clear to auscultation|"
                r"murmurs?|edema|bilaterally|reflexes|i (?:do )?(?:hear|see|appreciate|"
                r"feel|notice)\b|strength is|lungs (?:are|sound)|heart (?:is|sounds)|abdomen "
                r"is|sensation is|capillary|pulses|rebound|guarding|appears?)\b",
                re.I,
            ),
            0.2,
        ),
        (
            "results",
            re.compile(
                r"\b(?:x-?ray|x ray|mri|ct|ekg|echo\w*|lab(?:s| results)|a1c|panel|biopsy|"
                r"test(?:s)?|ultrasound|hemoglobin)\b.{0,40}\b(?:show(?:s|ed)?|reveal|"
                r"was|were|is|are|came back|normal|elevated|demonstrate|negative|positive)"
                r"\b|\bejection fraction\b",
                re.I,
            ),
            0.25,
        ),
    ),
    "fr": (
        ("allergies", re.compile(r"\ballergi(?:e|es|que|ques)\b", re.I), 0.35),
        (
            "family",
            re.compile(
                r"\bantécédents familiaux\b|\bdans (?:la|ma|votre) famille\b|\b(?:ma|mon|"
                r"votre) (?:mère|père|frère|sœur|soeur|grand[- ]?mère|grand[- ]?père|tante|"
                r"oncle)\b.{0,40}\b(?:a|avait|est|eu|mort|décédée?|cancer|diabète|infarctus)"
                r"\b",
                re.I,
            ),
            0.35,
        ),
        (
            "social",
            re.compile(
                r"\b(?:fume|fumez|tabac|cigarettes?|paquets?|alcool|verres? de vin|bière|"
                r"retraitée?|travaille|métier|profession|mariée?|divorcée?|vis (?:seule?|"
                r"avec))\b",
                re.I,
            ),
            0.25,
        ),
        (
            "pmh",
            re.compile(
                r"\bantécédents?\b|\bopérée? (?:de|du|des|d')|\bsuivie? pour\b|\bdiagnostiquée?\b",
                re.I,
            ),
            0.2,
        ),
        (
            "plan",
            re.compile(
                r"\b(?:je vais vous|on va (?:faire|vous|refaire|augmenter|arrêter|continuer|"
                r"mettre|commencer)|je vous (?:prescris|mets|adresse|revois|propose|conseille|"
                r"fais)|il faut|ordonnance|rendez-vous|on se revoit|revenez|rappelez|consultez|"
                r"vous prendrez|vous allez prendre|à renouveler)\b",
                re.I,
            ),
            0.2,
        ),
        (
            "exam",
            re.compile(
                r"\b(?:auscultation|palpation|souple|bruits du c(?:œ|oe)ur|poumons|tympans?|"
                r"gorge (?:est|rouge)|cicatrice|mobilité|réflexes|je (?:vois|sens|trouve|"
                r"palpe|entends)|murmure|abdomen|ventre est|bien cicatrisé)\b",
                re.I,
            ),
            0.2,
        ),
        (
            "results",
            re.compile(
                r"\b(?:radio|scanner|irm|échographie|bilan|prise de sang|analyses?|ecg|"
                r"électrocardiogramme|hémoglobine|créatinine|cholestérol)\b.{0,40}\b(?:montre|"
                r"normale?|élevée?|basse?|est à|sont|retrouve|négati|positi)",
                re.I,
            ),
            0.25,
        ),
    ),
}


FINDING = {
    "en": re.compile(
        r"\b(?:tender(?:ness)? (?:to|over|on|at)|palpation|range of motion|clear "
        r"to auscultation|rebound|guarding|ecchymosis|effusion|pitting|lower extremity "
        r"edema|healed scar|adnexal|bimanual|capillary refill|light touch|systolic|"
        r"carotid bruits|straight leg raise|varus|valgus|mcmurray|lachman)\b|^no "
        r"(?:swelling|edema|tenderness|redness|murmurs?|wheez|masses|rash|lesions|"
        r"bruising)",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:à la palpation|à l'auscultation|murmure vésiculaire|bruits du c(?:œ|"
        r"oe)ur|ventre (?:est )?souple|tympans?|lasègue|cicatrice (?:est )?(?:propre|"
        r"belle)|mobilité (?:est )?(?:complète|limitée)|signe de)\b|^pas (?:de "
        r"|d')(?:souffle|œdème|rougeur|masse|défense|ganglion|râles|sibilants)",
        re.I,
    ),
}


TO_THE_MACHINE = re.compile(r"(?:show me|finalize|stop recording|hey dragon$)", re.I)


ORDERED = re.compile(r"(?:order|prescribe|refill)\b", re.I)
