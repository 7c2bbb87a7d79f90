"""What a claim edit is, and how rules are gathered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise

from billing.shapes import Claim

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that keeps a claim from being sent.

    ``code`` is stable; ``key`` names this very finding, so that a person can confirm it.
    ``place`` is the part of the item's page that mends it: diagnoses, lines, coverage, patient,
    providers, institutional, claim. ``source`` is the guide's loop or the rule's document. An edit
    that only a person can settle is ``confirmable``: they confirm it with a reason, and it is no
    longer open.
    """

    code: str
    message: Text
    place: str
    source: str
    key: str = ""
    confirmable: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules know beside the claim.

    ``diagnosis_problem(system, code, day)``: "" when the code may be billed that day, else
    unknown, incomplete, other-release (no list for that day is loaded) or no-list.
    ``procedure_known(system, code, day)``: whether the practice's fees have the code that day;
    None when they have no such code at all.
    ``procedure_problem(system, code, day)``: what a loaded list of service codes has against it:
    "", unknown or not-in-force; "" where no such list is loaded.
    ``principal_problem(code)``: why it cannot be the first diagnosis: "", manifestation, secondary,
    or underlying (what underlies it goes first, where it is known).
    ``patient_conflict(code, gender, age)``: "", sex or age; the age in whole years, None unknown.
    ``out_of_order(codes)``: pairs of a code and a later one that has to stand before it.
    ``billed``: for each service of other claims that stand, (patient, day, code, modifiers).
    """

    today: date
    diagnosis_problem: Callable[[str, str, date], str]
    procedure_known: Callable[[str, str, date], bool | None]
    procedure_problem: Callable[[str, str, date], str] = lambda _system, _code, _day: ""
    principal_problem: Callable[[str], str] = lambda _code: ""
    patient_conflict: Callable[[str, str, int | None], str] = lambda _code, _gender, _age: ""
    out_of_order: Callable[[Sequence[str]], Sequence[tuple[str, str]]] = lambda _codes: ()
    billed: frozenset[tuple[str, date, str, tuple[str, ...]]] = frozenset()
    sender_known: bool = True


class Finding(NamedTuple):
    """What a rule yields: the message, and what tells this finding from others of the rule."""

    message: Text
    about: str = ""


Rule = Callable[[Claim, Surroundings], Iterable[Finding]]


PROFESSIONAL, INSTITUTIONAL = "professional", "institutional"


@dataclass(frozen=True, slots=True)
class Named:
    """A rule with its name, the place that mends it, and its source.

    ``kinds``: the claims that it is for. ``other_source`` is the source for institutional claims
    where the two guides differ; where they do not, only the guide's number does.
    """

    code: str
    place: str
    source: str
    check: Rule
    confirmable: bool = False
    kinds: tuple[str, ...] = (PROFESSIONAL, INSTITUTIONAL)
    other_source: str = ""

    def edits(self, claim: Claim, around: Surroundings) -> Iterator[Edit]:
        kind = PROFESSIONAL if claim.institutional is None else INSTITUTIONAL
        if kind not in self.kinds:
            return
        source = self.source
        if kind == INSTITUTIONAL:
            source = self.other_source or source.replace("X222A1", "X223A2")
        for finding in self.check(claim, around):
            key = f"{self.code}:{finding.about}" if finding.about else self.code
            yield Edit(self.code, finding.message, self.place, source, key, self.confirmable)


RULES: list[Named] = []


def rule(
    code: str,
    *,
    place: str,
    source: str,
    confirmable: bool = False,
    kinds: tuple[str, ...] = (PROFESSIONAL, INSTITUTIONAL),
    other_source: str = "",
) -> Callable[[Rule], Rule]:
    """Gathers a function as the rule of this name."""

    def gather(check: Rule) -> Rule:
        RULES.append(Named(code, place, source, check, confirmable, kinds, other_source))
        return check

    return gather
