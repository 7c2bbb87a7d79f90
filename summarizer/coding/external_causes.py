"""How an injury happened: external cause codes beside an injury (section I.C.20).

Read from the sentences that tell what happened, never from plans. The code's 7th character is that
of the injury (I.C.20.a.2); the activity (Y93) and the place (Y92) are given at the initial
encounter only (I.C.20.b, I.C.20.c). English and French words are our own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from summarizer.coding import assertions
from summarizer.coding.lookup import Terminology
from summarizer.coding.places import Line
from summarizer.coding.rules import Pick
from summarizer.coding.spans import narrowed

_INJURY = re.compile(r"S\d|T0[7-9]|T1[0-9]|T2[0-9]|T3[0-4]")
_TOLD_IN = {"subjective", "other", "assessment", "spoken", "told"}
WEIGHT = 0.6
# An activity counts in the sentence that tells of the injury, not as a hobby.
_HAPPENED = re.compile(
    r"\b(?:hurt\w*|injur\w*|fell|fall\w*|slipp\w*|tripp\w*|twist\w*|landed|struck|hit|popped|"
    r"hyperextend\w*|sprain\w*|blessée?|tombée?|glissé)\b",
    re.IGNORECASE,
)


def _words(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})", re.IGNORECASE)


_FELL = r"(?:fell|fall(?:en|ing)?|slip(?:ped|ping)?|land(?:ed|ing)?|est tombée?|a glissé|chute)"
# Stem of the cause and what tells it, the more telling first; one cause a visit.
CAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("V89.2", _words(r"(?:car|motor vehicle|automobile|road) (?:accident|crash|wreck)",
                     r"mva\b", r"accident de (?:la route|voiture)")),
    ("V19.9", _words(r"(?:fell|came|thrown) off (?:of )?(?:his|her|my|a|the) (?:bike|bicycle)",
                     r"bicycle accident", r"(?:chute|tombée?) (?:de|à) vélo")),
    ("W00.0", _words(rf"{_FELL}.{{0,40}}\b(?:black ice|ice|icy|snow)\b",
                     r"slipped on (?:some )?ice",
                     r"glissé sur (?:la glace|le verglas)")),
    ("W10.1", _words(rf"{_FELL}.{{0,30}}\bcurb\b", r"(?:stepp|tripp)\w* off (?:the|a) curb")),
    ("W10.9", _words(rf"{_FELL}.{{0,40}}\b(?:stairs?|steps)\b", r"chute dans l'escalier")),
    ("W11", _words(rf"{_FELL}.{{0,30}}\bladder\b", r"tombée? d'une échelle")),
    ("W06", _words(r"(?:fell|fallen|rolled) out of bed", r"tombée? du lit")),
    ("W07", _words(r"fell (?:off|out of|from) (?:a|the|his|her|my) chair")),
    ("W13.9", _words(r"fell (?:off|from) (?:a|the|his|her|my) (?:roof|building|balcony)")),
    ("W01.0", _words(r"(?:tripped|trips|tripping|stumbled|slipped)\b.{0,40}\b(?:fell|fall|landed)",
                     r"tripped (?:over|on)", r"a trébuché")),
    ("W18.49", _words(r"slipped\b", r"(?:lost|missed) (?:his|her|my) (?:footing|step)",
                      r"(?:stepped|step) (?:in|into) (?:a|an?) hole")),
    ("W54.0", _words(r"dog bit(?:e|ten)?\b", r"bit(?:ten)? by (?:a|his|her|my|the) dog",
                     r"mordue? par un chien")),
    ("W55.01", _words(r"cat bite\b", r"bit(?:ten)? by (?:a|his|her|my|the) cat")),
    ("W57", _words(r"(?:bug|insect|mosquito|spider|tick) bites?\b",
                   r"bitten by (?:an? )?(?:bug|insect|mosquito|tick)",
                   r"piqûres? d'insecte")),
    ("W20.8", _words(r"(?:fell|dropped|landed) (?:on|onto) (?:his|her|my|the) (?:foot|toe)")),
    ("W23.0", _words(r"(?:caught|jammed|slammed|shut|crushed) .{0,40}\b(?:door|drawer)\b")),
    ("W26.0", _words(r"cut .{0,30}\b(?:with|on) (?:a|the) (?:kitchen )?knife")),
    ("W21.05", _words(r"(?:hit|struck) by a basketball")),
    ("W22.8", _words(r"(?:ran|walked|bumped|crashed|ski(?:ed)?) into (?:a|the|an)\b",
                     r"(?:hit|struck|banged) (?:his|her|my) \w+ (?:on|against)")),
    ("X50.0", _words(r"(?:lifting|carrying|moving) (?:a |some |heavy )+\w+", r"en soulevant")),
    ("X50.1", _words(r"twist(?:ed|ing) (?:his|her|my|the) \w+")),
    ("W19", _words(r"\bfell\b", r"\ba fall\b", r"est tombée?\b", r"une chute\b")),
)  # fmt: skip
# Y93, activity: the words of the code itself and how they are said.
ACTIVITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Y93.23", _words(r"ski(?:ing|ed)?\b", r"snowboard\w*", r"sledding", r"ski\b")),
    ("Y93.21", _words(r"ice skat\w+", r"patin à glace")),
    ("Y93.22", _words(r"ice hockey", r"hockey")),
    ("Y93.02", _words(r"(?:was|been|while|went|when) (?:out )?(?:running|jogging)",
                      r"for a (?:run|jog)\b",
                      r"en courant", r"marathon")),
    ("Y93.01", _words(r"hik(?:e|ing|ed)\b",
                      r"(?:was|while|went|when) (?:out )?(?:walking|on a walk)",
                      r"randonnée")),
    ("Y93.11", _words(r"swimming", r"natation")),
    ("Y93.55", _words(r"(?:riding|rode) (?:a |his |her |my )?(?:bike|bicycle)",
                      r"cycling",
                      r"à vélo")),
    ("Y93.51", _words(r"roller ?skat\w+", r"skateboard\w*")),
    ("Y93.53", _words(r"golf\w*")),
    ("Y93.54", _words(r"bowling")),
    ("Y93.61", _words(r"(?:american )?football")),
    ("Y93.64", _words(r"baseball", r"softball")),
    ("Y93.65", _words(r"lacrosse", r"field hockey")),
    ("Y93.66", _words(r"soccer")),
    ("Y93.67", _words(r"basketball")),
    ("Y93.68", _words(r"volleyball")),
    ("Y93.73", _words(r"tennis", r"racquetball", r"pickleball")),
    ("Y93.72", _words(r"wrestling")),
    ("Y93.75", _words(r"martial arts", r"karate", r"judo")),
    ("Y93.31", _words(r"(?:mountain|rock|wall) climbing", r"escalade")),
    ("Y93.41", _words(r"dancing", r"danse")),
    ("Y93.42", _words(r"yoga")),
    ("Y93.43", _words(r"gymnastics")),
    ("Y93.44", _words(r"trampolin\w+")),
    ("Y93.52", _words(r"horse(?:back)? riding", r"équitation")),
    ("Y93.B3", _words(r"(?:lifting weights|weight ?lifting|free weights)")),
    ("Y93.H1", _words(r"shovel(?:ing|ling)")),
    ("Y93.H2", _words(r"gardening", r"landscaping", r"jardinage")),
    ("Y93.H3", _words(r"(?:building|construction work)\b")),
    ("Y93.G3", _words(r"(?:was|while|when) (?:cooking|baking)")),
    ("Y93.E2", _words(r"(?:doing|carrying) (?:the )?laundry", r"la lessive")),
    ("Y93.E5", _words(r"(?:mopping|sweeping) the floor")),
    ("Y93.E6", _words(r"packing (?:up )?(?:and )?moving", r"moving (?:houses?|apartments?)")),
    ("Y93.K1", _words(r"walking (?:his|her|my|the) dog", r"promen\w+ (?:son|le) chien")),
)  # fmt: skip


def external_causes(
    picks: Sequence[Pick], lines: Sequence[Line], terminology: Terminology
) -> list[Pick]:
    """The cause of a visit's injury, and at its initial encounter the activity (I.C.20.a to c)."""
    injuries = [pick for pick in picks if _INJURY.match(pick.code)]
    if not injuries:
        return []
    first = max(injuries, key=lambda pick: pick.confidence)
    encounter = first.code[-1] if first.code[-1] in "ADS" else "A"
    told = [line for line in lines if line.place in _TOLD_IN]
    found = list(_first(CAUSES, told, terminology, encounter, first))
    if encounter == "A":
        at_once = [line for line in told if _HAPPENED.search(line.text)]
        found += _first(ACTIVITIES, at_once, terminology, "", first)
    return found


def _first(
    table: tuple[tuple[str, re.Pattern[str]], ...],
    lines: Sequence[Line],
    terminology: Terminology,
    encounter: str,
    injury: Pick,
) -> Iterator[Pick]:
    for stem, pattern in table:
        for line in lines:
            match = pattern.search(line.text)
            if match is None:
                continue
            status = line.status or assertions.status_of(line.text, *match.span())
            if status.family or status.assertion in assertions.NOT_CODED:
                continue
            code = _complete(terminology, stem, encounter)
            if not code:
                continue
            yield replace(
                injury,
                code=code,
                term=match.group(),
                quality=1.0,
                weight=WEIGHT,
                evidence=narrowed(line.evidence, match.group()),
                reasons=("matched:words", f"section:{line.place}", "rule:I.C.20"),
                stated=False,
                order=injury.order + 1,
            )
            return


def _complete(terminology: Terminology, stem: str, encounter: str) -> str:
    """The billable code of a stem, with the injury's 7th character where it takes one."""
    found = terminology.get(stem)
    if found is None:
        return ""
    if found.billable:
        return found.code
    full = next((c.code for c in terminology.children(stem) if c.code.endswith(encounter)), "")
    return full if found.seventh and terminology.is_billable(full) else ""
