"""What decisions taught, for the organisation whose they are."""

from dataclasses import dataclass
from typing import Any

from ehr.exceptions import Text
from ehr.models import CodePrior
from ehr.permissions import PHYSICIAN, actor_of
from ehr.selectors.labels import CODE_BANDS
from summarizer.coding.calibration import BANDS, likelihood
from summarizer.coding.priors import LEAST

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class PriorView:
    """`counts` is whether there are enough decisions for it to change a suggestion."""

    id: int
    term: str
    code: str
    accepted: int
    replaced: int
    rejected: int

    @property
    def counts(self) -> bool:
        return self.accepted + self.replaced + self.rejected >= LEAST


@dataclass(frozen=True, slots=True)
class BandView:
    """How many suggestions of a band were accepted of those decided, and what that makes of the
    next one, in percent."""

    id: int
    label: Text
    accepted: int
    decided: int
    percent: int


def code_bands(user: Any) -> tuple[BandView, ...]:
    """The bands that something was decided of, the firmest first."""
    actor = actor_of(user, PHYSICIAN)
    rows = {
        row.term_key.removeprefix(CodePrior.BAND): row
        for row in CodePrior.objects.filter(organization_id=actor.organization_id, code="")
    }
    found = []
    for band in BANDS:
        row = rows.get(band)
        decided = row.accepted + row.replaced + row.rejected if row else 0
        if row and decided:
            percent = round(100 * likelihood(band, row.accepted, decided))
            found.append(BandView(row.pk, CODE_BANDS[band], row.accepted, decided, percent))
    return tuple(found)


def code_priors(user: Any) -> tuple[PriorView, ...]:
    """By wording."""
    actor = actor_of(user, PHYSICIAN)
    rows = CodePrior.objects.filter(organization_id=actor.organization_id).exclude(code="")
    rows = rows[:MOST_SHOWN]
    return tuple(
        PriorView(row.pk, row.term, row.code, row.accepted, row.replaced, row.rejected)
        for row in rows
    )
